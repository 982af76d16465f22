"""What a notice on a Proactis site says, in the layout of the European forms.

It owns the fields of a release after its identity: tender, awards, relations, links. Identity
and the order of a month are decided elsewhere.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from tenderline.stand_in import proactis_parties as party
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.journeys import Step
from tenderline.stand_in.people import Organisation
from tenderline.stand_in.process import Facts

Json = dict[str, Any]

VENDOR = "Proactis Tenders Limited"  # buys nothing, but tests on the live site
TESTS = 0.04  # of the processes of a site that has tests
SWAPPED = 0.03  # of the buyers take the field for their reference for that of the title
PORTAL = "https://tenders.example.org/"
PLANS, AWARDS = {"F01", "S01"}, {"F03", "F20", "S03", "S04"}


@dataclass(frozen=True)
class Wording:
    """How a site words and links a notice."""

    site: str  # address for people
    link: str  # canonical address of a process, with a place for the ocid
    mark: str  # stands before the notice's number at the end of its description
    languages: tuple[str, ...]
    regions: tuple[str, ...]  # codes of the regions of its buyers
    prefixed: bool  # ids begin with the ocid
    tests: bool  # the vendor's test notices appear among the others


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice about to be written."""

    facts: Facts
    step: Step
    ocid: str
    number: int
    reference: str
    dice: Dice
    words: Wording

    @property
    def test(self) -> bool:
        """Tell whether the vendor only tries out the site."""
        return self.words.tests and Dice(self.ocid, "test").chance(TESTS)

    @property
    def title(self) -> str:
        """Give the title; a test says so."""
        return f"Test {self.facts.title}" if self.test else self.facts.title

    def buyer(self) -> Organisation:
        """Tell who buys: for a test, the vendor of the site."""
        regions, buyer = self.words.regions, self.facts.buyer
        buyer = replace(buyer, region=regions[buyer.number % len(regions)])
        return replace(buyer, number=party.COURT + 1, name=VENDOR) if self.test else buyer

    def at(self, after: int, clock: str = "00:00:00") -> str:
        """Write the moment some days after publication."""
        return f"{self.step.due + dt.timedelta(days=after)}T{clock}Z"


def written(notice: Notice) -> Json:
    """Write a release from ``initiationType`` on."""
    buyer = notice.buyer()
    parties = [party.buyer(buyer, notice.dice), *party.court(buyer)]
    body: Json = {"initiationType": "tender", "parties": parties}
    body |= {"buyer": party.reference(buyer), "tender": _tender(notice)}
    if notice.step.kind in AWARDS:
        european = notice.step.kind.startswith("F")
        winners = {who.number: who for lot in notice.facts.lots for who in lot.winners}
        parties += [party.supplier(who, notice.dice, european=european) for who in winners.values()]
        body |= _outcome(notice)
    body["language"] = "EN"
    steps = notice.facts.journey.steps
    if steps[0].kind == "F01" and notice.step is not steps[0]:
        journal = f"{steps[0].due.year}/S 000-{notice.number % 1_000_000:06d}"
        related = {"id": "1", "relationship": ["planning"], "scheme": "EU-OJ"}
        body["relatedProcesses"] = [related | {"identifier": journal}]
    note = f"NOTE: To register your interest, see {notice.words.site}/?ID={notice.number}"
    body["description"] = f"{note}\r\n ({notice.words.mark} Ref:{notice.number})"
    link = {"rel": "canonical", "href": notice.words.link.format(ocid=notice.ocid)}
    return body | {"links": [link]}


def _tender(notice: Notice) -> Json:
    facts, kind = notice.facts, notice.step.kind
    status = "planned" if kind in PLANS else "complete" if kind in AWARDS else "active"
    body = _names(notice) | {"description": facts.text, "status": status, "items": _items(notice)}
    if notice.dice.chance(0.68):
        body["value"] = {"amount": float(facts.net), "currency": "GBP"}
    method, details = facts.method if kind.startswith("F") else ("open", "Open procedure")
    body |= {"procurementMethod": method, "procurementMethodDetails": details}
    body |= {"mainProcurementCategory": facts.subject.category}
    if kind in {"F02", "F14", "S02"}:
        body |= {"submissionMethod": ["electronicSubmission"], "submissionMethodDetails": PORTAL}
        body |= _dates(notice)
    body |= {"documents": _documents(notice), "lots": _lots(notice, status)}
    if kind.startswith("F"):
        body |= {"coveredBy": ["GPA"], "submissionTerms": {"languages": [*notice.words.languages]}}
    body |= {"classification": {"id": facts.subject.cpv, "scheme": "CPV"}, "hasRecurrence": False}
    if kind.startswith("F"):
        body["legalBasis"] = {"id": "32014L0024", "scheme": "CELEX"}
    if kind == "F14":
        body["amendments"] = [{"id": "1", "description": "The closing date has moved."}]
    return body


def _names(notice: Notice) -> Json:
    """Write id and title; the id is free text, and now and then a buyer takes one for the other."""
    facts = notice.facts
    own = facts.reference if facts.reference != facts.journey.ocid else ""
    if notice.words.prefixed:
        name = f"{notice.ocid}-tender-{notice.number}" + (f"-{own}" if own else "")
        return {"id": name, "title": notice.title}
    if own and Dice(notice.ocid, "swapped").chance(SWAPPED):
        return {"id": notice.title, "title": own}
    return {"id": own or notice.ocid, "title": notice.title}


def _items(notice: Notice) -> list[Json]:
    cpv = [{"id": notice.facts.subject.cpv, "scheme": "CPV"}]
    places = [{"region": notice.buyer().region}]
    return [
        {
            "id": lot.id,
            "additionalClassifications": cpv,
            "deliveryAddresses": places,
            "relatedLot": lot.id,
        }
        for lot in notice.facts.lots
    ]


def _dates(notice: Notice) -> Json:
    first = next(s.due for s in notice.facts.journey.steps if s.kind in {"F02", "S02"})
    moved = 2 if notice.step.kind == "F14" else 0
    # Before the earliest day of an award; an award of the site's own forms may come sooner.
    usual = 16 if notice.step.kind != "S02" else 10
    closing = f"{first + dt.timedelta(days=usual + moved)}T12:00:00Z"
    opened = {"startDate": closing}
    return {
        "tenderPeriod": {"endDate": closing},
        "awardPeriod": opened,
        "bidOpening": {"date": closing},
    }


def _documents(notice: Notice) -> list[Json]:
    kind = notice.step.kind
    named = "plannedProcurementNotice" if kind in PLANS else "contractNotice"
    entry = {
        "id": notice.reference,
        "documentType": "awardNotice" if kind in AWARDS else named,
        "title": notice.title,
        "description": notice.facts.text,
        "url": f"{notice.words.site}/search/show/search_view.aspx?ID={notice.reference}",
        "format": "text/html",
    }
    further = [
        {"id": name, "documentType": f"{name}SelectionCriteria"}
        for name in ("economic", "technical")
        if notice.dice.chance(0.35)
    ]
    return [entry, *further]


def _lots(notice: Notice, status: str) -> list[Json]:
    terms = {"hasOptions": False, "submissionTerms": {"variantPolicy": "notAllowed"}}
    terms |= {"contractPeriod": {"durationInDays": 360 * notice.facts.years}, "hasRenewal": False}
    text = notice.facts.subject.phrase
    return [
        {"id": lot.id, "description": text, "status": status} | terms for lot in notice.facts.lots
    ]


def _outcome(notice: Notice) -> Json:
    awards, contracts = [], []
    decided = notice.at(-3)  # a notice may have been sent off so many days ago
    for lot in notice.facts.lots:
        key = f"{notice.reference}-{lot.id}"
        entry: Json = {"id": key, "status": "active", "date": decided, "relatedLots": [lot.id]}
        sum_of = {"value": {"amount": float(lot.net), "currency": "GBP"}}
        awards.append(entry | sum_of | {"suppliers": [party.reference(who) for who in lot.winners]})
        signed = {"id": key, "awardID": key, "status": "active", "dateSigned": decided}
        contracts.append(signed | sum_of)
    # The site's own award forms say nothing of a contract.
    own = notice.step.kind.startswith("S")
    return {"awards": awards} if own else {"awards": awards, "contracts": contracts}
