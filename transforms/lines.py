"""JSON Lines in the lake: zstd-compressed, one value a line, equal values in equal bytes.

Owns the packing and unpacking of line files. Does not name them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import zstandard

LEVEL = 3
MEDIA_TYPE = "application/jsonl+zstd"
BLOCK = 1 << 20


class LineFile:
    """A packed file that grows line by line, for more lines than memory holds.

    To be used in a `with` statement; `rows` counts the lines.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        self._writer = zstandard.ZstdCompressor(level=LEVEL).stream_writer(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.flush(zstandard.FLUSH_FRAME)
        self._file.close()

    def append(self, line: bytes, /) -> None:
        """Add a line, which holds no newline."""
        self._writer.write(line + b"\n")
        self.rows += 1


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a packed file, a piece of it in memory at a time."""
    held = b""
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        while piece := reader.read(BLOCK):
            *lines, held = (held + piece).split(b"\n")
            yield from lines
    if held:
        yield held


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
