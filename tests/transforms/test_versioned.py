import copy
import os
import subprocess
import sys
import warnings
from typing import Any

import ocdsmerge
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel import native
from transforms.jsontext import loads
from transforms.merge import compile_releases
from transforms.ocds.model import EVERY
from transforms.ocds.schema import release_schema
from transforms.versioned import version_releases

MERGER = ocdsmerge.Merger(release_schema(EVERY))
VERSION = {"releaseID", "releaseDate", "releaseTag", "value"}
# Fields of the model (objects, arrays merged by id, whole lists, one omitted) and unknown ones.
NAMES = ("title", "tender", "awards", "items", "documents", "roles", "suppliers", "x", "y", "tag")
PLAIN = (
    st.integers(0, 3) | st.sampled_from(["a", "b"]) | st.lists(st.sampled_from("ab"), max_size=2)
)


def objects(inner: st.SearchStrategy[Any], *, identified: bool) -> st.SearchStrategy[Any]:
    fields = dict.fromkeys(NAMES, inner)
    ids = {"id": st.sampled_from(["1", "2"])}
    return st.fixed_dictionaries(ids if identified else {}, optional=fields)


def bodies(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """What some releases hold; every object of an array has an id."""
    inner = st.recursive(
        plain,
        lambda below: (
            objects(below, identified=False) | st.lists(objects(below, identified=True), max_size=2)
        ),
        max_leaves=8,
    )
    one = st.dictionaries(st.sampled_from([n for n in NAMES if n != "tag"]), inner, max_size=4)
    return st.lists(one, min_size=1, max_size=4)


def releases(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = {"ocid": "ocds-000000-1", "tag": ["tender"]}
    return [
        {**body, **own, "id": str(day), "date": f"2026-01-0{day}T00:00:00Z"}
        for day, body in enumerate(found, 1)
    ]


def latest(value: Any) -> Any:
    """A versioned release with only the last version of each value."""
    if isinstance(value, dict):
        return {k: last for k, v in value.items() if (last := latest(v)) is not None}
    if isinstance(value, list) and value and value[0].keys() >= VERSION:
        return value[-1]["value"]
    return [latest(item) for item in value] if isinstance(value, list) else value


def test_each_change_is_kept_with_its_release_and_no_other() -> None:
    titles = [{"title": "a"}, {"title": "a"}, {"title": None}, {"title": "b"}, {}]
    made = version_releases(releases([{"tender": title} for title in titles])).release
    assert [(v["releaseID"], v["value"]) for v in made["tender"]["title"]] == [
        ("1", "a"),
        ("3", None),
        ("4", "b"),
    ]
    assert made["ocid"] == "ocds-000000-1"
    assert made.keys() == {"ocid", "tender"}


def test_a_later_kind_of_value_replaces_all_versions_of_the_earlier_and_is_reported() -> None:
    made = version_releases(releases([{"x": 1}, {"x": 2}, {"x": {"a": 1}}]))
    assert made.conflicts == ["/x"]
    assert latest(made.release)["x"] == {"a": 1}


def test_null_is_no_other_kind_of_value() -> None:
    made = version_releases(releases([{"x": None}, {"x": {"a": 1}}, {"x": None}]))
    assert made.conflicts == []
    assert latest(made.release)["x"] == {"a": 1}


def test_a_number_that_no_float_holds_is_compared_by_its_digits() -> None:
    amounts = ("1234567890123456.78", "1234567890123456.79", "1234567890123456.79")
    found = [{"tender": {"value": {"amount": loads(text.encode())}}} for text in amounts]
    made = version_releases(releases(found)).release
    assert len(made["tender"]["value"]["amount"]) == 2


@given(bodies(PLAIN | st.none()))
def test_the_last_versions_are_the_compiled_release(found: list[dict[str, Any]]) -> None:
    compiled, versioned = compile_releases(releases(found)), version_releases(releases(found))
    assert compiled.conflicts == versioned.conflicts
    expected = {k: v for k, v in compiled.release.items() if k not in ("id", "date", "tag")}
    assert latest(versioned.release) == expected


@given(bodies(PLAIN), st.integers(1, 3))
def test_merging_in_two_steps_is_merging_at_once(found: list[dict[str, Any]], first: int) -> None:
    """Where every object of an array has an id and nothing is deleted: a compiled release does not
    tell which of its values are gone.
    """
    whole = releases(found)
    earlier = compile_releases(whole[:first]).release
    two = compile_releases([earlier, *whole[first:]]).release
    assert two == compile_releases(whole).release


@given(bodies(PLAIN | st.none()))
def test_any_releases_compile_as_ocdsmerge_does(found: list[dict[str, Any]]) -> None:
    ours = compile_releases(releases(found))
    assume(not ours.conflicts)
    assert ours.release == asked(MERGER.create_compiled_release, found)


@given(bodies(PLAIN))
def test_any_releases_make_the_versions_that_ocdsmerge_makes(found: list[dict[str, Any]]) -> None:
    ours = version_releases(releases(found))
    assume(not ours.conflicts)
    assert ours.release == asked(MERGER.create_versioned_release, found)


def asked(merge: Any, found: list[dict[str, Any]]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ocdsmerge.exceptions.DuplicateIdValueWarning)
        return merge(copy.deepcopy(releases(found)))


BOTH = """
import hashlib, json
import transforms.merge
from tests.made import award_release
from transforms.merge import compile_releases
from transforms.versioned import version_releases

said = []
for n in range(100):
    found = [award_release(n, date=f"2026-01-0{day}T00:00:00Z") for day in range(1, 4)]
    found[1]["tender"], found[2]["awards"] = {"title": None, "x": [n]}, {"id": n}
    for merge in (compile_releases, version_releases):
        made = merge(found)
        said.append([made.release, made.conflicts])
told = json.dumps(said, sort_keys=True)
print(transforms.merge.__file__.endswith(".py"), hashlib.sha256(told.encode()).hexdigest())
"""


def both(native_too: str) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-c", BOTH],
        cwd=native.ROOT,
        env={**os.environ, "TENDERLINE_NATIVE": native_too, "PYTHONPATH": str(native.ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()


@pytest.mark.skipif(not native.folder().is_dir(), reason="not compiled: `make install` does it")
def test_merging_compiled_is_merging_as_python() -> None:
    compiled, plain = both("1"), both("0")
    assert (compiled[0], plain[0]) == ("False", "True")
    assert compiled[1] == plain[1]
