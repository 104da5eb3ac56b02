"""lessons.toml is true, and whatever else names the lessons agrees with it.

A message says which line to change, and to what. A draft is held to what stands in its own files; a
lesson that is none stands in every list, and nothing is left to do in it.
"""

import itertools
import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from tools import build_notebooks, lessons
from tools.build_notebooks import BEGIN, LessonError
from tools.claims import SMALL

ROOT = Path(__file__).resolve().parent.parent
TABLE = lessons.table()
READY = lessons.released()
every = pytest.mark.parametrize("lesson", TABLE, ids=lambda lesson: lesson.number)
each = pytest.mark.parametrize("lesson", READY, ids=lambda lesson: lesson.number)


def read(name):
    return (ROOT / name).read_text("utf-8")


def cells(lesson, kind):
    notebook = json.loads(read(f"solutions/{lesson.file}.ipynb"))
    return ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == kind]


def test_the_table_has_a_row_for_each_lesson_in_their_order():
    found = [path.stem for path in build_notebooks.lessons(ROOT)]
    assert [lesson.file for lesson in TABLE] == found, "lessons.toml and solutions/ differ"


@pytest.mark.parametrize("name", lessons.maps())
def test_the_maps_are_those_of_the_table(name):
    as_it_is, wanted = read(name).splitlines(), lessons.maps()[name].splitlines()
    other = [line for line in wanted if line not in as_it_is]
    assert as_it_is == wanted, f"{name} is not as lessons.toml has it, `make maps`: {other}"


def test_the_maps_have_a_place_in_each_file():
    """Where a sentence or a map has gone, nothing could be written."""
    for name, pairs in lessons.sentences(READY).items():
        assert all(re.search(pattern, read(name), re.M) for pattern in pairs), name
    assert lessons.MAP.search(read("README.md"))
    assert all(lesson.file in read(lessons.FRONT) for lesson in READY[1:])


@every
def test_a_lesson_begins_as_the_table_says(lesson):
    first = cells(lesson, "markdown")[0]
    time = f"**Time**: {lesson.minutes} minutes, and {lesson.exercises} for the exercises."
    if lesson.number == "00":
        time = f"takes {SMALL.split()[lesson.minutes]} minutes"
    wanted = f"the first cell of solutions/{lesson.file}.ipynb must hold: "
    assert first.splitlines()[0] == lesson.heading, wanted + lesson.heading
    assert time in first, wanted + time
    assert lesson.opening in first, wanted + lesson.opening


@each
def test_what_a_lesson_needs_is_taught_before(lesson):
    """What its row names stands in the lesson that is named, word by word but for the endings."""
    for number, things in lesson.needs.items():
        (earlier,) = [n for n in READY if int(n.number) == int(number)]
        assert earlier.number < lesson.number, f"lessons.toml: needs.{number} of {lesson.file}"
        said = "\n".join(cells(earlier, "markdown")).lower()
        words = re.findall(r"[a-z]{4,}", things.lower())
        lost = [word for word in words if word[:4] not in said]
        assert not lost, f"lessons.toml: needs.{number} of {lesson.file}: {lost} in {earlier.file}?"


def all_needed(number):
    """The numbers of the lessons that one needs, and those that these need."""
    (lesson,) = [n for n in READY if int(n.number) == int(number)]
    return set(lesson.needs).union(*map(all_needed, lesson.needs))


@each
def test_a_lesson_needs_what_it_goes_back_to(lesson):
    number, needed = int(lesson.number), all_needed(lesson.number)
    text = "\n".join(cells(lesson, "markdown"))
    named = {n for n in re.findall(r"[Ll]essons? (\d)", text) if int(n) < number}
    named |= {"3"} if not lesson.numpy_alone and number > 3 else set()  # Keras
    assert named <= needed, f"lessons.toml: {lesson.file} names {named - needed}: needs.N"
    assert lesson.needs or not number, f"lessons.toml: {lesson.file} needs no lesson?"


@every
def test_a_lesson_uses_numpy_alone_where_the_table_says_so(lesson):
    uses_keras = bool(re.search(r"^(from|import) .*keras", "\n".join(cells(lesson, "code")), re.M))
    assert uses_keras != lesson.numpy_alone, f"lessons.toml: numpy_alone of {lesson.file}"


def test_each_lesson_ends_with_a_link_to_the_next():
    for lesson, following in zip(READY, [*READY[1:], READY[0]], strict=True):
        links = re.findall(r"\]\((\w+)\.ipynb\)", cells(lesson, "markdown")[-1])
        assert following.file in links, (
            f"the last text of solutions/{lesson.file}.ipynb must link to {following.file}.ipynb"
        )


@each
def test_each_lesson_is_measured(lesson):
    page = read("BENCHMARKS.md")
    for part, row in (("lessons", rf"^{lesson.file} "), ("explorers", rf"^{lesson.number} \w+ ")):
        assert re.search(row, page, re.M), (
            f"BENCHMARKS.md has no row of {lesson.file}: `make bench ARGS={part}`"
        )


@each
def test_nothing_is_left_to_do_in_a_lesson_that_is_no_draft(lesson):
    files = [ROOT / "lessons.toml", *ROOT.glob("solutions/*.ipynb"), *ROOT.glob("utils/**/*.py")]
    files += [*ROOT.glob("tests/**/*.py"), *ROOT.glob("tests/**/*.toml")]
    left = [f.relative_to(ROOT) for f in files if f"TODO {lesson.number}" in f.read_text("utf-8")]
    assert not left, f"TODO {lesson.number} stands in {', '.join(map(str, left))}"


# The changelog -----------------------------------------------------------------------------------

VERSION = r"(\d+)\.(\d+)\.(\d+)"


def versions(text):
    """[(version, (number, number, number), date, {lesson: points}, what stands there)], in order"""
    heading = rf"^## ({VERSION}), (\d+ \w+ \d{{4}})$"
    found = re.split(heading, text, flags=re.M)[1:]
    for k in range(0, len(found), 6):
        version, *numbers, date, said = found[k : k + 6]
        points = dict(re.findall(r"esson (\d+): (\d+)", said.partition("**Points.**")[2]))
        yield version, tuple(map(int, numbers)), date, points, said


def faults_of_versions(text):
    """What is wrong with a changelog, a sentence each."""
    found = list(versions(text))
    for version, _, date, _, said in found:
        datetime.strptime(date, "%d %B %Y")
        if len(re.findall(r"^\*\*Marks\.\*\* \w", said, re.M)) != 1:
            yield f"{version} has not one paragraph **Marks.**"
        entries = re.findall(r"^\*\*(.+?)\.\*\*", said, re.M)
        known = {"Marks", "Points", "All lessons", *(f"Lesson {int(n.number)}" for n in TABLE)}
        yield from (f"{version}: {name} is no lesson" for name in entries if name not in known)
    for new, old in itertools.pairwise(found):
        if new[1] <= old[1]:
            yield f"{new[0]} stands above {old[0]}"
        changed = [lesson for lesson in old[3] if new[3].get(lesson) != old[3][lesson]]
        if changed and new[1][0] == old[1][0]:
            yield f"{new[0]}: points changed, so it must be {old[1][0] + 1}.0.0"


def test_the_changelog_is_of_this_version():
    text = read("CHANGELOG.md")
    assert not list(faults_of_versions(text))
    *_, points, _ = next(versions(text))
    now = {str(int(n.number)): str("\n".join(cells(n, "code")).count(BEGIN)) for n in READY}
    said = ", ".join(f"lesson {number}: {count}" for number, count in now.items())
    assert points == now, f"CHANGELOG.md, in a new version, **Points.** {said}"


OLD = "## 1.0.0, 1 May 2026\n\n**Marks.** As before.\n\n**Points.** Lesson 1: 4.\n"


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        (OLD.replace("1.0.0", "0.9.0"), "0.9.0 stands above 1.0.0"),
        (OLD.replace("1.0.0", "1.1.0").replace("1: 4", "1: 5"), "it must be 2.0.0"),
        (OLD.replace("1.0.0", "1.1.0").replace("**Marks.**", "**Marks.**\n"), "paragraph"),
        (OLD.replace("1.0.0", "1.1.0") + "\n**Lesson 77.** A word.\n", "Lesson 77 is no lesson"),
    ],
)
def test_a_fault_of_the_changelog_is_found(new, fault):
    assert any(fault in found for found in faults_of_versions(f"{new}\n{OLD}"))
    assert not list(faults_of_versions(OLD))


# The table itself --------------------------------------------------------------------------------

ROW = 'title = "A"\nable = "do b"\nminutes = 5\nexercises = 6\n'


def course(tmp_path, *rows):
    text = "\n".join("[[lesson]]\n" + row for row in rows)
    (tmp_path / "lessons.toml").write_text(text, "utf-8")
    return tmp_path


def test_a_row_becomes_a_line_of_a_map(tmp_path):
    front, other = lessons.table(course(tmp_path, f'file = "00_a"\n{ROW}', f'file = "12_b"\n{ROW}'))
    assert other.row("notebooks/") == "| 12 | [A](notebooks/12_b.ipynb) | do b | 5 | 6 |"
    assert (front.heading, other.heading) == ("# A", "# 12 · A")


@pytest.mark.parametrize(
    ("row", "named"), [(ROW, "'file'"), (f'file = "01_a"\nminute = 5\n{ROW}', "'minute'")]
)
def test_a_row_that_lacks_a_key_or_has_another_is_told(tmp_path, row, named):
    with pytest.raises(LessonError, match=f"lessons.toml: .*{named}"):
        lessons.table(course(tmp_path, row))


def test_drafts_are_not_released(tmp_path):
    rows = f'file = "01_a"\n{ROW}', f'file = "02_b"\ndraft = true\n{ROW}'
    (tmp_path / "solutions").mkdir()
    written = [tmp_path / "solutions" / f"{name}.ipynb" for name in ("01_a", "02_b")]
    for path in written:
        path.write_text("{}")
    assert lessons.paths(tmp_path) == written  # no table, no drafts
    assert lessons.paths(course(tmp_path, *rows)) == written[:1]
    assert [lesson.file for lesson in lessons.released(tmp_path)] == ["01_a"]
