"""The JSON Schema of each object of the model, as it stands in a release or a package.

Owns how a field's facts become keywords of JSON Schema draft 4. Keywords that are no draft's
(codelist, deprecated and those of merging) are the ones of the official schema, for its tools.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from transforms.ocds.fields import Field, Limit, Merge
from transforms.ocds.model import Model

LEAST = {"array": "minItems", "string": "minLength", "object": "minProperties"}
MERGED = {Merge.OMIT: "omitWhenMerged", Merge.WHOLE: "wholeListMerge"}

# A language tag as RFC 5646, section 2.1, builds it; grandfathered tags are not among them.
LANGUAGE = r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"
SCRIPT, REGION = r"(?:-[A-Za-z]{4})?", r"(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
VARIANTS = r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
EXTENSIONS = r"(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*"
PRIVATE = r"x(?:-[A-Za-z0-9]{1,8})+"
TAG = f"(?:{LANGUAGE}{SCRIPT}{REGION}{VARIANTS}{EXTENSIONS}(?:-{PRIVATE})?|{PRIVATE})"


def definitions(model: Model) -> dict[str, Any]:
    """The schema of every object of `model` by name; they refer to `#/definitions/<name>`."""
    return {
        name: {
            "type": "object",
            "properties": {field.name: field_schema(field, model) for field in fields.values()},
            **frame(name, fields, model),
        }
        for name, fields in model.objects.items()
    }


def frame(name: str, fields: Mapping[str, Field], model: Model) -> dict[str, Any]:
    """What holds for the object `name` with `fields` beside its properties.

    Fields that it must have, how many of any kind, and translations.
    """
    found: dict[str, Any] = {}
    about = model.about.get(name)
    if about and about.at_least is not None:
        found["minProperties"] = about.at_least
    if required := [field.name for field in fields.values() if field.required]:
        found["required"] = required
    if translated := [field.name for field in fields.values() if field.translatable]:
        pattern = f"^(?:{'|'.join(translated)})_{TAG}$"
        found["patternProperties"] = {pattern: {"type": ["string", "null"]}}
    return found


def refer(name: str) -> dict[str, Any]:
    """A reference to the definition `name`."""
    return {"$ref": f"#/definitions/{name}"}


def field_schema(field: Field, model: Model) -> dict[str, Any]:
    """The schema of one field's value."""
    if len(field.objects) > 1:
        ways = [field_schema(replace(field, of=name), model) for name in field.objects]
        return {"oneOf": ways}
    told = _told(field)
    if field.objects and field.types == ("object",) and field.at_least is None:
        return {**told, **refer(field.of)}
    schema: dict[str, Any] = {**told, "type": _type(field.types)}
    if field.at_least is not None:
        schema |= {LEAST[name]: field.at_least for name in field.types if name in LEAST}
    if field.unique:
        schema["uniqueItems"] = True
    if "array" not in field.types:
        return {**_value(field, model), **schema}
    items = refer(field.of) if field.objects else _items(field, model)
    return {**schema, "items": items} if items else schema


def _items(field: Field, model: Model) -> dict[str, Any]:
    """The schema of a list's plain items.

    Free text in a list that may not be empty may not be empty either: so the official schemas of
    all extensions have it.
    """
    found: dict[str, Any] = {"type": _type(field.items)} if field.items else {}
    free = not field.format and (field.open or not field.codes)
    if field.items == ("string",) and free and field.at_least is not None:
        found["minLength"] = field.at_least
    return {**found, **_value(field, model)}


def _type(types: tuple[str, ...]) -> str | list[str]:
    return types[0] if len(types) == 1 else list(types)


def _value(field: Field, model: Model) -> dict[str, Any]:
    """What must be so of a plain value, or of the properties of an object that may be null."""
    found: dict[str, Any] = {}
    if field.objects and "object" in field.types:
        return _inline(field.of, model)
    if field.format:
        found["format"] = field.format
    if field.pattern:
        found["pattern"] = field.pattern
    found |= _limit("minimum", "exclusiveMinimum", field.minimum)
    found |= _limit("maximum", "exclusiveMaximum", field.maximum)
    if field.codes and not field.open:
        may_be_null = "null" in (field.items if "array" in field.types else field.types)
        found["enum"] = [*sorted(model.codelists[field.codes]), *([None] if may_be_null else [])]
    return found


def _inline(name: str, model: Model) -> dict[str, Any]:
    """The object `name` without its type: property by property, since `$ref` would refuse null."""
    fields = model.objects.get(name, {})
    properties = {key: refer(f"{name}/properties/{key}") for key in fields}
    return {"properties": properties, **frame(name, fields, model)}


def _limit(keyword: str, exclusive: str, limit: Limit | None) -> dict[str, Any]:
    if limit is None:
        return {}
    return {keyword: limit.value, **({exclusive: True} if limit.exclusive else {})}


def _told(field: Field) -> dict[str, Any]:
    """Keywords that refuse nothing: for readers, and for tools that know the official schema."""
    told: dict[str, Any] = {"description": field.definition}
    if field.codes:
        told |= {"codelist": f"{field.codes}.csv", "openCodelist": field.open}
    if field.merge:
        told[MERGED[field.merge]] = True
    if field.deprecated:
        why = {"deprecatedVersion": field.deprecated, "description": field.deprecated_why}
        told["deprecated"] = why
    return told
