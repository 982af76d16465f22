from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import values

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-10T22:38:39+01:00", datetime(2026, 8, 10, 21, 38, 39, tzinfo=UTC)),
        ("2026-08-10T22:38:39Z", datetime(2026, 8, 10, 22, 38, 39, tzinfo=UTC)),
        ("2026-08-10T22:38:39", datetime(2026, 8, 10, 21, 38, 39, tzinfo=UTC)),
        ("2026-01-10T22:38:39", datetime(2026, 1, 10, 22, 38, 39, tzinfo=UTC)),
        ("2026-08-10", datetime(2026, 8, 10, tzinfo=UTC)),
        ("2026-08-10T22:38:39.1234567Z", datetime(2026, 8, 10, 22, 38, 39, 123456, tzinfo=UTC)),
        ("2026-08-10T22:38Z", datetime(2026, 8, 10, 22, 38, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_that_can_be_read(text: str, expected: datetime) -> None:
    assert values.moment(text, LONDON) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/2026",
        "2026-02-31",
        "2026-08-10T24:00:00Z",
        "20224-01-01",
        "0001-01-01T00:00:00+05:00",
        "2026",
        "20260810",
        "2026-W33",
        "soon",
        None,
        5,
        True,
        {},
        [],
    ],
)
def test_moments_that_cannot_be_read_without_guessing(text: object) -> None:
    assert values.moment(text, LONDON) is None


@given(
    st.timedeltas(timedelta(0), timedelta(days=70_000)),
    st.integers(-14 * 60, 14 * 60),
)
def test_any_offset_gives_the_same_moment(since: timedelta, minutes: int) -> None:
    moment = datetime(1900, 1, 2, tzinfo=UTC) + since
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    shifted = (moment + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
    assert values.moment(f"{shifted}{sign}{size // 60:02}:{size % 60:02}", LONDON) == moment


@pytest.mark.parametrize(
    ("value", "amount", "rounded"),
    [
        (37839.38, "37839.38", False),
        (1000, "1000.00", False),
        ("1234.5", "1234.50", False),
        (0.125, "0.12", True),
        (1e15, "1000000000000000.00", False),
        (-5, "-5.00", False),
        (0, "0.00", False),
    ],
)
def test_money(value: object, amount: str, rounded: bool) -> None:
    assert values.money(value) == (Decimal(amount), rounded)


@pytest.mark.parametrize(
    "value", ["1.234,50", "£5", "", "1 000", None, True, [], {}, 1e16, -1e300, "1e400", "NaN"]
)
def test_money_that_cannot_be_read_is_not_guessed(value: object) -> None:
    assert values.money(value) == (None, False)


def test_text_of_anything() -> None:
    assert [values.text(v) for v in ("a", 5, 1.5, True, None, {}, [])] == [
        "a",
        "5",
        "1.5",
        "true",
        None,
        None,
        None,
    ]
    assert values.texts(["a", 5, None, {}]) == ["a", "5"]
    assert values.texts("a") == ["a"]
    assert values.texts(5) is None
