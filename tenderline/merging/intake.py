"""The releases of files to the processes that work: read and held by ocid, then all of a process by
one of them.

Owns what is one piece of work, who merges what, and that memory is bounded. What is made of the
releases is the matter of the one who asks.
"""

import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kernel.workers import Workers, cores
from tenderline.merging.hold import Early, Held, forgotten
from tenderline.merging.releases import envelope_of, take
from tenderline.merging.share import shared
from tenderline.merging.tally import Tally
from tenderline.merging.texts import SMALL, batches, readable, size_of, start_of
from validation.reading.feed import Batch, Envelope, Guessed, Place
from validation.reading.streams import Unreadable

MEMORY = 192 << 20  # bytes of releases that all processes hold: what they do takes half as much
SURELY = MEMORY // 2  # bytes of files whose releases memory holds, however they are spread
BUCKET = 24 << 20  # bytes of releases in one scratch file; merged they take some ten times that
MOST_BUCKETS = 500  # files open at once: systems allow 1,024
FEW = 8  # scratch files of input that has no size: enough for some cores


class Intake:
    """The releases of some files.

    Attributes:
        tally: what was read.
        scratch: a folder for what is needed until the end.
        workers: the processes that have the releases.
        held: whether they have them in memory.
        few: whether memory surely holds all of them, and some times as much.
    """

    def __init__(self, scratch: Path, workers: Workers, names: Sequence[str], *, few: bool) -> None:
        self.scratch, self.workers, self.few = scratch, workers, few
        self.tally = _read(names, scratch, workers)
        self.held = shared(workers)

    def each(self, do: Callable[..., Any], *args: Any) -> list[Any]:
        """The results of `do` for pieces that have all releases of each of their processes.

        Its arguments are a `Held`, a path for what it makes, the scratch files with the releases
        (none if they are held), and `args`.
        """
        if self.held:
            places = (self.scratch / f"made-{n:04}" for n in range(self.workers.started))
            return self.workers.every_with(do, [(place, [], *args) for place in places])
        parts: dict[str, list[Path]] = defaultdict(list)
        for path in sorted((self.scratch / "releases").iterdir()):
            parts[path.name.partition("-")[0]].append(path)
        work = ((self.scratch / f"made-{n}", p, *args) for n, p in sorted(parts.items()))
        return list(self.workers.each(do, work))


@contextmanager
def taken_in(
    names: Sequence[str],
    jobs: int,
    *,
    alone: bool = False,
    ordered: bool = False,
    early: Callable[[Path], Early] | None = None,
) -> Iterator[Intake]:
    """Read the releases of files.

    Args:
        names: the paths of files of OCDS data in any form, or `-` for standard input.
        jobs: how many processes share the work; 0 for one a core.
        alone: whether what a release comes to alone is of use; see `Held`.
        ordered: whether texts are held with their keys sorted; see `Held`.
        early: what is told of each release when it is read, where memory can surely hold all of
            them; it is given a folder for what it makes.

    Raises:
        ConfigError: a file is not there.
    """
    jobs = jobs or cores()
    with tempfile.TemporaryDirectory(prefix="tenderline-") as folder:
        scratch = Path(folder)
        sizes = [size_of(name) for name in names]
        held = Held(scratch / "releases", _buckets(sizes, jobs), MEMORY // jobs, alone, ordered)
        few = all(sizes) and sum(sizes) <= SURELY
        if early and few:
            held.early = early(scratch)
        held.folder.mkdir()
        with Workers(jobs, held) as workers:
            yield Intake(scratch, workers, names, few=few)


def _buckets(sizes: Sequence[int], jobs: int) -> int:
    """Among how many scratch files releases are spread, should memory not hold them."""
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
) -> Iterator[tuple[int, Path, Batch | Place | None, dict[str, Any]]]:
    """Pieces of work for `_do`: a small file is one, a large one several."""
    for file, path in files.items():
        if 0 < size_of(str(path)) < SMALL:
            numbers.append(file)
            yield file, path, None, {}
            continue
        start = start_of(path)
        for part, head in _parts(file, path, tallies[file], guess=guess):
            numbers.append(file)
            yield file, path, _placed(part, start), head


def _placed(batch: Batch, start: int | None) -> Batch | Place:
    """Where a batch stands in its file, if it does, and if the text begins at `start`."""
    if start is None or batch.at is None:
        return batch
    return Place.of(batch, start + batch.at)


def _do(
    held: Held, file: int, path: Path, part: Batch | Place | None, head: dict[str, Any]
) -> Tally:
    """Hold the releases of a batch of a file, which is given or to be read, or of all of it."""
    if isinstance(part, Batch):
        return take(held, file, part, head)
    tally = Tally()
    if isinstance(part, Place):
        try:
            with path.open("rb") as stream:
                tally = take(held, file, part.read(stream.fileno()), head)
        except Guessed:
            tally.unreadable[file] = "it became shorter while it was read: run it again"
        return tally
    for batch, package in _parts(file, path, tally, guess=False):
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
