"""Publishing, taking back and removing, killed or overtaken at every effect on the store.

Readers see whole editions all the time, and the same command given again makes everything good.
"""

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from kernel import ConfigError, Lake, Manifest, PipelineError
from kernel.removal import REMOVED
from publish import held
from publish.pointer import latest_edition, move_latest
from publish.retention import retain
from publish.rollback import rollback
from publish.verify import verify
from publish.versions import refresh, versions
from publish.withdrawn import withdrawn
from tests.forks import disturb
from tests.publish.editions_made import SOURCE, edition, judged, records
from tests.publish.test_held import result
from tests.publish.test_retention import keeping
from transforms.compile import TRIED

Act = Callable[[Lake], Any]
Tree = dict[str, bytes]
DEFECT = 70  # EX_SOFTWARE of sysexits.h
NAMES = [f"2026-08-{day:02}-00000000" for day in range(1, 4)]


def online(lake: Lake, made: Manifest) -> None:
    """What publishing does with an edition that is there: see `publish.edition.publish`."""
    verify(lake, made.folder)
    move_latest(lake, made)
    held.release(lake, made)
    refresh(lake, SOURCE)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three editions, one held since, and records that nobody needs but for one file of them."""
    lake = Lake(tmp_path_factory.mktemp("prepared"))
    made = None
    for generation, name in enumerate(NAMES, 1):
        made = edition(lake, generation, name, after=made)
        online(lake, made)
    held.hold(lake, judged(lake, 4, "held", result("filled", SOURCE)))
    refresh(lake, SOURCE)
    refers = (lake.refer(first := records(lake, 1), first.artifacts[0]),)
    for generation in range(5, 4 + TRIED):
        records(lake, generation, refers=refers)
    return Path(lake.root)


ACTS: dict[str, Act] = {
    "publish": lambda lake: online(lake, edition(lake, 20, "2026-08-20-00000000")),
    "rollback": lambda lake: rollback(lake, SOURCE, to=NAMES[0], reason="wrong"),
    "retain": lambda lake: retain(keeping(1), lake),
}


def forked(act: Act, root: Path, at: int = 0, *, stop: bool = False) -> tuple[int, int]:
    """Start a process that acts and is disturbed `at` a moment; its id, and where it tells."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    code = DEFECT
    try:
        moments = disturb(at, stop=stop)
        act(Lake(root))
        os.write(writing, str(next(moments) - 1).encode())
        code = 0
    except PipelineError as error:
        code = error.exit_code
    finally:
        os._exit(code)


def ended(pid: int, reading: int) -> tuple[int, int]:
    """How a process ended, as `os.waitpid` tells, and how many moments there were."""
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        return status, 0
    with os.fdopen(reading, "rb") as pipe:
        return status, int(pipe.read() or 0)


def count(act: Act, root: Path) -> int:
    status, moments = ended(*forked(act, root))
    assert status == 0
    return moments


def tree(root: Path) -> Tree:
    files = (path for path in root.rglob("*") if path.is_file() and ".tmp" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def assert_whole(root: Path) -> None:
    """What a reader may find is what was written, and the pointer leads to an edition."""
    lake = Lake(root)
    assert latest_edition(lake, SOURCE) is not None
    for folder in lake.folders("published"):
        verify(lake, folder)
    for folder in (f for stage in ("tables", "quality", "records") for f in lake.folders(stage)):
        manifest = lake.manifest(folder)
        for artifact in manifest.artifacts:
            lake.load(manifest, artifact)
    for made in map(lake.manifest, lake.folders("published")):
        assert all(lake.committed(folder) for folder in made.inputs)


def sample(last: int, every: int) -> list[int]:
    return sorted({*range(1, last + 1, every), last})


def killed(act: Act, prepared: Path, root: Path, every: int) -> None:
    shutil.copytree(prepared, root / "whole")
    last = count(act, root / "whole")
    assert last > 10
    expected = tree(root / "whole")
    assert_whole(root / "whole")
    for moment in sample(last, every):
        shutil.copytree(prepared, root / "lake")
        status, _ = ended(*forked(act, root / "lake", moment))
        assert os.WTERMSIG(status) == signal.SIGKILL, moment
        assert_whole(root / "lake")
        act(Lake(root / "lake"))
        assert tree(root / "lake") == expected, moment
        shutil.rmtree(root / "lake")


@pytest.mark.parametrize("name", ACTS)
def test_an_act_may_be_killed(name: str, prepared: Path, tmp_path: Path) -> None:
    killed(ACTS[name], prepared, tmp_path, 17)


@pytest.mark.heavy
@pytest.mark.parametrize("name", ACTS)
def test_an_act_may_be_killed_at_any_moment(name: str, prepared: Path, tmp_path: Path) -> None:
    killed(ACTS[name], prepared, tmp_path, 1)


def test_removal_leaves_no_mark_but_where_files_stay(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "lake")
    retain(keeping(1), Lake(tmp_path / "lake"))
    marks = [path for path in tree(tmp_path / "lake") if path.endswith(REMOVED)]
    assert marks == [f"records/{SOURCE}/000001-00000000/{REMOVED}"]


def overtaken(first: str, second: str, prepared: Path, root: Path, every: int) -> None:
    """Stop one act at its moments; each time another is done, then the first goes on."""
    gone = {first, second} == {"rollback", "retain"}  # then there may be none to go back to
    shutil.copytree(prepared, root / "whole")
    last = count(ACTS[first], root / "whole")
    for moment in sample(last, every):
        shutil.copytree(prepared, root / "lake")
        pid, reading = forked(ACTS[first], root / "lake", moment, stop=True)
        status, _ = ended(pid, reading)
        if os.WIFSTOPPED(status):  # else it was inside a swap, where others wait
            with suppress(ConfigError) if gone else nullcontext():
                ACTS[second](Lake(root / "lake"))
            assert_whole(root / "lake")
            os.kill(pid, signal.SIGCONT)
            status, _ = ended(pid, reading)
        if status == 0:
            assert_agreed(root / "lake", moment)
        else:
            assert gone, moment
            assert os.waitstatus_to_exitcode(status) == ConfigError.exit_code, moment
            assert_whole(root / "lake")
        shutil.rmtree(root / "lake")


def assert_agreed(root: Path, moment: int) -> None:
    """The pointer, the reasons and the list say the same, and the pointer is where it must be."""
    assert_whole(root)
    lake = Lake(root)
    latest = latest_edition(lake, SOURCE)
    assert latest is not None
    assert latest.version not in withdrawn(lake, SOURCE), moment
    good = [e for e in versions(lake, SOURCE)["editions"] if e["state"] == "published"]
    assert good[0]["edition"] == latest.version, moment
    assert refresh(lake, SOURCE) is False, moment
    assert not lake.store.find("published", REMOVED)


PAIRS = [(first, second) for first in ACTS for second in ACTS if first != second]


@pytest.mark.parametrize(("first", "second"), PAIRS[::2])
def test_an_act_may_be_overtaken(first: str, second: str, prepared: Path, tmp_path: Path) -> None:
    overtaken(first, second, prepared, tmp_path, 29)


@pytest.mark.heavy
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_an_act_may_be_overtaken_at_many_moments(
    first: str, second: str, prepared: Path, tmp_path: Path
) -> None:
    overtaken(first, second, prepared, tmp_path, 7)  # all of them take minutes
