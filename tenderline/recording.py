"""A folder of recorded answers: which requests they answered, and which windows they cover.

Owns the reading of recordings. The serving of them is in `tenderline.replay`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from extractors.envelope import BOM, NEXT, read_envelope
from extractors.takers import Unacceptable
from kernel import ConfigError, Source, SourceChanged, Window
from kernel.manifest import digest
from kernel.window import floor, following
from tenderline.asked import Asked, asked
from tenderline.loose import loose, several, wrapped
from transforms.jsontext import BadJson
from transforms.repair import parse
from transforms.values import moment

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
URI = re.compile(rb'^\s*\{\s*"uri"\s*:\s*"((?:[^"\\]|\\.)*)"')
LINKS = re.compile(rb',?\s*"links"\s*:\s*\{[^{}]*\}(?=\s*\}\s*$)')
END = re.compile(rb"\s*\}\s*$")
SECOND = timedelta(seconds=1)

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """One recorded page. `uri` is the request its chain began with, as the package repeats it;
    `asked` is what that asked for, None where it names no window.
    """

    path: Path
    body: bytes
    headers: tuple[tuple[str, str], ...]
    uri: str
    asked: Asked | None
    next: str | None


@dataclass(slots=True)
class Recording:
    """The pages of a folder in chains, one a window, in the order of their file names.

    `digest` tells recordings apart by their pages; `words` says what had to be done to make whole
    chains of them.
    """

    chains: list[list[Page]]
    digest: str
    words: list[str] = field(default_factory=list)

    def windows(self, source: Source) -> list[Window]:
        """The window of each chain, from the request it answered or else from its release dates."""
        return sorted({_window(source, chain) for chain in self.chains})


def read_recording(folder: Path, source: Source) -> Recording:
    """The recording of `source` in `folder` and below: JSON, each file with its `.headers` if kept.

    Pages of the same window are one chain; those whose request is not known, or was for no window,
    are one chain together. So are releases and records that stand alone, or one a line: they are
    wrapped into pages.

    Raises:
        ConfigError: there is no such folder, or no page of releases in it.
    """
    if not folder.is_dir():
        raise ConfigError("there is no such folder of recorded pages", path=str(folder))
    pages: list[Page] = []
    alone: list[bytes] = []
    broken: list[bytes] = []
    words: list[str] = []
    files = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    for path in sorted(files, key=lambda path: _numbered(path.relative_to(folder))):
        body = path.read_bytes()
        try:
            pages.append(_page(path, body, source))
        except Unacceptable as error:
            found, unread = loose(body, source)
            alone, broken = alone + found, broken + (unread if found else [])
            more = f", {len(unread)} texts in it cannot be read" if unread else ""
            told = f"its {len(found)} releases were wrapped{more}"
            if not found:
                told = f"passed over: {error}"
            words.append(f"{path.relative_to(folder)} is no page: {told}")
    made = wrapped(source, alone, broken)
    pages += [Page(folder / "wrapped", body, (), "", None, None) for body in made]
    if not pages:
        raise ConfigError("no JSON file here is a page of releases or holds one", path=str(folder))
    told = digest(b"".join(digest(page.body).encode() for page in pages))
    chains = [list(chain) for _, chain in groupby(sorted(pages, key=_place), key=_place)]
    return Recording(chains, told, words)


def key_of(url: str) -> Key:
    """What of a request tells pages apart: the path and the parameters, in any order."""
    parts = urlsplit(url)
    return parts.path, tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))


def with_next(page: Page, url: str | None) -> bytes:
    """The page's body with its next link set to `url`, or taken out."""
    if url is None:
        return LINKS.sub(b"", page.body)
    text = json.dumps(url).encode()
    found = NEXT.search(page.body)
    if found:
        return page.body[: found.start(1)] + text + page.body[found.end(1) :]
    body = LINKS.sub(b"", page.body)  # links without a next one
    return END.sub(lambda _end: b',"links":{"next":' + text + b"}}", body)


def beyond(uri: str, number: int) -> str:
    """A request for a page that no recorded link asks for."""
    parts = urlsplit(uri)
    query = [*parse_qsl(parts.query), ("cursor", f"recorded{number}")]
    return parts._replace(query=urlencode(query)).geturl()


def _page(path: Path, body: bytes, source: Source) -> Page:
    envelope = read_envelope(body, source.fetch)
    if envelope.releases is None and several(body):
        raise Unacceptable("several documents in a row", SourceChanged)
    found = URI.search(body.removeprefix(BOM))
    uri = found[1].decode("utf-8", "replace").replace("\\/", "/") if found else ""
    headers = path.with_suffix(".headers")
    lines = headers.read_text("latin-1").splitlines()[1:] if headers.is_file() else []
    pairs = tuple(
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    )
    return Page(path, body, pairs, uri, asked(source, uri), envelope.next)


def _numbered(path: Path) -> list[list[str | int]]:
    """A file's name to sort by: page-2 comes before page-10."""
    split = (re.split(r"([0-9]+)", part) for part in path.parts)
    return [[int(text) if text.isdecimal() else text for text in part] for part in split]


def _place(page: Page) -> tuple[str, str]:
    return (page.asked.window.name, page.asked.each) if page.asked else ("", "")


def _window(source: Source, chain: list[Page]) -> Window:
    """The window of a chain; of pages that tell none, the days of their releases.

    Where the source is asked by the calendar these are widened to whole months or years.
    """
    if chain[0].asked:
        return chain[0].asked.window
    zone, step = ZoneInfo(source.fetch.clock), source.window.step
    known = sorted(
        found for page in chain for date in _dates(page, source) if (found := moment(date, zone))
    )
    if not known:  # the source's first day: there is no better one
        first = datetime.combine(source.window.first, datetime.min.time(), zone)
        known = [first]
    if isinstance(step, timedelta):
        return Window(known[0], known[-1] + SECOND)
    return Window(floor(known[0], step, zone), following(known[-1], step, zone))


def _dates(page: Page, source: Source) -> Iterator[Any]:
    """The release dates of a page; none of one that cannot be read even after repair."""
    try:
        releases = parse(page.body, source.repairs).value.get("releases") or []
    except BadJson:
        return
    yield from (release.get("date") for release in releases if isinstance(release, dict))
