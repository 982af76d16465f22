"""The delta of two editions, written: first what tells of processes, then tables, then the index.

Owns the order, and the part of an edition that is its delta against the previous one.
"""

import logging
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from publish.delta.index import Summary, described, write_index
from publish.delta.pairs import pairs
from publish.delta.rows import path_of, write_tables
from publish.delta.shape import INDEX, ROWS
from publish.delta.side import Side, in_the_making, published
from publish.delta.writing import write_processes
from publish.making import Making, Rows

log = logging.getLogger(__name__)
OF_ALL = ("edition", "publication", "source", "licence", "licence_url", "tenderline")


def write_delta(making: Making) -> Rows:
    """Write what changed since the previous edition; nothing where there is none, and all is new.

    The edition's other files must be there: a delta may have to be made of them.
    """
    with ExitStack() as stack:
        scratch = stack.enter_context(making.lake.store.scratch())
        new = in_the_making(making)
        old = published(making.lake, making.previous, stack) if making.previous else None
        rows, told = write(old, new, making.folder, scratch)
    log.info("publication=%s edition=%s previous=%s changed=%s", new.publication, new.name,
             old and old.name, told.total)  # fmt: skip
    return rows


def write(old: Side | None, new: Side, folder: Path, scratch: Path) -> tuple[Rows, Summary]:
    """Write the delta of two editions.

    Args:
        old: the earlier edition; without it, the delta is an empty one.
        new: the later one.
        folder: where `delta/` is made.
        scratch: an empty local folder.

    Returns:
        The rows of each file by its path below `folder`, and what the delta counts.
    """
    found = pairs(old, new, scratch) if old else ()
    rows, counted = write_processes(found, folder, _metadata(old, new))
    tables = dict(write_tables(old, new, folder, scratch))
    told = described(old, new, counted, rows[ROWS], tables.items())
    rows |= {path_of(name): change.rows for name, change in tables.items() if change.rows}
    write_index(told, old, new, folder, rows)
    return {**rows, INDEX: 0}, told


def _metadata(old: Side | None, new: Side) -> dict[str, str]:
    """What the Parquet files say of themselves, as those of the tables do."""
    told = pq.read_schema(new.opened(new.tables()["processes"])).metadata or {}
    kept = {name: told[name.encode()].decode() for name in OF_ALL if name.encode() in told}
    return {**kept, "previous": old.name if old else ""}
