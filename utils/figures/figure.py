"""`@figure` stands above each function that a lesson may draw with."""

import functools
import sys

import numpy as np


def figure(draw):
    """Add `draw` to what its module exports; its errors tell the sizes of what it was given, and
    where NaN or infinity is."""

    @functools.wraps(draw)
    def told(fig, *values, **named):
        try:
            return draw(fig, *values, **named)
        except Exception as error:
            parts = [*map(_size, values), *(f"{k} {_size(v)}" for k, v in named.items())]
            raise ValueError(
                f"the figure {draw.__name__} can't be drawn ({error}), got {', '.join(parts)}"
            ) from error

    vars(sys.modules[draw.__module__]).setdefault("__all__", []).append(draw.__name__)
    return told


def _size(value):
    """(3, 40), or {'LSTM': (3, 40) with NaN or infinity}, or the value itself if it is short."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_size(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return f"[{', '.join(map(_size, value))}]"
    if not isinstance(value, np.ndarray):
        return f"{value!r:.40}"
    finite = value.dtype.kind not in "fc" or np.isfinite(value).all()
    return f"{value.shape}" + ("" if finite else " with NaN or infinity")
