"""Reads the body of one HTTP response whole, or says why it is not whole.

Owns the caps on wire and decompressed bytes, the total deadline and the check that a compressed
body has its end. Does not retry.
"""

import time
import zlib
from collections.abc import Iterator
from typing import Protocol

import requests
import urllib3

CHUNK = 1 << 16
RATIO = 200  # no honest JSON compresses beyond this; a bomb does
RATIO_FLOOR = 10_000_000  # below this size in bytes the ratio proves nothing


class BodyTooLarge(Exception):
    """The body is larger than the source's cap, on the wire or decompressed."""


class BodyBroken(Exception):
    """The body ended too early, came too slowly, or is not what its headers say."""


class _Decoder(Protocol):
    """What is asked of a decompressor: zlib's own shape."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    eof = True
    unconsumed_tail = b""

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        return data


def read_body(response: requests.Response, *, max_bytes: int, deadline: float) -> bytes:
    """The decompressed body.

    Args:
        response: opened with `stream=True`, nothing read yet.
        max_bytes: the cap on bytes, on the wire and decompressed, whatever the headers claim.
        deadline: the moment on `time.monotonic` by which the body must be complete.

    Raises:
        BodyTooLarge: a cap was passed; no more was read.
        BodyBroken: truncated, too slow, or an encoding that was not asked for.
    """
    decoder = _decoder(response.headers.get("Content-Encoding", "identity").strip().lower())
    pieces: list[bytes] = []
    wire = size = 0
    for chunk in _chunks(response, deadline):
        wire += len(chunk)
        rest = chunk
        while rest:
            piece = _decompress(decoder, rest)
            rest = decoder.unconsumed_tail
            size += len(piece)
            _check_caps(wire, size, max_bytes)
            pieces.append(piece)
    if not decoder.eof:
        raise BodyBroken("the compressed body is cut short")
    return b"".join(pieces)


def _chunks(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """The bytes as they come off the wire, until the end, the deadline, or a broken stream."""
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=False):
            if time.monotonic() > deadline:
                raise BodyBroken("the body did not arrive within the deadline")
            yield chunk
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BodyBroken(f"the body broke off: {error}") from error
    expected = response.headers.get("Content-Length", "")
    if expected.isdigit() and response.raw.tell() != int(expected):
        raise BodyBroken(f"{response.raw.tell()} of {expected} bytes arrived")


def _decoder(encoding: str) -> _Decoder:
    if encoding in ("identity", ""):
        return _Plain()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(wbits=47)  # 32 + 15: a gzip or a zlib header, found out
    raise BodyBroken(f"the content encoding {encoding!r} was not asked for")


def _decompress(decoder: _Decoder, data: bytes) -> bytes:
    try:
        return decoder.decompress(data, CHUNK * 16)
    except zlib.error as error:
        raise BodyBroken(f"the compressed body is damaged: {error}") from error


def _check_caps(wire: int, size: int, max_bytes: int) -> None:
    if max(wire, size) > max_bytes:
        raise BodyTooLarge(f"the body is larger than {max_bytes:,} bytes")
    if size > RATIO_FLOOR and size > wire * RATIO:
        raise BodyTooLarge(f"the body swells more than {RATIO} times when decompressed")
