"""The NumPy layers, held against Keras, against finite differences, and against bad input."""

import copy as copying
import subprocess
import sys

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
from utils.layers import ACTIVATIONS, Dense, Last, Sequential, SimpleRNN, sigmoid


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def rnn_and_data(size=(3, 6, 2, 4), activation="tanh", dtype="float64"):
    """A layer with a bias that isn't zero, an input, and a gradient for its output."""
    batch, timesteps, features, units = size
    rnn = SimpleRNN(units, features, activation, seed=1, dtype=dtype)
    rnn.b += normal(2, units, dtype=dtype)
    x = normal(3, batch, timesteps, features, dtype=dtype)
    return rnn, x, normal(4, batch, timesteps, units, dtype=dtype)


# --- Keras --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("size", SIZES[1:3] + SIZES[5:6])
def test_rnn_equals_keras_for_every_activation(tf, size, activation, dtype):
    compare_rnn_with_keras(tf, size, activation, dtype, start=False)


@pytest.mark.parametrize("start", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_rnn_equals_keras_for_every_size(tf, size, start):
    compare_rnn_with_keras(tf, size, "tanh", "float64", start)


def compare_rnn_with_keras(tf, size, activation, dtype, start):
    rnn, x, dh = rnn_and_data(size, activation, dtype)
    h_0 = normal(5, size[0], size[3], dtype=dtype) if start else None
    theirs = tf.keras.layers.SimpleRNN(
        size[3], activation=activation, return_sequences=True, dtype=dtype
    )
    theirs.build(x.shape)
    theirs.set_weights(rnn.get_weights())
    with tf.GradientTape() as tape:
        x_tf = tf.Variable(x)
        h_tf = theirs(x_tf, initial_state=None if h_0 is None else [tf.constant(h_0)])
        loss = tf.reduce_sum(h_tf * dh)
    dx_tf, *grads_tf = tape.gradient(loss, [x_tf, *theirs.trainable_variables])
    h = rnn.forward(x, h_0)
    dx = rnn.backward(dh)
    same([h, dx, *rnn.grads], [h_tf, dx_tf, *grads_tf], dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_network_equals_keras(tf, activation, every_step, dtype):
    layers = tf.keras.layers
    theirs = tf.keras.Sequential(
        [
            layers.SimpleRNN(4, return_sequences=True, dtype=dtype),
            layers.SimpleRNN(3, return_sequences=every_step, dtype=dtype),
            layers.Dense(2, activation=activation, dtype=dtype),
        ]
    )
    theirs.build((5, 6, 2))
    recurrent = [SimpleRNN(4, 2, dtype=dtype), SimpleRNN(3, 4, dtype=dtype)]
    ours = Sequential(
        [*recurrent, *([] if every_step else [Last()]), Dense(2, 3, activation, dtype=dtype)]
    )
    ours.set_weights(theirs.get_weights())
    assert ours.count_params() == theirs.count_params()
    x = normal(0, 5, 6, 2, dtype=dtype)
    with tf.GradientTape() as tape:
        x_tf = tf.Variable(x)
        y_tf = theirs(x_tf)
        dy = normal(1, *y_tf.shape, dtype=dtype)
        loss = tf.reduce_sum(y_tf * dy)
    grads_tf = tape.gradient(loss, [x_tf, *theirs.trainable_variables])
    y = ours.forward(x)
    dx = ours.backward(dy)
    same([y, dx, *ours.grads], [y_tf, *grads_tf], dtype)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_equals_keras(tf, activation):
    ours, h, dy = Dense(3, 4, activation, dtype="float64"), normal(0, 2, 5, 4), normal(1, 2, 5, 3)
    ours.b += 0.1
    theirs = tf.keras.layers.Dense(3, activation=activation, dtype="float64")
    theirs.build(h.shape)
    theirs.set_weights(ours.get_weights())
    with tf.GradientTape() as tape:
        h_tf = tf.Variable(h)
        y_tf = theirs(h_tf)
        loss = tf.reduce_sum(y_tf * dy)
    grads_tf = tape.gradient(loss, [h_tf, *theirs.trainable_variables])
    y = ours.forward(h)
    dh = ours.backward(dy)
    same([y, dh, *ours.grads], [y_tf, *grads_tf])


# --- finite differences -------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("size", [(3, 6, 2, 4), (1, 1, 1, 1), (2, 3, 4, 1)])
def test_gradients_equal_finite_differences(size, activation):
    rnn, x, _ = rnn_and_data(size, activation)
    model = Sequential([rnn, Dense(2, size[3], "sigmoid", seed=5, dtype="float64")])
    dy = normal(6, *size[:2], 2)

    def loss():
        return np.sum(model.forward(x) * dy)

    loss()
    dx = model.backward(dy)
    for i, (w, g) in enumerate(zip([x, *model.weights], [dx, *model.grads], strict=True)):
        for seed in range(3):
            direction = normal(10 * i + seed, *w.shape)
            assert np.sum(g * direction) == pytest.approx(slope(loss, w, direction), rel=1e-7)


def test_total_derivative_is_that_of_the_state():
    """`dh` after backward: dL/dh_t, found by letting the sequence start anew from h_t."""
    rnn, x, dh = rnn_and_data()
    h = rnn.forward(x)
    rnn.backward(dh)
    total = rnn.dh.copy()
    assert total.shape == h.shape
    np.testing.assert_array_equal(total[:, -1], dh[:, -1])
    for t in range(x.shape[1] - 1):
        h_t = h[:, t].copy()

        def loss(h_t=h_t, t=t):
            later = rnn.forward(x[:, t + 1 :], h_t)
            return np.sum(h_t * dh[:, t]) + np.sum(later * dh[:, t + 1 :])

        direction = normal(t, *h_t.shape)
        expected = slope(loss, h_t, direction)
        assert np.sum(total[:, t] * direction) == pytest.approx(expected, rel=1e-7)


# --- what is promised ---------------------------------------------------------------------------


def test_samples_and_pieces_of_a_sequence_can_be_computed_apart():
    rnn, x, _ = rnn_and_data()
    h = rnn.forward(x)
    for i in range(len(x)):
        np.testing.assert_allclose(rnn.forward(x[i : i + 1])[0], h[i], rtol=1e-12)
    first = rnn.forward(x[:, :2])
    np.testing.assert_allclose(first, h[:, :2], rtol=1e-12)
    np.testing.assert_allclose(rnn.forward(x[:, 2:], first[:, -1]), h[:, 2:], rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_initial_weights(dtype):
    rnn = SimpleRNN(50, 30, seed=0, dtype=dtype)
    limit = np.sqrt(6 / 80)
    assert 0.98 * limit < np.abs(rnn.W_x).max() <= limit * 1.000001
    assert abs(rnn.W_x.mean()) < 0.01
    np.testing.assert_allclose(rnn.W_h @ rnn.W_h.T, np.eye(50), atol=1e-5)
    assert not rnn.b.any()
    assert all(w.dtype == dtype for w in rnn.weights)
    for make in (SimpleRNN, Dense):
        assert np.array_equal(make(3, 2, seed=5).weights[0], make(3, 2, seed=5).weights[0])
        assert not np.array_equal(make(3, 2, seed=5).weights[0], make(3, 2, seed=6).weights[0])
        assert not np.array_equal(make(3, 2).weights[0], make(3, 2).weights[0])


def test_count_params():
    assert SimpleRNN(50, 3).count_params() == 50 * 3 + 50 * 50 + 50
    assert Sequential([SimpleRNN(2, 3), Last(), Dense(1, 2)]).count_params() == 12 + 3
    assert Last().count_params() == 0


def test_sigmoid_is_exact_and_never_overflows():
    z = np.array([-1000.0, -2.0, 0.0, 2.0, 1000.0])
    with np.errstate(all="raise"):
        np.testing.assert_allclose(sigmoid(z)[1:4], 1 / (1 + np.exp(-z[1:4])), rtol=1e-15)
        assert sigmoid(z)[[0, -1]].tolist() == [0, 1]
    assert sigmoid(0) == 0.5
    expected = sigmoid(z)
    assert sigmoid(z, out=z) is z  # in place
    assert np.array_equal(z, expected)


@pytest.mark.parametrize("make", [lambda: rnn_and_data()[0], lambda: Dense(4, 2, dtype="float64")])
def test_weights_are_copied_out_and_in(make):
    layer, other = make(), make()
    copies = layer.get_weights()
    kept = [w.copy() for w in copies]
    arrays = other.weights
    other.set_weights(copies)
    for copy in copies:
        copy += 1
    same(layer.weights, kept)
    same(other.weights, kept)
    assert all(a is b for a, b in zip(arrays, other.weights, strict=True))  # filled, not replaced


@pytest.mark.skipif(sys.platform != "linux", reason="what is held back, and /proc, are Linux's")
@pytest.mark.parametrize("layer", ["SimpleRNN", "LSTM", "GRU"])
def test_memory_is_asked_for_when_a_layer_first_runs_and_not_at_import(layer):
    code = f"""
import re, numpy as np, utils.arguments
most = lambda: int(re.search(r"VmPeak:\\s+(\\d+)", open("/proc/self/status").read())[1])
sizes = [most()]
from utils.layers import {layer} as Layer
sizes.append(most())
Layer(2, 2).forward(np.ones((1, 1, 2)))
sizes.append(most())
print(*np.diff(sizes) > 25_000)  # kB
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def layers_and_inputs(dtype="float64"):
    """Each kind of layer with an input and a gradient, for sizes that allow views of them too."""
    for size in [(3, 6, 2, 4), (1, 6, 2, 4), (3, 1, 2, 4), (1, 1, 1, 1)]:
        rnn, x, dh = rnn_and_data(size, dtype=dtype)
        batch, _, features, units = size
        yield rnn, x, dh
        yield Dense(units, features, "tanh", seed=0, dtype=dtype), x, dh
        yield Dense(units, features, seed=0, dtype=dtype), x, dh
        yield Last(), x, normal(7, batch, features, dtype=dtype)
        yield Sequential([rnn, Last(), Dense(2, units, dtype=dtype)]), x, normal(8, batch, 2)


def test_nothing_is_changed_behind_the_callers_back():
    for layer, x, dy in layers_and_inputs():
        x_kept, dy_kept = x.copy(), dy.copy()
        y = layer.forward(x)
        dx = layer.backward(dy)
        assert np.array_equal(x, x_kept) and np.array_equal(dy, dy_kept)
        results = [y, dx, *layer.grads]
        kept = [r.copy() for r in results]
        layer.forward(2 * x)
        layer.backward(-dy)
        assert all(np.array_equal(r, k) for r, k in zip(results, kept, strict=True)), layer
        again = layer.forward(x)
        x += 1  # between forward and backward
        assert np.array_equal(again, kept[0])
        dx = layer.backward(dy)
        dy += 1
        assert all(np.array_equal(r, k) for r, k in zip([dx, *layer.grads], kept[1:], strict=True))


def test_backward_twice_gives_the_same():
    for layer, x, dy in layers_and_inputs():
        layer.forward(x)
        first = [layer.backward(dy), *layer.grads]
        same([layer.backward(dy), *layer.grads], first)


def test_any_real_numbers_will_do():
    rnn, x, dh = rnn_and_data(dtype="float32")
    h = rnn.forward(x)
    assert h.dtype == np.float32
    same([rnn.forward(x.astype("float64")), rnn.forward(x.tolist())], [h, h], "float32")
    assert np.array_equal(rnn.forward(np.ones((1, 2, 2), int)), rnn.forward(np.ones((1, 2, 2))))
    assert np.array_equal(rnn.forward(x[:, ::-1])[:, :1], rnn.forward(x[:, ::-1].copy())[:, :1])
    rnn.forward(x)
    same([rnn.backward(dh.tolist())], [rnn.backward(dh)], "float32")


def test_an_overflow_inside_a_network_passes_on():
    """A network that diverges must show it in its loss: no error, no warning on the way."""
    model = Sequential([SimpleRNN(3, 2, "linear"), Last(), Dense(1, 3), Dense(1, 1)])
    for w in model.weights:
        w[...] = 1e20
    y = model.forward(np.ones((2, 4, 2)))
    assert not np.isfinite(y).any()
    assert not np.isfinite(model.backward(np.ones((2, 1)))).all()


# --- bad input ----------------------------------------------------------------------------------


@quick
@given(not_numbers | not_finite(3, 6, 4) | misshapen(lambda s: s == (3, 6, 4)))
def test_rnn_refuses_a_gradient(dh):
    rnn, x, _ = rnn_and_data()
    rnn.forward(x)
    refused("dh", rnn.backward, dh)
    assert rnn.grads == []


@pytest.mark.parametrize("layer", [SimpleRNN(1, 1), Dense(1, 1), Last(), Sequential([Dense(1, 1)])])
def test_backward_needs_a_forward(layer):
    with pytest.raises(RuntimeError, match="call forward before backward"):
        layer.backward(np.ones((1, 1, 1)))


@quick
@given(st.integers(0, 2), st.data())
def test_set_weights_refuses(i, data):
    rnn = SimpleRNN(4, 2)
    kept = rnn.get_weights()
    shape = kept[i].shape
    bad = data.draw(not_numbers | not_finite(*shape) | misshapen(lambda s: s == shape))
    weights = [w + 1 for w in kept]
    weights[i] = bad
    refused(f"weights[{i}]", rnn.set_weights, weights)
    refused("weights", rnn.set_weights, data.draw(st.sampled_from([None, "abc", 3, kept[0]])))
    refused("weights", rnn.set_weights, kept[:i])
    refused("weights", rnn.set_weights, [*kept, kept[0]])
    same(rnn.weights, kept, "float32")  # all or nothing


def test_a_layer_stands_once_in_a_network_however_deep():
    dense = Dense(2, 2, seed=0)
    for twice in (
        [dense, dense],
        [Sequential([dense]), dense],
        [dense, Sequential([Dense(2, 2), dense])],
    ):
        refused("layers", Sequential, twice)
    with pytest.raises(AttributeError):
        Sequential([dense]).layers.append(dense)


def test_a_copy_has_weights_of_its_own():
    for model in (SimpleRNN(3, 2, seed=0), Sequential([Dense(2, 2, seed=0)])):
        before = model.get_weights()
        other = copying.copy(model)
        other.set_weights([w + 1 for w in before])
        assert all(map(np.array_equal, model.get_weights(), before))
