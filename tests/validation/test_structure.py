import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker

from tests.made import CHECK, award_release, release

SHARED = Path(__file__).parents[2].parent / "shared"
OFFICIAL = SHARED / "reference" / "ocds_1.1.5" / "release-schema.json"
FOLDERS = [SHARED / "recordings", SHARED / "bad-inputs"]

needs_official = pytest.mark.skipif(
    not OFFICIAL.is_file(), reason="the official schema is not here"
)


def official() -> Draft4Validator:
    return Draft4Validator(json.loads(OFFICIAL.read_text()), format_checker=FormatChecker())


def theirs(validator: Draft4Validator, found: dict[str, Any]) -> set[tuple[str, str]]:
    errors = validator.iter_errors(found)
    return {("".join(f"/{part}" for part in error.path), str(error.validator)) for error in errors}


def ours(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (f.path, f.rule.removeprefix("structure."))
        for f in CHECK(found, ())
        if f.severity != "info"
    }


def recorded_releases() -> list[dict[str, Any]]:
    found = []
    for file in sorted(file for folder in FOLDERS for file in folder.rglob("*.json")):
        try:
            package = json.loads(file.read_bytes())
        except ValueError:
            continue
        releases = package.get("releases") if isinstance(package, dict) else None
        found += [r for r in releases or [] if isinstance(r, dict) and r.get("id")]
    return found


@needs_official
def test_the_verdict_on_every_recorded_release_is_the_official_schema_s() -> None:
    validator, releases = official(), recorded_releases()
    assert len(releases) > 1000
    for found in releases:
        if not any(f.rule in ("no_ocid", "no_date", "bad_id") for f in CHECK(found, ())):
            assert ours(found) == theirs(validator, found), found["id"]


@needs_official
@pytest.mark.parametrize(
    "value", ["", "x", 5, -1.5, True, None, [], {}, ["x"], [{}], {"id": "1"}], ids=repr
)
@pytest.mark.parametrize(
    "path",
    [
        "tag",
        "initiationType",
        "parties",
        "buyer",
        "awards",
        "contracts",
        "tender",
        "language",
        "awards/0/value",
        "awards/0/value/currency",
        "awards/0/status",
        "awards/0/suppliers",
        "contracts/0/awardID",
        "contracts/0/dateSigned",
        "parties/0/id",
        "parties/0/roles",
    ],
)
def test_the_verdict_on_a_mutated_release_is_the_official_schema_s(path: str, value: Any) -> None:
    found = json.loads(json.dumps(award_release(1)))
    *way, last = path.split("/")
    place = found
    for part in way:
        place = place[int(part)] if part.isdigit() else place[part]
    place[last] = value
    assert ours(found) == theirs(official(), found)


def test_a_good_release_has_no_findings() -> None:
    assert CHECK(award_release(1), ()) == []


def test_every_finding_says_where_and_what() -> None:
    (finding,) = CHECK(release(1, tender={"id": "1", "status": "unheard-of"}), ())
    assert (finding.path, finding.rule, finding.severity) == (
        "/tender/status",
        "structure.enum",
        "error",
    )
    assert "unheard-of" in finding.message
    assert "tenderStatus" in finding.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "value", "amount", "items", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(
    st.sampled_from(
        ["tender", "awards", "parties", "planning", "contracts", "ocid", "date", "tag"]
    ),
    JSON,
)
def test_no_value_crashes_the_check(field: str, value: Any) -> None:
    for finding in CHECK(release(1, **{field: value}), ()):
        assert finding.message
