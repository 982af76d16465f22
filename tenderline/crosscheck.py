"""What the lake has of a source beside a second account of it: what is missing in the lake.

Owns the comparison. The second account is a file a day that the source itself publishes, or the
records of another source that publishes the same processes, such as a registry.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from extractors.session import Session
from extractors.takers import Unacceptable
from kernel import ConfigError, Lake, Source, SourceChanged, Window
from transforms.compile import conversions, records_of
from transforms.convert import RELEASES
from transforms.lines import unpack
from transforms.parts import lines_in, ocid_of
from transforms.renewal import month_parts

DAY = timedelta(days=1)
Key = tuple[str, str]  # ocid and release id


@dataclass(frozen=True, slots=True)
class Compared:
    """One day, or all processes: how many the second account has, which of them the lake lacks.

    `unreadable` are rows of the second account that name no process.
    """

    what: str
    told: int
    missing: tuple[str, ...]
    unreadable: int = 0


def by_day(lake: Lake, source: Source, first: date, last: date) -> Iterator[Compared]:
    """Compare with the source's own file of each day from `first` to before `last`.

    Raises:
        ConfigError: the source publishes no such file.
        SourceUnavailable, SourceChanged: a file cannot be had.
    """
    facts = source.crosscheck
    if facts is None:
        message = "it publishes no second account of itself: give --against another source"
        raise ConfigError(message, source=source.id)
    held = set(_held(lake, source, first, last))
    session = Session(source)
    day = first
    while day < last:
        url = facts.url.format(day=f"{day:{facts.time_format}}")
        rows = session.get(url, _rows).content
        keys = [(row.get(facts.ocid) or "", row.get(facts.id) or "") for row in rows]
        right = {key for key in keys if key[0].startswith(f"{source.ocid_prefix}-")}
        missing = tuple(sorted(f"{ocid} {name}" for ocid, name in right - held))
        yield Compared(str(day), len(right), missing, sum(key not in right for key in keys))
        day += DAY


def against(lake: Lake, source: Source, other: Source) -> Compared:
    """Compare the processes of `source` with those of its prefix in the records of `other`.

    Raises:
        ConfigError: one of them has no records in the lake.
    """
    ours, theirs = (set(_ocids(lake, each)) for each in (source, other))
    told = {ocid for ocid in theirs if ocid.startswith(f"{source.ocid_prefix}-")}
    return Compared(f"processes in {other.id}", len(told), tuple(sorted(told - ours)))


def _rows(body: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or, as some are, Windows-1252; none of a page without."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    if text.lstrip()[:1] == "<":  # a page: how it says that a day has no notices
        return []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not reader.fieldnames or len(reader.fieldnames) == 1:
        raise Unacceptable(f"expected a CSV file, got {text[:40]!r}", SourceChanged)
    return list(reader)


def _held(lake: Lake, source: Source, first: date, last: date) -> Iterator[Key]:
    """The releases in the lake of windows that touch these days."""
    zone = ZoneInfo(source.fetch.clock)
    start, end = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last))
    for manifest in conversions(source.id, lake):
        window = Window.parse(str(manifest.notes["window"]))
        if window.start < end and start < window.end:
            yield from _keys(unpack(lake.load(manifest, manifest.artifact(RELEASES))))


def _keys(lines: Iterable[bytes]) -> Iterator[Key]:
    for line in lines:
        release = orjson.loads(line)["release"]
        yield release["ocid"], str(release["id"])


def _ocids(lake: Lake, source: Source) -> Iterator[str]:
    records = records_of(source.id, lake)
    if records is None:
        raise ConfigError("nothing of it is in the lake: run it first", source=source.id)
    return map(ocid_of, lines_in(lake, month_parts(records)))
