"""Answers to lesson 07: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import forecasting


def fed(drop=slice(1, None), front=False, what=lambda forecast, x: forecast):
    def answer(model, x, horizon):
        steps = []
        for _ in range(horizon):
            steps.append(model(x))
            new = what(steps[-1], x)[:, :, None]
            x = np.concatenate([new, x[:, drop]] if front else [x[:, drop], new], axis=1)
        return np.hstack(steps)

    return answer


def in_place(model, x, horizon):
    steps = np.zeros((len(x), horizon))
    for k in range(horizon):
        steps[:, k] = model(x)[:, 0]
        x[:, :-1] = x[:, 1:].copy()
        x[:, -1, 0] = steps[:, k]
    return steps


def by_roll(model, x, horizon):
    x, steps = x.copy(), []
    for _ in range(horizon):
        steps.append(model(x)[:, 0])
        x = np.roll(x, -1, axis=1)
        x[:, -1, 0] = steps[-1]
    return np.array(steps).T


def by_long_series(model, x, horizon):
    window, known = x.shape[1], x[:, :, 0].tolist()
    for row in known:
        for _ in range(horizon):
            row.append(model(np.array(row[-window:]).reshape(1, window, 1)).item())
    return np.array(known)[:, window:]


def pairs_by_while(samples, first, test, embargo):
    pairs = []
    while first + test <= samples:
        pairs.append([range(first - embargo), np.arange(first, first + test)])
        first += test
    return pairs


def cut(
    train=lambda k, e, t: slice(0, k - e), judged=lambda k, e, t: slice(k, k + t), stop=1, by=0
):
    def answer(samples, first, test, embargo):
        starts = range(first, samples - test + stop, by or test)
        return [(train(k, embargo, test), judged(k, embargo, test)) for k in starts]

    return answer


def by_partition(residuals, level):
    n = len(residuals)
    k = int(np.floor(round((n + 1) * (1 - level) / 2, 9)))
    both = np.array([sorted(column) for column in residuals.T])
    return both[:, k - 1], both[:, n - k]


def ends(low, high, key=lambda r: np.sort(r, axis=0), n=len, tail=0.5, bit=1e-9):
    def answer(residuals, level):
        k = int((n(residuals) + 1) * (1 - level) * tail + bit)
        ordered = key(residuals)
        return ordered[low(k)], ordered[high(k)]

    return answer


def first_of(k):
    return k - 1


def last_of(k):
    return -k


def alarms_by_sorting(calm, new, one_in):
    sizes = sorted(abs(calm))
    threshold = sizes[len(sizes) - 1 - len(sizes) // one_in]
    return [abs(value) > threshold for value in new]


def alarms_by_two_sides(calm, new, one_in):
    threshold = np.percentile(np.abs(calm), 100 - 100 / one_in)
    return (new > threshold) | (new < -threshold)


RIGHT = {
    "recursive": [by_roll, by_long_series, forecasting.recursive],
    "rolling_origin": [pairs_by_while, cut()],
    "interval": [by_partition, forecasting.residual_interval],
    "alarms": [alarms_by_sorting, alarms_by_two_sides],
}

WRONG = {
    "recursive": [
        (lambda m, x, h: np.repeat(m(x), h, axis=1), "every step is forecast from the same window"),
        (fed(slice(0, None)), "the window grows"),
        (fed(slice(None, -1)), "the newest value is dropped"),
        (fed(slice(None, -1), front=True), "moves to the wrong side"),
        (fed(front=True), "the newest value stands at its end"),
        (fed(what=lambda f, x: x[:, -1]), "the last value is repeated"),
        (in_place, "changes its argument x in place"),
        (lambda m, x, h: by_roll(m, x, h - 1), "one step too few"),
        (lambda m, x, h: by_roll(m, x, h + 1), "one step too many"),
        (lambda m, x, h: by_roll(m, x, h)[:, ::-1], "run backwards"),
        (lambda m, x, h: by_roll(m, x, h)[:, -1:], "horizon"),
        (lambda m, x, h: by_roll(m, x, h).T, "transposed"),
    ],
    "rolling_origin": [
        (cut(train=lambda k, e, t: slice(0, k)), "0 windows are left out between them, and 2"),
        (cut(judged=lambda k, e, t: slice(k + e, k + e + t)), "the embargo is taken from the"),
        (cut(stop=0), "there is room for another test part of 4 windows"),
        (lambda s, f, t, e: cut()(s + t, f, t, e), "a part that would be incomplete is left out"),
        (cut(by=1), "it should begin where the one before it ended"),
        (cut(train=lambda k, e, t: slice(k - 5, k - e)), "it begins at window 0"),
        (cut(judged=lambda k, e, t: slice(k, k + 1)), "it should have 4 of them"),
        (cut(train=lambda k, e, t: slice(0, k + t)), "some windows are in both"),
        (lambda s, f, t, e: cut()(s, f, t, e)[:1], "there is room for another test part"),
        (lambda s, f, t, e: cut()(s, f, t, e)[0], "where a pair of slices is asked for"),
        (lambda s, f, t, e: (k for k in range(f, s, t)), "where a list of pairs is asked for"),
        (cut(train=lambda k, e, t: k - e), "where it should hold slices"),
        (lambda s, f, t, e: [], "the list is empty"),
    ],
    "interval": [
        (ends(lambda k: k, last_of), "low is one place too far in"),
        (ends(first_of, lambda k: -k - 1), "high is one place too far in"),
        (ends(lambda k: k, lambda k: -k - 1), "both ends are one place too far in"),
        (ends(first_of, last_of, tail=1), "shared by the two ends"),
        (ends(first_of, last_of, bit=0), "Add a billionth before"),
        (ends(first_of, last_of, key=lambda r: np.sort(r, axis=1)), "each row is sorted"),
        (ends(first_of, last_of, key=lambda r: np.sort(abs(r), axis=0)), "you sort the sizes"),
        (ends(first_of, last_of, key=lambda r: r), "aren't sorted"),
        (ends(last_of, first_of), "in the other order"),
        (ends(lambda k: 0, lambda k: -1), "whatever the level"),
        (lambda r, q: [*np.quantile(r, [(1 - q) / 2, (1 + q) / 2], axis=0)], "the plain quantiles"),
        (lambda r, q: by_partition(r, q)[1], "where 2 arrays are asked for"),
    ],
    "alarms": [
        (lambda c, n, k: n > np.quantile(abs(c), 1 - 1 / k), "downwards raise no alarm"),
        (lambda c, n, k: abs(n) > np.quantile(c, 1 - 1 / k), "with their signs"),
        (lambda c, n, k: abs(n) > np.quantile(abs(n), 1 - 1 / k), "that are watched"),
        (lambda c, n, k: abs(n) > np.quantile(abs(c), 1 / k), "which share should lie below"),
        (lambda c, n, k: abs(n) <= np.quantile(abs(c), 1 - 1 / k), "where there is no alarm"),
        (lambda c, n, k: abs(n) > abs(c).max(), "the largest calm residual"),
        (lambda c, n, k: abs(n) > 3 * c.std(), "three standard deviations"),
        (lambda c, n, k: np.flatnonzero(alarms_by_two_sides(c, n, k)), "the places of the alarms"),
        (lambda c, n, k: np.quantile(abs(c), 1 - 1 / k), "when threshold is returned"),
    ],
}
