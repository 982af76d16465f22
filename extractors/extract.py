"""The extract stage: one window of one source, page by page, into the lake's `raw/`.

Owns the layout of `raw/` and the rule that pages are kept byte for byte, beside the log of the
requests that brought them.
"""

import logging
import re
from collections.abc import Callable, Iterator

import zstandard

from extractors.paging import STRATEGIES, Page
from extractors.session import Session
from extractors.windows import first_url
from kernel import Artifact, Counts, Lake, Manifest, PipelineError, Source, Window, __version__
from kernel.manifest import digest
from kernel.source import STAND_IN

log = logging.getLogger(__name__)
OCID = re.compile(rb'"ocid"\s*:')
LEVEL = 3  # zstd: a fifth of the bytes at hundreds of MB/s


def folder_of(source: Source, window: Window, version: str) -> str:
    """The lake folder of one extraction."""
    return f"raw/{source.id}/{window.name}/{version}"


def extract(
    source: Source,
    lake: Lake,
    window: Window,
    *,
    version: str,
    progress: Callable[[Page], None] = lambda page: None,  # noqa: ARG005
) -> Manifest:
    """Fetch every page of `window` and commit them; return what is there if it was done before.

    Args:
        source: whose pages.
        lake: where to.
        window: which releases, by the time the source published or updated them.
        version: names this look at the window; another version looks again.
        progress: called with every page as it arrives.

    Returns:
        The manifest of the raw pages. Its counts are releases; on a page that cannot be
        counted before repair, they are the times it says `"ocid":`. `notes.doubts` lists what is
        suspicious about completeness.

    Raises:
        SourceUnavailable, SourceChanged: see `paging`; what was refused is kept as `refused-*`.
    """
    folder = folder_of(source, window, version)
    if done := lake.committed(folder):
        return done
    session = Session(source, rejected=lambda body: _keep(lake, folder, "refused", body, 0))
    artifacts: list[Artifact] = []
    doubts: list[str] = []
    for page in _pages(session, window):
        artifacts.append(
            _keep(lake, folder, f"page-{page.number:05}", page.answer.body, _rows(page))
        )
        doubts += [f"page {page.number}: {doubt}" for doubt in page.doubts]
        progress(page)
    read = sum(artifact.rows for artifact in artifacts)
    log.info("source=%s window=%s pages=%d releases=%d doubts=%d",
             source.id, window.name, len(artifacts), read, len(doubts))  # fmt: skip
    return lake.commit(
        Manifest(
            folder=folder,
            stage="extract",
            subject=source.id,
            version=version,
            code=__version__,
            counts=Counts(read=read, written=read),
            artifacts=tuple(artifacts),
            notes={
                "window": window.name,
                "pages": len(artifacts),
                "doubts": doubts,
                "made_up": any(STAND_IN in entry.get("headers", {}) for entry in session.log),
            },
            log=tuple(session.log),
        )
    )


def _pages(session: Session, window: Window) -> Iterator[Page]:
    """The pages of `window`; an error says whose window it was."""
    source = session.source
    try:
        yield from STRATEGIES[source.fetch.strategy](session, first_url(source, window))
    except PipelineError as error:
        error.window = window.name
        raise


def _rows(page: Page) -> int:
    return len(OCID.findall(page.answer.body)) if page.releases is None else page.releases


def _keep(lake: Lake, folder: str, name: str, body: bytes, rows: int) -> Artifact:
    """Save a body under a name that holds its hash: overlapping attempts never clash."""
    data = zstandard.ZstdCompressor(level=LEVEL).compress(body)
    path = f"{name}-{digest(body)[:12]}.json.zst"
    return lake.save(folder, path, data, media_type="application/zstd", rows=rows)
