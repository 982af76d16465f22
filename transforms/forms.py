"""A parsed JSON value to the releases in it, by its form: release package, record package, release,
record, or a list of such.

Owns which releases of a record are taken. Sources: OCDS 1.1, release package, record package and
record schemas; a record has its releases embedded or linked. Compiled where a C compiler was there.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from transforms.findings import Finding
from transforms.values import text, texts

RECORD_ONLY = ("compiledRelease", "versionedRelease")
LINKED = frozenset(
    {"url", "date", "tag"}
)  # all that a linked release has: OCDS 1.1, Linked release
ADDRESS = frozenset({"url", "uri"})  # a release has neither
PACKAGE = frozenset({"uri", "publisher", "publishedDate", "license", "publicationPolicy"})
KEYS_SHOWN = 10


class Package(NamedTuple):
    """What a package says of the releases in it. `version` is None where it says none."""

    version: str | None = None
    extensions: tuple[str, ...] = ()


class Entry(NamedTuple):
    """One thing that is, or should have been, a release.

    `pointer` leads to it in its document (RFC 6901). `rejected` is why it is none; `findings` are
    about how it was come by.
    """

    pointer: str
    release: Any
    package: Package
    rejected: Finding | None = None
    findings: tuple[Finding, ...] = ()


def entries(value: Any, *, empty: bool = False, inside: str = "") -> Iterator[Entry]:
    """Every release of a document, and what is in place of one.

    Args:
        value: the document.
        empty: whether a package without `releases` is one of no releases.
        inside: where the document stands in a list of documents.
    """
    if isinstance(value, list) and not inside:
        for number, item in enumerate(value):
            yield from entries(item, empty=empty, inside=f"/{number}")
    elif isinstance(value, dict):
        yield from _document(value, empty=empty, inside=inside)
    else:
        message = f"neither package, release nor record, but {_shown(value)}"
        yield Entry(inside, value, Package(), _unusable("unknown_form", message))


def _document(value: dict[str, Any], *, empty: bool, inside: str) -> Iterator[Entry]:
    if isinstance(value.get("records"), list):
        package = package_of(value)
        for number, record in enumerate(value["records"]):
            yield from _record(record, f"{inside}/records/{number}", package)
    elif isinstance(value.get("releases"), list) and not _is_record(value):
        package = package_of(value)
        for number, release in enumerate(value["releases"]):
            yield Entry(f"{inside}/releases/{number}", release, package)
    elif _is_record(value):
        yield from _record(value, inside, package_of(value))
    elif "ocid" in value or ("tag" in value and "date" in value):
        yield Entry(inside, value, package_of(value))
    elif not (empty and is_package(value)):
        message = f"neither package, release nor record: its keys are {_keys(value)}"
        yield Entry(inside, value, Package(), _unusable("unknown_form", message))


def is_package(value: Any) -> bool:
    """Whether `value` has what only packages have, beside the releases or records in them."""
    return isinstance(value, dict) and not PACKAGE.isdisjoint(value)


def package_of(value: Mapping[str, Any]) -> Package:
    """What a package says; a release or record that stands alone may say it of itself."""
    version, extensions = value.get("version"), texts(value.get("extensions"))
    return Package(text(version), (*extensions,) if extensions else ())


def _is_record(value: Mapping[str, Any]) -> bool:
    return any(name in value for name in RECORD_ONLY) or ("ocid" in value and "releases" in value)


def _record(record: Any, pointer: str, package: Package) -> Iterator[Entry]:
    """The releases that a record embeds, or its compiled release where it only links to them."""
    if not isinstance(record, dict):
        message = f"a record must be an object, not {_shown(record)}"
        yield Entry(pointer, record, package, _unusable("not_an_object", message))
        return
    listed = record.get("releases")
    releases = listed if isinstance(listed, list) else []
    linked = sum(map(_is_link, releases))
    embedded = [(n, release) for n, release in enumerate(releases) if not _is_link(release)]
    told = [_left_out(linked)] if linked else []
    for number, release in embedded:
        yield _of(record, release, f"{pointer}/releases/{number}", package, *told)
        told = []
    if embedded:
        return
    if isinstance(record.get("compiledRelease"), dict):
        compiled, place = record["compiledRelease"], f"{pointer}/compiledRelease"
        yield _of(record, compiled, place, package, _stands_for(linked))
    else:
        message = "the record embeds no release and has no compiled release"
        yield Entry(pointer, record, package, _unusable("record_without_release", message))


def _is_link(release: Any) -> bool:
    """Whether it is an address in place of a release."""
    if isinstance(release, dict):
        addressed = "ocid" not in release and not ADDRESS.isdisjoint(release)
        return addressed or release.keys() <= LINKED
    return isinstance(release, str)


def _of(
    record: dict[str, Any], release: Any, pointer: str, package: Package, *told: Finding
) -> Entry:
    """A release of a record: one that does not name its process is of the record's."""
    if isinstance(release, dict) and "ocid" not in release and "ocid" in record:
        release = {"ocid": record["ocid"], **release}
        message = "the release names no process: it is of its record's"
        told = (*told, Finding("ocid_of_record", "/ocid", message, "warning", record["ocid"]))
    return Entry(pointer, release, package, findings=told)


def _stands_for(linked: int) -> Finding:
    message = f"the record's compiled release stands for its {linked} linked releases"
    if not linked:
        message = "the record's compiled release stands for its releases, which it does not have"
    return _info("compiled_release", message)


def _left_out(linked: int) -> Finding:
    message = f"the record also links to {linked} releases, which are not in it"
    return Finding("linked_releases", "", message, "warning")


def _info(rule: str, message: str) -> Finding:
    return Finding(rule, "", message, "info")


def _unusable(rule: str, message: str) -> Finding:
    return Finding(rule, "", message, "unusable")


def _shown(value: Any) -> str:
    """A value in few words; what is nested is only named, for it may be nested deep."""
    return "a list" if isinstance(value, list) else f"{value!r:.60}"


def _keys(value: Mapping[str, Any]) -> str:
    names = sorted(value)
    more = ", …" if len(names) > KEYS_SHOWN else ""
    return ", ".join(f"{name:.40}" for name in names[:KEYS_SHOWN]) + more
