"""The tables of a delta: the new rows of every process whose rows are replaced.

Owns the choice between replacing rows and taking a table anew, and the choosing of the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from publish.delta.shape import ROWS, TABLES
from publish.delta.side import SUFFIX, Side
from transforms.database import database
from transforms.tables.answers import answers
from transforms.tables.groups import ROW_GROUP, Filled

KEY = ("ocid", "source")
REPLACED, WHOLE, ASKED, GONE = ("rows", "whole", "query", "gone")


@dataclass(frozen=True, slots=True)
class TableChange:
    """How a table of the previous edition becomes this edition's.

    `rows`: those of the processes in `delta/rows.parquet` go, those in `delta/tables/` are added.
    `whole`: the edition's own file is taken. `query`: it is asked again, as `sql/` tells. `gone`:
    there is no such table any more. `columns` are those that were added, removed or retyped.
    """

    how: str
    before: int
    after: int
    rows: int
    columns: Mapping[str, Mapping[str, Any]]


def write_tables(
    old: Side | None, new: Side, folder: Path, scratch: Path
) -> Iterator[tuple[str, TableChange]]:
    """Write the new rows of each table that has some into `folder`, where the delta is.

    Args:
        old: the previous edition; None where there is none.
        new: the edition.
        folder: where `delta/` is, with `delta/rows.parquet` in it.
        scratch: where DuckDB keeps what memory does not hold.

    Yields:
        Each table and how it changes, in order of their names.
    """
    before, after = old.tables() if old else {}, new.tables()
    with database(scratch) as connection:
        connection.read_parquet(str(folder / ROWS)).create_view("replaced")
        for name in sorted({*before, *after}):
            counts = (old.rows[before[name]] if old and name in before else 0,
                      new.rows[after[name]] if name in after else 0)  # fmt: skip
            how, columns = _how(connection, old, new, name)
            path = folder / path_of(name)
            rows = _write(connection, new.opened(after[name]), path) if how == REPLACED else 0
            yield name, TableChange(how, *counts, rows, columns)


def path_of(name: str) -> str:
    """The file of a table's new rows, in an edition that has some."""
    return f"{TABLES}{name}{SUFFIX}"


def _how(
    connection: duckdb.DuckDBPyConnection, old: Side | None, new: Side, name: str
) -> tuple[str, dict[str, Any]]:
    """How a table changes, and which of its columns."""
    if name not in new.tables():
        return GONE, {}
    if old is None:
        return WHOLE, {}
    paths = [new.opened(new.tables()[name])]
    alike = _alike(old, new)
    columns: dict[str, Any] = {}
    if not alike and name in old.tables():
        paths.append(old.opened(old.tables()[name]))
        columns = _columns(*(pq.read_schema(path) for path in reversed(paths)))
    if name in answers():
        return ASKED, columns
    if not set(KEY) <= set(pq.read_schema(paths[0]).names):
        return WHOLE, columns
    same = alike or (
        len(paths) > 1 and not columns and len({_rest(connection, path) for path in paths}) == 1
    )
    return REPLACED if same else WHOLE, columns


def _alike(old: Side, new: Side) -> bool:
    """Whether equal records have equal rows in both editions, by what they were made by."""
    if not old.made_by or not new.made_by:
        return False
    before, after = old.made_by["tables"], new.made_by["tables"]
    return all(before[source] == after[source] for source in before.keys() & after.keys())


def _columns(before: pa.Schema, after: pa.Schema) -> dict[str, Any]:
    """The columns that differ; empty if the two are the same, whatever their metadata."""
    old, new = ({one.name: str(one.type) for one in schema} for schema in (before, after))
    found = {
        "added": {name: kind for name, kind in new.items() if name not in old},
        "removed": {name: kind for name, kind in old.items() if name not in new},
        "retyped": {name: [old[name], kind] for name, kind in new.items()
                    if old.get(name, kind) != kind},
        "moved": {} if [*old] == [*new] or {*old} != {*new} else {"order": [*new]},
    }  # fmt: skip
    return {what: columns for what, columns in found.items() if columns}


def _rest(connection: duckdb.DuckDBPyConnection, path: Path) -> Any:
    """Of the rows that are not replaced, how many there are and the sum of their hashes."""
    connection.read_parquet(str(path)).create_view("whole", replace=True)
    query = "SELECT count(*), sum(hash(whole)) FROM whole ANTI JOIN replaced USING (ocid, source)"
    (row,) = connection.execute(query).fetchall()
    return row


def _write(connection: duckdb.DuckDBPyConnection, table: Path, path: Path) -> int:
    """Write the rows of replaced processes in the order of `table`, if there are any."""
    view = connection.read_parquet(str(table), file_row_number=True)
    view.create_view("whole", replace=True)
    query = """
        SELECT whole.* EXCLUDE (file_row_number) FROM whole SEMI JOIN replaced USING (ocid, source)
        ORDER BY file_row_number"""
    schema = pq.read_schema(table)
    path.parent.mkdir(exist_ok=True)
    with Filled(path, schema, ROW_GROUP, always=False) as file:
        for batch in connection.sql(query).to_arrow_reader(ROW_GROUP):
            file.add(pa.Table.from_batches([batch]).cast(schema))
    return file.rows
