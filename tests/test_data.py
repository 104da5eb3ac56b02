"""The sequences to learn from, and what prepares a time series."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.bad_input import (
    quick,
    refused,
)
from utils.data import (
    BAD,
    GOOD,
    VOCABULARY,
    Standardizer,
    adding_problem,
    made_up_reviews,
    make_windows,
    noisy_sine,
    plant_faults,
    remember_first,
    split_in_time,
    store_and_recall,
)
from utils.forecasting import naive_scale


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


def praise(clause):
    """Read by other means than those that wrote it."""
    assert clause.startswith("the ") and " was " in clause
    *nots, said = clause.partition(" was ")[2].split()
    assert set(nots) <= {"not"} and (said in GOOD) != (said in BAD)
    return (said in GOOD) == (len(nots) % 2 == 0)


@pytest.mark.parametrize("clauses, negations", [(2, 0), (2, 1), (3, 2), (5, 3)])
def test_made_up_reviews(clauses, negations):
    words, target = made_up_reviews(400, clauses, negations)
    assert words.dtype.kind == "i" and target.shape == (400, 1) and target.dtype == "float64"
    assert (words[:, -1] > 0).any() and 0.4 < target.mean() < 0.6
    lengths = (words > 0).sum(axis=1)
    assert (len(set(lengths)) > 1) == (negations > 0)
    seen = set()
    for row, n, right in zip(words, lengths, target[:, 0], strict=True):
        assert row[:n].all() and not row[n:].any()  # padding at the end alone
        text = " ".join(VOCABULARY[word] for word in row[:n])
        each = text.split(" but ")
        assert len(each) == clauses and praise(each[-1]) == right != praise(each[0])
        seen |= {clause.count("not") for clause in each}
    assert seen == set(range(negations + 1))
    assert {VOCABULARY[word] for word in np.unique(words)} >= {*GOOD, *BAD}


def test_who_counts_the_words_of_a_review_knows_nothing():
    """Its first and last clause exchanged: as probable, the same words, the other answer."""
    words, target = made_up_reviews(20_000, seed=1)
    counts = (words[:, :, None] == np.arange(1, len(VOCABULARY))).sum(axis=1)
    half = len(words) // 2
    with_1 = np.column_stack([counts, np.ones(len(counts))])
    fitted = np.linalg.lstsq(with_1[:half], 2 * target[:half] - 1, rcond=None)[0]
    right = (with_1[half:] @ fitted > 0) == (target[half:] > 0)
    assert abs(right.mean() - 0.5) < 0.02  # four standard deviations


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


# --- time series ------------------------------------------------------------------------------


def test_no_module_of_the_first_lessons_brings_pandas():
    """They are to open in a second."""
    code = "import sys, utils.data, utils.forecasting; sys.exit('pandas' in sys.modules)"
    root = Path(__file__).resolve().parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


def test_noisy_sine():
    series, clean = noisy_sine(5000, noise=0.2, seed=3)
    np.testing.assert_allclose(clean[[0, 1, 4999]], np.sin([0, 0.1, 499.9]))
    noise = series - clean
    assert abs(noise.mean()) < 0.01 and noise.std() == pytest.approx(0.2, rel=0.03)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.05  # none of it can be foreseen
    assert np.array_equal(series, noisy_sine(5000, noise=0.2, seed=3)[0])
    assert not np.array_equal(series, noisy_sine(5000, noise=0.2, seed=4)[0])
    assert np.array_equal(*noisy_sine(7, noise=0))


@pytest.mark.parametrize("features", [None, 1, 3])
def test_every_window_and_every_target_is_where_it_belongs(features):
    for steps, window, horizon in itertools.product(range(2, 9), range(1, 5), range(1, 5)):
        series = np.arange(float(steps)) if features is None else np.zeros((steps, features))
        if features:
            series += np.arange(steps)[:, None] + 100 * np.arange(features)
        samples = steps - window - horizon + 1
        if samples < 1:
            with pytest.raises(ValueError, match=f"at least {window + horizon} values.*{steps}$"):
                make_windows(series, window, horizon)
            continue
        x, y = make_windows(series, window, horizon)
        assert x.shape == (samples, window, features or 1) and y.shape == (samples, horizon)
        for k in range(samples):
            np.testing.assert_array_equal(x[k, :, 0], np.arange(k, k + window))
            np.testing.assert_array_equal(y[k], np.arange(k + window, k + window + horizon))
        np.testing.assert_array_equal(x - x[:, :, :1], 100.0 * np.arange(features or 1) + 0 * x)
        assert x[0, 0, 0] == 0 and y[-1, -1] == steps - 1  # no value is left out at either end


def test_windows_are_views_that_no_one_can_write_to():
    series = np.random.default_rng(0).normal(size=(50, 2))
    for array in make_windows(series, 20, 3):
        assert np.shares_memory(array, series) and not array.flags.writeable


@st.composite
def windowed(draw):
    window, horizon = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    return draw(st.integers(window + horizon, 40)), window, horizon


@quick
@given(windowed(), st.data())
def test_what_comes_later_changes_no_window(sizes, data):
    steps, window, horizon = sizes
    now = data.draw(st.integers(0, steps))
    series = np.random.default_rng(0).normal(size=steps)
    other = series.copy()
    other[now:] = data.draw(st.floats(-1e6, 1e6))
    past = slice(max(0, now - window + 1))  # the windows that end before `now`
    before, after = (make_windows(s, window, horizon)[0] for s in (series, other))
    assert np.array_equal(before[past], after[past])


@quick
@given(windowed(), st.floats(0.1, 0.9), st.floats(0, 0.5))
def test_with_the_embargo_every_target_is_known_when_the_next_part_begins(sizes, train, validation):
    steps, window, horizon = sizes
    steps *= 10
    x, y = make_windows(np.arange(float(steps)), window, horizon)
    try:
        parts = split_in_time(len(x), train, validation, embargo=horizon - 1)
    except ValueError as error:
        assert "at least one" in str(error)
        return
    filled = [part for part in parts if part.stop > part.start]
    for earlier, later in itertools.combinations(filled, 2):
        known = x[later].min() + window - 1  # when the later part's first forecast is made
        assert y[earlier].max() <= known
        assert not set(y[earlier].ravel()) & set(y[later].ravel())
    for earlier, later in itertools.pairwise(filled):  # nor is a window left out that needn't be
        assert y[earlier].max() == x[later].min() + window - 1
    assert parts[2].stop == len(x) and parts[0].start == 0


def test_split_in_time():
    assert split_in_time(100) == (slice(0, 70), slice(70, 85), slice(85, 100))
    assert split_in_time(980, 0.8, 0) == (slice(0, 784), slice(784, 784), slice(784, 980))
    assert split_in_time(100, embargo=9) == (slice(0, 61), slice(70, 76), slice(85, 100))
    assert split_in_time(100, 0.8, 0, 9) == (slice(0, 71), slice(80, 80), slice(80, 100))
    with pytest.raises(ValueError, match="validation must keep at least one of 100 windows"):
        split_in_time(100, embargo=15)
    with pytest.raises(ValueError, match="test must keep .* train=0.7, validation=0.3, embargo=0"):
        split_in_time(100, validation=0.3)
    with pytest.raises(ValueError, match="train must keep"):
        split_in_time(3, 0.1, 0)


series_shapes = st.sampled_from([(30,), (30, 1), (30, 4), (10, 5, 1), (10, 5, 3)])


@quick
@given(series_shapes, st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_standardizer(shape, mean, std):
    train = mean + std * np.random.default_rng(0).normal(size=shape)
    scaler = Standardizer().fit(train)
    scaled = scaler.transform(train)
    axes = tuple(range(max(1, len(shape) - 1)))
    np.testing.assert_allclose(scaled.mean(axes), 0, atol=1e-9 * (1 + abs(mean) / std))
    np.testing.assert_allclose(scaled.std(axes), 1, rtol=1e-9)
    np.testing.assert_allclose(
        scaler.inverse(scaled, "all"), train, rtol=1e-12, atol=1e-12 * abs(mean)
    )


def test_one_feature_scales_windows_and_targets_alike():
    series = np.arange(40.0)
    x, y = make_windows(series, 10, 3)
    for train in (series, series[:, None], x):
        scaler = Standardizer().fit(train)
        assert scaler.transform(x).shape == x.shape and scaler.inverse(y).shape == y.shape
        assert f"{scaler.mean:.1f}" == "19.5" or train is x
    np.testing.assert_allclose(scaler.transform(y), (y - x.mean()) / x.std())


def test_standardizer_refuses():
    for constant in (
        np.full(9, 0.1),
        [0.0, 1e-200],
        [1.0],
        3,
        np.stack([np.arange(5), np.ones(5)], axis=1),
    ):
        refused("train", Standardizer().fit, constant)
    for unfitted in (Standardizer().transform, Standardizer().inverse):
        with pytest.raises(RuntimeError, match="call fit"):
            unfitted([1.0])
    for shape in ((5, 2), (5, 1), (5,), (2, 4, 1), ()):  # the forecasts of one feature among them
        scaler = Standardizer().fit(np.eye(3))
        for call in (scaler.transform, scaler.inverse):
            refused("x", call, np.zeros(shape))
            with pytest.raises(ValueError, match=r"3 features.*got shape \(.*say which: feature=0"):
                call(np.zeros(shape))


def test_one_feature_of_several_is_named():
    """Three steps ahead are as many as three features, and no array tells which they are."""
    series = np.random.default_rng(0).normal([5, 50, 500], [1, 10, 100], (40, 3))
    scaler = Standardizer().fit(series)
    x, y = make_windows(scaler.transform(series), 10, 3)
    np.testing.assert_allclose(scaler.inverse(y, feature=0), make_windows(series, 10, 3)[1])
    np.testing.assert_allclose(scaler.inverse(x), make_windows(series, 10, 3)[0])
    np.testing.assert_allclose(scaler.transform(series[:, 2], 2), scaler.transform(series)[:, 2])
    with pytest.warns(UserWarning, match=r"\(28, 3\) is taken for 3 features.*say feature=0"):
        scaler.inverse(y)
    refused("x", scaler.inverse, y[:, :2])
    alone = Standardizer().fit(series[:, :1])
    assert np.array_equal(alone.inverse(y, feature=0), alone.inverse(y))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", [1e-30, 0.3, 1e20])
def test_what_varies_by_rounding_alone_is_constant(level, dtype):
    third = (np.array([level, level / 3 * 3, level / 7 * 7, level / 10 * 3 / 3 * 10])).astype(dtype)
    shaken = np.nextafter(third, np.array([1, -1, 1, -1], dtype) * np.inf).astype(dtype)
    refused("train", Standardizer().fit, shaken)
    refused("train", Standardizer().fit, np.stack([np.arange(4, dtype=dtype), shaken], axis=1))
    refused("train", naive_scale, shaken)
    year = np.sin(2 * np.pi * np.arange(120) / 12).astype(dtype)  # the same every twelve steps
    refused("train", naive_scale, year, 12)
    assert naive_scale(year) > 0.3
    little = (level * (1 + 1e-4 * np.arange(9))).astype(dtype)  # and this isn't rounding
    if level > 1e-9 or dtype == "float64":
        assert np.std(Standardizer().fit(little).transform(little)) == pytest.approx(1, rel=0.01)
        assert naive_scale(little) > 0


@pytest.mark.parametrize("count, size", [(1, 0.5), (7, 3.0), (40, 1)])
def test_plant_faults(count, size):
    series = np.random.default_rng(1).normal(size=40)
    faulty, at = plant_faults(series, count, size, seed=5)
    assert at.dtype == bool and at.sum() == count
    np.testing.assert_allclose(np.abs(faulty - series), size * at)
    again = plant_faults(series, count, size, seed=5)
    assert np.array_equal(faulty, again[0]) and np.array_equal(at, again[1])


def test_a_fault_that_changes_nothing_is_none():
    refused("size", plant_faults, 1e9 * np.ones(9), 3, 1e-9)


def test_faults_go_both_ways_and_anywhere():
    jumps = [plant_faults(np.zeros(20), 1, 2.0, seed)[0] for seed in range(200)]
    assert np.all(np.any(jumps, axis=0)) and {-2, 2} <= set(np.unique(jumps))


@pytest.mark.parametrize("feature", [1.0, np.float64(1), np.array([0, 1]), [0], "x", -1, 3, True])
def test_a_feature_is_a_whole_number(feature):
    scaler = Standardizer().fit(np.random.default_rng(0).normal(size=(9, 3)))
    refused("feature", scaler.inverse, np.zeros((2, 5)), feature)


def test_a_fault_leaves_the_series_finite():
    refused("size", plant_faults, 1e308 * np.ones(9), 9, 1.7e308)


def test_sizes_that_do_not_fit_each_other_are_refused():
    refused("timesteps", adding_problem, 3, 1)
    refused("count", plant_faults, np.zeros(9), 10, 1)
    refused("series", make_windows, 3.0, 1)
