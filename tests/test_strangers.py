"""Answers that were written without sight of a check: none that is wrong is taken, none refused
that is right. What the messages are worth, `python -m tools.bench.checks` counts."""

import json

import pytest

from tools.bench import checks
from tools.bench.checks import JUDGED, STRANGERS, verdicts

LESSONS = sorted(path.stem for path in STRANGERS.glob("*.json"))


def answers(lesson):
    return json.loads((STRANGERS / f"{lesson}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_right_ones_are_taken_and_wrong_ones_are_not(lesson):
    """Of every sixth answer, and none that loops for ever: the bench takes its time, and all."""
    rows = [row for row in answers(lesson)[::6] if "does not come back" not in row["told"]]
    counted = [(row["source"], how) for row, how, *_ in verdicts(lesson, rows)]
    assert not [each for each in counted if each[1] in ("wrong, and taken", "right, and refused")]


ONCE_TAKEN = json.loads(
    (STRANGERS.parent / "once_taken.json").read_text(encoding="utf-8")
)  # wrong for arguments that no check had tried


@pytest.mark.parametrize("row", ONCE_TAKEN, ids=lambda row: f"{row['lesson']} {row['exercise']}")
def test_what_was_once_taken_is_refused(row):
    said, _ = checks.said_of(row["lesson"], row["exercise"], row["source"])
    assert "Not yet: " in said, row["wrong"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_message_was_read(lesson):
    rows = answers(lesson)
    wrong = [row for row in rows if row["wrong"] is not None]
    assert len(wrong) >= 60 and len(rows) - len(wrong) >= 15
    assert {row["judged"] for row in wrong} <= {*JUDGED}


def test_the_bench_counts_first_sight_and_what_has_changed(tmp_path, monkeypatch, capsys):
    rows = [row for row in answers("01") if row["exercise"] == "count_parameters"][:6]
    wrong = next(row for row in rows if row["wrong"] is not None)
    rows = [row for row in rows if row["wrong"] is None][:1] + [wrong, wrong | {"told": "other"}]
    (tmp_path / "01.json").write_text(json.dumps(rows), encoding="utf-8")
    monkeypatch.setattr(checks, "STRANGERS", tmp_path)
    checks.main()
    _, line = capsys.readouterr().out.splitlines()
    numbers = line.split()
    assert numbers[:3] == ["01", "2", "2"] and numbers[3 + JUDGED.index(wrong["judged"])] == "2"
    assert int(numbers[7]) >= 1 and line.endswith("1 of 1")
