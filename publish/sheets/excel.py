"""The awards by supplier as an edition's CSV file and yearly workbooks, in one pass over the rows.

Owns which row goes to which workbook, and their names. Docs: `docs/excel.md`,
`docs/decisions/0019-workbooks-by-year-of-first-publication.md`.
"""

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
from publish.sheets.sheet import Form, SheetPart, Sheets
from publish.sheets.sink import Sink
from publish.sheets.tables import FOLDER
from publish.sheets.wide import NAME, Wide, script, wide_columns, wide_rows

MOST: Final = 250_000  # rows of a workbook: ten million cells, which 8 GB of memory hold
EXCEL = "excel"
QUERY = f"{FOLDER}/{NAME}.sql"


class Years:
    """Takes rows in order of their year, and writes the workbooks of each.

    Args:
        making: of which edition.
        scratch: where sheets wait to be packed.
        pool: what packs them.
        most: rows of a workbook.

    Attributes:
        rows: of each workbook, by its path within the edition.
    """

    def __init__(
        self, making: Making, scratch: Path, pool: ThreadPoolExecutor, most: int = MOST
    ) -> None:
        self._making, self._scratch, self._pool, self._most = making, scratch, pool, most
        self._year, self._counted = 0, Year()
        self._sheets: Sheets | None = None
        self._packing: list[Future[None]] = []
        self.rows: Rows = {}

    def add(self, rows: pa.Table) -> None:
        """Write rows."""
        for year in pc.unique(rows["year_published"]).to_pylist():
            if year != self._year:
                self.end_year()
                self._begin(year)
            some = rows.filter(pc.equal(rows["year_published"], year))
            self._counted.add(some)
            if self._sheets is not None:
                self._sheets.add(some)

    def close(self) -> None:
        """End the last year, and wait until all is packed."""
        self.end_year()
        for future in self._packing:
            future.result()

    def end_year(self) -> None:
        """Have the workbooks of the year packed."""
        if self._sheets is None:
            return
        self._sheets.close()
        parts = self._sheets.parts
        ends = [f"-{letters.lower()}" for letters in islice(letters_of(), len(parts))]
        for part, end in zip(parts, ends if len(parts) > 1 else [""], strict=True):
            self._pack(part, end, f"{part.number} of {len(parts)}" if end else "")
        self._sheets = None

    def _begin(self, year: int) -> None:
        columns = wide_columns()
        form = Form([c.heading for c in columns], [c.look for c in columns], self._most, True)
        self._year, self._counted = year, Year()
        self._sheets = Sheets(self._scratch, str(year), form)

    def _pack(self, part: SheetPart, end: str, told: str) -> None:
        making = self._making
        self._counted.part = told
        first = front(making, self._year, self._counted, part, self._scratch)
        name = f"{EXCEL}/{making.publication.id}-{self._year}{end}.xlsx"
        sheets = [*first, part]
        titles = [README, DICTIONARY, DATA]
        place = making.place(name)
        self._packing.append(self._pool.submit(write_workbook, place, titles, sheets))
        self.rows[name] = part.rows


def write_awards(making: Making) -> Rows:
    """Write `csv/awards_by_supplier.csv`, the query that makes it, and a workbook for each year.

    Raises:
        LakeCorrupt: the tables of the edition do not fit together.
    """
    sources = [source for source, _ in making.inputs]
    with (
        TemporaryDirectory(dir=making.folder) as folder,
        ThreadPoolExecutor(1) as pool,
        wide_rows(making.parquet, sources, Path(folder)) as wide,
    ):
        years = Years(making, Path(folder), pool)
        name = _write(making, wide, years)
        years.close()
    if sum(years.rows.values()) != wide.rows:
        written = f"{sum(years.rows.values())} rows where the awards have {wide.rows}"
        message = f"the tables do not fit together ({written}): make them anew"
        raise LakeCorrupt(message, path=making.tables.folder)
    found = {name: [f"parquet/{name}.parquet"] for name in making.parquet}
    making.place(QUERY).write_text(script(found, sources), encoding="utf-8")
    return {name: wide.rows, QUERY: 0, **years.rows}


def _write(making: Making, wide: Wide, years: Years) -> str:
    """Write the rows to the CSV file, whose path it returns, and to the workbooks."""
    sink = Sink(making.place(f"{FOLDER}/{NAME}.csv"), wide.rows)
    csv_file = CsvFile(sink, wide.reader.schema)
    for batch in wide.reader:
        rows = pa.Table.from_batches([batch])
        csv_file.add(rows)
        years.add(rows)
    csv_file.close()
    sink.close()
    return f"{FOLDER}/{sink.path.name}"
