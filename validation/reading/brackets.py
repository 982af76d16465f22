"""The brackets of JSON text: where values begin and end, without parsing them.

Owns what is known of text that may be no JSON. Strings are passed over whole: brackets, quotes and
commas in them count for nothing.
"""

import re
from typing import Literal

from validation.reading.feed import BLANKS, Guessed

STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
TOKEN = re.compile(STRING + rb'|([{\[])|([}\]])|(")', re.DOTALL)
# The next bracket, or the end: what stands before it is passed over in one go, strings too.
BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + STRING + rb')*+(?:([{\[])|([}\]])|(")|\Z)', re.DOTALL)
PARTS = re.compile(STRING + rb'|([{\[])|([}\]])|(")|(,)', re.DOTALL)
OPENS, CLOSES, CUT, COMMA = 1, 2, 3, 4  # groups of a token; none is a whole string
COLON = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*")
ENTRIES: dict[bytes, Literal["releases", "records"]] = {
    b'"releases"': "releases", b'"records"': "records",
}  # fmt: skip


def scan(data: bytes, at: int, depth: int, floor: int) -> tuple[list[int], int, int]:
    """Follow the brackets of `data` from position `at`, where `depth` of them are open.

    Returns:
        Behind which closing brackets `floor` were open; a last one behind which fewer were, where
        it stops; where to go on; and how many are open there.
    """
    ends: list[int] = []
    for token in BRACKET.finditer(data, at):
        kind = token.lastindex
        if kind is None:  # the end
            continue
        if kind == OPENS:
            depth += 1
        elif kind == CLOSES:
            depth -= 1
            if depth <= floor:
                ends.append(token.end())
                if depth < floor:
                    return ends, token.end(), depth
        else:  # a string that is not whole yet
            return ends, token.start(CUT), depth
    return ends, len(data), depth


def opening(data: bytes) -> tuple[int, Literal["array", "releases", "records"]] | None:
    """Where the entries of the document begin that `data` begins with, and what they are."""
    if data[:1] == b"[":
        return 1, "array"
    depth, name = 0, (0, 0)  # of the last string in the document itself
    for token in TOKEN.finditer(data):
        if token.lastindex is None:
            name = token.span() if depth == 1 else name
        elif token.lastindex == OPENS:
            depth += 1
            kind = ENTRIES.get(data[slice(*name)])
            if (
                depth == 2  # noqa: PLR2004 - a field of the document
                and kind
                and token[0] == b"["
                and COLON.fullmatch(data, name[1], token.start())
            ):
                return token.end(), kind
        elif token.lastindex == CLOSES:
            depth -= 1
        else:  # a string that is not whole yet: what looks like strings behind it is within it
            return None
    return None


def cut(data: bytes) -> bool:
    """Whether `data` ends within a string."""
    _, at, _ = scan(data, 0, 0, -1 << 62)
    return at < len(data)


def parts(text: bytes, *, first: bool) -> list[tuple[bytes, bool]]:
    """The entries of a list, each with whether one comma stands before it as it must; a last one
    that is empty where a comma has nothing behind it.

    Args:
        text: what stands between the brackets of the list, or a piece of that.
        first: whether it begins with the first entry, which no comma stands before.

    Raises:
        Guessed: it ends within an entry.
    """
    found: list[tuple[bytes, bool]] = []
    start = depth = commas = 0
    for token in PARTS.finditer(text):
        kind = token.lastindex
        depth += (kind == OPENS) - (kind == CLOSES)
        if depth < 0 or kind == CUT:
            raise Guessed
        if depth or kind not in (CLOSES, COMMA):
            continue
        end = token.end() if kind == CLOSES else token.start()
        if value := text[start:end].strip(BLANKS):
            found.append((value, commas == int(bool(found) or not first)))
            commas = 0
        commas += kind == COMMA
        start = token.end()
    if depth:
        raise Guessed
    rest = text[start:].strip(BLANKS)
    if rest or commas:
        found.append((rest, bool(rest) and commas == int(bool(found) or not first)))
    return found
