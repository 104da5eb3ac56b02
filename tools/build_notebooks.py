"""Derive the learner edition and store both editions executed (`make notebooks`).

solutions/NN_name.ipynb is the one hand-edited form of a lesson. It is executed and stored again
with the same sources; notebooks/NN_name.ipynb, with stubs for the solutions, is derived from it,
executed and stored. Both are written in one canonical form: a second run changes no byte.
"""

import argparse
import ast
import contextlib
import copy
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import nbjson

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"  # nbgrader's markers, and its stub
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
FOLDED = "Folded: guess first, then run this cell."
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ENVIRONMENT = {
    "COURSE_STATIC": "1",  # figures instead of widgets
    "PYTEST_CURRENT_TEST": "make notebooks",  # ipykernel then leaves C-level stderr alone, as nbval
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",  # as conftest.py sets it
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class LessonError(Exception):
    """Something in a lesson that its author has to put right."""


# The canonical form ------------------------------------------------------------------------------


def parse(text):
    """The notebook stored in a JSON text, as it stands: nothing is repaired on the way."""
    try:
        nb = nbjson.reads(text)
        if nb.nbformat == 4:
            return nb
    except (ValueError, AttributeError):
        pass
    raise LessonError("not a notebook of nbformat 4 (cut short, or left by a merge?)")


def canonical(nb):
    """The text of the file that stores `nb`: equal notebooks give equal bytes."""
    nb = normal(nb)
    nbformat.validate(nb)
    return nbjson.writes(nb) + "\n"


def normal(nb):
    """A copy of `nb` that holds what belongs to the lesson, and nothing of the session it saw."""
    nb = copy.deepcopy(nb)
    nb.nbformat_minor = 5
    # "derived" is the fingerprint that `derive` leaves; see `holds_work`.
    kept = {"derived": nb.metadata["derived"]} if "derived" in nb.metadata else {}
    nb.metadata = nbformat.from_dict(METADATA | kept)
    name_cells(nb.cells)
    executions = 0
    for number, cell in enumerate(nb.cells, 1):
        cell.source = cell.source.rstrip()
        cell.metadata = normal_metadata(cell.metadata)
        if cell.cell_type == "code":
            executed = cell.get("execution_count") is not None
            executions += executed
            cell.execution_count = executions if executed else None
            cell.outputs = normal_outputs(cell, where(number, cell))
    return nb


def where(number, cell):
    return f"cell {number} (id {cell.get('id')})"


def name_cells(cells):
    """Give an id to cells without one (from their content), and hold all ids to the format."""
    taken = set()
    for number, cell in enumerate(cells, 1):
        if "id" not in cell:
            continue
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.id):
            raise LessonError(f"{where(number, cell)}: an id is 1 to 64 of a-z A-Z 0-9 _ -")
        if cell.id in taken:
            raise LessonError(f"{where(number, cell)}: an earlier cell has the same id")
        taken.add(cell.id)
    for cell in cells:
        seed = cell.cell_type + cell.source.rstrip()
        while "id" not in cell:
            seed = digest(seed)
            if seed[:8] not in taken:
                cell.id = seed[:8]
                taken.add(cell.id)


def digest(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def normal_metadata(metadata):
    """What a lesson may say about a cell: its tags, its slide, whether its output is collapsed,
    and which of an explorer's pictures the reading edition has."""
    kept = {key: metadata[key] for key in ("pictures", "slideshow", "tags") if metadata.get(key)}
    if metadata.get("jupyter", {}).get("outputs_hidden"):
        kept["jupyter"] = {"outputs_hidden": True}
    return nbformat.from_dict(kept)


def normal_outputs(cell, place):
    """The outputs without stderr, each run of stdout in one piece, counted as the cell is."""
    outputs = []
    for output in cell.outputs:
        stream = output.output_type == "stream"
        if stream and output.name == "stderr":
            continue
        if stream and outputs and outputs[-1].output_type == "stream":
            outputs[-1].text += output.text
            continue
        if "metadata" in output:
            output.metadata = nbformat.NotebookNode()
        if "execution_count" in output:
            output.execution_count = cell.execution_count
        outputs.append(output)
    found = ADDRESS.search(json.dumps(outputs))
    if found:
        raise LessonError(
            f"{place}: the output holds a memory address ({found.group()}), which changes with "
            "every run; print the object's content instead"
        )
    return outputs


def without_links(text):
    """Markdown whose links to other lessons are plain words, for where those lessons are not."""
    return re.sub(r"\[([^\]]*)\]\((?:\.\./\w+/)?\d\d_\w+\.ipynb(?:#[^)]*)?\)", r"\1", text)


# The learner edition -----------------------------------------------------------------------------


def derive(nb):
    """The learner edition of a complete one: stubs for solutions, not yet executed."""
    nb = normal(blank(nb))
    for number, cell in enumerate(nb.cells, 1):
        cell.source = stub(cell, where(number, cell))
        for of_the_complete_edition in ("jupyter", "pictures"):
            cell.metadata.pop(of_the_complete_edition, None)
        if cell.cell_type == "code" and "predict" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = nbformat.from_dict({"outputs_hidden": True})
    nb.cells = [cell for cell in nb.cells if "solution" not in cell.metadata.get("tags", [])]
    nb.metadata["derived"] = digest(content(nb))
    return nb


def keep_answers_back(nb):
    """Let each cell with a prediction store the words FOLDED in place of what it shows.

    Collapsing is not enough: JupyterLab shows the beginning of a collapsed output, GitHub and
    nbviewer show all of it. The answer stands in the complete edition; the tests compare with that.
    """
    for cell in nb.cells:
        if "predict" in cell.metadata.get("tags", []):
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=FOLDED + "\n")]


def is_kept_back(cell):
    return [output.get("text") for output in cell.get("outputs", [])] == [FOLDED + "\n"]


def blank(nb):
    """A copy of `nb` as if it had never been executed."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def stub(cell, place):
    """The cell's source, each solution region replaced by a stub at the region's indentation."""
    kept, raises, inside = [], [], False
    for line in cell.source.split("\n"):
        mark = line.strip()
        if mark not in (BEGIN, END):
            if re.search(r"(BEGIN|END) SOLUTION", line, re.IGNORECASE):
                raise LessonError(f"{place}: write a marker alone on its line, {BEGIN} or {END}")
            if not inside:
                kept.append(line)
        elif inside == (mark == BEGIN):
            raise LessonError(f"{place}: {mark} {'in a region' if inside else 'without a BEGIN'}")
        else:
            inside = not inside
            if inside:
                kept += [line[: len(line) - len(line.lstrip())] + text for text in STUB]
                raises.append(len(kept))
    if inside:
        raise LessonError(f"{place}: {BEGIN} without an END")
    source = "\n".join(kept)
    if raises:
        check_stubs(cell, source, raises, place)
    return source


def check_stubs(cell, source, raises, place):
    """An unsolved cell has to run: each stub stands, as a statement, inside a function."""
    if cell.cell_type != "code":
        raise LessonError(f"{place}: a solution region in {cell.cell_type}; tag it `solution`")
    try:
        functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    except SyntaxError as error:
        raise LessonError(f"{place}: without its solution it isn't Python: {error}") from None
    stubs = {n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Raise)}
    if not stubs.issuperset(raises):
        raise LessonError(f"{place}: a solution region outside a function; its stub would raise")


# Nothing that someone wrote is lost --------------------------------------------------------------


def content(nb):
    """What a person writes in a notebook; outputs, counts and collapsing come from running it."""
    return [
        [cell.cell_type, cell.source, cell.get("attachments"), cell.metadata | {"jupyter": None}]
        for cell in normal(blank(nb)).cells
    ]


def holds_work(path, derived):
    """Whether the learner notebook at `path` holds work that overwriting it would lose.

    It holds none if its content is what is about to be written, what an earlier run wrote (then
    its fingerprint fits), or what the last commit keeps. In doubt it does.
    """
    if not path.exists():
        return False
    try:
        nb = parse(path.read_text("utf-8"))
        mine = content(nb)
    except (LessonError, UnicodeDecodeError):
        return committed(path) != path.read_bytes()
    if mine == content(derived) or nb.metadata.get("derived") == digest(mine):
        return False
    try:
        return content(parse((committed(path) or b"").decode())) != mine
    except (LessonError, UnicodeDecodeError):
        return True


def committed(path):
    """The file's bytes in the last commit; None if there are none, or no git."""
    command = ["git", "show", f"HEAD:./{path.name}"]
    try:
        shown = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)
    except OSError:
        return None
    return shown.stdout if shown.returncode == 0 else None


def keep_copy(path):
    """Save the file beside itself, under a name that is still free."""
    kept, number = path.with_suffix(".yours.ipynb"), 1
    while kept.exists():
        number += 1
        kept = path.with_suffix(f".yours-{number}.ipynb")
    try:
        return shutil.copy2(path, kept)
    except OSError:
        kept.unlink(missing_ok=True)  # half a copy is none
        raise


def replace(path, text):
    """Write the whole file or, if that fails, leave the old one as it was."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(new, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path):
    """An empty folder that takes the place of `path` once all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as work:
        new = Path(work, path.name)
        new.mkdir()
        yield new
        replace_folder(path, new)


@contextlib.contextmanager
def exit_with_words():
    """End the program with what a LessonError says, and no traceback."""
    try:
        yield
    except LessonError as error:
        sys.exit(str(error))


def replace_folder(path, new):
    """Put the folder `new` in the place of the one at `path`, which stays until then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as old:
        if path.exists():
            path.rename(Path(old, path.name))
        try:
            new.rename(path)
        except OSError:
            if Path(old, path.name).exists():
                Path(old, path.name).rename(path)
            raise


# The run -----------------------------------------------------------------------------------------


@dataclass
class Edition:
    path: Path  # the file to write
    nb: nbformat.NotebookNode  # what to execute
    before: bytes | None  # the file as it was found
    keep: bool = False  # whether it holds work: save a copy first

    @property
    def name(self):
        return f"{self.path.parent.name}/{self.path.name}"


def lessons(root):
    return sorted((root / "solutions").glob("[0-9][0-9]_*.ipynb"))


def some_lessons(root):
    """The lessons, of which there have to be some: what is made of none would be empty."""
    if found := lessons(root):
        return found
    raise LessonError(
        f"there is no lesson in {root / 'solutions'}: is a branch without them checked out? "
        "`git switch -` goes back to the one before"
    )


def lesson(root, beginning):
    """The lesson whose name begins like that, "02"; its number is enough, "2"."""
    number = f"{beginning}_".zfill(3) if beginning.isdecimal() else beginning
    found = [path for path in some_lessons(root) if path.stem.startswith(number)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.stem for path in lessons(root))
    raise LessonError(f"{beginning!r} is not the beginning of one name among {names}")


def editions(source, force):
    """Both editions of the lesson at `source`, to be executed."""
    before = source.read_bytes()
    nb = normal(blank(parse(before.decode())))
    derived = derive(nb)
    path = source.parent.parent / "notebooks" / source.name
    found = path.read_bytes() if path.exists() else None
    work = holds_work(path, derived)
    if work and not force:
        raise LessonError(
            f"notebooks/{path.name} holds work that no commit keeps and that would be "
            "overwritten. Commit it, move it away, or run again with --force, which first saves "
            f"a copy beside it as {path.stem}.yours.ipynb"
        )
    return [Edition(source, nb, before), Edition(path, derived, found, keep=work)]


def execute(nb, folder):
    """The notebook executed by a fresh kernel in `folder`."""
    nb, at = copy.deepcopy(nb), [0]
    client = NotebookClient(
        nb,
        kernel_name="python3",
        timeout=600,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # no remarks on the kernel's own transport
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: at.append(cell_index),
    )
    try:
        client.execute(env=os.environ | ENVIRONMENT)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        lines = COLOURS.sub("", str(error)).strip().splitlines()[-12:]
        place = where(at[-1] + 1, nb.cells[at[-1]])
        raise LessonError("\n    ".join([f"{place} failed, nothing written:", *lines])) from None
    return nb


def keep_timings(nb, before):
    """Let cells that nbval doesn't compare keep what an earlier run stored, if they are unchanged.

    What they show differs from run to run; so a second run changes no byte. A notebook saved by
    JupyterLab is no such earlier run, nor canonical: there, the cells show what they show now.
    """
    try:
        old = parse((before or b"").decode())
        if canonical(old).encode() != before:
            return
    except (LessonError, UnicodeDecodeError, nbformat.ValidationError):
        return
    stored = {cell.id: cell for cell in old.cells}
    for cell in nb.cells:
        kept = stored.get(cell.id, {})
        same = kept.get("execution_count") and kept.source == cell.source
        if same and "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = kept.outputs


def build(edition):
    """Execute one edition and store it; what there is to say about it, and whether it went well."""
    start, notes = time.perf_counter(), []
    try:
        folder = edition.path.parent
        folder.mkdir(exist_ok=True)
        nb = execute(edition.nb, folder)
        notes.extend(f"stderr of {place}, not stored: {line}" for place, line in stderr(nb))
        keep_timings(nb, edition.before)
        if "derived" in nb.metadata:
            keep_answers_back(nb)
        text = canonical(nb)
        if edition.before != (edition.path.read_bytes() if edition.path.exists() else None):
            raise LessonError("the file was changed while it was executed; not written. Run again")
        if edition.keep:
            notes.append(f"your version is kept as {keep_copy(edition.path).name}")
        changed = text.encode() != edition.before
        if changed:
            replace(edition.path, text)
    except (LessonError, OSError) as error:
        return f"{edition.name}: {error}", False
    state = "written" if changed else "unchanged"
    head = f"{edition.name}: {state} ({time.perf_counter() - start:.1f} s)"
    return "\n    ".join([head, *notes]), True


def stderr(nb):
    """The place and the last line of everything that cells wrote to stderr."""
    for number, cell in enumerate(nb.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr" and output.text.strip():
                yield where(number, cell), output.text.strip().splitlines()[-1]


def drift(source):
    """In what way the learner edition differs from what `source` gives, outputs aside; or None."""
    path = source.parent.parent / "notebooks" / source.name
    if not path.exists():
        return "missing"
    stored = canonical(blank(parse(path.read_text("utf-8"))))
    return None if stored == canonical(derive(parse(source.read_text("utf-8")))) else "drifted"


def main(arguments=None, root=ROOT):
    """Build or check the lessons; the exit status."""
    parser = argparse.ArgumentParser(prog="make notebooks", description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*", help="beginnings of names, such as 02 (default: all)")
    parser.add_argument("--check", action="store_true", help="execute nothing, report drift")
    parser.add_argument("--force", action="store_true", help="overwrite work, keeping a copy")
    options = parser.parse_args(arguments)
    wanted = tuple(Path(name).stem for name in options.lessons)
    try:
        every = some_lessons(root)
    except LessonError as error:
        parser.error(str(error))
    for name in wanted:
        if not any(source.stem.startswith(name) for source in every):
            parser.error(f"no lesson {name}; there are {[path.stem for path in every]}")
    sources = [s for s in every if not wanted or s.stem.startswith(wanted)]
    jobs, failed = [], False
    for source in sources:
        try:
            if not options.check:
                jobs += editions(source, options.force)
            elif state := drift(source):
                failed = True
                print(f"notebooks/{source.name}: {state}; run `make notebooks`")
        except (LessonError, UnicodeDecodeError) as error:
            failed = True
            print(f"{source.stem}: {error}")
    with ThreadPoolExecutor(2) as pool:
        for report, well in pool.map(build, jobs):
            failed |= not well
            print(report, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
