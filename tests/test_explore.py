"""Explorers without a browser: what is displayed, kept, redrawn and refused."""

import asyncio
import gc
import re
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from tests.helpers.curve import SMALL, curve, picture_in
from utils import plotting
from utils.explore import BREATH, PAUSE, Explorer, choice, explore, slider, slider_of, switch
from utils.plotting import Drawing


def controls():
    return {
        "w": slider("weight", 0, 1.2, 0.1, 0.5),
        "shape": choice("shape", ["line", "square"], "line"),
        "dots": switch("dots", False),
    }


@pytest.fixture
def live(monkeypatch):
    monkeypatch.delenv("COURSE_STATIC", raising=False)
    return Explorer(curve, controls(), SMALL)


def test_static_mode_shows_the_initial_values(shown, monkeypatch):
    monkeypatch.setenv("COURSE_STATIC", "1")
    explore(curve, size=SMALL, **controls())
    plotting.show(curve, size=SMALL, w=0.5)
    assert shown[0] == shown[1]


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
    fail = switch("fail", False)
    return Explorer(draw, {"steps": slider("steps", 1, 9, 1, 2), "fail": fail}, SMALL)


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
    end, _ = Drawing(growing, SMALL).picture(steps=3)
    assert picture_in(bundle["text/html"]) == end


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
    assert live._likely([5, 0, 0], move) == likely
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
        live._on_focus(live, {"focus": focus}, [])
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
    monkeypatch.setattr("utils.explore.PAUSE", 5)
    replies(live, *([k, 0, 0] for k in range(10)), until=0)
    assert len(drawn) == 10


def test_the_picture_that_is_shown_keeps_its_place(live):
    replies(live, [8, 0, 0], until=0)
    shown = live.shown
    replies(live, 0, 1, 2, 0, 1, 2, look=True)
    assert live.shown == shown and len(held(live)) == 4


def test_nothing_is_drawn_ahead_that_is_slow_or_trains(live, drawn, monkeypatch):
    monkeypatch.setattr("utils.explore.QUICK", 0)
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
    monkeypatch.setattr("utils.explore._cells_run", lambda: cells[0])

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
    monkeypatch.setattr("utils.explore._cells_run", lambda: 7)
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


def test_controls_know_what_they_are_and_how_they_are_called():
    known = {c.label: c.kind for c in controls().values()}
    assert known == {"weight": "slider", "shape": "choice", "dots": "switch"}


def test_sliders_hold_clean_numbers():
    tenths = slider("w", -1, 1, 0.1, 0.3)
    assert tenths.values[3] == -0.7 and tenths.values[13] == 0.3 and tenths.start == 13
    hundreds = slider("steps", 0, 200 + 1e-6, 100, 0)  # a millionth of a step is rounding
    assert hundreds.values == (0, 100, 200)
    assert tenths.texts[0] == "−1.0" and tenths.texts[-1] == "1.0"
    units = slider("units", 1, 9, 2, 5)
    assert units.values == (1, 3, 5, 7, 9) and all(type(v) is int for v in units.values)
    assert slider("b", -2, 2, 0.25, 0.0).texts[1] == "−1.75"
    rates = slider_of("rate", [0.0001, 0.003, 1], 0.003)
    assert rates.texts == ("0.0001", "0.003", "1") and rates.start == 1
    assert all(type(v) is float for v in slider_of("x", np.geomspace(1, 8, 4), 8.0).values)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: slider("w", 0, 1, 0.1, 2), ValueError, r"one of 0.0, 0.1, ..., 1.0; got 2$"),
        (lambda: slider("w", 1, 9, 1, 0), ValueError, r"must be one of 1, 2, ..., 9; got 0$"),
        (lambda: slider("w", 1, 8, 1, 0), ValueError, r"'w' must be one of 1, 2, 3, 4, 5, 6, "),
        (lambda: slider("w", 0, 1, 0.1, 0.55), ValueError, "got 0.55"),
        (lambda: slider("w", 0, 1, 0.3, 0), ValueError, "whole number of steps"),
        (lambda: slider("w", 0, 1.00001, 0.01, 0), ValueError, "whole number of steps"),
        (lambda: slider("w", 0, 1000, 1, 0), ValueError, "at most 999, got step=1"),
        (lambda: slider("w", 1, 0, 0.1, 0), ValueError, "low < high"),
        (lambda: slider("w", 0, 1, -0.1, 0), ValueError, "step=-0.1"),
        (lambda: slider("w", 0, 1, 1e-6, 0), ValueError, "at most 999"),
        (lambda: slider("w", 0, float("nan"), 0.1, 0), TypeError, "high of slider 'w'"),
        (lambda: slider("w", 0, 1, "0.1", 0), TypeError, "step of slider 'w'"),
        (lambda: slider(3, 0, 1, 0.1, 0), TypeError, "label of a slider .* got 3"),
        (lambda: slider_of("w", [1, 2], 3), ValueError, "must be one of 1, 2; got 3"),
        (lambda: slider_of("w", 5, 5), TypeError, "must be a list, got 5"),
        (lambda: slider_of("w", [1], 1), ValueError, "from 2 to 1000 different values"),
        (lambda: choice("c", ["a", "a"], "a"), ValueError, "different values"),
        (lambda: choice("c", ["a", "b"], "d"), ValueError, "must be one of a, b; got 'd'"),
        (lambda: choice("c", "ab", "a"), TypeError, "must be a list, got 'ab'"),
        (lambda: switch("s", 1), ValueError, "value of switch 's' must be one of off, on; got 1"),
        (lambda: explore(curve, w=0.5), TypeError, "w must be made by slider, .* got 0.5"),
        (lambda: explore(curve), TypeError, "a control at least"),
        (lambda: explore(curve, x=switch("x", True)), TypeError, "what the drawing function takes"),
        (lambda: explore(curve, dots=switch("x", True)), TypeError, "missing .* 'w'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(make, error, message):
    with pytest.raises(error, match=message):
        make()
