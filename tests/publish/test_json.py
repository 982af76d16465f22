"""The JSON files of an edition: members of years, packages within limits, the same whatever the way."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, Manifest
from publish.json import packages as packages_module
from publish.json.pieces import PIECE, Pieces
from publish.loader import load
from tests.made import award_release, converted, package, release
from transforms import parts as parts_module

Publisher = Callable[..., Manifest]
LATER = "20260301T060000Z-20260301T120000Z"
CONTACT = {"name": "Jane Doe", "email": "jane.doe@example.org", "telephone": "01632 960001"}


def folder_of(lake: Lake, edition: Manifest) -> Path:
    return Path(lake.root) / edition.folder


def packages(folder: Path, kind: str = "packages") -> dict[str, Any]:
    return {
        path.name: json.loads(gzip.decompress(path.read_bytes()))
        for path in sorted((folder / "json" / kind).rglob("*.json.gz"))
    }


def dated(number: int, date: str) -> dict[str, Any]:
    return award_release(number, date=f"{date}T01:00:00Z")


def test_years_are_by_first_release_and_the_full_file_is_made_of_them(
    lake: Lake, publish_now: Publisher
) -> None:
    again = award_release(1, id="later", date="2026-02-01T01:00:00Z")
    edition = publish_now(dated(1, "2025-12-31"), again, dated(2, "2026-01-01"))
    folder = folder_of(lake, edition) / "json"
    years = sorted((folder / "compiled").iterdir())
    assert [path.name for path in years] == ["2025.jsonl.gz", "2026.jsonl.gz"]
    assert (folder / "compiled_full.jsonl.gz").read_bytes() == b"".join(
        p.read_bytes() for p in years
    )
    (first,) = gzip.decompress(years[0].read_bytes()).splitlines()
    assert json.loads(first)["date"] == again["date"]
    found = packages(folder_of(lake, edition))
    assert [len(one["releases"]) for one in found.values()] == [2, 1]
    assert [*found] == ["2025-12.json.gz", "2026-01.json.gz"]
    for one in found.values():
        assert one["license"] == load("find_a_tender").licence_url
        assert one["publicationPolicy"].startswith("https://")


HEAVY = pytest.mark.heavy


@pytest.mark.parametrize(
    "limit",
    ["weight", pytest.param("bytes", marks=HEAVY), pytest.param("packed", marks=HEAVY)],
)
def test_a_package_beyond_a_limit_goes_on_in_another(
    lake: Lake, publish_now: Publisher, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(parts_module, "LEAST", 4000)  # parts of few processes: many pieces
    small = {"bytes": 9_000, "packed": 6_000, "weight": 8}[limit]
    monkeypatch.setitem(packages_module.LIMITS, limit, small)
    edition = publish_now(*(award_release(n) for n in range(40)))
    found = packages(folder_of(lake, edition))
    assert found.keys() >= {"2026-03-2.json.gz", "2026-03-3.json.gz"}
    assert sum(len(one["releases"]) for one in found.values()) == 40
    uris = {one["uri"].rpartition("/")[2] for one in found.values()}
    assert uris == set(found)


def test_a_piece_ends_before_its_limit_and_a_value_beyond_it_is_alone() -> None:
    pieces = Pieces()
    for size in (10, PIECE + 5, 20, 30):
        pieces.add(b"1" * size, 2)
    pieces.close()
    assert [(one["rows"], one["bytes"], one["weight"]) for one in pieces.told] == [
        (1, 10, 2),
        (1, PIECE + 5, 2),
        (2, 20 + 2 + 30, 4),
    ]
    assert [gzip.decompress(data) for data in pieces.files][2] == b"1" * 20 + b",\n" + b"1" * 30


def test_record_packages_come_on_request_with_all_versions(
    lake: Lake, publish_now: Publisher
) -> None:
    asked = replace(load("find_a_tender"), records=True)
    first = award_release(1, tender={"id": "t", "title": "Ask Jane Doe"})
    first["parties"][0]["contactPoint"] = CONTACT
    edition = publish_now(
        first, award_release(1, 7, id="later", date="2026-03-01T05:00:00Z"), publication=asked
    )
    ((_, found),) = packages(folder_of(lake, edition), "records").items()
    (record,) = found["records"]
    assert set(record) == {"ocid", "releases", "compiledRelease", "versionedRelease"}
    versions = record["versionedRelease"]["awards"][0]["value"]["amount"]
    assert [version["value"] for version in versions] == [100, 7]
    assert record["versionedRelease"]["tender"]["title"][0]["value"] == "Ask [withheld]"
    assert "Jane" not in json.dumps(found)


def test_what_is_withheld_is_counted_and_a_takedown_reaches_the_next_edition(
    lake: Lake, publish_now: Publisher
) -> None:
    made = award_release(1)
    made["parties"][0]["contactPoint"] = CONTACT
    edition = publish_now(made, release(2))
    folder = folder_of(lake, edition)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["redacted"]["contactPoint/email: withheld"] == 2  # in the release, and compiled
    assert "| contactPoint/email: withheld | 2 |" in (folder / "README.md").read_text()
    lake.store.put("takedowns.csv", b"kind,value,reason,date\nparty,GB-COH-2,asked,2026-03-02\n")
    later = publish_now(made, release(2))
    assert later.version != edition.version
    assert b"Small" in gzip.decompress((folder / "json" / "compiled_full.jsonl.gz").read_bytes())
    taken = folder_of(lake, later) / "json" / "compiled_full.jsonl.gz"
    assert b"Small" not in gzip.decompress(taken.read_bytes())
    rows = {a.path: a.rows for a in edition.artifacts if a.path.startswith("parquet/")}
    assert rows == {a.path: a.rows for a in later.artifacts if a.path.startswith("parquet/")}


@pytest.mark.heavy
def test_in_steps_or_at_once_and_with_any_number_of_processes(
    lake: Lake, publish_now: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [dated(n, f"2026-0{1 + n % 3}-02") for n in range(30)]
    late = [award_release(n, 5, id=f"late-{n}", date="2026-04-01T01:00:00Z") for n in (3, 4)]
    publish_now(*months)
    made = len(lake.folders("public"))
    second = publish_now(*late, window=LATER)
    assert len(lake.folders("public")) == made + 1
    other = Lake(tmp_path / "other")
    monkeypatch.setenv("TENDERLINE_JOBS", "1")
    converted(other, package(*months))
    again = publish_now(*late, into=other, window=LATER)
    ours, theirs = (folder_of(*one) / "json" for one in ((lake, second), (other, again)))
    files = [path.relative_to(ours) for path in sorted(ours.rglob("*")) if path.is_file()]
    assert len(files) >= 6
    for path in files:
        assert (ours / path).read_bytes() == (theirs / path).read_bytes(), path
