"""Losses, gradients, and what training does with them."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle, Rectangle

from utils.figures.figure import figure
from utils.plotting import (
    GREY,
    LINES,
    ROLES,
    guide,
    line,
    name_ends,
    note,
    panels,
    running_median,
    shades,
    tint,
)
from utils.words import fixed, number, percent, power, roughly

HEIGHTS = ListedColormap(
    np.linspace(1, 0.6, 5)[:, None] * np.ones(3)
)  # one shade between two lines
LEVELS = 0, 2, 4, 6  # of the lines of equal loss, as powers of ten


@figure
def descent(fig, axis, surface, path, losses, steps):
    """A path (steps, 2) of gradient descent over a loss surface (w_h rows, w_x columns)."""
    left, right = panels(fig, 2, right=0.97, width_ratios=(1.3, 1))
    reach = axis[-1]
    _landscape(left, axis, np.log10(surface))
    out = np.flatnonzero(np.abs(path).max(axis=1) > reach)
    inside = path[: out[0] + 1].copy() if len(out) else path
    if len(out):  # where it leaves, only the direction counts
        away = inside[-1] - inside[-2]
        inside[-1] = inside[-2] + away * min(1, 10 / np.linalg.norm(away))
    left.plot(*inside.T, color="white", linewidth=3.5)
    left.plot(*inside.T, color=ROLES["gradient"], linewidth=1.2, marker=".", markersize=6)
    left.plot(*inside[0], "o", color="white", markeredgecolor="black", markersize=9)
    left.plot(1, 1, "*", color="white", markeredgecolor="black", markersize=15)
    note(left, "start", inside[0], (9, 0), va="center", fontsize=9.5)
    note(left, "goal", (1, 1), (0, -9), ha="center", va="top", fontsize=9.5)
    finite = np.isfinite(losses)
    right.plot(
        np.flatnonzero(finite),
        losses[finite],
        color=ROLES["weight"],
        linewidth=1,
        marker=".",
        markersize=4,
    )
    right.set(title="The loss on the way", xlabel="step of gradient descent", ylabel="loss")
    least, most = np.min(losses[finite]), np.max(losses[finite])
    right.set(yscale="log", xlim=(0, max(10, len(losses) - 1)), ylim=(least / 9, most * 9))
    if len(out):
        _leaving(left, inside[-2], away, reach, f"to $w_h$ = {number(path[-1, 1], 2)}",
                 roughly(losses[-1]).replace("about", "loss"))  # fmt: skip
    w_x, w_h = (fixed(w, 1) for w in path[-1])
    end = f"ends at input weight {w_x} and recurrent weight {w_h}"
    where = f"leaves the picture at step {out[0]}" if len(out) else end
    begin = " and ".join(fixed(w, 1) for w in path[0])
    return (
        f"{_fall(losses[0], losses[-1], len(losses) - 1)} The path {where}.\n"
        f"The loss over input weight and recurrent weight, both from {number(axis[0])} to "
        f"{number(reach)}. The path begins at {begin}."
    )


def _landscape(ax, axis, heights):
    """Logarithms (w_h rows, w_x columns) of the loss, as shades with lines of equal loss."""
    ends = axis[0], axis[-1]
    ax.imshow(heights, HEIGHTS, origin="lower", aspect="auto", extent=ends * 2, vmin=-2, vmax=8,
              interpolation="bilinear")  # fmt: skip
    ax.grid(False)
    level = [k for k in LEVELS if heights.min() < k < heights.max()]
    if level:
        ax.contour(axis, axis, heights, level, colors=[GREY], linewidths=0.6, linestyles="-")
    column = int(0.9 * len(axis))  # where no path begins
    for k in level:
        for row in np.flatnonzero(np.diff(heights[:, column] > k)):
            if abs(axis[row]) > 1:  # else it lies in the valley
                ax.text(axis[column], axis[row], power(10, k), fontsize=9, ha="center", va="center",
                        bbox={"facecolor": "#d8d8d8", "linewidth": 0, "pad": 0.5})  # fmt: skip
    ax.hlines((-1, 1), *ends, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
    ax.set(title="The landscape of the loss", xlabel="input weight $w_x$", xlim=ends, ylim=ends)
    ax.set(ylabel="recurrent weight $w_h$", yticks=(-2, -1, 0, 1, 2))


def _leaving(ax, start, away, reach, *words):
    """An arrow to where a path crosses the edge of the picture, and beside it how it goes on."""
    with np.errstate(divide="ignore"):
        share = np.min((np.sign(away) * reach - start) / away, where=away != 0, initial=np.inf)
    edge = start + share * away
    colour = ROLES["gradient"]
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.8, "mutation_scale": 16}
    ax.annotate("", edge, start, arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
    inwards = -np.sign(edge)
    box = {"facecolor": "white", "linewidth": 0, "pad": 2}
    look = {"color": colour, "fontsize": 9.5, "bbox": box}
    look |= {
        "ha": "left" if inwards[0] > 0 else "right",
        "va": "bottom" if inwards[1] > 0 else "top",
    }
    note(ax, "\n".join(words), edge, 10 * inwards, **look)


def _fall(first, last, steps):
    """What a loss has done, in words."""
    change = "falls" if last < first else "rises"
    return (
        f"In {steps} {'step' if steps == 1 else 'steps'} the loss {change} from {roughly(first)} "
        f"to {roughly(last)}."
    )


@figure
def learning_curve(fig, losses, norms, chance, accuracy, limit=None):
    """The loss of every step beside the loss of guessing, and the gradient's norm."""
    left, right = panels(fig, 2)
    steps = np.arange(len(losses))
    left.plot(steps, np.clip(losses, 1e-5, 1e3), color=tint(ROLES["weight"], 0.45), linewidth=1)
    smooth = running_median(np.clip(losses, 1e-5, 1e3))
    left.plot(steps, smooth, color=ROLES["weight"])
    guide(left, chance, "guessing")
    left.set_yscale("log")
    left.set(title="Loss", xlabel="training step", ylabel="cross-entropy", ylim=(1e-4, 30))
    right.plot(
        np.arange(len(norms)), np.clip(norms, 1e-9, 1e9), color=ROLES["gradient"], linewidth=1.2
    )
    if limit:
        guide(right, limit, f"clipped at {number(limit)}")
    right.set_yscale("log")
    right.set(
        title="Length of the gradient", xlabel="training step", ylabel="norm", ylim=(1e-5, 1e3)
    )
    for ax in (left, right):
        ax.set_xlim(0, max(len(losses) - 1, 1))
        for text in ax.texts:  # a curve may run through it
            text.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})
    return (
        f"On fresh sequences {percent(accuracy)} are right; guessing gets 50%.\n"
        f"{_fall(smooth[0], smooth[-1], len(losses))} The longest gradient has a norm of "
        f"{roughly(np.max(norms))}."
    )


@figure
def gradient_against_lag(fig, norms, exact, radius):
    """Norms (runs, lags) of dL/dh_{T-lag} over that of dL/dh_T, beside the linear network's."""
    (ax,) = panels(fig, right=0.8)
    lags = np.arange(norms.shape[1])
    middle = np.median(norms, axis=0)
    floor, grows = 1e-12, exact[-1] > 1
    guide(ax, 1, "all of it", x=0.01, ha="left", above=not grows, linestyle="-", linewidth=1)
    ax.fill_between(
        lags,
        np.maximum(norms.min(axis=0), floor),
        np.maximum(norms.max(axis=0), floor),
        color=tint(ROLES["gradient"], 0.3),
    )
    ax.plot(lags, np.maximum(middle, floor), color=ROLES["gradient"])
    line(ax, lags, np.maximum(exact, floor), "linear", linewidth=1.5)
    ax.set_yscale("log")
    ax.set(
        title="What is left of the gradient",
        xlabel="lag: steps back from the loss",
        ylabel="relative length",
        xlim=(0, lags[-1]),
        ylim=(1e-5, 1e6) if grows else (1e-10, 10),  # as many powers of ten, so one slope
    )
    ends, names = (middle[-1], exact[-1]), ("tanh network", "linear, exact")
    name_ends(ax, np.maximum(ends, floor), names, (ROLES["gradient"], ROLES["linear"]))
    return (
        f"Spectral radius {number(radius)}: {lags[-1]} steps back the tanh network has "
        f"{roughly(middle[-1])} of its gradient, the linear one {roughly(exact[-1])}.\n"
        f"The tanh network's is the median over {len(norms)}."
    )


@figure
def difference_error(fig, eps, errors):
    """The error of central differences against the step ε, for each number format."""
    (ax,) = panels(fig)
    looks = zip(shades("gradient", len(errors)), LINES.values(), strict=False)
    for (name, error), (colour, dashes) in zip(errors.items(), looks, strict=True):
        ax.plot(eps, error, color=colour, linestyle=dashes, marker="o", markersize=4)
        note(ax, name, (eps[-2], error[-2]), (2, 6), color=colour)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="step ε",
        ylabel="relative error",
        title="Too large a step, too small a step",
        ylim=(1e-13, 50),
    )
    best = " and ".join(f"{roughly(e.min())} for {name}" for name, e in errors.items())
    return (
        "The best step lies in between, and float64 leaves far more room for it.\n"
        f"The smallest relative error that any step ε reaches is {best}."
    )


@figure
def clipping(fig, gradient, by_value, by_norm, limit):
    """One gradient of two numbers, cut by value and scaled by norm; its second number runs across,
    where there is room."""
    (ax,) = panels(fig)
    length = [number(np.linalg.norm(vector)) for vector in (gradient, by_value, by_norm)]
    turn = np.degrees(np.arctan2(*gradient[::-1]) - np.arctan2(*by_value[::-1]))
    turned = f"turned by {number(round(abs(turn)))}"
    for vector, colour, width, words, place in (
        (gradient, tint(ROLES["gradient"], 0.55), 2, f"as it is: length {length[0]}", (-8, 12)),
        (by_value, ROLES["weight"], 2, f"by value: length {length[1]},\n{turned}°", (-10, 12)),
        (
            by_norm,
            ROLES["gradient"],
            4,
            f"by norm: length {length[2]},\nthe same direction",
            (12, -12),
        ),
    ):
        look = {"arrowstyle": "-|>", "linewidth": width, "color": colour, "mutation_scale": 16}
        ax.annotate("", vector[::-1], (0, 0), arrowprops={**look, "shrinkA": 0, "shrinkB": 0})
        look = {"ha": "left" if vector is by_norm else "right"}
        look["va"] = "top" if vector is by_norm else "bottom"
        colour = ROLES["gradient"] if vector is gradient else colour
        note(ax, words, vector[::-1], place, color=colour, **look)
    circle = {"fill": False, "edgecolor": ROLES["gradient"], "linewidth": 1.2}
    square = circle | {"edgecolor": GREY, "linestyle": (0, (4, 3))}
    ax.add_patch(Circle((0, 0), limit, **circle))
    ax.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, **square))
    low, right, ratio = -1.15 * limit, 1.06 * gradient[1], ax.bbox.width / ax.bbox.height
    height = max(3.15 * limit, (right + 1.5 * limit) / ratio)
    left = (right - ratio * height) / 2
    ax.set_aspect("equal")
    ax.set(
        title=f"Clipped at {number(limit)}",
        xlabel="gradient of one weight",
        ylabel="gradient of the other",
        xlim=(left, left + ratio * height),
        ylim=(low, low + height),
    )
    return (
        "By norm the step keeps its direction; by value it turns.\n"
        f"A gradient of length {length[0]}. Clipped by norm it has length {length[2]} and the same "
        f"direction. Clipped by value it has length {length[1]} and is {turned} degrees."
    )
