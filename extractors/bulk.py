"""Bulk files: one large file for each choice and window, kept as received.

Owns the streaming of a file into the lake and the check that it is whole. Reads no release.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from isal import igzip
from isal.igzip_lib import IsalError

from extractors.body import RATIO, RATIO_FLOOR, BodyBroken, BodyTooLarge
from extractors.raw import keep_file
from extractors.session import Session
from extractors.takers import Saved, Unacceptable
from extractors.windows import first_url
from kernel import Artifact, Lake, SourceChanged, Window

PIECE = 1 << 20  # bytes decompressed at a time
BROKEN: tuple[Any, ...] = (OSError, EOFError, IsalError)
GZIP = b"\x1f\x8b"  # RFC 1952, section 2.3.1


def keep_bulk(session: Session, lake: Lake, folder: str, window: Window) -> list[Artifact]:
    """Fetch the file of `window` for each choice, check that it is whole, and save it.

    Returns:
        The artifacts. Their rows are lines.

    Raises:
        SourceUnavailable: a file is not there yet, or breaks off at every try.
        SourceChanged: it is none, or larger than the source's cap.
    """
    source, artifacts = session.source, []
    for number, each in enumerate(source.fetch.each or ("",), start=1):
        with lake.store.scratch() as scratch:
            url = first_url(source, window, each)
            saved = session.save(url, scratch / "file", lines_of_gzip)
            called, rows = name_of(saved, url), saved.content
            artifacts.append(keep_file(lake, folder, number, saved.path, called=called, rows=rows))
    return artifacts


def lines_of_gzip(path: Path) -> int:
    """The lines of a gzip file, all of which was read.

    Raises:
        BodyBroken: it is cut short or damaged.
        BodyTooLarge: it swells beyond reason.
        Unacceptable: it is no gzip file.
    """
    with path.open("rb") as file:
        head = file.read(PIECE)
    if not head.startswith(GZIP):
        raise Unacceptable(f"expected a gzip file, got {head[:40]!r}", SourceChanged)
    cap = max(RATIO_FLOOR, path.stat().st_size * RATIO)
    lines, size, last = 0, 0, b"\n"
    try:
        with igzip.open(path) as stream:
            while piece := stream.read(PIECE):
                lines, size, last = lines + piece.count(b"\n"), size + len(piece), piece[-1:]
                if size > cap:
                    raise BodyTooLarge(f"the file swells more than {RATIO} times when decompressed")
    except BROKEN as error:
        raise BodyBroken(f"the gzip file is not whole: {error}") from error
    return lines + (last != b"\n")


def name_of(saved: Saved[Any], url: str) -> str:
    """What the publisher calls a file: by its header, its place in the end, or what was asked."""
    told = saved.headers.get("content-disposition", "").rpartition("filename=")[2].strip('" ;')
    asked = parse_qs(urlsplit(url).query).get("name", [""])[0]
    name = told or asked or urlsplit(saved.url).path.rpartition("/")[2]
    packed = saved.headers.get("content-encoding", "").lower() in ("gzip", "x-gzip")
    return f"{name}.gz" if packed and not name.endswith(".gz") else name
