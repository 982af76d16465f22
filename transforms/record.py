"""One record: the releases of one contracting process, each once, and their compiled release.

Owns the form of a record, what counts as a duplicate and as a silent edit. What a record is made of
is all in it, so that it can be made again when one more release arrives. Source: OCDS 1.1, a
release is immutable and its id unique within the process.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from kernel import Manifest
from transforms.convert import head_of
from transforms.jsontext import dumps, loads
from transforms.merge import compile_releases
from transforms.parts import HEAD, with_ocid
from transforms.values import moment


@dataclass(slots=True)
class Tally:
    """What is counted of records: distinct releases, processes, and oddities by ocid."""

    written: int = 0
    processes: int = 0
    silent_edits: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    conflicts: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Manifest | None) -> Self:
        """What was counted of `records`; of None, nothing."""
        if records is None:
            return cls()
        tally = cls(records.counts.written, int(records.notes["processes"]))
        for edit in records.notes["silent_edits"]:
            tally.silent_edits.setdefault(edit["ocid"], []).append(edit)
        for conflict in records.notes["conflicts"]:
            tally.conflicts[conflict["ocid"]] = conflict["paths"]
        return tally

    def forget(self, ocid: str, releases: int) -> None:
        """Take away what was counted of a process, which had so many releases."""
        self.written -= releases
        self.processes -= 1
        self.silent_edits.pop(ocid, None)
        self.conflicts.pop(ocid, None)

    def replace(self, ocids: Iterable[str], tally: Self) -> None:
        """Add what was counted of `ocids` made anew, in place of the oddities they had."""
        for ocid in ocids:
            self.silent_edits.pop(ocid, None)
            self.conflicts.pop(ocid, None)
        self.written += tally.written
        self.processes += tally.processes
        self.silent_edits |= tally.silent_edits
        self.conflicts |= tally.conflicts

    def notes(self) -> dict[str, Any]:
        """The tally as notes of a manifest, oddities in order of their ocids."""
        edits = (edit for _, edits in sorted(self.silent_edits.items()) for edit in edits)
        conflicts = [{"ocid": o, "paths": paths} for o, paths in sorted(self.conflicts.items())]
        return {
            "processes": self.processes,
            "silent_edits": list(edits),
            "conflicts": conflicts,
        }


class _Found(NamedTuple):
    """A release and where it was found: `where` chooses among equal ones, whatever came first."""

    when: datetime
    sha256: str
    where: tuple[Any, ...]
    envelope: bytes | dict[str, Any]  # as a line until it is known that it counts


def record(ocid: str, lines: Sequence[bytes], zone: ZoneInfo, tally: Tally) -> bytes:
    """The record of `ocid` as one JSON line.

    Args:
        ocid: the process.
        lines: of its releases the envelopes, and the record as it was made of some of them: in
            any order, each any number of times.
        zone: the clock of the source, for dates without offset.
        tally: what is counted is added to it; what was counted of the earlier record is taken away.

    Releases are in order of date, then hash: by what they hold, so that it makes no difference
    which look at a window found which of them. An identical release is kept once. A different one
    under an id already used is kept as a new release, whose id gets the hash of its content behind
    it; the envelope keeps the id as published.
    """
    best: dict[str, _Found] = {}
    for line in lines:
        for found in _opened(ocid, line, zone, tally):
            known = best.setdefault(found.sha256, found)
            if found.where < known.where:
                best[found.sha256] = found
    ids: set[str] = set()
    envelopes = [
        _named_once(ocid, _parsed(found.envelope), ids, tally)
        for found in sorted(best.values(), key=lambda found: found[:2])
    ]
    compiled = compile_releases(envelope["release"] for envelope in envelopes)
    tally.written += len(envelopes)
    tally.processes += 1
    if compiled.conflicts:
        tally.conflicts[ocid] = sorted(set(compiled.conflicts))
    return with_ocid(ocid, dumps({"compiled": compiled.release, "releases": envelopes}))


def moment_of(head: dict[str, Any], zone: ZoneInfo) -> datetime:
    """The date of an envelope's release."""
    found = moment(head["date"], zone)
    if found is None:
        raise ValueError(f"a release without a readable date passed the check: {head['date']!r}")
    return found


def _opened(ocid: str, line: bytes, zone: ZoneInfo, tally: Tally) -> Iterator[_Found]:
    if not line.startswith(HEAD):  # an envelope begins with where its release stood
        yield _found(head_of(line), line, zone)
        return
    envelopes = loads(line)["releases"]
    tally.forget(ocid, len(envelopes))
    for envelope in envelopes:
        if "published_id" in envelope:
            envelope["release"]["id"] = envelope.pop("published_id")
        yield _found(envelope, envelope, zone)


def _found(head: dict[str, Any], envelope: bytes | dict[str, Any], zone: ZoneInfo) -> _Found:
    where = (head["window"], head["page"], head["index"], head.get("member", ""))
    facts = (head["conforms"], head["derived_id"])
    return _Found(moment_of(head, zone), head["sha256"], (*where, *facts), envelope)


def _parsed(envelope: bytes | dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = loads(envelope) if isinstance(envelope, bytes) else envelope
    return found


def _named_once(ocid: str, envelope: dict[str, Any], ids: set[str], tally: Tally) -> dict[str, Any]:
    release, name = envelope["release"], str(envelope["release"]["id"])
    if name in ids:
        derived = f"{name}-{envelope['sha256'][:12]}"
        if derived in ids:  # another release was published under just that id
            derived = f"{name}-{envelope['sha256']}"
        edit = {"ocid": ocid, "id": name, "derived_id": derived}
        tally.silent_edits.setdefault(ocid, []).append(edit)
        envelope |= {"derived_id": True, "published_id": release["id"]}
        release["id"] = name = derived
    ids.add(name)
    return envelope
