"""What of one part of the records goes into JSON files, redacted and packed.

Owns the contents of these bundles: compiled releases, releases and records, each as members of gzip
files that editions are put together from.
"""

from collections.abc import Mapping
from typing import Any, Literal

from kernel import Lake, Manifest, Source
from publish.json.pieces import PIECE, Pieces, packed_lines
from transforms.derivation import Derivation
from transforms.derived import derive
from transforms.deriving import Reader
from transforms.jsontext import dumps
from transforms.privacy.masks import Masks
from transforms.tables.bundle import MEDIA_TYPE, bundled
from transforms.versioned import version_releases

COMPILED, NONCONFORMING, PACKAGED = "compiled", "nonconforming", "packaged"  # in a bundle
FACTS = "facts"  # in a bundle: rows of the two files, the pieces, and what was withheld
Form = Literal["public", "public_records"]  # the folder of the lake: releases, or records


def source_public(source: Source, lake: Lake, records: Manifest, form: Form) -> Manifest:
    """The JSON members of all parts of the records of `source`, made where they were not yet.

    Args:
        source: whose records they are.
        lake: where from and to.
        records: of the source.
        form: see `public`.
    """
    return derive(source.id, lake, records, public(form))


def public(form: Form) -> Derivation:
    """The derivation of JSON members.

    Args:
        form: `public` has compiled releases and pieces of release packages; `public_records` has
            pieces of record packages with versioned releases.
    """
    begin = Releases if form == "public" else Records
    return Derivation(form, begin, (), MEDIA_TYPE, {"piece": PIECE})


class Releases(Reader):
    """Makes the bundle of a part: its compiled releases, its releases as pieces, those left out.

    A release that breaks the structure of OCDS is in no piece, so that packages validate.
    """

    def __init__(self) -> None:
        self._pieces = Pieces()
        self._compiled: list[bytes] = []
        self._others: list[bytes] = []

    def public(self, record: dict[str, Any], _masks: Masks) -> None:
        """Take a record; see `transforms.deriving.Deriver`."""
        self._compiled.append(dumps(record["compiled"]))
        for envelope in record["releases"]:
            release = envelope["release"]
            if envelope["conforms"]:
                self._pieces.add(dumps(release), _weight(release))
            else:
                self._others.append(dumps(release))

    def made(self, withheld: Mapping[str, int]) -> bytes:
        """The bundle."""
        compiled, others = self._compiled, self._others
        files = {COMPILED: packed_lines(compiled), NONCONFORMING: packed_lines(others)}
        rows = {COMPILED: len(compiled), NONCONFORMING: len(others)}
        return _bundle(withheld, self._pieces, files, rows)


class Records(Reader):
    """Makes the bundle of a part: its records as pieces, each with its versioned release.

    That is made of what is published of the releases, so that no version says more than they do.
    """

    def __init__(self) -> None:
        self._pieces = Pieces()

    def public(self, record: dict[str, Any], _masks: Masks) -> None:
        """Take a record; see `transforms.deriving.Deriver`."""
        releases = [envelope["release"] for envelope in record["releases"]]
        made = {
            "ocid": record["ocid"],
            "releases": releases,
            "compiledRelease": record["compiled"],
            "versionedRelease": version_releases(releases).release,
        }
        self._pieces.add(dumps(made), sum(map(_weight, releases)))

    def made(self, withheld: Mapping[str, int]) -> bytes:
        """The bundle."""
        return _bundle(withheld, self._pieces, {}, {})


def _bundle(
    withheld: Mapping[str, int], pieces: Pieces, files: Mapping[str, bytes], rows: Mapping[str, int]
) -> bytes:
    pieces.close()
    named = {f"{PACKAGED}-{n}": data for n, data in enumerate(pieces.files)}
    facts = {"rows": rows, "pieces": pieces.told, "redacted": dict(withheld)}
    return bundled({}, {FACTS: facts}, {**files, **named})


def _weight(release: Mapping[str, Any]) -> int:
    """How many awards and contracts a release has."""
    return sum(len(found) for name in ("awards", "contracts")
               if isinstance(found := release.get(name), list))  # fmt: skip
