"""Stores: objects appear whole or not at all, and of two writers one wins."""

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import pytest
from upath import UPath

from kernel import Lake
from kernel.store import SCRATCH, LocalStore, ObjectStore, Store

Start = Callable[..., Any]
RACE = """
import contextlib, sys, time
from pathlib import Path
from kernel.store import LocalStore


class Racer(LocalStore):
    @contextlib.contextmanager
    def _staged(self, path, data):
        with super()._staged(path, data) as file:
            start = begin + int(path.rpartition("/")[2]) * 0.025
            while time.monotonic() < start:
                time.sleep(max(0, start - time.monotonic() - 0.0001))
            yield file


store, name = Racer(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
begin = float(sys.stdin.readline())  # of one clock for all processes of this machine
print(*(int(store.create(f"race/{n}", name.encode())) for n in range(60)))
"""
OVERWRITE = """
import itertools, sys
from pathlib import Path
from kernel.store import LocalStore

store, way = LocalStore(Path(sys.argv[1])), sys.argv[2]
before = store.read("a/b")
for n in itertools.count():
    data = bytes([n % 256]) * (300_000 + n % 256)
    if way == "put":
        store.put("a/b", data)
    elif way == "swap":
        assert store.swap("a/b", before, data)
        before = data
    else:
        with store.scratch() as folder:
            (folder / "x").write_bytes(data)
            store.put_file("a/b", folder / "x")
"""
HOLD = """
import sys
from pathlib import Path
from kernel.store import LocalStore

with LocalStore(Path(sys.argv[1])).scratch() as folder:
    (folder / "half").write_bytes(b"written")
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "lake")


def leftovers(store: LocalStore) -> list[str]:
    return sorted(p.name for p in store.aside.glob("*") if p.name != "swap.lock")


def test_what_is_put_is_read(any_store: Store, tmp_path: Path) -> None:
    any_store.put("a/b/c.json", b"one")
    assert any_store.read("a/b/c.json") == b"one"
    any_store.put("a/b/c.json", b"another, longer")
    assert any_store.read("a/b/c.json") == b"another, longer"
    local = tmp_path / "local"
    local.write_bytes(b"")
    any_store.put_file("a/b/c.json", local)
    assert any_store.read("a/b/c.json") == b""


def test_what_is_not_there_is_not_found(any_store: Store, tmp_path: Path) -> None:
    any_store.put("a/b", b"")
    for path in ("a/c", "x/y/z"):
        with pytest.raises(FileNotFoundError):
            any_store.read(path)
        with pytest.raises(FileNotFoundError):
            any_store.local(path, tmp_path).read_bytes()


def test_create_puts_where_nothing_is_and_nowhere_else(any_store: Store) -> None:
    assert any_store.create("a/b", b"first") is True
    assert any_store.create("a/b", b"second") is False
    assert any_store.read("a/b") == b"first"


def test_swap_puts_what_was_compared_and_nothing_else(any_store: Store) -> None:
    assert any_store.swap("a/b", b"", b"x") is False
    assert any_store.swap("a/b", None, b"one") is True
    assert any_store.swap("a/b", None, b"two") is False
    assert any_store.swap("a/b", b"other", b"two") is False
    assert any_store.read("a/b") == b"one"
    assert any_store.swap("a/b", b"one", b"two") is True
    assert any_store.read("a/b") == b"two"


def test_find_lists_by_last_part_below_a_prefix(any_store: Store) -> None:
    assert any_store.find("a", "x.json") == []
    for path in (
        "a/2/x.json",
        "a/1/x.json",
        "a/1/y.json",
        "a/1/2/3/x.json",
        "ab/x.json",
        "a/xx.json",
    ):
        any_store.put(path, b"")
    assert any_store.find("a", "x.json") == ["a/1/2/3/x.json", "a/1/x.json", "a/2/x.json"]
    assert any_store.find("a/1/2", "x.json") == ["a/1/2/3/x.json"]
    assert any_store.find("b", "x.json") == []


def test_sizes_are_of_all_that_lies_below_a_prefix(any_store: Store) -> None:
    assert any_store.sizes("a") == {}
    for path, size in {"a/2/x": 3, "a/1/y": 0, "ab/z": 1}.items():
        any_store.put(path, b"x" * size)
    assert list(any_store.sizes("a").items()) == [("a/1/y", 0), ("a/2/x", 3)]


def test_what_is_deleted_is_gone_and_nothing_else(any_store: Store) -> None:
    for path in ("a/1/x", "a/1/y", "a/2/x"):
        any_store.put(path, b"x")
    for path in ("a/1/x", "a/1/x", "a/2/x", "nowhere/x"):
        any_store.delete(path)
    assert set(any_store.sizes("a")) == {"a/1/y"}
    with pytest.raises(FileNotFoundError):
        any_store.read("a/1/x")


def test_no_empty_folder_is_left(store: LocalStore) -> None:
    store.put("a/b/c/x", b"x")
    store.put("a/y", b"y")
    store.delete("a/b/c/x")
    assert [path.name for path in (store.root / "a").iterdir()] == ["y"]
    store.delete("a/y")
    assert store.root.is_dir()
    assert not (store.root / "a").exists()


def test_an_object_is_had_as_a_local_file(any_store: Store) -> None:
    any_store.put("a/b.parquet", b"rows")
    with any_store.scratch() as folder:
        file = any_store.local("a/b.parquet", folder)
        assert file.read_bytes() == b"rows"
        assert file.suffix == ".parquet"
    assert not folder.exists()


def test_the_root_of_a_file_system_may_be_a_lake() -> None:
    fs = fsspec.filesystem("memory")
    store = ObjectStore(fs, "")
    try:
        store.put("whole_root/a/x.json", b"1")
        assert store.find("whole_root", "x.json") == ["whole_root/a/x.json"]
    finally:
        fs.rm("/whole_root", recursive=True)


def test_scratch_is_removed_even_after_an_error(any_store: Store) -> None:
    class Broken(Exception):
        pass

    def fill() -> None:
        with any_store.scratch() as folder:
            kept.append(folder)
            (folder / "sub").mkdir()
            (folder / "sub" / "file").write_bytes(b"x")
            raise Broken

    kept: list[Path] = []
    with pytest.raises(Broken):
        fill()
    assert not kept[0].exists()


def test_threads_that_create_the_same_object_have_one_winner(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = 16
    gate, aside = threading.Barrier(threads, timeout=30), store._staged

    @contextlib.contextmanager
    def staged(path: str, data: bytes) -> Iterator[Path]:
        with aside(path, data) as file:
            gate.wait()  # all are ready: now
            yield file

    def race(number: int) -> list[bool]:
        return [store.create(f"race/{n}", str(number).encode()) for n in range(25)]

    monkeypatch.setattr(store, "_staged", staged)

    with ThreadPoolExecutor(threads) as pool:
        won = list(pool.map(race, range(threads)))
    for n, wins in enumerate(zip(*won, strict=True)):
        assert sum(wins) == 1
        assert store.read(f"race/{n}") == str(wins.index(True)).encode()
    assert leftovers(store) == []


def test_processes_that_create_the_same_object_have_one_winner(
    store: LocalStore, program: Start
) -> None:
    racers = [program(RACE, store.root, number) for number in range(8)]
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 8
    for racer in racers:
        racer.stdin.write(f"{time.monotonic() + 0.1}\n")
        racer.stdin.flush()
    won = [racer.stdout.readline().split() for racer in racers]
    for n, wins in enumerate(zip(*won, strict=True)):
        assert sorted(wins) == ["0"] * 7 + ["1"]
        assert store.read(f"race/{n}") == str(wins.index("1")).encode()
    assert leftovers(store) == []


@pytest.mark.parametrize("way", ["put", "put_file", "swap"])
def test_a_reader_sees_one_whole_object_while_another_overwrites_it(
    store: LocalStore, program: Start, way: str
) -> None:
    store.put("a/b", b"\x00" * 300_000)
    writer = program(OVERWRITE, store.root, way)
    seen, until = set(), time.monotonic() + 20
    while len(seen) < 25 and time.monotonic() < until:
        data = store.read("a/b")  # never missing
        assert data == data[:1] * (300_000 + data[0])
        seen.add(data[0])
    assert writer.poll() is None
    assert len(seen) == 25


def test_normal_work_leaves_nothing_aside(store: LocalStore, tmp_path: Path) -> None:
    store.put("a/b", b"1")
    store.create("a/c", b"1")
    store.create("a/c", b"2")
    store.swap("a/b", b"1", b"2")
    store.swap("a/b", b"1", b"3")
    (tmp_path / "local").write_bytes(b"3")
    store.put_file("a/d", tmp_path / "local")
    with store.scratch() as folder:
        (folder / "file").write_bytes(b"4")
        store.put_file("a/e", folder / "file")
    store.sweep()
    assert leftovers(store) == []
    files = [p for p in store.root.rglob("*") if p.is_file() and SCRATCH not in p.parts]
    assert sorted(p.name for p in files) == ["b", "c", "d", "e"]
    assert {p.stat().st_nlink for p in files} == {1}


def test_what_is_published_may_be_read_by_a_web_server(store: LocalStore) -> None:
    """The scratch space is private; what comes out of it must follow the umask."""
    before = os.umask(0o022)
    try:
        store.put("a/b", b"1")
        store.create("a/c", b"1")
        store.swap("a/d", None, b"1")
    finally:
        os.umask(before)
    assert {oct((store.root / "a" / n).stat().st_mode & 0o777) for n in "bcd"} == {"0o644"}


def test_sweep_removes_what_the_dead_left_and_nothing_of_the_living(
    store: LocalStore, program: Start
) -> None:
    living, dying = (program(HOLD, store.root) for _ in range(2))
    kept, left = (Path(p.stdout.readline().strip()) for p in (living, dying))
    another_host = store.aside / "another-host~1~abc"
    another_host.mkdir()
    with store.scratch() as own:
        store.sweep()
        assert all(folder.is_dir() for folder in (kept, left, own))
        dying.send_signal(signal.SIGKILL)
        dying.wait()
        store.sweep()
        assert own.is_dir()
    assert (kept / "half").read_bytes() == b"written"
    assert not left.exists()
    assert another_host.is_dir()  # whether its process lives cannot be known here


def test_sweep_of_a_lake_that_is_not_there_does_nothing(any_store: Store) -> None:
    any_store.sweep()


def test_a_file_from_another_disk_is_put_whole(store: LocalStore, other_disk: Path) -> None:
    local = other_disk / "file"
    local.write_bytes(b"x" * 100_000)
    store.put_file("a/b", local)
    assert store.read("a/b") == b"x" * 100_000
    assert not local.exists()
    assert leftovers(store) == []


@pytest.fixture
def other_disk(tmp_path: Path) -> Any:
    shm = Path("/dev/shm")
    if not os.access(shm, os.W_OK) or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system at /dev/shm")
    with tempfile.TemporaryDirectory(dir=shm) as folder:
        yield Path(folder)


def test_a_local_file_system_is_used_atomically_however_it_is_addressed(tmp_path: Path) -> None:
    fs = fsspec.filesystem("file")
    located = type("Located", (), {"fs": fs, "path": str(tmp_path / "lake")})()
    for root in (tmp_path / "lake", str(tmp_path / "lake"), f"file://{tmp_path}/lake",
                 f"local://{tmp_path}/lake", located, UPath(f"file://{tmp_path}/lake")):  # fmt: skip
        store = Lake(root).store
        assert isinstance(store, LocalStore), root
        assert store.root == tmp_path / "lake"


def test_a_relative_lake_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Lake("lake").store
    store.put("a/b", b"1")
    monkeypatch.chdir("/")
    assert store.read("a/b") == b"1"
    assert (tmp_path / "lake" / "a" / "b").is_file()
