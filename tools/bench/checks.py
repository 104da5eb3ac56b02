"""What the checks say of answers that were written from the lessons' text alone.

They lie in tests/answers/strangers/, wrong ones with what a tutor would say of them, and were
written by people who had not seen a check. Each takes its place in the learner edition, behind
what it needs of the cells before it, and the check's own cell is run. What a message is worth
somebody has to read: `judged` says it of `told`, which the check said at first sight, before
anything was mended on these answers. A message that is another by now counts as changed as well.
"""

import ast
import contextlib
import io
import json
import linecache
from collections import Counter
from pathlib import Path
from time import perf_counter

import utils.keras_setup  # noqa: F401  (it has to come before Keras, which an answer may import)
from tools.reading.needed import needed

ROOT = Path(__file__).resolve().parent.parent.parent
STRANGERS = ROOT / "tests/answers/strangers"
JUDGED = ["named", "located", "vague", "misleading"]


def statements(lesson):
    """The code of a lesson's learner edition, statement after statement."""
    (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        statement
        for cell in cells
        if cell["cell_type"] == "code"
        for statement in ast.parse("".join(cell["source"])).body
    ]


def with_answer(lesson, exercise, source):
    """The statements that an answer needs, the answer, and the check, as one program."""
    lines = statements(lesson)
    asks = [
        k for k, line in enumerate(lines) if f"check.{exercise}({exercise})" in ast.unparse(line)
    ]
    stub = max(k for k in range(asks[0]) if getattr(lines[k], "name", None) == exercise)
    answer = ast.If(ast.Constant(True), [*ast.parse(source).body, lines[asks[0]]], [])
    program = [*lines[:stub], answer]
    kept = {*needed(program)}  # and all imports, for Keras has to be set up before it comes
    return [
        s for k, s in enumerate(program) if k in kept or isinstance(s, ast.Import | ast.ImportFrom)
    ]


def said_of(lesson, exercise, source):
    """What the check prints of an answer, in one line, and the seconds that it takes."""
    name, printed = f"<an answer to {exercise}>", io.StringIO()
    linecache.cache[name] = len(source), None, source.splitlines(True), name
    space = {"__name__": "__main__"}
    *before, answer = with_answer(lesson, exercise, source)
    with contextlib.chdir(ROOT / "notebooks"):
        with contextlib.redirect_stdout(io.StringIO()):
            for line in before:
                exec(compile(ast.Module([line], []), "<lesson>", "exec"), space)
        start = perf_counter()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(ast.Module(answer.body[:-1], []), name, "exec"), space)
                exec(compile(ast.Module(answer.body[-1:], []), "<lesson>", "exec"), space)
            except Exception as error:  # of the answer's own cell: no check was asked
                print(f"{type(error).__name__}: {error}")
    return " ".join(printed.getvalue().split()), perf_counter() - start


def verdicts(lesson, answers):
    """(the answer's row, how its message counts, seconds, has it changed?) for each."""
    for row in answers:
        said, seconds = said_of(lesson, row["exercise"], row["source"])
        how = row["judged"]
        if row["wrong"] is None:
            how = "taken" if "Right: " in said else "right, and refused"
        elif "Right: " in said:
            how = "wrong, and taken"
        yield row, how, seconds, said != row["told"]


def main():
    print(f"{'lesson':8}{'wrong':>6}{'refused':>9}", *(f"{each:>11}" for each in JUDGED), end="")
    print(f"{'changed':>9}{'slowest, s':>12}   right ones taken")
    for path in sorted(STRANGERS.glob("*.json")):
        answers = json.loads(path.read_text(encoding="utf-8"))
        found = list(verdicts(path.stem, answers))
        counts = Counter(how for _, how, *_ in found)
        since = sum(changed for row, *_, changed in found if row["wrong"] is not None)
        wrong = [how for row, how, *_ in found if row["wrong"] is not None]
        refused = len(wrong) - counts["wrong, and taken"]
        print(f"{path.stem:8}{len(wrong):6}{refused:9}", end=" ")
        print(*(f"{counts[each]:11}" for each in JUDGED), end="")
        slowest = max(seconds for *_, seconds, _ in found)
        right = counts["taken"], counts["taken"] + counts["right, and refused"]
        print(f"{since:9}{slowest:12.1f}   {right[0]} of {right[1]}", flush=True)


if __name__ == "__main__":
    main()
