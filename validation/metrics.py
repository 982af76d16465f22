"""Bulk facts about the tables, one row a table, measured by DuckDB over every row.

Owns the queries. What the numbers ought to be is in `validation.suites`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from transforms.database import database
from transforms.ocds.model import EVERY, model
from transforms.ocds.places import field_at
from transforms.tables.schema import Table, tables

CLOSED = {"partyScale"}  # open in the standard; what it measures, SME or not, bears no third code
SECTIONS = ["planning", "tender", "award", "contract", "implementation", "process"]


def measure(files: Mapping[str, Path]) -> pd.DataFrame:
    """The metrics frame.

    Args:
        files: the Parquet file of every table, by name.

    Returns:
        One row a table: `rows`, `null_keys`, `duplicate_keys`, `orphans` (rows whose ocid is in no
        process), `money_without_currency`, `negative_money`, `unlisted_codes` (rows with a code
        that is not of a closed set).
    """
    with database() as connection:
        for name, path in files.items():
            connection.read_parquet(str(path)).create_view(name)
        rows = [connection.sql(_query(table)).fetchall()[0] for table in tables().values()]
    columns = ["table", "rows", "null_keys", "duplicate_keys", "orphans"]
    columns += ["money_without_currency", "negative_money", "unlisted_codes"]
    return pd.DataFrame(rows, columns=columns)


def closed_codes(table: Table) -> Iterator[tuple[str, list[str]]]:
    """The columns that hold one of a closed set of codes, with these, as the model gives them."""
    codelists = model(EVERY).codelists
    for column in table.columns:
        if column.name == "section":
            yield column.name, SECTIONS
        path = column.model_path(table.object) if column.type == "text" else None
        field = field_at(*path) if path else None
        if field and field.codes in codelists and (field.codes in CLOSED or not field.open):
            yield column.name, sorted(codelists[field.codes])


def _query(table: Table) -> str:
    """Names come from our own facts files, never from data."""
    keys = ", ".join(table.key)
    nulls = " OR ".join(f"{key} IS NULL" for key in table.key)
    money = [column.name for column in table.columns if column.type == "money"]
    pairs = [(name, _currency_of(name, table)) for name in money]
    bare = " OR ".join(f"({name} IS NOT NULL AND {unit} IS NULL)" for name, unit in pairs)
    negative = " OR ".join(f"{name} < 0" for name in money)
    unlisted = " OR ".join(f"{name} NOT IN {tuple(codes)}" for name, codes in closed_codes(table))
    return f"""
        SELECT '{table.name}', count(*), count(*) FILTER ({nulls}),
               count(*) - (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {table.name})),
               count(*) FILTER (ocid NOT IN (SELECT ocid FROM processes)),
               count(*) FILTER ({bare or "false"}), count(*) FILTER ({negative or "false"}),
               count(*) FILTER ({unlisted or "false"})
        FROM {table.name}"""  # noqa: S608


def _currency_of(money: str, table: Table) -> str:
    """The column with the currency of an amount: `tender_amount_gross` -> `tender_currency`."""
    prefix = money.partition("amount")[0]
    return next(c.name for c in table.columns if c.name == f"{prefix}currency")
