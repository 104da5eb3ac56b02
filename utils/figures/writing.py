"""Texts that are written letter by letter, what they cost, and what a unit does meanwhile."""

import numpy as np

from utils.figures.figure import figure
from utils.plotting import COLOURS, GREY, MARGIN, ROLES, guide, line, name_ends, panels, tint
from utils.words import fixed, number, percent

WIDTH = 60  # letters in a row
MONO = 0.602  # the width of a letter of DejaVu Sans Mono, in its size
DARKEST = 20  # bits; what is darker than about half of that would hide its letter
SIGNS = {"\n": "¶", " ": "␣"}


def _rows(text):
    return [text[k : k + WIDTH] for k in range(0, max(len(text), 1), WIDTH)]


def _written(ax, text, title, values=None, rows=None, **look):
    """`text` in rows of equal letters, on cells coloured by `values`, one a letter."""
    rows = rows or len(_rows(text))
    ax.set(xlim=(0, WIDTH), ylim=(rows, 0), xticks=[], yticks=[], title=title)
    ax.grid(visible=False)
    if values is not None:
        cells = np.full(rows * WIDTH, np.nan)
        cells[: len(values)] = values
        cells = np.ma.masked_invalid(cells.reshape(rows, WIDTH))
        ax.imshow(cells, aspect="auto", extent=(0, WIDTH, rows, 0), interpolation="nearest", **look)
    size = ax.get_window_extent().width / ax.figure.dpi * 72 / WIDTH / MONO
    for k, row in enumerate(_rows(text)):
        shown = row.replace("\n", SIGNS["\n"])
        ax.text(0, k + 0.52, shown, family="DejaVu Sans Mono", fontsize=size, va="center")


def _sign(symbol):
    return SIGNS.get(symbol, symbol)


@figure
def what_counting_costs(fig, bits, lines):
    """bits (orders,): bits a letter by counting models that look at 0, 1, 2, ... letters; lines
    {name: bits} of others.

    >>> fig, sentence = drawn(what_counting_costs, bits=np.array([4, 3, 2.5, 2.6]),
    ...                       lines={"b": 2.2})
    >>> holds(fig.axes[0], [0, 1, 2, 3], [4, 3, 2.5, 2.6])
    True
    >>> print(sentence)
    2 letters are best: 2.50 bits a letter; beside it b 2.20. By 0, 1, 2, ... letters: 4.00, 3.00,
    2.50, 2.60.
    """
    (ax,) = panels(fig)
    line(ax, np.arange(len(bits)), bits, "black", marker="o", markersize=5)
    for name, each in lines.items():
        guide(ax, each, name, x=0.02, ha="left", above=False)
    ax.set(title="What counting costs", xlabel="letters that are looked at", ylabel="bits a letter")
    ax.set(xlim=(-0.2, len(bits) - 0.8), ylim=(1.7, 4.6))
    ax.set_xticks(range(len(bits)))
    at = int(np.argmin(bits))
    beside = "".join(f"; beside it {name} {fixed(each, 2)}" for name, each in lines.items())
    return (
        f"{at} letters are best: {fixed(bits[at], 2)} bits a letter{beside}.\n"
        f"By 0, 1, 2, ... letters: {', '.join(fixed(each, 2) for each in bits)}."
    )


@figure
def race(fig, runs, lines):
    """runs {name: (letters, bits)}: what a letter costs a network that has read so many; lines
    {name: bits} of what doesn't learn on.

    >>> runs = {"ours": (np.array([1e5, 1e6]), np.array([3, 2.5])),
    ...         "theirs": (np.array([1e6, 1e7]), np.array([2.3, 1.9]))}
    >>> fig, sentence = drawn(race, runs=runs, lines={"counting": 2.1})
    >>> holds(fig.axes[0], [1e5, 1e6], [3, 2.5])
    True
    >>> print(sentence)
    After 1,000,000 letters ours costs 2.50 bits; after 10,000,000 theirs costs 1.90. At first: ours
    3.00, theirs 2.30. Beside them: counting 2.10.
    """
    (ax,) = panels(fig, right=0.8)
    for (letters, bits), colour in zip(runs.values(), ("blue", "brown"), strict=False):
        line(ax, letters, bits, colour, linestyle="-", marker="o", markersize=4)
    for k, (name, bits) in enumerate(lines.items()):
        guide(ax, bits, name, x=0.02, ha="left", above=not k)
    ax.set(xscale="log", title="How the race goes on", xlabel="letters read")
    ax.set(ylabel="bits a letter", ylim=(1.7, 3.05), xlim=(1e5, 2e7))
    ax.set_xticks([1e5, 1e6, 1e7], ["100,000", "1 million", "10 million"])
    ax.set_xticks([], minor=True)
    name_ends(ax, [bits[-1] for _, bits in runs.values()], list(runs),
              [COLOURS["blue"], COLOURS["brown"]])  # fmt: skip
    ends = [f"after {number(int(n[-1]))}{' letters' * (not k)} {name} costs {fixed(b[-1], 2)}"
            f"{' bits' * (not k)}" for k, (name, (n, b)) in enumerate(runs.items())]  # fmt: skip
    first = ", ".join(f"{name} {fixed(b[0], 2)}" for name, (_, b) in runs.items())
    beside = ", ".join(f"{name} {fixed(b, 2)}" for name, b in lines.items())
    ends[0] = ends[0].replace("after", "After", 1)
    return f"{'; '.join(ends)}.\nAt first: {first}. Beside them: {beside}."


@figure
def by_the_past(fig, letters, network, counting, lines):
    """What a letter costs a network that is given the last `letters` (n,) alone, begun in different
    ways, network {way: (n,)}; counting models that look at 0, 1, 2, ..., counting (orders,); and
    lines {name: bits} of others.

    >>> fig, sentence = drawn(by_the_past, letters=np.array([1, 4, 16]), lines={"b": 2.1},
    ...                       network={"empty": np.array([3.5, 2.5, 2]),
    ...                                "not": np.array([4, 2.6, 2])},
    ...                       counting=np.array([4, 3, 2.6]))
    >>> holds(fig.axes[0], [1, 4, 16], [3.5, 2.5, 2])
    True
    >>> print(sentence)
    Given 16 letters, the network is at 2.00 bits; counting is at 2.60 with 2, b at 2.10. The
    network, given 1, 4, 16: empty 3.50, 2.50, 2.00; not 4.00, 2.60, 2.00. Counting, given 1, 2:
    3.00, 2.60.
    """
    (ax,) = panels(fig, right=0.68)
    orders = np.arange(1, len(counting))
    looks = (("brown", "-", "o"), ("vermillion", "--", "s"))
    for bits, (colour, style, marker) in zip(network.values(), looks, strict=False):
        line(ax, letters, bits, colour, linestyle=style, marker=marker, markersize=4)
    line(ax, orders, counting[1:], "black", marker="o", markersize=5)
    for name, each in lines.items():
        guide(ax, each, name, x=0.02, ha="left", above=False)
    ax.set(xscale="log", title="What more of the past is worth", ylabel="bits a letter")
    ax.set(xlabel="letters of the past that are given", ylim=(1.6, 6.2))
    ax.set_xticks(letters, [str(k) for k in letters], minor=False)
    ax.set_xticks([], minor=True)
    ends = [bits[-1] for bits in network.values()]
    names = [*(f"network, {way}" for way in network), "counting"]
    name_ends(ax, [*ends, counting[-1]], names,
              [COLOURS["brown"], COLOURS["vermillion"], COLOURS["black"]])  # fmt: skip
    best = int(np.argmin(counting))
    given = ", ".join(str(k) for k in letters)
    others = "".join(f", {name} at {fixed(each, 2)}" for name, each in lines.items())
    told = [f"{way} {', '.join(fixed(b, 2) for b in bits)}" for way, bits in network.items()]
    return (
        f"Given {letters[-1]} letters, the network is at {fixed(ends[0], 2)} bits; counting is "
        f"at {fixed(counting[best], 2)} with {best}{others}.\nThe network, given {given}: "
        f"{'; '.join(told)}. Counting, given "
        f"{', '.join(map(str, orders))}: {', '.join(fixed(b, 2) for b in counting[1:])}."
    )


def _bars(ax, p, symbols, colour, title):
    """The five likeliest next letters."""
    five = np.argsort(-p, kind="stable")[:5]
    ax.barh(np.arange(5), p[five], color=tint(colour, 0.55), height=0.75)
    ax.set(xlim=(0, 1), title=title, xlabel="probability", xticks=(0, 0.5, 1))
    ax.set_ylim(4.6, -0.6)
    ax.set_yticks(range(5), [_sign(symbols[k]) for k in five], family="DejaVu Sans Mono")
    return [f"{_sign(symbols[k])} {percent(p[k])}" for k in five]


@figure
def written_live(fig, prompt, texts, p, symbols):
    """What two models have written after `prompt`, texts {name: text}, and the probabilities p
    {name: (symbols,)} of what they write next.

    >>> texts, p = {"a": "the", "b": "t"}, {"a": np.eye(6)[0], "b": np.full(6, 1 / 6)}
    >>> fig, sentence = drawn(written_live, size=(7.2, 4.0), prompt="in ", texts=texts, p=p,
    ...                       symbols=" theab")
    >>> [text.get_text() for text in fig.texts], len(fig.axes[1].patches)
    (['A', '   the', 'in ', 'B', '   t', 'in '], 5)
    >>> print(sentence)
    a: "the"; b: "t". Whole, a: "the"; b: "t". Next, a: ␣ 100%, t 0%, h 0%, e 0%, a 0%; b: ␣ 17%,
    t 17%, h 17%, e 17%, a 17%.
    """
    width, height = fig.get_size_inches()
    axes = panels(fig, 2, top=1 - 1.95 / height)
    size = (width - MARGIN["left"] - MARGIN["right"]) * 72 / WIDTH / MONO
    told, y = [], height - 0.15  # inches from below
    for ax, (name, text), role in zip(axes, texts.items(), ("GRU", "linear"), strict=True):
        heading = f"{name[:1].upper()}{name[1:]}"
        look = {"x": MARGIN["left"] / width, "va": "center", "fontsize": 11.5}
        fig.text(y=y / height, s=heading, weight="bold", **look)
        look |= {"family": "DejaVu Sans Mono", "fontsize": size}
        for k, row in enumerate(_rows(_plain(prompt + text))):
            at = (y - 0.24 * (k + 1)) / height
            grey = min(max(len(prompt) - k * WIDTH, 0), len(row))
            fig.text(y=at, s=" " * grey + row[grey:], **look)
            if grey:
                fig.text(y=at, s=row[:grey], color=GREY, **look)
        y -= 0.83
        five = _bars(ax, p[name], symbols, ROLES[role], f"{heading}: likeliest next")
        told.append(f"{name}: {', '.join(five)}")
    whole, ends = (
        "; ".join(f'{name}: "{cut(_plain(text))}"' for name, text in texts.items())
        for cut in (str, _end)
    )
    return f"{ends}.\nWhole, {whole}. Next, {'; '.join(told)}."


def _end(text):
    """The last letters of a text: a caption of one line, however long the text grows."""
    return text if len(text) < 20 else f"\N{HORIZONTAL ELLIPSIS}{text[-19:]}"


def _plain(text):
    return text.replace("\n", SIGNS["\n"])


@figure
def surprises(fig, text, bits, past):
    """The bits {name: (letters,)} of each letter of `text`, to models that are given `past`.

    >>> bits = {"a": np.array([1.0, 9.0]), "b": np.array([2.0, 2.0])}
    >>> fig, sentence = drawn(surprises, size=(7.2, 4.0), text="ox", bits=bits, past="2 letters")
    >>> [ax.images[0].get_array().compressed().tolist() for ax in fig.axes]
    [[1.0, 9.0], [2.0, 2.0]]
    >>> print(sentence)
    Given 2 letters: a 5.00 bits a letter, b 2.00. Most surprising: a "ox" 9.0; b "o" 2.0.
    """
    axes = panels(fig, 1, len(bits), hspace=0.3)
    look = {"cmap": "YlOrRd", "vmin": 0, "vmax": DARKEST}
    told, worst = [], []
    for ax, (name, values) in zip(axes, bits.items(), strict=True):
        mean = fixed(values.mean(), 2)
        title = f"{name[:1].upper()}{name[1:]}: {mean} bits a letter. The darker, the less expected"
        _written(ax, text, title, values, **look)
        told.append(f"{name} {mean}{' bits a letter' * (not told)}")
        at = int(values.argmax())
        worst.append(f'{name} "{_plain(text[max(0, at - 12) : at + 1])}" {fixed(values[at], 1)}')
    return f"Given {past}: {', '.join(told)}.\nMost surprising: {'; '.join(worst)}."


@figure
def one_unit(fig, text, values, unit, feature, r):
    """The state of a unit after each letter of `text`, values (letters,), from -1 to 1, and its
    correlation r with a feature.

    >>> fig, sentence = drawn(one_unit, size=(7.2, 2.4), text="ab", values=np.array([-1.0, 0.5]),
    ...                       unit=7, feature="within a word", r=-0.25)
    >>> fig.axes[0].images[0].get_array().compressed().tolist()
    [-1.0, 0.5]
    >>> print(sentence)
    Unit 7 has a correlation of −0.25 with "within a word". In this passage it is −1.00 to
    0.50; it is highest after "ab".
    """
    (ax,) = panels(fig)
    title = f"Unit {unit}, after each letter: purple below 0, orange above"
    _written(ax, text, title, values, cmap="PuOr_r", vmin=-2, vmax=2)
    at = int(values.argmax())
    return (
        f'Unit {unit} has a correlation of {fixed(r, 2)} with "{feature}".\nIn this passage it is '
        f"{fixed(values.min(), 2)} to {fixed(values.max(), 2)}; it is highest after "
        f'"{_plain(text[max(0, at - 12) : at + 1])}".'
    )


@figure
def letters_ahead(fig, right, chance):
    """right {name: (letters,)}: the share of texts whose letter, so many after the prompt, is the
    book's; `chance`: what texts get that have nothing to do with each other.

    >>> fig, sentence = drawn(letters_ahead, right={"a": np.array([0.5, 0.5, 0.6]),
    ...                       "b": np.array([0.5, 0.2, 0.1])}, chance=0.07)
    >>> holds(fig.axes[0], [1, 2, 3], [50, 50, 60])
    True
    >>> print(sentence)
    Of letter 3 a gets 60%, b gets 10%, and chance 7%. Letter 1, 2, 3: a 50%, 50%, 60%; b 50%, 20%,
    10%.
    """
    (ax,) = panels(fig, right=0.72)
    steps = np.arange(1, 1 + max(map(len, right.values())))
    for share, colour in zip(right.values(), ("green", "vermillion"), strict=False):
        line(ax, steps, 100 * share, colour, linestyle="-", marker="o", markersize=4)
    guide(ax, 100 * chance, "texts that have nothing to do with each other", above=False)
    ax.set(title="Is it the book's letter?", xlabel="letters after the prompt", ylabel="% right")
    ax.set(xlim=(0.5, len(steps) + 0.5), ylim=(0, 80))
    name_ends(ax, [100 * share[-1] for share in right.values()], list(right),
              [COLOURS["green"], COLOURS["vermillion"]])  # fmt: skip
    some = [k for k in dict.fromkeys((1, 2, 3, 5, 10, 20)) if k <= len(steps)]
    ends = ", ".join(f"{name} gets {percent(share[-1])}" for name, share in right.items())
    told = [f"{name} {', '.join(percent(share[k - 1]) for k in some)}"
            for name, share in right.items()]  # fmt: skip
    return (
        f"Of letter {len(steps)} {ends}, and chance {percent(chance)}.\n"
        f"Letter {', '.join(map(str, some))}: {'; '.join(told)}."
    )
