"""Lakes of every kind, and programs that use one from another process."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest

from kernel import Lake
from kernel.store import Store

Program = subprocess.Popen[str]


@dataclass
class Located:
    """What Airflow's ObjectStoragePath and universal-pathlib's UPath have in common."""

    fs: Any
    path: str

    def __str__(self) -> str:
        return f"{self.fs.protocol}://{self.path}"


@pytest.fixture(params=["folder", "address", "object"])
def any_lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lake]:
    """The same lake as a folder, at an fsspec address, and as an object with `.fs` and `.path`."""
    name, memory = f"/{uuid.uuid4()}", fsspec.filesystem("memory")
    roots = {
        "folder": tmp_path / "lake",
        "address": f"memory:/{name}/lake",
        "object": Located(memory, f"{name}/lake"),
    }
    yield Lake(roots[request.param])
    if memory.exists(name):
        memory.rm(name, recursive=True)


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
