"""What nothing refers to any more, beside the editions: tables, verdicts, records, what is derived.

Owns what stays: all that editions were made of, what a run under way may build on, and every file
that a manifest which stays refers to. Raw pages and conversions are history and never go.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from kernel import Lake, Publication
from kernel.removal import going
from publish.held import held
from transforms.compile import TRIED

OF_SOURCES = ("records", "rows", "judged")  # folders of the lake; the last two derived of records
OF_PUBLICATIONS = ("tables", "quality")


@dataclass(frozen=True, slots=True)
class Swept:
    """Folders that go, those that refer to others first, and paths of files in them that stay."""

    folders: tuple[str, ...]
    needed: frozenset[str]


def sweep(lake: Lake, publication: Publication, gone: Collection[str]) -> Swept:
    """What goes with the editions `gone` of `publication`, by their folders.

    The newest states of the records of each source stay, as many as compiling would build on, and
    so does what was made of them alone: a run may be about to publish it.
    """
    recent = {folder for id_ in publication.sources for folder in _recent(lake, id_)}
    kept, needed = _closure(lake, {*_roots(lake, publication, gone, recent), *recent})
    there = [folder for prefix in prefixes(publication)[1:]
             for folder in (*lake.folders(prefix), *going(lake, prefix))]  # fmt: skip
    return Swept(tuple(folder for folder in there if folder not in kept), needed)


def prefixes(publication: Publication) -> list[str]:
    """Where folders of `publication` and its sources may go: those that refer to others first."""
    own = [f"{stage}/{publication.id}" for stage in ("published", *reversed(OF_PUBLICATIONS))]
    return own + [f"{stage}/{id_}" for stage in reversed(OF_SOURCES) for id_ in publication.sources]


def _recent(lake: Lake, source_id: str) -> list[str]:
    return lake.folders(f"records/{source_id}")[-TRIED:]


def _roots(
    lake: Lake, publication: Publication, gone: Collection[str], recent: Collection[str]
) -> Iterator[str]:
    """The folders that stay for themselves."""
    yield from (folder for folder in lake.folders("published") if folder not in gone)
    if told := held(lake, publication.id):
        yield from (f"{stage}/{publication.id}/{told['edition']}" for stage in OF_PUBLICATIONS)
    for folder in lake.folders("tables"):
        _, owner, name = folder.split("/")
        records = [each for each in lake.manifest(folder).inputs if each.startswith("records/")]
        if owner != publication.id or set(records) <= set(recent):
            yield from (f"{stage}/{owner}/{name}" for stage in OF_PUBLICATIONS)
    for stage in OF_SOURCES[1:]:
        for folder in (f for id_ in publication.sources for f in lake.folders(f"{stage}/{id_}")):
            if set(lake.manifest(folder).inputs) & set(recent):
                yield folder


def _closure(lake: Lake, roots: Iterable[str]) -> tuple[set[str], frozenset[str]]:
    """The folders of `roots` and all that they were made of, and the files they refer to.

    These are files that lie in another folder than that of the manifest that names them.
    """
    found, needed, waiting = set[str](), set[str](), sorted(roots)
    while waiting:
        folder = waiting.pop()
        stage = folder.partition("/")[0]
        if folder in found or stage not in {"published", *OF_PUBLICATIONS, *OF_SOURCES}:
            continue
        if manifest := lake.committed(folder):
            found.add(folder)
            needed |= {f"{a.folder}/{a.path}" for a in manifest.artifacts if a.folder}
            waiting += manifest.inputs
    return found, frozenset(needed)
