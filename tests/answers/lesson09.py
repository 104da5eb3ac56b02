"""Answers to lesson 09: right ones in other words, wrong ones and what they are told.

TODO 09: two right answers or more to each exercise, and three wrong ones or more.
"""

import numpy as np


def by_steps(x, w):
    states = [np.zeros(x[:, 0].shape)]
    for t in range(x.shape[1]):
        states.append(states[-1] * w + x[:, t])
    return np.stack(states[1:], axis=1)


def by_powers(x, w):
    k = np.arange(x.shape[1])
    lag = np.maximum(k[:, None] - k, 0)  # from each step to each earlier one
    kernel = np.where((k[:, None] >= k)[..., None], w ** lag[..., None], 0)
    return np.einsum("tsu,bsu->btu", kernel, x)


RIGHT = {
    "fade": [lambda h, w: h * w, lambda h, w: h @ np.diag(w)],
    "step": [lambda x, h, w: x + h * w, lambda x, h, w: np.sum([x, w * h], axis=0)],
    "sequence": [by_steps, by_powers],
    "mean_state": [lambda h: h.sum(1) / h.shape[1], lambda h: np.moveaxis(h, 1, 0).mean(0)],
}

WRONG = {
    "fade": [
        (lambda h, w: h + w, "the weight is added"),
        (lambda h, w: -h * w, "has the wrong sign"),
        (lambda h, w: 2 * h * w, "is 2 times what it should be"),
    ],
    "step": [
        (lambda x, h, w: w * h, "the input is missing"),
        (lambda x, h, w: w * (h + x), "the weight shrinks the input too"),
        (lambda x, h, w: x, "itself"),
    ],
    "sequence": [
        (lambda x, w: x, "each step forgets the one before it"),
        (lambda x, w: by_steps(x, w)[:, -1], "holds the last of its timesteps alone"),
        (lambda x, w: -by_steps(x, w), "has the wrong sign"),
    ],
    "mean_state": [
        (lambda h: h.mean(axis=0), "the mean over the batch"),
        (lambda h: h.sum(axis=1), "multiplied by the number of timesteps"),
        (lambda h: h[:, -1], "has no part in the mean"),
    ],
}
