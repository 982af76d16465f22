"""The rows of one table from all scratch files, in order of ocid, a piece in memory at a time.

Owns the order. Each process is in one file only, whose rows are in order of ocid: so pieces can be
cut from all files at the same ocid. Files of several pieces are read batch by batch and not mapped
into memory, where what was read would stay.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

PIECE = 16 << 20  # bytes of rows that are put in order at a time
BATCH = 1 << 18  # bytes of a batch of the files: what of each, of some hundreds, is read at a time
LARGE = 1 << 24  # the same where there is a file for each process that works, and no more
OCID = "ocid"


def arranged(paths: Sequence[Path]) -> Iterator[pa.Table]:
    """The rows of Arrow files, in order of ocid; those of one process as they stand.

    Args:
        paths: of files each of which is in order of ocid; none has an ocid of another.
    """
    pieces = sum(path.stat().st_size for path in paths) // PIECE + 1
    bounds = _bounds(paths, pieces)
    with ExitStack() as stack:
        files = [_File(path, stack, mapped=pieces == 1) for path in paths]
        for bound in bounds:
            cut = [found for file in files if (found := file.until(bound))]
            if cut:
                rows = pa.Table.from_batches([batch for found in cut for batch in found])
                rows = rows.combine_chunks()
                yield rows if len(cut) == 1 else rows.take(pc.sort_indices(rows[OCID]))


class _File:
    """An Arrow file that is read from its start."""

    def __init__(self, path: Path, stack: ExitStack, *, mapped: bool) -> None:
        opened = pa.memory_map(str(path)) if mapped else pa.OSFile(str(path))
        self._reader = stack.enter_context(pa.ipc.open_file(stack.enter_context(opened)))
        self._next = 0
        self._rest: pa.RecordBatch | None = None

    def until(self, bound: str | None) -> list[pa.RecordBatch]:
        """The rows before the ocid `bound` that were not given yet; all of them before None."""
        found: list[pa.RecordBatch] = []
        while (batch := self._batch()) is not None:
            end = _end(batch, bound)
            if end:
                found.append(batch.slice(0, end))
            self._rest = batch.slice(end) if end < len(batch) else None
            if self._rest is not None:
                break
        return found

    def _batch(self) -> pa.RecordBatch | None:
        if self._rest is None and self._next < self._reader.num_record_batches:
            self._rest = self._reader.get_batch(self._next)
            self._next += 1
        return self._rest


def _bounds(paths: Sequence[Path], pieces: int) -> list[str | None]:
    """Ocids at which to cut into so many pieces of about a size; None stands for the end."""
    if pieces == 1:
        return [None]
    ocids = [found for path in paths if (found := _ocids(path))]
    marks = sorted(found[len(found) * n // pieces] for found in ocids for n in range(pieces))
    return [*dict.fromkeys(marks[len(ocids) :: len(ocids)]), None]


def _ocids(path: Path) -> list[str]:
    """The first ocid of each batch of a file: all of them would be the memory of all rows."""
    with pa.OSFile(str(path)) as file:
        place = pa.ipc.open_file(file).schema.get_field_index(OCID)
        options = pa.ipc.IpcReadOptions(included_fields=[place])
        reader = pa.ipc.open_file(file, options=options)
        return [reader.get_batch(n)[OCID][0].as_py() for n in range(reader.num_record_batches)]


def _end(batch: pa.RecordBatch, bound: str | None) -> int:
    """How many rows stand before the ocid `bound`."""
    if bound is None:
        return len(batch)
    ocids = batch.column(OCID)
    return bisect_left(range(len(batch)), bound, key=lambda row: ocids[row].as_py())
