"""Text to values, strictly, and a clear word for each thing that is no JSON.

Owns what is said of malformed text. Source: RFC 8259 (JSON), RFC 7493 (I-JSON: UTF-8, no duplicate
names, no numbers that a double cannot hold, no lone surrogates).
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from transforms.findings import Finding
from transforms.jsontext import BadJson
from validation.reading.brackets import cut
from validation.spots import escaped

NAME = re.compile(rb'"\s*:')
BEFORE_COLON = (b" :", b"\t:", b"\n:", b"\r:")
NEAR = 64  # bytes looked at before a colon; as many blanks are taken for a doubt
ESCAPED_END = b'\\\\"'  # a backslash at the end of a string: what is behind it looks escaped
MOST = 3_000_000  # commas of one value: of OCDS, a value of 64 MiB has some two million
REPAIRS = {  # what is mended, and what is said of it
    "infinite_numbers": "no double holds it, so readers differ: leave out what is not known",
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
    if has_more(text, MOST):
        told = f"it has more than {MOST:,} values: no release or record is so large; split it"
        return MISSING, [Finding("wellformed.too_large", "", told, "unusable")]
    try:
        return orjson.loads(text), []
    except orjson.JSONDecodeError as error:
        strict = error
    from transforms.repair import parse  # its patterns take as long to make as a release to judge

    try:
        if not cut(text):  # what is cut within a string cannot be repaired, but takes long to try
            repaired = parse(text, REPAIRS)
            return repaired.value, [_told(entry) for entry in repaired.repairs]
    except (BadJson, RecursionError):
        pass
    return MISSING, [unreadable(f"it cannot be read as JSON ({strict}): correct what stands there")]


def has_more(text: bytes, values: int) -> bool:
    """Whether there may be more than so many values in JSON text: each but the last has a comma."""
    return len(text) > values and text.count(b",") > values


def unreadable(told: str) -> Finding:
    """The finding that a value could not be read."""
    return Finding("wellformed.unreadable", "", told, "unusable")


def _told(entry: dict[str, str]) -> Finding:
    name = entry["repair"]
    return Finding(f"wellformed.{name}", entry["path"], REPAIRS[name], "error", entry["was"])


def names_of(value: Any) -> int:
    """How many field names a parsed value has."""
    if isinstance(value, dict):
        return len(value) + sum(map(names_of, value.values()))
    return sum(map(names_of, value)) if isinstance(value, list) else 0


def may_repeat(text: bytes, met: int) -> bool:
    """Whether a name may stand twice in an object of JSON text, because more names stand in it
    than the `met` ones that were read. Strings with odd ends can give a false alarm.
    """
    names = text.count(b'":')
    if not _has_spaced_colons(text):
        if names == met:
            return False
        if ESCAPED_END not in text:
            return names - text.count(b'\\":') != met
        return True
    if ESCAPED_END in text:
        return True
    names = sum(1 for _ in NAME.finditer(text))
    return names - text.count(b'\\":') != met


def _has_spaced_colons(text: bytes) -> bool:
    """Whether a blank may stand between a name and its colon; most that do stand within text."""
    for blank in BEFORE_COLON:
        at = text.find(blank) if blank[:1] in text else -1
        while at >= 0:
            before = text[max(0, at - NEAR) : at].rstrip()
            if not before or before.endswith(b'"'):
                return True
            at = text.find(blank, at + 1)
    return False


def duplicates(text: bytes) -> list[Finding]:
    """The field names that stand twice in one object of `text`."""
    try:
        value = json.loads(
            text.decode("utf-8", "replace"),
            object_pairs_hook=_noting, parse_int=str, parse_float=str,
        )  # fmt: skip
    except (ValueError, RecursionError):
        return []  # told as unreadable
    return [_twice(path, name) for path, name in _repeated(value)]


class Repeating(dict[str, Any]):
    """An object with names that stood in it more than once."""

    names: tuple[str, ...]


def _noting(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    found = Repeating(plain)
    times = Counter(name for name, _ in pairs)
    found.names = tuple(name for name, count in times.items() if count > 1)
    return found


def _repeated(value: Any) -> Iterator[tuple[str, str]]:
    """The path of each repeated field in the order of the text, and its name."""
    left = [("", value)]
    while left:
        path, value = left.pop()
        if isinstance(value, Repeating):
            yield from ((path, name) for name in value.names)
        if isinstance(value, dict):
            inner = [(f"{path}/{escaped(name)}", child) for name, child in value.items()]
        else:
            inner = [(f"{path}/{position}", child) for position, child in enumerate(value)]
        left += reversed([(at, child) for at, child in inner if isinstance(child, (dict, list))])


def _twice(path: str, name: str) -> Finding:
    name = name.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be written
    told = f"the field {name!r:.60} stands twice in one object: only the last one counts"
    return Finding("wellformed.duplicate_name", f"{path}/{escaped(name)}", told, "error", name)
