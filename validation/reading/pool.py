"""Batches shared out to processes, results in the order of the batches.

Owns the processes. The first batch is judged in the process that asked, and so is everything of a
file that has no second one: to start others costs more than it brings.
"""

from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from validation.checks.registry import Check
from validation.reading.documents import Batch, Guessed
from validation.reading.inspector import Extensions
from validation.reading.outcome import Outcome, Summary
from validation.reading.worker import Worker, serve

Job = tuple[Batch, Extensions]


class Pool:
    """Judges batches, `jobs` at a time.

    Results come back in order: `put` gives those that are ready, `finish` the rest.
    """

    def __init__(self, checks: tuple[Check, ...], jobs: int) -> None:
        self.checks, self.jobs = checks, jobs
        self.here = Worker(checks)
        self._first: Job | None = None
        self._processes: list[BaseProcess] = []
        self._free: list[Connection] = []
        self._busy: dict[Connection, int] = {}
        self._ready: dict[int, tuple[Any, Outcome]] = {}
        self._tags: dict[int, Any] = {}
        self._put = self._next = 0

    def put(self, tag: Any, batch: Batch, extensions: Extensions) -> Iterator[tuple[Any, Outcome]]:
        """Have a batch judged; `tag` comes back with its result.

        Raises:
            Guessed: a batch was no sequence of whole values.
        """
        number, self._put = self._put, self._put + 1
        self._tags[number] = tag
        if self.jobs < 2 or number == 0:  # noqa: PLR2004 - nobody to share with
            self._ready[number] = tag, self.here(batch, extensions)
        else:
            self._start()
            while not self._free:
                self._collect()
            connection = self._free.pop()
            connection.send((batch, extensions))
            self._busy[connection] = number
        yield from self._in_order()

    def finish(self) -> Iterator[tuple[Any, Outcome]]:
        """The results that are not back yet; see `put`."""
        while self._busy:
            self._collect()
        yield from self._in_order()

    def summary(self) -> Summary:
        """What all counted; to be asked once, after `finish`."""
        summary = self.here.summary()
        for connection in self._free:
            connection.send(None)
            summary.add(connection.recv())
        return summary

    def close(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes:
            process.terminate()
        for connection in (*self._free, *self._busy):
            with suppress(OSError):
                connection.close()
        for process in self._processes:
            process.join()

    def _start(self) -> None:
        if self._processes:
            return
        context = get_context("fork")
        for _ in range(self.jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self.checks), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._free.append(ours)

    def _collect(self) -> None:
        for connection in wait(list(self._busy)):
            assert isinstance(connection, Connection)
            number = self._busy.pop(connection)
            outcome = connection.recv()
            self._free.append(connection)
            if outcome is None:
                raise Guessed
            self._ready[number] = self._tags.pop(number, None), outcome

    def _in_order(self) -> Iterator[tuple[Any, Outcome]]:
        while self._next in self._ready:
            yield self._ready.pop(self._next)
            self._next += 1
