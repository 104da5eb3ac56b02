"""The checks of lesson 03. Each begins with the reference, which is a solution to read."""

import ast
import functools
import re
from collections import Counter
from itertools import combinations_with_replacement

import numpy as np

from utils.checks.calls import LIMIT, objects_from_notebook
from utils.checks.engine import Probe, call, exercise, kind
from utils.checks.patterns import Wanted, pattern
from utils.checks.results import close, listed
from utils.layers import Sequential, SimpleRNN

# --- windows ----------------------------------------------------------------------------------


def series_of(length, timesteps, when="", look="", dtype="float64", period=None):
    """A probe with random numbers, no two alike unless they come again after a `period`."""
    series = np.random.default_rng(length).uniform(-9, 9, length).astype(dtype)
    series = np.resize(series[:period], length)
    sizes = {"samples": length - timesteps, "timesteps": timesteps, "len(series)": length}
    return Probe({"series": series, "timesteps": timesteps}, when, look, sizes)


WRITTEN_OUT = "is a number written out that depends on the arguments?"


@exercise(
    probes=[
        series_of(22, 5),
        series_of(13, 1, "for windows of a single value", WRITTEN_OUT),
        series_of(9, 8, "for a series with one window only", "where does the range end?"),
        series_of(40, 12, "for a longer series", WRITTEN_OUT),
        series_of(15, 4, "for a series in float32", "how many bytes has a number?", "float32"),
        series_of(300, 3, "for 297 windows", "is a number written out, such as a batch size?"),
        series_of(24, 3, "where windows come again", "each step begins one", period=6),
    ],
    examples=[{"series": np.array([1.0, 2, 4, 8, 16]), "timesteps": 2}],
    returns={"windows": "samples timesteps features", "targets": "samples outputs"},
    right="all windows and targets agree for seven series, also with windows of a single value, "
    "and where there is one window only",
    remarks={
        r"(.*)windows has .* = \((\d+), (\d+), 1\), and should be .* = \((\d+), \3, 1\).*": (
            r"\1there are \2 windows, where \4 are due: one begins at each step of the series, as "
            "long as a value follows the window"
        ),
    },
)
def make_windows(series, timesteps):
    """A series of numbers -> windows (samples, timesteps, 1), what follows each (samples, 1)."""
    begins = range(len(series) - timesteps)
    windows = np.stack([series[i : i + timesteps] for i in begins])
    targets = np.stack([series[i + timesteps] for i in begins])
    return windows[:, :, np.newaxis], targets[:, np.newaxis]


def loop(begins="len(series) - timesteps", window="i : i + timesteps", target="i + timesteps"):
    """The lines of the reference that cut, with something else in them."""
    return (
        f"begins = range({begins})\n"
        f"    windows = np.stack([series[{window}] for i in begins])\n"
        f"    targets = np.stack([series[{target}] for i in begins])\n"
    )


def cut(windows, targets):
    """What the reference returns, with slices of it in its place."""
    return f"windows[{windows}, :, np.newaxis], targets[{targets}, np.newaxis]"


RETURNED = "windows[:, :, np.newaxis], targets[:, np.newaxis]"
ONE_MORE = "len(series) - timesteps + 1"
ONE_FEWER = "one window too few: the last value of the series is a target, too"
LAST_HAS_NONE = "one window too few: the last target has no window"
NO_FIRST = "the first window is left out: it begins at index 0"
OWN_LAST = "the target is the last value of its own window: what follows the window?"
TWO_AHEAD = "the targets lie two steps after their windows: the next value is asked for"
NO_FEATURES = "the windows lack the axis of the features: even a single feature needs it"
FLAT_TARGETS = "the targets have shape (samples,): they need a second axis, (samples, 1)"

make_windows.knows(
    {
        # how many
        "for i in begins])\n    targets": {
            "for i in [*begins, len(begins)]])\n    targets": (
                "one window too many: nothing follows the last one"
            ),
        },
        loop(): {
            loop(ONE_MORE): "an index goes past the end of the series: is there a window that "
            "nothing follows, or does the target lie one step too far?",
            loop(ONE_MORE, target="(i + timesteps) % len(series)"): (
                "one window too many: nothing follows the last one, and its target is taken from "
                "the beginning of the series"
            ),
            "wrapped = np.concatenate([series, series[:timesteps]])\n    "
            + loop("len(series)").replace("series[", "wrapped["): (
                "the last windows go on at the beginning of the series: stop where nothing follows"
            ),
            # too few, in two ways: np.stack refuses an empty list, and an empty slice is let pass
            loop("len(series) - timesteps - 1"): ONE_FEWER,
            loop("len(series) - timesteps - 1", target="i + timesteps + 1"): TWO_AHEAD,
            loop(target="(i + timesteps + 1) % len(series)"): (
                f"{TWO_AHEAD}, and the last is taken from the beginning of the series"
            ),
            loop("1, len(series) - timesteps"): NO_FIRST,
            loop("0, len(series) - timesteps, timesteps"): "each window begins where the one "
            "before it ends: move on by one value only, so that they overlap",
            # which values
            loop(target="i + timesteps - 1"): OWN_LAST,
            loop(ONE_MORE, target="i + timesteps - 1"): OWN_LAST,
            loop(target="i"): "the target is the first value of its own window: what follows the "
            "window?",
            loop(window="i + 1 : i + 1 + timesteps"): "each window ends with its own target: it "
            "should end just before it",
            loop(window="i : i + timesteps + 1"): "each window is one value too long, and holds "
            "its own target",
            loop(window="i : i + timesteps - 1"): "each window is one value too short: a slice "
            "leaves out its end already",
        },
        RETURNED: {
            cut(":-1", ":-1"): ONE_FEWER,
            cut(":-1", ":"): LAST_HAS_NONE,
            cut(":", ":-1"): "there is one window more than there are targets: the last value of "
            "the series is a target, too",
            cut(":-1", "1:"): TWO_AHEAD,
            cut(":", "1:"): f"{TWO_AHEAD}, and so there is one too few of them",
            cut("1:", "1:"): NO_FIRST,
            cut("1:", ":"): f"{NO_FIRST}, and each window that is left has a wrong target",
            "windows[:, :, np.newaxis], series[timesteps - 1 :, np.newaxis]": (
                f"{OWN_LAST} And there is one too many of them"
            ),
            "windows[:, ::-1, np.newaxis], targets[:, np.newaxis]": (
                "time runs backwards in each window: its first value should come first"
            ),
            "windows[::-1, :, np.newaxis], targets[::-1, np.newaxis]": (
                "the windows come in reverse order: begin with the one that begins the series"
            ),
            # the axes
            "windows, targets": f"{NO_FEATURES}; and {FLAT_TARGETS}",
            "windows, targets[:, np.newaxis]": NO_FEATURES,
            "windows[:, :, np.newaxis], targets": FLAT_TARGETS,
            "windows[:, :, np.newaxis], targets[:, np.newaxis, np.newaxis]": (
                "the targets have one axis too many: (samples, 1) is asked for"
            ),
            "windows[:, np.newaxis], targets[:, np.newaxis]": (
                "the windows have the axes (samples, 1, timesteps): that is one time step with "
                "many features"
            ),
            "windows.T[:, :, np.newaxis], targets[:, np.newaxis]": (
                "the windows have the axes (timesteps, samples, 1): the samples come first"
            ),
            "targets[:, np.newaxis], windows[:, :, np.newaxis]": (
                "the windows come first, then the targets"
            ),
        },
    }
)


# --- the wrong axis ---------------------------------------------------------------------------


def table_of(timesteps, samples, when="", look=""):
    table = np.random.default_rng(timesteps).uniform(-9, 9, (timesteps, samples))
    return Probe({"table": table}, when, look, {"timesteps": timesteps, "samples": samples})


@exercise(
    probes=[
        table_of(13, 6),
        table_of(7, 7, "for as many samples as time steps", "do the axes really change places?"),
        table_of(9, 1, "for a single sample", "which axes may squeeze take away?"),
        table_of(1, 5, "for a single time step", "which axes may squeeze take away?"),
    ],
    returns={"sequences": "samples timesteps features"},
    right="each sequence has its own numbers in their order, for four tables",
)
def fix_axes(table):
    """Sequences in the columns of table (timesteps, samples) -> (samples, timesteps, 1)."""
    return table.T[:, :, np.newaxis]


ALL = "return table.T[:, :, np.newaxis]"

fix_axes.knows(
    {
        ALL: {
            "return table.reshape(table.shape[1], table.shape[0], 1)": (
                "the shape is right, and the sequences are mixed up: reshape fills in the numbers "
                "in the order in which they lie in memory, and does not swap axes"
            ),
            "return table[:, :, np.newaxis]": "the axes are (timesteps, samples, 1): samples and "
            "time steps have to change places",
            "return table": "nothing has changed: samples come first, and a third axis is missing",
            "return table.T": "samples and time steps are right, but the axis of features is "
            "missing",
            "return table.T[np.newaxis]": "the axes are (1, samples, timesteps): the features, of "
            "which there is one, come last",
            "return table.T[:, np.newaxis]": "the axes are (samples, 1, timesteps): that is one "
            "time step with many features",
            "return table[np.newaxis]": "the axes are (1, timesteps, samples): that is one sample "
            "with many features",
            "return np.rot90(table)[:, :, np.newaxis]": "the samples come in reverse order: a "
            "rotation is not a transpose",
            "return np.rot90(table, -1)[:, :, np.newaxis]": (
                "time runs backwards: a rotation is not a transpose"
            ),
        },
    }
)


# --- building a stack -------------------------------------------------------------------------

TIMESTEPS, FEATURES, SAMPLES = 24, 5, 200
STACKS = (11, 7), (4, 9), (11, 7), (6, 6)  # units; the third are a model of their own


@exercise(
    probes=[Probe({"first_units": first, "second_units": second}) for first, second in STACKS],
    returns=object,
    right="your model reads days of 24 hours with 5 features each, its layers have the units that "
    "were asked for, and one number comes out that may be any",
)
def stacked(first_units, second_units):
    """A Keras model that reads 24 time steps of 5 features, and gives one number."""
    import keras  # here, for nothing else in this module needs it

    return keras.Sequential(
        [
            keras.layers.Input((24, 5)),
            keras.layers.SimpleRNN(first_units, return_sequences=True),
            keras.layers.SimpleRNN(second_units),
            keras.layers.Dense(1),
        ]
    )


@stacked.against
def wrong_model(models):
    """What is wrong with Keras models, or nothing. What counts is what they do, not how they are
    made: with random weights they must give what the reference gives with the same ones."""
    looks, made = [wrong_input, wrong_output, wrong_weights, wrong_behaviour], []
    for units, model in zip(STACKS, models, strict=True):
        if any(model is one for one in made):
            return "with the same units the second model is the first again: each call makes one"
        made.append(model)
        if words := next(filter(None, (look(model, *units) for look in looks)), None):
            return words
        # What it does is known by now: of the second its sizes are looked at, of the last, where
        # sizes tell nothing, what comes out.
        looks = looks[:2] if len(made) == len(STACKS) - 1 else looks[:3]
    return None


@stacked.meaning
def refusal(error, first_units, _):
    """What is wrong if Keras raises this error, or nothing if it is another."""
    error = str(error)
    if "to a shape" in error:
        return "Input takes the shape as a tuple: both numbers in brackets of their own"
    if re.search(r"__init__\(\) .*'(input_size|layers|return_sequences)'", error):
        return "that is a layer of the course's own, of NumPy: Keras has its in keras.layers"
    if "Sequential.__init__() takes" in error:
        return "Sequential takes one list of layers: square brackets belong around them"
    if "Only input tensors may be passed" in error:
        return "hand over the function that builds a model, and not the model itself"
    if not (found := re.search(r"expected ndim=3, .*shape received: (\(.*\))", error)):
        return None
    shape = ast.literal_eval(found[1])
    words = f"(samples, {', '.join(map(str, shape[1:]))})"
    if shape[1:] == (first_units,):
        return (
            f"the second recurrent layer is handed {words}, which is one state of the first "
            "layer: it needs a sequence, with an axis of time"
        )
    if shape[1:] == (TIMESTEPS,):
        return "the axis of the features is missing in the shape of the input"
    if shape[1:] == (FEATURES,):
        return "the axis of the time steps is missing in the shape of the input"
    if len(shape) == 4:
        return (
            "the shape of the input has three entries: Input takes the shape of a single sample, "
            "and Keras puts the axis of the samples before it"
        )
    return f"a recurrent layer is handed {words}, and needs (samples, time steps, features)"


def wrong_input(model, *_):
    """What is wrong with what the model says that it reads, or nothing."""
    import keras

    if not isinstance(model, keras.Model):
        more = ""
        if isinstance(model, keras.KerasTensor):
            more = ": keras.Model makes one of what goes in and what comes out"
        elif isinstance(model, Sequential):
            more = ". That is the course's own, of NumPy: Keras has its layers in keras.layers"
        return f"your function returns {kind(model)}, where a Keras model is asked for{more}"
    shape = getattr(model, "input_shape", None) if model.built else None
    if shape is None:  # not built yet, or a class of the learner's: running it will tell
        return None
    if not isinstance(shape, tuple):
        return f"the model takes {len(shape)} inputs: a day is one"
    samples, *shape = shape
    if samples is not None:
        return f"the model is fixed to {samples} samples at a time: give the shape of one sample"
    if shape == [FEATURES, TIMESTEPS]:
        return "time steps and features have changed places in the shape of the input"
    if SAMPLES in shape:
        return (
            f"the number of samples, {SAMPLES}, stands in the shape of the input: Input takes the "
            "shape of a single sample"
        )
    if shape not in ([TIMESTEPS, FEATURES], [None, FEATURES], [None, None]):
        return f"the model reads samples of shape {tuple(shape)}: what is the shape of one day?"
    return None


def days(samples=6):
    """Random numbers, and an hour in which all that is measured is 0."""
    noise = np.random.default_rng(0).normal(size=(samples, TIMESTEPS, FEATURES))
    noise[1, 9] = 0
    return 0.3 * noise.astype("float32")


def wrong_output(model, first_units, _):
    """What is wrong with the shape of what comes out, or nothing."""
    got = call(model, {"days": days()}, object, seconds=LIMIT).value
    if isinstance(got, Exception):
        words = " ".join(str(got).split())[:200]
        told = f"given days of shape (6, {TIMESTEPS}, {FEATURES}), your model raises {words}"
        return refusal(got, first_units, None) or told
    if isinstance(got, (list, tuple, dict)):
        return f"{len(got)} things come out of the model: one number for each day is asked for"
    shape = tuple(got.shape)
    if shape == (6, 1):
        return None
    names = named_layers(model)
    if names == ["SimpleRNN", "SimpleRNN"]:
        return "the dense layer is missing: what comes out is a state, and not a number of degrees"
    if len(shape) == 3 and names == ["SimpleRNN", "SimpleRNN", "Dense"]:
        return (
            "the output has an axis of time, a number for each hour: the second recurrent layer "
            "should hand on its last state only"
        )
    if len(shape) == 2 and names == ["SimpleRNN", "SimpleRNN", "Dense"]:
        return f"{shape[1]} numbers come out for each day: one is asked for"
    shown = f"(samples, {', '.join(map(str, shape[1:]))})".replace(", )", ",)")
    return other_layers(names) or f"what comes out has the shape {shown}: (samples, 1) is asked for"


def leaves(model):
    """The layers of a model, those of models within it too, in their order."""
    for layer in model.layers:
        yield from leaves(layer) if hasattr(layer, "layers") else [layer]


def named_layers(model):
    names = [type(layer).__name__ for layer in leaves(model)]
    return [name for name in names if name != "InputLayer"]


def other_layers(names):
    """What is said of other layers than those that are asked for, or nothing."""
    if names == ["SimpleRNN", "SimpleRNN", "Dense"]:
        return None
    return (
        f"the layers are {', '.join(names)}: two SimpleRNN are asked for, and a Dense that "
        "reads the last state of the second"
    )


def shapes(first_units, second_units):
    """{shape of an array of weights: what it is called}; no two are alike."""
    return {
        (FEATURES, first_units): "W_x of the first layer",
        (first_units, first_units): "W_h of the first layer",
        (first_units,): "the bias of the first layer",
        (first_units, second_units): "W_x of the second layer",
        (second_units, second_units): "W_h of the second layer",
        (second_units,): "the bias of the second layer",
        (second_units, 1): "the weights of the dense layer",
        (1,): "the bias of the dense layer",
    }


def wrong_weights(model, first_units, second_units):
    """What is wrong with the model's arrays of weights, or nothing."""
    wanted, got = shapes(first_units, second_units), [w.shape for w in model.get_weights()]
    if sorted(got) == sorted(wanted):
        frozen = len(got) - len(model.trainable_weights)
        return f"{frozen} of the 8 arrays of weights are frozen and learn nothing" * (frozen > 0)
    names = named_layers(model)
    if "Dropout" not in names and (words := other_layers(names)):
        return words
    units = [layer.units for layer in leaves(model) if hasattr(layer, "units")][:2]
    if units == [second_units, first_units]:
        return "the two numbers of units have changed places"
    if len(units) == 2 and units != [first_units, second_units]:
        return (
            f"with first_units = {first_units} and second_units = {second_units} the recurrent "
            f"layers have {units[0]} and {units[1]} units"
        )
    if missing := [name for shape, name in wanted.items() if shape not in got]:
        verb = "is" if len(missing) == 1 else "are"
        return f"{' and '.join(missing)} {verb} missing"
    return f"the model has {len(got)} arrays of weights, where {len(wanted)} are due"


RANGES = {
    **dict.fromkeys(["sigmoid", "hard_sigmoid"], "between 0 and 1"),
    **dict.fromkeys(["tanh", "softsign", "hard_tanh"], "between \N{MINUS SIGN}1 and 1"),
    **dict.fromkeys(["relu", "softplus", "exponential"], "from 0 up"),
    **dict.fromkeys(["elu", "selu", "silu", "gelu"], "from a little below 0 up"),
    "softmax": "that add up to 1, so always 1,",
}


def wrong_behaviour(model, first_units, second_units):
    """How what comes out differs from what two SimpleRNN and a Dense make with the same random
    weights, if it does."""
    weights = {shape: random_weights(shape) for shape in shapes(first_units, second_units)}
    model.set_weights([weights[w.shape] for w in model.get_weights()])
    x, bends = days(), [layer.activation for layer in leaves(model) if recurrent_layer(layer)]
    got = np.asarray(model(x))
    if not np.allclose(got, np.asarray(model(x, training=True)), atol=1e-4):
        if np.allclose(got, np.asarray(model(x)), atol=1e-4):
            return "while it is trained, the model drops or adds numbers: nobody asked for that"
        return "given the same days twice, the model answers differently: does it keep its state?"
    bends = bends if len(bends) == 2 else [np.tanh, np.tanh]
    make = functools.partial(forecast, list(weights.values()), bends)
    if np.allclose(got, right := make(x), atol=1e-4):
        return None
    dense = [layer for layer in leaves(model) if type(layer).__name__ == "Dense"]
    name = getattr(dense[-1].activation, "__name__", "of another kind") if dense else "linear"
    if name != "linear":
        if name in RANGES:
            more = f", and lets out numbers {RANGES[name]} only: any number may be right here"
        else:
            more = ": none is asked for, so that any number comes out as easily as any other"
        return f"the activation of the dense layer is {name}{more}"
    for words, change in OTHER_WAYS.items():
        if np.allclose(got, make(x, **change), atol=1e-4):
            return words
    if found := pattern([got], [Wanted(right, ["samples", "outputs"], {})], close):
        return f"the number that comes out {found}: the dense layer's own is asked for"
    return without_part(model, x, got) or other_layers(named_layers(model)) or (
        "with random weights your model gives other numbers than two SimpleRNN and a Dense do: "
        "what happens to the numbers before, between and behind the layers?"
    )  # fmt: skip


def random_weights(shape):
    """Such that the first hour still counts after the last: W_h neither shrinks nor grows."""
    weights = np.random.default_rng(sum(shape)).normal(size=shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        return np.linalg.qr(weights)[0]
    return 0.3 * weights


def recurrent_layer(layer):
    return type(layer).__name__ == "SimpleRNN"


def forecast(weights, bends, x, backwards=(), read=lambda h: h[:, -1], between=lambda h: h):
    """What comes out of the stack: weights as in `shapes`, with one thing otherwise."""
    for k, bend in enumerate(bends):
        W_x, W_h, b = weights[3 * k : 3 * k + 3]
        h, states = np.zeros((len(x), len(W_h))), []
        for x_t in np.moveaxis(x[:, ::-1] if k in backwards else x, 1, 0):
            h = np.asarray(bend(x_t @ W_x + h @ W_h + b))
            states.append(h)
        x = np.stack(states, axis=1)
        x = between(x) if k == 0 else x
    return read(x) @ weights[6] + weights[7]


OTHER_WAYS = {
    **{
        f"{name} the day backwards: go_backwards turns time round": {"backwards": which}
        for name, which in {
            "the first layer reads": [0],
            "the second layer reads": [1],
            "both layers read": [0, 1],
        }.items()
    },
    **{
        f"the dense layer reads {name} of the second layer, where its last state is asked for": {
            "read": read
        }
        for name, read in {
            "the first state": lambda h: h[:, 0],
            "the state before the last": lambda h: h[:, -2],
            "the mean of all states": lambda h: h.mean(axis=1),
            "the largest of all states": lambda h: h.max(axis=1),
            "the sum of all states": lambda h: h.sum(axis=1),
        }.items()
    },
    **{
        f"the second layer is handed {name}: all states of the first are asked for": {
            "between": between
        }
        for name, between in {
            "the last state again and again": lambda h: np.repeat(h[:, -1:], TIMESTEPS, axis=1),
            "the last state alone": lambda h: h[:, -1:],
            "the mean of all states": lambda h: h.mean(axis=1, keepdims=True),
            "the states turned round": lambda h: h[:, ::-1],
        }.items()
    },
}


def without_part(model, x, got):
    """Hours or measurements that have no part in what comes out, in words, if there are any."""
    for axis, name in ((1, "hour"), (2, "feature")):
        for k in range(x.shape[axis]):
            moved = x.copy()
            moved[(slice(None),) * axis + (k,)] += 2
            if np.allclose(got, np.asarray(model(moved)), atol=1e-6):
                return f"{name} {k} of the day has no part in what comes out, counted from 0"
    return None


# --- counting a stack -------------------------------------------------------------------------


SIZES = ["features", "first_units", "second_units", "outputs"]
COUNTED = [
    (3, 11, 7, 2),
    (1, 32, 16, 1),
    (7, 4, 13, 5),
    (10, 23, 6, 3),
    (2, 5, 9, 17),
    (60, 150, 90, 40),
]
COUNTED += np.random.default_rng(0).integers(2, 40, (25, 4)).tolist()


@exercise(
    probes=[Probe(dict(zip(SIZES, sizes, strict=True))) for sizes in COUNTED],
    returns={"the count": ""},
    right="the count holds for 31 stacks of different sizes, all three biases included",
)
def count_stacked(features, first_units, second_units, outputs):
    """Parameters of SimpleRNN(first_units), SimpleRNN(second_units), Dense(outputs)."""
    first = features * first_units + first_units**2 + first_units
    second = first_units * second_units + second_units**2 + second_units
    dense = second_units * outputs + outputs
    return first + second + dense


# What a count can be made of: products of two sizes, single ones, and a plain number. A text of
# letters names each: "fa" is features times first_units. How often each of them is counted comes
# out of the counts of thirty stacks, whatever the learner wrote.
LETTER = dict(zip("fabo", SIZES, strict=True))
TERMS = ["".join(t) for n in range(3) for t in combinations_with_replacement("fabo", n)]
PARTS = {
    "fa": "W_x of the first layer",
    "aa": "W_h of the first layer",
    "a": "the bias of the first layer",
    "ab": "W_x of the second layer",
    "bb": "W_h of the second layer",
    "b": "the bias of the second layer",
    "bo": "W of the dense layer",
    "o": "the bias of the dense layer",
}
FIRST, SECOND, DENSE = ("fa", "aa", "a"), ("ab", "bb", "b"), ("bo", "o")
STEPS = "every time step uses the same weights, so the number of steps does not count"
ONE_EACH = "each bias is counted as one number: a layer has one for each unit"
MATRIX = "is counted as a vector: every unit reads every unit of its layer"
INSTEAD = {  # what is missing, what is counted too much: what is said of it; the first that fits
    (("aa", "bb"), ("a", "b")): f"W_h {MATRIX}, in both layers",
    (("aa",), ("a",)): f"W_h of the first layer {MATRIX}",
    (("bb",), ("b",)): f"W_h of the second layer {MATRIX}",
    (("bo", "o"), ("b", "")): "outputs has no part in your count: the dense layer has a weight "
    "from each unit to each output, and a bias for each",
    (("a", "b", "o"), ("", "", "")): ONE_EACH,
    (("a",), ("",)): f"{PARTS['a']} is counted as one number: it has one for each unit",
    (("b",), ("",)): f"{PARTS['b']} is counted as one number: it has one for each unit",
    (("o",), ("",)): f"{PARTS['o']} is counted as one number: it has one for each output",
    (("a", "b"), ("f", "a")): "a bias is counted for each number that a layer reads: it has one "
    "for each unit",
    (("b",), ("a",)): "the second layer has a bias for each unit of its own, not of the first",
    (("a",), ("b",)): "the first layer has a bias for each unit of its own, not of the second",
    (("a",), ("f",)): "the first layer has a bias for each of its units, not for each feature",
    (("o",), ("b",)): "the dense layer has a bias for each output, not for each unit it reads",
    (("ab",), ("fb",)): "the second layer reads what the first hands to it, and not the features",
    (("ab",), ("fa",)): "the second layer reads what the first hands to it, and not the features",
    (("ab",), ("aa",)): "W_x of the second layer leads from the first layer's units to its own",
    (("ab",), ("bb",)): "W_x of the second layer leads from the first layer's units to its own",
    (("bb",), ("aa",)): "W_h of the second layer leads from its own units to its own units",
    (("bb",), ("ab",)): "W_h of the second layer leads from its own units to its own units",
    (("aa",), ("fa",)): "W_h of the first layer leads from its own units to its own units",
    (("aa",), ("ab",)): "W_h of the first layer leads from its own units to its own units",
    (("aa",), ("ff",)): "W_h of the first layer leads from its own units to its own units",
    (("fa",), ("f",)): "W_x of the first layer leads from each feature to each of its units",
    (("bo",), ("ao",)): "the dense layer reads the second layer's state, not the first's",
    (("bo",), ("fo",)): "the dense layer reads the second layer's state, not the features",
    (("bo",), ("b",)): "outputs has no part in the weights of the dense layer",
    ((), ("fb",)): "the second layer reads the first layer's states, and not the features as well",
    ((), ("ao", "o")): "a dense layer is counted for each recurrent layer: there is one, at the "
    "end",
    ((), ("ao",)): "the dense layer reads the second layer's state only",
    ((), ("fo",)): "the dense layer reads the second layer's state only",
}
OF_BOTH = {  # likewise, where no whole layer explains it
    (("aa", "bb"), ()): "W_h is missing in both layers: what makes them recurrent?",
    (("a", "b"), ()): "the biases of both recurrent layers are missing",
    (
        (),
        ("a", "b"),
    ): "in each recurrent layer as many numbers as it has units are counted once too "
    "often: it has one bias, and the state that it begins with is no weight",
}


@count_stacked.against
def wrong_count(counts):
    """Which part of the count is missing or too much, or nothing."""
    got = []
    for (count,) in counts:
        if count.size != 1:
            add = ": add them up" if count.size == 3 else ""
            return f"the count holds {count.size} numbers, where one number is asked for{add}"
        got.append(count.item())
    got = np.array(got)
    if np.ptp(got) == 0:
        return "you return the same number whatever the arguments"
    made = np.array([[np.prod([n["fabo".index(c)] for c in term]) for term in TERMS]
                     for n in COUNTED])  # fmt: skip
    times = np.linalg.lstsq(made, got, rcond=None)[0].round(3)
    wanted = np.array([term in PARTS for term in TERMS])
    if np.allclose(made @ wanted, got, rtol=0, atol=1e-6):
        return None
    if np.allclose(made @ times, got, rtol=0, atol=0.3):
        return in_parts(dict(zip(TERMS, times, strict=True)))
    given = ", ".join(f"{name} = {n}" for name, n in zip(SIZES, COUNTED[0], strict=True))
    at = np.flatnonzero(~np.isclose(made @ wanted, got))[0]
    if at or not np.allclose(got, got.round()):
        given = ", ".join(f"{name} = {n}" for name, n in zip(SIZES, COUNTED[at], strict=True))
    return (
        f"for {given} you count {got[at]:g}, and no sum of sizes and of products of two sizes "
        "gives your counts: write down for each of the three layers the shapes of its arrays"
    )


def in_parts(times):
    """The words for a count in which each term is counted so many times."""
    if words := all_at_once(times):
        return words
    off = {t: n - (t in PARTS) for t, n in times.items() if n != (t in PARTS)}
    told = [*taken(off, INSTEAD)]
    for layer, name in ((FIRST, "first recurrent"), (SECOND, "second recurrent"), (DENSE, "dense")):
        n, *others = {off.get(term, 0) for term in layer}
        if n and not others:
            told.append(f"the {name} layer is {often(n)}")
            off = {term: m for term, m in off.items() if term not in layer}
    told += taken(off, OF_BOTH)
    missing = [PARTS[term] for term, n in off.items() if term in PARTS and n == -1]
    if missing:
        told.append(f"{listed(missing)} {'are' if missing[1:] else 'is'} missing")
    for term, n in off.items():
        if term in PARTS and n != -1:
            held = f"as many numbers as {PARTS[term]} holds are" if n > 0 else f"{PARTS[term]} is"
            told.append(f"{held} {often(n)}")
        elif term and term not in PARTS:
            name = " times ".join(LETTER[letter] for letter in term)
            told.append(
                f"{name} is {'too much' if n > 0 else 'subtracted'}: no array has that size"
            )
        elif not term:
            told.append(f"a plain number, {abs(n):g}, is {'added' if n > 0 else 'subtracted'}")
    return ". And ".join(told[:3])


def taken(off, table):
    """The words of a table that fit, each of which takes away what it explains."""
    for (missing, extra), words in table.items():
        change = Counter(extra)
        change.subtract(missing)
        if all(off.get(term, 0) * n > 0 and abs(off[term]) >= abs(n) for term, n in change.items()):
            for term, n in change.items():
                off[term] -= n
                if not off[term]:
                    del off[term]
            yield words


def often(n):
    """Of what is counted n times too often."""
    return {-1: "missing", 1: "counted twice"}.get(n, f"counted {n + 1:g} times")


def all_at_once(times):
    """The words for what has befallen all terms, or all of the recurrent layers."""
    none = [LETTER[size] for size in "fabo" if not any(n for t, n in times.items() if size in t)]
    if len(none) > 1:
        words = f"{listed(none)} have no part in your count: whatever they hold, the same comes out"
        return words + objects_from_notebook(count_stacked.answer)
    swap = dict(zip("fabo", "fbao", strict=True))
    swapped = {"".join(sorted(map(swap.get, term), key="fabo".index)) for term in PARTS}
    if all(n == (term in swapped) for term, n in times.items()):
        return "first_units and second_units have changed places"
    recurrent = {times[term] for term in (*FIRST, *SECOND)}
    others = {times[term] for term in DENSE}
    if len(recurrent) == 1 and all(not n for t, n in times.items() if t not in PARTS):
        (n,) = recurrent
        if n == TIMESTEPS or (times["bo"] == TIMESTEPS and n == 1):
            return STEPS
        if n in (3, 4) and others == {1}:
            name = {3: "a GRU", 4: "an LSTM"}[n]
            return (
                f"the recurrent layers are counted {n:g} times, as in {name}: "
                "a SimpleRNN has no gates"
            )
    if times["bo"] == TIMESTEPS:
        return STEPS
    if all(times[t] == 1 for t in ("fa", "aa", "ab", "bb", "bo")):
        if [times[t] for t in ("a", "b", "o", "")] == [0, 0, 0, 0]:
            return "all three biases are missing"
    return None


# --- a series in strips -----------------------------------------------------------------------


def long_series(batch, timesteps, batches, left, when="", look=""):
    """A probe with a series that fills so many batches, and has so many values left over."""
    series = np.random.default_rng(batch).uniform(-9, 9, batch * timesteps * batches + left)
    sizes = {"batches": batches, "batch": batch, "timesteps": timesteps}
    return Probe({"series": series, "batch": batch, "timesteps": timesteps}, when, look, sizes)


@exercise(
    probes=[
        long_series(6, 9, 13, 7),
        long_series(4, 6, 3, 0, "where no value is left over", "where does the cut end?"),
        long_series(2, 5, 4, 9, "for two rows", WRITTEN_OUT),
        long_series(1, 3, 6, 2, "for a single row", "which axes may squeeze take away?"),
        long_series(5, 2, 1, 3, "for a single batch", "which axes may squeeze take away?"),
    ],
    examples=[{"series": np.arange(1.0, 10), "batch": 2, "timesteps": 2}],
    returns={"batches": "batches rows timesteps features"},
    remarks={
        r"(.*)batches has .* = \((\d+)(, .*)\), and should be .* = \((\d+)\3\).*": (
            r"\1there are \2 batches, where \4 are due: each value of the series is read once, and "
            "those that fill no batch are left out"
        ),
        r".*cannot reshape.*": r"\g<0>: what is left over?",
    },
    right="each row goes on where it ended in the batch before, for five series",
)
def in_strips(series, batch, timesteps):
    """A series -> batches (batches, batch, timesteps, 1) in which row k goes on with row k."""
    batches = len(series) // (batch * timesteps)
    strips = series[: batch * batches * timesteps].reshape(batch, batches, timesteps, 1)
    return strips.swapaxes(0, 1)


STRIPS = (
    "strips = series[: batch * batches * timesteps].reshape(batch, batches, timesteps, 1)\n"
    "    return strips.swapaxes(0, 1)"
)
READ = "series[: batch * batches * timesteps]"
NEIGHBOURS = "the rows of one batch follow each other in the series: it is the same row of the \
next batch that has to go on, for a state is handed on within its row"
LEFT_OVER = "what is left over stands at the end of the series, and you leave out its beginning"

in_strips.knows(
    {
        STRIPS: {
            f"return {READ}.reshape(batches, batch, timesteps, 1)": NEIGHBOURS,
            f"return {READ}.reshape(batches, batch, timesteps)": (
                f"{NEIGHBOURS}. And the axis of the features is missing"
            ),
            f"return {READ}.reshape(batch, batches, timesteps, 1)": "the axes are (batch, batches, "
            "timesteps, 1): all of a row's pieces come before the next row, and what a layer is "
            "handed first should be a batch",
            f"return {READ}.reshape(batches, timesteps, batch, 1).swapaxes(1, 2)": "the rows take "
            "turns, value by value: a row reads values that follow each other in the series",
            f"return {READ}.reshape(timesteps, batches, batch, 1).transpose(1, 2, 0, 3)": (
                "values that follow each other in the series stand in different rows: a row reads "
                "them one after another"
            ),
            f"return {READ}.reshape(batch, timesteps, batches, 1).transpose(2, 0, 1, 3)": (
                "each row has its own stretch of the series, but in it the batches take turns, "
                "value by value: a piece holds values that follow each other"
            ),
            f"return {READ}.reshape(batch, batches, timesteps).swapaxes(0, 1)": (
                "the axis of the features is missing: even a single feature needs it"
            ),
            f"return {READ}.reshape(batch, batches, timesteps, 1).transpose(1, 2, 0, 3)": (
                "the axes are (batches, timesteps, batch, 1): the rows come before the time steps"
            ),
            f"return {READ}.reshape(batch, batches, timesteps, 1).transpose(2, 0, 1, 3)": (
                "the axes are (timesteps, batch, batches, 1): the batches come first, and the time "
                "steps after the rows"
            ),
            "strips = series[len(series) - batch * batches * timesteps :]\n    return "
            "strips.reshape(batch, batches, timesteps, 1).swapaxes(0, 1)": LEFT_OVER,
            "strips = series[len(series) - batch * batches * timesteps :]\n    return "
            "strips.reshape(batches, batch, timesteps, 1)": f"{NEIGHBOURS}. And {LEFT_OVER}",
            "strips = series[: len(series) // batch * batch].reshape(batch, -1)\n    return "
            "strips[:, : batches * timesteps].reshape(batch, batches, timesteps, 1)"
            ".swapaxes(0, 1)": "between one row's stretch and the next, values are left out: what "
            "is left over belongs at the end of the series",
            f"{STRIPS}[:-1]": "one batch too few: only values that fill no batch are left over",
            f"{STRIPS}[1:]": "the first batch is left out",
            f"{STRIPS}[:, ::-1]": "the rows come in reverse order: the first begins the series",
            f"{STRIPS}[::-1]": "the batches come in reverse order: the first begins the stretches",
        },
        "batches = len(series) // (batch * timesteps)": {
            "batches = len(series) // timesteps": "the number of batches is counted as if a batch "
            "had one row: how many values does one batch hold?",
            "batches = len(series) // batch": "the number of batches is counted as if a row of a "
            "batch held one value: how many values does one batch hold?",
            "batches = -(-len(series) // (batch * timesteps))": "one batch too many: the values "
            "that are left over don't fill it",
        },
    }
)


# --- the last step that is real ---------------------------------------------------------------


UNITS = 12


def padded(lengths, timesteps, features, padding, when="", look=""):
    """A probe with sequences of these lengths. Where a step has several features, one of those
    of a real step may be what the padding is: it is the whole step that counts."""
    rng, samples = np.random.default_rng(timesteps), len(lengths)
    x = rng.uniform(1, 9, (samples, timesteps, features)).round(1)
    for sample, length in enumerate(lengths):
        x[sample, length:] = padding
        if features > 1:
            some = np.arange(1, length, 2)
            x[sample, some, (sample + some) % features] = padding
            x[sample, length - 1, : features - 1] = padding
    h = rng.uniform(-1, 1, (samples, timesteps, UNITS))
    sizes = {"samples": samples, "timesteps": timesteps, "units": UNITS}
    return Probe({"h": h, "x": x, "padding": padding}, when, look, sizes)


def ending_in(step, padding, when, look):
    """A probe in which each last real step is this one."""
    lengths = [2, 4, 3]
    probe = padded(lengths, 5, len(step), padding, when, look)
    for sample, length in enumerate(lengths):
        probe.args["x"][sample, length - 1] = step
    return probe


EQUAL, EACH = "which values count as padding?", "what is compared with the padding value?"
WHOLE = "does a step count that holds the padding value in some of its features?"


@exercise(
    probes=[
        padded([3, 6, 1, 4, 2], 7, 1, -1.0),
        padded([5, 9, 3], 9, 1, -1.0, "where one sequence fills the array", "how long is it?"),
        padded([3, 7, 6], 10, 1, 5.05, "where values lie below the padding value", EQUAL),
        padded([2, 5, 4, 3], 6, 1, 0.0, "where the padding is 0", WRITTEN_OUT),
        padded([2, 7, 5, 1], 8, 3, -1.0, "for three features", WHOLE),
        ending_in([1.0, -1.0], 0.0, "where a step's features add up to those of padding", EACH),
        ending_in([-1.000005], -1.0, "where a real value lies close to the padding value", EQUAL),
        padded([4], 6, 1, -1.0, "for a single sample", "do the samples get mixed up?"),
    ],
    returns={"states": "samples units"},
    examples=[
        {
            "h": np.array([[[1.0], [2], [3]], [[4], [5], [6]]]),
            "x": np.array([[[7.0], [8], [0]], [[9], [0], [0]]]),
            "padding": 0.0,
        },
    ],
    right="the states agree for eight arrays, also where a sequence fills it and where a real step "
    "holds the padding value in some of its features",
)
def last_real(h, x, padding):
    """The state h (samples, timesteps, units) after the last step of x that isn't padding."""
    real = np.any(x != padding, axis=2)
    steps = real.sum(axis=1)
    return h[np.arange(len(h)), steps - 1]


PICKED = "return h[np.arange(len(h)), steps - 1]"
REAL = "real = np.any(x != padding, axis=2)"
BELOW = (
    "a real value below the padding value is taken for padding: it is padding where it equals it"
)
ADDED_UP = (
    "the features of a step are added up and compared with the padding value: a step is padding if "
    "each of them has it"
)
BEHIND = "that is a state after padding: the state goes on changing there"
ONE_LATE = "one step too late: the step whose index is the number of real steps is padding already"

last_real.knows(
    {
        PICKED: {
            "return h[:, -1]": f"the last state of all: {BEHIND}",
            "return h[np.arange(len(h)), steps]": f"an index goes past the end: {ONE_LATE}",
            "return h[np.arange(len(h)), np.minimum(steps, h.shape[1] - 1)]": ONE_LATE,
            "return h[np.arange(len(h)), steps % h.shape[1]]": ONE_LATE,
            "return h[np.arange(len(h)), np.maximum(steps - 2, 0)]": "one step too early: the last "
            "real step counts too",
            "return h[np.arange(len(h)), steps - 2]": "one step too early: the last real step "
            "counts too",
            "return h[np.arange(len(h)), 0 * steps]": "that is the state after the first step: the "
            "last real one is asked for",
            "return h[:, steps - 1]": "the shape is (samples, samples, units): each sample met the "
            "length of every other, where each has its own",
            "return h[steps - 1]": "that picks samples: the time steps are on the second axis",
            "return h[:, steps.max() - 1]": "the longest sequence's length serves for all: each "
            "has its own",
            "return h[:, steps.min() - 1]": "the shortest sequence's length serves for all: each "
            "has its own",
            "return h[:, steps[0] - 1]": "the first sequence's length serves for all: each has its "
            "own",
            "return h[:, real.sum() - 1]": "the real steps of all samples are counted together: "
            "each sample has its own number",
            "return (h * real[:, :, np.newaxis])[:, -1]": "what lies in the padding is set to 0, "
            "and then read: a mask copies the state on instead",
            "return (h * real[:, :, np.newaxis]).sum(axis=1)": "the states of all real steps are "
            "added up: the last of them is asked for",
            "return (h * real[:, :, np.newaxis]).mean(axis=1)": "the states of all real steps are "
            "averaged, with zeros for the padding: the last of them is asked for",
            "return (h * real[:, :, np.newaxis]).sum(axis=1) / steps[:, np.newaxis]": (
                "the states of all real steps are averaged: the last of them is asked for"
            ),
            "return h.mean(axis=1)": "the mean of all states, those in the padding too: the state "
            "after the last real step is asked for",
            "return h[np.arange(len(h)), steps - 1, np.newaxis]": (
                "the shape is (samples, 1, units): the axis of time is left over"
            ),
            "return x[np.arange(len(h)), steps - 1]": "that is what the network read there: its "
            "state is asked for",
            "return steps - 1": "those are the indices of the last real steps: what stands there?",
            "return steps": "those are the lengths: which state stands at the end of each?",
        },
        REAL: {
            "real = np.all(x != padding, axis=2)": "a step is taken for padding as soon as one of "
            "its features has the padding value: it is padding if all have",
            "real = x[:, :, 0] != padding": "the first feature alone decides: a step is padding if "
            "all of its features have the padding value",
            "real = x[:, :, -1] != padding": "the last feature alone decides: a step is padding if "
            "all of its features have the padding value",
            "real = np.any(x != 0, axis=2)": "0 is taken for the padding value, whatever it is: "
            "it is an argument",
            "real = x.sum(axis=2) != padding": ADDED_UP,
            "real = x.sum(axis=2) != padding * x.shape[2]": ADDED_UP,
            "real = x.mean(axis=2) != padding": ADDED_UP,
            "real = np.any(x > padding, axis=2)": BELOW,
            "real = ~np.isclose(x, padding).all(axis=2)": "a real value that lies close to the "
            "padding value is taken for padding: it is padding where it equals it",
            "real = np.any(x != -1, axis=2)": "−1 is taken for the padding value, "
            "whatever it is: it is an argument",
            "real = np.moveaxis(x != padding, 1, 2).reshape(len(x), -1)": "the numbers "
            "are counted, several for each step: how many steps are real?",
            "real = np.all(x == padding, axis=2)": "the steps of the padding are counted: how many "
            "real ones stand before them?",
        },
    }
)


# The same steps, counted from the end.
FROM_THE_END = "steps = real.shape[1] - real[:, ::-1].argmax(axis=1)"

last_real.knows(
    {
        f"{REAL}\n    steps = real.sum(axis=1)": {
            f"real = {real}\n    {FROM_THE_END}": words
            for real, words in {
                "np.any(x > padding, axis=2)": BELOW,
                "x.sum(axis=2) != padding * x.shape[2]": ADDED_UP,
            }.items()
        },
    }
)


# --- networks that stand in for trained ones --------------------------------------------------


def network(of):
    """A function in a trained network's place: it insists on its shape, and answers `of` it."""

    def answer(windows):
        shape = np.shape(windows)
        if len(shape) != 3 or shape[2] != 1:
            raise ValueError(f"`answer` takes an array (samples, timesteps, 1), and got {shape}")
        return of(np.asarray(windows, float)).reshape(-1, 1)

    return answer


NETWORK = {"answer": {"what the network is asked": "samples timesteps features"}}


def recurrent(windows):
    """The last state of a small network with weights that nobody has trained."""
    return SimpleRNN(1, 1, seed=4, dtype="float64").forward(0.1 + windows / 20)[:, -1]


# --- scaled, and back -------------------------------------------------------------------------


def scale_of(of, when="", look="", samples=6, mean=40.0, spread=16.0):
    """A probe with random windows, whose own mean and spread are others than the training's."""
    windows = np.random.default_rng(samples).uniform(60, 160, (samples, 8, 1))
    args = {"answer": network(of), "windows": windows, "mean": mean, "spread": spread}
    return Probe(args, when, look, {"samples": samples, "timesteps": 8})


@exercise(
    probes=[
        scale_of(recurrent),
        scale_of(recurrent, "while the spread is 1", "look at what you do with it", spread=1.0),
        scale_of(recurrent, "while the mean is 0", "look at what you do with it", mean=0.0),
        scale_of(lambda x: 0 * x[:, 0], "while the network answers 0", "what is put back?"),
        scale_of(lambda x: x[:, -1], "for a network that says the last value", "there, or back?"),
        scale_of(
            lambda x: x[:, -1], "for a spread of 0.02", "is something added to it?", spread=0.02
        ),
        scale_of(recurrent, "for a single sample", "do the samples get mixed up?", samples=1),
    ],
    returns={"the result": "samples outputs"},
    asked=NETWORK,
    right="the next numbers agree for three networks, for four scales, and for a single sample",
)
def predict_scaled(answer, windows, mean, spread):
    """The number after each window (samples, timesteps, 1), by a network for scaled numbers."""
    scaled = (windows - mean) / spread
    return answer(scaled) * spread + mean


BACK = "return answer(scaled) * spread + mean"
THERE = "scaled = (windows - mean) / spread"
OWN = "windows.mean(), windows.std()"
TRAINED = "the network was trained with the scale of the training numbers, and knows no other"
SCALED = "it is a scaled number, such as 1.9 where 105 is meant"

predict_scaled.knows(
    {
        # the way back
        BACK: {
            "return answer(scaled)": f"the network's answer is handed on as it is: {SCALED}. What "
            "turns it back?",
            "return answer(scaled) * spread": "the mean is not put back",
            "return answer(scaled) + mean": "the spread is not put back",
            "return (answer(scaled) + mean) * spread": "the way back undoes the last step first: "
            "which was the last on the way there?",
            "return (answer(scaled) - mean) / spread": "the answer is scaled once more: it has to "
            "be turned back",
            "return answer(scaled) * windows.std() + windows.mean()": (
                f"the answer is turned back with the mean and spread of these windows: {TRAINED}"
            ),
            # the samples
            "return (answer(scaled) * spread + mean)[:, 0]": (
                "the shape is (samples,), and (samples, 1) is asked for"
            ),
        },
        # the way there
        THERE: {
            "scaled = windows": "the network gets the plain windows: it knows scaled ones only",
            f"own_mean, own_spread = {OWN}\n    scaled = (windows - own_mean) / own_spread": (
                f"the windows are scaled with their own mean and spread: {TRAINED}"
            ),
            f"mean, spread = {OWN}\n    {THERE}": "there and back, the windows' own mean and "
            f"spread are used: {TRAINED}",
            "scaled = windows / spread": "the mean is not subtracted",
            "scaled = windows - mean": "the differences to the mean are not divided",
            "scaled = windows - mean / spread": "/ comes before -, so only the mean is "
            "divided: brackets are missing",
            "scaled = (windows - mean) * spread": "the differences to the mean are multiplied: "
            "scaling makes them small",
            "scaled = windows * spread + mean": "the windows are turned back before the network "
            "has seen them",
        },
        f"{THERE}\n    {BACK}": {
            "return answer(windows)": "the network gets the plain windows, and its answer is "
            "handed on as it is: it takes scaled numbers, and returns one",
        },
    }
)


# --- differences, and back --------------------------------------------------------------------


def asked(of, when="", look="", samples=6, end=None, steps=8):
    """A probe with random windows, which all end in the number `end` if there is one."""
    windows = np.random.default_rng(samples).uniform(-9, 9, (samples, steps, 1))
    if end is not None:
        windows[:, -1] = end
    sizes = {"samples": samples, "timesteps": steps}
    return Probe({"answer": network(of), "windows": windows}, when, look, sizes)


ASK = "what is the network asked?"


@exercise(
    probes=[
        asked(recurrent),
        asked(lambda d: 0 * d[:, 0], "while the network answers 0", ASK),
        asked(lambda d: d.sum(axis=1), "while each window ends in 0", "what of its end?", end=0),
        asked(lambda d: 3 * d[:, -2], "for a network that looks at the last step only", ASK),
        asked(lambda d: np.diff(d, axis=1).mean(axis=1), "for the mean of all steps", ASK),
        asked(recurrent, "for longer windows", "is a number of steps written out?", steps=11),
        asked(recurrent, "for a single sample", "do the samples get mixed up?", samples=1),
    ],
    returns={"the result": "samples outputs"},
    asked=NETWORK,
    right="the next numbers agree for five networks, and for a single sample",
)
def predict_next(answer, windows):
    """The number after each window (samples, timesteps, 1), by a network that knows differences."""
    last = windows[:, -1:]  # (samples, 1, 1)
    return answer(windows - last) + last[:, 0]


SUM = "return answer(windows - last) + last[:, 0]"
WHICH = "the network has learnt differences to the last value of the window"

OTHERS = {  # that may be subtracted and added in place of the last value
    "the first value": "windows[:, :1]",
    "the value before the last": "windows[:, -2:-1]",
    **{f"the value at index {k}": f"windows[:, {k} : {k} + 1]" for k in range(1, 6)},
    "the mean": "windows.mean(axis=1, keepdims=True)",
    "the largest value": "windows.max(axis=1, keepdims=True)",
    "the smallest value": "windows.min(axis=1, keepdims=True)",
}

predict_next.knows(
    {
        SUM: {
            text: f"{words}: {WHICH}"
            for name, other in OTHERS.items()
            for text, words in {
                f"return answer(windows - last) + ({other})[:, 0]": (
                    f"the last value is subtracted, and {name} added"
                ),
                f"return answer(windows - {other}) + last[:, 0]": (
                    f"{name} is subtracted, and the last value added"
                ),
                f"return answer(windows - {other}) + ({other})[:, 0]": (
                    f"{name} is subtracted and added"
                ),
            }.items()
        }
    }
)
predict_next.knows(
    {
        # what is taken out, and what is put back
        SUM: {
            "return answer(windows - last)": "that is the predicted difference alone: what turns "
            "it into a number again?",
            "return answer(windows)": "the network gets the plain windows, and its answer is "
            "handed on: it takes differences and returns one",
            "return answer(windows) + last[:, 0]": "the network gets the plain windows: it knows "
            "differences only",
            "return answer(windows - windows.mean()) + last[:, 0]": (
                f"one mean of all the windows is subtracted: {WHICH}"
            ),
            "return answer(last - windows) + last[:, 0]": "the differences have the wrong sign: "
            "the value minus the last one",
            "return last[:, 0] - answer(windows - last)": "the predicted difference is "
            "subtracted: it is to be added",
            "return answer(np.diff(windows, axis=1)) + last[:, 0]": (
                f"each value's difference to the one before it is asked about: {WHICH}"
            ),
            "return 2 * last[:, 0] - windows[:, -2]": "the network is not asked: the last step is "
            "repeated, whatever it has learnt",
            # the samples
            "return answer(windows - last) + last": "the shape is (samples, samples, 1): `last` "
            "still has the axis of time, and each answer met every last value",
            "return answer(windows - last) + last[:, 0, 0]": (
                "the shape is (samples, samples): the last values have shape (samples,), and each "
                "answer met all of them"
            ),
            "return answer(windows - last)[:, np.newaxis] + last": (
                "the shape is (samples, 1, 1): the axis of time is gone after the answer"
            ),
            "return (answer(windows - last) + last[:, 0])[:, 0]": (
                "the shape is (samples,), and (samples, 1) is asked for"
            ),
            "return float(answer(windows - last) + last[:, 0])": (
                "float makes one number of one number: there is an answer for each sample"
            ),
        },
        "windows[:, -1:]": {
            "windows[-1:]": "that is the last window: the last value of each window is asked for",
            "windows[:1, -1:]": "the first window's last value serves for all: each window has "
            "its own",
        },
    }
)
