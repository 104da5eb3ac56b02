"""The engine of the checks, on exercises of its own."""

import ast
import functools
import importlib
import inspect
import itertools
import re
import signal
import sys
import textwrap
import threading
import time
import warnings

import numpy as np
import pytest

from tests.helpers.judged import ROOT, line_of
from utils.checks import (
    asked,
    calls,
    diagnosis,
    engine,
    mends,
    pairs,
    patterns,
    probes,
    results,
    slips,
)
from utils.checks.diagnosis import Diagnosis
from utils.checks.engine import Exercise, Probe, exercise, random_probes

AXES = {"x": "batch features", "W": "features units", "b": "units"}
SCALE = np.ones(2)
MODULES = [asked, calls, diagnosis, engine, mends, pairs, patterns, probes, results, slips]


@exercise(
    AXES, off=["x", "b"], returns={"y": "batch units"},
    right="y agrees on random arrays",
)  # fmt: skip
def dense(x, W, b):
    """x (batch, features) -> y (batch, units)."""
    return x @ W + b


dense.knows(
    {
        "x @ W + b": {"x @ W": "the bias is missing", "x @ W - b": "the bias is subtracted"},
        " + b": {" + 2 * b": "the bias counts twice"},
        "x @ W": {"abs(x @ W)": "the product has lost its sign"},
    }
)


@exercise(
    AXES, returns={"y": "batch units", "s": ""}, origin="y", right="both agree",
    remarks={".*be broadcast together.*": r"\g<0>: @ is the product", r".*(NameE)rror.*": r"a \1."},
)  # fmt: skip
def dense_and_sum(x, W, b):
    y = x @ W + b
    s = y.sum()
    return y, s


dense_and_sum.knows(
    {"+ b": {"- b": "y: a sign is wrong"}, "y.sum()": {"y.mean()": "s is the mean"}}
)


@exercise(
    probes=[Probe({"n": n}, f"for {n}", f"what of {n}?") for n in (3, 1, 4)],
    returns={"the square": ""}, right="the square holds", evidence="you say {got:g}",
)  # fmt: skip
def square(n):
    return n * n


@exercise(
    probes=[Probe({"x": np.array([3.0, 1, 2])}), Probe({"x": np.array([5.0, 4])}, "for two")],
    returns={"least": "", "most": ""}, right="both ends agree",
    evidence=lambda args, got: f"{got[0]:g} to {got[1]:g} is not where {args['x'].tolist()} ends",
)  # fmt: skip
def ends(x):
    return x.min(), x.max()


@exercise(returns=dict, right=lambda said: f"{len(said)} names")
def names():
    return {"a": "alpha", "b": "beta"}


@names.against
def unknown(said):
    wrong = [key for key, name in names.reference().items() if said.get(key) != name]
    return wrong and f"{' and '.join(wrong)} can't be so"


@exercise(
    probes=[Probe({"x": np.ones(n)}, f"for {n} numbers") for n in (2, 3)],
    returns=object, right="your functions add",
)  # fmt: skip
def adder(x):
    return lambda y: x + y


@adder.against
def does_not_add(functions):
    for n, function in zip((2, 3), functions, strict=True):
        if not callable(function):
            return f"your function returns {engine.kind(function)}, where a function is asked for"
        if not np.array_equal(function(np.ones(n)), 2 * np.ones(n)):
            return f"{n} ones and {n} ones are not added"
    return None


@adder.meaning
def of_an_error(error, x):
    return f"there is no index {len(x)}" if isinstance(error, IndexError) else None


# --- what is judged right, and what is handed back ---------------------------------------------


def test_a_right_answer_comes_back_and_a_wrong_one_does_not(capsys):
    def answer(x, W, b):
        return np.einsum("nf,fu->nu", x, W).astype(np.float32) + b

    assert line_of(dense, answer, capsys) == ("Right: y agrees on random arrays.", answer)
    line, handed_back = line_of(dense, lambda x, W, b: x @ W, capsys)
    assert line == "Not yet: the bias is missing." and handed_back is dense.reference


def test_what_is_known_later_is_known(capsys):
    later = exercise(AXES, returns={"y": "batch units"}, right="y agrees")(dense.reference)
    assert "no bias" not in line_of(later, lambda x, W, b: x @ W, capsys)[0]
    later.knows({" + b": {"": "no bias"}})
    assert line_of(later, lambda x, W, b: x @ W, capsys)[0] == "Not yet: no bias."
    later.knows({"x @ W": {"x @ abs(W)": "no signs"}})
    line, _ = line_of(later, lambda x, W, b: x @ abs(W), capsys)
    assert line == "Not yet: no bias. And no signs."


def prints(x, W, b):
    print("x", x.shape)


def keeps(x, W, b, kept=[]):  # noqa: B006
    kept.append(x @ W + b)
    return sum(kept)


def in_place(x, W, b):
    x += 1
    return (x - 1) @ W + b


def wrong_in_place(x, W, b):
    x[:] = 0
    return x @ W + b


def below_a_stub(x, W, b):
    raise NotImplementedError()
    return x @ W + b


def middle_wrong(x, W, b):
    y = x @ W + b
    y[2:4] += 1
    return y


def two_wrong(x, W, b):
    y = x @ W + b
    y[2] += 1
    y[3] += 1
    return y


def one_sample(x, W, b):
    return (x @ W + b).squeeze()


def scaled(x, W, b):
    return x @ W + SCALE


def misspelt(x, W, b):
    y = x @ W
    return y + bias  # noqa: F821


def scaled_twice(x, W, b):
    return x @ W + SCALE - SCALE


def unknown_names(x, W, b):
    y = 2 * (x @ W)
    return y + bias  # noqa: F821


def caret(n):
    return n ^ 2


def asks_first(x, W, b):
    y = x @ W
    if len(x) > 1:
        y = y + b
    return y


def twice(x, W, b):
    y = x @ W + 0.5 * b
    return y + 0.5 * y


def noisy(x, W, b):
    return x @ W + b + np.random.default_rng(0).normal(size=9)


def new_noise(x, W, b):
    return x @ W + b + np.random.default_rng().normal(size=9)


def gives_none(x, W, b):
    return (x @ W + b).sort()


def in_float16(x, W, b):
    x, W, b = (a.astype(np.float16) for a in (x, W, b))
    return x @ W + b


def deep(n):
    if n == 0:
        return n + bias  # noqa: F821
    return deep(n - 1)


DENSE = [
    (None, "hand over the function itself, dense, not None."),
    (dense, "hand over the function itself, dense, not an Exercise."),
    (lambda x: x, "dense takes (x, W, b), not (x)."),
    (prints, "x (6, 17) Not yet: your function prints but does not return its result"),
    (keeps, "called twice with the same arguments, your function answers differently"),
    (in_place, "the numbers are right, but your function changes its argument x in place, and"),
    (wrong_in_place, "Not yet: your function changes its argument x in place: work on a copy."),
    (
        wrong_in_place,
        "work on a copy. The numbers are wrong as well, which may or may not come of it: ",
    ),
    (below_a_stub, "raise NotImplementedError() still stands in your function: delete that line."),
    (lambda x, W, b: x @ W + b + b, "the bias counts twice"),
    (lambda x, W, b: abs(x @ W) + 2 * b, "counts twice. And the product has lost its sign."),
    (misspelt, "line 3 of your function, `return y + bias # noqa: F821`, raises NameError: name "),
    (misspelt, "And one change makes it right: look at `y + bias` in line 3 of your function."),
    (lambda x, W, b: x.T @ W, "size 6 on the left and size 17 on the right must agree (6 is batch"),
    (scaled, "and `SCALE` is a variable of the notebook. And one change makes it right: look at"),
    (
        scaled_twice,
        "(2,) (6 is batch, 9 is units): 2 is no size of the arguments, and `SCALE` is a variable",
    ),
    (unknown_names, "line 3 of your function, `return y + bias # noqa: F821`, raises NameError: n"),
    (
        asks_first,
        "one change makes it right: look at line 3 of your function, `if len",
    ),
    (twice, "one change makes it right: look at `y + 0.5 * y` in line 3 of your function."),
    (noisy, "`np.random.default_rng(0)` draws random numbers, and nothing here is left to chance"),
    (new_noise, "answers differently: `np.random.default_rng()` draws random numbers."),
    (gives_none, "returns None: `(x @ W + b).sort()` gives None: it does something, and"),
    (in_float16, "y is in float16, which keeps three digits."),
    (lambda x, W, b: x @ W + (x @ W)[1:], "shapes (6, 9) (5, 9) (6 is batch, 9 is units)."),
    (
        lambda x, W, b: (x @ W + b).T,
        "y is transposed: its axes are (units, batch), and should be (b",
    ),
    (
        lambda x, W, b: [x @ W + b],
        "one axis too many, of length 1: its shape is (1, batch, units).",
    ),
    (lambda x, W, b: -(x @ W + b), "y has the wrong sign."),
    (lambda x, W, b: 3 * (x @ W + b), "y is 3 times what it should be."),
    (lambda x, W, b: 0 * (x @ W + b), "y is zero everywhere."),
    (lambda x, W, b: np.log(x @ W + b), "y is the logarithm of what it should be."),
    (lambda x, W, b: np.ones(5), "you return the same numbers whatever the arguments."),
    (lambda x, W, b: (x @ W + b)[::-1], "y has its samples in reverse order."),
    (lambda x, W, b: (x @ W + b).T.reshape(len(x), -1), "reshape doesn't swap axes; did you want"),
    (middle_wrong, "one change makes it right: look at line 3 of your function, `y[2:4] += 1`."),
    (two_wrong, "y is wrong at samples 2 and 3, counted from 0, and right elsewhere."),
    (
        one_sample,
        "but for a single sample, y has lost an axis, of length 1: its shape is",
    ),
    (lambda x, W, b: (x @ W)[:, :9] + b[:9], "but with other sizes, 20 features and 10 units, y"),
    (
        lambda x, W, b: x @ W + b**3,
        "y is right while b is zero, as far as tried, and wrong otherwise: look at what",
    ),
    (lambda x, W, b: np.tanh(x @ W + b), "y went through tanh once more."),
    (lambda x, W, b: (x @ W, b), "returns a tuple of 2 where one array is asked for: y."),
    (lambda x, W, b: "x @ W", "returns the text 'x @ W', where numbers are asked for."),
    (lambda x, W, b: {1: x}, "returns a dict that can't be read as an array of numbers."),
    (lambda x, W, b: 1j * x, "is complex, and real numbers are asked for"),
]
OTHERS = [
    (dense_and_sum, lambda x, W, b: (x @ W - b, 7), "y: a sign is wrong."),
    (dense_and_sum, lambda x, W, b: (x @ W + b, 7), "s is the same whatever the arguments."),
    (dense_and_sum, lambda x, W, b: (x @ W + b**3, 7), "begin with y, of which s is made: y has"),
    (dense_and_sum, lambda x, W, b: (x @ W + b**3, (x @ W + b).sum()), "s agrees. y has the right"),
    (dense_and_sum, lambda x, W, b: x * W, "(6 is batch, 17 is features, 9 is units): @ is the p"),
    (dense_and_sum, lambda x, W, b: W + B, "Not yet: a NameE."),  # noqa: F821
    (dense_and_sum, lambda x, W, b: x, "an array of shape (6, 17) where 2 arrays are asked for: y"),
    (square, caret, "Not yet: ^ is no power in Python, but"),
    (square, deep, "Not yet: line 3 of your function, `return n + bias"),
    (square, lambda n: n + 1, "for n = 3 you say 4."),
    (square, lambda n: [n], "the square is a number in brackets, where one number is asked for."),
    (square, lambda n: [n, n * n - n], "holds 2 numbers, where one number is asked for: add them"),
    (square, lambda n: [n, n], "holds 2 numbers, where one number is asked for."),
    (square, lambda n: 9, "you return the same number whatever the arguments."),
    (ends, lambda x: (x[-1], x.max()), "most agrees. 2 to 3 is not where [3.0, 1.0, 2.0] ends."),
    (ends, lambda x: x, "an array of shape (3,) where 2 numbers are asked for: least, most."),
    (names, lambda: {"a": "alpha", "b": "gamma"}, "Not yet: b can't be so."),
    (names, lambda: ["alpha"], "returns a list of 1, where a dict is asked for."),
    (names, lambda: {"a": Z}, "line 1 of your function"),  # noqa: F821
    (names, lambda: print("a", end=" "), "prints but does not return its result"),
    (adder, lambda x: x, "returns an array of shape (2,), where a function is asked for."),
    (adder, lambda x: lambda y: x * y, "2 ones and 2 ones are not added."),
    (adder, lambda x: lambda y: 2 * y if len(y) == 2 else y, "3 ones and 3 ones are not added."),
    (adder, lambda x: x[len(x)], "Not yet: there is no index 2."),
    (adder, lambda x: x.add if len(x) == 3 else x.__add__, "but for 3 numbers line 1 of your fun"),
    (adder, lambda x: x.sort() or x.put(0, 2) or x.__add__, "changes its argument x in place."),
    (adder, lambda x: x.put(0, 2) or x.add, "changes its argument x in place: work on a copy."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "answer", "words"), [(dense, *case) for case in DENSE] + OTHERS
)
def test_a_wrong_answer_is_told(exercise, answer, words, capsys):
    line, handed_back = line_of(exercise, answer, capsys)
    assert "Not yet: " in line and words in line, line
    assert handed_back is exercise.reference


def test_numbers_may_come_in_an_array_and_arrays_in_a_list(capsys):
    for judged, answer in (
        (ends, lambda x: np.array([x.min(), x.max()])),
        (dense_and_sum, lambda x, W, b: [x @ W + b, (x @ W + b).sum()]),
        (dense, lambda x, W, b: (x @ W + b).tolist()),
        (adder, lambda x: x.__add__),
    ):
        assert line_of(judged, answer, capsys)[1] is answer


def test_what_was_right_may_be_told_of_what_was_returned(capsys):
    answer = lambda: {"c": 3} | names.reference()  # noqa: E731
    assert line_of(names, answer, capsys) == ("Right: 3 names.", answer)


def test_one_probe_is_called_after_the_other_and_none_once_it_is_wrong(capsys):
    asked = []
    line_of(adder, lambda x: asked.append(len(x)) or 3, capsys)
    assert asked == [2]
    line_of(adder, lambda x: asked.append(len(x)) or x.__add__, capsys)
    assert asked == [2, 2, 3]


# --- not attempted, and how it is printed ------------------------------------------------------


def test_what_was_handed_back_is_not_an_attempt(capsys):
    line, handed_back = line_of(square, square.reference, capsys)
    assert line.startswith("Not attempted yet: ") and line.endswith(
        "run the cell with yours again."
    )
    assert handed_back is square.reference


@pytest.mark.parametrize("body", ["pass", "...", "return None", "raise NotImplementedError('n')"])
def test_a_stub_is_not_an_attempt(body, capsys):
    scope = {}
    exec(f"def square(n):\n    {body}", scope)
    told = "Not attempted yet: the cells below use the course's own square."
    assert line_of(square, scope["square"], capsys) == (told, square.reference)


@pytest.mark.parametrize("body", ["{'A': 1, 'B': n}", "['A', 'B']", "np.square", "SCALE[0]"])
def test_a_body_without_its_return_is_an_attempt(body, capsys):
    scope = {"np": np, "SCALE": SCALE}
    exec(f"def square(n):\n    {body}", scope)
    line, _ = line_of(square, scope["square"], capsys)
    assert line.startswith("Not yet: your function does not return its result"), line


def test_debugging_prints_show_once_and_confuse_nothing(capsys):
    def answer(n):
        print("debugging", n)
        return n**2

    assert square(answer) is answer
    assert capsys.readouterr().out == "debugging 3\nRight: the square holds.\n"


def test_words_are_kept_whole(capsys, monkeypatch):
    long, hyphens = 90 * "x", "-".join(20 * ["long"])
    monkeypatch.setattr(square, "judge", lambda answer: f"Not yet: {long} {hyphens}")
    square(None)
    assert capsys.readouterr().out.splitlines() == ["Not yet:", long, hyphens]


def test_what_is_handed_over_has_its_article():
    assert engine.kind(ValueError()) == "a ValueError" and engine.kind({1}) == "a set"
    assert engine.kind(OSError()) == "an OSError"


def test_warnings_of_the_learners_code_stay_quiet(capfd):
    dense(lambda x, W, b: np.sqrt(x @ W) + np.exp(1e4 * b) / (0 * b))
    assert capfd.readouterr().err == ""


def interrupted(n):
    raise KeyboardInterrupt


def test_who_stops_a_check_is_told_and_has_the_reference(capsys, monkeypatch):
    line, handed_back = line_of(square, interrupted, capsys)
    assert line.startswith("Not yet: your function was interrupted before it came back.")
    assert handed_back is square.reference
    monkeypatch.setattr(square, "complaint", lambda *_: interrupted(0))  # while it looks for words
    line, handed_back = line_of(square, lambda n: n, capsys)
    assert line == "Not yet: you stopped the check. square is the course's own for now."
    assert handed_back is square.reference


def endless(n):
    while True:
        n += 1


def test_a_call_that_does_not_come_back_is_interrupted():
    start = time.perf_counter()
    result = calls.call(endless, {"n": 1}, {"the square": ""}, 0.2).result
    assert isinstance(result, calls.TooLong) and "Is there a loop that never ends?" in str(result)
    assert time.perf_counter() - start < 2
    assert calls.call(lambda n: n, {"n": 1}, {"the square": ""}, 0.2).result == [1]  # nothing left


def test_an_endless_loop_is_told_once_and_the_reference_handed_back(capsys, monkeypatch):
    monkeypatch.setattr(square, "seconds", 1)
    start = time.perf_counter()
    line, handed_back = line_of(square, endless, capsys)
    assert "does not come back: after 1 second" in line and handed_back is square.reference
    assert time.perf_counter() - start < 1.9  # it is not called a second time


def swallows(n):
    while True:
        try:
            time.sleep(0.05)
        except:  # noqa: E722
            n += 1


def swallows_twice(n):
    while True:
        try:
            swallows(n)
        except BaseException as error:
            n = str(error)


@pytest.mark.parametrize("function", [swallows, swallows_twice])
def test_a_bare_except_does_not_swallow_the_interrupt(function):
    start = time.perf_counter()
    before = signal.getsignal(signal.SIGINT)
    result = calls.call(function, {"n": 1}, {"n": ""}, 0.2).result
    assert isinstance(result, calls.TooLong) and time.perf_counter() - start < 5
    assert signal.getsignal(signal.SIGINT) is before
    time.sleep(0.05)  # and none is left


def test_it_is_said_in_how_many_cases_it_is_right(capsys):
    line, _ = line_of(square, lambda n: n * n if n == 3 else -n, capsys)
    assert (
        "right in 1 of 3 cases tried, and wrong for 1 and for 4: in the first of these, " in line
    ), line


def test_other_keys_are_told_and_a_dict_turned_round(capsys):
    line, _ = line_of(names, lambda: {"a": "alpha", "beta": "beta"}, capsys)
    assert line == "Not yet: the keys are 'a' and 'b', and yours has 'beta'."
    line, _ = line_of(names, lambda: {"alpha": "a", "beta": "b"}, capsys)
    assert line.endswith("and yours has 'alpha': keys and values are exchanged.")


def test_in_another_thread_nothing_is_limited_and_nothing_breaks():
    found = []
    thread = threading.Thread(
        target=lambda: found.append(calls.call(lambda n: n, {"n": 1}, {"n": ""}, 0.2).result)
    )
    thread.start()
    thread.join()
    assert found == [[1]]


def test_who_ends_the_notebook_is_told(capsys):
    line, handed_back = line_of(square, lambda n: sys.exit(), capsys)
    assert line == "Not yet: your function exits, and with it the notebook: return instead."
    assert handed_back is square.reference


# --- what is looked for, each by itself --------------------------------------------------------


@exercise(
    {"x": "batch timesteps features", "W": "features units", "b": "units"}, off=["b"],
    returns={"h": "batch timesteps units", "last": "batch units"}, origin="h", right="both agree",
)  # fmt: skip
def summed(x, W, b):
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    s = np.zeros((x.shape[0], len(b)))
    for t in range(x.shape[1]):
        s = np.tanh(x[:, t] @ W - 0.5 * s + b)
        h[:, t] = s
    return h, s


@exercise(
    probes=[Probe({"m": m, "n": n}) for m, n in [(2, 3), (4, 7), (9, 5), (3, 8)]],
    returns={"the count": ""}, right="the count holds", evidence="you count {got:g}",
    shares={"W": lambda m, n: m * n, "V": lambda m, n: n * n, "b": lambda m, n: n},
)  # fmt: skip
def count(m, n):
    return m * n + n * n + n


def changed_sum(change):
    def answer(x, W, b):
        return change(*summed.reference(x, W, b))

    return answer


def whole(x, W, b):
    return summed.reference(x, W, b)[0].astype(int), summed.reference(x, W, b)[1]


def without_b(x, W, b):
    h = np.array(x @ W) ** 3
    return h, h[:, -1]


def only_b(x, W, b):
    h = np.zeros((x.shape[0], x.shape[1], len(b))) + b**3
    return h, h[:, -1]


def mixed(x, W, b):
    h, last = summed.reference(x, W, b)
    h[:, 4:] += h[:1, 3:4]
    h[2:, 6] **= 3
    return h, last


def with_a_layer(x, W, b):
    return Layer().weights @ W + b


class Layer:
    """Stands for a layer of a library."""

    def __init__(self):
        self.weights = np.random.default_rng().standard_normal((6, 17))

    def set_weights(self):
        """What layers have."""


def of_two_units(x, W, b):
    y = np.zeros((len(x), len(b)))
    y[:, :2] = (x @ W + b)[:, :2]
    return y


def forgets_return(x, W, b):
    def curved(z):
        return 1 / (1 + np.exp(-z))

    y = curved(x @ W + b)  # noqa: F841


@exercise(AXES, returns={"y": "batch units", "t": "batch units"}, right="both agree")
def dense_and_curved(x, W, b):
    y = x @ W + b
    t = np.tanh(y)
    return y, t


dense_and_curved.knows({"+ b": {"- b": "y: a sign is wrong"}, "np.tanh": {"np.sin": "t: a sine"}})

LOOKS = [
    (dense, lambda x, W, b: (x @ W) * b, "multiplied, not added."),
    (dense, lambda x, W, b: np.sin(x @ W * 1.37) + BESIDE, "b has no part in your result: whatev"),
    (dense, forgets_return, "your function does not return its result"),
    (
        dense_and_curved,
        lambda x, W, b: (x @ W - b, np.sin(x @ W + b)),
        "y: a sign is wrong. And t: a sine",
    ),
    (dense, of_two_units, "y at units 2 to 8, counted from 0, is the same whatever the arguments"),
    (
        dense_and_sum,
        lambda x, W, b: ((x @ W - b).sum(), x @ W - b),
        "a sign is wrong. And the order is another: yours is s, y, and y, s is asked for",
    ),
    (dense, lambda x, W, b: x @ W + BESIDE * b, "y is what it should be plus 1.5 times b"),
    (summed, changed_sum(lambda h, s: (s, h)), "are right and in another order: yours is last, h,"),
    (summed, whole, "h is an array of whole numbers: all behind the decimal point is cut"),
    (summed, changed_sum(lambda h, s: (h, s.astype(np.float16))), "last is in float16"),
    (summed, changed_sum(lambda h, s: (-h, -s)), "h has the wrong sign. The same goes for last."),
    (summed, changed_sum(lambda h, s: (h.swapaxes(0, 1), s)), "order of its axes: (timesteps, bat"),
    (summed, changed_sum(lambda h, s: (h[:, :, None], s)), "shape is (batch, timesteps, 1, units)"),
    (summed, changed_sum(lambda h, s: (np.hstack([*h.swapaxes(0, 1)]), s)), "timesteps * units"),
    (summed, changed_sum(lambda h, s: (h[:, 1:], s)), "h lacks the first of its timesteps"),
    (
        summed,
        changed_sum(lambda h, s: (h, h[:, 0])),
        "what x holds at timesteps 1 to 12, counted from 0, has no part in last.",
    ),
    (summed, changed_sum(lambda h, s: (h, s[0])), "last holds the first of its samples alone"),
    (summed, changed_sum(lambda h, s: (np.stack([h, h]) / 2, s)), "is not summed over axis 0"),
    (summed, only_b, "x and W have no part in your result: whatever they hold, the same comes out"),
    (summed, without_b, "b has no part in your result: whatever it holds, the same comes out."),
    (
        summed,
        mixed,
        "what x holds at sample 0, counted from 0, changes h at sample 1, and should not.",
    ),
    (dense, lambda x, W, b: x @ W + b + x[0, 0] * SHIFT, "depends on `SHIFT`, which is a variable"),
    (dense, lambda x, W, b: x @ W + 3 * b, "y is what it should be plus 2 times b."),
    (dense, lambda x, W, b: np.round(x @ W, 2), "bias is missing. And y is rounded to 2 digits"),
    (dense, lambda x, W, b: x @ W + b + 0.25, "y is larger by 0.25 everywhere."),
    (dense, lambda x, W, b: np.clip(x @ W + b, -0.3, 0.3), "cut off below −0.3 and above 0.3."),
    (dense, with_a_layer, "(`Layer` comes with weights of its own: compute with the arguments)."),
    (dense, Layer, "Not yet: dense is a class: a function that returns is asked for."),
    (square, lambda n: [n].append, "a builtin_function_or_method, where one number is asked for"),
    (count, lambda m, n: m * n + 4 * n * n + n, "Not yet: V is counted 4 times."),
    (
        count,
        lambda m, n: 2 * m * n + n * n,
        "Not yet: W is there twice, or something as large is; b is missing.",
    ),
    (count, lambda m, n: 4 * (m * n + n * n + n), "every part is counted 4 times"),
    (count, lambda m, n: m * n + n * n + m, "Not yet: "),
    (count, lambda m, n: [m, n] if m > 2 else 18, "and wrong for m = 4, n = 7, for m"),
]
SHIFT = np.pi / 8
BESIDE = 2.5  # made of nothing of the notebook's: a part of the answer


@pytest.mark.parametrize(("exercise", "answer", "words"), LOOKS)
def test_a_look_finds_its_own(exercise, answer, words, capsys):
    line, _ = line_of(exercise, answer, capsys)
    assert "Not yet: " in line and words in line, line


def test_small_differences_and_arrays_in_the_place_of_numbers_are_told(capsys):
    tiny = np.array([[0, 0], [0.01, 0.02], [0.03, 0.011]])

    @exercise(probes=[Probe({"x": tiny})], returns={"p": "batch units"}, right="")
    def half(x):
        return x / 2

    line, _ = line_of(half, lambda x: np.maximum(x / 2, 1e-6), capsys)
    assert line == "Not yet: p has the right shape, and other numbers than it should.", line
    line, _ = line_of(ends, lambda x: (x.min() - 0.3 * x.std(), x * 1.7 + x**2), capsys)
    assert "most holds 3 numbers, where one number is asked for" in line, line


def test_places_are_called_by_their_names():
    assert results.places("classes", [0]) == "class 0"
    assert results.places("batch", [0, 2]) == "samples 0 and 2"
    assert results.places("4*units", [7, 8, 9]) == "columns 7 to 9"
    assert results.places("window", [3]) == "place 3 of each window"


def test_nothing_is_mended_into_a_list_that_holds_itself(capsys):
    def answer(x, W, b):
        rows = []
        for row in x:
            rows.append(row @ W + b)
        return np.stack(rows, axis=-3)

    line, _ = line_of(dense, answer, capsys)
    assert "line 5 of your function, `return np.stack(rows, axis=-3)`, raises" in line, line
    assert line.endswith("right: look at `np.stack(rows, axis=-3)` in line 5 of your function.")


def test_no_list_is_put_into_another_that_it_holds():
    """Two lists that hold each other take all memory there is when NumPy makes an array of them."""
    tree = ast.parse(
        "def answer(values):\n"
        "    window, windows, total = [], [], 0\n"
        "    for value in values:\n"
        "        windows.append(window)\n"
        "        window.append(value)\n"
        "        window = window[1:] + [value]\n"
        "        total = total + value\n"
    )
    lines, lists = mends.lines_of(tree), mends.growing(tree)
    skipped = {
        (ast.unparse(lines[slip.node]), slip.text)
        for slip in slips.slips(tree)
        if isinstance(slip.node, ast.Name) and mends.holds_itself(slip, lines[slip.node], lists)
    }
    assert lists == {"window", "windows"}
    for line in ("windows.append(window)", "window.append(value)", "window = window[1:] + [value]"):
        assert {(line, "window"), (line, "windows")} - {
            ("windows.append(window)", "window")
        } <= skipped
    assert ("total = total + value", "values") not in skipped


def test_what_can_not_be_made_again_is_not_mended(capsys):
    own = 2

    def answer(n, times=own):
        return n * times + 4

    for function in (answer, functools.cache(answer)):
        assert line_of(square, function, capsys)[0] == "Not yet: for n = 3 you say 10."


def test_a_list_that_holds_itself_is_told(capsys):
    def answer(x, W, b):
        rows = []
        rows += [rows, rows]
        return rows

    assert "a list of 2 that holds itself" in line_of(dense, answer, capsys)[0]


AXES_OF_H = ["batch", "timesteps", "units"]
WANTED = [
    patterns.Wanted(np.random.default_rng(k).uniform(-1.3, 1.4, (5 + k, 4, 7)), AXES_OF_H,
                    dict(zip(patterns.MANY, [5 + k, 4, 7, 3 + k, 8, 6], strict=True)))
    for k in (0, 1)
]  # fmt: skip


@pytest.mark.parametrize(("words", "make"), [*patterns.patterns(AXES_OF_H, True)])
def test_each_pattern_is_found(words, make):
    with np.errstate(all="ignore"):
        got = [make(wanted) for wanted in WANTED]
        told = patterns.pattern(got, WANTED, results.close)
        others = [f for w, f in patterns.patterns(AXES_OF_H, True) if w == told]
    assert told == words or any(
        all(patterns.agrees(g, f, w, results.close) for g, w in zip(got, WANTED, strict=True))
        for f in others
    )


def test_an_axis_of_length_1_that_is_gone_is_no_last_of_its_own():
    wanted = patterns.Wanted(np.ones((2, 3, 1)) * np.pi, AXES_OF_H, {})
    told = patterns.pattern([wanted.array[:, :, -1]], [wanted], results.close)
    assert told == "has lost its axis of units, of length 1"


def test_a_mend_that_takes_a_number_from_itself_is_none(capsys):
    @exercise({"x": "batch", "b": ""}, returns={"y": "batch"}, right="y agrees")
    def less(x, b):
        return x - b

    def answer(x, b):
        more = np.sin(x - b)  # of x - x it would be 0: that mends the result, and not the mistake
        return np.where(x > 0, x - b - more, x - b + more)

    assert "one change" not in line_of(less, answer, capsys)[0]


def test_nan_is_no_slip_of_the_reference(capsys):
    @exercise({"x": "batch"}, returns={"y": "batch"}, right="y agrees")
    def half(x):
        return np.log(1 + np.abs(x)) / 2  # with a minus before np.abs it is NaN, too

    def answer(x):
        return np.zeros(len(x)) / 0

    assert line_of(half, answer, capsys)[0] == "Not yet: y holds NaN or infinity."


def test_changed_answers_warn_nobody():
    tree = ast.parse("def f(x):\n    return x[0]\n")
    one = next(s for s in slips.slips(ast.parse("def f(x):\n    return x + 1\n")))
    there = tree.body[0].body[0].value
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Python says of 1[0] that 'int' is not subscriptable
        slip = one._replace(parent=there, field="value", at=None, node=there.value, text="1")
        assert slips.with_slips(tree, slip)


def test_the_first_small_example_that_comes_out_wrong_is_told(capsys):
    examples = [{"x": np.array([[1.0, 2]])}, {"x": np.array([[1.0, 5], [3, 4]])}]

    @exercise({"x": "batch units"}, examples=examples, returns={"y": "units"}, right="")
    def middle(x):
        return np.median(x, axis=0)

    def answer(x):
        return np.sort(x, axis=0)[(len(x) - 1) // 2] + np.sin(x.std(axis=0)) ** 2

    line = line_of(middle, answer, capsys)[0]
    assert line.endswith(
        "By hand, for x = [[1, 5], [3, 4]]: yours gives [1.71, 4.23], and [2, 4.5] is right."
    )

    def itself(x):
        return x

    with pytest.raises(ValueError, match=r"takes \(x\), and a probe gives \(y\)"):
        exercise({"x": "batch"}, examples=[{"y": 1}], returns={"y": "batch"}, right="")(itself)


def test_a_change_that_mends_the_probes_alone_is_none(capsys):
    def ends(x):
        return x[0] + x[-1] ** 2

    def answer(x):
        return x[0] + x[2] ** 2 + np.sin(x[1] - x[2])

    probes = [Probe({"x": np.array([n, 2.5, n + 0.5, n + 0.5])}) for n in (1.5, 5.0)]
    told = []
    for examples in ([], [{"x": np.array([5.0, 2, 3, 4])}]):
        how = {"probes": probes, "examples": examples, "returns": {"y": ""}, "right": ""}
        told.append(line_of(exercise(**how)(ends), answer, capsys)[0])
    assert "one change makes it right: look at" in told[0], told
    assert told[1].endswith("yours gives 13.2, and 21 is right."), told


def test_of_truths_it_is_told_how_many_are_wrong_and_one_for_all_is_no_constant(capsys):
    probes = [Probe({"x": np.array([3.0, -1, 2, k])}, "", "", {"steps": 4}) for k in (-2, 5)]

    @exercise(probes=probes, returns={"y": "steps"}, right="")
    def above(x):
        return x > 0.5 + 0.01 * x.mean()

    told = line_of(above, lambda x: (x > 4) & (np.arange(4) > 1) | (x < -1.5), capsys)[0]
    assert ": 2 are False where True is right and one is True where False is right" in told
    told = line_of(above, lambda x: bool((x > 2).any()), capsys)[0]
    assert told == "Not yet: y is a single number, and should have the shape (steps,) = (4,)."
    told = line_of(above, lambda x: True, capsys)[0]
    assert told == "Not yet: you return the same number whatever the arguments."
    nothing, right = np.zeros(3), np.array([1, 2.5, 3])
    assert results.difference(nothing, right, ["steps"]) == "is zero everywhere"


def fitted(x, y):
    if x.shape != y.shape:
        raise ValueError("not as many targets as numbers")
    return lambda new: np.tanh(new / 7 + x.mean() / 5 - y.std() + y.mean(axis=1).std())


@exercise(
    probes=[
        Probe({"fit": fitted, "x": np.random.default_rng(n).uniform(1, 3, (n, 4)), "k": n / 3})
        for n in (5, 7)
    ],
    asked={
        "fit": {"what fit is given as x": "batch units", "the target": "batch units"},
        "fit()": {"what the model is asked": "batch units"},
    },
    returns={"the forecast": "batch units"}, right="",
)  # fmt: skip
def forecast(fit, x, k):
    return fit(x - k, x)(x * k) + np.sqrt(x)


ASKED = [
    (lambda f, x, k: f((x - k) * np.cos(k), x)(x * k) + np.sqrt(x),
     "Not yet: what fit is given as x has another scale than it should: in one case it is −0.691"),
    (lambda f, x, k: f(x - k, x + x[:, :1] ** 3)(x * k) + np.sqrt(x),
     "as x agrees. But the target is moved by a number of its own in each of its batch: has it"),
    (lambda f, x, k: f(x - k, x)(np.tanh(x) ** 3 * k) + np.sqrt(x),
     "and the target agree. But what the model is asked has the right shape, and other numbers: "),
    (lambda f, x, k: f(x - k, x)(x * k) + x**0.3, "of the answer is not right: if it is 0 every"),
    (lambda f, x, k: f(x - k, x)(x * k) * x**0.3 + np.sqrt(x), "its scale is not: if it is 1"),
    (lambda f, x, k: np.stack([f(x - k, x)(r * k) for r in x]) + x**0.3, "other numbers than it"),
    (lambda f, x, k: np.sqrt(x) + x**k, "Not yet: your function never calls fit."),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "words"), ASKED)
def test_it_is_told_whether_the_question_is_wrong_or_what_is_made_of_the_answer(
    answer, words, capsys
):
    line, _ = line_of(forecast, answer, capsys)
    assert words in line, line


def test_no_pattern_is_found_in_what_is_right_or_has_none():
    right = [wanted.array for wanted in WANTED]
    assert patterns.pattern(right, WANTED, results.close) is None
    other = [a + 0.1 * np.sin(7 * a) for a in right]
    assert patterns.pattern(other, WANTED, results.close) is None


@pytest.mark.parametrize("exercise", [dense, summed, square, count], ids=lambda e: e.name)
def test_each_slip_that_matters_is_told_when_it_is_made(exercise, capsys):
    """In no more words than `told`, which say nothing of it; and the tree is as it was."""
    source, vague = ast.unparse(exercise.tree), []
    for slip, first in exercise.slips:
        scope = exercise.reference.__globals__ | {"some": slips.some}
        if not isinstance(first, list) or not (code := slips.with_slips(exercise.tree, slip)):
            continue
        exec(code, scope)
        line, _ = line_of(exercise, scope[exercise.name], capsys)
        if "other numbers than it should" in line or "you count" in line:
            vague.append((slip.words, line))
    assert not vague
    assert ast.unparse(exercise.tree) == source


SLIPS = """
def f(x, n, h, W):
    total = np.zeros(n)
    for k in range(1, n):
        if k > 2 and n < 9:
            total += x[:, k] @ W.T
        total[k] = (h[k:n] * x.shape[0] - 1) / n // 2 % 3 ** 2
    y = -np.tanh(x) if n > 1 else np.mean(x, axis=0) + np.median(W[:n])
    return total, y
"""


@pytest.mark.parametrize(
    "words",
    [
        "what is made of x and k is transposed", "W is not transposed",
        "the factor what is made of h",
        "upside down",
        "added, not subtracted", "the loop ends one step early", "the loop runs backwards",
        "the minus in front of what is made of x is left out", "median stands where mean should",
        "the upper of two middle values is taken", "the slice is cut from the end of W",
        "mean goes along axis 1", "tanh is taken twice", "the sigmoid stands where tanh should",
        "the index of x is one too low", "the size of axis 1 stands where that of axis 0 should",
        "the slice of h ends one place early", "the condition asks for >=", "nobody asks whether",
        "no case is set apart", "total is replaced at each step, not added to", "2 stands where",
        "the return stands inside the loop", "total and y are swapped", "n stands where k should",
        "total starts anew each time", "remainder", "rounded up", "base and exponent are swapped",
        "two lines of the loop are in the wrong order", "the condition on what is made of k and n",
    ],
)  # fmt: skip
def test_each_kind_of_slip_is_made(words):
    tree = ast.parse(SLIPS)
    assert any(words in slip.words for slip in slips.slips(tree)), words


def test_a_slip_that_makes_a_list_grow_ends():
    tree = ast.parse("def f(x):\n    s = []\n    for v in x:\n        s.append(v)\n    return s")
    (slip,) = (
        s for s in slips.slips(tree) if s.text == "x" and isinstance(s.parent, ast.Attribute)
    )
    scope = {"some": slips.some}
    exec(slips.with_slips(tree, slip), scope)
    numbers = [1, 2]
    scope["f"](numbers)
    assert len(numbers) == 1002


def test_two_mistakes_whose_effects_add_up_come_first():
    right, effects = [[np.zeros(9)]], np.eye(9)
    alone = [[[effect]] for effect in effects]
    came = [[effects[4] + effects[6]]]
    first = [[*pair] for pair in itertools.islice(pairs.nearest(alone, right, came), 2)]
    assert [4, 6] in first  # of 36
    assert [*pairs.nearest(alone, right, [ValueError()])] == []


# --- the same, and alike ----------------------------------------------------------------------


def test_what_rounding_does_grows_with_the_numbers():
    one, much = np.array([1.0, 0]), np.array([1.000005, 0])
    assert results.close(one, much) and results.close(1000 * one, 1000 * much)
    assert not results.close(0.001 * one, 0.0011 * one)
    assert not results.close(one, one[:1])


def test_an_error_is_like_another_error_on_later_probes_and_like_no_result():
    one, error, other = [np.ones(2)], ValueError("shapes"), TypeError("none")
    assert results.alike([one, error], [one, other], None)
    assert not results.alike([one, error], [one, one], None)
    assert not results.alike([error], [other], None)


# --- probes -----------------------------------------------------------------------------------


def test_sizes_of_probes_are_told_apart():
    for sizes in (probes.SIZES, probes.SIZES | probes.OTHER_SIZES):
        for one, other in itertools.combinations(sizes.values(), 2):
            assert abs(one - other) > 1
    assert min(probes.SIZES.values()) > 4 + 1  # a notebook may have 2 units, 3 features, 4 steps
    assert probes.SIZES["batch"] < probes.SIZES["timesteps"]


def test_terms_are_switched_off_one_by_one_and_two_by_two():
    zero = {p.when: [name for name, a in p.args.items() if not a.any()] for p in dense.probes}
    assert zero == {
        "": [],
        "while x is zero": ["x"],
        "while b is zero": ["b"],
        "while x and b are zero": ["x", "b"],
        "for a single sample": [],
        "with other sizes, 20 features and 10 units,": [],
    }
    assert [len(probe.args["x"]) for probe in dense.probes] == [6, 6, 6, 6, 1, 6]
    in_time = [p for p in random_probes({"x": "batch timesteps"}) if "timestep" in p.when]
    assert [p.args["x"].shape for p in in_time] == [(6, 1), (6, 70)]


def test_blocks_lie_side_by_side_and_one_of_them_can_be_switched_off():
    first, off, *_ = random_probes({"W": "features zrg*units", "b": "2 4*units"}, ["Wr"])
    assert first.args["W"].shape == (17, 27) and first.args["b"].shape == (2, 36)
    assert first.sizes == {"features": 17, "units": 9}
    assert [block.any() for block in np.split(off.args["W"], 3, axis=1)] == [True, False, True]
    assert off.when == "while Wr is zero"


def test_arguments_come_at_the_ends_of_their_ranges():
    axes = {"x": "batch features", "h": "batch units", "W": "units units"}
    kinds = {"large": ["W"], "small": ["W"], "full": ["h"], "one_hot": ["x"]}
    first, *probes = random_probes(axes, **kinds)
    large, small, full, one_hot, *_ = probes
    assert np.abs(large.args["W"]).max() > 20 > 0.05 > np.abs(small.args["W"]).max()
    ends = np.abs(full.args["h"])
    assert 0.97 < ends.min() and ends.max() < 1 and (full.args["h"] < 0).any()
    rows = one_hot.args["x"]
    assert rows.dtype == int and (rows.sum(axis=1) == 1).all() and (rows.max(axis=1) == 1).all()
    assert [p.args["x"].shape for p in probes[:4]] == [first.args["x"].shape] * 4
    for name in kinds:
        with pytest.raises(ValueError, match=f"{name} must be one of W, h, x, got 'b'"):
            random_probes(axes, **{name: ["b"]})


# --- refused when it is written, not when a learner errs ----------------------------------------


def refused(words, make, *args, **kwargs):
    with pytest.raises(ValueError) as error:
        make(*args, **kwargs)
    assert words in str(error.value)


def test_a_line_must_stand_in_the_reference_once():
    refused(
        "'x @ V' must stand in dense once, and does 0 times:\ndef dense(x, W, b):",
        dense.knows, {"x @ V": {"x": "no"}},
    )  # fmt: skip
    refused("'x' must stand in dense once, and does 3 times", dense.knows, {"x": {"y": "no"}})
    assert len(dense.mistakes) == 4


@pytest.mark.parametrize("mistakes", [{"x @ W": "the same"}, {"W @ x": ""}, {"W @ x": None}])
def test_a_mistake_is_another_text_and_words(mistakes):
    refused("must stand in the place of 'x @ W', with", dense.knows, {"x @ W": mistakes})


def test_what_is_judged_knows_no_lines_and_the_other_way_round():
    refused("names is judged, not compared", names.knows, {"alpha": {"beta": "no"}})
    refused("dense knows mistakes", dense.against, print)


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("either probes, or arguments", {"probes": dense.probes}),
        ("off must be one of W, b, x, got 'h'", {"off": ["h"]}),
        ("returned must be one of batch, features, units, got 'unit'", {"returns": {"y": "unit"}}),
        ("origin must be one of y, got 'z'", {"origin": "z"}),
        (
            "dense takes (x, W, b), and a probe gives (x, b, W)",
            {"arguments": dict.fromkeys("xbW", "units")},
        ),
        ("dense takes (x, W, b), and a probe gives ()", {"arguments": None}),
        ("remarks: 'a(': 'b': missing )", {"remarks": {"a(": "b"}}),
        ("remarks: 'a': '\\\\u': bad escape", {"remarks": {"a": r"\u"}}),
    ],
)
def test_names_that_do_not_fit_are_refused(words, how):
    whole = {"arguments": AXES, "returns": {"y": "units"}, "right": "y agrees"} | how
    refused(words, lambda: exercise(**whole)(dense.reference))


def test_the_exercises_that_are_shown_work(tmp_path, monkeypatch):
    """In the engine's own words, and in CONTRIBUTING.md."""
    monkeypatch.syspath_prepend(tmp_path)
    pages = engine.__doc__, (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for page, name in zip(pages, ("dense", "weighted_sum"), strict=True):
        code = textwrap.dedent(re.search(r"(?s)^ *@exercise.*?\.knows\([^\n]*\n", page, re.M)[0])
        file = tmp_path / f"shown_{name}.py"
        file.write_text(f"from utils.checks.engine import exercise\n\n\n{code}")
        shown = getattr(importlib.import_module(file.stem), name)
        (first, words), *_ = shown.tried
        assert Diagnosis(shown, shown.reference, first).known() == words


def test_the_engine_needs_numpy_alone():
    for module in MODULES:
        tree = ast.parse(inspect.getsource(module))
        nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = {getattr(node, "module", None) or node.names[0].name for node in nodes}
        others = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
        own = {name for name in others if name.startswith("utils.")}
        assert own <= {
            "utils.checks",
            "utils.words",
            *(m.__name__ for m in MODULES),
        } and others - own <= {"numpy"}


def test_answers_are_called_in_the_surroundings_that_are_given(monkeypatch, capsys):
    with np.errstate(all="raise"):
        line, _ = line_of(square, lambda n: np.float64(n) / 0, capsys)
    assert line == "Not yet: the square is inf, which is no number."
    around = []
    monkeypatch.setattr(Exercise, "around", lambda self: around.append(self.name) or np.errstate())
    square(lambda n: n * n)
    assert around == ["square"]


# --- what is changed on purpose and put back --------------------------------------------------


@exercise(
    probes=[Probe({"x": np.array([0.1, 0.7, 0.3])}), Probe({"x": np.array([0.2])}, "for one")],
    returns={"y": None}, right="y holds", restored={"x": "put x back"},
)  # fmt: skip
def moved(x):
    return x * 2


def there_and_back(x, by=1.1):
    x += by
    x -= by
    return x * 2


def one_step_there(x):
    x += 1e-9
    return x * 2


def fails_on_the_way(x):
    x += 1
    return x[5]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (there_and_back, "Right: y holds."),  # the last digit does not count
        (one_step_there, "Not yet: put x back."),
        (fails_on_the_way, "IndexError"),
    ],
)
def test_an_argument_may_be_changed_and_put_back(answer, words, capsys):
    assert there_and_back(moved.probes[0].args["x"].copy())[0] != 0.2  # there is such a digit
    assert words in line_of(moved, answer, capsys)[0]


@exercise({"x": "batch"}, returns={"at": "batch"}, places=True, right="the places agree")
def in_their_order(x):
    return np.argsort(x)


def test_what_indexes_an_array_is_an_array_of_whole_numbers(capsys):
    def said(answer):
        return line_of(in_their_order, answer, capsys)[0]

    assert said(lambda x: np.argsort(x)) == "Right: the places agree."
    assert "of type float64: floats can't index an array" in said(lambda x: np.argsort(x) * 1.0)
    assert "where an array is asked for" in said(lambda x: [*np.argsort(x)])
    assert "index" not in said(lambda x: x)  # it holds no places at all


def test_what_is_restored_is_an_argument():
    def twice(x):
        return 2 * x

    with pytest.raises(ValueError, match="what is restored must be one of x, got 'y'"):
        Exercise(twice, [Probe({"x": 1.0})], returns={"y": ""}, right="", restored={"y": "?"})


def test_what_outlives_a_call_is_told_where_only_later_calls_show_it(capsys):
    @exercise({"x": "batch"}, returns={"y": "batch"}, right="")
    def doubled(x):
        return 2 * x

    seen = []

    def answer(x):
        seen.append(x.shape)
        return 2 * x + (len({*seen}) > 1)

    assert "something outlives the call" in line_of(doubled, answer, capsys)[0]
