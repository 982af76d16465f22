"""The registry of sources: one facts file each, named by its id.

Owns where the files are and what must hold between their keys.
"""

import string
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
    path = FOLDER / f"{source_id}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ConfigError(f"there is no source {source_id!r}: the sources are {known}")
    return read(path)


def read(path: Path) -> Source:
    """The source described by the facts file `path`.

    Raises:
        ConfigError: naming the file and the key that is wrong.
    """
    source = read_facts(path, Source, id=path.stem)
    fetch = source.fetch
    try:
        ZoneInfo(fetch.clock)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"key fetch.clock: no time zone {fetch.clock!r}", path=str(path)
        ) from error
    if urlsplit(fetch.url).scheme != "https":
        raise ConfigError("key fetch.url: give an https address", path=str(path))
    fields = {name for _, name, _, _ in string.Formatter().parse(fetch.url) if name is not None}
    if fields - {"start", "end"}:
        raise ConfigError(f"key fetch.url: unknown placeholders in {fetch.url}", path=str(path))
    return source
