"""References: what they name is there, once.

Source of each check: OCDS 1.1.5, schema reference, OrganizationReference and Contract (`awardID`);
Pelican's compiled-release checks of the same name (open-contracting). As there, 1 does not refer
to "1". Releases in OCDS 1.0, which has no `parties`, are to be upgraded first.
"""

from typing import Any

from validation.checks.consistency_parties import ROLES, other_type
from validation.checks.registry import Fail, Run, check
from validation.process import Process, name_of

NO_ID = "it has no id: give that of an entry in parties"


def in_parties(role: str) -> Run:
    """The check that references to parties as `role` name exactly one."""

    def run(process: Process, fail: Fail) -> int:
        references = process.parts[role]
        reference: dict[str, Any]
        for reference, where in references:
            name = name_of(reference.get("id"))
            if name is None:
                fail(where, "", None, NO_ID)
                continue
            found = len(process.parties.get(name, ()))
            if found != 1:
                twins = process.parties.get(other_type(name), ())
                fail(where, "id", name, _told(name, found, len(twins), "entries of parties"))
        return len(references)

    run.__doc__ = f"{ROLES[role][1]} is named by an id that exactly one entry of parties has."
    return run


for _role, (_name, _) in ROLES.items():
    check(f"reference.{_name}_in_parties", of=_role)(in_parties(_role))


@check("reference.contract_in_awards", of="Contract")
def contract_in_awards(process: Process, fail: Fail) -> int:
    """Each contract names its award by an id that exactly one award has.

    Pelican looks at compiled releases only. A single release that has no awards may well tell of a
    contract whose award an earlier one told, and this does not apply to it.
    """
    contracts, tag = process.objects["Contract"], process.release.get("tag")
    compiled = isinstance(tag, list) and "compiled" in tag
    if not contracts or not (process.objects["Award"] or compiled):
        return 0
    awards: dict[Any, int] = {}
    award: dict[str, Any]
    for award, _ in process.objects["Award"]:
        name = name_of(award.get("id"))
        awards[name] = awards.get(name, 0) + 1
    contract: dict[str, Any]
    for contract, where in contracts:
        name = name_of(contract.get("awardID"))
        if name is None:
            fail(where, "", None, "it has no awardID: give the id of the award it belongs to")
        elif awards.get(name) != 1:
            found, other = awards.get(name, 0), awards.get(other_type(name), 0)
            told = _told(name, found, other, "awards")
            fail(where, "awardID", name, told)
    return len(contracts)


def _told(name: str | int, found: int, other: int, what: str) -> str:
    if found:
        return f"{found} {what} have the id {name!r:.60}: give each an id of its own"
    if other:
        return f"none of the {what} has the id {name!r:.60}, but as another type: use one type"
    return f"none of the {what} has the id {name!r:.60}: add what it refers to, or correct it"
