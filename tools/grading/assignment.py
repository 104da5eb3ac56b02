"""The lessons' exercises as nbgrader assignments, made from solutions/, and marked.

Each exercise is worth a point. A test cell below it holds the lesson's check, which has to say
"Right". intake.py finds and reads what is handed in, confined.py runs it in a sandbox, feedback.py
writes a page for the student. Of the settings, those in the course folder's nbgrader_config.py
hold, and no others.
"""

import argparse
import contextlib
import datetime
import importlib
import logging
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import warnings
from itertools import pairwise
from pathlib import Path

import nbformat
import psutil
from nbformat import v4
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config, PyFileConfigLoader

from tools import build_notebooks as build
from tools.build_notebooks import BEGIN, ROOT
from tools.grading import intake
from tools.grading.feedback import page
from tools.grading.sandbox import obstacle

CONFIG = f'''"""nbgrader's settings for the course; `make assignment` never overwrites them."""

import os
import sys

sys.path.insert(0, {str(ROOT)!r})

from nbgrader.preprocessors import AssignLatePenalties, LimitOutput, SaveAutoGrades
from tools.grading.confined import Confined

c = get_config()
c.CourseDirectory.course_id = "recurrent-networks"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.db_url = f"sqlite:///{{c.CourseDirectory.root}}/gradebook.db"
c.CourseDirectory.directory_structure = "{{nbgrader_step}}/{{student_id}}/{{assignment_id}}"
for step in ("source", "release", "submitted", "autograded", "feedback"):
    c.CourseDirectory[f"{{step}}_directory"] = step
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
if not verdict.startswith("Right: "):
    raise ValueError(verdict)
### END HIDDEN TESTS"""
READING = JUDGING = 4 << 30  # bytes of memory that either may take for one submission
LONGEST = 2000  # characters of a line for the teacher
WRITING = 60  # seconds that the page for one student may take


def instructor(nb, lesson):
    """The lesson `nb` with its solutions and the tests, from which nbgrader makes the release."""
    complete = {cell.id: cell.source for cell in build.normal(build.blank(nb)).cells}
    nb = build.derive(nb)
    del nb.metadata["derived"]
    for cell in nb.cells:
        cell.source = complete[cell.id].replace('path.insert(0, "..")', 'path.insert(0, ".")')
        if cell.cell_type == "markdown":
            cell.source = build.without_links(cell.source)
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
    """Write the instructor version of the lesson at `path`; nbgrader derives the students'.

    Both replace what was there only once they are made.
    """
    name = path.stem
    nb = instructor(build.parse(path.read_text("utf-8")), f"lesson{name[:2]}")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "nbgrader_config.py").exists():
        (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as new:
        source = Path(new, "source", ".", name)
        unwanted = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(ROOT / "utils", source / "utils", ignore=unwanted)
        nbformat.write(nb, source / path.name)
        steps = {f"{step}_directory": f"{new}/{step}" for step in ("source", "release")}
        convert(GenerateAssignment, folder, name, ".", steps)
        for step in ("source", "release"):
            build.replace_folder(folder / step / name, Path(new, step, name))
    say(f"For students: {folder / 'release' / name}")
    return 0


# nbgrader ----------------------------------------------------------------------------------------


def convert(kind, folder, name, student, directories, settings=None):
    """Have one of nbgrader's converters do its work, with the settings of `folder` alone."""

    class Here(kind):
        def init_notebooks(self):  # by name: nbgrader's patterns take [ and * for their own
            path = self._format_source(name, student)
            self.assignments = {path: [os.path.join(path, f"{name}.ipynb")]}

    config = course(folder)
    config.CourseDirectory.update(directories | {"assignment_id": name})
    config.merge(Config(settings or {}))
    Here(coursedir=CourseDirectory(config=config), config=config, force=True).start()


def course(folder):
    """The settings of the course folder, in which no other folder is named."""
    handler = logging.StreamHandler()
    handler.format = lambda record: f"nbgrader: {printable(record.getMessage())}"
    logging.getLogger("traitlets").handlers = [handler]
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    here = {
        "root": str(folder),
        "directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}",
    }
    here |= {f"{step}_directory": step for step in ("source", "release", "autograded", "feedback")}
    here["ignore"] = [".*", "*.pyc", "__pycache__"]
    here["db_url"] = config.CourseDirectory.get("db_url", f"sqlite:///{folder}/gradebook.db")
    config.CourseDirectory.update(here)
    return config


def gradebook(folder):
    return Gradebook(course(folder).CourseDirectory.db_url)


# Marks -------------------------------------------------------------------------------------------


def autograde(name, folder, options):
    """Mark one submission after the other, each in a process of its own, and print the marks."""
    if not options.unconfined and (why := obstacle(folder)):
        say(why)
        say("Without a sandbox, a submission can do on this machine whatever you can. Where that")
        say("does no harm, --unconfined runs it under limits of time and memory alone.")
        return 1
    submitted = folder / "submitted"
    submitted.mkdir(exist_ok=True)
    students, failed, marked = intake.students(submitted, options.student), False, 0
    for path in intake.stray(submitted) if options.student == "*" else []:
        failed = True
        say(f"not marked: {path} lies in no student's folder: {to_do(path, name)}")
    for path in students:
        words = mark(path, name, folder, options)
        failed |= words.startswith("not marked")
        marked += not words.startswith(("not", "nothing"))
        say(f"{path.name}: {words}")
    if not students:
        say(f"no submission in {submitted / options.student / name}")
    return int(failed or not marked)


def to_do(path, name):
    if path.suffix == ".zip":
        return "unpack it here, a folder for each student"
    return f"move it to {path.parent / 'STUDENT' / name / f'{name}.ipynb'}"


def mark(path, name, folder, options):
    """Mark what is in a student's folder. -> the marks, or why there are none"""
    if path.name in [lesson.stem for lesson in build.lessons(ROOT)]:
        right = path.parent / "STUDENT" / path.name
        return (
            f"not marked: this is a lesson's folder, in the place of a student's: {right} is right"
        )
    if "\n" in path.name or intake.LONE.search(path.name):
        return "not marked: its folder's name holds a line break, or no characters: rename it"
    with tempfile.TemporaryDirectory() as stage:
        try:
            remarks = in_child(lambda: stored(path, name, folder, Path(stage)), 120, READING)
            if remarks is None:
                return f"nothing handed in for {name}"
            limits = {"total_seconds": options.seconds, "unconfined": options.unconfined}
            settings = {"Confined": limits, "CourseDirectory": {"ignore": ["*"]}}
            steps = {"submitted_directory": stage}
            os.environ.update(build.ENVIRONMENT)  # for the checks that import Keras

            def judge():
                tempfile.tempdir = tempfile.mkdtemp(dir=stage)  # it may be ended at any time
                convert(Autograde, folder, name, path.name, steps, settings)

            in_child(judge, options.seconds + 120, JUDGING)
        except intake.Unusable as why:
            return f"not marked: {why}"
        except TimeoutError:
            return "not marked: it took too long"
        except ChildProcessError as why:
            return f"not marked: something failed here: {why}"
    with gradebook(folder) as grades:
        marks = grades.find_submission(name, path.name)
        late = datetime.timedelta(seconds=int(marks.total_seconds_late))
        remarks += [f"{late} late"] if late else []
        words = f"{marks.score:g} of {marks.max_score:g}"
        return words + (f" ({'; '.join(remarks)})" if remarks else "")


def stored(path, name, folder, stage):
    """Put a sound copy of a student's notebook, and its timestamp, where nbgrader looks for them.

    -> remarks for the teacher; None if there is no notebook
    """
    source = nbformat.read(folder / "source" / name / f"{name}.ipynb", 4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    found = intake.take(path, name, [m["grade_id"] for m in marks if m.get("solution")])
    if not found:
        return None
    nb, at, remarks = found
    place = stage / path.name / name
    place.mkdir(parents=True)
    nbformat.write(nb, place / f"{name}.ipynb")
    for stamp in {path / name / "timestamp.txt": 0, at.parent / "timestamp.txt": 0}:
        if os.path.lexists(stamp):
            if stamp.is_symlink() or not stamp.is_file() or stamp.stat().st_size > 1000:
                raise intake.Unusable(f"{stamp} is no file with a date, or it is a link")
            text = stamp.read_text("utf-8-sig", "replace").strip()
            try:
                parse_utc(text)
            except (ValueError, OverflowError):
                raise intake.Unusable(f"{stamp} holds no date: {text[:60]!r}") from None
            (place / "timestamp.txt").write_text(text, "utf-8")
            break
    return remarks


def in_child(work, seconds, memory):
    """What `work` returns in a process of its own, with so many bytes more than this one has.

    Raises its Unusable; TimeoutError; ChildProcessError with the last words of whatever ended it.
    """

    def run():
        resource = importlib.import_module("resource")
        most = psutil.Process().memory_info().vms + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
        try:
            theirs.send((work(), None))
        except (intake.Unusable, MemoryError) as why:
            theirs.send((None, intake.Unusable(str(why) or "it takes too much memory to read")))
        except Exception as why:
            theirs.send((None, ChildProcessError(f"{type(why).__name__}: {why}")))

    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run)
    process.start()
    theirs.close()
    try:
        if not mine.poll(seconds):
            raise TimeoutError
        value, why = mine.recv()
    except EOFError:
        raise ChildProcessError("its process has ended") from None
    finally:
        process.kill()
        process.join()
    if why:
        raise why
    return value


def say(words):
    """Print a line, and nothing but a line: names and files can hold what a terminal obeys."""
    print(printable(words), flush=True)


def printable(words):
    """`words` as one line without control characters, and no longer than a teacher reads."""
    words = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(words))
    return re.sub(" +", " ", words)[:LONGEST]  # blanks would move the rest to where a row begins


# Feedback ----------------------------------------------------------------------------------------


def feedback(name, folder, options):
    """Write a page for each marked submission, and say where."""
    marked, written = folder / "autograded", 0
    for path in intake.students(marked, options.student) if marked.is_dir() else []:
        notebook = path / name / f"{name}.ipynb"
        if not notebook.is_file():
            continue
        with contextlib.suppress(MissingEntry):
            place = folder / "feedback" / path.name / name / f"{name}.html"
            place.parent.mkdir(parents=True, exist_ok=True)
            build.replace(place, written_page(notebook, name, path.name, folder))
            say(place)
            written += 1
    if not written:
        say(f"nothing of {options.student} is marked: `make autograde LESSON={name[:2]}` first")
    return int(not written)


def written_page(notebook, name, student, folder):
    """The page for a student; of a notebook that takes too long to show, the verdicts alone."""

    def write(whole=True):
        with gradebook(folder) as grades:
            submission = grades.find_submission_notebook(name, name, student)
            return page(nbformat.read(notebook, 4), submission, whole)

    try:
        return in_child(write, WRITING, READING)
    except (TimeoutError, ChildProcessError, intake.Unusable):
        return write(whole=False)


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
    try:
        path = build.lesson(ROOT, options.lesson)
    except build.LessonError as error:
        parser.error(str(error))
    name, folder = path.stem, options.folder.resolve()
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # nbgrader's alembic
    if options.task == "make":
        return make(path, folder)
    if not (folder / "source" / name).exists():
        parser.error(f"there is no {folder / 'source' / name}: make the assignment first")
    return {"autograde": autograde, "feedback": feedback}[options.task](name, folder, options)
