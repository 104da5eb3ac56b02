"""Make the skeleton of a lesson (`make lesson NN=97 NAME=probe`): a draft that passes every test.

Its parts are the files of tools/skeleton/, with NN, NAME and NUMBER filled in. What is to be
written by hand is marked TODO NN.
"""

import argparse
import re
import subprocess
import sys

from tools import build_notebooks as build
from tools.build_notebooks import LessonError
from tools.lessons import ROOT, table

SKELETON = ROOT / "tools" / "skeleton"
PARTS = {
    "lesson.ipynb": "solutions/NN_NAME.ipynb",
    "checks.py": "utils/checks/lessonNN.py",
    "answers.py": "tests/answers/lessonNN.py",
    "claims.toml": "tests/claims/NN.toml",
    "figure.py": "utils/figures/NAME.py",
}
FIGURES = "utils/figures/__init__.py"


def filled(text, number, name):
    return text.replace("NUMBER", str(int(number))).replace("NN", number).replace("NAME", name)


def write(number, name, root=ROOT):
    """Write the skeleton of a lesson. -> the files, one for each part, and lessons.toml"""
    if not re.fullmatch(r"\d\d", number):
        raise LessonError(f"NN must be two digits, such as 07, got {number!r}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise LessonError(f"NAME must be lower-case letters, digits and _, got {name!r}")
    if number in [lesson.number for lesson in table(root)]:
        raise LessonError(f"NN must be a number that is free: there is a lesson {number}")
    parts = {part: root / filled(place, number, name) for part, place in PARTS.items()}
    if there := [str(path.relative_to(root)) for path in parts.values() if path.exists()]:
        raise LessonError(f"NAME must be another: there is {', '.join(there)}")
    for part, path in parts.items():
        path.write_text(filled((SKELETON / part).read_text("utf-8"), number, name), "utf-8")
    head, *rows = re.split(r"(?m)^(?=\[\[lesson\]\]$)", (root / "lessons.toml").read_text("utf-8"))
    rows = [row.rstrip() + "\n" for row in rows]
    rows.append(filled((SKELETON / "row.toml").read_text("utf-8"), number, name))
    rows.sort(key=lambda row: re.search('file = "(..)', row)[1])
    (root / "lessons.toml").write_text(head + "\n".join(rows), "utf-8")
    figures, line = root / FIGURES, f"from utils.figures.{name} import *"
    text = figures.read_text("utf-8")
    imports = re.findall(r"^from utils\.figures\.\w+ import \*$", text, re.M)
    text = text.replace("\n".join(imports), "\n".join(sorted([*imports, line])))
    figures.write_text(text, "utf-8")
    return [*parts.values(), root / "lessons.toml"]


def main():
    parser = argparse.ArgumentParser(prog="make lesson", description=__doc__.partition("\n")[0])
    parser.add_argument("number", metavar="NN", help="two digits that are free, such as 97")
    parser.add_argument("name", metavar="NAME", help="lower-case letters, digits and _")
    options = parser.parse_args()
    with build.exit_with_words():
        files = write(options.number, options.name)
    if build.main([options.number]):
        return 1
    for command, variables in (
        (["-m", "tests.helpers.pictures"], {}),
        (
            ["-m", "pytest", "-q", "tests/test_explorers.py", "-k", options.number],
            {"RENEW_EXPLORERS": "1"},
        ),
    ):
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=build.os.environ | variables
        )
        if done.returncode:
            return done.returncode
    print(f"Now write what is marked TODO {options.number} in:")
    print(*(f"  {path.relative_to(ROOT)}" for path in files), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
