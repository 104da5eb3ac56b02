"""The checks of lesson 02. Each begins with the reference, which is a solution to read."""

import difflib
from types import EllipsisType, NoneType

import numpy as np

from utils import bug_zoo, data
from utils.checks.engine import Probe, exercise
from utils.layers import Dense, SimpleRNN
from utils.words import fixed, number

SIGNS = {  # what the lesson's signs mean in code, where arrays don't fit
    ".*(that don't fit|be broadcast together).*": "\\g<0>: \u2299 is `*`, a matrix product is `@`",
    ".*has no attribute 'T'.*": r"\g<0>: h_0 is an array of zeros (batch, units)",
}

# --- back through one step --------------------------------------------------------------------


@exercise(
    {
        "dh": "batch units",
        "x_t": "batch features",
        "h_prev": "batch units",
        "h": "batch units",
        "W_x": "features units",
        "W_h": "units units",
    },
    off=["h", "x_t", "h_prev"],
    returns={
        "dx_t": "batch features",
        "dh_prev": "batch units",
        "dW_x": "features units",
        "dW_h": "units units",
        "db": "units",
    },
    right="all five gradients agree on random arrays, also with h, x_t and h_prev switched off in "
    "turn, and for a single sample",
    remarks=SIGNS,
)
def step_backward(dh, x_t, h_prev, h, W_x, W_h):
    """From dh, the total derivative of the loss with respect to h (batch, units), to those with
    respect to all that h was made of. -> dx_t, dh_prev, dW_x, dW_h, db"""
    dz = dh * (1 - h**2)  # back through tanh
    dx_t = dz @ W_x.T
    dh_prev = dz @ W_h.T
    dW_x = x_t.T @ dz
    dW_h = h_prev.T @ dz
    db = dz.sum(axis=0)
    return dx_t, dh_prev, dW_x, dW_h, db


TANH_TWICE = "h is a tanh already: its derivative is written with h itself, without another tanh"
TANH_LEFT_OUT = "the way back leads through tanh as well: its derivative is missing"
TANH_SQUARE = "the derivative of tanh needs the square of h"
SIGMOID = "h * (1 - h) is the sigmoid's derivative: these states are tanh's"
TRANSPOSE = "on the way back the weights are transposed:"
RECOMPUTED = "h is computed again, without b: h is given, take it as it is"

step_backward.knows(
    {
        # through tanh
        "1 - h**2": {
            "1 - np.tanh(h) ** 2": TANH_TWICE,
            "1 - h": TANH_SQUARE,
            "h * (1 - h)": SIGMOID,
            "1 + h**2": "the sign inside the derivative of tanh is wrong",
            "1 - h_prev**2": "the derivative of tanh is taken at h_prev, not at h",
            "1 - np.tanh(x_t @ W_x + h_prev @ W_h) ** 2": RECOMPUTED,
        },
        " * (1 - h**2)": {"": TANH_LEFT_OUT},
        "dz = dh *": {"dz = -dh *": "every gradient has the wrong sign: where does a minus enter?"},
        # to the input and to the previous state
        "dz @ W_x.T": {
            "dz @ W_x": f"dx_t: {TRANSPOSE} dx_t has one entry for each row of W_x",
            "dh @ W_x.T": f"dx_t: {TANH_LEFT_OUT}",
        },
        "dz @ W_h.T": {
            "dz @ W_h": f"dh_prev: {TRANSPOSE} dh_prev has one entry for each row of W_h",
            "dh @ W_h.T": f"dh_prev: {TANH_LEFT_OUT}",
            "dz @ W_h.T * (1 - h_prev**2)": "dh_prev goes one tanh too far: the tanh that made "
            "h_prev belongs to the step before",
        },
        "dx_t = dz @ W_x.T\n    dh_prev = dz @ W_h.T": {
            "dx_t = dz @ W_h.T\n    dh_prev = dz @ W_x.T": "dx_t and dh_prev are swapped: x_t "
            "went through W_x and h_prev through W_h, and dx_t is returned first",
        },
        # to the weights
        "x_t.T @ dz": {
            "dz.T @ x_t": "dW_x is transposed: it must have the shape of W_x",
            "x_t.T @ dh": f"dW_x: {TANH_LEFT_OUT}",
            "x_t.T @ dz / len(dz)": "dW_x is averaged over the batch, not summed",
        },
        "h_prev.T @ dz": {
            "dz.T @ h_prev": "dW_h is transposed: it must have the shape of W_h",
            "h_prev.T @ dh": f"dW_h: {TANH_LEFT_OUT}",
            "h.T @ dz": "dW_h takes h, the state that came out: W_h has multiplied h_prev",
            "h_prev.T @ dz / len(dz)": "dW_h is averaged over the batch, not summed",
        },
        "dz.sum(axis=0)": {
            "dz": "db has a row for each sample: b is shared by all samples, so what happens to "
            "their gradients?",
            "dz.mean(axis=0)": "db is averaged over the batch, not summed",
            "dh.sum(axis=0)": f"db: {TANH_LEFT_OUT}",
            "dz.sum()": "db is one number: it must have one for each unit",
            "dz.sum(axis=1)": "db is summed over the units: sum over the batch",
            "dz.sum(axis=0, keepdims=True)": "db has two axes, and b has one: leave out keepdims",
        },
        # what is returned
        "return dx_t, dh_prev, dW_x, dW_h, db": {
            "return dW_x, dW_h, db, dx_t, dh_prev": "the gradients are right and in another "
            "order: dx_t and dh_prev come first",
            "return dx_t, dh_prev, dW_h, dW_x, db": "the gradients are right and in another "
            "order: dW_x comes before dW_h",
        },
    }
)


# --- back through time ------------------------------------------------------------------------


@exercise(
    {
        "dh_last": "batch units",
        "x": "batch timesteps features",
        "h": "batch timesteps units",
        "W_x": "features units",
        "W_h": "units units",
    },
    off=["x", "h", "W_h"],
    returns={"dW_x": "features units", "dW_h": "units units", "db": "units"},
    right="all three gradients agree on random sequences, also with x, h and W_h switched off in "
    "turn, for a single sample and for a single timestep",
    remarks=SIGNS,
)
def rnn_backward(dh_last, x, h, W_x, W_h):
    """The gradients of the weights, when the loss reads the last state only. dh_last (batch,
    units), x (batch, timesteps, features), h (batch, timesteps, units). -> dW_x, dW_h, db"""
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))
    dh = dh_last
    for t in reversed(range(x.shape[1])):
        h_prev = h[:, t - 1] if t > 0 else np.zeros_like(dh_last)
        dz = dh * (1 - h[:, t] ** 2)
        dW_x += x[:, t].T @ dz
        dW_h += h_prev.T @ dz
        db += dz.sum(axis=0)
        dh = dz @ W_h.T  # to the step before
    return dW_x, dW_h, db


ONE_SHARE = "is not summed over time: the same weights serve at every step, and each has a share"
OFF_BY_ONE = "the state at step t was made from the state of the step before it"

rnn_backward.knows(
    {
        # the state before
        "h[:, t - 1] if t > 0 else np.zeros_like(dh_last)": {
            "h[:, t - 1]": "at t = 0 the index t - 1 wraps round to the last state: what came "
            "before step 0?",
            "h[:, max(t - 1, 0)]": "at t = 0 the state before is h_0 = 0, not the first state",
            "h[:, t + 1]": "an index along time goes past the last step: does a line look at t + "
            "1, or does the loop start one too high?",
            "h[:, t]": f"dW_h takes h[:, t], which came out of step t: {OFF_BY_ONE}",
        },
        "x[:, t].T": {"x[:, t - 1].T": "dW_x takes the input of the step before: off by one"},
        # the sums over time
        "dW_x += x[:, t].T @ dz\n        dW_h += h_prev.T @ dz\n        db += ": {
            "dW_x = x[:, t].T @ dz\n        dW_h = h_prev.T @ dz\n        db = ": (
                f"no gradient is right: each {ONE_SHARE}"
            ),
        },
        "dW_x +=": {"dW_x =": f"dW_x {ONE_SHARE}"},
        "dW_h +=": {"dW_h =": f"dW_h {ONE_SHARE}"},
        "db +=": {"db =": f"db {ONE_SHARE}"},
        "return dW_x, dW_h, db": {
            "return dW_x / x.shape[1], dW_h / x.shape[1], db / x.shape[1]": (
                "the gradients are averaged over time: sum them"
            ),
            "return dW_x / len(x), dW_h / len(x), db / len(x)": (
                "the gradients are averaged over the batch: sum them, dh_last holds any mean "
                "already"
            ),
            "return dW_h, dW_x, db": "the gradients are right and in another order: dW_x comes "
            "first",
        },
        # what is carried to the step before
        "dh = dz @ W_h.T": {
            "dh = np.zeros_like(dz)": "only the last step has a share: is its gradient carried to "
            "the step before, or does the return stand inside the loop?",
            "dh = dh": "dh is the same at every step: what step t hands to step t - 1 is missing",
            "dh = dz @ W_h.T + dh_last": "dh_last is added at every step: the loss reads the last "
            "state only, so it enters once",
            "dh = dh + dz @ W_h.T": "the carried gradient is added to the old one: the next "
            "step's dh replaces this one's",
            "dh = dz @ W_h": f"dh: {TRANSPOSE} the step before has one entry for each row of W_h",
            "dh = dz": "dh skips the weights: the way from one state to the next leads through W_h",
            "dh = dh @ W_h.T": "dh is carried past the activation: the derivative of tanh is "
            "missing from what is handed on",
        },
        # through tanh
        "1 - h[:, t] ** 2": {
            "1 - np.tanh(h[:, t]) ** 2": TANH_TWICE,
            "1 - h[:, t]": TANH_SQUARE,
            "h[:, t] * (1 - h[:, t])": SIGMOID,
            "1 - h_prev**2": "the derivative of tanh is taken at the state before, not at the "
            "step's own",
            "1 - np.tanh(x[:, t] @ W_x + h_prev @ W_h) ** 2": RECOMPUTED,
        },
        " * (1 - h[:, t] ** 2)": {"": TANH_LEFT_OUT},
        "    dh = dh_last\n": {
            "    dh, h, h_t = dh_last, h.copy(), 0 * dh_last\n"
            "    for t in range(x.shape[1]):\n"
            "        h_t = h[:, t] = np.tanh(x[:, t] @ W_x + h_t @ W_h)\n": RECOMPUTED,
        },
        # the loop over time
        "in reversed(range(x.shape[1]))": {
            "in range(x.shape[1])": "the loop runs forwards in time: dh_last belongs to the last "
            "step, so start there",
            "in range(x.shape[1] - 1, 0, -1)": "the loop stops before t = 0: range leaves out its "
            "end",
            "in reversed(range(x.shape[1] - 1))": "the loop leaves out the last step: range stops "
            "before its end already",
            "in reversed(range(x.shape[0]))": "the loop runs over the batch: timesteps lie along "
            "axis 1",
        },
        "x[:, t].T @ dz": {"dz.T @ x[:, t]": "dW_x is transposed: it must have the shape of W_x"},
        "h_prev.T @ dz": {"dz.T @ h_prev": "dW_h is transposed: it must have the shape of W_h"},
        "dz.sum(axis=0)": {"dz.mean(axis=0)": "db is averaged over the batch, not summed"},
        "dz = dh *": {"dz = -dh *": "the sign flips at every step: where does a minus enter?"},
    }
)


# --- clipping ---------------------------------------------------------------------------------


def gradients(seed, scale=1):
    rng = np.random.default_rng(seed)
    return [scale * rng.standard_normal(shape) for shape in [(2, 5), (5, 5), (5,)]]


def norms(args, grads):
    """The global norm before and after."""
    pairs = list(zip(grads, args["grads"], strict=True))
    before, after = (np.sqrt(sum(np.sum(pair[k] ** 2) for pair in pairs)) for k in (1, 0))
    factors = [np.sum(g * b) / max(np.sum(b * b), 1e-12) for g, b in pairs]
    how = "the arrays are {}, {} and {} times as long".format(*map(number, factors))
    if np.ptp(factors) < 1e-6:
        how = "all three arrays are scaled alike"
    if not all(np.allclose(g, f * b) for f, (g, b) in zip(factors, pairs, strict=True)):
        how = "an array is no multiple of what it was: one factor is to scale every number"
    return (
        f"the global norm was {number(before)}, the limit is {number(args['limit'])}, and what you "
        f"return has the norm {number(after, 4)}: {how}"
    )


@exercise(
    probes=[
        Probe({"grads": gradients(0), "limit": 2.5}),
        Probe(
            {"grads": gradients(1, 0.01), "limit": 2.5},
            "when the norm is below the limit",
            "then nothing should change, and else how large should the norm become?",
        ),
        Probe(
            {"grads": gradients(2, 30), "limit": 0.5},
            "when the norm is far above the limit",
            "compare the norm before and after",
        ),
        Probe(
            {"grads": gradients(3, 0.0), "limit": 1.0},
            "when every gradient is zero",
            "what would a division by the norm give?",
        ),
        Probe(
            {"grads": gradients(4, 0.1), "limit": 0.6},
            "when the norm is a little above the limit",
            "compare the norm before and after",
        ),
    ],
    returns=dict.fromkeys(["grads[0]", "grads[1]", "grads[2]"]),
    evidence=norms,
    right="gradients above the limit are scaled by one factor to a global norm equal to it, "
    "smaller ones and all-zero ones stay as they are, and the arguments are left alone",
)
def clip_by_norm(grads, limit):
    """A list of arrays -> the same, scaled by one factor if their global norm is above `limit`."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm <= limit:
        return list(grads)
    return [g * (limit / norm) for g in grads]


SCALE = "return [g * (limit / norm) for g in grads]"
MEANS = "the norm is made of means: the length of a vector is made of sums"
SUM_OF_SQUARES = "np.sqrt(sum(np.sum(g**2) for g in grads))"

clip_by_norm.knows(
    {
        f"norm = {SUM_OF_SQUARES}": {
            "return [np.clip(g, -limit, limit) for g in grads]": (
                "that cuts each entry, which is clipping by value and bends the direction: scale "
                "all of them by one factor"
            ),
            "return [g * min(1, limit / (np.linalg.norm(g) or limit)) for g in grads]": (
                "each array is clipped by a norm of its own: one global norm serves for all"
            ),
            "return [g * (limit / (np.linalg.norm(g) or limit)) for g in grads]": (
                "each array is scaled to a norm of its own, small ones as well: use one global "
                "norm, and only if it is above the limit"
            ),
        },
        "if norm <= limit:": {
            "if norm == 0:": "small gradients are scaled up to the limit: leave them as they are",
            "if False:": "small gradients are scaled up to the limit, and all-zero ones divided "
            "by zero: leave them as they are",
            "if norm > limit:": "the condition is the wrong way round: it is the large gradients "
            "that are clipped",
        },
        f"if norm <= limit:\n        return list(grads)\n    {SCALE}": {
            "return [g * min(1, norm / limit) for g in grads]": (
                "a long gradient is not shortened, and a short one is: which is divided by which?"
            ),
        },
        SCALE: {
            "return list(grads)": "nothing has been clipped: the gradients came back as they went "
            "in",
            "return [g * 0 + limit for g in grads]": "every entry has been set to the limit: "
            "scale them all by one factor",
            "return [g * 0 for g in grads]": "large gradients are thrown away: scale them, their "
            "direction is worth keeping",
        },
        SUM_OF_SQUARES: {
            "sum(np.sum(g**2) for g in grads)": "the norm lacks its square root",
            "sum(np.linalg.norm(g) for g in grads)": "the norms of the arrays are added: add the "
            "squares of all entries, then take the root",
            "max(np.linalg.norm(g) for g in grads)": "the largest array's norm stands for all of "
            "them: the global norm counts every entry",
            "max(np.max(np.abs(g)) for g in grads)": "the largest entry is taken for the norm: "
            "the global norm counts every entry",
            "sum(np.sum(np.abs(g)) for g in grads)": "that norm adds absolute values: the length "
            "of a vector adds squares",
            "np.sqrt(sum(np.sum(g**2) for g in grads) / sum(g.size for g in grads))": MEANS,
            "sum(np.sum(g**2) for g in grads) / sum(g.size for g in grads)": MEANS,
            "np.sqrt(sum(sum(g**2) for g in grads))": "the norm is an array, and should be one "
            "number: Python's sum adds along the first axis only, so sum over all axes",
            "np.sqrt(np.mean([np.mean(g**2) for g in grads]))": MEANS,
            "np.sqrt(sum(np.mean(g**2) for g in grads))": MEANS,
            "np.sqrt(np.mean([np.sum(g**2) for g in grads]))": MEANS,
        },
        "limit / norm": {
            "1 / norm": "clipped gradients come out with norm 1: the limit has been left out of "
            "the factor",
            "limit": "the gradients are multiplied by the limit, not scaled to it",
            "limit**2 / norm": "the limit enters the factor twice",
            "norm / limit": "the factor is upside down: large gradients grow",
            "(limit / norm) ** 0.5": "the factor is a square root, so the norm comes out too large",
            "limit / norm**2": "the factor is divided by the norm twice",
        },
    }
)


OWN_NORMS = {  # of each array by itself, or of less
    "np.sum(g**2)": "and without its square root",
    "np.sum(np.abs(g))": "and of absolute values, not of squares",
    "np.max(np.abs(g))": "and only that of its largest entry",
    "np.sqrt(np.mean(g**2))": "and made of a mean",
    "np.linalg.norm(g, axis=-1, keepdims=True)": "and of each row",
}
clip_by_norm.knows(
    {
        f"norm = {SUM_OF_SQUARES}": {
            f"return [g * {factor.format(norm)} for g in grads]": (
                f"each array is clipped by a norm of its own, {also}: one global norm serves "
                "for all"
            )
            for norm, also in OWN_NORMS.items()
            for factor in (
                "np.minimum(1, limit / np.maximum({}, 1e-30))",
                "limit / np.maximum({}, 1e-30)",
            )
        },
    }
)


# --- the bug zoo ------------------------------------------------------------------------------


@exercise(
    returns=dict,
    right="all three bugs have their names, told apart by which gradients are wrong and how far",
)
def name_the_bugs():
    """Which bug of the zoo sits behind each letter, after what the gradient check shows."""
    return {
        "A": "index wraps",  # only W_h is wrong, and not by much: one term too many
        "B": "sum forgotten",  # only W_h is wrong, altogether
        "C": "no transpose",  # W_x, W_h and b are wrong, the output layer is right
    }


# The bugs behind the letters. Reading on is one way of solving the exercise.
MYSTERIES = {"A": "index wraps", "B": "sum forgotten", "C": "no transpose"}


def symptoms(backward):
    """{weight: (relative error, cosine)}, on the network and the data of the lesson's `examine`."""
    rnn = SimpleRNN(8, 1, seed=3, dtype="float64")
    dense = Dense(1, 8, seed=3, dtype="float64")
    weights = rnn.get_weights() + dense.get_weights()
    x, target = data.remember_first(samples=16, timesteps=20, seed=3)
    h, y = bug_zoo.forward(x, *weights)
    pairs = zip(
        bug_zoo.NAMES,
        backward(x, target, h, y, *weights),
        bug_zoo.backward(x, target, h, y, *weights),
        strict=True,
    )
    norm = np.linalg.norm
    return {
        name: (norm(g - n) / (norm(g) + norm(n)), np.sum(g * n) / ((norm(g) * norm(n)) or 1))
        for name, g, n in pairs
    }


def mystery(letter):
    """A backward pass with one bug, for the reader to name."""
    if letter not in MYSTERIES:
        raise ValueError(f"letter must be one of {', '.join(MYSTERIES)}, got {letter!r}")
    return bug_zoo.backward_with(MYSTERIES[letter])


def evidence(letter, name):
    """What speaks against the bug called `name` behind `letter`."""
    here, there = symptoms(mystery(letter)), symptoms(bug_zoo.backward_with(name))
    wrong_here, wrong_there = ([w for w in s if s[w][0] > 1e-6] for s in (here, there))
    if wrong_here != wrong_there:
        return (
            f"{letter}: with '{name}' the wrong gradients would be {', '.join(wrong_there)}, and "
            f"here they are {', '.join(wrong_here)}"
        )
    w = max(here, key=lambda w: abs(here[w][0] - there[w][0]) + abs(here[w][1] - there[w][1]))

    def say(error, cosine):
        return f"relative error {error:.2f}, cosine {fixed(cosine, 1)}"

    return (
        f"{letter}: '{name}' would give the gradient of {w} "
        f"{say(*there[w])}, and the bug behind {letter} gives it {say(*here[w])}"
    )


@name_the_bugs.against
def wrong_names(names):
    """What speaks against the names, or nothing."""
    blank = (NoneType, EllipsisType)
    names = {k: str(name) for k, name in names.items() if not isinstance(name, blank)}
    right = [k for k, name in MYSTERIES.items() if names.get(k) == name]
    stand = f"{' and '.join(right)} {'are' if right[1:] else 'is'} right. " if right else ""
    wrong = [wrong_name(k, names.get(k)) for k in MYSTERIES if k not in right]
    return wrong and stand + "; ".join(wrong)


def wrong_name(letter, name):
    """What speaks against `name`, which is not that of the bug behind `letter`."""
    if not name:
        return f"{letter} has no name yet"
    if name in bug_zoo.BUGS:
        return evidence(letter, name)
    near = difflib.get_close_matches(name, bug_zoo.BUGS, 1, 0.8)
    maybe = f"did you mean '{near[0]}'?" if near else "see the list of bugs"
    return f"{letter}: the zoo has no bug called {name!r} ({maybe})"
