"""The sequences to learn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bad_input import not_counts, not_seeds, quick, refused
from utils.data import remember_first


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
