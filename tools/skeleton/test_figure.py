"""The figures of lesson NN show the data they are given.

TODO NN: what a reader must see in each, and its sentence.
"""

import numpy as np

from tests.helpers.drawn import drawn, holds
from utils import figures


def test_NAME_shows_the_state():
    h = np.array([1, 0.5, 0.25])
    fig, sentence = drawn(figures.NAME, h=h, w=0.5)
    assert holds(fig.axes[0], [1, 2, 3], h)
    assert sentence == "Weight w = 0.5. After 3 steps 0.25 is left, from 1."
