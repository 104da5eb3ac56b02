"""LSTM and GRU: held against Keras, finite differences, and bad input."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.arrays import DTYPES, SIZES, normal, same, slope
from tests.helpers.bad_input import (
    misshapen,
    not_finite,
    not_numbers,
    quick,
    refused,
)
from utils.arguments import MOST_NUMBERS
from utils.layers import ACTIVATIONS, GRU, LSTM, Dense, Last, Sequential, SimpleRNN
from utils.training import Adam, mse, train

CELLS = {
    "LSTM": (LSTM, {}),
    "GRU": (GRU, {}),
    "GRU, reset before": (GRU, {"reset_after": False}),
}
every_cell = pytest.mark.parametrize("cell", CELLS)


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def layer_and_data(cell, size=(3, 6, 2, 4), dtype="float64", **options):
    """A layer with a bias that isn't zero, an input, a gradient for its output, first states."""
    batch, timesteps, features, units = size
    make, more = CELLS[cell]
    layer = make(units, features, seed=1, dtype=dtype, **more, **options)
    layer.b += normal(2, *layer.b.shape, dtype=dtype)
    x = normal(3, batch, timesteps, features, dtype=dtype)
    first = [normal(5 + i, batch, units, dtype=dtype) for i in range(1 + (make is LSTM))]
    return layer, x, normal(4, batch, timesteps, units, dtype=dtype), first


# --- Keras --------------------------------------------------------------------------------------


def in_keras(tf, layer, **options):
    """The same layer in Keras, with the weights still to be set."""
    kind = getattr(tf.keras.layers, type(layer).__name__)
    if isinstance(layer, GRU):
        options["reset_after"] = layer.reset_after
    theirs = kind(layer.units, return_sequences=True, dtype=layer.W_x.dtype.name, **options)
    theirs.build((None, None, layer.input_size))
    return theirs


def outputs_and_gradients(tf, theirs, x, dh, first):
    """-> [h, dx, *weights' gradients], [the gradients of the first states]"""
    x, first = tf.Variable(x), [tf.Variable(a) for a in first]
    with tf.GradientTape() as tape:
        h = theirs(x, initial_state=first or None)
        loss = tf.reduce_sum(h * dh)
    weights = theirs.trainable_variables
    grads = tape.gradient(loss, [x, *weights, *first])
    return [h, *grads[: 1 + len(weights)]], grads[1 + len(weights) :]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_can_be_kept_in_a_file_amid_its_training(activation):
    layers = [
        LSTM(3, 2, activation, activation),
        GRU(3, 3, activation),
        SimpleRNN(2, 3, activation),
    ]
    model = Sequential([*layers, Last(), Dense(1, 2, activation, dtype="float64")])
    adam, rng = Adam(), np.random.default_rng(0)
    x, y = rng.normal(size=(4, 5, 2)), rng.normal(size=(4, 1))
    train(model, [(x, y)], mse, adam)
    kept = pickle.loads(pickle.dumps((model, adam)))
    train(model, [(x, y)] * 2, mse, adam)
    train(kept[0], [(x, y)] * 2, mse, kept[1])
    assert all(map(np.array_equal, model.weights, kept[0].weights))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recurrent", ["sigmoid", "tanh"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@every_cell
def test_equals_keras_for_every_activation(tf, cell, activation, recurrent, dtype):
    options = {"activation": activation, "recurrent_activation": recurrent}
    layer, x, dh, first = layer_and_data(cell, dtype=dtype, **options)
    theirs = in_keras(tf, layer, **options)
    theirs.set_weights(layer.get_weights())
    expected, _ = outputs_and_gradients(tf, theirs, x, dh, first)
    same([layer.forward(x, *first), layer.backward(dh), *layer.grads], expected, dtype)


@pytest.mark.parametrize("start", [False, True])
@pytest.mark.parametrize("size", SIZES)
@every_cell
def test_equals_keras_for_every_size(tf, cell, size, start):
    layer, x, dh, first = layer_and_data(cell, size)
    first = first if start else []
    theirs = in_keras(tf, layer)
    theirs.set_weights(layer.get_weights())
    expected, _ = outputs_and_gradients(tf, theirs, x, dh, first)
    same([layer.forward(x, *first), layer.backward(dh), *layer.grads], expected)


@every_cell
def test_total_derivatives_equal_keras(tf, cell):
    """The first states' gradients in Keras, when the sequence starts anew after each step, are
    what arrives through time: the total derivatives without what enters at that step."""
    layer, x, dh, _ = layer_and_data(cell)
    theirs = in_keras(tf, layer)
    theirs.set_weights(layer.get_weights())
    h = layer.forward(x)
    layer.backward(dh)
    states = [h, layer.gates["c"]] if cell == "LSTM" else [h]
    for t in range(x.shape[1] - 1):
        _, through_time = outputs_and_gradients(
            tf, theirs, x[:, t + 1 :], dh[:, t + 1 :], [s[:, t] for s in states]
        )
        ours = [layer.dh[:, t] - dh[:, t]]
        if cell == "LSTM":
            at_once = layer.gates["o"][:, t] * (1 - np.tanh(states[1][:, t]) ** 2)
            ours.append(layer.dc[:, t] - layer.dh[:, t] * at_once)
        same(ours, through_time)


@every_cell
def test_weights_carry_over_from_keras(tf, cell):
    layer, x, *_ = layer_and_data(cell, dtype="float32")
    theirs = in_keras(tf, layer)
    layer.set_weights(theirs.get_weights())
    assert layer.count_params() == theirs.count_params()
    same([layer.forward(x)], [theirs(x)], "float32")


@pytest.mark.parametrize("dtype", DTYPES)
def test_network_equals_keras(tf, dtype):
    layers = tf.keras.layers
    theirs = tf.keras.Sequential(
        [
            layers.LSTM(4, return_sequences=True, dtype=dtype),
            layers.GRU(3, return_sequences=True, dtype=dtype),
            layers.SimpleRNN(5, return_sequences=True, dtype=dtype),
            layers.GRU(2, reset_after=False, dtype=dtype),
            layers.Dense(2, dtype=dtype),
        ]
    )
    theirs.build((5, 6, 2))
    cells = [LSTM(4, 2, dtype=dtype), GRU(3, 4, dtype=dtype), SimpleRNN(5, 3, dtype=dtype)]
    cells.append(GRU(2, 5, reset_after=False, dtype=dtype))
    ours = Sequential([*cells, Last(), Dense(2, 2, dtype=dtype)])
    ours.set_weights(theirs.get_weights())
    x, dy = normal(0, 5, 6, 2, dtype=dtype), normal(1, 5, 2, dtype=dtype)
    with tf.GradientTape() as tape:
        x_tf = tf.Variable(x)
        y_tf = theirs(x_tf)
        loss = tf.reduce_sum(y_tf * dy)
    grads_tf = tape.gradient(loss, [x_tf, *theirs.trainable_variables])
    same([ours.forward(x), ours.backward(dy), *ours.grads], [y_tf, *grads_tf], dtype)


# --- finite differences -------------------------------------------------------------------------


@pytest.mark.parametrize("clamped", [False, True])
@pytest.mark.parametrize("size", [(3, 6, 2, 4), (1, 1, 1, 1), (2, 3, 4, 1)])
@every_cell
def test_gradients_equal_finite_differences(cell, size, clamped):
    layer, x, dh, first = layer_and_data(cell, size)
    for clamp in [{gate: 0.3} for gate in clamps(layer)] if clamped else [None]:

        def loss(clamp=clamp):
            return np.sum(layer.forward(x, *first, clamp=clamp) * dh)

        loss()
        dx = layer.backward(dh)
        for i, (w, g) in enumerate(zip([x, *layer.weights], [dx, *layer.grads], strict=True)):
            direction = normal(10 + i, *w.shape)
            expected = slope(loss, w, direction)
            assert np.sum(g * direction) == pytest.approx(expected, rel=1e-7, abs=1e-9)


@every_cell
def test_total_derivative_is_that_of_the_state(cell):
    """dL/dh_t and dL/dc_t, found by letting the sequence start anew from h_t and c_t."""
    layer, x, dh, first = layer_and_data(cell)
    h = layer.forward(x, *first)
    layer.backward(dh)
    assert layer.dh.shape == h.shape
    np.testing.assert_array_equal(layer.dh[:, -1], dh[:, -1])
    t = 2
    states = [h[:, t].copy()]
    if cell == "LSTM":
        states.append(layer.gates["c"][:, t].copy())
        dc, o = layer.dc.copy(), layer.gates["o"][:, t].copy()
    total = layer.dh.copy()

    def loss():
        later = layer.forward(x[:, t + 1 :], *states)
        return np.sum(states[0] * dh[:, t]) + np.sum(later * dh[:, t + 1 :])

    def loss_from_cell():  # h_t follows c_t
        states[0] = o * np.tanh(states[1])
        return loss()

    direction = normal(1, *states[0].shape)
    expected = slope(loss, states[0], direction)
    assert np.sum(total[:, t] * direction) == pytest.approx(expected, rel=1e-7)
    if cell == "LSTM":
        expected = slope(loss_from_cell, states[1], direction)
        assert np.sum(dc[:, t] * direction) == pytest.approx(expected, rel=1e-7)


# --- clamped gates ------------------------------------------------------------------------------


def clamps(layer):
    return "ifo" if isinstance(layer, LSTM) else "zr"


@every_cell
def test_a_clamped_gate_has_its_value_and_the_others_follow(cell):
    layer, x, _, first = layer_and_data(cell)
    free = layer.forward(x, *first)
    assert np.array_equal(layer.forward(x, *first, clamp={}), free)
    for gate in clamps(layer):
        h = layer.forward(x, *first, clamp={gate: 0.3})
        assert (layer.gates[gate] == 0.3).all()
        assert not np.allclose(h, free)
        others = [v for name, v in layer.gates.items() if name != gate]
        assert all(len(np.unique(v)) > 1 for v in others)
    assert np.array_equal(layer.forward(x, *first), free)  # the next forward is free again


def test_a_cell_that_keeps_all_and_writes_nothing_is_constant():
    lstm, x, dh, (h_0, c_0) = layer_and_data("LSTM")
    h = lstm.forward(x, h_0, c_0, clamp={"f": 1.0, "i": 0.0})
    assert (lstm.gates["c"] == c_0[:, None]).all()
    np.testing.assert_allclose(h, lstm.gates["o"] * np.tanh(c_0)[:, None], rtol=1e-12)
    dh[:, :-1] = 0  # and the way back is as free: what arrives at the end is there at the start
    lstm.W_h[...] = 0
    lstm.forward(x, h_0, c_0, clamp={"f": 1.0, "i": 0.0})
    lstm.backward(dh)
    np.testing.assert_array_equal(lstm.dc, np.broadcast_to(lstm.dc[:, -1:], lstm.dc.shape))


def test_a_cell_that_keeps_nothing_forgets_where_it_began():
    lstm, x, _, (h_0, c_0) = layer_and_data("LSTM")
    lstm.forward(x, h_0, c_0, clamp={"f": 0})
    np.testing.assert_allclose(lstm.gates["c"], lstm.gates["i"] * lstm.gates["g"], rtol=1e-12)


@pytest.mark.parametrize("reset_after", [False, True])
def test_clamped_gru(reset_after):
    gru, x, _, (h_0,) = layer_and_data("GRU" if reset_after else "GRU, reset before")
    h = gru.forward(x, h_0, clamp={"z": 1})
    np.testing.assert_allclose(h, np.broadcast_to(h_0[:, None], h.shape), rtol=1e-12)
    h = gru.forward(x, h_0, clamp={"z": 0})
    np.testing.assert_allclose(h, gru.gates["g"], rtol=1e-12)
    b_xg = (gru.b[0] if reset_after else gru.b)[-gru.units :]
    gru.forward(x, h_0, clamp={"r": 0})  # the candidate sees the input alone
    expected = np.tanh(x @ gru.W_x[:, -gru.units :] + b_xg)
    np.testing.assert_allclose(gru.gates["g"], expected, rtol=1e-10)


# --- what is promised ---------------------------------------------------------------------------


def test_count_params():
    assert LSTM(50, 3).count_params() == 10_800
    assert GRU(50, 3).count_params() == 8_250
    assert GRU(50, 3, reset_after=False).count_params() == 8_100


@pytest.mark.parametrize("dtype", DTYPES)
@every_cell
def test_initial_weights(cell, dtype):
    make, options = CELLS[cell]
    layer = make(50, 30, seed=0, dtype=dtype, **options)
    limit = np.sqrt(6 / sum(layer.W_x.shape))
    assert 0.98 * limit < np.abs(layer.W_x).max() <= limit * 1.000001
    assert abs(layer.W_x.mean()) < 0.01
    np.testing.assert_allclose(layer.W_h @ layer.W_h.T, np.eye(50), atol=1e-5)
    assert all(w.dtype == dtype for w in layer.weights)
    assert all(w.flags.c_contiguous for w in layer.weights)
    again, other = (make(50, 30, seed=s, dtype=dtype, **options) for s in (0, 1))
    same(again.weights, layer.weights, dtype)
    assert not np.array_equal(other.W_h, layer.W_h)


def test_initial_bias():
    assert LSTM(2, 3).b.tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert not LSTM(2, 3, unit_forget_bias=False).b.any()
    assert not GRU(2, 3).b.any() and GRU(2, 3).b.shape == (2, 6)
    assert not GRU(2, 3, reset_after=False).b.any()


@every_cell
def test_weights_are_copied_out_and_in(cell):
    layer, *_ = layer_and_data(cell)
    kept = layer.get_weights()
    arrays = layer.weights
    layer.set_weights([w + 1 for w in kept])
    same(layer.weights, [w + 1 for w in kept])
    assert all(a is b for a, b in zip(arrays, layer.weights, strict=True))  # filled, not replaced


@every_cell
def test_samples_and_pieces_of_a_sequence_can_be_computed_apart(cell):
    layer, x, _, first = layer_and_data(cell)
    h = layer.forward(x, *first)
    for i in range(len(x)):
        alone = layer.forward(x[i : i + 1], *(a[i : i + 1] for a in first))
        np.testing.assert_allclose(alone[0], h[i], rtol=1e-10)
    states = [layer.forward(x[:, :2], *first)[:, -1]]
    if cell == "LSTM":
        states.append(layer.gates["c"][:, -1])
    np.testing.assert_allclose(layer.forward(x[:, 2:], *states), h[:, 2:], rtol=1e-10)


@pytest.mark.parametrize("size", [(3, 6, 2, 4), (1, 6, 2, 4), (3, 1, 2, 4), (1, 1, 1, 1)])
@every_cell
def test_nothing_is_changed_behind_the_callers_back(cell, size):
    layer, x, dh, first = layer_and_data(cell, size)
    given = [x, dh, *first]
    kept = [a.copy() for a in given]
    h, gates = layer.forward(x, *first), list(layer.gates.values())
    dx = layer.backward(dh)
    same(given, kept)
    results = [h, *gates, dx, *layer.grads, layer.dh]
    copies = [r.copy() for r in results]
    layer.forward(2 * x, *first)
    layer.backward(-dh)
    assert all(np.array_equal(r, c) for r, c in zip(results, copies, strict=True))
    layer.forward(x, *first)
    for a in (x, *first):
        a += 1  # between forward and backward
    assert np.array_equal(layer.backward(dh), dx)
    first_time = [g.copy() for g in layer.grads]
    total = layer.dh.copy()
    same([layer.backward(dh), *layer.grads, layer.dh], [dx, *first_time, total])  # once more
    dh += 1
    assert np.array_equal(layer.dh, total)


@every_cell
def test_any_real_numbers_will_do(cell):
    layer, x, dh, first = layer_and_data(cell, dtype="float32")
    h = layer.forward(x, *first)
    assert all(a.dtype == np.float32 for a in [h, *layer.gates.values()])
    same(
        [layer.forward(x.astype(float), *first), layer.forward(x.tolist(), *first)],
        [h, h],
        "float32",
    )
    assert layer.forward(np.ones((1, 2, 2), int), clamp={clamps(layer)[0]: 1}).dtype == np.float32
    layer.forward(x[:, ::-1], *first)
    assert [a.dtype for a in [layer.backward(dh.tolist()), *layer.grads]] == [np.float32] * 4


@every_cell
def test_an_overflow_inside_a_network_passes_on(cell):
    make, options = CELLS[cell]
    layer = make(3, 2, "linear", "linear", **options)
    model = Sequential([layer, Last(), Dense(1, 3)])
    for w in model.weights:
        w[...] = 1e20
    y = model.forward(np.ones((2, 4, 2)))
    assert not np.isfinite(y).any()
    assert not np.isfinite(model.backward(np.ones((2, 1)))).all()


@every_cell
def test_learns_to_recall_the_first_value(cell):
    make, options = CELLS[cell]
    x = np.random.default_rng(0).uniform(-1, 1, (64, 8, 1))
    model = Sequential([make(8, 1, seed=1, **options), Last(), Dense(1, 8, seed=2)])
    losses = train(model, [(x, x[:, 0])] * 300, mse, Adam(0.02))
    assert losses[-1] < 0.05 * losses[0]


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [LSTM, GRU])
def test_refuses_a_sequence_whose_gates_memory_cannot_hold(make):
    layer = make(200, 1)
    x = np.zeros((1, MOST_NUMBERS // (200 * len(layer.order)) + 1, 1))
    with pytest.raises(ValueError, match="x must be smaller"):
        layer.forward(x)


@quick
@given(
    st.sampled_from(list(CELLS)),
    not_numbers | not_finite(3, 6, 4) | misshapen(lambda s: s == (3, 6, 4)),
)
def test_refuses_a_gradient(cell, dh):
    layer, x, *_ = layer_and_data(cell)
    layer.forward(x)
    refused("dh", layer.backward, dh)
    assert layer.grads == []


@pytest.mark.parametrize("value", ["high", None, np.nan, np.inf, [1.0], [[1], [1, 2]], 1j])
@every_cell
def test_refuses_a_clamp(cell, value):
    layer, x, *_ = layer_and_data(cell)
    gate = clamps(layer)[-1]
    refused(f"clamp['{gate}']", layer.forward, x, clamp={gate: value})
    for name in ("g", "c", "h", "", "if", None, 0):
        refused("clamp", layer.forward, x, clamp={name: 1.0})
    for clamp in ("f", ["f"], 1.0, True, [("f", 1.0)]):
        refused("clamp", layer.forward, x, clamp=clamp)
