"""The checks of lesson 09. Each holds the reference, which is a solution to read.

TODO 09: the exercises of your lesson in place of these, and the mistakes that people make in them.
"""

import numpy as np

from utils.checks.engine import exercise


@exercise(
    {"h_prev": "batch units", "w": "units"},
    returns={"what is left": "batch units"},
    right="what is left agrees on random arrays, and for a single sample",
)
def fade(h_prev, w):
    """h_prev (batch, units), w (units,) -> what is left of the state, (batch, units)."""
    return w * h_prev


fade.knows({"w * h_prev": {"w + h_prev": "the weight is added: what makes a number smaller?"}})


@exercise(
    {"x_t": "batch units", "h_prev": "batch units", "w": "units"},
    off=["x_t", "h_prev"],
    returns={"h_t": "batch units"},
    right="h_t agrees on random arrays, also with x_t and h_prev switched off in turn",
)
def step(x_t, h_prev, w):
    """x_t (batch, units), h_prev (batch, units), w (units,) -> h_t (batch, units)."""
    return w * h_prev + x_t


step.knows(
    {
        "w * h_prev + x_t": {
            "w * h_prev": "the input is missing: the new state has to depend on x_t",
            "w * (h_prev + x_t)": "the weight shrinks the input too: it belongs to the state alone",
        }
    }
)


@exercise(
    {"x": "batch timesteps units", "w": "units"},
    off=["x"],
    returns={"h": "batch timesteps units"},
    right="h agrees on random arrays, for a single sample and for a single timestep",
)
def sequence(x, w):
    """x (batch, timesteps, units), w (units,) -> h (batch, timesteps, units), from h_0 = 0."""
    h, h_t = np.zeros(x.shape), 0
    for t in range(x.shape[1]):
        h[:, t] = h_t = w * h_t + x[:, t]
    return h


sequence.knows({"w * h_t + x[:, t]": {"x[:, t]": "each step forgets the one before it"}})


@exercise(
    {"h": "batch timesteps units"},
    returns={"the mean": "batch units"},
    right="the mean agrees on random arrays, for a single sample and for a single timestep",
)
def mean_state(h):
    """h (batch, timesteps, units) -> the mean over time, (batch, units)."""
    return h.mean(axis=1)


mean_state.knows({"axis=1": {"axis=0": "that is the mean over the batch, which is axis 0"}})
