"""What trains a network: losses, clipping, optimisers, the loop, and the gradient check."""

from dataclasses import dataclass
from math import cos, pi, sqrt
from numbers import Real
from operator import is_
from typing import NamedTuple

import numpy as np

from utils.arguments import (
    as_floats,
    between,
    function,
    having,
    is_number,
    list_of,
    overflow_allowed,
    positive,
    positive_integer,
    random_generator,
    shown,
    underflow_ignored,
)
from utils.layers import sigmoid
from utils.words import fixed, number

# --- losses: each returns its mean over all entries, and the gradient with respect to y --------


def mse(y, target):
    """Mean squared error. y and target have the same shape. -> (loss, dy)"""
    y, target = same_shape(y, target)
    with overflow_allowed():
        error = y - target
        return float(np.mean(error * error, dtype=np.float64)), error * (2 / error.size)


def binary_cross_entropy(y, target):
    """Cross-entropy of sigmoid(y) against targets 0 and 1; y is the logit. -> (loss, dy)"""
    y, target = answers(y, target)
    with overflow_allowed():
        loss = np.mean(np.logaddexp(0, y) - target * y, dtype=np.float64)
        return float(loss), (sigmoid(y) - target) / y.size


def accuracy(y, target):
    """The share of logits on the right side of zero; NaN, from a diverged network, is on none."""
    y, target = answers(y, target)
    return float(np.mean(np.where(target > 0.5, y > 0, y <= 0)))


def softmax(y):
    """Logits y (..., classes) -> probabilities of the same shape: exp(y) over the sum of exp(y)."""
    return np.exp(log_softmax(as_floats("y", y, (..., "classes"))))


def log_softmax(y):
    """The logarithm of softmax. The largest logit is taken off first: exp then can't overflow."""
    with overflow_allowed():
        y = y - y.max(axis=-1, keepdims=True)
        return y - np.log(np.exp(y).sum(axis=-1, keepdims=True))


def cross_entropy(y, target):
    """Minus the log of the probability that softmax(y) gives the right class. -> (loss, dy)

    y (..., classes) holds logits, target (...) the right classes as whole numbers from 0. The
    gradient is softmax(y), minus 1 at the right class, over the number of targets.
    """
    y, right = at_right(y, target)
    with overflow_allowed():
        log_p = log_softmax(y)
        loss = -np.mean(np.take_along_axis(log_p, right, axis=-1), dtype=np.float64)
        dy = np.exp(log_p)
        np.put_along_axis(dy, right, np.take_along_axis(dy, right, axis=-1) - 1, axis=-1)
        return float(loss), dy / right.size


def class_accuracy(y, target):
    """The share of targets whose class has the largest logit; NaN, from a diverged network, is
    no class."""
    y, right = at_right(y, target)
    found = np.where(np.isnan(y).any(axis=-1), -1, y.argmax(axis=-1))
    return float(np.mean(found == right[..., 0]))


def at_right(y, target):
    """y as floats, infinity or NaN among them, and target as places (..., 1) in y's last axis."""
    with overflow_allowed():
        y = as_floats("y", y, (..., "classes"))
    target, most = as_floats("target", target, y.shape[:-1]), y.shape[-1] - 1
    if (target != np.floor(target)).any() or target.min() < 0 or target.max() > most:
        raise ValueError(f"target must be whole numbers from 0 to {most}, got {shown(target)}")
    return y, target.astype(int)[..., None]


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
    with overflow_allowed():
        return norm_of(arrays("grads", grads))


def norm_of(grads):
    squares = sum(float(np.add.reduce(np.square(g, dtype=np.float64), None)) for g in grads)
    if not 1e-280 < squares < np.inf:  # they may be too small for a float, or too large
        largest = float(max((np.abs(g).max(initial=0) for g in grads), default=0))
        if 0 < largest < np.inf:
            return largest * norm_of([g / largest for g in grads])
    return sqrt(squares)


def clip_by_value(grads, limit):
    """Every entry cut to [-limit, limit]. Changes the direction."""
    limit = positive("limit", limit)
    with overflow_allowed():
        return [np.clip(g, -limit, limit) for g in arrays("grads", grads)]


def clip_by_norm(grads, limit):
    """All gradients scaled by one factor so that their global norm is at most `limit`."""
    limit = positive("limit", limit)
    with overflow_allowed():
        norm = norm_of(arrays("grads", grads))
        return [g * (limit / norm) if norm > limit else g.copy() for g in grads]


def arrays(name, value):
    """`value`, which must be a list of float arrays."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{name} must be a list of arrays, got {shown(value)}")
    for i, array in enumerate(value):
        plain = type(array) is np.ndarray or isinstance(array, np.memmap)
        if not plain or array.dtype.kind != "f":
            raise TypeError(f"{name}[{i}] must be an array of floats, got {shown(array)}")
    return value


# --- optimisers: `step` changes the weights in place -------------------------------------------


class Optimizer:
    """What has a learning rate, which may be set to another on the way."""

    @property
    def learning_rate(self):
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._learning_rate = positive("learning_rate", value)


class SGD(Optimizer):
    """w <- w - learning_rate * grad."""

    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate

    @underflow_ignored
    def step(self, weights, grads):
        for w, g in pairs(weights, grads):
            w -= self.learning_rate * g


class Adam(Optimizer):
    """Kingma and Ba (2015), with Keras's defaults and Keras's placing of epsilon.

    What it knows of the gradients so far belongs to the arrays that it has changed: it goes on
    with them, and refuses those of another network. A run that diverged is forgotten.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate = learning_rate
        self.beta_1 = between("beta_1", beta_1, 0, 1)
        self.beta_2 = between("beta_2", beta_2, 0, 1)
        self.epsilon = positive("epsilon", epsilon)
        self.forget()

    def forget(self):
        """Be as new, but for the learning rate."""
        self.t, self.m, self.v, self.weights = 0, 0.0, 0.0, []

    @underflow_ignored
    def step(self, weights, grads):
        # All gradients as one long vector: a few long operations are faster than many short.
        g = np.concatenate([g.ravel() for _, g in pairs(weights, grads)] or [np.zeros(1)])
        if self.t and not self.v[self.v.argmax()] < np.inf:  # NaN counts as the largest
            self.forget()
        if self.t and not same_arrays(weights, self.weights):
            raise ValueError(
                f"weights must be the same {len(self.weights)} arrays at every step, got others: "
                "another network takes an Adam of its own"
            )
        self.weights = list(weights)
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
    """[(weight, gradient)], each pair of one shape."""
    arrays("weights", weights)
    list_of("grads", arrays("grads", grads), len(weights))
    for i, (w, g) in enumerate(zip(weights, grads, strict=True)):
        if g.shape != w.shape:
            raise ValueError(f"grads[{i}] must have shape {w.shape}, got {g.shape}")
        if not w.flags.writeable:
            raise ValueError(f"weights[{i}] must be an array to write to, got a read-only one")
    return list(zip(weights, grads, strict=True))


def same_arrays(a, b):
    """Whether two lists hold the same arrays, and not only equal ones."""
    return len(a) == len(b) and all(map(is_, a, b))


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
    if not same_arrays(list(model.weights), list(model.weights)):
        raise ValueError(
            "model must give its weights themselves, got copies, which no step would change"
        )
    losses = []
    try:
        for batch in batches:
            if not isinstance(batch, (list, tuple)) or len(batch) != 2:
                raise TypeError(f"batches must yield pairs (x, target), got {shown(batch)}")
            x, target = batch
            value, dy = judged(loss, model.forward(x), target)
            losses.append(float(value))
            if not np.isfinite(value):
                break
            with overflow_allowed():
                model.backward(dy)
                grads = model.grads if clip is None else clip(model.grads)
                optimizer.step(model.weights, grads)
    finally:  # a generator that is broken off may wait for long before it tidies up
        restore_rate(optimizer)
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
    """`batches`, while the optimiser's learning rate falls along half a cosine to nearly zero.

    Once they are used up, or the training ends otherwise, the rate is again what it was.
    """
    rate = having("optimizer", optimizer, "learning_rate").learning_rate
    having("batches", batches, "__iter__")
    steps = positive_integer("steps", steps)
    decay = _decays.get(id(optimizer))
    first = decay.first if decay and rate == decay.now else rate

    def decaying():
        decay = Decay(optimizer, first)
        try:
            for step, batch in enumerate(batches):
                done = min(step / steps, 0.999)
                _decays[id(optimizer)] = decay
                decay.now = optimizer.learning_rate = first * (1 + cos(pi * done)) / 2
                yield batch
        finally:
            if _decays.get(id(optimizer)) is decay:
                restore_rate(optimizer)
                del _decays[id(optimizer)]

    return decaying()  # the arguments are checked at once, as in minibatches


@dataclass
class Decay:
    """A learning rate on its way down: whose it is, where it began, what it is now."""

    optimizer: object
    first: float
    now: float = None


_decays = {}  # by the optimiser's id, as long as the batches are neither used up nor let go


def restore_rate(optimizer):
    """Undo what `cosine_decay` has done to it, unless somebody else has changed the rate since."""
    decay = _decays.get(id(optimizer))
    if decay and optimizer.learning_rate == decay.now:
        decay.now = optimizer.learning_rate = decay.first


# --- the gradient check -----------------------------------------------------------------------


class GradientRow(NamedTuple):
    """One weight's verdict: relative error ||g - n|| / (||g|| + ||n||), 0 right to 1 hopeless.

    Where differences of the loss say nothing of the gradient, `known` is False. `remark` says why,
    or what else is known of it.
    """

    name: str
    error: float
    cosine: float
    ok: bool
    known: bool = True
    remark: str = ""

    def __str__(self):
        if self.ok:
            return f"{self.name:<5} ok      relative error below {self.remark or number(1e-6)}"
        if not self.known:
            return f"{self.name:<5} UNKNOWN {self.remark}"
        return (
            f"{self.name:<5} WRONG   relative error {self.error:.2f}, "
            f"cosine {fixed(self.cosine, 1, sign=True)}" + (self.remark and f": {self.remark}")
        )


def check_gradients(loss, weights, grads, names=None, eps=1e-5, tolerance=1e-6):
    """Hold `grads` against central differences of `loss`, entry by entry. -> [GradientRow]

    `loss()` takes no argument and depends on `weights`, a list of float64 arrays that are
    moved in place by +-eps and put back. `grads` are the gradients to be judged. No gradient is
    called right where a difference of the loss is nothing but rounding.
    """
    function("loss", loss)
    eps, tolerance = positive("eps", eps), positive("tolerance", tolerance)
    if max(eps, tolerance) >= 1:  # nothing is wrong by more than 1
        name, value = ("eps", eps) if eps >= 1 else ("tolerance", tolerance)
        raise ValueError(f"{name} must be below 1, got {value:g}")
    held = pairs(weights, grads)
    names = names_of(weights, names)
    seen = []

    def watched():
        seen.append(loss())
        if not is_number(seen[-1]):
            raise ValueError(f"loss() must be a finite number, got {shown(seen[-1])}")
        return float(seen[-1])

    size = abs(watched())
    watched()
    numeric = [numeric_gradient(watched, w, eps) for w in weights]
    refuse_unfit(seen, watched(), size)
    resolution = 4 * np.finfo(float).eps * size / eps  # what a central difference can't resolve
    rows = [
        compare(name, g, n, resolution * sqrt(g.size), tolerance, eps)
        for name, (_, g), n in zip(names, held, numeric, strict=True)
    ]
    for k, row in enumerate(rows):
        moves = eps > 20 * np.spacing(np.abs(weights[k]).max(initial=0))  # by a tenth of eps, too
        if not row.ok and row.known and moves:  # a smaller eps makes no wrong gradient right
            nearer = numeric_gradient(watched, weights[k], eps / 10)
            if compare(row.name, grads[k], nearer, 0, 1, eps).error < row.error / 2:
                remark = f"eps = {number(eps)} is too large: the loss bends over such a distance"
                rows[k] = row._replace(known=False, remark=remark)
    return [explained(k, rows, grads, numeric, tolerance) for k in range(len(rows))]


def names_of(weights, names):
    """A name for each of the weights, which must be fit for a check."""
    names = [f"weights[{i}]" for i in range(len(weights))] if names is None else names
    if not isinstance(names, (list, tuple)) or [type(n) for n in names] != [str] * len(weights):
        raise TypeError(f"names must be a list of {len(weights)} texts, got {shown(names)}")
    for i, (name, w) in enumerate(zip(names, weights, strict=True)):
        if w.dtype != np.float64:
            raise TypeError(f"{name} must be float64 for a gradient check, got {w.dtype}")
        if not np.isfinite(w).all():
            raise ValueError(f"{name} must be finite for a gradient check, got NaN or infinity")
        if any(np.shares_memory(w, other) for other in weights[:i]):
            raise ValueError(
                f"{name} must be an array of its own, got one that stands before it too: one that "
                "is used twice has one gradient, the sum of both"
            )
    return names


def refuse_unfit(seen, last, size):
    """No differences of a loss say anything that isn't the same each time, or not in float64."""
    first, again, *moved = seen
    if max(abs(first - again), abs(first - last)) > 8 * np.finfo(float).eps * size:
        other = again if again != first else last
        raise ValueError(
            f"loss() must be the same each time for the same weights, got {first!r} and {other!r}: "
            "draw the batch and what is dropped out before, once, and change no weight"
        )
    short = any(isinstance(value, (np.float32, np.float16)) for value in moved)
    different = {float(value) for value in moved}
    with overflow_allowed():
        fit = [float(np.float32(value)) == value for value in different]
    if short or len(fit) > 1 and all(fit):
        raise TypeError("loss() must be computed in float64, got whole numbers or float32's")


@underflow_ignored
def compare(name, g, numeric, rounding, tolerance, eps):
    """The verdict on `g`, where a difference as small as `rounding` counts as none.

    Both are brought to a size whose square is a float.

    An error of at least rounding / (||g|| + ||n||) would show: if that is more than 1%, the
    gradient can't be judged. Of one that is zero it is enough that eps resolves the loss.
    """
    if not np.isfinite(g).all():
        return GradientRow(name, np.nan, 0.0, False, remark="it has NaN or infinity in it")
    unit = max(np.abs(g).max(initial=0), np.abs(numeric).max(initial=0)) or 1.0
    g, numeric, rounding = g / unit, numeric / unit, rounding / unit
    lengths = np.linalg.norm(g), np.linalg.norm(numeric)
    difference = np.linalg.norm(g - numeric)
    cosine = np.sum(g * numeric) / (lengths[0] * lengths[1]) if min(lengths) > 0 else 0.0
    row = GradientRow(name, 0.0, float(cosine), True)
    if not difference <= rounding:
        error = float(difference / sum(lengths))
        ok = bool(error < tolerance)
        bound = number(tolerance, 1) if ok and error > 1e-6 else ""
        return row._replace(error=error, ok=ok, remark=bound)
    shows = rounding / sum(lengths) if sum(lengths) > 0 else 0.0
    if lengths[0] <= rounding * eps:  # it is zero, but for rounding of its own
        shows = 0.0 if eps >= 1e6 * np.finfo(float).eps else 1.0
    if shows > 0.01:
        small = f"eps = {number(eps)} is too small for it"
        remark = f"lost in the rounding of the loss: {small}, or it is zero"
        return row._replace(ok=False, known=False, remark=remark)
    return row._replace(remark=number(shows, 1) if shows > 1e-6 else "")


def explained(k, rows, grads, numeric, tolerance):
    """Row k, with a remark if it is wrong and the reason is plain to see."""
    row = rows[k]
    if row.ok or not row.known:
        return row
    if not numeric[k].any():
        remark = (
            "moving its entries never changes the loss. If it is a copy, as get_weights() gives, "
            "hand over the array that loss() reads, one of .weights"
        )
        return row._replace(remark=remark, known=any(n.any() for n in numeric))
    for other, n in zip(rows, numeric, strict=True):
        same = n.shape == grads[k].shape and other is not row
        if same and np.linalg.norm(grads[k] - n) < tolerance * np.linalg.norm(n):
            return row._replace(remark=f"it is the gradient of {other.name}")
    return row


def numeric_gradient(loss, w, eps=1e-5):
    """(loss(w + eps) - loss(w - eps)) / (2 eps) for every entry of w in turn."""
    if not isinstance(w, np.ndarray) or w.dtype.kind != "f":
        raise TypeError(f"w must be an array of floats, got {shown(w)}")
    gradient = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        kept = w[index]
        try:
            w[index] = kept + eps
            above, high = loss(), w[index]
            w[index] = kept - eps
            below, low = loss(), w[index]
        finally:  # whatever happens in loss, w is as it was
            w[index] = kept
        if high == low:
            raise ValueError(f"eps must be large enough to move {kept:g}, got {eps:g}")
        gradient[index] = (above - below) / (high - low)  # 2 eps, as far as w has digits for it
    return gradient
