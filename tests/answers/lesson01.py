"""Answers to lesson 01: right ones in other words, wrong ones and what they are told."""

import math

import numpy as np

from utils.checks import lesson01

STATE = np.zeros(2)  # as in lesson 1


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def steps_of(x, W_x, W_h, b, h_prev=None):
    """All states as a list, timestep after timestep."""
    states = [np.zeros((len(x), len(b))) if h_prev is None else h_prev]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ W_x + states[-1] @ W_h + b))
    return states[1:]


def forward_by_sample(x, W_x, W_h, b):
    return [np.stack(steps_of(sample[None], W_x, W_h, b), axis=1)[0] for sample in x]


def forward_float32(x, W_x, W_h, b):
    x, W_x, W_h, b = (a.astype(np.float32) for a in (x, W_x, W_h, b))
    return np.stack(steps_of(x, W_x, W_h, b), axis=1)


def step_by_loops(x_t, h_prev, W_x, W_h, b):
    rows = []
    for x_row, h_row in zip(x_t, h_prev, strict=True):
        rows.append([])
        for j in range(len(b)):
            z = b[j] + sum(x_row[i] * W_x[i, j] for i in range(len(x_row)))
            z += sum(h_row[i] * W_h[i, j] for i in range(len(b)))
            rows[-1].append(math.tanh(z))
    return rows


X, TERMS = "x_t, h_prev, W_x, W_h, b", "look at what you do with"


def step_adds_to_input(x_t, h_prev, W_x, W_h, b):
    h_prev @= W_h
    h_prev += x_t @ W_x + b
    return np.tanh(h_prev)


def step_misspells(x_t, h_prev, W_x, W_h, b):
    z = x_t @ W_x + h_prev @ W_h
    return np.tanh(z + bias)  # noqa: F821


def step_reads_too_early(x_t, h_prev, W_x, W_h, b):
    for row in x_t:
        z = z + row @ W_x  # noqa: F821
    return z


def step_calls_itself(x_t, h_prev, W_x, W_h, b):
    return step_calls_itself(x_t, h_prev, W_x, W_h, b)


def step_with_a_global(x_t, h_prev, W_x, W_h, b):
    return np.tanh(x_t @ W_x + STATE @ W_h + b)


def step_forgets_arguments(x_t, h_prev, W_x, W_h, b):
    return step_with_a_global(x_t, h_prev)


def step_leaves_stub(x_t, h_prev, W_x, W_h, b):
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b)
    raise NotImplementedError()
    return h_t


def step_leaves_stub_above(x_t, h_prev, W_x, W_h, b):
    raise NotImplementedError()
    h_t = np.tanh(x_t @ W_x + h_prev @ W_h + b)
    return h_t


LEFT = "here samples are rows"


def step_with_two(x, h, U, V, b):
    return np.tanh(x @ U + np.zeros(2) @ V + b)


WRONG_STEP = [
    (lambda x, h, U, V, b: x @ U + h @ V + b, "that is z_t, the sum inside the tanh"),
    (lambda x, h, U, V, b: sigmoid(x @ U + h @ V + b), "stays between 0 and 1"),
    (lambda x, h, U, V, b: np.maximum(0, x @ U + h @ V + b), "negative sums are cut off"),
    (lambda x, h, U, V, b: np.tan(x @ U + h @ V + b), "that is the tangent"),
    (lambda x, h, U, V, b: np.tanh(np.tanh(x @ U + h @ V + b)), "tanh is applied twice"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V), "the bias is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V - b), "the bias is subtracted"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V) + b, "added after the tanh"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V.T + b), "W_h is transposed"),
    (lambda x, h, U, V, b: np.tanh((V @ h.T).T + x @ U + b), "W_h is transposed"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h * V + b), "multiplied elementwise (*)"),
    (lambda x, h, U, V, b: np.tanh(x * U + h @ V + b), "x_t and W_x are multiplied elementwise"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h * V.diagonal() + b), "each unit hears itself alone"),
    (lambda x, h, U, V, b: np.tanh(h @ V + b), "the input is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + b), "the previous state is missing"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h + b), "the previous state is added as it is"),
    (lambda x, h, U, V, b: h + np.tanh(x @ U + h @ V + b), "added once more, outside"),
    (lambda x, h, U, V, b: x @ U + h @ V + b + h, "tanh is missing, and h_prev"),
    (lambda x, h, U, V, b: np.tanh(x @ V + h @ U + b), "is W_h in the place of W_x"),
    (lambda x, h, U, V, b: np.tanh(x @ U.T + h @ V + b), "or W_x transposed?"),
    (lambda x, h, U, V, b: np.tanh(np.dot(x, U.T) + np.dot(h, V) + b), "or W_x transposed?"),
    (lambda x, h, U, V, b: np.tanh(h @ U + x @ V + b), "W_x and W_h are swapped"),
    (lambda x, h, U, V, b: np.tanh(x @ U + V + b), "(6 is batch, 9 is units)"),  # no false name
    (lambda x, h, U, V, b: np.tanh(np.dot(x, V) + np.dot(h, U) + b), "is W_h in the place of W_x"),
    (lambda x, h, U, V, b: np.tanh(U @ x + V @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(np.dot(U, x) + np.dot(V, h) + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(U.T @ x + V.T @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(x @ U + V @ h + b), LEFT),
    (lambda x, h, U, V, b: np.tanh(x @ U) + np.tanh(h @ V) + np.tanh(b), "to each term by itself"),
    (lambda x, h, U, V, b: np.tanh(x @ U + b) + np.tanh(h @ V), "to two parts of the sum"),
    (lambda x, h, U, V, b: np.tanh(x @ U) + h @ V + b, "look at the parentheses"),
    # nobody foresaw these
    (
        lambda x, h, U, V, b: np.tanh(np.sin(x) @ U + h @ V + b),
        f"while x_t is zero, as far as tried, and wrong otherwise: {TERMS} x_t",
    ),
    (lambda x, h, U, V, b: np.tanh(x @ U + h**3 @ V + b), f"{TERMS} h_prev"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b**2), f"{TERMS} b"),
    (lambda x, h, U, V, b: np.tanh(x**2 @ U + h**3 @ V + b), f"{TERMS} x_t and h_prev"),
    (lambda x, h, U, V, b: np.tanh((x @ U + h @ V + b) * 1.1), "of 1.1 times the sum"),
    (lambda x, h, U, V, b: -np.tanh(x @ U + h @ V + b), "h_t has the wrong sign."),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b) / 2, "h_t is 0.5 times what it should be"),
    (lambda x, h, U, V, b: np.zeros_like(h), "h_t is zero everywhere"),
    (lambda x, h, U, V, b: np.log(x @ U + h @ V + b), "h_t holds NaN or infinity"),
    (lambda x, h, U, V, b: np.exp(1e9 * (h @ V + b)), "h_t holds NaN or infinity"),
    (lambda x, h, U, V, b: np.ones((3, 5)), "you return the same numbers"),
    (lambda x, h, U, V, b: h[9:], "h_t has the wrong shape"),  # empty, whatever the arguments
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b)[:, :9],
        "but with other sizes, 20 features and 10 units, h_t has the wrong shape",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).T,
        "h_t is transposed: its axes are (units, batch), and should be (batch, units).",
    ),
    (
        lambda x, h, U, V, b: np.tanh(U.T @ x.T + V.T @ h.T + b[:, None]),
        "h_t is transposed",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).T.reshape(h.shape),
        "h_t has the right numbers in the wrong places: reshape doesn't swap axes; did you",
    ),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).sum(axis=0), "h_t is summed over samples."),
    (lambda x, h, U, V, b: [np.tanh(x @ U + h @ V + b)], "its shape is (1, batch, units)."),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b).squeeze(),
        "One that is not, for a single sample: h_t has lost an axis",
    ),
    (
        lambda x, h, U, V, b: np.tanh(x[:1] @ U + h[:1] @ V + b) + 0 * h,
        "h_t has the first of its samples in every place.",
    ),
    (
        lambda x, h, U, V, b: (np.tanh(x @ U + h @ V + b), h),
        "returns a tuple of 2 where one array is",
    ),
    (lambda x, h, U, V, b: U.reshape(3, -1), "it is (3, 51), and should be (batch, units)"),
    (lambda x, h, U, V, b: 1j * h, "is complex"),
    (lambda x, h, U, V, b: [[1.0], [1.0, 2.0]], "can't be read as an array of numbers"),
    (lambda x, h, U, V, b: np.tanh(x @ U + h @ V + b) + np.random.rand(), "or is random"),  # noqa: NPY002
    (lambda x, h, U: x, f"rnn_step takes ({X}), not (x, h, U)"),
    (step_adds_to_input, "changes its argument h_prev in place"),
    (step_leaves_stub, "raise NotImplementedError() still stands in your function: delete"),
    (step_leaves_stub_above, "raise NotImplementedError() still stands in your function: delete"),
    # exceptions
    (step_misspells, "line 3 of your function, `return np.tanh(z + bias)"),
    (step_misspells, "NameError: name 'bias' is not defined: is it spelt"),
    (step_reads_too_early, "raises UnboundLocalError"),
    (step_reads_too_early, "a name is read before it has a value"),
    (step_calls_itself, "calls itself and never comes to an end"),
    (
        lambda x, h, U, V, b: np.tanh(x.T @ U + h @ V + b),
        "size 6 on the left and size 17 on the right must agree (6 is batch, 17 is features)",
    ),
    (
        lambda x, h, U, V, b: np.tanh(np.dot(x.T, U) + h @ V + b),
        "multiplies (17, 6) by (17, 9): the 6 and the 17 must be equal (6 is batch, 17 is",
    ),
    (lambda x, h, U, V, b: 2.0 @ (x @ U), "with a single number, and @ takes arrays"),
    (
        lambda x, h, U, V, b: x[:, 17] * U,
        "is out of bounds for axis 1 with size 17: that index is past the end (17 is features)",
    ),
    (lambda x, h, U, V, b: x[0, 0, 0], "but 3 were indexed."),  # no legend, no hint
    (step_forgets_arguments, "arguments: 'W_x', 'W_h', and 'b'."),  # nor here
    (lambda x, h, U, V, b: math.tanh(x @ U), "np.tanh takes arrays, math.tanh does not"),
    # what came from the notebook
    (step_with_a_global, "2 is no size of the arguments, and `STATE` is a variable"),
    (step_with_a_global, "`STATE` is a variable of the notebook."),
    (step_with_two, "2 is no size of the arguments: is it written out?"),
    (
        lambda x, h, U, V, b: np.tanh(x @ U + np.zeros(2) + b),
        "(6, 9) (2,) (6 is batch, 9 is units): 2 is",
    ),
    # not a function
    (np.zeros((3, 5)), "hand over the function itself, rnn_step, not an array of shape (3, 5)"),
    (None, "hand over the function itself, rnn_step, not None"),
    (lesson01.rnn_step, "hand over the function itself, rnn_step, not an Exercise"),
]


def stacked(x, U, V, b, h_prev=None):
    return np.stack(steps_of(x, U, V, b, h_prev), axis=1)


def forward_over_batch(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    h_prev = np.zeros(len(b))
    for t in range(x.shape[0]):
        h_prev = h[t] = np.tanh(x[t] @ W_x + h_prev @ W_h + b)
    return h


def forward_len_x(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    h_prev = np.zeros((len(x), len(b)))
    for t in range(len(x)):
        h_prev = h[:, t] = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
    return h


def forward_first_axis(x, W_x, W_h, b):
    states, h_prev = [], np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        h_prev = np.tanh(x[t] @ W_x + h_prev @ W_h + b)
        states.append(h_prev)
    return np.stack(states, axis=1)


def forward_carries_between_samples(x, W_x, W_h, b):
    h, h_prev = np.zeros((*x.shape[:2], len(b))), np.zeros(len(b))
    for i in range(len(x)):
        for t in range(x.shape[1]):
            h_prev = h[i, t] = np.tanh(x[i, t] @ W_x + h_prev @ W_h + b)
    return h


def forward_aliases(x, W_x, W_h, b):
    states, h = [], np.zeros((len(x), len(b)))
    for t in range(x.shape[1]):
        h[:] = np.tanh(x[:, t] @ W_x + h @ W_h + b)
        states.append(h)
    return states


def forward_aliases_batch_first(x, W_x, W_h, b):
    return np.swapaxes(forward_aliases(x, W_x, W_h, b), 0, 1)


def forward_returns_inside(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], len(b)))
    for t in range(x.shape[1]):
        h[:, t] = np.tanh(x[:, t] @ W_x + h[:, t - 1] @ W_h + b)
        return h


def forward_remembers(x, W_x, W_h, b, kept={}):  # noqa: B006
    h_prev = kept.get(len(x), np.zeros((len(x), len(b))))
    h = stacked(x, W_x, W_h, b, h_prev)
    kept[len(x)] = h[:, -1]
    return h


def forward_appends_to_default(x, W_x, W_h, b, states=[]):  # noqa: B006
    states += steps_of(x, W_x, W_h, b)
    return states


def forward_prints(x, W_x, W_h, b):
    for h in steps_of(x, W_x, W_h, b):
        print(h.shape, end=" ")


def forward_middle_wrong(x, W_x, W_h, b):
    h = stacked(x, W_x, W_h, b)
    h[:, 3:5] += 1
    return h


def forward_zeroed_input(x, W_x, W_h, b):
    x[:, 0] = 0
    return stacked(x, W_x, W_h, b)


def forward_reshapes(x, W_x, W_h, b):
    return np.array(steps_of(x, W_x, W_h, b)).reshape(*x.shape[:2], len(b))


def forward_over_linear_states(x, W_x, W_h, b):
    h, h_t = np.zeros((*x.shape[:2], len(b))), 0 * b
    for t in range(x.shape[1]):
        h_t = h[:, t] = x[:, t] @ W_x + h_t @ W_h + b
    return h


def forward_allocates_wrongly(x, W_x, W_h, b):
    return np.zeros(len(x), x.shape[1], len(b))


def forward_with_two_units(x, W_x, W_h, b):
    h = np.zeros((*x.shape[:2], 2))
    h[:, 0] = np.tanh(x[:, 0] @ W_x + b)
    return h


def shifted(x):
    return np.roll(x, 1, axis=1)


BATCH_LOOP = "the loop runs over the batch"

WRONG_FORWARD = [
    (lambda x, U, V, b: steps_of(x, U, V, b)[-1], "that is the last state alone"),
    (lambda x, U, V, b: steps_of(x, U, V, b), "the axes are (timesteps, batch, units)"),
    (lambda x, U, V, b: np.array(steps_of(x, U, V, b)), "the axes are (timesteps, batch, units)"),
    (lambda x, U, V, b: np.tanh(x @ U + b), "nothing is carried over"),
    (lambda x, U, V, b: stacked(x[:, ::-1], U, V, b)[:, ::-1], "time runs backwards"),
    (lambda x, U, V, b: stacked(x[:, ::-1], U, V, b), "read from the last to the first"),
    (lambda x, U, V, b: stacked(shifted(x), U, V, b), "step t reads the input t - 1"),
    (lambda x, U, V, b: np.insert(stacked(x, U, V, b), 0, 0, axis=1)[:, :-1], "the first one h_0"),
    (lambda x, U, V, b: np.insert(stacked(x, U, V, b), 0, 0, axis=1), "one too many"),
    (lambda x, U, V, b: stacked(x, U, V, b, np.ones((len(x), len(b)))), "h_0 is zero"),
    (lambda x, U, V, b: stacked(x, U, V.T, b), "W_h is transposed"),
    (lambda x, U, V, b: stacked(x, U, V, 0 * b), "the bias is missing"),
    (forward_over_batch, BATCH_LOOP),
    (forward_len_x, BATCH_LOOP),
    (forward_first_axis, "x[t] is a whole sample"),
    (forward_carries_between_samples, "of one sample is handed to the next sample"),
    (forward_aliases, "all states equal the last one, and the batch should come first"),
    (forward_aliases_batch_first, "all states equal the last one: is one array stored"),
    (forward_returns_inside, "does the return stand inside the loop"),
    (forward_remembers, "something outlives the call"),
    (forward_appends_to_default, "something outlives the call"),
    (forward_prints, "prints but does not return"),
    (forward_reshapes, "did you want a transpose?"),
    (forward_over_linear_states, "tanh is missing"),
    (forward_allocates_wrongly, "the shape goes in as a tuple, in brackets of its own."),
    (forward_with_two_units, "2 is no size of the arguments: is it written out"),
    (forward_middle_wrong, "look at line 3 of your function, `h[:, 3:5] += 1`."),
    (forward_zeroed_input, "changes its argument x in place"),
    (
        lambda x, U, V, b: stacked(x, U, V, b).transpose(2, 0, 1),
        "order of its axes: (units, batch, timesteps), and should be (batch",
    ),
    (
        lambda x, U, V, b: stacked(x, U, V**2, b),
        "h is wrong at timesteps 1 to 12",
    ),
    (lambda x, U, V, b: stacked(np.sin(x), U, V, b), "h is right while x is zero"),
    (
        lambda x, U, V, b: tuple(steps_of(x, U, V, b)),
        "returns a tuple of 13 where one array is asked",
    ),
    (lambda x, U, V, b: stacked(x, U, V, b)[0], "h holds the first of its samples alone."),
]

WRONG_COUNT = [
    (
        lambda f, u, o: f * u + u * u + u * o,
        "are both biases missing, or b_y and the weight of each unit to itself?",
    ),
    (lambda f, u, o: f * u + u * u + u * o + o, "is b missing, or the weight of each unit"),
    (lambda f, u, o: f * u + u * u + u + u * o, "the bias b_y is missing"),
    (lambda f, u, o: f * u + u + u * o + o, "the weights W_h are missing"),
    (lambda f, u, o: f * u + u * u + u, "W_y and b_y are missing"),
    (lambda f, u, o: u * o + o, "W_x, W_h and b are missing"),
    (lambda f, u, o: u * u + u + u * o + o, "the weights W_x are missing"),
    (lambda f, u, o: f * u + u * u + u + o, "the weights W_y are missing"),
    (lambda f, u, o: u * (f + u + 2) + o * (u + 1), "is the bias b counted twice, or h_0"),
    (lambda f, u, o: f * u + f * f + u + u * o + o, "the number of features is not in its shape"),
    (lambda f, u, o: f * u + u + u + u * o + o, "one weight for each unit"),
    (lambda f, u, o: f + u + u + u * o + o, "their sizes are products"),
    (
        lambda f, u, o: f * u + u * u + u + u * o + u,
        "one number for each output, not for each unit",
    ),
    (lambda f, u, o: f * u + u * u + 1 + u * o + o, "the bias b has one number for each unit"),
    (lambda f, u, o: f * u + u * u + u + u * o + 1, "the bias b_y has one number for each output"),
    (lambda f, u, o: f * u + u * (u - 1) + u + u * o + o, "too few by `units`: is b missing, or"),
    (lambda f, u, o: f * u + u * (u - 1) + u + u * o, "too few by `units` and `outputs`"),
    (lambda f, u, o: f * u + u * u + u + f * o + o, "W_y leads from the units to the outputs"),
    (lambda f, u, o: f * u + u * u + 1 + u * o + 1, "each bias is counted as one"),
    (lambda f, u, o: 52, "you return the same number whatever the arguments"),
    (lambda f, u, o: f * u * o, "features = 3, units = 5, outputs = 2 you count 30"),
    (lambda f, u, o: u * (f + u + 1) + o * (u + 1) + 0.5, "the count is larger by 0.5 everywhere"),
    (lambda f, u, o: "57", "returns the text '57', where numbers are asked for"),
    (lambda f, u, o: (f * u, u * u), "the count holds 2 numbers, where one number is asked for."),
    (
        lambda f, u, o: [f * u, u * u, u, u * o, o],
        "the count holds 5 numbers, where one number is asked for: add them up",
    ),
    (lambda f, u, o: print("57", end=" "), "prints but does not return"),
    (lambda f, u: f * u, "count_parameters takes (features, units, outputs), not (f, u)"),
]

WRONG_HALF_LIFE = [
    (lambda n: 0.5 / n, "after two of them w * w is left"),
    (lambda n: 0.5**1 / n, "** binds tighter than /"),
    (lambda n: 1 - 0.5 / n, "equal bites"),
    (lambda n: 0.5**n, "w is the unknown"),
    (lambda n: 1 / n, "the more steps, the smaller is your w"),
    (lambda n: 1 - 1 / n, "about 1/e"),
    (lambda n: np.exp(-1 / n), "that is the w that leaves 1/e"),
    (lambda n: math.exp(-0.5 / n), "61%"),
    (lambda n: 2 ** (1 / n), "doubles instead of halving"),
    (lambda n: math.log(0.5) / n, "the logarithm of w"),
    (lambda n: 0.5, "at every step"),
    (lambda n: n**0.5, "square root of the number of steps"),
    (lambda n: (1 / n) ** 0.5, "the base and the exponent are swapped"),
    (lambda n: 0.9330329915368074, "you return the same number"),
    (lambda n: 0.95, "you return the same number"),
    (lambda n: np.log(-n), "is nan, which is no number"),
    (lambda n: 1 - 0.07 * n, "your w is 0.3, and w to the power of 10 is 5.9 × 10⁻⁶, not one half"),
    (lambda n: 0.5 ** (1 / (n - 1)), "off by one: after"),
    (lambda n: 1e300 * n, "not one half"),
    (lambda n: [0.5 ** (1 / n)], "w is a number in brackets, where one number is asked for"),
    (lambda n: round(0.5 ** (1 / n), 3), "w is rounded to 3 digits"),
    (lambda n: round(0.5 ** (1 / n), 4), "w is rounded to 4 digits"),
    (
        lambda n: min(np.arange(0, 1, 1e-3), key=lambda w: abs(w**n - 0.5)),
        "w is rounded",
    ),
    (lambda n: -(0.5 ** (1 / n)), "w has the wrong sign"),
    (lambda n: (-0.5) ** (1 / n), "what your function returns is complex"),
]


RIGHT = {
    "rnn_step": [
        step_by_loops,
        lambda x, h, U, V, b: np.tanh(b + np.dot(h, V) + np.dot(x, U)),
        lambda x, h, U, V, b: np.tanh(np.einsum("nf,fu->nu", x, U) + (V.T @ h.T).T + b),
        lambda x, h, U, V, b: np.tanh(np.c_[x, h] @ np.r_[U, V] + b).astype(np.float32),
        lambda x, h, U, V, b, units=None: 2 * sigmoid(2 * (x @ U + h @ V + b)) - 1,
    ],
    "rnn_forward": [
        forward_by_sample,
        forward_float32,
        lambda x, U, V, b: np.swapaxes(steps_of(x, U, V, b), 0, 1),
    ],
    "count_parameters": [
        lambda f, u, o: u * (f + u + 1) + o * (u + 1),
        lambda f, u, o: float((f + u + 1) * u + (u + 1) * o),
    ],
    "weight_for_half_life": [
        lambda n: np.exp(-np.log(2) / n),
        lambda n: 2 ** (-1 / n),
        lambda n: np.float32(np.power(0.5, 1 / n)),
    ],
}

WRONG = {
    "rnn_step": WRONG_STEP,
    "rnn_forward": WRONG_FORWARD,
    "count_parameters": WRONG_COUNT,
    "weight_for_half_life": WRONG_HALF_LIFE,
}
