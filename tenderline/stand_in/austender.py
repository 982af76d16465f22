"""A stand-in of the AusTender OCDS API: its routes, its pages and what goes wrong with them.

It owns paths, cursors, envelopes and errors. Which contracts there are is decided elsewhere. Like
the other stand-ins it has no present: every day since 2013 is already published.
"""

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import ClassVar

from tenderline.stand_in import austender_contracts, austender_releases
from tenderline.stand_in.austender_releases import FIND_BY, Published, Window
from tenderline.stand_in.australia import hexadecimal
from tenderline.stand_in.defects import ELSEWHERE, TRANSFER
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

PAGE = 100
ROUTE = re.compile(r"/ocds/(?:findByDates/(\w+)/([^/]+)/([^/]+)|findById/([^/]+))")
TIME = "%Y-%m-%dT%H:%M:%SZ"
NO_RECORDS = 100
CURSOR = re.compile(r"after=(\d{1,9})")
# The gateway's word for a route that does not exist; it has nothing to do with tokens.
NO_ROUTE = Reply(403, b'{"message":"Missing Authentication Token"}')
BAD_GATEWAY = Reply(502, b'{"message":"Internal server error"}')
SHORTEST_TROUBLED = dt.timedelta(hours=1)  # shorter ranges always get through: halving ends
FRONT = {
    "publisher": {"name": "Department of Finance"},
    "license": "https://creativecommons.org/licenses/by/3.0/au/",
    "version": "1.1",
    "extensions": ["http://cdn.tenders.gov.au/ocds/schema/extension.json"],
}
DEFECTS = {
    "bad_gateway_502": "status 502 for half of all ranges of an hour and more, every time",
    "empty_404": "a range without contracts is answered with status 404, not 400",
    "missing_next_link": "a full page without links although more exist",
    "duplicate_across_pages": "the last release of a page comes again, first on the next one",
    "repeated_cursor": "from the second page on, the next link leads to the same page",
    "foreign_next_link": "the next link leads to another host",
    "empty_page": "no releases and no links although more exist",
    **TRANSFER,
}


def troubled(seed: int, field: str, start: dt.datetime, end: dt.datetime) -> bool:
    """Tell whether ``bad_gateway_502`` strikes this very range: another boundary may help."""
    digest = hexadecimal(seed, "troubled", field, start.strftime(TIME), end.strftime(TIME))
    return end - start >= SHORTEST_TROUBLED and int(digest[0], 16) % 2 == 0


class StandIn(Server):
    """AusTender: contracts by four kinds of dates, and by the number of the notice."""

    TITLE = "AusTender"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    PER_DAY = 300  # releases a working day: some 65,000 contracts a year, and their amendments
    MOST_PER_DAY = austender_contracts.MOST_PER_DAY

    def answer(self, target: str) -> Reply:
        """Answer a range with one page, a notice number with all releases of its process."""
        path, _, query = target.partition("?")
        route = ROUTE.fullmatch(path)
        if route is None or (route[1] and route[1] not in FIND_BY):
            return NO_ROUTE
        if route[4]:
            found = austender_releases.history(self.seed, self.per_day, route[4])
            says = f"No Records found having CNID: {route[4]}"
            return _package(self.url + target, found, "") if found else _refused(says)
        try:
            window = _time(route[2]), _time(route[3])
            after = _after(query)
        except ValueError:
            return _refused("Invalid parameters", code=101)
        return self._page(route[1], path, window, after)

    def _page(self, field: str, path: str, window: Window, after: int) -> Reply:
        if troubled(self.seed, field, *window) and self.faults.take("bad_gateway_502"):
            return BAD_GATEWAY
        again = int(after > 0 and self.faults.take("duplicate_across_pages"))
        first = after - again
        everything = FIND_BY[field](self.seed, self.per_day, window)
        found = list(islice(everything, first, first + PAGE + 1))
        if not found:
            start, end = (moment.strftime(TIME) for moment in window)
            says = f"No Records found for Date Range ['{start}'-'{end}']"
            return _refused(says, status=404 if self.faults.take("empty_404") else 400)
        page, more = found[:PAGE], len(found) > PAGE
        if more and self.faults.take("empty_page"):
            page, more = [], False
        link = self._link(path, after, first + PAGE) if more else ""
        return _package(self.url + path, page, link)

    def _link(self, path: str, here: int, following: int) -> str:
        if self.faults.take("missing_next_link"):
            return ""
        if here and self.faults.take("repeated_cursor"):
            following = here
        origin = ELSEWHERE if self.faults.take("foreign_next_link") else self.url
        cursor = base64.urlsafe_b64encode(f"after={following}".encode()).decode()
        return f"{origin}{path}?cursor={cursor}"


def _time(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, TIME).replace(tzinfo=dt.UTC)


def _after(query: str) -> int:
    """Read how many releases came before, from an opaque cursor."""
    if not query:
        return 0
    try:
        inside = base64.urlsafe_b64decode(query.removeprefix("cursor=")).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise ValueError(query) from wrong
    found = CURSOR.fullmatch(inside)
    if found is None:
        raise ValueError(query)
    return int(found[1])


def _package(address: str, releases: list[Published], link: str) -> Reply:
    """Put the parts together as text, so that a release keeps its exact bytes."""
    dates = [release.date for release in releases]
    front = {"uri": address, "publishedDate": max(dates, default=""), **FRONT}
    head = json.dumps(front, separators=(",", ":"))[:-1]
    texts = ",".join(release.text for release in releases)
    tail = f',"links":{{"next":"{link}"}}' if link else ""
    return Reply(200, f'{head},"releases":[{texts}]{tail}}}'.encode())


def _refused(says: str, *, status: int = 400, code: int = NO_RECORDS) -> Reply:
    return Reply(status, json.dumps({"errorCode": code, "message": says}).encode())
