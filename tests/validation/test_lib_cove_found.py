"""What the comparison with lib-cove-ocds once found missing here, in small examples of our own."""

from typing import Any

import pytest

from tests.made import release
from validation.checks.catalogue import CHECKS
from validation.reading.inspector import Inspector
from validation.reading.outcome import Summary

LINK = {"url": "https://example.org/1", "date": "2026-03-01T00:00:00Z", "tag": ["tender"]}


def told(document: Any) -> set[tuple[str, str]]:
    return {
        (found.rule, path + found.path)
        for path, _, _, found in Inspector(CHECKS).document(document)
    }


def undeclared(document: Any) -> set[str]:
    inspector = Inspector(())
    list(inspector.document(document))
    fields = Summary.of(inspector.judges.values(), inspector.forms).fields.values()
    return {one.path for one in fields if one.present and not one.known}


def record(*releases: Any, **body: Any) -> dict[str, Any]:
    return {"records": [{"ocid": "ocds-h6vhtk-1", "releases": list(releases), **body}]}


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("title_fr", True),
        ("title_es-MX", True),
        ("title_", False),
        ("title_1", False),
        ("id_fr", False),
    ],
)
def test_a_translation_ends_with_a_language_tag(name: str, known: bool) -> None:
    assert (undeclared(release(1, tender={"id": "1", name: "x"})) == set()) == known


def test_places_in_lists_within_lists_are_pointers() -> None:
    found = told(release(1, parties=[[{"name": ""}, []]]))
    assert ("conformance.empty", "/parties/0/0/name") in found
    assert ("conformance.empty", "/parties/0/1") in found


def test_the_fields_of_a_link_are_those_of_the_standard() -> None:
    assert undeclared(record(LINK)) == set()
    assert undeclared(record(LINK, {**release(1), "x": 1})) == {"/records/releases/x"}


def test_the_ocids_of_releases_are_looked_at_in_records_of_any_form() -> None:
    bad = release(1, ocid="x")
    assert ("conformance.ocid_prefix", "/records/0/releases/1/ocid") in told(record(LINK, bad))
    assert ("conformance.ocid_prefix", "/records/0/releases/0/ocid") in told(record(bad))


@pytest.mark.parametrize(
    ("releases", "rule"),
    [
        ([], "minItems"),
        ({}, "type"),
        ([LINK, release(1)], "mixed_releases"),
        ([{**release(1), **LINK}], "oneOf"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_releases_of_a_record(releases: Any, rule: str) -> None:
    assert (f"structure.{rule}", "/records/0/releases") in told(
        record() | {"records": [{"ocid": "a", "releases": releases}]}
    )


@pytest.mark.parametrize("name", [1.5, True, "a", 1])
def test_ids_of_any_plain_type_are_compared(name: Any) -> None:
    found = told(
        {"releases": [release(1, id=name, awards=[{"id": name}, {"id": name, "title": "x"}])] * 2}
    )
    assert ("conformance.repeated_id", "/releases/0/awards/1") in found
    assert ("conformance.repeated_release", "/releases/1") in found


def test_undeclared_names_are_escaped_in_what_stands_below_them() -> None:
    assert undeclared(release(1, **{"a/b": {"c~d": 1}})) == {"/a~1b", "/a~1b/c~0d"}


def test_a_record_that_stands_where_the_list_of_records_should() -> None:
    one = {"ocid": "ocds-h6vhtk-1", "x": 1, "versionedRelease": {"ocid": "ocds-h6vhtk-1"}}
    assert ("structure.type", "/records") in told({"records": one})
    assert undeclared({"records": one}) == {"/records/x"}


def test_the_entries_of_a_versioned_release_have_ids_of_their_own() -> None:
    versioned = {
        "ocid": "ocds-h6vhtk-1",
        "awards": [{"id": "1"}, {"id": "1"}],
        "parties": [{}],
        "contracts": [],
    }
    found = told(record(LINK, versionedRelease=versioned))
    assert ("conformance.repeated_id", "/records/0/versionedRelease/awards/1") in found
    assert ("conformance.missing_id", "/records/0/versionedRelease/parties/0") in found
    assert ("conformance.empty", "/records/0/versionedRelease/contracts") in found
