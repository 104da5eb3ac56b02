"""The noisy sine of lesson 6: each forecaster's error against the floor and the linear model.

Five series that no setting was chosen on, windows of 20, the last fifth for the test. `over
floor` divides a model's mean squared error by the noise's, on the same targets; `excess` is its
mean squared distance from the sine itself; both paired, medians with ranges. Goals: excess at
most 0.0013 in Keras within 10 s, 0.0011 in NumPy within 1 s.
"""

import os
from time import perf_counter

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as `make lab` sets it

from utils import keras_setup  # noqa: F401, I001 - it must come before Keras
import keras
import numpy as np

from utils import data, forecasting
from utils.layers import LSTM, Dense, Last, Sequential
from utils.training import Adam, clip_by_norm, cosine_decay, minibatches, mse, train

SERIES = range(100, 105)
WINDOW, UNITS, RATE, EPOCHS, BATCH = 20, 16, 0.03, 60, 64


def linear(x, y, seed):
    return forecasting.Linear().fit(x, y).predict


def numpy_lstm(x, y, seed):
    lstm = LSTM(UNITS, input_size=1, seed=seed, dtype="float64")
    model = Sequential([lstm, Last(), Dense(1, UNITS, seed=seed, dtype="float64")])
    optimizer, steps = Adam(RATE), EPOCHS * -(-len(x) // BATCH)
    batches = cosine_decay(minibatches(x, y, BATCH, EPOCHS, seed), optimizer, steps)
    train(model, batches, mse, optimizer, lambda grads: clip_by_norm(grads, 1.0))
    return model.forward


def keras_lstm(x, y, seed):
    batches = -(-len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * batches)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    return fitted(keras.layers.LSTM(UNITS), optimizer, x, y, seed, EPOCHS, BATCH, batches)


def as_written(x, y, seed):
    """The recipe that the lesson begins with."""
    layer = keras.layers.LSTM(50, activation="relu")
    return fitted(layer, keras.optimizers.Adam(), x, y, seed, 20, 32, 25)


def fitted(layer, optimizer, x, y, seed, epochs, batch, together):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(x.shape[1:]), layer, keras.layers.Dense(1)])
    model.compile(optimizer, "mse", steps_per_execution=together)
    model.fit(x, y, epochs=epochs, batch_size=batch, verbose=0)
    return lambda x: np.asarray(model(x))


MODELS = {
    "last value": lambda x, y, seed: lambda x: x[:, -1],
    "linear": linear,
    "as written, Keras": as_written,
    "LSTM, Keras": keras_lstm,
    "LSTM, NumPy": numpy_lstm,
}


def judge(seed):
    """{model: over floor, excess, MAE over linear's, seconds} on one series."""
    series, clean = data.noisy_sine(1000, noise=0.1, seed=seed)
    x, y = data.make_windows(series, WINDOW)
    truth = data.make_windows(clean, WINDOW)[1]
    early, _, late = data.split_in_time(len(x), 0.8, 0, embargo=0)  # horizon - 1
    floor = np.mean((y[late] - truth[late]) ** 2)
    rows = {}
    for name, fit in MODELS.items():
        start = perf_counter()
        forecast = fit(x[early], y[early], seed)(x[late])
        seconds = perf_counter() - start
        error = forecasting.mae(y[late], forecast)
        over = np.mean((y[late] - forecast) ** 2) / floor
        rows[name] = over, np.mean((truth[late] - forecast) ** 2), error, seconds
    base = rows["linear"][2]
    return {name: (over, excess, e / base, s) for name, (over, excess, e, s) in rows.items()}


def main():
    runs = [judge(seed) for seed in SERIES]
    heads = ("over floor", "excess", "MAE / linear's", "s")
    print(f"{'':20}" + "".join(f"{head:30}" for head in heads) + "below linear")
    for name in MODELS:
        table = np.array([run[name] for run in runs])
        formats = (".2f", ".5f", ".3f", ".2g")
        cells = [
            f"{np.median(c):{f}} [{c.min():{f}} to {c.max():{f}}]"
            for c, f in zip(table.T, formats, strict=True)
        ]
        wins = f"{np.sum(table[:, 2] < 1)} of {len(runs)}"
        print(f"{name:20}" + "".join(f"{cell:30}" for cell in cells) + wins)


if __name__ == "__main__":
    main()
