"""One file of anyone's OCDS, read and judged whole.

Owns the way through a file, and what is learned on it that makes it read again.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from kernel.workers import cores
from validation.checks.registry import Check
from validation.reading.assembly import Assembly, byte_order_mark, repeats
from validation.reading.breaches import Extensions
from validation.reading.documents import read
from validation.reading.feed import Batch, Envelope, Guessed
from validation.reading.identities import Identities
from validation.reading.inspector import Inspector
from validation.reading.outcome import Outcome, Report, Summary, count
from validation.reading.pool import Pool
from validation.reading.streams import Unreadable, opened, text_of

FRAMES = 10_000  # a value is at most 1,024 deep, and a level may take some calls
NONE: Extensions = frozenset()


class Sink(Protocol):
    """Takes failures, each a JSON object, in the order of the file."""

    def write(self, rows: list[bytes]) -> None:
        """Take more of them."""

    def reset(self) -> None:
        """Forget those of this file: it is read again."""


class Again(Exception):
    """What stands behind the entries of a document changes how they are judged."""


class Twice(Exception):
    """Two entries have one outline: whether they are the same is to be seen by their content."""


def inspect(name: str, checks: tuple[Check, ...], sink: Sink | None, *, jobs: int = 0) -> Report:
    """Judge the file `name` (a path, or `-` for standard input).

    Args:
        name: the file: JSON, JSON Lines or several documents; plain, gzip or zstd.
        checks: what to check in each release.
        sink: takes the failures; None if they are only to be counted.
        jobs: how many processes share the work; 0 for one a core.

    Returns:
        What came of it. A file that cannot be read to its end has `unreadable` set.

    Raises:
        Unreadable: there is no such file.
    """
    jobs = jobs or cores()
    known = Known()
    with deep_enough(), opened(name) as file:
        while True:
            listed = sink is not None
            pool = Pool(checks, jobs, file, exact=known.exact, listed=listed)
            reading = Reading(name, file, sink, pool, known)
            try:
                return reading.whole()
            except Guessed:
                known.guess = False
            except Again:
                known.survey(file)
            except Twice:
                known.exact = True
            finally:
                reading.pool.close()
            if sink:
                sink.reset()


@contextmanager
def deep_enough() -> Iterator[None]:
    """Let functions call themselves as often as the deepest value needs, whoever calls."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(FRAMES, before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Known:
    """What is known of a file before it is read: of its documents that are read entry by entry,
    the extensions they declare, and which are records and must be held whole. `guess` and `exact`
    say how entries are delimited and compared.
    """

    def __init__(self) -> None:
        self.guess = True
        self.exact = False
        self.extensions: dict[int, Extensions] = {}
        self.held: set[int] = set()

    def survey(self, file: BinaryIO) -> None:
        """Look at all documents of `file`, as far as it can be read."""
        try:
            for part in read(text_of(file)[1], guess=self.guess):
                if isinstance(part, Envelope) and part.whole:
                    assembly = Assembly(part)
                    self.extensions[part.document] = assembly.extensions
                    if assembly.is_record:
                        self.held.add(part.document)
        except Unreadable:
            return  # told when it is read


class Reading:
    """One reading of a file from its start."""

    def __init__(
        self, name: str, file: BinaryIO, sink: Sink | None, pool: Pool, known: Known
    ) -> None:
        self.file, self.sink, self.pool, self.known = file, sink, pool, known
        self.report = Report(name)
        self.inspector = Inspector(pool.checks)
        self._before = Identities("document")
        self._assembly: Assembly | None = None  # of the document that is read entry by entry

    def whole(self) -> Report:
        """Read to the end; see `inspect`."""
        try:
            self._parts()
        except Unreadable as error:
            self.report.unreadable = error.message
        try:
            self._drain()
            summary = self.pool.summary()
        except Unreadable as error:
            self.report.unreadable = self.report.unreadable or error.message
            summary = self.pool.here.summary()
        summary.add(Summary.of(self.inspector.judges.values(), self.inspector.forms))
        summary.settle()
        self.report.summary = summary
        return self.report

    def _parts(self) -> None:
        marked, pieces = text_of(self.file)
        if marked:
            outcome = Outcome()
            outcome.tell(0, "", "", {}, byte_order_mark())
            self._add(outcome, 0)
        for part in read(pieces, guess=self.known.guess, held=self.known.held):
            if isinstance(part, Envelope):
                self._drain()
                self._envelope(part)
            else:
                self._batch(part)

    def _batch(self, batch: Batch) -> None:
        extensions = self._assembly.extensions if self._assembly else NONE
        for number, outcome in self.pool.put(batch.document, batch, extensions):
            self._take(number, outcome)

    def _drain(self) -> None:
        for number, outcome in self.pool.finish():
            self._take(number, outcome)

    def _envelope(self, envelope: Envelope) -> None:
        number = envelope.document
        if not envelope.whole:
            self._assembly = Assembly(envelope)
            known = self.known.extensions.get(number, self._assembly.extensions)
            self._assembly.extensions = known
            return
        whole, used = Assembly(envelope), self._assembly
        if used is None:
            raise AssertionError("an envelope comes before its entries, and behind them")
        if whole.is_record or whole.extensions != used.extensions:
            raise Again
        if used.same and not self.known.exact:
            raise Twice
        self._add(used.close(envelope, self.inspector), number)
        self._assembly = None

    def _take(self, number: int, outcome: Outcome) -> None:
        """Tell of what came of a batch, whose first value is in document `number`."""
        if self._assembly:
            outcome = self._assembly.take(outcome)
        else:
            repeats(outcome, self._before, "")
        self._add(outcome, number)

    def _add(self, outcome: Outcome, number: int) -> None:
        """Write rows and count groups."""
        for group, example in outcome.groups.items():
            example.entry += number
            count(self.report.groups, group, example)
        if self.sink and outcome.rows:
            rows = [b'{"document":%d,' % (number + entry) + row[1:] for entry, row in outcome.rows]
            self.report.failures += len(rows)
            self.sink.write(rows)
