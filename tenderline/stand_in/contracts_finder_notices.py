"""The notices that the stand-in of Contracts Finder publishes on a London day.

It owns identity (process and notice GUIDs, the number that counts all edits), the tags and the
order of a day. What a notice says is written elsewhere. The same seed and day give the same bytes.
"""

import datetime as dt
import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from tenderline.stand_in import cases
from tenderline.stand_in import contracts_finder_parties as parties
from tenderline.stand_in import contracts_finder_release as write
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Journey
from tenderline.stand_in.notices import HOURS
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.process import facts_of

Json = dict[str, Any]

PREFIX = "ocds-b5fd17-"
# F01 plans, F02 tenders, F03 awards. Together the courses give each tag the share it had among
# 201 recorded releases: award 140, tender 39, awardUpdate 8, tenderAmendment 7, planning 7.
PLAN = cases.Plan(
    name="contracts_finder",
    epoch=dt.date(2015, 1, 1),
    offset=5_000,
    lines=(
        *(("F03", 116), ("F03 F03+", 8), ("F02", 17), ("F02 F02+", 3), ("F02 F03", 12)),
        *(("F02 F02+ F03", 4), ("F01", 4), ("F01 F02", 2), ("F01 F02 F03", 1)),
    ),
    # A mistake in an award is mended at once, a closing date is moved after a few days.
    gaps={"F03+": (0, 0), "F02+": (0, 6), "F03": (12, 22), "F02": (8, 16)},
)
TAGS = {
    ("F01", False): "planning",
    ("F02", False): "tender",
    ("F02", True): "tenderAmendment",
    ("F03", False): "award",
    ("F03", True): "awardUpdate",
}
GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4})-4([0-9a-f]{3})-[0-9a-f]{4}-[0-9a-f]{12}")


class Published(NamedTuple):
    """One release on the wire: its identity, its moment and its compact JSON."""

    ocid: str
    id: str
    date: str
    tag: str
    text: str

    @property
    def serial(self) -> int:
        """Count all edits of all notices."""
        return int(self.id.rpartition("-")[2])


@lru_cache(maxsize=64)
def published_on(seed: int, day: dt.date, per_day: int) -> tuple[Published, ...]:
    """List the releases of a London day, newest first."""
    due = [
        (_moment(journey, position), journey.number, position, journey)
        for journey, position in cases.due_on(PLAN, seed, day, per_day)
    ]
    first = (day - PLAN.epoch).days * cases.STRIDE + 1
    ordered = sorted(due, key=lambda entry: entry[:3])
    found = [
        _published(journey, position, first + order, moment)
        for order, (moment, _, position, journey) in enumerate(ordered)
    ]
    return tuple(reversed(found))


def history_of(seed: int, ocid: str, per_day: int) -> list[Published]:
    """List every release of one process, oldest first; none if there is no such process."""
    named = GUID.fullmatch(ocid.removeprefix(PREFIX))
    if not named:
        return []
    days, number = (int(part, 16) for part in named.groups())
    journey = cases.find(PLAN, seed, days, number, per_day)
    due = sorted({step.due for step in journey.steps}) if journey else []
    return [
        release
        for day in due
        for release in reversed(published_on(seed, day, per_day))
        if release.ocid == ocid
    ]


def named(seed: int, release_id: str, per_day: int) -> list[Published]:
    """Find the release of that id, which says the day of its publication."""
    number = release_id.rpartition("-")[2]
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return []
    day = PLAN.epoch + dt.timedelta(days=(int(number) - 1) // cases.STRIDE)
    return [release for release in published_on(seed, day, per_day) if release.id == release_id]


def _published(journey: Journey, position: int, serial: int, moment: dt.datetime) -> Published:
    step = journey.steps[position]
    tag = TAGS[step.kind, step.update]
    ocid = PREFIX + _guid(journey, "process")
    # An edit keeps the notice's GUID, the next kind of notice has one of its own.
    guid = _guid(journey, step.kind)
    date = write.local(moment)
    dice = Dice(journey.seed, PLAN.name, journey.born, journey.number, step.kind)
    first = next(n for n, s in enumerate(journey.steps) if s.kind == step.kind)
    published = date if first == position else write.local(_moment(journey, first))
    notice = write.Notice(facts_of(journey), step, ocid, guid, date, published, dice)
    front: Json = {"ocid": ocid, "id": f"{guid}-{serial}", "language": "en", "date": date}
    front |= {"tag": [tag], "initiationType": "tender"}
    release = front | _body(notice)
    text = json.dumps(release, ensure_ascii=False, separators=(",", ":"))
    return Published(ocid, release["id"], date, tag, text)


def _body(notice: write.Notice) -> Json:
    facts, dice = notice.facts, notice.dice
    people = [parties.buyer(facts.buyer, dice)]
    named: Json = {"parties": people, "buyer": parties.reference(facts.buyer)}
    if notice.step.kind == "F01":
        plan = {"planning": write.planning(notice), "tender": write.planned(notice)}
        # Five of seven recorded plans repeat their title where OCDS has no such field.
        stray = {"title": facts.title} if dice.chance(0.7) else {}
        return stray | plan | named
    if notice.step.kind == "F02":
        return {"tender": write.tender(notice), **named}
    winners = {who.number: who for lot in facts.lots for who in lot.winners}
    people += [parties.supplier(who, dice) for who in winners.values()]
    award = write.award(notice, [parties.reference(who) for who in winners.values()])
    return {"tender": write.complete(notice), **named, "awards": [award]}


def _moment(journey: Journey, position: int) -> dt.datetime:
    """Tell when a notice appears; one of the same day minutes after the one before."""
    dice = Dice(journey.seed, PLAN.name, "moment", journey.born, journey.number, position)
    due = journey.steps[position].due
    if position and journey.steps[position - 1].due == due:
        return _moment(journey, position - 1) + dt.timedelta(seconds=dice.between(15, 900))
    clock = dt.time(dice.weigh(HOURS), dice.between(0, 59), dice.between(0, 59))
    return dt.datetime.combine(due, clock, LONDON).astimezone(dt.UTC)


def _guid(journey: Journey, what: str) -> str:
    """Make a GUID that tells, to us, when its process began and as which one."""
    dice = Dice(journey.seed, PLAN.name, "guid", journey.born, journey.number, what)
    days, number = (journey.born - PLAN.epoch).days, journey.number - PLAN.offset
    head, tail = dice.getrandbits(32), dice.getrandbits(48)
    return f"{head:08x}-{days:04x}-4{number:03x}-{0x8000 | dice.getrandbits(14):04x}-{tail:012x}"
