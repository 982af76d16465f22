"""Work shared out to processes, results in the order of the work.

Owns who does what, and how many processes there are. With one job, or for what is no more than one
piece of work, there are none: all is done in the process that asks. What one of them does is in
`kernel.working`.
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, islice
from multiprocessing import current_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from kernel.errors import ConfigError
from kernel.working import GONE, JOBS, Do, ended, result, send, started

AHEAD = 2  # pieces of work that a process has at once: it does not wait for the next
HELD = 6  # results for each process that wait for an earlier one


def cores() -> int:
    """How many processes share a piece of work: one a core, or as many as TENDERLINE_JOBS says.

    Raises:
        ConfigError: TENDERLINE_JOBS is no number above 0.

    A process that may have none of its own, as a scheduler's worker may not, works alone.
    """
    if current_process().daemon:
        return 1
    told = os.environ.get(JOBS, "").strip()
    if not told:
        return len(os.sched_getaffinity(0))
    if not told.isdecimal() or int(told) < 1:
        raise ConfigError(f"{JOBS}={told!r}: set it to a number of processes, 1 or more")
    return int(told)


class Workers:
    """Processes that work, started when there is something to share. To be used with `with`.

    Nobody looks for cycles meanwhile: JSON has none, and the look takes long among many values.

    Args:
        jobs: how many processes share the work.
        kept: what each process has a copy of, and changes as it likes.
    """

    def __init__(self, jobs: int, *kept: Any) -> None:
        self.jobs, self.kept = jobs, kept
        self._processes: dict[Connection, BaseProcess] = {}
        self._here = jobs < 2  # noqa: PLR2004 - nobody to share with

    def __enter__(self) -> Self:
        self._collects = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        if self._collects:
            gc.enable()
        ended(self._processes)
        self._processes.clear()

    def each(self, do: Do, work: Iterable[tuple[Any, ...]], *, ahead: int = AHEAD) -> Iterator[Any]:
        """The results of `do` for each of `work`, which are its arguments, in order.

        Args:
            do: what to do.
            work: taken as processes get free.
            ahead: how many pieces a process has at once: 1 where some take much longer than others.

        Raises:
            ConfigError: a process has ended that should not have.
            Exception: what `do` raised.
        """
        waiting = iter(work)
        first = [] if self._processes or self._here else list(islice(waiting, 2))
        if self._here or len(first) == 1:
            self._here |= bool(self.kept)  # it is kept here from now on
            yield from (do(*self.kept, *one) for one in chain(first, waiting))
            return
        if first and not self._processes:
            self._start()
        yield from _Round(self._processes, ahead).shared(do, chain(first, waiting))

    @property
    def started(self) -> int:
        """How many processes there are, counting the one that asks if there is no other."""
        return len(self._processes) or 1

    def every(self, do: Do, *args: Any) -> list[Any]:
        """The results of `do` in every process."""
        return self.every_with(do, [args] * self.started)

    def every_with(self, do: Do, args: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of `do` in every process, each with arguments of its own."""
        if not self._processes:
            return [do(*self.kept, *one) for one in args]
        for connection, one in zip(self._processes, args, strict=True):
            send(connection, do, one)
        return [result(connection) for connection in self._processes]

    def _start(self) -> None:
        """Start the processes."""
        while len(self._processes) < self.jobs:
            connection, process = started(self._processes, self.kept)
            self._processes[connection] = process


@contextmanager
def aside(do: Do, *args: Any) -> Iterator[Callable[[], Any]]:
    """Have one piece of work done by another process while this one goes on.

    Yields:
        What waits for the result, or raises what `do` raised. Where this process may use only one
        core it does the work itself then.
    """
    if cores() < 2:  # noqa: PLR2004 - nobody to share with
        yield partial(do, *args)
        return
    connection, process = started((), (do, args))  # a fork has them: they need not be sent
    try:
        send(connection, _kept, ())
        yield partial(result, connection)
    finally:
        ended({connection: process})


def _kept(do: Do, args: tuple[Any, ...]) -> Any:
    return do(*args)


class _Round:
    """One sharing out of pieces of work to processes that are free."""

    def __init__(self, processes: Iterable[Connection], ahead: int) -> None:
        self.busy: dict[Connection, deque[int]] = {one: deque() for one in processes}
        self.free = deque([*self.busy] * ahead)
        self.ready: dict[int, Any] = {}
        self.told = 0

    def shared(self, do: Do, work: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """The results in order; see `Workers.each`."""
        most = HELD * len(self.busy)
        try:
            for number, one in enumerate(work):
                while not self.free:
                    self._collect()
                connection = self.free.popleft()
                send(connection, do, one)
                self.busy[connection].append(number)
                yield from self._in_order()
                while len(self.ready) > most:
                    self._collect()
                    yield from self._in_order()
            while any(self.busy.values()):
                self._collect()
                yield from self._in_order()
        finally:  # nothing is written any more by those that nobody waits for
            for connection, numbers in self.busy.items():
                with suppress(*GONE):
                    for _ in numbers:
                        connection.recv_bytes()

    def _collect(self) -> None:
        """Wait until a process is done with a piece."""
        for connection in wait([one for one, numbers in self.busy.items() if numbers]):
            assert isinstance(connection, Connection)  # noqa: S101 - as all that were given
            number = self.busy[connection].popleft()
            self.ready[number] = result(connection)
            self.free.append(connection)

    def _in_order(self) -> Iterator[Any]:
        while self.told in self.ready:
            self.told += 1
            yield self.ready.pop(self.told - 1)
