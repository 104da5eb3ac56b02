"""Recurrent layers in NumPy: the same as `cells.py`, over time, in the order that is fast.

Data is batch first: (batch, timesteps, features). Weights have the shapes and the order
of Keras, so `get_weights` and `set_weights` carry over in both directions. `backward` takes
the gradient of the loss with respect to what `forward` returned, gives back the gradient
with respect to what `forward` was given, and leaves the weights' gradients in `grads`.
What `forward` returns is read again by `backward`, so it can't be written to: change a copy.

Inside a recurrent layer time comes first, so that every step is one contiguous block. Inside
LSTM and GRU the batch comes last as well, so that every gate at a step is one.
"""

import functools
from copy import deepcopy

import numpy as np

from utils.arguments import (
    affordable,
    as_floats,
    float_type,
    list_of,
    one_of,
    overflow_allowed,
    positive_integer,
    random_generator,
    shown,
    true_or_false,
)


@functools.cache
def keep_freed_memory():
    """On Linux a freed array goes back to the system if it is large, and a new one costs a page
    fault every 4 kB: a third of a training step. Having freed 31 MB, glibc keeps what is smaller.
    """
    np.empty(31 << 20, "uint8")


def sigmoid(z, out=None):
    """1 / (1 + exp(-z)), written with tanh so that no z is too large for exp."""
    t = np.tanh(np.multiply(z, 0.5, out=out), out=out)
    return np.add(np.multiply(t, 0.5, out=out), 0.5, out=out)


def relu(z, out=None):
    return np.maximum(z, 0, out=out)


# The derivative of each activation, written in terms of the activation's own output h. That is
# why the backward pass keeps h and never needs the pre-activation z again.


def d_tanh(h):
    return 1 - h * h


def d_relu(h):
    return (h > 0).astype(h.dtype)


def d_sigmoid(h):
    return h * (1 - h)


ACTIVATIONS = {
    "tanh": (np.tanh, d_tanh),
    "relu": (relu, d_relu),
    "sigmoid": (sigmoid, d_sigmoid),
    "linear": (np.positive, np.ones_like),
}


class Layer:
    """What every layer shares: weights named in `names`, their gradients in `grads`."""

    names = ()
    takes_mask = False

    def __init__(self):
        self.grads = []
        self.memory = None  # what forward leaves for backward

    def __setattr__(self, name, value):
        """A weight that is set is copied into its array: the optimiser goes on with the same one,
        and whole numbers become floats."""
        if name in self.names and name in self.__dict__:
            own = self.__dict__[name]
            own[...] = as_floats(name, value, own.shape, own.dtype)
        else:
            object.__setattr__(self, name, value)

    def __copy__(self):
        """Deep, as setting a weight of a shallow one would change the original's array."""
        return deepcopy(self)

    def recall(self):
        if self.memory is None:
            raise RuntimeError(f"{type(self).__name__}: call forward before backward")
        return self.memory

    @property
    def weights(self):
        """The weight arrays themselves. An optimiser changes them in place."""
        return [getattr(self, name) for name in self.names]

    def get_weights(self):
        """Copies of the weights, in Keras's order and shapes."""
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        """Copy `weights`, a list in the order and shapes of `get_weights()`, into the layer."""
        own = self.weights
        pairs = list(zip(own, list_of("weights", weights, len(own)), strict=True))
        new = [
            as_floats(f"weights[{i}]", v, w.shape, w.dtype).copy()  # it may be one of the layer's
            for i, (w, v) in enumerate(pairs)
        ]
        for w, value in zip(own, new, strict=True):
            w[...] = value

    def count_params(self):
        """How many numbers training can change."""
        return sum(w.size for w in self.weights)


class SimpleRNN(Layer):
    """h_t = activation(x_t W_x + h_{t-1} W_h + b), with h_0 = 0 unless given.

    W_x has shape (features, units), W_h (units, units), b (units,). `input_size` is the number
    of features. Initial weights follow Keras: Glorot uniform, orthogonal, zero.
    """

    names = ("W_x", "W_h", "b")
    takes_mask = True

    def __init__(self, units, input_size, activation="tanh", seed=None, dtype="float32"):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        affordable("units", units, self.units, max(self.input_size, self.units))
        self.f, self.df = one_of("activation", activation, ACTIVATIONS)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        self.W_x = glorot_uniform(rng, self.input_size, self.units).astype(dtype)
        self.W_h = orthogonal(rng, self.units, self.units).astype(dtype)
        self.b = np.zeros(self.units, dtype)

    def forward(self, x, h_0=None, mask=None):
        """x (batch, timesteps, features) -> every state h (batch, timesteps, units).

        Where `mask` (batch, timesteps) is False there is only padding: the state stays as it was.
        """
        keep_freed_memory()
        x = as_floats("x", x, ("batch", "timesteps", self.input_size), self.W_x.dtype)
        batch, timesteps, _ = x.shape
        affordable("x", x.shape, batch, timesteps, self.units)
        h = np.empty((timesteps + 1, batch, self.units), x.dtype)
        h[0] = 0 if h_0 is None else as_floats("h_0", h_0, (batch, self.units), x.dtype)
        padding = padded(mask, batch, timesteps)
        x = with_ones(x.swapaxes(0, 1))
        times(x, np.vstack([self.W_x, self.b]), out=h[1:])  # x_t W_x + b, for all steps at once
        for t, (h_prev, h_t) in enumerate(zip(h[:-1], h[1:], strict=True)):
            h_t += np.dot(h_prev, self.W_h)
            self.f(h_t, out=h_t)
            if padding is not None:
                np.copyto(h_t, h_prev, where=padding[t, :, None])
        self.memory = x, h, padding
        return read_only(h[1:].swapaxes(0, 1))

    def backward(self, dh):
        """dh (batch, timesteps, units) -> dx (batch, timesteps, features).

        dh[:, t] is the immediate derivative: the path from h_t straight to the loss. What
        arrives through h_{t+1} is added here. The sum, the total derivative, stays in `dh`.
        """
        x, h, padding = self.recall()
        timesteps, batch, _ = x.shape
        dh = as_floats("dh", dh, (batch, timesteps, self.units), x.dtype)
        dh = np.array(dh.swapaxes(0, 1), order="C")
        dz = self.df(h[1:])
        if padding is not None:
            dz[padding] = 0
        W_h_T = np.ascontiguousarray(self.W_h.T)
        through_next = 0  # after the last step comes none
        steps = zip(reversed(range(timesteps)), dz[::-1], dh[::-1], strict=True)
        for t, dz_t, dh_t in steps:
            dh_t += through_next
            dz_t *= dh_t
            through_next = np.dot(dz_t, W_h_T)
            if padding is not None:
                np.copyto(through_next, dh_t, where=padding[t, :, None])
        self.dh = dh.swapaxes(0, 1)
        dW_x_b = outer_sum(x, dz)
        self.grads = [dW_x_b[:-1], outer_sum(h[:-1], dz), dW_x_b[-1]]
        return times(dz, self.W_x.T).swapaxes(0, 1)


class Gated(Layer):
    """What LSTM and GRU share. Their weights lie side by side, one block of columns a gate.

    Inside, the batch comes last, so that what one gate does at one step is contiguous. Products
    are the equations', transposed: (h W)^T = W^T h^T. What a step reads is stacked, as
    [x_t; 1; h_{t-1}], and its product with [W_x; b; W_h] is x_t W_x + b + h_{t-1} W_h.
    """

    names = ("W_x", "W_h", "b")
    takes_mask = True
    order = ""  # of the gates in the weights, which is Keras's
    CANDIDATE = 2  # the place of g, which has `activation`; the others have the recurrent one

    def __init__(self, units, input_size, activation, recurrent_activation, seed, dtype, biases=()):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        self.f, self.df = one_of("activation", activation, ACTIVATIONS)
        self.f_gate, self.df_gate = one_of(
            "recurrent_activation", recurrent_activation, ACTIVATIONS
        )
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        columns = len(self.order) * self.units
        affordable("units", units, columns, max(self.input_size, self.units))
        self.W_x = glorot_uniform(rng, self.input_size, columns).astype(dtype)
        self.W_h = orthogonal(rng, self.units, columns).astype(dtype)
        self.b = np.zeros((*biases, columns), dtype)

    def inputs(self, x, h_0):
        """x (batch, timesteps, features) -> [x_t; 1; h_{t-1}] for every step, and h within it.

        Of h (timesteps + 1, units, batch) only the first state is there: forward writes the
        others, and what it writes at one step is read at the next.
        """
        keep_freed_memory()
        x = as_floats("x", x, ("batch", "timesteps", self.input_size), self.W_x.dtype)
        batch, timesteps, features = x.shape
        affordable("x", x.shape, batch, timesteps, len(self.order) * self.units)
        xh = np.empty((timesteps + 1, features + 1 + self.units, batch), x.dtype)
        xh[:-1, :features] = x.transpose(1, 2, 0)
        xh[:, features] = 1
        h = xh[:, features + 1 :]
        h[0] = self.first("h_0", h_0, batch)
        return xh[:-1], h

    def first(self, name, state, batch):
        """The state before the first step: (units, batch), or 0 unless given."""
        if state is None:
            return 0
        return as_floats(name, state, (batch, self.units), self.W_x.dtype).T

    def to_inputs(self, dz):
        """dz (timesteps, gates, units, batch) -> dx (batch, timesteps, features)."""
        return batch_first(np.matmul(self.W_x, joined(dz)))

    def held(self, clamp):
        """{"f": 1.0} -> {1: 1.0}: each clamped gate by its place in `order`, and its value."""
        if not isinstance(clamp, (dict, type(None))):
            raise TypeError(f"clamp must be a dict from gates to numbers, got {shown(clamp)}")
        places = {name: k for k, name in enumerate(self.order) if k != self.CANDIDATE}
        return {
            one_of("clamp", name, places): as_floats(f"clamp[{name!r}]", v, (), self.W_x.dtype)
            for name, v in (clamp or {}).items()
        }

    def by_name(self, gates):
        """{name: the gate's values (batch, timesteps, units)}."""
        return {name: read_only(batch_first(gates[:, k])) for k, name in enumerate(self.order)}

    def slopes(self, gates, held, padding):
        """The derivative of every gate by its pre-activation. A clamped gate has none, and none
        has one in the padding."""
        slopes = self.df_gate(gates)
        slopes[:, self.CANDIDATE] = self.df(gates[:, self.CANDIDATE])
        for k in held:
            slopes[:, k] = 0
        if padding is not None:
            np.copyto(slopes, 0, where=padding[:, None, None])
        return slopes


class LSTM(Gated):
    """A cell state c, and three gates that say how much of it is written, kept and read.

    i_t = sigmoid(x_t W_xi + h_{t-1} W_hi + b_i)    how much is written
    f_t = sigmoid(x_t W_xf + h_{t-1} W_hf + b_f)    how much is kept
    g_t =    tanh(x_t W_xg + h_{t-1} W_hg + b_g)    the candidate: what is written
    o_t = sigmoid(x_t W_xo + h_{t-1} W_ho + b_o)    how much is read
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)                           with h_0 = c_0 = 0 unless given

    W_x has shape (features, 4 units), W_h (units, 4 units), b (4 units,), in the order i, f, g, o.
    Initial weights follow Keras: Glorot uniform, orthogonal, zero except for b_f = 1.
    """

    order = "ifgo"

    def __init__(
        self,
        units,
        input_size,
        activation="tanh",
        recurrent_activation="sigmoid",
        unit_forget_bias=True,
        seed=None,
        dtype="float32",
    ):
        super().__init__(units, input_size, activation, recurrent_activation, seed, dtype)
        if true_or_false("unit_forget_bias", unit_forget_bias):
            self.b[self.units : 2 * self.units] = 1

    def forward(self, x, h_0=None, c_0=None, clamp=None, mask=None):
        """x (batch, timesteps, features) -> every state h (batch, timesteps, units).

        `gates` then holds i, f, g, o and c, each of h's shape. `clamp`, {"f": 1.0} for instance,
        gives a gate that value at every step, whatever its equation says. Where `mask` (batch,
        timesteps) is False there is only padding: f is 1, i is 0, and h stays as it was.
        """
        (xh, h), held = self.inputs(x, h_0), self.held(clamp)
        timesteps, units, batch = h[1:].shape
        padding = padded(mask, batch, timesteps)
        c = np.empty((timesteps + 1, units, batch), h.dtype)
        c[0] = self.first("c_0", c_0, batch)
        tanh_c = np.empty_like(c[1:])
        gates = np.empty((timesteps, 4, units, batch), h.dtype)
        W_T = transposed(self.W_x, self.b, self.W_h)
        z = joined(gates)  # the same memory: each gate takes the place of its z
        steps = zip(xh, z, gates, c[:-1], c[1:], tanh_c, h[1:], strict=True)
        for t, (xh_t, z_t, gates_t, c_prev, c_t, tanh_c_t, h_t) in enumerate(steps):
            i, f, g, o = gates_t
            np.dot(W_T, xh_t, out=z_t)
            candidate = self.f(g)
            self.f_gate(z_t, out=z_t)  # all four in one call, which is faster; ...
            g[...] = candidate  # ... then g, which is no gate
            for k, value in held.items():
                gates_t[k] = value
            if padding is not None:
                np.copyto(f, 1, where=padding[t])
                np.copyto(i, 0, where=padding[t])
            np.multiply(f, c_prev, out=c_t)
            c_t += i * g
            self.f(c_t, out=tanh_c_t)
            np.multiply(o, tanh_c_t, out=h_t)
            if padding is not None:
                np.copyto(h_t, h[t], where=padding[t])
        self.memory = xh, h, c, tanh_c, gates, held, padding
        self.gates = {**self.by_name(gates), "c": read_only(batch_first(c[1:]))}
        return read_only(batch_first(h[1:]))

    def backward(self, dh):
        """dh (batch, timesteps, units) -> dx (batch, timesteps, features).

        As in SimpleRNN, dh[:, t] is the immediate derivative, and the total one stays in `dh`,
        that of the cell state in `dc`.
        """
        xh, h, c, tanh_c, gates, held, padding = self.recall()
        dh = batch_last(as_floats("dh", dh, batch_first(h[1:]).shape, h.dtype))
        i, f, g, o = gates.swapaxes(0, 1)
        dz = self.slopes(gates, held, padding)
        for k, factor in enumerate([g, c[:-1], i, tanh_c]):  # what i, f, g, o are multiplied by
            dz[:, k] *= factor
        dc = o * self.df(tanh_c)
        if padding is not None:
            np.copyto(dc, 0, where=padding[:, None])  # there h is not made of c
        dh_next = dc_next = 0  # after the last step comes none
        steps = zip(reversed(range(len(dz))), dz[::-1], dh[::-1], dc[::-1], f[::-1], strict=True)
        for t, dz_t, dh_t, dc_t, f_t in steps:
            dh_t += dh_next
            dc_t *= dh_t
            dc_t += dc_next
            dz_t[:3] *= dc_t  # i, f and g act on c
            dz_t[3] *= dh_t  # o acts on h
            dh_next = np.dot(self.W_h, dz_t.reshape(-1, dz_t.shape[-1]))
            if padding is not None:
                np.copyto(dh_next, dh_t, where=padding[t])
            dc_next = f_t * dc_t
        self.dh, self.dc = batch_first(dh), batch_first(dc)
        dW = over_time(xh, dz)
        self.grads = [dW[: self.input_size], dW[-self.units :], dW[self.input_size]]
        return self.to_inputs(dz)


class GRU(Gated):
    """One state h. The update gate z keeps a share of it, and a candidate replaces the rest.

    z_t = sigmoid(x_t W_xz + b_xz + h_{t-1} W_hz + b_hz)            how much is kept
    r_t = sigmoid(x_t W_xr + b_xr + h_{t-1} W_hr + b_hr)            how much the candidate sees
    g_t =    tanh(x_t W_xg + b_xg + r_t * (h_{t-1} W_hg + b_hg))    the candidate
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t                           with h_0 = 0 unless given

    W_x has shape (features, 3 units), W_h (units, 3 units), in the order z, r, g; b (2, 3 units)
    is b_x and b_h. With reset_after=False the reset comes before the product, and b_x (3 units,) is
    all of b. The first paper (Cho et al., 2014) has either form, each in one of its versions:

    g_t =    tanh(x_t W_xg + b_xg + (r_t * h_{t-1}) W_hg)

    Initial weights follow Keras: Glorot uniform, orthogonal, zero.
    """

    order = "zrg"

    def __init__(
        self,
        units,
        input_size,
        activation="tanh",
        recurrent_activation="sigmoid",
        reset_after=True,
        seed=None,
        dtype="float32",
    ):
        self.reset_after = true_or_false("reset_after", reset_after)
        biases = (2,) if reset_after else ()
        super().__init__(units, input_size, activation, recurrent_activation, seed, dtype, biases)

    def forward(self, x, h_0=None, clamp=None, mask=None):
        """x (batch, timesteps, features) -> every state h (batch, timesteps, units).

        `gates` then holds z, r and g, each of h's shape; `clamp` is as in LSTM. Where `mask`
        (batch, timesteps) is False there is only padding: z is 1, and h stays as it was.
        """
        (xh, h), held = self.inputs(x, h_0), self.held(clamp)
        padding = padded(mask, xh.shape[2], len(xh))
        x_1, one_h = xh[:, : self.input_size + 1], xh[:, self.input_size :]  # each with its bias
        inner = np.empty(h[1:].shape, h.dtype)  # h_{t-1} W_hg + b_hg; or r_t * h_{t-1}, if first
        b_x, b_h = self.b if self.reset_after else (self.b, np.zeros_like(self.b))
        gates = np.matmul(transposed(self.W_x, b_x), x_1).reshape(-1, 3, *h[0].shape)
        W_h_T = transposed(b_h, self.W_h)
        W_hg_T = W_h_T[2 * self.units :, 1:]
        if not self.reset_after:
            W_h_T = W_h_T[: 2 * self.units]
        steps = zip(gates, one_h, h[:-1], inner, h[1:], strict=True)
        for t, (gates_t, one_h_t, h_prev, inner_t, h_t) in enumerate(steps):
            z, r, g = gates_t
            from_h = np.dot(W_h_T, one_h_t).reshape(-1, *g.shape)
            gates_t[:2] += from_h[:2]
            self.f_gate(gates_t[:2], out=gates_t[:2])  # z and r
            for k, value in held.items():
                gates_t[k] = value
            if self.reset_after:
                inner_t[...] = from_h[2]
                g += r * inner_t
            else:
                np.multiply(r, h_prev, out=inner_t)
                g += np.dot(W_hg_T, inner_t)
            self.f(g, out=g)
            if padding is not None:
                np.copyto(z, 1, where=padding[t])
            np.multiply(z, h_prev - g, out=h_t)
            h_t += g
            if padding is not None:  # the sum above may have rounded it
                np.copyto(h_t, h_prev, where=padding[t])
        self.memory = x_1, one_h, h, inner, gates, held, padding
        self.gates = self.by_name(gates)
        return read_only(batch_first(h[1:]))

    def backward(self, dh):
        """dh (batch, timesteps, units) -> dx (batch, timesteps, features).

        As in SimpleRNN, dh[:, t] is the immediate derivative, and the total one stays in `dh`.
        """
        x_1, one_h, h, inner, gates, held, padding = self.recall()
        dh = batch_last(as_floats("dh", dh, batch_first(h[1:]).shape, h.dtype))
        dz = self.slopes(gates, held, padding)
        dz[:, 0] *= h[:-1] - gates[:, 2]  # h_t = z_t * (h_{t-1} - g_t) + g_t
        dz[:, 2] *= 1 - gates[:, 0]
        through_time = self.reset_after_product if self.reset_after else self.reset_before_product
        dW_h, db_h = through_time(dz, dh, one_h, inner, gates)
        dW_x_b = over_time(x_1, dz)
        dW_x, db_x = dW_x_b[:-1], dW_x_b[-1]
        self.dh = batch_first(dh)
        self.grads = [dW_x, dW_h, np.stack([db_x, db_h]) if self.reset_after else db_x]
        return self.to_inputs(dz)

    def reset_after_product(self, dz, dh, one_h, inner, gates):
        """Backward with r_t * (h_{t-1} W_hg + b_hg). All of dz is a multiple of dh."""
        z, r, _ = gates.swapaxes(0, 1)
        dg = dz[:, 2].copy()
        dz[:, 1] *= dg * inner
        dz[:, 2] *= r  # what arrives at h_{t-1} W_hg + b_hg; at x_t W_xg + b_xg arrives dg
        dh_next = 0
        for dz_t, dh_t, z_t in zip(dz[::-1], dh[::-1], z[::-1], strict=True):
            dh_t += dh_next
            dz_t *= dh_t
            dh_next = np.dot(self.W_h, dz_t.reshape(-1, dz_t.shape[-1]))
            dh_next += z_t * dh_t
        db_W_h = over_time(one_h, dz)
        np.multiply(dg, dh, out=dz[:, 2])
        return db_W_h[1:], db_W_h[0]

    def reset_before_product(self, dz, dh, one_h, inner, gates):
        """Backward with (r_t * h_{t-1}) W_hg. The way to r leads through g and the product."""
        z, r, _ = gates.swapaxes(0, 1)
        W_zr, W_hg = np.split(self.W_h, [2 * self.units], axis=1)
        h_prev = one_h[:, 1:]
        dz[:, 1] *= h_prev
        dh_next = 0
        for dz_t, dh_t, z_t, r_t in zip(dz[::-1], dh[::-1], z[::-1], r[::-1], strict=True):
            dh_t += dh_next
            dz_t[::2] *= dh_t  # z and g
            d_inner = np.dot(W_hg, dz_t[2])
            dz_t[1] *= d_inner
            dh_next = np.dot(W_zr, dz_t[:2].reshape(-1, dz_t.shape[-1]))
            dh_next += z_t * dh_t + r_t * d_inner
        dW_h = np.hstack([over_time(h_prev, dz[:, :2]), over_time(inner, dz[:, 2])])
        return dW_h, None  # there is no b_h


class Last(Layer):
    """Keeps the last step: (batch, timesteps, units) -> (batch, units)."""

    def forward(self, h):
        h = as_floats("h", h, ("batch", "timesteps", "units"))
        self.memory = h.shape, h.dtype
        return h[:, -1].copy()

    def backward(self, dy):
        (batch, timesteps, units), dtype = self.recall()
        dh = np.zeros((batch, timesteps, units), dtype)  # the loss sees the last state only
        dh[:, -1] = as_floats("dy", dy, (batch, units), dtype)
        return dh


class Mean(Layer):
    """The mean over time: (batch, timesteps, units) -> (batch, units)."""

    takes_mask = True

    def forward(self, h, mask=None):
        """Where `mask` (batch, timesteps) is False a step counts for nothing."""
        h = as_floats("h", h, ("batch", "timesteps", "units"))
        heard = steps_heard(mask, h)
        shares = (heard / heard.sum(axis=1, keepdims=True)).astype(h.dtype)
        self.memory = shares, h.shape[2]
        return np.einsum("bt,btu->bu", shares, h)

    def backward(self, dy):
        shares, units = self.recall()
        return shares[..., None] * as_floats("dy", dy, (len(shares), units), shares.dtype)[:, None]


class Largest(Layer):
    """The largest value of each unit over time: (batch, timesteps, units) -> (batch, units)."""

    takes_mask = True

    def forward(self, h, mask=None):
        """Where `mask` (batch, timesteps) is False a step counts for nothing."""
        h = as_floats("h", h, ("batch", "timesteps", "units"))
        heard = np.where(steps_heard(mask, h)[..., None], h, -np.inf)
        steps = heard.argmax(axis=1)[:, None]  # the first of several
        self.memory = steps, h.shape, h.dtype
        return np.take_along_axis(h, steps, axis=1)[:, 0]

    def backward(self, dy):
        steps, shape, dtype = self.recall()
        dh = np.zeros(shape, dtype)
        dy = as_floats("dy", dy, (shape[0], shape[2]), dtype)
        np.put_along_axis(dh, steps, dy[:, None], axis=1)
        return dh


class Embedding(Layer):
    """A row of W for each word: words (batch, timesteps) -> (batch, timesteps, units).

    Words are whole numbers from 0 to input_size - 1, and W has shape (input_size, units). Initial
    weights follow Keras: uniform in +-0.05.
    """

    names = ("W",)

    def __init__(self, units, input_size, seed=None, dtype="float32"):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        affordable("units", units, self.units, self.input_size)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        self.W = rng.uniform(-0.05, 0.05, (self.input_size, self.units)).astype(dtype)

    def forward(self, words):
        words = as_floats("words", words, ("batch", "timesteps"))
        if (words != np.floor(words)).any() or words.min() < 0 or words.max() >= self.input_size:
            raise ValueError(
                f"words must be whole numbers from 0 to {self.input_size - 1}, got {shown(words)}"
            )
        self.memory = words.astype(int)
        return self.W[self.memory]

    def backward(self, dy):
        """dy (batch, timesteps, units). Words have no gradient: what comes back is 0."""
        words = self.recall()
        dW = np.zeros_like(self.W)
        np.add.at(dW, words, as_floats("dy", dy, (*words.shape, self.units), dW.dtype))
        self.grads = [dW]
        return np.zeros(words.shape, dW.dtype)


class Bidirectional(Layer):
    """Two recurrent layers, one of which reads backwards: (..., features) -> (..., both units).

    At each step stand the state of `there`, which has read up to that step, and that of `back`,
    which has read from the end to it. Padding at the end is what `back` meets first: with a mask
    its state is still the first one when the sequence begins.
    """

    takes_mask = True

    def __init__(self, there, back):
        super().__init__()
        for name, layer in (("there", there), ("back", back)):
            if not isinstance(layer, (SimpleRNN, Gated)):
                raise TypeError(f"{name} must be a recurrent layer, got {shown(layer)}")
        if there is back or there.input_size != back.input_size:
            got = "the same one" if there is back else back.input_size
            raise ValueError(
                f"back must be another layer, of input_size {there.input_size}, got {got}"
            )
        self.layers = (there, back)

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    def forward(self, x, mask=None):
        """x (batch, timesteps, features) -> (batch, timesteps, units of there + units of back)."""
        there, back = self.layers
        h = there.forward(x, mask=mask)
        backwards = np.asarray(x)[:, ::-1]
        h_back = back.forward(backwards, mask=None if mask is None else np.flip(mask, axis=1))
        return np.concatenate([h, h_back[:, ::-1]], axis=2)

    def backward(self, dh):
        there, back = self.layers
        there.recall()
        dh = as_floats("dh", dh, ("batch", "timesteps", there.units + back.units))
        dx = there.backward(dh[..., : there.units])
        dx_back = back.backward(dh[:, ::-1, there.units :])
        self.grads = [*there.grads, *back.grads]
        return dx + dx_back[:, ::-1]


class Dense(Layer):
    """y = activation(h W + b), for h of shape (..., input_size)."""

    names = ("W", "b")

    def __init__(self, units, input_size, activation="linear", seed=None, dtype="float32"):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        affordable("units", units, self.units, self.input_size)
        self.f, self.df = one_of("activation", activation, ACTIVATIONS)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        self.W = glorot_uniform(rng, self.input_size, self.units).astype(dtype)
        self.b = np.zeros(self.units, dtype)

    def forward(self, h):
        h = with_ones(as_floats("h", h, (..., self.input_size), self.W.dtype))
        y = times(h, np.vstack([self.W, self.b]))
        self.f(y, out=y)
        self.memory = h, y
        return read_only(y)

    def backward(self, dy):
        h, y = self.recall()
        dz = self.df(y) * as_floats("dy", dy, y.shape, y.dtype)
        dW_b = outer_sum(h, dz)
        self.grads = [dW_b[:-1], dW_b[-1]]
        return times(dz, self.W.T)


class Sequential(Layer):
    """Layers one after another, the output of each the input of the next."""

    def __init__(self, layers):
        super().__init__()
        if not isinstance(layers, (list, tuple)) or not all(isinstance(n, Layer) for n in layers):
            raise TypeError(f"layers must be a list of layers, got {shown(layers)}")
        each = unpacked(layers)
        if not layers or len(set(map(id, each))) < len(each):
            raise ValueError(f"layers must be one or more, each only once, got {shown(layers)}")
        self.layers = tuple(layers)  # no other layer may come in unseen

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    takes_mask = True

    def forward(self, x, mask=None):
        """`mask` (batch, timesteps) goes to each layer that takes one."""
        x = as_floats("x", x, (...,))
        with overflow_allowed():
            for layer in self.layers:
                masked = layer.takes_mask and mask is not None
                x = layer.forward(x, mask=mask) if masked else layer.forward(x)
        return x

    def backward(self, dy):
        dy = as_floats("dy", dy, (...,))
        with overflow_allowed():
            for layer in reversed(self.layers):
                dy = layer.backward(dy)
        self.grads = [g for layer in self.layers for g in layer.grads]
        return dy


def unpacked(layers):
    """The layers, with those that a Sequential among them consists of in its place."""
    return [each for n in layers for each in (unpacked(n.layers) if hasattr(n, "layers") else [n])]


def padded(mask, batch, timesteps):
    """Where `mask` (batch, timesteps) is False: (timesteps, batch). None if it is nowhere."""
    if mask is None:
        return None
    padding = ~as_mask(mask, batch, timesteps).T
    return padding if padding.any() else None


def steps_heard(mask, h):
    """`mask` as an array, True at every step if there is none; each sequence needs one such."""
    batch, timesteps, _ = h.shape
    heard = np.ones((batch, timesteps), bool) if mask is None else as_mask(mask, batch, timesteps)
    if not heard.any(axis=1).all():
        raise ValueError("mask must leave a step of each sequence, got one that leaves none")
    return heard


def as_mask(mask, batch, timesteps):
    """`mask` (batch, timesteps) as an array of True and False, from such or from 1 and 0."""
    mask = as_floats("mask", mask, (batch, timesteps))
    if not np.isin(mask, (0, 1)).all():
        raise ValueError(f"mask must be True or False at each step, got {shown(mask)}")
    return mask == 1


def read_only(a):
    """A view of `a` that can't be written to."""
    view = a.view()
    view.flags.writeable = False
    return view


# --- batch last: the layout inside gated layers -----------------------------------------------


def batch_last(a):
    """(batch, timesteps, n) -> (timesteps, n, batch), always a copy."""
    return np.array(a.transpose(1, 2, 0), order="C")


def batch_first(a):
    """(timesteps, n, batch) -> (batch, timesteps, n), a view."""
    return a.transpose(2, 0, 1)


def joined(gates):
    """(timesteps, gates, units, batch) -> (timesteps, gates * units, batch)."""
    return gates.reshape(len(gates), -1, gates.shape[-1])


def transposed(*blocks):
    """The blocks under one another, then all of it transposed."""
    return np.ascontiguousarray(np.vstack(blocks).T)


def over_time(a, dz):
    """The sum over batch and time of a dz^T: the gradient of a matrix that is used at each step."""
    return np.tensordot(joined(dz), a, ([0, 2], [0, 2])).T


# --- products over all leading axes at once ---------------------------------------------------


def with_ones(a):
    """[a, 1] along the last axis: a bias is the weight of an input that is always 1."""
    b = np.ones((*a.shape[:-1], a.shape[-1] + 1), a.dtype)
    b[..., :-1] = a
    return b


def times(a, W, out=None):
    """a (..., n) @ W (n, m) as one large product."""
    shape = (*a.shape[:-1], W.shape[1])
    flat = None if out is None else out.reshape(-1, W.shape[1])
    return np.dot(a.reshape(-1, W.shape[0]), W, out=flat).reshape(shape)


def outer_sum(a, dz):
    """The sum over batch and time of a^T dz: the gradient of a matrix that is used at each."""
    return a.reshape(-1, a.shape[-1]).T @ dz.reshape(-1, dz.shape[-1])


# --- initial weights --------------------------------------------------------------------------


def glorot_uniform(rng, rows, columns):
    """Uniform in +-sqrt(6 / (rows + columns)) (Glorot and Bengio, 2010)."""
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns))


def orthogonal(rng, rows, columns):
    """A random rotation: every singular value is 1 (Saxe, McClelland and Ganguli, 2014)."""
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else np.ascontiguousarray(q.T)
