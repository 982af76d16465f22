"""Asking for published addresses: whom it asks, how, and what it makes of the answers."""

import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.servers import Server
from tests.validation.dataset_made import edition
from validation.dataset import asking
from validation.dataset.asking import ask, is_public
from validation.dataset.judge import judge_edition, open_views
from validation.dataset.registry import Failure, Outcome
from validation.dataset.urls import Fetch, url_availability

Serve = Callable[[], Server]


def documents(number: int) -> list[dict[str, Any]]:
    known = {"section": "implementation", "section_position": 2, "document_position": 3}
    return [
        {"ocid": f"o{n // 2:03}", "url": f"https://example.org/{n // 2}", **known}
        for n in range(2 * number)
    ]


def judged(files: Mapping[str, Path], fetch: Fetch) -> tuple[Outcome, list[Failure]]:
    with duckdb.connect() as connection:
        open_views(connection, files, None)
        outcome = url_availability(fetch).run(connection)
        return outcome, list(outcome.rows())


def anybody(address: str) -> bool:
    return True


def asked(url: str) -> int | str:
    return ask(url, allowed=anybody, pause=0)


def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    files = edition(tmp_path)
    assert "misc.url_availability" not in {one.id for one, _ in judge_edition(files, None)}
    found = [one for one, _ in judge_edition(files, None, fetch=lambda _url: 200)]
    assert found[-1].id == "misc.url_availability"
    assert found[-1].demand.endswith(".")


def test_a_hundred_different_addresses_are_asked_always_the_same(tmp_path: Path) -> None:
    files, seen = edition(tmp_path, documents=documents(150)), []
    for _ in range(2):
        outcome, failures = judged(files, lambda url: seen.append(url) or 200)
        assert (outcome.ok, failures) == (True, [])
    assert seen[:100] == seen[100:]
    assert len(set(seen)) == 100
    assert sorted(seen[:100]) != sorted(f"https://example.org/{n}" for n in range(100))


def test_what_cannot_be_had_is_named(tmp_path: Path) -> None:
    files = edition(tmp_path, documents=documents(100))
    answers: dict[str, int | str] = {"https://example.org/7": 404, "https://example.org/8": "gone"}
    outcome, failures = judged(files, lambda url: answers.get(url, 399))
    assert (outcome.ok, outcome.observed) == (
        False,
        "2 of 100 addresses of documents cannot be had",
    )
    assert sorted(failures) == [
        Failure("o007", "/contracts/1/implementation/documents/2/url", "https://example.org/7",
                "asked for it, the answer was: 404"),
        Failure("o008", "/contracts/1/implementation/documents/2/url", "https://example.org/8",
                "asked for it, the answer was: gone"),
    ]  # fmt: skip
    assert outcome.shown.columns == ("url", "answer")


def test_with_fewer_addresses_nobody_is_asked(tmp_path: Path) -> None:
    files = edition(tmp_path, documents=documents(99))
    outcome, _ = judged(files, lambda _url: pytest.fail("it asked"))
    assert outcome.ok is None


def test_only_the_head_is_asked_for(serve: Serve) -> None:
    server = serve().says(content_length="1000000")
    assert asked(f"{server.url}/a%20b?c=d#e") == 200
    (request,) = server.requests
    assert request.path == "/a%20b?c=d"
    assert request.headers["user-agent"].startswith("tenderline/")


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_that_knows_no_head_is_asked_for_the_page(serve: Serve, status: int) -> None:
    server = serve().says(status=status).says(b"page")
    assert asked(server.url) == 200
    assert server.paths == ["/", "/"]


@pytest.mark.parametrize("status", [404, 410, 500])
def test_an_error_is_told(serve: Serve, status: int) -> None:
    assert asked(serve().says(status=status).url) == status


def test_redirects_are_followed_three_times(serve: Serve) -> None:
    server = serve().says(status=301, location="/b").says(status=307, location="c").says()
    assert asked(f"{server.url}/a") == 200
    assert server.paths == ["/a", "/b", "/c"]
    circle = serve().says(status=302, location="/")
    assert asked(circle.url) == "it redirects in circles"
    assert len(circle.requests) == 4
    assert asked(serve().says(status=304).url) == 304


def test_a_private_host_is_never_asked(serve: Serve) -> None:
    server = serve().says()
    for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
        assert ask(url, pause=0) == "ValueError: its host is not a public one: it was not asked"
    assert server.requests == []


def test_a_redirect_to_a_private_host_is_not_followed(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = serve().says()
    public = serve().says(status=302, location=private.url)
    port = int(public.url.rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    known = {"public.example": found}
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: known.get(host) or look_up(host, *a, **k)
    )
    hosts = iter([True])
    answer = ask(f"http://public.example:{port}/", allowed=lambda one: next(hosts, False), pause=0)
    assert answer == "ValueError: its host is not a public one: it was not asked"
    assert len(public.requests) == 1
    assert private.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "", "www.example.org", "ftp://example.org/a", "file:///etc/passwd", "http://", "http://[",
        "http://user:secret@127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "x" * 9999,
        "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/é", "http://é\x00/",
        "http://" + "a" * 300 + "/", "javascript:alert(1)", "http://\udc80/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_told_and_stops_nothing(url: str) -> None:
    answer = asked(url)
    assert isinstance(answer, str)
    assert answer


def test_a_head_that_never_ends_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST", 0.3)
    server = serve().drips(b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * 1000, pause=0.02)
    began = time.monotonic()
    asked(server.url)
    assert time.monotonic() - began < 5


def test_nobody_there_and_nonsense_are_told(serve: Serve) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        free = unused.getsockname()[1]
    assert "refused" in str(asked(f"http://127.0.0.1:{free}/"))
    assert isinstance(asked(serve().sends(b"nonsense\r\n\r\n").url), str)
    assert isinstance(asked(serve().sends(b"").url), str)
