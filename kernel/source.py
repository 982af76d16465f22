"""What is known of a source before any byte is fetched: plain facts, in frozen dataclasses.

Owns the shape of `extractors/sources/*.toml`; the reading of those files is in `extractors.loader`.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlsplit

from kernel.errors import ConfigError
from kernel.window import Step

STAND_IN = "tenderline-stand-in"  # the response header by which made-up notices are known
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHOICE = re.compile(r"[A-Za-z0-9._-]+")  # what may be put into an address

Strategy = Literal["next_link", "single", "bulk", "files"]
Repair = Literal[
    "infinite_numbers", "grouped_digits", "leading_zeros", "lone_surrogates", "invalid_utf8"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is known by its status, one of several, and by words in its body."""

    status: tuple[int, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """How pages are asked for.

    `url` has `{start}` and `{end}`, filled with the window's ends as `time_format` on the wall
    clock `clock` (an IANA zone), and `{each}`, filled with each of `each` in turn: one chain of
    pages for each. With the strategy `files` it is the place of the files, or "" if that is always
    told. `interval` is the least number of seconds between two requests, `retry_after` the wait in
    seconds after a 429 or 403 that names none, `hole_on` the statuses that, if they stay, are
    avoided by shorter windows or else listed as a hole, `page_size` the number of releases on a
    full page (0: none is full), `count` the member of a package in which the source states how many
    releases the window has, `max_bytes` the cap on one decompressed page or one file, `deadline`
    the seconds within which an answer must be whole.

    `empty` is the answer that stands for a window without releases, `later` the one that is another
    tomorrow. `no_releases_is_empty`: so is a package without the key `releases`. `ca` names a file
    of certificates beside the facts, trusted in addition to the usual ones. `hosts` are patterns of
    names of other hosts to which it may redirect.
    """

    strategy: Strategy
    url: str
    clock: str
    interval: float
    retry_on: tuple[int, ...]
    retry_after: float
    deadline: float
    page_size: int = 0
    time_format: str = "%Y-%m-%dT%H:%M:%S"
    each: tuple[str, ...] = ()
    empty: Refusal | None = None
    later: Refusal | None = None
    no_releases_is_empty: bool = False
    hole_on: tuple[int, ...] = ()
    count: str = ""
    ca: str = ""
    hosts: tuple[str, ...] = ()
    max_bytes: int = 200_000_000
    max_pages: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRule:
    """Which windows are fetched.

    `first` is the first day with data, `step` the windows' length (`month` and `year`: of the
    calendar, on the source's clock), `relook` how far to look back. A window of whose completeness
    one must doubt is halved down to `narrowest`. `open`: the window that is not over yet is
    fetched, too; every look at it is another version.
    """

    first: date
    step: Step
    relook: timedelta
    narrowest: timedelta | None = None
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude:
    """Releases to be left out: those whose value at `path` is `equals`, for the reason `reason`."""

    path: str
    equals: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosscheck:
    """A second account of what a source published: a CSV file a day, one release a row.

    `url` has `{day}`, filled with the day on the source's clock as `time_format`; `ocid` and `id`
    are the names of the columns.
    """

    url: str
    time_format: str
    ocid: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One procurement system. `id` is the name of its facts file.

    `format` says what a body may be: a release package only, or `any`: release and record packages,
    releases, records, several of them in a row, archives of such. `mapping` names the module of
    `transforms.mappings` that adjusts each release. `attribution` is the sentence that its licence
    asks for wherever the data goes. `schedule` is "" for a source that is only
    fetched when somebody asks for it. `lapsed` says, in a sentence, that and since when the service
    is gone: then only archives and recordings can be read.
    """

    id: str
    title: str
    jurisdiction: str
    publisher: str
    publisher_uri: str
    format: Literal["release_package", "any"]
    licence: str
    licence_url: str
    attribution: str
    policy_url: str
    coverage: str
    ocid_prefix: str
    schedule: str
    fetch: Fetch
    window: WindowRule
    lapsed: str = ""
    mapping: str = ""
    exclude: tuple[Exclude, ...] = ()
    crosscheck: Crosscheck | None = None
    repairs: tuple[Repair, ...] = field(default=())

    def at(self, base_url: str) -> "Source":
        """The same source as served at another origin, such as a stand-in on loopback.

        A server on this machine needs no polite pause, so `interval` becomes 0 there.

        Raises:
            ConfigError: `base_url` is no address of a server.
        """
        if not re.match(r"https?://[^/]", base_url):
            message = f"{base_url!r} is no address of a server, such as http://127.0.0.1:8640"
            raise ConfigError(message, source=self.id)
        base, own = urlsplit(base_url), urlsplit(self.fetch.url)
        url = own._replace(scheme=base.scheme, netloc=base.netloc).geturl()
        fetch = replace(self.fetch, url=url, interval=self._interval(base_url))
        second = self.crosscheck
        if second:
            there = urlsplit(second.url)._replace(scheme=base.scheme, netloc=base.netloc)
            second = replace(second, url=there.geturl())
        return replace(self, lapsed="", fetch=fetch, crosscheck=second)

    def placed(self, place: str) -> "Source":
        """The same source as found in files at `place`: a folder, a file, an address, or `-`."""
        interval = self._interval(place)
        fetch = replace(self.fetch, strategy="files", url=place, each=(), interval=interval)
        return replace(self, lapsed="", fetch=fetch)

    def _interval(self, place: str) -> float:
        """The pause between requests at `place`: a server on this machine needs none."""
        there = re.match(r"https?://[^/]", place) and urlsplit(place).hostname in LOOPBACK
        return 0.0 if there else self.fetch.interval

    def choosing(self, *each: str) -> "Source":
        """The same source, asked for `each` instead of what its facts list, such as publications.

        Raises:
            ConfigError: the source offers no choice, or `each` holds what no address may.
        """
        if not self.fetch.each:
            raise ConfigError("there is nothing to choose in this source", source=self.id)
        for value in each:
            if not CHOICE.fullmatch(value):
                message = f"{value!r} cannot be chosen: letters, digits and ._- only"
                raise ConfigError(message, source=self.id)
        return replace(self, fetch=replace(self.fetch, each=each or self.fetch.each))
