"""CSV files of an edition: every table, in a form that spreadsheets and programs read alike."""

import csv
import gzip
import io
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kernel import Lake
from publish.sheets import sink as sink_module
from publish.sheets.csv_text import CsvFile, lists
from publish.sheets.sink import Sink
from tests.made import award_release, release
from tests.publish.conftest import Publisher, publisher


def read(path: Path) -> list[list[str]]:
    """The records of a file by the csv module, which keeps CRLF within text."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    odd = {"id": "t", "title": 'A "b", c\r\nd; =x\\', "description": "=1+1", "status": "active"}
    given = award_release(1, amount=1234567.5, tag=["award", "contract"], tender=odd)
    lake = Lake(tmp_path_factory.mktemp("lake"))
    with pytest.MonkeyPatch.context() as patch:
        return Path(lake.root) / publisher(lake, patch)(given, release(2)).folder


def test_every_table_is_there_with_the_same_values(edition: Path) -> None:
    tables = sorted(path.stem for path in (edition / "parquet").glob("*.parquet"))
    assert {path.stem for path in (edition / "csv").glob("*.csv")} == {
        *tables,
        "awards_by_supplier",
    }
    for name in tables:
        kept = pq.read_table(edition / "parquet" / f"{name}.parquet")
        head, *rows = read(edition / "csv" / f"{name}.csv")
        assert head == kept.column_names
        assert len(rows) == len(kept)
        texts = [f.name for f in kept.schema if pa.types.is_string(f.type)]
        for number, row in enumerate(kept.to_pylist()):
            for column in texts:
                told = rows[number][head.index(column)]
                assert told in (row[column] or "", f"'{row[column]}"), (name, column)


def test_each_type_has_its_form(edition: Path) -> None:
    (process, _) = pd.read_csv(edition / "csv" / "processes.csv", dtype=str).to_dict("records")
    assert process["title"] == 'A "b", c\r\nd; =x\\'
    assert process["description"] == "'=1+1"
    assert process["first_release"] == "2026-03-01T01:00:00Z"
    assert process["has_tender"] == "true"
    (award,) = pd.read_csv(edition / "csv" / "awards.csv", dtype=str).to_dict("records")
    assert award["amount"] == "1234567.50"
    assert award["suppliers"] == "2"
    tags = pd.read_csv(edition / "csv" / "releases.csv", dtype=str)["tag"].tolist()
    assert tags == ["award; contract", "tender"]
    raw = (edition / "csv" / "awards.csv").read_bytes()
    assert raw.endswith(b"\r\n")
    assert not raw.startswith(b"\xef\xbb\xbf")


def test_duckdb_reads_what_the_parquet_files_hold(edition: Path) -> None:
    told = duckdb.sql(f"SELECT ocid, amount FROM '{edition}/csv/awards.csv'").fetchall()
    kept = duckdb.sql(f"SELECT ocid, amount FROM '{edition}/parquet/awards.parquet'").fetchall()
    assert [(ocid, Decimal(str(amount))) for ocid, amount in told] == kept


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        (["a", "b"], "a; b"),
        (["a; b", "c\\"], "a\\; b; c\\\\"),
        ([], ""),
        (None, None),
        (["", None], "; "),
        ([";"], "\\;"),
    ],
)
def test_entries_of_lists_can_be_told_apart(entries: list[str] | None, text: str | None) -> None:
    column = pa.array([["before"], entries, ["after"]], pa.list_(pa.string()))
    assert lists(column).to_pylist() == ["before", text, "after"]
    assert lists(column.slice(1, 1)).to_pylist() == [text]


def test_a_list_is_no_formula(tmp_path: Path) -> None:
    rows = pa.table({"list": pa.array([["=1+1", "x"], ["x", "=1"]], pa.list_(pa.string()))})
    file = CsvFile(str(tmp_path / "x.csv"), rows.schema)
    file.add(rows)
    file.close()
    assert read(tmp_path / "x.csv") == [["list"], ["'=1+1; x"], ["x; =1"]]


@pytest.mark.parametrize(("rows", "largest"), [(0, 1000), (2_000_000, 10**9)])
def test_a_large_file_is_gzipped_and_has_the_same_bytes(
    tmp_path: Path, rows: int, largest: int
) -> None:
    parts = [f"{number},line\r\n".encode() for number in range(500)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sink = Sink(tmp_path / name / "x.csv", rows, largest)
        for part in parts:
            sink.write(part)
        sink.close()
        assert [path.name for path in (tmp_path / name).iterdir()] == ["x.csv.gz"]
        assert gzip.decompress(sink.path.read_bytes()) == b"".join(parts)
    packed = [(tmp_path / name / "x.csv.gz").read_bytes() for name in ("a", "b")]
    assert packed[0] == packed[1]
    assert packed[0][3:8] == bytes(5), "no name and no time"


def test_a_small_file_is_plain(tmp_path: Path) -> None:
    sink = Sink(tmp_path / "x.csv", 2, 10)
    sink.write(b"0123456789")
    sink.close()
    assert sink.path.read_bytes() == b"0123456789"


def test_an_edition_names_its_gzipped_files(
    lake: Lake, publish_now: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink_module.Sink.__init__, "__defaults__", (200,))
    edition = publish_now(award_release(1))
    found = {a.path: a for a in edition.artifacts if a.path.startswith("csv/")}
    assert found["csv/awards.csv.gz"].media_type == "application/gzip"
    assert found["csv/awards_by_supplier.csv.gz"].rows == 2
    packed = (Path(lake.root) / edition.folder / "csv" / "awards.csv.gz").read_bytes()
    assert gzip.decompress(packed).count(b"\r\n") == 2
