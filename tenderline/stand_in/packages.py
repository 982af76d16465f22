"""Release and record packages: which notices answer a request, in which envelope.

It owns the order, the paging and the envelope, and the defects that concern a page. It does not
speak HTTP, and it invents nothing: every release comes from the day it was published on.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tenderline.stand_in.damage import damaged
from tenderline.stand_in.defects import ELSEWHERE, Faults
from tenderline.stand_in.journeys import EPOCH, day_of
from tenderline.stand_in.notices import Published, history_of, published_on
from tenderline.stand_in.query import Query

Json = dict[str, Any]

RAW = "https://raw.githubusercontent.com"
COMMUNITY = RAW + "/open-contracting-extensions/ocds_{}_extension/master/extension.json"
EXTENSIONS = [
    "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    *(
        COMMUNITY.format(name)
        for name in (
            *("amendment_rationale_classifications", "budget_breakdown", "contract_completion"),
            *("documentation", "pagination", "suitability"),
        )
    ),
    f"{RAW}/portaledcahn/ocds_Links_extension/main/extension.json",
    f"{RAW}/cabinetoffice/ocds_uk_extension/main/extension.json",
    COMMUNITY.format("performance_failures"),
]
PUBLISHER = {
    "name": "Cabinet Office",
    "scheme": "GB-GOR",
    "uid": "D2",
    "uri": "https://www.gov.uk/government/organisations/cabinet-office",
}
LICENCE = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
POLICY = "https://www.gov.uk/government/publications/open-contracting"


@dataclass(frozen=True, slots=True)
class Packages:
    """Everything one seed ever publishes, under one address."""

    seed: int
    per_day: int
    origin: str
    faults: Faults

    def page(self, path: str, query: Query) -> bytes:
        """Write one page of a window, newest first."""
        # An inclusive cursor repeats the last release of the page before.
        again = query.before is not None and query.limit > 1
        shift = int(again and self.faults.take("duplicate_across_pages"))
        found = list(islice(self._window(query, shift), query.limit + 1))
        page, more = found[: query.limit], len(found) > query.limit
        if more and self.faults.take("empty_page"):
            page, more = [], False
        address = f"{self.origin}{path}?{query.address()}"
        front = _front(address, page[0].date if page else "")
        texts = damaged([release.text for release in page], self.faults)
        link = self._next(address, query, page[-1].serial) if more else ""
        return _package(front, "releases", texts, link)

    def single(self, path: str, name: str) -> bytes | None:
        """Write the package of one process or one notice, or nothing if it is unknown."""
        found = history_of(self.seed, name, self.per_day) or self._notice(name)
        if not found:
            return None
        front = _front(self.origin + path, found[-1].date)
        texts = damaged([release.text for release in reversed(found)], self.faults)
        return _package(front, "releases", texts, "")

    def record(self, path: str, ocid: str) -> bytes | None:
        """Write the record package of one process, or nothing if it is unknown."""
        found = history_of(self.seed, ocid, self.per_day)
        if not found:
            return None
        texts = damaged([release.text for release in found], self.faults)
        record = f'{{"ocid":"{ocid}","releases":[{",".join(texts)}]}}'
        return _package(_front(self.origin + path, found[-1].date), "records", [record], "")

    def _window(self, query: Query, shift: int) -> Iterator[Published]:
        """Walk through the window [updatedFrom, updatedTo) from its end to its start."""
        if "," in "".join(query.stages):
            return  # several stages in one parameter match nothing at the source either
        day = dt.date.fromisoformat(query.end[:10])
        first = max(EPOCH, dt.date.fromisoformat(query.start[:10])) if query.start else EPOCH
        while day >= first:
            for release in published_on(self.seed, day, self.per_day):
                before = query.before is None or release.serial < query.before + shift
                inside = query.start <= release.date[:19] < query.end
                if before and inside and _has_stage(release, query.stages):
                    yield release
            day -= dt.timedelta(days=1)

    def _next(self, address: str, query: Query, serial: int) -> str:
        if self.faults.take("missing_next_link"):
            return ""
        if query.before is not None and self.faults.take("repeated_cursor"):
            serial = query.before
        if self.faults.take("foreign_next_link"):
            address = address.replace(self.origin, ELSEWHERE, 1)
        return f"{address}&cursor={query.cursor(serial)}"

    def _notice(self, name: str) -> list[Published]:
        try:
            day = day_of(name)
        except (ValueError, OverflowError):
            return []
        published = published_on(self.seed, day, self.per_day)
        return [release for release in published if release.id == name]


def _front(address: str, published: str) -> Json:
    return {
        "uri": address,
        "version": "1.1",
        # An empty page names one extension less.
        "extensions": EXTENSIONS if published else EXTENSIONS[:-1],
        "publishedDate": published,
        "publisher": PUBLISHER,
        "license": LICENCE,
        "publicationPolicy": POLICY,
    }


def _package(front: Json, name: str, texts: list[str], link: str) -> bytes:
    """Put the parts together as text, so that a release keeps its exact bytes."""
    head = json.dumps(front, ensure_ascii=False, separators=(",", ":"))[:-1]
    tail = f',"links":{json.dumps({"next": link}, separators=(",", ":"))}' if link else ""
    return f'{head},"{name}":[{",".join(texts)}]{tail}}}'.encode()


def _has_stage(release: Published, stages: tuple[str, ...]) -> bool:
    """Filter as the source does: older notices only, and never a change or a cancellation."""
    if not stages:
        return True
    body = json.loads(release.text)
    older = body["tender"]["legalBasis"]["scheme"] == "CELEX"
    return older and any(stage in body["tag"] for stage in stages)
