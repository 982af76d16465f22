"""The stand-in of AusTender: its contracts, its routes and pages, and its defects."""

import collections
import datetime as dt
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenderline.stand_in import stand_in
from tenderline.stand_in.austender import PAGE, StandIn, troubled
from tenderline.stand_in.austender_contracts import contracts_on
from tenderline.stand_in.austender_releases import published_on
from tenderline.stand_in.australia import ABN_WEIGHTS, agencies, business_number, companies
from tenderline.stand_in.defects import TRANSFER
from tests.asking import fetch, get, walk

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared/reference/ocds_1.1.5/release-schema.json"
MONDAY = dt.date(2026, 8, 10)
MODIFIED = "/ocds/findByDates/contractLastModified"
DAY = f"{MODIFIED}/2026-08-11T00:00:00Z/2026-08-12T00:00:00Z"
WEEKEND = f"{MODIFIED}/2026-08-08T08:00:00Z/2026-08-09T08:00:00Z"
PER_DAY = 40
FULL = 300  # the usual volume: more than two pages a day

Release = dict[str, Any]


def releases(days: int, per_day: int = FULL, first: dt.date = MONDAY, seed: int = 1) -> list[Any]:
    found = (published_on(seed, first + dt.timedelta(days=n), per_day) for n in range(days))
    return [json.loads(release.text) for release in itertools.chain.from_iterable(found)]


def ids(package: Release) -> list[str]:
    return [release["id"] for release in package["releases"]]


# What it publishes.


def test_the_stand_in_is_found_by_the_id_of_the_source() -> None:
    assert stand_in("austender") is StandIn


def test_another_process_makes_the_same_bytes() -> None:
    command = (
        "import datetime, hashlib; from tenderline.stand_in.austender_releases import published_on;"
        f"day = published_on(7, datetime.date.fromisoformat('{MONDAY}'), {PER_DAY});"
        "print(hashlib.sha256(''.join(r.text for r in day).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "4321"}
    answer = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, check=True, text=True
    )
    text = "".join(release.text for release in published_on(7, MONDAY, PER_DAY))
    assert answer.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()
    assert text != "".join(release.text for release in published_on(8, MONDAY, PER_DAY))


def test_identifiers_have_the_form_of_the_source_and_are_given_once() -> None:
    month = releases(30)
    assert len({release["id"] for release in month}) == len(month) > 5000
    for release in month:
        assert re.fullmatch(r"prod-[0-9a-f]{32}", release["ocid"])
        assert re.fullmatch(rf"{release['ocid']}-[0-9a-f]{{32}}", release["id"])
        assert re.fullmatch(r"CN\d{7}(-A\d)?", release["contracts"][0]["id"])
    parents = [r["contracts"][0]["id"] for r in month if r["tag"] == ["contract"]]
    assert len(set(parents)) == len(parents)


def test_one_release_in_seven_is_an_amendment() -> None:
    tags = collections.Counter(tuple(release["tag"]) for release in releases(28))
    assert set(tags) == {("contract",), ("contractAmendment",)}
    assert tags["contractAmendment",] / tags.total() == pytest.approx(0.14, abs=0.03)


def test_amendments_continue_their_contract_under_its_ocid() -> None:
    known = {release["id"]: release for release in releases(40)}
    amendments = [r for r in known.values() if r["contracts"][0].get("amendments")]
    assert {tuple(release["tag"]) for release in amendments} == {("contractAmendment",)}
    chained = 0
    for release in amendments:
        (said,) = release["contracts"][0]["amendments"]
        assert set(said) == {"id", "releaseID", "amendsReleaseID"}
        assert (said["id"], said["releaseID"]) == (release["contracts"][0]["id"], release["id"])
        if before := known.get(said["amendsReleaseID"]):
            chained += 1
            assert before["ocid"] == release["ocid"]
            assert before["date"] < release["date"]
            assert before["parties"] == release["parties"]
            assert before["tender"] == release["tender"]
    assert chained > 100


def test_amendments_told_more_before_may_2021() -> None:
    old = releases(5, first=dt.date(2019, 6, 3))
    (said,) = next(r for r in old if r["tag"] == ["contractAmendment"])["contracts"][0][
        "amendments"
    ]
    assert said.keys() > {"date", "rationale", "originalValue", "amendedValue"}
    assert isinstance(said["amendedValue"], str)


def test_a_release_has_the_oddities_of_the_source() -> None:
    found = releases(5)
    for release in found:
        supplier, agency = release["parties"]
        assert (supplier["roles"], agency["roles"]) == (["supplier"], ["procuringEntity"])
        assert "buyer" not in release
        assert "scale" not in json.dumps(release)
        assert release["language"] == "EN"
        (contract,) = release["contracts"]
        assert re.fullmatch(r"\d+\.\d\d", contract["value"]["amount"])
        assert contract["value"]["currency"] == "AUD"
        assert re.search(r"T1[34]:00:00Z", contract["period"]["startDate"])
        assert release["awards"][0]["suppliers"] == [
            {"id": supplier["id"], "name": supplier["name"]}
        ]
    numbered = ["additionalIdentifiers" in p for release in found for p in release["parties"]]
    assert sum(numbered) / len(numbered) == pytest.approx(0.91, abs=0.06)
    assert any("division" in release["parties"][0]["contactPoint"] for release in found)
    assert {release["tender"]["procurementMethod"] for release in found} == {
        *("open", "limited", "selective")
    }


def test_business_numbers_add_up() -> None:
    everyone = [*agencies(1), *companies(1)]
    numbers = [number for who in everyone for _, number in who.identifiers]
    plain = [number for number in numbers if number.isdigit()]
    assert 0 < len(numbers) - len(plain) < len(numbers) / 8
    for number in [*plain, business_number(0), business_number(999_999_999)]:
        digits = [int(digit) for digit in number]
        digits[0] -= 1
        assert len(digits) == 11
        assert sum(w * d for w, d in zip(ABN_WEIGHTS, digits, strict=True)) % 89 == 0


def test_nothing_is_published_on_days_off() -> None:
    for day in (dt.date(2026, 8, 8), dt.date(2026, 8, 9), dt.date(2025, 12, 25)):
        assert published_on(1, day, FULL) == ()
    assert 200 < len(published_on(1, MONDAY, FULL)) < 400
    assert published_on(1, dt.date(2012, 12, 31), FULL) == ()


@pytest.mark.parametrize("day", [MONDAY, dt.date(2014, 4, 7), dt.date(2024, 10, 7)])
def test_the_only_errors_of_structure_are_sums_as_text(day: dt.date) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()
    )
    found = releases(2, 60, day, seed=3)
    errors = [error for release in found for error in check.iter_errors(release)]
    places = [re.sub(r"\d+", "0", "/".join(map(str, error.path))) for error in errors]
    assert places == ["contracts/0/value/amount"] * len(found)
    assert found


# How it answers.


def test_pages_of_a_hundred_return_every_release_of_the_window_once() -> None:
    with StandIn() as server:
        pages = list(walk(server, DAY))
    assert [len(page["releases"]) for page in pages[:-1]] == [PAGE] * (len(pages) - 1)
    assert len(pages) > 2
    assert "?cursor=" in pages[0]["links"]["next"]
    assert list(pages[0]) == [
        *("uri", "publishedDate", "publisher", "license", "version", "extensions"),
        *("releases", "links"),
    ]
    around = [r for r in releases(5) if r["date"].startswith("2026-08-11")]
    assert [r for page in pages for r in page["releases"]] == around


def test_windows_are_half_open_in_utc() -> None:
    with StandIn(per_day=PER_DAY) as server:
        whole = get(server, DAY)["releases"]
        edge = whole[len(whole) // 2]["date"]
        early = get(server, f"{MODIFIED}/2026-08-11T00:00:00Z/{edge}")["releases"]
        late = get(server, f"{MODIFIED}/{edge}/2026-08-12T00:00:00Z")["releases"]
    assert early + late == whole
    assert late[0]["date"] == edge
    assert early


@pytest.mark.parametrize("path", [WEEKEND, DAY.replace("2026", "2012")])
def test_an_empty_window_is_a_bad_request(path: str) -> None:
    with StandIn() as server:
        status, body, _ = fetch(server, path)
    told = json.loads(body)
    assert (status, told["errorCode"]) == (400, 100)
    start, end = path.split("/")[-2:]
    assert told["message"] == f"No Records found for Date Range ['{start}'-'{end}']"


def test_published_leaves_amendments_out_but_for_those_of_the_same_utc_day() -> None:
    path = f"/ocds/findByDates/contractPublished/{MONDAY}T00:00:00Z/2026-08-22T00:00:00Z"
    with StandIn(per_day=FULL) as server:
        found = [r for page in walk(server, path) for r in page["releases"]]
    signed = {r["id"]: (r["date"][:10], r["contracts"][0]["dateSigned"][:10]) for r in found}
    tags = collections.Counter(release["tag"][0] for release in found)
    assert 0 < tags["contractAmendment"] < 0.05 * tags["contract"]
    assert all(day == of_contract for day, of_contract in signed.values())


@pytest.mark.parametrize(("field", "place"), [("Start", "startDate"), ("End", "endDate")])
def test_contracts_are_found_by_their_period(field: str, place: str) -> None:
    path = f"/ocds/findByDates/contract{field}/2026-08-11T00:00:00Z/2026-08-13T00:00:00Z"
    with StandIn(per_day=5) as server:
        found = get(server, path)["releases"]
    parents = [r["contracts"][0] for r in found if r["tag"] == ["contract"]]
    assert parents
    days = {contract["period"][place][:10] for contract in parents}
    assert days <= {"2026-08-11", "2026-08-12"}


def test_a_notice_can_be_asked_for_by_its_number() -> None:
    amended = next(c for c in contracts_on(1, MONDAY, PER_DAY) if c.changes)
    with StandIn(per_day=PER_DAY) as server:
        found = get(server, f"/ocds/findById/{amended.id}")
        assert get(server, f"/ocds/findById/{amended.id}-A1")["releases"] == found["releases"]
        for unknown in ("CN9999999", f"{amended.id}-A9", "CN", "x"):
            status, body, _ = fetch(server, f"/ocds/findById/{unknown}")
            assert status == 400
            assert json.loads(body)["errorCode"] == 100
    assert [r["ocid"] for r in found["releases"]] == [amended.ocid] * len(amended.days)


@pytest.mark.parametrize(
    "path", ["/", "/ocds", "/ocds/findByDates/tenderPublished/a/b", "/ocds/findByDates/x", "/x?y"]
)
def test_a_wrong_route_speaks_of_a_token(path: str) -> None:
    with StandIn() as server:
        status, body, _ = fetch(server, path)
    assert (status, body) == (403, b'{"message":"Missing Authentication Token"}')


@pytest.mark.parametrize(
    "path",
    [
        f"{MODIFIED}/2026-08-10/2026-08-11",
        f"{MODIFIED}/2026-08-10T00:00:00Z/2026-02-30T00:00:00Z",
        f"{DAY}?cursor=nonsense",
        f"{DAY}?cursor=AAAA",
        f"{DAY}?page=2",
    ],
)
def test_a_wrong_parameter_is_refused(path: str) -> None:
    with StandIn() as server:
        status, body, _ = fetch(server, path)
    assert status == 400
    assert json.loads(body)["errorCode"] != 100  # or it would look like an empty window


def test_a_volume_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="per_day"):
        StandIn(per_day=1_001)


# How it fails.


def bad_gateway_502(server: StandIn) -> None:
    day = dt.datetime(2026, 8, 11, tzinfo=dt.UTC)
    hours = [day + dt.timedelta(hours=n) for n in range(25)]
    told = 0
    for start, end in itertools.pairwise(hours):
        path = f"{MODIFIED}/{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"
        status, body, _ = fetch(server, path)
        assert (status == 502) == troubled(1, "contractLastModified", start, end)
        if status == 502:
            told += 1
            assert body == b'{"message":"Internal server error"}'
            assert (
                fetch(server, path)[0] == 502
            )  # asking again does not help; less than an hour does
            less = end - dt.timedelta(seconds=1)
            assert fetch(server, f"{path.rpartition('/')[0]}/{less:%Y-%m-%dT%H:%M:%SZ}")[0] != 502
    assert 3 < told < 21


def empty_404(server: StandIn) -> None:
    status, body, _ = fetch(server, WEEKEND)
    assert (status, json.loads(body)["errorCode"]) == (404, 100)


def missing_next_link(server: StandIn) -> None:
    page = get(server, DAY)
    assert len(page["releases"]) == PAGE
    assert "links" not in page


def duplicate_across_pages(server: StandIn) -> None:
    pages = list(walk(server, DAY))
    for before, after in itertools.pairwise(pages):
        assert before["releases"][-1] == after["releases"][0]
    found = list(itertools.chain.from_iterable(map(ids, pages)))
    assert len(found) == len(set(found)) + len(pages) - 1


def repeated_cursor(server: StandIn) -> None:
    second = get(server, get(server, DAY)["links"]["next"].removeprefix(server.url))
    third = get(server, second["links"]["next"].removeprefix(server.url))
    assert second == third


def foreign_next_link(server: StandIn) -> None:
    assert get(server, DAY)["links"]["next"].startswith("http://elsewhere.example.org/ocds/")


def empty_page(server: StandIn) -> None:
    page = get(server, DAY)
    assert (page["releases"], "links" in page) == ([], False)


OWN = [name for name in StandIn.DEFECTS if name not in TRANSFER]
CHECKS: dict[str, Callable[[StandIn], None]] = {name: globals()[name] for name in OWN}


@pytest.mark.parametrize("name", OWN)
def test_every_defect_of_its_own_shows_on_the_wire(name: str) -> None:
    with StandIn(defects=[name]) as server:
        CHECKS[name](server)


def test_duplicates_lose_nothing() -> None:
    with StandIn() as server:
        whole = [name for page in walk(server, DAY) for name in ids(page)]
    with StandIn(defects=["duplicate_across_pages"]) as server:
        again = [name for page in walk(server, DAY) for name in ids(page)]
    assert list(dict.fromkeys(again)) == whole


def test_defects_of_the_transfer_can_be_switched_on_too() -> None:
    with StandIn(per_day=PER_DAY, defects={"burst_503": 1}) as server:
        assert [fetch(server, DAY)[0] for _ in range(2)] == [503, 200]
