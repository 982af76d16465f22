"""Sorting of more lines than memory holds: sorted runs in local files, merged as they are read.

Owns the runs. What is sorted by which key is the caller's business; lines of one key stay in the
order in which they came.
"""

import heapq
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

import orjson

Key = tuple[str, str]
Item = tuple[Key, bytes]
HELD = 64 << 20  # bytes of lines in memory before they are written away as a run
EACH = 500  # what Python needs for one line beside its bytes, about
FAN = 64  # runs of one level before they become one of the next: no more files are open at a time
KEY = itemgetter(0)


class Sorter:
    """Lines with keys, which come out in order of their keys.

    Args:
        folder: an empty local folder for the runs.
        held: how many bytes of lines stay in memory.
    """

    def __init__(self, folder: Path, held: int = HELD) -> None:
        self.folder, self.held = folder, held
        self._items: list[Item] = []
        self._size = self._made = 0
        self._levels: list[list[Path]] = []

    def add(self, key: Key, line: bytes) -> None:
        """Take a line, which holds no newline."""
        self._items.append((key, line))
        self._size += len(line) + EACH
        if self._size >= self.held:
            self._keep(self._sorted(), 0)
            self._items, self._size = [], 0

    def __iter__(self) -> Iterator[Item]:
        """All lines in order, of equal keys the earlier first; once only."""
        older = [run for level in reversed(self._levels) for run in level]
        return heapq.merge(*map(_read, older), self._sorted(), key=KEY)

    def _sorted(self) -> list[Item]:
        self._items.sort(key=KEY)
        return self._items

    def _keep(self, items: Iterable[Item], level: int) -> None:
        """Write a run, and where there are too many of its level make one of them all."""
        path = self.folder / f"run-{self._made}"
        self._made += 1
        with path.open("wb") as file:
            file.writelines(b"%b\t%b\n" % (orjson.dumps(key), line) for key, line in items)
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(path)
        if len(runs) == FAN:
            self._levels[level] = []
            self._keep(heapq.merge(*map(_read, runs), key=KEY), level + 1)
            for run in runs:
                run.unlink()


def _read(path: Path) -> Iterator[Item]:
    """The items of a run. A tab stands in no JSON text but between values."""
    with path.open("rb") as file:
        for line in file:
            key, _, rest = line.partition(b"\t")
            first, second = orjson.loads(key)
            yield (first, second), rest[:-1]
