"""Notices under the Procurement Act before an award: UK1 to UK4, UK12, UK13 and UK15.

It owns their ``planning`` and ``tender`` sections, with the document that names the notice where
the source puts it. What is common to all Act notices is added elsewhere.
"""

from typing import Any

from tenderline.stand_in import people
from tenderline.stand_in.parties import party
from tenderline.stand_in.pieces import Notice, items_of, lot_stub, period_of, sum_of
from tenderline.stand_in.process import Lot

Json = dict[str, Any]

LEGAL_BASIS = {
    "id": "2023/54",
    "scheme": "UKPGA",
    "uri": "https://www.legislation.gov.uk/ukpga/2023/54/contents",
}
PORTAL = "https://tenders.example.org/{}"
CHANGES = ("Dates corrected.", "The closing date has moved.", "A lot description was amended.")


def head_of(notice: Notice) -> Json:
    """Write what every Act notice says of its tender."""
    facts = notice.facts
    return {"id": facts.reference, "legalBasis": LEGAL_BASIS, "title": facts.title}


def pipeline(notice: Notice) -> Json:
    """Write UK1: what the body means to buy in the coming years."""
    tender = _planned(notice, "planned") | {"communication": _next_notice(notice)}
    if notice.dice.chance(0.3):
        tender["procurementMethod"], tender["procurementMethodDetails"] = "open", "Open procedure"
    return {"planning": {"documents": [notice.document()]}, "tender": tender}


def engagement(notice: Notice) -> Json:
    """Write UK2: an invitation to talk before anything is tendered."""
    milestone = {
        "id": "engagement",
        "type": "engagement",
        "description": "Reply to the questionnaire",
        "dueDate": notice.day(notice.dice.between(7, 30), end=True),
        "status": "scheduled",
    }
    planning = {"milestones": [milestone], "documents": [notice.document()]}
    tender = _planned(notice, "planning" if notice.dice.chance(0.92) else "planned")
    return {"planning": planning, "tender": tender}


def planned(notice: Notice) -> Json:
    """Write UK3: a tender announced in advance."""
    tender = _planned(notice, "planned") | _procedure(notice)
    tender |= {
        "tenderPeriod": {"endDate": notice.day(120, end=True)},
        "awardPeriod": {"endDate": notice.day(180, end=True)},
        "communication": _next_notice(notice),
    }
    return {"planning": {"documents": [notice.document()]}, "tender": tender}


def tender(notice: Notice) -> Json:
    """Write UK4: the invitation to tender."""
    facts = notice.facts
    portal = PORTAL.format(facts.buyer.number)
    body = head_of(notice) | {
        "description": facts.text,
        "status": "active",
        "items": items_of(notice),
        "value": sum_of(facts.net, notice),
        **_procedure(notice),
        "mainProcurementCategory": facts.subject.category,
        "submissionMethodDetails": portal,
        "submissionTerms": {"electronicSubmissionPolicy": "allowed", "languages": ["en"]},
        **_deadline(notice),
        "lots": [_full_lot(lot, notice) for lot in facts.lots],
        "documents": [
            {"id": "L-1", "documentType": "biddingDocuments", "url": portal},
            notice.document(),
        ],
    }
    if facts.framework:
        body["techniques"] = framework(notice)
    return {"tender": body}


def termination(notice: Notice) -> Json:
    """Write UK12: a stub that says the procurement ends without an award."""
    options = (("complete", 11), ("cancelled", 2), ("withdrawn", 2))
    status = notice.dice.weigh(options)
    body = head_of(notice) | {
        "status": status,
        "lots": [{"id": lot.id, "status": status} for lot in notice.facts.lots],
        "documents": [notice.document()],
    }
    award = {"status": "cancelled", "finalStatusDate": notice.day(0)}
    if notice.dice.chance(0.65):
        award["statusDetails"] = "No tender met the requirements"
    awards = [{"id": lot.id, **award, "relatedLots": [lot.id]} for lot in notice.facts.lots]
    return {"tender": body, "awards": awards}


def dynamic_market(notice: Notice) -> Json:
    """Write UK13: a market that suppliers may join at any time."""
    facts = notice.facts
    body = head_of(notice) | {
        "description": facts.text,
        "status": "active",
        "items": items_of(notice),
        "procurementMethod": "open",
        "procurementMethodDetails": "Dynamic market",
        "mainProcurementCategory": facts.subject.category,
        "techniques": {
            "hasDynamicPurchasingSystem": True,
            "dynamicPurchasingSystem": {"status": "pending"},
            "frameworkAgreement": {"period": {"startDate": notice.day(7)}, "type": "closed"},
        },
        "submissionMethodDetails": PORTAL.format(facts.buyer.number),
        "submissionTerms": {"electronicSubmissionPolicy": "allowed"},
        "lots": [
            {"id": lot.id, "title": f"Part {lot.id}", "status": "active"} for lot in facts.lots
        ],
        "documents": [notice.document()],
    }
    return {"tender": body}


def market_change(notice: Notice) -> Json:
    """Write UK15: award entries with nothing but an amendment, and suppliers that leave."""
    body = head_of(notice) | {
        "amendments": [{"id": notice.id, "date": notice.day(0)}],
        "documents": [notice.document()],
    }
    small, _ = people.companies(notice.facts.journey.seed)
    gone = party(notice.dice.pick(small), ["removedSupplier"], notice.dice, act=True)
    gone.pop("details", None)
    numbers = sorted({notice.dice.between(1, 140) for _ in range(4)})
    awards = [{"id": str(number), "amendments": [{"id": notice.id}]} for number in numbers]
    return {"tender": body, "awards": awards, "parties": [gone]}


def framework(notice: Notice) -> Json:
    """Write the technique of an agreement from which others may call off."""
    agreement: Json = {"type": "closed", "method": "withAndWithoutReopeningCompetition"}
    if notice.step.kind == "UK4" and notice.dice.chance(0.3):
        agreement["maximumParticipants"] = notice.dice.between(3, 40)
    return {"hasFrameworkAgreement": True, "frameworkAgreement": agreement}


def _planned(notice: Notice, status: str) -> Json:
    facts = notice.facts
    lots = []
    for lot in facts.lots:
        entry = lot_stub(lot, status, notice) | {"contractPeriod": period_of(notice)}
        lots.append(entry | _suitability(notice, 0.65))
    body = head_of(notice) | {"description": facts.text, "items": items_of(notice)}
    body |= {"mainProcurementCategory": facts.subject.category, "lots": lots, "status": status}
    if notice.dice.chance(0.7):
        body |= {"value": sum_of(facts.net, notice), "aboveThreshold": facts.above}
    if facts.framework:
        body["techniques"] = {"hasFrameworkAgreement": True}
    return body


def _procedure(notice: Notice) -> Json:
    method, details = notice.facts.method
    procedure: Json = {"procurementMethod": method} if method else {}
    procedure |= {"procurementMethodDetails": details, "aboveThreshold": notice.facts.above}
    return procedure | ({"specialRegime": [notice.facts.regime]} if notice.facts.regime else {})


def _deadline(notice: Notice) -> Json:
    """Give the closing date; selective procedures sometimes ask for interest first."""
    days = notice.closing(notice.dice.between(14, 45))
    closing = notice.day(days, end=True)
    if notice.facts.method[0] == "selective" and notice.dice.chance(0.6):
        return {"expressionOfInterestDeadline": closing}
    enquiries = notice.day(max(0, days - notice.dice.between(2, 7)), end=True)
    return {"tenderPeriod": {"endDate": closing}, "enquiryPeriod": {"endDate": enquiries}}


def _full_lot(lot: Lot, notice: Notice) -> Json:
    named = len(notice.facts.lots) > 1
    title = {"title": f"Lot {lot.id} \u2013 {notice.facts.subject.phrase}"} if named else {}
    quality = notice.dice.pick((30, 40, 50, 60, 70))
    criteria = [
        {"name": "Quality", "type": "quality", "numbers": _weight(quality)},
        {"name": "Price", "type": "price", "numbers": _weight(100 - quality)},
    ]
    entry: Json = {"id": lot.id, **title, "status": "active", "value": sum_of(lot.net, notice)}
    entry |= {"contractPeriod": period_of(notice), "awardCriteria": {"criteria": criteria}}
    if notice.facts.journey.number % 4 == 0:
        entry |= {"hasOptions": True, "options": {"description": "Further sites may be added"}}
    return entry | _suitability(notice, 0.69)


def _weight(percent: int) -> list[Json]:
    return [{"number": percent, "weight": "percentageExact"}]


def _suitability(notice: Notice, share: float) -> Json:
    """Tell for whom a lot suits; each flag is there only when true."""
    flags = {"sme": notice.dice.chance(share)}
    flags["vcse"] = flags["sme"] and notice.dice.chance(0.45)
    told = {name: True for name, flag in flags.items() if flag}
    return {"suitability": told} if told else {}


def _next_notice(notice: Notice) -> Json:
    return {"futureNoticeDate": notice.day(notice.dice.between(20, 120), end=True)}
