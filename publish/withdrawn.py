"""`withdrawn.json`: the editions that somebody took back, and why.

Owns its shape, and what it means for the pointer: records that were withdrawn do not come back by
themselves, newer records do. Written before the pointer moves back, so that who sees the pointer
there sees the reason too.
"""

import json
from collections.abc import Sequence
from typing import Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.manifest import canonical, digest
from kernel.publication import link

Entries = dict[str, dict[str, Any]]  # by the edition's name


def withdrawn(lake: Lake, publication_id: str) -> Entries:
    """What was withdrawn: manifest, generation, records, reason, and the edition preferred (`to`).

    Raises:
        LakeCorrupt: the file is unreadable.
    """
    path = _path(publication_id)
    return _read(lake.peek(path), path)


def stays_away(lake: Lake, edition: Manifest) -> bool:
    """Whether `edition` may not become the latest by itself.

    It knows no more than one that was withdrawn, or more windows in which there was nothing new.
    """
    entries = withdrawn(lake, edition.subject).values()
    generation = int(edition.notes["generation"])
    if any(entry["generation"] >= generation for entry in entries):
        return True
    return bool(entries) and _records(lake, edition) in {entry["records"] for entry in entries}


def withdraw(lake: Lake, editions: Sequence[Manifest], to: Manifest, reason: str) -> None:
    """Add `editions`, of the publication of `to`; what is there stays as it is."""
    path = _path(to.subject)
    new = {
        edition.version: {
            **(link(edition) or {}),
            "generation": int(edition.notes["generation"]),
            "records": _records(lake, edition),
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


def _records(lake: Lake, edition: Manifest) -> str:
    """The hash of what the records of an edition hold, however many windows were looked at."""
    told: list[list[str]] = []
    for folder in sorted(each for each in edition.inputs if each.startswith("records/")):
        records = lake.committed(folder)
        parts = [[part.path, part.sha256] for part in records.artifacts] if records else []
        told += [[folder.split("/")[1], *part] for part in parts] or [[folder]]
    return digest(canonical(told))


def _read(found: bytes | None, path: str) -> Entries:
    if found is None:
        return {}
    try:
        entries = {str(entry["edition"]): entry for entry in json.loads(found)["withdrawn"]}
        for entry in entries.values():
            entry["generation"] = int(entry["generation"])
            for name in ("records", "reason", "to"):
                entry[name] = str(entry[name])
    except (ValueError, KeyError, TypeError) as error:
        raise LakeCorrupt(f"unreadable: {error!r}. Restore it", path=path) from error
    return entries


def _path(publication_id: str) -> str:
    return f"published/{publication_id}/withdrawn.json"
