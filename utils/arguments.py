"""Arguments, checked: every error names the argument, what it was and what it may be."""

from numbers import Integral, Real

import numpy as np


def as_floats(name, value, shape, dtype=None):
    """`value` as an array of finite floats, not copied if it is one already.

    In `shape` a number is an exact size, a word any size above zero, and `...` any axes at
    all. Without `dtype` floats keep theirs and other numbers become float64.
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise ValueError
    except ValueError:
        raise TypeError(f"{name} must be an array of real numbers, got {value!r:.80}") from None
    dtype = dtype or (array.dtype if array.dtype.kind == "f" else np.float64)
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
    except TypeError:
        pass
    raise ValueError(f"{name} must be float32 or float64, got {value!r}")


def whole_number(name, value, least=0):
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def positive_integer(name, value):
    return whole_number(name, value, 1)


def random_generator(name, seed):
    """The random numbers that belong to `seed`: a whole number, or None for fresh ones."""
    if isinstance(seed, bool) or not (seed is None or isinstance(seed, Integral) and seed >= 0):
        raise ValueError(f"{name} must be a whole number of at least 0, or None, got {seed!r}")
    return np.random.default_rng(seed)


def positive(name, value):
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < np.inf:
        raise ValueError(f"{name} must be a number above 0, got {value!r}")
    return float(value)


def between(name, value, low, high):
    """`value`, which must be a number with low <= value < high."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value < high:
        raise ValueError(f"{name} must be a number from {low} to below {high}, got {value!r}")
    return float(value)


def one_of(name, value, table):
    if not isinstance(value, str) or value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {value!r}")
    return table[value]


def true_or_false(name, value):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value
