"""The checks of lesson 9. Each holds the reference, which is a solution to read."""

import numpy as np

from utils.checks.engine import exercise
from utils.checks.probes import Probe
from utils.checks.results import listed
from utils.words import number

# --- bits a letter ------------------------------------------------------------------------------

LEVELS = np.array([0.0, 2000, -2000])[:, np.newaxis]  # of the logits at three steps


def written(batch, timesteps, symbols, shift=0.0, when="", look="", times=2, far=0):
    """Logits at each step of some texts, and the letters that came: the likeliest, if one logit
    lies `far` above the others."""
    rng = np.random.default_rng(batch + timesteps + symbols)
    y = rng.normal(0, times, (batch, timesteps, symbols)) + shift
    letters = rng.integers(0, symbols, (batch, timesteps))
    y += far * np.eye(symbols)[letters]
    args = {"y": y, "letters": letters}
    return Probe(args, when, look, {"batch": batch, "timesteps": timesteps, "symbols": symbols})


@exercise(
    probes=[
        written(3, 5, 7),
        written(4, 4, 4, 0, "where all axes are equally long", "look at the axes"),
        written(1, 6, 3, 0, "for a single text", "what is the mean taken over?"),
        written(2, 3, 6, 2000, "for logits near 2,000", "exp(2000) is infinite"),
        written(2, 4, 6, 0, "where some letters cost 50 bits and more", "what is done to small "
                "probabilities?", times=30),
        written(2, 3, 5, LEVELS, "where one step's logits lie 2,000 above another's", "what is "
                "taken off has to be each step's own"),
        written(2, 3, 4, 0, "where one logit lies 2,000 above the others", "exp(1000) is infinite",
                far=2000),
        written(2, 3, 4, 0, "where letters cost thousands of bits", "exp(-1000) is 0, and has no "
                "logarithm", far=-2000),
    ],
    returns={"the bits a letter": ""},
    examples=[
        {"y": np.zeros((1, 1, 4)), "letters": np.array([[3]])},
        {"y": np.log([[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]]), "letters": np.array([[0, 0]])},
        {"y": np.log([[[0.5, 0.5]], [[0.125, 0.875]]]), "letters": np.array([[1], [0]])},
    ],
    right="the bits agree, for several numbers of symbols, a single text, and logits near 2,000",
)  # fmt: skip
def bits_a_letter(y, letters):
    """y (batch, timesteps, symbols), letters (batch, timesteps) -> the mean of -log2 p, where p
    is the probability of the letter that came."""
    z = y - y.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    came = np.take_along_axis(log_p, letters[:, :, None], axis=2)
    return -came.mean() / np.log(2)


SOFTMAX = """z = y - y.max(axis={0}, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis={0}, keepdims=True))"""
LOG_P = "log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))"
OF_A_STEP = "those of all symbols at one step should"
LOGITS = (
    "the logits themselves are averaged: they are no logarithms of probabilities before softmax"
)
ENTROPY = "that is the entropy, what the network expects of itself: which letter came has no part "
ENTROPY += "in it"
PERPLEXITY = "that is the perplexity, 2 to the power of the bits"
OVERFLOW = "right otherwise, but exp(2000) is infinite, where logits are near 2,000: what may be "
OVERFLOW += "taken off all logits of a step without changing the probabilities?"
bits_a_letter.knows(
    {
        "-came.mean() / np.log(2)": {
            "-came.mean()": "that is in nats, by the natural logarithm: how many bits are in a "
            "nat?",
            "-came.mean() / np.log(y.shape[2])": "that is by the logarithm to the base of the "
            "number of symbols: bits are by the one to the base 2",
            "-came[:, -1].mean() / np.log(2)": "only the last letter of each text counts: all do",
            "-log_p.max(axis=2).mean() / np.log(2)": "that is what the likeliest letter would "
            "cost: the letter that came is asked for",
            "-log_p[:, :, letters].mean() / np.log(2)": "each step's probabilities are averaged "
            "over all letters that came anywhere: each step has one letter of its own",
            "-np.take(log_p, letters).mean() / np.log(2)": "only the first numbers of p are looked "
            "up: each step has its own row of them",
            "-came.mean() / np.log(10)": "that is by the logarithm to the base 10: bits are by the "
            "one to the base 2",
            "-came.mean() * np.log(2)": "nats are multiplied by log 2, and must be divided by it: "
            "a bit is less than a nat",
            "came.mean() / np.log(2)": "the bits are negative: the logarithm of a probability is "
            "below 0, so what stands before it?",
            "-came.sum() / np.log(2)": "those are the bits of all letters together: a mean is "
            "asked for",
            "-came.sum() / np.log(2) / len(y)": "those are the bits of a text: divide by all "
            "letters, not by the texts alone",
            "-came.sum() / np.log(2) / y.size": "the sum is divided by the logits, of which each "
            "letter has as many as there are symbols",
            "-np.log2(np.exp(came).mean())": "that is the logarithm of the mean probability: the "
            "mean of the logarithms is asked for",
            "np.exp(came).mean()": "that is the mean probability of the letters that came: where "
            "is the logarithm?",
            "2 ** (-came.mean() / np.log(2))": PERPLEXITY,
            "2 ** -came.mean()": "that is 2 to the power of what comes in nats: bits are asked "
            "for, and no power of them",
            "-log_p.mean() / np.log(2)": "the logarithms of all symbols are averaged: only the "
            "letter that came counts",
            "-(np.exp(log_p) * log_p).sum(axis=2).mean() / np.log(2)": ENTROPY,
            "-(np.exp(log_p) * np.log2(np.exp(log_p))).sum(axis=2).mean()": ENTROPY,
            "-np.take_along_axis(y, letters[:, :, None], axis=2).mean()": LOGITS,
            "-np.take_along_axis(y, letters[:, :, None], axis=2).mean() / np.log(2)": LOGITS,
            "-np.log2(np.exp(came)).mean()": "the logarithm is that of a probability, and "
            "exp(-1000) is 0 for a float: take the difference that it is made of",
        },
        SOFTMAX.format(2): {
            SOFTMAX.format(1): f"the probabilities of a symbol over time sum to 1: {OF_A_STEP}",
            SOFTMAX.format(0): "the probabilities of a symbol over the batch sum to 1: "
            f"{OF_A_STEP}",
            "log_p = np.log(np.exp(y) / np.exp(y).sum(axis=2, keepdims=True))": OVERFLOW,
        },
        "np.exp(z).sum(axis=2, keepdims=True)": {
            "np.exp(z).sum(axis=1, keepdims=True)": "the probabilities of a symbol over time sum "
            f"to 1: {OF_A_STEP}",
            "np.exp(z).sum()": "all probabilities of the batch together sum to 1: those of each "
            "step should",
        },
        LOG_P: {
            "log_p = y - np.log(np.exp(y).sum(axis=2, keepdims=True))": OVERFLOW,
            "s = 1 / (1 + np.exp(-y)); log_p = np.log(s / s.sum(axis=2, keepdims=True))": "that is "
            "the sigmoid, each symbol by itself: softmax is asked for, so that those of a step sum "
            "to 1",
            "log_p = z * np.log(2) - np.log(np.exp2(z).sum(axis=2, keepdims=True))": "the "
            "probabilities are powers of 2: softmax takes powers of e, whatever the unit of the "
            "loss",
        },
    }
)


# --- a counting model, and what it falls back on -------------------------------------------------


def seen(rows, when="", look=""):
    """Counts of what followed some contexts, and what the shorter contexts say."""
    counts = np.array(rows)
    rng = np.random.default_rng(counts.shape[1])
    p = rng.uniform(0.2, 1, counts.shape)
    args = {"counts": counts, "p_shorter": p / p.sum(axis=1, keepdims=True)}
    return Probe(args, when, look, dict(zip(("contexts", "symbols"), counts.shape, strict=True)))


@exercise(
    probes=[
        seen([[3, 1, 0, 0, 1], [0, 9, 2, 0, 0], [1, 1, 1, 4, 2]]),
        seen([[2, 0, 5], [0, 0, 0], [1, 0, 0]], "where a context was never seen",
             "what is left to go by there?"),
        seen([[1, 0, 3, 0], [7, 1, 0, 0], [0, 2, 2, 1], [5, 0, 0, 0]],
             "where there are as many contexts as symbols", "look at the axes"),
        seen([[0, 4, 1, 0, 0, 2]], "for a single context", "do the contexts get mixed up?"),
    ],
    returns={"p": "contexts symbols"},
    examples=[
        {"counts": np.array([[2, 1, 0]]), "p_shorter": np.array([[0.5, 0.25, 0.25]])},
        {"counts": np.array([[0, 9, 2]]), "p_shorter": np.array([[0.5, 0.25, 0.25]])},
        {"counts": np.array([[1, 0], [0, 0]]), "p_shorter": np.array([[0.5, 0.5], [0.25, 0.75]])},
        {"counts": np.array([[1, 1], [2, 0]]), "p_shorter": np.array([[0.5, 0.5], [0.25, 0.75]])},
    ],
    right="p agrees, also for a context that was never seen, and sums to 1",
)  # fmt: skip
def back_off(counts, p_shorter):
    """counts (contexts, symbols): how often each symbol followed each context. p_shorter, of the
    same shape: the probabilities by the context that is one letter shorter. -> p, of that shape."""
    total = counts.sum(axis=1, keepdims=True)
    kinds = (counts > 0).sum(axis=1, keepdims=True)
    p = (counts + kinds * p_shorter) / np.maximum(total + kinds, 1)
    return np.where(total > 0, p, p_shorter)


MIXED = "(counts + kinds * p_shorter) / np.maximum(total + kinds, 1)"
back_off.knows(
    {
        "np.where(total > 0, p, p_shorter)": {
            "p": "a context that was never seen has no counts: what is left to go by there?",
            "(counts + kinds * p_shorter) / (total + kinds)": "right otherwise, but for a context "
            "that was never seen it divides 0 by 0: what is left to go by there?",
            "np.where(total > 0, p, 1 / counts.shape[1])": "a context that was never seen gives "
            "each symbol the same: the shorter context knows more",
            "np.where(counts > 0, counts / np.maximum(total, 1), p_shorter)": "the shorter "
            "context's share stands unscaled where the count is 0: the sum is then above 1",
        },
        MIXED: {
            "counts / np.maximum(total, 1)": "those are the shares of the counts: what never "
            "followed gets probability 0, and costs infinitely many bits once it does",
            "(counts + kinds * p_shorter) / np.maximum(total, 1)": "p sums to more than 1: what "
            "was handed to the shorter context has to be in the divisor too",
            "(counts + p_shorter) / np.maximum(total + 1, 1)": "the shorter context weighs as much "
            "as one letter: it should weigh as much as there are kinds of letters that followed",
            "(counts + total * p_shorter) / np.maximum(2 * total, 1)": "the shorter context weighs "
            "as much as all that was counted: the number of different letters that followed is "
            "its weight",
            "(counts + counts.shape[1] * p_shorter) / (total + counts.shape[1])": "the shorter "
            "context weighs as much as there are symbols: only those that did follow count",
            "(counts + 1) / (total + counts.shape[1])": "each count is raised by 1: the shorter "
            "context has no part in it",
            "(counts * kinds / np.maximum(total, 1) + total * p_shorter) / np.maximum(total + kinds"
            ", 1)": "the weights are exchanged: the more was counted, the less the shorter context "
            "should say",
            "(counts + kinds / counts.shape[1]) / np.maximum(total + kinds, 1)": "what is handed "
            "on is shared out evenly: the shorter context says how",
        },
        "(counts > 0).sum(axis=1, keepdims=True)": {
            "(counts > 0)": "T is 1 or 0 for each symbol: it is the number of different symbols "
            "that followed the context, one for the whole row",
            "(counts == 1).sum(axis=1, keepdims=True)": "only letters that followed once are "
            "counted as kinds: all that followed at least once are",
            "(counts == 0).sum(axis=1, keepdims=True)": "the kinds that did not follow are "
            "counted: those that did are asked for",
            "(counts > 0).sum(axis=0, keepdims=True)": "the kinds are counted over the contexts: "
            "each context has its own number",
            "(counts > 0).sum()": "the kinds of all contexts together are counted: each context "
            "has its own number",
            "(counts > 1).sum(axis=1, keepdims=True)": "letters that followed once are kinds, too",
        },
        "total = counts.sum(axis=1, keepdims=True)": {
            "total = counts.sum()": "all counts together are the divisor: each context has its own",
        },
    }
)


# --- the state carried on -------------------------------------------------------------------------


def to_cut(letters, batch, steps, when="", look=""):
    codes = np.random.default_rng(letters).integers(0, 39, letters)
    sizes = {"parts": (letters - 1) // (batch * steps)}
    return Probe({"codes": codes, "batch": batch, "steps": steps}, when, look, sizes)


@exercise(
    probes=[
        to_cut(140, 3, 4),
        to_cut(133, 3, 4, "where the letters fill the parts and one is left over",
               "the last letter is a target alone"),
        to_cut(132, 3, 4, "where no letter is left over", "the last letter has none after it"),
        to_cut(29, 1, 4, "for one row", "look at what follows the end of a part"),
        to_cut(50, 4, 4, "where there are as many rows as steps", "look at the axes"),
    ],
    returns={"x": "parts rows steps", "target": "parts rows steps"},
    examples=[{"codes": np.arange(11), "batch": 2, "steps": 2}],
    places=True,
    right="each row of a part goes on in the same row of the next, and each target is the letter "
    "after",
)  # fmt: skip
def in_order(codes, batch, steps):
    """codes (letters,) -> x and target, each (parts, batch, steps): row k of a part goes on in
    row k of the next one, and each target is the letter after."""
    parts = (len(codes) - 1) // (batch * steps)
    letters = parts * batch * steps
    x = codes[:letters].reshape(batch, parts, steps).swapaxes(0, 1)
    target = codes[1 : letters + 1].reshape(batch, parts, steps).swapaxes(0, 1)
    return x, target


OTHERWISE = "in the next part row k starts where another row has stopped: the state that is "
OTHERWISE += "carried on would be that of another passage"
in_order.knows(
    {
        "    return x, target\n": {
            "    return (x.swapaxes(0, 1).reshape(parts, batch, steps), "
            "target.swapaxes(0, 1).reshape(parts, batch, steps))\n": OTHERWISE,
            "    return target, x\n": "x and target are exchanged: the network would foretell the "
            "past",
            "    return x, x\n": "each target is the letter itself: the next one is asked for",
            "    return x, np.roll(x, -1, axis=2)\n": "the last target of each row is its own "
            "first letter: what comes after the end of a part stands in the next one",
            "    return x, np.roll(x, 1, axis=2)\n": "each target is the letter before",
            "    return x.swapaxes(0, 1), target.swapaxes(0, 1)\n": "the first axis goes over the "
            "rows: the parts are to be read one after the other",
            "    return x, np.concatenate([x[:, :, 1:], 0 * x[:, :, :1]], axis=2)\n": "the last "
            "target of each row is 0, which is a letter too: what comes after the end of a part "
            "stands in the next one",
            "    return (codes[:letters].reshape(parts, steps, batch).swapaxes(1, 2), codes[1 : "
            "letters + 1].reshape(parts, steps, batch).swapaxes(1, 2))\n": "neighbours in the text "
            "lie in different rows: a row must read on, letter after letter",
        },
    }
)


# --- one step of sampling ------------------------------------------------------------------------

DRAWS = 4000
NEAR = 0.05  # two distributions of which so little differs are one, for so many draws


class Dice(np.random.Generator):
    """A random generator that equals those of the same seed: that it has been used is no fault."""

    def __eq__(self, other):
        if not isinstance(other, np.random.Generator):
            return False
        own, others = (rng.bit_generator.seed_seq.entropy for rng in (self, other))
        return own == others

    __hash__ = None


def to_draw(rows, temperature, when="", seed=7, shifts=None):
    """With `shifts`, which change no probability, in float32, as the logits of a network are."""
    y = np.repeat(np.array(rows, float), DRAWS // len(rows), axis=0)
    if shifts is not None:
        y = (y + np.resize(shifts, (DRAWS, 1))).astype("float32")
    args = {"y": y, "temperature": temperature, "rng": Dice(np.random.PCG64(seed))}
    return Probe(args, when)


def chances(y, temperature=1.0):
    """Softmax of y (batch, symbols) at a temperature."""
    e = np.exp((y - y.max(axis=1, keepdims=True)) / temperature)
    return e / e.sum(axis=1, keepdims=True)


LOGITS = [1.2, -0.8, 2.0, 0.1, -1.5]
DRAWN = [  # when: what is tried
    to_draw([LOGITS], 1.0),
    to_draw([LOGITS], 1.0),  # once more, for the same rng must draw the same
    to_draw([LOGITS], 1.0, "with another rng ", seed=11),
    to_draw([LOGITS], 0.5, "at a temperature of 0.5 "),
    to_draw([LOGITS], 2.5, "at a temperature of 2.5 "),
    to_draw([LOGITS, LOGITS[1:] + LOGITS[:1]], 1.0, "where the rows differ "),
    to_draw([[900.0, 901.0, 899.0]], 1.0, "for logits near 900 "),
    to_draw([[900.0, 901.0, 899.0]], 0.5, "for logits near 900 and a temperature of 0.5 "),
    to_draw([[3.0, 1.0, -4.0]], 0.004, "at a temperature of 0.004 "),
    to_draw([[*np.arange(12) / 8]], 0.002, "for 12 symbols, at a temperature of 0.002 "),
    to_draw([[1.0, 1.05, 0.95]], 0.05, "at a temperature of 0.05 "),
    to_draw([[0.0, 900], [-1000, -100]], 1.0, "where one row lies far below another "),
    to_draw([[4.2, *[0] * 40]], 1.0, "for 41 symbols, of which 40 are rare "),
    to_draw([[*np.arange(12) / 8, -30]], 1.0, "for 13 symbols ", shifts=np.linspace(-3, 3, 400)),
]
SLIPS = [  # (the distribution that it makes, what is said of it)
    (lambda y, T: chances(y, 1 / T), "the temperature is on the wrong side: where it is low, the "
     "likeliest letters should gain"),
    (lambda y, T: np.eye(y.shape[1])[y.argmax(axis=1)], "always the likeliest letter comes: that "
     "is greedy, and nothing is drawn"),
    (lambda y, T: chances(chances(y), T), "softmax is taken twice: the logits go into it once, "
     "and probabilities never"),
    (lambda y, T: chances(chances(y / T)), "softmax is taken twice: the logits go into it once, "
     "and probabilities never"),
    (lambda y, T: chances(y), "the temperature has no effect: the logits are to be divided by it, "
     "before exp and before any chance"),
    (lambda y, T: even(chances(y, T) / chances(y, T).sum(axis=0)), "softmax runs over the rows: "
     "the probabilities of one row are to sum to 1"),
    (lambda y, T: chances(y * np.log(2), T), "the probabilities are powers of 2: softmax takes "
     "powers of e"),
    (lambda y, T: np.sort(chances(y, T))[:, ::-1], "the probabilities are sorted, and letters "
     "drawn by their rank: the place of a probability is its letter"),
    (lambda y, T: np.sort(chances(y, T)), "the probabilities are sorted, and letters drawn by "
     "their rank: the place of a probability is its letter"),
    (lambda y, T: np.full(y.shape, 1 / y.shape[1]), "each letter comes equally often: the logits "
     "have no part in it"),
    (lambda y, T: np.eye(y.shape[1])[y.argmin(axis=1)], "always the least likely letter comes"),
    (lambda y, T: chances(-y, T), "the likeliest letter comes least: look at the signs"),
    (lambda y, T: np.roll(chances(y, T), 1, axis=1), "each letter comes as often as the one before "
     "it should: the place is one too high"),
    (lambda y, T: np.roll(chances(y, T), -1, axis=1), "each letter comes as often as the one after "
     "it should: the place is one too low"),
    (lambda y, T: chances(y, T * T), "the temperature acts twice"),
    (lambda y, T: chances(np.log(chances(y)) + np.log(T)), "the temperature has no effect: what is "
     "added to all logits cancels"),
]  # fmt: skip


@exercise(
    probes=DRAWN,
    returns={"the letters": "batch"},
    places=True,
    right="the letters come as often as softmax of y / temperature says, at four temperatures, and "
    "the same rng draws the same",
)
def draw(y, temperature, rng):
    """y (batch, symbols) -> a letter (batch,) for each row, drawn with the probabilities
    softmax(y / temperature)."""
    p = chances(y, temperature).cumsum(axis=1)
    u = rng.random((len(y), 1))
    return np.minimum((p < u).sum(axis=1), y.shape[1] - 1)


def even(p):
    """(batch, symbols), so that each row sums to 1."""
    return p / p.sum(axis=1, keepdims=True)


def differs(letters, p):
    """How much the letters' frequencies differ from p, 0 to 1, in the worst of the groups."""
    _, came, should = worst(letters, p.round(5), p)
    return np.abs(came - should).sum() / 2


def worst(letters, alike, p):
    """(one of its rows, how often each letter came, how often it should) of those rows that are
    equal in `alike` whose letters are most off."""
    _, rows, group = np.unique(alike, axis=0, return_index=True, return_inverse=True)
    came = np.zeros((len(rows), p.shape[1]))
    np.add.at(came, (group.ravel(), letters), 1)
    came /= came.sum(axis=1, keepdims=True)
    at = np.abs(came - p[rows]).sum(axis=1).argmax()
    return rows[at], came[at], p[rows[at]]


def never_comes(letters, y, T, when):
    """What is said of a letter that never comes, and should."""
    p, rows = chances(y, T)[0], (y == y[0]).all(axis=1)
    came = np.bincount(letters[rows], minlength=y.shape[1])
    for k in np.flatnonzero((came == 0) & (p * rows.sum() > 30)):
        return f"{when}letter {k} never comes, and should in {p[k]:.0%} of the draws"
    return ""


def no_letters(value, y):
    """What is said of what can't be letters."""
    if value.shape == y.shape:
        return "there is a number for each symbol: one letter for each row is asked for"
    if value.shape != y.shape[:1]:
        return f"there must be one letter a row, shape {y.shape[:1]}, and yours is {value.shape}"
    if not np.all(value == np.floor(value)) or value.min() < 0 or value.max() >= y.shape[1]:
        most, ends = y.shape[1] - 1, f"{value.min():g} to {value.max():g}"
        return f"letters are whole numbers from 0 to symbols - 1, here {most}, and yours go {ends}"
    return ""


@draw.against
def distribution(values):
    """What speaks against the letters that were drawn."""
    drawn = []
    for (value,), probe in zip(values, DRAWN, strict=True):
        y, T = probe.args["y"], probe.args["temperature"]
        if words := no_letters(value, y):
            return words
        drawn.append((value.astype(int), y, T, probe.when))
    wrong = [k for k, (d, y, T, _) in enumerate(drawn) if not differs(d, chances(y, T)) < NEAR]
    never = [(k, words) for k, one in enumerate(drawn) if (words := never_comes(*one))]
    if not wrong and not never:
        if np.any(drawn[0][0] != drawn[1][0]):
            return (
                "right, but the same rng draws something else the second time: draw from rng alone"
            )
        if np.all(drawn[0][0] == drawn[2][0]):
            return (
                "they come as often as they should, but another rng draws the same: draw from rng"
            )
        for letters, y, T, when in drawn:
            if np.any(chances(y, T)[np.arange(len(y)), letters] < 1e-9):
                return f"{when}letters come that have next to no probability"
        return ""
    if len({*np.concatenate([letters for letters, *_ in drawn]).tolist()}) == 1:
        return f"letter {drawn[0][0][0]} comes at every draw, whatever the logits"
    for slip, words in SLIPS:
        with np.errstate(all="ignore"):
            if all(differs(d, slip(y, T)) < NEAR for d, y, T, _ in drawn[:6]):
                return words
    if not any(np.ptp(letters) for letters, *_ in drawn[:5]):  # where all rows are alike
        return "rows with the same logits all get the same letter: each is to be drawn for itself"
    if never and never[0][0] <= min(wrong, default=len(drawn)):
        return never[0][1]
    letters, y, T, when = drawn[wrong[0]]
    few = y.shape[1] < 6  # such logits are told
    p = chances(y, T)
    row, came, p = worst(letters, y if few else p.round(5), p)
    some = np.sort(np.argsort(-np.abs(came - p), kind="stable")[:5])  # where it is worst
    is_so, should = (listed([f"{share:.0%}" for share in each[some]]) for each in (came, p))
    hint = {"where the rows differ ": ". Each row has its own logits",
            "for logits near 900 ": ": what may be taken off all logits, so that exp stays finite?",
            "at a temperature of 0.004 ": ". exp(3 / 0.004) is infinite: what may be taken off "
            "first?"}.get(when, "")  # fmt: skip
    if few:
        when = when.replace("for logits near 900 ", "")
        when += f"for the logits {listed([*map(number, y[row].tolist())])} "
    which = f"the letters {listed([*map(str, some)])}"
    return f"{when}{which} come in {is_so} of the draws, and should in {should}{hint}"
