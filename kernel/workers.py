"""Work shared out to processes, results in the order of the work.

Owns the processes, and how many there are. With one job, or for what is no more than one piece of
work, there are none.
"""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing import current_process, get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, Self

from kernel.errors import ConfigError

AHEAD = 3  # pieces of work that wait for each process
JOBS = "TENDERLINE_JOBS"


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
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._collects = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        if self._collects:
            gc.enable()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def each(self, do: Callable[..., Any], work: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """The results of `do` for each of `work`, which are its arguments, in order.

        Raises:
            ConfigError: a process has ended that should not have.
        """
        waiting = iter(work)
        first = list(_some(waiting, 2))
        if len(first) < 2 or self.jobs < 2:  # noqa: PLR2004 - nothing, or nobody, to share with
            yield from (do(*one) for one in chain(first, waiting))
            return
        results: deque[Future[Any]] = deque()
        try:
            for one in chain(first, waiting):
                results.append(self._submit(do, one))
                if len(results) > AHEAD * self.jobs:
                    yield results.popleft().result()
            while results:
                yield results.popleft().result()
        except BrokenProcessPool as error:
            raise ConfigError(
                "a process that did a part of it was ended, perhaps for want of memory: run it "
                f"again with --jobs 1 or {JOBS}=1"
            ) from error
        finally:  # nothing is written any more by those that nobody waits for
            for result in results:
                if not result.cancel():
                    result.exception()

    def _submit(self, do: Callable[..., Any], one: tuple[Any, ...]) -> Future[Any]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.jobs, get_context("fork"), _deaf)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return self._pool.submit(do, *one)  # the first of them starts the processes
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _some(work: Iterator[Any], most: int) -> Iterator[Any]:
    for _, one in zip(range(most), work, strict=False):
        yield one


def _deaf() -> None:
    """Ctrl-C reaches all processes; the one that asks acts on it. No process outlives that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End with the process that asks, which may be killed: its pipes are open here, too."""
    if asks := parent_process():
        wait([asks.sentinel])
        os._exit(1)
