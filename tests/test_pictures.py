"""The main figures, one of each kind, look as they looked: pictures compared with stored ones.

tests/test_figures*.py hold what the artists are given; here is what comes of it. Letters differ
from one FreeType to the next, so they are left out, and so is what is smaller than a pixel or two:
both pictures are blurred before they are compared. After a change of looks that is meant to be, run
`make ledger`.
"""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image, ImageChops, ImageFilter

from tests import ledger
from utils import data, diagrams, figures
from utils.plotting import new_figure, stages, style

FOLDER = Path(__file__).parent / "pictures"
TOLERANCE = 6  # of 255, where two pictures differ most, once blurred; see the last test
DPI = 50
STEPS = np.arange(40)


def values():
    """What each figure is given: made up, every array unlike the others."""
    rng = np.random.default_rng(0)
    x, y = data.make_windows(np.arange(20.0), 3, 3)
    flags = np.column_stack([rng.choice([-1.0, 1.0], 40), np.isin(STEPS, (5, 22))])
    gates = {name: rng.uniform(0, 1, (40, 6)) for name in "zrg"}
    unit = {name: np.sin(STEPS / k) ** 2 for name, k in (("f", 9), ("i", 5), ("o", 14))}
    spread = 10.0 ** (-rng.uniform(0.05, 0.2, (5, 1)) * STEPS)
    turn = 0.4 * STEPS + np.array([[0], [2], [4]])
    return {
        "state_paths": {
            "h": 0.95 ** turn[:, :, None] * np.stack([np.cos(turn), np.sin(turn)], -1),
            "radius": 0.95,
            "activation": "linear",
        },
        "gradient_against_lag": {"norms": spread, "exact": 0.8**STEPS, "radius": 0.8},
        "zoo": {
            "names": ["right", "wrong sign", "no transpose"],
            "tensors": ("W_x", "W_h", "b"),
            "errors": np.array([[0, 0, 0], [1, 1, 0.5], [0, 0.4, 0]]),
            "losses": np.exp(np.array([[[-0.1]], [[0.1]], [[-0.02]]]) * np.ones((3, 4, 1)) * STEPS),
            "accuracies": np.array([[1, 1, 0.98, 1], [0.2, 0.4, 0.3, 0.1], [0.7, 0.9, 0.8, 0.6]]),
        },
        "counting": {
            "asked": np.arange(105, 120),
            "answers": np.arange(105, 120) * np.array([[1.01], [0.98], [1.03]]) + 0.5,
        },
        "unit_replay": {
            "x": flags,
            "gates": unit | {"c": np.cos(STEPS / 5)},
            "h": np.sin(STEPS / 4),
            "step": 22,
        },
        "gate_replay": {
            "x": flags,
            "gates": gates,
            "h": rng.uniform(-1, 1, (40, 6)),
            "answer": 0.9,
            "target": 1.0,
            "clamp": {"z": None, "r": 1.0},
        },
        "reach": {"stages": {"Before": {"LSTM": spread, "GRU": spread**2}}, "lags": (10, 30)},
        "windows_in_parts": {
            "x": x[:, :, 0].astype(int),
            "y": y.astype(int),
            "parts": data.split_in_time(len(x), 0.5, 0.25, 1),
        },
        "with_interval": {
            "y": np.sin(STEPS / 3)[:, None] * [1, 1.2] + rng.normal(0, 0.2, (40, 2)),
            "forecast": np.sin(STEPS / 3)[:, None] * [1, 1.2],
            "low": np.sin(STEPS / 3)[:, None] - 0.3,
            "high": np.sin(STEPS / 3)[:, None] + 0.4,
            "level": 0.9,
            "covered": np.array([0.93, 0.81]),
        },
        "unrolled": {"timesteps": 4},
        "forward_step": {
            "x": np.eye(3),
            "W_x": np.array([[0.1, -0.4], [0.7, 1.0], [1.3, 0.2]]),
            "W_h": np.array([[0.5, -0.9], [0.3, 1.2]]),
            "b": np.array([0.2, -0.6]),
            "letters": "abc",
            "t": 2,
        },
        "lstm_cell": {},
        "gru_cell": {},
    }


VALUES = values()


def drawn(name, **given):
    """The figure as a small picture without its letters."""
    draw = getattr(figures, name, None) or getattr(diagrams, name)
    fig = new_figure((7.2, 6) if "replay" in name else (7.2, 3.6))
    fig.set_dpi(DPI)
    list(stages(draw, fig, given))
    ledger.hold(fig)
    for text in fig.findobj(Text):
        text.set_visible(False)
    with style():
        fig.canvas.draw()
    return Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB")


def difference(a, b):
    """By how much two pictures differ where they differ most, once blurred."""
    blurred = (image.filter(ImageFilter.GaussianBlur(2)) for image in (a, b))
    return max(high for _, high in ImageChops.difference(*blurred).getextrema())


@pytest.mark.parametrize("name", VALUES)
def test_picture_is_the_stored_one(name, tmp_path):
    picture, stored = drawn(name, **VALUES[name]), FOLDER / f"{name}.png"
    if os.environ.get("RENEW_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        picture.save(stored, optimize=True)
    picture.save(tmp_path / stored.name)
    apart = difference(picture, Image.open(stored))
    assert apart <= TOLERANCE, f"compare {tmp_path / stored.name} with {stored}"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("gradient_against_lag", {"exact": 0.79**STEPS}),
        ("reach", {"lags": (10, 29)}),
        ("counting", {"answers": VALUES["counting"]["answers"][:, ::-1]}),
        ("with_interval", {"low": VALUES["with_interval"]["low"] - 0.1}),
        ("unit_replay", {"h": np.cos(STEPS / 4)}),
        ("unit_replay", {"step": 23}),
        ("zoo", {"errors": VALUES["zoo"]["errors"].T}),
        ("state_paths", {"h": VALUES["state_paths"]["h"][:, :, ::-1]}),
        ("windows_in_parts", {"parts": data.split_in_time(15, 0.5, 0.25, 0)}),
        ("unrolled", {"timesteps": 5}),
    ],
)
def test_something_else_looks_otherwise(name, wrong):
    """The tolerance is no wider than it may be: a wrong array differs by twice as much."""
    picture = drawn(name, **VALUES[name] | wrong)
    assert difference(picture, Image.open(FOLDER / f"{name}.png")) > 2 * TOLERANCE


def test_pictures_are_small_and_in_use():
    assert {file.stem for file in FOLDER.glob("*.png")} == set(VALUES)
    assert max(file.stat().st_size for file in FOLDER.glob("*.png")) < 30_000


def plain(y=STEPS, colour="red", word="a", low=0.0, cells=1.0):
    """A figure with one of each kind of artist."""
    fig = new_figure((7.2, 3.2))
    ax = fig.subplots()
    ax.plot(STEPS, y, color=colour)
    ax.fill_between(STEPS, y, y + 1)
    ax.axvspan(1, 2)
    ax.annotate(word, (3, 4), (5, 6), textcoords="offset points")
    ax.imshow([[0, cells], [2, 3]])
    ax.set_xlim(low, 50)
    return fig


@pytest.mark.parametrize(
    "other",
    [
        {"y": STEPS + 0.2},
        {"y": np.concatenate([STEPS[:10], STEPS[10:20][::-1], STEPS[20:]])},
        {"colour": "#ff0001"},
        {"word": "b"},
        {"low": -0.5},
        {"cells": 1.1},
    ],
)
def test_the_ledger_tells_what_differs(other):
    old = ledger.entries(plain())
    assert ledger.difference(ledger.entries(plain()), old) is None
    assert ledger.difference(old[:-1], old)
    assert " was " in ledger.difference(ledger.entries(plain(**other)), old)


def test_the_ledger_has_no_figure_of_a_test_that_is_gone():
    for file in FOLDER.glob("*.json"):
        source = file.parent.with_name(f"{file.stem}.py").read_text("utf-8")
        tests = re.findall(r"^def (test_\w+)", source, re.MULTILINE)
        drawn_by = {re.match(r"\w+", key)[0] for key in json.loads(file.read_text("utf-8"))}
        assert drawn_by <= set(tests), drawn_by - set(tests)
