"""A failure is told to the log and to the receiver, whatever the receiver does."""

import logging
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from dags.callbacks import on_failure
from tests.dags.conftest import Receiver

FAILED = {
    "ti": SimpleNamespace(
        dag_id="pull_find_a_tender", task_id="window.extract", run_id="manual__1", map_index=3
    ),
    "exception": RuntimeError("the source answered 401"),
}
TOLD = {
    "event": "task_failed",
    "dag": "pull_find_a_tender",
    "task": "window.extract",
    "run": "manual__1",
    "map_index": 3,
    "reason": "the source answered 401",
}


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What `on_failure` has logged, by now."""
    with caplog.at_level(logging.WARNING, logger="dags.callbacks"):
        yield caplog.messages


def test_the_receiver_gets_the_failure(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERLINE_ALERT_URL", receiver.url)
    on_failure(FAILED)
    assert receiver.told == [TOLD]


def test_without_a_receiver_the_log_is_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENDERLINE_ALERT_URL", raising=False)
    on_failure(FAILED)
    assert caplog.messages == [str(TOLD)]


@pytest.mark.parametrize("status", [404, 500])
def test_a_receiver_that_refuses_changes_nothing(
    status: int,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver.status = status
    monkeypatch.setenv("TENDERLINE_ALERT_URL", receiver.url)
    on_failure(FAILED)
    assert receiver.told == [TOLD]
    assert f"not delivered to TENDERLINE_ALERT_URL: {status}" in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:{free}/", "nonsense", "ftp://127.0.0.1/"])
def test_a_receiver_that_is_not_there_changes_nothing(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    monkeypatch.setenv("TENDERLINE_ALERT_URL", url.format(free=free))
    on_failure(FAILED)
    assert "not delivered to TENDERLINE_ALERT_URL" in caplog.text


@pytest.mark.parametrize(
    ("context", "reason"),
    [({}, "unknown"), ({"reason": "killed"}, "killed"), ({"exception": None}, "unknown")],
)
def test_a_failure_of_which_little_is_known_is_told(
    context: dict[str, Any],
    reason: str,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TENDERLINE_ALERT_URL", receiver.url)
    on_failure(context)
    assert [told["reason"] for told in receiver.told] == [reason]
