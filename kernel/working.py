"""One process that works for another: what it is asked, what it answers, and when it ends.

Owns the messages, and that it ends with the process that asks. How work is shared out is
`kernel.workers`'.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from threading import Thread
from typing import Any

from kernel.errors import ConfigError

JOBS = "TENDERLINE_JOBS"  # a variable of the environment: see `kernel.workers.cores`
GONE = (EOFError, OSError)  # a process at the other end of a connection has ended
Do = Callable[..., Any]  # its first arguments are what each process keeps, if it keeps anything


def started(others: Iterable[Connection], kept: tuple[Any, ...]) -> tuple[Connection, BaseProcess]:
    """Start a process; a Ctrl-C waits until it is deaf to it.

    Args:
        others: our ends of connections to other processes.
        kept: what it keeps.

    Returns:
        The connection to it, and the process.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        context = get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, (*others, ours), kept))
        process.daemon = True
        process.start()
        theirs.close()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return ours, process


def ended(processes: Mapping[Connection, BaseProcess]) -> None:
    """End processes, whatever they are doing."""
    for process in processes.values():
        process.kill()
    for connection, process in processes.items():
        process.join()
        connection.close()


def send(connection: Connection, do: Do, args: tuple[Any, ...]) -> None:
    """Ask the process at the other end of `connection` to do a piece of work.

    Raises:
        ConfigError: it has ended.
    """
    try:
        connection.send((do, args))
    except GONE as error:
        raise _lost() from error


def result(connection: Connection) -> Any:
    """The result of the first piece of work that has none yet.

    Raises:
        ConfigError: the process has ended.
        Exception: the one that the work ended in.
    """
    try:
        done, value = connection.recv()
    except GONE as error:
        raise _lost() from error
    if not done:
        raise value
    return value


def _lost() -> ConfigError:
    return ConfigError(
        "a process that did a part of it was ended, perhaps for want of memory: run it again "
        f"with --jobs 1 or {JOBS}=1"
    )


def serve(connection: Connection, others: tuple[Connection, ...], kept: tuple[Any, ...]) -> None:
    """Do what comes over `connection`.

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
    asked: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(connection, asked), daemon=True).start()
    with suppress(*GONE):  # nobody asks any more
        while True:
            connection.send_bytes(_done(asked.get(), kept))


def _listen(connection: Connection, asked: "SimpleQueue[bytes]") -> None:
    """Take in what is asked, so that who asks need not wait; end when that process has ended."""
    with suppress(*GONE):
        while True:
            asked.put(connection.recv_bytes())
    os._exit(1)


def _done(asked: bytes, kept: tuple[Any, ...]) -> Any:
    """The result of a piece of work, or the error it ended in, as a message."""
    try:
        do, args = ForkingPickler.loads(asked)
        return ForkingPickler.dumps((True, do(*kept, *args)))
    except Exception as error:  # noqa: BLE001 - raised again where the work was asked for
        error.add_note(traceback.format_exc())
        return ForkingPickler.dumps((False, error))
