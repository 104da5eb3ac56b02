"""The checks of lesson 03. Each begins with the reference, which is a solution to read."""

import ast
import re

import numpy as np

from utils.checks.engine import Probe, exercise, kind
from utils.layers import ACTIVATIONS, Dense, Last, Sequential, SimpleRNN
from utils.training import Adam, cosine_decay, minibatches, mse, train
from utils.words import exact, number

# --- windows ----------------------------------------------------------------------------------


def series_of(length, timesteps, when="", look=""):
    """A probe with random numbers, no two alike."""
    series = np.random.default_rng(length).uniform(-9, 9, length)
    sizes = {"samples": length - timesteps, "timesteps": timesteps, "len(series)": length}
    return Probe({"series": series, "timesteps": timesteps}, when, look, sizes)


WRITTEN_OUT = "is a number written out that depends on the arguments?"


@exercise(
    probes=[
        series_of(22, 5),
        series_of(13, 1, "for windows of a single value", WRITTEN_OUT),
        series_of(9, 8, "for a series with one window only", "where does the range end?"),
        series_of(40, 12, "for a longer series", WRITTEN_OUT),
    ],
    returns={"windows": "samples timesteps features", "targets": "samples outputs"},
    right="all windows and targets agree for four series, also with windows of a single value, "
    "and where there is one window only",
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
                "time runs backwards in each window: its first value comes first"
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
STACKS = (11, 7), (4, 9)  # units


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


RANGES = {
    "sigmoid": "between 0 and 1",
    "tanh": "between \N{MINUS SIGN}1 and 1",
    "relu": "from 0 up",
}


@stacked.against
def wrong_model(models):
    """What is wrong with Keras models, looked at from the input to the output, or nothing."""
    for units, model in zip(STACKS, models, strict=True):
        if words := wrong_input(model) or wrong_layers(model) or wrong_sizes(model, *units):
            return words
    return None


@stacked.meaning
def refusal(error, first_units, _):
    """What is wrong if Keras raises this error, or nothing if it is another."""
    error = str(error)
    if "to a shape" in error:
        return "Input takes the shape as a tuple: both numbers in brackets of their own"
    if "Sequential.__init__() takes" in error:
        return "Sequential takes one list of layers: square brackets belong around them"
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


def wrong_input(model):
    """What is wrong with what the model reads, or nothing."""
    import keras

    if not isinstance(model, keras.Model):
        tensor = isinstance(model, keras.KerasTensor)
        more = ": keras.Model makes one of what goes in and what comes out" if tensor else ""
        return f"your function returns {kind(model)}, where a Keras model is asked for{more}"
    if not model.built:
        return "the model has not been told what it will read: begin with Input"
    samples, *shape = model.input_shape
    if samples is not None:
        return f"the model is fixed to {samples} samples at a time: give the shape of one sample"
    if shape == [FEATURES, TIMESTEPS]:
        return "time steps and features have changed places in the shape of the input"
    if SAMPLES in shape:
        return (
            f"the number of samples, {SAMPLES}, stands in the shape of the input: Input takes the "
            "shape of a single sample"
        )
    if shape not in ([TIMESTEPS, FEATURES], [None, FEATURES]):
        return f"the model reads samples of shape {tuple(shape)}: what is the shape of one day?"
    return None


def wrong_layers(model):
    """What is wrong with the kinds of layers and with what the last one does, or nothing."""
    names = [type(layer).__name__ for layer in model.layers]
    names = [name for name in names if name != "InputLayer"]
    if names == ["SimpleRNN", "SimpleRNN"]:
        return "the dense layer is missing: what comes out is a state, and not a number of degrees"
    if names != ["SimpleRNN", "SimpleRNN", "Dense"]:
        return (
            f"the layers are {', '.join(names)}: two SimpleRNN are asked for, and a Dense that "
            "reads the last state of the second"
        )
    if len(model.output_shape) == 3:
        return (
            "the output has an axis of time, a number for each hour: the second recurrent layer "
            "should hand on its last state only"
        )
    if model.output_shape[1] != 1:
        return f"{model.output_shape[1]} numbers come out for each day: one is asked for"
    name = getattr(model.layers[-1].activation, "__name__", "of another kind")
    if name != "linear":
        limits = f", and lets out numbers {RANGES[name]} only" if name in RANGES else ""
        return f"the activation of the dense layer is {name}{limits}: any number may be right here"
    return None


def wrong_sizes(model, first_units, second_units):
    """What is wrong with the numbers of units and of parameters, or nothing."""
    units = [layer.units for layer in model.layers if hasattr(layer, "units")][:2]
    if units == [second_units, first_units]:
        return "the two numbers of units have changed places"
    if units != [first_units, second_units]:
        return (
            f"with first_units = {first_units} and second_units = {second_units} the recurrent "
            f"layers have {units[0]} and {units[1]} units"
        )
    wanted = count_stacked.reference(FEATURES, first_units, second_units, 1)
    if model.count_params() != wanted:
        return f"{model.count_params()} parameters where {wanted} are due: is a bias left out?"
    return None


# --- counting a stack -------------------------------------------------------------------------


@exercise(
    probes=[
        Probe(dict(zip(["features", "first_units", "second_units", "outputs"], n, strict=True)))
        for n in [(3, 11, 7, 2), (1, 32, 16, 1), (7, 4, 13, 5), (10, 23, 6, 3), (2, 5, 9, 17)]
    ],
    returns={"the count": ""},
    right="the count holds for five stacks of different sizes, all three biases included",
    evidence="you count {got:,.10g}: write down for each of the three layers what it reads, and "
    "the shapes of its arrays",
)
def count_stacked(features, first_units, second_units, outputs):
    """Parameters of SimpleRNN(first_units), SimpleRNN(second_units), Dense(outputs)."""
    first = features * first_units + first_units**2 + first_units
    second = first_units * second_units + second_units**2 + second_units
    dense = second_units * outputs + outputs
    return first + second + dense


TOTAL = "return first + second + dense"
STEPS = "every time step uses the same weights, so the number of steps does not count"

count_stacked.knows(
    {
        # the second layer
        "first_units * second_units": {
            "features * second_units": "the second layer does not read the features: what does "
            "the first hand to it?",
            "(features + first_units) * second_units": "the second layer reads the first layer's "
            "states, and not the features as well",
        },
        "first_units * second_units + ": {
            "": "W_x of the second layer is missing: it has to read the first layer's states",
        },
        "+ second_units**2": {
            "+ first_units**2": "W_h of the second layer leads from its own units to its own units",
        },
        # recurrent weights
        " + first_units**2": {"": "W_h of the first layer is missing"},
        " + second_units**2": {"": "W_h of the second layer is missing"},
        TOTAL: {
            "return first + second + dense - first_units**2 - second_units**2": (
                "W_h is missing in both layers: what makes them recurrent?"
            ),
            "return first + second + dense - first_units - second_units": (
                "the biases of both recurrent layers are missing"
            ),
            "return first + second + dense - first_units - second_units - outputs": (
                "all three biases are missing"
            ),
            "return first + second + dense - first_units - second_units - outputs + 3": (
                "each bias is counted as one number: a layer has one for each unit"
            ),
            "return first + second + dense + first_units * outputs": (
                "the dense layer reads the second layer's state only"
            ),
            "return first + second + dense + first_units * outputs + outputs": (
                "a dense layer is counted for each recurrent layer: there is one, at the end"
            ),
            "return first + second + 2 * dense": "the dense layer is counted twice",
            "return first + second": "the dense layer is missing",
            "return first + dense": "the second recurrent layer is missing",
            "return second + dense": "the first recurrent layer is missing",
            # time steps: 24 in the lesson's stack
            "return 24 * (first + second) + dense": STEPS,
            "return 24 * (first + second + dense)": STEPS,
            "return first + second + 24 * second_units * outputs + outputs": STEPS,
        },
        # biases
        " + first_units\n": {"\n": "the bias of the first layer is missing"},
        " + second_units\n": {"\n": "the bias of the second layer is missing"},
        " + outputs\n": {"\n": "the bias of the dense layer is missing"},
        # the dense layer
        "second_units * outputs": {
            "first_units * outputs": "the dense layer reads the second layer's state, not the "
            "first's",
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
        scale_of(recurrent, "for a single sample", "do the samples get mixed up?", samples=1),
    ],
    returns={"the result": "samples outputs"},
    right="the next numbers agree for three networks, for three scales, and for a single sample",
)
def predict_scaled(answer, windows, mean, spread):
    """The number after each window (samples, timesteps, 1), by a network for scaled numbers."""
    scaled = (windows - mean) / spread
    return answer(scaled) * spread + mean


BACK = "return answer(scaled) * spread + mean"
THERE = "scaled = (windows - mean) / spread"
OWN = "windows.mean(), windows.std()"
TRAINED = "the network was trained with the scale of the training numbers, and knows no other"
UNITS = "it is a scaled number, such as 1.9 where 105 is meant"

predict_scaled.knows(
    {
        # the way back
        BACK: {
            "return answer(scaled)": f"the network's answer is handed on as it is: {UNITS}. What "
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
            "scaled = windows - mean / spread": "the quotient comes first, and then the "
            "difference: brackets are missing",
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


def asked(of, when="", look="", samples=6, end=None):
    """A probe with random windows, which all end in the number `end` if there is one."""
    windows = np.random.default_rng(samples).uniform(-9, 9, (samples, 8, 1))
    if end is not None:
        windows[:, -1] = end
    sizes = {"samples": samples, "timesteps": 8}
    return Probe({"answer": network(of), "windows": windows}, when, look, sizes)


ASK = "what is the network asked?"


@exercise(
    probes=[
        asked(recurrent),
        asked(lambda d: 0 * d[:, 0], "while the network answers 0", ASK),
        asked(lambda d: d.sum(axis=1), "while each window ends in 0", "what of its end?", end=0),
        asked(lambda d: 3 * d[:, -2], "for a network that looks at the last step only", ASK),
        asked(lambda d: np.diff(d, axis=1).mean(axis=1), "for the mean of all steps", ASK),
        asked(recurrent, "for a single sample", "do the samples get mixed up?", samples=1),
    ],
    returns={"the result": "samples outputs"},
    right="the next numbers agree for five networks, and for a single sample",
)
def predict_next(answer, windows):
    """The number after each window (samples, timesteps, 1), by a network that knows differences."""
    last = windows[:, -1:]  # (samples, 1, 1)
    return answer(windows - last) + last[:, 0]


SUM = "return answer(windows - last) + last[:, 0]"
WHICH = "the network has learnt differences to the last value of the window"

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
            "return answer(windows - last) + windows[:, 0]": (
                f"the predicted difference is added to the first value: {WHICH}"
            ),
            "return answer(windows - last) + windows.mean(axis=1)": (
                f"the predicted difference is added to the mean: {WHICH}"
            ),
            "return answer(windows - windows[:, :1]) + last[:, 0]": (
                f"the first value is subtracted, and the last one added: {WHICH}"
            ),
            "return answer(windows - windows[:, :1]) + windows[:, 0]": (
                f"the first value is subtracted and added: {WHICH}"
            ),
            "return answer(windows - windows.mean(axis=1, keepdims=True)) + last[:, 0]": (
                f"the mean is subtracted, and the last value added: {WHICH}"
            ),
            "return answer(windows - windows.mean()) + last[:, 0]": (
                f"one mean of all the windows is subtracted: {WHICH}"
            ),
            "mean = windows.mean(axis=1)\n    return answer(windows - mean[:, None]) + mean": (
                f"the mean is subtracted and added: {WHICH}"
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
            "windows[:1, -1:]": "the first window's last value serves for all: each window has "
            "its own",
        },
    }
)


# --- settings ---------------------------------------------------------------------------------


FACTOR = 1000  # by which the mean absolute error has to beat that of always saying the mean


@exercise(
    returns=dict,
    right=f"for seeds 0, 1 and 2 the error is below always-the-mean's by a factor of {FACTOR}",
)
def settings():
    """Settings of `add_up` with which it comes close to the linear model."""
    return {
        "activation": "linear",  # nothing bends the sum
        "epochs": 300,
        "learning_rate": 0.01,
        "units": 32,
    }


BLOWN_UP = 1000
SLOW = 0.001  # with a smaller learning rate not even 300 epochs are enough
MOST = {"epochs": 300, "units": 64}  # more units would take the check too long


def sums(rng, samples):
    x = rng.random((samples, 10, 1))
    return x, x.sum(axis=1)


def add_up(seed, activation, epochs, learning_rate, units):
    """Train the lesson's network on its hundred sums. -> errors: the network's, the mean's"""
    rng = np.random.default_rng(0)
    (x, target), (x_new, target_new) = sums(rng, 100), sums(rng, 500)
    layers = [
        SimpleRNN(units, 1, activation, seed=seed, dtype="float64"),
        Last(),
        Dense(1, units, seed=seed + 100, dtype="float64"),
    ]
    model, optimizer = Sequential(layers), Adam(learning_rate)
    batches = minibatches(x, target, 8, epochs, seed)
    train(model, cosine_decay(batches, optimizer, epochs * 13), mse, optimizer)
    answers = model.forward(x_new), target.mean()
    return [np.abs(answer - target_new).mean() for answer in answers]


def unusable(chosen):
    """What is wrong with a dict of settings before anything is trained, or nothing."""
    wanted = list(settings.reference())
    if "lr" in chosen:
        return "lr is an old name, which Keras has given up: it is learning_rate, here as there"
    if missing := [name for name in wanted if name not in chosen]:
        return f"{' and '.join(missing)} {'are' if missing[1:] else 'is'} missing from the dict"
    if others := [name for name in chosen if name not in wanted]:
        return f"there is no setting called {others[0]!r}: they are {', '.join(wanted)}"
    if not isinstance(chosen["activation"], str) or chosen["activation"] not in ACTIVATIONS:
        names = ", ".join(map(repr, ACTIVATIONS))
        return f"activation must be one of {names}, and is {chosen['activation']!r}"
    for name, most in MOST.items():
        n = chosen[name]
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or not 1 <= n <= most:
            return f"{name} must be a whole number from 1 to {most}, and is {n!r}"
    rate = chosen["learning_rate"]
    number = isinstance(rate, (int, float, np.number)) and not isinstance(rate, bool)
    if not number or not 0 < rate < np.inf:
        return f"learning_rate must be a number above 0, and is {rate!r}"
    return None


def nudge(chosen, errors, mean_error):
    """What to try next."""
    rate = chosen["learning_rate"]
    if not np.max(errors) < BLOWN_UP:
        return "the training blows up, so its steps are too long"
    if rate < SLOW:
        behind = "not even always the mean is beaten, " if max(errors) > mean_error else ""
        return f"{behind}with a learning rate of {exact(rate)} each step is too short to get far"
    if max(errors) > mean_error:
        return f"always the mean gives {number(mean_error, 2)}, has the training hardly begun?"
    if chosen["activation"] != "linear":
        return "look once more at the figure that compares the activations"
    if chosen["epochs"] < MOST["epochs"] / 2:
        return "you have more epochs to spend"
    return "try other learning rates and other units, in small steps"


@settings.against
def too_far(chosen):
    """What these settings are worth, measured, if they are not good enough."""
    if words := unusable(chosen):
        return words
    found = [add_up(seed, **chosen) for seed in (0, 1, 2)]
    errors, mean_error = [error for error, _ in found], found[0][1]
    if all(error < mean_error / FACTOR for error in errors):
        return None
    one, two, three = (number(e, 2) if e < BLOWN_UP else "out of all bounds" for e in errors)
    return (
        f"with {chosen['activation']} the errors are {one}, {two} and {three}, and less than "
        f"{number(mean_error / FACTOR, 2)} is asked for: {nudge(chosen, errors, mean_error)}"
    )
