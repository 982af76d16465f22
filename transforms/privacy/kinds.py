"""What stands in a field, by its name; and whether a name is a person's.

Owns both guesses. The model tells most fields; a name that it lacks is told by how it ends.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from transforms.ocds.model import EVERY, model
from transforms.privacy.policy import offices, plain, policy

PROSE: Final = 0  # a field with text for people
NAMED: Final = 1  # an id, an address, a code or a date
HOLDS: Final = 2  # withheld, whole or in part
ENDS = ("ID", "Id", "Ids", "url", "Url", "uri", "href")  # of names of ids and addresses
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019.-])*")
WORDS = range(2, 6)  # in the name of a person
TITLE = re.compile(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\.? [^\W\d]", re.IGNORECASE)
COMPANY = re.compile(
    r"\b(?:ltd|limited|llp|plc|inc|pty|cic|gmbh|company|trust|partners)\b", re.IGNORECASE
)
TRADING = re.compile(r"\s*,?\s+(?:t/a|trading as)\b", re.IGNORECASE)
SHORTEST: Final = 6  # characters, or digits: shorter ones are no number and no full name


def is_person(name: str) -> bool:
    """Whether a contact's name is that of a person: some words, and none of an office's."""
    words = name.split()
    if len(words) not in WORDS or len(name) < SHORTEST:
        return False
    known = offices()
    return all(WORD.fullmatch(word) and word.lower() not in known for word in words)


@cache
def kind_of(field: str) -> int:
    """What stands in a field of this name: by the model, and of a name it lacks by how it ends."""
    facts = policy()
    if plain(field) in facts.holders or plain(field) in facts.alone:
        return HOLDS
    return NAMED if field == "id" or field.endswith(ENDS) else _formats().get(field, PROSE)


@cache
def _formats() -> dict[str, int]:
    """The fields of the model by name: text for people where any object has such."""
    kinds: dict[str, int] = {}
    for fields in model(EVERY).objects.values():
        for name, field in fields.items():
            kind = NAMED if field.format or field.codes or name in ("ocid", "scheme") else PROSE
            kinds[name] = min(kind, kinds.get(name, kind))
    return kinds


def texts_in(values: Iterable[Any]) -> Iterator[str]:
    """All texts in `values`."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from texts_in(value.values())
        elif isinstance(value, list):
            yield from texts_in(value)


def is_alone(item: dict[str, Any], name: str) -> bool:
    """Whether an organization is one person: by its name, its size, or whom it says to ask."""
    company, told = _told_by(name)
    if company:
        return False
    details, contact = item.get("details"), item.get("contactPoint")
    if isinstance(details, dict) and details.get("scale") == "selfEmployed":
        return True
    if told is not None:
        return told
    own = contact.get("name") if isinstance(contact, dict) else None
    return isinstance(own, str) and is_person(own) and own.casefold() in name.casefold()


@lru_cache(maxsize=1 << 14)  # a process names the same few organizations again and again
def _told_by(name: str) -> tuple[bool, bool | None]:
    """Whether a name is a company's; and whether it is one person's, None if it does not tell."""
    if TITLE.match(name):
        told: bool | None = True
    elif "/" in name or "rading" in name:
        person = TRADING.split(name)[0]
        told = person != name and is_person(person)
    else:
        told = None
    return COMPANY.search(name) is not None, told
