"""What the check stage measures: failures as rows, counts by buyer and month, coverage, limits."""

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kernel import Lake, Manifest
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package, release
from transforms import parts
from transforms.tables.build import build_tables
from validation import check as module
from validation import expect as facts
from validation.catalogue import rules
from validation.check import check, file_of
from validation.dataset.judge import checks as edition_checks
from validation.expect import Waiver, expect
from validation.gate import Result, decide, waive
from validation.quality import edition
from validation.quality.limits import filled, limits
from validation.spots import Coverage

PUBLICATION = load("find_a_tender")
SHARED = Path(__file__).parents[2].parent / "shared"
DAYS = [SHARED / "recordings" / "find_a_tender" / f"2026-08-{day}" for day in (10, 11)]
CONTACT = {"name": "Ann Other", "email": "no address", "telephone": "+44 1"}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Great Expectations costs seconds to import: what is not about it does without."""
    monkeypatch.setattr(module, "check_tables", lambda _files: iter(()))
    monkeypatch.setattr(module, "check_metrics", lambda _frame: iter(()))
    return Lake(tmp_path)


def checked(lake: Lake, *bodies: bytes) -> Manifest:
    inputs = [(SOURCE, compiled(lake, *bodies))]
    built = build_tables(PUBLICATION, lake, inputs)
    return check(PUBLICATION, lake, inputs, built, previous=None)


def rows(lake: Lake, done: Manifest, name: str) -> list[dict[str, Any]]:
    data = lake.load(done, file_of(done, f"{name}.parquet"))
    return pq.read_table(io.BytesIO(data)).to_pylist()


def report(lake: Lake, done: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lake.load(done, file_of(done, "quality.json")))
    return found


def odd_releases() -> list[Any]:
    party = {"id": "GB-COH-1", "name": "Buyer", "roles": ["buyer"], "contactPoint": CONTACT}
    return [
        award_release(1, buyerID=[], parties=[party]),
        award_release(2, date="2026-02-01T00:00:00Z", tag=["tender", "odd"]),
        award_release(3, buyer={"id": "B-2", "name": "Other"}),
        {**award_release(3), "id": "3-b", "awards": {"id": "a1"}, "date": "2026-03-02T00:00:00Z"},
        {"ocid": "ocds-h6vhtk-000009"},
    ]


def test_every_failure_is_a_row_that_says_what_and_where(lake: Lake) -> None:
    done = checked(lake, package(*odd_releases()))
    found = rows(lake, done, "quality")
    told = {(r["check"], r["level"], r["ocid"], r["path"]) for r in found}
    assert {
        ("conformance.empty", "release", "ocds-h6vhtk-000001", "/buyerID"),
        ("structure.enum", "release", "ocds-h6vhtk-000002", "/tag/1"),
        ("structure.type", "release", "ocds-h6vhtk-000003", "/awards"),
        ("no_date", "release", "ocds-h6vhtk-000009", "/date"),
        ("reference.buyer_in_parties", "process", "ocds-h6vhtk-000003", "/buyer/id"),
    } <= told
    assert len(found) == report(lake, done)["failures"]
    assert all(r["message"] and r["severity"] and r["version"] >= 1 for r in found)
    known = {*rules(), *(check.id for check in edition_checks())}
    assert {r["check"] for r in found} <= known
    (code,) = [r for r in found if r["check"] == "structure.enum"]
    assert (code["value"], code["place"], code["release_id"]) == ('"odd"', "/tag", "000002-2026")


def test_a_row_does_not_repeat_what_names_a_person(lake: Lake) -> None:
    found = rows(lake, checked(lake, package(*odd_releases())), "quality")
    about = [r for r in found if r["check"] in ("field.email", "field.telephone")]
    assert {r["path"] for r in about} == {
        "/parties/0/contactPoint/email",
        "/parties/0/contactPoint/telephone",
    }
    assert not any(text in json.dumps(found) for text in CONTACT.values())


@pytest.mark.parametrize(
    "parties",
    [
        [{"id": "1", "name": "Nobody", "contactPoint": CONTACT}] * 2,  # the whole list is at fault
        [{"id": "1", "name": "Nobody", "contactPoint": [CONTACT]}],
    ],
    ids=["twice", "a list"],
)
def test_nor_where_what_holds_it_is_at_fault(lake: Lake, parties: list[Any]) -> None:
    found = rows(lake, checked(lake, package(award_release(1, parties=parties))), "quality")
    assert {r["check"] for r in found} & {"structure.uniqueItems", "structure.type"}
    assert not any(text in json.dumps(found) for text in CONTACT.values())


def test_checks_are_counted_by_buyer_and_month(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LEAST", 1)  # each process is a part that is judged by itself
    monkeypatch.setattr(parts, "ONE_IN", 1)
    done = checked(lake, package(*odd_releases()))
    found = rows(lake, done, "quality_summary")
    assert all(r["applied"] == r["passed"] + r["failed"] > 0 for r in found)
    about = {
        (r["buyer_id"], r["month"]): (r["applied"], r["failed"])
        for r in found
        if r["check"] == "structure"
    }
    assert about == {
        ("GB-COH-1", "2026-03"): (1, 0),
        ("GB-COH-1", "2026-02"): (1, 1),
        ("B-2", "2026-03"): (1, 0),
    }
    (structure,) = [c for c in report(lake, done)["checks"] if c["id"] == "structure"]
    assert (structure["applied"], structure["passed"], structure["failed"]) == (3, 2, 1)


def test_a_buyer_has_the_name_that_comes_first_whichever_part_applies(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LEAST", 1)
    monkeypatch.setattr(parts, "ONE_IN", 1)
    plain = {"awards": [], "contracts": []}  # to the first process few checks apply
    first = award_release(1, buyer={"id": "GB-COH-1", "name": "First"}, **plain)
    then = award_release(2, buyer={"id": "GB-COH-1", "name": "Then"})
    found = rows(lake, checked(lake, package(first, then)), "quality_summary")
    assert {r["buyer_name"] for r in found} == {"First"}
    assert {r["applied"] for r in found} == {1, 2}


def test_fields_are_counted_where_they_can_stand(lake: Lake) -> None:
    done = checked(lake, package(*odd_releases()))
    found = {r["path"]: r for r in rows(lake, done, "quality_coverage")}
    name = found["/awards/suppliers/name"]
    assert (name["parents"], name["present"], name["filled"], name["declared"]) == (6, 6, 6, True)
    undeclared = found["/buyerID"]
    assert (undeclared["parents"], undeclared["filled"], undeclared["declared"]) == (3, 0, False)
    assert "/planning" not in found


def test_two_runs_give_the_same_bytes(tmp_path: Path, lake: Lake) -> None:
    bodies = package(*odd_releases())
    one, two = checked(lake, bodies), checked(Lake(tmp_path / "two"), bodies)
    assert [(a.path, a.sha256) for a in one.artifacts] == [
        (a.path, a.sha256) for a in two.artifacts
    ]


def count(name: str, applied: int, failed: int) -> dict[str, Any]:
    return {"check": name, "applied": applied, "failed": failed}


def test_a_check_may_fail_in_as_many_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (facts.FOLDER / "find_a_tender.toml").read_text(encoding="utf-8").partition("[")[0]
    limit = '[max_failed]\n"a.b" = 0.1\n[min_filled]\n"/tender/title" = 0.5\n'
    (tmp_path / "x.toml").write_text(made + limit)
    monkeypatch.setattr(facts, "FOLDER", tmp_path)
    told = [*limits("x", [count("a.b", 10, 1), count("a.c", 10, 9)])]
    assert [(r.check, r.ok) for r in told] == [("a.b", True)]
    (result,) = limits("x", [count("a.b", 10, 2)])
    assert (result.ok, result.fatal, result.observed) == (False, False, "2 of 10 fail (20.0%)")

    def title(parents: int, full: int) -> Result:
        (found,) = filled("x", [Coverage("/tender/title", True, parents, full, full, None)])
        return found

    assert (title(10, 5).ok, title(10, 4).ok, title(0, 0).ok) == (True, False, True)
    assert title(10, 4).fatal


def test_a_waiver_counts_until_its_day_and_then_warns() -> None:
    bad = Result("a.b", "uk: x", ok=False, fatal=True, observed="9", message="few")
    waiver = Waiver(check="a.b", reason="known since May", expires=date(2026, 6, 1), subject="uk")
    before = [*waive([bad], [waiver], date(2026, 5, 31))]
    assert decide(before).decision == "publish"
    assert before[0].waived == "known since May (until 2026-06-01)"
    after = [*waive([bad], [waiver], date(2026, 6, 1))]
    assert decide(after).decision == "block"
    assert [r.check for r in after if not r.fatal] == ["waiver_expired"]
    other = Waiver(check="a.b", reason="r", expires=date(2027, 1, 1), subject="wales")
    assert decide(waive([bad], [other], date(2026, 5, 31))).decision == "block"


def test_every_waiver_names_a_check_that_there_is() -> None:
    known = {*rules(), *(check.id for check in edition_checks()), "filled"}
    for path in facts.FOLDER.glob("*.toml"):
        expected = expect(path.stem)
        assert {w.check for w in expected.waivers} | {*expected.max_failed} <= known
        assert all(waiver.reason for waiver in expected.waivers)


def test_what_compiling_found_is_a_row_too(lake: Lake) -> None:
    period = {"standstillPeriod": {"endDate": "2026-03-01T00:00:00Z"}}
    first = release(1, tender={"id": "t", **period})
    second = release(
        1, id="b", date="2026-03-03T00:00:00Z", tender={"id": "t", "standstillPeriod": [{"a": 1}]}
    )
    edited = {**first, "language": "cy"}
    found = rows(lake, checked(lake, package(first, second, edited)), "quality")
    told = {(r["check"], r["path"]) for r in found if r["check"].startswith("record.")}
    assert told == {
        ("record.kind_conflict", "/tender/standstillPeriod"),
        ("record.silent_edit", "/id"),
    }


def test_addresses_are_asked_for_only_where_it_is_wanted(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(url: str) -> int:
        asked.append(url)
        return 404 if url.endswith("/7") else 200

    monkeypatch.setattr(edition, "ask", ask)
    documents = [{"id": str(n), "url": f"https://example.org/{n}"} for n in range(100)]
    notice = package(release(1, tender={"id": "t", "documents": documents}))
    checked(lake, notice)
    assert not asked
    wanted = replace(expect(SOURCE.id), ask_urls=True)
    monkeypatch.setattr(edition, "expect", lambda _source: wanted)
    other = Lake(Path(lake.root) / "asking")
    found = rows(other, checked(other, notice), "quality")
    assert len(asked) == 100
    (row,) = [row for row in found if row["check"] == "misc.url_availability"]
    assert (row["path"], row["level"]) == ("/tender/documents/7/url", "edition")


@pytest.mark.heavy
@pytest.mark.skipif(not DAYS[0].is_dir(), reason="the recordings are not here")
def test_the_report_of_recorded_days_finds_what_is_wrong_with_them(lake: Lake) -> None:
    pages = [file.read_bytes() for day in DAYS for file in sorted(day.glob("*.json"))]
    done = checked(lake, *pages)
    found = report(lake, done)
    kinds = {(f["check"], f["place"]): f["count"] for f in found["findings"]}
    assert kinds["conformance.empty", "/buyerID"] > 300
    assert kinds["award.status_missing", "/awards/status"] >= 1
    assert kinds["record.kind_conflict", "/awards/standstillPeriod"] == 1
    assert [c["ocid"] for c in found["conflicts"]] == ["ocds-h6vhtk-05eeed"]
    undeclared = {f["path"] for f in found["fields"] if not f["declared"]}
    assert {"/buyerID", "/awards/milestones", "/contracts/hasRenewal"} <= undeclared
    assert "/tender/lots" not in undeclared
