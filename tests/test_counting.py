"""Models that count letters: against counts made one by one."""

from collections import Counter

import numpy as np
import pytest

from utils.checks import lesson09
from utils.counting import BASE, Counting, look_up, stretches_of

TEXT = np.random.default_rng(0).choice([0, 1, 2, 5], 400, p=[0.5, 0.2, 0.2, 0.1])
OTHER = np.random.default_rng(1).choice([0, 1, 2, 5, 38], 60)


def back_off(counts, p_shorter):
    return lesson09.back_off.reference(counts, p_shorter)


def seen(text, n):
    """{(context, letter): how often} for contexts of n letters."""
    return Counter((tuple(text[k : k + n]), text[k + n]) for k in range(len(text) - n))


def p_of(text, before, letter, n, by_neighbours=False, discount=None, order=3):
    """The probability of a letter after `before`, from its definition."""
    if n < 0:
        return 1 / BASE
    shorter = p_of(text, before, letter, n - 1, by_neighbours, discount, order)
    count = seen(text, n)
    if by_neighbours and n < order:
        longer = {(context[1:], c, context[0]) for context, c in seen(text, n + 1)}
        count = Counter((context, c) for context, c, _ in longer)
    context = tuple(before[len(before) - n :])
    followed = [times for (other, _), times in count.items() if other == context]
    if not followed:
        return shorter
    N, T, c = sum(followed), len(followed), count[context, letter]
    if discount is None:
        return (c + T * shorter) / (N + T)
    return (max(c - discount, 0) + discount * T * shorter) / N


def test_stretches_are_numbers_in_base_39():
    assert stretches_of(np.array([1, 0, 3]), 2).tolist() == [39, 3]
    assert look_up(np.array([4, 5, 99]), np.array([1, 5]), np.array([7, 8])).tolist() == [0, 8, 0]


@pytest.mark.parametrize("by_neighbours", [False, True])
@pytest.mark.parametrize("discount", [None, 0.85])
def test_the_probability_of_each_letter(by_neighbours, discount):
    found = Counting(TEXT, 3, by_neighbours).of_letters(OTHER, discount)
    assert found.shape == (4, len(OTHER))
    for n in range(4):
        for k in range(0, len(OTHER), 7):
            before = OTHER[max(0, k - n) : k]
            right = p_of(TEXT, before, OTHER[k], min(n, k), by_neighbours, discount)
            assert found[n, k] == pytest.approx(right), (n, k)


def test_what_follows_is_what_the_letters_have():
    model = Counting(TEXT, 3)
    places = np.arange(3, len(OTHER))
    p = model.following(OTHER[places[:, None] + np.arange(-3, 0)], back_off)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    np.testing.assert_allclose(p[places - 3, OTHER[places]], model.of_letters(OTHER)[3, 3:])


def test_shorter_contexts_are_looked_at_as_they_are():
    long, short = Counting(TEXT, 3), Counting(TEXT, 1)
    np.testing.assert_allclose(
        long.following(OTHER[:, None], back_off), short.following(OTHER[:, None], back_off)
    )
