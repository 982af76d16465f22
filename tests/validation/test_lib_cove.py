"""Ours against lib-cove-ocds, the field's validator: the same facts, but for a table of reasons."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from libcoveocds.exceptions import OCDSVersionError
from libcoveocds.schema import SchemaOCDS

from tests.validation.lib_cove import CORE, Theirs, config, served
from tests.validation.lib_cove_facts import ours, ours_of_file, theirs
from tests.validation.lib_cove_known import REASONS, unexplained
from tests.validation.lib_cove_mutations import ROOT, mutated, packages, packed, small
from validation.checks.catalogue import CHECKS
from validation.reading.inspector import Inspector, is_record, kind_of

pytestmark = pytest.mark.skipif(not CORE.is_dir(), reason="the official schema is not here")

EU, UK = ROOT / "reference" / "eu_profile_patched", ROOT / "reference" / "ocds_uk_extension"
# Not the published address of the UK extension: of a repository they would fetch an archive.
UK_ADDRESS = "https://example.org/ocds_uk_extension/"
DECLARED = [
    "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    f"{UK_ADDRESS}extension.json",
]
DAYS = "recordings/find_a_tender/2026"
# What they cannot get through: releases of a record that are no objects ("id" in 5), and messages
# with braces, which they take for places to fill in.
CRASHES = (TypeError, KeyError, IndexError, ValueError)


@pytest.fixture(scope="module")
def core() -> Theirs:
    return Theirs()


@pytest.fixture(scope="module")
def extended() -> Iterator[Theirs]:
    """Theirs with the profile of the European Union as the standard, and the extension on top."""
    files = {f"{UK_ADDRESS}{f.relative_to(UK)}": f.read_bytes() for f in UK.rglob("*.*")}
    with served(files):
        yield Theirs(EU, (DECLARED[1],))


def same_form(package: dict[str, Any]) -> bool:
    """Whether both read a package as of releases, or of records.

    Theirs goes by the one field `records` alone, and looks for what is empty nowhere else; ours
    reads a lone record too, and of two fields takes the one that is a list.
    """
    kinds = [name for name in ("records", "releases") if name in package]
    return len(kinds) == 1 and not is_record(package) and kind_of(package) == kinds[0]


def differences(
    judge: Theirs, originals: list[dict[str, Any]], seed: int, times: int
) -> tuple[dict[int, Any], set[str]]:
    """What no reason explains of `times` broken copies, by their number, and the reasons used."""
    random, used, found, crashes, judged = Random(seed), set[str](), {}, 0, 0
    for number in range(times):
        original = random.choice(originals)
        package = {**mutated(original, random), "extensions": original["extensions"]}
        if not same_form(package):
            continue
        told = ours(package)
        try:
            expected = theirs(judge, package)
        except CRASHES:
            crashes += 1
            continue
        judged += 1
        if rest := unexplained(told, expected, package, used):
            found[number] = rest
    assert crashes <= times / 100
    assert judged > times * 0.9
    return found, used


def recorded_differences(judge: Theirs) -> tuple[dict[str, Any], set[str], int]:
    used, found, count = set[str](), {}, 0
    for name, package in packages().items():
        count += len(package.get("releases", package.get("records")))
        if rest := unexplained(ours(package), theirs(judge, package), package, used):
            found[name] = rest
    return found, used, count


def days() -> list[dict[str, Any]]:
    return [package for name, package in packages().items() if name.startswith(DAYS)]


def test_recorded_packages_and_those_of_test_suites(core: Theirs) -> None:
    found, _, count = recorded_differences(core)
    assert found == {}
    assert count > 2000


@pytest.mark.heavy
def test_broken_copies_of_recorded_packages(core: Theirs) -> None:
    found, used = differences(core, small(3000, 8), seed=1, times=500)
    assert found == {}
    assert used


def test_packages_with_declared_extensions(extended: Theirs) -> None:
    for package in days():
        declared = {**package, "extensions": DECLARED}
        assert unexplained(ours(declared), theirs(extended, declared), declared, set()) == {}
        assert len(ours(declared)) < len(ours(package))  # what an extension has is not undeclared


@pytest.mark.heavy
def test_broken_copies_of_packages_with_declared_extensions(extended: Theirs) -> None:
    originals = [{**package, "extensions": DECLARED} for package in small(8000, 10, DAYS)]
    found, _ = differences(extended, originals, seed=1, times=100)
    assert found == {}


@pytest.mark.heavy
def test_a_file_that_is_read_entry_by_entry(core: Theirs, tmp_path: Path) -> None:
    releases = [release for package in days() for release in package["releases"]]
    package = packed("releases", [*releases, {**releases[0], "x": 1}, *releases[5:6], {"id": "1"}])
    file = tmp_path / "package.json"
    file.write_text(json.dumps(package))
    assert file.stat().st_size > 4_000_000  # larger than what is read at once
    told = ours_of_file(file)
    assert unexplained(told, theirs(core, package), package, set()) == {}
    assert {kind for kind, _, _ in told} >= {
        "additional",
        "open",
        "required",
        "repeated",
        "uniqueItems",
    }


def findings(package: dict[str, Any]) -> set[tuple[str, str]]:
    return {(found.rule, found.path) for _, _, _, found in Inspector(CHECKS).document(package)}


@pytest.mark.parametrize(
    "version", ["1.0", "1.1", "1.1.5", "1.2", "2.0", "latest", "1", "v1.1", " 1.1"]
)
def test_a_version_that_is_none(version: str) -> None:
    package = {**packed("releases", []), "version": version}
    told = ("package.version", "/version") in findings(package)
    try:
        assert SchemaOCDS(None, package, config()).version == version
    except OCDSVersionError:
        assert told
    else:
        assert not told


@pytest.mark.parametrize("version", [1.1, None, [], {}, True])
def test_a_version_of_another_type(version: Any) -> None:
    package = {**packed("releases", []), "version": version}
    assert SchemaOCDS(None, package, config()).invalid_version_data
    assert ("structure.type", "/version") in findings(package)


def test_an_empty_version_is_an_error_here_and_1_1_there() -> None:
    package = {**packed("releases", []), "version": ""}
    assert SchemaOCDS(None, package, config()).version == "1.1"
    assert ("package.version", "/version") in findings(package)


@pytest.mark.parametrize(
    "document",
    [
        {}, {"id": "1"}, {"uri": "https://example.org/1", "publisher": {"name": "A"}}, {"ocid": "ocds-213czf-1", "id": "1"},
        {"ocid": "ocds-213czf-1", "compiledRelease": {}}, packed("releases", []), packed("records", []),
        {"releases": None}, {"records": {}}, packed("x", []),
    ],
    ids=str,
)  # fmt: skip
def test_a_document_that_is_no_package(document: dict[str, Any]) -> None:
    inspector = Inspector(CHECKS)
    told = [found for _, _, _, found in inspector.document(document)]
    entries = ("releases is missing", "records is missing")
    forms = {form for form, count in inspector.forms.items() if count}
    missing = not forms & {"release package", "record package"} or any(
        found.rule == "structure.required"
        and found.path == ""
        and found.message.startswith(entries)
        for found in told
    )
    assert SchemaOCDS(None, document, config()).missing_package == missing


@pytest.mark.heavy
def test_thousands_of_broken_copies_need_every_reason_and_no_other(
    core: Theirs, extended: Theirs
) -> None:
    _, recorded, _ = recorded_differences(core)
    found, used = differences(core, small(2500, 8), seed=2, times=8000)
    assert found == {}
    originals = [{**package, "extensions": DECLARED} for package in small(8000, 10, DAYS)]
    found, more = differences(extended, originals, seed=2, times=800)
    assert found == {}
    assert recorded | used | more == REASONS  # a reason that nothing needs is to be struck out
