"""One polite HTTP session per source: identified, timed, capped, retried.

Owns the first of the two retry layers: seconds, within the process. The second, minutes, is
Airflow's. Never parses a body; what makes a body acceptable is given by the caller.
"""

import email.utils
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import requests

from extractors import hosts
from extractors.body import BodyBroken, BodyTooLarge, read_beginning, read_body
from kernel import Source, SourceChanged, SourceUnavailable, __version__
from kernel.manifest import digest

PROJECT = "https://github.com/tenderline/tenderline"  # where to reach us, unless told better
CONNECT, READ = 10.0, 60.0  # seconds: to connect, between two pieces of an answer
TRIES = 5
BACKOFF = 1.0  # seconds before the second try, doubled from try to try, with jitter
LONGEST_WAIT = 300.0  # seconds; a source that asks for more is left to the outer retry layer
REDIRECTS = 3
NOT_LOGGED = frozenset({"set-cookie", "cookie", "authorization"})


class Unacceptable(Exception):
    """A body that came whole but is not an answer, with what to raise if it stays so."""

    def __init__(self, message: str, outcome: type[SourceChanged | SourceUnavailable]) -> None:
        super().__init__(message)
        self.outcome = outcome


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A body received whole, and what the caller read in it."""

    body: bytes
    content: T


@dataclass(slots=True)
class _Failure(Exception):
    message: str
    wait: float | None
    outcome: type[SourceChanged | SourceUnavailable]


class _Http(requests.Session):
    """Leaves redirects alone: requests would read a redirect's body whole, however large."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        return None


@dataclass(slots=True)
class Session:
    """Requests to one source, one at a time, never closer together than its interval.

    The interval is also waited before the first request: another process may just have made one.
    `log` holds an entry for every try, in order, with the redirects it followed.
    """

    source: Source
    rejected: Callable[[bytes], object] = lambda body: None  # noqa: ARG005 (told of refused bodies)
    log: list[dict[str, Any]] = field(default_factory=list)
    _http: requests.Session = field(default_factory=_Http)
    _next: float | None = None

    def __post_init__(self) -> None:
        contact = os.environ.get("TENDERLINE_CONTACT", PROJECT)
        self._http.trust_env = False  # no proxies, no .netrc: only what is written here
        self._http.headers.update(
            {
                "User-Agent": f"tenderline/{__version__} (+{contact})",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            }
        )

    def get(self, url: str, read: Callable[[bytes], T]) -> Answer[T]:
        """The answer at `url`, tried up to five times.

        Args:
            url: an address on the source's own origin.
            read: reads a body, or raises `Unacceptable` for one that is not an answer.

        Raises:
            SourceUnavailable: it refuses, fails or breaks off at every try, or asks for a wait
                longer than five minutes.
            SourceChanged: it answers what no retry mends: an unknown status, a body over the cap,
                a redirect to another host, or a body that `read` refuses at every try.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(url, read, attempt)
            except _Failure as failure:
                wait = failure.wait
                if wait is None:
                    wait = BACKOFF * 2 ** (attempt - 1) * random.uniform(1, 1.25)
                if attempt == TRIES or wait > LONGEST_WAIT:
                    advice = f"tried {attempt} times, next try in {wait:.0f} s at the earliest"
                    raise failure.outcome(
                        f"{failure.message}: {advice}", source=self.source.id, url=url
                    ) from failure
                self._next = max(self._next or 0.0, time.monotonic() + wait)
        raise AssertionError("unreachable: the last try returns or raises")

    def _once(self, url: str, read: Callable[[bytes], T], attempt: int) -> Answer[T]:
        self._pause()
        started, clock = datetime.now(UTC), time.monotonic()
        entry: dict[str, Any] = {"url": url, "attempt": attempt, "time": started.isoformat()}
        self.log.append(entry)
        try:
            answer = self._exchange(url, read, entry)
        except _Failure as failure:
            entry["failure"] = failure.message
            raise
        finally:
            entry["seconds"] = round(time.monotonic() - clock, 3)
            self._next = time.monotonic() + self.source.fetch.interval
        return answer

    def _exchange(self, url: str, read: Callable[[bytes], T], entry: dict[str, Any]) -> Answer[T]:
        deadline = time.monotonic() + self.source.fetch.deadline
        try:
            with self._open(url, entry) as response:
                entry["status"] = response.status_code
                entry["headers"] = {
                    k.lower(): v for k, v in response.headers.items() if k.lower() not in NOT_LOGGED
                }
                self._check_status(response, url)
                limit = self.source.fetch.max_bytes
                body = read_body(response, max_bytes=limit, deadline=deadline)
        except (requests.RequestException, BodyBroken) as error:
            raise _Failure(f"no whole answer: {error}", None, SourceUnavailable) from error
        except BodyTooLarge as error:
            raise SourceChanged(str(error), source=self.source.id, url=url) from error
        entry |= {"bytes": len(body), "sha256": digest(body)}
        try:
            content = read(body)
        except Unacceptable as error:
            self.rejected(body)
            raise _Failure(str(error), None, error.outcome) from error
        return Answer(body, content)

    def _open(self, url: str, entry: dict[str, Any]) -> requests.Response:
        """The response at the end of at most three redirects, all within the source's origin."""
        fetch = self.source.fetch
        timeout = (CONNECT, min(READ, fetch.deadline))
        for _ in range(REDIRECTS + 1):
            response = self._http.get(url, stream=True, timeout=timeout, allow_redirects=False)
            if not response.is_redirect:
                return response
            response.close()
            url = hosts.follow(response.headers["Location"], base=url, source=self.source.id)
            entry.setdefault("redirects", []).append(url)
            self._next = time.monotonic() + fetch.interval
            self._pause()
        raise SourceChanged("it redirects in circles", source=self.source.id, url=url)

    def _check_status(self, response: requests.Response, url: str) -> None:
        status = response.status_code
        if status == requests.codes.ok:
            return
        said = read_beginning(response)
        if status in self.source.fetch.retry_on:
            raise _Failure(
                f"it answered {status}: {said}", self._retry_after(response), SourceUnavailable
            )
        raise SourceChanged(
            f"it answered {status}, which no retry mends: {said}", source=self.source.id, url=url
        )

    def _retry_after(self, response: requests.Response) -> float | None:
        """Seconds to wait, from `Retry-After` (seconds or a date, RFC 9110 section 10.2.3)."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            moment = email.utils.parsedate_to_datetime(value)
            return max(0.0, (moment - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError, OverflowError):
            rate_limited = response.status_code == requests.codes.too_many_requests
            return self.source.fetch.retry_after if rate_limited else None

    def _pause(self) -> None:
        if self._next is None:
            self._next = time.monotonic() + self.source.fetch.interval
        time.sleep(max(0.0, self._next - time.monotonic()))
