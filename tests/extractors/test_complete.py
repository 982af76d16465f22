"""A doubted window is asked for again, then in halves; what stays incomplete is listed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import zstandard

from extractors.complete import MOST_HOLES, Gathering
from extractors.extract import extract
from extractors.loader import load
from extractors.session import Session
from extractors.windows import halves
from kernel import Lake, Manifest, Source, SourceUnavailable, Window
from tenderline.stand_in import StandIn, stand_in
from tests.made import package, release
from tests.servers import Server

Serve = Callable[[], Server]
SourceAt = Callable[..., Source]

WINDOW = Window.parse("20260810T060000Z-20260810T120000Z")
HOUR = timedelta(hours=1)


def page(first: int, count: int, **more: Any) -> bytes:
    return package(*(release(first + n) for n in range(count)), **more)


def narrow(source: Source, narrowest: timedelta | None) -> Source:
    return replace(source, window=replace(source.window, narrowest=narrowest))


def ids(lake: Lake, manifest: Manifest) -> list[str]:
    unpack = zstandard.ZstdDecompressor().decompress
    bodies = [json.loads(unpack(lake.load(manifest, a))) for a in manifest.artifacts]
    return [one["id"] for body in bodies for one in body.get("releases", [])]


def asked(path: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(path).query)
    return query["updatedFrom"][0][11:16], query["updatedTo"][0][11:16]


def test_a_doubt_that_passes_is_no_doubt(serve: Serve, source_at: SourceAt, lake: Lake) -> None:
    server = serve().says(page(1, 3)).says(page(1, 3, links={"next": "?cursor=2"}))
    server.says(page(4, 1))
    manifest = extract(source_at(server, page_size=3), lake, WINDOW, version="v1")
    assert (manifest.notes["doubts"], manifest.notes["narrowed"]) == ([], 0)
    assert set(ids(lake, manifest)) == {f"{n:06}-2026" for n in range(1, 5)}
    assert len(server.requests) == 3


def test_a_doubt_that_stays_halves_the_window(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(page(1, 3)).says(page(1, 3)).says(page(1, 2)).says(page(3, 2))
    source = narrow(source_at(server, page_size=3), HOUR)
    manifest = extract(source, lake, WINDOW, version="v1")
    assert [asked(path) for path in server.paths] == [
        *[("07:00", "13:00")] * 2, ("07:00", "10:00"), ("10:00", "13:00"),
    ]  # fmt: skip
    assert (manifest.notes["doubts"], manifest.notes["narrowed"]) == ([], 1)
    assert [artifact.path[:10] for artifact in manifest.artifacts] == [
        f"page-0000{n}" for n in (1, 2, 3)
    ]  # the page that came twice is kept once
    assert set(ids(lake, manifest)) == {f"{n:06}-2026" for n in range(1, 5)}


def test_what_stays_incomplete_is_listed_with_its_part(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(page(1, 3)).says(page(1, 3)).says(page(1, 1)).says(page(2, 3))
    source = narrow(source_at(server, page_size=3), 3 * HOUR)
    manifest = extract(source, lake, WINDOW, version="v1")
    assert manifest.notes["doubts"] == [
        "20260810T090000Z-20260810T120000Z: page 3: no next link on a full page"
    ]
    assert manifest.notes["narrowed"] == 1


def test_without_a_narrowest_window_a_doubt_is_listed(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(page(1, 3))
    manifest = extract(narrow(source_at(server, page_size=3), None), lake, WINDOW, version="v1")
    assert manifest.notes["doubts"] == ["page 1: no next link on a full page"]
    assert len(server.requests) == 2


def test_a_count_that_the_source_states_is_held_against_its_pages(
    serve: Serve, source_at: SourceAt, lake: Lake
) -> None:
    server = serve().says(page(1, 2, total=3)).says(page(1, 3, total=3))
    manifest = extract(source_at(server, count="total"), lake, WINDOW, version="v1")
    assert manifest.notes["doubts"] == []
    server = serve().says(page(1, 2, total=3))
    source = narrow(source_at(server, count="total"), None)
    manifest = extract(source, lake, WINDOW, version="v2")
    assert manifest.notes["doubts"] == ["page 1: the source states 3 releases, its pages hold 2"]


@pytest.mark.parametrize("end", ["120000", "060700", "060100"])
def test_halves_are_cut_at_whole_minutes_down_to_one(end: str) -> None:
    window = Window.parse(f"20260810T060000Z-20260810T{end}Z")
    parts = [window]
    while any(halves(load("find_a_tender"), part) for part in parts):
        parts = [half for part in parts for half in halves(load("find_a_tender"), part) or (part,)]
    assert {part.end - part.start for part in parts} == {timedelta(minutes=1)}
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)


def test_a_window_in_which_the_clock_turns_back_is_not_cut() -> None:
    source = load("find_a_tender")
    assert halves(source, Window.parse("20261025T000000Z-20261025T020000Z")) is None
    assert halves(source, Window.parse("20261024T180000Z-20261025T000000Z"))


# With the stand-ins


def test_every_notice_arrives_though_next_links_are_missing(
    source_at: SourceAt, lake: Lake
) -> None:
    with StandIn(per_day=900, defects=["missing_next_link"]) as server:
        manifest = extract(source_at(server), lake, WINDOW, version="v1")
    with StandIn(per_day=900) as server:
        whole = extract(source_at(server), lake, WINDOW, version="v2")
    assert manifest.notes["doubts"] == []
    assert manifest.notes["narrowed"] > 0
    assert set(ids(lake, manifest)) == set(ids(lake, whole))


def test_ranges_that_fail_are_asked_for_in_other_pieces(lake: Lake) -> None:
    day = Window.parse("20260810T000000Z-20260811T000000Z")
    with stand_in("austender")(defects=["bad_gateway_502"]) as server:
        manifest = extract(load("austender").at(server.url), lake, day, version="v1")
    with stand_in("austender")() as server:
        whole = extract(load("austender").at(server.url), lake, day, version="v2")
    assert manifest.notes["doubts"] == []
    assert set(ids(lake, manifest)) == set(ids(lake, whole))
    assert 502 in {entry["status"] for entry in manifest.log}


def test_a_type_that_fails_leaves_a_hole_that_is_listed(lake: Lake) -> None:
    month = Window.parse("20260630T230000Z-20260731T230000Z")
    with stand_in("public_contracts_scotland")(defects=["type_2_500"]) as server:
        source = load("public_contracts_scotland").at(server.url)
        manifest = extract(source, lake, month, version="v1")
    [doubt] = manifest.notes["doubts"]
    assert doubt.startswith("2: missing: it answered 500")
    assert manifest.counts.read > 0


def test_where_every_type_fails_nothing_is_committed(lake: Lake) -> None:
    month = Window.parse("20260630T230000Z-20260731T230000Z")
    with stand_in("sell2wales")(defects=["sql_500"]) as server:
        source = load("sell2wales").at(server.url)
        with pytest.raises(SourceUnavailable, match="500"):
            extract(source, lake, month, version="v1")
    assert not list(Path(lake.root).rglob("manifest.json"))


def test_a_source_that_is_down_is_given_up(serve: Serve, lake: Lake) -> None:
    server = serve().says(b"{}", 502)
    day = Window.parse("20260810T000000Z-20260811T000000Z")
    with pytest.raises(SourceUnavailable, match="502"):
        extract(load("austender").at(server.url), lake, day, version="v1")
    assert len(server.requests) <= 5 * (MOST_HOLES + 1)


def test_only_the_chain_in_doubt_is_halved(serve: Serve, source_at: SourceAt) -> None:
    server = serve().says(page(1, 3)).says(page(1, 3)).says(page(1, 1)).says(page(2, 2))
    source = narrow(source_at(server.says(page(5, 1)), page_size=3, each=("a", "b")), 3 * HOUR)
    kept: list[int] = []
    gathering = Gathering(Session(source), WINDOW, lambda one: kept.append(one.number))
    gathering.gather()
    assert kept == [1, 2, 3, 4]
    assert len(server.requests) == 5
    assert gathering.doubts == []
