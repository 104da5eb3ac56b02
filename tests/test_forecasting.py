"""Forecasters, errors, intervals and the scoreboard."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.bad_input import (
    quick,
    refused,
)
from utils.data import Standardizer, make_windows, noisy_sine, split_in_time
from utils.forecasting import (
    Linear,
    Scoreboard,
    coverage,
    coverage_by_month,
    error_by_horizon,
    mae,
    mase,
    naive,
    naive_scale,
    precision_recall,
    recursive,
    residual_interval,
    rmse,
    rolling_origin,
    seasonal_naive,
)
from utils.layers import Dense, Last, Sequential, SimpleRNN

# Forecasters -------------------------------------------------------------------------------------


def latest_of_season(series, origin, ahead, season):
    """The last value before `origin` that is whole seasons away from origin + ahead."""
    return next(series[t] for t in range(origin - 1, -1, -1) if (origin + ahead - t) % season == 0)


@quick
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 12))
def test_seasonal_naive_against_brute_force(window, horizon, season):
    series = np.random.default_rng(0).normal(size=40)
    samples = len(make_windows(series, window, horizon)[0])
    first = max(0, season - window)
    forecast = seasonal_naive(series, window, horizon, season, slice(first, None))
    assert forecast.shape == (samples - first, horizon)
    for k in range(first, samples):
        for ahead in range(horizon):
            expected = latest_of_season(series, k + window, ahead, season)
            assert forecast[k - first, ahead] == expected
    if first:
        with pytest.raises(ValueError, match=rf"season must be .+, got {season} \("):
            seasonal_naive(series, window, horizon, season, slice(first - 1, None))


def test_naive_repeats_the_windows_last_value():
    series = np.random.default_rng(0).normal(size=(30, 2))
    x, y = make_windows(series, 4, 3)
    np.testing.assert_array_equal(naive(series, 4, 3), np.repeat(x[:, -1, :1], 3, axis=1))
    _, _, test = split_in_time(len(x))
    chosen = np.array([20, 3, 7])
    for part in (test, chosen, slice(5, -5, 2), slice(0)):
        assert naive(series, 4, 3, part).shape == y[part].shape
        np.testing.assert_array_equal(naive(series, 4, 3, part), naive(series, 4, 3)[part])


def test_a_season_without_noise_is_forecast_exactly():
    series = np.tile(np.random.default_rng(0).normal(size=7), 9)
    _, y = make_windows(series, 10, 16)
    assert mae(y, seasonal_naive(series, 10, 16, 7)) == 0


def test_linear_finds_the_weights():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5, 2))
    W, b = rng.normal(size=(10, 3)), rng.normal(size=3)
    model = Linear().fit(x, x.reshape(200, 10) @ W + b)
    np.testing.assert_allclose(model.W, W)
    np.testing.assert_allclose(model.b, b)
    np.testing.assert_allclose(model.predict(x[:7]), x[:7].reshape(7, 10) @ W + b)


def test_linear_is_the_best_of_its_kind():
    series, _ = noisy_sine(400)
    x, y = make_windows(series, 20, 2)
    model = Linear().fit(x, y)
    residuals = y - model.predict(x)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(x[:, :, 0].T @ residuals, 0, atol=1e-9)
    assert rmse(y, model.predict(x)) < rmse(y, naive(series, 20, 2))


def test_linear_refuses():
    x, y = make_windows(np.arange(20.0), 5, 2)
    model = Linear().fit(x, y)
    with pytest.raises(RuntimeError, match="call fit"):
        Linear().predict(x)
    refused("y", model.fit, x, y[1:])
    refused("y", model.fit, x, y[:, 0])
    refused("x", model.fit, x[:, :, 0], y)
    refused("x", model.predict, x[:, 1:])
    refused("x", model.predict, x[0])


def test_recursive_feeds_a_model_its_own_forecasts():
    seen = []

    def sum_of_window(x):
        seen.append(x[0, :, 0].tolist())
        return x.sum(axis=1)

    forecast = recursive(sum_of_window, np.array([[[1.0], [2.0]], [[0.0], [1.0]]]), 4)
    assert seen == [[1, 2], [2, 3], [3, 5], [5, 8]]
    np.testing.assert_array_equal(forecast, [[3, 5, 8, 13], [1, 2, 3, 5]])
    x, _ = make_windows(np.arange(30.0), 6, 3)
    line = Linear().fit(*make_windows(np.arange(30.0), 6))
    np.testing.assert_allclose(
        recursive(line.predict, x, 3), naive(np.arange(30), 6, 3) + [1, 2, 3]
    )
    refused("predict_one(x)", recursive, lambda x: x[:, -1, 0], x, 3)
    refused("predict_one(x)", recursive, lambda x: np.nan * x[:, -1], x, 3)
    refused("x", recursive, line.predict, np.zeros((4, 6, 2)), 3)


def test_a_model_that_explodes_shows_it():
    rnn = SimpleRNN(2, 1, "relu", seed=0, dtype="float64")
    model = Sequential([rnn, Last(), Dense(1, 2, seed=1, dtype="float64")])
    model.set_weights([100 + np.abs(w) for w in model.get_weights()])
    with np.errstate(all="raise"):
        forecast = recursive(model.forward, np.ones((2, 5, 1)), 400)
    assert np.isfinite(forecast[:, 0]).all() and not np.isfinite(forecast[:, -1]).any()
    refused("forecast", mae, np.zeros((2, 400)), forecast)


@quick
@given(st.integers(40, 99), st.floats(-1e3, 1e3))
def test_what_comes_later_changes_no_forecast(now, value):
    """The whole path, scaled and fitted on the training part, up to the step `now`."""
    window, season, forecasts = 5, 7, []
    series = noisy_sine(100)[0]
    for after in (series[now:], np.full(100 - now, value)):
        path = np.concatenate([series[:now], after])
        x, y = make_windows(path, window)
        train = split_in_time(len(x), 0.3, 0)[0]
        scaler = Standardizer().fit(path[: train.stop + window])
        model = Linear().fit(scaler.transform(x[train]), scaler.transform(y[train]))
        part = slice(season - window, now - window + 1)  # what is known before `now`
        linear = scaler.inverse(model.predict(scaler.transform(x[part])))
        seasonal = seasonal_naive(path, window, 1, season, part)
        forecasts.append(np.hstack([linear, seasonal, naive(path, window, 1, part)]))
    assert np.array_equal(*forecasts)


# One series, many tests --------------------------------------------------------------------------

SPLITS = {
    "samples": st.integers(1, 60), "first": st.integers(1, 40), "test": st.integers(1, 9),
    "step": st.none() | st.integers(1, 12), "embargo": st.integers(0, 9),
    "width": st.none() | st.integers(1, 20),
}  # fmt: skip


@quick
@given(st.fixed_dictionaries(SPLITS))
def test_rolling_origin_trains_on_the_past_alone(asked):
    samples, first, test, step, embargo, width = map(asked.get, SPLITS)
    step = step or test
    if first + test > samples or first - embargo < (width or 1):
        with pytest.raises(ValueError, match=rf"first must .+, got {first}$"):
            rolling_origin(**asked)
        return
    numbers, splits = np.arange(samples), rolling_origin(**asked)
    origins = [later.start for _, later in splits]
    assert origins == [k for k in range(first, samples, step) if k + test <= samples]
    for known, later in splits:
        assert len(numbers[later]) == later.stop - later.start == test
        assert numbers[known][-1] == later.start - embargo - 1  # up to the embargo, no further
        assert len(numbers[known]) == (width or known.stop)
    if asked["step"] is None:
        tested = np.concatenate([numbers[later] for _, later in splits])
        assert np.array_equal(tested, numbers[first : first + len(tested)])


def test_rolling_origin_step_by_step():
    assert rolling_origin(10, 4, test=2) == [
        (slice(0, 4), slice(4, 6)),
        (slice(0, 6), slice(6, 8)),
        (slice(0, 8), slice(8, 10)),
    ]
    assert rolling_origin(10, 4, test=2, step=4, embargo=1, width=3) == [
        (slice(0, 3), slice(4, 6)),
        (slice(4, 7), slice(8, 10)),
    ]


def test_with_the_embargo_of_the_horizon_all_targets_are_known_in_time():
    x, y = make_windows(np.arange(60.0), 5, 4)  # each value says which step it is
    for known, later in rolling_origin(len(x), 20, test=6, embargo=3):
        assert y[known].max() == x[later][0].max()  # the last value before the first forecast
    for known, later in rolling_origin(len(x), 20, test=6, embargo=2):
        assert y[known].max() == x[later][0].max() + 1


# Errors ------------------------------------------------------------------------------------------


def test_errors():
    y, forecast = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 5], [2, 8]])
    assert mae(y, forecast) == 2 and rmse(y, forecast) == np.sqrt(26 / 4)
    assert mase(y, forecast, 4.0) == 0.5
    np.testing.assert_array_equal(error_by_horizon(y, forecast), [0.5, 3.5])
    assert isinstance(mae(y, forecast.astype("float32")), float)


def test_naive_on_its_own_training_part_has_a_mase_of_one():
    train = np.random.default_rng(0).normal(size=60).cumsum()
    for season in (1, 7):
        _, y = make_windows(train, season)
        forecast = seasonal_naive(train, season, 1, season)
        assert mase(y, forecast, naive_scale(train, season)) == pytest.approx(1)
    assert naive_scale(train[:, None]) == naive_scale(train)


# Intervals and alarms ----------------------------------------------------------------------------


@quick
@given(st.integers(1, 80), st.floats(0, 0.99))
def test_each_residual_in_turn_lies_inside_the_others_interval_often_enough(n, level):
    """If any of n + 1 values could be the new one, the share inside is the coverage, exactly."""
    values = np.random.default_rng(0).permutation(np.arange(n + 1.0))[:, None]
    if n + 1 < 2 / (1 - level) - 1e-6:
        with pytest.raises(ValueError, match="residuals must have at least .* samples"):
            residual_interval(values[1:], level)
        return
    inside = 0
    for i in range(n + 1):
        low, high = residual_interval(np.delete(values, i, axis=0), level)
        inside += coverage(values[i : i + 1], low[None], high[None])
    assert level - 1e-9 <= inside / (n + 1) < level + 2 / (n + 1) + 1e-9


def test_coverage_of_new_data():
    rng = np.random.default_rng(0)
    old, new = (
        rng.standard_cauchy((999, 3)) + [0, 5, -5],
        rng.standard_cauchy((999, 3)) + [0, 5, -5],
    )
    low, high = residual_interval(old, 0.9)
    assert low.shape == high.shape == (3,) and np.all(low < high)
    assert abs(coverage(new, low + 0 * new, high + 0 * new) - 0.9) < 0.02


def test_coverage_counts_the_ends():
    y = np.array([[0.0], [1], [2], [3]])
    assert coverage(y, np.ones((4, 1)), 2 * np.ones((4, 1))) == 0.5
    residuals = np.arange(19.0)[:, None]
    assert residual_interval(residuals, 0.9) == (0, 18)  # the fewest that do
    with pytest.raises(ValueError, match="at least 19 samples for a level of 0.9, got 18"):
        residual_interval(residuals[1:], 0.9)


def test_an_interval_has_its_lower_end_below():
    y = np.zeros((4, 2))
    refused("low", coverage, y, y + 1, y)
    low = y.copy()
    low[3, 1] = 2
    with pytest.raises(ValueError, match=r"got 2 above 0 at \(3, 1\)"):
        coverage(y, low, y)
    assert coverage(y, y, y) == 1


def test_a_scale_that_is_rounding_is_told():
    y = np.ones((4, 2))
    refused("scale", mase, y, 0 * y, 1e-320)
    refused("scale", Scoreboard(y, 1e-320).add, "naive", 0 * y)
    with pytest.raises(ValueError, match="more than rounding over a season of 2"):
        naive_scale([0.3, 1, 0.1 * 3, 1] * 9, 2)


def test_errors_whose_squares_no_float_can_hold():
    for size in (1e200, 1e-200):
        y = np.array([[3 * size], [-4 * size]])
        assert rmse(y, 0 * y) == pytest.approx(np.sqrt(12.5) * size, rel=1e-12)
        scores = board(y=y)
        scores.add("model", 0 * y)
        assert scores.scores["model"][0, 1] == pytest.approx(np.sqrt(12.5) * size)


def test_coverage_by_month_counts_each_target_in_its_own_month():
    dates = pd.date_range("2015-01-30", periods=5)  # 30, 31, 1, 2, 3
    y = np.zeros((4, 2))  # targets: 30 31, 31 1, 1 2, 2 3
    high = np.array([[1.0, 1], [-0.5, 1], [1, -0.5], [1, 1]])
    table = coverage_by_month(dates, y, np.full((4, 2), -1.0), high)
    assert table.index.tolist() == ["2015-01", "2015-02"]
    assert table["values"].tolist() == [3, 5]
    assert table["coverage"].tolist() == [2 / 3, 4 / 5]


@quick
@given(st.integers(1, 90), st.integers(1, 9), st.integers(0, 99))
def test_coverage_by_month_sums_up_to_the_coverage(samples, horizon, seed):
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2014-11-20", periods=samples + horizon - 1)
    y, low = rng.normal(size=(2, samples, horizon))
    table = coverage_by_month(dates.to_numpy(), y, low, low + 1)
    assert table["values"].sum() == y.size and list(table.index) == sorted(table.index)
    inside = np.sum(table["coverage"] * table["values"]) / y.size
    assert inside == pytest.approx(coverage(y, low, low + 1))


def test_precision_and_recall():
    planted = np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    found = np.array([1, 0, 1, 1, 1, 0, 0, 0], bool)
    assert precision_recall(found, planted) == (0.5, 2 / 3)
    assert precision_recall(planted, planted) == (1, 1)
    assert precision_recall(~planted, planted) == (0, 0)
    precision, recall = precision_recall(np.zeros(8, bool), planted)
    assert np.isnan(precision) and recall == 0


# The scoreboard ----------------------------------------------------------------------------------

MISSES = {"naive": 4.0, "seasonal naive": 3.0, "linear": 2.0}
Y = np.random.default_rng(0).normal(size=(10, 2))


def board(scale=2.0, y=Y, **rows):
    """The three baselines and more rows, each of which misses by the numbers given for its runs."""
    result = Scoreboard(y, scale)
    for name, misses in (MISSES | rows).items():
        miss = np.reshape(misses, (-1, 1, 1)) if np.ndim(misses) else misses
        result.add(name, y + miss)
    return result


def test_nothing_is_shown_without_the_baselines():
    scores = Scoreboard(Y, 1.0)
    scores.add("my network", Y)
    for name in MISSES:
        left = ", ".join(list(MISSES)[list(MISSES).index(name) :])
        for text in (repr(scores), scores._repr_html_()):
            assert left in text and "my network" not in text and "0" not in text
        with pytest.raises(ValueError, match=f"no model is shown before .* rows: {left}$"):
            scores.table()
        scores.add(name, Y + 1)
    assert "my network" in repr(scores) and len(scores.table()) == 4


def test_table():
    table = board(lstm=[1.0, 2.0, 6.0, 1.0, 2.01]).table()
    assert list(table.index) == [*MISSES, "lstm"]
    lstm = table.loc["lstm"]
    assert lstm["MAE"] == pytest.approx(2) and lstm["MASE"] == pytest.approx(1)
    assert lstm["RMSE low"] == pytest.approx(1) and lstm["RMSE high"] == pytest.approx(6)
    assert lstm["ratio"] == pytest.approx(1)
    assert tuple(lstm[["wins", "ties", "losses"]]) == (2, 2, 1)
    assert tuple(table.loc["linear", ["ratio", "wins", "ties", "losses"]]) == (1, 0, 1, 0)
    assert table["wins"].dtype.kind == "i" and table["MAE"].dtype == float


def test_rmse_is_not_mae():
    scores = board()
    scores.add("one miss", Y + np.eye(10, 2))
    one = scores.table().loc["one miss"]
    assert one["MAE"] == pytest.approx(0.1) and one["RMSE"] == pytest.approx(np.sqrt(0.1))


def test_runs_with_data_of_their_own_are_paired():
    y = np.random.default_rng(1).normal(size=(3, 10, 2))
    scores = Scoreboard(y, [1.0, 2.0, 4.0])
    hard = np.reshape([1.0, 10, 100], (3, 1, 1))  # the data differ more than the models do
    for name, miss in (MISSES | {"lstm": 1.8}).items():
        scores.add(name, y + miss * hard)
    lstm = scores.table().loc["lstm"]
    assert lstm["ratio"] == pytest.approx(0.9) and lstm["wins"] == 3
    assert lstm["MASE"] == pytest.approx(9) and lstm["MAE high"] == pytest.approx(180)


VERDICTS = {
    "beats linear": 1.0,
    "loses to linear": 2.1,
    "ties with linear": 1.99,
    "beats linear in 3 of 5": [1, 1, 1, 3, 3],
    "loses to linear in 2 of 3": [1, 3, 3],
    "ties with linear in 2 of 3": [1, 2.01, 2],
    "ties with linear: 2 won, 2 lost of 4": [1, 1, 3, 3],
}


@pytest.mark.parametrize("words, misses", VERDICTS.items())
def test_verdicts(words, misses):
    scores = board(model=misses)
    assert repr(scores).splitlines()[-2].endswith("  " + words)
    last = scores._repr_html_().split('<th scope="row"')[-1]
    assert re.search(rf">{words}</span></th>", last)


def test_the_best_row_that_costs_nothing_is_named_too():
    """To beat a linear model that naive beats as well is no feat."""
    text = repr(board(naive=1.0, model=[1.5, 1.5, 0.5])).splitlines()
    assert text[-2].endswith("beats linear in 3 of 3, loses to naive in 2 of 3")
    assert text[1].endswith("  beats linear") and text[3].endswith("  loses to naive")
    html = board(naive=1.0, model=1.5)._repr_html_()
    assert '0.3); font-weight: bold">beats linear</span><br>' in html  # each in its own shade
    assert '0.25); font-weight: normal">loses to naive</span></th>' in html


def test_rounding_errors_win_nothing():
    assert "ties with linear\n" in repr(board(linear=1e-15, model=3e-17))
    assert "loses to linear\n" in repr(board(linear=1e-15, model=1e-3))
    assert "ties with linear\n" in repr(board(linear=0, model=0))


def test_plain_text():
    text = repr(board(lstm=[1.0, 1.5, 1.25])).splitlines()
    assert re.split(r"\s{2,}", text[0]) == [
        "model",
        "MAE",
        "RMSE",
        "MASE",
        "MAE / linear's",
        "verdict",
    ]
    linear, lstm = (re.split(r"\s{2,}", line) for line in text[3:5])
    assert linear == ["linear", "2.00", "2.00", "1.00", "1.00", "the one to beat"]
    span = "1.25 [1.00 to 1.50]"
    assert lstm == ["lstm", span, span, "0.625 [0.500 to 0.750]", "0.625", "beats linear in 3 of 3"]
    assert "10 windows, 2 steps ahead" in text[5] and len(text) == 6
    assert "10 windows, one step ahead" in repr(board(y=Y[:, :1]))


class Cells(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.rows, self.open, self.styles = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            return
        self.open.append(tag)
        self.styles.append(dict(attrs).get("style", ""))
        if tag == "tr":
            self.rows.append([])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag  # well formed

    def handle_data(self, text):
        if "tr" in self.open:
            self.rows[-1].append(text)


def test_html_holds_the_same_words_and_leaves_the_text_its_colour():
    rows = {"lstm": [1.0, 1.5, 1.25], "<b>&": 7.0}
    html, text = board(**rows)._repr_html_(), repr(board(**rows))
    parsed = Cells(html)
    assert not parsed.open
    words = [[re.sub(r"[\s\u2007\u2008]+$", "", word) for word in row] for row in parsed.rows]
    plain = [re.split(r"\s{2,}", line) for line in text.splitlines()[:-1]]
    assert words[0] == ["model", "MAE / linear's", "MAE", "RMSE", "MASE"]
    for row, (name, *values, ratio, verdict) in zip(words[1:], plain[1:], strict=True):
        spread = [part for value in values for part in value.rstrip("]").split(" [")]
        assert row == [name, *verdict.split(", "), ratio, *spread]
    assert not any(re.search(r"(?<!-)color", style) for style in parsed.styles)
    assert html == board(**rows)._repr_html_()  # no random ids: notebooks are compared


def test_digits_stand_below_digits():
    """Where numbers stand at the right, what comes behind the point is equally wide in all."""
    html = board(scale=3.0, lstm=[0.05, 0.06, 0.07], huge=[1e5, 2e5, 3e5])._repr_html_()
    for column in range(1, 5):
        ends = [row[column] for row in numbers_of(html)]
        behind = {len(re.sub(r"^[\d,]*", "", end)) for end in ends}
        assert len(behind) == 1, ends
        assert {re.search(r"[.\u2008]|$", end)[0] for end in ends} <= {".", "\u2008"}, ends


def numbers_of(html):
    """Of each row: the name, and what stands at the right, but for the ranges."""
    rows = html.split('<th scope="row"')[1:]
    return [["", *re.findall(r"<td[^>]*>([^<]*)", row)] for row in rows]


def test_what_nobody_could_forecast_with_is_no_contender():
    scores = board(lstm=1.0)
    scores.add("the sine itself", Y + 0.5, contender=False)
    assert repr(scores).splitlines()[-2].endswith("  the floor, no contender")
    row = scores._repr_html_().split('<th scope="row"')[-1]
    assert "font-style: italic" in row and "background: rgba" not in row
    assert scores.table().loc["the sine itself", "wins"] == 1  # which says what it did


def test_wrong_rows_are_refused():
    scores = board(lstm=[1.0, 2.0, 3.0])
    for name in ("linear", "", None, 3):
        refused("name", scores.add, name, Y)
    for bad in (Y[1:], Y[:, :1], Y[:, 0], Y[None, None], "abc", np.full_like(Y, np.nan)):
        refused("forecast", scores.add, "new", bad)
    with pytest.raises(ValueError, match="forecast must have 3 runs, as other rows have, got 2"):
        scores.add("new", np.stack([Y, Y]))
    scores.add("new", np.stack([Y]))  # a single run is compared with each
    assert set(scores.scores) == {*MISSES, "lstm", "new"}
    own = Scoreboard(np.stack([Y, Y]), 1.0)
    for bad in (Y, np.stack([Y] * 3), np.stack([Y, Y])[None]):
        refused("forecast", own.add, "naive", bad)


def test_errors_too_large_for_a_float_are_told():
    y = np.full((20, 1), 1.7e308)
    for errors in (mae, rmse, error_by_horizon):
        refused("forecast", errors, y, -y)
        refused("forecast", errors, y, 0 * y)
    assert mae(y / 100, 0 * y) == pytest.approx(1.7e306)


@pytest.mark.parametrize("part", [slice(0, 5, 0), slice(0.0, 2.0), [1.0], "train", ["a"]])
def test_a_part_is_a_slice_or_numbers(part):
    refused("part", seasonal_naive, np.arange(9.0), 2, 1, 2, part)


def test_the_linear_model_of_tiny_values_where_underflow_is_an_error():
    x = 1e-160 * np.random.default_rng(0).normal(size=(30, 3, 1))
    with np.errstate(all="raise"):
        assert np.isfinite(Linear().fit(x, 1e150 * x[:, 0]).predict(x)).all()


def test_what_does_not_fit_the_rest_is_refused():
    for forecast in (naive, lambda *sizes: seasonal_naive(*sizes, 2)):
        with pytest.raises(ValueError, match="at least 21 values"):
            forecast(np.arange(20.0), 20, 1)
    refused("season", naive_scale, np.arange(9.0), 9)
    flags = np.ones(30, bool)
    for found in (flags[1:], 2 * flags):
        refused("found", precision_recall, found, flags)
    refused("planted", precision_recall, flags, ~flags)
    for scale in ([1.0, 0.0], [1.0, 1.0, 1.0]):
        refused("scale", Scoreboard, np.stack([Y, Y]), scale)
    refused("scale", Scoreboard, Y, [1.0, 1.0])
