"""The check stage: an edition's tables against every expectation, one verdict, one report.

Owns what is looked at for a verdict, and the layout of `quality/`.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain
from typing import Any

from kernel import Artifact, Lake, Manifest, Publication, Source, __version__
from kernel.manifest import canonical, digest
from transforms.compile import inputs_of
from validation.census import findings
from validation.gate import Result, decide
from validation.metrics import measure
from validation.report import render
from validation.suites import check_metrics, check_tables
from validation.thresholds import thresholds

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
    conversions = {source.id: inputs_of(records, lake) for source, records in inputs}
    results = [*_tables_results(lake, tables)]
    for source, records in inputs:
        results += thresholds(source.id, conversions[source.id], records, previous)
    verdict = decide(results)
    report = {
        "publication": publication.id,
        "edition": tables.version,
        "verdict": asdict(verdict),
        "results": [asdict(result) for result in sorted(results)],
        "findings": findings(lake, chain.from_iterable(conversions.values())),
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


def _tables_results(lake: Lake, tables: Manifest) -> Iterator[Result]:
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
