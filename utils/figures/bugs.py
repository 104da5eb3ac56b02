"""The bug zoo: what three instruments say of each bug."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import GREY, ROLES, guide, panels, running_median, tint
from utils.words import percent, symbol


@figure
def zoo(fig, names, tensors, errors, losses, accuracies):
    """All bugs, one a row, under three instruments."""
    check, curve, score = panels(fig, 3, left=0.24, right=0.98, wspace=0.1, width_ratios=(5, 4, 4))
    rows = np.arange(len(names))
    check.imshow(errors, cmap="Purples", vmin=0, vmax=1.6, aspect="auto")
    for (row, column), error in np.ndenumerate(errors):
        text = f"{error:.2f}" if error > 1e-6 else "ok"
        check.text(column, row, text, ha="center", va="center", fontsize=9.5)
    check.set(title="Gradient check", xticks=range(len(tensors)), yticks=rows)
    check.set_xticklabels([f"${t}$" for t in tensors])
    check.set_yticklabels(names)
    check.tick_params(axis="y", labelcolor="black")
    check.set_xlabel("relative error")
    smooth = [running_median(np.median(runs, axis=0)) for runs in losses]
    for row, curve_of_bug in enumerate(smooth):
        for values, colour, width in (
            (smooth[0], ROLES["weight"], 1.2),
            (curve_of_bug, ROLES["gradient" if row else "weight"], 2),
        ):
            height = (np.log10(np.clip(values, 1e-3, 1e2)) + 3) / 5  # 0.001 to 100 fills a row
            curve.plot(
                np.arange(len(values)), row + 0.42 - 0.84 * height, color=colour, linewidth=width
            )
    curve.set(
        title="Loss",
        xlabel="training step",
        yticks=[],
        xticks=(0, 100),
        ylim=(rows[-1] + 0.5, -0.5),
        xlim=(0, losses.shape[2] - 1),
    )
    for row, values in enumerate(accuracies):
        score.plot(
            100 * values,
            np.full(len(values), row),
            "o",
            color=tint(ROLES["output"], 0.5),
            markersize=5,
        )
        score.plot(100 * np.median(values), row, "D", color=ROLES["output"], markersize=7)
    score.axvline(50, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)))
    score.set(
        title="Accuracy",
        xlabel="% right, each run",
        yticks=[],
        xticks=(0, 50, 100),
        xlim=(-8, 108),
        ylim=(rows[-1] + 0.5, -0.5),
    )
    for ax in (check, curve, score):
        ax.grid(False)
        ax.hlines(rows[:-1] + 0.5, *ax.get_xlim(), color="#e6e6e6", linewidth=1)
    middle = np.median(accuracies, axis=1)
    lucky = [n for n, m in zip(names[1:], middle[1:], strict=True) if m > 0.985]
    found = int(np.sum(errors.max(axis=1) > 1e-6))
    return (
        f"The gradient check finds {found} of {len(names) - 1} bugs, the accuracy misses "
        f"{len(lucky)}. Grey: the right gradient's loss.\n"
        f"{accuracies.shape[1]} runs each. By the median accuracy (diamonds), {len(lucky)} can't "
        f"be told from the right gradient, which has {percent(middle[0])}: {', '.join(lucky)}."
    )


@figure
def zoo_cage(fig, name, bug, tensors, errors, losses, accuracies):
    """One bug under three instruments: errors (tensors,), and for the right backward pass and
    this one the losses (2, runs, steps) and the accuracies (2, runs)."""
    check, curve, score = panels(fig, 3, top=0.72)
    for height, sign, code, role in (
        (0.955, "\N{MINUS SIGN}", bug.right, "weight"),
        (0.885, "+", bug.wrong, "gradient"),
    ):
        fig.text(
            0.09, height, f"{sign}  {code}", family="monospace", va="center", color=ROLES[role]
        )
    check.bar(range(len(tensors)), errors, color=ROLES["gradient"], width=0.6)
    for column, error in enumerate(errors):
        check.text(
            column,
            error + 0.03,
            f"{error:.2f}" if error > 1e-6 else "ok",
            ha="center",
            fontsize=9.5,
        )
    check.set(
        title="Gradient check", ylabel="relative error", ylim=(0, 1.15), xticks=range(len(tensors))
    )
    check.set_xticklabels([f"${t}$" for t in tensors])
    for k, (runs, role) in enumerate(zip(losses, ("weight", "gradient"), strict=True)):
        for run in runs:
            curve.plot(np.clip(run, 1e-4, 1e3), color=tint(ROLES[role], 0.3), linewidth=0.8)
        middle = running_median(np.clip(np.median(runs, axis=0), 1e-4, 1e3))
        curve.plot(middle, color=ROLES[role], zorder=3)
        curve.text(0.97, 0.97 - 0.1 * k, ("right", "this bug")[k], color=ROLES[role],
                   ha="right", va="top", transform=curve.transAxes)  # fmt: skip
    curve.set_yscale("log")
    curve.set(
        title="Loss curve",
        xlabel="training step",
        ylabel="loss",
        ylim=(1e-4, 1e3),
        xlim=(0, losses.shape[2] - 1),
    )
    for column, (runs, role) in enumerate(zip(accuracies, ("weight", "gradient"), strict=True)):
        spread = column + np.linspace(-0.18, 0.18, len(runs))
        score.plot(spread, 100 * np.sort(runs), "o", color=ROLES[role], markersize=5)
    guide(score, 50, "guessing", x=0.02, ha="left")
    score.set(
        title="Accuracy",
        ylabel="% right, each run",
        ylim=(-4, 106),
        xlim=(-0.6, 1.6),
        xticks=(0, 1),
    )
    score.set_xticklabels(("right", "this bug"))
    wrong = [symbol(t) for t, e in zip(tensors, errors, strict=True) if e > 1e-6]
    least, middle, most = (percent(f(accuracies[1])) for f in (np.min, np.median, np.max))
    return (
        f"{name}: {bug.words}. {middle} are right in the median run.\n"
        f"The gradient check calls {', '.join(wrong)} wrong, with a relative error of up to "
        f"{errors.max():.2f}. The runs get {least} to {most} right; with the right gradient the "
        f"median run gets {percent(np.median(accuracies[0]))}."
    )
