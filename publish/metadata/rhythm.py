"""How often a publication is brought up to date, from the schedules of its sources.

Owns the words and codes for it. A schedule is a cron expression, or "" for none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kernel import Source

AUTHORITY = "http://publications.europa.eu/resource/authority/frequency/"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A frequency: in words, by the European frequency list, as an ISO 8601 interval."""

    words: str
    code: str
    interval: str

    @property
    def uri(self) -> str:
        """The code's address in the European list of frequencies."""
        return f"{AUTHORITY}{self.code}"


DAILY = Rhythm("daily", "DAILY", "R/P1D")
WEEKLY = Rhythm("weekly", "WEEKLY", "R/P1W")
MONTHLY = Rhythm("monthly", "MONTHLY", "R/P1M")
IRREGULAR = Rhythm("whenever somebody asks for it", "IRREG", "irregular")


def rhythm(source: Source) -> Rhythm:
    """How often a source is asked: by the days, then the weekdays, of its schedule."""
    if not source.schedule or source.lapsed:
        return IRREGULAR
    _, _, day, _, weekday = source.schedule.split()
    if day != "*":
        return MONTHLY
    return DAILY if weekday == "*" else WEEKLY


def fastest(sources: Iterable[Source]) -> Rhythm:
    """The rhythm of what combines `sources`: that of the one that is asked most often."""
    found = {rhythm(source) for source in sources}
    return next(r for r in (DAILY, WEEKLY, MONTHLY, IRREGULAR) if r in found)
