"""The toy sequences of lesson 3: counting on, and adding up."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import (
    GREY,
    LINES,
    ROLES,
    guide,
    ink,
    name_ends,
    note,
    panels,
    tint,
    truth,
)
from utils.words import number, roughly


@figure
def counting(fig, asked, answers):
    """Answers (runs, questions) to what follows each window, beside the right ones `asked`."""
    left, right = panels(fig, 2, width_ratios=[3, 2])
    off = np.where(np.abs(answers - asked) < 1e-9, 0, answers - asked)  # which is rounding
    truth(left, asked, asked)
    truth(right, asked[[0, -1]], [0, 0])
    for run, error in zip(answers, off, strict=True):
        left.plot(asked, run, color=ROLES["output"], linewidth=1, marker=".")
        right.plot(asked, error, color=ROLES["output"], linewidth=1, marker=".")
    below = np.median(off) > 0  # the name stands on the side without answers
    place, va = ((6, -6), "top") if below else ((-6, 6), "bottom")
    middle = asked[len(asked) // 2]
    look = {"ha": "left" if below else "right", "va": va, "color": ROLES["truth"]}
    note(left, "right", (middle, middle), place, **look)
    left.margins(y=0.1)
    right.margins(y=0.25)
    left.set(title="Asked and answered")
    right.set(title="Too high (+), too low (−)")
    for ax, ticks in ((left, [asked[0], middle, asked[-1]]), (right, [middle])):
        ax.set(xlabel="number that comes next")
        ax.set_xticks(ticks, [number(int(tick)) for tick in ticks])
    unit, name = (1e6, "answer, in millions") if asked[0] > 1e5 else (1, "answer")
    left.set_ylabel(name)
    left.yaxis.get_major_locator().set_params(nbins=3 if unit > 1 else 6)  # they are long
    left.yaxis.set_major_formatter(lambda y, _: f"{y / unit:g}")
    right.yaxis.set_major_formatter(_short)
    errors = np.sort(np.abs(off).mean(axis=1))
    ends = {number(error, 2): None for error in errors[[0, -1]]}  # one, if they are the same
    look = {"color": ink(ROLES["output"]), "va": "top", "bbox": {"color": "white", "pad": 1}}
    right.text(0.03, 0.97, f"mean error {' to '.join(ends)}", transform=right.transAxes, **look)
    first, last = (_signed(np.median(off[:, k])) for k in (0, -1))
    runs = f"the median of {len(errors)} runs, mean errors from" if errors[1:].size else "this run"
    return (
        f"Asked for {number(int(asked[0]))} to {number(int(asked[-1]))}, the answers are off by "
        f"{number(np.median(errors), 2)} in the mean.\n"
        f"At {number(int(asked[0]))} the error is {first}, at {number(int(asked[-1]))} it is "
        f"{last}, in {runs}{' ' + ' to '.join(ends) if errors[1:].size else ''}."
    )


def _short(y, _):
    return f"{number(y / 1000)}k" if abs(y) >= 1000 else number(round(y, 6))


def _signed(x):
    return ("+" if x > 0 else "") + number(x, 2)


LEAST = 1e-12  # what is smaller is rounding, and is drawn here
TOLD = 1e-6  # what is smaller is called so: after a perfect training it is rounding


@figure
def errors_far_away(fig, starts, errors):
    """Errors {training: (runs, starts)} of counting on, far beyond the training numbers."""
    (ax,) = panels(fig, right=0.8)
    least, ends, told = 1e-5, [], []
    for (name, runs), dashes in zip(errors.items(), LINES.values(), strict=False):
        colour, middle = _bend(name), np.median(runs, axis=0)
        for run in runs:
            ax.plot(starts, np.maximum(run, least), color=tint(colour, 0.4), linewidth=1)
        ax.plot(starts, np.maximum(middle, least), color=colour, linestyle=dashes)
        ends.append(max(middle[-1], least))
        told.append(f"{name}: {_below(middle[-1])}")
    ax.set(xscale="log", yscale="log", title="The error far away", ylabel="mean error")
    ax.set(xlabel="where the window begins", xlim=(0.7, starts[-1]), ylim=(least, 1e7))
    _trained(ax, 0.7, 100)
    name_ends(ax, ends, list(errors), [_bend(name) for name in errors])
    best = list(errors)[int(np.argmin(ends))]
    return (
        f"Far beyond the numbers of the training the error grows, least with {best}.\n"
        f"Error for windows that begin at {number(int(starts[-1]))}, in the median run: "
        f"{', '.join(told)}."
    )


def _bend(name):
    """The colour of a network by its activation: without a bend it is a linear model."""
    activation = name.partition(",")[0]
    return {"tanh": ROLES["simple"], "linear": ROLES["linear"]}.get(activation, ROLES["output"])


def _below(x):
    """The size of an error after a long training: its digits are another machine's others."""
    return next((f"below {number(limit)}" for limit in (0.01, 1000) if x < limit), roughly(x))


def _trained(ax, first, last):
    """A shade over what the training had."""
    ax.axvspan(first, last, color=tint(ROLES["input"], 0.15))
    look = {"color": ROLES["input"], "va": "top", "xycoords": ax.get_xaxis_transform()}
    note(ax, "trained on these", (first, 1), (8, -6), **look)


@figure
def steps_beyond(fig, steps, errors, trained):
    """Median errors {activation: (steps,)} of going on by each step, trained on `trained`."""
    (ax,) = panels(fig, right=0.8)
    _trained(ax, trained[0] - 0.5, trained[1] + 0.5)
    ends = []
    for (name, values), dashes in zip(errors.items(), LINES.values(), strict=False):
        ax.plot(steps, np.maximum(values, 1e-12), color=_bend(name), linestyle=dashes)
        ends.append([f"{name} {roughly(value, TOLD)}" for value in (values[-1], values[0])])
    ax.set(yscale="log", title="Steps that were never seen", xlabel="step of the progression")
    ax.set(ylabel="error", xlim=(steps[0], steps[-1]), ylim=(1e-6, 100))
    last = [max(values[-1], 2e-6) for values in errors.values()]
    name_ends(ax, last, list(errors), [_bend(name) for name in errors])
    above, below = (", ".join(words) for words in zip(*ends, strict=True))
    return (
        "Outside of the training, its activation decides how a network goes on.\n"
        f"Median error of the next value when the step is {number(int(steps[-1]))}: {above}; "
        f"when it is {number(int(steps[0]))}: {below}."
    )


@figure
def sums(fig, true, answers, epochs, mean):
    """Answers to sums beside the true ones, and what longer training does to the error.

    `answers` holds an array for each number of `epochs`; the last is the one that is looked at.
    `mean` is what a model says that looks at nothing.
    """
    left, right = panels(fig, 2)
    reach = (true.min() - 0.3, true.max() + 0.3)
    truth(left, reach, reach)
    left.plot(true, answers[-1], "o", color=ROLES["output"], markersize=3.5)
    guide(left, mean, "mean of training sums", x=0.02, ha="left")
    left.texts[-1].set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})
    left.set(title="Answer and truth", xlabel="true sum", ylabel="answer", xlim=reach, ylim=reach)
    errors = np.array([np.abs(true - each).mean() for each in answers])
    mean_error = np.abs(true - mean).mean()
    shown = np.maximum(errors, LEAST)
    right.plot(epochs, shown, ":", color=ROLES["output"], marker="o", markersize=5)
    right.plot(epochs[-1:], shown[-1:], "D", color=ROLES["output"], markersize=9)
    guide(right, mean_error, "always the mean")
    low = min(1e-3, shown.min() / 9)
    right.set(xscale="log", yscale="log", xlim=(2, 400), ylim=(low, 9))
    right.set(title="Longer training", xlabel="epochs", ylabel="mean absolute error")
    right.set_xticks((3, 10, 30, 100, 200), ("3", "10", "30", "100", "200"))
    right.minorticks_off()
    return (
        f"After {epochs[-1]} epochs the network's mean absolute error is "
        f"{roughly(errors[-1], TOLD)}.\n"
        f"{len(true)} new sequences; always saying the mean has {roughly(mean_error)}."
    )


@figure
def sums_compared(fig, errors, baselines):
    """Errors {model: (runs,)} on new sums, and the baselines {name: error}, on a log scale."""
    (ax,) = panels(fig, left=0.2)
    rows = list(baselines) + list(errors)
    for row, error in enumerate(baselines.values()):
        ax.plot(max(error, 1e-16), row, "s", color=GREY, markersize=8)
    for row, (_, runs) in enumerate(errors.items(), start=len(baselines)):
        ax.plot(
            np.maximum(runs, 1e-16),
            np.full(len(runs), row),
            "o",
            color=tint(ROLES["output"], 0.6),
            markersize=5,
        )
        ax.plot(max(np.median(runs), 1e-16), row, "D", color=ROLES["output"], markersize=8)
    ax.set(xscale="log", title="Mean absolute error on new sums", xlabel="error")
    ax.set(xlim=(1e-17, 10), ylim=(len(rows) - 0.5, -0.5))
    ax.set_yticks(range(len(rows)), rows)
    words = [f"{name} {roughly(e, TOLD)}" for name, e in baselines.items()]
    words += [f"{name} {roughly(np.median(runs), TOLD)}" for name, runs in errors.items()]
    best = min(errors, key=lambda name: np.median(errors[name]))
    return (
        f"The network that adds up best: {best}.\n"
        f"Mean absolute error, in the median run: {'; '.join(words)}."
    )
