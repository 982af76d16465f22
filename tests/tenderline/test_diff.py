"""`tenderline diff`, and what is said of editions that are not there."""

import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kernel import Lake, Manifest
from tests.made import SOURCE, award_release, release
from tests.publish.deltas import edition
from tests.tenderline.test_cli import Teller, tell

__all__ = ["tell"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Manifest]]:
    """A lake with two editions."""
    root = tmp_path_factory.mktemp("lake")
    first = edition(Lake(root), (SOURCE, [award_release(1), release(2)]))
    changed = award_release(1, amount=7, id="later", date="2026-03-02T00:00:00Z")
    return root, [first, edition(Lake(root), (SOURCE, [changed, release(3)]))]


def test_two_editions_that_differ(
    made: tuple[Path, list[Manifest]], tell: Teller, tmp_path: Path
) -> None:
    root, (first, second) = made
    code, out, err = tell("diff", first.version, second.version, "--lake", root,
                          "--json", tmp_path / "counts.json", "--parquet", tmp_path / "delta")  # fmt: skip
    assert (code, err) == (1, "")
    assert f"{first.version} to {second.version}" in out
    assert re.search(r"/awards/value/amount +1\n", out)
    told = json.loads((tmp_path / "counts.json").read_text())
    assert told["total"]["added"] == told["total"]["modified"] == 1
    ours = {path.name: path.read_bytes() for path in (tmp_path / "delta" / "delta").rglob("*.*")}
    theirs = {a.path.rpartition("/")[2]: a for a in second.artifacts if "delta/" in a.path}
    assert set(ours) == set(theirs)
    assert ours["changes.parquet"] == (root / second.folder / "delta/changes.parquet").read_bytes()


def test_copies_are_compared_like_editions_in_the_lake(
    made: tuple[Path, list[Manifest]], tell: Teller, tmp_path: Path
) -> None:
    root, editions = made
    old, new = (shutil.copytree(root / e.folder, tmp_path / e.version) for e in editions)
    assert tell("diff", old, old)[0] == 0
    assert tell("diff", new, old, "--parquet", tmp_path / "delta")[0] == 1
    rows = pq.read_table(tmp_path / "delta" / "delta" / "changes.parquet").to_pylist()
    assert [row["change"] for row in rows] == ["modified", "removed"]
    (old / "parquet" / "releases.parquet").write_bytes(b"PAR1")
    code, _, err = tell("diff", old, new)
    assert code == 5
    assert "releases.parquet" in err


def test_what_cannot_be_compared(
    made: tuple[Path, list[Manifest]], tell: Teller, tmp_path: Path
) -> None:
    root, (first, _) = made
    code, _, err = tell("diff", first.version, "nothing", "--lake", root)
    assert (code, "`tenderline editions` lists them" in err) == (2, True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    code, _, err = tell("diff", first.version, first.version, "--lake", root, "--parquet",
                        tmp_path / "full")  # fmt: skip
    assert (code, "no empty folder" in err) == (2, True)
