"""The explorers of the lessons that need NumPy alone, with every control at both of its ends.

A lesson stores what an explorer says at first, and nbval compares that. What it says elsewhere is
stored here, in explorers.json; after a change that is meant to be, `make figures` does that.
"""

import ast
import json
import os
import re
from pathlib import Path

import pytest

from tests.helpers.explorers import is_explorer, run_alone
from tools.claims import RAISED
from tools.lessons import table
from utils.plotting import Drawing

ROOT = Path(__file__).parent.parent
STORED = Path(__file__).with_name("explorers.json")
LESSONS = [lesson.file for lesson in table() if lesson.numpy_alone]
TRAIN = {"train_live"}  # what these say depends on the processor's last digits


def sentences(draw, controls):
    """What `draw` says with each control in turn at its first and its last position."""
    first = {name: control.values[control.start] for name, control in controls.items()}
    for name, control in controls.items():
        for end in (0, len(control.values) - 1):
            values = first | {name: control.values[end]}
            sentence = Drawing(draw, (7.2, 5)).sentence(**values)
            yield f"{name} = {control.texts[end]}", sentence


def said(lesson):
    """{explorer: {setting: sentence}} of a lesson."""
    notebook = json.loads((ROOT / f"solutions/{lesson}.ipynb").read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    statements = [statement for source in code for statement in ast.parse(source).body]
    found = {}
    for draw, _, controls in run_alone(statements, [*filter(is_explorer, statements)]):
        if draw.__name__ not in TRAIN:
            found[f"{len(found) + 1}. {draw.__name__}"] = dict(sentences(draw, controls))
    return found


SPREAD = r"\d+% to \d+%"  # of runs with a bug in them: another processor, and one ends elsewhere


def numbers_in(sentence):
    """The numbers of a sentence, and the words around them."""
    plain = re.sub(SPREAD, "", sentence.translate(RAISED).replace(",", ""))
    pattern = r"-?\d+(?:\.\d+)?"
    return [float(n) for n in re.findall(pattern, plain)], re.sub(pattern, "#", plain)


@pytest.mark.parametrize("lesson", LESSONS)
def test_both_ends(lesson):
    """An explorer says at both ends of each control what it said when it was stored."""
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    found = said(lesson)
    if os.environ.get("RENEW_EXPLORERS"):
        stored[lesson] = found
        text = json.dumps(stored, indent=1, ensure_ascii=False)
        STORED.write_text(text + "\n", encoding="utf-8")
    told = [{k: set(v) for k, v in said.items()} for said in (found, stored.get(lesson, {}))]
    assert told[0] == told[1], f"the explorers of lesson {lesson} have other ends: `make figures`"
    for explorer, settings in found.items():
        for setting, sentence in settings.items():
            numbers, words = numbers_in(sentence)
            numbers_stored, words_stored = numbers_in(stored[lesson][explorer][setting])
            assert words == words_stored, f"{explorer}, {setting}: `make figures`"
            # Where the last digit is the only one, rounding may change it.
            assert numbers == pytest.approx(numbers_stored, rel=0.2), f"{explorer}, {setting}"
