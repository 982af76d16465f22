"""The tables' shape, read from `tables.csv` and `columns.csv`.

Owns the Arrow schemas. A correction of a definition is a correction of a row. The tables that are
made from the model are `transforms.tables.layout`'s.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa

from transforms.ocds.fields import Field

PARTY = "@party."  # the organization that a row refers to
ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "moment": pa.timestamp("us", tz="UTC"),
    "money": pa.decimal128(18, 2),
    "number": pa.float64(),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "json": pa.string(),
    "rate": pa.decimal128(18, 12),
    "day": pa.date32(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `path` leads from the row's object to the value; `@name` is from its context."""

    name: str
    type: str
    path: str
    definition: str

    def model_path(self, table_object: str) -> tuple[str, list[str]] | None:
        """The object of the model at which its path begins, and the path; None for its context."""
        if self.path.startswith(PARTY):
            return "Organization", self.path.removeprefix(PARTY).split(".")
        if self.path.startswith("@"):
            return None
        return table_object, self.path.replace("[]", "").split(".")

    def field(self) -> pa.Field:
        """The Arrow field, with its definition."""
        told = {"definition": self.definition, "ocds_path": self.path}
        return pa.field(self.name, ARROW[self.type], metadata=told)


BASE = (  # columns with which every table begins that is made from the model
    Column("ocid", "text", "@ocid", "Identifier of the contracting process; joins every table"),
    Column("source", "text", "@source", "Procurement system the process came from"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, which columns tell rows apart, and all columns in order.

    `object` is what a row is of in the model of OCDS: there the paths of its columns begin.
    `places` are the arrays of a compiled release whose entries are rows; `.` is the release.
    `made` tells that it comes from the model; it is only written where it has rows.
    """

    name: str
    object: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    places: tuple[str, ...]
    made: bool = False

    def schema(self, metadata: Mapping[str, str]) -> pa.Schema:
        """The Arrow schema, with `metadata` beside grain, key and object."""
        told = {**metadata, "table": self.name, "grain": self.grain, "key": ",".join(self.key)}
        told["object"] = self.object
        return pa.schema([column.field() for column in self.columns], metadata=told)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("transforms.tables").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name, in the order of `tables.csv`."""
    columns: dict[str, list[Column]] = {}
    for row in _rows("columns.csv"):
        table = row.pop("table")
        column = Column(row["column"], row["type"], row["path"], row["definition"])
        columns.setdefault(table, []).append(column)
    return {
        row["table"]: Table(
            row["table"],
            row["object"],
            row["grain"],
            tuple(row["key"].split()),
            tuple(columns[row["table"]]),
            tuple(row["places"].split()),
        )
        for row in _rows("tables.csv")
    }


def type_of(field: Field) -> str:
    """The type of the column that holds a field: what is of no one type is JSON text."""
    types = {*field.types} - {"null"}
    if field.object == "Value" and "number" in types:
        return "money"
    if types == {"array"} and field.items == ("string",):
        return "texts"
    if types & {"array", "object"}:
        return "json"
    if "string" in types:
        return "moment" if field.format == "date-time" else "text"
    return {"number": "number", "integer": "integer", "boolean": "boolean"}[types.pop()]
