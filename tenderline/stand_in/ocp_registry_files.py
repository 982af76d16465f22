"""What the registry's files hold: compiled releases of two publications, by year.

It owns the publications, the days that stand for a year, and the lines of a file. The releases
are those of the stand-ins of Find a Tender and AusTender with the same seed and volume, merged by
the rules of the standard. It speaks no HTTP.
"""

import datetime as dt
import gzip
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tenderline.stand_in import austender_releases, notices
from tenderline.stand_in.dice import Dice
from transforms.merge import compile_releases

Json = dict[str, Any]

YEARS = (2024, 2025, 2026)
FIRST, DAYS = (8, 3), 14  # two weeks from 3 August stand for a year: enough for whole processes
UNDATED = 25  # one process in so many has lost its date, where that is asked for
LACKING = 10  # one line in so many is missing from a year, where that is asked for
YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication of the registry, and how to list the releases of a day."""

    id: int
    title: str
    country: str
    region: str
    source_id: str
    source_url: str
    frequency: str
    texts: Callable[[int, dt.date, int], Iterable[str]]


def _find_a_tender(seed: int, day: dt.date, per_day: int) -> Iterable[str]:
    return [release.text for release in reversed(notices.published_on(seed, day, per_day))]


def _austender(seed: int, day: dt.date, per_day: int) -> Iterable[str]:
    return [release.text for release in austender_releases.published_on(seed, day, per_day)]


PUBLICATIONS = (
    Publication(
        id=41,
        title="Find a Tender",
        country="United Kingdom",
        region="EUR",
        source_id="united_kingdom_fts",
        source_url="https://www.find-tender.service.gov.uk",
        frequency="MONTHLY",
        texts=_find_a_tender,
    ),
    Publication(
        id=14,
        title="AusTender",
        country="Australia",
        region="OCE",
        source_id="australia",
        source_url="https://www.tenders.gov.au",
        frequency="MONTHLY",
        texts=_austender,
    ),
)


def publication(number: int) -> Publication | None:
    """Find a publication by its id."""
    return next((known for known in PUBLICATIONS if known.id == number), None)


def job_of(seed: int, known: Publication) -> int:
    """Number the crawl that the files come from; a registry counts on with each refresh."""
    return Dice(seed, "job", known.id).between(1000, 9999)


@lru_cache(maxsize=16)
def compiled(seed: int, number: int, per_day: int, *, undated: bool = False) -> tuple[Json, ...]:
    """Merge everything a publication has, one compiled release a process, in order of arrival."""
    known = publication(number)
    processes: dict[str, list[Json]] = {}
    for day in _days() if known else ():
        for text in known.texts(seed, day, per_day) if known else ():
            release = json.loads(text)
            processes.setdefault(release["ocid"], []).append(release)
    merged = [compile_releases(sorted(found, key=_date)).release for found in processes.values()]
    for release in merged[::UNDATED] if undated else ():
        release["date"] = ""
    return tuple(merged)


def lines(releases: Iterable[Json], stem: str) -> list[bytes]:
    """Write the lines of a file: ``full``, ``undated`` or a year, told by the date's first four."""
    return [
        json.dumps(release, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for release in releases
        if stem in ("full", _stem(release))
    ]


def packed(found: list[bytes], *, lacking: bool = False, cut: bool = False) -> bytes:
    """Pack lines, without those missing from an incomplete file; or pack them and lose the end."""
    kept = [line for n, line in enumerate(found) if not lacking or n % LACKING]
    content = gzip.compress(b"".join(kept), mtime=0)
    return content[: len(content) * 2 // 3] if cut else content


def entry(seed: int, known: Publication, per_day: int) -> Json:
    """Describe a publication as the registry's list does."""
    found = compiled(seed, known.id, per_day)
    fields = sorted({field for release in found for field in release})
    return {
        "id": known.id,
        "title": known.title,
        "country": known.country,
        "region": known.region,
        "language": "English",
        "update_frequency": known.frequency,
        "source_url": known.source_url,
        "source_id": known.source_id,
        "retrieval_frequency": known.frequency,
        "last_retrieved": f"{YEARS[-1]}-09-01",
        "frozen": False,
        "date_from": min(release["date"] for release in found)[:10],
        "date_to": max(release["date"] for release in found)[:10],
        "coverage": {field: sum(field in release for release in found) for field in fields},
    }


def _days() -> list[dt.date]:
    firsts = [dt.date(year, *FIRST) for year in YEARS]
    return [first + dt.timedelta(days=n) for first in firsts for n in range(DAYS)]


def _stem(release: Json) -> str:
    year = release["date"][:4]
    return year if YEAR.fullmatch(year) else "undated"


def _date(release: Json) -> dt.datetime:
    return dt.datetime.fromisoformat(release["date"])
