"""What followed the letters before, counted: the opponents of lesson 9, to be read.

A text is an array of whole numbers, the places of its letters in SYMBOLS. A stretch of letters is
one whole number too: its letters are the digits, in base 39. Were there four letters alone, a, b, c
and d as 0 to 3, then "bad" would be 1 * 16 + 0 * 4 + 3 = 19. Its last letter is 19 % 4 = 3, and the
context before it, "ba", is 19 // 4 = 4. Whole numbers can be sorted, and found again by halving.
"""

from typing import NamedTuple

import numpy as np

from utils.arguments import shown, true_or_false, whole_number, whole_numbers
from utils.moby_dick import SYMBOLS

BASE = len(SYMBOLS)
MOST = 9  # letters of a context: two more, and the stretch is still a whole number of 64 bits


def stretches_of(codes, n):
    """Each stretch of n letters of a text as one whole number, (letters - n + 1,)."""
    numbers = np.zeros(len(codes) - n + 1, np.int64)
    for k in range(n):
        numbers = BASE * numbers + codes[k : len(numbers) + k]
    return numbers


def look_up(keys, known, values):
    """The value of each key, and 0 for those that aren't known. `known` is sorted."""
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], 0)


class Table(NamedTuple):
    """What followed contexts of n letters.

    stretches: each stretch of n + 1 letters that was seen, sorted, and its count. contexts: their
    first n letters, sorted, each with how many letters followed it, N, and how many different, T.
    """

    stretches: np.ndarray
    count: np.ndarray
    contexts: np.ndarray
    N: np.ndarray
    T: np.ndarray


def table_of(stretches):
    """The table of stretches (how many there were,) in any order, some of them several times."""
    stretches, count = np.unique(stretches, return_counts=True)
    # Sorted, those of one context stand side by side: `first` is where each context's begin.
    contexts, first, T = np.unique(stretches // BASE, return_index=True, return_counts=True)
    N = np.add.reduceat(count, first)
    return Table(stretches, count.astype("int32"), contexts, N.astype("int32"), T.astype("int32"))


class Counting:
    """What followed each context of 0 to `order` letters of a text, in a table for each length.

    With `by_neighbours` a letter counts, in all tables but the longest contexts', once for each
    different letter that stood before context and letter: the second change of Kneser and Ney.
    """

    def __init__(self, codes, order, by_neighbours=False):
        codes = whole_numbers("codes", codes, ("letters",), BASE)
        if whole_number("order", order) > MOST:
            raise ValueError(f"order must be at most {MOST}, got {shown(order)}")
        true_or_false("by_neighbours", by_neighbours)
        self.tables = []
        for n in range(order + 1):
            stretches = stretches_of(codes, n + 1)
            if by_neighbours and n < order:
                longer = np.unique(stretches_of(codes, n + 2))  # with the letter before, each once
                stretches = longer % BASE ** (n + 1)  # and now without it
            self.tables.append(table_of(stretches))

    def of_letters(self, codes, discount=None):
        """The probability of each letter of a text, by contexts of 0, 1, ..., (orders, letters).

        By Witten and Bell; with a `discount`, by that: the first change of Kneser and Ney. The
        first letters have shorter contexts: they stand at the beginning.
        """
        p, found = np.full(len(codes), 1 / BASE), []  # without any context all are alike
        for n, table in enumerate(self.tables):
            stretches, shorter = stretches_of(codes, n + 1), p[n:]
            count = look_up(stretches, table.stretches, table.count)
            N = look_up(stretches // BASE, table.contexts, table.N)
            T = look_up(stretches // BASE, table.contexts, table.T)
            if discount is None:
                longer = (count + T * shorter) / np.maximum(N + T, 1)
            else:
                kept = np.maximum(count - discount, 0)
                longer = (kept + discount * T * shorter) / np.maximum(N, 1)
            p = np.append(p[:n], np.where(N > 0, longer, shorter))
            found.append(p)
        return np.array(found)

    def following(self, contexts, back_off):
        """The probability of each symbol after contexts (rows, letters), (rows, 39).

        It calls `back_off(counts, p_shorter)` for contexts of 0, 1, ... letters.
        """
        p = np.full((len(contexts), BASE), 1 / BASE)
        for n, table in enumerate(self.tables[: contexts.shape[1] + 1]):
            last = contexts[:, contexts.shape[1] - n :]
            context = last @ BASE ** np.arange(n, dtype=np.int64)[::-1]
            with_each = BASE * context[:, None] + np.arange(BASE)
            p = back_off(look_up(with_each, table.stretches, table.count), p)
        return p
