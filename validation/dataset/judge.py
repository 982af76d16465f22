"""All checks of an edition, one after the other, over its tables as views.

Owns the connection, and the views that the checks read. Decides nothing.
"""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from transforms.database import database
from transforms.tables.schema import Table, tables
from validation.dataset.registry import REGISTER, DatasetCheck, Outcome
from validation.dataset.urls import Fetch, url_availability

MODULES = (
    "distribution", "amounts", "buyers", "links", "stability",
    "timeliness", "identity", "editions", "completeness",
)  # fmt: skip


def checks(fetch: Fetch | None = None) -> tuple[DatasetCheck, ...]:
    """Every check; the one that opens connections only where `fetch` is given."""
    for name in MODULES:
        importlib.import_module(f"validation.dataset.{name}")
    asked = (url_availability(fetch),) if fetch else ()
    return (*REGISTER.values(), *asked)


def judge_edition(
    files: Mapping[str, Path], older: Mapping[str, Path] | None, *, fetch: Fetch | None = None
) -> Iterator[tuple[DatasetCheck, Outcome]]:
    """Every check with its outcome, in a fixed order.

    Args:
        files: the Parquet file of every table of the edition, by name.
        older: those of the edition before it, if there is one; it may lack tables and columns.
        fetch: asks for an address; see `validation.dataset.asking.ask`. None leaves that check out.

    The failures of an outcome must be read before the next one is asked for.
    """
    with database() as connection:
        open_views(connection, files, older)
        for one in checks(fetch):
            if one.compares and older is None:
                yield one, Outcome(None, "there is no older edition")
            else:
                yield one, one.run(connection)


def open_views(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, Path],
    older: Mapping[str, Path] | None,
) -> None:
    """Make a view of every table, and of the older edition's in the schema `older`.

    Each has all columns of the table as it is now: those that a file lacks are empty.
    """
    connection.execute("CREATE SCHEMA older")
    for name, table in tables().items():
        connection.register(f"shape_of_{name}", table.schema({}).empty_table())
        _view(connection, f"main.{name}", table, files.get(name))
        _view(connection, f"older.{name}", table, (older or {}).get(name))


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, table: Table, path: Path | None
) -> None:
    shape = f"FROM shape_of_{table.name}"
    if path is not None:
        quoted = str(path).replace("'", "''")
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        shape = f"SELECT {columns} FROM ({shape} UNION ALL BY NAME FROM read_parquet('{quoted}'))"  # noqa: S608
    connection.execute(f"CREATE VIEW {name} AS {shape}")
