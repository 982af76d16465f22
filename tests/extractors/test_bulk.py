"""One large file: streamed, checked to its end, fetched again where it broke off, kept as it came."""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors import session
from extractors.extract import extract
from extractors.loader import load
from kernel import Lake, Manifest, Source, SourceChanged, SourceUnavailable, Window
from tenderline.stand_in import stand_in
from tests.made import release
from tests.servers import Server

Serve = Callable[[], Server]

ROOT = Path(__file__).parents[2]
YEAR = Window.parse("20260101T000000Z-20270101T000000Z")
LINES = [json.dumps(release(n)).encode() for n in range(1, 400)]
BODY = gzip.compress(b"\n".join(LINES) + b"\n")
CUT = len(BODY) // 2


def at(server: Server, **fetch: Any) -> Source:
    source = load("ocp_registry").at(server.url)
    return replace(source, fetch=replace(source.fetch, **fetch))


def fetched(server: Server, lake: Lake, **fetch: Any) -> Manifest:
    return extract(at(server, **fetch), lake, YEAR, version="v1")


def head(status: str, body: int, **more: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    text = [f"HTTP/1.1 {status}", f"Content-Length: {body}", "Connection: close", *lines, "", ""]
    return "\r\n".join(text).encode()


def only(lake: Lake, manifest: Manifest) -> bytes:
    [artifact] = manifest.artifacts
    return lake.load(manifest, artifact)


def test_a_file_is_kept_as_it_came(serve: Serve, lake: Lake) -> None:
    server = serve().says(BODY, content_type="application/gzip")
    manifest = fetched(server, lake)
    assert only(lake, manifest) == BODY
    [artifact] = manifest.artifacts
    assert artifact.path == f"file-00001-{artifact.sha256[:12]}.jsonl.gz"
    assert artifact.sha256 == hashlib.sha256(BODY).hexdigest() == manifest.log[0]["sha256"]
    assert (manifest.counts.read, artifact.rows) == (len(LINES), len(LINES))
    assert server.paths == ["/en/publication/41/download?name=2026.jsonl.gz"]
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_each_publication_is_a_file(serve: Serve, lake: Lake) -> None:
    server = serve().says(BODY)
    source = at(server).choosing("128", "39")
    manifest = extract(source, lake, YEAR, version="v1")
    assert [artifact.path[:10] for artifact in manifest.artifacts] == ["file-00001", "file-00002"]
    assert ["/128/" in server.paths[0], "/39/" in server.paths[1]] == [True, True]


def test_the_file_is_found_where_it_is_redirected_to(serve: Serve, lake: Lake) -> None:
    cdn = serve().says(BODY)
    server = serve().says(b"", 302, location=f"{cdn.url}/downloads/x/7/2026.jsonl.gz")
    manifest = fetched(server, lake)
    assert only(lake, manifest) == BODY
    assert manifest.log[0]["redirects"] == [f"{cdn.url}/downloads/x/7/2026.jsonl.gz"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/x",
        "https://10.0.0.1/x",
        "file:///etc/passwd",
        "http://elsewhere.example/x",
    ],
)
def test_no_redirect_leads_astray(serve: Serve, lake: Lake, location: str) -> None:
    server = serve().says(b"", 302, location=location)
    with pytest.raises(SourceChanged, match="leads away"):
        fetched(server, lake)


def test_an_export_that_is_running_is_waited_for(serve: Serve, lake: Lake) -> None:
    server = serve().says(b"File not found", 404).says(BODY)
    assert only(lake, fetched(server, lake)) == BODY


def test_an_export_that_keeps_running_is_unavailable(serve: Serve, lake: Lake) -> None:
    server = serve().says(b"File not found", 404)
    with pytest.raises(SourceUnavailable, match="File not found"):
        fetched(server, lake)
    assert len(server.requests) == session.TRIES


def test_an_unknown_publication_is_a_change(serve: Serve, lake: Lake) -> None:
    server = serve().says(b"<!DOCTYPE html><h1>Not Found</h1>", 404)
    with pytest.raises(SourceChanged, match="no retry mends"):
        fetched(server, lake)
    assert len(server.requests) == 1


# Broken transfers


@pytest.mark.parametrize(
    "validator", [{"ETag": '"a1"'}, {"Last_Modified": "Mon, 10 Aug 2026 06:00:00 GMT"}]
)
def test_a_transfer_that_broke_off_goes_on(
    serve: Serve, lake: Lake, validator: dict[str, str]
) -> None:
    rest = f"bytes {CUT}-{len(BODY) - 1}/{len(BODY)}"
    server = serve().sends(head("200 OK", len(BODY), **validator) + BODY[:CUT])
    partial = head("206 Partial Content", len(BODY) - CUT, Content_Range=rest, **validator)
    server.sends(partial + BODY[CUT:])
    assert only(lake, fetched(server, lake)) == BODY
    headers = server.requests[1].headers
    assert headers["range"] == f"bytes={CUT}-"
    assert headers["if-range"] in validator.values()


def test_a_file_that_changed_meanwhile_begins_anew(serve: Serve, lake: Lake) -> None:
    other = gzip.compress(b"\n".join(LINES[:50]))
    server = serve().sends(head("200 OK", len(BODY), ETag='"a1"') + BODY[:CUT])
    server.says(other, etag='"b2"')
    assert only(lake, fetched(server, lake)) == other


@pytest.mark.parametrize("validator", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_validator_it_begins_anew(
    serve: Serve, lake: Lake, validator: dict[str, str]
) -> None:
    server = serve().sends(head("200 OK", len(BODY), **validator) + BODY[:CUT]).says(BODY)
    assert only(lake, fetched(server, lake)) == BODY
    assert "range" not in server.requests[1].headers


def test_another_part_than_asked_for_is_not_joined(serve: Serve, lake: Lake) -> None:
    server = serve().sends(head("200 OK", len(BODY), ETag='"a1"') + BODY[:CUT])
    wrong = f"bytes {CUT + 1}-{len(BODY) - 1}/{len(BODY)}"
    server.sends(head("206 Partial Content", 5, Content_Range=wrong, ETag='"a1"') + b"xxxxx")
    assert only(lake, fetched(server.says(BODY), lake)) == BODY


DAMAGED = {
    "cut": BODY[:-20],
    "without its sum": BODY[:-8] + b"\0" * 8,
    "damaged": BODY[:500] + b"\xff\x00" * 20 + BODY[540:],
    "second member cut": BODY + BODY[:-20],
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_file_that_is_not_whole_is_fetched_again(serve: Serve, lake: Lake, case: str) -> None:
    server = serve().says(DAMAGED[case], etag='"a1"').says(BODY, etag='"a2"')
    assert only(lake, fetched(server, lake)) == BODY
    assert "range" not in server.requests[1].headers


def test_a_file_that_stays_damaged_is_unavailable(serve: Serve, lake: Lake) -> None:
    server = serve().says(BODY[:-20])
    with pytest.raises(SourceUnavailable, match="gzip file is not whole"):
        fetched(server, lake)
    assert not list(Path(lake.root).rglob("file-*"))


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b'{"error":1}', b""])
def test_what_is_no_gzip_is_refused(serve: Serve, lake: Lake, body: bytes) -> None:
    with pytest.raises(SourceChanged, match="expected a gzip file"):
        fetched(serve().says(body), lake)


def test_several_members_are_one_file(serve: Serve, lake: Lake) -> None:
    body = BODY + gzip.compress(LINES[0])
    manifest = fetched(serve().says(body), lake)
    assert only(lake, manifest) == body
    assert manifest.counts.read == len(LINES) + 1


# Large files


def test_a_file_over_the_cap_is_not_read_to_its_end(serve: Serve, lake: Lake) -> None:
    def pieces() -> Iterable[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        for _ in range(80_000):
            yield b"x" * 65_536

    server = serve().sends(pieces)
    with pytest.raises(SourceChanged, match="larger than 5,000,000 bytes"):
        fetched(server, lake, max_bytes=5_000_000)
    assert server.sent < 30_000_000
    announced = serve().sends(head("200 OK", 6_000_000))
    with pytest.raises(SourceChanged, match="announced as larger"):
        fetched(announced, lake, max_bytes=5_000_000)


def test_a_file_that_swells_is_refused(serve: Serve, lake: Lake) -> None:
    with pytest.raises(SourceChanged, match="swells more than 200 times"):
        fetched(serve().says(gzip.compress(b" " * 50_000_000)), lake)


CLIENT = """
import sys
from dataclasses import replace
from extractors.extract import extract
from extractors.loader import load
from kernel import Lake, Window
from tests.memory import peak

source = load("ocp_registry").at(sys.argv[1])
window = Window.parse("20260101T000000Z-20270101T000000Z")
before = peak()
manifest = extract(source, Lake(sys.argv[2]), window, version="v1")
after = peak()
print(after - before, manifest.artifacts[0].bytes)
"""


@pytest.mark.heavy
def test_memory_stays_small_however_large_the_file_is(serve: Serve, lake: Lake) -> None:
    line = gzip.compress(json.dumps([str(n) * 9 for n in range(90_000)]).encode() + b"\n")
    count = 120_000_000 // len(line)

    def pieces() -> Iterable[bytes]:
        yield head("200 OK", len(line) * count)
        for _ in range(count):
            yield line

    server = serve().sends(pieces)
    command = [sys.executable, "-c", CLIENT, server.url, lake.root]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    megabytes, size = map(int, done.stdout.split())
    assert size == len(line) * count
    assert megabytes < 40


def test_the_stand_in_s_files_arrive(lake: Lake) -> None:
    with stand_in("ocp_registry")() as server:
        source = load("ocp_registry").at(server.url)
        manifest = extract(source, lake, YEAR, version="v1")
    assert manifest.notes["made_up"]
    assert len(gzip.decompress(only(lake, manifest)).splitlines()) == manifest.counts.read > 0
