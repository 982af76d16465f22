"""Recorded releases that stand alone, wrapped into packages as their source would send them.

Owns the wrapping. A release keeps its bytes unless it stood
in a list or a record.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from extractors.envelope import BOM
from kernel import Source
from transforms.forms import entries
from transforms.jsonstream import values
from transforms.jsontext import BadJson, dumps
from transforms.repair import parse


def loose(body: bytes, source: Source) -> tuple[list[bytes], list[bytes]]:
    """The releases in `body`, and the texts between them that cannot be read.

    Args:
        body: a release, a record, JSON Lines, a list, or several of these in a row.
        source: by whose allowed repairs they are read; their bytes stay as they are.
    """
    found: list[bytes] = []
    broken: list[bytes] = []
    for value in values(iter((body,)), len(body) + 1):
        try:
            parsed = None if value.trouble else parse(value.text, source.repairs).value
        except BadJson:
            parsed = None
        if parsed is None:
            broken.append(value.text)
            continue
        several = [entry for entry in entries(parsed) if not entry.rejected]
        alone = [entry.release for entry in several] == [parsed]
        found += [value.text] if alone else [dumps(entry.release) for entry in several]
    return found, broken


def several(body: bytes) -> bool:
    """Whether `body` is more than one value: one a line, or one after the other."""
    found = values(iter((body,)), len(body) + 1)
    return [value.trouble for value in islice(found, 2)] == [None, None]


def wrapped(source: Source, found: Sequence[bytes], broken: Iterable[bytes]) -> Iterator[bytes]:
    """Bodies of pages with the releases `found`, and one for each text that cannot be read."""
    size = max(source.fetch.page_size - 1, 1) if source.fetch.page_size else len(found)
    for start in range(0, len(found), size or 1):
        yield package(source, found[start : start + size])
    for text in broken:
        yield package(source, [text])


def package(source: Source, releases: Iterable[bytes]) -> bytes:
    """A release package with the texts `releases`, which may be none."""
    said = b'"version":"1.1",' if source.format == "release_package" else b""
    texts = b",".join(text.removeprefix(BOM).strip() for text in releases)
    if source.fetch.no_releases_is_empty and not texts:
        return b'{"uri":"","version":"1.1"}'
    return b'{"uri":"",' + said + b'"releases":[' + texts + b"]}"
