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
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests

from extractors import hosts, tls
from extractors.body import BodyBroken, BodyTooLarge, on_one_line, read_beginning, read_body
from extractors.pace import Pace
from extractors.takers import Answer, IntoFile, IntoMemory, Saved, Taker, Unacceptable
from kernel import Refusal, Source, SourceChanged, SourceUnavailable, __version__

PROJECT = "https://github.com/tenderline/tenderline"  # where to reach us, unless told better
CONNECT, READ = 10.0, 60.0  # seconds: to connect, between two pieces of an answer
TRIES = 5
BACKOFF = 1.0  # seconds before the second try, doubled from try to try, with jitter
LONGEST_WAIT = 300.0  # seconds; a source that asks for more is left to the outer retry layer
REDIRECTS = 3
NOT_LOGGED = frozenset({"set-cookie", "cookie", "authorization"})
RATE_LIMITED = frozenset({403, 429})  # some sources say the one and mean the other

T = TypeVar("T")


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
    """Requests to one source, one at a time, at a pace shared with other processes.

    `log` holds an entry for every try, in order, with the redirects it followed.
    """

    source: Source
    rejected: Callable[[bytes], object] = lambda body: None  # noqa: ARG005 (told of refused bodies)
    log: list[dict[str, Any]] = field(default_factory=list)
    _http: requests.Session = field(default_factory=_Http)
    _paces: dict[str, Pace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        contact = os.environ.get("TENDERLINE_CONTACT", PROJECT)
        self._http.trust_env = False  # no proxies, no .netrc: only what is written here
        tls.trust(self._http, self.source.fetch.ca)
        self._http.headers.update(
            {
                "User-Agent": f"tenderline/{__version__} (+{contact})",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            }
        )

    def get(self, url: str, read: Callable[[bytes], T], *, nothing: T | None = None) -> Answer[T]:
        """The answer at `url`, tried up to five times.

        Args:
            url: an address on the source's own origin.
            read: reads a body, or raises `Unacceptable` for one that is not an answer.
            nothing: stands for what `read` makes of a body, where the source says that there is
                nothing by what its facts call `empty`.

        Raises:
            SourceUnavailable: it refuses, fails or breaks off at every try, or asks for a wait
                longer than five minutes.
            SourceChanged: it answers what no retry mends: an unknown status, a body over the cap,
                a redirect to another host, a certificate that cannot be verified, or a body that
                `read` refuses at every try.
        """
        limit = self.source.fetch.max_bytes
        return self._tried(url, IntoMemory(read, nothing, self.rejected, limit))

    def save(self, url: str, path: Path, check: Callable[[Path], T]) -> Saved[T]:
        """The file at `url` as it is on the wire, written to `path`; memory stays small.

        Args:
            url: an address on the source's own origin; it may redirect to the hosts that the
                source's facts name.
            path: where to; the file must not exist.
            check: reads the file, or raises `BodyBroken` or `Unacceptable`.

        Raises:
            SourceUnavailable, SourceChanged: as `get`.
        """
        return self._tried(url, IntoFile(path, check, self.source.fetch.max_bytes))

    def _tried(self, url: str, taker: Taker[T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(url, taker, attempt)
            except _Failure as failure:
                wait = failure.wait
                if wait is None:
                    wait = BACKOFF * 2 ** (attempt - 1) * random.uniform(1, 1.25)
                else:
                    self._pace(url).push(wait)
                if attempt == TRIES or wait > LONGEST_WAIT:
                    advice = f"tried {attempt} times, next try in {wait:.0f} s at the earliest"
                    raise failure.outcome(
                        f"{failure.message}: {advice}", source=self.source.id, url=url
                    ) from failure
                if failure.wait is None:
                    time.sleep(wait)
        raise AssertionError("unreachable: the last try returns or raises")

    def _once(self, url: str, taker: Taker[T], attempt: int) -> T:
        self._pause(url)
        started, clock = datetime.now(UTC), time.monotonic()
        entry: dict[str, Any] = {"url": url, "attempt": attempt, "time": started.isoformat()}
        self.log.append(entry)
        try:
            return self._exchange(url, taker, entry)
        except _Failure as failure:
            entry["failure"] = failure.message
            raise
        finally:
            entry["seconds"] = round(time.monotonic() - clock, 3)
            self._pace(url).push(self.source.fetch.interval)

    def _exchange(self, url: str, taker: Taker[T], entry: dict[str, Any]) -> T:
        deadline = time.monotonic() + self.source.fetch.deadline
        try:
            with self._open(url, taker.headers(), entry) as response:
                entry["status"] = response.status_code
                entry["headers"] = {
                    k.lower(): v for k, v in response.headers.items() if k.lower() not in NOT_LOGGED
                }
                if response.status_code in taker.statuses:
                    return taker.take(response, deadline, entry)
                return self._refused(response, url, taker, deadline)
        except (requests.RequestException, BodyBroken) as error:
            if told := tls.unverified(error):
                raise SourceChanged(told, source=self.source.id, url=url) from error
            raise _Failure(f"no whole answer: {error}", None, SourceUnavailable) from error
        except BodyTooLarge as error:
            raise SourceChanged(str(error), source=self.source.id, url=url) from error
        except Unacceptable as error:
            raise _Failure(str(error), None, error.outcome) from error

    def _open(self, url: str, headers: dict[str, str], entry: dict[str, Any]) -> requests.Response:
        """The response at the end of at most three redirects, all to where the source may lead."""
        fetch = self.source.fetch
        timeout = (CONNECT, min(READ, fetch.deadline))
        for _ in range(REDIRECTS + 1):
            response = self._http.get(
                url, headers=headers, stream=True, timeout=timeout, allow_redirects=False
            )
            if not response.is_redirect:
                return response
            response.close()
            link, source = response.headers["Location"], self.source.id
            self._pace(url).push(fetch.interval)
            url = hosts.follow(link, base=url, source=source, hosts=fetch.hosts)
            entry.setdefault("redirects", []).append(url)
            self._pause(url)
        raise SourceChanged("it redirects in circles", source=self.source.id, url=url)

    def _refused(
        self, response: requests.Response, url: str, taker: Taker[T], deadline: float
    ) -> T:
        """What the source's word for "nothing there" stands for; any other refusal is raised."""
        fetch, status = self.source.fetch, response.status_code
        if status in _statuses(fetch.empty, fetch.later):
            body = read_body(response, max_bytes=fetch.max_bytes, deadline=deadline)
            if _is(fetch.empty, status, body) and (answer := taker.empty(body)) is not None:
                return answer
            said, retried = on_one_line(body), _is(fetch.later, status, body)
        else:
            said, retried = read_beginning(response), False
        if retried or status in fetch.retry_on:
            wait = self._retry_after(response)
            raise _Failure(f"it answered {status}: {said}", wait, SourceUnavailable)
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
            limited = response.status_code in RATE_LIMITED
            return self.source.fetch.retry_after if limited else None

    def _pause(self, url: str) -> None:
        """Wait until `url` may be asked, as all processes see it."""
        while (rest := self._pace(url).claim()) > 0:
            if rest > LONGEST_WAIT:
                message = f"it asked to be left alone for another {rest:.0f} s"
                raise SourceUnavailable(message, source=self.source.id, url=url)
            time.sleep(rest)

    def _pace(self, url: str) -> Pace:
        netloc = urlsplit(url).netloc
        if netloc not in self._paces:
            self._paces[netloc] = Pace(netloc, self.source.fetch.interval)
        return self._paces[netloc]


def _statuses(*refusals: Refusal | None) -> set[int]:
    return {status for refusal in refusals if refusal for status in refusal.status}


def _is(refusal: Refusal | None, status: int, body: bytes) -> bool:
    return refusal is not None and status in refusal.status and refusal.says.encode() in body
