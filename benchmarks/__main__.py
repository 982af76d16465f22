"""Runs the benchmark and writes its page; `make bench` calls it, `--help` tells the options.

Owns the order of the parts. Each is kept as soon as it is measured, with the facts of its own run.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.about import about
from benchmarks.base import MADE_UP, PER_DAY
from benchmarks.compare import compare
from benchmarks.growth import growth
from benchmarks.increment import increments
from benchmarks.page import write_page
from benchmarks.peers import Peers
from benchmarks.places import Places, say, work
from benchmarks.results import PARTS, read_measured, write_measured
from benchmarks.timing import ROOT
from kernel.environment import settle
from tenderline.stages import STAGES


def main() -> None:
    """Measure the parts that are asked for, then write the page of all that was ever measured."""
    settle()  # as the command line does
    wanted = _options().parse_args()
    folder = wanted.out / "performance"
    with tempfile.TemporaryDirectory(prefix="tenderline-bench-") as name:
        scratch = Path(name)
        places = Places(scratch / "base", Peers(wanted.peers, wanted.standard), scratch)
        work("base", wanted.corpus or MADE_UP, str(places.base), "--per-day", str(wanted.per_day))
        told = about(places, wanted.date, wanted.note)
        for part in wanted.parts:
            say(f"{part}:")
            measured = read_measured(folder)
            write_measured(
                folder, measured | {part: {"about": told, **_part(part, places, wanted)}}
            )
    write_page(wanted.out)
    say(f"written: {wanted.out / 'performance.md'}")


def _part(part: str, places: Places, wanted: argparse.Namespace) -> dict[str, Any]:
    """The measurements of one part."""
    if part == "compare":
        return compare(places, wanted.copies, wanted.pairs)
    if part == "growth":
        return {"rows": growth(places, wanted.growth)}
    return {"rows": increments(places, wanted.history, wanted.day, wanted.until)}


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--corpus", help="folder with OCDS files (*.json); without it, made up")
    parser.add_argument("--per-day", type=int, default=PER_DAY, help="made-up notices a day")
    parser.add_argument("--copies", type=int, default=10, help="of the corpus, for the comparison")
    parser.add_argument("--pairs", type=int, default=3, help="how often both sides are run")
    parser.add_argument("--growth", type=int, nargs="+", default=[1, 10, 100], help="copies")
    parser.add_argument(
        "--history", type=int, nargs="+", default=[10_000, 30_000, 100_000], help="releases"
    )
    parser.add_argument("--day", type=int, default=400, help="releases of a day's increment")
    parser.add_argument(
        "--until", choices=STAGES[2:], default=STAGES[-1], help="last stage of the increment"
    )
    parser.add_argument("--peers", type=Path, help="virtual environment that has the peers")
    parser.add_argument(
        "--standard", type=Path, help="folder with the official files of OCDS 1.1.5"
    )
    parser.add_argument("--date", default="", help="day of the run, to be told on the page")
    parser.add_argument("--note", default="", help="a sentence on the run, to be told on the page")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where the page goes")
    return parser


if __name__ == "__main__":
    main()
