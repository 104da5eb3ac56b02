"""Explorers without a browser: what is displayed, kept, redrawn and refused."""

import asyncio
import gc
import io
import math
import re
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from ipywidgets import (
    Checkbox,
    Dropdown,
    FloatLogSlider,
    FloatRangeSlider,
    FloatSlider,
    IntSlider,
    RadioButtons,
    SelectionSlider,
    ToggleButtons,
    fixed,
)
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from PIL import Image

from tests.helpers.curve import SMALL, curve, picture_in
from utils import plotting
from utils.explore import Explorer, ahead, explore
from utils.explore.widget import BREATH, PAUSE
from utils.plotting import Drawing
from utils.words import number


def controls():
    return {
        "w": FloatSlider(0.5, min=0, max=1.2, step=0.1, description="weight"),
        "shape": Dropdown(options=["line", "square"], description="shape"),
        "dots": Checkbox(description="dots"),
    }


@pytest.fixture
def live(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    return Explorer(curve, controls(), SMALL)


def test_static_mode_shows_the_initial_values(shown, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")
    explore(curve, size=SMALL, **controls())
    plotting.show(curve, size=SMALL, w=0.5)
    assert shown[0]["text/plain"] == shown[1]["text/plain"]
    assert picture_in(shown[0]["text/html"]) == picture_in(shown[1]["text/html"])
    assert shown[1]["text/html"] in shown[0]["text/html"] and len(shown) == 2


def test_what_is_stored_says_which_controls_appear_when_it_is_run(shown, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")
    explore(curve, size=SMALL, **controls())
    explore(curve, size=SMALL, w=FloatSlider(0.2, max=1, step=0.1, description="a < b"))
    three, one = (bundle["text/html"] for bundle in shown)
    listed = "weight (now 0.5), shape (now line), dots (now off)"
    assert f"Run this cell, and three controls appear here: {listed}." in three
    assert "Run this cell, and one control appears here: a &lt; b (now 0.2)." in one


def test_live_mode_shows_the_widget_and_stores_a_figure_with_it(shown, monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    explore(curve, size=SMALL, **controls())
    widget, still = shown
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert still["text/plain"] == "line: <w> is 0.5."
    assert picture_in(still["text/html"])[:4] == b"\x89PNG"
    assert "line: &lt;w&gt; is 0.5." in still["text/html"]
    assert re.search(r'<div class="course-still-\w+"', still["text/html"])


def test_a_move_gives_a_new_picture_and_sentence(live):
    before = live.shown["png"]
    (reply,) = replies(live, [8, 1, 1], until=0)
    assert (reply["n"], reply["done"], reply["problem"]) == (1, 1, "")
    assert live.shown["sentence"] == "square: <w> is 0.8."
    expected, _ = Drawing(curve, SMALL).picture(w=0.8, shape="square", dots=True)
    assert live.shown["png"] == expected != before


def test_the_picture_travels_as_bytes(live):
    assert isinstance(live.get_state()["held0"]["png"], bytes)


def test_a_failing_drawing_keeps_the_last_picture_until_the_next_good_move(live):
    good, bad, again = replies(live, [8, 0, 0], [12, 0, 0], [8, 0, 0], until=0)
    assert good["png"] == bad["png"] == again["png"]
    assert bad["sentence"] == "line: <w> is 0.8."
    assert "ZeroDivisionError: w is too large" in bad["problem"]
    assert good["problem"] == again["problem"] == ""


# --- drawings that train and show how far they are --------------------------------------------


def growing(fig, steps, fail=False):
    (ax,) = plotting.panels(fig)
    for step in range(1, steps + 1):
        ax.plot([0, step], [0, 1])
        if fail and step == 3:
            raise FloatingPointError("the loss is not finite")
        yield step / steps, f"{step} of {steps} steps."


def training(draw=growing):
    return Explorer(draw, {"steps": IntSlider(2, min=1, max=9), "fail": False}, SMALL)


def replies(explorer, *requests, until=0.3, apart=2 * BREATH, look=False):
    """What the explorer replies, and shows then, to positions asked for and controls in focus.

    To `look` is to wait between them until all is drawn ahead that will be.
    """
    seen = []
    explorer.observe(lambda change: seen.append(change.new | explorer.shown), "reply")

    async def kernel():
        for n, request in enumerate(requests, 1):
            if isinstance(request, int):
                explorer._handle_custom_msg({"focus": request}, [])
            else:
                explorer.asked = {"n": n, "positions": request}
            await (explorer._task if look else asyncio.sleep(apart))
        await asyncio.sleep(0 if look else until)

    asyncio.run(kernel())
    return seen


def test_static_mode_shows_a_training_in_its_end(shown):
    plotting.show(growing, size=SMALL, steps=3)
    (bundle,) = shown
    assert bundle["text/plain"] == "3 of 3 steps."
    drawing = Drawing(growing, SMALL)
    drawing.said(steps=3)
    assert picture_in(bundle["text/html"]) == drawing.png(sharp=True)


def test_a_training_is_shown_picture_by_picture():
    explorer = training()
    assert explorer.shown["sentence"] == "2 of 2 steps." and explorer.reply["done"] == 1
    seen = replies(explorer, [3, 0])
    assert [r["sentence"] for r in seen] == [f"{k} of 4 steps." for k in (1, 2, 3, 4)]
    assert [r["done"] for r in seen] == [0.25, 0.5, 0.75, 1]
    assert {r["n"] for r in seen} == {1}


def test_a_move_ends_the_training_under_way():
    seen = replies(training(), [8, 0], [2, 0])
    assert [r["sentence"] for r in seen if r["n"] == 2] == [f"{k} of 3 steps." for k in (1, 2, 3)]
    first = [r for r in seen if r["n"] == 1]
    assert 1 <= len(first) < 9 and seen.index(first[-1]) < len(first)


def test_a_training_that_fails_keeps_its_last_picture_and_says_why():
    explorer = training()
    *_, last = replies(explorer, [5, 1])
    assert last["done"] == 1 and last["sentence"] == "2 of 6 steps."
    assert "FloatingPointError: the loss is not finite" in last["problem"]
    *_, last = replies(explorer, [0, 0])
    assert last["sentence"] == "1 of 1 steps." and not last["problem"]


def test_a_training_that_ends_early_is_over():
    def diverging(fig, steps, fail):
        plotting.panels(fig)
        yield 1 / 2, "The loss is not finite after 1 step."

    *_, last = replies(training(diverging), [4, 0])
    assert last["done"] == 1 and last["sentence"] == "The loss is not finite after 1 step."


# --- pictures drawn ahead -----------------------------------------------------------------------


def held(explorer):
    """The positions of all pictures that can be shown at once."""
    state = explorer.get_state()
    return sorted(p for k in range(4) if (p := state[f"held{k}"].get("positions")))


@pytest.fixture
def drawn(live, monkeypatch):
    """The values with which `live` has drawn since."""
    values = []

    def noted(fig, **given):
        values.append(given)
        return curve(fig, **given)

    monkeypatch.setattr(live, "_draw", noted)
    return values


def test_after_a_move_the_next_is_drawn_ahead_and_not_again(live, drawn):
    first, second = replies(live, [6, 0, 0], [7, 0, 0], look=True)
    assert [values["w"] for values in drawn] == [0.6, 0.7, 0.8]
    assert first["sentence"] == "line: <w> is 0.6." and first["positions"] == [6, 0, 0]
    assert second["sentence"] == "line: <w> is 0.7." and second["n"] == 2
    assert held(live) == [[6, 0, 0], [7, 0, 0], [8, 0, 0]]


@pytest.mark.parametrize(
    ("move", "likely"),
    [
        ([4, 0, 0], [[3, 0, 0]]),
        ([7, 0, 0], [[8, 0, 0], [9, 0, 0]]),
        ([10, 0, 0], [[11, 0, 0]]),  # 15 is no position
        ([0, 0, 0], [[1, 0, 0]]),  # there is nothing before it: back
        ([5, 1, 0], [[5, 0, 0]]),
        ([5, 0, 1], [[5, 0, 0]]),
        ([4, 1, 0], []),  # as no single key does
        ([5, 0, 0], []),
    ],
)
def test_the_likely_next_is_on_by_one_as_far_again_or_back_from_the_end(live, move, likely):
    assert ahead.likely([5, 0, 0], move, [12, 1, 1]) == likely
    replies(live, move, look=True)
    assert all(positions in held(live) for positions in likely if positions[0] <= 10)


def test_a_control_in_focus_has_both_its_neighbours_drawn(live):
    replies(live, 0, look=True)
    assert held(live) == [[4, 0, 0], [6, 0, 0]]
    replies(live, 1, look=True)
    assert held(live) == [[4, 0, 0], [5, 1, 0], [6, 0, 0]]
    replies(live, 2, look=True)
    assert [5, 0, 1] in held(live) and live.size == [300, 200]
    assert live.reply["n"] == 0 and live.shown["sentence"] == "line: <w> is 0.5."


@pytest.mark.parametrize("focus", [3, -1, None, "0", 0.5, [0], {}])
def test_a_focus_that_makes_no_sense_does_no_harm(live, focus):
    async def kernel():
        live._on_hint(live, {"focus": focus}, [])
        await asyncio.sleep(3 * PAUSE)

    asyncio.run(kernel())
    assert held(live) == []


def test_what_is_held_is_what_would_be_drawn(live):
    rng = np.random.default_rng(0)
    requests = []
    for k in rng.integers(13, size=40).tolist():
        requests += [k % 3] if k < 4 else [[k, k % 2, int(rng.integers(2))]]
    seen = replies(live, *requests, apart=PAUSE)
    good = [r for r in requests if not isinstance(r, int) and r[0] <= 10]
    assert [r["positions"] for r in seen if not r["problem"]] == good
    kept = [live.get_state()[f"held{k}"] for k in range(4)]
    drawing = Drawing(curve, SMALL)
    for picture in [picture for picture in seen + kept if picture.get("positions")]:
        expected = drawing.picture(**live._values(picture["positions"]))
        assert (picture["png"], picture["sentence"]) == expected


def test_the_picture_that_was_not_shown_for_longest_is_given_up(live):
    replies(live, *([k, 0, 0] for k in (6, 7, 6, 5)), look=True)
    assert held(live) == [[4, 0, 0], [5, 0, 0], [6, 0, 0], [8, 0, 0]]


def test_nothing_is_drawn_ahead_between_quick_requests(live, drawn, monkeypatch):
    monkeypatch.setattr("utils.explore.widget.PAUSE", 5)
    replies(live, *([k, 0, 0] for k in range(10)), until=0)
    assert len(drawn) == 10


def test_the_picture_that_is_shown_keeps_its_place(live):
    replies(live, [8, 0, 0], until=0)
    shown = live.shown
    replies(live, 0, 1, 2, 0, 1, 2, look=True)
    assert live.shown == shown and len(held(live)) == 4


def test_nothing_is_drawn_ahead_that_is_slow_or_trains(live, drawn, monkeypatch):
    monkeypatch.setattr("utils.explore.widget.QUICK", 0)
    replies(live, [8, 0, 0], look=True)
    assert len(drawn) == 1
    explorer = training()
    replies(explorer, 0, [3, 0], [3, 1], 0, 1, look=True)
    assert held(explorer) == []


def test_a_drawing_that_fails_ahead_is_not_told_of_until_it_is_asked_for(live):
    (reply,) = replies(live, [10, 0, 0], look=True)
    assert live.reply["n"] == 1 and not live.reply["problem"] and [11, 0, 0] not in held(live)
    (_, reply) = replies(live, [9, 0, 0], [11, 0, 0])
    assert "w is too large" in reply["problem"] and reply["sentence"] == "line: <w> is 0.9."


def test_a_newer_focus_ends_what_was_drawn_for_the_older(live, drawn):
    replies(live, 0, 1, 2, until=0.3)
    assert len(drawn) == 1 and held(live) == [[5, 0, 1]]


def test_a_cell_that_begins_amid_a_drawing_makes_it_old(live, monkeypatch):
    cells = [5]
    monkeypatch.setattr("utils.explore.widget._cells_run", lambda: cells[0])

    def slow(fig, **values):
        cells[0] += 1  # in another thread, as JupyterLab's subshells allow
        return curve(fig, **values)

    monkeypatch.setattr(live, "_draw", slow)
    first, again = replies(live, [6, 0, 0], [6, 0, 0], until=0)
    assert (first["cells"], again["cells"]) == (5, 6)


def test_a_training_that_does_not_look_like_one_is_not_drawn_ahead():
    explorer = training(lambda *given, **values: growing(*given, **values))
    replies(explorer, [3, 0])
    before = explorer.get_state()
    replies(explorer, 0, look=True)
    assert explorer.get_state() == before and held(explorer) == []


def test_what_fails_slowly_is_not_drawn_ahead_again(live, monkeypatch):
    begun = []

    def failing(fig, **values):
        begun.append(values)
        raise ValueError("after a while")

    monkeypatch.setattr(live, "_draw", failing)
    replies(live, 0, 1, 0, look=True)
    assert len(begun) == 1


def test_after_a_cell_was_run_everything_is_drawn_anew(live, drawn, monkeypatch):
    replies(live, [6, 0, 0], look=True)
    assert held(live) == [[6, 0, 0], [7, 0, 0]] and len(drawn) == 2
    monkeypatch.setattr("utils.explore.widget._cells_run", lambda: 7)
    seven, six = replies(live, [7, 0, 0], [6, 0, 0], until=0)
    assert len(drawn) == 4 and seven["cells"] == six["cells"] == 7
    assert held(live) == [[6, 0, 0], [7, 0, 0]]  # and not the older ones as well


# --- requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positions", "sentence"),
    [
        ([-5, 99, 7], "square: <w> is 0."),
        (["3", None, 0.5], "line: <w> is 0.5."),
        ([float("nan"), [1], {}], "line: <w> is 0.5."),
        ([], "line: <w> is 0.5."),
        ("abc", "line: <w> is 0.5."),
        (None, "line: <w> is 0.5."),
        ([6, 0, 0, 4, 4], "line: <w> is 0.6."),
    ],
)
def test_positions_that_make_no_sense_do_no_harm(live, positions, sentence):
    (reply,) = replies(live, positions, until=0)
    assert (reply["n"], reply["sentence"], reply["problem"]) == (1, sentence, "")


def test_every_reply_says_where_the_controls_stand_for_the_windows_that_did_not_ask(live):
    explorer = training()
    for each, asked, stood in (
        (live, [6, 0, 0], [6, 0, 0]),
        (live, [12, 0, 1], [12, 0, 1]),  # it fails
        (live, [6, 0, 0], [6, 0, 0]),  # held still
        (live, [6, 99], [6, 1, 0]),  # the nearest that make sense
        (explorer, [3, 0], [3, 0]),  # four pictures
    ):
        said = []
        each.observe(lambda change, said=said: said.append(change.new["positions"]), "reply")
        replies(each, asked)
        each.unobserve_all("reply")
        each.asked = {"n": 0}
        assert said and all(positions == stood for positions in said)


def test_two_hundred_moves_leave_nothing_behind(live):
    def count():
        gc.collect()
        objects = gc.get_objects()
        return [sum(isinstance(o, kind) for o in objects) for kind in (Figure, Artist)]

    def move(times):
        replies(live, *([n % 10, n % 2, n % 2] for n in range(times)), until=0)

    move(20)
    before = count()
    move(200)
    assert count() == before


def test_what_lives_is_put_aside_and_freed_by_the_next_explorer(shown, monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    model = type("Model", (), {})()
    model.itself, gone = model, weakref.ref(model)
    try:
        explore(curve, size=SMALL, **controls())
        del model
        gc.collect()
        assert gone() is not None  # looked through again it would be freed
        explore(curve, size=SMALL, **controls())
        assert gone() is None
    finally:
        gc.unfreeze()


def test_importing_explorers_is_light():
    code = (
        "import sys, utils.explore; "
        "print(*{'matplotlib.pyplot', 'tensorflow', 'keras', 'torch'} & set(sys.modules))"
    )
    root = Path(__file__).parents[1]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (run.returncode, run.stdout.strip()) == (0, ""), run.stderr


# --- controls ---------------------------------------------------------------------------------


def control(widget):
    """What a widget, or what interact makes one of, becomes as the control `w`."""
    return Explorer(curve, {"w": widget}, SMALL)._controls[0]


@pytest.mark.parametrize(
    ("widget", "kind", "trait", "label"),
    [
        (FloatSlider(0.5, max=1, description="weight"), "slider", "value", "weight"),
        (IntSlider(0, max=1), "slider", "value", "w"),
        (FloatLogSlider(0.1, min=-1, max=0), "slider", "value", "w"),
        (SelectionSlider(options=[0.1, 1]), "slider", "index", "w"),
        (Dropdown(options=[0.1, 1]), "choice", "index", "w"),
        (ToggleButtons(options=[0.1, 1]), "radios", "index", "w"),
        (RadioButtons(options=[0.1, 1]), "radios", "index", "w"),
        (Checkbox(), "switch", "value", "w"),
        ((0, 1, 0.25), "slider", "value", "w"),
        ((0, 1), "slider", "value", "w"),
        ([0.1, 1], "choice", "index", "w"),
        ({"little": 0.1, "much": 1}, "choice", "index", "w"),
        (True, "switch", "value", "w"),
        (0.5, "slider", "value", "w"),
    ],
)
def test_whatever_interact_takes_becomes_a_control(widget, kind, trait, label):
    found = control(widget)
    assert (found.kind, found.trait, found.label) == (kind, trait, label)
    assert len(found.states) == len(found.values) == len(found.texts)


def test_an_abbreviation_begins_where_the_function_does():
    def draw(fig, start=(3), of="b"):
        return curve(fig, 0.1 * start) + of

    start, of = Explorer(draw, {"start": (0, 9), "of": ["a", "b"]}, SMALL)._controls
    assert (start.widget.value, of.widget.value) == (3, "b")


def test_sliders_hold_clean_numbers():
    tenths = control(FloatSlider(0.3, min=-1, max=1, step=0.1))
    assert tenths.values[3] == -0.7 and tenths.values[13] == 0.3 and tenths.nearest() == 13
    hundreds = control(FloatSlider(0, max=200 + 1e-6, step=100))  # a millionth of a step
    assert hundreds.values == (0, 100, 200)
    assert tenths.texts[0] == "−1.0" and tenths.texts[-1] == "1.0"
    units = control(IntSlider(1, min=-1, max=1, step=2))
    assert units.values == (-1, 1) and all(type(v) is int for v in units.values)
    assert control(FloatSlider(0, min=-2, max=1, step=0.25)).texts[1] == "−1.75"
    assert control(FloatSlider()).last == 1000  # as it comes


def test_options_are_written_as_numbers_are_in_the_course():
    rates = control(SelectionSlider(options=[0.0001, 0.003, 1], value=0.003))
    assert rates.texts == ("0.0001", "0.003", "1") and rates.nearest() == 1
    assert control(Dropdown(options=[-1_000_000, 1])).texts == ("−1,000,000", "1")
    assert control({"one": 1, "1e-06": 1e-6}).texts == ("one", "0.000001")
    assert control(np.geomspace(0.125, 1, 4)).texts == ("0.125", "0.25", "0.5", "1")
    assert all(type(v) is float for v in control(np.geomspace(0.125, 1, 4)).values)
    powers = control(FloatLogSlider(0.01, min=-3, max=0, step=0.5))
    assert powers.texts == ("0.001", "0.00316", "0.01", "0.0316", "0.1", "0.316", "1")
    assert powers.values[2] == 0.01 and powers.nearest() == 2


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"w": FloatSlider(0.55, max=1)}, ValueError, r"of w must be one of 0.0, .*; got 0.55$"),
        ({"w": IntSlider(2, max=9, step=3)}, ValueError, r"of w must be one of 0, 3, 6, 9; got 2"),
        ({"w": FloatSlider(math.nan, max=1)}, ValueError, "value of w must be one of .* got nan"),
        ({"w": FloatSlider(max=1, step=0.3)}, ValueError, "step of w .* 0.0 to 1.0 .* got 0.3"),
        ({"w": FloatSlider(max=1.00001, step=0.01)}, ValueError, "whole number of steps"),
        ({"w": IntSlider(max=5000)}, ValueError, "from 1 to 1000, got 1$"),
        ({"w": FloatSlider(max=1, step=1e-6)}, ValueError, "from 1 to 1000, got 1e-06"),
        ({"w": FloatSlider(max=1, step=-0.1)}, ValueError, "step of w .* got -0.1"),
        ({"w": FloatSlider(max=1, step=None)}, ValueError, "step of w must be a finite number"),
        ({"w": FloatSlider(max=math.inf)}, ValueError, "max of w must be a finite number, got inf"),
        ({"w": FloatSlider(max=0)}, ValueError, "step of w must divide the range from 0.0 to 0.0"),
        ({"w": (5, 1)}, ValueError, "w can't be made a control: .*min=5"),
        ({"w": Dropdown(options=[("a", 1), ("a", 2)])}, ValueError, "different names, got .'a', "),
        ({"w": [1]}, ValueError, "w needs from 2 to 1001 positions"),
        ({"w": Dropdown(options=[1, 2], value=None)}, ValueError, "one of 1, 2; got None"),
        ({"w": "0.5"}, TypeError, "w must be one of ipywidgets' IntSlider, .* got '0.5'"),
        ({"w": FloatRangeSlider()}, TypeError, "Checkbox, .* got FloatRangeSlider"),
        ({"w": None}, TypeError, "w must be one of .* got None"),
        ({}, TypeError, "a control at least"),
        ({"w": fixed(0.5)}, TypeError, "a control at least"),
        ({"x": True}, TypeError, "what the drawing function takes"),
        ({"dots": True}, TypeError, "missing .* 'w'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given, error, message):
    with pytest.raises(error, match=message):
        explore(curve, **given)


# --- the widgets hold the state -------------------------------------------------------------------


@pytest.fixture
def weight(live):
    return live._controls[0].widget


def test_a_value_set_in_a_cell_moves_the_explorer(live, weight):
    weight.value = 0.7
    assert live.shown["sentence"] == "line: <w> is 0.7." and live.reply["positions"] == [7, 0, 0]
    live._controls[1].widget.value = "square"
    live._controls[2].widget.value = True
    assert live.shown["sentence"] == "square: <w> is 0.7." and live.reply["positions"] == [7, 1, 1]


def test_a_value_between_two_positions_goes_to_the_nearest(live, weight):
    for value, stands in ((0.74, 0.7), (0.3 + 1e-16, 0.3), (7, 1.2), (-1, 0), (math.nan, 0)):
        weight.value = value
        assert weight.value == pytest.approx(stands) and live.reply["positions"][0] == stands * 10


def test_the_readers_moves_are_heard(live, weight):
    heard = []
    weight.observe(lambda change: heard.append((change.old, change.new)), "value")
    replies(live, [8, 0, 0], [3, 1, 0], until=0)
    assert heard == [(0.5, 0.8), (0.8, 0.3)]
    assert live._controls[1].widget.value == "square"


def test_who_hears_a_move_may_move_another_control(live, weight):
    shape = live._controls[1].widget
    weight.observe(lambda change: setattr(shape, "value", "square"), "value")
    *_, last = replies(live, [8, 0, 0], until=0)
    assert last["sentence"] == "square: <w> is 0.8." and last["positions"] == [8, 1, 0]


def test_explorers_that_share_a_widget_move_together(live, weight):
    other = Explorer(curve, {"w": weight}, SMALL)
    replies(live, [8, 1, 0])
    assert other.shown["sentence"] == "line: <w> is 0.8." and other.reply["positions"] == [8]
    replies(other, [2])
    assert live.shown["sentence"] == "square: <w> is 0.2."
    weight.value = 1
    assert [e.reply["positions"] for e in (live, other)] == [[10, 1, 0], [10]]


def test_one_widget_may_be_two_controls():
    def two(fig, a, b):
        return curve(fig, a) + number(b)

    both = FloatSlider(0.5, max=1)
    explorer = Explorer(two, {"a": both, "b": both}, SMALL)
    for asked in ([7, 5], [5, 7]):
        *_, last = replies(explorer, asked, until=0)
        explorer.asked = {"n": 0}
        assert last["positions"] == [7, 7]
        both.value = 0.5


def test_a_training_follows_its_widgets_to_the_end():
    explorer = training()
    steps = explorer._controls[0].widget
    seen = []
    explorer.observe(lambda change: seen.append(explorer.shown["sentence"]), "reply")

    async def kernel():
        steps.value = 9
        steps.value = 3
        await asyncio.sleep(0.3)

    asyncio.run(kernel())
    assert seen == ["1 of 9 steps.", *(f"{k} of 3 steps." for k in (1, 2, 3))]
    steps.value = 2  # where no loop runs, as in a thread of the reader's own
    assert explorer.shown["sentence"] == "2 of 2 steps."


def test_a_drawing_that_fails_is_told_of_on_the_page_and_not_in_the_cell(live, weight):
    weight.value = 1.1
    assert "w is too large" in live.reply["problem"] and weight.value == 1.1
    weight.value = 1.0
    assert not live.reply["problem"]


def test_other_options_are_other_positions(live, weight):
    shape = live._controls[1].widget
    replies(live, [6, 1, 0], look=True)
    shape.options = ["cube", "ball", "ring"]
    assert live.shown["sentence"] == "cube: <w> is 0.6." and held(live) == [[6, 0, 0]]
    assert live.controls[1]["texts"] == ("cube", "ball", "ring")
    weight.max, weight.step = 1.0, 0.2
    assert live.controls[0]["texts"] == ("0.0", "0.2", "0.4", "0.6", "0.8", "1.0")
    assert live.reply["positions"] == [3, 0, 0]
    with pytest.raises(ValueError, match="step of w must divide the range .* got 0.3"):
        weight.step = 0.3
    (reply,) = replies(live, [5, 2, 0], until=0)
    assert reply["sentence"] == "ring: <w> is 1."


def test_what_is_fixed_is_given_and_drawn_anew_when_it_changes():
    shape = fixed("line")
    explorer = Explorer(curve, {"w": (0, 1.2, 0.1), "shape": shape}, SMALL)
    assert len(explorer.controls) == 1 and explorer.shown["sentence"].startswith("line")
    shape.value = "square"
    assert explorer.shown["sentence"].startswith("square")


# --- sharp at rest ----------------------------------------------------------------------------


def test_at_rest_the_same_picture_has_more_pixels(live):
    replies(live, [8, 0, 0], look=True)
    drawn = live.shown
    live._on_hint(live, {"sharp": True}, [])
    sharp = live.shown
    assert sharp["sentence"] == drawn["sentence"] and sharp["positions"] == drawn["positions"]
    assert live.reply["n"] == 1
    few, many = (Image.open(io.BytesIO(held["png"])).convert("RGB") for held in (drawn, sharp))
    assert many.size == (600, 400) == tuple(2 * pixels for pixels in live.size)
    away = np.abs(np.asarray(many.resize(few.size), int) - np.asarray(few, int))
    assert away.mean() < 4
    replies(live, [9, 0, 0], [8, 0, 0])
    live._on_hint(live, {"sharp": True}, [])
    assert live.shown == sharp  # nothing is drawn that is sharp already
    (reply,) = replies(live, [4, 0, 0], until=0)
    assert reply["png"] == Drawing(curve, SMALL).picture(w=0.4)[0]


def test_a_training_is_sharp_at_rest_without_another(monkeypatch):
    explorer = training()
    replies(explorer, [2, 0])
    begun = []
    monkeypatch.setattr(explorer._drawing(), "draw", lambda fig, **values: begun.append(values))
    explorer._on_hint(explorer, {"sharp": True}, [])
    assert not begun and Image.open(io.BytesIO(explorer.shown["png"])).size == (600, 400)
    assert explorer.shown["sentence"] == "3 of 3 steps."


def test_explorers_have_names(live):
    def walk_down(fig, w):
        return curve(fig, w)

    assert Explorer(walk_down, {"w": True}, SMALL).name == "walk down"
    assert Explorer(walk_down, {"w": True}, SMALL, "a descent").name == "a descent"
