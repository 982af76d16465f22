"""The command that makes tables of anyone's OCDS files: `tables`."""

import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenderline.commands.merging import exit_code, jobs_option, say, tell_left_out, tell_oddities

if TYPE_CHECKING:
    from tenderline.tabling.run import Made

SHOWN = 25  # paths of fields shown of each kind; the others are only counted


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--csv", is_flag=True, help="Also a CSV file of each table.")
@click.option("--xlsx", is_flag=True, help="Also one workbook with a sheet of each table.")
@click.option("--jsonl", is_flag=True, help="Also the compiled releases, one a line.")
@click.option("--versioned", is_flag=True, help="Also versioned releases, one a line.")
@click.option("--records", is_flag=True, help="Also a package of records that have both.")
@jobs_option
def tables(
    files: tuple[str, ...],
    folder: Path,
    jobs: int,
    *,
    csv: bool,
    xlsx: bool,
    jsonl: bool,
    versioned: bool,
    records: bool,
) -> None:
    """Make tables of anyone's OCDS files: one Parquet file for each kind of object.

    FILE is a release package, a record package, a record, a release or a list of these, as JSON or
    JSON Lines, plain, packed with gzip or zstd, or in a zip or tar; of any size; - is standard
    input. Releases are merged process by process first; one that is compiled is taken as it is.
    DIR is a new folder, or an empty one.

    Exits with 0 if all releases were used, with 1 if some were left out, and with 2 if a file
    cannot be read to its end or an option is wrong.
    """
    from tenderline.tabling.run import Forms, make_tables

    made = make_tables(files, folder, Forms(csv, xlsx, jsonl, versioned, records), jobs=jobs)
    _show(made, files, folder)
    gc.freeze()  # what is left need not be looked through for cycles at the end
    sys.exit(exit_code(made.tally))


def _show(made: "Made", files: tuple[str, ...], folder: Path) -> None:
    joined = [gathered.joined for gathered in made.gathered]
    processes, releases = sum(j.processes for j in joined), sum(j.releases for j in joined)
    rows = sum(made.rows.values())
    say(f"{folder}: {len(made.rows)} tables with {rows:,} rows, of {processes:,} processes and "
        f"{releases:,} releases")  # fmt: skip
    if compiled := sum(gathered.as_they_are for gathered in made.gathered):
        say(f"{compiled:,} releases were compiled already, and are taken as they are")
    if made.long:
        say(f"{made.long:,} cells of the workbook were cut to the length that a cell can have; the "
            "Parquet files have all of them")  # fmt: skip
    _tell("values could not be read as the type of their column, or were rounded",
          made.total("oddities"))  # fmt: skip
    _tell("values are of fields that no table has", made.total("unheld"))
    _tell("values about people are left out on purpose", made.total("left_out"))
    tell_oddities(made.tally, joined)
    tell_left_out(made.tally, files)


def _tell(what: str, counted: Mapping[str, int]) -> None:
    """Say how many, and the most frequent of them by path."""
    if not counted:
        return
    say(f"{sum(counted.values()):,} {what}:")
    found = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    for path, count in found[:SHOWN]:
        say(f"  {count:,} {path}")
    if len(found) > SHOWN:
        say(f"  and {len(found) - SHOWN:,} more kinds")
