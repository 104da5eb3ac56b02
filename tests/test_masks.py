"""Masks, pooling, both directions, words: as in Keras.

Padding leaves the state as it was and takes no gradient.
"""

import numpy as np
import pytest

from tests.helpers.arrays import DTYPES, normal, same, slope
from utils.layers import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    Embedding,
    Largest,
    Mean,
    Sequential,
    SimpleRNN,
)

CELLS = {
    "SimpleRNN": (SimpleRNN, {}),
    "LSTM": (LSTM, {}),
    "GRU": (GRU, {}),
    "GRU, reset before": (GRU, {"reset_after": False}),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
# at the end, in between, at the start, nowhere, everywhere
MASK = np.array([[1, 1, 1, 0, 0], [1, 0, 1, 0, 1], [0, 0, 1, 1, 1], [1] * 5, [0] * 5], bool)
SIZE = (5, 5, 2, 3)  # batch, timesteps, features, units


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def layer_and_data(cell, dtype="float64", **options):
    batch, timesteps, features, units = SIZE
    make, more = CELLS[cell]
    layer = make(units, features, seed=1, dtype=dtype, **more, **options)
    layer.b += normal(2, *layer.b.shape, dtype=dtype)
    x = normal(3, batch, timesteps, features, dtype=dtype)
    return layer, x, normal(4, batch, timesteps, units, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "linear"])
@every_cell
def test_equals_keras(tf, cell, activation, dtype):
    layer, x, dh = layer_and_data(cell, dtype, activation=activation)
    more = CELLS[cell][1]
    kind = getattr(tf.keras.layers, type(layer).__name__)
    theirs = kind(SIZE[3], activation=activation, return_sequences=True, dtype=dtype, **more)
    theirs.build(x.shape)
    theirs.set_weights(layer.get_weights())
    x_tf = tf.Variable(x)
    with tf.GradientTape() as tape:
        h_tf = theirs(x_tf, mask=tf.constant(MASK))
        loss = tf.reduce_sum(h_tf * dh)
    grads_tf = tape.gradient(loss, [x_tf, *theirs.trainable_variables])
    ours = [layer.forward(x, mask=MASK), layer.backward(dh), *layer.grads]
    same(ours, [h_tf, *grads_tf], dtype)


@pytest.mark.parametrize(
    "cell, units, mask, expected",
    [
        ("SimpleRNN", 4, [[1, 1, 0, 1], [1, 0, 0, 1]], [0.32951632, 0.61799484]),
        ("LSTM", 2, [[1, 1, 1, 0], [1, 1, 0, 0]], [0.11755939, 0.28556206]),
        ("GRU", 2, [[1, 1, 0, 1], [1, 0, 0, 1]], [0.19393763, 0.30818558]),
    ],
)
def test_equals_the_values_that_keras_is_tested_with(cell, units, mask, expected):
    layer = CELLS[cell][0](units, 3)
    values = zip((0.01, 0.02, 0.03), layer.get_weights(), strict=True)
    layer.set_weights([np.full_like(w, value) for value, w in values])
    if cell == "LSTM":
        layer.b[units : 2 * units] = 1  # the unit_forget_bias
    h = layer.forward(np.arange(24).reshape(2, 4, 3), mask=mask)
    np.testing.assert_allclose(h[:, -1], np.repeat(expected, units).reshape(2, -1), atol=1e-6)


@pytest.mark.parametrize("clamp", [None, 0.3])
@every_cell
def test_gradients_equal_finite_differences(cell, clamp):
    """From a first state, too, which padding at the start hands on."""
    gated = cell != "SimpleRNN"
    layer, x, dh = layer_and_data(cell, **({"recurrent_activation": "tanh"} if gated else {}))
    options = {"mask": MASK, "h_0": normal(5, 5, 3)}
    if gated and clamp:
        options["clamp"] = {layer.order[0]: clamp}

    def loss():
        return float(np.sum(layer.forward(x, **options) * dh))

    loss()
    gradients = [layer.backward(dh), *layer.grads]
    for i, (w, gradient) in enumerate(zip([x, *layer.weights], gradients, strict=True)):
        direction = normal(6 + i, *w.shape)
        assert slope(loss, w, direction) == pytest.approx(np.sum(gradient * direction), rel=1e-7)


@every_cell
def test_padding_leaves_the_state_and_hears_nothing(cell):
    layer, x, dh = layer_and_data(cell)
    h_0 = normal(5, 5, 3)
    h = layer.forward(x, h_0, mask=MASK)
    dx = layer.backward(dh)
    before = np.concatenate([h_0[:, None], h[:, :-1]], axis=1)
    assert np.array_equal(h[~MASK], before[~MASK]) and not dx[~MASK].any()
    assert np.array_equal(layer.forward(np.where(MASK[..., None], x, 9.0), h_0, mask=MASK), h)
    assert not np.array_equal(layer.forward(x, h_0), h)


@every_cell
def test_padding_at_the_end_is_as_good_as_none(cell):
    """The last state of each sequence, and the gradients, are those of the sequences alone."""
    layer, x, _ = layer_and_data(cell)
    lengths, dh = [1, 5, 3, 2, 4], np.zeros((5, 5, 3))
    dh[:, -1] = normal(7, 5, 3)
    h = layer.forward(x, mask=np.arange(5) < np.reshape(lengths, (5, 1)))
    dx, grads = layer.backward(dh), layer.grads
    alone = [np.zeros_like(g) for g in grads]
    for i, n in enumerate(lengths):
        np.testing.assert_allclose(layer.forward(x[i : i + 1, :n])[0, -1], h[i, -1], rtol=1e-12)
        dx_alone = layer.backward(dh[i : i + 1, 5 - n :])
        np.testing.assert_allclose(dx_alone[0], dx[i, :n], rtol=1e-9, atol=1e-12)
        alone = [a + g for a, g in zip(alone, layer.grads, strict=True)]
    same(grads, alone)


@pytest.mark.parametrize("everything", [None, np.ones((5, 5), bool), np.ones((5, 5))])
@every_cell
def test_a_mask_that_hides_nothing_changes_nothing(cell, everything):
    layer, x, dh = layer_and_data(cell)
    expected = [layer.forward(x), layer.backward(dh), *layer.grads]
    ours = [layer.forward(x, mask=everything), layer.backward(dh), *layer.grads]
    assert all(np.array_equal(a, b) for a, b in zip(ours, expected, strict=True))


@every_cell
def test_what_a_mask_may_be(cell):
    layer, x, _ = layer_and_data(cell)
    with pytest.raises(ValueError, match=r"mask must have shape \(5, 5\), got \(5, 4\)"):
        layer.forward(x, mask=MASK[:, :4])
    with pytest.raises(ValueError, match="mask must be True or False at each step, got"):
        layer.forward(x, mask=MASK * 0.5)
    with pytest.raises(TypeError, match="mask must be an array of real numbers, got 'no'"):
        layer.forward(x, mask="no")


# --- what stands around a recurrent layer -------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("masked", [False, True])
def test_a_network_that_reads_words_both_ways_equals_keras(tf, masked, dtype):
    keras = tf.keras.layers
    mask = MASK[:4] if masked else None
    words, dy = np.random.default_rng(0).integers(0, 6, (4, 5)), normal(1, 4, 2, dtype=dtype)
    embedding = keras.Embedding(6, 2, dtype=dtype)
    both = keras.Bidirectional(keras.LSTM(3, return_sequences=True, dtype=dtype), dtype=dtype)
    dense = keras.Dense(2, dtype=dtype)
    mean = keras.GlobalAveragePooling1D(dtype=dtype)

    def theirs():
        mask_tf = None if mask is None else tf.constant(mask)
        return dense(mean(both(embedding(words), mask=mask_tf), mask=mask_tf))

    theirs()
    cells = [LSTM(3, 2, dtype=dtype), LSTM(3, 2, dtype=dtype)]
    ours = Sequential(
        [Embedding(2, 6, dtype=dtype), Bidirectional(*cells), Mean(), Dense(2, 6, dtype=dtype)]
    )
    weights = [w for layer in (embedding, both, dense) for w in layer.trainable_variables]
    ours.set_weights([w.numpy() for w in weights])
    with tf.GradientTape() as tape:
        y_tf = theirs()
        loss = tf.reduce_sum(y_tf * dy)
    grads_tf = [tf.convert_to_tensor(g) for g in tape.gradient(loss, weights)]
    y = ours.forward(words, mask=mask)
    assert not ours.backward(dy).any()  # words have no gradient
    same([y, *ours.grads], [y_tf, *grads_tf], dtype)


@pytest.mark.parametrize("pool", [Mean, Largest])
def test_pooling_hears_what_the_mask_leaves(pool):
    h, mask, layer = normal(0, 4, 5, 3), MASK[:4], pool()
    by_hand = np.mean if pool is Mean else np.max
    y = layer.forward(h, mask=mask)
    expected = [by_hand(each[heard], axis=0) for each, heard in zip(h, mask, strict=True)]
    np.testing.assert_allclose(y, expected)
    dy, direction = normal(1, 4, 3), normal(2, *h.shape)
    dh = layer.backward(dy)
    numeric = slope(lambda: np.sum(layer.forward(h, mask=mask) * dy), h, direction)
    assert numeric == pytest.approx(np.sum(dh * direction)) and not dh[~mask].any()
    np.testing.assert_allclose(layer.forward(h), by_hand(h, axis=1))
    with pytest.raises(ValueError, match="mask must leave a step of each sequence"):
        layer.forward(h, mask=mask & False)


def test_reading_backwards_begins_at_the_last_true_step():
    """With padding at the end: as reading each sequence alone, cut to its length."""
    there, back = SimpleRNN(2, 3, seed=0), GRU(4, 3, seed=1)
    layer, x, lengths = Bidirectional(there, back), normal(0, 2, 5, 3), [3, 5]
    h = layer.forward(x, mask=np.arange(5) < np.reshape(lengths, (2, 1)))
    for i, n in enumerate(lengths):
        np.testing.assert_allclose(h[i, :n], layer.forward(x[i : i + 1, :n])[0], rtol=1e-5)
    first = back.forward(x[:1, 2::-1])[0, -1]
    np.testing.assert_allclose(h[0, 0, 2:], first, rtol=1e-5)
    with pytest.raises(
        ValueError, match="back must be another layer, of input_size 3, got the same"
    ):
        Bidirectional(there, there)
