"""The answers beside their Parquet and CSV files: their SQL, as JSON Lines, and as a workbook.

Owns the names of these files, and the headings of the workbook.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from publish.gzip_lines import GzipLines
from publish.making import Making, Rows
from publish.sheets.excel import EXCEL
from publish.sheets.front import CURRENCIES, DICTIONARY, DICTIONARY_FORM, README, README_FORM
from publish.sheets.front import table as told_table
from publish.sheets.package import write_workbook
from publish.sheets.sheet import Form, Look, SheetPart, Sheets
from publish.sheets.styles import Style
from transforms.tables.answers import answers, script
from transforms.tables.schema import Table

LOOKS = {"money": Look(Style.MONEY, 18), "text": Look(Style.PLAIN, 30)}
WORDS = {"gbp": "(pounds)", "smes": "SMEs", "sme": "SME", "id": "id"}  # of names, as headings
SHARES = (
    "Shares lie between 0 and 1. The truth is between the lower and the upper bound; a bound "
    "without its coverage says little. Sizes are those that sources publish of winning suppliers."
)


def write_answers(making: Making) -> Rows:
    """Write the files of every answer; their rows."""
    rows: Rows = {}
    for name, table in answers().items():
        sources = [source for source, _ in making.inputs]
        making.place(f"sql/{name}.sql").write_text(script(name, sources), encoding="utf-8")
        found = pa.concat_tables(pq.read_table(path) for path in making.parquet[name])
        rows[f"sql/{name}.sql"] = 0
        rows[f"json/{name}.jsonl.gz"] = _lines(making.place(f"json/{name}.jsonl.gz"), found)
        rows[f"{EXCEL}/{name}.xlsx"] = found.num_rows
        _workbook(making, table, found)
    return rows


def _lines(path: Path, found: pa.Table) -> int:
    """Write a row a line; money as JSON numbers, digit for digit."""
    lines = GzipLines(path)
    for row in found.to_pylist():
        lines.add({name: _json(value) for name, value in row.items()})
    lines.close()
    return lines.rows


def _json(value: object) -> object:
    return orjson.Fragment(f"{value:f}") if isinstance(value, Decimal) else value


def _workbook(making: Making, table: Table, found: pa.Table) -> None:
    heads = [heading(column.name) for column in table.columns]
    looks = [LOOKS.get(column.type, Look(Style.PLAIN, 16)) for column in table.columns]
    told = ((heading(c.name), c.definition, f"sql/{table.name}.sql", c.name) for c in table.columns)
    with TemporaryDirectory(dir=making.folder) as folder:
        sheets = [
            _sheet(
                Path(folder), "readme", README_FORM, told_table(README_FORM, _readme(making, table))
            ),
            _sheet(Path(folder), "dictionary", DICTIONARY_FORM, told_table(DICTIONARY_FORM, told)),
            *_sheets(Path(folder), "rows", Form(heads, looks, filtered=True), found),
        ]
        titles = [README, DICTIONARY, *_titles(heading(table.name), len(sheets) - 2)]
        write_workbook(making.place(f"{EXCEL}/{table.name}.xlsx"), titles, sheets)


def _titles(name: str, sheets: int) -> list[str]:
    return [name, *(f"{name} {number}" for number in range(2, sheets + 1))]


def _sheet(folder: Path, name: str, form: Form, rows: pa.Table) -> SheetPart:
    return _sheets(folder, name, form, rows)[0]


def _sheets(folder: Path, name: str, form: Form, rows: pa.Table) -> Sequence[SheetPart]:
    sheets = Sheets(folder, name, form)
    sheets.add(rows)
    sheets.close()
    return sheets.parts


def _readme(making: Making, table: Table) -> Iterator[tuple[str, str]]:
    publication = making.publication
    yield "What this is", f"{publication.title}: {heading(table.name)}"
    yield "One row is", table.grain
    yield "Edition", f"{making.name}, made by tenderline {making.tables.code}"
    yield "How to read it", SHARES
    yield "", CURRENCIES
    yield "How it is made", f"sql/{table.name}.sql of the edition, over the tables in parquet"
    yield "Licence", f"{publication.licence}, {publication.licence_url}"
    cite = f"{publication.publisher}: {publication.title}, edition {making.name}"
    yield "How to cite", f"{cite}. {publication.uri}/{making.name}"


def heading(name: str) -> str:
    """The name of a column or table as people would write it."""
    text = " ".join(WORDS.get(word, word) for word in name.split("_"))
    return text[0].upper() + text[1:]
