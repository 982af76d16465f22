"""A kept file to the texts in it: plain, packed, a zip, a tar, or a packed tar, known by content.

Owns the members of archives and their caps. What is damaged or packed twice is refused with a
reason. Gives bytes on as they come; never looks for JSON in them.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from transforms.unpack import BLOCK, HEAD, Refused, Text, capped, check, gunzip, peek, sniff, unzstd

NAME = 500  # characters of a member's name that are kept
MAX_MEMBERS = 100_000  # of one archive: files by day since 1750
# What zipfile and tarfile raise at an archive that is not whole, besides errors of the disk.
DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError)


def unpacked(path: Path) -> Iterator[Text]:
    """The texts of the file at `path`, in the order in which they are packed.

    Each must be read before the next is asked for.

    Raises:
        Refused: the file is an archive that cannot be read (further).
    """
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD))
        file.seek(0)
        if kind == "zip":
            yield from _zip(path)
            return
        pieces = _pieces(file, kind)
        if kind in ("gzip", "zstd"):
            pieces = capped(pieces, path.stat().st_size, file)
        head, pieces = peek(pieces)
        within = sniff(head)
        if within == "tar":
            yield from _tar(pieces)
        elif within:
            raise Refused("nested_archive", f"a {within} file within a {kind} file: unpack it once")
        else:
            yield Text("", pieces)


def _pieces(file: BinaryIO, kind: str) -> Iterator[bytes]:
    if kind == "gzip":
        return gunzip(file)
    if kind == "zstd":
        return unzstd(file)
    if kind in ("", "tar"):
        return iter(lambda: file.read(BLOCK), b"")
    raise Refused("refused_archive", f"it is a {kind} file: pack it as gzip, zstd, zip or tar")


def _zip(path: Path) -> Iterator[Text]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise Refused("archive_bomb", f"it has more than {MAX_MEMBERS:,} members")
            opened = _Total(path.stat().st_size)
            for member in members:
                yield _text(member.filename, opened.metered(_unzip(archive, member)))
    except DAMAGE as error:
        raise Refused("damaged_archive", f"the zip file is damaged: {error}") from error


def _unzip(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as file:
            yield from iter(lambda: file.read(BLOCK), b"")
    except (*DAMAGE, OSError) as error:
        raise Refused("damaged_archive", f"the member is damaged: {error}") from error
    except (NotImplementedError, RuntimeError) as error:  # another method, or a password
        raise Refused("refused_archive", f"the member cannot be unpacked: {error}") from error


class _Total:
    """Caps what all members of an archive of `packed` bytes may come to."""

    def __init__(self, packed: int) -> None:
        self.packed, self.total = packed, 0

    def metered(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.total += len(piece)
            check(self.total, self.packed)
            yield piece


def _text(name: str, pieces: Iterator[bytes]) -> Text:
    """A member that is itself no archive; what is told of one that is."""
    name = name.encode("utf-8", "replace").decode()[:NAME]  # a tar's may not be UTF-8
    try:
        head, pieces = peek(pieces)
    except Refused as refused:
        return Text(name, iter(()), refused)
    if within := sniff(head):
        message = f"it is a {within} file within an archive: unpack the outer one first"
        return Text(name, iter(()), Refused("nested_archive", message))
    return Text(name, pieces)


def _tar(pieces: Iterator[bytes]) -> Iterator[Text]:
    stream = _Stream(pieces)
    file = cast(BinaryIO, stream)  # tarfile asks it for no more than to be read
    try:
        with tarfile.open(fileobj=file, mode="r|", bufsize=BLOCK) as archive:
            for number, member in enumerate(archive, start=1):
                if number > MAX_MEMBERS:
                    raise Refused("archive_bomb", f"it has more than {MAX_MEMBERS:,} members")
                if member.isreg():
                    yield _text(member.name, _untar(archive, member))
        while stream.read(BLOCK):  # to the end: only there a compressed file proves to be whole
            pass
        if any(stream.last):  # tarfile takes a header that is cut short for the end
            raise Refused("damaged_archive", "the tar file is cut short: it has no end blocks")
    except DAMAGE as error:
        raise Refused("damaged_archive", f"the tar file is damaged: {error}") from error


def _untar(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(member)
    try:
        yield from iter(lambda: file.read(BLOCK) if file else b"", b"")
    except (*DAMAGE, OSError) as error:
        raise Refused("damaged_archive", f"the tar file is cut short: {error}") from error


class _Stream:
    """Pieces as a file that can only be read on, as tarfile wants it.

    `last` is the last block read so far: at the end of a tar it is of zeros (POSIX.1, pax).
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held, self.last = pieces, b"", b""

    def read(self, size: int) -> bytes:
        while len(self._held) < size and (piece := next(self._pieces, b"")):
            self._held += piece
        data, self._held = self._held[:size], self._held[size:]
        self.last = (self.last + data)[-HEAD:]
        return data
