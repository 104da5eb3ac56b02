"""Figures drawn for a test, and looked at by readers with other eyes."""

import re
from itertools import combinations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import LogFormatter, ScalarFormatter

from tests.helpers import pictures
from utils.plotting import ROLES, Drawing, in_one_line, ink

# What people see who lack a kind of cone, on linear RGB: Machado, Oliveira and Fernandes (2009).
EYES = {
    "all cones": np.eye(3),
    "no long cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no medium cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # of linear RGB
APART = 15  # what is just seen is 2.3


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast_on_white(colour):
    return 1.05 / (XYZ[1] @ linear(colour) + 0.05)


def lab(rgb):
    """CIE L*a*b* of a linear RGB colour."""
    of_white = XYZ @ rgb / XYZ.sum(axis=1)
    x, y, z = np.where(of_white > 0.008856, np.cbrt(of_white), 7.787 * of_white + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(a, b, eyes):
    seen = [lab(np.clip(np.array(EYES[eyes]) @ linear(colour), 0, 1)) for colour in (a, b)]
    return np.linalg.norm(seen[0] - seen[1])


def is_pale(colour, of):
    """Whether a colour is one of `of` thinned with white: single runs beside their median."""
    thin = 1 - np.array(to_rgb(colour))
    deep = [1 - np.array(to_rgb(strong)) for strong in of]
    return any(np.allclose(thin, thin.max() / each.max() * each, atol=0.01) for each in deep)


def look_alike(one, other):
    """The eyes for which two lines differ in nothing: not in colour, style, marker or width."""
    widths = sorted((one.get_linewidth(), other.get_linewidth()))
    looks = [(line._dash_pattern, line.get_marker()) for line in (one, other)]
    if looks[0] != looks[1] or widths[1] >= 2 * widths[0] > 0:
        return []
    colours = one.get_color(), other.get_color()
    return [eyes for eyes in EYES if 0 < distance(*colours, eyes) < APART]


def faults(fig):
    """What some readers could not see in a figure, or not tell from something else."""
    for ax in fig.axes:
        if ax.images:
            continue  # there the ground is not white
        title = ax.get_title(loc="left")
        lines = [line for line in ax.lines if to_rgb(line.get_color()) != (1, 1, 1)]
        strong = [line for line in lines if contrast_on_white(line.get_color()) >= 3]
        pale = [line.get_color() for line in lines if line not in strong]
        pale = {colour for colour in pale if not is_pale(colour, {s.get_color() for s in strong})}
        words = [text for text in [*ax.texts, *_of_legend(ax)] if text.get_text().strip()]
        pale |= {text.get_color() for text in words if contrast_on_white(text.get_color()) < 4.5}
        yield from (f"{colour} is hardly seen on white in {title!r}" for colour in pale)
        yield from misnamed(words)
        for pair in combinations(strong, 2):
            for eyes in look_alike(*pair):
                a, b = (line.get_color() for line in pair)
                yield f"{a} and {b} look alike with {eyes} in {title!r}"


def _of_legend(ax):
    return legend.get_texts() if (legend := ax.get_legend()) else []


# What is called so in a figure has this role's colour, or none.
NAMES = {
    "input x": "input",
    "state h": "state",
    "cell state c": "cell",
    "simple": "simple",
    "SimpleRNN": "simple",
    "LSTM": "LSTM",
    "GRU": "GRU",
    "linear": "linear",
    "linear model": "linear",
    "forget f": "f",
    "input i": "i",
    "output o": "o",
    "update z": "z",
    "reset r": "r",
}


def misnamed(words):
    """Names of what has a role, in the colour of another."""
    for text in words:
        name = re.split(r", | \N{DOWNWARDS ARROW}", text.get_text())[0]
        rgb = to_rgb(text.get_color())
        if name in NAMES and rgb != to_rgb(ink(ROLES[NAMES[name]])) and np.ptp(rgb) > 0.01:
            yield f"{name!r} has the colour {text.get_color()}, not that of its role"


# Their panels are named in other ways: beside each row; in the title.
NAMED_OTHERWISE = {("gate_replay", "title"), ("forecaster_live", "y")}


def unnamed(fig):
    """(what has no name, where) of panels without a title, and of numbers that no label explains
    along the lowest and the leftmost panels."""
    shown = [ax for ax in fig.axes if ax.axison]
    for ax in shown:
        left, low, *_ = ax.get_position().bounds
        if not ax.get_title(loc="left"):
            yield "title", f"panel {fig.axes.index(ax) + 1}"
        for name, axis, edge in (
            ("x", ax.xaxis, all(low <= other.get_position().y0 for other in shown)),
            ("y", ax.yaxis, all(left <= other.get_position().x0 for other in shown)),
        ):
            numbers = isinstance(axis.get_major_formatter(), (ScalarFormatter, LogFormatter))
            if edge and numbers and len(axis.get_majorticklocs()) and not axis.get_label_text():
                yield name, repr(ax.get_title(loc="left"))


def drawn(draw, size=(7.2, 3.2), **values):
    """The figure that `draw` makes, seen by everyone, and what it says."""
    drawing = Drawing(draw, size)
    said, fig = drawing.said(**values), drawing.figure
    found = list(faults(fig))
    found += [pair for pair in unnamed(fig) if (draw.__name__, pair[0]) not in NAMED_OTHERWISE]
    own = not draw.__module__.startswith("utils.")  # the test's
    assert not found and (own or "\n" in said), found or f"its numbers are in no line: {said}"
    if not own:
        pictures.hold(fig)
    return fig, in_one_line(said)


def texts(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts] + [
        text.get_text() for text in fig.texts
    ]


def height_of(ax, name):
    """Where a name stands at the end of a line, in heights of the panel."""
    (height,) = (text.xy[1] for text in ax.texts if text.get_text() == name)
    return height


def holds(ax, x, y):
    """Whether a line of the panel has these points."""
    wanted = np.column_stack([x, y])
    shown = [np.column_stack(line.get_data()) for line in ax.lines]
    return any(points.shape == wanted.shape and np.allclose(points, wanted) for points in shown)
