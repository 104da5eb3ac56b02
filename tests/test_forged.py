"""Forged answers, notebooks, names and pages: none gets a mark, or has a say on a page.

What a hostile submission tries from within its sandbox is in tests/test_hostile.py.
"""

import contextlib
import importlib
import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4
from pygments.token import STANDARD_TYPES

from tests.helpers.stand_ins import calls
from utils import checks

if sys.platform != "linux":
    pytest.skip("marking needs Linux", allow_module_level=True)

from nbgrader.api import Gradebook

from tools.grading import assignment, confined, feedback, intake

ROOT = Path(__file__).resolve().parent.parent
NAME = "01_rnn_basics"


# Forged answers ----------------------------------------------------------------------------------

JUDGED = {  # several of each kind whose verdict does not take long
    "01": ["rnn_step", "count_parameters", "weight_for_half_life"],
    "02": ["numeric_gradient", "name_the_bugs"],
    "04": ["latch", "bias_for_half_life", "read_gates"],
}
DEEP = "[" * 100_000 + "]" * 100_000
VALUES = [  # what a function is said to have returned
    *("null", "true", "NaN", "Infinity", "-1e999", '"Right: "', "[]", "{}", "7" * 5000, "1e400"),
    '[[1, 2], [3]], "changed": [',
    '{"array": []}',
    '{"array": [[1, 2], [3]]}',
    '{"array": [true, false]}',
    '{"array": ["Right: ", "1"]}',
    '{"array": {"array": [{"array": 1}]}}',
    '{"array": [null, {}]}',
    '{"array": [1, NaN, Infinity]}',
    '{"array": "Right: "}',
    f'{{"array": {"[" * 70}{"]" * 70}}}',
    '{"thing": "Right: "}',
    '{"thing": null}',
    '{"thing": "a\\u0000b"}',
    '{"thing": "__class__", "array": [1]}',
    '{"__eq__": true, "__array__": [1], "shape": [1]}',
]
ERRORS = [  # what it is said to have raised
    *("SystemExit", "KeyboardInterrupt", "GeneratorExit", "BaseException", "Lost", "Unusable"),
    *("StopIteration", "MemoryError", "RecursionError", "UnicodeDecodeError", "ExceptionGroup"),
    *("NotImplementedError", "AssertionError", "KeyError", "print", "exit", "__import__", ""),
]
RETURNED = [f'{{"value": {value}, "changed": CHANGED}}' for value in VALUES]
RETURNED += [json.dumps({"error": [name, "Right: so it is"]}) for name in ERRORS]
RETURNED += [f'{{"error": {some}}}' for some in ("null", "[]", "[1, 2, 3]", '{"a": 1, "b": 2}')]
RETURNED += [*("", "null", "[]", "{}", "Right: ", '"error"', '["error"]', '{"thing": "a"}', DEEP)]
RETURNED += ['{"value": TRUE}', '{"array": [1]}', f'{{"value": {DEEP}, "changed": CHANGED}}']
RETURNED += [None, 1, [], {}, True]  # in the place of a text
RIGHT = "Right: h_t agrees on random arrays."
TOLD = [  # whole messages, about the exercise "?"
    *(["?", kind, [], RIGHT] for kind in ("lost", "nothing", "reference", "stub", "right", "", 7)),
    *(["?", "function", some, RIGHT] for some in ([], {}, None, 7, "[]", [[]], [[], []], [None])),
    *(["?", "lost", [], words] for words in (None, ["Right: "], {"Right: ": 1}, "Right: \ud83d")),
    *(["?"], ["?", "function"], ["?", "function", [], RIGHT, RIGHT], {"?": RIGHT}, "?", 7, None),
    *([["?"], "function", [], RIGHT], [None, "lost", [], RIGHT], ["no such", "lost", [], RIGHT]),
    *([RIGHT, RIGHT, RIGHT, RIGHT], ["?", ["function"], {}, RIGHT], ["?", "Right: ", RIGHT, RIGHT]),
]
OUTPUTS = [  # what holds the message: not what Jupyter would send
    {"data": {confined.MIME: DEEP}},
    *({"data": {confined.MIME: what}} for what in (7, None, [], {}, ["?"], "", "{", "\0")),
    *({"data": what} for what in (None, 7, [], confined.MIME, {})),
    {},
]
TESTS = assignment.TEST.split("### BEGIN HIDDEN TESTS")[1]


class Court:
    """The judge of a lesson, without a sandbox."""

    def __init__(self, number):
        self.lesson = f"lesson{number}"
        found = vars(importlib.import_module(f"utils.checks.{self.lesson}")).items()
        self.exercises = {name: each for name, each in found if isinstance(each, checks.Exercise)}

    def verdict(self, name, outputs):
        """What the test says of exercise `name` after these outputs of a kernel."""
        judge = confined.Confined()
        judge.exercises, judge.crossing = self.exercises, [*self.exercises]
        judge.seen, judge.trouble = {each: [] for each in self.exercises}, {}
        judge.told = confined.TOLD
        judge.hear(outputs)
        words = judge.verdict(v4.new_code_cell(TESTS.format(name=name, lesson=self.lesson)), name)
        assert isinstance(words, str) and words.encode()
        return words

    def of(self, name, told, kind="function"):
        told = json.dumps([name, kind, told, RIGHT])
        return self.verdict(name, [{"output_type": "display_data", "data": {confined.MIME: told}}])


COURTS = {number: Court(number) for number in JUDGED}
TRUE = {  # what the reference returns
    (number, name): calls(each := COURTS[number].exercises[name], each.reference)
    for number, names in JUDGED.items()
    for name in names
}
ALONE = [  # where no other answer is right
    (number, name) for number, name in TRUE if not COURTS[number].exercises[name].judges
]


@pytest.mark.parametrize(("number", "name"), TRUE)
def test_forged_answers_are_not_right(number, name):
    court, true = COURTS[number], TRUE[number, name]
    assert court.of(name, true).startswith("Right: ")
    value = json.dumps(json.loads(true[0][0])["value"])
    changed = json.dumps(json.loads(true[0][0])["changed"])
    for text in RETURNED:
        if isinstance(text, str):
            text = text.replace("TRUE", value).replace("CHANGED", changed)
        for forged in ([[text, text], *true[1:]], [[text]] * len(true)):
            assert not court.of(name, forged).startswith("Right"), text


@pytest.mark.parametrize(("number", "name"), ALONE)
def test_forged_messages_are_not_believed(number, name):
    for told in TOLD:
        told = json.dumps(told).replace("?", name)
        words = COURTS[number].verdict(name, [{"data": {confined.MIME: told}}])
        assert not words.startswith("Right"), told
    for output in OUTPUTS:
        assert COURTS[number].verdict(name, [output]).startswith("Not yet: no cell defines")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(
            st.sampled_from(["array", "thing", "error", "changed", "value"]) | st.text(max_size=3),
            some,
            max_size=3,
        )
    ),
    max_leaves=8,
)


def fuzzed(examples):
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def somewhere(draw, data, deep=0.7):
    """`data` with something else in it, at a place of its own."""
    if isinstance(data, list | dict) and data and draw(st.floats(0, 1)) < deep:
        at = draw(st.sampled_from(list(data) if isinstance(data, dict) else range(len(data))))
        new = data.copy()
        new[at] = somewhere(draw, data[at], deep)
        return new
    return draw(JSON)


def numbers(value):
    """All numbers in an answer, one after the other."""
    if isinstance(value, dict):
        return numbers(value["array"])
    return [n for v in value for n in numbers(v)] if isinstance(value, list) else [float(value)]


def agree(text, true):
    """Does an answer hold the numbers of the true one?"""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        a, b = (numbers(json.loads(each)["value"]) for each in (text, true))
        return len(a) == len(b) and np.allclose(a, b, 1e-3, 1e-3)
    return False


@given(st.data())
@fuzzed(200)
def test_no_fuzzed_answer_is_right_without_the_numbers(data):
    number, name = data.draw(st.sampled_from(ALONE))
    true = TRUE[number, name]
    at = data.draw(st.integers(0, len(true) - 1))
    text = json.dumps(somewhere(data.draw, json.loads(true[at][0])))
    words = COURTS[number].of(name, [*true[:at], [text, text], *true[at + 1 :]])
    assert not words.startswith("Right") or agree(text, true[at][0]), text


@given(st.data())
@fuzzed(500)
def test_no_fuzzed_message_is_right(data):
    number, name = data.draw(st.sampled_from(ALONE))
    kind = data.draw(st.sampled_from(["function", "stub", "lost", "reference", "nothing"]))
    told = somewhere(data.draw, [name, kind, TRUE[number, name][:1], RIGHT], deep=0.5)
    words = COURTS[number].verdict(name, [{"data": {confined.MIME: json.dumps(told)}}])
    assert not words.startswith("Right") or len(TRUE[number, name]) == 1, told


# Forged notebooks --------------------------------------------------------------------------------

KINDS = dict.fromkeys(["grade", "solution", "locked", "task"], False) | {"schema_version": 3}
FORGED = {  # what the metadata of every cell, or of one cell more, is said to be
    "points": KINDS | {"grade_id": "test_rnn_step", "grade": True, "points": 100},
    "negative": KINDS | {"grade_id": "test_rnn_step", "grade": True, "points": -1},
    "no number": KINDS | {"grade_id": "test_rnn_step", "grade": True, "points": "nan"},
    "a test of mine": KINDS | {"grade_id": "test_mine", "grade": True, "points": 4},
    "a task": KINDS | {"grade_id": "mine", "task": True, "points": 4},
    "by hand": KINDS | {"grade_id": "rnn_step", "grade": True, "solution": True, "points": 4},
    "checksum": KINDS | {"grade_id": "rnn_step", "solution": True, "checksum": "0" * 32},
    "unlocked": KINDS | {"grade_id": "test_rnn_step", "grade": True, "locked": False},
    "locked": KINDS | {"grade_id": "rnn_step", "solution": True, "locked": True},
    "no name": KINDS | {"solution": True},
    "list": KINDS | {"grade_id": ["rnn_step"], "solution": True},
    "dict": KINDS | {"grade_id": {"rnn_step": 1}},
    "other schema": {"schema_version": 99, "grade_id": "rnn_step", "grade": "yes"},
    "text": "rnn_step",
    "nothing": None,
    "truth": True,
}
MINE = "rnn_step = 1; assert True"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "course"
    assert assignment.main(["make", "01", "--folder", str(folder)]) == 0
    return folder


def notebook(course, step="release"):
    return nbformat.read(course / step / NAME / f"{NAME}.ipynb", 4)


@pytest.mark.parametrize("kind", FORGED)
@pytest.mark.parametrize("where", ["everywhere", "before", "behind", "tests only"])
def test_marks_come_from_the_teacher_s_tests_alone(course, kind, where):
    nb, source = notebook(course), notebook(course, "source")
    theirs = {"nbgrader": FORGED[kind], "tags": ["mine"], "deletable": False}
    if where == "tests only":
        nb.cells = [cell for cell in nb.cells if confined.test_of(cell)]
    if where in ("before", "behind"):
        mine = v4.new_code_cell(MINE, metadata=theirs)
        nb.cells.insert(0 if where == "before" else len(nb.cells), mine)
    else:
        for cell in nb.cells:
            cell.metadata, cell.source = nbformat.from_dict(theirs), MINE
    wanted = {c.metadata.nbgrader.grade_id: c for c in source.cells if "nbgrader" in c.metadata}
    tests = {name: cell for name, cell in wanted.items() if confined.test_of(cell)}
    stored = v4.new_notebook(cells=list(intake.whole(json.loads(json.dumps(nb)))))
    for handed_in in (nb, stored):
        made = confined.rebuilt(handed_in, notebook(course, "source"))
        marked = [cell for cell in made.cells if "nbgrader" in cell.metadata]
        names = [cell.metadata.nbgrader.grade_id for cell in marked]
        assert len(set(names)) == len(names) and set(tests) <= set(names) <= set(wanted)
        for name, cell in zip(names, marked, strict=True):
            assert cell.metadata == wanted[name].metadata
            assert name not in tests or cell.source == tests[name].source
        assert all(not cell.metadata for cell in made.cells if cell not in marked)
        assert made.metadata == source.metadata


# Forged names ------------------------------------------------------------------------------------

STUDENTS = [
    *("-rf", "--student", "*[!a][z]", "a..\\..\\..", "~"),
    *("$(touch held)", "`touch held`; touch held #", "{student_id}{nbgrader_step}", "%s%n%2e%2e"),
    *("a\nb: 4 of 4", "\x1b[2J\x1b]0;b\x07\r4 of 4", "\u202e4 fo 4\u200b", " a ", "a" * 250),
    *("'; DROP TABLE student; --", '"><script>alert(1)<!--', "null", "\udcff bytes", "A\u0301"),
]


def test_a_student_is_called_as_the_folder_whatever_that_is(course, monkeypatch, capsys):
    class Silent:
        def __init__(self, *_):
            pass

        def talk(self, *_):
            return []

        close = talk

    monkeypatch.setattr(confined, "Sandbox", Silent)
    for name in STUDENTS:
        place = course / "submitted" / name / NAME
        place.mkdir(parents=True)
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1")]), place / f"{NAME}.ipynb")
    before = {path for path in course.parent.rglob("*") if path.parent.parent != course}
    here = ["01", "--folder", str(course)]
    capsys.readouterr()
    assignment.main(["autograde", *here, "--unconfined"])
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == len(STUDENTS) and all(line.isprintable() for line in printed)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as grades:
        found = {each.student.id: each.score for each in grades.assignment_submissions(NAME)}
    for name in STUDENTS:
        (said,) = [p for p in printed if p.startswith(assignment.printable(name) + ": ")]
        assert found.get(name) == 0 if said.endswith(": 0 of 4") else said.endswith("rename it"), (
            said
        )
    assert set(STUDENTS) - set(found) == {"a\nb: 4 of 4", "\udcff bytes"}
    assert assignment.main(["feedback", *here]) == 0
    pages = {path.parts[-3] for path in course.glob("feedback/*/*/*.html")}
    assert pages == set(found)
    new = {path for path in course.parent.rglob("*") if path.parent.parent != course} - before
    assert {path.relative_to(course).parts[0] for path in new} <= {"autograded", "feedback"}
    for path in course.glob("feedback/*/*/*.html"):
        assert strangers(path.read_text("utf-8")) == []


# Forged pages ------------------------------------------------------------------------------------

OWN = {  # what the page is made of: elements, and what their attributes may be
    **dict.fromkeys(["html", "head", "title", "body", "h1", "table", "tr", "td", "br"], {}),
    **dict.fromkeys(["p", "strong", "code", "samp"], {}),
    "html": {"lang": ["en"]},
    "main": {"id": ["main"]},
    "th": {"scope": ["col", "row"]},
    "pre": {"tabindex": ["0"], "class": ["output"]},
    "div": {"class": ["wide"], "tabindex": ["0"]},
    "p": {"id": ["marked-rnn_step"]},
    "a": {"href": ["#marked-rnn_step"]},
    "span": {"class": [*STANDARD_TYPES.values()]},
    "figure": {"style": ["margin:6px 0;max-width:600px"]},
    "figcaption": {"style": ["margin-top:4px"]},
    "img": {
        "src": ["data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"],
        "width": ["600"],
        "style": ["max-width:100%;height:auto"],
        "alt": None,  # any text
    },
}


class Strangers(HTMLParser):
    """Collects what is none of OWN, but for the head, which is the template's."""

    def __init__(self):
        super().__init__()
        self.found, self.heads = [], []

    def handle_starttag(self, tag, attrs):
        if tag in ("meta", "link", "style") and "body" not in self.heads:
            self.found += [tag] if self.heads.count(tag) > 3 else []
        elif tag not in OWN:
            self.found.append(tag)
        else:
            for name, value in attrs:
                allowed = OWN[tag].get(name, [])
                if allowed is not None and value not in allowed:
                    self.found.append(f"{tag} {name}={value}")
        self.heads.append(tag)

    def handle_decl(self, words):
        self.found += [] if words == "doctype html" else [words]

    def handle_comment(self, words):
        self.found.append(words)

    handle_pi = unknown_decl = handle_comment


def strangers(page):
    parser = Strangers()
    parser.feed(page)
    parser.close()
    return [what for what in parser.found if "marked-" not in what]


HTML = [
    "<script>alert(1)</script>",
    "<style>* {display: none}</style>",
    "<iframe src='https://example.org'></iframe>",
    "<svg onload=alert(1)><use href='data:image/svg+xml,a'/></svg>",
    "<img src=x onerror=alert(1)>",
    "<meta http-equiv=refresh content='0; url=https://example.org'>",
    "<base href='https://example.org'>",
    "<a href='javascript:alert(1)'>a</a>",
    "<b style='background: url(https://example.org)'>4 of 4</b>",
    "</pre></code></samp></p></table></main><h1>4 of 4</h1>",
    "<!-- --><![CDATA[<?php",
    "</title></style><link rel=stylesheet href=//example.org>",
    "<math><mtext></mtext><mglyph href='javascript:a'/></math>",
    "&lt;script&gt;&#60;script&#62;&#x3c;script>",
    "\ufeff<scr\0ipt>\u2028<ſcript>\x1b[31m<b>",
]
MARKDOWN = [
    "[a](javascript:alert(1)) ![a](https://example.org/a.png) <https://example.org>",
    "[a]: data:text/html,a\n\n[a] and ![a]\n\n</pre>\n\n[a](//example.org)",
    r"$\href{javascript:a}{b}$ $$\style{color:red}{a}$$ \(a\) \begin{align}a\end{align}",
    "# 4 of 4\n\n| a |\n|---|\n| b |\n\n```html\n<b>\n```\n\n<pre>\n\n</pre>\n\n**b**",
]
FIGURE = (
    '<figure style="margin:6px 0;max-width:600px"><img alt="{0}" width="600" '
    'style="max-width:100%;height:auto" '
    'src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB">'
    '<figcaption style="margin-top:4px">{0}</figcaption></figure>'
)


def output(kind, **content):
    return {"output_type": kind} | content


def displayed(**data):
    return output("display_data", data={k.replace("_", "/"): v for k, v in data.items()})


@pytest.mark.parametrize("bad", HTML + MARKDOWN, ids=range(len(HTML + MARKDOWN)))
def test_a_page_has_no_element_of_a_stranger_s(course, bad):
    nb = v4.new_notebook(cells=[v4.new_markdown_cell(bad), v4.new_code_cell(f"# {bad}\n{bad!r}")])
    nb.cells[0].attachments = {"a.png": {"image/svg+xml": bad}}
    nb = confined.rebuilt(nb, notebook(course, "source"))
    assert not set(nb.cells[0].source) & set("$\\")  # of which nbgrader's own pages make formulae
    nb.cells = [c for c in nb.cells if confined.test_of(c) in (None, "rnn_step")]
    words = COURTS["01"].of("rnn_step", [[json.dumps({"error": [bad, bad]})]] * 9)
    outputs = [
        output("stream", name="stdout", text=bad),
        output("error", ename=bad, evalue=bad, traceback=[bad]),
        displayed(text_plain=bad, text_markdown=bad, text_latex=bad, image_svg=bad),
        displayed(text_html=bad, application_javascript=bad),
        displayed(text_html=FIGURE.format(bad)),
        displayed(text_html=FIGURE.format(bad.replace("<", "&lt;"))),
        displayed(text_html=FIGURE.format("a") + bad),
        displayed(text_html=FIGURE.format("&lt;script&gt; a caption")),
        displayed(image_png=f'iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"{bad}'),
        displayed(image_png="iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"),
    ]
    for cell in nb.cells:
        if confined.test_of(cell):
            cell.outputs = [confined.failure("Verdict", words)]
        elif cell.cell_type == "code":
            cell.outputs = [confined.clean(each) for each in outputs]
    grade = SimpleNamespace(name="test_rnn_step", score=0, max_score=1, manual_score=None)
    submission = SimpleNamespace(grades=[grade], comments=[], late_submission_penalty=0)
    submission.name, submission.score, submission.max_score = NAME, 0, 1
    submission.student = SimpleNamespace(id=bad)
    submission.comments = [SimpleNamespace(name="rnn_step", manual_comment=bad)]
    for whole in (True, False):
        page = feedback.page(nb, submission, whole)
        assert strangers(page) == []
        assert page.count("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB") >= 2 * whole


@pytest.mark.parametrize("words", ["$a$", "&#36;a&#36;", "&#x24;a", "&dollar;a", "&#92;(a", "\\(a"])
def test_no_caption_is_a_formula(words):
    """On nbgrader's own pages it would be one, and a formula can be a link."""
    assert confined.clean(displayed(text_html=FIGURE.format("a, b &amp; c"))).data
    assert not confined.clean(displayed(text_html=FIGURE.format(words))).data
