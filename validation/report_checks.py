"""What checks found, as a part of the quality report: the gravest first, each with where and what.

Owns how a check is shown. What stands in it comes from `quality.json`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from validation.page import bar, details, number, prose, table

SHARES = ("share", "late")  # columns of tables of checks
FOUND = ("How many", "Where", "First: process", "What is wrong")
Report = Mapping[str, Any]


def to_mend(report: Report) -> str:
    """What failed, the gravest first, each with the places where it did."""
    places: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for finding in report["findings"]:
        if finding["level"] != "edition":
            places[_group(finding["check"]), finding["level"]].append(finding)
    checks = {(check["id"], check["level"]): check for check in report["checks"]}
    parts: dict[str, list[str]] = defaultdict(list)
    for key, found in places.items():
        check = checks.get(key)
        severity = check["severity"] if check else found[0]["severity"]
        parts[severity].append(_mend(key[0], check, found))
    heads = {
        "unusable": "Releases that could not be used: they are in quarantine",
        "error": "Errors: the data breaks the standard, or would mislead",
        "warning": "Warnings: likely wrong",
        "info": "Good to know",
    }
    return "".join(
        f"<h2>{heads[severity]}</h2>{''.join(parts[severity]) or '<p>None.</p>'}"
        for severity in heads
    )


def _group(rule: str) -> str:
    """What a rule is counted under: all rules of the schema are one check."""
    return "structure" if rule.startswith("structure.") else rule


def _mend(name: str, check: Mapping[str, Any] | None, found: Sequence[Mapping[str, Any]]) -> str:
    total = sum(finding["count"] for finding in found)
    told, failed = found[0]["demand"], ""
    if check:
        told = check["demand"]
        of = "releases" if check["level"] == "release" else "processes"
        failed = (
            f"{number(check['failed'])} of {number(check['applied'])} {of} fail "
            f"({share(check, 'failed')})"
            + bar(check["failed"], check["applied"], bad=check["severity"] != "info")
        )
    times = "once" if total == 1 else f"{number(total)} times"
    head = f"<b>{prose(told)}</b> <code>{escape(name)}</code><br>{failed or times}"
    source = f"<p>Source: {prose(check['source'])}</p>" if check and check["source"] else ""
    return details(head, source + _found(found))


def _found(findings: Iterable[Mapping[str, Any]]) -> str:
    """Failures by place, each with the first one."""
    return table(
        FOUND,
        (
            (f["count"], f["place"] or "/", f["example"]["ocid"] or "", f["example"]["message"])
            for f in findings
        ),
    )


def of_edition(report: Report) -> str:
    """The checks that look at all processes at once."""
    checks = report["edition_checks"]
    found = [finding for finding in report["findings"] if finding["level"] == "edition"]
    parts = []
    for check in sorted(checks, key=lambda c: (c["ok"] is not False, c["ok"] is None)):
        state = {True: "passes", False: "fails", None: "does not apply"}[check["ok"]]
        head = (
            f'<span class="state {state.split()[0]}">{state}</span> <b>{prose(check["demand"])}'
            f"</b> <code>{escape(check['id'])}</code><br>{escape(check['observed'])}"
        )
        failures = [finding for finding in found if finding["check"] == check["id"]]
        shown = (_found(failures) if failures else "") + _shown(check)
        parts.append(details(head, shown) if shown else f"<p>{head}</p>")
    return f"<h2>All processes together</h2>{''.join(parts) or '<p>None.</p>'}"


def _shown(check: Mapping[str, Any]) -> str:
    """The small table that a check shows."""
    columns = check["columns"]
    rows = [[_typed(*cell) for cell in zip(columns, row, strict=True)] for row in check["rows"]]
    heads = [name.replace("_", " ").capitalize() for name in columns]
    return table(heads, rows) if rows else ""


def _typed(column: str, value: Any) -> Any:
    """A cell of such a table as what it is: a share, an amount, a number."""
    if value is None or column in SHARES:
        return value
    if isinstance(value, float):
        return Decimal(f"{value:g}")
    return Decimal(value) if column == "amount" else value


def share(check: Mapping[str, Any], what: str) -> str:
    """What share of what a check applied to passed or failed."""
    return f"{check[what] / check['applied']:.1%}" if check["applied"] else ""
