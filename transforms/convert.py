"""The convert stage: the raw artifacts of one window to releases, one a line.

Owns the layout of `releases/`. How releases are found in an artifact is in `transforms.documents`,
what becomes of each in `transforms.page`; what makes one unusable is told by the check it is given.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import orjson

from kernel import Artifact, Counts, Lake, Manifest, Source, __version__
from transforms.documents import read_artifact
from transforms.findings import Check
from transforms.lines import MEDIA_TYPE, LineFile
from transforms.page import Page, Treatment

log = logging.getLogger(__name__)
NAMES = RELEASES, REJECTS, FINDINGS = (
    "releases.jsonl.zst", "rejects.jsonl.zst", "findings.jsonl.zst",
)  # fmt: skip


def convert(source: Source, lake: Lake, raw: Manifest, *, check: Check) -> Manifest:
    """Turn the artifacts of `raw` into releases: all of them, or a reject in the place of each.

    Args:
        source: whose they are; its `format`, `repairs`, `mapping` and `exclude` say what is done.
        lake: where from and to.
        raw: the manifest of an extraction.
        check: judges one release; a finding of severity `unusable` sends it to quarantine.

    Returns:
        The manifest of `releases.jsonl.zst` (one envelope a line: where the release stood, its
        hash, the release), `rejects.jsonl.zst` (reason, path, where, raw value) and
        `findings.jsonl.zst` (repairs, changes and findings). Counts are releases; what cannot be
        read at all counts as one. `notes.kinds` counts what was done, by rule.
    """
    window = str(raw.notes["window"])
    folder = f"releases/{source.id}/{window}/{raw.version}/{__version__}"
    if done := lake.committed(folder):
        return done
    with lake.store.scratch() as scratch, ExitStack() as stack:
        files = {name: stack.enter_context(LineFile(scratch / name)) for name in NAMES}
        pages = _pages(source, lake, raw, check, files)
        stack.close()
        artifacts = [_save(lake, folder, file) for file in files.values()]
    written, rejected = sum(page.written for page in pages), sum(page.rejected for page in pages)
    log.info("source=%s window=%s written=%d rejected=%d", source.id, window, written, rejected)
    return lake.commit(
        Manifest(
            folder=folder,
            stage="convert",
            subject=source.id,
            version=raw.version,
            code=__version__,
            counts=Counts(read=written + rejected, written=written, rejected=rejected),
            artifacts=tuple(artifacts),
            inputs={raw.folder: raw.id},
            notes={
                "window": window,
                "pages": len(pages),
                "doubts": [*raw.notes["doubts"], *_doubts(pages)],
                "made_up": raw.notes["made_up"],
                "kinds": dict(sum((page.notes for page in pages), Counter())),
                "extensions": sorted({url for page in pages for url in page.extensions}),
            },
        )
    )


def _pages(
    source: Source, lake: Lake, raw: Manifest, check: Check, files: Mapping[str, LineFile]
) -> list[Page]:
    """What became of each artifact of `raw`, whose lines are in `files`."""
    window, treatment = str(raw.notes["window"]), Treatment(source, check)
    pages = []
    for number, artifact in enumerate(raw.artifacts, start=1):
        page = Page(window, number, files[RELEASES], files[REJECTS], files[FINDINGS])
        with lake.local(raw, artifact) as path:
            read_artifact(source, page, artifact.path, path, treatment)
        pages.append(page)
    return pages


def _doubts(pages: list[Page]) -> Iterator[str]:
    for page in pages:
        yield from (f"page {page.number}: {doubt}" for doubt in page.doubts)


def _save(lake: Lake, folder: str, file: LineFile) -> Artifact:
    return lake.save_file(folder, file.path.name, file.path, media_type=MEDIA_TYPE, rows=file.rows)


def head_of(line: bytes) -> dict[str, Any]:
    """The envelope of a line of `releases.jsonl.zst` without its release, which is not parsed.

    The separator cannot stand inside a JSON string, where a quote is always escaped.
    """
    head: dict[str, Any] = orjson.loads(line.partition(b',"release":')[0] + b"}")
    return head
