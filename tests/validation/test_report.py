"""The page of an edition's quality: what a reader sees of shares, amounts, sentences and failures."""

import re
from html import unescape
from typing import Any

from validation.report import render

CHECK = {
    "id": "a.b_c", "demand": "A thing is `such` & so.", "severity": "warning", "ok": False,
    "observed": "2 of 3 things fail (66.7%)",
    "columns": ["amount", "median_days", "late", "number"],
    "rows": [["1234567.50", 12.0, 0.25, 1000], [None, None, None, 0]],
}  # fmt: skip
FINDING = {
    "check": "a.b_c", "demand": "", "severity": "warning", "level": "edition", "place": "/<b>",
    "count": 2, "example": {"ocid": "ocds-1", "id": None, "message": "it is <script>"},
}  # fmt: skip
FAILED = {"check": "a.b_c", "subject": "s", "ok": False, "fatal": False, "observed": "2 fail",
          "message": "A thing is `such`.", "waived": ""}  # fmt: skip


def page(**more: Any) -> str:
    empty = dict.fromkeys(
        (
            "results",
            "checks",
            "findings",
            "edition_checks",
            "buyers",
            "fields",
            "conflicts",
            "silent_edits",
        ),
        (),
    )
    made = {"decision": "publish-with-warnings", "reasons": []}
    return render(
        "T",
        {
            **empty,
            "edition": "e",
            "sources": {},
            "oddities": {},
            "failures": 2,
            "verdict": made,
            **more,
        },
    )


def cells(text: str) -> list[str]:
    return [unescape(cell) for cell in re.findall(r"<t[dh](?: [^>]*)?>(.*?)</t[dh]>", text)]


def test_tables_of_checks_have_shares_amounts_and_numbers_that_can_be_read() -> None:
    found = cells(page(edition_checks=[CHECK]))
    assert found[-12:] == [
        "Amount", "Median days", "Late", "Number", "1,234,567.50", "12", "25.0%", "1,000", "", "", "", "0",
    ]  # fmt: skip


def test_what_fails_in_an_edition_as_a_whole_is_shown_with_its_place() -> None:
    made = page(edition_checks=[CHECK], findings=[FINDING])
    assert [*("2", "/<b>", "ocds-1", "it is <script>")] == cells(made)[4:8]
    assert "<script>" not in made
    assert "A thing is <code>such</code> &amp; so." in made


def test_the_verdict_says_in_words_what_is_not_as_expected() -> None:
    waived = {**FAILED, "message": "Another", "waived": "why"}
    head = page(results=[FAILED, waived]).partition("<table>")[0]
    assert "A thing is <code>such</code>. <b>2 fail</b>" in head
    assert "Another" not in head


def test_what_was_found_once_is_told_so() -> None:
    one = {**FINDING, "check": "x", "level": "release", "count": 1, "demand": "It holds."}
    assert "<b>It holds.</b> <code>x</code><br>once<" in page(findings=[one])
