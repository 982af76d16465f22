"""What a check of a whole edition is, what comes of it, and the register of all of them.

Owns the vocabulary: id, version, severity, the three results, failing rows. A check asks DuckDB;
its docstring says in the first line what it demands, and names its source.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import duckdb
import pyarrow as pa

from validation.docstrings import demand_of, source_of

Severity = Literal["error", "warning", "info"]  # as for checks of one release
SHOWN = 20  # rows of a table in a report: what a reader takes in at a glance
BATCH = 10_000  # failures held in memory at once
ALL = Fraction(1)
FAILURES = pa.schema([(name, pa.string()) for name in ("ocid", "path", "value", "message")])


class Failure(NamedTuple):
    """One thing at fault.

    `ocid` is empty where the fault is no single process's. `path` is a JSON Pointer (RFC 6901)
    within the compiled release; in a list it counts objects only.
    """

    ocid: str
    path: str
    value: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A small table for the report."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check: passed, failed, or None where it does not apply.

    `observed` is a sentence with the numbers. `failures` is a query that has not run, with the
    columns of `FAILURES`, sorted; its connection must be open while it is read. A check that
    passes may have failures, where its demand allows for some.
    """

    ok: bool | None
    observed: str
    failures: duckdb.DuckDBPyRelation | None = None
    shown: Shown = Shown()

    def rows(self) -> Iterator[Failure]:
        """Every failure, a batch in memory at a time."""
        if self.failures is not None:
            for batch in self.failures.to_arrow_reader(BATCH):
                columns = [batch.column(name).to_pylist() for name in Failure._fields]
                yield from map(Failure._make, zip(*columns, strict=True))


Run = Callable[[duckdb.DuckDBPyConnection], Outcome]


@dataclass(frozen=True, slots=True)
class DatasetCheck:
    """One check of an edition, whose tables are views on the connection that `run` is given.

    A check that `compares` also reads the views of the older edition, in the schema `older`. A
    check whose demand changes gets a higher `version`, so that results can be compared.
    """

    id: str
    version: int
    severity: Severity
    run: Run
    compares: bool = False

    @property
    def demand(self) -> str:
        """What it demands, in one line."""
        return demand_of(self.run)

    @property
    def source(self) -> str:
        """Whose demand it is."""
        return source_of(self.run)


REGISTER: dict[str, DatasetCheck] = {}


def check(
    name: str, *, version: int = 1, severity: Severity = "warning", compares: bool = False
) -> Callable[[Run], Run]:
    """Register a function as the check `name`."""

    def register(run: Run) -> Run:
        if name in REGISTER:
            raise ValueError(f"two checks are named {name}")
        REGISTER[name] = DatasetCheck(name, version, severity, run, compares)
        return run

    return register


def failing(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyRelation:
    """The failures that `query` selects, not run yet."""
    return connection.sql(f"""
        SELECT coalesce(ocid, '') AS ocid, path, CAST(value AS VARCHAR) AS value, message
        FROM ({query}) ORDER BY ALL""")  # noqa: S608


def listed(
    connection: duckdb.DuckDBPyConnection, failures: Sequence[Failure]
) -> duckdb.DuckDBPyRelation | None:
    """A few failures that are known already."""
    if not failures:
        return None
    rows = [failure._asdict() for failure in failures]
    return connection.from_arrow(pa.Table.from_pylist(rows, FAILURES))


def show(connection: duckdb.DuckDBPyConnection, query: str, limit: int = SHOWN) -> Shown:
    """The first rows of `query`, which must be in a total order; amounts are text, to the penny."""
    relation = connection.sql(query)
    rows = (
        tuple(str(cell) if isinstance(cell, Decimal) else cell for cell in row)
        for row in relation.limit(limit).fetchall()
    )
    return Shown(tuple(relation.columns), tuple(rows))


def weigh(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    *,
    things: str,
    passes: Fraction = ALL,
    shown: str = "",
) -> Outcome:
    """The outcome of a check that looks at things one by one.

    Args:
        connection: has the tables.
        query: one row for each thing that the check applies to: `ok`, and what a failure has.
        things: what they are, for the sentence.
        passes: the share of good ones from which the edition passes.
        shown: the query of the table for the report.
    """
    counted = f"SELECT count(*), count(*) FILTER (ok) FROM ({query})"  # noqa: S608
    total, good = connection.sql(counted).fetchall()[0]
    if not total:
        return Outcome(None, f"there are no {things}")
    bad = total - good
    observed = f"{bad:,} of {total:,} {things} fail ({bad / total:.1%})"
    failures = failing(connection, f"SELECT * FROM ({query}) WHERE NOT coalesce(ok, false)")  # noqa: S608
    table = show(connection, shown) if shown else Shown()
    return Outcome(good >= passes * total, observed, failures if bad else None, table)
