"""Every exercise that there is, against the answers in tests/answers/: the right ones pass, and
the wrong ones get the words that stand beside them there."""

import ast
import inspect
import itertools
import re
import types

import pytest

from tests.helpers.judged import LESSONS, answers, exercises, given_away, line_of
from tools.rules import as_code
from utils.checks.diagnosis import Diagnosis
from utils.checks.results import same

EXERCISES = {f"{lesson}.{name}": e for lesson in LESSONS for name, e in exercises(lesson).items()}
COMPARED = {where: exercise for where, exercise in EXERCISES.items() if exercise.mistakes}
RIGHT, WRONG = (
    {f"{lesson}.{name}": cases for lesson in LESSONS for name, cases in answers(lesson)[k].items()}
    for k in (0, 1)
)


def each(exercises):
    return pytest.mark.parametrize("exercise", exercises.values(), ids=exercises)


def one_by_one(tables):
    """(where, case) for each case of each exercise, with an id that names the lesson."""
    return [
        pytest.param(where, case, id=f"{where}-{k}")
        for where, cases in tables.items()
        for k, case in enumerate(cases)
    ]


@pytest.mark.parametrize("where", {**EXERCISES, **RIGHT, **WRONG})
def test_an_exercise_has_two_right_answers_and_three_wrong_ones(where):
    assert where in EXERCISES, "tests/answers/ answers what is no exercise"
    assert len(RIGHT.get(where, [])) >= 2 and len(WRONG.get(where, [])) >= 3


@pytest.mark.parametrize(("where", "answer"), one_by_one(RIGHT))
def test_right_answers_pass(where, answer, capsys):
    line, handed_back = line_of(EXERCISES[where], answer, capsys)
    assert line.startswith("Right: ") and len(line) > 40, line
    assert handed_back is answer


@pytest.mark.parametrize(("where", "case"), one_by_one(WRONG))
def test_wrong_answers_are_told_what_is_wrong(where, case, capsys):
    (answer, fragment), exercise = case, EXERCISES[where]
    line, handed_back = line_of(exercise, answer, capsys)
    assert "Not yet: " in line and fragment in line, line
    assert handed_back is exercise.reference
    assert not line.endswith(("..", "?."))
    line = re.sub("`.*`", "", line)  # `the learner's own line`
    assert not given_away(exercise, line) and not as_code(line), line


@each(EXERCISES)
def test_the_reference_is_right_and_has_its_exercises_name(exercise, capsys):
    own = exercise.reference  # which a check knows: it takes a copy to be judged
    copy = types.FunctionType(own.__code__, own.__globals__, own.__name__, own.__defaults__)
    line, handed_back = line_of(exercise, copy, capsys)
    assert line.startswith("Right: ") and handed_back is copy
    module = inspect.getmodule(own)
    assert own.__doc__ and getattr(module, own.__name__) is exercise


STUBS = ["raise NotImplementedError()", "raise NotImplementedError", "pass", "...", "return None"]


@pytest.mark.parametrize("body", [*STUBS, "return ...", "    raise NotImplementedError()"])
@each(EXERCISES)
def test_a_stub_counts_as_not_attempted(exercise, body, capsys):
    scope, name = {}, exercise.name
    body = f'"""What to do."""\n    # YOUR CODE HERE\n    {body.strip()}\n'
    exec(f"def {name}({', '.join(exercise.probes[0].args)}):\n    {body}", scope)
    line, handed_back = line_of(exercise, scope[name], capsys)
    assert line == f"Not attempted yet: the cells below use the course's own {name}."
    assert handed_back is exercise.reference

    # the same cell run again, now that the name stands for the reference
    line, handed_back = line_of(exercise, handed_back, capsys)
    assert line.startswith("Not attempted yet: ") and "run the cell with yours again" in line
    assert handed_back is exercise.reference


@each(EXERCISES)
def test_an_exception_is_told_with_its_line(exercise, capsys):
    scope, parameters = {}, ", ".join(exercise.probes[0].args)
    exec(f"def f({parameters}):\n    result = 1\n    return result + resutl", scope)
    line, handed_back = line_of(exercise, scope["f"], capsys)
    assert line.startswith("Not yet: line 3 of your function raises NameError: name 'resutl'"), line
    assert handed_back is exercise.reference


@each(EXERCISES)
def test_what_is_printed_fits_a_narrow_window(exercise, capsys):
    exercise(None)
    lines = capsys.readouterr().out.splitlines()
    assert "".join(lines).startswith("Not yet: ") and max(map(len, lines)) <= 72


@each(COMPARED)
def test_known_mistakes_differ_from_the_reference_and_from_each_other(exercise):
    wanted = exercise.results(exercise.reference)
    for mistake, (results, words) in zip(exercise.mistakes, exercise.tried, strict=True):
        assert not all(map(same, results, wanted)), words
        assert not any(isinstance(result, str) for result in results), words
        assert Diagnosis(exercise, exercise.variant(mistake), results).known() == words
    for (one, words), (other, others) in itertools.combinations(exercise.tried, 2):
        assert words == others or not all(map(same, one, other)), (words, others)


@each(COMPARED)
def test_no_message_gives_the_code_away(exercise):
    """Of those known beforehand; the others are held to it where they are printed, above."""
    for message in [mistake.words for mistake in exercise.mistakes] + [exercise.right]:
        assert not given_away(exercise, message), message


@each(COMPARED)
def test_the_sizes_that_messages_name_are_those_of_the_results(exercise):
    for probe in exercise.probes:
        arrays = exercise.call(exercise.reference, probe).result
        for array, axes in zip(arrays, exercise.returns.values(), strict=True):
            named = dict(zip((axes or "").split(), array.shape, strict=False))
            assert {axis: probe.sizes.get(axis, n) for axis, n in named.items()} == named


def test_the_checks_are_exercises_mistakes_and_words():
    """What finds a mistake is the engine's: no lesson makes a check of its own kind."""
    for lesson in LESSONS:
        tree = ast.parse(
            inspect.getsource(inspect.getmodule(next(iter(exercises(lesson).values())).reference))
        )
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        assert not any("Exercise" in map(ast.unparse, node.bases) for node in classes), lesson
