import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kernel import ConfigError, Counts, Lake, Manifest
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package, release
from transforms.tables.build import build_tables
from transforms.tables.schema import tables
from validation import check as module
from validation.catalogue import gate_rules
from validation.check import check, file_of
from validation.expect import expect
from validation.metrics import measure
from validation.report import render
from validation.suites import check_metrics, check_tables

PUBLICATION = load("find_a_tender")
NASTY = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


@pytest.fixture
def without_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations costs seconds to import: what is not about it does without."""
    monkeypatch.setattr(module, "check_tables", lambda _files: iter(()))
    monkeypatch.setattr(module, "check_metrics", lambda _frame: iter(()))


def checked(
    lake: Lake, *bodies: bytes, previous: Manifest | None = None, **more: Any
) -> tuple[Manifest, dict[str, Any]]:
    inputs = [(SOURCE, compiled(lake, *bodies, **more))]
    built = build_tables(PUBLICATION, lake, inputs)
    done = check(PUBLICATION, lake, inputs, built, previous=previous)
    return done, json.loads(lake.load(done, file_of(done, "quality.json")))


def failed(report: dict[str, Any]) -> set[str]:
    return {result["check"] for result in report["results"] if not result["ok"]}


@pytest.mark.heavy
def test_a_good_edition_passes_every_suite(lake: Lake) -> None:
    waiting = award_release(30, awards=[{"id": "a1", "status": "pending"}], contracts=[])
    done, report = checked(lake, package(*(award_release(n) for n in range(1, 30)), waiting))
    assert done.notes["decision"] == "publish", report["verdict"]
    subjects = {result["subject"] for result in report["results"]}
    assert set(tables()) | {"metrics", "find_a_tender"} <= subjects
    assert len(report["results"]) > 40
    assert {result["check"] for result in report["results"]} <= gate_rules().keys()


def test_great_expectations_finds_what_breaks_a_table(tmp_path: Path) -> None:
    files = {}
    for name, table in tables().items():
        columns = [column.name for column in table.columns]
        row = dict.fromkeys(columns) | dict.fromkeys(table.key, "1") | {"section": "tender"}
        rows = [{k: v for k, v in row.items() if k in columns}] * 2
        files[name] = tmp_path / f"{name}.parquet"
        pd.DataFrame(rows, columns=columns).to_parquet(files[name])
    bad = (
        pd.read_parquet(files["parties"])
        .rename(columns={"name": "title"})
        .assign(scale="huge", ocid=[None, "1"])
    )
    bad.to_parquet(files["parties"])
    found = {(r.check, r.subject, r.fatal) for r in check_tables(files) if not r.ok}
    assert ("expect_table_columns_to_match_ordered_list", "parties", True) in found
    assert ("expect_column_values_to_not_be_null", "parties", True) in found
    assert ("expect_column_values_to_be_in_set", "parties", False) in found
    assert ("expect_column_values_to_be_unique", "processes", True) in found
    assert ("expect_compound_columns_to_be_unique", "awards", True) in found


def test_great_expectations_finds_bad_metrics() -> None:
    good = pd.DataFrame(
        {
            "table": list(tables()),
            "rows": 5,
            **dict.fromkeys(
                (
                    "null_keys",
                    "duplicate_keys",
                    "orphans",
                    "money_without_currency",
                    "negative_money",
                    "unlisted_codes",
                ),
                0,
            ),
        }
    )
    assert all(result.ok for result in check_metrics(good))
    found = {
        r.message: r.fatal
        for r in check_metrics(
            good.assign(orphans=[1] + [0] * (len(tables()) - 1), negative_money=2)
        )
        if not r.ok
    }
    assert found == {"orphans": True, "negative_money": False}


def test_metrics_are_measured_over_every_row(lake: Lake) -> None:
    bare = award_release(2, awards=[{"id": "a1", "status": "odd", "value": {"amount": -5}}])
    inputs = [(SOURCE, compiled(lake, package(award_release(1), bare)))]
    built = build_tables(PUBLICATION, lake, inputs)
    frame = measure(
        {
            a.path.removesuffix(".parquet"): Path(lake.root) / built.folder / a.path
            for a in built.artifacts
        }
    )
    found = frame.set_index("table").to_dict("index")
    assert found["awards"] == {
        "rows": 2,
        "null_keys": 0,
        "duplicate_keys": 0,
        "orphans": 0,
        "money_without_currency": 1,
        "negative_money": 1,
        "unlisted_codes": 1,
    }
    assert found["parties"]["rows"] == 6


@pytest.mark.usefixtures("without_suites")
@pytest.mark.parametrize(
    ("bodies", "decision", "checks"),
    [
        ([package(release(1))], "publish", set()),
        ([package()], "block", {"min_releases"}),
        ([package(release(1), "bad")], "block", {"min_usable_share"}),
        ([package(release(1, tag=["odd"]))], "publish-with-warnings", {"structure"}),
        (
            [package(release(1), n=[7] * 101).replace(b"7", b"1e999")],
            "publish-with-warnings",
            {"max_repairs"},
        ),
    ],
)
def test_thresholds_minimum_blocks_maximum_warns(
    lake: Lake, bodies: list[bytes], decision: str, checks: set[str]
) -> None:
    done, report = checked(lake, *bodies)
    assert (done.notes["decision"], failed(report)) == (decision, checks)
    assert len(done.notes["reasons"]) == len(checks)


@pytest.mark.usefixtures("without_suites")
def test_a_doubted_window_warns(lake: Lake) -> None:
    done, report = checked(
        lake, package(release(1)), doubts=("page 1: no next link on a full page",)
    )
    assert (done.notes["decision"], failed(report)) == (
        "publish-with-warnings",
        {"max_doubted_windows"},
    )


@pytest.mark.usefixtures("without_suites")
@pytest.mark.parametrize(("before", "decision"), [(10, "publish"), (11, "publish"), (12, "block")])
def test_history_must_not_shrink(lake: Lake, before: int, decision: str) -> None:
    summary = {"sources": {SOURCE.id: {"releases": before}}}
    previous = Manifest(
        folder="published/p/e", stage="publish", subject="p", version="e", code="1",
        counts=Counts(), artifacts=(), notes={"summary": summary},
    )  # fmt: skip
    done, _ = checked(lake, package(*(release(n) for n in range(1, 11))), previous=previous)
    assert done.notes["decision"] == decision


@pytest.mark.usefixtures("without_suites")
def test_findings_are_counted_by_rule_and_path_without_positions(lake: Lake) -> None:
    odd = [
        release(n, tender={"id": "1", "documents": [{"id": "1", "url": "www"}] * n}) for n in (1, 2)
    ]
    _, report = checked(lake, package(*odd, {"ocid": "x"}))
    told = {(f["check"], f["place"], f["severity"]): f["count"] for f in report["findings"]}
    assert told[("structure.format", "/tender/documents/url", "error")] == 3
    assert told[("no_date", "/date", "unusable")] == 1


@pytest.mark.usefixtures("without_suites")
def test_the_report_escapes_everything_and_loads_nothing(lake: Lake) -> None:
    odd = release(
        1, id=NASTY, tag=[NASTY], ocid=f"ocds-h6vhtk-{NASTY}", tender={"id": "1", "status": NASTY}
    )
    done, report = checked(lake, package(odd))
    page = lake.load(done, file_of(done, "quality.html")).decode()
    assert NASTY in json.dumps(report, ensure_ascii=False).replace('\\"', '"')
    tags = Tags()
    tags.feed(page)
    assert set(re.findall("<a .*?>", page)) == {'<a href="quality.parquet">'}
    assert tags.names <= {
        "a",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "b",
        "br",
        "code",
        "details",
        "li",
        "main",
        "meter",
        "span",
        "ul",
        "summary",
        "p",
        "h1",
        "h2",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "wbr",
    }
    assert tags.attributes <= {"lang", "charset", "name", "content", "http-equiv", "class"} | {
        "href",
        "min",
        "max",
        "value",
    }
    assert not re.search(r"url\(|@import", page)
    assert "default-src 'none'" in page


def test_the_report_of_a_blocked_edition_says_so() -> None:
    result = {
        "check": "c",
        "subject": "s",
        "ok": False,
        "fatal": True,
        "observed": "0",
        "message": "m",
        "waived": "",
    }
    empty = (
        "findings",
        "conflicts",
        "silent_edits",
        "checks",
        "edition_checks",
        "buyers",
        "fields",
    )
    report = {
        "edition": "e",
        "verdict": {"decision": "block", "reasons": ["because"]},
        "results": [result],
        "sources": {},
        "oddities": {},
        "failures": 0,
        **{name: [] for name in empty},
    }
    page = render("Title", report)
    assert "Held back" in page
    assert "because" in page


def test_every_source_has_expectations_and_they_are_read_strictly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extractors.loader import load_all
    from validation import expect as facts

    for source in load_all():
        assert expect(source.id).min_releases >= 1
    (tmp_path / "x.toml").write_text("min_releases = 1\nmin_typo = 2\n")
    monkeypatch.setattr(facts, "FOLDER", tmp_path)
    with pytest.raises(ConfigError, match="min_typo"):
        expect("x")
