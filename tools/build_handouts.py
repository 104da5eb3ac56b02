"""Make sheets to print of each lesson in handouts/ (`make handouts`), out of its cells.

A sheet has what the lesson asks: the guesses, the exercises with room to write, the quiz. Lesson 1
has one more, its network of two units with empty boxes. Beside each stands a sheet for the teacher,
of the same questions with what came out, the solutions and the right answers.
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.build_notebooks import (
    BEGIN,
    END,
    STUB,
    LessonError,
    exit_with_words,
    new_folder,
    parse,
    stub,
    without_links,
)
from tools.build_site import mathematical_font, render, show
from tools.lessons import paths
from utils.words import number

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "handouts"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
ON_PAPER = "By hand, once"  # the section of lesson 1 that has boxes
SEEN = "What there was to"  # a fold that answers a guess begins so
ASKS = re.compile("Guess|Before you|What do you expect|Find out")  # a question begins so
CURVE = [(f"{z:.2f}", f"{np.tanh(z):.2f}") for z in np.arange(40) / 20]  # what a sheet has of tanh
MORE = 2  # lines of room beyond those of our solution


@dataclass
class Guess:
    section: str
    question: str
    results: list = field(default_factory=list)  # what is printed, figures without their pictures
    answer: str = ""


@dataclass
class Exercise:
    title: str
    text: str
    code: str  # what is given
    solution: str

    @property
    def lines(self):
        return range(self.solution.count("\n") + 1 + MORE)


@dataclass
class Question:
    text: str
    options: list = field(default_factory=list)  # (the option, whether it is right, why)


def sections(nb):
    """[(heading, [(cell, its elements)])]; text stands in elements, code has none."""
    found = [("", [])]
    for cell, html in zip(nb.cells, render(nb)[0], strict=True):
        if cell.cell_type == "code":
            found[-1][1].append((cell, []))
            continue
        for element in BeautifulSoup(html, "html.parser").find_all(recursive=False):
            if element.name == "h2":
                found.append((element.text, []))
            else:
                found[-1][1].append((cell, [element]))
    return found


def is_fold(element, words):
    return element.name == "details" and element.summary.text.startswith(words)


def inside(fold):
    """What a fold holds, without its summary."""
    return "".join(str(part) for part in fold.contents if part is not fold.summary).strip()


def without_pictures(html):
    """What a cell shows, of figures the sentence alone; nothing of an explorer."""
    soup = BeautifulSoup(html, "html.parser")
    if soup.select_one(".course-explorer-still"):
        return ""
    for picture in soup.find_all(["img", "svg"]):
        picture.decompose()
    return str(soup)


def question(paragraph):
    """What a paragraph asks, from its words in bold on; all of it if they are the question."""
    for bold in paragraph.find_all("strong", recursive=False):
        if ASKS.match(bold.text):
            return f"<p>{bold}{''.join(map(str, bold.next_siblings))}</p>"
        if bold.text.endswith("?"):
            return str(paragraph)
    return ""


def guesses(parted):
    """Each question that a fold answers, with what was shown between the two."""
    found, asked = [], None
    for heading, parts in parted:
        if heading == ON_PAPER:
            continue
        for cell, elements in parts:
            if cell.cell_type == "code" and asked:
                asked.results += [without_pictures(show(output)) for output in cell.outputs]
            for element in elements:
                if is_fold(element, SEEN) and asked:
                    asked.answer = inside(element)
                    found.append(asked)
                    asked = None
                elif element.name == "p" and question(element):
                    asked = Guess(heading, question(element))
    return found


def exercises(parted):
    found = []
    for heading, parts in parted:
        text = []
        for cell, elements in parts:
            if cell.cell_type == "code" and BEGIN in cell.source:
                code = "\n".join(
                    s for s in stub(cell, cell.id).split("\n") if s.strip() not in STUB
                )
                solution = re.search(rf"{BEGIN}\n(.*?)\n *{END}", cell.source, re.DOTALL)[1]
                found.append(Exercise(heading, "".join(text), code, solution))
                break
            text += map(str, elements) if elements else map(show, cell.outputs)
    return found


def quiz(parted):
    found = []
    for _, parts in [section for section in parted if section[0] == "Quiz"]:
        for _, (element,) in parts:
            if element.name == "h3" and re.match(r"\d+\. ", element.text):
                found.append(Question(element.decode_contents()))
            elif element.name == "details":
                why = BeautifulSoup(inside(element), "html.parser")
                for quotation in why.find_all("blockquote"):  # it has a box of its own on paper
                    quotation.unwrap()
                right = why.text.strip().startswith("Right")
                found[-1].options.append((element.summary.decode_contents(), right, str(why)))
    return found


# On paper ----------------------------------------------------------------------------------------


def given(cell):
    """{name: value} of what a cell assigns as a literal, or as an array of one."""
    values = {}
    for step in ast.parse(cell.source).body:
        if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
            value = step.value.args[0] if isinstance(step.value, ast.Call) else step.value
            try:
                values[step.targets[0].id] = ast.literal_eval(value)
            except ValueError:  # it is computed
                continue
    return values


def steps(W_x, W_h, b, word):
    """A row for each letter: [letter, x W_x, h W_h, b, z, tanh z], pairs of numbers in words."""
    W_x, W_h, b, h = np.array(W_x), np.array(W_h), np.array(b), np.zeros(2)
    for letter in word:
        added, kept = W_x["abc".index(letter)], h @ W_h
        h = np.tanh(added + kept + b)
        pairs = added, kept, b, added + kept + b, h
        yield letter, [[number(round(value, 2) + 0.0) for value in pair] for pair in pairs]


def on_paper(parted):
    """(text, rows, answer) of the section that is done on paper; None where there is none."""
    for heading, parts in parted:
        if heading == ON_PAPER:
            elements = [element for _, found in parts for element in found]
            text = [element for element in elements if element.name != "details"]
            (answer,) = [inside(element) for element in elements if is_fold(element, SEEN)]
            weights = given(next(cell for cell, _ in parts if cell.cell_type == "code"))
            rows = steps(*(weights[name] for name in ("W_x", "W_h", "b", "word")))
            return "".join(map(str, text)), list(rows), answer
    return None


# The sheets --------------------------------------------------------------------------------------


def build(root, folder):
    """Write two sheets for each lesson to `folder`, in the place of what was there. -> names"""
    with new_folder(folder) as new:
        return write(root, new)


def write(root, folder):
    pages = {}
    for path in paths(root):
        nb = parse(path.read_text("utf-8"))
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = without_links(cell.source)
        parted = sections(nb)
        asked = {
            "title": nb.cells[0].source.splitlines()[0].lstrip("# "),
            "guesses": guesses(parted),
            "exercises": exercises(parted),
            "quiz": quiz(parted),
            "paper": on_paper(parted),
            "curve": CURVE,
        }
        if not asked["exercises"]:
            raise LessonError(f"{path.name} has no exercise")
        page = TEMPLATES.get_template("sheet.html")
        for kind, solved in (("", False), ("-answers", True)):
            pages[f"{path.stem}{kind}.html"] = page.render(solved=solved, **asked)
    style = TEMPLATES.get_template("style.css").render(font=mathematical_font(pages.values()))
    for name, text in {**pages, "style.css": style}.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    return list(pages)


if __name__ == "__main__":
    with exit_with_words():
        made = build(ROOT, ROOT / "handouts")
    for name in made:
        print(f"Print {(ROOT / 'handouts' / name).as_uri()}")
