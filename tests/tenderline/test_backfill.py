"""A history is fetched newest first, stopped and gone on with, and ends as if never disturbed."""

import subprocess
import sys
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractors import session
from extractors.loader import load
from extractors.windows import plan
from kernel import Lake, SourceUnavailable, Window
from publish.pointer import latest_edition
from tenderline.backfill import Backfill, Pace
from tenderline.pipeline import Run
from tenderline.planning import Planned
from tenderline.stand_in import StandIn, stand_in

COMMAND = [sys.executable, "-c", "from tenderline.cli import main; main()"]
FIRST, LAST = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
MONTH = ("--from", "2026-03-01", "--to", "2026-03-31")
FIXED = datetime(2026, 11, 1, tzinfo=UTC)


def backfill(lake: Path, url: str) -> tuple[Backfill, list[str]]:
    said: list[str] = []

    def told(step: str, _moved: int) -> None:
        said.append(step)

    source = load("find_a_tender").at(url)
    windows = plan(source, Window(FIRST, LAST))
    planned = Planned(source, windows, "stand-in", None, FIXED)
    opened = Lake(lake)
    return Backfill(opened, planned, Run(opened, "convert", told), told), said


def fetched(lake: Path) -> list[str]:
    return [folder.split("/")[2] for folder in Lake(lake).folders("raw/find_a_tender")]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BACKOFF", 0.005)


def test_the_newest_window_comes_first_and_nothing_twice(tmp_path: Path) -> None:
    with StandIn(per_day=30) as server:
        filling, said = backfill(tmp_path, server.url)
        filling.windows()
        filling.finish()
        asked = server.requests_served
        names = [line.split()[2] for line in said if "/8 " in line]
        assert len(names) == 8
        assert names == sorted(names, reverse=True)
        again, _ = backfill(tmp_path, server.url)
        again.windows()
        assert server.requests_served == asked


def test_the_end_is_estimated_from_what_was_fetched() -> None:
    pace = Pace()
    assert pace.left(10) == ""
    pace.fetched, pace.seconds = 4, 8.0
    assert pace.left(10) == ", 20 seconds left"
    assert pace.left(100) == ", 3 minutes left"
    assert pace.left(9000) == ", 5.0 hours left"


def failing(server: StandIn, times: int) -> Collection[str]:
    server.faults = type(server.faults)({"truncated_json": times}, server.DEFECTS, server.TIMES)
    return ()


def test_a_window_that_fails_is_told_and_the_others_are_fetched(tmp_path: Path) -> None:
    with StandIn(per_day=30) as server:
        failing(server, session.TRIES)
        filling, said = backfill(tmp_path, server.url)
        filling.windows()
        assert len(fetched(tmp_path)) == 7
        assert sum("failed" in line for line in said) == 1
        with pytest.raises(SourceUnavailable, match=r"1 windows could not be had .*again"):
            filling.finish()
        again, _ = backfill(tmp_path, server.url)
        again.windows()
        again.finish()
    assert len(fetched(tmp_path)) == 8


def test_a_source_that_is_down_is_not_asked_for_ever(tmp_path: Path) -> None:
    with StandIn(per_day=30, defects=["truncated_json"]) as server:
        filling, _ = backfill(tmp_path, server.url)
        with pytest.raises(SourceUnavailable):
            filling.windows()
        assert server.requests_served == 3 * session.TRIES
    assert fetched(tmp_path) == []


def test_a_window_with_a_hole_is_looked_at_again(tmp_path: Path) -> None:
    kind, lake = stand_in("public_contracts_scotland"), Lake(tmp_path)
    march = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    for defects, looks, holes in ((["type_2_500"], 1, True), ([], 2, False), ([], 2, False)):
        with kind(1, 2, defects=defects) as server:
            source = load("public_contracts_scotland").at(server.url)
            run = Run(lake, "convert", lambda _line, _moved: None)
            run.window(source, plan(source, march)[0], "look")
        found = lake.folders("raw")
        assert len(found) == looks
        assert all(lake.manifest(folder).notes["doubts"] for folder in found) is holes


@pytest.mark.heavy
def test_a_month_survives_three_kills(tmp_path: Path) -> None:
    with StandIn(per_day=520, limit=12, per_seconds=0.12, retry_after=1) as server:
        command = [*COMMAND, "backfill", "find_a_tender", *MONTH, "--at", server.url, "--lake"]
        subprocess.run([*command, str(tmp_path / "calm")], check=True, capture_output=True)
        killed = 0
        for seconds in (4.0, 8.0, 12.0):
            started = subprocess.Popen(
                [*command, str(tmp_path / "killed")],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(seconds)
            killed += started.poll() is None
            started.kill()
            started.wait()
        assert killed == 3, "it was over before it could be killed"
        subprocess.run([*command, str(tmp_path / "killed")], check=True, capture_output=True)
    calm, rerun = (files(tmp_path / name / "published") for name in ("calm", "killed"))
    assert calm == rerun
    edition = latest_edition(Lake(tmp_path / "killed"), "find_a_tender")
    assert edition is not None
    assert edition.notes["summary"]["counts"]["written"] > 11_000
    starts = {name[:9] for name in fetched(tmp_path / "killed")}
    assert len(starts) >= timedelta(days=30).days


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
