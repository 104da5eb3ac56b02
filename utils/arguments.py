"""Arguments, checked: every error names the argument, what it was and what it may be."""

import reprlib
from contextvars import ContextVar
from math import isfinite, prod
from numbers import Integral, Real

import numpy as np
from numpy.lib.stride_tricks import as_strided

MOST_STEPS = 10**9  # of anything that is counted
MOST_NUMBERS = 250_000_000  # in one array: 2 GB of float64, as much as a small computer has


# Not NumPy's error state, which anybody can change, and many a library does when it is imported.
_overflow = ContextVar("overflow", default=False)


def as_floats(name, value, shape, dtype=None):
    """`value` as an array of finite floats, not copied if it is one already.

    In `shape` a number is an exact size, a word any size above zero, and `...` any axes at
    all. Without `dtype` float32 and float64 stay what they are, other numbers become float64.
    """
    array = value if type(value) is np.ndarray else plain_array(name, value)
    # bfloat16 is of no kind that NumPy knows, but fits into float64
    if array.dtype.kind not in "biuf" and not np.can_cast(array.dtype, np.float64):
        raise TypeError(f"{name} must be an array of real numbers, got {shown(value)}")
    kept = array.dtype.char in "fd" and array.dtype.isnative
    dtype = dtype or (array.dtype if kept else np.float64)
    if array.dtype != dtype:
        with np.errstate(all="ignore"):  # what is too large for float32 is caught below
            array = converted(array, dtype)
    if not has_shape(array.shape, shape):
        text = ", ".join("..." if size is ... else str(size) for size in shape)
        comma = "," * (len(shape) == 1)  # as a tuple of one is written
        raise ValueError(f"{name} must have shape ({text}{comma}), got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not _overflow.get() and not all_finite(array):
        raise ValueError(f"{name} must be finite in {array.dtype}, got NaN or infinity")
    return array


def plain_array(name, value):
    """`value` as an array of NumPy's own class, whatever it holds."""
    parts = value if isinstance(value, (list, tuple)) else (value,)
    if any(isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part) for part in parts):
        # what is hidden would come back as numbers
        raise ValueError(f"{name} must have no masked values, got {shown(value)}")
    try:
        return np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be an array of real numbers, got {shown(value)}") from None


FEW = 100_000  # numbers: an array of so few is looked at in the simplest way


def all_finite(array):
    """Whether it holds neither NaN nor infinity, at a small share of the memory it takes."""
    if array.size <= FEW:
        return bool(np.isfinite(array).all())
    once = each_once(array)[0]
    with np.errstate(all="ignore"):  # NaN comes through both, and neither makes an array
        return bool(np.isfinite(once.min()) and np.isfinite(once.max()))


def converted(array, dtype):
    """array.astype(dtype); windows that share their numbers go on sharing them, read-only."""
    once, steps = each_once(array) if array.size > FEW else (array, ())
    if once.size == array.size:
        return array.astype(dtype)
    once = once.astype(dtype, order="C")
    strides = [times * once.strides[axis] for axis, times in steps]
    return as_strided(once, array.shape, strides, writeable=False)


def each_once(array):
    """A view with every number of `array` once, also where windows overlap, and its steps in it.

    Two axes of which one steps within the reach of the other walk over the same numbers: windows
    (samples, window) of a series are one axis of samples + window - 1 numbers. The steps are, for
    each axis of `array`, an axis of the view and how many of its numbers one step passes.
    """
    if array.size == 0 or min(array.strides, default=0) < 0:
        return array, ()
    axes, steps = [], {}  # axes of the view as [stride, size], the shortest stride first
    for i in np.argsort(array.strides, kind="stable"):
        stride, size = array.strides[i], array.shape[i]
        if stride == 0 or size == 1:
            steps[i] = -1, 0
            continue
        if axes and stride % axes[-1][0] == 0 and stride <= prod(axes[-1]):
            axes[-1][1] += (size - 1) * (stride // axes[-1][0])
        else:
            axes.append([stride, size])
        steps[i] = -len(axes), stride // axes[-1][0]
    strides, sizes = zip(*axes[::-1], strict=True) if axes else ((0,), (1,))
    return as_strided(array, sizes, strides), [steps[i] for i in range(array.ndim)]


def has_shape(sizes, shape):
    """Whether the tuple `sizes` fits `shape`, as described in `as_floats`."""
    if ... in shape:
        i, rest = shape.index(...), len(sizes) - len(shape) + 1
        shape = (*shape[:i], *["any"] * rest, *shape[i + 1 :])
    return len(sizes) == len(shape) and all(
        size == wanted or isinstance(wanted, str) for size, wanted in zip(sizes, shape, strict=True)
    )


class overflow_allowed:
    """Within `with overflow_allowed():` infinity and NaN pass, without error or warning.

    For what a network computes from finite data: that it has diverged should show in its loss.
    """

    def __enter__(self):
        self.token = _overflow.set(True)
        self.quiet = np.errstate(all="ignore")
        self.quiet.__enter__()

    def __exit__(self, *error):
        self.quiet.__exit__(*error)
        _overflow.reset(self.token)


# A number too small for a float is 0, as it should be, also where somebody has underflow raise an
# error: gradients vanish, and that is no fault. For functions, as a decorator.
underflow_ignored = np.errstate(under="ignore")


class _Shown(reprlib.Repr):
    """A short repr that no setting of NumPy's changes, and no value is too large for."""

    def repr1(self, value, level):
        try:
            if isinstance(value, np.ndarray):
                with np.printoptions(**PRINTED):
                    return " ".join(repr(value).split())
            text = super().repr1(value, level)
            return text if isinstance(value, str) else " ".join(text.split())
        except Exception as error:  # 10**5000, which Python doesn't write out, or a broken class
            return f"<{type(value).__name__} that can't be shown: {type(error).__name__}>"


PRINTED = {
    "precision": 8, "threshold": 12, "edgeitems": 2, "linewidth": 1000, "suppress": False,
    "nanstr": "nan", "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec",
    "legacy": False,
}  # fmt: skip
_shown = _Shown()
_shown.maxstring = _shown.maxother = _shown.maxlong = 80


def shown(value):
    """`value` in at most 80 characters, for an error."""
    return f"{_shown.repr(value):.80}"


def affordable(name, value, *shape):
    """`value`, if an array of `shape`, which follows from it, can be held in memory."""
    if prod(shape) > MOST_NUMBERS:
        raise ValueError(
            f"{name} must be smaller: the course's arrays have up to {MOST_NUMBERS:,} numbers, and "
            f"this one would have {' x '.join(f'{size:,}' for size in shape)}, got {shown(value)}"
        )
    return value


def list_of(name, value, count):
    """`value`, which must be a list of `count` things."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of {count} arrays, got {shown(value)}")
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
    raise ValueError(f"{name} must be float32 or float64, got {shown(value)}")


def whole_number(name, value, least=0):
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {shown(value)}")
    if value > MOST_STEPS:
        was = f"{value:,}" if value < 10**30 else "far more"
        raise ValueError(f"{name} must be at most {MOST_STEPS:,}, got {was}")
    return int(value)


def whole_numbers(name, value, shape, classes):
    """`value` as whole numbers from 0 to `classes` - 1, in an array of that shape."""
    array = as_floats(name, value, shape)
    if (array != np.floor(array)).any() or array.min() < 0 or array.max() >= classes:
        raise ValueError(f"{name} must be whole numbers below {classes}, got {shown(value)}")
    return array.astype(int)


def positive_integer(name, value):
    return whole_number(name, value, 1)


def random_generator(name, seed):
    """The random numbers that belong to `seed`: a whole number, or None for fresh ones."""
    if isinstance(seed, bool) or not (seed is None or isinstance(seed, Integral) and seed >= 0):
        raise ValueError(f"{name} must be a whole number of at least 0, or None, got {shown(seed)}")
    return np.random.default_rng(seed)


def positive(name, value):
    if not is_number(value) or not 0 < value:
        raise ValueError(f"{name} must be a number above 0, got {shown(value)}")
    return float(value)


def between(name, value, low, high):
    """`value`, which must be a number with low <= value < high."""
    if not is_number(value) or not low <= value < high:
        raise ValueError(f"{name} must be a number from {low} to below {high}, got {shown(value)}")
    return float(value)


def is_number(value):
    """Whether `value` is a number that a float can hold. True, False and NaN are none."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def one_of(name, value, table):
    if not isinstance(value, str) or value not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {shown(value)}")
    return table[value]


def true_or_false(name, value):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return value


def function(name, value):
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {shown(value)}")
    return value


def having(name, value, *attributes):
    """`value`, a model or an optimiser, which may be of the course's classes or of your own."""
    if isinstance(value, type) or not all(hasattr(value, a) for a in attributes):
        wanted = ", ".join(attributes)
        raise TypeError(f"{name} must be an object with {wanted}, got {shown(value)}")
    return value
