"""The awards by supplier as an edition's CSV file and yearly workbooks, in one pass over the rows.

Owns which row goes to which workbook, and their names. Docs: `docs/excel.md`,
`docs/decisions/0019-files-for-spreadsheets.md`.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from kernel import LakeCorrupt
from publish.making import Making, Rows
from publish.sheets.cells import letters_of
from publish.sheets.csv_text import CsvFile
from publish.sheets.front import DATA, DICTIONARY, README, Year, front
from publish.sheets.package import write_workbook
from publish.sheets.sheet import Form, Sheets
from publish.sheets.sink import Sink
from publish.sheets.tables import FOLDER
from publish.sheets.wide import NAME, expected, script, wide_columns, wide_rows

MOST: Final = 250_000  # rows of a workbook: ten million cells, which 8 GB of memory hold
EXCEL = "excel"
TITLES = (README, DICTIONARY, DATA)
QUERY = f"sql/{NAME}.sql"


class Years:
    """Takes rows, and writes the workbooks of each year.

    Args:
        making: of which edition.
        scratch: where sheets wait to be packed.
        most: rows of a workbook.
    """

    def __init__(self, making: Making, scratch: Path, most: int = MOST) -> None:
        self._making, self._scratch = making, scratch
        columns = wide_columns()
        headings, looks = [c.heading for c in columns], [c.look for c in columns]
        self._form = Form(headings, looks, most, filtered=True)
        self._years: dict[int, tuple[Sheets, Year]] = {}

    def add(self, rows: pa.Table) -> None:
        """Write rows."""
        for year in pc.unique(rows["year_published"]).to_pylist():
            some = rows.filter(pc.equal(rows["year_published"], year))
            if year not in self._years:
                sheets = Sheets(self._scratch, str(year), self._form)
                self._years[year] = (sheets, Year(year))
            sheets, counted = self._years[year]
            sheets.add(some)
            counted.add(some)

    def close(self) -> Rows:
        """Pack the sheets into workbooks, one on each core at a time; the rows of each."""
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            found: Rows = {}
            packing = []
            for _, (sheets, counted) in sorted(self._years.items()):
                sheets.close()
                for part, end in zip(sheets.parts, _ends(len(sheets.parts)), strict=True):
                    name = f"{EXCEL}/{self._making.publication.id}-{counted.year}{end}.xlsx"
                    of = f"{part.number} of {len(sheets.parts)}" if end else ""
                    first = front(self._making, counted, part, of, self._scratch)
                    place = self._making.place(name)
                    packing.append(pool.submit(write_workbook, place, TITLES, [*first, part]))
                    found[name] = part.rows
            for future in packing:
                future.result()
        return found


def write_awards(making: Making) -> Rows:
    """Write `csv/awards_by_supplier.csv`, the query that makes it, and a workbook for each year.

    Raises:
        LakeCorrupt: the tables of the edition do not fit together.
    """
    sources = [source for source, _ in making.inputs]
    sink = Sink(making.place(f"{FOLDER}/{NAME}.csv"), expected(making.parquet))
    with TemporaryDirectory(dir=making.folder) as folder:
        years = Years(making, Path(folder))
        _write(wide_rows(making.parquet, sources), sink, years)
        books = years.close()
    rows = sum(books.values())
    if rows != expected(making.parquet):
        message = f"{rows} rows where the awards have {expected(making.parquet)}"
        raise LakeCorrupt(f"{message}: make the tables anew", path=making.tables.folder)
    making.place(QUERY).write_text(script(making.parquet, sources), encoding="utf-8")
    return {f"{FOLDER}/{sink.path.name}": rows, QUERY: 0, **books}


def _write(pieces: Iterator[pa.Table], sink: Sink, years: Years) -> None:
    """Write rows to the CSV file and the workbooks, while the next ones are made."""
    csv_file: CsvFile | None = None
    with ThreadPoolExecutor(1) as csv_pool, ThreadPoolExecutor(1) as pool:
        waiting: list[Future[None]] = []
        for rows in pieces:
            csv_file = csv_file or CsvFile(sink, rows.schema)
            for future in waiting:
                future.result()
            waiting = [csv_pool.submit(csv_file.add, rows), pool.submit(years.add, rows)]
        for future in waiting:
            future.result()
    if csv_file:
        csv_file.close()
    sink.close()


def _ends(parts: int) -> list[str]:
    """What tells the workbooks of one year apart: `-a`, `-b` and so on, where there are several."""
    return [f"-{letters.lower()}" for letters in islice(letters_of(), parts)] if parts > 1 else [""]
