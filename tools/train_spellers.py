"""Train the networks that lesson 10 ships: `python -m tools.train_spellers`, about six minutes.

What each of them wrote of the held-out words, some of them of the test's as well, the processor
time it took, and the weights of those that explorers use go into utils/dictionary/spellers.npz.
Seeds are fixed; the last digits of the weights may differ on another machine, and the checksum with
them: it is printed, and belongs into utils/encoder_decoder.py.
"""

import hashlib
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")  # processor time of one thread, before NumPy

import numpy as np

from utils.dictionary import FOLDER, load_words
from utils.encoder_decoder import KINDS, SHIPPED, TESTED, WEIGHTS_OF, fit
from utils.spelling import as_letters, as_sounds

SEEDS = 4


def main():
    learn, held_out, test = load_words()
    letters, sounds = as_letters(learn.letters), as_sounds(learn.sounds)
    asked = as_letters(held_out.letters + test.letters)
    arrays, seconds = {}, {}
    for name, kind in KINDS.items():
        written, took = [], []
        for seed in range(SEEDS if kind.seeds else 1):
            network, start = kind.make(seed), time.process_time()
            fit(network, letters[: kind.words], sounds[: kind.words], kind.epochs, seed=seed)
            took.append(time.process_time() - start)
            written.append(network.write(asked[: None if name in TESTED else 1000])[0])
            if name in WEIGHTS_OF and seed == 0:
                for k, w in enumerate(network.weights):
                    arrays[f"weights/{name}/{k:02}"] = w.astype("float16")
        arrays[f"written/{name}"] = np.array(written, "int8")
        seconds[name] = np.median(took)
        print(f"{name}: {seconds[name]:.1f} s each", flush=True)
    arrays["seconds"] = np.round([seconds[name] for name in KINDS], 1)
    np.savez_compressed(FOLDER / SHIPPED, **arrays)
    content = (FOLDER / SHIPPED).read_bytes()
    print(f"{len(content) / 1000:.0f} kB, {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
