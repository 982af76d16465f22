from typing import Any

import pytest

from tests.validation.examples_consistency import contracts, period, pounds
from tests.validation.test_checks import judged


@pytest.mark.parametrize(
    "awards",
    [
        [{"id": "1", "value": {"amount": 100, "currency": "EUR"}}],
        [{"id": "1", "value": {"amount": 0, "currency": "GBP"}}],
        [{"id": "1", "value": {"amount": -100, "currency": "GBP"}}],
        [{"id": "1", "value": {"amount": "100", "currency": "GBP"}}],
        [{"id": "2", "value": {"amount": 100, "currency": "GBP"}}],
        [{"id": 1, "value": pounds(100)}, {"id": "1", "value": pounds(100)}],
        [{"value": pounds(100)}],
    ],
)
def test_values_that_cannot_be_compared_are_not(awards: list[Any]) -> None:
    found = {**contracts(100, 1, 1), "awards": awards}
    assert judged("consistent.contracts_value", found) == ([1, 0, 0], [])


@pytest.mark.parametrize("days", [30, 31])
def test_a_part_of_a_day_counts_as_none_or_one(days: int) -> None:
    found = period(days, endDate="2026-03-31T17:00:00Z")
    assert judged("consistent.period_duration_in_days", found)[0] == [0, 1, 0]


def test_a_tenderer_may_be_referred_to_in_a_bid() -> None:
    bids = {"details": [{"id": "b", "tenderers": [{"id": "1"}]}]}
    found = {"parties": [{"id": "1", "roles": ["tenderer"]}], "bids": bids}
    assert judged("consistent.parties_roles", found)[0] == [0, 1, 0]


def test_names_are_compared_with_one_party_only() -> None:
    buyer = {"id": "1", "name": "One"}
    parties = [{"id": "1", "name": "Two"}, {"id": "1", "name": "Three"}, {"name": "Four"}]
    found = {"buyer": buyer, "parties": parties}
    assert judged("consistent.buyer_name_in_parties", found)[0] == [1, 0, 0]
    found = {"buyer": {"name": "One"}, "parties": parties[2:]}
    assert judged("consistent.buyer_name_in_parties", found)[0] == [1, 0, 0]
