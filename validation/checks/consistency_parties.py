"""Consistency of parties: their entries and the references to them say the same.

Owns also how the checks that are made once for each role are named. Source of each check: Pelican's
compiled-release checks of the same name (open-contracting), as described in its documentation. As
there, ids are compared as text, and a reference that does not name exactly one party is passed over
here: the checks `reference.*` are about it.
"""

from typing import Any

from validation.checks.registry import Fail, Run, check
from validation.process import Process, name_of, text_of

# The code of a role; how the checks of it are named; what it is called in their docstrings.
ROLES = {
    "buyer": ("buyer", "The buyer"),
    "supplier": ("supplier", "Each supplier of an award"),
    "tenderer": ("tenderer", "Each tenderer"),
    "procuringEntity": ("procuring_entity", "The procuring entity"),
    "payer": ("payer", "Each payer of a transaction"),
    "payee": ("payee", "Each payee of a transaction"),
}
# The fields that refer to a party in a role, in whatever object: bids have tenderers too. Not the
# buyer: there may be several, of which the field `buyer` refers to one.
REFERRING = {
    "procuringEntity": "procuringEntity",
    "tenderers": "tenderer",
    "suppliers": "supplier",
    "payer": "payer",
    "payee": "payee",
}
REFERRED = tuple(REFERRING.values())
SHORT_INTEGER = 18  # digits; an id of more digits is not taken for an integer


@check("consistent.parties_roles", of="Organization", severity="warning")
def parties_roles(process: Process, fail: Fail) -> int:
    """A party is referred to in each role that it lists.

    Of the roles procuringEntity, tenderer, supplier, payer and payee. References in extensions
    count, which Pelican does not know: tenderers of bids, for one.
    """
    applied = 0
    referred = {
        (REFERRING.get(where[1]), text_of(reference.get("id")))
        for reference, where in process.objects["OrganizationReference"]
    }
    party: dict[str, Any]
    for party, where in process.objects["Organization"]:
        name, roles = text_of(party.get("id")), party.get("roles")
        if name is None or not isinstance(roles, list) or where[1] != "parties":
            continue
        for position, role in enumerate(roles):
            if role not in REFERRED:
                continue
            applied += 1
            if (role, name) not in referred:
                told = f"nothing refers to this party as {role}: add the reference or drop the role"
                fail(where, "roles", role, told, position)
    return applied


def in_parties_roles(role: str) -> Run:
    """The check that parties referred to as `role` list it."""

    def run(process: Process, fail: Fail) -> int:
        applied = 0
        reference: dict[str, Any]
        for reference, where in process.parts[role]:
            party = party_of(process, reference)
            if party is None:
                continue
            applied += 1
            roles = party.get("roles")
            if not isinstance(roles, list) or role not in roles:
                told = f"its entry in parties does not list the role {role}: add it there"
                fail(where, "id", reference["id"], told)
        return applied

    run.__doc__ = f"{ROLES[role][1]} has that role in its entry in parties."
    return run


def name_in_parties(role: str) -> Run:
    """The check that parties referred to as `role` have the name that the reference has."""

    def run(process: Process, fail: Fail) -> int:
        applied = 0
        reference: dict[str, Any]
        for reference, where in process.parts[role]:
            party, name = party_of(process, reference), reference.get("name")
            if party is None or name is None or party.get("name") is None:
                continue
            applied += 1
            if name != party["name"]:
                told = f"its entry in parties is named {party['name']!r:.60}: use one name"
                fail(where, "name", name, told)
        return applied

    run.__doc__ = f"{ROLES[role][1]} has the same name in its entry in parties."
    return run


for _role, (_name, _) in ROLES.items():
    check(f"consistent.{_name}_in_parties_roles", of=_role)(in_parties_roles(_role))
for _role, (_name, _) in ROLES.items():
    check(f"consistent.{_name}_name_in_parties", of=_role, severity="warning")(
        name_in_parties(_role)
    )


def party_of(process: Process, reference: dict[str, Any]) -> dict[str, Any] | None:
    """The party that a reference names, or None where it does not name exactly one."""
    name = name_of(reference.get("id"))
    if name is None:
        return None
    found = process.parties.get(name) or process.parties.get(other_type(name))
    return found[0] if found and len(found) == 1 else None


def other_type(name: Any) -> Any:
    """The same id as integer or text: "1" of 1 and 1 of "1"; itself where it has no other."""
    if type(name) is int:
        return str(name)
    if name.isdecimal() and len(name) <= SHORT_INTEGER and str(int(name)) == name:
        return int(name)
    return name
