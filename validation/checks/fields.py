"""Fields: single values that cannot be right, or that a reader cannot look up.

Owns the ocid, dates, numbers, languages and identifier schemes; contacts and documents have
modules of their own. Source: Pelican's field-level quality checks of the same name (Open
Contracting Partnership, documentation of August 2026). As there, a check applies to a value that
is not null and not an empty text, list or object. That fields are there is counted by the walk.
"""

import math
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from validation.checks.registry import Fail, check
from validation.lookups import listed
from validation.process import Process, said
from validation.spots import TOP

FIRST, LAST = date(1990, 1, 1), date(2049, 12, 31)  # Pelican's bounds of a plausible date
PAST = frozenset({"dateMet", "dateModified", "datePublished", "dateSigned"})
PASSED = frozenset(
    {"", "awards", "transactions", "amendments", "amendment"}
)  # their `date` is past
DAYS = 1 << 15  # all plausible ones
PREFIX = 11  # characters of `ocds-` and six more; only one registered prefix is shorter
COUNTED = frozenset({"durationInDays", "numberOfTenderers", "quantity"})
PRICED = frozenset({"unit", "transactions"})  # what `value.amount` is of, for `field.number`


@check("field.ocid_registered", severity="warning")
def ocid_registered(process: Process, fail: Fail) -> int:
    """An ocid begins with a prefix that is known as registered.

    Our list may be older than the register, so that a failure asks a question.
    """
    ocid = process.release.get("ocid")
    if not said(ocid):
        return 0
    prefixes = listed("ocid_prefixes")
    if not isinstance(ocid, str) or (
        ocid[:PREFIX] not in prefixes and not ocid.startswith(tuple(prefixes))
    ):
        told = (
            f"the prefix of {ocid!r:.60} is not known as registered: see that it is, or register it"
        )
        fail(TOP, "ocid", ocid, told)
    return 1


@check("field.date_time", severity="warning")
def date_time(process: Process, fail: Fail) -> int:
    """A date is a day from 1990 to 2049, and what is past was so when the release was published.

    Compared are calendar days as published; further characters are the schema's matter. Pelican
    holds past dates against the day of its own run. We hold them against the release's date and
    allow a day for time zones, so that the same data gives the same result on every day. A `date`
    of an extension, such as that of a bid opening, may be of something planned.
    """
    leaves = process.leaves["date-time"]
    if not leaves:
        return 0
    published, applied = process.release.get("date"), 0
    latest = (_following(published[:10]) if type(published) is str else "") or str(LAST)
    for value, where, field in leaves:
        if type(value) is str and value:
            day = value[:10]
            if not _following(day):
                told = f"{value!r:.60} is no day from {FIRST} to {LAST}: correct it"
                fail(where, field, value, told)
            elif day > latest and (field in PAST or (field == "date" and where[1] in PASSED)):
                told = f"{value:.40} is after the release's date, {published:.40}: correct one"
                fail(where, field, value, told)
        elif said(value):
            fail(where, field, value, f"{value!r:.60} is no text that begins YYYY-MM-DD")
        else:
            continue
        applied += 1
    return applied


@lru_cache(maxsize=DAYS)
def _following(day: str) -> str:
    """The day after `day`, or nothing where that is no plausible day."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return ""
    plausible = FIRST <= found <= LAST and len(day) == len("2026-01-01")
    return str(found + timedelta(1)) if plausible else ""


@check("field.number")
def number(process: Process, fail: Fail) -> int:
    """A duration, quantity, count of tenderers, unit price or payment is a number from zero on.

    Text that reads as a number passes, as with Pelican: its type is the schema's matter.
    """
    applied = 0
    for value, where, field in process.leaves["number"]:
        above = where[0]
        if field in COUNTED or (
            field == "amount" and above is not None and where[1] == "value" and above[1] in PRICED
        ):
            if not said(value):
                continue
            applied += 1
            if not _from_zero(value):
                told = f"{field} is {value!r:.60}: state a number from zero on"
                fail(where, field, value, told)
    return applied


def _from_zero(value: Any) -> bool:
    if isinstance(value, int):  # of any size: float() would overflow
        return value >= 0
    try:
        found = float(value) if isinstance(value, (float, str)) else math.nan
    except ValueError:
        return False
    return math.isfinite(found) and found >= 0


@check("field.language", severity="warning")
def language(process: Process, fail: Fail) -> int:
    """The language of a release or document is a two-letter ISO 639-1 code in lower case."""
    applied, codes = 0, listed("languages")
    node: dict[str, Any]
    for node, where in (*process.objects["Document"], (process.release, TOP)):
        value = node.get("language")
        if value is None or not said(value):
            continue
        applied += 1
        if not isinstance(value, str) or value not in codes:
            told = f"{value!r:.60} is no two-letter language code of ISO 639-1, such as en"
            fail(where, "language", value, told)
    return applied


@check("field.identifier_scheme", of="Identifier", severity="info")
def identifier_scheme(process: Process, fail: Fail) -> int:
    """The scheme of an organization's identifier is the code of a list on org-id.guide.

    The codelist is open: a national platform's own scheme may be stable and public without it.
    """
    applied, codes = 0, listed("identifier_schemes")
    node: dict[str, Any]
    for node, where in process.objects["Identifier"]:
        value = node.get("scheme")
        if not said(value):
            continue
        applied += 1
        if not isinstance(value, str) or value not in codes:
            told = f"{value!r:.60} is no list on org-id.guide: readers cannot look the id up"
            fail(where, "scheme", value, told)
    return applied
