"""What a function does when it is told less: the defaults that lessons and learners rely on."""

import numpy as np
import pytest

from utils import data, forecasting, layers, plotting, training

RNG = np.random.default_rng(0)
SERIES, X, Y = np.arange(40.0) ** 2, RNG.normal(size=(7, 5, 3)), RNG.normal(size=(200, 1))


def weights_after_training(optimizer, **told):
    """A weight after three steps with gradients that change."""
    w, optimizer = np.ones(3), optimizer(**told)
    for k in range(3):
        optimizer.step([w], [np.array([1e-6, 1.0, -2.0]) * (k - 1.5)])
    return w


def states(layer, **told):
    layer = layer(4, 3, **{"seed": 1} | told)
    layer.b += np.linspace(-1, 1, layer.b.size, dtype=layer.b.dtype).reshape(layer.b.shape)
    return layer.forward(X.astype("float32")), layer.get_weights()


def batches(x, **told):
    return [batch for pair in training.minibatches(x, x, 5, **told) for batch in pair]


def gradient(**told):
    w = np.array([0.5, 2.0])
    return training.numeric_gradient(lambda: np.sum(w**5), w, **told)


@pytest.mark.parametrize(
    ("function", "arguments", "defaults"),
    [
        (data.remember_first, (9, 4), {"noise": 0.5, "seed": 0}),
        (data.store_and_recall, (9, 8), {"seed": 0}),
        (data.adding_problem, (9, 8), {"seed": 0}),
        (data.noisy_sine, (9,), {"noise": 0.1, "seed": 0}),
        (data.plant_faults, (SERIES, 4, 2.0), {"seed": 0}),
        (data.make_windows, (SERIES, 5), {"horizon": 1}),
        (data.split_in_time, (100,), {"train": 0.7, "validation": 0.15, "embargo": 0}),
        (forecasting.naive, (SERIES, 5), {"horizon": 1}),
        (forecasting.naive_scale, (SERIES,), {"season": 1}),
        (forecasting.residual_interval, (Y,), {"level": 0.9}),
        (batches, (SERIES,), {"epochs": 1, "seed": 0}),
        (gradient, (), {"eps": 1e-5}),
        (weights_after_training, (training.SGD,), {"learning_rate": 0.01}),
        (
            weights_after_training,
            (training.Adam,),
            {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
        ),
        (states, (layers.SimpleRNN,), {"activation": "tanh", "dtype": "float32"}),
        (states, (layers.Dense,), {"activation": "linear", "dtype": "float32"}),
        (
            states,
            (layers.LSTM,),
            {"activation": "tanh", "recurrent_activation": "sigmoid", "unit_forget_bias": True},
        ),
        (
            states,
            (layers.GRU,),
            {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True},
        ),
        (plotting.running_median, (Y[:, 0],), {"width": 15}),
        (plotting.tint, ("#0072B2",), {"strength": 0.16}),
    ],
)
def test_told_less_it_does_the_same(function, arguments, defaults):
    np.testing.assert_equal(function(*arguments), function(*arguments, **defaults))
