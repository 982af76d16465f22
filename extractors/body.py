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
BEGINNING = 300  # bytes of a refusal's body that are repeated in the error
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

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    eof = True
    unconsumed_tail = unused_data = b""

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
    decoder = _decoder(response)
    if (response.raw.length_remaining or 0) > max_bytes:
        raise BodyTooLarge(f"the body is announced as larger than {max_bytes:,} bytes")
    pieces: list[bytes] = []
    wire = size = 0
    for chunk in chunks(response, deadline):
        wire += len(chunk)
        rest = chunk
        while rest:
            if decoder.eof:
                decoder = _decoder(response)  # another member follows: RFC 1952, section 2.2
            piece = _decompress(decoder, rest)
            rest = decoder.unconsumed_tail or decoder.unused_data
            size += len(piece)
            _check_caps(wire, size, max_bytes)
            pieces.append(piece)
    if not decoder.eof:
        raise BodyBroken("the compressed body is cut short")
    return b"".join(pieces)


def read_beginning(response: requests.Response) -> str:
    """What one read brings of a refusal's body, on one line; "" if it cannot be had."""
    try:
        decoder = _decoder(response)
        text = _decompress(decoder, response.raw.read1(CHUNK, decode_content=False))
    except (urllib3.exceptions.HTTPError, OSError, BodyBroken):
        return ""
    return on_one_line(text)


def on_one_line(text: bytes) -> str:
    """The beginning of a refusal's body, readable."""
    shown = (c if c.isprintable() else " " for c in text[:BEGINNING].decode("utf-8", "replace"))
    return " ".join("".join(shown).split())


def chunks(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """The bytes as they come off the wire, until the end, the deadline, or a broken stream."""
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=False):
            if time.monotonic() > deadline:
                raise BodyBroken("the body did not arrive within the deadline")
            yield chunk
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BodyBroken(f"the body broke off: {error}") from error


def _decoder(response: requests.Response) -> _Decoder:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
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
