"""AusTender: amounts that are text, and the agency that no section of the release names.

Owns these rules, of which every use is a finding:

- An `amount` that is the text of a number becomes that number, to its last digit. Other text stays.
- The agency is a party with the role `procuringEntity`, and nothing refers to it: where the
  release has a tender without `procuringEntity`, and one party alone has that role, the tender
  refers to it. No `buyer` is made up of it.

What stays: the ABN in `additionalIdentifiers`, and the agency's branch and division, which the
source notes as contact point of the supplier.
"""

import re
from copy import deepcopy
from typing import Any

from transforms.findings import Finding
from transforms.jsontext import BadJson, number
from transforms.mappings.parts import everywhere, objects

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")  # as JSON writes one: RFC 8259, section 6
AGENCY = "procuringEntity"


def adjust(release: dict[str, Any], findings: list[Finding]) -> dict[str, Any]:
    """The release with amounts as numbers and the agency named by the tender; see above."""
    release = deepcopy(release)
    for path, value in everywhere(release):
        amount = value.get("amount")
        if isinstance(amount, str) and NUMBER.fullmatch(amount):
            _amount(value, f"{path}/amount", findings)
    _agency(release, findings)
    return release


def _amount(value: dict[str, Any], path: str, findings: list[Finding]) -> None:
    published = value["amount"]
    try:
        value["amount"] = number(published)
    except BadJson:  # of hundreds of digits: it stays text
        return
    told = "the amount was published as text and is a number here"
    findings.append(Finding("amount_as_text", path, told, "info", published))


def _agency(release: dict[str, Any], findings: list[Finding]) -> None:
    tender = release.get("tender")
    agencies = [
        party
        for party in objects(release, "parties")
        if isinstance(party.get("roles"), list) and AGENCY in party["roles"] and party.get("id")
    ]
    if not isinstance(tender, dict) or AGENCY in tender or len(agencies) != 1:
        return
    tender[AGENCY] = {key: agencies[0][key] for key in ("id", "name") if key in agencies[0]}
    told = "the tender did not refer to the party whose role is procuringEntity: now it does"
    findings.append(Finding("named_procuring_entity", f"/tender/{AGENCY}", told, "info"))
