"""The rows of several tables together, some processes at a time: the same ones of each table.

Owns how tables are read side by side. All of them are in the order of the records, so that no table
is read twice and none is held.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kernel import LakeCorrupt

PIECE = 4_096  # processes at a time: their rows take some ten MB
KEY = ("source", "ocid")  # which tell processes apart
LEADING = "processes"  # has one row of each


class _Rows:
    """The rows of one table, taken from its start."""

    def __init__(self, paths: Sequence[Path], columns: Sequence[str]) -> None:
        self._batches = _batches(paths, columns)
        self._held: pa.Table | None = next(self._batches, None)
        self._empty = None if self._held is None else self._held.schema.empty_table()

    def of(self, keys: pa.Array) -> pa.Table | None:
        """The next rows, those of the processes with these keys; None of a table without rows."""
        found = []
        while self._held is not None:
            inside = pc.is_in(_keys(self._held), value_set=keys)
            end = pc.index(inside, pa.scalar(False)).as_py()
            if end >= 0:
                found.append(self._held.slice(0, end))
                self._held = self._held.slice(end)
                break
            found.append(self._held)
            self._held = next(self._batches, None)
        return pa.concat_tables(found) if found else self._empty

    @property
    def ended(self) -> bool:
        """Whether all rows were taken."""
        return self._held is None


def pieces(
    tables: Mapping[str, Sequence[Path]], columns: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, pa.Table]]:
    """The rows of tables by name, of some processes at a time; of each process all rows at once.

    Args:
        tables: the files of each, `processes` among them.
        columns: which to read of each table.

    Raises:
        LakeCorrupt: a table has rows of a process that is not there, or in another order.
    """
    readers = {name: _Rows(tables[name], columns[name]) for name in columns if name != LEADING}
    for processes in _batches(tables[LEADING], columns[LEADING]):
        keys = _keys(processes).combine_chunks()
        found = {name: reader.of(keys) for name, reader in readers.items()}
        rows = {name: table for name, table in found.items() if table is not None}
        yield {LEADING: processes, **rows}
    for name, reader in readers.items():
        if not reader.ended:
            message = f"{name} has rows of a process that is not where it is in {LEADING}"
            raise LakeCorrupt(f"{message}: make the tables anew", path=str(tables[name][0]))


def _batches(paths: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.Table]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(PIECE, columns=list(columns)):
                yield pa.Table.from_batches([batch])


def _keys(rows: pa.Table) -> pa.ChunkedArray:
    """What tells the processes of rows apart."""
    joined = [rows[name] for name in KEY]
    return pc.binary_join_element_wise(*joined, "\n", null_handling="replace")
