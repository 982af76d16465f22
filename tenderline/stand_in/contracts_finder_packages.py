"""Release packages, record packages and the daily CSV of the stand-in of Contracts Finder.

It owns the paging, the envelope and the flat table, and the defects that concern them. It does
not speak HTTP, and it invents nothing: every release comes from the day it was published on.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tenderline.stand_in.contracts_finder_damage import damaged, encoded
from tenderline.stand_in.contracts_finder_notices import (
    PLAN,
    Published,
    history_of,
    named,
    published_on,
)
from tenderline.stand_in.contracts_finder_query import LONGEST, Query
from tenderline.stand_in.defects import Faults
from tenderline.stand_in.packages import COMMUNITY, LICENCE, POLICY, PUBLISHER, RAW
from tenderline.stand_in.pieces import LONDON

Json = dict[str, Any]

SERVICE = RAW + "/Crown-Commercial-Service/ocds_{}_extension/main/extension.json"
EXTENSIONS = [
    "https://standard.open-contracting.org/profiles/eu/master/en/extension.json",
    RAW + "/portaledcahn/ocds_tenderDatePublished_extension/master/extension.json",
    COMMUNITY.format("budget_breakdown"),
    *(SERVICE.format(name) for name in ("awards_datePublished", "partyDetails_vcse")),
    SERVICE.format("tender_suitability"),
    COMMUNITY.format("pagination"),
]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Packages:
    """Everything one seed ever publishes, under one address."""

    seed: int
    per_day: int
    origin: str
    faults: Faults

    def page(self, path: str, query: Query) -> bytes:
        """Write one page of a window, newest first; an open window has one page only."""
        again = query.before is not None and query.limit > 1
        shift = int(again and self.faults.take("duplicate_across_pages"))
        found = list(islice(self._window(query, shift), query.limit + 1))
        page, more = found[: query.limit], len(found) > query.limit
        address = f"{self.origin}{path}?{query.address()}"
        follows = more or (bool(page) and self.faults.take("link_to_empty_page"))
        links: Json = {}
        if follows and not query.open and not (more and self.faults.take("missing_next_link")):
            cursor = query.cursor(page[-1].serial)
            links = {"links": {"next": f"{address}&cursor={cursor}"}}
        front = _front(address, page[0].date if page else "")
        return _package(front, "releases", damaged(page, self.faults), links)

    def single(self, path: str, name: str) -> bytes | None:
        """Write the package of one release, or nothing if it is unknown."""
        found = named(self.seed, name, self.per_day)
        if not found:
            return None
        front = _front(self.origin + path, found[0].date)
        return _package(front, "releases", damaged(found, self.faults), {})

    def record(self, path: str, ocid: str) -> bytes | None:
        """Write the record package of one process, or nothing if it is unknown."""
        found = history_of(self.seed, ocid, self.per_day)
        if not found:
            return None
        texts = damaged(found, self.faults)
        record = f'{{"ocid":"{ocid}","releases":[{",".join(texts)}]}}'
        return _package(_front(self.origin + path, found[-1].date), "records", [record], {})

    def table(self, path: str, day: dt.date) -> bytes | None:
        """Write a day as CSV, one row a release; nothing for a day without notices."""
        found = list(published_on(self.seed, day, self.per_day))
        if not found:
            return None
        texts = damaged(found, self.faults)
        front = _front(self.origin + path, found[0].date)
        keep = {key: value for key, value in front.items() if key not in {"extensions", "version"}}
        rows = [dict(_flat(keep | {"releases": [json.loads(text)]}, "")) for text in texts]
        if self.faults.take("broken_csv_row"):
            for row in rows[::5]:
                row["releases/0/ocid"] = "see the attached schedule"
        heads = list(dict.fromkeys(head for row in rows for head in row))
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, heads, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return b"\xef\xbb\xbf" + encoded(out.getvalue())

    def _window(self, query: Query, shift: int) -> Iterator[Published]:
        """Walk through the window [publishedFrom, publishedTo) from its end to its start."""
        longest = DAY if self.faults.take("long_window_truncates") else LONGEST
        since = query.since(longest).astimezone(LONDON)
        day = query.end.astimezone(LONDON).date()
        while day >= max(PLAN.epoch, since.date()):
            for release in published_on(self.seed, day, self.per_day):
                before = query.before is None or release.serial < query.before + shift
                inside = since <= dt.datetime.fromisoformat(release.date) < query.end
                if before and inside and (query.tags is None or release.tag in query.tags):
                    yield release
            day -= DAY


def _front(address: str, published: str) -> Json:
    front: Json = {"uri": address, "version": "1.1", "extensions": EXTENSIONS}
    front |= {"publishedDate": published, "publisher": PUBLISHER, "license": LICENCE}
    return front | {"publicationPolicy": POLICY}


def _package(front: Json, name: str, texts: list[str], links: Json) -> bytes:
    head = json.dumps(front, separators=(",", ":"))[:-1]
    tail = f",{json.dumps(links, separators=(',', ':'))[1:-1]}" if links else ""
    return encoded(f'{head},"{name}":[{",".join(texts)}]{tail}}}')


def _flat(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Name every plain value by the keys and indexes that lead to it."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            yield from _flat(inner, f"{place}/{key}" if place else str(key))
    else:
        yield place, value
