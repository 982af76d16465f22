from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import jsontext
from transforms.jsontext import BadJson, dumps, loads
from transforms.values import decimal

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    assert loads(dumps(value)) == value


@given(JSON)
def test_equal_values_give_equal_bytes(value: object) -> None:
    assert dumps(loads(dumps(value))) == dumps(value)


@pytest.mark.parametrize(
    "number",
    [
        "1234567890123456.78",
        "12345678901234567890123",
        "0.12345678901234567891",
        "-99999999999999999.99",
    ],
)
def test_every_published_digit_survives(number: str) -> None:
    data = b'{"amount":' + number.encode() + b"}"
    value = loads(data)
    assert dumps(value) == data
    assert decimal(value["amount"]) == Decimal(number)
    assert dumps(loads(dumps(value))) == data


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        " {}",
        "[{}]",
        "[1,\n{}]",
        '{"a":{}}',
        '{"a":"1234567890123456789012345678901234","b": {}}',
        '["1234567890123456",-{}]',
        '["e-1234567890123456-e1234567890123456",{}]',
    ],
)
def test_a_long_number_is_found_wherever_it_stands(text: str) -> None:
    number = "1.2345678901234567890123e2"
    assert number.encode() in dumps(loads(text.replace("{}", number).encode()))


def test_long_digits_in_text_do_not_make_numbers_of_it_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jsontext, "_loads_exactly", None)
    assert loads(b'{"id":"GB-1234567890123456-1234567890123456","a":[1.5]}')["a"] == [1.5]


def test_short_numbers_stay_plain_floats() -> None:
    assert type(loads(b'{"id":"1234567890123456789","amount":37839.38}')["amount"]) is float


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b"NaN",
        b"Infinity",
        b"1e9999",
        b'"\\ud800"',
        b'"\xff"',
        b"[" * 5000 + b"]" * 5000,
        b"1" * 5000 + b".5",
        b'{"a":1}}',
        b"\x00",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        loads(body)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
