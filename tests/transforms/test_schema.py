"""Our schemas judge every document as the official files do: same verdict, same failing paths."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import ocdsmerge.rules
import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource

from transforms.ocds.fields import Merge
from transforms.ocds.formats import FORMATS
from transforms.ocds.model import CORE, EVERY, model
from transforms.ocds.places import Place, places
from transforms.ocds.rules import RuleTree, merge_rules
from transforms.ocds.schema import (
    record_package_schema,
    release_package_schema,
    release_schema,
    versioned_release_schema,
)

SHARED = Path(__file__).parents[2].parent / "shared"
OFFICIAL = SHARED / "reference" / "ocds_1.1.5"
RECORDED = SHARED / "recordings"
EXAMPLES = SHARED / "reference" / "fictional_example"
SUITE = SHARED / "reference" / "merge-suite" / "1.1"
needs_shared = pytest.mark.skipif(
    not all(folder.is_dir() for folder in (OFFICIAL, RECORDED, EXAMPLES, SUITE)),
    reason="the official schemas and the recordings are not here",
)

SCHEMAS: dict[str, Callable[[frozenset[str]], dict[str, Any]]] = {
    "release-schema": release_schema,
    "release-package-schema": release_package_schema,
    "record-package-schema": record_package_schema,
    "versioned-release-validation-schema": versioned_release_schema,
}
SMALL = 9_000  # bytes of a document: the official validator reads some 4 MB a second
MUTATIONS = {  # of all documents of a kind together
    "release-schema": 3000,
    "release-package-schema": 800,
    "record-package-schema": 1500,
    "versioned-release-validation-schema": 1500,
}
SEED = 1155
Errors = set[tuple[tuple[str | int, ...], str]]


# --- the two judges


@cache
def official(name: str) -> Draft4Validator:
    found = [json.loads((OFFICIAL / f"{name}.json").read_text("utf-8")) for name in SCHEMAS]
    registry: Any = Registry().with_resources((s["id"], Resource.from_contents(s)) for s in found)
    schema = next(schema for schema in found if schema["id"].endswith(f"/{name}.json"))
    return Draft4Validator(schema, format_checker=FormatChecker(), registry=registry)


@cache
def made(name: str) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        SCHEMAS[name](CORE), validate_formats=True, formats=dict(FORMATS)
    )


def theirs(name: str, document: Any) -> Errors:
    errors = official(name).iter_errors(document)
    return {(tuple(error.absolute_path), str(error.validator)) for error in errors}


def ours(name: str, document: Any) -> Errors:
    errors = made(name).iter_errors(document)
    return {(tuple(error.instance_path), str(error.schema_path[-1])) for error in errors}


# --- the documents


def small(document: Any) -> bool:
    return len(json.dumps(document)) < SMALL


def read(*patterns: str) -> Iterator[Any]:
    for pattern in patterns:
        for file in sorted(SHARED.glob(pattern)):
            try:
                yield json.loads(file.read_bytes())
            except ValueError:  # some of the bad inputs are not JSON
                continue


def packages() -> Iterator[dict[str, Any]]:
    """Recorded and bad release packages, with their first small release, and without."""
    folders = ["find_a_tender/probe", "find_a_tender/2026-08-10", "contracts_finder"]
    where = [f"recordings/{name}/*.json" for name in folders] + [
        "recordings/world/**/*.json",
        "recordings/nsw_etendering/**/*.json",
        "bad-inputs/lib-cove-ocds/**/*.json",
        "reference/fictional_example/release_package.json",
    ]
    for package in read(*where):
        if isinstance(package, dict) and isinstance(package.get("releases"), list):
            yield {**package, "releases": [r for r in package["releases"] if small(r)][:1]}


def releases() -> Iterator[Any]:
    """Small releases: three of every recorded file, so that every publisher has its say."""
    for pattern in ("find_a_tender/*", "contracts_finder", "world/**", "nsw_etendering/**"):
        for package in read(f"recordings/{pattern}/*.json"):
            found = package.get("releases") if isinstance(package, dict) else None
            yield from [r for r in found or [] if isinstance(r, dict) and small(r)][:3]


def suites() -> Iterator[tuple[Any, Any, Any]]:
    """Releases, the compiled and the versioned release of every case of the merge suite."""
    for file in sorted(SUITE.glob("*-versioned.json")):
        name = file.name.removesuffix("-versioned.json")
        cases = (SUITE / f"{name}{end}.json" for end in ("", "-compiled", "-versioned"))
        yield tuple(json.loads(case.read_text("utf-8")) for case in cases)  # type: ignore[misc]


def record_packages() -> Iterator[Any]:
    """The examples cut small, the bad one, and a package of every case of the merge suite."""
    for package in read(
        "reference/fictional_example/record*.json",
        "bad-inputs/**/*record*.json",
        "recordings/find_a_tender/probe/*.json",
    ):
        if not isinstance(package, dict) or not isinstance(package.get("records"), list):
            continue
        for record in package["records"][:1]:
            parts = ["compiledRelease", "versionedRelease"]
            kept = {key: value for key, value in record.items() if key not in parts}
            kept["releases"] = [r for r in record.get("releases", []) if small(r)][:1]
            yield {**package, "records": [kept]}
            yield from (
                {**package, "records": [{**kept, part: cut(record[part])}]}
                for part in parts
                if isinstance(record.get(part), dict)
            )
    head = next(read("reference/fictional_example/record.json"))
    link = {"url": "https://example.org/1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"]}
    for found, compiled, versioned in suites():
        record = {"ocid": "ocds-213czf-1", "compiledRelease": compiled}
        whole = {**record, "releases": found, "versionedRelease": versioned}
        yield {**head, "records": [whole, {**record, "releases": [link, link]}]}


def versioned_releases() -> Iterator[Any]:
    yield from (versioned for _, _, versioned in suites())
    for package in read("reference/fictional_example/record*.json"):
        for record in package["records"]:
            if "versionedRelease" in record:
                yield from (cut(record["versionedRelease"], section) for section in range(8))


def cut(release: dict[str, Any], section: int = 0) -> dict[str, Any]:
    """A release with one of its sections only: the examples are large."""
    large = [key for key, value in release.items() if not small({"x": value, "y": " " * 6000})]
    kept = large[section % len(large)] if large else ""
    return {key: value for key, value in release.items() if key not in large or key == kept}


DOCUMENTS: dict[str, Callable[[], Iterator[Any]]] = {
    "release-schema": releases,
    "release-package-schema": packages,
    "record-package-schema": record_packages,
    "versioned-release-validation-schema": versioned_releases,
}


# --- the mutations

VALUES = (
    *("", "x", "active", "GBP", "1.1", "1.1.5", "N/A", "https://example.org/a b", "mailto:a@b.c"),
    *("2026-03-01", "2026-03-01T00:00:00", "2026-02-29T00:00:00Z", "2026-03-01T24:00:00Z"),
    *("2026-12-31T23:59:60Z", "2026-03-01t00:00:00.5+01:00", "0000-01-01T00:00:00Z"),
    *(0, 1, -1, 1.0, 2.5, 1e300, True, False, None, [], {}, [[]], [{}], ["x"], ["x", "x"]),
    *(
        [None],
        [1, 1.0],
        [0, False],
        [{"id": "1"}, {"id": "1"}],
        {"id": 1},
        {"id": None},
        ["tender"],
    ),
)
LANGUAGES = ("fr", "fr-CA", "zh-cmn-Hans-CN", "x-own", "de-DE-1996", "e", "fr_CA", "englishish", "")


def nodes(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    for key, item in pairs:
        yield from nodes(item, (*path, key))


def mutated(document: Any, dice: random.Random) -> Any:
    """The document with one to three changes, each at a place chosen at random."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 3)):
        found = list(nodes(document))
        if found:
            *way, last = dice.choice(found)
            parent = document
            for step in way:
                parent = parent[step]
            dice.choice(CHANGES)(parent, last, dice)
    return document


def drop(parent: Any, key: Any, _: random.Random) -> None:
    del parent[key]


def replace(parent: Any, key: Any, dice: random.Random) -> None:
    parent[key] = copy.deepcopy(dice.choice(VALUES))


def wrap(parent: Any, key: Any, dice: random.Random) -> None:
    value = parent[key]
    single = value[0] if isinstance(value, list) and value else {"id": value}
    parent[key] = dice.choice([[value], {"value": value}, single, str(value)])


def repeat(parent: Any, key: Any, _: random.Random) -> None:
    if isinstance(parent, list):
        parent.append(parent[key])
    elif isinstance(parent[key], list):
        parent[key] = parent[key] * 2


def add(parent: Any, key: Any, dice: random.Random) -> None:
    if isinstance(parent, dict):
        texts = [*parent, "title", "description", "name", "rationale", "unknown"]
        named = f"{dice.choice(texts)}_{dice.choice(LANGUAGES)}"
        parent[dice.choice([named, named, "unknown", "amendment", "changes"])] = copy.deepcopy(
            dice.choice(["x", None, *VALUES])
        )
    else:
        parent.insert(key, copy.deepcopy(dice.choice(VALUES)))


CHANGES = (drop, replace, replace, replace, wrap, repeat, add)


@needs_shared
@pytest.mark.parametrize("name", SCHEMAS)
def test_verdict_and_failing_paths_are_those_of_the_official_schema(name: str) -> None:
    documents, dice = list(DOCUMENTS[name]()), random.Random(SEED)
    assert len(documents) >= 20
    for document in documents:
        assert ours(name, document) == theirs(name, document)
    rules: set[str] = set()
    for turn in range(MUTATIONS[name]):
        document = mutated(documents[turn % len(documents)], dice)
        found = theirs(name, document)
        assert ours(name, document) == found, json.dumps(document)
        rules |= {rule for _, rule in found}
    told = {"type", "required", "format", "enum", "uniqueItems"} | {
        "release-schema": {"minItems", "minLength"},
        "release-package-schema": {"minItems", "minLength", "pattern"},
        "record-package-schema": {"oneOf", "pattern"},
        "versioned-release-validation-schema": set(),
    }[name]
    assert told - rules == set(), "every rule is broken at least once"


# --- every place of a release, whether anything recorded has it or not

ODD = (
    "",
    "x",
    5,
    1.0,
    True,
    None,
    [],
    {},
    [None],
    ["x"],
    ["x", "x"],
    [{}],
    [{"id": "1"}],
    {"id": 1},
)
VERSIONS = tuple([{"releaseDate": "2026-01-01T00:00:00Z", "value": value}] for value in ODD)
NOT_VERSIONS = ([{"releaseDate": "x"}], [{"releaseID": 5}], [{"releaseTag": "x"}], [5])


def holding(place: Place, value: Any) -> dict[str, Any]:
    """A release with nothing but `value` at the place; lists on the way have one entry."""
    *way, last = place.path.split("/")
    release: dict[str, Any] = {}
    parent = release
    for depth, step in enumerate(way, start=1):
        entry: dict[str, Any] = {"id": "1"}
        parent[step] = [entry] if "/".join(way[:depth]) in lists() else entry
        parent = entry
    parent[last] = value
    return release


@cache
def lists() -> frozenset[str]:
    return frozenset(place.path for place in places() if "array" in place.field.types)


@needs_shared
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("release-schema", ODD),
        ("versioned-release-validation-schema", (*VERSIONS, *NOT_VERSIONS, "x", None, {})),
    ],
)
def test_every_place_takes_and_refuses_what_the_official_schema_does(
    name: str, values: tuple[Any, ...]
) -> None:
    for place in places():
        for value in values:
            document = holding(place, value)
            assert ours(name, document) == theirs(name, document), document


# --- formats

DATES = ("2026-03-01T00:00:00Z", "2024-02-29T23:59:59.123+01:00", "1900-02-28t00:00:00z")
ADDRESSES = (
    "http://a.example:80/x?y=z#w",
    "urn:x:y",
    "http://[::1]/%20",
    "mailto:a@b.c",
    "http://u:p@é.example/{x}",
)


@pytest.mark.parametrize(
    ("name", "texts", "signs"),
    [
        ("date-time", DATES, "0123456789-:.TtZz+ "),
        ("uri", ADDRESSES, "ab:/?#[]@!$&'()*+,;=%01 -._~{}|\\^`<>\"é\u00a0\ue000\U0001f600"),
    ],
    ids=["date-time", "uri"],
)
def test_a_text_has_the_format_that_the_official_checker_says(
    name: str, texts: tuple[str, ...], signs: str
) -> None:
    checker, dice = FormatChecker(), random.Random(SEED)
    validator = jsonschema_rs.Draft4Validator(
        {"format": name}, validate_formats=True, formats=dict(FORMATS)
    )
    verdicts = set()
    for _ in range(30_000):
        letters = list(dice.choice(texts))
        for _ in range(dice.randint(0, 3)):
            place = dice.randrange(len(letters) + 1)
            letters[place : place + dice.randint(0, 1)] = dice.choice(["", *signs])
        text = "".join(letters)
        verdicts.add(checker.conforms(text, name))
        assert validator.is_valid(text) == checker.conforms(text, name), text
    assert verdicts == {True, False}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"format": "date-time"}, "2026-03-01T00:00:00Z\n"),
        ({"format": "uri"}, "https://example.org/\n"),
        ({"pattern": r"^(\d+\.)(\d+)$"}, "1.1\n"),
        ({"pattern": r"^(\d+\.)(\d+)$"}, "\u0661.\u0661"),
    ],
    ids=["date-time", "uri", "line break", "digits"],
)
def test_where_we_are_stricter_than_the_official_checker(schema: dict[str, str], text: str) -> None:
    """Python's `$` lets a last line break pass, and its `\\d` any script: no standard does."""
    strict = jsonschema_rs.Draft4Validator(schema, validate_formats=True, formats=dict(FORMATS))
    assert Draft4Validator(schema, format_checker=FormatChecker()).is_valid(text)
    assert not strict.is_valid(text)


# --- the schemas themselves


@pytest.mark.parametrize("extensions", [CORE, EVERY], ids=["core", "every extension"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema_and_whole(name: str, extensions: frozenset[str]) -> None:
    schema = SCHEMAS[name](extensions)
    Draft4Validator.check_schema(schema)
    text = json.dumps(schema)
    for target in re.findall(r'"\$ref": "([^"]*)"', text):
        start, kind, *way = target.split("/")
        assert (start, kind) == ("#", "definitions")
        found = schema["definitions"]
        for step in way:
            found = found[step]
    jsonschema_rs.Draft4Validator(schema, validate_formats=True)


@pytest.mark.parametrize("extension", sorted(EVERY))
def test_an_extension_on_its_own_makes_whole_schemas(extension: str) -> None:
    for make in SCHEMAS.values():
        jsonschema_rs.Draft4Validator(make(frozenset({extension})), validate_formats=True)


@needs_shared
def test_the_official_schema_of_a_release_says_the_same_of_merging() -> None:
    theirs = json.loads((OFFICIAL / "release-schema.json").read_text("utf-8"))
    rules = ocdsmerge.rules.get_merge_rules(theirs)
    assert len(rules) > 20
    assert ocdsmerge.rules.get_merge_rules(release_schema()) == rules


def flat(tree: RuleTree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, rule in tree.items():
        if isinstance(rule, Merge):
            told = {Merge.OMIT: "omitWhenMerged", Merge.WHOLE: "wholeListMerge"}
            yield (*path, name), told[rule]
        else:
            yield from flat(rule, (*path, name))


def test_the_merge_rules_are_what_our_schema_with_every_extension_says() -> None:
    assert dict(flat(merge_rules())) == ocdsmerge.rules.get_merge_rules(release_schema(EVERY))


def test_the_merge_rules_hold_the_standard_s_cases() -> None:
    rules: Any = merge_rules()
    assert rules["id"] is rules["date"] is rules["tag"] is Merge.OMIT
    assert rules["parties"]["additionalIdentifiers"] is Merge.WHOLE
    assert rules["tender"]["items"]["additionalClassifications"] is Merge.WHOLE
    assert rules["tender"]["amendments"]["changes"] is Merge.WHOLE, "its objects have no id"
    assert rules["parties"]["roles"] is Merge.WHOLE
    assert "title" not in rules["tender"]


def test_an_open_codelist_refuses_nothing_and_a_closed_one_does() -> None:
    for fields in model(EVERY).objects.values():
        for field in fields.values():
            schema = release_schema(EVERY)["definitions"].get(field.object, {"properties": {}})
            told = schema["properties"].get(field.name, {})
            enum = told.get("enum") or told.get("items", {}).get("enum")
            if told:
                assert bool(enum) == bool(field.codes and not field.open), field
