"""How a submission is run and marked: a stranger's code, in a sandbox, judged from outside.

nbgrader runs its tests in the kernel that runs the submission, where the learner's code can replace
all that they rest on. Here the submission runs in a `Sandbox`: it sees programs, packages and the
course's `utils`, and can change none of them. It has a /tmp of its own, no network, none of the
teacher's files, no gradebook, no other submission. What comes out is JSON on a socket.

The tests run on this side, with an `Answer` in the place of the learner's function. It returns what
the function returned in the sandbox. The check that judges it and the mark are where no learner's
code runs. A mark says that the function is right; it can't say who wrote it, for the solutions are
public.

Which function is it, of several with one name? Whatever a check of the lesson was called with
counts, as does what stands below each definition: if one of them is right, the exercise is. So
"Right" on the learner's page is the point in the marks, even if a copy of the stub comes later.
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

from tools.build_notebooks import ENVIRONMENT, without_links
from tools.grading.inside import LONGEST, MIME, plain
from tools.grading.intake import sound

INSIDE = Path(__file__).with_name("inside.py")
START = 60  # seconds that a kernel has to start
LINE = 8_000_000  # bytes that may come out of the sandbox at once
ROOM = 20_000_000  # characters that the outputs of a notebook may have
MOST = 30  # functions of one name that are looked at
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
        source = nbformat.read(self.source / f"{names['notebook']}.ipynb", 4)
        tests = [test_of(cell) for cell in source.cells if test_of(cell)]
        self.exercises = {name: getattr(self.lesson, name) for name in tests}
        self.crossing = [name for name, each in self.exercises.items() if crosses(each)]
        self.seen = {name: [] for name in tests}  # functions that may be the answer
        self.trouble = {}  # why there may be none
        listen = f"__import__('inside').listen({self.lesson.__name__!r}, {self.crossing!r})"
        self.sandbox, self.done = None, [listen]  # the kernel, and what the next one begins with
        self.room = ROOM
        nb = rebuilt(nb, source)
        try:
            self.run([cell for cell in nb.cells if cell.cell_type == "code"])
        finally:
            self.leave()
        return nb, resources

    def run(self, cells):
        """Run a notebook's code cells, then judge what was seen of each exercise."""
        looked = set()
        for cell in cells:
            if not (test := test_of(cell)):
                cell.outputs = self.outputs(cell)
            for name in [test] if test else self.defined(cell):
                if not (test and name in looked):
                    self.look("answers", name)
                    looked.add(name)
        for cell in cells:
            if name := test_of(cell):
                verdict = self.verdict(cell, name)
                if name in self.crossing and not (is_right(verdict) or self.is_lost(name)):
                    self.look("once_more", name)  # a helper may be defined further down
                    verdict = self.verdict(cell, name)
                cell.outputs = [v4.new_output("stream", name="stdout", text=verdict)]
                if not is_right(verdict):
                    cell.outputs = [failure("Verdict", verdict)]

    def outputs(self, cell):
        """Run a cell of the learner's. -> what a page may show of its outputs"""
        try:
            raw = self.ask(cell.source)
        except Lost as lost:
            self.trouble |= dict.fromkeys(self.defined(cell), f"Not yet: your code {lost}.")
            return [failure("Lost", f"your code {lost}")]
        self.hear(raw)
        outputs = [clean(output) for output in raw if MIME not in str(output.get("data"))]
        self.done.append(cell.source)
        for output in outputs:
            if output.output_type == "error":
                self.trouble |= dict.fromkeys(self.defined(cell), in_words(output))
        self.room -= len(json.dumps(outputs))
        return outputs if self.room > 0 else []

    def look(self, how, name):
        """Ask the kernel for what stands under the name of an exercise now, or stood earlier."""
        try:
            self.hear(self.ask(f"__import__('inside').{how}({name!r})"))
        except Lost as lost:
            words = f"your function {lost}"
            self.seen[name].append(["lost", [], words])
            # The check below then says so, and puts the reference in its place.
            self.done.append(f"def {name}(*_):\n    raise TimeoutError({words!r})")

    def hear(self, outputs):
        """Keep what the kernel tells of functions that may be answers."""
        for output in outputs:
            with contextlib.suppress(ValueError, TypeError, RecursionError, AttributeError):
                if told := (output.get("data") or {}).get(MIME):
                    name, kind, calls, verdict = json.loads(told)
                    about = [str(kind), calls, str(verdict)]
                    if about not in self.seen.get(name, [about]):
                        self.seen[name] = [*self.seen[name], about][-MOST:]

    def defined(self, cell):
        return [name for name in self.exercises if defines(cell.source, name)]

    def is_lost(self, name):
        return any(kind == "lost" for kind, _, _ in self.seen[name])

    def verdict(self, cell, name):
        """What the check says of the best function that was seen."""
        said, untouched = [], False
        for kind, calls, words in reversed(self.seen[name]):
            if kind in ("function", "stub"):
                words = self.judge(cell, name, kind, calls) if name in self.crossing else words
                if is_right(words):
                    return sound(words)
            if kind in ("stub", "reference") and words.startswith("Not attempted yet"):
                untouched = True
            else:
                said += [words] if kind != "nothing" else []
        if said:
            return sound(said[0])
        nothing = self.trouble.get(name, f"Not yet: no cell defines {name}.")
        return "Not attempted yet." if untouched else sound(nothing)

    def judge(self, cell, name, kind, calls):
        """Run a test here, on what a function returned inside. -> the verdict"""
        exercise, space = self.exercises[name], {}
        try:
            with np.errstate(all="ignore"):
                exec(cell.source, space := {name: Answer(exercise, kind, calls)})
        except Exception as wrong:
            return space.get("verdict", f"Not yet: {type(wrong).__name__}: {wrong}")
        return space["verdict"]

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
                    self.hear(self.sandbox.talk(earlier, seconds))
            return self.sandbox.talk(code, seconds)
        except Lost:
            self.leave()
            raise

    def leave(self):
        if self.sandbox:
            self.sandbox.close()
        self.sandbox = None


def is_right(verdict):
    return verdict.startswith("Right: ")


# The notebook ------------------------------------------------------------------------------------


def test_of(cell):
    """The name of the exercise that a cell of the assignment tests, if it is a test."""
    marks = cell.metadata.get("nbgrader", {})
    return marks["grade_id"].removeprefix("test_") if marks.get("grade") else None


def rebuilt(nb, source):
    """What a person wrote in `nb`, the kinds and texts of cells, with the tests of `source`.

    A test stands below the last definition of its function. Markdown that isn't the lesson's is
    shown as it was typed: no HTML of a stranger's, no links, no formulae, which can be links.
    """
    marked = {c.metadata.nbgrader.grade_id: c for c in source.cells if "nbgrader" in c.metadata}
    tests = [cell for cell in source.cells if test_of(cell)]
    lesson = {cell.source.rstrip() for cell in source.cells}
    cells = []
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader")
        name = str(marks.get("grade_id")) if isinstance(marks, dict) else ""
        if cell.cell_type != "code":
            text = without_links(cell.source.rstrip())  # as in the release
            text = text if text in lesson else f"<pre>{verbatim(cell.source)}</pre>"
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
    defined = [i + 1 for i, text in code if defines(text, name)]
    checked = [i for i, text in code if f"check.{name}(" in text]
    return (defined[-1:] or checked[:1] or [len(cells)])[0]


def defines(source, name):
    return re.search(rf"(?m)^[ \t]*def {name}\b", source) is not None


def in_words(error):
    """Why a cell that failed has defined nothing."""
    name, words = error.ename, " ".join(error.evalue.split())[:LONGEST]
    if name in ("SyntaxError", "IndentationError", "TabError"):
        words = re.sub(r" ?\((?:.*, )?(line \d+)\)$", r" (\1)", words)
        return f"Not yet: your cell is no Python, so nothing in it was run: {name}: {words}."
    return f"Not yet: your cell failed before it had defined the function: {name}: {words}."


def clean(output):
    """An output as a teacher's page may show it. What it claims to be is a stranger's word."""
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return v4.new_output("stream", name=name, text=sound(text))
        case {"output_type": "error", "ename": str(name), "evalue": str(words), "traceback": [*_]}:
            lines = [sound(str(line)) for line in output["traceback"]]
            name, words = sound(name), sound(words)
            return v4.new_output("error", ename=name, evalue=words, traceback=lines)
    data = output.get("data")
    texts = data.items() if type(data) is dict else []
    texts = [(k, sound(v)) for k, v in texts if isinstance(v, str)]
    shown = {k: v for k, v in texts if k in SHOWN and re.fullmatch(SHOWN[k], v)}
    return v4.new_output("display_data", data=shown)


def failure(name, words):
    return v4.new_output("error", ename=name, evalue=words, traceback=[words])


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
    for fonts in known_fonts():
        binds += ["--ro-bind", fonts, f"/tmp/matplotlib/{os.path.basename(fonts)}"]
    if os.path.isdir("/usr/local/etc"):  # where IPython would look for settings
        binds += ["--tmpfs", "/usr/local/etc"]
    # For root outside, the system's switches in /proc/sys would open.
    rest = "--remount-ro /proc --remount-ro /dev --remount-ro / --chdir /tmp"
    return ["bwrap", *alone.split(), *rooms.split(), *binds, *rest.split()]


def known_fonts():
    """The files in which Matplotlib keeps what fonts there are: finding them takes seconds."""
    return glob.glob(f"{glob.escape(matplotlib.get_cachedir())}/fontlist*")


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
        self.folder = tempfile.TemporaryDirectory()
        home, begin = (self.folder.name, []) if unconfined else ("/tmp", walls(source))
        if unconfined:
            font_list = Path(home, "matplotlib")
            font_list.mkdir()
            for fonts in known_fonts():
                shutil.copy(fonts, font_list)
        else:
            limits["RLIMIT_NPROC"] = 256  # outside, all that the teacher runs would count
        # The system lets root have more, and counts memory by the process: `watch` holds for all.
        environment = (
            ENVIRONMENT
            | {  # nothing of the teacher's: a mark depends on the answer alone
                "PYTHONPATH": f"{source}:{INSIDE.parent}",
                "PYTHONNOUSERSITE": "1",
                "PATH": "/usr/bin:/bin",
                "HOME": home,
                "TMPDIR": home,
                "LANG": "C.UTF-8",
                "TZ": "UTC",
                "MPLBACKEND": "agg",
                "MPLCONFIGDIR": f"{home}/matplotlib",
            }
        )
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
