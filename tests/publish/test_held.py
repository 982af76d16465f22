"""A failed gate, whatever failed: the pointer stays, and `held.json` names every check."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from kernel import GateBlocked, Lake, LakeCorrupt
from publish import held, versions
from publish.gate import pass_gate
from publish.loader import of_source
from publish.pointer import move_latest
from tests.made import SOURCE
from tests.publish.editions_made import edition, judged
from validation.catalogue import gate_rules
from validation.gate import Result

PUBLICATION = of_source(SOURCE)
ID = PUBLICATION.id
LATEST, HELD = (f"published/{ID}/{name}.json" for name in ("latest", "held"))
FIRST = "2026-08-03-00000000"
KINDS = {
    "a threshold": ("min_usable_share", ID),
    "a drop since the edition before": ("min_share_of_previous", ID),
    "a field that must be filled": ("filled", f"{ID} /buyer/id"),
    "a table's columns": ("expect_table_columns_to_match_ordered_list", "awards"),
    "a table's key": ("expect_column_values_to_be_unique", "awards"),
    "the measured tables": ("expect_column_values_to_be_between", "metrics"),
    "rows as written": ("rows_as_written", "releases"),
    "a check of releases": ("reference.buyer_in_parties", ID),
    "a check of an edition": ("distribution.awards_status", FIRST),
}


def result(check: str, subject: str, **more: Any) -> dict[str, Any]:
    told = {"ok": False, "fatal": True, "observed": "0", "message": "at least 1", **more}
    return asdict(Result(check, subject, **told))


def tell(lake: Lake, path: str = HELD) -> dict[str, Any]:
    return json.loads(lake.store.read(path))


@pytest.fixture
def online(lake: Lake) -> bytes:
    """The pointer, at an edition of generation 3."""
    move_latest(lake, edition(lake, 3, publication=ID))
    return lake.store.read(LATEST)


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_gate_leaves_latest_and_names_the_check(
    lake: Lake, online: bytes, kind: str
) -> None:
    check, subject = KINDS[kind]
    verdict = judged(lake, 4, "next", result(check, subject), publication=ID)
    with pytest.raises(GateBlocked):
        pass_gate(lake, PUBLICATION, verdict)
    assert lake.store.read(LATEST) == online
    told = tell(lake)
    rule = gate_rules()[check]
    assert told["checks"] == [
        {
            "id": check,
            "version": rule.version,
            "severity": rule.severity,
            "blocks": True,
            "source": rule.source,
            "demand": rule.demand,
            "subject": subject,
            "expected": "at least 1",
            "observed": "0",
            "reason": f"{check} of {subject}: at least 1 (0)",
        }
    ]
    assert all(told["checks"][0].values())
    assert (told["held"], told["edition"], told["stays"]) == (True, "next", FIRST)
    assert told["reasons"] == [told["checks"][0]["reason"]]
    assert tell(lake, f"published/{ID}/versions.json")["held"] == {
        "edition": "next",
        "checks": [check],
    }


def test_every_failure_is_named_those_that_block_first(lake: Lake, online: bytes) -> None:
    results = [
        result("max_repairs", ID, fatal=False),
        result("min_releases", ID),
        result("min_usable_share", ID, ok=True),
        result("filled", ID, waived="known (until 2027-01-01)"),
        result("not_yet_listed", ID),
    ]
    with pytest.raises(GateBlocked):
        pass_gate(lake, PUBLICATION, judged(lake, 4, "next", *results, publication=ID))
    found = [(check["id"], check["blocks"]) for check in tell(lake)["checks"]]
    assert found == [("min_releases", True), ("not_yet_listed", True), ("max_repairs", False)]


@pytest.mark.parametrize(
    "passing",
    [
        [],
        [result("min_releases", ID, ok=True)],
        [result("max_repairs", ID, fatal=False)],
        [result("min_releases", ID, waived="known (until 2027-01-01)")],
    ],
    ids=["nothing checked", "passed", "warned", "waived"],
)
def test_what_does_not_block_holds_nothing(
    lake: Lake, online: bytes, passing: list[dict[str, Any]]
) -> None:
    pass_gate(lake, PUBLICATION, judged(lake, 4, "next", *passing, publication=ID))
    assert lake.peek(HELD) is None
    assert lake.store.read(LATEST) == online


def hold(lake: Lake, generation: int) -> None:
    held.hold(
        lake, judged(lake, generation, f"g{generation}", result("filled", ID), publication=ID)
    )


def test_nothing_stays_where_nothing_was_published(lake: Lake) -> None:
    hold(lake, 4)
    assert tell(lake)["stays"] is None
    assert versions.versions(lake, ID)["editions"] == []


def test_a_success_of_the_same_or_newer_records_ends_it(lake: Lake, online: bytes) -> None:
    hold(lake, 4)
    held.release(lake, edition(lake, 3, publication=ID))
    assert tell(lake)["held"] is True
    for generation in (4, 5):
        hold(lake, 4)
        held.release(lake, edition(lake, generation, publication=ID))
        assert tell(lake) == {"publication": ID, "held": False}
        assert held.held(lake, ID) is None


def test_a_late_verdict_on_older_records_is_not_told(lake: Lake, online: bytes) -> None:
    hold(lake, 2)
    assert lake.peek(HELD) is None


def test_to_hold_or_release_twice_changes_nothing(lake: Lake, online: bytes) -> None:
    newer = edition(lake, 4, publication=ID)
    verdict = judged(lake, 4, "next", result("filled", ID), publication=ID)
    for act in (lambda: held.hold(lake, verdict), lambda: held.release(lake, newer)):
        act()
        changes = lake.changes
        act()
        assert lake.changes == changes


def test_nothing_is_said_of_what_never_was_held(lake: Lake, online: bytes) -> None:
    changes = lake.changes
    held.release(lake, edition(lake, 3, publication=ID))
    assert lake.peek(HELD) is None
    assert lake.changes == changes


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b"\xff"])
def test_a_broken_file_is_told(lake: Lake, online: bytes, broken: bytes) -> None:
    lake.store.put(HELD, broken)
    with pytest.raises(LakeCorrupt, match="Remove it"):
        held.held(lake, ID)
