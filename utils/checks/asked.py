"""What a function among the arguments is asked, such as a network in a trained one's place.

Of a result that is wrong it says whether the question was, or what is made of the answer.
"""

import functools
import inspect

import numpy as np

from utils.words import number


def listening(args, heard, reply=lambda value: value):
    """The arguments, with functions that note in `heard` what they are asked: (name, arrays).

    A function that one returns is noted as well, as "name()"; of arrays `reply` makes the answer.
    """
    return {
        name: noted(value, name, heard, reply) if callable(value) else value
        for name, value in args.items()
    }


def noted(function, name, heard, reply):
    @functools.wraps(function)
    def asked(*args, **named):
        bound = inspect.signature(function).bind(*args, **named)
        heard.append((name, [np.array(value, float) for value in bound.arguments.values()]))
        value = function(*args, **named)
        return noted(value, f"{name}()", heard, reply) if callable(value) else reply(value)

    return asked


def scale_or_level(got, want, axes, close):
    """Of arrays that are right but for a number by which they are multiplied, or one that is added
    in each of the first axis; None if they aren't. `close` says whether two arrays are equal."""
    if any(g.shape != w.shape or not w.any() for g, w in zip(got, want, strict=True)):
        return None
    pairs = list(zip(got, want, strict=True))
    times = [np.sum(g * w) / np.sum(w * w) for g, w in pairs]
    if all(close(g, f * w) for f, (g, w) in zip(times, pairs, strict=True)):
        most = max(times, key=lambda f: abs(f - 1))
        told = number(most) if abs(most - 1) > 0.01 else f"{most:.6f}".rstrip("0")
        return f"has another scale than it should: in one case it is {told} times as large"
    moved = [g - w for g, w in pairs]
    if all(close(m, m[:, :1] + 0 * m) for m in moved if m.ndim > 1 and m.shape[1] > 1):
        if any(m.ndim > 1 and m.shape[1] > 1 for m in moved):
            return (
                f"is moved by a number of its own in each of its {axes[0]}: has it the level that "
                "it should?"
            )
    return None
