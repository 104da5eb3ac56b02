"""Real series: two that are shipped (README.md says where from), and the reader's own."""

import csv
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from utils.arguments import one_of, true_or_false

FOLDER = Path(__file__).resolve().parent
SHIPPED = {
    "co2": {
        "title": "CO2 in the air at Mauna Loa, weekly means",
        "unit": "ppm",
        "season": 52,
        "source": "Keeling and Whorf (2004), Scripps Institution of Oceanography, from statsmodels",
        "licence": "public domain",
        "sha256": "2737f74222cf1fb702d41058927d2b8d2a34778d519bfa6b1dea2f1b47c234f4",
    },
    "seattle": {
        "title": "Seattle, highest temperature of each day",
        "unit": "°C",
        "season": 365,
        "source": "NOAA, from vega_datasets (seattle-weather)",
        "licence": "public domain",
        "sha256": "90c1cf56fec66b1ffc84ca669cab2e2ee2ff6959572d785675ac43faef4cf04c",
    },
}
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")  # or is it a decimal comma?
MISSING = {"", ".", "-", "na", "n/a", "#n/a", "nan", "null", "none"}


def load_series(name_or_path, column=None, dates=None, fill=False):
    """One column of a CSV file as a pandas Series of floats, oldest value first.

    name_or_path   "co2", "seattle", or the path of a file of your own
    column         the column with the values; needn't be said where there is but one
    dates          the column with the dates, year first. None: the first column, unless it holds
                   numbers. False: none, every row is one step
    fill           True draws a straight line across missing values, which looks ahead to the gap's
                   end: leave no gap in a test part. False refuses them

    Nothing is dropped or filled unasked: what can't be read raises an error with its line.
    `.attrs` says what is known of the series; attrs["filled"] counts the values filled.
    """
    true_or_false("fill", fill)
    path, about = find(name_or_path)
    file = read(path)
    date_at = date_column(file, column, dates)
    value_at = value_column(file, column, date_at)
    values, filled = without_gaps(file, read_numbers(file, value_at), fill)
    index = None if date_at is None else read_dates(file, date_at)

    import pandas as pd  # only here, so that the lessons without it open in a second

    series = pd.Series(values, index, name=file.header[value_at])
    series.attrs = {**about, "filled": filled}
    return series


# --- the file -----------------------------------------------------------------------------------


class CsvFile(NamedTuple):
    name: str
    header: list  # the columns' names
    rows: tuple  # of lists of texts, one for each column
    lines: tuple  # the number of each row's line, as an editor shows it
    divider: str

    def place(self, i, at):
        """Where an error is, for the person who has the file open."""
        return (
            f"{self.name}, line {self.lines[i]}, column {self.header[at]!r}: {self.rows[i][at]!r}"
        )


def find(name_or_path):
    """The path of a series, and what is known about it."""
    if isinstance(name_or_path, str) and name_or_path in SHIPPED:
        about, path = dict(SHIPPED[name_or_path]), FOLDER / f"{name_or_path}.csv"
        text = path.read_bytes().replace(b"\r\n", b"\n")  # Windows may have changed the line ends
        if hashlib.sha256(text).hexdigest() != about.pop("sha256"):
            raise ValueError(
                f"{path} is not the file that the course came with: its checksum differs. "
                "Get it anew, or give your changed copy another name and load it by its path"
            )
        return path, about
    if not isinstance(name_or_path, (str, Path)):
        raise TypeError(f"name_or_path must be a name or a path, got {name_or_path!r:.80}")
    try:
        path = Path(name_or_path).expanduser().resolve()
        found = path.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, a zero in it
        path, found = error, False
    if not found:
        raise FileNotFoundError(
            f"name_or_path must be one of {', '.join(SHIPPED)} or a CSV file, "
            f"got {str(name_or_path)!r:.200}: there is no file {str(path):.200}"
        )
    return path, {"title": path.stem}


def read(path):
    """The file's columns and rows, divided by commas, semicolons or tabs."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        divider = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.reader(text.splitlines(), delimiter=divider)
        table = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
        if "\0" in text:
            raise ValueError
    except (ValueError, csv.Error):
        raise ValueError(
            f"{path.name} is not a CSV file in UTF-8: in a spreadsheet, save it as 'CSV UTF-8'"
        ) from None
    if len(table) < 2:
        raise ValueError(f"{path.name} must have a line of names, then lines of values")
    header = table[0][1]
    for line, row in table:
        if len(row) != len(header):
            raise ValueError(
                f"{path.name}, line {line}: {len(row)} columns where the first line has "
                f"{len(header)}. If the numbers have decimal commas, semicolons must divide them"
            )
    if any(NUMBER.fullmatch(name) for name in header) or len(set(header)) < len(header):
        raise ValueError(f"{path.name}, line 1: it must name each column, got {', '.join(header)}")
    lines, rows = zip(*table[1:], strict=True)
    return CsvFile(path.name, header, rows, lines, divider)


# --- the columns --------------------------------------------------------------------------------


def date_column(file, column, dates):
    """Which column holds the dates, or None."""
    if dates is None:
        texts = [row[0] for row in file.rows if row[0].lower() not in MISSING]
        is_other = len(file.header) > 1 and column != file.header[0]
        return 0 if is_other and texts and not NUMBER.fullmatch(texts[0]) else None
    if dates is False:
        return None
    return one_of("dates", dates, {name: i for i, name in enumerate(file.header)})


def value_column(file, column, date_at):
    """Which column holds the values."""
    table = {name: i for i, name in enumerate(file.header) if i != date_at}
    if column is None and len(table) == 1:
        return next(iter(table.values()))
    return one_of("column", column, table)


def read_numbers(file, at):
    """The column as floats, NaN where a value is missing."""
    texts = [row[at] for row in file.rows]
    commas = [text for text in texts if "," in text] if file.divider != "," else []
    if commas and all(THOUSANDS.fullmatch(text) for text in commas):
        raise ValueError(
            f"{file.name}, column {file.header[at]!r}: does the comma in {commas[0]!r} stand for a "
            "decimal point, or between thousands? Write a point, or nothing"
        )
    values = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        plain = text.replace(".", "?").replace(",", ".") if commas else text
        if NUMBER.fullmatch(plain):
            values[i] = float(plain)
            if np.isinf(values[i]):
                raise ValueError(f"{file.place(i, at)} is too large a number")
        elif text.lower() not in MISSING:
            raise ValueError(f"{file.place(i, at)} is not a number")
    return values


def without_gaps(file, values, fill):
    """The values with straight lines across the gaps, if `fill` allows them. -> (values, filled)"""
    gaps, known = np.flatnonzero(np.isnan(values)), np.flatnonzero(~np.isnan(values))
    if len(gaps) == 0:
        return values, 0
    told = (
        f"{file.name}: {len(gaps)} of {len(values)} values are missing, "
        f"the first in line {file.lines[gaps[0]]}"
    )
    if not fill:
        raise ValueError(f"{told}. fill=True draws a straight line across each gap")
    if len(known) == 0 or gaps[0] < known[0] or gaps[-1] > known[-1]:
        raise ValueError(f"{told}. A gap at the start or the end can't be filled: cut it off")
    return np.interp(np.arange(len(values)), known, values[known]), len(gaps)


def read_dates(file, at):
    """The column as a DatetimeIndex: each date once, oldest first, evenly spaced."""
    import pandas as pd

    texts = [row[at] for row in file.rows]
    without = "dates=False takes the rows as they are, each as one step"
    try:
        stamps = pd.to_datetime(texts, format="ISO8601", errors="coerce")
    except ValueError:
        raise ValueError(f"{file.name}: the dates are in several time zones. {without}") from None
    if stamps.hasnans:
        raise ValueError(
            f"{file.place(np.argmax(stamps.isna()), at)} is not a date with the year first, "
            f"such as 2012-01-31. {without}"
        )
    steps = (stamps[1:] - stamps[:-1]).total_seconds().to_numpy()
    if np.any(steps <= 0):
        i = np.argmax(steps <= 0)
        raise ValueError(
            f"{file.place(i + 1, at)} is not later than {texts[i]!r} before it. "
            "Sort the rows, oldest first, each date once"
        )
    uneven = np.abs(steps / np.median(steps) - 1) > 0.5 if len(steps) else steps
    if np.any(uneven):
        i = np.argmax(uneven)
        raise ValueError(
            f"{file.place(i + 1, at)} follows {texts[i]!r}: {np.sum(uneven)} steps in time are "
            f"much longer or shorter than the usual one. Add what is missing, or {without}"
        )
    return pd.DatetimeIndex(stamps, freq="infer", name=file.header[at])
