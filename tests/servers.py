"""A real HTTP server on loopback that answers, byte by byte, what a test tells it to."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

Answer = bytes | Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its path with the query, its headers in lower case, and when it came."""

    path: str
    headers: dict[str, str]
    time: float = field(default_factory=time.monotonic)


class Server:
    """Answers in the order scripted, one connection each; the last answer is repeated."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.sent = 0
        self.ending = threading.Event()
        self._server = _TcpServer(("127.0.0.1", 0), _Handler)
        self._server.told = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def says(self, body: bytes = b"", status: int = 200, **headers: str) -> Self:
        """Next answer this, with a true Content-Length unless `content_length` is given."""
        named = {"content_length": str(len(body)), "connection": "close"} | headers
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
        return self.sends("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def sends(self, answer: Answer) -> Self:
        """Next answer exactly these bytes, head and all, or the pieces a function yields."""
        self.answers.append(answer)
        return self

    def drips(self, head: bytes, body: bytes, pause: float) -> Self:
        """Next answer `head` at once, then `body` one byte at a time."""

        def pieces() -> Iterable[bytes]:
            yield head
            for byte in body:
                if self.ending.wait(pause):
                    return
                yield bytes([byte])

        return self.sends(pieces)

    @property
    def paths(self) -> list[str]:
        """What was asked for so far."""
        return [request.path for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _TcpServer(ThreadingTCPServer):
    allow_reuse_address = True
    told: Server


class _Handler(StreamRequestHandler):
    server: _TcpServer
    timeout = 10  # seconds: a client that says nothing must not hold up the end of the test

    def handle(self) -> None:
        told = self.server.told
        lines = iter(self.rfile.readline, b"\r\n")
        path = next(lines).split()[1].decode()
        pairs: Any = (line.decode("latin-1").strip().split(": ", 1) for line in lines)
        told.requests.append(Request(path, {name.lower(): value for name, value in pairs}))
        answer = told.answers[min(len(told.requests), len(told.answers)) - 1]
        try:
            for piece in (answer,) if isinstance(answer, bytes) else answer():
                self.wfile.write(piece)
                told.sent += len(piece)
        except ConnectionError:
            pass  # the client hung up: it had seen enough
