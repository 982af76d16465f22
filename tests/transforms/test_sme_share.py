"""The first answer on small firms: bounds that hold, and nothing counted that is no spending."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractors.loader import load
from transforms.tables.answers import answer, answers
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator

SYDNEY = load("nsw_etendering")  # its clock
DAY = "2026-08-10T00:00:00Z"
SIZES = {"S": "sme", "M": "micro", "L": "large", "?": None}
Row = Mapping[str, Any]


def process(number: int, awards: list[dict[str, Any]], **tender: Any) -> dict[str, Any]:
    """A record whose awards have suppliers told by letters: S and M are SMEs, L is large."""
    parties: dict[str, dict[str, Any]] = {}
    compiled = []
    for place, told in enumerate(awards, start=1):
        award = {"id": str(place), "status": "active", "date": DAY, **told}
        letters = award.pop("sizes")
        names = [f"{letter}{n}" for n, letter in enumerate(letters)]
        for name in names:
            parties[name] = {"id": name, "details": {"scale": SIZES[name[0]]}}
        if letters:
            award["suppliers"] = [{"id": name, "name": name} for name in names]
        compiled.append({key: value for key, value in award.items() if value is not None})
    ocid = f"ocds-213czf-{number}"
    release = {
        "ocid": ocid, "buyer": {"id": "B", "name": "Buyer"}, "tender": tender, "awards": compiled,
        "parties": [*parties.values()],
    }  # fmt: skip
    told = {"release": release, "date": DAY, "sha256": ""}
    return {"ocid": ocid, "releases": [told], "compiled": release}


def pounds(amount: float) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def asked(folder: Path, *records: dict[str, Any]) -> list[Row]:
    """The answer over the tables of `records`."""
    rows = Tabulator(UTC)
    for record in records:
        rows.add(record, {"source": SYDNEY.id, "ocid": record["ocid"]})
    files = {}
    for name, table in all_tables().items():
        files[name] = [folder / f"{name}.tables"]
        pq.write_table(rows.take(name, table.schema({})), files[name][0])
    ((path, count),) = answer(files, [SYDNEY], {"edition": "e"}, folder)
    found: list[Row] = pq.read_table(path).to_pylist()
    assert count == len(found)
    return found


def test_the_formulas_hold_on_awards_worked_out_by_hand(tmp_path: Path) -> None:
    awards = [
        {"sizes": "S", "value": pounds(100)},
        {"sizes": "L", "value": pounds(200)},
        {"sizes": "SL", "value": pounds(400)},
        {"sizes": "MS", "value": pounds(800)},
        {"sizes": "L?", "value": pounds(1600)},
        {"sizes": "?", "value": pounds(3200)},
        {"sizes": "", "value": pounds(6400)},
    ]
    (row,) = asked(tmp_path, process(1, awards))
    total = 12_700
    assert row["value_gbp"] == total
    assert row["value_all_smes_gbp"] == 100 + 800
    assert row["value_maybe_smes_gbp"] == total - 200
    assert row["share_lower"] == pytest.approx(900 / total, abs=1e-6)
    assert row["share_upper"] == pytest.approx((total - 200) / total, abs=1e-6)
    assert row["share_single_supplier"] == pytest.approx(100 / 300, abs=1e-6)
    assert row["share_of_awards"] == pytest.approx(3 / 4, abs=1e-6)
    assert row["coverage_size"] == pytest.approx(1500 / total, abs=1e-6)
    assert row["coverage_single_supplier"] == pytest.approx(3500 / total, abs=1e-6)
    assert row["coverage_value"] == 1
    assert (row["awards_found"], row["awards_used"], row["awards_size_known"]) == (7, 7, 4)
    # S0, L0, M0, S1, L1 of known size: three of them are small
    assert (row["suppliers_smes"], row["suppliers_size_known"]) == (3, 5)


def test_what_is_no_spending_is_left_out_and_counted(tmp_path: Path) -> None:
    kept = {"sizes": "S", "value": pounds(1)}
    (row,) = asked(
        tmp_path,
        process(1, [kept, {**kept, "status": None}]),
        process(2, [{**kept, "status": "pending"}, {**kept, "status": "cancelled"}]),
        process(3, [kept], techniques={"hasFrameworkAgreement": True}),
        process(4, [kept], techniques={"hasDynamicPurchasingSystem": True}),
        process(5, [
            {**kept, "value": None},
            {**kept, "value": pounds(0)},
            {**kept, "value": pounds(-5)},
            {**kept, "value": {"amount": 5, "currency": "XXX"}},
        ]),
    )  # fmt: skip
    assert row["awards_found"] == 10
    assert row["awards_not_active"] == 2
    assert row["awards_ceilings"] == 2
    assert row["awards_without_value"] == 4
    assert (row["awards_used"], row["value_gbp"], row["share_lower"]) == (2, 2, 1)
    assert row["coverage_value"] == pytest.approx(2 / 6, abs=1e-6)


def test_an_award_without_value_has_that_of_its_contracts(tmp_path: Path) -> None:
    record = process(1, [{"sizes": "S", "value": None}, {"sizes": "L", "value": pounds(5)}])
    contracts = [("1", 3), ("1", 4), ("2", 1_000), (None, 9_000)]
    record["compiled"]["contracts"] = [
        {"id": str(n), "awardID": award, "value": pounds(amount)}
        for n, (award, amount) in enumerate(contracts)
    ]
    (row,) = asked(tmp_path, record)
    assert (row["value_gbp"], row["value_all_smes_gbp"]) == (12, 7)


def test_rows_are_of_buyers_and_years_and_without_awards_there_are_none(tmp_path: Path) -> None:
    awards = [
        {"sizes": "S", "value": pounds(1)},
        {"sizes": "S", "value": pounds(2), "date": "2025-12-31T12:59:59Z"},
        {"sizes": "S", "value": pounds(8), "date": "2025-12-31T13:00:00Z"},  # 2026 in Sydney
        {"sizes": "S", "value": pounds(4), "date": None},
    ]
    rows = asked(tmp_path, process(1, awards), process(2, []))
    found = [(row["source"], row["buyer_id"], row["year"], row["value_gbp"]) for row in rows]
    # The last has no date, and was told by no release either that has it: by the first one.
    assert found == [(SYDNEY.id, "B", 2025, 2), (SYDNEY.id, "B", 2026, 13)]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert asked(empty, process(1, [])) == []


def test_every_column_is_told_and_typed() -> None:
    for table in answers().values():
        assert all(column.definition for column in table.columns)
        assert set(table.key) <= {column.name for column in table.columns}
