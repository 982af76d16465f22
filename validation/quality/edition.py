"""An edition's quality, measured: releases, processes, tables, and the edition before.

Owns the files of `quality/` that are tables, and the order in which they are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from kernel import Lake, Manifest, Source
from transforms.convert import FINDINGS, REJECTS
from transforms.findings import Finding
from transforms.lines import unpack
from transforms.privacy.takedowns import takedowns
from validation.dataset.asking import ask
from validation.dataset.judge import judge_edition
from validation.dataset.urls import Fetch
from validation.expect import expect
from validation.gate import Result
from validation.quality.judging import findings_of, judge_source
from validation.quality.part import COUNTED
from validation.quality.rows import Rows
from validation.quality.tally import Counters, add_up
from validation.spots import Coverage

ROWS, SUMMARY, COVERAGE = "quality", "quality_summary", "quality_coverage"
COUNTERS = "counters"  # a file on the way to the summary
FIELDS = pa.schema(
    [
        pa.field(name, kind, metadata={"definition": told})
        for name, kind, told in (
            ("source", pa.string(), "Procurement system"),
            ("path", pa.string(), "Path of the field in a compiled release, without positions"),
            ("declared", pa.bool_(), "Whether the standard or a declared extension has the field"),
            ("parents", pa.int64(), "How often what it stands in was there"),
            ("present", pa.int64(), "In how many of these the field was there"),
            ("filled", pa.int64(), "In how many it said something: no null, empty text or list"),
        )
    ]
)


@dataclass(slots=True)
class Measured:
    """What was measured of an edition.

    Attributes:
        files: the tables, by name, with their number of rows.
        groups: failures by check and place.
        counts: of each check, level and source: applied, passed, failed.
        buyers: those with most failures.
        coverage: of every field, by source.
        unknown: declared extensions not known, by source.
        results: of the checks of the edition as a whole.
        shown: small tables that these checks show, by check.
    """

    files: dict[str, tuple[Path, int]] = field(default_factory=dict)
    groups: list[Any] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)
    buyers: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, list[Coverage]] = field(default_factory=dict)
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)


def measure_edition(
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    conversions: Mapping[str, Sequence[Manifest]],
    tables: Manifest,
    previous: Manifest | None,
    scratch: Path,
) -> Measured:
    """Measure the edition of `tables`; its files are written to `scratch`.

    Args:
        lake: where everything is.
        inputs: each source with its records.
        conversions: of each source, what its records were compiled from.
        tables: the edition's tables.
        previous: the edition before, as published, if there is one.
        scratch: an empty folder.
    """
    found = Measured()
    metadata = {"edition": tables.version, "publication": tables.subject}
    path, counted = scratch / f"{ROWS}.parquet", scratch / COUNTERS
    with Rows(path, metadata, takedowns(lake)) as rows:
        with Counters(counted) as counters:
            for source, records in inputs:
                findings_of(_lines(lake, conversions[source.id]), source.id, rows)
                made = conversions[source.id]
                coverage, unknown = judge_source(source, lake, records, made, rows, counters)
                found.coverage[source.id], found.unknown[source.id] = coverage, unknown
        asking = any(expect(source.id).ask_urls for source, _ in inputs)
        for result, check in _whole(lake, tables, previous, rows, ask if asking else None):
            found.results.append(result)
            found.checks.append(check)
    found.files[ROWS] = path, rows.count
    found.groups = list(rows.groups.values())
    summary = scratch / f"{SUMMARY}.parquet"
    count, found.counts, found.buyers = add_up(counted, COUNTED, summary, metadata)
    found.files[SUMMARY] = summary, count
    found.files[COVERAGE] = _coverage(found.coverage, scratch / f"{COVERAGE}.parquet", metadata)
    return found


def _lines(lake: Lake, conversions: Sequence[Manifest]) -> Iterator[dict[str, Any]]:
    for manifest in conversions:
        for name in (FINDINGS, REJECTS):
            for line in unpack(lake.load(manifest, manifest.artifact(name))):
                yield orjson.loads(line)


def _whole(
    lake: Lake, tables: Manifest, previous: Manifest | None, rows: Rows, fetch: Fetch | None
) -> Iterator[tuple[Result, dict[str, Any]]]:
    """The checks that look at all processes at once, or at this edition and the one before."""
    with ExitStack() as stack:
        files = _local(lake, tables, "", stack)
        older = _local(lake, previous, "parquet/", stack) if previous else None
        for check, outcome in judge_edition(files, older, fetch=fetch):
            for ocid, path, value, message in outcome.rows():
                finding = Finding(check.id, path, message, check.severity, value)
                rows.add(finding, level="edition", source="", ocid=ocid or None)
            told = {
                "id": check.id, "version": check.version, "severity": check.severity,
                "demand": check.demand, "ok": outcome.ok, "observed": outcome.observed,
                "columns": outcome.shown.columns, "rows": outcome.shown.rows,
            }  # fmt: skip
            good = outcome.ok is not False or check.severity == "info"
            result = Result(check.id, tables.subject, good, False, outcome.observed, check.demand)
            yield result, told


def _local(lake: Lake, manifest: Manifest, under: str, stack: ExitStack) -> dict[str, Path]:
    """The tables of a manifest as local files."""
    return {
        artifact.path.removeprefix(under).removesuffix(".parquet"): stack.enter_context(
            lake.local(manifest, artifact)
        )
        for artifact in manifest.artifacts
        if artifact.path.startswith(under) and artifact.path.endswith(".parquet")
    }


def _coverage(
    coverage: Mapping[str, Sequence[Coverage]], path: Path, metadata: Mapping[str, str]
) -> tuple[Path, int]:
    rows = [
        {"source": source, "path": one.path, "declared": one.known, "parents": one.parents,
         "present": one.present, "filled": one.filled}
        for source, fields in coverage.items()
        for one in sorted(fields, key=lambda c: c.path)
        if one.present
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, FIELDS.with_metadata(dict(metadata)))
    pq.write_table(table, path, compression="zstd", version="2.6", write_page_index=True)
    return path, len(rows)
