"""The fast readings of amounts and moments are those of `transforms.values`."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms import values
from transforms.jsontext import loads
from transforms.tables.arrow import array
from transforms.tables.cells import KINDS, MONEY, Cells, Clock
from transforms.tables.schema import ARROW

LONDON = ZoneInfo("Europe/London")
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.decimals(-(10**12), 10**12, places=2).map(float)  # fmt: skip


def read(kind: str, *found: Any) -> tuple[list[Any], dict[str, int]]:
    cells = Cells("c", KINDS[kind], Clock(LONDON), {})
    for row, value in enumerate(found):
        cells.put(row, value)
    return array(cells.values, len(found), KINDS[kind], ARROW[kind]).to_pylist(), cells.oddities


@settings(max_examples=100, deadline=None)
@given(NUMBERS | st.text(max_size=5) | st.booleans())
@example(-0.5)
@example(-1.05)
@example(1e15)
@example(10**15)
@example(123456789012345.67)
@example(0.125)
@example(1e-7)
@example("1e3")
@example(loads(b"1234567890123456.78"))
def test_an_amount_is_read_as_money_is(value: Any) -> None:
    amount, rounded = values.money(value)
    told = {"c: rounded": 1} if rounded else {} if amount is not None else {"c: unreadable": 1}
    assert read("money", None, value, None) == ([None, amount, None], told)


@settings(max_examples=50, deadline=None)
@given(st.datetimes().map(str) | st.dates().map(str) | st.text(max_size=5))
@example("2026-03-01T09:30:00.1234567+01:00")
@example("0001-01-01T00:00:00Z")
@example("9999-12-31T23:59:59Z")
def test_a_moment_is_read_as_one_is(value: str) -> None:
    moment = values.moment(value, LONDON)
    told = {} if moment else {"c: unreadable": 2}
    assert read("moment", value, None, value) == ([moment, None, moment], told)


def test_every_kind_of_column_reads_its_own_and_counts_the_rest() -> None:
    odd = ["x", 1, 2.5, True, ["a", 1], {"b": 1}, None, 2**31]
    assert read("text", *odd)[0] == ["x", "1", "2.5", "true", None, None, None, "2147483648"]
    assert read("texts", *odd)[0] == [["x"], None, None, None, ["a", "1"], None, None, None]
    assert read("number", *odd)[0] == [None, 1.0, 2.5, None, None, None, None, 2147483648.0]
    assert read("integer", *odd) == ([None, 1, *[None] * 6], {"c: unreadable": 6})
    assert read("boolean", *odd)[0] == [None, None, None, True, *[None] * 4]
    assert read("json", *odd)[0][4:] == ['["a",1]', '{"b":1}', None, "2147483648"]


def test_amounts_become_decimals_of_either_sign() -> None:
    found = array([1, -1, None, 10**17], 5, MONEY, pa.decimal128(18, 2))
    found.validate(full=True)
    assert found.to_pylist() == [Decimal("0.01"), Decimal("-0.01"), None, Decimal(10**15), None]


def test_the_clock_forgets_when_it_knows_much() -> None:
    clock = Clock(UTC)
    first = clock.micros("2026-01-01T00:00:00Z")
    assert first == int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
    for second in range(50_001):
        clock.micros(f"2026-01-01T00:00:00.{second:06}Z")
    assert clock.micros("2026-01-01T00:00:00Z") == first
