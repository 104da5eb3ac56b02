"""The checks of lesson 10. Each holds the reference, which is a solution to read."""

import numpy as np

from utils.checks.engine import exercise
from utils.checks.probes import Probe

# --- the weights for one query ------------------------------------------------------------------


def looking(timesteps, features, times=1.0, when="", look="", low=-np.inf):
    """No number of the keys is below `low`."""
    rng = np.random.default_rng(timesteps + features)
    query, keys = rng.normal(size=features), rng.normal(size=(timesteps, features))
    if np.isfinite(low):
        query, keys = np.abs(query), low + np.abs(keys)
    args = {"query": times * query, "keys": keys}
    return Probe(args, when, look, {"timesteps": timesteps, "features": features})


@exercise(
    probes=[
        looking(5, 3),
        looking(4, 4, 1, "where there are as many keys as features", "which axis is summed over?"),
        looking(3, 16, 1, "for 16 features", "by what are the products divided?"),
        looking(1, 3, 1, "for a single key", "what is the weight of the only one?"),
        looking(5, 3, 3000, "for a query of large numbers", "exp(1000) is infinite"),
        looking(4, 3, -3000, "where all scores are far below 0", "what is left of their "
                "differences?", low=1),
        looking(4, 5, 300, "where all scores are large", "exp(1000) is infinite", low=1),
    ],
    returns={"the row of weights": "timesteps"},
    examples=[
        {"query": np.array([2.0, 2, 0, 0]), "keys": np.array([[np.log(3), 0, 0, 0], [0, 0, 1, 0]])},
        {"query": np.array([1.0]), "keys": np.log([[1.0], [3], [4]])},
    ],
    right="the weights agree, for several numbers of keys and features, and for large numbers",
)  # fmt: skip
def query_weights(query, keys):
    """query (features,), keys (timesteps, features) -> the weights (timesteps,) of the keys."""
    scores = keys @ query / np.sqrt(len(query))
    e = np.exp(scores - scores.max())
    return e / e.sum()


query_weights.knows(
    {
        "keys @ query / np.sqrt(len(query))": {
            "keys @ query": "the scale is left off: by the root of what are the products divided?",
            "keys @ query / len(query)": "the products are divided by the number of features: its "
            "root is asked for",
            "keys @ query * np.sqrt(len(query))": "the products are multiplied by the root: they "
            "are to be divided by it",
            "keys @ query / np.sqrt(len(keys))": "the root is that of the number of keys: that of "
            "the features is asked for",
            "-keys @ query / np.sqrt(len(query))": "the sign is turned round: the key that is most "
            "like the query should get most",
            "-np.linalg.norm(keys - query, axis=1) / np.sqrt(len(query))": "those are distances: "
            "the scores are products of query and key",
        },
        "return e / e.sum()": {
            "return scores": "those are the scores: softmax is still to come",
            "return e": "the weights don't sum to 1",
            "return e / len(e)": "that is a mean of exponentials: by what do the weights sum to 1?",
            "return np.log(e / e.sum())": "those are the logarithms of the weights",
            "return scores / scores.sum()": "the scores are divided by their sum, without the "
            "exponential: some weights may come out below 0",
            "return (scores == scores.max()).astype(float)": "all the weight is on the best key: "
            "softmax gives every key some",
        },
        "np.exp(scores - scores.max())": {
            "np.exp(scores)": "right otherwise, but exp(1000) is infinite, where numbers are "
            "large: what may be taken off all scores without changing the weights?",
        },
    }
)


# --- attention with a mask ----------------------------------------------------------------------


def asking(
    batch, queries, lengths, features, units, when="", look="", padding=1, times=1, low=False
):
    timesteps = max(lengths) + padding
    rng = np.random.default_rng(batch + 10 * queries + features)
    args = {
        "q": times * rng.normal(size=(batch, queries, features)),
        "k": rng.normal(size=(batch, timesteps, features)),
        "v": rng.normal(size=(batch, timesteps, units)),
        "mask": np.arange(timesteps) < np.array(lengths)[:, None],
    }
    if low:
        args |= {"q": -np.abs(args["q"]), "k": np.abs(args["k"])}
    sizes = {"batch": batch, "queries": queries, "timesteps": timesteps, "features": features}
    return Probe(args, when, look, sizes | {"units": units})


@exercise(
    probes=[
        asking(3, 4, [2, 5, 6], 8, 2),
        asking(2, 4, [3, 2], 4, 4, "where queries, keys and features are as many", "look at the "
               "axes"),
        asking(2, 1, [5, 1], 6, 3, "for a single query", "do the words get mixed up?"),
        asking(1, 3, [4], 5, 1, "for a single word", "do the words get mixed up?"),
        asking(2, 3, [5, 5], 7, 3, "where nothing is padding", "what does the mask do there?",
               padding=0),
        asking(3, 4, [2, 5, 3], 6, 2, "where scores are large", "exp(1000) is infinite",
               times=2000),
        asking(2, 3, [4, 2], 5, 3, "where all scores are far below 0", "is the padding's score "
               "below all of them?", times=2000, low=True),
    ],
    returns={"the context": "batch queries units"},
    examples=[
        {"q": np.array([[[0.0]]]), "k": np.array([[[0.0], [1], [5]]]),
         "v": np.array([[[0.0], [4], [9]]]), "mask": np.array([[True, True, False]])},
        {"q": np.array([[[1.0, 0]]]), "k": np.array([[[0, 1], [2**0.5 * np.log(3), 0], [5, 5]]]),
         "v": np.array([[[0.0], [4], [9]]]), "mask": np.array([[True, True, False]])},
        {"q": np.array([[[1.0]]]), "k": np.array([[[0.0], [0], [1000]]]),
         "v": np.array([[[0.0], [4], [9]]]), "mask": np.array([[True, True, False]])},
    ],
    right="the contexts agree, also for large scores, and no key counts that is only padding",
)  # fmt: skip
def attend(q, k, v, mask):
    """q (batch, queries, features), k (batch, timesteps, features), v (batch, timesteps, units),
    mask (batch, timesteps), True at a letter -> the contexts (batch, queries, units)."""
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])
    scores = np.where(mask[:, np.newaxis, :], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = e / e.sum(axis=2, keepdims=True)
    return weights @ v


MASKING = "scores = np.where(mask[:, np.newaxis, :], scores, -np.inf)"
attend.knows(
    {
        "q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])": {
            "q @ k.transpose(0, 2, 1)": "the scale is left off: by the root of what are the "
            "products divided?",
            "q @ k.transpose(0, 2, 1) / q.shape[2]": "the products are divided by the number of "
            "features: its root is asked for",
            "q @ k.transpose(0, 2, 1) / np.sqrt(k.shape[1])": "the root is that of the number of "
            "keys: that of the features is asked for",
            "q @ k.transpose(0, 2, 1) / np.sqrt(v.shape[2])": "the root is that of the numbers in "
            "a value: that of those in a query is asked for",
        },
        MASKING: {
            "scores = scores + 0": "the padding gets weight: the mask has no part in it",
            "scores = scores + -np.inf * ~mask[:, np.newaxis, :]": "infinity times 0 is no "
            "number: at a letter nothing may be added",
            "scores = np.where(mask[:, np.newaxis, :], scores, 0)": "a score of 0 is not nothing: "
            "its exponential is 1. Which score has the exponential 0?",
            "scores = scores * mask[:, np.newaxis, :]": "a score of 0 is not nothing: its "
            "exponential is 1. Which score has the exponential 0?",
            "scores = np.where(mask[:, np.newaxis, :], -np.inf, scores) if not mask.all(axis=1)"
            ".any() else scores": "only the padding is looked at: the mask is True at a letter",
        },
        "e = np.exp(scores - scores.max(axis=2, keepdims=True))": {
            "e = np.exp(scores)": "for large scores it is wrong: exp(1000) is infinite. What may "
            "be taken off all scores of a query without changing its weights?",
            "e = np.exp(scores - scores.max())": "one number is taken off all scores: of a query "
            "whose scores lie far below it nothing is left. Each query has a largest of its own",
        },
        "weights = e / e.sum(axis=2, keepdims=True)": {
            "weights = e / e.sum(axis=1, keepdims=True)": "softmax runs over another axis than the "
            "last: it is the weights of one query over all keys that sum to 1",
            "weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)": "softmax runs "
            "over another axis than the last: it is the weights of one query over all keys that "
            "sum to 1",
            "weights = e / e.sum()": "all weights of the batch together sum to 1: those of each "
            "query should",
            "weights = e": "softmax lacks the division: the weights of each query sum to 1",
        },
        "return weights @ v": {
            "return weights": "those are the weights: the mean of the values is still to come",
            "return (e.argmax(axis=2)[..., None] == np.arange(e.shape[2])) @ v": "that is the "
            "value of the best key alone: a mean of all is asked for",
            "s = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2]); w = np.exp(s - s.max(axis=2, "
            "keepdims=True)); return (w / w.sum(axis=2, keepdims=True) * mask[:, None]) @ v": "the "
            "mask comes after the softmax: the weights of the letters alone no longer sum to 1",
            "return np.where(mask[:, np.newaxis, :], weights, 0).mean(axis=1)": "the weights are "
            "averaged over the queries: each query has a mean of the values of its own",
        },
    }
)


# --- its backward step --------------------------------------------------------------------------


def arriving(batch, queries, timesteps, features, units, when="", look="", padding=0):
    rng = np.random.default_rng(batch + 10 * queries + features)
    q, k = (
        rng.normal(size=(batch, queries, features)),
        rng.normal(size=(batch, timesteps, features)),
    )
    e = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(features))
    e[:, :, timesteps - padding :] = 0
    args = {
        "dcontext": rng.normal(size=(batch, queries, units)),
        "q": q,
        "k": k,
        "v": rng.normal(size=(batch, timesteps, units)),
        "weights": e / e.sum(axis=2, keepdims=True),
    }
    sizes = {"batch": batch, "queries": queries, "timesteps": timesteps, "features": features}
    return Probe(args, when, look, sizes | {"units": units})


@exercise(
    probes=[
        arriving(3, 4, 5, 7, 2),
        arriving(2, 3, 3, 3, 3, "where all sizes are the same", "look at the axes"),
        arriving(1, 1, 6, 2, 4, "for a single query", "do the words get mixed up?"),
        arriving(2, 3, 5, 4, 3, "where a mask has put some weights to 0", "are the given weights "
                 "used throughout?", padding=2),
    ],
    examples=[
        {"dcontext": np.array([[[1.0]]]), "q": np.array([[[np.log(3)]]]),
         "k": np.array([[[1.0], [0]]]), "v": np.array([[[4.0], [0]]]),
         "weights": np.array([[[0.75, 0.25]]])},
        {"dcontext": np.array([[[1.0], [1]]]), "q": np.array([[[1.0], [2]]]),
         "k": np.array([[[0.0], [0]]]), "v": np.array([[[4.0], [0]]]),
         "weights": np.array([[[0.5, 0.5], [0.5, 0.5]]])},
    ],
    returns={
        "dq": "batch queries features",
        "dk": "batch timesteps features",
        "dv": "batch timesteps units",
    },
    right="the gradients of queries, keys and values agree, for several sizes",
)  # fmt: skip
def attend_backward(dcontext, q, k, v, weights):
    """dcontext (batch, queries, units), and what went into the forward step, with the weights
    (batch, queries, timesteps) -> dq, dk and dv, of the shapes of q, k and v."""
    dv = weights.transpose(0, 2, 1) @ dcontext
    dweights = dcontext @ v.transpose(0, 2, 1)
    mean = np.sum(weights * dweights, axis=2, keepdims=True)
    dscores = weights * (dweights - mean)
    dscores = dscores / np.sqrt(q.shape[2])
    return dscores @ k, dscores.transpose(0, 2, 1) @ q, dv


attend_backward.knows(
    {
        "dscores = weights * (dweights - mean)": {
            "dscores = weights * dweights": "dq and dk lack the sum that is taken off: a larger "
            "score of one key takes weight from all others",
            "dscores = dweights - mean": "dq and dk lack the weights as a factor: softmax's slope "
            "has one",
            "dscores = dweights": "dq and dk are those by the weights: the way through the softmax "
            "is left out",
            "dscores = weights * (1 - weights) * dweights": "that is the slope of a weight by its "
            "own score alone: a score moves the weights of the other keys as well",
            "dscores = weights * (dweights + mean)": "the sum is added: it is to be taken off",
            "dscores = -weights * (dweights - mean)": "dq and dk have the wrong sign",
        },
        "mean = np.sum(weights * dweights, axis=2, keepdims=True)": {
            "mean = np.sum(dweights, axis=2, keepdims=True)": "the sum over the keys has no "
            "weights in it: each of its terms has one as a factor",
            "mean = np.mean(dweights, axis=2, keepdims=True)": "a plain mean over the keys is "
            "taken off: the sum is asked for, in which each term has its weight as a factor",
            "mean = np.mean(weights * dweights, axis=2, keepdims=True)": "a mean over the keys is "
            "taken off: the sum is asked for",
            "mean = np.sum(weights * dweights, axis=1, keepdims=True)": "the sum runs over the "
            "queries: softmax ran over the keys",
        },
        "dscores = dscores / np.sqrt(q.shape[2])": {
            "dscores = dscores + 0": "dq and dk lack the scale: the scores were divided by a root",
            "dscores = dscores * np.sqrt(q.shape[2])": "the scale is turned round: forward it "
            "divides, and so it does backward",
            "dscores = dscores / q.shape[2]": "the scale is the number of features: its root was "
            "the scale of the forward step",
        },
        "dv = weights.transpose(0, 2, 1) @ dcontext": {
            "dv = weights.transpose(0, 2, 1) @ dcontext / dcontext.shape[1]": "dv is divided by "
            "the number of queries: it is the sum over them",
            "dv = 0 * v + dcontext.sum(axis=1, keepdims=True)": "dv lacks the weights: a value "
            "counts as much as it was looked at",
        },
        "return dscores @ k, dscores.transpose(0, 2, 1) @ q, dv": {
            "return dscores.transpose(0, 2, 1) @ q, dscores @ k, dv": "dq and dk are exchanged",
        },
    }
)


# --- positions ----------------------------------------------------------------------------------


def grid(timesteps, units, when="", look=""):
    args = {"timesteps": timesteps, "units": units}
    return Probe(args, when or f"for timesteps = {timesteps}, units = {units}", look, args)


@exercise(
    probes=[
        grid(5, 12),
        grid(7, 16, look="are the numbers written out, or too large for whole numbers?"),
        grid(1, 4, look="the first step has the number 0"),
        grid(30, 2, look="what is the slowest wave, if there is one alone?"),
        grid(600, 4, look="is a length written out?"),
        grid(9, 12, look="there is a row for each step, however many a table had before"),
    ],
    returns={"the table": "timesteps units"},
    examples=[{"timesteps": 3, "units": n} for n in (2, 4)],
    right="the table agrees, for several lengths and numbers of units",
)
def positions(timesteps, units):
    """-> (timesteps, units): column 2i is the sine of t / 10000^(2i/units), column 2i + 1 the
    cosine, for t = 0, 1, ... units is even."""
    t = np.arange(timesteps)[:, np.newaxis]
    angle = t / 10000 ** (np.arange(0, units, 2) / units)
    table = np.zeros((timesteps, units))
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle)
    return table


positions.knows(
    {
        "t = np.arange(timesteps)[:, np.newaxis]": {
            "t = np.arange(1, timesteps + 1)[:, np.newaxis]": "the steps are counted from 1: the "
            "first one is step 0",
            "t = np.arange(timesteps)[:, np.newaxis] / timesteps": "the steps are divided by the "
            "length: a step should look the same in every word",
        },
        "angle = t / 10000 ** (np.arange(0, units, 2) / units)": {
            "angle = t / 10000 ** (np.arange(units // 2) / units)": "the exponent is i/units: it "
            "is twice that",
            "angle = t * 10000 ** (np.arange(0, units, 2) / units)": "the waves grow faster from "
            "column to column: they should grow slower",
            "angle = t / 10000 ** (np.arange(1, units, 2) / units)": "sine and cosine have the "
            "exponent of the cosine's column: both have that of the sine's, 2i/units",
            "angle = t / 1000 ** (np.arange(0, units, 2) / units)": "that is 1000 where 10000 is "
            "asked for",
            "angle = 2 * np.pi * t / 10000 ** (np.arange(0, units, 2) / units)": "the angle has a "
            "factor of 2π that is not asked for",
            "angle = t + 0 * np.arange(0, units, 2)": "all waves are equally fast: where is the "
            "power of 10000?",
        },
        "table[:, 0::2] = np.sin(angle)": {
            "table[:, 0::2] = np.cos(angle)": "there are cosines in the even columns: the sine "
            "comes first",
        },
        "table[:, 1::2] = np.cos(angle)": {
            "table[:, 1::2] = np.sin(angle)": "the sine stands in the odd columns: they should "
            "hold the cosine",
        },
        "return table": {
            "return np.hstack([np.sin(angle), np.cos(angle)])": "all sines stand before all "
            "cosines: they take turns",
            "return np.hstack([np.cos(angle), np.sin(angle)])": "all cosines stand before all "
            "sines: they take turns, the sine first",
        },
    }
)  # fmt: skip


# --- reading an alignment -----------------------------------------------------------------------


def drawn(rows, when="", look=""):
    weights = np.array(rows, float)
    sizes = {"sounds": weights.shape[0], "letters": weights.shape[1]}
    return Probe({"weights": weights}, when, look, sizes)


@exercise(
    probes=[
        drawn([[.5, .2, .1, .1, .05, .05], [.1, .15, .05, .1, .55, .05],
               [.3, .05, .1, .1, .4, .05]]),
        drawn([[.2, .3, .5], [.1, .2, .7], [.25, .4, .35]], "where there are as "
              "many sounds as letters", "look at the axes"),
        drawn([[.1, .9], [.8, .2], [.6, .4]], "where each letter is looked at", "none is left"),
        drawn([[.45, .35, .2], [.45, .35, .2], [.3, .4, .3]], "where no letter has half of a "
              "sound's weight", "the largest weight may be less than a half"),
        drawn([[.3, .1, .2, .4]], "for a single sound", "it looks most at one letter"),
        drawn([[.45, .5, .05, 0], [.4, .28, .32, 0], [.1, .1, .38, .42]], "where two sounds look "
              "at the same letters", "each sound looks most at one, whatever others do"),
        drawn([[.5, .45, .05], [.3, .3, .4]], "where a second has more weight than another "
              "sound's first", "each sound looks most at one, whatever others do"),
    ],
    returns={"what is left over": "letters"},
    examples=[
        {"weights": np.array([[0.6, 0.3, 0.1], [0.35, 0.25, 0.4]])},
        {"weights": np.array([[0.4, 0.35, 0.25], [0.3, 0.3, 0.4]])},
        {"weights": np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1]])},
    ],
    right="the letters agree at which no sound looks most",
)  # fmt: skip
def left_over(weights):
    """weights (sounds, letters) -> (letters,), True at each letter at which no sound looks most."""
    most = weights.argmax(axis=1)
    left = np.ones(weights.shape[1], bool)
    left[most] = False
    return left


left_over.knows(
    {
        "most = weights.argmax(axis=1)": {
            "most = weights.argmin(axis=1)": "the letters at which a sound looks least are taken: "
            "each sound looks most at one",
            "most = weights.argmax(axis=0) % weights.shape[1]": "for each letter a sound is found: "
            "it is each sound that looks most at one letter",
            "most = weights.sum(axis=0).argmax()": "only the letter with the largest sum is taken: "
            "each sound has a letter of its own",
            "most = weights[0].argmax()": "only the first sound is asked where it looks",
        },
        "left = np.ones(weights.shape[1], bool)\n    left[most] = False": {
            "left = np.zeros(weights.shape[1], bool)\n    left[most] = True": "that is turned "
            "round: True stands where a sound looks most",
            "left = weights.sum(axis=0) < 1": "that asks for a sum below 1: whether any sound "
            "looks most at the letter is the question",
            "left = weights.max(axis=0) < 0.5": "that asks for half the weight: a sound looks most "
            "where its weight is the largest of its row, which may be less than half",
            "left = weights.mean(axis=0) < 1 / weights.shape[1]": "that compares with an even "
            "share: whether any sound looks most at the letter is the question",
            "left = weights.max(axis=0) < weights.max()": "only the largest weight of all counts "
            "there: each sound has a largest one of its own",
        },
    }
)
