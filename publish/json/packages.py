"""Packages within the size that the standard's guidance asks for, month by month.

Owns their metadata, their limits and their names. Source: OCDS 1.1 reference, release package and
record package; guidance on bulk files: at most 1 GB unpacked, 10 MB packed, 250,000 awards and
contracts, and cut by the first release of a process, so that nothing changes files.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import orjson

from kernel import Source, Window
from publish.json.pieces import SEPARATOR, packed
from publish.making import Making

LIMITS = {"bytes": 10**9, "packed": 10**7, "weight": 250_000}
HEAD = 4096  # bytes kept free for the metadata and the end
POLICY = "README.md"  # of the edition: licence, sources, what is withheld and why
Piece = tuple[bytes, Mapping[str, int]]  # a gzip member, and what it holds


class Packages:
    """The packages of one source: `kind` is `releases` or `records`."""

    def __init__(self, making: Making, source: Source, kind: str) -> None:
        self.making, self.source, self.kind = making, source, kind
        self.rows: dict[str, int] = {}
        self._month = ""
        self._held: dict[str, int] = {}
        self._file: BinaryIO | None = None
        self._name = ""

    def add(self, month: str, pieces: Sequence[Piece]) -> None:
        """Append the pieces of a part, whose processes begin in `month`."""
        for data, told in pieces:
            if month != self._month or not self._fits(told):
                self._open(month)
            self._write(data, told)

    def close(self) -> None:
        """Finish the package that is being written."""
        if self._file:
            self._file.write(packed(b"\n]}\n"))
            self._file.close()
        self._file = None

    def _fits(self, told: Mapping[str, int]) -> bool:
        return all(self._held[name] + told[name] <= most for name, most in LIMITS.items())

    def _open(self, month: str) -> None:
        """Begin the first package of a month, or its next one."""
        self.close()
        folder = f"json/{'packages' if self.kind == 'releases' else self.kind}/{self.source.id}"
        number = sum(1 for name in self.rows if name.startswith(f"{folder}/{month}")) + 1
        behind = f"-{number}" if number > 1 else ""
        self._name, self._month = f"{folder}/{month}{behind}.json.gz", month
        self._file = self.making.place(self._name).open("wb")
        head = package_head(self.making, self.source, self._name)
        self._file.write(packed(orjson.dumps(head)[:-1] + f',"{self.kind}":[\n'.encode()))
        self._held = {"bytes": HEAD, "packed": HEAD, "weight": 0}
        self.rows[self._name] = 0

    def _write(self, data: bytes, told: Mapping[str, int]) -> None:
        if self._file is None:
            raise ValueError("no package is open")
        if self.rows[self._name]:
            between = packed(SEPARATOR)
            self._file.write(between)
            self._held["packed"] += len(between)
        self._file.write(data)
        self.rows[self._name] += told["rows"]
        for name in LIMITS:
            self._held[name] += told[name]


def package_head(making: Making, source: Source, name: str) -> dict[str, Any]:
    """A package's metadata. Its date is the end of what it covers: files hold no clock."""
    publication = making.publication
    records = next(each for one, each in making.inputs if one.id == source.id)
    edition = f"{publication.uri}/{making.name}"
    return {
        "uri": f"{edition}/{name}",
        "version": "1.1",
        "extensions": sorted(set(_extensions(making, source))),
        "publishedDate": f"{Window.parse(str(records.notes['span'])).end:%Y-%m-%dT%H:%M:%SZ}",
        "publisher": {"name": publication.publisher, "uri": publication.uri},
        "license": publication.licence_url,
        "publicationPolicy": f"{edition}/{POLICY}",
    }


def _extensions(making: Making, source: Source) -> Iterator[str]:
    for manifest in making.conversions[source.id]:
        yield from manifest.notes["extensions"]
