"""`CHANGELOG.md` of the data: this edition against the one before, and what is known to be wrong.

Owns the page. Counts come from the summaries of the two editions, columns from the schemas that
their manifests note, problems from the quality report.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from publish.delta.index import summary
from publish.delta.shape import INDEX
from publish.delta.state import KINDS
from publish.making import Making
from publish.metadata.description import AGAIN, Description
from publish.metadata.page import Block, Points, Section, Table

Counted = Mapping[str, tuple[int, int]]  # of each source: now, before
WORST = 30  # failing checks that are named; quality.json has them all
COUNTED = (  # of a source's summary: where, and what it is called here
    (("processes",), "processes"),
    (("releases",), "releases"),
    (("convert", "rejected"), "quarantined releases"),
    (("compile", "merged"), "duplicate releases"),
    (("windows",), "windows"),
)


def changelog(told: Description, making: Making, report: Mapping[str, Any]) -> Iterator[Section]:
    """The page; `report` is `quality.json`."""
    before = making.previous.notes if making.previous else {}
    against = f"Against edition {told.previous}." if told.previous else "The first edition."
    yield Section(told.edition, (against,))
    yield Section("Changes by source", (*_changes(told, before.get("summary")),))
    yield Section("Changed processes", (*_processes(making),))
    yield Section("Revisions", (*_revisions(report),))
    yield Section("Known problems", (*_problems(told, report),))
    yield Section("Changes of tables", (*_schema_changes(told, before.get("schemas")),))


def _changes(told: Description, before: Mapping[str, Any] | None) -> Iterator[Block]:
    """Counts of every source now and before; of sources that are gone only before."""
    now = told.summary["sources"]
    earlier = before["sources"] if before else {}
    rows: list[tuple[str | int, ...]] = []
    for name in sorted({*now, *earlier}):
        for path, called in COUNTED:
            new, old = _reach(now.get(name), path), _reach(earlier.get(name), path)
            rows.append((name, called, new, old, new - old))
    yield Table(("Source", "Counted", "Now", "Before", "Difference"), rows)


def _processes(making: Making) -> Iterator[Block]:
    """How many processes were added, modified and removed, by source, as the delta counts them."""
    delta = summary(making.place(INDEX))
    if delta.previous is None:
        yield "There is no edition before: all is new."
        return
    rows: list[tuple[str | int, ...]] = [
        (source, *(counts.get(kind, 0) for kind in KINDS))
        for source, counts in sorted(delta.sources.items())
    ]
    yield Table(("Source", *map(str.capitalize, KINDS)), rows) if rows else "None."


def _reach(summary: Any, path: tuple[str, ...]) -> int:
    for step in path:
        summary = (summary or {}).get(step)
    return int(summary or 0)


def _revisions(report: Mapping[str, Any]) -> Iterator[Block]:
    edits = len(report["silent_edits"])
    yield (
        f"{edits:,} releases came again under the same id with another content; both contents are "
        "kept, and silent_edits of quality.json lists them."
        if edits
        else "No release is known to have come again under the same id with another content."
    )
    if conflicts := len(report["conflicts"]):
        yield (
            f"In {conflicts:,} places releases of one process disagree on the kind of a value; the "
            "later one counts, and conflicts of quality.json lists them."
        )


def _problems(told: Description, report: Mapping[str, Any]) -> Iterator[Block]:
    points = [*_gaps(told), *_quarantined(told), *_failed(report)]
    for what, count in sorted(report["oddities"].items()):
        points.append(f"{what}: {count:,} values")
    yield Points(points) if points else "None."


def _gaps(told: Description) -> Iterator[str]:
    for origin in told.origins:
        for window, doubts in sorted(origin.told["doubts"].items()):
            reasons = "; ".join(map(str, doubts))
            yield f"{origin.source.title}: window {window} may be incomplete: {reasons}"


def _quarantined(told: Description) -> Iterator[str]:
    for origin in told.origins:
        for kind, count in sorted(origin.told["kinds"].items()):
            if kind.startswith("rejected_"):
                reason = kind.removeprefix("rejected_")
                yield f"{origin.source.title}: {count:,} releases quarantined: {reason}"


def _failed(report: Mapping[str, Any]) -> Iterator[str]:
    yield from report["verdict"]["reasons"]
    failing = [
        check
        for check in report["checks"]
        if check["failed"] and check["severity"] in ("unusable", "error")
    ]
    for check in failing[:WORST]:
        counts = f"{check['failed']:,} of {check['applied']:,}"
        yield f"{check['id']}: {counts} fail: {check['demand']}"
    if len(failing) > WORST:
        yield f"{len(failing) - WORST:,} further checks fail; quality.json lists them"


def _schema_changes(told: Description, before: Mapping[str, Any] | None) -> Iterator[Block]:
    if before is None:
        yield "Nothing to compare with."
        return
    now = _of_tables(told.schemas)
    before = _of_tables(before)
    points = [f"{path}: new" for path in sorted(now.keys() - before.keys())]
    points += [f"{path}: gone" for path in sorted(before.keys() - now.keys())]
    for path in sorted(now.keys() & before.keys()):
        if now[path]["sha256"] != before[path]["sha256"]:
            points += _columns(path, now[path]["columns"], before[path]["columns"])
    yield Points(points) if points else "None."


def _of_tables(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Without the files of deltas, which come and go."""
    return {path: told for path, told in schemas.items() if not path.startswith(AGAIN)}


def _columns(path: str, now: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    points = [f"{path}: column {name} is new" for name in now if name not in before]
    points += [f"{path}: column {name} is gone" for name in before if name not in now]
    points += [
        f"{path}: column {name} is {kind}, was {before[name]}"
        for name, kind in now.items()
        if name in before and before[name] != kind
    ]
    return sorted(points) or [f"{path}: columns are in another order"]
