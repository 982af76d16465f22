"""The convert stage: the raw pages of one window to releases, one a line.

Owns the layout of `releases/`. What becomes of one page is in `transforms.page`; what makes a
release unusable is told by the check it is given.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from kernel import Artifact, Counts, Lake, Manifest, Source, __version__
from transforms.findings import Check
from transforms.lines import MEDIA_TYPE, decompress, pack
from transforms.page import Page, convert_page

log = logging.getLogger(__name__)
RELEASES, REJECTS, FINDINGS = "releases.jsonl.zst", "rejects.jsonl.zst", "findings.jsonl.zst"


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
        convert_page(source, Page(window, number), decompress(lake.load(raw, artifact)), check)
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


def _unreadable(pages: list[Page]) -> Iterator[str]:
    for page in pages:
        if page.notes["unreadable_page"]:
            yield f"page {page.number}: it cannot be read and is quarantined whole"


def _save(lake: Lake, folder: str, pages: list[Page]) -> Iterator[Artifact]:
    for name, kind in ((RELEASES, "releases"), (REJECTS, "rejects"), (FINDINGS, "findings")):
        lines = [line for page in pages for line in getattr(page, kind)]
        yield lake.save(folder, name, pack(lines), media_type=MEDIA_TYPE, rows=len(lines))


def head_of(line: bytes) -> dict[str, Any]:
    """The envelope of a line of `releases.jsonl.zst` without its release, which is not parsed.

    The separator cannot stand inside a JSON string, where a quote is always escaped.
    """
    head: dict[str, Any] = orjson.loads(line.partition(b',"release":')[0] + b"}")
    return head
