"""Answers to lesson 10: right ones in other words, wrong ones and what they are told."""

import numpy as np

from utils import attention, training


def weights_by_hand(query, keys):
    scores = [float(np.dot(query, key)) / len(query) ** 0.5 for key in keys]
    e = [np.exp(score - max(scores)) for score in scores]
    return [each / sum(e) for each in e]


def weights_of_query(scale=lambda q: len(q) ** 0.5, axis=-1):
    def answer(query, keys):
        scores = keys @ query / scale(query)
        e = np.exp(scores - scores.max())
        return e / e.sum(axis=axis)

    return answer


def attend_by_loop(q, k, v, mask):
    context = np.zeros((*q.shape[:2], v.shape[2]))
    for i, letters in enumerate(mask):
        for j, query in enumerate(q[i]):
            context[i, j] = weights_by_hand(query, k[i][letters]) @ v[i][letters]
    return context


def attend_by_einsum(q, k, v, mask):
    scores = np.einsum("bqf,bkf->bqk", q, k) * q.shape[-1] ** -0.5
    return np.einsum("bqk,bku->bqu", training.softmax(scores - 1e9 * ~mask[:, None]), v)


def backward_by_the_values_root(dcontext, q, k, v, weights):
    da = dcontext @ v.swapaxes(1, 2)
    ds = weights * (da - (weights * da).sum(axis=-1, keepdims=True))
    return ds @ k / v.shape[-1] ** 0.5, ds.swapaxes(1, 2) @ q, weights.swapaxes(1, 2) @ dcontext


def attended(scale=True, axis=-1, masked=lambda s, m: np.where(m, s, -1e9), after=None):
    def answer(q, k, v, mask):
        scores = q @ np.swapaxes(k, 1, 2)
        if scale:
            scores = scores / np.sqrt(q.shape[-1])
        scores = masked(scores, mask[:, None])
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = e / e.sum(axis=axis, keepdims=True)
        if after:
            weights = weights * mask[:, None]
        return weights @ v

    return answer


def attend_by_weights(q, k, v, mask, largest):
    scores = np.where(mask[:, None], q @ k.swapaxes(1, 2) / q.shape[-1] ** 0.5, -np.inf)
    e = np.exp(scores - largest(scores))
    return e / e.sum(axis=2, keepdims=True) @ v


def backward_by_einsum(dcontext, q, k, v, weights):
    da = np.einsum("bqu,bku->bqk", dcontext, v)
    ds = weights * da - weights * np.einsum("bqk,bqk->bq", weights, da)[:, :, None]
    ds /= q.shape[-1] ** 0.5
    dq, dk = np.einsum("bqk,bkf->bqf", ds, k), np.einsum("bqk,bqf->bkf", ds, q)
    return dq, dk, np.einsum("bqk,bqu->bku", weights, dcontext)


def backward_by_jacobian(dcontext, q, k, v, weights):
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    for b in range(len(q)):
        for i, a in enumerate(weights[b]):
            dv[b] += np.outer(a, dcontext[b, i])
            ds = (np.diag(a) - np.outer(a, a)) @ (v[b] @ dcontext[b, i]) / np.sqrt(len(q[b, i]))
            dq[b, i] = ds @ k[b]
            dk[b] += np.outer(ds, q[b, i])
    return dq, dk, dv


def backward(through=lambda a, da: a * (da - (a * da).sum(-1, keepdims=True)), scale=True):
    def answer(dcontext, q, k, v, weights):
        ds = through(weights, dcontext @ v.swapaxes(1, 2))
        ds = ds / np.sqrt(q.shape[2]) if scale else ds
        return ds @ k, ds.swapaxes(1, 2) @ q, weights.swapaxes(1, 2) @ dcontext

    return answer


def positions_by_loop(timesteps, units):
    table = np.empty((timesteps, units))
    for t in range(timesteps):
        for i in range(0, units, 2):
            angle = t / 10000 ** (i / units)
            table[t, i : i + 2] = np.sin(angle), np.cos(angle)
    return table


def placed(first=0, base=10000.0, power=2, stacked=False):
    def answer(timesteps, units):
        i = np.arange(units // 2)
        angle = (first + np.arange(timesteps))[:, None] / base ** (power * i / units)
        both = np.sin(angle), np.cos(angle)
        return np.hstack(both) if stacked else np.stack(both, 2).reshape(timesteps, units)

    return answer


def left_by_loop(weights):
    return [all(row.argmax() != k for row in weights) for k in range(weights.shape[1])]


def left_by_largest(weights):
    return ~(weights == weights.max(axis=1, keepdims=True)).any(axis=0)


RIGHT = {
    "query_weights": [
        weights_by_hand,
        weights_of_query(),
        lambda query, keys: training.softmax(keys @ query * len(query) ** -0.5),
    ],
    "attend": [attend_by_loop, attend_by_einsum, attended()],
    "attend_backward": [backward_by_einsum, backward_by_jacobian, attention.attend_backward],
    "positions": [positions_by_loop, placed(), attention.positions],
    "left_over": [left_by_loop, left_by_largest],
}

WRONG = {
    "query_weights": [
        (weights_of_query(scale=lambda q: 1), "the scale is left off"),
        (weights_of_query(scale=len), "its root is asked for"),
        (lambda q, K: K @ q / len(q) ** 0.5, "softmax is still to come"),
        (lambda q, K: np.exp(K @ q / len(q) ** 0.5) / np.exp(K @ q / len(q) ** 0.5).sum(),
         "exp(1000) is infinite"),
        (lambda q, K: np.exp(K @ q / len(q) ** 0.5 - (K @ q / len(q) ** 0.5).max()),
         "don't sum to 1"),
    ],
    "attend": [
        (attended(axis=1), "softmax runs over another axis"),
        (attended(masked=lambda s, m: s, after=True), "the mask comes after the softmax"),
        (attended(scale=False), "the scale is left off"),
        (attended(masked=lambda s, m: s), "the mask has no part in it"),
        (attended(masked=lambda s, m: s * m), "a score of 0 is not nothing"),
        (lambda q, k, v, m: attend_by_weights(q, k, v, m, lambda s: 0), "exp(1000) is infinite"),
        (lambda q, k, v, m: attend_by_weights(q, k, v, m, np.max), "Each query has a largest"),
    ],
    "attend_backward": [
        (backward_by_the_values_root, "dq: your numbers are those that come out when another size"),
        (backward(lambda a, da: a * da), "lack the sum that is taken off"),
        (backward(lambda a, da: da), "through the softmax is left out"),
        (backward(lambda a, da: a * (1 - a) * da), "by its own score alone"),
        (backward(scale=False), "lack the scale"),
        (lambda d, q, k, v, a: (*backward()(d, q, k, v, a)[1::-1], backward()(d, q, k, v, a)[2]),
         "exchanged"),
    ],
    "positions": [
        (placed(first=1), "the first one is step 0"),
        (placed(power=1), "it is twice that"),
        (placed(stacked=True), "they take turns"),
        (placed(base=1000.0), "where 10000 is asked for"),
        (lambda timesteps, units: placed()(timesteps, units)[:, ::-1].reshape(
            timesteps, -1, 2)[:, ::-1].reshape(timesteps, units), "cosines in the even columns"),
    ],
    "left_over": [
        (lambda w: ~left_by_largest(w), "turned round"),
        (lambda w: w.max(axis=0) < 0.5, "which may be less than half"),
        (lambda w: w.sum(axis=0) < 1, "a sum below 1"),
        (lambda w: np.arange(w.shape[1]) != w.sum(axis=0).argmax(), "only the letter with the "
         "largest sum"),
        (lambda w: np.isin(np.arange(w.shape[1]), w.argmin(axis=1), invert=True), "looks least"),
    ],
}  # fmt: skip
