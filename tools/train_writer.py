"""Train the network of lesson 9 that the course comes with: utils/moby_dick/writer.npz.

    python -m tools.train_writer             all of it: ten minutes on two free cores
    python -m tools.train_writer --epochs 1  a try that stores nothing

A GRU and a Dense layer, those of utils/layers.py, learn the next letter of the training chapters.
It prints the bits a letter of the validation chapters, after each epoch and for what is stored; the
test chapters are for the lesson. Every seed is set.
"""

import argparse
import hashlib
import itertools
import sys
import time
from math import cos, pi
from typing import NamedTuple

import numpy as np

from utils import moby_dick
from utils.layers import GRU, Dense
from utils.training import Adam, clip_by_norm, cross_entropy

UNITS, STEPS, WARM_UP = 384, 32, 100  # so many updates long the rate rises
LOUD = np.float32(8)  # a letter is 8 at its place: with 1, W_x learns far too slowly at first
SYMBOLS = len(moby_dick.SYMBOLS)


class Plan(NamedTuple):
    """So many epochs, in which the rate falls along half a cosine. Lest it learn by heart, Dense
    doesn't see a share of the states, `dropped`, and before each update each matrix shrinks by the
    rate times `decay` of itself."""

    epochs: int
    batch: int
    rate: float
    dropped: float
    decay: float


PLAN = Plan(epochs=14, batch=16, rate=0.002, dropped=0.3, decay=0.1)


def network(seed=0):
    return GRU(UNITS, SYMBOLS, seed=seed), Dense(SYMBOLS, UNITS, seed=seed + 1)


def encoded(chapters):
    place = {symbol: k for k, symbol in enumerate(moby_dick.SYMBOLS)}
    return np.array([place[symbol] for symbol in "".join(chapters)])


def one_hot(codes):
    return LOUD * np.eye(SYMBOLS, dtype="float32")[codes]


def bits(gru, dense, codes, rows=16, part=256):
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


def epochs_of(gru, dense, codes, plan, seed=0):
    """Train by a plan. Yields, after each epoch, how many letters it read and its loss in bits."""
    rng, optimizer = np.random.default_rng(seed), Adam(plan.rate)
    weights = gru.weights + dense.weights
    length = (len(codes) - 1) // plan.batch
    updates = plan.epochs * len(codes) // (plan.batch * STEPS)
    step = 0
    for _ in range(plan.epochs):
        turned = np.roll(codes, -rng.integers(0, len(codes)))  # other rows in each epoch
        rows = turned[: length * plan.batch].reshape(plan.batch, length)
        h_0, losses = None, []
        for start in range(0, length - STEPS, STEPS):
            falling = plan.rate * (1 + cos(pi * min(step / updates, 0.999))) / 2
            rising = plan.rate * (step + 1) / WARM_UP
            optimizer.learning_rate = rising if step < WARM_UP else max(falling, 1e-6)
            letters = rows[:, start : start + STEPS + 1]
            h = gru.forward(one_hot(letters[:, :-1]), h_0=h_0)
            h_0 = h[:, -1].copy()
            seen = rng.random(h.shape, dtype="float32") >= plan.dropped
            seen = seen / np.float32(1 - plan.dropped)  # which keeps the mean
            loss, dy = cross_entropy(dense.forward(h * seen), letters[:, 1:])
            gru.backward(dense.backward(dy) * seen)
            for w in weights:
                if w.ndim > 1:  # all but Dense's bias
                    w *= np.float32(1 - optimizer.learning_rate * plan.decay)
            optimizer.step(weights, clip_by_norm(gru.grads + dense.grads, 1.0))
            losses.append(loss)
            step += 1
        yield len(losses) * plan.batch * STEPS, np.mean(losses) / np.log(2)


def train(codes, validation, most):
    """Train for all epochs, or the first `most` of them. -> layers, letters read, bits"""
    gru, dense = network()
    begun, history = time.time(), []
    for letters, loss in itertools.islice(epochs_of(gru, dense, codes, PLAN), most):
        history.append((letters, bits(gru, dense, validation)))
        print(
            f"epoch {len(history):2}: {time.time() - begun:4.0f} s, "
            f"{time.process_time():4.0f} s of a processor, "
            f"training {loss:.3f}, validation {history[-1][1]:.3f} bits",
            flush=True,
        )
    letters, found = np.array(history).T
    return gru, dense, np.cumsum(letters), found


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
    parser.add_argument("--epochs", type=int, default=PLAN.epochs, help="fewer store nothing")
    epochs = parser.parse_args().epochs
    book = moby_dick.load_moby_dick()
    validation = encoded(book.validation)
    gru, dense, letters, found = train(encoded(book.train), validation, epochs)
    if epochs < PLAN.epochs:
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
