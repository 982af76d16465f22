"""Reads the rows of the model: fields, codes and extensions, of the core and beyond it.

Owns the meaning of each column. What rows make together is `transforms.ocds.model`'s.
"""

import csv
import json
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

TOLD = {"": False, "yes": True}  # a fact of a row is told or not


class Merge(Enum):
    """How a field is merged: left out of merged releases, or replaced as a whole."""

    OMIT = "omit"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Limit:
    """The least or greatest number allowed; `exclusive` where the number itself is not."""

    value: int | float
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one object of the standard or of an extension: a row.

    A row without `name` is about the object itself: what it is, how many properties it must have.
    `of` is the object that an object or array holds (two, joined by `|`, where an array holds
    only the one or only the other), or the JSON types of an array's items. For an array, `format`,
    `pattern`, the limits and `codes` are about its items; `at_least` and `unique` about itself.
    `at_least` counts items, characters or properties. `codes` names a codelist, which may be
    `open`. `deprecated` is the version of the standard that deprecated the field.
    """

    object: str
    name: str
    types: tuple[str, ...]
    of: str
    format: str
    required: bool
    at_least: int | None
    unique: bool
    pattern: str
    minimum: Limit | None
    maximum: Limit | None
    translatable: bool
    codes: str
    open: bool
    merge: Merge | None
    deprecated: str
    deprecated_why: str
    extension: str
    definition: str

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects that the field holds; their names begin with a capital letter."""
        return tuple(name for name in self.of.split("|") if name[:1].isupper())

    @property
    def items(self) -> tuple[str, ...]:
        """The JSON types of an array's items, where they are no objects of the model."""
        return () if self.objects or not self.of else tuple(self.of.split("|"))


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a codelist; `removed` where an extension takes it away."""

    codelist: str
    code: str
    extension: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension. `url` is the part of a declared address that tells it; `includes` are ids."""

    id: str
    title: str
    url: str
    includes: tuple[str, ...]
    definition: str


def _rows(name: str) -> list[dict[str, str]]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def fields() -> tuple[Field, ...]:
    """Every row about an object or a field: of the core in the standard's order, then beyond."""
    return tuple(_field(row) for name in ("core.csv", "extended.csv") for row in _rows(name))


@cache
def codes() -> tuple[Code, ...]:
    """Every code: of the core, then what the extensions add and take away."""
    rows = (row for name in ("codes.csv", "extended_codes.csv") for row in _rows(name))
    return tuple(
        Code(row["codelist"], row["code"], row["extension"], TOLD[row["removed"]]) for row in rows
    )


@cache
def extensions() -> tuple[Extension, ...]:
    """Every extension that the model knows."""
    return tuple(
        Extension(
            row["id"], row["title"], row["url"], tuple(row["includes"].split()), row["definition"]
        )
        for row in _rows("extensions.csv")
    )


def _field(row: dict[str, str]) -> Field:
    return Field(
        object=row["object"],
        name=row["field"],
        types=tuple(row["type"].split("|")),
        of=row["of"],
        format=row["format"],
        required=TOLD[row["required"]],
        at_least=int(row["at_least"]) if row["at_least"] else None,
        unique=TOLD[row["unique"]],
        pattern=row["pattern"],
        minimum=_limit(row["minimum"]),
        maximum=_limit(row["maximum"]),
        translatable=TOLD[row["translatable"]],
        codes=row["codes"],
        open=TOLD[row["open"]],
        merge=Merge(row["merge"]) if row["merge"] else None,
        deprecated=row["deprecated"],
        deprecated_why=row["deprecated_why"],
        extension=row["extension"],
        definition=row["definition"],
    )


def _limit(text: str) -> Limit | None:
    """The limit that a cell tells: a number, after `>` or `<` where it is itself excluded."""
    if not text:
        return None
    return Limit(json.loads(text.lstrip("<>")), exclusive=text[0] in "<>")
