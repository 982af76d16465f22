"""Batches shared out to processes, results in the order of the batches.

Owns the processes. The first batch is judged in the process that asked, and so is everything of a
file that has no second one: to start others costs more than it brings.
"""

import gc
import signal
from collections import deque
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import BinaryIO

from validation.checks.registry import Check
from validation.reading.breaches import Extensions
from validation.reading.feed import Batch, Guessed, Place
from validation.reading.inspector import prepare
from validation.reading.outcome import Outcome, Summary
from validation.reading.streams import Unreadable, start_of
from validation.reading.worker import Worker

Result = tuple[int, Outcome]  # the number of the document, and what came of the batch
AHEAD = 4  # results that a process may have waiting for a slower one
QUEUED = 2  # batches a process has at once, where it reads them itself: it never waits for one
SELDOM = 100_000  # objects alive before the collector looks for cycles, which JSON has none of
GONE = (EOFError, OSError)  # a process at the other end of a connection has ended


class Pool:
    """Judges batches, `jobs` at a time.

    Results come back in order: `put` gives those that are ready, `finish` the rest. All of its
    methods raise `Unreadable` where a process has ended that should not have. Batches of a `file`
    that is not packed are not sent but read where they stand.
    """

    def __init__(
        self, checks: tuple[Check, ...], jobs: int, file: BinaryIO, *, exact: bool, listed: bool
    ) -> None:
        self.checks, self.jobs, self.asked = checks, jobs, {"exact": exact, "listed": listed}
        self.file, self._offset = file.fileno(), start_of(file)
        self.here = Worker(checks, **self.asked)
        self._first: tuple[int, Batch, Extensions] | None = None  # waits for a second one
        self._processes: dict[Connection, BaseProcess] = {}
        self._free: deque[Connection] = deque()
        self._busy: dict[Connection, deque[tuple[int, int]]] = {}
        self._ready: dict[int, Result] = {}
        self._put = self._next = 0

    def put(self, document: int, batch: Batch, extensions: Extensions) -> Iterator[Result]:
        """Have a batch judged; `document` comes back with its result.

        Raises:
            Guessed: a batch was no sequence of whole values.
        """
        if self.jobs < 2:  # noqa: PLR2004 - nobody to share with
            yield document, self.here(batch, extensions)
            return
        if not self._processes and self._first is None:
            self._first = document, batch, extensions
            return
        first, self._first = self._first, None
        if not self._processes:
            prepare(batch.kind, extensions)
            self._start()
        if first is not None:
            yield from self._share(*first)
        yield from self._share(document, batch, extensions)

    def _share(self, document: int, batch: Batch, extensions: Extensions) -> Iterator[Result]:
        """Send a batch to the next process that is free."""
        number, self._put = self._put, self._put + 1
        while not self._free or len(self._ready) > AHEAD * self.jobs:
            self._collect()
            yield from self._in_order()
        connection = self._free.popleft()
        self._busy.setdefault(connection, deque()).append((number, document))
        try:
            connection.send((self._placed(batch), extensions))
        except GONE as error:
            raise self._lost(connection) from error
        yield from self._in_order()

    def _placed(self, batch: Batch) -> Batch | Place:
        if self._offset is None or batch.at is None:
            return batch
        return Place.of(batch, self._offset + batch.at)

    def finish(self) -> Iterator[Result]:
        """The results that are not back yet; see `put`."""
        if self._first is not None:
            document, batch, extensions = self._first
            self._first = None
            yield document, self.here(batch, extensions)
        while self._busy:
            self._collect()
        yield from self._in_order()

    def summary(self) -> Summary:
        """What all counted; to be asked once, after `finish`."""
        summary = self.here.summary()
        for connection in self._processes:
            try:
                connection.send(None)
                summary.add(connection.recv())
            except GONE as error:
                raise self._lost(connection) from error
        return summary

    def close(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes.values():
            process.kill()
        for connection, process in self._processes.items():
            process.join()
            connection.close()
        self._processes.clear()
        self._free.clear()
        self._busy.clear()

    def _start(self) -> None:
        """Start the processes; a Ctrl-C waits until they are deaf to it."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._fork()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _fork(self) -> None:
        context = get_context("fork")
        while len(self._processes) < self.jobs:
            ours, theirs = context.Pipe()
            others = (*self._processes, ours)
            process = context.Process(
                target=serve,
                args=(theirs, others, self.checks, self.file),
                kwargs=self.asked,
            )
            process.daemon = True
            process.start()
            theirs.close()
            self._processes[ours] = process
        self._free.extend([*self._processes] * (1 if self._offset is None else QUEUED))

    def _collect(self) -> None:
        for connection in wait(list(self._busy)):
            if not isinstance(connection, Connection):
                raise TypeError(connection)
            try:
                outcome = connection.recv()
            except GONE as error:
                raise self._lost(connection) from error
            number, document = self._busy[connection].popleft()
            if not self._busy[connection]:
                del self._busy[connection]
            self._free.append(connection)
            if outcome is None:
                raise Guessed
            self._ready[number] = document, outcome

    def _in_order(self) -> Iterator[Result]:
        while self._next in self._ready:
            yield self._ready.pop(self._next)
            self._next += 1

    def _lost(self, connection: Connection) -> Unreadable:
        """What to say of a process that has ended; the others are ended, too."""
        process = self._processes[connection]
        process.join()
        code = process.exitcode or 0
        how = f"by signal {-code}" if code < 0 else "with an error"
        self.close()
        return Unreadable(
            f"a process that judged a part of it was ended {how}, perhaps for want of memory: run "
            "it again with --jobs 1"
        )


def serve(
    connection: Connection,
    others: tuple[Connection, ...],
    checks: tuple[Check, ...],
    file: int,
    **asked: bool,
) -> None:
    """Judge what comes over `connection` until None comes, then send the summary.

    Args:
        connection: to the process that asks.
        others: its ends of this and of other connections, which a fork has, too: as long as they
            are open here, nobody hears that it has ended.
        checks: what to check in each release.
        file: where batches stand that come by their place.
        asked: see `Worker`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that asks acts on it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.set_threshold(SELDOM)
    for other in others:
        other.close()
    worker = Worker(checks, **asked)
    try:
        while (job := connection.recv()) is not None:
            batch, extensions = job
            try:
                batch = batch.read(file) if isinstance(batch, Place) else batch
                connection.send(worker(batch, extensions))
            except Guessed:
                connection.send(None)
        connection.send(worker.summary())
    except GONE:
        return  # nobody asks any more
