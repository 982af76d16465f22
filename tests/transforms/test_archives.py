import gzip
import io
import zipfile
from pathlib import Path

import pytest
import zstandard

from tests.kept import gzipped, tarred, zipped
from transforms import archives, unpack
from transforms.archives import unpacked
from transforms.unpack import Refused, Text

TEXT = b'{"a": 1}\n' * 2000


def read(path: Path, data: bytes) -> list[tuple[str, bytes | str]]:
    """Every text by name: its bytes, or the rule by which it was refused."""
    path.write_bytes(data)
    found: list[tuple[str, bytes | str]] = []
    try:
        for text in unpacked(path):
            outcome = text.refused.rule if text.refused else whole(text)
            found += [(text.name, outcome)]
    except Refused as refused:
        found.append(("", refused.rule))
    return found


def whole(text: Text) -> bytes | str:
    try:
        return b"".join(text.pieces)
    except Refused as refused:
        return refused.rule


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzipped(TEXT),
        gzipped(TEXT[:5]) + gzipped(TEXT[5:]),
        gzipped(TEXT) + bytes(512),
        zstandard.compress(TEXT),
        zstandard.compress(TEXT[:5]) + zstandard.compress(TEXT[5:]),
    ],
)
def test_one_text_however_it_is_packed(path: Path, data: bytes) -> None:
    assert read(path, data) == [("", TEXT)]


@pytest.mark.parametrize(
    "data",
    [
        zipped(a__json=TEXT, b=b"x"),
        tarred("w", a__json=TEXT, b=b"x"),
        tarred("w:gz", a__json=TEXT, b=b"x"),
        zstandard.compress(tarred("w", a__json=TEXT, b=b"x")),
    ],
)
def test_the_members_of_an_archive_in_their_order(path: Path, data: bytes) -> None:
    assert read(path, data) == [("a.json", TEXT), ("b", b"x")]


def test_members_that_are_no_files_are_nothing(path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.mkdir("folder")
        archive.writestr("folder/a.json", TEXT)
    assert read(path, stream.getvalue()) == [("folder/a.json", TEXT)]


@pytest.mark.parametrize(
    "data",
    [gzipped(TEXT)[:-9], zstandard.compress(TEXT)[:-3], gzipped(TEXT) + b"tail", gzipped(TEXT)[:20] + b"xxxx" + gzipped(TEXT)[24:]],
)  # fmt: skip
def test_what_is_cut_short_or_damaged_is_refused(path: Path, data: bytes) -> None:
    ((_, found),) = read(path, data)
    assert found == "damaged_archive"


@pytest.mark.parametrize(
    "data",
    [gzipped(gzipped(TEXT)), gzipped(zipped(a=TEXT)), zstandard.compress(gzipped(TEXT))],
)
def test_what_is_packed_twice_is_refused(path: Path, data: bytes) -> None:
    assert read(path, data) == [("", "nested_archive")]


@pytest.mark.parametrize("data", [b"BZh91AY", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a"])
def test_other_archives_are_refused_by_name(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(Refused, match="pack it as gzip, zstd, zip or tar") as refused:
        next(unpacked(path))
    assert refused.value.rule == "refused_archive"


@pytest.mark.parametrize("make", [zipped, tarred])
def test_an_archive_within_an_archive_is_refused_and_the_rest_is_read(path: Path, make) -> None:
    found = read(path, make(a__zip=zipped(x=TEXT), b__gz=gzipped(TEXT), c__json=TEXT))
    assert found == [("a.zip", "nested_archive"), ("b.gz", "nested_archive"), ("c.json", TEXT)]


@pytest.mark.parametrize("end", [100, 700, 1024, 1500, 2600])
def test_a_tar_that_ends_early_is_refused(path: Path, end: int) -> None:
    data = tarred("w", a=b"x" * 800, b=b"y" * 800)[: 512 + end]
    assert "damaged_archive" in [found for _, found in read(path, data)]


def test_a_damaged_member_of_a_zip_is_refused_and_the_rest_is_read(path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a", b"AAAAAAAAAA")
        archive.writestr("b", b"BBBBBBBBBB")
    found = read(path, stored.getvalue().replace(b"AAAAAAAAAA", b"AAAAAAAAAC"))
    assert found == [("a", "damaged_archive"), ("b", b"BBBBBBBBBB")]


def test_an_encrypted_member_is_refused(path: Path) -> None:
    data = bytearray(zipped(a=TEXT))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1  # the flag of an encrypted member: APPNOTE 4.4.4
    assert read(path, bytes(data)) == [("a", "refused_archive")]


def test_a_zip_without_its_directory_is_refused(path: Path) -> None:
    assert read(path, zipped(a=TEXT)[:-30]) == [("", "damaged_archive")]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(bytes(30_000_000)), zstandard.compress(bytes(30_000_000)), zipped(a=bytes(30_000_000))],
)  # fmt: skip
def test_a_bomb_is_refused_before_it_has_swollen(path: Path, data: bytes) -> None:
    ((_, found),) = read(path, data)
    assert found == "archive_bomb"


def test_a_tar_bomb_is_refused(path: Path) -> None:
    found = read(path, tarred("w:gz", a=bytes(30_000_000)))
    assert "archive_bomb" in [rule for _, rule in found]


def test_too_many_members_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    for data in (zipped(a=b"", b=b"", c=b""), tarred("w", a=b"", b=b"", c=b"")):
        assert read(path, data)[-1] == ("", "archive_bomb")


def test_more_than_the_total_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_TOTAL", 10_000)
    assert read(path, gzipped(TEXT)) == [("", "archive_bomb")]
