"""The publish stage: one immutable edition, read back and verified, then the pointer.

Owns the layout of `published/<publication>/<edition>/` and the order of its writes: files, then
`SHA256SUMS`, then `manifest.json`, then `latest.json`, then what tells of them.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from kernel import Artifact, Lake, Manifest, Publication, Source, __version__
from kernel.manifest import canonical
from kernel.workers import aside, cores
from publish import held, pointer, versions
from publish.answers import write_answers
from publish.chain import PREVIOUS, previous_of
from publish.delta.write import write_delta
from publish.formats import format_of
from publish.gate import pass_gate
from publish.json.files import write_json, write_quarantine, write_records
from publish.making import Making, Part, Rows
from publish.metadata.write import counted, write_metadata
from publish.partitions import write_partitions
from publish.provenance import write_provenance
from publish.readme import readme
from publish.sheets.excel import write_awards
from publish.sheets.tables import write_tables
from publish.summary import summarise
from publish.verify import verify
from transforms.compile import inputs_of
from validation.check import FILES, file_of

log = logging.getLogger(__name__)


def publish(
    publication: Publication,
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    quality: Manifest,
) -> Manifest:
    """Publish the edition that was built and judged; return what is there if it was done before.

    Args:
        publication: of which the edition is one.
        lake: where from and to.
        inputs: each source with the manifest of its records.
        tables: the edition's tables.
        quality: the edition's verdict and report.

    Returns:
        The edition's manifest, to which `latest.json` now points unless it points at newer records
        or these were withdrawn.

    Raises:
        GateBlocked: the verdict is `block`.
        LakeCorrupt: the edition, read back, is not what was written.
    """
    pass_gate(lake, publication, quality)
    folder = f"published/{publication.id}/{tables.version}"
    edition = lake.committed(folder) or _build(publication, lake, inputs, tables, quality, folder)
    verify(lake, folder)
    moved = pointer.move_latest(lake, edition)
    held.release(lake, edition)
    versions.refresh(lake, publication.id)
    log.info("publication=%s edition=%s latest_moved=%s", publication.id, edition.version, moved)
    return edition


def _build(
    publication: Publication,
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    quality: Manifest,
    folder: str,
) -> Manifest:
    with ExitStack() as stack:
        scratch = stack.enter_context(lake.store.scratch())
        making = _making(publication, lake, inputs, tables, quality, scratch, stack)
        rows: Rows = {}
        with aside(write_awards, making) as awards:
            for part in PARTS:
                rows |= part(making)
            found = counted(making, rows)
            rows |= awards()
        made, told = write_metadata(making, rows, found)
        rows |= made
        (scratch / "README.md").write_bytes(readme(publication, making.told(), tables, rows))
        rows["README.md"] = 0
        artifacts = _put(lake, folder, scratch, rows) + _copied(lake, folder, tables, quality)
    artifacts.append(_sums(lake, folder, artifacts))
    records = [manifest for _, manifest in inputs]
    return lake.commit(
        Manifest(
            folder=folder,
            stage="publish",
            subject=publication.id,
            version=tables.version,
            code=__version__,
            counts=tables.counts,
            artifacts=tuple(artifacts),
            inputs={manifest.folder: manifest.id for manifest in (*records, tables, quality)},
            notes={
                "summary": making.told(),
                **{name: making.summary[name] for name in ("generation", PREVIOUS)},
                **told,
            },
        )
    )


def _making(
    publication: Publication,
    lake: Lake,
    inputs: Sequence[tuple[Source, Manifest]],
    tables: Manifest,
    quality: Manifest,
    folder: Path,
    stack: ExitStack,
) -> Making:
    conversions = {source.id: inputs_of(manifest, lake) for source, manifest in inputs}
    parquet = {
        artifact.path.removesuffix(".parquet"): [stack.enter_context(lake.local(tables, artifact))]
        for artifact in tables.artifacts
    }
    return Making(
        publication=publication,
        name=tables.version,
        lake=lake,
        inputs=inputs,
        conversions=conversions,
        tables=tables,
        quality=quality,
        previous=previous_of(lake, quality),
        parquet=parquet,
        summary=summarise(publication, inputs, conversions, tables, quality),
        folder=folder,
    )


def _summary(making: Making) -> Rows:
    making.place("summary.json").write_bytes(canonical(making.told()))
    return {"summary.json": 0}


def _put(lake: Lake, folder: str, scratch: Path, rows: Rows) -> list[Artifact]:
    """Files in the edition's folder, some at a time."""

    def put(name: str) -> Artifact:
        media_type = format_of(name).media_type
        return lake.save_file(folder, name, scratch / name, media_type=media_type, rows=rows[name])

    with ThreadPoolExecutor(cores()) as threads:
        return [*threads.map(put, rows)]


def _copied(lake: Lake, folder: str, tables: Manifest, quality: Manifest) -> list[Artifact]:
    """Files of earlier stages, verified as they are copied, in the edition's folder."""
    each = [(tables, artifact, f"parquet/{artifact.path}") for artifact in tables.artifacts]
    each += [(quality, file_of(quality, name), name) for name in FILES]

    def copy(manifest: Manifest, artifact: Artifact, name: str) -> Artifact:
        media_type = format_of(name).media_type
        return lake.copy(manifest, artifact, folder, name, media_type=media_type)

    with ThreadPoolExecutor(cores()) as threads:
        return [*threads.map(copy, *zip(*each, strict=True))]


def _sums(lake: Lake, folder: str, artifacts: Sequence[Artifact]) -> Artifact:
    """`SHA256SUMS` as coreutils writes it, of every file but itself and the manifest."""
    lines = [f"{artifact.sha256}  {artifact.path}\n" for artifact in sorted(artifacts)]
    data = "".join(lines).encode()
    return lake.save(folder, "SHA256SUMS", data, media_type="text/plain", rows=len(lines))


PARTS: tuple[Part, ...] = (
    write_json,
    write_records,
    write_quarantine,
    write_answers,
    write_partitions,
    write_provenance,
    write_tables,
    _summary,
    write_delta,
)
