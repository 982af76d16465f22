"""Where the text of a CSV file goes: a plain file as long as it is small, else a gzipped one.

Owns that bound. Docs: `docs/decisions/0019-files-for-spreadsheets.md`.
"""

import shutil
from pathlib import Path
from typing import BinaryIO, Final

from isal import igzip

from publish.sheets.sheet import MOST_ROWS

LARGEST: Final = 100 << 20  # bytes: what a spreadsheet on an ordinary laptop opens in a minute
GZIP_LEVEL = 3  # isal's highest: about zlib's 6 in size at several times the speed
BLOCK = 1 << 20


class Sink:
    """A file that is gzipped from the moment it is too large, or from the start.

    Args:
        path: of the plain file; `.gz` is added if it is gzipped.
        rows: that are to come: a file with more than a spreadsheet shows is gzipped in any case.
        largest: bytes of a plain file.
    """

    def __init__(self, path: Path, rows: int, largest: int = LARGEST) -> None:
        self.path, self.closed = path, False
        self._size, self._largest = 0, largest
        self._raw: BinaryIO = path.open("wb")
        self._gzip: igzip.IGzipFile | None = None
        if rows > MOST_ROWS:
            self._pack()

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        self._size += len(data)
        if self._gzip is None and self._size > self._largest:
            self._pack()
        (self._gzip or self._raw).write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: it is all written at the end."""

    def close(self) -> None:
        """End the file."""
        if self._gzip is not None:
            self._gzip.close()
        self._raw.close()
        self.closed = True

    def _pack(self) -> None:
        """Go on in a gzipped file, which begins with what was written."""
        self._raw.close()
        plain = self.path
        self.path = plain.with_name(f"{plain.name}.gz")
        self._raw = self.path.open("wb")
        self._gzip = igzip.IGzipFile("", "wb", GZIP_LEVEL, self._raw, mtime=0)
        with plain.open("rb") as written:
            shutil.copyfileobj(written, self._gzip, BLOCK)
        plain.unlink()
