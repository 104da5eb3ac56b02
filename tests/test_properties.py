"""Nothing public in `utils` takes nonsense in silence: one table, and no hole in it.

TABLE says of every public function, class and method how it is called rightly, and what kind of
thing each argument is. Every argument is replaced by what it can't be, and the call must refuse it
in words that name the argument, what it must be and what it was.
"""

import ast
import contextlib
import copy
import importlib
import inspect
import json
import os
import pkgutil
import re
import sys
import tempfile
import tracemalloc
import warnings
from decimal import Decimal
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import utils
from tests.helpers.bad_input import (
    misshapen,
    not_counts,
    not_dtypes,
    not_finite,
    not_numbers,
    not_positive,
    not_seeds,
    quick,
    refused,
)
from tools.lessons import table
from utils import (
    arguments,
    attention,
    data,
    encoder_decoder,
    figures,
    forecasting,
    layers,
    plotting,
    spelling,
    training,
    words,
)
from utils.arguments import as_floats, overflow_allowed
from utils.checks import Exercise

ROOT = Path(__file__).resolve().parent.parent

# Kinds of arguments: for each, what it can't be --------------------------------------------------

COUNT = not_counts | st.sampled_from([10**10, np.int64(10**15), 10**400, 10**5000])  # at once
SEED = not_seeds
POSITIVE = not_positive | st.just(10**400)
SHARE = st.sampled_from([-0.1, 1, 10**400, np.nan, np.inf, "0.5", None, True, [0.5], 1j])
NOISE = st.sampled_from([-0.1, 10**400, np.nan, np.inf, "1", None, True, [1], 1j])
SWITCH = st.sampled_from([1, 0, None, "no", [], np.nan])
WORD = st.sampled_from(["tangent", "Tanh", "", None, 3, ["tanh"], {}, np.tanh, np.nan])
FUNCTION = st.sampled_from([3, "mse", [], np.ones(3)])
THING = st.sampled_from([None, 3, "adam", [], np.ones(3), dict])  # a model, an optimiser
GRADIENTS = st.sampled_from([None, 3, "abc", np.ones(3), [[1.0]], [np.ones(3, int)], [None]])
SCALE = POSITIVE.filter(lambda value: value is not True)
STATE = not_numbers | not_finite(3, 4)
PART = st.sampled_from([[99], ["a"], [0.5], 10**30, np.nan, {}, True, np.False_])
FEATURE = st.sampled_from([-1, 2, 0.5, True, "first", [0], np.nan])
NOT_LAYERS = st.sampled_from([[], 3, "ab", [3], None, [None], [layers.Last], layers.Last()])
DIVIDER = st.sampled_from(["", ";", 1, [","], ".,"])  # no decimal point
CLAMP = st.sampled_from([3, "f", ["f"], {"q": 1.0}, {"g": 1.0}, {3: 1.0}, {"z": np.nan}])
MASKED = st.just(np.ma.masked_greater(np.arange(4.0), 2))
SERIES = not_numbers | not_finite(9) | MASKED | misshapen(lambda s: len(s) in (1, 2))
BOARD = not_numbers | not_finite(3, 2) | MASKED | misshapen(lambda s: len(s) in (2, 3))
ANY_SHAPE = not_numbers | not_finite(9) | MASKED | misshapen(lambda s: True)
DIVERGED = not_numbers | MASKED | misshapen(lambda s: True)  # NaN may stand in it, and shows
DATES = st.sampled_from(
    [None, 3, "2015", [], np.arange(4), ["a"] * 4, np.array(["NaT"] * 4, "M8[D]"),
     np.array(["2015-01"] * 3, "M8[M]")]
)  # fmt: skip
NUMBER = st.sampled_from([None, "1", np.nan, np.inf, [1], 1j, 10**400, 0.123])


def array(*shape):
    """An array of finite numbers. None in `shape` stands for any size."""

    def fits(sizes):
        return len(sizes) == len(shape) and all(
            b in (None, a) for a, b in zip(sizes, shape, strict=True)
        )

    return not_numbers | not_finite(*(size or 2 for size in shape)) | MASKED | misshapen(fits)


MASKS = array(3, 5) | st.just(np.full((3, 5), 0.5))

# Every public thing, called rightly: argument -> (value, kind) ----------------------------------

RNG = np.random.default_rng(0)
X, Y, STEPS = RNG.normal(size=(3, 5, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=30)
SIZES = {"units": (2, COUNT), "input_size": (2, COUNT)}
WEIGHTS = {"seed": (0, SEED), "dtype": ("float64", not_dtypes)}
GATED = SIZES | WEIGHTS | {"activation": ("tanh", WORD), "recurrent_activation": ("tanh", WORD)}
FORWARD = {
    "x": (X, array(None, None, 2)),
    "h_0": (np.ones((3, 2)), array(3, 2).filter(lambda v: v is not None)),
    "mask": (np.ones((3, 5)), MASKS.filter(lambda v: v is not None)),
}
POOLED = {
    "h": (X, array(None, None, None)),
    "mask": (np.ones((3, 5)), FORWARD["mask"][1] | st.just(np.zeros((3, 5)))),
}
WORDS = np.arange(15).reshape(3, 5) % 4
NO_WORDS = st.sampled_from([[[0.5]], [[-1]], [[4]]])
NO_LETTERS = st.sampled_from([[[0, 3]], [[27]], [[0.5]]])
NO_PAIRS = st.sampled_from(
    ["no", 3, np.ones((3, 5)), np.ones((2, 5, 5)), np.full((1, 5, 5), 0.5), [[[np.nan]]], {}]
)
NO_TEXTS = st.sampled_from([None, 3, "at", [], [3], [None], {}, np.ones(2), [["at"]]])
NO_LIST = st.sampled_from([None, 3, "at", [3], [None], {}, np.ones(2), [["at"]]])
NO_SOUNDS = st.sampled_from([None, 3, "T", [], ["T"], [[3]], [None], {}, np.ones(2)])
BACKWARD = {"dh": (np.ones((3, 5, 2)), array(3, 5, 2))}
LOSS = {"y": (Y, DIVERGED), "target": (Y > 0, array(3, 2))}
CLASSES = {
    "y": (Y, DIVERGED),
    "target": (np.array([0, 1, 1]), array(3) | st.sampled_from([[0, 1, 2], [0.5, 1, 1]])),
}
CLIP = {"grads": ([np.ones(3)], GRADIENTS), "limit": (1.0, POSITIVE)}
STEP = {"weights": ([np.ones(3)], GRADIENTS), "grads": ([np.ones(3)], GRADIENTS)}
WINDOWS = {"series": (STEPS, SERIES), "window": (3, COUNT), "horizon": (2, COUNT)}
ERROR = {"y": (Y, array(None, None)), "forecast": (Y, array(3, 2))}


def network():
    return layers.Sequential([layers.SimpleRNN(3, 2, seed=0), layers.Last(), layers.Dense(1, 3)])


def pairs():
    return [(X, np.ones((3, 1)))]


def speller():
    network = encoder_decoder.Recurrent(3, embedding=2, seed=0)
    network.forward(WORDS + 1, WORDS)
    return network


OBJECTS = {  # ready for its methods
    "attention.MultiHeadAttention": lambda: ran(attention.MultiHeadAttention(2, 2), X),
    "encoder_decoder.Recurrent": speller,
    "spelling.Windows": lambda: spelling.Windows(1).fit(["at"], [["AE", "T"]]),
    "data.Standardizer": lambda: data.Standardizer().fit(Y),
    "forecasting.Linear": lambda: forecasting.Linear().fit(X, Y),
    "forecasting.Scoreboard": lambda: forecasting.Scoreboard(Y, 1.0),
    "layers.SimpleRNN": lambda: ran(layers.SimpleRNN(2, 2), X),
    "layers.LSTM": lambda: ran(layers.LSTM(2, 2), X),
    "layers.GRU": lambda: ran(layers.GRU(2, 2), X),
    "layers.Last": lambda: ran(layers.Last(), X),
    "layers.Mean": lambda: ran(layers.Mean(), X),
    "layers.Largest": lambda: ran(layers.Largest(), X),
    "layers.Embedding": lambda: ran(layers.Embedding(2, 4), WORDS),
    "layers.Bidirectional": lambda: ran(
        layers.Bidirectional(layers.SimpleRNN(1, 2), layers.SimpleRNN(1, 2)), X
    ),
    "layers.Dense": lambda: ran(layers.Dense(2, 2), Y),
    "layers.Sequential": lambda: ran(network(), X),
    "training.SGD": training.SGD,
    "training.Adam": training.Adam,
}


def ran(layer, x):
    layer.forward(x)
    return layer


TABLE = {
    "data.remember_first": {"samples": (3, COUNT), "timesteps": (3, COUNT), "noise": (0.5, NOISE),
                            "seed": (0, SEED)},
    "data.store_and_recall": {"samples": (3, COUNT), "delay": (3, COUNT), "seed": (0, SEED)},
    "data.adding_problem": {"samples": (3, COUNT), "timesteps": (3, COUNT), "seed": (0, SEED)},
    "data.made_up_reviews": {"samples": (3, COUNT), "clauses": (2, COUNT | st.just(1)),
                             "negations": (1, COUNT.filter(bool)), "seed": (0, SEED)},
    "data.noisy_sine": {"steps": (3, COUNT), "noise": (0.1, NOISE), "seed": (0, SEED)},
    "data.make_windows": WINDOWS,
    "data.split_in_time": {"samples": (100, COUNT), "train": (0.7, SHARE),
                           "validation": (0.15, SHARE), "embargo": (3, COUNT.filter(bool))},
    "data.Standardizer.fit": {"train": (Y, ANY_SHAPE)},
    "data.Standardizer.transform": {"x": (Y, STATE), "feature": ("all", FEATURE)},
    "data.Standardizer.inverse": {"x": (Y, STATE), "feature": ("all", FEATURE)},
    "data.plant_faults": {"series": (STEPS, array(None)), "count": (3, COUNT),
                          "size": (1.0, POSITIVE), "seed": (0, SEED)},
    "moby_dick.fold": {"text": ("Call me.", st.sampled_from([None, 3, b"a", ["a"], np.nan]))},
    "series.load_series": {"name_or_path": ("co2", st.sampled_from([None, 3, b"co2", ["co2"]])),
                           "column": (None, WORD.filter(bool)), "dates": (None, WORD.filter(bool)),
                           "fill": (True, SWITCH), "decimal": (None, WORD.filter(bool) | DIVIDER),
                           "dayfirst": (None, SWITCH.filter(lambda x: x is not None)),
                           "missing": (None, st.sampled_from([True, {}, b"x", [None], [["x"]]])),
                           "encoding": (None, WORD.filter(bool))},
    "layers.SimpleRNN": SIZES | WEIGHTS | {"activation": ("tanh", WORD)},
    "layers.SimpleRNN.forward": FORWARD,
    "layers.SimpleRNN.backward": BACKWARD,
    "layers.LSTM": GATED | {"unit_forget_bias": (True, SWITCH)},
    "layers.LSTM.forward": FORWARD | {"c_0": FORWARD["h_0"], "clamp": (None, CLAMP)},
    "layers.LSTM.backward": BACKWARD,
    "layers.GRU": GATED | {"reset_after": (True, SWITCH)},
    "layers.GRU.forward": FORWARD | {"clamp": (None, CLAMP)},
    "layers.GRU.backward": BACKWARD,
    "layers.Last.forward": {"h": (X, array(None, None, None))},
    "layers.Last.backward": {"dy": (Y, array(3, 2))},
    "layers.Mean.forward": POOLED,
    "layers.Mean.backward": {"dy": (Y, array(3, 2))},
    "layers.Largest.forward": POOLED,
    "layers.Largest.backward": {"dy": (Y, array(3, 2))},
    "layers.Embedding": SIZES | WEIGHTS,
    "layers.Embedding.forward": {"words": (WORDS, array(None, None) | NO_WORDS)},
    "layers.Embedding.backward": {"dy": (np.ones((3, 5, 2)), array(3, 5, 2))},
    "layers.Bidirectional": {
        "there": (layers.SimpleRNN(1, 2), NOT_LAYERS),
        "back": (layers.GRU(1, 2), NOT_LAYERS | st.just(layers.GRU(1, 3))),
    },
    "layers.Bidirectional.forward": {"x": FORWARD["x"], "mask": FORWARD["mask"]},
    "layers.Bidirectional.backward": BACKWARD,
    "layers.Dense": SIZES | WEIGHTS | {"activation": ("tanh", WORD)},
    "layers.Dense.forward": {"h": (Y, STATE)},
    "layers.Dense.backward": {"dy": (Y, array(3, 2))},
    "layers.Sequential": {"layers": ([layers.Last()], NOT_LAYERS)},
    "layers.Sequential.forward": {"x": (X, array(None, None, 2)), "mask": FORWARD["mask"]},
    "layers.Sequential.backward": {"dy": (np.ones((3, 1)), array(3, 1))},
    "training.mse": LOSS,
    "training.binary_cross_entropy": LOSS,
    "training.accuracy": LOSS,
    "training.softmax": {"y": (Y, not_numbers | not_finite(3, 2) | MASKED)},
    "training.cross_entropy": CLASSES,
    "training.class_accuracy": CLASSES,
    "training.global_norm": {"grads": ([np.ones(3)], GRADIENTS)},
    "training.clip_by_value": CLIP,
    "training.clip_by_norm": CLIP,
    "training.SGD": {"learning_rate": (0.1, POSITIVE)},
    "training.SGD.step": STEP,
    "training.Adam": {"learning_rate": (0.1, POSITIVE), "beta_1": (0.9, SHARE),
                      "beta_2": (0.9, SHARE), "epsilon": (1e-7, POSITIVE)},
    "training.Adam.step": STEP,
    "training.minibatches": {"x": (X, not_numbers | not_finite(3, 2) | misshapen(len)),
                             "target": (Y, not_numbers | not_finite(3, 2) | misshapen(len)),
                             "batch_size": (2, COUNT), "epochs": (2, COUNT), "seed": (0, SEED)},
    "training.train": {"model": (network(), THING), "loss": (training.mse, FUNCTION | st.none()),
                       "batches": (pairs(), st.sampled_from([None, 3, [], [3], iter(())])),
                       "optimizer": (training.SGD(), THING), "clip": (None, FUNCTION)},
    "training.cosine_decay": {"batches": (pairs(), st.sampled_from([None, 3])),
                              "optimizer": (training.SGD(), THING), "steps": (5, COUNT)},
    "training.check_gradients": STEP | {
        "loss": (lambda: 1.0, FUNCTION | st.none()), "eps": (1e-5, POSITIVE),
        "names": (["W"], st.sampled_from([3, "W", ["a", "b"]])), "tolerance": (1e-6, POSITIVE)},
    "forecasting.naive": WINDOWS | {"part": (slice(None), PART)},
    "forecasting.seasonal_naive": WINDOWS | {"season": (3, COUNT), "part": (slice(None), PART)},
    "forecasting.Linear.fit": {"x": (X, array(None, None, None)), "y": (Y, array(3, None))},
    "forecasting.Linear.predict": {"x": (X, array(None, 5, 2))},
    "forecasting.recursive": {"predict_one": (lambda x: x[:, -1], FUNCTION | st.none()),
                              "x": (X[:, :, :1], array(None, None, 1)), "horizon": (3, COUNT)},
    "forecasting.rolling_origin": {
        "samples": (40, COUNT), "first": (20, COUNT), "test": (3, COUNT),
        "step": (2, COUNT.filter(lambda v: v is not None)), "embargo": (3, COUNT.filter(bool)),
        "width": (9, COUNT.filter(lambda v: v is not None))},
    "forecasting.coverage_by_month": {
        "dates": (np.arange("2015-01-30", "2015-02-03", dtype="M8[D]"), DATES),
        "y": (Y, array(None, None)), "low": (Y, array(3, 2) | st.just(Y + 1)),
        "high": (Y, array(3, 2))},
    "forecasting.mae": ERROR,
    "forecasting.rmse": ERROR,
    "forecasting.mase": ERROR | {"scale": (1.0, POSITIVE)},
    "forecasting.error": ERROR,
    "forecasting.error_by_horizon": ERROR,
    "forecasting.naive_scale": {"train": (STEPS, SERIES), "season": (2, COUNT)},
    "forecasting.residual_interval": {"residuals": (X[0], array(None, None)),
                                      "level": (0.5, SHARE)},
    "forecasting.coverage": {"y": (Y, array(None, None)), "low": (Y, array(3, 2) | st.just(Y + 1)),
                             "high": (Y, array(3, 2))},
    "forecasting.precision_recall": {"found": (Y > 0, array(3, 2)), "planted": (Y > 0, ANY_SHAPE)},
    "forecasting.Scoreboard": {"y": (Y, BOARD), "scale": (1.0, SCALE)},
    "forecasting.Scoreboard.add": {"name": ("mine", st.sampled_from([None, 3, "", []])),
                                   "forecast": (Y, STATE | misshapen(lambda s: s[-2:] == (3, 2))),
                                   "contender": (False, SWITCH)},
    "attention.MultiHeadAttention": {"units": (4, COUNT | st.just(3)), "heads": (2, COUNT),
                                     "seed": (0, SEED), "dtype": ("float64", not_dtypes)},
    "attention.MultiHeadAttention.forward": {
        "x": (X, array(None, None, 2)),
        "memory": (X, array(3, None, 2).filter(lambda v: v is not None)),
        "mask": (np.ones((1, 5, 5)), NO_PAIRS)},
    "attention.MultiHeadAttention.backward": {"dy": (np.ones((3, 5, 2)), array(3, 5, 2))},
    "attention.causal": {"timesteps": (3, COUNT)},
    "attention.positions": {"timesteps": (3, COUNT), "units": (4, COUNT)},
    "spelling.as_letters": {"words": (["at"], NO_TEXTS | st.just(["At"]))},
    "spelling.as_sounds": {"sounds": ([["AE", "T"]], NO_SOUNDS | st.just([["at"]]))},
    "spelling.as_words": {"written": (WORDS, array(None, None) | st.just([[41]]))},
    "spelling.edits": {"written": (["AE"], NO_LIST),
                       "right": (["T"], NO_LIST)},
    "spelling.judged": {"written": ([["T"]], NO_SOUNDS | st.just([["T"], ["T"]])),
                        "right": ([["T"]], NO_SOUNDS)},
    "spelling.nearest_words": {"words": (["at"], NO_TEXTS), "known": (["at"], NO_TEXTS)},
    "spelling.aligned": {"words": (["at"], NO_TEXTS), "rounds": (2, COUNT),
                         "sounds": ([["AE", "T"]], NO_SOUNDS)},
    "spelling.Windows": {"reach": (1, COUNT.filter(bool))},
    "spelling.Windows.fit": {"words": (["at"], NO_TEXTS), "sounds": ([["AE", "T"]], NO_SOUNDS)},
    "spelling.Windows.write": {"words": (["at"], NO_TEXTS),
                               "reach": (0, COUNT.filter(lambda v: v is not None and v != 0))},
    "encoder_decoder.Recurrent": {"units": (3, COUNT), "embedding": (2, COUNT), "seed": (0, SEED),
                                  "looks": ("end", WORD)},
    "encoder_decoder.Recurrent.forward": {
        "letters": (WORDS + 1, array(None, None) | NO_LETTERS),
        "sounds": (WORDS, array(3, None) | st.just([[0.5]] * 3))},
    "encoder_decoder.Recurrent.backward": {"dy": (np.ones((3, 5, 41)), array(3, 5, 41))},
    "encoder_decoder.Recurrent.write": {
        "letters": (WORDS + 1, array(None, None) | NO_LETTERS), "steps": (2, COUNT)},
    "encoder_decoder.Transformer": {
        "units": (4, COUNT | st.just(3)), "heads": (2, COUNT | st.just(3)), "hidden": (2, COUNT),
        "placed": (True, SWITCH), "seed": (0, SEED)},
    "counting.Counting": {
        "codes": ([0, 1, 2], array(None) | st.sampled_from([[0.5], [-1], [39], []])),
        "order": (1, COUNT.filter(lambda v: v is not None and v != 0)),
        "by_neighbours": (True, SWITCH)},
    "encoder_decoder.fit": {
        "network": (speller(), THING), "letters": (WORDS + 1, array(None, None) | NO_LETTERS),
        "sounds": (WORDS + 1, array(3, None) | st.just([[0.5]] * 3)), "epochs": (1, COUNT),
        "rate": (0.1, POSITIVE), "batch": (2, COUNT), "seed": (0, SEED)},
    "bug_zoo.backward_with": {"names": ("index wraps", WORD)},
}  # fmt: skip

# Parts of their modules: what calls them has checked the arguments, or they say NumPy's errors.
HELPERS = {
    "attention": "weights_of attend attend_backward attend_additive attend_linear "  # to be read
    "pairs_of LayerNorm Block",  # tests/test_attention.py
    "board": "board_html",  # of what a Scoreboard holds
    "bug_zoo": "Bug forward backward as_long_as",  # the lesson's own code, shown and broken
    "cells": "rnn_step rnn_step_backward through_sum lstm_step lstm_step_backward gru_step "
    "gru_step_backward gru_step_reset_after gru_step_reset_after_backward",  # to be read
    "counting": "stretches_of look_up Table table_of",  # tests/test_counting.py
    "data": "as_table of_each_feature",
    "dictionary": "Words",  # what load_words gives back
    "encoder_decoder": "as_read as_batch Speller Kind Spellers",
    "explore": "Explorer explore",  # tests/test_explore.py
    "forecasting": "flat in_parts in_units_of answer root_mean_square verdict",
    "keras_setup": "start_anew new_one new_optimizer shapes",  # tests/test_keras_setup.py
    "layers": "sigmoid relu d_tanh d_relu d_sigmoid Layer Gated batch_last batch_first joined "
    "transposed over_time with_ones times outer_sum glorot_uniform orthogonal read_only "
    "unpacked padded as_mask steps_heard",
    "shipped": "verified",  # tests/test_shipped.py
    "series": "CsvFile find read date_column value_column read_numbers without_gaps read_dates",
    "spelling": "texts lists",
    "training": "same_shape answers log_softmax at_right Optimizer norm_of arrays pairs "
    "same_arrays judged Decay restore_rate names_of refuse_unfit GradientRow compare explained "
    "numeric_gradient",
    "moby_dick": "Book Writer weights_in shipped",  # what is given back, and how it is read
    "voices": "Utterances",  # what load_vowels gives back
}
ALSO = {("explore.choice", "options"): "values", ("bug_zoo.backward_with", "names"): "name"}
INHERITED = "get_weights set_weights count_params recall"  # tests/test_layers.py
INSIDE = {
    "attention.MultiHeadAttention": "cut joined",
    "encoder_decoder.Recurrent": "read look step gathered",
    "encoder_decoder.Transformer": "read step gathered place forward backward write",  # as above
    "counting.Counting": "of_letters following",  # tests/test_counting.py
    "spelling.Windows": "window",
    "data.Standardizer": "fitted features_of",
    "forecasting.Scoreboard": "table missing row numbers cells verdicts note",
    "training.Adam": "forget",
    "layers.LSTM": "inputs first to_inputs held by_name slopes",
    "layers.GRU": "inputs first to_inputs held by_name slopes reset_after_product "
    "reset_before_product",
}


# No hole ------------------------------------------------------------------------------------------


def own(module):
    """What `module` defines without an underscore."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if name[0] != "_" and getattr(thing, "__module__", "") == module.__name__
    }


def methods(thing):
    return {name for name, f in inspect.getmembers(thing, inspect.isfunction) if name[0] != "_"}


def test_everything_public_has_its_row():
    missing = []
    for name, helpers in HELPERS.items():
        for key, thing in own(importlib.import_module(f"utils.{name}")).items():
            if key in helpers.split():
                continue
            path = f"{name}.{key}"
            hidden = f"{INHERITED} {INSIDE.get(path, '')}".split()
            inner = methods(thing) - set(hidden) if inspect.isclass(thing) else set()
            rows = {f"{path}.{method}" for method in inner}
            if inspect.signature(thing).parameters:
                rows.add(path)
            missing += rows - set(TABLE)
    assert not missing, f"TABLE has no row for {missing}"


def test_every_module_is_looked_at():
    modules = {name for _, name, _ in pkgutil.iter_modules(utils.__path__)}
    others = {"arguments", "checks", "diagrams", "figures", "plotting", "words"}  # see below
    assert modules == {*HELPERS, *others}


@pytest.mark.parametrize("name", TABLE)
def test_every_argument_has_its_kind(name):
    call = found(name)
    parameters = [p.name for p in inspect.signature(call).parameters.values()]
    assert set(TABLE[name]) <= set(parameters)
    holes = set(parameters) - set(TABLE[name])
    assert not holes, f"the row of {name} says nothing of {holes}"
    called(name)


def test_no_lesson_uses_a_helper():
    """What a lesson uses is public, and belongs into TABLE."""
    helpers = {f"{m}.{name}" for m, names in HELPERS.items() for name in names.split()}
    taught = {"bug_zoo.forward", "bug_zoo.backward", "explore.explore", "layers.sigmoid"}
    taught |= {f"attention.attend{kind}" for kind in ("", "_additive", "_linear")}
    taught |= {"training.numeric_gradient", "training.GradientRow", "keras_setup.start_anew"}
    used = set()
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module:
                module = node.module.removeprefix("utils.")
                used |= {f"{module}.{alias.name}" for alias in node.names}
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used.add(f"{node.value.id}.{node.attr}")
    assert len(used) > 50 and not used & (helpers - taught)


# Nothing wrong goes through ----------------------------------------------------------------------


def found(name):
    """utils.<name>, a method of an object that is ready for it."""
    module, _, rest = name.partition(".")
    thing, _, method = rest.partition(".")
    if method:
        return getattr(OBJECTS[f"{module}.{thing}"](), method)
    return getattr(importlib.import_module(f"utils.{module}"), thing)


def called(path, /, **wrong):
    call = found(path)
    values = {key: value for key, (value, _) in TABLE[path].items()} | wrong
    values = {key: copy.deepcopy(v) if key in ("model", "weights") else v
              for key, v in values.items()}  # fmt: skip
    kinds = [p.kind for p in inspect.signature(call).parameters.values()]
    several = inspect.Parameter.VAR_POSITIONAL in kinds
    return call(*values.values()) if several else call(**values)


ARGUMENTS = [(name, argument) for name, row in TABLE.items() for argument in row]


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS)
def test_what_an_argument_cannot_be_is_refused_by_name(name, argument):
    @quick
    @given(TABLE[name][argument][1])
    def refuses(bad):
        with pytest.raises((TypeError, ValueError, FileNotFoundError)) as error:
            called(name, **{argument: bad})
        told = str(error.value)
        word = ALSO.get((name, argument), argument)
        assert re.search(rf"(?<!\w){word}(?!\w)", told), told
        assert re.search(r"\b(must|needs)\b.+\bgot\b", told, re.DOTALL), told
        assert len(told) < 500

    refuses()


# Whatever somebody has set ------------------------------------------------------------------------


@contextlib.contextmanager
def upset():
    """What other libraries set when they are imported, and people in a cell: all at once."""
    kept = (
        np.geterr(),
        np.get_printoptions(),
        mpl.rcParams.copy(),
        os.getcwd(),
    )
    random = np.random.get_state()  # noqa: NPY002 - the old one, which all share
    try:
        with warnings.catch_warnings(), tempfile.TemporaryDirectory() as elsewhere:
            warnings.simplefilter("error")
            os.chdir(elsewhere)
            np.set_printoptions(
                threshold=sys.maxsize, legacy="1.13", formatter={"all": lambda _: 1 / 0}
            )
            mpl.rcParams.update({"axes.grid": False, "font.size": 30, "figure.dpi": 300})
            np.random.seed(99)  # noqa: NPY002
            yield
            os.chdir(kept[3])
    finally:
        os.chdir(kept[3])
        np.seterr(**kept[0])
        np.set_printoptions(**kept[1] | {"formatter": None})
        np.random.set_state(random)  # noqa: NPY002
        mpl.rcParams.update(kept[2])


@pytest.mark.parametrize("switch", ["ignore", "raise"])
def test_no_switch_of_anybody_s_turns_a_check_off(switch):
    holes = np.array([[1.0, np.nan], [3, 4]])
    with upset():
        np.seterr(all=switch)
        for call in (
            lambda: forecasting.mae(holes, holes),
            lambda: forecasting.coverage(holes, holes, holes),
            lambda: data.Standardizer().fit(holes),
            lambda: data.make_windows(holes, 1),
            lambda: training.minibatches(holes, holes, 1),
            lambda: layers.Dense(2, 2).set_weights([holes, np.zeros(2)]),
            lambda: setattr(layers.Dense(2, 2), "W", holes),
            lambda: layers.Dense(2, 2).forward(holes),
            lambda: network().forward(holes[None]),
            lambda: training.mse(np.ones((2, 2)), holes),
        ):
            with pytest.raises(
                ValueError, match=r"must be finite in float\d\d, got NaN or infinity"
            ):
                call()
        refused("y", forecasting.mae, np.array(["a"] * 9), holes)  # and it can be printed
        with pytest.raises(ValueError, match="infinity"), overflow_allowed():
            with contextlib.suppress(ZeroDivisionError), overflow_allowed():
                raise ZeroDivisionError
            assert as_floats("x", holes, (2, 2)) is holes
            raise ValueError("infinity passes, within")
        refused("x", as_floats, "x", holes, (2, 2))


@pytest.mark.parametrize("switch", ["ignore", "raise"])
def test_results_are_the_same_whatever_somebody_has_set(switch):
    def results():
        rnn = layers.SimpleRNN(3, 2, seed=0)
        model = layers.Sequential([rnn, layers.Last(), layers.Dense(1, 3, seed=1)])
        losses = training.train(
            model, training.minibatches(X, Y[:, :1], 2, 3), training.mse, training.Adam(0.1)
        )
        scaler, (x, y) = data.Standardizer().fit(STEPS), data.make_windows(STEPS, 5, 2)
        board = forecasting.Scoreboard(y, forecasting.naive_scale(STEPS))
        for name in board.BASELINES:
            board.add(name, forecasting.Linear().fit(x, y).predict(x) + len(name))
        png, sentence = plotting.Drawing(figures.learning_curve).picture(
            losses=np.array([1, 0.0, np.nan]), norms=np.array([1, 0, np.inf]), chance=0.7,
            accuracy=0.5,
        )  # fmt: skip
        numbers = losses, *model.get_weights(), scaler.transform(x), data.noisy_sine(9)[0]
        return [a.tobytes() for a in numbers], repr(board), png, sentence, words.number(0.1)

    calm = results()
    with upset():
        np.seterr(all=switch)
        assert results() == calm
        now = np.random.get_state()[1]  # noqa: NPY002
        assert np.array_equal(now, np.random.RandomState(99).get_state()[1])
        assert mpl.rcParams["font.size"] == 30


# Whatever kind of number --------------------------------------------------------------------------

WHOLE = np.random.default_rng(0).integers(-9, 9, (4, 6, 2))
CELLS = [layers.SimpleRNN, layers.LSTM, layers.GRU]
SOME_X = np.linspace(-1, 1, 24).reshape(2, 6, 2)
KINDS = {
    "integers": lambda a: a, "int8": np.int8, "float16": np.float16, "float32": np.float32,
    "big-endian": lambda a: a.astype(">f8"), "list": np.ndarray.tolist, "longdouble": np.longdouble,
    "unmasked": np.ma.masked_array, "read-only": lambda a: np.broadcast_to(a, a.shape),
    "fortran": np.asfortranarray,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_whole_numbers_are_floats_of_any_kind(kind):
    of_kind, floats = KINDS[kind], WHOLE.astype(float)
    x, y = of_kind(WHOLE), of_kind(WHOLE[:, 0])
    for f in (forecasting.mae, forecasting.rmse, forecasting.error_by_horizon, training.mse):
        for got, right in (
            zip(f(y, y[::-1]), f(floats[:, 0], floats[::-1, 0]), strict=True)
            if (f is training.mse)
            else [(f(y, y[::-1]), f(floats[:, 0], floats[::-1, 0]))]
        ):
            np.testing.assert_allclose(got, right, rtol=1e-6)
    fitted = forecasting.Linear().fit(x[:, :1], y).predict(x[:, :1]) if kind != "list" else None
    if fitted is not None:
        right = forecasting.Linear().fit(floats[:, :1], floats[:, 0]).predict(floats[:, :1])
        np.testing.assert_allclose(fitted, right, atol=1e-5)
    scaler = data.Standardizer().fit(x)
    np.testing.assert_allclose(scaler.mean, floats.mean((0, 1)), rtol=1e-6)
    for make in CELLS:
        right, layer = (make(3, 2, seed=0, dtype="float64") for _ in range(2))
        layer.W_x = of_kind(WHOLE[0, :1].repeat(2, 0).repeat(len(right.W_x[0]) // 2 + 1, 1)[
            :, : right.W_x.shape[1]])  # fmt: skip
        right.set_weights([layer.W_x.astype(float), *right.get_weights()[1:]])
        np.testing.assert_allclose(layer.forward(x), right.forward(floats), rtol=1e-12)
        assert layer.W_x.dtype == "float64"


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint64])
def test_counts_of_numpy_s_kinds_count_as_well(kind):
    series = np.sin(np.arange(400.0))
    for f, counts in (
        (lambda w, h: data.make_windows(series, w, h)[0], (120, 100)),
        (lambda w, s: forecasting.seasonal_naive(series, w, 3, s), (120, 100)),
        (lambda s, t: data.adding_problem(s, t)[0], (100, 120)),
        (lambda s, t: data.store_and_recall(s, t)[0], (100, 125)),
        (lambda s, t: data.remember_first(s, t)[0], (100, 125)),
        (lambda s, _: np.array(forecasting.naive_scale(series, s)), (100, 1)),
        (lambda s, e: np.array([*map(str, data.split_in_time(s, embargo=e))]), (120, 5)),
        (lambda u, _: layers.LSTM(u, u, seed=0).W_x, (100, 1)),
        (lambda u, _: layers.GRU(u, u, seed=0).b, (100, 1)),
    ):
        assert np.array_equal(f(*map(kind, counts)), f(*counts))


class Odd(np.ndarray):
    """What np.matrix is, which nobody should make any more."""


def test_numbers_that_are_none_are_refused():
    for bad in (
        [Decimal(1), Decimal(2)], np.array([1, 2.0], object), [1 + 0j, 2], np.array(["1", "2"]),
        pd.Series([1.0, None]), pd.Series(["a", "b"]), pd.Series([1, None], dtype="Int64"),
        [np.ma.masked_array([1.0, 2], [0, 1])], np.ma.masked_array([1.0, 2], [0, 1]),
        10**400, [10**400, 1],
    ):  # fmt: skip
        refused("x", as_floats, "x", bad, (...,))
    for good in (pd.Series([1.0, 2], [7, 3]), np.zeros(2).view(Odd) + [1, 2], pd.DataFrame([1, 2])):
        array = as_floats("x", good, (...,))
        assert type(array) is np.ndarray and array.ravel().tolist() == [1, 2]


def test_what_a_network_in_half_precision_forecasts_is_taken():
    dtypes = pytest.importorskip("ml_dtypes")
    for dtype in (dtypes.bfloat16, np.float16):
        array = as_floats("x", np.array([[1.5], [-2]], dtype), ("samples", 1))
        assert array.dtype == np.float64 and array.tolist() == [[1.5], [-2]]
    refused("x", as_floats, "x", np.array([np.nan, 1], dtypes.bfloat16), (...,))
    refused("x", as_floats, "x", np.zeros(2, [("a", float)]), (...,))


def test_a_shape_of_one_axis_is_written_as_python_writes_it():
    with pytest.raises(ValueError, match=r"^x must have shape \(3,\), got \(2,\)$"):
        as_floats("x", [1, 2], (3,))


# Sums of many float32 ---------------------------------------------------------------------------


def test_sums_lose_no_digits_in_float32():
    rng = np.random.default_rng(0)
    many = rng.normal(1013, 8, (1_000_000, 2)).astype("float32")
    exact, wrong = many.astype(float), many[::-1]
    scaler = data.Standardizer().fit(many)
    np.testing.assert_allclose(scaler.mean, exact.mean(axis=0), rtol=2e-7)
    np.testing.assert_allclose(scaler.std, exact.std(axis=0), rtol=2e-7)
    far = np.full_like(many, 2013) + many
    for f in (forecasting.mae, forecasting.rmse, forecasting.error_by_horizon):
        np.testing.assert_allclose(f(far, many), f(far.astype(float), exact), rtol=1e-12)
    one = many[:, ::2].T  # rows that are far apart in memory
    for f in (training.mse, lambda *both: (training.global_norm(list(both)),)):
        assert f(one, one * 0)[0] == pytest.approx(f(exact[:, ::2].T, one * 0.0)[0], rel=1e-6)
    scales = [forecasting.naive_scale(a) for a in (many[:, 0], exact[:, 0])]
    assert scales[0] == pytest.approx(scales[1], rel=1e-7)
    boards = [forecasting.Scoreboard(a, 1.0) for a in (many, exact)]
    for board, f in zip(boards, (wrong, wrong.astype(float)), strict=True):
        board.add("linear", f)
    np.testing.assert_allclose(*(board.scores["linear"] for board in boards), rtol=1e-12)
    flags = np.ones(20_000_000, "float32")  # float32 counts no further than 16,777,216
    assert forecasting.precision_recall(flags, flags) == (1, 1)


# Long series --------------------------------------------------------------------------------------


def test_no_look_at_windows_takes_more_than_a_share_of_the_series():
    series = np.random.default_rng(0).normal(size=400_000)  # 3.2 MB
    x, y = data.make_windows(series, 500, 3)  # 1.6 GB, if somebody copied them
    whole = np.lib.stride_tricks.sliding_window_view((1e3 * series).astype("int16"), 500)[..., None]
    calls = {
        "windows": lambda: data.make_windows(series, 500),
        "batches": lambda: next(training.minibatches(x, y, 32)),
        "batches of whole numbers": lambda: next(training.minibatches(whole, whole[:, 0], 32)),
        "scaling": lambda: data.Standardizer().fit(x[::40]),
        "linear": lambda: forecasting.Linear().fit(x[:3000, :40], y[:3000]),
        "predict": lambda: line.predict(x[:, :40]),
        "naive": lambda: forecasting.naive(series, 500),
    }
    line = calls["linear"]()
    for name, call in calls.items():
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 80e6, f"{name}: {peak / 1e6:.0f} MB"
    series[-1] = np.nan
    refused("target", training.minibatches, x, y, 32)
    series[-1], series[7] = 0, np.inf
    refused("x", training.minibatches, x, y, 32)


@quick
@given(
    st.sampled_from([(40,), (40, 3)]), st.integers(1, 9), st.integers(1, 3), st.integers(1, 3),
    st.sampled_from(["float16", "int8", "float32", "float64"]), st.booleans(),
)  # fmt: skip
def test_a_view_that_shows_numbers_twice_is_looked_at_and_converted_once(
    shape, window, step, skip, dtype, turned
):
    series = np.random.default_rng(0).normal(0, 20, shape).astype(dtype)
    view = np.lib.stride_tricks.sliding_window_view(series[::skip], window, axis=0)[::step]
    view = view[::-1].T if turned else view
    once, _ = arguments.each_once(view)
    assert {*once.ravel().tolist()} == {*view.ravel().tolist()}
    assert turned or once.size <= series.size
    few, arguments.FEW = arguments.FEW, 0
    try:
        assert np.array_equal(arguments.converted(view, np.float64), view.astype(float))
        assert arguments.all_finite(view)
        if dtype.startswith("float"):
            seen = np.array(np.unravel_index(view.size // 2, view.shape))
            series[series == view[tuple(seen)]] = np.nan
            assert not arguments.all_finite(view)
    finally:
        arguments.FEW = few


def test_linear_in_parts_is_linear(monkeypatch):
    x, y = data.make_windows(RNG.normal(size=(300, 2)).cumsum(axis=0), 10, 3)
    x = np.concatenate([x, x[:, :, :1]], axis=2)  # and one feature twice: no single solution
    whole = forecasting.Linear().fit(x, y)
    monkeypatch.setattr(forecasting, "MOST_COPIED", 1000)
    parts = forecasting.Linear().fit(x, y)
    np.testing.assert_allclose(parts.W, whole.W, atol=1e-9)
    np.testing.assert_allclose(parts.predict(x), whole.predict(x), atol=1e-9)


# Nothing is shared ------------------------------------------------------------------------------


def test_no_result_shares_memory_with_what_was_given_or_with_another():
    y, low = Y.copy(), Y - 1
    for given_, got in (
        ([Y], training.clip_by_norm([y], 1e9)), ([y], training.clip_by_value([y], 1e9)),
        ([y], forecasting.residual_interval(np.zeros((3, 2)), 0.0)),
        ([STEPS], [forecasting.naive(STEPS, 1)]),
        ([y], [data.Standardizer().fit(low).transform(y)]),
        ([y], layers.Dense(2, 2).get_weights()),
    ):  # fmt: skip
        arrays_ = [*given_, *got]
        for i, a in enumerate(arrays_):
            assert not any(np.shares_memory(a, b) for b in arrays_[:i])


def test_a_board_keeps_its_targets():
    y, scale = Y.copy(), np.ones(())
    board = forecasting.Scoreboard(y, scale)
    y += 5
    scale += 1
    board.add("linear", Y)
    assert board.scores["linear"].tolist() == [[0, 0, 0]] and board.scale == 1


def test_recursive_neither_keeps_nor_changes_an_array_that_is_not_its_own():
    windows, own = np.ones((3, 4, 1)), np.zeros((3, 1))

    def writes(x):
        own[...] = x[:, -1] + 1
        x[...] = 99
        return own

    assert forecasting.recursive(writes, windows, 3).tolist() == [[2, 3, 4]] * 3
    assert (windows == 1).all()


@pytest.mark.parametrize("make", CELLS)
def test_what_backward_reads_cannot_be_written_to(make):
    layer, dense = make(3, 2, seed=0), layers.Dense(1, 2, "sigmoid")
    for out in (layer.forward(SOME_X), *getattr(layer, "gates", {}).values(), dense.forward(Y)):
        with pytest.raises(ValueError, match="read-only"):
            out[...] = 0


def test_weights_may_be_handed_over_in_another_order():
    layer = layers.SimpleRNN(3, 3, seed=0)
    W_x, W_h, b = layer.get_weights()
    held = layer.weights
    layer.set_weights([layer.W_h, layer.W_x, layer.b])
    assert np.array_equal(layer.W_x, W_h) and np.array_equal(layer.W_h, W_x)
    layer.W_x = layer.W_h.T
    layer.b += 1
    assert np.array_equal(layer.W_x, W_x.T) and np.array_equal(layer.b, b + 1)
    assert all(a is b for a, b in zip(layer.weights, held, strict=True))
    for bad in (np.ones((2, 3)), "abc", np.full((3, 3), np.nan), 1j * W_x):
        refused("W_x", setattr, layer, "W_x", bad)


# What must hold whatever the numbers --------------------------------------------------------------

SOME = arrays(float, (4, 6, 2), elements=st.floats(-3, 3))


@pytest.mark.parametrize("make", CELLS)
def test_what_comes_later_changes_no_earlier_state(make):
    @quick
    @given(SOME, st.integers(1, 5), st.floats(-9, 9))
    def holds(x, now, value):
        layer, later = make(3, 2, seed=0, dtype="float64"), x.copy()
        before = layer.forward(x)[:, :now].copy()
        later[:, now:] = value
        np.testing.assert_allclose(layer.forward(later)[:, :now], before, atol=1e-12)

    holds()


@pytest.mark.parametrize("make", CELLS)
def test_the_order_of_the_samples_changes_no_state_and_no_gradient(make):
    @quick
    @given(SOME, st.permutations(range(4)))
    def holds(x, order):
        layer, dh = make(3, 2, seed=0, dtype="float64"), np.cos(np.arange(72.0)).reshape(4, 6, 3)
        h, dx, grads = layer.forward(x).copy(), layer.backward(dh), layer.grads
        np.testing.assert_allclose(layer.forward(x[order]), h[order], atol=1e-12)
        np.testing.assert_allclose(layer.backward(dh[order]), dx[order], atol=1e-12)
        for a, b in zip(layer.grads, grads, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-10)

    holds()


@pytest.mark.parametrize("make", CELLS)
def test_both_precisions_agree(make):
    @quick
    @given(SOME, st.integers(0, 99))
    def holds(x, seed):
        dh = np.cos(np.arange(72.0)).reshape(4, 6, 3)
        single, double = (make(3, 2, seed=seed, dtype=d) for d in ("float32", "float64"))
        np.testing.assert_allclose(single.forward(x), double.forward(x), atol=1e-5)
        np.testing.assert_allclose(single.backward(dh), double.backward(dh), atol=1e-4)

    holds()


@quick
@given(arrays(float, (20, 2), elements=st.floats(-9, 9)), st.integers(1, 9), st.integers(1, 9))
def test_a_series_can_be_put_together_from_its_windows(series, window, horizon):
    x, y = data.make_windows(series, window, horizon)
    assert np.array_equal(np.vstack([x[0], x[1:, -1]]), series[: 20 - horizon])
    assert np.array_equal(np.hstack([y[0], y[1:, -1]]), series[window:, 0])


@quick
@given(arrays(float, (2, 6, 2), elements=st.floats(-9, 9)), st.floats(0.01, 100), st.floats(-9, 9))
def test_errors_scale_with_the_unit_and_ignore_the_level(both, unit, level):
    (y, f), (y_new, f_new) = both, unit * both + level
    close = {"rel": 1e-6, "abs": 1e-9 * (1 + unit)}
    for error in (forecasting.mae, forecasting.rmse):
        assert error(y_new, f_new) == pytest.approx(unit * error(y, f), **close)
        assert error(f, y) == error(y, f) >= 0
    assert forecasting.mae(y, f) <= forecasting.rmse(y, f) * (1 + 1e-9)
    mase = forecasting.mase(y, f, 2.0)
    assert forecasting.mase(y_new, f_new, 2.0 * unit) == pytest.approx(mase, abs=1e-6)
    assert training.mse(unit * y, unit * f)[0] == pytest.approx(
        unit**2 * training.mse(y, f)[0], rel=1e-6, abs=1e-12
    )


@quick
@given(arrays(float, (3, 4), elements=st.floats(-99, 99)), st.floats(0.01, 100))
def test_clipping_keeps_the_direction_and_is_done_once(gradient, limit):
    (clipped,) = training.clip_by_norm([gradient], limit)
    assert training.global_norm([clipped]) <= limit * (1 + 1e-9)
    (again,) = training.clip_by_norm([clipped], limit)
    np.testing.assert_allclose(again, clipped, rtol=1e-9)
    lengths = np.linalg.norm(gradient) * np.linalg.norm(clipped)
    assert np.sum(gradient * clipped) == pytest.approx(lengths, rel=1e-6, abs=1e-12)


# Checks: whatever a learner hands over -----------------------------------------------------------


class Hostile:
    """Whatever is asked of it goes wrong."""

    def __array__(self, *_, **__):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no equal")

    def __bool__(self):
        raise RuntimeError("neither true nor false")


def raises(*_):
    raise ZeroDivisionError("many\nlines\n" * 9)


def yields(*_):
    yield 1


async def waits(*_):
    return 1


def empties(*arguments):
    """Returns nonsense and ruins what it was given."""
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = np.nan
    return arguments


RETURNED = [
    np.nan, 10**400, 1j, "abc", {}, (1, 2, 3), np.array([]), np.array([None]), [[1, 2], [3]],
    np.full((6, 9), np.nan), np.ma.masked_all((6, 9)), Hostile(),
]  # fmt: skip
HANDED = [
    None, "rnn_step", Hostile(), np.tanh, print, lambda: 1, raises, yields, waits,
    empties, *(lambda *_, value=v: value for v in RETURNED),
]  # fmt: skip
EXERCISES = [  # those of lesson 3 need Keras, and are all in tests/test_checks.py
    (lesson, name)
    for lesson in (row.number for row in table() if row.number != "03")
    for name, thing in vars(importlib.import_module(f"utils.checks.lesson{lesson}")).items()
    if isinstance(thing, Exercise) and name != "beat_linear"  # which takes its time
]


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize(("lesson", "name"), EXERCISES)
def test_a_check_takes_nonsense_calmly_and_never_calls_it_right(lesson, name, capsys):
    exercise = getattr(importlib.import_module(f"utils.checks.lesson{lesson}"), name)
    for answer in HANDED:
        result = exercise(answer)
        told = re.search(r"^Not (attempted )?yet: (?s:.*)", capsys.readouterr().out, re.MULTILINE)
        assert told and len(told[0]) < 700, answer
        assert result is exercise.reference


# Figures: whatever they are given ----------------------------------------------------------------


def test_every_figure_is_found_under_its_name():
    for module in pkgutil.iter_modules(figures.__path__, "utils.figures."):
        for name, draw in inspect.getmembers(sys.modules[module.name], inspect.isfunction):
            first, *_ = inspect.signature(draw).parameters
            if draw.__module__ == module.name and first == "fig" and name[0] != "_":
                assert getattr(figures, name, None) is draw, f"{name} needs @figure"
                assert name in figures.__all__


def test_every_figure_tells_what_it_was_given():
    for name in figures.__all__:
        with pytest.raises(ValueError, match=f"the figure {name} can't be drawn .+, got .*hole"):
            getattr(figures, name)(plotting.new_figure((7.2, 6)), hole=np.array([np.nan]))


def test_a_figure_tells_sizes_within_what_it_was_given():
    given = {"a": {"LSTM": np.ones((3, 2))}, "b": [np.ones(2), np.array([np.inf])], "c": "word"}
    words = "a {'LSTM': (3, 2)}, b [(2,), (1,) with NaN or infinity], c 'word'"
    with pytest.raises(ValueError, match=re.escape(words) + "$"):
        figures.valves(plotting.new_figure((7.2, 3.2)), **given)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_drawn_or_told(bad):
    h, asked = np.array([1, 0.5, bad]), np.arange(105.0, 108)
    for draw, values in (
        (figures.impulse_response, {"h": h, "w": 0.5}),
        (figures.learning_curve,
         {"losses": h, "norms": h, "chance": 0.7, "accuracy": 0.5, "limit": 1.0}),
        (figures.counting, {"asked": asked, "answers": np.array([asked, asked + h])}),
        (figures.alarms, {"sizes": h, "threshold": 0.7, "at": h == 1}),
    ):  # fmt: skip
        try:
            sentence = plotting.Drawing(draw).sentence(**values)
        except ValueError as error:
            sentence = str(error)
            assert "with NaN or infinity" in sentence
        assert sentence


@pytest.mark.parametrize("size", [None, 5, (3,), ("7", 3), (0, 3), (np.nan, 3), (1e6, 1e6)])
def test_a_size_that_is_none_is_refused(size):
    refused("size", plotting.new_figure, size)
