"""The explorers of a lesson, run with what they need and nothing else of it."""

import ast
import contextlib
import io
from pathlib import Path

import pytest

from tools.reading.needed import is_explorer, touched, uses
from utils import explore as explorers
from utils.explore.controls import read

ROOT = Path(__file__).resolve().parents[2]


def run_alone(statements, wanted):
    """Run the explorers among a lesson's statements that are wanted, and before them only what
    they need. -> [(draw, size, name, [Control])]"""
    kept, needed = [], set()
    for statement in reversed(statements):
        needs, binds = uses(ast.unparse(statement))
        if (
            statement in wanted
            or (binds | touched(statement)) & needed
            and not is_explorer(statement)
        ):
            kept.insert(0, statement)
            if isinstance(statement, ast.Assign | ast.FunctionDef | ast.ClassDef):
                needed -= binds
            needed |= needs
    found, space = [], {"__name__": "__main__"}

    def collect(draw, *, size=(7.2, 3.2), name=None, **given):
        found.append((draw, size, name or draw.__name__, read(draw, given)[0]))

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(explorers, "explore", collect)
        patch.chdir(ROOT / "solutions")
        for statement in kept:
            exec(compile(ast.Module([statement], []), "<lesson>", "exec"), space)
    return found
