"""The types of the published tables agree with the model's.

A column states its type in `columns.csv` although the model knows most of them: a published type
is a promise to those who read the files, so it must not move when a row of the model does.
"""

from collections.abc import Iterator

import pytest

from transforms.ocds.fields import Field
from transforms.ocds.places import field_at
from transforms.tables.schema import Column, tables

OBJECTS = {
    "releases": "Release",
    "processes": "Release",
    "awards": "Award",
    "award_suppliers": "OrganizationReference",
    "contracts": "Contract",
    "parties": "Organization",
    "items": "Item",
    "documents": "Document",
    "milestones": "Milestone",
    "transactions": "Transaction",
    "related_processes": "RelatedProcess",
}
PARTY = "@party."  # the organization that a row refers to


def from_model() -> Iterator[tuple[str, Column, str, str]]:
    """Each column that holds a field: its table, itself, the object its path begins at, the path."""
    for table in tables().values():
        for column in table.columns:
            if column.path.startswith(PARTY):
                yield table.name, column, "Organization", column.path.removeprefix(PARTY)
            elif not column.path.startswith("@"):
                yield table.name, column, OBJECTS[table.name], column.path


def type_of(field: Field) -> str:
    types = {*field.types} - {"null"}
    if field.object == "Value" and "number" in types:
        return "money"
    if "array" in types:
        return "texts" if field.items == ("string",) else "?"
    if "string" in types:
        return "moment" if field.format == "date-time" else "text"
    return {"number": "number", "integer": "integer", "boolean": "boolean"}.get(*types, "?")


def test_every_table_begins_at_an_object() -> None:
    assert set(tables()) == set(OBJECTS), "say what object a row of the table is"


@pytest.mark.parametrize(
    ("table", "column", "name", "path"),
    [pytest.param(*found, id=f"{found[0]}.{found[1].name}") for found in from_model()],
)
def test_a_column_has_the_type_of_its_field(
    table: str, column: Column, name: str, path: str
) -> None:
    field = field_at(name, path.replace("[]", "").split("."))
    assert field is not None, f"{table}: the model has no {path} in {name}"
    derived = type_of(field)
    assert column.type == ("texts" if "[]" in path and derived == "text" else derived)
