"""Decompression of kept files, gzip and zstd, in pieces: whole or refused, and never a bomb.

Owns how a packed file is known by its content, where it ends, and how far it may swell. What is
within archives is in `transforms.archives`.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 1 << 20
SIP = 1 << 10  # bytes of zstd at a time, which may become 32 MiB
HEAD = 512  # bytes that tell what a file is: the header block of a tar
RATIO = 200  # no honest JSON compresses beyond this; a bomb does
RATIO_FLOOR = 10_000_000  # below this size in bytes the ratio proves nothing
MAX_TOTAL = 1 << 36  # bytes unpacked from one file: three times the largest publication known
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # of no members
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
)
TAR = slice(257, 262), b"ustar"  # POSIX.1-1988 and later: the magic within the header block


class Refused(Exception):  # it is told as a reject, not raised to people
    """A file or member that is not read (further): the rule it breaks, and why."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a file: the name of its member ("" where it is no archive), and its bytes.

    `pieces` raises `Refused` where the text breaks off. `refused` is set in place of a text that
    cannot be opened at all.
    """

    name: str
    pieces: Iterator[bytes]
    refused: Refused | None = None


def sniff(head: bytes) -> str:
    """What kind of archive or compressed file begins with `head`; "" for none that is known."""
    where, magic = TAR
    if head[where] == magic:
        return "tar"
    return next((kind for mark, kind in MAGIC if head.startswith(mark)), "")


def peek(pieces: Iterator[bytes], size: int = HEAD) -> tuple[bytes, Iterator[bytes]]:
    """The first `size` bytes, or fewer where there are no more, and all pieces with them."""
    held = b""
    while len(held) < size and (piece := next(pieces, b"")):
        held += piece
    return held[:size], _joined(held, pieces)


def _joined(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def capped(pieces: Iterator[bytes], packed: int, file: BinaryIO | None = None) -> Iterator[bytes]:
    """The same pieces, until there are too many for what was unpacked of `packed` bytes so far."""
    total = 0
    for piece in pieces:
        total += len(piece)
        check(total, min(packed, file.tell()) if file else packed)
        yield piece


def check(total: int, packed: int) -> None:
    """Refuse what has become `total` bytes of `packed`, if that is too many.

    Raises:
        Refused: it is.
    """
    if total > MAX_TOTAL:
        raise Refused("archive_bomb", f"it holds more than {MAX_TOTAL:,} bytes")
    if total > RATIO_FLOOR and total > packed * RATIO:
        raise Refused("archive_bomb", f"it swells more than {RATIO} times when unpacked")


def gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Every member of a gzip file (RFC 1952, section 2.2), in pieces of bounded size."""
    data = file.read(BLOCK)
    while data:
        if not data.startswith(b"\x1f\x8b"):
            raise Refused("damaged_archive", "the gzip file has other bytes behind its end")
        reader = zlib.decompressobj(wbits=31)
        while not reader.eof:
            try:
                piece = reader.decompress(data, BLOCK)
            except zlib.error as error:
                raise Refused("damaged_archive", f"the gzip file is damaged: {error}") from error
            if piece:
                yield piece
            data = reader.unconsumed_tail
            if not (data or piece or reader.eof) and not (data := file.read(BLOCK)):
                raise Refused("damaged_archive", "the gzip file is cut short: fetch it again")
        data = _behind(reader.unused_data, file)


def unzstd(file: BinaryIO) -> Iterator[bytes]:
    """Every frame of a zstd file (RFC 8878, section 3.1), in pieces."""
    import zstandard

    data = file.read(SIP)
    while data:
        reader = zstandard.ZstdDecompressor().decompressobj()
        while not reader.eof:
            try:
                piece = reader.decompress(data)
            except zstandard.ZstdError as error:
                raise Refused("damaged_archive", f"the zstd file is damaged: {error}") from error
            if piece:
                yield piece
            if not reader.eof and not (data := file.read(SIP)):
                raise Refused("damaged_archive", "the zstd file is cut short: fetch it again")
        data = _behind(reader.unused_data, file)


def _behind(data: bytes, file: BinaryIO) -> bytes:
    """What stands behind a member but for zeros, which fill the blocks of a tape (gzip(1))."""
    data = data or file.read(BLOCK)
    while data and not (data := data.lstrip(b"\x00")):
        data = file.read(BLOCK)
    return data
