"""The ``parties`` of a notice on a Proactis site.

It owns names, addresses, contact points, classes and sizes as the platform writes them.
Organisations are called ``@n`` here, because an answer numbers them anew. Every address, e-mail
and telephone number leads nowhere.
"""

from typing import Any

from tenderline.stand_in import wording
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.parties import TED_TYPES
from tenderline.stand_in.people import Organisation

Json = dict[str, Any]

COURT = 990_000  # the number of the review body, beyond those of all others
SIZED = 0.6  # of suppliers on European award forms; nobody has recorded the real share


def reference(who: Organisation) -> Json:
    """Point to an organisation from ``buyer`` or ``suppliers``."""
    return {"name": who.name, "id": f"@{who.number}"}


def buyer(who: Organisation, dice: Dice) -> Json:
    """Write the buyer; a third of them also hear complaints, as one party with two roles."""
    _, label, field, meaning = TED_TYPES.get(who.kind, TED_TYPES["local"])
    classes = [
        {"id": label, "scheme": "TED_CA_TYPE"},
        {"id": field, "description": meaning, "scheme": "COFOG"},
    ]
    entry = _party(who, dice) | {"roles": ["buyer", *(["reviewBody"] if _hears(who) else [])]}
    site = f"https://www.{who.kind}{who.number}.example.org"
    entry["contactPoint"]["url"] = site
    return entry | {"details": {"classifications": classes, "url": site}}


def court(who: Organisation) -> list[Json]:
    """Write the review body, unless the buyer is its own."""
    if _hears(who):
        return []
    name = "Court of Procurement Review"
    entry = {"name": name, "id": f"@{COURT}", "identifier": {"legalName": name}}
    return [entry | {"address": {"locality": "Marramdene"}, "roles": ["reviewBody"]}]


def supplier(who: Organisation, dice: Dice, *, european: bool) -> Json:
    """Write a supplier; only the European forms ask for its size, and some leave it out."""
    entry = _party(who, dice) | {"roles": ["supplier"]}
    if european and dice.chance(SIZED):
        entry["details"] = {"scale": "sme" if who.sme else "large"}
    return entry


def _hears(who: Organisation) -> bool:
    return who.number % 3 == 0


def _party(who: Organisation, dice: Dice) -> Json:
    contact: Json = {"email": f"tenders@{who.kind}{who.number}.example.org"}
    if dice.chance(0.9):
        # The regulator keeps these numbers unallocated for use in drama.
        contact["telephone"] = f"+44 1632 960{who.number % 1000:03d}"
    address = {
        "streetAddress": f"{1 + who.number % 180} {wording.STREETS[who.number % 6]}",
        "locality": who.place,
        "region": who.region,
        # No post town has the letters ZX, so no letter can arrive at these addresses.
        "postalCode": f"ZX{1 + who.number % 19} {1 + who.number % 9}AB",
    }
    identifier = {"legalName": who.name}
    return reference(who) | {"identifier": identifier, "address": address, "contactPoint": contact}
