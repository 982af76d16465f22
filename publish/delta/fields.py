"""Which fields differ between two states of a compiled release.

Owns how entries of arrays are told apart: by their ids, as OCDS 1.1 merges them; by position where
an entry has none or two have the same.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from transforms.jsontext import dumps
from transforms.values import text

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LONGEST = 500  # characters of a value's JSON text; its hash and the whole are in the releases
CUT = "… [{} characters]"  # behind a text that was cut: how long it was
Place = tuple[str, str]  # JSON Pointers: with the positions in arrays, and without


class Absent:
    """Stands where there is no value."""


ABSENT = Absent()


class Difference(NamedTuple):
    """One field: a pointer to it, the same without positions, and its JSON text before and after.

    Positions are those of the later release, of what was removed those of the earlier one.
    """

    pointer: str
    path: str
    kind: str
    before: str | None
    after: str | None


def differences(before: Any, after: Any, place: Place = ("", "")) -> Iterator[Difference]:
    """The smallest values in which `before` and `after` differ, in order of their names.

    What was added or removed as a whole is one difference. Where entries of an array are only in
    another order, the array's ids are the values.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            step = f"/{name.replace('~', '~0').replace('/', '~1')}"
            pair = before.get(name, ABSENT), after.get(name, ABSENT)
            yield from differences(*pair, (place[0] + step, place[1] + step))
    elif _objects(before) and _objects(after):
        yield from _entries(before, after, place)
    elif before is ABSENT or after is ABSENT or dumps(before) != dumps(after):
        yield _difference(before, after, place)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _entries(before: list[Any], after: list[Any], place: Place) -> Iterator[Difference]:
    old, new = _by_id(before), _by_id(after)
    if old is None or new is None:
        old, new = (dict(enumerate(entries)) for entries in (before, after))
    older = {key: position for position, key in enumerate(old)}
    newer = {key: position for position, key in enumerate(new)}
    for key in [*newer, *(key for key in older if key not in newer)]:
        inside = (f"{place[0]}/{newer.get(key, older.get(key))}", place[1])
        yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), inside)
    in_both = [key for key in older if key in newer]
    if in_both != [key for key in newer if key in older]:
        yield _difference([*older], [*newer], place)


def _by_id(entries: list[Any]) -> dict[Any, Any] | None:
    """The entries by their ids; None where these do not tell them apart."""
    found = {text(entry.get("id")): entry for entry in entries}
    return found if len(found) == len(entries) and None not in found else None


def _difference(before: Any, after: Any, place: Place) -> Difference:
    kind = ADDED if before is ABSENT else REMOVED if after is ABSENT else CHANGED
    return Difference(*place, kind, _text(before), _text(after))


def _text(value: Any) -> str | None:
    if value is ABSENT:
        return None
    told = dumps(value).decode()
    return told if len(told) <= LONGEST else told[:LONGEST] + CUT.format(f"{len(told):,}")
