"""The shipped series, and what a person's own CSV file may look like."""

import os
import re
import shutil

import numpy as np
import pytest

from tests.bad_input import refused
from utils import series as shipped
from utils.data import load_series, make_windows

README = (shipped.FOLDER / "README.md").read_text(encoding="utf-8")


# The shipped series ------------------------------------------------------------------------------


def test_co2():
    series = load_series("co2", fill=True)
    assert (len(series), series.index.freqstr, series.dtype) == (2284, "W-SAT", "float64")
    assert (str(series.index[0])[:10], series.iloc[0]) == ("1958-03-29", 316.1)
    assert (str(series.index[-1])[:10], series.iloc[-1]) == ("2001-12-29", 371.5)
    assert series.attrs["filled"] == 59 and series.attrs["season"] == 52
    with pytest.raises(ValueError, match="59 of 2284 values are missing, the first in line 8"):
        load_series("co2")


def test_co2_is_what_statsmodels_has():
    from statsmodels.datasets import co2

    original, ours = co2.load_pandas().data["co2"], load_series("co2", fill=True)
    there = original.notna().to_numpy()
    assert np.array_equal(original.index, ours.index)
    assert np.array_equal(original[there], ours[there]) and there.sum() == 2284 - 59
    last = np.flatnonzero(~there)[-1]
    assert last < 0.7 * len(there)  # as README says: no straight line in a later part
    assert str(original.index[last])[:10] == "1985-08-03" and "3 August 1985" in README


def test_seattle():
    series = load_series("seattle")
    assert (len(series), series.index.freqstr, series.name) == (1461, "D", "temp_max")
    assert (str(series.index[0])[:10], series.iloc[0]) == ("2012-01-01", 12.8)
    assert (str(series.index[-1])[:10], series.max()) == ("2015-12-31", 35.6)
    assert series.attrs["filled"] == 0 and series.attrs["season"] == 365


@pytest.mark.parametrize("name", shipped.SHIPPED)
def test_each_series_says_where_it_is_from(name):
    about = load_series(name, fill=True).attrs
    assert {"title", "unit", "season", "source", "licence", "filled"} == set(about)
    assert about["licence"] == "public domain"
    section = README.partition(f"## `{name}.csv`")[2].partition("\n## ")[0]
    assert shipped.SHIPPED[name]["sha256"] in section and "**Licence**" in section
    assert (shipped.FOLDER / f"{name}.csv").stat().st_size < 40_000


def test_nothing_is_shipped_unsaid():
    files = {path.stem for path in shipped.FOLDER.glob("*.csv")}
    assert files == set(shipped.SHIPPED) == set(re.findall(r"^## `(\w+)\.csv`", README, re.M))


@pytest.fixture
def copy(tmp_path, monkeypatch):
    shutil.copy(shipped.FOLDER / "seattle.csv", tmp_path)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    return tmp_path / "seattle.csv"


def test_line_ends_of_windows_change_nothing(copy):
    before = load_series("seattle")
    copy.write_bytes(copy.read_bytes().replace(b"\n", b"\r\n"))
    assert load_series("seattle").equals(before)


def test_a_changed_value_is_noticed(copy):
    copy.write_bytes(copy.read_bytes().replace(b"12.8", b"12.9", 1))
    with pytest.raises(ValueError, match="is not the file .* checksum differs"):
        load_series("seattle")
    assert load_series(copy).iloc[0] == 12.9  # but nobody is kept from loading it


def test_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(load_series("seattle")) == 1461


# A person's own files ----------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write mine.csv into the working directory: text, or bytes as they are."""
    monkeypatch.chdir(tmp_path)

    def write(content):
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "mine.csv").write_bytes(data)
        return "mine.csv"

    return write


RIGHT = {
    "commas": "date,level\n2012-01-01,1.5\n2012-01-02,-2\n2012-01-03,3e1\n",
    "slashes": "date,level\n2012/1/1,1.5\n2012/1/2,-2\n2012/1/3,30\n",
    "semicolons and decimal commas": "date;level\n2012-01-01;1,5\n2012-01-02;-2\n2012-01-03;30,\n",
    "semicolons and points": "date;level\n2012-01-01;1.5\n2012-01-02;-2\n2012-01-03;30\n",
    "tabs": "date\tlevel\n2012-01-01\t1,5\n2012-01-02\t-2,0\n2012-01-03\t30\n",
    "quotes and spaces": '"date", level\n"2012-01-01", 1.5\n"2012-01-02","-2"\n2012-01-03,30',
    "Windows": "\ufeffdate,level\r\n2012-01-01,1.5\r\n2012-01-02,-2\r\n2012-01-03,30\r\n\r\n",
    "hours": "date,level\n2012-01-01 22:00,1.5\n2012-01-01 23:00,-2\n2012-01-02 00:00,30\n",
    "UTC": "date,level\n2012-01-01T22Z,1.5\n2012-01-01T23Z,-2\n2012-01-02T00Z,30\n",
    "months": "date,level\n2012-01,1.5\n2012-02,-2\n2012-03,30\n",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_read_right(write, text):
    series = load_series(write(text))
    assert series.tolist() == [1.5, -2, 30] and series.name == "level"
    assert series.index.year.tolist() == [2012] * 3 and series.index.name == "date"
    assert series.attrs == {"title": "mine", "filled": 0}
    assert len(make_windows(series, 2)[0]) == 1


def test_one_column_and_several(write):
    assert load_series(write("level\n1\n2\n")).tolist() == [1, 2]
    several = "level,day,rain\n1,2012-01-01,5\n2,2012-01-02,6\n"
    assert load_series(write(several), "rain").tolist() == [5, 6]
    dated = load_series("mine.csv", "rain", "day")
    assert dated.tolist() == [5, 6] and str(dated.index[0])[:10] == "2012-01-01"
    years = load_series(write("year,level\n2010,7\n2011,8\n2012,9\n"), dates="year")
    assert years.tolist() == [7, 8, 9] and years.index.year.tolist() == [2010, 2011, 2012]
    numbered = write("row,level\n1,7\n2,8\nlast,9\n")  # what begins with a number is no date
    assert load_series(numbered, "level").tolist() == [7, 8, 9]
    first = write("level,kind\nNA,a\n3,b\n")  # the first column is asked for: it holds no dates
    with pytest.raises(ValueError, match="1 of 2 values are missing, the first in line 2"):
        load_series(first, "level")


def test_gaps_are_filled_only_when_asked(write):
    text = "date,level\n2012-01-01,1\n2012-01-02,\n2012-01-03,NA\n2012-01-04,4\n"
    with pytest.raises(
        ValueError, match="mine.csv: 2 of 4 values are missing, the first in line 3"
    ):
        load_series(write(text))
    filled = load_series("mine.csv", fill=True)
    assert filled.tolist() == [1, 2, 3, 4] and filled.attrs["filled"] == 2


DATED = "date,level\n2012-01-01,1\n2012-01-02,2\n2012-01-03,{}\n2012-01-04,4\n2012-01-05,5\n"
WRONG = {
    "text among the numbers": (DATED.format("n.b."), "line 4, column 'level': 'n.b.' is not a num"),
    "a unit": (DATED.format("3 m"), "'3 m' is not a number"),
    "no finite number": (DATED.format("inf"), "'inf' is not a number"),
    "thousands": (DATED.format('"1,234"'), "'1,234' is not a number"),
    "decimal commas": (DATED.format("3,5"), "line 4: 3 columns .* has 2.*decimal commas"),
    "decimal or thousands": ("level;x\n1,234;5\n", "comma in '1,234' stand for a decimal point"),
    "decimal and thousands": ("level;x\n1.234,5;5\n", "line 2, column 'level': '1.234,5' is not"),
    "a gap at the end": (
        DATED.format(3).replace("5,5", "5,"),
        "1 of 5 .*in line 6. A gap at the start or",
    ),
    "nothing but gaps": ("level,x\n,1\n,2\n", "2 of 2 values are missing"),
    "day first": ("date,level\n31.01.2012,1\n", "'31.01.2012' is not a date with the year first"),
    "month first": ("date,level\n01/31/2012,1\n", "is not a date with the year first"),
    "no such day": (
        DATED.format(3).replace("01-03", "02-30"),
        "line 4, column 'date': '2012-02-30",
    ),
    "no date": (
        DATED.format(3).replace("2012-01-03", ""),
        "line 4, column 'date': '' is not a date",
    ),
    "a day twice": (
        DATED.format(3).replace("01-03", "01-02"),
        "line 4.*not later than '2012-01-02'",
    ),
    "newest first": ("date,level\n2012-01-02,1\n2012-01-01,2\n", "Sort the rows, oldest first"),
    "a day too few": (
        DATED.format(3).replace("01-05", "01-09"),
        "line 6.* follows '2012-01-04': 1 st",
    ),
    "an uneven step": (DATED.format(3).replace("01-05", "01-04 07:00"), "1 steps in time are much"),
    "time zones": (DATED.format(3).replace("-04,", "-04T00+01:00,"), "several time zones"),
    "no names": ("12.8\n10.6\n", "line 1: it must name each column, got 12.8"),
    "a name twice": ("a,a\n1,2\n", "line 1: it must name each column, got a, a"),
    "a row too short": ("a,b\n1,2\n3\n", "line 3: 1 columns where the first line has 2"),
    "a preamble": ("Station 7\n\ndate,level\n2012-01-01,1\n", "line 3: 2 columns where"),
    "no rows": ("a,b\n", "must have a line of names, then lines of values"),
    "empty": ("", "must have a line of names, then lines of values"),
    "Latin-1": ("Höhe\n1\n".encode("latin-1"), "is not a CSV file in UTF-8.*save it as"),
    "UTF-16": ("level\n1\n".encode("utf-16"), "is not a CSV file in UTF-8"),
    "a spreadsheet": (b"PK\x03\x04\0\0\0", "is not a CSV file in UTF-8"),
    "an open quote": ('level\n"' + 200_000 * "1", "is not a CSV file in UTF-8"),
}


@pytest.mark.parametrize("content, message", WRONG.values(), ids=WRONG)
def test_what_is_answered_in_words(write, content, message):
    column = "level" if content[:5] == "level" else None
    with pytest.raises(ValueError, match=f"^mine.csv.*{message}"):
        load_series(write(content), column, fill=True)


def test_weekends_are_missing_days_until_someone_says_they_are_not(write):
    days = [f"2012-01-{day:02}" for day in range(2, 28) if day % 7 not in (0, 1)]
    write("date,price\n" + "".join(f"{day},{i}\n" for i, day in enumerate(days)))
    with pytest.raises(
        ValueError, match="3 steps in time are .*dates=False takes the rows as they"
    ):
        load_series("mine.csv")
    prices = load_series("mine.csv", "price", dates=False)
    assert prices.tolist() == list(range(len(days))) and prices.index[0] == 0


def test_wrong_columns_are_answered_with_the_right_ones(write):
    write("date,level,rain\n2012-01-01,1,5\n2012-01-02,2,6\n")
    for column in ("depth", None, 3, "date"):
        with pytest.raises(
            ValueError, match=rf"column must be one of .*level, rain, got {column!r}"
        ):
            load_series("mine.csv", column, "date")
    for dates in ("day", True, 0, "Date"):
        with pytest.raises(ValueError, match="dates must be one of date, level, rain, got"):
            load_series("mine.csv", "level", dates)


def test_wrong_arguments(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("CO2", "mine.csv", "", os.curdir):
        with pytest.raises(FileNotFoundError) as error:
            load_series(name)
        assert "must be one of co2, seattle or a CSV file" in str(error.value)
        assert str(tmp_path) in str(error.value)  # where it looked
    for name in (None, 3, ["co2"], b"co2"):
        refused("name_or_path", load_series, name)
    for fill in (None, 1, "yes"):
        refused("fill", load_series, "seattle", fill=fill)


def test_too_short_for_the_windows(write):
    series = load_series(write("level\n" + "1\n" * 12))
    with pytest.raises(
        ValueError, match="at least 25 values, 20 for the window and 5 for .* got 12"
    ):
        make_windows(series, 20, 5)
