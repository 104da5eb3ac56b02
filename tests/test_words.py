"""Numbers and letters in sentences: what they look like, and that they say what they stand for."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from tools.claims import RAISED
from utils import words

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WRITTEN = {
    "number": [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (0.12345, "0.123"), (-2.5, "−2.5"), (1234.5, "1,230"),
        (0.0012, "0.0012"), (1.5e-7, "1.5 × 10⁻⁷"), (-3.21e12, "−3.21 × 10¹²"), (1e-5, "10⁻⁵"),
        (999_499.0, "999,000"), (999_999.0, "10⁶"), (-1e80, "−10⁸⁰"), (10800, "10,800"),
        (np.int64(-3), "−3"), (np.float32(0.1), "0.1"), (0.00099996, "0.001"), (0.0987, 1, "0.1"),
        (math.nan, "not a number"), (np.inf, "too large for a number"),
    ],
    "roughly": [
        (0, "0"), (0.34, "0.3"), (-20.0, "−20"), (999.0, "1,000"), (1e-3, "about 10⁻³"),
        (3.4e-7, "about 10⁻⁶"), (1e5, "about 10⁵"), (1e-13, 1e-12, "below 10⁻¹²"),
        (1e-12, 1e-12, "below 10⁻¹²"), (2e-6, 1e-6, "about 10⁻⁶"), (5e-324, "about 10⁻³²³"),
        (np.nan, "not a number"), (-np.inf, 1, "too large for a number"),
    ],
    "fixed": [
        (0.5, 2, "0.50"), (-0.001, 2, True, "+0.00"), (-1.254, 2, "−1.25"), (1, 2, True, "+1.00"),
        (1234.5, 1, "1,234.5"), (np.nan, 1, True, "not a number"),
    ],
    "three_digits": [
        (0.01234, "0.0123"), (0.1, "0.100"), (1.0, "1.00"), (123.4, "123"), (12345, "12,300"),
        (0, "0"), (9.999, "10.0"), (0.9996, "1.00"), (1e-12, "0"), (0.0005, "0.000500"),
        (1e-8, "0.0000000100"),
    ],
    "exact": [(1_000_000, "1,000,000"), (1e-4, "0.0001"), (-0.5, "−0.5"), (0.0, "0")],
    "percent": [
        (0.507, "51%"), (1, "100%"), (-0.001, "0%"), (-0.2, "−20%"), (np.nan, "not a number"),
    ],
    "counted": [
        (1, "window", "1 window"), (33, "window", "33 windows"), (0, "step", "0 steps"),
        (np.int64(1), "time step", "1 time step"), (1200, "value", "1,200 values"),
    ],
    "power": [(10, -13, "10⁻¹³"), ("σ(b)", "k", "σ(b)ᵏ")],
    "symbol": [
        ("W_x", "Wₓ"), ("h_12", "h₁₂"), ("dW_h", "dWₕ"), ("b", "b"), ("W_y", "W_y"),
        ("W_hg", "W_hg"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written(name):
    for *given_, text in WRITTEN[name]:
        assert getattr(words, name)(*given_) == text, given_


def value(text):
    """The number that a reader takes from it."""
    text = re.sub(r"^(−?)10(?=[⁰-⁹⁻¹²³])", r"\g<1>1 × 10", text)
    return float(text.replace(" × 10", "e").replace(",", "").translate(RAISED))


@given(FLOATS, st.integers(1, 6))
def test_a_number_is_read_as_what_it_was_rounded_to(x, digits):
    rounded = float(f"{x:.{digits - 1}e}")
    assert value(words.number(x, digits)) == pytest.approx(rounded, rel=1e-12)


@given(st.integers() | FLOATS)
def test_exact_is_every_digit(x):
    assert value(words.exact(x)) == float(x) and "e" not in words.exact(x)


@given(FLOATS.filter(bool).map(abs))
def test_a_negative_number_is_the_positive_one_with_a_minus(x):
    for write in (words.number, words.roughly, words.exact):
        assert write(-x) == "−" + write(x)


def test_the_figures_font_has_every_letter():
    font = FT2Font(font_manager.findfont("DejaVu Sans")).get_charmap()
    letters = [*words.RAISED.values(), *map(ord, [*words.LOWERED.values(), *"×−εσ"])]
    assert not [chr(letter) for letter in letters if letter not in font]
