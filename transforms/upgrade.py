"""Releases of OCDS 1.0 as releases of OCDS 1.1, by OCDS Kit.

Owns which releases are of 1.0, and what OCDS Kit leaves undone: payers and payees as parties.
Source: OCDS 1.1 changelog: organizations stand in `parties` and are referred to from elsewhere,
`amendment` is `amendments`, and the fields of transactions have other names.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from transforms.findings import Finding

OLD = "1.0"
VERSION = re.compile(r"[0-9]+\.[0-9]+")
# Fields of an organization that a reference to one does not have: OCDS 1.1, OrganizationReference.
ORGANIZATION = frozenset({"identifier", "additionalIdentifiers", "address", "contactPoint"})
OLD_NAMES = frozenset({"providerOrganization", "receiverOrganization"})  # of a transaction
ROLES = (("payer", "providerOrganization"), ("payee", "receiverOrganization"))
# What OCDS Kit raises at a release whose shapes are not those of the standard.
ODD_SHAPES = (AttributeError, IndexError, KeyError, TypeError, ValueError)
Step = Callable[[dict[str, Any]], None]


def upgraded(
    release: dict[str, Any], version: str | None, findings: list[Finding]
) -> dict[str, Any]:
    """`release` as one of OCDS 1.1, or itself where it is one.

    Args:
        release: as published; it stays as it is.
        version: what its package says; where that is nothing, its traits tell.
        findings: what was done is added to it.
    """
    stated = VERSION.match(version or "")
    if not (stated[0] == OLD if stated else _has_traits(release)):
        return release
    told = "a release of OCDS 1.0: organizations, amendments and transactions are as in 1.1"
    findings.append(Finding("upgraded_1_0", "", told, "info"))
    with _losses(findings):
        for step in _steps():
            release = _taken(step, release, findings)
    return release


def _has_traits(release: dict[str, Any]) -> bool:
    """Whether it has no parties, but whole organizations or transactions in the manner of 1.0."""
    if "parties" in release:
        return False
    organizations = any(ORGANIZATION & found.keys() for found in _organizations(release))
    return organizations or any(OLD_NAMES & found.keys() for found in _transactions(release))


def _organizations(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    tender = release.get("tender")
    found: list[Any] = [release.get("buyer"), *_objects(tender, "tenderers")]
    found += [tender.get("procuringEntity")] if isinstance(tender, dict) else []
    for award in _objects(release, "awards"):
        found += _objects(award, "suppliers")
    yield from (item for item in found if isinstance(item, dict))


def _transactions(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for contract in _objects(release, "contracts"):
        yield from _objects(contract.get("implementation"), "transactions")


def _objects(parent: Any, name: str) -> list[dict[str, Any]]:
    found = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _steps() -> tuple[tuple[str, Step], ...]:
    from ocdskit import upgrade

    return (
        ("organizations", lambda release: upgrade.upgrade_parties_10_to_11(release, reorder=False)),
        ("amendments", upgrade.upgrade_amendments_10_11),
        ("transactions", _upgrade_transactions),
    )


def _taken(
    step: tuple[str, Step], release: dict[str, Any], findings: list[Finding]
) -> dict[str, Any]:
    """The release after a step; as it was where its shapes are not those of the standard."""
    name, change = step
    copy = deepcopy(release)
    try:
        change(copy)
    except ODD_SHAPES as error:
        told = f"its {name} have shapes that are not those of OCDS 1.0 and stay as they are"
        findings.append(Finding("not_upgraded_1_0", "", f"{told}: {error!r:.99}", "warning"))
        return release
    return copy


def _upgrade_transactions(release: dict[str, Any]) -> None:
    """Rename the fields of transactions, and name payers and payees as parties.

    OCDS Kit 1.7 makes references to them, but adds those it has not met before to no array.
    """
    from ocdskit import upgrade

    before = [(dict(item), item) for item in _transactions(release)]
    upgrade.upgrade_transactions_10_11(release, reorder=False)
    known = {party.get("id") for party in _objects(release, "parties")}
    for old, new in before:
        for role, name in ROLES:
            reference = new.get(role) or {}
            if name in old and name not in new and reference["id"] not in known:
                party = {**reference, "roles": [role], "identifier": old[name]}
                release.setdefault("parties", []).append(party)
                known.add(reference["id"])


@contextmanager
def _losses(findings: list[Finding]) -> Iterator[None]:
    """Turn what OCDS Kit logs into a finding: that two organizations of one id differ.

    Its log line holds the whole organizations, contact details too, and goes nowhere.
    """
    counter, log = _Counter(), logging.getLogger("ocdskit")
    propagate, log.propagate = log.propagate, False
    log.addHandler(counter)
    try:
        yield
    finally:
        log.removeHandler(counter)
        log.propagate = propagate
    if counter.count:
        told = f"{counter.count} mentions of organizations differ from the first: that is kept"
        findings.append(Finding("upgraded_1_0_differs", "", told, "warning"))


class _Counter(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 (the handler's interface)
        self.count += 1
