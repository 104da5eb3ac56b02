"""Arrays for the layers' tests, and how they are compared."""

import numpy as np

DTYPES = ["float32", "float64"]
TOLERANCE = {
    "float32": {"rtol": 2e-4, "atol": 2e-5},
    "float64": {"rtol": 1e-10, "atol": 1e-12},
}
# batch, timesteps, features, units: each of them 1 at least once, then whatever comes
SIZES = [(1, 1, 1, 1), (1, 5, 2, 3), (4, 1, 3, 2), (3, 6, 1, 4), (2, 7, 5, 1)]
SIZES += [tuple(int(n) for n in np.random.default_rng(i).integers(1, 8, 4)) for i in range(5)]


def normal(seed, *shape, dtype="float64"):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def same(ours, theirs, dtype="float64"):
    """Both lists of arrays agree in number, shapes and values; ours are of `dtype`."""
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == tuple(b.shape) and a.dtype == dtype
        np.testing.assert_allclose(a, np.asarray(b), **TOLERANCE[dtype])


def slope(loss, w, direction, eps=1e-4):
    """How fast loss() rises as w moves along `direction`: four points, error of order eps^4."""
    kept, values = w.copy(), []
    for step in (1, -1, 2, -2):
        w[...] = kept + step * eps * direction
        values.append(loss())
    w[...] = kept
    return (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * eps)
