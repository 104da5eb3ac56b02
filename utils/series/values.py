"""What the columns of a CSV file mean: numbers and dates.

The judges look at shapes, texts with every digit written 0: a column of millions of numbers has a
few dozen. What has one meaning is read, what has two is asked about, what has none is refused.
"""

import io
import re

import numpy as np

DIGITS = bytes.maketrans(b"123456789", b"000000000")
MISSING = {
    *("", ".", "..", "...", "-", "--", "---", "?", ":", "na", "n/a", "n.a.", "#n/a", "#na", "<na>"),
    *("nan", "null", "none", "nil", "missing", "\\n"),
}
STRANGE = {  # how typographers write minus, space and apostrophe
    **dict.fromkeys("\u2212\u2013\u2014", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
    **dict.fromkeys("\u2019\u02bc", "'"),
}
PLAIN = re.compile(r"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?")
CURRENCY = "$€£¥"
NUMBER = re.compile(
    rf"(?P<before>[-+]? ?[{CURRENCY}]? ?|[{CURRENCY}] ?[-+])"
    r"(?P<body>[0-9.,' ]*[0-9][.,]?)(?P<power>[eE][-+]?[0-9]+)?"
    rf" ?(?P<after>(?:[^\W\d_eE]|[%‰°{CURRENCY}])[^\s0-9.,'+-]*)?"
)
BODY = {  # how a number is written whose decimal mark is the key
    mark: re.compile(
        rf"(?:[0-9]++|[0-9]{{1,3}}(?:([{other}' ])[0-9]{{3}})(?:\1[0-9]{{3}})*)?(?:\{mark}[0-9]*)?"
    )
    for mark, other in ((".", ","), (",", "."))
}
# What stands for a missing value besides nines, in well logs and as the last of whole numbers, and
# besides what is as huge as 1e20 and 9.96921e36, with which climate models fill.
STAND_INS = (999.25, 9999.25, 32767, 32768, 2147483647, 2147483648)


def first_row(pieces, is_it):
    """The number of the first row whose text, as bytes, `is_it`: a function or a set of shapes."""
    if isinstance(is_it, set):
        shapes, is_it = is_it, lambda text: text.translate(DIGITS) in shapes
    rows = (text for piece in pieces for text in piece[:-1].split(b"\n"))
    return next(i for i, text in enumerate(rows) if is_it(text))


def shape_of(text):
    """The text as `number_in` wants it."""
    return re.sub("[0-9]", "0", text.strip(" \t\n").translate(str.maketrans(STRANGE)))


def shapes_of(pieces):
    """The shapes of all rows, each once."""
    shapes = set()
    for piece in pieces:
        shapes.update(piece[:-1].translate(DIGITS).split(b"\n"))
    return shapes


def replaced(pieces, table):
    """The pieces with the texts that `table` names replaced."""
    for old, new in table.items():
        pieces = [piece.replace(old, new) for piece in pieces]
    return pieces


# --- numbers --------------------------------------------------------------------------------------


def read_numbers(table, at, pieces, others, decimal=None, missing=None):
    """The column `at` as floats, NaN where a value is missing. -> (values, their unit or "")

    others: the columns, without dates, in which a decimal mark may be seen as well.
    """
    if not all(piece.isascii() for piece in pieces):
        pieces = replaced(pieces, {old.encode(): new.encode() for old, new in STRANGE.items()})
    words, numbers = stand_ins(missing)
    if words:
        pattern = b"(?m)^(?:" + b"|".join(re.escape(word.encode()) for word in words) + b")$"
        pieces = [re.sub(pattern, b"", piece) for piece in pieces]
    shapes = {shape: shape.decode() for shape in shapes_of(pieces)}
    gaps = {shape for shape, text in shapes.items() if text.lower() in MISSING}
    found = {shape: number_in(shapes[shape]) for shape in shapes.keys() - gaps}
    unit = refuse_texts(table, at, pieces, found)
    mark = decimal_mark(table, at, pieces, found, decimal, others)
    values = as_floats(pieces, found, gaps, unit, mark)
    if np.isinf(values).any():
        raise ValueError(f"{table.place(np.argmax(np.isinf(values)), at)} is too large a number")
    if missing is None:
        ask_about_stand_ins(table, at, values)
    if numbers:
        values[np.isin(values, numbers)] = np.nan
    return values, unit


def stand_ins(missing):
    """What the reader says stands for a missing value. -> (texts, numbers)"""
    marks = missing if isinstance(missing, (list, tuple, set)) else [missing]
    words, numbers = [], []
    for mark in [] if missing is None else marks:
        if isinstance(mark, str):
            words.append(mark.strip(" \t"))
            if PLAIN.fullmatch(words[-1]):
                numbers.append(float(mark))
        elif isinstance(mark, (int, float, np.number)) and not isinstance(mark, bool):
            words.append(f"{mark:.15g}")  # as a text, it needn't have the others' unit
            numbers.append(float(mark))
        else:
            raise ValueError(
                f"missing must be a number such as -999, a text such as 'x', or a list of them, "
                f"got {missing!r:.80}"
            )
    return words, numbers


def number_in(shape):
    """What a shape's number can be: (its decimal marks, its unit). None: it is no number."""
    match = NUMBER.fullmatch(shape)
    if match is None:
        return None
    marks = {mark for mark in ".," if BODY[mark].fullmatch(match["body"])}
    units = [match["before"].strip("-+ "), match["after"] or ""]
    return (marks, "".join(units)) if marks and not all(units) else None


def refuse_texts(table, at, pieces, found):
    """Raise at the first text that is no number, or has not the unit that the others have."""
    units = {number[1] for number in found.values() if number}
    unit = min(units, default="")
    strange = {shape for shape, number in found.items() if number is None or number[1] != unit}
    if strange:
        i = first_row(pieces, strange)
        text = table.cell(i, at)[0]
        hint = f" in {unit!r}, as others are. Write all in one unit" if unit else ""
        if not unit and number_in(shape_of(text)):
            hint = " without a unit, as others are. Write all in one unit, or none"
        if not re.search(r"\d", text) or text.startswith("#"):
            hint += f". If it marks a missing value, say missing={text!r:.40}"
        raise ValueError(f"{table.place(i, at)} is not a number{hint}")
    return unit


def decimal_mark(table, at, pieces, found, decimal, others):
    """The decimal mark of the column: the one with which all its texts are numbers."""
    asked = set(".,") if decimal is None else {decimal}
    common = asked.intersection(*(marks for marks, _ in found.values()))
    if not common:
        refuse_marks(table, at, pieces, found, decimal)
    marked = {mark for mark in ".," if any(mark.encode() in shape for shape in found)}
    if len(common) == 1 or not marked:
        return min(common)
    zero = next(filter(None, (re.search(rb"(?m)^[^0-9\n]*0([.,])", p) for p in pieces)), None)
    if zero:  # 0.155: no thousands begin with 0
        return zero[1].decode()
    seen = marks_elsewhere(table, others)
    if not seen and table.divider == ",":  # then the point is decimal, but in 950 and 1.050
        has_bare = any(not re.search(b"[.,]", shape) for shape in found)
        if not (has_bare and any(re.search(rb"\.[0-9]*0\D", piece) for piece in pieces)):
            seen = {"."}
    if marked == seen:
        return min(marked)
    shapes = {shape for shape in found if b"." in shape or b"," in shape}
    i = first_row(pieces, shapes)
    text = table.cell(i, at)[0]
    point, comma = text.replace(",", ""), text.replace(".", "").replace(",", ".")
    raise ValueError(
        f"{table.place(i, at)} is {point} where the decimal mark is a point, and {comma} where it "
        "is a comma. Say decimal='.' or decimal=','"
    )


def refuse_marks(table, at, pieces, found, decimal):
    """Raise at the first number that has not the decimal mark, or not that of the one before."""
    if decimal is None:
        rows = {}
        for mark in ".,":
            shapes = {shape for shape, (marks, _) in found.items() if marks == {mark}}
            rows[mark] = first_row(pieces, shapes)
        first, i = sorted(rows.values())
        other = f"that of {table.cell(first, at)[0]!r:.80} above"
    else:
        shapes = {shape for shape, (marks, _) in found.items() if decimal not in marks}
        i = first_row(pieces, shapes)
        other = repr(decimal)
    raise ValueError(
        f"{table.place(i, at)} is not a number if its decimal mark is {other}. "
        "Write all numbers of a column alike"
    )


def marks_elsewhere(table, others):
    """The decimal marks of the file's other columns, where their first rows leave no doubt."""
    marks = set()
    for text in (row[at].strip() for row in table.head for at in others):
        zero = re.match(r"[^0-9]*0([.,])[0-9]+$", text)
        number = number_in(shape_of(text))
        if zero or number and len(number[0]) == 1:
            marks |= {zero[1]} if zero else number[0]
    return marks


def as_floats(pieces, shapes, gaps, unit, decimal):
    """The texts as floats, by pandas, which rounds as Python does."""
    import pandas as pd

    other = b",' " if decimal == "." else b".' "

    def plain(text):
        return text.replace(unit.encode(), b"").translate(None, other).replace(b",", b".")

    if unit or any(mark in b"".join(shapes) for mark in b",' " + other):
        pieces, gaps = [plain(piece) for piece in pieces], {plain(gap) for gap in gaps}
    as_they_are = {"names": ["x"], "quoting": 3, "skip_blank_lines": False, "sep": "\x1f"}
    missing = {"keep_default_na": False, "na_values": ["", *(gap.decode() for gap in gaps)]}
    frames = (
        pd.read_csv(io.BytesIO(piece), dtype=np.float64, **as_they_are, **missing)
        for piece in pieces
    )
    return np.concatenate([frame["x"].to_numpy() for frame in frames])


def ask_about_stand_ins(table, at, values):
    """Raise if a number such as -999 lies far from all others: it may mark missing values."""
    rest, strange = values, []
    while edges := [x for x in {np.fmin.reduce(rest), np.fmax.reduce(rest)} if is_far(x, rest)]:
        strange += [float(edge) for edge in edges]
        rest = rest[~np.isin(rest, edges)]
    if strange:
        marks = [int(mark) if mark.is_integer() and abs(mark) < 1e16 else mark for mark in strange]
        said = marks[0] if len(marks) == 1 else marks
        raise ValueError(
            f"{table.place(np.argmax(np.isin(values, strange)), at)} is far from all other values. "
            f"If it marks a missing value, say missing={said}. If it is one, say missing=[]"
        )


def is_far(edge, values):
    """Whether `edge`, which is written as one writes for what is missing, lies off all others."""
    others = values[(values != edge) & ~np.isnan(values)]
    nines = abs(edge) >= 99 and set(f"{abs(edge):.10g}") <= set("9.")
    huge = abs(edge) > 1e6 * max(1e13, np.abs(others).max(initial=0))
    if not nines and not huge and abs(edge) not in STAND_INS:
        return False
    gap = np.abs(others - edge).min(initial=np.inf)
    if len(others) == 0 or gap < abs(edge) / 2:
        return False
    return edge < 0 or edge >= 999 or gap > np.ptp(others)
