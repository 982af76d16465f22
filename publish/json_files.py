"""The JSON files of an edition: compiled releases, a release package, what is left out of it.

Owns their shape. Source: OCDS 1.1 release package reference; bulk files as gzipped JSON Lines.
"""

from collections.abc import Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from isal import igzip

from kernel import Window
from publish.making import Making, Rows
from transforms.convert import REJECTS
from transforms.jsontext import dumps
from transforms.lines import unpack
from transforms.tables.build import read_records

COMPILED, PACKAGE = "json/compiled_releases.jsonl.gz", "json/release_package.json"
NONCONFORMING, QUARANTINE = "json/nonconforming_releases.jsonl.gz", "quarantine.jsonl.gz"
GZIP_LEVEL = 3  # isal's highest: about zlib's 6 in size at several times the speed


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


class PackageFile:
    """An OCDS release package being written release by release, never held in memory."""

    def __init__(self, path: Path, head: Mapping[str, Any]) -> None:
        self.path, self.rows = path, 0
        self._file = path.open("wb")
        self._file.write(orjson.dumps(head)[:-1] + b',"releases":[')

    def add(self, release: Any) -> None:
        """Append one release."""
        self._file.write((b",\n" if self.rows else b"\n") + dumps(release))
        self.rows += 1

    def close(self) -> None:
        """Finish the package."""
        self._file.write(b"\n]}\n")
        self._file.close()


def write_json(making: Making) -> Rows:
    """Write the JSON files of an edition in one pass over its records.

    A release that breaks the structure of OCDS goes to `nonconforming_releases` instead of the
    package, so that the package validates; it is in every other file.
    """
    with (
        closing(PackageFile(making.place(PACKAGE), package_head(making))) as package,
        closing(GzipLines(making.place(COMPILED))) as compiled,
        closing(GzipLines(making.place(NONCONFORMING))) as left_out,
    ):
        records = (found for _, each in making.inputs for found in read_records(making.lake, each))
        for record in records:
            compiled.add(record["compiled"])
            for envelope in record["releases"]:
                (package if envelope["conforms"] else left_out).add(envelope["release"])
    return {PACKAGE: package.rows, COMPILED: compiled.rows, NONCONFORMING: left_out.rows}


def package_head(making: Making) -> dict[str, Any]:
    """The package's metadata. Its date is the end of what it covers: files hold no clock."""
    spans = [Window.parse(str(manifest.notes["span"])) for _, manifest in making.inputs]
    publication = making.publication
    extensions = {
        url
        for manifests in making.conversions.values()
        for manifest in manifests
        for url in manifest.notes["extensions"]
    }
    return {
        "uri": f"{publication.uri}/{making.name}/{PACKAGE}",
        "version": "1.1",
        "extensions": sorted(extensions),
        "publishedDate": f"{max(span.end for span in spans):%Y-%m-%dT%H:%M:%SZ}",
        "publisher": {"name": publication.publisher},
        "license": publication.licence_url,
    }


def write_quarantine(making: Making) -> Rows:
    """Write the public list of quarantined releases: where, which and why, not what they hold."""
    with closing(GzipLines(making.place(QUARANTINE))) as file:
        for manifest in chain.from_iterable(making.conversions.values()):
            for line in unpack(making.lake.load(manifest, manifest.artifact(REJECTS))):
                entry = {"source": manifest.subject, **orjson.loads(line)}
                file.add({key: value for key, value in entry.items() if key != "raw"})
    return {QUARANTINE: file.rows}
