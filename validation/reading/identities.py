"""Entries told apart: what makes a release or record itself, and whether it came before.

Owns identities within one package, list or file.
"""

from typing import Any

from transforms.findings import Finding
from transforms.jsontext import dumps

SHORT = (1 << 60) - 1  # a hash of so many bits takes less memory, and is still one of its own


class Identities:
    """What was met in one package, list or file. It holds hashes: some 100 bytes an entry.

    Args:
        kind: `records` where the entries are records of a package, else they are releases.

    Attributes:
        same: whether an entry came twice with the same content.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.same = False
        self._named: dict[int, int | None] = {}  # the content of the first entry of each name
        self._others: set[int] = set()  # the content of all other entries

    def add(self, entry: Any, content: int | None) -> list[Finding]:
        """Note an entry with the hash of its content; what to say if it came before."""
        name = identity(entry, self.kind)
        key = 0 if name is None else hash(name) & SHORT
        if name is not None and key not in self._named:
            self._named[key] = content
            return []
        if content is not None:
            first = None if name is None else self._named[key]
            self.same = self.same or content == first or content in self._others
            self._others.add(content)
        return [] if name is None else [_repeated(name, self.kind)]


def identity(entry: Any, kind: str) -> tuple[Any, ...] | None:
    """What tells an entry of a package apart: a record's ocid, a release's ocid and id; or None."""
    names = ("ocid",) if kind == "records" else ("ocid", "id")
    found = tuple(entry.get(name) for name in names) if isinstance(entry, dict) else (None,)
    return found if all(isinstance(value, (str, int, float)) for value in found) else None


def content_of(entry: Any) -> int | None:
    """A hash of an entry, the same for the same JSON value; None if it is nested too deep."""
    try:
        return hash(dumps(entry)) & SHORT
    except TypeError:
        return None


def outline_of(entry: Any) -> int:
    """A hash of the outline of an entry: its ocid and id, and how many fields it has.

    The same content has the same outline. Whether the converse holds is to be seen by `content_of`,
    which costs as much as many checks.
    """
    if not isinstance(entry, dict):
        return hash(type(entry))
    return hash((repr(entry.get("ocid")), repr(entry.get("id")), len(entry)))


def _repeated(name: tuple[Any, ...], kind: str) -> Finding:
    what = "record" if kind == "records" else "release"
    names = "ocid" if kind == "records" else "ocid and id"
    told = f"another {what} before it has the same {names}: give each its own"
    return Finding(f"conformance.repeated_{what}", "", told, "error", name)
