"""The releases of some processes to lines of the merged file, in order of ocid.

Owns the order of releases, and which are the same. Runs in processes of its own for large files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from tenderline.merging.hold import Held, Processes, Text, unspilled
from transforms.jsontext import dumps, loads
from transforms.merge import compile_releases
from transforms.versioned import version_releases

SHOWN = 5  # conflicts told of one scratch file
BLOCK = 1 << 20  # bytes of lines that are handed on at once, about
Line = tuple[bytes, bytes]  # the ocid of a process, and what is wanted of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line holds: a compiled release, a versioned one, or a record with either or both."""

    versioned: bool
    package: bool


@dataclass(slots=True)
class Joined:
    """What became of the releases of one scratch file, or of all that memory held.

    `path` is where the lines of a scratch file are, `last` the latest date of a release in it.
    """

    path: Path | None = None
    processes: int = 0
    releases: int = 0
    same: int = 0
    inconsistent: int = 0
    conflicts: list[tuple[str, list[str]]] = field(default_factory=list)
    last: str = ""


def join(_: Held, path: Path, parts: list[Path], wanted: Wanted) -> Joined:
    """Merge the releases in `parts`, scratch files that have all of each of their processes.

    Args:
        path: where the lines go: an ocid as in JSON, a tab, and what is wanted of it.
        parts: used up by this.
        wanted: what the lines hold.
    """
    processes, joined = unspilled(parts), Joined(path)
    joined.last = last_of(processes)
    with path.open("wb") as stream:
        for line in _lines(processes, wanted, joined):
            stream.write(b"%b\t%b\n" % line)
    return joined


def merged(held: Held, wanted: Wanted) -> Iterator[list[Line] | Joined]:
    """The lines of all processes held, in blocks, and in the end what became of them."""
    joined = Joined()
    block: list[Line] = []
    size = 0
    for line in _lines(held.processes, wanted, joined):
        block.append(line)
        size += len(line[1])
        if size > BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block
    yield joined


def last_of(processes: Processes) -> str:
    """The latest date of a release, if there is one."""
    return max((text.when for texts in processes.values() for text in texts), default="")


def _lines(processes: Processes, wanted: Wanted, joined: Joined) -> Iterator[Line]:
    """What is wanted of each process, in order of ocid; each is given up when it is merged."""
    for ocid in sorted(processes):
        texts = processes.pop(ocid)
        if len(texts) == 1 and (alone := texts[0].release()).rest:
            joined.processes += 1
            joined.releases += 1
            yield ocid, alone.body
        else:
            yield ocid, dumps(_made(_releases(texts, joined), wanted, joined))


def _releases(texts: list[Text], joined: Joined) -> list[dict[str, Any]]:
    """The releases of one process in order of date, each once.

    Those of one date are in order of id, then of content: how they came makes no difference.
    """
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
    body: dict[str, Any] = loads(held.body)
    return {**body, **loads(held.rest)} if held.rest else body


def _made(releases: list[dict[str, Any]], wanted: Wanted, joined: Joined) -> Any:
    joined.processes += 1
    ocid = str(releases[0]["ocid"])
    merged: dict[str, Any] = {}
    conflicts: list[str] = []
    if wanted.versioned:
        versioned = version_releases(releases)
        merged["versionedRelease"], conflicts = versioned.release, versioned.conflicts
    if wanted.package or not wanted.versioned:
        compiled = compile_releases(releases)
        merged["compiledRelease"], conflicts = compiled.release, compiled.conflicts
    if conflicts:
        joined.inconsistent += 1
        if len(joined.conflicts) < SHOWN:
            joined.conflicts.append((ocid, sorted(set(conflicts))))
    if wanted.package:
        return {"ocid": ocid, "releases": releases, **merged}
    return next(iter(merged.values()))
