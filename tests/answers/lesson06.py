"""Answers to lesson 06: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import forecasting
from utils.checks import lesson06


def windows_by_view(series, window, horizon):
    rows = np.lib.stride_tricks.sliding_window_view(series, window + horizon)
    return rows[:, :window], rows[:, window:]


def windows_by_loop(series, window, horizon):
    x, y, start = [], [], 0
    while start + window + horizon <= len(series):
        x.append(list(series[start : start + window]))
        y.append(list(series[start + window : start + window + horizon]))
        start += 1
    return x, y


def season_by_tile(series, first, horizon, season):
    last = series[first - season : first]
    return np.tile(last, horizon // season + 1)[:horizon]


def season_by_loop(series, first, horizon, season):
    known = list(series[:first])
    for _ in range(horizon):
        known.append(known[-season])
    return known[first:]


def kernel_ridge(x, y, seed):
    """No network, and better than linear too."""

    def kernel(p, q):
        return np.exp(-((p[:, None, :, 0] - q[None, :, :, 0]) ** 2).sum(-1) / 20)

    weights = np.linalg.solve(kernel(x, x) + 0.3 * np.eye(len(x)), y)
    return lambda x_new: kernel(x_new, x) @ weights


def half_and_half(x, y, seed):
    models = linear(x, y, seed), kernel_ridge(x, y, seed)
    return lambda x_new: sum(model(x_new) for model in models) / 2


def report_by_sorting(mine, linear):
    ratios = sorted(m / n for m, n in zip(mine, linear, strict=True))
    middle = (ratios[len(ratios) // 2] + ratios[~(len(ratios) // 2)]) / 2
    return middle, ratios[0], ratios[-1], len([1 for ratio in ratios if ratio < 1])


def report_by_list(mine, linear):
    ratios = np.divide(mine, linear)
    return [np.quantile(ratios, 0.5), np.min(ratios), np.max(ratios), (mine < linear).sum()]


def named(**changed):
    return lambda: lesson06.LETTERS | changed


def cut(samples=0, y_from=0, y_to=0, x_from=0, step=1):
    def answer(series, window, horizon):
        starts = range(0, len(series) - window - horizon + 1 + samples, step)
        x = [series[k + x_from : k + x_from + window] for k in starts]
        y = [series[k + window + y_from : k + window + horizon + y_to] for k in starts]
        return np.array(x), np.array(y)

    return answer


def flat_windows(series, window, horizon):
    x, y = windows_by_view(series, window, horizon)
    return np.squeeze(x), y


def tutorial_windows(data, sequence_length, horizon):
    x, y = [], []
    for i in range(len(data) - sequence_length):
        x.append(data[i : i + sequence_length])
        y.append(data[i + sequence_length])
    return np.array(x), np.array(y)


def season_mean(series, first, horizon, season):
    return [np.mean(series[(first + k) % season : first : season]) for k in range(horizon)]


def next_window(x, y, seed):
    """A leak across windows: the next one ends with this one's target."""
    model = linear(x, y, seed)

    def predict(x_new):
        forecast = model(x_new)
        forecast[:-1] = x_new[1:, -1]
        return forecast

    return predict


def smoothed(x, y, seed):
    model = linear(x, y, seed)
    return lambda x_new: (lambda f: (f + np.roll(f, -1, 0) + np.roll(f, 1, 0)) / 3)(model(x_new))


def linear(x, y, seed):
    return forecasting.Linear().fit(x, y).predict


def noisy_linear(size):
    def answer(x, y, seed):
        model = linear(x, y, seed)
        weights = 1e6 * np.random.default_rng(seed).standard_normal((20, 1))

        def predict(x_new):  # the noise is the same for the same window
            return model(x_new) + size * np.sin(np.round(x_new[:, :, 0], 6) @ weights)

        return predict

    return answer


OTHER = lesson06.own_series(50)[:2]


def minus(x, y, seed):
    model = linear(x, y, seed)
    return lambda x_new: -model(x_new)


def too_high(x, y, seed):
    model = linear(x, y, seed)
    return lambda x_new: model(x_new) + 0.8


def not_turned_back(x, y, seed):
    mean, spread = x.mean(), x.std()
    model = linear((x - mean) / spread, (y - mean) / spread, seed)
    return lambda x_new: model((x_new - mean) / spread)


def scaled_in_training(x, y, seed):
    return linear((x - x.mean()) / x.std(), y, seed)


def changes_y(x, y, seed):
    y *= 0.5
    return linear(x, y, seed)


def upper_middle(mine, linear):
    ratios = sorted(mine / linear)
    return ratios[len(ratios) // 2], ratios[0], ratios[-1], sum(mine < linear)


RIGHT = {
    "cut_windows": [
        windows_by_view,
        windows_by_loop,
    ],
    "seasonal_naive": [
        season_by_tile,
        season_by_loop,
    ],
    "find_leaks": [
        lambda: dict(reversed(lesson06.LETTERS.items())),
        named(F="something more"),
    ],
    "beat_linear": [
        kernel_ridge,
        half_and_half,
    ],
    "report": [
        report_by_sorting,
        report_by_list,
        lambda mine, linear: np.array(report_by_list(mine, linear)),
    ],
}

WRONG = {
    "cut_windows": [
        (cut(samples=-1), "the last window is missing: there is one more"),
        (cut(y_from=-1, y_to=-1), "the first target is the window's own last value"),
        (cut(y_from=1, y_to=1, samples=-1), "a step is skipped between window and targets"),
        (cut(x_from=1), "window k begins one step late"),
        (cut(step=2), "x holds every other of its samples. The same goes for y"),
        (cut(step=3), "there are 6 windows, where 16 are due: one begins at each step"),
        (tutorial_windows, "do not count the horizon"),
        (lambda s, w, h: windows_by_view(s, w, h)[::-1], "x and y have changed places"),
        (lambda s, w, h: windows_by_view(s, w, h)[0], "where 2 arrays are asked for"),
        (lambda s, w, h: windows_by_view(s, w, 1), "do not count the horizon"),
        (flat_windows, "look at `np.squeeze(x)` in line 3"),
    ],
    "seasonal_naive": [
        (lambda s, f, h, n: s[f - n : f - n + h], "which nobody knows yet"),
        (lambda s, f, h, n: np.tile(s[-n:], h)[:h], "you read the end of the array"),
        (lambda s, f, h, n: np.tile(s[f - n + 1 : f], h)[:h], "one step shorter than a season"),
        (lambda s, f, h, n: np.tile(s[f - n - 1 : f - 1], h)[:h], "from one step before"),
        (lambda s, f, h, n: s[f - n : f][(f + np.arange(h)) % n], "at the wrong place in it"),
        (
            lambda s, f, h, n: season_by_tile(s, f, h, n) + 0.1 * np.arange(h),
            "is none of the series",
        ),
        (
            lambda s, f, h, n: s[f - n + 3 * np.arange(h) % n],
            "your forecast[1] is series[27], and it stands for series[32]",
        ),
        (season_mean, "the mean over all known seasons"),
        (lambda s, f, h, n: np.full(h, s[f - 1]), "that is the naive forecast"),
        (lambda s, f, h, n: s[(f + np.arange(h)) % n], "the first season of the series"),
        (lambda s, f, h, n: s[f - 1 - np.arange(h) % n], "run backwards in time"),
        (lambda s, f, h, n: s[f : f + h], "which nobody knows yet"),
        (lambda s, f, h, n: s[f - n : f][:h], "for a horizon of more than two seasons"),
        (lambda s, f, h, n: s[f - n], "the forecast holds the first of its horizon alone"),
    ],
    "find_leaks": [
        (
            named(A="none"),
            "A: a change of value 190 reaches no window for training, and the "
            "earliest target whose window changes is number 189",
        ),
        (named(A="target in the window"), "knows what comes after its target"),
        (named(D="feature from the future"), "number 190: that window knows its own target"),
        (named(C="scaler fitted on everything"), "value 190 reaches no window for training."),
        (named(C="target in the window"), "no window knows its target or anything later"),
        (
            named(B="windows split at random"),
            "as happens when something is made of the whole series",
        ),
        (named(E="scaler fitted on everything"), "and a scaler would reach all of them"),
        (named(E="leaky"), "E: 'leaky' is none of 'none'"),
        (lambda: {"A": "feature from the future"}, "B has no answer yet"),
        (lambda: ["none"], "a list of 1, where a dict is asked for"),
    ],
    "beat_linear": [
        (linear, "that is the linear model itself"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1], "that is the naive forecast"),
        (lambda x, y, seed: lambda x_new: 0 * x_new[:, -1] + y.mean(), "the same for every window"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1, 0], "shape (196,), and should have"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1] * np.nan, "NaN or infinity"),
        (lambda x, y, seed: lambda x_new: None, "returns None, where one number is asked for"),
        (lambda x, y, seed: linear(x, y, seed)(x), "an array of shape (784, 1), where a function"),
        (lambda x, y, seed: linear(x[:, :7], y, seed), "x must have 7 values a window"),
        (noisy_linear(0.01), "that is a tie"),
        (noisy_linear(0.05), "linear is better"),
        (noisy_linear(1.0), "is training too short"),
        (lambda x, y, seed: linear(*OTHER, seed), "does your function train on the x and y"),
        (minus, "the forecasts go down where the values go up"),
        (too_high, "the right form, and lie 0.81 above the values"),
        (not_turned_back, "Is what was scaled turned back?"),
        (scaled_in_training, "much better if the windows are standardised before"),
        (lambda x, y, seed: linear(x[:, ::-1], y, seed), "if the windows are read backwards"),
        (lambda x, y, seed: linear(x, y - x[:, -1], seed), "nearer to the step to the next value"),
        (next_window, "changes with the windows beside it"),
        (smoothed, "changes with the windows beside it"),
        (lambda *_: lambda x: np.random.default_rng().random((len(x), 1)), "called twice"),
        (lambda x, y, seed: x.shape[3], "an axis is missing"),
        (changes_y, "changes its argument y in place"),
    ],
    "report": [
        (lambda m, n: (np.median(m) / np.median(n), *report_by_list(m, n)[1:]), "first the ratio"),
        (lambda m, n: (np.mean(m / n), *report_by_list(m, n)[1:]), "that is the mean"),
        (lambda m, n: (np.min(m / n), *report_by_list(m, n)[1:]), "your best run alone"),
        (lambda m, n: report_by_list(n, m), "mine and linear change places"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m <= n)], "a draw counts as a win"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.mean(m < n)], "a share, where a count"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m > n)], "that you lost"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m < 0.99 * n)], "be it by less than 1%"),
        (lambda m, n: (np.median(m - n), min(m - n), max(m - n), sum(m < n)), "differences"),
        (lambda m, n: [*report_by_list(100 * m, n)[:3], np.sum(m < n)], "those are per cent"),
        (lambda m, n: report_by_list(np.sort(m), np.sort(n)), "one run against another"),
        (lambda m, n: [np.exp(np.log(m / n).mean()), *report_by_list(m, n)[1:]], "you report"),
        (upper_middle, "average the two middle ones"),
        (lambda m, n: (np.median(m / n), min(m) / min(n), max(m) / max(n), sum(m < n)), "range"),
        (lambda m, n: (np.median(m / n), (m / n)[0], (m / n)[-1], sum(m < n)), "the first run"),
        (lambda m, n: report_by_list(m, n)[:3], "a list of 3 where 4 numbers"),
    ],
}
