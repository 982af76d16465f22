"""All dataset checks together: on odd tables, against editions of earlier code, with many failures."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kernel import Lake
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, package, release
from tests.validation.dataset_made import (
    awards,
    day,
    edition,
    priced,
    processes,
    published,
    run,
    supplied,
)
from transforms.tables.build import build_tables
from transforms.tables.schema import tables
from validation.dataset.judge import checks, judge_edition
from validation.dataset.registry import BATCH, REGISTER, Failure, check, listed

HUGE = Decimal("9999999999999999.99")
ODD = 'it\'s "odd"; -- \\ \x00 \U0001f600'


def all_null(name: str) -> list[dict[str, Any]]:
    return [{}] * 3


def all_odd(name: str) -> list[dict[str, Any]]:
    """Rows whose every value is as far out as its type goes."""
    values = {
        pa.string(): ODD,
        pa.list_(pa.string()): [ODD, None, ""],
        pa.timestamp("us", tz="UTC"): day(1).replace(year=9999),
        pa.decimal128(18, 2): HUGE,
        pa.float64(): 1e300,
        pa.int32(): 2**31 - 1,
        pa.bool_(): True,
    }
    fields = tables()[name].schema({})
    row = {field.name: values.get(field.type) for field in fields}
    early = {k: v.replace(year=1) if hasattr(v, "year") else v for k, v in row.items()}
    low = {k: -HUGE if v == HUGE else v for k, v in row.items()}
    return [row, early, low] * 50


def none(name: str) -> list[dict[str, Any]]:
    return []


@pytest.mark.parametrize("rows", [none, all_null, all_odd])
@pytest.mark.parametrize("before", [None, none, all_null, all_odd])
def test_no_edition_stops_a_check(
    rows: Callable[[str], Any], before: Callable[[str], Any] | None, tmp_path: Path
) -> None:
    files = edition(tmp_path / "now", **{name: rows(name) for name in tables()})
    older = before and edition(tmp_path / "older", **{name: before(name) for name in tables()})
    found = {
        one.id: (outcome, list(outcome.rows())) for one, outcome in judge_edition(files, older)
    }
    assert list(found) == [one.id for one in checks()]
    for name, (outcome, failures) in found.items():
        assert outcome.observed, name
        assert outcome.ok is not None or not failures, name
        assert outcome.ok is not False or failures, name
    if rows is not all_odd:
        applied = {name for name, (outcome, _) in found.items() if outcome.ok is not None}
        compared = {"time.ocid", "edition.vanished_ocids"} if before is all_odd else set()
        assert applied == compared


def test_a_check_that_compares_needs_an_older_edition(tmp_path: Path) -> None:
    files = edition(tmp_path, processes=processes("tender_status", active=1))
    told = {one.id: outcome for one, outcome in judge_edition(files, None)}
    compared = {one.id for one in checks() if one.compares}
    assert {name.partition(".")[0] for name in compared} == {"time", "edition"}
    assert {(told[name].ok, told[name].observed) for name in compared} == {
        (None, "there is no older edition")
    }


def test_an_edition_of_earlier_code_is_compared_as_far_as_it_goes(tmp_path: Path) -> None:
    files = edition(
        tmp_path / "now",
        processes=[{"ocid": "1", "title": "T", "awards": 1, "has_tender": True}],
        milestones=awards("status", met=1, scheduled=1),
    )
    old = tmp_path / "it's old.parquet"
    pq.write_table(pa.table({"title": ["t", "U"], "ocid": ["1", "2"], "dropped": [1, 2]}), old)
    found = {one.id: outcome.ok for one, outcome in judge_edition(files, {"processes": old})}
    assert found["time.ocid"] is False
    assert found["time.tender_title"] is True
    assert found["time.phase_stable"] is True
    assert found["edition.vanished_awards"] is None
    assert found["distribution.milestone_status"] is True


def test_the_same_edition_is_stable(lake: Lake) -> None:
    inputs = [(SOURCE, compiled(lake, package(*(award_release(n) for n in range(1, 30)))))]
    built = build_tables(load("find_a_tender"), lake, inputs)
    folder = Path(lake.root) / built.folder
    files = {name: folder / f"{name}.parquet" for name in tables()}
    found = {one.id: outcome for one, outcome in judge_edition(files, files)}
    for name in ("time.ocid", "time.phase_stable", "edition.vanished_ocids"):
        assert found[name].ok is True, name
    assert found["edition.vanished_awards"].observed == (
        "0 of 29 awards of the older edition fail (0.0%)"
    )
    assert found["distribution.value_currency"].shown.rows == (("GBP", 29, 1.0),)
    assert found["sme.scale_contradicts"].ok is None, "a party id is no identifier"


@pytest.mark.parametrize(("still", "ok"), [(191, True), (190, False)])
def test_time_based_checks_pass_from_95_and_a_half_per_cent(
    tmp_path: Path, still: int, ok: bool
) -> None:
    rows = [{"ocid": f"{n}"} for n in range(200)]
    files, older = (
        edition(tmp_path / "1", processes=rows[:still]),
        edition(tmp_path / "2", processes=rows),
    )
    outcome, failures = run("time.ocid", files, older)
    assert outcome.ok is ok
    assert len(failures) == 200 - still
    assert outcome.observed.startswith(f"{200 - still} of 200 processes of the older edition fail")


def test_every_failure_is_told_batch_by_batch(tmp_path: Path) -> None:
    files = edition(tmp_path)
    number = 3 * BATCH + 1
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'o' || range AS ocid, 's' AS source, 't' AS tender_id FROM range({number}))"
            f" TO '{files['processes']}' (FORMAT parquet)"
        )
    outcome, failures = run("unique.tender_id", files)
    assert outcome.observed == "30,001 of 30,001 tender ids fail (100.0%)"
    assert len({one.ocid for one in failures}) == number


def test_amounts_are_compared_within_a_currency_only(tmp_path: Path) -> None:
    pounds, yen = priced(*[100] * 100), priced(*[100_000] * 99, currency="JPY")
    outcome, _ = run("distribution.awards_value", edition(tmp_path, awards=[*pounds, *yen]))
    assert (outcome.ok, outcome.observed) == (True, "the top 1% hold 1.0% of GBP")
    assert outcome.shown.rows[0] == ("GBP", "0-1%", 1, "100.00", 0.01)
    assert [row[2] for row in outcome.shown.rows] == [1, 4, 15, 30, 50]


def test_negative_amounts_are_left_out_of_sums(tmp_path: Path) -> None:
    files = edition(tmp_path, awards=priced(*[100] * 99, 9_900, -1_000_000))
    outcome, _ = run("distribution.awards_value", files)
    assert outcome.ok is True


def test_repetition_shows_the_five_commonest(tmp_path: Path) -> None:
    files = edition(tmp_path, awards=priced(*[1] * 4, *[2] * 3, *range(10, 103)))
    outcome, _ = run("distribution.awards_value_repetition", files)
    assert outcome.ok is True
    assert outcome.observed == "the 3 commonest pairs of amount and currency are 8.0% of 100"
    assert [row[:3] for row in outcome.shown.rows][:2] == [("1.00", "GBP", 4), ("2.00", "GBP", 3)]
    assert len(outcome.shown.rows) == 5


def test_late_awards_are_told_by_buyer_and_quarter(tmp_path: Path) -> None:
    rows = [
        {
            "ocid": f"o{n}",
            "award_position": 1,
            "date": day(1, 1 + n % 4),
            "first_release": day(n, 5),
        }
        for n in range(1, 41)
    ]
    known = [{"ocid": f"o{n}", "buyer_name": "B"} for n in range(1, 41)]
    files = edition(tmp_path, awards=rows, processes=known)
    outcome, failures = run("timely.award_publication", files)
    assert outcome.shown.columns == ("buyer", "quarter", "awards", "median_days", "late")
    assert {row[:3] for row in outcome.shown.rows} == {("B", "2026-Q1", 30), ("B", "2026-Q2", 10)}
    assert failures[0].message.endswith("days later")


def test_a_few_late_awards_are_named_but_do_not_fail_the_edition(tmp_path: Path) -> None:
    rows = [
        {"ocid": f"o{n:02}", "award_position": 2, "date": day(1), "first_release": day(1 + late)}
        for n, late in enumerate([0] * 19 + [31])
    ]
    outcome, failures = run("timely.award_publication", edition(tmp_path, awards=rows))
    assert outcome.ok is True
    assert failures == [
        Failure("o19", "/awards/1/date", "2026-03-01", "it was first published 31 days later")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME LIMITED", "Acme Ltd."),
        ("Acme  (UK) P.L.C.", "acme uk public limited company"),
        ("Bell\u2019s & Sons, LLP", "Bells and Sons Limited Liability Partnership"),
        ("Acme\u00a0Inc", "ACME, Incorporated"),
        ("Three-Two-One Company", "three two one co"),
    ],
)
def test_names_that_count_as_the_same(tmp_path: Path, one: str, other: str) -> None:
    rows = supplied(*({"identifier_id": "1", "supplier_name": name} for name in (one, other)))
    outcome, _ = run("identity.id_with_several_names", edition(tmp_path, award_suppliers=rows))
    assert outcome.ok is True, outcome.shown


def test_a_form_within_a_name_and_digits_stay(tmp_path: Path) -> None:
    names = ("Limited Edition 19 Ltd", "Ltd Edition 19 Ltd", "Limited Edition 20 Ltd")
    rows = supplied(*({"identifier_id": "1", "supplier_name": name} for name in names))
    outcome, _ = run("identity.id_with_several_names", edition(tmp_path, award_suppliers=rows))
    assert outcome.shown.rows[0][2] == 3


def test_two_new_contents_of_one_id_are_a_silent_edit_too(tmp_path: Path) -> None:
    rows = [
        {"ocid": "o", "release_id": "1", "sha256": "a" * 64, "date": day(1), "derived_id": False},
        {"ocid": "o", "release_id": "1-" + "b" * 12, "sha256": "b" * 64, "date": day(2), "derived_id": True},
        {"ocid": "o", "release_id": "c" * 12, "sha256": "c" * 64, "date": day(3), "derived_id": True},
    ]  # fmt: skip
    older = edition(tmp_path / "older")
    outcome, failures = run("edition.silent_edits", edition(tmp_path, releases=rows), older)
    assert outcome.observed == "1 of 3 releases that are new since the older edition fail (33.3%)"
    assert failures[0].value == "1"


def test_silent_days_are_told_apart(tmp_path: Path) -> None:
    files = edition(tmp_path, releases=published([0, 5, 5, 5, 5, 0, 0] * 3 + [5, 5, 0, 5, 5, 0, 0]))
    outcome, failures = run("completeness.silent_days", files)
    assert [one.value for one in failures] == ["2026-03-25 Wednesday"]
    assert outcome.shown.rows == (("s", "2026-03-02", "2026-03-29", 28, 8, 3, 1),)


def test_only_whole_days_of_the_span_count(tmp_path: Path) -> None:
    rows = published([1, 1, 1, 1, 1], window="20260302T000001Z-20260306T235959Z")
    files = edition(tmp_path, releases=rows)
    outcome, _ = run("completeness.silent_days", files)
    assert outcome.shown.rows[0][:4] == ("s", "2026-03-03", "2026-03-05", 3)


def test_a_window_of_another_shape_is_no_span(tmp_path: Path) -> None:
    files = edition(tmp_path, releases=published([1], window="all of it"))
    assert run("completeness.silent_days", files)[0].ok is None


def test_two_checks_cannot_share_a_name() -> None:
    checks()
    with pytest.raises(ValueError, match=r"two checks are named time\.ocid"):
        check("time.ocid")(REGISTER["time.ocid"].run)


def test_no_failures_are_no_query() -> None:
    with duckdb.connect() as connection:
        assert listed(connection, []) is None


def test_the_new_tables_have_their_rows(lake: Lake) -> None:
    body = award_release(
        1,
        planning={
            "budget": {"amount": {"amount": 5, "currency": "EUR"}},
            "milestones": [{"id": "p", "type": "preProcurement", "dueDate": "2026-04-01"}],
        },
        tender={
            "id": "t",
            "awardCriteria": "priceOnly",
            "submissionMethod": ["written"],
            "minValue": {"amount": 1, "currency": "GBP"},
            "milestones": [{"id": "m", "status": "met", "dateMet": "2026-03-01T00:00:00Z"}],
        },
        relatedProcesses=[{"id": "1", "relationship": ["framework"], "scheme": "ocid",
                           "identifier": "x", "title": "X", "uri": "https://example.org"}],
    )  # fmt: skip
    value = {"amount": 9.5, "currency": "GBP"}
    body["contracts"][0] |= {
        "relatedProcesses": [{"id": "2"}],
        "implementation": {
            "milestones": [{"id": "i"}],
            "documents": [{"id": "d"}],
            "transactions": [{"id": "1", "value": value, "payer": {"id": "GB-COH-1"}}, {"id": "2"}],
        },
    }
    later = award_release(1, id="later", date="2026-03-02T00:00:00Z")
    inputs = [(SOURCE, compiled(lake, package(body, later)))]
    built = build_tables(load("find_a_tender"), lake, inputs)
    folder = Path(lake.root) / built.folder
    rows = {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in tables()}
    (process,) = rows["processes"]
    assert process["has_planning"] is process["has_tender"] is True
    assert (process["award_criteria"], process["submission_methods"]) == ("priceOnly", ["written"])
    assert (process["budget_amount"], process["budget_currency"]) == (Decimal(5), "EUR")
    assert (process["tender_min_amount"], process["tender_min_currency"]) == (Decimal(1), "GBP")
    assert [(r["section"], r["section_id"], r["milestone_id"]) for r in rows["milestones"]] == [
        ("planning", None, "p"), ("tender", "t", "m"), ("implementation", "c1", "i"),
    ]  # fmt: skip
    assert rows["milestones"][1]["date_met"] == day(1)
    assert [(r["section"], r["section_id"]) for r in rows["documents"]] == [
        ("award", "a1"), ("implementation", "c1"),
    ]  # fmt: skip
    assert [(r["contract_id"], r["transaction_position"], r["amount"], r["payer_id"])
            for r in rows["transactions"]] == [
        ("c1", 1, Decimal("9.50"), "GB-COH-1"), ("c1", 2, None, None),
    ]  # fmt: skip
    links = [(r["section"], r["section_position"], r["section_id"], r["related_process_id"])
             for r in rows["related_processes"]]  # fmt: skip
    assert links == [("process", 1, None, "1"), ("contract", 1, "c1", "2")]
    assert rows["related_processes"][0]["relationship"] == ["framework"]
    assert rows["awards"][0]["first_release"] == rows["processes"][0]["first_release"]
    assert rows["awards"][0]["first_release"] < rows["processes"][0]["last_release"]


def test_an_award_without_id_has_no_first_release(lake: Lake) -> None:
    inputs = [(SOURCE, compiled(lake, package(release(1, awards=[{"title": "x"}]))))]
    built = build_tables(load("find_a_tender"), lake, inputs)
    table = pq.read_table(Path(lake.root) / built.folder / "awards.parquet")
    assert table.column("first_release").to_pylist() == [None]
    assert pq.read_table(Path(lake.root) / built.folder / "processes.parquet").column(
        "has_tender"
    ).to_pylist() == [False]
