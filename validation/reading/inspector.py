"""Packages, records and releases judged one by one, wherever they stand in a file.

Owns which judgement each part of a document gets. Says nothing of files.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from transforms.findings import Finding
from transforms.ocds.formats import date_time
from transforms.ocds.model import model, recognised
from transforms.ocds.schema import record_package_schema, release_package_schema, release_schema
from validation.checks.registry import Check
from validation.judge import Judge
from validation.reading.breaches import (
    TOO_DEEP,
    Extensions,
    breaches,
    record_breaches,
    record_schema,
)
from validation.reading.identities import Identities, content_of
from validation.reading.wellformed import names_of
from validation.spots import Leaf
from validation.structure import quick, structure

VERSIONS = ("1.0", "1.1")
ENTRIES = frozenset({"releases", "records"})
METADATA = frozenset({"publishedDate", "publisher", "packages", "extensions"})
OF_OBJECTS = frozenset(  # what can be checked where each value is a list of what it was in time
    f"conformance.{name}" for name in ("empty", "missing_id", "repeated_id")
)
Told = tuple[str, str, dict[str, Any], Finding]  # path of the release, its place, itself, a finding


class Inspector:
    """Judges parts of documents.

    Args:
        checks: what to check in each release, compiled or not.

    Attributes:
        judges: one for each place and set of extensions; they hold results and coverage.
        forms: how many documents of each form there were.
        versioned: judges of versioned releases, whose coverage and results are not told.
        versioned_names: field names met in versioned releases.
        dense: whether values may be so many that not every breach of the schema can be listed.
    """

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)
        self.shallow = tuple(c for c in self.checks if c.id.startswith("conformance."))
        self.judges: dict[tuple[str, Extensions], Judge] = {}
        self.forms: Counter[str] = Counter()
        self.versioned: dict[Extensions, Judge] = {}
        self.versioned_names = 0
        self.dense = False

    def document(self, value: Any) -> Iterator[Told]:
        """Judge a whole document: a package, a record, a release, or a list of such."""
        if not isinstance(value, list):
            yield from self.single(value)
            return
        before = Identities("array")
        for position, entry in enumerate(value):
            for path, place, owner, finding in self.single(entry):
                yield f"/{position}{path}", place, owner, finding
            for finding in before.add(entry, None):
                yield f"/{position}", "", entry, finding

    def single(self, value: Any) -> Iterator[Told]:
        """Judge a document, or an entry of a list: a package, a record or a release."""
        if isinstance(value, dict) and is_record(value):
            self.forms["record"] += 1
            yield from self.record(value, "", "", frozenset())
        elif isinstance(value, dict) and is_package(value):
            yield from self._package(value)
        else:
            self.forms["release"] += 1
            yield from self.release(value, "", "", frozenset())

    def _package(self, package: dict[str, Any]) -> Iterator[Told]:
        kind = kind_of(package)
        entries = package.get(kind)
        listed: list[Any] = entries if isinstance(entries, list) else []
        before = Identities(kind)
        extensions = extensions_of(package)
        judge = self.record if kind == "records" else self.release
        for position, entry in enumerate(listed):
            path = f"/{kind}/{position}"
            yield from judge(entry, path, f"/{kind}", extensions)
            for finding in before.add(entry, content_of(entry)):
                yield path, f"/{kind}", entry, finding
        count = len(listed) if entries is listed else -1
        yield from self.envelope(package, kind, count, same=before.same)

    def envelope(
        self, package: dict[str, Any], kind: str, count: int, *, same: bool
    ) -> Iterator[Told]:
        """Judge a package but for its entries.

        Args:
            package: the package; what its entries are is not looked at if `count` is not negative.
            kind: the field with its entries.
            count: how many there are; -1 where they are no list.
            same: whether two of them are the same.
        """
        self.forms["record package" if kind == "records" else "release package"] += 1
        schema = record_package_schema if kind == "records" else release_package_schema
        name = "RecordPackage" if kind == "records" else "ReleasePackage"
        extensions = extensions_of(package)
        shape = {**package, kind: []} if count >= 0 else package
        found = breaches(schema, extensions, shape, name, dense=self.dense)
        for finding in found:
            if not (count > 0 and finding.path == f"/{kind}"):
                yield "", "", {}, finding
        if same:
            told = "the same entry stands in it twice: keep one"
            yield "", "", {}, Finding("structure.uniqueItems", f"/{kind}", told, "error")
        yield from (("", "", {}, finding) for finding in _metadata(package))
        if found != [TOO_DEEP]:
            yield from self._judged(_shallow(package, kind, count), "", "", extensions, name)

    def release(
        self, release: Any, path: str, place: str, extensions: Extensions
    ) -> Iterator[Told]:
        """Judge a release that stands at `path`, which without positions is `place`."""
        owner = release if isinstance(release, dict) else {}
        told: Iterable[Finding] | None = None
        if owner and not self.dense and quick(extensions).holds(release):
            judge = self._judge(place, extensions, "Release")
            told = judge(release)
            if not judge.walk.translated and _dates_hold(judge.walk.leaves["date-time"]):
                yield from ((path, place, owner, finding) for finding in told)
                return
        found = breaches(release_schema, extensions, release, dense=self.dense)
        for finding in found:
            yield path, place, owner, finding
        if isinstance(release, dict) and found != [TOO_DEEP]:
            told = self._judge(place, extensions, "Release")(release) if told is None else told
            yield from ((path, place, owner, finding) for finding in told)

    def record(self, record: Any, path: str, place: str, extensions: Extensions) -> Iterator[Told]:
        """Judge a record and the releases in it."""
        owner = record if isinstance(record, dict) else {}
        found = list(record_breaches(record, extensions, dense=self.dense))
        for finding in found:
            yield path, place, owner, finding
        if not isinstance(record, dict) or found == [TOO_DEEP]:
            return
        releases: Any = record.get("releases")
        compiled, shallow = record.get("compiledRelease"), dict(record)
        if compiled and isinstance(compiled, dict):
            shallow["compiledRelease"] = True
            under = "/compiledRelease"
            yield from self._judged(compiled, path + under, place + under, extensions, "Release")
        versioned = record.get("versionedRelease")
        if versioned and isinstance(versioned, (dict, list)):
            yield from self._versioned(versioned, path, place, extensions)
            shallow["versionedRelease"] = True
        if _embedded(releases):
            shallow["releases"] = True
            for position, release in enumerate(releases):
                at = f"{path}/releases/{position}"
                yield from self._judged(release, at, f"{place}/releases", extensions, "Release")
        yield from self._judged(shallow, path, place, extensions, "Record")

    def _versioned(
        self, value: Any, path: str, place: str, extensions: Extensions
    ) -> Iterator[Told]:
        """Judge a versioned release by what its objects are, not by the fields' values in time."""
        self.versioned_names += names_of(value)
        if not isinstance(value, dict):
            return
        judge = self.versioned.get(extensions)
        if judge is None:
            checks = (check for check in self.shallow if check.id in OF_OBJECTS)
            judge = self.versioned[extensions] = Judge(model(extensions), checks)
        for finding in judge(value):
            yield f"{path}/versionedRelease", f"{place}/versionedRelease", value, finding

    def _judged(
        self, value: dict[str, Any], path: str, place: str, extensions: Extensions, kind: str
    ) -> Iterator[Told]:
        for finding in self._judge(place, extensions, kind)(value):
            yield path, place, value, finding

    def _judge(self, place: str, extensions: Extensions, kind: str) -> Judge:
        judge = self.judges.get((kind + place, extensions))
        if judge is None:
            checks = self.checks if kind == "Release" else self.shallow
            judge = Judge(model(extensions), checks, kind=kind, place=place)
            self.judges[kind + place, extensions] = judge
        return judge


def prepare(kind: str, extensions: Extensions) -> None:
    """Make the schema that entries of `kind` are judged by: once, and not in each process."""
    if kind == "records":
        structure(record_schema, extensions)
    else:
        quick(extensions)


def _dates_hold(leaves: Iterable[Leaf]) -> bool:
    """Whether all that stands as text where a date is to stand is one."""
    return all(date_time(value) for value, _, _ in leaves if type(value) is str)


def is_record(value: dict[str, Any]) -> bool:
    """Whether a document is one record: it has what a package has only within its entries."""
    if "records" in value:
        return False
    whole = "compiledRelease" in value or "versionedRelease" in value
    return whole or (value.keys() >= {"ocid", "releases"} and not value.keys() & METADATA)


def is_package(value: dict[str, Any]) -> bool:
    """Whether a document is a package: it has entries, or metadata and nothing of a release."""
    return bool(value.keys() & ENTRIES) or ("ocid" not in value and bool(value.keys() & METADATA))


def kind_of(package: dict[str, Any]) -> str:
    """The field of a package with its entries: the first that is a list, else the likely one."""
    names = [name for name in package if name in ENTRIES]
    listed = [name for name in names if isinstance(package[name], list)]
    return [*listed, *names, "records" if "packages" in package else "releases"][0]


def extensions_of(package: Mapping[str, Any]) -> Extensions:
    """The extensions that a package declares, as far as the model knows them."""
    return _recognised(_declared(package))[0]


@lru_cache(maxsize=1000)  # a file has one or a few such lists; a hostile one has no end of them
def _recognised(urls: tuple[str, ...]) -> tuple[Extensions, tuple[str, ...]]:
    return recognised(urls)


def _declared(package: Mapping[str, Any]) -> tuple[str, ...]:
    urls = package.get("extensions")
    return tuple(url for url in urls if isinstance(url, str)) if isinstance(urls, list) else ()


def _shallow(package: dict[str, Any], kind: str, count: int) -> dict[str, Any]:
    """A package but for what is judged elsewhere: its entries, and what has been versioned."""
    entries = package.get(kind)
    if count >= 0:
        return {**package, kind: True}
    if isinstance(entries, dict) and "versionedRelease" in entries:
        return {**package, kind: {**entries, "versionedRelease": True}}
    return package


def _metadata(package: Mapping[str, Any]) -> Iterator[Finding]:
    version = package.get("version")
    if isinstance(version, str) and version not in VERSIONS:
        told = f"{version!r:.30} is no version of OCDS: write 1.1, without a patch number"
        yield Finding("package.version", "/version", told, "error", version)
    elif version in (None, "1.0"):
        told = "no version, or 1.0: it is judged by the rules of 1.1; upgrade it"
        yield Finding("package.old_version", "/version", told, "info", version)
    for url in _recognised(_declared(package))[1]:
        told = f"the extension {url:.200} is not known here: its fields count as undeclared"
        yield Finding("package.unknown_extension", "/extensions", told, "info", url)


def _embedded(releases: Any) -> bool:
    """Whether a record holds its releases whole: a release that has an id is no mere link.

    Source: OCDS 1.1.5 record package schema; a linked release has a URL, a date and tags only.
    """
    return (
        isinstance(releases, list)
        and bool(releases)
        and all(isinstance(release, dict) and "id" in release for release in releases)
    )
