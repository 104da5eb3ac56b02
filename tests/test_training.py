"""Losses, clipping, optimisers, the loop and the gradient check; Keras is the yardstick."""

import itertools
import warnings
from fractions import Fraction

import numpy as np
import pytest

from tests.helpers.bad_input import (
    refused,
)
from utils.data import remember_first
from utils.layers import Dense, Last, Sequential, SimpleRNN
from utils.training import (
    SGD,
    Adam,
    accuracy,
    binary_cross_entropy,
    check_gradients,
    class_accuracy,
    clip_by_norm,
    clip_by_value,
    cosine_decay,
    cross_entropy,
    global_norm,
    minibatches,
    mse,
    numeric_gradient,
    softmax,
    train,
)
from utils.words import number


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def network(units=5, features=1, outputs=1, activation="tanh", dtype="float64"):
    rnn = SimpleRNN(units, features, activation, seed=0, dtype=dtype)
    return Sequential([rnn, Last(), Dense(outputs, units, seed=1, dtype=dtype)])


# --- losses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype, rtol", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("shape", [(1, 1), (6, 1), (4, 3), (2, 5, 3)])
@pytest.mark.parametrize("name", ["mse", "binary_cross_entropy"])
def test_losses_equal_keras(tf, name, shape, dtype, rtol):
    y, target = (3 * normal(0, *shape)).astype(dtype), normal(1, *shape).astype(dtype)
    if name == "mse":
        ours, theirs = mse, tf.keras.losses.MeanSquaredError(dtype=dtype)
    else:
        target = (target > 0).astype(dtype)
        ours, theirs = (
            binary_cross_entropy,
            tf.keras.losses.BinaryCrossentropy(from_logits=True, dtype=dtype),
        )
    with tf.GradientTape() as tape:
        y_tf = tf.Variable(y)
        loss_tf = theirs(target, y_tf)
    loss, dy = ours(y, target)
    assert isinstance(loss, float) and loss == pytest.approx(float(loss_tf), rel=rtol)
    assert dy.dtype == dtype
    np.testing.assert_allclose(dy, tape.gradient(loss_tf, y_tf), rtol=10 * rtol, atol=rtol)


def test_cross_entropy_takes_any_logit():
    with np.errstate(all="raise", under="ignore"):
        loss, dy = binary_cross_entropy(np.array([[-1000.0], [1000.0]]), [[0], [1]])
        assert loss == 0 and not dy.any()
        loss, dy = binary_cross_entropy(np.array([[-1000.0], [1000.0]]), [[1], [0]])
    assert loss == 1000 and dy.tolist() == [[-0.5], [0.5]]


@pytest.mark.parametrize("dtype, rtol", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("shape", [(1, 2), (5, 9), (2, 3, 4), (3, 1)])
def test_softmax_and_its_cross_entropy_equal_keras(tf, shape, dtype, rtol):
    y = (3 * normal(0, *shape)).astype(dtype)
    target = np.random.default_rng(1).integers(0, shape[-1], shape[:-1])
    with tf.GradientTape() as tape:
        y_tf = tf.Variable(y)
        losses = tf.keras.losses.sparse_categorical_crossentropy(target, y_tf, from_logits=True)
        loss_tf = tf.reduce_mean(losses)
    loss, dy = cross_entropy(y, target)
    assert isinstance(loss, float) and loss == pytest.approx(float(loss_tf), rel=rtol, abs=rtol)
    assert dy.dtype == dtype
    np.testing.assert_allclose(dy, tape.gradient(loss_tf, y_tf), rtol=10 * rtol, atol=rtol)
    np.testing.assert_allclose(softmax(y), tf.nn.softmax(y), rtol=10 * rtol, atol=rtol)


def test_softmax_takes_any_logit():
    with np.errstate(all="raise", under="ignore"):
        assert softmax([1000.0, 1000.0, -1000.0]).tolist() == [0.5, 0.5, 0]
        loss, dy = cross_entropy([[1000.0, -1000.0], [0.0, 0.0]], [1, 0])
    assert loss == pytest.approx(1000 + np.log(2) / 2) and dy.tolist() == [
        [0.5, -0.5],
        [-0.25, 0.25],
    ]


def test_the_gradient_of_cross_entropy_is_its_slope():
    y, target = normal(0, 4, 3), [2, 0, 1, 1]
    numeric = numeric_gradient(lambda: cross_entropy(y, target)[0], y)
    np.testing.assert_allclose(cross_entropy(y, target)[1], numeric, atol=1e-9)


def test_accuracy_among_classes():
    y = [[2.0, 1, 0], [0, 1, 2], [0, 2, 1], [np.nan, 0, 0]]
    assert class_accuracy(y, [0, 1, 1, 0]) == 0.5


@pytest.mark.parametrize("target", [[-1, 0], [0, 2], [0.5, 1], [[0, 1]], [0]])
def test_classes_are_whole_numbers_that_are_there(target):
    refused("target", cross_entropy, np.zeros((2, 2)), target)
    refused("target", class_accuracy, np.zeros((2, 2)), target)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_the_cross_entropy_of_a_diverged_network_says_so(value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(cross_entropy([[value, 1.0]], [1])[0])


def test_losses_of_whole_numbers_are_not_rounded():
    assert mse([1, 2], [0.5, 2.5])[0] == 0.25
    assert mse(np.array([1, 2]), [0.5, 2.5])[1].tolist() == [0.5, -0.5]


def test_accuracy():
    assert accuracy([[2.0], [-1.0], [0.5], [-3.0]], [[1], [0], [0], [0]]) == 0.75


def test_losses_leave_their_arguments_alone():
    y, target = normal(0, 4, 1), np.ones((4, 1))
    kept = y.copy()
    for loss in (mse, binary_cross_entropy):
        loss(y, target)[1][...] = 9
    assert np.array_equal(y, kept) and (target == 1).all()


@pytest.mark.parametrize("target", [[2.0], [-0.1]])
def test_cross_entropy_refuses_targets_outside_0_to_1(target):
    refused("target", binary_cross_entropy, [0.0], target)


@pytest.mark.parametrize("loss", [mse, binary_cross_entropy])
@pytest.mark.parametrize("value", [np.inf, np.nan, -np.inf])
def test_the_loss_of_a_diverged_network_says_so(loss, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(loss(np.array([value, 1.0]), [1, 0])[0])


# --- clipping -----------------------------------------------------------------------------------


def test_clipping_by_norm():
    grads = [np.array([[3.0, 0.0]]), np.array([4.0])]
    assert global_norm(grads) == 5
    half = clip_by_norm(grads, 2.5)
    assert half[0].tolist() == [[1.5, 0]] and half[1].tolist() == [2]
    assert clip_by_norm(grads, 5)[0].tolist() == clip_by_norm(grads, 6)[0].tolist() == [[3, 0]]
    assert grads[0].tolist() == [[3, 0]]
    assert global_norm([np.full(4, 1e30, "float32")]) == pytest.approx(2e30)  # no overflow
    assert clip_by_norm([np.zeros(3)], 1)[0].tolist() == [0, 0, 0]
    assert clip_by_norm([np.full(3, 9, "float32")], 1)[0].dtype == "float32"


def test_clipping_by_value():
    grads = [np.array([[3.0, -0.5]]), np.array([-4.0])]
    clipped = clip_by_value(grads, 1)
    assert clipped[0].tolist() == [[1, -0.5]] and clipped[1].tolist() == [-1]
    assert grads[0].tolist() == [[3, -0.5]]


# --- optimisers ---------------------------------------------------------------------------------


def by_norm_each(grads, limit):
    """Keras's `clipnorm`: each gradient by its own norm."""
    return [clip_by_norm([g], limit)[0] for g in grads]


@pytest.mark.parametrize("dtype, rtol", [("float32", 2e-5), ("float64", 1e-12)])
@pytest.mark.parametrize(
    "option, clip",
    [
        ({}, None),
        ({"clipvalue": 0.5}, clip_by_value),
        ({"clipnorm": 0.5}, by_norm_each),
        ({"global_clipnorm": 0.5}, clip_by_norm),
    ],
)
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_trajectories_equal_keras(tf, name, option, clip, dtype, rtol):
    numbers = {"learning_rate": 2**-5}
    if name == "Adam" and dtype == "float64":  # Keras keeps them in float32: choose exact ones
        numbers |= {"beta_1": 0.875, "beta_2": 0.96875, "epsilon": 2**-23}
    theirs = getattr(tf.keras.optimizers, name)(**numbers, **option)
    ours = {"SGD": SGD, "Adam": Adam}[name](**numbers)
    weights = [normal(i, *shape).astype(dtype) for i, shape in enumerate([(2, 3), (3, 3), (3,)])]
    variables = [tf.Variable(w) for w in weights]
    for step in range(20):
        grads = [(normal(step, *w.shape) * 3.0 ** -(step % 4)).astype(dtype) for w in weights]
        kept = [g.copy() for g in grads]
        theirs.apply_gradients(zip([tf.constant(g) for g in grads], variables, strict=True))
        ours.step(weights, clip(grads, *option.values()) if clip else grads)
        assert all(np.array_equal(g, k) for g, k in zip(grads, kept, strict=True))
        for w, variable in zip(weights, variables, strict=True):
            assert w.dtype == dtype
            np.testing.assert_allclose(w, variable.numpy(), rtol=rtol, atol=rtol)


def test_adam_can_be_slowed_down_on_the_way():
    w, adam = np.zeros(1), Adam(0.1)
    adam.step([w], [np.ones(1)])
    adam.learning_rate = 0.01
    before = w.copy()
    adam.step([w], [np.ones(1)])
    assert (before - w)[0] == pytest.approx(0.01, rel=1e-5)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_rate_is_a_number_above_zero_on_the_way_too(kind):
    optimizer = kind(1)
    for bad in (0, -1, np.nan, "0.1", None, True):
        refused("learning_rate", setattr, optimizer, "learning_rate", bad)
    assert optimizer.learning_rate == 1 and isinstance(optimizer.learning_rate, float)
    optimizer.step([], [])  # of a network that has nothing to learn


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_step_that_is_refused_changes_nothing(kind):
    weights, step = [np.ones((2, 3)), np.ones(3)], kind().step
    for wrong in ([[1.0]], np.ones((3, 2)), np.ones((2, 3)) * 1j, None):
        refused("grads[0]", step, weights, [wrong, np.ones(3)])
    refused("grads", step, weights, [np.ones((2, 3))])
    refused("weights[0]", step, [[1.0]], [np.ones(1)])
    refused("grads[1]", clip_by_norm, [np.ones(3), None], 1)
    refused("target", minibatches, np.ones((4, 3, 1)), np.ones((3, 1)), 2)
    assert (weights[0] == 1).all() and (weights[1] == 1).all()


def test_adam_refuses_another_network():
    adam = Adam()
    adam.step([np.ones(3)], [np.ones(3)])
    refused("weights", adam.step, [np.ones(1)], [np.ones(1)])


# --- the loop -----------------------------------------------------------------------------------


@pytest.mark.parametrize("samples, batch_size", [(10, 4), (8, 4), (3, 5), (1, 1), (7, 1)])
def test_minibatches_show_every_sample_once_an_epoch(samples, batch_size):
    x = np.arange(samples, dtype=float).reshape(-1, 1, 1)
    drawn = list(minibatches(x, 10 * x[:, 0], batch_size, epochs=3, seed=1))
    per_epoch = -(-samples // batch_size)
    assert len(drawn) == 3 * per_epoch
    orders = []
    for epoch in range(3):
        batches = drawn[epoch * per_epoch : (epoch + 1) * per_epoch]
        assert all(len(b) == batch_size for b, _ in batches[:-1])
        for b, target in batches:
            assert b.shape[1:] == (1, 1) and np.array_equal(10 * b[:, 0], target)
        orders.append(np.concatenate([b.ravel() for b, _ in batches]).tolist())
        assert sorted(orders[-1]) == x.ravel().tolist()
    if samples > 6:
        assert orders[0] != orders[1] != orders[2]
        again = list(minibatches(x, x, batch_size, epochs=3, seed=1))
        other = list(minibatches(x, x, batch_size, epochs=3, seed=2))
        assert all(np.array_equal(a[0], b[0]) for a, b in zip(drawn, again, strict=True))
        assert not all(np.array_equal(a[0], b[0]) for a, b in zip(drawn, other, strict=True))


class Recorder:
    """A model and an optimiser in one, which writes down what train does with it."""

    def __init__(self, losses):
        self.losses, self.calls, self.weights, self.grads = list(losses), [], [np.zeros(2)], None

    def forward(self, x):
        self.calls.append(("forward", x))
        return x

    def loss(self, y, target):
        self.calls.append(("loss", target))
        return self.losses.pop(0), "dy"

    def backward(self, dy):
        self.calls.append(("backward", dy))
        self.grads = ["grads"]

    def step(self, weights, grads):
        assert weights is self.weights
        self.calls.append(("step", *grads))


def test_train_takes_one_step_a_batch():
    r = Recorder([3.0, 2.0])
    losses = train(r, [(1, 10), (2, 20)], r.loss, r)
    assert losses.tolist() == [3, 2]
    steps = [("backward", "dy"), ("step", "grads")]
    assert r.calls[:4] == [("forward", 1), ("loss", 10), *steps]
    assert r.calls[4:] == [("forward", 2), ("loss", 20), *steps]


def test_train_clips():
    r = Recorder([3.0])
    train(r, [(1, 10)], r.loss, r, clip=lambda grads: ["clipped", *grads])
    assert r.calls[-1] == ("step", "clipped", "grads")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_train_stops_at_a_loss_that_is_not_finite(value):
    r = Recorder([3.0, value, 1.0])
    losses = train(r, [(1, 10), (2, 20), (3, 30)], r.loss, r)
    np.testing.assert_array_equal(losses, [3, value])
    assert r.calls[-1] == ("loss", 20)


@pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD(1e12), Adam(1e12)])
@pytest.mark.parametrize("clip", [None, lambda grads: clip_by_norm(grads, 1e30)])
def test_a_training_that_diverges_stops_without_a_warning(activation, dtype, optimizer, clip):
    x, target = remember_first(64, 30)
    optimizer = type(optimizer)(optimizer.learning_rate)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batches = minibatches(1e3 * x, target, 8, epochs=40)
        losses = train(network(activation=activation, dtype=dtype), batches, mse, optimizer, clip)
    if activation != "tanh":
        assert len(losses) < 320 and not np.isfinite(losses[-1])
    assert np.isfinite(losses[:-1]).all()


def test_training_equals_keras(tf):
    ours = network(6, 2, dtype="float32")
    layers = tf.keras.layers
    theirs = tf.keras.Sequential([layers.Input((5, 2)), layers.SimpleRNN(6), layers.Dense(1)])
    theirs.set_weights(ours.get_weights())
    theirs.compile(tf.keras.optimizers.Adam(0.01, global_clipnorm=0.1), "mse")
    x, target = normal(0, 32, 5, 2), normal(1, 32, 1)
    batches = list(minibatches(x, target, 12, epochs=4))

    def clip(grads):
        return clip_by_norm(grads, 0.1)

    losses = train(ours, batches, mse, Adam(0.01), clip)
    losses_keras = [float(theirs.test_on_batch(*batches[0]))]
    for batch in batches:
        theirs.train_on_batch(*batch)
    np.testing.assert_allclose(losses[0], losses_keras[0], rtol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_a_network_learns_to_remember():
    model = network(16, dtype="float32")
    batches = minibatches(*remember_first(960, 10), 32, epochs=8)
    losses = train(model, batches, binary_cross_entropy, Adam(0.01))
    assert losses[0] > 0.4 and losses[-20:].mean() < 0.1
    x, target = remember_first(500, 10, seed=1)
    assert accuracy(model.forward(x), target) > 0.97


@pytest.mark.parametrize("batches", [[np.ones((2, 3))], [(1, 2, 3)], [5], ["ab"], [None]])
def test_train_refuses_what_is_no_pair(batches):
    refused("batches", train, network(), batches, mse, SGD())


def test_train_refuses_bad_data():
    x, target = remember_first(4, 3)
    x[2, 1] = np.nan
    refused("x", train, network(), [(x, target)], mse, SGD())
    target[1] = np.nan
    refused("target", train, network(), [(np.ones((4, 3, 1)), target)], mse, SGD())


# --- the gradient check -------------------------------------------------------------------------


def checked_network():
    """A loss to check, the weights it depends on, and their right gradients."""
    model, x, target = network(4, 3, 2), normal(0, 5, 6, 3), normal(1, 5, 2)
    model.backward(mse(model.forward(x), target)[1])
    return lambda: mse(model.forward(x), target)[0], model.weights, model.grads


def test_right_gradients_pass():
    loss, weights, grads = checked_network()
    kept = [w.copy() for w in weights]
    rows = check_gradients(loss, weights, grads, ["W_x", "W_h", "b", "W_y", "b_y"])
    assert [row.name for row in rows] == ["W_x", "W_h", "b", "W_y", "b_y"]
    assert all(row.ok and row.error < 1e-7 and row.cosine > 0.999999 for row in rows)
    assert str(rows[0]) == "W_x   ok      relative error below 10⁻⁶"
    assert all(np.array_equal(w, k) for w, k in zip(weights, kept, strict=True))


def one_entry(g):
    g = g.copy()
    g.flat[0] += 1e-4 * np.linalg.norm(g)
    return g


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize(
    "lie, error",
    [
        (lambda g: -g, 1),
        (lambda g: 2 * g, 1 / 3),
        (lambda g: 1.00001 * g, 5e-6),
        (np.zeros_like, 1),
        (lambda g: np.full_like(g, np.nan), np.nan),
        (lambda g: np.full_like(g, 1e100), 1),
        (one_entry, 5e-5),
    ],
)
def test_a_planted_lie_is_found_and_no_other(which, lie, error):
    loss, weights, grads = checked_network()
    grads[which] = lie(grads[which])
    with np.errstate(over="ignore"):
        rows = check_gradients(loss, weights, grads)
    assert [row.ok for row in rows] == [i != which for i in range(5)]
    assert rows[which].error == pytest.approx(error, rel=1e-2, nan_ok=True)
    assert str(rows[which]).startswith(f"weights[{which}] WRONG")


def test_a_transposed_gradient_is_found():
    loss, weights, grads = checked_network()
    grads[1] = grads[1].T
    assert [row.ok for row in check_gradients(loss, weights, grads)] == [1, 0, 1, 1, 1]


def test_zero_gradients():
    """Of a weight without influence: zero is right, anything else wrong."""
    used, unused = np.ones(2), np.ones((2, 2))

    def loss():
        return float(np.sum(used**2))

    rows = check_gradients(loss, [used, unused], [2 * used, np.zeros((2, 2))])
    assert all(row.ok for row in rows) and rows[1].error == 0 and rows[1].cosine == 0
    rows = check_gradients(loss, [used, unused], [2 * used, np.full((2, 2), 1e-9)])
    assert [row.ok for row in rows] == [True, False] and rows[1].error == 1


@pytest.mark.parametrize("eps", [1e-13, 1e-14, 1e-15, 1e-16])
@pytest.mark.parametrize("lie", [lambda g: g, lambda g: 2 * g, lambda g: -g, np.zeros_like])
def test_nothing_is_right_where_every_difference_is_rounding(lie, eps):
    loss, weights, grads = checked_network()
    rows = check_gradients(loss, weights, list(map(lie, grads)), eps=eps)
    assert not any(row.ok for row in rows) or eps == 1e-13 and lie(1) == 1
    assert any(
        "WRONG" in str(row) or f"eps = {number(eps)} is too small" in str(row) for row in rows
    )
    refused("eps", check_gradients, loss, weights, grads, eps=1e-30)
    refused("eps", check_gradients, lambda: 0.0, [np.full(1, 1e12)], [np.zeros(1)])


def test_what_is_right_is_told_no_better_than_it_shows():
    """Beside a million, the loss of the network has six digits less."""
    loss, weights, grads = checked_network()
    rows = check_gradients(lambda: 1e6 + loss(), weights, grads)
    assert all(row.ok and row.remark.endswith(("10⁻⁵", "10⁻⁴", "10⁻³")) for row in rows)
    assert "10⁻⁶" not in str(rows[0])
    rows = check_gradients(lambda: 1e6 + loss(), weights, [1.05 * g for g in grads])
    assert not any(row.ok for row in rows)
    rows = check_gradients(lambda: 1e9 + loss(), weights, grads)
    assert all("lost in the rounding" in str(row) for row in rows)


def test_a_large_weight_moves_by_what_it_moves():
    w = np.array([1e6, 3e5])
    (row,) = check_gradients(lambda: 1e-6 * float(w @ w), [w], [2e-6 * w])
    assert row.ok


def test_copies_handed_over_are_told():
    loss, weights, grads = checked_network()
    for row in check_gradients(loss, [w.copy() for w in weights], grads):
        assert not row.ok and "UNKNOWN" in str(row) and "hand over the array" in str(row)
    one = [weights[0].copy(), *weights[1:]]
    first, *others = check_gradients(loss, one, grads)
    assert "never changes the loss" in str(first) and all(row.ok for row in others)


def test_gradients_in_another_order_are_told():
    a, b = np.array([1.0, 2]), np.array([3.0, 4])

    def loss():
        return float(a @ a * (b @ b))

    right = [2 * a * (b @ b), 2 * b * (a @ a)]
    assert all(row.ok for row in check_gradients(loss, [a, b], right, ["a", "b"]))
    rows = check_gradients(loss, [a, b], right[::-1], ["a", "b"])
    assert str(rows[0]).endswith(": it is the gradient of b")
    assert str(rows[1]).endswith(": it is the gradient of a")


def test_losses_whose_differences_say_nothing_are_refused():
    loss, weights, grads = checked_network()
    rng, calls = np.random.default_rng(0), []

    def drifts():
        calls.append(1)
        return loss() + 1e-9 * max(0, len(calls) - 5)

    for bad in (lambda: loss() * (1 + 1e-6 * rng.normal()), drifts):
        refused("loss()", check_gradients, bad, weights, grads)
    for bad in (lambda: np.float32(loss()), lambda: float(np.float32(loss()))):
        refused("loss()", check_gradients, bad, weights, grads)
    refused("weights[1]", check_gradients, loss, [weights[0], weights[0]], [grads[0], grads[0]])
    refused("weights[1]", check_gradients, loss, [weights[0], weights[0][:1]],
            [grads[0], grads[0][:1]])  # fmt: skip
    weights[0].flags.writeable = False
    refused("weights[0]", check_gradients, loss, weights, grads)
    refused("w", numeric_gradient, loss, np.array([1, 2]))


def test_rounding_is_no_error():
    """log-sum-exp minus its own shift: a gradient of zero whose differences are noise."""
    noise = []
    for seed in range(30):
        scores, w = normal(seed, 50), normal(seed + 100, 1)

        def loss(scores=scores, w=w):
            return float(np.log(np.sum(np.exp(scores + w))) - w[0])

        noise.append(numeric_gradient(loss, w)[0])
        assert check_gradients(loss, [w], [np.zeros(1)])[0].ok
    assert np.abs(noise).max() > 1e-12


def test_numeric_gradient_is_exact_for_a_parabola_and_puts_back():
    w = normal(0, 2, 3)
    kept = w.copy()
    np.testing.assert_allclose(numeric_gradient(lambda: np.sum(w**2), w), 2 * w, rtol=1e-8)
    assert np.array_equal(w, kept)

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        numeric_gradient(broken, w)
    assert np.array_equal(w, kept)


def test_the_check_refuses():
    def check(loss=lambda: 1.0, weights=None, grads=None, **options):
        weights = [np.ones(2)] if weights is None else weights
        return check_gradients(loss, weights, [np.ones(2)] if grads is None else grads, **options)

    refused("W_h", check, weights=[np.ones(2, "float32")], names=["W_h"])
    refused("grads[0]", check, grads=[np.ones(3)])
    refused("grads[0]", check, grads=[[1.0, 1.0]])
    refused("grads", check, grads=[])
    refused("names", check, names=["W_x", "W_h"])
    refused("names", check, names="W")
    for bad in (0, -1e-5, "3", np.nan):
        refused("eps", check, eps=bad)
        refused("tolerance", check, tolerance=bad)
    for bad in (None, np.nan, np.ones(3), "3"):
        refused("loss()", check, loss=lambda bad=bad: bad)


def test_cosine_decay_falls_from_the_first_rate_to_nearly_nothing():
    optimizer = SGD(0.2)
    rates = [optimizer.learning_rate for _ in cosine_decay(range(11), optimizer, 10)]
    assert rates[0] == 0.2 and rates[5] == pytest.approx(0.1) and 0 < rates[-1] < 1e-5
    assert all(a >= b for a, b in zip(rates, rates[1:], strict=False))


# What one training leaves behind for the next ----------------------------------------------------


def first_rate(optimizer):
    return next(rates_of(optimizer))


def rates_of(optimizer, steps=10):
    return (optimizer.learning_rate for _ in cosine_decay(range(steps), optimizer, steps))


def test_a_rate_that_decayed_is_the_first_again_however_the_training_ends():
    optimizer = SGD(0.2)
    for end in (list, lambda rates: [next(rates) for _ in range(5)]):
        end(rates_of(optimizer))
        assert optimizer.learning_rate == 0.2

    def breaks(x):
        if breaks.calls == 5:
            raise breaks.error
        breaks.calls += 1
        return (np.nan if breaks.error is None and breaks.calls == 4 else 1.0), x

    held = []
    for error in (KeyboardInterrupt(), ZeroDivisionError(), None):
        breaks.calls, breaks.error = 0, error
        stream = cosine_decay([(np.ones((2, 3, 1)), np.ones((2, 1)))] * 10, optimizer, 10)
        held.append(stream)  # as a traceback would
        try:
            train(network(), stream, lambda y, target: breaks(y), optimizer)
        except (KeyboardInterrupt, ZeroDivisionError) as raised:
            held.append(raised)
        assert optimizer.learning_rate == 0.2 == first_rate(optimizer)


def test_a_decay_that_is_never_finished_spoils_no_other():
    optimizer = SGD(0.2)
    broken_off = cosine_decay(range(10), optimizer, 10)
    for _ in range(8):
        next(broken_off)
    assert optimizer.learning_rate < 0.1
    rates = list(rates_of(optimizer))
    assert rates[0] == 0.2 == optimizer.learning_rate
    optimizer.learning_rate = 0.3  # somebody's wish
    broken_off.close()
    assert optimizer.learning_rate == 0.3 == first_rate(optimizer)
    two = [cosine_decay(range(4), optimizer, 4) for _ in range(2)]
    assert [[optimizer.learning_rate for _ in s][0] for s in two] == [0.3, 0.3]


def test_a_decay_goes_on_where_a_training_in_parts_left_it():
    optimizer, seen = SGD(0.2), []
    stream = cosine_decay([(np.ones((2, 3, 1)), np.ones((2, 1)))] * 9, optimizer, 9)

    def loss(y, target):
        seen.append(optimizer.learning_rate)
        return mse(y, target)

    for _ in range(3):
        train(network(), itertools.islice(stream, 3), loss, optimizer)
        assert optimizer.learning_rate == 0.2
    assert seen == list(rates_of(SGD(0.2), 9))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_run_that_diverged_is_forgotten(value):
    used, new = Adam(0.1), Adam(0.1)
    weights = [np.ones(3), np.ones((2, 2))]
    with np.errstate(all="ignore"):
        used.step(weights, [np.full(3, value), np.zeros((2, 2))])
    for w in weights:
        w[...] = 1
    others = [np.ones(3), np.ones((2, 2))]
    for step in range(3):
        grads = [normal(step, 3), normal(step, 2, 2)]
        used.step(weights, grads)
        new.step(others, grads)
    assert all(np.array_equal(a, b) for a, b in zip(weights, others, strict=True))


def test_moments_belong_to_the_arrays_that_they_moved():
    adam, model, other = Adam(), network(), network()
    batches = [(np.ones((2, 3, 1)), np.ones((2, 1)))]
    train(model, batches, mse, adam)
    refused("weights", train, other, batches, mse, adam)
    refused("weights", adam.step, other.weights, model.grads)
    model.set_weights(other.get_weights())  # the same arrays
    train(model, batches, mse, adam)
    assert adam.t == 2
    adam.forget()
    train(other, batches, mse, adam)
    model.set_weights(network().get_weights())
    train(model, batches, mse, Adam())
    assert all(np.array_equal(a, b) for a, b in zip(model.weights, other.weights, strict=True))


def test_weights_that_no_step_would_change_are_refused():
    class Copies(Recorder):
        @property
        def weights(self):
            return [np.zeros(2)]

        @weights.setter
        def weights(self, _):
            pass

    r = Copies([3.0])
    refused("model", train, r, [(1, 10)], r.loss, r)
    frozen = np.ones(3)
    frozen.flags.writeable = False
    for optimizer in (SGD(), Adam()):
        refused("weights[1]", optimizer.step, [np.ones(3), frozen], [np.ones(3)] * 2)
    refused("weights[0]", SGD().step, [np.ma.masked_array([1.0, 2])], [np.ones(2)])


def test_the_norm_of_gradients_whose_squares_no_float_can_hold():
    for size in (1e200, 1e-200):
        grads = [np.array([3 * size]), np.array([[4 * size]])]
        assert global_norm(grads) == pytest.approx(5 * size)
        clipped = clip_by_norm(grads, size)
        np.testing.assert_allclose(clipped[1], 0.8 * size)
    assert global_norm([np.array([np.inf])]) == np.inf and np.isnan(
        global_norm([np.array([np.nan])])
    )
    assert clip_by_value([np.ones(3, "float32")], np.float64(0.5))[0].dtype == "float32"
    assert clip_by_norm([np.ones(3, "float32")], np.float64(0.5))[0].dtype == "float32"


@pytest.mark.parametrize("eps", [0.5, 0.1, 0.01])
def test_right_gradients_are_not_called_wrong_where_eps_is_too_large(eps):
    loss, weights, grads = checked_network()
    rows = check_gradients(loss, weights, grads, eps=eps)
    told = f"UNKNOWN eps = {number(eps)} is too large"
    assert all(row.ok or told in str(row) for row in rows)
    assert not all(row.ok for row in rows)
    rows = check_gradients(loss, weights, [1.5 * g for g in grads], eps=min(eps, 0.1))
    assert "WRONG" in str(rows[-1])  # the loss is a parabola in the last weights
    far = np.array([1e10])
    (row,) = check_gradients(lambda: 1e-3 * float(far[0]), [far], [np.ones(1)])
    assert "WRONG" in str(row)  # eps is just large enough to move it


def test_gradients_of_any_size_are_judged():
    w = np.array([1.0, 2.0])
    for size in (1e-300, 1e-200, 1e200, 1e300):
        for share, ok in ((1, True), (1.001, False)):
            (row,) = check_gradients(lambda: size * float(w @ w), [w], [share * size * 2 * w])  # noqa: B023
            assert row.ok == ok and row.known
    (row,) = check_gradients(lambda: float(w @ w), [w], [w * np.nan])
    assert "WRONG" in str(row) and "NaN or infinity in it" in str(row)


def test_a_tolerance_is_told_and_lets_not_all_pass():
    w = np.array([1.0, 2.0])
    (row,) = check_gradients(lambda: float(w @ w), [w], [2.01 * w], tolerance=0.01)
    assert row.ok and "below 0.01" in str(row)
    for name in ("eps", "tolerance"):
        refused(name, check_gradients, lambda: float(w @ w), [w], [-2 * w], **{name: 1})
    for names in (np.array(["w"]), [None], "w", [], [3]):
        refused("names", check_gradients, lambda: float(w @ w), [w], [2 * w], names)


def test_each_loss_of_a_check_is_a_finite_number():
    w = np.array([1.0, 2.0])
    for odd in (lambda: np.nan if w[0] > 1 else 1.0, lambda: (1.0, w), lambda: np.ones(1)):
        refused("loss()", check_gradients, odd, [w], [w])
    for kind in (np.float16, np.float32, int):
        refused("loss()", check_gradients, lambda kind=kind: kind(w @ w), [w], [2 * w])
    refused("w", check_gradients, lambda: 1.0, [np.array([np.nan])], [np.ones(1)], ["w"])
    assert check_gradients(lambda: Fraction(float(w @ w)), [w], [2 * w])[0].ok


def test_the_losses_of_a_training_are_floats():
    model = Sequential([Dense(1, 2, seed=0)])
    losses = train(model, [(np.ones((3, 2)), np.ones((3, 1)))], lambda y, t: (True, y), SGD())
    assert losses.dtype == np.float64


def test_gradients_may_vanish_where_underflow_is_an_error():
    for optimizer in (SGD(0.1), Adam(0.1)):
        w = np.ones(3)
        with np.errstate(all="raise"):
            optimizer.step([w], [np.full(3, 1e-310)])
        assert np.all(w <= 1)
