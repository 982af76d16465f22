"""`withdrawn.json`: the editions that somebody took back, and why.

Owns its shape, and what it means for the pointer: records that were withdrawn do not come back by
themselves, newer records do. Written before the pointer moves back, so that who sees the pointer
there sees the reason too.
"""

import json
from collections.abc import Sequence
from typing import Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.manifest import canonical
from kernel.publication import link

Entries = dict[str, dict[str, Any]]  # by the edition's name


def withdrawn(lake: Lake, publication_id: str) -> Entries:
    """What was withdrawn: manifest, generation, reason, and the edition that was preferred (`to`).

    Raises:
        LakeCorrupt: the file is unreadable.
    """
    path = _path(publication_id)
    return _read(lake.peek(path), path)


def highest(entries: Entries) -> int:
    """The generation that an edition must exceed to become the latest by itself."""
    return max((entry["generation"] for entry in entries.values()), default=-1)


def withdraw(lake: Lake, editions: Sequence[Manifest], to: Manifest, reason: str) -> None:
    """Add `editions`, of the publication of `to`; what is there stays as it is."""
    path = _path(to.subject)
    new = {
        edition.version: {
            **(link(edition) or {}),
            "generation": int(edition.notes["generation"]),
            "reason": reason,
            "to": to.version,
        }
        for edition in editions
    }

    def choose(found: bytes | None) -> bytes | None:
        entries = new | _read(found, path)
        listed = sorted(entries.values(), key=lambda e: (-e["generation"], e["edition"]))
        return canonical({"publication": to.subject, "withdrawn": listed}) if entries else None

    lake.move(path, choose)


def _read(found: bytes | None, path: str) -> Entries:
    if found is None:
        return {}
    try:
        entries = {str(entry["edition"]): entry for entry in json.loads(found)["withdrawn"]}
        for entry in entries.values():
            entry["generation"] = int(entry["generation"])
            entry["reason"], entry["to"] = str(entry["reason"]), str(entry["to"])
    except (ValueError, KeyError, TypeError) as error:
        raise LakeCorrupt(f"unreadable: {error!r}. Restore it", path=path) from error
    return entries


def _path(publication_id: str) -> str:
    return f"published/{publication_id}/withdrawn.json"
