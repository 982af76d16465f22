"""Notices begun before the Procurement Act: the CELEX forms, which carry no ``noticeType``.

It owns their four shapes: prior information, contract notice, award, corrigendum or
modification. They share the processes and the parties of the stand-in, not the Act's layout.
"""

from typing import Any

from tenderline.stand_in.parties import party
from tenderline.stand_in.pieces import Notice, items_of, period_of, sum_of
from tenderline.stand_in.proactis_notices import SCOTTISH, first_of

Json = dict[str, Any]

LEGAL_BASES = (("32014L0024", 94), ("32014L0025", 6))
COURT = {
    "name": "Court of Procurement Review",
    "id": "GB-FTS-990001",
    "identifier": {"legalName": "Court of Procurement Review"},
    "address": {"locality": "Marramdene", "countryName": "United Kingdom"},
    "roles": ["reviewBody"],
}
NO_CALL_SCHEME = "TED_PT_AWARD_CONTRACT_WITHOUT_CALL"


def prior_information(notice: Notice) -> Json:
    """Write F01: what is going to be tendered."""
    body = _head(notice) | {"status": "planned"}
    body |= {"lots": _lots(notice, "planned"), "items": items_of(notice)}
    body["communication"] = {"futureNoticeDate": notice.day(40)}
    return {"tender": body | _sum(notice, 0.7)}


def call(notice: Notice) -> Json:
    """Write F02, or F21 which plans and calls at once: an open invitation."""
    method, details = notice.facts.method
    body = _head(notice) | {"status": "active"}
    body |= {"lots": _lots(notice, "active"), "items": items_of(notice), **_sum(notice, 0.7)}
    body |= {"procurementMethod": method, "procurementMethodDetails": details}
    body |= {
        "coveredBy": ["GPA"],
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": {"endDate": notice.day(notice.closing(30), end=True)},
        "submissionTerms": {"languages": ["en"]},
        "hasRecurrence": False,
    }
    return {"tender": body, "parties": [COURT]}


def award(notice: Notice) -> Json:
    """Write F03: award and contract at once; most lots read cancelled by then."""
    facts = notice.facts
    method, details = facts.method
    status = "cancelled" if notice.dice.chance(0.87) else "active"
    body = _head(notice) | {"status": "complete"}
    body |= {"lots": _lots(notice, status), "items": items_of(notice)}
    body |= {"procurementMethod": method, "procurementMethodDetails": details}
    if method == "limited":
        why = {"scheme": NO_CALL_SCHEME, "id": "D_OUTSIDE_SCOPE"}
        body["procurementMethodRationaleClassifications"] = [why]
    if notice.dice.chance(0.03):
        failed = [{"id": f"{notice.id}-1", "relatedLots": ["1"], "status": "unsuccessful"}]
        return {"tender": body, "awards": failed, "parties": [COURT]}
    counted = {"id": "1", "measure": "bids", "relatedLot": "1", "value": notice.dice.between(1, 9)}
    bids = {"bids": {"statistics": [counted]}} if notice.dice.chance(0.94) else {}
    return {"tender": body, **bids, **_outcome(notice)}


def corrigendum(notice: Notice) -> Json:
    """Write F14: a sparse list of what read wrongly."""
    changed = {
        "oldValue": {"date": notice.day(20)},
        "newValue": {"date": notice.day(34)},
        "where": {"section": "IV.2.2", "label": "Closing date"},
    }
    amendment = {"id": "1", "unstructuredChanges": [changed], "description": "Date corrected"}
    return {"tender": _head(notice) | {"amendments": [amendment]}}


def modification(notice: Notice) -> Json:
    """Write F20: a change of a running contract, with award and contract repeated."""
    body = _head(notice) | {"items": items_of(notice)}
    lots = [{"id": lot.id, "contractPeriod": {"durationInDays": 360}} for lot in notice.facts.lots]
    outcome = _outcome(notice)
    for contract in outcome["contracts"]:
        changed = {"id": notice.id, "description": "Start moved", "rationale": "Site not ready"}
        contract["amendments"] = [changed]
    return {"tender": body | {"lots": lots}, **outcome}


def links(notice: Notice) -> list[Json]:
    """Point to the Scottish process that forwarded this notice, for one in five.

    It is the first of that day on the stand-in of the Scottish site, if that has as many.
    """
    if notice.facts.journey.number % 5:
        return []
    forwarded = f"{SCOTTISH}{first_of(notice.facts.journey.born):010d}"
    address = f"https://api.publiccontractsscotland.gov.uk/v1/Notice?id={forwarded}"
    return [{"rel": "canonical", "href": address}]


def _head(notice: Notice) -> Json:
    facts = notice.facts
    basis = LEGAL_BASES[facts.journey.number % 16 == 0][0]
    subject = facts.subject
    return {
        "id": facts.reference,
        "legalBasis": {"id": basis, "scheme": "CELEX"},
        "title": facts.title,
        "classification": {"scheme": "CPV", "id": subject.cpv, "description": subject.label},
        "mainProcurementCategory": subject.category,
        "description": facts.text,
    }


def _lots(notice: Notice, status: str) -> list[Json]:
    return [
        {
            "id": lot.id,
            "description": notice.facts.subject.phrase,
            "contractPeriod": period_of(notice),
            "hasOptions": False,
            "status": status,
        }
        for lot in notice.facts.lots
    ]


def _sum(notice: Notice, share: float) -> Json:
    net = notice.facts.net
    return {"value": sum_of(net, notice)} if notice.dice.chance(share) else {}


def _outcome(notice: Notice) -> Json:
    winners = {who.number: who for lot in notice.facts.lots for who in lot.winners}
    suppliers = [party(who, ["supplier"], notice.dice, act=False) for who in winners.values()]
    awards: list[Json] = []
    contracts: list[Json] = []
    for lot in notice.facts.lots:
        key = f"{notice.id}-{lot.id}"
        named = [who.reference(act=False) for who in lot.winners]
        awards.append({"id": key, "relatedLots": [lot.id], "status": "active", "suppliers": named})
        signed = notice.signed()
        contract = {"id": key, "awardID": key, "status": "active"}
        contracts.append(contract | {"value": sum_of(lot.net, notice), "dateSigned": signed})
    return {"awards": awards, "contracts": contracts, "parties": [*suppliers, COURT]}
