"""Each check against wrong answers, with the line they must get, and right ones in other words."""

import ast
import inspect
import itertools
import math
import re
import types

import numpy as np
import pytest

from utils import bug_zoo, training
from utils.checks import (
    OTHER_SIZES,
    SIZES,
    Exercise,
    alike,
    kind,
    lesson00,
    lesson01,
    lesson02,
    lesson03,
    lesson04,
    lesson05,
    lesson06,
    same,
)

EXERCISES = {  # lesson 05 has a count_parameters of its own, and its own tests
    exercise.name: exercise
    for lesson in (lesson00, lesson01, lesson02, lesson03, lesson04)
    for exercise in vars(lesson).values()
    if isinstance(exercise, Exercise)
}
ALL_EXERCISES = [*EXERCISES.values()] + [
    exercise
    for lesson in (lesson05, lesson06)
    for exercise in vars(lesson).values()
    if isinstance(exercise, Exercise)
]
GLOBAL = []  # for answers that keep something between calls
STATE = np.zeros(2)  # as in lesson 1


def line_of(exercise, answer, capsys):
    """What a check prints, as one line, and what it handed back."""
    handed_back = exercise(answer)
    captured = capsys.readouterr()
    assert captured.err == ""
    return " ".join(captured.out.split()), handed_back


def given_away(exercise, message):
    """The sums, products and calls of the reference that stand in the message."""
    tree = ast.parse(inspect.getsource(exercise.reference))
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.BinOp, ast.Call, ast.IfExp))]
    codes = {ast.unparse(node).replace(" ", "") for node in nodes}
    return [code for code in codes if len(code) > 4 and code in message.replace(" ", "")]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def steps_of(x, W_x, W_h, b, h_prev=None):
    """All states as a list, timestep after timestep."""
    states = [np.zeros((len(x), len(b))) if h_prev is None else h_prev]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ W_x + states[-1] @ W_h + b))
    return states[1:]


# --- right answers, written differently -------------------------------------------------------


def forward_by_sample(x, W_x, W_h, b):
    return [np.stack(steps_of(sample[None], W_x, W_h, b), axis=1)[0] for sample in x]


def forward_float32(x, W_x, W_h, b):
    x, W_x, W_h, b = (a.astype(np.float32) for a in (x, W_x, W_h, b))
    return np.stack(steps_of(x, W_x, W_h, b), axis=1)


def step_by_loops(x_t, h_prev, W_x, W_h, b):
    rows = []
    for x_row, h_row in zip(x_t, h_prev, strict=True):
        rows.append([])
        for j in range(len(b)):
            z = b[j] + sum(x_row[i] * W_x[i, j] for i in range(len(x_row)))
            z += sum(h_row[i] * W_h[i, j] for i in range(len(b)))
            rows[-1].append(math.tanh(z))
    return rows


def step_backward_einsum(dh, x_t, h_prev, h, W_x, W_h):
    dz = dh - dh * h * h
    to_weights = np.concatenate([x_t, h_prev], axis=1).T @ dz
    dW_x, dW_h = to_weights[: len(W_x)], to_weights[len(W_x) :]
    return [
        np.einsum("nj,ij->ni", dz, W_x),
        np.dot(W_h, dz.T).T,
        dW_x,
        dW_h,
        np.ones(len(dz)) @ dz,
    ]


def step_backward_by_sample(dh, x_t, h_prev, h, W_x, W_h):
    dz = dh / np.cosh(np.arctanh(h)) ** 2
    dW_x = sum(np.outer(a, d) for a, d in zip(x_t, dz, strict=True))
    dW_h = sum(np.outer(a, d) for a, d in zip(h_prev, dz, strict=True))
    return dz.dot(W_x.T), dz.dot(W_h.T), dW_x, dW_h, sum(dz)


def backward_vectorised(dh_last, x, h, W_x, W_h):
    dz, dh = np.zeros_like(h), dh_last
    for t in range(x.shape[1] - 1, -1, -1):
        dz[:, t] = (1 - h[:, t] ** 2) * dh
        dh = dz[:, t] @ W_h.T
    h_prev = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    return (
        np.einsum("ntf,ntu->fu", x, dz),
        np.einsum("ntv,ntu->vu", h_prev, dz),
        dz.sum(axis=(0, 1)),
    )


def backward_skips_zero(dh_last, x, h, W_x, W_h):
    dW_x, dW_h, db, dh = 0, 0, 0, dh_last.copy()
    for t in reversed(range(x.shape[1])):
        dh *= 1 - np.square(h[:, t])
        dW_x, db = dW_x + x[:, t].T @ dh, db + dh.sum(0)
        if t:
            dW_h = dW_h + h[:, t - 1].T @ dh
        dh = dh @ W_h.T
    return dW_x, dW_h + np.zeros_like(W_h), db


def clip_like_torch(grads, limit):
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    return [g * min(1.0, limit / (norm + 1e-8)) for g in grads]


def clip_with_ravel(grads, limit):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return tuple(g * (limit / max(limit, norm)) for g in grads)


def total_by_index(x):
    sums = x[:]
    for i in range(1, len(sums)):
        sums[i] += sums[i - 1]
    return sums


RIGHT = [
    ("running_total", lambda x: np.cumsum(x)),
    ("running_total", lambda x: tuple(sum(x[: i + 1]) for i in range(len(x)))),
    ("running_total", total_by_index),
    ("rnn_step", step_by_loops),
    ("rnn_step", lambda x, h, U, V, b: np.tanh(b + np.dot(h, V) + np.dot(x, U))),
    ("rnn_step", lambda x, h, U, V, b: np.tanh(np.einsum("nf,fu->nu", x, U) + (V.T @ h.T).T + b)),
    ("rnn_step", lambda x, h, U, V, b: np.tanh(np.c_[x, h] @ np.r_[U, V] + b).astype(np.float32)),
    ("rnn_step", lambda x, h, U, V, b, units=None: 2 * sigmoid(2 * (x @ U + h @ V + b)) - 1),
    ("rnn_forward", forward_by_sample),
    ("rnn_forward", forward_float32),
    ("rnn_forward", lambda x, U, V, b: np.swapaxes(steps_of(x, U, V, b), 0, 1)),
    ("count_parameters", lambda f, u, o: u * (f + u + 1) + o * (u + 1)),
    ("count_parameters", lambda f, u, o: float((f + u + 1) * u + (u + 1) * o)),
    ("weight_for_half_life", lambda n: np.exp(-np.log(2) / n)),
    ("weight_for_half_life", lambda n: 2 ** (-1 / n)),
    ("weight_for_half_life", lambda n: np.float32(np.power(0.5, 1 / n))),
    ("step_backward", step_backward_einsum),
    ("step_backward", step_backward_by_sample),
    ("rnn_backward", backward_vectorised),
    ("rnn_backward", backward_skips_zero),
    ("clip_by_norm", clip_like_torch),
    ("clip_by_norm", clip_with_ravel),
    ("clip_by_norm", training.clip_by_norm),
    ("name_the_bugs", lambda: dict(lesson02.MYSTERIES)),
    ("name_the_bugs", lambda: {"C": "no transpose", "A": "index wraps", "B": "sum forgotten"}),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_pass(name, answer, capsys):
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert line.startswith("Right: ") and len(line) > 40, line
    assert handed_back is answer


# --- wrong answers, and what they are told ----------------------------------------------------


def total_changes_input(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return x


def total_global(x):
    for value in x:
        GLOBAL.append(value + (GLOBAL[-1] if GLOBAL else 0))
    return list(GLOBAL)


def total_prints(x):
    print(sum(x), end=" ")


def total_keeps_the_half(x, total=0):
    return [total := 0.5 * total + value for value in x]


def total_forgets_return(x):
    sums = []
    for value in x:
        sums.append(value + (sums[-1] if sums else 0))


WRONG_00 = [
    (lambda x: sum(x), "the final total alone"),
    (lambda x: [sum(x)], "only the last sum"),
    (lambda x: x[:1], "does the return stand inside the loop"),
    (lambda x: x[0], "the first sum alone"),
    (lambda x: [sum(x[:i]) for i in range(len(x) + 1)], "one too long"),
    (lambda x: [sum(x[:i]) for i in range(len(x))], "misses its own number"),
    (lambda x: x, "nothing has been added up"),
    (lambda x: [sum(x[: i + 1]) / (i + 1) for i in range(len(x))], "the mean so far"),
    (lambda x: [x[i] + (x[i - 1] if i else 0) for i in range(len(x))], "left neighbour only"),
    (lambda x: [sum(x[i:]) for i in range(len(x))], "to the end: start from the other side"),
    (lambda x: [sum(x)] * len(x), "every number is the final total"),
    (lambda x: np.cumprod(x), "running product"),
    (lambda x: np.cumsum(x)[::-1], "reverse order"),
    (lambda x: [3, 4, 6], "you return the same numbers whatever the arguments"),
    (lambda x: -np.cumsum(x), "has the wrong sign"),
    (lambda x: 2 * np.cumsum(x), "is 2 times what it should be"),
    (lambda x: np.maximum.accumulate(x), "[3, 3, 3] for [3, 1, 2], where [3, 4, 6] is right"),
    (lambda x: {"sums": x}, "returns a dict that can't be read"),
    (lambda x: str(x), "returns the text '[3, 1, 2]', where numbers are asked for"),
    (lambda x: np.sort(np.cumsum(x)), "the list has the right numbers in the wrong places"),
    (total_keeps_the_half, "each step still halves the sum so far"),
    (lambda x: [x[0] + sum(x[: i + 1]) for i in range(len(x))], "the first number counts twice"),
    (lambda x: np.cumsum([x[0], *x]), "the first number counts twice"),
    (lambda x: (v for v in x), "returns a generator"),
    (total_changes_input, "the numbers are right, but your function changes its argument x"),
    (total_global, "called twice with the same arguments"),
    (total_prints, "prints but does not return"),
    (total_forgets_return, "does not return its result"),
]

X, TERMS = "x_t, h_prev, W_x, W_h, b", "look at what you do with"


def step_adds_to_input(x_t, h_prev, W_x, W_h, b):
    h_prev @= W_h
    h_prev += x_t @ W_x + b
    return np.tanh(h_prev)


def step_misspells(x_t, h_prev, W_x, W_h, b):
    z = x_t @ W_x + h_prev @ W_h
    return np.tanh(z + bias)  # noqa: F821


def step_reads_too_early(x_t, h_prev, W_x, W_h, b):
    for row in x_t:
        z = z + row @ W_x  # noqa: F821
    return z


def step_calls_itself(x_t, h_prev, W_x, W_h, b):
    return step_calls_itself(x_t, h_prev, W_x, W_h, b)


def step_with_a_global(x_t, h_prev, W_x, W_h, b):
    return np.tanh(x_t @ W_x + STATE @ W_h + b)


def step_forgets_arguments(x_t, h_prev, W_x, W_h, b):
    return step_with_a_global(x_t, h_prev)


def step_leaves_stub(x_t, h_prev, W_x, W_h, b):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b)
    raise NotImplementedError()
    return h_t


def step_leaves_stub_above(x_t, h_prev, W_x, W_h, b):
    raise NotImplementedError()
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b)
    return h_t


LEFT = "here samples are rows"
WRONG_STEP = [
    (lambda x, h, U, V, b: x @ U + h @ V + b, "that is z_t, the sum inside the tanh"),
    (lambda x, h, U, V, b: sigmoid(x @ U + h @ V + b), "stays between 0 and 1"),
    (lambda x, h, U, V, b: np.maximum(0, x @ U + h @ V + b), "negative sums are cut off"),
    (lambda x, h, U, V, b: np.tan(x @ U + h @ V + b), "that is the tangent"),
    (lambda x, h, U, V, b: np.tanh(np.tanh(x @ U + h @ V + b)), "tanh is applied twice"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V), "the bias is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V - b), "the bias is subtracted"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V) + b, "added after the tanh"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V.T + b), "W_h is transposed"),
    (lambda x, h, U, V, b: np.tanh((V @ h.T).T + x @ U + b), "W_h is transposed"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h * V + b), "multiplied elementwise (*)"),
    (lambda x, h, U, V, b: np.tanh(x * U + h @ V + b), "x_t and W_x are multiplied elementwise"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h * V.diagonal() + b), "each unit hears itself alone"),
    (lambda x, h, U, V, b: np.tanh(h @ V + b), "the input is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + b), "the previous state is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h + b), "the previous state is added as it is"),
    (lambda x, h, U, V, b: h + np.tanh(x @ U + h @ V + b), "added once more, outside"),
    (lambda x, h, U, V, b: x @ U + h @ V + b + h, "tanh is missing, and h_prev"),
    (lambda x, h, U, V, b: np.tanh(x @ V + h @ U + b), "is W_h in the place of W_x"),
    (lambda x, h, U, V, b: np.tanh(x @ U.T + h @ V + b), "or W_x transposed?"),
    (lambda x, h, U, V, b: np.tanh(np.dot(x, U.T) + np.dot(h, V) + b), "or W_x transposed?"),
    (lambda x, h, U, V, b: np.tanh(h @ U + x @ V + b), "W_x and W_h are swapped"),
    (lambda x, h, U, V, b: np.tanh(x @ U + V + b), "(6 is batch, 9 is units)"),  # no false name
    (lambda x, h, U, V, b: np.tanh(np.dot(x, V) + np.dot(h, U) + b), "is W_h in the place of W_x"),
    (lambda x, h, U, V, b: np.tanh(U @ x + V @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(np.dot(U, x) + np.dot(V, h) + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(U.T @ x + V.T @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(x @ U + V @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(x @ U) + np.tanh(h @ V) + np.tanh(b), "to each term by itself"),
    (lambda x, h, U, V, b: np.tanh(x @ U + b) + np.tanh(h @ V), "to two parts of the sum"),
    (lambda x, h, U, V, b: np.tanh(x @ U) + h @ V + b, "look at the parentheses"),
    # nobody foresaw these
    (
        lambda x, h, U, V, b: np.tanh(np.sin(x) @ U + h @ V + b),
        f"while x_t is zero, and wrong otherwise: {TERMS} x_t",
    ),
    (lambda x, h, U, V, b: np.tanh(x @ U + h**3 @ V + b), f"{TERMS} h_prev"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b**2), f"{TERMS} b"),
    (lambda x, h, U, V, b: np.tanh(x**2 @ U + h**3 @ V + b), f"{TERMS} x_t and h_prev"),
    (lambda x, h, U, V, b: np.tanh((x @ U + h @ V + b) * 1.1), "wrong for all arguments"),
    (lambda x, h, U, V, b: -np.tanh(x @ U + h @ V + b), "has the wrong sign everywhere"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b) / 2, "h_t is 0.5 times what it should be"),
    (lambda x, h, U, V, b: np.zeros_like(h), "h_t is zero everywhere"),
    (lambda x, h, U, V, b: np.log(x @ U + h @ V + b), "h_t holds NaN or infinity"),
    (lambda x, h, U, V, b: np.exp(1e9 * (h @ V + b)), "h_t holds NaN or infinity"),
    (lambda x, h, U, V, b: np.ones((3, 5)), "you return the same numbers"),
    (lambda x, h, U, V, b: h[9:], "h_t has the wrong shape"),  # empty, whatever the arguments
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b)[:, :9],
        "right otherwise, but with other sizes, 20 features and 10 units, h_t has the wrong shape",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).T,
        "shape is (units, batch) = (9, 6), and should be (batch, units) = (6, 9)",
    ),
    (
        lambda x, h, U, V, b: np.tanh(U.T @ x.T + V.T @ h.T + b[:, None]),
        "in the wrong order of axes",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).T.reshape(h.shape),
        "h_t has the right numbers in the wrong places: reshape doesn't swap axes; did you",
    ),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).sum(axis=0), "it is (units) = (9,)"),
    (lambda x, h, U, V, b: [np.tanh(x @ U + h @ V + b)], "it is (1, batch, units) = (1, 6, 9)"),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).squeeze(),
        "right otherwise, but for a single sample",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x[:1] @ U + h[:1] @ V + b) + 0 * h,
        "h_t is wrong at batch [1, 2, 3, 4, 5]",
    ),
    (
        lambda x, h, U, V, b: (np.tanh(x @ U + h @ V + b), h),
        "returns a tuple of 2 where one array is",
    ),
    (lambda x, h, U, V, b: U.reshape(3, -1), "it is (3, 51), and should be (batch, units)"),
    (lambda x, h, U, V, b: 1j * h, "is complex"),
    (lambda x, h, U, V, b: [[1.0], [1.0, 2.0]], "can't be read as an array of numbers"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b) + np.random.rand(), "or is random"),  # noqa: NPY002
    (lambda x, h, U: x, f"rnn_step takes ({X}), not (x, h, U)"),
    (step_adds_to_input, "changes its argument h_prev in place"),
    (step_leaves_stub, "raise NotImplementedError() still stands in your function: delete"),
    (step_leaves_stub_above, "raise NotImplementedError() still stands in your function: delete"),
    # exceptions
    (step_misspells, "line 3 of your function, `return np.tanh(z + bias)"),
    (step_misspells, "NameError: name 'bias' is not defined: is it spelt"),
    (step_reads_too_early, "raises UnboundLocalError"),
    (step_reads_too_early, "a name is read before it has a value"),
    (step_calls_itself, "calls itself and never comes to an end"),
    (
        lambda x, h, U, V, b: np.tanh(x.T @ U + h @ V + b),
        "size 6 on the left and size 17 on the right must agree (6 is batch, 17 is features)",
    ),
    (
        lambda x, h, U, V, b: np.tanh(np.dot(x.T, U) + h @ V + b),
        "multiplies (17, 6) by (17, 9): the 6 and the 17 must be equal (6 is batch, 17 is",
    ),
    (lambda x, h, U, V, b: 2.0 @ (x @ U), "with a single number, and @ takes arrays"),
    (
        lambda x, h, U, V, b: x[:, 17] * U,
        "is out of bounds for axis 1 with size 17: that index is past the end (17 is features)",
    ),
    (lambda x, h, U, V, b: x[0, 0, 0], "but 3 were indexed."),  # no legend, no hint
    (step_forgets_arguments, "arguments: 'W_x', 'W_h', and 'b'."),  # nor here
    (lambda x, h, U, V, b: math.tanh(x @ U), "np.tanh takes arrays, math.tanh does not"),
    # what came from the notebook
    (step_with_a_global, "no size here is 2: is it written out, or a variable of the notebook"),
    (step_with_a_global, "variable of the notebook? (`STATE` is not an argument)"),
    (lambda x, h, U, V, b: np.tanh(x @ U + np.zeros(2) @ V + b), "no size here is 2: is it"),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + np.zeros(2) + b),
        "(6, 9) (2,) (6 is batch, 9 is units): no",
    ),
    # not a function
    (np.zeros((3, 5)), "hand over the function itself, rnn_step, not an array of shape (3, 5)"),
    (None, "hand over the function itself, rnn_step, not None"),
    (lesson01.rnn_step, "hand over the function itself, rnn_step, not an Exercise"),
]


def stacked(x, U, V, b, h_prev=None):
    return np.stack(steps_of(x, U, V, b, h_prev), axis=1)


def forward_over_batch(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    h_prev = np.zeros(len(b))
    for t in range(x.shape[0]):
        h_prev = h[t] = np.tanh(x[t] @ W_x + h_prev @ W_h + b)
    return h


def forward_len_x(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    h_prev = np.zeros((len(x), len(b)))
    for t in range(len(x)):
        h_prev = h[:, t] = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
    return h


def forward_first_axis(x, W_x, W_h, b):
    states, h_prev = [], np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        h_prev = np.tanh(x[t] @ W_x + h_prev @ W_h + b)
        states.append(h_prev)
    return np.stack(states, axis=1)


def forward_carries_between_samples(x, W_x, W_h, b):
    h, h_prev = np.zeros((*x.shape[:2], len(b))), np.zeros(len(b))
    for i in range(len(x)):
        for t in range(x.shape[1]):
            h_prev = h[i, t] = np.tanh(x[i, t] @ W_x + h_prev @ W_h + b)
    return h


def forward_aliases(x, W_x, W_h, b):
    states, h = [], np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        h[:] = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return states


def forward_aliases_batch_first(x, W_x, W_h, b):
    return np.swapaxes(forward_aliases(x, W_x, W_h, b), 0, 1)


def forward_returns_inside(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    for t in range(x.shape[1]):
        h[:, t] = np.tanh(x[:, t] @ W_x + h[:, t - 1] @ W_h + b)
        return h


def forward_remembers(x, W_x, W_h, b, kept={}):  # noqa: B006
    h_prev = kept.get(len(x), np.zeros((len(x), len(b))))
    h = stacked(x, W_x, W_h, b, h_prev)
    kept[len(x)] = h[:, -1]
    return h


def forward_appends_to_default(x, W_x, W_h, b, states=[]):  # noqa: B006
    states += steps_of(x, W_x, W_h, b)
    return states


def forward_prints(x, W_x, W_h, b):
    for h in steps_of(x, W_x, W_h, b):
        print(h.shape, end=" ")


def forward_middle_wrong(x, W_x, W_h, b):
    h = stacked(x, W_x, W_h, b)
    h[:, 3:5] += 1
    return h


def forward_zeroed_input(x, W_x, W_h, b):
    x[:, 0] = 0
    return stacked(x, W_x, W_h, b)


def forward_reshapes(x, W_x, W_h, b):
    return np.array(steps_of(x, W_x, W_h, b)).reshape(*x.shape[:2], len(b))


def forward_over_linear_states(x, W_x, W_h, b):
    h, h_t = np.zeros((*x.shape[:2], len(b))), 0 * b
    for t in range(x.shape[1]):
        h_t = h[:, t] = x[:, t] @ W_x + h_t @ W_h + b
    return h


def forward_allocates_wrongly(x, W_x, W_h, b):
    return np.zeros(len(x), x.shape[1], len(b))


def forward_with_two_units(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], 2))
    h[:, 0] = np.tanh(x[:, 0] @ W_x + b)
    return h


def shifted(x):
    return np.roll(x, 1, axis=1)


BATCH_LOOP = "the loop runs over the batch"
WRONG_FORWARD = [
    (lambda x, U, V, b: steps_of(x, U, V, b)[-1], "that is the last state alone"),
    (lambda x, U, V, b: steps_of(x, U, V, b), "the axes are (timesteps, batch, units)"),
    (lambda x, U, V, b: np.array(steps_of(x, U, V, b)), "the axes are (timesteps, batch, units)"),
    (lambda x, U, V, b: np.tanh(x @ U + b), "nothing is carried over"),
    (lambda x, U, V, b: stacked(x[:, ::-1], U, V, b)[:, ::-1], "time runs backwards"),
    (lambda x, U, V, b: stacked(x[:, ::-1], U, V, b), "read from the last to the first"),
    (lambda x, U, V, b: stacked(shifted(x), U, V, b), "step t reads the input t - 1"),
    (lambda x, U, V, b: np.insert(stacked(x, U, V, b), 0, 0, axis=1)[:, :-1], "the first one h_0"),
    (lambda x, U, V, b: np.insert(stacked(x, U, V, b), 0, 0, axis=1), "one too many"),
    (lambda x, U, V, b: stacked(x, U, V, b, np.ones((len(x), len(b)))), "h_0 is zero"),
    (lambda x, U, V, b: stacked(x, U, V.T, b), "W_h is transposed"),
    (lambda x, U, V, b: stacked(x, U, V, 0 * b), "the bias is missing"),
    (forward_over_batch, BATCH_LOOP),
    (forward_len_x, BATCH_LOOP),
    (forward_first_axis, "x[t] is a whole sample"),
    (forward_carries_between_samples, "of one sample is handed to the next sample"),
    (forward_aliases, "all states equal the last one, and the batch should come first"),
    (forward_aliases_batch_first, "all states equal the last one: is one array stored"),
    (forward_returns_inside, "does the return stand inside the loop"),
    (forward_remembers, "something outlives the call"),
    (forward_appends_to_default, "something outlives the call"),
    (forward_prints, "prints but does not return"),
    (forward_reshapes, "did you want a transpose?"),
    (forward_over_linear_states, "tanh is missing"),
    (forward_allocates_wrongly, "the shape goes in as a tuple, in brackets of its own."),
    (forward_with_two_units, "no size here is 2: is it written out"),
    (forward_middle_wrong, "h is wrong at timesteps [3, 4], counted from 0"),
    (forward_zeroed_input, "changes its argument x in place"),
    (
        lambda x, U, V, b: stacked(x, U, V, b).transpose(2, 0, 1),
        "(units, batch, timesteps) = (9, 6, 13)",
    ),
    (
        lambda x, U, V, b: stacked(x, U, V**2, b),
        "h is wrong at timesteps [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]",
    ),
    (lambda x, U, V, b: stacked(np.sin(x), U, V, b), "h is right while x is zero"),
    (
        lambda x, U, V, b: tuple(steps_of(x, U, V, b)),
        "returns a tuple of 13 where one array is asked",
    ),
    (lambda x, U, V, b: stacked(x, U, V, b)[0], "it is (timesteps, units) = (13, 9)"),
]

WRONG_COUNT = [
    (
        lambda f, u, o: f * u + u * u + u * o,
        "are both biases missing, or b_y and the weight of each unit to itself?",
    ),
    (lambda f, u, o: f * u + u * u + u * o + o, "is b missing, or the weight of each unit"),
    (lambda f, u, o: f * u + u * u + u + u * o, "the bias b_y is missing"),
    (lambda f, u, o: f * u + u + u * o + o, "the weights W_h are missing"),
    (lambda f, u, o: f * u + u * u + u, "W_y and b_y are missing"),
    (lambda f, u, o: u * o + o, "W_x, W_h and b are missing"),
    (lambda f, u, o: u * u + u + u * o + o, "the weights W_x are missing"),
    (lambda f, u, o: f * u + u * u + u + o, "the weights W_y are missing"),
    (lambda f, u, o: u * (f + u + 2) + o * (u + 1), "the bias b is counted twice"),
    (lambda f, u, o: f * u + f * f + u + u * o + o, "the number of features is not in its shape"),
    (lambda f, u, o: f * u + u + u + u * o + o, "one weight for each unit"),
    (lambda f, u, o: f + u + u + u * o + o, "their sizes are products"),
    (
        lambda f, u, o: f * u + u * u + u + u * o + u,
        "one number for each output, not for each unit",
    ),
    (lambda f, u, o: f * u + u * u + 1 + u * o + o, "the bias b has one number for each unit"),
    (lambda f, u, o: f * u + u * u + u + u * o + 1, "the bias b_y has one number for each output"),
    (lambda f, u, o: f * u + u * (u - 1) + u + u * o + o, "too few by `units`: is b missing, or"),
    (lambda f, u, o: f * u + u * (u - 1) + u + u * o, "too few by `units` and `outputs`"),
    (lambda f, u, o: f * u + u * u + u + f * o + o, "W_y leads from the units to the outputs"),
    (lambda f, u, o: f * u + u * u + 1 + u * o + 1, "each bias is counted as one"),
    (lambda f, u, o: 52, "you return the same number whatever the arguments"),
    (lambda f, u, o: f * u * o, "features = 3, units = 5, outputs = 2 you count 30"),
    (lambda f, u, o: u * (f + u + 1) + o * (u + 1) + 0.5, "you count 57.5"),
    (lambda f, u, o: "57", "returns the text '57', where numbers are asked for"),
    (lambda f, u, o: (f * u, u * u), "the count holds 2 numbers, where one number is asked for."),
    (
        lambda f, u, o: [f * u, u * u, u, u * o, o],
        "the count holds 5 numbers, where one number is asked for: add them up",
    ),
    (lambda f, u, o: print("57", end=" "), "prints but does not return"),
    (lambda f, u: f * u, "count_parameters takes (features, units, outputs), not (f, u)"),
]

WRONG_HALF_LIFE = [
    (lambda n: 0.5 / n, "after two of them w * w is left"),
    (lambda n: 0.5**1 / n, "** binds tighter than /"),
    (lambda n: 1 - 0.5 / n, "equal bites"),
    (lambda n: 0.5**n, "w is the unknown"),
    (lambda n: 1 / n, "the more steps, the smaller is your w"),
    (lambda n: 1 - 1 / n, "about 1/e"),
    (lambda n: np.exp(-1 / n), "that is the w that leaves 1/e"),
    (lambda n: math.exp(-0.5 / n), "61 %"),
    (lambda n: 2 ** (1 / n), "doubles instead of halving"),
    (lambda n: math.log(0.5) / n, "the logarithm of w"),
    (lambda n: 0.5, "at every step"),
    (lambda n: n**0.5, "square root of the number of steps"),
    (lambda n: (1 / n) ** 0.5, "the base and the exponent are swapped"),
    (lambda n: 0.9330329915368074, "you return the same number"),
    (lambda n: 0.95, "you return the same number"),
    (lambda n: np.log(-n), "is nan, which is no number"),
    (lambda n: 1 - 0.07 * n, "your w is 0.3, and w to the power of 10 is 5.9e-06, not one half"),
    (lambda n: 0.5 ** (1 / (n - 1)), "your w is 0.9259"),
    (lambda n: 1e300 * n, "not one half"),
    (lambda n: [0.5 ** (1 / n)], "w is a number in brackets, where one number is asked for"),
    (lambda n: round(0.5 ** (1 / n), 3), "that is nearly it: w is rounded"),
    (lambda n: round(0.5 ** (1 / n), 4), "that is nearly it: w is rounded"),
    (lambda n: min(np.arange(0, 1, 1e-3), key=lambda w: abs(w**n - 0.5)), "w is rounded"),
    (lambda n: -(0.5 ** (1 / n)), "w is negative, so the impulse would change its sign"),
    (lambda n: (-0.5) ** (1 / n), "what your function returns is complex"),
]


def through_step(dh, x_t, h_prev, h, W_x, W_h, dz=None, **others):
    """The right gradients, with `others` instead of those that it names."""
    dz = dh * (1 - h * h) if dz is None else dz
    right = {
        "dx_t": dz @ W_x.T,
        "dh_prev": dz @ W_h.T,
        "dW_x": x_t.T @ dz,
        "dW_h": h_prev.T @ dz,
        "db": np.sum(dz, axis=0),
    }
    return tuple((right | others).values())


def with_dz(dz_of):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        return through_step(dh, x_t, h_prev, h, W_x, W_h, dz=dz_of(dh, h, h_prev))

    return answer


def with_part(**part_of):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        dz = dh * (1 - h * h)
        parts = {name: f(dz, dh, x_t, h_prev, h, W_x, W_h) for name, f in part_of.items()}
        return through_step(dh, x_t, h_prev, h, W_x, W_h, **parts)

    return answer


def reordered(*order):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        parts = through_step(dh, x_t, h_prev, h, W_x, W_h)
        return tuple(parts[i] for i in order)

    return answer


def step_backward_in_place(dh, x_t, h_prev, h, W_x, W_h):
    dh *= 1 - h**2
    return through_step(dh, x_t, h_prev, h, W_x, W_h, dz=dh)


def step_backward_recomputes(dh, x_t, h_prev, h, W_x, W_h):
    h = np.tanh(x_t @ W_x + h_prev @ W_h)
    return through_step(dh, x_t, h_prev, h, W_x, W_h)


SIGNS = "\u2299 is `*`, a matrix product is `@`"
WRONG_STEP_BACKWARD = [
    (with_dz(lambda dh, h, h_prev: dh * (1 - np.tanh(h) ** 2)), "h is a tanh already"),
    (with_dz(lambda dh, h, h_prev: dh), "through tanh as well: its derivative is missing"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - h)), "needs the square of h"),
    (with_dz(lambda dh, h, h_prev: dh * h * (1 - h)), "the sigmoid's derivative"),
    (with_dz(lambda dh, h, h_prev: dh * (1 + h**2)), "the sign inside the derivative"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - h_prev**2)), "taken at h_prev, not at h"),
    (with_dz(lambda dh, h, h_prev: -dh * (1 - h**2)), "every gradient has the wrong sign"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - abs(h))), "dx_t is right while h is zero"),
    (with_part(dx_t=lambda dz, dh, x, hp, h, U, V: dz @ U), "dx_t: on the way back"),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ V), "one entry for each row of W_h"),
    (
        with_part(
            dx_t=lambda dz, dh, x, hp, h, U, V: dz @ V.T,
            dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ U.T,
        ),
        "dx_t and dh_prev are swapped",
    ),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ V.T * (1 - hp**2)), "one tanh too far"),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dh @ V.T), "dh_prev: the way back leads"),
    (with_part(dW_x=lambda dz, dh, x, hp, h, U, V: dz.T @ x), "dW_x is transposed"),
    (with_part(dW_h=lambda dz, dh, x, hp, h, U, V: dz.T @ hp), "dW_h is transposed"),
    (
        with_part(dW_h=lambda dz, dh, x, hp, h, U, V: h.T @ dz),
        "dW_h takes h, the state that came out: W_h has multiplied h_prev",
    ),
    (with_part(dW_h=lambda dz, dh, x, hp, h, U, V: hp.T @ dz / len(x)), "dW_h is averaged"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz), "db has a row for each sample"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.mean(0)), "db is averaged"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dh.sum(0)), "db: the way back leads"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum()), "db is one number"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum(1)), "db is summed over the units"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum(0)[None]), "leave out keepdims"),
    (
        with_part(db=lambda dz, dh, x, hp, h, U, V: -dz.sum(0)),
        "right: dx_t, dh_prev, dW_x, dW_h; but db has the wrong sign",
    ),
    (reordered(2, 3, 4, 0, 1), "in another order: dx_t and dh_prev come first"),
    (reordered(1, 0, 2, 3, 4), "dx_t and dh_prev are swapped"),
    (reordered(0, 1, 3, 2, 4), "dW_x comes before dW_h"),
    (reordered(0, 1, 2, 3), "returns a tuple of 4 where 5 arrays are asked for: dx_t, dh_prev,"),
    (
        lambda dh, x, hp, h, U, V: dh * (1 - h**2),
        "an array of shape (6, 9) where 5 arrays are",
    ),
    (lambda dh, x, hp, h, U, V: dh @ (1 - h**2), f"must agree (6 is batch, 9 is units): {SIGNS}"),
    (lambda dh, x, hp, h, U, V: dh * (1 - h @ h), SIGNS),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz * V.T), SIGNS),
    (step_backward_recomputes, "h is given, take it as it is"),
    (step_backward_in_place, "changes its argument dh in place"),
    # two mistakes at once: the first wrong part is explained
    (
        with_part(
            dW_h=lambda dz, dh, x, hp, h, U, V: h.T @ dz,
            db=lambda dz, dh, x, hp, h, U, V: dz.mean(0),
        ),
        "dW_h takes h, the state that came out",
    ),
]


def through_time(
    dh_last, x, h, W_x, W_h, dz_at=None, carry=None, before=None, times=None, add=(1, 1, 1)
):
    """The right gradients through time, with a part of the loop replaced."""
    dz_at = dz_at or (lambda dh, t: dh * (1 - h[:, t] ** 2))
    carry = carry or (lambda dz, dh: dz @ W_h.T)
    before = before or (lambda t: h[:, t - 1] if t else 0 * h[:, 0])
    grads = [np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))]
    dh = dh_last
    for t in reversed(range(x.shape[1])) if times is None else times:
        dz = dz_at(dh, t)
        for i, share in enumerate([x[:, t].T @ dz, before(t).T @ dz, dz.sum(0)]):
            grads[i] = add[i] * grads[i] + share
        dh = carry(dz, dh)
    return tuple(grads)


def time_answer(**parts):
    """An answer whose loop has `parts`, each of them made from the arguments."""

    def answer(dh_last, x, h, W_x, W_h):
        made = {name: part(dh_last, x, h, W_x, W_h) for name, part in parts.items()}
        return through_time(dh_last, x, h, W_x, W_h, **made)

    return answer


def over(convert):
    return lambda *args: convert(through_time(*args), *args)


def time_in_place(dh_last, x, h, W_x, W_h):
    dW_x, dW_h, db = through_time(dh_last, x, h, W_x, W_h)
    dh_last *= 0
    return dW_x, dW_h, db


def time_numpy_loops_forward(dh_last, x, h, W_x, W_h):
    return through_time(dh_last, x, h, W_x, W_h, times=range(x.shape[1]))


def time_recomputes_all(dh_last, x, h, W_x, W_h):
    return through_time(dh_last, x, stacked(x, W_x, W_h, 0 * W_h[0]), W_x, W_h)


WRONG_BACKWARD = [
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t - 1]),
        "the index t - 1 wraps round",
    ),
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, max(0, t - 1)]),
        "not the first state",
    ),
    (time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t + 1]), "does a line look at t + 1"),
    (time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t]), "which came out of step t"),
    (time_answer(add=lambda *_: (0, 0, 0)), "no gradient is right: each is not summed over time"),
    (time_answer(add=lambda *_: (0, 1, 1)), "dW_x is not summed over time"),
    (time_answer(add=lambda *_: (1, 0, 1)), "dW_h is not summed over time"),
    (time_answer(add=lambda *_: (1, 1, 0)), "db is not summed over time"),
    (time_answer(carry=lambda *_: lambda dz, dh: 0 * dh), "only the last step has a share"),
    (time_answer(times=lambda d, x, *_: [x.shape[1] - 1]), "only the last step has a share"),
    (time_answer(carry=lambda *_: lambda dz, dh: dh), "dh is the same at every step"),
    (
        time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V.T + d),
        "dh_last is added at every step",
    ),
    (time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V.T + dh), "added to the old one"),
    (time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V), "the weights are transposed"),
    (time_answer(carry=lambda *_: lambda dz, dh: dz), "dh skips the weights"),
    (
        time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dh @ V.T),
        "carried past the activation",
    ),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - np.tanh(h[:, t]) ** 2)),
        "h is a tanh already",
    ),
    (time_answer(dz_at=lambda *_: lambda dh, t: dh), "through tanh as well"),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - h[:, t])),
        "needs the square of h",
    ),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * h[:, t] * (1 - h[:, t])),
        "the sigmoid's derivative",
    ),
    (
        time_answer(
            dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - (h[:, t - 1] if t else 0) ** 2)
        ),
        "taken at the state before",
    ),
    (time_numpy_loops_forward, "runs forwards in time"),
    (time_answer(times=lambda d, x, *_: range(x.shape[1] - 1, 0, -1)), "stops before t = 0"),
    (
        time_answer(times=lambda d, x, *_: reversed(range(x.shape[1] - 1))),
        "leaves out the last step",
    ),
    (time_answer(times=lambda d, x, *_: reversed(range(len(x)))), "the loop runs over the batch"),
    (over(lambda g, d, x, *_: [a / x.shape[1] for a in g]), "averaged over time"),
    (over(lambda g, d, x, *_: [a / len(x) for a in g]), "averaged over the batch: sum them"),
    (over(lambda g, *_: (g[1], g[0], g[2])), "dW_x comes first"),
    (over(lambda g, *_: (g[0], g[1].T, g[2])), "dW_h is transposed"),
    (
        over(lambda g, *_: (g[0].T, g[1], g[2])),
        "dW_x has the right numbers in the wrong order of axes",
    ),
    (
        over(lambda g, *_: (g[0], g[1])),
        "returns a tuple of 2 where 3 arrays are asked for: dW_x, dW_h, db",
    ),
    (over(lambda g, *_: (g[0], g[1], -g[2])), "right: dW_x, dW_h; but db has the wrong sign"),
    (over(lambda g, *_: (g[0], 2 * g[1], g[2])), "dW_h is 2 times what it should be"),
    (over(lambda g, *_: {"dW_x": g[0]}), "returns a dict where 3 arrays"),
    (
        time_answer(times=lambda d, x, *_: range(x.shape[1], 0, -1)),
        "or does the loop start one too high?",
    ),
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t - 1] if t else 0),
        "no attribute 'T': h_0 is an array of zeros (batch, units).",
    ),
    (
        time_answer(
            dz_at=lambda d, x, h, U, V: (
                lambda dh, t: (
                    dh * (1 - np.tanh(x[:, t] @ U + (h[:, t - 1] if t else 0 * d) @ V) ** 2)
                )
            )
        ),
        "h is given, take it as it is",
    ),
    (time_recomputes_all, "h is given, take it as it is"),
    (time_in_place, "the numbers are right, but your function changes its argument dh_last"),
]


def clip_in_place(grads, limit):
    norm = training.global_norm(grads)
    if norm > limit:
        for g in grads:
            g *= limit / norm
    return grads


def clip_list_in_place(grads, limit):
    grads[:] = training.clip_by_norm(grads, limit)
    return grads


def clip_forgets_small(grads, limit):
    if training.global_norm(grads) > limit:
        return training.clip_by_norm(grads, limit)


def scaled(norm_of, always=False, factor=lambda limit, norm: limit / norm):
    """Clipping with a norm and a factor of one's own."""

    def answer(grads, limit):
        norm = norm_of(grads)
        return [g * factor(limit, norm) for g in grads] if always or norm > limit else list(grads)

    return answer


def squares(grads):
    return sum((g * g).sum() for g in grads)


norm = training.global_norm
WRONG_CLIP = [
    (training.clip_by_value, "which is clipping by value"),
    (
        lambda grads, limit: [training.clip_by_norm([g], limit)[0] for g in grads],
        "a norm of its own: one global norm",
    ),
    (scaled(lambda g: np.sqrt(squares(g)), always=True), "small gradients are scaled up"),
    (lambda g, limit: [a * limit / (norm(g) or 1) for a in g], "small gradients are scaled up"),
    (
        lambda g, limit: [a * limit / np.sqrt(squares(g)) for a in g] if norm(g) <= limit else g,
        "the wrong way round",
    ),
    (lambda g, limit: g, "nothing has been clipped"),
    (lambda g, limit: [a.copy() for a in g], "nothing has been clipped"),
    (scaled(squares), "lacks its square root"),
    (scaled(lambda g: sum(map(np.linalg.norm, g))), "the norms of the arrays are added"),
    (scaled(lambda g: max(map(np.linalg.norm, g))), "the largest array's norm"),
    (scaled(lambda g: max(abs(a).max() for a in g)), "the largest entry is taken for the norm"),
    (scaled(lambda g: sum(abs(a).sum() for a in g)), "adds absolute values"),
    (lambda g, limit: [a * min(1, norm(g) / limit) for a in g], "which is divided by which?"),
    (scaled(lambda g: np.sqrt(sum(sum(a**2) for a in g))), "so sum over all axes"),
    (scaled(lambda g: np.sqrt(sum(np.mean(a**2) for a in g))), "the norm is made of means"),
    (
        scaled(lambda g: np.linalg.norm(np.array(g))),
        "makes one array of arrays that have different shapes.",
    ),
    (scaled(norm, factor=lambda limit, n: 1 / n), "the limit has been left out"),
    (scaled(norm, factor=lambda limit, n: limit), "multiplied by the limit"),
    (scaled(norm, factor=lambda limit, n: limit**2 / n), "the limit enters the factor twice"),
    (scaled(norm, factor=lambda limit, n: n / limit), "upside down"),
    (lambda g, limit: [a * (norm(g) <= limit) for a in g], "thrown away"),
    (lambda g, limit: norm(g), "returns a number where 3 arrays are asked for"),
    (lambda g, limit: print(norm(g) > limit, end=" "), "prints but does not return"),
    (lambda g, limit: training.clip_by_norm(g, limit)[:2], "returns a list of 2 where 3 arrays"),
    (
        lambda g, limit: training.clip_by_norm(g, limit) if squares(g) > 2 * limit**2 else g,
        "when the norm is a little above the limit",
    ),
    (
        lambda g, limit: training.clip_by_norm([2 * a for a in g], limit),
        "when the norm is below the limit",
    ),
    (
        lambda g, limit: [a * min(1, limit / norm(g)) for a in g],
        "when every gradient is zero line 1",
    ),
    (clip_in_place, "the numbers are right, but your function changes its argument grads"),
    (clip_list_in_place, "the numbers are right, but your function changes its argument grads"),
    (clip_forgets_small, "when the norm is below the limit your function returns None"),
]


def bugs(**names):
    return lambda: names


A, B, C = lesson02.MYSTERIES.values()
WRONG_BUGS = [
    (bugs(A=A, B=B), "A and B are right. C has no name yet"),
    (bugs(A=A, B=None, C=C), "A and C are right. B has no name yet"),
    (bugs(A="", B="", C=""), "A has no name yet"),
    (
        bugs(A="index wrap", B=B, C=C),
        "B and C are right. A: the zoo has no bug called 'index wrap' (did you mean 'index wr",
    ),
    (bugs(A="xyz", B=B, C=C), "no bug called 'xyz' (see the list of bugs)"),
    (bugs(A=7, B=B, C=C), "no bug called '7'"),
    (bugs(A=[A], B=B, C=C), "called \"['index wraps']\" (did you mean 'index wraps'?)"),
    (bugs(A=np.array([A, B]), B=B, C=C), "B and C are right. A: the zoo has no bug called"),
    (bugs(A="", B=None), "A has no name yet; B has no name yet; C has no name yet"),
    (bugs(A=C, B=A, C=B), "cosine 0.0; C: with 'sum forgotten' the wrong gradients would be W_h"),
    (
        bugs(A="wrong sign", B=B, C=C),
        "'wrong sign' the wrong gradients would be W_x, W_h, b, W_y, b_y, and here they are W_h",
    ),
    (
        bugs(A=A, B=A, C=C),
        "A and C are right. B: 'index wraps' would give the gradient of",
    ),
    (
        bugs(A=B, B=B, C=C),
        "'sum forgotten' would give the gradient of W_h relative error 1.00, cosine 0.0",
    ),
    (bugs(A=A, B=B, C="tanh twice"), "C: 'tanh twice' would give"),
    (
        bugs(A=C, B=A, C=B),
        "A: with 'no transpose' the wrong gradients would be W_x, W_h, b, and here",
    ),
    (lambda: [A, B, C], "returns a list of 3, where a dict is asked for"),
    (lambda: print(A, end=" "), "prints but does not return"),
    (lambda letter: A, "name_the_bugs takes (), not (letter)"),
    (lambda: {"A": Z}, "NameError: name 'Z' is not defined"),  # noqa: F821
]

WRONG = [
    pytest.param(name, answer, fragment, id=f"{name}-{i}")
    for name, table in {
        "running_total": WRONG_00,
        "rnn_step": WRONG_STEP,
        "rnn_forward": WRONG_FORWARD,
        "count_parameters": WRONG_COUNT,
        "weight_for_half_life": WRONG_HALF_LIFE,
        "step_backward": WRONG_STEP_BACKWARD,
        "rnn_backward": WRONG_BACKWARD,
        "clip_by_norm": WRONG_CLIP,
        "name_the_bugs": WRONG_BUGS,
    }.items()
    for i, (answer, fragment) in enumerate(table)
]


@pytest.mark.parametrize(("name", "answer", "fragment"), WRONG)
def test_wrong_answers_are_told_what_is_wrong(name, answer, fragment, capsys):
    GLOBAL.clear()
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert "Not yet: " in line and fragment in line, line
    assert handed_back is EXERCISES[name].reference
    assert not line.endswith(("..", "?."))
    assert not given_away(EXERCISES[name], re.sub("`.*`", "", line))  # `the learner's own line`


def test_debugging_prints_show_once_and_confuse_nothing(capsys):
    def answer(x):
        print("debugging", len(x))
        return np.cumsum(x)

    assert lesson00.running_total(answer) is answer
    first, verdict = capsys.readouterr().out.split("\n", 1)
    assert first == "debugging 3"
    assert verdict.startswith("Right: ") and "debugging" not in verdict


def test_what_is_printed_fits_a_narrow_window(capsys):
    for name, exercise in EXERCISES.items():
        exercise(None)
        lines = capsys.readouterr().out.splitlines()
        assert "".join(lines).startswith("Not yet: ") and max(map(len, lines)) <= 72, name


def test_words_are_kept_whole(capsys, monkeypatch):
    long, hyphens = 90 * "x", "-".join(20 * ["long"])
    monkeypatch.setattr(
        lesson00.running_total, "judge", lambda answer: f"Not yet: {long} {hyphens}"
    )
    lesson00.running_total(None)
    assert capsys.readouterr().out.splitlines() == ["Not yet:", long, hyphens]


def test_what_is_handed_over_has_its_article():
    assert kind(ValueError()) == "a ValueError" and kind({1}) == "a set"
    assert kind(OSError()) == "an OSError"


def test_warnings_of_the_learners_code_stay_quiet(capfd):
    lesson01.rnn_step(lambda x, h, U, V, b: np.sqrt(x @ U) + np.exp(1e4 * h) / (0 * b))
    assert capfd.readouterr().err == ""


def test_an_interrupt_is_not_swallowed():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lesson00.running_total(interrupted)


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exception_is_told_with_its_line(name, capsys):
    exercise, scope = EXERCISES[name], {}
    parameters = ", ".join(exercise.probes[0].args)
    exec(f"def f({parameters}):\n    result = 1\n    return result + resutl", scope)
    line, handed_back = line_of(exercise, scope["f"], capsys)
    assert line.startswith("Not yet: line 3 of your function raises NameError: name 'resutl'"), line
    assert handed_back is exercise.reference


# --- not attempted ----------------------------------------------------------------------------

STUBS = ["raise NotImplementedError()", "raise NotImplementedError", "pass", "...", "return None"]


@pytest.mark.parametrize("body", [*STUBS, "return ...", "    raise NotImplementedError()"])
@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_counts_as_not_attempted(name, body, capsys):
    exercise = EXERCISES[name]
    scope = {}
    body = f'"""What to do."""\n    # YOUR CODE HERE\n    {body.strip()}\n'
    exec(f"def {name}({', '.join(exercise.probes[0].args)}):\n    {body}", scope)
    line, handed_back = line_of(exercise, scope[name], capsys)
    assert line == f"Not attempted yet: the cells below use the course's own {name}."
    assert handed_back is exercise.reference

    # the same cell run again, now that the name stands for the reference
    line, handed_back = line_of(exercise, handed_back, capsys)
    assert line.startswith("Not attempted yet: ") and "run the cell with yours again" in line
    assert handed_back is exercise.reference


def count_below_the_stub(features, units, outputs):
    raise NotImplementedError()
    return features * units + units * units + units + units * outputs + outputs


def half_life_below_the_stub(steps):
    raise NotImplementedError()
    return 0.5 ** (1 / steps)


@pytest.mark.parametrize("answer", [count_below_the_stub, half_life_below_the_stub])
def test_what_stands_below_the_stub_is_an_attempt(answer, capsys):
    exercise = "count_parameters" if "count" in answer.__name__ else "weight_for_half_life"
    line, _ = line_of(EXERCISES[exercise], answer, capsys)
    assert line.startswith("Not yet: raise NotImplementedError() still stands"), line


@pytest.mark.parametrize("body", ["{'A': 1, 'B': 2}", "['A', 'B']", "np.cumsum", "STATE[0]"])
def test_a_body_without_its_return_is_an_attempt(body, capsys):
    scope = {"np": np, "STATE": STATE}
    exec(f"def running_total(x):\n    {body}", scope)
    line, _ = line_of(lesson00.running_total, scope["running_total"], capsys)
    assert line.startswith("Not yet: your function does not return its result"), line


# --- the references and the known mistakes ----------------------------------------------------


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_is_right_and_has_its_exercises_name(name, capsys):
    reference = EXERCISES[name].reference
    assert reference.__name__ == name and reference.__doc__
    line, _ = line_of(EXERCISES[name], lambda *args: reference(*args), capsys)
    assert line.startswith("Right: "), line


def test_references_agree_with_the_course_library():
    rng = np.random.default_rng(5)
    weights = [rng.normal(size=shape) for shape in [(2, 4), (4, 4), (4,), (4, 1), (1,)]]
    x, target = rng.normal(size=(3, 6, 2)), rng.integers(0, 2, (3, 1))
    h, y = bug_zoo.forward(x, *weights)
    W_x, W_h, b, W_y, b_y = weights
    np.testing.assert_allclose(lesson01.rnn_forward.reference(x, W_x, W_h, b), h)
    dh_last = (sigmoid(y) - target) / y.size @ W_y.T
    ours = lesson02.rnn_backward.reference(dh_last, x, h, W_x, W_h)
    for ours_, theirs in zip(ours, bug_zoo.backward(x, target, h, y, *weights), strict=False):
        np.testing.assert_allclose(ours_, theirs)
    assert lesson01.count_parameters.reference(2, 4, 1) == sum(w.size for w in weights)
    assert lesson02.name_the_bugs.reference() == lesson02.MYSTERIES


def test_step_backward_is_the_derivative_of_rnn_step():
    rng = np.random.default_rng(6)
    shapes = [(3, 2), (3, 4), (2, 4), (4, 4), (4,)]
    x_t, h_prev, W_x, W_h, b = args = [rng.normal(size=shape) for shape in shapes]
    dh = rng.normal(size=(3, 4))
    step = lesson01.rnn_step.reference
    grads = lesson02.step_backward.reference(dh, x_t, h_prev, step(*args), W_x, W_h)
    rows = training.check_gradients(lambda: np.sum(dh * step(*args)), args, grads)
    assert all(row.ok for row in rows), rows


def test_sizes_of_probes_are_told_apart():
    for sizes in (SIZES, SIZES | OTHER_SIZES):
        for one, other in itertools.combinations(sizes.values(), 2):
            assert abs(one - other) > 1
    assert min(SIZES.values()) > 4 + 1  # lesson 1 has 2 units, 3 features, 4 time steps
    assert SIZES["batch"] < SIZES["timesteps"]


@pytest.mark.parametrize("name", EXERCISES)
def test_known_mistakes_differ_from_the_reference_and_from_each_other(name):
    exercise = EXERCISES[name]
    wanted = exercise.results(exercise.reference)
    tried = [(exercise.results(variant), words) for variant, words in exercise.variants()]
    for results, words in tried:
        assert not all(map(same, results, wanted)), words
        assert not any(isinstance(result, str) for result in results), words
        assert exercise.known_mistake(results, wanted) == words
    for (one, words), (other, others) in itertools.combinations(tried, 2):
        assert words == others or not all(map(same, one, other)), (words, others)


@pytest.mark.parametrize("name", EXERCISES)
def test_no_message_gives_the_code_away(name):
    """Of the messages in the tables; the others are held to it where they are printed, above."""
    exercise = EXERCISES[name]
    for message in [words for _, _, words in exercise.mistakes] + [exercise.right]:
        assert not given_away(exercise, message), message


def test_names_of_bugs_in_messages_are_only_those_the_learner_gave():
    for letter, right in lesson02.MYSTERIES.items():
        for name in set(bug_zoo.BUGS) - {right}:
            assert right not in lesson02.evidence(letter, name)
            assert name in lesson02.evidence(letter, name)


@pytest.mark.parametrize("exercise", ALL_EXERCISES, ids=lambda e: e.name)
def test_the_sizes_that_messages_name_are_those_of_the_results(exercise):
    for probe in exercise.probes:
        result = exercise.call(exercise.reference, probe).result
        arrays = result if isinstance(result, list) else []  # of words and models there is no shape
        for array, axes in zip(arrays, exercise.returns.values(), strict=False):
            named = dict(zip(axes.split(), array.shape, strict=False))
            assert {axis: probe.sizes.get(axis, n) for axis, n in named.items()} == named


@pytest.mark.parametrize("exercise", ALL_EXERCISES, ids=lambda e: e.name)
def test_the_reference_is_right(exercise, capsys):
    own = exercise.reference  # which a check knows: it takes a copy to be judged
    copy = types.FunctionType(own.__code__, own.__globals__, own.__name__, own.__defaults__)
    line, handed_back = line_of(exercise, copy, capsys)
    assert line.startswith("Right: ") and handed_back is copy


def test_a_count_in_parts_is_to_be_added_up(capsys):
    parts = lambda f, u, o: [f * u, u * u + u, u * o + o]  # noqa: E731
    line, _ = line_of(lesson01.count_parameters, parts, capsys)
    assert line.endswith("where one number is asked for: add them up.")
    line, _ = line_of(lesson01.count_parameters, lambda f, u, o: [f * u, u * o], capsys)
    assert line.endswith("where one number is asked for.")


def test_an_error_is_like_another_error_on_later_probes_and_like_no_result():
    one, error, other = [np.ones(2)], ValueError("shapes"), TypeError("none")
    assert alike([one, error], [one, other], None)
    assert not alike([one, error], [one, one], None) and not alike([error], [other], None)
