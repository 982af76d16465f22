"""The structure of one release: required fields, types, formats and closed codes.

Owns which breach makes a release unusable and which only breaks the standard. The rules themselves
are the model's. Source: OCDS 1.1.5 release schema.
"""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs

from transforms.findings import Check, Finding, Severity
from transforms.jsontext import plain
from transforms.ocds.model import release_schema
from transforms.values import moment

SECTIONS = {"parties", "buyer", "planning", "tender", "awards", "contracts"}
EMPTY: tuple[Any, ...] = ([], {}, None)
SHOWN = 200  # characters of a message; longer ones repeat whole values


def checker(clock: str, ocid_prefix: str) -> Check:
    """The check of one release of a source.

    Args:
        clock: the IANA zone on whose wall clock a release date without offset is read.
        ocid_prefix: the prefix that the source's publisher registered.
    """
    zone = ZoneInfo(clock)

    def check(release: Any) -> list[Finding]:
        broken = _identity(release, zone)
        return broken or [*_prefix(release, ocid_prefix), *_structure(release)]

    return check


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


def _prefix(release: dict[str, Any], ocid_prefix: str) -> list[Finding]:
    if release["ocid"].startswith(f"{ocid_prefix}-"):
        return []
    message = f"the ocid {release['ocid']!r:.60} does not begin with the registered {ocid_prefix}-"
    return [Finding("ocid_prefix", "/ocid", message, "note")]


def _structure(release: dict[str, Any]) -> list[Finding]:
    try:
        errors = list(_validator().iter_errors(release))
    except ValueError:  # a number too long for the validator: it sees the nearest it knows
        errors = list(_validator().iter_errors(plain(release)))
    return [_finding(error) for error in errors]


@cache
def _validator() -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(release_schema(), validate_formats=True)


def _finding(error: jsonschema_rs.ValidationError) -> Finding:
    rule = str(error.schema_path[-1]) if error.schema_path else "schema"
    path = "".join(f"/{part}" for part in error.instance_path)
    message = error.message if len(error.message) <= SHOWN else f"{error.message[:SHOWN]}…"
    severity: Severity = "unusable" if rule == "type" and _breaks(error) else "error"
    return Finding(rule, path, message, severity)


def _breaks(error: jsonschema_rs.ValidationError) -> bool:
    """Whether a section of the release, or an entry of one, is not the object or array it must be.

    Its content could then be neither merged nor put into tables. Empty ones hold nothing to lose.
    """
    section, *below = error.instance_path or [""]
    entry = not below or (below[:-1] == [] and isinstance(below[0], int))
    return section in SECTIONS and entry and error.instance not in EMPTY


def _unusable(rule: str, path: str, message: str) -> Finding:
    return Finding(rule, path, message, "unusable")
