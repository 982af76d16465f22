"""Runs a command and tells what it took: seconds, processor seconds, memory.

Owns the running of a measured command. What is run and in which order is told elsewhere.

This process must stay small: a child's peak of memory includes that of the process that started
it, as it was between fork and exec.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
KIB_OF_MAXRSS = 1 / 1024 if sys.platform == "darwin" else 1  # macOS counts bytes: getrusage(2)
EVERY = 0.2  # seconds between looks at the memory of all processes
SHOWN = 2000  # characters of what a failed command said


@dataclass(frozen=True, slots=True)
class Command:
    """What is run.

    `fine` are the exit codes of success, `prepare` is called before, outside of the time.
    """

    argv: tuple[str, ...]
    stdin: Path | None = None
    stdout: Path | None = None
    fine: tuple[int, ...] = (0,)
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took; memory in MiB.

    `largest` is the most that any one of its processes held, `tree` the most that all of them held
    together, pages that they share counted once; 0 where the system does not tell.
    """

    seconds: float
    cpu: float
    largest: int
    tree: int


def python(*arguments: str) -> tuple[str, ...]:
    """A command line of this Python, which finds the packages of this checkout."""
    return (sys.executable, *arguments)


def tenderline(*arguments: str) -> tuple[str, ...]:
    """A command line of `tenderline` as it is in this checkout."""
    return python("-c", "from tenderline.cli import main; main()", *arguments)


def timed(command: Command, *, one_core: bool = False, watched: bool = True) -> Taken:
    """Run a command to its end.

    Args:
        command: what to run.
        one_core: whether all its processes share one core, where the system can do that.
        watched: whether to look at the memory of all its processes, which takes some of the time
            of those that use every core.

    Raises:
        SystemExit: it failed, with what it said.
    """
    command.prepare()
    with tempfile.TemporaryFile() as said, _cores(one=one_core):
        start = time.monotonic()
        process = _started(command, said.fileno())
        watch = Watch(process.pid)
        with _interruptible(process.pid), watch if watched else nullcontext():
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.fine:
            said.seek(0)
            words = said.read().decode("utf-8", "replace")[-SHOWN:]
            line = " ".join(command.argv)[:SHOWN]
            raise SystemExit(f"failed with {process.returncode}: {line}\n{words}")
    largest = round(usage.ru_maxrss * KIB_OF_MAXRSS / 1024)
    return Taken(seconds, usage.ru_utime + usage.ru_stime, largest, max(watch.most, 0))


def one_after_the_other(runs: Sequence[Taken]) -> Taken:
    """What several runs took that follow each other."""
    return Taken(
        sum(run.seconds for run in runs),
        sum(run.cpu for run in runs),
        max(run.largest for run in runs),
        max(run.tree for run in runs),
    )


def _started(command: Command, said: int) -> subprocess.Popen[bytes]:
    nothing = Path(os.devnull)
    with (
        (command.stdin or nothing).open("rb") as feed,
        (command.stdout or nothing).open("wb") as to,
    ):
        return subprocess.Popen(
            command.argv, stdin=feed, stdout=to, stderr=said, cwd=ROOT, start_new_session=True
        )


@contextmanager
def _cores(*, one: bool) -> Iterator[None]:
    """Give what is started here one core, or leave it all."""
    if not one or not hasattr(os, "sched_setaffinity"):
        yield
        return
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


@contextmanager
def _interruptible(session: int) -> Iterator[None]:
    """End all processes of a session if this one is told to stop."""
    try:
        yield
    except BaseException:
        os.killpg(session, signal.SIGKILL)
        raise


class Watch:
    """Looks from time to time how much memory all processes of a session hold; `most` in MiB.

    What a process shares with others counts by its share (Linux: Pss of proc(5)).
    """

    def __init__(self, session: int) -> None:
        self.session, self.most = session, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            held = sum(_held(path) for path in Path("/proc").glob("[0-9]*") if self._ours(path))
            self.most = max(self.most, held // 1024)

    def _ours(self, path: Path) -> bool:
        try:
            return os.getsid(int(path.name)) == self.session
        except OSError:  # it has ended meanwhile
            return False


def _held(path: Path) -> int:
    """KiB that the process of a folder of /proc holds; 0 if it has ended."""
    try:
        text = (path / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:"), 0)
