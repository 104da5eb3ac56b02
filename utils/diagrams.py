"""The drawings of networks, made of boxes, arrows and tiles with numbers in them.

Like the figures in `plotting`, each is a function draw(fig, **values) that returns a line with the
point and one with the rest. Inputs, states and outputs keep one colour each, everywhere.
"""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from utils.cells import rnn_step
from utils.plotting import ROLES, ink, panels, tint
from utils.words import number, percent, symbol


def canvas(fig, width, height):
    """An empty sheet, `width` by `height` units, no axes shown."""
    (ax,) = panels(fig, left=0.005, right=0.995, bottom=0.01, top=0.99)
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(0, height)
    return ax


def box(ax, x, y, text, role, width=1.0, height=0.7, strong=True):
    """A rounded box with its centre at (x, y)."""
    ax.add_artist(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor=tint(ROLES[role]) if strong else "white",
            edgecolor=ROLES[role] if strong else "#aaaaaa",
            linewidth=2 if strong else 1.2,
        )
    )
    ax.text(x, y, text, ha="center", va="center", color="black" if strong else "#666666")


def arrow(ax, start, end, text="", role="weight", side=(0.0, 0.16), **style):
    """An arrow from start to end, with `text` beside its middle."""
    ax.add_artist(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=14,
            shrinkA=0,
            shrinkB=0,
            color=ROLES[role],
            **{"linewidth": 1.6, **style},
        )
    )
    if text:
        x, y = (start[0] + end[0]) / 2 + side[0], (start[1] + end[1]) / 2 + side[1]
        ax.text(x, y, text, ha="center", va="center", color=ink(ROLES[role]))


def tiles(ax, x, y, values, title="", role="weight", size=0.68):
    """A small matrix of numbers, its top left corner at (x, y); shade follows the size."""
    values = np.atleast_2d(values)
    for (row, column), value in np.ndenumerate(values):
        left, bottom = x + column * size * 1.25, y - (row + 1) * size
        shade = min(abs(value), 1.5) / 1.5 * 0.55
        ax.add_artist(
            Rectangle(
                (left, bottom),
                size * 1.25,
                size,
                facecolor=to_rgba(ROLES[role], shade),
                edgecolor=ROLES[role],
                linewidth=1.2,
            )
        )
        centre = left + size * 0.625, bottom + size / 2
        ax.text(*centre, _two(value), ha="center", va="center", fontsize=9.5)
    width = values.shape[1] * size * 1.25
    if title:
        ax.text(x + width / 2, y + 0.22, title, ha="center", va="center", color=ink(ROLES[role]))
    return x + width


# --- the unrolled network ---------------------------------------------------------------------


def unrolled(fig, timesteps=4, backward=False):
    """The network folded and unrolled; with `backward`, the way the gradient takes."""
    ax = canvas(fig, 12.6, 4.6)
    if not backward:
        box(ax, 1.0, 2.3, "$h$", "state")
        box(ax, 1.0, 0.7, "$x$", "input")
        box(ax, 1.0, 3.9, "$y$", "output")
        arrow(ax, (1.0, 1.05), (1.0, 1.95), "$W_x$", side=(0.34, 0))
        arrow(ax, (1.0, 2.65), (1.0, 3.55), "$W_y$", side=(0.34, 0))
        arrow(ax, (1.5, 2.12), (1.5, 2.48), connectionstyle="arc3,rad=2.2")
        ax.text(2.3, 2.3, "$W_h$", ha="center", va="center", color=ROLES["weight"])
        ax.text(3.05, 2.3, "=", ha="center", va="center", fontsize=20)
    left, right = (2.6, 11.4) if backward else (5.6, 11.8)
    xs = np.linspace(left, right, timesteps)
    for t, x in enumerate(xs, start=1):
        _step(ax, x, t, timesteps, backward)
        start = xs[t - 2] + 0.5 if t > 1 else x - 1.2
        _between(ax, start, x - 0.5, t, backward)
    words = f"A recurrent network unrolled over {timesteps} time steps. "
    if backward:
        return (
            "From the loss the gradient runs back through the same matrix at every step.\n"
            f"{words}The loss reads the last state only. The gradient starts there and runs back "
            f"from {symbol(f'h_{timesteps}')} to h₁, through the same matrix Wₕ at each of "
            f"{timesteps - 1} steps."
        )
    return (
        "Unrolled, one network is as many copies of it as there are steps, with the same weights.\n"
        f"{words}Folded on the left, unrolled on the right: {timesteps} copies of it, one for "
        "each step. Each has its own input x, state h and output y; the 3 weight matrices are the "
        "same in all."
    )


def _step(ax, x, t, timesteps, backward):
    box(ax, x, 2.3, f"$h_{t}$", "state")
    box(ax, x, 0.7, f"$x_{t}$", "input")
    arrow(ax, (x, 1.05), (x, 1.95), "$W_x$", side=(0.36, 0))
    if not backward:
        box(ax, x, 3.9, f"$y_{t}$", "output")
        arrow(ax, (x, 2.65), (x, 3.55), "$W_y$", side=(0.36, 0))
    elif t == timesteps:
        box(ax, x, 3.9, "loss $L$", "output", width=1.3)
        arrow(ax, (x - 0.12, 2.65), (x - 0.12, 3.55))
        arrow(ax, (x + 0.12, 3.55), (x + 0.12, 2.65), f"$dh_{t}$", "gradient", side=(0.42, 0))


def _between(ax, start, end, t, backward):
    up = 0.12 if backward else 0.0
    arrow(ax, (start, 2.3 + up), (end, 2.3 + up), "$W_h$", side=(0, 0.24))
    if t == 1:
        ax.text(start - 0.08, 2.3 + up, "$h_0 = 0$", ha="right", va="center", fontsize=10)
    elif backward:
        arrow(ax, (end, 2.18), (start, 2.18), f"$dh_{t - 1}$", "gradient", side=(0, -0.26))


# --- one step, with its numbers ---------------------------------------------------------------


def forward_step(fig, x, W_x, W_h, b, letters, t=1):
    """Step t (counted from 1) of the forward pass of one sequence x (timesteps, features)."""
    ax = canvas(fig, 14.4, 7.6)
    h = np.zeros((len(x) + 1, len(b)))
    for s, x_s in enumerate(x):
        h[s + 1] = rnn_step(x_s, h[s], W_x, W_h, b)
    for s in range(1, len(x) + 1):
        centre, reached = 2.2 + 3.3 * (s - 1), "weight" if s <= t else "faint"
        box(ax, centre, 5.7, f"{letters[s - 1]}", "input", 0.9, 0.7, strong=s == t)
        text = _row(h[s]) if s <= t else "not yet"
        box(ax, centre, 7.1, text, "state", 2.5, 0.8, strong=s == t)
        arrow(ax, (centre, 6.05), (centre, 6.7), role=reached)
        if s > 1:
            arrow(ax, (centre - 2.05, 7.1), (centre - 1.25, 7.1), role=reached)
        ax.text(centre + 0.62, 5.65, f"t = {s}", va="center", fontsize=10, color="#555555")
    from_x, from_h = x[t - 1] @ W_x, h[t - 1] @ W_h
    _products(ax, x[t - 1], h[t - 1], W_x, W_h, from_x, from_h, t)
    _sum(ax, from_x, from_h, b, h[t], t)
    return (
        f"Step {t} of {len(x)}, letter {letters[t - 1]}: the new state is {_row(h[t])}.\n"
        f"The letter adds {_row(from_x)}, the state before adds {_row(from_h)}, the bias "
        f"{_row(b)}. The sum is {_row(from_x + from_h + b)}, and its tanh is the new state."
    )


def _two(value):
    """Two decimals at most, with a real minus sign."""
    return number(round(float(value), 2))


def _row(values):
    return "[" + ", ".join(_two(v) for v in values) + "]"


def _products(ax, x_t, h_prev, W_x, W_h, from_x, from_h, t):
    """The two matrix products of a step, as tiles."""
    for left, row, matrix, result, names, role in (
        (0.1, x_t, W_x, from_x, (f"$x_{t}$", "$W_x$"), "input"),
        (7.5, h_prev, W_h, from_h, (f"$h_{t - 1}$", "$W_h$"), "state"),
    ):
        end = tiles(ax, left, 4.4, row, names[0], role)
        end = tiles(ax, end + 0.2, 4.4, matrix, names[1], "weight")
        ax.text(end + 0.3, 4.06, "=", ha="center", va="center", fontsize=15)
        tiles(ax, end + 0.6, 4.4, result, "", role)


def _sum(ax, from_x, from_h, b, h_t, t):
    """What the letter, the state and the bias add, their sum and its tanh, as tiles."""
    end = 0.1
    for sign, values, name, role in (
        ("", from_x, f"$x_{t} W_x$", "input"),
        ("+", from_h, f"$h_{t - 1} W_h$", "state"),
        ("+", b, "$b$", "weight"),
        ("=", from_x + from_h + b, f"$z_{t}$", "weight"),
    ):
        if sign:
            ax.text(end + 0.32, 0.9, sign, ha="center", va="center", fontsize=15)
        end = tiles(ax, end + (0.64 if sign else 0), 1.24, values, name, role)
    arrow(ax, (end + 0.2, 0.9), (end + 1.6, 0.9), "tanh", side=(0, 0.3))
    tiles(ax, end + 1.8, 1.24, h_t, f"$h_{t}$", "state")


# --- shapes of tasks --------------------------------------------------------------------------

SHAPES = {
    "one to many": ([1], [1, 2, 3, 4]),
    "many to one": ([1, 2, 3, 4], [4]),
    "many to many,\neach step": ([1, 2, 3, 4], [1, 2, 3, 4]),
    "many to many,\nfirst read, then write": ([1, 2], [3, 4]),
}


def task_shapes(fig):
    """Which steps read an input and which write an output, for the four shapes of task."""
    ax = canvas(fig, 21.6, 6.6)
    ax.set_ylim(-0.5, 6.1)
    for i, (name, (reads, writes)) in enumerate(SHAPES.items()):
        left = 1.0 + 5.45 * i
        for t in range(1, 5):
            x = left + 1.15 * (t - 1)
            box(ax, x, 3.2, "", "state", 0.75, 0.75)
            if t < 4:
                arrow(ax, (x + 0.38, 3.2), (x + 0.77, 3.2))
            if t in reads:
                box(ax, x, 1.5, "", "input", 0.75, 0.75)
                arrow(ax, (x, 1.88), (x, 2.82))
            if t in writes:
                box(ax, x, 4.9, "", "output", 0.75, 0.75)
                arrow(ax, (x, 3.58), (x, 4.52))
        ax.text(left + 1.72, 0.95, name, ha="center", va="top")
    for y, role in ((1.5, "input"), (3.2, "state"), (4.9, "output")):
        ax.text(0.2, y, role, rotation=90, ha="center", va="center", color=ink(ROLES[role]))
    return (
        "A task's shape: at which steps something is read, and at which something is written.\n"
        "Four shapes of task over 4 time steps. One to many: 1 input, 4 outputs. Many to one: "
        "4 inputs, 1 output at the end. Many to many: 4 inputs with 4 outputs, step for step; "
        "or 2 inputs read first and 2 outputs written afterwards."
    )


# --- one network reads, another writes ----------------------------------------------------------

WEIGHTS = (0.03, 0.07, 0.65, 0.25)  # of the second sound to s, h, o and e: an example


def encoder_decoder(fig, attention=False):
    """An encoder reads *shoe*, a decoder writes its two sounds; with `attention` it looks back."""
    ax = canvas(fig, 10.2, 7.1)
    xs = 0.8, 2.5, 4.2, 5.9
    _reads(ax, xs, "shoe")
    _writes(ax, xs[:3], ("mark", "SH", "UW", "mark"), only=2 if attention else None)
    if attention:
        _looking_back(ax, xs)
    else:
        _shared(ax, (5.4, 3.95), 3.95, [(x, 3.25) for x in xs[:3]])
    for y, words, role in (
        (6.65, "letters", "input"),
        (5.4, "encoder", "state"),
        (3.95, "its last state" if attention else "one vector,\nall that is told", "state"),
        (2.9, "sounds to write", "output"),
        (1.75, "decoder", "state"),
        (0.45, "the right sound\nbefore, given", "input"),
    ):
        ax.text(7.0, y, words, va="center", color=ink(ROLES[role]))
    if attention:
        told = ", ".join(f"{a} {percent(w)}" for a, w in zip("shoe", WEIGHTS, strict=True))
        return (
            "With attention each sound looks back: its context is a mean of all states, with "
            "weights of its own.\n"
            "The encoder and the decoder, at the second sound. Its state s₂ is the query. The "
            f"weights of the letters are, for example, {told}. The context is the mean of the four "
            "states with these weights, and takes the place of c where the sound is written. Each "
            "sound asks anew."
        )
    return (
        "All that the decoder is told of the word is the encoder's last state.\n"
        "The encoder reads s, h, o, e in 4 steps. Its last state h₄ is the vector c, given to each "
        "of the decoder's 3 steps, for its state and for its sound. The decoder is also given the "
        "right sound before: mark, SH, UW. It is to write SH, UW, mark."
    )


def _reads(ax, xs, letters):
    """The encoder, its letters above it, and its last state below."""
    for k, (x, letter) in enumerate(zip(xs, letters, strict=True), start=1):
        box(ax, x, 6.65, letter, "input")
        arrow(ax, (x, 6.3), (x, 5.75))
        box(ax, x, 5.4, f"$h_{k}$", "state")
        if k > 1:
            arrow(ax, (xs[k - 2] + 0.5, 5.4), (x - 0.5, 5.4))
    box(ax, xs[-1], 3.95, "$c$", "state")
    arrow(ax, (xs[-1], 5.05), (xs[-1], 4.3))
    _shared(ax, (xs[-1], 3.6), 1.1, [(x - 0.3, 1.4) for x in xs[:-1]])


def _writes(ax, xs, sounds, only):
    """The decoder, between the sounds that it is given and those it is to write, all or one."""
    for j, x in enumerate(xs, start=1):
        box(ax, x, 0.45, sounds[j - 1], "input")
        arrow(ax, (x, 0.8), (x, 1.4))
        box(ax, x, 1.75, f"$s_{j}$", "state")
        now = only in (None, j)
        arrow(ax, (x, 2.1), (x, 2.55), role="weight" if now else "faint")
        box(ax, x, 2.9, sounds[j], "output", strong=now)
        if j > 1:
            arrow(ax, (xs[j - 2] + 0.5, 1.75), (x - 0.5, 1.75))


def _shared(ax, start, y, ends):
    """One line from `start` along the height y, with an arrow to each of `ends`."""
    x, _ = start
    left = min(end for end, _ in ends)
    style = {"color": ROLES["state"], "linewidth": 1.6, "solid_capstyle": "butt"}
    ax.plot([x, x, left], [start[1], y, y], **style)
    for end in ends:
        arrow(ax, (end[0], y), end, role="state")


def _looking_back(ax, xs):
    """The second sound's query, its weights to the letters, and its context."""
    x = xs[1]
    box(ax, x, 3.95, "context", "state", width=1.4)
    arrow(ax, (x, 3.6), (x, 3.25), role="state")
    bent = {"connectionstyle": "arc3,rad=-0.5"}
    arrow(ax, (x - 0.4, 2.1), (x - 0.4, 3.6), "query", "state", side=(-0.78, 0.62), **bent)
    ax.text(7.0, 4.75, "weights (example)", va="center", color=ink(ROLES["input"]))
    for k, (letter, weight) in enumerate(zip(xs, WEIGHTS, strict=True)):
        end = x + 0.36 * (k - 1.5), 4.3
        ax.plot([letter, end[0]], [5.05, end[1]], color=ROLES["input"], linewidth=1 + 8 * weight)
        side, ha = (0.15, "left") if k else (-0.05, "right")
        ax.text(letter + side, 4.9, percent(weight), ha=ha, va="center", fontsize=9.5)
