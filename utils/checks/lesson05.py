"""The checks of lesson 05. Each begins with the reference, which is a solution to read."""

import functools
from typing import NamedTuple

import numpy as np

from utils import data, training
from utils.checks import Exercise, Probe, kind, random_probes
from utils.layers import GRU, LSTM, Dense, Last, Sequential, SimpleRNN, sigmoid

GATES = "zrg"  # the order of the blocks, which is Keras's


def side_by_side(probes, biases=None):
    """The same probes, with W_xz, W_xr and W_xg as the blocks of one W_x, and so for W_h and b.

    `biases`, such as "xh", names the rows of a b of two rows.
    """

    def packed(args):
        args = dict(args)
        blocks = {name: [args.pop(name + gate) for gate in GATES] for name in ("W_x", "W_h")}
        for name, parts in blocks.items():
            args[name] = np.hstack(parts)
        rows = [np.hstack([args.pop(f"b_{row}{gate}") for gate in GATES]) for row in biases or [""]]
        args["b"] = np.array(rows) if biases else rows[0]
        return args

    return [probe._replace(args=packed(probe.args)) for probe in probes]


STEP = {"x_t": "batch features", "h_prev": "batch units"}
WEIGHTS = {f"W_x{gate}": "features units" for gate in GATES} | {
    f"W_h{gate}": "units units" for gate in GATES
}

# --- one step, the reset before the product ---------------------------------------------------


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


NEW_STATE = "return z * h_prev + (1 - z) * g"
SPLITS = """W_xz, W_xr, W_xg = np.split(W_x, 3, axis=1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)
    b_z, b_r, b_g = np.split(b, 3)"""
SWAPPED_Z = (
    "z and 1 - z are swapped in the last line: here z is the share of the old state that is kept"
)
IN_ORDER = "the blocks are taken in the order {}: here they lie in the order z, r, g"
LAST_LINE = [  # mistakes in the line that both kinds of step end with
    (NEW_STATE, "return (1 - z) * h_prev + z * g", SWAPPED_Z),
    (
        NEW_STATE,
        "return z * h_prev + g",
        "the candidate is added in full: only the share 1 - z of it comes in",
    ),
    (
        NEW_STATE,
        "return h_prev + (1 - z) * g",
        "the old state is kept in full: only the share z of it stays",
    ),
    (NEW_STATE, "return z * h_prev + z * g", "both shares are z: they must add up to 1"),
    (NEW_STATE, "return (1 - z) * h_prev + (1 - z) * g", "both shares are 1 - z: they add up to 1"),
    (NEW_STATE, "return z * h_prev", "the candidate never comes in: the last line lacks its share"),
    (NEW_STATE, "return (1 - z) * g", "the old state is lost: the last line lacks its share"),
    (NEW_STATE, "return g", "that is the candidate g_t: the update gate has still to mix it in"),
    (NEW_STATE, "return z", "that is the update gate z_t: the state is asked for"),
    (NEW_STATE, "return r", "that is the reset gate r_t: the state is asked for"),
    (
        NEW_STATE,
        "return r * h_prev + (1 - r) * g",
        "the last line mixes with r: the update gate z decides how much is kept",
    ),
    (
        NEW_STATE,
        "return z * r * h_prev + (1 - z) * g",
        "the kept state is multiplied by r as well: r acts inside the candidate only",
    ),
    (
        NEW_STATE,
        "return np.tanh(z * h_prev + (1 - z) * g)",
        "the new state goes through tanh once more: a mixture needs none",
    ),
]

gru_step = Exercise(
    gru_step,
    probes=side_by_side(
        random_probes(
            STEP | WEIGHTS | {f"b_{gate}": "units" for gate in GATES}, terms=["x_t", "h_prev"]
        )
    ),
    returns={"h_t": "batch units"},
    right="the new state agrees on random arrays, also with x_t and h_prev switched off in turn, "
    "and for a single sample",
    mistakes=[
        *LAST_LINE,
        # the blocks
        (
            SPLITS,
            SPLITS.replace("W_xz, W_xr", "W_xr, W_xz")
            .replace("W_hz, W_hr", "W_hr, W_hz")
            .replace("b_z, b_r", "b_r, b_z"),
            IN_ORDER.format("r, z, g, which is another framework's"),
        ),
        (
            SPLITS,
            SPLITS.replace("W_xz, W_xr, W_xg", "W_xz, W_xg, W_xr")
            .replace("W_hz, W_hr, W_hg", "W_hz, W_hg, W_hr")
            .replace("b_z, b_r, b_g", "b_z, b_g, b_r"),
            IN_ORDER.format("z, g, r"),
        ),
        (
            SPLITS,
            SPLITS.replace("W_xz, W_xr, W_xg", "W_xg, W_xz, W_xr")
            .replace("W_hz, W_hr, W_hg", "W_hg, W_hz, W_hr")
            .replace("b_z, b_r, b_g", "b_g, b_z, b_r"),
            IN_ORDER.format("g, z, r"),
        ),
        ("b_z, b_r, b_g", "b_r, b_z, b_g", "the biases of z and r are swapped, the weights not"),
        (
            "np.split(W_x, 3, axis=1)",
            "np.split(W_x, 3)",
            "W_x is cut into rows: the gates' blocks are columns, so split along axis 1",
        ),
        (
            "np.split(W_h, 3, axis=1)",
            "np.split(W_h, 3)",
            "W_h is cut into rows: the gates' blocks are columns, so split along axis 1",
        ),
        # the reset gate
        (
            "(r * h_prev) @ W_hg",
            "r * (h_prev @ W_hg)",
            "r comes after the matrix product: in these equations it multiplies h_prev, and the "
            "product follows",
        ),
        ("(r * h_prev) @ W_hg", "h_prev @ W_hg", "the reset gate is missing from the candidate"),
        (
            "(r * h_prev) @ W_hg",
            "(z * h_prev) @ W_hg",
            "the candidate uses z where the reset gate r belongs",
        ),
        (
            "(r * h_prev) @ W_hg",
            "((1 - r) * h_prev) @ W_hg",
            "the candidate uses 1 - r: an open reset gate, r = 1, lets the old state in",
        ),
        (
            "(r * h_prev) @ W_hg",
            "(r @ W_hg)",
            "the candidate sees r itself: r multiplies h_prev element by element",
        ),
        (
            "x_t @ W_xg + (r * h_prev) @ W_hg + b_g",
            "r * (x_t @ W_xg + h_prev @ W_hg + b_g)",
            "r multiplies the whole sum: it gates the old state, not the input and the bias",
        ),
        (
            "x_t @ W_xg + (r * h_prev) @ W_hg + b_g",
            "r * (x_t @ W_xg) + h_prev @ W_hg + b_g",
            "r multiplies the input: it gates the old state",
        ),
        (
            "np.tanh(x_t @ W_xg + (r * h_prev) @ W_hg + b_g)",
            "r * np.tanh(x_t @ W_xg + h_prev @ W_hg + b_g)",
            "r multiplies the finished candidate: it acts on h_prev, inside the tanh",
        ),
        # the curves
        (
            "z = sigmoid(",
            "z = np.tanh(",
            "z comes from a tanh: a gate is a share from 0 to 1, which is the sigmoid's range",
        ),
        (
            "r = sigmoid(",
            "r = np.tanh(",
            "r comes from a tanh: a gate is a share from 0 to 1, which is the sigmoid's range",
        ),
        (
            "z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)\n    r = sigmoid(",
            "z = np.tanh(x_t @ W_xz + h_prev @ W_hz + b_z)\n    r = np.tanh(",
            "both gates come from a tanh: a gate is a share from 0 to 1, which is the sigmoid's "
            "range",
        ),
        (
            "g = np.tanh(",
            "g = sigmoid(",
            "the candidate comes from a sigmoid: a state may be negative, so it goes through tanh",
        ),
        ("g = np.tanh(", "g = (", "the candidate's tanh is missing"),
        ("z = sigmoid(", "z = (", "the sigmoid of z is missing: a gate is a share from 0 to 1"),
        ("r = sigmoid(", "r = (", "the sigmoid of r is missing: a gate is a share from 0 to 1"),
        # the terms
        ("W_hz + b_z", "W_hz", "the bias of z is missing"),
        ("W_hr + b_r", "W_hr", "the bias of r is missing"),
        ("W_hg + b_g", "W_hg", "the bias of the candidate is missing"),
        ("x_t @ W_xz + h_prev @ W_hz", "x_t @ W_xz", "z does not see the previous state"),
        ("x_t @ W_xz + h_prev @ W_hz", "h_prev @ W_hz", "z does not see the input"),
        ("x_t @ W_xr + h_prev @ W_hr", "x_t @ W_xr", "r does not see the previous state"),
        ("x_t @ W_xr + h_prev @ W_hr", "h_prev @ W_hr", "r does not see the input"),
        (
            "h_prev @ W_hz",
            "h_prev @ W_hz.T",
            "W_hz is transposed: states are rows, and stand on its left",
        ),
        (
            "h_prev @ W_hr",
            "h_prev @ W_hr.T",
            "W_hr is transposed: states are rows, and stand on its left",
        ),
        (
            "(r * h_prev) @ W_hg",
            "(r * h_prev) @ W_hg.T",
            "W_hg is transposed: states are rows, and stand on its left",
        ),
    ],
)

# --- one step, the reset after the product ----------------------------------------------------


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


BLOCKS = "np.split({}, 3, axis={})[2]"
OUTSIDE = (
    "the second row of b is added outside the bracket that r multiplies: it belongs inside, to "
    "the product with W_h"
)

gru_step_reset_after = Exercise(
    gru_step_reset_after,
    probes=side_by_side(
        random_probes(
            STEP | WEIGHTS | {f"b_{row}{gate}": "units" for row in "xh" for gate in GATES},
            terms=["x_t", "h_prev"],
        ),
        biases="xh",
    ),
    returns={"h_t": "batch units"},
    right="the new state agrees on random arrays, both biases included, also with x_t and h_prev "
    "switched off in turn, and for a single sample",
    mistakes=[
        *LAST_LINE,
        # the place of the reset
        (
            "r * h_g",
            f"(r * h_prev) @ {BLOCKS.format('W_h', 1)} + {BLOCKS.format('b_h', 0)}",
            "r comes before the matrix product: here it multiplies what comes out, bias included",
        ),
        (
            "r * h_g",
            f"r * ((r * h_prev) @ {BLOCKS.format('W_h', 1)} + {BLOCKS.format('b_h', 0)})",
            "r acts twice, before and after the product: once, after it",
        ),
        (
            "r * h_g",
            f"r * (h_g - {BLOCKS.format('b_h', 0)}) + {BLOCKS.format('b_h', 0)}",
            OUTSIDE,
        ),
        (
            "r * h_g",
            f"(r * h_prev) @ {BLOCKS.format('W_h', 1)} + r * {BLOCKS.format('b_h', 0)}",
            "r comes before the matrix product: here it multiplies what comes out of it",
        ),
        ("r * h_g", "h_g", "the reset gate is missing from the candidate"),
        ("r * h_g", "z * h_g", "the candidate uses z where the reset gate r belongs"),
        (
            "r * h_g",
            "(1 - r) * h_g",
            "the candidate uses 1 - r: an open reset gate, r = 1, lets the old state in",
        ),
        (
            "x_g + r * h_g",
            "r * (x_g + h_g)",
            "r multiplies the whole sum: what comes from the input is not gated",
        ),
        ("x_g + r * h_g", "r * x_g + h_g", "r multiplies what comes from the input: it gates h_g"),
        (
            "np.tanh(x_g + r * h_g)",
            "r * np.tanh(x_g + h_g)",
            "r multiplies the finished candidate: it acts inside the tanh",
        ),
        # the biases
        ("b_x, b_h = b", "b_h, b_x = b", "the rows of b are swapped: b_x comes first, then b_h"),
        (
            "@ W_h + b_h",
            "@ W_h",
            "the second row of b is missing: it belongs to the product with W_h",
        ),
        (
            "@ W_x + b_x",
            "@ W_x",
            "the first row of b is missing: it belongs to the product with W_x",
        ),
        ("@ W_h + b_h", "@ W_h + b_x", "the first row of b is used twice, the second not at all"),
        ("@ W_x + b_x", "@ W_x + b_h", "the second row of b is used twice, the first not at all"),
        (
            "b_x, b_h = b",
            "b_x, b_h = 0, b[0] + b[1]",
            "both rows of b are added on the state's side: the first belongs to the input's side",
        ),
        # the blocks
        ("x_z, x_r, x_g", "x_r, x_z, x_g", "z and r are swapped on the input's side"),
        ("h_z, h_r, h_g", "h_r, h_z, h_g", "z and r are swapped on the state's side"),
        (
            "z = sigmoid(x_z + h_z)\n    r = sigmoid(x_r + h_r)",
            "r = sigmoid(x_z + h_z)\n    z = sigmoid(x_r + h_r)",
            IN_ORDER.format("r, z, g, which is another framework's"),
        ),
        (
            "np.split(x_t @ W_x + b_x, 3, axis=1)",
            "np.split(x_t @ W_x + b_x, 3)",
            "the input's side is cut into rows: the blocks are columns, so split along axis 1",
        ),
        # the curves
        ("z = sigmoid(", "z = np.tanh(", "z comes from a tanh: a gate is a share from 0 to 1"),
        ("r = sigmoid(", "r = np.tanh(", "r comes from a tanh: a gate is a share from 0 to 1"),
        (
            "g = np.tanh(",
            "g = sigmoid(",
            "the candidate comes from a sigmoid: a state may be negative, so it goes through tanh",
        ),
        ("g = np.tanh(", "g = (", "the candidate's tanh is missing"),
        ("z = sigmoid(", "z = (", "the sigmoid of z is missing: a gate is a share from 0 to 1"),
        ("r = sigmoid(", "r = (", "the sigmoid of r is missing: a gate is a share from 0 to 1"),
        ("x_z + h_z", "x_z", "z does not see the previous state"),
        ("x_r + h_r", "x_r", "r does not see the previous state"),
        ("x_z + h_z", "h_z", "z does not see the input"),
        ("x_r + h_r", "h_r", "r does not see the input"),
    ],
)

# --- counting ---------------------------------------------------------------------------------


def count_parameters(features, units, reset_after):
    """How many numbers W_x, W_h and b of a GRU hold together, for either place of the reset."""
    biases = 2 if reset_after else 1
    return 3 * (features * units + units * units + biases * units)


count_parameters = Exercise(
    count_parameters,
    probes=[
        Probe({"features": f, "units": u, "reset_after": after})
        for f, u, after in [
            (2, 5, True),
            (2, 5, False),
            (7, 4, True),
            (7, 4, False),
            (1, 12, True),
            (9, 3, False),
        ]
    ],
    returns={"the count": ""},
    right="the count holds for six layers, for both places of the reset gate",
    evidence=lambda args, got: (
        f"for {', '.join(f'{name} = {n}' for name, n in args.items())} you count {got:g}: "
        "write down the shapes of W_x, W_h and b and count each"
    ),
    mistakes=[
        ("3 * (", "4 * (", "that is an LSTM's count, with four blocks: a GRU has three"),
        ("3 * (", "2 * (", "two blocks are counted: the candidate has weights as well"),
        ("3 * (", "(", "one block is counted: z, r and the candidate have each their own"),
        ("2 if reset_after else 1", "1", "with reset_after the bias has two rows"),
        ("2 if reset_after else 1", "2", "without reset_after the bias has one row"),
        ("2 if reset_after else 1", "1 if reset_after else 2", "the two settings are swapped"),
        ("2 if reset_after else 1", "0", "the bias is missing"),
        (
            "2 if reset_after else 1",
            "4 / 3 if reset_after else 1",
            "you count a second bias for the candidate alone, which is all that is needed, but "
            "Keras gives every block one: look at the shape of b",
        ),
        (" + units * units", "", "the weights W_h are missing"),
        ("features * units + ", "", "the weights W_x are missing"),
        (" + units * units", " + units", "W_h is a matrix: every unit hears every unit"),
        ("units * units", "features * features", "W_h leads from the units to the units"),
        (
            "features * units + units * units",
            "features + units",
            "W_x and W_h are matrices: their sizes are products, not sums",
        ),
        (
            "3 * (features * units + units * units + biases * units)",
            "3 * (features * units + units * units) + biases * units",
            "the bias has a block for each of z, r and g, as the matrices have",
        ),
        (
            "3 * (features * units + units * units + biases * units)",
            "biases * 3 * (features * units + units * units + units)",
            "reset_after doubles the bias only, not the matrices",
        ),
    ],
)

# --- from one convention to the other ---------------------------------------------------------


def other_gru_step(x_t, h_prev, W_x, W_h, b):
    """gru_step as other texts have it: z is the share of the candidate. -> h_t"""
    W_xz, W_xr, W_xg = np.split(W_x, 3, axis=1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=1)
    b_z, b_r, b_g = np.split(b, 3)
    z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)
    r = sigmoid(x_t @ W_xr + h_prev @ W_hr + b_r)
    g = np.tanh(x_t @ W_xg + (r * h_prev) @ W_hg + b_g)
    return (1 - z) * h_prev + z * g


def convert_update_gate(W_x, W_h, b):
    """The weights of the same network in the convention with z and 1 - z swapped.
    W_x (features, 3 units), W_h (units, 3 units), b (3 units,), blocks z, r, g. -> W_x, W_h, b"""
    units = len(W_h)
    W_x, W_h, b = W_x.copy(), W_h.copy(), b.copy()
    W_x[:, :units] = -W_x[:, :units]
    W_h[:, :units] = -W_h[:, :units]
    b[:units] = -b[:units]
    return W_x, W_h, b


FLIP_X = "W_x[:, :units] = -W_x[:, :units]"
FLIP_H = "W_h[:, :units] = -W_h[:, :units]"
FLIP_B = "b[:units] = -b[:units]"
FLIPS = f"{FLIP_X}\n    {FLIP_H}\n    {FLIP_B}"
MORE = "a sigmoid turns into 1 minus itself when everything inside it changes its sign"


convert_update_gate = Exercise(
    convert_update_gate,
    probes=side_by_side(
        random_probes(WEIGHTS | {f"b_{gate}": "units" for gate in GATES}, terms=["W_xz", "W_hz"])
    ),
    returns={"W_x": "features", "W_h": "units", "b": ""},
    right="the network with your weights, in the other convention, is the same network",
    mistakes=[
        (f"\n    {FLIP_B}", "", f"the bias keeps its sign: {MORE}, and b_z is inside it"),
        (FLIP_H, "", f"W_h keeps its sign: {MORE}, and the product with W_h is inside it"),
        (FLIP_X, "", f"W_x keeps its sign: {MORE}, and the product with W_x is inside it"),
        (f"{FLIP_X}\n    {FLIP_H}", "", f"both matrices keep their sign: {MORE}"),
        (f"{FLIP_H}\n    {FLIP_B}", "", f"only W_x is converted: {MORE}"),
        (FLIPS, "", "nothing has changed: the update gate would now keep what it used to replace"),
        (
            FLIPS,
            "W_x, W_h, b = -W_x, -W_h, -b",
            "all three blocks change their sign: only z means something else, r and g stay",
        ),
        (
            FLIPS,
            FLIPS.replace(":units]", "units : 2 * units]"),
            "the block of r is negated: z is the first of the three",
        ),
        (
            FLIPS,
            FLIPS.replace(":units]", "2 * units :]"),
            "the block of g is negated: z is the first of the three",
        ),
        (
            FLIPS,
            FLIPS.replace(":units]", ": 2 * units]"),
            "both gates are negated: r means the same in both conventions",
        ),
        (
            f"{FLIP_X}\n    {FLIP_H}",
            "W_x[:units] = -W_x[:units]\n    W_h[:units] = -W_h[:units]",
            "rows are negated, and the blocks are columns: W_x[:, :units]",
        ),
        (
            FLIPS,
            FLIPS.replace("= -", "= 1 - "),
            "1 minus the weights is not it: 1 - z is the sigmoid of minus the sum",
        ),
        (
            FLIP_B,
            "b[:units] = 1 - b[:units]",
            "the bias becomes 1 - b_z: like the weights it changes its sign only",
        ),
        (
            "return W_x, W_h, b",
            "return W_h, W_x, b",
            "the weights are right and in another order: W_x comes first",
        ),
    ],
)

# --- choosing a cell --------------------------------------------------------------------------


def choose_a_cell():
    """The simplest model that does each job within its limits."""
    return {
        "A": "linear",  # fixed places in a window of fixed length: one weight for each is enough
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


def model_for(job, cell, seed=0):
    """The layers that the lesson trains, its gate that keeps opened by a bias of 3."""
    layer = CELLS[cell](job.units, job.features, seed=seed, dtype="float64")
    if cell != "SimpleRNN":
        start = job.units if cell == "LSTM" else 0  # where the block of f or of z begins
        np.atleast_2d(layer.b)[0, start : start + job.units] = 3
    return Sequential([layer, Last(), Dense(1, job.units, seed=seed, dtype="float64")])


@functools.cache
def trial(letter, cell):
    """(parameters, accuracy on new sequences) after a short training. The same each time."""
    job = JOBS[letter]
    x, target = job.draw(9600, seed=0)
    x_new, target_new = job.draw(1000, seed=1)
    if cell == "linear":
        flat, flat_new = (np.c_[a.reshape(len(a), -1), np.ones(len(a))] for a in (x, x_new))
        weights, *_ = np.linalg.lstsq(flat, 2 * target - 1, rcond=None)
        return flat.shape[1], training.accuracy(flat_new @ weights, target_new)
    model = model_for(job, cell)
    batches = training.minibatches(x, target, 32)
    training.train(
        model,
        batches,
        training.binary_cross_entropy,
        training.Adam(0.01),
        lambda grads: training.clip_by_norm(grads, 1.0),
    )
    return model.count_params(), training.accuracy(model.forward(x_new), target_new)


def objection(letter, cell):
    """What speaks against `cell` for this problem, measured on it."""
    job, right = JOBS[letter], choose_a_cell.reference()[letter]
    parameters, score = trial(letter, cell)
    named = (
        "a linear model"
        if cell == "linear"
        else f"{'an' if cell == 'LSTM' else 'a'} {cell} of {job.units} units"
    )
    if parameters > job.limit:
        return f"{letter}: {named} has {parameters:,} parameters, and {job.limit:,} fit"
    if list(CELLS).index(cell) > list(CELLS).index(right):
        fewer, simple = trial(letter, right)
        return (
            f"{letter}: trained on it, {named} gets {score:.0%} of new sequences right, with "
            f"{parameters:,} parameters; something simpler gets {simple:.0%} with {fewer:,}"
        )
    return f"{letter}: trained on it, {named} gets {score:.0%} of new sequences right"


class ChooseACell(Exercise):
    """The answer is a dictionary, and what speaks against a wrong choice is measured."""

    def complaint(self, answer, first):
        chosen = first.value
        if chosen is None or isinstance(chosen, Exception):
            return super().complaint(answer, first)
        if not isinstance(chosen, dict):
            return f"your function returns {kind(chosen)}, where a dict is asked for"
        for letter, right in self.reference().items():
            cell = chosen.get(letter)
            if cell in (None, ..., ""):
                return f"{letter} has no cell yet"
            if cell not in CELLS:
                return f"{letter}: {cell!r} is none of {', '.join(CELLS)}"
            if cell != right:
                return objection(letter, cell)
        return None


choose_a_cell = ChooseACell(
    choose_a_cell,
    probes=[Probe({})],
    returns={"the choice": ""},
    right="each is the simplest that does its job within the limits, and a short training agrees",
)
