"""Reads the model of OCDS and derives from it the JSON Schema and the merge rules.

Owns the two derivations. Source of the facts: OCDS 1.1.5, release schema reference and merging
documentation. Extensions are not modelled yet: fields they add are neither checked nor refused.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class Merge(Enum):
    """How a field is merged: left out of merged releases, or replaced as a whole."""

    OMIT = "omit"
    WHOLE = "whole"


RuleTree = Mapping[str, "Merge | RuleTree"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one object of the standard: a row of `model.csv`.

    `of` is the object that an object or array holds, or the type of an array's items; `at_least`
    the least length; `unique` says that items must differ; `codes` names a closed codelist.
    """

    name: str
    types: tuple[str, ...]
    of: str
    format: str
    required: bool
    at_least: int | None
    unique: bool
    codes: str
    merge: Merge | None


def _rows(name: str) -> list[dict[str, str]]:
    text = files("transforms.ocds").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def objects() -> dict[str, dict[str, Field]]:
    """Every object of the standard by name, with its fields by name."""
    found: dict[str, dict[str, Field]] = defaultdict(dict)
    for row in _rows("model.csv"):
        found[row["object"]][row["field"]] = Field(
            name=row["field"],
            types=tuple(row["type"].split("|")),
            of=row["of"],
            format=row["format"],
            required=bool(row["required"]),
            at_least=int(row["at_least"]) if row["at_least"] else None,
            unique=bool(row["unique"]),
            codes=row["codes"],
            merge=Merge(row["merge"]) if row["merge"] else None,
        )
    return dict(found)


@cache
def codelists() -> dict[str, tuple[str, ...]]:
    """The closed codelists by name."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in _rows("codes.csv"):
        found[row["codelist"]].append(row["code"])
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def release_schema() -> dict[str, Any]:
    """The JSON Schema (draft 4) of one release, self-contained."""
    schemas = {name: _object_schema(fields) for name, fields in objects().items()}
    draft = "http://json-schema.org/draft-04/schema#"
    return {"$schema": draft, "definitions": schemas, **schemas["Release"]}


def _object_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: _field_schema(field) for name, field in fields.items()},
    }
    if required := [name for name, field in fields.items() if field.required]:
        schema["required"] = required
    return schema


def _field_schema(field: Field) -> dict[str, Any]:
    if field.types == ("object",) and field.of:
        return {"$ref": f"#/definitions/{field.of}"}
    schema: dict[str, Any] = {"type": list(field.types)}
    codes = list(codelists()[field.codes]) if field.codes else []
    if "array" in field.types and field.of:
        known = field.of in objects()
        schema["items"] = (
            {"$ref": f"#/definitions/{field.of}"} if known else {"type": field.of.split("|")}
        )
        if codes:
            schema["items"]["enum"] = codes
    elif codes:
        schema["enum"] = [*codes, None] if "null" in field.types else codes
    if field.format:
        schema["format"] = field.format
    if field.at_least is not None:
        schema["minItems" if "array" in field.types else "minLength"] = field.at_least
    if field.unique:
        schema["uniqueItems"] = True
    return schema


@cache
def merge_rules() -> RuleTree:
    """The merge rules of a release as a tree of field names; a field without a rule is absent.

    Source: OCDS 1.1 merging documentation. A list of anything but objects is a whole list.
    """
    return _rules("Release", ())


def _rules(name: str, above: tuple[str, ...]) -> RuleTree:
    tree: dict[str, Merge | RuleTree] = {}
    for field in objects()[name].values():
        if field.merge:
            tree[field.name] = field.merge
        elif field.of in objects() and field.of not in above:
            if below := _rules(field.of, (*above, name)):
                tree[field.name] = below
        elif "array" in field.types:
            tree[field.name] = Merge.WHOLE
    return tree
