"""From letters to sounds: an encoder that reads, a decoder that writes, and what lies between them.

Two kinds have the same face. `Recurrent` reads and writes with a GRU each; its decoder is given one
vector, and looks at the letters' states by attention, or at that vector alone. `Transformer` has no
recurrence. Letters and sounds are whole numbers, as `spelling.py` makes them. `fit` trains by
teacher forcing, and `write` lets a network read what it wrote itself. `load_spellers` has some that
are trained.
"""

import io
from math import cos, pi
from typing import NamedTuple

import numpy as np

from utils.arguments import (
    affordable,
    as_floats,
    having,
    positive,
    positive_integer,
    random_generator,
    shown,
    true_or_false,
    whole_numbers,
)
from utils.attention import Block, LayerNorm, attend, attend_backward, causal, positions
from utils.dictionary import FOLDER
from utils.layers import GRU, Dense, Embedding, Layer
from utils.shipped import verified
from utils.spelling import CLASSES, LETTERS, MARK, MOST_SOUNDS
from utils.training import Adam, clip_by_norm, cross_entropy


def as_read(letters):
    """Letters (batch, timesteps) as whole numbers, each word with one letter at least."""
    letters = whole_numbers("letters", letters, ("batch", "timesteps"), len(LETTERS) + 1)
    if not (letters[:, 0] > 0).all():
        raise ValueError(f"letters must have padding, 0, only behind, got {shown(letters)}")
    return letters


def as_batch(letters, sounds):
    """As `as_read`, and sounds (batch, steps) as whole numbers."""
    letters = as_read(letters)
    return letters, whole_numbers("sounds", sounds, (len(letters), "steps"), CLASSES)


class Speller(Layer):
    """What the networks share: layers, whose weights are the network's."""

    layers = ()

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]

    def gathered(self):
        self.grads = [g for layer in self.layers for g in layer.grads]


class Recurrent(Speller):
    """A GRU reads the letters; a GRU writes the sounds, and is given the reader's end at each step.

    `looks` says at what the attention between them looks: "letters", at the reader's state at each
    letter; "end", at its last state alone; "evenly", at all of them with equal weights. All three
    have the same weights to train: the one thing that differs is what may be looked at.
    """

    def __init__(self, units=64, looks="letters", embedding=32, seed=None):
        super().__init__()
        if not isinstance(looks, str) or looks not in ("letters", "end", "evenly"):
            raise ValueError(f"looks must be letters, end or evenly, got {shown(looks)}")
        self.looks, self.units = looks, positive_integer("units", units)
        embedding = positive_integer("embedding", embedding)
        affordable("units", units, 6 * self.units, self.units + embedding)
        affordable("embedding", embedding, embedding, 3 * self.units + 100)
        s = random_generator("seed", seed).integers(0, 2**31, 6).tolist()
        self.letters = Embedding(embedding, len(LETTERS) + 1, seed=s[0])
        self.sounds = Embedding(embedding, CLASSES, seed=s[1])
        self.reader = GRU(units, embedding, seed=s[2])
        self.writer = GRU(units, embedding + units, seed=s[3])
        self.mixed = Dense(units, 2 * units, "tanh", seed=s[4])
        self.output = Dense(CLASSES, units, seed=s[5])
        for layer in (self.letters, self.sounds):
            layer.W *= 20
        self.layers = (
            self.letters, self.sounds, self.reader, self.writer, self.mixed, self.output,
        )  # fmt: skip

    def read(self, letters):
        """letters (batch, timesteps) -> the states, the last one, and the mask of the letters."""
        mask = letters > 0
        states = self.reader.forward(self.letters.forward(letters), mask=mask)
        return states, states[:, -1], mask

    def look(self, h, states, end, mask):
        """h (batch, steps, units), what the writer asks with -> context and weights."""
        if self.looks == "end":
            return attend(h, end[:, None], end[:, None])
        if self.looks == "evenly":
            h = 0 * h
        return attend(h, states, states, mask[:, None])

    def step(self, sounds, read, h_0=None):
        """Logits (batch, steps, classes), the writer's states, and the attention's weights."""
        states, end, mask = read
        said = self.sounds.forward(sounds)
        given = np.broadcast_to(end[:, None], (*said.shape[:2], self.units))
        h = self.writer.forward(np.concatenate([said, given], axis=2), h_0=h_0)
        context, weights = self.look(h, states, end, mask)
        y = self.output.forward(self.mixed.forward(np.concatenate([h, context], axis=2)))
        self.memory = h, states, end, weights
        return y, h, weights

    def forward(self, letters, sounds):
        """letters (batch, timesteps), sounds (batch, steps), at each step the one before it ->
        logits (batch, steps, classes)."""
        letters, sounds = as_batch(letters, sounds)
        return self.step(sounds, self.read(letters))[0]

    def backward(self, dy):
        """dy (batch, steps, classes). Letters have no gradient: nothing comes back."""
        h, states, end, weights = self.recall()
        dy = as_floats("dy", dy, (*h.shape[:2], CLASSES), h.dtype)
        dmixed = self.mixed.backward(self.output.backward(dy))
        dh, dcontext = dmixed[..., : self.units], dmixed[..., self.units :]
        dstates = np.zeros_like(states)
        if self.looks == "end":
            dq, dk, dv = attend_backward(dcontext, h, end[:, None], end[:, None], weights)
            dend = (dk + dv)[:, 0]
        else:
            dq, dk, dv = attend_backward(dcontext, h, states, states, weights)
            dend = 0
            if self.looks == "evenly":
                dq, dk = 0 * dq, 0 * dk
            dstates += dk + dv
        dgiven = self.writer.backward(dh + dq)
        width = dgiven.shape[2] - self.units
        self.sounds.backward(dgiven[..., :width])
        dend = dend + dgiven[..., width:].sum(axis=1)
        dstates[:, -1] += dend
        self.letters.backward(self.reader.backward(dstates))
        self.gathered()

    def write(self, letters, steps=MOST_SOUNDS + 1):
        """The likeliest sound at each step, which is read again at the next.

        -> sounds (batch, steps) and the attention's weights (batch, steps, timesteps)
        """
        letters, steps = as_read(letters), positive_integer("steps", steps)
        read, h = self.read(letters), None
        said, written, seen = np.full((len(letters), 1), MARK), [], []
        for _ in range(steps):
            y, h, weights = self.step(said, read, h)
            h, said = h[:, -1], y.argmax(axis=2)
            written.append(said)
            seen.append(weights)
        return np.concatenate(written, axis=1), np.concatenate(seen, axis=1)


class Transformer(Speller):
    """A block reads the letters, a block writes the sounds. Without `placed` no step knows where
    it stands."""

    def __init__(self, units=52, heads=4, hidden=104, placed=True, seed=None):
        super().__init__()
        s = random_generator("seed", seed).integers(0, 2**31, 5).tolist()
        self.units, self.placed = positive_integer("units", units), true_or_false("placed", placed)
        hidden = positive_integer("hidden", hidden)
        self.letters = Embedding(units, len(LETTERS) + 1, seed=s[0])
        self.sounds = Embedding(units, CLASSES, seed=s[1])
        self.reader = Block(units, heads, hidden, seed=s[2])
        self.writer = Block(units, heads, hidden, looks=True, seed=s[3])
        self.norms = LayerNorm(units), LayerNorm(units)
        self.output = Dense(CLASSES, units, seed=s[4])
        for layer in (self.letters, self.sounds):
            layer.W *= 20
        self.layers = (
            self.letters, self.sounds, self.reader, self.writer, *self.norms, self.output,
        )  # fmt: skip

    def place(self, x):
        return x + positions(*x.shape[1:]).astype(x.dtype) if self.placed else x

    def read(self, letters):
        mask = (letters > 0)[:, None]
        x = self.reader.forward(self.place(self.letters.forward(letters)), mask)
        return self.norms[0].forward(x), mask

    def step(self, sounds, read):
        x = self.place(self.sounds.forward(sounds))
        x = self.writer.forward(x, causal(x.shape[1]), *read)
        self.memory = True
        return self.output.forward(self.norms[1].forward(x))

    def forward(self, letters, sounds):
        """As in `Recurrent`."""
        letters, sounds = as_batch(letters, sounds)
        return self.step(sounds, self.read(letters))

    def backward(self, dy):
        self.recall()
        dx, dmemory = self.writer.backward(self.norms[1].backward(self.output.backward(dy)))
        self.sounds.backward(dx)
        self.letters.backward(self.reader.backward(self.norms[0].backward(dmemory)))
        self.gathered()

    def write(self, letters, steps=MOST_SOUNDS + 1):
        """As in `Recurrent`; the weights are the mean of the heads'."""
        letters, steps = as_read(letters), positive_integer("steps", steps)
        read, said = self.read(letters), np.full((len(letters), 1), MARK)
        for _ in range(steps):
            y = self.step(said, read)
            said = np.concatenate([said, y[:, -1:].argmax(axis=2)], axis=1)
        return said[:, 1:], self.writer.attentions[1].attention_weights.mean(axis=1)


def fit(network, letters, sounds, epochs=8, rate=0.01, batch=128, seed=0):
    """Train by teacher forcing: at each step the network is given the sound that is right, not the
    one it would have written. The rate falls along half a cosine. -> the loss of each step"""
    having("network", network, "forward", "backward", "weights")
    letters, sounds = as_batch(letters, sounds)
    epochs, batch = positive_integer("epochs", epochs), positive_integer("batch", batch)
    rng, optimizer = random_generator("seed", seed), Adam(positive("rate", rate))
    steps = epochs * -(-len(letters) // batch)
    order = np.concatenate([rng.permutation(len(letters)) for _ in range(epochs)])
    losses = []
    for step, chosen in enumerate(np.array_split(order, steps)):
        optimizer.learning_rate = rate * (1 + cos(pi * step / (steps + 1))) / 2
        before, after = sounds[chosen, :-1], sounds[chosen, 1:]
        y, real = network.forward(letters[chosen], before), after > 0
        dy = np.zeros_like(y)
        loss, dy[real] = cross_entropy(y[real], after[real])
        network.backward(dy)
        optimizer.step(network.weights, clip_by_norm(network.grads, 1.0))
        losses.append(loss)
    return np.array(losses)


# --- what is shipped --------------------------------------------------------------------------

SHIPPED = "spellers.npz"
SHA256 = "8174bfbdc43e41fa6819e7d82ee23e2aa107de4105335b58a5344b048045ac61"


class Kind(NamedTuple):
    """A network that tools/train_spellers.py trains: how it is made, and on how many words."""

    make: object
    epochs: int = 8
    words: int = None
    seeds: bool = True  # several of them, or one alone


KINDS = {
    "one vector": Kind(lambda seed: Recurrent(32, "end", seed=seed)),
    "attention": Kind(lambda seed: Recurrent(32, "letters", seed=seed)),
    "evenly": Kind(lambda seed: Recurrent(32, "evenly", seed=seed)),
    "one vector, 64 units": Kind(lambda seed: Recurrent(64, "end", seed=seed)),
    "attention, 64 units": Kind(lambda seed: Recurrent(64, "letters", seed=seed)),
    "attention, 16 epochs": Kind(lambda seed: Recurrent(32, "letters", seed=seed), 16),
    "transformer": Kind(lambda seed: Transformer(28, 4, 56, seed=seed)),
    "one head": Kind(lambda seed: Transformer(28, 1, 56, seed=seed)),
    "no positions": Kind(lambda seed: Transformer(28, 4, 56, placed=False, seed=seed)),
    "attention, few words": Kind(lambda seed: Recurrent(32, "letters", seed=seed), 32, 1375),
    "transformer, few words": Kind(lambda seed: Transformer(28, 4, 56, seed=seed), 32, 1375),
    "large": Kind(lambda seed: Recurrent(64, "letters", seed=seed), 12, seeds=False),
}
WEIGHTS_OF = "large", "transformer", "no positions"
TESTED = "one vector", "attention", "transformer", "large"


class Spellers(NamedTuple):
    """networks: those of WEIGHTS_OF, trained. written: for each of KINDS the sounds (seeds, words,
    steps) of the 1,000 words held out, and of those TESTED of the 1,000 of the test behind them.
    seconds: what a training took.
    """

    networks: dict
    written: dict
    seconds: dict


def load_spellers():
    """What tools/train_spellers.py has trained. A file that has been changed raises a ValueError.

    -> Spellers
    """
    content = io.BytesIO(verified(FOLDER / SHIPPED, SHA256))
    with np.load(content, allow_pickle=False) as file:
        networks = {name: KINDS[name].make(0) for name in WEIGHTS_OF}
        for name, network in networks.items():
            count = len(network.weights)
            network.set_weights([file[f"weights/{name}/{k:02}"] for k in range(count)])
        written = {name: file[f"written/{name}"].astype(int) for name in KINDS}
        return Spellers(networks, written, dict(zip(KINDS, file["seconds"].tolist(), strict=True)))
