"""What a learner wrote survives an update of the course, make, a killed server and a full disk.

That `make notebooks` refuses to overwrite it, tests/test_editions.py holds; that a page outlives
its kernel, tests/browser/test_killed_kernel.py.
"""

import asyncio
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat import v4

from tools import build_notebooks

ROOT = Path(__file__).resolve().parent.parent
STUB, ANSWER = "raise NotImplementedError()", "return 42  # my own answer"


def solved(text):
    """A lesson as JupyterLab saves it once a learner has answered and executed every cell."""
    nb = nbformat.reads(text, 4)
    for number, cell in enumerate(c for c in nb.cells if c.cell_type == "code"):
        cell.source = cell.source.replace(STUB, ANSWER)
        cell.execution_count = 3 * number + 1
        cell.outputs = [v4.new_output("stream", text=f"my output {number}\n")] * (number % 3)
    nb.cells.insert(5, v4.new_markdown_cell("a note of my own"))
    return nbformat.writes(nb) + "\n"


# An update, pulled by nbgitpuller ----------------------------------------------------------------


def git(folder, *command):
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    command = ["git", *identity, *command]
    env = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)


def pull(folder):
    """What nbgitpuller 1.3 does on a click of its link (its `GitPuller.update`)."""
    git(folder, "fetch")
    for name in git(folder, "ls-files", "--deleted").stdout.split():
        git(folder, "checkout", "origin/main", "--", name)
    git(folder, "reset", "--mixed")
    git(folder, "commit", "-am", "Automatic commit by nbgitpuller", "--allow-empty")
    git(folder, "merge", "-Xours", "origin/main")


@pytest.fixture
def learner(tmp_path):
    """A learner's clone of a small course; the teacher has changed both its lessons since."""
    if not shutil.which("git"):
        pytest.skip("no git here")
    course = tmp_path / "course"
    course.mkdir()
    shutil.copy(ROOT / ".gitattributes", course)
    git(course, "init", "-b", "main")
    for folder in ("notebooks", "solutions"):
        (course / folder).mkdir()
        for number in ("01", "02"):
            (lesson,) = (ROOT / folder).glob(f"{number}_*.ipynb")
            shutil.copy(lesson, course / folder / f"{number}.ipynb")
    git(course, "add", "-A")
    git(course, "commit", "-m", "The course")
    git(tmp_path, "clone", str(course), "learner")
    for path in course.glob("*/*.ipynb"):
        nb = nbformat.read(path, 4)
        nb.cells.insert(2, nb.cells.pop(7))
        del nb.cells[12]
        for cell in nb.cells[::2]:
            cell.source += "\n# a new line"
        nb.cells.append(v4.new_code_cell("'a new cell'"))
        path.write_text(nbformat.writes(nb), encoding="utf-8")
    git(course, "commit", "-am", "A new version")
    return tmp_path / "learner"


@pytest.mark.parametrize("folder", ["notebooks", "solutions"])
def test_an_update_leaves_what_a_learner_changed_and_renews_the_rest(learner, folder):
    """A merge by lines would shuffle the cells of both versions, or leave no notebook at all."""
    mine, untouched = (learner / folder / name for name in ("01.ipynb", "02.ipynb"))
    text = solved(mine.read_text("utf-8"))
    mine.write_text(text, encoding="utf-8")
    for _ in range(2):
        pull(learner)
        kept = mine.read_text("utf-8") == text
        assert kept, f"it needs the line `{folder}/*.ipynb merge=binary` in .gitattributes"
        assert "a new cell" in untouched.read_text("utf-8")


def test_who_wants_the_new_version_moves_the_old_one_away(learner):
    path, kept = (learner / "notebooks" / name for name in ("01.ipynb", "01.yours.ipynb"))
    path.write_text(solved(path.read_text("utf-8")), encoding="utf-8")
    path.rename(kept)
    pull(learner)
    assert ANSWER in kept.read_text("utf-8") and "a new cell" in path.read_text("utf-8")


STRIP = """
import json, sys
nb = json.load(sys.stdin)
for cell in nb["cells"]:
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
json.dump(nb, sys.stdout)
"""


@pytest.mark.skipif(not shutil.which("git"), reason="no git here")
@pytest.mark.parametrize("kept", [True, False])
def test_a_filter_of_the_users_own_takes_no_outputs(tmp_path, kept):
    """As `nbstripout --install --global` sets it up: it is for all of somebody's repositories."""
    (tmp_path / "strip.py").write_text(STRIP)
    (tmp_path / "attributes").write_text("*.ipynb filter=strip diff=ipynb\n")
    program = f'"{sys.executable}" "{tmp_path / "strip.py"}"'
    config = tmp_path / "config"
    for name, value in [
        ("core.attributesFile", str(tmp_path / "attributes")),
        ("filter.strip.clean", program),
        ("filter.strip.required", "true"),
        ("user.name", "someone"),
        ("user.email", "someone@example.org"),
    ]:
        subprocess.run(["git", "config", "--file", config, name, value], check=True)
    env = os.environ | {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*command):
        done = subprocess.run(["git", *command], cwd=course, env=env, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    course = tmp_path / "course"
    (lesson,) = (ROOT / "notebooks").glob("01_*.ipynb")
    for place in ("notebooks/01.ipynb", "solutions/01.ipynb", "01.ipynb"):
        (course / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(lesson, course / place)
    if kept:
        shutil.copy(ROOT / ".gitattributes", course)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "The course")
    for place in ("notebooks/01.ipynb", "solutions/01.ipynb", "01.ipynb"):
        same = git("show", f"HEAD:{place}") == lesson.read_bytes()
        assert same == kept, "it needs the line `*.ipynb -filter` in .gitattributes"


# make --------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix" or not shutil.which("make"), reason="no make here")
def test_make_lab_and_make_clean_touch_no_notebook(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "constraints.txt").touch()
    for folder in ("notebooks", "solutions", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"  # stands for the environment: only the recipe
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    (tmp_path / ".venv" / "installed").touch()
    written = [tmp_path / name for name in ("notebooks/01.ipynb", "solutions/01.ipynb")]
    for path in written:
        path.write_text("mine")
    for target in ("lab", "clean"):
        subprocess.run(["make", target], cwd=tmp_path, check=True, capture_output=True)
        assert [path.read_text() for path in written] == ["mine", "mine"]
    assert not python.exists()


FAKE = """#!/bin/sh
echo "$* user=$PIP_USER target=$PIP_TARGET" >> log
case "$*" in "-m venv"*) rm -rf .venv && mkdir -p .venv/bin && cp "$0" .venv/bin/python;; esac
"""


@pytest.fixture
def set_up(tmp_path):
    """`make lab` with a Python that only writes down what it is asked: a function -> its lines."""
    if os.name != "posix" or not shutil.which("make"):
        pytest.skip("no make here")
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "constraints.txt").touch()
    (tmp_path / "python").write_text(FAKE)
    (tmp_path / "python").chmod(0o755)

    def set_up(**env):
        (tmp_path / "log").write_text("")
        command = ["make", "lab", "PYTHON=./python"]
        subprocess.run(command, cwd=tmp_path, env=os.environ | env, check=True, capture_output=True)
        return (tmp_path / "log").read_text().splitlines()

    return set_up


def test_an_environment_whose_python_is_gone_is_made_again(set_up, tmp_path):
    """After an update of the system, or in a copy of the folder on another computer."""
    made, python = "-m venv --clear .venv", tmp_path / ".venv" / "bin" / "python"
    assert any(line.startswith(made) for line in set_up())
    assert not any("venv" in line or "-m pip" in line for line in set_up())  # it is whole
    python.unlink()
    python.symlink_to(tmp_path / "python3.11 that there once was")
    assert any(line.startswith(made) for line in set_up())
    python.write_text("#!/bin/sh\nexit 1\n")  # one of another version: it finds no pip
    assert any(line.startswith(made) for line in set_up())
    os.utime(tmp_path / "constraints.txt", (2**32, 2**32))  # new ones, for an environment in order
    assert any(line.startswith("-m venv .venv") for line in set_up())


def test_pip_installs_into_the_environment_whatever_it_is_told_elsewhere(set_up):
    lines = set_up(PIP_USER="1", PIP_TARGET="/elsewhere", PIP_PREFIX="/elsewhere")
    (installs,) = [line for line in lines if line.startswith("-m pip install")]
    assert installs.endswith("user=0 target=")


# A killed server, a full disk --------------------------------------------------------------------


def model(text):
    """A notebook with `text` in its one cell, as JupyterLab sends it to be saved."""
    nb = v4.new_notebook(cells=[v4.new_markdown_cell(text)])
    return {"type": "notebook", "format": "json", "content": nb}


def save(folder, text):
    asyncio.run(AsyncLargeFileManager(root_dir=str(folder)).save(model(text), "lesson.ipynb"))


def opened(folder):
    """What JupyterLab shows on opening the notebook again."""
    manager = AsyncLargeFileManager(root_dir=str(folder))
    return asyncio.run(manager.get("lesson.ipynb"))["content"]["cells"][0]["source"]


def run(folder, program, *before):
    """Run a program that may use this file's functions; `folder` is its first argument."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    env = os.environ | {"PYTHONPATH": paths, "JUPYTER_DATA_DIR": str(folder.parent / "data")}
    program = f"import sys\nfrom test_nothing_lost import *\nfolder = Path(sys.argv[1])\n{program}"
    command = [*before, sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


KILLED = """
save(folder, "old")

def half(nb, file, **_):
    file.write(nbformat.writes(nb)[:100])
    file.flush()
    os._exit(9)

nbformat.write = half
save(folder, "new")
"""


def test_a_server_killed_amid_a_save_leaves_the_last_version(tmp_path):
    """So does a kernel's end: a kernel writes no notebook, the server does."""
    folder = tmp_path / "course"
    folder.mkdir()
    assert run(folder, KILLED).returncode == 9
    with pytest.raises(ValueError):
        json.loads((folder / "lesson.ipynb").read_text("utf-8"))
    assert opened(folder) == "old"
    save(folder, "new")
    assert opened(folder) == "new"


FULL = """
import gc
from tornado.web import HTTPError
from tools import build_notebooks

old = "o" * 100_000
path = folder / "01_lesson.ipynb"
build_notebooks.replace(path, old)
try:
    build_notebooks.replace(path, "n" * 350_000)
except OSError as error:
    print(error)
assert path.read_text() == old and os.listdir(folder) == [path.name]
path.unlink()

save(folder, old)
for size in (350_000, 208_000):  # the last one is short by one block, found as the file is closed
    try:
        save(folder, "n" * size)
    except HTTPError as error:
        print(error.log_message)
    assert opened(folder) == old, size
gc.collect()  # what could not be written may still be open, and takes its room on the disk
(folder / "lesson.ipynb.invalid").unlink()
save(folder, "new")
assert opened(folder) == "new"
"""


def test_a_full_disk_leaves_the_last_version_and_is_named(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = 'mount -t tmpfs -o size=400k none "$0" && exec "$@"'
    small = ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, str(folder)]
    try:
        subprocess.run([*small, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        assert sys.platform != "linux" or "CI" not in os.environ, "user namespaces are needed"
        pytest.skip("a small file system can't be mounted here")
    done = run(folder, FULL, *small)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert len(told) == 3 and all("No space left on device" in line for line in told), told


def test_half_a_copy_is_none(tmp_path, monkeypatch):
    """`make notebooks --force` on a full disk: the original stays, no cut copy is left."""
    mine = tmp_path / "01_lesson.ipynb"
    mine.write_text("what a learner wrote")

    def full(source, copy):
        Path(copy).write_text("what a lea")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(build_notebooks.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left"):
        build_notebooks.keep_copy(mine)
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "what a learner wrote"
