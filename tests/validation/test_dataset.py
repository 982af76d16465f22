"""Each dataset check against a good edition, a bad one, and one it does not apply to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.validation.dataset_made import (
    Rows,
    awards,
    day,
    edition,
    priced,
    processes,
    published,
    run,
    supplied,
)
from validation.dataset.judge import checks

Tables = Mapping[str, Rows]
WEEK = [5, 5, 5, 5, 5, 0, 0]


@dataclass(frozen=True)
class Example:
    """What check `name` says; `at` are the ocid and path of every failure in `bad`.

    Where `older` is given, the editions are compared with it.
    """

    name: str
    good: Tables
    bad: Tables
    at: list[tuple[str, str]]
    older: Tables | None = None
    neither: Tables = field(default_factory=dict)


def codes(name: str, table: str, path: str, *examples: Any) -> Example:
    good, bad = examples
    return Example(f"distribution.{name}", {table: good}, {table: bad}, [("", path)])


def link(ocid: str, identifier: str, title: str = "T", **more: Any) -> dict[str, Any]:
    known = {"section": "process", "section_position": 1, "related_process_position": 1}
    told = {"scheme": "ocid", "identifier": identifier, "title": title}
    return {"ocid": ocid, **known, **told, **more}


def tenders(*titles: str, **more: Any) -> list[dict[str, Any]]:
    return [{"ocid": f"o{n:03}", "title": title, **more} for n, title in enumerate(titles)]


def buyers(*numbers: int) -> list[dict[str, Any]]:
    """Processes of buyers: so many of each."""
    ids = [f"b{buyer:04}" for buyer, number in enumerate(numbers) for _ in range(number)]
    return [{"ocid": f"o{n:05}", "buyer_id": one} for n, one in enumerate(ids)]


def release(name: str, sha256: str, *, derived: bool = False, at: int = 1) -> dict[str, Any]:
    return {
        "ocid": "o",
        "release_id": name,
        "sha256": sha256,
        "date": day(at),
        "derived_id": derived,
    }


def award(ocid: str = "o", amount: Any = 100, **more: Any) -> dict[str, Any]:
    known = {"award_id": "a1", "award_position": 1, "currency": "GBP"}
    return {"ocid": ocid, "amount": amount, **known, **more}


SHOWN = [
    Example(f"distribution.{name}", tables, {}, [])
    for name, tables in {
        "tender_award_criteria": {"processes": processes("award_criteria", priceOnly=1)},
        "tender_submission_method": {"processes": [{"ocid": "o", "submission_methods": ["a", "b"]}]},
        "milestone_type": {"milestones": awards("milestone_type", delivery=1)},
        "document_document_type": {"documents": awards("document_type", tenderNotice=1)},
        "value_currency": {"transactions": awards("currency", GBP=1)},
        "related_process_relation": {"related_processes": [{"ocid": "o", "relationship": ["parent"]}]},
    }.items()
]  # fmt: skip
AMOUNT, HEAVY = "/awards/0/value/amount", [100] * 99 + [10_000]
OUTLIERS = [
    Example(
        f"distribution.{kind}_value",
        {table: [rename(row) for row in priced(*[100] * 99, 9_900)]},
        {table: [rename(row) for row in priced(*HEAVY)]},
        [("o0099", path)],
        neither={table: [rename(row) for row in priced(*HEAVY[1:])]},
    )
    for kind, table, path, rename in (
        ("awards", "awards", AMOUNT, dict),
        ("contracts", "contracts", "/contracts/0/value/amount", lambda row: {
            k.replace("award_", "contract_"): v for k, v in row.items()
        }),
        ("tender", "processes", "/tender/value/amount", lambda row: {
            "ocid": row["ocid"], "tender_amount": row["amount"], "tender_currency": row["currency"]
        }),
    )
]  # fmt: skip
REPEATED = [
    Example(
        f"{one.name}_repetition",
        {table: [{**row, amount: n} for n, row in enumerate(one.good[table])]},
        {table: [{**row, amount: n if n > 9 else 1} for n, row in enumerate(one.good[table][:40])]},
        # ten times 1, then the lowest two of those that stand once
        [(f"o{n:04}", one.at[0][1]) for n in range(12)],
        neither={table: one.good[table][:30]},
    )
    for one in OUTLIERS
    for table in one.good
    for amount in ["tender_amount" if table == "processes" else "amount"]
]
EXAMPLES = [
    *SHOWN,
    *OUTLIERS,
    *REPEATED,
    codes("main_procurement_category", "processes", "/tender/mainProcurementCategory",
          processes("main_procurement_category", goods=19, works=1),
          processes("main_procurement_category", goods=20)),
    codes("tender_procurement_method", "processes", "/tender/procurementMethod",
          processes("procurement_method", open=1, direct=999),
          processes("procurement_method", open=1, direct=1000)),
    codes("tender_status", "processes", "/tender/status",
          processes("tender_status", active=1, complete=1),
          processes("tender_status", active=1, cancelled=1)),
    codes("awards_status", "awards", "/awards/status",
          awards("status", active=99, pending=1), awards("status", active=100)),
    codes("contracts_status", "contracts", "/contracts/status",
          awards("status", active=1, terminated=1), awards("status", active=1, cancelled=3)),
    codes("milestone_status", "milestones", "/milestones/status",
          awards("status", met=1, scheduled=1), awards("status", scheduled=1)),
    Example("distribution.buyer", {"processes": buyers(1, 500, 499)},
            {"processes": buyers(1, 1, 998)}, [("o00000", "/buyer/id"), ("o00001", "/buyer/id")],
            neither={"processes": buyers(1, 998)}),
    Example("distribution.buyer_repetition", {"processes": buyers(499, *[1] * 501)},
            {"processes": buyers(500, *[1] * 500)}, [("", "/buyer/id")],
            neither={"processes": buyers(500, *[1] * 499)}),
    Example("unique.tender_id",
            {"processes": [{"ocid": "1", "source": "a", "tender_id": "t"},
                           {"ocid": "2", "source": "b", "tender_id": "t"}]},
            {"processes": [{"ocid": "1", "source": "a", "tender_id": "t"},
                           {"ocid": "2", "source": "a", "tender_id": "t"},
                           {"ocid": "3", "source": "a", "tender_id": "u"}]},
            [("1", "/tender/id"), ("2", "/tender/id")],
            neither={"processes": [{"ocid": "1", "tender_id": ""}]}),
    Example("reference.related_process_identifier",
            {"processes": tenders("T"), "related_processes": [link("o000", "o000")]},
            {"processes": tenders("T"), "related_processes": [
                link("o000", "x"),
                link("o000", "y", section="contract", section_position=2, related_process_position=3)]},
            [("o000", "/contracts/1/relatedProcesses/2/identifier"),
             ("o000", "/relatedProcesses/0/identifier")],
            neither={"related_processes": [link("o000", "x", scheme="url")]}),
    Example("consistent.related_process_title",
            {"processes": tenders("T"), "related_processes": [link("o000", "o000")]},
            {"processes": tenders("U"), "related_processes": [link("o000", "o000")]},
            [("o000", "/relatedProcesses/0/title")],
            neither={"processes": tenders("T"), "related_processes": [link("o000", "x")]}),
    Example("time.ocid", {"processes": tenders(*"T" * 200)}, {"processes": tenders(*"T" * 190)},
            [(f"o{n}", "/ocid") for n in range(190, 200)], older={"processes": tenders(*"T" * 200)}),
    Example("time.phase_stable",
            {"processes": tenders("T", has_planning=True, has_tender=True, awards=2, contracts=2)},
            {"processes": tenders("T", has_tender=True, awards=1, contracts=1)}, [("o000", "")],
            older={"processes": tenders("T", "U", has_tender=True, awards=2, contracts=1)},
            neither={"processes": [{"ocid": "new"}]}),
    Example("time.tender_title", {"processes": tenders(" great\u00a0TITLE")},
            {"processes": tenders("Great  titles")}, [("o000", "/tender/title")],
            older={"processes": tenders("Great\n title")}),
    Example("timely.award_publication",
            {"awards": [award(date=day(1), first_release=day(31))]},
            {"awards": [award(date=day(1), first_release=day(32))],
             "processes": [{"ocid": "o", "buyer_name": "B"}]}, [("o", "/awards/0/date")],
            neither={"awards": [award(date=day(1)), award(first_release=day(1))]}),
    Example("timely.decision",
            {"awards": [award(date=day(366))], "processes": [{"ocid": "o", "tender_period_end": day(1)}]},
            {"awards": [award(date=day(367))], "processes": [{"ocid": "o", "tender_period_end": day(1)}]},
            [("o", "/awards/0/date")], neither={"awards": [award(date=day(1))]}),
    Example("identity.id_with_several_names",
            {"award_suppliers": supplied({"identifier_id": "1", "supplier_name": "Smith & Co. Ltd"},
                                         {"identifier_id": "1", "supplier_name": "SMITH AND CO  LIMITED"})},
            {"award_suppliers": supplied({"identifier_id": "1", "supplier_name": "Smith Ltd"},
                                         {"identifier_id": "1", "supplier_name": "Smith plc"})},
            [(o, "/awards/0/suppliers/0/name") for o in ("o0", "o1")],
            neither={"award_suppliers": supplied({"identifier_id": "1", "supplier_name": "Smith Ltd"})}),
    Example("identity.name_with_several_ids",
            {"award_suppliers": supplied({"identifier_id": "1", "supplier_name": "Smith Ltd"},
                                         {"identifier_id": "1", "supplier_name": "Smith Ltd"},
                                         {"identifier_id": "2", "supplier_name": "Smith Ltd",
                                          "identifier_scheme": "GB-CHC"})},
            {"award_suppliers": supplied({"identifier_id": "1", "supplier_name": "Smith Ltd"},
                                         {"identifier_id": "2", "supplier_name": "Smith Limited"})},
            [(o, "/awards/0/suppliers/0/id") for o in ("o0", "o1")],
            neither={"award_suppliers": supplied({"supplier_name": "Smith Ltd"})}),
    Example("sme.scale_contradicts",
            {"award_suppliers": supplied({"identifier_id": "1", "scale": "sme"},
                                         {"identifier_id": "1", "scale": "SME"},
                                         {"identifier_id": "2", "scale": "large"})},
            {"award_suppliers": supplied({"identifier_id": "1", "scale": "sme"},
                                         {"identifier_id": "1", "scale": "large"})},
            [(o, "/awards/0/suppliers/0") for o in ("o0", "o1")],
            neither={"award_suppliers": supplied({"identifier_id": "1", "scale": "sme"})}),
    Example("edition.vanished_ocids", {"processes": tenders("T", "U")}, {"processes": tenders("T")},
            [("o001", "/ocid")], older={"processes": tenders("T", "U")}),
    Example("edition.vanished_awards",
            {"processes": [{"ocid": "o"}], "awards": [award()]},
            {"processes": [{"ocid": "o"}], "awards": [award(award_id="a2")]}, [("o", "/awards")],
            older={"awards": [award(), award("gone")]}),
    Example("edition.values_raised",
            {"awards": [award(amount=110), award("p", amount=5)]},
            {"awards": [award(amount=Decimal("110.01"), award_position=3)]}, [("o", "/awards/2/value/amount")],
            older={"awards": [award(amount=100), award("p", amount=0)]},
            neither={"awards": [award(amount=900, currency="EUR"), award("p", amount=5)]}),
    Example("edition.silent_edits",
            {"releases": [release("1", "a" * 64), release("2", "b" * 64)]},
            # the edited one came first by date: the older content now has the derived id
            {"releases": [release("1", "b" * 64),
                          release("1-" + "a" * 12, "a" * 64, derived=True, at=2)]},
            [("o", "/id")], older={"releases": [release("1", "a" * 64, at=2)]},
            neither={"releases": [release("1", "a" * 64)]}),
    Example("completeness.silent_days", {"releases": published([5, 0, 5, 5, 5, 0, 0] * 4)},
            {"releases": published(WEEK * 2 + [5, 0, 5, 5, 5, 0, 0] + WEEK)}, [("", "/date")],
            neither={"releases": published([1], window="20260302T060000Z-20260303T060000Z")}),
    Example("completeness.weekday_drop", {"releases": published([5, 2] * 7 + WEEK * 2)},
            {"releases": published([*WEEK * 3, 1, 5, 5, 5, 5, 0, 0])}, [("", "/date")],
            neither={"releases": published(WEEK * 3, window="20260302T000000Z-20260323T000000Z")}),
]  # fmt: skip
NAMED = [pytest.param(one, id=one.name) for one in EXAMPLES]


def made(folder: Path, tables: Tables | None) -> dict[str, Path] | None:
    return None if tables is None else edition(folder, **tables)


def test_every_check_has_an_example_a_demand_and_a_severity() -> None:
    assert {one.id for one in checks()} == {example.name for example in EXAMPLES}
    for one in checks():
        assert one.demand.endswith("."), one.id
        assert one.version >= 1
        assert one.severity in ("error", "warning", "info")


@pytest.mark.parametrize("example", NAMED)
def test_what_is_good_passes(example: Example, tmp_path: Path) -> None:
    older = made(tmp_path / "older", example.older)
    outcome, failures = run(example.name, edition(tmp_path, **example.good), older)
    assert (outcome.ok, failures) == (True, []), outcome.observed


@pytest.mark.parametrize("example", [p for p in NAMED if p.values[0].at])
def test_what_is_bad_fails_where_it_is_bad(example: Example, tmp_path: Path) -> None:
    older = made(tmp_path / "older", example.older)
    outcome, failures = run(example.name, edition(tmp_path, **example.bad), older)
    assert outcome.ok is False, outcome.observed
    assert [(one.ocid, one.path) for one in failures] == example.at
    assert all(one.message and one.value is not None for one in failures)


@pytest.mark.parametrize("example", NAMED)
def test_where_there_is_nothing_to_judge_no_check_applies(example: Example, tmp_path: Path) -> None:
    older = example.older if example.neither else {}
    outcome, failures = run(
        example.name, edition(tmp_path, **example.neither), made(tmp_path / "older", older)
    )
    assert (outcome.ok, failures) == (None, [])
    assert outcome.observed
