"""Files as bytes: plain, packed, cut short, damaged, of other encodings, from pipes."""

import bz2
import gzip
import io
import lzma
import os
import struct
import threading
import zipfile
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from validation.reading import streams
from validation.reading.streams import Unreadable, opened, text_of

TEXT = b'{"releases": [' + b", ".join(b'{"id": "%d"}' % n for n in range(500)) + b"]}"


NOBODY = 65534


def read(data: bytes) -> bytes:
    return b"".join(text_of(io.BytesIO(data))[1])


def unreadable(data: bytes) -> str:
    with pytest.raises(Unreadable) as told:
        read(data)
    return told.value.message


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


SKIPPED = struct.pack("<II", 0x184D2A50, 5) + b"hello"  # a frame of zstd that holds no text
WHOLE = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "gzip of many members": b"".join(
        gzip.compress(TEXT[n : n + 7]) for n in range(0, len(TEXT), 7)
    ),
    "gzip with an empty member": gzip.compress(b"") + gzip.compress(TEXT),
    "gzip with zeros behind it": gzip.compress(TEXT) + bytes(100_000),
    "gzip with zeros between": gzip.compress(TEXT[:9]) + bytes(9) + gzip.compress(TEXT[9:]),
    "zstd": zstd(TEXT),
    "zstd of many frames": b"".join(zstd(TEXT[n : n + 7]) for n in range(0, len(TEXT), 7)),
    "zstd with a frame to skip": zstd(TEXT[:9]) + SKIPPED + zstd(TEXT[9:]),
}


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("block", [1, 5, 1 << 20])
def test_every_form_is_the_same_text(
    form: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BLOCK", block)
    assert read(WHOLE[form]) == TEXT


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_a_packed_file_that_is_cut_short_is_no_short_file(form: str) -> None:
    whole = WHOLE[form]
    for size in range(4, len(whole)):
        assert unreadable(whole[:size]) == f"the {form} file is cut short: fetch it again"


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_what_came_before_the_cut_is_read(form: str) -> None:
    text = Random(1).randbytes(3 << 20)  # does not shrink
    whole = gzip.compress(text) if form == "gzip" else zstd(text)
    pieces: list[bytes] = []
    with pytest.raises(Unreadable):
        pieces.extend(text_of(io.BytesIO(whole[: len(whole) // 2]))[1])
    found = b"".join(pieces)
    assert len(found) > 1 << 20
    assert text.startswith(found)


@pytest.mark.parametrize("form", ["gzip", "zstd"])
@given(data=st.data())
def test_a_damaged_file_is_told_or_read_right(form: str, data: st.DataObject) -> None:
    whole = bytearray(WHOLE[form])
    place = data.draw(st.integers(4, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(whole))
    except Unreadable:
        return
    assert form == "zstd" or found == TEXT  # a frame of zstd need not have a checksum


def test_garbage_behind_a_packed_file_is_told() -> None:
    assert "damaged" in unreadable(gzip.compress(TEXT) + b"garbage")
    assert "damaged" in unreadable(zstd(TEXT) + b"garbage")


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_a_bomb_comes_in_small_pieces(pack: "type[bytes]") -> None:
    size = 0
    for piece in text_of(io.BytesIO(pack(bytes(b" " * (100 << 20)))))[1]:
        assert len(piece) <= streams.BLOCK
        size += len(piece)
    assert size == 100 << 20


def test_a_byte_order_mark_is_told_and_passed_over_packed_or_not() -> None:
    marked = b"\xef\xbb\xbf" + TEXT
    for data in (
        marked,
        gzip.compress(marked),
        zstd(marked),
        gzip.compress(marked[:1]) + gzip.compress(marked[1:]),
    ):
        told, pieces = text_of(io.BytesIO(data))
        assert told
        assert b"".join(pieces) == TEXT
    assert not text_of(io.BytesIO(TEXT))[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_other_encodings_are_named(encoding: str) -> None:
    data = TEXT.decode().encode(encoding)
    assert "save it as UTF-8" in unreadable(data)
    assert "save it as UTF-8" in unreadable(gzip.compress(data))


def test_other_packings_are_named() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x.json", TEXT)
    assert "a ZIP archive: unpack it" in unreadable(archive.getvalue())
    assert "a bzip2 file: unpack it" in unreadable(bz2.compress(TEXT))
    assert "an xz file: unpack it" in unreadable(lzma.compress(TEXT))


def test_short_and_empty_files() -> None:
    for data in (b"", b"1", b"{}", b"[]\n"):
        assert read(data) == data
    assert read(gzip.compress(b"")) == b""


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"])
)
def test_any_bytes_are_read_or_told(data: bytes, head: bytes) -> None:
    try:
        read(head + data)
    except Unreadable as error:
        assert error.message  # noqa: PT017 - either is right


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    for name, reason in (
        (tmp_path / "missing.json", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (tmp_path / ("x" * 5000), "File name too long"),
    ):
        with (
            pytest.raises(Unreadable, match=f"cannot be opened: {reason}: check"),
            opened(str(name)),
        ):
            pass


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(TEXT)
    file.chmod(0)
    user = os.geteuid()
    os.seteuid(user or NOBODY)  # root may read everything
    try:
        with pytest.raises(Unreadable, match="Permission denied"), opened(str(file)):
            pass
    finally:
        os.seteuid(user)


def test_a_pipe_can_be_read_twice(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(gzip.compress(TEXT),))
    writer.start()
    with opened(str(fifo)) as file:
        assert b"".join(text_of(file)[1]) == TEXT
        assert b"".join(text_of(file)[1]) == TEXT
    writer.join()
