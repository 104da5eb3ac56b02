"""What every test runs under, the kernels that execute the lessons included.

Set here, before anything else is imported, since TensorFlow reads its variables when it is imported
and the kernels inherit them.
"""

import inspect
import os
import re
from functools import cache
from pathlib import Path

import pytest

os.environ.setdefault("COURSE_STATIC", "1")  # explorers show their stored figure, no widget
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more only get in each other's way here

import utils.keras_setup  # noqa: F401  the same TensorFlow for the tests as for the lessons


def pytest_addoption(parser):
    parser.addoption("--lesson", help="only the tests that concern this lesson, such as 04")


def pytest_configure(config):
    lesson = config.getoption("lesson")
    os.environ["TESTED_LESSON"] = lesson.zfill(2) if lesson else ""  # read where TensorFlow is due
    if lesson:
        config.option.loadscopereorder = False  # as `keep_those_of` has them


def pytest_ignore_collect(collection_path, config):
    """Of one lesson, neither the others nor the tests that speak of no lesson and of no figure."""
    name, other = collection_path.name, False
    if lesson := config.getoption("lesson"):
        if name.endswith(".ipynb"):
            other = not name.startswith(f"{lesson.zfill(2)}_")
        elif name.startswith("test_") and name.endswith(".py"):
            text = collection_path.read_text("utf-8")
            other = not re.search(r"[Ll]essons?\b|figures|diagrams", text)
    return other or None


def pytest_collection_modifyitems(config, items):
    if lesson := config.getoption("lesson"):
        keep_those_of(lesson, config, items)
    compare_with_the_complete_edition(items)


# A worker is given its next file while the last test of one runs, which is long in test_claims.
LONG = [
    "tests/test_claims",
    "solutions/",
    "tests/test_checks",
    "notebooks/",
    "tests/test_explorers",
]


def keep_those_of(lesson, config, items):
    """Of all tests, those that concern one lesson: its number is in the test's name, or the test
    draws one of its figures."""
    from tools import build_notebooks, rules

    try:
        nb = build_notebooks.parse(build_notebooks.lesson(rules.ROOT, lesson).read_text("utf-8"))
    except build_notebooks.LessonError as error:
        raise pytest.UsageError(f"--lesson: {error}") from None
    code = "\n".join(cell.source for cell in rules.code_cells(nb))
    figures = "|".join(set(re.findall(r"\b(?:figures|diagrams)\.(\w+)", code))) or "none"
    named = re.compile(
        rf"(?:^|[/\[_-]|lesson){lesson.zfill(2)}(?=[_\].-])"
        rf"|figures\w*.py::test_\w*(?:{figures})|\[.*\b(?:{figures})\b|test_lessons\.py"
    )
    drawn = re.compile(rf"\b(?:figures|diagrams)\.(?:{figures})\b")
    source = cache(inspect.getsource)

    def concerns(item):
        return named.search(item.nodeid) or drawn.search(
            source(getattr(item, "function", concerns))
        )

    def turn(item):  # what executes the lesson first: with -n 2, the rest fills up
        return next((k for k, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG))

    kept = sorted(filter(concerns, items), key=turn)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def compare_with_the_complete_edition(items):
    """Where the learner edition keeps an answer back, hold what its cell shows to the complete
    edition's."""
    items = [
        item for item in items if hasattr(item, "cell") and item.path.parent.name == "notebooks"
    ]
    if not items:
        return
    from tools.build_notebooks import is_kept_back, parse  # the learner edition's own maker

    complete = {}
    for item in items:
        cell = item.cell  # nbval's
        if cell.cell_type == "code" and is_kept_back(cell):
            source = Path(item.path).parent.parent / "solutions" / item.path.name
            if source not in complete:
                nb = parse(source.read_text("utf-8"))
                complete[source] = {cell.id: cell.get("outputs") for cell in nb.cells}
            cell.outputs = complete[source][cell.id]


@pytest.fixture
def shown(monkeypatch):
    """What display() was given, in place of displaying it."""
    bundles = []
    show = lambda bundle, **how: bundles.append(bundle)  # noqa: E731
    monkeypatch.setattr("IPython.display.display", show)
    return bundles
