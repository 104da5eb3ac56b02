"""Eight mistakes that people make in back-propagation through time, one line each.

`backward` is right. A bug is a line of it and what stands there instead, so what the lesson
shows as the difference is the difference that runs.
"""

import inspect
from typing import NamedTuple

import numpy as np

from utils.arguments import one_of
from utils.cells import rnn_step
from utils.layers import sigmoid

NAMES = ("W_x", "W_h", "b", "W_y", "b_y")


def forward(x, W_x, W_h, b, W_y, b_y):
    """x (batch, timesteps, features) -> states h (batch, timesteps, units), logits y."""
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    h_prev = np.zeros((x.shape[0], len(b)))
    for t in range(x.shape[1]):
        h_prev = h[:, t] = rnn_step(x[:, t], h_prev, W_x, W_h, b)
    return h, h_prev @ W_y + b_y


def backward(x, target, h, y, W_x, W_h, b, W_y, b_y):
    """The gradients of the mean cross-entropy, in the order W_x, W_h, b, W_y, b_y."""
    dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b)
    dy = (sigmoid(y) - target) / y.size
    dW_y, db_y = h[:, -1].T @ dy, dy.sum(axis=0)
    dh = dy @ W_y.T
    for t in reversed(range(x.shape[1])):
        h_prev = h[:, t - 1] if t > 0 else np.zeros_like(h[:, 0])
        dz = dh * (1 - h[:, t] ** 2)
        dW_x += x[:, t].T @ dz
        dW_h += h_prev.T @ dz
        db += dz.sum(axis=0)
        dh = dz @ W_h.T
    return dW_x, dW_h, db, dW_y, db_y


SOURCE = inspect.getsource(backward)  # now: an update may change the file while lessons run


class Bug(NamedTuple):
    """What stands in `backward`, what stands there instead, and the mistake in words."""

    right: str
    wrong: str
    words: str


BUGS = {
    "input for output": Bug(
        "dy = (sigmoid(y) - target) / y.size",
        "dy = (x[:, -1] - target) / y.size",
        "the error is taken from the input, not from the prediction",
    ),
    "wrong sign": Bug(
        "dy = (sigmoid(y) - target) / y.size",
        "dy = (target - sigmoid(y)) / y.size",
        "target minus prediction, and yet the update subtracts",
    ),
    "tanh twice": Bug(
        "(1 - h[:, t] ** 2)",
        "(1 - np.tanh(h[:, t]) ** 2)",
        "h is a tanh already, and the derivative takes tanh of it again",
    ),
    "index wraps": Bug(
        "h[:, t - 1] if t > 0 else np.zeros_like(h[:, 0])",
        "h[:, t - 1]",
        "at t = 0 the index −1 means the last step",
    ),
    "output at every step": Bug(
        "dh = dz @ W_h.T",
        "dh = dz @ W_h.T + dy @ W_y.T",
        "the output's gradient enters at every step, though only the last is read",
    ),
    "sum forgotten": Bug(
        "dW_h += h_prev.T @ dz",
        "dW_h = h_prev.T @ dz",
        "Wₕ is used at every step, and only one step's share is kept",
    ),
    "nothing carried": Bug(
        "dh = dz @ W_h.T",
        "dh = np.zeros_like(dz)",
        "no gradient is handed to the step before",
    ),
    "no transpose": Bug(
        "dh = dz @ W_h.T",
        "dh = dz @ W_h",
        "Wₕ is used on the way back as it was on the way forward",
    ),
}


# No mistake but an experiment: all of the gradient's length arrives at the first step.
EXPERIMENTS = {
    "length kept": Bug(
        "dh = dz @ W_h.T",
        "dh = as_long_as(dh, dz @ W_h.T)",
        "each sequence's gradient is scaled, at every step back, to the length that it had",
    ),
}


def as_long_as(model, dh):
    """dh (batch, units), each row scaled to the length of model's. A row of zeros stays."""
    wanted, length = (np.linalg.norm(rows, axis=1, keepdims=True) for rows in (model, dh))
    return dh * (wanted / np.where(length > 0, length, 1))


def backward_with(*names):
    """The backward pass with the bugs (or experiments) called `names` in it; with none, the right
    one."""
    known, source = BUGS | EXPERIMENTS, SOURCE
    for name in names:
        one_of("name", name, known)
        if source.count(known[name].right) != 1:
            raise ValueError(f"{name!r} can't be put in: another bug has changed its line")
        source = source.replace(known[name].right, known[name].wrong)
    scope = dict(globals())
    exec(source, scope)
    return scope["backward"]
