"""The stand-in of NSW eTendering: searches, views, and the home page for everything else."""

import collections
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenderline.stand_in import stand_in
from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.nsw_etendering import IDENTIFIERS, StandIn
from tests.asking import fetch, get

KINDS = list(IDENTIFIERS)
DAYS = "publishedFrom=2018-01-22&publishedTo=2018-01-23"  # Monday and Tuesday
HOME = "/?event=public.home"

Release = dict[str, Any]


def search(kind: str, more: str = DAYS) -> str:
    return f"/?event=public.api.{kind}.search&{more}"


def view(kind: str, release: Release) -> str:
    uuid = release["id"].partition("-")[2]
    return f"/?event=public.api.{kind}.view&{IDENTIFIERS[kind]}={uuid}"


def walk(server: StandIn, target: str) -> Iterator[Release]:
    """Follows the links, which are there on every page, at most a hundred times."""
    for _ in range(100):
        page = get(server, target)
        yield page
        if not page["links"]:
            return
        target = page["links"]["next"].removeprefix(server.url)
    pytest.fail("the pages do not end")


def found(server: StandIn, kind: str, more: str = DAYS) -> list[Release]:
    return [r for page in walk(server, search(kind, more)) for r in page["releases"]]


def test_the_stand_in_is_found_by_the_id_of_the_source() -> None:
    assert stand_in("nsw_etendering") is StandIn


@pytest.mark.parametrize("kind", KINDS)
def test_pages_return_every_notice_once(kind: str) -> None:
    with StandIn() as server:
        pages = list(walk(server, search(kind)))
        whole = get(server, search(kind, f"{DAYS}&ResultsPerPage=1000&startRow=0"))
    assert [len(page["releases"]) for page in pages[:-1]] == [15] * (len(pages) - 1)
    releases = [r for page in pages for r in page["releases"]]
    assert releases == whole["releases"]
    assert len({release["id"] for release in releases}) == len(releases) > 10
    assert not whole["links"]


def test_the_last_page_has_null_or_an_array_for_links() -> None:
    with StandIn(per_day=5) as server:
        links = [get(server, search(kind))["links"] for kind in KINDS]
    assert links == [[], None, None]


def test_both_days_are_in_the_search_and_weekends_are_empty() -> None:
    with StandIn() as server:
        both = found(server, "tender")
        first = found(server, "tender", "publishedFrom=2018-01-22&publishedTo=2018-01-22")
        weekend = get(server, search("tender", "publishedFrom=2018-01-20&publishedTo=2018-01-21"))
    assert 0 < len(first) < len(both)
    assert first == both[: len(first)]
    assert (weekend["releases"], weekend["publishedDate"]) == ([], "")


def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = []
    for seed in (1, 1, 2):
        with StandIn(seed) as server:
            bodies.append(fetch(server, search("contract", f"{DAYS}&ResultsPerPage=1000"))[1])
    assert bodies[0] == bodies[1] != bodies[2]


def test_the_envelope_is_that_of_ocds_1_0() -> None:
    with StandIn() as server:
        page = get(server, search("tender"))
    assert page["version"] == "1.0.1"
    assert "uri" not in page
    assert page["extensions"][0] is None


def test_releases_are_those_of_ocds_1_0_with_fields_of_their_own() -> None:
    tags = collections.Counter()
    with StandIn() as server:
        for kind in KINDS:
            for release in found(server, kind):
                tags[tuple(release["tag"])] += 1
                uuid = r"[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{16}"
                assert re.fullmatch(rf"ocds-43qwtd-(PP|RFT|CN)-{uuid}", release["ocid"])
                assert release["ocid"] == f"ocds-43qwtd-{release['id']}"
                assert "parties" not in release
                assert release["buyer"]["contactPoint"]["telephone"].startswith(" ")
        contracts = found(server, "contract")
    assert set(tags) == {("planning",), ("tender",), ("award",)}
    suppliers = [r["awards"][0]["suppliers"][0] for r in contracts]
    assert any(
        re.fullmatch(r"\d\d( \d{3}){3}", s["identifier"]["id"])
        for s in suppliers
        if "identifier" in s
    )
    assert any(s["ABNExempt"] == "yes" for s in suppliers)
    assert any("amendment" in release for release in contracts)
    assert "scale" not in json.dumps(contracts)


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_is_complete(kind: str) -> None:
    with StandIn() as server:
        for short in found(server, kind)[:5]:
            (whole,) = get(server, view(kind, short))["releases"]
            if kind == "tender":
                assert short["tender"].items() < whole["tender"].items()
                assert {"description", "items", "documents"} <= whole["tender"].keys()
            else:
                assert whole == short


@pytest.mark.parametrize(
    "target",
    [
        "/nowhere",
        "/?event=public.api",
        "/?event=public.api.plan.search&publishedFrom=2018-01-22&publishedTo=2018-01-23",
        "/?event=public.api.tender.delete",
        search("tender", "publishedFrom=2018-01-22"),
        search("tender", "publishedFrom=22/01/2018&publishedTo=23/01/2018"),
        search("tender", f"{DAYS}&ResultsPerPage=1001"),
        search("tender", f"{DAYS}&startRow=-1"),
        search("tender", f"{DAYS}&startRow=many"),
        "/?event=public.api.tender.view&RFTUUID=nothing",
        "/?event=public.api.tender.view&RFTUUID=FFFFFFFF-0000-0000-0000000000000000",
    ],
)
def test_a_bad_request_leads_to_the_home_page(target: str) -> None:
    with StandIn() as server:
        status, _, headers = fetch(server, target)
        assert (status, headers["Location"]) == (302, server.url + HOME)
        status, body, headers = fetch(server, HOME)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert body.startswith(b"<!DOCTYPE html>")


def test_too_many_requests_are_refused_with_a_page() -> None:
    with StandIn(limit=1, retry_after=None) as server:
        fetch(server, search("tender"))
        status, body, headers = fetch(server, search("tender"))
    assert status == 429
    assert b"Too many requests" in body
    assert headers["Content-Type"].startswith("text/html")


def home_page(server: StandIn) -> None:
    status, _, headers = fetch(server, search("tender"))
    assert (status, headers["Location"]) == (302, server.url + HOME)


def missing_next_link(server: StandIn) -> None:
    page = get(server, search("tender"))
    assert (len(page["releases"]), page["links"]) == (15, None)


def duplicate_across_pages(server: StandIn) -> None:
    pages = list(walk(server, search("contract")))
    names = [release["id"] for page in pages for release in page["releases"]]
    assert len(pages) > 2
    assert len(names) == len(set(names)) + len(pages) - 1
    with StandIn() as other:
        assert list(dict.fromkeys(names)) == [r["id"] for r in found(other, "contract")]


OWN = [name for name in StandIn.DEFECTS if name not in TRANSFER]
CHECKS: dict[str, Callable[[StandIn], None]] = {name: globals()[name] for name in OWN}


@pytest.mark.parametrize("name", OWN)
def test_every_defect_of_its_own_shows_on_the_wire(name: str) -> None:
    with StandIn(defects=[name]) as server:
        CHECKS[name](server)
