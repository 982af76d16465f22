"""Processes that ask one host keep its pace together, and wait together when it says so."""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from extractors.pace import LONGEST, Pace, state_folder
from extractors.session import Session
from kernel import SourceUnavailable
from tests.servers import Server

Serve = Callable[[], Server]
SessionAt = Callable[..., Session]

CLIENT = """
import sys
from dataclasses import replace
from extractors.loader import load
from extractors.session import Session

source = load("find_a_tender").at(sys.argv[1])
source = replace(source, fetch=replace(source.fetch, interval=float(sys.argv[2]), retry_after=1.0))
session = Session(source)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    session.get(sys.argv[1], len)
"""


def clients(server: Server, interval: float, requests: int) -> list[subprocess.Popen[str]]:
    command = [sys.executable, "-c", CLIENT, server.url, str(interval), str(requests)]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    return started


def run(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_two_processes_together_keep_the_interval(serve: Serve) -> None:
    server = serve().says(b"{}")
    run(clients(server, 0.3, 4))
    moments = sorted(request.time for request in server.requests)
    assert len(moments) == 8
    assert min(b - a for a, b in pairwise(moments)) >= 0.28  # the rest is the network's


def test_what_one_is_told_to_wait_all_wait(serve: Serve) -> None:
    server = serve().says(b"wait", 429, retry_after="2").says(b"{}")
    run(clients(server, 0.05, 3))
    first, *others = sorted(request.time for request in server.requests)
    assert len(others) == 6
    assert min(others) - first >= 1.9


def test_a_403_that_means_too_many_is_waited_for_by_all(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().says(b"Forbidden", 403)
    session = session_at(server, retry_on=(403, 429), retry_after=400.0)
    with pytest.raises(SourceUnavailable, match="403: Forbidden"):
        session.get(server.url, len)
    with pytest.raises(SourceUnavailable, match="left alone"):
        session_at(server).get(server.url, len)
    assert len(server.requests) == 1


def test_a_host_that_wants_long_peace_is_left_alone(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"wait", 429, retry_after="900").says(b"{}")
    for said in ("429", "left alone for another"):
        with pytest.raises(SourceUnavailable, match=said):
            session_at(server).get(server.url, len)
    assert len(server.requests) == 1


def test_another_port_is_another_host(serve: Serve, session_at: SessionAt) -> None:
    one, other = serve().says(b"wait", 429, retry_after="900"), serve().says(b"{}")
    with pytest.raises(SourceUnavailable):
        session_at(one).get(one.url, len)
    assert session_at(other).get(other.url, len).content == 2


def test_the_moment_is_claimed_once() -> None:
    one, other = Pace("example.org", 5.0), Pace("example.org", 5.0)
    assert one.claim() == 0.0
    assert 4.5 < other.claim() <= 5.0
    assert 4.5 < other.claim() <= 5.0


def test_a_push_never_brings_the_moment_nearer() -> None:
    one = Pace("example.org", 0.0)
    one.push(50)
    one.push(5)
    assert 49 < one.claim() <= 50


@pytest.mark.parametrize("text", ["", "soon", "9" * 40, "9999999999", "nan"])
def test_a_moment_that_cannot_be_is_not_believed(text: str) -> None:
    one = Pace("example.org", 1.0)
    one.path.write_text(text)
    assert one.claim() == 0.0
    assert 0 < one.claim() <= 1.0


def test_no_wait_is_longer_than_an_hour() -> None:
    one = Pace("example.org", 0.0)
    one.push(10.0**12)
    assert one.claim() <= LONGEST


def test_a_host_without_a_pace_leaves_no_file() -> None:
    assert Pace("127.0.0.1:8640", 0.0).claim() == 0.0
    assert not list((state_folder() / "pace").iterdir())


def test_no_name_of_a_host_leads_out_of_the_folder() -> None:
    one = Pace("../../x/[::1]:80", 1.0)
    assert one.path.parent == state_folder() / "pace"


def test_the_state_lies_in_the_cache_unless_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TENDERLINE_STATE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "tenderline"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".cache" / "tenderline"


def test_where_nothing_can_be_written_the_pace_is_kept_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TENDERLINE_STATE", str(blocked))
    one = Pace("example.org", 5.0)
    assert one.claim() == 0.0
    assert one.claim() > 4
    assert "other processes do not know our pace" in caplog.text
    assert tmp_path not in one.path.parents
