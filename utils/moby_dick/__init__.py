"""*Moby-Dick*, and a network that has read it. README.md says where they are from, and their
licence."""

import bz2
import io
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.arguments import shown
from utils.shipped import verified

FOLDER = Path(__file__).resolve().parent
SHA256 = {
    "moby_dick.txt.bz2": "5bfb7c3d5ff0dda5a911561a76c021eaddfd3e22a037c0b56eb0c36375a83099",
    "writer.npz": "47a4b396a3fef5fb7e868b66fb9133dd9360f2e48b32c364ea998971b785de5b",
}
SYMBOLS = "\n !\"'(),-.:;?abcdefghijklmnopqrstuvwxyz"  # all that is left after folding
NO_SYMBOL = re.compile(f"[^{re.escape(SYMBOLS)}]+")
FOLDED = str.maketrans({"—": "--", "–": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "œ": "oe"})


class Book(NamedTuple):
    """Lists of chapters, each a text of SYMBOLS alone."""

    train: list
    validation: list
    test: list


class Writer(NamedTuple):
    """weights: those of a GRU and a Dense layer, as get_weights() has them. letters: how many had
    been read after each round of its training. bits: a letter of the validation chapters, then."""

    weights: list
    letters: np.ndarray
    bits: np.ndarray


def load_moby_dick():
    """Melville's *Moby-Dick* in three parts, by chapters, each folded. -> Book

    Of 135 chapters and the epilogue those whose number ends in 5 are for validation, those whose
    number ends in 0 for the test. A file that has been changed raises a ValueError.
    """
    raw = bz2.decompress(shipped("moby_dick.txt.bz2")).decode("utf-8")
    chapters = [fold(chapter.split("\n", 2)[2]) for chapter in raw.split("\f")]
    part_of = {5: "validation", 0: "test"}  # by the last digit of the chapter's number
    book = Book([], [], [])
    for number, text in enumerate(chapters, start=1):  # the epilogue counts as 136
        getattr(book, part_of.get(number % 10, "train")).append(text)
    return book


def load_writer():
    """A GRU that has read the training chapters (`python -m tools.train_writer`). -> Writer

    A file that has been changed raises a ValueError.
    """
    content = shipped("writer.npz")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return Writer(weights_in(content), file["letters"], file["bits"])


def weights_in(content):
    """W_x, W_h and b of the GRU, W and b of the Dense layer. Of a matrix whole numbers are stored,
    and the unit of each column."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        W_x, W_h, W = (
            file[name] * file[f"{name}_unit"].astype("float32") for name in ("W_x", "W_h", "W")
        )
        b, b_y = (file[name].astype("float32") for name in ("b", "b_y"))
    return [W_x, W_h, b, W, b_y]


def fold(text):
    """`text` in the 39 SYMBOLS: capitals, quotes and dashes are made plain, what is left drops out.

    Blanks and line breaks that follow one another become one, and it ends in a line break.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {shown(text)}")
    kept = NO_SYMBOL.sub("", text.lower().translate(FOLDED))
    kept = re.sub(r" *\n[ \n]*", "\n", re.sub(" +", " ", kept))
    return kept.strip() + "\n"


def shipped(name):
    return verified(FOLDER / name, SHA256[name])
