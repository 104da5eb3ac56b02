"""Assignments for nbgrader: made from a lesson, handed in by all sorts of people, marked."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import v4

from tools.build_notebooks import BEGIN, END, derive, lessons, parse, without_links
from utils import checks

if sys.platform != "linux":
    pytest.skip("the sandbox for submissions needs Linux", allow_module_level=True)

from nbgrader.api import Gradebook

from tools import assignment
from tools.grading import confined, inside

ROOT = Path(__file__).resolve().parent.parent
NAME = "01_rnn_basics"
EXERCISES = ["rnn_step", "rnn_forward", "count_parameters", "weight_for_half_life"]
SECONDS = 30  # for a cell, on a machine that may do other things as well

WRONG = {
    "rnn_step": "return x_t @ W_x + h_prev @ W_h + b",
    "rnn_forward": "return np.zeros((len(x), x.shape[1], len(b)))",
    "count_parameters": "return features * units",
    "weight_for_half_life": "return 0.5 / steps",
}
LOOP = """import time
    while True:
        try:
            time.sleep(1)  # spares the machine; the grader can't tell
        except BaseException:
            pass"""
BOMB = """import subprocess
    for _ in range(200):
        subprocess.Popen(["sleep", "60"])"""
FORGERY = """
import builtins, os, socket
from utils import checks

checks.Exercise.judge = lambda self, answer: "Right: certainly."
checks.works = checks.unchanged = checks.same = checks.close = lambda *_: True
builtins.AssertionError = AssertionError = type("Nothing", (Exception,), {})
for path in [checks.__file__, *PATHS]:
    for act in (lambda: open(path, "a").write("mine"), lambda: os.remove(path)):
        try:
            act()
        except OSError:
            pass
print([os.path.exists(path) for path in PATHS])
for act in (
    lambda: os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY),
    lambda: os.open(f"/proc/{os.getppid()}/oom_score_adj", os.O_WRONLY),
    lambda: open("/dev/shm/full", "wb").write(bytes(2**29)),
    lambda: socket.create_connection(("192.0.2.1", 80), 1),
    lambda: os.kill(OUTSIDE, 9),
):
    try:
        act()
        print("got out")
    except OSError:
        pass
"""
# What no learner would send: parts of outputs that have wrong types, and HTML in disguise.
MESSAGES = """
kernel, script = get_ipython().kernel, "<script>alert(4)</script>"
for kind, content in [
    ("stream", {"output_type": "display_data", "data": None, "text": script}),
    ("stream", {"output_type": "display_data", "data": {"text/html": [script], "text/plain": 1}}),
    ("error", {"ename": script, "evalue": None, "traceback": 7}),
    ("display_data", {"data": {"text/markdown": script, "text/latex": script}}),
]:
    _ = kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
"""
LINKS = r"""
[a](javascript:alert(3)) $\href{javascript:alert(3)}{b}$ </pre> <script>alert(1)</script>

$$\href{javascript:alert(3)}{c}$$
"""


# Submissions -------------------------------------------------------------------------------------


def exercise(cell):
    """The exercise that a cell of the release asks for, if it does."""
    marks = cell.metadata.get("nbgrader", {})
    return marks["grade_id"] if marks.get("solution") else None


def answered(release, answers):
    """The release with function bodies for some exercises, without the lesson's figures."""
    nb = nbformat.from_dict(release)
    for cell in nb.cells:
        cell.source = re.sub(r"(?ms)^(explore|plotting\.show)\(.*", "", cell.source)
        if body := answers.get(exercise(cell)):
            stub = re.search(r"# YOUR CODE HERE\s+raise NotImplementedError\(\)", cell.source)
            cell.source = cell.source.replace(stub[0], body)
    return nb


def solutions():
    """The bodies of the lesson's own solutions."""
    source = parse((ROOT / "solutions" / f"{NAME}.ipynb").read_text("utf-8"))
    bodies = [c.source.split(BEGIN)[1].split(END)[0] for c in source.cells if BEGIN in c.source]
    return {name: body.strip() for name, body in zip(EXERCISES, bodies, strict=True)}


def edited(nb):
    """The tests made easy, and worth a lot."""
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "assert True"
            cell.metadata.nbgrader |= {"points": 100, "locked": False, "checksum": "0"}
            cell.metadata |= {"editable": True, "deletable": True}
    return nb


def deleted(nb):
    """No tests, no trace of one exercise, and another answered in a new cell at the end."""
    mine = [cell.source for cell in nb.cells if exercise(cell) == "rnn_forward"]
    about = re.compile(r"is tested here|count_parameters|rnn_forward")
    nb.cells = [cell for cell in nb.cells if not about.search(cell.source)]
    nb.cells.append(v4.new_code_cell(*mine))
    return nb


def torn(nb):
    """Metadata that no nbgrader wrote, a page that attacks, cells that fail or end the kernel."""
    for cell in nb.cells:
        cell.metadata.nbgrader = {"schema_version": 99, "grade_id": ["?"]}
    nb.metadata.kernelspec = {"name": "none", "display_name": "none"}
    html = "from IPython.display import HTML, display\ndisplay(HTML('<script>alert(2)</script>'))"
    nb.cells.insert(1, v4.new_markdown_cell(LINKS))
    nb.cells[2:2] = map(
        v4.new_code_cell, [html, MESSAGES, "1 / 0", "quit()", "import sys; sys.exit()"]
    )
    return nb


def submissions(release, folder):
    """The student's name: the notebook handed in, the points it deserves."""
    right = solutions()
    some = {name: right[name] for name in EXERCISES[2:]}
    theirs = folder / "submitted" / "right" / NAME / f"{NAME}.ipynb"
    secret = [str(path) for path in (folder / "gradebook.db", theirs, Path(__file__))]
    forged = answered(release, dict.fromkeys(EXERCISES, "return 0"))
    known = f"PATHS, OUTSIDE = {secret}, {os.getpid()}\n"
    forged.cells.insert(2, v4.new_code_cell(known + FORGERY))
    hungry = {"rnn_step": "return np.ones(10**11)", "rnn_forward": "import os; os._exit(0)"}
    hungry |= {"count_parameters": BOMB}
    return {
        "right": (answered(release, right), 4),
        "wrong": (answered(release, WRONG), 0),
        "half": (answered(release, some), 2),
        "untouched": (release, 0),
        "raises": (answered(release, right | {"rnn_step": "raise ValueError('no')"}), 3),
        "loops": (answered(release, right | {"count_parameters": LOOP}), 3),
        "hungry": (answered(release, right | hungry), 1),
        "edits": (edited(answered(release, some)), 2),
        "deletes": (deleted(answered(release, right)), 3),
        "torn": (torn(answered(release, right)), 4),
        "forges": (forged, 0),
    }


def arranged(release):
    """Short notebooks of cells in all sorts of orders: the student's name, the cells, the points.

    Each holds one exercise. What the page said is what the marks say, wherever it stands.
    """
    first = next(cell.source for cell in release.cells if cell.cell_type == "code")
    stub = next(cell.source for cell in release.cells if exercise(cell) == "rnn_step")
    after = re.compile(r"# YOUR CODE HERE\s+raise NotImplementedError\(\)")
    right = after.sub(solutions()["rnn_step"], stub)
    wrong = after.sub(WRONG["rnn_step"], stub)
    check = "rnn_step = check.rnn_step(rnn_step)"
    raises = "np.seterr(all='raise'); import warnings; warnings.simplefilter('error')"
    tiny = right.replace("return", "np.exp(-1000.0); np.float64(0) / 0; return")
    helper = right.replace("return", "return bent(") + ")"
    bent, twice = (f"def bent(h):\n    return {n} * h" for n in (1, 2))
    cells = {  # under names that people and learning platforms give to folders
        "stub at the end": ([first, right, check, stub], 1),
        "[abc] *": ([first, right, check, stub, check], 1),
        "wrong, then a stub": ([first, wrong, check, stub], 0),
        "-right, then wrong": ([first, stub, check, right, check, wrong, check], 1),
        "007": ([first + "\n" + right + "\n" + check], 1),
        "merged, wrong": ([first, wrong + "\n" + check], 0),
        'Zoe\u0308, "backwards" é': ([check, right, first], 1),
        "helper below": ([first, helper, check, bent], 1),
        "helper changed": ([first, "%%time\n" + bent, helper, check, twice], 1),
        " own name ": (
            [first, right.replace("def rnn_step", "def mine"), "check.rnn_step(mine)"],
            1,
        ),
        "captured": ([first, "%%capture\n" + right + "\n" + check], 1),
        "strict numpy": ([first, raises, tiny, check], 1),
        "other numpy": ([first, "np.tanh = lambda z: z", right, check], 0),
        "no python": ([first, right.replace("np.tanh(", "np.tanh(("), check], 0),
        "fails before": ([first, "1 / 0\n" + right, check], 0),
        "half an emoji": ([first, right, "print('\\ud83d')", check], 1),
    }
    return {
        name: ([v4.new_code_cell(cell) for cell in some], points)
        for name, (some, points) in cells.items()
    }


def autograde(course, *arguments, **options):
    """The exit status, and what is printed. In a process of its own, as `utils` there is a copy."""
    command = [sys.executable, "-m", "tools.assignment", "autograde", "01", "--folder", course]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900, **options
    )
    return done.returncode, done.stdout, done.stderr


def put(course, student, nb):
    place = course / "submitted" / student / NAME
    place.mkdir(parents=True)
    nbformat.write(nb, place / f"{NAME}.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder with the assignment."""
    folder = tmp_path_factory.mktemp("course")
    assert assignment.main(["make", "01", "--folder", str(folder)]) == 0
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(f"c.Confined.cell_seconds = {SECONDS}\n")
    return folder


@pytest.fixture(scope="module")
def release(course):
    return nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", 4)


@pytest.fixture(scope="module")
def marked(course, release):
    """What `autograde` printed about all submissions, and two that are no notebooks."""
    if why := confined.obstacle():
        # CI installs the program; what a machine's kernel forbids, it can't mend.
        assert "CI" not in os.environ or shutil.which("bwrap"), why
        pytest.skip(why)
    handed_in = submissions(release, course)
    for student, (nb, _) in handed_in.items():
        put(course, student, nb)
    for student, (cells, _) in arranged(release).items():
        put(course, student, v4.new_notebook(cells=cells))
    for student in ("broken", "linked", "stamped"):
        (course / "submitted" / student / NAME).mkdir(parents=True)
    (course / "submitted" / "broken" / NAME / f"{NAME}.ipynb").write_text('{"cells": [')
    right = course / "submitted" / "right" / NAME / f"{NAME}.ipynb"
    (course / "submitted" / "linked" / NAME / f"{NAME}.ipynb").symlink_to(right)
    shutil.copy(right, course / "submitted" / "stamped" / NAME)
    (course / "submitted" / "stamped" / NAME / "timestamp.txt").symlink_to("/dev/zero")
    (course / "submitted" / "half" / NAME / "data").symlink_to(__file__)
    (course / "submitted" / "half" / NAME / f"{NAME}-Copy1.ipynb").write_text("{}")
    before = everything(course, "source", "submitted", "release")
    status, printed, errors = autograde(course)
    after = everything(course, "source", "submitted", "release")
    assert not [path for path in before | after if before.get(path) != after.get(path)]
    return status, printed, errors


def everything(course, *folders):
    """The content of every file in some folders of the course."""
    files = [path for folder in folders for path in (course / folder).rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files if path.suffix != ".pyc"}


# The assignment ----------------------------------------------------------------------------------


def test_release_is_the_lesson_with_stubs_and_without_tests(release):
    text = "\n".join(cell.source for cell in release.cells)
    assert [exercise(cell) for cell in release.cells if exercise(cell)] == EXERCISES
    assert "SOLUTION" not in text and "HIDDEN" not in text and "judge" not in text
    learner = derive(parse((ROOT / "solutions" / f"{NAME}.ipynb").read_text("utf-8")))
    mine = [cell.source for cell in release.cells if "is tested here" not in cell.source]
    assert mine == [
        without_links(cell.source).replace('insert(0, "..")', 'insert(0, ".")')
        for cell in learner.cells
    ]


def test_release_runs_where_it_is_unpacked(course, release, tmp_path):
    place = shutil.copytree(course / "release" / NAME, tmp_path / NAME)
    first = next(cell.source for cell in release.cells if cell.cell_type == "code")
    subprocess.run([sys.executable, "-c", first], cwd=place, check=True, env=os.environ)


def test_every_lesson_can_be_an_assignment():
    for path in lessons(ROOT):
        nb = assignment.instructor(parse(path.read_text("utf-8")), f"lesson{path.stem[:2]}")
        text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
        linked = re.findall(r"\]\(([^)]*)\)|(?:href|src)=.([^\"']*)", text)
        assert all(re.match(r"https?:|#", a or b) for a, b in linked), "nothing else is there"
        tests = [confined.test_of(cell) for cell in nb.cells if confined.test_of(cell)]
        assert len(tests) == sum(BEGIN in cell.source for cell in nb.cells) > 0
        lesson = importlib.import_module(f"utils.checks.lesson{path.stem[:2]}")
        for name in tests:
            assert getattr(lesson, name).name == name


@pytest.mark.parametrize("path", lessons(ROOT), ids=lambda path: path.stem)
def test_right_answers_are_right_from_outside(path):
    lesson = importlib.import_module(f"utils.checks.lesson{path.stem[:2]}")
    for exercise in vars(lesson).values():
        if isinstance(exercise, checks.Exercise) and confined.crosses(exercise):
            answer = stand_in(exercise, exercise.reference)
            assert exercise.judge(answer).startswith("Right: "), exercise.name


def stand_in(exercise, function):
    """An `Answer` for a function that no sandbox holds."""
    calls = [[inside.call(function, p.args, checks) for _ in "12"] for p in exercise.probes]
    return confined.Answer(exercise, "function" if checks.works(function) else "stub", calls)


def step_in_place(x_t, h_prev, W_x, W_h, b):
    b += 0.5
    return np.tanh(x_t @ W_x + h_prev @ W_h + b - 0.5)


def step_at_random(x_t, h_prev, W_x, W_h, b):
    return np.random.default_rng().random((len(x_t), len(b)))


def step_without_bias(x_t, h_prev, W_x, W_h, b):
    return np.float32(np.tanh(x_t @ W_x + h_prev @ W_h))


def step_that_raises(x_t, h_prev, W_x, W_h, b):
    return x_t @ W_h


def step_to_write(x_t, h_prev, W_x, W_h, b):
    raise NotImplementedError()


def step_of_objects(x_t, h_prev, W_x, W_h, b):
    return {("a", "b"): object()}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (step_in_place, "changes its argument b in place"),
        (step_at_random, "answers differently"),
        (step_without_bias, "the bias is missing"),
        (step_that_raises, "W_x transposed"),
        (step_to_write, "Not attempted yet"),
        (step_of_objects, "raises TypeError"),
    ],
)
def test_check_says_the_same_from_outside(step, words):
    exercise = importlib.import_module("utils.checks.lesson01").rnn_step
    assert words in exercise.judge(stand_in(exercise, step))


# Marks -------------------------------------------------------------------------------------------


def test_marks_are_right(course, release, marked):
    handed_in = submissions(release, course) | arranged(release)
    wanted = {name: points for name, (_, points) in handed_in.items()}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {each.student.id: each for each in gradebook.assignment_submissions(NAME)}
        marks = {name: each.score for name, each in found.items() if name in wanted}
        assert all(found[name].max_score == 4 for name in wanted)
    assert marks == wanted, marked
    for name, points in wanted.items():
        assert re.search(rf"(?m)^{re.escape(name)}: {points} of 4( \(|$)", marked[1])
    assert re.search(rf"half: .*not looked at: .*{NAME}-Copy1.ipynb", marked[1])


def test_what_is_no_notebook_is_said(marked):
    status, printed, _ = marked
    assert status == 1
    assert re.search(r"broken: not marked: .* is no notebook: it is damaged", printed)
    assert re.search(r"linked: not marked: .* is a link", printed)
    assert re.search(r"stamped: not marked: .* is no file with a date, or it is a link", printed)


def outputs(course, student):
    """The outputs of a marked submission as text: those of each test, by name, and the others'."""
    nb = nbformat.read(course / "autograded" / student / NAME / f"{NAME}.ipynb", 4)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    tests = {confined.test_of(cell): str(cell.outputs) for cell in code}
    return tests, str([cell.outputs for cell in code if not confined.test_of(cell)])


@pytest.mark.parametrize(
    ("student", "name", "words"),
    [
        ("wrong", "rnn_step", "Not yet: "),
        ("untouched", "rnn_step", "Not attempted yet."),
        ("raises", "rnn_step", "raises ValueError: no"),
        ("loops", "count_parameters", f"did not come to an end within {SECONDS} seconds"),
        ("hungry", "rnn_step", "MemoryError"),
        ("hungry", "rnn_forward", "your function ended the kernel"),
        ("hungry", "count_parameters", "your function starts too many processes"),
        ("deletes", "count_parameters", "Not yet: no cell defines count_parameters."),
        ("no python", "rnn_step", "SyntaxError: '(' was never closed (line 3)."),
        ("fails before", "rnn_step", "before it had defined the function: ZeroDivisionError"),
        ("stub at the end", "rnn_step", "Right: "),
        ("wrong, then a stub", "rnn_step", "what bends it into the range"),
        ("merged, wrong", "rnn_step", "what bends it into the range"),
    ],
)
def test_a_test_says_what_is_wrong(course, marked, student, name, words):
    tests, others = outputs(course, student)
    assert words in tests[name]
    assert "Right: " in tests["weight_for_half_life"] or student in ("wrong", "untouched")
    if student not in (
        "no python",
        "fails before",
    ):  # unsolved, looping or dead: the lesson goes on behind it
        assert "'error'" not in others


def test_nothing_outside_is_there_for_a_submission(course, marked):
    _, others = outputs(course, "forges")
    assert "[False, False, False]" in others
    assert "got out" not in others
    assert "Right: certainly." in others  # so it did replace the check, in its own kernel
    left = [path.name for path in (course / "autograded" / "half" / NAME).iterdir()]
    assert left == [f"{NAME}.ipynb"]  # nothing else of what was handed in


def test_without_a_sandbox_only_on_demand(course, marked, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no bubblewrap
    assert assignment.main(["autograde", "01", "--folder", str(course)]) == 1
    assert "bubblewrap is not installed" in capsys.readouterr().out
    status, printed, errors = autograde(course, "--student", "half", "--unconfined")
    assert status == 0 and printed.startswith("half: 2 of 4 ("), errors


def test_no_page_carries_a_stranger_s_html(course, marked):
    some = ["--student", "[tu][on]*"]
    assert assignment.main(["feedback", "01", "--folder", str(course), *some]) == 0
    pages = {path.parts[-3]: path.read_text() for path in (course / "feedback").glob("*/*/*.html")}
    assert sorted(pages) == ["torn", "untouched"]
    assert "&lt;script&gt;alert(1)" in pages["torn"]
    for threat in ("<script>alert", 'href="javascript:', "$$", r"\href{"):
        assert threat not in pages["torn"].split("<body")[1]
    assert "data:image/png" in pages["untouched"]  # the course's figures are shown
