"""Deriving, tables and quality are killed at random moments, by two processes: nothing shows."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from kernel import Lake
from kernel.store import LocalStore
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package
from transforms import derived, parts
from transforms.compile import inputs_of, records_of
from transforms.tables.build import build_tables
from validation.quality import edition
from validation.quality.edition import measure_edition

PUBLICATION = load("find_a_tender")
WINDOWS = ["20260301T000000Z-20260302T000000Z", "20260303T000000Z-20260304T000000Z"]
Tree = dict[str, bytes]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many parts, shared by two processes."""
    monkeypatch.setattr(parts, "LEAST", 8000)
    monkeypatch.setattr(derived, "WORTH", 0)
    monkeypatch.setattr(edition, "judge_edition", lambda *_, **__: iter(()))
    monkeypatch.setenv("TENDERLINE_JOBS", "2")


def work(root: Path) -> Tree:
    """Build and measure what the newest records make; the files of the measures."""
    lake = Lake(root)
    records = records_of(SOURCE.id, lake)
    assert records
    inputs = [(SOURCE, records)]
    made = {SOURCE.id: inputs_of(records, lake)}
    tables = build_tables(PUBLICATION, lake, inputs)
    with lake.store.scratch() as scratch:
        found = measure_edition(lake, inputs, made, tables, None, scratch)
        return {name: path.read_bytes() for name, (path, _) in found.files.items()}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A lake of which an earlier state has been built and measured, and a day that has not."""
    root = tmp_path / "prepared"
    many = package(*(award_release(n, amount=n) for n in range(300)))
    compiled(Lake(root), many, window=WINDOWS[0])
    work(root)
    later = (award_release(n, id="b", date="2026-03-03T00:00:00Z") for n in range(0, 400, 3))
    compiled(Lake(root), package(*later), window=WINDOWS[1])
    return root


def tree(root: Path) -> Tree:
    files = (path for path in root.rglob("*") if path.is_file() and ".tmp" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def working(root: Path) -> int:
    pid = os.fork()
    if not pid:
        code = 70  # EX_SOFTWARE of sysexits.h
        try:
            work(root)
            code = 0
        finally:
            os._exit(code)
    return pid


def killed(prepared: Path, root: Path, times: int) -> None:
    """Kill at random moments: each time look, do it again, and compare every byte."""
    shutil.copytree(prepared, root / "whole")
    start = time.monotonic()
    _, status = os.waitpid(working(root / "whole"), 0)
    assert status == 0
    needed, expected = time.monotonic() - start, tree(root / "whole")
    measures, draw, hits = work(root / "whole"), random.Random(5), 0
    for number in range(4 * times):
        if hits == times:
            break
        lake = root / str(number)
        shutil.copytree(prepared, lake)
        pid = working(lake)
        time.sleep(draw.random() * needed)
        os.kill(pid, signal.SIGKILL)
        hit = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        hits, needed = hits + hit, needed * (1.02 if hit else 0.9)  # machines change their pace
        assert_whole(lake)
        LocalStore(lake).sweep()
        assert work(lake) == measures
        assert tree(lake) == expected
        shutil.rmtree(lake)
    assert hits == times


def assert_whole(root: Path) -> None:
    """What manifests name is there as it was written."""
    lake = Lake(root)
    for stage in ("records", "rows", "judged", "tables"):
        for manifest in map(lake.manifest, lake.folders(stage)):
            for artifact in manifest.artifacts:
                lake.load(manifest, artifact)


@pytest.mark.heavy
def test_tables_and_check_may_be_killed(prepared: Path, tmp_path: Path) -> None:
    """In `tests/tenderline/test_kill.py` whole runs are, at each effect on the store."""
    killed(prepared, tmp_path, 12)
