"""What a figure's artists hold, in writing: compared with what they held when it was looked at.

Every figure that a test draws is entered under the test's name, panel by panel: titles, labels,
limits, and of each artist its kind, its looks, its text and the points that it draws, in pixels of
the page. So a word, a colour or an array that changes is noticed, whatever else the test asserts.
After a change that is meant to be, look at the figures, then run `make ledger`.
"""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from utils.plotting import CSS_DPI

FOLDER = Path(__file__).parent / "pictures"
CLOSE = 0.3  # pixels of the page, or hundredths in an array of an image
drawn_by = Counter()  # figures of each test so far


def colour(value):
    if isinstance(value, str) and value in ("none", "auto"):
        return value
    return " ".join(sorted({to_hex(c, keep_alpha=True) for c in np.atleast_2d(value)}))


def digest(points):
    """How many points, the first, the last, the mean, and a sum that knows their order."""
    points = np.atleast_2d(np.ma.filled(np.ma.asarray(points, float), np.nan))
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) == 0:
        return [0.0]
    order = np.cos(np.arange(len(points)))[:, None]
    told = [points[0], points[-1], points.mean(axis=0), (order * points).mean(axis=0)]
    return [float(len(points)), *np.concatenate(told)]


def of_line(line):
    dashes = line._unscaled_dash_pattern[1]
    looks = f"{line.get_marker()} {line.get_linewidth():g} {dashes} {line.get_markersize():g}"
    where = line.get_transform().transform(line.get_xydata())
    return f"{to_hex(line.get_color())} {line.get_label()} {looks}", digest(where)


def of_text(text):
    at = text.get_transform().transform(text.get_position())
    style = f"{text.get_ha()} {text.get_va()} {text.get_rotation():g} {text.get_fontsize():g}"
    return f"{to_hex(text.get_color())} {style} {text.get_text()}", list(map(float, at))


def of_patch(patch):
    looks = f"{colour(patch.get_facecolor())} {colour(patch.get_edgecolor())}"
    where = patch.get_transform().transform_path(patch.get_path()).vertices
    return f"{looks} {patch.get_linewidth():g}", digest(where)


def of_collection(collection):
    looks = f"{colour(collection.get_facecolor())} {colour(collection.get_edgecolor())}"
    transform, offsets = collection.get_transform(), collection.get_offset_transform()
    where = [transform.transform_path(path).vertices for path in collection.get_paths()]
    where = np.concatenate([*where, offsets.transform(collection.get_offsets())])
    return f"{looks} {collection.get_linewidth()}", digest(where)


def of_image(image):
    array = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
    cells = 100 * array.reshape(len(array), -1)
    return image.get_cmap().name, [*image.get_extent(), *image.get_clim(), *digest(cells)]


def of_legend(legend):
    return " | ".join(text.get_text() for text in legend.get_texts()), []


KINDS = {
    Line2D: of_line,
    Text: of_text,
    Patch: of_patch,
    Collection: of_collection,
    AxesImage: of_image,
    Legend: of_legend,
}


def entry(artist):
    """[words, numbers] of an artist."""
    kind = next(kind for kind in KINDS if isinstance(artist, kind))
    words, numbers = KINDS[kind](artist)
    return [f"{kind.__name__} {artist.get_zorder():g} {words}", [round(n, 2) for n in numbers]]


def of_panel(ax):
    """[words, numbers] of the panel, and of each artist in it."""
    titles = [ax.get_title(loc=place) for place in ("left", "center", "right")]
    words, numbers = [*titles, ax.axison], [100 * edge for edge in ax.get_position().bounds]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_transform().transform(axis.get_view_interval()))
        places = axis.get_transform().transform([t.get_loc() for t in axis.get_major_ticks()])
        inside = np.abs(places - (low + high) / 2) < 0.501 * (high - low)  # a tick at the very end
        ticks = [tick for tick, seen in zip(axis.get_major_ticks(), inside, strict=True) if seen]
        shown = [t.label1.get_text() for t in ticks if t.label1.get_visible()]
        words += [axis.get_label_text(), axis.get_scale(), *shown]
        grid = sum(t.gridline.get_visible() for t in ticks)
        numbers += [*axis.get_transform().transform(axis.get_view_interval()), grid]
    stays = {*ax.spines.values(), ax.xaxis, ax.yaxis, ax.patch, ax.title}
    stays |= {ax._left_title, ax._right_title}
    artists = [artist for artist in ax.get_children() if artist not in stays]
    head = ["panel " + " | ".join(map(str, words)), [round(float(n), 2) for n in numbers]]
    return [head, *map(entry, artists)]


def entries(fig):
    """Everything that the figure's artists hold."""
    dpi = fig.dpi
    fig.set_dpi(CSS_DPI)
    try:
        fig.canvas.draw()
        own = [*fig.texts, *fig.lines, *fig.patches, *fig.images, *fig.legends]
        return [*map(entry, own), *(row for ax in fig.axes for row in of_panel(ax))]
    finally:
        fig.set_dpi(dpi)


def difference(new, old):
    """The first thing in which two lists of entries differ, in words; or nothing."""
    for (words, numbers), (old_words, old_numbers) in zip(new, old, strict=False):
        if words != old_words:
            return f"{words!r} was {old_words!r}"
        same = len(numbers) == len(old_numbers)
        if not same or not np.allclose(numbers, old_numbers, rtol=1e-3, atol=CLOSE):
            return f"{words!r}: {numbers} was {old_numbers}"
    if len(new) != len(old):
        return f"{len(new)} entries were {len(old)}: {[*new, *old][min(len(new), len(old))][0]!r}"
    return None


def hold(fig):
    """Compare the figure with what the ledger has of this test, or enter it."""
    file, _, name = os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)").partition("::")
    drawn_by[file, name] += 1
    key = f"{name} {drawn_by[file, name]}"
    stored = FOLDER / f"{Path(file).stem}.json"
    pages = json.loads(stored.read_text("utf-8")) if stored.exists() else {}
    new = entries(fig)
    if os.environ.get("RENEW_PICTURES"):
        pages[key] = new
        lines = [f"{json.dumps(k)}: {json.dumps(pages[k], ensure_ascii=False)}" for k in pages]
        stored.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    found = difference(new, pages[key]) if key in pages else "it is not in the ledger"
    assert not found, f"figure {drawn_by[file, name]} of {name}: {found}\n{__doc__}"
