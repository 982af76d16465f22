"""The answers in every format: the same rows, and the query that makes them again."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq

from kernel import Lake
from publish.answers import heading
from tests.made import award_release
from tests.publish.conftest import Publisher


def test_an_answer_is_the_same_in_every_format(lake: Lake, publish_now: Publisher) -> None:
    hostile = {"buyer": {"id": "GB-COH-1", "name": "=cmd|' /C calc'!A0"}}
    folder = (
        Path(lake.root) / publish_now(award_release(1, 10.1), award_release(2, **hostile)).folder
    )
    rows = pq.read_table(folder / "parquet" / "sme_share.parquet").to_pylist()
    assert [row["value_gbp"] for row in rows] == [Decimal("110.10")]
    with gzip.open(folder / "json" / "sme_share.jsonl.gz") as lines:
        assert [json.loads(line, parse_float=Decimal) for line in lines] == [
            {k: Decimal(str(v)) if isinstance(v, float) else v for k, v in row.items()}
            for row in rows
        ]
    book = openpyxl.load_workbook(folder / "excel" / "sme_share.xlsx")
    assert book.sheetnames == ["README", "Dictionary", "SME share"]
    head, *cells = book["SME share"].iter_rows(values_only=True)
    assert head == tuple(map(heading, rows[0]))
    assert [list(found) for found in cells] == [
        [float(v) if isinstance(v, Decimal) else v for v in row.values()] for row in rows
    ]
    assert all(cell.data_type != "f" for line in book["SME share"].iter_rows() for cell in line)
    with duckdb.connect() as connection:
        for path in (folder / "parquet").glob("*.parquet"):
            connection.read_parquet(str(path)).create_view(path.stem)
        asked = connection.sql((folder / "sql" / "sme_share.sql").read_text())
        assert asked.to_arrow_table().to_pylist() == rows


def test_headings_are_for_people() -> None:
    assert heading("value_all_smes_gbp") == "Value all SMEs (pounds)"
    assert heading("buyer_id") == "Buyer id"
