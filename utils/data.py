"""Sequences to learn from. All are batch first and repeatable by their seed."""

import numpy as np

from utils.arguments import between, positive_integer, random_generator


def remember_first(samples, timesteps, noise=0.5, seed=0):
    """Was the first value +1 or -1? Everything after it is noise. -> (x, target)

    x has shape (samples, timesteps, 1): +1 or -1 at the first step, then normal noise with a
    standard deviation of `noise`. target has shape (samples, 1): 1 where the first was +1.
    """
    positive_integer("samples", samples)
    positive_integer("timesteps", timesteps)
    noise = between("noise", noise, 0, np.inf)
    rng = random_generator("seed", seed)
    x = noise * rng.standard_normal((samples, timesteps, 1))
    target = rng.integers(0, 2, (samples, 1)).astype(float)
    x[:, 0] = 2 * target - 1
    return x, target


def store_and_recall(samples, delay, seed=0):
    """The value that was stored last, after a delay: +1 or -1? -> (x, target)

    x has shape (samples, 5 + delay, 2). Feature 0 is a value, +1 or -1 at random, at every step.
    Feature 1 is a flag, 1 at two of the first five steps and 0 at all others. target has shape
    (samples, 1): 1 where the value at the second flag was +1. All other values mean nothing.
    """
    positive_integer("samples", samples)
    positive_integer("delay", delay)
    rng = random_generator("seed", seed)
    x = np.zeros((samples, 5 + delay, 2))
    x[:, :, 0] = rng.choice([-1.0, 1.0], x.shape[:2])
    flagged = rng.permuted(np.tile([1.0, 1.0, 0.0, 0.0, 0.0], (samples, 1)), axis=1)
    x[:, :5, 1] = flagged
    second = 4 - np.argmax(flagged[:, ::-1], axis=1)
    target = x[np.arange(samples), second, :1] > 0
    return x, target.astype(float)


def adding_problem(samples, timesteps, seed=0):
    """The sum of two marked values (Hochreiter and Schmidhuber, 1997, simplified). -> (x, target)

    x has shape (samples, timesteps, 2). Feature 0 is a value, uniform between 0 and 1. Feature 1
    is a flag, 1 at one step of the first half and at one of the second, 0 at all others. target
    has shape (samples, 1): the sum of the two flagged values.
    """
    positive_integer("samples", samples)
    if positive_integer("timesteps", timesteps) < 2:
        raise ValueError(f"timesteps must be at least 2, one for each value, got {timesteps}")
    rng = random_generator("seed", seed)
    x = np.zeros((samples, timesteps, 2))
    x[:, :, 0] = rng.uniform(0, 1, x.shape[:2])
    rows, half = np.arange(samples), timesteps // 2
    x[rows, rng.integers(0, half, samples), 1] = 1
    x[rows, rng.integers(half, timesteps, samples), 1] = 1
    return x, np.sum(x[:, :, 0] * x[:, :, 1], axis=1, keepdims=True)
