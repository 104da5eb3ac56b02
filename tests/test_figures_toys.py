"""The figures of the toy sequences show the data they are given."""

import numpy as np

from tests.helpers.drawn import drawn, holds, texts
from utils import figures


def test_counting_shows_each_run_and_its_error():
    asked = np.arange(105.0, 120)
    answers = np.stack([asked + 2, asked - 1])
    fig, sentence = drawn(figures.counting, asked=asked, answers=answers)
    assert all(holds(fig.axes[0], asked, run) for run in (*answers, asked))
    assert all(holds(fig.axes[1], asked, run - asked) for run in answers)
    assert {"right", "mean error 1 to 2"} <= set(texts(fig))
    assert sentence == (
        "Asked for 105 to 119, the answers are off by 1.5 in the mean. At 105 the error is +0.5, "
        "at 119 it is +0.5, in the median of 2 runs, mean errors from 1 to 2."
    )


def test_one_run_has_no_spread():
    asked = np.array([5.0, 6, 7])
    for error, words in [(0, "0"), (-30, "−30"), (3e4, "+30,000")]:
        fig, sentence = drawn(figures.counting, asked=asked, answers=asked[None] + error)
        assert sentence.endswith(f"At 5 the error is {words}, at 7 it is {words}, in this run.")
        assert f"mean error {words.strip('+−')}" in texts(fig)
        assert holds(fig.axes[1], asked, np.full(3, error))


def test_rounding_is_no_error():
    asked = np.array([1000.0, 1001, 1002])
    _, sentence = drawn(figures.counting, asked=asked, answers=asked[None] + 1e-10)
    assert "off by 0 in the mean" in sentence


def test_errors_far_away_compares_the_trainings():
    starts = np.array([1, 100, 10_000])
    errors = {
        "relu, 10": np.array([[1, 2, 300], [1, 4, 500.0]]),
        "linear": np.full((2, 3), 1e-12),
    }
    fig, sentence = drawn(figures.errors_far_away, starts=starts, errors=errors)
    assert holds(fig.axes[0], starts, [1, 3, 400])
    assert set(errors) <= set(texts(fig))
    assert sentence == (
        "Far beyond the numbers of the training the error grows, least with linear. "
        "Error for windows that begin at 10,000, in the median run: relu, 10: below 1,000, "
        "linear: below 0.01."
    )


def test_steps_beyond_names_every_activation():
    steps, errors = (
        np.arange(-5.0, 25),
        {"relu": np.full(30, 0.01), "tanh": np.linspace(0.1, 20, 30)},
    )
    fig, sentence = drawn(figures.steps_beyond, steps=steps, errors=errors, trained=(1, 9))
    assert all(holds(fig.axes[0], steps, values) for values in errors.values())
    assert {"relu", "tanh"} <= set(texts(fig))
    assert sentence == (
        "Outside of the training, its activation decides how a network goes on. "
        "Median error of the next value when the step is 24: relu 0.01, tanh 20; "
        "when it is −5: relu 0.01, tanh 0.1."
    )


def test_sums_shows_the_last_training_and_what_the_shorter_ones_left():
    true = np.linspace(3, 7, 50)
    answers = [true + 0.9, true - 0.5]
    fig, sentence = drawn(figures.sums, true=true, answers=answers, epochs=[3, 10], mean=5.0)
    left, right = fig.axes
    assert holds(left, true, true - 0.5) and not holds(left, true, true + 0.9)
    shorter, last, mean = right.lines
    assert np.allclose(shorter.get_xydata(), [[3, 0.9], [10, 0.5]])
    assert np.allclose(last.get_xydata(), [[10, 0.5]])
    assert np.allclose(mean.get_ydata(), np.abs(true - 5).mean())
    assert {"mean of training sums", "always the mean"} <= set(texts(fig))
    assert sentence.startswith(
        "After 10 epochs the network's mean absolute error is 0.5. 50 new sequences; always"
    )


def test_sums_compared_has_a_row_for_each_model_and_does_not_tell_rounding():
    fig, sentence = drawn(
        figures.sums_compared,
        errors={"RNN": [0.1, 0.2, 0.4], "exact": [1e-15, 1e-12, 1e-9]},
        baselines={"mean": 0.7},
    )
    labels = [label.get_text() for label in fig.axes[0].get_yticklabels()]
    assert labels == ["mean", "RNN", "exact"]
    assert holds(fig.axes[0], [0.7], [0]) and holds(fig.axes[0], [0.2], [1])
    assert holds(fig.axes[0], [0.1, 0.2, 0.4], [1, 1, 1])
    assert "mean 0.7; RNN 0.2; exact below 10⁻⁶" in sentence
    assert sentence.startswith("The network that adds up best: exact.")
