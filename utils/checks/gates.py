"""What goes wrong with gates, wherever they stand: tables for `knows`, made by loops.

The weights of all gates lie side by side in blocks, and each gate has its row in the equations. So
whatever happens to one gate, or to one array in its row, happens to the others as well.
"""

import itertools
import re

import numpy as np

from utils.checks.slips import listed

SHARE = "a gate is a share from 0 to 1, which is the sigmoid's range"
HARD = "{goes} through the hard sigmoid, made of straight lines: here it is the smooth one"
WRONG_SIGN = "(1 - sigmoid({}))"
CURVES = {  # in the place of the sigmoid of {}; who does it stands before the words
    "({})": f"{{has}} lost {{its}} sigmoid: {SHARE}",
    "np.tanh({})": f"{{goes}} through tanh: {SHARE}",
    "np.maximum({}, 0)": f"{{goes}} through relu: {SHARE}",
    "sigmoid(sigmoid({}))": "{goes} through the sigmoid twice: once is enough",
    "sigmoid(np.tanh({}))": "{goes} through tanh, and then through the sigmoid: the sigmoid alone "
    "is asked for",
    "np.tanh(sigmoid({}))": "{goes} through the sigmoid, and then through tanh: the sigmoid alone "
    "is asked for",
    WRONG_SIGN: "{is} 1 minus what {it} should be, as a sigmoid is without its minus",
    "(1 + np.exp(-({})))": "{lacks} brackets in the sigmoid: without them / comes before +",
    "np.exp({})": "{lacks} a 1 in the sigmoid: it is added to the exponential below the line",
    "1 / (1 - np.exp(-({})))": "{has} a minus in the sigmoid where the plus should be",
    "sigmoid(({}) + 1)": "{has} 1 added to the sum, as some libraries do: here b is the whole bias",
    "(sigmoid({}) + 1)": "{is} too large by 1, behind the sigmoid; or what {it} should multiply is "
    "added once more by itself",
    "sigmoid(2 * ({}))": "{goes} through a sigmoid twice as steep: tanh needs half of the sum for "
    "a sigmoid to come out",
    "sigmoid(({}) / 2)": "{goes} through a sigmoid half as steep",
    "(({}) > 0) * 1.0": "{is} 0 or 1 and nothing between: a gate may be half open",
    "np.clip(0.2 * ({}) + 0.5, 0, 1)": HARD,
    "np.clip(({}) / 6 + 0.5, 0, 1)": HARD,
}
CANDIDATE = {  # in the place of the tanh of {}
    "sigmoid({})": "the candidate goes through the sigmoid: it may be negative, so it needs tanh",
    "({})": "the candidate has lost its tanh",
    "np.tanh(sigmoid({}))": "the candidate goes through the sigmoid, and then through tanh: it "
    "needs tanh alone",
    "sigmoid(np.tanh({}))": "the candidate goes through tanh, and then through the sigmoid: it "
    "needs tanh alone",
    "np.maximum({}, 0)": "the candidate goes through relu: here it needs tanh",
    "np.tanh(np.tanh({}))": "the candidate goes through tanh twice: once is enough",
    "np.tanh(({}) / 2)": "the candidate goes through a tanh half as steep: 2 sigmoid(z) - 1 is "
    "that of half of z",
    "np.tanh(2 * ({}))": "the candidate goes through a tanh twice as steep",
    "np.tan({})": "the candidate goes through tan, the tangent: here it needs tanh",
    "np.arctan({})": "the candidate goes through arctan: here it needs tanh",
    "np.sin({})": "the candidate goes through the sine: here it needs tanh",
    "np.clip({}, -1, 1)": "the candidate is cut off at -1 and 1: it needs tanh, which is smooth",
}
ONE = {"has": "has", "its": "its", "goes": "goes", "is": "is", "it": "it", "lacks": "lacks"}
MANY = {"has": "have", "its": "their", "goes": "go", "is": "are", "it": "they", "lacks": "lack"}


def subsets(names, *sizes):
    return itertools.chain(*(itertools.combinations(names, size) for size in sizes))


def curves(line, sums):
    """{line: {wrong: words}}: gates that go through another curve, each, some or all of them.

    `sums` is what stands in the sigmoid of each gate, {"f": "z_f"}.
    """
    table = {}
    for some in subsets(sums, *range(1, len(sums) + 1)):
        who = "the gates" if len(some) == len(sums) > 1 else listed(some)
        for curve, words in CURVES.items():
            if curve == WRONG_SIGN and len(some) < len(sums):
                continue  # of one gate it is rather 1 - f, and known as such
            wrong = line
            for gate in some:
                wrong = wrong.replace(f"sigmoid({sums[gate]})", curve.format(sums[gate]))
            table[wrong] = f"{who} {words.format(**(MANY if len(some) > 1 else ONE))}"
    return {line: table}


def candidates(inside):
    """{wrong: words}: a candidate, tanh of what is `inside`, through another curve."""
    return {curve.format(inside): words for curve, words in CANDIDATE.items()}


def taken(array, places, order):
    """`array`, along whose last axis lie the blocks of `order`, with those of `places` instead,
    letter by letter; for "-" a block of zeros."""
    blocks = dict(zip(order, np.split(array, len(order), axis=-1), strict=True))
    blocks["-"] = np.zeros_like(blocks[order[0]])
    return np.concatenate([blocks[letter] for letter in places], axis=-1)


def rows(line, arrays, order, gates=None):
    """{line: {wrong: words}}: in the row of a gate, blocks that belong to another gate's row or
    are missing, and two gates' blocks exchanged, in some of the arrays. `g` is the candidate.

    `line` has the names of the `arrays` in braces, {"b": "the bias"}; the words are what a gate
    lacks without it. `gates` are those whose rows are looked at, where it isn't all of `order`.
    """
    table, gates, names = {}, gates or order, [*arrays]

    def add(some, places, words):
        wrong = line
        for name in some:
            wrong = wrong.replace(f"{{{name}}}", f"taken({name}, {places!r}, {order!r})")
        table.setdefault(plain(wrong), words)

    for gate, other in itertools.product(gates, order):
        if gate != other:
            copied = order.replace(gate, other)
            for some in subsets(names, *range(1, len(names))):
                words = f"{gate} takes the block of {other} from {listed(some)}"
                add(some, copied, f"{words}: in the row of {gate} each block is that of {gate}")
            if len(gates) > 1:
                twice = f"{gate} is the same as {other}: {other} stands in its place, or their rows"
                add(names, copied, f"{twice} are copies")
    if len(all_gates := [gate for gate in gates if gate != "g"]) > 2:
        for only in all_gates:
            places = "".join(gate if gate == "g" else only for gate in order)
            add(names, places, f"{listed(all_gates)} are one and the same: all are made as {only}")
    for name, what in arrays.items():
        for some in [*gates, order.replace("g", "")] * (len(gates) > 1):
            places = "".join("-" if gate in some else gate for gate in order)
            add([name], places, f"{listed(some)} {'lack' if some[1:] else 'lacks'} {what}")
    for one, other in itertools.combinations(gates, 2):
        exchanged = order.translate(str.maketrans(one + other, other + one))
        for some in subsets(names, *range(1, len(names))):
            words = f"{one} and {other} are swapped in {listed(some)}"
            add(some, exchanged, words)
    return {plain(line): table}


def plain(line):
    """`line` with the braces gone around the names of arrays."""
    return re.sub(r"{(\w+)}", r"\1", line)
