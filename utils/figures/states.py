"""What goes into a recurrent network and what its state makes of it, over time."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import COLOURS, GREY, LINES, ROLES, guide, line, name_ends, note, panels, tint
from utils.words import number


@figure
def two_orders(fig, sequences, states, names):
    """Two sequences of the same values, and what a running state makes of each."""
    left, right = panels(fig, 2)
    steps = np.arange(1, len(sequences[0]) + 1)
    for x, h, name, colour in zip(sequences, states, names, ("blue", "vermillion"), strict=True):
        line(left, steps, x, colour, name, marker="o")
        line(right, steps, h, colour, name, marker="o")
    guide(left, np.mean(sequences[0]), "mean of both", x=0.02, ha="left")
    left.set(title="What goes in", xlabel="time step t", ylabel="input x")
    right.set(title="What is carried along", xlabel="time step t", ylabel="state h")
    left.legend(loc="upper center", ncols=2)
    right.legend(loc="upper center", ncols=2)
    for ax in (left, right):
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.22 * (high - low))  # room for the legend
    return (
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
    ax.plot(steps, x, "o", color=ROLES["input"], markersize=3.5)
    line(ax, steps, wave, "black", linewidth=1.3)
    ax.plot(steps, h, color=ROLES["state"], linewidth=2.4)
    ax.axvspan(crest, crest + lag, color=tint(ROLES["state"], 0.25))
    ax.text(crest + lag + 0.8, -2.2, f"lag {lag:.1f}", color=ROLES["state"])
    ax.set(title="A state that follows a noisy wave", xlabel="time step t", ylabel="value")
    ax.set(xlim=(0, len(x) - 1), ylim=(-2.4, 2.4))
    names = {"input x": ROLES["input"], "wave": COLOURS["black"], "state h": ROLES["state"]}
    name_ends(ax, (x[-1], wave[-1], h[-1]), names, names.values())
    return (
        f"Memory w = {number(w)}. The state lags {lag:.1f} steps behind the wave and moves "
        f"{number(np.abs(np.diff(h)).mean())} from step to step in the mean; the input moves "
        f"{number(np.abs(np.diff(x)).mean())}."
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
    right.set_ylim(1e-4, 1e4)
    for ax in (left, right):
        ax.set_xlim(0, len(h) + 1)
    return f"Recurrent weight w = {number(w)}. {_memory(size[at - 1 :])}"


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
    """The impulse responses (timesteps,) of several weights, in one panel."""
    (ax,) = panels(fig, right=0.83)
    for h, colour in zip(states, COLOURS, strict=False):
        line(ax, np.arange(len(h)), h, colour)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set(
        title="One impulse, five memories",
        xlabel="steps since the impulse",
        ylabel="state h",
        xlim=(0, len(states[0]) - 1),
        ylim=(-1.2, 7.4),
    )
    name_ends(ax, [h[-1] for h in states], [f"w = {number(w)}" for w in weights], COLOURS.values())
    ends = [f"{number(h[-1])} for w = {number(w)}" for w, h in zip(weights, states, strict=True)]
    return f"What is left of an impulse of 1 after {len(states[0]) - 1} steps: {', '.join(ends)}."


@figure
def state_paths(fig, h, radius, activation):
    """States h (paths, timesteps + 1, 2): their paths in the plane, and their lengths over time."""
    left, right = panels(fig, 2)
    reach = 2.2
    for path, colour in zip(h, COLOURS.values(), strict=False):
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
    for path, colour in zip(h, COLOURS, strict=False):
        length = np.maximum(np.linalg.norm(path, axis=1), 1e-12)
        line(right, np.arange(len(length)), length, colour, linewidth=1.6)
    left.set(title="From the dots to the rings", xlabel="state of unit 1", ylabel="state of unit 2")
    left.set(xlim=(-1.15 * reach, 1.15 * reach), ylim=(-reach, reach))
    right.set_yscale("log")
    right.set(title="How long the state is", xlabel="time step t", ylabel="length of h")
    right.set(xlim=(0, h.shape[1] - 1), ylim=(1e-3, 1e3))
    start, end = (np.linalg.norm(h[:, t], axis=1).mean() for t in (0, -1))
    apart = max(np.linalg.norm(a - b) for a in h[:, -1] for b in h[:, -1])
    return (
        f"Spectral radius {number(radius)}, {activation}: over {h.shape[1] - 1} steps the state's "
        f"length, in the mean over {len(h)} starts, goes from {number(start)} to {number(end)}; a "
        f"step turns it by {_turn(h):.0f} degrees. At the end the two paths farthest from each "
        f"other are {number(apart) if apart > 1e-6 else 0} apart."
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
        f"{len(x)} sequences of {x.shape[1]} values, as colours from −1.5 (orange) to 1.5 "
        f"(purple). {ones} begin with +1 and have target 1, {len(x) - ones} begin with −1 and "
        "have target 0."
    )
