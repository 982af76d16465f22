"""Commands that fetch and publish: `run`, `backfill`, `publish`."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kernel import Lake
from tenderline import console
from tenderline.command import lake_option
from tenderline.stages import STAGES, Stage

if TYPE_CHECKING:
    from kernel import Manifest
    from tenderline.pipeline import Run

at_option = click.option(
    "--at", "base_url", help="Address of a server to ask instead of the source."
)
choose_option = click.option(
    "--choose", multiple=True, help="What to fetch where a source has several; may be repeated."
)
until_option = click.option(
    "--until",
    type=click.Choice(STAGES),
    default="publish",
    show_default=True,
    help="Last stage to run.",
)


@click.command()
@click.argument("source_ids", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--from", "start", help="First moment: a date, or a date and time; on the source's clock."
)
@click.option("--to", "end", help="Moment after the last; the same. Default: midnight today.")
@lake_option
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    help="Folder of recorded pages to serve instead of the source.",
)
@at_option
@click.option(
    "--files", "place", help="Folder, file or https address of OCDS files to read; - is stdin."
)
@choose_option
@until_option
@click.option(
    "--version", "look", help="Name of this look at the windows; another name fetches them again."
)
def run(  # noqa: PLR0913, PLR0917 - one for each option
    source_ids: tuple[str, ...],
    start: str | None,
    end: str | None,
    lake_root: str,
    replay: Path | None,
    base_url: str | None,
    place: str | None,
    choose: tuple[str, ...],
    until: Stage,
    look: str | None,
) -> None:
    """Fetch, convert, compile, check and publish. Done work is not done again.

    Each source is published alone; `tenderline publish` publishes several together.

    Without --from the last whole day is fetched; with --replay, what the recording covers.
    """
    from extractors.loader import load
    from tenderline.pipeline import Run
    from tenderline.planning import Wanted

    wanted = Wanted(start, end, replay, base_url, look, place, choose)
    lake = Lake(lake_root)
    lake.store.sweep()
    with ExitStack() as servers:
        planned = [wanted.of(load(source_id), servers) for source_id in source_ids]
        total = sum(len(each.windows) for each in planned)
        with console.steps(total + 4 * len(planned)) as told:
            work = Run(lake, until, told)
            for each in planned:
                work.source(each.source, each.windows, each.version)
            editions = work.publications(source_ids)
    _tell(work, editions)


@click.command()
@click.argument("source_id", metavar="SOURCE")
@click.option("--from", "start", required=True, help="First day to fetch, on the source's clock.")
@click.option("--to", "end", help="Day after the last. Default: today.")
@lake_option
@at_option
@choose_option
@until_option
def backfill(
    source_id: str,
    start: str,
    end: str | None,
    lake_root: str,
    base_url: str | None,
    choose: tuple[str, ...],
    until: Stage,
) -> None:
    """Fetch the history of SOURCE, newest window first, then publish once.

    It can be stopped at any moment: the same command goes on where it was. A window that fails is
    told and passed over; after three in a row it stops.
    """
    from extractors.loader import load
    from tenderline.backfill import Backfill
    from tenderline.pipeline import Run
    from tenderline.planning import Wanted

    wanted = Wanted(start, end, None, base_url, None, None, choose)
    lake = Lake(lake_root)
    lake.store.sweep()
    with ExitStack() as servers:
        planned = wanted.of(load(source_id), servers)
        with console.steps(len(planned.windows) + 4) as told:
            work = Run(lake, until, told)
            filling = Backfill(lake, planned, work, told)
            filling.windows()
            work.compile(planned.source)
            editions = work.publications([source_id])
    _tell(work, editions)
    filling.finish()


@click.command()
@click.argument("names", metavar="PUBLICATION...", nargs=-1, required=True)
@lake_option
def publish(names: tuple[str, ...], lake_root: str) -> None:
    """Publish the next edition of each PUBLICATION from the records in the lake.

    A publication is a source, or several together: uk, scotland, wales, australia, all.
    """
    from tenderline.pipeline import Run

    lake = Lake(lake_root)
    lake.store.sweep()
    with console.steps(3 * len(names)) as told:
        work = Run(lake, "publish", told)
        editions = work.publications(names)
    _tell(work, editions)


def _tell(work: "Run", editions: "list[Manifest]") -> None:
    """Show what a run did."""
    from publish.pointer import online

    lake = work.lake
    console.summary(work.manifests)
    for edition in editions:
        where = f"{lake.root.rstrip('/')}/{edition.folder}"
        if edition.folder in work.news:
            decision = edition.notes["summary"]["decision"]
            console.out.print(f"published {where} ({decision})", markup=False)
        else:
            console.out.print(f"nothing new: {where} was published before", markup=False)
        if edition.version not in (names := online(lake, edition.subject)):
            why = "it is of newer records, or these were withdrawn"
            console.out.print(f"latest stays {', '.join(sorted(names))}: {why}", markup=False)
    if not lake.changes and not editions:
        console.out.print("nothing new: all of this was done before")
