"""The sheets as Chromium prints them: on A4 and Letter, from the disk, nothing cut off."""

import pytest

from tools import build_handouts
from tools.lessons import paths

LESSONS = [path.stem for path in paths(build_handouts.ROOT)]
PAPER = {"A4": 210, "Letter": 216}  # mm
WIDER = """() => [...document.querySelectorAll("body *")].filter(
    (part) => part.getBoundingClientRect().right > innerWidth + 1).map((part) => part.outerHTML)"""


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handouts")
    build_handouts.build(build_handouts.ROOT, folder)
    return folder


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", LESSONS)
def test_a_sheet_is_printed_whole(name, paper, sheets, offline):
    width = round((PAPER[paper] - 36) / 25.4 * 96)  # between the margins, in CSS pixels
    with offline(viewport={"width": width, "height": 1000}) as tab:
        for kind in ("", "-answers"):
            tab.goto((sheets / f"{name}{kind}.html").as_uri())
            tab.emulate_media(media="print")
            assert not tab.evaluate(WIDER)
            pages = tab.pdf(format=paper).count(b"/Type /Page\n")
            parts = tab.locator("section").count()
            assert parts <= pages <= 16, "a part begins a page, and paper is dear"
        assert not tab.troubles
