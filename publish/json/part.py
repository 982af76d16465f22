"""What of one part of the records goes into JSON files, redacted and packed.

Owns the members of gzip files that editions are put together from: RFC 1952 lets any number of
members follow each other, so that a file of many parts is packed part by part. Each member of a
package is a piece: some releases, or records, with commas between them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from isal import igzip

from kernel import Lake, Manifest, Source
from transforms.derived import Derivation, derive
from transforms.jsontext import dumps, loads
from transforms.lines import unpack
from transforms.privacy.policy import policy
from transforms.privacy.redaction import Redaction
from transforms.privacy.takedowns import Takedowns, takedowns
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.versioned import version_releases

GZIP_LEVEL = 3  # isal's highest: about zlib's 6 in size at several times the speed
PIECE = 8 << 20  # bytes before packing, fewer than a packed package may have
SEPARATOR = b",\n"
COMPILED, NONCONFORMING, PACKAGED = "compiled", "nonconforming", "packaged"  # in a bundle
FACTS = "facts"  # in a bundle: rows of the two files, the pieces, and what was withheld
Form = Literal["public", "public_records"]  # the folder of the lake: releases, or records


def source_public(source: Source, lake: Lake, records: Manifest, form: Form) -> Manifest:
    """The JSON members of all parts of the records of `source`, made where they were not yet.

    Args:
        source: whose records they are.
        lake: where from and to.
        records: of the source.
        form: `public` has compiled releases and pieces of release packages; `public_records` has
            pieces of record packages with versioned releases.
    """
    make = releases_of if form == "public" else records_of
    settings = {"privacy": [policy().identity, takedowns(lake).identity], "piece": PIECE}
    derivation = Derivation(form, make, (takedowns(lake),), MEDIA_TYPE, settings)
    return derive(source.id, lake, records, derivation)


def releases_of(data: bytes, down: Takedowns) -> bytes:
    """The bundle of a part: its compiled releases, its releases as pieces, those left out of them.

    A release that breaks the structure of OCDS is in no piece, so that packages validate.
    """
    redaction, pieces = Redaction(down), Pieces()
    compiled: list[bytes] = []
    others: list[bytes] = []
    for record in _redacted(data, redaction):
        compiled.append(dumps(record["compiled"]))
        for envelope in record["releases"]:
            release = envelope["release"]
            if envelope["conforms"]:
                pieces.add(dumps(release), _weight(release))
            else:
                others.append(dumps(release))
    files = {COMPILED: packed_lines(compiled), NONCONFORMING: packed_lines(others)}
    rows = {COMPILED: len(compiled), NONCONFORMING: len(others)}
    return _bundle(redaction, pieces, files, rows)


def records_of(data: bytes, down: Takedowns) -> bytes:
    """The bundle of a part: its records as pieces, each with its versioned release.

    That is made of what is published of the releases, so that no version says more than they do.
    """
    redaction, pieces = Redaction(down), Pieces()
    for record in _redacted(data, redaction):
        releases = [envelope["release"] for envelope in record["releases"]]
        made = {
            "ocid": record["ocid"],
            "releases": releases,
            "compiledRelease": record["compiled"],
            "versionedRelease": version_releases(releases).release,
        }
        pieces.add(dumps(made), sum(map(_weight, releases)))
    return _bundle(redaction, pieces, {}, {})


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


def _redacted(data: bytes, redaction: Redaction) -> Iterator[dict[str, Any]]:
    for line in unpack(data):
        record = loads(line)
        redaction.record(record)
        yield record


def _bundle(
    redaction: Redaction, pieces: Pieces, files: Mapping[str, bytes], rows: Mapping[str, int]
) -> bytes:
    pieces.close()
    named = {f"{PACKAGED}-{n}": data for n, data in enumerate(pieces.files)}
    facts = {"rows": rows, "pieces": pieces.told, "redacted": redaction.counts}
    return bundled({}, {FACTS: facts}, {**files, **named})


def _weight(release: Mapping[str, Any]) -> int:
    """How many awards and contracts a release has."""
    return sum(len(found) for name in ("awards", "contracts")
               if isinstance(found := release.get(name), list))  # fmt: skip
