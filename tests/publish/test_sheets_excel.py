"""Workbooks of an edition: opened by another library, complete, safe, and the same bytes again."""

import csv
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kernel import Lake, LakeCorrupt
from publish.sheets import cells, excel, pieces
from publish.sheets.package import write_workbook
from publish.sheets.sheet import MOST_ROWS, Form, Look, Sheets
from publish.sheets.styles import Style
from publish.sheets.wide import WideColumn, wide_columns
from tests.made import award_release
from tests.publish.conftest import Publisher, publisher

LONG = "x" * 40_000
HOSTILE = ['=HYPERLINK("http://x")', "+1", "-1", "@x", "\tx", "a\x00\x01\x0b\ufffeb", "_x0041_", "<&>\"'", "😀 \u202eabc\u200f é", " x ", LONG]  # fmt: skip


def day(year: int, month: int, number: int) -> datetime:
    """A day as openpyxl reads it."""
    return datetime(year, month, number, tzinfo=UTC).replace(tzinfo=None)


def release_of(number: int, date: str, **award: Any) -> dict[str, Any]:
    """A release whose award was first published on a day, with changes of the award."""
    made = award_release(number, date=f"{date}T10:00:00Z")
    made["awards"][0] |= {"date": f"{date}T00:00:00+01:00", "title": "Award", **award}
    return made


def releases() -> list[dict[str, Any]]:
    url = "https://example.org/n?a=1&b=2"
    found = [release_of(n, "2025-07-01") for n in range(1, 4)]
    found.append(release_of(4, "2026-03-01", suppliers=[], relatedLots=["1", "2"]))
    found.append(release_of(5, "2026-03-02", title="=1+1"))
    found.append(release_of(6, "2026-03-02", id=None))
    for one in found:
        one["awards"][0]["documents"][0]["url"] = url
        one["tender"] = {
            "id": "t",
            "title": "Chairs",
            "techniques": {"hasFrameworkAgreement": True},
            "lots": [{"id": "1"}, {"id": "2"}, {"id": "3"}],
        }
    return found


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    with pytest.MonkeyPatch.context() as patch:
        return Path(lake.root) / publisher(lake, patch)(*releases()).folder


def rows_of(path: Path, title: str = "Awards by supplier") -> list[dict[str, Any]]:
    """The rows of a sheet by column."""
    head, *rows = openpyxl.load_workbook(path)[title].iter_rows(values_only=True)
    names = {c.heading: c.name for c in wide_columns()}
    return [dict(zip([names.get(h, h) for h in head], row, strict=True)) for row in rows]


def told(path: Path) -> list[tuple[str, str]]:
    return list(openpyxl.load_workbook(path)["README"].iter_rows(min_row=2, values_only=True))


def test_a_workbook_for_each_year_of_first_publication(edition: Path) -> None:
    assert sorted(path.name for path in (edition / "excel").iterdir()) == [
        "find_a_tender-2025.xlsx",
        "find_a_tender-2026.xlsx",
        "sme_share.xlsx",
    ]
    book = openpyxl.load_workbook(edition / "excel" / "find_a_tender-2025.xlsx")
    assert book.sheetnames == ["README", "Dictionary", "Awards by supplier"]
    sheet = book["Awards by supplier"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:AU{1 + 6}"
    assert [cell.value for cell in sheet[1]] == [c.heading for c in wide_columns()]
    assert sheet["D2"].value == "Small"
    assert sheet.column_dimensions["B"].width == 34


def test_one_row_for_each_supplier_and_for_awards_without(edition: Path) -> None:
    rows = rows_of(edition / "excel" / "find_a_tender-2025.xlsx")
    assert [(r["supplier_name"], r["supplier_size"], r["suppliers"]) for r in rows] == [
        ("Small", "sme", 2),
        ("Big", "large", 2),
    ] * 3
    assert sum(r["award_amount_shared"] for r in rows if r["counts_once"]) == 300
    first = rows[0]
    assert first["award_date"] == day(2025, 7, 1), "by the clock of the source"
    assert first["award_first_published"] == day(2025, 7, 1)
    assert (first["classification_scheme"], first["classification_code"]) == ("CPV", "03000000")
    assert (first["framework"], first["lots_of_tender"], first["lots_awarded"]) == (True, 3, None)
    assert (first["contracts"], first["contract_first_signed"]) == (1, day(2026, 2, 28))
    later = rows_of(edition / "excel" / "find_a_tender-2026.xlsx")
    alone = [row for row in later if row["supplier_name"] is None]
    assert [(r["suppliers"], r["counts_once"], r["lots_awarded"]) for r in alone] == [(0, True, 2)]
    unnamed = [row for row in later if row["award_id"] is None]
    assert {row["award_first_published"] for row in unnamed} == {None}
    assert len(unnamed) == 2


def test_types_and_looks(edition: Path) -> None:
    book = openpyxl.load_workbook(edition / "excel" / "find_a_tender-2026.xlsx")
    sheet = book["Awards by supplier"]
    at = {c.name: number for number, c in enumerate(wide_columns(), start=1)}
    date = sheet.cell(3, at["award_date"])
    assert (date.is_date, date.number_format) == (True, "yyyy\\-mm\\-dd")
    money = sheet.cell(3, at["award_amount_shared"])
    assert (money.value, money.data_type, money.number_format) == (100, "n", "#,##0.00")
    link = sheet.cell(3, at["notice_url"])
    assert link.hyperlink.target == link.value == "https://example.org/n?a=1&b=2"
    risky = sheet.cell(3, at["award_title"])
    assert (risky.value, risky.data_type, risky.quotePrefix) == ("=1+1", "s", True)


def test_the_readme_and_the_dictionary_tell_what_there_is(edition: Path) -> None:
    text = "\n".join(
        f"{a or ''}: {b}" for a, b in told(edition / "excel" / "find_a_tender-2026.xlsx")
    )
    for part in (
        "Edition: 2026-03-01-",
        "Rows: 5 in this file, 5 in all files of the year",
        "Awards: 3 in all",
        "1 of them name no supplier",
        "4 rows are of awards that several suppliers share",
        "counts it several times",
        "Links: 5 can be clicked; 0 more are plain text",
        "Cells cut: 0 were longer",
        "Source: Find a Tender (Cabinet Office)",
        "Licence: OGL-UK-3.0",
        "How to cite: tenderline: Find a Tender, edition 2026-03-01-",
    ):
        assert part in text
    rows = rows_of(edition / "excel" / "find_a_tender-2026.xlsx", "Dictionary")
    assert [row["Column"] for row in rows] == [c.heading for c in wide_columns()]
    assert all(row["What it means"] and row["Where it is in OCDS"] for row in rows)


def test_the_csv_file_has_the_same_rows(edition: Path) -> None:
    with (edition / "csv" / "awards_by_supplier.csv").open(newline="") as file:
        flat = list(csv.DictReader(file))
    assert list(flat[0]) == [c.name for c in wide_columns()]
    books = sorted((edition / "excel").glob("find_a_tender-*"))
    rows = [row for path in books for row in rows_of(path)]
    for column in ("ocid", "supplier_name", "award_id", "notice_url", "award_currency"):
        assert [row[column] or None for row in flat] == [row[column] for row in rows]
    assert flat[0]["award_date"] == "2025-07-01"
    assert {row["award_amount_shared"] for row in flat} == {"100.00"}


def test_the_script_of_the_edition_makes_these_rows(
    edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(edition)
    with duckdb.connect() as connection:
        script = (edition / "sql" / "awards_by_supplier.sql").read_text()
        head, _, query = script.rpartition("\n\n")
        connection.execute(head).fetchall()
        rows = connection.sql(query.rstrip(";\n")).to_arrow_table().to_pylist()
    with (edition / "csv" / "awards_by_supplier.csv").open(newline="") as file:
        flat = list(csv.DictReader(file))
    assert [(r["ocid"], r["supplier_name"] or "", str(r["award_date"])) for r in rows] == [
        (r["ocid"], r["supplier_name"], r["award_date"]) for r in flat
    ]


@pytest.mark.heavy
def test_pieces_and_parts_make_no_difference(
    lake: Lake, edition: Path, publish_now: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    again = Path(lake.root) / publish_now(*releases()).folder
    for folder in ("csv", "excel"):
        files = {path.name: path.read_bytes() for path in (edition / folder).iterdir()}
        assert {path.name: path.read_bytes() for path in (again / folder).iterdir()} == files


@pytest.mark.heavy
def test_a_year_that_is_too_long_is_split(
    lake: Lake, publish_now: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel.Years.__init__, "__defaults__", (4,))
    folder = Path(lake.root) / publish_now(*releases()).folder / "excel"
    names = ["find_a_tender-2025-a.xlsx", "find_a_tender-2025-b.xlsx", "find_a_tender-2026-a.xlsx", "find_a_tender-2026-b.xlsx"]  # fmt: skip
    assert sorted(path.name for path in folder.glob("find_a_tender-*")) == names
    assert [len(rows_of(folder / name)) for name in names] == [4, 2, 4, 1]
    assert ("File", "2 of 2: the year does not fit into one") in told(folder / names[1])


def test_tables_that_do_not_fit_together_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, ocids in (("processes", ["a", "b"]), ("awards", ["b", "a"])):
        rows = pa.table({"source": ["s"] * 2, "ocid": ocids})
        pq.write_table(rows, tmp_path / f"{name}.parquet")
    files = {name: [tmp_path / f"{name}.parquet"] for name in ("processes", "awards")}
    columns = {name: ["source", "ocid"] for name in files}
    assert len(list(pieces.pieces(files, columns))) == 1, "both in one piece"
    monkeypatch.setattr(pieces, "PIECE", 1)
    with pytest.raises(LakeCorrupt, match="make the tables anew"):
        list(pieces.pieces(files, columns))


def test_every_column_of_the_query_has_its_definition(edition: Path) -> None:
    with (edition / "csv" / "awards_by_supplier.csv").open(newline="") as file:
        assert next(csv.reader(file)) == [c.name for c in wide_columns()]
    assert all(isinstance(c, WideColumn) and c.definition for c in wide_columns())
    assert len({c.heading for c in wide_columns()}) == len(wide_columns())


def book(folder: Path, rows: pa.Table, **form: Any) -> tuple[Path, Sheets]:
    """A workbook of one table."""
    folder.mkdir(exist_ok=True)
    sheets = Sheets(folder, "x", Form(rows.column_names, **form))
    sheets.add(rows)
    sheets.close()
    titles = [f"x {part.number}" for part in sheets.parts]
    write_workbook(folder / "x.xlsx", titles, sheets.parts)
    return folder / "x.xlsx", sheets


def test_hostile_text_is_kept_or_marked_and_counted(tmp_path: Path) -> None:
    rows = pa.table({"a": pa.array(HOSTILE), "=b": pa.array([["=1", x] for x in HOSTILE])})
    path, sheets = book(tmp_path, rows)
    found = [row[0].value for row in openpyxl.load_workbook(path)["x 1"].iter_rows(min_row=2)]
    *kept, cut = found
    expected = ["a\ufffd\ufffd\ufffd\ufffdb" if "\x00" in text else text for text in HOSTILE[:-1]]
    expected[HOSTILE.index("_x0041_")] = "_x005F_x0041_"  # openpyxl leaves the notation as it is
    assert kept == expected
    assert cut.endswith(cells.MARK)
    assert len(cut) == 32_767
    tally = sheets.parts[0].tally
    assert (tally.long, tally.illegal) == (2, 2)
    assert all(cell.data_type == "s" for row in openpyxl.load_workbook(path)["x 1"] for cell in row)


def test_links_are_bounded_and_only_good_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_LINKS", 3)
    good = "https://example.org/a%20b?x=1&y='2'".replace("'", "")
    texts = [good, "javascript:alert(1)", "https://e.org/a b", "https://e.org/%zz", f"https://e.org/{'x' * 2100}", None, "", good, "http://e.org:80/", good, good]  # fmt: skip
    looks = [Look(Style.LINK, 20)]
    path, sheets = book(tmp_path, pa.table({"url": pa.array(texts, pa.string())}), looks=looks)
    sheet = openpyxl.load_workbook(path)["x 1"]
    linked = [cell.row for cell in sheet["A"] if cell.hyperlink]
    assert linked == [2, 9, 10]
    assert [cell.value for cell in sheet["A"]][1:] == [text or text for text in texts]
    assert sheets.parts[0].tally.unlinked == 2


def test_numbers_and_dates_that_excel_cannot_hold_are_text(tmp_path: Path) -> None:
    amounts = pa.array(["12345678901234.56", "-0.50", "1.10"]).cast(pa.decimal128(18, 2))
    dates = pa.array(["1899-12-31", "1900-03-01", "2026-02-28"]).cast(pa.date32())
    whens = dates.cast(pa.timestamp("us", tz="UTC"))
    path, _ = book(tmp_path, pa.table({"amount": amounts, "date": dates, "when": whens}))
    head, *rows = openpyxl.load_workbook(path)["x 1"].iter_rows(values_only=True)
    assert head == ("amount", "date", "when")
    assert rows[0] == ("12345678901234.56", "1899-12-31", "1899-12-31T00:00:00Z")
    assert rows[1] == (-0.5, day(1900, 3, 1), day(1900, 3, 1))
    assert rows[2] == (1.1, day(2026, 2, 28), day(2026, 2, 28))


@pytest.mark.heavy
def test_one_row_too_many_begins_a_further_sheet(tmp_path: Path) -> None:
    rows = pa.table({"n": pa.array(range(MOST_ROWS + 2), pa.int32())})
    path, sheets = book(tmp_path, rows)
    assert [part.rows for part in sheets.parts] == [MOST_ROWS, 2]
    with zipfile.ZipFile(path) as file, file.open("xl/worksheets/sheet1.xml") as sheet:
        assert sum(line.startswith(b"<row ") for line in sheet) == 1_048_576
    loaded = openpyxl.load_workbook(path, read_only=True)
    assert [row[0].value for row in loaded["x 2"].rows] == ["n", MOST_ROWS, MOST_ROWS + 1]
    loaded.close()


@pytest.fixture
def office() -> str:
    found = shutil.which("soffice")
    if not found:
        pytest.skip("LibreOffice is not here: apt-get install libreoffice-calc")
    return found


@pytest.mark.heavy
def test_libreoffice_opens_it_with_the_same_cells(
    office: str, edition: Path, tmp_path: Path
) -> None:
    rows = pa.table({"a": pa.array(HOSTILE[:-1])})
    hostile, _ = book(tmp_path / "hostile", rows)
    for path, sheet in ((edition / "excel" / "find_a_tender-2026.xlsx", 3), (hostile, 1)):
        filters = (
            f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
        )
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        done = subprocess.run(
            [office, profile, "--headless", "--convert-to", filters, "--outdir", str(tmp_path), str(path)],
            check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        (made,) = tmp_path.glob(f"{path.stem}*.csv")
        with made.open(newline="", encoding="utf-8") as file:
            found = list(csv.reader(file))
        assert "Error" not in done.stderr
        if path == hostile:
            kept = [
                text.replace("\x00", "\ufffd").replace("\x01", "\ufffd") for text in HOSTILE[:-1]
            ]
            kept = [text.replace("\x0b", "\ufffd").replace("\ufffe", "\ufffd") for text in kept]
            assert [row[0] for row in found[1:]] == kept
        else:
            assert found[0] == [c.heading for c in wide_columns()]
            assert len(found) == 6
            told_there = dict(zip([c.name for c in wide_columns()], found[2], strict=True))
            assert told_there["award_title"] == "=1+1"
            assert told_there["award_date"] == "2026-03-01"
            assert told_there["award_amount_shared"] == "100"
