import csv
import gzip
import hashlib
import io
import json
import random
import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from kernel import ConfigError
from publish.sheets.csv_text import CsvFile
from publish.sheets.sheet import Form
from tenderline.cli import cli
from tenderline.merging import intake
from tenderline.tabling import arrange, rows, run, workbook
from tenderline.tabling.run import Forms, Made, make_tables
from tests.made import award_release
from transforms.jsontext import dumps
from transforms.merge import compile_releases
from transforms.tables.schema import tables

ALL = Forms(csv=True, xlsx=True, jsonl=True, versioned=True)
FORMULA = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "x=1", "", None]


def releases() -> list[dict[str, Any]]:
    """Thirty processes, some of two releases, the second with another title."""
    found = [award_release(n, amount=n * 1.5, tender={"id": "t", "lots": [{"id": "1"}]}) for n in range(30)]  # fmt: skip
    again = [
        {**award_release(n), "id": f"{n}-b", "date": "2026-03-02T00:00:00Z", "tender": {"id": "t", "title": f"=T{n}"}}
        for n in range(0, 30, 4)
    ]  # fmt: skip
    return [*found, *again]


def lines(found: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in found)


def made(folder: Path, *contents: bytes, forms: Forms = ALL, jobs: int = 1) -> Made:
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents):
        (folder / f"in-{number}").write_bytes(content)
    names = [str(folder / f"in-{number}") for number in range(len(contents))]
    return make_tables(names, folder / "out", forms, jobs=jobs)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    made(folder, lines(releases()))
    return folder


def test_every_table_is_there_in_each_form(plain: Path) -> None:
    names = {Path(name).stem for name in files(plain) if name.endswith(".parquet")}
    assert names == {*tables(), "tender_lots"}
    assert {Path(n).stem for n in files(plain) if n.endswith(".csv")} == names
    rows = pq.read_table(plain / "out" / "awards.parquet")
    assert rows["ocid"].to_pylist() == sorted(rows["ocid"].to_pylist())
    assert len(rows) == 30
    assert pq.read_table(plain / "out" / "processes.parquet")["title"].to_pylist()[:5] == [
        "=T0", None, None, None, "=T4"]  # fmt: skip
    assert len(pq.read_table(plain / "out" / "releases.parquet")) == 38


def test_order_files_and_cores_make_no_difference(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = releases()
    random.Random(1).shuffle(mixed)
    package = json.dumps({"version": "1.1", "releases": mixed[10:]}).encode()
    monkeypatch.setattr(arrange, "PIECE", 2000)
    made(tmp_path, lines(mixed[:10]), gzip.compress(package), jobs=3)
    assert files(tmp_path) == files(plain)


@pytest.mark.parametrize("memory", [0, 1 << 20])
@pytest.mark.parametrize("jobs", [1, 2])
def test_memory_makes_no_difference_and_numbers_keep_their_digits(
    tmp_path: Path, memory: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held in memory or in scratch files: the compiled releases as lines, hashes and rows."""
    plain = releases()
    exact = re.sub(rb'("amount":)[0-9.]+', rb"\g<1>1234567890123456.78", lines(plain[:4]))
    contents = [exact, lines(plain[4:20]), lines(plain[20:])]
    made(tmp_path / "wanted", *contents)
    monkeypatch.setattr(intake, "MEMORY", memory)
    made(tmp_path / "found", *contents, jobs=jobs)
    found = files(tmp_path / "found")
    assert found == files(tmp_path / "wanted")
    versioned = found["versioned.jsonl"].splitlines()
    assert [json.loads(each)["ocid"] for each in versioned] == sorted({r["ocid"] for r in plain})
    compiled = found["compiled.jsonl"].splitlines()
    assert compiled == sorted(compiled, key=lambda line: json.loads(line)["ocid"])
    assert b"1234567890123456.78" in compiled[1]
    amounts = pq.read_table(tmp_path / "found" / "out" / "awards.parquet")["amount"].to_pylist()
    assert Decimal("1234567890123456.78") in amounts
    told = pq.read_table(tmp_path / "found" / "out" / "releases.parquet")
    hashes = {hashlib.sha256(dumps(one)).hexdigest() for one in plain[4:]}
    assert hashes <= {*told["sha256"].to_pylist()}


def test_compiled_releases_are_taken_as_they_are(plain: Path, tmp_path: Path) -> None:
    by: dict[str, list[dict[str, Any]]] = {}
    for one in releases():
        by.setdefault(one["ocid"], []).append(one)
    found = made(tmp_path, lines([compile_releases(each).release for each in by.values()]))
    assert sum(each.as_they_are for each in found.gathered) == 30
    same = {k for k, v in files(tmp_path).items() if files(plain)[k] == v}
    assert {"contracts.parquet", "tender_lots.parquet", "parties.csv"} <= same


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("twice", [[], [0, 29]])
def test_rows_made_while_releases_are_read_are_those_made_of_all(
    tmp_path: Path, twice: list[int], jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a compiled release proves not to be the only one of its process."""
    found = [compile_releases([one]).release for one in releases()[:30]]
    later = [{**found[n], "date": "2026-03-02T00:00:00Z", "language": "cy"} for n in twice]
    other = award_release(77, amount=1)
    contents = [lines(found[n::2]) for n in range(2)] + [lines([*later, other])]
    monkeypatch.setattr(intake, "SURELY", 0)
    late = made(tmp_path / "late", *contents, forms=Forms(csv=True))
    monkeypatch.undo()
    monkeypatch.setattr(rows, "HELD", 9)
    early = made(tmp_path / "early", *contents, forms=Forms(csv=True), jobs=jobs)
    assert files(tmp_path / "early") == files(tmp_path / "late")
    for name in ("unheld", "left_out", "oddities"):
        assert early.total(name) == late.total(name)
    for count in ("processes", "releases"):
        assert sum(getattr(each.joined, count) for each in early.gathered) == sum(
            getattr(each.joined, count) for each in late.gathered
        )
    assert sum(each.as_they_are for each in early.gathered) == 30 - len(twice)
    if jobs == 1 or not twice:  # otherwise it is chance who reads both
        folders = {each.folder.name.partition("-")[0] for each in early.gathered}
        assert folders == ({"made"} if twice else {"early", "made"})


def test_csv_is_safe_and_by_rfc_4180(tmp_path: Path) -> None:
    rows = pa.table(
        {
            "text": pa.array([*FORMULA, 'a "b", c\nd'], pa.string()),
            "amount": pa.array([Decimal("-1.50")] * 10, pa.decimal128(18, 2)),
            "texts": pa.array([["=a", "b"]] * 9 + [None], pa.list_(pa.string())),
            "when": pa.array([1_500_000] * 9 + [None], pa.timestamp("us", tz="UTC")),
        }
    )
    file = CsvFile(str(tmp_path / "x.csv"), rows.schema)
    file.add(rows)
    file.close()
    text = (tmp_path / "x.csv").read_bytes().decode()
    assert text.startswith('"text","amount","texts","when"\r\n')
    found = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [row[0] for row in found] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "x=1", "", "", 'a "b", c\nd"'[:-1]]  # fmt: skip
    assert found[0][1:] == ["-1.50", "'=a; b", "1970-01-01T00:00:01.500000Z"]
    assert found[9][2:] == ["", ""]
    assert '\r\n"",-1.50,' in text  # text of no characters is not no text


def cell(value: Any) -> Any:
    """A value of a Parquet file as a workbook has it."""
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, Decimal):
        return float(value)
    if type(value) is date:
        return datetime.combine(value, time())
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def test_the_workbook_has_the_same_rows(plain: Path) -> None:
    book = openpyxl.load_workbook(plain / "out" / "tables.xlsx")
    assert book.sheetnames[0] == "README"
    told = {row[1]: row[2] for row in book["README"].iter_rows(min_row=2, values_only=True)}
    assert told["awards"] == 30
    assert set(book.sheetnames[1:]) == {*tables(), "tender_lots"}
    for name in ("awards", "processes", "parties", "documents"):
        head, *rows = book[name].iter_rows(values_only=True)
        kept = pq.read_table(plain / "out" / f"{name}.parquet")
        assert list(head) == kept.column_names
        columns = [[cell(value) for value in column.to_pylist()] for column in kept.columns]
        assert rows == list(zip(*columns, strict=True)), name
    assert book["processes"]["H2"].value == "=T0"
    assert book["processes"]["H2"].data_type in ("s", "inlineStr")


def test_what_a_workbook_cannot_hold_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long, odd = "é😀" * 12_000, "a\x01b_x0041_<&>\r\n c"
    body = {
        "title": long,
        "description": odd,
        "value": {"amount": 12345678901234.56, "currency": " "},
    }
    some = [award_release(n, tender={"id": "t", **body}) for n in range(5)]
    monkeypatch.setattr(run, "Form", partial(Form, most=3))
    found = made(tmp_path, lines(some))
    assert found.long == 10  # in processes and in releases
    book = openpyxl.load_workbook(tmp_path / "out" / "tables.xlsx")
    assert [n for n in book.sheetnames if n.startswith("processes")] == ["processes", "processes 2"]
    assert book["processes 2"].max_row == 3
    head = [cell.value for cell in book["processes 2"][1]]
    row = dict(zip(head, [cell.value for cell in book["processes 2"][2]], strict=True))
    assert row["title"].endswith("Parquet file has all of it]")
    assert len(row["title"].encode("utf-16-le")) // 2 <= 32_767
    plain = row["description"].replace("_x005F_", "_")  # openpyxl leaves the notation as it is
    assert plain == "a\ufffdb_x0041_<&>\r\n c"
    assert row["tender_amount"] == "12345678901234.56"
    kept = pq.read_table(tmp_path / "out" / "processes.parquet")
    assert kept["title"][0].as_py() == long


def test_a_folder_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbook, "workbook", fail)
    with pytest.raises(OSError, match="No space"):
        made(tmp_path, lines(releases()))
    assert [path.name for path in tmp_path.iterdir()] == ["in-0"]


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(ConfigError, match="no empty folder: name a new one"):
        made(tmp_path, lines(releases()))
    (tmp_path / "out" / "mine").unlink()
    (tmp_path / "out.part").mkdir()
    with pytest.raises(ConfigError, match="remove it"):
        made(tmp_path, lines(releases()))
    (tmp_path / "out.part").rmdir()
    made(tmp_path, lines(releases()), forms=Forms())
    assert all(name.endswith(".parquet") for name in files(tmp_path))


def test_the_command_tells_what_it_made_and_what_it_left(tmp_path: Path) -> None:
    odd = award_release(1, odd={"a": 1}, parties=[{"id": "1", "contactPoint": {"name": "A"}}])
    given = lines([odd, {"id": "1", "tag": [], "date": "2026-01-01T00:00:00Z"}])
    done = CliRunner().invoke(cli, ["tables", "-", str(tmp_path / "out")], input=given)
    assert done.exit_code == 1
    told = done.output
    assert "12 tables" not in told
    assert "11 tables with" in told
    assert "of 1 processes and 1 releases" in told
    assert "1 values are of fields that no table has:\n  1 odd" in told
    assert "1 values about people are left out on purpose:\n  1 parties/contactPoint" in told
    assert "left out 1: a release has no ocid" in told


def test_the_command_ends_with_2_for_a_file_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(lines(releases()), mtime=0)[:-20])
    done = CliRunner().invoke(cli, ["tables", str(path), str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 2
    assert "not read to its end" in done.output


def test_files_without_releases_make_empty_tables(tmp_path: Path) -> None:
    made(tmp_path, b'{"version":"1.1","publishedDate":"2026-01-01T00:00:00Z","releases":[]}')
    rows = {n: pq.read_metadata(tmp_path / "out" / f"{n}.parquet").num_rows for n in tables()}
    assert set(rows.values()) == {0}
