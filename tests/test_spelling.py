"""Letters and sounds as numbers, edits, and spelling by counting."""

import numpy as np
import pytest

from tests.helpers.bad_input import refused
from utils.dictionary import load_words
from utils.spelling import (
    Windows,
    aligned,
    as_letters,
    as_sounds,
    as_words,
    edits,
    judged,
    nearest_words,
)


def test_letters_and_sounds_as_numbers_and_back():
    assert as_letters(["cab", "z"]).tolist() == [[3, 1, 2], [26, 0, 0]]
    said = [["K", "AE", "B"], ["Z"], []]
    table = as_sounds(said)
    assert table.shape == (3, 12) and table[:, 0].tolist() == [1, 1, 1]
    assert as_words(table[:, 1:]) == said
    assert as_words(np.array([[3, 4], [1, 4]])) == [["AE", "AH"], []]  # never ended, and at once


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("kitten", "sitting", 3),
     ("ab", "ba", 2), ("abcd", "bcd", 1)],
)  # fmt: skip
def test_edits(a, b, count):
    assert edits([*a], [*b]) == edits([*b], [*a]) == count


def test_judged_counts_words_and_edits_a_sound():
    whole, wrong = judged([["K", "AE"], ["B"]], [["K", "AE", "T"], ["B"]])
    assert whole.tolist() == [False, True] and wrong == 1 / 4


def test_the_nearest_word_is_that_with_the_fewest_edits():
    known = ["though", "tough", "house", "mousse"]
    assert nearest_words(["trough", "thoug", "mouse"], known) == [0, 0, 2]
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice([*"abc"], rng.integers(2, 6))) for _ in range(40)]
    for word, place in zip(words[:9], nearest_words(words[:9], words[9:]), strict=True):
        assert edits([*word], [*words[9:][place]]) == min(edits([*word], [*w]) for w in words[9:])


def test_letters_are_given_their_sounds():
    learn, *_ = load_words()
    divided = aligned(learn.letters, learn.sounds)
    for word, sounds, parts in zip(learn.letters, learn.sounds, divided, strict=True):
        assert len(parts) == len(word) and [s for part in parts for s in part] == sounds
    of = dict(zip(learn.letters, divided, strict=True))
    assert of["brought"] == [("B",), ("R",), ("AO",), (), (), (), ("T",)]
    assert of["vex"] == [("V",), ("EH",), ("K", "S")]
    again = aligned(learn.letters[:50], learn.sounds[:50])
    assert again == aligned(learn.letters[:50], learn.sounds[:50])


def test_windows_answer_by_the_widest_that_was_seen():
    words, sounds = (
        ["cat", "city", "cot"],
        [["K", "AE", "T"], ["S", "IH", "T", "IY"], ["K", "AA", "T"]],
    )
    windows = Windows(1).fit(words * 3, sounds * 3)
    assert windows.write(["cit"])[0][0] == "S"  # c before i was seen
    assert windows.write(["cxt"])[0][0] == windows.write(["cit"], reach=0)[0][0] == "K"
    assert windows.write(words) == sounds
    with pytest.raises(RuntimeError, match="call fit"):
        Windows(1).write(["cat"])


def test_what_cannot_be_read_is_refused():
    for bad in (["été"], ["Cat"], [""], ["it's"], "cat", [], [3], None):
        refused("words", as_letters, bad)
    for bad in ([["XX"]], [["K"] * 11], ["K"], [], [[3]]):
        refused("sounds", as_sounds, bad)
    refused("written", judged, [["K"]], [["K"], ["T"]])
