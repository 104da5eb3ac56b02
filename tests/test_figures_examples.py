"""The examples in figures' docstrings come out as they stand there: what is drawn, what is said."""

import doctest

import numpy as np
import pytest

from tests.helpers.drawn import drawn, height_of, holds, texts
from utils import figures

KNOWN = {"np": np, "drawn": drawn, "height_of": height_of, "holds": holds, "texts": texts}
HAVE_ONE = [name for name in figures.__all__ if ">>> " in (getattr(figures, name).__doc__ or "")]


def faults(draw):
    """What comes out otherwise than the example in a docstring has it."""
    known, told = KNOWN | {draw.__name__: draw}, []
    examples = doctest.DocTestParser().get_doctest(draw.__doc__, known, draw.__name__, None, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(examples, out=told.append)
    return "".join(told)


@pytest.mark.parametrize("name", HAVE_ONE)
def test_a_figure_is_what_its_example_says(name):
    found = faults(getattr(figures, name))
    assert not found, found


def test_an_example_that_is_not_so_is_found():
    def figure(fig, h):
        """
        >>> fig, sentence = drawn(figure, h=[1, 2])
        >>> holds(fig.axes[0], [0, 1], [1, 2])
        True
        >>> print(sentence)
        It ends at
        2.
        """
        fig.subplots().plot(h)
        fig.axes[0].set_title("h", loc="left")
        fig.axes[0].set(xlabel="step", ylabel="h")
        return f"It ends at\n{h[-1]}."

    assert not faults(figure)
    figure.__doc__ = figure.__doc__.replace("[0, 1], [1, 2]", "[0, 1], [1, 3]")
    assert "Expected:\n    True\nGot:\n    False" in faults(figure)
