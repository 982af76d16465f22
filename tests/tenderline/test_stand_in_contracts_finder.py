"""The stand-in of Contracts Finder: its notices, its rules of search, and its defects."""

import base64
import collections
import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenderline.stand_in.contracts_finder import StandIn
from tenderline.stand_in.contracts_finder_damage import EVERY, _twice
from tenderline.stand_in.contracts_finder_notices import PREFIX, history_of, published_on
from tenderline.stand_in.defects import TRANSFER
from tests.asking import fetch, get, walk

SCHEMA = Path(__file__).parents[2].parent / "shared/reference/ocds_1.1.5/release-schema.json"
MONDAY = dt.date(2026, 8, 10)
SEARCH = "/Published/Notices/OCDS/Search"
DAY = f"{SEARCH}?publishedFrom=2026-08-10&publishedTo=2026-08-11"
PER_DAY = 30
MORE = 60  # enough to meet every defect on one day

Release = dict[str, Any]


def notices(
    days: int, per_day: int = PER_DAY, first: dt.date = MONDAY, seed: int = 1
) -> list[Release]:
    found = (published_on(seed, first + dt.timedelta(days=n), per_day) for n in range(days))
    return [json.loads(release.text) for release in itertools.chain.from_iterable(found)]


# What it publishes.


def test_tags_and_sizes_have_the_shares_of_the_source() -> None:
    month = notices(28, 140)
    tags = collections.Counter(release["tag"][0] for release in month)
    assert set(tags) == {"award", "tender", "awardUpdate", "tenderAmendment", "planning"}
    assert tags["award"] / len(month) == pytest.approx(0.70, abs=0.05)
    assert tags["tender"] / len(month) == pytest.approx(0.19, abs=0.05)
    assert 0.7 * 140 < len(month) / 20 < 1.3 * 140  # working days
    scales = collections.Counter(
        party.get("details", {}).get("scale")
        for release in month
        for party in release["parties"]
        if "supplier" in party["roles"]
    )
    assert scales[None] / scales.total() == pytest.approx(0.18, abs=0.03)
    assert scales["large"] > scales["sme"] > scales[None]


def test_every_reference_to_a_party_resolves_and_ids_are_given_once() -> None:
    week = notices(7, 140)
    assert len({(r["ocid"], r["id"]) for r in week}) == len({r["id"] for r in week}) == len(week)
    for release in week:
        known = [party["id"] for party in release["parties"]]
        assert len(set(known)) == len(known)
        named = [s["id"] for a in release.get("awards", ()) for s in a["suppliers"]]
        assert {*named, release["buyer"]["id"]} == set(known)


def test_an_edit_is_a_release_of_its_own_of_the_same_notice() -> None:
    by_notice = collections.defaultdict(list)
    for release in sorted(notices(14, 100), key=lambda release: release["date"]):
        by_notice[release["id"].rpartition("-")[0]].append(release)
    edited = [found for found in by_notice.values() if len(found) > 1]
    assert edited
    for first, second in edited:
        assert first["ocid"] == second["ocid"]
        tag = first["tag"][0]
        assert second["tag"] == [{"award": "awardUpdate", "tender": "tenderAmendment"}[tag]]
        assert int(first["id"].rpartition("-")[2]) < int(second["id"].rpartition("-")[2])
        assert first["date"] < second["date"]
        assert "dateModified" in json.dumps(second)


@pytest.mark.parametrize(("day", "end"), [("2026-01-12", "Z"), ("2026-07-13", "+01:00")])
def test_dates_have_london_offsets(day: str, end: str) -> None:
    found = notices(1, 40, dt.date.fromisoformat(day))
    assert found
    assert all(release["date"].endswith(end) for release in found)


@pytest.mark.parametrize("day", [MONDAY, dt.date(2016, 2, 29), dt.date(2026, 3, 29)])
def test_every_notice_is_valid_ocds(day: dt.date) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )
    found = notices(2, 60, day, seed=3)
    assert found
    assert [error.message for release in found for error in check.iter_errors(release)] == []


# How it answers.


def test_paging_returns_every_notice_of_the_window_once() -> None:
    with StandIn(per_day=PER_DAY) as server:
        pages = list(walk(server, f"{DAY}&limit=10"))
        assert server.requests_served == len(pages) > 2
    assert [r for page in pages for r in page["releases"]] == notices(1)
    assert pages[0]["publishedDate"] == pages[0]["releases"][0]["date"]
    cursor = base64.b64decode(pages[0]["links"]["next"].split("cursor=")[1]).decode()
    window = "publishedFrom=2026-08-10|publishedTo=2026-08-11|limit=10"
    assert cursor.startswith(f"{window}|nextCursor=")
    assert list(pages[-1])[-1] == "releases"


def test_a_search_without_an_end_has_one_page_only() -> None:
    with StandIn(per_day=PER_DAY) as server:
        page = get(server, f"{SEARCH}?publishedFrom=2024-01-01")
        closed = get(server, f"{SEARCH}?publishedFrom=2024-01-01&publishedTo=2024-02-01")
    assert len(page["releases"]) == len(closed["releases"]) == 100
    assert "links" not in page
    assert "links" in closed


def test_a_long_range_returns_its_recent_part_only() -> None:
    with StandIn(per_day=5) as server:
        pages = walk(server, f"{SEARCH}?publishedFrom=2026-06-01&publishedTo=2026-08-01")
        dates = [release["date"][:10] for page in pages for release in page["releases"]]
    assert "2026-07-16" <= min(dates) < "2026-07-20"


def test_windows_are_half_open_london_wall_clock_and_offsets_count() -> None:
    times = [release["date"][:19] for release in notices(1)]
    edge = times[len(times) // 2]
    with StandIn(per_day=PER_DAY) as server:
        early = get(server, f"{SEARCH}?publishedFrom=2026-08-10&publishedTo={edge}")["releases"]
        late = get(server, f"{SEARCH}?publishedFrom={edge}%2B01:00&publishedTo=2026-08-10T23:59:59")
        future = get(
            server, f"{SEARCH}?publishedFrom=2030-06-01T03:00&publishedTo=2030-06-01T03:01"
        )
    assert [r["date"][:19] for r in late["releases"] + early] == times
    assert (future["releases"], "links" in future) == ([], False)


def test_stages_may_be_combined_and_unknown_parameters_are_ignored() -> None:
    with StandIn(per_day=PER_DAY) as server:
        some = get(server, f"{DAY}&stages=tender,planning&size=1&x=y")["releases"]
        none = get(server, f"{DAY}&stages=implementation")["releases"]
    assert {r["tag"][0] for r in some} <= {"tender", "tenderAmendment", "planning"}
    assert some
    assert none == []


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("publishedFrom=yesterday", "publishedFrom", "invalid date"),
        ("publishedTo=2026-02-30", "publishedTo", "invalid date"),
        ("publishedTo=0001-01-01", "publishedTo", "invalid date"),
        ("limit=101", "limit", "limit"),
        ("limit=0", "limit", "limit"),
        ("stages=soon", "stages", "stage"),
        ("cursor=AAAA", "cursor", "cursor"),
        ("cursor=no!", "cursor", "cursor"),
    ],
)
def test_a_wrong_parameter_is_refused(query: str, name: str, reason: str) -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, _ = fetch(server, f"{SEARCH}?{query}")
    said = json.loads(body)
    assert (status, said["code"], said["property"]) == (400, 3200, name)
    assert said["message"].startswith("Incorrect request [")
    assert reason in said["message"]


def test_a_release_and_a_process_can_be_asked_for_by_name() -> None:
    edit = next(r for r in notices(7) if r["tag"][0] in {"awardUpdate", "tenderAmendment"})
    with StandIn(per_day=PER_DAY) as server:
        single = get(server, f"/Published/OCDS/Release/{edit['id']}")
        record = get(server, f"/Published/OCDS/Record/{edit['ocid']}")["records"][0]
        missing = [
            fetch(server, path)[0]
            for path in ("/Published/OCDS/Release/x-1", "/Published/OCDS/Record/x", "/elsewhere")
        ]
    assert single["releases"] == [edit]
    assert record["ocid"] == edit["ocid"]
    assert edit in record["releases"]
    assert len(record["releases"]) == len(history_of(1, edit["ocid"], PER_DAY)) > 1
    assert missing == [404, 404, 404]


def test_the_rate_limit_is_a_403_with_a_page() -> None:
    with StandIn(per_day=PER_DAY, limit=1) as server:
        answers = [fetch(server, DAY) for _ in range(2)]
    assert [status for status, _, _ in answers] == [200, 403]
    assert answers[1][1].startswith(b"<html>")
    assert answers[1][2]["Content-Type"] == "text/plain"
    assert "Retry-After" not in answers[1][2]


def test_the_daily_table_has_a_row_for_each_release() -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, headers = fetch(server, "/Harvester/Notices/Data/CSV/2026/08/10")
        before, page, _ = fetch(server, "/Harvester/Notices/Data/CSV/2001/01/01")
        wrong = fetch(server, "/Harvester/Notices/Data/CSV/2026/13/01")[0]
        yesterday = fetch(server, "/Harvester/Notices/Data/CSV/Daily")[0]
    assert (status, headers["Content-Type"]) == (200, "text/csv")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    expected = notices(1)
    assert [row["releases/0/id"] for row in rows] == [release["id"] for release in expected]
    assert [row["releases/0/tender/title"] for row in rows] == [
        release["tender"]["title"] for release in expected
    ]
    assert rows[0]["publisher/name"] == "Cabinet Office"
    assert (before, page[:6], wrong, yesterday) == (200, b"<html>", 404, 200)


# Defects: one check each, under the name of the defect. Every check gets a running server.


def missing_next_link(server: StandIn) -> None:
    page = get(server, f"{DAY}&limit=10")
    assert (len(page["releases"]), "links" in page) == (10, False)


def duplicate_across_pages(server: StandIn) -> None:
    pages = list(walk(server, f"{DAY}&limit=10"))
    assert pages[0]["releases"][-1] == pages[1]["releases"][0]
    assert {r["id"] for page in pages for r in page["releases"]} == {
        r["id"] for r in notices(1, MORE)
    }


def link_to_empty_page(server: StandIn) -> None:
    pages = list(walk(server, DAY))
    assert [len(page["releases"]) for page in pages] == [len(notices(1, MORE)), 0]


def long_window_truncates(server: StandIn) -> None:
    found = get(server, f"{SEARCH}?publishedFrom=2026-08-10&publishedTo=2026-08-13")["releases"]
    assert {r["date"][:10] for r in found} == {"2026-08-12"}


def forbidden_403(server: StandIn) -> None:
    assert [fetch(server, DAY)[0] for _ in range(2)] == [403, 200]


def limit_429(server: StandIn) -> None:
    server.limit = 0
    assert fetch(server, DAY)[:2] == (
        429,
        b"Rate limit of 0 exceeded. Please retry after 120 seconds.",
    )


def mixed_encoding(server: StandIn) -> None:
    body = fetch(server, DAY)[1]
    assert "\u00e2\u20ac\u201c".encode() in body  # an en dash, twice
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert b"buyer\x92s choice" in body


def null_supplier_name(server: StandIn) -> None:
    found = get(server, DAY)["releases"]
    nameless = [
        (release, supplier)
        for release in found
        for award in release.get("awards", ())
        for supplier in award["suppliers"]
        if supplier["name"] is None
    ]
    assert nameless
    for release, supplier in nameless:
        party = next(p for p in release["parties"] if p["id"] == supplier["id"])
        assert {"id", "roles"} <= party.keys() <= {"id", "roles", "details"}


def shared_supplier_id(server: StandIn) -> None:
    groups = [a["suppliers"] for r in get(server, DAY)["releases"] for a in r.get("awards", ())]
    shared = [group for group in groups if len(group) > 1]
    assert shared
    assert all(len({supplier["id"] for supplier in group}) == 1 for group in shared)
    assert any(len({supplier["name"] for supplier in group}) > 1 for group in shared)


def empty_ocid(server: StandIn) -> None:
    ocids = [release["ocid"] for release in get(server, DAY)["releases"]]
    assert 0 < ocids.count(PREFIX) < len(ocids)


def broken_documents(server: StandIn) -> None:
    documents = [d for r in get(server, DAY)["releases"] for d in r["tender"]["documents"]]
    assert {"", "Link"} <= {d.get("documentType") for d in documents}
    assert "http://Contract Finder" in {d["url"] for d in documents}


def broken_csv_row(server: StandIn) -> None:
    body = fetch(server, "/Harvester/Notices/Data/CSV/2026/08/10")[1]
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    good = [row["releases/0/ocid"].startswith(PREFIX) for row in rows]
    assert good.count(True) > good.count(False) > 0


CHECKS: dict[str, Callable[[StandIn], None]] = {
    name: globals()[name] for name in StandIn.DEFECTS if name not in TRANSFER
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_defect_shows_on_the_wire(name: str) -> None:
    with StandIn(per_day=MORE, defects=[name]) as server:
        CHECKS[name](server)


def test_a_release_is_damaged_alike_in_every_answer() -> None:
    with StandIn(per_day=PER_DAY, defects=["null_supplier_name", "broken_documents"]) as server:
        whole = get(server, DAY)["releases"]
        parts = [r for page in walk(server, f"{DAY}&limit=7") for r in page["releases"]]
    assert whole == parts
    assert EVERY > 1


def test_text_encoded_twice_can_be_read_back() -> None:
    text = "\u201cOak\u201d \u2013 caf\u00e9 \u20ac5 \u0152uvre"
    assert _twice(text) != text
    raw = bytes(ord(c) if ord(c) < 256 else c.encode("cp1252")[0] for c in _twice(text))
    assert raw.decode() == text
