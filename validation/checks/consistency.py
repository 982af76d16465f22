"""Consistency: one field says what follows from another; parties are in `consistency_parties`.

Source of each check: Pelican's compiled-release checks of the same name (open-contracting), as
described in its documentation. Amounts of different currencies are not compared, where Pelican
converts them at the rate of the release's day: rates are data that age, exist for some currencies
only, and would let a result depend on more than the release. Such pairs are hardly ever found.
"""

from typing import Any

from validation.checks.registry import Fail, check
from validation.process import TENDER, Number, Process, below, number_of, text_of
from validation.spots import Node, Where

COMMENSURATE = 0.5  # an amount may differ by this share from the one it is compared with
HALF_A_CENT = 0.005  # sums of binary fractions are not exact
LARGEST = 1e200  # no sum of money; arithmetic with larger numbers overflows
Money = tuple[Number, str]  # an amount and its currency


@check("consistent.number_of_tenderers", of="Tender")
def number_of_tenderers(process: Process, fail: Fail) -> int:
    """The number of tenderers is that of the entries in the list of tenderers."""
    tenderers = process.tender.get("tenderers")
    number = number_of(process.tender.get("numberOfTenderers"))
    if number is None or not isinstance(tenderers, list):
        return 0
    if number != len(tenderers):
        told = f"it says {number}, but {len(tenderers)} are listed: correct it or list all"
        fail(TENDER, "numberOfTenderers", number, told)
    return 1


@check("consistent.tender_value", of="Budget", severity="warning")
def tender_value(process: Process, fail: Fail) -> int:
    """The planned budget is between half and one and a half times the value of the tender."""
    if not process.objects["Budget"]:
        return 0
    tendered = _money(process.tender)
    budget: dict[str, Any]
    for budget, where in process.objects["Budget"]:
        planned = _money(budget, "amount")
        if tendered is None or planned is None or not _comparable(tendered, [planned]):
            continue
        if not _commensurate(planned[0], tendered[0]):
            told = f"the budget {_told(planned)} is far from the tender's value, {_told(tendered)}"
            fail((where, "amount", -1), "amount", planned[0], told)
        return 1
    return 0


@check("consistent.contracts_value", of="Contract", severity="warning")
def contracts_value(process: Process, fail: Fail) -> int:
    """The contracts of an award sum up to between half and one and a half times its value.

    The value of a framework is a ceiling for what is called off under it: where a contract under a
    framework is published as the contract of its award, a failure may be no mistake.
    """
    if not process.objects["Contract"]:
        return 0
    applied = 0
    for award, where, contracts in _contracted(process):
        awarded = _money(award)
        if awarded is None:
            continue
        signed = [_money(contract) for contract, _ in contracts]
        if not _comparable(awarded, signed):
            continue
        applied += 1
        total = sum(money[0] for money in signed if money)
        if not _commensurate(total, awarded[0]):
            told = f"its contracts sum up to {total:,}, far from the award's {_told(awarded)}"
            fail((where, "value", -1), "amount", awarded[0], told)
    return applied


@check(
    "consistent.contracts_implementation_transactions_value", of="Transaction", severity="warning"
)
def contracts_implementation_transactions_value(process: Process, fail: Fail) -> int:
    """The transactions of a contract sum up to no more than its value."""
    if not process.objects["Transaction"]:
        return 0
    applied = 0
    contract: dict[str, Any]
    for contract, where in process.objects["Contract"]:
        signed = _money(contract)
        transactions = below(contract, where, "implementation", "transactions")
        paid = [_money(transaction) for transaction, _ in transactions]
        if signed is None or not paid or any(one is None or one[1] != signed[1] for one in paid):
            continue
        applied += 1
        total = sum(money[0] for money in paid if money)
        if total > signed[0] + HALF_A_CENT:
            told = f"its transactions sum up to {total:,}, more than the contract's {_told(signed)}"
            fail((where, "value", -1), "amount", signed[0], told)
    return applied


@check("consistent.period_duration_in_days", of="Period", severity="warning")
def period_duration_in_days(process: Process, fail: Fail) -> int:
    """The duration of a period is the number of days from its start to its end.

    To its last possible end where it has no other. Parts of a day may be rounded up or down. The
    last day counts only as far as `endDate` says: an end at midnight is the end of the day before.
    """
    applied = 0
    period: dict[str, Any]
    for period, where in process.objects["Period"]:
        duration = number_of(period.get("durationInDays"))
        if duration is None:
            continue
        start = process.moment(period.get("startDate"))
        end = process.moment(period.get("endDate")) or process.moment(period.get("maxExtentDate"))
        if start is None or end is None:
            continue
        applied += 1
        lasts = end - start
        if not lasts.days <= duration <= lasts.days + (lasts.seconds > 0):
            told = f"it says {duration} days, but there are {lasts.days} from start to end"
            fail(where, "durationInDays", duration, told)
    return applied


def _contracted(process: Process) -> list[tuple[dict[str, Any], Where, list[Node]]]:
    """The awards that have contracts and share their id with no other, with their contracts."""
    awards: dict[str, list[Node]] = {}
    for award in process.objects["Award"]:
        name = text_of(award[0].get("id"))
        if name is not None and name in process.contracts:
            awards.setdefault(name, []).append(award)
    return [(*same[0], process.contracts[name]) for name, same in awards.items() if len(same) == 1]


def _money(node: dict[str, Any], field: str = "value") -> Money | None:
    """The amount and currency of a value, or None where either is not there."""
    value = node.get(field)
    if not isinstance(value, dict):
        return None
    amount, currency = number_of(value.get("amount")), value.get("currency")
    if amount is None or not isinstance(currency, str) or not -LARGEST < amount < LARGEST:
        return None
    return amount, currency


def _comparable(one: Money, others: list[Money | None]) -> bool:
    """Whether all amounts are in the same currency, and all above or all below zero."""
    return all(
        other is not None and other[1] == one[1] and other[0] * one[0] > 0 for other in others
    )


def _commensurate(amount: Number, other: Number) -> bool:
    return bool(abs(other - amount) / abs(other) <= COMMENSURATE)


def _told(money: Money) -> str:
    return f"{money[0]:,} {money[1]:.60}"
