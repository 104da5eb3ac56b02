"""Every lesson of the learner edition, as its reader has it: run, and every control moved."""

import re
from pathlib import Path

import nbformat
import pytest

NEED = "needs Playwright and axe: tests/requirements.txt"
browser = pytest.importorskip("tools.browser", reason=NEED)
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEED)

FOLDED = "Folded: guess first, then run this cell."  # what tools/build_notebooks.py stores
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb") if ".yours" not in path.name)


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, window, url):
    lesson = browser.Notebook(window, url, f"notebooks/{request.param}.ipynb")
    lesson.name = request.param
    lesson.kept_back = kept_back(lesson.page, lesson.name)
    lesson.wrong_in_cells = lesson.run()
    yield lesson
    lesson.close()


# What stands below a cell whose output is collapsed, by eye and in the words of its alt texts.
PLACEHOLDERS = """() => [...document.querySelectorAll(".jp-CodeCell")]
    .filter((cell) => cell.querySelector(".jp-OutputPlaceholder"))
    .map((cell) => cell.querySelector(".jp-Cell-outputWrapper"))
    .map((below) => [below.textContent, ...[...below.querySelectorAll("[alt], [aria-label]")]
        .map((element) => element.alt ?? element.ariaLabel)].join("").trim())"""


def kept_back(page, name):
    """What stands below the lesson's predicted cells, once they are all on the page."""
    last = page.locator(".jp-OutputPlaceholder").nth(predictions(name) - 1)
    last.wait_for(state="attached", timeout=browser.START * 1000)  # cells come one by one
    return page.evaluate(PLACEHOLDERS)


def predictions(name):
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4).cells
    return sum("predict" in cell.metadata.get("tags", []) for cell in cells)


def test_no_answer_is_to_be_seen_before_its_cell_is_run(lesson):
    assert lesson.kept_back == [FOLDED] * predictions(lesson.name)
    assert not lesson.page.locator(".jp-OutputPlaceholder").count()  # since all cells were run


@pytest.mark.parametrize("name", LESSONS)
def test_no_answer_is_to_be_seen_in_notebook_7(window, url, name):
    page = window.new_page()
    page.goto(f"{url}/notebooks/notebooks/{name}.ipynb?token={browser.TOKEN}")
    assert kept_back(page, name) == [FOLDED] * predictions(name)
    page.close()


def test_a_lesson_runs_to_its_end(lesson):
    assert not lesson.wrong_in_cells
    cells = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", 4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    calls = [re.findall(r"^explore\(", source, re.MULTILINE) for source in code]
    assert len(lesson.explorers()) == sum(map(len, calls))


def test_every_control_does_what_it_says_by_keyboard(lesson):
    troubles = []
    for k, explorer in enumerate(lesson.explorers(), 1):
        explorer.again.press("Enter")  # a cell below may have moved it
        first = explorer.settled()
        assert first["caption"] and re.search(r"\d", first["caption"] + first["alt"])
        for control in explorer.controls:
            name, start = f"{lesson.name}: {control.label}", control.now()["position"]
            troubles += [f"explorer {k}, {name}: {t}" for t in troubles_of(explorer, control)]
            explorer.again.press("Enter")
            if explorer.settled() != first or control.now()["position"] != start:
                troubles.append(f"explorer {k}, {name}: Start again shows another picture")
    assert not troubles, "\n".join(troubles)


def troubles_of(explorer, control):
    """Move a control to its beginning, middle and end. -> what is wrong there."""
    seen, heights = [], set()
    for position in sorted({0, control.last // 2, control.last}):
        control.go(position)
        seen.append(state := explorer.settled())
        heights.add(explorer.root.bounding_box()["height"])
        now = control.now()
        if not now["label"] or now["position"] != position:
            yield f"labelled {now['label']!r} stands at {now['position']}, not at {position}"
        if now["announced"] != now["shown"]:
            yield f"announces {now['announced']!r} and shows {now['shown']!r}"
        if state["problem"]:
            yield f"at {position}: {state}"
    if control.kind == "range":
        control.input.press("ArrowRight")  # it stands at its end
        if explorer.settled() != state:
            yield "the picture changes beyond the end"
    if len({state["picture"] for state in seen}) < len(seen):
        yield "the picture stays the same"
    if len(heights) > 1:
        yield f"the page below moves: {heights} pixels high"
    if len({(state["caption"], state["alt"]) for state in seen}) == 1:
        yield f"what is said is always the same: {state['caption']} {state['alt']}"


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_nothing_keeps_readers_out(lesson, theme):
    lesson.command("apputils:change-theme", theme=theme)
    lesson.page.wait_for_function(
        "light => document.body.dataset.jpThemeLight === light", arg=str("Light" in theme).lower()
    )
    options = {"resultTypes": ["violations"]}
    answer = axe.Axe().run(lesson.page, ".jp-Notebook .jp-OutputArea", options).response
    grave = [
        f"{found['help']}: {node['html'][:300]}"
        for found in answer["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
    assert not grave, "\n".join(grave)


def test_jupyterlab_asks_nothing(lesson):
    asked = lesson.page.locator(".Toastify__toast")  # whether to fetch news, for one
    assert not asked.all_inner_texts()


def test_the_page_had_no_trouble_to_the_end(lesson):
    assert not lesson.troubles
