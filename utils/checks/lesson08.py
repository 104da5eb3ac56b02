"""The checks of lesson 8. Each holds the reference, which is a solution to read."""

import numpy as np

from utils.checks.engine import exercise
from utils.checks.probes import Probe


def behind(lengths, timesteps):
    """A mask (batch, timesteps), False behind each of these lengths."""
    return np.arange(timesteps) < np.array(lengths)[:, None]


# --- a mean that leaves the padding out ---------------------------------------------------------


def states(mask, units, when="", look=""):
    """States that are not 0 where the mask is False: a recurrent layer's are not either."""
    mask = np.array(mask, bool)
    batch, timesteps = mask.shape
    h = np.random.default_rng(timesteps).uniform(-1, 1, (batch, timesteps, units))
    h[:, 0] *= h[:, 0] > 0  # as of relu: a state may be 0, and counts
    sizes = {"batch": batch, "timesteps": timesteps, "units": units}
    return Probe({"h": h, "mask": mask}, when, look, sizes)


@exercise(
    probes=[
        states(behind([3, 6, 1, 4], 6), 2),
        states([[0, 0, 1, 1, 1], [1, 1, 0, 0, 1]], 3, "where padding comes first or in between",
               "is the mask read, or counted?"),
        states(behind([5], 7), 2, "for a single sequence", "do the sequences get mixed up?"),
    ],
    examples=[
        {"h": np.array([[[2.0], [4], [6], [9]]]), "mask": np.array([[True, True, True, False]])},
        {"h": np.array([[[2.0], [4]], [[6], [8]]]), "mask": np.array([[True] * 2, [False, True]])},
        {"h": np.array([[[2.0, 3], [4, 9], [7, 7]]]), "mask": np.array([[True, True, False]])},
    ],
    returns={"the mean": "batch units"},
    right="the mean agrees where the padding stands behind, in front and in between, and for a "
    "single sequence",
)  # fmt: skip
def masked_mean(h, mask):
    """h (batch, timesteps, units), mask (batch, timesteps) -> the mean (batch, units) over the
    steps at which the mask is True."""
    heard = mask[:, :, np.newaxis]
    return (h * heard).sum(axis=1) / heard.sum(axis=1)


masked_mean.knows(
    {
        "(h * heard).sum(axis=1) / heard.sum(axis=1)": {
            "h.mean(axis=1)": "that is the mean over all steps, padding too: the mask has no part "
            "in it",
            "(h * heard).mean(axis=1)": "the padding is set to 0 and counted all the same: by how "
            "many steps is the sum to be divided?",
            "h.sum(axis=1) / heard.sum(axis=1)": "the sum goes over the padding too, whose states "
            "are not 0",
            "(h * heard).sum(axis=1) / heard.sum()": "the sum is divided by the steps of all "
            "sequences together: each has its own number",
            "(h * heard).sum(axis=1) / heard.sum(axis=1).max()": "the longest sequence's length "
            "serves for all: each has its own",
            "(h * heard).sum(axis=1) / heard.sum(axis=1).mean()": "the mean length serves for all: "
            "each has its own",
            "(h * heard).sum(axis=1)": "that is the sum over the real steps: a mean is asked for",
            "np.ma.array(h, mask=heard | (0 * h > 0)).mean(axis=1).filled(0)": "that is the mean "
            "over the padding: here the mask is True where a step is real",
            "np.where(heard, h, h[range(len(h)), mask.sum(axis=1) - 1][:, None]).mean(axis=1)": (
                "copies of the last real state stand in the padding, and count in the mean"
            ),
            "(h * ~heard).sum(axis=1) / (~heard).sum(axis=1)": "that is the mean over the padding: "
            "the mask is True where there is a real step",
            "(h * heard).sum(axis=0) / heard.sum(axis=0)": "the mean is taken over the batch: the "
            "time steps are on the second axis",
            "h[np.arange(len(h)), mask.sum(axis=1) - 1]": "that is one state of each sequence: the "
            "mean of all real ones is asked for",
            "(h * heard).sum(axis=1) / np.maximum((h * heard != 0).sum(axis=1), 1)": "the values "
            "that are not 0 are counted: a state may be 0 at a real step, and counts",
            "np.where(heard, h, -np.inf).max(axis=1)": "that is the largest value: the mean is "
            "asked for",
            "np.array([row[: n.sum()].mean(axis=0) for row, n in zip(h, mask)])": "the first steps "
            "are taken, as many as are real: here the padding does not stand behind",
        },
    }
)


# --- softmax, cross-entropy, and the gradient -------------------------------------------------


def logits(batch, classes, shift=0.0, when="", look=""):
    rng = np.random.default_rng(batch + classes)
    y = rng.normal(0, 1.5, (batch, classes)) + np.reshape(shift, (-1, 1))
    args = {"y": y, "target": rng.integers(0, classes, batch)}
    return Probe(args, when, look, {"batch": batch, "classes": classes})


def sure(batch, classes, when, look, by=40, right=0):
    """Logits some 40 apart, the largest of them at a wrong class, or the right one."""
    target = np.arange(batch) % classes
    y = np.random.default_rng(7).normal(0, 1.5, (batch, classes))
    y[np.arange(batch), (target + 1 - right) % classes] += by
    return Probe({"y": y, "target": target}, when, look, {"batch": batch, "classes": classes})


@exercise(
    probes=[
        logits(5, 3),
        logits(4, 4, 0, "where there are as many classes as samples", "look at the axes"),
        logits(1, 6, 0, "for a single sample", "what is divided by the batch?"),
        logits(3, 2, 1000, "for logits near 1,000", "exp(1000) is infinite"),
        logits(3, 3, [900, 0, -900], "where one sample's logits are near 900 and another's near "
               "−900", "what is taken off has to be each sample's own"),
        sure(4, 3, "where the network is sure and wrong", "is the loss held below some number?"),
        sure(4, 3, "where the right logit is 2,000 below another", "exp(-1000) is 0, and has no "
             "logarithm", 2000),
        sure(4, 3, "where the right logit is 2,000 above the others", "exp(1000) is infinite", 2000,
             right=1),
    ],
    examples=[
        {"y": np.array([[0.0, np.log(3)]]), "target": np.array([0])},
        {"y": np.array([[0.0, np.log(3)], [0, 0]]), "target": np.array([0, 1])},
    ],
    returns={"loss": "", "dy": "batch classes"},
    right="the loss and its gradient agree, for several numbers of classes, a single sample, and "
    "logits near 1,000",
)  # fmt: skip
def cross_entropy(y, target):
    """y (batch, classes) and target (batch,) -> the loss, and its gradient (batch, classes)."""
    y = y - y.max(axis=1, keepdims=True)
    e = np.exp(y)
    p = e / e.sum(axis=1, keepdims=True)
    right = np.eye(y.shape[1])[target]
    loss = (np.log(e.sum(axis=1)) - (y * right).sum(axis=1)).mean()
    return loss, (p - right) / len(y)


SIGMOIDS = "each class has a sigmoid of its own: softmax makes all classes of a sample share 1"
OVERFLOW = "right otherwise, but exp(1000) is infinite, where logits are near 1,000: what may be "
OVERFLOW += "taken off all logits of a sample without changing the probabilities?"
cross_entropy.knows(
    {
        """    loss = (np.log(e.sum(axis=1)) - (y * right).sum(axis=1)).mean()
    return loss, (p - right) / len(y)""": {
            """    right = np.isin(np.arange(y.shape[1]), target)
    return -np.log(p[:, target]).mean(), (p - right) / len(y)""": "p[:, target] picks whole "
            "columns, for each sample those of all targets: one number of each row is asked for",
            """    loss = -np.log(p[:, target]).mean()
    return loss, (p - right) / len(y)""": "p[:, target] picks whole columns, for each sample those "
            "of all targets: one number of each row is asked for",
        },
        """    y = y - y.max(axis=1, keepdims=True)
    e = np.exp(y)
    p = e / e.sum(axis=1, keepdims=True)
    right = np.eye(y.shape[1])[target]
    loss = (np.log(e.sum(axis=1)) - (y * right).sum(axis=1)).mean()""": {
            """    p = 1 / (1 + np.exp(-y))
    right = np.eye(y.shape[1])[target]
    loss = (np.logaddexp(0, y) - right * y).sum(axis=1).mean()""": SIGMOIDS,
            """    p = 1 / (1 + np.exp(-y))
    right = np.eye(y.shape[1])[target]
    loss = -np.log((p * right).sum(axis=1)).mean()""": SIGMOIDS,
            """    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    right = np.eye(y.shape[1])[target]
    loss = -np.log((p * right).sum(axis=1)).mean()""": OVERFLOW,
        },
        "return loss, (p - right) / len(y)": {
            "return loss, p - right": "dy lacks the division by the batch: the loss is a mean",
            "return loss, (p - right) / y.size": "dy is divided by all entries of y: the loss is a "
            "mean over the samples",
            "return loss, (right - p) / len(y)": "dy has the wrong sign: a larger logit of a wrong "
            "class makes the loss larger",
            "return loss, p / len(y)": "dy holds the probabilities: what is taken off at the right "
            "class?",
            "return loss, p": "dy holds the probabilities: what is taken off at the right class?",
            "return loss, (p - 1) / len(y)": "dy has 1 taken off at all classes: that is to happen "
            "at the right one alone",
            "return loss, -right / p / len(y)": "that is the gradient by the probabilities: one by "
            "the logits is asked for",
            "return loss, p * (1 - p) / len(y)": "that is the slope of a probability by its own "
            "logit: the loss's gradient is asked for",
            "return loss * len(y), (p - right) / len(y)": "the loss is the sum over the batch: the "
            "mean is asked for",
            "return loss * len(y), p - right": "both are sums over the batch: the loss is a mean",
            "return -loss, (p - right) / len(y)": "the loss is negative: a logarithm of a "
            "probability is below 0, so what stands before it?",
            "return loss / np.log(2), (p - right) / len(y)": "that loss is in bits: take the "
            "natural logarithm",
            "return loss / y.shape[1], (p - right) / len(y)": "the loss is divided by the classes "
            "as well: it is a mean over the samples",
            "return (p * right).sum(axis=1).mean(), (p - right) / len(y)": "that is the mean "
            "probability of the right class: the logarithm is missing",
            "return -np.log(np.maximum((p * right).sum(1), 1e-7)).mean(), (p - right) / len(y)": (
                "the probability is held above 10⁻⁷, so the loss of a sample never passes 16.2: "
                "take the logarithm in one go, of what softmax is made of"
            ),
            "return -np.log((p * right).sum(axis=1).mean()), (p - right) / len(y)": "that is the "
            "logarithm of the mean: the mean of the logarithms is asked for",
            "return -np.log(p).mean(), (p - right) / len(y)": "the loss takes the logarithms of "
            "all classes: the right one's alone counts",
            "return -(y * right).sum(axis=1).mean(), (p - right) / len(y)": "the loss takes the "
            "logit of the right class, not its log-probability",
        },
        "e.sum(axis=1, keepdims=True)": {
            "e.sum(axis=0, keepdims=True)": "the probabilities of a class over the batch sum to 1: "
            "those of a sample should",
            "e.sum()": "all probabilities of the batch together sum to 1: those of each sample "
            "should",
        },
        """    y = y - y.max(axis=1, keepdims=True)
    e = np.exp(y)""": {
            "    e = np.exp(y)": OVERFLOW,
            "    y = y - y.max()\n    e = np.exp(y)": "right otherwise, but one number is taken "
            "off all samples: where another sample's logits are far below it, all its exponentials "
            "are 0. Each sample has its own largest",
            "    y = -y + y.min(axis=1, keepdims=True)\n    e = np.exp(y)": "the exponential has "
            "the wrong sign: the largest logit should get the largest probability",
        },
        "(np.log(e.sum(axis=1)) - (y * right).sum(axis=1)).mean()": {
            "-np.log((p * right).sum(axis=1)).mean()": "the loss takes the logarithm of a "
            "probability, and exp(-1000) is 0 for a float: which form of the loss does without?",
        },
    }
)


# --- backwards within the length ----------------------------------------------------------------


def sequences(lengths, timesteps, features, padding=0.0, when="", look=""):
    mask = behind(lengths, timesteps)
    rng = np.random.default_rng(timesteps)
    x = rng.uniform(1, 9, (len(lengths), timesteps, features)).round(1)
    x[~mask] = padding
    sizes = {"batch": len(lengths), "timesteps": timesteps, "features": features}
    return Probe({"x": x, "mask": mask}, when, look, sizes)


@exercise(
    probes=[
        sequences([3, 6, 1, 4], 7, 2),
        sequences([5, 2], 5, 3, 0.0, "where one sequence fills the array", "how long is it?"),
        sequences([4, 2, 3], 6, 1, -1.0, "where the padding is −1", "what stays where it was?"),
        sequences([4], 6, 2, 0.0, "for a single sequence", "do the sequences get mixed up?"),
    ],
    examples=[
        {"x": np.array([[[1.0], [2], [3], [0]]]), "mask": np.array([[True, True, True, False]])},
        {
            "x": np.array([[[1.0], [2], [0]], [[3], [4], [5]]]),
            "mask": np.array([[True, True, False], [True, True, True]]),
        },
    ],
    returns={"the result": "batch timesteps features"},
    right="each sequence is turned round within its length, and the padding stays behind it",
)
def reverse_within(x, mask):
    """x (batch, timesteps, features), mask (batch, timesteps), True and then False -> x with the
    real steps of each sequence in reverse order. The padding stays behind them."""
    backwards = x.copy()
    for i, length in enumerate(mask.sum(axis=1)):
        backwards[i, :length] = x[i, :length][::-1]
    return backwards


REVERSED = "backwards[i, :length] = x[i, :length][::-1]"
reverse_within.knows(
    {
        "    return backwards\n": {
            "    return x[:, ::-1]\n": "the whole axis of time is reversed: the padding comes "
            "first now, and a network would read it first",
            "    return x[::-1]\n": "the sequences come in reverse order: each of them is to be "
            "turned round in time",
            "    return x[:, :, ::-1]\n": "the features are reversed: the time steps are on the "
            "second axis",
            "    return backwards * mask[:, :, np.newaxis]\n": "the padding has become 0: it "
            "stays what it was",
            "    return backwards[:, ::-1]\n": "the real steps are back in their old order, and "
            "the padding comes first",
            "    backwards[mask] = x[mask][::-1]\n    return backwards\n": "the real steps of all "
            "sequences are reversed as one, so that they change their sequence: each is to be "
            "turned round by itself",
            "    return np.where(mask[:, :, np.newaxis], x[:, ::-1], x)\n": "x reversed as a "
            "whole is put where the mask is True: what stands at the first step then is padding",
        },
        REVERSED: {
            "backwards[i, :length] = x[i, :length]": "nothing is reversed",
            "backwards[i, : length - 1] = x[i, : length - 1][::-1]": "the last real step stays "
            "where it was: the length counts it",
            "backwards[i, 1:length] = x[i, 1:length][::-1]": "the first step stays where it was",
            "backwards[i, : mask.sum(axis=1).max()] = x[i, : mask.sum(axis=1).max()][::-1]": "the "
            "longest sequence's length serves for all: each has its own",
            "backwards[i, : mask.sum(axis=1).min()] = x[i, : mask.sum(axis=1).min()][::-1]": "the "
            "shortest sequence's length serves for all: each has its own",
            "backwards[i, :length] = x[i, np.r_[length : 0 : -1].clip(max=x.shape[1] - 1)]": (
                "one step too far: what comes first then stands behind the last real step, whose "
                "index is the length − 1"
            ),
            "for a in range(length // 2): backwards[i, a] = backwards[i, length - 1 - a]": "the "
            "first half is overwritten before it is read: read from x, or from a copy",
            "backwards[i, -length:] = x[i, :length][::-1]": "the padding stands in front: it stays "
            "behind",
        },
    }
)


# --- accuracy after k frames --------------------------------------------------------------------


def answers(lengths, timesteps, classes, when="", look=""):
    """Logits at each step, those in the padding too, and classes that some of them hit."""
    batch = len(lengths)
    rng = np.random.default_rng(10 * timesteps + batch)
    y, speaker = rng.normal(0, 1, (batch, timesteps, classes)), rng.integers(0, classes, batch)
    y[np.arange(batch), :, speaker] += 0.8
    args = {"y": y, "mask": behind(lengths, timesteps), "speaker": speaker}
    return Probe(args, when, look, {"utterances": batch, "timesteps": timesteps})


@exercise(
    probes=[
        answers([4, 7, 2, 5, 3, 6, 7, 1, 3, 2, 2], 7, 3),
        answers([5] * 8, 5, 4, "where all utterances are equally long", "look at the axes"),
        answers([2, 3, 5, 1, 6, 3, 2, 2, 1], 8, 3, "where none lasts to the last step",
                "what counts once an utterance is over?"),
        answers([4], 6, 3, "for a single utterance", "what is the mean taken over?"),
    ],
    examples=[
        {"y": np.array([[[2.0, 1], [1, 2], [3, 1], [0, 4]]]),
         "mask": np.array([[True, True, True, False]]), "speaker": np.array([0])},
        {"y": np.array([[[1.0, 2], [3, 1], [0, 2]], [[1, 0], [0, 1], [0, 1]]]),
         "mask": np.array([[True, False, False], [True, True, True]]), "speaker": np.array([0, 1])},
        {"y": np.array([[[1.0, 0], [0, 1], [4, 0]]]), "mask": np.ones((1, 3), bool),
         "speaker": np.array([1])},
    ],
    returns={"the row of shares": "timesteps"},
    right="the shares agree, also after the end of an utterance, where its last answer counts",
)  # fmt: skip
def accuracy_after(y, mask, speaker):
    """y (utterances, timesteps, classes), mask (utterances, timesteps), speaker (utterances,) ->
    the share (timesteps,) of right answers after so many frames, or after all that there are."""
    lengths, rows = mask.sum(axis=1), np.arange(len(y))
    shares = np.zeros(y.shape[1])
    for k in range(y.shape[1]):
        last = np.minimum(k, lengths - 1)
        shares[k] = np.mean(y[rows, last].argmax(axis=1) == speaker)
    return shares


accuracy_after.knows(
    {
        "last = np.minimum(k, lengths - 1)": {
            "last = k + 0 * lengths": "what the network says in the padding counts: once an "
            "utterance is over, its last real answer does",
            "last = np.minimum(k, lengths) - 1": "one step too early: after the first frame stands "
            "the answer at index 0",
            "last = np.minimum(k + 1, lengths - 1)": "one step too late: after the first frame "
            "stands the answer at index 0",
            "last = np.minimum(k, lengths)": "an answer after the end is taken: the last frame of "
            "an utterance has the index length − 1",
            "last = np.minimum(k, mask.argmin(axis=1) - 1)": "the length of an utterance without "
            "padding comes out as 0: argmin finds no False there",
            "last = lengths - 1": "the answer at the end counts at every step",
            "last = np.minimum(k, lengths.min() - 1) + 0 * lengths": "the shortest utterance's "
            "length serves for all: each has its own",
        },
        "shares[k] = np.mean(y[rows, last].argmax(axis=1) == speaker)": {
            "shares[k] = np.mean((y[:, k].argmax(axis=1) == speaker)[mask[:, k]])": "only the "
            "utterances that go on are counted: one that is over counts with its last answer",
            "shares[k] = (((y[:, k].argmax(axis=1) == speaker) & mask[:, k]).sum() / "
            "max(mask[:, k].sum(), 1))": "only the utterances that go on are counted: one that is "
            "over counts with its last answer",
            "shares[k] = np.mean(((y.argmax(axis=2) == speaker[:, None]) & mask)[:, : k + 1].any("
            "axis=1))": "an utterance that was right once counts as right for ever: its latest "
            "answer counts",
            "shares[k] = np.mean((np.where(mask[:, :, None], y, 0)[:, : k + 1].sum(axis=1)).argmax("
            "axis=1) == speaker)": "the logits so far are added up or averaged: the answer after k "
            "frames is the last of them",
            "shares[k] = np.mean(np.where(mask[:, k], y[:, k].argmax(axis=1), y[:, max(k - 1, 0)]."
            "argmax(axis=1)) == speaker)": "an utterance that is over counts with the answer of "
            "the step before, which may be padding too: it is its last real one that counts",
            "shares[k] = np.mean([(np.bincount(a[: min(k + 1, n)] if k < n else a[:n]).argmax() "
            "if k >= n else a[k]) == s for a, n, s in zip(y.argmax(axis=2), lengths, speaker)])": (
                "an utterance that is over counts with the answer that it gave most often: it is "
                "its last one that counts"
            ),
            "shares[k] = np.mean(np.exp(y[rows, last, speaker]) > np.exp(y[rows, last]).sum(axis=1)"
            " / 2)": "an answer counts only if its probability is above a half: the class with the "
            "largest is the answer, be it below a half",
            "shares[k] = np.mean((y[:, k] * mask[:, k, None]).argmax(axis=1) == speaker)": "behind "
            "the end class 0 is answered: an utterance that is over counts with its last answer",
            "shares[k] = np.mean((y[:, k].argmax(axis=1) == speaker) * mask[:, k])": "an utterance "
            "that is over counts as wrong: it counts with its last answer",
            "shares[k] = np.mean(y[rows, last].argmax(axis=1) != speaker)": "those are the shares "
            "of wrong answers",
            "shares[k] = np.sum(y[rows, last].argmax(axis=1) == speaker)": "those are numbers of "
            "right answers: their shares are asked for",
            "shares[k] = np.mean(y[rows, last].argmin(axis=1) == speaker)": "the class with the "
            "smallest logit is taken: the largest is the answer",
            "shares[k] = np.mean(y[rows, last, speaker] > 0)": "the sign of the right class's "
            "logit decides: the answer is the class with the largest",
            "shares[k] = np.mean(y[rows, : k + 1].mean(axis=1).argmax(axis=1) == speaker)": "the "
            "logits so far are averaged: the answer after k frames is the last of them",
        },
    }
)
