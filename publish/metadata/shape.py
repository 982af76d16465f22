"""The shape of a Parquet table as the file itself tells it: columns, types, definitions, key.

Owns the schema hash. Takes nothing from lists of tables, so that any table is described.
"""

from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from kernel.manifest import digest


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its Arrow type as Arrow writes it, and what its metadata says of it."""

    name: str
    type: str
    definition: str
    path: str

    @property
    def listed(self) -> bool:
        """Whether a cell is a list."""
        return self.type.startswith("list<")

    @property
    def words(self) -> str:
        """The type in words, such as `timestamp, UTC`."""
        if self.listed:
            return f"list of {self.type.partition(': ')[2].removesuffix('>')}"
        known = {"timestamp[us, tz=UTC]": "timestamp, UTC", "bool": "boolean"}
        return known.get(self.type, self.type.replace("decimal128", "decimal").replace(", ", ","))


@dataclass(frozen=True, slots=True)
class Shape:
    """One table: what a row is, the columns that tell rows apart, all columns in order.

    `object` is what a row is of in the model of OCDS, "" where it is of none; columns' paths begin
    there.
    """

    table: str
    object: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def sha256(self) -> str:
        """The schema hash: of the columns' names and types, in order."""
        return digest(orjson.dumps([[field.name, field.type] for field in self.fields]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(field.name for field in self.fields)


def shape_of(file: Path, name: str) -> Shape:
    """The shape of the Parquet file `file`, whose table is called `name` if it does not say."""
    schema = pq.read_schema(file)
    told = _texts(schema.metadata)
    return Shape(
        table=told.get("table", name),
        object=told.get("object", ""),
        grain=told.get("grain", ""),
        key=tuple(filter(None, told.get("key", "").split(","))),
        fields=tuple(_field(field) for field in schema),
    )


def _field(field: pa.Field) -> Field:
    told = _texts(field.metadata)
    # Arrow calls what a list holds `element` or `item`, by who wrote the file.
    kind = f"list<item: {field.type.value_type}>" if pa.types.is_list(field.type) else field.type
    return Field(field.name, str(kind), told.get("definition", ""), told.get("ocds_path", ""))


def _texts(metadata: dict[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}
