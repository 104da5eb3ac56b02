"""What can happen to an explorer: held keys, trainings, failures, a kernel that is gone."""

import base64
import contextlib
import json
import os
import random
import signal
import statistics
import time
import urllib.request
from pathlib import Path

import pytest
from nbformat import v4, write

NEED = "needs Playwright and axe: tests/requirements.txt"
browser = pytest.importorskip("tools.browser", reason=NEED)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEED)

CELLS = [
    """
import os, sys, time
from pathlib import Path
sys.path.insert(0, "..")
Path("kernel.pid").write_text(str(os.getpid()))
import numpy as np
from ipywidgets import Checkbox, FloatSlider, IntSlider, RadioButtons
from utils import plotting
from utils.explore import explore
""",
    """
def powers(fig, w, dots, aloud):
    (ax,) = plotting.panels(fig)
    ax.plot(w ** np.arange(20.0), "o" if dots else "-")
    ax.set(ylim=(0, 2))
    if w == 0.13:
        raise ArithmeticError("13 brings bad luck")
    if w == 0.87:
        time.sleep(6)
    return f"w is {w:g}, dots are {'on' if dots else 'off'}{', aloud' if aloud else ''}."

heard = []
weight = FloatSlider(0.5, max=1, step=0.01, description="weight")
weight.observe(lambda change: heard.append(round(change.new, 2)), "value")
explore(powers, w=weight, dots=Checkbox(description="dots"), aloud=Checkbox(description="aloud"))
""",
    """
def training(fig, steps, rate):
    (ax,) = plotting.panels(fig)
    for step in range(1, steps + 1):
        time.sleep(0.03)
        ax.plot([0, step], [0, 1])
        yield step / steps, f"Step {step} of {steps}, {rate}."

steps = IntSlider(10, min=10, max=50, step=10, description="steps")
rate = RadioButtons(options=["slow", "fast"], description="rate")
explore(training, name="a training", steps=steps, rate=rate)
""",
]


@pytest.fixture(scope="module")
def notebook(window, url, folder):
    """CELLS in a notebook, run."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [v4.new_code_cell(source.strip()) for source in CELLS]
    write(v4.new_notebook(cells=cells, metadata=kernel), folder / "notebooks" / "explorers.ipynb")
    notebook = browser.Notebook(window, url, "notebooks/explorers.ipynb")
    assert not notebook.run()
    yield notebook
    notebook.close()


@pytest.fixture
def explorers(notebook):
    """Its two explorers as they are at first: `powers`, which draws, and `training`."""
    for explorer in notebook.explorers():
        explorer.again.press("Enter")
        explorer.settled()
        explorer.root.evaluate(RECORD)
    yield notebook.explorers()
    assert not notebook.troubles


# Everything that an explorer shows from now on, in the order in which it is shown.
RECORD = """root => {
    const seen = (root.seen = []);
    const look = () => {
        const progress = root.querySelector("progress"), alt = root.querySelector("img").alt;
        const now = { done: progress.hidden ? null : progress.value, alt };
        if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now);
    };
    look();
    new MutationObserver(look).observe(root, { subtree: true, childList: true, attributes: true });
}"""


def seen(explorer):
    return explorer.root.evaluate("root => root.seen")


def wait_until_seen(explorer, condition):
    explorer.root.page.wait_for_function(
        f"root => ((last) => {condition})(root.seen.at(-1))", arg=explorer.root.element_handle()
    )


def test_a_held_key_ends_on_the_last_value(explorers):
    powers, page = explorers[0], explorers[0].root.page
    weight = powers.controls[0]
    single = statistics.median(time_to_settle(powers, lambda k=k: weight.go(k)) for k in range(5))
    before, end = len(seen(powers)), time.monotonic() + 2
    while time.monotonic() < end:
        page.keyboard.down("ArrowRight")  # never up: what a held key sends
        page.wait_for_timeout(30)
    took = time_to_settle(powers, lambda: page.keyboard.up("ArrowRight"))
    assert took < max(0.3, 3 * single), f"{took:.2f} s after the key was released"
    assert powers.now()["caption"].startswith(f"w is {weight.now()['position'] / 100:g},")
    assert len(seen(powers)) - before > 5, "hardly a picture while the key was held"


def time_to_settle(explorer, act):
    start = time.monotonic()
    act()
    explorer.settled()
    return time.monotonic() - start


@contextlib.contextmanager
def stopped(folder):
    """The notebook's kernel answers nothing in this context, and everything after it."""
    kernel = int((folder / "notebooks" / "kernel.pid").read_text())
    os.kill(kernel, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kernel, signal.SIGCONT)


needs_stop = pytest.mark.skipif(os.name != "posix", reason="a kernel can't be stopped and go on")


@needs_stop
def test_what_was_drawn_ahead_is_shown_without_the_kernel(folder, explorers):
    powers, weight = explorers[0], explorers[0].controls[0]
    weight.go(30)
    powers.settled()
    powers.root.page.wait_for_timeout(1000)  # a look at it, in which 31 is drawn ahead
    with stopped(folder):
        weight.input.press("ArrowRight")
        powers.root.get_by_text("w is 0.31, dots are off.").wait_for(timeout=1000)
        shown = powers.now()
        weight.input.press("ArrowRight")  # not drawn ahead: the last picture stays
        assert powers.now()["picture"] == shown["picture"]
    assert shown["alt"] == shown["caption"] and shown["busy"]
    assert powers.settled()["caption"] == "w is 0.32, dots are off."
    weight.input.press("ArrowLeft")
    settled = powers.settled()
    assert settled["picture"] == shown["picture"] and settled["caption"] == shown["caption"]


@needs_stop
def test_no_older_picture_comes_back_when_the_kernel_lags_behind(folder, explorers):
    powers, weight = explorers[0], explorers[0].controls[0]
    weight.go(30)
    powers.settled()
    weight.input.press("PageUp")
    powers.settled()
    powers.root.page.wait_for_timeout(1000)  # a look at 40, in which 41 and 50 are drawn ahead
    with stopped(folder):
        for _ in range(11):
            weight.input.press("ArrowRight")  # shown are 41, which is asked for, and 50
    powers.settled()
    shown = [look["alt"].split()[2] for look in seen(powers)]
    shown = [w.strip(",") for w in shown[shown.index("0.4,") :]]
    assert shown[0] == "0.4" and shown[-1] == "0.51"
    assert list(dict.fromkeys(shown)) == ["0.4", "0.41", "0.5", "0.51"] and shown == sorted(shown)


def test_however_quickly_keys_come_the_page_ends_on_what_the_controls_say(explorers):
    powers, page = explorers[0], explorers[0].root.page
    dice = random.Random(0)
    for _ in range(60):
        control = dice.choice(powers.controls[:2])
        if control is dice.choice(powers.controls):
            control.input.focus()
        page.keyboard.press(dice.choice(["ArrowRight", "ArrowRight", "ArrowLeft", "Space"]))
        page.wait_for_timeout(dice.choice([0, 10, 60, 150]))
    state = powers.settled()
    weight, dots = (control.now()["position"] for control in powers.controls[:2])
    assert state["caption"] == f"w is {weight / 100:g}, dots are {['off', 'on'][dots]}."
    powers.again.press("Enter")
    powers.settled()
    powers.controls[1].go(dots)
    powers.controls[0].go(weight)
    assert powers.settled()["picture"] == state["picture"]  # drawn when nothing was held


def test_a_training_is_seen_to_go_on_and_to_end(explorers):
    training = explorers[1]
    training.controls[0].go(1)
    assert training.settled()["caption"] == "Step 20 of 20, slow."
    looks = seen(training)
    steps = [int(look["alt"].split()[1]) for look in looks if "of 20" in look["alt"]]
    assert steps == sorted(steps) and len(set(steps)) > 5
    bars = [look["done"] for look in looks if look["done"] is not None]
    assert bars == sorted(bars) and len(set(bars)) > 5
    assert looks[0]["done"] is None and looks[-1]["done"] is None


def test_a_move_ends_a_training_and_begins_another(explorers):
    training = explorers[1]
    steps, rate = training.controls
    steps.go(steps.last)
    wait_until_seen(training, "last.alt.includes('of 50') && last.done !== null")
    rate.go(1)
    wait_until_seen(training, "last.alt.includes('fast')")
    training.again.press("Enter")
    assert training.settled()["caption"] == "Step 10 of 10, slow."
    runs = [look["alt"].partition(" of ")[2] for look in seen(training)]
    assert list(dict.fromkeys(runs)) == ["10, slow.", "50, slow.", "50, fast."]
    assert runs[-1] == "10, slow."


def test_a_drawing_that_fails_says_so_until_the_next_good_move(explorers):
    powers = explorers[0]
    weight = powers.controls[0]
    weight.go(12)
    good = powers.settled()
    weight.input.press("ArrowRight")
    bad = powers.settled()
    assert "ArithmeticError: 13 brings bad luck" in bad["problem"]
    assert bad["picture"] == good["picture"] and bad["caption"] == good["caption"]
    weight.input.press("ArrowRight")
    state = powers.settled()
    assert state["caption"] == "w is 0.14, dots are off." and not state["problem"]


def test_the_sentence_changes_where_the_picture_does_not(explorers):
    powers = explorers[0]
    first = powers.settled()
    powers.controls[2].go(1)
    state = powers.settled()
    assert state["picture"] == first["picture"]
    assert state["caption"] == state["alt"] == "w is 0.5, dots are off, aloud."


def test_the_notebook_does_not_take_the_keys_of_a_control(notebook, explorers):
    page = notebook.page
    before = page.locator(".jp-Cell").count()
    for control in explorers[0].controls:
        control.input.focus()
        for key in ("a", "b", "x", "d", "d", "m", "Enter", "0", "0", "Space"):
            page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == before and not page.locator(".jp-Dialog").count()
    assert page.evaluate("document.activeElement.type") == "checkbox"


def test_a_second_view_moves_along(notebook, explorers):
    page = notebook.page
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    notebook.command("notebook:create-output-view")
    page.wait_for_function("document.querySelectorAll('.course-explorer').length === 3")
    views = [view for view in notebook.explorers() if "weight" in view.root.inner_text()]
    for mover, position in ((0, 90), (1, 20)):
        views[mover].controls[0].go(position)
        caption = views[mover].settled()["caption"]
        assert caption == f"w is {position / 100:g}, dots are off."
        for view in views:
            view.root.get_by_role("status").get_by_text(caption).wait_for()
            assert view.controls[0].now()["position"] == position
    page.evaluate("window.jupyterapp.shell.currentWidget.close()")
    page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")


@pytest.fixture
def second(notebook, explorers, window, url):
    """The same notebook in a window of its own, as on a projector, with the same kernel."""
    notebook.command("docmanager:save")
    second = browser.Notebook(window, url, notebook.path)
    second.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")
    yield second
    second.page.close()  # the kernel is the other's as well
    assert not second.troubles


def looks(explorer):
    """All that a reader sees or hears of an explorer at rest."""
    state = explorer.settled()
    return state | {"controls": [control.now() for control in explorer.controls]}


def wait_until_alike(explorers):
    """-> what they all show, once it is the same and so are their controls."""
    end = time.monotonic() + browser.PATIENCE
    while any(looks(one) != looks(explorers[0]) for one in explorers):
        assert time.monotonic() < end, [looks(one) for one in explorers]
        time.sleep(0.05)
    return looks(explorers[0])


def test_two_windows_move_along_with_each_other(notebook, explorers, second):
    second.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    second.command("notebook:create-output-view")
    second.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 3")
    everywhere = explorers + second.explorers()
    powers = [one for one in everywhere if "weight" in one.root.inner_text()]
    training = [one for one in everywhere if "steps" in one.root.inner_text()]
    assert (len(powers), len(training)) == (3, 2)
    for mover, weight, dots in ((0, 90, 0), (1, 20, 1), (2, 20, 0), (0, 13, 0), (1, 30, 0)):
        powers[mover].controls[0].go(weight)
        powers[mover].controls[1].go(dots)
        powers[mover].settled()
        state = wait_until_alike(powers)
        shown = {"position": weight, "shown": f"{weight / 100:.2f}"}
        assert shown.items() <= state["controls"][0].items()
        assert state["controls"][0]["announced"] == shown["shown"]
        assert state["controls"][1]["position"] == dots
        if weight == 13:
            assert "13 brings bad luck" in state["problem"]
        else:
            assert state["caption"] == f"w is {weight / 100:g}, dots are {['off', 'on'][dots]}."
    for mover, steps, rate in ((0, 1, 0), (1, 1, 1)):
        training[mover].controls[0].go(steps)
        training[mover].controls[1].go(rate)
        training[mover].settled()
        state = wait_until_alike(training)
        assert [control["position"] for control in state["controls"]] == [steps, rate]
        assert state["caption"] == f"Step 20 of 20, {['slow', 'fast'][rate]}."
    second.explorers()[0].again.press("Enter")
    assert wait_until_alike(powers)["caption"] == "w is 0.5, dots are off."


def test_another_window_does_not_move_what_is_being_moved_here(explorers, second):
    here, there = explorers[0], second.explorers()[0]
    here.controls[0].go(77)
    wait_until_alike([here, there])
    there.controls[0].input.focus()
    here.root.page.wait_for_timeout(1000)  # a look at it, in which 78 is drawn ahead
    here.root.evaluate(RECORD)
    here.controls[0].input.evaluate(POSITIONS)
    there.controls[0].input.press("PageUp")  # to 87, which the kernel is long in drawing
    there.root.page.wait_for_timeout(500)
    here.controls[0].input.press("ArrowRight")
    here.root.get_by_text("w is 0.78, dots are off.").wait_for(timeout=1000)
    assert here.now()["busy"]
    assert wait_until_alike([here, there])["caption"] == "w is 0.78, dots are off."
    assert here.controls[0].input.evaluate("input => input.positions") == [78]
    assert [look["alt"].split()[2] for look in seen(here)] == ["0.77,", "0.78,"]


# Every position that a slider is set to from now on, by hand or by the page.
POSITIONS = """input => {
    const positions = (input.positions = []);
    const look = () => {
        if (positions.at(-1) !== Number(input.value)) positions.push(Number(input.value));
    };
    new MutationObserver(look).observe(input, { attributeFilter: ["aria-valuetext"] });
}"""


def test_two_windows_moved_at_once_end_alike(explorers, second):
    both = explorers[0], second.explorers()[0]
    dice = random.Random(0)
    for _ in range(40):
        mover = dice.choice(both)
        key = dice.choice(["ArrowRight", "ArrowLeft", "PageUp", "PageDown"])
        mover.controls[0].input.press(key)
        mover.root.page.wait_for_timeout(dice.choice([0, 0, 10, 100]))
    state = wait_until_alike(both)
    weight = state["controls"][0]["position"] / 100
    assert state["caption"] == f"w is {weight:g}, dots are off."


# What Python and the page say of the controls, which are ipywidgets.


def in_kernel(notebook, code):
    """Run a line in the notebook's kernel, as a cell does. -> what it prints"""
    return notebook.page.evaluate(RUN_IN_KERNEL, [notebook.KERNEL, code])


RUN_IN_KERNEL = """async ([kernel, code]) => {
    const future = eval(kernel).requestExecute({ code });
    let said = "";
    future.onIOPub = ({ content }) => (said += content.text ?? content.evalue ?? "");
    await future.done;
    return said;
}"""


def test_a_value_set_in_a_cell_moves_every_window(notebook, explorers, second):
    both = [explorers[0], second.explorers()[0]]
    for value, stands in ((0.9, 90), (0.204, 20), (7, 100)):
        assert not in_kernel(notebook, f"weight.value = {value}")
        both[0].root.get_by_text(f"w is {stands / 100:g}, dots").wait_for()
        state = wait_until_alike(both)
        assert state["caption"] == f"w is {stands / 100:g}, dots are off."
        assert state["controls"][0]["position"] == stands
        assert float(in_kernel(notebook, "print(weight.value)")) == stands / 100
    both[1].controls[0].go(33)
    wait_until_alike(both)
    assert "0.33" in in_kernel(notebook, "print(heard, weight.value)").split()[-2]


def test_what_the_widgets_are_told_shows_in_the_controls(notebook, explorers):
    weight = explorers[0].controls[0]
    in_kernel(notebook, "weight.disabled = True; weight.description = 'the weight'")
    explorers[0].root.get_by_text("the weight", exact=True).wait_for()
    assert weight.now()["label"] == "the weight" and weight.input.is_disabled()
    in_kernel(notebook, "weight.value = 0.3")
    explorers[0].root.get_by_text("w is 0.3, dots").wait_for()
    explorers[0].again.press("Enter")
    assert explorers[0].settled()["caption"] == "w is 0.3, dots are off."
    in_kernel(notebook, "weight.disabled = False; weight.description = 'weight'")
    explorers[0].root.get_by_text("weight", exact=True).wait_for()
    assert not weight.input.is_disabled()
    in_kernel(notebook, "weight.max = 2; weight.step = 0.5")
    explorers[0].root.get_by_text("w is 0.5, dots").wait_for()
    (changed, *_), page = browser.Explorer(explorers[0].root).controls, notebook.page
    assert changed.last == 4 and changed.now()["shown"] == "0.5"
    changed.go(4)
    assert explorers[0].settled()["caption"] == "w is 2, dots are off."
    in_kernel(notebook, "weight.step = 0.01; weight.max = 1; weight.value = 0.5")
    explorers[0].root.get_by_text("w is 0.5, dots").wait_for()
    page.wait_for_timeout(300)
    assert explorers[0].root.locator("input[type=range]").get_attribute("max") == "100"


def test_the_same_widget_elsewhere_stays_in_step(notebook, explorers, second):
    page = notebook.page
    notebook.command("notebook:insert-cell-below")
    page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel"
        ".setSource('display(weight, steps)')"
    )
    notebook.command("notebook:run-cell")
    stock = page.locator(".widget-slider")
    stock.nth(1).wait_for()
    explorers[0].controls[0].go(70)
    explorers[0].settled()
    stock.nth(0).get_by_text("0.70").wait_for()
    stock.nth(0).locator(".noUi-handle").press("ArrowRight")
    explorers[0].root.get_by_text("w is 0.71, dots").wait_for()
    assert wait_until_alike([explorers[0], second.explorers()[0]])["controls"][0]["position"] == 71
    stock.nth(1).locator(".noUi-handle").press("ArrowRight")
    explorers[1].root.get_by_text("Step 20 of 20").wait_for()
    assert explorers[1].controls[0].now()["position"] == 1
    notebook.command("notebook:delete-cell")


def test_explorers_have_names_and_radio_buttons_theirs(notebook, explorers):
    page = notebook.page
    assert page.get_by_role("group", name="Explorer: powers").count() == 1
    assert page.get_by_role("group", name="Explorer: a training").count() == 1
    rate = explorers[1].controls[1]
    assert (rate.kind, rate.label, rate.last) == ("fieldset", "rate", 1)
    assert page.get_by_role("group", name="rate").get_by_role("radio", name="fast").count() == 1


@contextlib.contextmanager
def opened(window, url, notebook, **context):
    """The notebook in a window of another kind."""
    notebook.command("docmanager:save")
    context = window.browser.new_context(**context)
    other = browser.Notebook(context, url, notebook.path)
    other.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")
    yield other
    context.close()
    assert not other.troubles


def test_on_a_fine_screen_the_picture_is_sharp_at_rest(window, url, notebook, explorers):
    with opened(window, url, notebook, device_scale_factor=2) as fine:
        for explorer, k in zip(fine.explorers(), (70, 1), strict=True):
            explorer.controls[0].go(k)
            drawn = explorer.settled()
            pixels = [explorer.root.evaluate(PIXELS)]
            box = explorer.root.locator("img").bounding_box()
            explorer.root.page.wait_for_function(
                "([root, pixels]) => root.querySelector('img').naturalWidth > pixels",
                arg=[explorer.root.element_handle(), pixels[0]],
            )
            sharp = explorer.settled()
            assert explorer.root.evaluate(PIXELS) == 2 * 720 > pixels[0]
            assert sharp["caption"] == sharp["alt"] == drawn["caption"]
            assert explorer.root.locator("img").bounding_box() == box
        powers = fine.explorers()[0]
        powers.controls[0].go(0)
        powers.settled()
        widths = set()
        for _ in range(30):  # a held key
            powers.root.page.keyboard.down("ArrowRight")
            powers.root.page.wait_for_timeout(30)
            widths.add(powers.root.evaluate(PIXELS))
        assert widths == {pixels[0]}, "sharp pictures were drawn while the key was held"


PIXELS = "root => root.querySelector('img').naturalWidth"


def test_enlarged_the_picture_stays_legible_and_can_be_moved(window, url, notebook, explorers):
    viewport = {"width": 640, "height": 450}  # 1280 by 900 at 200 %
    with opened(window, url, notebook, viewport=viewport, device_scale_factor=2) as near:
        root = near.explorers()[0].root
        root.locator("img").wait_for()
        assert root.locator("img").bounding_box()["width"] >= 480
        picture = root.locator(".course-picture")
        narrow = picture.bounding_box()["width"]
        assert narrow < 480 and picture.get_attribute("tabindex") == "0"
        picture.focus()
        near.page.keyboard.press("ArrowRight")
        near.page.wait_for_function(
            "picture => picture.scrollLeft > 0", arg=picture.element_handle()
        )
        answer = axe.Axe().run(near.page, ".course-explorer", {"resultTypes": ["violations"]})
        assert not answer.response["violations"]
    assert explorers[0].root.locator(".course-picture").get_attribute("tabindex") is None


def test_it_works_in_notebook_7_as_well(window, url, notebook, explorers):
    notebook.command("docmanager:save")
    other = browser.Notebook(window, url, notebook.path, place="notebooks")
    other.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")
    powers, training = other.explorers()
    powers.controls[0].go(64)
    powers.controls[1].go(1)
    assert powers.settled()["caption"] == "w is 0.64, dots are on."
    in_kernel(notebook, "weight.value = 0.2")
    powers.root.get_by_text("w is 0.2, dots are on.").wait_for()
    training.controls[1].go(1)
    assert training.settled()["caption"] == "Step 10 of 10, fast."
    for here, there in zip(explorers, other.explorers(), strict=True):
        wait_until_alike([here, there])
    other.page.close()
    own = "reading 'schema'", "'filebrowser:open-path' not registered"  # Notebook 7's, on any page
    assert not [trouble for trouble in other.troubles if not any(o in trouble for o in own)]


def test_a_page_that_is_loaded_anew_shows_what_the_kernel_has(notebook, explorers, second):
    powers, training = explorers
    powers.controls[0].go(90)
    powers.settled()
    training.controls[0].go(4)
    wait_until_seen(training, "last.alt.includes('of 50') && last.done !== null")
    second.page.reload()
    second.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")
    for here, there in zip(explorers, second.explorers(), strict=True):
        wait_until_alike([here, there])
    assert training.now()["caption"] == "Step 50 of 50, slow."


def test_a_kernel_that_is_long_in_answering_is_told_of(explorers):
    powers = explorers[0]
    powers.controls[0].go(87)
    powers.root.get_by_text("The kernel has not answered yet").wait_for()
    state = powers.settled()
    assert state["caption"] == "w is 0.87, dots are off." and not state["problem"]


def test_a_restarted_kernel_is_told_of_until_the_cells_are_run_again(notebook, explorers, second):
    notebook.page.evaluate(f"{notebook.KERNEL}.restart()")
    for explorer in explorers + second.explorers():
        explorer.root.get_by_text("menu Run, Run All Cells").wait_for()
        explorer.controls[0].input.press("End")
        assert "menu Run, Run All Cells" in explorer.now()["problem"]
    works_when_run(notebook)
    assert "menu Run, Run All Cells" in second.explorers()[0].now()["problem"]
    notebook.command("docmanager:save")
    second.open()  # JupyterLab itself has lost the thread there
    second.page.wait_for_function("document.querySelectorAll('.course-explorer').length === 2")
    for here, there in zip(notebook.explorers(), second.explorers(), strict=True):
        wait_until_alike([here, there])
    assert all("Comm not found" in trouble for trouble in second.troubles)  # the old ones
    second.troubles.clear()


def test_a_notebook_opened_again_shows_its_pictures_and_says_what_to_do(notebook, explorers):
    explorers[0].controls[0].go(0)
    explorers[0].settled()
    notebook.command("docmanager:save")
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.open()
    page = notebook.page
    for k, said in ((1, "w is 0.5, dots are off."), (2, "Step 10 of 10, slow.")):
        output = page.locator(".jp-Cell").nth(k).locator(".jp-OutputArea")
        output.get_by_role("img", name=said).wait_for()
        output.get_by_text("menu Run, Run All Cells").wait_for()
        assert "model not found" not in output.inner_text()
    works_when_run(notebook)
    assert not page.get_by_text("menu Run, Run All Cells").and_(page.locator(":visible")).count()
    # JupyterLab's widget manager says on the console that there were no models: that, and no more.
    assert all("widget model not found" in trouble for trouble in notebook.troubles)
    notebook.troubles.clear()


def test_explorers_stored_in_a_notebook_say_at_once_that_nothing_answers(notebook, url):
    keep_widgets(url, True)
    try:
        notebook.open()
        works_when_run(notebook)
        notebook.command("docmanager:save")
        notebook.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        notebook.open()
        notebook.page.wait_for_function(
            "document.querySelectorAll('.course-explorer').length === 2"
        )
        for explorer in notebook.explorers():
            explorer.root.get_by_text("menu Run, Run All Cells").wait_for(timeout=3000)
            explorer.controls[0].input.press("Home")
            assert "menu Run, Run All Cells" in explorer.now()["problem"]
        works_when_run(notebook)
    finally:
        keep_widgets(url, False)
    notebook.troubles.clear()


def keep_widgets(url, keep):
    """JupyterLab's setting "Save Widget State Automatically", for pages opened from now on."""
    place = f"{url}/lab/api/settings/@jupyter-widgets/jupyterlab-manager:plugin"
    body = json.dumps({"raw": json.dumps({"saveState": keep})}).encode()
    token = {"Authorization": f"token {browser.TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(place, body, token, method="PUT")).close()


def works_when_run(notebook):
    assert not notebook.run()
    powers, training = notebook.explorers()
    powers.controls[0].go(100)
    assert powers.settled()["caption"] == "w is 1, dots are off."
    training.controls[1].go(1)
    assert training.settled()["caption"] == "Step 10 of 10, fast."


# A page with nothing but a model: neither JupyterLab nor its widget manager, as elsewhere.
BARE = """async ([code, state]) => {
    const { default: widget } = await import(`data:text/javascript;base64,${code}`);
    const heard = {};
    window.asked = [];
    const model = {
        get: (name) => state[name],
        set: (name, value) => (state[name] = value),
        save_changes: () => window.asked.push(state.asked.positions),
        send: () => {},
        on: (name, callback) => (heard[name] = callback),
        off: (name) => delete heard[name],
    };
    window.reply = (reply) => {
        state.reply = { ...reply, n: state.asked.n };
        heard["change:reply"]();
    };
    window.leave = widget.render({ model, el: document.body });
    window.heard = heard;
}"""


def test_it_needs_no_more_of_a_page_than_a_model(offline):
    """What VS Code, Colab and the reading edition have as well."""
    code = (Path(__file__).parents[2] / "utils/explore/explore.js").read_bytes()
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    kinds = {"slider": ["0.1", "0.2", "0.3"], "choice": ["a", "b"], "switch": ["off", "on"]}
    kinds["radios"] = ["x", "y", "z"]
    controls = [
        {"kind": kind, "label": kind, "name": kind, "texts": texts, "start": 0, "trait": "value",
         "widget": "IPY_MODEL_1", "states": [*range(len(texts))]}
        for kind, texts in kinds.items()
    ]  # fmt: skip
    at = {"positions": [0, 0, 0, 0], "done": 1, "place": 0, "problem": ""}
    state = {
        "size": [720, 320], "name": "bare", "still": "", "controls": controls,
        "asked": {"n": 0, "positions": at["positions"]}, "reply": at | {"n": 0},
        "held0": {"positions": None, "sentence": "At first 0.", "url": dot},
        "held1": {"positions": [1, 0, 0, 2], "sentence": "Then 1.", "url": dot + "#1"},
        "held2": {}, "held3": {},
    }  # fmt: skip
    with offline() as tab:
        tab.goto("data:text/html,<title>bare</title><html lang=en>")
        tab.evaluate(BARE, [base64.b64encode(code).decode(), state])
        explorer = browser.Explorer(tab.locator(".course-explorer"))
        tab.get_by_text("At first 0.").wait_for()
        assert [control.label for control in explorer.controls] == list(kinds)
        explorer.controls[3].go(2)
        explorer.controls[0].go(1)
        assert tab.evaluate("window.asked") == [[0, 0, 0, 1]]  # one at a time
        tab.evaluate("reply => window.reply(reply)", at | {"positions": [0, 0, 0, 1]})
        tab.get_by_text("Then 1.").wait_for()
        assert tab.evaluate("window.asked").pop() == [1, 0, 0, 2]
        tab.evaluate("window.leave()")
        assert not tab.evaluate("Object.keys(window.heard)") and not tab.troubles
