"""The two pointers of a publication: `latest.json`, and `held.json` when an edition was blocked.

Owns their shape and the rule that nothing moves backwards. Moves are compared and repeated, so two
writers end with the newer edition whoever comes last.
"""

import json
from typing import Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.manifest import canonical, digest


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
    """Point `latest.json` at `edition`, unless it points at newer records; True if it moved.

    Raises:
        LakeCorrupt: what is there is unreadable.
    """
    path, target = _latest(edition.subject), _pointer(edition)

    def choose(found: bytes | None) -> bytes | None:
        older = found is None or _read(found, path)["generation"] <= target["generation"]
        return canonical(target) if older else None

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


def set_held(lake: Lake, publication_id: str, edition: str, reasons: list[str]) -> None:
    """Say in `held.json` that `edition` was blocked, and why."""
    _write_held(lake, publication_id, {"held": True, "edition": edition, "reasons": reasons})


def clear_held(lake: Lake, publication_id: str) -> None:
    """Say in `held.json` that nothing is held any more, if something was."""
    if lake.peek(_held(publication_id)) is not None:
        _write_held(lake, publication_id, {"held": False})


def _write_held(lake: Lake, publication_id: str, state: dict[str, Any]) -> None:
    data = canonical({"publication": publication_id, **state})
    lake.move(_held(publication_id), lambda _found: data)


def _latest(publication_id: str) -> str:
    return f"published/{publication_id}/latest.json"


def _held(publication_id: str) -> str:
    return f"published/{publication_id}/held.json"
