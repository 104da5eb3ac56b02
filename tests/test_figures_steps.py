"""The cells, equation by equation: what is lit, and that the numbers there are right."""

import re

import numpy as np
import pytest
from matplotlib.colors import same_color

from tests.helpers.drawn import drawn, faults, texts
from utils import cells, figures
from utils.plotting import ROLES, Drawing

LSTM = {"x": [0.9, -0.4], "W_x": [1.0, -1.5, 2.0, 1.0], "W_h": [-1.0, 1.0, 0.5, 1.0],
        "b": [-0.5, 1.5, -0.1, 1.0]}  # fmt: skip
GRU = {"x": [0.9, -0.3], "W_x": [-2.0, 1.0, 1.5], "W_h": [-0.5, -1.0, -1.5], "b": [1.5, 0.5, 0.1]}
AFTER = GRU | {"b": [[1.5, 0.5, 0.1], [0.0, 0.0, 0.4]], "reset_after": True}
SIZE = 7.2, 4.2


def lstm_values():
    h = c = np.zeros((1, 1))
    for x_t in LSTM["x"]:
        weights = (np.atleast_2d(LSTM[name]) for name in ("W_x", "W_h"))
        h, c, gates = cells.lstm_step(np.array([[x_t]]), h, c, *weights, np.array(LSTM["b"]))
    return dict(zip("ifgoch", (float(v[0, 0]) for v in (*gates, c, h)), strict=True))


def gru_values(given):
    h, step = np.zeros((1, 1)), cells.gru_step
    if given.get("reset_after"):
        step = cells.gru_step_reset_after
    for x_t in given["x"]:
        weights = (np.atleast_2d(given[name]) for name in ("W_x", "W_h"))
        h, gates = step(np.array([[x_t]]), h, *weights, np.array(given["b"]))
    return dict(zip("zrgh", (float(v[0, 0]) for v in (*gates, h)), strict=True))


def lit_up(draw, **values):
    """The figure and what it says; unlike `drawn`, without a stored picture of each equation."""
    drawing = Drawing(draw, SIZE)
    sentence = drawing.sentence(**values)
    assert not [*faults(drawing.figure)]
    return drawing.figure, sentence


def two(value):
    return f"{value:.2f}".replace("-", "−")


def worked_out(sentence):
    """The value of the lit equation's numbers, as a reader with a calculator finds it."""
    told = re.search(r": (.*?) = [^=]*$", sentence.split(". ")[0] + ".")[1].replace("−", "-")
    terms = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", told.split(" = ")[0])]
    if told.startswith(("σ", "tanh")):  # two products and a bias, or with the reset after them
        x, w_x, *rest = terms
        if len(rest) == 3:
            total = x * w_x + rest[0] * rest[1] + rest[2]
        else:
            b, r, h, w_h, b_h = rest
            total = x * w_x + b + r * (h * w_h + b_h)
        return np.tanh(total) if told.startswith("tanh") else 1 / (1 + np.exp(-total))
    if len(terms) == 2:
        return terms[0] * np.tanh(terms[1])
    return terms[0] * terms[1] + terms[2] * terms[3]


@pytest.mark.parametrize("lit", "ifgoch")
def test_lstm_cell_lights_one_equation(lit):
    values = lstm_values()
    fig, sentence = lit_up(figures.lstm_cell, **LSTM, lit=lit)
    assert sentence.startswith("Step 2 of 2") and f"= {two(values[lit])}." in sentence
    assert worked_out(sentence) == pytest.approx(values[lit], abs=0.01)
    found = texts(fig)
    assert two(values[lit]) in found  # below the cell
    for name in "ifgo":  # in the boxes of what has been computed, and nowhere else
        known = "ifgoch".index(name) <= "ifgoch".index(lit)
        assert (f"${name}_t$ = {two(values[name])}" in found) == known
        assert known or f"${name}_t$" in found


def test_lstm_cell_as_a_whole():
    fig, sentence = drawn(figures.lstm_cell, SIZE, **LSTM)
    found = texts(fig)
    for name in ("c_{t-1}", "c_t", "h_{t-1}", "h_t", "x_t"):
        assert f"${name}$" in found
    assert found.count("$\\sigma$") == 3 and found.count("tanh") == 2
    assert found.count("$\\odot$") == 3 and found.count("+") == 2  # one of them in the equation
    assert {"keep", "write", "show", "forget", "input", "candidate", "output"} <= {*found}
    assert "3 gates" in sentence
    for name, value in lstm_values().items():
        assert f"{name} = {two(value)}" in sentence or f"to {two(value)}" in sentence


def edges(fig):
    """Of the boxes: which colours their edges have."""
    return [patch.get_edgecolor() for patch in fig.axes[0].patches if patch.get_linewidth() == 2]


def test_what_is_not_lit_is_pale():
    fig, _ = drawn(figures.lstm_cell, SIZE, **LSTM, lit="f")
    strong = edges(fig)
    for role in ("f", "input", "state"):
        assert any(same_color(edge, ROLES[role]) for edge in strong)
    assert not any(same_color(edge, ROLES[role]) for edge in strong for role in ("o", "cell"))
    assert len(strong) == 4  # the gate and its curve, the input, the state before


@pytest.mark.parametrize("given", [GRU, AFTER], ids=["before", "after"])
@pytest.mark.parametrize("lit", "zrgh")
def test_gru_cell_lights_one_equation(lit, given):
    values = gru_values(given)
    fig, sentence = lit_up(figures.gru_cell, **given, lit=lit)
    assert f"= {two(values[lit])}." in sentence
    assert worked_out(sentence) == pytest.approx(values[lit], abs=0.01)
    assert two(values[lit]) in texts(fig)


@pytest.mark.parametrize("given", [GRU, AFTER], ids=["before", "after"])
def test_gru_cell_draws_the_reset_on_its_side_of_the_product(given):
    fig, sentence = drawn(figures.gru_cell, SIZE, **given)
    place = {text.get_text(): text.get_position()[0] for text in fig.axes[0].texts}
    reset = max(t.get_position()[0] for t in fig.axes[0].texts if t.get_text() == "reset")
    (product,) = [x for text, x in place.items() if text.startswith("$W_{hg}")]
    after = "reset_after" in given
    assert (reset > product) == after
    assert ("b_{hg}" in " ".join(place)) == after  # the bias inside the bracket
    assert ("after" if after else "before") + " the product" in sentence
    assert "2 gates, 1 candidate and 1 state" in sentence
    assert {"keep", "write", "update", "candidate"} <= {*place}


def test_the_longest_equation_has_room():
    fig, _ = drawn(figures.gru_cell, SIZE, **AFTER, lit="g")
    renderer = fig.canvas.get_renderer()
    row = [text for text in fig.axes[0].texts if text.get_position()[1] < 0.5]
    boxes = sorted((text.get_window_extent(renderer) for text in row), key=lambda box: box.x0)
    boxes = [box for box in boxes if box.width > 1]
    assert len(boxes) > 8 and boxes[0].x0 > 0 and boxes[-1].x1 < fig.bbox.width
    assert all(a.x1 < b.x0 for a, b in zip(boxes[:-1], boxes[1:], strict=True))


def test_nothing_comes_before_the_first_step():
    _, sentence = lit_up(figures.lstm_cell, **LSTM, lit="c", t=1)
    assert "· 0 + " in sentence
