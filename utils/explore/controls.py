"""What ipywidgets' controls become in an explorer: rows of positions, and one at which each stands.

The widgets hold the state. The browser only ever sends positions, so no number is rounded on the
way and none outside its range can arrive.
"""

import inspect
from math import isfinite
from typing import NamedTuple

import ipywidgets
import numpy as np

from utils.arguments import is_number, shown
from utils.words import exact, fixed

MOST_POSITIONS = 1001  # ipywidgets' FloatSlider as it comes, from 0 to 100
SLIDERS = ipywidgets.IntSlider, ipywidgets.FloatSlider, ipywidgets.FloatLogSlider
CHOICES = {
    ipywidgets.SelectionSlider: "slider",
    ipywidgets.Dropdown: "choice",
    ipywidgets.ToggleButtons: "radios",
    ipywidgets.RadioButtons: "radios",
}
KNOWN = [*SLIDERS, *CHOICES, ipywidgets.Checkbox]
ROWS = "min", "max", "step", "base", "options"  # the traits that decide which positions there are


class Control(NamedTuple):
    """A widget, seen as a row of positions."""

    name: str  # the drawing function's argument
    widget: ipywidgets.ValueWidget
    kind: str  # "slider", "choice", "radios" or "switch", as explore.js knows them
    trait: str  # of the widget, which holds one of
    states: tuple  # these: "value", or "index" of a list of options
    values: tuple  # what the drawing function is given
    texts: tuple  # what the reader sees and hears

    @property
    def label(self):
        return self.widget.description or self.name.replace("_", " ")

    @property
    def last(self):
        return len(self.states) - 1

    def nearest(self, default=0):
        """The position nearest to where the widget stands; `default` where that is nowhere."""
        state = getattr(self.widget, self.trait)
        if state is None or state != state:  # nothing is chosen, or NaN
            return default
        return min(range(len(self.states)), key=lambda k: abs(self.states[k] - state))

    def is_at(self, k):
        """Whether the widget stands at position k, but for a float's last digits."""
        return _same(getattr(self.widget, self.trait), self.states[k])


def read(draw, given):
    """What a caller gave for the arguments of `draw`: [Control], {name: ipywidgets.fixed}."""
    controls, held = [], {}
    for name, abbreviation in given.items():
        widget = _widget(draw, name, abbreviation)
        if isinstance(widget, ipywidgets.fixed):
            held[name] = widget
        else:
            controls.append(control(name, widget))
    if not controls:
        raise TypeError("explore needs a control at least; plotting.show draws without any")
    try:
        inspect.signature(draw).bind(None, **given)
    except TypeError as error:
        raise TypeError(
            f"the controls {', '.join(given)} must be what the drawing function takes after its "
            f"figure, {inspect.signature(draw)}: {error}"
        ) from None
    for each in controls:
        at = getattr(each.widget, "value", None)
        if not each.is_at(each.nearest()):
            raise ValueError(f"value of {each.name} must be one of {few(each.texts)}; got {at}")
    return controls, held


def _widget(draw, name, abbreviation):
    """The widget that ipywidgets.interact would make of it."""
    parameter = inspect.signature(draw).parameters.get(name)
    default = inspect.Parameter.empty if parameter is None else parameter.default
    try:
        widget = ipywidgets.interactive.widget_from_abbrev(abbreviation, default)
    except Exception as error:  # ipywidgets has many kinds, and none names the argument
        raise ValueError(f"{name} can't be made a control: {error}") from None
    if not isinstance(widget, (*KNOWN, ipywidgets.fixed)):
        raise TypeError(
            f"{name} must be one of ipywidgets' {', '.join(kind.__name__ for kind in KNOWN)}, or "
            "what interact makes one of: (low, high, step), a list, a dict, True or False, fixed; "
            f"got {shown(abbreviation)}"
        )
    return widget


def control(name, widget):
    """The widget as a row of positions; an error where it has none that a reader could use."""
    trait = "value"
    if isinstance(widget, ipywidgets.Checkbox):
        kind, states, texts = "switch", (False, True), ("off", "on")
        values = states
    elif isinstance(widget, SLIDERS):
        kind, values = "slider", _row(name, widget.min, widget.max, widget.step)
        places = max(_decimals(widget.min), _decimals(widget.step))
        texts = tuple(fixed(v, places) for v in values)
        if isinstance(widget, ipywidgets.FloatLogSlider):
            values = tuple(widget.base**v for v in values)
            texts = tuple(text_of(float(f"{v:.3g}")) for v in values)
        states = values
    else:
        kind = next(kind for make, kind in CHOICES.items() if isinstance(widget, make))
        trait = "index"
        values = tuple(v.item() if isinstance(v, np.generic) else v for _, v in options(widget))
        states = tuple(range(len(values)))
        texts = tuple(
            text_of(value) if label == str(given) else label
            for (label, given), value in zip(options(widget), values, strict=True)
        )
    if not 2 <= len(states) <= MOST_POSITIONS or len(set(texts)) < len(texts):
        raise ValueError(
            f"{name} needs from 2 to {MOST_POSITIONS} positions with different names, "
            f"got {shown(texts)}"
        )
    return Control(name, widget, kind, trait, states, values, texts)


def options(widget):
    """(label, value) of each option: ipywidgets has them in one form, however they were given."""
    return list(zip(widget._options_labels, widget._options_values, strict=True))


def _row(name, low, high, step):
    """The numbers from low to high in steps of `step`, without a float's last digits."""
    for what, number in (("min", low), ("max", high), ("step", step)):
        if not is_number(number) or not isfinite(number):
            raise ValueError(f"{what} of {name} must be a finite number, got {shown(number)}")
    count = round((high - low) / step) if 0 < step <= high - low else 0
    if not 0 < count < MOST_POSITIONS or abs(low + count * step - high) > 1e-6 * step:
        raise ValueError(
            f"step of {name} must divide the range from {low} to {high} into a whole number of "
            f"steps, from 1 to {MOST_POSITIONS - 1}, got {step}"
        )
    places = max(_decimals(low), _decimals(step))
    row = [low + k * step for k in range(count + 1)]
    return tuple(round(float(v), places) if isinstance(v, float) else v for v in row)


def _same(a, b):
    if is_number(a) and is_number(b):
        return abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    return type(a) is type(b) and a == b


def _decimals(x):
    """How many digits follow the point where `x` is written out: 2 for 0.05, 0 for 10."""
    return len(np.format_float_positional(x, trim="-").partition(".")[2])


def text_of(value):
    """An option as the reader sees it; a float without its last digits."""
    if isinstance(value, float):
        value = float(f"{value:.12g}")
    return exact(value) if is_number(value) else str(value)


def few(texts):
    return ", ".join(texts) if len(texts) < 9 else f"{texts[0]}, {texts[1]}, ..., {texts[-1]}"
