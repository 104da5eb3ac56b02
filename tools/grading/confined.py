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

import base64
import builtins
import contextlib
import copy
import html
import importlib
import json
import re
import struct
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
from nbformat import v4
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from tools.build_notebooks import without_links
from tools.grading.inside import LONGEST, MIME, plain
from tools.grading.intake import sound
from tools.grading.sandbox import Lost, Sandbox

ROOM = 20_000_000  # characters that the outputs of a notebook may have
TOLD = 60_000_000  # characters that the answers of a notebook may have
PADDED = 10_000_000  # characters of texts in one answer, were they all as long as the longest
WIDEST = 4000  # pixels of a picture, either way
MOST = 30  # functions of one name that are looked at
SHOWN = {  # what a teacher's page may show: text, pictures, the HTML of the course's own figures
    "text/plain": r"(?s).*",
    "image/png": r"(?P<png>[\w+/=\n]*)",
    "text/html": r'<figure style="margin:6px 0;max-width:\d{1,4}px"><img alt="TEXT" '
    r'width="\d{1,4}" style="max-width:100%;height:auto" '
    r'src="data:image/png;base64,(?P<png>[\w+/=]*)">'
    r'<figcaption style="margin-top:4px">TEXT</figcaption></figure>',
}
# Entities are those that escaping makes: others may stand for $ and \, and make a formula a link.
SHOWN["text/html"] = SHOWN["text/html"].replace(
    "TEXT", r"(?:[^<>&\"$\\]|&(?:amp|lt|gt|quot|#x27);)*"
)


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
        self.room, self.told = ROOM, TOLD
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
                    self.told -= len(told)
                    if self.told < 0:
                        continue
                    name, kind, calls, verdict = json.loads(told)
                    about = [str(kind), calls, str(verdict)[:LONGEST]]
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
            elif kind != "nothing" and not is_right(words):  # the kernel has no say in that
                said.append(words)
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
        limits = {"RLIMIT_AS": self.memory << 30, "RLIMIT_CPU": self.total_seconds}
        try:
            if self.sandbox is None:
                left = self.seconds_left(self.total_seconds)
                self.sandbox = Sandbox(self.source, limits, self.unconfined, left)
                for earlier in self.done:
                    self.hear(self.sandbox.talk(earlier, self.seconds_left(self.cell_seconds)))
            return self.sandbox.talk(code, self.seconds_left(self.cell_seconds))
        except Lost:
            self.leave()
            raise

    def seconds_left(self, most):
        left = min(most, self.end - time.monotonic())
        if left <= 0:
            raise Lost("was not run: the time for the notebook was up")
        return left

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
    found = {k: re.fullmatch(SHOWN[k], v) for k, v in texts if k in SHOWN}
    shown = {k: match[0] for k, match in found.items() if match and is_small(**match.groupdict())}
    return v4.new_output("display_data", data=shown)


def is_small(png=None):
    """Has a picture few pixels? In a small file there may be more than a browser can bear."""
    if png is None:
        return True
    try:
        head = base64.b64decode(png[:64].replace("\n", "")[:44])
        return max(struct.unpack(">II", head[16:24])) <= WIDEST
    except (ValueError, struct.error):
        return False


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
        text = calls.pop(0) if calls[1:] else calls[0]
        if padded(json.loads(text)) > PADDED:
            raise ValueError("texts as long as that are no answer")
        result = json.loads(text, object_hook=restored)
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


def padded(data):
    """How many characters an array of all texts in `data` takes: each as many as the longest."""
    count, longest, heap = 0, 0, [data]
    while heap:
        match heap.pop():
            case str(text):
                longest = max(longest, len(text))
            case list(some):
                count += len(some)
                heap += some
            case dict(some):
                heap += some.values()
    return count * longest


def restored(data):
    """An object of JSON as the value that `inside.plain` made it of, or as a dict."""
    if "thing" in data:
        return type(data["thing"], (), {})()
    for kind in (slice, range):
        if kind.__name__ in data:
            return kind(*data[kind.__name__])
    if isinstance(data.get("array"), np.ndarray):  # which `plain` makes of none
        raise ValueError("an array of an array is no answer")
    return np.array(data["array"]) if "array" in data else data


def crosses(exercise):
    """Is the exercise's answer data? A model, say, can be judged inside alone."""
    value = exercise.reference(*copy.deepcopy(exercise.probes[0].args).values())
    return '{"thing":' not in json.dumps(value, default=plain)
