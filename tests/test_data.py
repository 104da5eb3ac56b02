"""The sequences to learn from."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bad_input import not_counts, not_seeds, quick, refused
from utils.data import adding_problem, remember_first, store_and_recall


@pytest.mark.parametrize("samples, timesteps", [(1, 1), (5, 1), (1, 7), (200, 12)])
def test_remember_first(samples, timesteps):
    x, target = remember_first(samples, timesteps)
    assert x.shape == (samples, timesteps, 1) and target.shape == (samples, 1)
    assert set(np.unique(x[:, 0])) <= {-1, 1}
    assert np.array_equal(target, x[:, 0] == 1) and target.dtype == x.dtype == "float64"


def test_both_answers_occur_and_the_noise_is_noise():
    x, target = remember_first(4000, 6, noise=0.3)
    assert 0.45 < target.mean() < 0.55
    later = x[:, 1:, 0]
    assert abs(later.mean()) < 0.01 and later.std() == pytest.approx(0.3, rel=0.03)
    with_target = np.corrcoef(np.hstack([later, target]), rowvar=False)
    np.testing.assert_allclose(with_target, np.eye(6), atol=0.08)  # nothing gives it away
    assert not remember_first(3, 4, noise=0)[0][:, 1:].any()


def test_repeatable_by_seed():
    for a, b in zip(remember_first(9, 4, seed=3), remember_first(9, 4, seed=3), strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(remember_first(9, 4, seed=3)[0], remember_first(9, 4, seed=4)[0])


@quick
@given(not_counts, not_seeds, st.sampled_from([-0.1, np.nan, np.inf, "1", None, True, [1], 1j]))
def test_bad_arguments_are_refused(count, seed, noise):
    refused("samples", remember_first, count, 3)
    refused("timesteps", remember_first, 3, count)
    refused("seed", remember_first, 3, 3, seed=seed)
    refused("noise", remember_first, 3, 3, noise)


@pytest.mark.parametrize("samples, delay", [(1, 1), (300, 1), (50, 30)])
def test_store_and_recall(samples, delay):
    x, target = store_and_recall(samples, delay)
    assert x.shape == (samples, 5 + delay, 2) and target.shape == (samples, 1)
    assert set(np.unique(x[:, :, 0])) <= {-1, 1} and target.dtype == x.dtype == "float64"
    flags = x[:, :, 1]
    assert np.all(flags.sum(axis=1) == 2) and not flags[:, 5:].any()
    for value, flag, wanted in zip(x[:, :, 0], flags, target[:, 0], strict=True):
        assert wanted == (value[np.flatnonzero(flag)[-1]] == 1)  # the last flag counts


def test_every_pair_of_flags_occurs_and_the_other_values_mean_nothing():
    x, target = store_and_recall(4000, 3)
    pairs = {tuple(np.flatnonzero(flag)) for flag in x[:, :, 1]}
    assert pairs == set(itertools.combinations(range(5), 2))
    assert 0.45 < target.mean() < 0.55
    with_target = np.corrcoef(np.hstack([x[:, 5:, 0], target]), rowvar=False)
    np.testing.assert_allclose(with_target, np.eye(4), atol=0.08)


@pytest.mark.parametrize("samples, timesteps", [(1, 2), (200, 3), (50, 30)])
def test_adding_problem(samples, timesteps):
    x, target = adding_problem(samples, timesteps)
    assert x.shape == (samples, timesteps, 2) and target.shape == (samples, 1)
    assert x[:, :, 0].min() >= 0 and x[:, :, 0].max() < 1
    halves = x[:, : timesteps // 2, 1], x[:, timesteps // 2 :, 1]
    assert all(np.all(half.sum(axis=1) == 1) for half in halves)
    assert set(np.unique(x[:, :, 1])) <= {0, 1}
    np.testing.assert_allclose(target[:, 0], [v[f > 0].sum() for v, f in x.transpose(0, 2, 1)])


def test_the_other_sequences_are_repeatable_by_seed():
    for draw in (store_and_recall, adding_problem):
        for a, b in zip(draw(9, 4, seed=3), draw(9, 4, seed=3), strict=True):
            assert np.array_equal(a, b)
        assert not np.array_equal(draw(9, 4, seed=3)[0], draw(9, 4, seed=4)[0])


@quick
@given(not_counts, not_seeds)
def test_bad_arguments_of_the_other_sequences_are_refused(count, seed):
    refused("samples", store_and_recall, count, 3)
    refused("delay", store_and_recall, 3, count)
    refused("seed", store_and_recall, 3, 3, seed)
    refused("samples", adding_problem, count, 3)
    refused("timesteps", adding_problem, 3, count)
    refused("timesteps", adding_problem, 3, 1)
    refused("seed", adding_problem, 3, 3, seed)
