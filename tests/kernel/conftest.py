"""Lakes of every kind, and programs that use one from another process."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from kernel import Lake
from kernel.store import Store

Program = subprocess.Popen[str]


@pytest.fixture
def any_store(any_lake: Lake) -> Store:
    return any_lake.store


@pytest.fixture
def program() -> Iterator[Callable[..., Program]]:
    """Start a Python program whose `sys.argv[1:]` are given; it ends with the test."""
    with ExitStack() as running:

        def start(code: str, *arguments: object) -> Program:
            started = running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code, *map(str, arguments)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            running.callback(started.kill)
            return started

        yield start


@pytest.fixture
def python() -> Callable[..., str]:
    """Run a Python program to its good end; what it printed."""

    def run(
        code: str, *arguments: object, via: Callable[..., list[str]] = lambda *c: list(c)
    ) -> str:
        command = via(sys.executable, "-c", code, *map(str, arguments))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
