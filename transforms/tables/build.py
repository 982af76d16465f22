"""The tables stage: the records of a publication's sources to typed Parquet, one file per table.

Owns the writing: order of rows, row groups, compression, metadata. Rows keep the order of the
records (month of first release, then ocid), so equal records give equal bytes.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from kernel import Artifact, Counts, Lake, Manifest, NothingNew, Publication, Source, __version__
from transforms.jsontext import loads
from transforms.parts import lines_in
from transforms.renewal import month_parts
from transforms.tables.cells import Cells
from transforms.tables.rows import ROWS
from transforms.tables.schema import Table, tables

log = logging.getLogger(__name__)
ROW_GROUP = 122_880  # rows: DuckDB's own unit of parallel work
MEDIA_TYPE = "application/vnd.apache.parquet"
Inputs = Sequence[tuple[Source, Manifest]]


class _Writer:
    """One table's Parquet file, filled row group by row group."""

    def __init__(self, table: Table, metadata: Mapping[str, str], folder: Path) -> None:
        self.table, self.rows = table, 0
        self.cells = Cells(table)
        self.schema = table.schema(metadata)
        self.path = folder / f"{table.name}.parquet"
        self.file = pq.ParquetWriter(
            self.path, self.schema, compression="zstd", write_page_index=True
        )

    def add(self, record: Mapping[str, Any], base: Mapping[str, Any]) -> None:
        for item, context in ROWS[self.table.name](record, base):
            self.cells.add(item, context)
            if len(self.cells) >= ROW_GROUP:
                self.flush()

    def flush(self) -> None:
        self.rows += len(self.cells)
        self.file.write_table(self.cells.take(self.schema), row_group_size=ROW_GROUP)


def build_tables(publication: Publication, lake: Lake, inputs: Inputs) -> Manifest:
    """Write every table of an edition.

    Args:
        publication: of which the edition is one.
        lake: where from and to.
        inputs: each source with the manifest of its records.

    Returns:
        The manifest of `<table>.parquet`; its version is the edition's name. Counts are releases:
        as many rows in `releases.parquet` as distinct releases in the records.
        `notes.oddities` counts values that could not be read or had to be rounded.

    Raises:
        NothingNew: no source has records yet.
    """
    if not inputs:
        message = "none of its sources has records yet: pull and compile one of them first"
        raise NothingNew(message, source=publication.id)
    edition = publication.edition([records for _, records in inputs])
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
    oddities: dict[str, int] = {}
    with lake.store.scratch() as scratch:
        artifacts = list(_write(lake, folder, inputs, metadata, scratch, oddities))
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
            notes={"oddities": oddities},
        )
    )


def read_records(lake: Lake, records: Manifest) -> Iterator[dict[str, Any]]:
    """Every record of a manifest, by month of first release, then ocid; a part in memory at a time.

    Parts that lie in the folders of earlier records are read and verified there.
    """
    return map(loads, lines_in(lake, month_parts(records)))


def _write(
    lake: Lake,
    folder: str,
    inputs: Inputs,
    metadata: Mapping[str, str],
    scratch: Path,
    oddities: dict[str, int],
) -> Iterator[Artifact]:
    with ExitStack() as files:
        writers = [_Writer(table, metadata, scratch) for table in tables().values()]
        for writer in writers:
            files.enter_context(writer.file)
        for source, records in inputs:
            for writer in writers:
                writer.cells.zone = ZoneInfo(source.fetch.clock)
            for record in read_records(lake, records):
                for writer in writers:
                    writer.add(record, {"source": source.id, "ocid": record["ocid"]})
        for writer in writers:
            writer.flush()
    for writer in writers:
        oddities |= {f"{writer.table.name}.{k}": n for k, n in writer.cells.oddities.items()}
        yield lake.save_file(
            folder, writer.path.name, writer.path, media_type=MEDIA_TYPE, rows=writer.rows
        )
