"""Answers to lesson 03: right ones in other words, wrong ones and what they are told."""

import keras
import numpy as np

from utils.checks import lesson03

rng = np.random.default_rng(0)


def windows_by_append(series, timesteps):
    x, y = [], []
    for end in range(timesteps, len(series)):
        x.append([[value] for value in series[end - timesteps : end]])
        y.append([series[end]])
    return x, y


def windows_by_view(series, timesteps):
    view = np.lib.stride_tricks.sliding_window_view(series, timesteps + 1)
    return view[:, :-1, None], view[:, -1:]


def windows_by_index(series, timesteps):
    series = np.array(list(series)).astype(np.float32)
    index = np.arange(timesteps) + np.arange(len(series) - timesteps)[:, None]
    return [series[index].reshape(-1, timesteps, 1), series[timesteps:].reshape(-1, 1)]


def stack_of(
    given=(24, 5), first=None, second=None, out=1, *, on_top=(), states=(True, False), **dense
):
    """An answer to the third exercise, with other parts where they are given."""
    layers, first, second = keras.layers, first or (lambda a, b: a), second or (lambda a, b: b)

    def answer(first_units, second_units):
        units = [part(first_units, second_units) for part in (first, second)]
        parts = [layers.Input(given)] if given else []
        for n, everything in zip(units, states, strict=True):
            parts.append(layers.SimpleRNN(n, return_sequences=everything))
        parts += [layers.Dense(out, **dense)] if out else []
        return keras.Sequential(parts + list(on_top))

    return answer


def stack_functional(first_units, second_units):
    day = keras.Input(shape=(None, 5), name="day")
    h = keras.layers.SimpleRNN(first_units, activation="relu", return_sequences=True)(day)
    h = keras.layers.SimpleRNN(second_units)(h)
    model = keras.Model(day, keras.layers.Dense(units=1, activation="linear")(h))
    model.compile(optimizer="adam", loss="mean_squared_error")
    return model


def stack_added(first_units, second_units):
    model = keras.Sequential()
    model.add(keras.layers.SimpleRNN(first_units, return_sequences=True, input_shape=(24, 5)))
    model.add(keras.layers.SimpleRNN(second_units, "tanh"))
    model.add(keras.layers.Dense(1, activation=None))
    return model


def scaled_by_steps(answer, windows, mean, spread):
    x = windows - mean
    x /= spread
    y = np.array(answer(x), copy=True)
    y *= spread
    return np.add(y, mean)


def scaled_by_sample(answer, windows, mean, spread):
    return [answer((w[None] - mean) / spread)[0] * spread + mean for w in windows]


def next_by_sample(answer, windows):
    return np.stack([answer(w[None] - w[-1])[0] + w[-1] for w in windows])


def next_with_copies(answer, windows):
    moved = windows.copy()
    moved -= windows[:, -1, None]
    return np.add(windows[:, -1, :], answer(moved))


def next_flat(answer, windows):
    flat = windows[:, :, 0]
    return answer((flat - flat[:, [-1]])[..., None]) + flat[:, [-1]]


def cut(n=lambda s, t: len(s) - t, window=lambda i, t: (i, i + t), target=lambda i, t: i + t):
    """Windows in a loop, with another number of them, another window, another target."""

    def answer(series, timesteps):
        begins = n(series, timesteps)
        begins = range(begins) if isinstance(begins, int) else begins
        x = [series[slice(*window(i, timesteps))] for i in begins]
        y = [series[target(i, timesteps)] for i in begins]
        return np.array(x)[:, :, None], np.array(y)[:, None]

    return answer


def then(change):
    """The right windows and targets, changed."""
    return lambda series, timesteps: change(*windows_by_view(series, timesteps))


def wrapped(series, timesteps):
    x = [np.roll(series, -i)[:timesteps] for i in range(len(series))]
    return np.array(x)[:, :, None], np.roll(series, -timesteps)[:, None]


def first_wraps(series, timesteps):
    x = np.lib.stride_tricks.sliding_window_view(series, timesteps)[:, :, None]
    return x, np.append(series[timesteps:], series[0])[:, None]


def last_window_without_target(series, timesteps):
    x, y = windows_by_view(series, timesteps)
    return np.lib.stride_tricks.sliding_window_view(series, timesteps)[:, :, None], y


def no_overlap(series, timesteps):
    begins = range(0, len(series) - timesteps, timesteps)
    return cut(lambda s, t: begins)(series, timesteps)


def ahead(series, timesteps):
    """The targets that lie two steps after their windows, in a slice of the series."""
    return series[timesteps + 1 :, None]


def around(series, timesteps):
    x, _ = windows_by_view(series, timesteps)
    return x, np.roll(series, -timesteps - 1)[: len(x), None]


def shuffled(x, y):
    order = np.random.default_rng(1).permutation(len(x))
    return x[order], y[order]


def in_random_order(x, y):
    order = rng.permutation(len(x))
    return x[order], y[order]


def five_at_a_time(series, timesteps):
    return windows_by_view(series, 5)


def windows_of_all_lengths(series, timesteps):
    x = np.array([series[i : i + timesteps] for i in range(len(series))])
    return x[:, :, None], series[timesteps:, None]


def windows_in_place(series, timesteps):
    series -= series[0]
    return windows_by_view(series, timesteps)


WRONG_WINDOWS = [
    (cut(lambda s, t: len(s) - t + 1), "a window that nothing follows, or does the target lie"),
    (cut(target=lambda i, t: i + t + 1), "or does the target lie one step too far?"),
    (first_wraps, "one window too many: nothing follows the last one, and its target is taken"),
    (wrapped, "go on at the beginning of the series"),
    (last_window_without_target, "one window too many: nothing follows the last one."),
    (cut(lambda s, t: len(s) - t - 1), "one window too few: the last value of the series"),
    (then(lambda x, y: (x[:-1], y[:-1])), "one window too few: the last value of the series"),
    (then(lambda x, y: (x[:-1], y)), "one window too few: the last target has no window"),
    (then(lambda x, y: (x, y[:-1])), "there is one window more than there are targets"),
    (then(lambda x, y: (x[:-1], y[:-1, 0])), "one window too few"),
    (cut(lambda s, t: range(1, len(s) - t)), "the first window is left out"),
    (then(lambda x, y: (x[1:], y[1:])), "the first window is left out: it begins at index 0."),
    (then(lambda x, y: (x[1:], y)), "and each window that is left has a wrong target"),
    (no_overlap, "each window begins where the one before it ends"),
    (cut(target=lambda i, t: i + t - 1), "the last value of its own window"),
    (cut(lambda s, t: len(s) - t + 1, target=lambda i, t: i + t - 1), "of its own window"),
    (cut(lambda s, t: len(s) - t - 1, target=lambda i, t: i + t + 1), "two steps after"),
    (
        lambda s, t: (windows_by_view(s, t)[0][:-1], ahead(s, t)),
        "two steps after their windows: th",
    ),
    (lambda s, t: (windows_by_view(s, t)[0], ahead(s, t)), "and so there is one too few of them"),
    (
        lambda s, t: (windows_by_view(s, t)[0][:-1, :, 0], ahead(s, t)),
        "it is (samples - 1, t",
    ),
    (around, "two steps after their windows: the next value is asked for, and the last is taken"),
    (
        lambda s, t: (windows_by_view(s, t)[0], s[t - 1 :, None]),
        "And there is one too many of them",
    ),
    (cut(target=lambda i, t: i), "the first value of its own window"),
    (cut(window=lambda i, t: (i + 1, i + 1 + t)), "each window ends with its own target"),
    (cut(window=lambda i, t: (i, i + t + 1)), "one value too long"),
    (cut(window=lambda i, t: (i, i + t - 1)), "one value too short"),
    (then(lambda x, y: (x[:, ::-1], y)), "time runs backwards in each window"),
    (then(lambda x, y: (x[::-1], y[::-1])), "the windows come in reverse order"),
    (then(shuffled), "windows has the right samples, but in another order"),
    (
        then(lambda x, y: (x, shuffled(x, y)[1])),
        "windows agrees. targets has the right samples, but in another order",
    ),
    (then(in_random_order), "called twice with the same arguments"),
    (then(lambda x, y: (x[:, :, 0], y[:, 0])), "even a single feature needs it; and the targets"),
    (then(lambda x, y: (x[:, :, 0], y)), "lack the axis of the features"),
    (then(lambda x, y: (x, y[:, 0])), "the targets have shape (samples,)"),
    (then(lambda x, y: (x, y[:, :, None])), "one axis too many"),
    (then(lambda x, y: (x.swapaxes(1, 2), y)), "one time step with many features"),
    (then(lambda x, y: (x.swapaxes(0, 1), y)), "(timesteps, samples, 1): the samples come first"),
    (
        then(lambda x, y: (x.T, y)),
        "windows is wrong in the order of its axes: (features, ",
    ),
    (then(lambda x, y: (y, x)), "the windows come first"),
    (then(lambda x, y: x), "an array of shape (17, 5, 1) where 2 arrays are asked for: windows,"),
    (then(lambda x, y: (x, -y)), "Not yet: targets has the wrong sign."),
    (five_at_a_time, "cases tried. One that is not, for windows of a single value"),
    (windows_of_all_lengths, "of arrays that have different shapes."),
    (windows_in_place, "changes its argument series in place"),
]

WRONG_AXES = [
    (lambda a: a.reshape(a.shape[1], -1, 1), "the sequences are mixed up: reshape fills in"),
    (lambda a: a[:, :, None], "have to change places"),
    (lambda a: a, "nothing has changed"),
    (lambda a: a.T, "the axis of features is missing"),
    (lambda a: a.T[None], "the axes are (1, samples, timesteps)"),
    (lambda a: a.T[:, None], "(samples, 1, timesteps): that is one time step"),
    (lambda a: a[None], "(1, timesteps, samples): that is one sample"),
    (lambda a: np.rot90(a)[:, :, None], "the samples come in reverse order"),
    (lambda a: np.rot90(a, 3)[:, :, None], "time runs backwards"),
    (lambda a: a[..., None] if len(a) == len(a.T) else a.T[..., None], "for as many samples as"),
    (lambda a: np.squeeze(a.T)[..., None], "for a single sample"),
    (lambda a: a.T.reshape(-1, 1), "its shape is (78, 1), and should be (samples, timesteps, 1)"),
    (lambda a: a.T(0, 1), "raises TypeError"),
]

WRONG_COUNT = [
    (
        lambda f, a, b, o: f * a + a * a + a + f * b + b * b + b + b * o + o,
        "the second layer reads what the first hands to it",
    ),
    (lambda f, a, b, o: f * a + a * a + a + (f + a) * b + b * b + b + b * o + o, "as well"),
    (lambda f, a, b, o: f * a + a * a + a + b * b + b + b * o + o, "W_x of the second layer"),
    (lambda f, a, b, o: f * a + a * a + a + a * b + a * a + b + b * o + o, "to its own units"),
    (lambda f, a, b, o: f * a + a + a * b + b * b + b + b * o + o, "W_h of the first layer"),
    (lambda f, a, b, o: f * a + a * a + a + a * b + b + b * o + o, "W_h of the second layer is"),
    (lambda f, a, b, o: f * a + a + a * b + b + b * o + o, "what makes them recurrent?"),
    (lambda f, a, b, o: f * a + a * a + a * b + b * b + b + b * o + o, "bias of the first"),
    (lambda f, a, b, o: f * a + a * a + a + a * b + b * b + b * o + o, "bias of the second"),
    (lambda f, a, b, o: f * a + a * a + a + a * b + b * b + b + b * o, "bias of the dense"),
    (lambda f, a, b, o: f * a + a * a + a * b + b * b + b * o + o, "biases of both"),
    (lambda f, a, b, o: f * a + a * a + a * b + b * b + b * o, "all three biases"),
    (lambda f, a, b, o: f * a + a * a + a * b + b * b + b * o + 3, "counted as one number"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + a * o + o, "not the first's"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + (a + b) * o + o, "state only"),
    (lambda f, a, b, o: a * (f + a + 1 + o) + b * (a + b + 1 + o) + 2 * o, "for each recurrent"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + 2 * (b * o + o), "counted twice"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1), "the dense layer is missing"),
    (lambda f, a, b, o: a * (f + a + 1) + b * o + o, "the second recurrent layer is missing"),
    (lambda f, a, b, o: b * (a + b + 1) + b * o + o, "the first recurrent layer is missing"),
    (lambda f, a, b, o: 24 * (a * (f + a + 1) + b * (a + b + 1)) + b * o + o, "every time step"),
    (lambda f, a, b, o: 24 * (a * (f + a + 1) + b * (a + b + 1) + b * o + o), "every time step"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + 24 * b * o + o, "every time step"),
    (
        lambda f, a, b, o: a * (f + a + 2) + b * (a + b + 2) + b * o + o,
        "as many numbers as it has units are counted once too often",
    ),
    (lambda f, a, b, o: 4 * (a * (f + a + 1) + b * (a + b + 1)) + b * o + o, "as in an LSTM"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + b + 1, "outputs has no part in your"),
    (lambda f, a, b, o: a * (f + 2) + b * (a + 2) + b * o + o, "counted as a vector: every unit"),
    (lambda f, a, b, o: b * (f + b + 1) + a * (b + a + 1) + a * o + o, "have changed places"),
    (lambda f, a, b, o: a * (f + a) + b * (a + b) + a + a + b * o, "And the bias of the dense"),
    (lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + b * o + o + 7, "a plain number, 7, is"),
    (lambda f, a, b, o: [f * a + a * a + a, a * b + b * b + b, b * o + o], "add them up"),
    (lambda f, a, b, o: 1889, "you return the same number whatever the arguments"),
    (lambda f, a, b, o: f * a * b * o, "features = 3, first_units = 11, second_units = 7, out"),
]


def next_in_place(answer, windows):
    last = windows[:, -1:]
    windows -= last  # and `last`, which is a view, is zero now
    return answer(windows) + last[:, 0]


def next_to(change, add=lambda w: w[:, -1]):
    return lambda answer, w: answer(change(w)) + add(w)


def moved(w):
    return w - w[:, -1:]


WRONG_NEXT = [
    (lambda answer, w: answer(moved(w)) + np.squeeze(w[:, -1])[:, None], "for a single sample"),
    (lambda answer, w: answer(moved(w)), "what turns it into a number again?"),
    (lambda answer, w: answer(w), "the network gets the plain windows, and its answer is handed"),
    (next_to(lambda w: w), "the network gets the plain windows: it knows"),
    (next_to(moved, lambda w: w[:, 0]), "and the first value added"),
    (next_to(moved, lambda w: w.mean(1)), "subtracted, and the mean added"),
    (next_to(lambda w: w - w[:, :1]), "the first value is subtracted, and the last value added"),
    (next_to(lambda w: w - w[:, :1], lambda w: w[:, 0]), "the first value is subtracted and"),
    (next_to(lambda w: w - w.mean(1, keepdims=True)), "the mean is subtracted, and"),
    (next_to(lambda w: w - w.mean()), "one mean of all the windows"),
    (next_to(lambda w: w - w.mean(1)[:, None], lambda w: w.mean(1)), "mean is subtracted and"),
    (next_to(lambda w: -moved(w)), "the differences have the wrong sign"),
    (lambda answer, w: w[:, -1] - answer(moved(w)), "is subtracted: it is to be added"),
    (next_to(lambda w: np.diff(w, axis=1)), "to the one before it is asked about"),
    (lambda answer, w: w[:, -1] + w[:, -1] - w[:, -2], "the network is not asked"),
    (next_to(moved, lambda w: w[:, -1:]), "shape is (samples, samples, 1)"),
    (next_to(moved, lambda w: w[:, -1, 0]), "shape is (samples, samples): the last"),
    (lambda answer, w: answer(moved(w))[:, None] + w[:, -1:], "shape is (samples, 1, 1)"),
    (lambda answer, w: answer(moved(w))[:, 0] + w[:, -1, 0], "shape is (samples,), and"),
    (next_to(lambda w: w - w[0, -1], lambda w: w[0, -1]), "serves for all"),
    (lambda answer, w: float(answer(moved(w)) + w[:, -1]), "an answer for each sample"),
    (lambda answer, w: answer(w - w[:, [4]]) + w[:, 4], "the value at index 4 is subtracted and"),
    (lambda answer, w: answer(w - w[:, [7]]) + w[:, 7], "for longer windows"),
    (lambda answer, w: answer(moved(w)) + w[:, -2], "and the value before the last added"),
    (lambda answer, w: answer(w - w[-1:]) + w[-1:, 0], "that is the last window"),
    (next_in_place, "changes its argument windows in place: work on a copy"),
    # nobody foresaw these
    (next_to(lambda w: 2 * moved(w)), "what the network is asked is 2 times what it should be"),
    (next_to(moved, lambda w: 2 * w[:, -1]), "what is made of last is added twice"),
    (next_to(lambda w: moved(w)[..., 0]), "an array (samples, timesteps, 1), and got (6, 8) (6 is"),
    (next_to(lambda w: w[:, :, 0] - w[:, -1]), "raises ValueError: `answer` takes an array"),
    (lambda answer, w: answer + w[:, -1], "raises TypeError"),
    (lambda answer, w: np.ones((6, 1)), "you return the same numbers"),
    (
        lambda answer, w: (answer(moved(w)) + w[:, -1])[:1],
        "holds the first of its samples alone",
    ),
]


def lstm_stack(first_units, second_units):
    layers = keras.layers
    below = layers.LSTM(first_units, return_sequences=True)
    return keras.Sequential([layers.Input((24, 5)), below, layers.LSTM(second_units)])


def stack_without_a_list(first_units, second_units):
    below = keras.layers.SimpleRNN(first_units, return_sequences=True)
    above, dense = keras.layers.SimpleRNN(second_units), keras.layers.Dense(1)
    return keras.Sequential(keras.Input((24, 5)), below, above, dense)


def stack_tensor(first_units, second_units):
    return keras.layers.SimpleRNN(first_units)(keras.Input((24, 5)))


def stack_without_brackets(first_units, second_units):
    return keras.Sequential([keras.Input(24, 5), keras.layers.SimpleRNN(first_units)])


def stack_of_a_batch(first_units, second_units):
    model = stack_of((24, 5))(first_units, second_units)
    fixed = keras.layers.Input(batch_shape=(32, 24, 5))
    return keras.Sequential([fixed, *model.layers])


def stack_misspelt(first_units, second_units):
    return keras.Sequential([keras.layers.SimpleRNN(first_units, return_sequence=True)])


def stack_without_bias(first_units, second_units):
    layers, n = keras.layers, first_units
    below = layers.SimpleRNN(n, return_sequences=True, use_bias=False)
    above = layers.SimpleRNN(second_units)
    return keras.Sequential([layers.Input((24, 5)), below, above, layers.Dense(1)])


def stack_of_cells(first_units, second_units):
    cells = [keras.layers.SimpleRNNCell(n) for n in (first_units, second_units)]
    layers = [keras.Input((24, 5)), keras.layers.RNN(cells), keras.layers.Dense(1)]
    return keras.Sequential(layers)


class StackModel(keras.Model):
    def __init__(self, first_units, second_units):
        super().__init__()
        self.top = keras.layers.Dense(1)  # first: the order of the weights is another
        self.below = keras.layers.SimpleRNN(first_units, return_sequences=True)
        self.above = keras.layers.SimpleRNN(second_units)

    def call(self, days):
        return self.top(self.above(self.below(days)))


def stack_subclassed(first_units, second_units):
    return StackModel(first_units, second_units)


def stack_with(before=(), between=(), behind=(), first=None, second=None, read=None, **dense):
    """The stack by calls, with more layers here and there, or other words to its layers."""

    def answer(first_units, second_units):
        day = keras.Input((24, 5))
        h = through(day, before)
        h = keras.layers.SimpleRNN(first_units, return_sequences=True, **first or {})(h)
        h = through(h, between)
        above = keras.layers.SimpleRNN(second_units, return_sequences=bool(read), **second or {})
        h = read(above(h)) if read else above(h)
        return keras.Model(day, through(keras.layers.Dense(1, **dense)(h), behind))

    return answer


def through(x, steps):
    for step in steps:
        x = step(x)
    return x


FLATTEN = keras.layers.Flatten()

WRONG_STACK = [
    (stack_of(states=(False, False)), "is handed (samples, 11), which is one state of the first"),
    (stack_of(states=(False, True)), "it needs a sequence, with an axis of time"),
    (stack_of(states=(True, True)), "the output has an axis of time, a number for each hour"),
    (stack_of((24,)), "the axis of the features is missing"),
    (stack_of((5,)), "the axis of the time steps is missing"),
    (stack_of((7,)), "a recurrent layer is handed (samples, 7), and needs (samples, time steps,"),
    (stack_of((24, 1)), "the model reads samples of shape (24, 1): what is the shape of one day?"),
    (stack_of((5, 24)), "time steps and features have changed places"),
    (stack_of((200, 5)), "the number of samples, 200, stands in the shape of the input"),
    (stack_of((200, 24)), "the number of samples, 200, stands in the shape of the input"),
    (stack_of((200, 24, 5)), "has three entries: Input takes the shape of a single sample"),
    (stack_of((32, 24, 5)), "has three entries: Input takes the shape of a single sample"),
    (stack_of_a_batch, "the model is fixed to 32 samples at a time"),
    (stack_without_brackets, "both numbers in brackets of their own"),
    (stack_of(out=None), "the dense layer is missing"),
    (stack_of(out=None, states=(True, True)), "the dense layer is missing"),
    (stack_of(out=None, on_top=[keras.layers.Activation("tanh")]), "SimpleRNN, Activation: two"),
    (lstm_stack, "the layers are LSTM, LSTM: two SimpleRNN are asked for"),
    (stack_of(states=(True, True), on_top=[FLATTEN]), "SimpleRNN, SimpleRNN, Dense, Flatten: two"),
    (stack_of(activation="sigmoid"), "is sigmoid, and lets out numbers between 0 and 1 only"),
    (stack_of(activation="tanh"), "between \N{MINUS SIGN}1 and 1 only"),
    (stack_of(activation="relu"), "is relu, and lets out numbers from 0 up only"),
    (stack_of(activation="softplus"), "is softplus, and lets out numbers from 0 up only"),
    (stack_of(activation="leaky_relu"), "is leaky_relu: none is asked for"),
    (stack_with(first={"go_backwards": True}), "the first layer reads the day backwards"),
    (stack_with(second={"go_backwards": True}), "the second layer reads the day backwards"),
    (stack_with(read=lambda h: h[:, 0]), "reads the first state of the second layer"),
    (stack_with(read=lambda h: h[:, -2]), "reads the state before the last"),
    (stack_with(read=lambda h: keras.ops.mean(h, axis=1)), "reads the mean of all states"),
    (stack_with([lambda x: x[:, 1:]]), "hour 0 of the day has no part in what comes out"),
    (stack_with([lambda x: x[:, :, ::-1]]), "gives other numbers than two SimpleRNN"),
    (stack_with(between=[lambda h: h[:, -1:]]), "the second layer is handed the last state alone"),
    (stack_with(behind=[lambda y: 0.5 * y]), "the number that comes out is 0.5 times what it"),
    (stack_with(behind=[keras.ops.abs]), "the number that comes out has lost its sign"),
    (stack_with(behind=[keras.ops.relu]), "the number that comes out is cut off below 0"),
    (stack_with(between=[keras.layers.Dropout(0.3)]), "while it is trained, the model drops or"),
    (stack_with(second={"dropout": 0.2}), "while it is trained, the model drops or"),
    (stack_with(first={"trainable": False}), "3 of the 8 arrays of weights are frozen"),
    (stack_with(use_bias=False), "the bias of the dense layer is missing"),
    (stack_of(out=5), "5 numbers come out for each day: one is asked for"),
    (stack_of(first=lambda a, b: b, second=lambda a, b: a), "have changed places"),
    (stack_of(second=lambda a, b: a), "the recurrent layers have 11 and 11 units"),
    (
        stack_of(first=lambda a, b: 11, second=lambda a, b: 7),
        "first_units = 4 and second_units = 9",
    ),
    (stack_without_bias, "the bias of the first layer is missing"),
    (stack_without_a_list, "Sequential takes one list of layers"),
    (stack_misspelt, "Unrecognized keyword arguments passed to SimpleRNN: {'return_sequence'"),
    (
        stack_tensor,
        "returns a KerasTensor, where a Keras model is asked for: keras.Model makes one",
    ),
    (lambda a, b: [a, b], "returns a list of 2, where a Keras model is asked for."),
    (lambda a, b: print("built", end=" "), "prints but does not return its result"),
    (lambda units: None, "stacked takes (first_units, second_units), not (units)"),
]


def turned(there=lambda w, m, s: (w - m) / s, back=lambda y, w, m, s: y * s + m):
    """An answer to the fifth exercise, with another way there or back."""
    return lambda answer, w, m, s: back(answer(there(w, m, s)), w, m, s)


def own(w):
    return (w - w.mean()) / w.std()


def scaled_by_its_own_spread(answer, windows, mean, spread):
    said = answer((windows - mean) / spread)
    return (said - said.mean()) / said.std() * spread + mean


def scaled_in_place(answer, windows, mean, spread):
    windows -= mean
    windows /= spread
    return answer(windows) * spread + mean


WRONG_SCALED = [
    (
        turned(back=lambda y, w, m, s: y),
        "is handed on as it is: it is a scaled number, such as 1.9",
    ),
    (turned(back=lambda y, w, m, s: y * s), "the mean is not put back"),
    (turned(back=lambda y, w, m, s: y + m), "the spread is not put back"),
    (turned(back=lambda y, w, m, s: (y + m) * s), "undoes the last step first"),
    (turned(back=lambda y, w, m, s: (y - m) / s), "the answer is scaled once more"),
    (turned(back=lambda y, w, m, s: y * w.std() + w.mean()), "is turned back with the mean and"),
    (turned(lambda w, m, s: w), "the network gets the plain windows: it knows scaled ones only"),
    (turned(lambda w, m, s: w, lambda y, w, m, s: y), "plain windows, and its answer is handed on"),
    (turned(lambda w, m, s: own(w)), f"with their own mean and spread: {lesson03.TRAINED}"),
    (
        turned(lambda w, m, s: own(w), lambda y, w, m, s: y * w.std() + w.mean()),
        "there and back, the windows' own mean and spread are used",
    ),
    (turned(lambda w, m, s: w / s), "the mean is not subtracted"),
    (turned(lambda w, m, s: w - m), "the differences to the mean are not divided"),
    (turned(lambda w, m, s: w - m / s), "brackets are missing"),
    (turned(lambda w, m, s: (w - m) * s), "scaling makes them small"),
    (turned(lambda w, m, s: w * s + m), "before the network has seen them"),
    (turned(back=lambda y, w, m, s: y[:, 0] * s + m), "the shape is (samples,), and (samples, 1)"),
    (scaled_by_its_own_spread, "But what you make of the answer is not right"),
    (scaled_in_place, "the numbers are right, but your function changes its argument windows in"),
    # nobody foresaw these
    (turned(back=lambda y, w, m, s: y * s * s + m), "the factor spread enters twice"),
    (turned(back=lambda y, w, m, s: y * s + 2 * m), "mean is added twice"),
    (turned(lambda w, m, s: (w[:, :, 0] - m) / s), "an array (samples, timesteps, 1), and got (6,"),
    (lambda answer, w, m, s: answer.predict((w - m) / s) * s + m, "has no attribute 'predict'"),
]


def strips_by_loop(series, batch, timesteps):
    length = len(series) // (batch * timesteps) * timesteps  # of one row's stretch
    rows = [series[k * length : (k + 1) * length] for k in range(batch)]
    return np.array(
        [
            [row[t : t + timesteps, None] for row in rows]  # one batch
            for t in range(0, length, timesteps)
        ]
    )


def strips_by_index(series, batch, timesteps):
    n = len(series) // batch // timesteps
    k, row, t = np.ogrid[:n, :batch, :timesteps]
    return np.asarray(series)[row * n * timesteps + k * timesteps + t][..., np.newaxis]


def cut_to(series, batch, timesteps):
    n = len(series) // (batch * timesteps)
    return n, series[: n * batch * timesteps]


def strips(shape, order=None):
    """The series in this shape, a function of (batches, batch, timesteps), and its axes moved."""

    def answer(series, batch, timesteps):
        n, used = cut_to(series, batch, timesteps)
        cut = used.reshape(shape(n, batch, timesteps))
        return cut if order is None else cut.transpose(order)

    return answer


def strips_of_the_end(series, batch, timesteps):
    n, used = cut_to(series, batch, timesteps)
    return series[len(series) - len(used) :].reshape(batch, n, timesteps, 1).swapaxes(0, 1)


def strips_with_gaps(series, batch, timesteps):
    long = len(series) // batch
    rows = series[: batch * long].reshape(batch, long)
    rows = rows[:, : long // timesteps * timesteps]
    return rows.reshape(batch, -1, timesteps, 1).swapaxes(0, 1)


def strips_that_overlap(series, batch, timesteps):
    x = np.lib.stride_tricks.sliding_window_view(series, timesteps)
    return x[: len(x) // batch * batch].reshape(-1, batch, timesteps, 1)


def strips_without(change):
    return lambda *args: change(strips_by_loop(*args))


WRONG_STRIPS = [
    (strips(lambda n, b, t: (n, b, t, 1)), "the rows of one batch follow each other"),
    (strips(lambda n, b, t: (n, b, t)), "And the axis of the features is missing"),
    (strips(lambda n, b, t: (b, n, t, 1)), "the axes are (batch, batches, timesteps, 1)"),
    (strips(lambda n, b, t: (n, t, b, 1), (0, 2, 1, 3)), "the rows take turns, value by value"),
    (strips(lambda n, b, t: (t, n, b, 1), (1, 2, 0, 3)), "stand in different rows"),
    (strips(lambda n, b, t: (b, t, n, 1), (2, 0, 1, 3)), "in it the batches take turns"),
    (strips(lambda n, b, t: (b, n, t), (1, 0, 2)), "the axis of the features is missing"),
    (strips(lambda n, b, t: (b, n, t, 1), (1, 2, 0, 3)), "(batches, timesteps, batch, 1)"),
    (strips(lambda n, b, t: (b, n, t, 1), (2, 0, 1, 3)), "(timesteps, batch, batches, 1)"),
    (strips_of_the_end, "you leave out its beginning"),
    (strips_with_gaps, "between one row's stretch and the next, values are left out"),
    (strips_without(lambda x: x[:-1]), "one batch too few"),
    (strips_without(lambda x: x[1:]), "the first batch is left out"),
    (strips_without(lambda x: x[:, ::-1]), "the rows come in reverse order"),
    (strips_without(lambda x: x[::-1]), "the batches come in reverse order"),
    # nobody foresaw these
    (strips_without(lambda x: x[:, :, ::-1]), "batches has its timesteps in reverse order"),
    (strips_without(np.squeeze), "batches has lost an axis, of length 1"),
    (strips_that_overlap, "there are 116 batches, where 13 are due: each value"),
    (lambda s, b, t: s.reshape(b, -1, t, 1).swapaxes(0, 1), "raises ValueError"),
    (lambda s, b, t: s, "those that come out when series is returned"),
]


def last_by_sample(h, x, padding):
    return [
        states[max(t for t, step in enumerate(steps) if any(v != padding for v in step))]
        for states, steps in zip(h, x, strict=True)
    ]


def last_from_behind(h, x, padding):
    empty = (x == padding).all(axis=-1)
    behind = np.argmin(empty[:, ::-1], axis=1)
    return np.take_along_axis(h, (h.shape[1] - 1 - behind)[:, None, None], axis=1)[:, 0]


def last_by_copying(h, x, padding):
    state = np.zeros_like(h[:, 0])
    for t in range(h.shape[1]):
        real = np.any(x[:, t] != padding, axis=1, keepdims=True)
        state = np.where(real, h[:, t], state)
    return state


def at(pick, real=lambda x, padding: np.any(x != padding, axis=2)):
    """An answer to the sixth exercise that picks by what it holds for real steps."""
    return lambda h, x, padding: pick(h, real(x, padding))


def picked(h, real, shift=1):
    return h[np.arange(len(h)), real.sum(1) - shift]


def only_real(h, real):
    return h * real[..., None]


WRONG_LAST = [
    (lambda h, x, padding: h[:, -1], "the last state of all: that is a state after padding"),
    (at(lambda h, r: picked(h, r, 0)), "one step too late"),
    (at(lambda h, r: picked(h, r, 2)), "one step too early"),
    (at(lambda h, r: h[:, 0]), "the state after the first step"),
    (at(lambda h, r: h[np.arange(len(h)), np.argmax(r, 1)]), "the state after the first step"),
    (at(lambda h, r: h[:, r.sum(1) - 1]), "the shape is (samples, samples, units)"),
    (at(lambda h, r: h[r.sum(1) - 1]), "that picks samples"),
    (at(lambda h, r: h[:, r.sum(1).max() - 1]), "the longest sequence's length serves for all"),
    (at(lambda h, r: h[:, r.sum(1).min() - 1]), "the shortest sequence's length serves for all"),
    (at(lambda h, r: h[:, r[0].sum() - 1]), "the first sequence's length serves for all"),
    (at(lambda h, r: h[:, r.sum() - 1]), "the real steps of all samples are counted together"),
    (at(lambda h, r: only_real(h, r)[:, -1]), "what lies in the padding is set to 0"),
    (at(lambda h, r: only_real(h, r).sum(1)), "the states of all real steps are added up"),
    (at(lambda h, r: only_real(h, r).mean(1)), "with zeros for the padding"),
    (at(lambda h, r: only_real(h, r).sum(1) / r.sum(1)[:, None]), "real steps are averaged: the"),
    (lambda h, x, padding: h.mean(1), "the mean of all states, those in the padding too"),
    (at(lambda h, r: picked(h, r)[:, None]), "the axis of time is left over"),
    (lambda h, x, p: picked(x, np.any(x != p, axis=2)), "that is what the network read there"),
    (at(lambda h, r: r.sum(1) - 1), "those are the indices of the last real steps"),
    (at(lambda h, r: r.sum(1)), "those are the lengths"),
    (at(picked, lambda x, p: np.all(x != p, axis=2)), "as soon as one of its features"),
    (at(picked, lambda x, p: x[:, :, 0] != p), "the first feature alone decides"),
    (at(picked, lambda x, p: x[:, :, -1] != p), "the last feature alone decides"),
    (at(picked, lambda x, p: np.any(x != 0, axis=2)), "0 is taken for the padding value"),
    (at(picked, lambda x, p: np.any(x != -1, axis=2)), "1 is taken for the padding value"),
    (at(picked, lambda x, p: np.all(x == p, axis=2)), "the steps of the padding are counted"),
    (at(lambda h, r: h[r]), "it is (16, units) = (16, 12), and should be (samples, units)"),
    (at(lambda h, r: picked(h, r)[:, :1]), "states holds the first of its units alone"),
    (lambda h, x, padding: keras.layers.Masking(padding)(x), "h has no part in your result"),
]


RIGHT = {
    "make_windows": [
        windows_by_append,
        windows_by_view,
        windows_by_index,
    ],
    "fix_axes": [
        lambda table: table.T.reshape(*table.T.shape, 1),
        lambda table: np.moveaxis(table[None], 0, 2).swapaxes(0, 1),
        lambda table: [[[value] for value in column] for column in zip(*table)],  # noqa: B905
    ],
    "count_stacked": [
        lambda f, a, b, o: a * (f + a + 1) + b * (a + b + 1) + o * (b + 1),
        lambda f, a, b, o: float((f + a + 1) * a + (a + b + 1) * b + b * o + o),
    ],
    "stacked": [
        stack_of(),
        stack_of(None),  # built when it is first called
        stack_of_cells,
        stack_subclassed,
        stack_functional,
        stack_added,
    ],
    "in_strips": [
        strips_by_loop,
        strips_by_index,
        strips(lambda n, b, t: (b, n, t, 1), (1, 0, 2, 3)),
    ],
    "last_real": [
        last_by_sample,
        last_from_behind,
        last_by_copying,
    ],
    "predict_scaled": [
        scaled_by_steps,
        scaled_by_sample,
        lambda f, w, m, s: m - s * -f(w / s - m / s),
    ],
    "predict_next": [
        next_by_sample,
        next_with_copies,
        next_flat,
    ],
}

WRONG = {
    "make_windows": WRONG_WINDOWS,
    "fix_axes": WRONG_AXES,
    "stacked": WRONG_STACK,
    "count_stacked": WRONG_COUNT,
    "in_strips": WRONG_STRIPS,
    "last_real": WRONG_LAST,
    "predict_scaled": WRONG_SCALED,
    "predict_next": WRONG_NEXT,
}
