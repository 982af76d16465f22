"""A disk that fills up: a clear error, nothing half-written in sight, and a rerun that succeeds."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Every step of writing is refused once: the disk has one page more with every round.
FILL = """
import errno, os, sys
from pathlib import Path
from kernel import Counts, Lake, Manifest

disk = Path(sys.argv[1])
lake, filler = Lake(disk / "lake"), disk / "filler"


def edition(name):
    data = name.encode() * 3000
    folder = f"published/p/{name}"
    artifacts = [lake.save(folder, n, data, media_type="x") for n in ("one", "sub/two")]
    with lake.store.scratch() as scratch:
        (scratch / "three").write_bytes(data)
        artifacts.append(lake.save_file(folder, "three", scratch / "three", media_type="x"))
    done = lake.commit(
        Manifest(folder=folder, stage="s", subject="p", version=name, code="1",
                 counts=Counts(), artifacts=tuple(artifacts))
    )
    lake.move("published/p/latest.json", lambda found: name.encode() + bytes(9000))
    return done


def whole(done):
    for artifact in done.artifacts:
        lake.load(done, artifact)


first, refused = edition("first"), 0
latest = lake.peek("published/p/latest.json")
for spare in range(60):
    with filler.open("wb") as stream:
        try:
            while os.write(stream.fileno(), bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC
    filler.open("ab").truncate(max(0, filler.stat().st_size - spare * 4096))
    try:
        second = edition("second")
    except OSError as error:
        refused += 1
        assert error.errno == errno.ENOSPC, error
        assert "No space left on device" in str(error) and str(disk) in str(error), error
        left = [p.name for p in lake.store.aside.iterdir() if p.name != "swap.lock"]
        assert left == [], left
        for name in lake.folders("published"):
            whole(lake.manifest(name))
        assert lake.peek("published/p/latest.json") == latest
        whole(first)
    else:
        break
    filler.unlink()
filler.unlink(missing_ok=True)
whole(first)
whole(second)
assert lake.peek("published/p/latest.json").startswith(b"second")
print(refused)
"""
LIMIT = """
import errno, resource, sys
from pathlib import Path
from kernel.store import LocalStore

store = LocalStore(Path(sys.argv[1]))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]


def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def put_file(path, data):
    with store.scratch() as scratch:
        (scratch / "x").write_bytes(data)
        store.put_file(path, scratch / "x")


old, new = b"old" * 1000, b"new" * 100_000
store.put("there", old)
for write in (
    lambda: store.put("there", new),
    lambda: store.put("nothing/yet", new),
    lambda: store.create("nothing/yet", new),
    lambda: store.swap("there", old, new),
    lambda: put_file("there", new),
):
    for size in (0, 1, 4096, len(new) - 1):
        limit(size)
        try:
            write()
        except OSError as error:
            assert error.errno == errno.EFBIG, error
        else:
            raise SystemExit("a write over the limit went through")
        finally:
            limit(hard)
        assert store.read("there") == old
        assert not (store.root / "nothing" / "yet").exists()
        left = [p.name for p in store.aside.iterdir() if p.name != "swap.lock"]
        assert left == [], left
limit(len(new))
store.put("there", new)
assert store.create("nothing/yet", new) and store.read("nothing/yet") == store.read("there") == new
print("ok")
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Callable[[str], list[str]]:
    """The command that runs a program with a disk of 400 kB, which nobody else sees."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare(1) to mount a small disk with")

    def command(*program: str) -> list[str]:
        inner = 'mount -t tmpfs -o size=400k tmpfs "$0" && exec "$@"'
        own = ["unshare", "--user", "--map-root-user", "--mount"]
        return [*own, "sh", "-c", inner, str(tmp_path), *program]

    tried = subprocess.run(command("true"), capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.strip()}")
    return command


def test_every_write_that_a_full_disk_refuses_can_be_done_again(
    small_disk: Callable[..., list[str]], tmp_path: Path, python: Any
) -> None:
    done = python(FILL, tmp_path, via=small_disk)
    assert int(done) >= 5  # rounds that were refused before one went through


def test_a_file_that_may_not_grow_leaves_what_was_there(tmp_path: Path, python: Any) -> None:
    assert python(LIMIT, tmp_path) == "ok"
