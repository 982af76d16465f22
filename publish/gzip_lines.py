"""A gzipped JSON Lines file, written line by line.

Owns its form: a header without clock and name, so that equal lines give equal bytes.
"""

from pathlib import Path
from typing import Any

from isal import igzip

from publish.json.pieces import GZIP_LEVEL
from transforms.jsontext import dumps


class GzipLines:
    """A gzipped JSON Lines file being written, with no clock and no name in its header."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._raw = path.open("wb")
        self._file = igzip.IGzipFile("", "wb", GZIP_LEVEL, self._raw, mtime=0)

    def add(self, value: Any) -> None:
        """Append one line."""
        self._file.write(dumps(value) + b"\n")
        self.rows += 1

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
        self._raw.close()
