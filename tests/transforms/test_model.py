"""The facts of the model are those of the official files, and nothing is left over on either side."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from transforms.ocds import fields as rows
from transforms.ocds import model as models
from transforms.ocds.fields import Extension, Field, Limit, Merge
from transforms.ocds.model import EVERY, model, recognised
from transforms.ocds.places import field_at, places

SHARED = Path(__file__).parents[2].parent / "shared"
OFFICIAL = SHARED / "reference" / "ocds_1.1.5"
needs_official = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official schemas are not here"
)

JSON_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
PACKAGES = {"ReleasePackage", "RecordPackage", "Publisher", "Record", "LinkedRelease"}
Facts = dict[str, Any]


def official(name: str) -> dict[str, Any]:
    return json.loads((OFFICIAL / f"{name}.json").read_text("utf-8"))


def our_facts(field: Field) -> Facts:
    return {
        "types": set(field.types),
        "items": set(field.items),
        "format": field.format,
        "pattern": field.pattern,
        "required": field.required,
        "at_least": field.at_least,
        "unique": field.unique,
        "codes": field.codes,
        "open": field.open,
        "merge": field.merge.value if field.merge else "",
        "deprecated": field.deprecated,
        "translatable": field.translatable,
    }


def their_facts(name: str, prop: Mapping[str, Any], parent: Mapping[str, Any]) -> Facts:
    types = prop.get("type", "object" if "$ref" in prop else "array")
    items = {} if "properties" in prop.get("items", {}) else prop.get("items", {})
    value = items or prop
    way = (prop.get("oneOf") or [prop])[0]  # the two ways of `releases` are alike in these facts
    merge = {"omit": prop.get("omitWhenMerged"), "whole": prop.get("wholeListMerge")}
    translated = (key.removeprefix("^(") for key in parent.get("patternProperties", {}))
    return {
        "types": {types} if isinstance(types, str) else set(types),
        "items": {items["type"]} if "type" in items else set(),
        "format": value.get("format", ""),
        "pattern": value.get("pattern", ""),
        "required": name in parent.get("required", []),
        "at_least": way.get("minItems", way.get("minLength")),
        "unique": prop.get("uniqueItems", False),
        "codes": prop.get("codelist", "").removesuffix(".csv"),
        "open": prop.get("openCodelist", False),
        "merge": next((rule for rule, told in merge.items() if told), ""),
        "deprecated": prop.get("deprecated", {}).get("deprecatedVersion", ""),
        "translatable": any(key.startswith(f"{name}_(") for key in translated),
    }


def their_places(
    schema: Mapping[str, Any], root: Mapping[str, Any], under: str = ""
) -> Iterator[tuple[str, Facts]]:
    for name, prop in schema.get("properties", {}).items():
        yield f"{under}{name}", their_facts(name, prop, schema)
        held = prop.get("items", prop)
        if reference := held.get("$ref", "").removeprefix("#/definitions/"):
            held = root["definitions"][reference]
        yield from their_places(held, root, f"{under}{name}/")


@needs_official
def test_every_fact_of_every_place_of_a_release() -> None:
    schema = official("release-schema")
    theirs = dict(their_places(schema, schema))
    ours = {place.path: our_facts(place.field) for place in places()}
    assert list(ours) != []
    assert set(ours) == set(theirs)
    for path, facts in theirs.items():
        assert ours[path] == facts, path


@needs_official
def test_every_fact_of_packages_and_records() -> None:
    records = official("record-package-schema")
    record = records["definitions"]["record"]
    theirs = {
        "ReleasePackage": official("release-package-schema"),
        "RecordPackage": records,
        "Publisher": records["properties"]["publisher"],
        "Record": record,
        "LinkedRelease": record["properties"]["releases"]["oneOf"][0]["items"],
    }
    assert official("release-package-schema")["properties"]["publisher"]["properties"].keys() == (
        model().objects["Publisher"].keys()
    )
    for name, schema in theirs.items():
        ours = {field.name: our_facts(field) for field in model().objects[name].values()}
        assert ours == {
            field: their_facts(field, prop, schema) for field, prop in schema["properties"].items()
        }, name


@needs_official
def test_no_object_is_ours_alone() -> None:
    inline = {"Change", "Unit"}  # the official schema writes these where they stand
    named = set(official("release-schema")["definitions"]) | {"Release"}
    assert set(model().objects) == named | inline | PACKAGES


@needs_official
def test_every_code_of_every_codelist() -> None:
    theirs = {}
    for file in sorted((OFFICIAL / "codelists").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            theirs[file.stem] = frozenset(row["Code"] for row in csv.DictReader(lines))
    assert len(theirs) == 19
    assert model().codelists == theirs


def test_the_model_closes_over_its_own_names() -> None:
    every = model(EVERY)
    for fields in every.objects.values():
        for field in fields.values():
            assert set(field.types) <= JSON_TYPES, field
            assert set(field.items) <= JSON_TYPES, field
            assert set(field.objects) <= {*every.objects, "VersionedRelease"}, field
            assert not field.codes or field.codes in every.codelists, field
            assert field.extension in {"", *EVERY}, field
    for extension in rows.extensions():
        assert set(extension.includes) <= EVERY, extension
    assert {code.extension for code in rows.codes()} <= {"", *EVERY}


def test_every_row_is_told_once_and_has_a_definition() -> None:
    assert set(model(EVERY).objects) >= set(model(EVERY).about) >= set(model().objects)
    told = [(field.object, field.name, field.extension) for field in rows.fields()]
    assert len(set(told)) == len(told)
    for field in rows.fields():
        assert 0 < len(field.definition) <= 110, field
        assert not field.definition.endswith("."), field
        assert bool(field.deprecated) == bool(field.deprecated_why), field
        assert not (field.open and not field.codes), field


def test_places_are_paths_and_each_is_there_once() -> None:
    paths = [place.path for place in places(EVERY)]
    assert len(set(paths)) == len(paths) > 700
    assert {"tender/items/id", "parties/additionalIdentifiers/legalName"} <= set(paths)
    assert all(place.path.endswith(place.field.name) for place in places(EVERY))


def test_the_field_at_a_path_is_the_core_s_before_an_extension_s() -> None:
    assert field_at("Award", ["value", "amount"]) is model().objects["Value"]["amount"]
    assert field_at("Organization", ["details"]) is model().objects["Organization"]["details"]
    scale = field_at("Organization", ["details", "scale"])
    assert scale is not None
    assert scale.extension
    assert field_at("Award", ["value", "colour"]) is None
    assert field_at("Award", ["title", "x"]) is None


# Made-up extensions, so that what they can do is tested whatever the known ones do.
BASE = {"extension": "lots", "type": "string", "definition": "x"}
MADE = [
    {**BASE, "object": "Tender", "field": "lots", "type": "array", "of": "Lot"},
    {**BASE, "object": "Lot", "field": "id", "minimum": ">0", "maximum": "10"},
    {**BASE, "object": "Lot", "field": "lots", "type": "array", "of": "Lot"},
    {**BASE, "object": "Tender", "field": "title", "merge": "omit"},
]
LOTS = Extension("lots", "Lots", "ocds_lots_extension", (), "Lots")
OTHERS = [
    Extension("eu", "EU", "/profiles/eu/", ("lots", "law"), "A profile"),
    Extension("law", "Law", "ocds_law", ("deep",), "Law"),
    Extension("deep", "Deep", "ocds_law_deep", (), "Deeper"),
]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    empty = dict.fromkeys(rows._rows("core.csv")[0], "")
    core = tuple(field for field in rows.fields() if not field.extension)
    more = tuple(rows._field({**empty, **row}) for row in MADE)
    codes = tuple(code for code in rows.codes() if not code.extension)
    added = rows.Code("method", "lottery", "lots", removed=False)
    taken = rows.Code("method", "direct", "lots", removed=True)
    monkeypatch.setattr(models, "fields", lambda: core + more)
    monkeypatch.setattr(models, "codes", lambda: (*codes, added, taken))
    monkeypatch.setattr(models, "extensions", lambda: (LOTS, *OTHERS))
    monkeypatch.setattr(models, "EVERY", frozenset({"lots", "eu", "law", "deep"}))
    models.model.cache_clear()
    yield
    models.model.cache_clear()


@pytest.mark.usefixtures("made")
def test_an_extension_adds_replaces_and_takes_away_only_when_active() -> None:
    lots = frozenset({"lots"})
    assert "Lot" not in model().objects
    assert model().objects["Tender"]["title"].merge is None
    assert model(lots).objects["Tender"]["title"].merge is Merge.OMIT
    assert model(lots).objects["Lot"]["id"].minimum == Limit(0, exclusive=True)
    assert model(lots).objects["Lot"]["id"].maximum == Limit(10, exclusive=False)
    assert model(lots).codelists["method"] - model().codelists["method"] == {"lottery"}
    assert model().codelists["method"] - model(lots).codelists["method"] == {"direct"}
    assert list(model(lots).objects["Tender"])[:2] == ["id", "title"]


@pytest.mark.usefixtures("made")
def test_an_object_within_itself_is_a_place_but_not_followed() -> None:
    paths = {place.path for place in places(frozenset({"lots"})) if "lots" in place.path}
    assert paths == {"tender/lots", "tender/lots/id", "tender/lots/lots"}


@pytest.mark.usefixtures("made")
def test_extensions_are_recognised_whatever_their_version_with_all_they_include() -> None:
    lots = "https://raw.example.org/ocds_lots_extension/v1.1.5/extension.json"
    assert recognised([lots]) == ({"lots"}, ())
    assert recognised(["https://example.org/profiles/eu/master/x"]) == (
        {"eu", "lots", "law", "deep"},
        (),
    )
    assert recognised(["x/ocds_law_deep/x"]) == ({"deep"}, ()), "the longer part tells"
    assert recognised([lots, "https://example.org/x", lots]) == (
        {"lots"},
        ("https://example.org/x",),
    )
    assert recognised([]) == (frozenset(), ())


def test_what_is_no_extension_s_address_is_not_known() -> None:
    odd: Any = [None, 5, {"a": 1}, ""]
    assert recognised(odd) == (frozenset(), ("None", "5", "{'a': 1}", ""))


def test_an_extension_that_no_row_tells_is_refused() -> None:
    with pytest.raises(KeyError, match="unheard-of"):
        model(frozenset({"unheard-of"}))
