"""The keys of the tables that hold in the data: of each table, and to the tables it is part of.

Owns the rule for the latter: a table's parent is one whose key is a part of the table's own. A
table of further fields is no parent: it has no row where there are none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from publish.metadata.measure import Opened
from transforms.tables.layout import MORE


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one table that hold: its own, empty if rows repeat; and parents with theirs."""

    primary: tuple[str, ...]
    foreign: tuple[tuple[str, tuple[str, ...]], ...]


def keys_of(tables: Opened) -> Mapping[str, Keys]:
    """The keys that hold, by table; each was compared over every row."""
    shapes = tables.shapes
    primary = {
        name: shape.key if shape.key and tables.unique(name, shape.key) else ()
        for name, shape in shapes.items()
    }
    return {name: Keys(primary[name], _foreign(tables, name, primary)) for name in shapes}


def _foreign(
    tables: Opened, name: str, primary: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    own = {*tables.shapes[name].key}
    return tuple(
        (parent, key)
        for parent, key in sorted(primary.items())
        if key
        and {*key} < own
        and not parent.endswith(MORE)
        and tables.contained(name, parent, key)
    )
