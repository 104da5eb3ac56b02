"""Answers to lesson 02: right ones in other words, wrong ones and what they are told."""

import math

import numpy as np

from utils import training
from utils.checks import lesson01, lesson02


def step_backward_einsum(dh, x_t, h_prev, h, W_x, W_h):
    dz = dh - dh * h * h
    to_weights = np.concatenate([x_t, h_prev], axis=1).T @ dz
    dW_x, dW_h = to_weights[: len(W_x)], to_weights[len(W_x) :]
    return [
        np.einsum("nj,ij->ni", dz, W_x),
        np.dot(W_h, dz.T).T,
        dW_x,
        dW_h,
        np.ones(len(dz)) @ dz,
    ]


def step_backward_by_sample(dh, x_t, h_prev, h, W_x, W_h):
    dz = dh / np.cosh(np.arctanh(h)) ** 2
    dW_x = sum(np.outer(a, d) for a, d in zip(x_t, dz, strict=True))
    dW_h = sum(np.outer(a, d) for a, d in zip(h_prev, dz, strict=True))
    return dz.dot(W_x.T), dz.dot(W_h.T), dW_x, dW_h, sum(dz)


def backward_vectorised(dh_last, x, h, W_x, W_h):
    dz, dh = np.zeros_like(h), dh_last
    for t in range(x.shape[1] - 1, -1, -1):
        dz[:, t] = (1 - h[:, t] ** 2) * dh
        dh = dz[:, t] @ W_h.T
    h_prev = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
    return (
        np.einsum("ntf,ntu->fu", x, dz),
        np.einsum("ntv,ntu->vu", h_prev, dz),
        dz.sum(axis=(0, 1)),
    )


def backward_skips_zero(dh_last, x, h, W_x, W_h):
    dW_x, dW_h, db, dh = 0, 0, 0, dh_last.copy()
    for t in reversed(range(x.shape[1])):
        dh *= 1 - np.square(h[:, t])
        dW_x, db = dW_x + x[:, t].T @ dh, db + dh.sum(0)
        if t:
            dW_h = dW_h + h[:, t - 1].T @ dh
        dh = dh @ W_h.T
    return dW_x, dW_h + np.zeros_like(W_h), db


def clip_like_torch(grads, limit):
    norm = math.sqrt(sum(float((g * g).sum()) for g in grads))
    return [g * min(1.0, limit / (norm + 1e-8)) for g in grads]


def clip_with_ravel(grads, limit):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return tuple(g * (limit / max(limit, norm)) for g in grads)


def through_step(dh, x_t, h_prev, h, W_x, W_h, dz=None, **others):
    """The right gradients, with `others` instead of those that it names."""
    dz = dh * (1 - h * h) if dz is None else dz
    right = {
        "dx_t": dz @ W_x.T,
        "dh_prev": dz @ W_h.T,
        "dW_x": x_t.T @ dz,
        "dW_h": h_prev.T @ dz,
        "db": np.sum(dz, axis=0),
    }
    return tuple((right | others).values())


def with_dz(dz_of):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        return through_step(dh, x_t, h_prev, h, W_x, W_h, dz=dz_of(dh, h, h_prev))

    return answer


def with_part(**part_of):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        dz = dh * (1 - h * h)
        parts = {name: f(dz, dh, x_t, h_prev, h, W_x, W_h) for name, f in part_of.items()}
        return through_step(dh, x_t, h_prev, h, W_x, W_h, **parts)

    return answer


def reordered(*order):
    def answer(dh, x_t, h_prev, h, W_x, W_h):
        parts = through_step(dh, x_t, h_prev, h, W_x, W_h)
        return tuple(parts[i] for i in order)

    return answer


def step_backward_in_place(dh, x_t, h_prev, h, W_x, W_h):
    dh *= 1 - h**2
    return through_step(dh, x_t, h_prev, h, W_x, W_h, dz=dh)


def step_backward_recomputes(dh, x_t, h_prev, h, W_x, W_h):
    h = np.tanh(x_t @ W_x + h_prev @ W_h)
    return through_step(dh, x_t, h_prev, h, W_x, W_h)


SIGNS = "\u2299 is `*`, a matrix product is `@`"

WRONG_STEP_BACKWARD = [
    (with_dz(lambda dh, h, h_prev: dh * (1 - np.tanh(h) ** 2)), "h is a tanh already"),
    (with_dz(lambda dh, h, h_prev: dh), "through tanh as well: its derivative is missing"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - h)), "needs the square of h"),
    (with_dz(lambda dh, h, h_prev: dh * h * (1 - h)), "the sigmoid's derivative"),
    (with_dz(lambda dh, h, h_prev: dh * (1 + h**2)), "the sign inside the derivative"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - h_prev**2)), "taken at h_prev, not at h"),
    (with_dz(lambda dh, h, h_prev: -dh * (1 - h**2)), "every gradient has the wrong sign"),
    (with_dz(lambda dh, h, h_prev: dh * (1 - abs(h))), "dx_t is right while h is zero"),
    (with_part(dx_t=lambda dz, dh, x, hp, h, U, V: dz @ U), "dx_t: on the way back"),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ V), "one entry for each row of W_h"),
    (
        with_part(
            dx_t=lambda dz, dh, x, hp, h, U, V: dz @ V.T,
            dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ U.T,
        ),
        "dx_t and dh_prev are swapped",
    ),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz @ V.T * (1 - hp**2)), "one tanh too far"),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dh @ V.T), "dh_prev: the way back leads"),
    (with_part(dW_x=lambda dz, dh, x, hp, h, U, V: dz.T @ x), "dW_x is transposed"),
    (with_part(dW_h=lambda dz, dh, x, hp, h, U, V: dz.T @ hp), "dW_h is transposed"),
    (
        with_part(dW_h=lambda dz, dh, x, hp, h, U, V: h.T @ dz),
        "dW_h takes h, the state that came out: W_h has multiplied h_prev",
    ),
    (with_part(dW_h=lambda dz, dh, x, hp, h, U, V: hp.T @ dz / len(x)), "dW_h is averaged"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz), "db has a row for each sample"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.mean(0)), "db is averaged"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dh.sum(0)), "db: the way back leads"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum()), "db is one number"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum(1)), "db is summed over the units"),
    (with_part(db=lambda dz, dh, x, hp, h, U, V: dz.sum(0)[None]), "leave out keepdims"),
    (
        with_part(db=lambda dz, dh, x, hp, h, U, V: -dz.sum(0)),
        ": db has the wrong sign.",
    ),
    (reordered(2, 3, 4, 0, 1), "in another order: dx_t and dh_prev come first"),
    (reordered(1, 0, 2, 3, 4), "dx_t and dh_prev are swapped"),
    (reordered(0, 1, 3, 2, 4), "dW_x comes before dW_h"),
    (reordered(0, 1, 2, 3), "returns a tuple of 4 where 5 arrays are asked for: dx_t, dh_prev,"),
    (
        lambda dh, x, hp, h, U, V: dh * (1 - h**2),
        "an array of shape (6, 9) where 5 arrays are",
    ),
    (lambda dh, x, hp, h, U, V: dh @ (1 - h**2), f"must agree (6 is batch, 9 is units): {SIGNS}"),
    (lambda dh, x, hp, h, U, V: dh * (1 - h @ h), SIGNS),
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz * V.T), SIGNS),
    (step_backward_recomputes, "h is given, take it as it is"),
    (step_backward_in_place, "changes its argument dh in place"),
    # two mistakes at once: the first wrong part is explained
    (
        with_part(
            dW_h=lambda dz, dh, x, hp, h, U, V: h.T @ dz,
            db=lambda dz, dh, x, hp, h, U, V: dz.mean(0),
        ),
        "dW_h takes h, the state that came out",
    ),
]


def through_time(
    dh_last, x, h, W_x, W_h, dz_at=None, carry=None, before=None, times=None, add=(1, 1, 1)
):
    """The right gradients through time, with a part of the loop replaced."""
    dz_at = dz_at or (lambda dh, t: dh * (1 - h[:, t] ** 2))
    carry = carry or (lambda dz, dh: dz @ W_h.T)
    before = before or (lambda t: h[:, t - 1] if t else 0 * h[:, 0])
    grads = [np.zeros_like(W_x), np.zeros_like(W_h), np.zeros(len(W_h))]
    dh = dh_last
    for t in reversed(range(x.shape[1])) if times is None else times:
        dz = dz_at(dh, t)
        for i, share in enumerate([x[:, t].T @ dz, before(t).T @ dz, dz.sum(0)]):
            grads[i] = add[i] * grads[i] + share
        dh = carry(dz, dh)
    return tuple(grads)


def time_answer(**parts):
    """An answer whose loop has `parts`, each of them made from the arguments."""

    def answer(dh_last, x, h, W_x, W_h):
        made = {name: part(dh_last, x, h, W_x, W_h) for name, part in parts.items()}
        return through_time(dh_last, x, h, W_x, W_h, **made)

    return answer


def over(convert):
    return lambda *args: convert(through_time(*args), *args)


def time_in_place(dh_last, x, h, W_x, W_h):
    dW_x, dW_h, db = through_time(dh_last, x, h, W_x, W_h)
    dh_last *= 0
    return dW_x, dW_h, db


def time_numpy_loops_forward(dh_last, x, h, W_x, W_h):
    return through_time(dh_last, x, h, W_x, W_h, times=range(x.shape[1]))


def time_recomputes_all(dh_last, x, h, W_x, W_h):
    return through_time(
        dh_last, x, lesson01.rnn_forward.reference(x, W_x, W_h, 0 * W_h[0]), W_x, W_h
    )


WRONG_BACKWARD = [
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t - 1]),
        "the index t - 1 wraps round",
    ),
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, max(0, t - 1)]),
        "not the first state",
    ),
    (time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t + 1]), "does a line look at t + 1"),
    (time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t]), "which came out of step t"),
    (time_answer(add=lambda *_: (0, 0, 0)), "no gradient is right: each is not summed over time"),
    (time_answer(add=lambda *_: (0, 1, 1)), "dW_x is not summed over time"),
    (time_answer(add=lambda *_: (1, 0, 1)), "dW_h is not summed over time"),
    (time_answer(add=lambda *_: (1, 1, 0)), "db is not summed over time"),
    (time_answer(carry=lambda *_: lambda dz, dh: 0 * dh), "only the last step has a share"),
    (time_answer(times=lambda d, x, *_: [x.shape[1] - 1]), "only the last step has a share"),
    (time_answer(carry=lambda *_: lambda dz, dh: dh), "dh is the same at every step"),
    (
        time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V.T + d),
        "dh_last is added at every step",
    ),
    (time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V.T + dh), "added to the old one"),
    (time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dz @ V), "the weights are transposed"),
    (time_answer(carry=lambda *_: lambda dz, dh: dz), "dh skips the weights"),
    (
        time_answer(carry=lambda d, x, h, U, V: lambda dz, dh: dh @ V.T),
        "carried past the activation",
    ),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - np.tanh(h[:, t]) ** 2)),
        "h is a tanh already",
    ),
    (time_answer(dz_at=lambda *_: lambda dh, t: dh), "through tanh as well"),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - h[:, t])),
        "needs the square of h",
    ),
    (
        time_answer(dz_at=lambda d, x, h, U, V: lambda dh, t: dh * h[:, t] * (1 - h[:, t])),
        "the sigmoid's derivative",
    ),
    (
        time_answer(
            dz_at=lambda d, x, h, U, V: lambda dh, t: dh * (1 - (h[:, t - 1] if t else 0) ** 2)
        ),
        "taken at the state before",
    ),
    (time_numpy_loops_forward, "runs forwards in time"),
    (time_answer(times=lambda d, x, *_: range(x.shape[1] - 1, 0, -1)), "stops before t = 0"),
    (
        time_answer(times=lambda d, x, *_: reversed(range(x.shape[1] - 1))),
        "leaves out the last step",
    ),
    (time_answer(times=lambda d, x, *_: reversed(range(len(x)))), "the loop runs over the batch"),
    (over(lambda g, d, x, *_: [a / x.shape[1] for a in g]), "averaged over time"),
    (over(lambda g, d, x, *_: [a / len(x) for a in g]), "averaged over the batch: sum them"),
    (over(lambda g, *_: (g[1], g[0], g[2])), "dW_x comes first"),
    (over(lambda g, *_: (g[0], g[1].T, g[2])), "dW_h is transposed"),
    (
        over(lambda g, *_: (g[0].T, g[1], g[2])),
        "dW_x is transposed",
    ),
    (
        over(lambda g, *_: (g[0], g[1])),
        "returns a tuple of 2 where 3 arrays are asked for: dW_x, dW_h, db",
    ),
    (over(lambda g, *_: (g[0], g[1], -g[2])), ": db has the wrong sign."),
    (over(lambda g, *_: (g[0], 2 * g[1], g[2])), "dW_h is 2 times what it should be"),
    (over(lambda g, *_: {"dW_x": g[0]}), "returns a dict where 3 arrays"),
    (
        time_answer(times=lambda d, x, *_: range(x.shape[1], 0, -1)),
        "or does the loop start one too high?",
    ),
    (
        time_answer(before=lambda d, x, h, U, V: lambda t: h[:, t - 1] if t else 0),
        "no attribute 'T': h_0 is an array of zeros (batch, units).",
    ),
    (
        time_answer(
            dz_at=lambda d, x, h, U, V: (
                lambda dh, t: (
                    dh * (1 - np.tanh(x[:, t] @ U + (h[:, t - 1] if t else 0 * d) @ V) ** 2)
                )
            )
        ),
        "h is given, take it as it is",
    ),
    (time_recomputes_all, "h is given, take it as it is"),
    (time_in_place, "the numbers are right, but your function changes its argument dh_last"),
]


def clip_in_place(grads, limit):
    norm = training.global_norm(grads)
    if norm > limit:
        for g in grads:
            g *= limit / norm
    return grads


def clip_list_in_place(grads, limit):
    grads[:] = training.clip_by_norm(grads, limit)
    return grads


def clip_forgets_small(grads, limit):
    if training.global_norm(grads) > limit:
        return training.clip_by_norm(grads, limit)


def scaled(norm_of, always=False, factor=lambda limit, norm: limit / norm):
    """Clipping with a norm and a factor of one's own."""

    def answer(grads, limit):
        norm = norm_of(grads)
        return [g * factor(limit, norm) for g in grads] if always or norm > limit else list(grads)

    return answer


def squares(grads):
    return sum((g * g).sum() for g in grads)


norm = training.global_norm

WRONG_CLIP = [
    (training.clip_by_value, "which is clipping by value"),
    (
        lambda grads, limit: [training.clip_by_norm([g], limit)[0] for g in grads],
        "a norm of its own: one global norm",
    ),
    (scaled(lambda g: np.sqrt(squares(g)), always=True), "small gradients are scaled up"),
    (lambda g, limit: [a * limit / (norm(g) or 1) for a in g], "small gradients are scaled up"),
    (
        lambda g, limit: [a * limit / np.sqrt(squares(g)) for a in g] if norm(g) <= limit else g,
        "the wrong way round",
    ),
    (lambda g, limit: g, "nothing has been clipped"),
    (lambda g, limit: [a.copy() for a in g], "nothing has been clipped"),
    (scaled(squares), "lacks its square root"),
    (scaled(lambda g: sum(map(np.linalg.norm, g))), "the norms of the arrays are added"),
    (scaled(lambda g: max(map(np.linalg.norm, g))), "the largest array's norm"),
    (scaled(lambda g: max(abs(a).max() for a in g)), "the largest entry is taken for the norm"),
    (scaled(lambda g: sum(abs(a).sum() for a in g)), "adds absolute values"),
    (lambda g, limit: [a * min(1, norm(g) / limit) for a in g], "which is divided by which?"),
    (scaled(lambda g: np.sqrt(sum(sum(a**2) for a in g))), "so sum over all axes"),
    (scaled(lambda g: np.sqrt(sum(np.mean(a**2) for a in g))), "the norm is made of means"),
    (
        scaled(lambda g: np.linalg.norm(np.array(g))),
        "makes one array of arrays that have different shapes.",
    ),
    (scaled(norm, factor=lambda limit, n: 1 / n), "the limit has been left out"),
    (scaled(norm, factor=lambda limit, n: limit), "multiplied by the limit"),
    (scaled(norm, factor=lambda limit, n: limit**2 / n), "the limit enters the factor twice"),
    (scaled(norm, factor=lambda limit, n: n / limit), "upside down"),
    (lambda g, limit: [a * (norm(g) <= limit) for a in g], "thrown away"),
    (lambda g, limit: norm(g), "returns a number where 3 arrays are asked for"),
    (lambda g, limit: print(norm(g) > limit, end=" "), "prints but does not return"),
    (lambda g, limit: training.clip_by_norm(g, limit)[:2], "returns a list of 2 where 3 arrays"),
    (
        lambda g, limit: training.clip_by_norm(g, limit) if squares(g) > 2 * limit**2 else g,
        "when the norm is a little above the limit",
    ),
    (
        lambda g, limit: training.clip_by_norm([2 * a for a in g], limit),
        "when the norm is below the limit",
    ),
    (
        lambda g, limit: [a * min(1, limit / norm(g)) for a in g],
        "when every gradient is zero line 1",
    ),
    (clip_in_place, "the numbers are right, but your function changes its argument grads"),
    (clip_list_in_place, "the numbers are right, but your function changes its argument grads"),
    (clip_forgets_small, "when the norm is below the limit your function returns None"),
]


def bugs(**names):
    return lambda: names


A, B, C = lesson02.MYSTERIES.values()

WRONG_BUGS = [
    (bugs(A=A, B=B), "A and B are right. C has no name yet"),
    (bugs(A=A, B=None, C=C), "A and C are right. B has no name yet"),
    (bugs(A="", B="", C=""), "A has no name yet"),
    (
        bugs(A="index wrap", B=B, C=C),
        "B and C are right. A: the zoo has no bug called 'index wrap' (did you mean 'index wr",
    ),
    (bugs(A="xyz", B=B, C=C), "no bug called 'xyz' (see the list of bugs)"),
    (bugs(A=7, B=B, C=C), "no bug called '7'"),
    (bugs(A=[A], B=B, C=C), "called \"['index wraps']\" (did you mean 'index wraps'?)"),
    (bugs(A=np.array([A, B]), B=B, C=C), "B and C are right. A: the zoo has no bug called"),
    (bugs(A="", B=None), "A has no name yet; B has no name yet; C has no name yet"),
    (bugs(A=C, B=A, C=B), "cosine 0.0; C: with 'sum forgotten' the wrong gradients would be W_h"),
    (
        bugs(A="wrong sign", B=B, C=C),
        "'wrong sign' the wrong gradients would be W_x, W_h, b, W_y, b_y, and here they are W_h",
    ),
    (
        bugs(A=A, B=A, C=C),
        "A and C are right. B: 'index wraps' would give the gradient of",
    ),
    (
        bugs(A=B, B=B, C=C),
        "'sum forgotten' would give the gradient of W_h relative error 1.00, cosine 0.0",
    ),
    (bugs(A=A, B=B, C="tanh twice"), "C: 'tanh twice' would give"),
    (
        bugs(A=C, B=A, C=B),
        "A: with 'no transpose' the wrong gradients would be W_x, W_h, b, and here",
    ),
    (lambda: [A, B, C], "returns a list of 3, where a dict is asked for"),
    (lambda: print(A, end=" "), "prints but does not return"),
    (lambda letter: A, "name_the_bugs takes (), not (letter)"),
    (lambda: {"A": Z}, "NameError: name 'Z' is not defined"),  # noqa: F821
]


RIGHT = {
    "step_backward": [
        step_backward_einsum,
        step_backward_by_sample,
    ],
    "rnn_backward": [
        backward_vectorised,
        backward_skips_zero,
    ],
    "clip_by_norm": [
        clip_like_torch,
        clip_with_ravel,
        training.clip_by_norm,
    ],
    "name_the_bugs": [
        lambda: dict(lesson02.MYSTERIES),
        lambda: {"C": "no transpose", "A": "index wraps", "B": "sum forgotten"},
    ],
}

WRONG = {
    "step_backward": WRONG_STEP_BACKWARD,
    "rnn_backward": WRONG_BACKWARD,
    "clip_by_norm": WRONG_CLIP,
    "name_the_bugs": WRONG_BUGS,
}
