"""The tables stage: the records of a publication's sources to typed Parquet, one file per table.

Owns the writing: order of rows, row groups, compression, metadata. Rows keep the order of the
records (month of first release, then ocid), so equal records give equal bytes.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from kernel import Artifact, Counts, Lake, Manifest, NothingNew, Publication, Source, __version__
from kernel.workers import cores
from transforms.derived import results
from transforms.jsontext import loads
from transforms.parts import lines_in
from transforms.privacy.policy import policy
from transforms.privacy.takedowns import takedowns
from transforms.rates import reference_rates
from transforms.renewal import month_parts
from transforms.tables.answers import answer
from transforms.tables.bundle import Bundle
from transforms.tables.groups import ROW_GROUP, Filled
from transforms.tables.layout import all_tables
from transforms.tables.part import ODDITIES, source_rows

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/vnd.apache.parquet"
Inputs = Sequence[tuple[Source, Manifest]]


def build_tables(publication: Publication, lake: Lake, inputs: Inputs) -> Manifest:
    """Write every table of an edition.

    Args:
        publication: of which the edition is one.
        lake: where from and to.
        inputs: each source with the manifest of its records.

    Returns:
        The manifest of `<table>.parquet`, of the tables made from the model only those that have
        rows; its version is the edition's name. Counts are releases: as many rows in
        `releases.parquet` as distinct releases in the records.
        `notes.oddities` counts values that could not be read or had to be rounded.

    Raises:
        NothingNew: no source has records yet.
    """
    if not inputs:
        message = "none of its sources has records yet: pull and compile one of them first"
        raise NothingNew(message, source=publication.id)
    rates = str(reference_rates().last)
    private = (policy().identity, takedowns(lake).identity)
    edition = publication.edition([records for _, records in inputs], rates, *private)
    folder = f"tables/{publication.id}/{edition}"
    if done := lake.committed(folder):
        return done
    metadata = {
        "edition": edition,
        "publication": publication.id,
        "source": ",".join(source.id for source, _ in inputs),
        "licence": publication.licence,
        "licence_url": publication.licence_url,
        "tenderline": __version__,
    }
    oddities: Counter[str] = Counter()
    with lake.store.scratch() as scratch:
        bundles = _bundles(lake, inputs)
        files = _joined(bundles, metadata, scratch, oddities)
        paths, sources = {path.stem: [path] for path in files}, [source for source, _ in inputs]
        files |= dict(answer(paths, sources, metadata, scratch))
        artifacts = [_save(lake, folder, *file) for file in files.items()]
    read = sum(records.counts.written for _, records in inputs)
    rows = {artifact.path: artifact.rows for artifact in artifacts}
    log.info("publication=%s edition=%s rows=%s", publication.id, edition, rows)
    return lake.commit(
        Manifest(
            folder=folder,
            stage="tables",
            subject=publication.id,
            version=edition,
            code=__version__,
            counts=Counts(read=read, written=rows["releases.parquet"]),
            artifacts=tuple(artifacts),
            inputs={records.folder: records.id for _, records in inputs},
            notes={"oddities": dict(oddities)},
        )
    )


def read_records(lake: Lake, records: Manifest) -> Iterator[dict[str, Any]]:
    """Every record of a manifest, by month of first release, then ocid; a part in memory at a time.

    Parts that lie in the folders of earlier records are read and verified there.
    """
    return map(loads, lines_in(lake, month_parts(records)))


def _bundles(lake: Lake, inputs: Inputs) -> Iterator[Bundle]:
    """The rows of every part of every source, in order of source, month and ocid."""
    for source, records in inputs:
        yield from map(Bundle, results(lake, records, source_rows(source, lake, records)))


def _joined(
    bundles: Iterator[Bundle], metadata: Mapping[str, str], scratch: Path, oddities: Counter[str]
) -> dict[Path, int]:
    """Write each table's file, filled from `bundles`; how many rows each has."""
    with ThreadPoolExecutor(cores()) as threads, ExitStack() as open_files:
        files = {
            name: open_files.enter_context(
                Filled(scratch / f"{name}.parquet", table.schema(metadata), ROW_GROUP, threads,
                       always=not table.made)
            )
            for name, table in all_tables().items()
        }  # fmt: skip
        for bundle in bundles:
            oddities.update(bundle.value(ODDITIES))
            for name, file in files.items():
                if (rows := bundle.table(name)) is not None:
                    file.add(rows)
    return {file.path: file.rows for file in files.values() if file.path.exists()}


def _save(lake: Lake, folder: str, path: Path, rows: int) -> Artifact:
    return lake.save_file(folder, path.name, path, media_type=MEDIA_TYPE, rows=rows)
