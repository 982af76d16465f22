"""Amounts in pounds and in euros: beside what was published, with the rate and its day."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from transforms.rates import reference_rates
from transforms.tables.layout import all_tables
from transforms.tables.tabulator import Tabulator

COLUMNS = ("amount_gbp", "amount_eur", "rate_gbp", "rate_eur", "rate_date")


def award(value: Any, clock: str = "UTC", **fields: Any) -> dict[str, Any]:
    """The row of an award that was first told on 10 August 2026."""
    told = {"ocid": "o-1", "awards": [{"id": "1", "value": value, **fields}]}
    release = {"release": told, "date": "2026-08-10T00:00:00Z", "sha256": ""}
    rows = Tabulator(ZoneInfo(clock))
    rows.add({"releases": [release], "compiled": told}, {"source": "s", "ocid": "o-1"})
    row: dict[str, Any] = rows.take("awards", all_tables()["awards"].schema({})).to_pylist()[0]
    return row


def test_an_amount_is_converted_at_the_rate_of_its_day() -> None:
    row = award({"amount": 100.01, "currency": "AUD"}, date="2026-08-16T12:00:00Z")  # a Sunday
    rate = reference_rates().on("AUD", date(2026, 8, 14))
    assert rate is not None
    assert (row["amount"], row["currency"]) == (Decimal("100.01"), "AUD")
    assert (row["rate_gbp"], row["rate_eur"], row["rate_date"]) == rate
    cent = Decimal("0.01")
    assert row["amount_gbp"] == (Decimal("100.01") * rate.gbp).quantize(cent)
    assert row["amount_eur"] == (Decimal("100.01") * rate.eur).quantize(cent)


def test_a_day_is_one_of_the_source_s_own_clock() -> None:
    told = {"amount": 1, "currency": "USD"}
    begun = award(told, "Europe/London", date="2026-08-13T00:00:00+01:00")
    assert begun["rate_date"] == date(2026, 8, 13)
    assert award(told, date="2026-08-13T00:00:00+01:00")["rate_date"] == date(2026, 8, 12)


def test_without_a_date_the_day_is_that_of_the_first_release() -> None:
    assert award({"amount": 1, "currency": "USD"})["rate_date"] == date(2026, 8, 10)


def test_pounds_are_pounds_where_there_is_no_rate() -> None:
    row = award({"amount": 5, "currency": "GBP"}, date="2126-08-10T00:00:00Z")
    assert [row[name] for name in COLUMNS] == [Decimal(5), None, Decimal(1), None, None]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ({"amount": 5, "currency": "XXX"}, "2026-08-10T00:00:00Z"),
        ({"amount": 5}, "2026-08-10T00:00:00Z"),
        ({"currency": "AUD"}, "2026-08-10T00:00:00Z"),
        ({"amount": 5, "currency": "AUD"}, "1998-12-31T00:00:00Z"),
        ({"amount": 5, "currency": "AUD"}, "2126-08-10T00:00:00Z"),
    ],
)
def test_what_has_no_rate_is_not_converted(value: dict[str, Any], day: str) -> None:
    row = award(value, date=day)
    assert [row[name] for name in COLUMNS] == [None] * len(COLUMNS)


def test_an_amount_too_large_for_the_column_is_left_empty() -> None:
    row = award({"amount": 9_999_999_999_999_999, "currency": "EUR"})
    assert row["amount"] == Decimal(9_999_999_999_999_999)
    assert (row["amount_gbp"], row["amount_eur"]) == (None, None)
