"""Rows as the XML of worksheets, column by column: no cell is touched by Python.

Owns how each type stands in a workbook, and the bounds of a sheet and of a cell. Source: ECMA-376,
part 1, SpreadsheetML; the bounds are Excel's own specifications and limits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from tenderline.tabling.csv_text import lists, moments

MOST_ROWS: Final = 1_048_575  # of a sheet, beside its header
LONGEST: Final = 32_767  # of a cell, in UTF-16 units
MARK = " … [cut: the Parquet file has all of it]"
DIGITS = Decimal(10) ** 13  # amounts from here on have more digits than the fifteen Excel keeps
FIRST_DAY = 25_569  # 1970-01-01 in days of Excel
FIRST_DATE = -2_203_891_200_000_000  # 1900-03-01: before it Excel's days are wrong, or none
DAY = 86_400_000_000  # microseconds
DATE, BOLD = "1", "2"  # styles of the workbook
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<worksheet xmlns="{NAMESPACE}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><sheetData>\n'
)
END = "</sheetData></worksheet>\n"
# What XML cannot hold; and what stands for a character in the notation of SpreadsheetML (22.9.2.19,
# ST_Xstring), where it is plain text.
ILLEGAL = r"[\x{0}-\x{8}\x{b}\x{c}\x{e}-\x{1f}\x{fffe}\x{ffff}]"
NOTATION = r"_(x[0-9A-Fa-f]{4}_)"
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


@dataclass(slots=True)
class SheetPart:
    """The XML of one sheet: of which table, how many rows, and how many cells were cut."""

    path: Path
    table: str
    number: int
    rows: int = 0
    long: int = 0


class Sheets:
    """Takes rows of one table; begins a further sheet where one is full.

    Args:
        folder: where the XML goes.
        table: its name.
        schema: of the rows.

    Attributes:
        parts: the sheets.
    """

    def __init__(self, folder: Path, table: str, schema: pa.Schema) -> None:
        self.parts: list[SheetPart] = []
        self._folder, self._table, self._names = folder, table, schema.names
        self._stream: BinaryIO = self._begin()

    def add(self, rows: pa.Table) -> None:
        """Write rows."""
        while len(rows):
            part = self.parts[-1]
            if part.rows == MOST_ROWS:
                self.close()
                self._stream = self._begin()
                continue
            some = rows.slice(0, MOST_ROWS - part.rows)
            rows = rows.slice(len(some))
            xml, long = sheet_rows(some, part.rows + 2)
            self._stream.write(xml)
            part.rows += len(some)
            part.long += long

    def close(self) -> None:
        """End the sheet."""
        self._stream.write(END.encode())
        self._stream.close()

    def _begin(self) -> BinaryIO:
        number = len(self.parts) + 1
        path = self._folder / f"sheet-{self._table}-{number}"
        self.parts.append(SheetPart(path, self._table, number))
        stream = path.open("wb")
        names = pa.table([pa.array([name]) for name in self._names], names=self._names)
        stream.write(HEAD.encode())
        stream.write(sheet_rows(names, 1, BOLD)[0])
        return stream


def sheet_rows(rows: pa.Table, first: int, style: str = "") -> tuple[bytes, int]:
    """Rows as XML, and how many cells were cut.

    Args:
        rows: at least one.
        first: the number of the first on its sheet.
        style: of cells of text, if they have one.
    """
    numbers = pa.array(range(first, first + len(rows)), pa.int32()).cast(pa.large_string())
    long = 0
    cells = []
    for letters, column in zip(_letters(), rows.columns, strict=False):
        found, cut = _cells(column.combine_chunks(), letters, numbers, style)
        long += cut
        cells.append(found)
    made = _join('<row r="', numbers, '">', *cells, "</row>\n")
    return made.buffers()[2].to_pybytes(), long


def _cells(column: pa.Array, letters: str, numbers: pa.Array, style: str) -> tuple[pa.Array, int]:
    """Each cell of a column as XML, nothing where there is no value; and how many were cut."""
    kind, cut = column.type, 0
    begin = f'<c r="{letters}'
    if pa.types.is_string(kind) or pa.types.is_list(kind):
        text, cut = _bounded(lists(column) if pa.types.is_list(kind) else column)
        return _text(text, begin, numbers, style), cut
    if pa.types.is_boolean(kind):
        plain = pc.if_else(column, "1", "0").cast(pa.large_string())
        return _join(begin, numbers, '" t="b"><v>', plain, "</v></c>"), 0
    if pa.types.is_timestamp(kind):
        whole = column.cast(pa.int64())
        days = pc.add(pc.divide(whole.cast(pa.float64()), float(DAY)), float(FIRST_DAY))
        cells = _join(begin, numbers, f'" s="{DATE}"><v>', _plain(days), "</v></c>")
        return _or_text(cells, pc.less(whole, FIRST_DATE), moments(column), begin, numbers), 0
    cells = _join(begin, numbers, '"><v>', _plain(column), "</v></c>")
    if pa.types.is_decimal(kind):
        long = pc.greater_equal(pc.abs(column), pa.scalar(DIGITS))
        return _or_text(cells, long, _plain(column), begin, numbers), 0
    return cells, 0


def _or_text(
    cells: pa.Array, exact: pa.Array, text: pa.Array, begin: str, numbers: pa.Array
) -> pa.Array:
    """Cells, but text where Excel could not hold the number or date as it is."""
    if not pc.any(exact).as_py():
        return cells
    return pc.if_else(exact, _text(text, begin, numbers, ""), cells)


def _text(text: pa.Array, begin: str, numbers: pa.Array, style: str) -> pa.Array:
    escaped = pc.replace_substring_regex(text, NOTATION, r"_x005F_\1")
    for plain, safe in ESCAPES:
        escaped = pc.replace_substring(escaped, plain, safe)
    escaped = pc.replace_substring_regex(escaped, ILLEGAL, "\ufffd").cast(pa.large_string())
    styled = f'" s="{style}' if style else ""
    opening = f'{styled}" t="inlineStr"><is><t xml:space="preserve">'
    return _join(begin, numbers, opening, escaped, "</t></is></c>")


def _bounded(text: pa.Array) -> tuple[pa.Array, int]:
    """Text that a cell can hold, what is longer cut and marked; and how many were."""
    longest = pc.max(pc.utf8_length(text)).as_py() or 0
    if longest <= LONGEST // 2:  # a character may take two units
        return text, 0
    cut = 0
    kept = text.to_pylist()
    for place, found in enumerate(kept):
        units = (found or "").encode("utf-16-le", "surrogatepass")
        if len(units) > 2 * LONGEST:
            room = 2 * (LONGEST - len(MARK))
            kept[place] = units[:room].decode("utf-16-le", "ignore") + MARK
            cut += 1
    return pa.array(kept, pa.string()), cut


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string())


def _join(*parts: pa.Array | str) -> pa.Array:
    """The parts one after the other; nothing where a column has no value, unless it is a row."""
    made = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts]
    empty = pa.scalar("", pa.large_string())
    row = isinstance(parts[0], str) and parts[0].startswith("<row")
    handling = "replace" if row else "emit_null"
    return pc.binary_join_element_wise(*made, empty, null_handling=handling, null_replacement="")


def _letters() -> Iterator[str]:
    """Names of columns: A to Z, AA, AB and so on."""
    number = 0
    while True:
        name, rest = "", number
        while rest >= 0:
            name = chr(ord("A") + rest % 26) + name
            rest = rest // 26 - 1
        yield name
        number += 1
