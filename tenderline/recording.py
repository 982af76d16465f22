"""A folder of recorded pages: which requests they answered, and which windows they cover.

Owns the reading of recordings. The serving of them is in `tenderline.replay`.
"""

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from extractors.envelope import NEXT, read_envelope
from extractors.session import Unacceptable
from kernel import ConfigError, Source, Window
from kernel.manifest import digest
from transforms.jsontext import BadJson
from transforms.repair import parse
from transforms.values import moment

log = logging.getLogger(__name__)
URI = re.compile(rb'^\s*\{\s*"uri"\s*:\s*"((?:[^"\\]|\\.)*)"')
LINKS = re.compile(rb',?\s*"links"\s*:\s*\{[^{}]*\}(?=\s*\}\s*$)')
END = re.compile(rb"\s*\}\s*$")

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """One recorded page. `uri` is the request its chain began with, as the package repeats it;
    `window` is the window it asked for, None if it names none.
    """

    path: Path
    body: bytes
    headers: tuple[tuple[str, str], ...]
    uri: str
    window: Window | None
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
    """The recording of `source` in `folder`: files `*.json`, each with its `.headers` if kept.

    Pages of the same window are one chain; those whose request is not known, or was for no window,
    are one chain together.

    Raises:
        ConfigError: there is no such folder, or no page of releases in it.
    """
    if not folder.is_dir():
        raise ConfigError("there is no such folder of recorded pages", path=str(folder))
    pages, words = [], []
    for path in sorted(folder.glob("*.json"), key=_numbered):
        body = path.read_bytes()
        try:
            pages.append(_page(path, body, source))
        except Unacceptable as error:
            words.append(f"{path.name} was passed over: {error}")
    if not pages:
        raise ConfigError("no file *.json here is a page of releases", path=str(folder))
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
    return END.sub(lambda _end: b',"links":{"next":' + text + b"}}", page.body)


def beyond(uri: str, number: int) -> str:
    """A request for a page that no recorded link asks for."""
    parts = urlsplit(uri)
    query = [*parse_qsl(parts.query), ("cursor", f"recorded{number}")]
    return parts._replace(query=urlencode(query)).geturl()


def _page(path: Path, body: bytes, source: Source) -> Page:
    envelope = read_envelope(body)
    found = URI.search(body)
    uri = found[1].decode("utf-8", "replace").replace("\\/", "/") if found else ""
    headers = path.with_suffix(".headers")
    lines = headers.read_text("latin-1").splitlines()[1:] if headers.is_file() else []
    pairs = tuple(
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    )
    return Page(path, body, pairs, uri, asked_window(source, uri), envelope.next)


def _numbered(path: Path) -> list[str | int]:
    """A file's name to sort by: page-2 comes before page-10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", path.name)]


def _place(page: Page) -> str:
    return page.window.name if page.window else ""


def asked_window(source: Source, uri: str) -> Window | None:
    """The window that the request `uri` was for, by the marks in the source's own address."""
    asked = dict(parse_qsl(urlsplit(uri).query))
    names = {value: name for name, value in parse_qsl(urlsplit(source.fetch.url).query)}
    zone = ZoneInfo(source.fetch.clock)
    try:
        start, end = (
            datetime.strptime(asked[names[mark]], source.fetch.time_format).replace(tzinfo=zone)
            for mark in ("{start}", "{end}")
        )
    except (KeyError, ValueError):
        return None
    return Window(start, end)


def _window(source: Source, chain: list[Page]) -> Window:
    if chain[0].window:
        return chain[0].window
    zone = ZoneInfo(source.fetch.clock)
    dates = [date for page in chain for date in _dates(page.body, source)]
    known = sorted(found for date in dates if (found := moment(date, zone)))
    if not known:
        path = str(chain[0].path.parent)
        raise ConfigError("the recorded pages tell no window: give --from and --to", path=path)
    return Window(known[0], known[-1] + timedelta(seconds=1))


def _dates(body: bytes, source: Source) -> list[Any]:
    """The release dates of a page; none of one that cannot be read even after repair."""
    try:
        releases = parse(body, source.repairs).value["releases"]
    except BadJson:
        return []
    return [release.get("date") for release in releases if isinstance(release, dict)]
