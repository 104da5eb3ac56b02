"""The checks of lesson 02. Each begins with the reference, which is a solution to read."""

import difflib
from types import EllipsisType, NoneType

import numpy as np

from utils import bug_zoo, data
from utils.checks.engine import Probe, exercise, kind
from utils.checks.results import listed
from utils.layers import Dense, SimpleRNN
from utils.words import fixed

SIGNS = {  # what the lesson's signs mean in code, where arrays don't fit
    ".*(that don't fit|`.* [*@] .*`.*be broadcast together).*": (
        "\\g<0>: \u2299 is `*`, a matrix product is `@`"
    ),
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
    large=["dh"],
    one_hot=["x_t"],
    full=["h"],
    examples=[
        {
            "dh": np.array([[1.0, -2]]),
            "x_t": np.array([[3.0]]),
            "h_prev": np.array([[0.5, 0]]),
            "h": np.array([[0.5, 0]]),
            "W_x": np.array([[1.0, 2]]),
            "W_h": np.array([[1.0, 2], [3, 4]]),
        },
    ],
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
            "dz.T @ h_prev": "dW_h is transposed: its shape can't show that, for W_h is square",
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
    small=["W_h"],
    one_hot=["x"],
    full=["h"],
    examples=[
        {
            "dh_last": np.array([[1.0]]),
            "x": np.array([[[1.0], [2]]]),
            "h": np.array([[[0.5], [0]]]),
            "W_x": np.array([[1.0]]),
            "W_h": np.array([[2.0]]),
        },
    ],
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


ONE_SHARE = (
    "is not summed over time: the same weights serve at every step, and each step has its share"
)
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
                f"dW_x, dW_h and db are {ONE_SHARE.removeprefix('is ')}"
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
            "in range(x.shape[1] - 1, 0, -1)": "the loop stops before t = 0",
            "in reversed(range(x.shape[1] - 1))": "the loop leaves out the last step: range stops "
            "before its end already",
            "in reversed(range(x.shape[0]))": "the loop runs over the batch: timesteps lie along "
            "axis 1",
        },
        "x[:, t].T @ dz": {"dz.T @ x[:, t]": "dW_x is transposed: it must have the shape of W_x"},
        "h_prev.T @ dz": {
            "dz.T @ h_prev": "dW_h is transposed: its shape can't show that, for W_h is square"
        },
        "dz.sum(axis=0)": {"dz.mean(axis=0)": "db is averaged over the batch, not summed"},
        "dz = dh *": {"dz = -dh *": "the sign flips at every step: where does a minus enter?"},
    }
)


# --- the numeric gradient ---------------------------------------------------------------------


class Loss:
    """A loss that reads the array w where it lies, as a network's loss reads its weights."""

    def __init__(self, w):
        self.w = w

    def __call__(self):
        waves = np.sin(np.arange(1, self.w.size + 1).reshape(self.w.shape) + self.w)
        return float(3 * np.sum(waves * np.exp(self.w)) + np.sum(self.w) ** 2)

    def __eq__(self, other):  # a copy that reads a copy is the same loss
        return isinstance(other, Loss)


def weights(*shape, seed=0, scale=1, eps=0.1, order="C"):
    """What a probe hands over: a loss, the array that it reads, and a step."""
    w = np.array(scale * np.random.default_rng(seed).uniform(-0.9, 0.9, shape), order=order)
    return {"loss": Loss(w), "w": w, "eps": eps}


MOVE_UP = "        w[index] = kept + eps\n        above = loss()\n"
MOVE_DOWN = "        w[index] = kept - eps\n        below = loss()\n"
ONE_SIDED = (
    "the difference is one-sided: it compares with the loss at w itself, and its error is of the "
    "order eps, not of its square"
)
NOT_SEEN = (
    "every entry is zero: the loss has not seen a change. It reads w where it lies, so a copy of "
    "w, or a new array called w, is nothing to it"
)


@exercise(
    probes=[
        Probe(weights(3, 4)),
        Probe(weights(5, seed=1), "when w has one axis", "does a line count on two?"),
        Probe(weights(2, 3, 2, seed=2), "when w has three axes", "does a line count on two?"),
        Probe(
            weights(3, 4, seed=3, eps=1e-3), "when eps is 0.001", "is a step written out in a line?"
        ),
        Probe(weights(4, 3, seed=5, order="F"), "when w is a transpose", "what does ravel copy?"),
        Probe(
            weights(2, 3, seed=4, scale=0), "while w is zero", "the step is eps, whatever w holds"
        ),
    ],
    returns={"gradient": None},
    restored={
        "w": "after your function w is not what it was: put each entry back before the next one "
        "is moved, from a number that was kept"
    },
    right="the gradient agrees on arrays of one, two and three axes and for large and small steps, "
    "and w is afterwards what it was",
    remarks={
        ".*positional argument.*": r"\g<0>: the loss takes no argument, it reads w where it lies",
    },
)
def numeric_gradient(loss, w, eps=1e-5):
    """The central difference of loss(), which reads w, for each entry of w. -> w's shape"""
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        kept = w[index]
        w[index] = kept + eps
        above = loss()
        w[index] = kept - eps
        below = loss()
        w[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


numeric_gradient.knows(
    {
        "gradient = np.zeros(w.shape)": {
            "w = w.copy()\n    gradient = np.zeros(w.shape)": NOT_SEEN
        },
        "(above - below) / (2 * eps)": {
            "(above - below) / eps": "each entry is twice what it should be: the two points lie "
            "2 eps apart",
            "(above - below) / 2 * eps": "divided by 2 and then multiplied by eps: brackets "
            "are missing",
            "(above - below) / 2": "the difference is divided by 2, and not by eps",
            "above - below": "the difference is not divided by the distance of the two points",
            "(below - above) / (2 * eps)": "the sign is wrong: the loss below is to be subtracted",
            "abs(above - below) / (2 * eps)": "the sign is lost: a loss may fall with a weight",
            "(above + below) / (2 * eps)": "the two losses are added: subtract them",
        },
        # two points
        MOVE_DOWN: {
            "        w[index] = kept\n        below = loss()\n": "half of a one-sided difference: "
            "the lower point is w itself, and from the upper one it takes two steps of eps down",
        },
        MOVE_UP: {
            "        above = loss()\n": "half of a one-sided difference: the upper point is w "
            "itself, which has not been moved up",
        },
        MOVE_DOWN
        + "        w[index] = kept\n        gradient[index] = (above - below) / (2 * eps)": {
            "        w[index] = kept\n        gradient[index] = (above - loss()) / eps": ONE_SIDED,
        },
        MOVE_UP + MOVE_DOWN + "        w[index] = kept\n"
        "        gradient[index] = (above - below) / (2 * eps)": {
            "        above = loss()\n" + MOVE_DOWN + "        w[index] = kept\n"
            "        gradient[index] = (above - below) / eps": ONE_SIDED,
            MOVE_UP + MOVE_DOWN + "        w[index] = kept\n"
            "        gradient[index] = (above - 2 * loss() + below) / eps**2": "that is the second "
            "derivative: two losses are enough, up minus down",
            **{
                "        w[index] = kept * (1 + eps)\n        above = loss()\n"
                "        w[index] = kept * (1 - eps)\n        below = loss()\n"
                "        w[index] = kept\n        gradient[index] = (above - below) / " + over: (
                    "the step is a share of the weight, which never moves one that is zero: "
                    "move by eps, whatever w holds"
                )
                for over in ("(2 * eps * kept)", "(2 * eps)")
            },
            "        w[index] = kept + eps / 2\n        above = loss()\n"
            "        w[index] = kept - eps / 2\n        below = loss()\n"
            "        w[index] = kept\n        gradient[index] = (above - below) / eps": "each "
            "point is half of eps away: move by eps, both ways",
        },
        # one entry at a time
        "for index in np.ndindex(w.shape):\n        kept = w[index]": {
            "for index in range(len(w)):\n        kept = np.copy(w[index])": "whole rows are "
            "moved at once: one entry at a time, along all axes",
            "for index in [...]:\n        kept = w.copy()": "all entries are moved at once, which "
            "gives one number for all: one entry at a time",
        },
        "        w[index] = kept\n        gradient[index] =": {
            "        gradient[index] =": "an entry is still moved while the next ones are: put "
            "each back before you go on",
        },
        "gradient[index] =": {
            "gradient[...] =": "every entry holds the last one's derivative: where is each stored?"
        },
        "/ (2 * eps)\n    return gradient": {
            "/ (2 * eps)\n        return gradient": "only the first entry has a derivative: does "
            "the return stand inside the loop?",
        },
    }
)


# --- the bug zoo ------------------------------------------------------------------------------


@exercise(
    returns=dict,
    right="all four letters have their names, told apart by which gradients are wrong and how far",
)
def name_the_bugs():
    """Which bugs of the zoo sit behind each letter, after what the gradient check shows."""
    return {
        "A": "index wraps",  # only W_h is wrong, and not by much: one term too many
        "B": "sum forgotten",  # only W_h is wrong, altogether
        "C": "no transpose",  # W_x, W_h and b are wrong, the output layer is right
        "D": ("wrong sign", "nothing carried"),  # W_y is exactly opposite, and W_x is not
    }


# The bugs behind the letters. Reading on is one way of solving the exercise.
MYSTERIES = {
    "A": {"index wraps"},
    "B": {"sum forgotten"},
    "C": {"no transpose"},
    "D": {"wrong sign", "nothing carried"},
}


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
    """A backward pass with one bug, or two, for the reader to name."""
    if letter not in MYSTERIES:
        raise ValueError(f"letter must be one of {', '.join(MYSTERIES)}, got {letter!r}")
    return bug_zoo.backward_with(*MYSTERIES[letter])


def evidence(letter, names):
    """What speaks against the bugs called `names` behind `letter`."""
    told = " and ".join(f"'{name}'" for name in names)
    try:
        there = symptoms(bug_zoo.backward_with(*names))
    except ValueError:
        return f"{letter}: {told} change the same line, so they can't both be in it"
    here = symptoms(mystery(letter))
    wrong_here, wrong_there = ([w for w in s if s[w][0] > 1e-6] for s in (here, there))
    if wrong_here != wrong_there:
        return (
            f"{letter}: with {told} the wrong gradients would be {', '.join(wrong_there)}, and "
            f"here they are {', '.join(wrong_here)}"
        )
    w = max(here, key=lambda w: abs(here[w][0] - there[w][0]) + abs(here[w][1] - there[w][1]))

    def say(error, cosine):
        return f"a relative error of {error:.2f} and a cosine of {fixed(cosine, 1)}"

    return (
        f"{letter}: {told} would give the gradient of {w} "
        f"{say(*there[w])}, and what is behind {letter} gives it {say(*here[w])}"
    )


@name_the_bugs.against
def wrong_names(names):
    """What speaks against the names, or nothing."""
    names = {k: as_list(name) for k, name in names.items()}
    right = [k for k, wanted in MYSTERIES.items() if {*map(str, names.get(k, []))} == wanted]
    stand = f"{listed(right)} {'are' if right[1:] else 'is'} right. " if right else ""
    wrong = [wrong_name(k, names.get(k, [])) for k in MYSTERIES if k not in right]
    return wrong and stand + "; ".join(wrong)


def as_list(names):
    """One name, several, or none yet, as a list."""
    several = isinstance(names, (list, tuple, set, frozenset, np.ndarray))
    names = [*np.ravel(names)] if isinstance(names, np.ndarray) else names
    names = names if several and not isinstance(names, bug_zoo.Bug) else [names]
    return [name for name in names if not isinstance(name, (NoneType, EllipsisType)) and name != ""]


def wrong_name(letter, names):
    """What speaks against `names`, which are not those of the bugs behind `letter`."""
    if not names:
        return f"{letter} has no name yet"
    for name in names:
        if not isinstance(name, str):
            return f"{letter}: {kind(name)} stands where a name is asked for, a key of bug_zoo.BUGS"
        if name not in bug_zoo.BUGS:
            near = difflib.get_close_matches(name, bug_zoo.BUGS, 1, 0.7)
            maybe = f"did you mean '{near[0]}'?" if near else "see the list of bugs"
            return f"{letter}: the zoo has no bug called {name!r} ({maybe})"
    if len(names) != (wanted := len(MYSTERIES[letter])):
        return (
            f"{letter} has {['one bug', 'two bugs'][wanted - 1]} in it, and you name {len(names)}"
        )
    return evidence(letter, names)
