"""Two mistakes at once: of all pairs those that may have made a result, tried once and kept."""

import functools
import itertools
import time

import numpy as np

PATIENCE = 1  # seconds that an answer waits for pairs that no answer before it has tried


class Pairs:
    """All pairs of `things`, and fingerprints of what `make(one, other)` returns.

    A result is a list of arrays, or anything else where two don't go together.
    """

    def __init__(self, things, make):
        self.make, self.made, self.left = make, [], itertools.combinations(things, 2)

    def like(self, result):
        """Each pair whose result may be this one; to be looked at closely by whoever asks."""
        own, end = fingerprint(result), time.perf_counter() + PATIENCE
        for pair, theirs in itertools.chain(self.made, self.new(end)):
            if alike(own, theirs):
                yield pair

    def new(self, end):
        """Pairs that haven't been tried yet, until the time is over."""
        while time.perf_counter() < end and (pair := next(self.left, None)):
            theirs = fingerprint(self.make(*pair))
            if theirs is not None:
                self.made.append((pair, theirs))
                yield pair, theirs


def fingerprint(result):
    """(shape, weighted sum, how far equal ones may lie apart) of each array; None without."""
    if not isinstance(result, list):
        return None
    sums = ((a, float(np.dot(a.ravel(), weights(a.size)))) for a in result)
    return [(a.shape, s, 1e-5 * np.abs(a).sum() + 1e-9) for a, s in sums]


@functools.cache
def weights(size):
    return np.random.default_rng(0).uniform(0.5, 1, size)


def alike(one, other):
    """May two results with these fingerprints be the same?"""
    return all(
        a == b and not abs(s - z) > d  # NaN isn't
        for (a, s, d), (b, z, _) in zip(one, other, strict=True)
    )


def consistent(made, quiet):
    """(one, other) of the mistakes that may have been made together, the best founded first.

    made: (mistakes, probes), has it alone the result that came back? quiet: is it without effect?
    Where one of two is without effect, the other one must have the result.
    """
    made, quiet = np.array(made, bool), np.array(quiet, bool)
    against = ~made @ quiet.T
    one, other = np.nonzero(np.triu(~against & ~against.T, 1))
    grounds = (quiet[one] ^ quiet[other]).sum(axis=1)
    order = np.argsort(-grounds, kind="stable")
    return zip(one[order], other[order], strict=True)
