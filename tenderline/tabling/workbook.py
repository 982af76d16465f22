"""One workbook of the sheets of all tables, with a first one that tells what is where.

Owns the names of its sheets and the text of the first.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from publish.sheets.package import write_workbook
from publish.sheets.sheet import Form, SheetPart, Sheets
from transforms.tables.layout import all_tables

README = "README"
TITLE = 31  # characters of a sheet's name
HEADINGS = ("sheet", "table", "rows", "one row is", "key", "cells cut to fit")


def workbook(path: Path, parts: Sequence[SheetPart], scratch: Path) -> None:
    """Write a workbook.

    Args:
        path: where to.
        parts: its sheets after the first, whose files are used up.
        scratch: a folder for what is written on the way.
    """
    titles = _titles(parts)
    first = Sheets(scratch, README, Form(HEADINGS))
    first.add(_readme(titles, parts))
    first.close()
    write_workbook(path, [README, *titles], [*first.parts, *parts])


def _titles(parts: Sequence[SheetPart]) -> list[str]:
    """Names of sheets: of the table, a long one cut and numbered, and a further sheet's number."""
    found: list[str] = []
    cut = 0
    for part in parts:
        end = f" {part.number}" if part.number > 1 else ""
        if len(part.table) + len(end) > TITLE:
            cut += 1
            end = f"~{cut}{end}"
        found.append(part.table[: TITLE - len(end)] + end)
    return found


def _readme(titles: Sequence[str], parts: Sequence[SheetPart]) -> pa.Table:
    """The first sheet: each other, its table, what a row is, and what was cut."""
    tables = [all_tables()[part.table] for part in parts]
    columns = [
        pa.array(titles, pa.string()),
        pa.array([part.table for part in parts], pa.string()),
        pa.array([part.rows for part in parts], pa.int64()),
        pa.array([table.grain for table in tables], pa.string()),
        pa.array([", ".join(table.key) for table in tables], pa.string()),
        pa.array([part.tally.long for part in parts], pa.int64()),
    ]
    return pa.table(columns, names=list(HEADINGS))
