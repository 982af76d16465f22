"""Text to values, strictly, and a clear word for each thing that is no JSON.

Owns what is said of malformed text. Source: RFC 8259 (JSON), RFC 7493 (I-JSON: UTF-8, no duplicate
names, no numbers that a double cannot hold, no lone surrogates).
"""

import json
import re
from collections import Counter
from typing import Any

import orjson

from transforms.findings import Finding
from transforms.jsontext import BadJson
from transforms.repair import MENDS, parse

REPAIRS = (*MENDS, "invalid_utf8", "lone_surrogates")
NAME = re.compile(rb'"\s*:')
TOLD = {
    "infinite_numbers": "it is no number of JSON: leave the field out where a value is not known",
    "grouped_digits": "a number has no blanks between its digits: write 1000, not 1 000",
    "leading_zeros": "a number has no leading zeros: write 0, not 000",
    "invalid_utf8": "the text is not UTF-8: write it so, and declare no other encoding",
    "lone_surrogates": "half of a surrogate pair is no character: write the character in UTF-8",
}


class Missing:
    """Stands for a value that could not be read."""


MISSING = Missing()


def value_of(text: bytes) -> tuple[Any, list[Finding]]:
    """The value of `text`, or MISSING, and what is wrong with the text."""
    try:
        return orjson.loads(text), []
    except orjson.JSONDecodeError as error:
        strict = error
    try:
        repaired = parse(text, REPAIRS)
    except BadJson:
        told = f"it cannot be read as JSON ({strict}): correct what stands there"
        return MISSING, [Finding("wellformed.unreadable", "", told, "unusable")]
    return repaired.value, [_told(entry) for entry in repaired.repairs]


def _told(entry: dict[str, str]) -> Finding:
    name = entry["repair"]
    return Finding(f"wellformed.{name}", entry["path"], TOLD[name], "error", entry["was"])


def names_in(text: bytes) -> int:
    """How many field names stand in JSON text. Exact but for text that is oddly spaced or escaped:
    what it says is compared with the names read, and `duplicates` has the last word.
    """
    return text.count(b'":') - text.count(b'\\":')


def names_of(value: Any) -> int:
    """How many field names a parsed value has."""
    if isinstance(value, dict):
        return len(value) + sum(map(names_of, value.values()))
    return sum(map(names_of, value)) if isinstance(value, list) else 0


def spaced_names_in(text: bytes) -> int:
    """As `names_in`, for text with blanks before its colons; slower."""
    return sum(1 for _ in NAME.finditer(text)) - text.count(b'\\":')


def duplicates(text: bytes) -> list[Finding]:
    """The field names that stand twice in one object of `text`."""
    found: Counter[str] = Counter()

    def note(pairs: list[tuple[str, Any]]) -> None:
        times = Counter(name for name, _ in pairs)
        found.update({name: count - 1 for name, count in times.items() if count > 1})

    try:
        json.loads(text, object_pairs_hook=note, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return []  # told as unreadable
    return [
        Finding(
            "wellformed.duplicate_name", "",
            f"the field {name!r:.60} stands twice in one object: only the last one counts", "error",
            name,
        )
        for name in sorted(found)
    ]  # fmt: skip
