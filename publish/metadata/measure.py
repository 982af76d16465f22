"""What DuckDB finds in the tables of an edition: how often columns are filled, which keys hold.

Owns the queries. One pass over a table counts all of its columns by day, another its codes. Names
and codes are quoted, for they may hold anything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb

from publish.metadata.description import File
from publish.metadata.fill import Fill, Measured
from publish.metadata.shape import Field, Shape
from transforms.database import database

PROCESSES = "processes"  # dates the rows of tables that have no date of their own
FIRST = "first_release"  # the column that dates a row of a table that has it
DATES = {"releases": "date"}  # the column that does so in others
LINKS = ("source", "ocid")  # of a row to its process
AT_ONCE = 40  # columns counted in one query: 250 take half a gigabyte, and twice the time
FIRST_ROWS = 1000  # read for examples
Codes = frozenset[str] | None
Fit = frozenset[str] | str  # which values may be shown: codes, or what an expression matches


class Opened:
    """Every table of an edition as a view, its rows in the order of its files.

    `shapes` are the tables' shapes by name.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[File]]
    ) -> None:
        self._connection = connection
        self.shapes: dict[str, Shape] = {}
        self._empty = {name for name, files in tables.items() if not any(f.rows for f in files)}
        for name, files in tables.items():
            shape = files[0].shape
            if shape:
                paths = [str(file.local) for file in files]
                connection.read_parquet(paths, hive_partitioning=False).create_view(name)
                self.shapes[name] = shape

    def measure(self, table: str, codes: Sequence[Codes]) -> Measured:
        """Count one table; `codes` are those each column may hold, None without a codelist."""
        fields = self.shapes[table].fields
        measured = Measured(tuple(Fill() for _ in fields))
        if table in self._empty:
            return measured
        for start in range(0, len(fields), AT_ONCE):
            query = self._counting(table, fields[start : start + AT_ONCE])
            for year, rows, *filled in self._connection.execute(query).fetchall():
                measured.add(year, rows, start, filled)
        for fill, column, known in zip(measured.fills, fields, codes, strict=True):
            if known and fill.filled:
                fill.beyond = self._beyond(table, column, known)
        return measured

    def _counting(self, table: str, fields: Sequence[Field]) -> str:
        """The query that counts rows and cells of each year; first by day, which is a few rows."""
        counts = [f"count(*) FILTER ({_full(column)}) AS c{n}" for n, column in enumerate(fields)]
        sums = [
            f"sum(c{n})::BIGINT, min(day) FILTER (c{n} > 0), max(day) FILTER (c{n} > 0)"
            for n in range(len(fields))
        ]
        day, source = self._dated(table)
        return f"""
            WITH days AS (SELECT {day} AS day, count(*) AS n, {", ".join(counts)}
                FROM {source} GROUP BY 1)
            SELECT year(day) AS year, sum(n)::BIGINT, {", ".join(sums)}
            FROM days GROUP BY 1 ORDER BY 1"""  # noqa: S608

    def _beyond(self, table: str, column: Field, codes: frozenset[str]) -> int:
        """Of a column the filled cells with a code beyond; each distinct value is compared once,
        for which the database must not compare before it groups. All columns in one query would
        take some hundred megabytes, however few rows there are.
        """
        query = f"""
            WITH found AS MATERIALIZED (
                SELECT {_grouped(column)} AS one, count(*) AS cells FROM {_name(table)} t
                WHERE {_full(column)} GROUP BY 1)
            SELECT coalesce(sum(cells), 0)::BIGINT FROM found WHERE {_other(column, codes)}"""  # noqa: S608
        return int(self._connection.execute(query).fetchall()[0][0])

    def examples(self, table: str, wanted: Mapping[Field, Fit]) -> dict[str, str]:
        """By name of a column, its first value, or the first in its lists, that fits, as text.

        Most stand in the first rows, which are read once; for the others all rows are searched.
        """
        if not wanted:
            return {}
        cells = ", ".join(_shown(column) for column in wanted)
        query = f"SELECT {cells} FROM {_name(table)} t LIMIT {FIRST_ROWS}"  # noqa: S608
        found: dict[str, str] = {}
        columns = zip(*self._connection.execute(query).fetchall(), strict=True)
        for (column, fit), values in zip(wanted.items(), columns, strict=True):
            fitting = (one for value in values for one in _each(value) if _fits(one, fit))
            found[column.name] = next(fitting, "") or self._searched(table, column, fit)
        return found

    def _searched(self, table: str, column: Field, fit: Fit) -> str:
        one = f"unnest({_shown(column)})" if column.listed else _shown(column)
        fits = f"regexp_full_match(one, {_texts([fit])})" if isinstance(fit, str) else ""
        query = (
            f"SELECT one FROM (SELECT {one} AS one FROM {_name(table)} t) "  # noqa: S608
            f"WHERE {fits or f'one IN ({_texts(fit)})'} LIMIT 1"
        )
        found = self._connection.execute(query).fetchall()
        return str(found[0][0]) if found else ""

    def unique(self, table: str, columns: Sequence[str]) -> bool:
        """Whether no two rows are alike in `columns`, and none of these is empty anywhere."""
        if table in self._empty:
            return True
        names = ", ".join(map(_name, columns))
        empty = " OR ".join(f"{_name(column)} IS NULL" for column in columns)
        query = f"""
            SELECT count(*) FILTER ({empty}),
                   count(*) - (SELECT count(*) FROM (SELECT DISTINCT {names} FROM {_name(table)}))
            FROM {_name(table)}"""  # noqa: S608
        return self._connection.execute(query).fetchall() == [(0, 0)]

    def contained(self, table: str, parent: str, columns: Sequence[str]) -> bool:
        """Whether the `columns` of every row of `table` are those of a row of `parent`."""
        if table in self._empty:
            return True
        names = ", ".join(map(_name, columns))
        query = f"""
            SELECT 1 FROM {_name(table)} ANTI JOIN {_name(parent)} USING ({names}) LIMIT 1"""  # noqa: S608
        return not self._connection.execute(query).fetchall()

    def _dated(self, table: str) -> tuple[str, str]:
        """The day of a row, and where rows come from: its own date, else that of its process."""
        names = self.shapes[table].names
        own = FIRST if FIRST in names else DATES.get(table)
        if own:
            return f"t.{_name(own)}::DATE", f"{_name(table)} t"
        if PROCESSES in self.shapes and {*LINKS} <= {*names}:
            links = " AND ".join(f"t.{name} = p.{name}" for name in LINKS)
            return f"p.{FIRST}::DATE", f"{_name(table)} t LEFT JOIN {PROCESSES} p ON {links}"
        return "NULL::DATE", f"{_name(table)} t"


@contextmanager
def opened(tables: Mapping[str, Sequence[File]]) -> Iterator[Opened]:
    """The tables, while the files are there."""
    with database() as connection:
        yield Opened(connection, tables)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(column: Field) -> str:
    return f"t.{_name(column.name)}"


def _shown(column: Field) -> str:
    """A cell, or the values of its list, as text; moments as ISO 8601."""
    if column.type.startswith("timestamp"):
        return f"strftime({_cell(column)}, '%Y-%m-%dT%H:%M:%SZ')"
    return f"{_cell(column)}::VARCHAR{'[]' if column.listed else ''}"


def _each(value: str | list[str | None] | None) -> Iterator[str]:
    """The texts in a cell, which may be a list."""
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            yield one


def _fits(value: str, fit: Fit) -> bool:
    return bool(re.fullmatch(fit, value)) if isinstance(fit, str) else value in fit


def _full(column: Field) -> str:
    """The condition that a cell is filled: neither empty text nor an empty list."""
    if column.listed:
        return f"len({_cell(column)}) > 0"
    if column.type == "string":
        return f"{_cell(column)} <> ''"
    return f"{_cell(column)} IS NOT NULL"


def _grouped(column: Field) -> str:
    """What stands for a cell where equal ones are counted; a list as text, which is quicker."""
    return f"array_to_string({_cell(column)}, chr(31))" if column.listed else _cell(column)


def _other(column: Field, codes: frozenset[str]) -> str:
    if column.listed:
        return f"NOT list_has_all([{_texts(codes)}], string_split(one, chr(31)))"
    return f"one NOT IN ({_texts(codes)})"


def _texts(values: Iterable[str]) -> str:
    quoted = ("'" + value.replace("'", "''") + "'" for value in sorted(values))
    return ", ".join(quoted)
