"""The command that compares two editions: `diff`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenderline import console
from tenderline.command import lake_option

if TYPE_CHECKING:
    from publish.delta import Summary

SHOWN = 20  # fields told; the others are only counted


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--json", "out", metavar="OUT", type=click.Path(path_type=Path),
              help="Write what is counted to OUT as JSON.")  # fmt: skip
@click.option("--parquet", "folder", metavar="DIR", type=click.Path(path_type=Path),
              help="Write the delta into DIR, a new folder or an empty one.")  # fmt: skip
@lake_option
def diff(old: str, new: str, out: Path | None, folder: Path | None, lake_root: str) -> None:
    """Compare edition A with edition B: what was added, modified and removed since A.

    Each is the name of an edition in the lake, or a folder that one was copied to. They need not be
    neighbours.

    Exits with 0 if both hold the same, with 1 if they differ, and with 2 or more after an error.
    """
    from tenderline.diffing import compare

    told = compare(old, new, lake_root, folder)
    if out:
        _write(told, out, (old, new))
    _show(told)
    sys.exit(not told.empty)


def _write(told: "Summary", out: Path, inputs: tuple[str, ...]) -> None:
    from dataclasses import asdict

    from kernel.manifest import canonical
    from tenderline.whole_file import whole_file

    with whole_file(out, inputs, "--json") as stream:
        stream.write(canonical(asdict(told)))


def _show(told: "Summary") -> None:
    previous = told.previous["edition"] if told.previous else "nothing"
    rows = [(name, *counts.values()) for name, counts in told.sources.items()]
    head = ("source", "added", "modified", "removed", "releases added", "releases removed")
    console.table(f"Processes: {previous} to {told.edition}", head, rows)
    fields = sorted(told.fields.items(), key=lambda each: (-each[1], each[0]))
    if fields:
        more = f" (and {len(fields) - SHOWN:,} more)" if len(fields) > SHOWN else ""
        console.table(f"Fields that differ{more}", ("field", "processes"), fields[:SHOWN])
    tables = [(name, table["before"], table["after"], _what(table["how"], table["columns"]))
              for name, table in told.tables.items()]  # fmt: skip
    console.table("Tables", ("table", "rows before", "rows after", "columns"), tables)


def _what(how: str, columns: dict[str, dict[str, object]]) -> str:
    """What is to be known of a table beside its rows."""
    changed = [f"{kind} {', '.join(names)}" for kind, names in columns.items()]
    return "; ".join(changed) or ("the table is gone" if how == "gone" else "")
