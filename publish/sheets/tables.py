"""Every table of an edition as a CSV file beside its Parquet files.

Owns which file a table becomes. Docs: `docs/decisions/0019-files-for-spreadsheets.md`.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from publish.making import Making, Rows
from publish.sheets.csv_text import CsvFile
from publish.sheets.sink import Sink

FOLDER = "csv"
PIECE = 16_384  # rows at a time: bounds memory where rows are long


def write_tables(making: Making) -> Rows:
    """Write each table as CSV, as many at a time as there are cores, the largest first."""
    work = sorted(making.parquet.items(), key=lambda each: -_bytes(each[1]))
    places = [making.place(f"{FOLDER}/{name}.csv") for name, _ in work]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        written = sorted(pool.map(_write, [paths for _, paths in work], places))
    pa.default_memory_pool().release_unused()  # some hundred MB, which what follows can use
    return {f"{FOLDER}/{path.name}": rows for path, rows in written}


def _bytes(paths: Sequence[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _write(paths: Sequence[Path], place: Path) -> tuple[Path, int]:
    """Write one table; the file, which may be gzipped, and its rows."""
    files = [pq.ParquetFile(path) for path in paths]
    rows = sum(file.metadata.num_rows for file in files)
    sink = Sink(place, rows)
    made = CsvFile(sink, files[0].schema_arrow)
    for file in files:
        for batch in file.iter_batches(PIECE):
            made.add(pa.Table.from_batches([batch]))
        file.close()
    made.close()
    sink.close()
    return sink.path, rows
