"""What came of a call: as arrays, compared, and where it is wrong, in words."""

import itertools
import re

import numpy as np

from utils.words import number

HUGE = 10_000_000  # numbers
FEW = 4  # cases that are named one by one


def as_arrays(value, returns):
    """`value` as a list of float arrays, one for each that is asked for, or a complaint."""
    names, several = list(returns), len(returns) > 1
    numbers = several and all(axes == "" for axes in returns.values())
    if several and isinstance(value, np.ndarray) and value.shape[:1] == (len(names),):
        value = list(value)
    returned = f"your function returns {kind(value)}"
    if several and not (isinstance(value, (tuple, list)) and len(value) == len(names)):
        asked = f"{len(names)} {'numbers' if numbers else 'arrays'} are asked for"
        return f"{returned} where {asked}: {', '.join(names)}"
    if not several and isinstance(value, tuple) and any(np.ndim(v) for v in value):
        return f"{returned} where one array is asked for: {names[0]}"
    if isinstance(value, str):
        return f"{returned}, where numbers are asked for"
    if holds_itself(value):
        return f"{returned} that holds itself: what is appended to it?"
    if isinstance(value, np.ndarray) and value.size > HUGE:
        return f"{returned}: more numbers than any result here holds"
    arrays = []
    for name, item in zip(names, value if several else [value], strict=True):
        try:
            array = np.array(item)
        except ValueError:  # a list whose items differ in length
            array = np.array(None)
        if array.dtype.kind == "c":
            return "what your function returns is complex, and real numbers are asked for"
        if array.dtype.kind not in "biuf":
            which = f", of which {name} is {kind(item)}," if several else ""
            if not several and returns[name] == "":
                return f"{returned}, where one number is asked for"
            return f"{returned}{which} that can't be read as an array of numbers"
        arrays.append(array.astype(float))
    return arrays


def holds_itself(value, around=()):
    """Is it a list that lies in itself? NumPy would unfold it without end."""
    if not isinstance(value, list | tuple):
        return False
    return id(value) in around or any(holds_itself(v, (*around, id(value))) for v in value)


def close(a, b):
    """Equal but for rounding, be it that of float32."""
    if a.shape != b.shape:
        return False
    scale = np.abs(b).max(initial=0)
    if not np.isfinite(scale):
        scale = np.max(np.abs(b[np.isfinite(b)]), initial=0)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        near = np.abs(a - b) <= 1e-5 * (scale or 1)
    return bool((near | (a == b) | ((a != a) & (b != b))).all())  # infinities, and NaN


def same(a, b, part=None):
    """Are two results alike? Of a result with several arrays, `part` picks one to compare."""
    if isinstance(a, list) and isinstance(b, list):
        return all(map(close, a, b)) if part is None else close(a[part], b[part])
    return type(a) is type(b) and str(a) == str(b) and part is None


def alike(results, theirs, part):
    """The same mistake? Of what fails on later probes the words may differ, for they depend on
    which line comes first; and what is empty to one function is an error to another."""
    first, *others = zip(results, theirs, strict=True)
    return same(*first, part) and all(
        same(a, b, part) or (nothing(a) and nothing(b)) for a, b in others
    )


def nothing(result):
    """Is there no number in a result?"""
    if isinstance(result, list):
        return any(array.size == 0 for array in result)
    return isinstance(result, Exception)


def wrong_parts(results, wanted):
    """The positions of the arrays that are wrong on any probe."""
    if not results or not all(isinstance(result, list) for result in results):
        return []
    pairs = list(zip(results, wanted, strict=True))
    return [k for k in range(len(wanted[0])) if not all(same(a, b, k) for a, b in pairs)]


def reworded(words, table):
    """What the first pattern of the table that fits all the words makes of them."""
    fits = (m.expand(to) for this, to in table.items() if (m := re.fullmatch(this, words)))
    return next(fits, words)


def listed(names):
    """x, y and z"""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def places(axis, numbers):
    """timesteps 0 to 3 and 5; sample 2"""
    within = f" of each {axis}" if axis in ("window", "horizon") else ""
    name = "places" if within else called(axis)
    if len(numbers) == 1:
        name = SINGULAR.get(name, name.removesuffix("s"))
    return f"{name} {ranges(numbers)}{within}"


SINGULAR = {"classes": "class", "queries": "query", "batches": "batch"}


def called(axis):
    """What lies along an axis."""
    return "columns" if "*" in axis else {"batch": "samples"}.get(axis, axis)


def ranges(numbers):
    """0 to 3, 5 and 6"""
    runs = [[*numbers[:1]]]
    for n in numbers[1:]:
        runs[-1].append(n) if n == runs[-1][-1] + 1 else runs.append([n])
    told = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run) for run in runs]
    return listed([*itertools.chain(*told)])


def kind(value):
    """A few words for what `value` is."""
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, str):
        return f"the text {value!r:.60}"
    if value is None:
        return "None"
    if np.isscalar(value):
        return "a number"
    name = type(value).__name__
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def shape_words(shape, sizes, others=()):
    """The shape with the names of its sizes; and of what is made of those, where that fits most
    shapes of the same array beside other sizes, too: `others` are pairs of the two."""
    names = {size: axis for axis, size in sizes.items() if size > 1}
    if not {*shape} & {*names}:
        return str(shape)

    def made(n, k):
        words = made_of(sizes).get(n)
        alike = [(o[k], s) for o, s in others if len(o) == len(shape)]
        fits = [{w: n for n, w in made_of(s).items()}.get(words) == m for m, s in alike]
        return words if words and 2 * sum(fits) >= len(fits) else str(n)

    told = [names.get(n) or made(n, k) for k, n in enumerate(shape)]
    return f"({', '.join(told)}{',' * (len(told) == 1)}) = {shape}"


def made_of(sizes):
    """{size: words} of what is made of the sizes: one more or less, twice, two axes in one."""
    long = {axis: size for axis, size in sizes.items() if size > 4}
    made = {n * size: f"{n} * {axis}" for axis, size in long.items() for n in (4, 3, 2)}
    for (one, a), (other, b) in itertools.combinations(long.items(), 2):
        made |= {a + b: f"{one} + {other}", a * b: f"{one} * {other}"}
    made |= {size + k: f"{axis} {k:+d}" for axis, size in long.items() for k in (1, -1)}
    return {size: re.sub(r"([+-])", r"\1 ", words) for size, words in made.items()}


def shape_difference(got, want, sizes, others=()):
    """How the shape of an array differs from what it should be, if it does; `others` are its shapes
    beside other sizes, in pairs."""
    if got.shape == want.shape:
        return None
    shapes = (
        f"{shape_words(got.shape, sizes, others)}, and should be {shape_words(want.shape, sizes)}"
    )
    for order in itertools.permutations(range(got.ndim)) if got.ndim == want.ndim else ():
        if got.ndim == want.ndim and close(got.transpose(order), want):
            return f"has the right numbers in the wrong order of axes: its shape is {shapes}"
    if got.ndim and not want.ndim:
        add = ": add them up" if got.size > 1 and close(got.sum(), want) else ""
        holds = "is a number in brackets" if got.size == 1 else f"holds {got.size} numbers"
        return f"{holds}, where one number is asked for{add}"
    if want.ndim and not got.ndim:
        return f"is a single number, and should have the shape {shape_words(want.shape, sizes)}"
    if got.size == want.size and close(got.squeeze(), want.squeeze()):
        axis = "one axis too many" if got.ndim > want.ndim else "lost an axis"
        axis = axis if got.ndim != want.ndim else "an axis in the wrong place"
        return f"has {axis}, of length 1: its shape is {shapes}"
    if got.size == want.size and close(got.ravel(), want.ravel()):
        return f"has the right numbers, cut into other axes: its shape is {shapes}"
    for k in range(got.ndim) if got.ndim == want.ndim + 1 else ():
        if close(got.sum(k), want):
            names = {size: axis for axis, size in sizes.items() if size > 1}
            return (
                f"is not summed over {names.get(got.shape[k], f'axis {k}')}: its shape is {shapes}"
            )
    square = got.ndim == want.ndim == 2 and got.shape == want.shape[:1] * 2
    made = ": @ makes that of two arrays, and * multiplies element by element" if square else ""
    return f"has the wrong shape: it is {shapes}{made}"


def difference(got, want, axes, truths=False):
    """How one array differs from what it should be, if there is a pattern in it; `truths` says
    whether its numbers are False and True."""
    if not np.isfinite(got).all():
        return "holds NaN or infinity" if got.ndim else f"is {got}, which is no number"
    two = two_valued(got) and two_valued(want)
    which = (
        of_truths(got, want, [False, True] if truths else [0, 1]) if two and want.ndim == 1 else ""
    )
    if want.size > 1 and want.any() and not two:
        factor = np.sum(got * want) / np.sum(want * want)
        if close(got, factor * want):
            return (
                f"is {number(factor)} times what it should be" if factor else "is zero everywhere"
            )
    for k, axis in enumerate(axes):
        right = [close(got.take(i, k), want.take(i, k)) for i in range(want.shape[k])]
        if any(right) and not all(right) and axes.count(axis) == 1:
            wrong = [i for i, ok in enumerate(right) if not ok]
            at = f"{places(axis, wrong)}, counted from 0,"
            if len(wrong) > 8 and wrong[-1] - wrong[0] >= len(wrong):
                at = f"{len(wrong)} of the {len(right)} {called(axis)},"
            return f"is wrong at {at} and right elsewhere{which}"
    for k, axis in enumerate(axes):
        if want.ndim > 1 < want.shape[k] and close(in_order(got, k), in_order(want, k)):
            return f"has the right {axis}, but in another order"
    if want.ndim and close(np.sort(got, axis=None), np.sort(want, axis=None)):
        return "has the right numbers in the wrong places"
    return None


def two_valued(array):
    """Does it hold nothing but 0 and 1, as what is True or False does?"""
    return bool(np.isin(array, (0, 1)).all())


def of_truths(got, want, names):
    """How many are 0 where 1 is right, and the other way round; or as the two are called."""
    off = [(np.sum((want == a) & (got == 1 - a)), a) for a in (1, 0)]
    few = [("one is" if n == 1 else f"{n} are", a) for n, a in off if n]
    told = [f"{these} {names[1 - a]} where {names[a]} is right" for these, a in few]
    return f": {' and '.join(told)}" if told else ""


def in_order(a, axis):
    """The slices of `a` along `axis` as rows, sorted, so that their order no longer counts."""
    rows = np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1)
    return rows[np.lexsort(rows.T)]
