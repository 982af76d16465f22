"""Members of gzip files, and JSON values put together into pieces of packages.

Owns their form. RFC 1952 lets any number of members follow each other, so that a file of many parts
is packed part by part. Each member of a package is a piece: some releases, or records, with commas
between them.
"""

from isal import igzip

GZIP_LEVEL = 3  # isal's highest: about zlib's 6 in size at several times the speed
PIECE = 8 << 20  # bytes before packing, fewer than a packed package may have
SEPARATOR = b",\n"


class Pieces:
    """JSON values put together into pieces of a limited size."""

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.told: list[dict[str, int]] = []
        self._held: list[bytes] = []
        self._size = self._weight = 0

    def add(self, body: bytes, weight: int) -> None:
        """Append a value that has `weight` awards and contracts; one beyond the limit is alone."""
        if self._held and self._size + len(body) > PIECE:
            self.close()
        self._held.append(body)
        self._size += len(body) + len(SEPARATOR)
        self._weight += weight

    def close(self) -> None:
        """Finish the piece that is being put together."""
        if self._held:
            body = SEPARATOR.join(self._held)
            self.files.append(packed(body))
            self.told.append(
                {"rows": len(self._held), "bytes": len(body), "weight": self._weight,
                 "packed": len(self.files[-1])}
            )  # fmt: skip
        self._held, self._size, self._weight = [], 0, 0


def packed(data: bytes) -> bytes:
    """A gzip member with no clock and no name in its header."""
    return bytes(igzip.compress(data, GZIP_LEVEL, mtime=0))


def packed_lines(lines: list[bytes]) -> bytes:
    """JSON lines as a gzip member; of none, nothing."""
    return packed(b"".join(line + b"\n" for line in lines)) if lines else b""
