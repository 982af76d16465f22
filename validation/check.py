"""The check stage: an edition measured against every expectation, one verdict, one report.

Owns what is looked at for a verdict, and the layout of `quality/`.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from kernel import Artifact, Lake, Manifest, Publication, Source, __version__
from kernel.manifest import canonical, digest
from kernel.publication import link
from kernel.workers import aside
from transforms.compile import inputs_of
from validation.expect import expect
from validation.gate import Result, Verdict, decide, waive
from validation.metrics import measure
from validation.quality.edition import COVERAGE, ROWS, SUMMARY, Measured, measure_edition
from validation.quality.limits import filled, limits
from validation.quality.told import told_of
from validation.report import render
from validation.suites import check_metrics, check_tables
from validation.thresholds import thresholds

log = logging.getLogger(__name__)
PARQUET = "application/vnd.apache.parquet"
FILES = {
    "quality.json": "application/json",
    "quality.html": "text/html",
    **{f"{name}.parquet": PARQUET for name in (ROWS, SUMMARY, COVERAGE)},
}


def check(
    publication: Publication,
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    *,
    previous: Manifest | None,
) -> Manifest:
    """Judge the edition whose tables are `tables`.

    Args:
        publication: of which the edition is one.
        lake: where from and to.
        inputs: each source with the manifest of its records.
        tables: the edition's tables.
        previous: the latest edition, as published, if there is one.

    Returns:
        The manifest of the verdict as JSON and as a page, of every failure as a row, of the counts
        by buyer and month, and of the coverage of every field; see `file_of`. `notes.decision` and
        `notes.reasons` are the verdict; `notes.previous` names the edition before. Of two attempts
        that see another one before them, the first to commit decides which one it is.
    """
    folder = f"quality/{publication.id}/{tables.version}"
    if done := lake.committed(folder):
        return done
    conversions = {source.id: inputs_of(records, lake) for source, records in inputs}
    with lake.store.scratch() as scratch:
        with aside(_tables_results, lake, tables) as expected:  # most of it one core's, as the rest
            measured = measure_edition(lake, inputs, conversions, tables, previous, scratch)
            results = expected() + measured.results
        results += _of_sources(inputs, conversions, previous, measured)
        waivers = [waiver for source, _ in inputs for waiver in expect(source.id).waivers]
        results = sorted(waive(results, waivers, date.fromisoformat(tables.version[:10])))
        verdict = decide(results)
        report = told_of(publication, tables, inputs, measured, verdict, results)
        _write(scratch, publication, report)
        artifacts = [*_save(lake, folder, scratch, measured)]
    log.info("publication=%s edition=%s verdict=%s failed=%d", publication.id, tables.version,
             verdict.decision, len(verdict.reasons))  # fmt: skip
    return lake.commit(_manifest(folder, publication, tables, artifacts, verdict, previous))


def _manifest(
    folder: str,
    publication: Publication,
    tables: Manifest,
    artifacts: Sequence[Artifact],
    verdict: Verdict,
    previous: Manifest | None,
) -> Manifest:
    return Manifest(
        folder=folder,
        stage="check",
        subject=publication.id,
        version=tables.version,
        code=__version__,
        counts=tables.counts,
        artifacts=tuple(artifacts),
        inputs={tables.folder: tables.id},
        notes={
            "decision": verdict.decision,
            "reasons": list(verdict.reasons),
            "previous": link(previous),
        },
    )


def _of_sources(
    inputs: Sequence[tuple[Source, Manifest]],
    conversions: Mapping[str, Sequence[Manifest]],
    previous: Manifest | None,
    measured: Measured,
) -> Iterator[Result]:
    """What is asked of each source."""
    before = previous.notes["summary"] if previous else None
    for source, records in inputs:
        yield from thresholds(source.id, conversions[source.id], records, before)
        counts = [count for count in measured.counts if count["source"] == source.id]
        yield from limits(source.id, counts)
        yield from filled(source.id, measured.coverage[source.id])


def _write(scratch: Path, publication: Publication, report: dict[str, Any]) -> None:
    (scratch / "quality.json").write_bytes(canonical(report))
    (scratch / "quality.html").write_text(render(publication.title, report), encoding="utf-8")


def _save(lake: Lake, folder: str, scratch: Path, measured: Measured) -> Iterator[Artifact]:
    """Each file under a name with its hash.

    What a verdict says depends on the edition before, which two attempts may see differently.
    """
    for name, media_type in FILES.items():
        path = scratch / name
        stem, _, suffix = name.partition(".")
        rows = measured.files[stem][1] if suffix == "parquet" else 0
        unique = f"{stem}-{digest(path.read_bytes())[:12]}.{suffix}"
        yield lake.save_file(folder, unique, path, media_type=media_type, rows=rows)


def file_of(quality: Manifest, name: str) -> Artifact:
    """The file of a verdict that is called `name`, such as `quality.json`; see `FILES`."""
    stem, _, suffix = name.partition(".")
    return next(
        artifact
        for artifact in quality.artifacts
        if artifact.path.rpartition("-")[0] == stem and artifact.path.endswith(f".{suffix}")
    )


def _tables_results(lake: Lake, tables: Manifest) -> list[Result]:
    """What the tables are held against, by DuckDB and Great Expectations."""
    results: list[Result] = []
    with ExitStack() as open_files:
        files = {
            artifact.path.removesuffix(".parquet"): open_files.enter_context(
                lake.local(tables, artifact)
            )
            for artifact in tables.artifacts
        }
        frame = measure(files)
        results += check_tables(files)
    results += check_metrics(frame)
    rows = {artifact.path.removesuffix(".parquet"): artifact.rows for artifact in tables.artifacts}
    for name, measured in zip(frame["table"], frame["rows"], strict=True):
        good = rows[name] == measured
        results.append(Result("rows_as_written", name, good, True, str(measured), "rows"))
    return results
