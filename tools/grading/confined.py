"""How a submission is run and marked: a stranger's code, in a sandbox, judged from outside.

nbgrader runs its tests in the kernel that runs the submission, where the learner's code can replace
all that they rest on. Here the submission runs in a `Sandbox`: it sees programs, packages and the
course's `utils`, and can change none of them. It has a /tmp of its own, no network, none of the
teacher's files, no gradebook, no other submission. What comes out is JSON on a socket.

The tests run on this side, with an `Answer` in the place of the learner's function. It returns what
the function returned in the sandbox. The check that judges it and the mark are where no learner's
code runs. A mark says that the function is right; it can't say who wrote it, for the solutions are
public.
"""

import builtins
import contextlib
import copy
import glob
import html
import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import psutil
from nbformat import v4
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from tools.build_notebooks import ENVIRONMENT
from tools.grading.inside import LONGEST, MIME, plain

INSIDE = Path(__file__).with_name("inside.py")
START = 60  # seconds that a kernel has to start
LINE = 8_000_000  # bytes that may come out of the sandbox at once
ROOM = 20_000_000  # characters that the outputs of a notebook may have
PROCESSES = 64  # in one sandbox; four are there from the start
PULSE = 0.25  # seconds between two looks at a sandbox
SHOWN = {  # what a teacher's page may show: text, pictures, the HTML of the course's own figures
    "text/plain": r"(?s).*",
    "image/png": r"[\w+/=\n]*",
    "text/html": r'<figure style="[\w:; -]*"><img alt="[^"<>]*" width="\d+" style="[\w:;%-]*" '
    r'src="data:image/png;base64,[\w+/=]*"><figcaption style="[\w:;-]*">[^<>$\\]*'
    r"</figcaption></figure>",
}


class Lost(BaseException):
    """The kernel is gone. No `Exception`: checks take those for the learner's."""


class Confined(NbGraderPreprocessor):
    """Executes a submission in a sandbox and its tests here, in the place of nbgrader's `Execute`.

    A cell that ends the kernel, or doesn't end, is given up: a new kernel runs the cells before it
    once more and goes on behind it.
    """

    cell_seconds = Integer(60, help="for a cell, or for all calls by a test").tag(config=True)
    total_seconds = Integer(600, help="for a submission").tag(config=True)
    memory = Integer(4, help="GiB: a process's address space, what all take").tag(config=True)
    unconfined = Bool(False, help="no sandbox, limits only").tag(config=True)

    def preprocess(self, nb, resources):
        if not self.unconfined and (why := obstacle()):
            raise RuntimeError(why)
        course, names = self.parent.parent.coursedir, resources["nbgrader"]
        folder = course.format_path(course.source_directory, ".", names["assignment"])
        self.source = Path(folder).resolve()
        sys.path.insert(0, str(self.source))
        self.lesson = importlib.import_module(f"utils.checks.lesson{names['notebook'][:2]}")
        self.end = time.monotonic() + self.total_seconds
        self.sandbox, self.done = None, []  # the kernel, and what the next one begins with
        self.room = ROOM
        nb = rebuilt(nb, nbformat.read(self.source / f"{names['notebook']}.ipynb", 4))
        try:
            for cell in nb.cells:
                if cell.cell_type == "code":
                    cell.outputs = self.outputs(cell)
        finally:
            self.leave()
        return nb, resources

    def outputs(self, cell):
        name = test_of(cell)
        try:
            if name and crosses(exercise := getattr(self.lesson, name)):
                return self.judge(cell, exercise)
            outputs = [clean(output) for output in self.ask(cell.source)]
            if name:  # nbgrader's way, in there and on its word
                return [output for output in outputs if output.output_type == "error"]
            self.done.append(cell.source)
            self.room -= len(json.dumps(outputs))
            return outputs if self.room > 0 else []
        except Lost as lost:
            words = f"your {'function' if name else 'code'} {lost}"
            if name:  # the check below then says so, and puts the reference in its place
                self.done.append(f"def {name}(*_):\n    raise TimeoutError({words!r})")
            return [failure("Lost", words)]

    def judge(self, cell, exercise):
        """Run a test here. -> its outputs: an error, or none if the answer is right"""
        call = f"__import__('inside').answers({self.lesson.__name__!r}, {exercise.name!r})"
        try:
            (told,) = (out["data"][MIME] for out in self.ask(call) if MIME in out.get("data", ()))
            kind, calls = json.loads(told)
            answer = Answer(exercise, kind, calls) if calls else None
            answer = exercise.reference if kind == "reference" else answer
            with np.errstate(all="ignore"):
                exec(cell.source, {exercise.name: answer})
        except Exception as wrong:
            return [failure(type(wrong).__name__, str(wrong))]
        return []

    def ask(self, code):
        """What the kernel puts out for `code`; there is one from the first question on."""
        seconds = min(self.cell_seconds, self.end - time.monotonic())
        if seconds <= 0:
            raise Lost("was not run: the time for the notebook was up")
        limits = {"RLIMIT_AS": self.memory << 30, "RLIMIT_CPU": self.total_seconds}
        try:
            if self.sandbox is None:
                self.sandbox = Sandbox(self.source, limits, self.unconfined)
                for earlier in self.done:
                    self.sandbox.talk(earlier, seconds)
            return self.sandbox.talk(code, seconds)
        except Lost:
            self.leave()
            raise

    def leave(self):
        if self.sandbox:
            self.sandbox.close()
        self.sandbox = None


# The notebook ------------------------------------------------------------------------------------


def test_of(cell):
    """The name of the exercise that a cell of the assignment tests, if it is a test."""
    marks = cell.metadata.get("nbgrader", {})
    return marks["grade_id"].removeprefix("test_") if marks.get("grade") else None


def rebuilt(nb, source):
    """What a person wrote in `nb`, the kinds and texts of cells, with the tests of `source`.

    A test stands below the last definition of its function, before a check puts the reference in
    its place. Markdown that isn't the lesson's is shown as it was typed: no HTML of a stranger's,
    no links, no formulae, which can be links.
    """
    marked = {c.metadata.nbgrader.grade_id: c for c in source.cells if "nbgrader" in c.metadata}
    tests = [cell for cell in source.cells if test_of(cell)]
    lesson = {cell.source for cell in source.cells}
    cells = []
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader")
        name = str(marks.get("grade_id")) if isinstance(marks, dict) else ""
        if cell.cell_type != "code":
            text = cell.source if cell.source in lesson else f"<pre>{verbatim(cell.source)}</pre>"
            cells.append(v4.new_markdown_cell(text))
        elif marked.get(name) not in tests:
            cells.append(v4.new_code_cell(cell.source))
            cells[-1].metadata = marked.pop(name).metadata if name in marked else {}
    for test in tests:
        cells.insert(place(cells, test_of(test)), test)
    return v4.new_notebook(cells=cells, metadata=source.metadata)


def verbatim(text):
    return html.escape(text).replace("$", "&#36;").replace("\\", "&#92;")


def place(cells, name):
    """The index at which the test of the function `name` belongs among the cells."""
    code = [(i, cell.source) for i, cell in enumerate(cells) if cell.cell_type == "code"]
    defined = [i + 1 for i, text in code if re.search(rf"(?m)^[ \t]*def {name}\b", text)]
    checked = [i for i, text in code if f"check.{name}(" in text]
    return (defined[-1:] or checked[:1] or [len(cells)])[0]


def clean(output):
    """An output as a teacher's page may show it. What it claims to be is a stranger's word."""
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return v4.new_output("stream", name=name, text=text)
        case {"output_type": "error", "ename": str(name), "evalue": str(words), "traceback": [*_]}:
            lines = [str(line) for line in output["traceback"]]
            return v4.new_output("error", ename=name, evalue=words, traceback=lines)
    data = output.get("data")
    texts = [(k, v) for k, v in data.items() if isinstance(v, str)] if type(data) is dict else []
    shown = {k: v for k, v in texts if k in SHOWN and re.fullmatch(SHOWN[k], v)}
    return v4.new_output("display_data", data=shown)


def failure(name, words):
    return v4.new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"])


# The learner's function, from outside ------------------------------------------------------------


class Answer:
    """Stands for the learner's function: for a probe's arguments, it returns what that returned."""

    def __init__(self, exercise, kind, calls):
        self.probes, self.calls = [probe.args for probe in exercise.probes], calls
        if kind == "stub":
            self.__code__ = (lambda: None).__code__  # by which the check knows one

    def __call__(self, *args):
        unchanged = importlib.import_module("utils.checks").unchanged
        same = [all(map(unchanged, args, probe.values())) for probe in self.probes]
        calls = self.calls[same.index(True)]
        result = json.loads(calls.pop(0) if calls[1:] else calls[0], object_hook=restored)
        if "error" in result:
            name, words = (str(part)[:LONGEST] for part in result["error"])
            kind = getattr(builtins, name, None)
            known = isinstance(kind, type) and issubclass(kind, Exception)
            raise kind(words) if known else RuntimeError(f"{name}: {words}")
        for argument, changed in zip(args, result["changed"], strict=True):
            if changed and isinstance(argument, list):
                argument.clear()
            elif changed:
                argument += 1
        return result["value"]


def restored(data):
    """An object of JSON as the value that `inside.plain` made it of, or as a dict."""
    if "thing" in data:
        return type(data["thing"], (), {})()
    return np.array(data["array"]) if "array" in data else data


def crosses(exercise):
    """Is the exercise's answer data? A model, say, can be judged inside alone."""
    value = exercise.reference(*copy.deepcopy(exercise.probes[0].args).values())
    return '{"thing":' not in json.dumps(value, default=plain)


# The sandbox -------------------------------------------------------------------------------------


def walls(source):
    """The beginning of a command line: what follows sees next to nothing and can change nothing."""
    alone = "--unshare-user --disable-userns --unshare-all --uid 1000 --gid 1000 --cap-drop ALL"
    alone += " --new-session --die-with-parent"
    rooms = f"--proc /proc --dev /dev --size {2**28} --tmpfs /dev/shm --size {2**28} --tmpfs /tmp"
    seen = ["/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache"]
    seen += [sys.base_prefix, sys.prefix, str(INSIDE), f"{source}/utils"]
    binds = [word for path in seen for word in ("--ro-bind-try", path, path)]
    for fonts in glob.glob(f"{matplotlib.get_cachedir()}/fontlist*"):  # finding them takes seconds
        binds += ["--ro-bind", fonts, f"/tmp/matplotlib/{os.path.basename(fonts)}"]
    # For root outside, the system's switches in /proc/sys would open.
    rest = "--remount-ro /proc --remount-ro /dev --remount-ro / --chdir /tmp"
    return ["bwrap", *alone.split(), *rooms.split(), *binds, *rest.split()]


def obstacle():
    """Why there can be no sandbox on this machine, or None."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (on Debian and Ubuntu: apt install bubblewrap)"
    trial = subprocess.run([*walls(""), sys.executable, "-c", ""], capture_output=True)
    return f"bubblewrap does not work here: {trial.stderr.decode()}" if trial.returncode else None


class Sandbox:
    """A fresh kernel behind walls, or without them if `unconfined`."""

    def __init__(self, source, limits, unconfined):
        self.memory, self.watched = limits["RLIMIT_AS"], 0
        limits = limits | {"RLIMIT_FSIZE": 2**28, "RLIMIT_CORE": 0}
        environment = {"PYTHONPATH": f"{source}:{INSIDE.parent}"} | ENVIRONMENT
        if unconfined:
            environment, begin = os.environ | environment, []
        else:
            environment |= {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
            environment, begin = environment | {"MPLCONFIGDIR": "/tmp/matplotlib"}, walls(source)
            limits["RLIMIT_NPROC"] = 256  # outside, all that the teacher runs would count
        # The system lets root have more, and counts memory by the process: `watch` holds for all.
        self.folder = tempfile.TemporaryDirectory()
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [*begin, sys.executable, str(INSIDE), json.dumps(limits)],
                stdin=theirs,
                stdout=theirs,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self.folder.name,
                start_new_session=True,
            )
        try:
            self.talk(None, START)
        except Lost as lost:
            self.close()
            raise RuntimeError(f"the sandbox {lost}") from None

    def talk(self, code, seconds):
        """What comes out for `code`; for None, the sign that the kernel is ready."""
        end, line = time.monotonic() + seconds, bytearray()
        try:
            self.socket.settimeout(seconds)
            if code is not None:
                self.socket.sendall(json.dumps(code).encode() + b"\n")
            while not line.endswith(b"\n"):
                line += (piece := self.heard(end))
                if not piece or len(line) > LINE:
                    raise Lost("puts out too much" if piece else "ended the kernel")
            return [output for output in json.loads(line) if isinstance(output, dict)]
        except TimeoutError:
            raise Lost(f"did not come to an end within {seconds:.0f} seconds") from None
        except OSError:
            raise Lost("ended the kernel") from None
        except (ValueError, TypeError, RecursionError):
            raise Lost("put out what can't be read") from None

    def heard(self, end):
        """The next bytes from the sandbox, which is watched meanwhile."""
        while (left := end - time.monotonic()) > 0:
            if time.monotonic() - self.watched > PULSE:
                self.watch()
            self.socket.settimeout(min(left, PULSE))
            with contextlib.suppress(TimeoutError):
                return self.socket.recv(2**16)
        raise TimeoutError

    def watch(self):
        """Give up a sandbox with more processes than it may have, or with more memory."""
        family, memory = [], 0
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
        if len(family) > PROCESSES:
            raise Lost("starts too many processes")
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                memory += each.memory_info().rss
        if memory > self.memory:
            raise Lost("takes too much memory")
        self.watched = time.monotonic()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()
        self.socket.close()
        self.folder.cleanup()
