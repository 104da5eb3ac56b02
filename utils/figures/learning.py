"""Losses, gradients, and what training does with them."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from utils.figures.figure import figure
from utils.plotting import (
    COLOURS,
    GREY,
    ROLES,
    guide,
    line,
    name_ends,
    note,
    panels,
    running_median,
    tint,
)
from utils.words import fixed, number, percent, roughly


@figure
def descent(fig, axis, surface, path, losses, steps):
    """A path (steps, 2) of gradient descent over a loss surface (w_h rows, w_x columns)."""
    left, right = panels(fig, 2, right=0.97)
    reach = axis[-1]
    left.imshow(
        np.log10(surface),
        cmap="cividis",
        origin="lower",
        aspect="auto",
        extent=(axis[0], reach, axis[0], reach),
        vmin=-1,
        vmax=4,
        interpolation="bilinear",
    )
    left.grid(False)
    out = np.flatnonzero(np.abs(path).max(axis=1) > reach)
    inside = path[: out[0] + 1].copy() if len(out) else path
    if len(out):  # where it leaves, only the direction counts
        away = inside[-1] - inside[-2]
        inside[-1] = inside[-2] + away * min(1, 10 / np.linalg.norm(away))
    left.plot(*inside.T, color="white", linewidth=3.5)
    left.plot(*inside.T, color=ROLES["gradient"], linewidth=1.8, marker=".", markersize=6)
    left.plot(*inside[0], "o", color="white", markeredgecolor="black", markersize=9)
    left.plot(1, 1, "*", color="white", markeredgecolor="black", markersize=15)
    left.set(
        title="Start (circle), goal (star)",
        xlabel="input weight $w_x$",
        ylabel="recurrent weight $w_h$",
        xlim=(axis[0], reach),
        ylim=(axis[0], reach),
    )
    finite = np.isfinite(losses)
    right.plot(
        np.flatnonzero(finite),
        np.clip(losses[finite], 1e-8, 1e12),
        color=ROLES["state"],
        marker=".",
        markersize=4,
    )
    right.set(title="The loss on the way", xlabel="step of gradient descent", ylabel="loss")
    right.set(yscale="log", xlim=(0, steps), ylim=(1e-8, 1e12))
    if len(out):
        _leaving(left, inside[-2], away, reach, f"to $w_h$ = {number(path[-1, 1], 2)}",
                 roughly(losses[-1]).replace("about", "loss"))  # fmt: skip
    w_x, w_h = (fixed(w, 1) for w in path[-1])
    end = f"ends at input weight {w_x} and recurrent weight {w_h}"
    where = f"leaves the picture at step {out[0]}" if len(out) else end
    return f"{_fall(losses[0], losses[-1], len(losses) - 1)} The path {where}."


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
    left.plot(steps, np.clip(losses, 1e-5, 1e3), color=tint(ROLES["state"], 0.45), linewidth=1)
    smooth = running_median(np.clip(losses, 1e-5, 1e3))
    left.plot(steps, smooth, color=ROLES["state"])
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
        f"{_fall(smooth[0], smooth[-1], len(losses))} On fresh sequences {percent(accuracy)} are "
        f"right; guessing gets 50%. The longest gradient has a norm of {roughly(np.max(norms))}."
    )


@figure
def gradient_against_lag(fig, norms, exact, radius):
    """Norms (runs, lags) of dL/dh_{T-lag} over that of dL/dh_T, beside the linear network's."""
    (ax,) = panels(fig, right=0.8)
    lags = np.arange(norms.shape[1])
    middle = np.median(norms, axis=0)
    floor = 1e-12
    ax.fill_between(
        lags,
        np.maximum(norms.min(axis=0), floor),
        np.maximum(norms.max(axis=0), floor),
        color=tint(ROLES["gradient"], 0.3),
    )
    ax.plot(lags, np.maximum(middle, floor), color=ROLES["gradient"])
    line(ax, lags, np.maximum(exact, floor), "black", linewidth=1.5)
    guide(ax, 1, "all of it", x=0.01, ha="left")
    ax.set_yscale("log")
    ax.set(
        title="What is left of the gradient",
        xlabel="lag: steps back from the loss",
        ylabel="relative length",
        xlim=(0, lags[-1]),
        ylim=(1e-9, 1e6),
    )
    ends, names = (middle[-1], exact[-1]), ("tanh network", "linear, exact")
    name_ends(ax, np.maximum(ends, floor), names, (ROLES["gradient"], "black"))
    return (
        f"Spectral radius {number(radius)}. {lags[-1]} steps back the gradient of the tanh network "
        f"is {roughly(middle[-1])} of what it was, in the median over {len(norms)} networks; "
        f"the linear network's is {roughly(exact[-1])}."
    )


@figure
def difference_error(fig, eps, errors):
    """The error of central differences against the step ε, for each number format."""
    (ax,) = panels(fig)
    for (name, error), colour in zip(errors.items(), ("blue", "vermillion"), strict=True):
        line(ax, eps, error, colour, marker="o", markersize=4)
        note(ax, name, (eps[-2], error[-2]), (2, 6), color=COLOURS[colour])
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="step ε",
        ylabel="relative error",
        title="Too large a step, too small a step",
        ylim=(1e-13, 50),
    )
    best = " and ".join(f"{roughly(e.min())} for {name}" for name, e in errors.items())
    return f"The smallest relative error that any step ε reaches is {best}."


@figure
def clipping(fig, gradient, by_value, by_norm, limit):
    """One gradient of two numbers, cut by value and scaled by norm."""
    (ax,) = panels(fig, left=0.3, right=0.72)
    turn = np.degrees(np.arctan2(*gradient[::-1]) - np.arctan2(*by_value[::-1]))
    for vector, colour, name, side in (
        (gradient, "black", "as it is", 0),
        (by_value, "blue", "by value", -8),
        (by_norm, "vermillion", "by norm", 12),
    ):
        look = {"arrowstyle": "-|>", "linewidth": 2, "color": COLOURS[colour]}
        ax.annotate("", vector, (0, 0), arrowprops={**look, "shrinkA": 0, "shrinkB": 0})
        note(ax, name, vector, (8, side), color=COLOURS[colour])
    circle = {"fill": False, "edgecolor": ROLES["gradient"], "linewidth": 1.2}
    square = circle | {"edgecolor": GREY, "linestyle": (0, (4, 3))}
    ax.add_patch(Circle((0, 0), limit, **circle))
    ax.add_patch(Rectangle((-limit, -limit), 2 * limit, 2 * limit, **square))
    reach = 1.2 * np.abs(gradient).max()
    ax.set_aspect("equal", adjustable="box")
    ax.set(
        title=f"Clipped at {number(limit)}",
        xlabel="gradient of one weight",
        ylabel="gradient of the other",
        xlim=(-1.3 * limit, reach),
        ylim=(-1.3 * limit, reach),
    )
    return (
        f"A gradient of length {number(np.linalg.norm(gradient))}. Clipped by norm it has length "
        f"{number(np.linalg.norm(by_norm))} and the same direction. Clipped by value it has length "
        f"{number(np.linalg.norm(by_value))} and is turned by {number(round(abs(turn)))} degrees."
    )
