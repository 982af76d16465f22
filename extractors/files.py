"""Files of OCDS data wherever they lie: a folder, a file, an address, or standard input.

Owns finding them and telling one look at them from another. What is in them is not read.
"""

import atexit
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from extractors import hosts
from extractors.bulk import name_of
from extractors.raw import SUFFIXES, keep_file
from extractors.session import Session
from kernel import Artifact, ConfigError, Lake, Source, SourceChanged, SourceUnavailable
from kernel.lake import file_digest
from kernel.manifest import canonical, digest

STDIN = "-"
ADDRESS = re.compile(r"https?://")
NAMED = "ocds_files"  # the source by whose manners an address is asked unless another is told
PAGE = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
MOST = 10_000  # links of one page that are followed
BEGINNING = 1 << 12  # bytes that tell a page from a file


@dataclass(frozen=True, slots=True)
class File:
    """One file: its name within the place, where its bytes are, and their hash."""

    name: str
    path: Path
    sha256: str


class Look(NamedTuple):
    """What lies at a place at one moment; `digest` is another if a name or a byte is."""

    digest: str
    files: list[File]


def look(place: str, source: Source | None = None, session: Session | None = None) -> Look:
    """The files at `place`, in the order of their names.

    Args:
        place: a folder (all files in it and below it, hidden ones aside), a file, an https address
            of a file or of a page that links to files, or `-` for standard input.
        source: by whose manners an address is asked.
        session: to ask with, if there is one.

    Returns:
        The look. Files from elsewhere are copied aside until this process ends.

    Raises:
        ConfigError: there is nothing at `place`.
        SourceUnavailable, SourceChanged: the address cannot be had.
    """
    if ADDRESS.match(place):
        files = _fetched(session or Session(_manners(source, place)), place)
    elif place == STDIN:
        files = [_file("stdin", _spooled())]
    else:
        files = _found(Path(place))
    told = digest(canonical([[file.name, file.sha256] for file in files]))
    return Look(told, files)


def keep_files(lake: Lake, folder: str, found: Look) -> list[Artifact]:
    """Save each file as it is. The rows of an artifact are 1: it is counted when converted."""
    artifacts = []
    for number, file in enumerate(found.files, start=1):
        with lake.store.scratch() as scratch:
            copy = Path(shutil.copyfile(file.path, scratch / "file"))
            artifacts.append(keep_file(lake, folder, number, copy, called=file.name, rows=1))
    return artifacts


def _found(place: Path) -> list[File]:
    if not place.exists():
        raise ConfigError("there is no such folder or file", path=str(place))
    if place.is_file():
        return [_file(place.name, place)]
    below = ((path.relative_to(place), path) for path in place.rglob("*") if path.is_file())
    shown = sorted(
        (name.as_posix(), path)
        for name, path in below
        if not any(part.startswith(".") for part in name.parts)
    )
    if not shown:
        raise ConfigError("there is no file in this folder", path=str(place))
    return [_file(name, path) for name, path in shown]


def _file(name: str, path: Path) -> File:
    return File(name, path, file_digest(path))


@cache
def _spooled() -> Path:
    """Standard input as a file: it can be read only once."""
    path = _aside() / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _aside() -> Path:
    """A new folder that is removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="tenderline-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _manners(source: Source | None, place: str) -> Source:
    from extractors.loader import load  # the loader reads facts of all kinds

    return (source or load(NAMED)).placed(place)


def _fetched(session: Session, place: str) -> list[File]:
    """The file at an address, or the files that the page there links to."""
    folder = _aside()
    saved = session.save(place, folder / "00000", file_digest)
    with saved.path.open("rb") as file:
        head = file.read(BEGINNING)
    if not PAGE.match(head):
        name = name_of(saved, place) or "file"
        return [File(name, saved.path, saved.sha256)]
    if b"</html" not in saved.path.read_bytes().lower():
        raise SourceUnavailable("the page is cut short", source=session.source.id, url=place)
    files = []
    for number, url in enumerate(_links(session.source, saved.path, place), start=1):
        got = session.save(url, folder / f"{number:05}", file_digest)
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        files.append(File(name, got.path, got.sha256))
    if not files:
        raise SourceChanged(
            "the page links to no file of OCDS data", source=session.source.id, url=place
        )
    return files


class _Links(HTMLParser):
    """Gathers the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link leads."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _links(source: Source, page: Path, place: str) -> list[str]:
    """The files that a page links to, sorted: on its own host, with the suffixes of data."""
    parser = _Links()
    parser.feed(page.read_text("utf-8", "replace"))
    wanted = sorted({link for link in parser.found if SUFFIXES.search(urlsplit(link).path)})
    own = [
        link for link in wanted if urlsplit(urljoin(place, link)).netloc == urlsplit(place).netloc
    ]
    return [hosts.follow(link, base=place, source=source.id) for link in own[:MOST]]
