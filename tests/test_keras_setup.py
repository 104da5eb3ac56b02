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


# Whatever keeps state -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras(model):
    return importlib.import_module("keras")


def made(keras, optimizer, layers=None, **options):
    """A model that isn't traced, which takes longer than the few steps here."""
    layers = layers or [keras.layers.SimpleRNN(3), keras.layers.Dense(1)]
    model = keras.Sequential([keras.layers.Input(batch_shape=(4, 5, 2)), *layers])
    model.compile(optimizer, "mse", run_eagerly=True, **options)
    return model


def fitted(model, callbacks=(), spoil=1.0):
    """Two epochs. -> all that model and optimiser keep, and the history"""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 5, 2)), rng.normal(size=(8, 1))
    told = model.fit(
        spoil * x, spoil * y, epochs=2, batch_size=4, verbose=0, callbacks=list(callbacks)
    )
    variables = [*model.variables, *model.optimizer.variables]
    return [v.numpy() for v in variables], told.history


def starts_anew(keras, make, callbacks=tuple, spoil=np.nan):
    """Whether a model that has been trained, and spoilt, goes as a new one does."""
    from utils import keras_setup

    keras.utils.set_random_seed(5)
    right, history = fitted(make(), callbacks())
    keras.utils.set_random_seed(1)
    model = make()
    fitted(model, callbacks(), spoil)
    keras_setup.start_anew(model, 5)
    again, history_again = fitted(model, callbacks())
    return len(right) == len(again) and equal(right, again) and history == history_again


OPTIMIZERS = """SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon
ScheduleFreeAdamW""".split()


def test_every_optimizer_of_keras_is_tried(keras):
    kinds = {
        name for name, thing in vars(keras.optimizers).items()
        if isinstance(thing, type) and issubclass(thing, keras.optimizers.Optimizer)
    }  # fmt: skip
    assert kinds - {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"} == {*OPTIMIZERS}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_forgets_all(keras, name):
    assert starts_anew(keras, lambda: made(keras, getattr(keras.optimizers, name)(0.01)))


@pytest.mark.parametrize(
    "option",
    [{"use_ema": True, "ema_overwrite_frequency": 2}, {"gradient_accumulation_steps": 2}, {}],
)
def test_what_an_optimizer_keeps_besides_its_moments(keras, option):
    optimizers = keras.optimizers

    def make():
        optimizer = optimizers.SGD(0.01, momentum=0.9, nesterov=True, **option)
        return made(keras, optimizer if option else optimizers.LossScaleOptimizer(optimizer))

    assert starts_anew(keras, make)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("ExponentialDecay", (0.1, 2, 0.5)),
        ("CosineDecay", (0.1, 10)),
        ("CosineDecayRestarts", (0.1, 2)),
        ("PiecewiseConstantDecay", ([2, 4], [0.1, 0.01, 0.001])),
        ("PolynomialDecay", (0.1, 5)),
        ("InverseTimeDecay", (0.1, 2, 0.5)),
    ],
)
def test_a_schedule_begins_at_its_begin(keras, name, arguments):
    schedule = getattr(keras.optimizers.schedules, name)
    assert starts_anew(keras, lambda: made(keras, keras.optimizers.Adam(schedule(*arguments))))


def test_a_rate_that_callbacks_changed_is_the_first_again(keras):
    from utils import keras_setup

    def adam():
        return made(keras, keras.optimizers.Adam(0.05))

    def reduces():
        return [keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=9)]

    assert starts_anew(keras, adam, reduces, spoil=1.0)
    model = adam()
    keras_setup.start_anew(model, 0)
    halves = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    for seed in range(3):
        _, history = fitted(model, [halves])
        np.testing.assert_allclose(history["learning_rate"], [0.025, 0.0125], rtol=1e-6)
        keras_setup.start_anew(model, seed)
    assert float(model.optimizer.learning_rate) == np.float32(0.05)


def test_callbacks_that_stop_or_bring_back_weights(keras):
    def stops():
        callbacks = keras.callbacks
        return [
            callbacks.EarlyStopping("loss", patience=0, restore_best_weights=True),
            callbacks.TerminateOnNaN(),
        ]

    assert starts_anew(keras, lambda: made(keras, "adam"), stops)


LAYERS = {
    "Dropout": lambda k: [k.Dropout(0.5), k.SimpleRNN(3), k.Dense(1)],
    "noise": lambda k: [k.GaussianNoise(0.1), k.SpatialDropout1D(0.3), k.SimpleRNN(3), k.Dense(1)],
    "within": lambda k: [k.GRU(3, dropout=0.3, recurrent_dropout=0.3), k.Dense(1)],
    "stateful": lambda k: [
        k.LSTM(3, stateful=True, return_sequences=True), k.GRU(2, stateful=True), k.Dense(1)
    ],
    "stateful cells": lambda k: [
        k.RNN([k.LSTMCell(3), k.GRUCell(2)], stateful=True), k.Dense(1)
    ],
    "BatchNormalization": lambda k: [k.BatchNormalization(), k.SimpleRNN(3), k.Dense(1)],
    "SpectralNormalization": lambda k: [
        k.SpectralNormalization(k.Dense(3)), k.SimpleRNN(3), k.Dense(1)
    ],
    "frozen": lambda k: [k.SimpleRNN(3, trainable=False), k.Dense(1)],
    "float64": lambda k: [k.SimpleRNN(3, dtype="float64"), k.Dense(1, dtype="float64")],
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layers_that_keep_state(keras, name):
    def make():
        return made(keras, "adam", LAYERS[name](keras.layers), metrics=["mae"])

    assert starts_anew(keras, make)


def test_what_a_layer_has_learnt_of_the_data_stays(keras):
    from utils import keras_setup

    scale = keras.layers.Normalization()
    scale.adapt(np.random.default_rng(0).normal(5, 2, (50, 4, 2)))
    model = made(keras, "adam", [scale, keras.layers.SimpleRNN(3), keras.layers.Dense(1)])
    kept = [v.numpy().copy() for v in scale.variables]
    keras_setup.start_anew(model, 5)
    assert equal(kept, [v.numpy().copy() for v in scale.variables]) and abs(kept[0] - 5).max() < 1


def test_a_layer_that_copies_layers_draws_the_same_each_time(keras):
    """Made by hand it would draw others, since the copy is made of a layer that drew before."""
    from utils import keras_setup

    def make():
        inner = keras.layers.LSTM(3, dropout=0.5)
        return made(keras, "adam", [keras.layers.Bidirectional(inner), keras.layers.Dense(1)])

    states = []
    for spoilt in (False, True):
        model = make()
        if spoilt:
            fitted(model, spoil=np.nan)
        keras_setup.start_anew(model, 5)
        states.append(fitted(model)[0])
    assert equal(*states)


def refused(model, error, words):
    """start_anew says what is wrong and has changed nothing."""
    from utils import keras_setup

    owners = [owner for owner in (model, getattr(model, "optimizer", None)) if owner is not None]
    before = [[v.numpy() for v in owner.variables] for owner in owners]
    with pytest.raises(error, match=f"model must {words}.*, got"):
        keras_setup.start_anew(model, 1)
    assert all(equal(kept, [v.numpy() for v in o.variables])
               for o, kept in zip(owners, before, strict=True))  # fmt: skip


def test_a_model_without_weights_is_refused_until_it_has_them(keras):
    """Its weights would be drawn in the first fit, others than in the next."""
    layers = keras.layers
    model = keras.Sequential([layers.SimpleRNN(3), layers.Dense(1)])
    refused(model, ValueError, "be compiled")
    model.compile("adam", "mse", run_eagerly=True)
    refused(model, ValueError, r"have its weights.*keras.Input\(")
    fitted(model)
    again = made(keras, "adam")
    for each in (model, again):
        importlib.import_module("utils.keras_setup").start_anew(each, 5)
    assert equal(fitted(model)[0], fitted(again)[0])


def test_layers_frozen_or_freed_since_it_was_compiled_are_told(keras):
    rnn = keras.layers.SimpleRNN(3)
    model = made(keras, "adam", [rnn, keras.layers.Dense(1)])
    fitted(model)
    rnn.trainable = False
    refused(model, ValueError, "be compiled again")
    model.compile("adam", "mse", run_eagerly=True)
    fitted(model)
    rnn.trainable = True
    refused(model, ValueError, "be compiled again")


@pytest.mark.parametrize("takes", ["nothing", "units"])
def test_a_class_of_your_own_that_keras_cannot_make_again_is_told(keras, takes):
    class Mine(keras.Model):
        def __init__(self, units=3, **config):
            super().__init__(**config)
            self.rnn, self.dense = keras.layers.SimpleRNN(units), keras.layers.Dense(1)

        def call(self, x):
            return self.dense(self.rnn(x))

    class Bare(Mine):
        def __init__(self):
            super().__init__()

    model = Bare() if takes == "nothing" else Mine(5)
    model.compile("adam", "mse", run_eagerly=True)
    fitted(model)
    refused(model, TypeError, "be one that Keras can make a second time")


@pytest.mark.parametrize("wrong", ["layer", None, 3])
def test_what_is_no_model_is_refused(keras, wrong):
    refused_by = importlib.import_module("utils.keras_setup").start_anew
    with pytest.raises(TypeError, match="model must be an object with .*, got"):
        refused_by(keras.layers.Dense(1) if wrong == "layer" else wrong, 1)


def test_somebody_s_settings_of_keras_change_nothing(keras):
    from utils import keras_setup

    model = made(keras, "adam")
    keras_setup.start_anew(model, 5)
    right = fitted(model)[0]
    try:
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("mixed_bfloat16")
        keras.config.set_image_data_format("channels_first")
        keras_setup.start_anew(model, 5)
        assert equal(fitted(model)[0], right)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        keras.config.set_image_data_format("channels_last")


def test_the_reader_s_own_keras_json_is_not_read(tmp_path):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"floatx": "float64"}')
    code = "from utils import keras_setup; import keras; print(keras.config.floatx())"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS_"))}
    run = subprocess.run([sys.executable, "-c", code], env=env | {"HOME": str(tmp_path)},
                         capture_output=True, text=True, check=True)  # fmt: skip
    assert run.stdout.split() == ["float32"]


def test_no_variable_of_keras_changes_what_a_lesson_computes():
    code = "from utils import keras_setup; import keras; print(keras.config.max_epochs())"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS_"))}
    env |= {"KERAS_MAX_EPOCHS": "1", "KERAS_NNX_ENABLED": "true", "KERAS_BACKEND": "jax"}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert run.stdout.split() == ["None"], run.stderr


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
