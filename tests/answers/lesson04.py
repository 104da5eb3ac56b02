"""Answers to lesson 04: right ones in other words, wrong ones and what they are told."""

import itertools
import math

import numpy as np

from utils.layers import LSTM, sigmoid


def gate_of_all_columns(x_t, h_prev, W_x, W_h, b):
    z = np.concatenate([x_t, h_prev], axis=1) @ np.concatenate([W_x, W_h]) + b
    return 1 / (1 + np.exp(-np.split(z, 4, axis=1)[1]))


def gate_by_loops(x_t, h_prev, W_x, W_h, b):
    rows, units = [], len(W_h)
    for x_row, h_row in zip(x_t, h_prev, strict=True):
        sums = [x_row @ W_x[:, k] + h_row @ W_h[:, k] + b[k] for k in range(len(b) // 4, 2 * units)]
        rows.append([1 / (1 + math.exp(-z)) for z in sums])
    return rows


def step_in_blocks(x_t, h_prev, c_prev, W_x, W_h, b):
    units = len(b) // 4
    z = [
        x_t @ W_x[:, k : k + units] + h_prev @ W_h[:, k : k + units] + b[k : k + units]
        for k in range(0, 4 * units, units)
    ]
    i, f, o = (1 / (1 + np.exp(-z[k])) for k in (0, 1, 3))
    c = i * np.tanh(z[2]) + f * c_prev
    return [np.tanh(c) * o, c]


def step_of_the_library(x_t, h_prev, c_prev, W_x, W_h, b):
    layer = LSTM(h_prev.shape[1], x_t.shape[1], dtype="float64")
    layer.set_weights([W_x, W_h, b])
    h = layer.forward(x_t[:, None], h_prev, c_prev)
    return h[:, 0], layer.gates["c"][:, 0]


def weights(W_x, b, W_h=((0, 0, 0, 0),)):
    """An answer to the latch: rows value and flag, columns i, f, g, o."""
    return lambda: (np.array(W_x, float), np.array(W_h, float), np.array(b, float))


HOLDS = [[0, 0, 10, 0], [40, -40, 0, 0]], [-20, 20, 0, 20]

latch_with_lists = lambda: ([[0, 0, 3, 0], [30, -30, 0, 0]], [[0, 0, 0, 0]], [-15, 15, 0, 9])  # noqa: E731


def reading(**changes):
    return lambda: {"forget": "B", "input": "C", "output": "A", "erased": 14} | changes


def gate(columns=lambda z, u: z[:, u : 2 * u], curve=sigmoid, bias=1.0):
    def answer(x_t, h_prev, W_x, W_h, b):
        z = x_t @ W_x + h_prev @ W_h + bias * b
        return curve(columns(z, h_prev.shape[1]))

    return answer


WRONG_GATE = [
    (gate(lambda z, u: z[:, :u]), "the columns of the input gate i are taken"),
    (gate(lambda z, u: z[:, 2 * u : 3 * u]), "the columns of the candidate g are taken"),
    (gate(lambda z, u: z[:, -u:]), "the columns of the output gate o are taken"),
    (gate(lambda z, u: z[:, 1::4]), "every fourth column"),
    (gate(lambda z, u: z), "all four blocks are computed"),
    (gate(lambda z, u: z[:, u + 1 : 2 * u + 1]), "the columns begin one too late"),
    (gate(lambda z, u: z[u : 2 * u]), "rows are cut out"),
    (gate(lambda z, u: z[:, :0]), "f_t has the wrong shape: it is (batch, 0) = (6, 0)"),
    (
        gate(lambda z, u: z[:, 9:18]),
        "with other sizes, 20 features and 10 units: f_t has the wrong shape",
    ),
    (gate(lambda z, u: z[:, 3:6]), "f_t has the wrong shape: it is (batch, 3) = (6, 3)"),
    (gate(curve=np.tanh), "f goes through tanh: a gate is a share from 0 to 1"),
    (gate(curve=lambda z: z), "f has lost its sigmoid"),
    (gate(curve=lambda z: 1 / (1 + np.exp(z))), "f is 1 minus what it should be, as a sigmoid"),
    (gate(curve=lambda z: sigmoid(sigmoid(z))), "f goes through the sigmoid twice"),
    (lambda x, h, U, V, b: gate()(x, h, U, V, b) * h, "the gate is there"),
    (
        lambda x, h, U, V, b: gate()(x, 0 * h, U, V, b) + gate()(0 * x, h, U, V, 0 * b),
        "a sigmoid of their own",
    ),
    (
        lambda x, h, U, V, b: gate()(x, 0 * h, U, V, 0 * b) + gate()(0 * x, h, U, V, b),
        "a sigmoid of their own",
    ),
    (
        lambda x, h, U, V, b: gate()(x, h, U, np.hstack([w.T for w in np.split(V, 4, 1)]), b),
        "W_h is transposed",
    ),
    (gate(curve=lambda z: sigmoid(z + 1)), "1 added to the sum"),
    (gate(curve=lambda z: np.clip(0.2 * z + 0.5, 0, 1)), "the hard sigmoid"),
    (gate(curve=lambda z: 1 / 1 + np.exp(-z)), "f lacks brackets in the sigmoid"),
    (gate(lambda z, u: np.tanh(z[:, 2 * u : 3 * u]), lambda g: g), "that is the candidate g"),
    (gate(lambda z, u: z.reshape(4, -1, u)[1]), "the reshape mixes samples and gates"),
    (
        lambda x, h, U, V, b: gate()(np.hstack([h, x]), h, np.vstack([U, V]), 0 * V, b),
        "the state stands before the input",
    ),
    (gate(bias=0), "the bias is missing"),
    (gate(bias=-1), "the bias is subtracted"),
    (lambda x, h, U, V, b: gate()(x, 0 * h, U, V, b), "the previous state is missing"),
    (lambda x, h, U, V, b: gate()(0 * x, h, U, V, b), "the input is missing"),
    (lambda x, h, U, V, b: sigmoid(x @ U + h @ V[:, 9:18] + b), "raises ValueError"),
    (lambda x, h, U, V, b: sigmoid(x * U + h @ V + b), "raises ValueError"),
]


def step(
    order="ifgo",
    gate=sigmoid,
    candidate=np.tanh,
    cell=lambda i, f, g, c, h: f * c + i * g,
    show=lambda o, c, old: o * np.tanh(c),
    bias=1.0,
    reads=lambda h, c: h,
    split=lambda z: np.split(z, 4, axis=1),
):
    def answer(x_t, h_prev, c_prev, W_x, W_h, b):
        z = dict(zip(order, split(x_t @ W_x + reads(h_prev, c_prev) @ W_h + bias * b), strict=True))
        i, f, o = (gate(z[name]) for name in "ifo")
        c = cell(i, f, candidate(z["g"]), c_prev, h_prev)
        return show(o, c, c_prev), c

    return answer


def changes_c(x_t, h_prev, c_prev, W_x, W_h, b):
    h, c = step()(x_t, h_prev, c_prev, W_x, W_h, b)
    c_prev[:] = c
    return h, c_prev


def one_gate(name, curve):
    """A step in which one of the gates goes through another curve."""

    def answer(x_t, h_prev, c_prev, W_x, W_h, b):
        z = np.split(x_t @ W_x + h_prev @ W_h + b, 4, axis=1)
        curves = [sigmoid, sigmoid, np.tanh, sigmoid]
        curves["ifgo".index(name)] = curve
        i, f, g, o = (curve(part) for curve, part in zip(curves, z, strict=True))
        c = f * c_prev + i * g
        return o * np.tanh(c), c

    return answer


def returning(pick):
    def answer(x_t, h_prev, c_prev, W_x, W_h, b):
        return pick(*step()(x_t, h_prev, c_prev, W_x, W_h, b), c_prev)

    return answer


def of_nine_units(x_t, h_prev, c_prev, W_x, W_h, b):
    z = x_t @ W_x + h_prev @ W_h + b
    i, f, g, o = z[:, :9], z[:, 9:18], z[:, 18:27], z[:, 27:]
    c = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


WRONG_STEP = [
    (step("figo"), "f and i are swapped"),
    (step(cell=lambda i, f, g, c, h: i * c + f * g), "f and i are swapped"),
    (step("ifog"), "in the order i, f, o, g, as in some lecture notes: here it is i, f, g, o"),
    (step("igfo"), "in the order i, g, f, o, as in the first TensorFlow"),
    (step("iofg"), "in the order i, o, f, g, as in ONNX"),
    (step(split=lambda z: [z[:, k::4] for k in range(4)]), "every fourth column"),
    (step(gate=np.tanh, candidate=sigmoid), "sigmoid and tanh are swapped"),
    (step(candidate=sigmoid), "the candidate goes through the sigmoid"),
    (step(candidate=lambda z: z), "the candidate has lost its tanh"),
    (step(candidate=lambda z: np.tanh(sigmoid(z))), "it needs tanh alone"),
    (step(candidate=lambda z: np.maximum(z, 0)), "the candidate goes through relu"),
    (step(gate=np.tanh), "the gates go through tanh"),
    (step(gate=lambda z: z), "the gates have lost their sigmoid"),
    (step(show=lambda o, c, old: o * c), "h_t lacks the tanh around the cell state"),
    (step(show=lambda o, c, old: o * sigmoid(c)), "h_t takes the sigmoid"),
    (step(show=lambda o, c, old: np.tanh(o * c)), "first the tanh, then the gate"),
    (step(show=lambda o, c, old: np.tanh(c)), "the output gate is left out"),
    (step(show=lambda o, c, old: o * np.tanh(old)), "h_t is made of the old cell state"),
    (step(show=lambda o, c, old: o + np.tanh(c)), "the output gate is added"),
    (step(bias=0), "the bias is missing"),
    (step(reads=lambda h, c: c), "the gates read c_prev"),
    (step(reads=lambda h, c: 0 * h), "the gates don't see the previous state"),
    (returning(lambda h, c, old: (c, h)), "h_t and c_t have changed places"),
    (returning(lambda h, c, old: (h, h)), "h_t is returned twice"),
    (returning(lambda h, c, old: (c, c)), "c_t is returned twice"),
    (returning(lambda h, c, old: (h, old)), "the old cell state is returned"),
    (returning(lambda h, c, old: (h, np.tanh(c))), "the tanh of c_t is returned"),
    (returning(lambda h, c, old: (h, 1.1 * c)), "c_t is 1.1 times what it should be"),
    (returning(lambda h, c, old: (h, c * c)), "c_t is squared"),
    (changes_c, "the numbers are right, but your function changes its argument c_prev"),
    (of_nine_units, "One that is not, with other sizes, 20 features and 10 units: line 4"),
    # two mistakes at once: one part is explained
    (step(show=lambda o, c, old: o * c, cell=lambda i, f, g, c, h: c + i * g), "not applied"),
    (lambda x, h, c, U, V, b: h, "returns an array of shape (6, 9) where 2 arrays"),
    (lambda x, h, c, U, V, b: (h, None), "of which c_t is None, that can't be read"),
    # where both are wrong, c_t comes first
    (
        step(cell=lambda i, f, g, c, h: f * c * c + i * g),
        "the factor c_prev enters twice, in c_t",
    ),
]


def mixed(*places):
    """A step with blocks of W_x, W_h and b from these places, "iigo"; from "-" come zeros."""

    def answer(x_t, h_prev, c_prev, *weights):
        weights = [
            np.concatenate(
                [np.split(w, 4, axis=-1)["ifgo".find(k)] * (k != "-") for k in order], axis=-1
            )
            for w, order in zip(weights, places, strict=True)
        ]
        return step()(x_t, h_prev, c_prev, *weights)

    return answer


WRONG_STEP += [
    (mixed("iigo", "ifgo", "ifgo"), "f takes the block of i from W_x: in the row of f"),
    (mixed("ifgf", "ifgf", "ifgo"), "o takes the block of f from W_x and W_h"),
    (mixed("ifgo", "ifgo", "iffo"), "g takes the block of f from b"),
    (mixed("ifgo", "ifgo", "if-o"), "g lacks the bias"),
    (mixed("ifgo", "-fgo", "ifgo"), "i lacks the previous state"),
    (mixed("ifgo", "--g-", "ifgo"), "i, f and o lack the previous state"),
    (mixed("ifgi", "ifgi", "ifgi"), "o is the same as i: i stands in its place"),
    (mixed("ffgf", "ffgf", "ffgf"), "i, f and o are one and the same: all are made as f"),
    (mixed("ifgo", "figo", "ifgo"), "i and f are swapped in W_h."),
    (one_gate("f", lambda z: sigmoid(z + 1)), "f has 1 added to the sum"),
    (one_gate("f", lambda z: sigmoid(z) + 1), "f is too large by 1, behind the sigmoid"),
    (step(candidate=lambda z: 2 * sigmoid(z) - 1), "a tanh half as steep"),
    (step(cell=lambda i, f, g, c, h: np.minimum(f * c + i * g, 1)), "is cut off above 1"),
    (lambda x, h, c, *weights: [c @ c.T] * 2, "@ makes that of two arrays, and * multiplies"),
]

WRONG_STEP += [
    (step(order), f"in the order {', '.join(order)}")
    for order in map("".join, itertools.permutations("ifgo"))
    if order not in ("ifgo", "figo")
]

WRONG_STEP += [
    (one_gate(name, curve), f"{name} {words}")
    for name in "ifo"
    for curve, words in (
        (lambda z: z, "has lost its sigmoid"),
        (np.tanh, "goes through tanh"),
        (lambda z: sigmoid(sigmoid(z)), "goes through the sigmoid twice"),
    )
]

WRONG_STEP += [
    (step(cell=cell), fragment)
    for cell, fragment in (
        (lambda i, f, g, c, h: c + i * g, "the forget gate is not applied"),
        (lambda i, f, g, c, h: f * c + g, "the input gate is left out"),
        (lambda i, f, g, c, h: i * g, "the old cell state is missing"),
        (lambda i, f, g, c, h: f * c, "nothing is written"),
        (lambda i, f, g, c, h: f * c - i * g, "what is written is subtracted"),
        (lambda i, f, g, c, h: f * c * i * g, "they are added"),
        (lambda i, f, g, c, h: f * (c + i * g), "f multiplies the whole sum"),
        (lambda i, f, g, c, h: (f + c) * (i + g), "sums and products are exchanged"),
        (lambda i, f, g, c, h: f + c + i * g, "f is added to c_prev"),
        (lambda i, f, g, c, h: f * c + i + g, "i is added to g"),
        (lambda i, f, g, c, h: f * h + i * g, "the forget gate is applied to h_prev"),
        (lambda i, f, g, c, h: f * c + (1 - f) * g, "1 - f stands in the place of i"),
        (lambda i, f, g, c, h: (1 - f) * c + i * g, "1 - f stands in the place of f"),
        (lambda i, f, g, c, h: (1 - i) * c + i * g, "1 - i stands in the place of f"),
        (lambda i, f, g, c, h: np.tanh(f * c + i * g), "c_t itself has gone through tanh"),
    )
]

W, B = HOLDS

WRONG_LATCH = [
    (weights(W, B[:2] + [0]), "b has the shape (3,), and should have (4,)"),
    (weights(np.array(W).T, B), "W_x has the shape (4, 2), and should have (2, 4)"),
    (weights(np.array(W) * np.nan, B), "W_x holds NaN"),
    (weights([W[0], [0, -40, 0, 0]], B), "is up, i is 2.1 × 10⁻⁹, so too little is written"),
    (
        weights([W[0], [20, -20, 0, 0]], B),
        "while the flag is up, i is 0.5, so too little is written; and f is 0.5, so the old value "
        "is not erased: at i and f the flag's weight just cancels the bias",
    ),
    (weights(W[::-1], B), "the rows of W_x are the other way round"),
    (weights([W[0], [40, 40, 0, 0]], [-20, -20, 0, 20]), "f is the wrong way round"),
    (weights([W[0], [-40, -40, 0, 0]], [20, 20, 0, 20]), "i is the wrong way round"),
    (weights(W, [-20, 20, 0, -20]), "h shows too little of it: o is 2.1 × 10⁻⁹"),
    (weights(W, B, [[0, -50, 0, 0]]), "without W_h your cell would be a latch"),
    (
        weights([W[0], [16, -16, 0, 0]], [-8, 8, 0, 20]),
        "f is 0.9997, so it forgets: that to the power of 900 is 0.74",
    ),
    (weights([[0, 0, -10, 0], W[1]], B), "the wrong sign"),
    (
        weights([[0, 0, 0, 0], W[1]], B),
        "is up, what is written doesn't follow the value, for g is 0",
    ),
    (weights([W[0], [40, 0, 0, 0]], B), "is up, f is 1, so the old value is not erased"),
    (
        weights([W[0], [40, -10, 0, 0]], [-20, 5, 0, 20]),
        "while the flag is down, f is 0.9933, so it forgets: that to the power of 900 is 0.0",
    ),
    (
        weights([W[0], [10, -40, 0, 0]], [-5, 20, 0, 20]),
        "i is 0.0067, so other values leak in",
    ),
    (weights([[3, 0, 10, 0], W[1]], [-10.35, 20, 0, 20]), "so other values leak in"),  # the +1
    (weights([[-3, 0, 10, 0], W[1]], [-10.35, 20, 0, 20]), "so other values leak in"),
    (weights(W, [-20, 20, 0, -1]), "h shows too little of it: o is 0.27"),
    (
        weights([[0, 0, 0.4, 0], W[1]], B),
        "too little is written, for g is 0.38 for +1 and −0.38 for −1",
    ),
    # the gate at fault is named, not the first that could be better
    (weights([W[0], [40, -22, 0, 0]], [-20, 20, 0, 0]), "h shows too little of it: o is 0.5"),
    (weights([W[0], [40, -40, 0, 0]], [-8, 20, 0, 0]), "h shows too little of it: o is 0.5"),
    (weights([W[0], [22, -40, 0, 0]], [-20, 20, 0, 0]), "h shows too little of it: o is 0.5"),
    (weights([[0, 0, 0.4, 0], [40, -40, 0, 0]], [-20, 8, 0, 20]), "is up, too little is written"),
    (
        weights([[0, 20, 10, 0], W[1]], [-20, 0, 0, 20]),
        "f is 1 for +1 and 2.061 × 10⁻⁹ for −1, though the flag alone should move it",
    ),
    (lambda: HOLDS[:1] * 2 + ([0, 0, 0, 0],), "W_h has the shape (2, 4), and should have (1, 4)"),
    (lambda: (B, W, [[0] * 4]), "in another order than W_x (2, 4), W_h (1, 4), b (4,)"),
    (lambda: 3, "returns a number where 3 arrays are asked for"),
    (lambda: (HOLDS[0], None, HOLDS[1]), "a tuple of 3, of which W_h is None, that can't be read"),
    (lambda: print("latch", end=" "), "prints but does not return"),
]

WRONG_LATCH += [
    (
        weights(*(np.array(w)[..., ["ifgo".index(name) for name in order]] for w in HOLDS)),
        f"with its columns in the order {', '.join(order)} your cell would be a latch",
    )
    for order in map("".join, itertools.permutations("ifgo"))
    if order != "ifgo"
]

WRONG_BIAS = [
    (lambda n: np.log10(1 / (2 ** (1 / n) - 1)), "that of base 10"),
    (lambda n: np.log2(1 / (2 ** (1 / n) - 1)), "that of base 2"),
    (lambda n: math.log(0.5**1 / n / (1 - 0.5**1 / n)), "brackets are missing around the exponent"),
    (lambda n: -math.log(2 ** (1 / (n + 1)) - 1), "after `steps` + 1 steps: one too many"),
    (lambda n: -math.log(2 ** (1 / (n - 1)) - 1), "after `steps` - 1 steps: one too few"),
    (lambda n: -math.log(math.expm1(1 / n)), "your gate leaves exp(-1) after"),
    (lambda n: math.log(n / math.log(2)), "close for many steps: the exact formula"),
    (lambda n: -math.log(2 ** (1 / n)) - 1, "the 1 stands behind the logarithm"),
    (lambda n: math.log(0.5 ** (1 / n)) / (1 - 0.5 ** (1 / n)), "a bracket closes too early"),
    (lambda n: -math.log2(2 ** (1 / (n + 1)) - 1), "one too many"),
    (lambda n: 0.5 ** (1 / n), "that is the gate's value"),
    (lambda n: float(sigmoid(0.5 ** (1 / n))), "you need the way back"),
    (lambda n: math.log(2 ** (1 / n) - 1), "the sign is wrong"),
    (lambda n: np.log(1 - 2 ** (1 / n)), "the bias is NaN: the logarithm of a negative number"),
    (lambda n: round(math.log(1 / (2 ** (1 / n) - 1)), 4), "rounded to 4 digits"),
    (lambda n: math.log(0.5) / n, "the logarithm of the gate alone"),
    (lambda n: 1 / (2 ** (1 / n) - 1), "one step is left to take"),
    (lambda n: math.log(n), "the usual rule of thumb"),
    (lambda n: math.atanh(0.5 ** (1 / n)), "that inverts tanh"),
    (lambda n: math.log((1 - 0.5 / n) / (0.5 / n)), "one half is shared out over the steps"),
    (lambda n: math.log(0.5**n / (1 - 0.5**n)), "here the gate is the unknown"),
    (lambda n: 3.0, "you return the same number whatever the arguments"),
    (lambda n: 0.2 * n, "with your 2 the gate is 0.8808, and that to the power of 10 is 0.281"),
]

WRONG_READING = [
    (reading(forget="C", input="B"), "as forget gate it would leave -0.02"),
    (reading(forget="A", output="B"), "as output gate it would make h 0.71, and h is 0.01"),
    (reading(input="A", output="C"), "'output': at step"),
    (reading(forget="C", input="A", output="B"), "'output': at step"),
    (reading(erased=7), "'erased': at step 7 the cell state goes from 0.79 to -0.90: something is"),
    (reading(erased=15), "there was hardly anything to erase"),
    (reading(erased=17), "that is a step of writing"),
    (reading(erased=4), "something is kept or replaced"),
    (reading(erased=24), "is a step from 0 to 23, and you say 24"),
    (reading(erased="14"), "is a step from 0 to 23"),
    (reading(erased=14.5), "is a step from 0 to 23"),
    (
        lambda: {"forget": "B", "input": "C", "output": "A", "erase": 14},
        "'input', 'output' and 'erased', and yours has 'erase'",
    ),
    (lambda: {"forget": "?", "input": "?", "output": "?", "erased": 0}, "no answer for 'forget'"),
    (reading(erased=None), "no answer for 'erased' yet"),
    (reading(input="B"), "A, B and C, each once, and you name B, B, A"),
    (reading(forget="f"), "A, B and C, each once"),
    (lambda: ["B", "C", "A", 14], "returns a list of 4, where a dict is asked for"),
]


RIGHT = {
    "forget_gate": [
        gate_of_all_columns,
        gate_by_loops,
    ],
    "lstm_step": [
        step_in_blocks,
        step_of_the_library,
    ],
    "latch": [
        latch_with_lists,
        weights([[0, 0, 10, 0], [50, -50, 0, 0]], [-20, 20, 0, 20], [[0, 5, 0, 1]]),
        weights([[0, 0, 2, 0], [40, -40, 0, 0]], [-20, 20, 0, 20]),
    ],
    "bias_for_half_life": [
        lambda steps: -math.log(2 ** (1 / steps) - 1),
        lambda n: 2 * np.arctanh(2 * 0.5 ** (1 / n) - 1),
    ],
    "read_gates": [
        reading(),
        reading(erased=np.int64(14)),
        reading(forget="b", input=" c", erased=14.0),
    ],
}

WRONG = {
    "forget_gate": WRONG_GATE,
    "lstm_step": WRONG_STEP,
    "latch": WRONG_LATCH,
    "bias_for_half_life": WRONG_BIAS,
    "read_gates": WRONG_READING,
}
