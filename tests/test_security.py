"""Only this machine reaches JupyterLab, nothing runs what a file holds, nothing asks the network.

That every pin has a hash, tests/test_house.py holds.
"""

import ast
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tools import licences

ROOT = Path(__file__).resolve().parent.parent
UTILS, TOOLS = (sorted((ROOT / folder).rglob("*.py")) for folder in ("utils", "tools"))
SOURCES = [*UTILS, *TOOLS, *sorted((ROOT / "deploy").glob("*.py"))]
LESSONS = sorted((ROOT / "solutions").glob("*.ipynb"))


def code_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


# JupyterLab, started as `make lab` starts it ------------------------------------------------------


def lab_command():
    """The command of `make lab`, as the Makefile has it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lab:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    return recipe.replace("$(PY)", sys.executable).split()


@contextlib.contextmanager
def lab(folder, port):
    """JupyterLab, without a browser and with folders of its own; what it says of itself."""
    kinds = ("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR")
    env = os.environ | {f"JUPYTER_{kind}": str(folder / kind) for kind in kinds}
    for name in ("JUPYTER_TOKEN", "JPY_API_TOKEN"):
        env.pop(name, None)
    more = ["--no-browser", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            [*lab_command(), *more], cwd=ROOT, env=env, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield told_by(folder, server)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def told_by(folder, server):
    """What the server writes into its runtime folder once it listens."""
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        for path in (folder / "RUNTIME_DIR").glob("jpserver-*.json"):
            with contextlib.suppress(ValueError):  # not yet all of it
                return json.loads(path.read_text())
        time.sleep(0.1)
    pytest.fail((folder / "log").read_text()[-2000:])


def status(address):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return direct.open(address, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.skipif(os.name != "posix", reason="processes are ended by signals here")
def test_two_labs_side_by_side_are_for_this_machine_and_for_who_has_the_token(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with lab(folders[0], port) as one, lab(folders[1], port) as two:
        assert one["port"] == port != two["port"]  # the second looks for a port of its own
        assert one["token"] != two["token"]
        for server in (one, two):
            assert len(server["token"]) >= 40 and not server["password"]
            address = f"http://127.0.0.1:{server['port']}/api/contents"
            assert status(address) == 403
            assert status(f"{address}?token={'0' * 48}") == 403
            assert status(f"{address}?token={server['token']}") == 200
            assert server["hostname"] == "127.0.0.1"
            with pytest.raises(OSError):  # another address of this machine, as a neighbour's
                socket.create_connection(("127.0.0.2", server["port"]), timeout=5).close()


# What the course's own code never does ------------------------------------------------------------

# They run lines that stand in the course's own files, or, walled in, what a student handed in.
RUNS_CODE = {
    "utils/bug_zoo.py": "a copy of its own `backward` with a bug in it",
    "utils/checks/engine.py": "the course's own answer with a known mistake or a slip in it",
    "utils/checks/mends.py": "the learner's own answer with one thing changed in it",
    "utils/checks/slips.py": "the course's own answer with a slip in it",
    "tools/claims.py": "the lessons' own cells, with other seeds",
    "tools/bench/checks.py": "strangers' answers, which lie in tests/answers/, and lessons' cells",
    "tools/reading/sheets.py": "the lessons' own cells, for the pictures of their explorers",
    "tools/grading/confined.py": "a student's cell, by a process without files and network",
    "tools/mutants.py": "imports what the tests import",
}
RUNNING = {"exec", "eval", "compile", "__import__"}
FORBIDDEN = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
NETWORK = {"urllib.request", "requests", "http.client", "httpx", "socket", "ftplib", "aiohttp"}


def calls(tree):
    """Every call, as its name is written, with its keyword arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            keywords = {k.arg: ast.unparse(k.value) for k in node.keywords}
            yield ast.unparse(node.func), keywords


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", SOURCES + LESSONS, ids=name_of)
def test_no_file_can_make_the_course_run_what_it_holds(path):
    tree = ast.parse(code_of(path))
    assert not FORBIDDEN & {name.partition(".")[0] for name in imports(tree)}
    for name, keywords in calls(tree):
        last = name.rpartition(".")[2]
        assert name not in RUNNING or name_of(path) in RUNS_CODE, f"{name} in {path.name}"
        assert last not in ("read_pickle", "to_pickle", "unsafe_load", "load_model"), name
        assert name not in ("yaml.load", "os.system", "os.popen"), name
        assert keywords.get("allow_pickle", "False") == "False"
        assert keywords.get("shell", "False") == "False"


def test_each_reason_to_run_code_still_holds():
    for name in RUNS_CODE:
        assert RUNNING & {call for call, _ in calls(ast.parse(code_of(ROOT / name)))}, name


@pytest.mark.parametrize("path", UTILS + LESSONS, ids=name_of)
def test_nothing_that_a_learner_runs_asks_the_network(path):
    code = re.sub(r"^# !git clone .*$", "", code_of(path), flags=re.MULTILINE)  # a comment
    assert not NETWORK & set(imports(ast.parse(code)))
    assert not re.search(r"https?://|\bget_file\b|!\s*(pip|curl|wget)\b|%pip\b", code)


def test_no_page_of_the_explorers_asks_the_network():
    for name in ("explore.js", "explore.css"):
        text = (ROOT / "utils" / "explore" / name).read_text(encoding="utf-8")
        text = text.replace("http://www.w3.org/", "")  # the names of SVG and MathML, no addresses
        assert not re.search(r"https?:|//\w+\.|\bfetch\(|XMLHttpRequest|WebSocket|@import", text)


def test_a_lesson_runs_without_a_network(tmp_path):
    """In a namespace that has none, not even a loopback address but the one it sets up itself."""
    alone = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up; exec "$@"', "-"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no namespace without a network can be made here")
    if not shutil.which("ip"):
        pytest.skip("no `ip` here, and a kernel needs the loopback address")
    (lesson,) = (ROOT / "solutions").glob("01_*.ipynb")
    tried = 'import socket; socket.create_connection(("192.0.2.1", 80), timeout=5)'
    closed = subprocess.run([*alone, sys.executable, "-c", tried], capture_output=True, text=True)
    assert "unreachable" in closed.stderr
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(lesson)]
    done = subprocess.run([*alone, *command], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]


# Licences -----------------------------------------------------------------------------------------

FREE = re.compile(
    r"(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|0BSD|CC0|Unlicense)\b"
)


def test_everything_installed_is_listed_with_a_free_licence():
    text = licences.LIST.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| ([\d.]\S*) \| (.*) \|$", text, re.MULTILINE)
    assert {name: version for name, version, _ in rows} == licences.pinned(), "run `make licences`"
    for name, _, licence in rows:
        parts = re.split(r" AND | OR ", licence)
        assert all(FREE.search(part) for part in parts), f"{name}: {licence!r}"


def test_licences_are_read_where_packages_state_them():
    assert licences.licence("numpy") and licences.licence("jupyterlab") == "BSD License"
    assert licences.licence("no-such-package") == ""
