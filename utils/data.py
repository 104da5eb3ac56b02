"""Sequences to learn from, and what a time series needs before a network can learn from it.

All sequences are batch first and repeatable by their seed.
"""

import warnings
from numbers import Integral

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from utils.arguments import (
    affordable,
    as_floats,
    between,
    overflow_allowed,
    positive,
    positive_integer,
    random_generator,
    shown,
    whole_number,
)
from utils.dictionary import load_words  # noqa: F401 - words and their sounds belong here too
from utils.moby_dick import SYMBOLS, fold, load_moby_dick, load_writer  # noqa: F401 - a book
from utils.series import load_series  # noqa: F401 - the real series
from utils.voices import load_vowels  # noqa: F401 - and real speech

# --- sequences with a known answer ------------------------------------------------------------


def remember_first(samples, timesteps, noise=0.5, seed=0):
    """Was the first value +1 or -1? Everything after it is noise. -> (x, target)

    x has shape (samples, timesteps, 1): +1 or -1 at the first step, then normal noise with a
    standard deviation of `noise`. target has shape (samples, 1): 1 where the first was +1.
    """
    samples = positive_integer("samples", samples)
    timesteps = positive_integer("timesteps", timesteps)
    affordable("samples", samples, samples, timesteps)
    noise = between("noise", noise, 0, np.inf)
    rng = random_generator("seed", seed)
    x = noise * rng.standard_normal((samples, timesteps, 1))
    target = rng.integers(0, 2, (samples, 1)).astype(float)
    x[:, 0] = 2 * target - 1
    return x, target


def store_and_recall(samples, delay, seed=0):
    """The value that was stored last, after a delay: +1 or -1? -> (x, target)

    x has shape (samples, 5 + delay, 2). Feature 0 is a value, +1 or -1 at random, at every step.
    Feature 1 is a flag, 1 at two of the first five steps and 0 at all others. target has shape
    (samples, 1): 1 where the value at the second flag was +1. All other values mean nothing.
    """
    samples, delay = positive_integer("samples", samples), positive_integer("delay", delay)
    affordable("samples", samples, samples, 5 + delay, 2)
    rng = random_generator("seed", seed)
    x = np.zeros((samples, 5 + delay, 2))
    x[:, :, 0] = rng.choice([-1.0, 1.0], x.shape[:2])
    flagged = rng.permuted(np.tile([1.0, 1.0, 0.0, 0.0, 0.0], (samples, 1)), axis=1)
    x[:, :5, 1] = flagged
    second = 4 - np.argmax(flagged[:, ::-1], axis=1)
    target = x[np.arange(samples), second, :1] > 0
    return x, target.astype(float)


def adding_problem(samples, timesteps, seed=0):
    """The sum of two marked values (Hochreiter and Schmidhuber, 1997, simplified). -> (x, target)

    x has shape (samples, timesteps, 2). Feature 0 is a value, uniform between 0 and 1. Feature 1
    is a flag, 1 at one step of the first half and at one of the second, 0 at all others. target
    has shape (samples, 1): the sum of the two flagged values.
    """
    samples = positive_integer("samples", samples)
    timesteps = positive_integer("timesteps", timesteps)
    if timesteps < 2:
        raise ValueError(f"timesteps must be at least 2, one for each value, got {timesteps}")
    affordable("samples", samples, samples, timesteps, 2)
    rng = random_generator("seed", seed)
    x = np.zeros((samples, timesteps, 2))
    x[:, :, 0] = rng.uniform(0, 1, x.shape[:2])
    rows, half = np.arange(samples), timesteps // 2
    x[rows, rng.integers(0, half, samples), 1] = 1
    x[rows, rng.integers(half, timesteps, samples), 1] = 1
    return x, np.sum(x[:, :, 0] * x[:, :, 1], axis=1, keepdims=True)


# --- time series ------------------------------------------------------------------------------


SUBJECTS = ["food", "room", "view", "price"]
GOOD, BAD = ["good", "lovely", "fresh", "fair"], ["bad", "awful", "stale", "poor"]
VOCABULARY = ["", "the", "was", "not", "but", *SUBJECTS, *GOOD, *BAD]  # "" is padding


def made_up_reviews(samples, clauses=2, negations=1, seed=0):
    """Is the reviewer pleased? The last clause has the say. -> (words, target)

    "the food was not good but the view was lovely": `clauses` of them, joined by "but", each with
    0 to `negations` times "not", each of which turns it round. words (samples, timesteps) are
    places in VOCABULARY, with 0, padding, up to the longest; target (samples, 1) is 1 where the
    last clause praises. The first clause always says the opposite, so that the two, exchanged,
    make a review of the same words and the other answer: their order alone decides, and whoever
    only counts words is right half the time. The sentences are made up for that.
    """
    samples = positive_integer("samples", samples)
    clauses = whole_number("clauses", clauses, 2)
    negations = whole_number("negations", negations)
    affordable("samples", samples, samples, clauses, 5 + negations)
    rng = random_generator("seed", seed)
    praises = rng.integers(0, 2, (samples, clauses))
    praises[:, 0] = 1 - praises[:, -1]
    nots = rng.integers(0, negations + 1, praises.shape)
    subjects, adjectives = rng.integers(0, 4, (2, *praises.shape))
    the, was, no, but = (VOCABULARY.index(word) for word in ("the", "was", "not", "but"))
    words = np.zeros((samples, clauses * (5 + negations) - 1), int)
    for i in range(samples):
        review = []
        for praise, n, subject, adjective in zip(
            praises[i], nots[i], subjects[i], adjectives[i], strict=True
        ):
            said = (GOOD if (praise + n) % 2 else BAD)[adjective]
            clause = [the, VOCABULARY.index(SUBJECTS[subject]), was, *[no] * n]
            review += [but] * bool(review) + clause + [VOCABULARY.index(said)]
        words[i, : len(review)] = review
    longest = (words > 0).sum(axis=1).max()
    return words[:, :longest], praises[:, -1:].astype(float)


def noisy_sine(steps, noise=0.1, seed=0):
    """sin(0.1 t) with normal noise of standard deviation `noise`. -> (series, clean)

    Both have shape (steps,); `clean` is the sine alone, as good as any forecast can get.
    """
    steps = positive_integer("steps", steps)
    clean = np.sin(0.1 * np.arange(affordable("steps", steps, steps)))
    noise = between("noise", noise, 0, np.inf)
    return clean + noise * random_generator("seed", seed).standard_normal(steps), clean


def make_windows(series, window, horizon=1):
    """Each stretch of `window` values, and the `horizon` values that follow it. -> (x, y)

    series is (steps,) or (steps, features). x is (samples, window, features), y is (samples,
    horizon) and holds the first feature; samples = steps - window - horizon + 1. Window k sees
    series[k : k + window] and has to foretell series[k + window : k + window + horizon].
    Both are read-only views: no value is copied.
    """
    table = as_table("series", series)
    window, horizon = positive_integer("window", window), positive_integer("horizon", horizon)
    if len(table) < window + horizon:
        raise ValueError(
            f"series must have at least {window + horizon} values, {window} for the window and "
            f"{horizon} for the horizon, got {len(table)}"
        )
    x = sliding_window_view(table[: len(table) - horizon], window, axis=0).swapaxes(1, 2)
    return x, sliding_window_view(table[window:, 0], horizon)


def as_table(name, series):
    """A series, (steps,) or (steps, features), as floats of shape (steps, features)."""
    series = as_floats(name, series, (...,))
    if series.ndim not in (1, 2):
        raise ValueError(
            f"{name} must have shape (steps,) or (steps, features), got {series.shape}"
        )
    return series.reshape(len(series), -1)


def split_in_time(samples, train=0.7, validation=0.15, embargo=0):
    """Windows 0 to samples - 1 cut into three, oldest first. -> (train, validation, test): slices

    `train` and `validation` are shares of the samples, the rest is for the test. The last
    `embargo` windows before each cut are left out. With horizon - 1 of them no target of a part is
    asked for in a later one as well: all targets are known when the next part's first forecast is
    made. With validation=0 that part is empty, and there is one cut.
    """
    samples, embargo = positive_integer("samples", samples), whole_number("embargo", embargo)
    train = between("train", train, 0, 1)
    validation = between("validation", validation, 0, 1)
    a, b = round(train * samples), round((train + validation) * samples)
    parts = slice(0, a - embargo), slice(a, max(a, b - embargo)), slice(b, samples)
    for name, part in zip(("train", "validation", "test"), parts, strict=True):
        if part.stop <= part.start and (name != "validation" or validation > 0):
            raise ValueError(
                f"{name} must keep at least one of {samples} windows, got none with "
                f"train={train:g}, validation={validation:g}, embargo={embargo}"
            )
    return parts


class Standardizer:
    """Subtract a mean, divide by a standard deviation: those of the training part.

    Fit it on a series, (steps,) or (steps, features), or on windows (samples, window, features).
    Several features, along the last axis, have a mean and a deviation each. What is in the units
    of one of them alone, as forecasts (samples, horizon) are, needs its number: `feature=0` for
    the first. Where there are as many steps ahead as features, no array tells one from the other.
    """

    def fit(self, train):
        train = as_floats("train", train, (...,))
        if train.ndim < 2:
            train = train.reshape(-1, 1)
        with overflow_allowed():
            mean, std, low, high = of_each_feature(train)
            constant = high - low <= ROUNDING[train.dtype.name] * np.maximum(-low, high)
        if np.any(constant):
            raise ValueError(
                "train must vary by more than rounding in each feature, got one that is constant"
            )
        with overflow_allowed():
            mean, std = (a.astype(train.dtype).squeeze() for a in (mean, std))
        if not np.all((0 < std) & (std < np.inf)):
            raise ValueError(
                "train must vary by something whose square is neither 0 nor infinity, got values "
                f"from {low.min():g} to {high.max():g}: give it in another unit"
            )
        self.mean, self.std = mean, std
        return self

    def transform(self, x, feature=None):
        """x in deviations from the mean: all features along the last axis, or `feature` alone."""
        mean, std = self.fitted(feature)
        return (self.features_of(x, mean) - mean) / std

    def inverse(self, x, feature=None):
        """x in the units of the series: all features along the last axis, or `feature` alone."""
        mean, std = self.fitted(feature)
        x = self.features_of(x, mean)
        if feature is None and mean.ndim and x.ndim < 3:
            warnings.warn(
                f"x of shape {x.shape} is taken for {len(mean)} features, as feature='all' says. "
                "If these are forecasts (samples, horizon) of one, say feature=0",
                stacklevel=2,
            )
        return x * std + mean

    def features_of(self, x, mean):
        x = as_floats("x", x, (...,))
        if mean.ndim and x.shape[-1:] != mean.shape:
            raise ValueError(
                f"x must have {mean.size} features along its last axis, as train has, got shape "
                f"{x.shape}. If it holds one of them alone, say which: feature=0 is the first"
            )
        return x

    def fitted(self, feature=None):
        if not hasattr(self, "mean"):
            raise RuntimeError("this Standardizer knows no mean yet: call fit(train) first")
        if feature is None or isinstance(feature, str) and feature == "all":
            return self.mean, self.std
        whole = isinstance(feature, Integral) and not isinstance(feature, bool)
        if not whole or feature not in range(self.mean.size):
            raise ValueError(
                f"feature must be 'all' or a number below {self.mean.size}, as train has features, "
                f"got {shown(feature)}"
            )
        return self.mean.reshape(-1)[feature], self.std.reshape(-1)[feature]


# What varies by no more than this share of its largest value is constant but for rounding.
ROUNDING = {"float32": 1e-6, "float64": 1e-12}


def of_each_feature(x):
    """Mean, standard deviation, lowest and highest value of each feature, the last axis of x.

    In float64, and a part at a time: where windows overlap, all of them at once need not fit into
    memory.
    """
    axes = tuple(range(x.ndim - 1))
    parts = np.array_split(x, min(len(x), 1 + x.size // 1_000_000))
    count = x.size // x.shape[-1]
    mean = sum(part.sum(axes, np.float64) for part in parts) / count
    square = sum(np.square(part - mean).sum(axes) for part in parts) / count
    low = np.min([part.min(axes) for part in parts], axis=0)
    high = np.max([part.max(axes) for part in parts], axis=0)
    return mean, np.sqrt(square), low.astype(float), high.astype(float)


def plant_faults(series, count, size, seed=0):
    """`series` with a fault at `count` random steps: a jump by +size or -size. -> (faulty, at)

    Both have the shape of the series, (steps,); `at` is True where a fault was planted.
    """
    series = as_floats("series", series, ("steps",))
    if positive_integer("count", count) > len(series):
        raise ValueError(f"count must be at most {len(series)}, one fault a step, got {count}")
    size, rng = positive("size", size), random_generator("seed", seed)
    at = np.zeros(len(series), bool)
    at[rng.choice(len(series), count, replace=False)] = True
    with overflow_allowed():
        faulty = series + at * size * rng.choice([-1.0, 1.0], len(series))
    if np.any((faulty == series) & at):
        raise ValueError(f"size must be large enough to change {series[at].max():g}, got {size:g}")
    if not np.isfinite(faulty).all():
        raise ValueError(f"size must leave the series finite, got {size:g}")
    return faulty, at
