"""The check stage: an edition's tables against every expectation, one verdict, one report.

Owns what is looked at for a verdict, and the layout of `quality/`.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import orjson

from kernel import Artifact, Lake, Manifest, Publication, Source, __version__
from kernel.manifest import canonical, digest
from transforms.convert import FINDINGS, REJECTS
from transforms.lines import unpack
from validation.expect import Expect, expect
from validation.gate import Result, decide
from validation.metrics import measure
from validation.report import render
from validation.suites import check_metrics, check_tables

log = logging.getLogger(__name__)


def check(
    publication: Publication,
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    *,
    previous: Mapping[str, Any] | None,
) -> Manifest:
    """Judge the edition whose tables are `tables`.

    Args:
        publication: of which the edition is one.
        lake: where from and to.
        inputs: each source with the manifest of its records.
        tables: the edition's tables.
        previous: the latest edition's summary, if there is one.

    Returns:
        The manifest of the report as JSON (verdict, results, findings by rule and path) and as a
        page; see `file_of`. `notes.decision` and `notes.reasons` are the verdict.
    """
    folder = f"quality/{publication.id}/{tables.version}"
    if done := lake.committed(folder):
        return done
    results = sorted(_results(lake, inputs, tables, previous))
    verdict = decide(results)
    findings = _findings(lake, inputs)
    report = {
        "publication": publication.id,
        "edition": tables.version,
        "verdict": asdict(verdict),
        "results": [asdict(result) for result in results],
        "findings": findings,
        "conflicts": [c for _, records in inputs for c in records.notes["conflicts"]],
        "silent_edits": [e for _, records in inputs for e in records.notes["silent_edits"]],
        "oddities": dict(tables.notes["oddities"]),
    }
    log.info("publication=%s edition=%s verdict=%s failed=%d", publication.id, tables.version,
             verdict.decision, len(verdict.reasons))  # fmt: skip
    return lake.commit(
        Manifest(
            folder=folder,
            stage="check",
            subject=publication.id,
            version=tables.version,
            code=__version__,
            counts=tables.counts,
            artifacts=tuple(_save(lake, folder, publication, report)),
            inputs={tables.folder: tables.id},
            notes={"decision": verdict.decision, "reasons": list(verdict.reasons)},
        )
    )


def _save(
    lake: Lake, folder: str, publication: Publication, report: dict[str, Any]
) -> Iterator[Artifact]:
    rows = len(report["results"])
    data = canonical(report)
    page = render(publication.title, report).encode()
    for suffix, body, media_type in (
        ("json", data, "application/json"),
        ("html", page, "text/html"),
    ):
        name = f"quality-{digest(body)[:12]}.{suffix}"
        yield lake.save(folder, name, body, media_type=media_type, rows=rows)


def file_of(quality: Manifest, suffix: str) -> Artifact:
    """The report of a verdict as `json` or `html`.

    Its name holds its hash, because the report depends on the edition before, which two attempts
    may see differently.
    """
    return next(a for a in quality.artifacts if a.path.endswith(f".{suffix}"))


def _results(
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    previous: Mapping[str, Any] | None,
) -> Iterator[Result]:
    with ExitStack() as open_files:
        files = {
            artifact.path.removesuffix(".parquet"): open_files.enter_context(
                lake.local(tables, artifact)
            )
            for artifact in tables.artifacts
        }
        frame = measure(files)
        yield from check_tables(files)
    yield from check_metrics(frame)
    rows = {artifact.path.removesuffix(".parquet"): artifact.rows for artifact in tables.artifacts}
    for name, measured in zip(frame["table"], frame["rows"], strict=True):
        yield Result("rows_as_written", name, rows[name] == measured, True, str(measured), "rows")
    for source, records in inputs:
        yield from _thresholds(source.id, conversions_of(lake, records), records, previous)


def conversions_of(lake: Lake, records: Manifest) -> list[Manifest]:
    """The conversions that `records` were compiled from."""
    return [lake.manifest(folder) for folder in records.inputs]


def _thresholds(
    source_id: str,
    conversions: Sequence[Manifest],
    records: Manifest,
    previous: Mapping[str, Any] | None,
) -> Iterator[Result]:
    """The thresholds of one source: breached minima are fatal, breached maxima warn."""
    limits: Expect = expect(source_id)
    read = sum(manifest.counts.read for manifest in conversions)
    usable = sum(manifest.counts.written for manifest in conversions)
    kinds: Counter[str] = Counter()
    for manifest in conversions:
        kinds.update(manifest.notes["kinds"])
    before = (previous or {}).get("sources", {}).get(source_id, {}).get("releases", 0)
    origins = {manifest.notes["made_up"] for manifest in conversions}
    mixed = origins == {True, False}
    advice = "real notices or made-up ones, not both: use another lake"
    yield Result("one_origin", source_id, not mixed, False, "both" if mixed else "one", advice)
    doubted = sum(bool(manifest.notes["doubts"]) for manifest in conversions)
    repairs = sum(count for kind, count in kinds.items() if kind.startswith("repaired_"))
    lowest = {
        "min_releases": (records.counts.written, limits.min_releases),
        "min_share_of_previous": (
            _share(records.counts.written, before), limits.min_share_of_previous
        ),
        "min_usable_share": (_share(usable, read), limits.min_usable_share),
    }  # fmt: skip
    highest = {
        "max_nonconforming_share": (
            1 - _share(usable - kinds["nonconforming"], usable), limits.max_nonconforming_share
        ),
        "max_doubted_windows": (doubted, limits.max_doubted_windows),
        "max_repairs": (repairs, limits.max_repairs),
    }  # fmt: skip
    for name, (seen, limit) in lowest.items():
        yield _threshold(name, source_id, seen, limit, ok=seen >= limit, fatal=True)
    for name, (seen, limit) in highest.items():
        yield _threshold(name, source_id, seen, limit, ok=seen <= limit, fatal=False)


def _threshold(
    name: str, source_id: str, seen: float, limit: float, *, ok: bool, fatal: bool
) -> Result:
    side = "at least" if name.startswith("min") else "at most"
    return Result(name, source_id, ok, fatal, f"{seen:.6g}", f"{side} {limit:g} expected")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _findings(lake: Lake, inputs: Sequence[tuple[Source, Manifest]]) -> list[dict[str, Any]]:
    """Findings and rejects of single releases, counted by rule and path without positions."""
    counts: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], dict[str, Any]] = {}
    for manifest in (m for _, records in inputs for m in conversions_of(lake, records)):
        for name in (FINDINGS, REJECTS):
            for line in unpack(lake.load(manifest, manifest.artifact(name))):
                entry = orjson.loads(line)
                rule = entry.get("rule") or entry["reason"]
                path = "/".join(p for p in entry["path"].split("/") if not p.isdigit())
                key = (entry.get("severity", "unusable"), rule, path)
                counts[key] += 1
                example.setdefault(key, entry)
    return [
        {
            "severity": key[0],
            "rule": key[1],
            "path": key[2],
            "count": count,
            "example": {k: example[key].get(k) for k in ("ocid", "id", "message")},
        }
        for key, count in sorted(counts.items())
    ]
