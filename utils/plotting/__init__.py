"""How a figure is made and shown: one style, and a sentence that says what the figure shows.

A drawing function is pure: `draw(fig, **values)` draws on the figure it is given and returns two
lines. The first is the point, which stands below the picture as its caption. The second has the
numbers, for those who don't see it: the alternative text. Both together are the text output. Where
there is one line alone, it serves as both.
One that takes its time, because it trains, yields instead: the share of the work done so far and
the sentence, each time the figure is worth seeing.
"""

# ruff: noqa: F401
from utils.plotting.drawing import Drawing, in_one_line, show
from utils.plotting.frames import new_figure, render, static_html
from utils.plotting.parts import (
    GAP,
    MARGIN,
    guide,
    line,
    name_ends,
    note,
    panels,
    running_median,
    truth,
)
from utils.plotting.theme import (
    COLOURS,
    DRAWING,
    GREY,
    LINES,
    MEANINGS,
    ROLES,
    STYLE,
    ink,
    shades,
    style,
    tint,
)
