"""Bytes of a file as they come: compressed or not, from a path or from standard input.

Owns decompression and its ends: a compressed file that stops early is an error, not a short file.
"""

import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kernel import ConfigError

BLOCK = 1 << 20
SIP = 1 << 10  # bytes of zstd, which may become 32 MiB of text
HEAD = 4  # bytes that tell a compression, a byte order mark or an encoding
GZIP, ZSTD, BOM = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"
PACKED = {b"PK\x03\x04": "a ZIP archive", b"BZh": "a bzip2 file", b"\xfd7zX": "an xz file"}
WIDE = (b"\xff\xfe", b"\xfe\xff")  # byte order marks of UTF-16; UTF-32 begins with the first, too


class Unreadable(ConfigError):
    """A file that cannot be read as JSON to its end, with what to do about it."""


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file at path `name`, or a copy of it where it is a pipe, as standard input (`-`) is:
    it can be read more than once.

    Raises:
        Unreadable: there is no such file.
    """
    try:
        file = os.fdopen(os.dup(0), "rb") if name == "-" else Path(name).open("rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(f"it cannot be opened: {reason}: check the path") from error
    with file:
        if name != "-" and file.seekable():
            yield file
            return
        with tempfile.TemporaryFile(prefix="tenderline-") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
            yield copy


def text_of(file: BinaryIO) -> tuple[bool, Iterator[bytes]]:
    """Whether the text of `file` begins with a byte order mark, which RFC 8259 forbids a sender to
    add, and the rest of it, decompressed, in pieces.

    Raises:
        Unreadable: now or while it is read: it is damaged, cut short, or no UTF-8 text.
    """
    pieces = _unpacked(file)
    head = b""
    while len(head) < HEAD and (piece := next(pieces, b"")):
        head += piece
    if head.startswith(WIDE) or 0 in head[:HEAD]:
        raise Unreadable("its text is UTF-16 or UTF-32, or no text at all: save it as UTF-8")
    return head.startswith(BOM), _joined(head.removeprefix(BOM), pieces)


def start_of(file: BinaryIO) -> int | None:
    """Where in `file` its text begins, behind a byte order mark; None where it is packed."""
    head = os.pread(file.fileno(), HEAD, 0)
    if head.startswith((GZIP, ZSTD)):
        return None
    return len(BOM) if head.startswith(BOM) else 0


def _joined(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    for mark, kind in PACKED.items():
        if head.startswith(mark):
            raise Unreadable(f"it is {kind}: unpack it; only gzip and zstd are read packed")
    if head.startswith(GZIP):
        return _gunzip(file)
    return _unzstd(file) if head.startswith(ZSTD) else iter(lambda: file.read(BLOCK), b"")


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Every member of a gzip file, in pieces of bounded size whatever the ratio."""
    from isal import isal_zlib

    data = file.read(BLOCK)
    while data:
        if not GZIP.startswith(data[:2]):
            raise Unreadable(
                "the gzip file is damaged (other bytes behind its end): fetch it again"
            )
        reader = isal_zlib.decompressobj(wbits=31)
        while not reader.eof:
            try:
                piece = reader.decompress(data, BLOCK)
            except (isal_zlib.error, zlib.error) as error:  # type: ignore[misc] # stubs are wrong
                raise Unreadable(f"the gzip file is damaged ({error}): fetch it again") from error
            if piece:
                yield piece
            data = reader.unconsumed_tail
            if not data and not piece and not reader.eof:
                data = file.read(BLOCK)
                if not data:
                    raise Unreadable("the gzip file is cut short: fetch it again")
        data = _behind(reader.unused_data, file)


def _behind(data: bytes, file: BinaryIO) -> bytes:
    """What stands behind a member but for zeros, which fill the blocks of a tape (gzip(1))."""
    data = data or file.read(BLOCK)
    while data and not (data := data.lstrip(b"\x00")):
        data = file.read(BLOCK)
    return data


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    """Every frame of a zstd file, in pieces of bounded size whatever the ratio."""
    import zstandard

    data = file.read(SIP)
    while data:
        reader = zstandard.ZstdDecompressor().decompressobj()
        while not reader.eof:
            try:
                text = reader.decompress(data)
            except zstandard.ZstdError as error:
                raise Unreadable(f"the zstd file is damaged ({error}): fetch it again") from error
            yield from (text[at : at + BLOCK] for at in range(0, len(text), BLOCK))
            if not reader.eof and not (data := file.read(SIP)):
                raise Unreadable("the zstd file is cut short: fetch it again")
        data = _behind(reader.unused_data, file)
