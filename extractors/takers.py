"""What becomes of the answer to one request: read into memory, or written to a file.

Owns the two ways. When to ask, and what to do if this fails, is the session's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import requests

from extractors.body import BodyBroken, BodyTooLarge, chunks, read_body
from kernel import SourceChanged, SourceUnavailable
from kernel.lake import file_digest
from kernel.manifest import digest

OK, PARTIAL = 200, 206


class Unacceptable(Exception):
    """A body that came whole but is not an answer, with what to raise if it stays so."""

    def __init__(self, message: str, outcome: type[SourceChanged | SourceUnavailable]) -> None:
        super().__init__(message)
        self.outcome = outcome


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A body received whole, and what the caller read in it."""

    body: bytes
    content: T


@dataclass(frozen=True, slots=True)
class Saved(Generic[T]):
    """A body received whole into a file, as it was on the wire, and what the caller read in it.

    `url` is where it was found in the end, `headers` what came with it, names in lower case.
    """

    path: Path
    url: str
    headers: dict[str, str]
    sha256: str
    content: T


class Taker(Protocol[T_co]):
    """What the session asks of a way to take an answer; `entry` is its place in the log."""

    @property
    def statuses(self) -> frozenset[int]:
        """Of the answers that are taken."""

    def headers(self) -> dict[str, str]:
        """To send with the next try."""

    def take(self, response: requests.Response, deadline: float, entry: dict[str, Any]) -> T_co:
        """The answer, read by `deadline`."""

    def empty(self, body: bytes) -> T_co | None:
        """What stands for "there is nothing", which `body` says; None if that may not be."""


@dataclass(slots=True)
class IntoMemory(Generic[T]):
    """Reads a body whole; `read` makes something of it, `nothing` stands for an empty window."""

    read: Callable[[bytes], T]
    nothing: T | None
    rejected: Callable[[bytes], object]
    max_bytes: int
    statuses: frozenset[int] = frozenset({OK})

    def headers(self) -> dict[str, str]:
        """None of its own."""
        return {}

    def take(
        self, response: requests.Response, deadline: float, entry: dict[str, Any]
    ) -> Answer[T]:
        """The body and what `read` makes of it; `rejected` is told of what it refuses."""
        body = read_body(response, max_bytes=self.max_bytes, deadline=deadline)
        entry |= {"bytes": len(body), "sha256": digest(body)}
        try:
            return Answer(body, self.read(body))
        except Unacceptable:
            self.rejected(body)
            raise

    def empty(self, body: bytes) -> Answer[T] | None:
        """The answer by which the source says that there is nothing, if that may be."""
        return None if self.nothing is None else Answer(body, self.nothing)


@dataclass(slots=True)
class IntoFile(Generic[T]):
    """Writes a body to `path` as it comes; the next try goes on where the last one broke off.

    That is done only if the server gave the body a validator to go by (RFC 9110, sections 13.1.5
    and 14.2). `check` reads the whole file, or raises `BodyBroken` or `Unacceptable`.
    """

    path: Path
    check: Callable[[Path], T]
    max_bytes: int
    validator: str = ""
    statuses: frozenset[int] = field(default=frozenset({OK, PARTIAL}))

    def headers(self) -> dict[str, str]:
        """Ask for the bytes as they are, and for the missing ones only if some are here."""
        asked = {"Accept": "*/*", "Accept-Encoding": "identity"}
        size = self._size()
        if size and self.validator:
            asked |= {"Range": f"bytes={size}-", "If-Range": self.validator}
        return asked

    def take(self, response: requests.Response, deadline: float, entry: dict[str, Any]) -> Saved[T]:
        """The file, complete and checked. What fails the check is fetched anew from its start."""
        if response.status_code == PARTIAL:
            self._goes_on(response)
        else:
            self.path.write_bytes(b"")
        etag = response.headers.get("ETag", "")
        strong = etag if etag.startswith('"') else ""  # a weak one does not vouch for the bytes
        self.validator = strong or response.headers.get("Last-Modified", "")
        self._write(response, deadline)
        self.validator = ""
        content = self.check(self.path)
        sha256 = file_digest(self.path)
        entry |= {"bytes": self._size(), "sha256": sha256}
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Saved(self.path, response.url, headers, sha256, content)

    def empty(self, body: bytes) -> None:
        """A file is never said to be empty."""

    def _write(self, response: requests.Response, deadline: float) -> None:
        size = self._size()
        if size + (response.raw.length_remaining or 0) > self.max_bytes:
            raise BodyTooLarge(f"the file is announced as larger than {self.max_bytes:,} bytes")
        with self.path.open("ab") as file:
            for chunk in chunks(response, deadline):
                size += len(chunk)
                if size > self.max_bytes:
                    raise BodyTooLarge(f"the file is larger than {self.max_bytes:,} bytes")
                file.write(chunk)

    def _goes_on(self, response: requests.Response) -> None:
        told = response.headers.get("Content-Range", "")
        if not told.startswith(f"bytes {self._size()}-"):
            self.validator = ""
            raise BodyBroken(f"asked for the rest of the file, it sent {told!r}")

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0
