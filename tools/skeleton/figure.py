"""TODO NN: what the figures of lesson NN are about."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import line, panels
from utils.words import number


@figure
def NAME(fig, h, w):
    """TODO NN: what it shows. h (timesteps,), w a number."""
    (ax,) = panels(fig)
    line(ax, np.arange(1, len(h) + 1), h, "vermillion", "state h")
    ax.set(title="A state that fades", xlabel="time step t", ylabel="state h")
    start, end = number(h[0]), number(h[-1])
    return f"Weight w = {number(w)}. After {len(h)} steps {end} is left, from {start}."
