"""What every test may use, and the guard that keeps all of them off the network."""

import atexit
import ipaddress
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest

from kernel import Lake
from tests.servers import Server

# What processes share beside the lake: never with those of the user who runs the tests.
os.environ["TENDERLINE_STATE"] = tempfile.mkdtemp(prefix="tenderline-state-")
atexit.register(shutil.rmtree, os.environ["TENDERLINE_STATE"], ignore_errors=True)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections lead to this machine or nowhere."""

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_here(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not is_loopback(str(address[0])):
                raise RuntimeError(f"a test wanted to connect to {address}")
            return connect(self, address)

        return connect_here

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake."""
    return Lake(tmp_path / "lake")


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
def serve() -> Iterator[Callable[[], Server]]:
    """Start servers whose answers the test scripts; they end with the test."""
    with ExitStack() as servers:
        yield lambda: servers.enter_context(Server())
