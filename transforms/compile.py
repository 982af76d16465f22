"""The compile stage: every release of a source to records, one per contracting process.

Owns the layout of `records/`: one file per month of a process's first release, so that no record
ever changes file. What becomes of one process is in `transforms.record`.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from kernel import Artifact, Counts, Lake, Manifest, NothingNew, Source, Window, __version__
from kernel.manifest import canonical, digest
from transforms.convert import RELEASES, head_of
from transforms.lines import MEDIA_TYPE, lines_of, pack
from transforms.record import Tally, record
from transforms.values import moment

log = logging.getLogger(__name__)
BATCH = 500  # lines of one month held before they are written away


def conversions(source_id: str, lake: Lake) -> list[Manifest]:
    """What is known of a source, by window: its conversions, each content once.

    Of one look at a window the conversion by the newest code counts. A look that found what an
    earlier one had found adds nothing, so looking again at an unchanged window changes nothing.
    """
    newest: dict[str, str] = {}
    for folder in sorted(lake.folders(f"releases/{source_id}"), key=_code):
        newest[folder.rsplit("/", 1)[0]] = folder
    found = (lake.manifest(folder) for _, folder in sorted(newest.items()))
    distinct: dict[str, Manifest] = {}
    for manifest in found:
        distinct.setdefault(manifest.id, manifest)
    return list(distinct.values())


def compile_records(source: Source, lake: Lake) -> Manifest:
    """Bring the records of `source` up to date with every release in the lake.

    Returns:
        The manifest of `YYYY-MM.jsonl.zst`, one record a line: the ocid, the compiled release,
        and every distinct release with its envelope. Counts are releases: `merged` are the exact
        duplicates. `notes.generation` grows with everything found.

    Raises:
        NothingNew: no window was converted yet.
    """
    inputs = conversions(source.id, lake)
    if not inputs:
        raise NothingNew("nothing was converted yet: extract and convert first", source=source.id)
    ids = {manifest.folder: manifest.id for manifest in inputs}
    identity = digest(canonical([sorted(ids.values()), __version__]))
    version = f"{len(inputs):06}-{identity[:8]}"
    folder = f"records/{source.id}/{version}"
    if done := lake.committed(folder):
        return done
    zone, tally = ZoneInfo(source.fetch.clock), Tally()
    with lake.store.scratch() as scratch:
        months = _spill(lake, inputs, zone, scratch)
        artifacts = [_compile_month(lake, folder, month, zone, tally) for month in months]
    log.info("source=%s releases=%d processes=%d duplicates=%d",
             source.id, tally.written, tally.processes, tally.merged)  # fmt: skip
    read = sum(manifest.counts.written for manifest in inputs)
    return lake.commit(
        Manifest(
            folder=folder,
            stage="compile",
            subject=source.id,
            version=version,
            code=__version__,
            counts=Counts(read=read, written=tally.written, merged=tally.merged),
            artifacts=tuple(artifacts),
            inputs=ids,
            notes={"generation": len(inputs), "span": _span(inputs), **tally.notes()},
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
    """The code version that ends `path`, to compare: 2026.10 comes after 2026.9."""
    return [int(number) for number in re.findall(r"[0-9]+", path.rpartition("/")[2])]


def inputs_of(records: Manifest, lake: Lake) -> list[Manifest]:
    """The conversions that `records` were compiled from."""
    return [lake.manifest(folder) for folder in records.inputs]


def doubted(inputs: Iterable[Manifest]) -> dict[str, list[str]]:
    """The windows that may be incomplete, with the doubts: those of which no look was whole."""
    looks: dict[str, list[list[str]]] = {}
    for manifest in inputs:
        looks.setdefault(str(manifest.notes["window"]), []).append(manifest.notes["doubts"])
    return {window: doubts[-1] for window, doubts in looks.items() if all(doubts)}


def _span(inputs: Iterable[Manifest]) -> str:
    """From the start of the first window to the end of the last, as a window's name."""
    windows = [Window.parse(str(manifest.notes["window"])) for manifest in inputs]
    return Window(min(w.start for w in windows), max(w.end for w in windows)).name


def _lines(lake: Lake, inputs: Iterable[Manifest]) -> Iterator[bytes]:
    """Every line of every conversion, a piece of a file in memory at a time."""
    for manifest in inputs:
        with lake.local(manifest, manifest.artifact(RELEASES)) as path:
            yield from lines_of(path)


def _spill(lake: Lake, inputs: list[Manifest], zone: ZoneInfo, scratch: Path) -> list[Path]:
    """Sort all lines into one local file per month of first release: memory holds no release."""
    first: dict[str, datetime] = {}
    for head in map(head_of, _lines(lake, inputs)):
        date = _moment(head["date"], zone)
        first[head["ocid"]] = min(date, first.get(head["ocid"], date))
    months: dict[str, list[bytes]] = {}
    for line in _lines(lake, inputs):
        month = f"{first[head_of(line)['ocid']]:%Y-%m}"
        months.setdefault(month, []).append(line)
        if len(months[month]) >= BATCH:
            _append(scratch / month, months.pop(month))
    for month, lines in months.items():
        _append(scratch / month, lines)
    return sorted(scratch.iterdir())


def _append(path: Path, lines: list[bytes]) -> None:
    with path.open("ab") as stream:
        stream.writelines(line + b"\n" for line in lines)


def _compile_month(lake: Lake, folder: str, month: Path, zone: ZoneInfo, tally: Tally) -> Artifact:
    keyed = []
    for line in month.read_bytes().splitlines():
        head = head_of(line)
        keyed.append((head["ocid"], _moment(head["date"], zone), head["sha256"], line))
    keyed.sort(key=itemgetter(0, 1, 2, 3))
    records = [
        record(ocid, [(key[2], key[3]) for key in keys], tally)
        for ocid, keys in groupby(keyed, itemgetter(0))
    ]
    month.unlink()
    name, data = f"{month.name}.jsonl.zst", pack(records)
    return lake.save(folder, name, data, media_type=MEDIA_TYPE, rows=len(records))


def _moment(date: str, zone: ZoneInfo) -> datetime:
    found = moment(date, zone)
    if found is None:
        raise ValueError(f"a release without a readable date passed the check: {date!r}")
    return found
