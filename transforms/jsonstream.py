"""A text of JSON to its values: one value, values one after the other, or one a line.

Owns the telling apart of these forms, and where a value ends. Values are not parsed here, only
delimited, one at a time: memory holds no more than the largest.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

BOM = b"\xef\xbb\xbf"  # RFC 8259, section 8.1: a reader may pass over it
# What may stand between values: white space, byte order marks of files that were joined, and the
# record separator of RFC 7464.
BETWEEN = re.compile(rb"(?:[ \t\r\n\x1e]++|\xef\xbb\xbf)*+")
# A hidden file, or one whose suffix says that it is neither JSON nor packed JSON.
OTHER = re.compile(
    r"(?i)(?:.*/)?(?:\.[^/]*|[^/]*\.(?!(?:json|jsonl|jsonlines|ndjson|gz|tgz|zst|zip|tar|bin)$)[a-z]\w{0,7})"
)
BEGINS = re.compile(rb"(?:[ \t\r\n\x1e]|\xef\xbb\xbf|\xff\xfe|\xfe\xff|\x00)*[{\[]")
OPENING = (b"{", b"[")
# Text without brackets, with whole strings passed over, and then a bracket.
BRACKET = re.compile(
    rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+([\[\]{}])', re.DOTALL
)
ANOTHER = re.compile(rb"\n[ \t\r\x1e]*(?=[{\[])")  # where a value may begin behind what is no JSON
WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
BARE_WIDE = (
    (b"{\x00", "utf-16-le"),
    (b"[\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
    (b"\x00[", "utf-16-be"),
)
EXCERPT = 2_000  # bytes of what is no JSON that are shown; the raw page has them all


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one value; or, with `trouble` (a rule and a message), of what is none."""

    text: bytes
    trouble: tuple[str, str] | None = None


def is_other(name: str, head: bytes) -> bool:
    """Whether a text of that `name`, which begins with `head`, is not meant as JSON."""
    return OTHER.fullmatch(name) is not None and not BEGINS.match(head)


def encoding(head: bytes) -> str:
    """The encoding of a text that begins with `head`: utf-8, utf-16-le, utf-16-be, or utf-32.

    RFC 8259, section 8.1, allows nothing but UTF-8 between systems; older files differ.
    """
    if head[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE) or head[:3] == b"\x00\x00\x00":
        return "utf-32"
    return next((name for mark, name in (*WIDE, *BARE_WIDE) if head.startswith(mark)), "utf-8")


def narrowed(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Pieces of UTF-16 as pieces of UTF-8; what is no character becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    for piece in pieces:
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def values(pieces: Iterator[bytes], limit: int) -> Iterator[Value]:
    """The values of a text in order, however they are laid out.

    Args:
        pieces: the text in UTF-8.
        limit: how many bytes one value may have.

    Where the first value fills a line of its own and more follows, every line is a value: a broken
    one costs only itself. Otherwise the brackets tell where a value ends.
    """
    feed = _Feed(pieces, limit)
    lines = False
    while feed.skip():
        if lines and not feed.alone():
            yield feed.line()
        elif feed.data.startswith(OPENING):
            value, lines = feed.value()
            yield value
        else:
            yield feed.stray()


class _Feed:
    """The part of a text that is held, and the rest as it comes."""

    def __init__(self, pieces: Iterator[bytes], limit: int) -> None:
        self.data = bytearray()
        self._pieces, self._limit = pieces, limit

    def skip(self) -> bool:
        """Pass over what may stand between values; False at the end of the text."""
        while True:
            found = BETWEEN.match(self.data)
            del self.data[: found.end() if found else 0]
            if not BOM.startswith(self.data):
                return True
            if not self._grow():
                return bool(self.data)

    def alone(self) -> bool:
        """Whether a document begins here that was laid out over several lines."""
        if not self.data.startswith(OPENING):
            return False
        end = self._newline()
        return self.data[1 : end if end >= 0 else None].strip() == b"" and end >= 0

    def line(self) -> Value:
        """All up to the next newline, which one value should be."""
        end = self._newline()
        if end < 0 and len(self.data) > self._limit:
            head = bytes(self.data[:EXCERPT])
            while end < 0:
                del self.data[:]
                if not self._grow():
                    break
                end = self.data.find(b"\n")
            self._take(end + 1)
            return Value(head, self._too_large())
        return Value(self._take(end + 1 if end >= 0 else len(self.data)).strip())

    def value(self) -> tuple[Value, bool]:
        """The value that begins here, and whether it has a line of its own and more follow."""
        at = depth = 0
        while True:
            at, depth, ended = _scan(self.data, at, depth)
            if ended:
                text = self._take(at)
                return Value(text), b"\n" not in text and self._line_ends()
            if len(self.data) > self._limit:
                return Value(self._rest(), self._too_large()), False
            if not self._grow():
                told = "unreadable_document", "the text ends within a value: fetch it again"
                return Value(self._rest(), told), False

    def stray(self) -> Value:
        """What is no value, up to where one may begin: never more of it than an excerpt."""
        head = bytes(self.data[:EXCERPT])
        while not (found := ANOTHER.search(self.data)):
            del self.data[:-EXCERPT]  # what is searched again is bounded
            if not self._grow():
                self.data.clear()
                break
        if found:
            end = found.end()
            head = bytes(self.data[:end]).rstrip() if len(head) >= end else head
            del self.data[:end]
        shown = head[:40].decode("utf-8", "replace")
        return Value(head, ("unreadable_document", f"no JSON begins with {shown!r}"))

    def _line_ends(self) -> bool:
        """Whether nothing but blanks stands before the next newline, and there is one."""
        end = self._newline()
        return end >= 0 and not self.data[:end].strip()

    def _newline(self) -> int:
        at = 0
        while (end := self.data.find(b"\n", at)) < 0 and len(self.data) <= self._limit:
            at = len(self.data)
            if not self._grow():
                break
        return end

    def _grow(self) -> bool:
        """Hold another piece; False where there is none. As many again, where many are held."""
        wanted = len(self.data) + max(1, len(self.data) // 8)
        grown = False
        while len(self.data) < wanted and (piece := next(self._pieces, None)) is not None:
            self.data += piece
            grown = True
        return grown

    def _take(self, end: int) -> bytes:
        text = bytes(self.data[:end])
        del self.data[:end]
        return text

    def _rest(self) -> bytes:
        """An excerpt; all the rest of the text is passed over."""
        head = bytes(self.data[:EXCERPT])
        self.data.clear()
        for _ in self._pieces:
            pass
        return head

    def _too_large(self) -> tuple[str, str]:
        return "too_large", f"a value is larger than {self._limit:,} bytes"


def _scan(data: bytearray, at: int, depth: int) -> tuple[int, int, bool]:
    """Follow the brackets from `at`, where `depth` of them are open, to where none is.

    Returns:
        Where to go on, how many brackets are open there, and whether the value has ended.
    """
    while found := BRACKET.match(data, at):  # none where a string is not whole yet
        at = found.end()
        depth += 1 if found[1] in OPENING else -1
        if depth == 0:
            return at, depth, True
    return at, depth, False
