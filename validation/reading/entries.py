"""A document too large to be held, entry by entry.

Owns the finding of boundaries within a package or a list. They are found bracket by bracket; then,
where many entries begin alike, by the text between two of them, which is a hundred times as fast.
That is a guess: a batch that is no sequence of whole values proves it wrong (`Guessed`).
"""

import re
from collections import Counter
from collections.abc import Iterator

from validation.reading.brackets import opening, scan
from validation.reading.feed import MANY, Batch, Envelope, Feed, Kind
from validation.reading.streams import Unreadable

FIRST = re.compile(rb'\}\s*,\s*\{\s*"[^"\\]*"')  # from the end of one entry to the next one's name
PIECE = 1 << 14  # bytes: a few releases, some 200 KB once read
HEAD = 1 << 18  # bytes that are enough to see what stands between entries
SHORT = 200  # bytes: shorter entries are too many in one batch, and seldom end alike


def entries(feed: Feed, number: int, *, guess: bool) -> Iterator[Batch | Envelope]:
    """The entries of the document that `feed` begins with, in batches, and its envelope twice:
    before them as far as it is known, and behind them whole.

    Args:
        feed: begins with a package or a list; see `validation.reading.brackets.opening`.
        number: of the document.
        guess: whether to look for the text between entries.

    Raises:
        Unreadable: the document has no end, or a bracket is missing.
    """
    while not (found := opening(feed.data)):
        feed.grow()
    start, kind = found
    head, floor = feed.take(start), 1 if kind == "array" else 2
    yield Envelope(number, kind, head, whole=False)
    yield from _batches(feed, number, kind, floor, guess=guess)
    if feed.data[:1] != b"]":
        told = f"a closing bracket too many stands at byte {feed.used + 1:,}: take it out"
        raise Unreadable(told)
    yield Envelope(number, kind, head + _tail(feed, floor), whole=True)


def _batches(feed: Feed, number: int, kind: Kind, floor: int, *, guess: bool) -> Iterator[Batch]:
    """The batches, up to the bracket that closes the list."""
    at, depth, first, between, sip = 0, floor, True, b"", True
    while depth >= floor:
        text = feed.data[:HEAD] if guess and sip else feed.data
        ends, at, depth = scan(text, at, depth, floor)
        sip = False
        if not ends:
            if len(text) == len(feed.data):
                feed.grow()
            continue
        if len(ends) > MANY:
            ends, at, depth = ends[:MANY], ends[MANY - 1], floor
        if guess and not between and len(ends) * SHORT < ends[-1]:
            between = _between(feed.data, ends)
        where, text = feed.used, feed.take(ends[-1] if depth >= floor else ends[-1] - 1)
        at -= len(text)
        yield Batch(kind, number, [text], first, where)
        first = False
        feed.fill()
        while between and depth >= floor and not feed.ended:
            size = feed.data.rfind(between) + 1
            if not size:
                break
            where, text = feed.used, feed.take(size)
            yield Batch(kind, number, _pieces(text, between), first=False, at=where)
            at, depth = 0, floor
            feed.fill()


def _pieces(text: bytes, between: bytes) -> list[bytes]:
    """Entries in pieces that a processor's cache holds once they are read."""
    found, start = [], 0
    while (end := text.find(between, start + PIECE) + 1) > 0:
        found.append(text[start:end])
        start = end
    return [*found, text[start:]]


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
        feed.grow()
