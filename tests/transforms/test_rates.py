"""Reference rates: the day that counts, and that nothing is filled in."""

from datetime import date
from decimal import Decimal

import pytest

from transforms.rates import Rate, Rates, reference_rates

# Three working days around a weekend; one currency is new, one is gone.
TEXT = """Date,USD,GBP,NEW,OLD,
2026-03-02,1.25,0.8,2,N/A,
2026-02-27,1.2,0.75,N/A,4,
2026-02-26,1.1,0.5,N/A,4,
"""


@pytest.mark.parametrize(
    ("currency", "day", "expected"),
    [
        ("USD", "2026-02-27", ("0.625", "0.833333333333", "2026-02-27")),
        ("USD", "2026-03-01", ("0.625", "0.833333333333", "2026-02-27")),  # Sunday: of Friday
        ("USD", "2026-03-02", ("0.64", "0.8", "2026-03-02")),
        ("USD", "2026-03-09", ("0.64", "0.8", "2026-03-02")),  # a week later: still
        ("GBP", "2026-02-26", ("1", "2", "2026-02-26")),
        ("EUR", "2026-02-26", ("0.5", "1", "2026-02-26")),
        ("NEW", "2026-03-02", ("0.4", "0.5", "2026-03-02")),
        ("OLD", "2026-03-04", ("0.1875", "0.25", "2026-02-27")),
    ],
)
def test_the_last_working_day_counts(
    currency: str, day: str, expected: tuple[str, str, str]
) -> None:
    gbp, eur, of = expected
    wanted = Rate(Decimal(gbp), Decimal(eur), date.fromisoformat(of))
    assert Rates(TEXT).on(currency, date.fromisoformat(day)) == wanted


@pytest.mark.parametrize(
    ("currency", "day"),
    [
        ("USD", "2026-02-25"),  # before the file
        ("USD", "2026-03-10"),  # more than a week after it
        ("OLD", "2026-03-07"),  # more than a week after the last rate of the currency
        ("NEW", "2026-03-01"),
        ("XXX", "2026-03-02"),
        ("Date", "2026-03-02"),  # a column that is no currency
        ("", "2026-03-02"),
    ],
)
def test_where_there_is_no_rate_none_is_made_up(currency: str, day: str) -> None:
    assert Rates(TEXT).on(currency, date.fromisoformat(day)) is None


def test_the_installed_rates_are_those_of_the_bank() -> None:
    rates = reference_rates()
    assert rates.on("USD", date(1999, 1, 4)) == (
        Decimal("0.603189413860"), Decimal("0.848248367122"), date(1999, 1, 4),
    )  # fmt: skip
    assert rates.last >= date(2026, 10, 30)
