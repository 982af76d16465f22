"""The releases that corpora are made of: those of OCDS files in a folder, or made-up ones.

Owns which releases are taken, and how a copy of one differs from it. Run as a program, so that the
process that measures stays small:

    python -m benchmarks.base FOLDER OUT          the releases of OCDS files in a folder
    python -m benchmarks.base "made up" OUT       notices of the stand-in
"""

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from extractors.loader import load
from tenderline.loose import loose
from tenderline.stand_in.notices import published_on
from transforms.jsontext import dumps, loads
from transforms.merge import compile_releases
from transforms.versioned import version_releases

Release = dict[str, Any]
SOURCE = load("find_a_tender")  # whose repairs, clock and checks are used
MADE_UP = "made up"
FIRST_DAY = dt.date(2026, 3, 2)  # a Monday
DAYS = 30  # some processes have several notices by then
PER_DAY = 50  # about a thousand in all, as many as were recorded of the source on two days
PREFIX = 12  # characters of an ocid before what the publisher gave out: ocds- and seven more
ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class Base:
    """What corpora are made of: how many releases and processes, and what was left out of it."""

    releases: int
    processes: int
    made_up: bool
    unreadable: int
    inconsistent: int


def read_base(folder: Path) -> Base:
    """What `write_base` told of its releases."""
    return Base(**json.loads((folder / ABOUT).read_text()))


def write_base(found: str, per_day: int, out: Path) -> Base:
    """Write the distinct releases of a folder of OCDS files, or made-up ones, one a line.

    Args:
        found: a folder with `*.json` at any depth; `MADE_UP` for notices of the stand-in.
        per_day: how many notices are made up for each working day of a month.
        out: a new folder.

    Processes at which a peer stops, because a value is an object in one release and an array in
    the next, are left out for all, and counted.
    """
    texts, unreadable = (_made_up(per_day), 0) if found == MADE_UP else _in_files(Path(found))
    releases = {(one["ocid"], one["id"]): one for one in map(loads, texts)}
    in_order = sorted(releases.values(), key=lambda one: (one["ocid"], one["date"], one["id"]))
    groups = [list(group) for _, group in groupby(in_order, key=lambda one: one["ocid"])]
    kept = [group for group in groups if _consistent(group)]
    out.mkdir(parents=True)
    with (out / "releases.jsonl").open("wb") as lines:
        for release in sorted((one for group in kept for one in group), key=_place):
            lines.write(dumps(release) + b"\n")
    total = sum(len(group) for group in kept)
    base = Base(total, len(kept), found == MADE_UP, unreadable, len(groups) - len(kept))
    if not total:
        raise SystemExit(f"no release in {found}: name a folder with OCDS files (*.json)")
    (out / ABOUT).write_text(json.dumps(asdict(base)))
    return base


def repeated(base: Path, copies: int) -> Iterator[Release]:
    """The releases of a base, copy after copy."""
    for copy in range(copies):
        for line in base_lines(base):
            yield copied(loads(line), copy)


def base_lines(base: Path) -> Iterator[bytes]:
    """The releases of a base as they are written."""
    with (base / "releases.jsonl").open("rb") as lines:
        yield from lines


def copied(release: Release, copy: int) -> Release:
    """A copy of a release under an ocid and id of its own; later copies sort behind earlier."""
    ocid = f"{release['ocid'][:PREFIX]}{copy:05}{release['ocid'][PREFIX:]}"
    return release | {"ocid": ocid, "id": f"{release['id']}-{copy:05}"}


def _made_up(per_day: int) -> list[bytes]:
    days = (FIRST_DAY + dt.timedelta(days=day) for day in range(DAYS))
    return [one.text.encode() for day in days for one in published_on(1, day, per_day)]


def _in_files(folder: Path) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    unreadable = 0
    for path in sorted(folder.rglob("*.json")):
        texts, broken = loose(path.read_bytes(), SOURCE)
        usable = [text for text in texts if _usable(orjson.loads(text))]
        found += usable
        unreadable += len(broken) + len(texts) - len(usable)
    return found, unreadable


def _usable(release: Release) -> bool:
    return all(isinstance(release.get(key), str) for key in ("ocid", "id", "date"))


def _consistent(releases: list[Release]) -> bool:
    return not (compile_releases(releases).conflicts or version_releases(releases).conflicts)


def _place(release: Release) -> tuple[str, str]:
    return release["date"], release["id"]


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("found")
    parser.add_argument("out", type=Path)
    parser.add_argument("--per-day", type=int, default=PER_DAY)
    wanted = parser.parse_args()
    write_base(wanted.found, wanted.per_day, wanted.out)


if __name__ == "__main__":
    main()
