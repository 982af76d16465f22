"""The DAGs as Airflow sees them: they import, cheaply, and have the shape that was agreed on."""

import difflib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors.loader import load_all as sources
from kernel import Keep, Publication, Source
from publish.loader import load_all as publications
from tests.dags.conftest import ROOT

SHAPE = Path(__file__).with_name("shape.json")
HEAVY = ["pandas", "pyarrow", "great_expectations", "ocdskit", "duckdb", "numpy"]
PARSE = f"""
import json, sys, time
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag
import dags.factory
start = time.monotonic()
bag = DagBag({str(ROOT)!r}, bundle_path=Path({str(ROOT)!r}), bundle_name="tenderline")
seconds = time.monotonic() - start
heavy = [name for name in {HEAVY} if name in sys.modules]
print(json.dumps({{"dags": len(bag.dags), "seconds": seconds, "heavy": heavy}}))
"""


def test_every_source_and_every_publication_has_its_dag(bag: Any) -> None:
    assert bag.import_errors == {}
    expected = {f"pull_{source.id}" for source in sources()}
    expected |= {f"publish_{publication.id}" for publication in publications()}
    assert set(bag.dags) == expected
    assert len(bag.dags) == len(sources()) + len(publications())


def test_only_the_two_dag_files_are_parsed(bag: Any) -> None:
    parsed = {Path(stat.file.lstrip("/")).name for stat in bag.dagbag_stats}
    assert parsed == {"sources.py", "publications.py"}


@pytest.mark.parametrize("name", ["sources.py", "publications.py"])
def test_a_dag_file_has_the_words_that_airflow_looks_for(name: str) -> None:
    text = (ROOT / "dags" / name).read_text("utf-8").lower()
    assert "airflow" in text
    assert "dag" in text


def test_parsing_is_quick_and_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARSE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["dags"] == len(sources()) + len(publications())
    assert found["heavy"] == []
    assert found["seconds"] < 5


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.id)
def test_a_pull_dag_has_the_agreed_shape(source: Source, bag: Any, tmp_path: Path) -> None:
    found = shape(bag.dags[f"pull_{source.id}"], source.id)
    if not source.schedule:
        assert found.pop("schedule") == "NullTimetable"
        found = {"schedule": "CronDataIntervalTimetable", **found}
    agreed("pull", found, tmp_path)


@pytest.mark.parametrize("publication", publications(), ids=lambda publication: publication.id)
def test_a_publish_dag_has_the_agreed_shape(
    publication: Publication, bag: Any, tmp_path: Path
) -> None:
    agreed("publish", shape(bag.dags[f"publish_{publication.id}"], publication.id), tmp_path)


def test_only_a_publication_that_says_what_to_keep_removes_anything() -> None:
    from dags.factory import publication_dag

    keeps = replace(publications()[0], keep=Keep(last=3))
    tasks = publication_dag(keeps).task_dict
    assert tasks["retain"].upstream_task_ids == {"publish"}
    assert tasks["retain"].trigger_rule.value == "all_success"
    assert "retain" not in publication_dag(replace(keeps, keep=None)).task_dict


def agreed(kind: str, found: dict[str, Any], scratch: Path) -> None:
    """Fail with the difference, and with what to do if it is meant, unless the shape is as agreed."""
    before = json.loads(SHAPE.read_text("utf-8"))
    texts = [json.dumps(shapes, indent=2) for shapes in (before, before | {kind: found})]
    changed = list(difflib.unified_diff(*(text.splitlines() for text in texts), lineterm=""))
    (scratch / SHAPE.name).write_text(texts[1] + "\n", "utf-8")
    meant = f"If this is meant: cp {scratch / SHAPE.name} {SHAPE}"
    assert not changed, "\n".join([*changed, meant])


def shape(dag: Any, name: str) -> dict[str, Any]:
    """What a DAG is made of, with its own name left out."""
    return {
        "schedule": type(dag.timetable).__name__,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "params": ", ".join(dag.params),
        "tasks": {task.task_id: task_shape(task, name) for task in dag.tasks},
    }


def task_shape(task: Any, name: str) -> dict[str, Any]:
    return {
        "upstream": ", ".join(sorted(task.upstream_task_ids)),
        "trigger_rule": str(task.trigger_rule.value),
        "retries": task.retries,
        "at_most": task.max_active_tis_per_dag,
        "outlets": ", ".join(names(task.outlets)).replace(name, "NAME"),
    }


def names(assets: Any) -> list[str]:
    return [f"{asset.name} {asset.uri}" for asset in assets]


def test_a_pull_dag_runs_by_the_schedule_of_its_source(bag: Any) -> None:
    for source in sources():
        dag = bag.dags[f"pull_{source.id}"]
        if source.schedule:
            assert (dag.timetable.expression, dag.timetable.timezone) == (source.schedule, "UTC")
        assert dag.tags == {"source", source.jurisdiction}


def test_a_publish_dag_runs_when_the_records_of_its_sources_are_new(bag: Any) -> None:
    for publication in publications():
        timetable = bag.dags[f"publish_{publication.id}"].timetable
        compiles = [bag.dags[f"pull_{name}"].get_task("compile") for name in publication.sources]
        made = [asset for task in compiles for asset in names(task.outlets)]
        assert names(timetable.asset_condition.objects) == made


def test_a_failure_is_retried_with_longer_and_longer_waits(bag: Any) -> None:
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        assert task.retries >= 3
        assert task.retry_exponential_backoff == 2
        assert 60 <= task.retry_delay.total_seconds() < task.max_retry_delay.total_seconds()
        assert [callback.__name__ for callback in task.on_failure_callback] == ["on_failure"]


def test_assets_are_named_for_what_they_are_not_for_where(
    bag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An asset of another address is another asset, and its runs fail."""
    monkeypatch.setenv("TENDERLINE_LAKE", "s3://bucket/lake")
    again = type(bag)(str(ROOT), bundle_path=ROOT, bundle_name="tenderline")
    found, before = (
        [names(task.outlets) for _, dag in sorted(each.dags.items()) for task in dag.tasks]
        for each in (again, bag)
    )
    assert found == before
    assert "bucket" not in str(found)
    uris = {name.split()[1] for assets in found for name in assets}
    assert len(uris) == len(bag.dags)
    assert all(uri.startswith("x-tenderline://") for uri in uris)


def test_the_documentation_is_made_of_the_facts(bag: Any) -> None:
    for source in sources():
        told = bag.dags[f"pull_{source.id}"].doc_md
        assert told.startswith(f"# {source.title}\n\n{source.coverage}.\n")
        assert f"[{source.publisher}]({source.publisher_uri})" in told
        assert f"[{source.licence}]({source.licence_url})" in told
    for publication in publications():
        told = bag.dags[f"publish_{publication.id}"].doc_md
        assert told.startswith(f"# {publication.title}\n\n{publication.description}\n")


def test_durations_are_told_in_words(bag: Any) -> None:
    told = bag.dags["pull_find_a_tender"].doc_md
    assert "Windows of 6 hours, each looked at again for 7 days" in told
