"""Sequences that are read: utterances and who speaks, reviews and what is meant."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import COLOURS, GREY, ROLES, guide, line, name_ends, panels, tint
from utils.words import counted, number, percent

REACH = 2.5  # standard deviations: the ends of the scale of colours
PADDING = "#E4E4E4"
WEIGHTS = ("blue", "vermillion", "green", "black")


def _frames(ax, x, mask):
    """An utterance (timesteps, coefficients) as a picture, grey where the mask is False."""
    look = {"cmap": "PuOr_r", "vmin": -REACH, "vmax": REACH, "interpolation": "nearest"}
    timesteps, coefficients = x.shape
    place = (0.5, timesteps + 0.5, coefficients + 0.5, 0.5)
    ax.set_facecolor(PADDING)
    shown = np.ma.masked_where(np.repeat(~mask[:, None], coefficients, axis=1), x)
    ax.imshow(shown.T, aspect="auto", extent=place, **look)
    ax.grid(visible=False)
    ax.set(ylabel="coefficient", yticks=(1, 6, 12), xlim=(0.5, timesteps + 0.5))


@figure
def utterances(fig, x, mask, names):
    """Scaled utterances x (count, timesteps, coefficients), one below the other, each with a name.

    >>> mask = np.array([[True] * 4, [True, True, False, False]])
    >>> fig, sentence = drawn(utterances, size=(7.2, 4.0), x=np.ones((2, 4, 3)), mask=mask,
    ...                       names=["A", "B"])
    >>> [int(ax.images[0].get_array().mask.sum()) for ax in fig.axes]
    [0, 6]
    >>> print(sentence)
    2 utterances in 4 columns each, one a frame. A: 4 frames, no padding. B: 2 frames, then padding.
    """
    axes = panels(fig, 1, len(x), hspace=0.75, top=1 - 0.32 / fig.get_size_inches()[1])
    told = []
    for ax, each, real, name in zip(axes, x, mask, names, strict=True):
        _frames(ax, each, real)
        count = int(real.sum())
        after = "no padding" if count == len(real) else "then padding"
        told.append(f"{name}: {counted(count, 'frame')}, {after}.")
        ax.set_title(f"{name}, {counted(count, 'frame')}")
    axes[-1].set_xlabel("frame")
    return f"{len(x)} utterances in {x.shape[1]} columns each, one a frame.\n{' '.join(told)}"


@figure
def right_by_thirds(fig, right, third):
    """right {way: (utterances,)}, True where an answer is right, and the third of each utterance:
    a dot for each third, a bar for all. `linear` stands out.

    >>> third = np.array([0, 0, 1, 1])
    >>> fig, sentence = drawn(right_by_thirds, third=third, right={
    ...     "a": np.array([True, True, True, False]), "linear": np.array([True] * 4)})
    >>> holds(fig.axes[0], [100, 50], [0, 0])
    True
    >>> print(sentence)
    Of 4 utterances linear is right in 4, the best network in 3. In all, and in each part of 2: a 3
    (2 and 1); linear 4 (2 and 2).
    """
    (ax,) = panels(fig, left=0.24)
    told, parts = [], np.unique(third)
    for row, (way, found) in enumerate(right.items()):
        colour = ROLES["weight" if way == "linear" else "state"]
        shares = [100 * found[third == part].mean() for part in parts]
        ax.plot(shares, [row] * len(parts), "o", color=colour, fillstyle="none", markersize=6)
        ax.vlines(100 * found.mean(), row - 0.32, row + 0.32, color=colour, linewidth=3.5)
        counts = [str(found[third == part].sum()) for part in parts]
        told.append(f"{way} {found.sum()} ({', '.join(counts[:-1])} and {counts[-1]})")
    ax.set_yticks(range(len(right)), list(right))
    ax.set(title="Right: each third (dots), and all", xlabel="% right")
    ax.set_ylim(len(right) - 0.5, -0.5)
    size = np.sum(third == parts[0])
    most = max(found.sum() for way, found in right.items() if way != "linear")
    return (
        f"Of {len(third)} utterances linear is right in {right['linear'].sum()}, the best network "
        f"in {most}.\nIn all, and in each part of {size}: {'; '.join(told)}."
    )


@figure
def speakers_live(fig, losses, steps, right, count, opponent):
    """A network in training: its losses so far of `steps`, and of `count` (speakers,) held-out
    utterances of each man how many are `right` (speakers,). `opponent`: how many in all.

    >>> fig, sentence = drawn(speakers_live, losses=np.array([2.2, 1.0]), steps=8,
    ...                       right=np.array([3, 1]), count=np.array([4, 4]), opponent=7)
    >>> [float(bar.get_width()) for bar in fig.axes[1].patches]
    [4.0, 4.0, 3.0, 1.0]
    >>> print(sentence)
    After 2 of 8 steps of training the loss is 1. Right are 4 of 8 held-out utterances, the linear
    classifier's 7. Fewest of man 2: 1 of 4.
    """
    left, right_panel = panels(fig, 2, width_ratios=(1.2, 1))
    men = np.arange(1, len(right) + 1)
    left.plot(np.arange(1, len(losses) + 1), np.maximum(losses, 1e-5), color=GREY, linewidth=1)
    left.set(yscale="log", xlim=(1, steps), ylim=(1e-4, 10), title="Loss, step by step")
    left.set(xlabel="training step", ylabel="cross-entropy")
    guide(left, np.log(len(right)), "nothing known")
    right_panel.barh(men, count.astype(float), color=tint(GREY, 0.25), height=0.7)
    right_panel.barh(men, right.astype(float), color=ROLES["output"], height=0.7)
    right_panel.set(title="Right, of each man", xlabel="held-out utterances", ylabel="man")
    right_panel.set_yticks(men)
    right_panel.set_ylim(len(men) + 0.6, 0.4)
    worst = np.argmin(right / count)
    return (
        f"After {len(losses)} of {steps} steps of training the loss is {number(losses[-1], 2)}. "
        f"Right are {right.sum()} of {count.sum()} held-out utterances, the linear classifier's "
        f"{opponent}.\nFewest of man {worst + 1}: {right[worst]} of {count[worst]}."
    )


@figure
def listening(fig, x, p, heard, speaker, shift=6.4):
    """An utterance x (timesteps, coefficients) of which `heard` frames have come in, and the
    probabilities p (timesteps, speakers) after each frame; `shift` ms lie between two.

    >>> p = np.array([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
    >>> fig, sentence = drawn(listening, x=np.ones((3, 12)), p=p, heard=2, speaker=1)
    >>> [float(bar.get_width()) for bar in fig.axes[1].patches]
    [0.2, 0.8]
    >>> print(sentence)
    2 of 3 frames, the first 13 ms of what man 2 says. The network takes it for man 2, with 80%. At
    the end: man 1, with 90%.
    """
    left, right = panels(fig, 2, width_ratios=(1.5, 1))
    _frames(left, x, np.arange(len(x)) < heard)
    left.axvline(heard + 0.5, color="black", linewidth=2)
    left.set(title="What has been heard", xlabel="frame")
    men, now = np.arange(1, p.shape[1] + 1), p[heard - 1]
    colours = [ROLES["output"] if man == speaker + 1 else tint(GREY, 0.6) for man in men]
    right.barh(men, now, color=colours, height=0.75)
    right.set(title=f"Who? (green: man {speaker + 1})", xlabel="probability", ylabel="man")
    right.set(xlim=(0, 1))
    right.set_yticks(men)
    right.set_ylim(len(men) + 0.6, 0.4)
    said, last = now.argmax(), p[-1].argmax()
    return (
        f"{heard} of {len(x)} frames, the first {number(round(heard * shift))} ms of what man "
        f"{speaker + 1} says. The network takes it for man {said + 1}, with {percent(now[said])}.\n"
        f"At the end: man {last + 1}, with {percent(p[-1, last])}."
    )


@figure
def accuracy_by_frames(fig, shares, going_on):
    """shares {name: (timesteps,)}: right answers after so many frames, and the share of utterances
    that have more frames, `going_on` (timesteps,).

    >>> fig, sentence = drawn(accuracy_by_frames, shares={"a": np.array([0.5, 0.7, 0.9]),
    ...                       "b": np.array([0.2, 0.91, 0.92])}, going_on=np.array([1, 0.5, 0]))
    >>> holds(fig.axes[0], [1, 2, 3], [50, 70, 90])
    True
    >>> print(sentence)
    Nine in ten are right from frame 3 on with a, from frame 2 on with b. Right after 1 frame, after
    3 frames: a 50%, 90%; b 20%, 92%.
    """
    (ax,) = panels(fig, right=0.72)
    frames, marks, first = np.arange(1, len(going_on) + 1), [], []
    ax.fill_between(frames, 0, 100 * going_on, color=tint(GREY, 0.15), step="mid", linewidth=0)
    for (name, share), colour in zip(shares.items(), WEIGHTS, strict=False):
        line(ax, frames, 100 * share, colour)
        some = [k for k in dict.fromkeys((1, 3, 5, 10, 20)) if k <= len(share)]
        marks.append(f"{name} {', '.join(percent(share[k - 1]) for k in some)}")
        above = np.flatnonzero(share < 0.9)
        begins = int(above[-1]) + 2 if len(above) else 1
        never = begins > len(share)
        first.append(f"never with {name}" if never else f"from frame {begins} on with {name}")
    ax.set(title="Who speaks, after so many frames", xlabel="frames heard", ylabel="% right")
    ax.set(xlim=(1, len(frames)), ylim=(0, 102))
    name_ends(ax, [100 * s[-1] for s in shares.values()], list(shares),
              [COLOURS[c] for c in WEIGHTS])  # fmt: skip
    ax.text(1.3, 4, "grey: utterances that go on", color=GREY, fontsize=9.5)
    after = ", after ".join(f"{k} frame{'s' * (k > 1)}" for k in some)
    return f"Nine in ten are right {', '.join(first)}.\nRight after {after}: {'; '.join(marks)}."


@figure
def confusion(fig, table):
    """table (speakers, speakers): how often the man of a row was taken for that of a column.

    >>> fig, sentence = drawn(confusion, size=(4.6, 4.2), table=np.array([[3, 0], [2, 5]]))
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['3', '2', '5']
    >>> print(sentence)
    8 of 10 are right. Man 2 is taken for man 1 in 2 of 7.
    """
    (ax,) = panels(fig)
    men = np.arange(1, len(table) + 1)
    share = table / table.sum(axis=1, keepdims=True)
    place = (0.5, len(table) + 0.5, len(table) + 0.5, 0.5)
    ax.imshow(np.sqrt(share), cmap="Blues", vmin=0, vmax=1.25, extent=place)
    for i, j in zip(*np.nonzero(table), strict=True):
        colour = "white" if share[i, j] > 0.5 else "black"
        ax.text(j + 1, i + 1, str(table[i, j]), ha="center", va="center", color=colour)
    ax.set(title="Who is taken for whom", xlabel="the answer", ylabel="who speaks")
    ax.set_xticks(men)
    ax.set_yticks(men)
    ax.grid(visible=False)
    wrong = table - np.diag(np.diag(table))
    told = [f"{np.trace(table)} of {table.sum()} are right."]
    for at in np.argsort(-wrong, axis=None, kind="stable")[:3]:
        i, j = np.unravel_index(at, table.shape)
        if wrong[i, j]:
            of = f"{wrong[i, j]} of {table[i].sum()}"
            told.append(f"Man {i + 1} is taken for man {j + 1} in {of}.")
    return "\n".join([told[0], " ".join(told[1:]) or "No man is taken for another."])


@figure
def what_counts(fig, x, slope, speaker):
    """An utterance x (timesteps, coefficients), and the length of the answer's gradient by each of
    its frames, slope (timesteps,).

    >>> slope = np.array([1.0, 4, 2, 1])
    >>> fig, sentence = drawn(what_counts, (7.2, 4.0), x=np.ones((4, 12)), slope=slope, speaker=0)
    >>> [float(bar.get_height()) for bar in fig.axes[1].patches]
    [1.0, 4.0, 2.0, 1.0]
    >>> print(sentence)
    The gradient is longest at frame 2 of 4. Man 1 speaks; 1 of the frames holds half of it.
    """
    above, below = panels(fig, 1, 2, height_ratios=(1.3, 1), hspace=0.75)
    _frames(above, x, np.ones(len(x), bool))
    above.set_title(f"What man {speaker + 1} says")
    frames = np.arange(1, len(x) + 1)
    below.bar(frames, slope, color=ROLES["gradient"], width=0.8)
    below.set(title="How much each frame counts", xlabel="frame", ylabel="|gradient|")
    below.set_xlim(0.5, len(x) + 0.5)
    most = int(np.argmax(slope))
    half = np.sort(slope)[::-1].cumsum()
    few = int(np.searchsorted(half, half[-1] / 2)) + 1
    return (
        f"The gradient is longest at frame {most + 1} of {len(x)}.\nMan {speaker + 1} speaks; "
        f"{few} of the frames {'holds' if few == 1 else 'hold'} half of it."
    )


@figure
def read_by_words(fig, words, p, pleased):
    """The probability p (words,) that the reviewer is pleased, after each of the words.

    >>> fig, sentence = drawn(read_by_words, words=["not", "good"], p=np.array([0.5, 0.1]),
    ...                       pleased=False)
    >>> holds(fig.axes[0], [1, 2], [50, 10])
    True
    >>> print(sentence)
    "not good": pleased with 10%, which is right. After each word: 50%, 10%.
    """
    (ax,) = panels(fig, bottom=0.34)
    steps = np.arange(1, len(words) + 1)
    line(ax, steps, 100 * p, "green", linestyle="-", marker="o", markersize=5)
    ax.axhline(50, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_xticks(steps, words, rotation=90)
    ax.set(title="Is the reviewer pleased? After each word", ylabel="% for yes", ylim=(-4, 104))
    ax.set_xlim(0.5, len(words) + 0.5)
    verdict = "right" if (p[-1] > 0.5) == pleased else "wrong"
    return (
        f'"{" ".join(words)}": pleased with {percent(p[-1])}, which is {verdict}.\n'
        f"After each word: {', '.join(map(percent, p))}."
    )
