"""The checks of lesson 05: right answers in other words, wrong ones and what they are told."""

import itertools
import re

import numpy as np
import pytest

from tests.test_checks import given_away, line_of
from utils import layers
from utils.checks import Exercise, lesson05, same
from utils.layers import sigmoid

EXERCISES = {name: e for name, e in vars(lesson05).items() if isinstance(e, Exercise)}
TABLES = [name for name, exercise in EXERCISES.items() if exercise.mistakes]

# --- right answers, written differently -------------------------------------------------------


def step_by_layer(x_t, h_prev, W_x, W_h, b):
    layer = layers.GRU(len(W_h), len(W_x), reset_after=b.ndim == 2, dtype="float64")
    layer.set_weights([W_x, W_h, b])
    return layer.forward(x_t[:, None], h_0=h_prev)[:, 0]


def step_by_slices(x_t, h_prev, W_x, W_h, b):
    u = h_prev.shape[1]
    a = x_t @ W_x + b
    a[:, : 2 * u] += h_prev @ W_h[:, : 2 * u]
    z, r = 1 / (1 + np.exp(-a[:, :u])), 1 / (1 + np.exp(-a[:, u : 2 * u]))
    g = np.tanh(a[:, 2 * u :] + np.multiply(r, h_prev) @ W_h[:, 2 * u :])
    return g + z * (h_prev - g)


def after_by_slices(x_t, h_prev, W_x, W_h, b):
    u = len(W_h)
    gates = sigmoid(x_t @ W_x[:, : 2 * u] + h_prev @ W_h[:, : 2 * u] + b.sum(axis=0)[: 2 * u])
    z, r = gates[:, :u], gates[:, u:]
    g = np.tanh(x_t @ W_x[:, 2 * u :] + b[0, 2 * u :] + r * (h_prev @ W_h[:, -u:] + b[1, -u:]))
    return z * h_prev + g - z * g


def convert_by_sign(W_x, W_h, b):
    sign = np.repeat([-1.0, 1.0, 1.0], len(W_h))
    return W_x * sign, W_h * sign, b * sign


def convert_by_stack(W_x, W_h, b):
    return [np.hstack([-a.T[: len(W_h)].T, a.T[len(W_h) :].T]) for a in (W_x, W_h, b)]


RIGHT = [
    ("gru_step", step_by_layer),
    ("gru_step", step_by_slices),
    ("gru_step_reset_after", step_by_layer),
    ("gru_step_reset_after", after_by_slices),
    ("count_parameters", lambda f, u, after: 3 * u * (f + u + 1 + after)),
    ("count_parameters", lambda f, u, after: layers.GRU(u, f, reset_after=after).count_params()),
    ("convert_update_gate", convert_by_sign),
    ("convert_update_gate", convert_by_stack),
    ("choose_a_cell", lambda: {"C": "GRU", "B": "SimpleRNN", "A": "linear"}),
    ("choose_a_cell", lambda: dict(zip("ABC", ["linear", "SimpleRNN", "GRU"], strict=True))),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answers_pass(name, answer, capsys):
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert line.startswith("Right: ") and len(line) > 40, line
    assert handed_back is answer


# --- wrong answers, and what they are told ----------------------------------------------------


def step(order="zrg", f=(sigmoid, sigmoid, np.tanh), mix=None, inner=None, b_of=lambda b: b):
    """A step of the first form with something else in one place."""
    mix = mix or (lambda z, r, h, g: z * h + (1 - z) * g)
    inner = inner or (lambda z, r, h, W: (r * h) @ W)

    def answer(x, h, W_x, W_h, b):
        b = b_of(b)
        U, V, c = (dict(zip(order, np.split(a, 3, axis=-1), strict=True)) for a in (W_x, W_h, b))
        z = f[0](x @ U["z"] + h @ V["z"] + c["z"])
        r = f[1](x @ U["r"] + h @ V["r"] + c["r"])
        g = f[2](x @ U["g"] + inner(z, r, h, V["g"]) + c["g"])
        return mix(z, r, h, g)

    return answer


def after(order="zrg", candidate=None, mix=None, rows=lambda b: b):
    """A step of the second form with something else in one place."""
    candidate = candidate or (lambda x_g, h_g, r, b_h: np.tanh(x_g + r * h_g))
    mix = mix or (lambda z, h, g: z * h + (1 - z) * g)

    def answer(x, h, W_x, W_h, b):
        b_x, b_h = rows(b)
        X = dict(zip(order, np.split(x @ W_x + b_x, 3, axis=1), strict=True))
        H = dict(zip(order, np.split(h @ W_h + b_h, 3, axis=1), strict=True))
        z, r = sigmoid(X["z"] + H["z"]), sigmoid(X["r"] + H["r"])
        return mix(z, h, candidate(X["g"], H["g"], r, np.split(b[1], 3)[2]))

    return answer


def before_the_product(x, h, W_x, W_h, b):
    answer = step(inner=lambda z, r, h, W: (r * h) @ W)
    return answer(x, h, W_x, W_h, b[0] + b[1])


def negate(W_x=":u", W_h=":u", b=":u"):
    """A conversion that negates these blocks; None for none."""

    def answer(*weights):
        u = len(weights[1])
        blocks = {":u": slice(u), "u:2u": slice(u, 2 * u), "2u:": slice(2 * u, None), None: []}
        out = [w.copy() for w in weights]
        for w, block in zip(out, (W_x, W_h, b), strict=True):
            w[..., blocks[block]] *= -1
        return tuple(out)

    return answer


def converts_in_place(W_x, W_h, b):
    for a in (W_x, W_h, b):
        a[..., : len(W_h)] *= -1
    return W_x, W_h, b


def choice(A="linear", B="SimpleRNN", C="GRU"):
    return lambda: {"A": A, "B": B, "C": C}


RANGE = "a gate is a share from 0 to 1"
WRONG = {
    "gru_step": [
        (step(mix=lambda z, r, h, g: (1 - z) * h + z * g), "z and 1 - z are swapped"),
        (step(mix=lambda z, r, h, g: r * h + (1 - r) * g), "the last line mixes with r"),
        (step(mix=lambda z, r, h, g: z * h + g), "the candidate is added in full"),
        (step(mix=lambda z, r, h, g: g), "that is the candidate"),
        (step(inner=lambda z, r, h, W: r * (h @ W)), "r comes after the matrix product"),
        (step(inner=lambda z, r, h, W: (z * h) @ W), "uses z where the reset gate r belongs"),
        (step(inner=lambda z, r, h, W: h @ W), "the reset gate is missing"),
        (step(inner=lambda z, r, h, W: ((1 - r) * h) @ W), "the candidate uses 1 - r"),
        (step(f=(np.tanh, sigmoid, np.tanh)), f"z comes from a tanh: {RANGE}"),
        (step(f=(np.tanh, np.tanh, np.tanh)), f"both gates come from a tanh: {RANGE}"),
        (step(f=(sigmoid, sigmoid, sigmoid)), "the candidate comes from a sigmoid"),
        (step(order="rzg"), "in the order r, z, g"),
        (step(order="zgr"), "in the order z, g, r"),
        (step(order="gzr"), "in the order g, z, r"),
        (lambda x, h, U, V, b: np.split(U, 3), "W_x is cut into rows"),
    ],
    "gru_step_reset_after": [
        (after(mix=lambda z, h, g: (1 - z) * h + z * g), "z and 1 - z are swapped"),
        (after(rows=lambda b: (b[1], b[0])), "the rows of b are swapped"),
        (after(rows=lambda b: (b[0], 0)), "the second row of b is missing"),
        (after(rows=lambda b: (0, b[1])), "the first row of b is missing"),
        (after(rows=lambda b: (b[0] + b[1], 0)), "added outside the bracket that r multiplies"),
        (after(rows=lambda b: (b[0], b[0])), "the first row of b is used twice"),
        (after(candidate=lambda x, h, r, b: np.tanh(r * (x + h))), "r multiplies the whole sum"),
        (after(candidate=lambda x, h, r, b: np.tanh(x + h)), "the reset gate is missing"),
        (after(candidate=lambda x, h, r, b: np.tanh(x + r * (h - b) + b)), "outside the bracket"),
        (after(candidate=lambda x, h, r, b: sigmoid(x + r * h)), "comes from a sigmoid"),
        (after(order="rzg"), "in the order r, z, g"),
        (before_the_product, "r comes before the matrix product"),
        (step(), "shape"),
    ],
    "count_parameters": [
        (lambda f, u, after: 4 * (f + u + 1) * u, "for features = 2, units = 5"),
        (lambda f, u, after: 3 * (f + u + 1) * u, "with reset_after the bias has two rows"),
        (lambda f, u, after: 3 * (f + u + 2) * u, "without reset_after the bias has one row"),
        (lambda f, u, after: 3 * (f + u + 2 - after) * u, "the two settings are swapped"),
        (lambda f, u, after: 4 * (f + u + 1 + after) * u, "that is an LSTM's count"),
        (lambda f, u, after: 2 * (f + u + 1 + after) * u, "the candidate has weights as well"),
        (lambda f, u, after: 3 * (f + u) * u, "the bias is missing"),
        (lambda f, u, after: 3 * (f + u + 1) * u + after * u, "for the candidate alone"),
        (lambda f, u, after: 8250, "the same number whatever the arguments"),
        (lambda f, u, after: 3 * f * u + u, "for features = 2, units = 5"),
    ],
    "convert_update_gate": [
        (negate(b=None), "the bias keeps its sign"),
        (negate(W_x=None), "W_x keeps its sign"),
        (negate(W_h=None), "W_h keeps its sign"),
        (negate(W_x=None, W_h=None), "both matrices keep their sign"),
        (negate(None, None, None), "nothing has changed"),
        (negate("u:2u", "u:2u", "u:2u"), "the block of r is negated"),
        (negate("2u:", "2u:", "2u:"), "the block of g is negated"),
        (lambda *weights: [-w for w in weights], "all three blocks change their sign"),
        (lambda W_x, W_h, b: negate()(W_x, W_h, b)[:2], "a tuple of 2 where 3 arrays"),
        (converts_in_place, "changes its argument W_x in place"),
    ],
    "choose_a_cell": [
        (choice(A="GRU"), "A: trained on it, a GRU of 16 units gets"),
        (choice(A="GRU"), "something simpler gets 99% with 25"),
        (choice(B="linear"), "B: trained on it, a linear model gets 5"),
        (choice(B="GRU"), "B: a GRU of 4 units has 89 parameters, and 60 fit"),
        (choice(C="LSTM"), "C: an LSTM of 16 units has 1,233 parameters, and 1,000 fit"),
        (choice(C="SimpleRNN"), "C: trained on it, a SimpleRNN of 16 units gets"),
        (choice(C="Transformer"), "C: 'Transformer' is none of linear, SimpleRNN, GRU, LSTM"),
        (lambda: {"A": "linear"}, "B has no cell yet"),
        (lambda: ["linear", "SimpleRNN", "GRU"], "a list of 3, where a dict is asked for"),
    ],
}  # fmt: skip
CASES = [(name, *case) for name, cases in WRONG.items() for case in cases]


@pytest.mark.parametrize(("name", "answer", "fragment"), CASES)
def test_wrong_answers_are_told_what_is_wrong(name, answer, fragment, capsys):
    line, handed_back = line_of(EXERCISES[name], answer, capsys)
    assert "Not yet: " in line and fragment in line, line
    assert handed_back is EXERCISES[name].reference
    assert not line.endswith(("..", "?."))
    assert not given_away(EXERCISES[name], re.sub("`.*`", "", line))


@pytest.mark.parametrize("body", ["raise NotImplementedError()", "pass", "...", "return None"])
@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_counts_as_not_attempted(name, body, capsys):
    scope = {}
    exec(f"def {name}({', '.join(EXERCISES[name].probes[0].args)}):\n    {body}", scope)
    line, handed_back = line_of(EXERCISES[name], scope[name], capsys)
    assert line == f"Not attempted yet: the cells below use the course's own {name} meanwhile."
    assert handed_back is EXERCISES[name].reference


# --- the references and the known mistakes ----------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_known_mistakes_differ_from_the_reference_and_from_each_other(name):
    exercise = EXERCISES[name]
    wanted = exercise.results(exercise.reference)
    tried = [(exercise.results(variant), words) for variant, words in exercise.variants()]
    for results, words in tried:
        assert not all(map(same, results, wanted)), words
        assert exercise.known_mistake(results, wanted) == words
    for (one, words), (other, others) in itertools.combinations(tried, 2):
        assert words == others or not all(map(same, one, other)), (words, others)


@pytest.mark.parametrize("name", TABLES)
def test_no_message_gives_the_code_away(name):
    exercise = EXERCISES[name]
    for message in [words for _, _, words in exercise.mistakes] + [exercise.right]:
        assert not given_away(exercise, message), message


@pytest.mark.parametrize("reset_after", [False, True])
def test_references_agree_with_the_layer(reset_after):
    rng = np.random.default_rng(1)
    layer = layers.GRU(5, 3, reset_after=reset_after, dtype="float64")
    weights = [rng.uniform(-0.9, 0.9, w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    x, h = rng.normal(size=(4, 6, 3)), np.zeros((4, 5))
    step = lesson05.gru_step_reset_after if reset_after else lesson05.gru_step
    states = []
    for t in range(6):
        h = step.reference(x[:, t], h, *weights)
        states.append(h)
    np.testing.assert_allclose(layer.forward(x), np.stack(states, axis=1), atol=1e-12)
    count = lesson05.count_parameters.reference(3, 5, reset_after)
    assert layer.count_params() == count
    assert lesson05.count_parameters.reference(3, 50, reset_after) == (
        8250 if reset_after else 8100
    )


def test_converted_weights_give_the_same_states_in_the_other_form():
    rng = np.random.default_rng(2)
    weights = [rng.normal(size=shape) for shape in [(3, 12), (4, 12), (12,)]]
    x_t, h_prev = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    converted = lesson05.convert_update_gate.reference(*weights)
    here = lesson05.gru_step.reference(x_t, h_prev, *weights)
    there = lesson05.other_gru_step(x_t, h_prev, *converted)
    np.testing.assert_allclose(here, there, rtol=0, atol=1e-14)
    assert not np.allclose(here, lesson05.other_gru_step(x_t, h_prev, *weights))
    for one, other in zip(weights, lesson05.convert_update_gate.reference(*converted), strict=True):
        np.testing.assert_array_equal(one, other)  # and back


def test_the_jobs_are_what_the_lesson_says():
    """The right choice does the job within its limit; nothing simpler does."""
    cells = list(lesson05.CELLS)
    for letter, right in lesson05.choose_a_cell.reference().items():
        parameters, score = lesson05.trial(letter, right)
        assert parameters <= lesson05.JOBS[letter].limit and score > 0.97
        for cell in cells[: cells.index(right)]:
            assert lesson05.trial(letter, cell)[1] < 0.9
