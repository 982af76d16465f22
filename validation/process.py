"""One release, or one compiled release, as the checks see it.

Owns what several checks ask for: sections, parties by id, references by role, readable moments.
Any JSON may stand anywhere in a release: what is here holds objects where objects are promised.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, Generic, TypeVar

from transforms.values import moment
from validation.spots import TOP, Node, Where
from validation.walk import Walk

TENDER: Where = (TOP, "tender", -1)  # where the tender stands
REMEMBERED = 100_000  # texts of date-times remembered: a day of notices repeats few of them
T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it is used as `property` is
    """An attribute made when it is first asked for; `functools.cached_property` without a lock."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make, self.__doc__ = make, make.__doc__

    def __get__(self, instance: Any, _owner: Any) -> T:
        found = instance.__dict__[self.make.__name__] = self.make(instance)
        return found


class Moments:
    """Reads date-times; a text read once is remembered."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self._known: dict[str, datetime | None] = {}

    def __call__(self, value: Any) -> datetime | None:
        """The date-time in UTC, or None where `value` is none; see `transforms.values.moment`."""
        if value.__class__ is not str:
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
        moment: reads a date-time.
        known: what checks found out for each other.
    """

    def __init__(self, release: dict[str, Any], walk: Walk, moments: Callable[[Any], Any]) -> None:
        self.release = release
        self.walk = walk
        self.known: dict[str, Any] = {}
        self.objects = walk.objects
        self.parts = walk.parts
        self.leaves = walk.leaves
        self.moment: Callable[[Any], datetime | None] = moments

    @lazy
    def tender(self) -> dict[str, Any]:
        """The tender, or an empty object."""
        tender = self.release.get("tender")
        return tender if isinstance(tender, dict) else {}

    @lazy
    def date(self) -> datetime | None:
        """When the release was published."""
        return self.moment(self.release.get("date"))

    @lazy
    def parties(self) -> dict[Any, list[dict[str, Any]]]:
        """The entries of `parties` by id; several under one id are the publisher's mistake."""
        found: dict[Any, list[dict[str, Any]]] = {}
        for party, _ in self.parts["parties"]:
            found.setdefault(name_of(party.get("id")), []).append(party)
        return found

    @lazy
    def contracts(self) -> dict[str, list[Node]]:
        """The contracts by the award that they name, as text; see `text_of`."""
        found: dict[str, list[Node]] = {}
        for contract in self.objects["Contract"]:
            award = text_of(contract[0].get("awardID"))
            if award is not None:
                found.setdefault(award, []).append(contract)
        return found

    @lazy
    def suppliers(self) -> list[Node]:
        """The entries of `parties` that awards name as suppliers."""
        named = {name_of(node.get("id")) for node, _ in self.parts["supplier"]} - {None}
        return [
            (party, where)
            for party, where in (self.parts["parties"] if named else ())
            if name_of(party.get("id")) in named
        ]


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
    kind = value.__class__
    return value if kind is str or kind is int else None


def text_of(value: Any) -> str | None:
    """An id as text: 1 and "1" name the same thing where types are not what is asked about."""
    name = name_of(value)
    return None if name is None else str(name)


def number_of(value: Any) -> float | None:
    """A number as published, or None where `value` is none (text and booleans are none)."""
    kind = value.__class__
    return value if kind is int or kind is float or isinstance(value, float) else None


def said(value: Any) -> bool:
    """Whether a value says something: null, an empty text, list or object does not."""
    return value is not None and (bool(value) or not isinstance(value, str | list | dict))
