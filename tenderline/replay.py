"""Serves a recording on loopback as its source would, for `run --replay` and for anyone's client.

Owns the server. Bodies are the recorded bytes but for the next links, which lead to this server.
"""

import json
import logging
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit

from kernel import ConfigError, Source, Window
from tenderline.asked import asked, marks_of
from tenderline.loose import package
from tenderline.recording import (
    Key,
    Page,
    Recording,
    beyond,
    key_of,
    read_recording,
    with_next,
)

log = logging.getLogger(__name__)
PORT = 8641  # preferred, so that a replay repeated gives the same bytes; any other if it is taken
PER_SECONDS = 120.0  # the time over which a limit of requests counts
NOT_REPEATED = frozenset({
    "connection", "content-encoding", "content-length", "date", "keep-alive", "server",
    "set-cookie", "strict-transport-security", "transfer-encoding",
})  # fmt: skip


class Replay:
    """A running replay of `folder`; a context manager.

    Args:
        folder: recorded pages and their `.headers`.
        source: whose pages they are.
        port: where to listen; None for the preferred port or any free one.
        limit: requests answered within 120 seconds before a 429; None for no limit.
        retry_after: the seconds that a 429 names.

    Raises:
        ConfigError: the source is not read by pages, or there are none in the folder.
    """

    def __init__(
        self,
        folder: Path,
        source: Source,
        *,
        port: int | None = None,
        limit: int | None = None,
        retry_after: float = 120,
    ) -> None:
        if source.fetch.strategy in ("bulk", "files"):
            message = (
                "this source is read from files: `tenderline run --replay` reads them in place"
            )
            raise ConfigError(message, source=source.id)
        self.recording: Recording = read_recording(folder, source)
        self.source = source
        self.path, own = key_of(source.fetch.url)
        self.parameters = set(dict(own))
        self.limit, self.retry_after = limit, retry_after
        self.recent: deque[float] = deque()
        self.lock = threading.Lock()
        self._server = _listen(port)
        self._server.replay = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.answers: dict[Key, tuple[Page, bytes]] = {}
        self.first: dict[tuple[Window | None, str], Key] = {}
        for chain in self.recording.chains:
            self._chain(chain)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        for word in self.recording.words:
            log.warning("replay: %s", word)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def refused(self) -> bool:
        """Whether this request is over the limit; counts it if not."""
        with self.lock:
            now = time.monotonic()
            while self.recent and self.recent[0] < now - PER_SECONDS:
                self.recent.popleft()
            if self.limit is not None and len(self.recent) >= self.limit:
                return True
            self.recent.append(now)
            return False

    def find(self, url: str) -> tuple[Page | None, bytes] | None:
        """The recorded answer to a request, or an empty page where another choice was recorded."""
        key = key_of(url)
        if key in self.answers:
            return self.answers[key]
        marks = marks_of(self.source, url)
        if marks is None or not {*dict(key[1])} <= self.parameters:
            return None
        told, each = asked(self.source, url), marks.get("each", "")
        usual = (self.source.fetch.each or ("",))[0]  # asked first: for what names no choice
        for window in (told.window if told else None, None):
            chains = {of: key for (at, of), key in self.first.items() if at == window}
            if found := chains.get(each) or (chains.get("") if each == usual else None):
                return self.answers[found]
            if chains:
                return None, package(self.source, ())
        return None

    def asked(self) -> list[str]:
        """The requests that were recorded, for whoever asks another."""
        return sorted(f"{path}?{urlencode(query)}" for path, query in self.answers)

    def _chain(self, chain: list[Page]) -> None:
        """Lay out one chain: each page answers the link of the page before it."""
        first = chain[0]
        begun = previous = first.uri if first.asked else self.path
        place = (first.asked.window, first.asked.each) if first.asked else (None, "")
        self.first[place] = key_of(begun)
        for number, page in enumerate(chain, start=1):
            last = number == len(chain)
            if last and page.next:
                self._say(page, "its next link leads to a page that was not recorded: dropped")
            if not last and not page.next and page.path.suffix:  # else we made the page
                self._say(page, "its next link is missing, but the next page was recorded: added")
            following = None if last else (page.next or beyond(begun, number + 1))
            link = None if following is None else self._own(following)
            self.answers[key_of(previous)] = page, with_next(page, link)
            previous = following or ""

    def _own(self, url: str) -> str:
        return f"{self.url}{urlsplit(url)._replace(scheme='', netloc='').geturl()}"

    def _say(self, page: Page, word: str) -> None:
        self.recording.words.append(f"{page.path.name}: {word}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        replay: Replay = self.server.replay  # type: ignore[attr-defined]
        if replay.refused():
            wait = f"{replay.retry_after:g}"
            text = f"More than {replay.limit} requests: wait {wait} seconds.\n".encode()
            self._answer(429, (("content-type", "text/plain"), ("retry-after", wait)), text)
        elif found := replay.find(self.path):
            page, body = found
            headers = page.headers if page else ()
            kept = tuple(pair for pair in headers if pair[0] not in NOT_REPEATED)
            self._answer(200, kept or (("content-type", "application/json"),), body)
        else:
            text = json.dumps({"error": "not recorded", "recorded": replay.asked()}).encode()
            self._answer(404, (("content-type", "application/json"),), text)

    def _answer(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.send_response(status)
        for name, value in (*headers, ("content-length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        log.debug("replay: %s", format % args)


def _listen(port: int | None) -> ThreadingHTTPServer:
    if port is not None:
        return ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    try:
        return ThreadingHTTPServer(("127.0.0.1", PORT), _Handler)
    except OSError:
        return ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
