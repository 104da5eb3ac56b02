"""What trains a network: losses, clipping, optimisers, the loop, and the gradient check."""

from math import sqrt
from numbers import Real
from typing import NamedTuple

import numpy as np

from utils.arguments import (
    as_floats,
    between,
    function,
    having,
    list_of,
    overflow_allowed,
    positive,
    positive_integer,
    random_generator,
    shown,
)
from utils.layers import sigmoid

# --- losses: each returns its mean over all entries, and the gradient with respect to y --------


def mse(y, target):
    """Mean squared error. y and target have the same shape. -> (loss, dy)"""
    y, target = same_shape(y, target)
    with overflow_allowed():
        error = y - target
        return float(np.mean(error * error)), error * (2 / error.size)


def binary_cross_entropy(y, target):
    """Cross-entropy of sigmoid(y) against targets 0 and 1; y is the logit. -> (loss, dy)"""
    y, target = answers(y, target)
    with overflow_allowed():
        loss = np.mean(np.logaddexp(0, y) - target * y)
        return float(loss), (sigmoid(y) - target) / y.size


def accuracy(y, target):
    """The share of logits on the right side of zero; NaN, from a diverged network, is on none."""
    y, target = answers(y, target)
    return float(np.mean(np.where(target > 0.5, y > 0, y <= 0)))


def same_shape(y, target):
    """Both as float arrays. y may hold infinity or NaN, and then so does the loss."""
    with overflow_allowed():
        y = as_floats("y", y, (...,))
    return y, as_floats("target", target, y.shape, y.dtype)


def answers(y, target):
    """Both as `same_shape` gives them, where the target is a probability."""
    y, target = same_shape(y, target)
    if target.min() < 0 or target.max() > 1:
        raise ValueError(f"target must be 0 to 1, got {target.min():g} to {target.max():g}")
    return y, target


# --- clipping ---------------------------------------------------------------------------------


def global_norm(grads):
    """The length of all gradients taken as one long vector."""
    grads = arrays("grads", grads)
    return sqrt(sum(np.sum(np.square(g, dtype=np.float64)) for g in grads))


def clip_by_value(grads, limit):
    """Every entry cut to [-limit, limit]. Changes the direction."""
    positive("limit", limit)
    return [np.clip(g, -limit, limit) for g in arrays("grads", grads)]


def clip_by_norm(grads, limit):
    """All gradients scaled by one factor so that their global norm is at most `limit`."""
    positive("limit", limit)
    norm = global_norm(grads)
    return [g * (limit / norm) if norm > limit else g for g in grads]


def arrays(name, value):
    """`value`, which must be a list of float arrays."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of arrays, got {shown(value)}")
    for i, array in enumerate(value):
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
            raise TypeError(f"{name}[{i}] must be an array of floats, got {shown(array)}")
    return value


# --- optimisers: `step` changes the weights in place -------------------------------------------


class SGD:
    """w <- w - learning_rate * grad."""

    def __init__(self, learning_rate=0.01):
        self.learning_rate = positive("learning_rate", learning_rate)

    def step(self, weights, grads):
        for w, g in pairs(weights, grads):
            w -= self.learning_rate * g


class Adam:
    """Kingma and Ba (2015), with Keras's defaults and Keras's placing of epsilon."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate = positive("learning_rate", learning_rate)
        self.beta_1 = between("beta_1", beta_1, 0, 1)
        self.beta_2 = between("beta_2", beta_2, 0, 1)
        self.epsilon = positive("epsilon", epsilon)
        self.t, self.m, self.v = 0, 0.0, 0.0

    def step(self, weights, grads):
        # All gradients as one long vector: a few long operations are faster than many short.
        g = np.concatenate([g.ravel() for _, g in pairs(weights, grads)])
        if self.t and self.m.shape != g.shape:
            raise ValueError(f"weights must stay the same {self.m.size} numbers, got {g.size}")
        self.t += 1
        self.m += (1 - self.beta_1) * (g - self.m)
        self.v += (1 - self.beta_2) * (g * g - self.v)
        rate = self.learning_rate * sqrt(1 - self.beta_2**self.t) / (1 - self.beta_1**self.t)
        change = rate * self.m / (np.sqrt(self.v) + self.epsilon)
        start = 0
        for w in weights:
            w -= change[start : start + w.size].reshape(w.shape)
            start += w.size


def pairs(weights, grads):
    """[(weight, gradient)], each of the same shape."""
    arrays("weights", weights)
    list_of("grads", arrays("grads", grads), len(weights))
    for i, (w, g) in enumerate(zip(weights, grads, strict=True)):
        if g.shape != w.shape:
            raise ValueError(f"grads[{i}] must have shape {w.shape}, got {g.shape}")
    return list(zip(weights, grads, strict=True))


# --- the loop ---------------------------------------------------------------------------------


def minibatches(x, target, batch_size, epochs=1, seed=0):
    """Yield (x, target) in batches, shuffled anew each epoch. Every sample is seen: the last
    batch of an epoch is smaller where batch_size doesn't divide the number of samples."""
    x, target = as_floats("x", x, ("samples", ...)), as_floats("target", target, ("samples", ...))
    if len(x) != len(target):
        raise ValueError(f"target must have {len(x)} samples, as x has, got {len(target)}")
    batch_size = positive_integer("batch_size", batch_size)
    epochs = positive_integer("epochs", epochs)
    rng = random_generator("seed", seed)

    def batches():
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                chosen = order[start : start + batch_size]
                yield x[chosen], target[chosen]

    return batches()  # the arguments are checked at once, not when the first batch is drawn


def train(model, batches, loss, optimizer, clip=None):
    """One optimiser step for each (x, target) in `batches`. -> the loss before each step.

    `clip`, if given, maps the list of gradients to the list that is used. Training stops
    early, with the offending loss as the last entry, when the loss is no longer finite.
    """
    having("model", model, "forward", "backward", "weights", "grads")
    having("optimizer", optimizer, "step")
    having("batches", batches, "__iter__")
    function("loss", loss)
    if clip is not None:
        function("clip", clip)
    losses = []
    for batch in batches:
        if not isinstance(batch, (list, tuple)) or len(batch) != 2:
            raise TypeError(f"batches must yield pairs (x, target), got {shown(batch)}")
        x, target = batch
        value, dy = judged(loss, model.forward(x), target)
        losses.append(value)
        if not np.isfinite(value):
            break
        with overflow_allowed():
            model.backward(dy)
            grads = model.grads if clip is None else clip(model.grads)
            optimizer.step(model.weights, grads)
    if not losses:
        raise ValueError(
            "batches must yield at least one pair, got none: minibatches(...) is used up after "
            "one training, so make new ones"
        )
    return np.array(losses)


def judged(loss, y, target):
    """loss(y, target), which must be (loss, dy)."""
    result = loss(y, target)
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[0], Real):
        raise TypeError(f"loss must return (a number, its gradient), got {shown(result)}")
    return result


def cosine_decay(batches, optimizer, steps):
    """`batches`, while the optimiser's learning rate falls along half a cosine to nearly zero."""
    first = having("optimizer", optimizer, "learning_rate").learning_rate
    having("batches", batches, "__iter__")
    positive_integer("steps", steps)

    def decaying():
        for step, batch in enumerate(batches):
            done = min(step / steps, 0.999)
            optimizer.learning_rate = first * (1 + np.cos(np.pi * done)) / 2
            yield batch

    return decaying()  # the arguments are checked at once, as in minibatches


# --- the gradient check -----------------------------------------------------------------------


class GradientRow(NamedTuple):
    """One weight's verdict: relative error ||g - n|| / (||g|| + ||n||), 0 right to 1 hopeless."""

    name: str
    error: float
    cosine: float
    ok: bool

    def __str__(self):
        if self.ok:
            return f"{self.name:<5} ok      relative error below 1e-6"
        return (
            f"{self.name:<5} WRONG   relative error {self.error:.2f}, "
            f"cosine {self.cosine + 0.0:+.1f}"
        )


def check_gradients(loss, weights, grads, names=None, eps=1e-5, tolerance=1e-6):
    """Hold `grads` against central differences of `loss`, entry by entry. -> [GradientRow]

    `loss()` takes no argument and depends on `weights`, a list of float64 arrays that are
    moved in place by +-eps and put back. `grads` are the gradients to be judged.
    """
    function("loss", loss)
    positive("eps", eps)
    positive("tolerance", tolerance)
    held = pairs(weights, grads)
    names = list_of("names", names or [f"weights[{i}]" for i in range(len(held))], len(held))
    for name, w in zip(names, weights, strict=True):
        if w.dtype != np.float64:
            raise TypeError(f"{name} must be float64 for a gradient check, got {w.dtype}")
    size = abs(between("loss()", loss(), -np.inf, np.inf))
    rounding = np.finfo(float).eps * size / eps  # what a central difference can't resolve
    return [
        compare(name, g, numeric_gradient(loss, w, eps), rounding * sqrt(w.size), tolerance)
        for name, (w, g) in zip(names, held, strict=True)
    ]


def compare(name, g, numeric, rounding, tolerance):
    """The verdict on `g`, where a difference as small as `rounding` counts as none."""
    lengths = np.linalg.norm(g), np.linalg.norm(numeric)
    difference = np.linalg.norm(g - numeric)
    error = 0.0 if difference <= rounding else difference / sum(lengths)
    cosine = np.sum(g * numeric) / (lengths[0] * lengths[1]) if min(lengths) > 0 else 0.0
    return GradientRow(name, float(error), float(cosine), bool(error < tolerance))


def numeric_gradient(loss, w, eps=1e-5):
    """(loss(w + eps) - loss(w - eps)) / (2 eps) for every entry of w in turn."""
    gradient = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        kept = w[index]
        try:
            w[index] = kept + eps
            above = loss()
            w[index] = kept - eps
            below = loss()
        finally:  # whatever happens in loss, w is as it was
            w[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient
