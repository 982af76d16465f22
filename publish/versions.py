"""`versions.json`: the editions of a publication that can be had, the newest first.

Owns its shape. It is made of what is in the lake each time, after the pointer moved, and never read
back: a lost or damaged one is simply written anew.
"""

from collections.abc import Collection, Mapping
from typing import Any

from kernel import Lake, Manifest
from kernel.lake import MANIFEST
from kernel.manifest import canonical, digest
from publish.chain import before, editions
from publish.held import held
from publish.pointer import latest_edition
from publish.withdrawn import Entries, withdrawn


def refresh(lake: Lake, publication_id: str, without: Collection[str] = ()) -> bool:
    """Write the file anew; True if it changed.

    Args:
        lake: where.
        publication_id: whose file it is.
        without: editions that are about to go, by name.
    """
    path = f"published/{publication_id}/versions.json"
    # Made anew whenever another writer came first: the last one has seen what all others did.
    return lake.move(path, lambda _found: canonical(versions(lake, publication_id, without)))


def versions(lake: Lake, publication_id: str, without: Collection[str] = ()) -> dict[str, Any]:
    """What the file tells. `last_successful` is the edition that `latest.json` names."""
    latest, away = latest_edition(lake, publication_id), withdrawn(lake, publication_id)
    listed = [e for e in editions(lake, publication_id) if e.version not in without]
    return {
        "publication": publication_id,
        "last_successful": latest.version if latest else None,
        "held": _held(held(lake, publication_id)),
        "editions": [_told(edition, away) for edition in listed],
    }


def _held(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The edition that is held back, with the ids of the checks that it failed."""
    if told is None:
        return None
    failed = sorted({str(check["id"]) for check in told.get("checks", ())})
    return {"edition": told["edition"], "checks": failed}


def _told(edition: Manifest, away: Entries) -> dict[str, Any]:
    summary, entry = edition.notes["summary"], away.get(edition.version)
    told = {
        "edition": edition.version,
        "manifest": f"{edition.version}/{MANIFEST}",
        "manifest_sha256": digest(edition.dumps()),
        "previous": before(edition),
        "generation": int(edition.notes["generation"]),
        "counts": {**summary["counts"], "processes": summary["rows"]["processes"]},
        "decision": summary["decision"],
        "files": len(edition.artifacts),
        "bytes": sum(artifact.bytes for artifact in edition.artifacts),
        "state": "withdrawn" if entry else "published",
    }
    return {**told, "reason": entry["reason"]} if entry else told
