"""The figures of the gated cells show the data they are given; after tests/test_figures.py."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.helpers.drawn import drawn, height_of, holds, texts
from utils import figures
from utils.plotting import Drawing

RNG = np.random.default_rng(0)
GATES = {name: RNG.uniform(0, 1, (6, 3)) for name in "zrg"}
H = RNG.uniform(-1, 1, (6, 3))
X = np.column_stack([[1, -1, 1, 1, -1, -1], [0, 1, 0, 1, 0, 0]]).astype(float)


def line_data(ax):
    return [np.column_stack(line.get_data()) for line in ax.lines]


def replayed(answer=0.9, target=1.0, **clamp):
    held = {"z": None, "r": None} | clamp
    values = {"x": X, "gates": GATES, "h": H, "answer": answer, "target": target, "clamp": held}
    return drawn(figures.gate_replay, size=(7.2, 5.4), **values)


def test_gate_replay_shows_input_gates_and_state():
    fig, sentence = replayed()
    shown = [ax.images[0].get_array() for ax in fig.axes]
    for array, values in zip(shown, (X[:, :1], GATES["z"], GATES["r"], H), strict=True):
        assert np.allclose(array, values.T)
    frames = [(patch.get_x(), patch.get_width()) for patch in fig.axes[1].patches]
    assert frames == [(0.5, 1), (2.5, 1)]  # steps 1 and 3, counted from 0
    flagged = GATES["r"][[1, 3]].mean()
    assert f"the mean of r is {flagged:.1f} at the flagged steps" in sentence
    assert "To recall: +1" in sentence and "90%, which is right" in sentence


def test_gate_replay_says_what_is_held():
    fig, sentence = replayed(answer=0.9, target=0.0, z=1.0)
    assert "z is held at 1" in sentence and "mean of r" in sentence
    assert "To recall: −1" in sentence and "which is wrong" in sentence
    assert "held at 1" in texts(fig) and "free" in texts(fig)


@pytest.mark.parametrize(("answer", "words"), [(0.505, "a guess"), (0.52, "right"), (0.4, "wrong")])
def test_gate_replay_tells_a_guess_from_an_answer(answer, words):
    _, sentence = replayed(answer=answer)
    assert f"which is {words}." in sentence


NORMS = np.array([[1, 0.1, 0.01], [1, 0.2, 0.04], [1, 0.3, 0.09]])


def test_reach_shows_medians_and_names_them():
    stages = {"First": {"LSTM": NORMS, "GRU": NORMS / 2}, "Then": {"SimpleRNN": 2 * NORMS}}
    fig, sentence = drawn(figures.reach, stages=stages, lags=(1, 2))
    left, right = fig.axes
    assert holds(left, range(3), [1, 0.2, 0.04]) and holds(left, range(3), [0.5, 0.1, 0.02])
    assert holds(left, [1, 2], [0.2, 0.04])  # the dots
    assert holds(right, range(3), [2, 0.4, 0.08]) and right.get_yscale() == "log"
    assert left.get_title(loc="left") == "First" and right.get_title(loc="left") == "Then"
    assert {"LSTM", "GRU", "SimpleRNN"} <= set(texts(fig))
    assert "a hundredth is left 1 and 2 steps back: in none. What" in sentence
    assert "First: LSTM 0.2 and 0.04; GRU 0.1 and 0.02. Then: SimpleRNN 0.4" in sentence


def test_reach_keeps_cells_apart_where_they_overlap():
    """The picture has few colours: those of two areas must not become one."""
    png, _ = Drawing(figures.reach).picture(
        stages={"A": {"LSTM": NORMS * [1, 1, 3], "GRU": NORMS}}, lags=(2,)
    )
    shades = np.array(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)
    areas = {
        tuple(c)
        for c, n in zip(*np.unique(shades, axis=0, return_counts=True), strict=True)
        if n > 500
    }
    pale = [c for c in areas if 300 < sum(map(int, c)) < 720]
    assert any(c[2] > c[1] + 5 for c in pale) and any(c[1] > c[2] + 5 for c in pale), pale


def test_reach_can_compare_with_a_formula():
    norms = np.array([[1, 0.5, 0.3]])
    exact = ("half", np.array([1, 0.5, 0.25]))
    fig, sentence = drawn(figures.reach, stages={"A": {"GRU": norms}}, lags=(2,), exact=exact)
    assert holds(fig.axes[0], range(3), exact[1]) and "half" in texts(fig)
    assert holds(fig.axes[0], [0, 1], [0.5, 0.5]) and "½" in texts(fig)
    assert sentence.startswith("A: GRU 0.3; half 0.2. What is left")


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([7.0], "most of it or more"),
        ([0.5, 0.5, 1e-4], "0.5 (in one run less than a thousandth of that)"),
        ([0.5, 0.5, 0.5, 1e-4, 1e-4], "0.5 (in some runs less than a thousandth of that)"),
        pytest.param([1e-15], "below 10⁻¹²", id="below-the-floor"),
    ],
)
def test_reach_says_what_is_left(ends, words):
    norms = np.array([[1, end] for end in ends])
    _, sentence = drawn(figures.reach, stages={"A": {"GRU": norms}}, lags=(1,))
    assert sentence.startswith(f"A: GRU {words}. What is left")


def test_accuracy_against_delay_shows_every_run():
    runs = np.array([[1.0, 0.99, 1.0], [0.97, 0.5, 0.6], [0.5, 0.51, 0.49]])
    fig, sentence = drawn(
        figures.accuracy_against_delay,
        delays=[5, 10, 20],
        scores={"A": {"GRU": runs}},
        baselines={"guessing": 0.5},
    )
    (ax,) = fig.axes
    assert all(holds(ax, np.full(3, k), 100 * runs[k]) for k in range(3))
    assert holds(ax, range(3), 100 * np.median(runs, axis=1))
    assert 50 in [line.get_ydata()[0] for line in ax.lines]  # chance
    assert [t.get_text() for t in ax.get_xticklabels()] == ["5", "10", "20"]
    assert sentence.startswith("Learnt over 20 steps in every run: by none. Dots are runs, 3 for")
    assert "A: GRU some or all (5, 10), none (20)." in sentence


def test_accuracy_against_delay_joins_delays():
    runs = np.ones((3, 2))
    fig, sentence = drawn(
        figures.accuracy_against_delay,
        delays=[5, 10, 20],
        scores={"A": {"GRU": runs, "LSTM": 0.9 * runs}, "B": {"LSTM": runs}},
        baselines={"guessing": 0.5, "linear": 0.7},
    )
    left, right = fig.axes
    assert height_of(left, "GRU") > height_of(left, "LSTM") and height_of(right, "LSTM")
    assert "A: GRU every run (5, 10, 20); LSTM some or all (5, 10, 20). B: LSTM every" in sentence
    assert sentence.endswith("For comparison, guessing gets 50%, linear gets 70%.")
