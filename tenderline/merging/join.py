"""The releases of some processes to lines of the merged file, in order of ocid.

Owns the order of releases, and which are the same. Runs in processes of its own for large files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from tenderline.merging.hold import Held, Text, unspilled
from tenderline.merging.output import put
from transforms.jsontext import dumps, loads, loads_plain
from transforms.merge import compile_releases
from transforms.versioned import version_releases

SHOWN = 5  # conflicts told of one scratch file
Line = bytes | memoryview
BLOCK = 1 << 20  # bytes of lines that are written at once


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line holds: a compiled release, a versioned one, or a record with either or both."""

    versioned: bool
    package: bool


@dataclass(slots=True)
class Joined:
    """What became of the releases of one scratch file, or of all that memory held.

    `path` is where the lines wait to be put in order, if they do; `last` is the latest date.
    """

    path: Path | None = None
    processes: int = 0
    releases: int = 0
    same: int = 0
    inconsistent: int = 0
    conflicts: list[tuple[str, list[str]]] = field(default_factory=list)
    last: str = ""


def join(held: Held, path: Path, parts: list[Path], wanted: Wanted) -> Joined:
    """Merge the releases of processes that nobody else has releases of.

    Args:
        held: what this process holds.
        path: where the lines go: an ocid as in JSON, a tab, and what is wanted of it.
        parts: scratch files of which the releases are, used up by this; none if they are held.
        wanted: what the lines hold.
    """
    joined = Joined(path)
    with path.open("wb", BLOCK) as stream:
        for ocid, line in lines(held, parts, wanted, joined):
            put(stream, ocid, line)
    return joined


def lines(
    held: Held, parts: list[Path], wanted: Wanted, joined: Joined
) -> Iterator[tuple[bytes, Line]]:
    """The line of each process, in order of ocid, counted in `joined`; see `join`."""
    for ocid, texts in processes(held, parts, joined):
        joined.processes += 1
        if len(texts) == 1 and (alone := texts[0]).rest < alone.body:
            joined.releases += 1
            yield ocid, alone.in_place()
        else:
            yield ocid, dumps(_made(releases_in(texts, joined), wanted, joined))


def processes(held: Held, parts: list[Path], joined: Joined) -> Iterator[tuple[bytes, list[Text]]]:
    """Each process in scratch files or held, in order of ocid, with its releases; see `join`."""
    found = unspilled(parts) if parts else held.processes
    joined.last = max((text.when for texts in found.values() for text in texts), default="")
    for ocid in sorted(found):
        yield ocid, found.pop(ocid)


def releases_in(texts: list[Text], joined: Joined) -> list[dict[str, Any]]:
    """The releases of one process in order of date, each once.

    Those of one date are in order of id, then of content: how they came makes no difference.
    """
    if len(texts) == 1:
        joined.releases += 1
        return [_release(texts[0])]
    releases: list[dict[str, Any]] = []
    texts.sort(key=attrgetter("when"))
    for _, group in groupby(texts, attrgetter("when")):
        found = [_release(text) for text in group]
        if len(found) > 1:
            distinct = {dumps(release): release for release in found}
            joined.same += len(found) - len(distinct)
            order = sorted(distinct, key=lambda text: (str(distinct[text].get("id")), text))
            found = [distinct[text] for text in order]
        joined.releases += len(found)
        releases += found
    return releases


def _release(text: Text) -> dict[str, Any]:
    held = text.release()
    read = loads if held.exact else loads_plain
    body: dict[str, Any] = read(held.body)
    return {**body, **read(held.rest)} if held.rest else body


def _made(releases: list[dict[str, Any]], wanted: Wanted, joined: Joined) -> Any:
    ocid = str(releases[0]["ocid"])
    merged: dict[str, Any] = {}
    conflicts: list[str] = []
    if wanted.versioned:
        versioned = version_releases(releases)
        merged["versionedRelease"], conflicts = versioned.release, versioned.conflicts
    if wanted.package or not wanted.versioned:
        compiled = compile_releases(releases)
        merged["compiledRelease"], conflicts = compiled.release, compiled.conflicts
    note_conflicts(joined, ocid, conflicts)
    if wanted.package:
        return {"ocid": ocid, "releases": releases, **merged}
    return next(iter(merged.values()))


def note_conflicts(joined: Joined, ocid: str, conflicts: list[str]) -> None:
    """Count a process whose releases disagree on the kind of a value, if they do."""
    if conflicts:
        joined.inconsistent += 1
        if len(joined.conflicts) < SHOWN:
            joined.conflicts.append((ocid, sorted(set(conflicts))))
