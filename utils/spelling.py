"""Letters and sounds as numbers, what is wrong with what was written, and spelling by counting.

Letters and sounds are whole numbers, with 0 for padding. `Windows` is what a network has to beat:
it finds out which sounds belong to which letter, by `aligned`, and counts.
"""

from collections import Counter, defaultdict

import numpy as np

from utils.arguments import positive_integer, shown, whole_number, whole_numbers

LETTERS = "abcdefghijklmnopqrstuvwxyz"  # 1 to 26
SOUNDS = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W "
    "Y Z ZH"
).split()  # 2 to 40, and 1 is the mark that stands before the first sound and behind the last
MARK, CLASSES, MOST_SOUNDS = 1, len(SOUNDS) + 2, 10


def as_letters(words):
    """A list of words, a to z -> whole numbers (words, timesteps), padded with 0 behind."""
    words = texts("words", words)
    for word in words:
        if not word or not {*word} <= {*LETTERS}:
            raise ValueError(f"words must have letters from a to z, small ones, got {shown(word)}")
    table = np.zeros((len(words), max(map(len, words))), int)
    for row, word in zip(table, words, strict=True):
        row[: len(word)] = [LETTERS.index(letter) + 1 for letter in word]
    return table


def as_sounds(sounds):
    """A list of lists of sounds -> whole numbers (words, 12), padded with 0 behind.

    A mark, 1, stands before the first sound of each word and behind its last: 10 sounds at most.
    """
    sounds = lists("sounds", sounds)
    table = np.zeros((len(sounds), MOST_SOUNDS + 2), int)
    for row, each in zip(table, sounds, strict=True):
        if len(each) > MOST_SOUNDS or not {*each} <= {*SOUNDS}:
            raise ValueError(f"sounds must be at most 10 of CMU's for a word, got {shown(each)}")
        row[: len(each) + 2] = [MARK, *(SOUNDS.index(sound) + 2 for sound in each), MARK]
    return table


def as_words(written):
    """The sounds of each row (words, steps) up to the mark that ends it: [["K", "AE", "T"], ...]"""
    found = []
    for row in whole_numbers("written", written, ("words", "steps"), CLASSES):
        end = np.flatnonzero(row == MARK)
        found.append([SOUNDS[k - 2] for k in row[: end[0] if len(end) else None] if k > 1])
    return found


def texts(name, value):
    """`value`, which must be a list of texts."""
    whole = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    if not whole or not value:
        raise TypeError(f"{name} must be a list of texts, one or more, got {shown(value)}")
    return value


def lists(name, value, count=None):
    """`value`, which must be a list of lists of texts, `count` of them if that is given."""
    if not isinstance(value, (list, tuple)) or not value:
        raise TypeError(f"{name} must be a list of lists of sounds, got {shown(value)}")
    for each in value:
        if not isinstance(each, (list, tuple)) or not all(isinstance(k, str) for k in each):
            raise TypeError(f"{name} must be a list of lists of sounds, got {shown(each)} in it")
    if count is not None and len(value) != count:
        raise ValueError(f"{name} must have {count} words, got {len(value)}")
    return value


# --- what is wrong ----------------------------------------------------------------------------


def edits(written, right):
    """How many sounds must be put in, taken out or exchanged to make `right` of `written`, two
    lists of texts (Levenshtein, 1966)."""
    for name, value in (("written", written), ("right", right)):
        lists(name, [value])
    row = list(range(len(right) + 1))
    for i, sound in enumerate(written, 1):
        above, row = row, [i]
        for j, other in enumerate(right, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (sound != other)))
    return row[-1]


def judged(written, right):
    """Lists of sounds, and those that are right -> (words,) whole words right, edits a sound."""
    lists("written", written, len(lists("right", right)))
    whole = np.array([a == b for a, b in zip(written, right, strict=True)])
    wrong = sum(edits(a, b) for a, b in zip(written, right, strict=True))
    return whole, wrong / sum(map(len, right))


def nearest_words(words, known):
    """For each of `words` the place in `known` of the one that takes the fewest edits to reach."""
    table, lengths = (
        as_letters(texts("known", known)).astype("int8"),
        np.array([len(word) for word in known]),
    )
    places = []
    for letters in as_letters(words).astype("int8"):
        letters = letters[letters > 0]
        above = [np.full(len(table), j, "int8") for j in range(table.shape[1] + 1)]
        for i, letter in enumerate(letters, 1):
            row = [np.full(len(table), i, "int8")]
            for j in range(table.shape[1]):
                other = above[j] + (table[:, j] != letter)
                row.append(np.minimum(np.minimum(above[j + 1], row[-1]) + np.int8(1), other))
            above = row
        places.append(int(np.array(above)[lengths, np.arange(len(table))].argmin()))
    return places


# --- counting ---------------------------------------------------------------------------------


def aligned(words, sounds, rounds=6):
    """Which sounds does each letter stand for: none, one or two. -> for each word a list of tuples

    Nobody has written that down. So it is guessed and counted in turn: the likeliest division of
    each word, by what each letter stood for in the divisions before (Viterbi training).
    """
    x, y = as_letters(words), as_sounds(lists("sounds", sounds, len(texts("words", words))))[:, 1:]
    rounds = positive_integer("rounds", rounds)
    y = np.where(y == MARK, 0, y)
    n, sizes = np.arange(len(x)), (len(LETTERS) + 1, CLASSES, CLASSES)
    ends = (x > 0).sum(axis=1), (y > 0).sum(axis=1)
    counts = np.zeros(sizes)  # of a letter and two sounds, of which 0 is none
    for i in range(x.shape[1]):
        for j in range(y.shape[1]):
            np.add.at(counts, (x[:, i], y[:, j], 0), 1 / len(words))
    counts[:, 0, 0] = counts[..., 0].sum(axis=1) / 4
    counts[:, 1:, 1:] = counts[:, 1:, :1] * counts[:, 1:, 0].max() / 1e4
    for _ in range(rounds):
        score = np.log(counts + 1e-3) - np.log(counts.sum(axis=(1, 2), keepdims=True) + 1)
        best = np.full((x.shape[1] + 1, y.shape[1] + 3, len(x)), -np.inf)
        took = np.zeros(best.shape, int)
        best[0, 2] = 0  # two columns of nothing stand in front
        for i in range(x.shape[1]):
            for j in range(y.shape[1] + 1):
                one = y[:, j - 1] if j else 0 * n
                two = y[:, j - 2] if j > 1 else 0 * n
                ways = best[i, [j + 2, j + 1, j]] + [
                    score[x[:, i], 0, 0], score[x[:, i], one, 0], score[x[:, i], two, one],
                ]  # fmt: skip
                took[i + 1, j + 2] = ways.argmax(axis=0)
                best[i + 1, j + 2] = ways.max(axis=0)
        counts[:], at, parts = 0, ends[1].copy(), []
        for i in range(x.shape[1] - 1, -1, -1):
            size = np.where(i < ends[0], took[i + 1, at + 2, n], 0)
            first = np.where(size > 0, y[n, at - size], 0)
            second = np.where(size > 1, y[n, at - 1], 0)
            np.add.at(counts, (x[:, i], first, second), i < ends[0])
            at = at - size
            parts.append((first, second))
    divided = np.array(parts[::-1]).transpose(2, 0, 1)  # words, letters, two
    return [
        [tuple(SOUNDS[k - 2] for k in pair if k) for pair in row[:end]]
        for row, end in zip(divided, ends[0], strict=True)
    ]


class Windows:
    """Spelling by counting: what a letter stands for most often, between the same neighbours.

    The neighbours are as many letters on either side as `reach` says; where that was never seen,
    one letter less on either side is asked for, and so on.
    """

    def __init__(self, reach):
        self.reach = whole_number("reach", reach)

    def fit(self, words, sounds):
        """Count in words and their sounds, each a list of texts. -> itself"""
        self.counts = defaultdict(Counter)
        for word, parts in zip(words, aligned(words, sounds), strict=True):
            for place, part in enumerate(parts):
                for reach in range(self.reach + 1):
                    self.counts[self.window(word, place, reach)][part] += 1
        return self

    def window(self, word, place, reach):
        around = f"{'_' * reach}{word}{'_' * reach}"
        return around[place : place + 2 * reach + 1], reach

    def write(self, words, reach=None):
        """The sounds of each of `words`: lists of texts. `reach` may be smaller than at first."""
        most = self.reach if reach is None else whole_number("reach", reach)
        if not hasattr(self, "counts"):
            raise RuntimeError("these Windows know no counts yet: call fit(words, sounds) first")
        written = []
        for word in texts("words", words):
            written.append([])
            for place in range(len(word)):
                windows = [self.window(word, place, reach) for reach in range(most, -1, -1)]
                seen = next((self.counts[w] for w in windows if w in self.counts), None)
                written[-1] += seen.most_common(1)[0][0] if seen else ()
        return written
