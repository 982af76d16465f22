"""Records brought up to date: new releases to their processes, and the processes to their months.

Owns the index of ocids and the way of a release from the order of arrival into the order of the
records. How a group is written anew in part is in `transforms.changing`, who makes the
records in `transforms.remaking`, what becomes of one process in `transforms.record`.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from kernel import Artifact, Lake, LakeCorrupt, Manifest
from kernel.workers import Workers, cores
from transforms.changing import Asked, Change, Line, update
from transforms.convert import head_of
from transforms.jsontext import dumps
from transforms.parts import Part, Writer, groups, lines_in, ocid_of, with_ocid
from transforms.record import Tally, moment_of
from transforms.remaking import Remaking
from transforms.sorting import Sorter

INDEX = "index"  # the group of lines that tell the month of each ocid; the others are months
OPEN = 32  # parts of earlier records held for moves, one a month
BUFFERED = 16 << 20  # bytes of lines held before they are written to the files of their months


def month_parts(records: Manifest) -> Iterator[Part]:
    """The parts of `records` that hold records, in order of month of first release, then ocid."""
    for group, parts in groups(records).items():
        if group != INDEX:
            yield from parts


def renewed(
    lake: Lake, folder: str, basis: Manifest | None, lines: Iterable[bytes], zone: ZoneInfo,
    tally: Tally,
) -> list[Artifact]:  # fmt: skip
    """Write into `folder` what changes in the records `basis` when releases arrive.

    Args:
        lake: where from and to.
        folder: of the new records.
        basis: the records so far; None where there are none.
        lines: envelopes of releases, in any order, known ones among them or not.
        zone: the clock of the source, for dates without offset.
        tally: of the basis; what is counted now is added.

    Returns:
        The artifacts of the new records: index and months, of which those that did not change lie
        where they lay. They are equal to those that would be made of all releases at once. No more
        is in memory than some parts, one process, and a fixed amount of lines.
    """
    held = groups(basis) if basis else {}
    with lake.store.scratch() as scratch:
        for name in ("runs", "months"):
            (scratch / name).mkdir()
        sorter = Sorter(scratch / "runs")
        for line in lines:
            head = head_of(line)
            sorter.add(
                (head["ocid"], moment_of(head, zone).isoformat(timespec="microseconds")), line
            )
        months = _Months(scratch / "months")
        places = _Places(lake, held, months, zone)
        writer = Writer(lake, folder, INDEX, held.get(INDEX, []))
        artifacts = update(writer, _by_ocid(sorter), places.each)
        with Workers(cores()) as workers:
            remaking = Remaking(workers, zone, tally)
            for month in sorted({*held, *months.names()} - {INDEX}):
                writer = Writer(lake, folder, month, held.get(month, []))
                artifacts += update(writer, months.changes(month), remaking.each)
    return artifacts


class _Places:
    """Tells which month a process belongs to, and sends there what it is made of."""

    def __init__(
        self,
        lake: Lake,
        held: dict[str, list[Part]],
        months: "_Months",
        zone: ZoneInfo,
    ) -> None:
        self.lake, self.held, self.months, self.zone = lake, held, months, zone
        self._open: OrderedDict[str, tuple[str, dict[str, bytes]]] = OrderedDict()

    def each(self, asked: Iterable[Asked]) -> Iterator[Line]:
        """The line of each in the index; what arrived is sent on."""
        for ocid, old, arrived in asked:
            yield self._place(ocid, old, arrived)

    def _place(self, ocid: str, old: Line, arrived: list[bytes]) -> bytes:
        """Send on what arrived for `ocid`; the line of the index, made of the one so far.

        A process moves when a release arrives that is older than its month: what is known of it
        then goes along.
        """
        month = moment_of(head_of(arrived[0]), self.zone).isoformat()[:7]
        if old:
            before = str(orjson.loads(old)["month"])
            if month < before:
                self.months.add(before, ocid, [])
                arrived = [self._record(before, ocid), *arrived]
            month = min(month, before)
        self.months.add(month, ocid, arrived)
        return with_ocid(ocid, dumps({"month": month}))

    def _record(self, month: str, ocid: str) -> bytes:
        """The record of `ocid` in the basis. Asked in order of ocids: a part is opened once."""
        parts = self.held.get(month, [])
        place = bisect_right(parts, ocid, key=attrgetter("first")) - 1
        first, lines = self._open.pop(month, (None, {}))
        if parts and first != parts[place].first:
            found = lines_in(self.lake, [parts[place]])
            first, lines = parts[place].first, {ocid_of(line): line for line in found}
        if first is None or ocid not in lines:
            raise LakeCorrupt(
                f"the index names no record of {ocid}: restore the records", path=month
            )
        self._open[month] = first, lines
        if len(self._open) > OPEN:
            self._open.popitem(last=False)
        return lines[ocid]


class _Months:
    """What arrived for each month, in order of ocids, in local files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines: dict[str, list[bytes]] = {}
        self._size = 0

    def add(self, month: str, ocid: str, lines: list[bytes]) -> None:
        """Add what arrived for an ocid after all before it. A tab stands in no line of JSON."""
        line = b"\t".join([orjson.dumps(ocid), *lines])
        self._lines.setdefault(month, []).append(line)
        self._size += len(line)
        if self._size >= BUFFERED:
            self._flush()

    def names(self) -> list[str]:
        """The months for which anything arrived; nothing may be added from now on."""
        self._flush()
        return sorted(path.name for path in self.folder.iterdir())

    def changes(self, month: str) -> Iterator[Change]:
        """What arrived for a month, by ocid."""
        path = self.folder / month
        if not path.exists():
            return
        with path.open("rb") as file:
            for line in file:
                ocid, *arrived = line[:-1].split(b"\t")
                yield str(orjson.loads(ocid)), arrived
        path.unlink()

    def _flush(self) -> None:
        for month, lines in self._lines.items():
            with (self.folder / month).open("ab") as file:
                file.writelines(line + b"\n" for line in lines)
        self._lines, self._size = {}, 0


def _by_ocid(sorter: Sorter) -> Iterator[Change]:
    for ocid, items in groupby(sorter, key=lambda item: item[0][0]):
        yield ocid, [line for _, line in items]
