"""A file of JSON as batches of whole values, whatever its size and form.

Owns the telling apart of JSON Lines from documents one after the other. Values are not parsed here,
only delimited.
"""

import re
from collections.abc import Collection, Iterable, Iterator

import orjson

from validation.reading.brackets import opening, scan
from validation.reading.entries import entries
from validation.reading.feed import BLANKS, CHUNK, LIMIT, MANY, Batch, Envelope, Feed
from validation.reading.streams import Unreadable

ALONE = (b"{", b"[", b"{\r", b"[\r")  # a line that a document begins with
OPENING = re.compile(rb"[ \t\r\n]*[{\[]")
SHOWN = 40  # bytes of what is no JSON


def read(
    pieces: Iterable[bytes],
    *,
    guess: bool,
    held: Collection[int] = (),
    chunk: int = CHUNK,
    limit: int = LIMIT,
) -> Iterator[Batch | Envelope]:
    """The values of a file in batches, and of a package read entry by entry its envelope.

    Args:
        pieces: the text.
        guess: whether to guess where entries end; see `validation.reading.entries`.
        held: numbers of documents that must not be read entry by entry.
        chunk: how many bytes a batch has, about.
        limit: how many bytes a value may have.

    Raises:
        Unreadable: the file is empty or ends within a value, or a value is too large.
    """
    feed = Feed(pieces, chunk, limit)
    if not feed.skip():
        raise feed.trouble or Unreadable("it is empty: fetch it again")
    first = feed.data.partition(b"\n")[0]
    more = len(first) < len(feed.data.rstrip(BLANKS))
    if more and _is_json(first):
        yield from _lines(feed, guess=guess, held=held)
    else:
        yield from _documents(feed, 0, guess=guess, held=held)
    if feed.trouble:
        raise feed.trouble


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _lines(feed: Feed, *, guess: bool, held: Collection[int]) -> Iterator[Batch | Envelope]:
    """Lines, until one is too long or only opens a document: then documents."""
    number = 0
    while feed.data:
        whole = feed.ended and not feed.trouble
        end = len(feed.data) if whole else feed.data.rfind(b"\n") + 1
        lines = feed.data[:end].split(b"\n")
        if (alone := _alone(lines)) >= 0:
            lines = [*lines[:alone], b""]
        where = feed.used
        feed.take(sum(map(len, lines)) + len(lines) - 1)
        for start in range(0, len(lines), MANY):
            some = lines[start : start + MANY]
            yield Batch("line", number + start, some, at=where)
            where += sum(map(len, some)) + len(some)
        number += len(lines) - 1
        if alone >= 0 or (feed.large and b"\n" not in feed.data):
            yield from _documents(feed, number, guess=guess, held=held)
            return
        if feed.trouble:
            return
        feed.fill(len(feed.data) + feed.chunk)


def _alone(lines: list[bytes]) -> int:
    """The first of some lines that is nothing but an opening bracket; -1 if there is none. What
    comes last has no line end yet.
    """
    for number in range(len(lines) - 1):
        line = lines[number]
        if line.endswith(ALONE) and line.lstrip(b" \t") in ALONE:
            return number
    return -1


def _documents(
    feed: Feed, number: int, *, guess: bool, held: Collection[int]
) -> Iterator[Batch | Envelope]:
    while feed.skip():
        where = feed.used
        if feed.data[:1] not in (b"{", b"["):
            texts = [_other(feed)]
        else:
            texts = _whole(feed, held=number in held)
        if texts:
            yield Batch("document", number, texts, at=where)
            number += len(texts)
        else:
            yield from entries(feed, number, guess=guess)
            number += 1


def _other(feed: Feed) -> bytes:
    """A document that is no object and no list, to the end of its line.

    Raises:
        Unreadable: it is no JSON, and no document comes behind it.
    """
    while not (end := feed.data.find(b"\n") + 1) and not feed.ended:
        feed.grow()
    where, text = feed.used, feed.take(end or len(feed.data))
    if not _is_json(text) and not (feed.skip() and feed.data[:1] in (b"{", b"[")):
        shown = text[:SHOWN].decode("utf-8", "replace").strip()
        raise Unreadable(f"no JSON stands at byte {where + 1:,}, but {shown!r}: remove it")
    return text


def _whole(feed: Feed, *, held: bool) -> list[bytes]:
    """The documents that end within what is held; none where the next is too large to be held, or
    has no end.
    """
    at = depth = 0
    while True:
        ends, at, depth = scan(feed.data, at, depth, 0)
        if ends:
            ends = ends[:1] if held else ends[:MANY]
            return _cut(feed, ends)
        if not held and (feed.large or feed.ended) and opening(feed.data):
            return []
        feed.grow()


def _cut(feed: Feed, ends: list[int]) -> list[bytes]:
    """The documents up to `ends`, as long as nothing else stands between them."""
    texts, start = [feed.data[: ends[0]]], ends[0]
    for end in ends[1:]:
        if not OPENING.match(feed.data, start):
            break
        texts.append(feed.data[start:end])
        start = end
    feed.take(start)
    return texts
