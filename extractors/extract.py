"""The extract stage: one window of one source into the lake's `raw/`.

Owns the rule that bytes are kept as received, beside the log of the requests that brought them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from extractors.bulk import keep_bulk
from extractors.complete import Gathering
from extractors.files import Look, keep_files, look
from extractors.paging import Page
from extractors.raw import folder_of, keep_body
from extractors.session import Session
from kernel import (
    Artifact,
    ConfigError,
    Counts,
    Lake,
    Manifest,
    PipelineError,
    Source,
    Window,
    __version__,
)
from kernel.source import STAND_IN

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Fetched:
    """What an extraction brings: artifacts, doubts about completeness, halvings of the window."""

    lake: Lake
    folder: str
    progress: Callable[[Page], None]
    artifacts: list[Artifact] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    narrowed: int = 0

    def keep(self, page: Page) -> None:
        """Save a page and tell of it."""
        name, answer = f"page-{page.number:05}", page.answer
        saved = keep_body(self.lake, self.folder, name, answer.body, answer.content.most)
        self.artifacts.append(saved)
        self.progress(page)

    def refuse(self, body: bytes) -> None:
        """Save a body that was no answer; no manifest names it."""
        keep_body(self.lake, self.folder, "refused", body, 0)

    def fetch(self, session: Session, window: Window, place: str | Look | None) -> None:
        """Bring what the source's strategy brings."""
        strategy = session.source.fetch.strategy
        if strategy == "files":
            found = place if isinstance(place, Look) else _look(session)
            self.artifacts = keep_files(self.lake, self.folder, found)
        elif strategy == "bulk":
            self.artifacts = keep_bulk(session, self.lake, self.folder, window)
        else:
            gathering = Gathering(session, window, self.keep)
            gathering.gather()
            self.doubts, self.narrowed = gathering.doubts, gathering.narrowed

    def manifest(
        self, source: Source, window: Window, version: str, requests: list[dict[str, Any]]
    ) -> Manifest:
        """What was brought, with the log of the requests that brought it."""
        rows = sum(artifact.rows for artifact in self.artifacts)
        return Manifest(
            folder=self.folder,
            stage="extract",
            subject=source.id,
            version=version,
            code=__version__,
            counts=Counts(read=rows, written=rows),
            artifacts=tuple(self.artifacts),
            notes={
                "window": window.name,
                "pages": len(self.artifacts),
                "doubts": self.doubts,
                "narrowed": self.narrowed,
                "made_up": any(STAND_IN in entry.get("headers", {}) for entry in requests),
            },
            log=tuple(requests),
        )


def extract(
    source: Source,
    lake: Lake,
    window: Window,
    *,
    version: str,
    place: str | Look | None = None,
    progress: Callable[[Page], None] = lambda page: None,  # noqa: ARG005
) -> Manifest:
    """Fetch all of `window` and commit it; return what is there if it was done before.

    Args:
        source: whose.
        lake: where to.
        window: which releases, by the time the source published or updated them.
        version: names this look at the window; another version looks again.
        place: where files lie that are to be read instead of asking the source, or a look at them.
        progress: called with every page as it arrives.

    Returns:
        The manifest of the raw pages and files. Its counts are releases; on a page that cannot be
        counted before repair, they are the times it says `"ocid":`; in a bulk file, its lines; any
        other file is one. `notes.doubts` lists what is suspicious about completeness after all was
        done about it, `notes.narrowed` how often the window was halved for that.

    Raises:
        SourceUnavailable, SourceChanged: see `paging`; what was refused is kept as `refused-*`.
        ConfigError: the source has lapsed, or is one of files and no place was told.
    """
    folder = folder_of(source, window, version)
    if done := lake.committed(folder):
        return done
    if place is not None:
        source = source.placed(place if isinstance(place, str) else "")
    if source.lapsed:
        raise ConfigError(
            f"{source.lapsed} Read an archive or a folder of recorded answers instead",
            source=source.id,
        )
    fetched = _Fetched(lake, folder, progress)
    session = Session(source, rejected=fetched.refuse)
    try:
        fetched.fetch(session, window, place)
    except PipelineError as error:
        error.window = window.name
        raise
    manifest = fetched.manifest(source, window, version, session.log)
    log.info("source=%s window=%s artifacts=%d releases=%d narrowed=%d doubts=%d",
             source.id, window.name, len(fetched.artifacts), manifest.counts.read, fetched.narrowed,
             len(fetched.doubts))  # fmt: skip
    return lake.commit(manifest)


def _look(session: Session) -> Look:
    place = session.source.fetch.url
    if not place:
        message = "tell where the files are: a folder, a file, an https address, or - for stdin"
        raise ConfigError(message, source=session.source.id)
    return look(place, session.source, session)
