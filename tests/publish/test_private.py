"""No byte of an edition tells of the people whom the recordings name; nothing that is counted changes."""

import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import zstandard

from extractors.loader import load as load_source
from kernel import Lake, Manifest
from publish.edition import publish
from publish.loader import load
from tests.kept import filed, kept
from tests.validation.lib_cove import Theirs
from transforms.compile import compile_records
from transforms.ocds.model import recognised
from transforms.ocds.schema import release_schema
from transforms.privacy.kinds import is_person
from transforms.tables.build import build_tables, read_records
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator
from validation import check as check_module
from validation.check import check
from validation.structure import structure

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings"
CONTACTS = ("contactPoint", "additionalContactPoints")
# Contacts as recorded that say something else in other places, each of which was looked at.
ELSEWHERE = {
    "000000000": "in identifiers",
    "0000000000": "in amounts",
    "00000000000": "in amounts",
    "700000000": "an amount",
    "Wellington House, 133-135 Waterloo Rd": "the address of an office, and published as that",
}
FEW = 100  # releases: lib-cove-ocds takes long for more
SHORTEST = 6  # characters: a shorter text stands in any file by chance


def contacts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in CONTACTS:
                yield from (
                    c for c in (item if isinstance(item, list) else [item]) if isinstance(c, dict)
                )
            else:
                yield from contacts(item)
    elif isinstance(value, list):
        for item in value:
            yield from contacts(item)


def names(value: Any) -> Iterator[str]:
    """What bears a name and is no contact: organizations."""
    if isinstance(value, dict):
        if isinstance(value.get("name"), str):
            yield value["name"].casefold()
        for key, item in value.items():
            if key not in CONTACTS:
                yield from names(item)
    elif isinstance(value, list):
        for item in value:
            yield from names(item)


def opened(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it."""
    data = path.read_bytes()
    yield data
    if path.suffix == ".gz":
        yield gzip.decompress(data)
    elif path.suffix == ".zst":
        yield zstandard.ZstdDecompressor().decompressobj().decompress(data)
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix == ".parquet":
        yield str(pq.read_schema(path).metadata).encode()
        for batch in pq.ParquetFile(path).iter_batches():
            for row in batch.to_pylist():
                yield from (str(cell).encode() for cell in row.values() if cell is not None)


def edition_of(lake: Lake, *source_ids: str) -> tuple[Manifest, Manifest]:
    """An edition of the recordings in `lake`, and its tables."""
    publication = replace(load(source_ids[0]), sources=source_ids, records=True)
    inputs = [(one := load_source(name), compile_records(one, lake)) for name in source_ids]
    tables = build_tables(publication, lake, inputs)
    quality = check(publication, lake, inputs, tables, previous=None)
    return publish(publication, lake, inputs, tables, quality), tables


def wrapped(body: bytes) -> bytes:
    return json.dumps(
        {"version": "1.1", "releases": [*map(json.loads, body.splitlines())]}
    ).encode()


@pytest.mark.heavy
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no ../shared/recordings here")
def test_nobody_of_the_recordings_is_in_an_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "check_tables", lambda _files: iter(()))
    monkeypatch.setattr(check_module, "check_metrics", lambda _frame: iter(()))
    lake = Lake(tmp_path / "lake")

    def bodies(pattern: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted(RECORDINGS.glob(pattern))]

    kept(lake, load_source("find_a_tender"), *bodies("find_a_tender/2026-08-1*/*.json"))
    kept(lake, load_source("contracts_finder"), *bodies("contracts_finder/search-*.json"))
    for name in ("public_contracts_scotland", "sell2wales"):
        kept(lake, load_source(name), *map(wrapped, bodies(f"{name}/*.jsonl")))
    filed(lake, *bodies("world/*/*/*.json"))
    sources = (
        "find_a_tender",
        "contracts_finder",
        "public_contracts_scotland",
        "sell2wales",
        "ocds_files",
    )
    edition, _ = edition_of(lake, *sources)
    known: set[str] = set()
    called: set[str] = set()
    for name in sources:
        for record in read_records(lake, compile_records(load_source(name), lake)):
            called.update(names(record))
            for contact in contacts(record):
                known |= {
                    str(v).strip() for k, v in contact.items() if k != "url" and isinstance(v, str)
                }
    known -= {""}
    assert len(known) > 500
    sought = {
        one
        for one in known
        if len(one) >= SHORTEST
        and '"' not in one
        and one not in ELSEWHERE
        and ("@" in one or any(map(str.isdigit, one)) or is_person(one))
        and not any(one.casefold() in name for name in called)
    }
    assert len(sought) > 2000
    folder = Path(lake.root) / edition.folder
    pieces = {  # most texts stand in many files: each is looked through once
        piece
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for data in opened(path)
        for piece in data.split(b'"')
    }
    blob = b"\0".join(sorted(pieces)).decode("utf-8", "replace").lower()
    assert [one for one in sorted(sought) if one.lower() in blob] == []
    _same_totals(lake, edition, sources)
    _accepted(folder)


def _same_totals(lake: Lake, edition: Manifest, sources: tuple[str, ...]) -> None:
    """Rows of every table, and sums of every column of amounts, are those of what was collected."""
    rows: Counter[str] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for name in sources:
        source = load_source(name)
        whole = Tabulator(ZoneInfo(source.fetch.clock))
        for record in read_records(lake, compile_records(source, lake)):
            whole.add(record, {"source": name, "ocid": record["ocid"]})
        for table, shape in all_tables().items():
            found = whole.take(table, shape.schema({}))
            rows[table] += found.num_rows
            sums.update({(table, c): v for c, v in amounts(found)})
    for table in all_tables():
        path = Path(lake.root) / edition.folder / "parquet" / f"{table}.parquet"
        published = pq.read_table(path) if path.exists() else None
        assert rows[table] == (published.num_rows if published is not None else 0), table
        for column, value in amounts(published) if published is not None else ():
            assert value == sums[table, column], (table, column)


def amounts(table: pa.Table) -> Iterator[tuple[str, Any]]:
    for field in table.schema:
        if pa.types.is_decimal(field.type) and field.type.scale == 2:
            yield field.name, pc.sum(table[field.name]).as_py() or 0


def _accepted(folder: Path) -> None:
    """Every release package passes our own structure check, and lib-cove-ocds' schema check."""
    files = sorted((folder / "json" / "packages").rglob("*.json.gz"))
    theirs = Theirs()
    for path in files:
        data = gzip.decompress(path.read_bytes())
        assert len(data) < 10**9
        assert path.stat().st_size < 10**7
        found = json.loads(data)
        if path.parent.name == "ocds_files":  # of many publishers, who declare different extensions
            continue
        judge = structure(release_schema, recognised(found["extensions"])[0])
        for release in found["releases"]:
            assert judge.errors(release) == [], path
        if len(found["releases"]) < FEW:
            told = theirs.told({**found, "extensions": []})
            assert told["validation_errors"] == [], path
