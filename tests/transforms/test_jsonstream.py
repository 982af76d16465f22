import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.jsonstream import encoding, narrowed, values

LIMIT = 10_000_000
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.lists(st.lists(ANYTHING) | st.dictionaries(st.text(), ANYTHING), max_size=5)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def parsed(data: bytes, size: int = 7) -> list[Any]:
    """Every value, or the rule that it breaks."""
    found = values(cut(data, size), LIMIT)
    return [value.trouble[0] if value.trouble else json.loads(value.text) for value in found]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", []),
        (b" \n\xef\xbb\xbf\n", []),
        (b'{"a":1}', [{"a": 1}]),
        (b'\xef\xbb\xbf{"a":1}\n', [{"a": 1}]),
        (b'{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\r\n\r\n{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}{"a":2} [3]', [{"a": 1}, {"a": 2}, [3]]),
        (b'{\n "a": 1\n}\n{\n "a": 2\n}\n', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\n{\n "a": 2\n}\n{"a":3}', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'\x1e{"a":1}\n\x1e{"a":2}\n', [{"a": 1}, {"a": 2}]),
        (b'{"a":"}\\"]"}\n{"a":"\\\\"}', [{"a": '}"]'}, {"a": "\\"}]),
        (b'{"a":1}\n\xef\xbb\xbf{"a":2}', [{"a": 1}, {"a": 2}]),
        (b"<html>\n<p>x</p>\n</html>", ["unreadable_document"]),
        (b'noise\n{"a":1}', ["unreadable_document", {"a": 1}]),
        (b'{"a":1', ["unreadable_document"]),
        (b'{"a":"x', ["unreadable_document"]),
        (b'[{"a":1},\n{"a":2}]', [[{"a": 1}, {"a": 2}]]),
    ],
)  # fmt: skip
def test_every_layout_in_pieces_of_every_size(data: bytes, found: list[Any], size: int) -> None:
    assert parsed(data, size) == found


def test_a_broken_line_costs_only_itself() -> None:
    found = [
        value.text for value in values(cut(b'{"a":1}\n{"a":"x\n{"a":3}\nnoise\n{"a":4}', 5), 99)
    ]
    assert found == [b'{"a":1}', b'{"a":"x', b'{"a":3}', b"noise", b'{"a":4}']


@pytest.mark.parametrize("size", [3, 1000])
def test_a_line_that_is_too_large_costs_only_itself(size: int) -> None:
    data = b'{"a":1}\n{"a":"' + b"x" * 5000 + b'"}\n{"a":3}'
    found = [
        value.trouble[0] if value.trouble else value.text for value in values(cut(data, size), 99)
    ]
    assert found == [b'{"a":1}', "too_large", b'{"a":3}']


def test_a_document_that_is_too_large_ends_the_reading() -> None:
    data = b'{\n"a":"' + b"x" * 5000 + b'"}\n{"a":3}'
    (value,) = values(cut(data, 10), 99)
    assert value.trouble == ("too_large", "a value is larger than 99 bytes")
    assert len(value.text) <= 2000


@given(
    DOCUMENTS, st.sampled_from([None, 1]), st.sampled_from(["\n", "", " \n\n"]), st.integers(1, 50)
)
def test_values_one_after_the_other_come_back(
    documents: list[Any], indent: int | None, between: str, size: int
) -> None:
    text = between.join(json.dumps(one, indent=indent) for one in documents)
    assert parsed(text.encode(), size) == documents


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_are_delimited(data: bytes, size: int) -> None:
    kept = b"".join(value.text for value in values(cut(data, size), LIMIT))
    assert set(kept) <= set(data)


@pytest.mark.parametrize(
    "data", [b'{"a":"' + b'\\"' * 4_000_000, b"{" + b'"x",' * 1_000_000, b"x" * 8_000_000]
)
def test_hostile_text_is_read_in_linear_time(data: bytes) -> None:
    started = time.perf_counter()
    assert parsed(data, 1 << 16) == ["unreadable_document"]
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf_16_is_known_and_read(name: str, mark: str) -> None:
    data = (mark + '{"a":"£😀"}').encode(name)
    assert encoding(data) == name
    text = b"".join(narrowed(cut(data, 3), name))
    assert parsed(text) == [{"a": "£😀"}]


def test_other_encodings_are_known() -> None:
    assert encoding('{"a":1}'.encode("utf-32")) == "utf-32"
    assert encoding(b"\x00\x00\x00{") == "utf-32"
    assert encoding(b'{"a"') == encoding(b"\xef\xbb\xbf{") == encoding(b"") == "utf-8"
