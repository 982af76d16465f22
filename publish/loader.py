"""The registry of publications: one facts file each, and one for every source that has none.

Owns where the files are, and what the publication of a single source is.
"""

from pathlib import Path

from extractors import loader as sources
from kernel import ConfigError, Publication, Source
from kernel.facts import read_facts

FOLDER = Path(__file__).parent / "publications"
URI = "https://tenderline.example/{}"  # names packages; need not answer


def load_all() -> tuple[Publication, ...]:
    """Every publication, in the order of their ids."""
    return tuple(load(name) for name in _names())


def load(publication_id: str) -> Publication:
    """The publication `publication_id`: as its facts say, or that of the source of the same name.

    Raises:
        ConfigError: there is no such publication, or its facts are wrong.
    """
    if publication_id not in _names():
        known = ", ".join(_names())
        raise ConfigError(f"no publication {publication_id!r}: the publications are {known}")
    path = FOLDER / f"{publication_id}.toml"
    if path.is_file():
        return read_facts(path, Publication, id=publication_id)
    return of_source(sources.load(publication_id))


def of_source(source: Source) -> Publication:
    """The publication of one source alone, under the source's own name and terms."""
    return Publication(
        id=source.id,
        title=source.title,
        description=f"{source.coverage}. As OCDS releases and compiled releases, and as tables.",
        sources=(source.id,),
        publisher="tenderline",
        licence=source.licence,
        licence_url=source.licence_url,
        uri=URI.format(source.id),
    )


def _names() -> list[str]:
    files = FOLDER.glob("*.toml")
    return sorted({path.stem for path in files} | {source.id for source in sources.load_all()})
