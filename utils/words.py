"""Numbers and letters as people write them: every caption, message and table takes them from here.

A minus is −, which screen readers say, a power 10⁻⁵, a share 51%, and the letters are those of the
equations, Wₓ and h₄.
"""

import math
import numbers

import numpy as np

MINUS = "\N{MINUS SIGN}"
RAISED = str.maketrans("0123456789-+kn", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵏⁿ")
LOWERED = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))


def number(x, digits=3):
    """1,230 or −0.012 or 9.1 × 10⁻¹³: so many significant digits; a whole number in full."""
    if isinstance(x, numbers.Integral):
        return _minus(f"{x:,}")
    if not math.isfinite(x):
        return _no_number(x)
    factor, exponent = f"{x:.{digits - 1}e}".split("e")
    rounded = float(f"{factor}e{exponent}")
    if rounded == 0 or 1e-3 <= abs(rounded) < 1e6:
        return _minus(f"{rounded + 0.0:,}".removesuffix(".0"))  # + 0.0 turns -0.0 into 0.0
    ten = power(10, int(exponent))
    times = f"{float(factor):g} \N{MULTIPLICATION SIGN} {ten}"
    return _minus({1: ten, -1: f"-{ten}"}.get(float(factor), times))


def roughly(x, least=0):
    """0.3 or about 10⁻⁷: the size of x in words that a last digit can't change, and "below 10⁻¹²"
    for what is not above `least`."""
    if not math.isfinite(x):
        return _no_number(x)
    if x < 0:
        return MINUS + roughly(-x, least)
    if x <= least:
        return f"below {number(least)}" if least else "0"
    if 1e-3 < x < 1e3:
        return number(x, 1)
    return f"about {power(10, round(math.log10(x)))}"


def fixed(x, decimals, sign=False):
    """0.50 or −1.25: so many decimals, as in a column; with `sign` +0.50."""
    if not math.isfinite(x):
        return _no_number(x)
    return _minus(f"{round(float(x), decimals) + 0.0:{'+' * sign},.{decimals}f}")


def three_digits(x):
    """0.0850 or 1.23 or 12,300, of what is not negative: for columns of any size."""
    if x < 1e-9:  # rounding errors, which differ from one machine to the next
        return "0"
    x = float(f"{x:.2e}")
    return fixed(x, max(0, 2 - math.floor(math.log10(x))))


def exact(x):
    """1,000,000 or 0.0001: every digit that x has."""
    whole, point, rest = np.format_float_positional(abs(x), trim="-").partition(".")
    return MINUS * (x < 0) + f"{int(whole):,}{point}{rest}"


def percent(share):
    """51% for 0.507."""
    return fixed(100 * share, 0) + "%" * math.isfinite(share)


def counted(count, thing):
    """1 window, 33 windows, 1,000 windows: for things whose plural ends in s alone."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def power(base, exponent):
    """10⁻⁵ for 10 and -5."""
    return f"{base}{str(exponent).translate(RAISED)}"


def symbol(name):
    """Wₓ for W_x, h₄ for h_4; W_y stays, since Unicode has no such y."""
    letter, _, index = name.partition("_")
    return letter + "".join(LOWERED[k] for k in index) if {*index} <= {*LOWERED} else name


def _no_number(x):
    return "not a number" if math.isnan(x) else "too large for a number"


def _minus(text):
    return text.replace("-", MINUS)
