"""The releases of one scratch file to the rows of all tables.

Owns what stands for a compiled release, and the form in which rows wait to be put in order. Runs in
processes of its own for large files.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tenderline.merging.hold import Held
from tenderline.merging.join import Joined, note_conflicts, processes, releases_in
from transforms.jsontext import dumps
from transforms.merge import compile_releases
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator
from transforms.values import text, texts

HELD = 20_000  # rows of the longest table in memory
COMPILED = "compiled"  # a tag that only compiled releases have


@dataclass(slots=True)
class Gathered:
    """What became of the releases of one scratch file.

    `tables` names the tables of which `folder` has rows; the other counts are a `Tabulator`'s.
    """

    folder: Path
    joined: Joined = field(default_factory=Joined)
    tables: list[str] = field(default_factory=list)
    as_they_are: int = 0
    oddities: dict[str, int] = field(default_factory=dict)
    unheld: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


def gather(held: Held, folder: Path, parts: list[Path]) -> Gathered:
    """Make the rows of processes that nobody else has releases of.

    Args:
        held: what this process holds.
        folder: where the rows go, as one Arrow file for each table.
        parts: scratch files of which the releases are, used up by this; none if they are held.
    """
    folder.mkdir()
    found = Gathered(folder)
    rows = Tabulator(UTC)  # times that tell no zone
    files: dict[str, pa.RecordBatchFileWriter] = {}
    try:
        for record in _records(held, parts, found):
            rows.add(record, {"source": None, "ocid": record["ocid"]})
            if rows.most() >= HELD:
                _write(rows, files, folder)
        _write(rows, files, folder)
    finally:
        for file in files.values():
            file.close()
    found.tables = list(files)
    found.oddities, found.unheld, found.left_out = rows.oddities, rows.unheld, rows.left_out
    return found


def _records(held: Held, parts: list[Path], found: Gathered) -> Iterator[dict[str, Any]]:
    """Each process as a record; one release that is compiled already is taken as it is."""
    for _, texts_ in processes(held, parts, found.joined):
        releases = releases_in(texts_, found.joined)
        first = releases[0]
        found.joined.processes += 1
        if len(releases) == 1 and COMPILED in (texts(first.get("tag")) or ()):
            found.as_they_are += 1
            compiled = first
        else:
            made = compile_releases(releases)
            compiled = made.release
            note_conflicts(found.joined, str(first["ocid"]), made.conflicts)
        listed = [_envelope(release) for release in releases]
        yield {"ocid": text(first["ocid"]), "releases": listed, "compiled": compiled}


def _envelope(release: dict[str, Any]) -> dict[str, Any]:
    told = hashlib.sha256(dumps(release)).hexdigest()
    return {"release": release, "date": release["date"], "sha256": told}


def _write(rows: Tabulator, files: dict[str, pa.RecordBatchFileWriter], folder: Path) -> None:
    """Move the gathered rows to files."""
    for name, table in all_tables().items():
        if rows.rows(name):
            schema = table.schema({})
            if name not in files:
                files[name] = pa.ipc.new_file(folder / name, schema)
            files[name].write_table(_sorted(rows.take(name, schema)))


def _sorted(rows: pa.Table) -> pa.Table:
    """Rows in order of ocid: they are, unless an ocid is written otherwise in JSON."""
    ocids = rows["ocid"].combine_chunks()
    if len(ocids) < 2 or pc.all(pc.less_equal(ocids[:-1], ocids[1:])).as_py():  # noqa: PLR2004
        return rows
    return rows.take(pc.sort_indices(ocids))
