"""The ``parties`` of a Contracts Finder notice.

It owns identifiers, addresses, contact points and sizes as that system writes them. Who takes
part is decided elsewhere. Every address, e-mail and telephone number leads nowhere.
"""

from typing import Any

from tenderline.stand_in import wording
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.people import NUMBERS, Organisation

Json = dict[str, Any]

INTERNAL = 900_000  # the system numbers parties without an identifier, so far well below this
DIRECTORY = "sid4gov.cabinetoffice.gov.uk/"  # a former register of suppliers to government
LETTERS = "bcdfghjkmnpqrstvwxz"
UNSIZED = 0.18  # 49 of 268 recorded suppliers came without a size


def identity(who: Organisation) -> tuple[str, str]:
    """Give scheme and number of an organisation; mostly there are none, hence an empty scheme."""
    if who.kind == "company":
        # About three in ten suppliers are named with their company number.
        registered = who.scheme == "GB-COH" and who.number % 2 == 0
        return ("GB-COH", NUMBERS["GB-COH"].format(who.number)) if registered else ("", "")
    if who.number % 4 == 0:
        dice = Dice("directory", who.number)
        return "GB-SRS", DIRECTORY + "".join(dice.pick(LETTERS) for _ in range(8))
    if who.kind == "central" and who.number % 4 == 1:
        return "GB-GOR", f"OT9{who.number:03d}"
    return "", ""


def reference(who: Organisation) -> Json:
    """Point to the organisation from ``buyer`` or ``suppliers``."""
    scheme, number = identity(who)
    known = f"{scheme}-{number}" if scheme else f"GB-CFS-{INTERNAL + who.number}"
    return {"id": known, "name": who.name}


def buyer(who: Organisation, dice: Dice) -> Json:
    """Write the buyer, with a contact point."""
    entry = _head(who) | {"address": _address(who), "contactPoint": _contact(who, dice)}
    if who.number % 5 < 2:  # noqa: PLR2004 - two buyers in five name their site
        entry["details"] = {"url": f"https://www.{who.kind}{who.number}.example.org"}
    return entry | {"roles": ["buyer"]}


def supplier(who: Organisation, dice: Dice) -> Json:
    """Write a supplier: half of their addresses are one line, and some have no size."""
    address = _address(who)
    if dice.chance(0.5):
        address = {"streetAddress": "\n".join(address[k] for k in ("streetAddress", "locality"))}
    entry = _head(who) | {"address": address}
    if not dice.chance(UNSIZED):
        entry["details"] = {"scale": "sme" if who.sme else "large"}
        if not dice.chance(0.03):
            entry["details"]["vcse"] = who.vcse
    return entry | {"roles": ["supplier"]}


def _head(who: Organisation) -> Json:
    scheme, number = identity(who)
    identifier = {"legalName": who.name} | ({"scheme": scheme, "id": number} if scheme else {})
    return {**reference(who), "identifier": identifier}


def _address(who: Organisation) -> Json:
    return {
        "streetAddress": f"{1 + who.number % 180} {wording.STREETS[who.number % 6]}",
        "locality": who.place.upper() if who.number % 3 == 0 else who.place,
        # No post town has the letters ZX, so no letter can arrive at these addresses.
        "postalCode": f"ZX{1 + who.number % 19} {1 + who.number % 9}AB",
        "countryName": ("England", "United Kingdom", "UNITED KINGDOM", "ENG")[who.number % 4],
    }


def _contact(who: Organisation, dice: Dice) -> Json:
    host = f"{who.kind}{who.number}.example.org"
    contact: Json = {"email": f"buying@{host}"}
    if dice.chance(0.75):
        given, family = dice.pick(wording.GIVEN_NAMES), dice.pick(wording.FAMILY_NAMES)
        contact = {"name": f"{given} {family}", "email": f"{given}.{family}@{host}".lower()}
    if dice.chance(0.63):
        # The regulator keeps these numbers unallocated for use in drama.
        contact["telephone"] = f"020 7946 0{dice.between(100, 999)}"
    return contact
