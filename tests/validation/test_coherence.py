import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.validation.examples_coherence import value
from tests.validation.test_checks import judged
from transforms.ocds.model import EVERY, model
from validation.checks.catalogue import CHECKS
from validation.judge import Judge

SHARED = Path(__file__).parents[2].parent / "shared"
FOLDERS = [SHARED / "recordings", SHARED / "bad-inputs"]
GROUPS = ("coherent.", "consistent.", "reference.")
OURS = tuple(check for check in CHECKS if check.id.startswith(GROUPS))
ODD: tuple[Any, ...] = (
    None, True, -1, 1e308, 10**400, float("nan"), "", "x", "2026-03-01", [], [[]], ["x"], {},
    {"id": {}}, [{"id": []}, {"id": 1}, {"id": "1"}, None],
)  # fmt: skip

needs_recordings = pytest.mark.skipif(
    not FOLDERS[0].is_dir(), reason="the recorded releases are not here"
)


def recorded() -> Iterator[dict[str, Any]]:
    """Every release in the recordings: of packages, of records, one to a line, or alone."""
    files = (file for folder in FOLDERS for file in sorted(folder.rglob("*.json*")))
    for file in files:
        text = file.read_bytes()
        for part in text.splitlines() if file.suffix == ".jsonl" else [text]:
            try:
                yield from releases(json.loads(part))
            except ValueError:
                continue


def releases(found: Any) -> Iterator[dict[str, Any]]:
    """Every release that is in `found`, or is it."""
    if isinstance(found, list):
        for one in found:
            yield from releases(one)
    elif isinstance(found, dict):
        if "ocid" in found:
            yield found
        for name in ("releases", "records", "compiledRelease"):
            yield from releases(found.get(name))


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below `node` with each of its keys or positions."""
    for key in node if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


def full() -> dict[str, Any]:
    """A small process with something for each of the checks to look at."""
    money: Any = {"amount": 1, "currency": "GBP"}
    period = {"startDate": "2026-03-01"}
    party: Any = {"id": "1", "name": "One"}
    amendments = [{"date": "2026-03-01"}]
    transaction = {"date": "2026-03-01", "value": money, "payer": party, "payee": party}
    award: Any = {"id": 1, "status": "pending", "date": "2026-03-01", "suppliers": [party]}
    contract: Any = {"awardID": "1", "status": "pending", "implementation": {"transactions": []}}
    contract |= {"dateSigned": "2026-03-01", "amendments": amendments, "value": money}
    tender = {"status": "active", "procurementMethod": "direct", "numberOfTenderers": 1}
    made = {
        "tag": ["compiled"],
        "date": "2026-03-01",
        "parties": [{**party, "roles": ["buyer", "payer"]}],
        "buyer": party,
        "planning": {"budget": {"amount": money}},
        "tender": {
            **tender,
            "tenderers": [party],
            "procuringEntity": party,
            "value": money,
            "tenderPeriod": {**period, "endDate": "2026-03-02", "durationInDays": 1},
            "contractPeriod": {**period, "maxExtentDate": "2026-03-02", "durationInDays": 1},
            "milestones": [{"status": "notMet", "dateMet": "2026-03-01"}],
            "documents": [{"datePublished": "2026-03-01", "dateModified": "2026-03-01"}],
            "amendments": amendments,
        },
        "awards": [{**award, "value": money, "amendments": amendments}],
        "contracts": [contract, {**contract, "implementation": {"transactions": [transaction]}}],
    }
    copied: dict[str, Any] = json.loads(json.dumps(made))
    return copied


@needs_recordings
def test_every_recorded_release_is_judged() -> None:
    judge = Judge(model(EVERY), OURS)
    count = 0
    for release in recorded():
        count += 1
        assert all(finding.message for finding in judge(release))
    assert count > 1000
    assert all(sum(results) == count for results in judge.results)


def test_any_value_may_stand_anywhere() -> None:
    judge = Judge(model(EVERY), OURS)
    judge(full())
    assert all(not results[0] for results in judge.results)  # each check has something to look at
    for odd in ODD:
        made = full()
        for node, key in list(places(made)):
            node[key], kept = odd, node[key]
            judge(made)
            node[key] = kept


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (1_250_000_000, "KWD", [0, 1, 0]),  # realistic at any rate
        (1_250_000_001, "KWD", [1, 0, 0]),
        (5_000_000_001, "USD", [0, 0, 1]),
        (4_000_000_000, "GBP", [1, 0, 0]),  # it depends on the day
        (4_800_000_000, "GBP", [0, 0, 1]),
        (10**400, "GBP", [0, 0, 1]),
        ("1", "GBP", [1, 0, 0]),
        (1, None, [1, 0, 0]),
    ],
)
def test_amounts_are_judged_where_no_rate_could_tell_otherwise(
    amount: Any, currency: Any, expected: list[int]
) -> None:
    assert judged("coherent.value_realistic", value(amount, currency))[0] == expected


def test_an_unsuccessful_lot_does_not_contradict_a_cancelled_tender() -> None:
    found: dict[str, Any] = {"tender": {"status": "cancelled"}, "awards": [{"status": "cancelled"}]}
    assert judged("coherent.tender_status", found)[0] == [0, 1, 0]
    found["awards"].append({"status": "active"})
    assert judged("coherent.tender_status", found)[0] == [0, 0, 1]
