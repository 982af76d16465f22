"""Adjustments that single sources need: one module each, named in the source's facts.

Owns how a module is found. Each has `adjust`, which says what it changed and leaves alone what it
is not sure of.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeAlias

from kernel import ConfigError
from transforms.findings import Finding

# The adjusted release; what was changed is added to the findings. The release given stays as it is.
Adjust: TypeAlias = Callable[[dict[str, Any], list[Finding]], dict[str, Any]]


@cache
def names() -> tuple[str, ...]:
    """The names of all mappings."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.name != "parts"))


def mapping(name: str) -> Adjust:
    """The adjustment of that name; with the name "" one that changes nothing.

    Raises:
        ConfigError: there is none of that name.
    """
    if not name:
        return _as_published
    if name not in names():
        raise ConfigError(f"there is no mapping {name!r}: the known ones are {', '.join(names())}")
    adjust: Adjust = import_module(f"{__name__}.{name}").adjust
    return adjust


def _as_published(release: dict[str, Any], _findings: list[Finding]) -> dict[str, Any]:
    return release
