"""The merge rules of a release, made from the model with every extension.

Owns the tree that `transforms.merge` follows. Source: OCDS 1.1 merging documentation.
"""

from functools import cache

from transforms.ocds.fields import Field, Merge
from transforms.ocds.model import EVERY, Model, model

RuleTree = dict[str, "Merge | RuleTree"]

# What OCDS 1.0 replaced as a whole: these had no ids yet (its schema: ocdsVersion).
WHOLE_BEFORE = {("Tender", "tenderers"), ("Award", "suppliers")}


@cache
def merge_rules(version: str = "1.1") -> RuleTree:
    """The merge rules of a release as a tree of field names.

    A field that is omitted or replaced as a whole has that rule; objects, and arrays of objects
    merged by id, have the rules of what they hold, perhaps none. Other fields are absent: values,
    and what the model does not know. Every extension counts, declared or not: many publishers use
    fields that they do not declare.

    Args:
        version: `1.0` for releases that were not brought to OCDS 1.1.
    """
    whole = WHOLE_BEFORE if version == "1.0" else set()
    return _rules("Release", ("Release",), model(EVERY), whole)


def _rules(
    name: str, above: tuple[str, ...], known: Model, whole: set[tuple[str, str]]
) -> RuleTree:
    tree: RuleTree = {}
    for field in known.objects.get(name, {}).values():
        if field.merge:
            tree[field.name] = field.merge
        elif _whole(field, known) or (name, field.name) in whole:
            tree[field.name] = Merge.WHOLE
        elif field.of in above:
            tree[field.name] = {}
        elif field.of in known.objects:
            tree[field.name] = _rules(field.of, (*above, field.of), known, whole)
    return tree


def _whole(field: Field, known: Model) -> bool:
    """Whether the field is a list without ids to merge by: of plain values, or of such objects."""
    if "array" not in field.types:
        return False
    if field.objects:
        return field.of in known.objects and "id" not in known.objects[field.of]
    return any(item != "object" for item in field.items)
