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


def level(of=lambda x: x[:, -1:], std=np.std, y_too=True, back=True):
    def answer(fit, x, y, x_new):
        left = x - of(x)
        size = std(left)
        model = fit(left / size, (y - of(x)[:, :, 0] * y_too) / size)
        forecast = size * model((x_new - of(x_new)) / size)
        return forecast + back * of(x_new)[:, :, 0]

    return answer


def level_by_window(fit, x, y, x_new):
    left = np.array([window - window[-1] for window in x])
    size = np.sqrt(np.mean((left - left.mean()) ** 2))
    steps = np.array([(row - window[-1]) / size for window, row in zip(x, y, strict=True)])
    model = fit(left / size, steps)
    asked = np.array([window - window[-1] for window in x_new])
    return [row * size + window[-1] for window, row in zip(x_new, model(asked / size), strict=True)]


def scaled_as_a_whole(fit, x, y, x_new):
    mean, size = x.mean(), x.std()
    return fit((x - mean) / size, (y - mean) / size)((x_new - mean) / size) * size + mean


def scaled_anew(fit, x, y, x_new):
    left, new = x - x[:, -1:], x_new - x_new[:, -1:]
    model = fit(left / left.std(), (y - x[:, -1]) / left.std())
    return model(new / new.std()) * left.std() + x_new[:, -1]


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


def two_sided(calm, new, one_in):
    low, high = np.quantile(calm, [0.5 / one_in, 1 - 0.5 / one_in])
    return (new < low) | (new > high)


RIGHT = {
    "recursive": [by_roll, by_long_series, forecasting.recursive],
    "own_level": [level(), level_by_window],
    "rolling_origin": [
        pairs_by_while,
        cut(),
        lambda s, f, t, e: forecasting.rolling_origin(s, f, t, embargo=e),
    ],
    "interval": [
        by_partition,
        lambda residuals, level: np.stack(by_partition(residuals, level)),
        forecasting.residual_interval,
    ],
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
    "own_level": [
        (level(of=lambda x: x[:, :1]), "the first value of each window"),
        (level(of=lambda x: x.mean(axis=1, keepdims=True)), "the mean of each window"),
        (level(std=lambda left: 1), "nothing is divided"),
        (level(y_too=False), "the targets keep their level"),
        (level(back=False), "isn't put back"),
        (scaled_as_a_whole, "as when a series is standardised"),
        (scaled_anew, "by their own standard deviation"),
        (lambda fit, x, y, x_new: fit(x, y)(x_new), "no level is taken out"),
        (lambda fit, x, y, x_new: fit, "a function"),
    ],
    "rolling_origin": [
        (
            cut(train=lambda k, e, t: slice(0, k)),
            "between them 0 are left out, and the embargo is 2",
        ),
        (cut(judged=lambda k, e, t: slice(k + e, k + e + t)), "the embargo is taken from the"),
        (cut(stop=0), "there is room for another test part of 4 windows"),
        (lambda s, f, t, e: cut()(s + t, f, t, e), "a part that would be incomplete is left out"),
        (cut(by=1), "it should begin where the one before it ended"),
        (cut(train=lambda k, e, t: slice(k - 5, k - e)), "it has to begin at window 0"),
        (cut(judged=lambda k, e, t: slice(k, k + 1)), "it should have 4 of them"),
        (cut(train=lambda k, e, t: slice(0, k + t)), "some windows are in both"),
        (lambda s, f, t, e: cut()(s, f, t, e)[:1], "there is room for another test part"),
        (lambda s, f, t, e: cut()(s, f, t, e)[0], "where a pair of slices is asked for"),
        (lambda s, f, t, e: (k for k in range(f, s, t)), "where a list of pairs is asked for"),
        (cut(train=lambda k, e, t: k - e), "where it should hold slices"),
        (cut(train=lambda k, e, t: (0, k - e)), "where it should hold slices"),
        (
            lambda s, f, t, e: [p[::-1] for p in cut()(s, f, t, e)],
            "in a pair the training part stands first",
        ),
        (lambda s, f, t, e: [], "the list is empty"),
    ],
    "interval": [
        (ends(lambda k: k, last_of), "low is one place too far in"),
        (ends(first_of, lambda k: -k - 1), "high is one place too far in"),
        (ends(lambda k: k, lambda k: -k - 1), "both ends are one place too far in"),
        (ends(first_of, last_of, tail=1), "the two ends share it"),
        (ends(first_of, last_of, bit=0.5), "to the nearest"),
        (ends(first_of, last_of, bit=0.999), "k is rounded up"),
        (ends(first_of, last_of, bit=0), "Add a billionth before"),
        (ends(first_of, last_of, key=lambda r: np.sort(r, axis=1)), "each row is sorted"),
        (ends(first_of, last_of, key=lambda r: np.sort(abs(r), axis=0)), "you sort the sizes"),
        (ends(first_of, last_of, key=lambda r: r), "aren't sorted"),
        (ends(last_of, first_of), "low and high have changed places"),
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
        (lambda c, n, k: abs(n) >= np.quantile(abs(c), 1 - 1 / k), "that equals the threshold"),
        (lambda c, n, k: abs(n) > np.percentile(abs(c), 1 - 1 / k), "takes per cent"),
        (lambda c, n, k: abs(n) > abs(c).max(), "the largest size of all"),
        (two_sided, "two thresholds, one for each sign"),
        (lambda c, n, k: abs(n) > sorted(abs(c))[-(len(c) // k)], "one place too far out"),
        (lambda c, n, k: abs(n) > 3 * c.std(), "three standard deviations"),
        (lambda c, n, k: np.flatnonzero(alarms_by_two_sides(c, n, k)), "the places of the alarms"),
        (lambda c, n, k: np.quantile(abs(c), 1 - 1 / k), "when threshold is returned"),
    ],
}
