"""Mends: an answer with one thing changed in its own lines, after which it may be right.

A slip is made in the reference, which the learner's lines need not resemble. A mend is a slip made
in the answer itself. So it finds what ended in an error, too; and that all is right with it is the
proof that nothing else was wrong. What is said of it is where it stands, not what should be there.
"""

import ast
import inspect
import re
import textwrap
import time

from utils.checks.calls import limited, own_tree
from utils.checks.slips import slips, some, span, text, with_slips

SECONDS = 3  # of the processor for all changes of an answer, so that a busy machine finds the same
ASLEEP = 10  # seconds of the clock, for an answer that sleeps
WIDE = 40  # characters
PUT = {"append", "extend", "insert"}
ORDINALS = ["first", "second", "third", "fourth"]


def mended(function, is_right):
    """Where one change makes a function right, in words; None if none does, or time is over."""
    worked, begun, tree = time.process_time(), time.perf_counter(), own_tree(function)
    if tree is None or not limited():  # a change may make it loop for ever
        return None
    lines, lists = lines_of(tree), growing(tree)
    for slip in slips(tree):
        if time.process_time() - worked > SECONDS or time.perf_counter() - begun > ASLEEP:
            return None
        skip = holds_itself(slip, lines[slip.node], lists) or cancels(slip)
        if not skip and is_right(changed(function, tree, slip)):
            return where(too_much(slip), tree, source_of(function))
    return None


def changed(function, tree, slip):
    """The function, with a slip made in its `tree`; None if Python objects."""
    scope = inspect.unwrap(function).__globals__ | {"some": some}
    try:
        exec(with_slips(tree, slip), scope)
    except Exception:  # a default, say, that is known only where the function was made
        return None
    return scope[tree.body[0].name]


def lines_of(tree):
    """{node: the innermost statement in which it stands}"""
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]  # outer ones first
    return {node: statement for statement in statements for node in ast.walk(statement)}


def growing(tree):
    """The names of what something is put into, as in `rows.append(row)`."""
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    into = [f.value for f in calls if isinstance(f, ast.Attribute) and f.attr in PUT]
    into += [node.target for node in ast.walk(tree) if isinstance(node, ast.AugAssign)]
    return {name.id for name in into if isinstance(name, ast.Name)}


def holds_itself(slip, line, lists):
    """Might a list be put into itself, as in `rows.append(rows)`, or one of `lists` into another
    that it holds? NumPy unfolds it without end."""
    into = {*lists, slip.text} if slip.text in lists else {slip.text}
    return slip.text.isidentifier() and re.match(rf"({'|'.join(into)})\b", text(line))


def cancels(slip):
    """Does it make x - x or x / x? Then what it touches is gone, and may have been right."""
    made = slip.parent
    if not isinstance(made, ast.BinOp) or not isinstance(made.op, ast.Sub | ast.Div):
        return False
    return slip.text == text(made.right if slip.field == "left" else made.left)


def too_much(slip):
    """What is wrong where a slip is: all that it changes, or what it leaves out of two parts."""
    if isinstance(slip.node, ast.BinOp):
        left, right = slip.node.left, slip.node.right
        return {text(left): right, text(right): left}.get(slip.text, slip.node)
    return slip.node


def around(node, tree):
    """What a name or a number stands in, WIDE characters at most, or its line: it may be right, and
    what is made of it not, which the change makes up for."""
    if not isinstance(node, ast.Name | ast.Constant | ast.UnaryOp):
        return node
    expressions = (e for e in ast.walk(tree) if isinstance(e, ast.expr) and node in ast.walk(e))
    narrow = [e for e in expressions if e is not node and len(text(e)) <= WIDE]
    return max(narrow, key=lambda e: len(text(e)), default=lines_of(tree).get(node, node))


def source_of(function):
    return textwrap.dedent(inspect.getsource(function))


def where(node, tree, source):
    """Which part of which line."""
    node = around(node, tree)
    at = f"line {node.lineno} of your function"
    if isinstance(node, ast.For | ast.While | ast.If):
        return f"{at}, `{source.splitlines()[node.lineno - 1].strip()}`, and what stands below it"
    if isinstance(node, ast.stmt):
        return f"{at}, `{source.splitlines()[node.lineno - 1].strip()}`"
    line = [n for n in ast.walk(tree) if isinstance(n, ast.expr) and n.lineno == node.lineno]
    alike = sorted((n for n in line if text(n) == text(node)), key=span)
    the = f"the {ORDINALS[alike.index(node)]} " if 1 < len(alike) <= len(ORDINALS) else ""
    return f"{the}`{' '.join(ast.get_source_segment(source, node).split())}` in {at}"
