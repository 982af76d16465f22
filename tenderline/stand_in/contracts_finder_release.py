"""What a Contracts Finder notice says: its ``planning``, ``tender`` and ``awards`` sections.

It owns their fields, in the system's order and with its fill rates. Identity, parties and the
order of a day are added elsewhere.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Step
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.process import Facts, Method

Json = dict[str, Any]

SITE = "https://www.contractsfinder.service.gov.uk/Notice"
REGIONS = {  # NUTS 1 in the system's words, by the first letters of the code
    "UKC": "North East",
    "UKD": "North West",
    "UKE": "Yorkshire and the Humber",
    "UKF": "East Midlands",
    "UKG": "West Midlands",
    "UKH": "East of England",
    "UKI": "London",
    "UKJ": "South East",
    "UKK": "South West",
    "UKL": "Wales",
    "UKM": "Scotland",
    "UKN": "Northern Ireland",
}
METHODS: tuple[tuple[Method, float], ...] = (
    (("open", "Open procedure (below threshold)"), 20),
    (("open", "Open procedure (above threshold)"), 14),
    (("open", "Open procedure"), 13),
    (("direct", "Single tender action (below threshold)"), 12),
    (("direct", "Direct award"), 3),
    (("selective", "Call-off from a framework agreement"), 12),
    (("selective", "Restricted procedure"), 5),
    (("selective", "Call-off from a dynamic purchasing system"), 2),
    (("limited", "Competitive quotation (below threshold)"), 5),
    ((None, "Other - "), 9),
    ((None, "Other - Request for Quotation"), 5),
    ((None, "Not specified"), 4),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about to be written; ``published`` is when its first edit appeared."""

    facts: Facts
    step: Step
    ocid: str
    guid: str
    date: str
    published: str
    dice: Dice


def local(moment: dt.datetime) -> str:
    """Write a moment on London's clock: with ``Z`` in winter, with ``+01:00`` in summer."""
    return moment.astimezone(LONDON).isoformat().replace("+00:00", "Z")


def planning(notice: Notice) -> Json:
    """Write the plan: an early engagement with an end, or a future opportunity without."""
    if _engages(notice):
        due = _day(notice, notice.dice.between(7, 30), end=True)
        milestone = {"id": "1", "title": "Engagement end date", "type": "engagement"}
        document = _document(notice, "marketEngagementNotice", "Early engagement")
        return {"milestones": [milestone | {"dueDate": due}], "documents": [document]}
    return {"documents": [_document(notice, "plannedProcurementNotice", "Future opportunity")]}


def planned(notice: Notice) -> Json:
    """Write the tender of a plan, which has neither a procedure nor a closing date."""
    engages = _engages(notice)
    body = _head(notice) | {"status": "planning" if engages else "planned"}
    body |= _subject(notice) | _suits(notice)
    if not engages:
        body["communication"] = {"futureNoticeDate": _day(notice, 30)}
    return body


def tender(notice: Notice) -> Json:
    """Write an opportunity; an edit says it was modified, not what was."""
    body = _head(notice) | {"datePublished": notice.published, "status": "active"}
    body |= _subject(notice) | _sums(notice) | _procedure(notice) | _suits(notice)
    further: list[Json] = []
    if notice.dice.chance(0.5):
        further.append({"id": "2", "description": "n/a", "url": "https://tenders.example.org/"})
    if notice.dice.chance(0.2):
        kinds = ("biddingDocuments", "technicalSpecifications", "contractDraft")
        entry = {"id": "3", "documentType": notice.dice.pick(kinds), "description": "Appendix"}
        further.append(entry | {"url": f"{SITE}/Attachment/{notice.guid}"})
    return body | {"documents": [_document(notice, "tenderNotice", "Opportunity"), *further]}


def complete(notice: Notice) -> Json:
    """Write the tender of an award, without documents."""
    body = _head(notice) | {"status": "complete"} | _subject(notice) | _sums(notice)
    return body | _procedure(notice) | _suits(notice)


def award(notice: Notice, suppliers: list[Json]) -> Json:
    """Write the one award, whose sum is not divided among its suppliers."""
    facts, dice = notice.facts, notice.dice
    tendered = any(step.kind == "F02" for step in facts.journey.steps)
    decided = _day(notice, 0 if tendered else -dice.between(1, 20))
    entry: Json = {"id": f"{notice.ocid}-1", "status": "active", "date": decided}
    amount = 0 if dice.chance(0.05) else _short(facts.net)  # a framework may promise nothing
    entry |= {"datePublished": notice.published, "value": {"amount": amount, "currency": "GBP"}}
    entry |= {"suppliers": suppliers, "contractPeriod": _period(notice)}
    if dice.chance(0.06):
        entry["description"] = "Awarded after a comparison of written offers"
    return entry | {"documents": [_document(notice, "awardNotice", "Awarded contract")]}


def _engages(notice: Notice) -> bool:
    return notice.facts.journey.number % 7 < 5  # noqa: PLR2004 - five of seven recorded plans


def _head(notice: Notice) -> Json:
    facts = notice.facts
    return {"id": _reference(facts), "title": facts.title, "description": facts.text}


def _reference(facts: Facts) -> str:
    number, journey = facts.journey.number, facts.journey
    plain = f"CF-{journey.born:%y%m%d}{number:05d}" if number % 3 else f"itt_{number}"
    own = facts.reference if facts.reference != journey.ocid else plain
    return f"tender_{480_000 + number}/{1_460_000 + number}" if number % 2 else own


def _subject(notice: Notice) -> Json:
    facts, dice = notice.facts, notice.dice
    what = facts.subject
    place = {"region": REGIONS[facts.buyer.region[:3]], "countryName": "United Kingdom"}
    if dice.chance(0.45):
        place = {"postalCode": f"ZX{1 + facts.buyer.number % 19} 1AB"}
    cpv = {"scheme": "CPV", "id": what.cpv, "description": what.label}
    return {"classification": cpv, "items": [{"id": "1", "deliveryAddresses": [place]}]}


def _sums(notice: Notice) -> Json:
    net, dice = notice.facts.net, notice.dice
    sums: Json = {}
    if dice.chance(0.15):
        sums["minValue"] = {"amount": _short(net * 0.8), "currency": "GBP"}
    return sums | (
        {"value": {"amount": _short(net), "currency": "GBP"}} if dice.chance(0.78) else {}
    )


def _procedure(notice: Notice) -> Json:
    method, details = Dice(notice.ocid, "method").weigh(METHODS)
    said = ({"procurementMethod": method} if method else {}) | {"procurementMethodDetails": details}
    day = _at(_closing(notice), dt.time(12))
    return said | {"tenderPeriod": {"endDate": day}, "contractPeriod": _period(notice)}


def _closing(notice: Notice) -> dt.date:
    """Tell when tenders closed: before the award, if one is known; an amendment puts it off."""
    called = [step.due for step in notice.facts.journey.steps if step.kind == "F02"]
    if not called:
        return notice.facts.journey.steps[0].due - dt.timedelta(days=25)
    awarded = any(step.kind == "F03" for step in notice.facts.journey.steps)
    later = 3 if notice.step.update or (notice.step.kind == "F03" and len(called) > 1) else 0
    usual = called[0] + dt.timedelta(days=(8 if awarded else 25) + later)
    return min(usual, notice.facts.starts - dt.timedelta(days=1))


def _suits(notice: Notice) -> Json:
    number = notice.facts.journey.number
    suitability = {"sme": number % 3 > 0, "vcse": number % 3 == 1}
    category = {"mainProcurementCategory": notice.facts.subject.category}
    return {"suitability": suitability} | ({} if number % 33 == 0 else category)


def _period(notice: Notice) -> Json:
    facts = notice.facts
    end = facts.starts + dt.timedelta(days=365 * facts.years)
    return {"startDate": _at(facts.starts), "endDate": _at(end, dt.time(23, 59, 59))}


def _document(notice: Notice, kind: str, name: str) -> Json:
    entry = {"id": "1", "documentType": kind}
    entry |= {"description": f"{name} notice on Contracts Finder", "url": f"{SITE}/{notice.guid}"}
    entry["datePublished"] = notice.published
    if notice.date != notice.published:
        entry["dateModified"] = notice.date
    return entry | {"format": "text/html", "language": "en"}


def _day(notice: Notice, after: int, *, end: bool = False) -> str:
    clock = dt.time(23, 59, 59) if end else dt.time()
    return _at(notice.step.due + dt.timedelta(days=after), clock)


def _at(day: dt.date, clock: dt.time = dt.time()) -> str:
    return local(dt.datetime.combine(day, clock, LONDON))


def _short(amount: float) -> float:
    amount = round(amount, 2)
    return int(amount) if amount.is_integer() else amount
