"""The checks of lesson 05. Each begins with the reference, which is a solution to read."""

import functools
from typing import NamedTuple

import numpy as np

from utils import cells, data, training
from utils.checks.engine import Probe, exercise
from utils.layers import GRU, LSTM, Dense, Last, Sequential, SimpleRNN, sigmoid

GATES = "zrg"  # the order of the blocks, which is Keras's


def remarks(table):
    """{pattern: remark} as `remarks` of an exercise: what is found is said, and then the remark,
    which stands in the place of a guess, for it knows better."""
    guess = ": no size here.*|: that index.*"
    return {
        f"(?=.*(?:{found}))(.*?)(?:{guess})?": rf"\1: {remark}" for found, remark in table.items()
    }


STATE = {"x_t": "batch features", "h_prev": "batch units"}
MATRICES = {"W_x": "features zrg*units", "W_h": "units zrg*units"}

# --- what can go wrong in a step, wherever the reset is ---------------------------------------

SHARE = "a gate is a share from 0 to 1, which is the sigmoid's range"
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
    "z * h_prev": "the candidate never comes in: the last line lacks its share",
    "(1 - z) * g": "the old state is lost: the last line lacks its share",
    "h_prev": "that is the old state, unchanged",
    "g": "that is the candidate g_t: the update gate has still to mix it in",
    "z": "that is the update gate z_t: the state is asked for",
    "r": "that is the reset gate r_t: the state is asked for",
    "r * h_prev + (1 - r) * g": "the last line mixes with r: the update gate z decides how much is "
    "kept",
    "z * r * h_prev + (1 - z) * g": "the kept state is multiplied by r as well: r acts inside the "
    "candidate only",
    "np.tanh(z * h_prev + (1 - z) * g)": "the new state goes through tanh once more: a mixture "
    "needs none",
}


def reordered(blocks):
    """Lines after which `blocks`, {} for a gate's letter, are taken in another order; the nudge."""

    def lines(order, *blocks):
        sides = [[", ".join(map(block.format, k)) for k in (order, GATES)] for block in blocks]
        return "\n    ".join([*map(" = ".join, sides), "z = sigmoid("])

    here = "the blocks are taken in the order {}: here they lie in the order z, r, g"
    orders = {lines(k, *blocks.values()): ", ".join(k) for k in ("rzg", "zgr", "gzr", "grz")}
    table = {wrong: here.format(order) for wrong, order in orders.items()}
    table[lines("rzg", *blocks.values())] += (
        ". That is another framework's order, or z and r have changed places in your last two lines"
    )
    for name, block in blocks.items():
        table[lines("rzg", block)] = f"z and r are swapped in {name}, and nowhere else"
    return table


def shared(terms, gated, blocks):
    """{line: {wrong: words}} that both forms know. `terms` are what a gate adds up, {} for its
    letter, `gated` is what r makes of the second, `blocks` are what is cut into three."""
    z, r, g = (" + ".join(terms.values()).replace("{}", gate) for gate in GATES)
    first, state, *_ = [term.format("g") for term in terms.values()]
    candidate = g.replace(state, gated)
    table = {
        "z * h_prev + (1 - z) * g": LAST_LINE,
        f"z = sigmoid({z})\n    r = sigmoid(": {
            f"z = 1 - sigmoid({z})\n    r = 1 - sigmoid(": "both gates are 1 minus what they "
            "should be: has the exponent in your sigmoid the right sign?",
        },
        "g = np.tanh(": {
            "g = sigmoid(": "the candidate comes from a sigmoid: a state may be negative, so it "
            "goes through tanh",
            "g = (": "the candidate's tanh is missing",
            "g = np.maximum(0, ": "the candidate comes from a ReLU: here it goes through tanh",
        },
        gated: {
            "0": "the candidate does not see the previous state",
            state: "the reset gate is missing from the candidate",
            gated.replace("r", "z", 1): "the candidate uses z where the reset gate r belongs",
            f"{gated.replace('r', '(1 - r)', 1)}": "the candidate uses 1 - r: an open reset gate, "
            "r = 1, lets the old state in",
        },
        candidate: {
            f"r * ({g})": "r multiplies the whole sum: it gates the old state, not the input",
            g.replace(first, f"r * ({first})"): "r multiplies the input: it gates the old state",
        },
        f"np.tanh({candidate})": {
            f"r * np.tanh({g})": "r multiplies the finished candidate: it acts inside the tanh",
        },
        "z = sigmoid(": reordered(blocks),
        "r = sigmoid(": {},
    }
    for gate in "zr":
        table[f"{gate} = sigmoid("] |= {
            f"{gate} = np.tanh(": f"{gate} comes from a tanh: {SHARE}",
            f"{gate} = (": f"the sigmoid of {gate} is missing: {SHARE}",
        }
    for gate, whole in zip(GATES, (z, r, candidate), strict=True):
        for name, term in terms.items():
            parts = whole.split(" + ")
            if term.format(gate) in parts:
                parts.remove(term.format(gate))
                table.setdefault(whole, {})[" + ".join(parts)] = f"{gate} lacks {name}"
    return table


# --- one step, the reset before the product ---------------------------------------------------


ONE_AXIS = "b has one axis"
PRODUCTS = {  # what NumPy says, wherever the product is
    "must agree|must be equal|matmul": ON_THE_LEFT,
    "could not be broadcast": "* is element by element, @ is the matrix product",
}


@exercise(
    STATE | MATRICES | {"b": "zrg*units"},
    off=["x_t", "h_prev"],
    returns={"h_t": "batch units"},
    right="the new state agrees on random arrays, also with x_t and h_prev switched off in turn, "
    "and for a single sample",
    remarks=remarks({"tuple index": f"{ONE_AXIS}: split it without axis=1"} | PRODUCTS),
    pairs=True,
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
            "its bias": "b_{}",
        },
        gated="(r * h_prev) @ W_hg",
        blocks={"W_x": "W_x{}", "W_h": "W_h{}", "b": "b_{}"},
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

# --- one step, the reset after the product ----------------------------------------------------


@exercise(
    STATE | MATRICES | {"b": "2 zrg*units"},
    off=["x_t", "h_prev"],
    returns={"h_t": "batch units"},
    right="the new state agrees on random arrays, both biases included, also with x_t and h_prev "
    "switched off in turn, and for a single sample",
    remarks=remarks(
        {r"shapes .*\(2,|equal div": "b has two rows: b[0] goes with W_x, b[1] with W_h"} | PRODUCTS
    ),
    pairs=True,
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
        blocks={"what comes from the input": "x_{}", "what comes from the state": "h_{}"},
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
            "b_x, b_h = 0, b[0] + b[1]": "both rows of b are added on the state's side: the first "
            "belongs to the input's side",
        },
        "z = sigmoid(": {
            "h_z, h_r, _ = np.split(h_prev @ W_h, 3, axis=1)\n    z = sigmoid(": (
                "the second row of b is missing from z and r: there both rows are added"
            ),
        },
        "np.split(x_t @ W_x + b_x, 3, axis=1)": {
            "np.split(x_t @ W_x + b_x, 3)": f"what comes from the input {COLUMNS}",
        },
        "np.split(h_prev @ W_h + b_h, 3, axis=1)": {
            "np.split(h_prev @ W_h + b_h, 3)": f"what comes from the state {COLUMNS}",
        },
    }
)

# --- counting ---------------------------------------------------------------------------------


LAYERS = [(2, 5, True), (2, 5, False), (7, 4, True), (7, 4, False), (1, 12, True), (9, 3, False)]


@exercise(
    probes=[Probe({"features": f, "units": u, "reset_after": after}) for f, u, after in LAYERS],
    returns={"the count": ""},
    right="the count holds for six layers, for both places of the reset gate",
    evidence="you count {got:,.10g}: write down the shapes of W_x, W_h and b and count each",
    pairs=True,
)
def count_parameters(features, units, reset_after):
    """How many numbers W_x, W_h and b of a GRU hold together, for either place of the reset."""
    biases = 2 if reset_after else 1
    return 3 * (features * units + units * units + biases * units)


ONE_BLOCK = "features * units + units * units + biases * units"
MATRIX = "W_h is a matrix: every unit hears every unit"

count_parameters.knows(
    {
        "3 * (": {
            "4 * (": "that is an LSTM's count, with four blocks: a GRU has three",
            "2 * (": "two blocks are counted: the candidate has weights as well",
            "(": "one block is counted: z, r and the candidate have each their own",
        },
        "2 if reset_after else 1": {
            "1": "with reset_after the bias has two rows",
            "2": "without reset_after the bias has one row",
            "1 if reset_after else 2": "the two settings are swapped",
            "0": "the bias is missing",
            "4 / 3 if reset_after else 1": "you count a second bias for the candidate alone, "
            "which is all that is needed, but Keras gives every block one: look at the shape of b",
        },
        "features * units + units * units": {
            "features * units": "the weights W_h are missing",
            "units * units": "the weights W_x are missing",
            "features * units + units": MATRIX,
            "features * units + 2 * units": MATRIX,
            "features * units + features * features": "W_h leads from the units to the units",
            "features + units": "W_x and W_h are matrices: their sizes are products, not sums",
        },
        f"3 * ({ONE_BLOCK})": {
            "3 * (features * units + units * units) + biases * units": (
                "the bias has a block for each of z, r and g, as the matrices have"
            ),
            "biases * 3 * (features * units + units * units + units)": (
                "reset_after doubles the bias only, not the matrices"
            ),
            f"3 * ({ONE_BLOCK}) + units + 1": "an output layer is counted as well: leave it out",
        },
    }
)

# --- from one convention to the other ---------------------------------------------------------


def other_gru_step(x_t, h_prev, W_x, W_h, b):
    """gru_step as other texts have it: z is the share of the candidate. -> h_t"""
    _, (z, _, g) = cells.gru_step(x_t, h_prev, W_x, W_h, b)
    return (1 - z) * h_prev + z * g


@exercise(
    MATRICES | {"b": "zrg*units"},
    off=["W_xz", "W_hz"],
    returns={"W_x": "features", "W_h": "units", "b": ""},
    right="the network with your weights, in the other convention, is the same network",
    pairs=True,
)
def convert_update_gate(W_x, W_h, b):
    """The weights of the same network in the convention with z and 1 - z swapped.
    W_x (features, 3 units), W_h (units, 3 units), b (3 units,), blocks z, r, g. -> W_x, W_h, b"""
    block = np.arange(len(b)) // len(W_h)  # 0, 1 and 2 for the columns of z, r and g
    sign = np.where(block == 0, -1, 1)
    return W_x * sign, W_h * sign, b * sign


MORE = "a sigmoid turns into 1 minus itself when everything inside it changes its sign"
ROWS = "are negated, and the blocks are columns"
CONVERTED = "W_x * sign, W_h * sign, b * sign"


def each(change):
    """What stands instead of CONVERTED if all three arrays, called a, are changed so."""
    return f"tuple({change} for a in (W_x, W_h, b))"


convert_update_gate.knows(
    {
        "b * sign": {
            "b": f"the bias keeps its sign: {MORE}, and b_z is inside it",
            "np.where(block == 0, 1 - b, b)": "the bias becomes 1 - b_z: like the weights it "
            "changes its sign only",
        },
        "W_h * sign": {
            "W_h": f"W_h keeps its sign: {MORE}, and the product with W_h is inside it",
            "-W_h": f"the rows of W_h {ROWS}",
        },
        "W_x * sign": {
            "W_x": f"W_x keeps its sign: {MORE}, and the product with W_x is inside it",
            "np.vstack([-W_x[: len(W_h)], W_x[len(W_h) :]])": f"rows of W_x {ROWS}",
        },
        "W_x * sign, W_h * sign": {"W_x, W_h": f"both matrices keep their sign: {MORE}"},
        "W_h * sign, b * sign": {"W_h, b": f"only W_x is converted: {MORE}"},
        "block == 0": {
            "block < 0": "nothing has changed: the update gate would now keep what it used to "
            "replace",
            "block >= 0": "all three blocks change their sign: only z means something else, r and "
            "g stay",
            "block == 1": "the block of r is negated: z is the first of the three",
            "block == 2": "the block of g is negated: z is the first of the three",
            "block < 2": "both gates are negated: r means the same in both conventions",
            "block != 1": "the blocks of z and g are negated: g means the same in both conventions",
            "np.arange(len(b)) < len(W_x)": "as many columns are negated as W_x has rows: the "
            "block of z is as wide as there are units",
            "np.arange(len(b)) < 4": "four columns are negated, however many units there are",
            "np.arange(len(b)) < len(b) // 2": "half of the columns are negated: the block of z "
            "is a third of them",
        },
        CONVERTED: {
            each("np.where(block == 0, 1 - a, a)"): "1 minus the weights is not it: 1 - z is the "
            "sigmoid of minus the sum",
            each("np.where(block == 0, 1 - sigmoid(a), a)"): (
                "the sigmoid acts on the sum, not on a weight: what must become of the sum?"
            ),
            each("np.concatenate([a[..., block == k] for k in (1, 0, 2)], axis=-1)"): (
                "the blocks of z and r have changed places: they stay where they are"
            ),
            each("np.concatenate([a[..., block == k] for k in (2, 1, 0)], axis=-1)"): (
                "the blocks of z and g have changed places: they stay where they are"
            ),
            "W_h * sign, W_x * sign, b * sign": "the weights are right and in another order: W_x "
            "comes first",
        },
    }
)

# --- choosing a cell --------------------------------------------------------------------------


@exercise(
    returns=dict,
    right=lambda chosen: (
        "each is the simplest that does its job. "
        + ". ".join(f"{letter}: {measured(letter, cell)}" for letter, cell in chosen.items())
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
    than = f". For something simpler: {measured(letter, right)}" if simpler else ""
    return f"{letter}, {named} on new sequences: {measured(letter, cell)}{than}"


@choose_a_cell.against
def not_the_simplest(chosen):
    """What speaks against the first wrong choice, measured, or nothing."""
    if chosen.keys() - JOBS.keys():
        return f"the keys of the dict are {', '.join(map(repr, JOBS))}, not {[*chosen]}"
    for letter, right in choose_a_cell.reference().items():
        cell = chosen.get(letter)
        if cell in (None, ..., ""):
            return f"{letter} has no cell yet"
        if not isinstance(cell, str) or cell not in CELLS:
            return f"{letter}: {cell!r} is none of {', '.join(CELLS)}"
        if cell != right:
            return objection(letter, cell)
    return None
