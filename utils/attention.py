"""Attention in NumPy, forward and back: lesson 10's equations, to be read, and layers made of them.

The functions take queries q (batch, queries, width), keys k (batch, keys, width) and values
v (batch, keys, units). A mask, (batch, queries, keys) or what NumPy stretches to that, is True
where a query may look at a key. Keras has the same in `Attention`, `AdditiveAttention`,
`LayerNormalization` and `MultiHeadAttention`; tests hold these to them. As in `layers.py`, a
layer's `backward` takes the gradient by what `forward` returned, gives back the gradient by what it
was given, and leaves that of the weights in `grads`.
"""

import numpy as np

from utils.arguments import (
    affordable,
    as_floats,
    float_type,
    positive_integer,
    random_generator,
    shown,
)
from utils.layers import Dense, Layer, as_mask, glorot_uniform, outer_sum, read_only, times

# --- the equations ----------------------------------------------------------------------------


def weights_of(scores, mask=None):
    """Softmax over the last axis, the keys. What is masked has the weight 0, and so has every key
    of a query that may look at none. -> weights, of the scores' shape"""
    if mask is None:
        mask = np.ones((1,) * scores.ndim, bool)
    seen = np.where(mask, scores, -np.inf)
    most = seen.max(axis=-1, keepdims=True)
    e = np.exp(seen - np.where(np.isfinite(most), most, 0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total > 0, total, 1)


def attend(q, k, v, mask=None, scale=None):
    """Dot-product attention: context_i = sum_j a_ij v_j, where a_i = softmax_j(scale q_i . k_j).

    `scale` is 1/sqrt(width) unless given (Vaswani et al., 2017).
    -> context (batch, queries, units), weights (batch, queries, keys)
    """
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    weights = weights_of(scale * (q @ k.swapaxes(-1, -2)), mask)
    return weights @ v, weights


def attend_backward(dcontext, q, k, v, weights, scale=None):
    """From dcontext (batch, queries, units) back to what `attend` was given. -> dq, dk, dv

    Where a weight is 0, the mask's doing, nothing comes through.
    """
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    dweights = dcontext @ v.swapaxes(-1, -2)
    mean = np.sum(weights * dweights, axis=-1, keepdims=True)
    dscores = scale * weights * (dweights - mean)  # through the softmax
    return dscores @ k, dscores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dcontext


def attend_additive(q, k, v, w, mask=None):
    """Additive attention, scores = w . tanh(q_i + k_j), with w (width,) (Bahdanau et al., 2015).

    -> context (batch, queries, units), weights (batch, queries, keys)
    """
    scores = np.tanh(q[..., :, None, :] + k[..., None, :, :]) @ w
    weights = weights_of(scores, mask)
    return weights @ v, weights


def attend_linear(q, k, v):
    """The causal kind without softmax, as a loop: a state S is carried on, and nothing is kept.

    With phi(x) = elu(x) + 1 in place of exp, the sums over all keys so far are S = sum_j phi(k_j)
    v_j^T and n = sum_j phi(k_j) (Katharopoulos et al., 2020). -> context (batch, queries, units)
    """
    phi_q, phi_k = (np.where(x > 0, x + 1, np.exp(np.minimum(x, 0))) for x in (q, k))
    S, n = np.zeros((len(q), k.shape[2], v.shape[2])), np.zeros((len(q), k.shape[2]))
    context = np.empty((*q.shape[:2], v.shape[2]))
    for t in range(q.shape[1]):
        S = S + phi_k[:, t, :, None] * v[:, t, None, :]
        n = n + phi_k[:, t]
        context[:, t] = np.einsum("bw,bwu->bu", phi_q[:, t], S)
        context[:, t] /= np.sum(phi_q[:, t] * n, axis=1, keepdims=True)
    return context


def causal(timesteps):
    """A mask (1, timesteps, timesteps): each step may look at itself and at what came before."""
    return np.tri(positive_integer("timesteps", timesteps), dtype=bool)[None]


def positions(timesteps, units):
    """Sines and cosines that tell where a step stands, (timesteps, units) (Vaswani et al., 2017).

    Column 2i is sin(t / 10000^(2i/units)), column 2i + 1 the cosine of the same.
    """
    timesteps, units = positive_integer("timesteps", timesteps), positive_integer("units", units)
    affordable("timesteps", timesteps, timesteps, units)
    even = np.arange(units) // 2 * 2
    angle = np.arange(timesteps)[:, None] / 10000 ** (even / units)
    return np.where(np.arange(units) % 2, np.cos(angle), np.sin(angle))


# --- layers -----------------------------------------------------------------------------------


class MultiHeadAttention(Layer):
    """Several attentions side by side, each with a part of the units, and a product behind them.

    q = x W_q + b_q, k = m W_k + b_k, v = m W_v + b_v are cut into `heads` parts. Each part attends
    alone; the contexts stand side by side again, and y = context W_o + b_o. All four matrices have
    the shape (units, units). x is what asks, m what is looked at: x itself, unless given.
    """

    names = ("W_q", "b_q", "W_k", "b_k", "W_v", "b_v", "W_o", "b_o")

    def __init__(self, units, heads=1, seed=None, dtype="float32"):
        super().__init__()
        self.units, self.heads = positive_integer("units", units), positive_integer("heads", heads)
        if self.units % self.heads:
            raise ValueError(f"units must be a multiple of heads = {heads}, got {units}")
        affordable("units", units, self.units, 4 * self.units)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        for letter in "qkvo":
            W = glorot_uniform(rng, self.units, self.units).astype(dtype)
            setattr(self, f"W_{letter}", W)
            setattr(self, f"b_{letter}", np.zeros(self.units, dtype))

    def cut(self, a):
        """(batch, timesteps, units) -> (batch, heads, timesteps, units / heads)"""
        return a.reshape(*a.shape[:2], self.heads, -1).swapaxes(1, 2)

    def joined(self, a):
        """(batch, heads, timesteps, units / heads) -> (batch, timesteps, units)"""
        return a.swapaxes(1, 2).reshape(len(a), a.shape[2], self.units)

    def forward(self, x, memory=None, mask=None):
        """x (batch, queries, units), memory (batch, keys, units) -> (batch, queries, units).

        `attention_weights` then holds the weights (batch, heads, queries, keys).
        """
        x = as_floats("x", x, ("batch", "queries", self.units), self.W_q.dtype)
        m = x if memory is None else as_floats(
            "memory", memory, (len(x), "keys", self.units), x.dtype
        )  # fmt: skip
        q = self.cut(times(x, self.W_q) + self.b_q)
        k = self.cut(times(m, self.W_k) + self.b_k)
        v = self.cut(times(m, self.W_v) + self.b_v)
        mask = None if mask is None else pairs_of(mask, len(x), x.shape[1], m.shape[1])[:, None]
        context, self.attention_weights = attend(q, k, v, mask)
        context = self.joined(context)
        self.memory = x, memory is None, m, q, k, v, context
        return read_only(times(context, self.W_o) + self.b_o)

    def backward(self, dy):
        """dy (batch, queries, units) -> dx; with a memory of its own, dx and dmemory."""
        x, own, m, q, k, v, context = self.recall()
        dy = as_floats("dy", dy, x.shape, x.dtype)
        dcontext = self.cut(times(dy, self.W_o.T))
        dq, dk, dv = map(self.joined, attend_backward(dcontext, q, k, v, self.attention_weights))
        self.grads = []
        for a, dz in ((x, dq), (m, dk), (m, dv), (context, dy)):
            self.grads += [outer_sum(a, dz), dz.sum(axis=(0, 1))]
        dx, dm = times(dq, self.W_q.T), times(dk, self.W_k.T) + times(dv, self.W_v.T)
        return dx + dm if own else (dx, dm)


def pairs_of(mask, batch, queries, keys):
    """`mask` as an array of True and False that is stretched to (batch, queries, keys)."""
    mask = as_floats("mask", mask, (...,))
    fits = mask.ndim == 3 and all(
        n in (1, m) for n, m in zip(mask.shape, (batch, queries, keys), strict=True)
    )
    if not fits:
        raise ValueError(
            f"mask must have shape ({batch}, {queries}, {keys}), or 1 in place of each, "
            f"got {mask.shape}"
        )
    return as_mask(mask.reshape(len(mask), -1), len(mask), mask[0].size).reshape(mask.shape)


class LayerNorm(Layer):
    """y = gain * (x - mean) / sqrt(variance + 0.001) + b, over the units of each step alone
    (Ba, Kiros and Hinton, 2016), with Keras's epsilon."""

    names = ("gain", "b")

    def __init__(self, units, dtype="float32"):
        super().__init__()
        units = positive_integer("units", units)
        self.gain, self.b = np.ones(units, dtype), np.zeros(units, dtype)

    def forward(self, x):
        """x (..., units) -> the same shape."""
        x = as_floats("x", x, (..., len(self.b)), self.b.dtype)
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-3)
        self.memory = centred / spread, spread
        return self.gain * self.memory[0] + self.b

    def backward(self, dy):
        z, spread = self.recall()
        dy = as_floats("dy", dy, z.shape, z.dtype)
        axes = tuple(range(z.ndim - 1))
        self.grads = [np.sum(dy * z, axis=axes), dy.sum(axis=axes)]
        dz = dy * self.gain
        shared = dz.mean(axis=-1, keepdims=True) + z * np.mean(dz * z, axis=-1, keepdims=True)
        return (dz - shared) / spread


class Block(Layer):
    """One block of a transformer: attention, then two Dense layers, each added to what came in.

    a = x + attention(norm(x)), y = a + W_2 relu(W_1 norm(a)), with `hidden` units in between. With
    `looks=True` there is a second attention after the first, whose keys and values are a memory.
    The norm stands first in each part, which trains without a warm-up (Xiong et al., 2020).
    """

    def __init__(self, units, heads, hidden, looks=False, seed=None, dtype="float32"):
        super().__init__()
        seeds = random_generator("seed", seed).integers(0, 2**31, 4).tolist()
        self.norms = [LayerNorm(units, dtype) for _ in range(3 if looks else 2)]
        self.attentions = [
            MultiHeadAttention(units, heads, each, dtype) for each in seeds[: 2 if looks else 1]
        ]
        self.dense = [
            Dense(hidden, units, "relu", seed=seeds[2], dtype=dtype),
            Dense(units, hidden, seed=seeds[3], dtype=dtype),
        ]
        self.layers = (*self.norms, *self.attentions, *self.dense)

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    def forward(self, x, mask=None, memory=None, memory_mask=None):
        """x (batch, timesteps, units) -> the same shape; masks as in MultiHeadAttention."""
        if (memory is None) != (len(self.attentions) == 1):
            needs = "a memory to look at" if memory is None else "no memory: looks is False"
            raise ValueError(f"memory must fit the block, which needs {needs}, got {shown(memory)}")
        a = x + self.attentions[0].forward(self.norms[0].forward(x), mask=mask)
        if memory is not None:
            a = a + self.attentions[1].forward(self.norms[1].forward(a), memory, memory_mask)
        self.memory = True
        return a + self.dense[1].forward(self.dense[0].forward(self.norms[-1].forward(a)))

    def backward(self, dy):
        """-> dx; of a block that looks at a memory, dx and dmemory."""
        self.recall()
        first, last = self.dense
        da = dy + self.norms[-1].backward(first.backward(last.backward(dy)))
        if len(self.attentions) > 1:
            dq, dmemory = self.attentions[1].backward(da)
            da = da + self.norms[1].backward(dq)
        dx = da + self.norms[0].backward(self.attentions[0].backward(da))
        self.grads = [g for layer in self.layers for g in layer.grads]
        return dx if len(self.attentions) == 1 else (dx, dmemory)
