"""The decks of slides in Chromium: gone through by keyboard, opened from the disk, no network."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tools import build_slides
from tools.lessons import paths

DECKS = [path.stem for path in paths(build_slides.ROOT)]
SMALLEST = 0.75  # of the deck's own type: what the last row can still read
READY = "window.Reveal?.isReady() && document.fonts.status === 'loaded'"
SLIDE = """() => {
    const slide = Reveal.getCurrentSlide(), zoom = Number(slide.style.zoom);
    const all = (selector) => [...slide.querySelectorAll(selector)];
    return {
        place: JSON.stringify(Reveal.getIndices()), title: slide.innerText.slice(0, 60), zoom,
        height: slide.scrollHeight * zoom / Reveal.getConfig().height,
        cut: all("pre, table, .wide").filter((part) => part.scrollWidth > slide.clientWidth + 2)
            .concat(all("pre").filter((pre) => pre.scrollWidth > pre.clientWidth + 2)).length,
        broken: all("img").filter((image) => !image.naturalWidth).length,
        waiting: slide.querySelectorAll(".fragment:not(.visible)").length,
    };
}"""


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decks")
    build_slides.build(build_slides.ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def tab(offline):
    """As large as a projector's picture."""
    with offline(viewport={"width": 1024, "height": 768}) as tab:
        yield tab


def walk(tab):
    """Every slide, once all of it is shown, from the first to the last, by the space bar."""
    before = None
    while (slide := tab.evaluate(SLIDE))["place"] != before:
        while slide["waiting"]:
            tab.keyboard.press("Space")
            slide = tab.evaluate(SLIDE)
        before = slide["place"]
        yield slide
        tab.keyboard.press("Space")


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_can_be_projected(name, decks, tab):
    tab.goto((decks / f"{name}.html").as_uri())
    tab.wait_for_function(READY)
    slides = list(walk(tab))
    assert len(slides) == tab.evaluate("Reveal.getTotalSlides()")
    small = [slide for slide in slides if slide["zoom"] < SMALLEST or slide["height"] > 1.02]
    assert not small, "too much on a slide"
    assert not [slide for slide in slides if slide["cut"] or slide["broken"]]
    assert not tab.troubles


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_no_serious_barrier(name, decks, tab):
    tab.goto((decks / f"{name}.html").as_uri() + "?print-pdf")  # every slide at once
    tab.wait_for_function(READY)
    found = Axe().run(tab, options={"resultTypes": ["violations"], "preload": False})
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, found.generate_report()
    assert not tab.troubles


def test_an_unfolded_answer_keeps_to_its_slide(decks, tab):
    tab.goto((decks / "01_rnn_basics.html").as_uri())
    tab.wait_for_function(READY)
    tab.keyboard.press("End")
    tab.evaluate("Reveal.getCurrentSlide().querySelectorAll('details').forEach((d) => d.open = 1)")
    tab.wait_for_function("Number(Reveal.getCurrentSlide().style.zoom) < 1")
    assert tab.evaluate(SLIDE)["height"] <= 1.02
