"""The policy as rules: which field of which object is withheld, and why.

Owns the meaning of `policy.csv`, the one home of what an edition says of people, and of
`offices.csv`, the words by which a contact is an office and no person. An object `*` stands for any
object, a field `*` for every field of it that no other row keeps. `held_by` names the fields that
hold such an object wherever they stand, declared or not.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kernel.manifest import canonical, digest

ANY = "*"
NOT_LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class Policy:
    """The rows of `policy.csv`.

    Attributes:
        withheld: the reason, by object and field.
        kept: by object its fields that are published.
        holders: the object that a field holds, by the field's name as `plain` writes it.
        alone: fields that are withheld of any object, by name as `plain` writes it.
        text: what `left_out` and documentation repeat, row by row.
    """

    withheld: Mapping[tuple[str, str], str]
    kept: Mapping[str, frozenset[str]]
    holders: Mapping[str, str]
    alone: frozenset[str]
    identity: str


def plain(name: str) -> str:
    """A field's name without case, spaces and signs: publishers vary them."""
    return NOT_LETTERS.sub("", name.lower())


@cache
def policy() -> Policy:
    """The policy; read once."""
    rows = _rows("policy.csv")
    withheld = {(r["object"], r["field"]): r["reason"] for r in rows if r["action"] == "withhold"}
    kept: dict[str, frozenset[str]] = {}
    for row in rows:
        if row["action"] == "keep":
            kept[row["object"]] = kept.get(row["object"], frozenset()) | {row["field"]}
    holders = {plain(name): row["object"] for row in rows for name in row["held_by"].split()}
    alone = {plain(field) for of, field in withheld if of in (ANY, "Document")}
    identity = digest(canonical([rows, sorted(offices())]))
    return Policy(withheld, kept, holders, frozenset(alone), identity)


@cache
def offices() -> frozenset[str]:
    """Words in lower case of which one in a contact's name tells that it is no person's."""
    return frozenset(row["word"] for row in _rows("offices.csv"))


def left_out(name: str, field: str) -> str:
    """Why no table has a field of the object `name`, or without field that object; if so."""
    return policy().withheld.get((name, field or ANY), "")


@cache
def personal(place: str) -> bool:
    """Whether what stands at a path (a JSON Pointer, with positions or without) is withheld."""
    facts = policy()
    names = {plain(part) for part in place.split("/")}
    return not names.isdisjoint(facts.holders) or not names.isdisjoint(facts.alone)


@cache
def _mention() -> re.Pattern[str]:
    """A withheld field in JSON text, or the best known of them in a sentence."""
    held = [name for row in _rows("policy.csv") for name in row["held_by"].split()]
    alone = [field for of, field in policy().withheld if of in (ANY, "Document")]
    return re.compile(f'"(?:{"|".join([*held, *alone])})":|[cC]ontactPoint')


def mentions(text: str) -> bool:
    """Whether `text`, a sentence or JSON, quotes what is withheld."""
    return _mention().search(text) is not None


def _rows(name: str) -> list[dict[str, str]]:
    text = files("transforms.privacy").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
