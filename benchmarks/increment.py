"""A day's increment beside making all anew, on histories of several sizes.

Owns the comparison: records and, after them, tables, check and edition. Both ways must end in the
same bytes, which is checked. Fetching and converting are left out of both: a rebuild that fetches
and converts ten years would make any increment look small.
"""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.base import SOURCE, read_base
from benchmarks.places import Places, say, work
from benchmarks.timing import Command, python, timed
from kernel import Lake
from publish.pointer import latest_edition
from tenderline.stages import STAGES, Stage
from transforms.compile import records_of

KEPT = ("raw", "releases")  # what a rebuild starts from
DATA = ("json/", "parquet/")  # the quality report also tells of the edition before
Row = dict[str, Any]


def increments(places: Places, sizes: list[int], day: int, until: Stage) -> list[Row]:
    """Measure a day of `day` releases, and all made anew, for each size of history.

    Args:
        places: the base of the history, and room.
        sizes: of the history, in releases.
        day: how many releases it has.
        until: the last stage; `compile` for histories so large that only records can be waited for.

    Returns:
        Two rows for each size: the releases in the history, the way, what it took in all and by
        stage, the bytes and files written.

    Raises:
        SystemExit: the two ways do not end in the same bytes.
    """
    rows: list[Row] = []
    for size in sizes:
        scratch = places.scratch / f"increment-{size}"
        scratch.mkdir()
        copies = max(1, round(size / read_base(places.base).releases))
        rows += _measure(places.base, scratch, copies, day, until)
        places.dropped(scratch)
    return rows


def _measure(base: Path, scratch: Path, copies: int, day: int, until: Stage) -> list[Row]:
    """The rows of one size of history."""
    root, numbers = scratch / "lake", (str(copies), str(day))
    form = ("--converted",) if until == "compile" else ()  # what converting notes is needed later
    work("history", "years", str(base), str(root), numbers[0], *form)
    work("pipeline", str(root), "--until", until)
    work("history", "day", str(base), str(root), *numbers, *form)
    work("pipeline", str(root), "--until", "convert")
    made = {}
    found: list[Row] = []
    for way in ("day", "anew"):
        if way == "anew":
            _only(root, KEPT)
        found.append({"way": way, **_timed(root, scratch / "stages.json", until)})
        made[way] = data_of(root, until)
    if made["day"] != made["anew"]:
        raise SystemExit("the increment is not what the rebuild makes: this is a defect, tell it")
    records = records_of(SOURCE.id, Lake(root))
    releases = records.counts.written if records else 0
    say(f"{releases:,} releases: " + ", ".join(f"{r['way']} {r['seconds']:.1f} s" for r in found))
    return [{"releases": releases, "day": day, **row} for row in found]


def _timed(root: Path, stages: Path, until: Stage) -> Row:
    """Run the pipeline: what it took in all and by stage, what it wrote."""
    before = _files(root)
    argv = python("-m", "benchmarks.pipeline", str(root), "--until", until, "--stages", str(stages))
    taken = timed(Command(argv))
    written = [
        size for path, (size, when) in _files(root).items() if before.get(path) != (size, when)
    ]
    return {
        **asdict(taken),
        "stages": json.loads(stages.read_text()),
        "bytes": sum(written),
        "files": len(written),
    }


def data_of(root: Path, until: Stage) -> dict[str, str]:
    """What the newest records and, if it goes so far, edition of a lake are, by name.

    Raises:
        SystemExit: there is none.
    """
    lake = Lake(root)
    records, edition = records_of(SOURCE.id, lake), latest_edition(lake, SOURCE.id)
    if not records or (until == STAGES[-1] and not edition):
        raise SystemExit("the pipeline published nothing: run its stages on the command line")
    artifacts = edition.artifacts if edition else ()
    files = {each.path: each.sha256 for each in artifacts if each.path.startswith(DATA)}
    return {"records": records.id, **files}


def _only(root: Path, names: tuple[str, ...]) -> None:
    """Remove all that is in a lake but these stages."""
    for path in root.iterdir():
        if path.name not in names:
            shutil.rmtree(path)


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Every file of a lake with its size and the moment of its last change."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            told = Path(folder, name).stat()
            found[f"{folder}/{name}"] = (told.st_size, told.st_mtime_ns)
    return found
