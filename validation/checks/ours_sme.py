"""Small and medium-sized enterprises: whether the size of those who won is known.

Owns what a share of spend with SMEs rests on. Source: OCDS 1.1 extension organization scale
(`parties/details/scale`, codelist partyScale) and UK extension (`suitability`).
"""

from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process, name_of, said
from validation.spots import TOP, Where

TENDER: Where = (TOP, "tender", -1)
# Codes that may all be true of one supplier: sme says less than the others of its kind.
WITHIN = {"micro": "sme", "small": "sme", "medium": "sme", "selfEmployed": "sme"}


@check("sme.scale_missing", of="supplier", severity="info")
def scale_missing(process: Process, fail: Fail) -> int:
    """A supplier that won has a size."""
    found = process.suppliers
    party: dict[str, Any]
    for party, where in found:
        if not said(_scale(party)):
            details = party.get("details")
            told = "the winner's size is not stated: add details/scale, such as sme or large"
            if isinstance(details, dict):
                fail((where, "details", -1), "scale", None, told)
            else:
                fail(where, "details", None, told)
    return len(found)


def _scale(party: dict[str, Any]) -> Any:
    details = party.get("details")
    return details.get("scale") if isinstance(details, dict) else None


@check("sme.scale_contradicts", of="supplier", severity="warning")
def scale_contradicts(process: Process, fail: Fail) -> int:
    """A supplier that stands in a release several times has one size."""
    found = process.suppliers
    if len(found) <= 1:
        return 0
    sizes: dict[Any, str] = {}
    applied = 0
    party: dict[str, Any]
    for party, where in found:
        scale = _scale(party)
        if not isinstance(scale, str) or not scale:
            continue
        keys = _keys(party)
        before = [sizes[key] for key in keys if key in sizes]
        applied += bool(before)
        other = next((size for size in before if not _agree(size, scale)), None)
        if other is not None:
            told = f"the same supplier is {other:.20} and {scale:.20}: correct one"
            fail((where, "details", -1), "scale", scale, told)
        for key in keys:
            sizes.setdefault(key, scale)
    return applied


def _keys(party: dict[str, Any]) -> list[Any]:
    """By what a supplier is known again: its id, its identifier, its name."""
    identifier, name = party.get("identifier"), party.get("name")
    keys: list[Any] = [("", name_of(party.get("id")))]
    if isinstance(identifier, dict):
        keys.append((name_of(identifier.get("scheme")), name_of(identifier.get("id"))))
    if isinstance(name, str):
        keys.append(("name", name.casefold()))
    return [key for key in keys if key[0] is not None and said(key[1])]


def _agree(one: str, other: str) -> bool:
    return one == other or WITHIN.get(one) == other or WITHIN.get(other) == one


@check("sme.suitability_only", of="supplier", severity="info")
def suitability_only(process: Process, fail: Fail) -> int:
    """Where a contract is called suitable for SMEs and was won, the winner's size is known too.

    That SMEs could win is the buyer's word before tenders come in; it says nothing on who won.
    """
    if not process.suppliers:
        return 0
    stated = _suitable(process.tender)
    if stated and not any(said(_scale(party)) for party, _ in process.suppliers):
        told = "this says that SMEs could win, not that one did: state the winner's details/scale"
        for where in stated:
            fail(where, "sme", True, told)
    return len(stated)


def _suitable(tender: dict[str, Any]) -> list[Where]:
    """Where in `tender`, of it or of a lot, it is said that SMEs could win."""
    lots = tender.get("lots")
    places: list[tuple[Any, Where]] = [(tender, TENDER)]
    if isinstance(lots, list):
        places += [(lot, (TENDER, "lots", position)) for position, lot in enumerate(lots)]
    found: list[Where] = []
    for node, where in places:
        stated = node.get("suitability") if isinstance(node, dict) else None
        if isinstance(stated, dict) and stated.get("sme") is True:
            found.append((where, "suitability", -1))
    return found
