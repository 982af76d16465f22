"""Rows as the XML of a worksheet, column by column: no cell is touched by Python.

Owns how each type stands in a cell, and the bounds of a cell. Source: ECMA-376, part 1,
SpreadsheetML; the bounds are Excel's own specifications and limits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from publish.sheets.csv_text import lists, moments, risky
from publish.sheets.styles import Style

LONGEST: Final = 32_767  # of a cell, in UTF-16 units
MARK = " … [cut: the Parquet file has all of it]"
DIGITS = Decimal(10) ** 13  # amounts from here on have more digits than the fifteen Excel keeps
FIRST_DAY = 25_569  # 1970-01-01 in days of Excel
FIRST_DATE = -25_508  # 1900-03-01: before it Excel's days are wrong, or none
DAY = 86_400_000_000  # microseconds
# What XML cannot hold; and what stands for a character in the notation of SpreadsheetML (22.9.2.19,
# ST_Xstring), where it is plain text.
ILLEGAL = r"[\x{0}-\x{8}\x{b}\x{c}\x{e}-\x{1f}\x{fffe}\x{ffff}]"
NOTATION = r"_(x[0-9A-Fa-f]{4}_)"
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
MOST_LINKS: Final = 65_530  # of a sheet
LONGEST_LINK = 2_079  # characters; Excel calls a file with a longer one broken
LINK = r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/([A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$"


@dataclass(slots=True)
class Tally:
    """What became of cells: cut, with a character replaced, linked (by cell), or no more linked."""

    long: int = 0
    illegal: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)
    unlinked: int = 0


def sheet_rows(rows: pa.Table, first: int, styles: Sequence[Style], tally: Tally) -> bytes:
    """Rows as XML.

    Args:
        rows: at least one.
        first: the number of the first on its sheet.
        styles: of the cells of each column; those of moments and dates need none.
        tally: where it is counted what did not fit.
    """
    numbers = pa.array(range(first, first + len(rows)), pa.int32()).cast(pa.large_string())
    cells = [
        _Column(letters, numbers, style, tally).cells(column.combine_chunks())
        for letters, column, style in zip(letters_of(), rows.columns, styles, strict=False)
    ]
    made = _join('<row r="', numbers, '">', *cells, "</row>\n")
    return bytes(made.buffers()[2].to_pybytes())


def letters_of() -> Iterator[str]:
    """Names of columns: A to Z, AA, AB and so on."""
    number = 0
    while True:
        name, rest = "", number
        while rest >= 0:
            name = chr(ord("A") + rest % 26) + name
            rest = rest // 26 - 1
        yield name
        number += 1


@dataclass(frozen=True, slots=True)
class _Column:
    """Makes the cells of one column; nothing where there is no value."""

    letters: str
    numbers: pa.Array
    style: Style
    tally: Tally

    def cells(self, column: pa.Array) -> pa.Array:
        kind = column.type
        if pa.types.is_string(kind):
            return self._texts(column)
        if pa.types.is_list(kind):
            return self._texts(lists(column))
        if pa.types.is_boolean(kind):
            return self._cell(pc.if_else(column, "1", "0"), kind="b")
        if pa.types.is_timestamp(kind):
            days = pc.divide(column.cast(pa.int64()).cast(pa.float64()), float(DAY))
            return self._days(days, moments(column), Style.MOMENT)
        if pa.types.is_date(kind):
            days = column.cast(pa.int32()).cast(pa.int64())
            return self._days(days, column.cast(pa.string()), Style.DATE)
        cells = self._cell(column, self.style)
        if pa.types.is_decimal(kind):
            long = pc.greater_equal(pc.abs(column), pa.scalar(DIGITS))
            return self._or_text(cells, long, column)
        return cells

    def _days(self, days: pa.Array, text: pa.Array, style: Style) -> pa.Array:
        """Days since 1970 as Excel's."""
        cells = self._cell(pc.add(days, pa.scalar(FIRST_DAY, days.type)), style)
        return self._or_text(cells, pc.less(days, pa.scalar(FIRST_DATE, days.type)), text)

    def _or_text(self, cells: pa.Array, exact: pa.Array, text: pa.Array) -> pa.Array:
        """Cells, but text where Excel could not hold the number or date as it is."""
        if not pc.any(exact).as_py():
            return cells
        return pc.if_else(exact, self._text(text.cast(pa.string()), Style.PLAIN), cells)

    def _texts(self, column: pa.Array) -> pa.Array:
        """Text; that of links linked, and that of formulas marked as text."""
        text, cut = _bounded(column)
        self.tally.long += cut
        self.tally.illegal += pc.sum(pc.match_substring_regex(text, ILLEGAL)).as_py() or 0
        style = Style.PLAIN if self.style is Style.LINK else self.style
        cells = self._text(text, style)
        if self.style is Style.LINK:
            return self._linked(cells, text)
        formulas = risky(text)
        if style is Style.PLAIN and formulas.any():
            return pc.if_else(pa.array(formulas), self._text(text, Style.TEXT), cells)
        return cells

    def _linked(self, cells: pa.Array, text: pa.Array) -> pa.Array:
        good = pc.match_substring_regex(text, LINK)
        good = pc.and_(good, pc.less_equal(pc.utf8_length(text), LONGEST_LINK)).fill_null(False)
        room = MOST_LINKS - len(self.tally.links)
        places = np.flatnonzero(good.to_numpy(zero_copy_only=False))
        self.tally.unlinked += max(0, len(places) - room)
        chosen = np.zeros(len(text), dtype=bool)
        chosen[places[:room]] = True
        for place in places[:room]:
            cell = f"{self.letters}{self.numbers[place].as_py()}"
            self.tally.links.append((cell, text[place].as_py()))
        return pc.if_else(pa.array(chosen), self._text(text, Style.LINK), cells)

    def _text(self, text: pa.Array, style: Style) -> pa.Array:
        escaped = pc.replace_substring_regex(text, NOTATION, r"_x005F_\1")
        for plain, safe in ESCAPES:
            escaped = pc.replace_substring(escaped, plain, safe)
        escaped = pc.replace_substring_regex(escaped, ILLEGAL, "\ufffd")
        opening, end = '<is><t xml:space="preserve">', "</t></is></c>"
        head = f'{_styled(style)} t="inlineStr">{opening}'
        return _join(f'<c r="{self.letters}', self.numbers, f'"{head}', _plain(escaped), end)

    def _cell(self, value: pa.Array, style: Style = Style.PLAIN, kind: str = "") -> pa.Array:
        told = f' t="{kind}"' if kind else ""
        head = f'"{_styled(style)}{told}><v>'
        return _join(f'<c r="{self.letters}', self.numbers, head, _plain(value), "</v></c>")


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


def _styled(style: Style) -> str:
    return f' s="{style.value}"' if style else ""


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string())


def _join(*parts: pa.Array | str) -> pa.Array:
    """The parts one after the other; nothing where a column has no value, unless it is a row."""
    made = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts]
    empty = pa.scalar("", pa.large_string())
    row = isinstance(parts[0], str) and parts[0].startswith("<row")
    handling = "replace" if row else "emit_null"
    return pc.binary_join_element_wise(*made, empty, null_handling=handling, null_replacement="")
