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
