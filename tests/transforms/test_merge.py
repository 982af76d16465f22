import copy
import json
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import ocdsmerge
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.merge import compile_releases

SHARED = Path(__file__).parents[2].parent / "shared"
SUITE = SHARED / "reference" / "merge-suite" / "1.1"
SCHEMA = SHARED / "reference" / "eu_profile_patched" / "release-schema.json"
DAYS = SHARED / "recordings" / "find_a_tender"

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason="the official merge suite is not here")
needs_days = pytest.mark.skipif(not DAYS.is_dir(), reason="the recorded days are not here")

# Processes on which we and ocdsmerge differ, each with the reason.
KNOWN = {
    "ocds-h6vhtk-03b792": "links have no ids: appended again by ocdsmerge with every release",
    "ocds-h6vhtk-051d1c": "buyerLocationRestrictions have no ids: the same",
    "ocds-h6vhtk-05eeed": "standstillPeriod is an object, then an array: ocdsmerge stops",
}


def release(date: str, **body: Any) -> dict[str, Any]:
    return {**body, "ocid": "ocds-000000-1", "id": date, "date": date, "tag": ["tender"]}


@needs_suite
def test_the_official_suite() -> None:
    files = sorted(SUITE.glob("*-compiled.json"))
    assert len(files) >= 17
    for file in files:
        releases = json.loads(file.with_name(file.name.replace("-compiled", "")).read_text())
        before = copy.deepcopy(releases)
        merged = compile_releases(sorted(releases, key=lambda r: r["date"])).release
        assert merged == json.loads(file.read_text()), file.name
        assert releases == before, "inputs are not changed"


@needs_days
def test_recorded_processes_merge_as_ocdsmerge_does() -> None:
    processes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for page in sorted(DAYS.glob("2*/*.json")):
        for found in json.loads(page.read_text())["releases"]:
            processes[found["ocid"]].append(found)
    merger = ocdsmerge.Merger(json.loads(SCHEMA.read_text()))
    differing = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ocdsmerge.exceptions.DuplicateIdValueWarning)
        for ocid, releases in processes.items():
            releases.sort(key=lambda r: r["date"])
            try:
                theirs = merger.create_compiled_release(releases)
            except ocdsmerge.exceptions.InconsistentTypeError:
                theirs = None
            if compile_releases(releases).release != theirs:
                differing.add(ocid)
    assert len(processes) > 900
    assert differing <= set(KNOWN)


def test_a_later_kind_of_value_replaces_an_earlier_one_and_is_reported() -> None:
    awards = [{"id": "1", "standstillPeriod": {"endDate": "2026"}}]
    later = [{"id": "1", "standstillPeriod": [{"endDate": "2027"}]}]
    compiled = compile_releases(
        [release("2026-01-01", awards=awards), release("2026-01-02", awards=later)]
    )
    assert compiled.release["awards"] == later
    assert compiled.conflicts == ["/awards/standstillPeriod"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": 1}, "text"),
        ("text", {"a": 1}),
        ([{"id": 1}], {"a": 1}),
        ({"a": 1}, [{"id": 1}]),
        (["x"], [{"id": 1}]),
        ([{"id": 1}], ["x"]),
    ],
)
def test_no_mixture_of_kinds_stops_a_merge(first: Any, second: Any) -> None:
    compiled = compile_releases([release("2026-01-01", x=first), release("2026-01-02", x=second)])
    assert compiled.release["x"] == second
    assert compiled.conflicts


def test_null_deletes_and_empty_containers_leave_no_trace() -> None:
    first = release("2026-01-01", tender={"id": "1", "title": "a", "value": {"amount": 5}})
    second = release(
        "2026-01-02", tender={"title": None, "value": {"amount": None}}, planning={"budget": {}}
    )
    assert compile_releases([first, second]).release == {
        "ocid": "ocds-000000-1",
        "id": "ocds-000000-1-2026-01-02",
        "date": "2026-01-02",
        "tag": ["compiled"],
        "tender": {"id": "1"},
    }


def test_an_unknown_list_without_ids_is_replaced_not_repeated() -> None:
    links = [{"rel": "canonical", "href": "https://example.org"}]
    compiled = compile_releases(
        [release("2026-01-01", links=links), release("2026-01-02", links=links)]
    )
    assert compiled.release["links"] == links


NAMES = st.sampled_from(["id", "title", "items", "tender", "awards", "x", "documents"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), min_size=1, max_size=4))
def test_anything_merges_without_a_crash_and_inputs_stay(bodies: list[dict[str, Any]]) -> None:
    releases = [release(f"2026-01-0{number}", **body) for number, body in enumerate(bodies, 1)]
    before = copy.deepcopy(releases)
    json.dumps(compile_releases(releases).release)
    assert releases == before


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), min_size=1, max_size=2))
def test_a_release_merged_twice_changes_nothing_known(bodies: list[dict[str, Any]]) -> None:
    titles = [
        release(f"2026-01-0{n}", tender={"id": "1", "title": str(body)})
        for n, body in enumerate(bodies, 1)
    ]
    once = compile_releases(titles).release
    assert compile_releases([*titles, titles[-1]]).release == once
