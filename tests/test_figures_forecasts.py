"""The figures of the forecasting lesson show the data they are given."""

import numpy as np
import pytest

from tests.helpers.drawn import drawn, height_of, holds, texts
from utils import data, figures

RNG = np.random.default_rng(0)
Y = RNG.standard_normal((30, 1))
LEVELS = {"naive": 0.3, "seasonal naive": 0.25, "linear": 0.2, "LSTM": 0.19}


# --- windows and parts ------------------------------------------------------------------------


def divided(embargo, horizon=1):
    x, y = data.make_windows(np.arange(20.0), 3, horizon)
    parts = data.split_in_time(len(x), 0.5, 0.25, embargo)
    return drawn(
        figures.windows_in_parts, x=x[:, :, 0].astype(int), y=y.astype(int), parts=parts
    ), parts


def test_windows_in_parts_shows_what_each_window_sees_and_is_asked():
    (fig, sentence), parts = divided(embargo=0)
    cells = fig.axes[0].images[0].get_array()
    assert cells.shape == (17, 20)
    assert "No steps are asked for in two parts; 0 windows are left out" in sentence
    assert cells[4].tolist() == [0] * 4 + [1] * 3 + [2] + [0] * 12
    assert "20 steps gives 17 windows of 3 values, 1 asked for in each" in sentence
    assert {"train", "validation", "test", "seen", "left out"} <= set(texts(fig))


@pytest.mark.parametrize(
    ("embargo", "horizon", "shared"),
    [
        (0, 3, {11, 12, 14, 15}),  # 15 windows, cut at the 8th and the 11th
        (1, 3, {11, 14}),
        (2, 3, set()),
        (0, 1, set()),
    ],
)
def test_windows_in_parts_marks_what_is_asked_for_on_both_sides_of_a_cut(embargo, horizon, shared):
    (fig, sentence), _ = divided(embargo, horizon)
    cells = fig.axes[0].images[0].get_array()
    assert {*np.flatnonzero((cells == 4).any(axis=0))} == shared
    many = f"{len(shared)} steps are asked for in two parts (orange)"
    assert (many if shared else "No steps are asked for in two parts;") in sentence
    assert f"{2 * embargo} windows are left out" in sentence
    assert np.sum((cells == 3).any(axis=1)) == 2 * embargo


# --- one step ahead ---------------------------------------------------------------------------


def test_as_written_shows_losses_and_forecast():
    loss, val_loss = [0.31, 0.02, 0.013], [0.1, 0.02, 0.012]
    fig, sentence = drawn(
        figures.as_written, loss=loss, val_loss=val_loss, y=Y[:, 0], forecast=Y[:, 0] / 2
    )
    left, right = fig.axes
    assert holds(left, [1, 2, 3], loss) and holds(left, [1, 2, 3], val_loss)
    assert holds(right, range(30), Y[:, 0]) and holds(right, range(30), Y[:, 0] / 2)
    assert "falls from 0.3 to 0.01; the loss on the test part ends at 0.01" in sentence
    assert "test part" in [text.get_text() for text in left.get_legend().get_texts()]


def live(losses, errors=LEVELS):
    return drawn(
        figures.forecaster_live,
        y=Y,
        forecast=Y / 2,
        losses=losses,
        steps=400,
        floor=0.01,
        errors=errors,
    )


def test_forecaster_live_shows_forecast_loss_and_rivals():
    fig, sentence = live([1.0, 0.5, 0.2])
    left, middle, right = fig.axes
    assert holds(left, range(30), Y) and holds(left, range(30), Y / 2)
    assert holds(middle, [1, 2, 3], [1.0, 0.5, 0.2]) and middle.get_xlim() == (0, 400)
    assert [bar.get_width() for bar in right.patches] == list(LEVELS.values())
    assert right.get_ylim() == (len(LEVELS) - 0.5, -0.5)
    (marks,) = right.collections
    assert {x for segment in marks.get_segments() for x in segment[:, 0]} == {LEVELS["linear"]}
    assert "linear 0.200" in texts(fig) and "LSTM 0.190" in texts(fig)
    assert not len(right.get_xticks())  # the numbers beside the bars say it
    assert (
        "After 3 steps of training the LSTM's MAE is 0.19, which is 0.95 of linear's." in sentence
    )
    assert "naive 0.3, seasonal naive 0.25, linear 0.2." in sentence


def test_forecaster_live_shows_a_hundred_values_at_most():
    fig, _ = drawn(
        figures.forecaster_live,
        y=np.ones((300, 1)),
        forecast=np.zeros((300, 1)),
        losses=[1.0],
        steps=10,
        floor=0.01,
        errors=LEVELS,
    )
    assert holds(fig.axes[0], range(100), np.zeros(100))


# --- leaks ------------------------------------------------------------------------------------


def test_leaks_shows_claims_and_service():
    table = {
        "clean": (np.array([0.10, 0.12, 0.11]), np.array([0.11, 0.10, 0.12])),
        "future": (np.array([0.05, 0.06, 0.07]), np.array([0.2, 0.3, 0.25])),
    }
    fig, sentence = drawn(figures.leaks, settings={"A": table, "B": table})
    left, right = fig.axes
    assert holds(left, [0.11], [0]) and holds(right, [0.06], [1]) and holds(right, [0.25], [1])
    assert holds(left, [0.12, 0.10], [0, 0])  # a series of its own, behind
    bars = [(bar.get_x(), bar.get_width()) for bar in right.patches]
    assert bars == [(0.11, 0), (0.06, pytest.approx(0.19))]
    assert "worst surprise is future." in sentence
    assert "in the median of 3 series. A: clean 0.11 and 0.11; future 0.06 and 0.25." in sentence
    assert [text.get_text() for text in left.get_yticklabels()] == ["clean", "future"]
    assert {"+0%", "+317%", "claimed", "in service"} <= set(texts(fig))


def test_a_series_beyond_the_panel_is_told():
    runs = np.array([0.1, 0.11, 0.12])
    table = {"clean": (runs, np.array([0.1, 0.11, 0.5]))}
    fig, _ = drawn(figures.leaks, settings={"A": table})
    assert "one at 0.5 \N{RIGHTWARDS ARROW}" in texts(fig) and fig.axes[0].get_xlim()[1] < 0.2


def test_leaks_of_one_series():
    _, sentence = drawn(
        figures.leaks, settings={"One series": {"clean": (np.array([0.1]), np.array([0.2]))}}
    )
    assert sentence.startswith("One series: clean 0.1 and 0.2. The MAE that each pipeline claims")


# --- many steps -------------------------------------------------------------------------------


def test_free_run_shows_each_model_and_says_how_large_it_grows():
    truth = np.sin(0.1 * np.arange(100))
    runs = {"linear": 0.9 * truth, "as written": 1e9 * truth, "LSTM": truth}
    fig, sentence = drawn(figures.free_run, (7.2, 4.2), past=np.zeros(20), clean=truth, runs=runs)
    for ax, run in zip(fig.axes, runs.values(), strict=True):
        assert holds(ax, range(100), truth) and holds(ax, range(-20, 0), np.zeros(20))
        assert holds(ax, range(100), np.clip(run, -50, 50))
    assert [ax.get_title(loc="left") for ax in fig.axes] == list(runs)
    assert {"height", "0.9", "1.0", "> 10"} <= set(texts(fig))
    assert "linear 0.9, as written more than 10, LSTM 1.0." in sentence
    assert "for 100 steps" in sentence and sentence.endswith("the sine itself is grey.")


def test_free_run_knows_infinity():
    runs = {"as written": np.array([1.0, np.inf, np.nan])}
    _, sentence = drawn(
        figures.free_run, (7.2, 4.2), past=np.zeros(4), clean=np.zeros(3), runs=runs
    )
    assert "as written more than 10." in sentence


def test_errors_by_horizon_keeps_the_panel_for_what_is_near():
    errors = {"linear, direct": np.array([0.1, 0.2]), "LSTM, recursive": np.array([0.1, 50.0])}
    fig, sentence = drawn(figures.errors_by_horizon, errors=errors, unit="ppm")
    (ax,) = fig.axes
    assert holds(ax, [1, 2], errors["linear, direct"]) and ax.get_ylim() == pytest.approx(
        (0.095, 0.21)
    )
    assert "MAE one step and 2 steps ahead: linear, direct 0.1 and 0.2; LSTM" in sentence
    assert sentence.endswith("recursive 0.1 and far above.")
    assert "The highest error 2 steps ahead: LSTM, recursive." in sentence
    solid, broken = (line.get_linestyle() for line in ax.lines)
    assert (solid, broken) == ("-", "--")
    assert ax.get_ylabel() == "MAE in ppm"


# --- real series and faults -------------------------------------------------------------------


DATES = np.arange("2019-12-30", "2020-06-01", dtype="M8[D]")
DAYS = DATES.astype(float)


def test_series_in_parts_cuts_where_it_is_told():
    values, given = np.arange(10.0), {"label": "CO₂ in ppm", "unit": "ppm"}
    fig, sentence = drawn(figures.series_in_parts, dates=DATES[:10], values=values, cuts=[5, 8],
                          **given)  # fmt: skip
    (ax,) = fig.axes
    assert holds(ax, DAYS[:10], values)
    for cut in (5, 8):
        assert holds(ax, [DAYS[cut]] * 2, [0, 1])
    assert ax.get_ylabel() == "CO₂ in ppm"
    assert [text.get_text() for text in ax.get_xticklabels()] == ["Dec 2019", "Jan 2020"]
    assert "highest before the test: 7 ppm" in texts(fig)
    assert sentence.startswith("Before its test part the series reaches 7 ppm, in it 9.")
    assert "in ppm, from 2019 to 2020" in sentence
    assert "train 0 to 4, validation 5 to 7, test 8 to 9" in sentence and "10 values" in sentence


def test_compared_says_which_forecast_is_off():
    y = np.sin(np.arange(30.0))
    turned = 3 + np.linspace(-9, 9, 30)  # ends above the others, and begins below them
    forecasts = {"good": y + 0.001, "low": y - 2, "high": y + turned}
    fig, sentence = drawn(figures.compared, dates=DATES[:30], y=y, forecasts=forecasts,
                          label="CO₂ in ppm", unit="ppm")  # fmt: skip
    above, below = fig.axes
    assert all(holds(above, DAYS[:30], forecast) for forecast in forecasts.values())
    assert all(holds(below, DAYS[:30], forecast - y) for forecast in forecasts.values())
    for ax in fig.axes:
        assert height_of(ax, "low") < height_of(ax, "good") < height_of(ax, "high")
        assert ax.get_xlim() == (DAYS[0], DAYS[29])  # so that names stand beside their lines
    assert "in ppm: good hardly off; low 2 below; high 3 above." in sentence


def test_alarms_counts_right_and_false_ones():
    sizes = np.array([0.1, 0.5, 0.6, 0.1, 0.9])
    at = np.array([False, True, False, True, True])
    fig, sentence = drawn(figures.alarms, sizes=sizes, threshold=0.4, at=at)
    (ax,) = fig.axes
    assert holds(ax, [1, 4], [0.5, 0.9]) and holds(ax, [3], [0.1]) and holds(ax, [2], [0.6])
    assert "3 faults were planted, 3 alarms raised, 2 of them right" in sentence
    assert "precision 67%, recall 67%." in sentence and "a threshold at 0.4." in sentence


def test_no_alarm_has_no_precision():
    at = np.array([True, False])
    _, sentence = drawn(figures.alarms, sizes=np.array([0.1, 0.1]), threshold=1.0, at=at)
    assert "precision undefined, recall 0%." in sentence
