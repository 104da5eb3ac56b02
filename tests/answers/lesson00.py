"""Answers to lesson 00: right ones in other words, wrong ones and what they are told."""

import numpy as np

GLOBAL = []  # for answers that keep something between calls


def total_by_index(x):
    sums = x[:]
    for i in range(1, len(sums)):
        sums[i] += sums[i - 1]
    return sums


def total_changes_input(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return x


def total_global(x):
    for value in x:
        GLOBAL.append(value + (GLOBAL[-1] if GLOBAL else 0))
    return list(GLOBAL)


def total_prints(x):
    print(sum(x), end=" ")


def total_keeps_the_half(x, total=0):
    return [total := 0.5 * total + value for value in x]


def total_forgets_return(x):
    sums = []
    for value in x:
        sums.append(value + (sums[-1] if sums else 0))


WRONG_00 = [
    (lambda x: sum(x), "the final total alone"),
    (lambda x: [sum(x)], "only the last sum"),
    (lambda x: x[:1], "does the return stand inside the loop"),
    (lambda x: x[0], "the first sum alone"),
    (lambda x: [sum(x[:i]) for i in range(len(x) + 1)], "one too long"),
    (lambda x: [sum(x[:i]) for i in range(len(x))], "misses its own number"),
    (lambda x: x, "nothing has been added up"),
    (lambda x: [sum(x[: i + 1]) / (i + 1) for i in range(len(x))], "the mean so far"),
    (lambda x: [x[i] + (x[i - 1] if i else 0) for i in range(len(x))], "left neighbour only"),
    (lambda x: [sum(x[i:]) for i in range(len(x))], "to the end: start from the other side"),
    (lambda x: [sum(x)] * len(x), "every number is the final total"),
    (lambda x: np.cumprod(x), "running product"),
    (lambda x: np.cumsum(x)[::-1], "reverse order"),
    (lambda x: [3, 4, 6], "you return the same numbers whatever the arguments"),
    (lambda x: -np.cumsum(x), "has the wrong sign"),
    (lambda x: 2 * np.cumsum(x), "is 2 times what it should be"),
    (lambda x: np.maximum.accumulate(x), "[3, 3, 3] for [3, 1, 2], where [3, 4, 6] is right"),
    (lambda x: {"sums": x}, "returns a dict that can't be read"),
    (lambda x: str(x), "returns the text '[3, 1, 2]', where numbers are asked for"),
    (lambda x: np.sort(np.cumsum(x)), "the list is sorted."),
    (total_keeps_the_half, "each step still halves the sum so far"),
    (lambda x: [x[0] + sum(x[: i + 1]) for i in range(len(x))], "the first number counts twice"),
    (lambda x: np.cumsum([x[0], *x]), "the first number counts twice"),
    (lambda x: (v for v in x), "returns a generator"),
    (total_changes_input, "the numbers are right, but your function changes its argument x"),
    (total_global, "called twice with the same arguments"),
    (total_prints, "prints but does not return"),
    (total_forgets_return, "does not return its result"),
]


RIGHT = {
    "running_total": [
        lambda x: np.cumsum(x),
        lambda x: tuple(sum(x[: i + 1]) for i in range(len(x))),
        total_by_index,
    ],
}

WRONG = {
    "running_total": WRONG_00,
}
