"""The stand-ins of the Scottish and the Welsh site, which run on one platform."""

import collections
import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenderline.stand_in import day_of_notices
from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.proactis import DEFECTS, Platform
from tenderline.stand_in.public_contracts_scotland import StandIn as Scotland
from tenderline.stand_in.sell2wales import StandIn as Wales
from tests.asking import fetch, get

SCHEMA = Path(__file__).parents[2].parent / "shared/reference/ocds_1.1.5/release-schema.json"
TENDERS = "/v1/Notices?dateFrom=06-2026&noticeType=2&outputType=0"
AWARDS = "/v1/Notices?dateFrom=06-2026&noticeType=3&outputType=0"
SITES = pytest.mark.parametrize("site", [Scotland, Wales])
PER_DAY = 6

Release = dict[str, Any]


def month(server: Platform, month: str, kinds: tuple[int, ...]) -> list[Release]:
    pages = (get(server, f"/v1/Notices?dateFrom={month}&noticeType={kind}") for kind in kinds)
    return [release for page in pages for release in page.get("releases", ())]


def kinds_of(site: type[Platform]) -> tuple[int, ...]:
    return tuple(number for number, word in site.SITE.kinds if word)


# What is published.


@SITES
def test_a_month_has_all_notices_of_one_type_and_no_pages(site: type[Platform]) -> None:
    with site() as server:
        page = get(server, TENDERS)
        again = get(server, TENDERS)
    assert page == again
    assert list(page)[-1] == "releases"
    assert len(page["releases"]) > 30
    assert {tuple(release["tag"]) for release in page["releases"]} == {("tender",)}
    assert {release["date"][10:] for release in page["releases"]} == {"T00:00:00Z"}
    months = collections.Counter(release["date"][:7] for release in page["releases"])
    assert set(months) <= {"2026-05", "2026-06"}  # some were sent off days before
    assert months["2026-06"] > 0.9 * months.total()


@SITES
def test_an_empty_month_has_no_releases_key(site: type[Platform]) -> None:
    with site(per_day=PER_DAY) as server:
        before = get(server, "/v1/Notices?dateFrom=12-2018&noticeType=2")
        unused = get(server, "/v1/Notices?dateFrom=06-2026&noticeType=12")
    assert "releases" not in before
    assert "releases" not in unused
    assert before["version"] == "1.1"


def test_answers_begin_with_a_byte_order_mark() -> None:
    with Wales(per_day=PER_DAY) as server:
        assert fetch(server, TENDERS)[1].startswith(b"\xef\xbb\xbf{")


@SITES
def test_every_reference_to_a_party_resolves_and_counts_up(site: type[Platform]) -> None:
    with site() as server:
        releases = get(server, AWARDS)["releases"]
    seen: dict[str, str] = {}
    for release in releases:
        known = {party["id"]: party["name"] for party in release["parties"]}
        assert len(known) == len(release["parties"])
        named = [s["id"] for award in release["awards"] for s in award["suppliers"]]
        assert {*named, release["buyer"]["id"]} <= known.keys()
        for key, name in known.items():
            assert seen.setdefault(key, name) == name
    assert list(seen) == [f"org-{n}" for n in range(1, len(seen) + 1)]


@SITES
def test_party_ids_differ_from_answer_to_answer(site: type[Platform]) -> None:
    with site(per_day=PER_DAY) as server:
        listed = get(server, AWARDS)["releases"][-1]
        alone = get(server, f"/v1/Notice?id={listed['ocid']}&locale=2057")["releases"]
    same = next(release for release in alone if release["tag"] == listed["tag"])
    assert same["tender"] == listed["tender"]
    assert [p["name"] for p in same["parties"]] == [p["name"] for p in listed["parties"]]
    assert [p["id"] for p in same["parties"]] != [p["id"] for p in listed["parties"]]


def test_scottish_releases_have_no_id_in_2019_and_counted_ones_later() -> None:
    with Scotland(per_day=PER_DAY) as server:
        early = get(server, "/v1/Notices?dateFrom=11-2019&noticeType=2")["releases"]
        late = get(server, TENDERS)["releases"]
    assert early
    assert not [release for release in early if "id" in release]
    for place, release in enumerate(late, start=1):
        assert re.fullmatch(rf"rls-{place}-JUN\d{{6}}", release["id"])
        assert release["id"].endswith(release["tender"]["documents"][0]["id"])
        assert re.fullmatch(r"ocds-r6ebe6-\d{10}", release["ocid"])


def test_welsh_ids_and_links_are_those_of_the_site() -> None:
    with Wales(per_day=PER_DAY) as server:
        releases = month(server, "06-2026", kinds_of(Wales))
    for release in releases:
        ocid = release["ocid"]
        number = release["id"].removeprefix(f"{ocid}-release-")
        assert number.isdigit()
        assert release["tender"]["id"].startswith(f"{ocid}-tender-{number}")
        wrong = f"https://api.sell2wales.gov.wales/v1?lang=cy/Notice?id={ocid}"
        assert release["links"] == [{"rel": "canonical", "href": wrong}]
    assert any(not r["id"].endswith(r["ocid"].rpartition("-")[2]) for r in releases)
    assert len({release["id"] for release in releases}) == len(releases)


def test_welsh_notices_include_the_vendors_tests() -> None:
    with Wales() as server:
        releases = month(server, "06-2026", kinds_of(Wales))
    tests = [r for r in releases if r["buyer"]["name"] == "Proactis Tenders Limited"]
    assert 0 < len(tests) < 0.15 * len(releases)
    assert all(release["tender"]["title"].startswith("Test ") for release in tests)


@SITES
def test_a_process_continues_under_its_ocid(site: type[Platform]) -> None:
    with site(per_day=PER_DAY) as server:
        moved = get(server, "/v1/Notices?dateFrom=06-2026&noticeType=14")["releases"][0]
        family = get(server, f"/v1/Notice?id={moved['ocid']}")["releases"]
    assert moved["tag"] == ["tenderUpdate"]
    assert [r["tag"] for r in family][-2:] == [["tenderUpdate"], ["tender"]]
    assert {r["ocid"] for r in family} == {moved["ocid"]}


def test_forwarded_notices_link_to_a_process_of_the_scottish_site() -> None:
    forwarded = {
        link["href"].rpartition("=")[2]
        for notice in day_of_notices(1, dt.date(2026, 8, 10), 200)
        for link in notice.get("links", [])  # type: ignore[attr-defined]
    }
    assert forwarded
    with Scotland() as server:
        found = [get(server, f"/v1/Notice?id={ocid}")["releases"] for ocid in forwarded]
    assert {release["ocid"] for family in found for release in family} == forwarded


def test_a_notice_after_a_plan_names_it() -> None:
    with Wales() as server:
        found = [
            release
            for number in ("04", "05", "06")
            for release in get(server, TENDERS.replace("06-", f"{number}-"))["releases"]
        ]
    related = [entry for release in found for entry in release.get("relatedProcesses", ())]
    assert related
    assert {(r["scheme"], *r["relationship"]) for r in related} == {("EU-OJ", "planning")}


@SITES
def test_only_some_suppliers_on_european_forms_have_a_size(site: type[Platform]) -> None:
    with site() as server:
        european = get(server, AWARDS)["releases"]
        own = month(server, "06-2026", (103, 104) if site is Scotland else (53,))
    scales = [
        [p.get("details", {}).get("scale") for r in found for p in r["parties"] if is_supplier(p)]
        for found in (european, own)
    ]
    assert {"sme", "large", None} == set(scales[0])
    assert {None} == set(scales[1])


def is_supplier(party: Release) -> bool:
    return "supplier" in party["roles"]


@SITES
def test_every_notice_is_valid_ocds(site: type[Platform]) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )
    with site(seed=3, per_day=PER_DAY) as server:
        found = month(server, "05-2026", kinds_of(site))
    assert found
    assert [error.message for release in found for error in check.iter_errors(release)] == []


# How the platform answers.


def test_without_a_type_the_month_is_ignored() -> None:
    with Scotland(per_day=PER_DAY) as server:
        assert get(server, "/v1/Notices?dateFrom=06-2020")["publishedDate"][:4] != "2020"


def test_the_welsh_site_claims_to_answer_in_welsh() -> None:
    with Wales(per_day=PER_DAY) as server:
        english, welsh = (get(server, f"{TENDERS}&locale={n}")["releases"] for n in (2057, 1106))
    assert {r["language"] for r in english} == {"EN"}
    assert {r["language"] for r in welsh} == {"CY"}
    assert [r["tender"] for r in welsh] == [r["tender"] for r in english]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/Notices?dateFrom=2026-06&noticeType=2", 400),
        ("/v1/Notices?dateFrom=13-2026&noticeType=2", 400),
        ("/v1/Notices?dateFrom=06-2026&noticeType=51", 400),
        ("/v1/Notices?dateFrom=06-2026&noticeType=2&outputType=1", 400),
        ("/v1/Notices?dateFrom=06-2026&noticeType=2&locale=1106", 400),
        ("/v1/Notice?id=ocds-r6ebe6-0000000001", 404),
        ("/v1/Notice?id=x", 404),
        ("/v2/Notices", 404),
    ],
)
def test_a_wrong_request_is_refused(target: str, status: int) -> None:
    with Scotland(per_day=PER_DAY) as server:
        assert fetch(server, target)[0] == status


# Defects: one check each, under the name of the defect. Every check gets a running server.


def sql_500(server: Platform) -> None:
    status, body, _ = fetch(server, AWARDS)
    assert status == 500
    assert b"nvarchar to float" in body


def type_2_500(server: Platform) -> None:
    assert [fetch(server, target)[0] for target in (TENDERS, AWARDS)] == [500, 200]


def forbidden_403(server: Platform) -> None:
    assert [fetch(server, AWARDS)[0] for _ in range(2)] == [403, 200]


def moving_counters(server: Platform) -> None:
    first, second = (get(server, AWARDS)["releases"] for _ in range(2))
    assert [r["tender"] for r in first] == [r["tender"] for r in second]
    ids = [{party["id"] for release in r for party in release["parties"]} for r in (first, second)]
    assert ids[0] != ids[1]
    if server.SITE.counted:
        assert [r["id"] for r in first] != [r["id"] for r in second]


def broken_urls(server: Platform) -> None:
    parties = [
        party for release in get(server, TENDERS)["releases"] for party in release["parties"]
    ]
    urls = [party.get("contactPoint", {}).get("url") for party in parties]
    assert 0 < urls.count("http://") < len(urls)


CHECKS: dict[str, Callable[[Platform], None]] = {
    name: globals()[name] for name in DEFECTS if name not in TRANSFER
}


@SITES
@pytest.mark.parametrize("name", CHECKS)
def test_every_defect_shows_on_the_wire(site: type[Platform], name: str) -> None:
    with site(per_day=PER_DAY, defects=[name]) as server:
        CHECKS[name](server)


def test_a_volume_that_the_numbers_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and 60"):
        Wales(per_day=61)


def test_numbers_are_given_once_even_when_it_is_busy() -> None:
    with Wales(per_day=60) as server:
        releases = month(server, "06-2026", kinds_of(Wales))
    references = [release["tender"]["documents"][0]["id"] for release in releases]
    assert len(set(references)) == len(references) > 1000
    assert {dt.date.fromisoformat(r["date"][:10]).month for r in releases} <= {5, 6}
