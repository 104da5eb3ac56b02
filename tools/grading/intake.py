"""What comes back from students, in whatever form: found, read, and made whole for marking.

People rename notebooks, zip them, put them a folder too high or too deep, save them with other
programs, or hand in the lesson from notebooks/. Their code is what counts: `take` finds it and
makes a sound notebook of it, without outputs. What can't be read is an `Unusable`, which says what
to do about it.
"""

import fnmatch
import io
import json
import os
import re
import unicodedata
import zipfile
from functools import partial
from pathlib import Path

from nbformat import v4

LARGEST = 10_000_000  # characters of a notebook without its outputs
RAW = 100_000_000  # bytes of a file as it was handed in
OTHER_ARCHIVES = (".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
LONE = re.compile("[\ud800-\udfff]")  # half of a character, such as an emoji cut in two


class Unusable(Exception):
    """Why there is nothing to mark, and what the teacher can do."""


def sound(text):
    """`text` as any file can hold it: half a character becomes a question mark in a lozenge."""
    return LONE.sub("\ufffd", text)


def alike(a, b):
    """Are two names the same? A letter and its accent are two characters on some systems."""
    return unicodedata.normalize("NFC", a) == unicodedata.normalize("NFC", b)


def students(folder, wanted):
    """The folders of the students in `folder` whose names are `wanted`, or fit it as a pattern."""
    found = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] != "."]
    same = [path for path in found if alike(path.name, wanted)]
    return same or [path for path in found if fnmatch.fnmatchcase(path.name, wanted)]


def stray(folder):
    """The files in `folder` that lie in no student's folder."""
    return [path for path in sorted(folder.iterdir()) if path.is_file() and path.name[0] != "."]


def take(folder, name, exercises):
    """The notebook of the lesson `name` that a student's folder holds, and remarks on it.

    -> (notebook, its file, remarks); None if nothing was handed in. Raises Unusable.
    """
    due = folder / name / f"{name}.ipynb"
    for path in (folder, due.parent, due):
        if path.is_symlink():
            raise Unusable(f"{path} is a link: put the file itself there")
    if due.is_file():
        found = [at for at, _, _ in files(folder) if is_named(at, name)]
        others = [at for at in found if not at.startswith(str(due))]
        try:
            nb, remarks = read(partial(own_bytes, due), due.stat().st_size, due)
        except Unusable as why:
            raise Unusable("; there is also ".join([str(why), *others])) from None
        return nb, due, remarks + [f"not looked at: {at}" for at in others]
    tried, problems = [], []
    for at, size, content in files(folder):
        known = is_named(at, name)
        if known or re.search(r"\.(ipynb|json)$", at):
            try:
                nb, remarks = read(content, size, at)
                if known or belongs(nb, exercises):
                    tried.append((nb, at, remarks))
            except Unusable as why:
                problems.append(str(why))
    if len({tuple(cell.source for cell in nb.cells) for nb, _, _ in tried}) > 1:
        raise Unusable(
            f"there are several notebooks of this lesson: {', '.join(at for _, at, _ in tried)}. "
            f"Keep one of them, as {due}; several students' need a folder each in {folder.parent}"
        )
    if tried:
        nb, at, remarks = tried[0]
        return nb, Path(at.partition(": ")[0]), [f"taken from {at}", *remarks]
    here = [at for at, _, _ in everything(folder) if Path(at).parent in (folder, due.parent)]
    if due.parent.exists() or here:
        found = "; ".join(problems) or f"there is {', '.join(here[:5]) or 'nothing in its folder'}"
        unpack = " (unpack it)" if any(at.endswith(OTHER_ARCHIVES) for at in here) else ""
        raise Unusable(f"no notebook of this lesson: {found}{unpack}. It belongs at {due}")
    return None


# Files -------------------------------------------------------------------------------------------


def everything(folder):
    """Each file below `folder`, but for links and what programs leave: (place, size, reader)."""
    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(f for f in folders if f[0] != "." and f != "__MACOSX" and f != "utils")
        for name in sorted(names):
            path = Path(root, name)
            if name[0] != "." and path.is_file() and not path.is_symlink():
                yield str(path), path.stat().st_size, partial(own_bytes, path)


def own_bytes(path):
    """The bytes of a file that is the student's own: a hard link may lead to somebody else's."""
    if path.stat().st_nlink > 1:
        raise Unusable(f"{path} is one of several names of a file (a hard link): put a copy there")
    return path.read_bytes()


def refused(error):
    raise Unusable(f"{error.filename} can't be read: {error.strerror}")


def files(folder):
    """The same, with what zipped files hold beside them: "work.zip: 02_numpy_rnn.ipynb"."""
    for at, size, content in everything(folder):
        yield at, size, content
        if os.stat(at).st_nlink == 1 and zipfile.is_zipfile(at):  # else it may be another's
            yield from members(at, at)


def members(archive, at):
    try:
        packed = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return
    for info in packed.infolist():
        parts = Path(info.filename).parts
        if not info.is_dir() and "__MACOSX" not in parts and all(p[0] != "." for p in parts):
            yield f"{at}: {info.filename}", info.file_size, lambda i=info: unpacked(packed, i)


def unpacked(packed, info):
    try:
        return packed.read(info)  # never more than its size says
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, OSError) as error:
        raise Unusable(f"{info.filename} can't be unpacked ({error}): unpack it by hand") from None


def is_named(at, name):
    """Is the file called as the lesson is, perhaps with more: "Alice 02_numpy_rnn (1).ipynb"?"""
    file = re.split(r"[/\\]|: ", at)[-1].casefold()
    plain = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", file))
    wanted = re.sub(r"[\W_]+", " ", name.casefold())
    return wanted in plain and re.search(r"\.(ipynb|json)\b", file) is not None


# Notebooks ---------------------------------------------------------------------------------------


def read(content, size, at):
    """A notebook of the same cells without outputs, and remarks on its file."""
    if size > RAW:
        raise Unusable(f"{at} has more than {RAW:,} bytes: clear its outputs and save it again")
    try:
        data = content()
    except OSError as error:
        raise Unusable(f"{at} can't be read: {error.strerror}") from None
    if data[:4] == b"PK\x03\x04":
        packed = members(io.BytesIO(data), at)
        inside = [found for found in packed if found[0].endswith(".ipynb") and found[0] != at]
        if len(inside) != 1:
            raise Unusable(f"{at} is a zipped folder: unpack it")
        return read(inside[0][2], inside[0][1], inside[0][0])
    text, remarks = decoded(data)
    try:
        stored = json.loads(text)
        cells = list(whole(stored))
    except (ValueError, RecursionError, MemoryError):
        raise Unusable(f"{at} is no notebook: {what_else(text)}") from None
    if sum(len(cell.source) for cell in cells) > LARGEST:
        raise Unusable(f"{at} has more than {LARGEST:,} characters, its outputs left out")
    return v4.new_notebook(cells=cells), remarks


def decoded(data):
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), []
    try:
        return data.decode(), []
    except UnicodeDecodeError:
        return data.decode(errors="replace"), ["some characters in it could not be read"]


def what_else(text):
    """What a file is that is no notebook, and what to ask for."""
    beginning = text.lstrip()[:200].casefold()
    if not beginning:
        return "it is empty; ask for it again"
    if beginning.startswith(("<!doctype", "<html")):
        return "it is a web page; ask for the .ipynb file"
    if beginning.startswith("%pdf"):
        return "it is a PDF; ask for the .ipynb file"
    if "<<<<<<< " in text:
        return "it was left by a merge that failed (<<<<<<<); ask for it again"
    return "it is damaged, perhaps cut short; ask for it again"


def whole(stored):
    """The cells of a notebook of any format, as new ones. Raises ValueError if it is none."""
    if not isinstance(stored, dict):
        raise ValueError
    sheets = stored.get("worksheets", [stored])  # up to format 3
    if not all(isinstance(s, dict) and isinstance(s.get("cells"), list) for s in sheets):
        raise ValueError
    for cell in [cell for sheet in sheets for cell in sheet["cells"] if isinstance(cell, dict)]:
        kind = cell.get("cell_type")
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        if not isinstance(source, str):
            continue
        source = sound(source.replace("\r\n", "\n").replace("\r", "\n")).rstrip()
        if kind == "code":
            new = v4.new_code_cell(source)
        elif kind == "heading":
            level = cell.get("level") if cell.get("level") in range(1, 7) else 1
            new = v4.new_markdown_cell(f"{'#' * level} {source}")
        else:
            new = v4.new_markdown_cell(source)
        marks = cell.get("metadata")
        marks = marks.get("nbgrader") if isinstance(marks, dict) else None
        if isinstance(marks, dict) and isinstance(marks.get("grade_id"), str):
            new.metadata["nbgrader"] = {"grade_id": sound(marks["grade_id"])}
        yield new


def belongs(nb, exercises):
    """Is this the lesson with these exercises? It defines most of them, whatever its name is."""
    code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")
    found = [name for name in exercises if re.search(rf"(?m)^[ \t]*def {name}\b", code)]
    return 2 * len(found) > len(exercises)
