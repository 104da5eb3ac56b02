"""The explorers of a lesson, run with what they need and nothing else of it."""

import ast
import builtins
import contextlib
import io
import symtable
from pathlib import Path

import pytest

from utils import explore as explorers
from utils.explore.controls import read

ROOT = Path(__file__).resolve().parents[2]


def uses(source):
    """(names that a piece of code needs from before, names that it binds)."""
    top = symtable.symtable(source, "<lesson>", "exec")
    needs, tables_ = set(), [top]
    for table in tables_:
        tables_ += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                needs.add(symbol.get_name())
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    return needs - set(dir(builtins)) - {"display"}, bound


def touched(statement):
    """Names that a statement binds, or may change in place."""
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            names.add(root(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function, arguments = node.value.func, node.value.args
            if isinstance(function, ast.Name) and function.id != "print":
                names |= {*map(root, arguments)}  # train(model, ...)
            elif root(function) != "plotting":
                names.add(root(function))  # layer.set_weights(...)
    return names - {None}


def root(node):
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_explorer(statement):
    call = getattr(statement, "value", None)
    return isinstance(call, ast.Call) and root(call.func) == "explore"


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
