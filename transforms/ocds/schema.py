"""The JSON Schemas of releases, packages and versioned releases, made from the model.

Owns their roots. Each is draft 4 and whole: it refers to nothing outside itself. They judge as the
official files of OCDS 1.1.5 do. A schema is made once: do not change what is returned.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from transforms.ocds.definitions import definitions
from transforms.ocds.model import CORE, model
from transforms.ocds.versioned import versioned_definitions

DRAFT = "http://json-schema.org/draft-04/schema#"


@cache
def release_schema(extensions: frozenset[str] = CORE) -> dict[str, Any]:
    """The schema of one release, with `extensions` (ids) active."""
    return _schema("Release", extensions)


@cache
def release_package_schema(extensions: frozenset[str] = CORE) -> dict[str, Any]:
    """The schema of a release package."""
    return _schema("ReleasePackage", extensions)


@cache
def record_package_schema(extensions: frozenset[str] = CORE) -> dict[str, Any]:
    """The schema of a record package: releases linked or whole, compiled, versioned."""
    return _schema("RecordPackage", extensions)


@cache
def versioned_release_schema(extensions: frozenset[str] = CORE) -> dict[str, Any]:
    """The schema of one versioned release."""
    return _schema("VersionedRelease", extensions)


def _schema(root: str, extensions: frozenset[str]) -> dict[str, Any]:
    """The object `root` with every definition that it leads to."""
    needed: dict[str, Any] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = _definition(name, extensions)
            waiting += _references(needed[name])
    return {"$schema": DRAFT, **needed[root], "definitions": dict(sorted(needed.items()))}


def _definition(name: str, extensions: frozenset[str]) -> dict[str, Any]:
    """The schema of the object `name`, which an extension may have that is not active."""
    known = _definitions(extensions)
    if name not in known and name.startswith("Versioned"):
        known = _versioned_definitions(extensions)
    found: dict[str, Any] = known.get(name, {"type": "object"})
    return found


@cache
def _definitions(extensions: frozenset[str]) -> dict[str, Any]:
    return definitions(model(extensions))


@cache
def _versioned_definitions(extensions: frozenset[str]) -> dict[str, Any]:
    return versioned_definitions(model(extensions))


def _references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(target := schema.get("$ref"), str):
            yield target.split("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
