"""The dates of a CSV file: which column holds them, how they are written, whether they are even.

Dates are rewritten with the year first, and then read by pandas. What may be the day or the month
is asked about.
"""

import re
from datetime import timedelta, timezone

import numpy as np

from utils.arguments import one_of
from utils.series.values import (
    DIGITS,
    MISSING,
    PLAIN,
    STRANGE,
    first_row,
    number_in,
    replaced,
    shape_of,
    shapes_of,
)

MONTHS = (
    "january february march april may june july august september october november december"
).split()
MONTH = re.compile(rb"(?<![a-z])([a-z]{3,9}|q[0-4])\.?(?![a-z])", re.I)
NUMBERS = {f"q{k}".encode(): b"m%02d" % (3 * k - 2) for k in range(1, 5)} | {
    month[:letters].encode(): b"m%02d" % (i + 1)
    for i, month in enumerate(MONTHS)
    for letters in range(3, len(month) + 1)
}  # of a quarter its first month
ZONE = rb" ?(?:Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)"
OFFSET = rb"(Z|z|[-+]\d\d):?(\d\d)?$"
CLOCK = rb"(?:\d\d?(?:[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?)?|\d{4}(?:\d\d)?)"
TIME = rb"(?:[T ]" + CLOCK + rb"(?P<half> ?[ap]\.?m\.?)?(?P<zone>" + ZONE + rb")?)?"
YEAR_FIRST = rb"(?:\d{4}(?:-\d\d?){0,2}|\d{4}(?:/\d\d?){1,2}|\d{4}\.\d\d?\.\d\d?|\d{4}\.\d\d|\d{8})"
NUMBERED = rb"(\d\d?)([-/.])(\d\d?)[-/.](\d{4})"  # the day first, or the month?
REWRITTEN = {  # other forms, and the year first. A month's name has become m and its number
    rb"(\d\d?)[-/.](\d{4})": rb"\2-\1",
    rb"(\d{4})[- ]?m(\d\d)": rb"\1-\2",
    rb"(\d\d?)[-. ]+m(\d\d),?[-. ]+(\d{4})": rb"\3-\2-\1",
    rb"m(\d\d)[- ]+(\d\d?),? (\d{4})": rb"\3-\1-\2",
    rb"m(\d\d)[-. ]+(\d{4})": rb"\2-\1",
    rb"(\d{4})[-. ]+m(\d\d)[-. ]+(\d\d?)": rb"\1-\2-\3",
}
FORMS = {form: re.compile(form + TIME, re.I) for form in (YEAR_FIRST, NUMBERED, *REWRITTEN)}
WITHOUT = "dates=False takes the rows as they are, each as one step"


# --- which column ---------------------------------------------------------------------------------


def date_columns(table, column, dates):
    """The columns that hold the dates: none, one, or two, of days and of times."""
    names = {name: i for i, name in enumerate(table.header)}
    if dates is False:
        return []
    if isinstance(dates, (list, tuple)) and len(dates) == 2:
        both = [one_of("dates", name, names) for name in dates]
        if both[0] == both[1]:
            raise ValueError(f"dates must be two columns, got {dates[0]!r:.80} twice")
        return both
    if dates is not None:
        return [one_of("dates", dates, names)]
    free = [i for name, i in names.items() if name != column] if len(names) > 1 else []
    dated = [i for i in free if mostly_dates(table, i)]
    if 0 in dated or len(dated) == 1:
        return dated[:1]
    if dated:
        found = ", ".join(table.header[i] for i in dated)
        raise ValueError(f"dates must be one of {found}, which hold dates, got None")
    first = next(iter(known_texts(table, 0)), "0")
    if 0 in free and number_in(shape_of(first)) is None:
        return [0]  # words: `read_dates` tells what is wrong with the first
    falling = [i for i in free if counts_down(table, i)]
    if falling and (column is not None or falling[0] == 0):
        raise ValueError(
            f"{table.name}, column {table.header[falling[0]]!r}: the numbers count down. Is the "
            f"newest row the first? Sort the rows, oldest first. {WITHOUT}"
        )
    return []


def known_texts(table, at):
    """The column's first texts, without those that are missing."""
    texts = [row[at].strip() for row in table.head if at < len(row)]
    return [text for text in texts if text.lower() not in MISSING]


def mostly_dates(table, at):
    texts = known_texts(table, at)
    return sum(map(is_date, texts)) > len(texts) / 2


def is_date(text):
    """Whether the text is written as a date: 20120131, 2012.01 and 01.2012 are, of numbers."""
    if PLAIN.fullmatch(text):
        year, month, day = r"(1[5-9]|2[01])\d\d", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
        forms = rf"{year}{month}{day}|{year}\.{month}|0[1-9]\.{year}"
        return re.fullmatch(forms, text) is not None
    return match_of(numbered(text.encode())) is not None


def counts_down(table, at):
    """Whether the column holds numbers, each smaller than the one before.

    In other columns than the first they have to be years, where some may be the same.
    """
    texts = [row[at].strip() for row in table.head]
    if len(texts) < 2 or not all(PLAIN.fullmatch(text) for text in texts):
        return False
    steps = np.diff([float(text) for text in texts])
    if at > 0 and all(re.fullmatch(r"(1[5-9]|2[01])\d\d", text) for text in texts):
        return bool(np.isin(steps, (-1, 0)).all() and steps.any())
    return at == 0 and bool(np.all(steps < 0))


# --- from texts to dates --------------------------------------------------------------------------


def read_dates(table, columns, pieces, dayfirst=None):
    """The column, or the two, as a DatetimeIndex: each date once, oldest first, evenly spaced."""
    import pandas as pd

    at = columns[0]
    pieces = side_by_side([pieces[at] for at in columns])
    if not all(piece.isascii() for piece in pieces):
        pieces = replaced(pieces, {old.encode(): new.encode() for old, new in STRANGE.items()})
    shapes = shapes_of(pieces)
    if any(MONTH.search(shape) for shape in shapes):
        pieces = [numbered(piece) for piece in pieces]
        shapes = shapes_of(pieces)
    matches = {shape: match_of(shape) for shape in shapes}
    strange = {shape for shape, match in matches.items() if match is None}
    if strange:
        refuse_date(table, columns, first_row(pieces, strange))
    zoned = {bool(match["zone"]) for match in matches.values()}
    if len(zoned) == 2:
        i = first_row(pieces, lambda text: not matches[text.translate(DIGITS)]["zone"])
        raise ValueError(
            f"{table.place(i, at)} has no time zone, which others have: "
            f"the dates are in several time zones. {WITHOUT}"
        )
    pieces = year_first(table, at, pieces, {match.re for match in matches.values()}, dayfirst)
    pieces = [plain_clock(piece, matches) for piece in pieces]
    stamps = to_stamps(pieces, True in zoned)
    if np.isnat(stamps).any():
        refuse_date(table, columns, np.argmax(np.isnat(stamps)))
    stamps, zone = in_one_zone(table, at, pieces, stamps) if True in zoned else (stamps, None)
    refuse_disorder(table, at, stamps)
    index = pd.DatetimeIndex(stamps, freq="infer", name=table.header[at])
    return index if zone is None else index.tz_localize("UTC").tz_convert(zone)


def side_by_side(columns):
    """The pieces of one column, or of two with a space between: days and times of day."""
    if len(columns) == 1:
        return [re.sub(rb"  +", b" ", p) if b"  " in p else p for p in columns[0]]
    rows = (
        zip(*(p.split(b"\n")[:-1] for p in pair), strict=True)
        for pair in zip(*columns, strict=True)
    )
    return [b"\n".join(map(b" ".join, pairs)) + b"\n" for pairs in rows]


def numbered(text):
    """The bytes with m08 for Aug, August or aug, and m07, the first month, for Q3.

    Only English names: marras is November in Finnish.
    """
    return MONTH.sub(lambda match: NUMBERS.get(match[1].lower(), match[0]), text)


def match_of(text):
    """How the text is written as a date, as a match of one of the FORMS, or None."""
    return next(filter(None, (form.fullmatch(text) for form in FORMS.values())), None)


def refuse_date(table, columns, i):
    """Raise: row i holds no date in the columns, one or two."""
    text = " ".join(table.cell(i, at)[0] for at in columns)
    expected = "a date such as 2012-01-31, 31.01.2012 or 2012-01-31 22:00"
    if re.match(r"(\d\d?[-/. ]\w{1,9}|[a-zA-Z]{3,9})[-/. ]\d\d(?![\d:,])", text):
        expected = "a date with four digits for its year"
    elif re.search(r"[T ](24|\d\d?[:.]60|\d\d?[:.]\d\d[:.]60)\b", text):
        expected = "a time of day from 00:00 to 23:59:59: midnight is 00:00 of the day that begins"
    elif re.search(r"(?i)\d ([A-Z]{3,5}|\w+/\w+)$", text):
        expected = "a time with its offset, such as +01:00: names of time zones tell none"
    elif re.fullmatch(r"\d\d?[-/.]\d\d?[-/.]\d{4}([T ][\d:.]+)?", text):
        expected = "a day in the order of day and month that the others have, or dayfirst says"
    place = table.place(i, columns[0])
    if len(columns) > 1:
        place += f" with {table.cell(i, columns[1])[0]!r:.80}"
    raise ValueError(f"{place} is not {expected}. {WITHOUT}")


def year_first(table, at, pieces, forms, dayfirst):
    """The pieces with every date rewritten so that the year stands first, then the month."""
    rules = dict(REWRITTEN)
    if FORMS[NUMBERED] in forms:
        day_is_first = has_day_first(table, at, pieces, dayfirst)
        rules[NUMBERED] = rb"\4-\3-\1" if day_is_first else rb"\4-\1-\3"
    for form, template in rules.items():
        if FORMS[form] in forms:
            pieces = [re.sub(rb"(?mi)^" + form + rb"(?=$|[T ])", template, p) for p in pieces]
    return pieces


def has_day_first(table, at, pieces, dayfirst):
    """Whether the day stands before the month, by the reader's word, or by days above 12."""
    if dayfirst is not None:
        return dayfirst
    found = set()
    for piece in pieces:
        found.update(re.findall(rb"(?m)^" + NUMBERED, piece.replace(b" ", b"\n")))
    orders = {int(first) > 12 for first, _, second, _ in found if max(int(first), int(second)) > 12}
    if len(orders) == 1:
        return orders.pop()
    if not orders and (
        all(mark == b"." for _, mark, _, _ in found) or all(a == b for a, _, b, _ in found)
    ):
        return True  # between points the day is first, in all countries that write so
    if orders:
        i = first_row(pieces, lambda text: (m := re.match(NUMBERED, text)) and int(m[1]) > 12)
        j = first_row(pieces, lambda text: (m := re.match(NUMBERED, text)) and int(m[3]) > 12)
        raise ValueError(
            f"{table.place(i, at)} has the day first, and {table.cell(j, at)[0]!r} in line "
            f"{table.cell(j, at)[1]} has the month first. Write all dates in one order. {WITHOUT}"
        )
    i = first_row(pieces, lambda text: (m := re.match(NUMBERED, text)) and int(m[1]) != int(m[3]))
    first, second, year = re.match(r"(\d+)\D(\d+)\D(\d+)", table.cell(i, at)[0]).groups()
    raise ValueError(
        f"{table.place(i, at)} is {year}-{second:0>2}-{first:0>2} if the day stands first, and "
        f"{year}-{first:0>2}-{second:0>2} if the month does. Say dayfirst=True or dayfirst=False"
    )


def plain_clock(piece, matches):
    """The piece with times as 22:00 and Z, where they were 22.00, 10 pm, UTC."""
    if any(re.search(rb"[T ]\d\d?\.", shape) for shape in matches):
        piece = re.sub(rb"([T ]\d\d?)\.(\d\d)", rb"\1:\2", piece)
        piece = re.sub(rb"([T ]\d\d?:\d\d)\.(\d\d)", rb"\1:\2", piece)
    if any(match["half"] for match in matches.values()):
        piece = re.sub(rb"(?i)[T ](\d\d?)([:.\d]*) ?([ap])\.?m\.?", twenty_four, piece)
    if any(re.search(rb"(?i)UTC|GMT", shape) for shape in matches):
        piece = re.sub(rb"(?mi) ?(?:UTC|GMT)$", b"Z", piece)
    return piece


def twenty_four(match):
    """From 10:30 pm to 22:30. 13:00 am is none, and stays."""
    if int(match[1]) > 12 and match[3].lower() == b"a":
        return match[0]
    hour = int(match[1]) % 12 + (12 if match[3].lower() == b"p" else 0)
    return b" %02d%s" % (hour, match[2] or b":00")


def to_stamps(pieces, zoned=False):
    """The texts, the year first, as datetime64: in UTC, if they are `zoned`. NaT: no such day."""
    import pandas as pd

    how = {"format": "ISO8601", "errors": "coerce", "utc": zoned, "cache": False}
    found = [pd.to_datetime(piece[:-1].decode().split("\n"), **how) for piece in pieces]
    return np.concatenate([(x.tz_convert(None) if zoned else x).to_numpy() for x in found])


def in_one_zone(table, at, pieces, stamps):
    """The dates in the zone that they all have. -> (stamps in UTC, the zone)

    Where the clocks change, offsets do: hours are then given in UTC, and days, which all begin at
    the same hour, as the clock has them, without a zone.
    """
    ends = set().union(*(re.findall(b"(?m)" + OFFSET, piece) for piece in pieces))
    minutes = [offset(*end) for end in ends]
    low, high = min(minutes), max(minutes)
    if low == high:
        return stamps, timezone(timedelta(minutes=low)) if low else "UTC"
    if high - low > 60:
        first = re.search(b"(?m)" + OFFSET, pieces[0]).groups()
        i = first_row(pieces, lambda text: re.search(OFFSET, text).groups() != first)
        raise ValueError(
            f"{table.place(i, at)} has another offset than the dates before it, and more than the "
            f"hour of summer: the dates are in several time zones. {WITHOUT}"
        )
    clock = to_stamps([re.sub(b"(?m) ?" + OFFSET, b"", piece) for piece in pieces])
    hours = clock - clock.astype("M8[D]")
    return (clock, None) if (hours == hours[0]).all() else (stamps, "UTC")


def offset(hours, minutes):
    """In minutes: of b"+05", b"30" it is 330."""
    if hours in b"Zz":
        return 0
    return (-1 if hours[:1] == b"-" else 1) * (60 * int(hours[1:]) + int(minutes or 0))


# --- what a series needs --------------------------------------------------------------------------


def refuse_disorder(table, at, stamps):
    """Raise unless each date is later than the one before it, by about the usual step."""
    steps = np.diff(stamps) / np.timedelta64(1, "s")
    if len(steps) == 0:
        return
    if (steps < 0).all():
        raise ValueError(
            f"{table.place(0, at)} is the newest date: the rows are newest first. "
            "Sort the rows, oldest first"
        )
    usual = np.median(steps)
    if (steps <= 0).any():
        i, what = np.argmax(steps <= 0), "is not later than"
        rest = " before it. Sort the rows, oldest first, each date once"
    else:
        uneven = np.abs(steps / usual - 1) > 0.5
        if not uneven.any():
            return
        i, what = np.argmax(uneven), "follows"
        rest = (
            f": {np.sum(uneven)} steps in time are much longer or shorter than the usual one. "
            f"Add what is missing, or {WITHOUT}"
        )
    if steps[i] == 0 and (others := clocks(table, at)):
        rest += f". dates=[{table.header[at]!r}, {others[0]!r}] takes both columns"
    elif 0 < usual <= 3600 and steps[i] in (-3600, 0, usual - 3600, usual + 3600):
        rest += ". Were the clocks changed there? Then write the times in UTC or with their offset"
        rest += ", as 2012-10-28T02:00+02:00"
    before = repr(table.cell(i, at)[0])
    raise ValueError(f"{table.place(i + 1, at)} {what} {before}{rest}")


def clocks(table, at):
    """The names of the columns that hold times of day."""
    is_time = re.compile(r"\d\d?:\d\d(:\d\d)?|\d\d?\.\d\d\.\d\d")
    texts = {i: known_texts(table, i) for i in range(len(table.header)) if i != at}
    return [
        table.header[i]
        for i, found in texts.items()
        if found and all(map(is_time.fullmatch, found))
    ]
