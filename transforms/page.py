"""One release on its way from a raw page to a line of `releases/`, and where all of it is gathered.

Owns the order of what is done to a release: upgraded to OCDS 1.1, adjusted by the source's mapping,
given an id where it has none, left out by the source's rule or judged, and written or quarantined
as it then is. Where releases come from is in `transforms.documents`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from kernel import Source
from kernel.manifest import digest
from transforms.findings import Check, Finding, shown
from transforms.forms import Entry
from transforms.jsontext import dumps
from transforms.mappings import Adjust, mapping
from transforms.upgrade import upgraded


class Lines(Protocol):
    """What takes lines of JSON: a list in a test, a file in the lake."""

    def append(self, line: bytes, /) -> None:
        """Take one more line."""


@dataclass(slots=True)
class Page:
    """Where the releases of one raw artifact are gathered, as JSON lines.

    `member` is the file within an archive that is being read; `count` how many releases, or things
    in place of one, were met so far; `doubts` says what could not be read.
    """

    window: str
    number: int
    releases: Lines = field(default_factory=list[bytes])
    rejects: Lines = field(default_factory=list[bytes])
    findings: Lines = field(default_factory=list[bytes])
    notes: Counter[str] = field(default_factory=Counter)
    extensions: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    member: str = ""
    count: int = 0
    written: int = 0
    rejected: int = 0

    def reject(self, index: int | None, finding: Finding, raw: Any) -> None:
        """Quarantine `raw`, the release at `index` or (None) the whole body."""
        reason = {"reason": finding.rule, "path": finding.path, "message": finding.message}
        self.rejects.append(_line({**self._place(index, raw), **reason, "raw": raw}))
        self.rejected += 1

    def find(self, index: int | None, release: Any, finding: Finding) -> None:
        """Note a finding in the release at `index`."""
        told = {
            "rule": finding.rule,
            "path": finding.path,
            "message": finding.message,
            "severity": finding.severity,
            "value": shown(finding.value),
        }
        self.findings.append(_line({**self._place(index, release), **told}))

    def write(self, index: int, release: dict[str, Any], body: bytes, **facts: bool) -> None:
        """Keep the release at `index`, whose JSON is `body`."""
        place = self._place(index, release)
        place.pop("id")
        head = {**place, "date": release["date"], **facts, "sha256": digest(body)}
        self.releases.append(orjson.dumps({**head, "release": orjson.Fragment(body)}))
        self.written += 1

    def _place(self, index: int | None, release: Any) -> dict[str, Any]:
        known = release if isinstance(release, dict) else {}
        where = {"window": self.window, "page": self.number, "index": index}
        within = {"member": self.member} if self.member else {}
        return {**where, **within, "ocid": known.get("ocid"), "id": known.get("id")}


class Treatment:
    """What is done to each release of a source."""

    def __init__(self, source: Source, check: Check) -> None:
        self.check = check
        self.adjust: Adjust = mapping(source.mapping)
        self.exclude = source.exclude

    def apply(self, page: Page, entry: Entry) -> tuple[int, Any]:
        """Gather in `page` what becomes of `entry`; its number, and the release as it was kept."""
        index, page.count = page.count, page.count + 1
        ours = list(entry.findings)
        release, derived = self._adjusted(entry, ours)
        body, findings = b"", [one for one in (entry.rejected, self._excluded(release)) if one]
        if not findings:
            body, findings = self._judged(release, entry.package.extensions)
        if unusable := next((one for one in findings if one.severity == "unusable"), None):
            page.notes[f"rejected_{unusable.rule}"] += 1
            page.reject(index, unusable, release)
            return index, release
        page.notes.update(one.rule for one in ours if one.rule != "derived_id")
        for finding in (*ours, *findings):
            page.find(index, release, finding)
        conforms = not any(finding.severity == "error" for finding in findings)
        page.notes["nonconforming"] += not conforms
        page.notes["derived_ids"] += derived
        page.write(index, release, body, derived_id=derived, conforms=conforms)
        return index, release

    def _excluded(self, release: Any) -> Finding | None:
        """The source's written rule by which `release` is left out, if there is one."""
        for rule in self.exclude:
            found = _reached([release], rule.path.split("/"))
            if rule.equals in (" ".join(one.split()) for one in found if isinstance(one, str)):
                message = f"left out by the source's rule: {rule.path} is {rule.equals!r}"
                return Finding(rule.reason, f"/{rule.path}", message, "unusable")
        return None

    def _adjusted(self, entry: Entry, ours: list[Finding]) -> tuple[Any, bool]:
        """The release as one of OCDS 1.1 with an id, and whether that id was derived."""
        if entry.rejected or not isinstance(entry.release, dict):
            return entry.release, False
        try:
            release = upgraded(entry.release, entry.package.version, ours)
            release = self.adjust(release, ours)
        except (orjson.JSONEncodeError, RecursionError):  # most such cannot be written either
            release = entry.release
            told = "it is nested too deep to be adjusted and stays as published"
            ours[:] = [Finding("not_adjusted", "", told, "warning")]
        if release.get("id") in (None, ""):
            release = {**release, "id": f"{release.get('ocid')}-{digest(_line(release))[:16]}"}
            told = "the release had no id: one was derived"
            ours.append(Finding("derived_id", "/id", told, "error"))
        return release, release["id"] != entry.release.get("id")

    def _judged(self, release: Any, extensions: Iterable[str]) -> tuple[bytes, list[Finding]]:
        """The release as JSON, and what the check says of it."""
        try:
            body = dumps(release)
        except (orjson.JSONEncodeError, RecursionError) as error:
            return b"", [Finding("too_deep", "", f"it cannot be written: {error}", "unusable")]
        return body, self.check(release, [*extensions])


def _reached(found: list[Any], path: Iterable[str]) -> list[Any]:
    """The values at `path` below `found`; a list on the way stands for all that is in it."""
    for name in path:
        items = [one for item in found for one in (item if isinstance(item, list) else [item])]
        found = [item[name] for item in items if isinstance(item, dict) and name in item]
    return found


def _line(value: Any) -> bytes:
    """`value` as one JSON line; what is nested too deep to be written is described instead."""
    try:
        return dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        kept = {k: v for k, v in value.items() if not isinstance(v, dict | list)}
        return dumps({**kept, "raw": "nested too deep to be repeated: see the raw page"})
