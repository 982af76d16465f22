"""Commands for the life of editions: `editions`, `retain`, `rollback`.

Owns how they are shown. What they do is done in `publish`, for Airflow too.
"""

from typing import TYPE_CHECKING, Any

import click

from kernel import Lake
from tenderline import console
from tenderline.command import lake_option

if TYPE_CHECKING:
    from publish.retention import Retained


@click.command()
@lake_option
def editions(lake_root: str) -> None:
    """List the editions in the lake, the newest first, and what is held back."""
    from publish.versions import versions

    lake = Lake(lake_root)
    told = [versions(lake, publication_id) for publication_id in _published(lake)]
    rows = [_row(each, edition) for each in told for edition in each["editions"]]
    head = ("publication", "edition", "", "previous", "decision", "releases", "processes")
    console.table("Editions", head, rows)
    for each in told:
        if held := each["held"]:
            failed, stays = ", ".join(held["checks"]), each["last_successful"] or "nothing"
            console.out.print(
                f"{each['publication']}: {held['edition']} is held back ({failed}); {stays} stays "
                "online",
                markup=False,
            )


def _row(told: dict[str, Any], edition: dict[str, Any]) -> tuple[object, ...]:
    latest = edition["edition"] == told["last_successful"]
    counts, previous = edition["counts"], edition["previous"] or {"edition": "none"}
    state = "latest" if latest else edition["state"]
    return (told["publication"], edition["edition"], state, previous["edition"],
            edition["decision"], counts["written"], counts["processes"])  # fmt: skip


def _published(lake: Lake) -> list[str]:
    """The publications of which the lake has an edition or a verdict that held one."""
    held = lake.store.find("published", "held.json")
    return sorted({path.split("/")[1] for path in (*lake.folders("published"), *held)})


@click.command()
@click.argument("publication_id", metavar="[PUBLICATION]", default="")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@lake_option
def retain(publication_id: str, lake_root: str, *, dry_run: bool) -> None:
    """Remove editions that need not be kept, and what only they were made of.

    What is kept stands in [keep] of a publication's facts; by default the last 30 editions and the
    last one of each of 24 months. The latest and a good one before it always stay.
    """
    from publish.loader import load, load_all
    from publish.retention import retain as remove

    lake = Lake(lake_root)
    asked = [load(publication_id)] if publication_id else load_all()
    for publication in asked:
        done = remove(publication, lake, dry_run=dry_run)
        if done.kept or publication_id:
            _tell(publication.id, done, "would go" if dry_run else "removed")


def _tell(publication_id: str, done: "Retained", verb: str) -> None:
    if done.gone:
        rows = [(folder, *told) for folder, told in done.gone.items()]
        console.table(f"{publication_id}: {verb}", ("folder", "files", "bytes"), rows)
    size = sum(size for _, size in done.gone.values())
    console.out.print(
        f"{publication_id}: {len(done.kept)} editions are kept, {len(done.gone)} folders with "
        f"{size:,} bytes {verb}",
        markup=False,
    )


@click.command()
@click.argument("publication_id", metavar="PUBLICATION")
@click.option("--to", default="", metavar="EDITION", help="Default: the last good one before.")
@click.option("--reason", required=True, help="Why, for the public: it stands in withdrawn.json.")
@lake_option
def rollback(publication_id: str, to: str, reason: str, lake_root: str) -> None:
    """Withdraw the latest edition of PUBLICATION: an earlier one becomes the latest.

    The edition is verified first. The same records do not come back by themselves; newer ones do.
    Nothing is removed.
    """
    from publish.loader import load
    from publish.rollback import rollback as take_back

    done = take_back(Lake(lake_root), load(publication_id).id, reason=reason, to=to)
    for edition in done.withdrawn:
        console.out.print(f"withdrawn {edition.version}: {reason}", markup=False)
    if not done.withdrawn:
        console.out.print("nothing was withdrawn that was not before")
    console.out.print(f"latest of {publication_id} is {done.latest.version}", markup=False)
