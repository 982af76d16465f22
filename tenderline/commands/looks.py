"""Commands that look at what is there: `sources`, `crosscheck`, `verify`, `trace`."""

import sys
from datetime import date, timedelta
from pathlib import Path

import click

from kernel import ConfigError, Lake, LakeCorrupt, Source, Window
from kernel.window import stamp
from tenderline import console
from tenderline.command import lake_option
from tenderline.found import found_edition


@click.command()
@lake_option
def sources(lake_root: str) -> None:
    """List the sources: what they cover, under which licence, and how fresh the lake is."""
    from extractors.loader import load_all

    lake = Lake(lake_root)
    rows = [
        (s.id, s.title, s.licence, s.window.first.isoformat(), _fresh(lake, s), s.coverage)
        for s in load_all()
    ]
    console.table("Sources", ("id", "system", "licence", "since", "fetched to", "coverage"), rows)


def _fresh(lake: Lake, source: Source) -> str:
    """Up to when the lake has what a source published: the end of the last window fetched.

    Of a window that was not over when it was looked at, the moment of the look.
    """
    looks = [folder.split("/")[2:4] for folder in lake.folders(f"raw/{source.id}")]
    ends = []
    for name, look in looks:
        end = Window.parse(name).end
        ends.append(min(stamp(end), look[: len(stamp(end))]) if look[:1].isdigit() else stamp(end))
    return max(ends, default="lapsed" if source.lapsed else "never")


@click.command()
@click.argument("source_id", metavar="SOURCE")
@click.option("--from", "start", metavar="DAY", help="First day to compare, on the source's clock.")
@click.option("--to", "end", metavar="DAY", help="Day after the last. Default: the day after.")
@click.option(
    "--against", metavar="SOURCE", help="Compare with another source in the lake instead."
)
@click.option("--at", "base_url", help="Address of a server to ask instead of the source.")
@lake_option
def crosscheck(
    source_id: str,
    start: str | None,
    end: str | None,
    against: str | None,
    base_url: str | None,
    lake_root: str,
) -> None:
    """Compare what the lake has of SOURCE with a second account of it.

    That is the source's own file of each day, where it publishes one, or another source with the
    same processes. Exits with 1 if the lake lacks something.
    """
    from extractors.loader import load
    from tenderline import crosscheck as checks

    lake, source = Lake(lake_root), load(source_id)
    if against:
        compared = [checks.against(lake, source, load(against))]
    else:
        first, last = _days(start, end)
        asked = source.at(base_url) if base_url else source
        compared = list(checks.by_day(lake, asked, first, last))
    head = ("day", "told", "missing here", "unreadable rows", "the first that is missing")
    rows = [
        (c.what, c.told, len(c.missing), c.unreadable, next(iter(c.missing), "")) for c in compared
    ]
    console.table(f"{source.title} in the lake", head, rows)
    sys.exit(any(c.missing for c in compared))


def _days(start: str | None, end: str | None) -> tuple[date, date]:
    """The days from `start` to before `end`: one day if that is not told."""
    if not start:
        raise ConfigError("give --from DAY, such as 2026-03-02, or --against SOURCE")
    try:
        first = date.fromisoformat(start)
        last = date.fromisoformat(end) if end else first + timedelta(days=1)
    except ValueError as error:
        raise ConfigError(f"{error}: give days such as 2026-03-02") from error
    return first, last


@click.command()
@click.argument("edition")
@click.option(
    "--signers",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Public keys of ssh or minisign, by one of which it must be signed.",
)
@lake_option
def verify(edition: str, signers: Path | None, lake_root: str) -> None:
    """Read EDITION back: its name in the lake, or a folder it was copied to.

    A signature beside its manifest is checked where --signers says whom to believe.
    """
    from publish.signature import signed, signer
    from publish.verify import verify as read_back

    lake, found = found_edition(edition, lake_root)
    manifest = read_back(lake, found.folder)
    files = len(manifest.artifacts)
    console.out.print(f"{manifest.version}: {files} files are as they were written")
    if signers:
        console.out.print(signer(lake, found.folder, signers), markup=False)
    elif name := signed(lake, found.folder):
        console.out.print(f"{name} was not checked: give --signers with the keys you believe")


@click.command()
@click.argument("ocid")
@click.option("--edition", default="", help="Name of the edition. Default: each latest one.")
@lake_option
def trace(ocid: str, edition: str, lake_root: str) -> None:
    """Show the way from what is published of OCID back to the raw pages.

    Of each edition: the tables' rows, the record, its releases, the conversion, the raw page with
    its address, time and hash. Ends as for a broken lake where something is not what was written.
    """
    from tenderline.trace import trace as follow

    broken = 0
    for step in follow(Lake(lake_root), ocid, edition):
        broken += not step.holds
        state = "" if step.holds else "  NOT WHAT WAS WRITTEN"
        console.out.print(f"{step.kind:<11} {step.told}{state}", markup=False)
    if broken:
        raise LakeCorrupt(f"{broken} steps of the way are not what was written: restore them")
