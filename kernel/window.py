"""Half-open UTC intervals of time and their names.

Owns parsing, naming and splitting of windows, by durations or by the calendar of a clock. How a
window reads on a source's clock is told elsewhere, at the edge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, Self

from kernel.errors import ConfigError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"([0-9]{8}T[0-9]{6}Z)-([0-9]{8}T[0-9]{6}Z)")

Step = timedelta | Literal["month", "year"]


def stamp(moment: datetime) -> str:
    """A UTC moment as it is written in lake paths: `20260810T230000Z`."""
    return moment.astimezone(UTC).strftime(STAMP)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The interval `[start, end)`: both ends aware datetimes, kept in UTC, whole seconds.

    Raises:
        ConfigError: an end is naive, or the interval is empty or reversed.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            moment: datetime = getattr(self, name)
            if moment.tzinfo is None:
                raise ConfigError(f"the window's {name} {moment} has no time zone: give one")
            object.__setattr__(self, name, moment.astimezone(UTC).replace(microsecond=0))
        if self.start >= self.end:
            raise ConfigError(
                f"the window {self.start:%FT%TZ} to {self.end:%FT%TZ} is empty: "
                "give a start before the end"
            )

    @classmethod
    def parse(cls, name: str) -> Self:
        """The window that `name` names, as in `20260809T230000Z-20260810T050000Z`."""
        found = NAME.fullmatch(name)  # strptime alone takes other texts for the same moment
        try:
            parts = found.groups() if found else ("", "")
            ends = [datetime.strptime(part, STAMP).replace(tzinfo=UTC) for part in parts]
        except ValueError as error:
            raise ConfigError(f"{name!r} is no window name: expected START-END") from error
        return cls(*ends)

    @property
    def name(self) -> str:
        """The window's name in lake paths; sorts by time."""
        return f"{stamp(self.start)}-{stamp(self.end)}"

    def split(self, step: Step, zone: tzinfo = UTC) -> Iterator["Window"]:
        """Windows that tile this one, cut where `step` cuts time, whatever the span they are in.

        A duration cuts at its multiples since 1970, `month` and `year` cut at the midnight that
        begins them on the clock of `zone`.
        """
        start = self.start
        while start < self.end:
            boundary = following(start, step, zone)
            yield Window(start, min(boundary, self.end))
            start = boundary


def floor(moment: datetime, step: Step, zone: tzinfo = UTC) -> datetime:
    """The last cut of `step` at or before `moment`, in UTC; see `Window.split`."""
    if isinstance(step, timedelta):
        return EPOCH + (moment - EPOCH) // step * step
    local = moment.astimezone(zone)
    return datetime(local.year, local.month if step == "month" else 1, 1, tzinfo=zone).astimezone(
        UTC
    )


def following(moment: datetime, step: Step, zone: tzinfo = UTC) -> datetime:
    """The first cut of `step` after `moment`, in UTC; see `Window.split`."""
    cut = floor(moment, step, zone)
    if isinstance(step, timedelta):
        return cut + step
    local = cut.astimezone(zone)
    months = local.year * 12 + local.month - 1 + (1 if step == "month" else 12)
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
