"""Coherence of dates: what happened later is not dated earlier.

Source of each check: Pelican's compiled-release checks of the same name (open-contracting), as
described in its documentation. Objects in extensions and deprecated fields are looked at too.
"""

from typing import Any

from validation.checks.coherence_days import PAST, not_after, not_before, past
from validation.checks.registry import Fail, check
from validation.process import TENDER, Process, below, text_of
from validation.spots import Leaf, Node


@check("coherent.period", of="Period")
def period(process: Process, fail: Fail) -> int:
    """A period does not start after it ends."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Period"]:
        start = node.get("startDate")
        if start is not None:
            leaf, end = (start, where, "startDate"), node.get("endDate")
            applied += not_after(process, fail, leaf, end, "the end of the period")
    return applied


@check("coherent.dates", severity="warning")
def dates(process: Process, fail: Fail) -> int:
    """Bids are due before the award, the award before the signature, the signature before payments.

    Bids are also due before the contract starts; awards, signatures and payments are not dated
    after the release. Where bids are taken for as long as a dynamic market runs, a failure may be
    no mistake.
    """
    applied = _bids_first(process, fail)
    for kind in ("Award", "Contract", "Transaction"):
        applied += past(process, fail, kind)
    if process.objects["Contract"]:
        applied += _award_first(process, fail) + _signature_first(process, fail)
    return applied


@check("coherent.release_date")
def release_date(process: Process, fail: Fail) -> int:
    """What has happened is not dated after the release that tells it."""
    applied = 0
    for kind in PAST:
        if process.objects[kind]:
            applied += past(process, fail, kind)
    return applied


@check("coherent.milestones_dates", of="Milestone")
def milestones_dates(process: Process, fail: Fail) -> int:
    """A milestone was not met or modified after the date of the release."""
    return past(process, fail, "Milestone")


@check("coherent.amendments_dates", of="Amendment")
def amendments_dates(process: Process, fail: Fail) -> int:
    """An amendment is dated between what it amends and the release.

    What it amends is the start of the tender period, the date of the award or the signature of the
    contract.
    """
    if not process.objects["Amendment"]:
        return 0
    applied = past(process, fail, "Amendment")
    tender_period = process.tender.get("tenderPeriod")
    if isinstance(tender_period, dict):
        start = tender_period.get("startDate")
        applied += _amended(process, fail, (process.tender, TENDER), start)
    for award in process.objects["Award"]:
        applied += _amended(process, fail, award, award[0].get("date"))
    for contract in process.objects["Contract"]:
        applied += _amended(process, fail, contract, contract[0].get("dateSigned"))
    return applied


@check("coherent.documents_dates", of="Document")
def documents_dates(process: Process, fail: Fail) -> int:
    """A document is published before it is modified, and neither after the date of the release."""
    applied = past(process, fail, "Document")
    document: dict[str, Any]
    for document, where in process.objects["Document"]:
        modified = document.get("dateModified")
        if modified is not None:
            leaf = (document.get("datePublished"), where, "datePublished")
            applied += not_after(process, fail, leaf, modified, "its last modification")
    return applied


def _bids_first(process: Process, fail: Fail) -> int:
    """Fail each start, award and signature that is before the end of the tender period."""
    tender_period = process.tender.get("tenderPeriod")
    due = tender_period.get("endDate") if isinstance(tender_period, dict) else None
    if due is None:
        return 0
    last, applied = "the last day for bids", 0
    contract_period = process.tender.get("contractPeriod")
    if isinstance(contract_period, dict):
        leaf: Leaf = (contract_period.get("startDate"), (TENDER, "contractPeriod", -1), "startDate")
        applied += not_before(process, fail, leaf, due, last)
    award: dict[str, Any]
    for award, where in process.objects["Award"]:
        applied += not_before(process, fail, (award.get("date"), where, "date"), due, last)
    contract: dict[str, Any]
    for contract, where in process.objects["Contract"]:
        leaf = (contract.get("dateSigned"), where, "dateSigned")
        applied += not_before(process, fail, leaf, due, last)
    return applied


def _award_first(process: Process, fail: Fail) -> int:
    """Fail each signature that is before the award of the contract."""
    applied = 0
    award: dict[str, Any]
    for award, _ in process.objects["Award"]:
        name = text_of(award.get("id"))
        for contract, where in process.contracts.get(name, ()) if name is not None else ():
            leaf = (contract.get("dateSigned"), where, "dateSigned")
            applied += not_before(process, fail, leaf, award.get("date"), "the award")
    return applied


def _signature_first(process: Process, fail: Fail) -> int:
    """Fail each payment that is before the signature of its contract."""
    if not process.objects["Transaction"]:
        return 0
    applied = 0
    contract: dict[str, Any]
    for contract, where in process.objects["Contract"]:
        signed = contract.get("dateSigned")
        for transaction, place in below(contract, where, "implementation", "transactions"):
            leaf = (transaction.get("date"), place, "date")
            applied += not_before(process, fail, leaf, signed, "the signature of the contract")
    return applied


def _amended(process: Process, fail: Fail, amended: Node, since: Any) -> int:
    """Fail each amendment of an object that is before `since`."""
    applied = 0
    for amendment, where in below(*amended, "amendments") if since is not None else ():
        leaf = (amendment.get("date"), where, "date")
        applied += not_before(process, fail, leaf, since, "what it amends")
    return applied
