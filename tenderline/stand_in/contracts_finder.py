"""A stand-in of Contracts Finder: its OCDS search, records, single releases and daily CSV.

It owns the routes, the errors and the peculiar rate limit, a 403 with an HTML page. It has no
present of its own: every day since 2015, past or future, is already published.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import ClassVar

from tenderline.stand_in.cases import MOST_PER_DAY
from tenderline.stand_in.contracts_finder_damage import DEFECTS, TIMES
from tenderline.stand_in.contracts_finder_packages import DAY, Packages
from tenderline.stand_in.contracts_finder_query import Query, WrongParameterError
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.server import Server
from tenderline.stand_in.wire import Reply

SEARCH = "/Published/Notices/OCDS/Search"
RECORD = "/Published/OCDS/Record"
RELEASE = "/Published/OCDS/Release"
CSV = "/Harvester/Notices/Data/CSV"
WRONG = 3200  # the system's own code for a request it cannot read
FORBIDDEN = (
    b"<html><head><title>Forbidden - Contracts Finder</title></head><body><h1>Request forbidden"
    b"</h1><p>The request rate limit may have been exceeded, reference 0STANDIN.</p></body></html>"
)


class StandIn(Server):
    """Contracts Finder: searches by window, and everything by its name."""

    TITLE = "Contracts Finder"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    TIMES: ClassVar[Mapping[str, int]] = TIMES
    PER_DAY = 140  # rows of the daily CSV, early in 2025
    MOST_PER_DAY = MOST_PER_DAY

    def too_many(self) -> Reply:
        """Refuse a request beyond the limit with 403: a page for people, said to be plain text."""
        if self.faults.take("limit_429"):
            return super().too_many()
        return Reply(403, FORBIDDEN, "text/plain")

    def answer(self, target: str) -> Reply:
        """Answer a search with one page, a name with what it names, a day with its table."""
        if self.faults.take("forbidden_403"):
            return Reply(403, FORBIDDEN, "text/plain")
        path, _, query = target.partition("?")
        packages = Packages(self.seed, self.per_day, self.url, self.faults)
        collection, _, name = path.rpartition("/")
        body: bytes | None = None
        if path == SEARCH:
            try:
                body = packages.page(path, Query.read(query, dt.datetime.now(LONDON)))
            except WrongParameterError as wrong:
                said = {"code": WRONG, "message": str(wrong), "property": wrong.name}
                return Reply(400, json.dumps(said).encode())
        elif collection == RECORD:
            body = packages.record(path, name)
        elif collection == RELEASE:
            body = packages.single(path, name)
        elif path.startswith(f"{CSV}/"):
            return _table(packages, path)
        return Reply(200, body) if body else _unknown()


def _table(packages: Packages, path: str) -> Reply:
    asked = path.removeprefix(f"{CSV}/")
    try:
        yesterday = dt.datetime.now(LONDON).date() - DAY
        day = yesterday if asked == "Daily" else dt.date(*map(int, asked.split("/")))
    except (TypeError, ValueError, OverflowError):
        return _unknown()
    body = packages.table(path, day)
    # A day without notices is answered with a page, not with an empty table.
    page = Reply(200, b"<html><body>No notices</body></html>", "text/html")
    return Reply(200, body, "text/csv") if body else page


def _unknown() -> Reply:
    return Reply(404, json.dumps({"code": "ValidationError", "errors": WRONG}).encode())
