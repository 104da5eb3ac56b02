"""The lessons as lessons.toml lists them, and the maps that are written from it (`make maps`)."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.build_notebooks import LessonError, canonical, exit_with_words, parse, some_lessons
from tools.claims import SMALL

ROOT = Path(__file__).resolve().parent.parent
HEAD = "| | lesson | afterwards you can | minutes | exercises |\n|---|---|---|---|---|\n"
MAP = re.compile(re.escape(HEAD) + r"(?:\|.*\|\n?)*")
COUNT = re.compile(r"\w+(?= interactive lessons)")
FRONT = "solutions/00_start_here.ipynb"


@dataclass(frozen=True)
class Lesson:
    file: str  # "04_lstm"
    title: str
    able: str  # what one can do afterwards
    minutes: int
    exercises: int  # minutes on top
    numpy_alone: bool = False
    draft: bool = False

    @property
    def number(self):
        return self.file[:2]

    @property
    def heading(self):
        """The lesson's first line: "# 4 · LSTM"."""
        return f"# {int(self.number)} · {self.title}" if int(self.number) else f"# {self.title}"

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
    drafts = {lesson.file for lesson in table(root) if lesson.draft}
    return [path for path in some_lessons(root) if path.stem not in drafts]


def maps(root=ROOT):
    """{file: its text as lessons.toml has it} for each file that names all lessons."""
    ready = released(root)
    readme, citation = ((root / n).read_text("utf-8") for n in ("README.md", "CITATION.cff"))
    front = parse((root / FRONT).read_text("utf-8"))
    for cell in front.cells:
        cell.source = MAP.sub(lambda _: _map(ready[1:], ""), cell.source)
    count = SMALL.split()[len(ready) - 1].capitalize()  # lesson 0 is the front page
    return {
        "README.md": MAP.sub(lambda _: _map(ready, "notebooks/"), readme),
        "CITATION.cff": COUNT.sub(count, citation),
        FRONT: canonical(front),
    }


def _map(lessons, folder):
    return HEAD + "".join(lesson.row(folder) + "\n" for lesson in lessons)


if __name__ == "__main__":
    with exit_with_words():
        for name, text in maps().items():
            (ROOT / name).write_text(text, "utf-8", newline="\n")
