"""Days in order: fails a date that is before or after another, for `coherence_dates`.

Owns how dates are compared: by day, as published, since a time of day is often made up. A date that
cannot be read is passed over here, and is the matter of another check.
"""

from typing import Any

from validation.checks.registry import Fail
from validation.process import Process
from validation.spots import Leaf

Failure = tuple[Any, ...]  # what a failure is told by, see `Fail`
# The fields that tell what has happened by the time a release is published, by kind of object.
PAST = {
    "Award": ("date",),
    "Contract": ("dateSigned",),
    "Transaction": ("date",),
    "Milestone": ("dateModified", "dateMet"),
    "Amendment": ("date",),
    "Document": ("datePublished", "dateModified"),
}


def past(process: Process, fail: Fail, kind: str) -> int:
    """Fail each date of the past of objects of `kind` that is after the release's."""
    if not process.objects[kind]:
        return 0
    found = process.known.get(kind)
    if found is None:
        found = process.known[kind] = _past(process, kind)
    for failure in found[1]:
        fail(*failure)
    return found[0]


def _past(process: Process, kind: str) -> tuple[int, list[Failure]]:
    """How many dates of the past objects of `kind` have, and those after the release's."""
    failures: list[Failure] = []
    applied, last = 0, process.date
    if last is None:
        return 0, failures
    released: str = process.release["date"]
    for field in PAST[kind]:
        node: dict[str, Any]
        for node, where in process.objects[kind]:
            value: Any = node.get(field)
            found = process.moment(value)
            if found is None:
                continue
            applied += 1
            if found > last and _day(value) > _day(released):
                told = f"{value:.60} is after the date of the release, {released:.60}: correct one"
                failures.append((where, field, value, told))
    return applied, failures


def not_after(process: Process, fail: Fail, leaf: Leaf, limit: Any, what: str) -> int:
    """Fail the date `leaf` if its day is after that of `limit`; 0 if either cannot be read."""
    value, where, field = leaf
    found, last = process.moment(value), process.moment(limit)
    if found is None or last is None:
        return 0
    if found > last and _day(value) > _day(limit):
        fail(where, field, value, f"{value:.60} is after {what}, {limit:.60}: correct one of them")
    return 1


def not_before(process: Process, fail: Fail, leaf: Leaf, limit: Any, what: str) -> int:
    """Fail the date `leaf` if its day is before that of `limit`; 0 if either cannot be read."""
    value, where, field = leaf
    found, first = process.moment(value), process.moment(limit)
    if found is None or first is None:
        return 0
    if found < first and _day(value) < _day(limit):
        fail(where, field, value, f"{value:.60} is before {what}, {limit:.60}: correct one of them")
    return 1


def _day(date: str) -> str:
    """The calendar day of a readable date-time, as published: `2026-03-01`."""
    return date.strip()[:10]
