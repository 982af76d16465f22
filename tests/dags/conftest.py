"""Airflow for the tests of the DAGs: a home of its own, and other processes that run DAGs."""

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HOME = Path(tempfile.mkdtemp(prefix="tenderline-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = str(HOME)  # Airflow reads it when it is first imported


@pytest.fixture(scope="session")
def bag() -> Any:
    """The DAGs of this checkout, as Airflow parses them."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(ROOT), bundle_path=ROOT, bundle_name="tenderline")


@dataclass
class Airflow:
    """Airflow in another process, with a home and a database of its own."""

    home: Path
    process: subprocess.Popen[str]

    def run(self, dag_id: str, expect: Path | None = None, **conf: str) -> dict[str, Any]:
        """Run a DAG to its end: the state of the run, and of each of its tasks."""
        assert self.process.stdin
        assert self.process.stdout
        order = {"dag": dag_id, "conf": conf, "expect": str(expect) if expect else None}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        state = self.process.stdout.readline().strip()
        return {"state": state, "tasks": self._tasks()}

    def _tasks(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with sqlite3.connect(self.home / "var" / "airflow.db") as database:
            rows = database.execute(
                "SELECT task_id, state FROM task_instance WHERE run_id = "
                "(SELECT run_id FROM dag_run ORDER BY id DESC LIMIT 1)"
            )
            for task, state in rows:
                found.setdefault(task, set()).add(state)
        return found


@contextmanager
def airflow(home: Path, lake: Path, at: str) -> Iterator[Airflow]:
    """Airflow on a fresh home, for a lake, at a server that stands in for the sources."""
    home.mkdir()
    for name in ("airflow.cfg", ".airflowignore", "dags"):
        (home / name).symlink_to(ROOT / name)
    told = {
        "PYTHONPATH": str(ROOT),
        "TENDERLINE_LAKE": str(lake),
        "TENDERLINE_AT": f"find_a_tender={at}",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    }
    driver = Path(__file__).with_name("driver.py")
    with subprocess.Popen(
        [sys.executable, driver], cwd=home, env=os.environ | told,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield Airflow(home, process)
        process.kill()  # its own way out takes seconds


@dataclass
class Receiver:
    """A real HTTP server on loopback that keeps the JSON it is sent."""

    status: int = 204
    told: list[Any] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            kept.told.append(json.loads(self.rfile.read(length)))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}/alerts"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
