"""Answers to lesson 8: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import layers, training


def mean_by_loop(h, mask):
    return [states[real].mean(axis=0) for states, real in zip(h, mask, strict=True)]


def mean_by_nan(h, mask):
    return np.nanmean(np.where(mask[..., None], h, np.nan), axis=1)


def mean_of_the_first(h, mask):
    lengths = mask.sum(axis=1)
    return np.array([states[:n].mean(axis=0) for states, n in zip(h, lengths, strict=True)])


def entropy_by_logs(y, target):
    y = y - np.max(y, axis=1)[:, None]
    log_p = y - np.log(np.sum(np.exp(y), axis=1))[:, None]
    dy = np.exp(log_p)
    dy[range(len(y)), target] -= 1
    return -np.mean(log_p[range(len(y)), target]), dy / len(y)


def entropy(off=lambda y: y.max(axis=1, keepdims=True), dy=lambda p, one: p - one):
    def answer(y, target):
        z, one = y - off(y), np.eye(y.shape[1])[target]
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -log_p[np.arange(len(y)), target].mean(), dy(np.exp(log_p), one) / len(y)

    return answer


def entropy_of_probabilities(y, target):
    p = training.softmax(y)
    p_right = p[range(len(y)), target]
    p[range(len(y)), target] -= 1
    return -np.log(p_right).mean(), p / len(y)


def reversed_by_index(x, mask):
    steps, lengths = np.arange(x.shape[1]), mask.sum(axis=1)[:, None]
    at = np.where(mask, lengths - 1 - steps, steps)
    return np.take_along_axis(x, at[:, :, None], axis=1)


def reversed_by_parts(x, mask):
    rows = []
    for sequence, real in zip(x, mask, strict=True):
        rows.append(np.concatenate([sequence[real][::-1], sequence[~real]]))
    return np.stack(rows)


def after_by_filling(y, mask, speaker):
    right = y.argmax(axis=2) == speaker[:, None]
    for k in range(1, y.shape[1]):
        right[:, k] = np.where(mask[:, k], right[:, k], right[:, k - 1])
    return right.mean(axis=0)


def after_by_index(y, mask, speaker):
    at = np.minimum(np.arange(y.shape[1]), mask.sum(axis=1)[:, None] - 1)
    found = np.take_along_axis(y.argmax(axis=2), at, axis=1)
    return [np.mean(column == speaker) for column in found.T]


RIGHT = {
    "masked_mean": [mean_by_loop, mean_by_nan, lambda h, m: layers.Mean().forward(h, mask=m)],
    "cross_entropy": [entropy_by_logs, entropy(), training.cross_entropy],
    "reverse_within": [reversed_by_index, reversed_by_parts],
    "accuracy_after": [after_by_filling, after_by_index],
}

WRONG = {
    "masked_mean": [
        (lambda h, m: h.mean(axis=1), "the mask has no part in it"),
        (lambda h, m: np.mean(h * m[..., None], axis=1), "is the sum to be divided"),
        (lambda h, m: h.sum(axis=1) / m.sum(axis=1, keepdims=True), "whose states are not 0"),
        (mean_of_the_first, "padding does not stand behind"),
        (lambda h, m: (h * m[..., None]).sum(axis=1) / m.sum(), "each has its own number"),
    ],
    "cross_entropy": [
        (entropy(off=lambda y: 0), "exp(1000) is infinite"),
        (entropy_of_probabilities, "exp(-1000) is 0 for a float"),
        (entropy(dy=lambda p, one: one - p), "dy has the wrong sign"),
        (entropy(dy=lambda p, one: p), "taken off at the right class"),
        (lambda y, t: (entropy()(y, t)[0], len(y) * entropy()(y, t)[1]), "the loss is a mean"),
        (lambda y, t: (-entropy()(y, t)[0], entropy()(y, t)[1]), "the loss is negative"),
    ],
    "reverse_within": [
        (lambda x, m: x[:, ::-1], "the padding comes first now"),
        (lambda x, m: x[::-1], "the sequences come in reverse order"),
        (lambda x, m: np.where(m[..., None], x[:, ::-1], x), "x reversed as a whole"),
        (lambda x, m: reversed_by_parts(x, m) * m[..., None], "it stays what it was"),
        (lambda x, m: x, "nothing is reversed"),
    ],
    "accuracy_after": [
        (lambda y, m, s: (y.argmax(axis=2) == s[:, None]).mean(axis=0), "says in the padding"),
        (
            lambda y, m, s: [np.mean((y[:, k].argmax(1) == s)[m[:, k]]) for k in range(len(m[0]))],
            "only the utterances that go on",
        ),
        (lambda y, m, s: 1 - after_by_filling(y, m, s), "wrong answers"),
        (lambda y, m, s: after_by_filling(y, m, s) * len(y), "numbers of right answers"),
    ],
}
