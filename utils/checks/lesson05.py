"""The checks of lesson 05. Each begins with the reference, which is a solution to read."""

import functools
import re
from typing import NamedTuple

import numpy as np

from utils import cells, data, training
from utils.checks.engine import Probe, exercise
from utils.checks.gates import candidates, curves, plain, rows, taken  # noqa: F401 (taken: in the slips made of rows)
from utils.checks.results import shape_difference
from utils.layers import GRU, LSTM, Dense, Last, Sequential, SimpleRNN, sigmoid

GATES = "zrg"  # the order of the blocks, which is Keras's


def remarks(table, instead=True):
    """{pattern: remark} as `remarks` of an exercise: what is found is said, and then the remark.
    It stands `instead` of a guess at a size or an index, or only where none is made."""
    guess = ": \\d+ is no size.*|: that index.*"
    head, tail = ("", f"(?:{guess})?") if instead else (f"(?!.*(?:{guess}))", "")
    return {
        f"{head}(?=.*(?:{found}))(.*?){tail}": rf"\1: {remark}" for found, remark in table.items()
    }


STATE = {"x_t": "batch features", "h_prev": "batch units"}
MATRICES = {"W_x": "features zrg*units", "W_h": "units zrg*units"}

# --- what can go wrong in a step, wherever the reset is ---------------------------------------

COLUMNS = "is cut into rows: the blocks are columns, so split along axis 1"
ON_THE_LEFT = "states are rows, and stand on the left of @"
LAST_LINE = {
    "(1 - z) * h_prev + z * g": "z and 1 - z are swapped in the last line: here z is the share of "
    "the old state that is kept",
    "z * h_prev + g": "the candidate is added in full: only the share 1 - z of it comes in",
    "h_prev + (1 - z) * g": "the old state is kept in full: only the share z of it stays",
    "z * h_prev + z * g": "both shares are z: they must add up to 1",
    "(1 - z) * h_prev + (1 - z) * g": "both shares are 1 - z: they must add up to 1",
    "z * h_prev + (z - 1) * g": "the candidate's share is z - 1, which is negative",
    "z * h_prev + 1 - z * g": "brackets are missing around the candidate's share: * comes before -",
    "0.5 * h_prev + 0.5 * g": "z has no part in the last line: both shares are one half",
    "z * h_prev": "the candidate never comes in: the last line lacks its share",
    "(1 - z) * g": "the old state is lost: the last line lacks its share",
    "h_prev": "that is the old state, unchanged",
    "g": "that is the candidate g_t: the update gate has still to mix it in",
    "z": "that is the update gate z_t: the state is asked for",
    "r": "that is the reset gate r_t: the state is asked for",
    "z * r * h_prev + (1 - z) * g": "the kept state is multiplied by r as well: r acts inside the "
    "candidate only",
    "np.tanh(z * h_prev + (1 - z) * g)": "the new state goes through tanh once more: a mixture "
    "needs none",
}


def reordered(*blocks):
    """Lines after which `blocks`, {} for a gate's letter, are taken in another order; the nudge."""

    def lines(order):
        sides = [[", ".join(map(block.format, k)) for k in (order, GATES)] for block in blocks]
        return "\n    ".join([*map(" = ".join, sides), "z = sigmoid("])

    here = "the blocks are taken in the order {}: here they lie in the order z, r, g"
    table = {lines(k): here.format(", ".join(k)) for k in ("rzg", "zgr", "gzr", "grz", "rgz")}
    table[lines("rzg")] += (
        ". That is another framework's order, or z and r have changed places in your last two lines"
    )
    return table


def shared(terms, gated, blocks):
    """{line: {wrong: words}} that both forms know. `terms` are what a gate adds up, {} for its
    letter, `gated` is what r makes of the second, `blocks` are what is cut into three."""
    z, r, g = (" + ".join(terms.values()).replace("{}", gate) for gate in GATES)
    first, state, *_ = [term.format("g") for term in terms.values()]
    candidate = g.replace(state, gated)
    table = {
        "z * h_prev + (1 - z) * g": LAST_LINE,
        **curves(f"z = sigmoid({z})\n    r = sigmoid({r})", {"z": z, "r": r}),
        f"np.tanh({candidate})": candidates(candidate)
        | {
            f"r * np.tanh({g})": "r multiplies the finished candidate: it acts inside the tanh",
            f"r * np.tanh({candidate})": "r multiplies the finished candidate as well: it acts "
            "inside the tanh",
        },
        gated: {
            "0": f"g lacks {[*terms][1]}",
            state: "the reset gate is missing from the candidate",
            f"{gated.replace('r', '(1 - r)', 1)}": "the candidate uses 1 - r: an open reset gate, "
            "r = 1, lets the old state in",
        },
        candidate: {
            f"r * ({g})": "r multiplies the whole sum: it gates the old state, not the input",
            g.replace(first, f"r * ({first})"): "r multiplies the input: it gates the old state",
        },
        "z = sigmoid(": reordered(*blocks),
    }
    for gate, whole in zip(GATES, (z, r, candidate), strict=True):
        for name, term in terms.items():
            parts = whole.split(" + ")
            if term.format(gate) in parts:
                parts.remove(term.format(gate))
                table.setdefault(whole, {})[" + ".join(parts)] = f"{gate} lacks {name}"
    return table


def every_third(line):
    """`line` with each third column in the place of each block."""
    split = r"np.split\((.+?), 3(?:, axis=1)?\)"
    return re.sub(split, r"[(\1)[..., k::3] for k in range(3)]", plain(line))


# --- one step, the reset before the product ---------------------------------------------------


ONE_AXIS = "b has one axis"
EVERY_THIRD = "every third column is taken: a gate's columns lie side by side, in one block"
PRODUCTS = remarks(  # of what NumPy says, wherever the product is
    {
        "must agree|must be equal|matmul": ON_THE_LEFT,
        "`.* [*@] .*`.*could not be broadcast": "* is element by element, @ is the matrix product",
    },
    instead=False,
)


@exercise(
    STATE | MATRICES | {"b": "zrg*units"},
    off=["x_t", "h_prev", "b"],
    large=["W_x", "W_h"],
    one_hot=["x_t"],
    returns={"h_t": "batch units"},
    examples=[
        {
            "x_t": np.array([[2.0]]),
            "h_prev": np.array([[0.5]]),
            "W_x": np.array([[0.0, 1, 1]]),
            "W_h": np.array([[1.0, -2, 3]]),
            "b": np.array([0.5, 1, -1]),
        },
    ],
    right="the new state agrees on random arrays, also with x_t, h_prev and b switched off in "
    "turn, and for a single sample",
    remarks=remarks({"tuple index": f"{ONE_AXIS}: split it without axis=1"}) | PRODUCTS,
)
def gru_step(x_t, h_prev, W_x, W_h, b):
    """One step of a GRU, Keras's reset_after=False: x_t (batch, features), h_prev (batch, units),
    W_x (features, 3 units), W_h (units, 3 units), b (3 units,), blocks z, r, g -> h_t"""
    W_xz, W_xr, W_xg = np.split(W_x, 3, axis=1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)
    b_z, b_r, b_g = np.split(b, 3)
    z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)
    r = sigmoid(x_t @ W_xr + h_prev @ W_hr + b_r)
    g = np.tanh(x_t @ W_xg + (r * h_prev) @ W_hg + b_g)
    return z * h_prev + (1 - z) * g


gru_step.knows(
    shared(
        {
            "the input": "x_t @ W_x{}",
            "the previous state": "h_prev @ W_h{}",
            "the bias": "b_{}",
        },
        gated="(r * h_prev) @ W_hg",
        blocks=["W_x{}", "W_h{}", "b_{}"],
    )
)
gru_step.knows(
    {
        "np.split(W_x, 3, axis=1)": {"np.split(W_x, 3)": f"W_x {COLUMNS}"},
        "np.split(W_h, 3, axis=1)": {
            "np.split(W_h, 3)": f"W_h {COLUMNS}",
            "[a.T for a in np.split(W_h, 3, axis=1)]": "the blocks of W_h are transposed: "
            f"{ON_THE_LEFT}",
        },
        "np.split(b, 3)": {
            "b[:3]": f"{ONE_AXIS}: b[0] is a single number of it, not a block",
            "[b[0]] * 3": f"{ONE_AXIS}: b[0] is a single number of it, not a row",
            "0, 0, 0": "the biases are missing",
        },
        "(r * h_prev) @ W_hg": {
            "r * (h_prev @ W_hg)": "r comes after the matrix product: in these equations it "
            "multiplies h_prev, and the product follows",
            "r @ W_hg": "the candidate sees r itself: r multiplies h_prev element by element",
        },
        "(r * h_prev) @ W_hg + b_g": {
            "r * (h_prev @ W_hg + b_g)": "r comes after the matrix product and multiplies the "
            "bias as well: in these equations it multiplies h_prev, and the product follows",
        },
        "+ b_g": {"+ 2 * b_g": "the bias of the candidate is added twice"},
    }
)
BLOCKS_OF_ALL = (
    "np.split({W_x}, 3, axis=1)\n"
    "    W_hz, W_hr, W_hg = np.split({W_h}, 3, axis=1)\n"
    "    b_z, b_r, b_g = np.split({b}, 3)"
)
gru_step.knows(
    rows(BLOCKS_OF_ALL, {"W_x": "the input", "W_h": "the previous state", "b": "the bias"}, GATES)
)
gru_step.knows(
    {
        plain(BLOCKS_OF_ALL): {
            every_third(BLOCKS_OF_ALL): EVERY_THIRD,
        },
        "np.split(W_x, 3, axis=1)\n    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)": {
            "np.split(np.vstack([W_x, W_h])[len(W_h) :], 3, axis=1)\n"
            "    W_hz, W_hr, W_hg = np.split(np.vstack([W_x, W_h])[: len(W_h)], 3, axis=1)": (
                "the state stands before the input, and W_x above W_h, so that each meets the "
                "other's weights"
            ),
        },
    }
)

# --- one step, the reset after the product ----------------------------------------------------


@exercise(
    STATE | MATRICES | {"b": "2 zrg*units"},
    off=["x_t", "h_prev", "b"],
    large=["W_x", "W_h"],
    one_hot=["x_t"],
    returns={"h_t": "batch units"},
    examples=[
        {
            "x_t": np.array([[2.0]]),
            "h_prev": np.array([[0.5]]),
            "W_x": np.array([[0.0, 1, 1]]),
            "W_h": np.array([[1.0, -2, 3]]),
            "b": np.array([[0.5, 1, -1], [0, 0, 2]]),
        },
    ],
    right="the new state agrees on random arrays, both biases included, also with x_t, h_prev and "
    "b switched off in turn, and for a single sample",
    remarks=remarks(
        {r"shapes .*\(2,|equal div": "b has two rows: b[0] goes with W_x, b[1] with W_h"}
    )
    | PRODUCTS,
)
def gru_step_reset_after(x_t, h_prev, W_x, W_h, b):
    """One step of a GRU, Keras's default reset_after=True: as gru_step, but r acts on
    h_prev W_hg + b_hg. b (2, 3 units) holds b_x, then b_h. -> h_t"""
    b_x, b_h = b
    x_z, x_r, x_g = np.split(x_t @ W_x + b_x, 3, axis=1)
    h_z, h_r, h_g = np.split(h_prev @ W_h + b_h, 3, axis=1)
    z = sigmoid(x_z + h_z)
    r = sigmoid(x_r + h_r)
    g = np.tanh(x_g + r * h_g)
    return z * h_prev + (1 - z) * g


W_HG, B_HG = "np.split(W_h, 3, axis=1)[2]", "np.split(b_h, 3)[2]"
BEFORE = "r comes before the matrix product: here it multiplies what comes out of it"

gru_step_reset_after.knows(
    shared(
        {"the input": "x_{}", "the previous state": "h_{}"},
        gated="r * h_g",
        blocks=["x_{}", "h_{}"],
    )
)
gru_step_reset_after.knows(
    {
        "r * h_g": {
            f"(r * h_prev) @ {W_HG} + {B_HG}": f"{BEFORE}, bias included",
            f"(r * h_prev) @ {W_HG} + r * {B_HG}": BEFORE,
            f"r * ((r * h_prev) @ {W_HG} + {B_HG})": "r acts twice, before and after the product: "
            "once, after it",
            f"r * (h_g - {B_HG}) + {B_HG}": "the second row of b is added outside the bracket "
            "that r multiplies: it belongs inside, to the product with W_h",
        },
        "b_x, b_h = b": {
            "b_h, b_x = b": "the rows of b are swapped: b_x comes first, then b_h",
            "b_x, b_h = 0, 0": "both rows of b are missing",
            "b_x, b_h = 0, b[1]": "the first row of b is missing: it belongs to the product with "
            "W_x",
            "b_x, b_h = b[0], 0": "the second row of b is missing: it belongs to the product with "
            "W_h",
            "b_x = b_h = b[0]": "the first row of b is used twice, the second not at all",
            "b_x = b_h = b[1]": "the second row of b is used twice, the first not at all",
            "b_x = b_h = b[0] + b[1]": "both rows of b are added on both sides: b[0] goes with "
            "W_x, b[1] with W_h",
            "b_x, b_h = b / 2": "both rows of b are halved, as in a mean: they are added whole",
            "b_x, b_h = (b[0] + b[1]) / 2, 0": "the mean of the two rows of b is taken: both are "
            "added, b_x to the input's side and b_h to the state's",
            "b_x = b_h = (b[0] + b[1]) / 2": "the mean of the two rows of b is taken on both "
            "sides: b[0] goes with W_x, b[1] with W_h",
            "b_x, b_h = 0, b[0] + b[1]": "both rows of b are added on the state's side: the first "
            "belongs to the input's side",
        },
        "z = sigmoid(x_z + h_z)\n    r = sigmoid(x_r + h_r)": {
            "mean = np.split((b_x + b_h) / 2, 3)\n    z = sigmoid(x_z + h_z - mean[0])\n"
            "    r = sigmoid(x_r + h_r - mean[1])": "in z and r stands the mean of the two rows of "
            "b: they are added",
        },
        "np.split(x_t @ W_x + b_x, 3, axis=1)": {
            "np.split(x_t @ W_x + b_x, 3)": f"what comes from the input {COLUMNS}",
        },
        "np.split(h_prev @ W_h + b_h, 3, axis=1)": {
            "np.split(h_prev @ W_h + b_h, 3)": f"what comes from the state {COLUMNS}",
        },
    }
)
SIDES = (
    "np.split(x_t @ {W_x} + {b_x}, 3, axis=1)\n"
    "    h_z, h_r, h_g = np.split(h_prev @ {W_h} + {b_h}, 3, axis=1)"
)
gru_step_reset_after.knows({plain(SIDES): {every_third(SIDES): EVERY_THIRD}})
gru_step_reset_after.knows(
    rows(
        SIDES,
        {
            "W_x": "the product with W_x",
            "b_x": "the first row of b",
            "W_h": "the product with W_h",
            "b_h": "the second row of b",
        },
        GATES,
    )
)

# --- counting ---------------------------------------------------------------------------------


SIZES = [(2, 5), (7, 4), (1, 12), (9, 3), (3, 8), (5, 2), (4, 6), (60, 150)]  # more than TERMS
LAYERS = [(*sizes, after) for sizes in SIZES for after in (True, False)]


@exercise(
    probes=[Probe({"features": f, "units": u, "reset_after": after}) for f, u, after in LAYERS],
    returns={"the count": ""},
    right="the count holds for layers of eight sizes, for both places of the reset gate",
)
def count_parameters(features, units, reset_after):
    """How many numbers W_x, W_h and b of a GRU hold together, for either place of the reset."""
    biases = 2 if reset_after else 1
    return 3 * (features * units + units * units + biases * units)


def terms(features, units):
    """What numbers of a layer may be multiples of: W_x, W_h, b, and three that are no array."""
    return features * units, units**2, units, features, features**2, 1


BLOCKS = {
    1: "one block is counted: z, r and the candidate have each their own",
    2: "two blocks are counted: the candidate has weights as well",
    4: "four blocks are counted, which is an LSTM's number: a GRU has three",
    6: "six blocks of each matrix are counted: reset_after doubles the bias only, not the matrices",
}
EVERY_UNIT = "every unit hears every unit"


def fitted(counts):
    """How many of each of the `terms` are in counts of layers of all `SIZES`; None if they are
    made of anything else."""
    if not np.isfinite(counts).all():
        return None
    table = np.array([terms(*sizes) for sizes in SIZES], float)
    many = np.linalg.lstsq(table, counts, rcond=None)[0]
    return np.round(many, 3) + 0.0 if np.allclose(table @ many, counts, atol=1e-3) else None


NO_FEATURES = "features has no part in your count: W_x has a row for each of them"


def of_matrices(W_x, W_h, features, squares, more):
    """What is wrong with so many blocks of the matrices, and such terms as no array has; `more`
    says whether there is more of units alone than the bias holds."""
    if squares and (W_x, W_h) == (2 * squares, squares):
        yield "you square features + units: each of the `units` hears features + units numbers"
        return
    if W_x == W_h not in (0, 3):
        yield BLOCKS.get(W_x, f"{W_x:g} blocks of each matrix are counted: a GRU has three")
        return
    if not W_x:
        yield "W_x is a matrix: every unit hears every feature" if features else NO_FEATURES
    elif (W_x, W_h) == (6, 0):
        yield f"W_h is counted as if it led from features to units, as W_x does: {EVERY_UNIT}"
        return
    elif W_x != 3:
        yield f"W_x has three blocks, and you count {W_x:g}"
    if not W_h and (more or squares):
        yield f"W_h is a matrix from units to units: {EVERY_UNIT}"
    elif not W_h:
        yield f"W_h is missing: {EVERY_UNIT}"
    elif W_h != 3:
        bracket = ", as if the 3 did not multiply the whole sum" if W_h == 1 else ""
        yield f"W_h has three blocks, and you count {W_h:g}{bracket}"


def of_biases(both, one, blocks):
    """What is wrong with so many blocks of the bias with and without reset_after, where a row
    should have so many `blocks`."""
    rows = both / blocks, one / blocks
    if rows == (2, 1):
        return
    if rows == (0, 0):
        yield "the bias is missing"
    elif rows == (1, 2):
        yield "the two settings of reset_after are swapped"
    elif (both, one) == (blocks + 1, blocks):
        yield (
            "you count a second bias for the candidate alone: that would do, but Keras gives each "
            "of the three blocks a second one: look at the shape of b"
        )
    elif any(row != int(row) for row in rows):
        yield "each row of b has three blocks, one for each of z, r and the candidate"
    else:
        if rows[0] != 2:
            yield f"with reset_after b has two rows, and you count {rows[0]:g}"
        if rows[1] != 1:
            yield f"without reset_after b has one row, and you count {rows[1]:g}"


def of_counts(both, one):
    """What is wrong with counts that are made of so many of each of the `terms`, with reset_after
    and without."""
    if not both[:5].any() and not one[:5].any():
        yield "the same number comes out for layers of all sizes: count with features and units"
        return
    more = both[2] > 6 and one[2] > 3
    if more and both[5] == one[5] == 1:
        yield "an output layer is counted as well: leave it out"
        both, one = both - (0, 0, 1, 0, 0, 1), one - (0, 0, 1, 0, 0, 1)
    elif both[5] or one[5]:
        yield "something is added that is no part of W_x, W_h or b: an output layer, or a number"
    lists = [[*of_matrices(*many[[0, 1, 3, 4]], more)] for many in (both, one)]
    yield from (line for line in lists[0] if line in lists[1])
    for form, lines, others in (("with", *lists), ("without", *lists[::-1])):
        if own := [line for line in lines if line not in others]:
            yield f"{form} reset_after: {'; '.join(own)}"
    if one[:2].all() and both[:2].all() and not both[5] and not one[5]:
        yield from of_biases(both[2], one[2], one[0] if one[0] == one[1] else 3)


@count_parameters.against
def miscounted(counts):
    """Which part is missing or too much, whatever the total: for a wrong sum says little."""
    counts, wanted = [count for (count,) in counts], np.concatenate(count_parameters.wanted)
    for count, want in zip(counts, wanted, strict=True):
        if words := shape_difference(count, want, {}):
            return f"the count {words}"
    if np.array_equal(counts, wanted):
        return None
    if len({*map(float, counts)}) == 1:
        return "you return the same number whatever the arguments"
    both, one = (fitted(np.array(counts, float)[k::2]) for k in (0, 1))
    if both is not None and one is not None and (told := [*of_counts(both, one)]):
        return ". And ".join(told)
    at = int(np.argmax(np.array(counts) != wanted))
    features, units, after = LAYERS[at]
    right = [form for k, form in enumerate(("with", "without")) if counts[k::2] == [*wanted[k::2]]]
    return (
        f"{f'right {right[0]} reset_after, but ' if right else ''}for {features} features, {units} "
        f"units and reset_after = {after} you count {counts[at]:g}: write down the shapes of W_x, "
        "W_h and b, and count each"
    )


# --- from one convention to the other ---------------------------------------------------------


def other_gru_step(x_t, h_prev, W_x, W_h, b):
    """gru_step as other texts have it: z is the share of the candidate. -> h_t"""
    _, (z, _, g) = cells.gru_step(x_t, h_prev, W_x, W_h, b)
    return (1 - z) * h_prev + z * g


@exercise(
    MATRICES | {"b": "zrg*units"},
    off=["W_xz", "W_hz"],
    large=["W_x", "W_h", "b"],
    returns={"W_x": "features", "W_h": "units", "b": ""},
    right="the network with your weights, in the other convention, is the same network",
)
def convert_update_gate(W_x, W_h, b):
    """The weights of the same network in the convention with z and 1 - z swapped.
    W_x (features, 3 units), W_h (units, 3 units), b (3 units,), blocks z, r, g. -> W_x, W_h, b"""
    block = np.arange(len(b)) // len(W_h)  # 0, 1 and 2 for the columns of z, r and g
    sign = np.where(block == 0, -1, 1)
    return W_x * sign, W_h * sign, b * sign


MORE = "a sigmoid turns into 1 minus itself when everything inside it changes its sign"
COLUMNS_OF_Z = "the block of z is as wide as there are units"
SIGNS = {  # which columns are negated: what is said of it
    "block >= 0": "all three blocks change their sign: only z means something else, r and g stay",
    "block == 1": "the block of r is negated: z is the first of the three",
    "block == 2": "the block of g is negated: z is the first of the three",
    "block < 2": "both gates are negated: r means the same in both conventions",
    "block != 1": "the blocks of z and g are negated: g means the same in both conventions",
    "block != 0": "the blocks of r and g are negated, and that of z is not: it is the other way "
    "round",
    "np.arange(len(b)) < len(W_x)": f"as many columns are negated as W_x has rows: {COLUMNS_OF_Z}",
    "np.arange(len(b)) < 4": "four columns are negated, however many units there are",
    "np.arange(len(b)) < len(b) // 2": "half of the columns are negated: the block of z is a third "
    "of them",
    "np.arange(len(b)) == 0": "a single column is negated, the first: the block of z has as many "
    "as there are units",
    "np.arange(len(b)) < len(W_h) - 1": f"one column too few is negated: {COLUMNS_OF_Z}",
    "np.arange(len(b)) < len(W_h) + 1": f"one column too many is negated: {COLUMNS_OF_Z}",
    "np.arange(len(b)) % 3 == 0": "every third column is negated: the blocks lie side by side",
}
MADE = {  # of the block of z in an array a, or of its blocks: what is said of it
    "np.where(block == 0, 1 - a, a)": "1 minus the weights is not it: 1 - z is the sigmoid of "
    "minus the sum",
    "np.where(block == 0, 1 - sigmoid(a), a)": "the sigmoid acts on the sum, not on a weight: what "
    "must become of the sum?",
    "np.where(block == 0, -np.abs(a), a)": "the block of z is made negative, whatever it was: "
    "what is below zero changes its sign as well",
    "np.where(block == 0, np.abs(a), a)": "the block of z is made positive, whatever it was: "
    "what is above zero changes its sign as well",
    "np.where(block == 0, 1 / a, a)": "1 divided by the weights is not it: 1 - z is the sigmoid "
    "of minus the sum",
    "np.where(block == 0, 0, a)": "the block of z is zero: its numbers stay, with another sign",
    "np.concatenate([a[..., block == k] for k in (1, 0, 2)], axis=-1)": "the blocks of z and r "
    "have changed places: they stay where they are",
    "np.concatenate([a[..., block == k] for k in (2, 1, 0)], axis=-1)": "the blocks of z and g "
    "have changed places: they stay where they are",
}
CONVERTED = "W_x * sign, W_h * sign, b * sign"


def with_a(name, change):
    """`change` of the array a, of the one called `name`."""
    return re.sub(r"\ba\b", name, change)


def changed(name):
    """{wrong: words} for one of the three arrays, where the others may be right."""
    inside = "b_z" if name == "b" else f"the product with {name}"
    table = {name: f"{name} keeps its sign: {MORE}, and {inside} is inside it"}
    for columns, words in SIGNS.items():
        table[f"{name} * np.where({columns}, -1, 1)"] = f"in {name} {words}"
    if name == "W_h":  # as many rows as a block has columns
        table["W_h * np.where(block >= 0, -1, 1)"] = (
            "all of W_h is negated: only the columns of z should be, and blocks are columns"
        )
    for change, words in MADE.items():
        table[with_a(name, change)] = f"in {name} {words}"
    return table


convert_update_gate.knows(
    {
        "block == 0": SIGNS
        | {
            "block < 0": "nothing has changed: the update gate would now keep what it used to "
            "replace",
        },
        CONVERTED: {
            f"tuple({change} for a in (W_x, W_h, b))": words for change, words in MADE.items()
        }
        | {
            "np.vstack([-W_x[: len(W_h)], W_x[len(W_h) :]]), -W_h, b * sign": "rows of W_x and W_h "
            "are negated: the blocks are columns",
            "W_h * sign, W_x * sign, b * sign": "the weights are right and in another order: W_x "
            "comes first",
        },
        **{f"{name} * sign": changed(name) for name in ("W_x", "W_h", "b")},
        "W_x * sign, W_h * sign": {"W_x, W_h": f"both matrices keep their sign: {MORE}"},
        "W_h * sign, b * sign": {"W_h, b": f"only W_x is converted: {MORE}"},
    }
)
convert_update_gate.knows(
    {
        "W_x * sign": {
            "np.vstack([-W_x[: len(W_h)], W_x[len(W_h) :]])": "rows of W_x are negated, and the "
            "blocks are columns",
        },
    }
)

# --- the gates of one unit, set by hand -------------------------------------------------------


@exercise(
    probes=[Probe({"flag": flag, "anew": anew}) for anew in (False, True) for flag in (0, 1)],
    returns={"z": "", "r": ""},
    right="both ways the unit stores what is flagged, replaces what it held, and keeps the new "
    "value through the noise",
)
def gates_by_hand(flag, anew):
    """z and r of one unit that stores x_t at a flag and holds it, copied or written anew."""
    return (0 if anew else 1 - flag), 1 - flag


@functools.cache
def noisy_tape():
    """The flags (timesteps,) and x (timesteps, sequences): all four orders of two values."""
    x = np.random.default_rng(0).uniform(-0.3, 0.3, (60, 4))
    x[0], x[30] = [1, 1, -1, -1], [1, -1, 1, -1]
    return np.isin(np.arange(60), [0, 30]).astype(int), x


def holds(gates):
    """Whether the unit holds what is stored, for its gates {flag: (z, r)}."""
    flags, x = noisy_tape()
    h, stored, well = np.zeros(4), np.zeros(4), True
    for flag, x_t in zip(flags, x, strict=True):
        z, r = gates[flag]
        h = z * h + (1 - z) * np.tanh(3 * x_t + 3 * r * h)
        stored = x_t if flag else stored
        well = well and np.all(h * stored >= 0.9)
    return bool(well)


BEST = {way: {f: gates_by_hand.reference(f, way) for f in (0, 1)} for way in (False, True)}


def does(ways):
    """Whether both ways, {anew: {flag: (z, r)}}, do what is asked for."""
    copies = ways[False][0][0] == 1 and holds(ways[False])
    return copies and ways[True][0][0] == ways[True][1][0] == 0 and holds(ways[True])


def with_gates(ways, change):
    """The same ways, each pair of gates changed by a function of the way, the flag and the pair."""
    return {
        way: {flag: change(way, flag, pair) for flag, pair in gates.items()}
        for way, gates in ways.items()
    }


EXCHANGED = {  # what is said of gates that one change would make right: the change
    "z and r are exchanged: z comes first": lambda ways: with_gates(ways, lambda w, f, p: p[::-1]),
    "z is turned round: here it is the share of the old state": lambda ways: with_gates(
        ways, lambda w, f, p: (1 - p[0], p[1])
    ),
    "r is turned round: with r = 1 the candidate hears all of the old state": lambda ways: (
        with_gates(ways, lambda w, f, p: (p[0], 1 - p[1]))
    ),
    "the flag is taken the wrong way round: it is 1 where a new value comes": lambda ways: (
        with_gates(ways, lambda w, f, p: ways[w][1 - f])
    ),
    "the two ways are exchanged: with anew=True nothing is copied": lambda ways: with_gates(
        ways, lambda w, f, p: ways[not w][f]
    ),
}
FAULTS = {  # (anew, flag, gate): what is wrong with this one gate, {}
    (False, 0, 0): "copied, between flags: z is {}, and with anything but 1 h does not stay as it "
    "is",
    (False, 1, 0): "copied, at a flag: z is {}, so too much of the old value stays where a new one "
    "has to come in",
    (False, 1, 1): "copied, at a flag: r is {}, so the candidate hears the old value, and where it "
    "has the other sign the two work against each other",
    (True, 0, 0): "anew, between flags: z is {}, and is to be 0 at every step",
    (True, 1, 0): "anew, at a flag: z is {}, and is to be 0 at every step",
    (True, 0, 1): "anew, between flags: r is {}, so the candidate hears too little of the old "
    "state, and with z = 0 the candidate is all that comes",
    (True, 1, 1): "anew, at a flag: r is {}, so the candidate hears the old value, and where it "
    "has the other sign the two work against each other",
}


@gates_by_hand.against
def misheld(results):
    """The one change that would mend the gates, or each gate that would spoil right ones."""
    pairs = [*results]
    for name, value in ((name, a) for pair in pairs for name, a in zip("zr", pair, strict=True)):
        if words := shape_difference(value, np.array(0), {}):
            return f"{name} {words}"
        if not 0 <= value <= 1:
            return f"{name} is {value:g}: a gate lies between 0 and 1"
    pairs = [tuple(map(float, pair)) for pair in pairs]
    ways = {False: dict(enumerate(pairs[:2])), True: dict(enumerate(pairs[2:]))}
    if does(ways):
        return None
    if len(set(pairs)) == 1:
        return "z and r are the same whatever the flag and the way: a gate has to hear the flag"
    for words, change in EXCHANGED.items():
        if does(change(ways)):
            return words
    told = []
    for (way, flag, gate), words in FAULTS.items():
        tried = {w: dict(gates) for w, gates in BEST.items()}
        pair = [*tried[way][flag]]
        pair[gate] = ways[way][flag][gate]
        tried[way][flag] = tuple(pair)
        if not does(tried):
            told.append(words.format(f"{pair[gate]:g}"))
    return ". And ".join(told[:2]) or "each gate would do, if the others were quite shut or open"


# --- the share that is copied -----------------------------------------------------------------

STRETCHES = {  # when: (samples, timesteps, units)
    "": (6, 13, 9),
    "for an odd number of samples": (7, 4, 10),
    "for a single sample": (1, 5, 3),
    "for a longer stretch": (8, 25, 2),
}


def trained_gates(k, shape):
    """Gates of a few units that copy and others that don't, alike in all samples."""
    return np.random.default_rng(k).uniform(0.3, 1, shape) ** np.linspace(0.05, 1, shape[2])


@exercise(
    probes=[
        Probe(
            {"z": trained_gates(k, shape)},
            when,
            sizes=dict(zip(("samples", "timesteps", "units"), shape, strict=True)),
        )
        for k, (when, shape) in enumerate(STRETCHES.items())
    ],
    examples=[
        {"z": np.array([[[0.5], [0.8]]])},
        {"z": np.array([[[0.5], [0.8]], [[0.9], [0.4]], [[0.2], [0.1]]])},
    ],
    returns={"the share": "units"},
    right="the shares agree on random gates, for other numbers of samples, timesteps and units",
)
def share_copied(z):
    """Gates z (samples, timesteps, units) -> the share copied by each unit, median sample."""
    over_time = z.prod(axis=1)
    return np.median(over_time, axis=0)


EACH = "over the steps the shares multiply"
share_copied.knows(
    {
        "over_time = z.prod(axis=1)": {
            "over_time = z.mean(axis=1)": f"the mean of the gates is taken: {EACH}",
            "over_time = np.median(z, axis=1)": f"the median is taken over the steps: {EACH}",
            "over_time = z.sum(axis=1)": f"the gates are added: {EACH}",
            "over_time = z.min(axis=1)": f"the smallest gate is taken: {EACH}",
            "over_time = z[:, -1]": f"the last step alone counts: {EACH}",
            "over_time = z[:, 0]": f"the first step alone counts: {EACH}",
            "over_time = z.mean(axis=1) ** z.shape[1]": "the mean gate is raised to a power: that "
            "is what equal gates would leave, and these differ from step to step",
            "over_time = np.exp(np.log(z).mean(axis=1))": "a root of the product is taken: the "
            "share of all the steps together is asked for",
            "over_time = (1 - z).prod(axis=1)": "1 - z is the share of the new: z is what is kept",
            "over_time = 1 - z.prod(axis=1)": "that is 1 minus the share: what is lost",
            "over_time = z[:, 1:].prod(axis=1)": "the first step is left out",
            "over_time = z[:, :-1].prod(axis=1)": "the last step is left out",
            "over_time = np.log(z).sum(axis=1)": "that is the logarithm of the product: one step "
            "is left to take",
            "return np.median(z, axis=0).prod(axis=0)": "the median of each step's gates comes "
            "first, and the product after it: take each sample's product first",
            "return z.mean(axis=0).prod(axis=0)": "the mean of each step's gates comes first, and "
            "the product after it: take each sample's product first, then the median",
            "return np.median(z, axis=(0, 1)) ** z.shape[1]": "the median gate is raised to a "
            "power: take each sample's product first, step by step",
            "return z.mean(axis=(0, 1)) ** z.shape[1]": "the mean gate is raised to a power: take "
            "each sample's product first, step by step, then the median",
            "return z.prod(axis=(0, 1))": "the samples are multiplied as well: the median is taken "
            "over them",
        },
        "np.median(over_time, axis=0)": {
            "over_time.mean(axis=0)": "the mean over the samples is taken: the median is asked for",
            "over_time.max(axis=0)": "the largest of the samples is taken: the median is asked for",
            "over_time.min(axis=0)": "the smallest of the samples is taken: the median is asked "
            "for",
            "over_time[np.argsort(over_time.mean(axis=1))[len(over_time) // 2]]": "one sample "
            "stands for all, the one in the middle: the median is taken for each unit by itself",
            "over_time[0]": "that is the first sample alone: the median over all is asked for",
            "over_time": "each sample's share is there: the median over them is left to take",
            "np.median(over_time)": "that is one number for all units: each unit has a share",
            "np.median(over_time, axis=1)": "the median is taken over the units: it is that over "
            "the samples, along the other axis",
            "np.median(over_time, axis=0) > 0.5": "that says whether the share is above one half: "
            "the share itself is asked for",
        },
    }
)

# --- choosing a cell --------------------------------------------------------------------------


@exercise(
    returns=dict,
    right=lambda chosen: (
        "each is the simplest that does its job. "
        + ". ".join(f"{letter}: {measured(letter, chosen[letter])}" for letter in JOBS)
    ),
)
def choose_a_cell():
    """The simplest model that does each job within its limits."""
    return {
        "A": "linear",  # a sum over fixed places: one weight for each is enough
        "B": "SimpleRNN",  # two steps of memory, and no room for more than 60 numbers
        "C": "GRU",  # a long memory, and an LSTM of 16 units is too large
    }


def rise(samples, seed):
    """A: is the mean of the last 6 of 24 readings above that of the first 6?"""
    x = np.random.default_rng(seed).standard_normal((samples, 24, 1))
    return x, 1.0 * (x[:, -6:].mean(axis=1) > x[:, :6].mean(axis=1))


def repeated(samples, seed):
    """B: are the last two of 12 signals, each +1 or -1, equal?"""
    x = np.random.default_rng(seed).choice([-1.0, 1.0], (samples, 12, 1))
    return x, 1.0 * (x[:, -1] == x[:, -2])


class Job(NamedTuple):
    """A described problem: its data, the number of units, how many parameters fit."""

    draw: object
    features: int
    units: int
    limit: float


JOBS = {
    "A": Job(rise, 1, 16, np.inf),
    "B": Job(repeated, 1, 4, 60),
    "C": Job(functools.partial(data.store_and_recall, delay=20), 2, 16, 1000),
}
CELLS = {"linear": None, "SimpleRNN": SimpleRNN, "GRU": GRU, "LSTM": LSTM}  # simple ones first
SEEDS, LEARNT = range(4), 0.85


def model_for(job, cell, seed):
    """The layers that the lesson trains, the gate that keeps opened by a bias of 3."""
    layer = CELLS[cell](job.units, job.features, seed=seed, dtype="float64")
    if cell != "SimpleRNN":
        start = job.units if cell == "LSTM" else 0  # where the block of f or of z begins
        np.atleast_2d(layer.b)[0, start : start + job.units] = 3
    return Sequential([layer, Last(), Dense(1, job.units, seed=seed, dtype="float64")])


def trained(job, cell, seed, rate):
    """The accuracy on new sequences after 300 training steps."""
    model = model_for(job, cell, seed)
    batches = training.minibatches(*job.draw(9600, seed=seed), 32)
    training.train(
        model,
        batches,
        training.binary_cross_entropy,
        training.Adam(rate),
        lambda grads: training.clip_by_norm(grads, 1.0),
    )
    x, target = job.draw(1000, seed=99)
    return training.accuracy(model.forward(x), target)


@functools.cache
def trial(letter, cell):
    """(parameters, accuracies on new sequences): a linear model fitted, a cell trained four times,
    the simple network at the better of the lesson's two learning rates. The same each time."""
    job = JOBS[letter]
    if cell == "linear":
        (x, target), (x_new, target_new) = job.draw(9600, seed=0), job.draw(1000, seed=99)
        flat, flat_new = (np.c_[a.reshape(len(a), -1), np.ones(len(a))] for a in (x, x_new))
        weights, *_ = np.linalg.lstsq(flat, 2 * target - 1, rcond=None)
        return flat.shape[1], [training.accuracy(flat_new @ weights, target_new)]
    rates = (0.01, 0.003) if cell == "SimpleRNN" else (0.01,)
    scores = [[trained(job, cell, seed, rate) for seed in SEEDS] for rate in rates]
    return model_for(job, cell, 0).count_params(), max(scores, key=np.median)


def measured(letter, cell):
    """What came of the trial, in words."""
    parameters, scores = trial(letter, cell)
    runs = f"{sum(np.array(scores) > LEARNT)} of {len(scores)} runs learn it, " * (len(scores) > 1)
    middle = " in the median" * (len(scores) > 1)
    return f"{runs}{np.median(scores):.0%} right{middle}, with {parameters:,} parameters"


def objection(letter, cell):
    """What speaks against `cell` for this problem, measured on it."""
    job, right = JOBS[letter], choose_a_cell.reference()[letter]
    named = (
        "a linear model"
        if cell == "linear"
        else f"{'an' if cell == 'LSTM' else 'a'} {cell} of {job.units} units"
    )
    if cell != "linear" and (parameters := model_for(job, cell, 0).count_params()) > job.limit:
        return f"{letter}: {named} has {parameters:,} parameters, and {job.limit:,} fit"
    simpler = list(CELLS).index(cell) > list(CELLS).index(right)
    than = f". Something simpler: {measured(letter, right)}" if simpler else ""
    return f"{letter}, {named} on new sequences: {measured(letter, cell)}{than}"


@choose_a_cell.against
def not_the_simplest(chosen):
    """What speaks against the first wrong choice, measured, or nothing."""
    for letter, right in choose_a_cell.reference().items():
        cell = chosen.get(letter)
        if cell in (None, ..., ""):
            return f"{letter} has no cell yet"
        if not isinstance(cell, str) or cell not in CELLS:
            return f"{letter}: {cell!r} is none of {', '.join(CELLS)}"
        if cell != right:
            return objection(letter, cell)
    return None
