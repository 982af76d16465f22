"""Entries told apart: what makes a release or record itself, and whether it came before.

Owns identities within one package, list or file.
"""

from typing import Any

from transforms.findings import Finding
from transforms.jsontext import dumps


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
        self._named: set[int] = set()
        self._whole: set[int] = set()

    def add(self, entry: Any, content: int | None) -> list[Finding]:
        """Note an entry with the hash of its content; what to say if it came before."""
        self.same = self.same or content in self._whole
        if content is not None:
            self._whole.add(content)
        name = identity(entry, self.kind)
        if name is None:
            return []
        key = hash(name)
        known = key in self._named
        self._named.add(key)
        return [_repeated(name, self.kind)] if known else []


def identity(entry: Any, kind: str) -> tuple[Any, ...] | None:
    """What tells an entry of a package apart: a record's ocid, a release's ocid and id; or None."""
    names = ("ocid",) if kind == "records" else ("ocid", "id")
    found = tuple(entry.get(name) for name in names) if isinstance(entry, dict) else (None,)
    return found if all(isinstance(value, str | int | float) for value in found) else None


def content_of(entry: Any) -> int | None:
    """A hash of an entry, the same for the same JSON value; None if it is nested too deep."""
    try:
        return hash(dumps(entry))
    except TypeError:
        return None


def _repeated(name: tuple[Any, ...], kind: str) -> Finding:
    what = "record" if kind == "records" else "release"
    names = "ocid" if kind == "records" else "ocid and id"
    told = f"another {what} before it has the same {names}: give each its own"
    return Finding(f"conformance.repeated_{what}", "", told, "error", name)
