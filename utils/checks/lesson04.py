"""The checks of lesson 04. Each begins with the reference, which is a solution to read."""

import itertools

import numpy as np

from utils.checks import Exercise, Probe, kind, random_probes
from utils.layers import LSTM, sigmoid

# --- one gate ---------------------------------------------------------------------------------


def forget_gate(x_t, h_prev, W_x, W_h, b):
    """f_t (batch, units), from weights in which the blocks of i, f, g and o lie side by side."""
    units = h_prev.shape[1]
    block = slice(units, 2 * units)  # the second of the four
    z = x_t @ W_x[:, block] + h_prev @ W_h[:, block] + b[block]
    return sigmoid(z)


# Two axes with a name of their own: the blocks make 4 times as many columns as there are units.
STEP = {
    "x_t": "batch features",
    "h_prev": "batch units",
    "W_x": "features columns",
    "W_h": "units columns",
    "b": "columns",
}
WRONG_BLOCK = "the columns of the {} are taken: the blocks lie in the order i, f, g, o"


def gated_probes(arguments, terms):
    """`random_probes` for weights of four blocks."""
    probes = random_probes({k: v.replace("columns", "units") for k, v in arguments.items()}, terms)
    rng = np.random.default_rng(4)
    for probe in probes:
        for name, axes in arguments.items():
            if "columns" in axes:
                old = probe.args[name]
                shape = (*old.shape[:-1], 4 * old.shape[-1])
                probe.args[name] = rng.uniform(-0.9, 0.9, shape) * np.any(old)
    return probes


forget_gate = Exercise(
    forget_gate,
    probes=gated_probes(STEP, terms=["x_t", "h_prev", "b"]),
    returns={"f_t": "batch units"},
    right="the forget gate agrees on random arrays, also with x_t, h_prev and b switched off in "
    "turn, and for a single sample",
    mistakes=[
        (
            "slice(units, 2 * units)",
            "slice(0, units)",
            WRONG_BLOCK.format("input gate i"),
        ),
        (
            "slice(units, 2 * units)",
            "slice(2 * units, 3 * units)",
            WRONG_BLOCK.format("candidate g"),
        ),
        (
            "slice(units, 2 * units)",
            "slice(3 * units, 4 * units)",
            WRONG_BLOCK.format("output gate o"),
        ),
        (
            "slice(units, 2 * units)",
            "slice(1, None, 4)",
            "every fourth column is taken: a gate's columns lie side by side, in one block",
        ),
        (
            "block = slice(units, 2 * units)",
            "block = slice(0, 4 * units)",
            "all four blocks are computed: of the columns, take those of the forget gate",
        ),
        (
            "return sigmoid(z)",
            "return z",
            "that is the sum before the sigmoid: a gate lies in 0..1",
        ),
        (
            "return sigmoid(z)",
            "return np.tanh(z)",
            "a gate lies between 0 and 1, and tanh reaches down to -1: a gate needs the sigmoid",
        ),
        (
            "return sigmoid(z)",
            "return 1 - sigmoid(z)",
            "that is 1 minus the gate, the share that is lost: the minus in exp(-z) may be missing",
        ),
        (" + b[block]", "", "the bias is missing"),
        (" + b[block]", " - b[block]", "the bias is subtracted, and should be added"),
        (
            "return sigmoid(z)",
            "return sigmoid(z - b[block]) + b[block]",
            "the bias is added after the sigmoid",
        ),
        (" + h_prev @ W_h[:, block]", "", "the previous state is missing: the gate reads it, too"),
        ("x_t @ W_x[:, block] + ", "", "the input is missing"),
        (
            "h_prev @ W_h[:, block]",
            "h_prev @ W_h[:, block].T",
            "W_h is transposed: " + "rows are samples here, so the state stands on the left",
        ),
    ],
)


# --- the whole step ---------------------------------------------------------------------------


def lstm_step(x_t, h_prev, c_prev, W_x, W_h, b):
    """The new state h_t and the new cell state c_t, both (batch, units)."""
    z = x_t @ W_x + h_prev @ W_h + b
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
    g = np.tanh(z_g)
    c_t = f * c_prev + i * g
    h_t = o * np.tanh(c_t)
    return h_t, c_t


def order_mistake(order, where):
    """The blocks taken in another order, as elsewhere."""
    names = ", ".join(f"z_{name}" for name in order)
    said = ", ".join(order)
    words = f"the blocks are taken in the order {said}{where}: here it is i, f, g, o"
    return ("z_i, z_f, z_g, z_o = np.split", f"{names} = np.split", words)


CELL = "c_t = f * c_prev + i * g"
lstm_step = Exercise(
    lstm_step,
    probes=gated_probes(
        {"x_t": STEP["x_t"], "h_prev": "batch units", "c_prev": "batch units"} | STEP,
        terms=["x_t", "h_prev", "c_prev", "b"],
    ),
    returns={"h_t": "batch units", "c_t": "batch units"},
    right="h_t and c_t agree on random arrays, also with x_t, h_prev, c_prev and b switched off in "
    "turn, and for a single sample",
    mistakes=[
        # the order of the blocks
        (
            "z_i, z_f, z_g, z_o = np.split",
            "z_f, z_i, z_g, z_o = np.split",
            "f and i are swapped: f, the second block, says how much of c_prev is kept; i, the "
            "first, how much is written",
        ),
        order_mistake("ifog", ", as in some lecture notes"),
        order_mistake("igfo", ", as in the first TensorFlow"),
        order_mistake("iofg", ", as in ONNX"),
        order_mistake("fiog", ""),
        (
            "np.split(z, 4, axis=1)",
            "[z[:, k::4] for k in range(4)]",
            "every fourth column is taken: a gate's columns lie side by side, in one block",
        ),
        # the curves
        (
            "i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)\n    g = np.tanh(z_g)",
            "i, f, o = np.tanh(z_i), np.tanh(z_f), np.tanh(z_o)\n    g = sigmoid(z_g)",
            "sigmoid and tanh are swapped: gates lie between 0 and 1, the candidate does not",
        ),
        (
            "g = np.tanh(z_g)",
            "g = sigmoid(z_g)",
            "the candidate goes through the sigmoid: it may be negative, so it needs tanh",
        ),
        ("g = np.tanh(z_g)", "g = z_g", "the candidate has lost its tanh"),
        (
            "sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)",
            "np.tanh(z_i), np.tanh(z_f), np.tanh(z_o)",
            "the gates go through tanh: they must lie between 0 and 1",
        ),
        (
            "sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)",
            "z_i, z_f, z_o",
            "the gates have lost their sigmoid",
        ),
        # the cell state
        (
            CELL,
            "c_t = c_prev + i * g",
            "c_prev is kept whole: the forget gate is not applied to it",
        ),
        (
            CELL,
            "c_t = f * c_prev + g",
            "the candidate is written whole: the input gate is left out",
        ),
        (CELL, "c_t = i * g", "the old cell state is missing: nothing is remembered"),
        (
            CELL,
            "c_t = f * c_prev * i * g",
            "what is kept and what is written are multiplied: they are added",
        ),
        (CELL, "c_t = (f + c_prev) * (i + g)", "sums and products are exchanged in c_t"),
        (CELL, "c_t = f + c_prev + i * g", "f is added to c_prev: a gate multiplies"),
        (CELL, "c_t = f * c_prev + i + g", "i is added to g: a gate multiplies"),
        (
            CELL,
            "c_t = f * h_prev + i * g",
            "the forget gate is applied to h_prev: what it keeps is the old cell state",
        ),
        (
            CELL,
            "c_t = f * c_prev + (1 - f) * g",
            "1 - f stands in the place of i: here the input gate is a gate of its own",
        ),
        (
            CELL,
            "c_t = np.tanh(f * c_prev + i * g)",
            "c_t itself has gone through tanh: the cell state stays as it is, only h_t is made of "
            "its tanh",
        ),
        # the state
        ("h_t = o * np.tanh(c_t)", "h_t = o * c_t", "h_t lacks the tanh around the cell state"),
        (
            "h_t = o * np.tanh(c_t)",
            "h_t = o * sigmoid(c_t)",
            "h_t takes the sigmoid of the cell state: it takes its tanh",
        ),
        (
            "h_t = o * np.tanh(c_t)",
            "h_t = np.tanh(o * c_t)",
            "the tanh is taken of the product: first the tanh, then the gate",
        ),
        (
            "h_t = o * np.tanh(c_t)",
            "h_t = np.tanh(c_t)",
            "the output gate is left out of h_t",
        ),
        (
            "h_t = o * np.tanh(c_t)",
            "h_t = o * np.tanh(c_prev)",
            "h_t is made of the old cell state: the new one is shown",
        ),
        (
            "h_t = o * np.tanh(c_t)",
            "h_t = o + np.tanh(c_t)",
            "the output gate is added: a gate multiplies",
        ),
        # the sums
        (" + h_prev @ W_h + b", " + h_prev @ W_h", "the bias is missing"),
        ("h_prev @ W_h + b", "c_prev @ W_h + b", "the gates read c_prev: they read h_prev"),
        ("x_t @ W_x + h_prev @ W_h", "x_t @ W_x", "the gates don't see the previous state h_prev"),
        # what is returned
        ("return h_t, c_t", "return c_t, h_t", "both are right and in the other order: h_t first"),
    ],
)


# --- a latch, set by hand ---------------------------------------------------------------------


def latch():
    """W_x (2, 4), W_h (1, 4) and b (4,) of one unit that stores the flagged value until the next.

    Features: the value, +1 or -1, and the flag. Columns: i, f, g, o.
    """
    W_x = np.array([[0.0, 0.0, 10.0, 0.0], [40.0, -40.0, 0.0, 0.0]])
    W_h = np.zeros((1, 4))
    b = np.array([-20.0, 20.0, 0.0, 20.0])
    return W_x, W_h, b


STEPS = 1000
SHAPES = {"W_x": (2, 4), "W_h": (1, 4), "b": (4,)}
ORDER = "ifgo"


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


def reordered(weights, order):
    """The weights with their blocks moved from `order` to i, f, g, o."""
    columns = [order.index(name) for name in ORDER]
    return [np.asarray(w, float)[..., columns] for w in weights]


def what_leaks(weights):
    """What is wrong with a latch, looked up in its gates."""
    for order in map("".join, itertools.permutations(ORDER)):
        if order != ORDER and latches(reordered(weights, order)):
            return (
                f"with its columns in the order {', '.join(order)} your cell would be a latch: "
                "here the order is i, f, g, o"
            )
    x, stored = tape()
    h, layer = run(weights, x)
    i, f, g, o, c = (layer.gates[name][:, :, 0] for name in (*ORDER, "c"))
    up, down = x[:, :, 1] > 0, x[:, :, 1] == 0
    mean = {name: (gate[up].mean(), gate[down].mean()) for name, gate in (("i", i), ("f", f))}
    if mean["i"][0] < 0.5:
        return f"nothing much is written: while the flag is up, i is {mean['i'][0]:.2g}"
    if np.all(g[up] * x[up][:, 0] < 0):
        return "what is written has the wrong sign: g is negative for +1 and positive for -1"
    if np.any(g[up] * x[up][:, 0] < 0.3):
        return (
            "what is written doesn't follow the value: while the flag is up, g lies between "
            f"{g[up].min():.2g} and {g[up].max():.2g}"
        )
    if mean["f"][0] > 0.5:
        return (
            "an old value is not erased by a new one: while the flag is up, f is "
            f"{mean['f'][0]:.2g}, so both are added"
        )
    left = f[down].mean() ** 900
    if left < 0.8:
        return (
            f"it forgets: while the flag is down, f is {mean['f'][1]:.4g}, and that to the power "
            f"of 900 is {left:.2g}"
        )
    if i[down].mean() * 900 > 0.2:
        return (
            f"other values leak in: while the flag is down, i is {mean['i'][1]:.2g}, and hundreds "
            "of values enter"
        )
    if np.all(c * stored >= 0.5) and o.min() < 0.9:
        return f"the cell state is right and not shown: o goes down to {o.min():.2g}"
    wrong = np.argwhere(h * stored < 0.5)
    sample, step = wrong[0]
    return (
        f"at step {step} the stored value is {stored[sample, step]:+.0f} and h is "
        f"{h[sample, step]:.2g}, where at least 0.5 in size is asked for"
    )


class Latch(Exercise):
    """Whatever weights come, the real cell runs with them; its gates say what is wrong."""

    def complaint(self, answer, first):
        if not isinstance(first.result, list):
            return super().complaint(answer, first)
        for (name, shape), value in zip(SHAPES.items(), first.result, strict=True):
            if value.shape != shape:
                return f"{name} has the shape {value.shape}, and should have {shape}"
            if not np.isfinite(value).all():
                return f"{name} holds NaN or infinity"
        return None if latches(first.result) else what_leaks(first.result)


latch = Latch(
    latch,
    probes=[Probe({})],
    returns=dict.fromkeys(SHAPES, ""),
    right="over 1,000 steps of other values your cell keeps what was flagged, and a new flag "
    "replaces it",
)


# --- how large a forget bias ------------------------------------------------------------------


def bias_for_half_life(steps):
    """The forget bias with which a cell has lost half of its state after `steps` steps."""
    f = 0.5 ** (1 / steps)
    return np.log(f / (1 - f))


def what_is_kept(args, bias):
    f, steps = float(sigmoid(np.float64(bias))), args["steps"]
    return (
        f"with your {bias:.4g} the gate is {f:.4g}, and that to the power of {steps} is "
        f"{f**steps:.3g}, not one half"
    )


bias_for_half_life = Exercise(
    bias_for_half_life,
    probes=[Probe({"steps": steps}) for steps in (10, 1, 2, 7, 200)],
    returns={"the bias": ""},
    right="after 1, 2, 7, 10 and 200 steps exactly half of the cell state is left",
    evidence=what_is_kept,
    mistakes=[
        (
            "return np.log(f / (1 - f))",
            "return f",
            "that is the gate's value: the bias is what the sigmoid turns into it",
        ),
        (
            "return np.log(f / (1 - f))",
            "return sigmoid(f)",
            "the sigmoid leads from the bias to the gate: you need the way back",
        ),
        (
            "return np.log(f / (1 - f))",
            "return np.log((1 - f) / f)",
            "the sign is wrong: that bias shuts the gate by as much as it should open it",
        ),
        (
            "return np.log(f / (1 - f))",
            "return np.log(f)",
            "the logarithm of the gate alone is not the inverse of the sigmoid",
        ),
        (
            "return np.log(f / (1 - f))",
            "return f / (1 - f)",
            "that is exp of the bias: one step is left to take",
        ),
        (
            "return np.log(f / (1 - f))",
            "return np.log(steps)",
            "that is the usual rule of thumb, which leaves about exp(-1), 37 %: exactly one half "
            "is asked for",
        ),
        (
            "return np.log(f / (1 - f))",
            "return np.arctanh(f)",
            "that inverts tanh: a gate goes through the sigmoid",
        ),
        (
            "0.5 ** (1 / steps)",
            "1 - 0.5 / steps",
            "the gate takes equal bites: each step leaves its share of what is left by then",
        ),
        (
            "0.5 ** (1 / steps)",
            "0.5**steps",
            "that is what a gate of 0.5 leaves after `steps` steps: here the gate is the unknown",
        ),
    ],
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


class ReadGates(Exercise):
    """The answer is a dictionary; what speaks against it is computed from the recording."""

    def complaint(self, answer, first):
        said = first.value
        if said is None or isinstance(said, Exception):
            return super().complaint(answer, first)
        if not isinstance(said, dict):
            return f"your function returns {kind(said)}, where a dict is asked for"
        for key in self.reference():
            if said.get(key) in (None, ..., ""):
                return f"the dict has no answer for '{key}' yet"
        _, gates, h = recording()
        letters = [said[key] for key in ("forget", "input", "output")]
        if sorted(map(str, letters)) != ["A", "B", "C"]:
            return (
                f"the gates are A, B and C, each once, and you name {', '.join(map(str, letters))}"
            )
        if said["output"] != NAMES["o"]:
            return f"'output': {against_output(said['output'], gates, h)}"
        if said["forget"] != NAMES["f"]:
            return f"'forget': {against_forget(said['forget'], gates)}"
        step = said["erased"]
        if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or not 0 <= step < 24:
            return f"'erased' is a step from 0 to 23, and you say {step!r}"
        if step != self.reference()["erased"]:
            return f"the three gates are right. 'erased': {against_erased(step, gates)}"
        return None


read_gates = ReadGates(
    read_gates,
    probes=[Probe({})],
    returns={"the answers": ""},
    right="all three gates have their names, and the step is the one at which the memory is "
    "emptied and nothing new comes in",
)
