"""Writes all that an edition says of itself, from one description.

Owns the names of the files. It comes after the parts that write data, for it describes their files.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from kernel import Artifact
from kernel.lake import file_digest
from kernel.manifest import canonical
from publish.making import Making, Rows
from publish.metadata.changelog import changelog
from publish.metadata.citation import citation
from publish.metadata.datapackage import data_package
from publish.metadata.dcat import dcat
from publish.metadata.description import AGAIN, LICENCE_FILE, File, describe
from publish.metadata.dictionary import Entry, entries, to_csv
from publish.metadata.dictionary_page import dictionary_page
from publish.metadata.harvest import data_json
from publish.metadata.index_page import index_page
from publish.metadata.keys import Keys, keys_of
from publish.metadata.licence import licence
from publish.metadata.measure import opened
from publish.metadata.page import html, markdown
from publish.metadata.policy import policy
from publish.metadata.schema_org import schema_org
from publish.metadata.shape import shape_of
from validation.check import FILES, file_of

DICTIONARY, INDEX = "dictionary.csv", "index.html"
PARQUET = ".parquet"


class Counted(NamedTuple):
    """What the rows of the tables say: the entries of the dictionary, and the keys that hold."""

    columns: Sequence[Entry]
    keys: Mapping[str, Keys]


def counted(making: Making, rows: Rows) -> Counted:
    """Count what is in the tables, those among the files of `rows` too; needs no other file."""
    parquet = {path: count for path, count in rows.items() if path.endswith(PARQUET)}
    own = {path: count for path, count in parquet.items() if not path.startswith(AGAIN)}
    with ExitStack() as stack:
        files = [*_written(making, own), *_tables(making), *_quality(making, stack)]
        tables = stack.enter_context(opened(describe(making, files).tables))
        return Counted([*entries(tables)], keys_of(tables))


def write_metadata(making: Making, rows: Rows, found: Counted) -> tuple[Rows, dict[str, Any]]:
    """Write what the edition says of itself.

    Args:
        making: what it is made from.
        rows: of each file that its other parts wrote.
        found: what `counted` found.

    Returns:
        The rows of each file written, and the facts for the manifest's notes: `schemas` (of each
        Parquet file by path its schema hash and its columns) and `time_range`.
    """
    columns, keys = found
    with ExitStack() as stack:
        files = [*_written(making, rows), *_tables(making), *_quality(making, stack)]
        path = making.place(DICTIONARY)
        path.write_bytes(to_csv(columns))
        files.append(_file(DICTIONARY, path, len(columns)))
        told = describe(making, files)
        report = orjson.loads(_local(making, "quality.json", stack).read_bytes())
        made = {
            "datapackage.json": canonical(data_package(told, keys)),
            "dcat.jsonld": _embeddable(dcat(told)),
            "schema.org.jsonld": _embeddable(schema_org(told, columns)),
            "data.json": canonical(data_json(told)),
            "CITATION.cff": citation(told),
            LICENCE_FILE: markdown("Licence and attribution", licence(told)),
            "publication-policy.md": markdown("Publication policy", policy(told, columns)),
            "publication-policy.html": html("Publication policy", policy(told, columns)),
            "dictionary.html": html("Data dictionary", dictionary_page(told, columns, keys)),
            "CHANGELOG.md": markdown("Changelog of the data", changelog(told, making, report)),
        }
        made[INDEX] = index_page(told, report, made["schema.org.jsonld"], made)
    for name, data in made.items():
        making.place(name).write_bytes(data)
    return {DICTIONARY: len(columns), **dict.fromkeys(made, 0)}, told.notes


def _embeddable(value: Mapping[str, Any]) -> bytes:
    """JSON that may stand in a page's `script` as it is: nothing in it ends the element."""
    return canonical(value).replace(b"<", b"\\u003c")


def _written(making: Making, rows: Rows) -> Iterator[File]:
    for path, count in rows.items():
        yield _file(path, making.place(path), count)


def _tables(making: Making) -> Iterator[File]:
    """The files of the tables under the paths they will have, each beside its local copy."""
    local = [file for name in sorted(making.parquet) for file in making.parquet[name]]
    artifacts = sorted(making.tables.artifacts, key=_by_table)
    for one, file in zip(artifacts, local, strict=True):
        path = f"parquet/{one.path}"
        yield File(path, one.bytes, one.rows, one.sha256, file, shape_of(file, Path(path).stem))


def _by_table(artifact: Artifact) -> tuple[str, str]:
    return artifact.path.partition("/")[0].removesuffix(PARQUET), artifact.path


def _quality(making: Making, stack: ExitStack) -> Iterator[File]:
    """The files of the verdict, under the names they will have."""
    for name in FILES:
        yield _file(name, _local(making, name, stack), file_of(making.quality, name).rows)


def _local(making: Making, name: str, stack: ExitStack) -> Path:
    found = making.lake.local(making.quality, file_of(making.quality, name))
    return stack.enter_context(found)


def _file(path: str, local: Path, rows: int) -> File:
    shape = shape_of(local, Path(path).stem) if path.endswith(PARQUET) else None
    return File(path, local.stat().st_size, rows, file_digest(local), local, shape)
