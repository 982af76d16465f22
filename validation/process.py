"""One release, or one compiled release, as the checks see it.

Owns what several checks ask for: sections, parties by id, references by role, readable moments.
Any JSON may stand anywhere in a release: what is here holds objects where objects are promised.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from transforms.values import moment
from validation.spots import TOP, Node, Where
from validation.walk import Walk

TENDER: Where = (TOP, "tender", -1)  # where the tender stands
# An int or a float as published. Compiled, what is declared a float is made one.
Number = Any
REMEMBERED = 100_000  # texts of date-times remembered: a day of notices repeats few of them


class Moments:
    """Reads date-times; a text read once is remembered."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self._known: dict[str, datetime | None] = {}

    def __call__(self, value: Any) -> datetime | None:
        """The date-time in UTC, or None where `value` is none; see `transforms.values.moment`."""
        if type(value) is not str:
            return None
        try:
            return self._known[value]
        except KeyError:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[value] = moment(value, self.zone)
            return found


class Process:
    """The release that `walk` read last; of no use once it reads the next.

    Attributes:
        release: the release.
        objects: its objects by kind, each with where it stands (`Period`, `Document`, ...).
        parts: its parties, and the references to them by role (`supplier`, ...).
        leaves: its values by format, each with the object it stands in and its field.
        walk: what else the walk found.
        moment: reads a date-time, to a `datetime` or None.
        tender: the tender, or an empty object.
        known: what checks found out for each other.
    """

    def __init__(self, release: dict[str, Any], walk: Walk, moments: Callable[[Any], Any]) -> None:
        self.release = release
        self.walk = walk
        self.known: dict[str, Any] = {}
        self.objects = walk.objects
        self.parts = walk.parts
        self.leaves = walk.leaves
        self.moment: Callable[[Any], Any] = moments
        tender = release.get("tender")
        self.tender: dict[str, Any] = tender if isinstance(tender, dict) else {}  # or an empty one
        self._date: list[datetime | None] = []
        self._parties: dict[Any, list[dict[str, Any]]] | None = None
        self._contracts: dict[str, list[Node]] | None = None
        self._suppliers: list[Node] | None = None

    @property
    def date(self) -> datetime | None:
        """When the release was published."""
        if not self._date:
            self._date.append(self.moment(self.release.get("date")))
        return self._date[0]

    @property
    def parties(self) -> dict[Any, list[dict[str, Any]]]:
        """The entries of `parties` by id; several under one id are the publisher's mistake."""
        if self._parties is None:
            self._parties = {}
            party: dict[str, Any]
            for party, _ in self.parts["parties"]:
                self._parties.setdefault(name_of(party.get("id")), []).append(party)
        return self._parties

    @property
    def contracts(self) -> dict[str, list[Node]]:
        """The contracts by the award that they name, as text; see `text_of`."""
        if self._contracts is None:
            self._contracts = {}
            for contract in self.objects["Contract"]:
                node: dict[str, Any] = contract[0]
                award = text_of(node.get("awardID"))
                if award is not None:
                    self._contracts.setdefault(award, []).append(contract)
        return self._contracts

    @property
    def suppliers(self) -> list[Node]:
        """The entries of `parties` that awards name as suppliers."""
        if self._suppliers is None:
            named: set[Any] = set()
            node: dict[str, Any]
            for node, _ in self.parts["supplier"]:
                named.add(name_of(node.get("id")))
            named.discard(None)
            self._suppliers = []
            for party in self.parts["parties"] if named else ():
                node = party[0]
                if name_of(node.get("id")) in named:
                    self._suppliers.append(party)
        return self._suppliers


def below(node: dict[str, Any], where: Where, *fields: str) -> Iterator[Node]:
    """The objects that stand under `node` along `fields`; each may hold one object or a list."""
    field, *further = fields
    value = node.get(field)
    entries = enumerate(value) if isinstance(value, list) else ((-1, value),)
    for position, entry in entries:
        if isinstance(entry, dict):
            place: Where = (where, field, position)
            if further:
                yield from below(entry, place, *further)
            else:
                yield entry, place


def name_of(value: Any) -> Any:
    """An id or code as something to look up; None where it is neither text nor a whole number."""
    kind = type(value)
    return value if kind is str or kind is int else None


def text_of(value: Any) -> str | None:
    """An id as text: 1 and "1" name the same thing where types are not what is asked about."""
    name = name_of(value)
    return None if name is None else str(name)


def number_of(value: Any) -> Number:
    """A number as published, or None where `value` is none (text and booleans are none)."""
    kind = type(value)
    return value if kind is int or kind is float or isinstance(value, float) else None


def said(value: Any) -> bool:
    """Whether a value says something: null, an empty text, list or object does not."""
    return value is not None and (bool(value) or not isinstance(value, (str, list, dict)))
