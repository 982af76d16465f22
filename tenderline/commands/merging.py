"""The command that merges anyone's OCDS files: `merge`."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenderline import console

if TYPE_CHECKING:
    from tenderline.merging.join import Joined
    from tenderline.merging.run import Merged
    from tenderline.merging.tally import Tally

WHOLE, LEFT_OUT, UNREADABLE = 0, 1, 2
SHOWN = 5  # inconsistent processes told; the others are only counted

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=0),
    metavar="N",
    default=0,
    help="Processes that share the work.  [default: one for each core]",
)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write; packed if its name ends in .gz or .zst.",
)
@click.option("--versioned", is_flag=True, help="Versioned releases, with every change of a value.")
@click.option("--package", is_flag=True, help="One record package instead of JSON Lines.")
@jobs_option
def merge(files: tuple[str, ...], out: Path, jobs: int, *, versioned: bool, package: bool) -> None:
    """Merge the releases of anyone's OCDS files, process by process, by the rules of OCDS 1.1.

    FILE is a release package, a record package, a record, a release or a list of these, as JSON or
    JSON Lines, plain, packed with gzip or zstd, or in a zip or tar; of any size; - is standard
    input. OUT has one compiled release a line, in order of ocid; or what the options say.

    Exits with 0 if all releases were merged, with 1 if some were left out, and with 2 if a file
    cannot be read to its end or an option is wrong.
    """
    from tenderline.merging.join import Wanted
    from tenderline.merging.run import merge as run_merge

    merged = run_merge(files, out, Wanted(versioned, package), jobs=jobs)
    _show(merged, files, out)
    gc.freeze()  # what is left need not be looked through for cycles at the end
    sys.exit(exit_code(merged.tally))


def exit_code(tally: "Tally") -> int:
    """How a command ends that used the releases of files."""
    return UNREADABLE if tally.unreadable else LEFT_OUT if tally.left_out else WHOLE


def _show(merged: "Merged", files: tuple[str, ...], out: Path) -> None:
    tally, joined = merged.tally, merged.joined
    processes, releases = sum(j.processes for j in joined), sum(j.releases for j in joined)
    same = sum(j.same for j in joined)
    more = f", {same:,} of them twice" if same else ""
    say(f"{out}: {processes:,} processes of {releases + same:,} releases{more}")
    tell_oddities(tally, joined)
    tell_left_out(tally, files)


def tell_oddities(tally: "Tally", joined: Sequence["Joined"]) -> None:
    """Say what was brought to the present standard, and which processes are inconsistent."""
    if tally.upgraded:
        say(f"{tally.upgraded:,} releases of OCDS 1.0 were brought to 1.1 first")
    if inconsistent := sum(j.inconsistent for j in joined):
        say(f"{inconsistent:,} processes are inconsistent: an object in one release and an array "
            "or a plain value in the next; the later counts")  # fmt: skip
        for ocid, paths in sorted(one for j in joined for one in j.conflicts)[:SHOWN]:
            say(f"  {ocid}: {', '.join(paths)}")


def tell_left_out(tally: "Tally", files: tuple[str, ...]) -> None:
    """Say what was not used, and why."""
    for why, count in sorted(tally.left_out.items()):
        say(f"left out {count:,}: {why}; the first: {tally.first[why]}")
    for file, why in sorted(tally.unreadable.items()):
        say(f"{files[file]}: not read to its end: {why}")


def say(text: str) -> None:
    """Say something on standard error, without characters that a terminal would obey."""
    safe = "".join(c if c.isprintable() else "\ufffd" for c in text)
    console.err.print(safe, markup=False)
