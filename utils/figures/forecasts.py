"""Forecasts of a time series: windows and parts, networks and rivals, leaks, drift."""

import numpy as np
from matplotlib.colors import ListedColormap

from utils.figures.figure import figure
from utils.plotting import COLOURS, GREY, LINES, ROLES, guide, line, name_ends, panels, tint
from utils.words import number, percent, roughly

PARTS = "train", "validation", "test"
MODELS = {"linear": "black", "LSTM": "green", "as written": "vermillion"}  # in every figure
TURN = 63  # steps of the lesson's sine from one crest to the next


def _band(ax, steps, truth):
    """The truth under its forecasts: wide, light inside, so that they stand out from it."""
    for colour, width in (("#949494", 5), ("#e6e6e6", 3)):
        ax.plot(steps, truth, color=colour, linewidth=width, solid_capstyle="butt")


@figure
def windows_in_parts(fig, x, y, parts):
    """Windows x (samples, window) and targets y (samples, horizon), all as numbers of steps, and
    the three slices `parts`: which step stands where, and which is asked for in two parts."""
    (ax,) = panels(fig, right=0.86)
    samples, steps = len(x), int(y.max()) + 1
    cells = np.zeros((samples, steps))
    asked = [set(y[part].ravel().tolist()) for part in parts]
    for k in range(samples):
        kept = any(part.start <= k < part.stop for part in parts)
        cells[k, x[k]], cells[k, y[k]] = (1, 2) if kept else (3, 3)
    colours = ["white", tint(ROLES["input"], 0.45), tint(ROLES["output"], 0.75), "#e3e3e3"]
    ax.imshow(cells, ListedColormap(colours), vmin=0, vmax=3, aspect="auto", interpolation="none")
    for k in range(0, samples, 4):
        ax.text(y[k, 0], k, str(y[k, 0]), ha="center", va="center", fontsize=9.5)
    for name, part in zip(PARTS, parts, strict=True):
        if part.stop > part.start:
            middle = (part.start + part.stop - 1) / 2
            ax.text(1.015, middle, name, transform=ax.get_yaxis_transform(), va="center")
            ax.axhline(part.start - 0.5, color=GREY, linewidth=1)
    shared = set().union(*(a & b for i, a in enumerate(asked) for b in asked[:i]))
    for step in shared:
        ax.axvspan(step - 0.5, step + 0.5, fill=False, edgecolor=COLOURS["vermillion"])
    ax.set(title="Blue: seen, green: asked for (framed: in two parts), grey: left out",
           xlabel="step of the series", ylabel="window",
           xticks=range(0, steps, 4), yticks=range(0, samples, 4))  # fmt: skip
    ax.grid(False)
    left_out = samples - sum(part.stop - part.start for part in parts)
    steps_are = "1 step is" if len(shared) == 1 else f"{len(shared) or 'No'} steps are"
    return (
        f"A series of {steps} steps gives {samples} windows of {x.shape[1]} values, "
        f"{y.shape[1]} asked for in each. {steps_are} asked for in two parts"
        f"{' (framed)' if shared else ''}; {left_out} windows are left out."
    )


@figure
def as_written(fig, loss, val_loss, y, forecast):
    """The two pictures of the usual tutorial: losses by epoch, and forecast over truth."""
    left, right = panels(fig, 2, width_ratios=(1, 1.5))
    epochs = np.arange(1, len(loss) + 1)
    line(left, epochs, loss, "blue", "training")
    line(left, epochs, val_loss, "vermillion", "test part")
    left.legend()
    left.set(title="Loss", xlabel="epoch", ylabel="mean squared error", ylim=(0, None))
    line(right, np.arange(len(y)), y, "black", "actual", linewidth=1.3, linestyle="-")
    line(right, np.arange(len(y)), forecast, "vermillion", "predicted", linewidth=1.6)
    right.legend(ncols=2, loc="upper center")
    right.set(title="Forecast and truth", xlabel="step of the test part", ylabel="value")
    right.set_ylim(-1.7, 2.1)
    return (
        f"Over {len(loss)} epochs the training loss falls from {roughly(loss[0])} to "
        f"{roughly(loss[-1])}; the loss on the test part ends at {roughly(val_loss[-1])}. "
        f"The predicted curve follows the actual one over {len(y)} steps."
    )


@figure
def forecaster_live(fig, y, forecast, losses, steps, floor, errors):
    """A network in training: y and forecast (samples, 1), losses so far of `steps`, the noise's
    variance `floor`, and MAEs {model: error}, the network's last."""
    left, middle, right = panels(fig, 3, width_ratios=(1.9, 1.2, 1.4), wspace=0.42)
    shown = np.arange(min(len(y), 100))
    left.plot(shown, y[: len(shown)], ".", color=ROLES["input"], markersize=4)
    left.plot(shown, forecast[: len(shown)], color=ROLES["output"])
    most = 1.25 * np.abs(y).max()
    left.set(title="Values (dots), forecast", xlabel="step", ylim=(-most, most))
    middle.plot(np.arange(1, len(losses) + 1), losses, color=GREY, linewidth=0.8)
    middle.set(
        yscale="log",
        title="Loss",
        xlabel="training step",
        xlim=(0, steps),
        xticks=(0, steps),
    )
    middle.set_ylim(floor / 3, max(3, 3 * floor))
    guide(middle, floor, "noise", above=False)
    places = np.arange(len(errors))
    values = list(errors.values())
    bars = [GREY] * (len(errors) - 1) + [ROLES["output"]]
    right.barh(places + 0.2, values, color=[tint(c, 0.5) for c in bars], height=0.36)
    for place, (name, error) in zip(places, errors.items(), strict=True):
        right.text(0, place - 0.2, f"{name} {number(error, 2)}", va="center", fontsize=9.5,
                   bbox={"facecolor": "white", "linewidth": 0, "pad": 1})  # fmt: skip
    right.vlines([errors["linear"]] * len(places), places + 0.02, places + 0.38, color="black")
    right.set(title="Error", xlabel="MAE", yticks=[], xlim=(0, 1.15 * max(values)))
    right.set_ylim(len(errors) - 0.5, -0.5)
    name, mine = list(errors.items())[-1]
    rivals = ", ".join(f"{n} {number(e, 2)}" for n, e in list(errors.items())[:-1])
    return (
        f"After {len(losses)} steps of training the {name}'s MAE is {number(mine, 2)}, which is "
        f"{mine / errors['linear']:.2f} of linear's, on {len(y)} later windows. For comparison: "
        f"{rivals}."
    )


@figure
def leaks(fig, settings):
    """What pipelines claim and what they do in service. `settings` maps a title to
    {pipeline: (claimed, in service)}, each an array with an entry for each series."""
    axes, words = panels(fig, len(settings), left=0.17, wspace=0.12), []
    rows = list(next(iter(settings.values())))
    most = max(np.max(pair) for table in settings.values() for pair in table.values())
    for ax, (title, table) in zip(axes, settings.items(), strict=True):
        for row, (claimed, real) in enumerate(table.values()):
            for shift, runs, colour, marker in (
                (-0.16, claimed, ROLES["input"], "o"),
                (0.16, real, ROLES["state"], "D"),
            ):
                place = row + shift
                ax.plot(runs, np.full(len(runs), place), marker, color=tint(colour, 0.45),
                        markersize=4)  # fmt: skip
                ax.plot(np.median(runs), place, marker, color=colour, markersize=8)
        ax.set(
            title=title, xlabel="MAE", xlim=(0, 1.1 * most), ylim=(max(len(rows), 4) - 0.5, -1.2)
        )
        ax.set_yticks(range(len(table)), list(table) if ax is axes[0] else [""] * len(table))
        words.append(f"{title}: {_pairs(table)}")
    axes[0].plot([], [], "o", color=ROLES["input"], label="claimed")
    axes[0].plot([], [], "D", color=ROLES["state"], label="in service")
    axes[0].legend(loc="upper left", ncols=2, handlelength=1)
    runs = len(next(iter(next(iter(settings.values())).values()))[0])
    series = f"in the median of {runs} series" if runs > 1 else "on one series"
    return f"MAE claimed, and MAE in service, {series}. {' '.join(words)}"


def _pairs(table):
    words = [
        f"{name} {number(np.median(claimed))} and {number(np.median(real))}"
        for name, (claimed, real) in table.items()
    ]
    return "; ".join(words) + "."


@figure
def free_run(fig, past, truth, runs):
    """Forecasts {model: (steps,)} that feed on themselves, after the values `past`; `truth` is the
    clean series that they should follow. The height of each is shown by itself: where a curve lies
    on another, nobody sees it fade."""
    left, right = panels(fig, 2, right=0.86, wspace=0.3, width_ratios=(1.4, 1))
    before, ahead = np.arange(-len(past), 0), np.arange(len(truth))
    left.plot(before, past, ".", color=ROLES["input"])
    for ax, sine in ((left, truth), (right, np.ones(len(truth)))):
        _band(ax, ahead, sine)
    ends, words = [], []
    for name, run in runs.items():
        run = np.nan_to_num(np.clip(run, -50, 50), nan=50)
        line(left, ahead, run, MODELS[name], linewidth=1.6)
        height = [np.abs(run[max(0, t - TURN // 2) : t + 1]).max() for t in ahead]
        line(right, ahead[TURN // 2 :], height[TURN // 2 :], MODELS[name])
        ends.append(np.clip(height[-1], 0.61, 1.39))
        words.append(f"{name} {_size(height[-1])}")
    left.set(title="Fed with its own forecasts", xlabel="steps ahead", ylabel="value",
             xlim=(-len(past), len(truth)), ylim=(-1.8, 1.8))  # fmt: skip
    right.set(title="Height of the last half turn", xlabel="steps ahead",
              xlim=(0, len(truth)), ylim=(0.6, 1.4))  # fmt: skip
    name_ends(right, ends, list(runs), [COLOURS[MODELS[name]] for name in runs])
    return (
        f"{len(truth)} steps ahead from {len(past)} values (dots); the sine itself is grey. "
        f"The height of the last half turn, which should be 1: {', '.join(words)}."
    )


def _size(x):
    return "more than 10" if not x < 10 else f"{x:.1f}"


@figure
def errors_by_horizon(fig, errors, unit=""):
    """MAEs {model: (horizon,)} against the number of steps ahead. The panel fits those that stay
    within three times the best one's largest; the others leave it at the top."""
    (ax,) = panels(fig, left=0.11, right=0.76)
    best = min(max(values) for values in errors.values())
    near = np.concatenate([v for v in errors.values() if max(v) < 3 * best])
    low, top = 0.95 * near.min(), 1.05 * near.max()
    ends, words, colours = [], [], []
    for name, values in errors.items():
        colour = COLOURS[MODELS[name.split(",")[0]]]
        style = LINES["vermillion"] if "recursive" in name else "-"
        ax.plot(np.arange(1, len(values) + 1), values, color=colour, linestyle=style)
        colours.append(colour)
        ends.append(min(values[-1], top))
        end = number(values[-1], 2) if values[-1] < top else "far above"
        words.append(f"{name} {number(values[0], 2)} and {end}")
    steps = len(values)
    ax.set(title="Error by horizon", xlabel="steps ahead", ylabel=f"MAE{unit and f', {unit}'}")
    ax.set(xlim=(1, steps), ylim=(low, top))
    name_ends(ax, ends, list(errors), colours)
    return f"MAE one step and {steps} steps ahead: {'; '.join(words)}."


def _value(unit):
    return f"value, {unit}" if unit else "value"


@figure
def series_in_parts(fig, values, cuts, unit):
    """A series (steps,) and the two steps at which its validation and its test part begin."""
    (ax,) = panels(fig)
    edges = [0, *cuts, len(values)]
    for name, a, b, colour in zip(
        PARTS, edges[:-1], edges[1:], ("blue", "purple", "vermillion"), strict=True
    ):
        ax.plot(np.arange(a, b), values[a:b], color=COLOURS[colour], linewidth=1)
        ax.text((a + b) / 2, 0.03, name, color=COLOURS[colour], ha="center",
                transform=ax.get_xaxis_transform())  # fmt: skip
    ax.set(
        title="The series and its parts", xlabel="step", ylabel=_value(unit), xlim=(0, len(values))
    )
    ax.margins(y=0.15)
    shares = [f"{name} {number(values[a:b].min())} to {number(values[a:b].max())}"
              for name, a, b in zip(PARTS, edges[:-1], edges[1:], strict=True)]  # fmt: skip
    return f"{len(values):,} values, in {unit}. Range of each part: {', '.join(shares)}."


@figure
def compared(fig, y, forecasts, unit):
    """What came true, y (samples,), beside the forecasts {name: (samples,)} of several models."""
    (ax,) = panels(fig, right=0.78)
    _band(ax, np.arange(len(y)), y)
    words = []
    for (name, forecast), colour in zip(forecasts.items(), COLOURS, strict=False):
        line(ax, np.arange(len(y)), forecast, colour, linewidth=1.6)
        bias = np.mean(forecast - y)
        side = "below" if bias < 0 else "above"
        near = abs(bias) < 0.05 * np.std(y)
        words.append(f"{name} {'hardly off' if near else f'{roughly(abs(bias))} {side}'}")
    ax.set(title="Forecasts; the truth is grey", xlabel="test window", ylabel=_value(unit))
    ax.set(xlim=(0, len(y) - 1), ylim=ax.get_ylim())
    name_ends(ax, [f[-1] for f in forecasts.values()], list(forecasts), list(COLOURS.values()))
    return f"{len(y)} test windows. On average the forecasts are, in {unit}: {'; '.join(words)}."


@figure
def alarms(fig, sizes, threshold, at):
    """Sizes of the residuals (steps,), the threshold above which there is an alarm, and where a
    fault was planted (steps,) of True and False."""
    (ax,) = panels(fig, right=0.88)
    steps, found = np.arange(len(sizes)), sizes > threshold
    ax.vlines(steps, 0, sizes, color="#949494", linewidth=0.7)
    ax.plot(steps[at], sizes[at], "o", color=ROLES["state"])
    false = found & ~at
    ax.plot(steps[false], sizes[false], "x", color=ROLES["input"])
    ax.axhline(threshold, color="black", linewidth=1.2, linestyle=(0, (4, 3)))
    for x, words, role in (
        (0.01, "\N{BLACK CIRCLE} planted fault", "state"),
        (0.24, "\N{MULTIPLICATION SIGN} false alarm", "input"),
    ):
        ax.text(x, 0.97, words, color=ROLES[role], va="top", transform=ax.transAxes)
    ax.set(title="Residuals and alarms", xlabel="step", ylabel="size of the residual",
           xlim=(0, len(sizes)), ylim=(0, 1.35 * max(sizes.max(), threshold)))  # fmt: skip
    name_ends(ax, [threshold], ["threshold"], ["black"])
    right = int(np.sum(found & at))
    precision = percent(right / found.sum()) if found.any() else "undefined"
    return (
        f"{int(at.sum())} faults were planted, {int(found.sum())} alarms raised, {right} of them "
        f"right: precision {precision}, recall {percent(right / at.sum())}."
    )
