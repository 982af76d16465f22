import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kernel import ConfigError, Lake, LakeCorrupt, Manifest
from publish.signature import signed, signer
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


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")
def test_a_signature_of_ssh_tells_who_vouches_for_an_edition(
    lake: Lake, publish_now: Publisher, tmp_path: Path
) -> None:
    edition = publish_now(release(1))
    folder, key = Path(lake.root) / edition.folder, tmp_path / "key"
    ours, theirs = (_ssh_key(tmp_path / name) for name in ("key", "other"))
    with pytest.raises(LakeCorrupt, match=r"manifest\.json\.sig is not there"):
        signer(lake, edition.folder, ours)
    _run("ssh-keygen", "-Y", "sign", "-f", key, "-n", "file", folder / "manifest.json")
    assert signed(lake, edition.folder) == "manifest.json.sig"
    assert "ED25519" in signer(lake, edition.folder, ours)
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(f'data@example.org namespaces="file" {ours.read_text()}')
    assert "for data@example.org with" in signer(lake, edition.folder, allowed)
    with pytest.raises(LakeCorrupt, match=r"nobody in .*other\.pub signed these bytes"):
        signer(lake, edition.folder, theirs)
    with pytest.raises(ConfigError, match="no such file"):
        signer(lake, edition.folder, tmp_path / "nowhere")
    verify(lake, edition.folder)
    _run("ssh-keygen", "-Y", "sign", "-f", key, "-n", "file", ours)
    shutil.copy(tmp_path / "key.pub.sig", folder / "manifest.json.sig")
    with pytest.raises(LakeCorrupt, match="signed these bytes"):
        signer(lake, edition.folder, ours)


@pytest.mark.skipif(not shutil.which("minisign"), reason="no minisign here")
def test_a_signature_of_minisign_is_checked_too(
    lake: Lake, publish_now: Publisher, tmp_path: Path
) -> None:
    edition = publish_now(release(1))
    manifest = Path(lake.root) / edition.folder / "manifest.json"
    for name in ("key", "other"):
        _run("minisign", "-GW", "-p", tmp_path / f"{name}.pub", "-s", tmp_path / name)
    _run("minisign", "-Sm", manifest, "-s", tmp_path / "key")
    assert signer(lake, edition.folder, tmp_path / "key.pub").startswith("Signature and comment")
    with pytest.raises(LakeCorrupt, match="signed these bytes"):
        signer(lake, edition.folder, tmp_path / "other.pub")


def _ssh_key(path: Path) -> Path:
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
    return path.with_suffix(".pub")


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
