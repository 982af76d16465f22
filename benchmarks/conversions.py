"""Conversions put into a lake without the pages that they would be made of.

Owns a short way to histories of millions of releases, for what is measured from conversions on.
"""

from collections.abc import Iterable

from benchmarks.base import SOURCE, Release
from kernel import Counts, Lake, Manifest, Window, __version__
from transforms.convert import FINDINGS, REJECTS, RELEASES
from transforms.jsontext import dumps
from transforms.lines import MEDIA_TYPE, LineFile
from transforms.page import Page


def keep_converted(lake: Lake, window: Window, look: str, releases: Iterable[Release]) -> None:
    """Put releases into the lake as the conversion of one page leaves those that break no rule."""
    folder = f"releases/{SOURCE.id}/{window.name}/{look}/{__version__}"
    with lake.store.scratch() as scratch:
        files = [LineFile(scratch / name) for name in (RELEASES, REJECTS, FINDINGS)]
        with files[0], files[1], files[2]:
            page = Page(window.name, 1, files[0], files[1], files[2])
            for index, release in enumerate(releases):
                page.write(index, release, dumps(release), derived_id=False, conforms=True)
        artifacts = [
            lake.save_file(folder, file.path.name, file.path, media_type=MEDIA_TYPE, rows=file.rows)
            for file in files
        ]
    lake.commit(
        Manifest(
            folder=folder,
            stage="convert",
            subject=SOURCE.id,
            version=look,
            code=__version__,
            counts=Counts(read=page.written, written=page.written),
            artifacts=tuple(artifacts),
            notes={
                "window": window.name,
                "pages": 1,
                "doubts": [],
                "made_up": False,
                "kinds": {},
                "extensions": [],
            },
        )
    )
