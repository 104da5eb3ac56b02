"""The LSTM from inside: its gates over time, its gradient, and how long it remembers."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import (
    GREY,
    LINES,
    ROLES,
    guide,
    line,
    name_ends,
    panels,
    running_median,
    shades,
    tint,
    truth,
)
from utils.words import fixed, number, percent, roughly

GATES = {"f": "forget f", "i": "input i", "o": "output o"}
RIDDLE = {"blue": "#A66F00", "vermillion": "#707070", "green": "#1a1a1a"}  # no gate's colours
STYLES = "-", LINES["vermillion"], LINES["green"], LINES["black"]  # of settings of one thing


def signed(x):
    return fixed(x, 2, sign=True)


def how_many(hits):
    """In words: which seeds are lucky, and how many, changes with the last digit."""
    return "all" if np.all(hits) else "some" if np.any(hits) else "none"


def values_and_flags(ax, x):
    """The input (timesteps, 2) as dots, filled where the flag is raised."""
    steps, flagged = np.arange(len(x)), x[:, 1] > 0
    ax.plot(steps[~flagged], x[~flagged, 0], "o", color=ROLES["input"], fillstyle="none", ms=4.5)
    ax.vlines(steps[flagged], -1.6, 1.6, color=tint(ROLES["input"], 0.5), linewidth=5)
    ax.plot(steps[flagged], x[flagged, 0], "o", color=ROLES["input"], markersize=8)
    ax.set(xlim=(-0.5, len(x) - 0.5), ylim=(-1.6, 1.6), yticks=[-1, 1])


@figure
def valves(fig, x, c, f, i):
    """A cell state c (timesteps,) that stores the flagged values of x (timesteps, 2)."""
    above, below = panels(fig, 1, 2, height_ratios=[1, 2.4], hspace=0.4)
    values_and_flags(above, x)
    above.set(title="Values; the filled ones are flagged", ylabel="value")
    above.tick_params(labelbottom=False)
    steps, size = np.arange(len(x)), 1.1 * np.abs(c).max()
    reach = 1.6 * 2 ** np.ceil(np.log2(max(1, size / 1.6)))  # changes seldom
    first, second = np.flatnonzero(x[:, 1])
    should = np.where(steps < second, x[first, 0], x[second, 0])
    truth(below, steps[first:], should[first:], width=8)
    below.plot(steps, c, color=ROLES["cell"], marker=".")
    below.axhline(0, color=GREY, linewidth=1)
    below.set(title="The cell state, and what it should hold (grey)", xlabel="time step t")
    below.set(ylabel="c", ylim=(-reach, reach), xlim=above.get_xlim())
    return (
        f"While the flag is down, f = {number(f)} and i = {number(i)}. At the end the cell state "
        f"is {signed(c[-1])}, and it should be {signed(x[second, 0])}.\n"
        f"The value {signed(x[first, 0])} is stored at step {first}; just before step {second} the "
        f"cell state is {signed(c[second - 1])}. There {signed(x[second, 0])} is stored; at the "
        f"end, {len(x) - 1 - second} steps later, the cell state is {signed(c[-1])}."
    )


@figure
def gradients_of_cells(fig, lstm, rnn, bias):
    """Norms (runs, lags), relative to lag 0: dL/dc of LSTMs and dL/dh of simple networks."""
    (ax,) = panels(fig, right=0.79)
    lags, bottom, ends = np.arange(lstm.shape[1]), 1e-9, []
    for norms, role in ((lstm, "LSTM"), (rnn, "simple")):
        low, middle, high = (f(norms, axis=0) for f in (np.min, np.median, np.max))
        ax.fill_between(lags, low, high, color=tint(ROLES[role], 0.3))
        line(ax, lags, middle, role, linewidth=3 if role == "LSTM" else 2)
        ends.append(middle[-1])
    kept = 1 / (1 + np.exp(-bias))
    ends.append(kept ** lags[-1])
    ax.plot(lags, kept**lags, color="black", linewidth=1)  # on the LSTM's where they agree
    guide(ax, 1, "all of it", x=0.01, ha="left", zorder=1)
    ax.set(
        yscale="log",
        title="What is left of the gradient",
        xlabel="lag: steps back from the loss",
        ylabel="relative length",
        xlim=(0, lags[-1]),
        ylim=(bottom, 1e4),
    )
    names = ("LSTM, along c", "simple, along h", "$\\sigma(b_f)^{lag}$")
    below = [" \N{DOWNWARDS ARROW}" * bool(end < bottom) for end in ends]  # the line ends outside
    names = [name + arrow for name, arrow in zip(names, below, strict=True)]
    name_ends(ax, ends, names, [ROLES["LSTM"], ROLES["simple"], "black"])
    return (
        f"Forget bias {number(bias)}: {lags[-1]} steps back the LSTM's gradient is "
        f"{roughly(ends[0])} times what it was, the simple network's {roughly(ends[1])} times.\n"
        f"In the median over {len(lstm)} networks. The forget gates begin near {number(kept)}; "
        f"{number(kept)} to the power of {lags[-1]} is {roughly(ends[2])}."
    )


@figure
def recall_against_delay(fig, delays, scores, linear):
    """scores {name: (delays, seeds)}: each seed a dot, a line through the medians. Names begin with
    "simple" or "LSTM"."""
    (ax,) = panels(fig, right=0.74)
    colours, names, ends, told = _tones(scores), [*scores, "linear model"], [], []
    for k, (name, score) in enumerate(scores.items()):
        place = np.array(delays) * 1.03 ** (k - 1)  # beside one another, not on top
        middle = 100 * np.median(score, axis=1)
        for run in score.T:
            ax.plot(place, 100 * run, "o", color=tint(colours[k], 0.55), markersize=4.5)
        ax.plot(place, middle, color=colours[k], linestyle=STYLES[k])
        ends.append(middle[-1])
        told.append(f"{name}: {', '.join(how_many(row > 0.9) for row in score)}")
    line(ax, delays, 100 * np.array(linear), "linear", linewidth=1.2)
    ends.append(100 * linear[-1])
    guide(ax, 50, "guessing", x=0.01, ha="left", above=False)
    ax.set(xscale="log", title="Right answers on new sequences", ylabel="% right, each run")
    ax.set(xlabel="delay in steps", ylim=(30, 104), xlim=(delays[0] * 0.9, delays[-1] * 1.1))
    ax.set_xticks(delays, [str(d) for d in delays])
    ax.minorticks_off()
    name_ends(ax, ends, names, [*colours, ROLES["linear"]])
    runs = scores[names[0]].shape[1]
    last = "; ".join(f"{name}: {how_many(score[-1] > 0.9)}" for name, score in scores.items())
    return (
        f"Which of {runs} seeds recall over {delays[-1]} steps: {last}.\n"
        f"Each dot is a seed, each line runs through their medians. Which seeds are "
        f"right in more than 90% of new sequences, at delays of {', '.join(map(str, delays))} "
        f"steps: {'; '.join(told)}. Guessing gets 50%, the linear model {percent(min(linear))} to "
        f"{percent(max(linear))}."
    )


def _tones(names):
    """A colour for each name: its network's, in tones where there are several of one kind."""
    roles = [name.split()[0].rstrip(",") for name in names]
    tones = {role: shades(role if role in ROLES else "weight", roles.count(role)) for role in roles}
    return [tones[role].pop(0) for role in roles]


@figure
def learning_by_bias(fig, losses, chance):
    """losses {forget bias: (seeds, steps)}: each run a thin line, their median a thick one."""
    (ax,) = panels(fig, right=0.8)
    names, ends, told, colours = [], [], [], shades("LSTM", len(losses))
    for k, ((bias, runs), colour) in enumerate(zip(losses.items(), colours, strict=True)):
        smooth = np.array([running_median(np.clip(run, 1e-4, 9)) for run in runs])
        for run in smooth:
            ax.plot(run, color=tint(colour, 0.4), linewidth=0.9)
        middle, on_top = np.median(smooth, axis=0), 4 - k / 10  # the first
        ax.plot(middle, color=colour, linestyle=STYLES[k % len(STYLES)], zorder=on_top)
        names.append(f"$b_f = {bias:g}$")
        ends.append(middle[-1])
        told.append(f"{how_many(smooth[:, -1] < chance / 2)} with {number(bias)}")
    guide(ax, chance, "guessing", x=0.02, ha="left", zorder=1)
    ax.set(yscale="log", title="The same training, other forget biases", ylabel="loss")
    ax.set(xlabel="training step", xlim=(0, len(middle) - 1), ylim=(1e-3, 2))
    name_ends(ax, ends, names, colours)
    return (
        f"Which of {len(runs)} seeds have halved the loss of guessing after {len(middle)} steps, "
        f"by forget bias: {', '.join(told)}.\n"
        f"Each thin line is one of {len(runs)} seeds, smoothed by a running median; each thick one "
        f"is the median of the seeds."
    )


@figure
def unit_replay(fig, x, gates, h, step, clamp="free", since=None, names=None):
    """One unit over time. `gates` maps f, i, o and c to (timesteps,), as h is; `step` is marked.

    `since` is the step from which `clamp` holds. `names`, for a riddle, gives the gates other
    names, and with them other colours.
    """
    grid = {"height_ratios": [1, 2, 2], "hspace": 0.38, "bottom": 0.11, "top": 0.93, "right": 0.86}
    top, middle, bottom = panels(fig, 1, 3, **grid)
    values_and_flags(top, x)
    steps = np.arange(len(x))
    shown = names or GATES
    order = sorted(shown, key=shown.get)
    looks = RIDDLE if names else {gate: ROLES[gate] for gate in order}
    for gate, (style, colour) in zip(order, looks.items(), strict=True):
        line(middle, steps, gates[gate], style, shown[gate], marker=".", color=colour)
    line(bottom, steps, gates["c"], "cell", linestyle="-", marker=".")
    line(bottom, steps, h, "state", marker=".")
    bottom.axhline(0, color=GREY, linewidth=1)
    reach = 1.1 * 2 ** np.ceil(np.log2(max(1, np.abs(gates["c"]).max())))  # changes seldom
    top.set(title="Input; a filled value is flagged", ylabel="value")
    middle.set(title="Gates", ylabel="gate", ylim=(-0.08, 1.08), yticks=[0, 0.5, 1])
    bottom.set(title="States", ylabel="c and h", xlabel="time step t", ylim=(-reach, reach))
    for ax in (top, middle):
        ax.tick_params(labelbottom=False)
    ends = [gates[gate][-1] for gate in order]
    name_ends(middle, ends, [shown[gate] for gate in order], looks.values())
    names = {"cell state c": "cell", "state h": "state"}
    name_ends(bottom, (gates["c"][-1], h[-1]), names, [ROLES[name] for name in names.values()])
    for ax in (top, middle, bottom):
        ax.set_xlim(*top.get_xlim())
        if since is not None:
            ax.axvspan(since - 0.5, len(x), color="#f2f2f2", zorder=0)
        if step is not None:
            ax.axvline(step, color=GREY, linewidth=1.2, linestyle=LINES["green"])
    return _what_it_does(x, gates, h, step, clamp, since)


def _what_it_does(x, gates, h, step, clamp, since):
    """The caption of a replay."""
    if step is None:
        flags = " and ".join(map(str, np.flatnonzero(x[:, 1])))
        return (
            f"One unit over {len(x)} steps, its three gates named A, B and C.\nFlags are up at "
            f"steps {flags}. At the end the cell state is {signed(gates['c'][-1])}."
        )
    held = f" From step {since} on the gates are held: {clamp}." if since is not None else ""
    flag = "up" if x[step, 1] else "down"
    now = ", ".join(f"{name} = {gates[name][step]:.2f}" for name in GATES)
    return (
        f"Step {step}, value {signed(x[step, 0])}, flag {flag}: {now}, "
        f"c = {signed(gates['c'][step])}, h = {signed(h[step])}.\n{held} At the last step "
        f"c = {signed(gates['c'][-1])}."
    )


@figure
def state_growth(fig, sizes, trained, length):
    """sizes {activation: (seeds, timesteps)}: the largest |c| of networks on a long sequence, read
    up to `length`. The panel has room for all of it."""
    (ax,) = panels(fig, right=0.86)
    ceiling, told, ends, colours = 1e12, [], [], shades("LSTM", len(sizes))
    longest = next(iter(sizes.values())).shape[1]
    for (name, size), colour, style in zip(sizes.items(), colours, STYLES, strict=False):
        size = np.nan_to_num(size[:, :length], nan=np.inf)
        look = {"color": colour, "linestyle": style, "linewidth": 1.4}
        for run in size:
            ax.plot(np.arange(1, length + 1), np.clip(run, 1e-3, ceiling), **look)
        ends.append(np.clip(np.median(size[:, -1]), 1e-3, ceiling))
        told.append(f"{how_many(size.max(axis=1) > 100)} of {len(size)} runs with {name}")
    ax.axvspan(1, trained, color="#ececec", zorder=0)
    ax.text(1.1, 1e10, "as in training", color=GREY)
    if length < longest:
        ax.axvline(length, color=GREY, linewidth=1)
        ax.text(length * 1.06, 1e6, "unread", color=GREY)
    ax.set(xscale="log", yscale="log", title="The largest cell state", ylabel="largest |c|")
    ax.set(xlabel="time step t", xlim=(1, longest), ylim=(1e-2, ceiling))
    name_ends(ax, ends, list(sizes), colours)
    return (
        f"Over {length} steps a cell state beyond 100 occurs in {', in '.join(told)}.\n"
        f"LSTMs trained on windows of {trained} steps read {length} steps at a stretch."
    )
