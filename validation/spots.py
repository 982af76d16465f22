"""Where things stand in a release: objects by position, and places without positions.

Owns paths. An object's place is kept as links to what is above it, and written out as a JSON
Pointer only for what failed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from transforms.ocds.definitions import TAG
from transforms.ocds.fields import Field

# To the type checker tuples of any length: those of a known one, when compiled, are unpacked and
# packed at each step.
Where = tuple[Any, ...]  # the `Where` of the object above or None, the field it stands in, and its
TOP: Where = (None, "", -1)  # position there or -1 where it is no list
Node = tuple[Any, ...]  # an object, and its `Where`
Leaf = tuple[Any, ...]  # a value, the `Where` of the object it stands in, and its field there

POINTERS = 10_000  # paths whose place is remembered: the same few fail again and again
PLANS = 2_000  # sets of field names remembered at one place: objects used as maps have no end
LANGUAGE = re.compile(TAG)
NAMES = 20_000  # field names counted by name at one place; further ones are counted under `*`


def pointer(where: Where, field: str = "", position: int = -1) -> str:
    """The JSON Pointer (RFC 6901) of an object, of a field of it, or of an entry of that field."""
    parts = [str(position)] if position >= 0 else []
    if field:
        parts.append(escaped(field))
    at: Where | None = where
    while at is not None and at[0] is not None:
        if at[2] >= 0:
            parts.append(str(at[2]))
        if at[1]:
            parts.append(escaped(at[1]))
        at = at[0]
    return "".join(f"/{part}" for part in reversed(parts))


def escaped(field: str) -> str:
    """A field name as a token of a JSON Pointer."""
    return field.replace("~", "~0").replace("/", "~1") if "/" in field or "~" in field else field


@lru_cache(maxsize=POINTERS)
def placed(path: str) -> str:
    """A JSON Pointer without positions in lists."""
    return "".join(f"/{part}" for part in path.split("/")[1:] if not part.isdigit())


class Plan:
    """What to do with an object that has a given set of fields; `count` is how many had it.

    `buckets` take the object, `leaves` take values of interest; `codes` are checked at once.
    `plain` says that no field of it is of interest.
    """

    __slots__ = ("buckets", "codes", "count", "deprecated", "leaves", "plain")

    def __init__(self, buckets: tuple[list[Node], ...]) -> None:
        self.count = 0
        self.plain = True
        self.buckets = buckets
        self.leaves: list[tuple[list[Leaf], str]] = []
        self.codes: list[tuple[str, Field, frozenset[str]]] = []
        self.deprecated: list[Field] = []


class Spot:
    """A place: the path without positions, the kind of object there, what was seen of it.

    `fields` are the model's for that kind (none at a place the model does not know); `empty`
    counts, for each field, values that say nothing: null, "", [] and {}.
    """

    __slots__ = (
        "children", "empty", "example", "fields", "kind", "listed", "loose", "named", "path",
        "plans", "seen",
    )  # fmt: skip

    def __init__(self, path: str, kind: str, fields: Mapping[str, Field]) -> None:
        self.path, self.kind, self.fields = path, kind, fields
        self.children: dict[str, Spot] = {}
        self.plans: dict[tuple[str, ...], Plan] = {}
        self.empty: Counter[str] = Counter()
        self.loose: Counter[str] = Counter()  # fields of objects beyond PLANS, and
        self.seen = 0  # how many of these objects there were
        self.example: dict[str, Any] = {}  # a value of each field the model does not know
        self.listed: Field | None = None  # the field that holds these objects, if it holds a list,
        self.named = False  # and whether each is to have an id, by which it is merged

    def hold(self, field: Field | None) -> None:
        """Note the field of the model in which these objects stand."""
        self.listed = field
        name = self.fields.get("id")
        if field is not None and name is not None and "array" in field.types:
            self.named = not name.required and not field.merge

    def count_loose(self, names: tuple[str, ...]) -> None:
        """Count the fields of an object whose set of names is not remembered."""
        self.seen += 1
        for name in names:
            self._count_name(name, 1)

    def counted(self) -> tuple[int, Counter[str]]:
        """How many objects there were, and how often each field."""
        present, objects = Counter(self.loose), self.seen
        for names, plan in self.plans.items():
            objects += plan.count
            for name in names:
                present[name] += plan.count
        return objects, present

    def count(self, objects: int, present: Mapping[str, int], empty: Mapping[str, int]) -> None:
        """Add what was counted at the same place elsewhere."""
        self.seen += objects
        for name, times in present.items():
            self._count_name(name, times)
        self.empty.update(empty)

    def _count_name(self, name: str, times: int) -> None:
        self.loose[name if name in self.loose or len(self.loose) < NAMES else "*"] += times


def tree_of(top: Spot) -> list[list[Any]]:
    """What was counted at `top` and below it, as JSON; see `validation.walk.Walk.count`.

    Of each place: the number of the one that it is in (-1 for `top`), the field, how many objects
    there were, how often each field, and how often that was empty. Places come after those they
    are in.
    """
    found: list[list[Any]] = []
    waiting: list[tuple[int, str, Spot]] = [(-1, "", top)]
    while waiting:
        above, name, spot = waiting.pop()
        objects, present = spot.counted()
        waiting += [(len(found), below, spot.children[below]) for below in spot.children]
        found.append([above, name, objects, dict(present), dict(spot.empty)])
    return found


class Coverage(NamedTuple):
    """How often a field was there: `present` of `parents`, `filled` of them not empty."""

    path: str
    known: bool
    parents: int
    present: int
    filled: int
    example: Any

    def plus(self, other: "Coverage") -> "Coverage":
        """The coverage of both."""
        example = other.example if self.example is None else self.example
        return Coverage(
            self.path,
            self.known or other.known,
            self.parents + other.parents,
            self.present + other.present,
            self.filled + other.filled,
            example,
        )


def coverage(spot: Spot) -> Iterator[Coverage]:
    """The coverage of every field seen or modelled at `spot` and below it."""
    objects, present = spot.counted()
    for name in sorted({*present, *spot.fields}):
        there = present[name]
        yield Coverage(f"{spot.path}/{escaped(name)}", known(spot.fields, name), objects, there,
                       there - spot.empty[name], spot.example.get(name))  # fmt: skip
    for name in sorted(spot.children):
        yield from coverage(spot.children[name])


def objects_at(spot: Spot) -> Iterator[tuple[str, int]]:
    """How many objects were at `spot` and at each place below it, by path without positions."""
    yield spot.path, spot.counted()[0]
    for child in spot.children.values():
        yield from objects_at(child)


def known(fields: Mapping[str, Field], name: str) -> bool:
    """Whether the model has the field, or it is a translation of one (`title_fr`).

    Source: OCDS 1.1, language: a field's name, an underscore and a BCP 47 language tag.
    """
    if name in fields:
        return True
    base, _, tag = name.partition("_")
    field = fields.get(base)
    return field is not None and field.translatable and LANGUAGE.fullmatch(tag) is not None
