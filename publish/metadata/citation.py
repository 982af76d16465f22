"""`CITATION.cff`: how to cite the edition.

Owns the text, and the quoting of YAML. Source: Citation File Format 1.2.0, which takes licences by
their SPDX ids. Every text is a double-quoted YAML scalar, whatever it holds.
"""

import json
import re
from collections.abc import Iterator

from kernel import Source
from publish.metadata.description import KEYWORDS, Description

# Of the ids that the format lists, which are those that SPDX had in 2021, the ones for data that
# are in use; of any other licence, such as CC-BY-3.0-AU, it takes only the address.
LISTED = frozenset((
    "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "ODbL-1.0", "OGL-UK-1.0", "OGL-UK-2.0",
    "OGL-UK-3.0", "PDDL-1.0",
))  # fmt: skip
# What YAML 1.2 does not count as printable, and what ends a line there; JSON leaves these as they
# are. A surrogate alone stands for nothing and is left to the encoder's error.
HIDDEN = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def citation(told: Description) -> bytes:
    """The file."""
    return "".join(f"{line}\n" for line in _lines(told)).encode()


def _lines(told: Description) -> Iterator[str]:
    publication = told.publication
    yield "cff-version: 1.2.0"
    yield "type: dataset"
    yield "message: " + quoted(
        "Cite the edition by its name, with the SHA-256 of its manifest.json if you can, and the "
        "sources as LICENSE.md asks."
    )
    yield f"title: {quoted(told.title)}"
    yield f"abstract: {quoted(publication.description)}"
    yield "authors:"
    yield f"  - name: {quoted(publication.publisher)}"
    yield f"version: {quoted(told.edition)}"
    yield f"date-released: {quoted(f'{told.issued:%F}')}"
    yield from _licence(publication.licence, publication.licence_url, "")
    yield f"url: {quoted(told.uri)}"
    yield "keywords:"
    yield from (f"  - {quoted(word)}" for word in KEYWORDS)
    yield "references:"
    for origin in told.origins:
        yield from _reference(origin.source)


def _reference(source: Source) -> Iterator[str]:
    yield "  - type: data"
    yield f"    title: {quoted(source.title)}"
    yield "    authors:"
    yield f"      - name: {quoted(source.publisher)}"
    yield f"        website: {quoted(source.publisher_uri)}"
    yield f"    url: {quoted(source.policy_url)}"
    yield f"    notes: {quoted(source.attribution)}"
    yield from _licence(source.licence, source.licence_url, "    ")


def _licence(name: str, url: str, indent: str) -> Iterator[str]:
    if name in LISTED:
        yield f"{indent}license: {quoted(name)}"
    yield f"{indent}license-url: {quoted(url)}"


def quoted(text: str) -> str:
    """`text` as a double-quoted YAML scalar on one line."""
    return HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
