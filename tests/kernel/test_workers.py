"""Work shared out to processes: in order, by as many as wanted, and by none that is left behind."""

import os
import signal
import threading
import time
from multiprocessing import active_children, get_context
from pathlib import Path

import pytest

from kernel import ConfigError, LakeCorrupt
from kernel.workers import Workers, aside, cores
from kernel.working import JOBS


def double(number: int) -> tuple[int, int]:
    return 2 * number, os.getpid()


def die(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def linger(folder: Path, number: int) -> None:
    (folder / f"{os.getpid()}").touch()
    time.sleep(60 * number)


def count(kept: list[int], number: int) -> list[int]:
    kept.append(number)
    return kept


def refuse(number: int, error: Exception) -> int:
    if number == 3:
        raise error
    return number


def double_bytes(data: bytes) -> bytes:
    return data + data


def told(folder: Path) -> None:
    (folder / "cores").write_text(str(cores()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_are_in_the_order_of_the_work(jobs: int) -> None:
    with Workers(jobs) as workers:
        for _ in range(2):  # the processes stay for more work
            found = list(workers.each(double, ((n,) for n in range(30))))
            assert [result for result, _ in found] == list(range(0, 60, 2))
            assert ({pid for _, pid in found} == {os.getpid()}) == (jobs == 1)


def test_a_process_that_is_killed_is_told() -> None:
    with Workers(2) as workers, pytest.raises(ConfigError, match=f"again with .* {JOBS}=1"):
        list(workers.each(die, ((n,) for n in range(9))))


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_process_keeps_what_is_its_own(jobs: int) -> None:
    """Once work was done here it stays here, and goes on there otherwise."""
    for first in ([(0,)], [(0,), (1,)]):
        kept: list[int] = []
        with Workers(jobs, kept) as workers:
            list(workers.each(count, first))
            list(workers.each(count, [(2,), (3,)]))
            found = workers.every(count, 9)
            assert workers.started == len(found)
        assert (len(kept) > 0) == (jobs == 1 or len(first) == 1) == (len(found) == 1)
        assert sorted(n for each in found for n in each if n < 9) == sorted(
            [n for (n,) in first] + [2, 3]
        )


@pytest.mark.parametrize("error", [LakeCorrupt("number 3", path="x"), ValueError("number 3")])
def test_an_error_comes_out_as_it_is_and_the_processes_work_on(error: Exception) -> None:
    with Workers(2) as workers:
        with pytest.raises(type(error), match="number 3") as caught:
            list(workers.each(refuse, ((n, error) for n in range(30))))
        assert isinstance(error, LakeCorrupt) or "in refuse" in caught.value.__notes__[0]
        assert list(workers.each(refuse, [(1, error), (2, error)])) == [1, 2]
        some = workers.each(double, ((n,) for n in range(30)))
        assert next(some)[0] == 0
        some.close()  # type: ignore[attr-defined] # it is a generator
        assert [result for result, _ in workers.each(double, [(5,), (6,)])] == [10, 12]


def test_what_cannot_be_sent_is_told() -> None:
    with Workers(2) as workers:
        with pytest.raises((AttributeError, TypeError), match="pickle"):
            list(workers.each(double, [(threading.Lock(),), (threading.Lock(),)]))
        assert [result for result, _ in workers.each(double, [(5,), (6,)])] == [10, 12]


def test_large_work_and_large_results_do_not_wait_for_each_other() -> None:
    """Both are more than a pipe holds."""
    with Workers(2) as workers:
        found = workers.each(double_bytes, ((bytes([n]) * 1_000_000,) for n in range(12)))
        assert [result[:1] for result in found] == [bytes([n]) for n in range(12)]


def test_no_process_outlives_the_one_that_asks(tmp_path: Path) -> None:
    asking = os.fork()
    if not asking:
        with Workers(2) as workers:
            list(workers.each(linger, ((tmp_path, n) for n in range(1, 4))))
        os._exit(0)
    wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
    os.kill(asking, signal.SIGKILL)
    os.waitpid(asking, 0)
    wait_for(lambda: not any(alive(int(path.name)) for path in tmp_path.iterdir()))


def wait_for(done: object) -> None:
    until = time.monotonic() + 20  # a busy machine
    while not done():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_how_many_is_one_a_core_or_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(JOBS, raising=False)
    assert cores() == len(os.sched_getaffinity(0))
    monkeypatch.setenv(JOBS, "7")
    assert cores() == 7
    for wrong in ("0", "two", "-1"):
        monkeypatch.setenv(JOBS, wrong)
        with pytest.raises(ConfigError, match=JOBS):
            cores()


def test_a_process_that_may_have_no_others_works_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(JOBS, "7")
    process = get_context("fork").Process(target=told, args=(tmp_path,), daemon=True)
    process.start()
    process.join()
    assert (tmp_path / "cores").read_text() == "1"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_piece_of_work_is_done_aside(jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, jobs)
    with aside(double, 21) as found:
        number, pid = found()
    assert number == 42
    assert (pid == os.getpid()) == (jobs == "1")
    assert not active_children()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_error_aside_is_raised_where_the_result_is_asked_for(
    jobs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(JOBS, jobs)
    with (
        aside(refuse, 3, LakeCorrupt("broken", path="x")) as found,
        pytest.raises(LakeCorrupt, match="broken"),
    ):
        found()


def interrupted(folder: Path) -> None:
    with aside(linger, folder, 1):
        while not [*folder.iterdir()]:
            time.sleep(0.01)
        raise KeyError


def test_work_aside_ends_with_who_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS, "2")
    with pytest.raises(KeyError):
        interrupted(tmp_path)
    (begun,) = tmp_path.iterdir()
    assert not Path(f"/proc/{begun.name}").exists()
