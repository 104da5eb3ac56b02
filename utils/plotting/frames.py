"""How a figure becomes a picture: painted, in few colours, and put on a page."""

import base64
import html
import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from utils.arguments import is_number, shown
from utils.plotting.theme import DPI, style


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
    """The figure as the bytes of a PNG of few colours: equal figures, equal bytes."""
    canvas = fig.canvas if isinstance(fig.canvas, FigureCanvasAgg) else FigureCanvasAgg(fig)
    with style():
        _paint(fig, canvas)
        size = canvas.get_width_height(physical=True)
        picture = Image.frombytes("RGB", size, canvas.buffer_rgba(), "raw", "RGBX", 0, 1)
    stays = fig.dpi > DPI  # then it is stored: its size counts, and not the time
    few = _frequent(picture) if stays else _quickly(picture)
    file = io.BytesIO()
    few.save(file, "PNG", compress_level=9 if stays else 4)
    return file.getvalue()


def _quickly(picture):
    """The picture in 64 colours that are near to its own."""
    few = picture.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.putpalette([255 if v > 252 else v for v in few.getpalette()])  # white stays white
    return few


def _frequent(picture):
    """The picture in 48 of its own colours, or 256 if it shows values as colours: frequent ones
    that are well apart, then those of areas. What is left at the edges of letters goes to the
    nearest."""
    codes = np.asarray(picture) @ [1 << 16, 1 << 8, 1]
    codes, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colours = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    order, areas = np.argsort(-counts, kind="stable"), np.sum(counts > counts.sum() / 1000)
    chosen, most = colours[order[:1]], 48
    if np.sum(counts > counts.sum() / 4000) > 60:
        areas, most = 600, 256
    for apart, of in ((90, 600), (60, 600), (8, areas)):
        for colour in colours[order[:of]]:
            if len(chosen) < most and np.abs(chosen - colour).sum(axis=1).min() >= apart:
                chosen = np.vstack([chosen, colour])
    nearest = np.abs(colours[:, None] - chosen).sum(axis=2).argmin(axis=1).astype(np.uint8)
    few = Image.fromarray(nearest[places].reshape(picture.size[::-1]), "P")
    few.putpalette(chosen.astype(np.uint8).ravel().tolist())
    return few


def static_html(png, said, width):
    """The picture for pages without widgets, `width` pixels wide where there is room, its point as
    caption and its numbers as alternative text."""
    point, *numbers = html.escape(said).split("\n")
    alt, data = (numbers or [point])[0], base64.b64encode(png).decode()
    return (
        f'<figure style="margin:6px 0;max-width:{width}px"><img alt="{alt}" width="{width}" '
        f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        f'<figcaption style="margin-top:4px">{point}</figcaption></figure>'
    )
