import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from kernel import Lake, Manifest, NothingNew
from tests.made import SOURCE, WINDOW, commit_raw, compiled, converted, package, release
from transforms.compile import compile_records, conversions, doubted, records_of
from transforms.tables.build import read_records

LATER = "20260301T060000Z-20260301T120000Z"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def records(lake: Lake, manifest: Manifest) -> list[dict[str, Any]]:
    return list(read_records(lake, manifest))


def test_one_record_a_process_with_every_release_in_order_of_date(lake: Lake) -> None:
    done = compiled(
        lake, package(release(2), release(1, id="b", date="2026-03-02T00:00:00Z"), release(1))
    )
    found = records(lake, done)
    assert [record["ocid"] for record in found] == ["ocds-h6vhtk-000001", "ocds-h6vhtk-000002"]
    assert [envelope["release"]["id"] for envelope in found[0]["releases"]] == ["000001-2026", "b"]
    assert found[0]["compiled"]["tag"] == ["compiled"]
    assert (done.counts.read, done.counts.written, done.counts.merged) == (3, 3, 0)


def test_moments_count_not_texts(lake: Lake) -> None:
    early = release(1, id="early", date="2026-08-01T00:30:00+01:00")
    late = release(1, id="late", date="2026-07-31T23:45:00Z")
    (record,) = records(lake, compiled(lake, package(late, early)))
    assert [envelope["release"]["id"] for envelope in record["releases"]] == ["early", "late"]


def test_exact_duplicates_are_merged_and_counted(lake: Lake) -> None:
    converted(lake, package(release(1), release(1)), package(release(1)))
    reordered = dict(reversed(release(1).items()))
    done = compiled(lake, package(reordered), window=LATER)
    assert (done.counts.read, done.counts.written, done.counts.merged) == (4, 1, 3)


def test_another_content_under_the_same_id_is_kept_as_a_silent_edit(lake: Lake) -> None:
    changed = release(1, tender={"id": "1", "title": "changed"})
    done = compiled(lake, package(release(1), changed))
    (record,) = records(lake, done)
    ids = [envelope["release"]["id"] for envelope in record["releases"]]
    assert done.counts.written == len(set(ids)) == 2
    assert ids[0] == "000001-2026"
    assert ids[1].startswith("000001-2026-")
    assert done.notes["silent_edits"] == [
        {"ocid": "ocds-h6vhtk-000001", "id": "000001-2026", "derived_id": ids[1]}
    ]


def test_the_order_in_which_pages_arrive_does_not_matter(tmp_path: Path) -> None:
    releases = [release(1), release(1, id="b"), release(1, id="b", language="en"), release(2)]
    results = set()
    for number, order in enumerate(itertools.permutations(releases)):
        lake = Lake(tmp_path / str(number))
        found = records(lake, compiled(lake, package(*order)))
        told = [(r["compiled"], [e["release"] for e in r["releases"]]) for r in found]
        results.add(json.dumps(told, sort_keys=True))
    assert len(results) == 1


def test_a_silent_edit_between_two_looks_at_a_window_is_kept(lake: Lake) -> None:
    converted(lake, package(release(1)), version="v1")
    done = compiled(lake, package(release(1, language="en")), version="v2")
    (record,) = records(lake, done)
    assert (done.counts.read, done.counts.written, done.counts.merged) == (2, 2, 0)
    assert len(done.notes["silent_edits"]) == 1
    assert len({envelope["release"]["id"] for envelope in record["releases"]}) == 2


def test_it_makes_no_difference_which_look_found_which_edit(tmp_path: Path) -> None:
    edits = [release(1), release(1, language="en"), release(1, language="cy")]
    results = set()
    for number, order in enumerate(itertools.permutations(edits)):
        lake = Lake(tmp_path / str(number))
        for look, body in enumerate(order[:2]):
            converted(lake, package(body, order[0]), version=f"v{look}")
        done = compiled(lake, package(order[2]), window=LATER)
        found = [[e["release"] for e in r["releases"]] for r in records(lake, done)]
        results.add(json.dumps([found, done.notes["silent_edits"]], sort_keys=True))
        assert done.counts.merged == 2
    assert len(results) == 1


def test_an_id_that_looks_like_a_derived_one_is_not_used_twice(lake: Lake) -> None:
    first = records(lake, compiled(lake, package(release(1), release(1, language="en"))))
    taken = first[0]["releases"][1]["release"]["id"]
    early = release(1, id=taken, date="2026-02-01T00:00:00Z")
    (record,) = records(lake, compiled(lake, package(early), version="v2"))
    assert len({envelope["release"]["id"] for envelope in record["releases"]}) == 3


def rows(manifest: Manifest) -> dict[str, int]:
    return {artifact.path: artifact.rows for artifact in manifest.artifacts}


def test_a_record_stays_in_the_month_of_its_first_release(lake: Lake) -> None:
    first = compiled(lake, package(release(1, date="2026-02-28T23:59:59Z"), release(2)))
    expected = {"2026-02.jsonl.zst": 1, "2026-03.jsonl.zst": 1, "index.jsonl.zst": 2}
    assert rows(first) == expected
    then = compiled(lake, package(release(1, id="b", date="2026-04-01T00:00:00Z")), window=LATER)
    assert rows(then) == expected


def test_many_more_lines_than_are_held_in_memory(lake: Lake) -> None:
    bodies = [
        package(
            *(release(n, date=f"2026-0{n % 9 + 1}-01T00:00:00Z") for n in range(start, start + 400))
        )
        for start in range(0, 2000, 400)
    ]
    done = compiled(lake, *bodies)
    assert done.counts.written == done.notes["processes"] == 2000
    assert len(records(lake, done)) == 2000


def test_generations_grow_and_the_newest_is_found(lake: Lake) -> None:
    first = compiled(lake, package(release(1)))
    second = compiled(lake, package(release(2)), window=LATER)
    assert (first.notes["generation"], second.notes["generation"]) == (1, 2)
    assert records_of(SOURCE.id, lake) == second
    assert compile_records(SOURCE, lake) == second
    assert second.notes["span"] == "20260301T000000Z-20260301T120000Z"


def test_two_looks_at_a_window_both_count(lake: Lake) -> None:
    converted(lake, package(release(1)), version="v1")
    done = compiled(lake, package(release(1), release(2)), version="v2")
    assert len(conversions(SOURCE.id, lake)) == 2
    assert (done.counts.written, done.counts.merged) == (2, 1)


def test_a_look_that_finds_nothing_else_changes_nothing(lake: Lake) -> None:
    first = compiled(lake, package(release(1)), version="v1")
    again = compiled(lake, package(release(1)), version="v2")
    assert len(lake.folders("releases")) == 2
    assert again == first


def test_a_window_is_doubted_until_one_look_at_it_was_whole(lake: Lake) -> None:
    converted(lake, package(release(1)), version="v1", doubts=("page 1: odd",))
    assert doubted(conversions(SOURCE.id, lake)) == {WINDOW: ["page 1: odd"]}
    converted(lake, package(release(1), release(2)), version="v2")
    converted(lake, package(release(1)), version="v3", doubts=("page 1: odd again",))
    assert doubted(conversions(SOURCE.id, lake)) == {}


def test_the_conversion_by_the_newest_code_counts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transforms import convert as module

    converted(lake, package(release(1)))
    monkeypatch.setattr(module, "__version__", "2099.01.0")
    newer = converted(lake, package(release(1)))
    assert conversions(SOURCE.id, lake) == [newer]


def test_an_empty_window_makes_empty_records(lake: Lake) -> None:
    done = compiled(lake, package())
    assert (done.counts.read, done.artifacts) == (0, ())


def test_nothing_to_compile_says_so(lake: Lake) -> None:
    commit_raw(lake, package(release(1)))
    with pytest.raises(NothingNew, match="convert first"):
        compile_records(SOURCE, lake)
