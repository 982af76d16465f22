"""The types of the published tables agree with the model's.

A column states its type in `columns.csv` although the model knows most of them: a published type
is a promise to those who read the files, so it must not move when a row of the model does.
"""

from collections.abc import Iterator

import pytest

from transforms.ocds.model import model
from transforms.ocds.places import field_at
from transforms.tables.schema import Column, tables, type_of


def from_model() -> Iterator[tuple[str, Column, str, list[str]]]:
    """Each column that holds a field: its table, itself, the object its path begins at, the path."""
    for table in tables().values():
        for column in table.columns:
            if found := column.model_path(table.object):
                yield table.name, column, *found


def test_every_table_begins_at_an_object() -> None:
    assert {table.object for table in tables().values()} <= set(model().objects)


@pytest.mark.parametrize(
    ("table", "column", "name", "path"),
    [pytest.param(*found, id=f"{found[0]}.{found[1].name}") for found in from_model()],
)
def test_a_column_has_the_type_of_its_field(
    table: str, column: Column, name: str, path: list[str]
) -> None:
    field = field_at(name, path)
    assert field is not None, f"{table}: the model has no {path} in {name}"
    derived = type_of(field)
    assert column.type == ("texts" if "[]" in column.path and derived == "text" else derived)
