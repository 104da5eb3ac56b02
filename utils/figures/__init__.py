"""The figures drawn from data, by subject. A lesson finds them all here.

Each is a function draw(fig, **data) for `plotting.show` and `explore`: it draws on the figure and
returns the sentence that says what the picture shows, with its numbers.

NaN and infinity are drawn where that can be: a training that diverged is worth a picture. Where it
can't, or where sizes don't fit, the error says what the figure was given.
"""

import functools

import numpy as np

from utils.figures.cells import accuracy_against_delay, gate_replay, reach
from utils.figures.forecasts import (
    alarms,
    as_written,
    compared,
    errors_by_horizon,
    forecaster_live,
    free_run,
    leaks,
    series_in_parts,
    windows_in_parts,
    with_interval,
)
from utils.figures.gates import (
    gradients_of_cells,
    learning_by_bias,
    recall_against_delay,
    state_growth,
    unit_replay,
    valves,
)
from utils.figures.learning import (
    clipping,
    descent,
    difference_error,
    gradient_against_lag,
    learning_curve,
)
from utils.figures.states import (
    example_sequences,
    impulse_response,
    responses,
    smoothing,
    state_paths,
    two_orders,
)
from utils.figures.toys import counting, errors_far_away, steps_beyond, sums, sums_compared
from utils.figures.zoo import zoo, zoo_cage

__all__ = [
    "accuracy_against_delay",
    "alarms",
    "as_written",
    "clipping",
    "compared",
    "counting",
    "descent",
    "difference_error",
    "errors_by_horizon",
    "errors_far_away",
    "example_sequences",
    "forecaster_live",
    "free_run",
    "gate_replay",
    "gradient_against_lag",
    "gradients_of_cells",
    "impulse_response",
    "leaks",
    "learning_by_bias",
    "learning_curve",
    "reach",
    "recall_against_delay",
    "responses",
    "series_in_parts",
    "smoothing",
    "state_growth",
    "state_paths",
    "steps_beyond",
    "sums",
    "sums_compared",
    "two_orders",
    "unit_replay",
    "valves",
    "windows_in_parts",
    "with_interval",
    "zoo",
    "zoo_cage",
]


def telling(draw):
    """`draw`, whose errors tell the sizes of what it was given, and where NaN or infinity is."""

    @functools.wraps(draw)
    def told(fig, *values, **named):
        try:
            return draw(fig, *values, **named)
        except Exception as error:
            parts = [*map(_size, values), *(f"{k} {_size(v)}" for k, v in named.items())]
            raise ValueError(
                f"the figure {draw.__name__} can't be drawn ({error}), got {', '.join(parts)}"
            ) from error

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


globals().update({name: telling(globals()[name]) for name in __all__})
