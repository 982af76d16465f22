"""The editions of a publication as a chain: each names the one that it was judged against.

Owns their order, and the finding of the edition before. Which one that is was decided when the
verdict was committed: whoever publishes, and whenever, writes the same bytes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import Lake, LakeCorrupt, Manifest
from kernel.publication import link
from kernel.version import order

PREVIOUS = "previous"  # in the notes of a verdict, of an edition and in its summary


def previous_of(lake: Lake, quality: Manifest) -> Manifest | None:
    """The edition that `quality` was judged against, or None before the first.

    Raises:
        LakeCorrupt: it is gone, or is not what it was.
    """
    told = quality.notes.get(PREVIOUS)
    if told is None:
        return None
    folder = f"published/{quality.subject}/{told['edition']}"
    found = lake.committed(folder)
    if found is None or link(found) != told:
        raise LakeCorrupt(
            "the edition that the next one was compared with is gone or was altered: restore it, "
            f"or remove {quality.folder} and check again",
            path=folder,
        )
    return found


def editions(lake: Lake, publication_id: str) -> list[Manifest]:
    """Every edition of a publication that is in the lake, the newest first.

    An edition of more records comes after one of fewer. Of the same records, one that was judged
    against another comes after that one; where that leaves two equal, one by newer code.
    """
    found = {m.version: m for m in map(lake.manifest, lake.folders(f"published/{publication_id}"))}
    depth = {version: _depth(version, found) for version in found}
    return sorted(
        found.values(),
        key=lambda m: (int(m.notes["generation"]), depth[m.version], order(m.code), m.version),
        reverse=True,
    )


def before(edition: Manifest) -> dict[str, Any] | None:
    """How `edition` names the one before it; see `kernel.publication.link`."""
    return edition.notes.get(PREVIOUS)


def names(listed: Sequence[Manifest]) -> str:
    """The names of editions, for a person to choose from."""
    return ", ".join(edition.version for edition in listed) or "none"


def _depth(version: str, found: Mapping[str, Manifest]) -> int:
    """How many of the editions in `found` an edition follows, each named by the next."""
    seen: list[str] = []
    told = before(found[version])
    while told and told["edition"] in found and told["edition"] not in seen:
        seen.append(told["edition"])
        told = before(found[told["edition"]])
    return len(seen)
