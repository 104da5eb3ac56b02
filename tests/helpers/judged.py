"""The exercises and the answers to them, found; and what every verdict is held to."""

import ast
import importlib
import os
from pathlib import Path

from utils.checks import Exercise

ROOT = Path(__file__).resolve().parents[2]
ONE = os.environ.get("TESTED_LESSON", "")  # `--lesson` sets it: lessons 0 to 2 need no TensorFlow
LESSONS = sorted(path.stem for path in (ROOT / "utils/checks").glob(f"lesson{ONE}*.py"))


def exercises(lesson):
    """The exercises of a lesson, {name: Exercise}."""
    found = vars(importlib.import_module(f"utils.checks.{lesson}"))
    return {name: thing for name, thing in found.items() if isinstance(thing, Exercise)}


def answers(lesson):
    """(right, wrong) answers to a lesson's exercises, {name: [answer]} and {name: [(answer, words
    that the verdict must hold)]}."""
    found = importlib.import_module(f"tests.answers.{lesson}")
    return found.RIGHT, found.WRONG


def line_of(exercise, answer, capsys):
    """What a check prints, as one line, and what it handed back."""
    handed_back = exercise(answer)
    captured = capsys.readouterr()
    assert captured.err == ""
    return " ".join(captured.out.split()), handed_back


def given_away(exercise, message):
    """The sums, products and calls of the reference that stand in the message."""
    nodes = ast.walk(ast.parse(exercise.source))
    nodes = [node for node in nodes if isinstance(node, (ast.BinOp, ast.Call, ast.IfExp))]
    codes = {ast.unparse(node).replace(" ", "") for node in nodes}
    return [code for code in codes if len(code) > 4 and code in message.replace(" ", "")]
