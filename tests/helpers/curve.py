"""A small figure to draw, and its picture in what is displayed."""

import base64
import re

import numpy as np

from utils import plotting
from utils.words import number

SMALL = (3, 2)


def curve(fig, w, shape="line", dots=False):
    (ax,) = plotting.panels(fig)
    ax.plot(w ** np.arange(5.0), "o" if dots else "-")
    ax.set(title=shape, xlabel="t")
    if w > 1:
        raise ZeroDivisionError("w is too large")
    return f"{shape}: <w> is {number(w)}."


def picture_in(page):
    return base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])
