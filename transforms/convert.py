"""The convert stage: the raw artifacts of one window to releases, one a line.

Owns the layout of `releases/`. How releases are found in an artifact is in `transforms.documents`,
what becomes of each in `transforms.page`; what makes one unusable is told by the check it is given.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kernel import Counts, Lake, Manifest, Source, __version__
from transforms.documents import read_artifact
from transforms.findings import Check
from transforms.lines import MEDIA_TYPE, LineFile
from transforms.page import Page, Treatment

log = logging.getLogger(__name__)
NAMES = RELEASES, REJECTS, FINDINGS = (
    "releases.jsonl.zst", "rejects.jsonl.zst", "findings.jsonl.zst",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """What became of the artifacts of one window: what was counted, and the rows of each file."""

    pages: int
    counts: Counts
    doubts: tuple[str, ...]
    kinds: Mapping[str, int]
    extensions: tuple[str, ...]
    rows: Mapping[str, int]


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
    if done := converted(source, lake, raw):
        return done
    with at_hand(lake, raw) as (paths, scratch):
        made = lines_made(source, check, str(raw.notes["window"]), paths, scratch)
        return commit(source, lake, raw, made, scratch)


def converted(source: Source, lake: Lake, raw: Manifest) -> Manifest | None:
    """The manifest of what was converted before."""
    return lake.committed(_folder(source, raw))


@contextmanager
def at_hand(lake: Lake, raw: Manifest) -> Iterator[tuple[list[tuple[str, Path]], Path]]:
    """The artifacts of `raw`, each its name and a verified local file; and a folder for lines."""
    with ExitStack() as stack:
        scratch = stack.enter_context(lake.store.scratch())
        paths = [(one.path, stack.enter_context(lake.local(raw, one))) for one in raw.artifacts]
        yield paths, scratch


def lines_made(
    source: Source, check: Check, window: str, paths: Sequence[tuple[str, Path]], scratch: Path
) -> Made:
    """Write the lines of the releases in artifacts to files in `scratch`. Needs no lake."""
    treatment, pages = Treatment(source, check), []
    with ExitStack() as stack:
        files = {name: stack.enter_context(LineFile(scratch / name)) for name in NAMES}
        for number, (name, path) in enumerate(paths, start=1):
            page = Page(window, number, files[RELEASES], files[REJECTS], files[FINDINGS])
            read_artifact(source, page, name, path, treatment)
            pages.append(page)
    written, rejected = sum(page.written for page in pages), sum(page.rejected for page in pages)
    return Made(
        pages=len(pages),
        counts=Counts(read=written + rejected, written=written, rejected=rejected),
        doubts=tuple(_doubts(pages)),
        kinds=dict(sum((page.notes for page in pages), Counter())),
        extensions=tuple(sorted({url for page in pages for url in page.extensions})),
        rows={name: file.rows for name, file in files.items()},
    )


def commit(source: Source, lake: Lake, raw: Manifest, made: Made, scratch: Path) -> Manifest:
    """Put the lines of a window, which are in `scratch`, into the lake; see `convert`."""
    folder, window, counts = _folder(source, raw), str(raw.notes["window"]), made.counts
    artifacts = [
        lake.save_file(folder, name, scratch / name, media_type=MEDIA_TYPE, rows=made.rows[name])
        for name in NAMES
    ]
    log.info("source=%s window=%s written=%d rejected=%d", source.id, window, counts.written,
             counts.rejected)  # fmt: skip
    return lake.commit(
        Manifest(
            folder=folder,
            stage="convert",
            subject=source.id,
            version=raw.version,
            code=__version__,
            counts=counts,
            artifacts=tuple(artifacts),
            inputs={raw.folder: raw.id},
            notes={
                "window": window,
                "pages": made.pages,
                "doubts": [*raw.notes["doubts"], *made.doubts],
                "made_up": raw.notes["made_up"],
                "kinds": made.kinds,
                "extensions": [*made.extensions],
            },
        )
    )


def _folder(source: Source, raw: Manifest) -> str:
    return f"releases/{source.id}/{raw.notes['window']}/{raw.version}/{__version__}"


def _doubts(pages: list[Page]) -> Iterator[str]:
    for page in pages:
        yield from (f"page {page.number}: {doubt}" for doubt in page.doubts)


def head_of(line: bytes) -> dict[str, Any]:
    """The envelope of a line of `releases.jsonl.zst` without its release, which is not parsed.

    The separator cannot stand inside a JSON string, where a quote is always escaped.
    """
    head: dict[str, Any] = orjson.loads(line.partition(b',"release":')[0] + b"}")
    return head
