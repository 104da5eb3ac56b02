"""Checks of exercises that say what is wrong. Nothing here knows a course; NumPy is all it needs.

    @exercise(
        {"x": "batch features", "W": "features units", "b": "units"},
        off=["x", "b"],
        returns={"y": "batch units"},
        right="y agrees on random arrays, also with x and b switched off in turn",
    )
    def dense(x, W, b):
        return x @ W + b

    dense.knows({"x @ W + b": {"x @ W": "the bias is missing", "x + b": "where are the weights?"}})

makes an `Exercise` of the reference. Called with a learner's function it prints right, not
attempted yet, or what is wrong, and hands back the learner's function if it is right, else the
reference, so that whatever follows works.

How a mistake is found: the function is called on probes, small random arguments with one thing
switched off at a time. A known mistake is a line of the reference and what stands there
instead; the first one with the same results on every probe is what the learner did. If there
is none, the results are described: type, shape, and where they are right and where wrong.
"""

import ast
import contextlib
import copy
import dis
import functools
import inspect
import io
import itertools
import linecache
import re
import sys
import textwrap
import traceback
import warnings
from types import EllipsisType, NoneType
from typing import NamedTuple

import numpy as np

WIDTH = 72  # characters that a line of output holds at 1024 pixels, before it breaks within words

# No two alike, nor after +-1; above those that a learner's notebook has, so that `explain` knows a
# number from there; batch below timesteps, so that a loop over the wrong axis ends in numbers.
SIZES = {"batch": 6, "timesteps": 13, "features": 17, "units": 9}
OTHER_SIZES = {"features": 20, "units": 10}

PLAIN = {  # an exception's words: what is said of it; the first that fits
    r"UnboundLocalError.*": r"raises \g<0>: a name is read before it has a value",
    r"NameError.*": r"raises \g<0>: is it spelt as in the def line, or as where it got its value?",
    r".* out of (bounds|range).*": r"raises \g<0>: that index is past the end",
    r"RecursionError.*": r"raises \g<0>: the function calls itself and never comes to an end",
    r".*converted to Python scalars.*": r"raises \g<0>: np.tanh takes arrays, math.tanh does not",
    r".* as a data type.*": r"raises \g<0>: the shape goes in as a tuple, in brackets of its own",
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


class Probe(NamedTuple):
    """Arguments to try, what sets them apart from the first probe's, and where that points."""

    args: dict
    when: str = ""
    look: str = ""
    sizes: dict = {}


class Call(NamedTuple):
    """What came of one call. `result` is a list of arrays, an exception, or a complaint."""

    value: object
    result: object
    printed: str
    changed: list  # names of the arguments that are no longer what they were


class Mistake(NamedTuple):
    """A line of the reference, what stands there instead, and what is said of it."""

    line: str
    wrong: str
    words: str


class Told(Exception):
    """What is wrong, in words: the end of looking for it."""


# --- exercises --------------------------------------------------------------------------------


def exercise(arguments=None, *, probes=None, off=(), returns, **how):
    """A decorator that makes an `Exercise` of the reference, the function below it.

    `arguments` maps each argument to its axes, "batch units", for `random_probes`; `off` names
    those that are switched off in turn. Where random arrays won't do, `probes` is a list of
    `Probe`s instead. A function without arguments needs neither. For the rest see `Exercise`.

    Raises ValueError where a name fits nothing in the reference.
    """
    if probes and (arguments or off):
        raise ValueError("either probes, or arguments and what of them is off")
    if arguments:
        must_be("an axis of what is returned", axes_of(returns), axes_of(arguments))
        probes = random_probes(arguments, off)
    return lambda reference: Exercise(reference, probes or [Probe({})], returns=returns, **how)


def must_be(what, names, known):
    """Refuse names that aren't known."""
    for name in names:
        if name not in known:
            raise ValueError(f"{what} must be one of {', '.join(sorted(known))}, got {name!r}")


class Exercise:
    """A reference and what is known of wrong answers; called with one, it prints the verdict.

    returns: the arrays that come back and their axes, {"h_t": "batch units"}; "" is a number, and
        None axes that nothing is said of. A type where it is no array: dict, or object for any.
    right: what has been verified; or a function that tells it of what was returned.
    origin: the name of the array that the others are made of.
    evidence: what is wrong with a number or a short list: a function of the probe's arguments
        and the result, or the words behind "for steps = 3 ".
    remarks: {pattern: how it is said here} for what would be said of a mistake nobody foresaw.
    pairs: whether two of the known mistakes are looked for at once.

    Its known mistakes come with `knows`; what can't be compared is judged by a function, `against`.
    Raises ValueError where a name fits none of the reference's.
    """

    around = functools.partial(np.errstate, all="ignore")  # a context in which answers are called

    def __init__(
        self, reference, probes, *, returns, right, origin=None, evidence=None, remarks=None,
        pairs=False,
    ):  # fmt: skip
        self.reference, self.probes, self.returns, self.right = reference, probes, returns, right
        self.origin, self.evidence, self.remarks = origin, evidence, remarks or {}
        self.pairs = pairs
        self.name, self.mistakes, self.judges = reference.__name__, [], {}
        source = textwrap.dedent(inspect.getsource(reference))  # now: the file may change later
        self.source = source[re.search(r"^def ", source, re.MULTILINE).start() :]
        wanted = [*inspect.signature(reference).parameters]
        for probe in probes:
            if [*probe.args] != wanted:
                given = f"{self.name} takes ({', '.join(wanted)})"
                raise ValueError(f"{given}, and a probe gives ({', '.join(probe.args)})")
        if origin:
            must_be("origin", [origin], returns)
        for pattern, how in self.remarks.items():
            try:
                re.sub(pattern, how, "")
            except re.error as error:
                raise ValueError(f"remarks: {pattern!r}: {how!r}: {error}") from None

    def knows(self, table):
        """Know more mistakes: {line: {what stands in its place: what is said of it}}.

        Of those with the same results the first is told. Raises ValueError unless each line stands
        in the reference exactly once, and something else in its place.
        """
        if "against" in self.judges:
            raise ValueError(f"{self.name} is judged, not compared: it can't know mistakes")
        vars(self).pop("tried", None)
        for line, wrongs in table.items():
            if (found := self.source.count(line)) != 1:
                told = f"{line!r} must stand in {self.name} once, and does {found} times"
                raise ValueError(f"{told}:\n{self.source}")
            for wrong, words in wrongs.items():
                if wrong == line or not words:
                    told = f"another text must stand in the place of {line!r}, with words for it"
                    raise ValueError(f"{told}, got {wrong!r}: {words!r}")
                self.mistakes.append(Mistake(line, wrong, words))

    def against(self, judge):
        """A decorator of the function that says what speaks against what was returned, or nothing.

        It judges alone: nothing is compared. If the exercise has arguments, it is given an iterator
        over what comes of the probes, each called when its turn comes; else, the one value.
        """
        if self.mistakes:
            raise ValueError(f"{self.name} knows mistakes: it is compared, and can't be judged")
        self.judges["against"] = judge
        return judge

    def meaning(self, judge):
        """A decorator of the function that says what an exception means, or nothing, for `against`.

        It is given the exception and the probe's arguments.
        """
        self.judges["meaning"] = judge
        return judge

    def __call__(self, answer):
        with self.around():
            line = " ".join(self.judge(answer).split())
        terminals = getattr(sys.stdout, "encoding", None) or "utf-8"  # which may lack letters
        text = line.encode(terminals, "replace").decode(terminals)
        print(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False))
        return answer if line.startswith("Right: ") else self.reference

    def judge(self, answer):
        """What to print about `answer`."""
        later = f"Not attempted yet: the cells below use the course's own {self.name}."
        if answer is self.reference:
            return f"{later} It is what this name stands for now: run the cell with yours again."
        if not callable(answer) or isinstance(answer, Exercise):
            return f"Not yet: hand over the function itself, {self.name}, not {kind(answer)}."
        if not accepts(answer, self.probes[0].args):
            wanted = ", ".join(self.probes[0].args)
            return f"Not yet: {self.name} takes ({wanted}), not {inspect.signature(answer)}."
        first = self.call(answer, self.probes[0])
        print(first.printed, end="")  # of all calls the first only, so that each print shows once
        empty = isinstance(first.value, (NoneType, EllipsisType, NotImplementedError))
        if empty and not first.printed and not works(answer):
            return later
        if complaint := self.complaint(answer, first):
            return f"Not yet: {complaint}" + ("" if complaint.endswith((".", "?")) else ".")
        return f"Right: {self.right(first.value) if callable(self.right) else self.right}."

    def complaint(self, answer, first):
        """What is wrong with `answer`, in words, or nothing."""
        if isinstance(first.value, NotImplementedError):
            return "raise NotImplementedError() still stands in your function: delete that line"
        if first.value is None:
            does = "prints but does not return" if first.printed else "does not return"
            return f"your function {does} its result: it must end with a return"
        return (self.judged if "against" in self.judges else self.compared)(answer, first)

    def judged(self, answer, first):
        """What `against` says of what `answer` returns."""
        values = self.values(answer, first)
        try:
            return self.judges["against"](values if self.probes[0].args else next(values))
        except Told as told:
            return str(told)

    def values(self, answer, first):
        """What comes of each probe in turn; raises Told where that can't be judged."""
        meaning = self.judges.get("meaning", lambda *_: None)
        for k, probe in enumerate(self.probes):
            call = self.call(answer, probe) if k else first
            failed = isinstance(call.value, Exception)
            if failed and (words := meaning(call.value, *probe.args.values())):
                raise Told(words)
            if call.changed:
                changes = f"your function changes its argument {call.changed[0]} in place"
                raise Told(changes + ": work on a copy" * failed)
            if not isinstance(call.result, list):
                raise Told(self.no_result(answer, k, call.result))
            if self.returns is dict and not isinstance(call.value, dict):
                raise Told(f"your function returns {kind(call.value)}, where a dict is asked for")
            yield call.value if isinstance(self.returns, type) else call.result

    def compared(self, answer, first):
        """How the results of `answer` differ from the reference's, if they do."""
        again = self.call(answer, self.probes[0])
        if isinstance(first.result, list) and not same(first.result, again.result):
            return (
                "called twice with the same arguments, your function answers differently: "
                "something outlives the call (a global, a default argument), or is random"
            )
        calls = [first] + [self.call(answer, probe) for probe in self.probes[1:]]
        results = [call.result for call in calls]
        changed = [name for call in calls for name in call.changed]
        wanted = self.results(self.reference)
        if all(map(same, results, wanted)):
            return changed and (
                f"the numbers are right, but your function changes its argument {changed[0]} "
                "in place, and whoever called it may need the old values: work on a copy"
            )
        if changed:  # which may be all that is wrong: a slice of it has changed, too
            return f"your function changes its argument {changed[0]} in place: work on a copy"
        return self.known_mistake(results, wanted) or reworded(
            self.description(answer, results, wanted), self.remarks
        )

    def call(self, function, probe):
        """Call `function` with copies of the probe's arguments, quietly."""
        return call(function, probe.args, self.returns)

    def results(self, function):
        return [self.call(function, probe).result for probe in self.probes]

    def variant(self, *mistakes):
        """The reference with these mistakes in it, or nothing where one is in another's place."""
        source = self.source
        for line, wrong, _ in mistakes:
            if source.count(line) != 1:
                return None
            source = source.replace(line, wrong)
        scope = dict(self.reference.__globals__)
        exec(source, scope)
        return scope[self.name]

    @functools.cached_property
    def tried(self):
        """The results of each known mistake, and the words for it."""
        return [(self.results(self.variant(each)), each.words) for each in self.mistakes]

    def known_mistake(self, results, wanted):
        """The words for the first mistake with these results; if none explains all that is
        wrong, for the first that explains one part of it and touches no part that is right."""
        wrong = wrong_parts(results, wanted)
        for part in [None, *wrong]:
            for theirs, words in self.tried:
                if alike(results, theirs, part) and set(wrong_parts(theirs, wanted)) <= set(wrong):
                    return words
        return self.two_mistakes(results) if self.pairs else None

    def two_mistakes(self, results):
        """The words for two of the known mistakes that together have these results."""
        if not all(isinstance(result, list) for result in results):
            return None
        for one, other in itertools.combinations(self.mistakes, 2):
            if variant := self.variant(one, other):
                answers = (self.call(variant, probe).result for probe in self.probes)
                if all(map(same, answers, results)):
                    return f"{one.words}. And {other.words}"
        return None

    def otherwise(self, at):
        """How a message begins of a probe up to which all was right."""
        return f"right otherwise, but {self.probes[at].when} " if at else ""

    def no_result(self, answer, at, result):
        """What is said of an exception or a complaint that came of a probe."""
        if isinstance(result, Exception):
            result = explain(result, answer, self.probes[at].sizes)
        return self.otherwise(at) + result

    def description(self, answer, results, wanted):
        """What can be said about a mistake that nobody foresaw."""
        at = [same(a, b) for a, b in zip(results, wanted, strict=True)].index(False)
        probe, result, but = self.probes[at], results[at], self.otherwise(at)
        if not isinstance(result, list):
            return self.no_result(answer, at, result)
        numbers = all(array.size and np.isfinite(array).all() for array in result)
        if numbers and len(results) > 1 and all(same(result, other) for other in results):
            several = "s" if result[0].size > 1 else ""
            return f"you return the same number{several} whatever the arguments"
        parts, names = wrong_parts([result], [wanted[at]]), list(self.returns)
        part = max(parts, key=lambda k: names[k] == self.origin)  # the origin, else the first
        name, axes = names[part], self.returns[names[part]]
        got, want = result[part], wanted[at][part]
        right_names = [n for k, n in enumerate(names) if k not in parts]
        but += f"right: {', '.join(right_names)}; but " if right_names else ""
        if name == self.origin and len(parts) > 1:
            others = " and ".join(names[k] for k in parts if k != part)
            but += f"before you look at {others}, made of {name}: "
        if words := difference(got, want, (axes or "").split(), probe.sizes):
            return f"{but}{name} {words}"
        if callable(self.evidence):
            return but + self.evidence(probe.args, got)
        if self.evidence:
            given = ", ".join(f"{argument} = {value}" for argument, value in probe.args.items())
            return f"{but}for {given} {self.evidence.format(got=got)}"
        for other, r, w in zip(self.probes, results, wanted, strict=True):
            if at == 0 and same(r, w, part) and w[part].any():
                return f"{but}{name} is right {other.when}, and wrong otherwise: {other.look}"
        return f"{but}{name} has the right shape, and is wrong for all arguments that were tried"


# --- probes -----------------------------------------------------------------------------------


def axes_of(named):
    """The axes of arrays {name: axes}: "units" in "zrg*units", where blocks lie side by side."""
    return {axis.rpartition("*")[2] for axes in named.values() for axis in (axes or "").split()}


def size_of(text, sizes):
    """How long an axis is: "units", "3*units", "zrg*units", or a number, "2"."""
    blocks, _, axis = text.rpartition("*")
    times = int(blocks) if blocks.isdigit() else len(blocks) or 1
    return times * (int(axis) if axis.isdigit() else sizes[axis])


def parts_of(arguments):
    """{name: (argument, blocks, which of them)} of all that can be switched off: the arguments,
    and "W_xz" for the block z of the last axis of W_x, "features zrg*units"."""
    parts = {name: (name, 1, 0) for name in arguments}
    for name, axes in arguments.items():
        letters = axes.split()[-1].rpartition("*")[0] if axes else ""
        for k, letter in enumerate(letters if letters.isalpha() else ""):
            parts[name + letter] = name, len(letters), k
    return parts


def random_probes(arguments, off=(), seed=0):
    """All arguments random; each and every two of `off` zero; one sample; one timestep; and
    other numbers of units and features, so that no size can be written out.

    `arguments` maps each to its axes, "batch units"; "4*units" or "ifgo*units" are four blocks of
    units side by side, and `off` may name one of them by its letter, "W_xf". Values stay within
    +-0.9, as tanh's do. Raises ValueError where `off` names something else.
    """
    rng = np.random.default_rng(seed)
    used, parts = axes_of(arguments), parts_of(arguments)
    must_be("off", off, parts)

    def probe(when="", look="", zero=(), **others):
        sizes = {axis: size for axis, size in (SIZES | others).items() if axis in used}
        shapes = {n: [size_of(a, sizes) for a in axes.split()] for n, axes in arguments.items()}
        args = {name: rng.uniform(-0.9, 0.9, shape) for name, shape in shapes.items()}
        for argument, blocks, which in map(parts.get, zero):
            np.split(args[argument], blocks, axis=-1)[which][:] = 0
        return Probe(args, when, look, sizes)

    probes = [probe()]
    for zero in [*itertools.combinations(off, 1), *itertools.combinations(off, 2)]:
        names = " and ".join(zero)
        when = f"while {names} {'is' if len(zero) == 1 else 'are'} zero"
        probes.append(probe(when, f"look at what you do with {names}", zero))
    probes.append(probe("for a single sample", "do the samples get mixed up?", batch=1))
    if "timesteps" in used:
        look = "look at what one step hands to the next"
        probes.append(probe("for a single timestep", look, timesteps=1))
    if others := {axis: size for axis, size in OTHER_SIZES.items() if axis in used}:
        when = " and ".join(f"{size} {axis}" for axis, size in others.items())
        look = "are sizes written out elsewhere?"
        probes.append(probe(f"with other sizes, {when},", look, **others))
    return probes


# --- one call ---------------------------------------------------------------------------------


def call(function, args, returns):
    """Call `function` with copies of the arguments {name: value}, quietly. -> Call"""
    given, printed = copy.deepcopy(args), io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(*given.values())
            result = [value] if isinstance(returns, type) else as_arrays(value, returns)
        except Exception as error:
            value = result = error
    changed = [name for name in given if not unchanged(given[name], args[name])]
    return Call(value, result, printed.getvalue(), changed)


def accepts(function, arguments):
    """Can `function` be called with so many positional arguments?"""
    try:
        inspect.signature(function).bind(*arguments)
    except (TypeError, ValueError) as error:
        return isinstance(error, ValueError)  # a built-in function that doesn't tell
    return True


def works(function):
    """Does the body use a name, or make a list or a dict? A stub does neither."""
    if not hasattr(function, "__code__") or returns_something(function):
        return True
    if {*function.__code__.co_names} - {"NotImplementedError"}:
        return True
    names = [op.opname for op in dis.get_instructions(function)]
    return any(word in name for name in names for word in ("_FAST", "_DEREF", "_CLOSURE", "BUILD_"))


def returns_something(function):
    """Does its source return more than a constant? Python compiles nothing below a raise."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # no source, or part of an expression
        return False
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return any(not isinstance(value, (NoneType, ast.Constant)) for value in values)


def as_arrays(value, returns):
    """`value` as a list of float arrays, one for each that is asked for, or a complaint."""
    names, several = list(returns), len(returns) > 1
    numbers = several and all(axes == "" for axes in returns.values())
    if numbers and isinstance(value, np.ndarray) and value.ndim == 1:
        value = list(value)
    returned = f"your function returns {kind(value)}"
    if several and not (isinstance(value, (tuple, list)) and len(value) == len(names)):
        asked = f"{len(names)} {'numbers' if numbers else 'arrays'} are asked for"
        return f"{returned} where {asked}: {', '.join(names)}"
    if not several and isinstance(value, tuple) and any(np.ndim(v) for v in value):
        return f"{returned} where one array is asked for: {names[0]}"
    if isinstance(value, str):
        return f"{returned}, where numbers are asked for"
    arrays = []
    for name, item in zip(names, value if several else [value], strict=True):
        try:
            array = np.array(item)
        except ValueError:  # a list whose items differ in length
            array = np.array(None)
        if array.dtype.kind == "c":
            return "what your function returns is complex: is it a root of a negative number?"
        if array.dtype.kind not in "biuf":
            which = f", of which {name} is {kind(item)}," if several else ""
            return f"{returned}{which} that can't be read as an array of numbers"
        arrays.append(array.astype(float))
    return arrays


def unchanged(a, b):
    if isinstance(a, list):
        return len(a) == len(b) and all(map(unchanged, a, b))
    return np.array_equal(a, b)


# --- comparing --------------------------------------------------------------------------------


def close(a, b):
    """Equal but for rounding, be it that of float32."""
    if a.shape != b.shape:
        return False
    scale = np.max(np.abs(b[np.isfinite(b)]), initial=0) or 1
    return np.allclose(a, b, rtol=0, atol=1e-5 * scale, equal_nan=True)


def same(a, b, part=None):
    """Are two results alike? Of a result with several arrays, `part` picks one to compare."""
    if isinstance(a, list) and isinstance(b, list):
        return all(map(close, a, b)) if part is None else close(a[part], b[part])
    return type(a) is type(b) and str(a) == str(b) and part is None


def alike(results, theirs, part):
    """The same mistake? Of exceptions on later probes the words may differ: they depend on which
    line comes first."""
    first, *others = zip(results, theirs, strict=True)
    return same(*first, part) and all(
        same(a, b, part) or (isinstance(a, Exception) and isinstance(b, Exception))
        for a, b in others
    )


def wrong_parts(results, wanted):
    """The positions of the arrays that are wrong on any probe."""
    if not all(isinstance(result, list) for result in results):
        return []
    pairs = list(zip(results, wanted, strict=True))
    return [k for k in range(len(wanted[0])) if not all(same(a, b, k) for a, b in pairs)]


# --- words ------------------------------------------------------------------------------------


def reworded(words, table):
    """What the first pattern of the table that fits all the words makes of them."""
    fits = (m.expand(to) for this, to in table.items() if (m := re.fullmatch(this, words)))
    return next(fits, words)


def kind(value):
    """A few words for what `value` is."""
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, str):
        return f"the text {value!r:.60}"
    if value is None:
        return "None"
    if np.isscalar(value):
        return "a number"
    name = type(value).__name__
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def shape_words(shape, sizes):
    names = {size: axis for axis, size in sizes.items() if size > 1}
    if not {*shape} & {*names}:
        return str(shape)
    return f"({', '.join(names.get(n, str(n)) for n in shape)}) = {shape}"


def difference(got, want, axes, sizes):
    """How one array differs from what it should be, if there is a pattern in it."""
    shapes = f"{shape_words(got.shape, sizes)}, and should be {shape_words(want.shape, sizes)}"
    for order in itertools.permutations(range(got.ndim) if got.ndim == want.ndim else ()):
        if list(order) != sorted(order) and close(got.transpose(order), want):
            if got.shape == want.shape:
                return "is transposed"
            return f"has the right numbers in the wrong order of axes: its shape is {shapes}"
    if got.ndim and not want.ndim:
        add = ": add them up" if got.size > 1 and close(got.sum(), want) else ""
        holds = "is a number in brackets" if got.size == 1 else f"holds {got.size} numbers"
        return f"{holds}, where one number is asked for{add}"
    if got.shape != want.shape:
        return f"has the wrong shape: it is {shapes}"
    if not np.isfinite(got).all():
        return "holds NaN or infinity" if got.ndim else f"is {got}, which is no number"
    if want.size > 1 and want.any():
        factor = np.sum(got * want) / np.sum(want * want)
        if close(got, factor * want):
            patterns = {0: "is zero everywhere", -1: "has the wrong sign everywhere"}
            return patterns.get(round(factor, 4), f"is {factor:.3g} times what it should be")
    for k, axis in enumerate(axes):
        right = [close(got.take(i, k), want.take(i, k)) for i in range(want.shape[k])]
        if any(right) and axes.count(axis) == 1:
            wrong = [i for i, ok in enumerate(right) if not ok]
            return f"is wrong at {axis} {wrong}, counted from 0, and right elsewhere"
    for k, axis in enumerate(axes):
        if want.ndim > 1 < want.shape[k] and close(in_order(got, k), in_order(want, k)):
            return f"has the right {axis}, but in another order"
    if want.ndim and close(np.sort(got, axis=None), np.sort(want, axis=None)):
        hint = ": reshape doesn't swap axes; did you want a transpose?" if want.ndim > 1 else ""
        return f"has the right numbers in the wrong places{hint}"
    return None


def in_order(a, axis):
    """The slices of `a` along `axis` as rows, sorted, so that their order no longer counts."""
    rows = np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1)
    return rows[np.lexsort(rows.T)]


def explain(error, function, sizes):
    """An exception in one line: where in the learner's function, what happened, a hint."""
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
    met = [f"{n} is {axis}" for axis, n in sizes.items() if n in numbers and n > 1]
    words += f" ({', '.join(met)})" if met else ""
    if few := [n for n in numbers if 1 < n < min(sizes.values(), default=0) - 1]:
        words += f": no size here is {few[0]}: is it written out, or a variable of the notebook?"
    for name in code.co_names if code and numbers else ():
        if isinstance(function.__globals__.get(name), np.ndarray):
            words += f" (`{name}` is not an argument)"
    return f"{where} {words[:400]}"
