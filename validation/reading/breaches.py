"""Where releases, records and packages break the schema, however they are malformed.

Owns the choice of the schema, and the bounds of what the validator is given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from transforms.findings import Finding
from transforms.ocds.schema import record_package_schema, release_schema
from validation.structure import structure

Extensions = frozenset[str]
Schema = Callable[[Extensions], Mapping[str, Any]]
DEEP = 250  # the validator refuses more, and no field of OCDS is nested so deep as ten
TOLD = f"it is nested more than {DEEP} deep, and was not judged: no field of OCDS is nested so"
TOO_DEEP = Finding("wellformed.too_deep", "", TOLD, "unusable")
MOST = 100_000  # values whose breaches are listed: each takes 3 kB and 30 microseconds


@cache
def record_schema(extensions: Extensions) -> Mapping[str, Any]:
    """The schema of one record; see `transforms.ocds.schema.record_package_schema`."""
    package = record_package_schema(extensions)
    return {"$ref": "#/definitions/Record", "definitions": package["definitions"]}


@cache
def linked_schema(extensions: Extensions) -> Mapping[str, Any]:
    """The schema of one release that a record only links to."""
    package = record_package_schema(extensions)
    return {"$ref": "#/definitions/LinkedRelease", "definitions": package["definitions"]}


def breaches(
    schema: Schema, extensions: Extensions, value: Any, kind: str = "Release", *, dense: bool
) -> list[Finding]:
    """Every breach in `value`, an object of `kind`; only `TOO_DEEP` where it was not judged.

    Args:
        schema: makes the schema, given the ids of the extensions that apply.
        extensions: these ids.
        value: any JSON.
        kind: what it should be.
        dense: whether it may have more than `MOST` values, of which only as many are judged.
    """
    judge = structure(schema, extensions)
    try:
        if not dense or judge.holds(value):
            return judge.errors(value, kind)
        kept, left = _first(value, MOST)
        found = judge.errors(kept, kind)
    except (TypeError, RecursionError):
        if not deep(value):
            raise
        return [TOO_DEEP]
    if left <= 0:
        told = f"it has more than {MOST:,} values, and breaches behind these are not listed"
        found.append(Finding("wellformed.too_many", "", told, "error"))
    return found


def deep(value: Any) -> bool:
    """Whether `value` is nested deeper than `DEEP`."""
    level = [value]
    for _ in range(DEEP):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: Any) -> Iterable[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (entry for entry in inner if isinstance(entry, dict | list))


def _first(value: Any, left: int) -> tuple[Any, int]:
    """`value` with no more entries in its lists than `left` values allow, and how many are left."""
    if isinstance(value, dict):
        kept = {}
        for name, inner in value.items():
            kept[name], left = _first(inner, left - 1)
        return kept, left
    if isinstance(value, list):
        entries: list[Any] = []
        for inner in value:
            if left <= 0 and entries:  # an empty list would be a breach of its own
                break
            entry, left = _first(inner, left - 1)
            entries.append(entry)
        return entries, left
    return value, left


def record_breaches(record: Any, extensions: Extensions, *, dense: bool) -> Iterator[Finding]:
    """The breaches of a record; of its releases, those of the one form that they seem to have."""
    for finding in breaches(record_schema, extensions, record, "Record", dense=dense):
        if finding.rule == "structure.oneOf" and finding.path == "/releases":
            yield from _releases_breaches(finding, record["releases"], extensions, dense=dense)
        else:
            yield finding


def _releases_breaches(
    finding: Finding, releases: Any, extensions: Extensions, *, dense: bool
) -> Iterator[Finding]:
    if not isinstance(releases, list) or not releases:
        rule = "minItems" if releases == [] else "type"
        told = "it must be a list of links to releases, or of whole releases"
        yield Finding(f"structure.{rule}", finding.path, told, "error", finding.value)
        return
    whole = [isinstance(release, dict) and "id" in release for release in releases]
    if any(whole) and not all(whole):
        told = "some releases have an id and some have none: embed all of them, or link to all"
        yield Finding("structure.mixed_releases", finding.path, told, "error")
        return
    schema: Schema = release_schema if all(whole) else linked_schema
    both = True
    for position, release in enumerate(releases):
        for error in breaches(schema, extensions, release, dense=dense):
            both = False
            path = f"{finding.path}/{position}{error.path}"
            yield Finding(error.rule, path, error.message, error.severity, error.value)
    if both:
        told = "they are whole releases and links at once: leave their url out"
        yield Finding(finding.rule, finding.path, told, "error")
