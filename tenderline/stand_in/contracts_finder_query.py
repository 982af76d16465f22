"""The parameters of a Contracts Finder search, with the rules that the system enforces.

It owns what is accepted, what is refused and how a cursor is written. Nobody has said on which
clock the system reads times without an offset: this stand-in takes London's.
"""

import base64
import binascii
import datetime as dt
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

from tenderline.stand_in.pieces import LONDON

STAGES = {
    "planning": {"planning"},
    "tender": {"tender", "tenderAmendment"},
    "award": {"award", "awardUpdate"},
    "implementation": set[str](),
}
PAGE = 100
# A longer range returns its most recent part only. Fifteen days are known to be safe, also when
# the clocks change within them; where the limit really is, nobody has said.
LONGEST = dt.timedelta(days=16)
YEARS = range(1970, 2200)  # within them, no sum of dates and days leaves the calendar
CURSOR = re.compile(r"[A-Za-z0-9=]{1,300}")
INSIDE = re.compile(r"publishedFrom=(.*)\|publishedTo=(.*)\|limit=(\d{1,3})\|nextCursor=(\d{1,12})")


class WrongParameterError(ValueError):
    """A parameter breaks a rule; answered with status 400, its name and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"Incorrect request [{reason}]")
        self.name = name


@dataclass(frozen=True, slots=True)
class Query:
    """A window, a page size, the tags wanted, and where the page begins.

    Without ``publishedTo`` the search is ``open``: it ends now, and it has one page only.
    """

    start: dt.datetime | None
    end: dt.datetime
    limit: int
    tags: frozenset[str] | None
    before: int | None
    open: bool
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str, now: dt.datetime) -> Self:
        """Check the parameters; those that the system does not know are ignored."""
        pairs = tuple(parse_qsl(text, keep_blank_values=True))
        given = dict(pairs)
        before = None
        if "cursor" in given:
            inside = _open_cursor(given["cursor"])
            given |= dict(zip(("publishedFrom", "publishedTo", "limit"), inside[:3], strict=True))
            before = int(inside[3])
        start = _moment("publishedFrom", given.get("publishedFrom", ""))
        end = _moment("publishedTo", given.get("publishedTo", ""))
        tags, limit = _tags(given.get("stages", "")), _limit(given.get("limit", str(PAGE)))
        return cls(start, end or now, limit, tags, before, end is None, pairs)

    def since(self, longest: dt.timedelta = LONGEST) -> dt.datetime:
        """Tell where the results begin: a long range loses its older part without a word."""
        latest = self.end - longest
        return max(self.start, latest) if self.start else latest

    def address(self) -> str:
        """Repeat the query of the first page, as the system does."""
        return "&".join(f"{name}={value}" for name, value in self.pairs if name != "cursor")

    def cursor(self, serial: int) -> str:
        """Mark where the next page begins."""
        given = dict(self.pairs)
        if "cursor" in given:
            start, end, limit, _ = _open_cursor(given["cursor"])
        else:
            start, end = given.get("publishedFrom", ""), given.get("publishedTo", "")
            limit = str(self.limit)
        inside = f"publishedFrom={start}|publishedTo={end}|limit={limit}|nextCursor={serial}"
        return base64.b64encode(inside.encode()).decode()


def _moment(name: str, text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        # A plus that nobody escaped arrives as a blank.
        read = dt.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise WrongParameterError(name, "invalid date") from None
    if read.year not in YEARS:
        raise WrongParameterError(name, "invalid date")
    return read if read.tzinfo else read.replace(tzinfo=LONDON)


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= PAGE:
        raise WrongParameterError("limit", f"limit must be a number from 1 to {PAGE}")
    return int(text)


def _tags(text: str) -> frozenset[str] | None:
    if not text:
        return None
    stages = text.split(",")
    if not STAGES.keys() >= set(stages):
        raise WrongParameterError("stages", "invalid stage")
    return frozenset(tag for stage in stages for tag in STAGES[stage])


def _open_cursor(text: str) -> tuple[str, str, str, str]:
    wrong = WrongParameterError("cursor", "invalid cursor")
    if not CURSOR.fullmatch(text):
        raise wrong
    try:
        inside = INSIDE.fullmatch(base64.b64decode(text, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise wrong from None
    if not inside:
        raise wrong
    start, end, limit, serial = inside.groups()
    return start, end, limit, serial
