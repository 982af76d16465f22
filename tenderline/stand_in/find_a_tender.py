"""A stand-in of the Find a Tender API: its routes over the notices of the stand-in.

It has no present of its own: every day since 2021, past or future, is already published.
"""

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

from tenderline.stand_in.damage import DEFECTS
from tenderline.stand_in.journeys import MOST_PER_DAY
from tenderline.stand_in.notices import DEFAULT_PER_DAY
from tenderline.stand_in.packages import Packages
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.query import Query, RefusedError
from tenderline.stand_in.server import Server, refusal
from tenderline.stand_in.wire import Reply

__all__ = ["DEFECTS", "StandIn"]

RELEASES = "/api/1.0/ocdsReleasePackages"
RECORDS = "/api/1.0/ocdsRecordPackages"


class StandIn(Server):
    """Find a Tender: release packages by window, by process or by notice, and records."""

    TITLE = "Find a Tender"
    DEFECTS: ClassVar[Mapping[str, str]] = DEFECTS
    PER_DAY = DEFAULT_PER_DAY
    MOST_PER_DAY = MOST_PER_DAY

    def answer(self, target: str) -> Reply:
        """Answer a window with one page, a name with everything there is of it."""
        path, _, query = target.partition("?")
        packages = Packages(self.seed, self.per_day, self.url, self.faults)
        collection, _, name = path.rpartition("/")
        body: bytes | None = None
        if path == RELEASES:
            try:
                body = packages.page(path, Query.read(query, dt.datetime.now(LONDON)))
            except RefusedError as refused:
                return refusal(400, str(refused))
        elif collection == RELEASES:
            body = packages.single(path, name)
        elif collection == RECORDS:
            body = packages.record(path, name)
        if body is None:
            return refusal(404, f"Nothing is found at {path}")
        return Reply(200, body)
