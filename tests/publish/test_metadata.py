"""What an edition says of itself, read by the software of others."""

import csv
import hashlib
import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
import yaml
from pyld import jsonld

from kernel import Lake, LakeCorrupt, Manifest, Publication
from publish import loader
from publish.verify import verify
from tests.made import award_release, release
from tests.publish.conftest import publisher

LATER = "20260301T060000Z-20260301T120000Z"
HOSTILE = '=1+1"</script><b>&amp; | `x` [y](javascript:z) \\ \u2028 \x7f é \U0001f600'
PERSON = "Jane Q. Public"
CATALOGUES = ("datapackage.json", "dcat.jsonld", "schema.org.jsonld", "data.json")
pytestmark = [  # of frictionless, which leaves files open
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def person_release(number: int) -> dict[str, Any]:
    """A release with a person wherever one might stand."""
    made = award_release(number)
    made["parties"][1]["name"] = PERSON
    made["awards"][0] |= {"title": PERSON, "description": PERSON, "status": PERSON}
    made["awards"][0]["suppliers"][0] |= {"id": PERSON, "name": PERSON}
    made["awards"][0]["items"][0]["classification"]["id"] = PERSON
    made["awards"][0]["documents"][0] |= {"title": PERSON, "url": PERSON, "documentType": PERSON}
    return made


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, list[Manifest]]:
    """Two editions, one after the other, of a publication whose every text is hostile."""
    lake = Lake(tmp_path_factory.mktemp("metadata") / "lake")
    known = loader.load("find_a_tender")
    hostile = replace(known, title=HOSTILE, description=HOSTILE, publisher=HOSTILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.publish.conftest.load", lambda _name: hostile)
        publish_now = publisher(lake, patch)
        first = publish_now(award_release(1), release(2))
        more = (person_release(3), "bad", release(4, tag=["odd"]))
        many = (award_release(number) for number in range(5, 60))
        second = publish_now(*more, *many, window=LATER)
    return lake, [first, second]


@pytest.fixture(scope="module")
def folder(editions: tuple[Lake, list[Manifest]]) -> Path:
    lake, (_, second) = editions
    return Path(lake.root) / second.folder


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_bytes())


@pytest.fixture(scope="module")
def dictionary(folder: Path) -> list[dict[str, str]]:
    with (folder / "dictionary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.heavy
def test_frictionless_accepts_the_package(folder: Path) -> None:
    import frictionless

    report = frictionless.validate(folder / "datapackage.json")
    assert report.valid, report.flatten(["name", "message"])
    assert len(report.tasks) == len(read(folder, "datapackage.json")["resources"]) > 15


@pytest.mark.heavy
def test_frictionless_finds_a_changed_file(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    path = copy / "parquet" / "awards.parquet"
    path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2"))
    import frictionless

    report = frictionless.validate(copy / "datapackage.json")
    wrong = {
        task.name: [error.type for error in task.errors] for task in report.tasks if not task.valid
    }
    assert wrong == {"parquet-awards.parquet": ["hash-count"]}


def test_every_data_file_is_in_every_catalogue_as_it_is(
    editions: tuple[Lake, list[Manifest]], folder: Path
) -> None:
    files = {
        artifact.path: (artifact.bytes, artifact.sha256)
        for artifact in editions[1][1].artifacts
        if artifact.path.endswith((".parquet", ".gz", ".csv", ".json", ".xlsx"))
        and artifact.path not in CATALOGUES
    }
    uri = f"https://tenderline.example/find_a_tender/{folder.name}/"
    told = {
        resource["path"]: (resource["bytes"], resource["hash"].removeprefix("sha256:"))
        for resource in read(folder, "datapackage.json")["resources"]
    }
    assert told == files
    assert {
        item["dcat:downloadURL"]["@id"].removeprefix(uri): (
            int(item["dcat:byteSize"]["@value"]),
            item["spdx:checksum"]["spdx:checksumValue"]["@value"],
        )
        for item in read(folder, "dcat.jsonld")["dcat:dataset"]["dcat:distribution"]
    } == files
    assert {
        item["contentUrl"].removeprefix(uri): (
            int(item["contentSize"].removesuffix(" B")),
            item["sha256"],
        )
        for item in read(folder, "schema.org.jsonld")["distribution"]
    } == files
    (dataset,) = read(folder, "data.json")["dataset"]
    assert {item["downloadURL"].removeprefix(uri) for item in dataset["distribution"]} == {*files}


def test_keys_of_the_package_are_those_of_the_tables(folder: Path) -> None:
    resources = {r["name"]: r for r in read(folder, "datapackage.json")["resources"]}
    suppliers = resources["parquet-award_suppliers.parquet"]["schema"]
    assert suppliers["primaryKey"] == ["ocid", "award_position", "supplier_position"]
    assert {key["reference"]["resource"] for key in suppliers["foreignKeys"]} == {
        "parquet-processes.parquet",
        "parquet-awards.parquet",
    }
    amount = next(
        f for f in resources["parquet-awards.parquet"]["schema"]["fields"] if f["name"] == "amount"
    )
    assert amount["type"] == "number"
    assert amount["description"].startswith("Value of the award without tax")


def graph(folder: Path, name: str) -> Any:
    import rdflib

    triples = jsonld.to_rdf(read(folder, name), {"format": "application/n-quads"})
    return rdflib.Graph().parse(data=triples, format="nt")


@pytest.fixture(scope="module")
def conforms() -> Any:
    import pyshacl
    import rdflib

    shapes = rdflib.Graph().parse(Path(__file__).with_name("dcat_shapes.ttl"))

    def check(data: Any) -> tuple[bool, str]:
        done, _, text = pyshacl.validate(data, shacl_graph=shapes)
        return done, text

    return check


@pytest.mark.heavy
def test_the_catalogue_has_the_shape_of_dcat_ap(folder: Path, conforms: Any) -> None:
    done, text = conforms(graph(folder, "dcat.jsonld"))
    assert done, text


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name", ["publisher", "title", "checksumValue", "temporal", "primaryTopic"]
)
def test_without_one_of_its_properties_it_has_not(folder: Path, conforms: Any, name: str) -> None:
    data = graph(folder, "dcat.jsonld")
    gone = [t for t in data if str(t[1]).endswith(("/" + name, "#" + name))]
    assert gone
    for triple in gone:
        data.remove(triple)
    assert not conforms(data)[0]


def test_the_schema_org_dataset_tells_what_search_asks_for(folder: Path) -> None:
    (expanded,) = jsonld.expand(read(folder, "schema.org.jsonld"))
    names = "name description license temporalCoverage creator isBasedOn version variableMeasured"
    assert {f"https://schema.org/{name}" for name in names.split()} <= set(expanded)
    measured = [m["name"] for m in read(folder, "schema.org.jsonld")["variableMeasured"]]
    assert "awards.amount" in measured


def test_json_ld_may_stand_in_a_page(folder: Path) -> None:
    for name in ("dcat.jsonld", "schema.org.jsonld"):
        assert b"<" not in (folder / name).read_bytes()
    assert read(folder, "schema.org.jsonld")["description"] == HOSTILE


def test_the_harvest_form_has_what_the_form_demands(folder: Path) -> None:
    text = {"type": "string", "minLength": 1}
    demanded = {
        "title": text,
        "description": text,
        "keyword": {"type": "array", "minItems": 1},
        "modified": {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "publisher": {"required": ["name"]},
        "contactPoint": {
            "properties": {"hasEmail": {"pattern": "^mailto:.+@.+"}},
            "required": ["fn", "hasEmail"],
        },
        "identifier": text,
        "accessLevel": {"enum": ["public"]},
        "accrualPeriodicity": {"pattern": "^R/P|^irregular$"},
        "temporal": {"pattern": "^[^/]+Z/[^/]+Z$"},
    }
    (dataset,) = read(folder, "data.json")["dataset"]
    jsonschema.validate(dataset, {"properties": demanded, "required": [*demanded]})


def test_the_citation_is_yaml_of_the_citation_format(folder: Path) -> None:
    cited = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert cited["title"] == f"{HOSTILE}, edition {folder.name}"
    assert cited["abstract"] == HOSTILE
    agent = {"type": "object", "required": ["name"]}
    jsonschema.validate(
        cited,
        {
            "properties": {
                "cff-version": {"const": "1.2.0"},
                "type": {"const": "dataset"},
                "authors": {"type": "array", "minItems": 1, "items": agent},
                "date-released": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                "license": {"const": "OGL-UK-3.0"},
                "references": {
                    "type": "array",
                    "items": {"required": ["type", "title", "authors"]},
                },
            },
            "required": ["cff-version", "message", "title", "authors", "version", "references"],
        },
    )


def test_the_licence_gives_the_attribution_of_every_source(folder: Path) -> None:
    text = (folder / "LICENSE.md").read_text()
    assert "Contains public sector information of Find a Tender (Cabinet Office)" in text
    assert "open-government-licence/version/3" in text


@pytest.mark.parametrize("ending", ["md", "html"])
def test_the_policy_says_what_a_policy_must(folder: Path, ending: str) -> None:
    text = (folder / f"publication-policy.{ending}").read_text("utf-8")
    for heading in ("Coverage", "Source and method", "Timeliness", "Codes and extensions",
                    "Formats and access", "Differences between formats", "Licence", "Contact",
                    "Plans"):  # fmt: skip
        assert f"## {heading}\n" in text or f"<h2>{heading}</h2>" in text
    assert "2026-03-01" in text


def test_the_dictionary_has_every_column_in_order(folder: Path, dictionary: Any) -> None:
    found: dict[str, list[str]] = {}
    for row in dictionary:
        found.setdefault(row["table"], []).append(row["column"])
    assert found == {path.stem: pq.read_schema(path).names for path in folder.rglob("*.parquet")}


def test_fill_rates_are_what_pyarrow_counts(folder: Path, dictionary: Any) -> None:
    for path in folder.rglob("*.parquet"):
        table = pq.read_table(path)
        for row in (row for row in dictionary if row["table"] == path.stem):
            values = table[row["column"]].to_pylist()
            filled = sum(value not in (None, "", []) for value in values)
            assert (int(row["rows"]), int(row["filled"])) == (len(values), filled), row
            assert row["fill_rate"] == (f"{round(filled / len(values), 4):g}" if values else "")


def test_the_dictionary_tells_years_days_codes_and_examples(dictionary: Any) -> None:
    rows = {(row["table"], row["column"]): row for row in dictionary}
    status = rows["awards", "status"]
    assert (status["codelist"], status["codelist_open"]) == ("awardStatus", "no")
    assert (status["filled"], status["beyond_codelist"]) == ("57", "1")
    assert (status["example"], status["codes"]) == (
        "active",
        "active cancelled pending unsuccessful",
    )
    amount = rows["awards", "amount"]
    assert (amount["example"], amount["type"]) == ("100.00", "decimal(18,2)")
    assert (amount["fill_rate_by_year"], amount["first_seen"]) == ("2026: 1", "2026-03-01")
    assert rows["items", "classification_id"]["example"] == "03000000"
    assert rows["releases", "date"]["example"] == "2026-03-01T01:00:00Z"
    assert rows["award_suppliers", "scale"]["ocds_path"] == "parties[].details.scale"
    assert rows["awards", "ocid"]["nullable"] == "no"


def test_no_person_is_an_example(folder: Path) -> None:
    assert PERSON in (folder / "parquet" / "awards.parquet").read_bytes().decode("latin-1")
    for path in folder.iterdir():
        if path.suffix not in (".parquet", ".gz") and not path.name.startswith("quality"):
            assert not path.is_file() or PERSON not in path.read_text("utf-8"), path


def test_the_changelog_compares_and_names_problems(editions: Any, folder: Path) -> None:
    text = (folder / "CHANGELOG.md").read_text("utf-8")
    assert f"Against edition {editions[1][0].version}." in text
    assert "| find\\_a\\_tender | releases | 59 | 2 | 57 |" in text
    assert "| find\\_a\\_tender | quarantined releases | 1 | 0 | 1 |" in text
    assert "1 releases quarantined: not\\_an\\_object" in text
    first = Path(editions[0].root) / editions[1][0].folder / "CHANGELOG.md"
    assert "The first edition." in first.read_text("utf-8")


def test_the_manifest_notes_schemas_and_time(editions: Any) -> None:
    notes = editions[1][1].notes
    assert notes["time_range"] == {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T12:00:00Z"}
    awards = notes["schemas"]["parquet/awards.parquet"]
    assert awards["columns"]["amount"] == "decimal128(18, 2)"
    assert awards["columns"]["related_lots"] == "list<item: string>"
    assert {*notes["schemas"]} == {
        a.path for a in editions[1][1].artifacts if a.path.endswith("parquet")
    }


@pytest.mark.parametrize("schemas", [{}, {"parquet/awards.parquet": {"sha256": "0" * 64}}])
def test_another_schema_than_noted_does_not_verify(
    editions: Any, schemas: Any, tmp_path: Path
) -> None:
    lake, (_, second) = editions
    folder = shutil.copytree(Path(lake.root) / second.folder, tmp_path / "copy")
    noted = {**second.notes["schemas"], **schemas} if schemas else {}
    changed = replace(second, notes={**second.notes, "schemas": noted})
    (folder / "manifest.json").write_bytes(changed.dumps())
    with pytest.raises(LakeCorrupt, match="columns"):
        verify(Lake(tmp_path), "copy")


def test_a_publication_has_a_contact_unless_it_names_another() -> None:
    assert all("@" in publication.contact for publication in loader.load_all())
    assert Publication.__dataclass_fields__["plans"].default == ""


class Page(HTMLParser):
    """What a browser would make of a page: its links, what it loads or runs, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.add(tag)
        self.loads += [f"{tag} {name}" for name in told if name == "src" or name.startswith("on")]
        self.loads += [tag] if tag == "script" and told.get("type") != "application/ld+json" else []
        self.links.add(told.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_front_page_tells_what_there_is_and_loads_nothing(
    editions: tuple[Lake, list[Manifest]], folder: Path
) -> None:
    page = Page((folder / "index.html").read_text())
    assert page.loads == []
    assert "b" not in page.tags, "the title is hostile"
    assert f"{HOSTILE}, edition" in page.text
    described = {"index.html", "manifest.json"}
    files = {artifact.path for artifact in editions[1][1].artifacts} - described
    assert files <= page.links
    for path in ("parquet/awards.parquet", "json/compiled_full.jsonl.gz"):
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() in page.text
    share = pq.read_table(folder / "parquet" / "sme_share.parquet").to_pylist()
    used = sum(row["awards_used"] for row in share)
    assert used > 50
    assert f"2026{sum(row['awards_found'] for row in share)}{used}" in page.text.replace(",", "")
    assert "svg" in page.tags
