"""The decks: which cells are in them, and that nothing in them comes from elsewhere."""

import re
import struct
from base64 import b64encode
from pathlib import Path

import nbformat.v4 as v4
import pytest
from bs4 import BeautifulSoup

from tools import build_slides
from tools.lessons import paths

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    build_slides.build(ROOT, folder)
    return folder


def cell(source, kind=None, output=None):
    """A cell with a slide type; with `output`, which it prints, a code cell."""
    metadata = {"slideshow": {"slide_type": kind}} if kind else {}
    if output is None:
        return v4.new_markdown_cell(source, metadata=metadata)
    outputs = [v4.new_output("stream", text=output)]
    return v4.new_code_cell(source, metadata=metadata, outputs=outputs)


def deck(*cells):
    return build_slides.columns(v4.new_notebook(cells=list(cells)))


def test_slide_types_make_columns():
    columns = deck(
        cell("# Title", "slide"),
        cell("left out"),
        cell("## Next\n\n- a list", "slide"),
        cell("1 + 1", "subslide", "2"),
        cell("goes on", "-"),
        cell("when asked", "fragment"),
        cell("left out as well", "skip"),
    )
    assert [len(column) for column in columns] == [1, 2]
    assert [part["fragment"] for part in columns[1][1]["shown"]] == [False, False, True]


def picture(width, height):
    """A figure with a PNG of this size, as far as its beginning."""
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)
    html = f'<figure><img alt="A" src="data:image/png;base64,{b64encode(png).decode()}"></figure>'
    return v4.new_output("display_data", {"text/html": html})


@pytest.mark.parametrize(
    ("question", "size", "together"),
    [
        ("## A\n\n**Guess:** how long?", (700, 300), True),
        ("## A\n\n**Guess:** how long?", (700, 600), False),
        (f"## A\n\n**Guess:** {'how long ' * 60}?", (700, 300), False),
        ("## A\n\n**Guess:** how long?\n\n- a list", (700, 300), False),
    ],
)
def test_a_short_question_has_its_figure_below_it(question, size, together):
    drawn = cell("draw()", "subslide", "")
    drawn.outputs, drawn.metadata["tags"] = [picture(*size)], ["predict"]
    (column,) = deck(cell(question, "slide"), drawn)
    assert len(column) == (1 if together else 2)
    last = column[-1]["shown"][-1]
    assert "<figure" in last["html"] and last["fragment"] == together


def test_a_slide_without_a_heading_has_that_of_its_section():
    (column,) = deck(cell("## Memory\n\n- a list", "slide"), cell("**So?** Why?", "subslide"))
    assert column[1]["shown"][0]["html"].startswith('<p class="title">Memory</p>')


def test_a_room_sees_questions_and_the_speaker_has_the_rest():
    source = "## Memory\n\nA long story.\n\n**Guess:** how long?\n\n- a list\n\n$$a = b$$"
    (((slide,),),) = [deck(cell(source, "slide"))]
    (shown,) = [part["html"] for part in slide["shown"]]
    assert all(seen in shown for seen in ("Memory", "how long?", "a list", "<math"))
    assert "A long story." in slide["notes"] and "A long story." not in shown


def test_a_slide_is_never_empty_but_for_its_heading():
    (((slide,),),) = [deck(cell("## Exercise 1\n\nWrite the step.", "slide"))]
    assert "Write the step." in slide["shown"][0]["html"] and not slide["notes"]


def test_long_code_gives_its_result_alone():
    short, long = "print(1)", "\n".join(["print(1)"] * 40)
    shown = [deck(cell(source, "slide", "1"))[0][0]["shown"][0]["html"] for source in (short, long)]
    assert "print" in shown[0] and "print" not in shown[1]
    assert all("<samp>1</samp>" in html for html in shown)


def test_a_long_table_beside_a_figure_is_for_the_speaker():
    drawn = v4.new_output("display_data", {"text/html": "<figure>" + "\n" * 40 + "</figure>"})
    for lines, beside in ((3, True), (30, False)):
        both = cell("draw()", "slide", "\n".join(["a row"] * lines))
        both.outputs.append(drawn)
        (((slide,),),) = [deck(both)]
        assert "<figure" in slide["shown"][0]["html"]
        assert ("a row" in slide["shown"][0]["html"]) == beside
        assert ("a row" in slide["notes"]) == (not beside)


def test_a_predicted_result_comes_when_asked():
    asked = cell("print(1)", "subslide", "1")
    asked.metadata["tags"] = ["predict"]
    (((slide,),),) = [deck(asked)]
    code, result = slide["shown"]
    assert "print" in code["html"] and "<samp>" not in code["html"] and not code["fragment"]
    assert "<samp>1</samp>" in result["html"] and result["fragment"]


def test_every_lesson_has_a_deck(decks):
    assert {p.stem for p in decks.glob("*.html")} == {source.stem for source in paths(ROOT)}
    for page in decks.glob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        slides = soup.select(".slides > section > section")
        assert len(slides) >= 5, page.stem  # a lesson has more: tools/rules.py
        for slide in slides:
            slide.find("aside", class_="notes").extract()
            assert slide.text.strip() or slide.find("img"), f"an empty slide in {page.stem}"
        assert all(image.get("alt") for image in soup.find_all("img"))


def test_a_deck_needs_no_network(decks):
    for page in decks.glob("*.html"):
        html = page.read_text("utf-8")
        sources = re.findall(r'<(?:script|img|link)[^>]*?(?:src|href)="([^"]*)"', html)
        assert sources
        for source in sources:
            assert source.startswith("data:") or (decks / source).is_file(), source
