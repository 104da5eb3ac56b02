"""The bug zoo: right where it says right, and each bug a bug."""

import inspect

import numpy as np
import pytest

from utils import bug_zoo
from utils.checks import lesson02
from utils.layers import Dense, Last, Sequential, SimpleRNN
from utils.training import binary_cross_entropy


@pytest.fixture(scope="module")
def case():
    """x, target, the network of layers, and the zoo's own weights, the same numbers."""
    rng = np.random.default_rng(0)
    rnn, dense = SimpleRNN(4, 1, seed=1, dtype="float64"), Dense(1, 4, seed=2, dtype="float64")
    model = Sequential([rnn, Last(), dense])
    for w in model.weights:
        w += 0.3 * rng.standard_normal(w.shape)
    x, target = rng.standard_normal((6, 5, 1)), rng.integers(0, 2, (6, 1)).astype(float)
    return x, target, model, model.get_weights()


def grads_of(case, *names):
    x, target, _, weights = case
    h, y = bug_zoo.forward(x, *weights)
    return bug_zoo.backward_with(*names)(x, target, h, y, *weights)


def differ(right, wrong):
    """The largest relative error among the gradients."""
    norm, pairs = np.linalg.norm, list(zip(right, wrong, strict=True))
    return max(norm(r - w) / max(norm(r), norm(w), 1e-12) for r, w in pairs)


def test_forward_equals_the_layers(case):
    x, _, model, weights = case
    h, y = bug_zoo.forward(x, *weights)
    np.testing.assert_allclose(y, model.forward(x), rtol=1e-12)
    np.testing.assert_allclose(h, model.layers[0].forward(x), rtol=1e-12)


def test_the_right_backward_equals_the_layers(case):
    x, target, model, _ = case
    model.backward(binary_cross_entropy(model.forward(x), target)[1])
    assert len(bug_zoo.NAMES) == len(model.grads)
    for ours, theirs in zip(grads_of(case), model.grads, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-14)


def test_the_right_backward_equals_finite_differences(case):
    x, target, _, weights = case
    rng = np.random.default_rng(1)
    for i, g in enumerate(grads_of(case)):
        direction, losses = rng.standard_normal(g.shape), []
        for step in (1e-5, -1e-5):
            moved = [w + step * direction if i == j else w for j, w in enumerate(weights)]
            y = bug_zoo.forward(x, *moved)[1]
            losses.append(np.mean(np.logaddexp(0, y) - target * y))
        expected = (losses[0] - losses[1]) / 2e-5
        assert np.sum(g * direction) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", bug_zoo.BUGS)
def test_every_bug_is_a_bug(case, name):
    bug = bug_zoo.BUGS[name]
    source = inspect.getsource(bug_zoo.backward)
    assert source.count(bug.right) == 1 and bug.wrong != bug.right and bug.words
    right, wrong = grads_of(case), grads_of(case, name)
    assert [g.shape for g in wrong] == [g.shape for g in right]
    assert differ(right, wrong) > 1e-3


def test_the_bugs_differ_from_each_other(case):
    seen = [np.concatenate([g.ravel() for g in grads_of(case, name)]) for name in bug_zoo.BUGS]
    for i, a in enumerate(seen):
        assert not any(np.allclose(a, b) for b in seen[i + 1 :])


def test_length_kept_changes_lengths_alone(case):
    """At every step the gradient points as the right line lets it, as long as it set out."""
    x, target, _, weights = case
    W_h, W_y = weights[1], weights[3]
    h, y = bug_zoo.forward(x, *weights)
    dh = ((1 / (1 + np.exp(-y)) - target) / len(y)) @ W_y.T
    length, db = np.linalg.norm(dh, axis=1), 0
    for t in (4, 3, 2, 1, 0):
        db = db + (dh * (1 - h[:, t] ** 2)).sum(axis=0)
        dh = (dh * (1 - h[:, t] ** 2)) @ W_h.T
        dh *= (length / np.linalg.norm(dh, axis=1))[:, None]
    np.testing.assert_allclose(grads_of(case, "length kept")[2], db, rtol=1e-10)
    assert differ(grads_of(case), grads_of(case, "length kept")) > 1e-3


def test_length_kept_leaves_a_gradient_of_zeros_alone():
    rows = bug_zoo.as_long_as(np.array([[3.0, 4], [1, 0]]), np.array([[0.0, 1], [0, 0]]))
    np.testing.assert_array_equal(rows, [[0, 5], [0, 0]])


def test_no_bug_no_change(case):
    x, target, _, weights = case
    h, y = bug_zoo.forward(x, *weights)
    plain = bug_zoo.backward(x, target, h, y, *weights)
    assert all(np.array_equal(a, b) for a, b in zip(grads_of(case), plain, strict=True))


def test_bugs_add_up_unless_they_share_a_line(case):
    both = grads_of(case, "sum forgotten", "no transpose")
    for other in ("sum forgotten", "no transpose"):
        assert differ(grads_of(case, other), both) > 1e-3
    with pytest.raises(ValueError, match="another bug has changed its line"):
        bug_zoo.backward_with("nothing carried", "no transpose")


@pytest.mark.parametrize("letter", lesson02.MYSTERIES)
def test_mysteries_are_bugs(case, letter):
    x, target, _, weights = case
    h, y = bug_zoo.forward(x, *weights)
    grads = lesson02.mystery(letter)(x, target, h, y, *weights)
    assert differ(grads_of(case), grads) > 1e-3
    named = grads_of(case, *lesson02.MYSTERIES[letter])
    assert all(np.array_equal(a, b) for a, b in zip(grads, named, strict=True))


def test_the_originals_stay_as_they_are(case):
    before = grads_of(case)
    for name in bug_zoo.BUGS:
        grads_of(case, name)
    for a, b in zip(before, grads_of(case), strict=True):
        assert np.array_equal(a, b)


def test_nothing_is_changed_in_place(case):
    x, target, _, weights = case
    arrays = [x, target, *weights]
    kept = [a.copy() for a in arrays]
    grads_of(case)
    for name in bug_zoo.BUGS:
        grads_of(case, name)
    assert all(np.array_equal(a, k) for a, k in zip(arrays, kept, strict=True))


@pytest.mark.parametrize("name", ["", "no such bug", 3, None])
def test_an_unknown_bug_is_refused(name):
    with pytest.raises(ValueError, match="name must be one of input for output, .*, got"):
        bug_zoo.backward_with(name)
    with pytest.raises(ValueError, match="letter must be one of A, B, C, D, got"):
        lesson02.mystery(name)
