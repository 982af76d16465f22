"""Whether a release can be used at all, and how it breaks the standard: the check of `convert`.

Owns which breach makes a release unusable and which only breaks the standard.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs

from transforms.findings import Check, Finding
from transforms.ocds.model import recognised
from transforms.ocds.schema import release_schema
from transforms.values import moment
from validation.structure import Structure, structure

SECTIONS = {"parties", "buyer", "planning", "tender", "awards", "contracts"}
EMPTY: tuple[Any, ...] = ([], {}, None)


def checker(clock: str, ocid_prefix: str) -> Check:
    """The check of one release of a source.

    Args:
        clock: the IANA zone on whose wall clock a release date without offset is read.
        ocid_prefix: the prefix that the source's publisher registered.
    """
    zone = ZoneInfo(clock)

    def check(release: Any, extensions: Sequence[str]) -> list[Finding]:
        if broken := _identity(release, zone):
            return broken
        judge = structure(release_schema, _active(tuple(extensions)))
        return [*_prefix(release, ocid_prefix), *_structure(judge, release)]

    return check


@cache
def _active(extensions: tuple[str, ...]) -> frozenset[str]:
    return recognised(extensions)[0]


def _identity(release: Any, zone: ZoneInfo) -> list[Finding]:
    """What keeps a release from being placed at all: in no process, or at no time."""
    if not isinstance(release, dict):
        return [_unusable("not_an_object", "", f"a release must be an object, not {release!r:.60}")]
    ocid = release.get("ocid")
    if not isinstance(ocid, str) or not ocid.strip():
        return [
            _unusable("no_ocid", "/ocid", f"the release names no process: its ocid is {ocid!r:.60}")
        ]
    if moment(release.get("date"), zone) is None:
        date = release.get("date")
        return [_unusable("no_date", "/date", f"the release has no readable date: {date!r:.60}")]
    if not isinstance(release["id"], str | int) or isinstance(release["id"], bool):
        return [_unusable("bad_id", "/id", f"an id must be text, not {release['id']!r:.60}")]
    return []


def _unusable(rule: str, path: str, message: str) -> Finding:
    return Finding(rule, path, message, "unusable")


def _prefix(release: dict[str, Any], ocid_prefix: str) -> list[Finding]:
    if release["ocid"].startswith(f"{ocid_prefix}-"):
        return []
    message = f"the ocid {release['ocid']!r:.60} does not begin with the registered {ocid_prefix}-"
    return [Finding("ocid_prefix", "/ocid", message, "info", release["ocid"])]


def _structure(judge: Structure, release: dict[str, Any]) -> Iterator[Finding]:
    for error in judge.raw(release):
        severe = error.kind.name == "type" and _breaks(error)
        yield judge.finding(error, "Release", "unusable" if severe else "error")


def _breaks(error: jsonschema_rs.ValidationError) -> bool:
    """Whether a section of the release, or an entry of one, is not the object or array it must be.

    Its content could then be neither merged nor put into tables. Empty ones hold nothing to lose.
    """
    section, *below = error.instance_path or [""]
    entry = not below or (below[:-1] == [] and isinstance(below[0], int))
    return section in SECTIONS and entry and error.instance not in EMPTY
