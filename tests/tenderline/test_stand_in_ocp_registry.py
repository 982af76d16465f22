"""The stand-in of the OCP Data Registry: its list, its downloads, what files hold, its defects."""

import datetime as dt
import gzip
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenderline.stand_in import stand_in
from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.notices import published_on
from tenderline.stand_in.ocp_registry import StandIn
from tenderline.stand_in.ocp_registry_files import YEARS
from tests.asking import fetch

SCHEMA = Path(__file__).parents[2].parent / "shared/reference/ocds_1.1.5/release-schema.json"
PER_DAY = 8  # compiled within a second
FIND_A_TENDER, AUSTENDER = 41, 14

Release = dict[str, Any]


def download(name: str, number: int = FIND_A_TENDER, language: str = "en") -> str:
    return f"/{language}/publication/{number}/download?name={name}"


def followed(server: StandIn, name: str, number: int = FIND_A_TENDER) -> bytes:
    """Downloads as a client does, over the redirect."""
    with urllib.request.urlopen(server.url + download(name, number), timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/gzip"
        assert answer.headers["Content-Encoding"] is None
        body: bytes = answer.read()
    return body


def lines(body: bytes) -> list[Release]:
    return [json.loads(line) for line in gzip.decompress(body).splitlines()]


def names(body: bytes) -> set[str]:
    return {release["ocid"] for release in lines(body)}


def test_the_stand_in_is_found_by_the_id_of_the_source() -> None:
    assert stand_in("ocp_registry") is StandIn


def test_the_list_names_the_publications() -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, headers = fetch(server, "/publications.json")
        count = len(lines(followed(server, "full.jsonl.gz")))
    entries = json.loads(body)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert b", " not in body.split(b'"coverage"')[0]
    assert {entry["id"]: entry["source_id"] for entry in entries} == {
        FIND_A_TENDER: "united_kingdom_fts",
        AUSTENDER: "australia",
    }
    assert list(entries[0]) == [
        *("id", "title", "country", "region", "language", "update_frequency", "source_url"),
        *("source_id", "retrieval_frequency", "last_retrieved", "frozen", "date_from"),
        *("date_to", "coverage"),
    ]
    assert entries[0]["coverage"]["ocid"] == count


@pytest.mark.parametrize("number", [FIND_A_TENDER, AUSTENDER])
def test_years_part_the_full_file(number: int) -> None:
    with StandIn(per_day=PER_DAY) as server:
        full = lines(followed(server, "full.jsonl.gz", number))
        years = [lines(followed(server, f"{year}.jsonl.gz", number)) for year in YEARS]
    assert [release for year in years for release in year] == full
    assert len({release["ocid"] for release in full}) == len(full) > 100
    for year, releases in zip(YEARS, years, strict=True):
        assert releases
        for release in releases:
            assert release["tag"] == ["compiled"]
            assert release["id"] == f"{release['ocid']}-{release['date']}"
            assert release["date"].startswith(f"{year}-")


def test_compiled_releases_are_those_of_the_notices_of_find_a_tender() -> None:
    days = [dt.date(2026, 8, 3) + dt.timedelta(days=n) for n in range(14)]
    published = [json.loads(r.text) for day in days for r in published_on(1, day, PER_DAY)]
    with StandIn(per_day=PER_DAY) as server:
        found = {release["ocid"]: release for release in lines(followed(server, "2026.jsonl.gz"))}
    assert found.keys() == {release["ocid"] for release in published}
    assert len(found) < len(published)  # some were merged
    for release in published:
        assert found[release["ocid"]]["date"] >= release["date"]
        assert found[release["ocid"]]["buyer"] if "buyer" in release else True


def test_compiled_releases_of_find_a_tender_are_valid_ocds() -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))
    with StandIn(per_day=PER_DAY) as server:
        found = lines(followed(server, "2025.jsonl.gz"))
    assert [error.message for release in found for error in check.iter_errors(release)] == []


def test_the_address_of_a_file_names_the_source_and_the_crawl() -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, headers = fetch(server, download("2025.jsonl.gz"))
        path = headers["Location"].removeprefix(server.url)
        job = path.split("/")[3]
        assert (status, body) == (302, b"")
        assert path == f"/downloads/united_kingdom_fts/{job}/2025.jsonl.gz"
        assert fetch(server, path)[0] == 200
        assert fetch(server, path.replace(job, "1"))[0] == 404
        assert fetch(server, path.replace("2025", "2019"))[0] == 404
        assert fetch(server, path.replace("united_kingdom_fts", "nowhere"))[0] == 404
        spanish = fetch(server, download("2025.jsonl.gz", language="es"))
    assert spanish[2]["Location"] == headers["Location"]


@pytest.mark.parametrize("name", ["", "2025", "2025.json", "25.jsonl.gz", "../full.jsonl.gz"])
def test_a_bad_name_is_refused(name: str) -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, _ = fetch(server, download(name))
    assert (status, body) == (400, b"The name query string parameter is invalid")


@pytest.mark.parametrize(
    "name", ["2019.jsonl.gz", "undated.jsonl.gz", "full.csv.tar.gz", "full.xlsx"]
)
def test_a_file_that_is_not_there_is_not_found(name: str) -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, body, _ = fetch(server, download(name))
    assert (status, body) == (404, b"File not found")


@pytest.mark.parametrize("path", ["/", "/en/publication/9/download?name=full.jsonl.gz", "/en"])
def test_everything_else_is_a_page_for_people(path: str) -> None:
    with StandIn(per_day=PER_DAY) as server:
        status, _, headers = fetch(server, path)
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_the_same_seed_gives_the_same_bytes() -> None:
    bodies = []
    for seed in (1, 1, 2):
        with StandIn(seed, PER_DAY) as server:
            bodies.append(followed(server, "2024.jsonl.gz", AUSTENDER))
    assert bodies[0] == bodies[1] != bodies[2]


def file_not_found(server: StandIn) -> None:
    status, body, _ = fetch(server, download("2025.jsonl.gz"))
    assert (status, body) == (404, b"File not found")


def truncated_file(server: StandIn) -> None:
    with pytest.raises(EOFError):
        gzip.decompress(followed(server, "2025.jsonl.gz"))


def incomplete_year(server: StandIn) -> None:
    full = names(followed(server, "full.jsonl.gz"))
    years = set().union(*(names(followed(server, f"{year}.jsonl.gz")) for year in YEARS))
    assert years < full
    assert len(years) / len(full) == pytest.approx(0.9, abs=0.02)


def undated(server: StandIn) -> None:
    full = lines(followed(server, "full.jsonl.gz"))
    without = lines(followed(server, "undated.jsonl.gz"))
    assert [release for release in full if not release["date"]] == without != []
    assert names(followed(server, "2024.jsonl.gz")).isdisjoint(r["ocid"] for r in without)


def without_cdn(server: StandIn) -> None:
    status, body, headers = fetch(server, download("2025.jsonl.gz"))
    assert status == 200
    shown = 'attachment; filename="united_kingdom_fts_2025.jsonl.gz"'
    assert headers["Content-Disposition"] == shown
    assert lines(body)


OWN = [name for name in StandIn.DEFECTS if name not in TRANSFER]
CHECKS: dict[str, Callable[[StandIn], None]] = {name: globals()[name] for name in OWN}


@pytest.mark.parametrize("name", OWN)
def test_every_defect_of_its_own_shows_on_the_wire(name: str) -> None:
    with StandIn(per_day=PER_DAY, defects=[name]) as server:
        CHECKS[name](server)
