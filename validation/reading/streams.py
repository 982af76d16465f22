"""Bytes of a file as they come: compressed or not, from a path or from standard input.

Owns decompression and its ends: a compressed file that stops early is an error, not a short file.
"""

import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kernel import ConfigError

BLOCK = 1 << 20
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
BOM = b"\xef\xbb\xbf"


class Unreadable(ConfigError):
    """A file that cannot be read as JSON at all, with what to do about it."""


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file at path `name`, or a copy of standard input for `-`: it can be read more than once.

    Raises:
        Unreadable: there is no such file.
    """
    if name != "-":
        try:
            file = Path(name).open("rb")
        except OSError as error:
            raise Unreadable(f"{name}: {error.strerror}: check the path") from error
        with file:
            yield file
        return
    with tempfile.TemporaryFile(prefix="tenderline-") as copy:
        while block := sys.stdin.buffer.read(BLOCK):
            copy.write(block)
        yield copy


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """The content of `file` from its start, decompressed, in pieces, without a byte order mark.

    Raises:
        Unreadable: it is compressed and damaged or cut short, or it is not UTF-8 text.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith(GZIP):
        found = _gunzip(file)
    elif head.startswith(ZSTD):
        found = _unzstd(file)
    else:
        found = iter(lambda: file.read(BLOCK), b"")
    first = next(found, b"")
    if kind := MARKS.get(first[:2]):
        raise Unreadable(f"the file is {kind}: save it as UTF-8")
    yield first.removeprefix(BOM)
    yield from found


def has_mark(file: BinaryIO) -> bool:
    """Whether the text begins with a byte order mark, which RFC 8259 forbids a sender to add."""
    file.seek(0)
    head = file.read(4)
    if head.startswith((GZIP, ZSTD)):
        return False
    return head.startswith(BOM)


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Every member of a gzip file, in pieces of bounded size whatever the ratio."""
    from isal import isal_zlib

    reader = isal_zlib.decompressobj(wbits=31)
    data = file.read(BLOCK)
    while data:
        try:
            piece = reader.decompress(data, BLOCK)
        except (isal_zlib.error, zlib.error) as error:
            raise Unreadable(f"the gzip file is damaged ({error}): fetch it again") from error
        if piece:
            yield piece
        if reader.eof:
            data = reader.unused_data or file.read(BLOCK)
            if data.strip(b"\x00"):
                reader = isal_zlib.decompressobj(wbits=31)
                continue
            return
        data = reader.unconsumed_tail or file.read(BLOCK)
    raise Unreadable("the gzip file is cut short: fetch it again")


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    try:
        while piece := reader.read(BLOCK):
            yield piece
    except zstandard.ZstdError as error:
        raise Unreadable(f"the zstd file is damaged or cut short ({error})") from error
