"""The quality report as one page: our own, everything escaped, nothing loaded from elsewhere.

Owns the page and the order of its parts. What stands in it comes from `quality.json`, value for
value; its pieces are in `validation.page`, what checks found in `validation.report_checks`.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from validation.page import STYLE, bar, cell, details, number, prose, table
from validation.report_checks import Report, of_edition, share, to_mend

SAID = {
    "publish": "Published: every expectation is met.",
    "publish-with-warnings": "Published with warnings.",
    "block": "Held back: the last good edition stays.",
}
GRAVE = ("unusable", "error", "warning")


def render(title: str, report: Report) -> str:
    """The page for one `quality.json`."""
    parts = (
        _verdict(report),
        _glance(report),
        to_mend(report),
        of_edition(report),
        _buyers(report["buyers"]),
        _undeclared(report),
        _records(report),
        _expectations(report),
        _passed(report),
        _coverage(report["fields"]),
        _files(),
    )
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" ',
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>Quality of {escape(title)}, {escape(report['edition'])}</title>",
            f"<style>{STYLE}</style></head><body><main><h1>Quality of {escape(title)}</h1>",
            f"<p>Edition {escape(report['edition'])}</p>",
            *parts,
            "</main></body></html>\n",
        )
    )


def _verdict(report: Report) -> str:
    verdict = report["verdict"]
    reasons = "".join(
        f"<li>{prose(r['message'])} <b>{escape(r['observed'])}</b> <code>{escape(r['check'])}"
        f"</code> ({escape(r['subject'])})</li>"
        for r in sorted(report["results"], key=lambda r: not r["fatal"])
        if not r["ok"] and not r["waived"]
    )
    told = f"<p>Not as expected:</p><ul>{reasons}</ul>" if reasons else ""
    return f'<p class="verdict {verdict["decision"]}">{SAID[verdict["decision"]]}</p>{told}'


def _glance(report: Report) -> str:
    structure = _check(report, "structure")
    rows = ((s["title"], s["releases"], s["processes"]) for s in report["sources"].values())
    told = table(("Source", "Releases", "Processes"), rows)
    failed = sum(1 for check in report["checks"] if check["failed"] and _grave(check))
    lines = [
        (
            f"{number(failed)} of {number(len(report['checks']))} checks of releases and processes "
            f"found errors or warnings. Every failure is a row of "
            f'<a href="quality.parquet">quality.parquet</a> ({number(report["failures"])} rows, '
            "what is good to know included). They are for the publisher to mend at the source."
        )
    ]
    if structure:
        lines.insert(
            0,
            f"{number(structure['passed'])} of {number(structure['applied'])} releases keep to the "
            f"schema of OCDS 1.1 and its declared extensions ({share(structure, 'passed')}).",
        )
    return told + "".join(f"<p>{line}</p>" for line in lines)


def _check(report: Report, name: str) -> Mapping[str, Any] | None:
    return next((check for check in report["checks"] if check["id"] == name), None)


def _grave(check: Mapping[str, Any]) -> bool:
    return check["severity"] in GRAVE


def _buyers(buyers: Iterable[Mapping[str, Any]]) -> str:
    rows = (
        (b["buyer_name"] or "", b["buyer_id"], b["errors"] or 0, b["warnings"] or 0) for b in buyers
    )
    return "<h2>Buyers with most failures</h2>" + table(("Buyer", "Id", "Errors", "Warnings"), rows)


def _undeclared(report: Report) -> str:
    fields = [f for f in report["fields"] if not f["declared"]]
    fields.sort(key=lambda f: (-f["present"], f["path"]))
    sources = report["sources"].values()
    unknown = [url for source in sources for url in source["unknown_extensions"]]
    rows = ((f["path"], f["present"], f["parents"]) for f in fields)
    told = "".join(f"<p>Declared, but not known here: {escape(url)}</p>" for url in unknown)
    head = "<h2>Fields that neither the standard nor a declared extension has</h2>"
    return head + told + table(("Field", "How often", "Of"), rows)


def _records(report: Report) -> str:
    conflicts = ((c["ocid"], ", ".join(c["paths"])) for c in report["conflicts"])
    edits = ((e["ocid"], e["id"], e["derived_id"]) for e in report["silent_edits"])
    return "".join(
        (
            "<h2>Processes whose releases disagree on the kind of a value</h2>",
            table(("ocid", "Paths; the later release counts"), conflicts),
            "<h2>Releases changed under the same id</h2>",
            table(("ocid", "Id", "Derived id of the change"), edits),
            "<h2>Values without a reading in their column's type, or rounded</h2>",
            table(("Column", "How many"), report["oddities"].items()),
        )
    )


def _expectations(report: Report) -> str:
    failed = [r for r in report["results"] if not r["ok"]]
    rows = [
        (
            "waived" if r["waived"] else "blocks" if r["fatal"] else "warns",
            r["check"], r["subject"], r["message"], r["observed"], r["waived"],
        )
        for r in sorted(failed, key=lambda r: (bool(r["waived"]), not r["fatal"]))
    ]  # fmt: skip
    head = ("A failure", "Check", "Of", "Expected", "Seen", "Waived because")
    return "<h2>Expectations of the edition that are not met</h2>" + table(head, rows)


def _passed(report: Report) -> str:
    passed = [r for r in report["results"] if r["ok"]]
    rows = ((r["check"], r["subject"], r["message"], r["observed"]) for r in passed)
    head = f"{number(len(passed))} of {number(len(report['results']))} expectations are met"
    good = [c for c in report["checks"] if not c["failed"]]
    told = f"{number(len(good))} checks of releases and processes found nothing"
    checks = ((c["id"], c["demand"], c["applied"]) for c in good)
    return (
        "<h2>What is in order</h2>"
        + details(head, table(("Check", "Of", "Expected", "Seen"), rows))
        + details(told, table(("Check", "Demand", "Applied to"), checks))
    )


def _coverage(fields: Sequence[Mapping[str, Any]]) -> str:
    rows = (
        (f["path"], f["parents"], f["filled"], cell(bar(f["filled"], f["parents"]), safe=True))
        for f in fields
        if f["declared"]
    )
    head = f"{number(sum(1 for f in fields if f['declared']))} fields are used"
    body = table(("Field", "What holds it", "Filled", ""), rows)
    return "<h2>How well fields are filled</h2>" + details(head, body)


def _files() -> str:
    return (
        "<h2>The same as data</h2><p>quality.parquet has a row for every failure (check, ocid, "
        "release, path, value, message): drop or inspect exactly those rows. "
        "quality_summary.parquet counts each check by buyer and month, quality_coverage.parquet "
        "every field, and quality.json holds this page.</p>"
    )
