"""What is known of a source before any byte is fetched: plain facts, in frozen dataclasses.

Owns the shape of `extractors/sources/*.toml`; the reading of those files is in `extractors.loader`.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlsplit

from kernel.errors import ConfigError

STAND_IN = "tenderline-stand-in"  # the response header by which made-up notices are known
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Strategy = Literal["next_link"]
Repair = Literal[
    "infinite_numbers", "grouped_digits", "leading_zeros", "lone_surrogates", "invalid_utf8"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """How pages are asked for.

    `url` has `{start}` and `{end}`, filled with the window's ends as `time_format` on the wall
    clock `clock` (an IANA zone). `interval` is the least number of seconds between two requests,
    `retry_after` the wait in seconds after a refusal that names none, `page_size` the number of
    releases on a full page, `max_bytes` the cap on one decompressed page, `deadline` the seconds
    within which an answer must be whole.
    """

    strategy: Strategy
    url: str
    clock: str
    interval: float
    retry_on: tuple[int, ...]
    retry_after: float
    page_size: int
    deadline: float
    time_format: str = "%Y-%m-%dT%H:%M:%S"
    max_bytes: int = 200_000_000
    max_pages: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRule:
    """Which windows are fetched: the first day with data, their length, how far to look back."""

    first: date
    step: timedelta
    relook: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One procurement system. `id` is the name of its facts file."""

    id: str
    title: str
    jurisdiction: str
    publisher: str
    publisher_uri: str
    format: Literal["release_package"]
    licence: str
    licence_url: str
    policy_url: str
    coverage: str
    ocid_prefix: str
    schedule: str
    fetch: Fetch
    window: WindowRule
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
        interval = 0.0 if base.hostname in LOOPBACK else self.fetch.interval
        return replace(self, fetch=replace(self.fetch, url=url, interval=interval))
