"""Forecasters to beat, errors, intervals, and the scoreboard that shows no model without them.

Forecasts and what came true, y, have shape (samples, horizon): a row for each window, a column
for each step ahead, as `utils.data.make_windows` cuts them.
"""

from html import escape
from math import floor

import numpy as np

from utils.arguments import (
    affordable,
    as_floats,
    between,
    function,
    overflow_allowed,
    positive,
    positive_integer,
    shown,
    true_or_false,
    underflow_ignored,
    whole_number,
)
from utils.board import board_html
from utils.data import ROUNDING, as_table, make_windows
from utils.words import percent, three_digits

# --- forecasters ------------------------------------------------------------------------------


def naive(series, window, horizon=1, part=slice(None)):
    """The last value of each window, for every step ahead. -> (samples, horizon)"""
    return seasonal_naive(series, window, horizon, 1, part)


def seasonal_naive(series, window, horizon, season, part=slice(None)):
    """The latest known value from the same point of the season. -> (samples, horizon)

    It forecasts the targets y[part] of `make_windows(series, window, horizon)`; `part` is a slice,
    or an array of window numbers. A season longer than the window is looked up in the series
    before the window, so the first season - window windows can't be forecast.
    """
    season = positive_integer("season", season)
    window, horizon = positive_integer("window", window), positive_integer("horizon", horizon)
    samples = len(make_windows(series, window, horizon)[0])
    try:
        if isinstance(part, (bool, np.bool_)):
            raise IndexError
        windows = np.arange(samples)[part].reshape(-1, 1)
    except (IndexError, TypeError, ValueError):
        raise ValueError(
            f"part must be a slice or window numbers below {samples}, got {shown(part)}"
        ) from None
    if windows.size and windows.min() + window < season:
        raise ValueError(
            f"season must be at most {windows.min() + window} steps, what lies before the first "
            f"target asked for, got {season} (a part from window {season - window} on has as many)"
        )
    ahead = np.arange(horizon)
    seasons_back = ahead // season + 1
    return as_table("series", series)[windows + window + ahead - seasons_back * season, 0]


class Linear:
    """Least squares: each step ahead is a weighted sum of the window's values, plus a bias.

    y = x W + b, with x as (samples, window * features), W (window * features, horizon).
    """

    @underflow_ignored
    def fit(self, x, y):
        x = as_floats("x", x, ("samples", "window", "features"))
        y = as_floats("y", y, ("samples", "horizon"))
        if len(x) != len(y):
            raise ValueError(f"y must have {len(x)} samples, as x has, got {len(y)}")
        columns = x[0].size + 1
        rows = np.empty((0, columns + y.shape[1]))
        for part in in_parts(x):
            ones = np.ones((len(x[part]), 1))
            rows = np.vstack([rows, np.hstack([flat(x[part]), ones, y[part]])])
            if part.stop < len(x) or part.start > 0:
                rows = np.linalg.qr(rows, mode="r")  # says the same about W and b in fewer rows
        rounding = np.finfo(float).eps * max(len(x), columns)
        solution = np.linalg.lstsq(rows[:, :columns], rows[:, columns:], rounding)[0]
        self.W, self.b = solution[:-1], solution[-1]
        return self

    @underflow_ignored
    def predict(self, x):
        if not hasattr(self, "W"):
            raise RuntimeError("this Linear has no weights yet: call fit(x, y) first")
        x = as_floats("x", x, ("samples", "window", "features"))
        if x[0].size != len(self.W):
            raise ValueError(f"x must have {len(self.W)} values a window, got {x[0].size}")
        affordable("x", x.shape, len(x), self.W.shape[1])
        return np.concatenate([flat(x[part]) @ self.W + self.b for part in in_parts(x)])


def flat(x):
    """Windows (samples, window, features) as (samples, window * features)."""
    return x.reshape(len(x), -1)


def in_parts(x):
    """Slices of the samples that are small enough to be copied: windows overlap, and all of them
    take far more memory than the series."""
    step = max(1, MOST_COPIED // x[0].size)
    return [slice(i, min(i + step, len(x))) for i in range(0, len(x), step)]


MOST_COPIED = 4_000_000  # numbers


def recursive(predict_one, x, horizon):
    """A model of one step ahead, fed its own forecasts. -> (samples, horizon)

    predict_one maps windows (samples, window, 1) to forecasts (samples, 1). After each step
    the window drops its oldest value and takes the forecast as its newest. Where a model explodes,
    later forecasts are infinite or NaN.
    """
    x = as_floats("x", x, ("samples", "window", 1))
    function("predict_one", predict_one)
    horizon = positive_integer("horizon", horizon)
    affordable("horizon", horizon, len(x), horizon)
    forecasts = [answer(predict_one, x)]
    with overflow_allowed():  # fed its own forecasts, a model may explode, which should show
        while len(forecasts) < horizon:
            x = np.concatenate([x[:, 1:], forecasts[-1][:, :, None]], axis=1)
            forecasts.append(answer(predict_one, x))
    return np.hstack(forecasts)


def answer(predict_one, x):
    """Copied, both ways: it may write into what it is given, and return the same array again."""
    return as_floats("predict_one(x)", predict_one(x.copy()), (len(x), 1)).copy()


# --- one series, many tests ---------------------------------------------------------------------


def rolling_origin(samples, first, test=1, embargo=0, step=None, width=None):
    """Windows 0 to samples - 1 cut many times: train on the past, test on what comes next, move on.

    -> [(train, test), ...]: slices, oldest first. Each test part has `test` windows. The first
    begins at window `first`, each other `step` windows after the one before: by default where that
    ended, so that no window is tested twice. `embargo` windows are left out before each test part.
    With horizon - 1 of them all targets of the training are known when the first forecast of the
    test is made. The training part grows from window 0; with `width` it slides, and holds the
    latest `width` windows only. A last test part that would be incomplete is left out.

    Tashman (2000), "Out-of-sample tests of forecasting accuracy: an analysis and review",
    International Journal of Forecasting 16 (4), pages 437 to 450, compares the ways to do it.
    """
    samples, test = positive_integer("samples", samples), positive_integer("test", test)
    step = test if step is None else positive_integer("step", step)
    embargo = whole_number("embargo", embargo)
    known = positive_integer("first", first) - embargo
    width = None if width is None else positive_integer("width", width)
    if first + test > samples:
        raise ValueError(
            f"first must leave {test} of {samples} windows for a test part, so be at most "
            f"{samples - test}, got {first}"
        )
    if known < (width or 1):
        raise ValueError(
            f"first must be at least {(width or 1) + embargo}, {width or 1} to train on and "
            f"{embargo} left out, got {first}"
        )
    return [
        (slice(origin - embargo - width if width else 0, origin - embargo), slice(origin, end))
        for origin, end in ((k, k + test) for k in range(first, samples - test + 1, step))
    ]


# --- errors -----------------------------------------------------------------------------------


def mae(y, forecast):
    """Mean absolute error, in the units of the series."""
    return float(np.mean(np.abs(error(y, forecast))))


def rmse(y, forecast):
    """Root of the mean squared error: a few large errors weigh more than many small ones."""
    return float(root_mean_square(error(y, forecast)))


def mase(y, forecast, scale):
    """Mean absolute scaled error: the MAE over that of the naive forecast on the training part.

    `scale` comes from `naive_scale`. Below 1 is better than naive was there (Hyndman and
    Koehler, 2006, "Another look at measures of forecast accuracy").
    """
    return float(in_units_of(scale=positive("scale", scale), errors=mae(y, forecast)))


def in_units_of(scale, errors):
    """errors / scale, where both are of a size that can be compared."""
    with overflow_allowed():
        scaled = np.divide(errors, scale)
    if not np.isfinite(scaled).all():
        raise ValueError(
            f"scale must be a change of the series, to which errors of {np.max(errors):g} can be "
            f"compared, got {np.min(scale):g}"
        )
    return scaled


def naive_scale(train, season=1):
    """The mean absolute change of a series (steps,) over one season: the unit of MASE."""
    train = as_table("train", train)[:, 0]
    season = positive_integer("season", season)
    if season >= len(train):
        raise ValueError(f"season must be less than the {len(train)} steps of train, got {season}")
    scale = mae(train[season:, None], train[:-season, None])
    if scale <= ROUNDING[train.dtype.name] * np.abs(train).max():
        raise ValueError(
            f"train must change by more than rounding over a season of {season}, or every error "
            f"is huge beside it, got a mean change of {scale:g}"
        )
    return scale


def error_by_horizon(y, forecast):
    """The mean absolute error of each step ahead. -> (horizon,)"""
    return np.abs(error(y, forecast)).mean(axis=0)


def error(y, forecast):
    """What came true minus what was forecast, in float64: sums of float32 lose digits."""
    y = as_floats("y", y, ("samples", "horizon"))
    forecast = as_floats("forecast", forecast, y.shape)
    with overflow_allowed():
        miss = np.subtract(y, forecast, dtype=np.float64)
    if max(miss.max(), -miss.min()) > np.finfo(float).max / miss.size:
        raise ValueError(
            f"forecast must be of a size that can be compared with y, up to {np.abs(y).max():g}, "
            f"got up to {np.abs(forecast).max():g}: the sum of the errors is too large for a float"
        )
    return miss


def root_mean_square(errors, axis=None):
    """Of errors whose squares may be too large for a float, or too small."""
    _, power = np.frexp(np.abs(errors).max())
    return np.ldexp(np.sqrt(np.mean(np.ldexp(errors, -power) ** 2, axis)), power)


# --- intervals and alarms -----------------------------------------------------------------------


def residual_interval(residuals, level=0.9):
    """What to add to a forecast for an interval around it. -> (low, high), each (horizon,)

    residuals are y - forecast, (samples, horizon), on data the model was not trained on. Of n
    residuals sorted, the k-th from either end bounds the interval, k = (n + 1) (1 - level) / 2
    rounded down. A new value lies inside with a probability of at least `level`, whatever the
    model and the distribution, as long as it could as well have been one of the n: this is split
    conformal prediction (Lei et al., 2018, "Distribution-free predictive inference for
    regression"), with each tail on its own (Linusson et al., 2014, "Signed-error conformal
    regression").
    """
    residuals = as_floats("residuals", residuals, ("samples", "horizon"))
    tail = (1 - between("level", level, 0, 1)) / 2
    k = floor((len(residuals) + 1) * tail + 1e-9)  # 20 * 0.05 is 1, whatever rounding makes of it
    if k < 1:
        raise ValueError(
            f"residuals must have at least {round(1 / tail) - 1} samples for a level of {level:g}, "
            f"got {len(residuals)}"
        )
    low, high = np.sort(residuals, axis=0)[[k - 1, -k]]
    return low, high


def coverage(y, low, high):
    """The share of values that lie in their interval; low and high have the shape of y."""
    y = as_floats("y", y, ("samples", "horizon"))
    low, high = as_floats("low", low, y.shape), as_floats("high", high, y.shape)
    if np.any(low > high):
        where = tuple(np.argwhere(low > high)[0].tolist())
        raise ValueError(
            f"low must be at most high everywhere, got {low[where]:g} above {high[where]:g} "
            f"at {where}"
        )
    return float(np.mean((low <= y) & (y <= high)))


def coverage_by_month(dates, y, low, high):
    """The coverage of each calendar month, oldest first, and how many values it is a share of.

    y, low and high are (samples, horizon), of windows that begin one step after another, and
    `dates` are those of their targets, (samples + horizon - 1,): y[k, i] belongs to dates[k + i].
    -> a pandas DataFrame with a row for each month, "2015-05", and the columns "coverage" and
    "values". A value that is asked for several steps ahead counts each time.
    """
    import pandas as pd  # only here, so that this module opens in no time

    y = as_floats("y", y, ("samples", "horizon"))
    coverage(y, low, high)  # refuses what is no interval
    low, high = np.asarray(low), np.asarray(high)
    steps = len(y) + y.shape[1] - 1
    try:
        months = np.asarray(dates).astype("datetime64[M]")
    except (TypeError, ValueError):
        months = np.array("NaT", "datetime64[M]")
    if np.asarray(dates).dtype.kind != "M" or np.isnat(months).any() or months.shape != (steps,):
        raise ValueError(
            f"dates must be {steps} dates, of the {len(y)} windows' first targets and of the "
            f"{y.shape[1] - 1} that follow, got {shown(dates)}"
        )
    of = months[np.add.outer(*map(np.arange, y.shape))]
    inside = pd.Series(((low <= y) & (y <= high)).ravel(), np.datetime_as_string(of).ravel())
    table = inside.groupby(level=0).agg(["mean", "size"])
    return table.set_axis(["coverage", "values"], axis=1)


def precision_recall(found, planted):
    """The share of alarms that were right, and of faults that were found. -> (precision, recall)

    Both are arrays of True and False, of one shape. Precision is NaN when there was no alarm.
    """
    planted = as_floats("planted", planted, (...,))
    found = as_floats("found", found, planted.shape)
    for name, flags in (("found", found), ("planted", planted)):
        if not np.isin(flags, (0, 1)).all():
            raise ValueError(f"{name} must hold True and False alone, got {flags.max():g} in it")
    if not planted.any():
        raise ValueError("planted must hold at least one fault, got none")
    right, alarms = np.count_nonzero(found * planted), np.count_nonzero(found)
    return right / alarms if alarms else np.nan, right / np.count_nonzero(planted)


# --- the scoreboard ---------------------------------------------------------------------------


class Scoreboard:
    """Models judged on identical targets, next to the three that cost nothing.

    y is (samples, horizon), or (runs, samples, horizon) when each run has data of its own.
    `scale`, for MASE, comes from `naive_scale`: a number, or one for each run. Without the rows
    of BASELINES the board shows no other.
    """

    BASELINES = "naive", "seasonal naive", "linear"
    METRICS = "MAE", "RMSE", "MASE"
    HEADER = "model", *METRICS, "MAE / linear's", "verdict"
    TIE = 0.01  # an MAE within 1% of linear's, in the same run, is a tie

    def __init__(self, y, scale):
        # Copies: whatever happens to the arrays that were given, the targets stay the same.
        self.y = as_floats("y", y, (...,)).astype(float)
        self.scale = as_floats("scale", scale, (...,)).astype(float)
        if self.y.ndim not in (2, 3):
            raise ValueError(f"y must have shape ([runs,] samples, horizon), got {self.y.shape}")
        if self.scale.shape not in ((), self.y.shape[:-2]) or self.scale.min() <= 0:
            raise ValueError(f"scale must be above 0, one number or one a run, got {shown(scale)}")
        self.scores = {}  # for each name a table: a row for each run, METRICS as columns
        self.floors = set()  # names of rows that are no contenders

    def add(self, name, forecast, contender=True):
        """A new row. Several runs on the one series y come stacked: (runs, samples, horizon).

        What nobody could forecast with, such as the series without its noise, is no contender: it
        is shown as the floor.
        """
        if not isinstance(name, str) or not name or name in self.scores:
            raise ValueError(f"name must be a text that no other row has, got {shown(name)}")
        true_or_false("contender", contender)
        forecast = as_floats("forecast", forecast, (..., *self.y.shape))
        if forecast.ndim > 3:
            raise ValueError(f"forecast must have one axis of runs at most, got {forecast.shape}")
        misses = np.abs(forecast - self.y).reshape(-1, *self.y.shape[-2:])
        for scores in self.scores.values():
            if 1 < len(scores) != len(misses) > 1:
                raise ValueError(
                    f"forecast must have {len(scores)} runs, as other rows have, got {len(misses)}"
                )
        mae, rmse = misses.mean((1, 2)), root_mean_square(misses, (1, 2))
        self.scores[name] = np.stack([mae, rmse, in_units_of(self.scale, mae)], axis=1)
        if not contender:
            self.floors.add(name)

    def table(self):
        """A pandas DataFrame with a row for each model, in the order they were added.

        MAE, RMSE and MASE are medians over the runs, with "MAE low", "MAE high" and so on beside
        them. "ratio" is the median of MAE over linear's, taken run by run; "wins", "ties" and
        "losses" count the runs in which it is below 1, at 1 within TIE, and above.
        """
        import pandas as pd  # only here, so that this module opens in no time

        if self.missing():
            raise ValueError(self.missing())
        return pd.DataFrame([self.row(name) for name in self.scores], index=list(self.scores))

    def missing(self):
        """What keeps the board from being shown, in words; nothing if nothing does."""
        names = [name for name in self.BASELINES if name not in self.scores]
        return names and f"no model is shown before the board has these rows: {', '.join(names)}"

    def row(self, name, rival="linear"):
        """The row of `table`, as a dictionary; the comparison may be with another rival."""
        row = {}
        for metric, values in zip(self.METRICS, self.scores[name].T, strict=True):
            row[metric] = float(np.median(values))
            row[f"{metric} low"], row[f"{metric} high"] = float(values.min()), float(values.max())
        # What is below a billionth of the scale is rounding, and no reason to win or lose.
        mase, theirs = (np.maximum(self.scores[key][:, 2], 1e-9) for key in (name, rival))
        ratio = mase / theirs
        row["ratio"] = float(np.median(ratio))
        row["wins"], row["losses"] = int(sum(ratio < 1 - self.TIE)), int(sum(ratio > 1 + self.TIE))
        row["ties"] = len(ratio) - row["wins"] - row["losses"]
        return row

    def numbers(self, name):
        """[(median, lowest to highest or "" of a single run), ...] of METRICS, as texts."""
        row, several = self.row(name), len(self.scores[name]) > 1
        ends = (
            [three_digits(row[metric + end]) for end in ("", " low", " high")]
            for metric in self.METRICS
        )
        return [(middle, f"{low} to {high}" if several else "") for middle, low, high in ends]

    def cells(self, name):
        """The row in words, as HEADER names them."""
        numbers = [f"{middle} [{span}]" if span else middle for middle, span in self.numbers(name)]
        ratio = three_digits(self.row(name)["ratio"])
        return [name, *numbers, ratio, ", ".join(self.verdicts(name))]

    def verdicts(self, name):
        """Against linear, in words, and against the best row that costs nothing if that isn't
        linear."""
        if name in self.floors:
            return ["the floor, no contender"]
        best = min(self.BASELINES, key=lambda key: np.median(self.scores[key][:, 2]))
        if name == best == "linear":
            return ["the one to beat"]
        rivals = [rival for rival in dict.fromkeys(("linear", best)) if rival != name]
        return [verdict(self.row(name, rival), rival) for rival in rivals]

    def note(self, spread="[lowest to highest]"):
        samples, horizon = self.y.shape[-2:]
        steps = f"{horizon} steps" if horizon > 1 else "one step"
        return (
            f"{samples} windows, {steps} ahead. With several runs: the median {spread}. "
            f"A tie: MAEs within {percent(self.TIE)} of each other in the same run."
        )

    def __repr__(self):
        if self.missing():
            return f"Scoreboard: {self.missing()}"
        table = [self.HEADER, *map(self.cells, self.scores)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
            for cells in table
        ]
        return "\n".join([*lines, self.note()])

    def _repr_html_(self):
        """The same as a table, the ranges small below the medians."""
        if self.missing():
            return f"<p>{escape(repr(self))}</p>"
        rows = []
        for name in self.scores:
            numbers = [(three_digits(self.row(name)["ratio"]), ""), *self.numbers(name)]
            rows.append((name, self.verdicts(name), numbers, name not in self.floors))
        head = self.HEADER[0], self.HEADER[-2], *self.METRICS
        return board_html(head, rows, self.note("and, small, the lowest to the highest"))


def verdict(row, rival):
    """A row against a rival's, in words: what happened in most of the runs."""
    runs = row["wins"] + row["ties"] + row["losses"]
    for outcome, words in (("wins", "beats"), ("losses", "loses to"), ("ties", "ties with")):
        if row[outcome] > runs / 2:
            return f"{words} {rival}" + (f" in {row[outcome]} of {runs}" if runs > 1 else "")
    return f"ties with {rival}: {row['wins']} won, {row['losses']} lost of {runs}"
