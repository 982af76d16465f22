"""One window from a real server into a real lake: every byte kept, nothing half done."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import zstandard

from extractors.extract import extract
from extractors.loader import load
from extractors.paging import Page
from extractors.raw import folder_of
from kernel import (
    ConfigError,
    Lake,
    Manifest,
    PipelineError,
    Source,
    SourceChanged,
    SourceUnavailable,
    Window,
)
from kernel.lake import MANIFEST
from kernel.source import STAND_IN
from tenderline.stand_in import StandIn, day_of_notices
from tests.made import package, release
from tests.servers import Server

Serve = Callable[[], Server]
SourceAt = Callable[..., Source]

WINDOW = Window.parse("20260810T060000Z-20260810T120000Z")
FIRST = package(release(1), release(2), links={"next": "?cursor=2"})
SECOND = package(release(3))


def bodies(lake: Lake, manifest: Manifest) -> list[bytes]:
    """The pages as they were served."""
    unpack = zstandard.ZstdDecompressor().decompress
    return [unpack(lake.load(manifest, artifact)) for artifact in sorted(manifest.artifacts)]


def files(lake: Lake, pattern: str = "*") -> list[Path]:
    return sorted(path for path in Path(lake.root).rglob(pattern) if path.is_file())


def refused_bodies(lake: Lake) -> list[bytes]:
    unpack = zstandard.ZstdDecompressor().decompress
    return [unpack(path.read_bytes()) for path in files(lake, "refused-*.zst")]


def fails(source: Source, lake: Lake, kind: type[PipelineError]) -> PipelineError:
    """A window that cannot be had leaves no manifest."""
    with pytest.raises(kind) as caught:
        extract(source, lake, WINDOW, version="v1")
    assert (caught.value.source, caught.value.window) == (source.id, WINDOW.name)
    assert not files(lake, MANIFEST)
    return caught.value


# What is kept


def test_pages_are_kept_byte_for_byte(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    odd = b'\xef\xbb\xbf {"releases":[ {"ocid":"x", "n":1e9999, "t":"\\ud800 \xff"} ]}\r\n\r\n'
    server = serve().says(FIRST).says(odd)
    manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert bodies(lake, manifest) == [FIRST, odd]
    assert manifest.folder == f"raw/find_a_tender/{WINDOW.name}/v1"
    assert (manifest.counts.read, manifest.counts.written) == (3, 3)
    assert manifest.notes["pages"] == 2
    assert not manifest.notes["made_up"]


def test_the_window_is_asked_for_on_the_source_s_clock(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(SECOND)
    extract(source_at(server), lake, WINDOW, version="v1")
    [path] = server.paths
    assert path.endswith("updatedFrom=2026-08-10T07:00:00&updatedTo=2026-08-10T13:00:00")


def test_the_manifest_tells_every_request(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    server = serve().says(FIRST, set_cookie="SRSI_FT_AUTH=secret").says(b"busy", 503).says(SECOND)
    manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert [entry["status"] for entry in manifest.log] == [200, 503, 200]
    assert [entry["attempt"] for entry in manifest.log] == [1, 1, 2]
    assert [entry["url"].partition("?")[2][:8] for entry in manifest.log][1:] == ["cursor=2"] * 2
    assert b"secret" not in (Path(lake.root) / manifest.folder / MANIFEST).read_bytes()


def test_notices_are_marked_as_made_up(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    head = f"HTTP/1.1 200 OK\r\n{STAND_IN}: yes\r\nContent-Length: {len(SECOND)}\r\n\r\n"
    server = serve().sends(head.encode() + SECOND)
    assert extract(source_at(server), lake, WINDOW, version="v1").notes["made_up"]


def test_doubts_are_kept_with_their_page(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    server = serve().says(FIRST).says(SECOND)
    source = source_at(server, page_size=1)
    source = replace(source, window=replace(source.window, narrowest=None))
    manifest = extract(source, lake, WINDOW, version="v1")
    assert manifest.notes["doubts"] == ["page 2: no next link on a full page"]
    assert bodies(lake, manifest) == [FIRST, SECOND]  # asked for again, but kept once


def test_a_page_that_is_no_json_yet_counts_its_ocids(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    body = b'{"releases":[{"n": 000, "ocid": "a"},{"ocid" :"b"}]}'
    manifest = extract(source_at(serve().says(body)), lake, WINDOW, version="v1")
    assert manifest.counts.read == 2
    assert manifest.notes["doubts"] == []  # two are not a full page


def test_pages_are_told_as_they_come(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    told: list[Page] = []
    server = serve().says(FIRST).says(SECOND)
    extract(source_at(server), lake, WINDOW, version="v1", progress=told.append)
    assert [(page.number, page.answer.body) for page in told] == [(1, FIRST), (2, SECOND)]


def test_every_notice_of_the_stand_in_arrives(source_at: SourceAt, lake: Lake) -> None:
    with StandIn(per_day=400) as server:
        manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert manifest.notes["pages"] > 2
    assert manifest.notes["made_up"]
    served = [r["id"] for body in bodies(lake, manifest) for r in json.loads(body)["releases"]]
    notices = day_of_notices(1, date(2026, 8, 10), 400)
    assert len(served) == manifest.counts.read
    assert set(served) == {n["id"] for n in notices if "07" <= n["date"][11:13] < "13"}


# Done once


def test_what_was_fetched_is_not_fetched_again(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(SECOND).says(FIRST)
    first = extract(source_at(server), lake, WINDOW, version="v1")
    again = extract(source_at(server), lake, WINDOW, version="v1")
    assert again == first
    assert len(server.requests) == 1


def test_another_version_looks_again(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    server = serve().says(SECOND).says(package(release(3), release(4)))
    first = extract(source_at(server), lake, WINDOW, version="v1")
    other = extract(source_at(server), lake, WINDOW, version="v2")
    assert (first.counts.read, other.counts.read) == (1, 2)
    assert lake.manifest(first.folder) == first
    assert len(server.requests) == 2


def test_equal_answers_have_an_equal_id(serve: Serve, source_at: SourceAt, tmp_path: Path) -> None:
    server = serve().says(SECOND)
    lakes = [Lake(tmp_path / name) for name in ("one", "two")]
    ids = {extract(source_at(server), lake, WINDOW, version="v1").id for lake in lakes}
    assert len(ids) == 1


def test_an_extraction_that_failed_is_completed_by_the_next(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(FIRST).says(b"Unauthorized", 401).says(FIRST).says(SECOND)
    fails(source_at(server), lake, SourceChanged)
    assert len(files(lake, "page-*")) == 1
    manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert bodies(lake, manifest) == [FIRST, SECOND]
    assert len(files(lake, "page-*")) == 2


def test_another_answer_after_a_failure_leaves_no_trace_in_the_manifest(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(FIRST).says(b"", 404).says(SECOND)
    fails(source_at(server), lake, SourceChanged)
    manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert bodies(lake, manifest) == [SECOND]


# Refused


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html><p>Sorry</p></html>", b'{"error":"Internal error"}']
)
def test_what_is_no_package_is_kept_as_refused(
    serve: Serve, source_at: SourceAt, lake: Lake, body: bytes
) -> None:
    server = serve().says(body)
    fails(source_at(server), lake, SourceChanged)
    assert refused_bodies(lake) == [body]
    assert len(server.requests) == 5


def test_json_that_stays_cut_is_unavailable(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    server = serve().says(FIRST[:-20])
    error = fails(source_at(server), lake, SourceUnavailable)
    assert "cut short" in error.message
    assert refused_bodies(lake) == [FIRST[:-20]]


def test_a_refused_body_does_not_stay_in_the_way(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(b"<html>").says(SECOND)
    manifest = extract(source_at(server), lake, WINDOW, version="v1")
    assert bodies(lake, manifest) == [SECOND]
    assert refused_bodies(lake) == [b"<html>"]


def test_a_window_the_clock_turns_around_asks_nothing(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(SECOND)
    window = Window.parse("20261025T000000Z-20261025T010000Z")
    with pytest.raises(ConfigError, match="choose a longer one"):
        extract(source_at(server), lake, window, version="v1")
    assert not server.requests
    assert not files(lake)


# Two at once


def test_of_two_attempts_the_first_to_finish_wins_for_both(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    """Both hold their pages before either commits, and the pages differ."""
    answers = [
        [FIRST, SECOND],
        [package(release(9), links={"next": "?cursor=2"}), package(release(8))],
    ]
    meeting = threading.Barrier(2, timeout=10)
    results: list[Manifest] = []

    def attempt(server: Server) -> None:
        def meet(page: Page) -> None:
            meeting.wait()

        done = extract(source_at(server), lake, WINDOW, version="v1", progress=meet)
        results.append(done)

    servers = [serve() for _ in answers]
    for server, pages in zip(servers, answers, strict=True):
        for body in pages:
            server.says(body)
    threads = [threading.Thread(target=attempt, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(server.requests) for server in servers] == [2, 2]
    assert results[0] == results[1] == lake.manifest(folder_of(source_at(servers[0]), WINDOW, "v1"))
    assert bodies(lake, results[0]) in answers
    assert len(files(lake, MANIFEST)) == 1
    assert len(files(lake, "page-*")) == 4


# Other ways


def test_an_empty_window_is_a_page_of_no_releases(serve: Serve, lake: Lake) -> None:
    body = b'{"errorCode":100,"message":"No Records found for Date Range [\'a\'-\'b\']"}'
    server = serve().says(body, 400, content_type="application/json")
    manifest = extract(load("austender").at(server.url), lake, WINDOW, version="v1")
    assert bodies(lake, manifest) == [body]
    assert (manifest.counts.read, manifest.notes["doubts"]) == (0, [])
    [path] = server.paths
    assert path.endswith("/contractLastModified/2026-08-10T06:00:00Z/2026-08-10T12:00:00Z")


def test_each_choice_is_a_chain_of_its_own(serve: Serve, lake: Lake) -> None:
    bom = b"\xef\xbb\xbf"
    server = serve().says(bom + FIRST.replace(b'"next"', b'"prev"')).says(bom + b'{"uri":"x"}')
    source = load("public_contracts_scotland").at(server.url)
    month = Window.parse("20260731T230000Z-20260831T230000Z")
    manifest = extract(source, lake, month, version="v1")
    kinds = [dict(parse_qsl(urlsplit(path).query))["noticeType"] for path in server.paths]
    assert tuple(kinds) == source.fetch.each
    assert {dict(parse_qsl(urlsplit(path).query))["dateFrom"] for path in server.paths} == {
        "08-2026"
    }
    assert (manifest.counts.read, manifest.notes["pages"]) == (2, len(source.fetch.each))
    assert bodies(lake, manifest)[0].startswith(bom)


def test_a_source_that_lapsed_is_only_asked_elsewhere(serve: Serve, lake: Lake) -> None:
    source = load("nsw_etendering")
    with pytest.raises(ConfigError, match="Read an archive or a folder of recorded answers"):
        extract(source, lake, WINDOW, version="v1")
    server = serve().says(SECOND.replace(b'"releases"', b'"links": null, "releases"'))
    manifest = extract(source.at(server.url), lake, WINDOW, version="v1")
    assert [dict(parse_qsl(urlsplit(path).query))["event"] for path in server.paths] == [
        f"public.api.{kind}.search" for kind in ("planning", "tender", "contract")
    ]
    assert manifest.counts.read == 3


def test_a_redirect_to_a_home_page_is_no_empty_window(serve: Serve, lake: Lake) -> None:
    server = serve()
    for _ in range(5):
        server.says(b"", 302, location="/").says(b"<!DOCTYPE html><h1>Home</h1>")
    with pytest.raises(SourceChanged, match="an HTML page"):
        extract(load("nsw_etendering").at(server.url), lake, WINDOW, version="v1")
