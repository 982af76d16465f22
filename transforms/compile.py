"""The compile stage: every release of a source to records, one per contracting process.

Owns what records are made of: which conversions, and on which earlier records it can build. How
they are brought up to date is in `transforms.renewal`.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from zoneinfo import ZoneInfo

from kernel import Counts, Lake, Manifest, NothingNew, Source, Window, __version__
from kernel.manifest import canonical, digest
from kernel.version import order
from transforms.convert import RELEASES
from transforms.lines import lines_of
from transforms.record import Tally
from transforms.renewal import renewed

log = logging.getLogger(__name__)
REPEATS = "repeats"  # in the log of records: conversions that found what another had found
TRIED = 10  # earlier records looked at: if none of them will do, something went away for good


def conversions(source_id: str, lake: Lake) -> list[Manifest]:
    """What is known of a source, by window: its conversions, each content once.

    Of one look at a window the conversion by the newest code counts. A look that found what an
    earlier one had found adds nothing, so looking again at an unchanged window changes nothing.
    """
    return [lake.manifest(folder) for folder in _distinct(_ids(source_id, lake, {}))]


def compile_records(source: Source, lake: Lake) -> Manifest:
    """Bring the records of `source` up to date with every release in the lake.

    Returns:
        The manifest of the records, by month of first release, and of the index of ocids. A record
        is one line: the ocid, the compiled release, and every distinct release with its envelope.
        Counts are releases: `merged` are the exact duplicates. `notes.generation` grows with
        everything found.

    The newest records by this code of which all is still there are the start: what they were
    compiled from is not opened again, and what does not change is not written again.

    Raises:
        NothingNew: no window was converted yet.
    """
    earlier = _by_this_code(source.id, lake)
    newest = next(earlier, None)
    known = {**newest.inputs, **newest.log[0][REPEATS]} if newest else {}
    seen = _ids(source.id, lake, known)
    ids = _distinct(seen)
    if not ids:
        raise NothingNew("nothing was converted yet: extract and convert first", source=source.id)
    identity = digest(canonical([sorted(ids.values()), __version__]))
    version = f"{len(ids):06}-{identity[:8]}"
    folder = f"records/{source.id}/{version}"
    if done := lake.committed(folder):
        return done
    basis = _fitting(chain([newest] if newest else [], earlier), ids)
    old = set(basis.inputs.values()) if basis else set()
    new = [lake.manifest(name) for name, found in ids.items() if found not in old]
    zone, tally = ZoneInfo(source.fetch.clock), Tally.of(basis)
    artifacts = renewed(lake, folder, basis, _lines(lake, new), zone, tally)
    read = (basis.counts.read if basis else 0) + sum(made.counts.written for made in new)
    log.info("source=%s basis=%s releases=%d processes=%d",
             source.id, basis and basis.version, tally.written, tally.processes)  # fmt: skip
    return lake.commit(
        Manifest(
            folder=folder,
            stage="compile",
            subject=source.id,
            version=version,
            code=__version__,
            counts=Counts(read=read, written=tally.written, merged=read - tally.written),
            artifacts=tuple(artifacts),
            inputs=ids,
            notes={"generation": len(ids), "span": _span(basis, new), **tally.notes()},
            log=({REPEATS: {name: found for name, found in seen.items() if name not in ids}},),
        )
    )


def records_of(source_id: str, lake: Lake) -> Manifest | None:
    """The newest records of a source, or None where nothing was compiled yet.

    Of those made of equally many conversions, the ones by the newest code.
    """
    folders = lake.folders(f"records/{source_id}")
    count = folders[-1].rpartition("/")[2].partition("-")[0] if folders else ""
    found = [lake.manifest(folder) for folder in folders if f"/{count}-" in folder]
    return max(found, key=_codes, default=None)


def _codes(records: Manifest) -> tuple[list[int], list[list[int]]]:
    return _code(records.code), sorted(map(_code, records.inputs))


def _code(path: str) -> list[int]:
    """The code version that ends `path`, to compare."""
    return order(path.rpartition("/")[2])


def inputs_of(records: Manifest, lake: Lake) -> list[Manifest]:
    """The conversions that `records` were compiled from."""
    return [lake.manifest(folder) for folder in records.inputs]


def doubted(inputs: Iterable[Manifest]) -> dict[str, list[str]]:
    """The windows that may be incomplete, with the doubts: those of which no look was whole."""
    looks: dict[str, list[list[str]]] = {}
    for manifest in inputs:
        looks.setdefault(str(manifest.notes["window"]), []).append(manifest.notes["doubts"])
    return {window: doubts[-1] for window, doubts in looks.items() if all(doubts)}


def _span(basis: Manifest | None, new: Iterable[Manifest]) -> str:
    """From the start of the first window to the end of the last, as a window's name."""
    names = [str(manifest.notes["window"]) for manifest in new]
    windows = [Window.parse(name) for name in [*names, *([basis.notes["span"]] if basis else [])]]
    return Window(min(w.start for w in windows), max(w.end for w in windows)).name


def _by_this_code(source_id: str, lake: Lake) -> Iterator[Manifest]:
    """The newest records as far as this code made them, the newest of all first."""
    for folder in lake.folders(f"records/{source_id}")[: -TRIED - 1 : -1]:
        manifest = lake.manifest(folder)
        if manifest.code == __version__ and manifest.log:
            yield manifest


def _fitting(earlier: Iterable[Manifest], ids: Mapping[str, str]) -> Manifest | None:
    """The first records of whose conversions none is gone."""
    there = set(ids.values())
    return next((made for made in earlier if there.issuperset(made.inputs.values())), None)


def _ids(source_id: str, lake: Lake, known: Mapping[str, str]) -> dict[str, str]:
    """The conversions of a source by the newest code, in order of their folders, with their ids."""
    newest: dict[str, str] = {}
    for folder in sorted(lake.folders(f"releases/{source_id}"), key=_code):
        newest[folder.rsplit("/", 1)[0]] = folder
    return {name: known.get(name) or lake.manifest(name).id for _, name in sorted(newest.items())}


def _distinct(ids: Mapping[str, str]) -> dict[str, str]:
    """Of conversions of one content the first."""
    first: dict[str, str] = {}
    for name, found in ids.items():
        first.setdefault(found, name)
    return {name: found for found, name in first.items()}


def _lines(lake: Lake, inputs: Iterable[Manifest]) -> Iterator[bytes]:
    """Every line of every conversion, a piece of a file in memory at a time."""
    for manifest in inputs:
        with lake.local(manifest, manifest.artifact(RELEASES)) as path:
            yield from lines_of(path)
