"""The lessons as lessons.toml lists them, and the maps that are written from it (`make maps`)."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tools.build_notebooks import LessonError, canonical, exit_with_words, parse, some_lessons
from tools.claims import SMALL
from tools.public import drafts

ROOT = Path(__file__).resolve().parent.parent
HEAD = "| | lesson | afterwards you can | minutes | exercises |\n|---|---|---|---|---|\n"
NEEDS = "| lesson | needs | of mathematics |\n|---|---|---|\n"
MAP = re.compile(re.escape(HEAD) + r"(?:\|.*\|\n?)*")
FRONT = "solutions/00_start_here.ipynb"


@dataclass(frozen=True)
class Lesson:
    file: str  # "04_lstm"
    title: str
    able: str  # what one can do afterwards
    minutes: int
    exercises: int  # minutes on top
    needs: dict = field(default_factory=dict)  # {"1": "what of lesson 1"}
    mathematics: str = ""
    numpy_alone: bool = False
    draft: bool = False

    @property
    def number(self):
        return self.file[:2]

    @property
    def heading(self):
        """The lesson's first line: "# 4 · LSTM"."""
        return f"# {int(self.number)} · {self.title}" if int(self.number) else f"# {self.title}"

    @property
    def lessons_needed(self):
        """As its opening and TEACHING.md name them: "lesson 1 (shapes), lesson 2 (Adam)"."""
        return ", ".join(f"lesson {number} ({what})" for number, what in self.needs.items())

    @property
    def opening(self):
        """What stands in its first cell after **You need**."""
        known = f" Of mathematics: {self.mathematics}." if self.mathematics else ""
        return f"{self.lessons_needed}.{known}" if self.needs else ""

    def row(self, folder=""):
        """Its line in a map."""
        name = f"[{self.title}]({folder}{self.file}.ipynb)"
        minutes = f"{self.minutes} | {self.exercises or ''}".rstrip()
        return f"| {int(self.number)} | {name} | {self.able} | {minutes} |"


def table(root=ROOT):
    """Every lesson, drafts included; none where there is no lessons.toml."""
    path = root / "lessons.toml"
    rows = tomllib.loads(path.read_text("utf-8"))["lesson"] if path.exists() else []
    try:
        return [Lesson(**row) for row in rows]
    except TypeError as error:  # names the key that is missing, or not known
        problem = str(error).removeprefix("Lesson.__init__() ")
        raise LessonError(f"lessons.toml: {problem}") from None


def released(root=ROOT):
    """The rows of all lessons that are no drafts."""
    return [lesson for lesson in table(root) if not lesson.draft]


def paths(root=ROOT):
    """The complete editions of all lessons that are no drafts, of which there have to be some."""
    return [path for path in some_lessons(root) if path.stem not in drafts(root)]


def maps(root=ROOT):
    """{file: its text as lessons.toml has it} for each file that names or counts all lessons."""
    ready, texts = released(root), {}
    for name, pairs in sentences(ready, root).items():
        texts[name] = (root / name).read_text("utf-8")
        for pattern, words in pairs.items():
            texts[name] = re.sub(pattern, words, texts[name], flags=re.M)
    texts["README.md"] = MAP.sub(lambda _: _map(ready, "notebooks/"), texts["README.md"])
    front = parse((root / FRONT).read_text("utf-8"))
    for cell in front.cells:
        cell.source = MAP.sub(lambda _: _map(ready[1:], ""), cell.source)
    return texts | {FRONT: canonical(front)}


def sentences(ready, root=ROOT):
    """{file: {what stands in it: what is to stand there}}"""
    count = SMALL.split()[len(ready) - 1].capitalize()  # lesson 0 is the front page
    *first, last = [str(int(lesson.number)) for lesson in ready[1:] if lesson.numpy_alone]
    alone = f"Lessons {', '.join(first)} and {last} use NumPy alone"
    needs = [f"| {int(n.number)} | {n.lessons_needed} | {n.mathematics} |\n" for n in ready[1:]]
    newest = re.search(r"^## (\S+), (.+)$", (root / "CHANGELOG.md").read_text("utf-8"), re.M)
    day = datetime.strptime(newest[2], "%d %B %Y").date()
    return {
        "README.md": {r"Lessons [\d, and]+ use NumPy alone": alone},
        "TEACHING.md": {
            r"\w+ weeks, a lesson a week": f"{count} weeks, a lesson a week",
            re.escape(NEEDS) + r"(?:\|.*\|\n)*": NEEDS + "".join(needs),
        },
        "CITATION.cff": {
            r"\w+ interactive lessons": f"{count} interactive lessons",
            "^version: .+$": f"version: {newest[1]}",
            "^date-released: .+$": f"date-released: {day}",
        },
    }


def _map(lessons, folder):
    return HEAD + "".join(lesson.row(folder) + "\n" for lesson in lessons)


if __name__ == "__main__":
    with exit_with_words():
        for name, text in maps().items():
            (ROOT / name).write_text(text, "utf-8", newline="\n")
