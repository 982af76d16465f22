"""The JSON Schema of each object as it stands in a versioned release.

Owns which values become lists of versions and which identifiers stay. Source: OCDS 1.1, merging
documentation (versioned releases), and the official versioned release schema.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from transforms.ocds.definitions import field_schema, frame, refer
from transforms.ocds.fields import Field, Merge
from transforms.ocds.model import Model

ONCE = {("Release", "ocid")}  # the same in every release, so without versions
# No official tool makes versions of these: the standard deprecated the field before it was merged.
AS_PUBLISHED = {("Amendment", "changes")}


def versioned_definitions(model: Model) -> dict[str, Any]:
    """Two schemas for every object: `Versioned<name>`, and `Versioned<name>Entry` in a list.

    The id of an entry tells which entry is meant, so it has no versions; any other id has. Values
    within a version refer to the definitions of a release.
    """
    listed = set(_listed(model))
    found: dict[str, Any] = {}
    for name, fields in model.objects.items():
        kept = {key: field for key, field in fields.items() if field.merge is not Merge.OMIT}
        beside = frame(name, kept, model)
        alone = {key: _field(field, model, listed) for key, field in kept.items()}
        found[f"Versioned{name}"] = {"type": "object", "properties": alone, **beside}
        entry = {**alone, **({"id": field_schema(kept["id"], model)} if "id" in kept else {})}
        found[f"Versioned{name}Entry"] = {"type": "object", "properties": entry, **beside}
    return found


def _listed(model: Model) -> Iterator[str]:
    """The objects that some list holds, to be merged one by one."""
    for fields in model.objects.values():
        for field in fields.values():
            if _merged_by_id(field, model):
                yield field.of


def _merged_by_id(field: Field, model: Model) -> bool:
    """Whether the field is a list whose entries are told apart by id."""
    has_id = "id" in model.objects.get(field.of, {})
    return "array" in field.types and has_id and field.merge is not Merge.WHOLE


def _field(field: Field, model: Model, listed: set[str]) -> dict[str, Any]:
    if (field.object, field.name) in ONCE | AS_PUBLISHED:
        return field_schema(field, model)
    if _merged_by_id(field, model):
        return field_schema(replace(field, of=f"Versioned{field.of}Entry"), model)
    if field.objects and "array" not in field.types:
        # `amendment` had no id in OCDS 1.0: the official schema makes no versions of one it has.
        as_entry = field.deprecated and field.of in listed
        return refer(f"Versioned{field.of}{'Entry' if as_entry else ''}")
    return _versions(field_schema(field, model))


def _versions(value: dict[str, Any]) -> dict[str, Any]:
    """The list of versions of a value, each with the release that gave it."""
    version = {
        "releaseID": {"type": "string"},
        "releaseDate": {"type": "string", "format": "date-time"},
        "releaseTag": {"type": "array", "items": {"type": "string"}},
        "value": value,
    }
    return {"type": "array", "items": {"type": "object", "properties": version}}
