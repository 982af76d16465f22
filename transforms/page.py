"""One raw page to releases: what the convert stage does to each body.

Owns the way from a body to single releases, the derived id of a release that has none, and the
quarantine. Stores nothing.
"""

import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from kernel import Source
from kernel.manifest import digest
from transforms.findings import Check, Finding, shown
from transforms.jsontext import BadJson, dumps
from transforms.repair import parse
from transforms.values import texts

IN_RELEASE = re.compile(r"/releases/(\d+)(/.+)")
EXCERPT = 2_000  # characters of an unreadable body kept in its reject; the raw page has them all


@dataclass(slots=True)
class Page:
    """Where releases come from, and where what becomes of them is gathered, as JSON lines."""

    window: str
    number: int
    releases: list[bytes] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)
    findings: list[bytes] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    extensions: list[str] = field(default_factory=list)

    def reject(self, index: int | None, finding: Finding, raw: Any) -> None:
        """Quarantine `raw`, the release at `index` or (None) the whole body."""
        reason = {"reason": finding.rule, "path": finding.path, "message": finding.message}
        self.rejects.append(_line({**self._place(index, raw), **reason, "raw": raw}))

    def find(self, index: int | None, release: Any, finding: Finding) -> None:
        """Note a finding in the release at `index`."""
        told = {**asdict(finding), "value": shown(finding.value)}
        self.findings.append(_line({**self._place(index, release), **told}))

    def _place(self, index: int | None, release: Any) -> dict[str, Any]:
        place = {"window": self.window, "page": self.number, "index": index}
        known = release if isinstance(release, dict) else {}
        return {**place, "ocid": known.get("ocid"), "id": known.get("id")}


def convert_page(source: Source, page: Page, body: bytes, check: Check) -> Page:
    """Gather in `page` what `body` holds; see `transforms.convert.convert`."""
    try:
        package = parse(body, source.repairs)
        releases = _releases(package.value)
    except BadJson as error:
        finding = Finding("unreadable_page", "", f"the page cannot be read: {error}", "unusable")
        page.notes["unreadable_page"] = 1
        page.reject(None, finding, body.decode("utf-8", "replace")[:EXCERPT])
        return page
    page.extensions = texts(package.value.get("extensions")) or []
    for entry in package.repairs:
        page.notes[f"repaired_{entry['repair']}"] += 1
        page.find(*_repaired(entry, releases))
    for index, release in enumerate(releases):
        _convert_release(page, index, release, check)
    return page


def _releases(package: Any) -> list[Any]:
    releases = package.get("releases") if isinstance(package, dict) else None
    if not isinstance(releases, list):
        raise BadJson("there is no array 'releases' in it")
    return releases


def _repaired(entry: dict[str, str], releases: list[Any]) -> tuple[int | None, Any, Finding]:
    """Where a repair was made: the index and the release, if its path tells, and the finding."""
    found = IN_RELEASE.fullmatch(entry["path"])
    index = int(found[1]) if found else None
    path = found[2] if found else entry["path"]
    message = f"{entry['was']!r} is no JSON: {entry.get('now', 'left out')}"
    finding = Finding(f"repaired_{entry['repair']}", path, message, "error")
    return index, releases[index] if index is not None else None, finding


def _convert_release(page: Page, index: int, release: Any, check: Check) -> None:
    derived = isinstance(release, dict) and release.get("id") in (None, "")
    if derived:
        release = {**release, "id": f"{release.get('ocid')}-{digest(_line(release))[:16]}"}
        page.notes["derived_ids"] += 1
        derived_id = Finding("derived_id", "/id", "the release had no id: one was derived", "error")
        page.find(index, release, derived_id)
    body, findings = _judged(release, page.extensions, check)
    unusable = next((finding for finding in findings if finding.severity == "unusable"), None)
    if unusable:
        page.notes[f"rejected_{unusable.rule}"] += 1
        page.reject(index, unusable, release)
        return
    for finding in findings:
        page.find(index, release, finding)
    conforms = not any(finding.severity == "error" for finding in findings)
    page.notes["nonconforming"] += not conforms
    head = {
        "ocid": release["ocid"],
        "date": release["date"],
        "window": page.window,
        "page": page.number,
        "index": index,
        "derived_id": derived,
        "conforms": conforms,
        "sha256": digest(body),
    }
    page.releases.append(orjson.dumps({**head, "release": orjson.Fragment(body)}))


def _judged(release: Any, extensions: list[str], check: Check) -> tuple[bytes, list[Finding]]:
    """The release as JSON, and what the check says of it."""
    try:
        body = dumps(release)
    except (orjson.JSONEncodeError, RecursionError) as error:
        return b"", [Finding("too_deep", "", f"it cannot be written: {error}", "unusable")]
    return body, check(release, extensions)


def _line(value: Any) -> bytes:
    """`value` as one JSON line; what is nested too deep to be written is described instead."""
    try:
        return dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        kept = {k: v for k, v in value.items() if not isinstance(v, dict | list)}
        return dumps({**kept, "raw": "nested too deep to be repeated: see the raw page"})
