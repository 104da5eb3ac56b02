"""The references of the checks agree with the course's own library and with each other, and what
the checks are built on is what their words say of it: recordings, pipelines, jobs, networks."""

import inspect
import itertools

import numpy as np
import pytest

from tests.answers.lesson06 import kernel_ridge
from tests.helpers.judged import line_of
from utils import bug_zoo, cells, data, forecasting
from utils.checks import lesson01, lesson02, lesson03, lesson04, lesson05, lesson06
from utils.layers import GRU, LSTM, sigmoid

# --- one step of each cell --------------------------------------------------------------------


def test_the_steps_are_the_equations_of_the_cells():
    rng = np.random.default_rng(6)
    batch, features, units = 4, 3, 5
    x_t, h_prev, c_prev, dh = (rng.normal(size=(batch, n)) for n in (features, *[units] * 3))

    def weights(blocks, *biases):
        shapes = (features, blocks * units), (units, blocks * units), (*biases, blocks * units)
        return [rng.normal(size=shape) for shape in shapes]

    def agree(step, cell, *args):
        ours, theirs = step.reference(*args), cell(*args)
        ours = ours if isinstance(ours, tuple) else (ours,)
        theirs = theirs if isinstance(theirs, tuple) else (theirs,)
        for a, b in zip(ours, theirs, strict=False):  # theirs end with the gates
            np.testing.assert_allclose(a, b, atol=1e-14)

    agree(lesson01.rnn_step, cells.rnn_step, x_t, h_prev, *weights(1))
    back = dh, x_t, h_prev, np.tanh(c_prev), *weights(1)[:2]
    agree(lesson02.step_backward, cells.rnn_step_backward, *back)
    agree(lesson04.lstm_step, cells.lstm_step, x_t, h_prev, c_prev, *weights(4))
    agree(lesson05.gru_step, cells.gru_step, x_t, h_prev, *weights(3))
    after = x_t, h_prev, *weights(3, 2)
    agree(lesson05.gru_step_reset_after, cells.gru_step_reset_after, *after)


# --- lessons 1 and 2: forward and back --------------------------------------------------------


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
    names = lesson02.name_the_bugs.reference()
    assert {k: {*lesson02.as_list(v)} for k, v in names.items()} == lesson02.MYSTERIES


def test_names_of_bugs_in_messages_are_only_those_the_learner_gave():
    for letter, right in lesson02.MYSTERIES.items():
        for name in set(bug_zoo.BUGS) - right:
            said = lesson02.evidence(letter, [name])
            assert name in said and not any(bug in said for bug in right)


# --- lesson 3: windows, networks --------------------------------------------------------------


def test_the_networks_that_stand_in_are_told_apart():
    """Otherwise an answer could be right by chance: none is odd, none ignores what it is asked."""
    d = np.random.default_rng(0).uniform(-9, 9, (4, 8, 1))
    answers = [probe.args["answer"](d) for probe in lesson03.predict_next.probes[:-2]]
    assert len({tuple(np.round(a[:, 0], 6)) for a in answers}) == len(answers)
    assert not np.allclose(answers[0], -lesson03.predict_next.probes[0].args["answer"](-d))


# --- lesson 4: the LSTM -----------------------------------------------------------------------


def test_a_cell_that_keeps_and_does_not_write_is_constant():
    layer = LSTM(5, 2, seed=0, dtype="float64")
    x, c_0 = np.random.default_rng(0).normal(size=(3, 200, 2)), np.full((3, 5), 0.7)
    layer.forward(x, c_0=c_0, clamp={"f": 1.0, "i": 0.0})
    assert np.all(layer.gates["c"] == c_0[:, None])


def test_the_recording_follows_the_equations_and_names_only_one_answer():
    x, gates, h = lesson04.recording()
    c, c_prev = gates["c"], np.r_[0, gates["c"][:-1]]
    np.testing.assert_allclose(h, gates["o"] * np.tanh(c))
    assert np.all(np.abs(c - gates["f"] * c_prev) <= gates["i"])  # what is written is within +-i
    possible = [
        (f, i, o)
        for f, i, o in itertools.permutations("fio")
        if np.allclose(h, gates[o] * np.tanh(c), atol=0.1)
        and np.all(np.abs(c - gates[f] * c_prev) <= gates[i] + 0.1)
    ]
    assert possible == [("f", "i", "o")]
    erased = (np.abs(c_prev) > 0.5) & (np.abs(c) < 0.1)
    assert list(np.flatnonzero(erased)) == [lesson04.read_gates.reference()["erased"]]


def test_half_lives_hold_in_a_real_cell():
    for steps in (3, 50):
        layer = LSTM(1, 1, dtype="float64")
        bias = lesson04.bias_for_half_life.reference(steps)
        layer.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), np.array([0, bias, 0, 0])])
        layer.forward(np.zeros((1, steps, 1)), c_0=np.ones((1, 1)))
        assert layer.gates["c"][0, -1, 0] == pytest.approx(0.5)


# --- lesson 5: the GRU ------------------------------------------------------------------------


@pytest.mark.parametrize(("reset_after", "count_50"), [(False, 8100), (True, 8250)])
def test_the_count_is_the_layers(reset_after, count_50):
    for units, features in [(5, 3), (50, 3)]:
        count = lesson05.count_parameters.reference(features, units, reset_after)
        assert GRU(units, features, reset_after=reset_after).count_params() == count
    assert count == count_50


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
    """The right choice does the job within its limit in every run; nothing simpler does."""
    cells = list(lesson05.CELLS)
    for letter, right in lesson05.choose_a_cell.reference().items():
        parameters, scores = lesson05.trial(letter, right)
        assert parameters <= lesson05.JOBS[letter].limit and min(scores) > 0.97
        for cell in cells[: cells.index(right)]:
            assert min(lesson05.trial(letter, cell)[1]) < 0.8


def test_the_right_choice_is_told_what_was_measured(capsys):
    line, _ = line_of(lesson05.choose_a_cell, lambda: lesson05.choose_a_cell.reference(), capsys)
    assert "A: 99% right, with 25 parameters. B: 4 of 4 runs learn it, 100% right" in line
    assert "C: 4 of 4 runs learn it, 100% right in the median, with 977 parameters" in line


def test_a_cell_begins_with_the_gate_open_that_keeps():
    job = lesson05.JOBS["B"]
    kept = {"LSTM": slice(job.units, 2 * job.units), "GRU": slice(0, job.units)}
    for cell, columns in kept.items():
        b = np.atleast_2d(lesson05.model_for(job, cell, seed=0).layers[0].b)[0]
        assert np.all(b[columns] == 3) and np.sum(b == 3) == job.units


# --- lesson 6: forecasts ----------------------------------------------------------------------


def test_references_agree_with_the_course():
    series = np.random.default_rng(0).standard_normal(40)
    x, y = lesson06.cut_windows.reference(series, 6, 3)
    theirs, targets = data.make_windows(series, 6, 3)
    np.testing.assert_array_equal(x, theirs[:, :, 0])
    np.testing.assert_array_equal(y, targets)
    for k, row in enumerate(forecasting.seasonal_naive(series, 6, 5, 4)):
        np.testing.assert_array_equal(lesson06.seasonal_naive.reference(series, 6 + k, 5, 4), row)


def test_the_pipelines_show_their_leaks():
    """A leak changes what the instrument sees, each in its own way; the clean one changes none."""
    seen = {leak: lesson06.nudge(lesson06.pipeline(k)) for k, leak in lesson06.LETTERS.items()}
    assert seen["none"] == (0, 152, 191)
    assert seen["feature from the future"] == (0, 152, 190 - 1)
    assert seen["target in the window"] == (0, 152, 190)
    hit, windows, _ = seen["scaler fitted on everything"]
    assert hit == windows
    hit, windows, _ = seen["windows split at random"]
    assert 0 < hit < 10
    shapes = {lesson06.pipeline(k)(np.arange(200.0))[0].shape[1:] for k in lesson06.LETTERS}
    for letter in lesson06.LETTERS:  # the targets are those of the steps that are named
        series = np.sin(np.arange(200.0))
        _, y, step, _ = lesson06.pipeline(letter)(series)
        assert np.corrcoef(y[:, 0], series[step])[0, 1] > 1 - 1e-9
    assert shapes == {(8, 2)}
    assert lesson06.find_leaks.reference() == lesson06.LETTERS


def test_what_is_printed_of_a_pipeline_does_not_name_its_leak(capsys):
    for letter, leak in lesson06.LETTERS.items():
        asked = lesson06.pipeline(letter)
        told, _ = line_of(lesson06.find_leaks, asked, capsys)  # handed over as if it were an answer
        shown = f"{asked!r} {asked} {vars(asked)} {inspect.signature(asked)} {told}"
        assert letter in shown and leak not in shown
    with pytest.raises(ValueError, match="letter must be one of A, B, C, D, E, got 'F'"):
        lesson06.pipeline("F")


def test_a_model_is_trained_once_on_each_series(capsys):
    seeds = []

    def answer(x, y, seed):
        seeds.append(seed)
        return kernel_ridge(x, y, seed)

    line, _ = line_of(lesson06.beat_linear, answer, capsys)
    assert line.startswith("Right: ") and seeds == [3] * len(lesson06.OWN_SEEDS)


def test_a_win_by_exactly_one_per_cent_is_a_tie():
    told = lesson06.verdict(np.array([lesson06.ENOUGH, 0.5, 1.25]))
    assert told.startswith("over 3 series your MAE is 0.99 of linear's in the median, from 0.5 to")
    assert "to 1.25: that is a tie" in told
    assert lesson06.verdict(np.full(3, lesson06.ENOUGH - 0.001)) is None


def test_windows_of_the_shortest_series_are_looked_at(capsys):
    def without_a_single_one(series, window, horizon):
        x, y = lesson06.cut_windows.reference(series, window, horizon)
        return (x, y) if len(x) > 1 else (x[:0], y[:0])

    line, _ = line_of(lesson06.cut_windows, without_a_single_one, capsys)
    assert "for the shortest series that will do" in line
