"""What is wrong with results that are: the first explanation that holds for all of them.

A sentence may be true and lead astray. So a mistake is named only where it explains all that is
wrong, or all that is wrong with one of several arrays; what can't be named is located, by what the
answer itself does when one thing is changed: a sample, a time step, an argument.
"""

import ast
import functools
import itertools
import re

import numpy as np

from utils.checks import slips
from utils.checks.asked import listening, scale_or_level
from utils.checks.calls import (
    call,
    draws,
    objects_from_notebook,
    own_tree,
    read_from_notebook,
    with_globals,
    written_out,
)
from utils.checks.mends import mended
from utils.checks.pairs import PATIENCE, nearest
from utils.checks.patterns import INVERTED, MIXED, RESHAPED, Wanted, pattern
from utils.checks.results import (
    FEW,
    alike,
    close,
    difference,
    listed,
    places,
    reworded,
    same,
    shape_difference,
    two_valued,
    wrong_parts,
)
from utils.words import number

NUMBERS = "your numbers are those that come out when"
CONSTANT = "is the same whatever the arguments"


class Diagnosis:
    """The results of an answer to an exercise, of which some are wrong."""

    def __init__(self, exercise, answer, results):
        self.exercise, self.answer, self.results = exercise, answer, results
        self.wanted, self.probes = exercise.wanted, exercise.probes
        self.names, self.axes = [*exercise.returns], [*exercise.returns.values()]
        self.arrays = [k for k, result in enumerate(results) if isinstance(result, list)]
        self.right = [same(a, b) for a, b in zip(results, self.wanted, strict=True)]
        self.wrong = wrong_parts(self.pick(results), self.pick(self.wanted))

    def pick(self, results):
        """Those of the probes on which the answer returned arrays."""
        return [results[k] for k in self.arrays]

    def words(self):
        """What is wrong, in words."""
        if not isinstance(self.results[0], list):
            return self.with_place(self.known() or self.description())
        looks = [self.from_notebook, self.known, self.constant, self.order, self.whole]
        looks += [self.no_truths, self.share, self.exchanged, self.one_pattern, self.one_slip]
        looks += [self.chance, self.place, self.known_in_order, self.each_part, self.no_number]
        looks += [self.two_known, self.known_in_pattern, self.two_slips, self.unused]
        looks += [self.untouched, self.asked, self.influence]
        return next((words for look in looks if (words := look())), None) or self.description()

    @functools.cached_property
    def cases(self):
        """How a message begins of the first case that is wrong."""
        wrong = [k for k, right in enumerate(self.right) if not right]
        pairs = zip(self.on_examples, self.exercise.examples_wanted, strict=True)
        return self.exercise.cases(wrong[0], wrong, sum(not same(a, b) for a, b in pairs))

    # --- what explains all that is wrong ---

    def known(self, part=None):
        """The words for a known mistake with these results: the first with all of them, or, of
        those with one part's that touch no part that is right, the first that touches fewest."""
        return self.known_and_others(part)[0]

    def known_and_others(self, part=None):
        """The words of `known`, and the other parts that the mistake touches and are otherwise."""
        fits = []
        for mistake, (theirs, words) in zip(
            self.exercise.mistakes, self.exercise.tried, strict=True
        ):
            if alike(self.results, theirs, part) and self.shows(theirs, part):
                touched = {*wrong_parts(theirs, self.wanted)} if part is not None else set()
                if touched <= {*self.wrong} and self.foretold(self.exercise.variant(mistake), part):
                    others = {k for k in touched if not alike(self.results, theirs, k)}
                    fits.append((len(touched), words, others))
                    if part is None:
                        break
        return min(fits, key=lambda fit: fit[0])[1:] if fits else (None, set())

    def foretold(self, function, part=None):
        """Does what explains the probes foretell what comes of the small examples? Of random arrays
        that is certain."""
        if self.exercise.arguments:
            return True
        theirs = [self.exercise.call(function, probe).result for probe in self.exercise.examples]
        return not theirs or alike(self.on_examples, theirs, part)

    @functools.cached_property
    def on_examples(self):
        """What comes of the small examples, for which no explanation was looked for."""
        return [self.exercise.call(self.answer, p).result for p in self.exercise.examples]

    def shows(self, theirs, part):
        """Is one of the wrong results the very same? Two errors alone may have two causes."""
        probes = zip(self.results, theirs, self.wanted, strict=True)
        return any(same(a, b, part) and not same(a, c, part) for a, b, c in probes)

    def constant(self):
        """The same numbers whatever the arguments."""
        first = self.results[0]
        if len(self.results) < 2 or len(self.arrays) < len(self.results):
            return None
        if all(map(same, self.wanted, [self.wanted[0]] * len(self.wanted))):
            return None
        alike = first[0].size and all(same(first, other) for other in self.results)
        if alike and np.all(np.isfinite(first[0])) and not any(self.depends()):
            several = "s" if first[0].size > 1 else ""
            return f"you return the same number{several} whatever the arguments"
        return None

    @functools.cached_property
    def one_number(self):
        """Is it the same number everywhere? That comes of many mistakes, and speaks for none."""
        return one_number(self.pick(self.results)) and not one_number(self.wanted)

    def depends(self):
        """Does each array change with an argument, though the probes' differences don't show it?"""
        changes = [
            self.changed_by(self.answer, name, much=much) or []
            for name in self.probes[0].args for much in (1, 10, 0.01)
        ]  # fmt: skip
        return [any(c[part].any() for c in changes if c) for part in range(len(self.names))]

    def no_number(self):
        """NaN or infinity where numbers are asked for."""
        for part in self.wrong:
            got, want = self.results[0][part], self.wanted[0][part]
            if not np.isfinite(got).all() and got.shape == want.shape:
                words = difference(got, want, [])
                return self.with_example(f"{self.names[part]} {words}")
        return None

    def whole(self):
        """An array of whole numbers, or of few digits, where others are asked for."""
        value = self.exercise.call(self.answer, self.probes[0]).value
        for part, item in enumerate(value if len(self.names) > 1 else [value]):
            got, want = np.asarray(item), self.wanted[0][part]
            name = self.names[part]
            near = got.shape == want.shape and np.allclose(got, want, atol=0.01)
            if got.dtype == np.float16 and part in self.wrong and near:
                return f"{name} is in float16, which keeps three digits"
            cut = got.dtype.kind in "iu" and got.size > 1 and not close(np.round(want), want)
            if cut and any(close(got.astype(float), way(want)) for way in (np.trunc, np.floor)):
                return f"{name} is an array of whole numbers: all behind the decimal point is cut"
        return None

    def no_truths(self):
        """Other numbers where False and True are asked for."""
        if not self.truths or not self.wrong or two_valued(self.results[0][0]):
            return None
        if not same_shapes(self.results[0], self.wanted[0]):
            return None
        held = listed([*map(written, np.unique(self.results[0][0])[:3])])
        return self.with_example(f"{self.names[0]} holds {held}: False or True is asked for")

    def share(self):
        """How often each part of a sum is counted, if that is all that is wrong."""
        parts = self.exercise.shares
        if not parts or len(self.arrays) < len(self.probes) or any(r[0].ndim for r in self.results):
            return None
        rows = [[part(**probe.args) for part in parts.values()] for probe in self.probes]
        return shares([*parts], np.array(rows, float), np.array([r[0] for r in self.results]))

    def exchanged(self):
        """Two arguments that have changed places."""
        for a, b in itertools.combinations(self.probes[0].args, 2):
            if self.as_if(lambda args, a=a, b=b: {**args, a: args[b], b: args[a]}):
                return f"{NUMBERS} {a} and {b} change places"
        return None

    def as_if(self, change):
        """Are the results the reference's, of changed arguments?"""
        for probe, result in zip(self.probes, self.results, strict=True):
            theirs = self.exercise.call(
                self.exercise.reference, probe._replace(args=change(probe.args))
            )
            if not isinstance(theirs.result, list) or not same(result, theirs.result):
                return False
        return True

    def order(self):
        """The right arrays, in another order."""
        names = self.names
        if len(names) < 2 or len(self.arrays) < len(self.results):
            return None
        at = []
        for k in range(len(names)):
            here = (j for j in range(len(names)) if self.stands(j, k) and j not in at)
            at.append(next(here, None))
        if None in at or at == sorted(at):
            return None
        return f"the results are right and in another order: {self.ordered(at)}"

    def ordered(self, at):
        """In which order the arrays came, those of the places `at`, and are asked for."""
        own, asked = (", ".join(each) for each in ([self.names[k] for k in at], self.names))
        return f"yours is {own}, and {asked} is asked for"

    def stands(self, j, k):
        """Does what is asked for in place j stand in place k?"""
        pairs = zip(self.results, self.wanted, strict=True)
        return all(close(result[k], want[j]) for result, want in pairs)

    def one_pattern(self):
        """The same pattern in all that is wrong."""
        if self.one_number and not same_shapes(self.results[0], self.wanted[0]):
            return None
        found = {self.pattern(part) for part in self.wrong}
        if len(found) == 1 and (words := found.pop()):
            names = [self.names[part] for part in self.wrong]
            others = f" The same goes for {listed(names[1:])}" if names[1:] else ""
            return f"{names[0]} {ended(words) if others else words}{others}"
        return None

    def pattern(self, part, of=None):
        """The words for a pattern in one part of the results, made of what is wanted."""
        got = [result[part] for result in self.pick(self.results)]
        axes = (self.axes[part] or "").split()
        wanted = [
            Wanted(want[part], axes, self.probes[k].lengths)
            for k, want in zip(self.arrays, self.pick(of or self.wanted), strict=True)
        ]
        if words := pattern(got, wanted, close, fit=of is None):
            if self.truths and words == INVERTED:
                return "has False and True exchanged"
            return MIXED if words == RESHAPED and not self.reads("reshape") else words
        return self.with_argument(got, [w.array for w in wanted]) if of is None else None

    def reads(self, name):
        """Does this name stand in the answer?"""
        tree = own_tree(self.answer)
        return tree is None or name in ast.unparse(tree)

    def with_argument(self, got, want):
        """The words for an argument that has been added to one part of the results, or stands in
        its place."""
        for name in self.probes[0].args:
            held = [self.probes[k].args[name] for k in self.arrays]
            if not isinstance(held[0], np.ndarray) or not same_shapes(got, want):
                continue
            if not np.isfinite(got[0]).all():  # LAPACK says so, past what Python catches
                continue
            try:
                held = [np.broadcast_to(h, g.shape) for h, g in zip(held, got, strict=True)]
            except ValueError:
                continue
            columns = np.stack([want[0].ravel(), held[0].ravel()], axis=1)
            if not np.isfinite(columns).all():
                continue
            times, plus = np.linalg.lstsq(columns, got[0].ravel(), rcond=None)[0].round(6)
            pairs = list(zip(want, held, strict=True))
            made = [times * w + plus * h for w, h in pairs]
            if plus and times in (0, 1) and all(map(close, got, made)):
                what = f"{name} itself" if plus == 1 else f"{number(plus)} times {name}"
                return f"is what it should be plus {what}" if times else f"is {what}"
            if all(map(close, got, [w * h for w, h in pairs])):
                return f"is multiplied by {name} once more"
        return None

    def one_slip(self, part=None):
        """The words for one slip with these results, which NaN has in common with too many."""
        if self.one_number or not all(np.isfinite(array).all() for array in self.results[0]):
            return None
        for slip, first in self.exercise.slips:
            if isinstance(first, list) and same(self.results[0], first, part):
                if self.slip_explains(slip, part=part):
                    words = self.slip_words(slip)
                    return words if part is not None else words and f"{NUMBERS} {words}"
        return None

    def slip_words(self, slip):
        """The words for a slip; None of a name that only the reference has, or in its place."""
        tree = own_tree(self.answer)
        known = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} if tree else set()
        known |= {*self.probes[0].args, *self.names}
        if isinstance(slip.node, ast.Name) and tree and not {slip.node.id, slip.text} <= known:
            return None
        return slip.words + f", in {slip.target}" * (slip.target.partition("[")[0] in known - {""})

    def slip_explains(self, *made, part=None, probes=None):
        """Do these slips have the results of the answer, and touch no part that is right?"""
        theirs = []
        for k in range(len(self.probes)) if probes is None else probes:
            theirs.append(self.exercise.slipped(self.probes[k], *made))
            if not isinstance(theirs[-1], list) or not same(self.results[k], theirs[-1], part):
                return False
        for probe, result in zip(self.exercise.examples, self.on_examples, strict=True):
            if self.exercise.arguments or same(result, self.exercise.slipped(probe, *made), part):
                continue
            return False
        if part is None:
            return True
        return set(wrong_parts(theirs, self.wanted)) <= set(self.wrong)

    def place(self):
        """Where one change makes the answer right, and, if that is all, when it is wrong."""
        alone = not self.mend or not self.right[0]
        return self.mend if alone else self.with_place(self.description())

    def with_place(self, words):
        """The words and the place: an error may have another cause than the one that is known."""
        return f"{ended(words)} And {self.mend}" if self.mend else words

    @functools.cached_property
    def mend(self):
        """The place of one change in the answer itself, after which it is right."""
        where = mended(self.answer, self.is_right)
        return where and f"one change makes it right: look at {where}"

    def is_right(self, function):
        """On the probes, and on the small examples, for which nothing was looked for."""
        probes, theirs = [*self.probes, *self.exercise.examples], self.exercise.examples_wanted
        calls = (call(function, p.args, self.exercise.returns, PATIENCE) for p in probes)
        pairs = zip(calls, [*self.wanted, *theirs], strict=True)
        return all(same(one.result, want) and not one.changed for one, want in pairs)

    # --- what explains one of several arrays ---

    def in_order(self):
        """What is wrong, the origin of the others first."""
        return sorted(self.wrong, key=lambda k: self.names[k] != self.exercise.origin)

    def is_constant(self, part):
        """Is it the same whatever the arguments, and should change with them?"""
        first = self.pick(self.results)[0]
        return (
            len(self.arrays) > 1
            and first[part].size
            and all(same(first, other, part) for other in self.pick(self.results))
            and not all(same(self.wanted[0], other, part) for other in self.wanted)
            and not self.depends()[part]
        )

    def each_part(self):
        """What explains each array that is wrong, by itself; the origin of the others first."""
        if len(self.names) < 2:
            return None
        order, found, others = self.in_order(), {}, {}
        for part in order:
            words, others[part] = self.known_and_others(part)
            if words:
                found[part] = words
            elif self.is_constant(part):
                found[part] = f"{self.names[part]} {CONSTANT}"
            elif words := self.pattern(part):
                found[part] = f"{self.names[part]} {words}"
            elif words := self.one_slip(part):
                found[part] = f"{self.names[part]}: {NUMBERS} {words}"
        for part in order[1:]:
            if others[part] & {*found}:  # where another mistake was made instead
                found.pop(part, None)
        if not found:
            return None
        told = [*dict.fromkeys(found.values())][:2]
        left = [self.names[k] for k in order if k not in found]
        if left and order[0] not in found:
            return None
        if self.exercise.origin in self.names and order[0] in found:
            left = []  # what is made of it may be wrong for that alone
        if len(told) > 1:
            told = map(beside_others, told)
        words = " And ".join(map(ended, told))
        if not left:
            return words
        return f"{words} {listed(left)} {'are' if left[1:] else 'is'} wrong as well"

    # --- what the answer does when one thing is changed ---

    def from_notebook(self):
        """A variable of the notebook on which the result depends."""
        before = self.exercise.call(self.answer, self.probes[0]).result
        for name, value in read_from_notebook(self.answer).items():
            if (other := changed(value)) is not None:
                function = with_globals(self.answer, **{name: other})
                after = self.exercise.call(function, self.probes[0]).result
                if not same(before, after):
                    return (
                        f"your result depends on `{name}`, which is a variable of the notebook: "
                        "use the arguments alone"
                    )
        return None

    def chance(self):
        """Random numbers, where nothing is left to chance."""
        if (line := draws(self.answer)) and not draws(self.exercise.reference):
            return f"`{line}` draws random numbers, and nothing here is left to chance"
        return None

    def unused(self):
        """Arguments that have no part in what is returned."""
        none = [name for name in self.probes[0].args if self.is_unused(name)]
        if not none or len(self.probes[0].args) < 2:
            return None
        has, holds = ("have", "they hold") if none[1:] else ("has", "it holds")
        words = f"{listed(none)} {has} no part in your result: whatever {holds}, the same comes out"
        words += objects_from_notebook(self.answer) + self.exercise.own_weights(self.answer)
        return self.with_example(words + self.shape_too() + self.more(none))

    def is_unused(self, name):
        """Does an argument change the reference's result, and not this one?"""
        moves = False
        for much in (1, 10, 0.01):  # a limit matters only if it is passed
            changes = (
                self.changed_by(f, name, much=much) for f in (self.answer, self.exercise.reference)
            )
            own, theirs = ([c.any() for c in change or ()] for change in changes)
            if not own or any(own):
                return False
            moves |= any(theirs)
        if not moves:
            return False
        others = (self.changed_by(self.answer, name, probe=probe) for probe in self.probes[1:])
        return not any(c.any() for change in others for c in change or ())

    def shape_too(self):
        """What is wrong with the shapes of the first probe's arrays."""
        arrays = zip(self.names, self.results[0], self.wanted[0], strict=True)
        for name, got, want in arrays:
            if words := shape_difference(got, want, self.probes[0].sizes):
                return f". And {name} {words}"
        return ""

    def more(self, names):
        """Whether something is wrong while one of these is zero, too."""
        for k, probe in enumerate(self.probes):
            if len(probe.zero) == 1 and probe.zero[0] in names and not self.right[k]:
                return f". That may not be all: {probe.when} the result is wrong as well"
        return ""

    def changed_by(self, function, name, where=..., much=1, probe=None):
        """Where each array changes when the argument `name` does, at `where`. None if it fails."""
        probe = probe or self.probes[0]
        new = changed(probe.args[name], where, much)
        if new is None:
            return None
        before = self.exercise.call(function, probe).result
        after = self.exercise.call(function, probe._replace(args={**probe.args, name: new})).result
        if not isinstance(before, list) or not isinstance(after, list):
            return None
        if any(a.shape != b.shape or not a.size for a, b in zip(before, after, strict=True)):
            return None
        return [np.abs(a - b) > 1e-9 for a, b in zip(before, after, strict=True)]

    def untouched(self):
        """Places of an array that change with no argument, and should."""
        for part in self.in_order():
            still = self.still(part)
            for k, axis in enumerate((self.axes[part] or "").split()):
                if still is None or still.ndim <= k:
                    break
                at = np.flatnonzero(still.all(axis=tuple(j for j in range(still.ndim) if j != k)))
                if 0 < at.size < still.shape[k]:
                    name = self.names[part]
                    return f"{name} at {places(axis, at)}, counted from 0, {CONSTANT}"
        return None

    def still(self, part):
        """Where one array changes with no argument, though each of its places should with some."""
        own = theirs = False
        functions = self.answer, self.exercise.reference
        if two_valued(self.results[0][part]):  # which a small change need not turn
            return None
        for name in self.probes[0].args:
            both = [self.effect(f, name, ...) for f in functions]
            if None in both or both[0][part].shape != both[1][part].shape:
                return None
            own, theirs = own | both[0][part], theirs | both[1][part]
        return ~own if np.all(theirs) else None

    def asked(self):
        """What is wrong with what a function among the arguments is asked, or with what is made of
        its answer."""
        labels = self.exercise.asked
        functions = self.answer, self.exercise.reference
        own, theirs = ([self.heard(f, probe) for probe in self.probes] for f in functions)
        if labels and all(heard == [] for heard in own):
            return f"your function never calls {theirs[0][0][0]}"
        if not labels or not all(map(same_questions, own, theirs)):
            return None
        agree = []
        for k, (name, asked) in enumerate(theirs[0]):
            for j, (what, axes) in zip(range(len(asked)), labels[name].items(), strict=True):
                got, want = ([each[k][1][j] for each in heard] for heard in (own, theirs))
                if words := self.about_question(got, want, axes.split()):
                    one = "agrees" if len(agree) == 1 else "agree"
                    said = f"{listed(agree)} {one}. But " if agree else ""
                    return f"{self.cases}{said}{what} {words}"
                agree.append(what)
        return self.about_reply(agree)

    def heard(self, function, probe, reply=lambda value: value, result=False):
        """What the functions among the probe's arguments are asked, or the result."""
        heard = []
        try:
            args = listening(probe.args, heard, reply)
            came = self.exercise.call(function, probe._replace(args=args)).result
        except (TypeError, ValueError):
            return None
        return came if result else heard

    def about_question(self, got, want, axes):
        """How arrays that a function was given differ from those that it should be, if they do."""
        pairs = [*zip(got, want, strict=True)]
        if all(close(g, w) for g, w in pairs):
            return None
        wanted = [Wanted(w, axes, p.lengths) for w, p in zip(want, self.probes, strict=True)]
        found = pattern(got, wanted, close) or scale_or_level(got, want, axes, close)
        if found:
            return found
        at, (g, w) = next((k, pair) for k, pair in enumerate(pairs) if not close(*pair))
        words = shape_difference(g, w, self.probes[at].lengths) or difference(g, w, axes)
        return words or f"has the right shape, and other numbers: {first_off(g, w)}"

    def about_reply(self, agree):
        """What is wrong with what becomes of the answer, the questions being right."""
        said = f"{listed(agree)} {'agrees' if len(agree) == 1 else 'agree'}. But what you make "
        for k, probe in enumerate(self.probes):
            for number_said in (0, 1):
                got, want = (
                    self.heard(f, probe, lambda a, n=number_said: 0 * a + n, result=True)
                    for f in (self.answer, self.exercise.reference)
                )
                if not isinstance(got, list) or self.right[k]:
                    break
                off = next((p for p in zip(got, want, strict=True) if not close(*p)), None)
                if off and not shape_difference(*off, probe.lengths):
                    right = "what is added to it is right, and its scale is not: " * number_said
                    return (
                        f"{said}of the answer is not right: {right}if it is {number_said} "
                        f"everywhere, {first_off(*off)}"
                    )
        return None

    def influence(self):
        """A sample or a time step that has a part in what it should leave alone, or none in what
        it should change."""
        for axis, name, axes in self.axes_in_time_and_batch():
            found = {}
            for k in range(self.probes[0].sizes[axis]):
                where = (slice(None),) * axes.index(axis) + (k,)
                own, theirs = (
                    self.effect(function, name, where)
                    for function in (self.answer, self.exercise.reference)
                )
                if own is None or theirs is None:
                    return None
                for part in self.in_order()[: 1 if self.exercise.origin else None]:
                    at = (self.axes[part] or "").split()
                    if own[part].shape == theirs[part].shape:
                        if words := unlike(own[part], theirs[part], at, axis):
                            found.setdefault(words.format(self.names[part]), []).append(k)
            if found:
                words, at = next(iter(found.items()))
                return f"what {name} holds at {places(axis, at)}, counted from 0, {words}"
        return None

    def effect(self, function, name, where):
        """Where each array changes with an argument, be the arguments as they are, a tenth of it,
        with which nothing is saturated, or tenfold. None if it fails."""
        tries = []
        for much in (1, 0.1, 10):
            args = {n: much * a if is_float(a) else a for n, a in self.probes[0].args.items()}
            probe = self.probes[0]._replace(args=args)
            tries.append(self.changed_by(function, name, where, probe=probe))
        if None in tries or not same_shapes(*tries):
            return None
        return [np.any(each, axis=0) for each in zip(*tries, strict=True)]

    def axes_in_time_and_batch(self):
        for axis in ("batch", "timesteps"):
            for name, axes in self.exercise.arguments.items():
                if axis in axes.split():
                    yield axis, name, axes.split()

    # --- two at once ---

    def two_known(self):
        """The words for two of the known mistakes that together have these results."""
        alone = [theirs for theirs, _ in self.exercise.tried]
        for pair in nearest(alone, self.wanted, self.results):
            one, other = (self.exercise.mistakes[k] for k in pair)
            variant = self.exercise.variant(one, other)
            if (
                variant
                and all(
                    same(self.exercise.call(variant, probe).result, result)
                    for probe, result in zip(self.probes, self.results, strict=True)
                )
                and self.foretold(variant)
            ):
                return f"{ended(beside_others(one.words))} And {beside_others(other.words)}"
        return None

    def known_in_order(self):
        """The words for a known mistake whose arrays came back in another order."""
        if len(self.names) < 2 or len(self.arrays) < len(self.results):
            return None
        whole = (each for each in self.exercise.tried if all(isinstance(r, list) for r in each[0]))
        for (theirs, words), at in itertools.product(whole, [*orders(len(self.names))]):
            if all(map(same, self.results, ([result[k] for k in at] for result in theirs))):
                return f"{ended(words)} And the order is another: {self.ordered(at)}"
        return None

    def known_in_pattern(self):
        """The words for a known mistake whose results came back in a pattern."""
        if not self.wrong or self.one_number:  # no array is wrong: what is wrong came as an error
            return None
        for theirs, words in self.exercise.tried:
            if not all(isinstance(result, list) for result in theirs) or len(self.names) > 1:
                continue
            if all(map(rearranged, self.pick(self.results), self.pick(theirs))):
                continue  # what is undone by another order has not been done
            if (found := self.pattern(0, theirs)) and kept(self.results[0], theirs[0]):
                return f"{ended(words)} And {self.names[0]} {found}"
        return None

    def two_slips(self):
        """The words for two slips that together have these results."""
        if self.one_number:
            return None
        made = [slip for slip, _ in self.exercise.slips]
        alone = [[first] for _, first in self.exercise.slips]
        for pair in nearest(alone, self.wanted[:1], self.results[:1]):
            one, other = (made[k] for k in pair)
            if slips.apart(one, other) and self.slip_explains(one, other):
                told = dict.fromkeys([self.slip_words(one), self.slip_words(other)])
                return f"{NUMBERS} {'; and '.join(told)}" if all(told) else None
        return None

    # --- what can be said of a mistake that nobody foresaw ---

    def description(self):
        words = reworded(self.in_general(), self.exercise.remarks)
        words = re.sub(r"(agrees?\.) there", r"\1 There", words)
        return self.with_example(words) if isinstance(self.results[0], list) else words

    def with_example(self, words):
        """The words and the first small example that comes out wrong, to be done by hand."""
        for probe, want in zip(self.exercise.examples, self.exercise.examples_wanted, strict=True):
            got = self.exercise.call(self.answer, probe).result
            if isinstance(got, list) and not same(got, want) and (told := self.beside(got, want)):
                given = ", ".join(f"{name} = {written(a)}" for name, a in probe.args.items())
                told = f"By hand, for {given}: {told}"
                return f"{ended(words)} {told}" if len(told) < 300 else words
        return words

    def beside(self, got, want):
        """Each array of an example that is wrong, beside what is right; nothing where three digits
        don't show it."""
        value = self.exercise.call(self.answer, self.probes[0]).value
        if self.truths and np.asarray(value).dtype == bool:
            got = [array.astype(bool) for array in got]
        if self.truths:
            want = [array.astype(bool) for array in want]
        pairs = [(written(a), written(b)) for a, b in zip(got, want, strict=True)]
        off = [(n, a, b) for n, (a, b) in zip(self.names, pairs, strict=True) if a != b]
        if off and len(pairs) == 1:
            return f"yours gives {off[0][1]}, and {off[0][2]} is right"
        return "; ".join(f"{name} is {a}, and should be {b}" for name, a, b in off)

    @functools.cached_property
    def truths(self):
        """Are False and True asked for?"""
        value = self.exercise.call(self.exercise.reference, self.probes[0]).value
        return len(self.names) == 1 and np.asarray(value).dtype == bool

    def in_general(self):
        at = self.right.index(False)
        if not isinstance(self.results[at], list):
            return self.exercise.no_result(self.answer, at, self.results[at], self.cases)
        parts = wrong_parts([self.results[at]], [self.wanted[at]])
        shapes = [
            a.shape != b.shape for a, b in zip(self.results[at], self.wanted[at], strict=True)
        ]
        part = max(parts, key=lambda k: (self.names[k] == self.exercise.origin, shapes[k]))
        agree = [name for k, name in enumerate(self.names) if k not in self.wrong]
        words, said = self.cases + self.of_the_first(at, part), ""
        others = listed([self.names[k] for k in self.wrong if k != part] or [""])
        if others and not self.exercise.origin and not callable(self.exercise.evidence):
            words = f"{ended(words)} {others} {'are' if ' and ' in others else 'is'} wrong as well"
        if self.names[part] == self.exercise.origin and len(parts) > 1:
            others = listed([self.names[k] for k in parts if k != part])
            words = f"begin with {self.names[part]}, of which {others} is made: {words}"
        if agree:
            said = f"{listed(agree)} {'agree' if agree[1:] else 'agrees'}. "
            words = (
                words[:1].upper() + words[1:] if not words.startswith(self.names[part]) else words
            )
        return said + words

    def of_the_first(self, at, part):
        """What is wrong with one array of the first probe with a wrong one."""
        probe, result, evidence = self.probes[at], self.results[at], self.exercise.evidence
        name, axes = self.names[part], (self.axes[part] or "").split()
        got, want = result[part], self.wanted[at][part]
        others = [(self.results[k][part].shape, self.probes[k].lengths) for k in self.arrays]
        if words := shape_difference(got, want, probe.lengths, others):
            sizes = got.shape if got.ndim == want.ndim else ()  # what lies side by side has its own
            return f"{name} {words}{written_out(sizes, self.answer, probe.lengths)}"
        if callable(evidence) and same_shapes(result, self.wanted[at]):
            words = evidence(probe.args, result if len(self.names) > 1 else got)
            well = [p.given for p, right in zip(self.probes, self.right, strict=True) if right]
            if at or not all(well) or not 0 < len(well) < FEW:
                return words
            return f"right {listed(well)}. But {probe.given} {words}"
        if words := difference(got, want, axes, self.truths):
            return f"{name} {words}"
        if evidence and not callable(evidence):
            return f"{'' if at else probe.given} {evidence.format(got=got)}".lstrip()
        if at:
            return f"{name} is wrong{probe.hint}"
        by_hand = self.exercise.examples and not self.exercise.arguments
        if where := not by_hand and self.right_while(part):
            return f"{name} is {where}"
        shape = "has the right shape, and other numbers" if want.ndim else "is another number"
        return f"{name} {shape} than it should{' be' * (not want.ndim)}"

    def right_beyond(self, probe, part):
        """Is one array right with larger arguments of this kind as well?"""
        large = {n: 3 * a if is_float(a) else a for n, a in probe.args.items()}
        functions = self.answer, self.exercise.reference
        got, want = (self.exercise.call(f, probe._replace(args=large)).result for f in functions)
        return isinstance(got, list) and same(got, want, part)

    def right_while(self, part):
        """What is switched off in the probes that are right, though not zero for it alone."""
        for k, probe in enumerate(self.probes):
            if k in self.arrays and same(self.results[k], self.wanted[k], part) and probe.when:
                if self.wanted[k][part].any() and self.right_beyond(probe, part):
                    # A hint is about a probe that fails, but for those with something switched off.
                    hint = probe.hint if probe.zero else ""
                    alone = not any(self.is_right_without(probe.zero, j, part) for j in self.arrays)
                    other = "wrong otherwise" if alone else "not always"
                    return f"right {probe.when}, as far as tried, and {other}{hint}"
        return None

    def is_right_without(self, zero, k, part):
        """Is one array right on a probe for which something else than `zero` is switched off?"""
        return same(self.results[k], self.wanted[k], part) and not {*zero} <= {*self.probes[k].zero}


def orders(n):
    """The orders of n things in which two have changed places, or all stand turned or moved on."""
    yield from ([*range(n)][::-1], [*range(1, n), 0], [n - 1, *range(n - 1)])
    for i, j in itertools.combinations(range(n), 2):
        at = [*range(n)]
        at[i], at[j] = j, i
        yield at


def same_questions(own, theirs):
    """Are two lists of questions put to the same functions, with as many arguments?"""
    return own is not None and [(n, len(a)) for n, a in own] == [(n, len(a)) for n, a in theirs]


def first_off(got, want):
    """The first number that is wrong, in words."""
    near = np.abs(got - want).ravel() <= 1e-5 * np.abs(want).max()  # which NaN never is
    at = np.flatnonzero(~near)[0]
    return f"{number(got.flat[at])} comes where {number(want.flat[at])} is right"


def one_number(lists):
    """Is there the same number everywhere?"""
    held = [array.ravel() for arrays in lists for array in arrays]
    return bool(held) and np.unique(np.concatenate(held)).size == 1


def beside_others(words):
    """What is said of a mistake that isn't the only one."""
    return words.removeprefix("right otherwise, but ")


def is_float(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def ended(words):
    """A sentence with the point at its end, or the question mark."""
    return words if words.endswith((".", "?")) else f"{words}."


def written(value):
    """An argument or a result as one would type it, three digits a number; of a function what it
    says it does."""
    if callable(value):
        return value.__doc__
    if np.ndim(value):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, float | np.floating | np.ndarray):  # as Python reads it: no 1,000 or NaN
        return "nan" if np.isnan(value) else number(float(value)).replace(",", "")
    return str(value)


def rearranged(one, other):
    """Do two results hold the same numbers, in arrays of the same shapes?"""
    flat = [[np.sort(array, axis=None) for array in result] for result in (one, other)]
    return same_shapes(one, other) and all(map(close, *flat))


def kept(one, other):
    """Has one result half as many numbers of its own as the other? A pattern with which few are
    left fits too many mistakes."""
    pairs = zip(one, other, strict=True)
    return all(2 * np.unique(a.round(9)).size >= np.unique(b.round(9)).size for a, b in pairs)


def same_shapes(*lists):
    return all(len({a.shape for a in arrays}) == 1 for arrays in zip(*lists, strict=True))


def changed(value, where=..., much=1):
    """A value like this one, and other: of arrays at `where`. None where that can't be had."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | np.integer):
        return value + max(1, round(much))
    if isinstance(value, float):
        return much * (1.3 * value + 0.1)
    if is_float(value):
        new = value.copy()
        new[where] = much * (0.1 - 0.7 * new[where])
        return new
    whole = isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.size
    if whole and np.ptp(value):  # codes, say, which stay in their range
        new = value.copy()
        new[where] = value.min() if much == 10 else value.min() + value.max() - new[where]
        return new
    if isinstance(value, np.ndarray) and value.dtype.kind == "b":  # a mask; with some left True
        new = value.copy()
        new[where] = ~new[where]
        return new if new.any(axis=-1).all() else None
    if isinstance(value, list) and where is ...:
        new = [changed(item, much=much) for item in value]
        return None if any(item is None for item in new) else new
    return None


def shares(names, rows, got):
    """How often each part of a sum is counted, in words; None unless it comes out exactly."""
    if not np.isfinite(got).all():
        return None
    times = np.linalg.lstsq(rows, got, rcond=None)[0]
    if len(rows) <= len(names) or not close(rows @ times, got):
        return None
    times = np.round(times, 6)
    odd = [k for k, n in enumerate(times) if n != 1]
    if len(set(times)) == 1:
        return f"every part is counted {times[0]:g} times"
    if not odd or len({times[k] for k in odd}) > 2 or np.any(times % 1):
        return None
    groups = {n: [names[k] for k in odd if times[k] == n] for n in dict.fromkeys(times[odd])}
    return "; ".join(
        f"{listed(group)} {'are' if group[1:] else 'is'} "
        + {0: "missing", 2: "there twice, or something as large is"}.get(n, f"counted {n:g} times")
        for n, group in groups.items()
    )


def unlike(own, theirs, axes, axis):
    """How the places that change differ from those that should, along `axis`."""
    if axis not in axes:
        if theirs.any() and not own.any():
            return "has no part in {}"
        return None
    other = tuple(k for k, a in enumerate(axes) if a != axis)
    own, theirs = own.any(axis=other), theirs.any(axis=other)
    if (extra := np.flatnonzero(own & ~theirs)).size:
        return f"changes {{}} at {places(axis, extra[:1])}, and should not"
    if (missing := np.flatnonzero(theirs & ~own)).size:
        return f"has no part in {{}} at {places(axis, missing[:1])}, and should have"
    return None
