"""Answers to lesson 05: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import layers
from utils.checks import lesson05
from utils.layers import sigmoid


def step_by_layer(x_t, h_prev, W_x, W_h, b):
    layer = layers.GRU(len(W_h), len(W_x), reset_after=b.ndim == 2, dtype="float64")
    layer.set_weights([W_x, W_h, b])
    return layer.forward(x_t[:, None], h_0=h_prev)[:, 0]


def step_by_slices(x_t, h_prev, W_x, W_h, b):
    u = h_prev.shape[1]
    a = x_t @ W_x + b
    a[:, : 2 * u] += h_prev @ W_h[:, : 2 * u]
    z, r = 1 / (1 + np.exp(-a[:, :u])), 1 / (1 + np.exp(-a[:, u : 2 * u]))
    g = np.tanh(a[:, 2 * u :] + np.multiply(r, h_prev) @ W_h[:, 2 * u :])
    return g + z * (h_prev - g)


def after_by_slices(x_t, h_prev, W_x, W_h, b):
    u = len(W_h)
    gates = sigmoid(x_t @ W_x[:, : 2 * u] + h_prev @ W_h[:, : 2 * u] + b.sum(axis=0)[: 2 * u])
    z, r = gates[:, :u], gates[:, u:]
    g = np.tanh(x_t @ W_x[:, 2 * u :] + b[0, 2 * u :] + r * (h_prev @ W_h[:, -u:] + b[1, -u:]))
    return z * h_prev + g - z * g


def convert_by_sign(W_x, W_h, b):
    sign = np.repeat([-1.0, 1.0, 1.0], len(W_h))
    return W_x * sign, W_h * sign, b * sign


def convert_by_stack(W_x, W_h, b):
    return [np.hstack([-a.T[: len(W_h)].T, a.T[len(W_h) :].T]) for a in (W_x, W_h, b)]


def step(order="zrg", f=(sigmoid, sigmoid, np.tanh), mix=None, inner=None, blocks=None):
    """A step of the first form with something else in one place, or in several."""
    mix = mix or (lambda z, r, h, g: z * h + (1 - z) * g)
    inner = inner or (lambda z, r, h, W, b: (r * h) @ W + b)
    blocks = blocks or (lambda W_x, W_h, b: [np.split(a, 3, axis=-1) for a in (W_x, W_h, b)])

    def answer(x, h, W_x, W_h, b):
        U, V, c = (dict(zip(order, parts, strict=True)) for parts in blocks(W_x, W_h, b))
        z = f[0](x @ U["z"] + h @ V["z"] + c["z"])
        r = f[1](x @ U["r"] + h @ V["r"] + c["r"])
        g = f[2](x @ U["g"] + inner(z, r, h, V["g"], c["g"]))
        return mix(z, r, h, g)

    return answer


def other_biases(change):
    """Blocks of which those of b are `change`d, a list of three."""
    return lambda W_x, W_h, b: [
        np.split(W_x, 3, 1),
        np.split(W_h, 3, 1),
        change(np.split(b, 3, axis=-1)),
    ]


def mixed(*places):
    """Blocks of W_x, W_h and b that come from these places, "zzg"; from "-" come zeros."""
    return lambda *weights: [
        [0 * w[..., ::3] if k == "-" else np.split(w, 3, axis=-1)["zrg".index(k)] for k in order]
        for w, order in zip(weights, places, strict=True)
    ]


def every_third(*weights):
    return [[w[..., k::3] for k in range(3)] for w in weights]


def after(order="zrg", candidate=None, mix=None, rows=lambda b: b, f=sigmoid, axes=(1, 1)):
    """A step of the second form with something else in one place, or in several."""
    candidate = candidate or (lambda x_g, h_g, r, b_h: np.tanh(x_g + r * h_g))
    mix = mix or (lambda z, h, g: z * h + (1 - z) * g)

    def answer(x, h, W_x, W_h, b):
        b_x, b_h = rows(b)
        X = dict(zip(order, np.split(x @ W_x + b_x, 3, axis=axes[0]), strict=True))
        H = dict(zip(order, np.split(h @ W_h + b_h, 3, axis=axes[1]), strict=True))
        z, r = f(X["z"] + H["z"]), f(X["r"] + H["r"])
        return mix(z, h, candidate(X["g"], H["g"], r, np.split(b[1], 3)[2]))

    return answer


def second_row_in(z_and_r, bracket):
    """The second form, with the second row of b in some places only."""

    def answer(x, h, W_x, W_h, b):
        X, H, c = np.split(x @ W_x + b[0], 3, 1), np.split(h @ W_h, 3, 1), np.split(b[1], 3)
        z, r = (sigmoid(X[k] + H[k] + z_and_r * c[k]) for k in (0, 1))
        g = np.tanh(X[2] + r * (H[2] + bracket * c[2]) + (not bracket) * c[2])
        return z * h + (1 - z) * g

    return answer


def before_the_product(x, h, W_x, W_h, b):
    return step()(x, h, W_x, W_h, b[0] + b[1])


def negate(W_x=":u", W_h=":u", b=":u"):
    """A conversion that negates these blocks; None for none."""

    def answer(*weights):
        u = len(weights[1])
        blocks = {":u": slice(u), "u:2u": slice(u, 2 * u), "2u:": slice(2 * u, None), None: []}
        out = [w.copy() for w in weights]
        for w, block in zip(out, (W_x, W_h, b), strict=True):
            w[..., blocks[block]] *= -1
        return tuple(out)

    return answer


def negate_columns(units):
    """A conversion that negates the first so many columns."""

    def answer(*weights):
        columns = units(*weights)
        return [np.hstack([-w.T[:columns].T, w.T[columns:].T]) for w in weights]

    return answer


def change_block(change):
    """A conversion that makes something else of the block of z."""

    def answer(*weights):
        u = len(weights[1])
        return [np.hstack([change(w.T[:u].T), w.T[u:].T]) for w in weights]

    return answer


def negate_rows(W_x, W_h, b):
    u, (W_x, W_h, b) = len(W_h), (W_x.copy(), W_h.copy(), b.copy())
    for a in (W_x, W_h, b):
        a[:u] *= -1
    return W_x, W_h, b


def permute(*order):
    """A conversion that puts the blocks into another order."""
    return lambda *weights: [
        np.concatenate([np.split(w, 3, axis=-1)[k] for k in order], axis=-1) for w in weights
    ]


def converts_in_place(W_x, W_h, b):
    for a in (W_x, W_h, b):
        a[..., : len(W_h)] *= -1
    return W_x, W_h, b


def choice(A="linear", B="SimpleRNN", C="GRU"):
    return lambda: {"A": A, "B": B, "C": C}


def forgets_to_return():
    {"A": "linear", "B": "SimpleRNN", "C": "GRU"}  # noqa: B018


RANGE = "a gate is a share from 0 to 1"

SWAPPED = "z and 1 - z are swapped"

TWO_ROWS = "b has two rows: b[0] goes with W_x, b[1] with W_h"

INTO_ROWS = "is cut into rows: the blocks are columns"


def product_first(z, r, h, W, b):
    return r * (h @ W) + b


def by_hand(z=lambda flag, anew: 0 if anew else 1 - flag, r=lambda flag, anew: 1 - flag):
    return lambda flag, anew: (z(flag, anew), r(flag, anew))


RIGHT = {
    "gru_step": [
        step_by_layer,
        step_by_slices,
    ],
    "gru_step_reset_after": [
        step_by_layer,
        after_by_slices,
    ],
    "count_parameters": [
        lambda f, u, after: 3 * u * (f + u + 1 + after),
        lambda f, u, after: layers.GRU(u, f, reset_after=after).count_params(),
    ],
    "convert_update_gate": [
        convert_by_sign,
        convert_by_stack,
    ],
    "gates_by_hand": [
        lambda flag, anew: (float(not flag and not anew), float(not flag)),
        lambda flag, anew: [0 if anew else 1 - flag, 1 - flag if anew else 0],
        lambda flag, anew: np.float32([(1 - flag) * (not anew), 1 - flag]),
    ],
    "share_copied": [
        lambda z: np.median(np.exp(np.log(z).sum(axis=1)), axis=0),
        lambda z: [np.median(np.prod(z[:, :, u], axis=1)) for u in range(z.shape[2])],
        lambda z: np.quantile(np.cumprod(z, axis=1)[:, -1], 0.5, axis=0).astype("float32"),
    ],
    "choose_a_cell": [
        lambda: {"C": "GRU", "B": "SimpleRNN", "A": "linear"},
        lambda: dict(zip("ABC", ["linear", "SimpleRNN", "GRU"], strict=True)),
    ],
}

WRONG = {
    "gru_step": [
        (step(mix=lambda z, r, h, g: (1 - z) * h + z * g), SWAPPED),
        (
            step(mix=lambda z, r, h, g: r * h + (1 - r) * g),
            "z is the same as r: r stands in its place",
        ),
        (step(mix=lambda z, r, h, g: z * h + g), "the candidate is added in full"),
        (step(mix=lambda z, r, h, g: z * h + (z - 1) * g), "share is z - 1, which is negative"),
        (step(mix=lambda z, r, h, g: z * h + 1 - z * g), "brackets are missing"),
        (step(mix=lambda z, r, h, g: g), "that is the candidate"),
        (step(mix=lambda z, r, h, g: h), "that is the old state, unchanged"),
        (step(inner=product_first), "r comes after the matrix product"),
        (step(inner=lambda z, r, h, W, b: r * (h @ W + b)), "multiplies the bias as well"),
        (
            step(inner=lambda z, r, h, W, b: (z * h) @ W + b),
            "r is the same as z: z stands in its place",
        ),
        (step(inner=lambda z, r, h, W, b: h @ W + b), "the reset gate is missing"),
        (step(inner=lambda z, r, h, W, b: ((1 - r) * h) @ W + b), "the candidate uses 1 - r"),
        (step(inner=lambda z, r, h, W, b: (r * h) @ W + 2 * b), "added twice"),
        (step(f=(np.tanh, sigmoid, np.tanh)), f"z goes through tanh: {RANGE}"),
        (step(f=(lambda a: a, sigmoid, np.tanh)), f"z has lost its sigmoid: {RANGE}"),
        (step(f=(np.tanh, np.tanh, np.tanh)), f"the gates go through tanh: {RANGE}"),
        (step(f=(sigmoid, sigmoid, sigmoid)), "the candidate goes through the sigmoid"),
        (step(f=(sigmoid, sigmoid, lambda a: np.maximum(a, 0))), "the candidate goes through relu"),
        (
            step(f=(lambda a: sigmoid(-a),) * 2 + (np.tanh,)),
            "1 minus what they should be, as a sigmoid",
        ),
        (step(order="rzg"), "in the order r, z, g"),
        (step(order="rzg"), "or z and r have changed places in your last two lines"),
        (step(order="zgr"), "in the order z, g, r"),
        (step(order="gzr"), "in the order g, z, r"),
        (lambda x, h, U, V, b: np.split(U, 3), "W_x is cut into rows"),
        (step(blocks=other_biases(lambda b: [0, 0, 0])), "the biases are missing"),
        (step(blocks=other_biases(lambda b: [0, 0, b[2]])), "z and r lack the bias"),
        (step(blocks=lambda *weights: [np.split(a, 3, axis=1) for a in weights]), "b has one axis"),
        (lambda x, h, U, V, b: step()(x, h, U, V, np.split(b[0], 3)), "b has one axis"),
        (lambda x, h, U, V, b: step()(x, h, U, V, b * 0 + b[0]), "b[0] is a single number"),
        (
            lambda x, h, U, V, b: step()(x, h, U, np.hstack([a.T for a in np.split(V, 3, 1)]), b),
            "the blocks of W_h are transposed",
        ),
        (
            lambda x, h, U, V, b: step()(x, h, U, permute(1, 0, 2)(V)[0], b),
            "z and r are swapped in W_h.",
        ),
        # copied, left behind, missing: of any block
        (step(blocks=mixed("zzg", "zrg", "zrg")), "r takes the block of z from W_x"),
        (step(blocks=mixed("zzg", "zzg", "zrg")), "r takes the block of z from W_x and W_h"),
        (step(blocks=mixed("zrg", "zrr", "zrg")), "g takes the block of r from W_h"),
        (step(blocks=mixed("zrg", "zrg", "zrz")), "g takes the block of z from b"),
        (step(blocks=mixed("zrg", "--g", "zrg")), "z and r lack the previous state"),
        (step(blocks=mixed("zrg", "zrg", "zr-")), "g lacks the bias"),
        (step(blocks=mixed("rzg", "rzg", "zrg")), "z and r are swapped in W_x and W_h"),
        (step(f=(lambda a: sigmoid(a + 1), sigmoid, np.tanh)), "z has 1 added to the sum"),
        (step(f=(lambda a: np.clip(0.2 * a + 0.5, 0, 1),) * 2 + (np.tanh,)), "the hard sigmoid"),
        (step(f=(lambda a: 1 / 1 + np.exp(-a), sigmoid, np.tanh)), "z lacks brackets"),
        (step(f=(sigmoid, sigmoid, lambda a: 2 * sigmoid(a) - 1)), "a tanh half as steep"),
        (step(blocks=every_third), "every third column is taken"),
        (
            lambda x, h, U, V, b: step()(x[:, :4], h[:, :4], U[:, :12], V, b),
            "4 is no size of the arguments",
        ),
        # two at once
        (
            step(mix=lambda z, r, h, g: (1 - z) * h + z * g, blocks=mixed("zrg", "zrr", "zrg")),
            "And g takes the block of r from W_h",
        ),
        (step(order="rzg", inner=product_first), "And r comes after the matrix product"),
        (
            step(inner=product_first, mix=lambda z, r, h, g: (1 - z) * h + z * g),
            "And r comes after the matrix product",
        ),
        (step(order="rzg", mix=lambda z, r, h, g: (1 - z) * h + z * g), f"{SWAPPED} in the last"),
        # in NumPy's words
        (lambda x, h, U, V, b: U @ x, "states are rows, and stand on the left of @"),
        (lambda x, h, U, V, b: x * U + h * V + b, "* is element by element"),
    ],
    "gru_step_reset_after": [
        (after(mix=lambda z, h, g: (1 - z) * h + z * g), SWAPPED),
        (after(rows=lambda b: (b[1], b[0])), "the rows of b are swapped"),
        (after(rows=lambda b: (b[0], 0)), "the second row of b is missing"),
        (after(rows=lambda b: (0, b[1])), "the first row of b is missing"),
        (after(rows=lambda b: (0, 0)), "both rows of b are missing"),
        (after(rows=lambda b: (b.sum(0), b.sum(0))), "both rows of b are added on both sides"),
        (after(rows=lambda b: (b[0] + b[1], 0)), "added outside the bracket that r multiplies"),
        (after(rows=lambda b: (b[0], b[0])), "the first row of b is used twice"),
        (second_row_in(z_and_r=False, bracket=True), "z and r lack the second row of b"),
        (second_row_in(z_and_r=False, bracket=False), "z and r lack the second row of b"),
        (second_row_in(z_and_r=False, bracket=False), "added outside the bracket"),
        (after(candidate=lambda x, h, r, b: np.tanh(r * (x + h))), "r multiplies the whole sum"),
        (after(candidate=lambda x, h, r, b: np.tanh(r * x + h)), "it gates the old state"),
        (after(candidate=lambda x, h, r, b: np.tanh(x + h)), "the reset gate is missing"),
        (after(candidate=lambda x, h, r, b: np.tanh(x + r * (h - b) + b)), "outside the bracket"),
        (
            after(candidate=lambda x, h, r, b: sigmoid(x + r * h)),
            "the candidate goes through the sigmoid",
        ),
        (after(f=np.tanh), f"the gates go through tanh: {RANGE}"),
        (after(order="rzg"), "in the order r, z, g"),
        (after(axes=(0, 1)), INTO_ROWS),
        (after(axes=(1, 0)), INTO_ROWS),
        (after(axes=(0, 0)), INTO_ROWS),
        (after(rows=lambda b: b / 2), "halved, as in a mean"),
        (after(candidate=lambda x, h, r, b: r * np.tanh(x + r * h)), "finished candidate as well"),
        (after(mix=lambda z, h, g: 0.5 * h + 0.5 * g), "both shares are one half"),
        (before_the_product, "r comes before the matrix product"),
        (step(), TWO_ROWS),
        (lambda x, h, U, V, b: x @ U + b, TWO_ROWS),
        (lambda x, h, U, V, b: x @ U + h @ V + b, TWO_ROWS),
        (lambda x, h, U, V, b: x @ U + b[:, 0], TWO_ROWS),
        (lambda x, h, U, V, b: np.split(x @ U, 3, 1)[0] + np.split(b, 3, axis=1)[0], TWO_ROWS),
        (lambda *args: lesson05.gru_step.reference(*args), TWO_ROWS),
    ],
    "count_parameters": [
        (lambda f, u, after: 4 * (f + u + 1) * u, "a GRU has three. And with reset"),
        (
            lambda f, u, after: 3 * (f + u + 1) * u,
            "with reset_after b has two rows, and you count 1",
        ),
        (
            lambda f, u, after: 3 * (f + u + 2) * u,
            "without reset_after b has one row, and you count 2",
        ),
        (
            lambda f, u, after: 3 * (f + u + 2 - after) * u,
            "the two settings of reset_after are swapped",
        ),
        (lambda f, u, after: 4 * (f + u + 1 + after) * u, "which is an LSTM's number"),
        (lambda f, u, after: 2 * (f + u + 1 + after) * u, "the candidate has weights as well"),
        (lambda f, u, after: 3 * (f + u) * u, "the bias is missing"),
        (lambda f, u, after: 3 * (f + u + 1) * u + after * u, "for the candidate alone"),
        (lambda f, u, after: 3 * (f * u + 2 * u + (1 + after) * u), "W_h is a matrix"),
        (lambda f, u, after: 3 * (f + u + 1 + after) * u + u + 1, "an output layer is counted"),
        (lambda f, u, after: 8250, "the same number whatever the arguments"),
        (
            lambda f, u, after: 3 * f * u + u * u + u + 3 * u * after,
            "W_h has three blocks, and you",
        ),
        (lambda f, u, after: 3 * f * u + u * u + u + 3 * u * after, "each row of b has three"),
        (lambda f, u, after: 3 * u * (f + u + 2 + after), "two rows, and you count 3. And without"),
        (lambda f, u, after: 3 * u * (f + u + 1) * (1 + after), "six blocks of each matrix"),
        (
            lambda f, u, after: 3 * u * (f + u + 2) if after else 3 * u,
            "without reset_after: features has no part",
        ),
        (lambda f, u, after: 3 * (f * u + f * f + (1 + after) * u), "W_h is a matrix from units"),
        (
            lambda f, u, after: 3 * u * (f + u) + 1 + after,
            "something is added that is no part of",
        ),
        (lambda f, u, after: 8250 if after else 8100, "the same number comes out for layers of"),
        (lambda f, u, after: 3 * u * f * u, "for 2 features, 5 units and reset_after = True you"),
        (lambda f, u, after: float("nan") if after else 1, "you count nan"),
        (lambda f, u, after: (3 * f * u, 3 * u * u, 3 * u), "the count holds 3 numbers"),
        (
            lambda f, u, after: 7 * f * u + u,
            "W_x has three blocks, and you count 7. And W_h is missing",
        ),
    ],
    "convert_update_gate": [
        (negate(b=None), "b keeps its sign"),
        (negate(W_x=None), "W_x keeps its sign"),
        (negate(W_h=None), "W_h keeps its sign"),
        (negate(W_x=None, W_h=None), "both matrices keep their sign"),
        (negate(None, None, None), "nothing has changed"),
        (negate("u:2u", "u:2u", "u:2u"), "the block of r is negated"),
        (negate("2u:", "2u:", "2u:"), "the block of g is negated"),
        (lambda *weights: [-w for w in weights], "all three blocks change their sign"),
        (
            lambda *weights: [w * np.repeat([-1, 1, -1], len(weights[1])) for w in weights],
            "the blocks of z and g are negated",
        ),
        (negate_columns(lambda W_x, W_h, b: len(W_x)), "as many columns are negated as W_x has"),
        (negate_columns(lambda W_x, W_h, b: len(b) // 2), "half of the columns are negated"),
        (negate_columns(lambda W_x, W_h, b: 4), "four columns are negated, however many"),
        (negate_rows, "rows of W_x and W_h are negated"),
        (
            lambda W_x, W_h, b: (negate()(W_x, W_h, b)[0], -W_h, negate()(W_x, W_h, b)[2]),
            "all of W_h is negated",
        ),
        (permute(1, 0, 2), "the blocks of z and r have changed places"),
        (permute(2, 1, 0), "the blocks of z and g have changed places"),
        (change_block(lambda a: 1 - a), "1 minus the weights is not it"),
        (change_block(lambda a: 1 - sigmoid(a)), "the sigmoid acts on the sum"),
        (lambda W_x, W_h, b: negate()(W_x, W_h, b)[:2], "a tuple of 2 where 3 arrays"),
        (negate("u:2u", ":u", ":u"), "in W_x the block of r is negated"),
        (negate("u:2u", None, ":u"), "in W_x the block of r is negated"),
        (negate("u:2u", None, ":u"), "And W_h keeps its sign"),
        (negate_columns(lambda W_x, W_h, b: len(W_h) - 1), "one column too few is negated"),
        (change_block(lambda a: -np.abs(a)), "is made negative, whatever it was"),
        (
            lambda *weights: [w.astype(int) for w in negate()(*weights)],
            "all behind the decimal point is cut",
        ),
        (converts_in_place, "changes its argument W_x in place"),
    ],
    "gates_by_hand": [
        (by_hand(r=lambda flag, anew: 0), "anew, between flags: r is 0, so the candidate hears"),
        (by_hand(r=lambda flag, anew: 1), "copied, at a flag: r is 1, so the candidate hears"),
        (by_hand(r=lambda flag, anew: 1), "And anew, at a flag: r is 1"),
        (by_hand(r=lambda flag, anew: flag), "r is turned round"),
        (by_hand(r=lambda flag, anew: -flag), "r is -1: a gate lies between 0 and 1"),
        (by_hand(z=lambda flag, anew: 1 - flag), "anew, between flags: z is 1, and is to be 0"),
        (by_hand(z=lambda flag, anew: 1 if anew else flag), "z is turned round"),
        (by_hand(z=lambda flag, anew: 0 if anew else 1), "copied, at a flag: z is 1"),
        (by_hand(z=lambda flag, anew: 0 if anew else 0.95 * (1 - flag)), "z is 0.95, and with"),
        (lambda flag, anew: by_hand()(1 - flag, anew), "the flag is taken the wrong way round"),
        (lambda flag, anew: by_hand()(flag, not anew), "the two ways are exchanged"),
        (lambda flag, anew: by_hand()(flag, anew)[::-1], "z and r are exchanged"),
        (lambda flag, anew: (0, 0), "the same whatever the flag and the way"),
        (lambda flag, anew: 1 - flag, "where 2 numbers are asked for"),
        (lambda flag, anew: ([1.0 - flag], 1 - flag), "z is a number in brackets"),
    ],
    "share_copied": [
        (
            lambda z: np.median(z, axis=0).prod(axis=0),
            "the median of each step's gates comes first",
        ),
        (lambda z: z.mean(axis=0).prod(axis=0), "the mean of each step's gates comes first"),
        (lambda z: z.mean(axis=(0, 1)) ** z.shape[1], "the mean gate is raised to a power"),
        (lambda z: np.median(z.mean(axis=1) ** z.shape[1], axis=0), "is raised to a power"),
        (lambda z: np.median(z.mean(axis=1), axis=0), "the mean of the gates is taken"),
        (lambda z: np.median(z, axis=(0, 1)) ** z.shape[1], "the median gate is raised"),
        (lambda z: np.median(z.sum(axis=1), axis=0), "the gates are added"),
        (lambda z: np.median((1 - z).prod(axis=1), axis=0), "1 - z is the share of the new"),
        (lambda z: np.median(z[:, 1:].prod(axis=1), axis=0), "the first step is left out"),
        (lambda z: z.prod(axis=1).mean(axis=0), "the mean over the samples is taken"),
        (lambda z: z.prod(axis=1), "each sample's share is there"),
        (lambda z: np.median(z.prod(axis=1)), "one number for all units"),
        (lambda z: np.median(z.prod(axis=1), axis=1), "the median is taken over the units"),
        (lambda z: z.prod(axis=(0, 1)), "the samples are multiplied as well"),
        (lambda z: np.median(z.prod(axis=1), axis=0) > 0.5, "the share itself is asked for"),
    ],
    "choose_a_cell": [
        (choice(A="GRU"), "A, a GRU of 16 units on new sequences: "),
        (choice(A="GRU"), "Something simpler: 99% right, with 25 parameters"),
        (choice(B="linear"), "B, a linear model on new sequences: 48% right"),
        (choice(B="GRU"), "B: a GRU of 4 units has 89 parameters, and 60 fit"),
        (choice(C="LSTM"), "C: an LSTM of 16 units has 1,233 parameters, and 1,000 fit"),
        (choice(C="SimpleRNN"), "of 4 runs learn it"),
        (choice(C="Transformer"), "C: 'Transformer' is none of linear, SimpleRNN, GRU, LSTM"),
        (choice(A=["linear"]), "A: ['linear'] is none of linear"),
        (lambda: {"a": "linear"}, "the keys are 'A', 'B' and 'C', and yours has 'a'"),
        (lambda: {"A": "linear"}, "B has no cell yet"),
        (lambda: ["linear", "SimpleRNN", "GRU"], "a list of 3, where a dict is asked for"),
        (forgets_to_return, "your function does not return its result"),
    ],
}
