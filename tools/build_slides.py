"""Make a deck of slides of each lesson in slides/, by reveal.js, to work offline (`make slides`).

Cells with a slide type (JupyterLab: right sidebar, property inspector) are in the deck: "slide"
begins a column, "subslide" stands below, "-" goes on, "fragment" goes on when asked. A slide holds
what a room looks at: headings, questions, formulae, tables, lists, short code, figures. What a
short cell with a prediction puts out comes when asked. A short question has its result below it,
and a slide without a heading that of its section. What is left of the text is for whoever
speaks: press S for it.
"""

import re
import shutil
import struct
from base64 import b64decode
from importlib.metadata import distribution
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.build_notebooks import LessonError, exit_with_words, new_folder, parse
from tools.build_site import code_cell, mathematical_font, python, render, show
from tools.lessons import paths

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "slides"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
REVEAL = distribution("sphinx-revealjs").locate_file("sphinx_revealjs/_static/revealjs")
SLIDE_TYPES = "slide", "subslide", "fragment", "-"
LINE = 75  # letters that fit in a line of a slide
QUESTION_LINES, CODE_LINES = 7, 18  # of a question above a figure; of one and what is run below it
# A figure that is so many times as wide as high leaves room for a question; or for a short one.
WIDE, WIDE_FOR_FEW, FEW_LINES = 1.9, 1.45, 4
FIGURE = re.compile(r'<figure.*?base64,([^"]+)', re.DOTALL)
FEW, MANY = 80, 700  # letters of a formula alone, and of a text that fits beside it
BESIDE = 8  # lines of print that have room beside a figure
SHORT = 14  # lines of code that the last row can still read
QUESTION = re.compile(r"<(p|h3)\b(?:(?!</\1>).)*</\1>(?:<details>.*?</details>)+", re.DOTALL)
ASIDE = "Hint", "What there was to"  # what is folded under these is for the speaker


def columns(nb):
    """The deck of a notebook: a list of columns, each a list of {"shown": [...], "notes": html}."""
    deck, title = [], ""
    for cell, html in zip(nb.cells, render(nb)[0], strict=True):
        title = ([title] + re.findall(r"<h[123][^>]*>(.*?)</h", html))[-1]
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind not in SLIDE_TYPES:
            continue
        asks = "predict" in cell.metadata.get("tags", [])
        shown, notes = text(html) if cell.cell_type == "markdown" else code(cell)
        answer = ""
        if asks and is_short(cell):
            shown, answer = python(cell.source), "".join(map(show, cell.outputs))
        if kind == "slide" or not deck:
            deck.append([])
        column = deck[-1]
        if not column or kind in ("slide", "subslide") and not has_room(column[-1], shown + answer):
            column.append({"shown": [], "notes": ""})
        elif asks and not answer:  # a figure below its question
            shown, answer = "", shown
        slide = column[-1]
        if not slide["shown"] and not re.search("<h[123]", shown):
            shown = f'<p class="title">{title}</p>{shown}'
        if shown:
            slide["shown"].append({"html": shown, "fragment": kind == "fragment"})
        if answer:  # the room answers before it sees the result
            slide["shown"].append({"html": answer, "fragment": True})
        slide["notes"] += notes
    return deck


def has_room(slide, below):
    """Whether a slide has few words so far, a question, and room for a result below them."""
    above = "".join(part["html"] for part in slide["shown"])
    if re.search("<(figure|pre|table|details|li)", above) or "<" not in below:
        return False
    lines = 2 * above.count("display=") + sum(
        1 + len(p.text) // LINE for p in BeautifulSoup(above, "html.parser").find_all(["p", "h2"])
    )
    figure = FIGURE.search(below)
    if figure:
        width, height = png_size(figure[1])
        wide = WIDE_FOR_FEW if lines <= FEW_LINES else WIDE
        return width / height > wide and lines <= QUESTION_LINES
    return lines + below.count("\n") + 2 * below.count("<tr") <= CODE_LINES  # a range has a line


def png_size(data):
    """Width and height of a PNG, as its base64 tells."""
    return struct.unpack(">II", b64decode(data[:32])[16:24])


def text(html):
    """A text cell's HTML -> (what a room looks at, what the speaker says)."""
    elements = BeautifulSoup(html, "html.parser").find_all(recursive=False)
    shown = [element for element in elements if is_looked_at(element)]
    headings, asked = ("h1", "h2", "h3"), any(e.find("strong") for e in shown)
    letters = sum(len(element.text) for element in shown if element.name not in headings)
    if not letters or letters < FEW and not asked and sum(len(e.text) for e in elements) < MANY:
        shown = [e for e in elements if not is_aside(e)]  # an exercise, or the opening: all of it
    said = [element for element in elements if element not in shown]
    # A question of a quiz stays in one piece with its answers.
    shown = QUESTION.sub(r'<div class="question">\g<0></div>', "".join(map(str, shown)))
    return shown, "".join(map(str, said))


def is_looked_at(element):
    if element.name == "p":  # a question to the room, or a formula on a line of its own
        asks = element.find("strong") and "?" in element.text
        formula = element.find("math", display="block") or element.select_one("p > span.wide")
        return bool(asks or formula)
    return not is_aside(element)


def is_aside(element):
    return element.name == "details" and element.summary.text.startswith(ASIDE)


def code(cell):
    """A code cell -> (its figures and what it prints, below the code where that is short; a long
    table beside a figure, for which a slide has no room)."""
    if "BEGIN SOLUTION" in cell.source:
        return code_cell(cell), ""
    outputs = list(map(show, cell.outputs))
    figure = "<figure" in "".join(outputs)
    said = [o for o in outputs if figure and "<figure" not in o and o.count("\n") > BESIDE]
    shown = [output for output in outputs if output not in said]
    return (python(cell.source) if is_short(cell) else "") + "".join(shown), "".join(said)


def is_short(cell):
    """Whether a slide has room for the code beside what it puts out."""
    figures = "<figure" in "".join(map(show, cell.outputs))
    return len(cell.source.splitlines()) <= SHORT and not figures


def build(root, folder):
    """Write a deck for each lesson that has slides to `folder`, in the place of what was there."""
    with new_folder(folder) as new:
        return write(root, new)


def write(root, folder):
    """Write the decks to the empty folder `folder`. -> the files' names"""
    (folder / "reveal").mkdir()
    for name in ("dist/reveal.js", "dist/reveal.css", "plugin/notes"):
        copy = shutil.copytree if (REVEAL / name).is_dir() else shutil.copy
        copy(REVEAL / name, folder / "reveal" / Path(name).name)
    pages = {}
    for source in paths(root):
        nb = parse(source.read_text("utf-8"))
        if deck := columns(nb):
            title = nb.cells[0].source.splitlines()[0].lstrip("# ")
            template = TEMPLATES.get_template("deck.html")
            pages[f"{source.stem}.html"] = template.render(title=title, columns=deck)
    if not pages:
        raise LessonError("no lesson has a slide")
    style = TEMPLATES.get_template("style.css").render(font=mathematical_font(pages.values()))
    for name, page in {**pages, "style.css": style}.items():
        (folder / name).write_text(page, "utf-8", newline="\n")
    return list(pages)


if __name__ == "__main__":
    with exit_with_words():
        made = build(ROOT, ROOT / "slides")
    for name in made:
        print(f"Open {(ROOT / 'slides' / name).as_uri()}")
