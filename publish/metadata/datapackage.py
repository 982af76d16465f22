"""`datapackage.json`: the edition as a Frictionless Data Package, version 2.

Owns the translation of columns to Table Schema. Source: the Data Package and Table Schema
standards, version 2.0. CSV files are tables that software checks cell by cell. Parquet files have
a schema, too; but the `format` of all other files is a name in words, so that software compares
their bytes and hashes and reads no further: it has no reader for them that could do both.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from publish.metadata.description import KEYWORDS, Description, File
from publish.metadata.keys import Keys
from publish.metadata.shape import Field, Shape

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {  # of Table Schema, by how an Arrow type begins
    "bool": "boolean",
    "date": "date",
    "decimal": "number",
    "double": "number",
    "float": "number",
    "int": "integer",
    "string": "string",
    "timestamp": "datetime",
}
JOINED = "; "  # what stands between the values of a list in a CSV file
CSV = (".csv", ".csv.gz")


def data_package(told: Description, keys: Mapping[str, Keys]) -> dict[str, Any]:
    """The package; the `keys` are those that hold, by table."""
    shapes = {name: files[0].shape for name, files in told.tables.items() if files[0].shape}
    names = {file.path: resource_name(file.path) for file in told.data}
    licence = told.publication
    return {
        "$schema": PROFILE,
        "name": resource_name(licence.id),
        "id": told.uri,
        "title": told.title,
        "description": licence.description,
        "homepage": licence.uri,
        "version": told.edition,
        "keywords": list(KEYWORDS),
        "licenses": [{"name": licence.licence, "path": licence.licence_url}],
        "contributors": [
            {"title": licence.publisher, "roles": ["publisher"]},
            *({"title": title, "roles": ["creator"]} for title in _publishers(told)),
        ],
        "sources": [
            {"title": origin.source.title, "path": origin.source.policy_url}
            for origin in told.origins
        ],
        "resources": [_resource(file, shapes, keys, names) for file in told.data],
    }


def _publishers(told: Description) -> list[str]:
    return sorted({origin.source.publisher for origin in told.origins})


def resource_name(path: str) -> str:
    """The name of the resource at `path`: lower case letters, digits and `.-_` only."""
    plain = (c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in path.lower())
    return "".join(plain)


def _resource(
    file: File,
    shapes: Mapping[str, Shape],
    keys: Mapping[str, Keys],
    names: Mapping[str, str],
) -> dict[str, Any]:
    tabular = file.path.endswith(CSV)
    resource: dict[str, Any] = {
        "name": names[file.path],
        "path": file.path,
        "title": file.about,
        "format": "csv" if tabular else file.format.name,
        "mediatype": file.format.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if tabular:
        resource |= {"type": "table", "dialect": {"delimiter": ",", "lineTerminator": "\r\n"}}
    if tabular or file.format.text:
        resource["encoding"] = "utf-8"
    schema = _csv_schema(file, shapes.get(file.table)) if tabular else _schema(file.shape)
    if schema and file.table in keys:
        schema |= _keys(file, keys[file.table], {f["name"] for f in schema["fields"]}, names)
    return resource | ({"schema": schema} if schema else {})


def _schema(shape: Shape | None) -> dict[str, Any]:
    return {"fields": [_field(field, joined=False) for field in shape.fields]} if shape else {}


def _csv_schema(file: File, shape: Shape | None) -> dict[str, Any]:
    """The columns that the file's own first line names, with the types of the table's."""
    known = {field.name: field for field in shape.fields} if shape else {}
    return {
        "fields": [
            _field(known[name], joined=True) if name in known else {"name": name, "type": "any"}
            for name in header(file)
        ]
    }


def header(file: File) -> list[str]:
    """The names in the first line of a CSV file."""
    way = gzip.open if file.path.endswith(".gz") else open
    with way(file.local, "rt", encoding="utf-8-sig", newline="") as text:
        return next(csv.reader(text), [])


def _field(field: Field, *, joined: bool) -> dict[str, Any]:
    kind = next((type_ for start, type_ in TYPES.items() if field.type.startswith(start)), "any")
    described = {"name": field.name, "type": kind, "description": field.definition}
    if field.listed:
        described |= {"type": "list", "delimiter": JOINED} if joined else {"type": "array"}
    return described


def _keys(
    file: File, keys: Keys, columns: AbstractSet[str], names: Mapping[str, str]
) -> dict[str, Any]:
    """The keys of a table whose columns a file has; to parents that are files of the same kind."""
    found: dict[str, Any] = {}
    if keys.primary and columns >= {*keys.primary}:
        found["primaryKey"] = list(keys.primary)
    foreign = [*_foreign(file, keys, columns, names)]
    return found | ({"foreignKeys": foreign} if foreign else {})


def _foreign(
    file: File, keys: Keys, columns: AbstractSet[str], names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    folder, _, name = file.path.rpartition("/")
    ending = name.removeprefix(file.table)
    for parent, key in keys.foreign:
        beside = [f"{folder}/{parent}{end}" for end in (CSV if ending in CSV else (ending,))]
        for other in (names[path] for path in beside if path in names and columns >= {*key}):
            yield {"fields": list(key), "reference": {"resource": other, "fields": list(key)}}
