"""The figures drawn from data, by subject. A lesson finds them all here.

Each is a function draw(fig, **data) for `plotting.show` and `explore`: it draws on the figure and
returns the sentence that says what the picture shows, with its numbers. `@figure` above it is what
brings it here.

NaN and infinity are drawn where that can be: a training that diverged is worth a picture. Where it
can't, or where sizes don't fit, the error says what the figure was given.
"""

# ruff: noqa: F403
import inspect

from utils.figures.attention import *
from utils.figures.bugs import *
from utils.figures.forecasts import *
from utils.figures.gru import *
from utils.figures.learning import *
from utils.figures.lstm import *
from utils.figures.over_time import *
from utils.figures.reading import *
from utils.figures.states import *
from utils.figures.steps import *
from utils.figures.toys import *
from utils.figures.writing import *

__all__ = [name for name, value in globals().items() if inspect.isfunction(value)]
