"""Names that a text introduces as a person's: behind a title, or behind a word such as contact.

Owns those words. An office is told from a person by the words of its name, as in a contact. A
heading such as Contact Lens Supplies introduces nobody.
"""

import re
from collections.abc import Callable
from typing import Final

from transforms.privacy.kinds import is_person
from transforms.privacy.policy import offices

CAPITAL = r"[A-Z\u00c0-\u00de][\w'\u2019-]*\.?"
SPACE = r"[ \u00a0]+"
INTRODUCED = re.compile(  # the words, then the name
    rf"\b((?:Mrs?\.?|Ms|Miss|Dr|Prof(?:essor)?\.?){SPACE})({CAPITAL}(?:{SPACE}{CAPITAL}){{0,3}})"
    r"|\b((?:contact|[Cc]ontact(?::| [Nn]ame| [Pp]erson| [Oo]fficer)|[Oo]ur Contact|FAO"
    rf"|[Aa]ttention of)[:\u2013-]?{SPACE})({CAPITAL}(?:{SPACE}{CAPITAL}){{1,3}})"
)
SIGNS: Final = ("Mr", "Ms ", "Miss ", "Dr ", "Prof", "ontact", "FAO", "ttention of")  # one is there
BEFORE: Final = 12  # characters of which what stands before such a sign has fewer
AROUND: Final = 120  # and what begins with it


def may_introduce(text: str) -> bool:
    """Whether `without_introduced` may find anybody in `text`."""
    for sign in SIGNS:
        place = text.find(sign)
        while place >= 0:
            if INTRODUCED.search(text, max(0, place - BEFORE), place + AROUND):
                return True
            place = text.find(sign, place + 1)
    return False


def without_introduced(text: str, known: Callable[[str], bool], put: Callable[[], str]) -> str:
    """`text` with what `put` gives in place of names that it introduces as those of people.

    Args:
        text: for people.
        known: whether a name is that of an organization, and stays.
        put: what stands in the place of a name; called once for each.
    """

    def one(found: re.Match[str]) -> str:
        words, name = (found[1], found[2]) if found[1] else (found[3], found[4])
        plain = {re.split("['\u2019.]", word, maxsplit=1)[0].lower() for word in name.split()}
        if plain & offices() or known(name) or (found[3] and not is_person(name)):
            return found[0]
        return f"{words}{put()}"

    return INTRODUCED.sub(one, text)
