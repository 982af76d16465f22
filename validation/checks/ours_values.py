"""Values of one process that would be counted wrongly: shared, repeated, or no spend at all.

Source: OCDS 1.1 guidance on framework agreements and on awards to several suppliers, and what the
published notices of the sources held.
"""

from typing import Any

from validation.checks.ours_money import FIELDS, PLACEHOLDERS
from validation.checks.registry import Fail, check
from validation.process import Process, name_of, number_of, said, text_of
from validation.spots import Node

Price = tuple[Any, ...]  # which amount, how much, of what currency


@check("money.framework_as_award")
def framework_as_award(process: Process, fail: Fail) -> int:
    """An award or contract that sets up a framework does not have the framework's ceiling as value.

    The ceiling is what may be spent at most by every buyer that may use the framework: taken for
    the worth of an award it is counted as spend.
    """
    made = (*process.objects["Award"], *process.objects["Contract"])
    if not made:
        return 0
    tender, applied = process.tender, 0
    lots = tender.get("lots")
    nodes = [tender, *(lots if isinstance(lots, list) else ())]
    if not any(_sets_up_framework(node) for node in nodes):
        return 0
    ceilings = {price for node in nodes for price in _prices(node)}
    node: dict[str, Any]
    for node, where in made:
        for field, amount, currency in _prices(node):
            applied += 1
            if (field, amount, currency) in ceilings:
                told = f"{amount!r:.40} is what the framework may reach at most: it is no spend"
                fail((where, "value", -1), field, amount, told)
                break
    return applied


def _sets_up_framework(node: Any) -> bool:
    techniques = node.get("techniques") if isinstance(node, dict) else None
    if not isinstance(techniques, dict):
        return False
    stated = techniques.get("hasFrameworkAgreement")
    return stated is True or (stated is None and said(techniques.get("frameworkAgreement")))


def _prices(node: Any) -> list[Price]:
    """What `node` is worth: net, gross or both; stand-ins are none."""
    value = node.get("value") if isinstance(node, dict) else None
    if not isinstance(value, dict):
        return []
    found = []
    for field in FIELDS:
        amount = number_of(value.get(field))
        if amount is not None and amount not in PLACEHOLDERS:
            found.append((field, amount, name_of(value.get("currency"))))
    return found


@check("money.repeated_over_suppliers", of="Award", severity="warning")
def repeated_over_suppliers(process: Process, fail: Fail) -> int:
    """Several awards do not all have one value.

    Where a source has one value for awards to several suppliers or lots, some repeat it at each,
    and a sum counts it as often.
    """
    awards = process.objects["Award"]
    if len(awards) <= 1:
        return 0
    alike: dict[Price, list[Node]] = {}
    node: dict[str, Any]
    for node, where in awards:
        prices = _prices(node)
        if prices:
            alike.setdefault(prices[0], []).append((node, where))
    applied = sum(map(len, alike.values()))
    if applied <= 1:
        return 0
    for (field, amount, _), found in alike.items():
        if len(found) > 1:
            told = f"{len(found)} awards have the value {amount!r:.40}: state each award's own"
            for _, where in found:
                fail((where, "value", -1), field, amount, told)
    return applied


@check("money.shared_value", of="Award", severity="info")
def shared_value(process: Process, fail: Fail) -> int:
    """A value is that of an award to one supplier.

    Of a value that several suppliers share nobody can tell whose part is how much. It may be the
    award's or, where awards have none, that of its contracts.
    """
    applied = 0
    award: dict[str, Any]
    for award, where in process.objects["Award"]:
        valued = [(award, where)] if _prices(award) else _valued_contracts(process, award)
        if not valued:
            continue
        applied += 1
        named = award.get("suppliers")
        count = len(named) if isinstance(named, list) else 0
        if count > 1:
            for node, place in valued:
                field, amount, _ = _prices(node)[0]
                told = f"{count} suppliers share {amount!r:.40}: give each an award of its own"
                fail((place, "value", -1), field, amount, told)
    return applied


def _valued_contracts(process: Process, award: dict[str, Any]) -> list[Node]:
    contracts = process.contracts.get(text_of(award.get("id")) or "", ())
    return [contract for contract in contracts if _prices(contract[0])]
