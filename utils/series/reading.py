"""A CSV file as people have it: what encodes it, what divides it, its columns and its lines.

The whole file is held as bytes (UTF-8, each line ended by "\\n"), and a column as a list of such
pieces, one cell a line: a hundred times smaller than Python's own strings, and as fast as pandas.
Python's `csv` reads row by row where that must be: the first rows, and the way to an error's line.
"""

import codecs
import csv
import io
import re
from itertools import islice
from typing import NamedTuple

import numpy as np

from utils.series.values import number_in, shape_of

MOST_BYTES = 10**9
PIECE = 2**23  # bytes that are split at a time
HEAD = 1000  # rows that are looked at to see what the columns hold
DIVIDERS = ";\t|,"  # the rarest inside a cell first
ONE_COLUMN = "\0"  # divides nothing: no text has it
VALUE = re.compile(r"[-+]?[0-9.,]*[0-9][0-9.,]*")
SAVE = "in a spreadsheet, save it as 'CSV UTF-8'"
WORKBOOK = f"a spreadsheet's workbook: {SAVE}"
PACKED = "a packed file: unpack it first"
TABLES = "a table in a binary format: write it with pandas' to_csv first"
OTHER_KINDS = {  # how files begin that are no CSV files
    rb"PK\x03\x04|\x1f\x8b|BZh\d|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd": PACKED,
    rb"\xd0\xcf\x11\xe0": WORKBOOK,
    rb"PAR1|ARROW1|\x89HDF|CDF[\x01\x02]|SQLite format 3|\x93NUMPY|\x80[\x02-\x05]": TABLES,
    rb"<(!|\?|html|head|body|table|div|svg)": "a web page or XML: download the table itself",
    rb"\{|\[\s*[\[{\"\d]": "JSON, as notebooks are: write its table with pandas' to_csv first",
    rb"version \S+git-lfs": "only a pointer to a large file: fetch that by 'git lfs pull'",
    rb"%PDF": "a PDF: copy its table into a spreadsheet, and save that as 'CSV UTF-8'",
}


class Table(NamedTuple):
    name: str
    data: bytes
    divider: str
    header: list  # the columns' names
    begin: int  # the byte at which the first row begins
    above: int  # how many lines stand above it
    head: list  # the first rows, as lists of texts

    def rows(self):
        """Each row: the number of its first line, as an editor counts, and its cells."""
        rows = read_rows(self.name, self.data, self.begin, self.above, self.divider)
        return ((line, fitted(row, len(self.header))) for line, row in rows)

    def cell(self, i, at):
        """The text in row i, column `at`, and the line on which it begins."""
        line, row = next(islice(self.rows(), int(i), None))
        return row[at].strip(" \t\n"), line + sum(cell.count("\n") for cell in row[:at])

    def place(self, i, at):
        """Where an error is, for the person who has the file open."""
        text, line = self.cell(i, at)
        return f"{self.name}, line {line}, column {self.header[at]!r}: {text!r:.80}"

    def columns(self, wanted):
        """{each of `wanted`: its pieces}: bytes, one cell a line, without quotes and margins."""
        body = memoryview(self.data)[self.begin :]
        pieces = split(body, self.divider, len(self.header), wanted)
        if pieces is None:
            pieces = split(self.rewritten(), ",", len(self.header), wanted)
        return pieces

    def rewritten(self):
        """The rows in the plainest dialect, if they all have as many cells as there are names."""
        file = io.StringIO()
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, row in self.rows():
            self.refuse_width(line, row)
            writer.writerow([cell.replace('"', "'") for cell in row])
        return file.getvalue().encode()

    def refuse_width(self, line, row):
        """Raise unless the row has a cell for each name."""
        if len(row) != len(self.header):
            raise ValueError(
                f"{self.name}, line {line}: {len(row)} columns where the first line has "
                f"{len(self.header)}. If the numbers have decimal commas, semicolons must divide "
                "them, or quotes enclose them. Lines above the names must be deleted"
            )


# --- from the disk to the table -------------------------------------------------------------------


def read(path, encoding=None):
    """The CSV file at `path` as a Table. `encoding`: of a file that is not in UTF-8."""
    data = as_utf8(path.name, read_bytes(path), encoding)
    if b"\0" in data:
        raise ValueError(f"{path.name} is not a CSV file in UTF-8, but binary: {SAVE}")
    for line_end in (b"\r\r\n", b"\r\n", b"\r"):  # the first: Windows has ended "\r\n" once more
        data = data.replace(line_end, b"\n")
    begin, above, divider = opening(path.name, data)
    divider = divider or find_divider(path.name, data, begin, above)
    header, begin, above = read_header(path.name, data, begin, above, divider)
    data = without_tail(data, begin, divider)
    table = Table(path.name, data, divider, header, begin, above, [])
    table.head.extend(row for _, row in islice(table.rows(), HEAD))
    if not table.head:
        raise ValueError(f"{path.name} must have a line of names, then lines of values")
    for line, row in islice(table.rows(), HEAD):
        table.refuse_width(line, divided(row[0]) if divider == ONE_COLUMN else row)
    if divider == ONE_COLUMN:
        refuse_spaces(table)
    return table


def refuse_spaces(table):
    """Raise if each row of the one column has as many words as the name, and more than one."""
    counts = {len(row[0].split()) for row in table.head if row[0].strip()}
    if counts == {len(table.header[0].split())} and counts != {1}:
        raise ValueError(
            f"{table.name}, line {table.above + 1}: spaces divide the columns, it seems, and they "
            "may stand between thousands, too. Write commas between columns, or a name of one word "
            "above a single column"
        )


def divided(text):
    """The cells of a row for which the names have told no divider."""
    if number_in(shape_of(text)):
        return [text]
    rows = [text.split(divider) for divider in DIVIDERS if divider in text]
    return max(rows, key=len, default=[text])


def read_bytes(path):
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(
            f"{path.name} has {size / 1e9:.1f} GB, and load_series reads up to "
            f"{MOST_BYTES / 1e9:.0f} GB: keep only the columns and the rows that you need"
        )
    data = path.read_bytes()
    start = data[:1000].removeprefix(codecs.BOM_UTF8).lstrip()
    for beginning, message in OTHER_KINDS.items():
        if re.match(beginning, start, re.I):
            is_workbook = message is PACKED and (b"xl/" in data or b"spreadsheet" in data)
            message = WORKBOOK if is_workbook else message
            raise ValueError(f"{path.name} is not a CSV file in UTF-8, but {message}")
    return data


def as_utf8(name, data, encoding):
    """The file's text as UTF-8, without a byte order mark."""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    wrong = f"{name} is not a CSV file in {encoding or 'UTF-8'}"
    try:
        if encoding is None and not is_utf16:
            data.isascii() or data.decode()
            return data.removeprefix(codecs.BOM_UTF8)
        text = data.decode("utf-16" if encoding is None else encoding)
        return text.removeprefix("\ufeff").encode()
    except UnicodeError as error:
        start = data.rfind(b"\n", 0, getattr(error, "start", 0)) + 1
        line = data.count(b"\n", 0, start) + 1
        text = data[start:].partition(b"\n")[0].decode("cp1252", "replace").strip()
        raise ValueError(
            f"{wrong}: {SAVE}. In Windows-1252 its line {line} would be {text!r:.80}: "
            "if that is right, encoding='cp1252' reads it"
        ) from None
    except (TypeError, LookupError, ValueError):
        raise ValueError(
            f"encoding must be None or a name such as 'utf-8' or 'cp1252', got {encoding!r:.80}"
        ) from None


def opening(name, data):
    """Where the line of names begins, the lines above it, and the divider that they name."""
    begin = above = 0
    divider = comment = None
    while begin < len(data):
        line, _, _ = data[begin : begin + 10_000].partition(b"\n")
        named = re.fullmatch(rb'(?i)"?sep=([;,|\t])"?[;,\s]*', line) if divider is None else None
        if named:  # Excel's own line
            divider = named[1].decode()
        elif line.strip() and not line.startswith(b"#"):
            break
        comment = (begin, above) if line.startswith(b"#") else None
        end = data.find(b"\n", begin)
        begin, above = (len(data) if end < 0 else end + 1), above + 1
    if comment and VALUE.match(line.decode(errors="replace").strip()):
        begin, above = comment  # NumPy's savetxt writes the names behind a #
        begin += len(data[begin : begin + 99]) - len(data[begin : begin + 99].lstrip(b"# "))
    return begin, above, divider


def find_divider(name, data, begin, above):
    """What divides the names from each other, and in the same way the rows."""
    best = ONE_COLUMN, 0
    for divider in DIVIDERS:
        rows = islice(read_rows(name, data, begin, above, divider), 100)
        names, widths = [], set()
        try:
            names = next(rows, (0, []))[1]
            widths.update(len(fitted(row, len(names))) for _, row in rows)
        except ValueError:  # quotes are odd, or this divider makes them so
            widths.add(0)
        if len(names) < 2 or widths == {1}:
            continue
        if widths == {len(names)}:
            return divider
        best = max(best, (divider, len(names)), key=lambda pair: pair[1])
    return best[0]


def read_header(name, data, begin, above, divider):
    """The columns' names, where the rows begin, and how many lines stand above them."""
    rows = read_rows(name, data, begin, above, divider)
    line, header = next(rows, (above + 1, []))
    header = [cell.strip() for cell in header]
    named = [cell for cell in header if cell]
    if not header:
        raise ValueError(f"{name} must have a line of names, then lines of values")
    numbered = header == ["", *map(str, range(len(header) - 1))]  # as pandas names what has none
    if not numbered and (
        any(VALUE.fullmatch(cell) for cell in header) or len(set(named)) < len(named)
    ):
        raise ValueError(
            f"{name}, line {line}: it must name each column, got {', '.join(header):.200}. "
            "Write a line of names above the values"
        )
    line, _ = next(rows, (data.count(b"\n") + 2, []))
    while above < line - 1 and begin < len(data):
        end = data.find(b"\n", begin)
        begin, above = (len(data) if end < 0 else end + 1), above + 1
    return header, begin, above


def without_tail(data, begin, divider):
    """The data ended by one line end: lines of nothing but dividers are no rows at the end."""
    if not data.endswith(b"\n"):
        data += b"\n"
    end, nothing = len(data), b" \t" + divider.encode()
    while end > begin:
        start = data.rfind(b"\n", 0, end - 1) + 1
        if start < begin or data[start : end - 1].strip(nothing):
            break
        end = start
    return data[:end]


# --- rows and columns -----------------------------------------------------------------------------


def read_rows(name, data, begin, above, divider):
    """Each row from the byte `begin` on, by Python's csv. -> (number of its first line, cells)"""
    stream = io.BytesIO(data)
    stream.seek(begin)
    lines = io.TextIOWrapper(stream, "utf-8", newline="\n")  # U+2028 and its like end no line
    reader = csv.reader(lines, delimiter=divider, skipinitialspace=True, strict=True)
    line = above + 1
    try:
        for row in reader:
            if divider == ONE_COLUMN:
                yield line, row or [""]  # an empty line is a value that is missing
            elif len(row) > 1 or row and row[0].strip():
                yield line, row
            line = above + reader.line_num + 1
    except csv.Error as error:
        what = "a quotation mark opens a cell, and no other closes it"
        if "limit" in str(error):
            what = f"a cell is longer than {csv.field_size_limit():,} letters, or {what}"
        raise ValueError(
            f"{name}, line {line}: {what} before a divider or the end of the line. "
            'One within a cell is written twice, ""'
        ) from None


def fitted(row, width):
    """The row without empty cells beyond the last name: some programs end lines by a divider."""
    last = len(row)
    while last > width and not row[last - 1].strip():
        last -= 1
    return row[:last]


def split(body, divider, width, wanted):
    """{each of `wanted`: its pieces}, by array operations. None: not every row is plain.

    Plain rows have `width` cells each, and quotes at the ends of cells alone.
    """
    columns = {at: [] for at in wanted}
    begin, size = 0, PIECE
    while begin < len(body):
        piece = np.frombuffer(body, np.uint8, min(size, len(body) - begin), begin)
        inside = piece == ord('"')
        if inside.any():
            inside = np.logical_xor.accumulate(inside)
        is_line_end = (piece == ord("\n")) & ~inside
        last = np.flatnonzero(is_line_end)[-1:]
        if len(last) == 0 and begin + len(piece) < len(body):
            size *= 2  # a row longer than this
            continue
        if len(last) == 0:
            return None
        piece, inside = piece[: last[0] + 1], inside[: last[0] + 1]
        begin += len(piece)
        ends = np.flatnonzero(is_line_end[: len(piece)] | (piece == ord(divider)) & ~inside)
        starts = np.append(0, ends[:-1] + 1)
        if width > 1:  # an empty line between rows is none
            follows_line = np.append(True, piece[ends[:-1]] == ord("\n"))
            is_row = ~((starts == ends) & follows_line & (piece[ends] == ord("\n")))
            starts, ends = starts[is_row], ends[is_row]
        if not is_plain(piece, inside, ends, divider, width):
            return None
        starts, ends = starts.reshape(-1, width), ends.reshape(-1, width)
        for at in wanted:
            columns[at].append(gathered(piece, inside, starts[:, at], ends[:, at]))
    return columns


def is_plain(piece, inside, ends, divider, width):
    """Whether each row has `width` cells, and quotes stand only where cells begin and end."""
    if len(ends) % width:
        return False
    is_line = (piece[ends] == ord("\n")).reshape(-1, width)
    if is_line[:, :-1].any() or not is_line[:, -1].all():
        return False
    quotes = np.flatnonzero(piece == ord('"'))
    around = np.frombuffer(f'"\n{divider}'.encode(), np.uint8)
    opening, closing = quotes[inside[quotes]], quotes[~inside[quotes]]
    before, after = piece[opening[opening > 0] - 1], piece[closing + 1]
    return bool(np.isin(before, around).all() and np.isin(after, around).all())


def gathered(piece, inside, starts, ends):
    """The cells from `starts` to `ends` as bytes, one a line."""
    step = np.zeros(len(piece) + 1, np.int8)
    step[starts] = 1
    step[ends + 1] -= 1
    taken = np.cumsum(step[:-1], dtype=np.int8).view(bool)
    lines = piece.copy()
    if inside.any():
        lines[inside & (piece == ord("\n"))] = ord(" ")  # a line break in a cell
    lines[ends] = ord("\n")
    cells = lines[taken].tobytes()
    if inside.any():
        cells = cells.translate(None, b'"')
    if b" " in cells or b"\t" in cells:
        if any(margin in b"\n" + cells for margin in (b" \n", b"\n ", b"\t\n", b"\n\t")):
            cells = re.sub(rb"[ \t]*\n[ \t]*", b"\n", cells).lstrip(b" \t")
    return cells
