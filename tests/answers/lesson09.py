"""Answers to lesson 9: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import training


def bits(per_bit=0.6931471805599453, over=lambda came: -came.mean(), axis=-1):
    def answer(y, letters):
        z = y - y.max(axis=axis, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
        rows, steps = np.indices(letters.shape)
        return over(log_p[rows, steps, letters] / per_bit)

    return answer


def bits_by_loop(y, letters):
    found = []
    for row, came in zip(y, letters, strict=True):
        for logits, letter in zip(row, came, strict=True):
            z = logits - logits.max()
            found.append((np.log(np.exp(z).sum()) - z[letter]) / np.log(2))
    return sum(found) / len(found)


def back_off_by_loop(counts, p_shorter):
    rows = []
    for row, shorter in zip(counts, p_shorter, strict=True):
        n, kinds = row.sum(), np.count_nonzero(row)
        rows.append((row + kinds * shorter) / (n + kinds) if n else shorter)
    return np.array(rows)


def back_off_by_share(counts, p_shorter):
    n, kinds = counts.sum(axis=1), np.count_nonzero(counts, axis=1)
    kept = n / np.maximum(n + kinds, 1)
    own = counts / np.maximum(n, 1)[:, None]
    return kept[:, None] * own + (1 - kept)[:, None] * p_shorter


def witten_bell(kinds=lambda c: (c > 0).sum(axis=1, keepdims=True)):
    def answer(counts, p_shorter):
        total, t = counts.sum(axis=1, keepdims=True), kinds(counts)
        return np.where(total > 0, (counts + t * p_shorter) / np.maximum(total + t, 1), p_shorter)

    return answer


def only_where_never_seen(counts, p_shorter):
    total = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, counts / np.maximum(total, 1), p_shorter)


def parts_by_loop(codes, batch, steps):
    parts = (len(codes) - 1) // (batch * steps)
    x, target = np.zeros((2, parts, batch, steps), int)
    for row in range(batch):
        for part in range(parts):
            start = (row * parts + part) * steps
            x[part, row] = codes[start : start + steps]
            target[part, row] = codes[start + 1 : start + steps + 1]
    return x, target


def parts_by_split(codes, batch, steps):
    parts = (len(codes) - 1) // (batch * steps)
    length = parts * steps
    rows = [codes[k * length : (k + 1) * length + 1] for k in range(batch)]
    x = np.stack([row[:-1] for row in rows])
    target = np.stack([row[1:] for row in rows])
    return np.split(x, parts, axis=1), np.split(target, parts, axis=1)


def the_wrong_way_round(codes, batch, steps):
    parts = (len(codes) - 1) // (batch * steps)
    n = parts * batch * steps
    return codes[:n].reshape(parts, batch, steps), codes[1 : n + 1].reshape(parts, batch, steps)


def targets_by_roll(codes, batch, steps):
    x, _ = parts_by_loop(codes, batch, steps)
    return x, np.roll(x, -1, axis=2)


def softmax(y):
    p = np.exp(y - y.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def drawn(p_of):
    """Draw by rng.choice with the probabilities p_of(y, temperature)."""

    def answer(y, temperature, rng):
        return np.array([rng.choice(len(p), p=p) for p in p_of(y, temperature)])

    return answer


def draw_by_noise(y, temperature, rng):
    return np.argmax(y / temperature + rng.gumbel(size=y.shape), axis=1)


def draw_by_cumsum(y, temperature, rng):
    edges = np.cumsum(softmax(y / temperature), axis=1)
    return (rng.random(len(y))[:, None] > edges[:, :-1]).sum(axis=1)


def draw_one_for_all(y, temperature, rng):
    p = softmax(y / temperature)[0]
    return np.full(len(y), rng.choice(len(p), p=p))


def without_rng(y, temperature, rng):
    return draw_by_noise(y, temperature, np.random.default_rng())


def naive_softmax(y, temperature, rng):
    p = np.exp(y / temperature)
    return draw_by_cumsum(np.log(p / p.sum(axis=1, keepdims=True)), 1.0, rng)


def topmost(p, k):
    """Only the k likeliest are left."""
    p = np.where(np.argsort(np.argsort(-p, axis=1), axis=1) < k, p, 0)
    return p / p.sum(axis=1, keepdims=True)


def floored(p):
    p = np.maximum(p, 0.001)
    return p / p.sum(axis=1, keepdims=True)


def entropy(y, letters):
    p = training.softmax(y)
    return -(p * np.log2(p)).sum(axis=-1).mean()


RIGHT = {
    "bits_a_letter": [
        bits(),
        bits_by_loop,
        lambda y, letters: training.cross_entropy(y, letters)[0] / np.log(2),
    ],
    "back_off": [back_off_by_loop, back_off_by_share, witten_bell()],
    "in_order": [parts_by_loop, parts_by_split],
    "draw": [drawn(lambda y, T: softmax(y / T)), draw_by_noise, draw_by_cumsum],
}

WRONG = {
    "bits_a_letter": [
        (bits(1), "in nats"),
        (entropy, "that is the entropy"),
        (bits(over=lambda came: -came.sum()), "the bits of all letters together"),
        (bits(over=lambda came: came.mean()), "the bits are negative"),
        (bits(over=lambda came: 2 ** -came.mean()), "perplexity"),
        (bits(axis=1), "over time sum to 1"),
        (bits(1, lambda came: -np.log2(np.exp(came).mean())), "of the mean probability"),
        (lambda y, letters: bits()(y, letters) * np.log(2), "in nats"),
    ],
    "back_off": [
        (only_where_never_seen, "costs infinitely many bits"),
        (witten_bell(lambda c: c.sum(axis=1, keepdims=True)), "as much as all that was counted"),
        (witten_bell(lambda c: c.shape[1]), "as there are symbols"),
        (witten_bell(lambda c: 1), "as much as one letter"),
        (witten_bell(lambda c: (c == 1).sum(axis=1, keepdims=True)), "that followed once"),
        (lambda c, p: (c + 1) / (c + 1).sum(axis=1, keepdims=True), "each count is raised by 1"),
        (
            lambda c, p: (
                (c + (c > 0).sum(axis=1, keepdims=True) * p)
                / (c.sum(axis=1, keepdims=True) + (c > 0).sum(axis=1, keepdims=True))
            ),
            "it divides 0 by 0",
        ),
    ],
    "in_order": [
        (the_wrong_way_round, "starts where another row has stopped"),
        (targets_by_roll, "stands in the next one"),
        (lambda c, b, s: parts_by_loop(c, b, s)[::-1], "x and target are exchanged"),
        (lambda c, b, s: [parts_by_loop(c, b, s)[0]] * 2, "is the letter itself"),
        (
            lambda c, b, s: [a.swapaxes(0, 1) for a in parts_by_loop(c, b, s)],
            "the parts are to be read one after the other",
        ),
    ],
    "draw": [
        (drawn(lambda y, T: softmax(y * T)), "on the wrong side"),
        (lambda y, T, rng: y.argmax(axis=1), "that is greedy"),
        (drawn(lambda y, T: softmax(softmax(y) / T)), "softmax is taken twice"),
        (drawn(lambda y, T: softmax(y)), "has no effect"),
        (draw_one_for_all, "rows with the same logits all get the same letter"),
        (without_rng, "draw from rng alone"),
        (
            lambda y, T, rng: draw_by_noise(y, T, np.random.default_rng(0)),
            "another rng draws the same",
        ),
        (lambda y, T, rng: draw_by_noise(y, T, rng) * 1.0, "floats can't index an array"),
        (drawn(lambda y, T: topmost(softmax(y / T), len(y[0]) - 1)), "letter 4 never comes"),
        (drawn(lambda y, T: floored(softmax(y / T))), "next to no probability"),
        (lambda y, T, rng: draw_by_cumsum(y, T, rng) + 1, "letters are whole numbers from 0"),
        (lambda y, T, rng: softmax(y / T), "a number for each symbol"),
        (naive_softmax, "for logits near 900"),
    ],
}
