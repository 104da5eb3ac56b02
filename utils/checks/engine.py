"""Checks of exercises that say what is wrong. Nothing here knows a course.

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
is none, `diagnosis` looks for what else explains all that came back, and where it is wrong.
"""

import ast
import contextlib
import functools
import inspect
import re
import sys
import textwrap
import time
import warnings
from types import EllipsisType, NoneType
from typing import NamedTuple

import numpy as np

from utils.checks import slips
from utils.checks.calls import (
    LIMIT,
    POWER,
    TooLong,
    accepts,
    call,
    draws,
    explain,
    layer_in,
    other_order,
    returned,
    takes_powers,
    works,
)  # fmt: skip
from utils.checks.diagnosis import Diagnosis
from utils.checks.probes import Probe, axes_of, must_be, random_probes
from utils.checks.results import FEW, kind, listed, same

CHANGES = "off", "large", "small", "full", "one_hot"  # of some arguments, for `random_probes`
WIDTH = 72  # characters that a line of output holds at 1024 pixels, before it breaks within words


class Mistake(NamedTuple):
    """A line of the reference, what stands there instead, and what is said of it."""

    line: str
    wrong: str
    words: str


class Told(Exception):
    """What is wrong, in words: the end of looking for it."""


# --- exercises --------------------------------------------------------------------------------


def exercise(arguments=None, *, probes=None, returns, **how):
    """A decorator that makes an `Exercise` of the reference, the function below it.

    `arguments` maps each argument to its axes, "batch units", for `random_probes`, which says what
    `off`, `large`, `small`, `full` and `one_hot` name. Where random arrays won't do, `probes` is a
    list of `Probe`s instead. A function without arguments needs neither. For the rest see
    `Exercise`.

    Raises ValueError where a name fits nothing in the reference.
    """
    changes = {name: how.pop(name) for name in CHANGES if name in how}
    if probes and (arguments or changes):
        raise ValueError("either probes, or arguments and what of them is off")
    if arguments:
        must_be("an axis of what is returned", axes_of(returns), axes_of(arguments))
        probes = random_probes(arguments, **changes)
    probes = probes or [Probe({})]
    return lambda reference: Exercise(reference, probes, arguments, returns=returns, **how)


class Exercise:
    """A reference and what is known of wrong answers; called with one, it prints the verdict.

    returns: the arrays that come back and their axes, {"h_t": "batch units"}; "" is a number, and
        None axes that nothing is said of. A type where it is no array: dict, or object for any.
    right: what has been verified; or a function that tells it of what was returned.
    origin: the name of the array that the others are made of.
    evidence: what is wrong with a number or a short list: a function of the probe's arguments
        and what was returned, or the words behind "for steps = 3 ".
    shares: {"W_x": function of the arguments}, the parts of a number that is a sum.
    remarks: {pattern: how it is said here} for what would be said of a mistake nobody foresaw.
    examples: small arguments by hand, {"x": array, ...}; of a mistake nobody foresaw the first that
        comes out wrong is told, with what came and what is right; and a change of the answer counts
        as a mend only if they come out right, too.
    restored: {"w": what is said} of an argument that is changed on purpose and put back, if it is
        not what it was.
    asked: {"fit": {"what fit is given as x": "samples units"}} of arguments that are functions:
        each of theirs, in words, and its axes; "fit()" is what `fit` returns. Of a mistake nobody
        foresaw it is told whether the question is wrong, or what is made of the answer.
    places: whether whole numbers are asked for that index an array, which floats can't.
    seconds: how long an answer may take, in all its calls together.

    Its known mistakes come with `knows`; what can't be compared is judged by a function, `against`.
    Raises ValueError where a name fits none of the reference's.
    """

    around = functools.partial(np.errstate, all="ignore")  # a context in which answers are called

    def __init__(
        self, reference, probes, arguments=None, *, returns, right, origin=None, evidence=None,
        shares=None, remarks=None, examples=(), restored=None, asked=None, places=False,
        seconds=LIMIT,
    ):  # fmt: skip
        self.reference, self.probes, self.returns, self.right = reference, probes, returns, right
        self.arguments, self.origin, self.evidence = arguments or {}, origin, evidence
        self.shares, self.remarks, self.seconds = shares or {}, remarks or {}, seconds
        self.examples, self.restored = [Probe(args) for args in examples], restored or {}
        self.asked, self.places = asked or {}, places
        self.name, self.mistakes, self.judges = reference.__name__, [], {}
        self.coded = {}  # slips: the reference with them, as code
        self.answer, self.spent = None, 0  # what is judged, and the seconds it has taken
        source = textwrap.dedent(inspect.getsource(reference))  # now: the file may change later
        self.source = source[re.search(r"^def ", source, re.MULTILINE).start() :]
        wanted = [*inspect.signature(reference).parameters]
        for probe in [*probes, *self.examples]:
            if [*probe.args] != wanted:
                given = f"{self.name} takes ({', '.join(wanted)})"
                raise ValueError(f"{given}, and a probe gives ({', '.join(probe.args)})")
        must_be("what is restored", self.restored, wanted)
        must_be("what is asked", [name.removesuffix("()") for name in self.asked], wanted)
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
        try:
            with self.around():
                line = " ".join(self.judge(answer).split())
        except KeyboardInterrupt:
            line = f"Not yet: you stopped the check. {self.name} is the course's own for now."
        terminals = getattr(sys.stdout, "encoding", None) or "utf-8"  # which may lack letters
        text = line.encode(terminals, "replace").decode(terminals)
        print(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False))
        return answer if line.startswith("Right: ") else self.reference

    def judge(self, answer):
        """What to print about `answer`."""
        self.answer, self.spent = answer, 0
        later = f"Not attempted yet: the cells below use the course's own {self.name}."
        if answer is self.reference:
            return f"{later} It is what this name stands for now: run the cell with yours again."
        if not callable(answer) or isinstance(answer, Exercise):
            return f"Not yet: hand over the function itself, {self.name}, not {kind(answer)}."
        if inspect.isclass(answer):
            return f"Not yet: {self.name} is a class: a function that returns is asked for."
        if words := other_order(answer, self.probes[0].args):
            return f"Not yet: {words}."
        if not accepts(answer, self.probes[0].args):
            wanted = ", ".join(self.probes[0].args)
            return f"Not yet: {self.name} takes ({wanted}), not {inspect.signature(answer)}."
        first = self.call(answer, self.probes[0])
        print(first.printed, end="")  # of all calls the first only, so that each print shows once
        empty = isinstance(first.value, (NoneType, EllipsisType, NotImplementedError))
        if empty and not first.printed and not works(answer):
            return later
        if complaint := self.complaint(answer, first):
            complaint = POWER if takes_powers(answer) else complaint
            return f"Not yet: {complaint}" + ("" if complaint.endswith((".", "?")) else ".")
        return f"Right: {self.right(first.value) if callable(self.right) else self.right}."

    def complaint(self, answer, first):
        """What is wrong with `answer`, in words, or nothing."""
        if isinstance(first.value, NotImplementedError):
            return "raise NotImplementedError() still stands in your function: delete that line"
        if first.value is None and (values := returned(answer)):
            gives = "gives None: it does something, and returns nothing"
            missed = "is None, or the return is not reached"
            called = values[-1].endswith(")")
            return f"your function returns None: `{values[-1]}` {gives if called else missed}"
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
            if self.returns is dict and (words := self.other_keys(call.value, probe)):
                raise Told(words)
            if words := self.no_places(call.value):
                raise Told(words)
            yield call.value if isinstance(self.returns, type) else call.result

    def no_places(self, value):
        """What is said of numbers that can't index an array, where they are to."""
        for part in (value if len(self.returns) > 1 else [value]) if self.places else ():
            if isinstance(part, list | tuple) and not any(map(np.ndim, part)):
                return f"your function returns {kind(part)}, where an array is asked for"
            array = np.asarray(part)
            if array.dtype.kind == "f" and np.all(array == np.floor(array)):
                return f"the places are of type {array.dtype}: floats can't index an array"
        return ""

    def other_keys(self, value, probe):
        """What is said of a dict that has another key in the place of one that is asked for."""
        asked = self.call(self.reference, probe).value
        others = [key for key in value if key not in asked]
        if not others or all(key in value for key in asked):
            return None
        turned = {*asked} <= {*map(str, value.values())}
        words = f"the keys are {listed([*map(repr, asked)])}, and yours has {others[0]!r}"
        return words + ": keys and values are exchanged" * turned

    def compared(self, answer, first):
        """How the results of `answer` differ from the reference's, if they do."""
        if isinstance(first.result, TooLong):
            return str(first.result)
        if self.outlived(answer, first):
            why = "something outlives the call (a global, a default argument), or is random"
            if line := draws(answer):
                why = f"`{line}` draws random numbers"
            told = "called twice with the same arguments, your function answers differently: "
            return told + why + self.own_weights(answer)
        calls = [first]
        for probe in self.probes[1:]:
            if isinstance(calls[-1].result, TooLong):
                return str(calls[-1].result)
            calls.append(self.call(answer, probe))
        results = [call.result for call in calls]
        if self.outlived(answer, first):
            return (
                "called once more, your function answers differently: something outlives the call"
            )
        changed = [name for call in calls for name in call.changed]
        if changed and changed[0] in self.restored:
            whole = all(isinstance(result, list) for result in results)
            return self.restored[changed[0]] if whole else Diagnosis(self, answer, results).words()
        if all(map(same, results, self.wanted)):
            if words := self.no_places(calls[0].value):
                return words
            return changed and (
                f"the numbers are right, but your function changes its argument {changed[0]} "
                "in place, and whoever called it may need the old values: work on a copy"
            )
        words = Diagnosis(self, answer, results).words()
        if changed:  # a slice of it has changed, too, and may be why they are wrong
            copy = f"your function changes its argument {changed[0]} in place: work on a copy"
            words = (
                f"{copy}. The numbers are wrong as well, which may or may not come of it: {words}"
            )
        return words

    def outlived(self, answer, first):
        """Does the first probe's result change from call to call?"""
        again = self.call(answer, self.probes[0])
        return isinstance(first.result, list) and not same(first.result, again.result)

    def own_weights(self, answer):
        """What is said of a layer that is made instead of the work."""
        if not self.arguments or not (name := layer_in(answer)):
            return ""
        return f" (`{name}` comes with weights of its own: compute with the arguments)"

    def cases(self, at, wrong=(), examples=0):
        """How a message begins of the first probe that is wrong, and how many are right, if `wrong`
        are the places of all that are, and of so many small examples it is as well; of how many
        nothing is said while the later ones haven't been tried."""
        if not at:
            return ""
        when = [probe.when or probe.given for probe in self.probes]
        if not wrong:
            return f"{when[at].rstrip(', ')}, "
        tried, off = len(when) + len(self.examples), len(wrong) + examples
        if off == 1:
            return f"right in the other cases tried, but {when[at].rstrip(', ')}, "
        begun = f"right in {tried - off} of {tried} cases tried"
        if len(wrong) > FEW or examples:
            return f"{begun}. One that is not, {when[at].rstrip(', ')}: "
        several = listed([when[k].rstrip(", ") for k in wrong])
        return f"{begun}, and wrong {several}: in the first of these, "

    def no_result(self, answer, at, result, begin=None):
        """What is said of an exception or a complaint that came of a probe."""
        if isinstance(result, Exception):
            result = explain(result, answer, self.probes[at].lengths)
        return (self.cases(at) if begin is None else begin) + result

    def call(self, function, probe):
        """Call `function` with copies of the probe's arguments, quietly; the answer that is judged
        for so long only as all its calls may take."""
        if function is not self.answer:
            return call(function, probe.args, self.returns)
        start = time.perf_counter()
        try:
            return call(function, probe.args, self.returns, max(self.seconds - self.spent, 1))
        finally:
            self.spent += time.perf_counter() - start

    def results(self, function):
        return [self.call(function, probe).result for probe in self.probes]

    @functools.cached_property
    def wanted(self):
        """The reference's results."""
        return self.results(self.reference)

    @functools.cached_property
    def examples_wanted(self):
        """The reference's results for the small examples."""
        return [self.call(self.reference, probe).result for probe in self.examples]

    def variant(self, *mistakes):
        """The reference with these mistakes in it, or nothing where one is in another's place."""
        source = self.source
        for line, wrong, _ in mistakes:
            if source.count(line) != 1:
                return None
            source = source.replace(line, wrong)
        scope = dict(self.reference.__globals__)
        with warnings.catch_warnings(action="ignore"):  # "'int' object is not subscriptable"
            exec(source, scope)
        return scope[self.name]

    @functools.cached_property
    def tried(self):
        """The results of each known mistake, and the words for it."""
        return [(self.results(self.variant(each)), each.words) for each in self.mistakes]

    @functools.cached_property
    def tree(self):
        return ast.parse(self.source)

    @functools.cached_property
    def slips(self):
        """Each slip in the reference, and what it makes of the first probe."""
        found = slips.slips(self.tree)
        return [(slip, self.slipped(self.probes[0], slip)) for slip in found]

    def slipped(self, probe, *made):
        """The result of the reference with these slips in it; None where it has none, or nothing
        in it, with which any empty result would agree."""
        if made not in self.coded:
            self.coded[made] = slips.with_slips(self.tree, *made)
        code = self.coded[made]
        scope = self.reference.__globals__ | {"some": slips.some}
        if code is None:
            return None
        with contextlib.suppress(Exception):
            exec(code, scope)
            result = call(scope[self.name], probe.args, self.returns).result
            empty = isinstance(result, list) and not all(array.size for array in result)
            return None if empty else result
        return None
