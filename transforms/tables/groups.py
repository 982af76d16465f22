"""A Parquet file that is filled from small tables, in row groups of one size.

Owns where a row group ends, so that how its rows came together leaves no trace in the file.
"""

from concurrent.futures import Executor, Future
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880  # rows: DuckDB's own unit of parallel work
SMALL = 64  # tables held as they came: a column of a few rows takes more for itself than for them


class Filled:
    """The file at `path`: to be closed, or used in a `with` statement.

    Args:
        path: of the file.
        schema: of its columns, with all metadata.
        size: rows in a row group.
        threads: write in the background, one row group of the file after the other.
        always: write the file even if it has no rows.

    `rows` counts what was added.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, size: int, threads: Executor | None = None, *,
        always: bool = True,
    ) -> None:  # fmt: skip
        self.path, self.schema, self.size, self.rows = path, schema, size, 0
        self._threads = threads
        self._always = always
        self._file: pq.ParquetWriter | None = None
        self._held: list[pa.Table] = []
        self._small: list[pa.Table] = []  # the latest
        self._count = 0
        self._under_way: Future[None] | None = None

    def add(self, table: pa.Table) -> None:
        """Append rows; a column of the file that `table` lacks has no value in them."""
        self._small.append(table)
        if len(self._small) >= SMALL:
            self._gather()
        self._count += table.num_rows
        self.rows += table.num_rows
        while self._count >= self.size:
            self._write(self.size)

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            if self._count or (self._always and not self.rows):
                self._write(self._count)
            self._wait()
        finally:
            if self._file:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; after an error without what is left."""
        if error is not None:
            self._count, self._held, self._small, self._always = 0, [], [], False
        self.close()

    def _gather(self) -> None:
        if self._small:
            first = self.schema.empty_table()  # tells the order and the types of the columns
            rows = pa.concat_tables([first, *self._small], promote_options="default")
            rows = pa.Table.from_arrays(rows.columns, schema=self.schema)
            self._held.append(rows.combine_chunks())
        self._small = []

    def _write(self, rows: int) -> None:
        self._gather()
        held = pa.concat_tables(self._held) if self._held else self.schema.empty_table()
        group, rest = held.slice(0, rows), held.slice(rows)
        self._held, self._count = [rest] if rest.num_rows else [], rest.num_rows
        if self._threads is None:
            self._put(group)
            return
        self._wait()
        self._under_way = self._threads.submit(self._put, group)

    def _put(self, group: pa.Table) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(
                self.path, self.schema, compression="zstd", write_page_index=True
            )
        self._file.write_table(group.combine_chunks(), row_group_size=self.size)

    def _wait(self) -> None:
        if self._under_way:
            self._under_way.result()
        self._under_way = None
