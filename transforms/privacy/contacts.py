"""How what a contact says may be written elsewhere in its process, and where it is found there.

Owns both: in other case, with other spaces, the surname first, without a title or what stands
behind a name; digits of a number in other groups.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

from transforms.privacy.kinds import SHORTEST, is_person

TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof(?:essor)?)\b\.?"
TITLED = re.compile(rf"{TITLE}\s+", re.IGNORECASE)
ENDS = re.compile(r"[,;/|&()\[\]:+]| [-\u2013\u2014] | (?:and|or|y|e|et) ", re.IGNORECASE)
REVERSED = re.compile(r"([^\W\d_][\w'\u2019-]+), ([^\W\d_][\w'\u2019-]*)")  # surname first
PARTICLES = frozenset((  # the words of a name that may begin with a small letter
    "al", "ben", "bin", "da", "de", "del", "den", "der", "di", "do", "dos", "du", "el", "la", "las",
    "le", "los", "mac", "van", "von", "y",
))  # fmt: skip
TAIL: Final = 8  # last digits of a number, by which it is known in any form
MOST: Final = 15  # digits of a telephone number: ITU-T E.164
VARIED: Final = 4  # different digits among them, or they may be an amount
GAP = r"[ ().\-/\u00a0]{0,3}"
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
NOT_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789")


@lru_cache(maxsize=4096)  # the same few people are named by many processes of a buyer
def written(text: str) -> frozenset[str]:
    """What a text of a contact may be found by, in lower case; nothing if by nothing surely."""
    return frozenset(_written(text))


def _written(text: str) -> Iterator[str]:
    whole = " ".join(text.split())
    if "@" in whole or sum(map(str.isdigit, whole)) >= SHORTEST or is_person(whole):
        yield whole.lower()
    if "@" not in whole:
        names = [" ".join(TITLED.sub("", one).split()) for one in ENDS.split(whole)]
        if turned := REVERSED.fullmatch(TITLED.sub("", whole)):
            names.insert(0, f"{turned[2]} {turned[1]}")
        yield from _names(names)


def _names(names: list[str]) -> Iterator[str]:
    """The first of several names, and those behind it if all of them are people's."""
    people = [name.lower() for name in names if _is_name(name)]
    if people and _is_name(names[0]):
        yield from people if len(people) == len([n for n in names if n]) else people[:1]


def _is_name(text: str) -> bool:
    """Whether a part of a contact's name is a person's: as a heading, it would be no whole one."""
    return is_person(text) and all(w[0].isupper() or w in PARTICLES for w in text.split())


def tail(text: str) -> str:
    """The last digits of a telephone number, "" if it is none that could be told from others."""
    digits = "".join(filter(str.isdigit, text))
    known = "@" not in text and TAIL <= len(digits) <= MOST and len({*digits[-TAIL:]}) >= VARIED
    return digits[-TAIL:] if known else ""


class Sought:
    """Texts and ends of numbers to be found in the texts of one process.

    Args:
        texts: as `written` has them.
        tails: as `tail` has them.
    """

    def __init__(self, texts: Iterable[str], tails: Iterable[str]) -> None:
        longest = sorted(texts, key=lambda text: (-len(text), text))
        self.texts = [(text, _probes(text)) for text in longest]
        self.tails = [one.encode() for one in sorted(tails)]

    def among(self, text: str, *, numbers: bool) -> bool:
        """Whether any may be in `text`; quick, and rather too often than too rarely."""
        data = text.encode("utf-8", "replace")
        if next(self._likely(text, data), ""):
            return True
        return numbers and any(True for _ in self._numbers(data))

    def replaced(self, text: str, put: Callable[[], str], *, numbers: bool) -> str:
        """`text` with what `put` gives in place of each; `numbers` only where they may stand."""
        data = text.encode("utf-8", "replace")
        for one in self._likely(text, data):
            text = _pattern(one).sub(lambda _: put(), text)
        for tail in self._numbers(data) if numbers else ():
            text = _digits(tail.decode()).sub(lambda _: put(), text)
        return text

    def _likely(self, text: str, data: bytes) -> Iterator[str]:
        low, letters = data.lower(), ""
        for one, probes in self.texts:
            if probes:
                if _in(low, probes):
                    yield one
            else:  # in another alphabet
                letters = letters or text.lower()
                if one in letters:
                    yield one

    def _numbers(self, data: bytes) -> Iterator[bytes]:
        digits = data.translate(None, NOT_DIGITS) if self.tails else b""
        yield from (one for one in self.tails if one in digits)


@lru_cache(maxsize=4096)
def _probes(text: str) -> tuple[bytes, ...]:
    """What is in every text that has `text` in any case: of each word the part that is ASCII."""
    parts = [max(NOT_ASCII.split(word), key=len) for word in text.split()]
    return tuple(part.encode() for part in parts if part)


def _in(low: bytes, probes: tuple[bytes, ...]) -> bool:
    return all(probe in low for probe in probes)


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    *first, last = map(re.escape, text.split())
    words = r"\s+".join([*first, last])
    if first and is_person(text):  # also with the surname first
        words = rf"(?:{words}|{last},\s+" + r"\s+".join(first) + ")"
    before = r"(?<!\w)" if text[0].isalnum() else ""
    behind = r"(?!\w)" if text[-1].isalnum() else ""
    return re.compile(f"{before}{words}{behind}", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _digits(digits: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.,])[+(]{{0,2}}(?:\d{{1,4}}{GAP}){{0,3}}{GAP.join(digits)}(?!\d)")
