"""The days that files of OCDS data are about, told by the dates in them.

Owns the window of files that nobody asked for by time.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kernel import Source, Window
from transforms.archives import unpacked
from transforms.unpack import Refused

DATE = re.compile(rb'"date"\s*:\s*"([0-9]{4}-[0-9]{2}-[0-9]{2})')
OVERLAP = 64  # bytes in which a date cut by the end of a piece is looked for again
LAST = date(2100, 1, 1)  # a release dated later has no date
DAY = timedelta(days=1)


def span_of(source: Source, paths: Iterable[Path]) -> Window:
    """The days of the releases in files of any form, told by what they call `date`.

    The source's first day, if they tell none.
    """
    known = {day for path in paths for day in _days(path) if source.window.first <= day < LAST}
    first, last = min(known, default=source.window.first), max(known, default=source.window.first)
    return Window(_midnight(first), _midnight(last + DAY))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def _days(path: Path) -> Iterator[date]:
    """The days in a file, as far as it can be read."""
    try:
        for text in unpacked(path):
            before = b""
            for piece in text.pieces if not text.refused else ():
                for found in set(DATE.findall(before + piece)):
                    yield from _day(found)
                before = piece[-OVERLAP:]
    except Refused:
        return


def _day(text: bytes) -> Iterator[date]:
    try:
        yield date.fromisoformat(text.decode())
    except ValueError:
        return
