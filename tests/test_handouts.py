"""The sheets to print: what a lesson asks stands there, its answers on the other sheet alone."""

import re
from pathlib import Path

import nbformat.v4 as v4
import numpy as np
import pytest
from bs4 import BeautifulSoup

from tools import build_handouts
from tools.build_notebooks import BEGIN, END, LessonError, parse
from tools.lessons import paths
from utils.cells import rnn_step

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {path.stem: parse(path.read_text("utf-8")) for path in paths(ROOT)}
each = pytest.mark.parametrize("name", LESSONS)


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    """{file: its page}"""
    folder = tmp_path_factory.mktemp("printed") / "handouts"
    names = build_handouts.build(ROOT, folder)
    pages = {name: (folder / name).read_text("utf-8") for name in [*names, "style.css"]}
    return {name: BeautifulSoup(text, "html.parser") for name, text in pages.items()}


def text(name):
    return "\n".join(c.source for c in LESSONS[name].cells if c.cell_type == "markdown")


@each
def test_every_question_of_a_lesson_is_on_its_sheets(name, sheets):
    # One guess may be missing: an answer whose question is not in bold, or what has boxes.
    guesses = len(re.findall(r"<summary>What there was to", text(name)))
    exercises = sum(BEGIN in cell.source for cell in LESSONS[name].cells)
    options = len(re.findall(r"<summary>", text(name).partition("## Quiz")[2]))
    for kind in ("", "-answers"):
        sheet = sheets[f"{name}{kind}.html"]
        assert guesses - 1 <= len(sheet.select(".guesses > li")) <= guesses
        assert len(sheet.select("article > pre:not(.answer)")) >= exercises
        assert len(sheet.select(".options > li")) == options


@each
def test_the_answers_are_on_the_teacher_s_sheet_alone(name, sheets):
    asked, answered = sheets[f"{name}.html"], sheets[f"{name}-answers.html"]
    assert not asked.select(".answer, details") and "×" not in asked.text.partition("Quiz")[2]
    assert all(answer.text.strip() for answer in answered.select("li > .answer"))
    for question in answered.select("article:has(.options)"):
        assert [box.text for box in question.select(".box")].count("×") == 1
    for cell in LESSONS[name].cells:
        if BEGIN in cell.source:
            solution = cell.source.partition(BEGIN)[2].partition(END)[0].strip()
            assert solution in answered.text and solution not in asked.text


@each
def test_a_sheet_is_whole_and_needs_no_network(name, sheets):
    for kind in ("", "-answers"):
        sheet = sheets[f"{name}{kind}.html"]
        assert len(sheet.find_all("h1")) == 1 and sheet.html["lang"] == "en"
        assert all(image["src"].startswith("data:") for image in sheet.find_all("img"))
        assert all(image["alt"] for image in sheet.find_all("img"))
        assert {link["href"] for link in sheet.find_all("link")} == {"data:,", "style.css"}
        assert not sheet.find_all(["script", "style"]) and not re.search(
            r"\$|\\[a-z]+\{", sheet.text
        )
        local = [a["href"] for a in sheet.find_all("a") if "://" not in a["href"]]
        assert not local, "a lesson does not lie beside its sheet"


def boxes(sheet):
    rows = sheet.select(".boxes tr")[1:]
    return {
        row.th.text + str(k): [td.text for td in row.find_all("td")] for k, row in enumerate(rows)
    }


def test_the_boxes_are_empty_but_for_the_bias_and_filled_with_the_lesson_s_numbers(sheets):
    (with_boxes,) = [n for n in LESSONS if sheets[f"{n}.html"].select(".boxes")]
    assert with_boxes.startswith("01")
    empty, filled = (boxes(sheets[f"{with_boxes}{kind}.html"]) for kind in ("", "-answers"))
    assert list(empty) == list(filled) == ["a0", "b1", "a2", "c3"]
    assert all(row == ["", "", "0.1, −0.2", "", ""] for row in empty.values())
    cell = next(c for c in LESSONS[with_boxes].cells if 'word = "abac"' in c.source)
    weights = build_handouts.given(cell)
    h = np.zeros((1, 2))
    for letter, row in filled.items():
        added, kept, bias, z, state = (
            [float(n.replace("−", "-")) for n in pair.split(", ")] for pair in row
        )
        x = np.eye(3)[["abc".index(letter[0])]]
        h = rnn_step(x, h, *(np.array(weights[name]) for name in ("W_x", "W_h", "b")))
        np.testing.assert_allclose(state, h[0], atol=0.005)
        np.testing.assert_allclose(np.add(np.add(added, kept), bias), z, atol=0.011)
    # And the numbers that the lesson itself prints.
    assert filled["a0"][4] == "0.54, −0.6" and filled["c3"][4] == "0.88, 0.67"


def test_who_takes_the_nearest_row_of_the_curve_finds_the_same_answer():
    """At step 3, and at no other, the past weighs more than the letter in both units."""
    cell = next(c for c in LESSONS["01_rnn_basics"].cells if 'word = "abac"' in c.source)
    W_x, W_h, b = (np.array(build_handouts.given(cell)[name]) for name in ("W_x", "W_h", "b"))
    at, value = np.array(build_handouts.CURVE, float).T

    def nearest(z):
        return np.sign(z) * value[np.abs(at - abs(z)[:, None]).argmin(axis=1)]

    for bent in (np.tanh, nearest):
        h, more = np.zeros(2), []
        for letter in "abac":
            added, kept = W_x["abc".index(letter)], h @ W_h
            more.append(np.all(abs(kept) > abs(added)))
            z = added + kept + b
            h = bent(z)
        assert more == [False, False, True, False]


# Small lessons -----------------------------------------------------------------------------------


def notebook(*sources):
    """Text, and code that begins with a #."""
    make = {True: v4.new_code_cell, False: v4.new_markdown_cell}
    return v4.new_notebook(cells=[make[s.startswith("#!")](s.removeprefix("#!")) for s in sources])


def parted(*sources):
    return build_handouts.sections(notebook(*sources))


FOLD = "<details><summary>What there was to see</summary>\n\nIt grows.\n\n</details>"


@pytest.mark.parametrize(
    ("paragraph", "asked"),
    [
        ("A story. **Guess:** how long?", "Guess: how long?"),
        ("A **word**. **Before you run it:** what?", "Before you run it: what?"),
        ("Eight comes in. **What comes out?** Guess.", "Eight comes in. What comes out? Guess."),
        ("A **word**.", None),
    ],
)
def test_a_guess_begins_where_it_is_asked(paragraph, asked):
    found = build_handouts.guesses(parted("## Memory", paragraph, FOLD))
    plain = [BeautifulSoup(guess.question, "html.parser").text for guess in found]
    assert plain == ([asked] if asked else [])
    assert all("It grows." in guess.answer for guess in found)


def test_a_question_without_an_answer_gives_way_to_the_next():
    found = build_handouts.guesses(parted("## One", "**Guess** a.", "## Two", "**Guess** b.", FOLD))
    assert [(guess.section, "b." in guess.question) for guess in found] == [("Two", True)]


def test_an_exercise_is_what_stands_before_its_hole():
    hole = f"#!def f(x):\n    {BEGIN}\n    y = x\n    return y\n    {END}"
    hint = "<details><summary>Hint 1</summary>\n\nLook.\n\n</details>"
    (exercise,) = build_handouts.exercises(
        parted("## Exercise 1: f", "Write it.", hole, hint, "On.")
    )
    assert "Write it." in exercise.text and "On." not in exercise.text
    assert exercise.code.strip() == "def f(x):" and exercise.solution == "    y = x\n    return y"
    assert len(exercise.lines) == 2 + build_handouts.MORE


def test_a_lesson_without_an_exercise_is_refused(tmp_path):
    (tmp_path / "solutions").mkdir()
    text = build_handouts.Path(ROOT / "solutions/00_start_here.ipynb").read_text("utf-8")
    (tmp_path / "solutions/00_none.ipynb").write_text(text.replace(BEGIN, "").replace(END, ""))
    with pytest.raises(LessonError, match="00_none.ipynb has no exercise"):
        build_handouts.build(tmp_path, tmp_path / "handouts")
