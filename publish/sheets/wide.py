"""The awards by supplier: the columns of this table, and the query that makes its rows.

Owns where the query finds its tables: those without a row have no file, and are empty ones here.
The definitions are rows of `awards_by_supplier.csv`.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kernel import Source
from publish.sheets.pieces import pieces
from publish.sheets.sheet import Look
from publish.sheets.styles import Style
from transforms.database import database
from transforms.tables.answers import places
from transforms.tables.layout import all_tables

NAME = "awards_by_supplier"
WORD = re.compile(r"\w+")


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


def script(tables: Iterable[str], sources: Sequence[Source]) -> str:
    """The query with all that stands before it: a DuckDB script, to be run in an edition's folder.

    Args:
        tables: the names of those that have a Parquet file.
        sources: of the edition.
    """
    there = set(tables)
    with duckdb.connect() as connection:
        views = [_view(name) if name in there else _empty(connection, name) for name in _read()]
    return "\n".join([places(sources), *views, f"\n{query()};\n"])


def wide_rows(
    tables: Mapping[str, Sequence[Path]], sources: Sequence[Source]
) -> Iterator[pa.Table]:
    """The rows, in order, those of some processes at a time; once none, if there are none.

    Args:
        tables: the local Parquet files of each table that has any.
        sources: of the edition.

    Raises:
        LakeCorrupt: the tables do not fit together.
    """
    columns = {name: found for name, found in _read().items() if name in tables}
    empty = {name: all_tables()[name].schema({}).empty_table() for name in _read()}
    with database(threads=1) as connection:
        connection.execute(places(sources)).fetchall()
        for piece in _some(pieces(tables, columns)):
            for name, rows in (empty | piece).items():
                connection.register(name, rows)
            yield connection.sql(query()).to_arrow_table()


def _some(found: Iterator[dict[str, pa.Table]]) -> Iterator[dict[str, pa.Table]]:
    first = next(found, {})
    return chain([first], found)


def expected(tables: Mapping[str, Sequence[Path]]) -> int:
    """How many rows there must be, by the awards' number of suppliers."""
    told = (pq.read_table(path, columns=["suppliers"])["suppliers"] for path in tables["awards"])
    return sum(pc.sum(pc.max_element_wise(each, 1)).as_py() or 0 for each in told)


@cache
def _read() -> Mapping[str, list[str]]:
    """The tables that the query reads, and of each the columns that it may read."""
    words = set(WORD.findall(query()))
    return {
        name: [column.name for column in table.columns if column.name in words]
        for name, table in all_tables().items()
        if name in words
    }


def _view(name: str) -> str:
    return f"CREATE TEMP VIEW {name} AS FROM 'parquet/{name}.parquet';"


def _empty(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """A table without rows, with the columns that the query may read."""
    connection.register("made", all_tables()[name].schema({}).empty_table())
    told = connection.sql("DESCRIBE FROM made").fetchall()
    read = set(_read()[name])
    columns = ", ".join(f'"{column}" {kind}' for column, kind, *_ in told if column in read)
    return f"CREATE TEMP TABLE {name} ({columns});  -- has no row"


def _text(ending: str) -> str:
    return files("publish.sheets").joinpath(f"{NAME}.{ending}").read_text(encoding="utf-8")
