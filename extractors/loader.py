"""The registry of sources: one facts file each, named by its id.

Owns where the files are and what must hold between their keys.
"""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel import ConfigError, Source
from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "sources"


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
    fetch = source.fetch
    try:
        ZoneInfo(fetch.clock)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe", a folder
        raise ConfigError(
            f"key fetch.clock: no time zone {fetch.clock!r}", path=str(path)
        ) from error
    filled = fetch.url.replace("{start}", "").replace("{end}", "")
    if "{" in filled or "}" in filled:
        raise ConfigError(f"key fetch.url: unknown placeholders in {fetch.url}", path=str(path))
    if not _is_https(filled):
        raise ConfigError("key fetch.url: give an https address", path=str(path))
    return source


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:  # such as an unfinished IPv6 address
        return False
