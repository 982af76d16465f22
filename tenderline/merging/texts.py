"""Files as batches of whole JSON values: any form, packed or not, of any size.

Owns what counts as unreadable here. Unpacking is `transforms.archives`', delimiting
`validation.reading.documents`'.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from kernel import ConfigError
from tenderline.merging.releases import WHOLE
from transforms.archives import unpacked
from transforms.jsonstream import BOM, encoding, is_other, narrowed
from transforms.unpack import HEAD, Refused, Text, peek, sniff
from validation.reading.documents import read
from validation.reading.feed import Batch, Envelope
from validation.reading.streams import Unreadable

SMALL = 1 << 20  # bytes of a text that is handed on as one: two batches
SWELLS = 12  # times that packed JSON grows when unpacked, about


def readable(name: str, scratch: Path) -> Path:
    """The file `name` (a path, or `-` for standard input) as one that can be read again.

    Raises:
        ConfigError: there is no such file.
    """
    path = Path(name)
    try:
        if name != "-" and path.is_file():
            path.open("rb").close()
            return path
        copy = scratch / f"copy-{len(list(scratch.iterdir()))}"
        with sys.stdin.buffer if name == "-" else path.open("rb") as source, copy.open("wb") as to:
            shutil.copyfileobj(source, to, 1 << 20)
    except OSError as error:
        raise ConfigError(f"{name}: it cannot be read: {error.strerror}: check the path") from error
    return copy


def size_of(name: str) -> int:
    """How much text the file `name` holds, about; nothing where that cannot be told."""
    path = Path(name)
    if name == "-" or not path.is_file():
        return 0
    with path.open("rb") as file:
        packed = sniff(file.read(HEAD)) not in ("", "tar")
    return path.stat().st_size * (SWELLS if packed else 1)


def start_of(path: Path) -> int | None:
    """Where the text begins that `path` holds, behind a byte order mark; None where it does not
    stand there as it is read: in other characters, or packed.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if sniff(head) or encoding(head) != "utf-8":
        return None
    return len(BOM) if head.startswith(BOM) else 0


def batches(path: Path, *, guess: bool) -> Iterator[Batch | Envelope]:
    """The values of the file at `path`; see `validation.reading.documents.read`.

    A small text is given as one value, numbered `WHOLE`.

    Raises:
        Unreadable: it cannot be read to its end; what comes before was given.
    """
    try:
        for text in unpacked(path):
            if text.refused:
                raise text.refused
            yield from _parts(text, guess=guess)
    except Refused as refused:
        raise Unreadable(str(refused)) from refused


def _parts(text: Text, *, guess: bool) -> Iterator[Batch | Envelope]:
    head, pieces = peek(text.pieces)
    if is_other(text.name, head):
        for _ in pieces:  # to its end, so that damage is noticed
            pass
        return
    known = encoding(head)
    if known == "utf-32":
        raise Unreadable("its text is UTF-32: save it as UTF-8")
    if known != "utf-8":
        pieces = narrowed(pieces, known)
    try:
        whole, pieces = peek(_told(pieces), SMALL)
        if 0 < len(whole) < SMALL:
            yield Batch("document", WHOLE, [whole])
        else:
            yield from read(pieces, guess=guess)
    except Unreadable as error:
        raise Unreadable(f"{text.name}: {error}" if text.name else str(error)) from error


def _told(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces without a byte order mark; what breaks them off as what `read` knows."""
    try:
        head, pieces = peek(pieces)
        mark = BOM if head.startswith(BOM) else b""
        for piece in pieces:
            yield piece.removeprefix(mark)
            mark = b""
    except Refused as refused:
        raise Unreadable(str(refused)) from refused
