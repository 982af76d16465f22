"""Recordings of every source, as their fetches would have left them: every release is accounted for."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from extractors.loader import load
from kernel import Lake, Manifest
from tests.kept import filed, kept, lines, releases
from transforms.compile import compile_records
from transforms.convert import REJECTS

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no ../shared/recordings here")
ENVELOPE = {"uri": "https://example.org", "version": "1.1", "publisher": {"name": "x"}}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def bodies(pattern: str) -> list[bytes]:
    found = [path.read_bytes() for path in sorted(RECORDINGS.glob(pattern))]
    assert found, f"no recording at {pattern}"
    return found


def wrapped(pattern: str) -> list[bytes]:
    """Single releases, one a line, as the package that the source would send."""
    rows = [json.loads(line) for body in bodies(pattern) for line in body.splitlines()]
    return [json.dumps({**ENVELOPE, "releases": rows}, ensure_ascii=False).encode()]


def counts(made: Manifest) -> tuple[int, int, int]:
    return made.counts.read, made.counts.written, made.counts.rejected


def reasons(lake: Lake, made: Manifest) -> dict[str, int]:
    return dict(Counter(line["reason"] for line in lines(lake, made, REJECTS)))


def kinds(made: Manifest, *names: str) -> list[int]:
    return [made.notes["kinds"].get(name, 0) for name in names]


def test_find_a_tender(lake: Lake) -> None:
    made = kept(lake, load("find_a_tender"), *bodies("find_a_tender/2026-08-1*/*.json"))
    assert counts(made) == (955, 955, 0)
    assert made.notes["doubts"] == []


def test_contracts_finder(lake: Lake) -> None:
    made = kept(lake, load("contracts_finder"), *bodies("contracts_finder/search-*.json"))
    assert counts(made) == (105, 105, 0)
    assert kinds(made, "double_encoded", "shared_party_id") == [12, 0]
    text = json.dumps(releases(lake, made), ensure_ascii=False)
    assert not any(wrong in text for wrong in ("Â£", "â€", "Â®"))


def test_public_contracts_scotland(lake: Lake) -> None:
    made = kept(
        lake, load("public_contracts_scotland"), *wrapped("public_contracts_scotland/*.jsonl")
    )
    assert counts(made) == (45, 45, 0)
    assert kinds(made, "stable_release_id", "stable_party_ids", "derived_ids") == [45, 45, 45]
    found = releases(lake, made)
    assert all(one["id"].startswith(f"{one['ocid']}-APR") for one in found)
    assert not [one for one in found if '"org-' in json.dumps(one)]
    for one in found:
        assert one["buyer"]["id"] in {party["id"] for party in one["parties"]}


def test_sell2wales(lake: Lake) -> None:
    made = kept(lake, load("sell2wales"), *wrapped("sell2wales/*.jsonl"))
    assert counts(made) == (45, 44, 1)
    assert reasons(lake, made) == {"vendor_test_notice": 1}
    assert kinds(made, "repaired_link", "stable_release_id") == [44, 0]


def test_nsw_etendering(lake: Lake) -> None:
    made = filed(
        lake,
        *bodies("nsw_etendering/ocp_sample-data/releases/*.json"),
        source=load("nsw_etendering"),
    )
    assert counts(made) == (10, 10, 0)
    assert kinds(made, "upgraded_1_0") == [10]


def test_austender(lake: Lake) -> None:
    body = b'{"releases":[' + bodies("austender/doc_excerpt*.json")[0] + b"]}"
    made = kept(lake, load("austender"), body)
    assert counts(made) == (1, 0, 1)
    assert reasons(lake, made) == {"no_date": 1}


@pytest.mark.parametrize(
    ("folder", "expected", "rejected", "noted"),
    [
        ("canada_montreal/records", (10, 10, 0), {}, {}),
        ("canada_montreal/releases", (20, 20, 0), {}, {"upgraded_1_0": 10}),
        ("mexico_jalisco/records", (10, 10, 0), {}, {"compiled_release": 10}),
        ("mexico_jalisco/releases", (10, 10, 0), {}, {}),
        ("nigeria_open-contracting-portal/records", (11, 11, 0), {}, {}),
        ("nigeria_open-contracting-portal/releases", (12, 12, 0), {}, {}),
        ("paraguay/records", (19, 14, 5), {"empty": 3, "record_without_release": 2}, {"compiled_release": 10, "upgraded_1_0": 14}),
        ("paraguay/releases", (70, 70, 0), {}, {"upgraded_1_0": 11}),
        ("ukraine/records", (11, 11, 0), {}, {}),
        ("ukraine/releases", (11, 11, 0), {}, {"upgraded_1_0": 11}),
    ],
)  # fmt: skip
def test_files_from_all_over_the_world(
    lake: Lake, folder: str, expected: tuple[int, int, int], rejected: Any, noted: dict[str, int]
) -> None:
    made = filed(lake, *bodies(f"world/{folder}/*.json"))
    assert counts(made) == expected
    assert reasons(lake, made) == rejected
    assert kinds(made, *noted) == [*noted.values()]
    compiled = compile_records(load("ocds_files"), lake).counts
    assert (compiled.read, compiled.merged) == (made.counts.written, 0)
