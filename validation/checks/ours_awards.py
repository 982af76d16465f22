"""Awards that a reader cannot tell from others.

Source: OCDS 1.1 codelist awardStatus, whose codes say whether an award stands.
"""

from typing import Any

from validation.checks.registry import Fail, check
from validation.process import Process, said


@check("award.status_missing", of="Award", severity="warning")
def status_missing(process: Process, fail: Fail) -> int:
    """An award has a status."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Award"]:
        if where[2] < 0:  # no list of awards: the schema's matter
            continue
        applied += 1
        if not said(node.get("status")):
            told = "the award has no status: it may as well be cancelled; state active if it stands"
            fail(where, "status", None, told)
    return applied


@check("award.no_supplier", of="Award", severity="warning")
def no_supplier(process: Process, fail: Fail) -> int:
    """An active award has a supplier."""
    applied = 0
    node: dict[str, Any]
    for node, where in process.objects["Award"]:
        if node.get("status") == "active":
            applied += 1
            if not said(node.get("suppliers")):
                fail(
                    where, "suppliers", None, "the award stands and nobody won: name its suppliers"
                )
    return applied
