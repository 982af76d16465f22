"""The registry of publications: one facts file each, named by its id.

Owns where the files are.
"""

from pathlib import Path

from kernel import ConfigError, Publication
from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "publications"


def load_all() -> tuple[Publication, ...]:
    """Every publication, in the order of their ids."""
    return tuple(load(path.stem) for path in sorted(FOLDER.glob("*.toml")))


def load(publication_id: str) -> Publication:
    """The publication `publication_id`.

    Raises:
        ConfigError: there is no such publication, or its facts are wrong.
    """
    path = FOLDER / f"{publication_id}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise ConfigError(f"no publication {publication_id!r}: the publications are {known}")
    return read_facts(path, Publication, id=publication_id)
