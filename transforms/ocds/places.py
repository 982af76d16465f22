"""Every place of a release at which a field can stand, as a path without positions.

Owns the walk from object to object. Which values stand there is the data's affair.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.ocds.fields import Field
from transforms.ocds.model import CORE, EVERY, Model, model


@dataclass(frozen=True, slots=True)
class Place:
    """One place: a path such as `tender/items/id`, and the field that stands there."""

    path: str
    field: Field


def places(extensions: frozenset[str] = CORE) -> Iterator[Place]:
    """Every place of a release, an object before what it holds.

    An object within itself is a place, but not followed any further.
    """
    return _places("Release", "", ("Release",), model(extensions))


def _places(name: str, under: str, above: tuple[str, ...], known: Model) -> Iterator[Place]:
    for field in known.objects.get(name, {}).values():
        path = f"{under}{field.name}"
        yield Place(path, field)
        for held in field.objects:
            if held not in above:
                yield from _places(held, f"{path}/", (*above, held), known)


def field_at(name: str, path: Sequence[str]) -> Field | None:
    """The field that `path` leads to from the object `name`: the core's own, else an extension's.

    Extensions lead on where the core does not say what an object holds.
    """
    core, every, held = model().objects, model(EVERY).objects, name
    for step in path[:-1]:
        field = every.get(held, {}).get(step)
        held = field.of if field else ""
    return core.get(held, {}).get(path[-1]) or every.get(held, {}).get(path[-1])
