"""The parameters of a request for release packages, with the rules the source enforces.

It owns what is accepted, what is refused and how a cursor is written. Times are London wall
clock: they are compared as text with the local time of a release, never converted.
"""

import base64
import binascii
import datetime as dt
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

ALLOWED = ("limit", "updatedFrom", "updatedTo", "stages", "cursor")
STAGES = ("planning", "tender", "award")
PAGE = 100
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
CURSOR = re.compile(r"[A-Za-z0-9=]{1,300}")
INSIDE = re.compile(r"updatedFrom=(.*)\|updatedTo=(.*)\|nextCursor=(\d{1,12})")
SHORTEST = dt.timedelta(seconds=2)  # the source refuses a window of one second


class RefusedError(ValueError):
    """A parameter breaks a rule; raised by Query.read, answered with status 400."""


@dataclass(frozen=True, slots=True)
class Query:
    """A window of wall-clock times, a page size and where the page begins."""

    start: str
    end: str
    limit: int
    stages: tuple[str, ...]
    before: int | None
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str, now: dt.datetime) -> Self:
        """Check the parameters; without ``updatedTo`` the window ends now."""
        pairs = tuple(parse_qsl(text, keep_blank_values=True))
        given = dict(pairs)
        unknown = sorted(given.keys() - set(ALLOWED))
        if unknown:
            message = f"Unknown parameters {unknown}. Allowed: {', '.join(ALLOWED)}"
            raise RefusedError(message)
        start = _time("updatedFrom", given.get("updatedFrom", ""))
        end = _time("updatedTo", given.get("updatedTo", "")) or now.isoformat()[:19]
        before = None
        if "cursor" in given:
            start, end, before = _open_cursor(given["cursor"])
        if start and dt.datetime.fromisoformat(start) + SHORTEST > dt.datetime.fromisoformat(end):
            message = "'updatedTo' must be later than 'updatedFrom'"
            raise RefusedError(message)
        stages = tuple(value for name, value in pairs if name == "stages")
        return cls(start, end, _limit(given), _stages(stages), before, pairs)

    def address(self) -> str:
        """Repeat the query of the first page, as the source does."""
        return "&".join(f"{name}={value}" for name, value in self.pairs if name != "cursor")

    def cursor(self, serial: int) -> str:
        """Mark where the next page begins."""
        inside = f"updatedFrom={self.start}|updatedTo={self.end}|nextCursor={serial}"
        return base64.b64encode(inside.encode()).decode()


def _limit(given: dict[str, str]) -> int:
    text = given.get("limit", str(PAGE))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        message = "'limit' must be a whole number from 1"
        raise RefusedError(message)
    if int(text) > PAGE:
        message = "'limit' must not exceed the maximum value"
        raise RefusedError(message)
    return int(text)


def _time(name: str, text: str) -> str:
    """Check a time; a trailing ``Z`` is tolerated and means nothing."""
    if not text:
        return ""
    plain = text.removesuffix("Z")
    message = f"'{name}' must have the form YYYY-MM-DDTHH:MM:SS"
    if not TIME.fullmatch(plain):
        raise RefusedError(message)
    try:
        dt.datetime.fromisoformat(plain)
    except ValueError:
        raise RefusedError(message) from None
    return plain


def _stages(values: tuple[str, ...]) -> tuple[str, ...]:
    if any(part not in STAGES for value in values for part in value.split(",")):
        message = f"'stages' must be one of {', '.join(STAGES)}"
        raise RefusedError(message)
    return values


def _open_cursor(text: str) -> tuple[str, str, int]:
    message = "'cursor' is not valid"
    if not CURSOR.fullmatch(text):
        raise RefusedError(message)
    try:
        inside = INSIDE.fullmatch(base64.b64decode(text, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(message) from None
    if not inside:
        raise RefusedError(message)
    start, end, serial = inside.groups()
    return _time("updatedFrom", start), _time("updatedTo", end), int(serial)
