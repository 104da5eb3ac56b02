"""Arguments to try an answer on: small and random, with one thing switched off at a time."""

import itertools
from typing import NamedTuple

import numpy as np

# No two alike, nor after +-1; above those that a learner's notebook has, so that `explain` knows a
# number from there; batch below timesteps, so that a loop over the wrong axis ends in numbers.
SIZES = {"batch": 6, "timesteps": 13, "features": 17, "units": 9}
OTHER_SIZES = {"features": 20, "units": 10}


class Probe(NamedTuple):
    """Arguments to try, what sets them apart from the first probe's, and where that points."""

    args: dict
    when: str = ""
    look: str = ""
    sizes: dict = {}
    zero: tuple = ()  # what is switched off

    @property
    def lengths(self):
        """The sizes, and whole numbers among the arguments, of which shapes are made as well."""
        whole = {n: v for n, v in self.args.items() if type(v) is int}
        return whole | self.sizes

    @property
    def given(self):
        """The arguments, if they are plain numbers: "for features = 3, units = 5"."""
        if not all(isinstance(value, int | float) for value in self.args.values()):
            return ""
        return "for " + ", ".join(f"{name} = {value}" for name, value in self.args.items())

    @property
    def hint(self):
        """Where it points, to stand behind what is said."""
        return f": {self.look}" if self.look else ""


def must_be(what, names, known):
    """Refuse names that aren't known."""
    for name in names:
        if name not in known:
            raise ValueError(f"{what} must be one of {', '.join(sorted(known))}, got {name!r}")


def axes_of(named):
    """The axes of arrays {name: axes}: "units" in "zrg*units", where blocks lie side by side."""
    return {axis.rpartition("*")[2] for axes in named.values() for axis in (axes or "").split()}


def size_of(text, sizes):
    """How long an axis is: "units", "3*units", "zrg*units", or a number, "2"."""
    blocks, _, axis = text.rpartition("*")
    times = int(blocks) if blocks.isdigit() else len(blocks) or 1
    return times * (int(axis) if axis.isdigit() else sizes[axis])


def parts_of(arguments):
    """{name: (argument, blocks, which of them)} of all that can be switched off: the arguments,
    and "W_xz" for the block z of the last axis of W_x, "features zrg*units"."""
    parts = {name: (name, 1, 0) for name in arguments}
    for name, axes in arguments.items():
        letters = axes.split()[-1].rpartition("*")[0] if axes else ""
        for k, letter in enumerate(letters if letters.isalpha() else ""):
            parts[name + letter] = name, len(letters), k
    return parts


def random_probes(arguments, off=(), large=(), small=(), full=(), one_hot=(), seed=0):
    """All arguments random; each and every two of `off` zero; those in `large` thirtyfold, those in
    `small` a twentieth, those in `full` near -1 and 1, as the states of full units are, the rows of
    those in `one_hot` whole numbers, one of which is 1; one sample; one timestep and many; other
    numbers of units and features, so that no size can be written out.

    `arguments` maps each to its axes, "batch units"; "4*units" or "ifgo*units" are four blocks of
    units side by side, and `off` may name one of them by its letter, "W_xf". Values stay within
    +-0.9, as tanh's do. Raises ValueError where `off` names something else.
    """
    rng = np.random.default_rng(seed)
    used, parts = axes_of(arguments), parts_of(arguments)
    must_be("off", off, parts)
    kinds = {"large": large, "small": small, "full": full, "one_hot": one_hot}
    for name, listed in kinds.items():
        must_be(name, listed, arguments)

    def probe(when="", look="", zero=(), **others):
        sizes = {axis: size for axis, size in (SIZES | others).items() if axis in used}
        shapes = {n: [size_of(a, sizes) for a in axes.split()] for n, axes in arguments.items()}
        args = {name: rng.uniform(-0.9, 0.9, shape) for name, shape in shapes.items()}
        for argument, blocks, which in map(parts.get, zero):
            np.split(args[argument], blocks, axis=-1)[which][:] = 0
        return Probe(args, when, look, sizes, tuple(zero))

    probes = [probe()]
    for zero in [*itertools.combinations(off, 1), *itertools.combinations(off, 2)]:
        names = " and ".join(zero)
        when = f"while {names} {'is' if len(zero) == 1 else 'are'} zero"
        meet = "it meets" if len(zero) == 1 else "they meet"
        look = f"look at what you do with {names}, and with what {meet}"
        probes.append(probe(when, look, zero))
    for names, numbers, look, change in (
        (large, "large numbers", "what becomes of them?", lambda a: 30 * a),
        (small, "small numbers", "does what is small count as nothing?", lambda a: a / 20),
        (full, "numbers near \N{MINUS SIGN}1 and 1", "is the slope nothing there?",
         lambda a: np.sign(a) * (1 - a**2 / 40)),
        (one_hot, "whole numbers", "which type have your arrays?",
         lambda a: np.eye(a.shape[-1], dtype=int)[a.argmax(axis=-1)]),
    ):  # fmt: skip
        if names:
            probes.append(probe(f"with {numbers} in {' and '.join(names)}", look))
        for name in names:
            probes[-1].args[name] = change(probes[-1].args[name])
    probes.append(probe("for a single sample", "do the samples get mixed up?", batch=1))
    if "timesteps" in used:
        look = "look at what one step hands to the next"
        probes.append(probe("for a single timestep", look, timesteps=1))
        probes.append(probe("for 70 timesteps", "is there an end to the loop?", timesteps=70))
    if others := {axis: size for axis, size in OTHER_SIZES.items() if axis in used}:
        when = " and ".join(f"{size} {axis}" for axis, size in others.items())
        look = "are sizes written out elsewhere?"
        probes.append(probe(f"with other sizes, {when},", look, **others))
    return probes
