"""What the figures look like: each that a test draws is held against its stored picture.

Whatever the test asserts, a line, a colour or a word that changes is seen here. `make figures`
draws all figures, stores those that look otherwise, names them, and shows each beside the old one
on a page. `git restore tests/pictures` takes that back.

Letters are compared as well: Matplotlib brings its own fonts and its own FreeType, so they come out
the same on every machine that has this Matplotlib. Pictures are drawn with one style, which is
stored beside them. Another colour of the palette, or another Matplotlib, is therefore one
difference and not one in each picture: while the style differs, pictures are not compared.
"""

import base64
import html
import io
import json
import os
import re
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageFilter

from utils import plotting

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "pictures"
PAGES = ROOT / ".pictures"  # which no commit holds
DPI = 50  # letters can be read, and a picture takes some 3 kB
SHADE = 17  # stored are 16 shades each of red, green and blue, which halves the files
# Of 255, where two pictures differ most. The same figure has the same pixels on processors with
# and without AVX; what a rounding can move is a shade or two at the edge of a line.
TOLERANCE = 3
calls = ["", 0]  # the test that runs, and how many figures it has drawn
kept = None  # {name: picture} while they are renewed


def seen(fig):
    """The figure's pixels, (height, width, 3) of 0 to 255, in the style it was drawn in."""
    fig.set_dpi(DPI)
    with plotting.style():
        fig.canvas.draw()
    return np.asarray(fig.canvas.buffer_rgba())[:, :, :3].astype(int)


def png(picture):
    """A picture in its few shades, as few bytes."""
    shades = np.rint(picture / SHADE).astype(int)
    codes, places = np.unique(shades @ [256, 16, 1], return_inverse=True)
    if len(codes) > 256:
        image = Image.fromarray((shades * SHADE).astype(np.uint8))
    else:
        image = Image.fromarray(places.reshape(shades.shape[:2]).astype(np.uint8), "P")
        image.putpalette((SHADE * np.stack([codes >> 8, codes >> 4 & 15, codes & 15], 1)).ravel())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def stored(name):
    """The stored picture, or None."""
    if not (file := FOLDER / f"{name}.png").exists():
        return None
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def apart(picture, old):
    """(height, width) of 0 to 255: by how much a picture differs from a stored one, beyond what
    its shades stand for. A pixel counts with its neighbours: a dot as much in a large figure as in
    a small one, and a pixel alone for little."""
    beyond = np.maximum(np.abs(picture - old).max(axis=2) - SHADE // 2, 0)
    blurred = Image.fromarray(beyond.astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    return np.asarray(blurred)


def differs(picture, old):
    return old is None or picture.shape != old.shape or apart(picture, old).max() > TOLERANCE


def style():
    """What all pictures have in common."""
    own = {k: v for k, v in plotting.STYLE.items() if v != mpl.rcParamsDefault[k]}
    del own["axes.prop_cycle"]  # COLOURS
    names = ("COLOURS", "LINES", "ROLES", "MARGIN", "GAP")
    parts = {name.lower(): getattr(plotting, name) for name in names} | {"style": own}
    parts["others"] = {"grey": plotting.GREY, "Matplotlib": mpl.__version__}
    return json.loads(json.dumps(parts, default=str))


def store_style():
    parts = [f"{json.dumps(part)}: {json.dumps(value)}" for part, value in style().items()]
    (FOLDER / "style.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def style_changes():
    """In which settings the style differs from that of the stored pictures, in words."""
    old, new = json.loads((FOLDER / "style.json").read_text("utf-8")), style()
    settings = [(part, key) for part in new for key in {**old.get(part, {}), **new[part]}]
    pairs = [(f"{p} {k}", new[p].get(k), old.get(p, {}).get(k)) for p, k in settings]
    return [f"{setting}: {a} was {b}" for setting, a, b in pairs if a != b]


def name_of(test):
    """`test_figures_toys/sums-1` of the first figure of tests/test_figures_toys.py::test_sums."""
    calls[:] = test, 1 + (calls[1] if calls[0] == test else 0)
    file, _, function = test.removesuffix(" (call)").partition("::")
    words = re.sub(r"[^a-zA-Z0-9_.-]+", "-", function.removeprefix("test_")).rstrip("-")
    return f"{Path(file).stem}/{words}-{calls[1]}"


def hold(fig):
    """Compare the figure with the stored picture of the test that draws it."""
    name, picture = name_of(os.environ["PYTEST_CURRENT_TEST"]), seen(fig)
    if kept is not None:
        assert name not in kept, f"two figures are called {name}"
        kept[name] = picture
    elif changed := style_changes():
        warnings.warn(f"pictures are not compared: {'; '.join(changed)}", stacklevel=1)
    elif differs(picture, old := stored(name)):
        page = show({name: (old, picture)}, name.replace("/", "-"))
        how = "has no stored picture" if old is None else "looks otherwise than it is stored"
        pytest.fail(f"{name} {how}: see {page}, then `make figures`", False)


def show(pairs, page):
    """Write a page of pictures {name: (old, new)}, side by side. -> its path"""

    def figure(picture, words):
        data, width = base64.b64encode(png(picture)).decode(), 2 * picture.shape[1]
        source = f'<img alt="" width="{width}" src="data:image/png;base64,{data}">'
        return f"<figure><figcaption>{words}</figcaption>{source}</figure>"

    rows = []
    for name, (old, new) in pairs.items():
        row = [figure(new, "as drawn now")]
        if old is not None:
            row.insert(0, figure(old, "as stored"))
        if old is not None and old.shape == new.shape:
            ink = apart(new, old).astype(int)
            paper = 255 - 255 * ink // max(1, ink.max())
            row.append(figure(np.stack([paper] * 3, axis=2), "where they differ"))
        rows.append(f"<h2>{html.escape(name)}</h2><div>{''.join(row)}</div>")
    looks = "body { font-family: sans-serif } div { display: flex } figure { margin: 4px 12px }"
    head = f'<!doctype html><meta charset="utf-8"><title>Pictures</title><style>{looks}</style>'
    PAGES.mkdir(exist_ok=True)
    file = PAGES / f"{page}.html"
    file.write_text("\n".join([head, *rows]), "utf-8")
    return file


def tests():
    """The files of tests that draw figures."""
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    return [file for file in files if "tests.helpers.drawn import" in file.read_text("utf-8")]


def renew():
    """Draw all figures, store those that look otherwise, and say which. -> what to exit with"""
    global kept
    kept = {}
    code = pytest.main(["-q", "-n0", *map(str, tests())])
    drawn, kept = kept, None
    if code:
        return code  # and nothing is written
    pairs = {name: (stored(name), picture) for name, picture in drawn.items()}
    pairs = {name: pair for name, pair in pairs.items() if differs(pair[1], pair[0])}
    new = [name for name, (old, _) in pairs.items() if old is None]
    files = {f"{file.parent.name}/{file.stem}": file for file in FOLDER.glob("*/*.png")}
    gone = sorted(files.keys() - drawn.keys())
    page = show(pairs, "index")
    for name, (_, picture) in pairs.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.png").write_bytes(png(picture))
    for name in gone:
        files[name].unlink()
    store_style()
    changed = [name for name in pairs if name not in new]
    for word, names in (("changed", changed), ("new", new), ("gone", gone)):
        print(f"{len(names)} {word}", *names, sep="\n  ")
    print(f"Look at {page}")
    return 0


if __name__ == "__main__":
    from tests.helpers import pictures  # the module that the tests import

    sys.exit(pictures.renew())
