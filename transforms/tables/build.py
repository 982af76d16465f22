"""The tables stage: the records of a publication's sources to typed Parquet, one file per table.

Owns the writing: order of rows, row groups, compression, metadata. Rows keep the order of the
records (month of first release, then ocid), so equal records give equal bytes.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from kernel import Artifact, Counts, Lake, Manifest, NothingNew, Publication, Source, __version__
from transforms.jsontext import loads
from transforms.parts import lines_in
from transforms.renewal import month_parts
from transforms.tables.layout import all_tables
from transforms.tables.schema import Table
from transforms.tables.tabulator import Tabulator

log = logging.getLogger(__name__)
ROW_GROUP = 122_880  # rows: DuckDB's own unit of parallel work
MEDIA_TYPE = "application/vnd.apache.parquet"
Inputs = Sequence[tuple[Source, Manifest]]


class TableFile:
    """One table's Parquet file, filled row group by row group; made when it has rows, or asked to.

    Args:
        table: its name, columns and grain.
        metadata: what the file says of itself besides.
        folder: where it is written, as `<table>.parquet`.
    """

    def __init__(self, table: Table, metadata: Mapping[str, str], folder: Path) -> None:
        self.table, self.rows = table, 0
        self.schema = table.schema(metadata)
        self.path = folder / f"{table.name}.parquet"
        self._file: pq.ParquetWriter | None = None
        self._held = self.schema.empty_table()

    def add(self, rows: pa.Table) -> None:
        """Add rows; those that fill no row group are held back."""
        self.rows += len(rows)
        held = pa.concat_tables([self._held, rows])
        while len(held) >= ROW_GROUP:
            self._write(held.slice(0, ROW_GROUP))
            held = held.slice(ROW_GROUP)
        self._held = held

    def close(self) -> None:
        """Write what was held back, and the end of the file; without rows only `made` not."""
        if len(self._held) or (not self.rows and not self.table.made):
            self._write(self._held)
        self._held = self.schema.empty_table()
        if self._file:
            self._file.close()

    def _write(self, group: pa.Table) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(
                self.path, self.schema, compression="zstd", write_page_index=True
            )
        self._file.write_table(group, row_group_size=ROW_GROUP)


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
    files = {name: TableFile(table, metadata, scratch) for name, table in all_tables().items()}
    try:
        for source, records in inputs:
            rows = Tabulator(ZoneInfo(source.fetch.clock))
            for record in read_records(lake, records):
                rows.add(record, {"source": source.id, "ocid": record["ocid"]})
                if rows.most() >= ROW_GROUP:
                    _move(rows, files)
            _move(rows, files)
            for oddity, count in rows.oddities.items():
                oddities[oddity] = oddities.get(oddity, 0) + count
    finally:
        for file in files.values():
            file.close()
    for name, file in files.items():
        if file.rows or not file.table.made:
            yield lake.save_file(
                folder, f"{name}.parquet", file.path, media_type=MEDIA_TYPE, rows=file.rows
            )


def _move(rows: Tabulator, files: Mapping[str, TableFile]) -> None:
    """Move the gathered rows to the tables' files."""
    for name, file in files.items():
        if rows.rows(name):
            file.add(rows.take(name, file.schema))
