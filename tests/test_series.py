"""The shipped series, and what a person's own CSV file may look like."""

import os
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.bad_input import quick, refused
from utils import series as shipped
from utils.data import load_series, make_windows
from utils.series import reading

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


def test_oil():
    series = load_series("oil")
    assert (len(series), series.index.freqstr) == (1723, "W-FRI")
    assert (str(series.index[0])[:10], series.iloc[0]) == ("1986-01-03", 26)
    assert (str(series.idxmax())[:10], series.max()) == ("2008-07-04", 145.31)
    assert (str(series.index[-1])[:10], series.iloc[-1]) == ("2019-01-04", 46.92)
    assert series.attrs["filled"] == 0 and series.attrs["unit"] == "US dollars per barrel"


def test_petrol():
    series = load_series("petrol")
    assert (len(series), series.index.freqstr) == (1028, "W-FRI")
    assert (str(series.index[0])[:10], series.iloc[0]) == ("2000-06-02", 8863)
    assert (str(series.index[-1])[:10], series.iloc[-1]) == ("2020-02-07", 8722)
    assert series.attrs["filled"] == 0 and series.attrs["unit"] == "thousand barrels a day"


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
    "bars": "date|level\n2012-01-01|1,5\n2012-01-02|-2,0\n2012-01-03|30\n",
    "quotes and spaces": '"date", level\n"2012-01-01", 1.5\n"2012-01-02","-2"\n2012-01-03,30',
    "spaces before quotes": '"date", "level"\n2012-01-01, "1,5"\n2012-01-02, "-2"\n2012-01-03, 30',
    "Windows": "\ufeffdate,level\r\n2012-01-01,1.5\r\n2012-01-02,-2\r\n2012-01-03,30\r\n\r\n",
    "an old Macintosh": "date,level\r2012-01-01,1.5\r2012-01-02,-2\r2012-01-03,30\r",
    "hours": "date,level\n2012-01-01 22:00,1.5\n2012-01-01 23:00,-2\n2012-01-02 00:00,30\n",
    "UTC": "date,level\n2012-01-01T22Z,1.5\n2012-01-01T23Z,-2\n2012-01-02T00Z,30\n",
    "UTC in letters": "date,level\n2012-01-01 22:00 UTC,1.5\n2012-01-01 23:00 UTC,-2\n"
    "2012-01-02 00:00 UTC,30\n",
    "months": "date,level\n2012-01,1.5\n2012-02,-2\n2012-03,30\n",
    "Excel's Unicode text": "date\tlevel\r\n30.01.2012\t1,5\r\n31.01.2012\t-2\r\n"
    "01.02.2012\t30\r\n".encode("utf-16"),
    "Excel's divider": "sep=;\r\ndate;level\r\n2012-01-01;1,5\r\n2012-01-02;-2\r\n"
    "2012-01-03;30\r\n",
    "a divider in a name": 'date,"level"," what; b; c, d"\n2012-01-01,1.5,\n2012-01-02,-2,\n'
    "2012-01-03,30,\n",
    "no end of a line": "date,what,level\n2012-01-01,a\u2028b\x0bc,1.5\n2012-01-02,d\x0ce\x1cf,-2\n"
    "2012-01-03,g\x85h,30\n",
    "lines in quotes": 'date,what,level\n2012-01-01,"a\nb",1.5\n2012-01-02,"c\r\n""d"" e",-2\n'
    "2012-01-03,,30\n",
    "a quote in a cell": 'date,what,level\n2012-01-01,5" b,1.5\n2012-01-02,,-2\n2012-01-03,,30\n',
    "empty lines": "\n\ndate,level\n\n2012-01-01,1.5\n  \n2012-01-02,-2\n2012-01-03,30\n\n\n",
    "dividers at the ends": "date;level;\n2012-01-01;1,5;\n2012-01-02;-2;\n2012-01-03;30;\n;;\n",
    "dividers behind the rows": "date,level\n2012-01-01,1.5,\n2012-01-02,-2,\n2012-01-03,30,\n",
    "comments": "# Station 7\n# in m\ndate,level\n2012-01-01,1.5\n2012-01-02,-2\n2012-01-03,30\n",
    "NumPy's savetxt": "# date,level\n2012-01-01,1.5\n2012-01-02,-2\n2012-01-03,30\n",
    "row numbers of pandas": ",date,level\n0,2012-01-01,1.5\n1,2012-01-02,-2\n2,2012-01-03,30\n",
    "dates at the end": "level,date\n1.5,2012-01-01\n-2,2012-01-02\n30,2012-01-03\n",
    "eight digits": "date,level\n20120101,1.5\n20120102,-2\n20120103,30\n",
    "days first": "date;level\n30.01.2012;1.5\n31.01.2012;-2\n01.02.2012;30\n",
    "days first, by points": "date;level\n01.01.2012;1.5\n01.02.2012;-2\n01.03.2012;30\n",
    "days first, by slashes": "date,level\n30/01/2012,1.5\n31/01/2012,-2\n01/02/2012,30\n",
    "months first": "date,level\n1/30/2012,1.5\n1/31/2012,-2\n2/1/2012,30\n",
    "halves of the day": "date,level\n1/13/2012 11:00 PM,1.5\n1/14/2012 12:00 am,-2\n"
    "1/14/2012 1:00 A.M.,30\n",
    "names of months": 'date,level\n"Jan 30, 2012",1.5\n"January 31, 2012",-2\n"feb 1, 2012",30\n',
    "months named": "date,level\n01-Jan-2012,1.5\n01-Feb-2012,-2\n01-Mar-2012,30\n",
    "quarters": "date,level\n2012-Q1,1.5\n2012 Q2,-2\n2012q3,30\n",
    "months by points": "date;level\n08.2012;1,5\n09.2012;-2\n10.2012;30\n",
    "years first, by points": "date;level\n2012.09;1,5\n2012.10;-2\n2012.11;30\n",
    "Eurostat's months": "date\tlevel\n2012M01\t1.5\n2012M02\t-2\n2012M03\t30\n",
    "Unicode's spaces in dates": "date,level\n1/30/2012 1:00\u202fPM,1.5\n1/30/2012\xa02:00 PM,-2\n"
    "1/30/2012 3:00 PM,30\n",
    "Unicode's minus": "date;level\n2012-01-01;1,5\n2012-01-02;\u22122\n2012-01-03;30\n",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_read_right(write, text):
    series = load_series(write(text), "level" if "what" in str(text) else None)
    assert series.tolist() == [1.5, -2, 30] and series.name == "level"
    assert series.index.year.tolist() == [2012] * 3 and series.index.name == "date"
    assert series.attrs == {"title": "mine", "filled": 0}
    assert len(make_windows(series, 2)[0]) == 1
    assert series.index.is_monotonic_increasing and series.index.freq is not None


NUMBERS = {
    "German": (["1.234,5", "950,10", "-12"], {}, ";"),
    "French": (["1\u00a0234,5", "950,10", "-12"], {}, ";"),
    "French, narrow": (["1\u202f234,5", "950,10", "-12"], {}, ";"),
    "spaces": (["1 234.5", "950.10", "-12"], {}, ";"),
    "Swiss": (["1'234.5", "950.10", "-12"], {}, ","),
    "Swiss, typographic": (["1\u2019234.5", "950.10", "-12"], {}, ","),
    "American": (['"1,234.5"', "950.10", "-12"], {}, ","),
    "percent": (["1234.5 %", "950.10%", "-12%"], {"unit": "%"}, ","),
    "euros": (["1.234,5 €", "950,10 €", "-12 €"], {"unit": "€"}, ";"),
    "dollars": (['"$1,234.5"', "$950.10", "-$12"], {"unit": "$"}, ","),
    "kilowatts": (["1234.5 kW", "950.10 kW", "-12 kW"], {"unit": "kW"}, ","),
}


@pytest.mark.parametrize("texts, unit, divider", NUMBERS.values(), ids=NUMBERS)
def test_how_numbers_are_written(write, texts, unit, divider):
    rows = [f"a{divider}{text}\n" for text in texts]
    series = load_series(write(f"kind{divider}level\n" + "".join(rows)), "level", dates=False)
    assert series.tolist() == [1234.5, 950.1, -12]
    assert series.attrs == {"title": "mine", "filled": 0} | unit


def test_a_quote_within_a_cell_hides_no_divider(write):
    assert load_series(write('what,level\n5" a,1\n5" b,2\n'), "level", dates=False).tolist() == [
        1,
        2,
    ]


def test_what_can_be_two_numbers_is_asked_about(write):
    german = "Tag;Zahl;Anteil\n2012-01-01;900;19,47\n2012-01-02;2.155;20,1\n"
    for text, column, point, comma in (
        (german, "Zahl", 2.155, 2155),
        ("Zahl;Art\n900;a\n2.155;b\n", "Zahl", 2.155, 2155),
        ("Zahl;Art\n900;a\n2,155;b\n", "Zahl", 2155, 2.155),
        ("Zahl\n900\n2.155\n", "Zahl", 2.155, 2155),
        ("Zahl,Art\n900,a\n2.150,b\n", "Zahl", 2.15, 2150),  # who cuts .000 cuts .150, too
        ("Zahl\n900\n2,155\n", "Zahl", 2155, 2.155),
        ('Zahl,Art\n900,a\n"2,155",b\n', "Zahl", 2155, 2.155),
        ('Zahl,Art\n900,"1,5"\n2.155,"2,5"\n', "Zahl", 2.155, 2155),
    ):
        pattern = rf"^mine.csv, line 3, column 'Zahl': '2.15\d' is {point}0? where .* a point, and "
        with pytest.raises(
            ValueError, match=pattern + rf"{comma} where .*decimal='\.' or decimal="
        ):
            load_series(write(text), column)
        for decimal, value in ((".", point), (",", comma)):
            assert load_series("mine.csv", column, decimal=decimal).tolist() == [900, value]


def test_what_can_be_one_number_only_is_not_asked_about(write):
    for text in (
        "level,kind\n2.155,a\n1.200,b\n",  # commas divide: the point is decimal
        "level,kind\n2.155,1.5\n1.200,2\n",
        "level;kind\n2.155;a\n1.2;b\n",
        "level;kind\n2,155;a\n1,2;b\n",
        "level;kind\n2,155;1,5\n1,200;1,25\n",  # another column tells the mark
        "level;kind\n2.155;0.155\n1.200;0.250\n",
    ):
        assert load_series(write(text), "level").tolist() == [2.155, 1.2]
    assert load_series(write("level;x\n0,155;1\n1,200;2\n"), "level").tolist() == [0.155, 1.2]
    assert load_series(write("level;x\n1.234.567;1\n1.200;2\n"), "level").tolist() == [
        1234567,
        1200,
    ]


def test_a_date_of_two_days_is_asked_about(write):
    write("date,level\n02/02/2012,1\n01/03/2012,2\n")
    with pytest.raises(
        ValueError, match="line 3.*'01/03/2012' is 2012-03-01 if the day .* 2012-01-03"
    ):
        load_series("mine.csv")
    assert load_series("mine.csv", dayfirst=True).index[1].month == 3
    write("date,level\n01/02/2012,1\n01/03/2012,2\n")
    assert load_series("mine.csv", dayfirst=False).index.day.tolist() == [2, 3]
    write("date,level\n01/01/2012,1\n01/01/2013,2\n")
    assert load_series("mine.csv").index.year.tolist() == [2012, 2013]  # both readings agree


def test_days_and_times_in_two_columns(write):
    write(
        "Date;{Time};CO;T;;\n30/03/2004;18.00.00;2,6;13,6;;\n30/03/2004;19.00.00;2;13,3;;\n;;;;;\n"
    )
    with pytest.raises(ValueError, match=r"line 3.*dates=\['Date', '{Time}'\] takes both"):
        load_series("mine.csv", "T")
    series = load_series("mine.csv", "T", ["Date", "{Time}"])
    assert series.tolist() == [13.6, 13.3] and series.index.hour.tolist() == [18, 19]


def test_a_clock_that_changes_is_one_zone(write):
    spring = "t,x\n2012-03-25T00:00+01:00,1\n2012-03-25T01:00+01:00,2\n2012-03-25T03:00+02:00,3\n"
    series = load_series(write(spring))
    assert series.index.freqstr == "h" and str(series.index[2]) == "2012-03-25 01:00:00+00:00"
    autumn = "t,x\n2012-10-28 02:00+0200,1\n2012-10-28 02:00+0100,2\n2012-10-28 03:00+0100,3\n"
    assert load_series(write(autumn)).index.freqstr == "h"
    days = "t,x\n2012-03-24T00:00+01:00,1\n2012-03-25T00:00+01:00,2\n2012-03-26T00:00+02:00,3\n"
    series = load_series(write(days))
    assert series.index.freqstr == "D" and series.index.tz is None and series.index[2].day == 26
    same = load_series(write("t,x\n2012-03-24T00:00+05:30,1\n2012-03-25T00:00+05:30,2\n"))
    assert str(same.index[0]) == "2012-03-24 00:00:00+05:30"


def test_a_clock_that_changes_without_a_word(write):
    for hours in (("01", "02", "02", "03"), ("00", "01", "03", "04")):
        rows = "".join(f"2012-10-28 {hour}:00,1\n" for hour in hours)
        with pytest.raises(ValueError, match="line 4.*Were the clocks changed .* in UTC or with"):
            load_series(write("t,x\n" + rows))


def test_marks_of_missing_values(write):
    write("level,x\n1,a\n-999,b\n3,c\nn.b.,d\n5,e\n")
    with pytest.raises(ValueError, match="line 5.*'n.b.' is not a number.* say missing='n.b.'"):
        load_series("mine.csv", "level", fill=True)
    for missing in (["n.b.", -999], ("n.b.", "-999"), ["n.b.", -999.0]):
        series = load_series("mine.csv", "level", fill=True, missing=missing)
        assert series.tolist() == [1, 2, 3, 4, 5] and series.attrs["filled"] == 2
    with pytest.raises(ValueError, match="1 of 5 values are missing, the first in line 5"):
        load_series("mine.csv", "level", missing="n.b.")


def test_a_mark_needs_no_unit_and_one_column_no_blank_line_of_windows(write):
    write("level\r\r\n5 %\r\r\n-999\r\r\n7 %\r\r\n")
    series = load_series("mine.csv", missing=-999, fill=True)
    assert series.tolist() == [5, 6, 7] and series.attrs["unit"] == "%"


@pytest.mark.parametrize(
    "mark",
    ["-999", "-9999.0", "9999.9", "-99", "-999.25", "-32768", "-2147483648", "1e20", "9.96921e+36"],
)
def test_a_number_that_may_mark_missing_values_is_asked_about(write, mark):
    write(f"level\n1\n{mark}\n3\n{mark}\n500\n" if mark != "-99" else "level\n1\n-99\n30\n")
    with pytest.raises(
        ValueError, match=f"line 3, column 'level': '{re.escape(mark)}' is far from .*missing="
    ):
        load_series("mine.csv")
    assert (
        load_series("mine.csv", missing=float(mark), fill=True).iloc[1] == 2 if mark != "-99" else 1
    )
    assert load_series("mine.csv", missing=[]).iloc[1] == float(mark)
    for usual in (
        *("-998\n-997\n-999\n-1001", "990\n5\n999", "5\n5\n5"),
        *("1\n9.9\n2", "1e19\n2e19\n3e21", "1e3\n32768\n4e4"),
    ):
        load_series(write(f"level\n{usual}\n"))


def test_empty_lines_in_one_column_are_missing_values(write):
    write("level\n1,5\n\n2,5\n\n\n")
    with pytest.raises(ValueError, match="1 of 3 values are missing, the first in line 3"):
        load_series("mine.csv")
    assert load_series("mine.csv", fill=True).tolist() == [1.5, 2, 2.5]
    with pytest.raises(ValueError, match="1 of 2 values are missing, the first in line 2"):
        load_series(write("level\n\n1\n"))


def test_rows_from_the_newest_on_are_refused(write):
    for rows in (
        ",date,level\n0,2012-01-02,1\n1,2012-01-01,2\n",
        "date,level\n20120102,1\n20120101,2\n",
        'date,level\n"Jan 2, 2012",1\n"Jan 1, 2012",2\n',
        "year,level\n2012,1\n2011,2\n",
        "month,level\n02.2012,1\n01.2012,2\n",
        "id,year,level\n1,2012,1\n2,2011,2\n",
    ):
        with pytest.raises(ValueError, match="newest.* Sort the rows, oldest first"):
            load_series(write(rows), "level")
        assert load_series("mine.csv", "level", dates=False).tolist() == [1, 2]


def test_lines_are_counted_as_an_editor_does(write):
    noted = 'sep=;\r\n# a\r\nwhat;"le\r\nvel"\r\n"a\r\nb\u2028c";1\r\n\r\n"d\r\ne";{}\r\n'
    with pytest.raises(ValueError, match="^mine.csv, line 9, column 'le.nvel': 'x 1' is not"):
        load_series(write(noted.format("x 1")), "le\nvel", dates=False)
    with pytest.raises(ValueError, match="^mine.csv, line 8: 3 columns where"):
        load_series(write(noted.format("1;2")), "le\nvel", dates=False)


def test_other_encodings(write):
    write("Tag;Höhe\n2012-01-01;1\u00a0234,5\n2012-01-02;2,5\n".encode("cp1252"))
    with pytest.raises(ValueError, match="Windows-1252 its line 1 would be 'Tag;Höhe'.*'cp1252'"):
        load_series("mine.csv")
    series = load_series("mine.csv", encoding="cp1252")
    assert series.name == "Höhe" and series.tolist() == [1234.5, 2.5]
    for encoding in ("nonsense", "rot13", "a\0b", 3):
        refused("encoding", load_series, "mine.csv", encoding=encoding)
    with pytest.raises(ValueError, match="is not a CSV file in ascii"):
        load_series("mine.csv", encoding="ascii")


OTHERS = {
    "a workbook": (b"PK\3\4\0\0xl/workbook.xml", "spreadsheet's workbook.*CSV UTF-8"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "spreadsheet's workbook.*CSV UTF-8"),
    "a zip": (b"PK\3\4\0\0a.csv", "a packed file: unpack it"),
    "a gzip": (b"\x1f\x8b\x08\0", "a packed file: unpack it"),
    "Parquet": (b"PAR1\0\0", "a table in a binary format"),
    "a pickle": (b"\x80\4\x95", "a table in a binary format"),
    "a web page": (b"\n<!DOCTYPE html>", "a web page or XML"),
    "a notebook": (b'{"cells": []}', "JSON, as notebooks are"),
    "JSON": (b'[{"a": 1}]', "JSON, as notebooks are"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to a large file"),
    "UTF-16 without a mark": ("level\n1\n".encode("utf-16-le"), "but binary"),
}


@pytest.mark.parametrize("content, message", OTHERS.values(), ids=OTHERS)
def test_other_files_are_called_by_their_name(write, content, message):
    with pytest.raises(
        ValueError, match=f"^mine.csv is not a CSV file in UTF-8, but {message}|{message}"
    ):
        load_series(write(content))


def test_no_file_is_read_that_does_not_fit(write, tmp_path):
    write("level\n1\n")
    os.truncate("mine.csv", 20 * 10**9)  # a hole, which takes no space
    with pytest.raises(ValueError, match="mine.csv has 20.0 GB, and load_series reads up to 1 GB"):
        load_series("mine.csv")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(FileNotFoundError, match="a folder or a device, and no file"):
            load_series("pipe.csv")


# Files that are written by programs ---------------------------------------------------------------

FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30)
DIALECTS = st.sampled_from(
    [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ",")]
)


@quick
@given(
    FLOATS, DIALECTS, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["all", "one", "no"])
)
def test_what_pandas_writes_comes_back(tmp_path_factory, values, dialect, line_end, dates):
    divider, decimal = dialect
    frame = pd.DataFrame({"level": values, "what": 'a;b, "c"\nd'})
    frame.insert(0, "day", pd.date_range("2012-01-31", periods=len(values)))
    path = tmp_path_factory.mktemp("a") / "a.csv"
    columns = {"all": None, "one": ["level"], "no": ["what", "level"]}[dates]
    frame.to_csv(
        path,
        sep=divider,
        decimal=decimal,
        lineterminator=line_end,
        columns=columns,
        index=dates == "no",
    )
    try:
        series = load_series(path, "level", missing=[])
    except ValueError as error:
        assert re.search(r"is \S+ where .* point, and \S+ where", str(error)), error
        series = load_series(path, "level", missing=[], decimal=decimal)
    assert series.tolist() == values and np.signbit(series).tolist() == np.signbit(values).tolist()
    assert dates != "all" or series.index.equals(pd.DatetimeIndex(frame["day"]))


CELLS = st.sampled_from(["1", "2,5", "", " 3 ", 'x"y', "a\nb", 'c""d', "\u2028", "\n\n", "é;"])
WRITTEN = st.lists(st.tuples(CELLS, CELLS, st.booleans()), min_size=1, max_size=30)


@quick
@given(WRITTEN, st.sampled_from(",;\t|"), st.integers(8, 200))
def test_rows_are_split_as_csv_splits_them(tmp_path_factory, written, divider, size):
    path = tmp_path_factory.mktemp("a") / "a.csv"
    text = f"a{divider}b\n"
    for a, b, quoted in written:
        cells = [
            f'"{cell}"' if quoted or "\n" in cell or divider in cell else cell for cell in (a, b)
        ]
        text += divider.join(cells) + "\n"
    path.write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PIECE", size)
        try:
            table = reading.read(path)
            rows = [row for _, row in table.rows()]
        except ValueError as error:
            assert re.search("quotation mark|columns where|line of names", str(error))
            return
        columns = table.columns([0, 1])
    for at in (0, 1):
        found = b"".join(columns[at]).decode()[:-1].split("\n")
        wanted = [re.sub("[\"']", "", row[at]).replace("\n", " ").strip(" ") for row in rows]
        assert [re.sub("[\"']", "", text) for text in found] == wanted


def test_long_files_are_split_like_short_ones(write, monkeypatch):
    rows = [f'2012-01-01,"a;\n{i}",{i / 8}\n' for i in range(200)]
    write("day,what,level\n" + "".join(rows))
    whole = load_series("mine.csv", "level", dates=False)
    assert whole.tolist() == [i / 8 for i in range(200)]
    monkeypatch.setattr(reading, "PIECE", 100)
    assert load_series("mine.csv", "level", dates=False).equals(whole)
    write("day,what,level\n" + "".join(rows) + "2012-01-01,b,x\n")
    with pytest.raises(ValueError, match="line 402, column 'level': 'x'"):
        load_series("mine.csv", "level", dates=False)


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
    "thousands": (DATED.format('"1,234"'), "line 4.*'1,234' is 1234 where .* and 1.234"),
    "decimal commas": (DATED.format("3,5"), "line 4: 3 columns .* has 2.*decimal commas"),
    "decimal or thousands": ("level;x\n1,234;5\n", "'1,234' is 1234 where .* and 1.234 where"),
    "points and commas": ("level;x\n1.5;5\n2,5;5\n", "line 3.*decimal mark is that of '1.5' above"),
    "two units": (DATED.format("3 m").replace(",4", ",4 km"), "'.*' is not a number"),
    "full width": (DATED.format("\uff11"), "line 4.*is not a number"),
    "an underscore": (DATED.format("1_000"), "'1_000' is not a number"),
    "groups of other sizes": ("level;x\n1 23 456;5\n", "'1 23 456' is not a number"),
    "a gap at the end": (
        DATED.format(3).replace("5,5", "5,"),
        "1 of 5 .*in line 6. A gap at the start or",
    ),
    "nothing but gaps": ("level,x\n,1\n,2\n", "2 of 2 values are missing"),
    "two orders": (
        "date,level\n31/01/2012,1\n02/13/2012,2\n",
        "line 2.*day first.*line 3 has the m",
    ),
    "two digits of a year": ("date,level\n31/01/12,1\n", "is not a date with four digits"),
    "today": ("date,level\ntoday,1\nnow,2\n", "line 2, column 'date': 'today' is not a date"),
    "no such day by points": ("date;x\n30.02.2012;1\n31.03.2012;2\n", "'30.02.2012' is not a day"),
    "NaT": (DATED.format(3).replace("2012-01-03", "NaT"), "line 4.*'NaT' is not a date"),
    "hour 24": (
        "date,level\n2012-01-01 23:00,1\n2012-01-01 24:00,2\n",
        "line 3.*24:00' is not a time of day .* midnight is 00:00 of the day that begins",
    ),
    "the zone's name": ("date,level\n2012-01-01 23:00 CET,1\n", "CET' is not a time with its o"),
    "hour 13 of a morning": ("date,level\n1/31/2012 13:00 AM,1\n", "'1/31/2012 13:00 AM' is not a"),
    "a year in two digits, its month named": ("date,level\n31-Jan-12,1\n", "four digits for its y"),
    "November in Finnish": ("date,level\n1 marraskuu 2012,1\n", "'1 marraskuu 2012' is not a date"),
    "units for some": ("level;x\n5%;1\n6;2\n", "line 2.*'5%' is not a number without a unit"),
    "no end of a line": ("level;x\n5;1\n\x0c;2\n", r"line 3.*'\\x0c' is .* missing='\\x0c'"),
    "an open quote below names": ('a,level\n1,"1\n2,2\n', "line 2: a quotation mark opens a cell"),
    "nothing but spaces": ("  \n ", "must have a line of names, then lines of values"),
    "a zone for some": (
        "date,level\n1/31/2012 22:00 UTC,1\n1/31/2012 23:00,2\n",
        "line 3.*several time zones",
    ),
    "zones far apart": (
        "date,level\n2012-01-01T00+01:00,1\n2012-01-02T00+09:00,2\n",
        "line 3.*several time zones",
    ),
    "spaces": ("level what\n195 316\n196 317\n", "line 2: spaces divide the columns"),
    "spaces and dates": ("date level\n2012-01-01 5\n", "line 2: spaces divide the columns"),
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
    "a spreadsheet": (b"PK\x03\x04\0\0\0", "is not a CSV file in UTF-8"),
    "an open quote": ('level\n"' + 200_000 * "1", "line 2: .*a quotation mark opens a cell"),
    "an open quote late": ('a,level\n1,1\n"2,2\n3,3\n', "line 3: a quotation mark opens a cell"),
    "endless digits": (
        "level\n1\n" + 200_000 * "1" + "x\n",
        "line 3.*(a cell is longer|is not a n)",
    ),
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
    with pytest.raises(ValueError, match="dates must be two columns, got 'date' twice"):
        load_series("mine.csv", "level", ["date", "date"])
    with pytest.raises(ValueError, match="dates must leave a column for the values, got date, x"):
        load_series(write("date,x\n2012-01-01,1\n"), "x", ["date", "x"])
    write("date,level,rain\n2012-01-01,1,5\n2012-01-02,2,6\n")
    with pytest.raises(ValueError, match="line 2.*'2012.5' is not a date"):  # the middle of a year
        load_series(write("year,level\n2012.5,1\n2013.5,2\n"), "level", "year")
    write("date,level,rain\n2012-01-01,1,5\n2012-01-02,2,6\n")
    for dates in ("day", True, 0, "Date"):
        with pytest.raises(ValueError, match="dates must be one of date, level, rain, got"):
            load_series("mine.csv", "level", dates)


def test_wrong_arguments(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("CO2", "mine.csv", "", os.curdir):
        with pytest.raises(FileNotFoundError) as error:
            load_series(name)
        assert "must be one of co2, seattle, oil, petrol or a CSV file" in str(error.value)
        assert str(tmp_path) in str(error.value)  # where it looked


def test_too_short_for_the_windows(write):
    series = load_series(write("level\n" + "1\n" * 12))
    with pytest.raises(
        ValueError, match="at least 25 values, 20 for the window and 5 for .* got 12"
    ):
        make_windows(series, 20, 5)
