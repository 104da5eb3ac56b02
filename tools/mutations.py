"""What `tools/mutants.py` breaks: operators over a syntax tree, each for one kind of mistake.

An operator is given a node and yields (kind, node, text to stand in its place). Beside what every
such tool does (signs, bounds, conditions, indices, arguments) there are the mistakes of this
course: a transpose left out, axes swapped, gates in another order, a scaler that sees the test
part, a figure drawn from the wrong array, a caption that tells another value, a check that looks
at less.
"""

import ast
import re
from typing import NamedTuple

DRAWINGS = "utils/figures/", "utils/diagrams.py", "utils/plotting/", "utils/explore/"


class Mutant(NamedTuple):
    path: str
    cell: int | None  # of a notebook
    function: str  # its qualified name; "" outside all functions
    kind: str
    original: bytes  # the source, of which the part from start to end is replaced by new
    start: int
    end: int
    new: str

    @property
    def source(self):
        return (
            self.original[: self.start] + self.new.encode() + self.original[self.end :]
        ).decode()

    def change(self):
        """(line number, the first line that changes, what it becomes)."""
        before, after = self.original.decode().splitlines(), self.source.splitlines()
        same = (a == b for a, b in zip(before, after, strict=False))
        k = next((k for k, equal in enumerate(same) if not equal), len(after) - 1)
        return k + 1, before[k].strip(), after[k].strip()

    @property
    def key(self):
        return self.path, *self.change()[1:]

    def __str__(self):
        line, before, after = self.change()
        at = f"{self.path}:{line}" if self.cell is None else f"{self.path}, cell {self.cell}"
        return f"{at}  {self.kind}\n    - {before}\n    + {after}"


SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="}
BOUNDS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
CONDITIONS = {
    "==": "!=",
    "!=": "==",
    "is not": "is",
    "is": "is not",
    "not in": "in",
    "in": "not in",
}
DRAWS = set(  # the methods and functions that draw data, and so may draw the wrong data
    "plot line fill_between imshow bar barh scatter step axhline axvline axvspan guide name_ends "
    "annotate note text tiles".split()
)
NO_DATA = set("ax fig axes left middle right top bottom colour colours ROLES COLOURS GREY".split())
COMMUTE = set("max min maximum minimum close same isinstance add multiply union".split())
NO_RESULT = set("print set_xlim set_ylim set_xticks set_yticks margins grid tick_params".split())
GATES = set("ifgozrc")


class Place:
    """A node, the function it stands in, and the source around it."""

    def __init__(self, path, source):
        self.path, self.source = path, source.encode()
        lengths = [len(line) for line in self.source.splitlines(keepends=True)]
        self.starts = [sum(lengths[:k]) for k in range(len(lengths) + 1)]
        self.drawing = path.startswith(DRAWINGS)
        self.functions = []

    def span(self, node):
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node):
        start, end = self.span(node)
        return self.source[start:end].decode()

    def between(self, a, b, swaps):
        """(text with the operator between nodes a and b swapped, as listed), or nothing."""
        start, end = self.span(a)[1], self.span(b)[0]
        gap = self.source[start:end].decode()
        found = re.search(r"is\s+not|not\s+in|[-+*/<>=!]+|\bis\b|\bin\b", gap)
        if found and (new := swaps.get(" ".join(found[0].split()))):
            yield gap[: found.start()] + new + gap[found.end() :]

    def join(self, a, gap, b):
        return f"{self.text(a)}{gap}{self.text(b)}"

    def swapped(self, node, a, b):
        """The text of `node` with its children a and b in each other's place."""
        (start, end), (a1, a2), (b1, b2) = self.span(node), self.span(a), self.span(b)
        s = self.source
        return (s[start:a1] + s[b1:b2] + s[a2:b1] + s[a1:a2] + s[b2:end]).decode()


def is_text(node):
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def number(node):
    """The value of an integer constant, its sign included; else nothing."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if type(value) is int else None


def name_of(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def signs(node, place):
    if isinstance(node, ast.BinOp) and not is_text(node.left) and not is_text(node.right):
        for gap in place.between(node.left, node.right, SIGNS):
            yield "sign", node, place.join(node.left, gap, node.right)
        if isinstance(node.op, ast.MatMult):
            yield "arguments", node, place.swapped(node, node.left, node.right)
    if isinstance(node, ast.AugAssign) and not is_text(node.value):
        for gap in place.between(node.target, node.value, SIGNS):
            yield "sign", node, place.join(node.target, gap, node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and number(node) is None:
        yield "sign", node, place.text(node.operand)


def conditions(node, place):
    kind = "check" if place.path.startswith("utils/checks") else "condition"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        # What is measured is hardly ever the threshold itself: there < and <= are the same.
        measured = isinstance(getattr(right, "value", None), float)
        for gap in place.between(left, right, {} if measured else BOUNDS):
            yield "off by one", node, place.join(left, gap, right)
        for gap in place.between(left, right, CONDITIONS):
            yield kind, node, place.join(left, gap, right)
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        a, b = node.values[:2]
        gap = place.source[place.span(a)[1] : place.span(b)[0]].decode().replace(old, new)
        rest = place.source[place.span(b)[1] : place.span(node)[1]].decode()
        yield kind, node, place.join(a, gap, b) + rest
    if isinstance(node, (ast.If, ast.IfExp)):
        yield kind, node.test, "False" if kind == "check" else f"(not ({place.text(node.test)}))"


def transposes(node, place):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", node, place.text(node.value)
    if isinstance(node, ast.Call) and name_of(node) in ("swapaxes", "transpose"):
        yield "transpose", node, place.text(getattr(node.func, "value", node))


def axes(node, place):
    if isinstance(node, ast.keyword) and node.arg == "axis" and number(node.value) is not None:
        yield "axis", node.value, "0" if number(node.value) else "1"
    if isinstance(node, ast.Call) and name_of(node) in ("mean", "sum", "max", "min", "std"):
        for arg in node.args if isinstance(node.func, ast.Attribute) else ():
            if number(arg) is not None:
                yield "axis", arg, "0" if number(arg) else "1"
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        if getattr(node.value, "attr", "") == "shape":
            yield "axis", node.value, f"{place.text(node.value)}[::-1]"


def indices(node, place):
    if isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            if (k := number(part)) is not None:
                yield "index", part, str(k + 1 if k else -1)
            if isinstance(part, ast.Name) and part.id in ("t", "k", "i", "j", "step"):
                yield "index", part, f"{part.id} - 1"
            if isinstance(part, ast.Slice):
                yield from slices(part, place)
    if isinstance(node, ast.Call) and name_of(node) in ("range", "arange"):
        for arg in node.args[:2]:
            yield "off by one", arg, f"{place.text(arg)} - 1"
    if isinstance(node, ast.BinOp) and number(node.right) == 1:
        if isinstance(node.op, (ast.Add, ast.Sub)):
            yield "off by one", node, place.text(node.left)


def slices(part, place):
    if place.text(part) in (":-1", "1:"):
        yield "off by one", part, {":-1": "1:", "1:": ":-1"}[place.text(part)]
    for bound in (part.lower, part.upper):
        if bound and not is_text(bound):
            yield "off by one", bound, f"{place.text(bound)} + 1"
    if part.step:
        yield "index", part.step, "1"


def defaults(node, place):
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        for value in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            if isinstance(value, ast.Constant) and isinstance(value.value, bool):
                yield "default", value, str(not value.value)
            elif isinstance(value, ast.Constant) and isinstance(value.value, (int, float)):
                yield "default", value, str(2 * value.value or 1)
    if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
        if isinstance(node.value.value, bool) and node.arg != "strict" and not place.drawing:
            yield "default", node.value, str(not node.value.value)


def arguments(node, place):
    if isinstance(node, ast.Call) and name_of(node) not in COMMUTE:
        for a, b in zip(node.args, node.args[1:], strict=False):
            alike = all(isinstance(arg, (ast.Name, ast.Subscript)) for arg in (a, b))
            if alike and place.text(a) != place.text(b):
                yield "arguments", node, place.swapped(node, a, b)


def gates(node, place):
    if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 2:
        for a, b in zip(node.elts, node.elts[1:], strict=False):
            if {getattr(a, "id", ""), getattr(b, "id", "")} <= GATES:
                yield "gate order", node, place.swapped(node, a, b)
    if isinstance(node, ast.Constant) and node.value in ("ifgo", "zrg"):
        for k in range(len(node.value) - 1):
            a, b = node.value[k : k + 2]
            yield "gate order", node, f'"{node.value[:k]}{b}{a}{node.value[k + 2 :]}"'


def leaks(node, place):
    if isinstance(node, ast.Call) and name_of(node) == "fit":  # on everything, not on a part
        text = place.text(node)
        for part in node.args:
            if isinstance(part, ast.Subscript):
                text = text.replace(place.text(part), place.text(part.value))
        yield "leak", node, text  # which `mutants` drops if nothing has changed
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        if getattr(node.right, "id", "") in ("embargo", "window", "horizon", "lag"):
            yield "leak", node, place.text(node.left)
    if isinstance(node, ast.keyword) and node.arg == "embargo":
        yield "leak", node.value, "0"


def drawn(node, place):
    """Another array of those that this function draws."""
    if draws(node) and place.functions:
        calls = filter(draws, ast.walk(place.functions[-1]))
        others = sorted({name.id for call in calls for name in data_names(call)})
        for name in data_names(node):
            yield from (("figure", name, other) for other in others if other != name.id)


def draws(node):
    return isinstance(node, ast.Call) and name_of(node) in DRAWS


def data_names(call):
    """The names of the arrays that a call draws: what is neither called nor asked for a part."""
    nodes = [n for arg in call.args if not is_text(arg) for n in ast.walk(arg)]
    no_data = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
    no_data |= {id(n.value) for n in nodes if isinstance(n, ast.Attribute)}
    for n in nodes:
        if isinstance(n, ast.Name) and id(n) not in no_data and n.id not in NO_DATA:
            yield n


PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}!:\"']+)(?=[!:}])")


def captions(node, place):
    """Another of the values that the sentences of this function tell."""
    if not isinstance(node, ast.JoinedStr):
        return
    scope = list(ast.walk(place.functions[-1] if place.functions else place.tree))
    texts = [place.text(n) for n in scope if isinstance(n, ast.JoinedStr)]
    told = {match[1] for text in texts for match in PLACEHOLDER.finditer(text)}
    text = place.text(node)
    loops = names_in(n.target for n in scope if isinstance(n, ast.comprehension))
    for match in PLACEHOLDER.finditer(text):
        for other in sorted(told - {match[1]}):
            if set(re.findall(r"\w+", other)) & loops <= set(re.findall(r"\w+", text)):
                yield "caption", node, text[: match.start(1)] + other + text[match.end(1) :]


def names_in(nodes):
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def checks(node, place):
    """A check that tries less. One that knows fewer mistakes by name still refuses them."""
    if isinstance(node, ast.keyword) and node.arg == "probes" and isinstance(node.value, ast.List):
        items = node.value.elts
        for item in items[1:]:
            rest = [place.text(other) for other in items if other is not item]
            yield "check", node.value, f"[{', '.join(rest)}]"


def constants(node, place):
    if place.drawing or place.path.startswith("utils/checks"):
        return  # how a figure looks, and what a check tries, may be otherwise
    if isinstance(node, ast.BinOp):
        for side in (node.left, node.right):
            if isinstance(side, ast.Constant) and type(side.value) in (int, float):
                yield "constant", side, str(side.value + 1)


def left_out(node, place):
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if isinstance(node, ast.AugAssign) or (called and name_of(node.value) not in NO_RESULT):
        yield "left out", node, "pass"


OPERATORS = (
    signs, conditions, transposes, axes, indices, defaults, arguments, gates, leaks, drawn,
    captions, checks, constants, left_out,
)  # fmt: skip


def mutants(path, source, cell=None):
    """Every mutant of one file or cell."""
    place = Place(path, source)
    place.tree = ast.parse(source)
    for kind, node, new, function in visit(place.tree, place, ""):
        if new != place.text(node):
            yield Mutant(path, cell, function, kind, place.source, *place.span(node), new)


def compiles(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def visit(node, place, function):
    """(kind, node, new text, function) for all that can be broken below `node`."""
    for operator in OPERATORS:
        for kind, part, new in operator(node, place):
            yield kind, part, new, function
    if isinstance(node, (ast.JoinedStr, ast.Raise, ast.AnnAssign)):
        return  # the parts of an f-string have no place of their own before Python 3.12
    named = isinstance(node, (ast.FunctionDef, ast.ClassDef))
    inner = f"{function}.{node.name}".lstrip(".") if named else function
    if isinstance(node, ast.FunctionDef):
        place.functions.append(node)
    for child in ast.iter_child_nodes(node):
        yield from visit(child, place, inner)
    if isinstance(node, ast.FunctionDef):
        place.functions.pop()
