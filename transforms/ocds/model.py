"""The model of OCDS 1.1 with any set of extensions: objects, fields, codes.

Owns which rows hold when an extension is active, and how an extension is recognised. Source of the
facts: the OCDS 1.1.5 schema and codelists, and those of each extension. Downloads nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from transforms.ocds.fields import Extension, Field, codes, extensions, fields

CORE: frozenset[str] = frozenset()
EVERY: frozenset[str] = frozenset(extension.id for extension in extensions())


@dataclass(frozen=True, slots=True)
class Model:
    """The standard with some extensions: fields by object and name, codes by codelist.

    `about` holds the rows about objects themselves, by object.
    """

    extensions: frozenset[str]
    about: Mapping[str, Field]
    objects: Mapping[str, Mapping[str, Field]]
    codelists: Mapping[str, frozenset[str]]


@cache
def model(extensions: frozenset[str] = CORE) -> Model:
    """The core with the rows of `extensions` (ids), which replace those of the same field.

    Raises:
        KeyError: an id is not one of `EVERY`.
    """
    if unknown := extensions - EVERY:
        raise KeyError(f"no such extension in extensions.csv: {', '.join(sorted(unknown))}")
    active = extensions | {""}
    about: dict[str, Field] = {}
    objects: dict[str, dict[str, Field]] = {}
    for field in fields():
        if field.extension in active and field.name:
            objects.setdefault(field.object, {})[field.name] = field
        elif field.extension in active:
            about[field.object] = field
    return Model(extensions, about, objects, _codelists(active))


def _codelists(active: frozenset[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code in codes():
        if code.extension in active:
            known = found.setdefault(code.codelist, set())
            (known.discard if code.removed else known.add)(code.code)
    return {name: frozenset(known) for name, known in found.items()}


def recognised(urls: Sequence[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """What the addresses that a package declares stand for.

    Args:
        urls: the addresses of `extension.json` files, of any version and branch.

    Returns:
        The ids of the extensions with all that they include, and the addresses not known.
    """
    found = {url: _of(url) for url in map(str, urls)}
    unknown = tuple(url for url, extension in found.items() if extension is None)
    return _closed({extension.id for extension in found.values() if extension}), unknown


def _of(url: str) -> Extension | None:
    """The extension whose part of an address is in `url`; the longest where several are."""
    fitting = [extension for extension in extensions() if extension.url in url]
    return max(fitting, key=lambda extension: len(extension.url), default=None)


def _closed(ids: set[str]) -> frozenset[str]:
    """The ids with all that they include."""
    includes = {extension.id: extension.includes for extension in extensions()}
    found, waiting = set(ids), list(ids)
    while waiting:
        more = set(includes[waiting.pop()]) - found
        found |= more
        waiting += more
    return frozenset(found)
