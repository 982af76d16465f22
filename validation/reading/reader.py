"""One file of anyone's OCDS, read and judged whole.

Owns the way through a file: what is read again, and what is said of identities across batches.
"""

import os
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from transforms.findings import Finding
from transforms.jsontext import BadJson, loads
from validation.checks.registry import Check
from validation.reading.documents import Batch, Envelope, Guessed, read
from validation.reading.inspector import Extensions, Inspector, extensions_of, identity, repeated
from validation.reading.outcome import PATH, Outcome, Report, Summary
from validation.reading.pool import Pool
from validation.reading.streams import Unreadable, blocks, has_mark, opened
from validation.reading.wellformed import duplicates

Place = tuple[str, int]  # the kind of a batch, and the number of its document


class Sink(Protocol):
    """Takes failures, each a JSON object, in the order of the file."""

    def write(self, rows: list[bytes]) -> None:
        """Take more of them."""

    def reset(self) -> None:
        """Forget those of this file: it is read again."""


class Late(Exception):
    """A package told its extensions behind its releases: to be read again with them."""


def inspect(name: str, checks: tuple[Check, ...], sink: Sink, *, jobs: int = 0) -> Report:
    """Judge the file `name` (a path, or `-` for standard input).

    Args:
        name: the file: JSON, JSON Lines or several documents; plain, gzip or zstd.
        checks: what to check in each release.
        sink: takes the failures.
        jobs: how many processes share the work; 0 for one a core.

    Returns:
        What came of it. A file that cannot be read to its end has `unreadable` set.

    Raises:
        Unreadable: there is no such file.
    """
    known: dict[int, Extensions] = {}
    guess = True
    with opened(name) as file:
        while True:
            reading = Reading(name, file, sink, Pool(checks, jobs or os.cpu_count() or 1))
            try:
                return reading.whole(known, guess=guess)
            except Guessed:
                guess = False
            except Late as late:
                known.update(*late.args)
            finally:
                reading.pool.close()
            sink.reset()


class Reading:
    """One reading of a file from its start."""

    def __init__(self, name: str, file: BinaryIO, sink: Sink, pool: Pool) -> None:
        self.file, self.sink, self.pool = file, sink, pool
        self.report = Report(name)
        self.inspector = Inspector(pool.checks)
        self._extensions: Extensions = frozenset()
        self._entries = 0  # of the document that is being read entry by entry
        self._seen: set[int] = set()  # hashes: a hundred million identities fit into memory

    def whole(self, known: dict[int, Extensions], *, guess: bool) -> Report:
        """Read to the end; see `inspect`."""
        try:
            if has_mark(self.file):
                told = "the text begins with a byte order mark: save it without one"
                mark = Finding("wellformed.byte_order_mark", "", told, "warning")
                self._tell(0, "", "", {}, mark)
            for item in read(blocks(self.file), guess=guess):
                if isinstance(item, Batch):
                    place = item.kind, item.document
                    for result in self.pool.put(place, item, self._extensions):
                        self._take(*result)
                else:
                    self._drain()
                    self._envelope(item, known)
        except Unreadable as error:
            self.report.unreadable = str(error)
        self._drain()
        self.report.summary = self.pool.summary()
        here = Summary.of(self.inspector.judges.values(), self.inspector.forms)
        self.report.summary.add(here)
        return self.report

    def _drain(self) -> None:
        for result in self.pool.finish():
            self._take(*result)

    def _envelope(self, envelope: Envelope, known: dict[int, Extensions]) -> None:
        if envelope.kind == "array":
            return
        number = envelope.document
        text = envelope.text if envelope.whole else envelope.text + b"]}"
        try:
            package = loads(text)
        except BadJson as error:
            told = f"what stands around the {envelope.kind} is no JSON: {error}"
            bad = Finding("wellformed.unreadable", "", told, "error")
            if envelope.whole:
                self._tell(number, "", "", {}, bad)
            return
        extensions = extensions_of(package)
        if not envelope.whole:
            self._extensions = known.get(number, extensions)
            self._entries = 0
            self._seen.clear()
            return
        if extensions != self._extensions:
            raise Late({number: extensions})
        for told_ in self.inspector.envelope(package, envelope.kind, self._entries):
            self._tell(number, *told_)
        for finding in duplicates(text):
            self._tell(number, "", "", {}, finding)

    def _tell(
        self, number: int, path: str, place: str, owner: dict[str, Any], finding: Finding
    ) -> None:
        """Tell of something that the reading itself found in document `number`."""
        outcome = Outcome()
        outcome.tell(0, path, place, owner, finding)
        self._add(outcome, lambda _: (number, ""))

    def _take(self, place: Place, outcome: Outcome) -> None:
        """Tell of what came of a batch."""
        kind, number = place
        base = self._entries
        if kind in ("releases", "records"):
            self._add(outcome, lambda entry: (number, f"/{kind}/{base + entry}"))
        elif kind == "array":
            self._add(outcome, lambda entry: (base + entry, ""))
        else:
            self._add(outcome, lambda entry: (number + entry, ""))
        self._entries += outcome.entries
        for position, (ocid, name) in enumerate(outcome.identities):
            entry = {"ocid": ocid, "id": name}
            found = identity(entry, kind)
            key = hash(found)
            if found is None:
                continue
            if key in self._seen:
                at = f"/{kind}/{base + position}" if kind in ("releases", "records") else ""
                document = number if at else (base if kind == "array" else number) + position
                self._tell(document, at, at and f"/{kind}", entry, repeated(entry, kind))
            self._seen.add(key)

    def _add(self, outcome: Outcome, stand: Callable[[int], tuple[int, str]]) -> None:
        """Write rows and count groups, where `stand` tells of an entry its document and path."""
        rows = []
        for entry, row in outcome.rows:
            document, path = stand(entry)
            rows.append(b'{"document":%d,"path":"%s' % (document, path.encode()) + row[len(PATH) :])
        for group, example in outcome.groups.items():
            if known := self.report.groups.get(group):
                known.count += example.count
            else:
                example.entry, path = stand(example.entry)
                example.path = path + example.path
                self.report.groups[group] = example
        self.report.failures += len(rows)
        if rows:
            self.sink.write(rows)
