"""Packages, records and releases judged one by one, wherever they stand in a file.

Owns which judgement each part of a document gets. Says nothing of files.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson

from transforms.findings import Finding
from transforms.ocds.model import model, recognised
from transforms.ocds.schema import record_package_schema, release_package_schema, release_schema
from validation.checks.registry import Check
from validation.judge import Judge
from validation.reading.wellformed import names_of
from validation.structure import structure

VERSIONS = ("1.0", "1.1")
Extensions = frozenset[str]
Told = tuple[str, str, dict[str, Any], Finding]  # path of the release, its place, itself, a finding


@cache
def record_schema(extensions: Extensions) -> Mapping[str, Any]:
    """The schema of one record; see `transforms.ocds.schema.record_package_schema`."""
    package = record_package_schema(extensions)
    return {"$ref": "#/definitions/Record", "definitions": package["definitions"]}


@cache
def linked_schema(extensions: Extensions) -> Mapping[str, Any]:
    """The schema of one release that a record only links to."""
    package = record_package_schema(extensions)
    return {"$ref": "#/definitions/LinkedRelease", "definitions": package["definitions"]}


class Inspector:
    """Judges parts of documents.

    Args:
        checks: what to check in each release, compiled or not.

    Attributes:
        judges: one for each place and set of extensions; they hold results and coverage.
        forms: how many documents of each form there were.
        versioned_names: field names met in versioned releases, which no judge walks through.
    """

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)
        self.shallow = tuple(c for c in self.checks if c.id.startswith("conformance."))
        self.judges: dict[tuple[str, Extensions], Judge] = {}
        self.forms: Counter[str] = Counter()
        self.versioned_names = 0

    def document(self, value: Any) -> Iterator[Told]:
        """Judge a whole document: a package, a record, a release, or a list of such."""
        if isinstance(value, list):
            for position, entry in enumerate(value):
                for path, place, owner, finding in self.document(entry):
                    yield f"/{position}{path}", place, owner, finding
        elif isinstance(value, dict) and is_record(value):
            self.forms["record"] += 1
            yield from self.record(value, "", "", frozenset())
        elif isinstance(value, dict) and ("releases" in value or "records" in value):
            yield from self._package(value)
        else:
            self.forms["release"] += 1
            yield from self.release(value, "", "", frozenset())

    def _package(self, package: dict[str, Any]) -> Iterator[Told]:
        kind = "records" if "records" in package else "releases"
        entries = package[kind]
        count = len(entries) if isinstance(entries, list) else -1
        yield from self.envelope(package, kind, count)
        extensions = extensions_of(package)
        judge = self.record if kind == "records" else self.release
        for position, entry in enumerate(entries if count > 0 else ()):
            yield from judge(entry, f"/{kind}/{position}", f"/{kind}", extensions)
        if count > 1:
            yield from _repeated(entries, kind)

    def envelope(self, package: dict[str, Any], kind: str, count: int) -> Iterator[Told]:
        """Judge a package but for its entries.

        Args:
            package: the package; what its entries are is not looked at if `count` is not negative.
            kind: the field with its entries.
            count: how many there are; -1 where they are no list.
        """
        self.forms["record package" if kind == "records" else "release package"] += 1
        schema = record_package_schema if kind == "records" else release_package_schema
        name = "RecordPackage" if kind == "records" else "ReleasePackage"
        extensions = extensions_of(package)
        shape = {**package, kind: [] if count >= 0 else package[kind]}
        for finding in structure(schema, extensions).errors(shape, name):
            if not (count > 0 and finding.path == f"/{kind}"):
                yield "", "", {}, finding
        yield from (("", "", {}, finding) for finding in _metadata(package))
        shallow = {**package, kind: True if count >= 0 else package[kind]}
        yield from self._judged(shallow, "", "", extensions, name)

    def release(
        self, release: Any, path: str, place: str, extensions: Extensions
    ) -> Iterator[Told]:
        """Judge a release that stands at `path`, which without positions is `place`."""
        owner = release if isinstance(release, dict) else {}
        for finding in structure(release_schema, extensions).errors(release):
            yield path, place, owner, finding
        if isinstance(release, dict):
            yield from self._judged(release, path, place, extensions, "Release")

    def record(self, record: Any, path: str, place: str, extensions: Extensions) -> Iterator[Told]:
        """Judge a record and the releases in it."""
        owner = record if isinstance(record, dict) else {}
        for finding in _record_errors(record, extensions):
            yield path, place, owner, finding
        if not owner:
            return
        releases, compiled = record.get("releases"), record.get("compiledRelease")
        shallow = dict(record)
        if isinstance(compiled, dict):
            shallow["compiledRelease"] = True
            under = "/compiledRelease"
            yield from self._judged(compiled, path + under, place + under, extensions, "Release")
        if "versionedRelease" in record:
            self.versioned_names += names_of(record["versionedRelease"])
            shallow["versionedRelease"] = True
        if _embedded(releases):
            shallow["releases"] = True
            for position, release in enumerate(releases):
                at = f"{path}/releases/{position}"
                yield from self._judged(release, at, f"{place}/releases", extensions, "Release")
        yield from self._judged(shallow, path, place, extensions, "Record")

    def _judged(
        self, value: dict[str, Any], path: str, place: str, extensions: Extensions, kind: str
    ) -> Iterator[Told]:
        judge = self.judges.get((kind + place, extensions))
        if judge is None:
            checks = self.checks if kind == "Release" else self.shallow
            judge = Judge(model(extensions), checks, kind=kind, place=place)
            self.judges[kind + place, extensions] = judge
        try:
            findings = judge(value)
        except RecursionError:
            told = "it is nested too deep to be judged: no field of OCDS is nested so"
            findings = [Finding("wellformed.too_deep", "", told, "unusable")]
        for finding in findings:
            yield path, place, value, finding


def identity(entry: Any, kind: str) -> tuple[Any, ...] | None:
    """What tells an entry of a package apart: a record's ocid, a release's ocid and id; or None."""
    names = ("ocid",) if kind == "records" else ("ocid", "id")
    found = tuple(entry.get(name) for name in names) if isinstance(entry, dict) else (None,)
    return found if all(isinstance(value, str | int | float) for value in found) else None


def repeated(entry: Any, kind: str) -> Finding:
    """The finding that an entry has the identity of one before it."""
    what = "record" if kind == "records" else "release"
    names = "ocid" if kind == "records" else "ocid and id"
    told = f"another {what} of the package has the same {names}: give each its own"
    return Finding(f"conformance.repeated_{what}", "", told, "error", identity(entry, kind))


def _repeated(entries: list[Any], kind: str) -> Iterator[Told]:
    seen: set[tuple[Any, ...]] = set()
    for position, entry in enumerate(entries):
        name = identity(entry, kind)
        if name in seen:
            yield f"/{kind}/{position}", f"/{kind}", entry, repeated(entry, kind)
        elif name is not None:
            seen.add(name)
    if len({orjson.dumps(entry, option=orjson.OPT_SORT_KEYS) for entry in entries}) < len(entries):
        told = "the same entry stands in it twice: keep one"
        yield "", "", {}, Finding("structure.uniqueItems", f"/{kind}", told, "error")


def is_record(value: dict[str, Any]) -> bool:
    """Whether a document is one record: it has compiled or versioned what a package only holds."""
    return "records" not in value and ("compiledRelease" in value or "versionedRelease" in value)


def extensions_of(package: Mapping[str, Any]) -> Extensions:
    """The extensions that a package declares, as far as the model knows them."""
    return _recognised(_declared(package))[0]


@cache
def _recognised(urls: tuple[str, ...]) -> tuple[Extensions, tuple[str, ...]]:
    return recognised(urls)


def _declared(package: Mapping[str, Any]) -> tuple[str, ...]:
    urls = package.get("extensions")
    return tuple(url for url in urls if isinstance(url, str)) if isinstance(urls, list) else ()


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


def _record_errors(record: Any, extensions: Extensions) -> Iterator[Finding]:
    """The breaches of a record; of its releases, those of the one form that they seem to have."""
    for finding in structure(record_schema, extensions).errors(record, "Record"):
        if finding.rule == "structure.oneOf" and finding.path == "/releases":
            yield from _releases_errors(finding, record["releases"], extensions)
        else:
            yield finding


def _releases_errors(
    finding: Finding, releases: Any, extensions: Extensions
) -> Iterator[Finding]:
    if not isinstance(releases, list) or not releases:
        rule = "minItems" if releases == [] else "type"
        told = "it must be a list of links to releases, or of whole releases"
        yield Finding(f"structure.{rule}", finding.path, told, "error", finding.value)
        return
    whole = [isinstance(release, dict) and "id" in release for release in releases]
    if any(whole) and not all(whole):
        told = "some releases have an id and some have none: embed all of them, or link to all"
        yield Finding("structure.mixed_releases", finding.path, told, "error")
        return
    schema: Callable[[Extensions], Mapping[str, Any]]
    schema = release_schema if all(whole) else linked_schema
    judge, found = structure(schema, extensions), False
    for position, release in enumerate(releases):
        for error in judge.errors(release):
            found = True
            path = f"{finding.path}/{position}{error.path}"
            yield Finding(error.rule, path, error.message, error.severity, error.value)
    if not found:
        told = "they are whole releases and links at once: leave their url out"
        yield Finding(finding.rule, finding.path, told, "error")
