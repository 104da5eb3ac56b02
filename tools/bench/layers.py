"""One training step of the NumPy layers against Keras and PyTorch, on this machine.

    make bench ARGS=layers

A step is forward, loss, backward and Adam, in float32: a recurrent layer, its last state, one
dense output, mean squared error. Every contestant takes its turn in each round, so that what
else the machine does falls on all alike. The times are medians with their quartiles, of the
best step in each turn. Without PyTorch its columns are left out.

"products" is the floor: the matrix products of a step alone, of the same shapes.
"""

import os

# Must precede the first import of NumPy. Some machines set it, and it slows NumPy down.
CORETYPE = os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from time import perf_counter  # noqa: E402

import numpy as np  # noqa: E402

from utils.layers import GRU, LSTM, Dense, Last, Sequential, SimpleRNN  # noqa: E402
from utils.training import Adam, mse, train  # noqa: E402

SIZES = {"S1": (32, 20, 1, 50), "S2": (32, 50, 8, 128), "S3": (64, 100, 64, 256)}
SECONDS = 120  # for the whole table: as many rounds as fit
TURN = 0.03  # seconds of a contestant's turn in a round, two steps at least

# A layer of utils, and its name in Keras and in PyTorch. The last entry is how many
# (units x units) products a step in time takes.
CELLS = {
    "RNN": (SimpleRNN, "SimpleRNN", "RNN", 1),
    "LSTM": (LSTM, "LSTM", "LSTM", 4),
    "GRU": (GRU, "GRU", "GRU", 3),
}


# --- the contestants: each returns a function that takes one training step ----------------------


def products(x, target, units, cell):
    """Only the large products: the recurrent ones forward and back, and the weights' gradients."""
    batch, timesteps, features = x.shape
    width = CELLS[cell][3] * units
    h, W = np.ones((batch, units), "float32"), np.ones((units, width), "float32")
    dz, W_T = np.ones((batch, width), "float32"), np.ones((width, units), "float32")
    all_x = np.ones((batch * timesteps, features + 1), "float32")
    all_h = np.ones((batch * timesteps, units), "float32")
    all_dz = np.ones((batch * timesteps, width), "float32")
    W_x = np.ones((features + 1, width), "float32")
    z, dh = np.empty_like(dz), np.empty_like(h)

    def step():
        np.dot(all_x, W_x)
        for _ in range(timesteps):
            np.dot(h, W, out=z)
            np.dot(dz, W_T, out=dh)
        np.dot(all_x.T, all_dz)
        np.dot(all_h.T, all_dz)
        np.dot(all_dz, W_x.T)

    return step


def in_numpy(x, target, units, cell):
    layer = CELLS[cell][0](units, x.shape[2], seed=0)
    model, optimizer = Sequential([layer, Last(), Dense(1, units, seed=1)]), Adam()
    return lambda: train(model, [(x, target)], mse, optimizer)


def in_keras(x, target, units, cell):
    """A whole step in one tf.function, its input already tensors: faster than train_on_batch."""
    import keras
    import tensorflow as tf

    layer = getattr(keras.layers, CELLS[cell][1])(units)
    model = keras.Sequential([keras.layers.Input(x.shape[1:]), layer, keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    x, target = tf.constant(x), tf.constant(target)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x, training=True) - target))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return lambda: step().numpy()


def with_train_on_batch(x, target, units, cell):
    """Keras as most people call it."""
    import keras

    layer = getattr(keras.layers, CELLS[cell][1])(units)
    model = keras.Sequential([keras.layers.Input(x.shape[1:]), layer, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return lambda: model.train_on_batch(x, target)


def in_torch(x, target, units, cell):
    import torch

    layer = getattr(torch.nn, CELLS[cell][2])(x.shape[2], units, batch_first=True)
    dense = torch.nn.Linear(units, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *dense.parameters()])
    x, target = torch.from_numpy(x), torch.from_numpy(target)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(dense(layer(x)[0][:, -1]), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


CONTESTANTS = {
    "products": products,
    "NumPy": in_numpy,
    "Keras": in_keras,
    "train_on_batch": with_train_on_batch,
    "PyTorch": in_torch,
}
COMPARED = ("products", "Keras", "PyTorch")  # whose time the NumPy layer's is divided by


# --- the race -----------------------------------------------------------------------------------


def race(steps, seconds):
    """{name: a function} -> {name: milliseconds, one for each round}."""
    for step in steps.values():
        for _ in range(3):  # traced, warm
            step()
    times = {name: [] for name in steps}
    end = perf_counter() + seconds
    while perf_counter() < end:
        for name, step in steps.items():
            times[name].append(1e3 * best_step(step))
    return times


def best_step(step):
    """The shortest step in one turn, which a first one, not counted, begins."""
    step()
    durations, end = [], perf_counter() + TURN
    while perf_counter() < end or len(durations) < 2:
        start = perf_counter()
        step()
        durations.append(perf_counter() - start)
    return min(durations)


def row(times):
    """Medians with quartiles, and the NumPy layer's share of the others' time."""
    quartiles = {name: np.percentile(t, [25, 50, 75]) for name, t in times.items()}
    cells = [f"{m:7.3f} [{a:.3g} to {b:.3g}]" for a, m, b in quartiles.values()]
    ours = quartiles["NumPy"][1]
    shares = [f"{ours / quartiles[name][1]:.2f}" for name in COMPARED if name in quartiles]
    return [*cells, *shares, str(len(times["NumPy"]))]


def print_table(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        texts = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        print("  ".join(texts).rstrip())


def main():
    contestants = dict(CONTESTANTS)
    try:
        import torch
    except ImportError:
        torch = None
        del contestants["PyTorch"]
    import tensorflow as tf

    versions = f"NumPy {np.__version__}, TensorFlow {tf.__version__}"
    print(versions + (f", PyTorch {torch.__version__}" if torch else ""), end="; ")
    print(f"{os.cpu_count()} cores, threads as they come; ms a training step, float32")
    if not torch:
        print("PyTorch is not installed, so its columns are left out: pip install torch==2.13.0")
    if CORETYPE:
        print(f"OPENBLAS_CORETYPE was {CORETYPE}: unset for this run, as it slows NumPy down")
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5:
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): repeat this when it is quiet")

    shares = [f"NumPy / {name}" for name in COMPARED if name in contestants]
    rows = [["", "batch, steps, features, units", *contestants, *shares, "rounds"]]
    for cell in CELLS:
        for size, (batch, timesteps, features, units) in SIZES.items():
            rng = np.random.default_rng(0)
            x = rng.standard_normal((batch, timesteps, features)).astype("float32")
            target = rng.standard_normal((batch, 1)).astype("float32")
            steps = {name: make(x, target, units, cell) for name, make in contestants.items()}
            seconds = SECONDS / len(CELLS) / len(SIZES)
            shape = f"{batch}, {timesteps}, {features}, {units}"
            rows.append([f"{cell} {size}", shape, *row(race(steps, seconds))])
    print_table(rows)
    print("Keras: the whole step in one tf.function, its best; NumPy / Keras compares with that.")


if __name__ == "__main__":
    main()
