"""Recurrent layers in NumPy: forward, and backward through time.

Data is batch first: (batch, timesteps, features). Weights have the shapes and the order
of Keras, so `get_weights` and `set_weights` carry over in both directions. `backward` takes
the gradient of the loss with respect to what `forward` returned, gives back the gradient
with respect to what `forward` was given, and leaves the weights' gradients in `grads`.
What `forward` returns is read again by `backward`: to change it, change a copy.

Inside a recurrent layer time comes first, so that every step is one contiguous block.
"""

import numpy as np

from utils.arguments import (
    as_floats,
    float_type,
    list_of,
    one_of,
    overflow_allowed,
    positive_integer,
    random_generator,
)


def sigmoid(z, out=None):
    """1 / (1 + exp(-z)), written with tanh so that no z is too large for exp."""
    return np.add(0.5 * np.tanh(0.5 * z), 0.5, out=out)


# Each activation with its derivative, written in terms of the activation's own output h.
# That is why the backward pass keeps h and never needs the pre-activation z again.
ACTIVATIONS = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda z, out=None: np.maximum(z, 0, out=out), lambda h: (h > 0).astype(h.dtype)),
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "linear": (np.positive, np.ones_like),
}


class Layer:
    """What every layer shares: weights named in `names`, their gradients in `grads`."""

    names = ()

    def __init__(self):
        self.grads = []
        self.memory = None  # what forward leaves for backward

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
        new = [as_floats(f"weights[{i}]", v, w.shape, w.dtype) for i, (w, v) in enumerate(pairs)]
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

    def __init__(self, units, input_size, activation="tanh", seed=None, dtype="float32"):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        self.f, self.df = one_of("activation", activation, ACTIVATIONS)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        self.W_x = glorot_uniform(rng, input_size, units).astype(dtype)
        self.W_h = orthogonal(rng, units).astype(dtype)
        self.b = np.zeros(units, dtype)

    def forward(self, x, h_0=None):
        """x (batch, timesteps, features) -> every state h (batch, timesteps, units)."""
        x = as_floats("x", x, ("batch", "timesteps", self.input_size), self.W_x.dtype)
        batch, timesteps, _ = x.shape
        h = np.empty((timesteps + 1, batch, self.units), x.dtype)
        h[0] = 0 if h_0 is None else as_floats("h_0", h_0, (batch, self.units), x.dtype)
        x = with_ones(x.swapaxes(0, 1))
        times(x, np.vstack([self.W_x, self.b]), out=h[1:])  # x_t W_x + b, for all steps at once
        for h_prev, h_t in zip(h[:-1], h[1:], strict=True):
            h_t += np.dot(h_prev, self.W_h)
            self.f(h_t, out=h_t)
        self.memory = x, h
        return h[1:].swapaxes(0, 1)

    def backward(self, dh):
        """dh (batch, timesteps, units) -> dx (batch, timesteps, features).

        dh[:, t] is the immediate derivative: the path from h_t straight to the loss. What
        arrives through h_{t+1} is added here. The sum, the total derivative, stays in `dh`.
        """
        x, h = self.recall()
        timesteps, batch, _ = x.shape
        dh = as_floats("dh", dh, (batch, timesteps, self.units), x.dtype)
        dh = np.array(dh.swapaxes(0, 1), order="C")
        dz = self.df(h[1:])
        W_h_T = np.ascontiguousarray(self.W_h.T)
        through_next = 0  # after the last step comes none
        for dz_t, dh_t in zip(dz[::-1], dh[::-1], strict=True):
            dh_t += through_next
            dz_t *= dh_t
            through_next = np.dot(dz_t, W_h_T)
        self.dh = dh.swapaxes(0, 1)
        dW_x_b = outer_sum(x, dz)
        self.grads = [dW_x_b[:-1], outer_sum(h[:-1], dz), dW_x_b[-1]]
        return times(dz, self.W_x.T).swapaxes(0, 1)


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


class Dense(Layer):
    """y = activation(h W + b), for h of shape (..., input_size)."""

    names = ("W", "b")

    def __init__(self, units, input_size, activation="linear", seed=None, dtype="float32"):
        super().__init__()
        self.units = positive_integer("units", units)
        self.input_size = positive_integer("input_size", input_size)
        self.f, self.df = one_of("activation", activation, ACTIVATIONS)
        dtype, rng = float_type("dtype", dtype), random_generator("seed", seed)
        self.W = glorot_uniform(rng, input_size, units).astype(dtype)
        self.b = np.zeros(units, dtype)

    def forward(self, h):
        h = with_ones(as_floats("h", h, (..., self.input_size), self.W.dtype))
        y = times(h, np.vstack([self.W, self.b]))
        self.f(y, out=y)
        self.memory = h, y
        return y

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
            raise TypeError(f"layers must be a list of layers, got {layers!r:.80}")
        if not layers or len(set(map(id, layers))) < len(layers):
            raise ValueError(f"layers must be one or more, each only once, got {layers!r:.80}")
        self.layers = list(layers)

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    def forward(self, x):
        x = as_floats("x", x, (...,))
        with overflow_allowed():
            for layer in self.layers:
                x = layer.forward(x)
        return x

    def backward(self, dy):
        dy = as_floats("dy", dy, (...,))
        with overflow_allowed():
            for layer in reversed(self.layers):
                dy = layer.backward(dy)
        self.grads = [g for layer in self.layers for g in layer.grads]
        return dy


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


def orthogonal(rng, n):
    """A random rotation: every singular value is 1 (Saxe, McClelland and Ganguli, 2014)."""
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.sign(np.diag(r))
