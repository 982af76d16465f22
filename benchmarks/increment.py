"""Times a day's increment of the records beside making them anew, on histories of several sizes.

Owns the history: copies of a corpus under other ocids, one copy after another in time, over ten
years. A day is new processes and further releases of old ones, drawn from all of the history with
equal chance, which is the worst case. Both ways end in the same bytes, which is checked.

    python benchmarks/increment.py RELEASES.jsonl --sizes 50000 100000 200000 --day 1000
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from extractors.loader import load
from kernel import Counts, Lake, Manifest, Window, __version__
from transforms.compile import compile_records, records_of
from transforms.convert import RELEASES
from transforms.jsontext import dumps
from transforms.lines import MEDIA_TYPE, LineFile
from transforms.page import Page

SOURCE = load("find_a_tender")
END = datetime(2026, 11, 1, tzinfo=UTC)
YEARS = timedelta(days=3650)
DAY = timedelta(days=1)
PREFIX = 12  # characters of an ocid before what the publisher gave out: ocds- and seven more
Release = dict[str, Any]


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("releases", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200_000])
    parser.add_argument("--day", type=int, default=1000)
    parser.add_argument("--old", type=int, default=40, help="percent of the day on old processes")
    parser.add_argument(
        "--compile", type=Path, help=argparse.SUPPRESS
    )  # what a measured child does
    wanted = parser.parse_args()
    if wanted.compile:
        compile_records(SOURCE, Lake(wanted.compile))
        return
    print(f"a day of {wanted.day} releases, {wanted.old}% of them on old processes")
    print("releases | processes | way | seconds | MB written | files | MiB of memory")
    for size in wanted.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), wanted, size)


def measure(root: Path, wanted: argparse.Namespace, size: int) -> None:
    """Print the rows of one size."""
    corpus = [orjson.loads(line) for line in wanted.releases.read_bytes().splitlines()]
    copies = max(1, round(size / len(corpus)))
    lake = Lake(root)
    for copy in range(copies):
        start = END - YEARS * (copies - copy) / copies
        keep(lake, start, (copied(release, copy, start) for release in corpus))
    timed(root)
    keep(lake, END, day(corpus, copies, wanted.day, wanted.old))
    ways = {"increment": timed(root)}
    increment = records_of(SOURCE.id, lake)
    shutil.rmtree(root / "records")
    ways["rebuild"] = timed(root)
    rebuilt = records_of(SOURCE.id, lake)
    if not increment or not rebuilt or increment.id != rebuilt.id:
        raise SystemExit("the increment is not what the rebuild makes")
    for way, (seconds, written, files, memory) in ways.items():
        print(f"{rebuilt.counts.written} | {rebuilt.notes['processes']} | {way} | {seconds:.1f} "
              f"| {written / 1e6:.1f} | {files} | {memory}")  # fmt: skip
    seconds, written = (ways["increment"][n] / ways["rebuild"][n] for n in (0, 1))
    print(f"ratio: {seconds:.1%} of the time, {written:.1%} of the bytes", flush=True)


def timed(root: Path) -> tuple[float, int, int, int]:
    """Compile in a process of its own: seconds, bytes and files written, most memory in MiB."""
    before = set(root.glob("records/*/*"))
    start = time.monotonic()
    command = [sys.executable, __file__, "-", "--compile", str(root)]
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("compiling failed")
    (folder,) = set(root.glob("records/*/*")) - before
    sizes = [path.stat().st_size for path in folder.iterdir()]
    return time.monotonic() - start, sum(sizes), len(sizes), usage.ru_maxrss // 1024


def copied(release: Release, copy: int, start: datetime) -> Release:
    """A copy of a release under its own ocid, in the month that begins at `start`."""
    ocid = f"{release['ocid'][:PREFIX]}{copy:05}{release['ocid'][PREFIX:]}"
    hours = int.from_bytes(ocid[-6:].encode()) % 700
    date = (start + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return release | {"ocid": ocid, "id": f"{release['id']}-{copy:05}", "date": date}


def day(corpus: list[Release], copies: int, size: int, percent: int) -> Iterator[Release]:
    """New processes, and one more release of processes of any time."""
    old = size * percent // 100
    yield from (copied(release, copies, END) for release in corpus[: size - old])
    draw = random.Random(1)
    for number in range(old):
        release = copied(draw.choice(corpus), draw.randrange(copies), END)
        yield release | {"id": f"later-{number}"}


def keep(lake: Lake, start: datetime, releases: Iterable[Release]) -> None:
    """Put releases into the lake as the conversion of a window leaves them."""
    window = Window(start, start + DAY).name
    folder = f"releases/{SOURCE.id}/{window}/v1/{__version__}"
    with lake.store.scratch() as scratch:
        with LineFile(scratch / RELEASES) as file:
            page = Page(window, 1, releases=file)
            for index, release in enumerate(releases):
                page.write(index, release, dumps(release), conforms=True, derived_id=False)
        artifact = lake.save_file(
            folder, RELEASES, file.path, media_type=MEDIA_TYPE, rows=file.rows
        )
    lake.commit(
        Manifest(
            folder=folder,
            stage="convert",
            subject=SOURCE.id,
            version="v1",
            code=__version__,
            counts=Counts(read=file.rows, written=file.rows),
            artifacts=(artifact,),
            notes={"window": window},
        )
    )


if __name__ == "__main__":
    main()
