"""The pointer of a publication, `latest.json`.

Owns its shape and the rule that nothing moves backwards, unless somebody says so. Moves are
compared and repeated, so two writers end with the newer edition whoever comes last.
"""

import json
from collections.abc import Container
from typing import Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.manifest import canonical, digest
from publish.withdrawn import stays_away, withdrawn


def online(lake: Lake, publication_id: str) -> set[str]:
    """The edition that `latest.json` names, and the one to which somebody is just taking it back.

    By name, be they there or not; none before the first.

    Raises:
        LakeCorrupt: the pointer is unreadable.
    """
    path = _latest(publication_id)
    found = lake.peek(path)
    if found is None:
        return set()
    name = str(_read(found, path)["edition"])
    entry = withdrawn(lake, publication_id).get(name)
    return {name, entry["to"]} if entry else {name}


def latest_edition(lake: Lake, publication_id: str) -> Manifest | None:
    """The manifest of the latest edition, or None before the first.

    Raises:
        LakeCorrupt: the pointer is unreadable or names an edition that is not there.
    """
    path = _latest(publication_id)
    found = lake.peek(path)
    if found is None:
        return None
    told = _read(found, path)
    try:
        edition = lake.manifest(f"published/{publication_id}/{told['edition']}")
    except FileNotFoundError as error:
        raise LakeCorrupt(f"the pointer leads nowhere: {error}. Restore it", path=path) from error
    if told | _pointer(edition) != told:
        raise LakeCorrupt("the pointer was altered: restore it", path=path)
    return edition


def move_latest(lake: Lake, edition: Manifest) -> bool:
    """Point `latest.json` at `edition`; True if it moved.

    It stays where it is when it points at newer records, or when an edition of these records or of
    newer ones was withdrawn.

    Raises:
        LakeCorrupt: what is there is unreadable.
    """
    path, target = _latest(edition.subject), _pointer(edition)

    def choose(found: bytes | None) -> bytes | None:
        older = found is None or _read(found, path)["generation"] <= target["generation"]
        # Read after the pointer: where that has moved back, the reason is there already.
        return canonical(target) if older and not stays_away(lake, edition) else None

    return lake.move(path, choose)


def move_back(lake: Lake, edition: Manifest, away: Container[str]) -> bool:
    """Point `latest.json` at `edition`, whatever its records, if it points at one of `away`.

    `away` are names of editions. True if it moved.

    Raises:
        LakeCorrupt: what is there is unreadable.
    """
    path, target = _latest(edition.subject), _pointer(edition)

    def choose(found: bytes | None) -> bytes | None:
        leaves = found is None or _read(found, path)["edition"] in away
        return canonical(target) if leaves else None

    return lake.move(path, choose)


def _pointer(edition: Manifest) -> dict[str, Any]:
    return {
        "publication": edition.subject,
        "edition": edition.version,
        "manifest": f"{edition.version}/manifest.json",
        "manifest_sha256": digest(edition.dumps()),
        "generation": int(edition.notes["generation"]),
    }


def _read(found: bytes, path: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(found)
        return told | {"edition": str(told["edition"]), "generation": int(told["generation"])}
    except (ValueError, KeyError, TypeError) as error:
        raise LakeCorrupt(f"the pointer is unreadable: {error}. Restore it", path=path) from error


def _latest(publication_id: str) -> str:
    return f"published/{publication_id}/latest.json"
