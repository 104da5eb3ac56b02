"""Train the network of lesson 9 that the course comes with: utils/moby_dick/writer.npz.

    python -m tools.train_writer             all of it: ten minutes at most, on two free cores
    python -m tools.train_writer --epochs 1  a try that stores nothing

A GRU and a Dense layer, those of utils/layers.py, learn the next letter of the training chapters.
Two threads read half of the batch each. It prints the bits a letter of the validation chapters,
after each epoch and for what is stored; the test chapters are for the lesson. Every seed is set.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before NumPy: 2 threads here

import argparse
import hashlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from math import cos, pi

import numpy as np

from utils import moby_dick
from utils.layers import GRU, Dense
from utils.training import Adam, clip_by_norm, cross_entropy

UNITS, EPOCHS, SEED = 384, 14, 0
BATCH, STEPS, THREADS = 32, 32, 2
RATE, WARM_UP = 0.005, 100  # the rate rises for so many steps, then falls along half a cosine
DROPPED, DROPPED_WEIGHTS = 0.25, 0.1  # shares of the states, for Dense, and of W_h
LOUD = np.float32(8)  # a letter is 8 at its place: with 1, W_x learns far too slowly at first
SYMBOLS = len(moby_dick.SYMBOLS)


def network(seed=SEED):
    return GRU(UNITS, SYMBOLS, seed=seed), Dense(SYMBOLS, UNITS, seed=seed + 1)


def encoded(chapters):
    place = {symbol: k for k, symbol in enumerate(moby_dick.SYMBOLS)}
    return np.array([place[symbol] for symbol in "".join(chapters)])


def one_hot(codes):
    return LOUD * np.eye(SYMBOLS, dtype="float32")[codes]


def bits(gru, dense, codes, rows=64, part=250):
    """Bits a letter, read in so many rows at once."""
    length = (len(codes) - 1) // rows
    x = codes[: rows * length].reshape(rows, length)
    target = codes[1 : rows * length + 1].reshape(rows, length)
    total, h_0 = 0.0, None
    for start in range(0, length, part):
        here = slice(start, start + part)
        h = gru.forward(one_hot(x[:, here]), h_0=h_0)
        h_0 = h[:, -1]
        total += cross_entropy(dense.forward(h), target[:, here])[0] * target[:, here].size
    return total / target.size / np.log(2)


def kept(rng, shape, dropped):
    """What is multiplied with, to drop a share and keep the mean."""
    return (rng.random(shape, dtype="float32") >= dropped) / np.float32(1 - dropped)


def half_a_step(layers, weights, letters, h_0, seed):
    """Loss and gradients of letters (rows, STEPS + 1). -> loss, the last state, gradients"""
    gru, dense = layers
    gru.set_weights(weights[:3])
    dense.set_weights(weights[3:])
    h = gru.forward(one_hot(letters[:, :-1]), h_0=h_0)
    keep = kept(np.random.default_rng(seed), h.shape, DROPPED)
    loss, dy = cross_entropy(dense.forward(h * keep), letters[:, 1:])
    gru.backward(dense.backward(dy) * keep)
    return loss, h[:, -1].copy(), gru.grads + dense.grads


def train(codes, validation, epochs, most=EPOCHS):
    """Train for `epochs` of the `most` that the rate is planned for. -> layers, letters, bits"""
    rng, optimizer = np.random.default_rng(SEED), Adam(RATE)
    gru, dense = network()
    weights = gru.weights + dense.weights
    halves = [network() for _ in range(THREADS)]
    length = (len(codes) - 1) // BATCH
    starts = range(0, length - STEPS, STEPS)
    step, begun, history = 0, time.time(), []
    with ThreadPoolExecutor(THREADS) as pool:
        for epoch in range(epochs):
            turned = np.roll(codes, -rng.integers(len(codes)))  # other rows in each epoch
            rows = turned[: BATCH * length].reshape(THREADS, -1, length)
            states, losses = [None] * THREADS, []
            for start in starts:
                share = step / (most * len(starts))
                falling = RATE * (1 + cos(pi * share)) / 2
                optimizer.learning_rate = max(min(falling, RATE * (step + 1) / WARM_UP), 1e-6)
                keep = kept(rng, gru.W_h.shape, DROPPED_WEIGHTS)
                thinned = [weights[0], weights[1] * keep, *weights[2:]]
                seeds = rng.integers(2**31, size=THREADS)
                parts = rows[:, :, start : start + STEPS + 1]
                done = pool.map(half_a_step, halves, [thinned] * THREADS, parts, states, seeds)
                found, states, grads = zip(*done, strict=True)
                losses.append(np.mean(found))
                grads = [sum(each) / np.float32(THREADS) for each in zip(*grads, strict=True)]
                grads[1] *= keep
                optimizer.step(weights, clip_by_norm(grads, 1.0))
                step += 1
            history.append(
                ((epoch + 1) * len(starts) * BATCH * STEPS, bits(gru, dense, validation))
            )
            print(
                f"epoch {epoch + 1:2}: {time.time() - begun:4.0f} s, {time.process_time():4.0f} s "
                f"of a processor, training {np.mean(losses) / np.log(2):.3f}, "
                f"validation {history[-1][1]:.3f} bits",
                flush=True,
            )
    letters, found = np.array(history).T
    return gru, dense, letters, found


def store(gru, dense, letters, found, path):
    """Whole numbers from -127 to 127 for each matrix, and the unit of each of its columns."""
    arrays = {"b": gru.b.astype("float16"), "b_y": dense.b.astype("float16")}
    for name, W in (("W_x", gru.W_x), ("W_h", gru.W_h), ("W", dense.W)):
        unit = np.abs(W).max(axis=0) / 127
        arrays[name] = np.rint(W / unit).astype("int8")
        arrays[f"{name}_unit"] = unit.astype("float32")
    np.savez_compressed(path, letters=letters.astype(int), bits=found, **arrays)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="fewer store nothing")
    epochs = parser.parse_args().epochs
    book = moby_dick.load_moby_dick()
    validation = encoded(book.validation)
    gru, dense, letters, found = train(encoded(book.train), validation, epochs)
    if epochs < EPOCHS:
        return
    path = moby_dick.FOLDER / "writer.npz"
    store(gru, dense, letters, found, path)
    content = path.read_bytes()
    print(f"{path.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    W_x, W_h, b, W, b_y = moby_dick.weights_in(content)
    gru.set_weights([W_x, W_h, b])
    dense.set_weights([W, b_y])
    print(f"as stored: {bits(gru, dense, validation):.3f} bits a letter of the validation chapters")
    print("Its checksum belongs into utils/moby_dick/__init__.py and README.md.")


if __name__ == "__main__":
    sys.exit(main())
