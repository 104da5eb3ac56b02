"""The checks of lesson 07. Each begins with the reference, which is a solution to read."""

import numpy as np

from utils.checks.engine import Probe, exercise, kind

# --- a model fed with its own forecasts -------------------------------------------------------


def curved(x):
    """A model of one step that is no straight line, and in which each place has its own weight."""
    weights = 1.3 * (-0.6) ** np.arange(x.shape[1])[::-1]
    return np.tanh(x[:, :, 0] @ weights + 0.2)[:, None]


def feeding_probe(samples, window, horizon, when="", look="", model=curved):
    x = np.random.default_rng(samples).uniform(-0.9, 0.9, (samples, window, 1))
    sizes = {"samples": samples, "window": window, "horizon": horizon}
    return Probe({"model": model, "x": x, "horizon": horizon}, when, look, sizes)


def twice(x):
    """twice the last value, with a minus"""
    return -2 * x[:, -1]


def middle(x):
    """the mean of each window"""
    return x.mean(axis=1)


@exercise(
    probes=[
        feeding_probe(4, 5, 7),
        feeding_probe(3, 6, 1, "for a horizon of 1", "the model is asked once"),
        feeding_probe(5, 1, 3, "for a window of 1", "what is left of the window?"),
        feeding_probe(1, 4, 2, "for a single window", "look at the axes"),
        feeding_probe(2, 33, 3, "for a longer window", "is its length written out?"),
        feeding_probe(
            3, 4, 5, "where forecasts lie far outside of the window", "are they kept?", twice
        ),
        feeding_probe(4, 5, 7, "with another model and the same windows", model=twice),
    ],
    examples=[
        {"model": twice, "x": np.array([[[1.0], [2]]]), "horizon": 3},
        {"model": middle, "x": np.array([[[1.0], [3]], [[2], [6]]]), "horizon": 2},
    ],
    returns={"the forecast": "samples horizon"},
    right="the forecasts agree, for one window and for many, for a horizon of 1 and for one that "
    "is longer than the window",
)
def recursive(model, x, horizon):
    """Forecasts (samples, horizon) of a model that maps windows (samples, window, 1) to the next
    value (samples, 1), each made of the ones before."""
    forecasts = []
    for _ in range(horizon):
        forecasts.append(model(x))
        x = np.concatenate([x[:, 1:], forecasts[-1][:, :, None]], axis=1)
    return np.concatenate(forecasts, axis=1)


FED = "np.concatenate([x[:, 1:], forecasts[-1][:, :, None]], axis=1)"

recursive.knows(
    {
        FED: {
            "x": "every step is forecast from the same window: the forecast has to go into it",
            "np.concatenate([x, forecasts[-1][:, :, None]], axis=1)": "the window grows: drop its "
            "oldest value when a new one comes",
            "np.concatenate([x, forecasts[-1][:, :, None]], axis=1)[:, -20:]": "the window is cut "
            "to 20 values: it keeps the length that it has",
            "np.concatenate([forecasts[-1][:, :, None], x[:, 1:]], axis=1)": "the forecast goes to "
            "the front of the window: the newest value stands at its end",
            "np.concatenate([forecasts[-1][:, :, None], x[:, :-1]], axis=1)": "the window moves to "
            "the wrong side: the oldest value has to go, and that stands at the front",
            "np.concatenate([x[:, :-1], forecasts[-1][:, :, None]], axis=1)": "the newest value is "
            "dropped: the oldest has to go, and it stands at the front",
            "np.concatenate([x[:, 1:], x[:, -1:]], axis=1)": "the last value is repeated: it is "
            "the forecast that goes into the window",
            "np.concatenate([x[:, 1:], forecasts[0][:, :, None]], axis=1)": "the first forecast "
            "goes into the window again and again: each step has its own",
            "np.concatenate([x[:, 1:], 0 * x[:, :1]], axis=1)": "zeros go into the window, where "
            "the forecast should",
        },
        "range(horizon)": {
            "range(horizon + 1)": "there is one step too many: the first is the forecast from "
            "the window as it is given",
            "range(horizon - 1)": "there is one step too few: the first is the forecast from "
            "the window as it is given",
        },
        "return np.concatenate(forecasts, axis=1)": {
            "return np.concatenate(forecasts, axis=1)[:, ::-1]": "the steps run backwards: the "
            "next one comes first",
            "return x[:, -horizon:, 0]": "the forecasts are read off the last window, which drops "
            "the first ones where the horizon is longer: keep each one",
            "return np.repeat(forecasts[-1], horizon, axis=1)": "the last forecast stands at every "
            "step: keep each one",
        },
    }
)
recursive.knows(
    {
        "    forecasts = []\n    for _ in range(horizon):\n": {
            "    forecasts = [x[:, -1]]\n    for _ in range(horizon - 1):\n": "the first column is "
            "the last known value: it is to be the first forecast",
        },
        "        forecasts.append(model(x))\n": {
            "        forecasts.append(model(x if not forecasts else x - 0 * x + forecasts[-1]"
            "[:, :, None]))\n": "the whole window is filled with the last forecast: only its "
            "newest value is one",
        },
    }
)


# --- the own level, out and in again ----------------------------------------------------------


def fit_curve(x, y):
    """A model that shows what it was fitted to: it depends on the sizes of x and y, and on where
    they lie, and each place of a window has a weight of its own."""
    if y.ndim != 2 or len(y) != len(x):
        raise ValueError(
            f"targets of shape {y.shape} for {len(x)} windows: (samples, horizon) is asked for"
        )
    weights = (-0.7) ** np.arange(x.shape[1])[::-1]
    ahead = 1 + np.arange(y.shape[1])
    offset = 0.3 * x.mean() + 0.5 * y.mean(axis=0) + 0.2 * x.std() * y.std()

    def model(x_new):
        return np.tanh((x_new[:, :, 0] @ weights)[:, None] / ahead + offset)

    return model


def level_probe(samples, window, horizon, samples_new, when="", look="", spread=0.9):
    rng = np.random.default_rng(samples)
    x = rng.uniform(-spread, spread, (samples, window, 1))
    x = x + 3 * rng.standard_normal((samples, 1, 1))
    y = x[:, -1] + rng.uniform(-spread, spread, (samples, horizon))
    x_new = rng.uniform(-spread, spread, (samples_new, window, 1))
    x_new = x_new + np.arange(samples_new)[:, None, None]
    sizes = {"samples": samples, "samples_new": samples_new, "window": window, "horizon": horizon}
    return Probe({"fit": fit_curve, "x": x, "y": y, "x_new": x_new}, when, look, sizes)


@exercise(
    probes=[
        level_probe(7, 5, 1, 4),
        level_probe(
            6,
            4,
            3,
            5,
            "for a horizon of more than 1",
            "which level does each target lose, and each forecast get back?",
        ),
        level_probe(5, 6, 2, 1, "for a single new window", "whose level is put back?"),
        level_probe(
            6,
            5,
            2,
            3,
            "where values lie far from the level",
            "what are they divided by?",
            spread=20,
        ),
    ],
    returns={"the forecast": "samples_new horizon"},
    asked={
        "fit": {
            "what fit is given as windows": "samples window features",
            "what fit is given as targets": "samples horizon",
        },
        "fit()": {"what the fitted model is asked": "samples_new window features"},
    },
    right="the forecasts agree, one step ahead and several, for many new windows and for one",
)
def own_level(fit, x, y, x_new):
    """Forecasts (samples_new, horizon) of windows x_new by a model that is fitted to the windows x
    and targets y, each window's last value taken out, and one scale for all."""
    level, level_new = x[:, -1:], x_new[:, -1:]
    inside = (x - level).std()
    model = fit((x - level) / inside, (y - level[:, 0]) / inside)
    return model((x_new - level_new) / inside) * inside + level_new[:, 0]


own_level.knows(
    {
        "level, level_new = x[:, -1:], x_new[:, -1:]": {
            "level, level_new = x[:, :1], x_new[:, :1]": "the level is the first value of each "
            "window: its last is asked for",
            "level, level_new = x.mean(axis=1, keepdims=True), x_new.mean(axis=1, keepdims=True)": (
                "the level is the mean of each window: its last value is asked for"
            ),
            "level, level_new = x[-1:, -1:], x[-1:, -1:]": "one level for all: each window has its "
            "own",
            "level, level_new = x.mean(keepdims=True), x.mean(keepdims=True)": "that is the level "
            "of the whole training, as when a series is standardised: each window has its own",
            **{
                f"level, level_new = x[:, -1:], {level}": f"the level of {whose} serves for all "
                "new windows: each has its own"
                for level, whose in {
                    "x[-1:, -1:]": "the last window of the training",
                    "x[:, -1:].mean(keepdims=True)": "the training, in the mean,",
                    "x_new[-1:, -1:]": "the last new window",
                    "x_new[:1, -1:]": "the first new window",
                }.items()
            },
        },
        "inside = (x - level).std()": {
            "inside = x.std()": "the standard deviation is that of the windows as they were: first "
            "take the levels out",
            "inside = (y - level[:, 0]).std()": "the standard deviation is that of the targets: "
            "that of the windows is asked for",
            "inside = (x - level).std(ddof=1)": "the standard deviation divides by n - 1: the "
            "plain one of NumPy is asked for",
            "inside = 1": "nothing is divided by the standard deviation",
            "inside = (x - level).std(axis=1, keepdims=True).mean()": "the mean of many standard "
            "deviations: one of all values together is asked for",
        },
        "(y - level[:, 0]) / inside": {
            "y": "the targets are as they were: they lose the level of their window, and are "
            "divided",
            "y / inside": "the targets keep their level: take that of their window out",
            "y - level[:, 0]": "the targets aren't divided by the standard deviation",
            "(y - level[:, 0]) / (y - level[:, 0]).std()": "the targets are divided by their own "
            "standard deviation: that of the windows serves for all",
        },
        "model((x_new - level_new) / inside)": {
            "model(x_new)": "the new windows are as they were: treat them as those of the training",
            "model(x_new - level_new)": "the new windows aren't divided by the standard deviation",
            "model((x_new - level_new) / (x_new - level_new).std())": "the new windows are divided "
            "by their own standard deviation: that of the training is asked for",
        },
        "inside + level_new[:, 0]": {
            "inside": "the level of the new windows isn't put back",
            "inside + level[:, 0].mean()": "the level of the training is put back: each new window "
            "has its own",
            "inside - level_new[:, 0]": "the level is taken out once more: put it back",
            "inside + level_new": "the level still has the axis of time when it is put back, so "
            "that each forecast meets every level",
        },
        " * inside + level_new[:, 0]": {
            " + level_new[:, 0]": "the forecasts aren't multiplied by the standard deviation",
            "": "the forecasts stay as the model says them: bring them back to scale and level",
            " / inside + level_new[:, 0]": "the forecasts are divided once more: multiply",
        },
    }
)
WHOLE = """    model = fit((x - level) / inside, (y - level[:, 0]) / inside)
    return model((x_new - level_new) / inside) * inside + level_new[:, 0]
"""

own_level.knows(
    {
        "    inside = (x - level).std()\n" + WHOLE: {
            "    inside = (x - level).std(axis=1, keepdims=True)\n"
            "    inside_new = (x_new - level_new).std(axis=1, keepdims=True)\n"
            "    model = fit((x - level) / inside, ((y - level[:, 0]) / inside[:, 0]))\n"
            "    return model((x_new - level_new) / inside_new) * inside_new[:, 0] "
            "+ level_new[:, 0]\n": "each window has its own standard deviation: one number, of all "
            "windows of the training, is asked for",
        },
        WHOLE: {
            "    return fit(x, y)(x_new)\n": "the model sees everything as it was: no level is "
            "taken out",
        },
        "((x - level) / inside,": {
            "(x / inside,": "the windows of the training keep their level",
            "(x - level,": "the windows of the training aren't divided by the standard deviation",
        },
        "    return model((x_new - level_new) / inside) * inside + level_new[:, 0]\n": {
            "    inside = (x_new - level_new).std()\n"
            "    return model((x_new - level_new) / inside) * inside + level_new[:, 0]\n": "the "
            "new windows are divided, and their forecasts multiplied, by a standard deviation of "
            "their own: that of the training is asked for",
            "    return (model((x_new - level_new) / inside) + level_new[:, 0]) * inside\n": (
                "the level is multiplied, too: first the scale, then the level"
            ),
        },
    }
)


# --- many moments to test at ------------------------------------------------------------------


def moments(samples, first, test, embargo):
    args = {"samples": samples, "first": first, "test": test, "embargo": embargo}
    return Probe(args)


CUTS = [moments(20, 8, 4, 0), moments(24, 9, 4, 2), moments(12, 11, 1, 3), moments(13, 5, 8, 0)]


@exercise(
    probes=CUTS,
    returns=object,
    right="each part begins and ends where it should, with an embargo and without, and a last part "
    "that would be incomplete is left out",
)
def rolling_origin(samples, first, test, embargo):
    """[(train, test), ...]: slices of window numbers, or arrays of them, oldest first."""
    pairs = []
    for begin in range(first, samples - test + 1, test):
        pairs.append((slice(0, begin - embargo), slice(begin, begin + test)))
    return pairs


def windows_in(part, samples):
    """The window numbers of a slice, or of a range or an array; None where it is none of them.

    Those past the end, too, so that they show; but no more of them than there are windows.
    """
    if isinstance(part, slice):
        ends = part.start, part.stop, part.step
        if part.step == 0 or not all(end is None or hasattr(end, "__index__") for end in ends):
            return None
        past = part.stop is not None and part.stop > samples
        return [*range(2 * samples if past else samples)[part]]
    if isinstance(part, range):
        return [*part[: 2 * samples]]
    if not isinstance(part, (list, np.ndarray)):
        return None
    numbers = np.asarray(part) if len(part) else np.zeros(0, int)
    return numbers.tolist() if numbers.ndim == 1 and numbers.dtype.kind in "iu" else None


def told(part):
    """Window numbers in words."""
    if not part:
        return "empty"
    whole = part == [*range(part[0], part[-1] + 1)]
    return f"windows {part[0]} to {part[-1]}" if whole else f"{len(part)} windows out of order"


@rolling_origin.against
def wrong_cut(answers):
    """What is wrong with the first pair that is, or nothing."""
    for probe, answer in zip(CUTS, answers, strict=True):
        said = ", ".join(f"{name} = {value}" for name, value in probe.args.items())
        if words := wrong_pairs(answer, **probe.args):
            return f"for {said}: {words}"
    return None


def wrong_pairs(answer, samples, first, test, embargo):
    if not isinstance(answer, (list, tuple)):
        return f"you return {kind(answer)}, where a list of pairs is asked for"
    if not answer:
        return "the list is empty"
    for k, pair in enumerate(answer, 1):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return f"entry {k} of your list is {kind(pair)}, where a pair of slices is asked for"
        if any(windows_in(part, samples) is None for part in pair):
            return (
                f"pair {k} holds {kind(pair[0])} and {kind(pair[1])}, where it should hold slices"
            )
    right = rolling_origin.reference(samples, first, test, embargo)
    for k, (pair, (train, judged)) in enumerate(zip(answer, right, strict=False), 1):
        got_train, got_test = (windows_in(part, samples) for part in pair)
        if words := wrong_test(k, got_test, judged, samples, test, embargo):
            return words
        if words := wrong_train(k, got_train, train, got_test, embargo):
            return words
    if len(answer) < len(right):
        return (
            f"after pair {len(answer)} there is room for another test part of {test} windows: "
            f"there are {samples}"
        )
    if len(answer) > len(right):
        last = windows_in(answer[len(right)][1], samples)
        return (
            f"the test part of pair {len(right) + 1} is {told(last)}: the last window has number "
            f"{samples - 1}, and a part that would be incomplete is left out"
        )
    return None


def wrong_test(k, got, judged, samples, test, embargo):
    right = [*range(judged.start, judged.stop)]
    if got == right:
        return None
    words = f"the test part of pair {k} is {told(got)}"
    if got == [*range(judged.start - embargo)]:
        return f"{words}: that is its training part, and in a pair the training part stands first"
    if len(got) != test:
        return f"{words}: it should have {test} of them"
    if embargo and got[0] == right[0] + embargo:
        return f"{words}: the embargo is taken from the training, the test part stays where it is"
    if k > 1:
        return f"{words}: it should begin where the one before it ended"
    return f"{words}: the first one begins at window `first`"


def wrong_train(k, got, train, test, embargo):
    right = [*range(train.start, train.stop)]
    if got == right:
        return None
    words = f"the training part of pair {k} is {told(got)}, before a test part of {told(test)}"
    if got and set(got) & set(test):
        return f"{words}: some windows are in both"
    if got and got[0] > 0:
        return f"{words}: it has to begin at window 0"
    left_out = test[0] - (got[-1] + 1 if got else 0)
    are = "is" if left_out == 1 else "are"
    return f"{words}: between them {left_out} {are} left out, and the embargo is {embargo}"


# --- an interval from residuals ---------------------------------------------------------------


def residual_probe(samples, horizon, level, when="", look="", move=0):
    # Asymmetric, so that who takes one side for both, or sizes for values, gets something else.
    residuals = np.random.default_rng(samples).gumbel(0.3, 1.0, (samples, horizon)) + move
    sizes = {"samples": samples, "horizon": horizon}
    return Probe({"residuals": residuals, "level": level}, when, look, sizes)


BY_HAND, SIGNS = "which k is it there, by hand?", "what has 0 to do with it?"


@exercise(
    probes=[
        residual_probe(58, 3, 0.8),
        residual_probe(39, 2, 0.9, "where (n + 1) (1 - level) / 2 is a whole number", BY_HAND),
        residual_probe(26, 1, 0.8, "for one step ahead", "look at the axes"),
        residual_probe(27, 2, 0.5, "where half is to be covered", BY_HAND),
        residual_probe(13, 2, 0.7, "for 13 residuals and a level of 0.7", BY_HAND),
        residual_probe(35, 2, 0.6, "where all residuals are above 0", SIGNS, move=9),
        residual_probe(35, 2, 0.6, "where all residuals are below 0", SIGNS, move=-9),
        residual_probe(45, 2, 0.9, "for 45 residuals and a level of 0.9", BY_HAND),
        residual_probe(19, 4, 0.9, "where k is 1", "which are the outermost residuals?"),
    ],
    examples=[{"residuals": np.array([[5.0, 1], [-2, 3], [4, -7], [0, 2]]), "level": 0.6}],
    returns={"low": "horizon", "high": "horizon"},
    right="low and high agree, also where k is 1, for one step ahead and for several",
)
def interval(residuals, level):
    """low (horizon,) and high (horizon,): of n residuals (n, horizon) of each step ahead the k-th
    smallest and the k-th largest, where k is rounded down."""
    ordered = np.sort(residuals, axis=0)
    k = int((len(residuals) + 1) * (1 - level) / 2 + 1e-9)
    return ordered[k - 1], ordered[-k]


K_LINE = "k = int((len(residuals) + 1) * (1 - level) / 2 + 1e-9)"
N_ALONE = "n is 1 too small in k: it is made of n + 1"

interval.knows(
    {
        "np.sort(residuals, axis=0)": {
            "residuals": "the residuals aren't sorted",
            "residuals[np.argsort(residuals[:, 0])]": "whole rows are put in the order of their "
            "first column: each column has an order of its own",
            "np.sort(residuals, axis=1)": "each row is sorted, and so one step ahead is mixed with "
            "another: sort each column",
            "np.sort(np.abs(residuals), axis=0)": "you sort the sizes: the signs belong to it, for "
            "too high and too low may be of different kinds",
            "np.sort(residuals, axis=None)[:, None] + 0 * residuals[:1]": "all steps ahead are in "
            "one heap: each has its own interval",
        },
        "(1 - level) / 2": {
            "(1 - level)": "k is made of all that is left out: the two ends share it",
            "level / 2": "k counts what is left out at each end, not what is kept",
        },
        f"{K_LINE}\n": {
            "k = max(int(len(residuals) * (1 - level) / 2 + 1e-9), 1)\n": N_ALONE,
        },
        "len(residuals) + 1": {
            "len(residuals)": N_ALONE,
            "residuals.size + 1": "n is the number of windows, not of all residuals",
        },
        " + 1e-9": {
            " + 0.5": "k is rounded to the nearest whole number: it is rounded down",
            " + 1 - 1e-9": "k is rounded up: it is rounded down",
        },
        "ordered[k - 1], ordered[-k]": {
            "ordered[k], ordered[-k]": "low is one place too far in: the smallest stands at index "
            "0, so the k-th smallest at k - 1",
            "ordered[k], ordered[-k - 1]": "both ends are one place too far in: the smallest "
            "stands at index 0, the largest at -1",
            "ordered[k - 1], ordered[-k - 1]": "high is one place too far in: the largest stands "
            "at index -1, so the k-th largest at -k",
            "ordered[-k], ordered[k - 1]": "low and high have changed places: low comes first",
            "-ordered[-k], ordered[-k]": "low is the upper end turned round: the residuals below "
            "have an end of their own",
            "ordered[0], ordered[-1]": "those are the smallest and the largest residual, whatever "
            "the level",
        },
    }
)
TAKES_ONE_OFF = (
    "rounding takes one off k where it should be a whole number: what comes out lies a little "
    "below. Add a billionth before you round down"
)
interval.knows(
    {
        " + 1e-9)\n    return ordered[k - 1], ordered[-k]": {
            ")\n    return ordered[k - 1], ordered[-k]": TAKES_ONE_OFF,
            ")\n    return ordered[k - 1], ordered[len(ordered) - k]": TAKES_ONE_OFF,
        },
        " / 2 + 1e-9)\n    return ordered[k - 1], ordered[-k]": {
            " + 1e-9)\n    ordered = np.sort(np.abs(residuals), axis=0)\n"
            "    return -ordered[-k], ordered[-k]": "sizes are sorted, and low is high with a "
            "minus: the residuals below have an end of their own",
        },
        "    return ordered[k - 1], ordered[-k]\n": {
            "    return np.quantile(residuals, (1 - level) / 2, axis=0), np.quantile("
            "residuals, (1 + level) / 2, axis=0)\n": "those are the plain quantiles, which lie "
            "between two residuals: the k-th from each end is asked for",
        },
    }
)


# --- raise an alarm ---------------------------------------------------------------------------


def alarm_probe(calm_steps, one_in, when="", look="", together=False):
    """Sizes of calm residuals lie 0.1 apart, the new ones half-way between them: so it makes no
    difference where between two sizes a threshold is put. One has the size of the threshold."""
    rng = np.random.default_rng(calm_steps)
    signs = rng.choice([-1, 1], calm_steps)
    calm = rng.permutation(signs * 0.1 * np.arange(1, calm_steps + 1))
    new = 0.1 * np.arange(calm_steps + 12) + 0.0999
    new = rng.permutation([*new, 0.1 * (calm_steps - calm_steps // one_in), 0.3 * calm_steps])
    new = np.sort(new)[::-1] if together else new
    new = new * rng.choice([-1, 1], len(new))
    sizes = {"calm_steps": calm_steps, "steps": len(new)}
    return Probe({"calm": calm, "new": new, "one_in": one_in}, when, look, sizes)


@exercise(
    probes=[
        alarm_probe(101, 20),
        alarm_probe(41, 4, "for one in 4", "which share?"),
        alarm_probe(601, 200, "for one in 200", "is the share rounded?"),
        alarm_probe(61, 10, "where all alarms come first", "is each for itself?", together=True),
    ],
    examples=[
        {"calm": np.array([1.0, -2, 3, -4]), "new": np.array([-5.0, 4.5, 0]), "one_in": 4},
        {"calm": np.arange(-9.0, 2), "new": np.array([-8.5, 6.5, 7.5, 0]), "one_in": 5},
    ],
    returns={"the row of alarms": "steps"},
    right="each residual that raises an alarm is one whose size is above the threshold, for "
    "residuals of both signs",
)
def alarms(calm, new, one_in):
    """True for each of the new residuals (steps,) whose size is above the threshold, which at most
    one in `one_in` of the calm ones exceeds."""
    threshold = np.quantile(np.abs(calm), 1 - 1 / one_in)
    return np.abs(new) > threshold


alarms.knows(
    {
        "    return np.abs(new) > threshold\n": {
            "    ends = np.quantile(calm, [1 / one_in / 2, 1 - 1 / one_in / 2])\n    return (new < "
            "ends[0]) | (new > ends[1])\n": "there are two thresholds, one for each sign: one "
            "threshold for the sizes is asked for",
        },
        "np.quantile(np.abs(calm), 1 - 1 / one_in)": {
            "np.quantile(calm, 1 - 1 / one_in)": "the threshold is a quantile of the calm "
            "residuals with their signs: take their sizes",
            "np.quantile(np.abs(new), 1 - 1 / one_in)": "the threshold comes from the residuals "
            "that are watched: with faults among them it rises",
            "np.quantile(np.abs(calm), 1 / one_in)": "that threshold is exceeded by all but one in "
            "`one_in`: which share should lie below it?",
            "np.percentile(np.abs(calm), 1 - 1 / one_in)": "np.percentile takes per cent, and is "
            "given a share, which np.quantile takes",
            "np.quantile(np.abs(calm), 1 - 1 / one_in / 2)": "the share is halved: sizes have one "
            "end only, and all of the share lies there",
            "np.quantile(np.abs(calm), 1 - one_in / 100)": "`one_in` is no percentage: one in 20 "
            "is a share of 1 / 20",
            "np.abs(calm).max()": "the threshold is the largest size of all, whatever `one_in`",
            "3 * calm.std()": "the threshold is three standard deviations, whatever `one_in`",
            "2 * calm.std()": "the threshold is two standard deviations, whatever `one_in`",
            "calm.mean() + 2 * calm.std()": "the threshold is made of mean and standard deviation, "
            "whatever `one_in`",
            "np.sort(np.abs(calm))[-(len(calm) // one_in)]": "the threshold is one place too far "
            "out: it is to be as low as that share allows",
        },
        "np.abs(new) > threshold": {
            "new > threshold": "faults that throw the forecast off downwards raise no alarm: look "
            "at the size",
            "np.abs(new) >= threshold": "a size that equals the threshold raises an alarm: only "
            "those above it do",
            "np.abs(new) < threshold": "that is True where there is no alarm",
            "np.abs(new) <= threshold": "that is True where there is no alarm",
            "new < -threshold": "only residuals below zero raise an alarm: look at the size",
            "np.flatnonzero(np.abs(new) > threshold)": "those are the places of the alarms: for "
            "each residual True or False is asked for",
            "np.abs(new)[np.abs(new) > threshold]": "those are the sizes of the alarms: for each "
            "residual True or False is asked for",
        },
    }
)
