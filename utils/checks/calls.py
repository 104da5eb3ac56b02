"""One call of a learner's function: with copies, quietly, not for ever; and its errors in words."""

import _thread
import ast
import contextlib
import copy
import dis
import inspect
import io
import itertools
import linecache
import re
import signal
import textwrap
import threading
import time
import traceback
import types
import warnings
from types import NoneType
from typing import NamedTuple

import numpy as np

from utils.checks.results import as_arrays, listed, reworded

POWER = '^ is no power in Python, but "exclusive or", bit by bit: a power is written **'
PLAIN = {  # an exception's words: what is said of it; the first that fits
    r"UnboundLocalError.*": r"raises \g<0>: a name is read before it has a value",
    r"NameError.*": r"raises \g<0>: is it spelt as in the def line, or as where it got its value?",
    r".* out of (bounds|range).*": r"raises \g<0>: that index is past the end",
    r"RecursionError.*": r"raises \g<0>: the function calls itself and never comes to an end",
    r".*converted to Python scalars.*": r"raises \g<0>: np.tanh takes arrays, math.tanh does not",
    r".* for \^.*|.*bitwise_xor.*": rf"raises \g<0>: {POWER}",
    r".* as a data type.*": r"raises \g<0>: the shape goes in as a tuple, in brackets of its own",
    r".*cannot reshape array of size (\d+) into.*": (
        r"raises \g<0>: \1 numbers don't fill such a shape without a rest"
    ),
    r".*input arrays must have the same shape.*": (
        "stacks arrays that have different shapes: are the last ones cut short?"
    ),
    r".*inhomogeneous shape.*": "makes one array of arrays that have different shapes",
    r".*matmul: .*size (\d+) is different from (\d+).*": (
        r"multiplies arrays that don't fit: size \2 on the left and size \1 on the right must agree"
    ),
    r".*matmul: .*not have enough dim.*": "multiplies with a single number, and @ takes arrays",
    r".*shapes (.*) and (.*) not aligned: (\d+) .* != (\d+).*": (
        r"multiplies \1 by \2: the \3 and the \4 must be equal"
    ),
    r".*": r"raises \g<0>",
}


LIMIT = 10  # seconds that all calls of an answer may take together, where an exercise says nothing


class TooLong(Exception):
    """A call did not come back in time, or was interrupted."""


class Interrupt(KeyboardInterrupt):
    """Sends the next interrupt as it is raised: a bare `except:` may swallow this one.

    In C, since in a line of Python the next would come before this one is on its way.
    """

    __init__ = _thread.interrupt_main


class Exited(Exception):
    """A call wanted to end the whole notebook."""


class Call(NamedTuple):
    """What came of one call. `result` is a list of arrays, an exception, or a complaint."""

    value: object
    result: object
    printed: str
    changed: list  # names of the arguments that are no longer what they were


def call(function, args, returns, seconds=None):
    """Call `function` with copies of the arguments {name: value}, quietly. -> Call

    If it takes more than so many seconds, or exits, the result is `TooLong` or `Exited`.
    """
    given, printed = copy.deepcopy(args), io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = in_time(function, given.values(), seconds)
            result = [value] if isinstance(returns, type) else as_arrays(value, returns)
        except Exception as error:
            value = result = error
    changed = [name for name in given if not unchanged(given[name], args[name])]
    return Call(value, result, printed.getvalue(), changed)


def in_time(function, arguments, seconds=None):
    """What the function returns; TooLong after so many seconds, Exited for what would end the
    notebook.

    The interrupt is what the stop button sends, so that it works on every system; it is for the
    main thread, in which notebooks run their cells. In another one nothing is limited.
    """
    if seconds is None or not limited():
        return function(*arguments)
    running, started = False, time.perf_counter()

    def interrupt(signum, frame):
        if running:
            raise Interrupt

    before = signal.signal(signal.SIGINT, interrupt)
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        try:
            running = True
            return function(*arguments)
        finally:
            running = False  # the next interrupt is on its way already
    except SystemExit:
        raise Exited("your function exits, and with it the notebook: return instead") from None
    except KeyboardInterrupt:
        words = "was interrupted before it came back"
        if time.perf_counter() - started >= seconds:
            many = f"{seconds:.0f} second{'s' * (round(seconds) != 1)}"
            words = f"does not come back: after {many} it was interrupted"
        raise TooLong(f"your function {words}. Is there a loop that never ends?") from None
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGINT, before or signal.default_int_handler)


def limited():
    """Can a call be interrupted here?"""
    return threading.current_thread() is threading.main_thread()


def accepts(function, arguments):
    """Can `function` be called with so many positional arguments?"""
    try:
        inspect.signature(function).bind(*arguments)
    except (TypeError, ValueError) as error:
        return isinstance(error, ValueError)  # a built-in function that doesn't tell
    return True


def other_order(function, arguments):
    """What is said of a function that has the right arguments in another order."""
    try:
        own = [*inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return None
    if own != [*arguments] and sorted(own) == sorted(arguments):
        asked = f"the cells below hand over ({', '.join(arguments)}), in this order"
        return f"your function takes ({', '.join(own)}), and {asked}"
    return None


def read_from_notebook(function):
    """{name: value} of the numbers and what holds numbers that a function reads as globals."""
    if not hasattr(function, "__code__"):
        return {}
    held = globals_read(function)
    plain = int | float | np.number | np.ndarray | list | tuple | str
    return {n: v for n, v in held.items() if isinstance(v, plain)}


def globals_read(function):
    """{name: value} of what a function reads that is no argument and no attribute, but for the
    constants that stand beside it."""
    inner = [c for c in function.__code__.co_consts if hasattr(c, "co_names")]
    steps = itertools.chain(*map(dis.get_instructions, [function.__code__, *inner]))
    names = dict.fromkeys(s.argval for s in steps if s.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    own, held = constants_beside(function), function.__globals__
    return {n: held[n] for n in names if n in held and n not in own}


def constants_beside(function):
    """The names that get a value of their own in the function's cell, made of no other name."""
    lines = linecache.getlines(function.__code__.co_filename)
    try:
        body = ast.parse("".join(lines)).body
    except SyntaxError:  # a magic command, say
        return set()
    given = [n for n in body if isinstance(n, ast.Assign | ast.AnnAssign) and n.value]
    made = [n for n in given if not any(isinstance(m, ast.Name) for m in ast.walk(n.value))]
    names = (n for line in made for n in ast.walk(line) if isinstance(n, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def objects_from_notebook(function):
    """What is said of other things of the notebook that a function reads, such as a model."""
    if not hasattr(function, "__code__"):
        return ""
    held = globals_read(function)
    known = types.ModuleType | types.FunctionType | types.BuiltinFunctionType | type | NoneType
    plain = read_from_notebook(function)
    things = [f"`{n}`" for n, v in held.items() if not isinstance(v, known) and n not in plain]
    things = [n for n in things if not n[1:-1].startswith("__")]
    if not things:
        return ""
    return f" (you read {listed(things)}, which the notebook holds: use the arguments alone)"


def with_globals(function, **changed):
    """The function, reading other values."""
    new = types.FunctionType(
        function.__code__, function.__globals__ | changed, function.__name__,
        function.__defaults__, function.__closure__,
    )  # fmt: skip
    new.__kwdefaults__ = function.__kwdefaults__
    return new


def works(function):
    """Does the body use a name, or make a list or a dict? A stub does neither."""
    if not hasattr(function, "__code__") or returned(function):
        return True
    if {*function.__code__.co_names} - {"NotImplementedError"}:
        return True
    names = [op.opname for op in dis.get_instructions(function)]
    return any(word in name for name in names for word in ("_FAST", "_DEREF", "_CLOSURE", "BUILD_"))


def own_tree(function):
    """What the source of a function is made of; None where there is none, or it is no def."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # no source, or part of an expression
        return None
    return tree if isinstance(tree.body[0], ast.FunctionDef) else None


def outside_of_functions(nodes):
    """The nodes and all in them, but for functions defined there."""
    for node in nodes:
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield node
            yield from outside_of_functions(ast.iter_child_nodes(node))


def returned(function):
    """What its source returns that is more than a constant. Python compiles nothing below a
    raise."""
    tree = own_tree(function)
    lines = outside_of_functions(tree.body[0].body) if tree else ()
    values = [node.value for node in lines if isinstance(node, ast.Return)]
    return [ast.unparse(v) for v in values if not isinstance(v, (NoneType, ast.Constant))]


def takes_powers(function):
    """Does it write `n ^ 2`, which raises no error with whole numbers?"""
    tree = ast.walk(own_tree(function) or ast.Constant(0))
    powers = (node for node in tree if isinstance(getattr(node, "op", None), ast.BitXor))
    return any(isinstance(node.right, ast.Constant) for node in powers)


def draws(function):
    """A call in its source that draws random numbers; None without."""
    tree = ast.walk(own_tree(function) or ast.Constant(0))
    calls = (ast.unparse(node) for node in tree if isinstance(node, ast.Call))
    random = (call for call in calls if re.search(r"\brandom\.\w|\bdefault_rng\b", call))
    return min(random, key=len, default=None)


def unchanged(a, b):
    """Is an argument what it was, but for the last digit, which adding and subtracting may cost?"""
    if isinstance(a, list):
        return len(a) == len(b) and all(map(unchanged, a, b))
    if np.array_equal(a, b):
        return True
    floats = np.asarray(a).dtype.kind == "f" and np.shape(a) == np.shape(b)
    return floats and np.allclose(a, b, rtol=1e-12, atol=1e-14)


def explain(error, function, sizes):
    """An exception in one line: where in the learner's function, what happened, a hint."""
    if isinstance(error, (TooLong, Exited)):
        return str(error)
    code, where = getattr(function, "__code__", None), "your function"
    lines = [n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code is code]
    if lines:
        text = linecache.getline(code.co_filename, lines[-1]).strip()
        where = f"line {lines[-1] - code.co_firstlineno + 1} of your function"
        where += f", `{text}`," if text else ""
    words = next(traceback.TracebackException.from_exception(error).format_exception_only())
    words = re.sub(r"(?<=\d),(?=\d)", ", ", " ".join(words.split()))
    words = reworded(words, PLAIN)
    shapes = re.findall(r"\(\d+,[\d, ]*\)(?! \+)|size \d+", words)
    numbers = [int(n) for n in re.findall(r"\d+", " ".join(shapes))]
    names = {n: [a for a, size in sizes.items() if size == n] for n in sizes.values()}
    met = [f"{n} is {' or '.join(axes)}" for n, axes in names.items() if n in numbers and n > 1]
    words += f" ({', '.join(met)})" if met else ""
    words += written_out(numbers, function, sizes)
    return f"{where} {words[:400]}"


def written_out(numbers, function, sizes):
    """What is said of the first of some sizes that is no size of the arguments."""
    few = [n for n in numbers if 1 < n < min(sizes.values(), default=0) - 1]
    held = read_from_notebook(function) if numbers else {}
    arrays = [name for name, value in held.items() if isinstance(value, np.ndarray)]
    if not few:
        return "".join(f" (`{name}` is not an argument)" for name in arrays)
    words = f": {few[0]} is no size of the arguments"
    fits = [name for name, value in held.items() if few[0] in sizes_of(value)]
    if fits := fits or arrays:
        are = "are variables" if fits[1:] else "is a variable"
        return f"{words}, and {listed([f'`{n}`' for n in fits])} {are} of the notebook"
    return f"{words}: is it written out?" if few[0] in numbers_in(function) else words


def numbers_in(function):
    """The whole numbers that stand in its source."""
    tree = ast.walk(own_tree(function) or ast.Constant(0))
    return [node.value for node in tree if isinstance(getattr(node, "value", None), int)]


def sizes_of(value):
    """The numbers that a value may give to a shape."""
    if isinstance(value, int | np.integer):
        return (value,)
    if isinstance(value, np.ndarray):
        return value.shape
    return (len(value),) if isinstance(value, str | list | tuple) else ()


def layer_in(function):
    """The name of a layer, the course's or a library's, that a function reads; None without."""
    if not hasattr(function, "__code__"):
        return None
    spaces = [function.__globals__]
    for name in function.__code__.co_names:
        for space in spaces:
            found = space.get(name)
            if isinstance(found, types.ModuleType):
                spaces = [*spaces, vars(found)]
            if isinstance(found, type) and hasattr(found, "set_weights"):
                return name
    return None
