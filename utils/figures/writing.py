"""TODO 09: what the figures of lesson 09 are about. Each has its test in its example."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import line, panels
from utils.words import number


@figure
def writing(fig, h, w):
    """TODO 09: what it shows. h (timesteps,), w a number.

    >>> fig, sentence = drawn(writing, h=np.array([1, 0.5, 0.25]), w=0.5)
    >>> holds(fig.axes[0], [1, 2, 3], [1, 0.5, 0.25])
    True
    >>> print(sentence)
    After 3 steps 0.25 is left. The weight is 0.5, and the state began at 1.
    """
    (ax,) = panels(fig)
    line(ax, np.arange(1, len(h) + 1), h, "state", "state h")
    ax.set(title="A state that fades", xlabel="time step t", ylabel="state h")
    start, end = number(h[0]), number(h[-1])
    return (
        f"After {len(h)} steps {end} is left.\n"
        f"The weight is {number(w)}, and the state began at {start}."
    )
