"""What the stand-in of Find a Tender publishes: repeatable, unique, in proportion, valid."""

import collections
import datetime as dt
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenderline.stand_in import day_of_notices

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"
SCHEMA = REFERENCE / "ocds_1.1.5" / "release-schema.json"
MONDAY = dt.date(2026, 8, 10)
PER_DAY = 30  # a small day


def test_same_seed_and_day_give_the_same_notices() -> None:
    assert day_of_notices(1, MONDAY) == day_of_notices(1, MONDAY)
    assert day_of_notices(1, MONDAY) != day_of_notices(2, MONDAY)


def test_another_process_makes_the_same_bytes() -> None:
    """Text hashes differ from process to process; nothing may depend on them."""
    command = (
        "import datetime, hashlib, json; from tenderline.stand_in import day_of_notices;"
        f"day = day_of_notices(7, datetime.date.fromisoformat('{MONDAY}'), {PER_DAY});"
        "print(hashlib.sha256(json.dumps(day).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "12345"}
    answer = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, check=True, text=True
    )
    expected = json.dumps(day_of_notices(7, MONDAY, PER_DAY)).encode()
    assert answer.stdout.strip() == hashlib.sha256(expected).hexdigest()


def test_a_caller_may_spoil_its_copy() -> None:
    day_of_notices(1, MONDAY)[0].clear()
    assert day_of_notices(1, MONDAY)[0]["ocid"]


def test_no_notice_number_is_given_twice() -> None:
    days = [dt.date(2025, 12, 20) + dt.timedelta(days=n) for n in range(30)]
    numbers = [notice["id"] for day in days for notice in day_of_notices(1, day, 200)]
    assert len(numbers) > 3000
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"\d{6}-202[56]", str(number)) for number in numbers)


def test_a_process_continues_under_its_ocid() -> None:
    steps: dict[object, list[Any]] = collections.defaultdict(list)
    for day in (MONDAY + dt.timedelta(days=n) for n in range(40)):
        for notice in reversed(day_of_notices(1, day, PER_DAY)):
            steps[notice["ocid"]].append(notice)
    stories = [[kind(n) for n in notices] for notices in steps.values()]
    assert ["UK4", "UK6", "UK7"] in stories
    awarded = [n for n in steps.values() if [kind(r) for r in n] == ["UK6", "UK7"]]
    assert awarded
    for award, contract in awarded:
        assert sums(award["awards"]) == sums(contract["contracts"])
        assert suppliers(award) == suppliers(contract)


def test_the_dates_of_a_process_tell_one_story() -> None:
    told: dict[str, dict[str, Any]] = collections.defaultdict(dict)
    for notice in notices_of(MONDAY, 40, 150):
        told[notice["ocid"]][kind(notice)] = notice
    stories = [notices for notices in told.values() if {"UK4", "UK6", "UK7"} <= notices.keys()]
    assert stories
    for story in stories:
        tender, award, contract = story["UK4"]["tender"], story["UK6"], story["UK7"]["contracts"][0]
        closing = tender.get("tenderPeriod", {}).get("endDate")
        closing = closing or tender["expressionOfInterestDeadline"]
        dates = [closing, award["awards"][0]["date"], contract["dateSigned"]]
        dates.append(contract["period"]["startDate"])
        moments = [dt.datetime.fromisoformat(date) for date in dates]
        assert moments == sorted(moments)


def test_types_appear_in_the_proportions_of_the_source() -> None:
    days = [MONDAY + dt.timedelta(days=n) for n in range(7)]
    counts = collections.Counter(kind(n) for day in days for n in day_of_notices(1, day))
    total = counts.total()
    assert 1700 < total < 2400
    expected = {"UK7": 0.43, "UK4": 0.15, "CELEX": 0.135, "UK6": 0.114, "UK2": 0.075}
    for name, share in expected.items():
        assert counts[name] / total == pytest.approx(share, rel=0.25), name
    assert {f"UK{n}" for n in (1, 3, 5, 11, 12)} < counts.keys()


def test_every_type_and_tag_appears_within_a_month() -> None:
    month = list(notices_of(dt.date(2026, 6, 1), 30))
    numbers = (*range(1, 8), *range(9, 14), 15)
    assert {kind(n) for n in month} == {"CELEX", *(f"UK{n}" for n in numbers)}
    assert {tuple(n["tag"]) for n in month} == {
        *[
            ("planning",),
            ("planningUpdate",),
            ("tender",),
            ("tenderUpdate",),
            ("award", "contract"),
        ],
        *[("awardUpdate", "contractUpdate"), ("tenderCancellation",), ("contractTermination",)],
        *[("contractAmendment",), ("implementation",), ("planning", "tender")],
    }


def test_suppliers_have_the_sizes_of_the_source() -> None:
    scales = collections.Counter(
        (kind(notice) == "CELEX", party.get("details", {}).get("scale"))
        for notice in notices_of(MONDAY, 14)
        for party in notice["parties"]
        if "supplier" in party["roles"]
    )
    act_small, act_large = scales[False, "sme"], scales[False, "large"]
    assert act_small / (act_small + act_large) == pytest.approx(0.6, abs=0.05)
    assert scales[True, "sme"] / (scales[True, "sme"] + scales[True, "large"]) < 0.5
    assert 0 < scales[False, None] < 0.02 * act_small


def test_every_reference_to_a_party_resolves() -> None:
    for notice in notices_of(MONDAY, 5):
        known = [party["id"] for party in notice["parties"]]
        assert len(set(known)) == len(known)
        named = [s["id"] for a in notice.get("awards", ()) for s in a.get("suppliers", ())]
        bids = notice.get("bids", {}).get("details", ())
        named += [t["id"] for bid in bids for t in bid["tenderers"]]
        assert {*named, notice.get("buyer", notice["parties"][0])["id"]} <= set(known)


def test_weekends_are_quiet() -> None:
    saturday, sunday = MONDAY - dt.timedelta(days=2), MONDAY - dt.timedelta(days=1)
    assert 0 < len(day_of_notices(1, saturday)) < 20
    assert 0 < len(day_of_notices(1, sunday)) < 20
    assert len(day_of_notices(1, MONDAY)) > 300


@pytest.mark.parametrize(
    ("seed", "day"),
    [(1, MONDAY), (2, dt.date(2026, 1, 5)), (3, dt.date(2025, 3, 31)), (4, dt.date(2024, 2, 29))],
)
def test_every_notice_is_valid_ocds(seed: int, day: dt.date) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    check = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    notices = day_of_notices(seed, day, 120)
    assert notices
    assert [error.message for notice in notices for error in check.iter_errors(notice)] == []


def kind(notice: dict[str, Any]) -> str:
    """Read the type from wherever the notice's own document is."""
    found = re.findall(r'"noticeType": "(UK\d+)"', json.dumps(notice))
    return str(found[0]) if found else "CELEX"


def sums(entries: list[dict[str, Any]]) -> list[int]:
    """Round the sums, with VAT: either side may leave one of the two figures out."""
    values = [entry["value"] for entry in entries]
    return [round(v.get("amountGross", v.get("amount", 0) * 1.2)) for v in values]


def suppliers(notice: dict[str, Any]) -> list[list[str]]:
    return [[s["id"] for s in award["suppliers"]] for award in notice["awards"]]


def notices_of(first: dt.date, days: int, per_day: int = 370) -> Iterator[dict[str, Any]]:
    return itertools.chain.from_iterable(
        day_of_notices(1, first + dt.timedelta(days=n), per_day) for n in range(days)
    )
