"""What no function may take in silence, and how it must refuse it."""

import re

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

quick = settings(max_examples=25, deadline=None, derandomize=True, database=None)

not_numbers = st.sampled_from(
    [
        None,
        "abc",
        ["1", "2"],
        [[1.0, 2.0], [3.0]],  # ragged
        {"a": 1},
        object(),
        np.array([1j]),
        np.array([None]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
    ]
)
not_counts = st.sampled_from([0, -1, 2.5, 2.0, True, "3", None, [3], np.nan, np.True_])
not_seeds = st.sampled_from([-1, 2.5, True, "3", [3], np.nan, 1j])
not_positive = st.sampled_from([0, -1, np.nan, np.inf, True, "3", None, [3], 1j])
not_dtypes = st.sampled_from(["float16", "int32", "complex64", "floaty", int, None, 3, object()])


def misshapen(fits):
    """Arrays of zeros, some empty, of every shape that `fits(shape)` rejects."""
    shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)
    return shapes.filter(lambda shape: 0 in shape or not fits(shape)).map(np.zeros)


@st.composite
def not_finite(draw, *shape):
    """Arrays of `shape` with one NaN or infinity, or a number that float32 can't hold."""
    array = np.ones(shape)
    index = draw(st.integers(0, array.size - 1))
    array.flat[index] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    return array


def refused(name, call, *arguments, **named):
    """The call fails, and the message says `name`, what it must be and what it was."""
    with pytest.raises((TypeError, ValueError)) as error:
        call(*arguments, **named)
    assert re.match(rf"{re.escape(name)} must .+, got .+", str(error.value)), error.value
