from typing import Any

from tests.validation.examples import Example

# Where each role is referred to: the place of the reference, and the release with it.
PLACES: dict[str, tuple[str, Any]] = {
    "buyer": ("/buyer", lambda one: {"buyer": one}),
    "supplier": ("/awards/0/suppliers/0", lambda one: {"awards": [{"suppliers": [one]}]}),
    "tenderer": ("/tender/tenderers/0", lambda one: {"tender": {"tenderers": [one]}}),
    "procuring_entity": (
        "/tender/procuringEntity",
        lambda one: {"tender": {"procuringEntity": one}},
    ),
    "payer": ("/contracts/0/implementation/transactions/0/payer", lambda one: paid(payer=one)),
    "payee": ("/contracts/0/implementation/transactions/0/payee", lambda one: paid(payee=one)),
}
CODES = {name: "procuringEntity" if name == "procuring_entity" else name for name in PLACES}


def paid(**organizations: Any) -> dict[str, Any]:
    return {"contracts": [{"implementation": {"transactions": [organizations]}}]}


def referring(name: str, reference: dict[str, Any], *parties: dict[str, Any]) -> dict[str, Any]:
    """A release that refers to an organization in one role, and has these parties."""
    release: dict[str, Any] = PLACES[name][1](reference)
    return {**release, "parties": list(parties)}


EXAMPLES = (
    Example(
        "consistent.parties_roles",
        good=referring("payee", {"id": "1"}, {"id": 1, "roles": ["buyer", "payee"]}),
        bad=referring("payee", {"id": "1"}, {"id": "1", "roles": ["payee", "payer", "supplier"]}),
        at=("/parties/0/roles/1", "/parties/0/roles/2"),
    ),
    *(
        Example(
            f"consistent.{name}_in_parties_roles",
            good=referring(name, {"id": "1"}, {"id": 1, "roles": ["funder", CODES[name]]}),
            bad=referring(name, {"id": 1}, {"id": "1", "roles": ["funder"]}),
            at=(f"{place}/id",),
        )
        for name, (place, _) in PLACES.items()
    ),
    *(
        Example(
            f"consistent.{name}_name_in_parties",
            good=referring(name, {"id": "1", "name": "One"}, {"id": "1", "name": "One"}),
            bad=referring(name, {"id": "1", "name": "One"}, {"id": "1", "name": "one"}),
            at=(f"{place}/name",),
        )
        for name, (place, _) in PLACES.items()
    ),
)
