"""The explorer as a widget: explore.js asks for positions, this draws and answers.

A reader's move comes as `asked`, and is put into the ipywidgets that are the controls. They hold
the state: when a cell or another view moves one, the explorer follows.
"""

import asyncio
import contextlib
import functools
import gc
import html
import inspect
import itertools
import os
import time
import uuid
from contextvars import ContextVar
from pathlib import Path

import anywidget
import ipywidgets
import traitlets
from IPython import get_ipython

from utils import plotting
from utils.explore import ahead, controls
from utils.explore.shelf import Shelf

BREATH = 0.002  # seconds between two pictures of one run, for a newer request to come in
PAUSE = 0.04  # seconds without a request before one is drawn ahead: a held key leaves none near by
QUICK = 0.2  # seconds: after a picture that took longer none is drawn ahead, or requests would wait

# What a notebook that is opened again shows, until its cells are run: the first picture, in place
# of JupyterLab's "model not found". The widget hides it; it comes late, or it would flash up first.
LATE = """<style>
@keyframes course-late {{from, to {{height: 0; overflow: hidden; visibility: hidden}}}}
.jp-OutputArea-child:has(+ * .{name}) > .jp-OutputArea-output:not(:has(*)) {{display: none}}
</style>
<div class="{name}" style="animation: course-late 1s">{still}</div>"""

COUNTS = ["", *(f"{n} controls appear" for n in ("one", "two", "three", "four", "five", "six"))]
COUNTS[1] = "one control appears"

_answering = ContextVar("answering", default=False)  # while a reader's move is put into widgets


# One for each explorer, used again and again; those of cells that were run anew are let go.
_drawing = functools.lru_cache(maxsize=16)(plotting.Drawing)


class Explorer(anywidget.AnyWidget):
    """Controls, picture and sentence in one widget.

    While the reader looks, what will probably be asked for next is drawn and sent ahead, so that
    the page can show it at once; `look_ahead=False` leaves that out.
    """

    _esm = Path(__file__).with_name("explore.js")
    _css = Path(__file__).with_name("explore.css")
    name = traitlets.Unicode().tag(sync=True)  # for those who don't see the page
    controls = traitlets.List().tag(sync=True, **ipywidgets.widget_serialization)
    size = traitlets.List().tag(sync=True)  # of the picture on the page, in pixels
    # Request n, a number of its own, and the position of each control. A page sends it and needs no
    # echo: the reply, which goes to every page that shows the explorer, repeats both.
    asked = traitlets.Dict({"n": 0}).tag(sync=True, echo_update=False)
    # To request n: where the controls stand, the share of the work that is done, the picture's
    # place, or what went wrong. The place is not given up while this is the last reply.
    reply = traitlets.Dict().tag(sync=True)
    # The pictures on the shelf.
    held0 = traitlets.Dict().tag(sync=True)
    held1 = traitlets.Dict().tag(sync=True)
    held2 = traitlets.Dict().tag(sync=True)
    held3 = traitlets.Dict().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)  # class of what stands in for it where it can't live

    def __init__(self, draw, given, size, name=None, look_ahead=True):
        self._draw, self._size, self._look_ahead = draw, tuple(size), look_ahead
        self._controls, self._fixed = controls.read(draw, given)
        self._at = [control.nearest() for control in self._controls]
        self._run = self._wanted = self._task = None
        self._setting = False
        self._own = itertools.count(-1, -1)  # numbers of replies that no page has asked for
        self._once = not inspect.isgeneratorfunction(draw)  # a training has many pictures
        start = time.perf_counter()
        png, sentence = self._drawing().picture(**self._values(self._at))
        self._quick = self._once and time.perf_counter() - start < QUICK  # enough to draw ahead
        self._drawing().shows = png
        self._shelf = Shelf({"positions": None, "sentence": sentence, "png": png})
        super().__init__(
            name=name or draw.__name__.replace("_", " ").strip(),
            controls=self._specs(),
            size=self._drawing().pixels,
            asked={"n": 0, "positions": self._at},
            reply={"n": 0, "positions": self._at, "done": 1, "place": 0, "problem": ""},
            held0=self._shelf.held[0],
            still=f"course-still-{uuid.uuid4().hex[:12]}",
        )
        self.on_msg(self._on_hint)
        for control in self._controls:
            rows = [row for row in controls.ROWS if control.widget.has_trait(row)]
            control.widget.observe(self._follow, [control.trait, *rows])
        for held in self._fixed.values():
            held.observe(self._renew, "value")

    def _specs(self):
        """The controls as explore.js knows them."""
        return [
            {
                "kind": control.kind,
                "name": control.name,
                "label": control.label,
                "texts": control.texts,
                "start": at,
                "widget": control.widget,
                "trait": control.trait,
                "states": control.states,
            }
            for control, at in zip(self._controls, self._at, strict=True)
        ]

    @property
    def shown(self):
        """The picture that the last reply shows: a dict with `png` and `sentence`."""
        return self._shelf.held[self.reply["place"]]

    def _drawing(self):
        return _drawing(self._draw, self._size)

    def _lasts(self):
        return [control.last for control in self._controls]

    def _positions(self, asked):
        """A position for each control; for one that makes no sense the nearest that does."""
        asked = asked if isinstance(asked, list) else []
        asked = asked + self._at[len(asked) :]
        return [
            min(max(k, 0), last) if type(k) is int else at
            for k, last, at in zip(asked, self._lasts(), self._at, strict=False)
        ]

    def _values(self, positions):
        values = zip(self._controls, positions, strict=True)
        values = {control.name: control.values[k] for control, k in values}
        return values | {name: held.value for name, held in self._fixed.items()}

    def _begin(self, positions):
        return self._drawing().stages(**self._values(positions))

    # Moves ---------------------------------------------------------------------------------------

    @traitlets.observe("asked")
    def _answer(self, change):
        if change.new.get("n") == 0:
            return  # the first picture came with the widget
        before, positions = self._at, self._positions(change.new.get("positions"))
        over = self._show(change.new.get("n"), positions)
        token = _answering.set(True)
        try:
            self._put(before, positions)
        finally:
            _answering.reset(token)
        if over and self._at == positions:
            self._foresee(ahead.likely(before, positions, self._lasts()))

    def _put(self, before, positions):
        """Put a reader's move into the widgets. Whoever observes one may move another: follow."""
        self._setting = True
        try:
            for control, was, k in zip(self._controls, before, positions, strict=True):
                if was != k:
                    setattr(control.widget, control.trait, control.states[k])
        finally:
            self._setting = False
        self._catch_up()

    def _follow(self, change):
        """A cell, another view or another explorer has moved a widget, or given it other values."""
        if self._setting:
            return
        try:
            read = [controls.control(control.name, control.widget) for control in self._controls]
        except ValueError:
            if change.name in controls.ROWS:
                raise  # where it was set
            read = self._controls
        if read != self._controls:
            self._controls = read
            self._at = [control.nearest() for control in read]
            self.controls = self._specs()
            self._renew()
        elif _answering.get():  # who asked is answered first
            self._later(self._catch_up_later())
        else:
            self._catch_up()

    def _catch_up(self):
        """Show what the widgets say. One that stands between two positions goes to the nearest."""
        places = zip(self._controls, self._at, strict=True)
        positions = [control.nearest(at) for control, at in places]
        if positions != self._at:
            self._show(next(self._own), positions)
        self._setting = True
        try:
            for control, k in zip(self._controls, positions, strict=True):
                if not control.is_at(k):
                    setattr(control.widget, control.trait, control.states[k])
        finally:
            self._setting = False

    async def _catch_up_later(self):
        await asyncio.sleep(BREATH)
        self._catch_up()

    def _renew(self, _=None):
        """Draw anew: what was held was drawn from other values."""
        for place, held in enumerate(self._shelf.held):
            self._hold(place, held | {"positions": None})
        self._show(next(self._own), self._at)

    # Pictures ------------------------------------------------------------------------------------

    def _show(self, n, positions):
        """Reply to request n with the first picture for `positions`. -> whether it is the last"""
        with plotting.DRAWING:  # pages may ask in several threads
            self._at = positions
            self._run = run = self._begin(positions)  # the old one stops
            self._wanted = None
            place = self._shelf.find(positions, _cells_run())
            if place is not None:
                self.reply = {
                    "n": n, "positions": positions, "done": 1, "place": self._shelf.use(place),
                    "problem": "",
                }  # fmt: skip
            over = place is not None or self._send_next(run, n, positions)
        if not over:
            self._later(self._go_on(run, n, positions))
        return over

    def _later(self, coroutine):
        try:
            self._task = asyncio.get_running_loop().create_task(coroutine)
        except RuntimeError:  # moved from a thread of the reader's own: there is no later
            asyncio.run(coroutine)

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
        place = self._shelf.room_for(at, self.reply["place"])
        self._hold(place, {"positions": at, "cells": cells, "sentence": sentence, "png": png})
        self._drawing().shows = png
        return done, self._shelf.use(place)

    def _hold(self, place, held):
        self._shelf.held[place] = held
        self.set_trait(f"held{place}", held)

    def _on_hint(self, _, message, __):
        """The page says which control is about to be moved, or that the reader is at rest."""
        if self.reply["done"] < 1:
            return
        control = message.get("focus")
        if control in range(len(self._at)):  # draw both its neighbours
            self._foresee(ahead.beside(self._at, control, (1, -1), self._lasts()))
        elif message.get("sharp"):
            self._sharpen()

    def _sharpen(self):
        """Hold the shown picture with more pixels, the same but for that."""
        place, held, drawing = self.reply["place"], self.shown, self._drawing()
        there = getattr(drawing, "shows", None) is held["png"]  # or the figure was drawn on since
        if held.get("sharp") or not (there or self._once):  # a training would begin again
            return
        with plotting.style(), contextlib.suppress(Exception, KeyboardInterrupt):
            if not there:
                drawing.sentence(**self._values(self._at))
            png = drawing.png(sharp=True)
            self._hold(place, held | {"png": png, "sharp": True})
            drawing.shows = png

    def _foresee(self, wanted):
        if self._look_ahead:
            self._wanted = wanted  # and no longer what was wanted before
            self._later(self._draw_ahead(wanted))

    async def _draw_ahead(self, wanted):
        """Hold pictures for the positions `wanted`, until others are."""
        for positions in wanted:
            await asyncio.sleep(PAUSE)
            with plotting.style(), contextlib.suppress(Exception, KeyboardInterrupt):
                if self._wanted is not wanted or not self._quick:
                    return
                if self._shelf.find(positions, _cells_run()) is None:
                    self._hold_next(self._begin(positions), positions)


def _cells_run():
    """How many cells the notebook has begun: each may change what a drawing function draws."""
    return getattr(get_ipython(), "execution_count", 0)


def explore(draw, *, size=(7.2, 3.2), name=None, look_ahead=True, **controls):
    """Display what `draw(fig, **values)` draws, with a control for each value.

    A control is a slider, list or tick box of ipywidgets, or what `interact` makes one of. Its
    widget holds the state: set its `value`, and the explorer moves. What `draw` draws depends on
    these values alone: it is called ahead of the reader's moves as well, unless `look_ahead` is
    False. `size` is in inches, 100 pixels of the page each; `name` is what screen readers call the
    explorer, the function's name without it. With COURSE_STATIC=1 in the environment the figure is
    drawn once, at the initial values, without controls.
    """
    from IPython.display import display

    widget = Explorer(draw, controls, size, name, look_ahead)
    if os.environ.get("COURSE_STATIC") == "1":
        page = f'<div class="course-explorer-still">{_still(widget, "Run this cell")}</div>'
    else:
        _put_aside_what_lives()
        bundle, metadata = widget._repr_mimebundle_()
        bundle.pop("text/plain")
        display(bundle, metadata=metadata, raw=True)
        again = "Run the lesson again (menu Run, Run All Cells)"
        page = LATE.format(name=widget.still, still=_still(widget, again))
    text = plotting.in_one_line(widget.shown["sentence"])
    display({"text/html": page, "text/plain": text}, raw=True)


def _still(widget, how):
    """The first picture, for pages on which the explorer can't live, and what is missing there."""
    drawing, listed = widget._drawing(), zip(widget._controls, widget._at, strict=True)
    listed = [f"{control.label} (now {control.texts[k]})" for control, k in listed]
    count = COUNTS[len(listed)] if len(listed) < len(COUNTS) else f"{len(listed)} controls appear"
    said = html.escape(f"{how}, and {count} here: {', '.join(listed)}.")
    figure = drawing.html(drawing.png(sharp=True), widget.shown["sentence"])
    return f'{figure}\n<p class="course-run"><em>{said}</em></p>'


def _put_aside_what_lives():
    """Free what nobody can reach; of the rest, Python need not look through it while a reader moves
    a control. With TensorFlow in it that takes a tenth of a second, which one move in thirty had to
    wait for. What has become unreachable by the next explorer is freed there.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
