"""A body is whole, or it is refused: what servers break, cut, swell and drip."""

import gzip
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import requests

from extractors.body import BodyBroken, BodyTooLarge, read_body
from extractors.session import Session
from kernel import SourceChanged, SourceUnavailable
from tenderline.stand_in import StandIn
from tests.servers import Server

Serve = Callable[[], Server]
SessionAt = Callable[..., Session]

ROOT = Path(__file__).parents[2]
BODY = b'{"releases":[' + b",".join(b'{"id":"%d"}' % n for n in range(5_000)) + b"]}"
GZIP = gzip.compress(BODY)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MEGABYTES = 1_000_000


def read(server: Server, *, max_bytes: int = 10 * MEGABYTES, seconds: float = 5) -> bytes:
    with requests.get(server.url, stream=True, timeout=5) as response:
        return read_body(response, max_bytes=max_bytes, deadline=time.monotonic() + seconds)


def chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def accept(body: bytes) -> None:
    """Whatever it is."""


def endless(head: bytes, piece: bytes) -> Callable[[], Iterable[bytes]]:
    def pieces() -> Iterable[bytes]:
        yield head
        for _ in range(5_000 * MEGABYTES // len(piece)):
            yield piece

    return pieces


# Whole bodies


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip "])
def test_gzip_is_undone(serve: Serve, encoding: str) -> None:
    assert read(serve().says(GZIP, content_encoding=encoding)) == BODY


def test_a_gzip_of_several_members_is_read_to_its_end(serve: Serve) -> None:
    parts = gzip.compress(BODY[:100]) + gzip.compress(b"") + gzip.compress(BODY[100:])
    assert read(serve().says(parts, content_encoding="gzip")) == BODY


def test_deflate_is_undone_though_not_asked_for(serve: Serve) -> None:
    assert read(serve().says(zlib.compress(BODY), content_encoding="deflate")) == BODY


def test_a_body_without_encoding_is_taken_as_it_is(serve: Serve) -> None:
    assert read(serve().says(BODY)) == BODY
    assert read(serve().says(BODY, content_encoding="identity")) == BODY
    assert read(serve().says(GZIP)) == GZIP
    assert read(serve().says(b"")) == b""


def test_a_body_in_chunks_is_joined(serve: Serve) -> None:
    parts = chunks(BODY[:1], BODY[1:70_000], BODY[70_000:], b"")
    assert read(serve().sends(CHUNKED + parts)) == BODY


def test_a_body_without_length_ends_with_the_connection(serve: Serve) -> None:
    assert read(serve().sends(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)) == BODY


def test_well_packed_text_is_no_bomb(serve: Serve) -> None:
    body = b" " * 9 * MEGABYTES  # packs a thousandfold, but stays below ten megabytes
    assert read(serve().says(gzip.compress(body), content_encoding="gzip")) == body


# Broken bodies

LENGTH = str(len(BODY))
BROKEN = {
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY[:-1]),
    "no chunk": CHUNKED + BODY,
    "no last chunk": CHUNKED + chunks(BODY),
    "half a chunk": CHUNKED + chunks(BODY)[:-100],
    "a negative chunk": CHUNKED + b"-5\r\nabcde\r\n0\r\n\r\n",
}
PACKED = {
    "cut": GZIP[:-20],
    "cut in the middle": GZIP[: len(GZIP) // 2],
    "without its sum": GZIP[:-8],
    "with a wrong sum": GZIP[:-8] + b"\0" * 8,
    "damaged": GZIP[:500] + b"\xff\x00" * 20 + GZIP[540:],
    "not gzip": BODY,
    "followed by rubbish": GZIP + b"rubbish",
    "empty": b"",
    "second member cut": GZIP + GZIP[:-20],
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_transfer_is_noticed(serve: Serve, case: str) -> None:
    with pytest.raises(BodyBroken):
        read(serve().sends(BROKEN[case]))


@pytest.mark.parametrize("case", PACKED)
def test_a_broken_gzip_of_the_right_length_is_noticed(serve: Serve, case: str) -> None:
    with pytest.raises(BodyBroken, match="compressed body"):
        read(serve().says(PACKED[case], content_encoding="gzip"))


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "whatever"])
def test_an_encoding_not_asked_for_is_refused(serve: Serve, encoding: str) -> None:
    with pytest.raises(BodyBroken, match="not asked for"):
        read(serve().says(GZIP, content_encoding=encoding))


@pytest.mark.parametrize("length", ["\xb2", "9" * 5_000, "5, 6", "-5", "five"])
def test_a_length_that_is_none_ends_no_process(
    serve: Serve, session_at: SessionAt, length: str
) -> None:
    session = session_at(serve().says(b"hello", content_length=length))
    try:
        assert session.get(session.source.fetch.url, accept).body == b"hello"
    except SourceUnavailable:
        assert len(session.log) == 5


@pytest.mark.parametrize(
    "broken",
    [
        BROKEN["short"],
        BROKEN["no last chunk"],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
        % (len(GZIP) - 20, GZIP[:-20]),
    ],
    ids=["short", "chunked", "gzip"],
)
def test_a_broken_body_is_asked_for_again(
    serve: Serve, session_at: SessionAt, broken: bytes
) -> None:
    session = session_at(serve().sends(broken).says(GZIP, content_encoding="gzip"))
    assert session.get(session.source.fetch.url, accept).body == BODY
    assert "no whole answer" in session.log[0]["failure"]


def test_a_body_that_stays_broken_is_given_up(serve: Serve, session_at: SessionAt) -> None:
    server = serve().says(GZIP[:-20], content_encoding="gzip")
    session = session_at(server)
    with pytest.raises(SourceUnavailable, match="cut short: tried 5 times"):
        session.get(server.url, accept)
    assert len(server.requests) == 5


# Slow bodies


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x" * 999),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 999),
        (CHUNKED, chunks(b"x" * 999)),
        (CHUNKED, chunks(*[b"x"] * 999)),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", GZIP),
    ],
    ids=["length", "no length", "one chunk", "small chunks", "gzip"],
)
def test_a_slow_drip_ends_with_the_deadline(serve: Serve, head: bytes, body: bytes) -> None:
    server = serve().drips(head, body, pause=0.02)
    begun = time.monotonic()
    with pytest.raises(BodyBroken, match="deadline"):
        read(server, seconds=0.2)
    assert 0.2 <= time.monotonic() - begun < 10


def test_a_drip_is_beaten_by_the_source_s_deadline(serve: Serve, session_at: SessionAt) -> None:
    server = serve().drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x" * 999, 0.02)
    session = session_at(server, deadline=0.1)
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match="tried 5 times"):
        session.get(server.url, accept)
    assert "within the deadline" in str([entry["failure"] for entry in session.log])
    assert time.monotonic() - begun < 10


def test_a_body_that_stops_coming_ends_with_the_deadline(
    serve: Serve, session_at: SessionAt
) -> None:
    server = serve().drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"xxx", pause=60)
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match="tried 5 times"):
        session_at(server, deadline=0.1).get(server.url, accept)
    assert time.monotonic() - begun < 10


# Large bodies


def test_a_body_of_exactly_the_cap_is_taken(serve: Serve) -> None:
    assert read(serve().says(BODY), max_bytes=len(BODY)) == BODY
    packed = serve().says(GZIP, content_encoding="gzip")
    assert read(packed, max_bytes=len(BODY)) == BODY


def test_a_body_over_the_cap_by_one_is_refused(serve: Serve) -> None:
    with pytest.raises(BodyTooLarge):
        read(serve().says(BODY), max_bytes=len(BODY) - 1)
    packed = serve().says(GZIP, content_encoding="gzip")
    with pytest.raises(BodyTooLarge):
        read(packed, max_bytes=len(BODY) - 1)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12A05F200\r\n",
    ],
    ids=["length", "no length", "one chunk"],
)
def test_an_oversized_body_is_not_read_to_its_end(
    serve: Serve, session_at: SessionAt, head: bytes
) -> None:
    server = serve().sends(endless(head, b"x" * 65_536))
    with pytest.raises(SourceChanged, match="larger than 5,000,000 bytes"):
        session_at(server, max_bytes=5 * MEGABYTES).get(server.url, accept)
    assert len(server.requests) == 1
    assert server.sent < 30 * MEGABYTES  # what was read, and what the sockets' buffers took


CLIENT = """
import sys
from dataclasses import replace
from extractors.loader import load
from extractors.session import Session
from kernel import SourceChanged
from tests.memory import peak

source = load("find_a_tender").at(sys.argv[1])
source = replace(source, fetch=replace(source.fetch, max_bytes=int(sys.argv[2])))
before = peak()
try:
    Session(source).get(source.fetch.url.format(start="", end="2026-08-11T00:00:00"), len)
except SourceChanged as error:
    after = peak()
    print(after - before, error)
"""


@pytest.mark.parametrize(
    ("defect", "cap", "said"),
    [
        ("huge_body", 20 * MEGABYTES, "larger than 20,000,000 bytes"),
        ("gzip_bomb", 20 * MEGABYTES, "swells more than 200 times"),
        ("gzip_bomb", 5 * MEGABYTES, "larger than 5,000,000 bytes"),
    ],
)
def test_memory_stays_small_whatever_is_sent(defect: str, cap: int, said: str) -> None:
    with StandIn(per_day=40, defects=[defect]) as server:
        command = [sys.executable, "-c", CLIENT, server.url, str(cap)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert server.requests_served == 1
    megabytes, _, error = done.stdout.partition(" ")
    assert said in error
    assert int(megabytes) < 60
