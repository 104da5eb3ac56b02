"""The checks of lesson 04. Each begins with the reference, which is a solution to read."""

import functools
import itertools

import numpy as np

from utils.checks.engine import Probe, exercise
from utils.checks.gates import candidates, curves, rows, taken  # noqa: F401 (taken: in the slips made of rows)
from utils.checks.results import listed
from utils.layers import LSTM, sigmoid
from utils.words import number

# --- one gate ---------------------------------------------------------------------------------


STATE = {"x_t": "batch features", "h_prev": "batch units"}
WEIGHTS = {"W_x": "features ifgo*units", "W_h": "units ifgo*units", "b": "ifgo*units"}


@exercise(
    STATE | WEIGHTS,
    off=["x_t", "h_prev", "b"],
    large=["W_x", "W_h"],
    one_hot=["x_t"],
    returns={"f_t": "batch units"},
    examples=[
        {
            "x_t": np.array([[2.0]]),
            "h_prev": np.array([[1.0]]),
            "W_x": np.array([[1.0, 0, 2, 3]]),
            "W_h": np.array([[2.0, 1, 0, -1]]),
            "b": np.array([0.0, 0.5, 1, 0]),
        },
    ],
    right="the forget gate agrees on random arrays, also with x_t, h_prev and b switched off in "
    "turn, for a single sample, and for other numbers of units and features",
)
def forget_gate(x_t, h_prev, W_x, W_h, b):
    """f_t (batch, units), from weights in which the blocks of i, f, g and o lie side by side."""
    units = h_prev.shape[1]
    z = x_t @ W_x + h_prev @ W_h + b
    z_f = z[:, units : 2 * units]  # the second of the four
    return sigmoid(z_f)


EVERY_FOURTH = "every fourth column is taken: a gate's columns lie side by side, in one block"
TWO_SIGMOIDS = (
    "input and state each have a sigmoid of their own: first the whole sum, then one sigmoid"
)
WRONG_BLOCK = "the columns of the {} are taken: the blocks lie in the order i, f, g, o"
ORDER = "ifgo"
SUM, TERMS = (
    "x_t @ {W_x} + h_prev @ {W_h} + {b}",
    {"W_x": "the input", "W_h": "the previous state", "b": "the bias"},
)
TURNED = "np.hstack([W.T for W in np.split(W_h, 4, axis=1)])"
TRANSPOSED = "W_h is transposed: rows are samples here, so the state stands on the left"
STACKED = "np.hstack([h_prev, x_t]) @ np.vstack([W_x, W_h])"
STATE_FIRST = (
    "the state stands before the input, and W_x above W_h, so that each meets the other's weights"
)


def two_sigmoids(extra):
    """The sigmoid of the input's part and that of the state's part, the bias in one of them."""
    from_h = f"(h_prev @ W_h{extra})[:, units:2*units]"
    return f"sigmoid(z_f - {from_h}) + sigmoid({from_h})"


forget_gate.knows(
    {
        "units : 2 * units": {
            ":units": WRONG_BLOCK.format("input gate i"),
            "2 * units : 3 * units": WRONG_BLOCK.format("candidate g"),
            "3 * units :": WRONG_BLOCK.format("output gate o"),
            "1::4": EVERY_FOURTH,
            "units + 1 : 2 * units + 1": "the columns begin one too late: they are counted from "
            "0, so the first after the block of i has the number units",
            ":": "all four blocks are computed: of the columns, take those of the forget gate",
        },
        "z[:, units : 2 * units]": {
            "z[units : 2 * units]": "rows are cut out, which are samples: the blocks are columns, "
            "so a colon for all rows comes first",
            "z.reshape(4, len(z), units)[1]": "the reshape mixes samples and gates: the samples "
            "stay the first axis",
        },
        "sigmoid(z_f)": {
            "np.tanh(z[:, 2 * units : 3 * units])": "that is the candidate g, from the third block "
            "and by tanh: the forget gate is asked for",
            "sigmoid(z_f) * h_prev": "the gate is there and already multiplies h_prev: here f_t "
            "alone is asked for",
            "sigmoid(z_f - b[units:2*units]) + b[units:2*units]": (
                "the bias is added after the sigmoid"
            ),
            two_sigmoids(""): TWO_SIGMOIDS,
            two_sigmoids(" + b"): TWO_SIGMOIDS,
        },
        " + b": {
            "": "the bias is missing",
            " - b": "the bias is subtracted, and should be added",
        },
        " + h_prev @ W_h": {"": "the previous state is missing: the gate reads it, too"},
        "x_t @ W_x + ": {"": "the input is missing"},
        "h_prev @ W_h": {f"h_prev @ {TURNED}": TRANSPOSED},
        "x_t @ W_x + h_prev @ W_h": {STACKED: STATE_FIRST},
        "units = h_prev.shape[1]": {
            "units = x_t.shape[1]": "the number of features is taken for that of units: the "
            "blocks are as wide as h_prev has columns",
            "units = len(x_t)": "the number of samples is taken for that of units: the "
            "blocks are as wide as h_prev has columns",
        },
    }
)
forget_gate.knows(curves("sigmoid(z_f)", {"f": "z_f"}))
forget_gate.knows(rows(SUM, TERMS, ORDER, gates="f"))


# --- the whole step ---------------------------------------------------------------------------


@exercise(
    STATE | {"c_prev": "batch units"} | WEIGHTS,
    off=["x_t", "h_prev", "c_prev", "b"],
    large=["W_x", "W_h", "c_prev"],
    one_hot=["x_t"],
    returns={"h_t": "batch units", "c_t": "batch units"},
    examples=[
        {
            "x_t": np.array([[2.0]]),
            "h_prev": np.array([[1.0]]),
            "c_prev": np.array([[0.5]]),
            "W_x": np.array([[1.0, 0, 2, 3]]),
            "W_h": np.array([[2.0, 1, 0, -1]]),
            "b": np.array([0.0, 0.5, 1, 0]),
        },
    ],
    origin="c_t",
    right="h_t and c_t agree on random arrays, also with x_t, h_prev, c_prev and b switched off in "
    "turn, for a single sample, and for other numbers of units and features",
)
def lstm_step(x_t, h_prev, c_prev, W_x, W_h, b):
    """The new state h_t and the new cell state c_t, both (batch, units)."""
    z = x_t @ W_x + h_prev @ W_h + b
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
    g = np.tanh(z_g)
    c_t = f * c_prev + i * g
    h_t = o * np.tanh(c_t)
    return h_t, c_t


ORDERS = ["".join(order) for order in itertools.permutations(ORDER) if "".join(order) != ORDER]
ELSEWHERE = {"ifog": "some lecture notes", "igfo": "the first TensorFlow", "iofg": "ONNX"}


def in_order(order):
    """The words for blocks that are taken in another order, as elsewhere."""
    if order == "figo":
        return (
            "f and i are swapped: f, the second block, says how much of c_prev is kept; i, the "
            "first, how much is written"
        )
    where = f", as in {ELSEWHERE[order]}" if order in ELSEWHERE else ""
    return f"the blocks are taken in the order {', '.join(order)}{where}: here it is i, f, g, o"


lstm_step.knows(
    {
        "z_i, z_f, z_g, z_o": {
            ", ".join(f"z_{name}" for name in order): in_order(order) for order in ORDERS
        },
        "np.split(z, 4, axis=1)": {"[z[:, k::4] for k in range(4)]": EVERY_FOURTH},
        # the curves
        "i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)\n    g = np.tanh(z_g)": {
            "i, f, o = np.tanh(z_i), np.tanh(z_f), np.tanh(z_o)\n    g = sigmoid(z_g)": (
                "sigmoid and tanh are swapped: gates lie between 0 and 1, the candidate does not"
            ),
        },
    }
)
lstm_step.knows(
    {
        # the cell state
        "f * c_prev + i * g": {
            "c_prev + i * g": "c_prev is kept whole: the forget gate is not applied to it",
            "f * c_prev + g": "the candidate is written whole: the input gate is left out",
            "i * g": "the old cell state is missing: nothing is remembered",
            "f * c_prev": "nothing is written: the candidate and its gate are missing",
            "f * c_prev - i * g": "what is written is subtracted: it is added",
            "f * c_prev * i * g": "what is kept and what is written are multiplied: they are added",
            "f * (c_prev + i * g)": "f multiplies the whole sum: it acts on c_prev alone",
            "i * (f * c_prev + g)": "i multiplies the whole sum: it acts on g alone",
            "(f + c_prev) * (i + g)": "sums and products are exchanged in c_t",
            "f + c_prev + i * g": "f is added to c_prev: a gate multiplies",
            "f * c_prev + i + g": "i is added to g: a gate multiplies",
            "f * np.tanh(c_prev) + i * g": "c_prev goes through tanh first: it is kept as it is",
            "f * c_prev + i * g + h_prev": "h_prev is added to c_t: it enters by the gates and the "
            "candidate only",
            "f * h_prev + i * g": "the forget gate is applied to h_prev: what it keeps is the old "
            "cell state",
            "f * c_prev + (1 - f) * g": "1 - f stands in the place of i: here the input gate is a "
            "gate of its own",
            "(1 - f) * c_prev + i * g": "1 - f stands in the place of f: f is the share that is "
            "kept",
            "(1 - i) * c_prev + i * g": "1 - i stands in the place of f: here the forget gate is "
            "a gate of its own",
            "np.tanh(f * c_prev + i * g)": "c_t itself has gone through tanh: the cell state "
            "stays as it is, only h_t is made of its tanh",
        },
        # the state
        "o * np.tanh(c_t)": {
            "o * c_t": "h_t lacks the tanh around the cell state",
            "o * sigmoid(c_t)": "h_t takes the sigmoid of the cell state: it takes its tanh",
            "np.tanh(o * c_t)": "the tanh is taken of the product: first the tanh, then the gate",
            "np.tanh(c_t)": "the output gate is left out of h_t",
            "o * np.tanh(c_prev)": "h_t is made of the old cell state: the new one is shown",
            "o * np.tanh(g)": "h_t is made of the candidate: the cell state is shown",
            "o + np.tanh(c_t)": "the output gate is added: a gate multiplies",
        },
        # the sums
        " + h_prev @ W_h + b": {" + h_prev @ W_h": "the bias is missing"},
        "h_prev @ W_h + b": {
            "c_prev @ W_h + b": "the gates read c_prev, where they should read h_prev"
        },
        "x_t @ W_x + h_prev @ W_h": {
            "x_t @ W_x": "the gates don't see the previous state h_prev",
            "h_prev @ W_h": "the gates don't see the input x_t",
            STACKED: STATE_FIRST,
        },
        "h_prev @ W_h": {f"h_prev @ {TURNED}": TRANSPOSED},
        # what is returned
        "return h_t, c_t": {
            "return c_t, h_t": "h_t and c_t have changed places: h_t comes first",
            "return h_t, h_t": "h_t is returned twice: the second is c_t",
            "return c_t, c_t": "c_t is returned twice: the first is h_t",
            "return h_t, c_prev": "the old cell state is returned: the next step needs the new one",
            "return h_t, np.tanh(c_t)": "the tanh of c_t is returned: c_t goes to the next step "
            "as it is",
        },
    }
)
lstm_step.knows(
    curves("sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)", {gate: f"z_{gate}" for gate in "ifo"})
)
lstm_step.knows({"np.tanh(z_g)": candidates("z_g")})
lstm_step.knows(rows(SUM, TERMS, ORDER))


# --- a latch, set by hand ---------------------------------------------------------------------


SHAPES = {"W_x": (2, 4), "W_h": (1, 4), "b": (4,)}


@exercise(
    returns=dict.fromkeys(SHAPES),
    right="over 1,000 steps of other values your cell keeps what was flagged, and a new flag "
    "replaces it",
)
def latch():
    """W_x (2, 4), W_h (1, 4) and b (4,) of one unit that stores the flagged value until the next.

    Features: the value, +1 or -1, and the flag. Columns: i, f, g, o.
    """
    W_x = np.array([[0.0, 0.0, 10.0, 0.0], [40.0, -40.0, 0.0, 0.0]])
    W_h = np.zeros((1, 4))
    b = np.array([-20.0, 20.0, 0.0, 20.0])
    return W_x, W_h, b


STEPS = 1000


@functools.cache
def tape(seed=0):
    """Sequences (samples, 1000, 2) with a flag at the start and two later, and what is stored."""
    rng = np.random.default_rng(seed)
    x = np.zeros((8, STEPS, 2))
    x[:, :, 0] = rng.choice([-1.0, 1.0], x.shape[:2])
    x[:, [0, 20, 60], 1] = 1
    x[0, :, 0] = np.where(x[0, :, 1] > 0, [*[1.0] * 20, *[-1.0] * (STEPS - 20)], 1.0)
    x[1, :, 0] = -x[0, :, 0]  # all that comes after the last flag pulls the other way
    stored = np.empty(x.shape[:2])
    for t in range(STEPS):
        stored[:, t] = np.where(x[:, t, 1] > 0, x[:, t, 0], stored[:, t - 1] if t else 0)
    return x, stored


def run(weights, x):
    """The states h of one unit with these weights, and the layer, whose gates can be read."""
    layer = LSTM(1, 2, dtype="float64")
    layer.set_weights(weights)
    return layer.forward(x)[:, :, 0], layer


def latches(weights):
    """Whether h has the sign of the stored value at every step, and is at least 0.5 in size."""
    x, stored = tape()
    return bool(np.all(run(weights, x)[0] * stored >= 0.5))


def in_columns(order):
    """The change that moves the blocks from `order` to i, f, g, o."""
    columns = [order.index(name) for name in ORDER]
    return lambda W_x, W_h, b: (W_x[:, columns], W_h[:, columns], b[columns])


def turned(name):
    """The change that turns a gate round: all its weights and its bias negated."""
    signs = [-1 if name == other else 1 for other in ORDER]
    return lambda *weights: [w * signs for w in weights]


REPAIRS = {  # what is said of weights that one change would make a latch: the change
    **{
        f"with its columns in the order {', '.join(order)} your cell would be a latch: here the "
        "order is i, f, g, o": in_columns(order)
        for order in ORDERS
    },
    "the rows of W_x are the other way round: the value comes first, then the flag": (
        lambda W_x, W_h, b: (W_x[::-1], W_h, b)
    ),
    "i is the wrong way round: shut while the flag is up, open while it is down": turned("i"),
    "f is the wrong way round: near 1 while the flag is up, near 0 while it is down": turned("f"),
    "what is written has the wrong sign: g is negative for +1 and positive for −1": turned("g"),
    "without W_h your cell would be a latch: none of the four needs the old state": (
        lambda W_x, W_h, b: (W_x, 0 * W_h, b)
    ),
}


ROLES = {  # a gate, and when: what is best there, of the input (..., 2)
    ("i", "up"): lambda x: 1,
    ("f", "up"): lambda x: 0,
    ("g", "up"): lambda x: x[..., 0],
    ("i", "down"): lambda x: 0,
    ("f", "down"): lambda x: 1,
    ("o", "always"): lambda x: 1,
}
SOME = sorted(itertools.product([False, True], repeat=len(ROLES)), key=sum)


def phase(when, x):
    """Where, in sequences x, the flag is up, or down, or either."""
    return {"up": x[..., 1] > 0, "down": x[..., 1] == 0, "always": x[..., 1] >= 0}[when]


def at_fault(gates, x, stored):
    """The fewest roles that, held at what is best, would make the cell a latch; of several such
    sets the one that is furthest from the best."""
    held = {name: np.repeat(gates[name][None], len(SOME), axis=0) for name in ORDER}
    away = np.zeros(len(SOME))
    for k, ((name, when), best) in enumerate(ROLES.items()):
        where, chosen = phase(when, x), np.array(SOME)[:, k]
        changed = np.where(where, best(x), gates[name])
        away += chosen * np.abs(changed - gates[name]).sum()
        held[name][chosen] = np.where(where, best(x), held[name][chosen])
    c, holds = np.zeros(held["i"].shape[:2]), np.ones(len(SOME), bool)
    for t in range(x.shape[1]):
        i, f, g, o = (held[name][:, :, t] for name in ORDER)
        c = f * c + i * g
        holds &= np.all(o * np.tanh(c) * stored[:, t] >= 0.5, axis=1)
    fewest = min(sum(some) for some, ok in zip(SOME, holds, strict=True) if ok)
    sets = [k for k, some in enumerate(SOME) if holds[k] and sum(some) == fewest]
    return [*itertools.compress(ROLES, SOME[max(sets, key=lambda k: away[k])])]


def shown(gate, x, digits=2, worst=np.max):
    """A gate's value, in words, over the steps of x (steps, 2) that are looked at."""
    by_value = [gate[x[:, 0] == value] for value in (1, -1)]
    ups, downs = sorted(by_value, key=np.mean, reverse=True)
    if ups.min() - downs.max() > 0.05:  # so it is the value that moves it
        means = [number(of.mean(), digits) for of in by_value]
        return f"{means[0]} for +1 and {means[1]} for −1"
    if np.ptp(gate) > 0.05:
        return f"between {number(gate.min(), digits)} and {number(gate.max(), digits)}"
    return number(worst(gate), digits)


def heard(gate, x, **how):
    """`shown` of a gate that should hear the flag alone."""
    words = shown(gate, x, **how)
    return words + ", though the flag alone should move it" * ("for +1" in words)


def while_up(roles, gates, x):
    """What is wrong while the flag is up."""
    up = phase("up", x)
    i, f, g = (gates[name][up] for name in "ifg")
    x, told = x[up], []
    if ("g", "up") in roles:
        follows = np.all(g * x[:, 0] > 0.05)
        fault = "too little is written" if follows else "what is written doesn't follow the value"
        told.append(f"{fault}, for g is {shown(g, x)}")
    if ("i", "up") in roles:
        told.append(f"i is {heard(i, x, worst=np.min)}, so too little is written")
    if ("f", "up") in roles:
        told.append(f"f is {heard(f, x)}, so the old value is not erased")
    moved = [name for name in "if" if (name, "up") in roles and np.ptp(gates[name]) > 0.05]
    just = [name for name in moved if np.allclose(gates[name][up], 0.5, atol=0.01)]
    if just:
        weight = f"at {listed(just)} the flag's weight"
        told[-1] += f": {weight} just cancels the bias, and must be larger"
    return told


def while_down(roles, gates, x):
    """What is wrong while the flag is down."""
    i, f = (gates[name][phase("down", x)] for name in "if")
    x, told = x[phase("down", x)], []
    if ("f", "down") in roles:
        told.append(f"f is {heard(f, x, digits=4, worst=np.min)}, so it forgets")
        if np.ptp(f) <= 0.05:
            told[-1] += f": that to the power of 900 is {number(f.min() ** 900, 2)}"
    if ("i", "down") in roles:
        told.append(f"i is {heard(i, x)}, so other values leak in, and there are hundreds")
    return told


def what_leaks(weights):
    """What is wrong with a latch: the one change that would mend it, or the gates at fault."""
    for words, change in REPAIRS.items():
        if latches(change(*weights)):
            return words
    x, stored = tape()
    _, layer = run(weights, x)
    gates = {name: layer.gates[name][:, :, 0] for name in ORDER}
    roles = at_fault(gates, x, stored)
    told = [
        f"while the flag is {when}, {'; and '.join(words)}"
        for when, words in (
            ("up", while_up(roles, gates, x)),
            ("down", while_down(roles, gates, x)),
        )
        if words
    ]
    if ("o", "always") in roles:
        right = "the cell state is right, and h shows too little of it: " * (len(roles) == 1)
        falls = "goes down to" if np.ptp(gates["o"]) > 0.05 else "is"
        told.append(f"{right}o {falls} {number(gates['o'].min(), 2)}")
    return ". And ".join(told)


@latch.against
def no_latch(weights):
    """Whatever weights come, the real cell runs with them; its gates say what is wrong."""
    shapes = [value.shape for value in weights]
    if shapes != [*SHAPES.values()] and sorted(shapes) == sorted(SHAPES.values()):
        asked = ", ".join(f"{name} {shape}" for name, shape in SHAPES.items())
        return f"the three shapes are there, in another order than {asked}"
    for (name, shape), value in zip(SHAPES.items(), weights, strict=True):
        if value.shape != shape:
            return f"{name} has the shape {value.shape}, and should have {shape}"
        if not np.isfinite(value).all():
            return f"{name} holds NaN or infinity"
    return None if latches(weights) else what_leaks(weights)


# --- how large a forget bias ------------------------------------------------------------------


def what_is_kept(args, bias):
    f, steps = float(sigmoid(np.float64(bias))), args["steps"]
    if abs(f**steps - 0.5) < 0.005:
        left = number(f**steps, 5)
        asked = "the exact formula is asked for, unrounded"
        return f"after {steps} steps {left} is left, which is close to one half: {asked}"
    if not 0 < f**steps < 1:
        return (
            f"with your {number(bias, 4)} the gate is {number(f, 4)}: it must lie between 0 and 1"
        )
    return (
        f"with your {number(bias, 4)} the gate is {number(f, 4)}, and that to the power of {steps} "
        f"is {number(f**steps)}, not one half"
    )


@exercise(
    probes=[Probe({"steps": steps}) for steps in (10, 1, 2, 7, 200, 1000)],
    returns={"the bias": ""},
    right="after 1, 2, 7, 10, 200 and 1,000 steps exactly half of the cell state is left",
    evidence=what_is_kept,
)
def bias_for_half_life(steps):
    """The forget bias with which a cell has lost half of its state after `steps` steps."""
    f = 0.5 ** (1 / steps)
    return np.log(f / (1 - f))


ONE_OVER_E = "leaves about exp(-1), 37%: exactly one half is asked for"
RATE = "that is a rate of decay: the bias is what the sigmoid makes the gate of"

bias_for_half_life.knows(
    {
        "np.log(f / (1 - f))": {
            "f": "that is the gate's value: the bias is what the sigmoid turns into it",
            "sigmoid(f)": "the sigmoid leads from the bias to the gate: you need the way back",
            "np.log((1 - f) / f)": "the sign is wrong: f and 1 - f have changed places within the "
            "logarithm",
            "np.log((f - 1) / f)": "the bias is NaN: the logarithm of a negative number, for "
            "which f or 1 - f has the wrong sign",
            "np.log(f / 1 - f)": "brackets are missing: / comes before -, so the logarithm is that "
            "of 0",
            "np.log(f) / (1 - f)": "a bracket closes too early: the logarithm is that of the whole "
            "quotient",
            "np.log(f) / np.log(1 - f)": "two logarithms are divided: of a quotient they are "
            "subtracted",
            "np.log10(f / (1 - f))": "the logarithm is that of base 10: exp is undone by the "
            "natural one",
            "np.log2(f / (1 - f))": "the logarithm is that of base 2: exp is undone by the natural "
            "one",
            "np.log(f * (1 - f))": "the product of f and 1 - f stands where their quotient should",
            "np.log(1 / f) - 1": "the 1 stands behind the logarithm, and belongs within it: solve "
            "step by step",
            "-np.log(1 / f) - 1": "the 1 stands behind the logarithm, and belongs within it: solve "
            "step by step",
            "1 - np.log(1 / f)": "the 1 stands outside the logarithm, and belongs within it: solve "
            "step by step",
            "np.log(1 + 1 / f)": "1 is added within the logarithm: on the way back it is "
            "subtracted",
            "-np.log(1 + 1 / f)": "1 is added within the logarithm: on the way back it is "
            "subtracted",
            "np.log(f)": "the logarithm of the gate alone is not the inverse of the sigmoid",
            "-np.log(f)": "minus the logarithm of the gate is the rate of decay, and no inverse of "
            "the sigmoid",
            "np.log(1 - f)": "the logarithm of 1 - f alone is not the inverse of the sigmoid",
            "-np.log(1 - f)": "minus the logarithm of 1 - f is close where f is near 1: the exact "
            "inverse of the sigmoid is asked for",
            "f / (1 - f)": "that is exp of the bias: one step is left to take",
            "(1 - f) / f": "that is exp of minus the bias: one step is left to take",
            "1 / (1 - f)": "that is how many steps the gate remembers: the bias is the inverse of "
            "the sigmoid",
            "1 / sigmoid(f)": "1 divided by the sigmoid is not its inverse: solve for what is "
            "inside",
            "np.log(steps)": f"that is the usual rule of thumb, which {ONE_OVER_E}",
            "np.log(2 * steps)": "that is close for many steps: the exact formula is asked for",
            "np.log(steps / np.log(2))": "that is close for many steps: the exact formula is asked "
            "for",
            "np.log(steps / 2)": "the bias grows like that, and one half is left for none of them",
            "1 / steps": RATE,
            "np.arctanh(f)": "that inverts tanh: a gate goes through the sigmoid",
        },
        "0.5 ** (1 / steps)": {
            "1 - 0.5 / steps": "one half is shared out over the steps, and each step multiplies "
            "what is left by f: which f gives one half after all of them?",
            "0.5 / steps": "brackets are missing around the exponent: ** comes before /",
            "1 - 1 / steps": "your gate loses one part in `steps` at each step, which "
            f"{ONE_OVER_E}",
            "np.exp(-1 / steps)": "your gate leaves exp(-1) after `steps` steps, 37%: one half is "
            "asked for",
            "np.exp(-0.5 / steps)": "your gate leaves exp(-0.5), 61%: exactly one half is asked "
            "for",
            "1 - np.log(2) / steps": "your gate is close for many steps: the exact root is asked "
            "for",
            "0.5 ** (1 / (steps + 1))": "one half is left after `steps` + 1 steps: one too many",
            "0.5 ** (1 / (steps - 1))": "one half is left after `steps` - 1 steps: one too few",
            "0.5**steps": "that is what a gate of 0.5 leaves after `steps` steps: here the gate "
            "is the unknown",
            "0.5": "your gate is one half: it is what is left after one step, not after `steps`",
            "np.sqrt(1 / steps)": "base and exponent are exchanged: it is the root of one half",
        },
    }
)


# --- a recording to read ----------------------------------------------------------------------

NAMES = {"f": "B", "i": "C", "o": "A"}  # behind which letter which gate hides
HELD = {  # at which steps which gate is nearly open, the others nearly shut
    "i": [2, 7, 17],
    "o": [3, 5, 8, 9, 10, 13, 14, 19, 20, 21],
}
SHUT = [7, 14]  # the forget gate's own steps


def recording():
    """Input x (24, 2), gates f, i, o and c, state h, each (24,), of one unit made by hand."""
    rng = np.random.default_rng(11)
    steps = np.arange(24)
    x = np.stack([rng.choice([-1.0, 1.0], 24), np.isin(steps, HELD["i"])], axis=1)
    x[HELD["i"], 0] = [1, -1, 1]
    gates = {name: 0.03 + 0.94 * np.isin(steps, HELD[name]) for name in ("i", "o")}
    gates["f"] = 0.97 - 0.94 * np.isin(steps, SHUT)
    gates = {name: gate + rng.uniform(-0.02, 0.02, 24) for name, gate in gates.items()}
    g, c, c_prev = 0.95 * x[:, 0], np.zeros(24), 0.0
    for t in steps:
        c_prev = c[t] = gates["f"][t] * c_prev + gates["i"][t] * g[t]
    return x, gates | {"c": c}, gates["o"] * np.tanh(c)


@exercise(
    returns=dict,
    right="all three gates have their names, and the step is the one at which the memory is "
    "emptied and nothing new comes in",
)
def read_gates():
    """Which letter is which gate, and the step at which the cell state is erased for good."""
    return {"forget": "B", "input": "C", "output": "A", "erased": 14}


def against_output(letter, gates, h):
    """Where h is not what it would be if `letter` were the output gate."""
    name = {v: k for k, v in NAMES.items()}[letter]
    would = gates[name] * np.tanh(gates["c"])
    t = int(np.argmax(np.abs(would - h)))
    return (
        f"at step {t} the cell state is {gates['c'][t]:.2f} and {letter} is {gates[name][t]:.2f}: "
        f"as output gate it would make h {would[t]:.2f}, and h is {h[t]:.2f}"
    )


def against_forget(letter, gates):
    """Where c is not what it could be if `letter` were the forget gate and nothing was written."""
    name = {v: k for k, v in NAMES.items()}[letter]
    c, c_prev = gates["c"], np.r_[0, gates["c"][:-1]]
    would = gates[name] * c_prev
    t = int(np.argmax(np.abs(would - c) - gates["i"]))
    return (
        f"at step {t} the cell state goes from {c_prev[t]:.2f} to {c[t]:.2f}, and {letter} is "
        f"{gates[name][t]:.2f}: as forget gate it would leave {would[t]:.2f}"
    )


def against_erased(step, gates):
    """What happens to c at a step that is not the one asked for."""
    c_prev = gates["c"][step - 1] if step else 0.0
    went = f"at step {step} the cell state goes from {c_prev:.2f} to {gates['c'][step]:.2f}"
    if abs(gates["c"][step]) > 0.5 and abs(c_prev) > 0.5:
        return f"{went}: something is kept or replaced, and not erased"
    if abs(gates["c"][step]) > 0.5:
        return f"{went}: that is a step of writing"
    return f"{went}: there was hardly anything to erase"


@read_gates.against
def misread(said):
    """What in the recording speaks against the first wrong answer, or nothing."""
    wanted = list(read_gates.reference())
    for key in wanted:
        if said.get(key) in (None, ..., "", "?"):
            return f"the dict has no answer for '{key}' yet"
    _, gates, h = recording()
    forget, put_in, output = (str(said[key]).strip().upper() for key in wanted[:3])
    if sorted([forget, put_in, output]) != ["A", "B", "C"]:
        return f"the gates are A, B and C, each once, and you name {forget}, {put_in}, {output}"
    if output != NAMES["o"]:
        return f"'output': {against_output(output, gates, h)}"
    if forget != NAMES["f"]:
        return f"'forget': {against_forget(forget, gates)}"
    step = said["erased"]
    number = isinstance(step, (int, float, np.number)) and not isinstance(step, bool)
    if not number or step not in range(len(h)):
        return f"'erased' is a step from 0 to {len(h) - 1}, and you say {step!r}"
    if step != read_gates.reference()["erased"]:
        return f"the three gates are right. 'erased': {against_erased(int(step), gates)}"
    return None
