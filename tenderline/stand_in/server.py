"""What every stand-in shares: a real HTTP server on loopback with a log, a limit and defects.

It owns the server's life, the log of requests, the rate limit and the answers that are wrong as
a whole. What a system answers, and which defects it has of its own, its subclass knows.
"""

import json
import logging
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from tenderline.stand_in.defects import ELSEWHERE, TRANSFER, Faults
from tenderline.stand_in.wire import MANNERS, Reply, send

log = logging.getLogger(__name__)

HTML = b"<!DOCTYPE html><html><title>Sorry</title><p>The service is unavailable.</p></html>"
# Defects that replace the whole answer, whatever was asked.
INSTEAD = {
    "forbidden": Reply(401, b'{"error":"Unauthorized"}'),
    "redirect_elsewhere": Reply(302, headers=(("Location", f"{ELSEWHERE}/"),)),
    "html_200": Reply(200, HTML, "text/html; charset=utf-8"),
    "error_200": Reply(200, b'{"error":"Internal error"}'),
}


class Server(ABC):
    """A stand-in of one system; use it as a context manager, then ask ``url``."""

    TITLE: ClassVar[str]  # what the system is called
    DEFECTS: ClassVar[Mapping[str, str]] = TRANSFER  # each by its name, with a sentence
    TIMES: ClassVar[Mapping[str, int]] = {"burst_503": 3}  # usual number, where not always
    PER_DAY: ClassVar[int] = 30  # usual volume, in notices a working day
    MOST_PER_DAY: ClassVar[int] = 1_000

    def __init__(
        self,
        seed: int = 1,
        per_day: int | None = None,
        *,
        defects: Collection[str] | Mapping[str, int | None] = (),
        limit: int | None = None,
        per_seconds: float = 120,
        retry_after: float | None = 120,
        port: int = 0,
    ) -> None:
        """Set the switches; ``limit`` requests are answered in any ``per_seconds``."""
        self.seed, self.port = seed, port
        self.per_day = self.PER_DAY if per_day is None else per_day
        if not 0 < self.per_day <= self.MOST_PER_DAY:
            message = f"per_day={per_day}: must be between 1 and {self.MOST_PER_DAY}"
            raise ValueError(message)
        self.requests: list[str] = []
        self.faults = Faults(defects, self.DEFECTS, self.TIMES)
        self.limit, self.per_seconds, self.retry_after = limit, per_seconds, retry_after
        self._answered: deque[float] = deque()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server: _Listener | None = None

    @abstractmethod
    def answer(self, target: str) -> Reply:
        """Answer a path with its query; a manner of sending is added where one is switched on."""

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
        self._server = _Listener(("127.0.0.1", self.port), _Handler)
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
        send(handler, self._refusal() or self._answered_with(handler.path), self._stopping)

    def too_many(self) -> Reply:
        """Refuse a request beyond the limit."""
        text = f"Rate limit of {self.limit} exceeded."
        if self.retry_after is None:  # the source used to say less, and without the header
            text = f"{self.limit} request limit in {self.per_seconds / 60:g} minute exceeded"
        else:
            text += f" Please retry after {self.retry_after:g} seconds."
        return Reply(429, text.encode(), "text/plain", self._retry())

    def _refusal(self) -> Reply | None:
        if not self._allowed():
            return self.too_many()
        if self.faults.take("burst_503"):
            return Reply(503, b"Service Unavailable", "text/plain", self._retry())
        return next((reply for name, reply in INSTEAD.items() if self.faults.take(name)), None)

    def _answered_with(self, target: str) -> Reply:
        reply = self.answer(target)
        if reply.status != HTTPStatus.OK or reply.manner:
            return reply
        return replace(reply, manner=next((name for name in MANNERS if self.faults.take(name)), ""))

    def _allowed(self) -> bool:
        """Count this request in, unless the limit of the last seconds is reached."""
        if self.limit is None:
            return True
        with self._lock:
            now = time.monotonic()
            while self._answered and self._answered[0] <= now - self.per_seconds:
                self._answered.popleft()
            if len(self._answered) >= self.limit:
                return False
            self._answered.append(now)
            return True

    def _retry(self) -> tuple[tuple[str, str], ...]:
        return () if self.retry_after is None else (("Retry-After", f"{self.retry_after:g}"),)


def refusal(status: int, message: str) -> Reply:
    """Refuse with an error object, as most systems do."""
    return Reply(status, json.dumps({"error": message}).encode())


class _Listener(ThreadingHTTPServer):
    stand_in: Server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Forget clients that hang up; show everything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits for a delayed acknowledgement
    timeout: ClassVar[int] = 60  # seconds: an idle connection must not hold its thread for ever

    def do_GET(self) -> None:
        """Answer a GET request."""
        self.server.stand_in.handle(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Keep the terminal quiet."""
        log.debug(format, *args)
