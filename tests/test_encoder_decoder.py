"""The networks that spell: their gradients, what differs between them, and what is shipped."""

import hashlib
import shutil

import numpy as np
import pytest

from tests.helpers.bad_input import refused
from utils import dictionary, encoder_decoder
from utils.dictionary import load_words
from utils.encoder_decoder import KINDS, Recurrent, Transformer, fit, load_spellers
from utils.spelling import MARK, as_letters, as_sounds, as_words, judged
from utils.training import check_gradients

RNG = np.random.default_rng(3)
LETTERS = np.array([[3, 1, 20, 0, 0], [20, 8, 15, 21, 7], [2, 5, 5, 0, 0]])
SOUNDS = RNG.integers(1, 41, (3, 4))


def in_float64(layer):
    """The same layer with weights in float64."""
    for name in layer.names:
        object.__setattr__(layer, name, getattr(layer, name).astype("float64"))
    for each in getattr(layer, "layers", ()):
        in_float64(each)
    return layer


def networks():
    recurrent = [Recurrent(4, looks, 3, seed=1) for looks in ("letters", "end", "evenly")]
    return [*recurrent, Transformer(4, 2, 3, seed=2), Transformer(4, 1, 3, placed=False, seed=2)]


@pytest.mark.parametrize("network", networks(), ids=lambda each: type(each).__name__)
def test_the_gradients(network):
    in_float64(network)
    direction = RNG.normal(size=(3, 4, 41))

    def loss():
        return float(np.sum(network.forward(LETTERS, SOUNDS) * direction))

    loss()
    network.backward(direction)
    kept = [k for k, g in enumerate(network.grads) if np.abs(g).max() > 1e-10]
    zero = len(network.grads) - len(kept)
    assert zero == 3 * isinstance(network, Transformer)  # of keys' biases, which move all scores
    rows = check_gradients(
        loss, [network.weights[k] for k in kept], [network.grads[k] for k in kept]
    )
    assert all(row.ok for row in rows), rows


def test_what_may_be_looked_at_is_all_that_differs():
    three = [Recurrent(4, looks, 3, seed=1) for looks in ("letters", "end", "evenly")]
    for other in three[1:]:
        assert all(map(np.array_equal, three[0].get_weights(), other.get_weights()))
    for letters in (LETTERS[:1, :3], LETTERS[:1]):  # the padding is not heard
        seen = [each.write(letters)[1] for each in three]
        assert seen[0].shape == (1, 11, letters.shape[1]) and seen[1].shape == (1, 11, 1)
        assert np.allclose(seen[0].sum(axis=2), 1) and not seen[0][..., 3:].any()
        assert np.allclose(seen[2][..., :3], 1 / 3)
    one, padded = (three[0].forward(a, SOUNDS[:1]) for a in (LETTERS[:1, :3], LETTERS[:1]))
    np.testing.assert_allclose(one, padded, atol=1e-6)


def test_without_positions_a_word_is_its_letters():
    network = Transformer(8, 2, 6, placed=False, seed=0)
    a, b = (network.forward(as_letters([word]), SOUNDS[:1]) for word in ("listen", "silent"))
    np.testing.assert_allclose(a, b, atol=1e-5)
    network.placed = True
    a, b = (network.forward(as_letters([word]), SOUNDS[:1]) for word in ("listen", "silent"))
    assert np.abs(a - b).max() > 0.01


@pytest.mark.parametrize("network", networks()[:1] + networks()[3:4], ids=["GRU", "transformer"])
def test_it_learns_and_writes_what_it_would_under_a_teacher(network):
    words = load_words()[0]
    letters, sounds = as_letters(words.letters[:40]), as_sounds(words.sounds[:40])
    losses = fit(network, letters, sounds, epochs=60, rate=0.03, batch=20)
    assert losses[-5:].mean() < 0.8 * losses[:5].mean()
    written, seen = network.write(letters)
    assert written.shape == (40, 11) and seen.shape == (40, 11, letters.shape[1])
    given = np.hstack([np.full((40, 1), MARK), written[:, :-1]])
    assert np.array_equal(network.forward(letters, given).argmax(axis=2), written)


def test_what_does_not_fit_is_refused():
    network = Recurrent(4, "letters", 3, seed=0)
    refused("looks", Recurrent, 4, "nowhere")
    refused("letters", network.forward, LETTERS + 9, SOUNDS)
    refused("letters", network.write, [[0, 3]])
    refused("sounds", network.forward, LETTERS, SOUNDS[:2])
    refused("sounds", network.forward, LETTERS, SOUNDS + 0.5)
    with pytest.raises(RuntimeError, match="call forward before backward"):
        network.backward(np.zeros((3, 4, 41)))


# --- what is shipped --------------------------------------------------------------------------


def test_what_is_shipped():
    path = dictionary.FOLDER / encoder_decoder.SHIPPED
    assert path.stat().st_size < 600_000
    assert hashlib.sha256(path.read_bytes()).hexdigest() == encoder_decoder.SHA256
    spellers = load_spellers()
    assert {*spellers.networks} == {*encoder_decoder.WEIGHTS_OF}
    assert {*spellers.written} == {*spellers.seconds} == {*KINDS}
    for name, written in spellers.written.items():
        words = 2000 if name in encoder_decoder.TESTED else 1000
        assert written.shape == (4 if KINDS[name].seeds else 1, words, 11)


@pytest.mark.parametrize("name", encoder_decoder.WEIGHTS_OF)
def test_the_weights_write_what_is_stored(name):
    """But for some, where rounding them to 16 bits has tipped the scales."""
    spellers, (_, held_out, test) = load_spellers(), load_words()
    written, _ = spellers.networks[name].write(as_letters(held_out.letters + test.letters))
    stored = spellers.written[name][0]
    assert np.mean((written[: len(stored)] == stored).all(axis=1)) > 0.97


def test_what_is_stored_can_be_trained_again():
    """On another machine the digits may differ, and with them some words."""
    learn, held_out, _ = load_words()
    kind, name = KINDS["attention, few words"], "attention, few words"
    network = kind.make(0)
    letters, sounds = as_letters(learn.letters), as_sounds(learn.sounds)
    fit(network, letters[: kind.words], sounds[: kind.words], kind.epochs, seed=0)
    now = as_words(network.write(as_letters(held_out.letters))[0])
    stored = as_words(load_spellers().written[name][0, :1000])
    shares = [judged(each, held_out.sounds)[0].mean() for each in (now, stored)]
    assert abs(shares[0] - shares[1]) < 0.03 and shares[1] > 0.02


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    shutil.copy(dictionary.FOLDER / encoder_decoder.SHIPPED, tmp_path)
    monkeypatch.setattr(encoder_decoder, "FOLDER", tmp_path)
    assert load_spellers().networks
    with open(tmp_path / encoder_decoder.SHIPPED, "ab") as file:
        file.write(b"\0")
    with pytest.raises(ValueError, match="spellers.npz is not the file .*checksum differs"):
        load_spellers()
