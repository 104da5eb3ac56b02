"""How a figure is made and shown: one style, and a sentence that says what the figure shows.

A drawing function is pure: `draw(fig, **values)` draws on the figure it is given and returns a
sentence with numbers in it. The sentence is alternative text, caption and text output at once.
One that takes its time, because it trains, yields instead: the share of the work done so far and
the sentence, each time the figure is worth seeing.
"""

import base64
import contextlib
import html
import inspect
import io
import math
import numbers
import threading

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from utils.arguments import is_number, shown

# Okabe and Ito's colours, which colour-blind readers can tell apart, each with a line style, so
# that no line is known by its colour alone. The first five have 3:1 contrast on white; orange and
# sky blue are for wide lines and areas. Their yellow is left out: nobody sees it on white.
COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "black": "#000000",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
}
LINES = {
    "blue": "-",
    "vermillion": (0, (5, 1.5)),
    "green": (0, (1.2, 1.2)),
    "black": (0, (6, 1.5, 1.2, 1.5)),
    "purple": (0, (8, 2)),
    "orange": (0, (3, 1.2)),
    "sky": (0, (4, 1.2, 1.2, 1.2, 1.2, 1.2)),
}
GREY = "#595959"  # axes, notes and guide lines; 7:1 on white
ROLES = {  # what a thing is decides its colour, in every figure and diagram of the course
    "input": COLOURS["blue"],
    "state": COLOURS["vermillion"],
    "output": COLOURS["green"],
    "gradient": "#A8487E",  # their purple, darkened until small type in it has 5:1 on white
    "weight": "#404040",
    "faint": "#C8C8C8",
}

CSS_DPI = 100  # one inch of figure is 100 pixels of the page
DPI = 120  # and 120 of the picture: still sharp when a projector or a phone enlarges it
MARGIN = {"left": 0.70, "right": 0.14, "bottom": 0.56, "top": 0.38}  # inches around the panels
GAP = {"across": 0.80, "down": 0.94}  # inches between panels: room for labels and titles

STYLE = {
    # The defaults first: a reader's own matplotlibrc must not change the course's pictures.
    **{k: v for k, v in mpl.rcParamsDefault.items() if k not in ("backend", "interactive")},
    "axes.prop_cycle": cycler(color=list(COLOURS.values())),
    "font.size": 10.5,
    "text.hinting": "none",  # hinted letters are uneven once the page has scaled the picture
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # a fixed place: looking for one costs a third of the drawing time
    "axes.titlepad": 9,
    "axes.labelcolor": "#262626",
    "axes.edgecolor": "#8c8c8c",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.bottom": False,  # the grid's lines are the ticks
    "ytick.left": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 6),
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.handlelength": 2.6,
    "image.cmap": "cividis",
}

# JupyterLab lets explorers answer in a thread of their own, also while cells run; Matplotlib's
# settings and a figure are for one thread at a time.
DRAWING = threading.RLock()
_styled = []  # holds something while a thread is within style()


@contextlib.contextmanager
def style():
    """A context in which Matplotlib draws in the course's style, for one thread at a time.

    Whatever NumPy was told to raise: logarithms of zero and NaN are drawn as gaps.
    """
    with DRAWING, np.errstate(all="ignore"), contextlib.ExitStack() as stack:
        if not _styled:  # else it is set already, which takes a millisecond
            _styled.append(True)
            stack.callback(_styled.clear)
            changed = {k: v for k, v in STYLE.items() if mpl.rcParams[k] != v}
            stack.enter_context(mpl.rc_context(changed))
        yield


def fmt(x):
    """A number as sentences show it: three significant digits, whole numbers in full."""
    if isinstance(x, numbers.Integral):
        text = f"{x:,}"
    elif math.isnan(x):
        return "not a number"
    elif math.isinf(x):
        return "too large to show"
    elif x != 0 and not 1e-3 <= abs(x) < 999_500:
        digits, power = f"{x:.2e}".split("e")
        text = f"{float(digits):g} \N{MULTIPLICATION SIGN} 10^{int(power)}"
    else:
        text = f"{float(f'{x:.3g}') + 0.0:,}".removesuffix(".0")  # + 0.0 turns -0.0 into 0.0
    return text.replace("-", "\N{MINUS SIGN}")  # screen readers pass over a hyphen in silence


def panels(fig, ncols=1, nrows=1, **gridspec):
    """The figure's axes as a flat list, row by row, empty and in the course's style.

    Axes are kept from one drawing to the next where the grid is the same: new ones take twice as
    long to draw. So what changes their looks (`grid`, `tick_params`, colours of labels and of the
    background) must not depend on the values drawn. What lies below the grid costs time as well.
    `gridspec` goes to Matplotlib (`width_ratios`, ...).
    """
    grid = (ncols, nrows, repr(sorted(gridspec.items())), *fig.get_size_inches())
    if getattr(fig, "course_grid", None) != (grid, len(fig.axes)):  # or a colour bar was added
        fig.clear()
        gridspec = _fixed_margins(fig, ncols, nrows) | gridspec
        with style():
            fig.subplots(nrows, ncols, squeeze=False, gridspec_kw=gridspec)
        for ax in fig.axes:  # labels at fixed places don't move with the numbers beside them
            box = ax.get_window_extent()
            ax.xaxis.set_label_coords(0.5, -0.27 * fig.dpi / box.height)
            ax.yaxis.set_label_coords(-0.50 * fig.dpi / box.width, 0.5)
        fig.course_grid = grid, len(fig.axes)
    for artist in [*fig.texts, *fig.lines, *fig.patches, *fig.images, *fig.legends]:
        artist.remove()
    for ax in fig.axes:
        _empty(ax)
    return fig.axes


def _fixed_margins(fig, ncols, nrows):
    """Margins in inches as the fractions Matplotlib wants: no label is cut off, no panel jumps."""
    width, height = fig.get_size_inches()
    panel_width = (width - MARGIN["left"] - MARGIN["right"] - (ncols - 1) * GAP["across"]) / ncols
    panel_height = (height - MARGIN["top"] - MARGIN["bottom"] - (nrows - 1) * GAP["down"]) / nrows
    if min(panel_width, panel_height) < 0.4:
        raise ValueError(
            f"a figure of {width:g} x {height:g} inches has no room for {ncols} x {nrows} panels: "
            "make size larger"
        )
    return {
        "left": MARGIN["left"] / width,
        "right": 1 - MARGIN["right"] / width,
        "bottom": MARGIN["bottom"] / height,
        "top": 1 - MARGIN["top"] / height,
        "wspace": GAP["across"] / panel_width,
        "hspace": GAP["down"] / panel_height,
    }


def _empty(ax):
    """Undo what a drawing function usually does to its axes, at a tenth of the cost of clear()."""
    stays = {*ax.spines.values(), ax.xaxis, ax.yaxis, ax.patch}
    for artist in ax.get_children():
        if artist not in stays:
            with contextlib.suppress(NotImplementedError):  # the three titles, which can't go
                artist.remove()
    for place in ("left", "center", "right"):
        ax.set_title("", loc=place)
    ax.relim()
    for axis, set_scale in ((ax.xaxis, ax.set_xscale), (ax.yaxis, ax.set_yscale)):
        if getattr(axis, "course_ticks", None) != _ticks(axis):  # else as they were left here
            set_scale("linear")
            axis.get_major_locator().set_params(nbins=6)  # few grid lines are calmer
            axis.course_ticks = _ticks(axis)
    ax.set(xlabel="", ylabel="", aspect="auto")
    ax.set_xlim(0, 1, auto=True)
    ax.set_ylim(0, 1, auto=True)
    ax.margins(mpl.rcParams["axes.xmargin"], mpl.rcParams["axes.ymargin"])
    ax.set_prop_cycle(None)
    ax.set_axis_on()


def _ticks(axis):
    """What decides where an axis has its ticks and how it writes their numbers."""
    return (
        axis.get_scale(),
        axis.get_major_locator(),
        axis.get_minor_locator(),
        axis.get_major_formatter(),
        axis.get_minor_formatter(),
    )


def _paint(fig, canvas):
    """What canvas.draw() does. Grids and the numbers beside them are half of the work: they are
    kept as they were painted, and painted anew only when they look different."""
    looks = [_looks(ax) for ax in fig.axes]
    if None in looks:
        return canvas.draw()
    framed = [ax for ax in fig.axes if ax.axison and ax.get_frame_on()]
    behind = [fig.patch, *(part for ax in framed for part in (ax.patch, ax.xaxis, ax.yaxis))]
    behind = [part for part in behind if part.get_visible()]
    renderer = canvas.get_renderer()
    kept_looks, kept = getattr(fig, "course_frames", (None, None))
    if looks == kept_looks:
        canvas.restore_region(kept)
    else:
        renderer.clear()
        for part in behind:
            part.draw(renderer)
        fig.course_frames = looks, canvas.copy_from_bbox(fig.bbox)
    try:
        for part in behind:
            part.set_visible(False)
        fig.draw(renderer)
    finally:
        for part in behind:
            part.set_visible(True)


def _looks(ax):
    """How a panel's grid and numbers look, as far as that may depend on the values drawn.
    -> None if something lies below the grid, which can't be painted before it then."""
    ax.apply_aspect()
    looks = [ax, ax.axison, ax.bbox.bounds]
    for axis in (ax.xaxis, ax.yaxis):
        if ax.axison and axis.get_tick_params().get("gridOn", True):
            if any(a.zorder < axis.zorder for a in ax.get_children() if a is not ax.patch):
                return None
        ticks, formatter = axis.get_majorticklocs(), axis.get_major_formatter()
        looks += [[*ticks], formatter.format_ticks(ticks), formatter.get_offset()]
        looks += [axis.get_scale(), *axis.get_view_interval(), axis.get_label_text()]
        looks += [axis.get_visible(), axis.get_tick_params(), axis.get_tick_params("minor")]
    return looks


def render(fig):
    """The figure as the bytes of a PNG of at most 64 colours: equal figures, equal bytes."""
    canvas = fig.canvas if isinstance(fig.canvas, FigureCanvasAgg) else FigureCanvasAgg(fig)
    with style():
        _paint(fig, canvas)
        size = canvas.get_width_height(physical=True)
        picture = Image.frombytes("RGB", size, canvas.buffer_rgba(), "raw", "RGBX", 0, 1)
    few = picture.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.putpalette([255 if v > 252 else v for v in few.getpalette()])  # white stays white
    file = io.BytesIO()
    few.save(file, "PNG", compress_level=4)
    return file.getvalue()


def new_figure(size):
    """An empty figure of `size` (width, height) in inches, without pyplot, which would keep it."""
    if not isinstance(size, (tuple, list)) or len(size) != 2 or not all(map(_is_inches, size)):
        got = shown(size)
        raise ValueError(f"size must be a width and a height of 0.5 to 60 inches, got {got}")
    with style():
        fig = Figure(figsize=size, dpi=DPI)
        FigureCanvasAgg(fig)
    return fig


def _is_inches(x):
    return is_number(x) and 0.5 <= x <= 60


def stages(draw, fig, values):
    """Call `draw(fig, **values)` in the course's style and yield (share done, sentence) whenever
    the figure is worth a picture: once, with a share of 1, unless `draw` yields as it goes."""
    with style():
        drawn = draw(fig, **values)
    if not inspect.isgenerator(drawn):
        yield 1, _sentence(draw, drawn)
        return
    while True:
        with style():  # not across a yield: whatever is drawn meanwhile has its own style
            stage = next(drawn, None)
        if stage is None:
            return
        if not isinstance(stage, tuple) or len(stage) != 2 or not 0 < stage[0] <= 1:
            raise TypeError(
                f"{draw.__name__} must yield (share done, above 0 and at most 1; sentence), "
                f"got {shown(stage)}"
            )
        yield stage[0], _sentence(draw, stage[1])


def _sentence(draw, said):
    if not isinstance(said, str) or not said.strip():
        raise TypeError(
            f"{draw.__name__} must return a sentence that says what the figure shows, "
            f"got {shown(said)}"
        )
    return " ".join(said.split())


def picture(draw, fig, values):
    """What `draw(fig, **values)` draws in the end: the PNG's bytes and the sentence."""
    *_, last = (None, None), *stages(draw, fig, values)
    return render(fig), _sentence(draw, last[1])


def static_html(png, sentence, size):
    """The figure for pages without widgets, its sentence as alternative text and as caption."""
    text, width = html.escape(sentence), round(size[0] * CSS_DPI)
    data = base64.b64encode(png).decode()
    return (
        f'<figure style="margin:6px 0;max-width:{width}px"><img alt="{text}" width="{width}" '
        f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        f'<figcaption style="margin-top:4px">{text}</figcaption></figure>'
    )


def show(draw, *, size=(7.2, 3.2), **values):
    """Display the static figure that `draw(fig, **values)` draws, `size` in inches."""
    from IPython.display import display

    png, sentence = picture(draw, new_figure(size), values)
    mimebundle = {"text/html": static_html(png, sentence, size), "text/plain": sentence}
    display(mimebundle, raw=True)


def tint(colour, strength=0.16):
    """`colour` thinned with white, for areas that text stands on."""
    rgb = np.array(to_rgb(colour))
    return tuple(1 - strength * (1 - rgb))


def line(ax, x, y, colour, label=None, **style):
    """A line in one of COLOURS with the line style that belongs to it."""
    style = {"color": COLOURS[colour], "linestyle": LINES[colour]} | style
    return ax.plot(x, y, label=label, **style)[0]


def guide(ax, y, text, x=0.99, ha="right", above=True, **style):
    """A thin horizontal line at y, named by `text` at the fraction x of the panel's width."""
    style = {"color": GREY, "linewidth": 1.2, "linestyle": (0, (4, 3))} | style
    ax.axhline(y, **style)
    place = ax.get_yaxis_transform()
    va, shift = ("bottom", 2) if above else ("top", -3)
    ax.annotate(
        text,
        (x, y),
        (0, shift),
        xycoords=place,
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=9.5,
        color=style["color"],
    )


def name_ends(ax, ends, names, colours):
    """Names at the right edge, beside the ends of their lines, moved apart where they'd touch."""
    gap = 0.19 * ax.figure.dpi / ax.bbox.height  # 0.19 inches, in heights of the panel
    rows = sorted(zip(ends, names, colours, strict=False), key=lambda row: row[0])
    places, least, most = [], gap / 2, 1 - gap / 2
    for end, *_ in rows:  # from below: each above the one before
        _, height = ax.transAxes.inverted().transform(ax.transData.transform((1, end)))
        places.append(max(least, min(height, most)))
        least = places[-1] + gap
    for k in reversed(range(len(rows))):  # from above: none higher than there is room
        places[k] = most = min(places[k], most)
        most -= gap
    for place, (_, name, colour) in zip(places, rows, strict=True):
        ax.annotate(
            name,
            (1, place),
            (6, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def order_of(x):
    """The size of x in words that a last digit cannot change."""
    if np.isnan(x):
        return "not a number"
    if np.isinf(x):
        return "too large for a number"
    if x < 0:
        return f"\N{MINUS SIGN}{order_of(-x)}"
    if x == 0:
        return "0"
    if 1e-3 < x < 1e3:
        return f"{float(f'{x:.1g}'):g}"
    return f"about 10^{round(np.log10(max(x, 1e-300)))}".replace("-", "\N{MINUS SIGN}")


def running_median(values, width=15):
    half = width // 2
    return np.array(
        [np.median(values[max(0, i - half) : i + half + 1]) for i in range(len(values))]
    )
