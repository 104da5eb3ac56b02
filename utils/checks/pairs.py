"""Two mistakes at once: which two may have made a result, the likeliest first."""

import time

import numpy as np

from utils.checks.results import same

PATIENCE = 1  # seconds of the processor for trying, so that a busy one finds as much


def nearest(alone, right, came):
    """(one, other) of mistakes, those first whose effects add up most nearly to what came back.

    alone: the results of each mistake on some probes; right, came: those that are asked for and
    that came back. Small effects add up, and large ones nearly, so the two that were made are among
    the first; and where one of them has no effect, the other alone has made what came back. In turn
    with them come those that stand first in the list. Ends when the time is over.
    """
    end, aim = time.thread_time() + PATIENCE, flat(came[0], right[0])
    effects = {k: flat(results[0], right[0]) for k, results in enumerate(alone)}
    effects = {k: effect for k, effect in effects.items() if effect is not None}
    if aim is None or not effects:
        return
    table, numbers = np.array([*effects.values()]), np.array([*effects])
    squares = (table**2).sum(axis=1) - 2 * table @ aim
    one, other = np.triu_indices(len(table), 1)
    distance = squares[one] + squares[other] + 2 * (table @ table.T)[one, other]
    quiet, made = (
        np.array([[*map(same, alone[k], there)] for k in numbers]) for there in (right, came)
    )
    against = quiet @ ~made.T  # of each two: a probe on which one is quiet, and the other not it
    contradicted = against[one, other] | against[other, one]
    place = np.minimum(np.argsort(np.argsort(distance)), np.arange(len(distance)))
    for k in np.lexsort([place, contradicted]):
        if time.thread_time() > end:
            return
        yield numbers[one[k]], numbers[other[k]]


def flat(result, right):
    """How far arrays are from the right ones, in one row; None where that can't be said."""
    if not isinstance(result, list):
        return None
    pairs = [*zip(result, right, strict=True)]
    if any(a.shape != b.shape or not np.isfinite(a).all() for a, b in pairs):
        return None
    return np.concatenate([(a - b).ravel() for a, b in pairs])
