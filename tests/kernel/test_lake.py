"""The lake: what was committed stays and is verified; pointers move by comparison."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kernel import Artifact, Counts, Lake, LakeCorrupt, Manifest
from kernel.lake import MANIFEST, file_digest
from kernel.manifest import digest

DATA = bytes(range(256)) * 40
MOVE = """
import sys
from kernel import Lake

lake = Lake(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(25):
    lake.move("count", lambda found: str(int(found or 0) + 1).encode())
print(lake.changes)
"""


def manifest(*artifacts: Artifact, folder: str = "raw/a/b", **other: Any) -> Manifest:
    return Manifest(
        folder=folder,
        stage="extract",
        subject="a",
        version="b",
        code="1",
        counts=Counts(),
        artifacts=artifacts,
        **other,
    )


def committed(lake: Lake) -> Manifest:
    """A folder with one file, committed."""
    artifact = lake.save("raw/a/b", "sub/file.bin", DATA, media_type="x/y", rows=7)
    return lake.commit(manifest(artifact))


def test_a_folder_without_a_manifest_does_not_exist(any_lake: Lake) -> None:
    any_lake.save("raw/a/b", "file", DATA, media_type="x/y")
    assert any_lake.committed("raw/a/b") is None
    assert any_lake.folders("raw") == []
    assert any_lake.changes == 0
    with pytest.raises(FileNotFoundError):
        any_lake.manifest("raw/a/b")


def test_what_was_committed_is_read_back(any_lake: Lake) -> None:
    done = committed(any_lake)
    assert done.artifacts == (Artifact("sub/file.bin", len(DATA), 7, digest(DATA), "x/y"),)
    assert any_lake.committed("raw/a/b") == any_lake.manifest("raw/a/b") == done
    assert any_lake.folders("raw") == ["raw/a/b"]
    assert any_lake.load(done, done.artifacts[0]) == DATA
    with any_lake.local(done, done.artifacts[0]) as file:
        assert file.read_bytes() == DATA
    assert any_lake.changes == 1


def test_a_local_file_is_saved_as_its_bytes_would_be(any_lake: Lake, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(DATA)
    assert file_digest(local) == digest(DATA)
    saved = any_lake.save_file("a", "f", local, media_type="x/y", rows=7)
    assert saved == any_lake.save("b", "f", DATA, media_type="x/y", rows=7)
    assert any_lake.store.read("a/f") == any_lake.store.read("b/f") == DATA


def test_folders_are_sorted_and_below_the_prefix(any_lake: Lake) -> None:
    for folder in ("raw/a/2", "raw/a/1", "raw/ab/1", "raw/a/1/x", "releases/a/1"):
        any_lake.commit(manifest(folder=folder))
    assert any_lake.folders("raw/a") == ["raw/a/1", "raw/a/1/x", "raw/a/2"]
    assert any_lake.folders("raw") == ["raw/a/1", "raw/a/1/x", "raw/a/2", "raw/ab/1"]
    assert any_lake.folders("nothing") == []


def test_the_first_to_commit_wins_and_both_get_its_manifest(any_lake: Lake) -> None:
    first = manifest(log=({"time": "one"},))
    second = manifest(log=({"time": "two"},))
    assert any_lake.commit(first) == first
    assert any_lake.commit(second) == first
    assert any_lake.changes == 1
    assert any_lake.manifest("raw/a/b") == first


def test_many_threads_that_commit_agree_on_one_manifest(tmp_path: Path) -> None:
    threads = 16
    gate, lakes = threading.Barrier(threads), [Lake(tmp_path) for _ in range(threads)]

    def race(number: int) -> list[Manifest]:
        mine = manifest(log=({"number": number},))
        gate.wait()
        return [lakes[number].commit(replace(mine, folder=f"raw/{n}")) for n in range(10)]

    with ThreadPoolExecutor(threads) as pool:
        got = list(pool.map(race, range(threads)))
    assert all(one == got[0] for one in got)
    assert sum(lake.changes for lake in lakes) == 10


BREAKAGES: dict[str, Callable[[bytes], bytes]] = {
    "a flipped bit": lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
    "a lost end": lambda data: data[:-1],
    "one byte more": lambda data: data + b"\x00",
    "nothing left": lambda _data: b"",
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_an_object_that_is_not_what_was_written_is_told(any_lake: Lake, breakage: str) -> None:
    done = committed(any_lake)
    any_lake.store.put("raw/a/b/sub/file.bin", BREAKAGES[breakage](DATA))
    expect_corrupt(any_lake, done, "raw/a/b/sub/file.bin")


def test_an_object_that_is_missing_is_told(any_lake: Lake) -> None:
    done = replace(committed(any_lake), folder="raw/elsewhere")
    expect_corrupt(any_lake, done, "raw/elsewhere/sub/file.bin")


def expect_corrupt(lake: Lake, done: Manifest, path: str) -> None:
    with pytest.raises(LakeCorrupt) as caught:
        lake.load(done, done.artifacts[0])
    assert caught.value.path == path
    with pytest.raises(LakeCorrupt) as caught, lake.local(done, done.artifacts[0]):
        pytest.fail("a broken object was handed out")
    assert caught.value.path == path


def test_a_changed_manifest_is_told_by_every_way_to_it(any_lake: Lake) -> None:
    done = committed(any_lake)
    path = f"raw/a/b/{MANIFEST}"
    any_lake.store.put(path, done.dumps().replace(b'"rows": 7', b'"rows": 8'))
    ways: list[Callable[[], Any]] = [
        lambda: any_lake.manifest("raw/a/b"),
        lambda: any_lake.committed("raw/a/b"),
        lambda: any_lake.commit(done),
    ]
    for way in ways:
        with pytest.raises(LakeCorrupt) as caught:
            way()
        assert caught.value.path == path


def test_a_pointer_is_set_moved_and_left(any_lake: Lake) -> None:
    assert any_lake.peek("a/pointer") is None
    assert any_lake.move("a/pointer", lambda found: None if found is None else b"x") is False
    assert any_lake.peek("a/pointer") is None
    assert any_lake.move("a/pointer", lambda found: b"one" if found is None else None) is True
    assert any_lake.move("a/pointer", lambda found: found) is False
    assert any_lake.move("a/pointer", lambda found: (found or b"") + b"+") is True
    assert any_lake.peek("a/pointer") == b"one+"
    assert any_lake.changes == 2


def test_a_move_is_decided_again_when_another_came_first(any_lake: Lake) -> None:
    asked: list[bytes | None] = []

    def choose(found: bytes | None) -> bytes:
        asked.append(found)
        if len(asked) < 3:
            any_lake.store.put("pointer", b"other" * len(asked))
        return b"mine after " + (found or b"nothing")

    assert any_lake.move("pointer", choose) is True
    assert asked == [None, b"other", b"otherother"]
    assert any_lake.peek("pointer") == b"mine after otherother"
    assert any_lake.changes == 1


def test_no_move_of_many_processes_is_lost(tmp_path: Path, program: Callable[..., Any]) -> None:
    movers = [program(MOVE, tmp_path) for _ in range(8)]
    assert [mover.stdout.readline() for mover in movers] == ["ready\n"] * 8
    for mover in movers:
        mover.stdin.write("\n")
        mover.stdin.flush()
    assert [mover.stdout.readline() for mover in movers] == ["25\n"] * 8
    assert Lake(tmp_path).peek("count") == b"200"


def test_a_manifest_is_plain_json_for_other_tools(any_lake: Lake) -> None:
    done = committed(any_lake)
    plain = json.loads(any_lake.store.read(f"raw/a/b/{MANIFEST}"))
    assert plain["id"] == done.id
    assert plain["artifacts"] == [
        {"path": "sub/file.bin", "bytes": len(DATA), "rows": 7, "sha256": digest(DATA),
         "media_type": "x/y"}
    ]  # fmt: skip


def test_an_artifact_that_is_referred_to_is_read_and_verified_where_it_lies(any_lake: Lake) -> None:
    first = committed(any_lake)
    here = any_lake.save("raw/a/c", "new", b"new", media_type="x/y")
    (there,) = (any_lake.refer(first, artifact) for artifact in first.artifacts)
    second = any_lake.commit(manifest(there, here, folder="raw/a/c"))
    assert any_lake.manifest("raw/a/c") == second
    third = any_lake.commit(manifest(any_lake.refer(second, there), folder="raw/a/d"))
    for told in (second, third):
        artifact = told.artifact("sub/file.bin")
        assert artifact.folder == first.folder
        assert any_lake.load(told, artifact) == DATA
        with any_lake.local(told, artifact) as path:
            assert path.read_bytes() == DATA
    any_lake.store.put("raw/a/b/sub/file.bin", b"other")
    with pytest.raises(LakeCorrupt, match="not what was written"):
        any_lake.load(third, third.artifact("sub/file.bin"))


def test_where_an_artifact_lies_is_no_part_of_what_a_manifest_is(any_lake: Lake) -> None:
    whole = committed(any_lake)
    (there,) = (any_lake.refer(whole, artifact) for artifact in whole.artifacts)
    assert manifest(there, folder="raw/a/c").id == whole.id
    assert manifest(there).dumps() != whole.dumps()
    (plain,) = json.loads(whole.dumps())["artifacts"]
    assert "folder" not in plain  # as manifests always were
