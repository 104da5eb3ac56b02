"""Gated cells: what their gates do over time, how far back they reach, what they learn."""

import numpy as np

from utils.plotting import COLOURS, guide, line, name_ends, order_of, panels, tint

CELL_COLOURS = {"SimpleRNN": "vermillion", "LSTM": "green", "GRU": "blue"}
HELD = {None: "free", 0.0: "held at 0", 1.0: "held at 1"}


def gate_replay(fig, x, gates, h, answer, target, clamp):
    """One sequence x (timesteps, 2) through a trained GRU: its gates z and r and its state h, each
    (timesteps, units). `answer` is the probability of +1, `clamp` the gates that are held."""
    steps, units = h.shape
    flagged = x[:, 1] > 0
    rows = (
        ("value and flag", x[:, ::-1], "PuOr", 1.6),
        ("update gate z", gates["z"], "cividis", None),
        ("reset gate r", gates["r"], "cividis", None),
        ("state h", h, "PuOr", 1.2),
    )
    axes = panels(fig, 1, 4, left=0.16, right=0.87, hspace=0.14, height_ratios=(2, 4, 4, 4))
    for ax, (name, values, colours, most) in zip(axes, rows, strict=True):
        low, high = (-most, most) if most else (0, 1)
        ax.imshow(values.T, colours, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
        ax.grid(False)
        for t in np.flatnonzero(flagged):
            ax.axvspan(t - 0.5, t + 0.5, fill=False, edgecolor=COLOURS["vermillion"], linewidth=1.8)
        ax.set(yticks=[], xticks=range(4, steps, 5), xlim=(-0.5, steps - 0.5))
        ax.set_xticklabels(range(5, steps + 1, 5) if ax is axes[-1] else [])
        note = HELD[clamp[name[-1]]] if name[-1] in clamp else ""
        for side, words in ((-0.015, name), (1.015, note)):
            ha, words = "right" if side < 0 else "left", words.replace(" ", "\n", 1)
            ax.text(side, 0.5, words, transform=ax.transAxes, ha=ha, va="center")
    axes[-1].set_xlabel("time step t (the flagged steps are framed)")
    z, r = (
        f"the mean of {name} is {gates[name][flagged].mean():.1f} at the flagged steps and "
        f"{gates[name][~flagged].mean():.1f} elsewhere"
        if clamp[name] is None
        else f"{name} is {HELD[clamp[name]]}"
        for name in "zr"
    )
    right = (answer > 0.5) == bool(target)
    return (
        f"{units} units over {steps} steps. Dark is 0 and bright is 1 for the gates: {z}; {r}. The "
        f"value to recall is {'+1' if target else '−1'}. The network gives +1 a probability of "
        f"{answer:.0%}, which is {'right' if right else 'wrong'}."
    )


def reach(fig, stages, exact=None):
    """What is left of the gradient against the lag. `stages` maps the title of a panel to
    {cell: norms (runs, lags)}; `exact` is a pair (name, values) to compare with."""
    floor, words = 1e-12, []
    axes = panels(fig, len(stages), right=0.87, wspace=0.65)
    for ax, (title, cells) in zip(axes, stages.items(), strict=True):
        ends, names, colours = [], [], []
        for name, norms in cells.items():
            colour, lags = CELL_COLOURS[name], np.arange(norms.shape[1])
            norms = np.maximum(norms, floor)
            middle = np.median(norms, axis=0)
            ax.fill_between(lags, norms.min(axis=0), norms.max(axis=0),
                            color=tint(COLOURS[colour], 0.22))  # fmt: skip
            line(ax, lags, middle, colour)
            ends.append(middle[-1])
            names.append(name)
            colours.append(COLOURS[colour])
        if exact:
            line(ax, lags, np.maximum(exact[1], floor), "black", linewidth=1.4)
            ends, names, colours = [*ends, exact[1][-1]], [*names, exact[0]], [*colours, "black"]
        ax.set_yscale("log")
        ax.set(
            title=title,
            xlabel="lag: steps back",
            ylabel="relative length" if ax is axes[0] else "",
            xlim=(0, lags[-1]),
            ylim=(1e-9, 1e3),
        )
        name_ends(ax, ends, names, colours)
        left = ", ".join(
            f"{name} {_share(end)}{_lowest(cells.get(name), end)}"
            for end, name in zip(ends, names, strict=True)
        )
        words.append(f"{title}. What is left of the gradient {lags[-1]} steps back: {left}.")
    return " ".join(words)


def _share(x):
    return order_of(x) if x < 0.7 else "most of it or more"


def _lowest(norms, middle):
    """A remark on the worst run, where it is far from the median."""
    low = middle if norms is None else norms[:, -1].min()
    return " (less than a hundredth of that in a run)" if low < middle / 100 else ""


def accuracy_against_delay(fig, delays, scores, baselines, learnt=0.85):
    """`scores` maps a title to {cell: accuracies (delays, runs)}, `baselines` a name to one that
    holds for all delays. Every run is a dot."""
    axes, words = panels(fig, len(scores), right=0.87, wspace=0.5), []
    for ax, (title, cells) in zip(axes, scores.items(), strict=True):
        places = np.arange(len(delays))
        for k, (name, runs) in enumerate(cells.items()):
            colour = CELL_COLOURS[name]
            shift = 0.09 * (k - (len(cells) - 1) / 2)
            for place, values in zip(places, runs, strict=True):
                ax.plot(np.full(len(values), place + shift), 100 * values, "o",
                        color=tint(COLOURS[colour], 0.55), markersize=4.5)  # fmt: skip
            line(ax, places + shift, 100 * np.median(runs, axis=1), colour)
            words.append(f"{title}, {name}: {_in_words(delays, runs > learnt)}.")
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
        name_ends(ax, ends, list(cells), [COLOURS[CELL_COLOURS[name]] for name in cells])
    runs = next(iter(next(iter(scores.values())).values())).shape[1]
    lowest = ", ".join(f"{name} gets {score:.0%}" for name, score in baselines.items())
    return (
        f"{runs} runs each; a run has learnt it if {learnt:.0%} are right. {' '.join(words)} "
        f"For comparison, {lowest}."
    )


def _in_words(delays, learnt):
    """At which delays some run has learnt it, or none: words that no processor changes."""
    groups = ("some or all", learnt.any(axis=1)), ("none", ~learnt.any(axis=1))
    said = [
        (word, [str(d) for d, w in zip(delays, where, strict=True) if w]) for word, where in groups
    ]
    return "; ".join(f"{word} at a delay of {', '.join(which)}" for word, which in said if which)
