"""What is to be masked in the texts of one process, and what stands in its place.

Owns the order in which it is looked for. What there is to look for, `redaction` gathers.
"""

from collections.abc import Callable, Collection
from functools import lru_cache, partial
from typing import Final, NamedTuple

from transforms.privacy.contacts import Sought
from transforms.privacy.introduced import may_introduce, without_introduced
from transforms.privacy.kinds import PROSE
from transforms.privacy.patterns import ODD, mask, suspicious, uncut
from transforms.privacy.policy import mentions, personal

WITHHELD: Final = "[withheld]"
Count = Callable[[str, str], None]  # of what is done: field and rule


class Look(NamedTuple):
    """What may be in a text: a recorded contact, a name that it introduces, a worded address."""

    contact: bool
    introduced: bool
    odd: bool


GLANCE: Final = 400  # characters of texts that are remembered: those that reports quote
ALL: Final = Look(contact=True, introduced=True, odd=True)


class Masks:
    """What is to be masked in the texts of one process, beside what the patterns find.

    `secrets` are texts, each with what stands in its place; `sought` are contacts, found however
    they are written; `named` says
    whether an organization of the process is called so. Each thing done is told to `count`.
    """

    def __init__(
        self, count: Count, secrets: dict[str, str], sought: Sought,
        named: Callable[[str], bool], *, all_text: bool,
    ) -> None:  # fmt: skip
        self._count, self.secrets, self.all_text = count, secrets, all_text
        self._sought, self._named = sought, named

    def uncounted(self) -> "Masks":
        """The same for quoting what was counted already: what these mask is not counted."""
        return Masks(_uncounted, self.secrets, self._sought, self._named, all_text=self.all_text)

    def needed(self, texts: Collection[str], kind: int) -> Look | None:
        """What may be among `texts` and is to be masked; None if nothing is."""
        joined, prose = "\0".join(texts), kind == PROSE
        look = Look(
            self._sought.among(joined, numbers=prose),
            prose and may_introduce(joined),
            any(sign in joined for sign in ODD),
        )
        if any(look) or "@" in joined or any(secret in joined for secret in self.secrets):
            return look
        return look if prose and (self.all_text or suspicious(texts)) else None

    def shown(self, place: str, value: str | None, message: str) -> tuple[str | None, str | None]:
        """A value and a message about it, as a report may quote them; None for what it may not."""
        if personal(place) or mentions(message) or (value is not None and mentions(value)):
            return None, None
        if value is not None:
            value = self.text(uncut(value))
        return value, self.text(uncut(message))

    def text(self, text: str, kind: int = PROSE, field: str = "text", look: Look = ALL) -> str:
        """`text` as it may be published; what is masked is counted as of `field`."""
        prose = kind == PROSE
        if self.all_text and prose:
            self._count(field, "takedown")
            return WITHHELD
        if self._is_clear(text, prose=prose):
            return text
        for secret, token in self.secrets.items():
            if secret in text:
                self._count(field, "recorded contact" if token == WITHHELD else "id")
                text = text.replace(secret, token)
        if look.contact:
            put = partial(self._put, field, "recorded contact")
            text = self._sought.replaced(text, put, numbers=prose)
        if prose and look.introduced and may_introduce(text):
            text = without_introduced(text, self._named, partial(self._put, field, "name"))
        return mask(text, partial(self._count, field), prose=prose, odd=look.odd)

    def _is_clear(self, text: str, *, prose: bool) -> bool:
        """Whether it is known at a glance that nothing in `text` is masked."""
        return (
            len(text) <= GLANCE
            and is_harmless(text, prose=prose)
            and not any(secret in text for secret in self.secrets)
            and not self._sought.among(text, numbers=prose)
        )

    def _put(self, field: str, rule: str) -> str:
        self._count(field, rule)
        return WITHHELD


def _uncounted(field: str, rule: str) -> None:
    """Count nothing."""


@lru_cache(maxsize=1 << 14)  # reports quote the same places and messages again and again
def is_harmless(text: str, *, prose: bool) -> bool:
    """Whether no pattern finds anything in `text`, whichever process it is of."""
    return not (
        "@" in text
        or any(sign in text for sign in ODD)
        or (prose and (may_introduce(text) or suspicious((text,))))
    )
