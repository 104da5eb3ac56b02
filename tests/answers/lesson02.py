"""Answers to lesson 02: right ones in other words, wrong ones and what they are told."""

import numpy as np

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


def central(
    points=(1, -1), keep=float, indices=lambda w: np.ndindex(w.shape), share=None, into=None
):
    """The numeric gradient, moved by so many eps in turn; `share` makes an entry of the losses."""
    share = share or (lambda losses, eps: (losses[0] - losses[1]) / (2 * eps))

    def answer(loss, w, eps=1e-5):
        gradient = (into or np.zeros)(w.shape)
        for index in indices(w):
            kept, losses = keep(w[index]), []
            for times in points:
                w[index] = kept + times * eps
                losses.append(loss())
            w[index] = kept
            gradient[index] = share(losses, eps)
        return gradient

    return answer


def numeric_flat(loss, w, eps=1e-5):
    found = []
    for k in range(w.size):
        w.flat[k] += eps
        above = loss()
        w.flat[k] -= 2 * eps
        found += [(above - loss()) / eps / 2]
        w.flat[k] += eps
    return np.reshape(found, w.shape)


def numeric_from_start(loss, w, eps=1e-5):
    start, gradient = w.copy(), {}
    for index in np.ndindex(*w.shape):
        for sign in (1, -1):
            w[...] = start
            w[index] += sign * eps
            gradient[index] = gradient.get(index, 0.0) + sign * loss() / (2 * eps)
    w[...] = start
    return np.array([gradient[index] for index in np.ndindex(*w.shape)]).reshape(w.shape)


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
    (
        with_dz(lambda dh, h, h_prev: dh * (1 - abs(h))),
        "one change makes it right: look at `through_step(dh",
    ),
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
    (with_part(dh_prev=lambda dz, dh, x, hp, h, U, V: dz * V.T), "(6 is batch, 9 is units)"),
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
    (time_answer(add=lambda *_: (0, 0, 0)), "dW_x, dW_h and db are not summed over time"),
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


def numeric_never_restored(loss, w, eps=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        w[index] += eps
        above = loss()
        w[index] -= 2 * eps
        gradient[index] = (above - loss()) / (2 * eps)
    return gradient


def numeric_of_copies(loss, w, eps=1e-5):
    return central()(loss, w.copy(), eps)


def numeric_of_ravel(loss, w, eps=1e-5):
    flat = w.ravel()  # a view, as long as w is no transpose
    gradient = np.zeros(flat.shape)
    for k, kept in enumerate(flat.copy()):
        flat[k] = kept + eps
        above = loss()
        flat[k] = kept - eps
        gradient[k] = (above - loss()) / (2 * eps)
        flat[k] = kept
    return gradient.reshape(w.shape)


def numeric_of_rows_and_columns(loss, w, eps=1e-5):
    gradient = np.zeros(w.shape)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            gradient[i, j] = central(indices=lambda _, at=(i, j): [at])(loss, w, eps)[i, j]
    return gradient


def numeric_hands_w_over(loss, w, eps=1e-5):
    return np.full(w.shape, (loss(w + eps) - loss(w - eps)) / (2 * eps))


def numeric_of_shares(loss, w, eps=1e-5):
    gradient = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        kept = w[index]
        w[index] = kept * (1 + eps)
        above = loss()
        w[index] = kept * (1 - eps)
        gradient[index] = (above - loss()) / (2 * eps * kept)
        w[index] = kept
    return gradient


def numeric_returns_at_once(loss, w, eps=1e-5):
    return central(indices=lambda w: [(0,) * w.ndim])(loss, w, eps)


def numeric_overwrites(loss, w, eps=1e-5):
    return np.full(w.shape, central()(loss, w, eps).flat[-1])


def of(share):
    return lambda losses, eps: share(*losses, eps)


WRONG_NUMERIC = [
    (central((1, 0), share=of(lambda up, here, e: (up - here) / e)), "the difference is one-sided"),
    (central((0, -1), share=of(lambda here, low, e: (here - low) / e)), "is one-sided"),
    (central((1, 0)), "the lower point is w itself"),
    (central((0, -1)), "the upper point is w itself"),
    (numeric_never_restored, "after your function w is not what it was: put each entry back"),
    (numeric_of_ravel, "but when w is a transpose, gradient is zero"),
    (numeric_of_copies, "every entry is zero: the loss has not seen a change"),
    (central(share=of(lambda up, low, e: (up - low) / e)), "twice what it should be: the two"),
    (central(share=of(lambda up, low, e: (up - low) / 2 * e)), "brackets are missing"),
    (central(share=of(lambda up, low, e: (up - low) / 2)), "divided by 2, and not by eps"),
    (central(share=of(lambda up, low, e: up - low)), "not divided by the distance"),
    (central((-1, 1)), "the sign is wrong: the loss below"),
    (central(share=of(lambda up, low, e: abs(up - low) / (2 * e))), "the sign is lost"),
    (central(share=of(lambda up, low, e: (up + low) / (2 * e))), "added: subtract them"),
    (
        central((1, 0, -1), share=of(lambda up, at, low, e: (up - 2 * at + low) / e**2)),
        "the second derivative",
    ),
    (central((0.5, -0.5), share=of(lambda up, low, e: (up - low) / e)), "half of eps away"),
    (numeric_of_shares, "the step is a share of the weight"),
    (central(keep=np.copy, indices=lambda w: range(len(w))), "whole rows are moved at once"),
    (central(keep=np.copy, indices=lambda w: [...]), "all entries are moved at once"),
    (numeric_overwrites, "every entry holds the last one's derivative"),
    (numeric_returns_at_once, "does the return stand inside the loop?"),
    (
        numeric_of_rows_and_columns,
        "when w has three axes: in the first of these, line 4 of your function",
    ),
    (numeric_hands_w_over, "the loss takes no argument, it reads w where it lies"),
    (central(into=lambda shape: np.zeros(shape, int)), "an array of whole numbers"),
    (lambda loss, w, eps=1e-5: central()(loss, w, 1e-5), "eps has no part in your result"),
    (lambda loss, w, eps=1e-5: central()(loss, w, eps).ravel(), "its axes are gone"),
    (lambda loss, w, eps=1e-5: central()(loss, w, eps).T, "in the wrong order of axes"),
]


def bugs(**names):
    return lambda: names


(A,), (B,), (C,), (D, E) = map(sorted, lesson02.MYSTERIES.values())

WRONG_BUGS = [
    (bugs(A=A, B=B, D=(D, E)), "A, B and D are right. C has no name yet"),
    (bugs(A=A, B=None, C=C), "A and C are right. B has no name yet"),
    (bugs(A="", B="", C=""), "A has no name yet"),
    (
        bugs(A="index wrap", B=B, C=C),
        "B and C are right. A: the zoo has no bug called 'index wrap' (did you mean 'index wr",
    ),
    (bugs(A="xyz", B=B, C=C), "no bug called 'xyz' (see the list of bugs)"),
    (bugs(A=7, B=B, C=C), "A: a number stands where a name is asked for"),
    (bugs(A="W_h.T was forgotten"), "(see the list of bugs)"),
    (bugs(A=np.array([A, B]), B=B, C=C), "A has one bug in it, and you name 2"),
    (bugs(A="", B=None), "A has no name yet; B has no name yet; C has no name yet"),
    (
        bugs(A=C, B=A, C=B),
        "cosine of 0.0; C: with 'sum forgotten' the wrong gradients would be W_h",
    ),
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
        "'sum forgotten' would give the gradient of W_h a relative error of 1.00 and a cosine of",
    ),
    (bugs(A=A, B=B, C="tanh twice"), "C: 'tanh twice' would give"),
    (
        bugs(A=C, B=A, C=B),
        "A: with 'no transpose' the wrong gradients would be W_x, W_h, b, and here",
    ),
    (bugs(A=A, B=B, C=C, D="wrong sign"), "D has two bugs in it, and you name 1"),
    (bugs(A=A, B=B, C=C, D=("wrong sign", C)), "'wrong sign' and 'no transpose' would give"),
    (bugs(A=A, B=B, C=C, D=[D, C]), "'no transpose' change the same line"),
    (lambda: {"a": A, "b": B}, "the keys are 'A', 'B', 'C' and 'D', and yours has 'a'"),
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
    "numeric_gradient": [
        numeric_flat,
        numeric_from_start,
        central((-1, 1), share=of(lambda low, up, e: 0.5 * (up - low) / e), into=np.empty),
    ],
    "name_the_bugs": [
        lambda: {letter: tuple(names) for letter, names in lesson02.MYSTERIES.items()},
        lambda: {"C": "no transpose", "A": ["index wraps"], "B": "sum forgotten", "D": {E, D}},
    ],
}

WRONG = {
    "step_backward": WRONG_STEP_BACKWARD,
    "rnn_backward": WRONG_BACKWARD,
    "numeric_gradient": WRONG_NUMERIC,
    "name_the_bugs": WRONG_BUGS,
}
