"""JSON text in and out: fast, exact to the published digit, and strict.

Owns parsing and writing of JSON for every later stage. Numbers that a 64-bit float would change
keep their text. Repairs of what is not JSON are in `transforms.repair`. Compiled where a C compiler
was there: see `kernel.native`.
"""

import json
from decimal import Decimal
from typing import Any, Final

import orjson

from transforms.exact import ExactNumber

# Fewer than sixteen digits always survive a float; only longer runs are worth the slow road. They
# are looked for in the text with every digit and point a zero: six times as fast as a pattern.
ZEROS: Final = bytes(48 if byte in b"0123456789." else 32 for byte in range(256))
LONG_NUMBER: Final = b"0" * 16
NUMERALS: Final = b"-+.0123456789eE"  # what a number is written with
BEFORE: Final = b" \t\r\n:,["  # what stands before a number; in a string it may be anything
MAX_DIGITS: Final = 400  # longer numbers mean nothing and cost quadratic time


class BadJson(ValueError):
    """The text is not JSON, with the reason."""


def loads(data: bytes) -> Any:
    """The value of the JSON text `data` (UTF-8, a byte order mark is passed over).

    Raises:
        BadJson: not JSON by RFC 8259, not UTF-8, or nested more than 1024 deep.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadJson(str(error)) from error
    return _loads_exactly(data) if _has_long_number(data) else value


def dumps(value: Any) -> bytes:
    """`value` as compact JSON with sorted keys: equal values give equal bytes."""
    return orjson.dumps(value, default=_fragment, option=orjson.OPT_SORT_KEYS)


def written(value: Any, *, ordered: bool) -> tuple[bytes, bool]:
    """`value` as compact JSON, with its keys sorted if it is to be `ordered`; and whether a number
    in it keeps its text, so that it is read by `loads`: else `loads_plain` reads the same.
    """
    option = orjson.OPT_SORT_KEYS if ordered else 0
    try:
        return orjson.dumps(value, option=option), False
    except orjson.JSONEncodeError:
        return orjson.dumps(value, default=_fragment, option=option), True


def loads_plain(data: bytes) -> Any:
    """The value of JSON text that was written here and has no number that keeps its text."""
    return orjson.loads(data)


def plain(value: Any) -> Any:
    """`value` with every number a plain one, for libraries that know no exact numbers."""
    return orjson.loads(dumps(value))


def number(text: str) -> Any:
    """The number that JSON writes as `text`, with every digit of it: an `int` or a `float`.

    Raises:
        BadJson: it has too many digits.
    """
    return _number(text) if "." in text or "e" in text.lower() else _integer(text)


def _has_long_number(data: bytes) -> bool:
    """Whether a run of digits as long as that may be a number: not one in an id or an address."""
    zeros = data.translate(ZEROS)
    end, at = 0, zeros.find(LONG_NUMBER)
    while at >= 0:
        start = at
        while start > end and data[start - 1] in NUMERALS:
            start -= 1
        if start == 0 or data[start - 1] in BEFORE:
            return True
        end = at + len(LONG_NUMBER)
        while zeros.startswith(LONG_NUMBER, end):
            end += len(LONG_NUMBER)
        at = zeros.find(LONG_NUMBER, end)
    return False


def _loads_exactly(data: bytes) -> Any:
    try:
        return json.loads(data, parse_float=_number, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise BadJson(str(error)) from error


# Compiled, what is declared a float becomes a plain one: what may be exact is `Any`.
def _number(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        raise BadJson(f"a number of {len(text)} digits")
    value: Any = float(text)
    if Decimal(repr(value)) == Decimal(text):
        return value
    return _exact(value, text)


def _integer(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        raise BadJson(f"a number of {len(text)} digits")
    value: Any = int(text)
    if -(2**63) <= value < 2**64:
        return value
    return _exact(float(value), text)


def _exact(value: float, text: str) -> Any:
    number: Any = ExactNumber(value)
    number.text = text
    return number


def _fragment(value: Any) -> Any:
    if isinstance(value, ExactNumber):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is not JSON")
