"""The reading edition in Chromium, opened from the disk and without a network."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tools import build_site
from tools.lessons import paths

PAGES = ["index", *(path.stem for path in paths(build_site.ROOT))]
OPEN_ALL = "document.querySelectorAll('details').forEach((details) => { details.open = true })"
# Contrast is measured word by word: one page's code has thousands, in the same six colours.
FEWER_WORDS = """[...document.querySelectorAll("pre > code")].slice(5).forEach((code) => {
    code.textContent = code.textContent;
})"""
FORMULAE = """() => [...document.querySelectorAll("math")].filter((math) => {
    const { width, height } = math.getBoundingClientRect();
    return !width || !height || math.querySelector("merror");
}).map((math) => math.outerHTML)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    build_site.build(build_site.ROOT, folder)
    return folder


@pytest.fixture(scope="module", params=[("light", 1280), ("dark", 360)], ids=lambda look: look[0])
def tab(request, offline):
    scheme, width = request.param
    with offline(color_scheme=scheme, viewport={"width": width, "height": 800}) as tab:
        yield tab


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable(name, site, tab):
    tab.goto((site / f"{name}.html").as_uri())
    tab.evaluate(OPEN_ALL)
    assert not tab.evaluate(FORMULAE)
    if tab.locator("math").count():
        fonts = tab.evaluate("document.fonts.ready.then((all) => [...all].map((f) => f.status))")
        assert fonts == ["loaded"]
    images = "[...document.images].filter((image) => !image.naturalWidth).length"
    assert tab.evaluate(images) == 0
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= tab.viewport_size["width"], "the page itself moves sideways"
    tab.evaluate(FEWER_WORDS)
    # Without preload, with which axe reads the style sheet in a way that no file:// page allows.
    found = Axe().run(tab, options={"resultTypes": ["violations"], "preload": False})
    assert not found.response["violations"], found.generate_report()
    assert not tab.troubles


def test_a_page_is_read_by_keyboard(site, tab):
    tab.goto((site / "01_rnn_basics.html").as_uri())
    focused = "document.activeElement"
    tab.keyboard.press("Tab")
    assert tab.evaluate(f"{focused}.textContent") == "Skip to the text"
    tab.keyboard.press("Enter")
    assert tab.evaluate(f"{focused}.id") == "main"
    answer = tab.locator("#Quiz ~ details").first
    answer.locator("summary").focus()
    assert not answer.locator("p").is_visible()
    tab.keyboard.press("Enter")
    assert answer.locator("p").is_visible()
