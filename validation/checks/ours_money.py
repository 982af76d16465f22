"""Money: single values that cannot be added up as they stand.

Owns amounts and currencies; how values of one process relate is told in
`validation.checks.ours_values`. Source: ISO 4217, and what published notices held.
"""

import math
from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process, number_of, said
from validation.spots import Where

FIELDS = ("amount", "amountGross")  # net or unspecified, and with VAT (UK extension)
# Where a value is the worth of a process, lot, award or contract, which readers add up.
WORTH = frozenset(
    {
        ("budget", "amount"),
        ("tender", "value"),
        ("lots", "value"),
        ("awards", "value"),
        ("contracts", "value"),
    }
)
# Seven nines and more, with and without pence, are what forms take when nothing is known.
NINES = frozenset(float("9" * n + pence) for n in range(7, 16) for pence in ("", ".99"))
PLACEHOLDERS = NINES | {0, 0.01, 1, math.inf}  # 1e9999 has been published; it reads as infinity


@check("money.currency_missing", of="Value")
def currency_missing(process: Process, fail: Fail) -> int:
    """An amount of money has a currency."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Value"]:
        if number_of(node.get("amount")) is None and number_of(node.get("amountGross")) is None:
            continue
        applied += 1
        if not said(node.get("currency")):
            told = "the amount has no currency: add its ISO 4217 code, such as GBP"
            fail(where, "currency", None, told)
    return applied


@check("money.currency_unknown", of="Value")
def currency_unknown(process: Process, fail: Fail) -> int:
    """A currency is a code of ISO 4217."""
    applied, known = 0, process.walk.model.codelists["currency"]
    node: dict[str, Any]
    for node, where in process.objects["Value"]:
        code = node.get("currency")
        if code is None or not said(code):
            continue
        applied += 1
        if not isinstance(code, str) or code not in known:
            told = f"{code!r:.60} is no currency code of ISO 4217, such as GBP"
            fail(where, "currency", code, told)
    return applied


@check("money.placeholder", of="Value", severity="warning")
def placeholder(process: Process, fail: Fail) -> int:
    """What a process, lot, award or contract is worth is not 0, 0.01, 1 or all nines."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Value"]:
        if not _is_worth(where):
            continue
        field = "amount" if number_of(node.get("amount")) is not None else "amountGross"
        amount = number_of(node.get(field))
        if amount is None:
            continue
        applied += 1
        if amount in PLACEHOLDERS:
            told = f"{amount!r:.60} looks like a stand-in: leave the value out if it is not known"
            fail(where, field, amount, told)
    return applied


@check("money.negative", of="Value")
def negative(process: Process, fail: Fail) -> int:
    """What a process, lot, award or contract is worth is not below zero."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Value"]:
        if not _is_worth(where):
            continue
        for field in FIELDS:
            amount = number_of(node.get(field))
            if amount is None:
                continue
            applied += 1
            if amount < 0:
                told = (
                    f"{amount!r:.60} is below zero: if it is a change, publish it as an amendment"
                )
                fail(where, field, amount, told)
    return applied


@check("money.gross_below_net", of="Value")
def gross_below_net(process: Process, fail: Fail) -> int:
    """An amount with VAT is not less than the amount without.

    Source: UK extension, Value.amountGross. Both are equal where no VAT is due.
    """
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Value"]:
        gross = number_of(node.get("amountGross"))
        net = None if gross is None else number_of(node.get("amount"))
        if gross is None or net is None or net < 0:
            continue
        applied += 1
        if gross < net:
            told = f"with VAT {gross!r:.40}, without {net!r:.40}: correct or exchange them"
            fail(where, "amountGross", gross, told)
    return applied


def _is_worth(where: Where) -> bool:
    above = where[0]
    return above is not None and (above[1], where[1]) in WORTH
