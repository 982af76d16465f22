"""A source's quality, joined of what was found in each part of its records.

Owns the joining, and what counts for a whole source: what converting and compiling found.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel import Lake, Manifest, Source
from transforms.derived import results
from transforms.findings import Finding
from transforms.ocds.model import Model, model, recognised
from transforms.tables.bundle import Bundle
from validation.quality.part import (
    COUNTED,
    FAILURES,
    FIELDS,
    GROUPS,
    PROCESS,
    RELEASE,
    source_judged,
)
from validation.quality.rows import Group, Rows
from validation.quality.tally import Counters
from validation.spots import Coverage, coverage
from validation.walk import Walk


def judge_source(
    source: Source,
    lake: Lake,
    records: Manifest,
    conversions: Sequence[Manifest],
    rows: Rows,
    counters: Counters,
) -> tuple[list[Coverage], tuple[str, ...]]:
    """Judge the records of `source`; failures go to `rows`, counts to `counters`.

    Returns:
        The coverage of every known field in compiled releases and of every other in releases as
        published, and the declared extensions that are not known.
    """
    extensions, unknown = declared(conversions)
    fields = _Fields(model(extensions))
    for data in results(lake, records, source_judged(source, lake, records, extensions)):
        bundle = Bundle(data)
        rows.extend(bundle.table(FAILURES), (Group(*told) for told in bundle.value(GROUPS)))
        for level in COUNTED:
            if (counted := bundle.table(level)) is not None:
                counters.add(counted)
        fields.add(bundle.value(FIELDS))
    for finding, ocid in _of_records(records):
        rows.add(finding, level=PROCESS, source=source.id, ocid=ocid)
    return fields.coverage(), unknown


def declared(conversions: Sequence[Manifest]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The ids of the extensions that packages of a source declare; the urls that are not known."""
    urls = sorted({url for manifest in conversions for url in manifest.notes["extensions"]})
    return recognised(urls)


class _Fields:
    """The fields of releases and of compiled releases, counted over all parts."""

    def __init__(self, facts: Model) -> None:
        self._walks = {level: Walk(facts, "Release", "") for level in (RELEASE, PROCESS)}

    def add(self, trees: Mapping[str, list[list[Any]]]) -> None:
        """Add what was counted of a part."""
        for level, walk in self._walks.items():
            walk.count(trees[level])

    def coverage(self) -> list[Coverage]:
        """What is known in compiled releases, and what is not known in releases."""
        known = [one for one in coverage(self._walks[PROCESS].top) if one.known]
        others = [one for one in coverage(self._walks[RELEASE].top) if not one.known]
        return [*known, *others]


def _of_records(records: Manifest) -> Iterator[tuple[Finding, str]]:
    """What compiling found: releases that disagree, and releases changed under the same id."""
    for conflict in records.notes["conflicts"]:
        for path in conflict["paths"]:
            told = "one release has an object here, another a list: the later one counts"
            yield Finding("record.kind_conflict", path, told, "error"), conflict["ocid"]
    for edit in records.notes["silent_edits"]:
        told = f"its content changed under the same id: both are kept, one as {edit['derived_id']}"
        yield Finding("record.silent_edit", "/id", told, "warning", edit["id"]), edit["ocid"]


def findings_of(lines: Iterator[Mapping[str, Any]], source: str, rows: Rows) -> None:
    """Add what converting found in single releases: breaches of structure, repairs, rejects."""
    for line in lines:
        rule = line.get("rule") or line["reason"]
        severity = line.get("severity", "unusable")
        finding = Finding(rule, line["path"], line["message"], severity)
        rows.add(finding, level=RELEASE, source=source, ocid=line["ocid"], release_id=line["id"],
                 value=line.get("value"))  # fmt: skip
