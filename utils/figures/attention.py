"""From letters to sounds: words right by length, weights over letters, and what looking costs."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import COLOURS, GREY, ROLES, line, name_ends, note, panels, tint
from utils.words import counted, number, percent

SERIES = ("vermillion", "black", "blue", "green", "purple", "brown")
MOST = 10  # letters or sounds that a picture has room for


def _spread(values):
    """49%, or 47 to 51% where several runs differ."""
    low, high = (round(100 * float(v)) for v in (np.min(values), np.max(values)))
    return f"{low}%" if low == high else f"{low} to {high}%"


@figure
def right_by_length(fig, right, lengths):
    """right {name: (runs, lengths)}, shares of words right; a line for the median of the runs, and
    a dot for each.

    >>> fig, sentence = drawn(right_by_length, lengths=np.array([3, 4]), right={
    ...     "a": np.array([[0.5, 0.1], [0.7, 0.3]]), "b": np.array([[0.9, 0.8]])})
    >>> holds(fig.axes[0], [3, 4], [60, 20])
    True
    >>> print(*(f"{height_of(fig.axes[0], name):.2f}" for name in "ab"))
    0.20 0.80
    >>> print(sentence)
    With words of 4 letters b has 80% right, a 20%. At each length from 3 on: a 60%, 20%; b 90%,
    80%.
    """
    (ax,) = panels(fig, right=0.70)
    told, last = [], {}
    for (name, runs), colour in zip(right.items(), SERIES, strict=False):
        middle = np.median(runs, axis=0)
        line(ax, lengths, 100 * middle, colour)
        if len(runs) > 1:
            for run in runs:
                style = {"color": COLOURS[colour], "markersize": 2.5, "clip_on": False}
                ax.plot(lengths, 100 * run, "o", **style)
        last[name] = float(middle[-1])
        told.append(f"{name} {', '.join(map(percent, middle))}")
    ax.set(title="Words right, by length", xlabel="letters", ylabel="% right", ylim=(0, 100))
    ax.set_xlim(lengths[0], lengths[-1])
    name_ends(ax, [100 * v for v in last.values()], list(right), [COLOURS[c] for c in SERIES])
    best, *_, worst = sorted(last, key=last.get, reverse=True)
    return (
        f"With words of {lengths[-1]} letters {best} has {percent(last[best])} right, {worst} "
        f"{percent(last[worst])}.\nAt each length from {lengths[0]} on: {'; '.join(told)}."
    )


@figure
def runs_compared(fig, right, first):
    """right {name: (runs,)}, shares of words right; a dot for each run, a bar for the median.
    `first` is the name of the row that the others are held against.

    >>> fig, sentence = drawn(runs_compared, first="a",
    ...                       right={"a": np.array([0.2, 0.4]), "b": np.array([0.5])})
    >>> holds(fig.axes[0], [20, 40], [0, 0])
    True
    >>> print(sentence)
    a has 30% right. Above it: b 50%. Words right, from the worst run to the best: a 20 to 40%; b
    50%.
    """
    (ax,) = panels(fig, left=0.3)
    for row, (name, runs) in enumerate(right.items()):
        colour = ROLES["state" if name == first else "input"]
        ax.plot(100 * runs, [row] * len(runs), "o", color=colour, fillstyle="none", markersize=6)
        ax.vlines(100 * np.median(runs), row - 0.32, row + 0.32, color=colour, linewidth=3.5)
    ax.set_yticks(range(len(right)), list(right))
    ax.set(title="Words right, run by run", xlabel="% right", xlim=(0, 75))
    ax.set_ylim(len(right) - 0.5, -0.5)
    middle = {name: np.median(runs) for name, runs in right.items()}
    above = [f"{name} {percent(m)}" for name, m in middle.items() if m > middle[first]]
    told = "; ".join(f"{name} {_spread(runs)}" for name, runs in right.items())
    return (
        f"{first} has {percent(middle[first])} right. Above it: {'; '.join(above) or 'none'}.\n"
        f"Words right, from the worst run to the best: {told}."
    )


@figure
def mean_of_three(fig, letters, values, weights):
    """A weighted mean as a point among three: values (3, 2), weights (3,) that sum to 1.

    >>> fig, sentence = drawn(mean_of_three, letters="the", weights=np.array([0.5, 0.5, 0.0]),
    ...                       values=np.array([[0.0, 0], [1, 0], [0, 1]]))
    >>> [float(bar.get_height()) for bar in fig.axes[0].patches]
    [0.5, 0.5, 0.0]
    >>> print(sentence)
    The context is (0.50, 0.00), nearest to t and h. The weights: t 50%, h 50%, e 0%.
    """
    left, right = panels(fig, 2, width_ratios=(1, 1.2))
    left.bar(range(3), weights, color=ROLES["input"], width=0.7)
    left.set_xticks(range(3), list(letters))
    left.set(title="Weights", ylim=(0, 1), xlabel="letter", ylabel="weight")
    context = weights @ values
    for letter, value, weight in zip(letters, values, weights, strict=True):
        right.plot(*zip(value, context, strict=True), color=GREY, linewidth=0.5 + 4 * weight)
        right.plot(*value, "o", color=ROLES["input"], markersize=9)
        outside = np.sign(value - values.mean(axis=0))[0]
        note(right, letter, value, (14 * outside, 0), fontsize=13, ha="center", va="center")
    right.plot(*context, "o", color=ROLES["output"], markersize=13)
    note(right, "context", context, (0, 10), ha="center", color=ROLES["output"])
    right.set(title="Values, and their mean", xlim=(-0.2, 1.3), ylim=(-0.2, 1.3))
    right.set(xlabel="first number", ylabel="second number")
    away = np.linalg.norm(values - context, axis=1)
    nearest = " and ".join(letters[k] for k in np.flatnonzero(np.isclose(away, away.min())))
    told = ", ".join(f"{a} {percent(w)}" for a, w in zip(letters, weights, strict=True))
    return (
        f"The context is ({context[0]:.2f}, {context[1]:.2f}), nearest to {nearest}.\n"
        f"The weights: {told}."
    )


def _weights(ax, word, sounds, weights, steps, most=None):
    """weights (sounds, letters) as a picture, of which the first `steps` rows are there yet, with
    the largest of each row in numbers. The shades end above `most`, or the largest of all, where
    black can still be read."""
    most = 1.4 * (most or weights.max())
    shown = np.ma.masked_all((len(sounds), len(word)))
    shown[:steps] = weights[:steps]
    ax.set_facecolor("#F4F4F4")
    place = (-0.5, len(word) - 0.5, len(sounds) - 0.5, -0.5)
    ax.imshow(shown, aspect="auto", cmap="Blues", vmin=0, vmax=most, extent=place)
    ax.grid(visible=False)
    ax.set_xticks(range(len(word)), list(word))
    ax.set_yticks(range(len(sounds)), [*sounds[:steps], *[""] * (len(sounds) - steps)])
    ax.set(xlabel="letter", ylabel="sound", xlim=place[:2], ylim=place[2:])
    ax.tick_params(labelsize=11)
    for row, each in enumerate(weights[:steps]):
        style = {"ha": "center", "va": "center", "fontsize": 8.5}
        ax.text(each.argmax(), row, percent(each.max()), **style)


@figure
def alignment(fig, word, sounds, weights):
    """How much each of the sounds looks at each letter of the word, weights (sounds, letters).

    >>> fig, sentence = drawn(alignment, word="toe", sounds=["T", "OW"],
    ...                       weights=np.array([[0.8, 0.1, 0.1], [0.1, 0.7, 0.2]]))
    >>> fig.axes[0].images[0].get_array().shape
    (2, 3)
    >>> print(sentence)
    "toe" is written T OW, and its sounds look most at t, o. In full: T at t, letter 1, 80%; OW at
    o, letter 2, 70%. No sound looks most at e, letter 3.
    """
    (ax,) = panels(fig)
    _weights(ax, word, sounds, weights, len(sounds))
    ax.set_title(f"Where each sound of “{word}” looks")
    at = weights.argmax(axis=1)
    told = "; ".join(
        f"{sound} at {word[k]}, letter {k + 1}, {percent(row[k])}"
        for sound, k, row in zip(sounds, at, weights, strict=True)
    )
    left = [f"{word[k]}, letter {k + 1}" for k in range(len(word)) if k not in at]
    silent = f" No sound looks most at {'; '.join(left)}." if left else ""
    return (
        f'"{word}" is written {" ".join(sounds)}, and its sounds look most at '
        f"{', '.join(word[k] for k in at)}.\nIn full: {told}.{silent}"
    )


@figure
def written_so_far(fig, word, sounds, weights, p, names, steps):
    """A word on its way: the first `steps` of the sounds, the weights (sounds, letters) of each,
    and the probabilities p (sounds, names) of all that could stand at the last of them.

    >>> fig, sentence = drawn(written_so_far, word="toe", sounds=["T", "OW", "end"], steps=2,
    ...                       weights=np.array([[0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0, 0, 1.0]]),
    ...                       p=np.array([[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0, 0, 1.0]]),
    ...                       names=["T", "OW", "end"])
    >>> [float(bar.get_width()) for bar in fig.axes[1].patches]
    [0.7, 0.2, 0.1]
    >>> print(sentence)
    "toe": T OW so far. Sound 2 is OW, with 70%, and looks most at o, letter 2, with 70%. Then T
    with 20%, end with 10%.
    """
    left, right = panels(fig, 2, width_ratios=(1.5, 1))
    _weights(left, word, sounds, weights, steps)
    left.set_title("Where the sounds look")
    now = p[steps - 1]
    best = np.argsort(-now, kind="stable")[:5]
    colours = [ROLES["output"], *[tint(GREY, 0.6)] * 4]
    right.barh(range(len(best)), now[best], color=colours[: len(best)], height=0.7)
    right.set_yticks(range(len(best)), [names[k] for k in best])
    right.set(title=f"Sound {steps}", xlabel="probability", xlim=(0, 1))
    right.set_ylim(4.6, -0.6)
    k = int(weights[steps - 1].argmax())
    others = ", ".join(f"{names[j]} with {percent(now[j])}" for j in best[1:])
    return (
        f'"{word}": {" ".join(sounds[:steps])} so far. Sound {steps} is {sounds[steps - 1]}, with '
        f"{percent(now[best[0]])}, and looks most at {word[k]}, letter {k + 1}, with "
        f"{percent(weights[steps - 1, k])}.\nThen {others}."
    )


@figure
def both_orders(fig, words, sounds, weights):
    """Two words of the same letters, side by side: what a network writes of each, and where each
    sound looks. words, sounds and weights are two each, as in `alignment`; there may be weights of
    more steps than there are sounds.

    >>> one, other = np.array([[1.0, 0]]), np.array([[0.0, 1]])
    >>> fig, sentence = drawn(both_orders, words=["at", "ta"], sounds=[["AE"], ["AE"]],
    ...                       weights=[one, other])
    >>> [ax.get_title(loc="left") for ax in fig.axes]
    ['at: AE', 'ta: AE']
    >>> print(sentence)
    "at" and "ta" are written alike. at: 1 sound, AE; ta: 1 sound, AE.
    """
    weights = [each[: len(said)] for each, said in zip(weights, sounds, strict=True)]
    most = max(each.max() for each in weights)
    for ax, word, said, each in zip(panels(fig, 2), words, sounds, weights, strict=True):
        _weights(ax, word, said, each, len(said), most)
        ax.set_title(f"{word}: {' '.join(said)}")
    alike = "alike" if sounds[0] == sounds[1] else "differently"
    told = [
        f"{word}: {counted(len(said), 'sound')}, {' '.join(said)}"
        for word, said in zip(words, sounds, strict=True)
    ]
    return f'"{words[0]}" and "{words[1]}" are written {alike}.\n{"; ".join(told)}.'


@figure
def cost_by_length(fig, lengths, work, kept, at):
    """What a layer costs against the length: work {name: (lengths,)}, in multiplications, and kept
    {name: (lengths,)}, the numbers it must hold to write one more step. `at` is a place in lengths.

    >>> fig, sentence = drawn(cost_by_length, lengths=np.array([1, 2]), at=1,
    ...                       work={"GRU": np.array([3, 6]), "attention": np.array([2, 8])},
    ...                       kept={"GRU": np.array([5, 5]), "attention": np.array([4, 8])})
    >>> holds(fig.axes[0], [1, 2], [2, 8])
    True
    >>> print(sentence)
    At length 2 attention takes 1.33 times as many multiplications as GRU, and keeps 1.6 times as
    many numbers. Multiplications: GRU 6, attention 8. Kept: GRU 5, attention 8.
    """
    told = []
    for ax, what, title in zip(
        panels(fig, 2), (work, kept), ("Multiplications, in all", "Numbers kept, to go on"),
        strict=True,
    ):  # fmt: skip
        for (name, values), colour in zip(what.items(), ("brown", "blue"), strict=True):
            line(ax, lengths, values, colour, name)
            ax.plot(lengths[at], values[at], "o", color=COLOURS[colour], markersize=8)
        ax.set(title=title, xlabel="length", ylabel="how many", xscale="log", yscale="log")
        ax.set_xlim(lengths[0], lengths[-1])
        ax.legend(loc="upper left")
        told.append(", ".join(f"{name} {number(int(v[at]))}" for name, v in what.items()))
    first, second = work
    times = [number(float(what[second][at] / what[first][at])) for what in (work, kept)]
    takes = "as many" if times[0] == "1" else f"{times[0]} times as many"
    return (
        f"At length {number(int(lengths[at]))} {second} takes {takes} multiplications as {first}, "
        f"and keeps {times[1]} times as many numbers.\nMultiplications: {told[0]}. Kept: "
        f"{told[1]}."
    )
