"""A file of JSON as batches of whole values, whatever its size and form.

Owns the finding of boundaries: lines of JSON Lines, documents one after the other, and the entries
of a package too large to be held. Values are not parsed here, only delimited. A package is first
delimited bracket by bracket; then, where many entries begin alike, by the text between two of them,
which is a hundred times as fast. That is a guess: a batch that is no sequence of whole values
proves it wrong (`Guessed`), and the file is read again bracket by bracket.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import orjson

from validation.reading.streams import Unreadable

CHUNK = 1 << 20  # bytes of a batch: some 200 releases
WHOLE = 2 * CHUNK  # a larger document is read entry by entry
LIMIT = 64 << 20  # bytes of one release, record or envelope: the largest known is under one
TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*+"|([{\[])|([}\]])|(")', re.DOTALL)
ENTRIES = re.compile(rb'"(releases|records)"\s*:\s*\[\Z')
FIRST = re.compile(rb'\}\s*,\s*\{\s*"[^"\\]*"')  # from the end of one entry to the next one's name
Kind = Literal["document", "line", "array", "releases", "records"]


class Guessed(Exception):
    """The text between entries stood elsewhere too: read again, bracket by bracket."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole values: documents or lines, one a text; or entries, all in one text between commas.

    `document` is the number of the document or line, or of the first of them, from 0.
    """

    kind: Kind
    document: int
    texts: list[bytes]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A package without its entries: `whole` says whether what stands behind them is in it."""

    document: int
    kind: Kind
    text: bytes
    whole: bool


class Feed:
    """The text not used yet."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self.data = b""
        self.ended = False

    def fill(self, size: int) -> None:
        """Hold at least `size` bytes, or all that is left."""
        pieces, held = [self.data], len(self.data)
        while held < size and not self.ended:
            piece = next(self._blocks, b"")
            self.ended = not piece
            pieces.append(piece)
            held += len(piece)
        self.data = b"".join(pieces)

    def take(self, size: int) -> bytes:
        """Use the first `size` bytes up."""
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def read(blocks: Iterable[bytes], *, guess: bool) -> Iterator[Batch | Envelope]:
    """The values of a file in batches, and of a package read entry by entry its envelope, twice:
    before its entries as far as it is known, and behind them whole.

    Raises:
        Unreadable: the file is empty or ends within a value, or a value is over 64 MiB.
    """
    feed = Feed(blocks)
    feed.fill(CHUNK)
    feed.data = feed.data.lstrip()
    if not feed.data:
        raise Unreadable("the file is empty: fetch it again")
    first = feed.data.partition(b"\n")[0]
    lines = len(first) < len(feed.data.rstrip()) and _is_json(first)
    yield from _lines(feed) if lines else _documents(feed, guess=guess)


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _lines(feed: Feed) -> Iterator[Batch]:
    number, size = 0, CHUNK
    while True:
        feed.fill(size)
        if not feed.data:
            return
        cut = len(feed.data) if feed.ended else feed.data.rfind(b"\n") + 1
        if not cut and size >= LIMIT:
            raise Unreadable(f"line {number + 1} is longer than {LIMIT >> 20} MiB: split it")
        size = CHUNK if cut else size * 2
        if cut:
            lines = feed.take(cut).split(b"\n")
            yield Batch("line", number, lines)
            number += len(lines) - 1


def _documents(feed: Feed, *, guess: bool) -> Iterator[Batch | Envelope]:
    number = 0
    while True:
        feed.fill(CHUNK)
        feed.data = feed.data.lstrip()
        if not feed.data:
            return
        if texts := _whole(feed):
            yield Batch("document", number, texts)
            number += len(texts)
        else:
            yield from _entries(feed, number, guess=guess)
            number += 1


def _whole(feed: Feed) -> list[bytes]:
    """The documents that end within what is held; none where the next is too large to be held."""
    if feed.data[:1] not in (b"{", b"["):
        end = feed.data.find(b"\n") + 1
        return [feed.take(end or len(feed.data))]
    at = depth = 0
    while True:
        ends, at, depth = scan(feed.data, at, depth, 0)
        if ends:
            starts = [0, *ends]
            data = feed.take(ends[-1])
            return [data[start:end] for start, end in zip(starts, ends, strict=False)]
        if len(feed.data) >= WHOLE and _opening(feed.data):
            return []
        _grow(feed)


def _grow(feed: Feed) -> None:
    if feed.ended:
        raise Unreadable("the file ends within a value: it is cut short, or a bracket is missing")
    if len(feed.data) >= LIMIT:
        raise Unreadable(f"a value is larger than {LIMIT >> 20} MiB: split it")
    feed.fill(len(feed.data) + CHUNK)


def _opening(data: bytes) -> tuple[int, Kind] | None:
    """Where the entries of the document begin that `data` begins with, and what they are."""
    if data[:1] == b"[":
        return 1, "array"
    depth = 0
    for token in TOKEN.finditer(data):
        if token.lastindex == 1:
            depth += 1
            if depth == 2:  # noqa: PLR2004 - in a field of the document
                found = ENTRIES.search(data, max(0, token.end() - 64), token.end())
                if found:
                    return token.end(), "releases" if found[1] == b"releases" else "records"
        elif token.lastindex == 2:  # noqa: PLR2004 - a closing bracket
            depth -= 1
    return None


def _entries(feed: Feed, number: int, *, guess: bool) -> Iterator[Batch | Envelope]:
    start, kind = _opening(feed.data) or (1, "array")
    head, floor = feed.take(start), 1 if kind == "array" else 2
    yield Envelope(number, kind, head, whole=False)
    between, at, depth = b"", 0, floor
    while depth >= floor:
        ends, at, depth = scan(feed.data, at, depth, floor)
        if not ends:
            _grow(feed)
            continue
        between = between or (_between(feed.data, ends) if guess else b"")
        text = feed.take(ends[-1] if depth >= floor else ends[-1] - 1)
        at -= len(text)
        yield Batch(kind, number, [text])
        feed.fill(CHUNK)
        while between and depth >= floor and not feed.ended:
            cut = feed.data.rfind(between) + 1
            if not cut:
                break
            yield Batch(kind, number, [feed.take(cut)])
            at, depth = 0, floor
            feed.fill(CHUNK)
    yield Envelope(number, kind, head + _tail(feed, floor), whole=True)


def _between(data: bytes, ends: list[int]) -> bytes:
    """What stands between many entries and nowhere else, as far as `ends` tell; or nothing."""
    found = Counter(match[0] for end in ends if (match := FIRST.match(data, end - 1)))
    for text, times in found.most_common(1):
        if data.count(text, 0, ends[-1] + len(text)) == times:
            return text
    return b""


def _tail(feed: Feed, depth: int) -> bytes:
    """The rest of a document of which `depth` brackets are open."""
    at = 0
    while True:
        ends, at, depth = scan(feed.data, at, depth, 0)
        if ends:
            return feed.take(ends[0])
        _grow(feed)


def scan(data: bytes, at: int, depth: int, floor: int) -> tuple[list[int], int, int]:
    """Follow the brackets of `data` from position `at`, where `depth` of them are open.

    Returns:
        Behind which closing brackets `floor` were open; a last one behind which fewer were, where
        it stops; where to go on; and how many are open there.
    """
    ends: list[int] = []
    for token in TOKEN.finditer(data, at):
        kind = token.lastindex
        if kind is None:  # a string
            continue
        if kind == 1:
            depth += 1
        elif kind == 2:  # noqa: PLR2004 - a closing bracket
            depth -= 1
            if depth <= floor:
                ends.append(token.end())
                if depth < floor:
                    return ends, token.end(), depth
        else:  # a string that is not whole yet
            return ends, token.start(), depth
    return ends, len(data), depth
