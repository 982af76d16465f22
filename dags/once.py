"""Runs DAGs once, in this process, without a scheduler: `make run` and the tests.

Owns the use of `DAG.test`. Needs `AIRFLOW_HOME` set and its secrets made before it is imported.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from airflow.dag_processing.dagbag import DagBag
from airflow.utils.db import initdb

from dags import settings
from kernel import PipelineError


def prepare() -> DagBag:
    """A migrated metadata database and the DAGs of this checkout.

    Raises:
        PipelineError: a DAG file does not import.
    """
    initdb()
    root = settings.home()
    bag = DagBag(str(root), bundle_path=root, bundle_name="tenderline")
    if bag.import_errors:
        raise PipelineError(f"a DAG file does not import: {bag.import_errors}")
    return bag


def run_once(bag: DagBag, dag_id: str, conf: Mapping[str, str] | None = None) -> str:
    """Run one DAG to its end, every task in this process; its final state."""
    run = bag.dags[dag_id].test(logical_date=datetime.now(UTC), run_conf=dict(conf or {}))
    return str(run.state)
