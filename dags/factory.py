"""Makes the Airflow DAGs: from a source's facts a pull DAG, from a publication's a publish DAG.

Owns the task graphs, which are the same for every source and for every publication. Stages are
imported inside tasks: this module is parsed for every task that runs.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import (
    DAG,
    Asset,
    AssetAny,
    CronDataIntervalTimetable,
    Param,
    dag,
    get_current_context,
    task,
    task_group,
)

from dags import settings
from dags.callbacks import on_failure
from dags.outcomes import outcomes
from dags.period import period
from kernel import Lake, Manifest, Publication, Source, Window
from kernel.environment import settle
from kernel.window import Step

DEFAULTS: Mapping[str, Any] = {
    "retries": 3,  # the outer retry layer: minutes; seconds are the HTTP session's
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2.0,  # a factor; Airflow adds jitter of up to as much again
    "max_retry_delay": timedelta(hours=1),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": on_failure,
}

settle()
# It tells three hundred lines about itself at each check, and `namespace_levels` does not reach it.
logging.getLogger("great_expectations").setLevel(logging.WARNING)


def records_asset(source_id: str) -> Asset:
    """The records of a source; its name and address never change with the installation."""
    return Asset(name=f"records_{source_id}", uri=f"x-tenderline://records/{source_id}")


def edition_asset(publication_id: str) -> Asset:
    """The editions of a publication."""
    return Asset(name=f"edition_{publication_id}", uri=f"x-tenderline://edition/{publication_id}")


def source_dag(source: Source) -> DAG:
    """Plan -> [extract -> convert] for each window -> compile, which updates the records asset."""

    @dag(
        dag_id=f"pull_{source.id}",
        schedule=_timetable(source),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args=dict(DEFAULTS),
        params=_params(),
        doc_md=source_doc(source),
        tags=["source", source.jurisdiction],
    )
    def pull() -> None:
        @task
        def plan() -> list[str]:
            from dags.period import windows

            with outcomes():
                settings.lake().store.sweep()
                asked = settings.asked(source.id, get_current_context()["params"])
                return [window.name for window in windows(asked, lambda: _period(source))]

        # One connection to a source at a time; retried for half an hour to an hour.
        @task(max_active_tis_per_dag=1, retries=5, map_index_template="{{ task.op_args[0] }}")
        def extract(window: str) -> str:
            from extractors.extract import extract as stage

            with outcomes():
                asked = settings.asked(source.id, get_current_context()["params"])
                files = asked.fetch.strategy == "files"
                look = settings.look(asked, Window.parse(window).end if files else _looked(source))
                return stage(asked, settings.lake(), Window.parse(window), version=look).folder

        @task(map_index_template="{{ task.op_args[0].split('/')[2] }}")  # raw/SOURCE/WINDOW/LOOK
        def convert(raw: str) -> str:
            from transforms.convert import convert as stage
            from validation.admission import checker

            with outcomes():
                lake = settings.lake()
                check = checker(source.fetch.clock, source.ocid_prefix)
                return stage(source, lake, lake.manifest(raw), check=check).folder

        @task_group
        def window(name: str) -> None:
            convert(extract(name))  # type: ignore[arg-type]  # an XComArg stands for the text

        @task(task_id="compile", trigger_rule="none_failed_min_one_success",
              outlets=[records_asset(source.id)])  # fmt: skip
        def compile_() -> str:
            from transforms.compile import compile_records

            with outcomes():
                return compile_records(source, settings.lake()).folder

        window.expand(name=plan()) >> compile_()

    return pull()


def _timetable(source: Source) -> CronDataIntervalTimetable | None:
    """When a source is fetched by itself; None if only when somebody asks."""
    return CronDataIntervalTimetable(source.schedule, timezone="UTC") if source.schedule else None


def publication_dag(publication: Publication) -> DAG:
    """Tables -> check -> gate -> publish (-> retain, if told), on new records of any source."""

    @dag(
        dag_id=f"publish_{publication.id}",
        schedule=AssetAny(*(records_asset(source_id) for source_id in publication.sources)),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args=dict(DEFAULTS),
        doc_md=publication_doc(publication),
        tags=["publication"],
    )
    def publish_edition() -> None:
        @task
        def tables() -> str:
            with outcomes():
                return _built(publication).folder

        @task
        def check(folder: str) -> str:
            from publish.pointer import latest_edition
            from validation.check import check as stage

            with outcomes():
                lake = settings.lake()
                built = lake.manifest(folder)
                inputs = _inputs(publication, lake, built)
                previous = latest_edition(lake, publication.id)
                return stage(publication, lake, inputs, built, previous=previous).folder

        @task
        def gate(quality: str) -> str:
            from publish.gate import pass_gate

            with outcomes():
                lake = settings.lake()
                pass_gate(lake, publication, lake.manifest(quality))
                return quality

        @task(outlets=[edition_asset(publication.id)])
        def publish(quality: str) -> str:
            from publish.edition import publish as stage

            with outcomes():
                lake = settings.lake()
                judged = lake.manifest(quality)
                built = lake.manifest(next(iter(judged.inputs)))
                inputs = _inputs(publication, lake, built)
                return stage(publication, lake, inputs, built, judged).folder

        published = publish(gate(check(tables())))  # type: ignore[arg-type]  # the same
        if publication.keep:  # else nothing goes unless somebody asks for it
            published >> _retain(publication)

    return publish_edition()


def _built(publication: Publication) -> Manifest:
    """The tables of the newest records, behind all that an edition needs of these."""
    from publish.ahead import derive_ahead
    from transforms.tables.build import build_tables

    lake = settings.lake()
    inputs = _inputs(publication, lake)
    derive_ahead(publication, lake, inputs)
    return build_tables(publication, lake, inputs)


def _retain(publication: Publication) -> Any:
    """The task that removes editions which need not be kept."""

    @task
    def retain() -> None:
        from publish.retention import retain as stage

        with outcomes():
            stage(publication, settings.lake())

    return retain()


def _params() -> dict[str, Param]:
    """The params of a triggered run; a scheduled run has its interval."""
    told = {
        "start": "First moment, in UTC, of a period of your own. Empty: as scheduled.",
        "end": "Moment after its last. Empty: the last whole window.",
    }
    moments = {
        name: Param(None, type=["null", "string"], format="date-time", description=text)
        for name, text in told.items()
    }
    place = "Folder, file or address of OCDS files to read instead of asking the source."
    choose = "What to fetch where a source has several, such as publications of a registry."
    return {
        **moments,
        "place": Param(None, type=["null", "string"], description=place),
        "choose": Param(None, type=["null", "array"], description=choose),
    }


def source_doc(source: Source) -> str:
    """What the web UI shows of a source."""
    window, fetch = source.window, source.fetch
    return f"""# {source.title}

{source.coverage}.

- Publisher: [{source.publisher}]({source.publisher_uri})
- Licence: [{source.licence}]({source.licence_url})
- [Publication policy]({source.policy_url})
- Windows of {_words(window.step)}, each looked at again for {_words(window.relook)}
- At least {fetch.interval:g} seconds between two requests

Trigger with `start` and `end` to fetch a period of your own. Unpausing starts the latest scheduled
run at once.
"""


def publication_doc(publication: Publication) -> str:
    """What the web UI shows of a publication."""
    return f"""# {publication.title}

{publication.description}

- Made of the records of {", ".join(publication.sources)}, whenever they are new
- Licence: [{publication.licence}]({publication.licence_url})
"""


def _words(duration: Step) -> str:
    if not isinstance(duration, timedelta):
        return f"one {duration}"
    days, rest = divmod(duration, timedelta(days=1))
    return f"{duration / timedelta(hours=1):g} hours" if rest or days == 1 else f"{days} days"


def _period(source: Source) -> Window:
    context = get_current_context()
    run = context["dag_run"]
    end = run.data_interval_end or run.run_after
    begin = run.data_interval_start or end - timedelta(days=1)
    again = run.run_type != "backfill"
    return period(source, context["params"], begin, end, run.run_after, again=again)


def _looked(source: Source) -> datetime:
    """The moment that names a run's look at its windows: one that is not over ends later."""
    run_after: datetime = get_current_context()["dag_run"].run_after
    return min(_period(source).end, run_after)


def _inputs(
    publication: Publication, lake: Lake, tables: Manifest | None = None
) -> list[tuple[Source, Manifest]]:
    """Each source with its records: the newest, or the ones that `tables` was built from."""
    from transforms.compile import records_of

    sources = [settings.source(source_id) for source_id in publication.sources]
    if tables:
        built = {folder.split("/")[1]: folder for folder in tables.inputs}
        return [(s, lake.manifest(built[s.id])) for s in sources if s.id in built]
    return [(s, records) for s in sources if (records := records_of(s.id, lake))]
