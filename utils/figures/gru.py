"""Gated cells: what their gates do over time, how far back they reach, what they learn."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import GREY, ROLES, guide, line, name_ends, panels, tint
from utils.words import percent, roughly

CELLS = {"SimpleRNN": "simple", "LSTM": "LSTM", "GRU": "GRU"}  # their roles
FLOOR = 1e-12  # of what is drawn
BOTTOM = 1e-9  # of the panels of gradients
HELD = {None: "free", 0.0: "held at 0", 1.0: "held at 1"}
OUT = " \N{DOWNWARDS ARROW}"  # after the name of a line that leaves its panel below


@figure
def gate_replay(fig, x, gates, h, answer, target, clamp):
    """One sequence x (timesteps, 2) through a trained GRU: its gates z and r and its state h, each
    (timesteps, units). `answer` is the probability of +1, `clamp` the gates that are held."""
    steps, units = h.shape
    flagged = x[:, 1] > 0
    rows = (
        ("value", x[:, :1], "PuOr", 1.6),
        ("update\ngate z", gates["z"], "cividis", None),
        ("reset\ngate r", gates["r"], "cividis", None),
        ("state h", h, "PuOr", 1.2),
    )
    grid = {"hspace": 0.14, "height_ratios": (1, 4, 4, 4)}
    axes = panels(fig, 1, 4, left=0.12, right=0.88, top=0.98, **grid)
    for ax, (name, values, colours, most) in zip(axes, rows, strict=True):
        low, high = (-most, most) if most else (0, 1)
        ax.imshow(values.T, colours, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
        ax.grid(False)
        for t in np.flatnonzero(flagged):
            ax.axvspan(t - 0.5, t + 0.5, fill=False, edgecolor="black", linewidth=1.8)
        ax.set(yticks=[], xticks=range(4, steps, 5), xlim=(-0.5, steps - 0.5))
        ax.set_xticklabels(range(5, steps + 1, 5) if ax is axes[-1] else [])
        note = HELD[clamp[name[-1]]] if name[-1] in clamp else ""
        for side, ha, words in ((-0.015, "right", name), (1.015, "left", note)):
            ax.text(side, 0.5, words, transform=ax.transAxes, ha=ha, va="center")
    axes[-1].set_xlabel("time step t (the flagged steps are framed)")
    z, r = (
        f"the mean of {name} is {gates[name][flagged].mean():.1f} at the flagged steps and "
        f"{gates[name][~flagged].mean():.1f} elsewhere"
        if clamp[name] is None
        else f"{name} is {HELD[clamp[name]]}"
        for name in "zr"
    )
    right = "right" if (answer > 0.5) == bool(target) else "wrong"
    return (
        f"To recall: {'+1' if target else '−1'}. The network gives +1 a probability of "
        f"{percent(answer)}, which is {'a guess' if abs(answer - 0.5) < 0.01 else right}.\n"
        f"{units} units over {steps} steps. Purple is positive, orange negative; in the gates dark "
        f"is 0, bright 1: {z}; {r}."
    )


@figure
def reach(fig, stages, lags, exact=None):
    """What is left of the gradient against the lag. `stages` maps the title of a panel to
    {cell: norms (runs, lags)}; at `lags` the median runs have a dot, and the caption says where.
    `exact` is a pair (name, values) to compare with; a line at one half goes with it."""
    words, steps = [], next(iter(next(iter(stages.values())).values())).shape[1]
    axes = panels(fig, len(stages), right=0.87, wspace=0.65)
    for ax, (title, cells) in zip(axes, stages.items(), strict=True):
        ends, shown, told = [], [], []
        names = [*cells, exact[0]] if exact else [*cells]
        colours = [ROLES[CELLS[name]] if name in CELLS else GREY for name in names]
        for name, colour in zip(names, colours, strict=True):
            norms = np.maximum(cells.get(name, exact and exact[1:]), FLOOR)
            middle = np.median(norms, axis=0)
            ax.fill_between(range(steps), norms.min(axis=0), norms.max(axis=0),
                            color=tint(colour, 0.35))  # fmt: skip
            look = {"linewidth": 2 if name in cells else 1.4, "color": colour}
            line(ax, range(steps), middle, CELLS.get(name, "black"), **look)
            dots = {"color": colour, "markersize": 5, "clip_on": False, "zorder": 3}
            ax.plot(lags, np.where(middle < BOTTOM, np.nan, middle)[[*lags]], "o", **dots)
            ends.append(middle[-1])
            shown.append(name + OUT * bool(middle[-1] < BOTTOM))
            left = dict.fromkeys(_left(norms[:, lag]) for lag in lags)  # the same words but once
            told.append(f"{name} {' and '.join(left)}")
        ax.set_yscale("log")
        if exact:  # where the question is how much more than one half is left
            ax.axhline(0.5, color="black", linewidth=0.8, linestyle=":")
            ax.text(-0.01, 0.5, "½", transform=ax.get_yaxis_transform(), ha="right", va="center")
        ax.set(
            title=title,
            xlabel="lag: steps back",
            ylabel="relative length" if ax is axes[0] else "",
            xlim=(0, steps - 1),
            ylim=(BOTTOM, 1e3),
        )
        name_ends(ax, ends, shown, colours)
        words.append(f"{title}: {'; '.join(told)}.")
    back = " and ".join(map(str, lags))
    said = f"What is left of the gradient {back} steps back, in the median run (shaded: all runs)."
    if len(stages) == 1:
        return f"{words[0]}\n{said}"
    lost = _lost(stages, lags) or "in none"
    return f"Less than a hundredth is left {back} steps back: {lost}.\n{said} {' '.join(words)}"


def _lost(stages, lags):
    """The cells of which less than a hundredth is left at all lags, in the median run."""
    return ", ".join(
        f"{cell} ({title[0].lower()}{title[1:]})"
        for title, cells in stages.items()
        for cell, norms in cells.items()
        if np.median(norms, axis=0)[[*lags]].max() < 0.01
    )


def _left(norms):
    """What is left in the median run, and a remark on others that are far below it."""
    middle = np.median(norms)
    low = np.sum(norms < middle / 1000)
    said = "most of it or more" if middle > 0.7 else roughly(middle, FLOOR)
    where = "one run" if low == 1 else "some runs"
    return f"{said} (in {where} less than a thousandth of that)" if low else said


@figure
def accuracy_against_delay(fig, delays, scores, baselines, learnt=0.85):
    """`scores` maps a title to {cell: accuracies (delays, runs)}, `baselines` a name to one that
    holds for all delays. Every run is a dot."""
    axes, words = panels(fig, len(scores), right=0.87, wspace=0.5), []
    for ax, (title, cells) in zip(axes, scores.items(), strict=True):
        places = np.arange(len(delays))
        for k, (name, runs) in enumerate(cells.items()):
            role = CELLS[name]
            shift = 0.09 * (k - (len(cells) - 1) / 2)
            for place, values in zip(places, runs, strict=True):
                ax.plot(np.full(len(values), place + shift), 100 * values, "o",
                        color=tint(ROLES[role], 0.55), markersize=4.5)  # fmt: skip
            line(ax, places + shift, 100 * np.median(runs, axis=1), role)
        told = "; ".join(f"{name} {_in_words(delays, r, learnt)}" for name, r in cells.items())
        words.append(f"{title}: {told}.")
        for name, score in baselines.items():
            guide(ax, 100 * score, name, x=0.02, ha="left", above=False)
        ax.set(
            title=title,
            xlabel="delay in steps",
            ylabel="% right, each run" if ax is axes[0] else "",
            ylim=(30, 104),
            xlim=(-0.3, len(delays) - 0.7),
            xticks=places,
        )
        ax.set_xticklabels(delays)
        ends = [100 * np.median(runs[-1]) for runs in cells.values()]
        name_ends(ax, ends, list(cells), [ROLES[CELLS[name]] for name in cells])
    runs = next(iter(next(iter(scores.values())).values())).shape[1]
    lowest = ", ".join(f"{name} gets {percent(score)}" for name, score in baselines.items())
    winners = [
        f"{cell} ({title[0].lower()}{title[1:]})"
        for title, cells in scores.items()
        for cell, values in cells.items()
        if values[-1].min() > 0.995
    ]
    return (
        f"Learnt over {delays[-1]} steps in every run: {', '.join(winners) or 'by none'}.\n"
        f"Dots are runs, {runs} for each delay, lines their medians. Which have learnt it, with "
        f"{percent(learnt)} right? {' '.join(words)} For comparison, {lowest}."
    )


def _in_words(delays, runs, learnt):
    """At which delays every run has learnt it, or none: words that no processor changes. A cell
    whose runs are not all perfect may lose one or win one with the last digit."""
    every, none = runs.min(axis=1) > 0.995, runs.max(axis=1) < learnt
    groups = ("every run", every), ("some or all", ~every & ~none), ("none", none)
    said = [
        (word, [str(d) for d, w in zip(delays, where, strict=True) if w]) for word, where in groups
    ]
    return ", ".join(f"{word} ({', '.join(which)})" for word, which in said if which)
