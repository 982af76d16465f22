"""The processes that are not the same in two editions, in order of ocid, then source.

Owns the choice of the way: by their records, of which only the parts that differ are opened, or by
the published files where records are gone or were published in another form.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from kernel import Lake, Manifest
from publish.delta.files import pairs_of_files
from publish.delta.side import Side
from publish.delta.state import Pair, state_of
from transforms.parts import Part, lines_in, ocid_of
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import takedowns
from transforms.renewal import month_parts
from transforms.sorting import Item, Sorter

OLD, NEW = "old", "new"


def pairs(old: Side, new: Side, scratch: Path) -> Iterator[Pair]:
    """Every process in which two editions differ, one of them in memory at a time.

    Args:
        old: the earlier edition.
        new: the later one.
        scratch: an empty local folder.
    """
    if by_records(old, new):
        return _pairs_of_records(old, new, scratch)
    return pairs_of_files(old, new, scratch)


def by_records(old: Side, new: Side) -> bool:
    """Whether the records of both are there, and tell what was published."""
    if old.records is None or new.records is None or not old.made_by or not new.made_by:
        return False
    return bool(old.made_by["compiled"] == new.made_by["compiled"])


def _pairs_of_records(old: Side, new: Side, scratch: Path) -> Iterator[Pair]:
    sorter = Sorter(scratch)
    lake = new.lake or old.lake
    if lake is None:
        raise ValueError("records are in a lake")
    redaction = Redaction(takedowns(lake))
    for source in sorted({*(old.records or {}), *(new.records or {})}):
        for side, line in _lines(_parts(old, source), _parts(new, source)):
            sorter.add((ocid_of(line), f"{source} {side}"), line)
    for (ocid, source), items in groupby(sorter, key=_process):
        lines = {tag.rpartition(" ")[2]: line for (_, tag), line in items}
        before, after = lines.get(OLD), lines.get(NEW)
        if before != after:
            yield Pair(
                source,
                ocid,
                state_of(before, redaction) if before else None,
                state_of(after, redaction) if after else None,
            )


def _process(item: Item) -> tuple[str, str]:
    (ocid, tag), _ = item
    return ocid, tag.rpartition(" ")[0]


class _Parts:
    """The parts of the records of a source, by their paths; none where there are no records."""

    def __init__(self, lake: Lake | None, records: Manifest | None) -> None:
        self._lake = lake
        self.parts = {p.artifact.path: p for p in month_parts(records)} if records else {}
        self.known = {part.artifact.sha256 for part in self.parts.values()}

    def lines(self, path: str, other: "_Parts") -> list[bytes]:
        """The lines of a part; none where it is not there, or `other` has the very same."""
        part: Part | None = self.parts.get(path)
        if self._lake is None or part is None or part.artifact.sha256 in other.known:
            return []
        return [*lines_in(self._lake, [part])]


def _parts(side: Side, source: str) -> _Parts:
    return _Parts(side.lake, (side.records or {}).get(source))


def _lines(old: _Parts, new: _Parts) -> Iterator[tuple[str, bytes]]:
    """The lines of the parts that only one of them has, less those that two of one path share."""
    for path in sorted({*old.parts, *new.parts}):
        before, after = old.lines(path, new), new.lines(path, old)
        shared = {*before}.intersection(after)
        yield from ((OLD, line) for line in before if line not in shared)
        yield from ((NEW, line) for line in after if line not in shared)
