"""The checks of lesson 06: right answers in other words, wrong ones and what they are told."""

import inspect
import itertools
import re

import numpy as np
import pytest

from tests.test_checks import given_away, line_of
from utils import data, forecasting
from utils.checks import Exercise, lesson06, same

EXERCISES = {name: e for name, e in vars(lesson06).items() if isinstance(e, Exercise)}
TABLES = [name for name, exercise in EXERCISES.items() if exercise.mistakes]

# --- right answers, written differently -------------------------------------------------------


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


def report_by_sorting(mine, linear):
    ratios = sorted(m / n for m, n in zip(mine, linear, strict=True))
    middle = (ratios[len(ratios) // 2] + ratios[~(len(ratios) // 2)]) / 2
    return middle, ratios[0], ratios[-1], len([1 for ratio in ratios if ratio < 1])


def report_by_list(mine, linear):
    ratios = np.divide(mine, linear)
    return [np.quantile(ratios, 0.5), np.min(ratios), np.max(ratios), (mine < linear).sum()]


def named(**changed):
    return lambda: lesson06.LETTERS | changed


RIGHT = [
    ("cut_windows", windows_by_view),
    ("cut_windows", windows_by_loop),
    ("seasonal_naive", season_by_tile),
    ("seasonal_naive", season_by_loop),
    ("find_leaks", lambda: dict(reversed(lesson06.LETTERS.items()))),
    ("find_leaks", named(F="something more")),
    ("beat_linear", kernel_ridge),
    ("report", report_by_sorting),
    ("report", report_by_list),
    ("report", lambda mine, linear: np.array(report_by_list(mine, linear))),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_pass(name, answer, capsys):
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert line.startswith("Right: ") and len(line) > 40, line
    assert handed_back is answer


def test_the_reference_beats_linear():
    reference = lesson06.beat_linear.reference
    assert lesson06.beat_linear.judge(lambda *args: reference(*args)).startswith("Right: ")


# --- wrong answers, and what they are told ----------------------------------------------------


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


def changes_y(x, y, seed):
    y *= 0.5
    return linear(x, y, seed)


def upper_middle(mine, linear):
    ratios = sorted(mine / linear)
    return ratios[len(ratios) // 2], ratios[0], ratios[-1], sum(mine < linear)


WRONG = {
    "cut_windows": [
        (cut(samples=-1), "the last window is missing: there is one more"),
        (cut(y_from=-1, y_to=-1), "the first target is the window's own last value"),
        (cut(y_from=1, y_to=1, samples=-1), "a step is skipped between window and targets"),
        (cut(x_from=1), "window k begins one step late"),
        (cut(step=2), "shape"),
        (tutorial_windows, "do not count the horizon"),
        (lambda s, w, h: windows_by_view(s, w, h)[::-1], "in the other order: x first"),
        (lambda s, w, h: windows_by_view(s, w, h)[0], "where 2 arrays are asked for"),
        (lambda s, w, h: windows_by_view(s, w, 1), "do not count the horizon"),
        (flat_windows, "for a window of 1"),
    ],
    "seasonal_naive": [
        (lambda s, f, h, n: s[f - n : f - n + h], "which nobody knows yet"),
        (lambda s, f, h, n: np.tile(s[-n:], h)[:h], "you read the end of the array"),
        (lambda s, f, h, n: np.tile(s[f - n + 1 : f], h)[:h], "one step shorter than a season"),
        (lambda s, f, h, n: np.tile(s[f - n - 1 : f - 1], h)[:h], "from one step before"),
        (lambda s, f, h, n: s[f - n : f][(f + np.arange(h)) % n], "at the wrong place in it"),
        (season_mean, "the mean over all known seasons"),
        (lambda s, f, h, n: np.full(h, s[f - 1]), "that is the naive forecast"),
        (lambda s, f, h, n: s[(f + np.arange(h)) % n], "the first season of the series"),
        (lambda s, f, h, n: s[f - 1 - np.arange(h) % n], "run backwards in time"),
        (lambda s, f, h, n: s[f : f + h], "which nobody knows yet"),
        (lambda s, f, h, n: s[f - n : f][:h], "for a horizon of more than two seasons"),
        (lambda s, f, h, n: s[f - n], "it is (), and should be (horizon)"),
    ],
    "find_leaks": [
        (named(A="none"), "A: a change of value 190 reaches no window for training, and the "
         "earliest target whose window changes is number 189"),
        (named(A="target in the window"), "knows what comes after its target"),
        (named(D="feature from the future"), "number 190: that window knows its own target"),
        (named(C="scaler fitted on everything"), "value 190 reaches no window for training."),
        (named(C="target in the window"), "no window knows its target or anything later"),
        (named(B="windows split at random"), "and single windows can't do that"),
        (named(E="scaler fitted on everything"), "and a scaler would reach all of them"),
        (named(E="leaky"), "E: 'leaky' is none of the five"),
        (lambda: {"A": "feature from the future"}, "B has no answer yet"),
        (lambda: ["none"], "a list of 1, where a dict is asked for"),
    ],
    "beat_linear": [
        (linear, "that is the linear model itself"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1], "that is the naive forecast"),
        (lambda x, y, seed: lambda x_new: 0 * x_new[:, -1] + y.mean(), "the same for every window"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1, 0], "shape (196,), and should have"),
        (lambda x, y, seed: lambda x_new: x_new[:, -1] * np.nan, "NaN or infinity"),
        (lambda x, y, seed: lambda x_new: None, "can't be read as an array of numbers"),
        (lambda x, y, seed: linear(x, y, seed)(x), "an array of shape (784, 1), where a function"),
        (lambda x, y, seed: linear(x[:, :7], y, seed), "x must have 7 values a window"),
        (noisy_linear(0.01), "that is a tie"),
        (noisy_linear(0.05), "linear is better"),
        (noisy_linear(1.0), "hardly learnt anything"),
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
        (lambda m, n: report_by_list(n, m), "upside down"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m <= n)], "a draw counts as a win"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.mean(m < n)], "a share, where a count"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m > n)], "that you lost"),
        (lambda m, n: [*report_by_list(m, n)[:3], np.sum(m < 0.99 * n)], "be it by less than 1 %"),
        (lambda m, n: (np.median(m - n), min(m - n), max(m - n), sum(m < n)), "differences"),
        (lambda m, n: [*report_by_list(100 * m, n)[:3], np.sum(m < n)], "those are per cent"),
        (lambda m, n: report_by_list(np.sort(m), np.sort(n)), "one run against another"),
        (upper_middle, "average the two middle ones"),
        (lambda m, n: (np.median(m / n), min(m) / min(n), max(m) / max(n), sum(m < n)), "range"),
        (lambda m, n: (np.median(m / n), (m / n)[0], (m / n)[-1], sum(m < n)), "the first run"),
        (lambda m, n: report_by_list(m, n)[:3], "a list of 3 where 4 numbers"),
    ],
}  # fmt: skip
CASES = [(name, *case) for name, cases in WRONG.items() for case in cases]


@pytest.mark.parametrize(("name", "answer", "fragment"), CASES)
def test_wrong_answers_are_told_what_is_wrong(name, answer, fragment, capsys):
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert "Not yet: " in line and fragment in line, line
    assert handed_back is EXERCISES[name].reference
    assert not line.endswith(("..", "?."))
    assert not given_away(EXERCISES[name], re.sub("`.*`", "", line))


@pytest.mark.parametrize("body", ["raise NotImplementedError()", "pass", "...", "return None"])
@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_counts_as_not_attempted(name, body, capsys):
    scope = {}
    exec(f"def {name}({', '.join(EXERCISES[name].probes[0].args)}):\n    {body}", scope)
    line, handed_back = line_of(EXERCISES[name], scope[name], capsys)
    assert line == f"Not attempted yet: the cells below use the course's own {name}."
    assert handed_back is EXERCISES[name].reference


# --- the references and the known mistakes ----------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_known_mistakes_differ_from_the_reference_and_from_each_other(name):
    exercise = EXERCISES[name]
    wanted = exercise.results(exercise.reference)
    tried = [(exercise.results(variant), words) for variant, words in exercise.variants()]
    for results, words in tried:
        assert not all(map(same, results, wanted)), words
        assert exercise.known_mistake(results, wanted) == words
    for (one, words), (other, others) in itertools.combinations(tried, 2):
        assert words == others or not all(map(same, one, other)), (words, others)


@pytest.mark.parametrize("name", TABLES)
def test_no_message_gives_the_code_away(name):
    exercise = EXERCISES[name]
    for message in [words for _, _, words in exercise.mistakes] + [exercise.right]:
        assert not given_away(exercise, message), message


def test_references_agree_with_the_course():
    series = np.random.default_rng(0).standard_normal(40)
    x, y = lesson06.cut_windows.reference(series, 6, 3)
    theirs, targets = data.make_windows(series, 6, 3)
    np.testing.assert_array_equal(x, theirs[:, :, 0])
    np.testing.assert_array_equal(y, targets)
    for k, row in enumerate(forecasting.seasonal_naive(series, 6, 5, 4)):
        np.testing.assert_array_equal(lesson06.seasonal_naive.reference(series, 6 + k, 5, 4), row)


def test_the_pipelines_show_their_leaks():
    """A leak changes what the instrument sees, each in its own way; the clean one changes none."""
    seen = {leak: lesson06.nudge(lesson06.pipeline(k)) for k, leak in lesson06.LETTERS.items()}
    assert seen["none"] == (0, 152, 191)
    assert seen["feature from the future"] == (0, 152, 190 - 1)
    assert seen["target in the window"] == (0, 152, 190)
    hit, windows, _ = seen["scaler fitted on everything"]
    assert hit == windows
    hit, windows, _ = seen["windows split at random"]
    assert 0 < hit < 10
    shapes = {lesson06.pipeline(k)(np.arange(200.0))[0].shape[1:] for k in lesson06.LETTERS}
    for letter in lesson06.LETTERS:  # the targets are those of the steps that are named
        series = np.sin(np.arange(200.0))
        _, y, step, _ = lesson06.pipeline(letter)(series)
        assert np.corrcoef(y[:, 0], series[step])[0, 1] > 1 - 1e-9
    assert shapes == {(8, 2)}
    assert lesson06.find_leaks.reference() == lesson06.LETTERS


def test_what_is_printed_of_a_pipeline_does_not_name_its_leak(capsys):
    for letter, leak in lesson06.LETTERS.items():
        asked = lesson06.pipeline(letter)
        told, _ = line_of(lesson06.find_leaks, asked, capsys)  # handed over as if it were an answer
        shown = f"{asked!r} {asked} {vars(asked)} {inspect.signature(asked)} {told}"
        assert letter in shown and leak not in shown
    with pytest.raises(ValueError, match="letter must be one of A, B, C, D, E, got 'F'"):
        lesson06.pipeline("F")


def test_a_model_is_trained_once_on_each_series(capsys):
    seeds = []

    def answer(x, y, seed):
        seeds.append(seed)
        return kernel_ridge(x, y, seed)

    line, _ = line_of(lesson06.beat_linear, answer, capsys)
    assert line.startswith("Right: ") and seeds == list(lesson06.OWN_SEEDS)


def test_a_win_by_exactly_one_per_cent_is_a_tie():
    told = lesson06.verdict(np.array([lesson06.ENOUGH, 0.5, 1.25]))
    assert told.startswith("over 3 series your MAE is 0.99 of linear's in the median, from 0.5 to")
    assert "to 1.25: that is a tie" in told
    assert lesson06.verdict(np.full(3, lesson06.ENOUGH - 0.001)) is None


def test_windows_of_the_shortest_series_are_looked_at(capsys):
    def without_a_single_one(series, window, horizon):
        x, y = lesson06.cut_windows.reference(series, window, horizon)
        return (x, y) if len(x) > 1 else (x[:0], y[:0])

    line, _ = line_of(lesson06.cut_windows, without_a_single_one, capsys)
    assert "for the shortest series that will do" in line
