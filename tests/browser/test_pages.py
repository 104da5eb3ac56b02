"""The reading edition in Chromium, opened from the disk and without a network."""

import io
import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.helpers.explorers import run_alone
from tools import build_site
from tools.build_notebooks import parse
from tools.lessons import paths
from tools.reading import sheets
from utils.plotting import Drawing

ROOT = build_site.ROOT
GRID = 144, 64
PAGES = ["index", *(path.stem for path in paths(ROOT))]
LIVELY = ["01_rnn_basics", "02-033"]  # and one that trains: moved to their controls' ends
OPEN_ALL = "document.querySelectorAll('details').forEach((details) => { details.open = true })"
LOAD_ALL = """Promise.all([...document.images].map((image) => {
    image.loading = "eager";
    return image.decode().catch(() => {});
}))"""
# Contrast is measured word by word: one page's code has thousands, in the same six colours.
FEWER_WORDS = """[...document.querySelectorAll("pre > code")].slice(5).forEach((code) => {
    code.textContent = code.textContent;
})"""
FORMULAE = """() => [...document.querySelectorAll("math")].filter((math) => {
    const { width, height } = math.getBoundingClientRect();
    return !width || !height || math.querySelector("merror");
}).map((math) => math.outerHTML)"""


@pytest.fixture(scope="module")
def site(window, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    build_site.build(ROOT, folder, LIVELY, few=True, cache=folder.with_name("sheets"))
    return folder


@pytest.fixture(scope="module", params=[("light", 1280), ("dark", 360)], ids=lambda look: look[0])
def tab(request, offline):
    scheme, width = request.param
    with offline(color_scheme=scheme, viewport={"width": width, "height": 800}) as tab:
        yield tab


@pytest.fixture
def wide(offline):
    with offline(color_scheme="light", viewport={"width": 1280, "height": 800}) as tab:
        yield tab


@pytest.fixture
def phone(offline):
    look = {"width": 390, "height": 800}
    with offline(viewport=look, has_touch=True, is_mobile=True, color_scheme="light") as tab:
        yield tab


def open_page(tab, site, name="01_rnn_basics"):
    tab.goto((site / f"{name}.html").as_uri())


def barriers(tab):
    # Without preload, with which axe reads the style sheet in a way that no file:// page allows.
    found = Axe().run(tab, options={"resultTypes": ["violations"], "preload": False})
    return found.generate_report() if found.response["violations"] else ""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable(name, site, tab):
    open_page(tab, site, name)
    tab.evaluate(OPEN_ALL)
    assert not tab.evaluate(FORMULAE)
    if tab.locator("math").count():
        fonts = tab.evaluate("document.fonts.ready.then((all) => [...all].map((f) => f.status))")
        assert fonts == ["loaded"]
    tab.evaluate(LOAD_ALL)
    images = "[...document.images].filter((image) => !image.naturalWidth).length"
    assert tab.evaluate(images) == 0
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= tab.viewport_size["width"], "the page itself moves sideways"
    tab.evaluate(FEWER_WORDS)
    assert not barriers(tab)
    assert not tab.troubles


def test_a_page_is_read_by_keyboard(site, tab):
    open_page(tab, site)
    focused = "document.activeElement"
    tab.keyboard.press("Tab")
    assert tab.evaluate(f"{focused}.textContent") == "Skip to the text"
    tab.keyboard.press("Enter")
    assert tab.evaluate(f"{focused}.id") == "main"
    answer = tab.locator(".heading:has(#Quiz) ~ details").first
    answer.locator("summary").focus()
    assert not answer.locator("p").is_visible()
    tab.keyboard.press("Enter")
    assert answer.locator("p").is_visible()


@pytest.mark.parametrize("name", ["index", "01_rnn_basics"])
def test_a_page_has_its_landmarks(name, site, wide):
    open_page(wide, site, name)
    for role in ("banner", "main", "contentinfo", "search"):
        assert wide.get_by_role(role).count() == 1
    for label in ("Lessons", "Before and after"):
        assert wide.get_by_role("navigation", name=label).count() == 1


# Explorers ---------------------------------------------------------------------------------------


def explorers_of(name):
    """(draw, size, given) of each explorer that moves in a lesson, in the page's order."""
    nb = parse((ROOT / f"solutions/{name}.ipynb").read_text("utf-8"))
    steps = [statement for _, statement in sheets.statements(nb)]
    moving = [e.step for e in sheets.explorers(ROOT, nb) if {name, e.name} & set(LIVELY)]
    found = run_alone(steps[: moving[-1] + 1], [steps[k] for k in moving])
    return [(draw, size, {c.name: c.widget for c in controls}) for draw, size, _, controls in found]


def settle(root):
    root.page.wait_for_function(
        "(root) => root.querySelector('[role=status]').getAttribute('aria-busy') !== 'true'",
        arg=root.element_handle(),
    )


def rough(png, size):
    """A picture's grey values on a coarse grid: pages scale pictures in other ways than Pillow."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("L").resize(size, Image.BOX), float)


def moves(controls):
    """(control, its position, positions of all) for each control alone: from the start, to each."""
    start = [control["start"] for control in controls]
    for i, control in enumerate(controls):
        for k in [*range(len(control["texts"])), control["start"]]:
            yield i, k, [*start[:i], k, *start[i + 1 :]]


def go(input, k):
    """Move a control by keyboard, as tools/browser.py does; radio buttons by a click on one."""
    kind = input.evaluate("(input) => input.type")
    if kind == "fieldset":
        input.locator("input").nth(k).check()
    elif kind == "checkbox":
        input.set_checked(k == 1)
    else:
        input.focus()
        input.press("Home")
        for _ in range(k):
            input.press("ArrowDown" if kind == "select-one" else "ArrowRight")


@pytest.mark.parametrize("name", ["01_rnn_basics", "02_numpy_rnn"])
def test_explorers_show_what_a_kernel_would(name, site, wide):
    """Each control at its ends and at its start, by keyboard."""
    open_page(wide, site, name)
    wide.evaluate(OPEN_ALL)
    roots = wide.locator(".course-explorer")
    explorers = explorers_of(name)
    assert roots.count() == len(explorers) > 0
    for n, (draw, size, given) in enumerate(explorers):
        drawn = sheets.Pictures(draw, size, None, given, "few")
        root, drawing, kernels = roots.nth(n), Drawing(draw, size), {}
        inputs = root.locator(".course-controls > div > :is(input, select, fieldset)")
        assert inputs.count() == len(drawn.controls)
        for i, k, at in moves(drawn.shown()):
            go(inputs.nth(i), k)
            settle(root)
            values = drawn.values([drawn.rows[j][at[j]] for j in drawn.order])
            png, sentence = drawing.picture(**values)
            shown = (
                root.locator("[role=status]").text_content(),
                root.locator("img").get_attribute("alt"),
            )
            assert "\n".join(dict.fromkeys(shown)) == sentence
            assert not root.locator("[role=alert]").text_content()
            kernels[sentence], now = rough(png, GRID), rough(root.locator("img").screenshot(), GRID)
            away = {text: np.abs(now - other).mean() for text, other in kernels.items()}
            nearest = min(away, key=away.get)
            assert nearest == sentence and away[sentence] < 3, f"{values}: another picture, {away}"
        assert len(kernels) > 1
    assert not barriers(wide)
    assert not wide.troubles


def test_pictures_are_loaded_at_the_first_touch(site, phone):
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    open_page(phone, site)
    assert not [url for url in asked if "/explorers/" in url]
    root = phone.locator(".course-explorer").first
    slider = root.locator("input[type=range]").first
    before = root.locator("[role=status]").text_content()
    slider.tap(position={"x": 2, "y": 12})
    phone.wait_for_function(
        "(text) => document.querySelector('.course-explorer [role=status]').textContent !== text",
        arg=before,
    )
    assert [url for url in asked if url.endswith("said.js")]
    assert [url for url in asked if ".webp" in url]
    folders = {re.search("/explorers/([^/]+)/", url)[1] for url in asked if "/explorers/" in url}
    assert len(folders) == 1
    assert not phone.troubles


def test_an_explorer_without_its_pictures_says_so_and_goes_on(site, wide):
    open_page(wide, site)
    (pictures,) = (site / "explorers").glob("01-006")
    aside = pictures.rename(site / "aside")
    root = wide.locator(".course-explorer").first
    go(root.locator("input").first, 0)
    settle(root)
    assert "could not be loaded" in root.get_by_role("alert").text_content()
    aside.rename(pictures)
    go(root.locator("input").first, 2)
    settle(root)
    assert root.locator("[role=alert]").text_content() == ""
    assert ".webp" in root.locator("img").get_attribute("src")


def test_a_page_says_where_it_has_fewer_positions(site, wide):
    open_page(wide, site)
    assert "positions of “recurrent weight w”" in wide.locator(".fewer").first.text_content()


def test_without_a_script_a_page_is_whole(site, offline):
    with offline(java_script_enabled=False, viewport={"width": 1280, "height": 800}) as tab:
        open_page(tab, site)
        assert tab.locator(".explorer .still img").count() >= 3
        assert tab.locator(".explorer .still img").first.is_visible()
        assert tab.locator("noscript p").is_visible()
        assert tab.locator(".lessons a").last.is_visible()
        assert not tab.locator("#tools").is_visible() and not tab.locator(".copy").count()


# Ways through the course -------------------------------------------------------------------------


def test_all_lessons_stand_beside_the_text(site, wide):
    open_page(wide, site)
    lessons = wide.locator(".lessons")
    links = lessons.locator("> details > ol > li > a")
    assert [f"{name}.html" for name in PAGES[1:]] == [
        links.nth(k).get_attribute("href") for k in range(links.count())
    ]
    assert all(links.nth(k).is_visible() for k in range(links.count()))
    assert lessons.locator("[aria-current=page]").get_attribute("href") == "01_rnn_basics.html"
    box, text = lessons.bounding_box(), wide.locator("main").bounding_box()
    assert box["x"] + box["width"] <= text["x"]


def test_the_section_that_is_read_is_marked(site, wide):
    open_page(wide, site)
    here = wide.locator(".lessons [aria-current=location]")
    for name in ("By-hand,-once", "Quiz", "Why-order-matters"):
        wide.evaluate("(id) => document.getElementById(id).scrollIntoView()", name)
        wide.wait_for_function(
            "(id) => document.querySelector('.lessons [aria-current=location]')"
            "?.getAttribute('href') === '#' + id",
            arg=name,
        )
        assert here.count() == 1 and here.is_visible()
    wide.keyboard.press("End")
    wide.wait_for_function(
        "document.querySelector('.lessons [aria-current=location]').textContent === 'What to read'"
    )


def test_on_a_phone_the_lessons_are_folded(site, phone):
    open_page(phone, site)
    link = phone.locator(".lessons a").nth(1)
    assert not link.is_visible()
    phone.locator(".lessons summary").tap()
    assert link.is_visible()


def test_sections_have_links_to_themselves(site, wide):
    open_page(wide, site)
    link = wide.get_by_role("link", name="Link to By hand, once")
    assert link.is_visible() and link.text_content() == "#"
    link.click()
    assert wide.url.endswith("#By-hand,-once")
    assert 0 <= wide.locator("[id='By-hand,-once']").bounding_box()["y"] < 100


def test_a_search_leads_to_a_section_by_keyboard(site, wide):
    open_page(wide, site, "index")
    asked = []
    wide.on("request", lambda request: asked.append(request.url))
    query = wide.get_by_role("searchbox", name="Search all lessons")
    query.focus()
    wide.keyboard.type("GRADIENT check")
    wide.wait_for_function("document.querySelector('#found').textContent.includes('found')")
    status = wide.get_by_role("status").filter(has_text="found")
    assert re.match(r"\d+ sections? found", status.text_content())
    first = wide.locator("#results a").first
    assert first.text_content() == "The gradient check"
    assert "gradient" in wide.locator("#results mark").first.text_content().lower()
    assert not barriers(wide)
    wide.keyboard.press("Enter")
    assert wide.evaluate("document.activeElement.closest('#results') !== null")
    wide.keyboard.press("Enter")
    wide.wait_for_url("**/02_numpy_rnn.html#*")
    assert wide.evaluate(
        "document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null"
    )
    assert [url for url in asked if url.endswith("/search.js")] and not wide.troubles


def test_a_search_that_finds_nothing_says_so_and_is_left_by_escape(site, wide):
    open_page(wide, site)
    wide.get_by_role("searchbox").focus()
    wide.keyboard.type("zebra crossing")
    wide.wait_for_function("document.querySelector('#found').textContent === 'Nothing found'")
    assert wide.locator("#answers").is_visible() and not wide.locator("#results li").count()
    wide.keyboard.press("Escape")
    wide.locator("#answers").wait_for(state="hidden")
    assert wide.get_by_role("searchbox").input_value() == ""


@pytest.mark.parametrize(("system", "wanted"), [("light", "dark"), ("dark", "light")])
def test_a_reader_can_have_it_light_or_dark(system, wanted, site, offline):
    paper = "getComputedStyle(document.body).backgroundColor"
    with offline(color_scheme=system, viewport={"width": 1280, "height": 800}) as tab:
        open_page(tab, site)
        own = tab.evaluate(paper)
        tab.get_by_label("Colours").select_option(wanted)
        other = tab.evaluate(paper)
        assert own != other
        open_page(tab, site, "02_numpy_rnn")
        assert tab.evaluate(paper) == other and tab.locator("#colours").input_value() == wanted
        tab.get_by_label("Colours").select_option("")
        assert tab.evaluate(paper) == own


def test_code_is_copied(site, wide):
    open_page(wide, site)
    code = wide.locator("main pre:not(.output)").first.text_content()
    wide.locator("main").get_by_role("button", name="Copy this code").first.press("Enter")
    wide.wait_for_function("document.querySelector('#copied').textContent === 'Copied'")
    wide.evaluate("document.body.append(document.createElement('textarea'))")
    wide.locator("body > textarea").focus()
    wide.keyboard.press("Control+V")
    assert wide.locator("body > textarea").input_value().strip() == code.strip()


def test_the_notebook_goes_with_its_page(site, wide):
    open_page(wide, site)
    link = wide.get_by_role("link", name="download the notebook")
    assert link.get_attribute("download") is not None
    notebook = json.loads((site / link.get_attribute("href")).read_text("utf-8"))
    assert notebook["nbformat"] == 4 and "YOUR CODE HERE" in json.dumps(notebook)


# What is shown in part, printed, or in forced colours --------------------------------------------

CUT = """() => [...document.querySelectorAll("main :is(pre, .wide, .course-picture)")]
    .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
    .map((box) => [box.className || box.tagName, box.dataset.more ?? "",
                   getComputedStyle(box).maskImage !== "none", box.innerText.slice(0, 40)])"""


def test_code_has_room_for_a_line_of_100_letters(site, wide):
    for name in PAGES[1:]:
        open_page(wide, site, name)
        cut = [box for box in wide.evaluate(CUT) if box[0] == "PRE"]
        assert not cut, f"{name}: {cut}"


def test_on_a_phone_what_goes_on_is_faded_out(site, phone):
    open_page(phone, site, "02_numpy_rnn")
    phone.wait_for_function("document.querySelector('[data-more=right]')")
    cut = phone.evaluate(CUT)
    assert {"PRE", "wide", "course-picture"} <= {box[0] for box in cut}
    assert not [box for box in cut if "right" not in box[1] or not box[2]]
    scroller = phone.locator("figure .wide").first
    assert "right" in scroller.get_attribute("data-more")
    scroller.evaluate("(box) => box.scrollTo(10_000, 0)")
    phone.wait_for_function("(box) => box.dataset.more === 'left'", arg=scroller.element_handle())


def test_folds_are_open_in_print_and_no_summary_ends_a_page(site, wide):
    """Pages are tried as columns, of which the rules of a break are the same."""
    open_page(wide, site)
    wide.emulate_media(media="print")
    for name in (".lessons", "header", ".copy", ".course-controls"):
        assert not wide.locator(name).first.is_visible()
    wide.evaluate(LOAD_ALL)
    for height in (700, 760, 820, 880, 940):
        wide.add_style_tag(
            content=f"main {{ columns: auto 690px; column-fill: auto; height: {height}px }}"
        )
        folds = wide.evaluate(
            """[...document.querySelectorAll("main details")].map((details) => {
                const [summary, next] = details.children;
                const end = [...summary.getClientRects()].at(-1);
                const begin = next.getClientRects()[0];
                return begin ? begin.left - end.left : null;
            })"""
        )
        assert None not in folds, "not printed"
        assert max(folds) < 300, f"{sum(gap >= 300 for gap in folds)} summaries end a page"


def test_forced_colours_leave_code_its_frame(site, offline):
    with offline(forced_colors="active", viewport={"width": 1280, "height": 800}) as tab:
        open_page(tab, site)
        border = "getComputedStyle(document.querySelector('main pre')).borderTopColor"
        paper = "getComputedStyle(document.body).backgroundColor"
        assert tab.evaluate(border) not in (tab.evaluate(paper), "rgba(0, 0, 0, 0)")


def test_nothing_moves_by_itself_where_that_is_not_wanted(site, offline):
    with offline(reduced_motion="reduce", viewport={"width": 1280, "height": 800}) as tab:
        open_page(tab, site)
        tab.get_by_label("Colours").select_option("dark")
        go(tab.locator(".course-explorer input").first, 0)
        assert tab.evaluate("document.getAnimations().length") == 0
        assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
