"""Notices under the Procurement Act from the award on: UK5, UK6, UK7, UK9, UK10 and UK11.

It owns their ``bids``, ``awards`` and ``contracts`` sections. An award notice and the contract
notice after it repeat the same sums and suppliers, because both read them from the process.
"""

from typing import Any

from tenderline.stand_in import people
from tenderline.stand_in.act_tenders import framework, head_of
from tenderline.stand_in.parties import party
from tenderline.stand_in.pieces import AWARDED_DAYS, Notice, items_of, lot_stub, period_of, sum_of
from tenderline.stand_in.process import CALL_OFF, DIRECT, Lot

Json = dict[str, Any]

STANDSTILL_DAYS = 7  # shorter than the shortest wait for the contract notice
MEASURES = ("bids", "finalStageBids", "smeFinalStageBids", "vcseFinalStageBids")


def transparency(notice: Notice) -> Json:
    """Write UK5: the intention to award without a competition; it has no award date."""
    awards = [_award(lot, notice) | {"status": "pending"} for lot in notice.facts.lots]
    return {"tender": _complete(notice), "awards": awards, "parties": _suppliers(notice)}


def award(notice: Notice) -> Json:
    """Write UK6: who won, while the contract is not yet signed."""
    status = "pending" if notice.dice.chance(0.27) else "active"
    body: Json = {"tender": _complete(notice), "parties": _suppliers(notice)}
    if notice.dice.chance(0.55):
        body["bids"] = {"statistics": _statistics(notice)}
        if notice.dice.chance(0.22):
            body |= _bidders(notice, body["bids"], body["parties"])
    date = notice.day(-notice.dice.between(0, AWARDED_DAYS))
    body["awards"] = [
        _award(lot, notice) | {"status": status, "date": date} for lot in notice.facts.lots
    ]
    if notice.dice.chance(0.4):
        for entry in body["awards"]:
            entry["standstillPeriod"] = {"endDate": notice.day(STANDSTILL_DAYS, end=True)}
    return body


def contract(notice: Notice) -> Json:
    """Write UK7: the signed contract, next to an award that no longer has a sum."""
    facts = notice.facts
    awards = [
        {
            "id": lot.id,
            "status": "active",
            "mainProcurementCategory": facts.subject.category,
            "suppliers": [who.reference(act=True) for who in lot.winners],
            "items": [item for item in items_of(notice) if item["relatedLot"] == lot.id],
            "relatedLots": [lot.id],
        }
        for lot in facts.lots
    ]
    body = {"tender": _complete(notice), "awards": awards, "parties": _suppliers(notice)}
    return body | {"contracts": [_contract(lot, notice) for lot in facts.lots]}


def performance(notice: Notice) -> Json:
    """Write UK9: how the supplier did."""
    quarter = {"startDate": notice.day(-120), "endDate": notice.day(-30, end=True)}
    met = {"id": "met", "description": "Good - performance is meeting or exceeding the KPI"}
    observation = {"id": notice.id, "period": quarter, "measure": "98.4%"}
    observation["measureClassification"] = met
    metric = {"id": "1", "title": "Calls answered in time", "observations": [observation]}
    return _aftermath(notice, {"implementation": {"metrics": [metric]}})


def change(notice: Notice) -> Json:
    """Write UK10: a proposed change without supplier or sum, or one already made."""
    changed: Json = {"id": notice.id, "date": notice.day(0, end=True), "aboveThreshold": False}
    if notice.dice.chance(0.5):
        changed |= {"period": period_of(notice), "hasRenewal": True}
        return _aftermath(notice, {"proposedAmendments": [changed], "statusDetails": None})
    changed = {"id": notice.id, "date": notice.day(0), "rationale": "More sites than foreseen"}
    return _aftermath(notice, {"amendments": [changed], "statusDetails": None})


def end(notice: Notice) -> Json:
    """Write UK11: the contract is over, mostly because the work is done."""
    reasons = (("contractCompleted", 9), ("mutuallyAgreed", 3))
    implementation = {
        "endDate": notice.day(-notice.dice.between(5, 60)),
        "finalValue": sum_of(notice.facts.net, notice),
    }
    return _aftermath(
        notice,
        {
            "status": "terminated",
            "terminationRationaleClassifications": [{"id": notice.dice.weigh(reasons)}],
            "implementation": implementation,
            "statusDetails": None,
        },
    )


def _complete(notice: Notice) -> Json:
    facts = notice.facts
    method, details = facts.method
    body = head_of(notice) | {"description": facts.text, "status": "complete"}
    body |= {"procurementMethod": method} if method else {}
    body |= {"procurementMethodDetails": details}
    body |= {"specialRegime": [facts.regime]} if facts.regime else {}
    body["lots"] = [lot_stub(lot, "complete", notice) for lot in facts.lots]
    if details == DIRECT:
        body["procurementMethodRationale"] = "Only one supplier holds the drawings"
        body["procurementMethodRationaleClassifications"] = [
            {"id": "singleSuppliersTechnicalReasons"}
        ]
    if facts.framework:
        body["techniques"] = framework(notice)
    return body


def _suppliers(notice: Notice) -> list[Json]:
    winners = {who.number: who for lot in notice.facts.lots for who in lot.winners}
    return [party(who, ["supplier"], notice.dice, act=True) for who in winners.values()]


def _award(lot: Lot, notice: Notice) -> Json:
    facts = notice.facts
    title = {"title": facts.title} if notice.dice.chance(0.65) else {}
    future = {"id": "1", "type": "futureSignatureDate", "dueDate": notice.day(10, end=True)}
    return {
        "id": lot.id,
        **title,
        "status": "active",
        "value": sum_of(lot.net, notice),
        "mainProcurementCategory": facts.subject.category,
        "aboveThreshold": facts.above,
        "suppliers": [who.reference(act=True) for who in lot.winners],
        "items": [item for item in items_of(notice) if item["relatedLot"] == lot.id],
        "contractPeriod": period_of(notice),
        "relatedLots": [lot.id],
        "documents": [notice.document()],
        "milestones": [future | {"status": "scheduled"}],
    }


def _contract(lot: Lot, notice: Notice) -> Json:
    title = {"title": notice.facts.title} if notice.dice.chance(0.6) else {}
    entry = {
        "id": lot.id,
        "awardID": lot.id,
        **title,
        "status": "active",
        "period": period_of(notice),
        "value": sum_of(lot.net, notice),
        "aboveThreshold": notice.facts.above,
        "dateSigned": notice.signed(),
        "documents": [notice.document()],
    }
    return entry | {"statusDetails": None} if notice.dice.chance(0.65) else entry


def _statistics(notice: Notice) -> list[Json]:
    entries: list[Json] = []
    for lot in notice.facts.lots:
        received = len(lot.winners) + notice.dice.between(0, 8)
        small = notice.dice.between(0, received)
        counts = (received, received, small, notice.dice.between(0, small))
        for measure, value in zip(MEASURES, counts, strict=True):
            entry = {"id": str(len(entries) + 1), "measure": measure, "value": value}
            entries.append(entry | {"relatedLot": lot.id})
    return entries


def _bidders(notice: Notice, bids: Json, suppliers: list[Json]) -> Json:
    """Name everyone who bid: winners get a second role, losers become parties."""
    small, _ = people.companies(notice.facts.journey.seed)
    known = {entry["id"] for entry in suppliers}
    loser = notice.dice.pick(small)
    parties = [entry | {"roles": ["supplier", "tenderer"]} for entry in suppliers]
    if loser.reference(act=True)["id"] not in known:
        parties.append(party(loser, ["tenderer"], notice.dice, act=True))
    lots = [lot.id for lot in notice.facts.lots]
    details = [
        {
            "id": str(number),
            "status": "valid",
            "tenderers": [{"id": entry["id"], "name": entry["name"]}],
            "relatedLots": lots,
        }
        for number, entry in enumerate(parties, start=1)
    ]
    return {"bids": {"details": details, **bids}, "parties": parties}


def _aftermath(notice: Notice, said: Json) -> Json:
    """Write a notice about a running contract: no award, no supplier, hardly a tender."""
    entry = {"id": "1", "awardID": "1", **said, "documents": [notice.document()]}
    return {"tender": head_of(notice), "contracts": [entry]}


def called_off(notice: Notice) -> list[Json]:
    """Point to the framework that a call-off belongs to."""
    if not notice.facts.method[1].lower().endswith(CALL_OFF.lower()):
        return []
    ocid = f"ocds-h6vhtk-{notice.facts.journey.number % 64 + 0xF00000:06x}"
    uri = f"https://www.find-tender.service.gov.uk/procurement/{ocid}"
    related = {"id": "1", "relationship": ["framework"], "scheme": "ocid", "identifier": ocid}
    return [related | {"uri": uri}]
