"""The structure of releases and packages: required fields, types, formats, closed codes.

Owns the sentences said of what breaks the schema. The schema is the model's. Source: OCDS 1.1.5
release, release package and record package schema.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from transforms.findings import SHOWN, Finding, Severity
from transforms.jsontext import plain
from transforms.ocds.formats import FORMATS
from transforms.ocds.model import Model, model
from transforms.ocds.schema import release_schema
from validation.spots import escaped

ADVICE = {
    "date-time": "write a date and time with its offset, such as 2026-03-01T09:30:00Z",
    "uri": "write a whole address, such as https://example.org/notice/1",
    "email": "write an e-mail address, such as procurement@example.org",
}
KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
NAMED = {
    "object": "an object", "array": "a list", "string": "text", "boolean": "true or false",
    "null": "null", "integer": "a whole number", "number": "a number",
}  # fmt: skip


class Structure:
    """Judges values by one JSON Schema.

    Args:
        schema: makes the schema, given the ids of the extensions that apply.
        extensions: these ids.
    """

    def __init__(
        self, schema: Callable[[frozenset[str]], Mapping[str, Any]], extensions: frozenset[str]
    ) -> None:
        self.model = model(extensions)
        self._validator = jsonschema_rs.Draft4Validator(
            dict(schema(extensions)), validate_formats=True, formats=dict(FORMATS)
        )

    def errors(self, value: Any, kind: str = "Release") -> list[Finding]:
        """Every breach in `value`, an object of `kind`: rule `structure.<keyword>`."""
        return [self.finding(error, kind) for error in self.raw(value)]

    def holds(self, value: Any) -> bool:
        """Whether there is no breach; quick where there are many."""
        try:
            return bool(self._validator.is_valid(value))
        except ValueError:  # see `raw`
            return bool(self._validator.is_valid(plain(value)))

    def raw(self, value: Any) -> list[jsonschema_rs.ValidationError]:
        """Every breach as the validator tells it."""
        try:
            return list(self._validator.iter_errors(value))
        except ValueError:  # a number too long for the validator: it sees the nearest it knows
            return list(self._validator.iter_errors(plain(value)))

    def finding(
        self, error: jsonschema_rs.ValidationError, kind: str, severity: Severity = "error"
    ) -> Finding:
        """A breach with its place and a sentence."""
        rule = str(error.kind.name)
        path = "".join(f"/{escaped(str(part))}" for part in error.instance_path)
        say = SENTENCES.get(rule, _other)
        return Finding(
            f"structure.{rule}", path, say(error, self.model, kind), severity, error.instance
        )


def _of(error: jsonschema_rs.ValidationError, name: str) -> Any:
    """What the keyword that was broken says, by the validator's name for it."""
    return getattr(error.kind, name, None)


def _required(error: jsonschema_rs.ValidationError, _: Model, __: str) -> str:
    return f"{_of(error, 'property')} is missing: the standard requires it"


def _type(error: jsonschema_rs.ValidationError, _: Model, __: str) -> str:
    types = _of(error, "types") or [_of(error, "value")]
    allowed = " or ".join(NAMED.get(str(name), str(name)) for name in types if name != "null")
    return f"it must be {allowed}, not {KINDS.get(type(error.instance), 'a number')}"


def _format(error: jsonschema_rs.ValidationError, _: Model, __: str) -> str:
    name = str(_of(error, "format"))
    return f"{error.instance!r:.60} is no {name}: {ADVICE.get(name, 'correct it')}"


def _enum(error: jsonschema_rs.ValidationError, known: Model, kind: str) -> str:
    codelist = _codelist(error.instance_path, known, kind)
    told = f"codelist {codelist}" if codelist else "list of the schema"
    return f"{error.instance!r:.60} is not in the closed {told}: use one of its codes"


def _codelist(path: list[str | int], known: Model, kind: str) -> str:
    """The codelist of the field at `path` in an object of `kind`, as far as the model knows it."""
    codes = ""
    for name in path:
        field = known.objects.get(kind, {}).get(str(name)) if isinstance(name, str) else None
        if field is not None:
            kind, codes = field.of, field.codes
    return codes


def _short(_: jsonschema_rs.ValidationError, __: Model, ___: str) -> str:
    return "it is empty: fill it, or leave the field out"


def _twice(_: jsonschema_rs.ValidationError, __: Model, ___: str) -> str:
    return "the same entry stands in it twice: keep one"


def _other(error: jsonschema_rs.ValidationError, _: Model, __: str) -> str:
    message = error.message
    return message if len(message) <= SHOWN else f"{message[:SHOWN]}…"


SENTENCES: Mapping[str, Callable[[jsonschema_rs.ValidationError, Model, str], str]] = {
    "required": _required,
    "type": _type,
    "format": _format,
    "enum": _enum,
    "minLength": _short,
    "minItems": _short,
    "minProperties": _short,
    "uniqueItems": _twice,
}


@cache
def quick(extensions: frozenset[str]) -> Structure:
    """The judge of releases that looks neither at dates nor at translated fields.

    A walk through the release tells whether dates are dates and whether fields are translated:
    where it finds nothing wrong, and this nothing, `structure` finds nothing. This takes half as
    long, because calls for dates cost more than the rest.
    """
    return Structure(lambda ids: _without(release_schema(ids)), extensions)


def _without(schema: Any) -> Any:
    """A schema without the format of dates and without translated fields."""
    if isinstance(schema, list):
        return [_without(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without(value)
        for name, value in schema.items()
        if name != "patternProperties" and (name, value) != ("format", "date-time")
    }


@cache
def structure(
    schema: Callable[[frozenset[str]], Mapping[str, Any]], extensions: frozenset[str]
) -> Structure:
    """The judge by `schema` with `extensions`, made once."""
    return Structure(schema, extensions)
