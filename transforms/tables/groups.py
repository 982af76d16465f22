"""A Parquet file that is filled from small tables, in row groups of one size.

Owns where a row group ends, so that how its rows came together leaves no trace in the file: behind
a fixed number of rows, or earlier where they are long, so that memory is bounded.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROW_GROUP = 122_880  # rows: DuckDB's own unit of parallel work
MOST = 24 << 20  # bytes of rows behind which a row group ends: written, it takes six times that
CELL = 5  # bytes of a cell beside its text, also of an empty one
CODEC = "zstd"
SMALL = 64  # tables held as they came: a column of a few rows takes more for itself than for them
Lengths = npt.NDArray[np.int64]
NO_ROWS: Lengths = np.zeros(0, np.int64)
LARGE = 1_000  # rows of a table that is not held so
LOOSE = 4 << 20  # bytes of rows that are held as they are: many files are filled at once
TIGHT = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


class Packed:
    """Rows that wait for those of their row group, in a fraction of their room.

    Args:
        rows: with the columns that are filled.
        columns: how many they will have.

    `lengths` are those of `row_bytes`.
    """

    def __init__(self, rows: pa.Table, columns: int) -> None:
        self.lengths = row_bytes(rows, columns)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema, options=TIGHT) as stream:
            stream.write_table(rows)
        self._data = sink.getvalue()

    def table(self) -> pa.Table:
        """The rows."""
        return pa.ipc.open_stream(self._data).read_all()


class Filled:
    """The file at `path`: to be closed, or used in a `with` statement.

    Args:
        path: of the file.
        schema: of its columns, with all metadata.
        size: most rows in a row group.
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
        self._held: list[pa.Table | Packed] = []  # with the columns that are filled
        self._lengths: list[Lengths] = []  # of the rows of the first of these
        self._small: list[pa.Table] = []  # the latest
        self._count = 0
        self._bytes = 0  # of what is held, at most
        self._under_way: Future[None] | None = None

    def add(self, table: pa.Table) -> None:
        """Append rows; a column of the file that `table` lacks has no value in them."""
        self._small.append(table)
        self._count += table.num_rows
        self.rows += table.num_rows
        if len(self._small) >= SMALL or table.num_rows >= LARGE:
            self._gather()
        while self._count >= self.size or self._bytes >= MOST:
            if not self._write_full():
                break

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            while self._write_full():
                pass
            if self._count or (self._always and not self.rows):
                self._gather()
                self._write(self._count, last=True)
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
            self._lengths = []
        self.close()

    def _gather(self) -> None:
        if self._small:
            there = {name for table in self._small for name in table.column_names}
            filled = pa.schema([field for field in self.schema if field.name in there])
            self._hold(joined(self._small, filled))
        self._small = []

    def _hold(self, rows: pa.Table) -> None:
        taken = rows.nbytes
        loose = self._bytes + taken < LOOSE
        self._held.append(rows if loose else Packed(rows, len(self.schema)))
        self._bytes += taken + CELL * len(self.schema) * rows.num_rows

    def _write_full(self) -> bool:
        """Write a row group if one is full; whether there was one."""
        self._gather()
        if self._count < self.size and self._bytes < MOST:
            return False
        unknown = self._held[len(self._lengths) :]
        self._lengths += [
            one.lengths if isinstance(one, Packed) else row_bytes(one, len(self.schema))
            for one in unknown
        ]
        ends = np.cumsum(np.concatenate([NO_ROWS, *self._lengths])[: self.size])
        rows = int(np.searchsorted(ends, MOST)) + 1
        if rows > len(ends) and len(ends) < self.size:
            return False
        self._write(min(rows, self.size))
        return True

    def _write(self, rows: int, *, last: bool = False) -> None:
        tables = [one.table() if isinstance(one, Packed) else one for one in self._held]
        held = joined(tables, self.schema)
        group, rest = held.slice(0, rows), held.slice(rows)
        self._held, self._lengths = [], []
        self._count, self._bytes = rest.num_rows, 0
        if rest.num_rows > self.size:
            self._hold(rest)
        elif rest.num_rows:  # copied: a slice keeps all that it is cut from
            self._hold(rest.take(np.arange(rest.num_rows)))
        if self._threads is None:
            self._put(group, last=last)
            return
        self._wait()
        self._under_way = self._threads.submit(self._put, group, last=last)

    def _put(self, group: pa.Table, *, last: bool) -> None:
        if self._file is None:
            packed = _packed(group) if last else CODEC
            self._file = pq.ParquetWriter(
                self.path, self.schema, compression=packed, write_page_index=True
            )
        self._file.write_table(group.combine_chunks(), row_group_size=self.size)
        if group.nbytes > MOST // 2:  # give back what writing took, which is several times that
            pa.default_memory_pool().release_unused()

    def _wait(self) -> None:
        if self._under_way:
            self._under_way.result()
        self._under_way = None


def _packed(rows: pa.Table) -> dict[str, str]:
    """How to pack each column of a file that has only these rows: one without values not at all,
    for to prepare that takes longer than all else of it.
    """
    return {
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name: CODEC
        for field, column in zip(rows.schema, rows.columns, strict=True)
        if column.null_count < rows.num_rows
    }


def joined(tables: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """The rows of tables, which may lack columns of `schema`, one behind another in one piece.

    As Arrow's own way of joining tables of different columns does, in half the time.
    """
    places = [{name: n for n, name in enumerate(table.column_names)} for table in tables]
    columns = []
    for field in schema:
        chunks, empty = [], 0  # rows without a value, of some tables
        for table, place in zip(tables, places, strict=True):
            if field.name not in place:
                empty += table.num_rows
                continue
            if empty:
                chunks.append(pa.nulls(empty, field.type))
            chunks += table.column(place[field.name]).chunks
            empty = 0
        if empty or not chunks:
            chunks.append(pa.nulls(empty, field.type))
        columns.append(chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks))
    return pa.Table.from_arrays(columns, schema=schema)


def row_bytes(table: pa.Table, columns: int) -> Lengths:
    """How many bytes each row takes as one of so many columns, about: what its cells take anywhere,
    and their texts.
    """
    found = np.full(table.num_rows, CELL * columns, dtype=np.int64)
    for column in table.columns:
        if pa.types.is_string(column.type):
            lengths = pc.fill_null(pc.binary_length(column), 0)
            found += lengths.to_numpy()
    return found
