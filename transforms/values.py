"""Published text to typed values: moments, money, whole numbers, booleans, text.

Owns the reading of single values. A value that cannot be read without guessing is None; the caller
counts it.
"""

import re
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from transforms.exact import ExactNumber

MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?\s?([Zz]|[+-]\d{2}:?\d{2})?)?"
)
USUAL = ("T::Z", "T::+:", "T::-:")  # what stands between the numbers: 2026-03-01T09:30:00+01:00
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
CENT = Decimal("0.01")
PRECISION = Context(prec=60, rounding=ROUND_HALF_EVEN)
LIMIT = Decimal(10) ** 16  # decimal(18,2) holds sixteen digits before the point


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """A date-time as an aware UTC datetime.

    A date alone is midnight UTC, so that the calendar day stays what was published. A date-time
    without offset is read on the clock `zone` of its source.
    """
    if not isinstance(value, str):
        return None
    if value[4:5] == value[7:8] == "-" and value[10::3] in USUAL and len(value) in (20, 25):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    match = MOMENT.fullmatch(value.strip())
    if match is None:
        return None
    day, time, fraction, offset = match.groups()
    text = f"{day}T{time or '00:00:00'}{(fraction or '')[:7]}{(offset or '').upper()}"
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone if time else UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def decimal(value: Any) -> Decimal | None:
    """A number, or text that is plainly a number, with every published digit."""
    if isinstance(value, bool):
        return None
    text = value.text if isinstance(value, ExactNumber) else value
    text = repr(text) if isinstance(text, int | float) else text
    if not isinstance(text, str) or not NUMBER.fullmatch(text.strip()):
        return None
    return Decimal(text.strip())


def money(value: Any) -> tuple[Decimal | None, bool]:
    """An amount to two places, half to even, and whether rounding changed it.

    None where it is no number or does not fit decimal(18,2).
    """
    exact = decimal(value)
    if exact is None or abs(exact) >= LIMIT:
        return None, False
    try:
        rounded = exact.quantize(CENT, context=PRECISION)
    except InvalidOperation:
        return None, False
    return rounded, rounded != exact


def boolean(value: Any) -> bool | None:
    """True or false as published; nothing else is either."""
    return value if isinstance(value, bool) else None


def text(value: Any) -> str | None:
    """Text as published; a number or boolean as its JSON text (ids may be integers)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, ExactNumber):
        return value.text
    return repr(value) if isinstance(value, int | float) else None


def texts(value: Any) -> list[str] | None:
    """A list of text, such as tags or roles; one text alone is a list of one."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return None
    return [item for item in map(text, value) if item is not None]
