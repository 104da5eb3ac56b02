"""The figures show the data they are given: what their artists hold, and what their sentences say.

nbval compares the sentences that the lessons store, and never a picture. So the artists are
looked at here.
"""

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from tests.helpers.drawn import drawn, holds, texts
from utils import bug_zoo, diagrams, figures
from utils.plotting import running_median


@pytest.fixture
def rng():
    return np.random.default_rng(0)  # for each test anew, in whatever order they run


def lines(ax):
    """The data of the panel's lines, guides left out."""
    found = [np.column_stack(line.get_data()) for line in ax.lines]
    return [data for data in found if len(data) > 2]


def test_two_orders_shows_both_sequences_and_both_states(rng):
    x, h = [np.array([1.0, 2, 3]), np.array([3.0, 2, 1])], [rng.random(3), rng.random(3)]
    fig, sentence = drawn(figures.two_orders, sequences=x, states=h, names=["up", "down"])
    left, right = fig.axes
    for k in range(2):
        assert holds(left, [1, 2, 3], x[k]) and holds(right, [1, 2, 3], h[k])
    assert "of the same 3 values, up and down. Both" in sentence
    assert "mean 2" in sentence and f"{h[0][-1]:.3g} for up" in sentence


def test_smoothing_names_the_lag():
    steps = np.arange(120)
    wave, late = np.sin(0.1 * steps), np.sin(0.1 * (steps - 7))
    fig, sentence = drawn(figures.smoothing, x=wave, h=late, wave=wave, w=0.5)
    assert holds(fig.axes[0], steps, late) and holds(fig.axes[0], steps, wave)
    assert "lags 7.0 steps" in sentence


@pytest.mark.parametrize("w", [0.9, -0.5, 1.1])
def test_impulse_response_shows_the_state_and_its_size(w):
    h = w ** np.arange(41.0)
    fig, sentence = drawn(figures.impulse_response, h=h, w=w)
    left, right = fig.axes
    shown = np.abs(h) < 2.1  # the rest runs out of the panel, and the panel says so
    steps = np.arange(1, 42)  # as the equations count them
    assert holds(left, steps[shown], h[shown])
    stems = [stem[:, 1].tolist() for stem in left.collections[0].get_segments()]
    assert np.allclose(stems, np.column_stack([np.zeros(41), np.clip(h, -2.1, 2.1)]))
    assert ("off the scale" in texts(fig)) == (w > 1)
    assert holds(right, steps, np.abs(h)) and right.get_yscale() == "log"
    (half,) = right.texts
    assert half.xy[1] == 0.5 and half.get_va() == ("bottom" if abs(w) < 1 else "top")
    says = {0.9: "Less than half is left after 7 steps", -0.5: "after 2 steps", 1.1: "has grown"}
    assert says[w] in sentence


def test_an_impulse_response_begins_with_its_impulse():
    h = np.r_[np.zeros(9), 2 * 0.5 ** np.arange(11.0)]
    fig, sentence = drawn(figures.impulse_response, h=h, w=0.5, at=10)
    left, right = fig.axes
    assert left.lines[-1].get_xdata()[0] == 10 and right.texts[0].xy[1] == 1
    assert "After 10 steps" in sentence and "from 2 at the impulse" in sentence


def test_half_is_not_less_than_half():
    _, sentence = drawn(figures.impulse_response, h=0.5 ** np.arange(11.0), w=0.5)
    assert "after 2 steps" in sentence
    _, sentence = drawn(figures.impulse_response, h=0.4 ** np.arange(11.0), w=0.4)
    assert "left after 1 step." in sentence


def test_responses_have_a_panel_and_a_half_life_each():
    weights = [0.5, 1.0, 1.05, -0.9]
    h = [w ** np.arange(41.0) for w in weights]
    fig, sentence = drawn(figures.responses, (7.2, 2.6), weights=weights, states=h)
    for ax, state, words in zip(
        fig.axes, h, ("halves in 1", "keeps it", "doubles in 14", "halves in 6.6"), strict=True
    ):
        assert holds(ax, np.arange(41), state) and ax.texts[0].get_text().startswith(words)
        low, high = ax.get_ylim()
        assert low <= state.min() and state.max() <= high < 1.2 * state.max()
    assert "after 40: 10⁻¹²" in texts(fig)[0] and "1 for w = 1," in sentence


def test_state_paths_hold_the_paths_and_their_lengths(rng):
    h = rng.uniform(-1, 1, (3, 41, 2))
    fig, sentence = drawn(figures.state_paths, h=h, radius=0.9, activation="tanh")
    left, right = fig.axes
    for path in h:
        assert holds(left, *path.T) and holds(right, np.arange(41), np.linalg.norm(path, axis=1))
    start = np.linalg.norm(h[:, 0], axis=1).mean()
    assert "tanh" in sentence and f"from {start:.3g}" in sentence
    apart = max(np.linalg.norm(a - b) for a in h[:, -1] for b in h[:, -1])
    assert f"within {apart:.3g} of each other" in sentence
    angle = np.radians(30 * np.arange(41))
    h = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * 0.9 ** np.arange(41)[:, None]
    _, sentence = drawn(figures.state_paths, h=h[None], radius=0.9, activation="linear")
    assert "a step turns it by 30 degrees" in sentence
    h = np.zeros((1, 41, 2))
    h[0, 0] = 1, -1
    _, sentence = drawn(figures.state_paths, h=h, radius=0.0, activation="linear")
    assert "goes from 1.41 to 0; a step turns it by 0 degrees" in sentence


def test_example_sequences_stand_in_their_rows(rng):
    x, target = rng.uniform(-1, 1, (4, 6, 1)), np.array([[1], [0], [0], [1]])
    fig, sentence = drawn(figures.example_sequences, x=x, target=target)
    assert np.allclose(fig.axes[0].images[0].get_array(), x[:, :, 0])
    assert texts(fig) == ["target 1", "target 0", "target 0", "target 1"]
    assert "4 sequences of 6 values" in sentence and "2 begin with +1" in sentence


def test_descent_draws_input_weights_across_and_recurrent_weights_up():
    axis = np.linspace(-2, 2, 5)
    surface = np.full((5, 5), 10.0)
    surface[4, 1] = 1000.0  # w_h = 2, w_x = -1
    path = np.array([[-1.0, 2.0], [0.0, 1.0], [0.5, 0.5]])
    fig, sentence = drawn(
        figures.descent,
        axis=axis,
        surface=surface,
        path=path,
        losses=np.array([9.0, 4, 1]),
        steps=9,
    )
    left, right = fig.axes
    assert sum(line.get_xydata().tolist() == path.tolist() for line in left.lines) == 2
    image = left.images[0]
    assert image.origin == "lower" and image.get_extent() == [-2, 2, -2, 2]
    assert image.get_array()[4, 1] == 3 and holds(left, *path.T)
    assert "$w_x$" in left.get_xlabel() and "$w_h$" in left.get_ylabel()
    assert holds(right, [0, 1, 2], [9, 4, 1])
    assert "In 2 steps the loss falls from 9 to 1" in sentence and "input weight 0.5" in sentence


def test_descent_says_where_the_path_leaves():
    path = np.array([[0.0, 0], [1, 1], [5, 1]])
    _, sentence = drawn(
        figures.descent,
        axis=np.linspace(-2, 2, 3),
        surface=np.ones((3, 3)),
        path=path,
        losses=np.array([1.0, 2.0, 1e13]),
        steps=9,
    )
    assert "rises" in sentence and "leaves the picture at step 2" in sentence


def test_learning_curve_shows_losses_norms_and_guessing():
    losses, norms = np.linspace(1, 0.1, 50), np.linspace(2, 0.5, 50)
    losses[20] = 9  # which the median of its neighbours leaves out
    fig, sentence = drawn(
        figures.learning_curve, losses=losses, norms=norms, chance=0.69, accuracy=0.9, limit=0.7
    )
    left, right = fig.axes
    assert holds(left, np.arange(50), losses) and holds(right, np.arange(50), norms)
    assert holds(left, np.arange(50), running_median(losses))
    guides = [line.get_ydata()[0] for ax in (left, right) for line in ax.lines]
    assert 0.69 in guides and 0.7 in guides
    assert "90% are right" in sentence and "norm of 2" in sentence


def test_gradient_against_lag_shows_median_range_and_exact():
    norms = np.array([[1, 0.1, 0.01], [1, 0.2, 0.04], [1, 0.3, 0.09]])
    fig, sentence = drawn(
        figures.gradient_against_lag, norms=norms, exact=np.array([1, 0.5, 0.25]), radius=0.5
    )
    assert holds(fig.axes[0], [0, 1, 2], [1, 0.2, 0.04])
    assert holds(fig.axes[0], [0, 1, 2], [1, 0.5, 0.25])
    assert "2 steps back the tanh network has 0.04 of its gradient" in sentence
    assert "the linear one 0.2." in sentence


def test_difference_error_shows_the_error_of_each_number_format():
    eps, errors = np.array([1e-6, 1e-4, 1e-2]), {"float32": [9, 0.1, 0.2], "float64": [1e-9] * 3}
    errors = {name: np.array(error) for name, error in errors.items()}
    fig, sentence = drawn(figures.difference_error, eps=eps, errors=errors)
    assert all(holds(fig.axes[0], eps, error) for error in errors.values())
    assert fig.axes[0].get_yscale() == "log" and {"float32", "float64"} <= set(texts(fig))
    assert sentence.endswith("reaches is 0.1 for float32 and about 10⁻⁹ for float64.")


def test_clipping_draws_the_three_vectors():
    vectors = {"gradient": [0.5, 4], "by_value": [0.5, 1], "by_norm": [0.12, 0.99]}
    fig, sentence = drawn(
        figures.clipping, limit=1.0, **{k: np.array(v) for k, v in vectors.items()}
    )
    arrows = [text.xy for text in fig.axes[0].texts if text.get_text() == ""]
    assert [tuple(a) for a in arrows] == [tuple(v[::-1]) for v in vectors.values()]
    circle, square = fig.axes[0].patches[-2:]
    assert circle.center == (0, 0) and circle.radius == 1
    assert square.get_bbox().extents.tolist() == [-1, -1, 1, 1]
    assert "1.12 and is turned by 19 degrees" in sentence
    fig, _ = drawn(figures.clipping, limit=3.0, **{k: np.array(v) for k, v in vectors.items()})
    assert fig.axes[0].patches[-1].get_bbox().extents.tolist() == [-3, -3, 3, 3]


def test_the_zoo_counts_what_cannot_be_told_from_right(rng):
    names = ["right", "a", "b"]
    errors = np.array([[0, 0], [0.5, 0], [1.0, 0]])
    scores = np.array([[1, 1, 1], [0.99, 1, 1], [0.5, 0.6, 1]])
    fig, sentence = drawn(
        figures.zoo,
        size=(7.2, 4),
        names=names,
        tensors=("W_x", "b"),
        errors=errors,
        losses=rng.uniform(0.1, 1, (3, 3, 30)),
        accuracies=scores,
    )
    assert np.allclose(fig.axes[0].images[0].get_array(), errors)
    assert texts(fig) == ["ok", "ok", "0.50", "ok", "1.00", "ok"]
    assert "finds 2 of 2 bugs, the accuracy misses 1" in sentence and sentence.endswith(
        "has 100%: a."
    )


def test_a_cage_shows_its_own_bug(rng):
    errors, losses = np.array([0.0, 0.25]), rng.uniform(0.1, 1, (2, 3, 30))
    fig, sentence = drawn(
        figures.zoo_cage,
        size=(7.2, 4),
        name="wrong sign",
        bug=bug_zoo.BUGS["wrong sign"],
        tensors=("W_x", "b"),
        errors=errors,
        losses=losses,
        accuracies=np.array([[1, 1, 1], [0.2, 0.4, 0.6]]),
    )
    assert [bar.get_height() for bar in fig.axes[0].patches] == [0, 0.25]
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["$W_x$", "$b$"]
    assert holds(fig.axes[1], np.arange(30), losses[1, 2])
    assert holds(fig.axes[1], np.arange(30), running_median(np.median(losses[1], axis=0)))
    assert any(bug_zoo.BUGS["wrong sign"].wrong in text for text in texts(fig))
    assert sentence.startswith(f"wrong sign: {bug_zoo.BUGS['wrong sign'].words}. ")
    assert "calls b wrong" in sentence and "40% are right in the median" in sentence


def test_forward_step_shows_the_state_of_its_step(rng):
    x = np.eye(3)[[0, 1, 2]]
    W_x, W_h, b = rng.uniform(-1, 1, (3, 2)), rng.uniform(-1, 1, (2, 2)), rng.uniform(-1, 1, 2)
    h_1 = np.tanh(x[0] @ W_x + b)
    h_2 = np.tanh(x[1] @ W_x + h_1 @ W_h + b)
    fig, sentence = drawn(
        diagrams.forward_step, size=(7.2, 3.7), x=x, W_x=W_x, W_h=W_h, b=b, letters="abc", t=2
    )
    row = diagrams._row(h_2)
    assert row in sentence and row in texts(fig) and diagrams._row(h_1) in texts(fig)
    assert texts(fig).count("not yet") == 1 and sentence.startswith("Step 2 of 3, letter b:")
    first = {"x": x, "W_x": W_x, "W_h": W_h, "b": b, "letters": "abc"}
    assert drawn(diagrams.forward_step, size=(7.2, 3.7), **first)[1].startswith("Step 1 of 3")


@pytest.mark.parametrize("timesteps", [3, 4])
def test_unrolled_has_a_cell_for_each_step(timesteps):
    fig, sentence = drawn(diagrams.unrolled, timesteps=timesteps)
    found = texts(fig)
    assert sum(text in found for text in (f"$h_{t}$" for t in range(1, 9))) == timesteps
    assert f"over {timesteps} time steps" in sentence and f"{timesteps} copies" in sentence
    assert found.count("$W_h$") == timesteps + 1  # between states, and in the loop on the left
    fig, sentence = drawn(diagrams.unrolled, timesteps=timesteps, backward=True)
    assert f"at each of {timesteps - 1} steps" in sentence
    assert {"$dh_1$", "loss $L$"} <= set(texts(fig))


def test_unrolled_has_four_steps_unless_told_otherwise():
    assert drawn(diagrams.unrolled)[1] == drawn(diagrams.unrolled, timesteps=4)[1]


def test_task_shapes_has_a_box_for_each_input_and_output():
    fig, _ = drawn(diagrams.task_shapes)
    names = [text.replace("\n", " ") for text in texts(fig)]
    assert all(name.replace("\n", " ") in names for name in diagrams.SHAPES)
    boxes = sum(len(reads) + 4 + len(writes) for reads, writes in diagrams.SHAPES.values())
    assert sum(isinstance(patch, FancyBboxPatch) for patch in fig.axes[0].patches) == boxes


def test_encoder_decoder_gives_each_step_the_right_sound_before_and_one_vector():
    fig, sentence = drawn(diagrams.encoder_decoder, size=(6.0, 4.2))
    found = texts(fig)
    assert [found.count(word) for word in ("mark", "SH", "UW", "context", "query")] == [
        2,
        2,
        2,
        0,
        0,
    ]
    assert [found.count(f"${name}$") for name in ("h_4", "s_3", "c")] == [1, 1, 1]
    assert "h₄ is the vector c, given to each of the decoder's 3 steps" in sentence


def test_encoder_decoder_with_attention_looks_at_each_letter():
    fig, sentence = drawn(diagrams.encoder_decoder, size=(6.0, 4.2), attention=True)
    weights = diagrams.WEIGHTS
    assert sum(weights) == pytest.approx(1) and "s 3%, h 7%, o 65%, e 25%" in sentence
    assert {"context", "query", "weights (example)", "65%"} <= set(texts(fig))
    widths = [line.get_linewidth() for line in fig.axes[0].lines][-4:]
    assert np.argsort(widths).tolist() == np.argsort(weights).tolist()


def test_a_path_that_leaves_is_cut_where_it_leaves():
    path = np.array([[0.0, 0], [1, 1], [500, 1]])
    axis, losses = np.linspace(-2, 2, 3), np.array([1.0, 2, 3])
    fig, _ = drawn(
        figures.descent, axis=axis, surface=np.ones((3, 3)), path=path, losses=losses, steps=9
    )
    assert holds(fig.axes[0], [0, 1, 11], [0, 1, 1])  # the start stays, the direction counts


def test_example_sequences_have_ticks_at_every_other_step(rng):
    fig, _ = drawn(
        figures.example_sequences, x=rng.uniform(-1, 1, (4, 6, 1)), target=np.ones((4, 1))
    )
    assert list(fig.axes[0].get_xticks()) == [0, 2, 4]
