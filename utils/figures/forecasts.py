"""Forecasts of a time series: windows and parts, networks and rivals, leaks, drift."""

import numpy as np
from matplotlib.colors import ListedColormap

from utils.figures.figure import figure
from utils.plotting import (
    COLOURS,
    GREY,
    LINES,
    ROLES,
    guide,
    ink,
    name_ends,
    note,
    panels,
    shades,
    tint,
    truth,
)
from utils.words import counted, fixed, number, percent, roughly

PARTS = "train", "validation", "test"
MODELS = {  # their colours, in every figure; "as written" is an LSTM too, in a darker tone
    "naive": GREY,
    "linear": ROLES["linear"],
    "LSTM": ROLES["LSTM"],
    "as written": shades("LSTM", 3)[1],
}
LEAK = COLOURS["orange"]  # what is known too early, and what it costs
DAY = "datetime64[D]"
TURN = 63  # steps of the lesson's sine from one crest to the next


@figure
def windows_in_parts(fig, x, y, parts):
    """Windows x (samples, window) and targets y (samples, horizon), all as numbers of steps, and
    the three slices `parts`: which step stands where, and which is asked for in two parts."""
    (ax,) = panels(fig, right=0.86)
    samples, steps = len(x), int(y.max()) + 1
    asked = [set(y[part].ravel().tolist()) for part in parts]
    shared = set().union(*(a & b for i, a in enumerate(asked) for b in asked[:i]))
    cells = np.zeros((samples, steps))
    for k in range(samples):
        kept = any(part.start <= k < part.stop for part in parts)
        cells[k, x[k]] = 1 if kept else 3
        cells[k, y[k]] = [(4 if step in shared else 2) if kept else 3 for step in y[k].tolist()]
    seen, wanted = tint(ROLES["input"], 0.45), tint(ROLES["output"], 0.75)
    colours = ["white", seen, wanted, "#d0d0d0", LEAK]
    ax.imshow(cells, ListedColormap(colours), vmin=0, vmax=4, aspect="auto", interpolation="none")
    ax.hlines(np.arange(samples) + 0.5, -0.5, steps - 0.5, color="white", linewidth=1)
    for name, part in zip(PARTS, parts, strict=True):
        if part.stop > part.start:
            middle = (part.start + part.stop - 1) / 2
            ax.text(1.015, middle, name, transform=ax.get_yaxis_transform(), va="center")
            if part.start:
                ax.axhline(part.start - 0.5, color=GREY, linewidth=1)
    key = (seen, "seen"), (wanted, "asked for"), (LEAK, "asked for in two parts")
    for row, (colour, words) in enumerate((*key, ("#d0d0d0", "left out"))):
        look = {"transform": ax.transAxes, "clip_on": False}
        ax.plot(0.63, 0.94 - 0.065 * row, "s", color=colour, markersize=9, **look)
        ax.text(0.65, 0.94 - 0.065 * row, words, va="center", transform=ax.transAxes)
    ax.set(title="Each row is a window", xlabel="step of the series", ylabel="window",
           xticks=range(0, steps, 4), yticks=range(0, samples, 4))  # fmt: skip
    ax.grid(False)
    left_out = samples - sum(part.stop - part.start for part in parts)
    steps_are = "1 step is" if len(shared) == 1 else f"{len(shared) or 'No'} steps are"
    return (
        f"{steps_are} asked for in two parts{' (orange)' if shared else ''}; "
        f"{counted(left_out, 'window')} {'is' if left_out == 1 else 'are'} left out.\nA series of "
        f"{counted(steps, 'step')} gives {counted(samples, 'window')} of "
        f"{counted(x.shape[1], 'value')}, {y.shape[1]} asked for in each."
    )


@figure
def as_written(fig, loss, val_loss, y, forecast):
    """The two pictures of the usual tutorial: losses by epoch, and forecast over truth."""
    left, right = panels(fig, 2, width_ratios=(1, 1.5))
    epochs, steps = np.arange(1, len(loss) + 1), np.arange(len(y))
    left.plot(epochs, loss, color=GREY, label="training")
    left.plot(epochs, val_loss, color="black", linestyle=LINES["vermillion"], label="test part")
    left.legend()
    left.set(title="Loss", xlabel="epoch", ylabel="mean squared error", ylim=(0, None))
    truth(right, steps, y, width=5)
    right.plot(steps, forecast, color=ROLES["output"], linewidth=1.6)
    for x, words, colour in ((0.02, "truth", GREY), (0.16, "forecast", ROLES["output"])):
        right.text(x, 0.93, words, color=ink(colour), transform=right.transAxes)
    right.set(title="Forecast over truth", xlabel="step of the test part", ylabel="value")
    right.set_ylim(-1.7, 2.1)
    return (
        "The loss falls and stays down, and the forecast lies on the truth. It looks good.\n"
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
        right.text(0, place - 0.2, f"{name} {fixed(error, 3)}", va="center", fontsize=9.5,
                   bbox={"facecolor": "white", "linewidth": 0, "pad": 1})  # fmt: skip
    right.vlines([errors["linear"]] * len(places), places + 0.02, places + 0.38, color="black")
    right.set(title="Error", xlabel="MAE", xticks=[], yticks=[], xlim=(0, 1.15 * max(values)))
    right.set_ylim(len(errors) - 0.5, -0.5)
    name, mine = list(errors.items())[-1]
    rivals = ", ".join(f"{n} {number(e, 2)}" for n, e in list(errors.items())[:-1])
    return (
        f"After {len(losses)} steps of training the {name}'s MAE is {number(mine, 2)}, which is "
        f"{mine / errors['linear']:.2f} of linear's.\nOn {len(y)} later windows. For comparison: "
        f"{rivals}."
    )


@figure
def leaks(fig, settings):
    """What pipelines claim and what they do in service. `settings` maps a title to
    {pipeline: (claimed, in service)}, each an array with an entry for each series."""
    axes, words = panels(fig, len(settings), left=0.17, wspace=0.12), []
    tables = settings.values()
    rows = list(next(iter(tables)))
    middles = [np.median(runs) for table in tables for pair in table.values() for runs in pair]
    near, far = 0.75 * min(middles), 1.35 * max(middles)
    for ax, (title, table) in zip(axes, settings.items(), strict=True):
        for row, (claimed, real) in enumerate(table.values()):
            _dumbbell(ax, row, claimed, real, far)
        ax.set(title=title, xlabel="MAE", xlim=(near, far), ylim=(max(len(rows), 4) - 0.4, -1.0))
        ax.set_yticks(range(len(table)), list(table) if ax is axes[0] else [""] * len(table))
        words.append(f"{title}: {_pairs(table)}")
    inch = fig.dpi / axes[0].bbox.width
    for x, marker, said in ((0.12 * inch, "o", "claimed"), (1.1 * inch, "D", "in service")):
        look = {"markeredgecolor": "black", "transform": axes[0].transAxes}
        axes[0].plot(x, 0.94, marker, color="white" if marker == "o" else "black", **look)
        axes[0].text(x + 0.12 * inch, 0.94, said, va="center", transform=axes[0].transAxes)
    runs = len(next(iter(next(iter(tables)).values()))[0])
    series = f"in the median of {runs} series" if runs > 1 else "on one series"
    gaps = {k: max(_gap(*table[k]) for table in tables) for k in rows}
    if len(settings) == 1:
        return f"{words[0]}\nThe MAE that each pipeline claims, and its MAE in service, {series}."
    return (
        f"From the MAE claimed to the MAE in service: the worst surprise is "
        f"{max(gaps, key=gaps.get)}.\n"
        f"MAE claimed, and MAE in service, {series}. {' '.join(words)}"
    )


def _gap(claimed, real):
    return np.median(real) / np.median(claimed) - 1


def _dumbbell(ax, row, claimed, real, far):
    """One pipeline: the medians with the way from one to the other, the single series behind."""
    a, b = np.median(claimed), np.median(real)
    if len(claimed) > 1:
        for k, pair in enumerate(zip(claimed, real, strict=True)):
            height = [row + 0.34 * (k / (len(claimed) - 1) - 0.5)] * 2
            ax.plot(pair, height, color="#949494", linewidth=1, marker=".", markersize=3)
    colour = LEAK if b > a else "#c8c8c8"
    ax.barh(row, b - a, 0.2, a, color=colour, zorder=2.5)
    ax.plot(a, row, "o", color="white", markeredgecolor="black", markersize=8, zorder=3)
    ax.plot(b, row, "D", color="black", markersize=7, zorder=3)
    change = fixed(100 * _gap(claimed, real), 0, sign=True) + "%"
    look = {"fontweight": "bold" if abs(b / a - 1) > 0.1 else "normal", "va": "center"}
    note(ax, change, (max(a, b), row), (10, 0), **look, zorder=3,
         bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})  # fmt: skip
    if max(real) > far:
        words = f"one at {number(max(real), 2)} \N{RIGHTWARDS ARROW}"
        ax.text(far, row + 0.4, words, ha="right", va="center", color=GREY, fontsize=9.5,
                bbox={"facecolor": "white", "linewidth": 0, "pad": 0.5}, zorder=3)  # fmt: skip


def _pairs(table):
    words = [
        f"{name} {number(np.median(claimed))} and {number(np.median(real))}"
        for name, (claimed, real) in table.items()
    ]
    return "; ".join(words) + "."


@figure
def free_run(fig, past, clean, runs):
    """Forecasts {model: (steps,)} that feed on themselves, after the values `past`; `clean` is the
    series without noise, which they should follow. Each has a strip of its own, with its height
    over the last half turn: where a curve lies on another, nobody sees it fade."""
    strips = panels(fig, 1, len(runs), right=0.84, hspace=0.55)
    before, ahead = np.arange(-len(past), 0), np.arange(len(clean))
    words, half = [], TURN // 2
    for ax, (name, run) in zip(strips, runs.items(), strict=True):
        run = np.nan_to_num(np.clip(run, -50, 50), nan=50)
        height = np.array([np.abs(run[max(0, t - half) : t + 1]).max() for t in ahead])
        look = {"color": tint(MODELS[name], 0.1), "linewidth": 0, "zorder": 1.2}
        ax.fill_between(ahead[half:], -height[half:], height[half:], **look)
        truth(ax, ahead, clean, width=5)
        ax.plot(before, past, ".", color=ROLES["input"], markersize=4)
        ax.plot(ahead, run, color=MODELS[name], linewidth=1.6)
        end, colour = _size(height[-1]), ink(MODELS[name])
        at = {"transform": ax.transAxes, "color": colour, "va": "center"}
        ax.text(1.02, 0.66, "height", **at)
        ax.text(1.02, 0.3, end.replace("more than", ">"), **at, fontsize=15, fontweight="bold")
        ax.set(xlim=(-len(past), len(clean)), ylim=(-1.6, 1.6), yticks=[-1, 0, 1], ylabel="value")
        ax.set_title(name, color=colour)
        ax.tick_params(labelbottom=ax is strips[-1])
        words.append(f"{name} {end}")
    strips[-1].set_xlabel("steps ahead; the truth is grey")
    return (
        f"Fed with their own forecasts for {len(clean)} steps. The height of the last half turn, "
        f"which should be 1: {', '.join(words)}.\n"
        f"Before that stand {len(past)} values (dots); the sine itself is grey."
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
        colour = MODELS[name.split(",")[0]]
        style = LINES["vermillion"] if "recursive" in name else "-"
        ax.plot(np.arange(1, len(values) + 1), values, color=colour, linestyle=style)
        colours.append(colour)
        ends.append(min(values[-1], top))
        end = number(values[-1], 2) if values[-1] < top else "far above"
        words.append(f"{name} {number(values[0], 2)} and {end}")
    steps = len(values)
    ax.set(title="Error by horizon", xlabel="steps ahead", ylabel=f"MAE{unit and f' in {unit}'}")
    ax.set(xlim=(1, steps), ylim=(low, top))
    name_ends(ax, ends, list(errors), colours)
    most = max(errors, key=lambda name: errors[name][-1])
    return (
        f"The highest error {steps} steps ahead: {most}.\n"
        f"MAE one step and {steps} steps ahead: {'; '.join(words)}."
    )


@figure
def series_in_parts(fig, dates, values, cuts, label, unit):
    """A series (steps,) on its `dates`, and the two steps at which its validation and its test
    part begin. `label` says what it is, as it stands along the axis."""
    (ax,) = panels(fig)
    days = day_numbers(dates)
    edges = [0, *cuts, len(values)]
    ax.plot(days, values, color=ROLES["input"], linewidth=1.2)
    for name, a, b in zip(PARTS, edges[:-1], edges[1:], strict=True):
        ax.text((days[a] + days[b - 1]) / 2, 0.04, name, ha="center",
                transform=ax.get_xaxis_transform())  # fmt: skip
        if a:
            ax.axvline(days[a], color=GREY, linewidth=1)
    highest = values[: cuts[1]].max()
    guide(ax, highest, f"highest before the test: {number(highest)} {unit}", x=0.01, ha="left")
    date_ticks(ax, dates)
    ax.set(title="The series and its parts", ylabel=label, xlabel="date")
    ax.margins(y=0.15)
    shares = [f"{name} {number(values[a:b].min())} to {number(values[a:b].max())}"
              for name, a, b in zip(PARTS, edges[:-1], edges[1:], strict=True)]  # fmt: skip
    first, last = (np.datetime64(dates[k], "Y") for k in (0, -1))
    return (
        f"Before its test part the series reaches {number(highest)} {unit}, in it "
        f"{number(values[cuts[1] :].max())}.\n"
        f"{len(values):,} values, in {unit}, from {first} to {last}. Range of each part: "
        f"{', '.join(shares)}."
    )


@figure
def compared(fig, dates, y, forecasts, label, unit):
    """What came true on `dates`, y (samples,), beside the forecasts {name: (samples,)} of networks
    that differ in one setting, and below by how much each is off."""
    above, below = panels(fig, 1, 2, right=0.78, hspace=0.5, height_ratios=(1.3, 1))
    days, words, names = day_numbers(dates), [], list(forecasts)
    truth(above, days, y, width=5)
    tones = shades("LSTM", len(names))
    for (name, forecast), colour in zip(forecasts.items(), tones, strict=True):
        above.plot(days, forecast, color=colour, linewidth=1.4)
        below.plot(days, forecast - y, color=colour, linewidth=1.4)
        bias = np.mean(forecast - y)
        side = "below" if bias < 0 else "above"
        near = abs(bias) < 0.05 * np.std(y)
        words.append(f"{name} {'hardly off' if near else f'{roughly(abs(bias))} {side}'}")
    below.axhline(0, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    above.set(title="Forecasts over the truth (grey)", ylabel=label)
    below.set(title="Too high, too low", ylabel=f"off by, {unit}", xlabel="date")
    for ax in (above, below):
        date_ticks(ax, dates)
        ax.set(xlim=(days[0], days[-1]), ylim=ax.get_ylim())
        ends = forecasts.values() if ax is above else [f - y for f in forecasts.values()]
        name_ends(ax, [f[-1] for f in ends], names, tones)
    above.tick_params(labelbottom=False)
    return (
        f"On average the forecasts are, in {unit}: {'; '.join(words)}.\n"
        f"{len(y)} forecasts, one for each date of the test part."
    )


def day_numbers(dates):
    """Days since 1970, for an axis of dates."""
    return np.asarray(dates).astype("datetime64[ns]").astype(DAY).astype(float)


def date_ticks(ax, dates):
    """Dates along an axis that counts days: where years begin, or months if there are few."""
    first, last = (np.datetime64(dates[k], "ns").astype(DAY) for k in (0, -1))
    unit, form = ("M", "%b %Y") if last - first < np.timedelta64(900, "D") else ("Y", "%Y")
    marks = np.arange(first.astype(f"M8[{unit}]"), last.astype(f"M8[{unit}]") + 1)
    marks = marks[:: -(-len(marks) // 6)]
    at = np.maximum(marks.astype(DAY).astype(float), float(first.astype(float)))
    ax.set_xticks(at, [f"{mark.item():{form}}" for mark in marks])
    ax.set_xlim(float(first.astype(float)), float(last.astype(float)) + 1)


@figure
def alarms(fig, sizes, threshold, at):
    """Sizes of the residuals (steps,), the threshold above which there is an alarm, and where a
    fault was planted (steps,) of True and False."""
    (ax,) = panels(fig, right=0.88)
    steps, found = np.arange(len(sizes)), sizes > threshold
    ax.vlines(steps, 0, sizes, color="#949494", linewidth=0.7)
    right, missed, false = found & at, ~found & at, found & ~at
    look = {"color": ROLES["output"], "markersize": 7}
    ax.plot(steps[right], sizes[right], "o", **look)
    ax.plot(steps[missed], sizes[missed], "o", **look, fillstyle="none", markeredgewidth=2)
    ax.plot(steps[false], sizes[false], "x", color="black", markersize=5)
    ax.axhline(threshold, color="black", linewidth=1.2, linestyle=(0, (4, 3)))
    for x, words, colour in (
        (0.01, "\N{BLACK CIRCLE} fault, found", ROLES["output"]),
        (0.25, "\N{WHITE CIRCLE} fault, missed", ROLES["output"]),
        (0.5, "\N{MULTIPLICATION SIGN} false alarm", "black"),
    ):
        ax.text(x, 0.97, words, color=ink(colour), va="top", transform=ax.transAxes)
    ax.set(title="Residuals and alarms", xlabel="step", ylabel="size of the residual",
           xlim=(0, len(sizes)), ylim=(0, 1.35 * max(sizes.max(), threshold)))  # fmt: skip
    name_ends(ax, [threshold], ["threshold"], ["black"])
    right = int(np.sum(found & at))
    precision = percent(right / found.sum()) if found.any() else "undefined"
    return (
        f"{int(at.sum())} faults were planted, {counted(int(found.sum()), 'alarm')} raised, "
        f"{right} of them right: precision {precision}, recall {percent(right / at.sum())}.\n"
        f"Sizes of {len(sizes)} residuals, and a threshold at {number(threshold, 2)}."
    )
