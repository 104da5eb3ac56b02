"""Numbers and letters as people write them, for every sentence and caption."""

import math
import numbers

import numpy as np


def fmt(x):
    """A number as sentences show it: three significant digits, whole numbers in full."""
    if isinstance(x, numbers.Integral):
        text = f"{x:,}"
    elif math.isnan(x):
        return "not a number"
    elif math.isinf(x):
        return "too large to show"
    elif x != 0 and not 1e-3 <= abs(x) < 999_500:
        digits, power = f"{x:.2e}".split("e")
        text = f"{float(digits):g} \N{MULTIPLICATION SIGN} 10^{int(power)}"
    else:
        text = f"{float(f'{x:.3g}') + 0.0:,}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
    return text.replace("-", "\N{MINUS SIGN}")  # screen readers pass over a hyphen in silence


def order_of(x):
    """The size of x in words that a last digit cannot change."""
    if np.isnan(x):
        return "not a number"
    if np.isinf(x):
        return "too large for a number"
    if x < 0:
        return f"\N{MINUS SIGN}{order_of(-x)}"
    if x == 0:
        return "0"
    if 1e-3 < x < 1e3:
        return f"{float(f'{x:.1g}'):g}"
    return f"about 10^{round(np.log10(max(x, 1e-300)))}".replace("-", "\N{MINUS SIGN}")
