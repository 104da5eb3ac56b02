"""What a result has to do with the one that is asked for: rounded, reversed, one step late, ...

Each pattern is a function of the right array and the words for it. One that makes what came back of
what should have come, for every probe, is no guess: "h is rounded to 2 digits".
"""

import functools
import itertools
import warnings
from typing import NamedTuple

import numpy as np

from utils.checks.results import called
from utils.words import number


class Wanted(NamedTuple):
    """An array that is asked for, the names of its axes, and how long the axes of a probe are."""

    array: np.ndarray
    axes: list
    sizes: dict


def patterns(axes, several):
    """(words, function of a Wanted) for an array with these axes, simple ones first. With `several`
    numbers in each array more can be told apart."""
    yield from EVERYWHERE.items()
    if not several:
        return
    for words, function in BENT.items():
        yield words, functools.partial(each, function)
    for k, axis in enumerate(axes):
        if axis in axes[:k]:
            continue
        for words, along in ALONG.items():
            yield words.format(called(axis)), functools.partial(along_axis, along, k)
    for order in itertools.permutations(range(len(axes))):
        if [*order] != sorted(order):
            turned = f"({', '.join(axes[k] for k in order)}), and should be ({', '.join(axes)})"
            mixed = (
                "transposed: its axes are" if len(axes) == 2 else "wrong in the order of its axes:"
            )
            yield f"is {mixed} {turned}", functools.partial(turn, order)
            for letter in ("C", "F"):
                yield RESHAPED, functools.partial(reshaped, order, letter)
    for k in range(len(axes) + 1):
        shape = ", ".join([*axes[:k], "1", *axes[k:]])
        words = f"has one axis too many, of length 1: its shape is ({shape})"
        yield words, functools.partial(along_axis, np.expand_dims, k)
    yield "is one long row: its axes are gone", lambda w: w.array.ravel()


INVERTED = "is 1 minus what it should be"
MIXED = "has the right numbers in the wrong places"
RESHAPED = f"{MIXED}: reshape doesn't swap axes; did you want a transpose?"
MANY = {"batch": "the batch size"} | {
    axis: f"the number of {axis}"
    for axis in ("timesteps", "units", "features", "window", "horizon")
}
EVERYWHERE = {
    "is zero everywhere": lambda w: 0 * w.array,
    "has the wrong sign": lambda w: -w.array,
    "has lost its sign": lambda w: np.abs(w.array),
    "is cut to whole numbers": lambda w: np.trunc(w.array),
    **{
        f"is rounded to {k or 'no'} digit{'s' * (k != 1)} behind the point": functools.partial(
            lambda k, w: np.round(w.array, k), k
        )
        for k in (0, 1, 2, 3, 4)
    },
    "is rounded down": lambda w: np.floor(w.array),
    "is rounded up": lambda w: np.ceil(w.array),
    "is too large by 1": lambda w: w.array + 1,
    "is too small by 1": lambda w: w.array - 1,
    INVERTED: lambda w: 1 - w.array,
    "is 1 divided by what it should be": lambda w: 1 / w.array,
    **{
        f"is {many} times what it should be": functools.partial(lambda f, w: f * w.array, factor)
        for factor, many in ((2, "2"), (3, "3"), (4, "4"), (0.5, "0.5"), (10, "10"),
                             (100, "100"), (0.01, "0.01"), (0.1, "0.1"))
    },
    **{
        f"is divided by {many}": functools.partial(
            lambda axis, w: w.array / w.sizes.get(axis, 1), axis
        )
        for axis, many in MANY.items()
    },
    **{
        f"is multiplied by {many}": functools.partial(
            lambda axis, w: w.array * w.sizes.get(axis, 1), axis
        )
        for axis, many in MANY.items()
    },
}  # fmt: skip
BENT = {
    "is cut off below -1 and above 1": lambda a: np.clip(a, -1, 1),
    "is cut off below 0 and above 1": lambda a: np.clip(a, 0, 1),
    "is cut off above 1": lambda a: np.minimum(a, 1),
    "is cut off below -1": lambda a: np.maximum(a, -1),
    "is cut off below 0": lambda a: np.maximum(a, 0),
    "went through tanh once more": np.tanh,
    "went through the sigmoid once more": lambda a: 1 / (1 + np.exp(-a)),
    "went through exp once more": np.exp,
    "lacks its last tanh": lambda a: np.arctanh(a),
    "lacks its last sigmoid": lambda a: np.log(a / (1 - a)),
    "is squared": np.square,
    "is the square root of what it should be": np.sqrt,
    "is the logarithm of what it should be": np.log,
    "is minus the logarithm of what it should be": lambda a: -np.log(a),
    "is divided by its sum": lambda a: a / a.sum(),
    "is divided by its largest": lambda a: a / np.abs(a).max(),
    "is divided by its length": lambda a: a / np.linalg.norm(a),
    "has its mean subtracted": lambda a: a - a.mean(),
    "is standardised, to mean 0 and spread 1": lambda a: (a - a.mean()) / a.std(),
    "is sorted": lambda a: np.sort(a, axis=None).reshape(a.shape),
    "is reversed along all its axes": lambda a: np.flip(a),
}
ALONG = {  # of an array and an axis of it
    "has its {} in reverse order": np.flip,
    "is one place late along {}, and the last comes round to the first": lambda a, k: np.roll(
        a, 1, k
    ),
    "is one place early along {}, and the first comes round to the last": lambda a, k: np.roll(
        a, -1, k
    ),
    "is one place late along {}": lambda a, k: late(a, k),
    "is one place early along {}": lambda a, k: np.flip(late(np.flip(a, k), k), k),
    "lacks the last of its {}": lambda a, k: part(a, k, slice(None, -1)),
    "lacks the first of its {}": lambda a, k: part(a, k, slice(1, None)),
    "has one more in front of its {}": lambda a, k: np.concatenate(
        [0 * part(a, k, slice(1)), a], k
    ),
    "holds the last of its {} alone": lambda a, k: part(a, k, -1),
    "holds the last of its {} alone, as an axis of length 1": lambda a, k: part(
        a, k, slice(-1, None)
    ),
    "holds the first of its {} alone": lambda a, k: part(a, k, 0),
    "holds the first of its {} alone, as an axis of length 1": lambda a, k: part(a, k, slice(1)),
    "has the last of its {} in every place": lambda a, k: part(a, k, slice(-1, None)) + 0 * a,
    "has the first of its {} in every place": lambda a, k: part(a, k, slice(1)) + 0 * a,
    "has zeros in all but the last of its {}": lambda a, k: only(a, k, -1),
    "has zeros in all but the first of its {}": lambda a, k: only(a, k, 0),
    "is added up along {} as it goes": np.cumsum,
    "is averaged over {}": lambda a, k: a.mean(k),
    "is averaged over {}, as an axis of length 1": lambda a, k: a.mean(k, keepdims=True),
    "is averaged over {}, in every place": lambda a, k: a.mean(k, keepdims=True) + 0 * a,
    "is summed over {}": lambda a, k: a.sum(k),
    "is summed over {}, as an axis of length 1": lambda a, k: a.sum(k, keepdims=True),
    "is sorted along {}": np.sort,
    "holds every other of its {}": lambda a, k: part(a, k, slice(None, None, 2)),
    "shares out 1 along {}, as softmax does": lambda a, k: np.exp(a) / np.exp(a).sum(k, keepdims=1),
    "is standardised along {}, to mean 0 and spread 1": lambda a, k: (
        (a - a.mean(k, keepdims=True)) / a.std(k, keepdims=True)
    ),
    "has its mean along {} subtracted": lambda a, k: a - a.mean(k, keepdims=True),
    "has the last of its {} subtracted everywhere": lambda a, k: a - part(a, k, slice(-1, None)),
    "has the first of its {} subtracted everywhere": lambda a, k: a - part(a, k, slice(1)),
    "is divided by its largest along {}": lambda a, k: a / np.abs(a).max(k, keepdims=True),
    "holds differences along {}": lambda a, k: np.diff(a, axis=k),
}


def each(function, wanted):
    return function(wanted.array)


def along_axis(function, k, wanted):
    return function(wanted.array, k)


def turn(order, wanted):
    return wanted.array.transpose(order)


def reshaped(order, letter, wanted):
    return wanted.array.transpose(order).reshape(wanted.array.shape, order=letter)


def part(array, axis, which):
    return array[(slice(None),) * axis + (which,)]


def late(array, axis):
    """Each slice in the place of the next; zeros come first."""
    first, others = part(array, axis, slice(1)), part(array, axis, slice(None, -1))
    return np.concatenate([0 * first, others], axis)


def only(array, axis, which):
    """Zeros but for one slice."""
    new = np.zeros_like(array)
    place = (slice(None),) * axis + (which,)
    new[place] = array[place]
    return new


def pattern(got, wanted, close, fit=True):
    """The words for the first pattern that makes each of `got` of its `wanted`, if any does.

    got: arrays, wanted: a `Wanted` for each; `close` says whether two arrays are equal, and `fit`
    whether a number may be in the pattern that fits only these.
    """
    several = max(w.array.size for w in wanted) > 1
    several |= len(wanted) > 3 and all(np.isfinite(g).all() for g in got)  # numbers, one by one
    axes = wanted[0].axes
    if any(np.ndim(g) and not w.array.ndim for g, w in zip(got, wanted, strict=True)):
        return None
    for k, axis in enumerate(axes):  # its last and its first are the same, and no slip
        single = all(k < w.array.ndim and w.array.shape[k] == 1 for w in wanted)
        pairs = zip(got, wanted, strict=True)
        if single and all(close(np.asarray(g), w.array.squeeze(k)) for g, w in pairs):
            return f"has lost its axis of {axis}, of length 1"
    for words, function in patterns(axes, several):
        if all(agrees(g, function, w, close) for g, w in zip(got, wanted, strict=True)):
            if not all(close(g, w.array) for g, w in zip(got, wanted, strict=True)):
                return words
    same_shapes = all(np.shape(g) == w.array.shape for g, w in zip(got, wanted, strict=True))
    return fitted(got, [w.array for w in wanted], close) if fit and same_shapes else None


def fitted(got, want, close):
    """The words for a pattern with a number in it, which the first array gives away."""
    if not np.isfinite(got[0]).all() or not np.any(want[0]):
        return None
    factor = np.sum(got[0] * want[0]) / np.sum(want[0] * want[0])
    shift, most = np.mean(got[0] - want[0]), np.max(np.abs(got[0]))
    made = [
        (f"is {number(factor)} times what it should be", lambda w: factor * w),
        (f"is {'larger' if shift > 0 else 'smaller'} by {number(abs(shift))} everywhere",
         lambda w: w + shift),
        (f"is cut off below {number(-most)} and above {number(most)}",
         lambda w: np.clip(w, -most, most)),
    ]  # fmt: skip
    if max(np.max(np.abs(a)) for a in [got[0], *want]) < 1:
        inside, sums = np.arctanh(got[0]), np.arctanh(want[0])
        times = np.sum(inside * sums) / np.sum(sums * sums)
        words = f"is what tanh makes of {number(times)} times the sum that it should be given"
        made.append((words, lambda w: np.tanh(times * np.arctanh(w))))
    for words, function in made:
        new = [function(w) for w in want]
        if all(map(close, got, new)) and not all(map(close, want, new)):
            return words
    return None


def agrees(got, function, wanted, close):
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):  # "Mean of empty"
            return close(np.asarray(got, float), np.asarray(function(wanted), float))
    except (ValueError, IndexError):  # that array has no such axis
        return False
