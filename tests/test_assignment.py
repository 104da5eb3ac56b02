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

from tests.helpers.stand_ins import stand_in
from tools.build_notebooks import BEGIN, END, derive, lessons, parse, without_links
from utils import checks

if sys.platform != "linux":
    pytest.skip("the sandbox for submissions needs Linux", allow_module_level=True)

from nbgrader.api import Gradebook

from tools.grading import assignment, confined, sandbox

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
from utils.checks import calls, diagnosis, engine, results

checks.Exercise.judge = lambda self, answer: "Right: certainly."
OWN = [checks, calls, diagnosis, engine, results]
for module in OWN:
    module.works = module.unchanged = module.same = module.close = lambda *_: True
builtins.AssertionError = AssertionError = type("Nothing", (Exception,), {})
for path in [*(module.__file__ for module in OWN), *PATHS]:
    for act in (lambda: open(path, "a").write("mine"), lambda: os.remove(path)):
        try:
            act()
        except OSError:
            pass
told = '["rnn_step", "lost", [], "Right: so it is."]'
get_ipython().display_pub.publish({"application/x-answers": told})
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
    padded = after.sub('return ["x" * 20_000] + 200_000 * [""]', stub)
    bent, twice = (f"def bent(h):\n    return {n} * h" for n in (1, 2))
    cells = {  # under names that people and learning platforms give to folders
        "stub at the end": ([first, right, check, stub], 1),
        "[abc] *": ([first, right, check, stub, check], 1),
        "wrong, then a stub": ([first, wrong, check, stub], 0),
        "-right, then wrong": ([first, stub, check, right, check, wrong, check], 1),
        "007": ([first + "\n" + right + "\n" + check], 1),
        "merged, wrong": ([first, wrong + "\n" + check], 0),
        'Zoe\u0308, "backwards" é': ([check, right, first], 1),
        "AD\\smith": ([first, helper, check, bent], 1),
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
        "texts": ([first, padded, check], 0),
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
    if why := sandbox.obstacle(course):
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
        (
            "no python",
            "rnn_step",
            "your cell is no Python, so nothing in it was run: SyntaxError: ",
        ),
        ("fails before", "rnn_step", "before it had defined the function: ZeroDivisionError"),
        ("stub at the end", "rnn_step", "Right: "),
        ("wrong, then a stub", "rnn_step", "what bends it into the range"),
        ("merged, wrong", "rnn_step", "what bends it into the range"),
    ],
)
def test_a_test_says_what_is_wrong(course, marked, student, name, words):
    tests, others = outputs(course, student)
    assert words in tests[name]
    if student in ("raises", "loops", "hungry", "deletes"):  # which leave the last one alone
        assert "Right: " in tests["weight_for_half_life"]
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


# Whatever else is on the teacher's machine --------------------------------------------------------

PLANTED = """
c = get_config()
for name in ("CourseDirectory", "NbGrader"):
    c[name].root = c[name].course_directory = {other!r}
    c[name].db_url = "sqlite:///{other}/gradebook.db"
    c[name].directory_structure = "{{nbgrader_step}}/{{assignment_id}}/{{student_id}}"
    c[name].student_id_exclude = "007"
    for step in ("source", "release", "submitted", "autograded", "feedback"):
        c[name][f"{{step}}_directory"] = f"{other}/{{step}}"
c.Exchange.root = {other!r}
c.Autograde.autograde_preprocessors = []
c.GenerateAssignment.preprocessors = []
c.Confined.cell_seconds = 0
"""


def hostile(tmp_path):
    """Variables, settings and files that people have, each of which has changed marks or could."""
    home, other = tmp_path / "home", tmp_path / "other"
    planted = PLANTED.format(other=str(other))
    kernel = '{"argv": ["false"], "display_name": "P", "language": "python"}'
    for path, text in {
        other / "nbgrader_config.py": planted,
        home / ".jupyter" / "nbgrader_config.py": planted,
        other / "utils" / "__init__.py": "raise ImportError('the wrong utils')",
        other / "numpy" / "__init__.py": "raise ImportError('the wrong numpy')",
        other / "sitecustomize.py": "import builtins; builtins.float = int",
        other / "startup.py": "raise SystemExit('a startup file')",
        other / "matplotlibrc": "backend: nonsense\ntext.usetex: True\n",
        other / "kernels" / "python3" / "kernel.json": kernel,
        home / ".local" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json": kernel,
        home / ".keras" / "keras.json": '{"floatx": "float16", "backend": "none"}',
        home
        / ".ipython"
        / "profile_default"
        / "startup"
        / "0.py": "import numpy; numpy.tanh = abs",
        home / ".ipython" / "profile_default" / "ipython_config.py": "c.exec_lines = ['1 / 0']",
        home / ".config" / "matplotlib" / "matplotlibrc": "backend: nonsense\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONOPTIMIZE": "2",
        "PYTHONPATH": str(other),
        "PYTHONSTARTUP": str(other / "startup.py"),
        "PYTHONHASHSEED": "7",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
        "JUPYTER_CONFIG_DIR": str(other),
        "JUPYTER_CONFIG_PATH": str(other),
        "JUPYTER_PATH": str(other),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "IPYTHONDIR": str(home / ".ipython"),
        "MPLBACKEND": "nonsense",
        "MATPLOTLIBRC": str(other),
        "KERAS_BACKEND": "torch",
        "KERAS_HOME": str(home / ".keras"),
        "OMP_NUM_THREADS": "nonsense",
        "OPENBLAS_NUM_THREADS": "64",
        "TF_USE_LEGACY_KERAS": "1",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "C",
        "TZ": "Pacific/Kiritimati",
    }


@pytest.mark.parametrize("unconfined", [[], ["--unconfined"]])
def test_marks_depend_on_the_submission_alone(course, marked, tmp_path, unconfined):
    """All at once: if this fails, take away one by one. "merged, wrong" has no mark, "007" one."""
    env = hostile(tmp_path)
    status, printed, errors = autograde(
        course, "--student", "[0m]*", *unconfined, env=env, umask=0o377
    )
    assert (status, printed) == (0, "007: 1 of 4\nmerged, wrong: 0 of 4\n"), errors
    assert {path.name for path in (tmp_path / "other").iterdir()} == {
        *("nbgrader_config.py", "utils", "numpy", "sitecustomize.py", "startup.py"),
        *("matplotlibrc", "kernels"),
    }


def test_an_assignment_is_made_in_its_folder_whatever_the_settings(course, tmp_path):
    env, made = hostile(tmp_path), tmp_path / "made"
    command = [sys.executable, "-m", "tools.assignment", "make", "01", "--folder", str(made)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    here = f"{NAME}/{NAME}.ipynb"
    same = (made / "release" / here, course / "release" / here)
    assert same[0].read_bytes() == same[1].read_bytes()
    assert not any((tmp_path / "other" / step).exists() for step in ("source", "release"))
    assert sorted(path.name for path in made.iterdir()) == [
        "gradebook.db", "nbgrader_config.py", "release", "source",
    ]  # fmt: skip


def test_an_assignment_that_fails_leaves_the_one_before(course, tmp_path, monkeypatch):
    here = shutil.copytree(course, tmp_path / "course", ignore=lambda *_: ["submitted"])
    before = everything(here, "source", "release")

    def fails(*_):
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(assignment, "convert", fails)
    with pytest.raises(RuntimeError):
        assignment.main(["make", "01", "--folder", str(here)])
    assert before and everything(here, "source", "release") == before
    assert not list(here.glob(".new-*"))


def test_nbgrader_s_own_pages_stay_in_the_course_folder(course, tmp_path):
    """`cd grading` and JupyterLab, or nbgrader's commands: the folder's settings win."""
    env = hostile(tmp_path)
    env |= dict.fromkeys(("PYTHONOPTIMIZE", "PYTHONPATH", "PYTHONWARNINGS", "MPLBACKEND"), "")
    env["OMP_NUM_THREADS"] = "1"
    program = (
        "from nbgrader.apps import NbGraderApp as A; a = A(); a.initialize([]); d = a.coursedir"
    )
    program += "; print(d.root, d.db_url, d.format_path(d.submitted_directory, 's', 'a'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=course, env=env, capture_output=True, text=True
    )
    expected = f"{course} sqlite:///{course}/gradebook.db {course}/submitted/s/a"
    assert done.stdout.split("\n")[-2] == expected, done.stderr


def test_who_is_late_is_told_and_what_is_no_date(course, marked, tmp_path):
    """Due dates are nbgrader's: `nbgrader db assignment add`, or its pages."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-01-10 12:00:00 UTC")
    stamp = course / "submitted" / "007" / NAME / "timestamp.txt"
    for text, words in (
        ("2026-01-10 15:30:00 CET", "1 of 4 (2:30:00 late)"),
        ("\ufeff2026-01-10 11:59:00 UTC\n", "1 of 4"),
        ("tomorrow", f"not marked: {stamp} holds no date: 'tomorrow'"),
    ):
        stamp.write_text(text, "utf-8")
        assert autograde(course, "--student", "007")[1] == f"007: {words}\n"
    stamp.unlink()


def test_what_lies_in_the_wrong_place_is_told(course, marked, tmp_path):
    here = shutil.copytree(course, tmp_path / "course", ignore=lambda *_: ["submitted"])
    right = course / "submitted" / "007" / NAME / f"{NAME}.ipynb"
    for name in (f"alice_{NAME}.ipynb", f"{NAME}/bob.ipynb", "carol/02_numpy_rnn/a.ipynb"):
        (here / "submitted" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(right, here / "submitted" / name)
    (here / "submitted" / "all.zip").write_bytes(b"")
    (here / "submitted" / "dave").mkdir()
    (here / "submitted" / "carol" / "02_numpy_rnn" / "a.ipynb").write_text("{}")
    status, printed, errors = autograde(here)
    assert status == 1 and not errors
    for words in (
        rf"not marked: .*alice_{NAME}.ipynb lies in no student's folder: move it to .*STUDENT",
        r"not marked: .*all.zip lies in no student's folder: unpack it here, a folder for each",
        rf"{NAME}: not marked: this is a lesson's folder, in the place of a student's",
        rf"carol: nothing handed in for {NAME}",
        rf"dave: nothing handed in for {NAME}",
    ):
        assert re.search(words, printed), printed


# Feedback ----------------------------------------------------------------------------------------


def test_a_page_of_feedback_names_each_exercise_and_needs_nothing_else(course, marked):
    page = {}
    for student in ("untouched", "no python", "stub at the end"):
        arguments = ["--folder", str(course), "--student", student]
        assert assignment.main(["feedback", "01", *arguments]) == 0
        path = course / "feedback" / student / NAME / f"{NAME}.html"
        page[student] = path.read_text("utf-8")
        text = re.sub(r'src="data:[^"]*"|url\("data:[^)]*\)', "", page[student])
        assert "<script" not in text and '<link rel="style' not in text
        assert not re.search(r'(?:src|href)="(?!#|data:|https://(?:doi|arxiv))', text), student
        for unwanted in ("AssertionError", "judge(", "HIDDEN", "Verdict", "Test cell"):
            assert unwanted not in text, unwanted
        assert not re.search(r"cells\s+below\s+use\s+the\s+course", text)
        for name in EXERCISES:
            assert f'href="#marked-{name}"' in text and f'id="marked-{name}"' in text
    assert "<math" in page["untouched"] and "$$" not in page["untouched"]
    assert "Not attempted yet.</td>" in page["untouched"]
    assert "SyntaxError" in page["no python"] and "hand over the function" not in page["no python"]
    assert re.search(r"rnn_step</code></a></th><td>1 of 1</td><td>Right: ", page["stub at the end"])


def test_a_page_that_takes_too_long_has_the_verdicts_alone(course, marked, monkeypatch):
    path = course / "autograded" / "captured" / NAME / f"{NAME}.ipynb"
    nb = nbformat.read(path, 4)
    nb.cells += [v4.new_code_cell("a - " * 4_500 + "1") for _ in range(400)]
    nbformat.write(nb, path)
    monkeypatch.setattr(assignment, "WRITING", 2)  # to colour those takes much longer
    arguments = ["--folder", str(course), "--student", "captured"]
    assert assignment.main(["feedback", "01", *arguments]) == 0
    page = (course / "feedback" / "captured" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "too long to be shown" in page and page.count("<pre") == 0
    assert re.search(r"rnn_step</code></a></th><td>1 of 1</td><td>Right: ", page)


def test_what_a_teacher_gives_by_hand_is_on_the_page(course, marked):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("test_rnn_step", NAME, NAME, "merged, wrong").manual_score = 0.5
        comment = gradebook.find_comment("rnn_step", NAME, NAME, "merged, wrong")
        comment.manual_comment = "Nearly <all> of it."
        gradebook.db.commit()
    assert autograde(course, "--student", "merged, wrong")[1] == "merged, wrong: 0.5 of 4\n"
    arguments = ["--folder", str(course), "--student", "merged, wrong"]
    assert assignment.main(["feedback", "01", *arguments]) == 0
    page = (course / "feedback" / "merged, wrong" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "0.5 of 1" in page and "given by hand" in page and "Nearly &lt;all&gt; of it." in page


def test_feedback_on_nothing_is_an_error(course, capsys):
    arguments = ["--folder", str(course), "--student", "nobody"]
    assert assignment.main(["feedback", "01", *arguments]) == 1
    assert "nothing of nobody is marked" in capsys.readouterr().out


# The guide ---------------------------------------------------------------------------------------


def guide():
    text = (ROOT / "TEACHING.md").read_text("utf-8")
    return re.search(r"(?s)\n## Grading\n(.*?)\n## ", text)[1]


def test_the_guide_s_commands_run(course, tmp_path):
    """In a copy of the course folder, with homes of students beside it.

    For `runuser`, a stand-in notes who reads and writes; nothing else may touch a home.
    """
    name = "02_numpy_rnn"
    here = shutil.copytree(course, tmp_path / "course", ignore=lambda *_: ["submitted"])
    homes, student = tmp_path / "home", here / "submitted" / "NAME" / name
    for user in ("ada", "zoë b"):
        lesson = homes / f"jupyter-{user}" / "course" / "notebooks" / f"{name}.ipynb"
        page = here / "feedback" / user / name / f"{name}.html"
        for path in (lesson, page):
            path.parent.mkdir(parents=True)
            path.write_text(user, "utf-8")
    student.mkdir(parents=True)
    runuser = tmp_path / "bin" / "runuser"
    runuser.parent.mkdir()
    runuser.write_text(f'#!/bin/sh\necho "$2 $6" >> {tmp_path}/as\nshift 3\nexec "$@"\n')
    runuser.chmod(0o755)
    env = os.environ | {"PATH": f"{runuser.parent}:{os.environ['PATH']}"}
    for block in re.findall(r"(?m)(?:^ {4}\S.*\n)+", guide()):
        commands = block.replace("../.venv/bin/", f"{Path(sys.executable).parent}/")
        commands = commands.replace("/home/", f"{homes}/")
        done = subprocess.run(
            ["sh", "-ec", commands], cwd=here, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert sorted((tmp_path / "as").read_text().splitlines()) == [
        f"jupyter-{u} {act}" for u in ("ada", "zoë b") for act in ("head", "tee")
    ]
    assert (here / "marks.csv").read_text().startswith("assignment,duedate,timestamp,student_id")
    with Gradebook(f"sqlite:///{here / 'gradebook.db'}") as gradebook:
        assert str(gradebook.find_assignment(name).duedate) == "2027-01-31 22:59:00"
    assert str(dated(student / "timestamp.txt")) == "2027-02-01 07:30:00"
    for user in ("ada", "zoë b"):
        assert (here / "submitted" / user / name / f"{name}.ipynb").read_text("utf-8") == user
        assert (homes / f"jupyter-{user}" / f"{name}.html").read_text("utf-8") == user


def dated(file):
    return assignment.parse_utc(file.read_text().strip())


def test_the_guide_names_the_answers_that_are_taken_at_their_word():
    models = []
    for path in lessons(ROOT):
        lesson = importlib.import_module(f"utils.checks.lesson{path.stem[:2]}")
        found = [each for each in vars(lesson).values() if isinstance(each, checks.Exercise)]
        models += [f"`{each.name}`" for each in found if not confined.crosses(each)]
    (told,) = re.findall(r"Two answers are models, (.*): there the mark rests", guide())
    assert re.findall(r"`\w+`", told) == models
