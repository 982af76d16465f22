"""How the session behaves towards a real server: politely, patiently, and never for ever."""

import gzip
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from extractors.session import Session
from extractors.takers import Unacceptable
from kernel import PipelineError, Refusal, SourceChanged, SourceUnavailable, __version__
from tests.servers import Server

Serve = Callable[[], Server]
SessionAt = Callable[..., Session]


def get(session: Session, path: str = "/") -> bytes:
    base = session.source.fetch.url.partition("/api")[0]
    return session.get(base + path, accept).body


def accept(body: bytes) -> None:
    """Whatever it is."""


def refused(session: Session, kind: type[PipelineError]) -> PipelineError:
    with pytest.raises(kind) as caught:
        get(session)
    assert caught.value.source == "find_a_tender"
    assert caught.value.url.startswith("http://127.0.0.1:")
    return caught.value


def gaps(server: Server) -> list[float]:
    return [b.time - a.time for a, b in pairwise(server.requests)]


def test_it_says_who_it_is_and_what_it_takes(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"{}")
    assert get(session_at(server)) == b"{}"
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith(f"tenderline/{__version__} (+https://")
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"


def test_nothing_of_the_environment_is_used(
    serve: Serve, session_at: SessionAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve().says(b"proxy"), serve().says(b"server")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    assert get(session_at(server)) == b"server"
    assert not proxy.requests


# Refusals that pass


def test_the_seconds_of_retry_after_are_waited(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"wait", 429, retry_after="1").says(b"{}")
    assert get(session_at(server)) == b"{}"
    assert 1.0 <= gaps(server)[0] < 10


def test_the_date_of_retry_after_is_waited_for(serve: Serve, session_at: SessionAt) -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0)
    date = format_datetime(moment, usegmt=True)
    server = serve().says(b"wait", 503, retry_after=date).says(b"{}")
    get(session_at(server))
    assert datetime.now(UTC) >= moment
    assert gaps(server)[0] < 10


@pytest.mark.parametrize("said", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_is_over_is_no_wait(serve: Serve, session_at: SessionAt, said: str) -> None:
    server = serve().says(b"wait", 429, retry_after=said).says(b"{}")
    get(session_at(server, retry_after=60))
    assert gaps(server)[0] < 10


UNCLEAR = [
    "-5",
    "soon",
    "1.5 s",
    "",
    "\xb2",  # a superscript two, which str.isdigit takes for a digit
    "Mon, 20 Nov 2095 19:12:08 +99999999999999999999",
    "Mon, 20 Nov 2095 19:12:08 -0000",
]


@pytest.mark.parametrize("said", [None, *UNCLEAR], ids=ascii)
def test_a_429_without_a_clear_wait_means_the_source_s_own(
    serve: Serve, session_at: SessionAt, said: str | None
) -> None:
    headers = {} if said is None else {"retry_after": said}
    server = serve().says(b"wait", 429, **headers).says(b"{}")
    get(session_at(server, retry_after=0.3))
    assert 0.3 <= gaps(server)[0] < 10


@pytest.mark.parametrize("said", ["99999999", "301", "9" * 400, "Mon, 20 Nov 2095 19:12:08 GMT"])
def test_an_absurd_wait_is_left_to_others(serve: Serve, session_at: SessionAt, said: str) -> None:
    server = serve().says(b"Rate limit of 12 exceeded.", 429, retry_after=said)
    error = refused(session_at(server), SourceUnavailable)
    assert "429: Rate limit of 12 exceeded." in error.message
    assert len(server.requests) == 1


def test_a_burst_of_503_passes(serve: Serve, session_at: SessionAt) -> None:
    server = serve()
    for _ in range(3):
        server.says(b"busy", 503)
    session = session_at(server.says(b"{}"))
    assert get(session) == b"{}"
    assert [entry["attempt"] for entry in session.log] == [1, 2, 3, 4]
    assert [entry["status"] for entry in session.log] == [503, 503, 503, 200]
    assert ["busy" in entry.get("failure", "") for entry in session.log] == [True] * 3 + [False]


def test_waits_grow_from_try_to_try(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"busy", 502)
    refused(session_at(server), SourceUnavailable)
    waits = gaps(server)
    assert all(wait >= 0.005 * 2**n for n, wait in enumerate(waits))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_that_stays_is_given_up_after_five_tries(
    serve: Serve, session_at: SessionAt, status: int
) -> None:
    server = serve().says(b"busy", status)
    error = refused(session_at(server, retry_after=0.01), SourceUnavailable)
    assert f"answered {status}: busy: tried 5 times" in error.message
    assert len(server.requests) == 5


# Refusals that stay


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 401, 403, 404, 410, 501])
def test_a_status_no_retry_mends_is_not_retried(
    serve: Serve, session_at: SessionAt, status: int
) -> None:
    body = b"" if status in (204, 304) else b'{"error":"Unauthorized"}'
    server = serve().says(body, status)
    error = refused(session_at(server), SourceChanged)
    assert f"it answered {status}" in error.message
    assert ("Unauthorized" in error.message) == bool(body)
    assert len(server.requests) == 1


def test_what_a_refusal_says_is_told_readably(serve: Serve, session_at: SessionAt) -> None:
    body = gzip.compress(b'{"error":\r\n\x1b[31m"\xe2\x80\xaeno\xff"}' + b"x" * 999)
    server = serve().says(body, 400, content_encoding="gzip")
    message = refused(session_at(server), SourceChanged).message
    assert '{"error": [31m" no\N{REPLACEMENT CHARACTER}"}' in message
    assert len(message) < 400
    assert message.isprintable()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 503 Busy\r\nContent-Length: 500\r\n\r\nshort",
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\nno chunk",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nplain",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\nContent-Encoding: br\r\n\r\nplain",
    ],
)
def test_a_refusal_with_a_broken_body_is_a_refusal(
    serve: Serve, session_at: SessionAt, head: bytes
) -> None:
    server = serve().sends(head).says(b"{}")
    session = session_at(server)
    assert get(session) == b"{}"
    assert "answered 503" in session.log[0]["failure"]


def test_a_refusal_that_drips_is_not_waited_for(serve: Serve, session_at: SessionAt) -> None:
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 300\r\n\r\n"
    server = serve().drips(head, b"x" * 300, pause=0.1)
    begun = time.monotonic()
    refused(session_at(server), SourceChanged)
    assert time.monotonic() - begun < 10


# Refusals that mean something else

EMPTY = Refusal(status=(400, 404), says="No Records found")
LATER = Refusal(status=(404,), says="File not found")


@pytest.mark.parametrize("status", [400, 404])
def test_the_source_s_word_for_nothing_is_an_answer(
    serve: Serve, session_at: SessionAt, status: int
) -> None:
    body = b'{"errorCode":100,"message":"No Records found for Date Range"}'
    server = serve().says(gzip.compress(body), status, content_encoding="gzip")
    session = session_at(server, empty=EMPTY)
    answer = session.get(server.url, str, nothing="nothing")
    assert (answer.body, answer.content) == (body, "nothing")
    assert [entry["status"] for entry in session.log] == [status]


def test_other_words_with_that_status_are_a_refusal(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b'{"message":"No\r\nsuch \x1broute"}', 400)
    with pytest.raises(SourceChanged, match=r'answered 400.*"No such +route"'):
        session_at(server, empty=EMPTY).get(server.url, accept, nothing=())
    server = serve().says(b"No Records found", 403)
    with pytest.raises(SourceChanged, match="answered 403"):
        session_at(server, empty=EMPTY).get(server.url, accept, nothing=())


def test_nothing_is_no_answer_where_something_is_wanted(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().says(b"No Records found", 404)
    with pytest.raises(SourceChanged, match="No Records found"):
        session_at(server, empty=EMPTY).get(server.url, accept)


def test_what_is_another_answer_tomorrow_is_asked_for_again(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().says(b"File not found", 404).says(b"{}")
    assert session_at(server, later=LATER).get(server.url, len).content == 2
    server = serve().says(b"<html>Not Found", 404)
    with pytest.raises(SourceChanged, match="no retry mends"):
        session_at(server, later=LATER).get(server.url, len)


def test_a_403_may_mean_too_many_requests(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"<html>Forbidden", 403, content_type="text/plain").says(b"{}")
    session = session_at(server, retry_on=(403, 429), retry_after=0.3)
    assert session.get(server.url, len).content == 2
    assert gaps(server)[0] >= 0.29


# Redirects


def test_a_redirect_within_the_host_is_followed(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"", 302, location="/elsewhere?x=1").says(b"{}")
    session = session_at(server)
    assert get(session) == b"{}"
    assert server.paths == ["/", "/elsewhere?x=1"]
    assert session.log[0]["redirects"] == [f"{server.url}/elsewhere?x=1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_to_another_host(
    serve: Serve, session_at: SessionAt, status: int
) -> None:
    other = serve().says(b"{}")
    server = serve().says(b"", status, location=f"{other.url}/")
    error = refused(session_at(server), SourceChanged)
    assert other.url in error.message
    assert not other.requests
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://[::1", "//evil.example/", "/a b"]
)
def test_no_redirect_leads_astray(serve: Serve, session_at: SessionAt, location: str) -> None:
    server = serve().says(b"", 302, location=location)
    refused(session_at(server), SourceChanged)
    assert len(server.requests) == 1


def test_redirects_in_circles_are_given_up(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"", 302, location="/")
    error = refused(session_at(server), SourceChanged)
    assert "circles" in error.message
    assert len(server.requests) == 4


def test_a_redirect_to_nowhere_is_an_unknown_status(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"moved", 302)
    assert "it answered 302" in refused(session_at(server), SourceChanged).message


def test_what_comes_with_a_redirect_is_not_read(serve: Serve, session_at: SessionAt) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 5000000000\r\n\r\n"
    server = serve().drips(head, b"x" * 999, pause=0.1).says(b"{}")
    begun = time.monotonic()
    assert get(session_at(server)) == b"{}"
    assert time.monotonic() - begun < 10


# Connections


def test_a_refused_connection_is_tried_again(serve: Serve, session_at: SessionAt) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    session = session_at(serve())
    with pytest.raises(SourceUnavailable, match=r"Connection refused.*tried 5 times"):
        session.get(f"http://127.0.0.1:{port}/", accept)
    assert len(session.log) == 5


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 two hundred\r\n\r\n"],
)
def test_what_is_no_answer_is_tried_again(
    serve: Serve, session_at: SessionAt, answer: bytes
) -> None:
    server = serve().sends(answer).says(b"{}")
    assert get(session_at(server)) == b"{}"
    assert len(server.requests) == 2


def test_a_server_that_says_nothing_is_not_waited_for_long(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().drips(b"", b"HTTP", pause=60)
    begun = time.monotonic()
    refused(session_at(server, deadline=0.1), SourceUnavailable)
    assert len(server.requests) == 5
    assert time.monotonic() - begun < 10


# Pace and log


def test_requests_are_never_closer_than_the_interval(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(b"busy", 503).says(b"", 302, location="/x").says(b"{}")
    session = session_at(server, interval=0.2)
    for _ in range(2):
        get(session)
    assert len(server.requests) == 4
    assert all(gap >= 0.2 for gap in gaps(server))


def test_the_log_tells_every_try_but_no_secret(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(
        b'{"a":1}', content_type="application/json", set_cookie="SRSI_FT_AUTH=secret; Path=/"
    )
    session = session_at(server)
    get(session, "/page?x=1")
    [entry] = session.log
    assert entry["url"] == f"{server.url}/page?x=1"
    assert entry["bytes"] == 7
    assert entry["headers"]["content-type"] == "application/json"
    assert datetime.fromisoformat(entry["time"]).tzinfo is not None
    assert "secret" not in str(session.log)
    assert "set-cookie" not in entry["headers"]


# What the caller makes of a body


def test_a_refused_body_is_handed_on_at_every_try(serve: Serve, session_at: SessionAt) -> None:
    kept: list[bytes] = []

    def refuse(body: bytes) -> None:
        raise Unacceptable("that is no answer", SourceChanged)

    server = serve().says(b"<html>1").says(b"<html>2")
    session = session_at(server)
    session.rejected = kept.append
    with pytest.raises(SourceChanged, match="that is no answer: tried 5 times"):
        session.get(server.url, refuse)
    assert kept == [b"<html>1", *[b"<html>2"] * 4]
    assert all(entry["failure"] == "that is no answer" for entry in session.log)
