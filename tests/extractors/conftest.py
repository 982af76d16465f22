from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors import session
from extractors.loader import load
from extractors.session import Session
from kernel import Source
from tests.servers import Server

SourceAt = Callable[..., Source]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The waits between tries, made short; what `Retry-After` says is waited all the same.

    No test waits for what another one was told.
    """
    monkeypatch.setattr(session, "BACKOFF", 0.005)
    monkeypatch.setenv("TENDERLINE_STATE", str(tmp_path / "state"))


@pytest.fixture
def source_at() -> SourceAt:
    """Find a Tender as served by a scripted server, with other facts of fetching if given."""

    def source(server: Server, **fetch: Any) -> Source:
        moved = load("find_a_tender").at(server.url)
        return replace(moved, fetch=replace(moved.fetch, **fetch))

    return source


@pytest.fixture
def session_at(source_at: SourceAt) -> Callable[..., Session]:
    """A session with a scripted server."""
    return lambda server, **fetch: Session(source_at(server, **fetch))
