"""Answers for the grader to judge that no sandbox holds."""

from tools.grading import confined, inside
from utils import checks


def calls(exercise, function):
    """What the kernel would tell of `function`: of each probe two calls, as JSON."""
    return [[inside.call(function, p.args, checks) for _ in "12"] for p in exercise.probes]


def stand_in(exercise, function):
    """An `Answer` for a function."""
    kind = "function" if checks.works(function) else "stub"
    return confined.Answer(exercise, kind, calls(exercise, function))
