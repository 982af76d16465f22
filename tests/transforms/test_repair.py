import time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.source import Repair
from transforms.jsontext import BadJson, dumps
from transforms.repair import parse

ALL = get_args(Repair)


@pytest.mark.parametrize(
    ("body", "value", "repairs"),
    [
        (b'{"max":1e9999,"a":1}', {"a": 1}, [("infinite_numbers", "/max", "1e9999")]),
        (b'{"l":[{"max": -1e400 }]}', {"l": [{}]}, [("infinite_numbers", "/l/0/max", "-1e400")]),
        (b'{"max":Infinity,"min":-Infinity,"x":NaN}', {}, [("infinite_numbers", "/max", "Infinity"), ("infinite_numbers", "/min", "-Infinity"), ("infinite_numbers", "/x", "NaN")]),
        (b'{"amount": 1 000,"b":2}', {"amount": 1000, "b": 2}, [("grouped_digits", "", "1 000")]),
        (b'{"amount": 12 345 678.90}', {"amount": 12345678.9}, [("grouped_digits", "", "12 345 678.90")]),
        (b'{"days": 000,"b":2}', {"days": 0, "b": 2}, [("leading_zeros", "", "000")]),
        (b'{"days":-007.5}', {"days": -7.5}, [("leading_zeros", "", "-007.5")]),
        (b'{"t":"a\\ud800b"}', {"t": "a\ufffdb"}, [("lone_surrogates", "", "\\ud800")]),
        (b'{"t":"caf\xe9"}', {"t": "caf\ufffd"}, [("invalid_utf8", "", "bytes that are not UTF-8")]),
        (b'{"n":10e308,"m":0e999,"o":NaN}', {"m": 0}, [("infinite_numbers", "/n", "10e308"), ("infinite_numbers", "/o", "NaN")]),
        (b'{"n":[1,1e9999,2]}', {"n": [1, 2]}, [("infinite_numbers", "/n/1", "1e9999")]),
    ],
)  # fmt: skip
def test_each_repair_mends_its_token_and_is_logged(
    body: bytes, value: object, repairs: list[tuple[str, str, str]]
) -> None:
    done = parse(body, ALL)
    assert done.value == value
    assert [(entry["repair"], entry["path"], entry["was"]) for entry in done.repairs] == repairs


@pytest.mark.parametrize(
    "text", ["1 000, 1e9999", "000, NaN", 'a \\" 1 000,', "\\\\ud800 é 😀 \\ud83d\\ude00"]
)
def test_the_inside_of_strings_is_never_touched(text: str) -> None:
    good = parse(b'{"t":"' + text.encode() + b'"}', ALL).value["t"]
    assert parse(b'{"t":"' + text.encode() + b'","n":1e9999}', ALL).value == {"t": good}


@pytest.mark.parametrize(
    "body", [b'{"n":1e9999}', b'{"n":1 000}', b'{"n":007}', b'{"n":"\\ud800"}', b'{"n":"\xff"}']
)
def test_a_repair_that_is_not_allowed_is_not_made(body: bytes) -> None:
    with pytest.raises(BadJson):
        parse(body, ())


@pytest.mark.parametrize(
    "body", [b'{"a":1', b"<html>", b'{"a":01x}', b"[1 2]", b'{"a":1 00}', b'{"a" 1e9999}', b""]
)
def test_what_cannot_be_mended_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        parse(body, ALL)


def test_good_json_is_not_repaired() -> None:
    assert parse(b'{"a":"1 000, 1e9999","b":10e2}', ALL).repairs == []


@pytest.mark.parametrize(
    "body", [b'{"a":"' + b'\\"' * 2_000_000, b'"' + b"\\" * 4_000_001, b'{"n":' + b"1 " * 1_000_000]
)
def test_hostile_text_is_refused_in_linear_time(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(BadJson):
        parse(body, ALL)
    assert time.perf_counter() - started < 5


def test_what_is_nested_too_deep_to_be_repaired_is_refused() -> None:
    with pytest.raises(BadJson, match="too deep"):
        parse(b"[" * 1000 + b"1e9999" + b"]" * 1000, ALL)


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    try:
        dumps(parse(body, ALL).value)
    except BadJson:
        return


@given(st.text(), st.integers(1, 999), st.integers(0, 999))
def test_grouped_digits_beside_any_text(text: str, thousands: int, rest: int) -> None:
    body = dumps({"t": text})[:-1] + f',"n": {thousands} {rest:03}'.encode() + b"}"
    assert parse(body, ALL).value == {"t": text, "n": thousands * 1000 + rest}
