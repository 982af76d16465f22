"""Parts that several mappings share: walking a release, and telling bodies apart by name.

Owns no source's facts. Everything here takes releases of any shape, right or wrong.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

WORD = re.compile(r"\w+")


def objects(parent: Any, name: str) -> list[dict[str, Any]]:
    """The objects of the array `name`; none where there is no such array."""
    found = parent.get(name) if isinstance(parent, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def everywhere(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within `value`, itself too, with its JSON Pointer."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from everywhere(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from everywhere(item, f"{path}/{index}")


def texts_changed(value: Any, change: Callable[[str], str], path: str = "") -> Iterator[str]:
    """Change every text below `value` in place, and tell the JSON Pointers of those that differ."""
    places: list[tuple[Any, Any]] = [*value.items()] if isinstance(value, dict) else []
    places = [*enumerate(value)] if isinstance(value, list) else places
    for key, item in places:
        if isinstance(item, str):
            if (changed := change(item)) != item:
                value[key] = changed
                yield f"{path}/{key}"
        else:
            yield from texts_changed(item, change, f"{path}/{key}")


def normal(name: Any) -> str:
    """A name by which one body is one, however it was typed: words in lower case, joined by `-`.

    Spaces, punctuation and the forms of letters (Unicode NFKC) make no difference.
    """
    text = unicodedata.normalize("NFKC", name).casefold() if isinstance(name, str) else ""
    return "-".join(WORD.findall(text))
