"""Every field of the model has a column, every array of objects a table; but for what is left out."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.made import award_release
from transforms.ocds.model import EVERY, model
from transforms.ocds.places import places
from transforms.privacy.policy import left_out
from transforms.tables.layout import all_tables, layout
from transforms.tables.naming import singular, snake
from transforms.tables.plan import NO_COLUMN, Node, Step
from transforms.tables.schema import tables
from transforms.tables.tabulator import Tabulator

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def step_at(path: str) -> Step | None:
    """What becomes of the field at a path of a release; None if it stands in what is left out."""
    node: Node | None = layout().root
    for name in path.split("/"):
        assert node is not None, path
        step = node.steps[name]
        if step.left_out:
            return None
        node = step.spot.node if step.spot else step.inner
    return step


def test_every_place_of_the_model_has_a_column_or_a_table() -> None:
    kinds: Counter[str] = Counter()
    for place in places(EVERY):
        step = step_at(place.path)
        if step is None:
            kinds["left out"] += 1
        elif not place.field.objects:
            kinds["column"] += 1
            assert step.column != NO_COLUMN or place.path in ("id", "tag", "ocid"), place.path
        elif "array" in place.field.types:
            kinds["table"] += 1
            assert step.spot is not None, place.path
        else:
            assert step.inner is not None, place.path
    assert kinds["column"] > 2000
    assert kinds["table"] > 180
    assert 0 < kinds["left out"] < 500


def test_what_is_left_out_is_about_people() -> None:
    assert {path.rpartition("/")[2] for path in layout().nowhere} == {
        "contactPoint",
        "additionalContactPoints",
        "juryMembers",
        "author",
    }
    assert all(layout().nowhere.values())


class Filled:
    """A release with a value of its own at every place of the model, as far as a type allows."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def made(self, name: str, under: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in model(EVERY).objects[name].values():
            path, types = f"{under}{field.name}", {*field.types} - {"null"}
            if left_out(name, field.name) or (field.of and left_out(field.of, "")):
                continue
            if field.objects:
                inner = self.made(field.of, f"{path}/")
                found[field.name] = [inner] if "array" in types else inner
            else:
                found[field.name] = self._value(types, field.format, path)
        return found

    def _value(self, types: set[str], kind: str, path: str) -> Any:
        number = len(self.values) + 1
        if "string" in types and kind == "date-time":
            self.values[path] = BEGIN + timedelta(minutes=number)
            return self.values[path].isoformat()
        if "array" in types:
            self.values[path] = [f"v{number}"]
        elif types == {"object"}:
            self.values[path] = f'{{"v":{number}}}'
            return {"v": number}
        elif types == {"boolean"}:
            self.values[path] = True
        else:
            self.values[path] = f"v{number}" if "string" in types else number
        return self.values[path]


def plain(value: Any) -> str:
    """A value however its column is typed: lists are told apart from JSON by nothing."""
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, list):
        return str(value).replace("'", '"')
    return value if isinstance(value, str) else str(float(value))


def cells(rows: Tabulator) -> Iterator[tuple[str, Any]]:
    for name, table in all_tables().items():
        if rows.rows(name):
            for row in rows.take(name, table.schema({})).to_pylist():
                yield from ((f"{name}.{column}", value) for column, value in row.items())


def test_a_release_with_every_field_is_all_in_the_tables() -> None:
    filled = Filled()
    release = filled.made("Release")
    rows = Tabulator(UTC)
    envelope = {"release": release, "date": release["date"]}
    record = {"ocid": release["ocid"], "releases": [envelope], "compiled": release}
    rows.add(record, {"source": "s", "ocid": release["ocid"]})
    assert (rows.unheld, rows.left_out, rows.oddities) == ({}, {}, {})
    assert all(rows.rows(name) for name in all_tables())
    held = {plain(value) for _, value in cells(rows) if value is not None}
    lost = [path for path, value in filled.values.items() if plain(value) not in held]
    assert lost == []
    assert len(filled.values) > 2000


def test_what_no_table_holds_is_counted_by_path() -> None:
    award = {"id": "1", "suppliers": "x", "odd": 1, "items": [{"id": "1", "unit": {"odd": 1}}, 7]}
    party = {"id": "1", "contactPoint": {"name": "A person"}, "address": "High Street"}
    release = award_release(1, awards=[award, award], parties=[party], odd={}, planning=[])
    rows = Tabulator(ZoneInfo("Europe/London"))
    envelope = {"release": release, "date": release["date"]}
    record = {"ocid": release["ocid"], "releases": [envelope], "compiled": release}
    rows.add(record, {"source": None, "ocid": release["ocid"]})
    assert rows.unheld == {
        "awards/suppliers": 2,
        "awards/odd": 2,
        "awards/items/unit/odd": 2,
        "awards/items[]": 2,
        "parties/address": 1,
        "odd": 1,
        "planning": 1,
    }
    assert rows.left_out == {"parties/contactPoint": 1}


def test_rows_of_inner_arrays_tell_where_they_stand() -> None:
    lot = {"id": "L2", "milestones": [{"id": "m"}], "value": {"amount": 5, "currency": "EUR"}}
    item = {"id": "i", "additionalClassifications": [{"id": "a", "uri": "u"}, {"id": "b"}]}
    contracts = [{"id": "c", "implementation": {"documents": [{"id": "d", "pageStart": "7"}]}}]
    tender = {"id": "t", "lots": [{"id": "L1"}, lot], "items": [item]}
    release = award_release(1, tender=tender, contracts=contracts)
    rows = Tabulator(UTC)
    envelope = {"release": release, "date": release["date"]}
    record = {"ocid": release["ocid"], "releases": [envelope], "compiled": release}
    rows.add(record, {"source": "s", "ocid": release["ocid"]})
    found = {name: rows.take(name, all_tables()[name].schema({})).to_pylist() for name in (
        "tender_lots_milestones", "items_additional_classifications", "documents_more")}  # fmt: skip

    def told(name: str, row: int, *left: str) -> dict[str, Any]:
        return {k: v for k, v in found[name][row].items() if v is not None and k not in left}

    base = {"ocid": release["ocid"], "source": "s"}
    where = {"lot_position": 2, "lot_id": "L2", "milestone_position": 1, "milestone_id": "m"}
    assert told("tender_lots_milestones", 0) == {**base, **where}
    assert told("items_additional_classifications", 1) == {
        **base,
        "section": "tender",
        "section_position": 1,
        "section_id": "t",
        "item_position": 1,
        "item_id": "i",
        "additional_classification_position": 2,
        "additional_classification_id": "b",
    }
    place = {"section": "implementation", "section_position": 1, "document_position": 1}
    assert told("documents_more", 0) == {**base, **place, "page_start": "7"}


def test_tables_have_names_keys_and_definitions() -> None:
    assert list(all_tables())[: len(tables())] == list(tables())
    for table in all_tables().values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert set(table.key) <= set(names)
        assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in (table.name, *names))
        assert all(column.definition for column in table.columns)
        assert table.grain


@pytest.mark.parametrize(
    ("name", "snaked", "one"),
    [
        ("lots", "lots", "lot"),
        ("deliveryAddresses", "delivery_addresses", "delivery_address"),
        ("relatedProcesses", "related_processes", "related_process"),
        ("parties", "parties", "party"),
        ("criteria", "criteria", "criteria"),
        ("accessDetailsURL", "access_details_url", "access_details_url"),
        ("Exemption Code", "exemption_code", "exemption_code"),
    ],
)
def test_names_are_made_by_rule(name: str, snaked: str, one: str) -> None:
    assert snake(name) == snaked
    assert singular(snaked) == one
