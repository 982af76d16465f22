"""The processes that are not the same in two editions, found in the files as they were published.

Owns the reading: first a hash of each process, then the whole of those that differ. On disk are
hashes and what differs; in memory a fixed amount, and eight bytes' worth of each ocid that differs.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import orjson
from isal import igzip

from kernel import LakeCorrupt
from publish.delta.side import Side
from publish.delta.state import Pair, Release, State
from transforms.database import database
from transforms.sorting import Item, Sorter

OLD, NEW = "old", "new"
ROWS = 10_000  # of a table in memory at a time
PROCESSES, RELEASES = "processes", "releases"  # the tables that are asked
LINE, PROCESS, RELEASE = "line", "process", "release"  # what is known of a process, sorted by ocid


def pairs_of_files(old: Side, new: Side, scratch: Path) -> Iterator[Pair]:
    """Every process in which two editions differ, in order of ocid, then source.

    Args:
        old: the earlier edition.
        new: the later one.
        scratch: an empty local folder.
    """
    with database(scratch) as connection:
        _open(connection, OLD, old)
        _open(connection, NEW, new)
        differing = {*_of_lines(old, new, _folder(scratch, "hashes"))}
        differing |= {*_of_releases(connection)}
        sorter = Sorter(_folder(scratch, "found"))
        for tag, side in ((OLD, old), (NEW, new)):
            for ocid, what, line in _told(connection, tag, side, differing):
                sorter.add((ocid, f"{tag} {what}"), line)
    for ocid, items in groupby(sorter, key=_ocid):
        yield from _pairs(ocid, items, {OLD: old.name, NEW: new.name})


def _folder(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder


def _ocid(item: Item) -> str:
    return item[0][0]


def _short(ocid: str) -> int:
    """Eight bytes that stand for an ocid; two ocids of one number are only looked at in vain."""
    return int.from_bytes(hashlib.sha256(ocid.encode()).digest()[:8])


def _of_lines(old: Side, new: Side, folder: Path) -> Iterator[int]:
    """Of which ocids the compiled releases differ."""
    sorter = Sorter(folder)
    for tag, side in ((OLD, old), (NEW, new)):
        for ocid, line in _lines(side):
            sorter.add((ocid, tag), hashlib.sha256(line).hexdigest().encode())
    for ocid, items in groupby(sorter, key=_ocid):
        found = defaultdict[str, list[bytes]](list)
        for (_, tag), line in items:
            found[tag].append(line)
        if sorted(found[OLD]) != sorted(found[NEW]):
            yield _short(ocid)


def _lines(side: Side) -> Iterator[tuple[str, bytes]]:
    """Every compiled release, with its ocid."""
    for name in side.compiled():
        with igzip.open(side.opened(name)) as file:
            for line in file:
                yield str(orjson.loads(line)["ocid"]), line.rstrip(b"\n")


def _open(connection: duckdb.DuckDBPyConnection, tag: str, side: Side) -> None:
    """Make views of what is asked of an edition's tables."""
    for name in (PROCESSES, RELEASES):
        path = side.opened(side.tables()[name])
        view = connection.read_parquet(str(path), file_row_number=True)
        view.create_view(f"{tag}_{name}")


def _shared(connection: duckdb.DuckDBPyConnection) -> str:
    """The columns about releases that both editions have."""
    columns = [connection.view(f"{tag}_{RELEASES}").columns for tag in (OLD, NEW)]
    both = [name for name in columns[1] if name in columns[0] and name != "file_row_number"]
    return ", ".join(f'"{name}"' for name in both)


def _of_releases(connection: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Of which ocids the rows about releases differ, in what both editions tell of them."""
    columns = _shared(connection)
    old, new = (f"(SELECT {columns} FROM {tag}_{RELEASES})" for tag in (OLD, NEW))  # noqa: S608
    query = f"""
        SELECT DISTINCT ocid
        FROM (({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"""  # noqa: S608
    yield from (_short(str(ocid)) for (ocid,) in _rows(connection, query))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    found = connection.execute(query)
    while rows := found.fetchmany(ROWS):
        yield from rows


def _told(
    connection: duckdb.DuckDBPyConnection, tag: str, side: Side, differing: set[int]
) -> Iterator[tuple[str, str, bytes]]:
    """All that an edition tells of the processes that differ: ocid, what, and the line about it."""
    for ocid, line in _lines(side):
        if _short(ocid) in differing:
            yield ocid, LINE, line
    year = "year(first_release), " if side.by_year else ""
    queries = {
        PROCESS: f"SELECT ocid, source FROM {tag}_{PROCESSES} ORDER BY {year}file_row_number",  # noqa: S608
        RELEASE: f"""SELECT ocid, source, coalesce(release_id, ''), sha256,
            hash({_shared(connection)}) FROM {tag}_{RELEASES}""",  # noqa: S608
    }
    for what, query in queries.items():
        for ocid, *facts in _rows(connection, query):
            if _short(ocid) in differing:
                yield ocid, what, orjson.dumps(facts)


@dataclass(slots=True)
class _Told:
    """What one edition tells of an ocid, which more than one source may have."""

    sources: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    releases: dict[str, set[Release]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, what: str, line: bytes) -> None:
        """Take what was told."""
        if what == LINE:
            self.lines.append(line)
            return
        source, *facts = orjson.loads(line)
        if what == PROCESS:
            self.sources.append(source)
        else:
            name, sha256, row = facts
            self.releases[source].add((name, sha256))
            self.rows[source].append(row)

    def states(self, ocid: str, edition: str) -> dict[str, tuple[State, list[int]]]:
        """By source the process, and hashes of its releases' rows.

        Lines and rows are in the same order, by which a source is told from another.
        """
        if len(self.sources) != len(self.lines):
            message = f"{len(self.sources)} rows and {len(self.lines)} lines are about {ocid}"
            raise LakeCorrupt(f"{message}: get the edition anew, or verify it", path=edition)
        return {
            source: (State(line, frozenset(self.releases[source])), sorted(self.rows[source]))
            for source, line in zip(self.sources, self.lines, strict=True)
        }


def _pairs(ocid: str, items: Iterator[Item], names: Mapping[str, str]) -> Iterator[Pair]:
    told = {tag: _Told() for tag in names}
    for (_, tag), line in items:
        side, _, what = tag.partition(" ")
        told[side].add(what, line)
    before, after = (told[tag].states(ocid, name) for tag, name in names.items())
    nothing: tuple[State | None, list[int]] = (None, [])
    for source in sorted({*before, *after}):
        if before.get(source) != after.get(source):
            older, newer = before.get(source, nothing)[0], after.get(source, nothing)[0]
            yield Pair(source, ocid, older, newer)
