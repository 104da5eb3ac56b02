"""The equations of the cells: held against central differences, and the layers against them."""

import numpy as np
import pytest

from tests.helpers.arrays import SIZES, normal, same
from utils import cells
from utils.layers import GRU, LSTM, SimpleRNN
from utils.training import check_gradients

# Each: the layer, a step forward -> new states, gates; a step back -> dx_t, dstates, dweights


def rnn(x_t, states, weights):
    return (cells.rnn_step(x_t, *states, *weights),), ()


def rnn_back(dstates, x_t, before, after, gates, weights):
    dx_t, dh_prev, *dweights = cells.rnn_step_backward(*dstates, x_t, *before, *after, *weights[:2])
    return dx_t, [dh_prev], dweights


def lstm(x_t, states, weights):
    h, c, gates = cells.lstm_step(x_t, *states, *weights)
    return (h, c), gates


def lstm_back(dstates, x_t, before, after, gates, weights):
    dx_t, dh_prev, dc_prev, *dweights = cells.lstm_step_backward(
        *dstates, x_t, *before, after[1], gates, *weights[:2]
    )
    return dx_t, [dh_prev, dc_prev], dweights


def gru(x_t, states, weights):
    step = cells.gru_step if weights[2].ndim == 1 else cells.gru_step_reset_after
    h, gates = step(x_t, *states, *weights)
    return (h,), gates


def gru_back(dstates, x_t, before, after, gates, weights):
    args = *dstates, x_t, *before, gates, *weights
    dx_t, dh_prev, *dweights = (
        cells.gru_step_reset_after_backward(*args)
        if weights[2].ndim == 2
        else cells.gru_step_backward(*args[:-1])
    )
    return dx_t, [dh_prev], dweights


CELLS = {
    "RNN": (SimpleRNN, rnn, rnn_back),
    "LSTM": (LSTM, lstm, lstm_back),
    "GRU": (GRU, gru, gru_back),
    "GRU, reset before": (lambda *a, **k: GRU(*a, reset_after=False, **k), gru, gru_back),
}
every_cell = pytest.mark.parametrize("cell", CELLS)


def case(cell, size):
    """A layer whose biases aren't zero, x, the states before the first step, and dh."""
    batch, timesteps, features, units = size
    layer = CELLS[cell][0](units, features, seed=1, dtype="float64")
    layer.b += normal(2, *layer.b.shape)
    states = [normal(5 + i, batch, units) for i in range(1 + (cell == "LSTM"))]
    return layer, normal(3, *size[:3]), states, normal(4, batch, timesteps, units)


@pytest.mark.parametrize("size", [(3, 6, 2, 4), *SIZES])
@every_cell
def test_a_layer_is_its_cell_repeated(cell, size):
    layer, x, states, dh = case(cell, size)
    _, forward, back = CELLS[cell]
    weights, path, shown = layer.get_weights(), [(states, ())], []
    for t in range(size[1]):
        path.append(forward(x[:, t], path[-1][0], weights))
        (h, *c), gates = path[-1]
        shown.append([h, *gates, *c])
    expected = [np.stack(values, axis=1) for values in zip(*shown, strict=True)]
    ours = layer.forward(x, *states)
    same([ours, *getattr(layer, "gates", {}).values()], expected)

    dx, total, dweights = np.zeros_like(x), np.zeros_like(dh), [0, 0, 0]
    dstates = [np.zeros_like(s) for s in states]  # after the last step comes none
    for t in reversed(range(size[1])):
        dstates[0] = total[:, t] = dstates[0] + dh[:, t]
        dx[:, t], dstates, shares = back(dstates, x[:, t], path[t][0], *path[t + 1], weights)
        dweights = [a + share for a, share in zip(dweights, shares, strict=True)]
    same([layer.backward(dh), *layer.grads, layer.dh], [dx, *dweights, total])


@pytest.mark.parametrize("size", [(3, 2, 4), (1, 1, 1), (2, 4, 1)])
@every_cell
def test_a_step_back_equals_central_differences(cell, size):
    batch, features, units = size
    layer, x, before, _ = case(cell, (batch, 1, features, units))
    _, forward, back = CELLS[cell]
    weights, dstates = (
        layer.get_weights(),
        [normal(9 + i, batch, units) for i in range(len(before))],
    )
    x_t = x[:, 0].copy()

    def loss():
        after, _ = forward(x_t, before, weights)
        return sum(np.sum(d * s) for d, s in zip(dstates, after, strict=True))

    after, gates = forward(x_t, before, weights)
    dx_t, dbefore, dweights = back(dstates, x_t, before, after, gates, weights)
    rows = check_gradients(loss, [x_t, *before, *weights], [dx_t, *dbefore, *dweights])
    assert all(row.ok for row in rows), rows


@every_cell
def test_a_step_takes_a_single_sample_without_its_axis(cell):
    layer, x, before, _ = case(cell, (1, 1, 2, 3))
    _, forward, _ = CELLS[cell]
    weights = layer.get_weights()
    for one, rows in zip(
        forward(x[0, 0], [s[0] for s in before], weights)[0],
        forward(x[:, 0], before, weights)[0],
        strict=True,
    ):
        np.testing.assert_allclose(one, rows[0], rtol=1e-12)
