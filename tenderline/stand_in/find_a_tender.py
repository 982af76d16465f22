"""A stand-in of the Find a Tender API: a real HTTP server on loopback, for demo and tests.

It owns the server's life, the routes, the rate limit and the answers that are wrong as a whole.
It has no present of its own: every day since 2021, past or future, is already published.
"""

import datetime as dt
import json
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from tenderline.stand_in.defects import DEFECTS, Faults
from tenderline.stand_in.journeys import born_on
from tenderline.stand_in.notices import DEFAULT_PER_DAY
from tenderline.stand_in.packages import ELSEWHERE, Packages
from tenderline.stand_in.pieces import LONDON
from tenderline.stand_in.query import Query, RefusedError
from tenderline.stand_in.wire import MANNERS, Reply, send

__all__ = ["DEFECTS", "StandIn"]

log = logging.getLogger(__name__)

RELEASES = "/api/1.0/ocdsReleasePackages"
RECORDS = "/api/1.0/ocdsRecordPackages"
HTML = b"<!DOCTYPE html><html><title>Sorry</title><p>The service is unavailable.</p></html>"
# Defects that replace the whole answer, whatever was asked.
INSTEAD = {
    "forbidden": Reply(401, b'{"error":"Unauthorized"}'),
    "redirect_elsewhere": Reply(302, headers=(("Location", f"{ELSEWHERE}{RELEASES}"),)),
    "html_200": Reply(200, HTML, "text/html; charset=utf-8"),
    "error_200": Reply(200, b'{"error":"Internal error"}'),
}


class StandIn:
    """The server; use it as a context manager, then ask ``url``."""

    def __init__(
        self,
        seed: int = 1,
        per_day: int = DEFAULT_PER_DAY,
        *,
        defects: Collection[str] | Mapping[str, int | None] = (),
        limit: int | None = None,
        per_seconds: float = 120,
        retry_after: float | None = 120,
        port: int = 0,
    ) -> None:
        """Set the switches; ``limit`` requests are answered in any ``per_seconds``."""
        born_on(seed, dt.date(2021, 1, 1), per_day)  # refuses an impossible volume at once
        self.seed, self.per_day, self.port = seed, per_day, port
        self.requests: list[str] = []
        self._faults = Faults(defects)
        self._limit, self._per_seconds, self._retry_after = limit, per_seconds, retry_after
        self._answered: deque[float] = deque()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Tell the address, without a path; known while the server runs."""
        if self._server is None:
            message = "the stand-in is not running: use it in a with statement"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests_served(self) -> int:
        """Count the requests answered so far, in whichever way."""
        return len(self.requests)

    def __enter__(self) -> Self:
        """Bind the port and serve in the background."""
        self._stopping.clear()
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.stand_in = self
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving and free the port."""
        self._stopping.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def wait(self) -> None:
        """Block until interrupted."""
        try:
            self._stopping.wait()
        except KeyboardInterrupt:
            log.info("interrupted after %d requests", self.requests_served)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request; called by the server's threads."""
        with self._lock:
            self.requests.append(handler.path)
        send(handler, self._refusal() or self._answer(handler.path), self._stopping)

    def _refusal(self) -> Reply | None:
        if not self._allowed():
            return self._too_many()
        if self._faults.take("burst_503"):
            return Reply(503, b"Service Unavailable", "text/plain", self._retry())
        return next((reply for name, reply in INSTEAD.items() if self._faults.take(name)), None)

    def _answer(self, target: str) -> Reply:
        path, _, query = target.partition("?")
        packages = Packages(self.seed, self.per_day, self.url, self._faults)
        collection, _, name = path.rpartition("/")
        body: bytes | None = None
        if path == RELEASES:
            try:
                body = packages.page(path, Query.read(query, dt.datetime.now(LONDON)))
            except RefusedError as refused:
                return _error(400, str(refused))
        elif collection == RELEASES:
            body = packages.single(path, name)
        elif collection == RECORDS:
            body = packages.record(path, name)
        if body is None:
            return _error(404, f"Nothing is found at {path}")
        manner = next((name for name in MANNERS if self._faults.take(name)), "")
        return Reply(200, body, manner=manner)

    def _allowed(self) -> bool:
        """Count this request in, unless the limit of the last seconds is reached."""
        if self._limit is None:
            return True
        with self._lock:
            now = time.monotonic()
            while self._answered and self._answered[0] <= now - self._per_seconds:
                self._answered.popleft()
            if len(self._answered) >= self._limit:
                return False
            self._answered.append(now)
            return True

    def _too_many(self) -> Reply:
        text = f"Rate limit of {self._limit} exceeded."
        if self._retry_after is None:  # the source used to say less, and without the header
            text = f"{self._limit} request limit in {self._per_seconds / 60:g} minute exceeded"
        else:
            text += f" Please retry after {self._retry_after:g} seconds."
        return Reply(429, text.encode(), "text/plain", self._retry())

    def _retry(self) -> tuple[tuple[str, str], ...]:
        return () if self._retry_after is None else (("Retry-After", f"{self._retry_after:g}"),)


class _Server(ThreadingHTTPServer):
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Forget clients that hang up; show everything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits for a delayed acknowledgement
    timeout: ClassVar[int] = 60  # seconds: an idle connection must not hold its thread for ever

    def do_GET(self) -> None:
        """Answer a GET request."""
        self.server.stand_in.handle(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Keep the terminal quiet."""
        log.debug(format, *args)


def _error(status: int, message: str) -> Reply:
    return Reply(status, json.dumps({"error": message}).encode())
