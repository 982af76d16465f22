"""The way from what was published of a process back to the raw pages it was read from.

Owns the steps, and the checks at each: whether what lies there is still what was written. Times and
addresses of requests are in the log of the raw manifest: they are no part of what is published.
"""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from kernel import Artifact, ConfigError, Lake, LakeCorrupt, Manifest
from kernel.manifest import digest
from publish.pointer import latest_edition
from transforms.convert import RELEASES
from transforms.jsontext import dumps, loads
from transforms.lines import lines_of
from transforms.parts import Part, groups, lines_in, ocid_of
from transforms.renewal import INDEX

TABLES = "parquet/"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: its kind, what lies there, and whether it is what was written."""

    kind: str
    told: str
    holds: bool


def trace(lake: Lake, ocid: str, edition: str = "") -> Iterator[Step]:
    """Follow `ocid` from an edition to the raw pages.

    Args:
        lake: where everything is.
        ocid: of the process.
        edition: its name; without one, the latest of each publication that has the process.

    Raises:
        ConfigError: no such edition, or it has no such process.
        LakeCorrupt: a manifest on the way is missing or altered.
    """
    found = False
    for manifest in _editions(lake, edition):
        for folder, identity in manifest.inputs.items():
            if not folder.startswith("records/"):
                continue
            records = _manifest(lake, folder)
            part = _part(lake, records, ocid)
            if part is not None:
                found = True
                yield Step("edition", manifest.folder, records.id == identity)
                yield from _rows(lake, manifest, ocid)
                yield from _record(lake, records, part, ocid)
    if not found:
        where = edition or "the latest edition of any publication"
        raise ConfigError(f"{ocid} is not in {where}: `tenderline editions` lists them")


def _editions(lake: Lake, name: str) -> Iterator[Manifest]:
    folders = lake.folders("published")
    if name:
        chosen = [folder for folder in folders if name in (folder, folder.rsplit("/", 1)[-1])]
        if not chosen:
            raise ConfigError(f"no edition {name!r}: `tenderline editions` lists them")
        yield from map(lake.manifest, chosen)
        return
    for publication in sorted({folder.split("/")[1] for folder in folders}):
        latest = latest_edition(lake, publication)
        if latest is not None:
            yield latest


def _manifest(lake: Lake, folder: str) -> Manifest:
    try:
        return lake.manifest(folder)
    except FileNotFoundError as error:
        raise LakeCorrupt("what it was made from is gone: restore it", path=folder) from error


def _part(lake: Lake, records: Manifest, ocid: str) -> Part | None:
    """The part of the records that holds the process."""
    parts = groups(records)
    line = _line(lake, _of(parts.get(INDEX, []), ocid), ocid)
    if line is None:
        return None
    return _of(parts[str(loads(line)["month"])], ocid)


def _of(parts: list[Part], ocid: str) -> Part | None:
    place = bisect_right(parts, ocid, key=attrgetter("first")) - 1
    return parts[place] if place >= 0 else None


def _line(lake: Lake, part: Part | None, ocid: str) -> bytes | None:
    if part is None:
        return None
    return next((line for line in lines_in(lake, [part]) if ocid_of(line) == ocid), None)


def _rows(lake: Lake, edition: Manifest, ocid: str) -> Iterator[Step]:
    """The tables of the edition that have rows of the process, each read and compared."""
    for artifact in edition.artifacts:
        if not (artifact.path.startswith(TABLES) and artifact.path.endswith(".parquet")):
            continue
        try:
            with lake.local(edition, artifact) as path:
                if "ocid" not in pq.read_schema(path).names:
                    continue
                cells = pq.read_table(path, columns=["ocid"])["ocid"]
            count = pc.sum(pc.equal(cells, ocid)).as_py() or 0
        except LakeCorrupt as error:
            yield Step("table", str(error), holds=False)
            continue
        if count:
            yield Step("table", f"{artifact.path}: rows {count}, sha256 {artifact.sha256}", True)


def _record(lake: Lake, records: Manifest, part: Part, ocid: str) -> Iterator[Step]:
    line = _line(lake, part, ocid)
    if line is None:
        raise LakeCorrupt(f"the index names no record of {ocid}", path=records.folder)
    where = f"{part.artifact.folder or records.folder}/{part.artifact.path}"
    yield Step("record", f"{where}, sha256 {part.artifact.sha256}", True)
    for envelope in loads(line)["releases"]:
        release = envelope["release"]
        named = f"{release['id']} of {envelope['date']}, sha256 {envelope['sha256']}"
        if "published_id" in envelope:
            release["id"] = envelope["published_id"]
        yield Step("release", named, digest(dumps(release)) == envelope["sha256"])
        yield from _conversions(lake, records, envelope)


def _conversions(lake: Lake, records: Manifest, envelope: dict[str, Any]) -> Iterator[Step]:
    """Where the release was read: every look at the window that found it in this place."""
    found = False
    for folder, identity in records.inputs.items():
        if folder.split("/")[2] != envelope["window"]:
            continue
        manifest = _manifest(lake, folder)
        if _has(lake, manifest, envelope):
            found = True
            told = f"{folder}, tenderline {manifest.code}"
            yield Step("conversion", told, manifest.id == identity)
            yield from _raw(lake, manifest, envelope)
    if not found:
        yield Step("conversion", f"none of {envelope['window']} has it any more", holds=False)


def _has(lake: Lake, conversion: Manifest, envelope: dict[str, Any]) -> bool:
    place = ("page", "index", "member", "sha256")
    sought = envelope["sha256"].encode()
    with lake.local(conversion, conversion.artifact(RELEASES)) as path:
        likely = (loads(line) for line in lines_of(path) if sought in line)
        return any(all(one.get(k) == envelope.get(k) for k in place) for one in likely)


def _raw(lake: Lake, conversion: Manifest, envelope: dict[str, Any]) -> Iterator[Step]:
    for folder, identity in conversion.inputs.items():
        raw = _manifest(lake, folder)
        artifact = raw.artifacts[envelope["page"] - 1]
        holds = raw.id == identity
        with suppress(LakeCorrupt):
            lake.load(raw, artifact)
            yield Step("raw", _told(raw, artifact, envelope), holds)
            return
        yield Step("raw", f"{folder}/{artifact.path} is missing or was altered", holds=False)


def _told(raw: Manifest, artifact: Artifact, envelope: dict[str, Any]) -> str:
    """The raw page, where in it the release stands, and the request that brought it."""
    member = f" in {envelope['member']}" if envelope.get("member") else ""
    place = f"{raw.folder}/{artifact.path}{member}, release {envelope['index'] + 1}"
    told = f"{place}, sha256 {artifact.sha256}"
    for entry in raw.log:
        if str(entry.get("sha256", " "))[:12] in artifact.path:
            return f"{told}, fetched {entry.get('time', 'at an unknown time')} from {entry['url']}"
    return f"{told}, no request is logged for it"
