"""Many windows converted at a time come to what each comes to alone, in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import Lake, Manifest
from kernel.working import JOBS
from tests.made import CHECK, SOURCE, commit_raw, package, release
from transforms.convert import convert
from transforms.converting import convert_each

WINDOWS = [f"202603{day:02}T000000Z-202603{day:02}T060000Z" for day in range(1, 8)]


def raws(lake: Lake) -> list[Manifest]:
    """Pages of some windows; of one the second page is no JSON, another has no pages."""
    found = []
    for number, window in enumerate(WINDOWS):
        bodies = [package(release(number), release(number + 50, ocid="")), package(release(99))]
        if number == 2:
            bodies[1] = b"<html>"
        found.append(commit_raw(lake, *([] if number == 4 else bodies), window=window))
    return found


def files(root: Path) -> dict[str, bytes]:
    folder = root / "releases"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("jobs", [1, 3])
def test_windows_come_to_what_each_comes_to_alone(
    tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, together = Lake(tmp_path / "alone"), Lake(tmp_path / "together")
    wanted = [convert(SOURCE, alone, raw, check=CHECK) for raw in raws(alone)]
    monkeypatch.setenv(JOBS, str(jobs))
    given = raws(together)
    convert(SOURCE, together, given[3], check=CHECK)  # done before
    before = together.changes
    found = [*convert_each(SOURCE, together, iter(given), check=CHECK)]
    assert found == wanted
    assert [each.counts.rejected for each in found] == [1, 1, 2, 1, 0, 1, 1]
    assert files(tmp_path / "together") == files(tmp_path / "alone")
    assert together.changes - before == len(given) - 1
    assert not [*(tmp_path / "together" / ".tmp").iterdir()]  # no scratch is left
    assert [*convert_each(SOURCE, together, given, check=CHECK)] == wanted


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_came_before_an_error_is_converted(
    tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(JOBS, str(jobs))
    lake = Lake(tmp_path)
    given = raws(lake)

    def broken() -> Iterator[Manifest]:
        yield from given[:5]
        raise ConnectionError("the source is down")

    found: list[Manifest] = []
    with pytest.raises(ConnectionError, match="is down"):
        found.extend(convert_each(SOURCE, lake, broken(), check=CHECK))
    assert [each.notes["window"] for each in found] == WINDOWS[:5]
