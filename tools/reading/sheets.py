"""The pictures of an explorer at every position of its controls, for pages without a kernel.

Pictures stand one below the other in sheets, lossless WebP of up to 24. Neighbours differ little,
so a sheet takes a tenth of what its pictures take alone. What was made is kept in a folder under
the name of all that it depends on, and made again when that changes.
"""

import ast
import contextlib
import hashlib
import io
import itertools
import json
import math
import os
import re
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from PIL import Image

from tools.build_notebooks import LessonError, new_folder
from tools.reading.needed import is_explorer, needed

MOST = 3000  # pictures of an explorer
HEAVIEST = 3_000_000  # bytes of an explorer
IN_A_SHEET = 24  # a telephone holds some eight million pixels of a sheet in its memory
COLOURS = 128  # of a sheet; each picture that a kernel sends has 64 of its own
READ = ".py", ".csv"  # of what is in utils
FORM = b"1"  # one more when this file makes something else of the same pictures


@dataclass(frozen=True)
class Explorer:
    """An explorer of a lesson, not yet drawn."""

    name: str  # the id of its cell
    step: int  # its place among the statements of the lesson's code
    kept: tuple  # places of those that it needs, its own the last
    every: dict | str  # {argument: n}, of this control every nth position; or "few"
    key: str  # another one when anything changes that the pictures depend on


def statements(nb):
    """[(cell, statement)] of a lesson's code."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    code = [cell for cell in code if not re.match(r"\s*[%!]", cell.source)]
    return [(cell, statement) for cell in code for statement in ast.parse(cell.source).body]


def explorers(root, nb, few=False):
    """The explorers of a lesson. With `few`, only the ends of each control are to be drawn."""
    steps, found = statements(nb), []
    for step, (cell, statement) in enumerate(steps):
        if is_explorer(statement) and cell.outputs:  # without any there is no place on the page
            kept = needed([s for _, s in steps[: step + 1]])
            source = [ast.unparse(steps[k][1]) for k in kept]
            every = "few" if few else dict(cell.metadata.get("pictures", {}))
            key = hashlib.sha256(json.dumps([source, every, drawn_by(root)]).encode())
            found.append(Explorer(cell.id, step, tuple(kept), every, key.hexdigest()[:20]))
    if len({explorer.name for explorer in found}) < len(found):
        raise LessonError("two explorers in one cell: put each into a cell of its own")
    return found


def drawn_by(root):
    """What else decides how pictures look: packages, the course's own code and series."""
    files = sorted(path for path in (root / "utils").rglob("*") if path.suffix in READ)
    files.append(root / "constraints.txt")
    digest = hashlib.sha256(FORM)
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


# All lessons -------------------------------------------------------------------------------------


def make(root, lessons, cache, lively=True, few=False):
    """Draw what isn't in the folder `cache`. -> {cell's id: folder of its pictures}

    `lessons` are {name: notebook}. Each is run in a process of its own, as far as is needed for its
    explorers: all, or those that `lively` names, by their lesson or by their cell.
    """
    found = {
        name: [
            e for e in explorers(root, nb, few) if lively is True or {name, e.name} & set(lively)
        ]
        for name, nb in lessons.items()
    }
    places = {e.name: cache / e.key for of_one in found.values() for e in of_one}
    missing = {
        name: [e for e in of_one if not (cache / e.key).exists()] for name, of_one in found.items()
    }
    missing = {name: of_one for name, of_one in missing.items() if of_one}
    if missing:
        workers = min(os.cpu_count() or 1, len(missing))
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [
                pool.submit(make_lesson, root, name, statements(lessons[name]), of_one, cache)
                for name, of_one in missing.items()
            ]
            for job in jobs:
                job.result()
    return places


def make_lesson(root, lesson, steps, wanted, cache):
    """Run what the explorers `wanted` of a lesson need, and draw each where the lesson has it."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    import utils.keras_setup  # noqa: F401  as conftest.py has it: before NumPy is imported
    from utils import explore as package

    space = {"__name__": "__main__", "display": lambda *shown, **how: None}
    at = {explorer.step: explorer for explorer in wanted}
    now = None

    def draw_all(draw, *, size=(7.2, 3.2), name=None, look_ahead=True, **given):
        start = time.perf_counter()
        with new_folder(cache / now.key) as folder:
            count = Pictures(draw, size, name, given, now.every).save(folder)
        took = time.perf_counter() - start
        print(f"{lesson}, {draw.__name__}: {count} pictures in {took:.0f} s", file=sys.stderr)

    package.explore = draw_all
    os.chdir(root / "solutions")
    for step in sorted({step for explorer in wanted for step in explorer.kept}):
        cell, statement = steps[step]
        if is_explorer(statement) and step not in at:
            continue
        now = at.get(step)
        place = f"lesson {lesson}, cell {cell.id}"
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(ast.Module([statement], []), place, "exec"), space)
        except LessonError as error:
            raise LessonError(f"{place}: {error}") from None


def forget_others(cache, places):
    """Remove from the folder `cache` what no explorer has any more."""
    for folder in cache.iterdir():
        if folder not in places.values():
            shutil.rmtree(folder)


# One explorer ------------------------------------------------------------------------------------


class Pictures:
    """An explorer's pictures, in the order of their sheets: the longest control moves fastest."""

    def __init__(self, draw, size, name, given, every):
        self.draw, self.size = draw, size
        self.name = name or draw.__name__.replace("_", " ").strip()
        self.controls, self.fixed = read(draw, given)
        self.rows = [positions(control, every) for control in self.controls]
        self.order = sorted(range(len(self.rows)), key=lambda i: len(self.rows[i]))
        self.count = math.prod(map(len, self.rows))
        if self.count > MOST:
            shape = {c["name"]: len(row) for c, row in zip(self.controls, self.rows, strict=True)}
            raise LessonError(
                f"{draw.__name__} has {self.count} pictures, positions {shape}; a page has room "
                f'for {MOST}. Say in the cell\'s metadata "pictures" of which controls every '
                'how-manieth position is enough, such as {"seed": 3}'
            )

    def save(self, folder):
        """Write sheets, sentences and what the page has to know. -> number of pictures"""
        from utils.plotting import Drawing

        drawing, sentences = Drawing(self.draw, self.size), []
        grid = itertools.product(*(self.rows[i] for i in self.order))
        for number in itertools.count():
            images = []
            for at in itertools.islice(grid, IN_A_SHEET):
                png, sentence = drawing.picture(**self.values(at))
                images.append(Image.open(io.BytesIO(png)).convert("RGB"))
                sentences.append(sentence)
            if not images:
                break
            sheet(images).save(folder / f"{number}.webp", lossless=True, method=4, quality=100)
        said = f"document.currentScript.sentences = {json.dumps(sentences, ensure_ascii=False)};\n"
        (folder / "said.js").write_text(said, "utf-8", newline="\n")
        spec = {
            "name": self.name, "size": drawing.pixels, "controls": self.shown(),
            "order": self.order, "count": self.count, "sheet": IN_A_SHEET, "fewer": self.fewer(),
        }  # fmt: skip
        (folder / "spec.json").write_text(json.dumps(spec, ensure_ascii=False), "utf-8")
        weight = sum(path.stat().st_size for path in folder.iterdir())
        if weight > HEAVIEST:
            raise LessonError(
                f"the {self.count} pictures of {self.draw.__name__} take {weight / 1e6:.1f} MB, "
                f"and a page has room for {HEAVIEST / 1e6:.0f}: say in the cell's metadata "
                '"pictures" of which controls every how-manieth position is enough'
            )
        return self.count

    def values(self, at):
        """What the drawing function is given at positions in the order of the sheets."""
        moved = [(self.controls[i], k) for i, k in zip(self.order, at, strict=True)]
        return self.fixed | {control["name"]: control["values"][k] for control, k in moved}

    def shown(self):
        """The controls as explore.js knows them, with the positions that there are here."""
        return [
            {key: control[key] for key in ("kind", "name", "label")}
            | {"texts": [control["texts"][k] for k in row], "start": row.index(control["start"])}
            for control, row in zip(self.controls, self.rows, strict=True)
        ]

    def fewer(self):
        """What a page has to say where it doesn't have every position."""
        left_out = [
            f"{len(row)} of {len(control['texts'])} positions of “{control['label']}”"
            for control, row in zip(self.controls, self.rows, strict=True)
            if len(row) < len(control["texts"])
        ]
        return f"On this page: {', '.join(left_out)}. The lesson has all." if left_out else ""


def read(draw, given):
    """The controls, dicts of kind, name, label, values, texts, start; and what is held fixed."""
    from utils.explore import controls

    found, fixed = controls.read(draw, given)
    kept = ("kind", "name", "label", "values", "texts")
    found = [{key: getattr(c, key) for key in kept} | {"start": c.nearest()} for c in found]
    return found, {name: widget.value for name, widget in fixed.items()}


def positions(control, every):
    """Those that are drawn: the ends, the start, and from there every nth."""
    count, start = len(control["texts"]), control["start"]
    n = count if every == "few" else every.get(control["name"], 1)
    return sorted({0, count - 1, *range(start % n, count, n)})


def sheet(images):
    """Pictures of one size, one below the other, with a palette of their own."""
    width, height = images[0].size
    whole = Image.new("RGB", (width, height * len(images)))
    for k, image in enumerate(images):
        whole.paste(image, (0, height * k))
    few = whole.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return few.convert("RGB")
