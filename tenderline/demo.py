"""`make run`: a few days of made-up notices, pulled and published through Airflow, offline.

Owns the choice of days and what is told at the end. Everything else is the real thing: a real
server on loopback, the real DAGs, a real edition.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kernel import Lake, Manifest, PipelineError, Window
from publish.pointer import latest_edition
from tenderline import airflow_home, console
from tenderline.stand_in import StandIn

SPAN = Window(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))  # Monday, Tuesday
SEED = 2026
PORT = 8640  # preferred, so that a demo repeated gives the same raw bytes

NEXT = """
Try next
  .venv/bin/tenderline editions                           what is in the lake
  .venv/bin/tenderline verify {edition}          read it back
  .venv/bin/tenderline run find_a_tender --lake real      the live service: yesterday's notices
  .venv/bin/tenderline run find_a_tender --lake real --replay FOLDER
                                                          pages you have recorded
  make airflow                                            the DAGs in the web UI"""


def demo(home: Path, lake_root: Path) -> Manifest:
    """Run the pull DAG and the publish DAG of Find a Tender against the stand-in.

    Raises:
        PipelineError: a DAG run did not end in success; its tasks' logs say why.
    """
    airflow_home.prepare(home)
    os.environ["TENDERLINE_LAKE"] = str(lake_root)
    before = latest_edition(Lake(lake_root), "find_a_tender")
    with _stand_in() as server:
        os.environ["TENDERLINE_AT"] = f"find_a_tender={server.url}"
        console.err.print(f"stand-in of Find a Tender at {server.url}", markup=False)
        os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
        from dags.once import prepare, run_once  # Airflow reads its settings when imported

        warnings.simplefilter("ignore")  # deprecations inside Airflow, which sets filters itself
        with console.steps(3) as told:
            told("Airflow: metadata database and DAGs")
            bag = prepare()
            conf = {"start": SPAN.start.isoformat(), "end": SPAN.end.isoformat()}
            for dag_id, given in (("pull_find_a_tender", conf), ("publish_find_a_tender", None)):
                told(f"Airflow: {dag_id}")
                state = run_once(bag, dag_id, given)
                if state != "success":
                    raise PipelineError(f"{dag_id} ended as {state}: the lines above say why")
    return _tell(Lake(lake_root), before)


@contextmanager
def _stand_in() -> Iterator[StandIn]:
    """The stand-in at the preferred port, or at any other if that is taken."""
    with ExitStack() as servers:
        try:
            server = servers.enter_context(StandIn(seed=SEED, port=PORT))
        except OSError:
            server = servers.enter_context(StandIn(seed=SEED))
        yield server


def _tell(lake: Lake, before: Manifest | None) -> Manifest:
    edition = latest_edition(lake, "find_a_tender")
    if edition is None:
        raise PipelineError("no edition was published", path=lake.root)
    summary = edition.notes["summary"]
    rows = [(f"parquet/{name}.parquet", count) for name, count in summary["rows"].items()]
    console.table(f"Edition {edition.version} ({summary['decision']})", ("file", "rows"), rows)
    counts = summary["counts"]
    console.out.print(
        f"{counts['read']:,} releases read = {counts['written']:,} published"
        f" + {counts['rejected']:,} quarantined + {counts['merged']:,} duplicates"
    )
    said = "nothing new: published before" if edition == before else "published"
    console.out.print(f"{said} in {lake.root}/{edition.folder}", markup=False)
    console.out.print(NEXT.format(edition=edition.version), markup=False)
    return edition
