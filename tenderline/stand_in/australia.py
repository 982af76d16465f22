"""Australia made up: agencies that buy, companies that win, and what the bought things are called.

It owns who exists for one seed, under which Australian Business Numbers, and the words of the
notices. Every name is made up; UNSPSC codes are the classification's own. It writes no notices.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tenderline.stand_in import wording
from tenderline.stand_in.dice import Dice

Json = dict[str, Any]

SYDNEY = ZoneInfo("Australia/Sydney")  # Canberra's clock
SATURDAY = 5
HOLIDAYS = {(1, 1), (1, 26), (4, 25), (12, 25), (12, 26)}  # month and day, the same every year

AGENCY_PATTERNS = (
    *("Department of {theme}", "Office of the {theme} Commissioner", "National {theme} Agency"),
    *("{theme} Board of Australia", "Commonwealth {theme} Institute"),
)
THEMES = (
    *("Tides and Harbours", "Inland Skies", "Saltbush Studies", "Border Weather", "Reef Roads"),
    *("Outback Letters", "Desert Rail", "Southern Ice"),
)
BRANCHES = ("Corporate", "Property", "Digital", "Field Operations", "People", "Policy")
COMPANY_ENDS = (("PTY LTD", 80), ("PTY LIMITED", 8), ("LIMITED", 6), ("INCORPORATED", 3))
LOCALITIES = (
    *(("CANBERRA", "ACT", "2600"), ("SYDNEY", "NSW", "2000"), ("MELBOURNE", "VIC", "3000")),
    *(("BRISBANE", "QLD", "4000"), ("PERTH", "WA", "6000"), ("ADELAIDE", "SA", "5000")),
    *(("HOBART", "TAS", "7000"), ("DARWIN", "NT", "0800")),
)
# Of suppliers; with agencies counted in, nine parties in ten have an identifier.
IDENTIFIED = (("number", 82), ("exempt", 6), ("", 12))
AGENCY_UNIDENTIFIED = 0.06
ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)  # Australian Business Register, ABN format


class Subject(NamedTuple):
    """Something an agency buys."""

    unspsc: str
    phrase: str


SUBJECTS = (
    Subject("80111600", "Temporary staff for a records project"),
    Subject("81112200", "Support of a rostering system"),
    Subject("43232500", "Licences for a course library"),
    Subject("43211500", "Laptops and docking stations"),
    Subject("80101500", "Advice on a change of structure"),
    Subject("84111600", "Audit of grant payments"),
    Subject("80121600", "Legal advice on land access"),
    Subject("72101500", "Repairs to field station roofs"),
    Subject("72141000", "Sealing of an access road"),
    Subject("76111500", "Cleaning of regional offices"),
    Subject("78101800", "Haulage of drilling gear"),
    Subject("25101500", "Four wheel drive vehicles"),
    Subject("41111500", "Weighing instruments for a laboratory"),
    Subject("86101700", "Training in remote first aid"),
    Subject("92121500", "Guarding of a store"),
    Subject("80131500", "Lease of office space"),
    Subject("82121500", "Printing of tide tables"),
    Subject("90101600", "Catering for a conference"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An agency or a company: its name, the id the system gives it, its identifiers, its seat."""

    name: str
    id: str
    identifiers: tuple[tuple[str, str], ...]
    address: Json

    def reference(self) -> Json:
        """Name the organisation where a notice refers to it."""
        return {"id": self.id, "name": self.name}


@lru_cache(maxsize=8)
def agencies(seed: int) -> tuple[Organisation, ...]:
    """List the agencies of one seed."""
    names = [p.format(theme=theme) for p in AGENCY_PATTERNS for theme in THEMES]
    return tuple(_agency(seed, name) for name in names)


@lru_cache(maxsize=8)
def companies(seed: int) -> tuple[Organisation, ...]:
    """List the companies of one seed."""
    names = [f"{s} {t}" for t in wording.COMPANY_TRADES for s in wording.COMPANY_STARTS]
    return tuple(_company(seed, name) for name in names)


def works_on(day: dt.date) -> bool:
    """Tell whether offices are open: hardly anything is published on other days."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in HOLIDAYS


def midnight(day: dt.date) -> dt.datetime:
    """Tell when a day begins in Sydney and Canberra, in UTC."""
    return dt.datetime.combine(day, dt.time(), SYDNEY).astimezone(dt.UTC)


def hexadecimal(*words: object) -> str:
    """Make 32 hexadecimal digits of words, always the same."""
    text = "/".join(map(str, words))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def business_number(body: int) -> str:
    """Put the two check digits before nine others, so that the whole adds up as an ABN does."""
    digits = f"{body:09d}"
    total = sum(w * int(d) for w, d in zip(ABN_WEIGHTS[2:], digits, strict=True))
    return f"{11 + (-total - 1) % 89:02d}{digits}"


def _agency(seed: int, name: str) -> Organisation:
    dice = Dice(seed, "agency", name)
    found = () if dice.chance(AGENCY_UNIDENTIFIED) else (("AU-ABN", _number(dice)),)
    return Organisation(name, hexadecimal(seed, "party", name), found, {})


def _company(seed: int, name: str) -> Organisation:
    dice = Dice(seed, "supplier", name)
    name = f"{name.upper() if dice.chance(0.6) else name} {dice.weigh(COMPANY_ENDS)}"
    kind = dice.weigh(IDENTIFIED)
    found: tuple[tuple[str, str], ...] = ()
    if kind:
        exempt = f"EXEMPTUUID-{hexadecimal(seed, 'exempt', name)}"
        found = (("AU-ABN", _number(dice) if kind == "number" else exempt),)
    locality, region, code = dice.pick(LOCALITIES)
    address = {
        "streetAddress": f"{dice.between(1, 240)} {dice.pick(wording.STREETS)}",
        "locality": locality,
        "region": region,
        "postalCode": code,
        "countryName": "AUSTRALIA",
    }
    return Organisation(name, hexadecimal(seed, "party", name), found, address)


def _number(dice: Dice) -> str:
    return business_number(990_000_000 + dice.between(0, 9_999_999))
