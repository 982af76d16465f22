"""The awards by supplier: the columns of this table, and the query that makes its rows.

Owns where the query finds its tables: those without a row have no file, and are empty ones here.
The definitions are rows of `awards_by_supplier.csv`.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from kernel import Source
from publish.sheets.sheet import Look
from publish.sheets.styles import Style
from transforms.tables.layout import all_tables

NAME = "awards_by_supplier"
PIECE = 8_192  # rows at a time: about 10 MB as cells
MEMORY = "512MB"  # for joins and the order of rows; what needs more goes to local files
EXPECTED = "SELECT coalesce(sum(greatest(suppliers, 1)), 0)::BIGINT FROM awards"
DUCKDB: Mapping[str, str] = {  # types of columns of tables that are not there
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "moment": "TIMESTAMPTZ",
    "money": "DECIMAL(18, 2)",
    "number": "DOUBLE",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "json": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column: its name, its heading and look in a workbook, whence it comes, what it means."""

    name: str
    heading: str
    look: Look
    path: str
    definition: str


@cache
def wide_columns() -> tuple[WideColumn, ...]:
    """The columns in order, as in `awards_by_supplier.csv`."""
    return tuple(
        WideColumn(
            row["column"],
            row["heading"],
            Look(Style[row["style"] or "PLAIN"], int(row["width"])),
            row["path"],
            row["definition"],
        )
        for row in csv.DictReader(_text("csv").splitlines())
    )


def query() -> str:
    """The query, as in `awards_by_supplier.sql`."""
    return _text("sql").rstrip()


def script(tables: Mapping[str, Sequence[str]], sources: Sequence[Source]) -> str:
    """The query with all that stands before it: a DuckDB script that can be run as it is."""
    return f"{prelude(tables, sources)}\n{query()};\n"


def prelude(tables: Mapping[str, Sequence[str]], sources: Sequence[Source]) -> str:
    """What makes the tables that the query reads.

    Args:
        tables: the Parquet files of each table that has any.
        sources: of the edition.
    """
    rows = ",\n    ".join(
        f"({_quoted(s.id)}, {_quoted(s.title)}, {_quoted(s.fetch.clock)})" for s in sources
    )
    told = f"CREATE TEMP TABLE sources AS FROM (VALUES\n    {rows}\n) AS _(source, title, clock);"
    views = [
        _view(name, tables[name]) if name in tables else _empty(name)
        for name in all_tables()
        if name in _words()
    ]
    return "\n".join(["SET TimeZone = 'UTC';", told, *views])


@dataclass(frozen=True, slots=True)
class Wide:
    """The rows in order, a piece in memory at a time; and how many there must be."""

    reader: pa.RecordBatchReader
    rows: int


@contextmanager
def wide_rows(
    tables: Mapping[str, Sequence[Path]], sources: Sequence[Source], scratch: Path
) -> Iterator[Wide]:
    """The rows.

    Args:
        tables: the local Parquet files of each table that has any.
        sources: of the edition.
        scratch: a folder for what does not fit into memory.
    """
    told = {name: [str(path) for path in paths] for name, paths in tables.items()}
    cores = len(os.sched_getaffinity(0))
    place = str(scratch / "duckdb")
    with duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": place, "threads": cores}
    ) as connection:
        connection.execute(prelude(told, sources))
        [(rows,)] = connection.execute(EXPECTED).fetchall()
        yield Wide(connection.sql(query()).to_arrow_reader(PIECE), rows)


@cache
def _words() -> frozenset[str]:
    return frozenset(query().replace(";", " ").split())


def _view(name: str, paths: Sequence[str]) -> str:
    found = ", ".join(_quoted(path) for path in paths)
    return f"CREATE TEMP VIEW {name} AS FROM read_parquet([{found}]);"


def _empty(name: str) -> str:
    columns = ", ".join(f'"{c.name}" {DUCKDB[c.type]}' for c in all_tables()[name].columns)
    return f"CREATE TEMP TABLE {name} ({columns});  -- has no row"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(ending: str) -> str:
    return files("publish.sheets").joinpath(f"{NAME}.{ending}").read_text(encoding="utf-8")
