"""Attention against Keras's, against differences, and what its masks and positions promise."""

import numpy as np
import pytest

from tests.helpers.bad_input import refused
from utils import attention
from utils.attention import Block, LayerNorm, MultiHeadAttention, attend, attend_backward, causal
from utils.training import check_gradients

RNG = np.random.default_rng(10)
Q, K, V = RNG.normal(size=(3, 4, 6)), RNG.normal(size=(3, 5, 6)), RNG.normal(size=(3, 5, 2))
MASK = RNG.integers(0, 2, (3, 4, 5)).astype(bool) | np.eye(4, 5, dtype=bool)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def close(ours, theirs):
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=2e-6, rtol=2e-5)


@pytest.mark.parametrize("mask", [None, np.array([[1, 1, 1, 0, 0]] * 3, bool)])
def test_dot_product_and_additive_are_keras_s(keras, mask):
    given = [a.astype("float32") for a in (Q, V[:, :, [0] * 6] * K, K)]
    masks = None if mask is None else [None, mask]
    ours = None if mask is None else mask[:, None]
    layer = keras.layers.Attention(use_scale=False)
    context, weights = layer(given, mask=masks, return_attention_scores=True)
    q, v, k = given
    for mine, theirs in zip(attend(q, k, v, ours, scale=1), (context, weights), strict=True):
        close(mine, theirs)
    layer = keras.layers.AdditiveAttention()
    layer.build([a.shape for a in given])
    w = RNG.normal(size=6).astype("float32")
    layer.set_weights([w])
    context, weights = layer(given, mask=masks, return_attention_scores=True)
    pairs = zip(attention.attend_additive(q, k, v, w, ours), (context, weights), strict=True)
    for mine, theirs in pairs:
        close(mine, theirs)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_several_heads_are_keras_s(keras, heads):
    units, x, m = 8, RNG.normal(size=(3, 4, 8)), RNG.normal(size=(3, 5, 8))
    ours = MultiHeadAttention(units, heads, seed=heads)
    ours.set_weights([RNG.normal(size=w.shape) for w in ours.weights])
    theirs = keras.layers.MultiHeadAttention(heads, units // heads)
    theirs.build(x.shape, m.shape)
    theirs.set_weights([w.reshape(v.shape) for w, v in zip(
        ours.weights, [np.asarray(v) for v in theirs.weights], strict=True)])  # fmt: skip
    x, m = x.astype("float32"), m.astype("float32")
    y, weights = theirs(x, m, attention_mask=MASK, return_attention_scores=True)
    close(ours.forward(x, m, MASK), y)
    close(ours.attention_weights, weights)
    close(ours.forward(x, mask=causal(4)), theirs(x, x, use_causal_mask=True))


def test_the_norm_is_keras_s(keras):
    x, layer = RNG.normal(3, 2, size=(3, 4, 6)).astype("float32"), LayerNorm(6)
    layer.set_weights(RNG.normal(size=(2, 6)).tolist())
    theirs = keras.layers.LayerNormalization()
    theirs.build(x.shape)
    theirs.set_weights(layer.get_weights())
    close(layer.forward(x), theirs(x))


def gradients_of(layer, loss, grads):
    return check_gradients(loss, [*layer.weights], [*grads])


@pytest.mark.parametrize("mask", [None, MASK])
def test_the_functions_gradients(mask):
    q, k, v, direction = Q.copy(), K.copy(), V.copy(), RNG.normal(size=(3, 4, 2))
    _, weights = attend(q, k, v, mask)
    grads = attend_backward(direction, q, k, v, weights)
    rows = check_gradients(
        lambda: float(np.sum(attend(q, k, v, mask)[0] * direction)), [q, k, v], [*grads]
    )
    assert all(row.ok for row in rows), rows


@pytest.mark.parametrize("looks", [False, True])
def test_the_block_s_gradients(looks):
    block = Block(4, 2, 3, looks=looks, seed=1, dtype="float64")
    for w in block.weights:
        w += 0.3 * RNG.normal(size=w.shape)
    x, m, direction = RNG.normal(size=(2, 4, 4)), RNG.normal(size=(2, 5, 4)), RNG.normal(size=32)
    more = {"memory": m, "memory_mask": MASK[:2]} if looks else {}

    def loss():
        return float(block.forward(x, causal(4), **more).ravel() @ direction)

    loss()
    back = block.backward(direction.reshape(2, 4, 4))
    inputs = zip((x, m), back, strict=True) if looks else [(x, back)]
    # a key's bias moves all scores of a query alike: its gradient is 0 but for rounding
    kept = [k for k, g in enumerate(block.grads) if np.abs(g).max() > 1e-12]
    assert len(block.grads) - len(kept) == 1 + looks
    rows = check_gradients(
        loss,
        [*(block.weights[k] for k in kept), *(a for a, _ in inputs)],
        [*(block.grads[k] for k in kept), *(back if looks else [back])],
    )
    assert all(row.ok for row in rows), rows


def test_what_is_masked_counts_for_nothing():
    _, weights = attend(Q, K, V, MASK)
    assert np.all(weights[~MASK] == 0) and np.allclose(weights.sum(axis=-1), 1)
    changed = np.where(MASK[0, 0][:, None], K[:1], 99.0)
    np.testing.assert_allclose(attend(Q[:1, :1], changed, V[:1], MASK[:1, :1])[0],
                               attend(Q[:1, :1], K[:1], V[:1], MASK[:1, :1])[0])  # fmt: skip
    nothing, weights = attend(Q, K, V, np.zeros_like(MASK))
    assert not nothing.any() and not weights.any()  # and no NaN
    assert np.isfinite(attend(1e6 * Q, K, V)[0]).all()


def test_without_positions_order_is_lost_and_with_a_causal_mask_the_future():
    block, x = Block(8, 2, 16, seed=0, dtype="float64"), RNG.normal(size=(1, 6, 8))
    order = RNG.permutation(6)
    np.testing.assert_allclose(block.forward(x[:, order]), block.forward(x)[:, order], atol=1e-12)
    placed = attention.positions(6, 8)
    there, here = block.forward(x[:, order] + placed), block.forward(x + placed)
    assert not np.allclose(there, here[:, order], atol=0.01)
    before = block.forward(x, causal(6))[:, :3]
    x[:, 3:] = 7
    np.testing.assert_allclose(block.forward(x, causal(6))[:, :3], before, atol=1e-12)


def test_positions_are_told_apart_and_a_step_is_a_rotation():
    table = attention.positions(50, 16)
    apart = np.linalg.norm(table[:, None] - table, axis=2) + 9 * np.eye(50)
    assert apart.min() > 0.5 and table.shape == (50, 16)
    assert np.allclose(table[0], [0, 1] * 8) and np.isclose(table[3, 0], np.sin(3))
    turn = np.linalg.lstsq(table[:-1], table[1:], rcond=None)[0]  # one matrix for every step
    np.testing.assert_allclose(table[:-1] @ turn, table[1:], atol=1e-8)


def test_linear_attention_is_the_parabola_as_a_loop():
    q, k, v = RNG.normal(size=(2, 7, 3)), RNG.normal(size=(2, 7, 3)), RNG.normal(size=(2, 7, 4))
    phi = [np.where(a > 0, a + 1, np.exp(a)) for a in (q, k)]
    scores = phi[0] @ phi[1].swapaxes(1, 2) * causal(7)
    weights = scores / scores.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(attention.attend_linear(q, k, v), weights @ v, atol=1e-12)


def test_layers_refuse_what_does_not_fit():
    refused("units", MultiHeadAttention, 6, 4)
    layer = MultiHeadAttention(4, 2, seed=0)
    x = np.ones((2, 3, 4))
    refused("mask", layer.forward, x, None, np.ones((2, 3)))
    refused("mask", layer.forward, x, None, np.full((2, 3, 3), 0.5))
    refused("memory", layer.forward, x, np.ones((1, 3, 4)))
    refused("memory", Block(4, 2, 3, looks=True).forward, x)
    refused("memory", Block(4, 2, 3).forward, x, None, x)
    with pytest.raises(RuntimeError, match="call forward before backward"):
        Block(4, 2, 3).backward(x)
