"""What AusTender's releases say: the contract as first published, and each amendment of it.

It owns the wire format of a release and which releases fall into a window. It neither pages nor
speaks HTTP. The same seed and day give the same bytes, always.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from tenderline.stand_in import australia, wording
from tenderline.stand_in.austender_contracts import (
    LENGTHS,
    STARTS,
    Contract,
    Facts,
    contracts_on,
    due_on,
    facts_of,
    find,
    period_of,
)
from tenderline.stand_in.australia import Organisation, hexadecimal
from tenderline.stand_in.dice import Dice

Json = dict[str, Any]
Window = tuple[dt.datetime, dt.datetime]

DAY = dt.timedelta(days=1)
LIMITED_REASONS = (("", 60), ("Supply by particular business", 25), ("Additional deliveries", 15))
EXEMPTIONS = (("", "", 92), ("Procurement for research", "6", 5), ("Small suppliers", "17", 3))
# Since then amendments name releases only; before, they told what was changed (issue 8).
AMENDMENTS_SHORT_SINCE = dt.date(2021, 5, 10)


class Published(NamedTuple):
    """One release on the wire: its moment, its id, its compact JSON, and where it stands."""

    date: str
    id: str
    text: str
    amends: str  # the UTC day of the contract it amends; empty for the contract itself


def modified(seed: int, per_day: int, window: Window) -> Iterator[Published]:
    """List everything published in a window [from, to), contracts and amendments, oldest first."""
    start, end = (moment.astimezone(australia.SYDNEY).date() for moment in window)
    first, last = map(_moment, window)
    for day in (start + DAY * n for n in range((end - start).days + 1)):
        for release in published_on(seed, day, per_day):
            if first <= release.date < last:
                yield release


def published(seed: int, per_day: int, window: Window) -> Iterator[Published]:
    """List the contracts of a window, with the amendments of the same UTC day (issue 23)."""
    for release in modified(seed, per_day, window):
        if release.amends in ("", release.date[:10]):
            yield release


def starting(seed: int, per_day: int, window: Window) -> Iterator[Published]:
    """List the contracts that begin in a window, with their amendments."""
    return _by_period(seed, per_day, window, position=0, lengths=(0,))


def ending(seed: int, per_day: int, window: Window) -> Iterator[Published]:
    """List the contracts that end in a window, with their amendments."""
    lengths = tuple(length for length, _ in LENGTHS)
    return _by_period(seed, per_day, window, position=1, lengths=lengths)


def history(seed: int, per_day: int, name: str) -> list[Published]:
    """List the releases of the contract with this notice number; none if there is no such."""
    contract = find(seed, name, per_day)
    found = _releases(contract) if contract else []
    return found if contract and name in _names(contract) else []


@lru_cache(maxsize=64)
def published_on(seed: int, day: dt.date, per_day: int) -> tuple[Published, ...]:
    """List the releases of a day in Canberra, oldest first."""
    due = due_on(seed, day, per_day)
    return tuple(sorted(_published(contract, position) for contract, position in due))


def _by_period(
    seed: int, per_day: int, window: Window, *, position: int, lengths: tuple[int, ...]
) -> Iterator[Published]:
    start, end = (moment.date() for moment in window)
    span = (end - start).days + STARTS[1] - STARTS[0] + 2
    days = {
        start - dt.timedelta(days=length + STARTS[1] + 1 - n)
        for length in lengths
        for n in range(span)
    }
    for day in sorted(days):
        for contract in contracts_on(seed, day, per_day):
            if window[0] <= period_of(contract)[position] < window[1]:
                yield from _releases(contract)


def _names(contract: Contract) -> list[str]:
    return [_number(contract, position) for position in range(len(contract.days))]


def _number(contract: Contract, position: int) -> str:
    return f"{contract.id}-A{position}" if position else contract.id


def _releases(contract: Contract) -> list[Published]:
    return [_published(contract, position) for position in range(len(contract.days))]


def _published(contract: Contract, position: int) -> Published:
    release = _release(contract, position)
    text = json.dumps(release, ensure_ascii=False, separators=(",", ":"))
    amends = _moment(contract.moment(0))[:10] if position else ""
    return Published(release["date"], release["id"], text, amends)


def _release(contract: Contract, position: int) -> Json:
    facts = facts_of(contract)
    signed = _moment(contract.moment(0))  # the moment of publication, whatever the field's name
    dice = Dice(contract.seed, "release", contract.id)
    award = {"id": contract.id, "status": "active", "date": signed}
    return {
        "ocid": contract.ocid,
        "id": _id(contract, position),
        "date": _moment(contract.moment(position)),
        "initiationType": "tender",
        "tag": ["contractAmendment" if position else "contract"],
        "language": "EN",
        # The supplier always comes first.
        "parties": [_supplier(facts, dice), _party(facts.agency, "procuringEntity", {})],
        "awards": [{**award, "suppliers": [facts.supplier.reference()]}],
        "contracts": [_contract(contract, facts, position, signed)],
        "tender": _tender(contract, facts, dice),
    }


def _id(contract: Contract, position: int) -> str:
    return f"{contract.ocid}-{hexadecimal(contract.seed, 'release', contract.id, position)}"


def _supplier(facts: Facts, dice: Dice) -> Json:
    """Write the supplier; the contact point says which unit of the agency buys."""
    name = f"{dice.pick(wording.GIVEN_NAMES)} {dice.pick(wording.FAMILY_NAMES)}"
    branch = dice.pick(australia.BRANCHES)
    contact = {"name": name, "branch": branch, "division": f"{branch} Services"}
    return _party(facts.supplier, "supplier", contact if dice.chance(0.7) else {})


def _party(organisation: Organisation, role: str, contact: Json) -> Json:
    found = [{"scheme": scheme, "id": name} for scheme, name in organisation.identifiers]
    return {
        **organisation.reference(),
        "roles": [role],
        **({"additionalIdentifiers": found} if found else {}),
        "address": organisation.address,
        "contactPoint": contact,
    }


def _contract(contract: Contract, facts: Facts, position: int, signed: str) -> Json:
    start, end = period_of(contract)
    amount, end = _changed(contract, facts.net, end, position)
    body: Json = {
        "id": _number(contract, position),
        "awardID": contract.id,
        "title": facts.reference,  # mostly a code; the description is what people can read
        "description": facts.subject.phrase,
        "status": "active",
        "dateSigned": signed,
        "period": {"startDate": _moment(start), "endDate": _moment(end)},
        "value": {"currency": "AUD", "amount": f"{amount:.2f}"},
        "items": [{"id": "1", "classification": {"scheme": "UNSPSC", "id": facts.subject.unspsc}}],
    }
    return body | {"amendments": [_amendment(contract, facts, position)]} if position else body


def _changed(
    contract: Contract, net: float, end: dt.datetime, position: int
) -> tuple[float, dt.datetime]:
    """Work out the sum and the end after so many amendments: most change both."""
    for number in range(1, position + 1):
        dice = Dice(contract.seed, "change", contract.id, number)
        if dice.chance(0.8):
            net = round(net * dice.uniform(0.8, 1.7), 2)
        if dice.chance(0.7):
            end += dt.timedelta(days=364)  # whole weeks
    return net, end


def _amendment(contract: Contract, facts: Facts, position: int) -> Json:
    number = _number(contract, position)
    said = {"releaseID": _id(contract, position), "amendsReleaseID": _id(contract, position - 1)}
    if contract.days[position] >= AMENDMENTS_SHORT_SINCE:
        return {"id": number, **said}
    end = period_of(contract)[1]
    before, after = (_changed(contract, facts.net, end, n)[0] for n in (position - 1, position))
    return {
        "id": number,
        "date": _moment(contract.moment(position)),
        "rationale": "The work takes longer than expected.",
        **said,
        "originalValue": f"{before:.2f}",
        "amendedValue": f"{after:.2f}",
    }


def _tender(contract: Contract, facts: Facts, dice: Dice) -> Json:
    method, details = facts.method
    limited = method == "limited"
    exemption, code, _ = EXEMPTIONS[dice.weigh([(n, e[2]) for n, e in enumerate(EXEMPTIONS)])]
    return {
        "id": contract.id,
        "procurementMethod": method,
        "procurementMethodDetails": details,
        "limitedTenderReason": dice.weigh(LIMITED_REASONS) if limited else "",
        "exemption": exemption if limited else "",
        "exemptionCode": code if limited else "",
    }


def _moment(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


FIND_BY: dict[str, Callable[[int, int, Window], Iterator[Published]]] = {
    "contractPublished": published,
    "contractLastModified": modified,
    "contractStart": starting,
    "contractEnd": ending,
}
