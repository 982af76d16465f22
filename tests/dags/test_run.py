"""Both DAGs, task by task, in a process of Airflow's own against the stand-in."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dags.settings import look
from extractors.loader import load
from extractors.windows import plan
from kernel import Lake, Window
from tenderline.pipeline import Run
from tenderline.stand_in import StandIn
from tests.dags.conftest import ROOT, airflow

MONDAY = Window.parse("20260302T000000Z-20260303T000000Z")
TUESDAY = Window.parse("20260303T000000Z-20260304T000000Z")
PULL, PUBLISH = "pull_find_a_tender", "publish_find_a_tender"
EXPECT = "find_a_tender.toml"
Files = dict[str, bytes]


@dataclass
class Story:
    """What happened: Monday published twice, then Tuesday held; and by the command line: Monday."""

    runs: list[dict[str, Any]]
    once: Files
    twice: Files
    held: Files
    by_command: Files


pytestmark = pytest.mark.heavy  # Airflow runs both DAGs several times


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    place = tmp_path_factory.mktemp("airflow")
    lake = place / "lake"
    with StandIn() as server:
        with airflow(place / "home", lake, server.url) as driven:
            command(Lake(place / "command"), server.url)  # while Airflow starts
            runs = [driven.run(PULL, **conf(MONDAY)), driven.run(PUBLISH)]
            once = files(lake)
            runs += [driven.run(PULL, **conf(MONDAY)), driven.run(PUBLISH)]
            twice = files(lake)
            runs.append(driven.run(PULL, **conf(TUESDAY)))
            runs.append(driven.run(PUBLISH, expect=impossible(place / "expect")))
        yield Story(runs, once, twice, files(lake), files(place / "command"))


def conf(span: Window) -> dict[str, str]:
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def impossible(folder: Path) -> Path:
    """Expectations that no edition meets."""
    shutil.copytree(ROOT / "validation" / "expect", folder)
    text = (folder / EXPECT).read_text("utf-8")
    assert "min_releases            = 1\n" in text
    text = text.replace("min_releases            = 1\n", "min_releases = 1000000\n")
    (folder / EXPECT).write_text(text, "utf-8")
    return folder


def command(lake: Lake, at: str) -> None:
    source = load("find_a_tender").at(at)
    run = Run(lake, "publish", lambda _line, _moved: None)
    run.source(source, plan(source, MONDAY), lambda _window: look(source, MONDAY.end))
    run.publications([source.id])


def files(lake: Path) -> Files:
    """Every file of a lake, by its path there."""
    found = (path for path in lake.rglob("*") if path.is_file())
    return {str(path.relative_to(lake)): path.read_bytes() for path in found}


def published(files: Files) -> Files:
    return {path: data for path, data in files.items() if path.startswith("published/")}


def test_every_task_of_both_dags_succeeds(story: Story) -> None:
    pull, publish = story.runs[:2]
    assert pull == succeeded("plan", "window.extract", "window.convert", "compile")
    assert publish == succeeded("tables", "check", "gate", "publish")


def succeeded(*tasks: str) -> dict[str, Any]:
    return {"state": "success", "tasks": {task: {"success"} for task in tasks}}


def test_airflow_and_the_command_publish_the_same_bytes(story: Story) -> None:
    assert len(published(story.once)) > 15
    assert published(story.once) == published(story.by_command)


def test_a_second_run_changes_no_file(story: Story) -> None:
    assert [run["state"] for run in story.runs[2:4]] == ["success"] * 2
    assert story.twice == story.once


def test_a_blocked_edition_fails_at_the_gate(story: Story) -> None:
    pull, publish = story.runs[4:]
    assert pull["state"] == "success"
    assert publish == {
        "state": "failed",
        "tasks": {
            "tables": {"success"},
            "check": {"success"},
            "gate": {"failed"},
            "publish": {"upstream_failed"},
        },
    }


def test_a_blocked_edition_leaves_the_last_good_one(story: Story) -> None:
    before, after = published(story.once), published(story.held)
    added = {path: json.loads(data) for path, data in after.items() if path not in before}
    told = "published/find_a_tender/versions.json"
    assert {path for path in before if after[path] != before[path]} == {told}
    assert list(added) == ["published/find_a_tender/held.json"]
    held = added["published/find_a_tender/held.json"]
    assert (held["held"], held["checks"][0]["id"]) == (True, "min_releases")
    assert held["stays"] == json.loads(after[told])["last_successful"]
    assert json.loads(after[told])["held"]["edition"] == held["edition"]
