"""The registry of sources: one facts file each, named by its id.

Owns where the files are and what must hold between their keys.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel import ConfigError, Source
from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "sources"
MARKS = frozenset({"start", "end", "each"})


def load_all() -> tuple[Source, ...]:
    """Every source, in the order of their ids."""
    return tuple(load(path.stem) for path in sorted(FOLDER.glob("*.toml")))


@cache
def load(source_id: str) -> Source:
    """The source `source_id`.

    Raises:
        ConfigError: there is no such source, or its facts are wrong.
    """
    known = sorted(path.stem for path in FOLDER.glob("*.toml"))
    if source_id not in known:
        raise ConfigError(f"there is no source {source_id!r}: the sources are {', '.join(known)}")
    return read(FOLDER / f"{source_id}.toml")


def read(path: Path) -> Source:
    """The source described by the facts file `path`.

    Raises:
        ConfigError: naming the file and the key that is wrong.
    """
    source = read_facts(path, Source, id=path.stem)
    for key, wrong in (*_fetch(source), *_window(source), *_certificates(source, path.parent)):
        raise ConfigError(f"key {key}: {wrong}", path=str(path))
    return source


def _fetch(source: Source) -> Iterator[tuple[str, str]]:
    """The keys of the table `fetch` that do not fit each other, and why."""
    fetch = source.fetch
    try:
        ZoneInfo(fetch.clock)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe", a folder
        yield "fetch.clock", f"no time zone {fetch.clock!r}"
    if not fetch.url and fetch.strategy == "files":
        return
    marks = _marks(fetch.url)
    if marks is None or not marks <= MARKS:
        yield "fetch.url", f"unknown placeholders in {fetch.url}"
    elif not _is_https(fetch.url):
        yield "fetch.url", "give an https address"
    elif ("each" in marks) != bool(fetch.each):
        yield "fetch.each", "give values exactly if fetch.url has {each}"


def _window(source: Source) -> Iterator[tuple[str, str]]:
    rule = source.window
    if rule.narrowest is None:
        return
    if not isinstance(rule.step, timedelta) or rule.narrowest > rule.step:
        yield "window.narrowest", f"it must be a part of window.step, {rule.step}"
    if not {"start", "end"} <= (_marks(source.fetch.url) or set()):
        yield "window.narrowest", "a window without {start} and {end} in fetch.url has no parts"


def _certificates(source: Source, folder: Path) -> Iterator[tuple[str, str]]:
    if source.fetch.ca and not (folder / source.fetch.ca).is_file():
        yield "fetch.ca", f"there is no file {source.fetch.ca!r} beside the facts"


def _marks(url: str) -> set[str] | None:
    """The names in braces in `url`, or None where they are more than names."""
    try:
        parts = [part for part in Formatter().parse(url) if part[1] is not None]
    except ValueError:  # such as a brace that is never closed
        return None
    plain = all(spec == "" and conversion is None for _, _, spec, conversion in parts)
    return {str(name) for _, name, _, _ in parts} if plain and "{{" not in url else None


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:  # such as an unfinished IPv6 address
        return False
