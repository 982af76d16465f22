"""Reads the cells of one table from objects and gives them their types, column by column.

Owns the counting of values that could not be read or had to be rounded. Writes no file.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any

import pyarrow as pa

from transforms import values
from transforms.tables.schema import Column, Table

Reader = Callable[[Any], Any]


class Cells:
    """The rows of one table gathered since the last `take`, and what went wrong with values.

    `oddities` counts values by `column: what`: `unreadable` where a published value has no reading
    as the column's type, `rounded` where an amount had more than two decimal places. `zone` is the
    wall clock of the source whose rows are added, for date-times without offset.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.zone: tzinfo = UTC
        self.oddities: Counter[str] = Counter()
        self._columns: list[list[Any]] = [[] for _ in table.columns]
        self._plans = [
            (_path(column), self._reader(column), cells)
            for column, cells in zip(table.columns, self._columns, strict=True)
        ]

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, item: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        """Gather one row."""
        for (from_context, path), reader, cells in self._plans:
            value = _reach(context if from_context else item, path)
            cells.append(None if value is None else reader(value))

    def take(self, schema: pa.Schema) -> pa.Table:
        """The gathered rows as an Arrow table; none are kept."""
        arrays = [
            pa.array(cells, field.type) for cells, field in zip(self._columns, schema, strict=True)
        ]
        for cells in self._columns:
            cells.clear()
        return pa.Table.from_arrays(arrays, schema=schema)

    def _reader(self, column: Column) -> Reader:
        plain: Mapping[str, Reader] = {
            "text": values.text,
            "texts": values.texts,
            "boolean": values.boolean,
            "integer": lambda value: value if type(value) is int else None,
            "number": _number,
            "moment": lambda value: values.moment(value, self.zone),
        }
        if column.type == "money":
            return lambda value: self._money(column.name, value)
        read = plain[column.type]
        return lambda value: self._counted(column.name, read(value))

    def _counted(self, column: str, read: Any) -> Any:
        if read is None:
            self.oddities[f"{column}: unreadable"] += 1
        return read

    def _money(self, column: str, value: Any) -> Any:
        amount, rounded = values.money(value)
        if rounded:
            self.oddities[f"{column}: rounded"] += 1
        return self._counted(column, amount)


def _number(value: Any) -> float | None:
    exact = values.decimal(value)
    return None if exact is None else float(exact)


def _path(column: Column) -> tuple[bool, tuple[str, ...]]:
    path = column.path
    return path.startswith("@"), tuple(path.removeprefix("@").replace("[]", ".[]").split("."))


def _reach(value: Any, path: tuple[str, ...]) -> Any:
    for depth, key in enumerate(path):
        if key == "[]":
            if not isinstance(value, list):
                return None
            return [_reach(item, path[depth + 1 :]) or "" for item in value]
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
