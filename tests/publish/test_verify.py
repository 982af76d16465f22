import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import Lake, LakeCorrupt, Manifest
from publish.verify import verify
from tests.made import award_release, release

Publisher = Callable[..., Manifest]


@pytest.mark.heavy
def test_one_flipped_byte_in_any_file_is_found_and_the_file_named(
    lake: Lake, publish_now: Publisher
) -> None:
    edition = publish_now(award_release(1), release(2))
    folder = Path(lake.root) / edition.folder
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(files) >= 16
    for path in files:
        good = path.read_bytes()
        for place in {0, len(good) // 2, len(good) - 1}:
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            with pytest.raises(LakeCorrupt) as caught:
                verify(lake, edition.folder)
            assert str(path.relative_to(folder)) in str(caught.value)
        path.write_bytes(good)
    assert verify(lake, edition.folder) == edition


@pytest.mark.parametrize("name", ["parquet/awards.parquet", "SHA256SUMS", "README.md"])
def test_a_missing_or_shortened_file_is_named(
    lake: Lake, publish_now: Publisher, name: str
) -> None:
    edition = publish_now(award_release(1))
    path = Path(lake.root) / edition.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LakeCorrupt, match=name):
        verify(lake, edition.folder)
    path.unlink()
    with pytest.raises(LakeCorrupt, match=name):
        verify(lake, edition.folder)


def test_a_copy_anywhere_verifies(lake: Lake, publish_now: Publisher, tmp_path: Path) -> None:
    edition = publish_now(award_release(1))
    shutil.copytree(Path(lake.root) / edition.folder, tmp_path / "copy")
    assert verify(Lake(tmp_path), "copy").version == edition.version


def test_a_damaged_edition_never_becomes_latest(lake: Lake, publish_now: Publisher) -> None:
    edition = publish_now(release(1))
    latest = Path(lake.root) / "published" / "find_a_tender" / "latest.json"
    latest.unlink()
    (Path(lake.root) / edition.folder / "summary.json").write_text("{}")
    with pytest.raises(LakeCorrupt, match="summary"):
        publish_now(release(1))
    assert not latest.exists()
