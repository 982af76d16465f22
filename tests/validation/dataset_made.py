"""Makes editions for tests of dataset checks: Parquet files with the tables' real schemas."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.tables.schema import tables
from validation.dataset.judge import checks, open_views
from validation.dataset.registry import Failure, Outcome

Rows = Sequence[Mapping[str, Any]]


def edition(folder: Path, **rows: Rows) -> dict[str, Path]:
    """The Parquet files of every table; what a row does not name is null."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, table in tables().items():
        files[name] = folder / f"{name}.parquet"
        schema = table.schema({})
        known = {column.name for column in table.columns}
        assert all(set(row) <= known for row in rows.get(name, ())), name
        pq.write_table(pa.Table.from_pylist(list(rows.get(name, ())), schema), files[name])
    return files


def run(
    name: str, files: Mapping[str, Path], older: Mapping[str, Path] | None = None
) -> tuple[Outcome, list[Failure]]:
    """The outcome of one check, and all of its failures."""
    one = {each.id: each for each in checks()}[name]
    with duckdb.connect() as connection:
        open_views(connection, files, older)
        outcome = one.run(connection)
        return outcome, list(outcome.rows())


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, 1, tzinfo=UTC) + timedelta(days=number - 1)


def processes(column: str, **numbers: int) -> list[dict[str, Any]]:
    """So many processes with each code in `column`."""
    codes = [code for code, number in numbers.items() for _ in range(number)]
    return [{"ocid": f"o{n}", column: code} for n, code in enumerate(codes)]


def awards(column: str, **numbers: int) -> list[dict[str, Any]]:
    """So many awards (or the like) with each code in `column`, all of one process."""
    codes = [code for code, number in numbers.items() for _ in range(number)]
    return [{"ocid": "o", column: code} for code in codes]


def priced(*amounts: Any, currency: str = "GBP") -> list[dict[str, Any]]:
    """Awards of these amounts, each of another process."""
    return [
        {"ocid": f"o{n:04}", "award_position": 1, "amount": amount, "currency": currency}
        for n, amount in enumerate(amounts)
    ]


def supplied(*suppliers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Suppliers with a company number, each of an award of another process."""
    known = {"award_position": 1, "supplier_position": 1, "identifier_scheme": "GB-COH"}
    return [{"ocid": f"o{n}", **known, **one} for n, one in enumerate(suppliers)]


def published(
    numbers: Sequence[int], *, window: str = "20260302T000000Z-20260330T000000Z"
) -> list[dict[str, Any]]:
    """So many releases on each day from Monday 2 March 2026, in a window of four whole weeks."""
    return [
        {"ocid": "o", "release_id": f"{n}-{i}", "date": day(n + 2), "source": "s", "window": window}
        for n, number in enumerate(numbers)
        for i in range(number)
    ]
