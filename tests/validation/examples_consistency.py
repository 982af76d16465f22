from typing import Any

from tests.validation.examples import Example


def pounds(amount: float) -> dict[str, Any]:
    return {"amount": amount, "currency": "GBP"}


def contracts(award: float, *amounts: float) -> dict[str, Any]:
    return {
        "awards": [{"id": 1, "value": pounds(award)}],
        "contracts": [{"awardID": "1", "value": pounds(amount)} for amount in amounts],
    }


def transactions(contract: float, *amounts: float) -> dict[str, Any]:
    paid = [{"value": pounds(amount)} for amount in amounts]
    return {"contracts": [{"value": pounds(contract), "implementation": {"transactions": paid}}]}


def period(days: int, **more: str) -> dict[str, Any]:
    start = "2026-03-01T09:00:00Z"
    return {"awards": [{"contractPeriod": {"startDate": start, "durationInDays": days, **more}}]}


EXAMPLES = (
    Example(
        "consistent.number_of_tenderers",
        good={"tender": {"numberOfTenderers": 1, "tenderers": [{"id": "1"}]}},
        bad={"tender": {"numberOfTenderers": 1, "tenderers": []}},
        at=("/tender/numberOfTenderers",),
    ),
    Example(
        "consistent.tender_value",
        good={"planning": {"budget": {"amount": pounds(150)}}, "tender": {"value": pounds(100)}},
        bad={"planning": {"budget": {"amount": pounds(151)}}, "tender": {"value": pounds(100)}},
        at=("/planning/budget/amount/amount",),
    ),
    Example(
        "consistent.contracts_value",
        good=contracts(100, 25, 25),
        bad=contracts(100, 75, 76),
        at=("/awards/0/value/amount",),
    ),
    Example(
        "consistent.contracts_implementation_transactions_value",
        good=transactions(0.3, 0.1, 0.2),
        bad=transactions(0.3, 0.1, 0.21),
        at=("/contracts/0/value/amount",),
    ),
    Example(
        "consistent.period_duration_in_days",
        good=period(31, endDate="2026-03-31T17:00:00Z"),
        bad=period(32, endDate="soon", maxExtentDate="2026-03-31T17:00:00Z"),
        at=("/awards/0/contractPeriod/durationInDays",),
    ),
)
