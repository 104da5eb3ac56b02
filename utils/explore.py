"""`explore(draw, **controls)`: sliders over a pure drawing function.

A control is a row of values and a position in it. The browser (explore.js) only ever sends
positions, so no number is rounded on the way and none outside its range can arrive.
"""

import asyncio
import contextlib
import functools
import gc
import inspect
import itertools
import os
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from IPython import get_ipython

from utils import plotting
from utils.arguments import is_number, shown
from utils.words import exact, fixed

MOST_POSITIONS = 1000
BREATH = 0.002  # seconds between two pictures of one run, for a newer request to come in
PAUSE = 0.04  # seconds without a request before one is drawn ahead: a held key leaves none near by
QUICK = 0.2  # seconds: after a picture that took longer none is drawn ahead, or requests would wait

# What a notebook that is opened again shows, until its cells are run: the first picture, in place
# of JupyterLab's "model not found". The widget hides it; it comes late, or it would flash up first.
STILL = """<style>
@keyframes course-late {{from, to {{height: 0; overflow: hidden; visibility: hidden}}}}
.jp-OutputArea-child:has(+ * .{name}) > .jp-OutputArea-output:not(:has(*)) {{display: none}}
</style>
<div class="{name}" style="animation: course-late 1s">{figure}
<p><em>To move its controls, run the lesson again: menu Run, Run All Cells.</em></p></div>"""


class Control(NamedTuple):
    """A row of values of which one is chosen: what `slider`, `choice` and the others return."""

    kind: str  # "slider", "choice" or "switch", as explore.js knows them
    label: str
    values: tuple  # what the drawing function is given
    texts: tuple  # what the reader sees and hears
    start: int  # position of the initial value


def slider(label, low, high, step, value):
    """A slider from `low` to `high` in steps of `step`, at `value` first."""
    for name, number in (("low", low), ("high", high), ("step", step), ("value", value)):
        if not is_number(number):
            raise TypeError(f"{name} of slider {label!r} must be a number, got {shown(number)}")
    if not 0 < step <= high - low < np.inf:
        raise ValueError(
            f"slider {label!r} needs low < high and a step between 0 and their difference, "
            f"got low={low}, high={high}, step={step}"
        )
    count = round((high - low) / step)
    if abs(low + count * step - high) > 1e-6 * step or count >= MOST_POSITIONS:
        raise ValueError(
            f"slider {label!r} must reach high={high} from low={low} in a whole number of steps, "
            f"at most {MOST_POSITIONS - 1}, got step={step}"
        )
    places = max(_decimals(low), _decimals(step))
    values = [low + k * step for k in range(count + 1)]
    if places:
        values = [round(float(v), places) for v in values]
    texts = [fixed(v, places) for v in values]
    return _control("slider", label, values, texts, value)


def slider_of(label, values, value):
    """A slider over a list of values, such as learning rates 0.001, 0.003, 0.01."""
    return _control("slider", label, values, None, value)


def choice(label, options, value):
    """A drop-down list of `options`, at `value` first."""
    return _control("choice", label, options, None, value)


def switch(label, value):
    """A tick box: the drawing function is given True or False."""
    return _control("switch", label, (False, True), ("off", "on"), value)


def _control(kind, label, values, texts, value):
    if not isinstance(label, str) or not label.strip():
        raise TypeError(f"label of a {kind} must be a word or more, got {shown(label)}")
    if isinstance(values, (str, dict)) or not np.iterable(values):
        raise TypeError(f"the values of {kind} {label!r} must be a list, got {shown(values)}")
    values = itertools.islice(values, MOST_POSITIONS + 1)  # one too many is told below
    values = tuple(v.item() if isinstance(v, np.generic) else v for v in values)
    texts = tuple(texts or map(_text, values))
    if not 2 <= len(values) <= MOST_POSITIONS or len(set(texts)) < len(texts):
        raise ValueError(
            f"{kind} {label!r} needs from 2 to {MOST_POSITIONS} different values, "
            f"got {shown(texts)}"
        )
    start = [k for k, v in enumerate(values) if _same(v, value)]
    if not start:
        few = ", ".join(texts) if len(texts) < 9 else f"{texts[0]}, {texts[1]}, ..., {texts[-1]}"
        raise ValueError(f"value of {kind} {label!r} must be one of {few}; got {shown(value)}")
    return Control(kind, label, values, texts, start[0])


def _same(a, b):
    if is_number(a) and is_number(b):
        return abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    return type(a) is type(b) and a == b


def _decimals(x):
    """How many digits follow the point where `x` is written out: 2 for 0.05, 0 for 10."""
    return len(np.format_float_positional(x, trim="-").partition(".")[2])


def _text(value):
    return exact(value) if is_number(value) else str(value)


# One for each explorer, used again and again; those of cells that were run anew are let go.
_drawing = functools.lru_cache(maxsize=16)(plotting.Drawing)


class Explorer(anywidget.AnyWidget):
    """Controls, picture and sentence in one widget: explore.js asks for positions, this answers.

    While the reader looks, what will probably be asked for next is drawn and sent ahead, so that
    the page can show it at once. Page and kernel hold the same few pictures, each in its place.
    """

    _esm = Path(__file__).with_name("explore.js")
    _css = Path(__file__).with_name("explore.css")
    controls = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)  # of the picture on the page, in pixels
    # Request n, a number of its own, and the position of each control. A page sends it and needs no
    # echo: the reply, which goes to every page that shows the explorer, repeats both.
    asked = traitlets.Dict({"n": 0}).tag(sync=True, echo_update=False)
    # To request n: where the controls stand, the share of the work that is done, the picture's
    # place, or what went wrong. The place is not given up while this is the last reply.
    reply = traitlets.Dict().tag(sync=True)
    # Pictures, their sentences and where the controls stand for them. One without such positions
    # only a reply can show: the first, or one of a training.
    held0 = traitlets.Dict().tag(sync=True)
    held1 = traitlets.Dict().tag(sync=True)
    held2 = traitlets.Dict().tag(sync=True)
    held3 = traitlets.Dict().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)  # class of what stands in for it where it can't live

    def __init__(self, draw, controls, size):
        self._draw, self._controls, self._size = draw, controls, tuple(size)
        self._run = self._wanted = self._task = None
        self._places = [1, 2, 3, 0]  # the one used last stands last
        self._once = not inspect.isgeneratorfunction(draw)  # a training has many pictures
        positions, start = [c.start for c in controls.values()], time.perf_counter()
        png, sentence = self._drawing().picture(**self._values(positions))
        self._quick = self._once and time.perf_counter() - start < QUICK  # enough to draw ahead
        super().__init__(
            controls=[c._replace(values=())._asdict() for c in controls.values()],
            size=self._drawing().pixels,
            asked={"n": 0, "positions": positions},
            reply={"n": 0, "positions": positions, "done": 1, "place": 0, "problem": ""},
            held0={"positions": None, "sentence": sentence, "png": png},
            still=f"course-still-{uuid.uuid4().hex[:12]}",
        )
        self.on_msg(self._on_focus)

    @property
    def shown(self):
        """The picture that the last reply shows: a dict with `png` and `sentence`."""
        return self._held(self.reply["place"])

    def _held(self, place):
        return getattr(self, f"held{place}")

    def _drawing(self):
        return _drawing(self._draw, self._size)

    def _positions(self, asked):
        """A position for each control; for one that makes no sense the nearest that does."""
        asked = asked if isinstance(asked, list) else []
        asked = asked + [None] * (len(self._controls) - len(asked))
        return [
            min(max(k, 0), len(c.values) - 1) if type(k) is int else c.start
            for c, k in zip(self._controls.values(), asked, strict=False)
        ]

    def _values(self, positions):
        controls = self._controls.items()
        return {name: c.values[k] for (name, c), k in zip(controls, positions, strict=True)}

    def _begin(self, positions):
        return self._drawing().stages(**self._values(positions))

    @traitlets.observe("asked")
    def _answer(self, change):
        n = change.new.get("n")
        if n == 0:
            return  # the first picture came with the widget
        positions = self._positions(change.new.get("positions"))
        before = self._positions(change.old.get("positions"))
        with plotting.DRAWING:  # pages may ask in several threads
            self._run = run = self._begin(positions)  # the old one stops
            self._wanted = None
            place = self._place_of(positions)
            if place is not None:
                self._use(place)
                self.reply = {
                    "n": n, "positions": positions, "done": 1, "place": place, "problem": ""
                }  # fmt: skip
            over = place is not None or self._send_next(run, n, positions)
        if over:
            self._look_ahead(self._likely(before, positions))
        else:
            self._later(self._go_on(run, n, positions))

    def _later(self, coroutine):
        self._task = asyncio.get_running_loop().create_task(coroutine)

    def _look_ahead(self, wanted):
        self._wanted = wanted  # and no longer what was wanted before
        self._later(self._draw_ahead(wanted))

    async def _go_on(self, run, n, positions):
        """Send picture after picture until the run is over or another has taken its place."""
        await asyncio.sleep(BREATH)
        while not self._send_next(run, n, positions):
            await asyncio.sleep(BREATH)

    def _send_next(self, run, n, positions):
        """Send the run's next picture. -> whether it was the last."""
        with plotting.style():  # entered once for all that happens in it
            if self._run is not run:  # another began while this one waited for its turn
                return True
            place = self.reply["place"]
            reply = {"n": n, "positions": positions, "done": 1, "place": place, "problem": ""}
            with self.hold_sync():
                try:
                    reply["done"], reply["place"] = self._hold_next(run, positions)
                except (Exception, KeyboardInterrupt) as error:  # the reader must see it
                    reply["problem"] = (
                        f"This picture could not be drawn ({type(error).__name__}: {error}). "
                        "The last one that could is still shown. Move a control to go on."
                    )
                self.reply = reply
        return reply["done"] >= 1

    def _hold_next(self, run, positions):
        """Draw the run's next picture and hold it. -> the share of the work done, its place."""
        start, cells = time.perf_counter(), _cells_run()
        self._quick = False  # if it fails
        done, sentence = next(run, (1, None))
        if sentence is None:  # it ended early
            return 1, self.reply["place"]
        png = self._drawing().png()
        self._once = self._once and done >= 1
        self._quick = self._once and time.perf_counter() - start < QUICK
        at = positions if self._once else None
        held = {"positions": at, "cells": cells, "sentence": sentence, "png": png}
        place = self._place_for(at)
        self.set_trait(f"held{place}", held)
        return done, self._use(place)

    def _place_for(self, positions):
        """The place of an older picture for the same positions, or the one longest unused."""
        older = [p for p in self._places if self._held(p).get("positions") == positions]
        unused = [p for p in self._places if p != self.reply["place"]]
        return (older if positions and older else unused)[0]

    def _place_of(self, positions):
        """Where the picture for `positions` is held; a cell that was run may have changed it."""
        for place in self._places:
            held = self._held(place)
            if held.get("positions") == positions and held["cells"] == _cells_run():
                return place
        return None

    def _use(self, place):
        """Make it the one that is given up last. -> it"""
        self._places.remove(place)
        self._places.append(place)
        return place

    def _on_focus(self, _, message, __):
        """The browser says which control is about to be moved: draw both its neighbours ahead."""
        positions, control = self._positions(self.asked.get("positions")), message.get("focus")
        if self.reply["done"] >= 1 and control in range(len(positions)):
            self._look_ahead(self._beside(positions, control, (1, -1)))

    def _likely(self, before, positions):
        """After a move, where the next may lead: on by one, as far again, or back from the end."""
        moves = enumerate(k - was for k, was in zip(positions, before, strict=True))
        moved = [(control, step) for control, step in moves if step]
        if len(moved) != 1:
            return []
        ((control, step),) = moved
        one = step // abs(step)
        on = self._beside(positions, control, dict.fromkeys([one, step]))
        return on or self._beside(positions, control, [-one])

    def _beside(self, positions, control, steps):
        """`positions`, but for a control that is each of `steps` further, where it can be."""
        moved = [[*positions[:control], positions[control] + step, *positions[control + 1 :]]
                 for step in steps]  # fmt: skip
        return [p for p in moved if p == self._positions(p)]

    async def _draw_ahead(self, wanted):
        """Hold pictures for the positions `wanted`, until others are."""
        for positions in wanted:
            await asyncio.sleep(PAUSE)
            with plotting.style(), contextlib.suppress(Exception, KeyboardInterrupt):
                if self._wanted is not wanted or not self._quick:
                    return
                if self._place_of(positions) is None:
                    self._hold_next(self._begin(positions), positions)


def _cells_run():
    """How many cells the notebook has begun: each may change what a drawing function draws."""
    return getattr(get_ipython(), "execution_count", 0)


def explore(draw, *, size=(7.2, 3.2), **controls):
    """Display what `draw(fig, **values)` draws, with a control for each value.

    What it draws depends on these values alone: it is called ahead of the reader's moves as well.
    `size` is in inches, 100 pixels of the page each. With COURSE_STATIC=1 in the environment the
    figure is drawn once, at the initial values, without controls.
    """
    _check_controls(draw, controls)
    if os.environ.get("COURSE_STATIC") == "1":
        return plotting.show(draw, size=size, **{k: c.values[c.start] for k, c in controls.items()})
    from IPython.display import display

    widget = Explorer(draw, controls, size)
    _put_aside_what_lives()
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({"application/vnd.jupyter.widget-view+json": view}, raw=True)
    sentence = widget.shown["sentence"]
    figure = _drawing(draw, widget._size).html(widget.shown["png"], sentence)
    still = STILL.format(name=widget.still, figure=figure)
    display({"text/html": still, "text/plain": sentence}, raw=True)


def _put_aside_what_lives():
    """Free what nobody can reach; of the rest, Python need not look through it while a reader moves
    a control. With TensorFlow in it that takes a tenth of a second, which one move in thirty had to
    wait for. What has become unreachable by the next explorer is freed there.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _check_controls(draw, controls):
    if not controls:
        raise TypeError("explore needs a control at least; plotting.show draws without any")
    for name, control in controls.items():
        if not isinstance(control, Control):
            raise TypeError(
                f"{name} must be made by slider, slider_of, choice or switch, got {shown(control)}"
            )
    try:
        inspect.signature(draw).bind(None, **controls)
    except TypeError as error:
        raise TypeError(
            f"the controls {', '.join(controls)} must be what the drawing function takes after its "
            f"figure, {inspect.signature(draw)}: {error}"
        ) from None
