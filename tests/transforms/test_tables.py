from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kernel import Lake, Manifest, NothingNew
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package, release
from transforms.tables.build import build_tables
from transforms.tables.schema import tables

PUBLICATION = load("find_a_tender")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def built(lake: Lake, *releases: Any) -> tuple[Manifest, dict[str, list[dict[str, Any]]]]:
    done = build_tables(PUBLICATION, lake, [(SOURCE, compiled(lake, package(*releases)))])
    folder = Path(lake.root) / done.folder
    rows = {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in tables()}
    return done, rows


def of(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_one_process_in_every_table(lake: Lake) -> None:
    _, rows = built(lake, award_release(1, amount=1234.5))
    (row,) = rows["releases"]
    assert of(row, "release_id", "tag", "notice_type", "notice_url", "buyer_name", "source") == (
        "000001-2026",
        ["award"],
        "UK6",
        "https://example.org/n",
        "Buyer",
        "find_a_tender",
    )
    assert row["date"] == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert of(rows["processes"][0], "releases", "awards", "contracts") == (1, 1, 1)
    assert of(rows["awards"][0], "award_id", "amount", "currency", "suppliers") == (
        "a1",
        Decimal("1234.50"),
        "GBP",
        2,
    )
    assert [
        of(r, "supplier_id", "supplier_position", "scale") for r in rows["award_suppliers"]
    ] == [("GB-COH-2", 1, "sme"), ("GB-COH-3", 2, "large")]
    assert of(rows["contracts"][0], "contract_id", "award_id", "date_signed") == (
        "c1",
        "a1",
        datetime(2026, 2, 28, tzinfo=UTC),
    )
    assert of(rows["parties"][0], "party_id", "roles") == ("GB-COH-1", ["buyer"])
    assert of(rows["items"][0], "section", "section_id", "classification_id") == (
        "award",
        "a1",
        "03000000",
    )
    assert of(rows["documents"][0], "section", "notice_type") == ("award", "UK6")


def test_a_process_that_another_system_published_first_names_it(lake: Lake) -> None:
    there = "https://api.publiccontractsscotland.gov.uk/v1/Notice?id=ocds-r6ebe6-0000578943"
    links = [{"rel": "prev", "href": "https://example.org"}, {"rel": "canonical", "href": there}]
    _, rows = built(lake, release(1, links=links), release(2))
    assert [of(row, "canonical_url", "canonical_ocid") for row in rows["processes"]] == [
        (there, "ocds-r6ebe6-0000578943"),
        (None, None),
    ]


def test_tables_made_from_the_model_are_there_where_they_have_rows(lake: Lake) -> None:
    lots = [{"id": "1", "value": {"amount": 1.5, "currency": "GBP"}}, {"id": "2"}]
    done, _ = built(lake, release(1, tender={"id": "t", "lots": lots}), release(2))
    names = {artifact.path.removesuffix(".parquet"): artifact.rows for artifact in done.artifacts}
    assert {name: n for name, n in names.items() if name not in tables()} == {"tender_lots": 2}
    found = pq.read_table(Path(lake.root) / done.folder / "tender_lots.parquet")
    assert found.column("value_amount").to_pylist() == [Decimal("1.50"), None]
    assert (
        b"the lot will cost: Amount of money"
        in found.schema.field("value_amount").metadata[b"definition"]
    )


def test_types_are_real(lake: Lake) -> None:
    done, _ = built(lake, award_release(1))
    types = {
        name: pq.read_schema(Path(lake.root) / done.folder / f"{name}.parquet") for name in tables()
    }
    assert types["awards"].field("amount").type == pa.decimal128(18, 2)
    assert types["releases"].field("date").type == pa.timestamp("us", tz="UTC")
    assert types["contracts"].field("above_threshold").type == pa.bool_()
    assert types["releases"].field("tag").type == pa.list_(pa.string())


def test_keys_join(lake: Lake) -> None:
    done, _ = built(lake, *(award_release(n, amount=n * 1.5) for n in range(1, 20)))
    folder = Path(lake.root) / done.folder
    query = f"""
        SELECT count(*), sum(a.amount) FROM '{folder}/award_suppliers.parquet' s
        JOIN '{folder}/awards.parquet' a USING (ocid, award_position)
        JOIN '{folder}/processes.parquet' p USING (ocid)
        JOIN '{folder}/contracts.parquet' c ON (c.ocid, c.award_id) = (a.ocid, a.award_id)
        JOIN '{folder}/parties.parquet' o ON (o.ocid, o.party_id) = (s.ocid, s.supplier_id)"""
    assert duckdb.sql(query).fetchall() == [(38, Decimal("570.00"))]


def test_duckdb_pandas_and_pyarrow_read_the_same_rows(lake: Lake) -> None:
    done, rows = built(lake, award_release(1), award_release(2))
    path = str(Path(lake.root) / done.folder / "award_suppliers.parquet")
    assert len(pd.read_parquet(path)) == len(rows["award_suppliers"]) == 4
    assert duckdb.read_parquet(path).count("*").fetchall() == [(4,)]


def test_metadata_tells_edition_source_licence_and_definitions(lake: Lake) -> None:
    done, _ = built(lake, award_release(1))
    schema = pq.read_schema(Path(lake.root) / done.folder / "awards.parquet")
    told = {k.decode(): v.decode() for k, v in schema.metadata.items()}
    assert told["edition"] == done.version
    assert (told["source"], told["licence"], told["key"]) == (
        "find_a_tender",
        "OGL-UK-3.0",
        "ocid,award_position",
    )
    assert b"Value of the award" in schema.field("amount").metadata[b"definition"]


def test_values_that_cannot_be_read_are_null_and_counted(lake: Lake) -> None:
    odd = award_release(1, amount="1.234,50")
    odd["contracts"][0] |= {
        "dateSigned": "soon",
        "aboveThreshold": "yes",
        "value": {"amount": 0.125, "currency": "GBP"},
    }
    done, rows = built(lake, odd)
    assert rows["awards"][0]["amount"] is None
    assert of(rows["contracts"][0], "date_signed", "above_threshold", "amount") == (
        None,
        None,
        Decimal("0.12"),
    )
    assert done.notes["oddities"] == {
        "awards.amount: unreadable": 1,
        "contracts.above_threshold: unreadable": 1,
        "contracts.amount: rounded": 1,
        "contracts.date_signed: unreadable": 1,
    }


def test_long_amounts_reach_the_table_to_the_penny(lake: Lake) -> None:
    body = package(award_release(1, amount=77)).replace(b"77", b"1234567890123456.78")
    done = build_tables(PUBLICATION, lake, [(SOURCE, compiled(lake, body))])
    found = pq.read_table(Path(lake.root) / done.folder / "awards.parquet").column("amount")
    assert found.to_pylist() == [Decimal("1234567890123456.78")]


@pytest.mark.parametrize(
    "odd",
    [
        {"parties": [{"id": ["x"], "address": "1 High Street", "details": [], "roles": {}}]},
        {"awards": [{"id": "1", "suppliers": [{"id": {"a": 1}}, {}], "value": "5", "items": {"a": 1}}]},
        {"tender": {"id": 5, "items": [{"additionalClassifications": "x"}, {"additionalClassifications": [5, None, {"id": None}]}]}},
        {"contracts": [{}], "planning": {"documents": [{}]}},
        {"tender": {"id": "1", "documents": "x", "procuringEntity": []}},
    ],
)  # fmt: skip
def test_wrong_shapes_inside_never_stop_the_tables(lake: Lake, odd: dict[str, Any]) -> None:
    done, rows = built(lake, release(1, **odd))
    assert done.counts.rejected == 0
    assert len(rows["releases"]) == 1


def test_row_groups_are_flushed_and_equal_input_gives_equal_bytes(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transforms.tables import build

    monkeypatch.setattr(build, "ROW_GROUP", 7)
    releases = [award_release(n) for n in range(1, 40)]
    first, rows = built(lake, *releases)
    other = Lake(tmp_path / "other")
    second, _ = built(other, *releases)
    assert len(rows["releases"]) == 39
    assert first.artifacts == second.artifacts
    assert pq.ParquetFile(Path(lake.root) / first.folder / "releases.parquet").num_row_groups == 6


def test_no_release_at_all_makes_empty_tables(lake: Lake) -> None:
    _, rows = built(lake)
    assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(tables(), 0)


def test_a_publication_without_records_says_what_to_do(lake: Lake) -> None:
    with pytest.raises(NothingNew, match="pull and compile"):
        build_tables(PUBLICATION, lake, [])
