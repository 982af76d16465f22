"""The extension rows of the model against the official schemas that they describe."""

import copy
import csv
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from transforms.ocds.fields import Field
from transforms.ocds.model import model, recognised
from transforms.ocds.schema import release_schema

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
REFERENCE, RECORDINGS = SHARED / "reference", SHARED / "recordings"
CORE, EU = REFERENCE / "ocds_1.1.5", REFERENCE / "eu_profile_patched"
UK, REGISTRY = REFERENCE / "ocds_uk_extension", REFERENCE / "extension_registry"

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the official schemas are not here"
)
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded packages are not here"
)

# The core's inline objects; those of the extensions are named by the rows themselves.
INLINE = {("Item", "unit"): "Unit", ("Amendment", "changes"): "Change"}
# The model has no column for what an object with free names may hold.
FREE = {("Observation", "dimensions")}
TEXTS = ("of", "format", "pattern", "minimum", "maximum", "codes", "merge", "deprecated")
FLAGS = ("required", "unique", "translatable", "open")
JSON_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}

Facts = dict[tuple[str, str], dict[str, Any]]


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "transforms" / "ocds" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def includes(extension: str) -> list[str]:
    (found,) = (row["includes"] for row in rows("extensions.csv") if row["id"] == extension)
    return found.split()


PROFILE = frozenset({"eu_profile", *includes("eu_profile")})
BOTH = PROFILE | {"uk"}


def patched(base: Any, patch: Any) -> Any:
    """JSON Merge Patch, RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for name, value in patch.items():
        merged[name] = patched(merged.get(name), value)
    return {name: value for name, value in merged.items() if value is not None}


def schema_in(folder: Path) -> Any:
    return json.loads((folder / "release-schema.json").read_text("utf-8"))


def official(extensions: frozenset[str]) -> Any:
    eu = schema_in(EU)
    return patched(eu, schema_in(UK)) if "uk" in extensions else eu


def facts_of_schema(schema: Mapping[str, Any]) -> Facts:
    names = INLINE | {(row["object"], row["field"]): row["of"] for row in rows("extended.csv")}
    facts: Facts = {}
    waiting = [("Release", schema), *schema["definitions"].items()]
    for name, told in waiting:
        if "minProperties" in told:
            facts[name, ""] = {"type": {"object"}, "at_least": str(told["minProperties"])}
        for field, about in told.get("properties", {}).items():
            facts[name, field] = facts_of_property(name, field, told, names)
            inline = (part for part in (about, about.get("items", {})) if "properties" in part)
            waiting.extend((names[name, field], part) for part in inline)
    return facts


def facts_of_property(name: str, field: str, within: Mapping[str, Any], names: Any) -> Any:
    told = within["properties"][field]
    items, inline = told.get("items", {}), "properties" in {**told, **told.get("items", {})}
    types, refers = told.get("type", "object"), told.get("$ref", items.get("$ref", ""))
    of = refers.split("/")[-1] or "|".join(several(items.get("type", [])))
    least = ["minItems", "minLength", *([] if inline else ["minProperties"])]
    merge = {"omitWhenMerged": "omit", "wholeListMerge": "whole"}
    return {
        "type": set(several(types)),
        "of": names[name, field] if inline else of,
        "format": told.get("format", items.get("format", "")),
        "pattern": told.get("pattern", ""),
        "minimum": (">" if told.get("exclusiveMinimum") else "") + str(told.get("minimum", "")),
        "maximum": str(told.get("maximum", "")),
        "codes": told.get("codelist", "").removesuffix(".csv"),
        "merge": "".join(merge[word] for word in merge if told.get(word)),
        "deprecated": told.get("deprecated", {}).get("deprecatedVersion", ""),
        "at_least": "".join(str(told[word]) for word in least if word in told),
        "each_at_least": str(items.get("minLength", "")),
        "required": field in within.get("required", []),
        "unique": told.get("uniqueItems", False),
        "translatable": any(
            p.startswith(f"^({field}_(") for p in within.get("patternProperties", {})
        ),
        "open": told.get("openCodelist", False),
    }


def several(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def facts_of_rows(extensions: frozenset[str]) -> Facts:
    active = [row for row in rows("extended.csv") if row["extension"] in extensions]
    return {(row["object"], row["field"]): facts_of_row(row) for row in active}


def facts_of_row(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": set(row["type"].split("|")), "at_least": row["at_least"]}
    if not row["field"]:
        return found  # about the object itself: how many properties it has at least
    strings = row["of"] == "string" and (not row["codes"] or row["open"] == "yes")
    found |= {name: row[name] for name in TEXTS}
    found |= {name: row[name] == "yes" for name in FLAGS}
    # Strings of a list that may not be empty may not be empty either, unless they are all listed.
    return found | {"each_at_least": row["at_least"] if strings else ""}


@needs_reference
@pytest.mark.parametrize("extensions", [PROFILE, BOTH], ids=["eu", "eu and uk"])
def test_the_rows_turn_the_core_schema_into_the_official_one(extensions: frozenset[str]) -> None:
    ours = facts_of_schema(schema_in(CORE)) | facts_of_rows(extensions)
    theirs = facts_of_schema(official(extensions))
    assert ours.keys() == theirs.keys()
    assert {key: facts for key, facts in ours.items() if facts != theirs[key]} == {}
    assert len(theirs) > 550


@needs_reference
def test_no_row_repeats_what_the_core_says() -> None:
    core = facts_of_schema(schema_in(CORE))
    for row in rows("extended.csv"):
        assert core.get((row["object"], row["field"])) != facts_of_row(row), row


def codes_in(path: Path) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["Code"] for row in csv.DictReader(file)}


def official_codelists(extensions: frozenset[str]) -> dict[str, set[str]]:
    found = {path.stem: codes_in(path) for path in (EU / "codelists").glob("*.csv")}
    for path in (UK / "codelists").glob("*.csv") if "uk" in extensions else ():
        found.setdefault(path.stem.lstrip("+"), set()).update(codes_in(path))
    return found


def our_codelists(extensions: frozenset[str]) -> dict[str, set[str]]:
    found = defaultdict(set, {path.stem: codes_in(path) for path in CORE.glob("codelists/*.csv")})
    for row in rows("extended_codes.csv"):
        if row["extension"] in extensions:
            of = found[row["codelist"]]
            (of.remove if row["removed"] else of.add)(row["code"])
    return dict(found)


@needs_reference
@pytest.mark.parametrize("extensions", [PROFILE, BOTH], ids=["eu", "eu and uk"])
def test_the_codes_are_the_official_ones(extensions: frozenset[str]) -> None:
    ours = our_codelists(extensions)
    assert ours == official_codelists(extensions)
    closed = [told for told in every_property(official(extensions)) if "codelist" in told]
    for told in closed:
        codes = told.get("enum") or told.get("items", {}).get("enum")
        assert (codes is None) == told["openCodelist"]
        if codes:
            assert set(codes) - {None} == ours[told["codelist"].removesuffix(".csv")]
    assert len(closed) > 50


def every_property(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        yield from properties.values()
        for value in schema.values():
            yield from every_property(value)


def declared() -> set[str]:
    folders = ("find_a_tender", "contracts_finder", "austender", "nsw_etendering")
    found: set[str] = set()
    for path in (path for folder in folders for path in (RECORDINGS / folder).rglob("*.json")):
        package = json.loads(path.read_bytes())
        if isinstance(package, dict):
            urls = package.get("extensions") or []
            found |= {url for url in urls if isinstance(url, str)}  # a recorded list has a null
    return found


@needs_recordings
def test_every_extension_that_a_recorded_package_declares_is_known() -> None:
    urls = declared()
    assert len(urls) > 15
    for url in urls:
        assert len([row for row in rows("extensions.csv") if row["url"] in url]) == 1, url
    ids, unknown = recognised(sorted(urls))
    assert unknown == ()
    assert ids >= BOTH | {"nsw_etendering", "pagination", "links", "tender_datePublished"}


@needs_reference
def test_an_extension_has_the_id_and_the_address_of_the_registry() -> None:
    registered = json.loads((REGISTRY / "extensions.json").read_text("utf-8"))["extensions"]
    known = {row["id"]: row["url"] for row in rows("extensions.csv")}
    for extension in registered:
        matches = [id_ for id_, url in known.items() if url in extension["url"]]
        assert matches == [extension["id"]] * (extension["id"] in known), extension["url"]
    assert len(known.keys() & {extension["id"] for extension in registered}) > 40


def test_versions_hosts_and_branches_do_not_matter() -> None:
    for url in (
        "https://standard.open-contracting.org/profiles/eu/master/en/extension.json",
        "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
    ):
        assert recognised([url]) == (PROFILE, ())
    for url in (
        "https://raw.githubusercontent.com/open-contracting/ocds_lots_extension/v1.1.1/extension.json",
        "https://mirror.example.org/a/ocds_lots_extension/",
    ):
        assert recognised([url]) == (frozenset({"lots"}), ())
    austender = "http://cdn.tenders.gov.au/ocds/schema/extension.json"
    unknown = "https://example.org/ocds_unheard_extension/extension.json"
    assert recognised([unknown, austender]) == (frozenset({"austender"}), (unknown,))


def test_no_row_twice() -> None:
    keys = {
        "extended.csv": ("extension", "object", "field"),
        "extended_codes.csv": ("extension", "codelist", "code"),
        "extensions.csv": ("id",),
    }
    for name, columns in keys.items():
        count = Counter(tuple(row[column] for column in columns) for row in rows(name))
        assert count.most_common(1)[0][1] == 1, count.most_common(3)


def test_every_name_that_a_row_uses_is_known() -> None:
    ids = {row["id"] for row in rows("extensions.csv")}
    known = model(frozenset(ids))
    for row in rows("extended.csv"):
        assert row["extension"] in ids
        held = set(row["of"].split("|")) - {""}
        assert held <= JSON_TYPES or held <= known.objects.keys(), row
        assert set(row["type"].split("|")) <= JSON_TYPES
        assert not row["codes"] or row["codes"] in known.codelists, row
        assert bool(row["deprecated"]) == bool(row["deprecated_why"])
    for row in rows("extensions.csv"):
        assert set(row["includes"].split()) <= ids
    used = {row["extension"] for row in rows("extended.csv") + rows("extended_codes.csv")}
    assert used == ids


def test_definitions_are_one_short_line() -> None:
    for row in rows("extended.csv") + rows("extensions.csv"):
        told = row["definition"]
        assert 5 < len(told) <= 130, row
        assert told == told.strip()
        assert told[0].isupper()
        assert not told.endswith(".")


@needs_reference
@needs_recordings
def test_definitions_are_not_the_official_text() -> None:
    theirs: set[str] = set()
    for schema in (official(BOTH), schema_in(RECORDINGS / "austender")):
        theirs |= {plain(told.get("description", "")) for told in every_property(schema)}
    assert not {
        row["definition"] for row in rows("extended.csv") if plain(row["definition"]) in theirs
    }


def plain(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


# The generated schema judges as the official one does.

ODD: tuple[Any, ...] = (
    "",
    "x",
    "2026-02-30T00:00:00Z",
    -1,
    0,
    0.5,
    2,
    True,
    None,
    [],
    {},
    [""],
    [None],
    [{}, {}],
)


class Maker:
    """Makes values for the fields of the model: mostly good ones, now and then odd ones."""

    def __init__(self, seed: int) -> None:
        self.chance, self.model = random.Random(seed), model(BOTH)

    def thing(self, name: str, depth: int) -> dict[str, Any]:
        fields = list(self.model.objects[name].values())
        some = [
            field for field in fields if field.required or self.chance.random() < 2 / len(fields)
        ]
        return {field.name: self.value(field, depth) for field in some if not free(field)}

    def value(self, field: Field, depth: int) -> Any:
        if depth == 0 or self.chance.random() < 0.15:
            return copy.deepcopy(self.chance.choice(ODD))
        if "array" not in field.types:
            return self.one(field, depth)
        found = [self.one(field, depth) for _ in range(self.chance.randint(0, 2))]
        return found * (2 if self.chance.random() < 0.1 else 1)

    def one(self, field: Field, depth: int) -> Any:
        if field.objects:
            return self.thing(self.chance.choice(field.objects), depth - 1)
        if field.codes:
            return self.chance.choice([*sorted(self.model.codelists[field.codes]), "unheard-of"])
        good = {
            "string": "2026-03-01T00:00:00Z",
            "boolean": False,
            "array": [],
            "object": {"a": "b"},
        }
        return good.get(
            self.chance.choice(field.items or field.types), self.chance.choice([0, 0.25, 3])
        )

    def mutate(self, found: Any, name: str = "Release") -> None:
        """Change one field at some depth of `found`, an object of the model."""
        fields = list(self.model.objects[name].values())
        inner = [field for field in fields if field.objects and found.get(field.name)]
        if inner and self.chance.random() < 0.75:
            field = self.chance.choice(inner)
            below = found[field.name]
            below = self.chance.choice(below) if isinstance(below, list) else below
            if isinstance(below, dict):
                return self.mutate(below, field.of)
        field = self.chance.choice([field for field in fields if not free(field)])
        found[field.name] = self.value(field, 3)
        return None


def free(field: Field) -> bool:
    return (field.object, field.name) in FREE


def recorded() -> list[dict[str, Any]]:
    pages = sorted((RECORDINGS / "find_a_tender").glob("2026-*/*.json"))
    return [release for page in pages for release in json.loads(page.read_bytes())["releases"]]


def failures(validator: Draft4Validator, release: Any) -> Counter[tuple[str, str]]:
    errors = validator.iter_errors(release)
    return Counter(("/".join(map(str, error.path)), str(error.validator)) for error in errors)


@pytest.mark.heavy
@needs_reference
@needs_recordings
def test_the_verdict_is_the_official_one_on_recorded_and_mutated_releases() -> None:
    theirs = Draft4Validator(official(BOTH), format_checker=FormatChecker())
    ours = Draft4Validator(release_schema(BOTH), format_checker=FormatChecker())
    maker, days, failed = Maker(7), recorded(), 0
    assert len(days) > 900
    releases = list(days)
    for _ in range(500):
        release = copy.deepcopy(maker.chance.choice(days))
        maker.mutate(release)
        releases += [release, maker.thing("Release", 6)]
    for release in releases:
        expected = failures(theirs, release)
        assert failures(ours, release) == expected, release
        failed += bool(expected)
    assert failed > 500
