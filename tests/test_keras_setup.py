"""A Keras model that starts anew is as good as a new one."""

import importlib
import os
import subprocess
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def model():
    importlib.import_module("utils.keras_setup")
    keras = importlib.import_module("keras")
    layers = [keras.layers.Input((3, 1)), keras.layers.SimpleRNN(4), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(optimizer="adam", loss="mean_squared_error")
    return model


def trained(model, seed):
    from utils import keras_setup

    x = np.linspace(0, 1, 24).reshape(8, 3, 1)
    keras_setup.start_anew(model, seed)
    first = model.get_weights()
    model.fit(x, x.sum(axis=1), epochs=2, batch_size=4, verbose=0)
    return first, model.get_weights()


def equal(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_the_seed_decides_weights_and_training(model):
    first, last = trained(model, 1)
    again, last_again = trained(model, 1)
    other, _ = trained(model, 2)
    assert equal(first, again) and equal(last, last_again)
    assert not equal(first, other) and not equal(first, last)


def test_too_late_an_import_is_told():
    code = "import sys; sys.modules['tensorflow'] = sys; from utils import keras_setup"
    env = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert run.returncode and "must be imported before Keras" in run.stderr


def test_in_time_an_import_sets_what_tensorflow_reads():
    code = (
        "import os; from utils.keras_setup import SETTINGS\n"
        "assert SETTINGS.items() <= os.environ.items()"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS_"))}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
