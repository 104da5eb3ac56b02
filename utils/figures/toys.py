"""The toy sequences of lesson 3: counting on, and adding up."""

import numpy as np

from utils.plotting import COLOURS, GREY, ROLES, fmt, guide, line, order_of, panels, tint


def counting(fig, asked, answers):
    """Answers (runs, questions) to what follows each window, beside the right ones `asked`."""
    left, right = panels(fig, 2)
    for run in answers:
        left.plot(asked, run, color=tint(ROLES["output"], 0.6), linewidth=1.3, marker=".")
    line(left, asked, asked, "black", linewidth=1.6)
    left.annotate("right", (asked[-1], asked[-1]), (2, -20), textcoords="offset points", ha="right")
    left.set(title="Asked and answered", xlabel="number that comes next", ylabel="answer")
    errors = np.abs(answers - asked).mean(axis=1)
    spread = np.linspace(-0.3, 0.3, len(errors)) if len(errors) > 1 else [0]
    right.plot(spread, np.sort(np.maximum(errors, 1e-9)), "o", color=ROLES["output"])
    right.set_yscale("log")
    right.set(title="Mean error of each run", ylabel="error", xlim=(-0.6, 0.6), xticks=[])
    middle = np.log10(max(np.median(errors), 1e-9))
    right.set_ylim(10 ** np.floor(middle - 1), 10 ** np.ceil(middle + 1))
    runs = "run" if len(errors) == 1 else f"median of {len(errors)} runs"
    spread = (
        f", from {fmt(_two(errors.min()))} to {fmt(_two(errors.max()))}" if len(errors) > 1 else ""
    )
    return (
        f"Asked for {fmt(int(asked[0]))} to {fmt(int(asked[-1]))}. The mean error is "
        f"{fmt(_two(np.median(errors)))} in the {runs}{spread}."
    )


def _two(x):
    """Two significant digits; nothing below a billionth."""
    return 0 if x < 1e-9 else float(f"{x:.1e}")


def _error(x):
    """An error in words. What is left after a perfect training is rounding, and is not told."""
    return "below 10^\N{MINUS SIGN}6" if x < 1e-6 else order_of(x)


def errors_far_away(fig, starts, errors):
    """Errors (runs, starts) of counting on, the farther from the training numbers the larger."""
    (ax,) = panels(fig, right=0.8)
    for run in errors:
        ax.plot(starts, run, color=tint(ROLES["output"], 0.6), linewidth=1.3, marker=".")
    middle = np.median(errors, axis=0)
    ax.plot(starts, middle, color=ROLES["output"], linewidth=2.6)
    ax.axvspan(0.7, 100, color=tint(ROLES["input"], 0.15))
    ax.text(0.9, 3e4, "trained on these", color=ROLES["input"])
    ax.set(xscale="log", yscale="log", title="The farther, the worse", ylabel="mean error")
    ax.set(xlabel="where the window begins", xlim=(0.7, 2e6), ylim=(1e-3, 1e6))
    share = middle[-1] / starts[-1]
    return (
        f"The median error of {len(errors)} runs is {order_of(middle[0])} for windows that begin "
        f"at {fmt(int(starts[0]))}, and {order_of(middle[-1])} at {fmt(int(starts[-1]))}: far away "
        f"it is about {share:.0%} of the number in the median run."
    )


def steps_beyond(fig, steps, errors, trained):
    """Median errors {activation: (steps,)} of going on by each step, trained up to `trained`."""
    (ax,) = panels(fig, right=0.8)
    ax.axvspan(0, trained + 0.5, color=tint(ROLES["input"], 0.15))
    ax.text(0.5, 20, "trained on these steps", color=ROLES["input"])
    ends = []
    for (name, values), colour in zip(errors.items(), COLOURS, strict=False):
        line(ax, steps, np.maximum(values, 1e-12), colour)
        ends.append(f"{name} {_error(values[-1])}")
        shown = max(values[-1], 2e-9)
        ax.annotate(
            name,
            (1, shown),
            (6, 0),
            xycoords=ax.get_yaxis_transform(),
            va="center",
            textcoords="offset points",
            color=COLOURS[colour],
        )
    ax.set(yscale="log", title="Steps that were never seen", xlabel="step of the progression")
    ax.set(ylabel="error", xlim=(0, steps[-1]), ylim=(1e-9, 100))
    return (
        f"Median error of the next value when the step is {fmt(int(steps[-1]))}: {', '.join(ends)}."
    )


def sums(fig, true, answers, mean):
    """Answers to sums beside the true ones; `mean` is what a model says that looks at nothing."""
    left, right = panels(fig, 2)
    reach = (true.min() - 0.3, true.max() + 0.3)
    line(left, reach, reach, "black", linewidth=1.5)
    left.plot(true, answers, "o", color=ROLES["output"], markersize=3.5)
    guide(left, mean, "mean of the training sums", above=False)
    left.set(title="Answer and truth", xlabel="true sum", ylabel="answer", xlim=reach, ylim=reach)
    errors = {"mean": np.abs(true - mean).mean(), "network": np.abs(true - answers).mean()}
    right.bar(
        [0, 1], [max(e, 1e-9) for e in errors.values()], width=0.6, color=[GREY, ROLES["output"]]
    )
    right.set(yscale="log", title="Mean absolute error", ylabel="error", ylim=(1e-9, 30))
    right.set_xticks([0, 1], errors)
    for k, e in enumerate(errors.values()):
        right.text(k, max(e, 1e-9) * 1.5, _error(e), ha="center")
    return (
        f"{len(true)} new sequences. The network's mean absolute error is "
        f"{_error(errors['network'])}; always saying the mean has {order_of(errors['mean'])}."
    )


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
    words = [f"{name} {_error(e)}" for name, e in baselines.items()]
    words += [f"{name} {_error(np.median(runs))}" for name, runs in errors.items()]
    return f"Mean absolute error, in the median run: {', '.join(words)}."
