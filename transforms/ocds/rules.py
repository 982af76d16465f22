"""The merge rules of a release, made from the model with every extension.

Owns the tree that `transforms.merge` follows. Source: OCDS 1.1 merging documentation.
"""

from collections.abc import Mapping
from functools import cache

from transforms.ocds.fields import Field, Merge
from transforms.ocds.model import EVERY, Model, model

RuleTree = Mapping[str, "Merge | RuleTree"]


@cache
def merge_rules() -> RuleTree:
    """The merge rules of a release as a tree of field names; a field without a rule is absent.

    Every extension counts, declared or not: many publishers use fields that they do not declare.
    """
    return _rules("Release", ("Release",), model(EVERY))


def _rules(name: str, above: tuple[str, ...], known: Model) -> RuleTree:
    tree: dict[str, Merge | RuleTree] = {}
    for field in known.objects.get(name, {}).values():
        if field.merge:
            tree[field.name] = field.merge
        elif _whole(field, known):
            tree[field.name] = Merge.WHOLE
        elif field.of not in above and (below := _rules(field.of, (*above, field.of), known)):
            tree[field.name] = below
    return tree


def _whole(field: Field, known: Model) -> bool:
    """Whether the field is a list without ids to merge by: of plain values, or of such objects."""
    if "array" not in field.types:
        return False
    if field.objects:
        return field.of in known.objects and "id" not in known.objects[field.of]
    return any(item != "object" for item in field.items)
