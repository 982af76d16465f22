"""Which fields differ: what is told is enough to make the later value of the earlier one."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.delta import fields
from publish.delta.fields import differences

NAMES = st.sampled_from(["id", "a", "a/b", "~", ""])
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "1", "x", 0.5])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
ENTRIES = st.lists(
    st.fixed_dictionaries({"id": st.integers(1, 4), "v": SCALARS}), max_size=4, unique_by=lambda e: e["id"]
)  # fmt: skip
OBJECTS = st.dictionaries(NAMES, VALUES | ENTRIES, max_size=4)


def told(before: Any, after: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [(d.pointer, d.kind, d.before, d.after) for d in differences(before, after)]


@settings(max_examples=150, deadline=None)
@given(OBJECTS, OBJECTS)
def test_there_is_a_difference_just_where_values_differ(before: Any, after: Any) -> None:
    assert not [*differences(before, copy.deepcopy(before))]
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    found = [*differences(before, after)]
    assert bool(found) != same
    back = {"added": "removed", "removed": "added", "changed": "changed"}
    turned = sorted((d.path, back[d.kind], d.after, d.before) for d in found)
    assert sorted((d.path, d.kind, d.before, d.after) for d in differences(after, before)) == turned


@settings(max_examples=100, deadline=None)
@given(OBJECTS, OBJECTS)
def test_every_pointer_leads_to_the_values_it_tells(before: Any, after: Any) -> None:
    for found in differences(before, after):
        root, text = (before, found.before) if found.kind == "removed" else (after, found.after)
        value = reach(root, found.pointer)
        ids = isinstance(value, list) and json.loads(text or "") == [
            str(entry.get("id")) if isinstance(entry, dict) else None for entry in value
        ]
        assert ids or json.loads(text or "") == value


def reach(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        value = value[int(name) if isinstance(value, list) else name]
    return value


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"a": 1}, {"a": 1.0}, [("/a", "changed", "1", "1.0")]),
        ({"a": True}, {"a": 1}, [("/a", "changed", "true", "1")]),
        ({"a": None}, {}, [("/a", "removed", "null", None)]),
        ({"a": ["x"]}, {"a": ["x", "y"]}, [("/a", "changed", '["x"]', '["x","y"]')]),
        ({"a": {"b": 1}}, {"a": [1]}, [("/a", "changed", '{"b":1}', "[1]")]),
        ({"a": [{"id": 1}]}, {"a": [{"id": "0"}, {"id": "1"}]},
         [("/a/0", "added", None, '{"id":"0"}'), ("/a/1/id", "changed", "1", '"1"')]),
        ({"a": [{"id": 1}, {"id": 2}]}, {"a": [{"id": 2}, {"id": 1}]},
         [("/a", "changed", '["1","2"]', '["2","1"]')]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 2}]},
         [("/a/0/b", "changed", "1", "2"), ("/a/1", "removed", '{"b":2}', None)]),
    ],
)  # fmt: skip
def test_what_is_told(before: Any, after: Any, wanted: list[Any]) -> None:
    assert told(before, after) == wanted


def test_a_long_value_is_cut_and_says_how_long_it_was() -> None:
    (found,) = differences({"a": ""}, {"a": "x" * 1000})
    assert found.after == '"' + "x" * (fields.LONGEST - 1) + "… [1,002 characters]"
