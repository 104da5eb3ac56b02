"""Mends: an answer with one thing changed in its own lines, after which it may be right.

A slip is made in the reference, which the learner's lines need not resemble. A mend is made in the
answer itself, so it finds what comes of it as an error, too; and that the answer is right with it
is the proof that nothing else was wrong.
"""

import ast
import inspect
import textwrap

from utils.checks.slips import Names, Slip, places, text

ORDINALS = ["first", "second", "third", "fourth"]
POWER = '^ is no power in Python, but "exclusive or", bit by bit: a power is written **'


def own_tree(function):
    """What the source of a function is made of; None where there is none, or it is no def."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    return tree if isinstance(tree.body[0], ast.FunctionDef) else None


def mends(tree):
    """(changes, words) of all that may be changed in an answer: powers, an `if`, a name."""
    found = [*places(tree)]
    powers = [p for p in found if isinstance(getattr(p[-1], "op", None), ast.BitXor)]
    if powers:
        yield [made(p, f"({text(p[-1].left)}) ** ({text(p[-1].right)})") for p in powers], POWER
    for place in found:
        if (
            isinstance(place[-1], ast.If)
            and not place[-1].orelse
            and "return " not in text(place[-1])
        ):
            asked = f"`if {text(place[-1].test)}`"
            body = "\n".join(map(text, place[-1].body))
            yield (
                [made(place, body)],
                f"what stands below {asked} is right, and has to be done always",
            )
    read = [p for p in found if isinstance(p[-1], ast.Name) and p[1] != "func"]
    for place in read:
        for name in Names(tree):
            if name != place[-1].id:
                yield [made(place, name)], f"{which(place[-1], read, tree)} should be {name}"


def made(place, new):
    return Slip(*place, new, "", 0)


def which(node, read, tree):
    """Which of the names in its statement, which is shown."""
    lines = [s for s in ast.walk(tree) if isinstance(s, ast.stmt) and node in ast.walk(s)]
    shown = text(lines[-1]).partition("\n")[0]
    inside = [n for *_, n in read if n.id == node.id and n in ast.walk(lines[-1])]
    at = inside.index(node)
    the = f"the {ORDINALS[at]} " if 1 < len(inside) and at < len(ORDINALS) else ""
    return f"in `{shown}` {the}{node.id}"
