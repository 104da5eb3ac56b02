"""BENCHMARKS.md: a part that is measured again takes its place, the others stay."""

import subprocess

import pytest

from tools.bench import __main__ as bench
from tools.bench import machines


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "FILE", tmp_path / "BENCHMARKS.md")
    monkeypatch.setattr(bench.psutil, "cpu_percent", lambda interval: 0)
    return bench.FILE


def measure(monkeypatch, *parts, says="42 ms", returncode=0):
    done = subprocess.CompletedProcess([], returncode, stdout=says + "\n")
    monkeypatch.setattr(bench.subprocess, "run", lambda *_, **__: done)
    monkeypatch.setattr("sys.argv", ["bench", *parts])
    bench.main()


def test_a_part_measured_again_replaces_its_section_alone(page, monkeypatch):
    measure(monkeypatch, "lessons", says="the first time")
    measure(monkeypatch, "layers", says="other numbers")
    measure(monkeypatch, "lessons", says="the second time")
    text = page.read_text("utf-8")
    assert "the first time" not in text
    assert text.index("other numbers") < text.index("the second time")  # the order of PARTS
    assert text.count("\n## ") == 2


REPORT = """\
F.                                                                       [100%]
=========================== short test summary info ============================
FAILED tests/test_a.py::test_b - AssertionError: 1
1 failed, 2 passed, 3 skipped in 4.56s
Python 3.12.1, NumPy 2.4.6"""


def test_a_row_of_the_machines_tells_what_failed():
    name, *more = machines.row("Python 3.12", REPORT, 1.25).splitlines()
    assert name.split() == "Python 3.12 1.2 1 failed, 2 passed, 3 skipped".split()
    assert [line.strip() for line in more] == [
        "Python 3.12.1, NumPy 2.4.6",
        "tests/test_a.py::test_b - AssertionError: 1",
    ]
    assert "not on this machine" in machines.row("Python 3.99", None, 0)
    assert "No module named pytest" in machines.row("one thread", "No module named pytest", 0)


def test_a_part_that_fails_leaves_the_page_as_it_was(page, monkeypatch):
    measure(monkeypatch, "layers", says="other numbers")
    before = page.read_text("utf-8")
    with pytest.raises(SystemExit, match=r"layers failed[^~]*Traceback"):
        measure(monkeypatch, "layers", says="Traceback", returncode=1)
    assert page.read_text("utf-8") == before


def test_an_unknown_part_is_named(page, monkeypatch):
    with pytest.raises(SystemExit, match="part must be one of layers, .*, got coffee"):
        measure(monkeypatch, "coffee")


def test_the_page_of_this_repository_has_only_parts_that_can_be_measured_again():
    text = (bench.ROOT / "BENCHMARKS.md").read_text("utf-8")
    assert text.count("\n## ") == len(bench.sections(text)) > 0
    assert text.startswith(bench.BEGINNING)
