"""What comes back from students is found and read in whatever form, or the teacher is told why not.

That it is then marked as it deserves, tests/test_assignment.py holds.
"""

import io
import json
import os
import unicodedata
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools.grading import intake

NAME = "02_numpy_rnn"
EXERCISES = ["step_backward", "rnn_backward", "numeric_gradient", "name_the_bugs"]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def lesson():
    """The learner edition, as it lies in notebooks/: a dict of JSON."""
    return json.loads((ROOT / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))


def sources(nb):
    cells = nb["cells"]
    return [(c["cell_type"], "".join(c["source"]).rstrip()) for c in cells]


def put(folder, where, content):
    path = folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def take(folder):
    return intake.take(folder, NAME, EXERCISES)


# Where it lies, and how it is called -------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        f"{NAME}/{NAME} (1).ipynb",
        f"{NAME}/{NAME}-Copy1.ipynb",
        f"{NAME}/Alice {NAME}.ipynb",
        f"{NAME}/{NAME}_final_Übung é.ipynb",
        f"{NAME}/02 NumPy RNN.ipynb",
        f"{NAME}/{NAME}.ipynb.txt",
        f"{NAME}/{NAME}.ipynb.json",
        f"{NAME}/{NAME}.json",
        f"{NAME}/Untitled.ipynb",
        f"{NAME}.ipynb",
        f"{NAME}/{NAME}/{NAME}.ipynb",
        f"{NAME}/release/{NAME}/{NAME}.ipynb",
        f"homework/-{NAME} [abc] *.ipynb",
        f"Alice_123_assignsubmission_file/{NAME}.ipynb",
        f"{NAME}/{NAME}.ipynb/{NAME}.ipynb",
    ],
)
def test_a_notebook_is_found_wherever_it_lies(tmp_path, lesson, where):
    put(tmp_path, where, lesson)
    nb, at, remarks = take(tmp_path)
    assert sources(nb) == sources(lesson)
    assert at == tmp_path / where and remarks == [f"taken from {tmp_path / where}"]


def test_the_notebook_in_its_place_counts_and_others_are_named(tmp_path, lesson):
    put(tmp_path, f"{NAME}/{NAME}.ipynb", lesson)
    assert take(tmp_path)[2] == []
    other = put(tmp_path, f"{NAME}/{NAME} (1).ipynb", {"cells": []})
    put(tmp_path, f"{NAME}/.ipynb_checkpoints/{NAME}-checkpoint.ipynb", {"cells": []})
    put(tmp_path, f"__MACOSX/._{NAME}.ipynb", b"\0\5\26\7")
    nb, _, remarks = take(tmp_path)
    assert sources(nb) == sources(lesson) and remarks == [f"not looked at: {other}"]


def test_the_same_work_twice_is_one_and_two_are_too_many(tmp_path, lesson):
    put(tmp_path, f"{NAME} (1).ipynb", lesson)
    put(tmp_path, "work.zip", zipped(**{f"{NAME}.ipynb": json.dumps(lesson)}))
    assert sources(take(tmp_path)[0]) == sources(lesson)
    put(tmp_path, f"{NAME} (2).ipynb", lesson | {"cells": lesson["cells"][:5]})
    with pytest.raises(intake.Unusable, match="several notebooks of this lesson: .*Keep one"):
        take(tmp_path)


def test_other_lessons_are_no_concern(tmp_path, lesson):
    assert take(tmp_path) is None
    other = next((ROOT / "notebooks").glob("01_*.ipynb"))
    put(tmp_path, f"{other.stem}/{other.name}", other.read_bytes())
    assert take(tmp_path) is None
    put(tmp_path, f"{other.stem}/{NAME}.ipynb", lesson)  # in the wrong folder
    assert sources(take(tmp_path)[0]) == sources(lesson)


def test_students_are_found_by_name_whatever_is_in_it(tmp_path):
    names = ["[abc]", "a", "*", "-x", "007", "Zoë Müller", "José", "é à", ".ipynb_checkpoints"]
    for name in names:
        (tmp_path / unicodedata.normalize("NFD", name)).mkdir()
    (tmp_path / f"alice_{NAME}.ipynb").touch()

    def found(wanted):
        return [unicodedata.normalize("NFC", p.name) for p in intake.students(tmp_path, wanted)]

    assert found("[abc]") == ["[abc]"] and found("*") == ["*"] and found("José") == ["José"]
    (tmp_path / "*").rmdir()
    assert sorted(found("*")) == sorted(set(names) - {"*", ".ipynb_checkpoints"})
    assert found("nobody") == []
    assert [path.name for path in intake.stray(tmp_path)] == [f"alice_{NAME}.ipynb"]


# Zipped ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [f"{NAME}.ipynb", f"{NAME}/{NAME}.ipynb", "Hausübung.ipynb"])
@pytest.mark.parametrize("where", ["work.zip", f"{NAME}/{NAME}.zip", f"{NAME}/{NAME}.ipynb"])
def test_a_zipped_notebook_is_unpacked(tmp_path, lesson, inside, where):
    members = {inside: json.dumps(lesson), f"__MACOSX/._{NAME}.ipynb": b"\0", "utils/a.py": "1"}
    put(tmp_path, where, zipped(**members))
    nb, at, _ = take(tmp_path)
    assert sources(nb) == sources(lesson) and at == tmp_path / where
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / where]


def test_a_zip_that_grows_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "RAW", 1_000_000)
    put(tmp_path, "work.zip", zipped(**{f"{NAME}.ipynb": b" " * 2_000_000}))
    with pytest.raises(intake.Unusable, match="more than 1,000,000 bytes"):
        take(tmp_path)


def test_what_cannot_be_unpacked_is_told(tmp_path, lesson):
    data = bytearray(zipped(**{f"{NAME}.ipynb": json.dumps(lesson)}))
    for sign in (b"PK\3\4", b"PK\1\2"):  # says that a password is needed
        at = data.index(sign)
        data[at + (6 if sign == b"PK\3\4" else 8)] |= 1
    put(tmp_path, "work.zip", bytes(data))
    with pytest.raises(intake.Unusable, match="can't be unpacked .*unpack it by hand"):
        take(tmp_path)
    (tmp_path / "work.zip").unlink()
    put(tmp_path, "work.rar", b"Rar!")
    with pytest.raises(intake.Unusable, match="there is .*work.rar .unpack it.*belongs at"):
        take(tmp_path)


# How it is written -------------------------------------------------------------------------------


def indented(nb):
    return json.dumps(nb, indent=1, ensure_ascii=False)


def third(nb):
    """The notebook in format 3, as IPython 2 wrote it."""
    cells = [dict(cell, metadata={}) for cell in nb["cells"]]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell |= {"input": cell.pop("source"), "language": "python", "prompt_number": 1}
            cell["outputs"] = []
    sheet = {"cells": cells, "metadata": {}}
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}


def without_ids(nb, **metadata):
    cells = [{k: v for k, v in cell.items() if k != "id"} for cell in nb["cells"]]
    return nb | {"cells": cells, "metadata": metadata, "nbformat_minor": 0}


def same_ids(nb):
    return nb | {"cells": [cell | {"id": "a"} for cell in nb["cells"]]}


COLAB = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "P"}}
VSCODE = {"kernelspec": {"name": "venv", "language": "python", "display_name": ".venv (3.12)"}}


@pytest.mark.parametrize(
    "write",
    [
        lambda nb: b"\xef\xbb\xbf" + indented(nb).encode(),
        lambda nb: indented(nb).encode("utf-16"),
        lambda nb: indented(nb).replace("\n", "\r\n").encode(),
        lambda nb: json.dumps(third(nb)).encode(),
        lambda nb: json.dumps(without_ids(nb, **COLAB)).encode(),
        lambda nb: json.dumps(without_ids(nb, **VSCODE)).encode(),
        lambda nb: json.dumps(same_ids(nb)).encode(),
        lambda nb: json.dumps({"cells": nb["cells"]}).encode(),
        lambda nb: json.dumps(nb | {"nbformat_minor": 99}).encode(),
        lambda nb: json.dumps(nb | {"metadata": {"widgets": {"state": None}}}).encode(),
    ],
    ids=["mark", "utf16", "crlf", "v3", "colab", "vscode", "same ids", "bare", "newer", "widgets"],
)
def test_a_notebook_is_read_as_any_program_writes_it(tmp_path, lesson, write):
    put(tmp_path, f"{NAME}/{NAME}.ipynb", write(lesson))
    nb, _, remarks = take(tmp_path)
    assert sources(nb) == sources(lesson) and not remarks
    nbformat.validate(nb)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)


def test_half_an_emoji_spoils_nothing(tmp_path, lesson):
    cell = {"cell_type": "code", "source": ["# \ud83d here\n", "x = '\ud83d\ude00'"], "outputs": []}
    stream = {"output_type": "stream", "name": "stdout", "text": "\udc00"}
    nb = lesson | {"cells": [*lesson["cells"], cell | {"outputs": [stream]}]}
    put(tmp_path, f"{NAME}/{NAME}.ipynb", nb)
    found = take(tmp_path)[0]
    assert found.cells[-1].source == "# \ufffd here\nx = '\U0001f600'"
    nbformat.write(found, tmp_path / "again.ipynb")


def test_outputs_do_not_count_for_the_size_but_text_does(tmp_path, lesson, monkeypatch):
    monkeypatch.setattr(intake, "LARGEST", 1_000_000)
    cells = json.loads(json.dumps(lesson["cells"]))
    shown = {"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}
    next(c for c in cells if c["cell_type"] == "code")["outputs"] = [shown]
    path = put(tmp_path, f"{NAME}/{NAME}.ipynb", lesson | {"cells": cells})
    assert path.stat().st_size > 3_000_000
    nb = take(tmp_path)[0]
    assert sources(nb) == sources(lesson)
    assert not any(cell.outputs for cell in nb.cells if cell.cell_type == "code")
    cells[1]["source"] = "x" * 1_000_001
    put(tmp_path, f"{NAME}/{NAME}.ipynb", lesson | {"cells": cells})
    with pytest.raises(intake.Unusable, match="more than 1,000,000 characters, its outputs left"):
        take(tmp_path)


def test_other_bytes_than_utf8_are_read_with_a_remark(tmp_path, lesson):
    text = indented({"cells": [{"cell_type": "code", "source": "x = 1  # für"}]})
    put(tmp_path, f"{NAME}/{NAME}.ipynb", text.encode("latin-1"))
    nb, _, remarks = take(tmp_path)
    assert nb.cells[0].source == "x = 1  # f\ufffdr" and "could not be read" in remarks[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b'{"cells": [', "it is damaged, perhaps cut short"),
        (b"[]", "it is damaged"),
        (b'{"cells": {}}', "it is damaged"),
        (b"[" * 100_000, "it is damaged"),
        (b"<!DOCTYPE html><title>Sign in</title>", "it is a web page; ask for the .ipynb"),
        (b"%PDF-1.7", "it is a PDF"),
        (b'{"cells": [\n<<<<<<< HEAD\n', "left by a merge"),
        (zipped(a="1"), "it"),
    ],
)
def test_what_is_no_notebook_is_told(tmp_path, content, words):
    put(tmp_path, f"{NAME}/{NAME}.ipynb", content)
    with pytest.raises(intake.Unusable, match=words):
        take(tmp_path)
    (tmp_path / NAME / f"{NAME}.ipynb").rename(tmp_path / f"{NAME} (1).ipynb")
    with pytest.raises(intake.Unusable, match=words):
        take(tmp_path)


def test_cells_of_no_known_form_are_left_out(tmp_path):
    good = {"cell_type": "code", "source": "x = 1"}
    bad = [None, 3, {"cell_type": "code", "source": 7}, {}, {"cell_type": ["x"], "source": "y"}]
    put(tmp_path, f"{NAME}/{NAME}.ipynb", {"cells": [*bad, good], "metadata": 3})
    nb = take(tmp_path)[0]
    assert [cell.source for cell in nb.cells if cell.cell_type == "code"] == ["x = 1"]


@pytest.mark.skipif(os.name != "posix", reason="of permissions")
def test_what_may_not_be_read_is_told(tmp_path, monkeypatch):
    path = put(tmp_path, f"{NAME}/{NAME}.ipynb", {"cells": []})

    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(intake.Unusable, match="can't be read: Permission denied"):
            take(tmp_path)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(intake.Unusable, match="can't be read: Permission denied"):
        take(tmp_path)


def test_no_link_is_followed(tmp_path, lesson):
    real = put(tmp_path / "elsewhere", f"{NAME}.ipynb", lesson)
    theirs = tmp_path / "submitted" / "bob"
    (theirs / NAME).mkdir(parents=True)
    (theirs / NAME / f"{NAME}.ipynb").symlink_to(real)
    with pytest.raises(intake.Unusable, match="is a link"):
        take(theirs)
    (theirs / NAME / f"{NAME}.ipynb").rename(theirs / NAME / f"{NAME} (1).ipynb")
    with pytest.raises(intake.Unusable, match="no notebook of this lesson"):
        take(theirs)
    os.rename(theirs / NAME, theirs / "other")
    (theirs / NAME).symlink_to(real.parent)
    with pytest.raises(intake.Unusable, match="is a link"):
        take(theirs)


def test_another_name_of_somebody_s_file_is_no_submission(tmp_path, lesson):
    """A hard link: on a shared disk, who may not read a file may still give it a second name."""
    real = put(tmp_path / "elsewhere", f"{NAME}.ipynb", lesson)
    for where in (f"{NAME}/{NAME}.ipynb", f"{NAME}/{NAME} (1).ipynb"):
        theirs = tmp_path / "submitted" / "bob" / where
        theirs.parent.mkdir(parents=True, exist_ok=True)
        os.link(real, theirs)
        with pytest.raises(intake.Unusable, match="one of several names of a file .a hard link."):
            take(tmp_path / "submitted" / "bob")
        theirs.unlink()
