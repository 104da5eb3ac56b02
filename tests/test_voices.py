"""The shipped utterances: what they are, where from, and that no other file passes for them."""

import hashlib
import shutil

import numpy as np
import pytest

from utils import voices
from utils.data import load_vowels

README = (voices.FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_utterances():
    for part, count, men in zip(
        load_vowels(), (270, 370), ([30] * 9, [31, 35, 88, 44, 29, 24, 40, 50, 29]), strict=True
    ):
        assert len(part.frames) == len(part.speaker) == count
        assert np.bincount(part.speaker).tolist() == men  # as the archive's page counts them
        assert {frames.shape[1] for frames in part.frames} == {12}
        assert {frames.dtype for frames in part.frames} == {np.dtype("float64")}
    lengths = [len(frames) for part in load_vowels() for frames in part.frames]
    assert (min(lengths), max(lengths), sum(lengths)) == (7, 29, 9961)


def test_the_numbers_are_those_of_the_source():
    train, test = load_vowels()
    assert train.frames[0][:3, 0].tolist() == [1.860936, 1.891651, 1.939205]
    assert train.frames[0][0, :3].tolist() == [1.860936, -0.207383, 0.261557]
    assert test.frames[-1][-1, -2:].tolist() == [-0.016634, 0.224688]


def test_the_readme_says_where_they_are_from():
    assert hashlib.sha256((voices.FOLDER / voices.FILE).read_bytes()).hexdigest() in README
    for words in (
        "Kudo",
        "CC BY 4.0, as the archive's page",
        "10.24432/C5NS47",
        "aeon 1.6.0",
        "does not confirm it",
    ):
        assert words in README
    assert {path.name for path in voices.FOLDER.glob("*.*")} == {
        "__init__.py",
        "README.md",
        voices.FILE,
    }
    assert (voices.FOLDER / voices.FILE).stat().st_size < 400_000


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    shutil.copy(voices.FOLDER / voices.FILE, tmp_path)
    monkeypatch.setattr(voices, "FOLDER", tmp_path)
    assert len(load_vowels()[0].frames) == 270
    with open(tmp_path / voices.FILE, "ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match="japanese_vowels.npz is not the file .*checksum differs"):
        load_vowels()
