"""Records made anew where releases arrived, many at a time and by all cores.

Owns the sharing out. What becomes of one process is in `transforms.record`; it depends on no other.
"""

import gc
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from zoneinfo import ZoneInfo

from kernel.workers import Workers
from transforms.changing import Asked, Line
from transforms.record import Tally, record

BATCH = 1 << 18  # bytes of lines that are worth sending to another process
Work = list[tuple[str, list[bytes]]]  # by ocid: all that its record is to be made of


class Remaking:
    """Makes records of what arrived, on one clock, into one tally."""

    def __init__(self, workers: Workers, zone: ZoneInfo, tally: Tally) -> None:
        self.workers, self.zone, self.tally = workers, zone, tally

    def each(self, asked: Iterable[Asked]) -> Iterator[Line]:
        """The line of each process, None where it moved away."""
        under_way: deque[list[Asked]] = deque()
        for lines, tally in self.workers.each(_remade, self._work(asked, under_way)):
            batch = under_way.popleft()
            self.tally.replace((ocid for ocid, _, arrived in batch if arrived), tally)
            made = iter(lines)
            yield from (next(made) if arrived else None for _, _, arrived in batch)

    def _work(
        self, asked: Iterable[Asked], under_way: deque[list[Asked]]
    ) -> Iterator[tuple[Work, ZoneInfo]]:
        for batch in _batches(asked):
            under_way.append(batch)
            yield (
                [
                    (ocid, [*([old] if old else []), *arrived])
                    for ocid, old, arrived in batch
                    if arrived
                ],
                self.zone,
            )


def _batches(asked: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Some at a time, by the size of what is to be made anew."""
    batch: list[Asked] = []
    size = 0
    for one in asked:
        _, old, arrived = one
        batch.append(one)
        size += sum(map(len, chain([old or b""], arrived))) if arrived else 0
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _remade(work: Work, zone: ZoneInfo) -> tuple[list[bytes], Tally]:
    """The records, and what is counted of them."""
    tally = Tally()
    lines = [record(ocid, found, zone, tally) for ocid, found in work]
    gc.collect(0)  # nobody looks for cycles while work is shared out: what these left is young
    return lines, tally
