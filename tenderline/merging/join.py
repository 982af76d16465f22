"""The releases of one scratch file to lines of the merged file, in order of ocid.

Owns the order of releases, and which are the same. Runs in processes of its own for large files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from transforms.jsontext import dumps, loads
from transforms.merge import compile_releases
from transforms.versioned import version_releases

SHOWN = 5  # conflicts told of one scratch file


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a line holds: a compiled release, a versioned one, or a record with either or both."""

    versioned: bool
    package: bool


@dataclass(slots=True)
class Joined:
    """What became of the releases of one scratch file, and where its lines are.

    `last` is the latest date of a release in it.
    """

    path: Path
    processes: int = 0
    releases: int = 0
    same: int = 0
    inconsistent: int = 0
    conflicts: list[tuple[str, list[str]]] = field(default_factory=list)
    last: str = ""


def join(path: Path, parts: list[Path], wanted: Wanted) -> Joined:
    """Merge the releases in `parts`, which have all of each of their processes.

    Args:
        path: where the lines go: an ocid as in JSON, a tab, and what is wanted of it.
        parts: scratch files, used up by this.
        wanted: what the lines hold.
    """
    joined = Joined(path)
    with path.open("wb") as stream:
        for key, releases in processes(parts, joined):
            made = _made(releases, wanted, joined)
            stream.write(b"%b\t%b\n" % (key, dumps(made)))
    return joined


def processes(parts: list[Path], joined: Joined) -> Iterator[tuple[bytes, list[dict[str, Any]]]]:
    """The releases of each process in scratch files, which this uses up, counted in `joined`.

    Processes come in order of ocid (as in JSON), releases of one in order of date, each once.
    """
    keyed = []
    for part in parts:
        for line in part.read_bytes().splitlines():
            key, _, body = line.partition(b"\t")
            ocid, when = orjson.loads(key)
            keyed.append((orjson.dumps(ocid)[1:-1], when, body))
        part.unlink()
    keyed.sort(key=itemgetter(0, 1))
    for key, group in groupby(keyed, itemgetter(0)):
        yield key, list(_releases(group, joined))


def _releases(
    group: Iterator[tuple[bytes, str, bytes]], joined: Joined
) -> Iterator[dict[str, Any]]:
    """The releases of one process in order of date, each once.

    Those of one date are in order of id, then of content: how they came makes no difference.
    """
    for when, keyed in groupby(group, itemgetter(1)):
        found = [loads(body) for _, _, body in keyed]
        joined.last = max(joined.last, when)
        if len(found) > 1:
            distinct = {dumps(release): release for release in found}
            joined.same += len(found) - len(distinct)
            order = sorted(distinct, key=lambda text: (str(distinct[text].get("id")), text))
            found = [distinct[text] for text in order]
        joined.releases += len(found)
        yield from found


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
