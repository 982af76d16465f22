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

from transforms.forms import entries
from transforms.jsonstream import values
from transforms.merge import Tree, compile_releases
from transforms.ocds.fields import Merge
from transforms.ocds.model import EVERY
from transforms.ocds.rules import RuleTree, merge_rules
from transforms.ocds.schema import release_schema
from transforms.repair import parse
from transforms.versioned import version_releases
from validation.reading.wellformed import REPAIRS

SHARED = Path(__file__).parents[2].parent / "shared"
SUITE = SHARED / "reference" / "merge-suite"
RECORDINGS = SHARED / "recordings"
SCHEMA = SHARED / "reference" / "eu_profile_patched" / "release-schema.json"
DAYS = SHARED / "recordings" / "find_a_tender"

needs_suite = pytest.mark.skipif(not SUITE.is_dir(), reason="the official merge suite is not here")
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
needs_days = pytest.mark.skipif(not DAYS.is_dir(), reason="the recorded days are not here")

# Processes on which we and ocdsmerge differ, each with the reason.
KNOWN = {
    "ocds-h6vhtk-03b792": "links have no ids: appended again by ocdsmerge with every release",
    "ocds-h6vhtk-051d1c": "buyerLocationRestrictions have no ids: the same",
    "ocds-h6vhtk-05eeed": "standstillPeriod is an object, then an array: ocdsmerge stops",
}


def release(date: str, **body: Any) -> dict[str, Any]:
    return {**body, "ocid": "ocds-000000-1", "id": date, "date": date, "tag": ["tender"]}


def suite(folder: str, kind: str) -> list[tuple[str, list[dict[str, Any]], Any]]:
    """The cases of the official suite: name, releases in order of date, what they merge to."""
    found = []
    for file in sorted((SUITE / folder).glob(f"*-{kind}.json")):
        releases = json.loads(file.with_name(file.name.replace(f"-{kind}", "")).read_text())
        releases.sort(key=lambda release: release["date"])
        found.append((file.name, releases, json.loads(file.read_text())))
    return found


def rules_of(schema: dict[str, Any]) -> RuleTree:
    """The rules of any schema, as ocdsmerge reads them from it."""
    tree: RuleTree = {}
    for path, rule in ocdsmerge.rules.get_merge_rules(schema).items():
        node: Any = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = Merge.OMIT if rule == "omitWhenMerged" else Merge.WHOLE
    return tree


@needs_suite
@pytest.mark.parametrize(
    ("folder", "least"), [("1.0", 1), ("1.1", 17), ("schema", 13)], ids=["1.0", "1.1", "schema"]
)
@pytest.mark.parametrize("kind", ["compiled", "versioned"])
def test_the_official_suite(folder: str, least: int, kind: str) -> None:
    made: Any = compile_releases if kind == "compiled" else version_releases
    schema = json.loads((SUITE / "schema.json").read_text())
    rules = rules_of(schema) if folder == "schema" else merge_rules(folder)
    cases = suite(folder, kind)
    assert len(cases) >= (least if (folder, kind) != ("schema", "versioned") else 1)
    for name, releases, expected in cases:
        before = copy.deepcopy(releases)
        assert made(releases, rules).release == expected, name
        assert releases == before, f"{name}: inputs are not changed"


def recorded() -> dict[str, list[dict[str, Any]]]:
    """The releases of every process of every recording, each once, in order of date."""
    processes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(RECORDINGS.rglob("*.json*")):
        for value in values(iter([file.read_bytes()]), 1 << 30):
            if value.trouble:
                continue
            for entry in entries(parse(value.text, REPAIRS).value):
                found = entry.release
                usable = isinstance(found, dict) and found.get("ocid") and found.get("date")
                if not entry.rejected and usable and found not in processes[found["ocid"]]:
                    processes[found["ocid"]].append(found)
    for releases in processes.values():
        releases.sort(key=lambda release: release["date"])
    return processes


@needs_recordings
@pytest.mark.heavy
def test_every_recorded_process_merges_as_ocdsmerge_does() -> None:
    """With objects without ids appended as ocdsmerge does; else they are the only difference."""
    merger = ocdsmerge.Merger(release_schema(EVERY))
    processes, stopped, without_ids = recorded(), set(), set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ocdsmerge.exceptions.DuplicateIdValueWarning)
        for ocid, releases in processes.items():
            for ours, theirs in (
                (compile_releases, merger.create_compiled_release),
                (version_releases, merger.create_versioned_release),
            ):
                made = ours(releases, append=True)
                try:
                    expected = theirs(copy.deepcopy(releases))
                except ocdsmerge.exceptions.InconsistentTypeError:
                    stopped.add(ocid)
                    assert made.conflicts
                    continue
                assert made.release == expected, (ocid, ours)
                if ours(releases).release != expected:
                    without_ids.add(ocid)
    assert len(processes) > 1100
    assert stopped == {"ocds-h6vhtk-05eeed"}, "standstillPeriod is an object, then an array"
    assert without_ids, "the difference of docs/merge.md is met in practice"


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


def test_null_deletes_a_value_and_what_says_nothing_leaves_no_trace() -> None:
    first = release("2026-01-01", tender={"id": "1", "title": "a", "value": {"amount": 5}})
    second = release(
        "2026-01-02", tender={"title": None, "value": {"amount": None}}, planning={"budget": {}}
    )
    assert compile_releases([first, second]).release == {
        "ocid": "ocds-000000-1",
        "id": "ocds-000000-1-2026-01-02",
        "date": "2026-01-02",
        "tag": ["compiled"],
        "tender": {"id": "1", "value": {}},
    }


def test_an_unknown_list_without_ids_is_replaced_not_repeated() -> None:
    links = [{"rel": "canonical", "href": "https://example.org"}]
    compiled = compile_releases(
        [release("2026-01-01", links=links), release("2026-01-02", links=links)]
    )
    assert compiled.release["links"] == links


def test_objects_without_ids_in_a_known_array_are_appended() -> None:
    """The standard has it so: only an id tells that two objects are one."""
    compiled = compile_releases(
        [release(f"2026-01-0{day}", parties=[{"name": "A"}]) for day in (1, 2)]
    )
    assert compiled.release["parties"] == [{"name": "A"}, {"name": "A"}]


def test_ids_are_compared_as_text_and_kept_as_first_published() -> None:
    first = release("2026-01-01", awards=[{"id": 1, "title": "a"}])
    second = release("2026-01-02", awards=[{"id": "1", "title": "b"}])
    assert compile_releases([first, second]).release["awards"] == [{"id": 1, "title": "b"}]


NAMES = st.sampled_from(["id", "title", "items", "tender", "awards", "x", "documents"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text("ab1", max_size=3),
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


VALUES = st.recursive(
    st.sampled_from([None, 1, "t"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "title", "items", "x", "uri"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["tender", "awards", "x", "buyer"]), VALUES, max_size=4))
def test_a_release_alone_is_what_merging_it_into_nothing_gives(body: dict[str, Any]) -> None:
    """It is not built up again, but shares its values: nothing may differ for that."""
    only = release("2026-01-01", **body)
    before = json.dumps(only)
    tree = Tree(merge_rules())
    tree.add(only)
    made = compile_releases([only])
    own = {"ocid": only["ocid"], "date": only["date"], "tag": ["compiled"]}
    own["id"] = f"{only['ocid']}-{only['date']}"
    assert made.release == {**own, **tree.merged}
    assert made.conflicts == tree.conflicts
    assert json.dumps(only) == before
