"""Real speech: nine men who say two vowels. README.md says where it is from, and its licence."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.shipped import verified

FOLDER = Path(__file__).resolve().parent
FILE = "japanese_vowels.npz"
SHA256 = "6338894d8bcd26f752d6d77f3ec8a33146dad502ffa4f89d0830e225db59922e"
LEARN_FROM = 270  # the first so many of the file; the others are the data's own test


class Utterances(NamedTuple):
    """frames: a list of arrays (timesteps, 12), one an utterance. speaker: 0 to 8, (utterances,)"""

    frames: list
    speaker: np.ndarray


def load_vowels():
    """Nine men say /ae/: 270 utterances to learn from, 370 to be tested on. -> two Utterances

    Each has 7 to 29 frames, 6.4 ms apart, of 12 cepstrum coefficients. Kudo, Toyama and Shimbo
    (1999); README.md says more. A file that has been changed raises a ValueError.
    """
    content = io.BytesIO(verified(FOLDER / FILE, SHA256))
    with np.load(content, allow_pickle=False) as file:
        values, lengths, speaker = (file[name] for name in ("millionths", "lengths", "speaker"))
    frames = np.split(values / 1e6, np.cumsum(lengths)[:-1])
    parts = slice(LEARN_FROM), slice(LEARN_FROM, None)
    return tuple(Utterances(frames[part], speaker[part].astype(int) - 1) for part in parts)
