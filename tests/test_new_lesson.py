"""`make lesson`: its skeleton is a whole lesson, and what can't be made is refused."""

import shutil
import subprocess
import sys

import pytest

from tools import build_notebooks as build
from tools import lessons, new_lesson
from tools.build_notebooks import LessonError
from tools.new_lesson import FIGURES, PARTS, ROOT, filled

NAME = "made_by_a_test"
TESTS = ["authoring", "checks", "claims", "figures_examples"]
RUN = (  # the picture of its figure is drawn, and not yet stored
    "import sys, pytest; from tests.helpers import pictures; pictures.kept = {}; "
    "sys.exit(pytest.main(sys.argv[1:]))"
)


@pytest.fixture
def course(tmp_path):
    """A copy of the course in which a lesson can be made."""
    made = "site", "slides", "handouts", "grading"
    left_out = shutil.ignore_patterns("__pycache__", ".*", "pictures", *made)
    return shutil.copytree(ROOT, tmp_path / "course", ignore=left_out)


def test_a_skeleton_passes_the_tests_at_once(course):
    made = new_lesson.write("98", NAME, course)
    for path in made:
        text = path.read_text("utf-8")
        assert "TODO 98" in text and not {"NN", "NAME", "NUMBER"} & set(text.split())
    assert "98" in [lesson.number for lesson in lessons.table(course)]
    assert build.main(["98"], course) == 0
    command = [sys.executable, "-c", RUN, "-v", "-n0", "--lesson", "98", "-p", "no:cacheprovider"]
    files = [f"tests/test_{name}.py" for name in TESTS]
    done = subprocess.run([*command, *files], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    for part in (f"example_says[{NAME}]", "lesson98.fade", f"98_{NAME}", "other_seeds[98]"):
        assert part in done.stdout, part


def test_once_it_is_no_draft_a_skeleton_is_refused(course):
    new_lesson.write("98", NAME, course)
    table = course / "lessons.toml"
    table.write_text(table.read_text("utf-8").replace("draft = true\n", ""), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/test_lessons.py"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    failed = done.stdout.partition("short test summary")[2]
    for name in (
        "nothing_is_left_to_do_in_a_lesson_that_is_no_draft[98]", "maps_are_those_of_the_table",
        "each_lesson_is_measured[98]", "ends_with_a_link_to_the_next", "changelog_is_of_this",
    ):  # fmt: skip
        assert name in failed, name


@pytest.mark.parametrize(
    ("number", "name", "words"),
    [
        ("8", "probe", "NN must be two digits, such as 07, got '8'"),
        ("a8", "probe", "NN must be two digits"),
        ("98", "Probe it", "NAME must be lower-case letters, digits and _, got 'Probe it'"),
        ("04", "probe", "NN must be a number that is free: there is a lesson 04"),
        ("98", "lstm", "NAME must be another: there is utils/figures/lstm.py"),
    ],
)
def test_what_can_not_be_made_is_refused(number, name, words):
    """Before anything is written: it is asked of this very course."""
    with pytest.raises(LessonError, match=words):
        new_lesson.write(number, name)


def test_a_lesson_takes_its_place_between_others(course):
    for number, name in (("96", "later"), ("95", "between")):
        new_lesson.write(number, name, course)
    numbers = [lesson.number for lesson in lessons.table(course)]
    assert {"95", "96"} < set(numbers) and numbers == sorted(numbers)
    imported = (course / FIGURES).read_text("utf-8")
    assert imported.index("figures.between") < imported.index("figures.later")
    assert all((course / filled(place, "95", "between")).exists() for place in PARTS.values())
