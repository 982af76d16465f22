"""The parts of an edition's metadata, each with what is hard on it."""

import gzip
from pathlib import Path
from typing import Any

import marko
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from extractors.loader import load_all
from kernel import Window
from publish.formats import format_of
from publish.loader import load
from publish.metadata.changelog import _columns, _gaps, _schema_changes
from publish.metadata.citation import quoted
from publish.metadata.datapackage import data_package, resource_name
from publish.metadata.description import Description, File, Origin
from publish.metadata.dictionary import entries
from publish.metadata.keys import keys_of
from publish.metadata.measure import opened
from publish.metadata.page import Link, Points, Section, Table, html, markdown, md
from publish.metadata.places import name_of
from publish.metadata.rhythm import DAILY, IRREGULAR, MONTHLY, fastest, rhythm
from publish.metadata.shape import shape_of

TEXTS = [
    "plain",
    "a | b \\| c",
    "`code` *bold* _it_ ~~x~~ # head",
    "<script>alert(1)</script> &amp; &lt;",
    "- not a list",
    "12. not a list",
    "+ = > |",
    "[text](javascript:alert) ![x](y) <http://example.org>",
    "two\n\nparagraphs\r\n# and more",
    "back\\slash at the end \\",
    "€ é 😀 \u202e right to left",
]


def plain(rendered: str) -> str:
    """The text of marko's HTML, in which nothing but paragraphs may be."""
    import html as entities

    assert rendered.startswith("<p>")
    inner = rendered.removeprefix("<p>").removesuffix("</p>\n")
    assert "<" not in inner
    return entities.unescape(inner)


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_renders_as_the_text_it_was(text: str) -> None:
    assert plain(marko.convert(md(text))) == " ".join(text.split())


@pytest.mark.parametrize("text", TEXTS)
def test_a_cell_of_a_table_stays_one(text: str) -> None:
    page = markdown("t", [Section("s", [Table(["a", "b"], [[text, 1]])])]).decode()
    row = page.splitlines()[-2]
    assert row.replace("\\\\", "").replace("\\|", "").count("|") == 3


def test_links_that_run_are_text() -> None:
    bad, good = Link("x", "javascript:alert(1)"), Link("<y>", 'https://example.org/"<b> c')
    assert md(bad) == "x"
    page = html("t", [Section("", [bad, good, Points([bad]), Table(["h"], [[good], ["<i>"]])])])
    assert b"javascript" not in page
    assert b"<i>" not in page
    assert page.count(b'href="https://example.org/%22%3Cb%3E%20c"') == 2
    assert b"&lt;y&gt;" in page


@pytest.mark.parametrize("text", [*TEXTS, "\x00\x1f\x7f\x85\u2028\ufeff", ": # - yes", ""])
def test_yaml_reads_what_was_quoted(text: str) -> None:
    assert yaml.safe_load(f"a: {quoted(text)}") == {"a": text}


def test_rhythms_and_places_are_known_of_every_source() -> None:
    sources = {source.id: source for source in load_all()}
    assert rhythm(sources["find_a_tender"]) == DAILY
    assert rhythm(sources["ocp_registry"]) == MONTHLY
    assert rhythm(sources["nsw_etendering"]) == IRREGULAR
    assert fastest([sources["ocds_files"], sources["ocp_registry"]]) == MONTHLY
    for source in sources.values():
        assert name_of(source.jurisdiction) != source.jurisdiction, source.id
        assert source.attribution.endswith(".")


def test_an_unknown_ending_says_where_to_add_it() -> None:
    assert format_of("csv/awards.csv.gz").media_type == "application/gzip"
    with pytest.raises(ValueError, match=r"publish\.formats"):
        format_of("a.parket")


def test_a_resource_has_a_name_that_the_standard_allows() -> None:
    assert resource_name("csv/Á b=1/x_Y.csv.gz") == "csv---b-1-x_y.csv.gz"


def written(folder: Path, name: str, columns: dict[str, Any], key: str, part: int = 0) -> File:
    """A Parquet table, or a part of one."""
    path = folder / "parquet" / f"{name}{part or ''}.parquet"
    path.parent.mkdir(exist_ok=True)
    told = {"table": name, "key": key, "grain": "one thing"}
    table = pa.table(columns)
    pq.write_table(table.replace_schema_metadata(told), path)
    size = path.stat().st_size
    return File(f"parquet/{path.name}", size, table.num_rows, "0" * 64, path, shape_of(path, name))


def test_a_table_may_be_of_several_files_and_hold_odd_names(tmp_path: Path) -> None:
    one = written(tmp_path, "odd", {'a"b': [1, None], "it's": [["x"], []]}, "")
    two = written(tmp_path, "odd", {'a"b': [3, 4], "it's": [None, ["", "y"]]}, "", part=1)
    with opened({"odd": [one, two]}) as tables:
        first, second = entries(tables)
    assert (first.rows, first.filled, first.example) == (4, 3, "1")
    assert (second.rows, second.filled, second.rate) == (4, 2, 0.5)
    assert second.by_year == ()
    assert second.example == "", "a text that nothing says is harmless"


def test_years_are_those_of_the_process(tmp_path: Path) -> None:
    days = [f"{year}-05-01T00:00:00" for year in (2024, 2025)]
    moments = pa.array(days).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    processes = {"ocid": ["a", "b"], "source": ["s", "s"], "first_release": moments}
    things = {"ocid": ["a", "b", "b", "c"], "source": ["s"] * 4, "n": [1, None, 2, 3]}
    files = {
        "processes": [written(tmp_path, "processes", processes, "ocid")],
        "things": [written(tmp_path, "things", things, "ocid,n")],
    }
    with opened(files) as tables:
        found = {(entry.table, entry.field.name): entry for entry in entries(tables)}
        keys = keys_of(tables)
    number = found["things", "n"]
    assert number.by_year == ((2024, 1.0), (2025, 0.5))
    assert (number.filled, number.first, number.last) == (3, "2024-05-01", "2025-05-01")
    assert keys["processes"].primary == ("ocid",)
    assert keys["things"].primary == (), "n is empty once"
    assert keys["things"].foreign == (), "c is no process"


def test_examples_are_looked_for_beyond_the_first_rows(tmp_path: Path) -> None:
    late = written(tmp_path, "late", {"n": [None] * 5000 + [7], "many": [None] * 5001}, "")
    with opened({"late": [late]}) as tables:
        first, second = entries(tables)
    assert (first.example, second.example) == ("7", "")


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_csv_files_are_tables_with_the_types_and_keys_of_parquet(tmp_path: Path) -> None:
    columns = {"ocid": ["a", "b"], "n": [1, None], "roles": [["x", "y"], None]}
    files = [written(tmp_path, "processes", columns, "ocid")]
    files.append(written(tmp_path, "awards", {"ocid": ["a"], "position": [1]}, "ocid,position"))
    texts = {
        "csv/processes.csv": "ocid,n,roles\r\na,1,x; y\r\nb,,\r\n",
        "csv/awards.csv.gz": "ocid,position\r\na,1\r\n",
        "csv/wide.csv": "Buyer,Value\r\nB,free text\r\n",
    }
    (tmp_path / "csv").mkdir()
    for name, text in texts.items():
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
        files.append(File(name, path.stat().st_size, 1, "0" * 64, path, None))
    publication = load("find_a_tender")
    told = Description(
        publication=publication, edition="e", previous="", files=tuple(files), origins=(),
        extensions=(), summary={},
    )  # fmt: skip
    with opened(told.tables) as tables:
        package = data_package(told, keys_of(tables))
    resources = {resource["path"]: resource for resource in package["resources"]}
    fields = resources["csv/processes.csv"]["schema"]["fields"]
    assert [field["type"] for field in fields] == ["string", "integer", "list"]
    (foreign,) = resources["csv/awards.csv.gz"]["schema"]["foreignKeys"]
    assert foreign["reference"]["resource"] == "csv-processes.csv"
    assert resources["csv/wide.csv"]["schema"]["fields"][0] == {"name": "Buyer", "type": "any"}
    import frictionless

    for resource in package["resources"]:
        del resource["hash"]
    package["resources"] = [r for r in package["resources"] if r["path"].startswith("csv/")]
    report = frictionless.Package.from_descriptor(package, basepath=str(tmp_path)).validate()
    assert report.valid, report.flatten(["name", "message"])


def test_windows_in_doubt_are_told() -> None:
    window, doubts = "20260301T000000Z-20260301T060000Z", [["the next page is missing"]]
    origin = Origin(load_all()[0], Window.parse(window), {"doubts": {window: doubts[0]}})
    told = Description(
        publication=load("find_a_tender"), edition="e", previous="", files=(), origins=(origin,),
        extensions=(), summary={},
    )  # fmt: skip
    assert [*_gaps(told)] == [
        f"AusTender: window {window} may be incomplete: the next page is missing"
    ]


def test_changes_of_columns_are_told_one_by_one() -> None:
    before, now = (
        {"a": "string", "b": "int32", "c": "bool"},
        {"a": "string", "b": "double", "d": "bool"},
    )
    assert _columns("t", now, before) == [
        "t: column b is double, was int32",
        "t: column c is gone",
        "t: column d is new",
    ]
    assert _columns("t", {"b": "x", "a": "y"}, {"a": "y", "b": "x"}) == [
        "t: columns are in another order"
    ]


def test_tables_that_come_and_go_are_told(tmp_path: Path) -> None:
    files = (written(tmp_path, "kept", {"n": [1]}, ""), written(tmp_path, "new", {"n": [1]}, ""))
    told = Description(
        publication=load("find_a_tender"), edition="e", previous="d", files=files,
        origins=(), extensions=(), summary={},
    )  # fmt: skip
    (kept,) = (f.shape.sha256 for f in files if f.shape and f.table == "kept")
    old = {"sha256": "0" * 64, "columns": {}}
    before = {"parquet/kept.parquet": {"sha256": kept, "columns": {}}, "parquet/gone.parquet": old}
    (points,) = _schema_changes(told, before)
    assert points == Points(["parquet/new.parquet: new", "parquet/gone.parquet: gone"])
