"""The ``parties`` of a notice: how an organisation is written down.

It owns addresses, contact points, classes and sizes as both generations of notices write them.
It does not decide who takes part. Every address, e-mail and telephone number leads nowhere.
"""

from typing import Any

from tenderline.stand_in import wording
from tenderline.stand_in.dice import Dice
from tenderline.stand_in.people import Organisation

Json = dict[str, Any]

DEVOLVED = {
    "UKL": ("GB-WLS", "Welsh devolved regulations apply"),
    "UKM": ("GB-SCT", "Scottish devolved regulations apply"),
    "UKN": ("GB-NIR", "Northern Irish devolved regulations apply"),
}
CA_TYPES = {
    "central": ("publicAuthorityCentralGovernment", "Public authority - central government"),
    "housing": ("publicUndertaking", "Public undertaking"),
    "utility": ("privateUtility", "Private utility"),
}
SUB_CENTRAL = (
    "publicAuthoritySubCentralGovernment",
    "Public authority - sub-central government",
)
TED_TYPES = {
    "local": ("REGIONAL_AUTHORITY", "Regional or local authority", "01", "General public services"),
    "health": ("BODY_PUBLIC", "Body governed by public law", "07", "Health"),
    "school": ("BODY_PUBLIC", "Body governed by public law", "09", "Education"),
    "housing": (
        *("BODY_PUBLIC", "Body governed by public law"),
        *("06", "Housing and community amenities"),
    ),
    "central": (
        *("REGIONAL_AGENCY", "Regional or local agency/office"),
        *("03", "Public order and safety"),
    ),
}


def party(who: Organisation, roles: list[str], dice: Dice, *, act: bool) -> Json:
    """Write the ``parties`` entry of one organisation."""
    scheme, number = who.identity(act=act)
    entry: Json = {"name": who.name, "id": who.reference(act=act)["id"]}
    identifier = {"scheme": scheme, "id": number} if scheme else {}
    if not act:
        identifier = {"legalName": who.name, **identifier}
        if not scheme and dice.chance(0.3):
            identifier["noIdentifierRationale"] = "notOnAnyRegister"
    if identifier:
        entry["identifier"] = identifier
    if act and scheme not in {"", "GB-PPON"}:
        entry["additionalIdentifiers"] = [{"scheme": "GB-PPON", "id": who.ppon}]
    entry |= {"address": _address(who, act=act), "contactPoint": _contact(who, dice)}
    entry["roles"] = roles
    details = _buyer_details(who, act=act) if "buyer" in roles else _scale(who, dice, act=act)
    return entry | {"details": details} if details else entry


def _address(who: Organisation, *, act: bool) -> Json:
    street = wording.STREETS[who.number % len(wording.STREETS)]
    code, name = who.country
    address: Json = {
        "streetAddress": f"{1 + who.number % 180} {street}",
        "locality": who.place,
        # No post town has the letters ZX, so no letter can arrive at these addresses.
        "postalCode": f"ZX{1 + who.number % 19} {1 + who.number % 9}AB",
        "country": code,
        "countryName": name,
        "region": who.region if code == "GB" else code,
    }
    if not act:
        del address["country"]
    return address


def _contact(who: Organisation, dice: Dice) -> Json:
    host = f"{who.kind}{who.number}.example.org"
    contact: Json = {"email": f"procurement@{host}"}
    if dice.chance(0.4):
        given, family = dice.pick(wording.GIVEN_NAMES), dice.pick(wording.FAMILY_NAMES)
        contact = {"name": f"{given} {family}", "email": f"{given}.{family}@{host}".lower()}
    if dice.chance(0.2):
        # The regulator keeps these numbers unallocated for use in drama.
        contact["telephone"] = f"+44 20 7946 0{dice.between(100, 999)}"
    return contact


def _buyer_details(who: Organisation, *, act: bool) -> Json:
    details: Json = {}
    if who.number % 3:
        details["url"] = f"https://www.{who.kind}{who.number}.example.org"
    if act:
        code, label = CA_TYPES.get(who.kind, SUB_CENTRAL)
        classes = [{"scheme": "UK_CA_TYPE", "id": code, "description": label}]
        if who.region[:3] in DEVOLVED:
            code, label = DEVOLVED[who.region[:3]]
            scheme = "UK_CA_DEVOLVED_REGULATIONS"
            classes.append({"scheme": scheme, "id": code, "description": label})
    else:
        code, label, field, meaning = TED_TYPES.get(who.kind, TED_TYPES["local"])
        classes = [
            {"scheme": "TED_CA_TYPE", "id": code, "description": label},
            {"scheme": "COFOG", "id": field, "description": meaning},
        ]
    return details | {"classifications": classes}


def _scale(who: Organisation, dice: Dice, *, act: bool) -> Json:
    if who.kind != "company":
        return {}
    details: Json = {}
    # 5 of 1,239 suppliers in Act notices and 2 of 238 in older ones came without a size.
    if not dice.chance(0.004 if act else 0.008):
        details["scale"] = "sme" if who.sme else "large"
    if act:
        details["vcse"] = who.vcse
        if dice.chance(0.15):
            details |= {"publicServiceMissionOrganization": who.vcse, "shelteredWorkshop": False}
    return details
