"""A lake with a history of raw pages, as fetching would have left it.

    python -m benchmarks.history pages CORPUS LAKE       the pages of a corpus, one for each window
    python -m benchmarks.history years BASE LAKE N       N copies of the base, spread over ten years
    python -m benchmarks.history day BASE LAKE N SIZE    one more day, behind N copies

With --converted, years and a day are kept as conversions, without pages: for millions of releases.

Owns when what was published. A day is new processes and further releases of old ones, drawn from
all of the history with equal chance, which is the worst case: a real day's are of the last year.
"""

import argparse
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.base import SOURCE, Release, base_lines, copied
from benchmarks.conversions import keep_converted
from benchmarks.corpus import in_pages, page_of, read_corpus
from extractors.raw import folder_of, keep_body
from kernel import Counts, Lake, Manifest, Window, __version__
from transforms.jsontext import dumps, loads

LOOK = "v1"  # each window is looked at once
END = datetime(2026, 11, 1, tzinfo=UTC)
YEARS = timedelta(days=3650)
DAY = timedelta(days=1)
HOURS = 700  # of a month, over which the releases of a copy are spread
OLD = 40  # percent of a day's releases that are on old processes


def windows(lake: Lake) -> list[Window]:
    """The windows that were fetched, in order of time."""
    found = {folder.split("/")[2] for folder in lake.folders(f"raw/{SOURCE.id}")}
    return [Window.parse(name) for name in sorted(found)]


def keep_pages(lake: Lake, corpus: Path) -> None:
    """Keep the pages of a corpus, each as the answer for one window of the source."""
    step = SOURCE.window.step
    if not isinstance(step, timedelta):
        raise SystemExit(f"{SOURCE.id} has windows of calendar {step}s: choose another source")
    pages = read_corpus(corpus).pages
    for number, path in enumerate(pages):
        start = END - step * (len(pages) - number)
        keep(lake, Window(start, start + step), [path.read_bytes()])


def keep_years(lake: Lake, base: Path, copies: int, *, converted: bool = False) -> None:
    """Keep copies of the releases of a base, one copy after another in time, over ten years."""
    for copy in range(copies):
        start = END - YEARS * (copies - copy) / copies
        releases = (dated(copied(loads(line), copy), start) for line in base_lines(base))
        _keep(lake, Window(start, start + DAY), releases, converted=converted)


def keep_day(lake: Lake, base: Path, copies: int, size: int, *, converted: bool = False) -> None:
    """Keep the releases of a day behind such a history."""
    _keep(lake, Window(END, END + DAY), day(base, copies, size), converted=converted)


def _keep(lake: Lake, window: Window, releases: Iterable[Release], *, converted: bool) -> None:
    if converted:
        keep_converted(lake, window, LOOK, releases)
    else:
        keep(lake, window, bodies(releases))


def day(base: Path, copies: int, size: int) -> Iterator[Release]:
    """New processes, and one more release of processes of any time.

    Raises:
        SystemExit: the base has fewer releases than a day has new ones.
    """
    corpus = [loads(line) for line in base_lines(base)]
    old = size * OLD // 100
    if size - old > len(corpus):
        raise SystemExit(f"a day of {size} needs {size - old} releases, not {len(corpus)}")
    yield from (dated(copied(release, copies), END) for release in corpus[: size - old])
    draw = random.Random(1)
    for number in range(old):
        release = dated(copied(draw.choice(corpus), draw.randrange(copies)), END)
        yield release | {"id": f"later-{number}"}


def dated(release: Release, start: datetime) -> Release:
    """The release at an hour of the month that begins at `start`."""
    hours = int.from_bytes(release["ocid"][-6:].encode()) % HOURS
    return release | {"date": (start + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")}


def bodies(releases: Iterable[Release]) -> Iterator[bytes]:
    """Releases as the pages that a source would send."""
    return map(page_of, in_pages(map(dumps, releases)))


def keep(lake: Lake, window: Window, pages: Iterable[bytes]) -> None:
    """Put pages into the lake as the extraction of a window leaves them."""
    folder = folder_of(SOURCE, window, LOOK)
    kept = [
        keep_body(lake, folder, f"page-{number:05}", body, body.count(b'"ocid":'))
        for number, body in enumerate(pages, start=1)
    ]
    rows = sum(artifact.rows for artifact in kept)
    lake.commit(
        Manifest(
            folder=folder,
            stage="extract",
            subject=SOURCE.id,
            version=LOOK,
            code=__version__,
            counts=Counts(read=rows, written=rows),
            artifacts=tuple(kept),
            notes={
                "window": window.name,
                "pages": len(kept),
                "doubts": [],
                "narrowed": 0,
                "made_up": False,
            },
        )
    )


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("pages", "years", "day"))
    parser.add_argument("of", type=Path)
    parser.add_argument("lake", type=Path)
    parser.add_argument("numbers", type=int, nargs="*")
    parser.add_argument("--converted", action="store_true")
    wanted = parser.parse_args()
    lake = Lake(wanted.lake)
    if wanted.kind == "pages":
        keep_pages(lake, wanted.of)
    elif wanted.kind == "years":
        keep_years(lake, wanted.of, *wanted.numbers, converted=wanted.converted)
    else:
        keep_day(lake, wanted.of, *wanted.numbers, converted=wanted.converted)


if __name__ == "__main__":
    main()
