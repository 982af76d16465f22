"""What a request to a source asked for, told by the marks in the source's own address.

Owns the reading of addresses backwards: from `...?from=2026-08-10` to the window that it means.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from kernel import ConfigError, Source, Window
from kernel.window import following


@dataclass(frozen=True, slots=True)
class Asked:
    """The window, and the choice that goes for `{each}` ("" where the request names none)."""

    window: Window
    each: str


def asked(source: Source, uri: str) -> Asked | None:
    """What the request `uri` asked for; None if it is of another kind or names no window."""
    marks = marks_of(source, uri)
    zone = ZoneInfo(source.fetch.clock)
    if marks is None or "start" not in marks:
        return None
    try:
        start = _moment(marks["start"], source.fetch.time_format, zone)
        if "end" in marks:
            end = _moment(marks["end"], source.fetch.time_format, zone)
        else:
            end = following(start, source.window.step, zone)
        return Asked(Window(start, end), marks.get("each", ""))
    except (ValueError, ConfigError):
        return None


def marks_of(source: Source, uri: str) -> dict[str, str] | None:
    """What stands in `uri` where the source's address has marks; None if it is another address.

    Parameters may be missing, and the request may have others.
    """
    own, told = urlsplit(source.fetch.url), urlsplit(uri)
    place = _pattern(own.path).fullmatch(unquote(told.path))
    if place is None:
        return None
    found = place.groupdict()
    query = dict(parse_qsl(told.query, keep_blank_values=True))
    for name, template in parse_qsl(own.query, keep_blank_values=True):
        if match := _pattern(template).fullmatch(query.get(name, "")):
            found |= match.groupdict()
    return found


def _pattern(template: str) -> re.Pattern[str]:
    """A template with marks in braces as an expression with groups of their names."""
    parts = Formatter().parse(template)
    return re.compile(
        "".join(
            re.escape(text) + (f"(?P<{mark}>.+?)" if mark else "") for text, mark, _, _ in parts
        )
    )


def _moment(text: str, time_format: str, zone: ZoneInfo) -> datetime:
    """A moment as the source writes it, or as ISO 8601 has it: some clients ask so."""
    try:
        found = datetime.strptime(text, time_format)  # noqa: DTZ007 (the zone follows)
    except ValueError:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a + in a query reads as a blank
    if time_format.endswith("Z") and found.tzinfo is None:
        zone = ZoneInfo("UTC")
    return found if found.tzinfo else found.replace(tzinfo=zone)
