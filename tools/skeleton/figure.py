"""TODO NN: what the figures of lesson NN are about."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import fmt, line, panels


@figure
def NAME(fig, h, w):
    """TODO NN: what it shows. h (timesteps,), w a number."""
    (ax,) = panels(fig)
    line(ax, np.arange(1, len(h) + 1), h, "vermillion", "state h")
    ax.set(title="A state that fades", xlabel="time step t", ylabel="state h")
    return f"Weight w = {fmt(w)}. After {len(h)} steps {fmt(h[-1])} is left, from {fmt(h[0])}."
