"""One style for all pictures of the course: colours, lines, letters and sizes."""

import contextlib
import threading

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.colors import to_rgb

# Okabe and Ito's colours, which colour-blind readers can tell apart, their purple darkened, and
# four more that stay apart from them; each with a line style, so that no line is known by its
# colour alone. All but the last two have 3:1 contrast on white; orange and sky blue are for wide
# lines and areas. Their yellow is left out: nobody sees it on white.
COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "black": "#000000",
    "purple": "#A8487E",
    "violet": "#7A3FE0",
    "brown": "#6B4200",
    "plum": "#4B005A",
    "navy": "#0030A0",
    "orange": "#E69F00",
    "sky": "#56B4E9",
}
LINES = {
    "blue": "-",
    "vermillion": (0, (5, 1.5)),
    "green": (0, (1.2, 1.2)),
    "black": (0, (6, 1.5, 1.2, 1.5)),
    "purple": (0, (8, 2)),
    "violet": (0, (5, 1.2, 1.2, 1.2)),
    "brown": (0, (2.5, 1)),
    "plum": (0, (9, 1.5, 3, 1.5)),
    "navy": (0, (3, 1.5, 1.2, 1.5)),
    "orange": (0, (3, 1.2)),
    "sky": (0, (4, 1.2, 1.2, 1.2, 1.2, 1.2)),
}
GREY = "#595959"  # axes, notes and guide lines; 7:1 on white
# What a thing is decides its colour, in every figure and diagram of the course. A network has the
# colour of what it carries along, a gate that of what it lets through.
MEANINGS = {
    "input": "blue",
    "state": "vermillion",  # h
    "output": "green",  # and answers, forecasts
    "gradient": "purple",
    "cell": "violet",  # the cell state c
    "simple": "vermillion",  # the simple network
    "LSTM": "violet",
    "GRU": "brown",
    "linear": "black",
    "i": "blue",  # the gates
    "o": "green",
    "f": "plum",
    "z": "plum",  # keeps what there was, as f does
    "r": "navy",
}
ROLES = {role: COLOURS[name] for role, name in MEANINGS.items()} | {
    "weight": "#404040",  # also the bias, and sums inside a cell, as the candidate g
    "g": "#404040",
    "truth": "#949494",  # a wide band: `truth` draws it
    "faint": "#C8C8C8",
}

CSS_DPI = 100  # one inch of figure is 100 pixels of the page
DPI = 120  # and 120 of the picture, while it moves
SHARP = 200  # 200 once it stays: sharp on fine screens, and when a projector enlarges it

STYLE = {
    # The defaults first: a reader's own matplotlibrc must not change the course's pictures.
    **{k: v for k, v in mpl.rcParamsDefault.items() if k not in ("backend", "interactive")},
    "axes.prop_cycle": cycler(color=list(COLOURS.values())),
    "font.size": 10.5,
    "text.hinting": "none",  # hinted letters are uneven once the page has scaled the picture
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # a fixed place: looking for one costs a third of the drawing time
    "axes.titlepad": 9,
    "axes.labelcolor": "#262626",
    "axes.edgecolor": "#8c8c8c",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.bottom": False,  # the grid's lines are the ticks
    "ytick.left": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 6),
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.handlelength": 2.6,
    "image.cmap": "cividis",
}

# JupyterLab lets explorers answer in a thread of their own, also while cells run; Matplotlib's
# settings and a figure are for one thread at a time.
DRAWING = threading.RLock()
_styled = []  # holds something while a thread is within style()


@contextlib.contextmanager
def style():
    """A context in which Matplotlib draws in the course's style, for one thread at a time.

    Whatever NumPy was told to raise: logarithms of zero and NaN are drawn as gaps.
    """
    with DRAWING, np.errstate(all="ignore"), contextlib.ExitStack() as stack:
        if not _styled:  # else it is set already, which takes a millisecond
            _styled.append(True)
            stack.callback(_styled.clear)
            changed = {k: v for k, v in STYLE.items() if mpl.rcParams[k] != v}
            stack.enter_context(mpl.rc_context(changed))
        yield


def ink(colour):
    """`colour` for text: darkened until small type in it has 4.5:1 on white."""
    rgb = np.array(to_rgb(colour))
    shades = np.linspace(1, 0, 101)[:, None] * rgb
    return tuple(shades[np.argmax(_contrast(shades) >= 4.7)])


def _contrast(rgb):
    """Of colours (..., 3) on white, as WCAG 2 reckons it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def shades(role, n):
    """`n` tones of a role's colour, from itself to nearly black: settings of the same thing."""
    return [tuple(share * np.array(to_rgb(ROLES[role]))) for share in np.linspace(1, 0.25, n)]


def tint(colour, strength=0.16):
    """`colour` thinned with white, for areas that text stands on."""
    rgb = np.array(to_rgb(colour))
    return tuple(1 - strength * (1 - rgb))
