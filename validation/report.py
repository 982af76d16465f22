"""The quality report as one page: our own, everything escaped, nothing loaded from elsewhere.

Owns the page. What stands in it comes from `quality.json`, value for value.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;
color:#0b0c0c}
table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #b1b4b6;vertical-align:top}
td{overflow-wrap:break-word}
summary{cursor:pointer}
th{background:#f3f2f1}
.verdict{padding:.8rem 1rem;border-left:.5rem solid;font-size:1.2rem}
.publish{border-color:#00703c}.publish-with-warnings{border-color:#f47738}
.block{border-color:#d4351c}
.n{text-align:right;font-variant-numeric:tabular-nums}
"""
SAID = {
    "publish": "Published: every check passed.",
    "publish-with-warnings": "Published with warnings.",
    "block": "Held back: the last good edition stays.",
}


def render(title: str, report: Mapping[str, Any]) -> str:
    """The page for one `quality.json`."""
    verdict = report["verdict"]
    results = sorted(report["results"], key=lambda r: not r["fatal"])
    passed = [result for result in results if result["ok"]]
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" ',
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>Quality of {escape(title)}, {escape(report['edition'])}</title>",
            f"<style>{STYLE}</style></head><body><h1>Quality of {escape(title)}</h1>",
            f"<p>Edition {escape(report['edition'])}</p>",
            f'<p class="verdict {verdict["decision"]}">{SAID[verdict["decision"]]}</p>',
            "".join(f"<p>{escape(reason)}</p>" for reason in verdict["reasons"]),
            "<h2>Checks of the edition that failed</h2>",
            _checks(result for result in results if not result["ok"]),
            "<h2>Findings in single releases</h2>",
            _table(
                ("How many", "Severity", "Rule", "Path", "First example"),
                map(_finding, report["findings"]),
            ),
            "<h2>Processes whose releases disagree on the kind of a value</h2>",
            _table(
                ("ocid", "Paths; the later release counts"),
                ((c["ocid"], ", ".join(c["paths"])) for c in report["conflicts"]),
            ),
            "<h2>Releases changed under the same id</h2>",
            _table(
                ("ocid", "Id", "Derived id of the change"),
                ((e["ocid"], e["id"], e["derived_id"]) for e in report["silent_edits"]),
            ),
            "<h2>Values without a reading in their column's type, or rounded</h2>",
            _table(("Column", "How many"), report["oddities"].items()),
            "<h2>Checks of the edition that passed</h2><details>",
            f"<summary>{len(passed)} of {len(results)}</summary>{_checks(passed)}</details>",
            "</body></html>\n",
        )
    )


def _checks(results: Iterable[Mapping[str, Any]]) -> str:
    return _table(("A failure", "Check", "Of", "Expected", "Seen"), map(_result, results))


def _result(result: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        "blocks" if result["fatal"] else "warns",
        result["check"].replace("_", " "),
        result["subject"],
        result["message"],
        result["observed"],
    )


def _finding(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    example = finding["example"]
    shown = f"{example['ocid']} {example['id']}: {example['message']}"
    return finding["count"], finding["severity"], finding["rule"], finding["path"], shown


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    if not body:
        return "<p>None.</p>"
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    kind = ' class="n"' if isinstance(value, int) else ""
    return f"<td{kind}>{escape(str(value))}</td>"
