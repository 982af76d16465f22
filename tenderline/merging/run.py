"""Files to one merged file: read and spilled by ocid, merged piece by piece, joined in order.

Owns the flow, and that memory is bounded by a piece. What is shown is `tenderline.commands`'.
"""

import heapq
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenderline.merging.join import Joined, Wanted, join
from tenderline.merging.output import output, write_lines, write_package
from tenderline.merging.pool import Workers
from tenderline.merging.spill import Place, Tally, envelope_of, spill
from tenderline.merging.texts import batches, opened, size_of
from validation.reading.feed import Batch, Envelope, Guessed
from validation.reading.streams import Unreadable

BUCKET = 24 << 20  # bytes of releases in one scratch file; merged they take some ten times that
MOST_BUCKETS = 500  # files open at once: systems allow 1,024
FEW = 8  # scratch files of input that has no size: enough for some cores


@dataclass(slots=True)
class Merged:
    """What was read and written. `unreadable` says by file what could not be read to its end."""

    tally: Tally = field(default_factory=Tally)
    joined: list[Joined] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def merge(names: Sequence[str], out: Path, wanted: Wanted, *, jobs: int = 0) -> Merged:
    """Merge the releases of files into the file `out`.

    Args:
        names: the paths of files of OCDS data in any form, or `-` for standard input.
        out: where to, packed if its name ends in `.gz` or `.zst`.
        wanted: compiled or versioned releases, one a line, or a package of records with them.
        jobs: how many processes share the work; 0 for one a core.

    The same releases give the same bytes, however they are spread over files and in any order.

    Raises:
        ConfigError: a file is not there, or `out` cannot be written.
    """
    jobs = jobs or len(os.sched_getaffinity(0))
    merged = Merged()
    with ExitStack() as stack:
        stream = stack.enter_context(output(out, names))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tenderline-"))
        workers = stack.enter_context(Workers(jobs))
        scratch = Path(folder)
        _spill(names, scratch, workers, merged)
        merged.joined = _join(scratch, workers, wanted)
        lines = _in_order([joined.path for joined in merged.joined])
        if wanted.package:
            last = max((joined.last for joined in merged.joined), default="")
            write_package(stream, lines, merged.tally, last)
        else:
            write_lines(stream, lines)
    return merged


def _spill(names: Sequence[str], scratch: Path, workers: Workers, merged: Merged) -> None:
    """Write the releases of all files to scratch files."""
    sizes = [size_of(name) for name in names]
    buckets = max(FEW if 0 in sizes else 1, min(sum(sizes) // BUCKET, MOST_BUCKETS), workers.jobs)
    spilled = scratch / "releases"
    spilled.mkdir()
    for number, name in enumerate(names):
        place = Place(spilled, number, buckets)
        with opened(name, scratch) as path:
            try:
                tally = _spill_file(path, place, workers, name, merged, guess=True)
            except Guessed:
                place.clear()
                tally = _spill_file(path, place, workers, name, merged, guess=False)
        merged.tally.add(tally)


def _spill_file(
    path: Path, place: Place, workers: Workers, name: str, merged: Merged, *, guess: bool
) -> Tally:
    tally = Tally()

    def work() -> Iterator[tuple[Any, ...]]:
        head: dict[str, Any] = {}
        try:
            for part in batches(path, guess=guess):
                if isinstance(part, Batch):
                    yield place, part, head
                elif isinstance(part, Envelope):
                    head = envelope_of(part)
                    tally.note(head)
        except Unreadable as error:
            merged.unreadable[name] = error.message

    for found in workers.each(spill, work()):
        tally.add(found)
    return tally


def _join(scratch: Path, workers: Workers, wanted: Wanted) -> list[Joined]:
    """Merge each scratch file."""
    parts: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((scratch / "releases").iterdir()):
        parts[path.name.partition("-")[0]].append(path)
    work = ((scratch / bucket, found, wanted) for bucket, found in sorted(parts.items()))
    return list(workers.each(join, work))


def _in_order(paths: Sequence[Path]) -> Iterator[bytes]:
    """The lines of all merged scratch files in order of ocid."""
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in paths]
        keyed = (map(_keyed, stream) for stream in streams)
        for _, line in heapq.merge(*keyed):
            yield line


def _keyed(line: bytes) -> tuple[bytes, bytes]:
    ocid, _, rest = line.partition(b"\t")
    return ocid, rest
