"""Slips of the pen: a function's source with one thing changed, and what that is, in words.

    tree = ast.parse("def mean(x):\\n    return x.sum() / len(x)\\n")
    [slip.words for slip in slips(tree)]   # "what is made of x is not divided by ...", and others

No list of mistakes is ever whole. Whoever types an equation leaves a term out, turns a sign,
forgets to transpose, reads the row beside, stops a loop one step early: wherever the reference has
a sum, a product, an index or a loop, that can be done to it by machine. `words` ends the sentence
"your numbers are those that come out when ...", which holds whatever the learner wrote.
"""

import ast
import contextlib
import functools
import itertools
import warnings
from typing import NamedTuple

from utils.checks.results import listed

CURVES = {  # each as it is written, of what stands between its brackets
    "tanh": "np.tanh({})",
    "the sigmoid": "1 / (1 + np.exp(-({})))",
    "the relu": "np.maximum({}, 0)",
    "the hard sigmoid": "np.clip(({}) / 6 + 0.5, 0, 1)",
    "the sine": "np.sin({})",
    "exp": "np.exp({})",
    "softmax": "np.exp({0}) / np.exp({0}).sum(axis=-1, keepdims=True)",
}
CALLED = {"tanh": "tanh", "sigmoid": "the sigmoid", "exp": "exp"}
FAMILIES = [  # functions that are taken for each other
    ["sum", "mean", "max", "min", "median", "std"],
    ["log", "log2", "log10", "log1p"],
    ["sqrt", "square", "abs"],
    ["zeros", "ones"],
    ["zeros_like", "ones_like"],
    ["floor", "ceil", "round"],
    ["argmax", "argmin"],
]


text = ast.unparse


class Slip(NamedTuple):
    """One change of a source: what stood there, where, what stands there now, the words, and what
    the line makes."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST
    text: str
    words: str
    target: str
    rank: int  # 0 is the likeliest of its kind


def slips(tree):
    """Each slip in the function that `tree` defines, those of the likeliest kinds first."""
    names, found = Names(tree), []
    for parent, field, at, node in places(tree):
        target = made_by(node, tree)
        for rank, (other, words) in enumerate(of(node, names)):
            if sized(parent, node):
                words = f"another size stands where that of {text(node)} should"
            rank += 9 * one_name(node)
            found.append(Slip(parent, field, at, node, other, words, target, rank))
    return sorted(found, key=lambda slip: slip.rank)


def sized(parent, node):
    """Does it stand only for how long its axes are? Then other arrays have the same size."""
    is_shape = isinstance(parent, ast.Attribute) and parent.attr == "shape"
    return isinstance(node, ast.Name) and (is_shape or text(parent) == f"len({text(node)})")


def one_name(node):
    """Is it a name, for which any other may stand? Those are many, and each is seldom meant."""
    return isinstance(node, ast.Name)


def apart(one, other):
    """Does neither of two slips lie within what the other changes?"""
    (a, b), (c, d) = map(span, (one.node, other.node))
    return b <= c or d <= a


def span(node):
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def with_slips(tree, *made):
    """The function that `tree` defines with these slips in it, as code; None if Python objects.

    A slip may make a list grow while it is gone through: loops go through `some` of what they
    are given, a name that whoever runs the code gives it.
    """
    try:
        new = [parsed(slip.text, slip.node) for slip in made]
        for slip, node in zip(made, new, strict=True):
            put(slip, node)
        with ending_loops(tree), warnings.catch_warnings(action="ignore"):  # "'int' is not ..."
            return compile(tree, "<slip>", "exec")
    except (SyntaxError, ValueError):
        return None
    finally:
        for slip in made:
            put(slip, slip.node)


def some(things):
    """The first thousand of them."""
    return itertools.islice(things, 1000)


@contextlib.contextmanager
def ending_loops(tree):
    """A `for` goes through `some` of what it is given."""
    loops = [(node, node.iter) for node in ast.walk(tree) if isinstance(node, ast.For)]
    try:
        for node, things in loops:
            node.iter = ast.copy_location(
                ast.Call(ast.copy_location(ast.Name("some", ast.Load()), things), [things], []),
                things,
            )
        yield
    finally:
        for node, things in loops:
            node.iter = things


# --- the tree ---------------------------------------------------------------------------------


def places(tree):
    """(parent, field, position in it or None, node) of all that may be changed."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                yield from ((parent, field, k, n) for k, n in enumerate(value) if is_node(n))
            elif is_node(value):
                yield parent, field, None, value


def is_node(value):
    """Is it an expression or a statement that is read, not a name that is given or an operator?"""
    if isinstance(value, ast.FunctionDef | ast.arg | ast.arguments):
        return False
    stored = isinstance(getattr(value, "ctx", None), ast.Store)
    return isinstance(value, ast.expr | ast.stmt) and not stored


def put(slip, node):
    """`node` where the slip is."""
    if slip.at is None:
        setattr(slip.parent, slip.field, node)
    else:
        getattr(slip.parent, slip.field)[slip.at] = node


def parsed(text, node):
    """`text` as a node that can stand where `node` stood."""
    if isinstance(node, ast.stmt):
        body = ast.parse(text).body
        return body[0] if len(body) == 1 else ast.If(ast.Constant(True), body, [])
    return ast.parse(f"({text})", mode="eval").body


class Names(list):
    """The arguments of a function and what it gives a value as a whole; `read` are those and others
    that stand for values, `body` its lines."""

    def __init__(self, tree):
        (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
        used = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
        stored = [n.id for n in used if isinstance(n.ctx, ast.Store)]
        super().__init__(dict.fromkeys([*(a.arg for a in function.args.args), *stored]))
        calls = [n.func for n in ast.walk(function) if isinstance(n, ast.Call)]
        calls += [n.value for n in ast.walk(function) if isinstance(n, ast.Attribute)]
        self.read = {*self} | ({n.id for n in used} - {n.id for n in calls if n in used})
        self.body = [text(line) for line in function.body]


def made_by(node, tree):
    """What the line makes in which it stands, "dW_x"; nothing where that can't be said."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign | ast.AugAssign) and node in ast.walk(statement):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if node is not statement:
                return ast.unparse(target)
    return ""


def the(node):
    """A few words for a part of a sum or a product."""
    if isinstance(node, ast.Constant | ast.Name):
        return text(node)
    called = {id(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in called]
    names = [name for name in dict.fromkeys(names) if name != "np"]
    if not names:
        return text(node)
    return f"what is made of {listed(names)}"


# --- what can be changed ----------------------------------------------------------------------


@functools.singledispatch
def of(node, names):
    """(text, words) of all that may stand in the place of `node` by a slip, likeliest first."""
    return ()


@of.register
def _(node: ast.BinOp, names):
    kind = type(node.op)
    yield from BINARY.get(kind, lambda *_: ())(node, text(node.left), text(node.right))


def of_a_sum(node, a, b):
    yield f"{a}", f"{the(node.right)} is left out"
    yield f"{b}", f"{the(node.left)} is left out"
    yield f"{a} - ({b})", f"{the(node.right)} is subtracted, not added"
    yield f"{b} - ({a})", f"{the(node.left)} is subtracted, not added"
    yield f"{a} + 2 * ({b})", f"{the(node.right)} is added twice"
    yield f"2 * ({a}) + {b}", f"{the(node.left)} is added twice"
    yield f"({a}) * ({b})", f"{the(node.left)} and {the(node.right)} are multiplied, not added"
    yield f"({a}) @ ({b})", f"{the(node.left)} and {the(node.right)} are multiplied, not added"


def of_a_difference(node, a, b):
    yield f"{a}", f"{the(node.right)} is not subtracted"
    yield f"-({b})", f"{the(node.left)} is left out in front of minus {the(node.right)}"
    yield f"{b}", f"{the(node.right)} stands alone, not subtracted from {the(node.left)}"
    yield f"{a} + ({b})", f"{the(node.right)} is added, not subtracted"
    yield f"({b}) - ({a})", "the difference is taken the wrong way round"


def of_a_product(node, a, b):
    yield f"{b}", f"the factor {the(node.left)} is left out"
    yield f"{a}", f"the factor {the(node.right)} is left out"
    yield f"({a}) + ({b})", f"{the(node.left)} and {the(node.right)} are added, not multiplied"
    yield f"-({a}) * ({b})", f"the product of {the(node.left)} and {the(node.right)} has a minus"
    if a != b:  # which would be 1, as of much else
        yield f"({a}) / ({b})", f"{the(node.left)} is divided by {the(node.right)}, not multiplied"
    yield f"({a}) * ({b}) * ({b})", f"the factor {the(node.right)} enters twice"
    yield f"({a}) * ({a}) * ({b})", f"the factor {the(node.left)} enters twice"
    yield f"({a}) @ ({b})", f"{the(node.left)} and {the(node.right)} meet in a matrix product"
    yield f"({a}) * (1 - ({b}))", f"1 minus {the(node.right)} stands where it alone should"
    yield f"(1 - ({a})) * ({b})", f"1 minus {the(node.left)} stands where it alone should"


def of_a_matrix_product(node, a, b):
    turned = isinstance(node.right, ast.Attribute) and node.right.attr == "T"
    yield f"({a}) @ ({b}).T", f"{the(node.right)} is {'not ' if turned else ''}transposed"
    turned = isinstance(node.left, ast.Attribute) and node.left.attr == "T"
    yield f"({a}).T @ ({b})", f"{the(node.left)} is {'not ' if turned else ''}transposed"
    yield f"(({a}) @ ({b})).T", f"the product of {the(node.left)} and {the(node.right)} is turned"
    yield f"({b}) @ ({a})", f"{the(node.right)} stands on the left, {the(node.left)} on the right"
    yield f"({b}).T @ ({a}).T", f"{the(node.right)} stands on the left, as for column vectors"
    yield f"({a}) * ({b})", f"{the(node.left)} meets {the(node.right)} element by element"
    yield f"({a}) * np.diag({b})", f"only the diagonal of {the(node.right)} is used"
    yield f"{a}", f"{the(node.left)} is not multiplied by {the(node.right)}"
    yield f"{b}", f"{the(node.right)} is not multiplied by {the(node.left)}"
    yield f"-({a}) @ ({b})", f"the product with {the(node.right)} is subtracted, not added"
    yield f"({a}) @ ({b}) / len({a})", f"the product with {the(node.right)} is averaged"


def of_a_quotient(node, a, b):
    yield f"{a}", f"{the(node.left)} is not divided by {the(node.right)}"
    yield f"({a}) * ({b})", f"{the(node.left)} is multiplied by {the(node.right)}, not divided"
    yield f"({b}) / ({a})", f"{the(node.right)} is divided by {the(node.left)}, upside down"
    yield f"({a}) // ({b})", "the division drops all behind the point, as // does"
    yield f"1 / ({b})", f"1, not {the(node.left)}, is divided by {the(node.right)}"


def of_a_whole_quotient(node, a, b):
    yield f"({a}) / ({b})", "/ stands where // should"
    yield f"-(-({a}) // ({b}))", "the division is rounded up"
    yield f"({a}) % ({b})", "the remainder, %, stands where the whole quotient should"


def of_a_remainder(node, a, b):
    yield f"({a}) // ({b})", "the whole quotient, //, stands where the remainder should"
    yield f"{a}", "no remainder is taken"


def of_a_power(node, a, b):
    yield f"{a}", f"{the(node.left)} is not raised to a power"
    yield f"({b}) ** ({a})", "base and exponent are swapped"
    yield f"({a}) ** ({b} + 1)", "the exponent is one too high"
    yield f"({a}) ** ({b} - 1)", "the exponent is one too low"
    yield f"({b}) * ({a})", f"{the(node.left)} is multiplied by {the(node.right)}, not raised to it"
    yield f"({a}) ** -({b})", "the exponent has a minus"


BINARY = {
    ast.Add: of_a_sum,
    ast.Sub: of_a_difference,
    ast.Mult: of_a_product,
    ast.MatMult: of_a_matrix_product,
    ast.Div: of_a_quotient,
    ast.FloorDiv: of_a_whole_quotient,
    ast.Mod: of_a_remainder,
    ast.Pow: of_a_power,
}


@of.register
def _(node: ast.UnaryOp, names):
    yield text(node.operand), f"the minus in front of {the(node.operand)} is left out"


@of.register
def _(node: ast.Call, names):
    function = node.func.attr if isinstance(node.func, ast.Attribute) else text(node.func)
    arguments = [text(argument) for argument in node.args]
    if function in CALLED and len(arguments) == 1:
        yield from of_a_curve(CALLED[function], text(node.func), arguments[0])
    if function == "range":
        yield from of_a_range(arguments)
    if function == "reversed":
        yield arguments[0], "the loop runs forwards"
    for family in FAMILIES:
        for other in family:
            if function in family and other != function and isinstance(node.func, ast.Attribute):
                yield (
                    text(ast.Call(ast.Attribute(node.func.value, other), node.args, node.keywords)),
                    f"{other} stands where {function} should",
                )
    if function == "median" and len(arguments) == 1:
        given = "".join(f", {text(keyword)}" for keyword in node.keywords)
        for method, which in (("higher", "upper"), ("lower", "lower")):
            yield (
                f"np.quantile({arguments[0]}, 0.5{given}, method='{method}')",
                f"the {which} of two middle values is taken, not the mean of both",
            )
    for k, keyword in enumerate(node.keywords):
        others = [*node.keywords[:k], *node.keywords[k + 1 :]]
        if keyword.arg == "axis":
            for axis in [axis for axis in ("0", "1", "-1", "2") if axis != text(keyword.value)]:
                new = ast.keyword("axis", ast.parse(axis, mode="eval").body)
                yield (
                    text(ast.Call(node.func, node.args, [*others, new])),
                    f"{function} goes along axis {axis}",
                )
        yield (
            text(ast.Call(node.func, node.args, others)),
            f"{function} is given no {keyword.arg}",
        )
    if isinstance(node.func, ast.Name) and len(arguments) > 1:
        for i, j in itertools.combinations(range(len(arguments)), 2):
            swapped = arguments.copy()
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield (
                f"{function}({', '.join(swapped)})",
                f"{arguments[i]} and {arguments[j]} are swapped",
            )
    if len(arguments) == 1 and not node.keywords and function not in ("range", "reversed"):
        yield arguments[0], f"{function} is left out"


def of_a_curve(called, function, inside):
    yield inside, f"{called} is left out"
    yield f"{function}({function}({inside}))", f"{called} is taken twice"
    for other, curve in CURVES.items():
        if other != called:
            yield curve.format(inside), f"{other} stands where {called} should"
    yield f"-{function}({inside})", f"there is a minus in front of {called}"
    yield f"{function}(-({inside}))", f"there is a minus within {called}"
    yield f"1 - {function}({inside})", f"1 minus {called} stands where it alone should"
    yield f"{function}({inside}) ** 2", f"{called} is squared"


def of_a_range(arguments):
    first, end = arguments if len(arguments) == 2 else ("0", arguments[0])
    if len(arguments) > 2:
        return
    yield f"range({first}, {end} - 1)", "the loop ends one step early"
    yield f"range({first} + 1, {end})", "the loop begins one step late"
    yield f"range({first}, {end} + 1)", "the loop ends one step late"
    yield f"range({first} + 1, {end} + 1)", "the loop runs one step late"
    yield f"range({first}, min({end}, {first} + 1))", "the loop ends after its first step"
    yield f"reversed(range({first}, {end}))", "the loop runs backwards"


@of.register
def _(node: ast.Constant, names):
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return
    for other in (node.value + 1, node.value - 1, 2 * node.value, node.value / 2, -node.value):
        if other != node.value:
            yield repr(other), f"{other:g} stands where {node.value:g} should"


@of.register
def _(node: ast.Name, names):
    for other in names:
        if node.id in names.read and other != node.id:
            yield other, f"{other} stands where {node.id} should"


@of.register
def _(node: ast.Attribute, names):
    if node.attr == "T":
        yield text(node.value), f"{the(node.value)} is not transposed"


@of.register
def _(node: ast.Subscript, names):
    whole, index = text(node.value), node.slice
    if whole.endswith(".shape") and isinstance(index, ast.Constant):
        for other in range(3):
            if other != index.value:
                words = f"the size of axis {other} stands where that of axis {index.value} should"
                yield f"{whole}[{other}]", words
        return
    entries = index.elts if isinstance(index, ast.Tuple) else [index]
    for k, entry in enumerate(entries):
        for other, words in of_an_index(entry, whole):
            new = [text(e) for e in entries]
            new[k] = other
            yield f"{whole}[{', '.join(new)}]", words
    if len(entries) == 2 and text(entries[0]) == ":":
        yield f"{whole}[{text(entries[1])}]", f"{whole} is read along its first axis, the batch"


def of_an_index(entry, whole):
    """Of one entry between the brackets behind `whole`."""
    if isinstance(entry, ast.Slice):
        low, high = (text(end) if end else "" for end in (entry.lower, entry.upper))
        if low and high:
            moved = "" if high == "-1" else f"{high} + 1"
            yield f"{low} + 1:{moved}", f"the slice of {whole} lies one place too far"
            yield f"{low} - 1:{high} - 1", f"the slice of {whole} lies one place too early"
        if low:
            yield f"{low} + 1:{high}", f"the slice of {whole} begins one place late"
            yield f"{low} - 1:{high}", f"the slice of {whole} begins one place early"
            yield f":{high}", f"the slice of {whole} begins at its start"
        if high:
            yield f"{low}:{high} - 1", f"the slice of {whole} ends one place early"
            yield f"{low}:{high} + 1", f"the slice of {whole} ends one place late"
            yield f"{low}:", f"the slice of {whole} goes on to its end"
        if high and not low:
            yield f"-({high}):", f"the slice is cut from the end of {whole}, not from its start"
        if low.startswith("-") and not high:
            yield f":{low[1:]}", f"the slice is cut from the start of {whole}, not from its end"
    elif not isinstance(entry, ast.Tuple):
        inside, of = text(entry), f" of {whole}" * whole.isidentifier()
        yield f"{inside} - 1", f"the index{of} is one too low"
        yield f"{inside} + 1", f"the index{of} is one too high"
        yield f"-1 - ({inside})", f"{whole} is read from its end"
        yield "-1", f"the last of {whole} is read again and again"
        yield "0", f"the first of {whole} is read again and again"


NEAR = {ast.Lt: ("<=", ">"), ast.LtE: ("<", ">="), ast.Gt: (">=", "<"), ast.GtE: (">", "<=")}
NEAR |= {ast.Eq: ("!=",), ast.NotEq: ("==",)}


@of.register
def _(node: ast.Compare, names):
    a, b = text(node.left), text(node.comparators[0])
    for other in NEAR.get(type(node.ops[0]), ()):
        yield f"{a} {other} {b}", f"the condition asks for {other}"


@of.register
def _(node: ast.BoolOp, names):
    parts = [text(value) for value in node.values]
    for k, part in enumerate(parts):
        word = " and " if isinstance(node.op, ast.And) else " or "
        yield word.join(parts[:k] + parts[k + 1 :]), f"nobody asks whether {part}"


@of.register
def _(node: ast.IfExp, names):
    yield text(node.body), "no case is set apart"
    yield text(node.orelse), "each case is taken for the special one"


@of.register
def _(node: ast.If, names):
    body, other = ("\n".join(map(text, lines)) for lines in (node.body, node.orelse))
    yield body, f"the condition on {the(node.test)} always holds"
    yield other or "pass", f"the condition on {the(node.test)} never holds"
    yield f"if not ({text(node.test)}):\n{indented(body)}", "the condition is the wrong way round"


def indented(lines):
    return "\n".join(f"    {line}" for line in lines.splitlines())


@of.register
def _(node: ast.AugAssign, names):
    target = text(node.target)
    yield f"{target} = {text(node.value)}", f"{target} is replaced at each step, not added to"
    yield "pass", f"nothing is added to {target}"


@of.register
def _(node: ast.Assign, names):
    target = text(node.targets[0])
    yield "pass", f"{target} is not made anew"
    if isinstance(node.targets[0], ast.Name):
        yield f"{target} = {target} + {text(node.value)}", f"{target} is added to what it was"


@of.register
def _(node: ast.For, names):
    lines = [text(line) for line in node.body]
    head = f"for {text(node.target)} in {text(node.iter)}:\n"
    for k in range(len(lines) - 1):
        moved = [*lines[:k], lines[k + 1], lines[k], *lines[k + 2 :]]
        yield head + indented("\n".join(moved)), "two lines of the loop are in the wrong order"
    for name in names:  # such as the state, begun anew at each step
        start = [line for line in names.body if line.startswith(f"{name} = ")]
        if start:
            yield head + indented("\n".join([*start[:1], *lines])), f"{name} starts anew each time"
    if names.body[-1].startswith("return"):
        early = head + indented("\n".join([*lines, names.body[-1]]))
        yield early, "the return stands inside the loop"


@of.register
def _(node: ast.Return, names):
    if isinstance(node.value, ast.Tuple):
        items = [text(item) for item in node.value.elts]
        for i, j in itertools.combinations(range(len(items)), 2):
            swapped = items.copy()
            swapped[i], swapped[j] = swapped[j], swapped[i]
            yield f"return {', '.join(swapped)}", f"{items[i]} and {items[j]} are swapped"
    else:
        for other in names:
            if text(node.value) != other:
                yield f"return {other}", f"{other} is returned"


@of.register
def _(node: ast.Tuple, names):
    items = [text(item) for item in node.elts]
    if len(items) == 2:
        yield f"({items[1]}, {items[0]})", f"{items[0]} and {items[1]} are swapped"
