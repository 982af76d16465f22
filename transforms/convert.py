"""The convert stage: the raw pages of one window to releases, one a line.

Owns the way from a body to single releases, the derived id of a release that has none, and the
quarantine. What makes a release unusable is told by the check it is given.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from kernel import Artifact, Counts, Lake, Manifest, Source, __version__
from kernel.manifest import digest
from transforms.findings import Check, Finding
from transforms.jsontext import BadJson, dumps
from transforms.lines import MEDIA_TYPE, decompress, pack
from transforms.repair import parse
from transforms.values import texts

log = logging.getLogger(__name__)
RELEASES, REJECTS, FINDINGS = "releases.jsonl.zst", "rejects.jsonl.zst", "findings.jsonl.zst"
IN_RELEASE = re.compile(r"/releases/(\d+)(/.+)")
EXCERPT = 2_000  # characters of an unreadable body kept in its reject; the raw page has them all


@dataclass(slots=True)
class _Page:
    """Where releases come from, and where what becomes of them is gathered."""

    window: str
    number: int
    releases: list[bytes] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)
    findings: list[bytes] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    extensions: list[str] = field(default_factory=list)

    def reject(self, index: int | None, finding: Finding, raw: Any) -> None:
        place = {"window": self.window, "page": self.number, "index": index}
        ids = {key: raw.get(key) for key in ("ocid", "id")} if isinstance(raw, dict) else {}
        reason = {"reason": finding.rule, "path": finding.path, "message": finding.message}
        self.rejects.append(_line({**place, **ids, **reason, "raw": raw}))

    def find(self, index: int | None, release: Any, finding: dict[str, Any]) -> None:
        place = {"window": self.window, "page": self.number, "index": index}
        ids = {"ocid": None, "id": None}
        if isinstance(release, dict):
            ids = {key: release.get(key) for key in ids}
        self.findings.append(_line({**place, **ids, **finding}))


def convert(source: Source, lake: Lake, raw: Manifest, *, check: Check) -> Manifest:
    """Turn the pages of `raw` into releases.

    Args:
        source: whose pages; its `repairs` are the ones allowed.
        lake: where from and to.
        raw: the manifest of an extraction.
        check: judges one release; a finding of severity `unusable` sends it to quarantine.

    Returns:
        The manifest of `releases.jsonl.zst` (one envelope a line: where the release stood, its
        hash, the release), `rejects.jsonl.zst` (reason, path, where, raw value) and
        `findings.jsonl.zst` (repairs and findings). Counts are releases; a page that cannot be
        read at all counts as one.
    """
    window = str(raw.notes["window"])
    folder = f"releases/{source.id}/{window}/{raw.version}/{__version__}"
    if done := lake.committed(folder):
        return done
    pages = [
        _convert_page(source, _Page(window, number), decompress(lake.load(raw, artifact)), check)
        for number, artifact in enumerate(raw.artifacts, start=1)
    ]
    written, rejected = (sum(len(getattr(p, k)) for p in pages) for k in ("releases", "rejects"))
    notes: Counter[str] = sum((page.notes for page in pages), Counter())
    log.info("source=%s window=%s written=%d rejected=%d", source.id, window, written, rejected)
    return lake.commit(
        Manifest(
            folder=folder,
            stage="convert",
            subject=source.id,
            version=raw.version,
            code=__version__,
            counts=Counts(read=written + rejected, written=written, rejected=rejected),
            artifacts=tuple(_save(lake, folder, pages)),
            inputs={raw.folder: raw.id},
            notes={
                "window": window,
                "pages": len(pages),
                "doubts": [*raw.notes["doubts"], *_unreadable(pages)],
                "made_up": raw.notes["made_up"],
                "kinds": dict(notes),
                "extensions": sorted({url for page in pages for url in page.extensions}),
            },
        )
    )


def _unreadable(pages: list[_Page]) -> Iterator[str]:
    for page in pages:
        if page.notes["unreadable_page"]:
            yield f"page {page.number}: it cannot be read and is quarantined whole"


def _save(lake: Lake, folder: str, pages: list[_Page]) -> Iterator[Artifact]:
    for name, kind in ((RELEASES, "releases"), (REJECTS, "rejects"), (FINDINGS, "findings")):
        lines = [line for page in pages for line in getattr(page, kind)]
        yield lake.save(folder, name, pack(lines), media_type=MEDIA_TYPE, rows=len(lines))


def _convert_page(source: Source, page: _Page, body: bytes, check: Check) -> _Page:
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


def _repaired(entry: dict[str, str], releases: list[Any]) -> tuple[int | None, Any, dict[str, Any]]:
    """Where a repair was made: the index and the release, if its path tells, and the finding."""
    found = IN_RELEASE.fullmatch(entry["path"])
    index = int(found[1]) if found else None
    path = found[2] if found else entry["path"]
    message = f"{entry['was']!r} is no JSON: {entry.get('now', 'left out')}"
    finding = Finding(f"repaired_{entry['repair']}", path, message, "error")
    return index, releases[index] if index is not None else None, asdict(finding)


def _convert_release(page: _Page, index: int, release: Any, check: Check) -> None:
    derived = isinstance(release, dict) and release.get("id") in (None, "")
    if derived:
        release = {**release, "id": f"{release.get('ocid')}-{digest(_line(release))[:16]}"}
        page.notes["derived_ids"] += 1
        derived_id = Finding("derived_id", "/id", "the release had no id: one was derived", "error")
        page.find(index, release, asdict(derived_id))
    try:
        body = dumps(release)
        findings = check(release)
    except (orjson.JSONEncodeError, RecursionError) as error:
        findings = [Finding("too_deep", "", f"the release cannot be written: {error}", "unusable")]
    unusable = next((finding for finding in findings if finding.severity == "unusable"), None)
    if unusable:
        page.notes[f"rejected_{unusable.rule}"] += 1
        page.reject(index, unusable, release)
        return
    for finding in findings:
        page.find(index, release, asdict(finding))
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


def head_of(line: bytes) -> dict[str, Any]:
    """The envelope of a line of `releases.jsonl.zst` without its release, which is not parsed.

    The separator cannot stand inside a JSON string, where a quote is always escaped.
    """
    head: dict[str, Any] = orjson.loads(line.partition(b',"release":')[0] + b"}")
    return head


def _line(value: Any) -> bytes:
    """`value` as one JSON line; what is nested too deep to be written is described instead."""
    try:
        return dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        kept = {k: v for k, v in value.items() if not isinstance(v, dict | list)}
        return dumps({**kept, "raw": "nested too deep to be repeated: see the raw page"})
