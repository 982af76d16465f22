"""Whatever happens to a run, and whenever: readers see whole editions, a rerun makes it good."""

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import Lake
from publish.pointer import latest_edition
from publish.verify import verify
from tenderline.stand_in import StandIn
from tests.forks import Ended, Forks

STAGES = ("raw", "releases", "records", "rows", "tables", "judged", "quality", "published")
REPEATABLE = STAGES[1:]  # raw manifests hold the times of the requests
LATEST = "published/find_a_tender/latest.json"
IO_ERROR = 74
Tree = dict[str, bytes]


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as running:
        yield running


@pytest.fixture(scope="module")
def command() -> Iterator[tuple[str, ...]]:
    """A run over two windows of one and the same server, whose pages name its port."""
    with StandIn(per_day=30) as server:
        at = ("--at", server.url)
        yield (
            "run",
            "find_a_tender",
            *at,
            "--from",
            "2026-03-03T06:00",
            "--to",
            "2026-03-03T18:00",
        )


@pytest.fixture(scope="module")
def undisturbed(
    forks: Forks, command: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Tree:
    """What a run writes that nothing happens to."""
    root = tmp_path_factory.mktemp("undisturbed") / "lake"
    ended = forks.run(*command, "--lake", root)
    assert ended.code == 0, ended.said
    return tree(root)


def tree(root: Path, *stages: str) -> Tree:
    files = (p for stage in stages or REPEATABLE for p in (root / stage).rglob("*") if p.is_file())
    return {str(p.relative_to(root)): p.read_bytes() for p in files}


def leftovers(root: Path) -> list[str]:
    return [p.name for p in (root / ".tmp").iterdir() if p.name != "swap.lock"]


def assert_whole(root: Path) -> None:
    """Everything that a reader may find in the lake is what was written."""
    lake = Lake(root)
    for folder in (folder for stage in STAGES for folder in lake.folders(stage)):
        manifest = lake.manifest(folder)
        for artifact in manifest.artifacts:
            lake.load(manifest, artifact)
    if latest := latest_edition(lake, "find_a_tender"):
        verify(lake, latest.folder)


def assert_made_good(forks: Forks, command: tuple[str, ...], root: Path, expected: Tree) -> None:
    ended = forks.run(*command, "--lake", root)
    assert ended.code == 0, ended.said
    assert tree(root) == expected
    assert leftovers(root) == []


def sample(last: int, every: int) -> list[int]:
    """Some moments, and all of the last ones, at which an edition comes into sight."""
    return sorted({*range(1, last + 1, every), *range(last - 6, last + 1, 2 if every > 1 else 1)})


def count(forks: Forks, command: tuple[str, ...], root: Path, *, stop: bool = False) -> int:
    ended = forks.run(*command, "--lake", root, stop=stop)
    shutil.rmtree(root)
    return ended.moments


def killed(forks: Forks, command: tuple[str, ...], root: Path, expected: Tree, every: int) -> None:
    """Kill a run at its moments, one after another; each time, see and run again."""
    last = count(forks, command, root)
    assert last > 90
    for moment in sample(last, every):
        ended = forks.run(*command, "--lake", root, at=moment)
        assert ended.signal == signal.SIGKILL, f"moment {moment}: {ended}"
        assert_whole(root)
        assert_made_good(forks, command, root, expected)
        shutil.rmtree(root)


def test_a_run_may_be_killed(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    killed(forks, command, tmp_path / "lake", undisturbed, every=211)


@pytest.mark.heavy
def test_a_run_may_be_killed_at_many_moments(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    killed(forks, command, tmp_path / "lake", undisturbed, every=29)


@pytest.mark.heavy
def test_a_run_may_be_killed_again_and_again(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    """Every run gets a little further than the one before, and in the end one gets through."""
    ended, rounds = Ended(None, signal.SIGKILL, ""), 0
    while ended.signal == signal.SIGKILL:
        rounds += 1
        ended = forks.run(*command, "--lake", tmp_path, at=13 * rounds)
    assert ended.code == 0, ended.said
    assert rounds > 4
    assert tree(tmp_path) == undisturbed


def overtaken(
    forks: Forks, command: tuple[str, ...], root: Path, expected: Tree, every: int
) -> None:
    """Stop a run at its moments; each time another does all of the work, then the first goes on."""
    last = count(forks, command, root, stop=True)
    for moment in sample(last, every):
        first = forks.start(*command, "--lake", root, at=moment, stop=True)
        assert forks.wait(first).signal == signal.SIGSTOP, moment
        second = forks.run(*command, "--lake", root)
        assert second.code == 0, f"moment {moment}: {second.said}"
        assert tree(root) == expected, moment
        before = tree(root, *STAGES)
        ended = forks.go_on(first)
        assert ended.code == 0, f"moment {moment}: {ended.said}"
        assert tree(root, *STAGES) == before, moment  # the raw manifests, too, are the second's
        assert leftovers(root) == []
        assert_whole(root)
        shutil.rmtree(root)


@pytest.mark.heavy
def test_a_run_may_be_overtaken_by_another(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    overtaken(forks, command, tmp_path / "lake", undisturbed, every=397)


@pytest.mark.heavy
def test_a_run_may_be_overtaken_by_another_at_many_moments(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    overtaken(forks, command, tmp_path / "lake", undisturbed, every=97)


@pytest.mark.heavy
def test_a_run_that_is_late_does_not_move_latest_back(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    shorter = (*command[:-1], "2026-03-03T12:00")
    newest = json.loads(undisturbed[LATEST])["edition"]
    last = count(forks, shorter, tmp_path / "lake", stop=True)
    for moment in range(last - 40, last + 1, 20):
        root = tmp_path / str(moment)
        late = forks.start(*shorter, "--lake", root, at=moment, stop=True)
        assert forks.wait(late).signal == signal.SIGSTOP
        assert forks.run(*command, "--lake", root).code == 0
        ended = forks.go_on(late)
        assert ended.code == 0, ended.said
        found = tree(root, "published")
        assert len([path for path in found if path.endswith("/manifest.json")]) == 2
        assert json.loads(found[LATEST])["edition"] == newest
        assert_whole(root)


@pytest.mark.heavy
@pytest.mark.parametrize("until", ["convert", "publish"])
def test_two_runs_at_the_same_time_write_the_same(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path, until: str
) -> None:
    stages = {"convert": ("releases",), "publish": REPEATABLE}[until]
    expected = {p: data for p, data in undisturbed.items() if p.startswith(stages)}
    for number in range(2):
        root = tmp_path / str(number)
        both = [forks.start(*command, "--lake", root, "--until", until) for _ in range(2)]
        for ended in map(forks.wait, both):
            assert ended.code == 0, ended.said
        assert tree(root) == expected
        assert leftovers(root) == []
        assert_whole(root)


def test_to_run_again_does_nothing(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    def seen() -> dict[Path, tuple[int, int]]:
        stats = {p: p.stat() for p in tmp_path.rglob("*") if p.is_file()}
        return {p: (stat.st_mtime_ns, stat.st_ino) for p, stat in stats.items()}

    assert forks.run(*command, "--lake", tmp_path).code == 0
    before = seen()
    again = forks.run(*command, "--lake", tmp_path)
    assert again.code == 0
    assert "nothing new" in again.said
    assert again.moments == 0  # not one effect on the store
    assert seen() == before
    assert tree(tmp_path) == undisturbed


@pytest.mark.heavy
def test_a_disk_that_is_full_stops_a_run_and_no_more(
    forks: Forks, command: tuple[str, ...], undisturbed: Tree, tmp_path: Path
) -> None:
    """As a limit on the size of a file, which every write meets, of whichever library."""
    largest = max(map(len, undisturbed.values()))
    for limit in (1, 20_000, 60_000, largest - 1):
        root = tmp_path / str(limit)
        ended = forks.run(*command, "--lake", root, limit=limit)
        assert ended.code == IO_ERROR, f"{limit}: {ended.said}"
        assert "File too large" in ended.said
        assert "make room" in ended.said
        assert leftovers(root) == []
        assert_whole(root)
        assert not (root / LATEST).exists()
        assert_made_good(forks, command, root, undisturbed)
