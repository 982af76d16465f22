"""Repairs of text that is almost JSON: a closed set, switched on by name in a source's facts.

Owns the repairs and their log. A repair touches nothing but the token it names, never the inside of
a string (but for characters that are no characters), and every use of it is logged.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from transforms.jsontext import BadJson, loads

# A string, passed over whole (one without end, to the end of the text: no part is looked at twice);
# or what stands where a number may.
TOKEN = re.compile(
    rb'"(?:[^"\\]|\\(?s:.))*+(?:"|\\?\Z)'
    rb"|(?P<number>-?(?:[0-9][0-9 ]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|Infinity|NaN\b))"
)
GROUPED = re.compile(rb"(-?[0-9]{1,3})((?: [0-9]{3})+)((?:\.[0-9]+)?)")
LEADING = re.compile(rb"(-?)0+([0-9].*)")
LONGEST_FINITE = 308  # digits of a whole number that a double holds, whatever they are
ESCAPED_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
ABSENT = "\x00absent"  # stands for a number without value until its field is taken out


@dataclass(slots=True)
class Repaired:
    """A parsed body and what was done to it: one entry for each token changed."""

    value: Any
    repairs: list[dict[str, str]] = field(default_factory=list)


def parse(body: bytes, repairs: Collection[str]) -> Repaired:
    """The value of `body`, repaired only where it is not JSON and only as `repairs` allows.

    Raises:
        BadJson: not JSON, even after every allowed repair; the reason is the first one met.
    """
    try:
        return Repaired(loads(body))
    except BadJson as error:
        reason = error
    done: list[dict[str, str]] = []
    text = _repair_text(body, repairs, done)
    text = TOKEN.sub(lambda match: _token(match, repairs, done), text)
    if not done:
        raise reason
    try:
        value = loads(text)
    except BadJson as error:
        raise BadJson(f"{reason}; after {len(done)} repairs: {error}") from error
    try:
        _take_out(value, "", done)
    except RecursionError as error:
        raise BadJson(f"{reason}; it is nested too deep to be repaired") from error
    return Repaired(value, [entry for entry in done if entry])


def _repair_text(body: bytes, repairs: Collection[str], done: list[dict[str, str]]) -> bytes:
    if "invalid_utf8" in repairs:
        fixed = body.decode("utf-8", "replace").encode()
        if fixed != body:
            done.append({"repair": "invalid_utf8", "path": "", "was": "bytes that are not UTF-8"})
            body = fixed
    if "lone_surrogates" in repairs:
        body = ESCAPED_SURROGATE.sub(lambda match: _surrogate(match, done), body)
    return body


def _surrogate(match: re.Match[bytes], done: list[dict[str, str]]) -> bytes:
    if match[2]:
        return match[0]
    done.append({"repair": "lone_surrogates", "path": "", "was": match[0].decode()})
    return match[1] + rb"\ufffd"


def _token(match: re.Match[bytes], repairs: Collection[str], done: list[dict[str, str]]) -> bytes:
    token = match["number"]
    if token is None:
        return match[0]
    bare = token.rstrip(b" ")
    for name, mend in MENDS.items():
        if name in repairs and (mended := mend(bare)) is not None:
            if name != "infinite_numbers":
                done.append(
                    {"repair": name, "path": "", "was": bare.decode(), "now": mended.decode()}
                )
            else:
                done.append({})  # its entry is written when its field is taken out
            return mended + token[len(bare) :]
    return token


def _infinite(token: bytes) -> bytes | None:
    if token.endswith((b"Infinity", b"NaN")) or _is_beyond(token):
        return b'"\\u0000absent' + token + b'"'
    return None


def _is_beyond(token: bytes) -> bool:
    """Whether a number is larger than a double holds (IEEE 754): reading it gives infinity."""
    if b" " in token or (len(token) <= LONGEST_FINITE and b"e" not in token.lower()):
        return False
    return math.isinf(float(token))


def _grouped(token: bytes) -> bytes | None:
    found = GROUPED.fullmatch(token)
    return found[1] + found[2].replace(b" ", b"") + found[3] if found else None


def _leading(token: bytes) -> bytes | None:
    found = LEADING.fullmatch(token)
    return found[1] + found[2] if found else None


MENDS: Mapping[str, Callable[[bytes], bytes | None]] = {
    "infinite_numbers": _infinite,
    "grouped_digits": _grouped,
    "leading_zeros": _leading,
}


def _take_out(value: Any, path: str, done: list[dict[str, str]]) -> None:
    """Remove the fields whose number has no value, and log where they were.

    To leave a field out says "not stated"; `null` would say "delete" to a merge.
    """
    if isinstance(value, dict):
        for key in [key for key, item in value.items() if _is_absent(item)]:
            was = value.pop(key).removeprefix(ABSENT)
            done.append({"repair": "infinite_numbers", "path": f"{path}/{key}", "was": was})
        for key, item in value.items():
            _take_out(item, f"{path}/{key}", done)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if _is_absent(item):
                was = item.removeprefix(ABSENT)
                done.append({"repair": "infinite_numbers", "path": f"{path}/{index}", "was": was})
            _take_out(item, f"{path}/{index}", done)
        value[:] = [item for item in value if not _is_absent(item)]


def _is_absent(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(ABSENT)
