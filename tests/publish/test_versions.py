"""The chain of editions, `versions.json`, and taking back: what readers are told, and when."""

import json
import random
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from kernel import ConfigError, GateBlocked, Lake, LakeCorrupt, Manifest
from kernel.manifest import digest
from kernel.publication import link
from publish.chain import editions, previous_of
from publish.pointer import latest_edition, move_latest
from publish.rollback import rollback
from publish.versions import refresh, versions
from publish.withdrawn import withdrawn
from tests.made import award_release, release
from tests.publish.editions_made import SOURCE, edition, folder, judged, records

VERSIONS, WITHDRAWN = (f"published/{SOURCE}/{name}.json" for name in ("versions", "withdrawn"))
LATER, LAST = "20260301T060000Z-20260301T120000Z", "20260301T120000Z-20260301T180000Z"
UK = "published/find_a_tender"


def chain(lake: Lake, *generations: int) -> list[Manifest]:
    """Editions of `generations`, each made after the one before and moved to."""
    found: list[Manifest] = []
    for generation in generations:
        found.append(edition(lake, generation, after=found[-1] if found else None))
        move_latest(lake, found[-1])
        refresh(lake, SOURCE)
    return found


def told(lake: Lake, path: str = VERSIONS) -> dict[str, Any]:
    return json.loads(lake.store.read(path))


def states(lake: Lake) -> list[tuple[str, str]]:
    return [(e["edition"][8:10], e["state"]) for e in told(lake)["editions"]]


def test_editions_are_a_chain_from_the_newest_to_the_first(any_lake: Lake) -> None:
    first, second, third = chain(any_lake, 1, 2, 10)
    found = told(any_lake)
    assert found["last_successful"] == third.version
    assert found["held"] is None
    assert [e["edition"] for e in found["editions"]] == [e.version for e in (third, second, first)]
    assert [e["previous"] for e in found["editions"]] == [link(second), link(first), None]
    entry = found["editions"][0]
    data = any_lake.store.read(f"published/{SOURCE}/{entry['manifest']}")
    assert entry["manifest_sha256"] == digest(data)
    assert entry["bytes"] == sum(artifact.bytes for artifact in third.artifacts)
    assert entry["counts"] == {"read": 1, "written": 1, "rejected": 0, "merged": 0, "processes": 1}


def test_of_the_same_records_the_one_made_after_the_other_is_newer(lake: Lake) -> None:
    one = edition(lake, 1, "2026-08-01-ffffffff")
    two = edition(lake, 1, "2026-08-01-00000000", after=one)
    three = edition(lake, 1, "2026-08-01-88888888", after=two)
    assert [e.version for e in editions(lake, SOURCE)] == [e.version for e in (three, two, one)]


def test_versions_are_made_of_the_lake_alone(any_lake: Lake) -> None:
    chain(any_lake, 1, 2)
    data = any_lake.store.read(VERSIONS)
    for broken in (b"", b"{}", b"\xff"):
        any_lake.store.put(VERSIONS, broken)
        assert refresh(any_lake, SOURCE) is True
        assert any_lake.store.read(VERSIONS) == data
    assert refresh(any_lake, SOURCE) is False


@pytest.mark.parametrize("seed", range(2))
def test_of_writers_at_the_same_time_the_last_has_seen_all(lake: Lake, seed: int) -> None:
    gate, order = threading.Barrier(8), random.Random(seed).sample(range(1, 9), 8)

    def publish(generation: int) -> None:
        own = Lake(lake.root)
        made = edition(own, generation)
        gate.wait()
        move_latest(own, made)
        refresh(own, SOURCE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(publish, order))
    assert told(lake) == versions(lake, SOURCE)
    assert [e["generation"] for e in told(lake)["editions"]] == [*range(8, 0, -1)]


def test_the_edition_before_is_the_one_that_was_judged_against(lake: Lake) -> None:
    first, second = chain(lake, 1, 2)
    verdict = judged(lake, 3, "next")
    assert previous_of(lake, verdict) is None
    named = replace(verdict, notes={**verdict.notes, "previous": link(first)})
    assert previous_of(lake, named) == first
    for altered in ({"edition": second.version}, {"edition": "gone"}):
        wrong = replace(verdict, notes={"previous": {**(link(first) or {}), **altered}})
        with pytest.raises(LakeCorrupt, match="check again"):
            previous_of(lake, wrong)


def test_a_rollback_goes_back_and_says_why(any_lake: Lake) -> None:
    _, second, third = chain(any_lake, 1, 2, 3)
    done = rollback(any_lake, SOURCE, reason="values a thousand times too high")
    assert (done.latest, done.withdrawn) == (second, (third,))
    assert latest_edition(any_lake, SOURCE) == second
    (entry,) = told(any_lake, WITHDRAWN)["withdrawn"]
    assert re.fullmatch("[0-9a-f]{64}", entry["records"])
    assert told(any_lake, WITHDRAWN) == {
        "publication": SOURCE,
        "withdrawn": [
            {
                **(link(third) or {}),
                "generation": 3,
                "records": entry["records"],
                "reason": "values a thousand times too high",
                "to": second.version,
            }
        ],
    }
    assert states(any_lake) == [("03", "withdrawn"), ("02", "published"), ("01", "published")]
    assert told(any_lake)["editions"][0]["reason"] == "values a thousand times too high"
    assert told(any_lake)["last_successful"] == second.version
    assert any_lake.committed(third.folder) == third


def test_the_same_records_stay_away_and_newer_ones_do_not(lake: Lake) -> None:
    _, second, third = chain(lake, 1, 2, 3)
    rollback(lake, SOURCE, reason="wrong")
    assert move_latest(lake, third) is False
    remade = edition(lake, 3, "2026-08-03-ffffffff", after=second)
    assert move_latest(lake, remade) is False
    newer = edition(lake, 4, after=second)
    assert move_latest(lake, newer) is True
    refresh(lake, SOURCE)
    assert [state for _, state in states(lake)] == ["published"] * 2 + ["withdrawn"] + [
        "published"
    ] * 2


def test_a_window_without_news_does_not_bring_the_same_records_back(lake: Lake) -> None:
    _, second, third = chain(lake, 1, 2, 3)
    rollback(lake, SOURCE, reason="wrong")
    (part,) = records(lake, 3).artifacts
    path = f"records/{SOURCE}/000004-00000000"
    same = folder(lake, path, {part.path: b"x" * 100}, generation=4)
    assert same.artifacts == (part,)
    assert move_latest(lake, edition(lake, 4, after=second)) is False
    assert latest_edition(lake, SOURCE) == second
    assert move_latest(lake, edition(lake, 5, after=second)) is True
    assert third.version in withdrawn(lake, SOURCE)


def test_mended_code_may_be_put_online_for_the_same_records(lake: Lake) -> None:
    _, second, third = chain(lake, 1, 2, 3)
    rollback(lake, SOURCE, reason="wrong code")
    remade = edition(lake, 3, "2026-08-03-ffffffff", after=second)
    done = rollback(lake, SOURCE, to=remade.version, reason="mended")
    assert (done.latest, done.withdrawn) == (remade, ())
    assert list(withdrawn(lake, SOURCE)) == [third.version]


def test_a_rollback_to_an_edition_withdraws_all_after_it(lake: Lake) -> None:
    first, second, third = chain(lake, 1, 2, 3)
    done = rollback(lake, SOURCE, to=first.version, reason="wrong")
    assert (done.latest, done.withdrawn) == (first, (third, second))


def test_to_say_it_again_changes_nothing_and_for_another_reason_goes_on(lake: Lake) -> None:
    first, second, _ = chain(lake, 1, 2, 3)
    rollback(lake, SOURCE, reason="wrong")
    changes = lake.changes
    for to in ("", second.version):
        assert rollback(lake, SOURCE, to=to, reason="wrong").withdrawn == ()
    assert lake.changes == changes
    assert rollback(lake, SOURCE, reason="also wrong").latest == first
    with pytest.raises(ConfigError, match="no good edition before"):
        rollback(lake, SOURCE, reason="all wrong")


def test_a_rollback_that_cannot_be_is_said(lake: Lake) -> None:
    with pytest.raises(ConfigError, match="nothing was published"):
        rollback(lake, SOURCE, reason="x")
    first, second, third = chain(lake, 1, 2, 3)
    rollback(lake, SOURCE, reason="wrong")
    before = lake.store.sizes("")
    for to, reason, said in (
        ("", " ", "give a reason"),
        (third.version, "x", r"was withdrawn \(wrong\)"),
        ("2026", "x", f"choose one of {second.version}, {first.version}$"),
    ):
        with pytest.raises(ConfigError, match=said):
            rollback(lake, SOURCE, to=to, reason=reason)
    lake.store.put(f"{first.folder}/README.md", b"damaged")
    with pytest.raises(LakeCorrupt, match="README"):
        rollback(lake, SOURCE, to=first.version, reason="x")
    assert lake.store.sizes("").keys() == before.keys()
    assert latest_edition(lake, SOURCE) == second


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"withdrawn": [{}]}', b'{"withdrawn": [1]}'])
def test_a_broken_list_of_what_was_withdrawn_is_told(lake: Lake, broken: bytes) -> None:
    chain(lake, 1, 2)
    lake.store.put(WITHDRAWN, broken)
    for act in (
        lambda: rollback(lake, SOURCE, reason="x"),
        lambda: move_latest(lake, edition(lake, 3)),
        lambda: refresh(lake, SOURCE),
    ):
        with pytest.raises(LakeCorrupt, match="Restore it"):
            act()
    assert lake.store.read(WITHDRAWN) == broken


@pytest.mark.parametrize("seed", range(3))
def test_a_rollback_and_newer_records_at_the_same_time(lake: Lake, seed: int) -> None:
    """Whoever comes first: the newer edition is the latest, and the bad one is withdrawn."""
    _, _, bad = chain(lake, 1, 2, 3)
    newer, gate = edition(lake, 4, after=bad), threading.Barrier(3)

    def act(do: Callable[[Lake], Any]) -> None:
        gate.wait()
        do(Lake(lake.root))

    acts = [
        lambda own: rollback(own, SOURCE, to="2026-08-02-00000000", reason="wrong"),
        lambda own: (move_latest(own, newer), refresh(own, SOURCE)),
        lambda own: (move_latest(own, bad), refresh(own, SOURCE)),
    ]
    random.Random(seed).shuffle(acts)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(act, acts))
    online = latest_edition(lake, SOURCE)
    assert online is not None
    assert online.version not in withdrawn(lake, SOURCE)
    if newer.version not in withdrawn(lake, SOURCE):
        assert online == newer
    assert told(lake) == versions(lake, SOURCE)


def test_what_is_published_is_chained_and_listed(
    lake: Lake, publish_now: Callable[..., Manifest]
) -> None:
    """From raw pages: three editions, one held, one taken back, one after it."""
    first = publish_now(award_release(1))
    second = publish_now(award_release(2), window=LATER)
    for made, before in ((first, None), (second, first)):
        summary = json.loads(lake.load(made, made.artifact("summary.json")))
        assert summary["previous"] == made.notes["previous"] == link(before)
    assert told(lake, f"{UK}/versions.json") == versions(lake, "find_a_tender")
    latest = lake.store.read(f"{UK}/latest.json")
    assert latest_edition(lake, "find_a_tender") == second
    with pytest.raises(GateBlocked, match="min_usable_share"):
        publish_now("bad", "worse", window=LAST)
    assert lake.store.read(f"{UK}/latest.json") == latest
    assert len(lake.folders("published")) == 2
    held = told(lake, f"{UK}/versions.json")["held"]
    assert "min_usable_share" in held["checks"]
    rollback(lake, "find_a_tender", reason="wrong")
    assert told(lake, f"{UK}/held.json")["stays"] == first.version
    third = publish_now(*(release(n) for n in range(3, 60)), window=LAST, version="v2")
    assert third.notes["previous"] == link(first)
    found = told(lake, f"{UK}/versions.json")
    assert found["held"] is None
    assert [e["state"] for e in found["editions"]] == ["published", "withdrawn", "published"]
    assert told(lake, f"{UK}/held.json") == {"publication": "find_a_tender", "held": False}
    assert found["last_successful"] == third.version
