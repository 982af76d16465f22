"""The part of a text that is held, and the parts of it that are handed on.

Owns the size of what is held, and where in the text one is.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from validation.reading.streams import Unreadable

CHUNK = 1 << 19  # bytes of a batch: some 100 releases
LIMIT = 64 << 20  # bytes of one release, record or envelope: the largest known is under one
MANY = 5_000  # values of a batch: each may break many rules
BLANKS = b" \t\r\n"  # of RFC 8259
Kind = Literal["document", "line", "array", "releases", "records"]


class Guessed(Exception):
    """The text between entries stood elsewhere too: read again, bracket by bracket."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole values: documents or lines, one a text; or entries, all in one text with the commas
    before them.

    `document` is the number of the document or line, or of the first of them, from 0; `first`
    tells that no entries of the document were before; `at` is where in the whole text the first of
    the texts begins, if that is known. The others follow it, lines with an end of line between.
    """

    kind: Kind
    document: int
    texts: list[bytes]
    first: bool = True
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A batch by where its texts, of these sizes, stand in a file: what another process reads for
    itself need not be sent to it.
    """

    kind: Kind
    document: int
    sizes: list[int]
    first: bool
    at: int

    @classmethod
    def of(cls, batch: Batch, at: int) -> Self:
        """The place of `batch` in a file where it begins at `at`."""
        sizes = [len(text) for text in batch.texts]
        return cls(batch.kind, batch.document, sizes, batch.first, at)

    def read(self, file: int) -> Batch:
        """The batch as it stands in the file.

        Raises:
            Guessed: the file has become shorter.
        """
        gap = self.kind == "line"
        size = sum(self.sizes) + gap * (len(self.sizes) - 1)
        data, texts, start = os.pread(file, size, self.at), [], 0
        if len(data) < size:
            raise Guessed
        for length in self.sizes:
            texts.append(data[start : start + length])
            start += length + gap
        return Batch(self.kind, self.document, texts, self.first)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A package without its entries: `whole` says whether what stands behind them is in it."""

    document: int
    kind: Kind
    text: bytes
    whole: bool


class Feed:
    """The text not used yet.

    Args:
        pieces: the text.
        chunk: how much of it to hold, where that is enough.
        limit: how much of it to hold at most, but for a piece.

    Attributes:
        data: what is held.
        ended: whether nothing comes behind it.
        used: how many bytes were handed on.
        trouble: why nothing comes behind it, where the file is damaged.
    """

    def __init__(self, pieces: Iterable[bytes], chunk: int = CHUNK, limit: int = LIMIT) -> None:
        self._pieces = iter(pieces)
        self.chunk, self.limit = chunk, limit
        self.data = b""
        self.ended = False
        self.used = 0
        self.trouble: Unreadable | None = None

    @property
    def large(self) -> bool:
        """Whether so much is held that a document is better read entry by entry."""
        return len(self.data) >= 2 * self.chunk

    def fill(self, size: int = 0) -> None:
        """Hold at least `size` bytes, by default a chunk; or all that is left."""
        size = size or self.chunk
        held, pieces = len(self.data), [self.data]
        while held < size and not self.ended:
            piece = self._piece()
            self.ended = piece is None
            pieces.append(piece or b"")
            held += len(pieces[-1])
        if len(pieces) > 1:
            self.data = b"".join(pieces)

    def _piece(self) -> bytes | None:
        try:
            return next(self._pieces, None)
        except Unreadable as error:  # told once what came before is used
            self.trouble = error
            return None

    def grow(self) -> None:
        """Hold twice as much.

        Raises:
            Unreadable: there is no more, or it would be too much.
        """
        where = f"the value that begins at byte {self.used + 1:,}"
        if self.trouble:
            raise self.trouble
        if self.ended:
            raise Unreadable(f"{where} has no end: the file is cut short, or a bracket is missing")
        if len(self.data) >= self.limit:
            told = f"{where} is larger than {self.limit >> 20} MiB, or a bracket is missing in it"
            raise Unreadable(told)
        self.fill(max(min(2 * len(self.data), self.limit), self.chunk))

    def take(self, size: int) -> bytes:
        """Use the first `size` bytes up."""
        taken, self.data = self.data[:size], self.data[size:]
        self.used += len(taken)
        return taken

    def skip(self) -> bool:
        """Use up the blanks that come first; whether anything is left."""
        self.fill()
        while True:
            self.take(len(self.data) - len(self.data.lstrip(BLANKS)))
            if self.data or self.ended:
                break
            self.fill()
        self.fill()
        return bool(self.data)
