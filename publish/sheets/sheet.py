"""Worksheets filled with rows: a further one begins where one is full.

Owns what stands around the rows of a sheet, and the bounds of a sheet. Source: ECMA-376, part 1,
SpreadsheetML; the bounds are Excel's own specifications and limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

from publish.sheets.cells import Tally, letters_of, sheet_rows
from publish.sheets.styles import NAMESPACE, Style

MOST_ROWS: Final = 1_048_575  # of a sheet, beside its header
PIECE = 2_048  # rows made XML at a time: some ten MB
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<worksheet xmlns="{NAMESPACE}" xmlns:r="{OFFICE}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a column of a sheet looks; its width is in characters, 0 for the usual one."""

    style: Style = Style.PLAIN
    width: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """What sheets are like: their headings, a look for each, most rows, and a filter or none."""

    headings: Sequence[str]
    looks: Sequence[Look] = ()
    most: int = MOST_ROWS
    filtered: bool = False

    @property
    def styles(self) -> list[Style]:
        """The style of each column."""
        return [look.style for look in self.looks] or [Style.PLAIN] * len(self.headings)


@dataclass(slots=True)
class SheetPart:
    """The XML of one sheet: of which table, which one of it, its rows, and what did not fit."""

    path: Path
    table: str
    number: int
    rows: int = 0
    tally: Tally = field(default_factory=Tally)


class Sheets:
    """Takes rows of one table.

    Args:
        folder: where the XML goes.
        table: its name.
        form: what its sheets are like.

    Attributes:
        parts: the sheets.
    """

    def __init__(self, folder: Path, table: str, form: Form) -> None:
        self.parts: list[SheetPart] = []
        self._folder, self._table, self._form = folder, table, form
        self._stream: BinaryIO = self._begin()

    def add(self, rows: pa.Table) -> None:
        """Write rows."""
        while len(rows):
            part = self.parts[-1]
            if part.rows == self._form.most:
                self.close()
                self._stream = self._begin()
                continue
            some = rows.slice(0, min(self._form.most - part.rows, PIECE))
            rows = rows.slice(len(some))
            self._stream.write(sheet_rows(some, part.rows + 2, self._form.styles, part.tally))
            part.rows += len(some)

    def close(self) -> None:
        """End the sheet."""
        self._stream.write(_end(self.parts[-1], self._form).encode())
        self._stream.close()

    def _begin(self) -> BinaryIO:
        number = len(self.parts) + 1
        path = self._folder / f"sheet-{self._table}-{number}"
        self.parts.append(SheetPart(path, self._table, number))
        stream = path.open("wb")
        names = self._form.headings
        heads = pa.Table.from_arrays([pa.array([name]) for name in names], names=list(names))
        stream.write(f"{HEAD}{_columns(self._form.looks)}<sheetData>\n".encode())
        stream.write(sheet_rows(heads, 1, [Style.BOLD] * len(names), Tally()))
        return stream


def _columns(looks: Sequence[Look]) -> str:
    wide = "".join(
        f'<col min="{n}" max="{n}" width="{look.width}" customWidth="1"/>'
        for n, look in enumerate(looks, start=1)
        if look.width
    )
    return f"<cols>{wide}</cols>" if wide else ""


def _end(part: SheetPart, form: Form) -> str:
    """What follows the rows."""
    last = [letters for letters, _ in zip(letters_of(), form.headings, strict=False)][-1]
    told = f'<autoFilter ref="A1:{last}{part.rows + 1}"/>' if form.filtered else ""
    links = "".join(
        f'<hyperlink ref="{cell}" r:id="rId{n}"/>'
        for n, (cell, _) in enumerate(part.tally.links, start=1)
    )
    told += f"<hyperlinks>{links}</hyperlinks>" if links else ""
    return f"</sheetData>{told}</worksheet>\n"
