"""The lessons' exercises as nbgrader assignments, made from solutions/ (`make assignment`).

    python -m tools.assignment make 02        from the lesson to grading/source/ and release/
    python -m tools.assignment autograde 02   from grading/submitted/STUDENT/02_numpy_rnn/ to marks
    python -m tools.assignment feedback 02    from the marks to grading/feedback/STUDENT/

Each exercise is worth a point. A test cell below it holds the lesson's check, which has to say
"Right". Submissions run in a sandbox: grading/confined.py tells how.
"""

import argparse
import glob
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import nbformat
from nbformat import v4
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp

from tools import build_notebooks as build
from tools.build_notebooks import BEGIN, ROOT
from tools.grading.confined import obstacle

CONFIG = f'''"""nbgrader's settings for the course; `make assignment` never overwrites them."""

import sys

sys.path.insert(0, {str(ROOT)!r})

from nbgrader.preprocessors import AssignLatePenalties, LimitOutput, SaveAutoGrades
from tools.grading.confined import Confined

c = get_config()
c.CourseDirectory.course_id = "recurrent-networks"
c.Application.log_level = "WARN"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [Confined, LimitOutput, SaveAutoGrades, AssignLatePenalties]
# c.Confined.cell_seconds = 60
# c.Confined.memory = 4  # GiB for a process
'''
TEST = """# Your {name} is tested here when your work is marked, for 1 point. Leave it as it is.
### BEGIN HIDDEN TESTS
from utils.checks import {lesson}

verdict = {lesson}.{name}.judge({name})
assert verdict.startswith("Right: "), verdict
### END HIDDEN TESTS"""
LARGEST = 10_000_000  # bytes of a notebook


def instructor(nb, lesson):
    """The lesson `nb` with its solutions and the tests, from which nbgrader makes the release."""
    complete = {cell.id: cell.source for cell in build.normal(build.blank(nb)).cells}
    nb = build.derive(nb)
    del nb.metadata["derived"]
    for cell in nb.cells:
        cell.source = complete[cell.id].replace('path.insert(0, "..")', 'path.insert(0, ".")')
    kinds = dict.fromkeys(["grade", "solution", "locked", "task"], False) | {"schema_version": 3}
    for cell, following in pairwise([cell for cell in nb.cells if cell.cell_type == "code"]):
        if BEGIN in cell.source:
            found = re.match(r"(\w+) = check\.\1\(\1\)(\n|$)", following.source)
            if not found:
                raise build.LessonError(f"the code below cell {cell.id} checks no function")
            name = found[1]
            cell.metadata["nbgrader"] = kinds | {"grade_id": name, "solution": True}
            test = v4.new_code_cell(TEST.format(name=name, lesson=lesson), id=f"{cell.id}-test")
            what = {"grade_id": f"test_{name}", "grade": True, "locked": True, "points": 1}
            test.metadata["nbgrader"] = kinds | what
            nb.cells.insert(nb.cells.index(cell) + 1, test)
    return nb


def make(path, folder):
    """Write the instructor version of the lesson at `path`; nbgrader derives the students'."""
    nb = instructor(build.parse(path.read_text("utf-8")), f"lesson{path.stem[:2]}")
    source = folder / "source" / path.stem
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "utils", source / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    nbformat.write(nb, source / path.name)
    if not (folder / "nbgrader_config.py").exists():
        (folder / "nbgrader_config.py").write_text(CONFIG)
    if failed := nbgrader(folder, "generate_assignment", path.stem, "--force"):
        return failed
    print(f"For students: {folder / 'release' / path.stem}")
    return 0


def nbgrader(folder, *arguments):
    """Run nbgrader in the course folder; its exit status."""
    return subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=folder).returncode


def autograde(name, folder, options):
    """Mark one submission after the other, each in a process of its own, and print the marks."""
    if not options.unconfined and (why := obstacle()):
        print(
            f"{why}\nWithout it, a submission can do on this machine whatever you can. Where that"
        )
        print("does no harm, --unconfined runs it under limits of time and memory alone.")
        return 1
    found = sorted((folder / "submitted").glob(f"{options.student}/{name}"))
    if failed := not found:
        print(f"no submission in {folder / 'submitted' / options.student / name}")
    for path in found:
        student, words = path.parent.name, "not marked: "
        if why := unreadable(path / f"{name}.ipynb") or unreadable(path / "timestamp.txt", False):
            words += why
        elif not graded(name, folder, student, options):
            words += "nbgrader failed, as it says above"
        else:
            with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
                marks = gradebook.find_submission(name, student)
                words = f"{marks.score:g} of {marks.max_score:g}"
        failed |= words.startswith("not")
        print(f"{student}: {words}", flush=True)
    return int(failed)


def unreadable(file, needed=True):
    """Why nbgrader shall not read a file of a submission, or None."""
    if not (needed or os.path.lexists(file)):
        return None
    if not file.is_file() or file.resolve() != file:
        return f"there is no file {file}, or it is a link"
    return f"{file} has more than {LARGEST:,} bytes" if file.stat().st_size > LARGEST else None


def graded(name, folder, student, options):
    """Have nbgrader mark one submission, of which it reads the notebook and its timestamp alone."""

    def run():
        os.chdir(folder)
        os.environ.update(build.ENVIRONMENT)  # for the checks that import Keras
        warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader
        arguments = [name, f"--student={glob.escape(student)}", f"--notebook={name}", "--force"]
        arguments += ["--CourseDirectory.ignore=*"]
        arguments += [f"--Confined.{key}={value}" for key, value in settings.items()]
        AutogradeApp.launch_instance(arguments)

    settings = {"total_seconds": options.seconds, "unconfined": options.unconfined}
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(options.seconds + 120)
    process.kill()
    process.join()
    return process.exitcode == 0


def main(arguments=None):
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(prog="make assignment", description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["make", "autograde", "feedback"])
    parser.add_argument("lesson", help="the beginning of its name, such as 02")
    parser.add_argument("--folder", type=Path, default=ROOT / "grading", help="of the course")
    parser.add_argument("--student", default="*", help="not all, but one")
    parser.add_argument("--seconds", type=int, default=600, help="autograde: for one submission")
    parser.add_argument("--unconfined", action="store_true", help="autograde: limits, no sandbox")
    options = parser.parse_args(arguments)
    found = [path for path in build.lessons(ROOT) if path.stem.startswith(options.lesson)]
    if len(found) != 1:
        names = ", ".join(path.stem for path in build.lessons(ROOT))
        parser.error(f"{options.lesson} is not the beginning of one name among {names}")
    name, folder = found[0].stem, options.folder.resolve()
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # nbgrader's alembic
    if options.task == "make":
        return make(found[0], folder)
    if not (folder / "source" / name).exists():
        parser.error(f"there is no {folder / 'source' / name}: make the assignment first")
    if options.task == "autograde":
        return autograde(name, folder, options)
    return nbgrader(folder, "generate_feedback", name, f"--student={options.student}", "--force")


if __name__ == "__main__":
    sys.exit(main())
