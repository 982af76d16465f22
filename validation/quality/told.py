"""The report as data: what `quality.json` holds.

Owns its shape. It has no clock and no place in it: the same edition gives the same report, as long
as the edition before is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from kernel import Manifest, Publication, Source
from validation.catalogue import GRAVITY, told
from validation.gate import Result, Verdict
from validation.quality.edition import Measured

FORM = "tenderline-quality-2"


def told_of(
    publication: Publication,
    tables: Manifest,
    inputs: Sequence[tuple[Source, Manifest]],
    measured: Measured,
    verdict: Verdict,
    results: Iterable[Result],
) -> dict[str, Any]:
    """The report of an edition."""
    return {
        "form": FORM,
        "publication": publication.id,
        "edition": tables.version,
        "sources": {
            source.id: {
                "title": source.title,
                "releases": records.counts.written,
                "processes": records.notes["processes"],
                "unknown_extensions": list(measured.unknown[source.id]),
            }
            for source, records in inputs
        },
        "verdict": asdict(verdict),
        "results": [asdict(result) for result in results],
        "checks": _checks(measured),
        "findings": _findings(measured),
        "edition_checks": measured.checks,
        "buyers": measured.buyers,
        "fields": _fields(measured),
        "conflicts": [c for _, records in inputs for c in records.notes["conflicts"]],
        "silent_edits": [e for _, records in inputs for e in records.notes["silent_edits"]],
        "oddities": dict(tables.notes["oddities"]),
        "failures": measured.files["quality"][1],
    }


def _checks(measured: Measured) -> list[dict[str, Any]]:
    """Every check of releases and processes over all sources, the gravest first."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for count in measured.counts:
        known = sums[count["check"], count["level"]]
        for place, name in enumerate(("applied", "passed", "failed")):
            known[place] += count[name]
    found = []
    for (name, level), (applied, passed, failed) in sums.items():
        rule = told(name)
        found.append(
            {
                "id": name, "version": rule.version, "severity": rule.severity, "level": level,
                "demand": rule.demand, "source": rule.source,
                "applied": applied, "passed": passed, "failed": failed,
            }
        )  # fmt: skip
    return sorted(found, key=lambda c: (GRAVITY[c["severity"]], -c["failed"], c["id"]))


def _findings(measured: Measured) -> list[dict[str, Any]]:
    """Failures by check and place, with the first of each."""
    found = [
        {
            "check": group.check, "demand": told(group.check).demand,
            "severity": group.severity, "level": group.level,
            "place": group.place, "count": group.count,
            "example": {"ocid": group.ocid, "id": group.release_id, "message": group.message},
        }
        for group in measured.groups
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda f: (GRAVITY[f["severity"]], -f["count"], f["check"], f["place"], f["level"]),
    )


def _fields(measured: Measured) -> list[dict[str, Any]]:
    return [
        {"source": source, "path": one.path, "declared": one.known, "parents": one.parents,
         "present": one.present, "filled": one.filled}
        for source, fields in measured.coverage.items()
        for one in sorted(fields, key=lambda c: c.path)
        if one.present
    ]  # fmt: skip
