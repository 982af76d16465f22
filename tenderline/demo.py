"""`make run`: a few days of made-up notices of every source, pulled and published through Airflow.

Owns the choice of days and what is told at the end. Everything else is the real thing: real servers
on loopback, the real DAGs, real editions.
"""

import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from extractors.loader import load_all
from kernel import Lake, Manifest, PipelineError, Source, Window
from publish.pointer import latest_edition
from tenderline import airflow_home, console
from tenderline.stand_in import Server, stand_in

DAYS = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))  # Monday, Tuesday
SPANS = {  # of windows of the calendar, in which a stand-in has enough
    # To the end of March in Sydney; in London it is not yet April.
    "month": Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 13, tzinfo=UTC)),
    "year": Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
}
TOGETHER = "uk"  # the publication of several sources that is made, too
FEW = 4  # made-up notices a working day where a whole month or year is fetched
SEED = 2026
PORT = 8640  # preferred, and those behind it, so that a demo repeated gives the same raw bytes

NEXT = """
Try next
  .venv/bin/tenderline sources                            what there is, and how fresh it is here
  .venv/bin/tenderline verify {edition}          read it back
  .venv/bin/tenderline run find_a_tender --lake real      the live service: yesterday's notices
  .venv/bin/tenderline run find_a_tender --lake real --replay FOLDER
                                                          pages you have recorded
  make airflow                                            the DAGs in the web UI"""


def demo(home: Path, lake_root: Path) -> list[Manifest]:
    """Run the pull DAG and the publish DAG of every source against its stand-in, then publish
    those of the United Kingdom together.

    Returns:
        The editions, one for each source, and that of several together.

    Raises:
        PipelineError: a DAG run did not end in success; its tasks' logs say why.
    """
    airflow_home.prepare(home)
    os.environ["TENDERLINE_LAKE"] = str(lake_root)
    lake, sources = Lake(lake_root), load_all()
    names = [*(source.id for source in sources), TOGETHER]
    before = {name: latest_edition(lake, name) for name in names}
    with ExitStack() as servers:
        told = [f"{s.id}={_serve(s, n, servers).url}" for n, s in enumerate(sources)]
        os.environ["TENDERLINE_AT"] = ",".join(told)
        console.err.print(f"stand-ins of {len(sources)} sources at {told[0]} and on", markup=False)
        os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
        _run_dags(sources)
    return _tell(lake, before)


def _serve(source: Source, number: int, servers: ExitStack) -> Server:
    """The stand-in at its preferred port, or at any other if that is taken."""
    kind = stand_in(source.id)
    per_day = FEW if str(source.window.step) in SPANS else None
    try:
        return servers.enter_context(kind(SEED, per_day, port=PORT + number))
    except OSError:
        return servers.enter_context(kind(SEED, per_day))


def _run_dags(sources: tuple[Source, ...]) -> None:
    from dags.once import prepare, run_once  # Airflow reads its settings when imported

    warnings.simplefilter("ignore")  # deprecations inside Airflow, which sets filters itself
    with console.steps(2 + 2 * len(sources)) as told:
        told("Airflow: metadata database and DAGs")
        bag = prepare()
        for source in sources:
            span = SPANS.get(str(source.window.step), DAYS)
            conf = {"start": span.start.isoformat(), "end": span.end.isoformat()}
            _run(partial(run_once, bag), f"pull_{source.id}", conf, told)
            _run(partial(run_once, bag), f"publish_{source.id}", None, told)
        _run(partial(run_once, bag), f"publish_{TOGETHER}", None, told)


def _run(
    once: Callable[..., str], dag_id: str, given: dict[str, str] | None, told: console.Told
) -> None:
    told(f"Airflow: {dag_id}")
    state = once(dag_id, given)
    if state != "success":
        raise PipelineError(f"{dag_id} ended as {state}: the lines above say why")


def _tell(lake: Lake, before: Mapping[str, Manifest | None]) -> list[Manifest]:
    editions, rows = [], []
    for name, old in before.items():
        edition = latest_edition(lake, name)
        if edition is None:
            raise PipelineError("no edition was published", path=f"{lake.root}/{name}")
        summary, counts = edition.notes["summary"], edition.notes["summary"]["counts"]
        said = "as before" if edition == old else summary["decision"]
        rows.append((name, edition.version, counts["read"], counts["written"],
                     counts["rejected"], counts["merged"], said))  # fmt: skip
        editions.append(edition)
    head = ("publication", "edition", "read", "published", "quarantined", "duplicates", "")
    console.table("Editions", head, rows)
    console.out.print(f"published in {lake.root}/published", markup=False)
    shown = next(edition for edition in editions if edition.subject == "find_a_tender")
    console.out.print(NEXT.format(edition=shown.version), markup=False)
    return editions
