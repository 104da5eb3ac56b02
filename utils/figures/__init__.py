"""The figures drawn from data, by subject. A lesson finds them all here.

Each is a function draw(fig, **data) for `plotting.show` and `explore`: it draws on the figure and
returns the sentence that says what the picture shows, with its numbers.
"""

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
    "sums_compared",
    "sums",
    "steps_beyond",
    "errors_far_away",
    "counting",
    "clipping",
    "descent",
    "difference_error",
    "example_sequences",
    "gradient_against_lag",
    "impulse_response",
    "learning_curve",
    "responses",
    "smoothing",
    "state_paths",
    "two_orders",
    "zoo",
    "zoo_cage",
]
