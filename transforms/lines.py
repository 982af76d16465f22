"""JSON Lines in the lake: zstd-compressed, one value a line, equal values in equal bytes.

Owns the packing and unpacking of line files. Does not name them.
"""

from collections.abc import Iterable, Iterator

import zstandard

LEVEL = 3
MEDIA_TYPE = "application/jsonl+zstd"


def pack(lines: Iterable[bytes]) -> bytes:
    """`lines`, which hold no newline, as one compressed file."""
    data = b"".join(line + b"\n" for line in lines)
    return zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(data)


def unpack(data: bytes) -> Iterator[bytes]:
    """The lines of a packed file."""
    yield from decompress(data).splitlines()


def decompress(data: bytes) -> bytes:
    """The content of one zstd file."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)
