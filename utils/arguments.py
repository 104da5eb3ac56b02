"""Arguments, checked: every error names the argument, what it was and what it may be."""

from math import isfinite, prod
from numbers import Integral, Real

import numpy as np

MOST_STEPS = 10**9  # of anything that is counted
MOST_NUMBERS = 250_000_000  # in one array: 2 GB of float64, as much as a small computer has


def as_floats(name, value, shape, dtype=None):
    """`value` as an array of finite floats, not copied if it is one already.

    In `shape` a number is an exact size, a word any size above zero, and `...` any axes at
    all. Without `dtype` float32 and float64 stay what they are, other numbers become float64.
    """
    if np.ma.is_masked(value):  # what is hidden would come back as numbers
        raise ValueError(f"{name} must have no masked values, got {value!r:.80}")
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
    except ValueError:
        raise TypeError(f"{name} must be an array of real numbers, got {value!r:.80}") from None
    dtype = dtype or (array.dtype if array.dtype in (np.float32, np.float64) else np.float64)
    if array.dtype != dtype:
        with np.errstate(over="ignore"):  # what is too large for float32 is caught below
            array = array.astype(dtype)
    if not has_shape(array.shape, shape):
        text = ", ".join("..." if size is ... else str(size) for size in shape)
        raise ValueError(f"{name} must have shape ({text}), got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if np.geterr()["invalid"] != "ignore" and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite in {array.dtype}, got NaN or infinity")
    return array


def has_shape(sizes, shape):
    """Whether the tuple `sizes` fits `shape`, as described in `as_floats`."""
    if ... in shape:
        i, rest = shape.index(...), len(sizes) - len(shape) + 1
        shape = (*shape[:i], *["any"] * rest, *shape[i + 1 :])
    return len(sizes) == len(shape) and all(
        size == wanted or isinstance(wanted, str) for size, wanted in zip(sizes, shape, strict=True)
    )


def overflow_allowed():
    """Within `with overflow_allowed():` infinity and NaN pass, without error or warning.

    For what a network computes from finite data: that it has diverged should show in its loss.
    """
    return np.errstate(over="ignore", invalid="ignore")


def affordable(name, value, *shape):
    """`value`, if an array of `shape`, which follows from it, can be held in memory."""
    if prod(shape) > MOST_NUMBERS:
        raise ValueError(
            f"{name} must be smaller: the course's arrays have up to {MOST_NUMBERS:,} numbers, and "
            f"this one would have {' x '.join(f'{size:,}' for size in shape)}, got {value!r:.80}"
        )
    return value


def list_of(name, value, count):
    """`value`, which must be a list of `count` things."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of {count} arrays, got {value!r:.80}")
    if len(value) != count:
        raise ValueError(f"{name} must be a list of {count} arrays, got {len(value)}")
    return value


def float_type(name, value):
    """float32 or float64, given by name or as NumPy's type."""
    try:
        if np.dtype(value) in (np.float32, np.float64) and value is not None:
            return np.dtype(value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name} must be float32 or float64, got {value!r:.80}")


def whole_number(name, value, least=0):
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r:.80}")
    if value > MOST_STEPS:
        was = f"{value:,}" if value < 10**30 else "far more"
        raise ValueError(f"{name} must be at most {MOST_STEPS:,}, got {was}")
    return int(value)


def positive_integer(name, value):
    return whole_number(name, value, 1)


def random_generator(name, seed):
    """The random numbers that belong to `seed`: a whole number, or None for fresh ones."""
    if isinstance(seed, bool) or not (seed is None or isinstance(seed, Integral) and seed >= 0):
        raise ValueError(f"{name} must be a whole number of at least 0, or None, got {seed!r:.80}")
    return np.random.default_rng(seed)


def positive(name, value):
    if not is_number(value) or not 0 < value:
        raise ValueError(f"{name} must be a number above 0, got {value!r:.80}")
    return float(value)


def between(name, value, low, high):
    """`value`, which must be a number with low <= value < high."""
    if not is_number(value) or not low <= value < high:
        raise ValueError(f"{name} must be a number from {low} to below {high}, got {value!r:.80}")
    return float(value)


def is_number(value):
    """Whether `value` is a number that a float can hold. True, False and NaN are none."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def one_of(name, value, table):
    if not isinstance(value, str) or value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {value!r:.80}")
    return table[value]


def true_or_false(name, value):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r:.80}")
    return value


def function(name, value):
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {value!r:.80}")
    return value


def having(name, value, *attributes):
    """`value`, a model or an optimiser, which may be of the course's classes or of your own."""
    if isinstance(value, type) or not all(hasattr(value, a) for a in attributes):
        raise TypeError(f"{name} must be an object with {', '.join(attributes)}, got {value!r:.80}")
    return value
