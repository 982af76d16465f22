"""The notices of a Proactis site: what one site is, and what it publishes on a day.

It owns identity: process numbers, notice numbers and references, and the counters that every
answer begins anew. What a notice says is written elsewhere. The same seed and day give the same
notices; how their parties and releases are numbered depends on the answer they are part of.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from tenderline.stand_in import cases
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Journey
from tenderline.stand_in.proactis_release import Notice, Wording, written
from tenderline.stand_in.process import facts_of

MOST_PER_DAY = 60  # small sites: the busiest Monday must stay below the stride
STRIDE = 200  # numbers kept free for a day …
LATER = 80  # … from here on for the notices that continue a process
FIRST = 100_000
EPOCH = dt.date(2019, 1, 1)  # the sites hold no OCDS from before
SCOTTISH = "ocds-r6ebe6-"  # the ocid prefix of the Scottish site, which forwards its notices
NAMED = dt.date(2020, 1, 1)  # releases of the Scottish site have ids from some moment after 2019
EARLIER = 0.15  # of notices carry the date on which they were sent off, a few days before

# European forms (F) and the site's own (S): 1 plans, 2 tenders, 3 awards, 4 awards of quick
# quotes, 14 corrects, 20 modifies.
COURSES = (
    *(("F01", 6), ("F01 F02", 3), ("F02", 30), ("F02 F14", 6), ("F02 F03", 20)),
    *(("F02 F14 F03", 4), ("F03", 40), ("F20", 3), ("S01", 3), ("S02", 17), ("S02 S03", 10)),
)
GAPS = {"F02": (20, 50), "F03": (20, 45), "F14": (4, 15), "S03": (15, 40)}
TAGS = {
    "F01": ["planning"],
    "F02": ["tender"],
    "F03": ["award", "contract"],
    "F14": ["tenderUpdate"],
    "F20": ["awardUpdate", "contractUpdate"],
    "S01": ["planning"],
    "S02": ["tender"],
    "S03": ["award"],
    "S04": ["award"],
}
PARTY = re.compile(r'"@(\d+)"')  # stands for an organisation until an answer numbers it


@dataclass(frozen=True)
class Site:
    """The facts in which the sites of the platform differ."""

    plan: cases.Plan
    prefix: str
    digits: int  # of the number in an ocid
    counted: bool  # release ids count the releases of the answer
    kinds: tuple[tuple[int, str], ...]  # number of a notice type, and our word for it
    locales: tuple[tuple[int, str], ...]
    wording: Wording

    def ocid(self, journey: Journey) -> str:
        """Name a process by the number of its first notice."""
        number = first_of(journey.born) + journey.number - self.plan.offset
        return f"{self.prefix}{number:0{self.digits}d}"


class Published(NamedTuple):
    """One release before its parties and itself are numbered."""

    ocid: str
    kind: str
    day: dt.date
    text: str


def first_of(day: dt.date) -> int:
    """Give the first notice number of a day."""
    return FIRST + (day - EPOCH).days * STRIDE


@lru_cache(maxsize=512)
def published_on(site: Site, seed: int, day: dt.date, per_day: int) -> tuple[Published, ...]:
    """List the releases of a day, in the order of their numbers, the last first."""
    due = cases.due_on(site.plan, seed, day, per_day)
    first = first_of(day)
    new = [(first + journey.number - site.plan.offset, journey, 0) for journey, n in due if n == 0]
    continued = [(journey, position) for journey, position in due if position]
    old = [(first + LATER + order, *entry) for order, entry in enumerate(continued)]
    return tuple(_published(site, *entry) for entry in reversed([*new, *old]))


def month_of(site: Site, seed: int, first: dt.date, per_day: int, kind: str) -> Iterable[Published]:
    """List the releases of one type in the month that begins with ``first``, newest first."""
    day = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    while day > first:
        day -= dt.timedelta(days=1)
        yield from (r for r in published_on(site, seed, day, per_day) if r.kind == kind)


def history_of(site: Site, seed: int, ocid: str, per_day: int) -> list[Published]:
    """List every release of one process, newest first; none if there is no such process."""
    number = ocid.removeprefix(site.prefix)
    if not re.fullmatch(r"[0-9]{1,10}", number):
        return []
    days, within = divmod(int(number) - FIRST, STRIDE)
    journey = cases.find(site.plan, seed, days, within, per_day)
    due = sorted({step.due for step in journey.steps}, reverse=True) if journey else []
    releases = (r for day in due for r in published_on(site, seed, day, per_day))
    return [release for release in releases if release.ocid == ocid]


def numbered(releases: Iterable[Published], start: int) -> list[str]:
    """Give the releases and organisations of one answer their numbers, in order of appearance."""
    given: dict[str, int] = {}
    numbers = count(start)

    def party(found: re.Match[str]) -> str:
        if found[1] not in given:
            given[found[1]] = next(numbers)
        return f'"org-{given[found[1]]}"'

    texts = (PARTY.sub(party, release.text) for release in releases)
    return [text.replace('"rls-#-', f'"rls-{n}-', 1) for n, text in enumerate(texts, start=start)]


def _published(site: Site, number: int, journey: Journey, position: int) -> Published:
    step, ocid = journey.steps[position], site.ocid(journey)
    dice = Dice(journey.seed, site.plan.name, journey.born, journey.number, step.kind)
    reference = f"{step.due:%b}".upper() + str(number + 200_000)
    sent = step.due - dt.timedelta(days=dice.between(1, 3) if dice.chance(EARLIER) else 0)
    name = {"id": f"rls-#-{reference}"} if site.counted else {"id": f"{ocid}-release-{number}"}
    if site.counted and step.due < NAMED:
        name = {}
    front = {**name, "ocid": ocid, "date": f"{sent}T00:00:00Z", "tag": TAGS[step.kind]}
    notice = Notice(facts_of(journey), step, ocid, number, reference, dice, site.wording)
    text = json.dumps(front | written(notice), ensure_ascii=False, separators=(",", ":"))
    return Published(ocid, step.kind, step.due, text)
