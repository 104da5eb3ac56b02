"""The checks of lesson 01. Each holds the reference, which is a solution to read."""

import numpy as np

from utils.checks.engine import Probe, exercise
from utils.words import number

# --- one step ---------------------------------------------------------------------------------


@exercise(
    {
        "x_t": "batch features",
        "h_prev": "batch units",
        "W_x": "features units",
        "W_h": "units units",
        "b": "units",
    },
    off=["x_t", "h_prev", "b"],
    one_hot=["x_t"],
    returns={"h_t": "batch units"},
    examples=[
        {
            "x_t": np.array([[1.0]]),
            "h_prev": np.array([[0.5, 0]]),
            "W_x": np.array([[1.0, 0]]),
            "W_h": np.array([[0, 2.0], [1, 0]]),
            "b": np.array([0.0, -0.5]),
        },
    ],
    right="h_t agrees on random arrays, also with x_t, h_prev and b switched off in turn, and "
    "for a single sample",
)
def rnn_step(x_t, h_prev, W_x, W_h, b):
    """x_t (batch, features), h_prev (batch, units) -> h_t (batch, units)."""
    return np.tanh(x_t @ W_x + h_prev @ W_h + b)


LEFT = (
    "the weights stand on the left, as for column vectors: here samples are rows, so what comes "
    "in stands on the left and the weights on the right"
)
ROWS = (
    "x_t, with a column for each feature, meets a matrix with a row for each unit: is W_h in the "
    "place of W_x, or W_x transposed?"
)

rnn_step.knows(
    {
        # tanh
        "np.tanh(x_t @ W_x + h_prev @ W_h + b)": {
            "x_t @ W_x + h_prev @ W_h + b": "that is z_t, the sum inside the tanh: what bends it "
            "into the range from -1 to 1?",
            "1 / (1 + np.exp(-(x_t @ W_x + h_prev @ W_h + b)))": (
                "that curve stays between 0 and 1: tanh, which is asked for, reaches from -1 to 1"
            ),
            "np.maximum(x_t @ W_x + h_prev @ W_h + b, 0)": "negative sums are cut off at 0: tanh, "
            "which is asked for, reaches from -1 to 1",
            "np.tanh(np.tanh(x_t @ W_x + h_prev @ W_h + b))": (
                "tanh is applied twice: once is enough"
            ),
            "np.tanh(x_t @ W_x) + np.tanh(h_prev @ W_h) + np.tanh(b)": (
                "tanh is applied to each term by itself: sum the terms first"
            ),
            "np.tanh(x_t @ W_x + b) + np.tanh(h_prev @ W_h)": (
                "tanh is applied to two parts of the sum: finish the sum first"
            ),
            "np.tanh(x_t @ W_x) + h_prev @ W_h + b": "only the input's term is inside the tanh: "
            "look at the parentheses",
            "x_t @ W_x + np.tanh(h_prev @ W_h + b)": "the input's term stands outside the tanh: "
            "look at the parentheses",
            "x_t @ W_x + h_prev @ W_h + b + h_prev": "tanh is missing, and h_prev is added once "
            "more",
        },
        "np.tanh": {
            "np.tan": "that is the tangent, tan: the hyperbolic one, tanh, is asked for",
            "np.arctan": "that is the arctangent, arctan: tanh is asked for",
        },
        "h_prev @ W_h + b)": {
            "h_prev @ W_h) + b": "the bias b is added after the tanh: it belongs inside",
        },
        # the terms
        " + b)": {
            ")": "the bias is missing",
            " - b)": "the bias is subtracted, and should be added",
        },
        "x_t @ W_x + ": {"": "the input is missing: the new state has to depend on x_t"},
        " + h_prev @ W_h": {"": "the previous state is missing: without it nothing is remembered"},
        # the products
        "h_prev @ W_h": {
            "h_prev": "the previous state is added as it is: it has to pass through its weights",
            "h_prev @ W_h.T": "W_h is transposed: W_h[i, j] leads from unit i to unit j",
            "h_prev * W_h": "h_prev and W_h are multiplied elementwise (*): every unit should "
            "hear every other, which takes a matrix product",
            "h_prev * np.diag(W_h)": "each unit hears itself alone, through the diagonal of W_h: "
            "every unit should hear every other",
            "W_h @ h_prev": LEFT,
            "np.dot(W_h, h_prev)": LEFT,
        },
        "return np.tanh(": {
            "return h_prev + np.tanh(": "the previous state is added once more, outside the tanh",
        },
        "x_t @ W_x": {
            "x_t * W_x": "x_t and W_x are multiplied elementwise (*), where a matrix product is "
            "needed",
            "W_x[x_t.argmax(axis=1)]": "a row of W_x is picked, as the product does with a one-hot "
            "letter: any other x_t takes a share of every row",
            "x_t @ W_h": ROWS,
            "x_t @ W_x.T": ROWS,
            "np.dot(x_t, W_h)": ROWS,
            "np.dot(x_t, W_x.T)": ROWS,
            "W_x @ x_t": LEFT,
            "np.dot(W_x, x_t)": LEFT,
            "W_x.T @ x_t": LEFT,
            "np.dot(W_x.T, x_t)": LEFT,
        },
        "x_t @ W_x + h_prev @ W_h + b": {
            "np.c_[h_prev, x_t] @ np.r_[W_x, W_h] + b": "x_t and h_prev stand side by side in one "
            "order and W_x and W_h in the other: each has to meet its own weights",
            "np.c_[x_t, h_prev] @ np.r_[W_h, W_x] + b": "x_t and h_prev stand side by side in one "
            "order and W_x and W_h in the other: each has to meet its own weights",
        },
        "return np.tanh(x_t @ W_x + h_prev @ W_h + b)": {
            "return np.tanh(x_t @ W_x + b) + np.tanh(h_prev @ W_h + b)": "tanh is applied to two "
            "parts of the sum, and b stands in both: finish the sum first",
            "return (np.tanh(x_t @ W_x + b) + np.tanh(h_prev @ W_h + b)) / 2": "tanh is applied "
            "to two parts of the sum, and b stands in both: finish the sum first",
            "return np.tanh(x_t @ W_x) + np.tanh(h_prev @ W_h + b)": "tanh is applied to two "
            "parts of the sum: finish the sum first",
        },
        "x_t @ W_x + h_prev @ W_h": {
            "h_prev @ W_x + x_t @ W_h": "W_x and W_h are swapped: their subscripts say what they "
            "multiply",
        },
    }
)


# --- a whole sequence -------------------------------------------------------------------------


@exercise(
    {
        "x": "batch timesteps features",
        "W_x": "features units",
        "W_h": "units units",
        "b": "units",
    },
    off=["x", "W_h", "b"],
    small=["W_h"],
    one_hot=["x"],
    returns={"h": "batch timesteps units"},
    examples=[
        {
            "x": np.array([[[1.0], [0], [2]]]),
            "W_x": np.array([[0.5]]),
            "W_h": np.array([[-2.0]]),
            "b": np.array([0.25]),
        },
    ],
    right="every state agrees on random sequences, also with x, W_h and b switched off in turn, "
    "for a single sample and for a single timestep",
)
def rnn_forward(x, W_x, W_h, b):
    """x (batch, timesteps, features) -> h (batch, timesteps, units), starting from h_0 = 0."""
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    h_prev = np.zeros((x.shape[0], len(b)))
    for t in range(x.shape[1]):
        h_prev = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
        h[:, t] = h_prev
    return h


BATCH_LOOP = (
    "the loop runs over the batch, axis 0: samples have nothing to hand to each other, timesteps "
    "have, and they lie along axis 1"
)

rnn_forward.knows(
    {
        # what is returned
        "return h\n": {
            "return h_prev\n": "that is the last state alone: the state after every timestep is "
            "asked for",
            "return h.swapaxes(0, 1)\n": "the axes are (timesteps, batch, units): in this course "
            "the batch comes first",
            "return np.concatenate([0 * h[:, :1], h[:, :-1]], axis=1)\n": (
                "off by one: each place holds the state from before its step, the first one h_0"
            ),
            "return np.concatenate([0 * h[:, :1], h], axis=1)\n": (
                "h_0 is among the states, so there is one too many: start with the state after the "
                "first step"
            ),
            "return 0 * h + h_prev[:, None]\n": "all states equal the last one: is one array "
            "stored again and again, and changed after it was stored?",
            "return np.stack([h_prev] * x.shape[1])\n": "all states equal the last one, and the "
            "batch should come first: is one array appended again and again?",
            "h_prev = h_prev[0] * 0\n"
            "    for i, t in np.ndindex(x.shape[:2]):\n"
            "        h_prev = h[i, t] = np.tanh(x[i, t] @ W_x + h_prev @ W_h + b)\n"
            "    return h\n": "the last state of one sample is handed to the next sample: each "
            "starts from zero",
            "h_prev = h_prev[0] * 0\n"
            "    for i in range(x.shape[0]):\n"
            "        h_prev = h[i] = np.tanh(x[i] @ W_x + h_prev @ W_h + b)\n"
            "    return h\n": BATCH_LOOP,
        },
        "        h[:, t] = h_prev\n": {
            "        h[:, t] = h_prev\n        return h\n": (
                "only the first state is filled in: does the return stand inside the loop?"
            ),
        },
        # what is carried from step to step
        "h_prev @ W_h": {
            "0 * h_prev @ W_h": "nothing is carried over: h_prev stays zero, and should become "
            "the state just computed",
            "h_prev @ W_h.T": "W_h is transposed",
        },
        "h_prev = np.zeros(": {
            "h_prev = np.ones(": "the first step starts from a state of ones: h_0 is zero",
        },
        # the loop over time
        "in range(x.shape[1])": {
            "in reversed(range(x.shape[1]))": "time runs backwards: a state may depend on what "
            "came before, not on what follows",
            "in range(1, x.shape[1])": "the first timestep is left out: Python counts from 0",
            "in range(x.shape[1] - 1)": "the last timestep is left out: range stops before its "
            "end already",
            "in range(x.shape[0])": BATCH_LOOP,
        },
        "x[:, t] @": {
            "x[:, -1 - t] @": "the inputs are read from the last to the first",
            "x[:, t - 1] @": "off by one: step t reads the input t - 1, and at t = 0 that is the "
            "very last one",
            "x[t] @": "x[t] is a whole sample, with all its timesteps: the batch is axis 0, and "
            "time axis 1",
        },
        # the step itself
        "np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)": {
            "x[:, t] @ W_x + h_prev @ W_h + b": "tanh is missing: it bends the sum into the range "
            "from -1 to 1",
        },
        " + b)": {")": "the bias is missing"},
    }
)


# --- counting parameters ----------------------------------------------------------------------


@exercise(
    probes=[
        Probe({"features": f, "units": u, "outputs": o})
        for f, u, o in [
            (3, 5, 2),
            (1, 4, 1),
            (7, 3, 4),
            (13, 20, 6),
            (4, 1, 9),
            (2, 9, 8),
            (6, 7, 3),
            (5, 5, 5),
            (60, 250, 40),
        ]
    ],
    returns={"the count": ""},
    right="the count holds for nine networks of different sizes, both biases included",
    shares={
        "W_x": lambda features, units, outputs: features * units,
        "W_h": lambda features, units, outputs: units * units,
        "b": lambda features, units, outputs: units,
        "W_y": lambda features, units, outputs: units * outputs,
        "b_y": lambda features, units, outputs: outputs,
    },
    evidence="you count {got:,.10g}: write down the shapes of W_x, W_h, b, W_y and b_y and count "
    "each",
)
def count_parameters(features, units, outputs):
    """How many numbers W_x, W_h, b, W_y and b_y hold together."""
    recurrent = features * units + units * units + units
    output = units * outputs + outputs
    return recurrent + output


count_parameters.knows(
    {
        "recurrent + output": {
            "recurrent + output - units - outputs": "too few by `units` and `outputs`: are both "
            "biases missing, or b_y and the weight of each unit to itself?",
            "recurrent": "W_y and b_y are missing",
            "output": "W_x, W_h and b are missing",
            "recurrent + output - units - outputs + 2": "each bias is counted as one: b has a "
            "number for each unit, b_y one for each output",
        },
        " + units\n": {
            "\n": "too few by `units`: is b missing, or the weight of each unit to itself?",
            " + 2 * units\n": "too many by `units`: is the bias b counted twice, or h_0, "
            "which isn't trained?",
        },
        " + outputs\n": {"\n": "the bias b_y is missing"},
        " + units * units": {
            "": "the weights W_h are missing: every unit hears every unit",
            " + units": "W_h is counted as one weight for each unit: every unit hears every unit",
        },
        "features * units + ": {"": "the weights W_x are missing"},
        "units * outputs + ": {"": "the weights W_y are missing"},
        "units * units": {
            "features * features": "W_h leads from the units to the units: the number of features "
            "is not in its shape",
        },
        "units * outputs": {
            "features * outputs": "W_y leads from the units to the outputs: the number of "
            "features is not in its shape",
        },
        "    recurrent = features * units + units * units + units\n"
        "    output = units * outputs + outputs\n": {
            "    recurrent = features + units + units + units + units\n"
            "    output = units + outputs + outputs\n": (
                "the sizes of an array are added: a matrix of m rows and n columns holds m times "
                "n numbers"
            ),
        },
        "features * units + units * units": {
            "features + units": "W_x and W_h are matrices: their sizes are products, not sums",
        },
        "units * outputs + outputs": {
            "units * outputs + units": "the bias b_y has one number for each output, not for each "
            "unit",
        },
        "+ units\n": {"+ 1\n": "the bias b has one number for each unit, not one for all"},
        "+ outputs\n": {"+ 1\n": "the bias b_y has one number for each output, not one for all"},
    }
)


# --- the half-life of a memory ----------------------------------------------------------------


def what_is_left(args, w):
    steps = args["steps"]
    if w < 0:
        return (
            "w is negative, so the impulse would change its sign at each step "
            "(`-` is applied after `**`)"
        )
    if abs(w - 0.5 ** (1 / steps)) < 1e-3:
        return (
            f"w is {number(w, 7)}, which is near the exact one and not it: compute it by a formula"
        )
    left = number(w**steps)
    return f"your w is {number(w, 4)}, and w to the power of {steps} is {left}, not one half"


@exercise(
    probes=[Probe({"steps": steps}) for steps in (10, 1, 2, 7, 40, 500)],
    returns={"w": ""},
    right="after 1, 2, 7, 10, 40 and 500 steps exactly half of the impulse is left",
    evidence=what_is_left,
)
def weight_for_half_life(steps):
    """The w with which h_t = w h_{t-1} has lost half of an impulse after `steps` steps."""
    return 0.5 ** (1 / steps)


OFF_BY_ONE = "off by one: after `steps` steps the impulse has met w as many times, once in each"

weight_for_half_life.knows(
    {
        "0.5 ** (1 / steps)": {
            "0.5 / steps": "one half is shared out over the steps, but steps multiply: after two "
            "of them w * w is left (if you meant a power: ** binds tighter than /)",
            "1 - 0.5 / steps": "that takes equal bites of the first impulse: each step takes its "
            "share of what is left by then, so after two steps w * w is left",
            "0.5**steps": "that is what is left after `steps` steps with w = 0.5: here one half "
            "is what is left, and w is the unknown",
            "1 / steps": "the more steps, the smaller is your w: a longer memory needs a larger "
            "one, near 1",
            "1 - 1 / steps": "that leaves about 1/e, 37%, after many steps: solve for exactly "
            "one half",
            "np.exp(-1 / steps)": "that is the w that leaves 1/e, 37%: one half is asked for",
            "np.exp(-0.5 / steps)": "that is the w that leaves exp(-0.5), 61%: one half is asked "
            "for",
            "2 ** (1 / steps)": "that w is above 1, so the impulse doubles instead of halving",
            "np.log(0.5) / steps": "that is the logarithm of w: one step is left to take",
            "0.5": "0.5 halves the impulse at every step: half is to be left after all the steps",
            "steps**0.5": "that is the square root of the number of steps: which of the two is "
            "the exponent?",
            "(1 / steps) ** 0.5": "the base and the exponent are swapped",
            "-(0.5 ** (1 / steps))": "w has the wrong sign: it would turn the impulse over at each "
            "step (`-` is applied after `**`)",
            "1 - np.log(2) / steps": "that holds roughly, for long memories: solve for one half "
            "after `steps` steps exactly",
            "1 / (1 + np.log(2) / steps)": "that holds roughly, for long memories: solve for one "
            "half after `steps` steps exactly",
            "0.5 ** (1 / max(steps - 1, 1))": OFF_BY_ONE,
            "0.5 ** (1 / (steps - 1)) if steps > 1 else 0.5": OFF_BY_ONE,
            "0.5 ** (1 / (steps - 1))": OFF_BY_ONE,
            "0.5 ** (1 / (steps + 1))": OFF_BY_ONE,
            "np.exp(np.log10(0.5) / steps)": "logarithm and exponential don't belong together: "
            "exp undoes log, and 10 ** undoes log10",
            "10 ** (np.log(0.5) / steps)": "logarithm and exponential don't belong together: exp "
            "undoes log, and 10 ** undoes log10",
            "2 ** (np.log(0.5) / steps)": "logarithm and exponential don't belong together: exp "
            "undoes log, and 2 ** undoes log2",
            "np.arctanh(0.5) ** (1 / steps)": "no tanh is in this memory, it is linear: one half "
            "itself is what is left",
            "np.tanh(0.5 ** (1 / steps))": "no tanh is in this memory: w is what multiplies",
            "np.exp(1) ** (-1 / steps) / 2": "half is to be left after all the steps, not of "
            "what is left by then",
        },
    }
)
