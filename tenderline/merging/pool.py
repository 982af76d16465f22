"""Work shared out to processes, each of which keeps something of its own between pieces of work.

Owns the processes. With one job, or for what is no more than one piece of work, there are none:
all is done in the process that asks.
"""

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from kernel import ConfigError

GONE = (EOFError, OSError)  # a process at the other end of a connection has ended
AHEAD = 64  # blocks of a stream that wait for those of a slower one
MORE, DONE, FAILED = range(3)  # what a message is: one of a stream, the result, an error
Do = Callable[..., Any]  # its first argument is what the process keeps


class Workers:
    """Processes that work, started when there is something to share. To be used with `with`.

    Nobody looks for cycles meanwhile: JSON has none, and the look takes long among many values.

    Args:
        jobs: how many processes share the work.
        kept: what each process has a copy of, and changes as it likes.
    """

    def __init__(self, jobs: int, kept: Any = None) -> None:
        self.jobs, self.kept = jobs, kept
        self._processes: dict[Connection, BaseProcess] = {}
        self._here = jobs < 2  # noqa: PLR2004 - nobody to share with
        self._blocks: dict[Connection, deque[Any]] = {}  # of streams, not yet asked for

    def __enter__(self) -> Self:
        self._collects = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        if self._collects:
            gc.enable()
        for process in self._processes.values():
            process.kill()
        for connection, process in self._processes.items():
            process.join()
            connection.close()
        self._processes.clear()

    def each(self, do: Do, work: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """The results of `do` for each of `work`, which are its arguments, in order.

        Raises:
            ConfigError: a process has ended that should not have.
            Exception: what `do` raised.
        """
        waiting = iter(work)
        first = [] if self._processes or self._here else list(islice(waiting, 2))
        if self._here or len(first) == 1:
            self._here = True  # what is kept is kept here
            yield from (do(self.kept, *one) for several in (first, waiting) for one in several)
            return
        if first and not self._processes:
            self._start()
        for several in (first, waiting):
            yield from self._shared(do, several)

    def _shared(self, do: Do, work: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        free, busy = list(self._processes), dict[Connection, int]()
        ready: dict[int, Any] = {}
        told = 0
        for number, one in enumerate(work):
            if not free:
                free += self._collected(busy, ready)
            while told in ready:
                yield ready.pop(told)
                told += 1
            connection = free.pop()
            self._send(connection, do, one)
            busy[connection] = number
        while busy:
            self._collected(busy, ready)
        yield from (result for _, result in sorted(ready.items()))

    def _collected(self, busy: dict[Connection, int], ready: dict[int, Any]) -> list[Connection]:
        """Those of the busy that are done, once one of them is; their results are now `ready`."""
        done = self._waited(busy)
        for connection in done:
            ready[busy.pop(connection)] = self._message(connection)[1]
        return done

    def every(self, do: Do, *args: Any) -> list[Any]:
        """The results of `do` in every process."""
        return self.every_with(do, [args] * (len(self._processes) or 1))

    def every_with(self, do: Do, args: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The results of `do` in every process, each with arguments of its own."""
        if not self._processes:
            return [do(self.kept, *one) for one in args]
        for connection, one in zip(self._processes, args, strict=True):
            self._send(connection, do, one)
        return [self._message(connection)[1] for connection in self._processes]

    def streams(self, do: Do, *args: Any) -> list[Iterator[Any]]:
        """What the generator `do` yields in every process, made while it is asked for."""
        if not self._processes:
            return [do(self.kept, *args)]
        for connection in self._processes:
            self._send(connection, do, args)
        self._blocks = {connection: deque() for connection in self._processes}
        return [self._stream(connection) for connection in self._processes]

    def _stream(self, connection: Connection) -> Iterator[Any]:
        blocks = self._blocks[connection]
        while True:
            while not blocks:
                held = sum(map(len, self._blocks.values()))
                among = self._blocks if held < AHEAD else (connection,)
                for one in self._waited(among):
                    self._blocks[one].append(self._message(one))
            kind, block = blocks.popleft()
            if kind == DONE:
                return
            yield block

    def _send(self, connection: Connection, do: Do, args: tuple[Any, ...]) -> None:
        try:
            connection.send((do, args))
        except GONE as error:
            raise _lost() from error

    def _message(self, connection: Connection) -> tuple[int, Any]:
        try:
            kind, value = connection.recv()
        except GONE as error:
            raise _lost() from error
        if kind == FAILED:
            raise value
        return kind, value

    def _waited(self, among: Iterable[Connection]) -> list[Connection]:
        return [one for one in wait(list(among)) if isinstance(one, Connection)]

    def _start(self) -> None:
        """Start the processes; a Ctrl-C waits until they are deaf to it."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            context = get_context("fork")
            while len(self._processes) < self.jobs:
                ours, theirs = context.Pipe()
                others = (*self._processes, ours)
                process = context.Process(target=_serve, args=(theirs, others, self.kept))
                process.daemon = True
                process.start()
                theirs.close()
                self._processes[ours] = process
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, others: tuple[Connection, ...], kept: Any) -> None:
    """Do what comes over `connection` until its other end is closed.

    Args:
        connection: to the process that asks.
        others: its ends of this and of other connections, which a fork has, too: as long as they
            are open here, nobody hears that it has ended.
        kept: what this process keeps.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that asks acts on it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in others:
        other.close()
    try:
        while True:
            do, args = connection.recv()
            connection.send(_done(connection, do, (kept, *args)))
    except GONE:
        return  # nobody asks any more


def _done(connection: Connection, do: Do, args: tuple[Any, ...]) -> tuple[int, Any]:
    """The last message of a piece of work; those of a stream are sent on the way."""
    try:
        made = do(*args)
        if isinstance(made, Iterator):
            for block in made:
                connection.send((MORE, block))
            made = None
    except Exception as error:  # noqa: BLE001 - raised again where the work was asked for
        return FAILED, error
    return DONE, made


def _lost() -> ConfigError:
    return ConfigError(
        "a process that did a part of it was ended, perhaps for want of memory: run it "
        "again with --jobs 1"
    )
