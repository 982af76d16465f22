"""A day of notices: every release the stand-in publishes on one Europe/London day.

It owns the assembly of a release (identity, tag, buyer, amendments) and the order of a day. What
a notice says is written by its type; which notices fall due is planned by the journeys. The same
seed and day give the same bytes, always.
"""

import datetime as dt
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from tenderline.stand_in import act_awards, act_tenders, journeys, older
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.parties import party
from tenderline.stand_in.pieces import LONDON, Notice
from tenderline.stand_in.process import facts_of

Json = dict[str, Any]

DEFAULT_PER_DAY = 370  # about what the source published daily in August 2026

WRITERS: dict[str, tuple[list[str], Callable[[Notice], Json]]] = {
    "UK1": (["planning"], act_tenders.pipeline),
    "UK2": (["planning"], act_tenders.engagement),
    "UK3": (["planning"], act_tenders.planned),
    "UK4": (["tender"], act_tenders.tender),
    "UK5": (["award", "contract"], act_awards.transparency),
    "UK6": (["award", "contract"], act_awards.award),
    "UK7": (["award", "contract"], act_awards.contract),
    "UK9": (["implementation"], act_awards.performance),
    "UK10": (["contractAmendment"], act_awards.change),
    "UK11": (["contractTermination"], act_awards.end),
    "UK12": (["tenderCancellation"], act_tenders.termination),
    "UK13": (["tender"], act_tenders.dynamic_market),
    "UK15": (["award", "contract"], act_tenders.market_change),
    "F01": (["planning"], older.prior_information),
    "F02": (["tender"], older.call),
    "F03": (["award", "contract"], older.award),
    "F14": (["tenderUpdate"], older.corrigendum),
    "F20": (["awardUpdate", "contractUpdate"], older.modification),
    "F21": (["planning", "tender"], older.call),
}
BUYER_IN_PARTIES_ONLY = {"UK9", "UK11", "UK12"}
EMPTY_BUYER_ID_SHARE = 0.42  # of all notices carry a meaningless ``"buyerID": []``
HOURS = (  # notices per hour of one recorded day
    *((0, 2), (1, 1), (6, 1), (7, 6), (8, 15), (9, 41), (10, 36), (11, 62), (12, 47), (13, 39)),
    *((14, 54), (15, 66), (16, 53), (17, 25), (18, 4), (19, 2), (20, 1), (21, 3), (22, 1)),
)


class Published(NamedTuple):
    """One release on the wire: its notice number, its moment and its compact JSON."""

    id: str
    date: str
    text: str

    @property
    def serial(self) -> int:
        """Count all notices in the order of their publication."""
        number, year = self.id.split("-")
        return int(year) * 1_000_000 + int(number)


def day_of_notices(
    seed: int, day: dt.date, per_day: int = DEFAULT_PER_DAY
) -> list[dict[str, object]]:
    """List the releases published on a London day, newest first; the caller owns the copies."""
    return [json.loads(release.text) for release in published_on(seed, day, per_day)]


@lru_cache(maxsize=32)
def published_on(seed: int, day: dt.date, per_day: int = DEFAULT_PER_DAY) -> tuple[Published, ...]:
    """List the same releases as they go over the wire."""
    due = [
        (_publication(journey, position), journey, position)
        for journey, position in journeys.due_on(seed, day, per_day)
    ]
    due.sort(key=lambda entry: (entry[0], entry[1].ocid))
    releases = [
        _release(journey, position, journeys.notice_id(day, order), moment)
        for order, (moment, journey, position) in enumerate(due)
    ]
    return tuple(Published(r["id"], r["date"], _text(r)) for r in reversed(releases))


def history_of(seed: int, ocid: str, per_day: int = DEFAULT_PER_DAY) -> list[Published]:
    """List every release of one process, oldest first; none if there is no such process."""
    journey = journeys.find(seed, ocid, per_day)
    mark = f'{{"ocid":"{ocid}"'
    return [
        release
        for step in (journey.steps if journey else ())
        for release in published_on(seed, step.due, per_day)
        if release.text.startswith(mark)
    ]


def _publication(journey: journeys.Journey, position: int) -> dt.datetime:
    dice = Dice(journey.seed, "moment", journey.ocid, position)
    clock = dt.time(dice.weigh(HOURS), dice.between(0, 59), dice.between(0, 59))
    local = dt.datetime.combine(journey.steps[position].due, clock, LONDON)
    # Through UTC and back: an hour that the clocks skip in March becomes the next one.
    return local.astimezone(dt.UTC)


def _release(journey: journeys.Journey, position: int, number: str, moment: dt.datetime) -> Json:
    facts, step = facts_of(journey), journey.steps[position]
    dice = Dice(journey.seed, "notice", journey.ocid, position)
    date = moment.astimezone(LONDON).isoformat()
    notice = Notice(facts, step, number, date, dice)
    tags, write = WRITERS[step.kind]
    body = write(notice)
    buyer = party(facts.buyer, ["buyer"], dice, act=facts.act)
    parties = [buyer, *body.pop("parties", [])]
    release: Json = {"ocid": journey.ocid, "id": number, "tag": tags, "date": date}
    if facts.act and dice.chance(EMPTY_BUYER_ID_SHARE / 0.83):
        release = {"ocid": journey.ocid, "buyerID": [], **release}
    release |= {"initiationType": "tender", "parties": parties}
    if step.kind not in BUYER_IN_PARTIES_ONLY:
        release["buyer"] = facts.buyer.reference(act=facts.act)
    release |= body
    if step.update:
        _mark_update(release, notice)
    return release | _relations(notice) | {"language": "en"}


def _mark_update(release: Json, notice: Notice) -> None:
    """Turn a notice into a change of itself; a third of tender changes do not say which."""
    tags: list[str] = release["tag"]
    release["tag"] = [f"{tag}Update" for tag in tags]
    said = {"id": notice.id, "description": notice.dice.pick(act_tenders.CHANGES)}
    if "contracts" in release:
        changed = release["contracts"]
    elif "awards" in release:
        changed = release["awards"]
    else:
        changed = [release["tender"]] if notice.dice.chance(0.67) else []
    for section in changed:
        section["amendments"] = [said]


def _relations(notice: Notice) -> Json:
    if notice.facts.act:
        related = act_awards.called_off(notice)
        return {"relatedProcesses": related} if related else {}
    forwarded = older.links(notice)
    return {"links": forwarded} if forwarded else {}


def _text(release: Json) -> str:
    return json.dumps(release, ensure_ascii=False, separators=(",", ":"))
