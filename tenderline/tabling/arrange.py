"""The rows of one table from all scratch files, in order of ocid, a piece in memory at a time.

Owns the order. Each process is in one file only, whose rows are in order of ocid: so pieces can be
cut from all files at the same ocid.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

PIECE = 16 << 20  # bytes of rows that are put in order at a time


def arranged(paths: Sequence[Path]) -> Iterator[pa.Table]:
    """The rows of Arrow files, in order of ocid; those of one process as they stand.

    Args:
        paths: of files each of which is in order of ocid; none has an ocid of another.
    """
    starts = [0] * len(paths)
    for bound in _bounds(_opened(paths)):
        tables = _opened(paths)  # anew, so that what was read before fills no memory
        ends = [_end(table, bound) for table in tables]
        cut = [t.slice(s, e - s) for t, s, e in zip(tables, starts, ends, strict=True) if e > s]
        starts = ends
        if cut:
            rows = pa.concat_tables(cut).combine_chunks()
            yield rows if len(cut) == 1 else rows.take(pc.sort_indices(rows["ocid"]))


def _opened(paths: Sequence[Path]) -> list[pa.Table]:
    return [pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in paths]


def _bounds(tables: Sequence[pa.Table]) -> list[str | None]:
    """Ocids at which to cut, so that pieces have about a size; None stands for the end."""
    pieces = sum(table.nbytes for table in tables) // PIECE + 1
    marks = sorted(
        table["ocid"][len(table) * n // pieces].as_py() for table in tables for n in range(pieces)
    )
    return [*dict.fromkeys(marks[len(tables) :: len(tables)]), None]


def _end(table: pa.Table, bound: str | None) -> int:
    """How many rows stand before the ocid `bound`."""
    if bound is None:
        return len(table)
    ocids = table["ocid"]
    return bisect_left(range(len(table)), bound, key=lambda row: ocids[row].as_py())
