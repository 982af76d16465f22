"""Fields of contact points: e-mail addresses and telephone numbers that cannot be used.

Source: Pelican's field-level quality checks of the same name. They apply as those of
`validation.checks.fields` do.
"""

import re
from functools import lru_cache
from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process, said
from validation.spots import Where

# The address that HTML's e-mail field takes: one RFC 5322 mailbox without quoting or comments.
# Pelican's grammar (RFC 2822) also takes those, which no contact point needs; email-validator is
# stricter than either, and takes 50 ms to import.
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")
REMEMBERED = 20_000  # addresses and numbers remembered: the same offices publish every day
# Names that UK sources give in place of a country code.
BRITISH = frozenset({"uk", "gb", "united kingdom", "great britain", "england", "eng"}) | {
    "scotland",
    "wales",
    "northern ireland",
}
COUNTRY = re.compile("[A-Za-z]{2}")


@check("field.email", of="ContactPoint", severity="warning")
def email(process: Process, fail: Fail) -> int:
    """A contact point's e-mail address is one valid address."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["ContactPoint"]:
        value = node.get("email")
        if value is None or not said(value):
            continue
        applied += 1
        if not isinstance(value, str) or not _is_address(value):
            fail(where, "email", value, f"{value!r:.60} is not one e-mail address: correct it")
    return applied


@lru_cache(maxsize=REMEMBERED)
def _is_address(text: str) -> bool:
    return EMAIL.fullmatch(text) is not None


@check("field.telephone", of="ContactPoint", severity="warning")
def telephone(process: Process, fail: Fail) -> int:
    """A telephone or fax number is one that can exist, by libphonenumber.

    Pelican takes international numbers only. We read a number without country code in the country
    of the address next to it: its ISO 3166-1 code, or a name of the United Kingdom or of a part of
    it. Nothing else in a release says whose numbers are meant, so without that we ask for `+`.
    """
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["ContactPoint"]:
        for field in ("telephone", "faxNumber"):
            value = node.get(field)
            if value is None or not said(value):
                continue
            applied += 1
            region = _region(process.release, where)
            if not isinstance(value, str) or not _is_possible(value, region):
                read = (
                    f"in {region}" if region else "without a country: begin it with + and its code"
                )
                fail(where, field, value, f"{value!r:.60} is no telephone number {read}")
    return applied


def _region(release: dict[str, Any], where: Where) -> str:
    """The country of the address of the organization whose contact point stands at `where`."""
    holder = _at(release, where[0]) if where[0] is not None else None
    address = holder.get("address") if isinstance(holder, dict) else None
    if not isinstance(address, dict):
        return ""
    country, name = address.get("country"), address.get("countryName")
    if isinstance(country, str) and COUNTRY.fullmatch(country):
        return "GB" if country in ("UK", "uk") else country.upper()
    return "GB" if isinstance(name, str) and name.strip().lower() in BRITISH else ""


def _at(release: dict[str, Any], where: Where) -> Any:
    """What stands at `where`."""
    above, field, position = where
    if above is None:
        return release
    found = _at(release, above)
    if field and isinstance(found, dict):
        found = found.get(field)
    return found[position] if position >= 0 and isinstance(found, list) else found


@lru_cache(maxsize=REMEMBERED)
def _is_possible(text: str, region: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, region or None))
    except phonenumbers.NumberParseException:
        return False
