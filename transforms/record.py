"""One record: the releases of one contracting process, each once, and their compiled release.

Owns what counts as a duplicate and as a silent edit. Source: OCDS 1.1, a release is immutable and
its id unique within the process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms.jsontext import dumps, loads
from transforms.merge import compile_releases


@dataclass(slots=True)
class Tally:
    """What compiling counted: distinct releases, exact duplicates, processes, oddities."""

    written: int = 0
    merged: int = 0
    processes: int = 0
    silent_edits: list[dict[str, str]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    def notes(self) -> dict[str, Any]:
        """The tally as notes of a manifest."""
        return {
            "processes": self.processes,
            "silent_edits": self.silent_edits,
            "conflicts": self.conflicts,
        }


def record(ocid: str, lines: Sequence[tuple[str, bytes]], tally: Tally) -> bytes:
    """The record of `ocid` as one JSON line.

    Args:
        ocid: the process.
        lines: hash and envelope line of each of its releases, in order of date, then hash: by what
            they hold, so that it makes no difference which look at a window found which of them.
        tally: what is counted is added to it.

    An identical release is kept once. A different one under an id already used is kept as a new
    release, whose id gets the hash of its content behind it.
    """
    envelopes: list[dict[str, Any]] = []
    hashes: set[str] = set()
    ids: set[str] = set()
    for sha256, line in lines:
        if sha256 in hashes:
            tally.merged += 1
            continue
        hashes.add(sha256)
        envelope = loads(line)
        envelopes.append(_named_once(ocid, envelope, ids, tally))
    compiled = compile_releases(envelope["release"] for envelope in envelopes)
    tally.written += len(envelopes)
    tally.processes += 1
    if compiled.conflicts:
        tally.conflicts.append({"ocid": ocid, "paths": sorted(set(compiled.conflicts))})
    return dumps({"ocid": ocid, "compiled": compiled.release, "releases": envelopes})


def _named_once(ocid: str, envelope: dict[str, Any], ids: set[str], tally: Tally) -> dict[str, Any]:
    release, name = envelope["release"], str(envelope["release"]["id"])
    if name in ids:
        derived = f"{name}-{envelope['sha256'][:12]}"
        if derived in ids:  # another release was published under just that id
            derived = f"{name}-{envelope['sha256']}"
        tally.silent_edits.append({"ocid": ocid, "id": name, "derived_id": derived})
        envelope["derived_id"] = True
        release["id"] = name = derived
    ids.add(name)
    return envelope
