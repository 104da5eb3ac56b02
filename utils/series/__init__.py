"""Real series: four that are shipped (README.md says where from), and the reader's own."""

from pathlib import Path

import numpy as np

from utils.arguments import one_of, true_or_false
from utils.series.dates import date_columns, read_dates
from utils.series.reading import read
from utils.series.values import read_numbers
from utils.shipped import verified

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
    "oil": {
        "title": "Crude oil (WTI), last price of each week",
        "unit": "US dollars per barrel",
        "season": 52,
        "source": "US Energy Information Administration, from arch (wti)",
        "licence": "public domain",
        "sha256": "b1d98c0587588ad6df1552555d33a1ad6817c77e34dfcb32bf98e68becbe575f",
    },
    "petrol": {
        "title": "Petrol supplied in the United States, weekly means",
        "unit": "thousand barrels a day",
        "season": 52,
        "source": "US Energy Information Administration, from AutoTS (eia_weekly)",
        "licence": "public domain",
        "sha256": "a73eec44b5e38d886784d9e16550e28b5bfb117fd06ba90a7007c64bf769f7fb",
    },
}


def load_series(
    name_or_path,
    column=None,
    dates=None,
    fill=False,
    *,
    decimal=None,
    dayfirst=None,
    missing=None,
    encoding=None,
):
    """One column of a CSV file as a pandas Series of floats, oldest value first.

    name_or_path   "co2", "seattle", "oil", "petrol", or the path of a file of your own
    column         the column with the values; needn't be said where there is but one
    dates          the column with the dates, or a list of two, with days and times of day.
                   None: the first that holds dates, if one does. False: none, a row is one step
    fill           True draws a straight line across missing values, which looks ahead to the gap's
                   end: leave no gap in a test part. False refuses them
    decimal        "." or ",": asked for where a number such as 2.155 can be 2155, too
    dayfirst       True or False: asked for where a date such as 01/02/2012 can be two days
    missing        what marks a missing value besides empty cells, NA and their like: -999, "x", or
                   a list of such marks. [] says that -999 and its like are values
    encoding       "cp1252" and so on, of a file that is not in UTF-8

    Nothing is dropped or filled unasked: what can't be read, or can be read in two ways, raises an
    error with its line. `.attrs` says what is known of the series, such as its unit, if the numbers
    have one; attrs["filled"] counts the values filled. README.md says how files may be written.
    """
    true_or_false("fill", fill)
    if dayfirst is not None:
        true_or_false("dayfirst", dayfirst)
    if decimal is not None and not (isinstance(decimal, str) and decimal in (".", ",")):
        raise ValueError(f"decimal must be '.', ',' or None, got {decimal!r:.80}")
    path, about = find(name_or_path)
    table = read(path, encoding)
    dates_at = date_columns(table, column, dates)
    value_at = value_column(table, column, dates_at)
    pieces = table.columns([value_at, *dates_at])
    others = set(range(len(table.header))) - {value_at, *dates_at}
    values, unit = read_numbers(table, value_at, pieces.pop(value_at), others, decimal, missing)
    values, filled = without_gaps(table, values, fill)
    index = read_dates(table, dates_at, pieces, dayfirst) if dates_at else None

    import pandas as pd  # only here, so that the lessons without it open in a second

    series = pd.Series(values, index, name=table.header[value_at])
    series.attrs = about | ({"unit": unit} if unit else {}) | {"filled": filled}
    return series


def find(name_or_path):
    """The path of a series, and what is known about it."""
    if isinstance(name_or_path, str) and name_or_path in SHIPPED:
        about, path = dict(SHIPPED[name_or_path]), FOLDER / f"{name_or_path}.csv"
        or_else = ", or give your changed copy another name and load it by its path"
        verified(path, about.pop("sha256"), or_else)
        return path, about
    if not isinstance(name_or_path, (str, Path)):
        raise TypeError(f"name_or_path must be a name or a path, got {name_or_path!r:.80}")
    try:
        path = Path(name_or_path).expanduser().resolve()
        found = path.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, a zero in it
        path, found = error, False
    if not found:
        is_other = isinstance(path, Path) and path.exists()
        what = "is a folder or a device, and no file" if is_other else "does not exist"
        raise FileNotFoundError(
            f"name_or_path must be one of {', '.join(SHIPPED)} or a CSV file, "
            f"got {str(name_or_path)!r:.200}: {str(path):.200} {what}"
        )
    return path, {"title": path.stem}


def value_column(table, column, dates_at):
    """Which column holds the values: the one that has a name and no dates, if `column` is None."""
    names = {name: i for i, name in enumerate(table.header) if i not in dates_at}
    if not names:
        raise ValueError(
            f"dates must leave a column for the values, got {', '.join(table.header):.80}"
        )
    named = [i for name, i in names.items() if name]
    if column is None and len(named) == 1:
        return named[0]
    return one_of("column", column, names)


def without_gaps(table, values, fill):
    """The values with straight lines across the gaps, if `fill` allows them. -> (values, filled)"""
    is_gap = np.isnan(values)
    if not is_gap.any():
        return values, 0
    gaps, known = np.flatnonzero(is_gap), np.flatnonzero(~is_gap)
    told = (
        f"{table.name}: {len(gaps)} of {len(values)} values are missing, "
        f"the first in line {table.cell(gaps[0], 0)[1]}"
    )
    if not fill:
        raise ValueError(f"{told}. fill=True draws a straight line across each gap")
    if len(known) == 0 or gaps[0] < known[0] or gaps[-1] > known[-1]:
        raise ValueError(f"{told}. A gap at the start or the end can't be filled: cut it off")
    return np.interp(np.arange(len(values)), known, values[known]), len(gaps)
