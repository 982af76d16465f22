"""E-mail addresses and telephone numbers in text, and what stands in their place.

Owns the patterns. They find what is written as such: a number without country code, without a
leading zero and without a word like "Tel" before it may as well be a reference, and stays.
"""

import re
from collections.abc import Callable, Collection

LOCAL = r"[\w.!$'*+^`{|}~-]+"  # before the sign: what cannot end a part of a web address
ODD = ("@ ", "\uff20", "%40", "(at)", "[at]", " dot ")  # one of which is in what WORDED finds
EMAIL = re.compile(rf"{LOCAL}@[\w-]+(?:\.[\w-]+)+")
# As people write it for people only: with spaces, with words instead of the signs, or encoded.
WORDED = re.compile(
    rf"{LOCAL}(?: ?(?:@|\uff20|%40) ?|\s*[(\[]at[)\]]\s*)"
    r"[\w-]+(?:(?:\.|\s*[(\[]dot[)\]]\s*)[\w-]+)*(?:\.|\s*[(\[]dot[)\]]\s*)[a-z]{2,}\b"
    rf"|{LOCAL} at [\w-]+(?: dot [\w-]+)+",
    re.IGNORECASE,
)
CUT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@?[\w.-]*…$")  # the last word of a text that was cut
SPACE = r"[ \u00a0-]?"
GAP = r"[ \u00a0.()/-]{0,3}"
# A country code, a trunk zero as in the United Kingdom and Australia, or the latter's shared-cost
# numbers; then as many digits as such numbers have. What goes on with a letter, or with a digit
# behind a sign, is a reference.
PHONE = re.compile(
    rf"(?<![\w.,/@#=-])(?:(?:\+|00)[1-9]\d{{0,2}}{GAP}(?:\d{GAP}){{6,11}}\d"
    rf"|\(?0[1-9]\d{{0,3}}\)?{SPACE}(?:\d{SPACE}){{4,8}}\d"
    r"|\(?0[1-9]\d{1,3}\)?[-.][2-9]\d{2,3}[-. ]?\d{3,4}"
    r"|1[38]00[ \u00a0]?\d{3}[ \u00a0]?\d{3})(?![\w@]|[-/.,]\d)"
)
CALLED = re.compile(
    r"\b((?:tel(?:ephone)?|phone|mobile|mob|fax|call|ring)\b[\s.:no-]{0,12})"
    r"(\+?\(?\d(?:[ ().\u00a0/-]*\d){6,14})",
    re.IGNORECASE,
)
ZEROS = bytes(48 if byte in b"0123456789" else byte for byte in range(256))
SIGNS = b" ()./-\r\n\t\xc2\xa0"  # between digits of a number, and the two bytes of a hard space
RUN = b"0" * 7  # the fewest digits of a number that either pattern finds
LEAST, MOST = 10, 15  # digits of a number with its code or zero: ITU-T E.164 has at most 15
E_MAIL, TELEPHONE = "[e-mail withheld]", "[telephone withheld]"
IN_ADDRESS = "e-mail-withheld"  # where a space or a bracket would break an address or an id
Told = Callable[[str], None]


def suspicious(texts: Collection[str]) -> bool:
    """Whether `mask` may find a telephone number in one of `texts`."""
    digits = _digits("\0".join(texts))  # most often none has one: a look at all of them tells
    at = digits.find(RUN)
    if at < 0:
        return False
    if digits.count(b"\0") != len(texts) - 1:  # one has a NUL of its own
        return any(map(_finds, texts))
    each = list(texts)
    while at >= 0:
        if _finds(each[digits.count(b"\0", 0, at)]):
            return True
        end = digits.find(b"\0", at)
        at = digits.find(RUN, end) if end >= 0 else end
    return False


def _digits(text: str) -> bytes:
    """A text with zeros in place of digits, and without what may stand between them."""
    return text.encode("utf-8", "replace").translate(ZEROS, SIGNS)


def _has_number(text: str) -> bool:
    """Whether enough digits follow each other: ten times as fast as looking for a number."""
    return RUN in _digits(text)


def _finds(text: str) -> bool:
    return PHONE.search(text) is not None or CALLED.search(text) is not None


def mask(text: str, told: Told, *, prose: bool = True, odd: bool = True) -> str:
    """`text` with what is found replaced, each told by its kind.

    Args:
        text: any.
        told: called with `e-mail` or `telephone` for each that is replaced.
        prose: that it is no address and no id, in which telephone numbers are not looked for.
        odd: that it may have addresses that are not written as such.
    """
    token = E_MAIL if prose else IN_ADDRESS
    if "@" in text:
        text = EMAIL.sub(lambda _: _say(told, "e-mail", token), text)
    if odd and any(sign in text for sign in ODD):
        text = WORDED.sub(lambda _: _say(told, "e-mail", token), text)
    if prose and _has_number(text):
        text = CALLED.sub(lambda m: m[1] + _say(told, "telephone", TELEPHONE), text)
        text = PHONE.sub(lambda m: _number(m[0], told), text)
    return text


def uncut(text: str) -> str:
    """A text that was cut short, without its last word: it may be half an e-mail address."""
    return CUT.sub("…", text) if text.endswith("…") else text


def _number(text: str, told: Told) -> str:
    digits = sum(map(str.isdigit, text))
    return _say(told, "telephone", TELEPHONE) if LEAST <= digits <= MOST else text


def _say(told: Told, kind: str, token: str) -> str:
    told(kind)
    return token
