"""A lesson on a bad day: odd machines, odd folders, a kernel that is killed in mid-training.

A killed server, a full disk and updates are in tests/test_nothing_lost.py.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from utils.series import load_series

ROOT = Path(__file__).resolve().parent.parent
ODD = Path("Kurs für alle", "rnn ß")  # what people call their folders


def copy_course(folder):
    """What running a lesson takes, in `folder`."""
    (folder / "solutions").mkdir(parents=True)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=unwanted)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (lesson,) = (ROOT / "solutions").glob("00_*.ipynb")
    shutil.copy(lesson, folder / "solutions")
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "sanitize.cfg", folder / "tests")
    return folder / "solutions" / lesson.name


def state(folder):
    """Every file below `folder`, and what is in it."""
    files = (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def strict(lesson, env, *before):
    """Execute `lesson` and compare it with what is stored in it, as `make test` does."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(lesson)]
    folder = lesson.parent.parent
    done = subprocess.run(
        [*before, *command], cwd=folder, env=env, capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-3000:]


def test_a_lesson_on_a_machine_where_everything_is_different(tmp_path):
    """All at once, since each alone changes nothing: if this fails, take away one by one."""
    lesson = copy_course(tmp_path / ODD)
    home, other = tmp_path / "home", tmp_path / "other"
    startup = home / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    code = "import locale\nimport math as np\nslider = print\nlocale.setlocale(locale.LC_ALL, '')\n"
    code += f"open({str(home / 'point')!r}, 'w').write(locale.localeconv()['decimal_point'])\n"
    (startup / "00.py").write_text(code)
    german = home / "de_DE.UTF-8"  # where 1,5 is one and a half
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", str(german)], capture_output=True
    )
    (home / ".config" / "matplotlib").mkdir(parents=True)
    style = "figure.dpi: 300\naxes.grid: False\nfont.size: 30\ntext.usetex: True\n"
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text(style)
    (other / "utils").mkdir(parents=True)
    (other / "utils" / "__init__.py").write_text("raise ImportError('the wrong utils')")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(other),
        "LC_CTYPE": "C",  # where Python would take its output for ASCII, ...
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii:replace",  # ... but for pytest's own report
        "LOCPATH": str(home),
        "LC_NUMERIC": "de_DE.UTF-8" if made and german.exists() else "C",
        "TZ": "Pacific/Kiritimati",  # 14 hours ahead
        "OPENBLAS_NUM_THREADS": "8",
        "DISPLAY": ":99",
        "MPLBACKEND": "TkAgg",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    strict(lesson, env)
    assert (home / "point").read_text() == ("," if made and german.exists() else ".")


def test_a_lesson_in_a_folder_where_nothing_can_be_written(tmp_path, tmp_path_factory):
    """Neither in the checkout nor at home. Jupyter finds another place for what it keeps, and so
    does Matplotlib, which says so in red: here it is given one."""
    lesson, cache = copy_course(tmp_path / "course"), tmp_path_factory.mktemp("matplotlib")
    (tmp_path / "home").mkdir()
    obedient = []  # root writes wherever it likes, unless it gives that up
    if os.name == "posix" and os.getuid() == 0:
        less = "-dac_override,-dac_read_search"
        obedient = ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}"]
    folders = [p for p in (tmp_path, *tmp_path.rglob("*")) if p.is_dir()]
    try:
        for folder in folders:
            folder.chmod(0o555)
        tried = subprocess.run([*obedient, "touch", str(tmp_path / "new")], capture_output=True)
        if tried.returncode == 0 or b"denied" not in tried.stderr.lower():
            pytest.skip("no folder can be made read-only here")
        before = state(tmp_path)
        env = os.environ | {"HOME": str(tmp_path / "home"), "MPLCONFIGDIR": str(cache)}
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "PYTHONDONTWRITEBYTECODE"):
            env.pop(name, None)
        strict(lesson, env, *obedient)
        assert state(tmp_path) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)


TRAINING = """
import sys
sys.path.insert(0, "..")
from utils.data import remember_first
from utils.layers import LSTM, Dense, Last, Sequential
from utils.training import Adam, binary_cross_entropy, minibatches, train
model = Sequential([LSTM(8, 1), Last(), Dense(1, 8)])
batches = minibatches(*remember_first(100, 20), 10, epochs=1_000_000)
open({started!r}, "w").close()
train(model, batches, binary_cross_entropy, Adam())
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal here")
def test_a_kernel_killed_in_mid_training_leaves_everything_as_it_was(tmp_path):
    lesson, started = copy_course(tmp_path / "course"), tmp_path / "started"
    before = state(tmp_path)
    manager, client = start_new_kernel(cwd=str(lesson.parent))
    try:
        client.execute(TRAINING.format(started=str(started)))
        end = time.monotonic() + 60
        while not started.exists() and time.monotonic() < end:
            time.sleep(0.05)
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.05)
        started.unlink()
        assert not manager.is_alive() and state(tmp_path) == before
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive("import sys; sys.path.insert(0, '..'); import utils")
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def first_cell(lesson):
    cells = nbformat.read(lesson, 4).cells
    return next(cell.source for cell in cells if cell.cell_type == "code")


def run_in(folder, code):
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


LESSONS = sorted((ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_that_stands_alone_says_how_to_get_the_course(tmp_path, lesson):
    """The README has this message, and what to do."""
    told = run_in(tmp_path, first_cell(lesson)).stderr
    missing = "The course isn't in a folder above"
    assert missing in told.splitlines()[-1] and "The comment in this cell says how" in told
    assert missing in (ROOT / "README.md").read_text(encoding="utf-8")
    (pin,) = re.findall(r"^anywidget==\S+", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    line = rf"^# !git clone -q https://github.com/\S+ course && pip install -q {pin}$"
    assert re.search(line, first_cell(lesson), re.MULTILINE)


@pytest.mark.parametrize("folder", [".", "notebooks", "utils/series"])
def test_a_lesson_finds_the_course_above_wherever_it_is_started(folder):
    code = f"{first_cell(LESSONS[0])}\nprint(figures.__file__)"
    assert str(ROOT / "utils") in run_in(ROOT / folder, code).stdout


def test_a_copied_lesson_runs_beside_the_course_it_has_fetched(tmp_path):
    """As in Colab, where the line in its first cell makes the folder `course`."""
    nb = nbformat.read(LESSONS[0], 4)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "utils", tmp_path / "course" / "utils", ignore=unwanted)
    nb.cells.append(nbformat.v4.new_code_cell("print(figures.__file__)"))
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    client = NotebookClient(nb, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=env)
    assert nb.cells[-1].outputs[0].text.startswith(str(tmp_path / "course"))


PRINTS = """
import numpy as np
from utils.checks import lesson01
from utils.forecasting import Scoreboard
board = Scoreboard(np.ones((2, 1)), 1.0)
for name in board.BASELINES: board.add(name, np.zeros((2, 1)))
print(board)
lesson01.rnn_step(lambda x_t, h_prev, W_x, W_h, b: -np.tanh(x_t @ W_x + h_prev @ W_h + b))
lesson01.weight_for_half_life(lambda steps: 0.2 + 0.1 / steps)  # leaves a power of ten
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_what_checks_and_boards_print_fits_any_terminal(encoding):
    env = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PRINTS], cwd=ROOT, env=env, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
def test_make_knows_its_way_in_an_odd_folder(tmp_path):
    folder = tmp_path / ODD
    folder.mkdir(parents=True)
    (folder / "tests").mkdir()
    for name in ("Makefile", "constraints.txt", "tests/constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", "lab", "notebooks", "ARGS=01"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "tools/build_notebooks.py 01" in done.stdout
    assert str(folder) not in done.stdout  # every path is relative: no blank needs a quote


@pytest.mark.parametrize("name", ["a" * 5000, "~nobody-here/a.csv", "a\0b", "", ".", "co2.csv"])
def test_a_file_that_is_none_is_told(name):
    with pytest.raises(FileNotFoundError, match="name_or_path must be one of .* or a CSV file"):
        load_series(name)


def test_a_number_too_large_for_a_float_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("v\n1\n1e999\n")
    with pytest.raises(ValueError, match=r"line 3, column 'v': '1e999' is too large a number"):
        load_series(tmp_path / "a.csv")
