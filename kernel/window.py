"""Half-open UTC intervals of time and their names.

Owns parsing, naming and splitting of windows. Source clocks are converted elsewhere, at the edge.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from kernel.errors import ConfigError

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"([0-9]{8}T[0-9]{6}Z)-([0-9]{8}T[0-9]{6}Z)")


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

    def split(self, step: timedelta) -> Iterator["Window"]:
        """Windows of at most `step` that tile this one, cut at multiples of `step` since 1970."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        start = self.start
        while start < self.end:
            boundary = epoch + ((start - epoch) // step + 1) * step
            yield Window(start, min(boundary, self.end))
            start = boundary
