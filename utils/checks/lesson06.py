"""The checks of lesson 06. Each begins with the reference, which is a solution to read."""

import numpy as np

from utils import data
from utils.arguments import one_of
from utils.checks.engine import Probe, call, exercise, kind
from utils.checks.results import listed
from utils.forecasting import Linear, mae
from utils.layers import LSTM, Dense, Last, Sequential
from utils.training import Adam, clip_by_norm, cosine_decay, minibatches, mse, train
from utils.words import fixed, number

# --- a series cut into windows ----------------------------------------------------------------


def window_probe(steps, window, horizon, when="", look="", dtype="float64"):
    series = np.random.default_rng(steps).uniform(-0.9, 0.9, steps).astype(dtype)
    sizes = {"samples": steps - window - horizon + 1, "window": window, "horizon": horizon}
    return Probe({"series": series, "window": window, "horizon": horizon}, when, look, sizes)


@exercise(
    probes=[
        window_probe(23, 5, 3),
        window_probe(29, 7, 1, "for a horizon of 1", "look at where the targets end"),
        window_probe(17, 1, 4, "for a window of 1", "look at where the windows end"),
        window_probe(11, 8, 3, "for the shortest series that will do", "is there one sample?"),
        window_probe(300, 3, 2, "for 300 steps in float32", "are all windows there?", "float32"),
    ],
    returns={"x": "samples window", "y": "samples horizon"},
    right="every window and its targets agree, for horizons of 1 and more, down to a series that "
    "has room for one window only",
    remarks={
        r"(.*)x has the wrong .* = \((\d+), (\d+)\), and should be .* = \((\d+), \3\).*": (
            r"\1there are \2 windows, where \4 are due: one begins at each step of the series, as "
            "long as all its targets follow"
        ),
    },
)
def cut_windows(series, window, horizon):
    """x (samples, window): each stretch of the series; y (samples, horizon): what follows it."""
    samples = len(series) - window - horizon + 1
    x = np.array([series[k : k + window] for k in range(samples)])
    y = np.array([series[k + window : k + window + horizon] for k in range(samples)])
    return x, y


TARGETS = "series[k + window : k + window + horizon]"
X_LINE = "    x = np.array([series[k : k + window] for k in range(samples)])\n"

cut_windows.knows(
    {
        "window - horizon + 1": {
            "window - horizon": "the last window is missing: there is one more that has all its "
            "targets",
            "window": "the last windows have fewer than `horizon` targets: stop while all are "
            "there",
            "window - horizon + 2": "there is one window too many: its last target lies past the "
            "end of the series",
        },
        TARGETS: {
            "series[k + window - 1 : k + window + horizon - 1]": (
                "the first target is the window's own last value: begin one step later"
            ),
            "series[k + window + 1 : k + window + horizon + 1]": (
                "a step is skipped between window and targets: the first target follows at once"
            ),
            "series[k + window + horizon - 1 : k + window + horizon]": (
                "y holds the last step of the horizon only: all of its steps are asked for"
            ),
            "series[k + window : k + window + 1]": "y holds the first step of the horizon only: "
            "all of its steps are asked for",
        },
        f"horizon + 1\n{X_LINE}": {
            f"horizon\n{X_LINE}    series = series[1:]\n": "a step is skipped between window and "
            "targets: the first target follows at once",
        },
        f" - horizon + 1\n{X_LINE}": {
            f"\n{X_LINE}    horizon = 1\n": "there are too many windows: you stop where one "
            "target is left, and do not count the horizon",
        },
    }
)
cut_windows.knows(
    {
        TARGETS: {
            "series[k + window : k + horizon]": "y begins at window and ends at horizon: the end "
            "has to be counted from the window's end",
            "series[k : k + horizon]": "the targets are the beginning of the window itself: they "
            "come after it",
        },
        "series[k : k + window] for k in range(samples)": {
            "series[k : k + window][::-1] for k in range(samples)": (
                "each window runs backwards: the oldest value comes first"
            ),
            "series[k + 1 : k + window + 1] for k in range(samples)": (
                "window k begins one step late, and so holds its own first target"
            ),
        },
        "    return x, y\n": {
            "    rows = np.concatenate([x, y], axis=1).T.reshape(samples, -1)\n"
            "    return rows[:, :window], rows[:, window:]\n": "the windows are mixed up, with the "
            "right numbers in the wrong places: reshape doesn't swap axes; did you want a "
            "transpose?",
        },
        "return x, y": {
            "return x[1:], y[1:]": "the first window is missing: it begins with the series",
            "return x[:-1], y[1:]": "a step is skipped between window and targets: the first "
            "target follows at once",
            "return y, x": "x and y have changed places: x comes first",
        },
    }
)


# --- the value of a season ago ----------------------------------------------------------------


def came_from(args, got):
    """Where in the series the first wrong value of a forecast stands, in words."""
    series, first, horizon, season = args.values()
    k = np.flatnonzero(~np.isclose(got, seasonal_naive.reference(**args)))[0]
    told = f"with first = {first}, horizon = {horizon} and season = {season} your forecast[{k}] is"
    if not (at := np.flatnonzero(np.isclose(series, got[k]))).size:
        return f"{told} none of the series' values: those themselves are asked for"
    back = "go back from the step by whole seasons, by as few as lead to a known value"
    return f"{told} series[{at[0]}], and it stands for series[{first + k}]: {back}"


def season_probe(first, horizon, season, when="", look="", times=1):
    # Values after `first` are there, as in the lesson, so that who reads them gets something else.
    series = np.random.default_rng(first).uniform(-0.9, 0.9, first + horizon + 3 * season)
    args = {"series": times * series, "first": first, "horizon": horizon, "season": season}
    return Probe(args, when, look, {"horizon": horizon})


@exercise(
    probes=[
        season_probe(31, 5, 7),
        season_probe(
            29, 17, 7, "for a horizon of more than two seasons", "whose values are known?"
        ),
        season_probe(
            33, 10, 6, "for a horizon of one season and a half", "whose values are known?"
        ),
        season_probe(24, 8, 8, "for a horizon of one season", "look at the last step"),
        season_probe(9, 4, 9, "where the series begins one season before", "look at the index"),
        season_probe(26, 3, 1, "for a season of 1", "that is the naive forecast"),
        season_probe(31, 5, 7, "for another series", "what is left of an earlier call?", 2),
    ],
    returns={"the forecast": "horizon"},
    examples=[
        {"series": np.array([4.0, 7, 5, 8, 6, 9, 1, 3]), "first": 5, "horizon": 3, "season": 2},
    ],
    evidence=came_from,
    right="the forecasts agree, also for a horizon of several seasons, a season of 1, and where "
    "only one season is known",
)
def seasonal_naive(series, first, horizon, season):
    """Forecasts (horizon,) of series[first : first + horizon] from series[:first]: the latest
    known value from the same point of the season."""
    ahead = np.arange(horizon)
    seasons_back = ahead // season + 1
    return series[first + ahead - season * seasons_back]


BACK = "series[first + ahead - season * seasons_back]"

seasonal_naive.knows(
    {
        "ahead // season + 1": {
            "1": "once the horizon is longer than the season, you read values from `first` on, "
            "which nobody knows yet: go back by as many seasons as it takes",
            "ahead // season": "the first season of the horizon is read from `first` on, and "
            "those are the values asked for: go back by one season more",
            "(ahead + season) // season + 1": "you go back one season more than needed: take the "
            "latest known",
        },
        BACK: {
            "series[first + ahead - season * seasons_back - 1]": (
                "each value comes from one step before the same point of the season"
            ),
            "series[first : first + horizon]": "those are the values asked for, from `first` on, "
            "which nobody knows yet",
            "np.full(horizon, series[first - 1])": "that is the naive forecast: the last value, "
            "whatever the season",
            "np.full(horizon, series[first - season])": "one value is repeated: each step ahead "
            "has its own point in the season",
            "series[(first + ahead) % season]": "that is the first season of the series: the "
            "latest known is asked for",
            "np.tile(series[-season:], horizon)[:horizon]": (
                "you read the end of the array, not of the known part, which ends before `first`"
            ),
            "np.tile(series[first - season + 1 : first], horizon)[:horizon]": (
                "what you repeat is one step shorter than a season"
            ),
            "np.tile(series[first - season - 1 : first - 1], horizon)[:horizon]": (
                "each value comes from one step before the same point of the season"
            ),
            "series[first + ahead + season * seasons_back]": (
                "you go forward by seasons, to what nobody knows yet: go back"
            ),
            "series[first - season + (first + ahead) % season]": (
                "you read the last known season, and begin at the wrong place in it"
            ),
            "np.array([series[:first][(first + k) % season :: season].mean() for k in ahead])": (
                "that is the mean over all known seasons: the latest value alone is asked for"
            ),
            "series[first - 1 - ahead % season]": "the values run backwards in time from the last "
            "known one",
        },
        "first + ahead - season * seasons_back": {
            "np.minimum(first + ahead - season * seasons_back + 1, first - 1)": (
                "each value comes from one step after the same point of the season"
            ),
        },
    }
)


# --- which pipeline leaks, and how ------------------------------------------------------------

LEAKS = [
    "none",
    "scaler fitted on everything",
    "windows split at random",
    "feature from the future",
    "target in the window",
]
LETTERS = dict(zip("ABCDE", [LEAKS[3], LEAKS[1], LEAKS[0], LEAKS[4], LEAKS[2]], strict=True))
WINDOW, NUDGED = 8, 190  # of a series of 200 steps


class Pipeline:
    """One of five ways to prepare a series of 200 steps: to be asked, not to be read.

    Called with a series it returns (x, y, step, train): windows x (samples, 8, 2) of the scaled
    value and its moving mean, targets y (samples, 1), the step of each target, and whether the
    window is for training.
    """

    def __init__(self, letter):
        one_of("letter", letter, LETTERS)
        self.letter = letter

    def __call__(self, series):
        return prepare(series, LETTERS[self.letter])

    def __repr__(self):  # printed, and in messages: it must not say what the leak is
        return f"pipeline {self.letter}, to be called with a series"


def pipeline(letter):
    """The pipeline "A", "B", "C", "D" or "E"."""
    return Pipeline(letter)


def prepare(series, leak):
    early = int(0.8 * len(series))
    scaler = data.Standardizer().fit(series if leak == LEAKS[1] else series[:early])
    z = scaler.transform(series)
    means = np.lib.stride_tricks.sliding_window_view(np.pad(z, 4, mode="edge"), 5).mean(axis=1)
    means = means[2:-2] if leak == LEAKS[3] else means[:-4]  # around each step, or up to it
    x, y = data.make_windows(np.stack([z, means], axis=1), WINDOW)
    step = np.arange(WINDOW, len(series))
    if leak == LEAKS[4]:  # each window is one step late
        x, y, step = x[1:], y[:-1], step[:-1]
    train = step < early  # all that is known when the first target of the test is asked for
    if leak == LEAKS[2]:
        train = np.random.default_rng(0).permutation(train)
    return x, y, step, train


def nudge(prepare, at=NUDGED):
    """What changes when one value of the series does: (training windows, of how many, the step of
    the earliest target for testing whose window changes)."""
    series, _ = data.noisy_sine(200, seed=0)
    moved = series + (np.arange(200) == at)
    x, _, step, train = prepare(series)
    changed = np.any(x != prepare(moved)[0], axis=(1, 2))
    return int(np.sum(changed & train)), int(train.sum()), int(step[changed & ~train].min())


@exercise(
    returns=dict,
    right="each pipeline has its name, and a change of one value shows just what you say",
)
def find_leaks():
    """What is wrong with each pipeline, in the words of LEAKS."""
    return {
        "A": "feature from the future",
        "B": "scaler fitted on everything",
        "C": "none",
        "D": "target in the window",
        "E": "windows split at random",
    }


def speaks_against(letter, said):
    """What the instrument shows of this pipeline that does not fit `said`."""
    hit, windows, earliest = nudge(pipeline(letter))
    if hit:
        scaling = said == LEAKS[1]
        return (
            f"a change of value {NUDGED} reaches {hit} of {windows} windows for training"
            + (", and a scaler would reach all of them" if scaling and hit < windows else "")
            + (", as happens when something is made of the whole series" if hit == windows else "")
        )
    untouched = f"a change of value {NUDGED} reaches no window for training"
    if said in (LEAKS[1], LEAKS[2]):
        return untouched
    words = f"{untouched}, and the earliest target whose window changes is number {earliest}"
    if earliest > NUDGED:
        return f"{words}: no window knows its target or anything later"
    own = "its own target" if earliest == NUDGED else "what comes after its target"
    return f"{words}: that window knows {own}"


@find_leaks.against
def wrong_leak(said):
    """What the instrument says against the first wrong answer, or nothing."""
    for letter, right in LETTERS.items():
        leak = said.get(letter)
        if letter in said and leak is None:
            return f"{letter} is None: does what you call there return anything?"
        if leak in (None, ..., ""):
            return f"{letter} has no answer yet"
        if leak not in LEAKS:
            return f"{letter}: {leak!r} is none of {', '.join(map(repr, LEAKS))}"
        if leak != right:
            return f"{letter}: {speaks_against(letter, leak)}"
    return None


# --- beat the linear row ----------------------------------------------------------------------


def own_series(seed):
    """(x, y, x_new, y_new) of a noisy sine of the check's own."""
    series, _ = data.noisy_sine(1000, seed=seed)
    x, y = data.make_windows(series, 20)
    early, _, late = data.split_in_time(len(x), 0.8, 0, embargo=0)
    return x[early], y[early], x[late], y[late]


OWN_SEEDS = range(20, 23)


@exercise(
    # The same seed for all: what differs between the models then comes from x and y alone. And it
    # is no seed of a series, so that nobody can make the rest of it.
    probes=[
        Probe(dict(zip(("x", "y"), own_series(series), strict=False)) | {"seed": 3})
        for series in OWN_SEEDS
    ],
    returns=object,
    seconds=600,  # it trains three models
    right="on three series that this check keeps for itself, your MAE is below linear's by more "
    "than 1% in the median",
)
def beat_linear(x, y, seed):
    """A model trained on windows x (samples, 20, 1) and targets y (samples, 1): a function from
    windows to forecasts."""
    lstm = LSTM(16, input_size=1, seed=seed, dtype="float64")
    model = Sequential([lstm, Last(), Dense(1, 16, seed=seed, dtype="float64")])
    optimizer, epochs, size = Adam(0.03), 60, 64
    batches = minibatches(x, y, size, epochs, seed)
    batches = cosine_decay(batches, optimizer, epochs * -(-len(x) // size))
    train(model, batches, mse, optimizer, clip=lambda grads: clip_by_norm(grads, 1.0))
    return model.forward


SAME = 1e-4  # forecasts this near are equal: networks in float32 round by the batch
ENOUGH = 0.99  # of linear's MAE, in the median: what is above counts as a tie


@beat_linear.meaning
def axis_missing(error, *_):
    if isinstance(error, IndexError) and "tuple index" in str(error):
        return (
            "an axis is missing: networks take x as (samples, 20, 1) and y as (samples, 1), "
            "as they come"
        )
    return None


@beat_linear.against
def not_better(models):
    """What keeps the models, one for each series, from beating linear, or nothing."""
    ratios, judged, first = [], [], own_series(OWN_SEEDS[0])[2]
    for series, predict in zip(OWN_SEEDS, models, strict=True):
        x, y, x_new, y_new = own_series(series)
        if words := oddity(predict, x_new, y_new):
            return words
        if judged and np.array_equal(predict(first.copy()), judged[0]):
            return (
                "trained on two different series, your models say the same of the same windows: "
                "does your function train on the x and y that it is given?"
            )
        judged.append(np.asarray(predict(first.copy())))
        rival = Linear().fit(x, y).predict(x_new)
        ratios.append(mae(y_new, np.asarray(predict(x_new.copy()))) / mae(y_new, rival))
        if ratios[-1] > FAR and (words := what_it_says(predict, x, y, x_new, y_new)):
            return f"your MAE is {number(ratios[-1])} times linear's: {words}"
    return verdict(np.array(ratios))


FAR = 1.5  # times linear's MAE: no matter of a little more training


def what_it_says(predict, x, y, x_new, y_new):
    """What forecasts that are far off have to do with what they should be, or with other windows;
    nothing if that is not plain."""
    forecast = np.asarray(predict(x_new.copy()), float)
    error, mean = mae(y_new, forecast), mae(y_new, np.full_like(y_new, y.mean()))
    for words, other in other_windows(x, x_new).items():
        again = forecasts(predict, other)
        if isinstance(again, list) and mae(y_new, again[0]) < min(error, mean) / 2:
            return (
                f"the forecasts are much better if {words}. Were the windows like that in training?"
            )
    for words, target in other_targets(x_new, y_new).items():
        if mae(target, forecast) < min(0.6 * error, 0.9 * mae(target, 0 * target + target.mean())):
            return f"what comes out is nearer to {words} than to the next value"
    spread = np.std(forecast) / np.std(y_new)
    if error > 1.5 * mean and spread > 2:
        return (
            f"worse than always the mean, whose MAE is {number(mean, 2)}, and yours "
            f"{number(error, 2)}. Has the training diverged, for too high a rate, or is what comes "
            "out of it added up or multiplied?"
        )
    slope, level = np.polyfit(forecast[:, 0], y_new[:, 0], 1)
    if mae(y_new, slope * forecast + level) < min(error, mean) / 2 and spread > 0.2:
        return another_form(forecast, y_new, slope, spread)
    if spread < 0.5:
        return (
            "the forecasts hardly change from window to window, and linear's do. Is the training "
            "long enough (epochs, rate), is each window trained with its own target, and is all "
            "that you trained and fitted in what you return?"
        )
    return None


def another_form(forecast, y_new, slope, spread):
    """How forecasts differ that would be right if they were stretched and moved."""
    if slope < 0:
        return f"the forecasts go down where the values go up (slope {number(slope, 2)})"
    if abs(slope - 1) < 0.1:
        off = np.mean(forecast - y_new)
        side = "above" if off > 0 else "below"
        return f"the forecasts have the right form, and lie {number(abs(off), 2)} {side} the values"
    ends = [fixed(end, 2) for a in (forecast, y_new) for end in (a.min(), a.max())]
    begun = " Or has the training hardly begun?" if spread < 0.7 else ""
    return (
        f"the forecasts have the right form and another scale: they go from {ends[0]} to "
        f"{ends[1]}, the values from {ends[2]} to {ends[3]}. Is what was scaled turned back?{begun}"
    )


def other_windows(x, x_new):
    """{how windows are changed: the windows}"""
    mean, spread = x.mean(), x.std()
    return {
        "the windows are read backwards": x_new[:, ::-1].copy(),
        "the windows are standardised before": (x_new - mean) / spread,
        "the windows are scaled to between 0 and 1 before": (x_new - x.min()) / np.ptp(x),
        "the last value is taken from each window before": x_new - x_new[:, -1:],
    }


def other_targets(x_new, y_new):
    """{what forecasts may be of: the values}"""
    return {
        "the last value of the window": x_new[:, -1],
        "the first value of the window": x_new[:, 0],
        "the mean of the window": x_new.mean(axis=1),
        "the step to the next value": y_new - x_new[:, -1],
        "the value after the next": np.roll(y_new, -1, axis=0),
    }


def forecasts(predict, x):
    """[the forecasts of windows x], or what can't be taken for them: an exception, or words."""
    return call(predict, {"x": x}, {"the function": ""}).result


def oddity(predict, x_new, y_new):
    """What is wrong with what was returned before it can be judged, if anything."""
    if not callable(predict):
        return (
            f"your function returns {kind(predict)}, where a function is asked for, alone, that "
            "maps windows to forecasts: model.forward is one, and model.forward(x) is none"
        )
    forecast = forecasts(predict, x_new)
    if isinstance(forecast, Exception):
        return f"what you return, called with windows of shape {x_new.shape}, {raised(forecast)}"
    if isinstance(forecast, str):
        return forecast.replace("your function", "what you return, called with windows,")
    (forecast,) = forecast
    if forecast.shape != y_new.shape:
        return (
            f"the forecasts have the shape {forecast.shape}, and should have {y_new.shape}: "
            "one row for each window"
        )
    if not np.isfinite(forecast).all():
        return "the forecasts hold NaN or infinity: has the training diverged?"
    if np.ptp(forecast) < 1e-9:
        return (
            "the forecast is the same for every window: does it look at them, or has training with "
            "too high a rate driven it to one number?"
        )
    if np.allclose(forecast, x_new[:, -1]):
        return "that is the naive forecast, each window's last value"
    return neighbours(predict, x_new, forecast)


def neighbours(predict, x_new, forecast):
    """Does a forecast need the other windows? They come later, and hold what it is to say."""
    again = forecasts(predict, x_new)
    if not np.allclose(again, forecast, rtol=0, atol=SAME):
        return (
            "called twice with the same windows, what you return answers differently: is it "
            "random, or does it keep something from call to call?"
        )
    some = np.random.default_rng(0).permutation(len(x_new))[: len(x_new) // 2]
    few = forecasts(predict, x_new[some])
    if isinstance(few, Exception):
        return f"what you return, called with half of the windows, {raised(few)}"
    (few,) = few
    if few.shape != forecast[some].shape or not np.allclose(few, forecast[some], rtol=0, atol=SAME):
        return (
            "a window's forecast changes with the windows beside it: it may depend on its own "
            "values only, for others come later in time"
        )
    return None


def raised(error):
    return f"raises {type(error).__name__}: {error}"


def verdict(ratios):
    """What keeps these ratios to linear's MAE from being a win, in words, or nothing."""
    middle = np.median(ratios)
    told = f"over {len(ratios)} series your MAE is {number(middle)} of linear's in the median, "
    told += f"from {number(ratios.min())} to {number(ratios.max())}"
    if np.allclose(ratios, 1, atol=1e-6):
        return "that is the linear model itself: its MAE is linear's, digit for digit"
    if middle > 1.5:
        return (
            f"{told}. Is the rate too low, or too high, is training too short, or are windows and "
            "forecasts treated otherwise than in training?"
        )
    if middle > 1.01:
        return (
            f"{told}: linear is better. A network may need more training, or another rate; a rule "
            "without training has to do better than linear's weights"
        )
    if middle >= ENOUGH:
        return f"{told}: that is a tie. More than 1% is asked for"
    return None


# --- an honest report -------------------------------------------------------------------------


def reported(args, got):
    """The ratios, beside what is reported of them."""
    ratios, right = np.sort(args["mine"] / args["linear"]), report.reference(**args)
    names = [n for n, a, b in zip(report.returns, got, right, strict=True) if not np.isclose(a, b)]
    values = [number(float(a)) for a, b in zip(got, right, strict=True) if not np.isclose(a, b)]
    said = listed([f"{value} as {name}" for name, value in zip(names, values, strict=True)])
    shown = ", ".join(number(ratio) for ratio in ratios)
    return f"where the ratios are, sorted, {shown}, you report {said}"


def report_probe(runs, seed, when="", near=None, ends=(0.8, 1.15)):
    rng = np.random.default_rng(seed)
    linear = rng.uniform(0.5, 3.0, runs)
    mine = linear * rng.uniform(*ends, runs)
    if near:
        mine[1] = near * linear[1]
    look = "look at how you compare"
    return Probe({"mine": mine, "linear": linear}, when, look, {"runs": runs})


@exercise(
    probes=[
        report_probe(7, 0),
        report_probe(6, 1, "for an even number of runs"),
        report_probe(5, 2, "where one run is a draw", near=1),
        report_probe(5, 4, "where one run is ahead by 0.3%", near=0.997),
        report_probe(1, 3, "for a single run"),
        report_probe(4, 5, "where all runs are behind by much", ends=(1.2, 3)),
    ],
    returns={"median": "", "lowest": "", "highest": "", "wins": ""},
    evidence=reported,
    right="median, range and wins agree, for odd and even numbers of runs, with a draw, and for "
    "one run alone",
)
def report(mine, linear):
    """Of two arrays of MAEs, one for each run: the median ratio, the lowest, the highest, and in
    how many runs mine is below linear's."""
    ratios = mine / linear
    return np.median(ratios), ratios.min(), ratios.max(), np.sum(mine < linear)


RATIOS, MEDIAN = "ratios = mine / linear", "return np.median(ratios)"
RANGE, WINS = "ratios.min(), ratios.max()", "np.sum(mine < linear)"

report.knows(
    {
        MEDIAN: {
            "return np.median(mine) / np.median(linear)": "median: first the ratio within each "
            "run, then the median. Otherwise an easy series of one is held against a hard one of "
            "the other",
            "return np.mean(ratios)": "median: that is the mean, which one odd run can move",
            "return np.mean(mine) / np.mean(linear)": "median: that is the ratio of the means, in "
            "which the series with the largest errors count most",
            "return np.sort(ratios)[len(ratios) // 2]": "median: of an even number of runs, "
            "average the two middle ones",
            "return np.sort(ratios)[(len(ratios) - 1) // 2]": (
                "median: of an even number of runs, average the two middle ones"
            ),
            "return ratios.min()": "median: that is your best run alone",
            "return ratios[-1]": "median: that is the last run alone",
        },
        RATIOS: {
            "ratios = linear / mine": "the ratios are upside down: yours over linear's, so that "
            "below 1 is better",
            "ratios = mine - linear": "those are differences: divide yours by linear's",
            "ratios = 1 - mine / linear": "those are gains, 1 minus the ratio: the ratios "
            "themselves are asked for",
            "ratios = 100 * mine / linear": "those are per cent: the ratios themselves are asked "
            "for",
            "ratios = np.sort(mine) / np.sort(linear)": "you sort first, and so hold one run "
            "against another",
            "ratios = np.round(mine / linear, 2)": "your ratios are rounded: leave that to "
            "whoever prints them",
        },
        RANGE: {
            "mine.min() / linear.min(), mine.max() / linear.max()": (
                "lowest and highest: first the ratio within each run, then the range"
            ),
            "np.quantile(ratios, 0.25), np.quantile(ratios, 0.75)": (
                "lowest and highest: those are the quartiles, which leave half of the runs out"
            ),
            "ratios[0], ratios[-1]": "lowest and highest: those are the first run and the last",
            "ratios.max(), ratios.min()": "lowest and highest are in the other order",
            "mine.min(), mine.max()": "lowest and highest are those of your MAE: those of the "
            "ratios are asked for",
        },
        WINS: {
            "np.sum(ratios <= 1)": "wins: a draw counts as a win",
            "np.sum(ratios < 0.99)": "wins: a lower MAE counts, be it by less than 1%",
            "np.sum(np.round(ratios, 2) < 1)": "wins: the ratios are rounded before they are "
            "counted, and 0.997 is below 1",
            "np.sum(ratios > 1)": "wins: those are the runs that you lost",
            "np.mean(ratios < 1)": "wins: a share, where a count is asked for",
            "int(np.median(ratios) < 1) * len(ratios)": "wins: all runs or none, by the median: "
            "count run by run",
        },
    }
)
