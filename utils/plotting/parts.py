"""What the figures are put together from: panels, lines, and the names that stand beside them."""

import contextlib

import matplotlib as mpl
import numpy as np

from utils.plotting.theme import COLOURS, GREY, LINES, MEANINGS, ROLES, ink, style

MARGIN = {"left": 0.70, "right": 0.14, "bottom": 0.56, "top": 0.38}  # inches around the panels
GAP = {"across": 0.80, "down": 0.94}  # inches between panels: room for labels and titles


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


def line(ax, x, y, colour, label=None, **style):
    """A line in one of COLOURS, or in a role's, with the line style that belongs to it."""
    colour = MEANINGS.get(colour, colour)
    style = {"color": COLOURS[colour], "linestyle": LINES[colour]} | style
    return ax.plot(x, y, label=label, **style)[0]


def truth(ax, x, y, width=6):
    """What is true, under what is said of it: a wide band, light inside, that lines stand out
    from."""
    for colour, wide in ((ROLES["truth"], width), ("#e6e6e6", width - 2)):
        ax.plot(x, y, color=colour, linewidth=wide, solid_capstyle="butt", zorder=1.5)


def note(ax, words, xy, shift, **style):
    """Words beside a point of the data, moved by `shift` on the page, 72 points an inch."""
    style = {"color": ink(style.pop("color", "black"))} | style
    ax.annotate(words, xy, shift, textcoords="offset points", **style)


def guide(ax, y, text, x=0.99, ha="right", above=True, **style):
    """A thin horizontal line at y, named by `text` at the fraction x of the panel's width."""
    style = {"color": GREY, "linewidth": 1.2, "linestyle": (0, (4, 3))} | style
    ax.axhline(y, **style)
    va, shift = ("bottom", 2) if above else ("top", -3)
    look = {"color": style["color"], "fontsize": 9.5, "ha": ha, "va": va}
    note(ax, text, (x, y), (0, shift), xycoords=ax.get_yaxis_transform(), **look)


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
        look = {"color": colour, "va": "center", "annotation_clip": False}
        note(ax, name, (1, place), (6, 0), xycoords="axes fraction", **look)


def running_median(values, width=15):
    half = width // 2
    return np.array(
        [np.median(values[max(0, i - half) : i + half + 1]) for i in range(len(values))]
    )
