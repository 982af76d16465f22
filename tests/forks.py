"""Runs of the command line as forks of a process that has imported everything: 0.2 s each.

A fork may be given a moment, counted in effects on the store, at which it sends itself a signal:
SIGKILL, to die there, or SIGSTOP, to let another run overtake it.
"""

import contextlib
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

DEFECT = 70  # EX_SOFTWARE of sysexits.h
EFFECTS = ("put", "put_file", "create", "swap", "delete")


@dataclass(frozen=True)
class Ended:
    """How a run ended, or that it stopped: the exit code, the signal, and what it said."""

    code: int | None
    signal: int | None
    said: str

    @property
    def moments(self) -> int:
        """How many moments there were at which it could have been disturbed."""
        return int(self.said.rpartition("moments=")[2])


class Forks:
    """The process that forks; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def start(self, *arguments: object, at: int = 0, stop: bool = False, limit: int = 0) -> int:
        """Start `tenderline ARGUMENTS`, to be killed or stopped `at` a moment; its process id.

        Args:
            arguments: of the command line.
            at: the moment, from 1; 0 for none.
            stop: stop there instead of dying.
            limit: the most bytes that a file may have; 0 for any number.
        """
        order = {"argv": [str(a) for a in arguments], "at": at, "stop": stop, "limit": limit}
        return int(self._ask("start", **order))

    def wait(self, pid: int) -> Ended:
        """How the run ended or was stopped."""
        status, said = self._ask("wait", pid=pid)
        if os.WIFEXITED(status):
            return Ended(os.WEXITSTATUS(status), None, said)
        sent = os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.WTERMSIG(status)
        return Ended(None, sent, said)

    def go_on(self, pid: int) -> Ended:
        """Let a stopped run go on; how it ended."""
        os.kill(pid, signal.SIGCONT)
        return self.wait(pid)

    def run(self, *arguments: object, **disturbance: Any) -> Ended:
        """Start and wait."""
        return self.wait(self.start(*arguments, **disturbance))

    def _ask(self, act: str, **order: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"act": act, **order}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class _Server:
    """The forking process: one order a line on standard input, one answer a line."""

    def __init__(self) -> None:
        import phonenumbers  # noqa: F401 (what is imported once is there for every fork)

        import validation.check
        import validation.quality.edition
        from tenderline import pipeline, planning  # noqa: F401
        from tenderline.stand_in.packages import EXTENSIONS
        from transforms.ocds.model import recognised
        from transforms.ocds.schema import release_schema
        from validation.structure import structure

        for declared in (EXTENSIONS, EXTENSIONS[:-1]):
            structure(release_schema, recognised(declared)[0])
        # Great Expectations takes seconds to import, and the checks of tables and whole editions
        # half a second; all have tests of their own.
        validation.check._tables_results = lambda *_: []
        validation.quality.edition.judge_edition = lambda *_, **__: iter(())
        self.pipes: dict[int, int] = {}

    def serve(self) -> None:
        for line in sys.stdin:
            order = json.loads(line)
            answer = getattr(self, order.pop("act"))(**order)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

    def start(self, **order: Any) -> int:
        reading, writing = os.pipe()  # not a file: a limit on files must not silence it
        pid = os.fork()
        if not pid:
            for descriptor in (1, 2):
                os.dup2(writing, descriptor)
            os.close(0)
            _child(**order)
        os.close(writing)
        self.pipes[pid] = reading
        return pid

    def wait(self, pid: int) -> tuple[int, str]:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return status, ""
        with os.fdopen(self.pipes.pop(pid), "rb") as pipe:
            return status, pipe.read().decode()


def _child(argv: list[str], at: int, stop: bool, limit: int) -> None:
    from tenderline.cli import main

    moments = disturb(at, stop=stop)
    sys.argv = ["tenderline", *argv]
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    code = DEFECT
    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except Exception:  # noqa: BLE001 (the parent is to hear of it)
        traceback.print_exc()
    finally:
        sys.stdout.write(f"moments={next(moments) - 1}\n")
        sys.stdout.flush()
        os._exit(code)


def disturb(at: int, *, stop: bool) -> Iterator[int]:
    """Count moments: before, in the middle of, and after every effect on the store.

    At the moment `at` this process, which is to have been forked for it, gets a signal.
    """
    from kernel.store import LocalStore

    moments, inside = itertools.count(1), []

    def moment() -> None:
        # Whoever is stopped inside a swap holds its lock, and is waited for.
        if not (stop and "swap" in inside) and next(moments) == at:
            os.kill(os.getpid(), signal.SIGSTOP if stop else signal.SIGKILL)

    def disturbed(name: str) -> Any:
        effect = getattr(LocalStore, name)

        def act(*arguments: Any) -> Any:
            moment()
            inside.append(name)
            result = effect(*arguments)
            inside.pop()
            moment()
            return result

        return act

    @contextlib.contextmanager
    def staged(*arguments: Any) -> Iterator[Path]:
        with aside(*arguments) as file:
            moment()
            yield file

    aside = LocalStore._staged
    for name in EFFECTS:
        setattr(LocalStore, name, disturbed(name))
    LocalStore._staged = staged  # type: ignore[method-assign]
    return moments


if __name__ == "__main__":
    _Server().serve()
