"""TEACHING.md can be followed: plans run, explorers say what it says, minutes add up.

How it is read: *words in italics* are a section, an exercise, a control or a control's value; a
plan is a table with the column `first run`; a table whose head begins with "in *Section*" has one
move of that section's explorer a row, each beginning where the row above ended.
"""

import ast
import contextlib
import io
import itertools
import json
import re
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.explorers import run_alone
from tools import claims
from tools.lessons import released
from tools.reading.needed import is_explorer, uses
from utils import explore as explorers
from utils.plotting import Drawing

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "TEACHING.md").read_text("utf-8")
READY = released()
ITALICS = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")
QUOTED = re.compile(r'"[^"\n]*"')  # what is asked, and what a room may say
HOME = 1.5  # at home an exercise takes half as long again as in a room


# ---------------------------------------------------------------- the guide


def tables(text):
    """The rows of every table in a text, each a list of cells; the head comes first."""
    for block in re.findall(r"(?:^\|.*\|\n?)+", text, re.M):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.split("\n")]
        yield [row for row in rows if any(row) and not set("".join(row)) <= set("-: ")]


def parts(text, heading):
    """[(match of the heading, what stands below it)]"""
    found = [*re.finditer(heading, text, re.M)]
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(m, text[m.end() : end]) for m, end in zip(found, ends, strict=True)]


def chapter(guide, title):
    return next(text for match, text in parts(guide, r"^## (.+)$") if match[1] == title)


def chapters(guide):
    """{lesson: (its heading, what the guide says about it)}"""
    found = parts(chapter(guide, "Lesson by lesson"), r"^##(# (\d+) · .+)$")
    return {match[2].zfill(2): (match[1], text) for match, text in found}


def exercises(text):
    """{the exercise's number: (its name, minutes)} of a lesson's chapter."""
    rows = [row for table in tables(text) if table[0][0] == "exercise" for row in table[1:]]
    named = [(*row[0].split(" ", 1), int(row[1].split(",")[0])) for row in rows]
    return {int(number): (name, minutes) for number, name, minutes in named}


def plans(guide):
    """[(title, rows)]; a row is minutes, lesson, first run, what."""
    found = parts(chapter(guide, "Plans"), r"^\*\*(.+?)\*\*")
    return [(m[1], [t[1:] for t in tables(text) if t[0][0] == "minutes"]) for m, text in found]


def moves(text):
    """[(section, settings, pieces of the caption)] of a lesson's chapter, in the guide's order."""
    for head, *rows in tables(text):
        section = re.fullmatch(r"in \*(.+)\*, set", head[0])
        for setting, caption in rows if section else []:
            settings = dict(re.findall(r"\*([^*]+)\* ([^*]+?)(?:, (?=\*)|$)", setting))
            yield section[1], settings, [piece.strip() for piece in caption.split("…")]


# ---------------------------------------------------------------- the lessons


@cache
def lesson_cells(lesson, edition="solutions"):
    (path,) = (ROOT / edition).glob(f"{lesson}_*.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


def sections(lesson, edition="solutions"):
    """{heading: (its first cell, the first one after it)}; "" is what stands before all of them."""
    cells = lesson_cells(lesson, edition)
    at = [(0, "")] + [
        (k, re.sub(r"^(Exercise \d): .*", r"\1", title))
        for k, (kind, source) in enumerate(cells)
        if kind == "markdown"
        for title in re.findall(r"^## (.+)$", source, re.M)
    ]
    ends = [k for k, _ in at[1:]] + [len(cells)]
    return {title: (k, end) for (k, title), end in zip(at, ends, strict=True)}


def planned(lesson, rows, edition="solutions"):
    """The cells that a plan runs in one lesson, in its order, row by row: [(row, [cell])]."""
    where = sections(lesson, edition)
    for row in rows:
        first_run, spans = row[2], []
        for a, b in re.findall(r"\*([^*]+)\*(?: to \*([^*]+)\*)?", row[3]):
            spans.append((where[a][0], where[b or a][1]))
        assert spans and spans == sorted(spans), f"not in the order of the lesson: {row}"
        above = {"": 0, "first cells": where[""][1], "all above": spans[0][0]}[first_run]
        yield row, [*range(above), *(k for span in spans for k in range(*span))]


def missing(lesson, rows, edition="solutions"):
    """What a plan needs and has not run: [(row, cell, names)]."""
    bound, cells = set(), lesson_cells(lesson, edition)
    for row, run in planned(lesson, rows, edition):
        for k in run:
            if cells[k][0] == "code":
                needs, binds = uses(cells[k][1])
                if lost := needs - bound - binds:
                    yield row, k, lost
                bound |= binds


def explorer(lesson, section, labels):
    """(draw, size, name, [Control]) of the section's explorer with these labels."""
    begin, end = sections(lesson)[section]
    code = [(k, source) for k, (kind, source) in enumerate(lesson_cells(lesson)) if kind == "code"]
    steps = [(k, s) for k, source in code if k < end for s in ast.parse(source).body]
    for n, (k, statement) in enumerate(steps):
        if k >= begin and is_explorer(statement):
            if all(label in lesson_cells(lesson)[k][1] for label in labels):  # the cell has them
                return run_alone([s for _, s in steps[: n + 1]], [statement])[0]
    raise LookupError(f"no explorer with {labels} in {section!r} of lesson {lesson}")


def captions(lesson, text):
    """(settings, pieces, the caption) of each move, in the order of the guide."""
    for section, group in itertools.groupby(moves(text), key=lambda move: move[0]):
        group = [*group]
        labels = {label for _, settings, _ in group for label in settings}
        draw, size, _, controls = explorer(lesson, section, labels)
        labelled = {control.label: control for control in controls}
        at = {control.name: control.nearest() for control in controls}
        for _, settings, pieces in group:
            for label, value in settings.items():
                assert label in labelled, f"{section}: no control {label!r}, but {list(labelled)}"
                control = labelled[label]
                assert value in control.texts, f"{label!r} has no {value!r}, but {control.texts}"
                at[control.name] = control.texts.index(value)
            values = {control.name: control.values[at[control.name]] for control in controls}
            caption = Drawing(draw, size).sentence(**values)
            yield settings, pieces, caption


def follows(pieces, caption):
    """Whether the pieces stand in the caption, in their order."""
    whole = [rf"(?<![\w.]){re.escape(piece)}(?![\w]|[.,]\d)" for piece in pieces]
    return re.search(".*?".join(whole), caption, re.DOTALL)


# ---------------------------------------------------------------- tests

LESSONS = chapters(GUIDE)


@pytest.mark.parametrize("lesson", READY, ids=lambda lesson: lesson.number)
def test_every_lesson_has_its_chapter(lesson):
    """Under its own heading, and the minutes of its exercises are those of lessons.toml."""
    said = f"TEACHING.md, Lesson by lesson: ##{lesson.heading}"
    heading, text = LESSONS.get(lesson.number, ("", ""))
    assert heading == f"# {int(lesson.number)} · {lesson.title}", said
    room = sum(minutes for _, minutes in exercises(text).values())
    at_home = 5 * round(HOME * room / 5)
    assert lesson.exercises == at_home, f"{said}: {room} minutes in a room, {at_home} at home"


def test_every_chapter_is_of_a_lesson():
    assert list(LESSONS) == [lesson.number for lesson in READY]


@pytest.mark.parametrize("lesson", LESSONS)
def test_exercises_have_their_names(lesson):
    text = "\n".join(source for kind, source in lesson_cells(lesson) if kind == "markdown")
    named = {int(n): name for n, name in re.findall(r"^## Exercise (\d): (.+)$", text, re.M)}
    assert {n: name for n, (name, _) in exercises(LESSONS[lesson][1]).items()} == named


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_is_in_italics_is_in_the_lesson(lesson):
    code = "\n".join(source for kind, source in lesson_cells(lesson) if kind == "code")
    known = {*sections(lesson), *re.findall(r'"([^"\n]+)"', code)}
    named = set(ITALICS.findall(LESSONS[lesson][1]))
    assert named and not named - known


@pytest.mark.parametrize("lesson", LESSONS)
def test_explorers_say_what_the_guide_says(lesson):
    found = [*captions(lesson, LESSONS[lesson][1])]
    assert found
    for settings, pieces, caption in found:
        assert follows(pieces, caption), f"{settings}: {pieces}\n{caption}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_numbers_stand_in_the_lesson_too(lesson):
    """But for what a room is asked or may say, and for minutes."""
    text = LESSONS[lesson][1]
    prose = claims.prose(QUOTED.sub("", re.sub(r"^\|.*\|$|\d+ minutes", "", text, flags=re.M)))
    cells = claims.cells(lesson)
    known = claims.shown(cells) | {n for c in cells for n in claims.numbers(c["source"])}
    known |= {n for *_, pieces in moves(text) for piece in pieces for n in claims.numbers(piece)}
    assert not {n for n in claims.numbers(prose) if n not in known}


def by_lesson(rows):
    return {lesson: [r for r in rows if r[1] == lesson] for lesson in {r[1] for r in rows}}


SESSIONS = [
    (f"{title} {k}", rows) for title, tables_ in plans(GUIDE) for k, rows in enumerate(tables_, 1)
]


def test_plans_add_up():
    """A session has 90 minutes, and an exercise the minutes that its table gives it."""
    assert len(SESSIONS) >= 5
    for title, rows in SESSIONS:
        assert sum(int(row[0]) for row in rows) == 90, title
        for minutes, lesson, _, what in (row for row in rows if len(row) == 4):
            table, taken = exercises(LESSONS[lesson.zfill(2)][1]), 0
            for a, b in re.findall(r"\*Exercise (\d)\*(?: to \*Exercise (\d)\*)?", what):
                taken += sum(table[n][1] for n in range(int(a), int(b or a) + 1))
            assert taken <= int(minutes), f"{what}: {taken} minutes"


@pytest.mark.parametrize("edition", ["solutions", "notebooks"])
def test_plans_run_all_that_they_need(edition):
    for title, rows in SESSIONS:
        if len(rows[0]) == 4:
            for lesson, own in by_lesson(rows).items():
                assert not [*missing(lesson.zfill(2), own, edition)], title


def test_plans_run():
    """What they run of the lessons with NumPy alone is run, in the learner edition, exercises not
    attempted."""
    quick = {lesson.number for lesson in READY if lesson.numpy_alone}
    for _, rows in (session for session in SESSIONS if len(session[1][0]) == 4):
        for lesson, own in by_lesson(rows).items():
            if (number := lesson.zfill(2)) in quick:
                run_cells(number, [k for _, run in planned(number, own) for k in run])


def run_cells(lesson, chosen):
    cells, space = lesson_cells(lesson, "notebooks"), {"__name__": "__main__"}
    space["display"] = lambda *shown, **how: None
    done = set()

    def few(draw):  # a training of three steps needs the same names as one of 200
        return lambda *a, **k: itertools.islice(draw(*a, **k), 3)

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(explorers, "explore", lambda *a, **k: None)
        patch.chdir(ROOT / "notebooks")
        for k in chosen:
            if cells[k][0] == "code" and k not in done:  # once is enough here
                done.add(k)
                exec(compile(cells[k][1], f"{lesson} cell {k}", "exec"), space)
                if "batches" in uses(cells[k][1])[1]:
                    space["batches"] = few(space["batches"])
