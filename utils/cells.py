"""One step of each cell, forward and back, as the lessons derive it: the equations, to be read.

A step forward takes x_t (batch, features) and the state before, h_prev (batch, units). A step back
takes dh, the total derivative of the loss with respect to the new state, and gives the derivative
with respect to all that the state was made of: first x_t and the state before, then the weights,
each in its own shape. The weights serve at every step, so their gradient is the sum over the steps.

In W_x (features, blocks * units), W_h (units, blocks * units) and b the gates' weights lie side by
side, in Keras's order. dz is what arrives at the sums inside the activations, not at a gate z.
"""

import numpy as np

from utils.layers import sigmoid

# --- the simple network: lessons 1 and 2 ------------------------------------------------------


def rnn_step(x_t, h_prev, W_x, W_h, b):
    """h_t = tanh(x_t W_x + h_{t-1} W_h + b). -> h (batch, units)"""
    return np.tanh(x_t @ W_x + h_prev @ W_h + b)


def rnn_step_backward(dh, x_t, h_prev, h, W_x, W_h):
    """-> dx_t, dh_prev, dW_x, dW_h, db"""
    return through_sum(dh * (1 - h**2), x_t, h_prev, W_x, W_h)


def through_sum(dz, x_t, h_prev, W_x, W_h):
    """Back through z = x_t W_x + h_{t-1} W_h + b, from dz (batch, blocks * units).

    -> dx_t, dh_prev, dW_x, dW_h, db
    """
    return dz @ W_x.T, dz @ W_h.T, x_t.T @ dz, h_prev.T @ dz, dz.sum(axis=0)


# --- LSTM: lesson 4 ---------------------------------------------------------------------------


def lstm_step(x_t, h_prev, c_prev, W_x, W_h, b):
    """Three gates i, f, o and the candidate g; in the weights they stand in the order i, f, g, o.

    c_t = f_t * c_{t-1} + i_t * g_t,  h_t = o_t * tanh(c_t)
    -> h and c, each (batch, units), and the gates (i, f, g, o)
    """
    z_i, z_f, z_g, z_o = np.split(x_t @ W_x + h_prev @ W_h + b, 4, axis=-1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    c = f * c_prev + i * g
    return o * np.tanh(c), c, (i, f, g, o)


def lstm_step_backward(dh, dc, x_t, h_prev, c_prev, c, gates, W_x, W_h):
    """dc is what the step after hands back of c_t: the way by h_t is added here.

    -> dx_t, dh_prev, dc_prev, dW_x, dW_h, db
    """
    i, f, g, o = gates
    dc = dc + dh * o * (1 - np.tanh(c) ** 2)
    dz_i = dc * g * i * (1 - i)
    dz_f = dc * c_prev * f * (1 - f)
    dz_g = dc * i * (1 - g**2)
    dz_o = dh * np.tanh(c) * o * (1 - o)
    dz = np.hstack([dz_i, dz_f, dz_g, dz_o])
    dx_t, dh_prev, *dweights = through_sum(dz, x_t, h_prev, W_x, W_h)
    return dx_t, dh_prev, dc * f, *dweights


# --- GRU: lesson 5 ----------------------------------------------------------------------------


def gru_step(x_t, h_prev, W_x, W_h, b):
    """The reset before the product: g_t = tanh(x_t W_xg + (r_t * h_{t-1}) W_hg + b_g).

    h_t = z_t * h_{t-1} + (1 - z_t) * g_t, and in the weights the order is z, r, g; b (3 units,).
    -> h (batch, units), and the gates (z, r, g)
    """
    x_z, x_r, x_g = np.split(x_t @ W_x + b, 3, axis=-1)
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=-1)
    z, r = sigmoid(x_z + h_prev @ W_hz), sigmoid(x_r + h_prev @ W_hr)
    g = np.tanh(x_g + (r * h_prev) @ W_hg)
    return z * h_prev + (1 - z) * g, (z, r, g)


def gru_step_backward(dh, x_t, h_prev, gates, W_x, W_h):
    """The way to r leads through g and the product. -> dx_t, dh_prev, dW_x, dW_h, db"""
    z, r, g = gates
    W_hz, W_hr, W_hg = np.split(W_h, 3, axis=-1)
    dz_z = dh * (h_prev - g) * z * (1 - z)
    dz_g = dh * (1 - z) * (1 - g**2)
    d_inner = dz_g @ W_hg.T  # at r_t * h_{t-1}
    dz_r = d_inner * h_prev * r * (1 - r)
    dh_prev = dh * z + d_inner * r + dz_z @ W_hz.T + dz_r @ W_hr.T
    dz = np.hstack([dz_z, dz_r, dz_g])
    dW_h = np.hstack([h_prev.T @ dz_z, h_prev.T @ dz_r, (r * h_prev).T @ dz_g])
    return dz @ W_x.T, dh_prev, x_t.T @ dz, dW_h, dz.sum(axis=0)


def gru_step_reset_after(x_t, h_prev, W_x, W_h, b):
    """The reset after the product: g_t = tanh(x_t W_xg + b_xg + r_t * (h_{t-1} W_hg + b_hg)).

    b (2, 3 units) holds b_x, then b_h. The rest is as in gru_step.
    """
    x_z, x_r, x_g = np.split(x_t @ W_x + b[0], 3, axis=-1)
    h_z, h_r, h_g = np.split(h_prev @ W_h + b[1], 3, axis=-1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    g = np.tanh(x_g + r * h_g)
    return z * h_prev + (1 - z) * g, (z, r, g)


def gru_step_reset_after_backward(dh, x_t, h_prev, gates, W_x, W_h, b):
    """Two sums, one of the input and one of the state. -> dx_t, dh_prev, dW_x, dW_h, db"""
    z, r, g = gates
    h_g = np.split(h_prev @ W_h + b[1], 3, axis=-1)[2]
    dz_z = dh * (h_prev - g) * z * (1 - z)
    dz_g = dh * (1 - z) * (1 - g**2)
    dz_r = dz_g * h_g * r * (1 - r)
    dz_x, dz_h = np.hstack([dz_z, dz_r, dz_g]), np.hstack([dz_z, dz_r, dz_g * r])
    db = np.stack([dz_x.sum(axis=0), dz_h.sum(axis=0)])
    return dz_x @ W_x.T, dh * z + dz_h @ W_h.T, x_t.T @ dz_x, h_prev.T @ dz_h, db
