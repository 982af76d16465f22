"""A stand-in of the NSW eTendering API as it was: searches, views, and the home page for errors.

It owns routes, pages and envelopes. The real service has ended, so this one serves archives'
tests only; which notices there are is decided elsewhere.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from tenderline.stand_in import nsw_etendering_notices as notices
from tenderline.stand_in.defects import TRANSFER
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

PAGE = 15  # unless ResultsPerPage says otherwise
MOST_PER_PAGE = 1000
IDENTIFIERS = {"planning": "PlannedProcurementUUID", "tender": "RFTUUID", "contract": "CNUUID"}
HOME = "/?event=public.home"
HTML_TYPE = "text/html; charset=utf-8"
PAGE_OF_HOME = b"<!DOCTYPE html><html><title>eTendering</title><h1>Welcome</h1></html>"
TOO_MANY = b"<!DOCTYPE html><html><title>Too many requests</title><h1>Too many requests</h1></html>"
FRONT: dict[str, Any] = {
    "version": "1.0.1",
    "license": "https://creativecommons.org/licenses/by/3.0/au/",
    "publisher": {"uri": notices.SITE, "name": "NSW office of Procurement - eTendering"},
    "extensions": [None, f"{notices.SITE}/public_data/API/NSW-eTendering-API-release-schema.json"],
}
DEFECTS = {
    "home_page": "a good search is redirected to the HTML home page, as bad ones always are",
    "missing_next_link": "a full page without a next link although more exist",
    "duplicate_across_pages": "the last release of a page comes again, first on the next one",
    **TRANSFER,
}


class StandIn(Server):
    """NSW eTendering: searches by day of publication, and single notices."""

    TITLE = "NSW eTendering"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    PER_DAY = 60
    MOST_PER_DAY = notices.MOST_PER_DAY

    def answer(self, target: str) -> Reply:
        """Answer a search or a view; whatever cannot be understood leads to the home page."""
        path, _, query = target.partition("?")
        given = dict(parse_qsl(query))
        prefix, _, event = given.get("event", "").rpartition(".")
        kind = prefix.removeprefix("public.api.")
        if path == "/" and given.get("event") == "public.home":
            return Reply(200, PAGE_OF_HOME, HTML_TYPE)
        if path != "/" or kind not in IDENTIFIERS:
            return self._home()
        if event == "view":
            return self._view(kind, given)
        if event == "search" and not self.faults.take("home_page"):
            return self._search(kind, given)
        return self._home()

    def too_many(self) -> Reply:
        """Refuse a request beyond the limit, with a page for people."""
        return Reply(429, TOO_MANY, HTML_TYPE, self._retry())

    def _home(self) -> Reply:
        return Reply(302, headers=(("Location", self.url + HOME),))

    def _view(self, kind: str, given: Mapping[str, str]) -> Reply:
        uuid = given.get(IDENTIFIERS[kind], "")
        found = notices.find(self.seed, kind, uuid, self.per_day)
        return self._home() if found is None else _package([found], whole=True)

    def _search(self, kind: str, given: Mapping[str, str]) -> Reply:
        try:
            size = int(given.get("ResultsPerPage", PAGE))
            row = int(given.get("startRow", 0))
            first = dt.date.fromisoformat(given["publishedFrom"])
            last = dt.date.fromisoformat(given["publishedTo"])
        except (KeyError, ValueError):
            return self._home()
        if not 0 < size <= MOST_PER_PAGE or row < 0:
            return self._home()
        row -= int(row > 0 and self.faults.take("duplicate_across_pages"))
        everything = self._published(kind, first, last)
        found = list(islice(everything, row, row + size + 1))
        links: Any = [] if kind == "planning" else None  # nothing follows, in either way
        if len(found) > size and not self.faults.take("missing_next_link"):
            following = {**given, "startRow": row + size}
            links = {"next": f"{self.url}/?{urlencode(following)}"}
        return _package(found[:size], links=links)

    def _published(self, kind: str, first: dt.date, last: dt.date) -> Iterator[notices.Notice]:
        """List the notices of the days, the last one included."""
        for n in range((last - first).days + 1):
            day = first + dt.timedelta(days=n)
            yield from notices.notices_on(self.seed, kind, day, self.per_day)


def _package(found: list[notices.Notice], *, links: Any = None, whole: bool = False) -> Reply:
    """Put the parts together; a package without notices still has its list of them."""
    latest = max((notice.moment for notice in found), default=None)
    published = latest.strftime("%Y-%m-%dT%H:%M:%SZ") if latest else ""
    head = json.dumps({**FRONT, "publishedDate": published}, separators=(",", ":"))[:-1]
    texts = ",".join(notices.release(notice, whole=whole) for notice in found)
    tail = json.dumps(links, separators=(",", ":"))
    return Reply(200, f'{head},"releases":[{texts}],"links":{tail}}}'.encode())
