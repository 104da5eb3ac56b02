"""The figures of the LSTM show the data they are given; after tests/test_figures.py."""

import numpy as np
import pytest

from tests.helpers.drawn import drawn, holds, texts
from utils import figures
from utils.plotting import GREY, running_median

RNG = np.random.default_rng(0)
X = np.column_stack([[1, -1, 1, 1, -1, -1], [0, 1, 0, 1, 0, 0]]).astype(float)
GATES = {name: RNG.uniform(0, 1, 6) for name in "fio"} | {"c": RNG.uniform(-1, 1, 6)}
H = RNG.uniform(-1, 1, 6)


def dots(ax):
    """The points of the panel's lines, sets of (x, y), one for each line."""
    return [set(map(tuple, np.column_stack(line.get_data()))) for line in ax.lines]


def test_valves_show_values_flags_and_the_cell_state():
    c = np.array([0.1, -1, -0.9, 1, 0.8, 0.72])
    fig, sentence = drawn(figures.valves, x=X, c=c, f=0.9, i=0.0)
    above, below = fig.axes
    assert dots(above) == [{(0, 1), (2, 1), (4, -1), (5, -1)}, {(1, -1), (3, 1)}]
    assert holds(below, np.arange(6), c)
    assert holds(below, np.arange(1, 6), [-1, -1, 1, 1, 1])  # what it should hold
    assert "At the end the cell state is +0.72, and it should be +1.00." in sentence
    assert "f = 0.9 and i = 0" in sentence and "−1.00 is stored at step 1" in sentence
    assert "before step 3 the cell state is −0.90" in sentence
    assert sentence.endswith("2 steps later, the cell state is +0.72.")


def test_valves_cut_nothing_off():
    c = np.array([0, 1, 5, -9, -3, -20.0])
    fig, _ = drawn(figures.valves, x=X, c=c, f=1.0, i=1.0)
    low, high = fig.axes[1].get_ylim()
    assert holds(fig.axes[1], np.arange(6), c) and low < -20 and high > 20


def test_gradients_of_cells_show_both_cells_and_the_formula():
    lstm, rnn = np.array([[1, 0.5, 0.2]] * 3), np.array([[1, 0.1, 0.01]] * 3)
    fig, sentence = drawn(figures.gradients_of_cells, lstm=lstm, rnn=rnn, bias=0.0)
    (ax,) = fig.axes
    for norms in (lstm[0], rnn[0], [1, 0.5, 0.25]):
        assert holds(ax, [0, 1, 2], norms)
    assert ax.get_yscale() == "log" and "begin near 0.5;" in sentence
    assert "2 steps back the LSTM's gradient is 0.2 times what it was" in sentence
    assert "network's 0.01 times" in sentence and "over 3 networks" in sentence
    assert not any("\N{DOWNWARDS ARROW}" in text for text in texts(fig))


def test_gradients_below_the_panel_are_told_and_marked():
    lstm, rnn = 0.01 ** np.arange(9.0)[None], 0.5 ** np.arange(9.0)[None]
    fig, sentence = drawn(figures.gradients_of_cells, lstm=lstm, rnn=rnn, bias=-10.0)
    assert "LSTM's gradient is about 10⁻¹⁶ times" in sentence
    assert sentence.endswith("to the power of 8 is about 10⁻³⁵.")
    marked = {text for text in texts(fig) if text.endswith(" \N{DOWNWARDS ARROW}")}
    assert len(marked) == 2 and not any("simple" in name for name in marked)


def test_recall_against_delay_shows_every_seed_and_guessing():
    scores = {"simple": np.array([[1, 0.95, 0.8], [0.5, 0.5, 0.6]]), "LSTM": np.ones((2, 3))}
    fig, sentence = drawn(
        figures.recall_against_delay, delays=[5, 10], scores=scores, linear=[0.7, 0.75]
    )
    (ax,) = fig.axes
    heights = [list(line.get_ydata()) for line in ax.lines]
    assert all(list(100 * seed) in heights for seed in scores["simple"].T)
    assert [95, 50] in heights and [70, 75] in heights and [50, 50] in heights
    assert {"simple", "LSTM", "linear model", "guessing"} <= set(texts(fig))
    assert sentence.startswith("Which of 3 seeds recall over 10 steps: simple: none; LSTM: all.")
    assert "simple: some, none; LSTM: all, all" in sentence and "70% to 75%" in sentence


def test_names_stand_beside_the_ends_of_their_lines():
    scores = {"low": np.array([[1.0] * 3, [0.5] * 3]), "high": np.ones((2, 3))}
    fig, _ = drawn(figures.recall_against_delay, delays=[5, 10], scores=scores, linear=[0.7, 0.7])
    heights = {text.get_text(): text.xy[1] for text in fig.axes[0].texts}
    assert heights["low"] < 0.3 < heights["linear model"] < 0.7 < heights["high"]


def test_learning_by_bias_counts_who_has_learned():
    losses = {0: np.full((3, 60), 0.7), 3: np.tile(np.geomspace(0.6, 0.01, 60), (3, 1))}
    losses[0][0] = 0.02
    fig, sentence = drawn(figures.learning_by_bias, losses=losses, chance=0.69)
    (ax,) = fig.axes
    assert holds(ax, np.arange(60), losses[0][1])
    assert holds(ax, np.arange(60), running_median(losses[3][0]))
    assert {"$b_f = 0$", "$b_f = 3$", "guessing"} <= set(texts(fig))
    on_top = max(ax.lines, key=lambda line: line.get_zorder())
    assert holds(ax, np.arange(60), on_top.get_ydata()) and on_top.get_ydata()[0] == 0.7
    assert sentence.startswith("Which of 3 seeds have halved the loss of guessing after 60 steps")
    assert "some with 0, all with 3. Each thin line is one of 3 seeds" in sentence


def test_unit_replay_shows_gates_and_states_and_marks_the_step():
    fig, sentence = drawn(figures.unit_replay, size=(7.2, 5), x=X, gates=GATES, h=H, step=3)
    top, middle, bottom = fig.axes
    assert dots(top)[1] == {(1, -1), (3, 1)}
    assert all(holds(middle, np.arange(6), GATES[name]) for name in "fio")
    assert holds(bottom, np.arange(6), GATES["c"]) and holds(bottom, np.arange(6), H)
    assert all([3, 3] in [list(line.get_xdata()) for line in ax.lines] for ax in fig.axes)
    assert sentence.startswith("Step 3, value +1.00, flag up: ")
    assert f"f = {GATES['f'][3]:.2f}" in sentence and "held" not in sentence


def test_unit_replay_says_what_is_clamped():
    values = {"x": X, "gates": GATES, "h": H, "step": 3}
    fig, sentence = drawn(figures.unit_replay, (7.2, 5), **values, clamp="f = 1", since=2)
    assert "From step 2 on the gates are held: f = 1." in sentence
    for ax in fig.axes:
        (shade,) = ax.patches
        assert (shade.get_x(), shade.get_x() + shade.get_width()) == (1.5, len(X))


def test_a_riddle_does_not_name_its_gates():
    names = {"f": "B", "i": "C", "o": "A"}
    values = {"x": X, "gates": GATES, "h": H, "step": None}
    fig, sentence = drawn(figures.unit_replay, (7.2, 5), **values, names=names)
    known, _ = drawn(figures.unit_replay, (7.2, 5), **values | {"step": 1})
    assert {text.get_text() for text in fig.axes[1].texts} == {"A", "B", "C"}
    assert [line.get_label() for line in fig.axes[1].lines[:3]] == ["A", "B", "C"]
    colours = {line.get_color() for ax in known.axes for line in ax.lines}
    for line in fig.axes[1].lines[:3]:
        (gate,) = [g for g, letter in names.items() if letter == line.get_label()]
        assert np.allclose(line.get_ydata(), GATES[gate])
    riddle = {line.get_color() for line in fig.axes[1].lines[:3]}
    assert len(riddle) == 3 and not riddle & {*colours} - {GREY}
    assert not any(word in sentence for word in ("forget", "f =", "o ="))


@pytest.mark.parametrize("length", [20, 50])
def test_state_growth_shows_each_run_up_to_its_length(length):
    tanh, relu = np.full((2, 50), 0.5), np.tile(2.0 ** np.arange(50), (2, 1))
    relu[1, 40:] = np.nan  # overflow
    fig, sentence = drawn(
        figures.state_growth, sizes={"tanh": tanh, "relu": relu}, trained=20, length=length
    )
    steps = np.arange(1, length + 1)
    assert holds(fig.axes[0], steps, tanh[0, :length])
    assert holds(fig.axes[0], steps, np.minimum(relu[0, :length], 1e12))
    assert f"read {length} steps" in sentence and fig.axes[0].get_xlim() == (1, 50)
    assert ("unread" in texts(fig)) == (length < 50)
    assert "in none of 2 runs with tanh, in all of 2 runs with relu." in sentence
