"""What a run of a command tells."""

import os
from pathlib import Path

import pytest

from benchmarks.peers import NO_STANDARD, Peers
from benchmarks.timing import Command, one_after_the_other, python, timed

HOLD = """
import os, sys, time
held = b"x" * (150 << 20)
several = len(sys.argv) > 1 and os.fork()
time.sleep(0.5)
if several:
    os.wait()
"""


def test_the_memory_of_one_process_and_of_all() -> None:
    taken = timed(Command(python("-c", HOLD)))
    assert 150 <= taken.largest < 250
    assert taken.seconds > 0.5
    assert taken.cpu > 0
    if Path("/proc/self/smaps_rollup").exists():
        assert 150 <= taken.tree < 250


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no smaps_rollup here")
def test_what_processes_share_counts_once() -> None:
    assert 150 <= timed(Command(python("-c", HOLD, "fork"))).tree < 290


def test_what_is_written_and_read(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("b a")
    code = "import sys; print(*sorted(input().split()))"
    out = tmp_path / "out"
    timed(Command(python("-c", code), stdin=tmp_path / "in", stdout=out, prepare=tmp_path.stat))
    assert out.read_text() == "a b\n"


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores cannot be taken away here")
def test_one_core_is_one_core_and_only_for_that_run(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    count = python("-c", "import os; print(len(os.sched_getaffinity(0)))")
    found = []
    for one_core in (True, False):
        timed(Command(count, stdout=tmp_path / "out"), one_core=one_core)
        found.append(int((tmp_path / "out").read_text()))
    assert found == [1, len(before)]
    assert os.sched_getaffinity(0) == before


def test_a_failure_tells_what_the_command_said() -> None:
    command = Command(python("-c", "import sys; sys.exit('no bread')"))
    with pytest.raises(SystemExit, match=r"(?s)failed with 1: .*no bread"):
        timed(command)
    assert timed(Command(command.argv, fine=(0, 1))).seconds > 0


def test_runs_that_follow_each_other() -> None:
    runs = [timed(Command(python("-c", code))) for code in ("pass", "held = b'x' * (150 << 20)")]
    both = one_after_the_other(runs)
    assert both.seconds == sum(run.seconds for run in runs)
    assert both.largest == runs[1].largest >= 150


def test_a_peer_that_is_not_there_has_a_reason(tmp_path: Path) -> None:
    assert Peers(None, None).missing("ocdskit") == "run without peers"
    assert Peers(None, None).versions() == {}
    assert "ocdskit is not in" in Peers(tmp_path, None).missing("ocdskit")
    (tmp_path / "bin").mkdir()
    for name in ("ocdskit", "flatterer"):
        (tmp_path / "bin" / name).touch()
    assert Peers(tmp_path, None).missing("ocdskit") == NO_STANDARD
    assert Peers(tmp_path, None).missing("flatterer") == ""
    assert Peers(tmp_path, tmp_path).missing("ocdskit") == ""
