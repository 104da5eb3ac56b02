"""How a figure is made and shown: one style, and a sentence that says what the figure shows.

A drawing function is pure: `draw(fig, **values)` draws on the figure it is given and returns a
sentence with numbers in it. The sentence is alternative text, caption and text output at once.
One that takes its time, because it trains, yields instead: the share of the work done so far and
the sentence, each time the figure is worth seeing.
"""

# ruff: noqa: F401
from utils.plotting.drawing import Drawing, show
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
