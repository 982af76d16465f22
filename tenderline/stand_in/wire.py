"""How an answer goes over the wire, whole or broken.

It owns lengths, encodings and pace, and so the defects of the transfer. It does not know what
an answer says. Nothing here holds a large answer in memory.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.server import BaseHTTPRequestHandler
from threading import Event

from kernel.source import STAND_IN

HUGE = 5 * 1024**3
BOMB = 1024**3
BLOCK = 1024**2
DRIP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, body, type, further headers, and the defect to send it with."""

    status: int
    body: bytes = b""
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    manner: str = ""


def send(handler: BaseHTTPRequestHandler, reply: Reply, stopping: Event) -> None:
    """Send the answer; a client that hangs up ends it quietly."""
    with suppress(ConnectionError):
        MANNERS[reply.manner](handler, reply, stopping)


def _head(handler: BaseHTTPRequestHandler, reply: Reply, *more: tuple[str, str]) -> None:
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.type)
    handler.send_header("Cache-Control", "no-store")
    handler.send_header(STAND_IN, "made-up notices")
    for name, value in (*reply.headers, *more):
        handler.send_header(name, value)
    handler.end_headers()


def _whole(handler: BaseHTTPRequestHandler, reply: Reply, _stopping: Event) -> None:
    _head(handler, reply, ("Content-Length", str(len(reply.body))))
    handler.wfile.write(reply.body)


def _cut_short(handler: BaseHTTPRequestHandler, reply: Reply, _stopping: Event) -> None:
    _head(handler, reply, ("Content-Length", str(len(reply.body))), ("Connection", "close"))
    handler.wfile.write(reply.body[: len(reply.body) // 2])
    handler.close_connection = True


def _cut_json(handler: BaseHTTPRequestHandler, reply: Reply, _stopping: Event) -> None:
    body = reply.body[: len(reply.body) * 2 // 3]
    _head(handler, reply, ("Content-Length", str(len(body))))
    handler.wfile.write(body)


def _cut_gzip(handler: BaseHTTPRequestHandler, reply: Reply, _stopping: Event) -> None:
    packed = gzip.compress(reply.body, mtime=0)
    _packed(handler, reply, packed[: len(packed) * 2 // 3])


def _explode(handler: BaseHTTPRequestHandler, reply: Reply, _stopping: Event) -> None:
    _packed(handler, reply, _bomb())


def _packed(handler: BaseHTTPRequestHandler, reply: Reply, body: bytes) -> None:
    _head(handler, reply, ("Content-Encoding", "gzip"), ("Content-Length", str(len(body))))
    handler.wfile.write(body)


def _endless(handler: BaseHTTPRequestHandler, reply: Reply, stopping: Event) -> None:
    _head(handler, reply, ("Transfer-Encoding", "chunked"), ("Connection", "close"))
    handler.close_connection = True
    for part in _huge():
        if stopping.is_set():
            return
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
    handler.wfile.write(b"0\r\n\r\n")


def _drip(handler: BaseHTTPRequestHandler, reply: Reply, stopping: Event) -> None:
    _head(handler, reply, ("Content-Length", str(len(reply.body))), ("Connection", "close"))
    handler.close_connection = True
    for position in range(len(reply.body)):
        if stopping.wait(DRIP_SECONDS):
            return
        handler.wfile.write(reply.body[position : position + 1])


def _huge() -> Iterator[bytes]:
    """Yield a package whose only list never seems to end."""
    release = b'{"ocid":"ocds-h6vhtk-000000","id":"000000-2026","tag":["tender"]},'
    block = release * (BLOCK // len(release))
    yield b'{"version":"1.1","releases":['
    for _ in range(HUGE // len(block)):
        yield block
    yield b"{}]}"


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """Pack a gigabyte of blanks by repeating one block that was packed on its own."""
    blanks, times = b" " * BLOCK, BOMB // BLOCK
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(times):
        check = zlib.crc32(blanks, check)
    trailer = check.to_bytes(4, "little") + BOMB.to_bytes(4, "little")
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + block * times + packer.flush(zlib.Z_FINISH) + trailer


MANNERS: dict[str, Callable[[BaseHTTPRequestHandler, Reply, Event], None]] = {
    "": _whole,
    "truncated_body": _cut_short,
    "truncated_json": _cut_json,
    "truncated_gzip": _cut_gzip,
    "gzip_bomb": _explode,
    "huge_body": _endless,
    "slow_drip": _drip,
}
