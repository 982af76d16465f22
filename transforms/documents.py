"""A raw artifact to the releases in it: pages of JSON, and files kept as received.

Owns what counts as unreadable, and how each part of an artifact is accounted for: as releases, as
one reject, or as a finding that a member of an archive holds no JSON.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel import Source
from transforms.archives import unpacked
from transforms.findings import Finding
from transforms.forms import Entry, Package, entries, is_package, package_of
from transforms.jsonstream import EXCERPT, Value, encoding, is_other, narrowed, values
from transforms.jsontext import BadJson
from transforms.lines import decompress
from transforms.page import Page, Treatment
from transforms.repair import Repaired, parse
from transforms.unpack import Refused, Text, peek
from transforms.values import texts

FILE = "file-"  # begins the name of an artifact that was kept as received
ONE_VALUE = 500_000_000  # bytes of one value that is parsed whole: some 3 GB of memory
UNREAD = frozenset({"unreadable_document", "too_large", "empty", "nested_archive", "archive_bomb",
                    "damaged_archive", "refused_archive"})  # fmt: skip


def read_artifact(source: Source, page: Page, name: str, path: Path, treatment: Treatment) -> None:
    """Gather in `page` what becomes of every release in an artifact.

    Args:
        source: whose it is: its format, its repairs, its caps.
        page: where to.
        name: of the artifact; it tells what was kept as received.
        path: the artifact as a local file.
        treatment: what is done to each release.
    """
    if source.format == "release_package" and not name.startswith(FILE):
        _read_page(source, page, decompress(path.read_bytes()), treatment)
    else:
        _read_file(source, page, name, path, treatment)
        more = sum(page.notes[f"rejected_{rule}"] for rule in UNREAD) - len(page.doubts)
        page.doubts += [f"and {more:,} more parts of it cannot be read"] if more > 0 else []


def _read_page(source: Source, page: Page, body: bytes, treatment: Treatment) -> None:
    """A page that must be a release package. One that cannot be read counts as one release."""
    if _says_empty(source, body):
        return
    try:
        package = parse(body, source.repairs)
        releases = _releases(package.value, empty=source.fetch.no_releases_is_empty)
    except BadJson as error:
        finding = _unusable("unreadable_page", f"the page cannot be read: {error}")
        page.notes["unreadable_page"] = 1
        page.doubts.append("it cannot be read and is quarantined whole")
        page.reject(None, finding, body.decode("utf-8", "replace")[:EXCERPT])
        return
    _declare(page, package.value)
    told = package_of(package.value)
    found = (Entry(f"/releases/{number}", one, told) for number, one in enumerate(releases))
    _treat(page, package, found, treatment)


def _releases(package: Any, *, empty: bool) -> list[Any]:
    releases = package.get("releases") if isinstance(package, dict) else None
    if empty and releases is None and is_package(package):
        return []
    if not isinstance(releases, list):
        raise BadJson("there is no array 'releases' in it")
    return releases


def _says_empty(source: Source, body: bytes) -> bool:
    """Whether `body` is the answer that stands for a window without releases."""
    empty = source.fetch.empty
    if empty is None or len(body) > EXCERPT or b'"ocid"' in body:
        return False
    return empty.says.encode() in body


def _declare(page: Page, value: Any) -> None:
    """Note the extensions that a document declares."""
    declared = value.get("extensions") if isinstance(value, dict) else None
    page.extensions.update(texts(declared) or [])


def _treat(page: Page, parsed: Repaired, found: Iterator[Entry], treatment: Treatment) -> None:
    """Treat every entry of a document, and note where in them it was repaired."""
    places: dict[str, tuple[int, Any]] = {}
    for entry in found:
        place = treatment.apply(page, entry)
        if parsed.repairs:
            places[entry.pointer] = place
    for repair in parsed.repairs:
        page.notes[f"repaired_{repair['repair']}"] += 1
        page.find(*_repaired(repair, places))


def _repaired(
    repair: dict[str, str], places: dict[str, tuple[int, Any]]
) -> tuple[int | None, Any, Finding]:
    """Where a repair was made: the index and the release, if its path tells, and the finding."""
    path, below = repair["path"], ""
    while path and path not in places:
        path, _, last = path.rpartition("/")
        below = f"/{last}{below}"
    index, release = places.get(path, (None, None))
    message = f"{repair['was']!r} is no JSON: {repair.get('now', 'left out')}"
    where = repair["path"] if index is None else below
    return index, release, Finding(f"repaired_{repair['repair']}", where, message, "error")


def _read_file(source: Source, page: Page, name: str, path: Path, treatment: Treatment) -> None:
    """A file in any form that OCDS data is published in."""
    limit = min(source.fetch.max_bytes, ONE_VALUE)
    try:
        for text in unpacked(path):
            page.member = text.name
            for value in _values(page, text.name or name, text, limit):
                _read_value(source, page, value, treatment)
        page.member = ""
    except Refused as refused:
        page.member = ""
        _refuse(page, refused.rule, str(refused), None)


def _values(page: Page, name: str, text: Text, limit: int) -> Iterator[Value]:
    """The values of the text `name`; of one that breaks off, those before, and why it does."""
    if text.refused:
        yield Value(b"", (text.refused.rule, str(text.refused)))
        return
    try:
        head, pieces = peek(text.pieces)
        if not head:
            yield Value(b"", ("empty", "it is empty: fetch it again"))
        elif is_other(name, head):
            _pass_over(page, name, pieces)
        elif (known := encoding(head)) == "utf-32":
            yield Value(b"", ("unreadable_document", "its text is UTF-32: save it as UTF-8"))
        elif known == "utf-8":
            yield from values(pieces, limit)
        else:
            told = f"the text is {known.upper()} and was read as such; JSON must be UTF-8"
            page.notes["utf16"] += 1
            page.find(None, None, Finding("utf16", "", told, "warning"))
            yield from values(narrowed(pieces, known), limit)
    except Refused as refused:
        yield Value(b"", (refused.rule, str(refused)))


def _pass_over(page: Page, name: str, pieces: Iterator[bytes]) -> None:
    for _ in pieces:  # to its end, so that damage is noticed
        pass
    told = f"{name!r:.200} holds no JSON and was passed over"
    page.notes["passed_over"] += 1
    page.find(None, None, Finding("passed_over", "", told, "info"))


def _read_value(source: Source, page: Page, value: Value, treatment: Treatment) -> None:
    if value.trouble:
        _refuse(page, *value.trouble, value.text)
        return
    if _says_empty(source, value.text):
        return
    try:
        parsed = parse(value.text, source.repairs)
    except BadJson as error:
        _refuse(page, "unreadable_document", f"it cannot be read: {error}", value.text)
        return
    found = list(entries(parsed.value, empty=source.fetch.no_releases_is_empty))
    documents = parsed.value if isinstance(parsed.value, list) else [parsed.value]
    for document in documents:
        _declare(page, document)
    _treat(page, parsed, iter(found), treatment)


def _refuse(page: Page, rule: str, message: str, text: bytes | None) -> None:
    """Quarantine what cannot be read as one release, and doubt that all was read."""
    raw = None if text is None else text[:EXCERPT].decode("utf-8", "replace")
    finding = _unusable(rule, f"{page.member}: {message}" if page.member else message)
    entry = Entry("", raw, Package(), finding)
    index, page.count = page.count, page.count + 1
    page.notes[f"rejected_{rule}"] += 1
    page.reject(index, finding, entry.release)
    if rule in UNREAD and len(page.doubts) < 1:
        page.doubts.append(f"{rule}: {finding.message}"[:300])


def _unusable(rule: str, message: str) -> Finding:
    return Finding(rule, "", message, "unusable")
