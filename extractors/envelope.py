"""The envelope of a release package: is it one, how many releases, what comes next.

Owns the little the extractor must know of a body to page on. Never looks inside a release.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

from extractors.takers import Unacceptable
from kernel import Fetch, SourceChanged, SourceUnavailable

BOM = b"\xef\xbb\xbf"
TAIL = 8192  # bytes at the end of a package in which `links` stand
LINKS = re.compile(rb'"links"\s*:\s*\{')
NEXT = re.compile(rb'"links"\s*:\s*\{[^{}]*"next"\s*:\s*("(?:[^"\\]|\\.)*")')
OCID = re.compile(rb'"ocid"\s*:')
OF_PACKAGE = frozenset({"extensions", "license", "publishedDate", "publisher", "uri", "version"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a page. `releases` is None where it cannot be counted before repair.

    `most` is the number of releases at most, `unclear` says that there may be a next link that
    cannot be read, `stated` is how many releases the source says that the window has.
    """

    releases: int | None
    next: str | None
    most: int = 0
    unclear: bool = False
    stated: int | None = None


NOTHING = Envelope(0, None)


def read_envelope(body: bytes, fetch: Fetch | None = None) -> Envelope:
    """The envelope of `body`, if that is, or may be repaired into, a whole release package.

    Args:
        body: an answer.
        fetch: the facts that tell what is peculiar about the source's packages.

    Raises:
        Unacceptable: nothing, HTML, an error object, links of an unknown shape, or JSON that is
            cut short.
    """
    text = body.removeprefix(BOM).strip()
    if not text:
        raise Unacceptable("the body is empty", SourceUnavailable)
    if text[:1] != b"{":
        kind = "an HTML page" if text[:1] == b"<" else f"{text[:40]!r}"
        raise Unacceptable(f"expected a JSON release package, got {kind}", SourceChanged)
    try:
        package = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text[-1:] != b"}" or "unexpected end" in str(error):
            raise Unacceptable("the JSON is cut short", SourceUnavailable) from error
        package = _lenient(text)
        if package is None and b'"releases"' not in text:
            raise Unacceptable(f"neither JSON nor a package: {error}", SourceChanged) from error
    return _unread(body) if package is None else _envelope(package, fetch)


def _envelope(package: dict[str, Any], fetch: Fetch | None) -> Envelope:
    releases = package.get("releases")
    headless = fetch is not None and fetch.no_releases_is_empty and "releases" not in package
    if headless and OF_PACKAGE & package.keys():
        releases = []
    if not isinstance(releases, list):
        keys = ", ".join(sorted(package)[:10])
        raise Unacceptable(f"expected 'releases', got the keys {keys}", SourceChanged)
    links = package.get("links") or {}  # what has no members may be written as []
    if not isinstance(links, dict) or not isinstance(links.get("next") or "", str):
        raise Unacceptable(f"expected 'links' with a 'next', got {links!r:.99}", SourceChanged)
    count = package.get(fetch.count) if fetch else None
    stated = count if type(count) is int else None
    return Envelope(len(releases), links.get("next") or None, len(releases), stated=stated)


def _unread(body: bytes) -> Envelope:
    """What can be told of a package that is no JSON yet."""
    link = _found_link(body)
    unclear = link is None and LINKS.search(body[-TAIL:]) is not None
    return Envelope(None, link, len(OCID.findall(body)), unclear)


def _found_link(body: bytes) -> str | None:
    found = NEXT.search(body[-TAIL:])
    try:
        return str(json.loads(found[1])) or None if found else None
    except ValueError:  # a bad escape or bad UTF-8
        return None


def _lenient(text: bytes) -> dict[str, Any] | None:
    """The package as far as the standard library reads it, which takes 1e9999; None if not."""
    try:
        package: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return package
