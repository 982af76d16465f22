"""Coherence: facts of one process that contradict each other; dates are in `coherence_dates`.

Source of each check: Pelican's compiled-release checks of the same name (open-contracting), as
described in its documentation. Like Pelican, they look at compiled releases; of a single release
they judge only what it says itself. Other than Pelican, they also look at objects that stand in
extensions and deprecated fields, and take text that holds a number for none.
"""

from typing import Any

from validation.checks.registry import Fail, check
from validation.process import TENDER, Number, Process, number_of, text_of

NO_AWARD_YET = ("planning", "planned", "active", "cancelled", "unsuccessful", "withdrawn")
NO_CONTRACT = ("pending", "cancelled", "unsuccessful")
NO_PAYMENT = ("pending", "cancelled")
NOT_MET = ("scheduled", "notMet")

REALISTIC = 5_000_000_000  # US dollars
# No currency has been worth more than four dollars: a smaller amount is realistic in each.
REALISTIC_ANYWHERE = REALISTIC / 4
# Each currency's lowest rate in dollars since 1999, a little less than the European Central Bank's.
LOWEST_RATES = {"USD": 1.0, "GBP": 1.05, "EUR": 0.82, "AUD": 0.48}


@check("coherent.procurement_method_vs_number_of_tenderers", of="Tender")
def procurement_method_vs_number_of_tenderers(process: Process, fail: Fail) -> int:
    """A direct procurement has one tenderer at most."""
    if process.tender.get("procurementMethod") != "direct":
        return 0
    number = number_of(process.tender.get("numberOfTenderers"))
    if number is None:
        return 0
    if number > 1:
        told = f"a direct procurement has one tenderer at most, not {number}: correct either"
        fail(TENDER, "numberOfTenderers", number, told)
    return 1


@check("coherent.tender_status", of="Tender", version=2)
def tender_status(process: Process, fail: Fail) -> int:
    """There are no awards or contracts in force while a tender is not complete.

    Pelican (version 1) also counts awards that are themselves pending, cancelled or unsuccessful.
    United Kingdom notices tell with such awards that a lot of a cancelled tender was not awarded.
    """
    status = process.tender.get("status")
    if status not in NO_AWARD_YET:
        return 0
    awards = any(award.get("status") not in NO_CONTRACT for award, _ in process.objects["Award"])
    if awards or any(one.get("status") not in NO_PAYMENT for one, _ in process.objects["Contract"]):
        held = "an award" if awards else "a contract"
        told = f"the tender is {status}, yet there is {held} in force: bring the status up to date"
        fail(TENDER, "status", status, told)
    return 1


@check("coherent.awards_status", of="Award")
def awards_status(process: Process, fail: Fail) -> int:
    """An award that is pending, cancelled or unsuccessful has no contract."""
    applied = 0
    award: dict[str, Any]
    for award, where in process.objects["Award"]:
        if award.get("status") not in NO_CONTRACT:
            continue
        name = text_of(award.get("id"))
        if name is None:
            continue
        applied += 1
        if name in process.contracts:
            told = f"the award is {award['status']}, yet a contract names it as its award"
            fail(where, "status", award["status"], told)
    return applied


@check("coherent.contracts_status", of="Contract")
def contracts_status(process: Process, fail: Fail) -> int:
    """A contract that is pending or cancelled has no transactions."""
    applied = 0
    contract: dict[str, Any]
    for contract, where in process.objects["Contract"]:
        status = contract.get("status")
        if status not in NO_PAYMENT:
            continue
        applied += 1
        implementation = contract.get("implementation")
        paid = implementation.get("transactions") if isinstance(implementation, dict) else None
        if isinstance(paid, list) and paid:
            fail(where, "status", status, f"the contract is {status}, yet it has transactions")
    return applied


@check("coherent.milestone_status", of="Milestone")
def milestone_status(process: Process, fail: Fail) -> int:
    """A milestone that is scheduled or was not met has no date on which it was met."""
    applied = 0
    milestone: dict[str, Any]
    for milestone, where in process.objects["Milestone"]:
        status = milestone.get("status")
        if status not in NOT_MET:
            continue
        applied += 1
        met = milestone.get("dateMet")
        if met:
            told = f"the milestone is {status}, yet it says when it was met: correct either"
            fail(where, "dateMet", met, told)
    return applied


@check("coherent.value_realistic", of="Value", severity="warning")
def value_realistic(process: Process, fail: Fail) -> int:
    """An amount of money lies within 5 billion US dollars, up or down.

    Pelican converts each amount at the rate of the release's day. This converts none: rates are
    data that age and are not there for most currencies. An amount fails if it was too much even at
    its currency's lowest rate, passes if it was not at any currency's highest, and is not judged
    between the two or if the currency is not in `LOWEST_RATES`. Ceilings of national frameworks
    are above the limit and true.
    """
    applied = 0
    value: dict[str, Any]
    for value, where in process.objects["Value"]:
        amount = number_of(value.get("amount"))
        if amount is None:
            continue
        found = _unrealistic(amount, value.get("currency"))
        applied += found is not None
        if found:
            told = f"{amount:,} {value['currency']} is over 5 billion US dollars: is it right?"
            fail(where, "amount", amount, told)
    return applied


def _unrealistic(amount: Number, currency: Any) -> bool | None:
    """Whether it is more than `REALISTIC`; None where only the rate of the day could tell."""
    if not isinstance(currency, str):
        return None
    if -REALISTIC_ANYWHERE <= amount <= REALISTIC_ANYWHERE:
        return False
    rate = LOWEST_RATES.get(currency)
    if rate is not None and abs(amount) > REALISTIC / rate:
        return True
    return False if currency == "USD" else None
