"""Files to one merged file: read and held by ocid, merged, joined in order.

Owns the flow, and that memory is bounded. What is shown is `tenderline.commands`'.
"""

import heapq
import os
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from tenderline.merging.hold import Held, forgotten
from tenderline.merging.join import Joined, Line, Wanted, join, merged
from tenderline.merging.output import output, write_lines, write_package
from tenderline.merging.pool import Workers
from tenderline.merging.releases import envelope_of, take
from tenderline.merging.share import share
from tenderline.merging.tally import Tally
from tenderline.merging.texts import SMALL, batches, readable, size_of
from validation.reading.feed import Batch, Envelope
from validation.reading.streams import Unreadable

MEMORY = 192 << 20  # bytes of releases that all processes hold: what they do takes half as much
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
    made = Merged()
    with ExitStack() as stack:
        stream = stack.enter_context(output(out, names))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenderline-")))
        alone = not (wanted.versioned or wanted.package)
        held = Held(scratch / "releases", _buckets(names, jobs), MEMORY // jobs, alone)
        held.folder.mkdir()
        workers = stack.enter_context(Workers(jobs, held))
        made.tally = _read(names, scratch, workers)
        last = share(workers)
        if last is None:
            made.joined = _join(scratch, workers, wanted)
            last = max((joined.last for joined in made.joined), default="")
            sources = [_blocks(joined.path) for joined in made.joined if joined.path]
        else:
            sources = [_told(blocks, made) for blocks in workers.streams(merged, wanted)]
        lines = (line for _, line in heapq.merge(*map(chain.from_iterable, sources)))
        if wanted.package:
            write_package(stream, lines, made.tally, last)
        else:
            write_lines(stream, lines)
    return made


def _buckets(names: Sequence[str], jobs: int) -> int:
    """Among how many scratch files releases are spread, should memory not hold them."""
    sizes = [size_of(name) for name in names]
    return max(FEW if 0 in sizes else 1, min(sum(sizes) // BUCKET, MOST_BUCKETS), jobs)


def _read(names: Sequence[str], scratch: Path, workers: Workers) -> Tally:
    """Have the releases of all files held by the processes."""
    files = {file: readable(name, scratch) for file, name in enumerate(names)}
    tallies = _taken(files, workers, guess=True)
    if wrong := [file for file, tally in tallies.items() if tally.guessed]:
        for file in wrong:
            workers.every(Held.forget, file)
            forgotten(scratch / "releases", file)
        tallies |= _taken({file: files[file] for file in wrong}, workers, guess=False)
    total = Tally()
    for _, tally in sorted(tallies.items()):
        total.add(tally)
    return total


def _taken(files: dict[int, Path], workers: Workers, *, guess: bool) -> dict[int, Tally]:
    """Have the releases of files held; what was found, by number of the file."""
    tallies = {file: Tally() for file in files}
    numbers: deque[int] = deque()  # of the files of the work that is under way
    for found in workers.each(_do, _work(files, tallies, numbers, guess=guess)):
        tallies[numbers.popleft()].add(found)
    return tallies


def _work(
    files: dict[int, Path], tallies: dict[int, Tally], numbers: deque[int], *, guess: bool
) -> Iterator[tuple[int, Batch | Path, dict[str, Any]]]:
    """Pieces of work for `_do`: a small file is one, a large one several."""
    for file, path in files.items():
        if 0 < size_of(str(path)) < SMALL:
            numbers.append(file)
            yield file, path, {}
            continue
        for part, head in _parts(file, path, tallies[file], guess=guess):
            numbers.append(file)
            yield file, part, head


def _do(held: Held, file: int, part: Batch | Path, head: dict[str, Any]) -> Tally:
    """Hold the releases of a batch of a file, or of the file."""
    if isinstance(part, Batch):
        return take(held, file, part, head)
    tally = Tally()
    for batch, package in _parts(file, part, tally, guess=False):
        tally.add(take(held, file, batch, package))
    return tally


def _parts(
    file: int, path: Path, tally: Tally, *, guess: bool
) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """The batches of a file, each with the head of the package that its entries are in."""
    head: dict[str, Any] = {}
    try:
        for part in batches(path, guess=guess):
            if isinstance(part, Batch):
                yield part, head
            elif isinstance(part, Envelope):
                head = envelope_of(part)
                tally.note(head)
    except Unreadable as error:
        tally.unreadable[file] = error.message


def _join(scratch: Path, workers: Workers, wanted: Wanted) -> list[Joined]:
    """Merge each scratch file."""
    parts: dict[str, list[Path]] = defaultdict(list)
    for path in sorted((scratch / "releases").iterdir()):
        parts[path.name.partition("-")[0]].append(path)
    work = ((scratch / bucket, found, wanted) for bucket, found in sorted(parts.items()))
    return list(workers.each(join, work))


def _told(blocks: Iterable[list[Line] | Joined], made: Merged) -> Iterator[list[Line]]:
    """The blocks of lines, without what is told at their end, which is kept in `made`."""
    for block in blocks:
        if isinstance(block, Joined):
            made.joined.append(block)
        else:
            yield block


def _blocks(path: Path) -> Iterator[list[Line]]:
    """The lines of a merged scratch file, as blocks of one."""
    with path.open("rb") as stream:
        for line in stream:
            ocid, _, rest = line.partition(b"\t")
            yield [(ocid, rest[:-1])]
