"""What goes into a recurrent network and what its state makes of it, over time."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import (
    GREY,
    LINES,
    ROLES,
    guide,
    ink,
    line,
    name_ends,
    note,
    panels,
    shades,
    tint,
    truth,
)
from utils.words import number, roughly


@figure
def two_orders(fig, sequences, states, names):
    """Two sequences of the same values, and what a running state makes of each."""
    left, right = panels(fig, 2)
    steps = np.arange(1, len(sequences[0]) + 1)
    for ax, role, curves in ((left, "input", sequences), (right, "state", states)):
        for y, name, fill in zip(curves, names, ("full", "none"), strict=True):
            look = {"linestyle": "-" if fill == "full" else (0, (2, 2)), "fillstyle": fill}
            line(ax, steps, y, role, name, marker="o", **look)
            high = y[-1] == max(c[-1] for c in curves)
            words = f"{name} {number(y[-1])}" if ax is right else name
            look = {"color": ROLES[role], "ha": "right", "va": "bottom" if high else "top"}
            note(ax, words, (steps[-1], y[-1]), (4, 7 if high else -7), **look)
        ax.set(xlabel="time step t", xticks=steps)
        ax.margins(y=0.16)
        ax.yaxis.get_major_locator().set_params(integer=True)
    guide(left, np.mean(sequences[0]), "mean of both", x=0.02, ha="left")
    left.set(title="What goes in", ylabel="input x")
    right.set(title="What is carried along", ylabel="state h")
    return (
        "The mean is the same for both orders; the state that is carried along tells them apart.\n"
        f"Two sequences of the same {len(steps)} values, {names[0]} and {names[1]}. Both have the "
        f"mean {number(np.mean(sequences[0]))}. The carried state ends at {number(states[0][-1])} "
        f"for {names[0]} and at {number(states[1][-1])} for {names[1]}."
    )


@figure
def smoothing(fig, x, h, wave, w):
    """A noisy wave x, the state h that follows it, and the wave without the noise."""
    (ax,) = panels(fig, right=0.89)
    steps = np.arange(len(x))
    lag = _lag(h, wave)
    crest = 40 + np.argmax(wave[40:100])
    truth(ax, steps, wave)
    ax.plot(steps, x, "o", color=ROLES["input"], markersize=3.5)
    ax.plot(steps, h, color=ROLES["state"], linewidth=2.4)
    ax.axvspan(crest, crest + lag, color=tint(ROLES["state"], 0.25))
    ax.text(crest + lag + 0.8, -2.2, f"lag {lag:.1f}", color=ink(ROLES["state"]))
    ax.set(title="A state that follows a noisy wave", xlabel="time step t", ylabel="value")
    ax.set(xlim=(0, len(x) - 1), ylim=(-2.4, 2.4))
    names = {"input x": ROLES["input"], "wave": ROLES["truth"], "state h": ROLES["state"]}
    name_ends(ax, (x[-1], wave[-1], h[-1]), names, names.values())
    return (
        f"Memory w = {number(w)}: the state lags {lag:.1f} steps behind the wave.\n"
        f"It moves {number(np.abs(np.diff(h)).mean())} from step to step in the mean; the input "
        f"moves {number(np.abs(np.diff(x)).mean())}."
    )


def _lag(h, wave):
    """By how many steps h follows the wave: where they agree best, to a tenth of a step."""
    steps, late = np.arange(len(wave)), np.arange(0, 40, 0.1)
    shifted = np.interp(steps[45:] - late[:, None], steps, wave)
    shifted -= shifted.mean(axis=1, keepdims=True)
    agreement = shifted @ (h[45:] - h[45:].mean()) / np.linalg.norm(shifted, axis=1)
    return late[np.argmax(agreement)]


@figure
def impulse_response(fig, h, w, at=1):
    """How a state h (timesteps,) answers an impulse of 1 at step `at`, counted from 1."""
    left, right = panels(fig, 2)
    steps = np.arange(1, len(h) + 1)
    size = np.abs(h)
    state, reach, white = ROLES["state"], 2.1, {"color": "white", "pad": 1}
    shown = size < reach
    left.vlines(steps, 0, np.clip(h, -reach, reach), color=state, linewidth=2)
    left.plot(steps[shown], h[shown], "o", color=state, markersize=4)
    if not shown.all():
        look = {"ha": "right", "va": "top", "bbox": white}
        left.text(0.97, 0.96, "off the scale", transform=left.transAxes, **look)
    left.axhline(0, color=GREY, linewidth=1)
    left.axvline(at, color=ROLES["input"], linewidth=1.5, linestyle=LINES["green"])
    left.text(at + 0.8, -1.98, "impulse", color=ROLES["input"], fontsize=9.5, bbox=white)
    left.set(title="The state", xlabel="time step t", ylabel="state h", ylim=(-reach, reach))
    right.plot(steps[size > 0], size[size > 0], "o", color=state, markersize=4)
    right.set_yscale("log")
    guide(right, size[at - 1] / 2, "half of the start", above=abs(w) < 1)
    right.set(title="Its size, on a log scale", xlabel="time step t", ylabel="|h|")
    grows = size[-1] > size[at - 1] * 1.001
    right.set_ylim((1e-1, 1e4) if grows else (1e-4, 1e1))  # as many powers of ten, so one slope
    for ax in (left, right):
        ax.set_xlim(0, len(h) + 1)
    return (
        f"Recurrent weight w = {number(w)}. {_memory(size[at - 1 :])}\n"
        f"The state over {len(h)} steps, and its size on a log scale. The impulse is at step {at}."
    )


def _memory(size):
    """What is left of an impulse, in words."""
    end = f"After {len(size) - 1} steps the state's size is {number(size[-1])}"
    below = np.flatnonzero(size < 0.5 * size[0] * (1 - 1e-9))
    if size[-1] > size[0] * 1.001:
        return f"{end}: it has grown from {number(size[0])}."
    if not len(below):
        return f"{end}, from {number(size[0])} at the impulse: more than half of it is still there."
    steps = "1 step" if below[0] == 1 else f"{below[0]} steps"
    return f"{end}, from {number(size[0])} at the impulse. Less than half is left after {steps}."


@figure
def responses(fig, weights, states):
    """The impulse responses (timesteps,) of several weights, each on a scale of its own."""
    axes = panels(fig, len(states), left=0.085, right=0.98, wspace=0.45, top=0.66)
    steps = len(states[0]) - 1
    for ax, w, h in zip(axes, weights, states, strict=True):
        ax.fill_between(range(steps + 1), h, color=tint(ROLES["state"], 0.25), linewidth=0)
        ax.plot(h, color=ROLES["state"])
        ax.axhline(0, color=GREY, linewidth=1)
        low, top = min(0, np.min(h)), max(1, np.max(h))
        ax.set(xlabel="steps", xlim=(0, steps), xticks=(0, steps))
        ax.set(ylim=(1.08 * low, 1.08 * top), yticks=sorted({round(low), 0, round(top)}))
        ax.set_title(f"w = {number(w)}", pad=40)
        words = f"{_half_life(w)}\nafter {steps}: {roughly(h[-1]).removeprefix('about ')}"
        ax.text(0, 1.07, words, transform=ax.transAxes, va="bottom", fontsize=9.5)
    axes[0].set_ylabel("state h")
    axes[0].yaxis.set_label_coords(-0.3, 0.5)
    ends = [f"{number(h[-1])} for w = {number(w)}" for w, h in zip(weights, states, strict=True)]
    return (
        "One impulse, and the state fades, stays or grows: a little below or above 1 decides.\n"
        f"What is left of an impulse of 1 after {steps} steps: {', '.join(ends)}."
    )


def _half_life(w):
    """How long a linear unit takes to halve an impulse, or to double it."""
    if abs(w) == 1:
        return "keeps it"
    steps = number(np.log(2) / abs(np.log(abs(w))), 2)
    return f"{'halves' if abs(w) < 1 else 'doubles'} in {steps}"


@figure
def state_paths(fig, h, radius, activation):
    """States h (paths, timesteps + 1, 2): their paths in the plane, and their lengths over time."""
    left, right = panels(fig, 2)
    reach, looks = 2.2, list(zip(shades("state", len(h)), LINES.values(), strict=False))
    for path, (colour, _) in zip(h, looks, strict=True):
        kept = np.abs(path).max(axis=1) < 3 * reach
        left.plot(*path[kept].T, "-", color=colour, linewidth=1.2, marker=".", markersize=4)
        left.plot(*path[0], "o", color=colour, markersize=8)
        left.plot(
            *path[-1],
            "o",
            color="white",
            markeredgecolor=colour,
            markersize=9,
            markeredgewidth=2.5,
            zorder=3,
        )
    for path, (colour, dashes) in zip(h, looks, strict=True):
        length = np.maximum(np.linalg.norm(path, axis=1), 1e-12)
        right.plot(length, color=colour, linestyle=dashes, linewidth=1.6)
    left.set(title="From the dots to the rings", xlabel="state of unit 1", ylabel="state of unit 2")
    left.set(xlim=(-1.15 * reach, 1.15 * reach), ylim=(-reach, reach))
    right.set_yscale("log")
    right.set(title="How long the state is", xlabel="time step t", ylabel="length of h")
    right.set(xlim=(0, h.shape[1] - 1), ylim=(1e-3, 1e3))
    start, end = (np.linalg.norm(h[:, t], axis=1).mean() for t in (0, -1))
    apart = max(np.linalg.norm(a - b) for a in h[:, -1] for b in h[:, -1])
    return (
        f"Spectral radius {number(radius)}, {activation}: the paths end within "
        f"{number(round(apart, 3))} of each other.\n"
        f"Over {h.shape[1] - 1} steps the state's length, in the mean over {len(h)} starts, goes "
        f"from {number(start)} to {number(end)}; a step turns it by {_turn(h):.0f} degrees."
    )


def _turn(h):
    """The angle between a state (..., timesteps, 2) and the next, in degrees, in the mean."""
    (x, y), (x_next, y_next) = np.moveaxis(h[..., :-1, :], -1, 0), np.moveaxis(h[..., 1:, :], -1, 0)
    angle = np.arctan2(np.abs(x * y_next - y * x_next), x * x_next + y * y_next)
    points = np.hypot(x, y) * np.hypot(x_next, y_next) > 0  # from nothing, or to it, is no turn
    return np.degrees(angle[points]).mean() if points.any() else 0


@figure
def example_sequences(fig, x, target):
    """Sequences x (samples, timesteps, 1) as rows of colour, their targets beside them."""
    (ax,) = panels(fig, right=0.86)
    shown = ax.imshow(x[:, :, 0], cmap="PuOr", vmin=-1.5, vmax=1.5, aspect="auto")
    ax.grid(False)
    for row in range(len(x)):
        words = f"target {int(target[row, 0])}"
        note(ax, words, (1, row), (8, 0), va="center", xycoords=ax.get_yaxis_transform())
    ax.axvline(0.5, color="black", linewidth=2)
    ax.set(
        title="The first value decides, the rest is noise",
        xlabel="time step t (from 0)",
        ylabel="sequence",
        xticks=range(0, x.shape[1], 2),
        yticks=range(len(x)),
    )
    shown.set_interpolation("nearest")
    ones = int(np.sum(target))
    return (
        f"The first value alone gives the target: the {x.shape[1] - 1} that follow are noise.\n"
        f"{len(x)} sequences of {x.shape[1]} values, as colours from −1.5 (orange) to 1.5 "
        f"(purple). {ones} begin with +1 and have target 1, {len(x) - ones} begin with −1 and "
        "have target 0."
    )
