"""Compiling is killed as a process, at random moments: the lake stays whole, nothing is lost."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import Lake, Manifest
from kernel.store import LocalStore
from tests.made import SOURCE, converted, package, release
from transforms import parts
from transforms.compile import compile_records, records_of
from transforms.tables.build import read_records

DAYS = [f"202603{day:02}T000000Z-202603{day + 1:02}T000000Z" for day in range(1, 9)]
Tree = dict[str, bytes]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few records, so that there are many moments between them."""
    monkeypatch.setattr(parts, "LEAST", 1500)


def add(lake: Lake, day: int, numbers: range) -> None:
    """A day: new processes, and a release of old ones that is sometimes earlier than all others."""
    bodies = [
        release(n, id=f"day-{day}", date=f"2026-0{(n * day) % 3 + 1}-0{day}T00:00:00Z")
        for n in numbers
    ]
    converted(lake, package(*bodies), window=DAYS[day])


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A lake with records, and what a day brought that they do not have yet."""
    lake = Lake(tmp_path / "prepared")
    add(lake, 1, range(600))
    add(lake, 2, range(200, 300))
    compile_records(SOURCE, lake)
    add(lake, 3, range(400, 700))
    return tmp_path / "prepared"


def tree(root: Path) -> Tree:
    files = (path for path in root.rglob("*") if path.is_file() and ".tmp" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def compiling(root: Path) -> int:
    """The id of a process that compiles."""
    pid = os.fork()
    if not pid:
        code = 70  # EX_SOFTWARE of sysexits.h
        try:
            compile_records(SOURCE, Lake(root))
            code = 0
        finally:
            os._exit(code)
    return pid


def assert_whole(root: Path, releases: set[int]) -> Manifest:
    """Every manifest's artifacts are there as written, and the newest has one of the numbers."""
    lake = Lake(root)
    for stage in ("releases", "records"):
        for manifest in map(lake.manifest, lake.folders(stage)):
            for artifact in manifest.artifacts:
                lake.load(manifest, artifact)
    newest = records_of(SOURCE.id, lake)
    assert newest is not None
    found = sum(len(record["releases"]) for record in read_records(lake, newest))
    assert found == newest.counts.written
    assert found in releases
    return newest


def killed_at(seconds: float, root: Path) -> bool:
    """Whether compiling was still going on when it was killed."""
    pid = compiling(root)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def killed(prepared: Path, root: Path, times: int) -> None:
    """Kill at random moments: each time look, compile again, and compare every byte."""
    shutil.copytree(prepared, root / "whole")
    start = time.monotonic()
    _, status = os.waitpid(compiling(root / "whole"), 0)
    assert status == 0
    needed = time.monotonic() - start
    expected, draw, hits = tree(root / "whole"), random.Random(7), 0
    assert_whole(root / "whole", {1000})
    for number in range(3 * times):
        if hits == times:
            break
        lake = root / str(number)
        shutil.copytree(prepared, lake)
        hit = killed_at(draw.random() * needed, lake)
        hits, needed = (
            hits + hit,
            needed * (1.02 if hit else 0.9),
        )  # machines are now slow, now fast
        assert_whole(lake, {700, 1000})
        LocalStore(lake).sweep()
        compile_records(SOURCE, Lake(lake))
        assert tree(lake) == expected
        assert not [left for left in (lake / ".tmp").iterdir() if left.name != "swap.lock"]
        shutil.rmtree(lake)
    assert hits == times


def test_compiling_may_be_killed(prepared: Path, tmp_path: Path) -> None:
    killed(prepared, tmp_path, 6)


@pytest.mark.heavy
def test_compiling_may_be_killed_at_a_hundred_moments(prepared: Path, tmp_path: Path) -> None:
    killed(prepared, tmp_path, 100)


def test_compiling_may_be_killed_again_and_again(prepared: Path, tmp_path: Path) -> None:
    """Without a look in between; the next one that is let alone makes it good."""
    root = tmp_path / "lake"
    shutil.copytree(prepared, root)
    for tenths in range(1, 6):
        killed_at(tenths / 20, root)
    compile_records(SOURCE, Lake(root))
    assert_whole(root, {1000})
    assert {Path(path).name for path in unnamed(root)} == {"manifest.json"}


def unnamed(root: Path) -> Iterator[str]:
    """The files of folders with a manifest that names them nowhere."""
    lake = Lake(root)
    for manifest in map(lake.manifest, lake.folders("records")):
        own = {artifact.path for artifact in manifest.artifacts if not artifact.folder}
        folder = root / manifest.folder
        yield from (str(path) for path in folder.iterdir() if path.name not in own)
