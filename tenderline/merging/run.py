"""Files to one merged file: read and spilled by ocid, merged piece by piece, joined in order.

Owns the flow, and that memory is bounded by a piece. What is shown is `tenderline.commands`'.
"""

import heapq
import os
import tempfile
from collections import defaultdict, deque
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
from validation.reading.feed import Batch, Envelope
from validation.reading.streams import Unreadable

BUCKET = 24 << 20  # bytes of releases in one scratch file; merged they take some ten times that
MOST_BUCKETS = 500  # files open at once: systems allow 1,024
FEW = 8  # scratch files of input that has no size: enough for some cores


@dataclass(slots=True)
class Merged:
    """What was read and written."""

    tally: Tally = field(default_factory=Tally)
    joined: list[Joined] = field(default_factory=list)


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
        merged.tally = spill_files(names, scratch, workers)
        merged.joined = _join(scratch, workers, wanted)
        lines = _in_order([joined.path for joined in merged.joined])
        if wanted.package:
            last = max((joined.last for joined in merged.joined), default="")
            write_package(stream, lines, merged.tally, last)
        else:
            write_lines(stream, lines)
    return merged


def spill_files(names: Sequence[str], scratch: Path, workers: Workers) -> Tally:
    """Write the releases of all files to scratch files; `spilled` names these."""
    sizes = [size_of(name) for name in names]
    buckets = max(FEW if 0 in sizes else 1, min(sum(sizes) // BUCKET, MOST_BUCKETS), workers.jobs)
    folder = scratch / "releases"
    folder.mkdir()
    with ExitStack() as stack:
        paths = [stack.enter_context(opened(name, scratch)) for name in names]
        files = [(path, Place(folder, file, buckets)) for file, path in enumerate(paths)]
        tallies = _spilled(files, workers, guess=True)
        if wrong := [file for file, tally in tallies.items() if tally.guessed]:
            for file in wrong:
                files[file][1].clear()
            tallies |= _spilled([files[file] for file in wrong], workers, guess=False)
    total = Tally()
    for _, tally in sorted(tallies.items()):
        total.add(tally)
    return total


def _spilled(
    files: Sequence[tuple[Path, Place]], workers: Workers, *, guess: bool
) -> dict[int, Tally]:
    """Write the releases of files; what was found, by number of the file."""
    tallies = {place.file: Tally() for _, place in files}
    numbers: deque[int] = deque()  # of the files of the work that is under way
    for found in workers.each(spill, _work(files, tallies, numbers, guess=guess)):
        tallies[numbers.popleft()].add(found)
    return tallies


def _work(
    files: Sequence[tuple[Path, Place]],
    tallies: dict[int, Tally],
    numbers: deque[int],
    *,
    guess: bool,
) -> Iterator[tuple[Place, Batch, dict[str, Any]]]:
    for path, place in files:
        head: dict[str, Any] = {}
        try:
            for part in batches(path, guess=guess):
                if isinstance(part, Batch):
                    numbers.append(place.file)
                    yield place, part, head
                elif isinstance(part, Envelope):
                    head = envelope_of(part)
                    tallies[place.file].note(head)
        except Unreadable as error:
            tallies[place.file].unreadable[place.file] = error.message


def _join(scratch: Path, workers: Workers, wanted: Wanted) -> list[Joined]:
    """Merge each scratch file."""
    work = ((scratch / bucket, found, wanted) for bucket, found in spilled(scratch))
    return list(workers.each(join, work))


def spilled(scratch: Path) -> list[tuple[str, list[Path]]]:
    """The scratch files: a name, and the parts that have all releases of their processes."""
    parts: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((scratch / "releases").iterdir()):
        parts[path.name.partition("-")[0]].append(path)
    return sorted(parts.items())


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
