"""Words and how they sound, from CMU's dictionary. README.md says where from, and its licence."""

from pathlib import Path
from typing import NamedTuple

from utils.shipped import verified

FOLDER = Path(__file__).resolve().parent
FILE = "words.txt"
SHA256 = "61e214c52218379408aff927e0f96a3cffc43fdbd635e4149ccd97168c3a7477"
PARTS = 11_000, 12_000  # the first so many to learn from, those up to here held out, then the test


class Words(NamedTuple):
    """letters: a list of words. sounds: for each of them the list of its sounds, such as "CH"."""

    letters: list
    sounds: list


def load_words():
    """English words and their sounds: 11,000 to learn from, 1,000 held out, 1,000 for the test.

    -> three Words. A word has 3 to 10 letters, a to z, and at most 10 of 39 sounds, as CMU's
    dictionary has them, without stress. README.md says more. A file that has been changed raises
    a ValueError.
    """
    content = verified(FOLDER / FILE, SHA256).decode("ascii")
    rows = [line.split() for line in content.splitlines()]
    letters, sounds = [word for word, *_ in rows], [heard for _, *heard in rows]
    ends = (0, *PARTS, len(rows))
    parts = [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)]
    return tuple(Words(letters[part], sounds[part]) for part in parts)
