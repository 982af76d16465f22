import gzip
import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft4Validator, FormatChecker
from ocdskit.util import detect_format

from kernel import ConfigError, Lake, Manifest
from publish.loader import load, load_all
from tests.made import award_release, release

SHARED = Path(__file__).parents[2].parent / "shared"
SCHEMAS = SHARED / "reference" / "ocds_1.1.5"
PACKAGE = "json/packages/find_a_tender/2026-03.json.gz"

Publisher = Callable[..., Manifest]


def folder_of(lake: Lake, edition: Manifest) -> Path:
    return Path(lake.root) / edition.folder


def json_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path) as stream:
        return [json.loads(line) for line in stream]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_edition_holds_what_its_manifest_says(lake: Lake, publish_now: Publisher) -> None:
    edition = publish_now(
        *(award_release(n) for n in range(1, 30)), release(2), release(3, tag=["odd"]), "bad"
    )
    folder = folder_of(lake, edition)
    files = set(tree(folder))
    assert files == {a.path for a in edition.artifacts} | {"manifest.json"}
    public = json.loads((folder / "manifest.json").read_text())
    for artifact in public["artifacts"]:
        assert {"path", "bytes", "rows", "sha256", "media_type"} <= set(artifact)
        assert (folder / artifact["path"]).stat().st_size == artifact["bytes"]


def test_every_release_is_accounted_for(lake: Lake, publish_now: Publisher) -> None:
    good = [release(n) for n in range(1, 40)]
    edition = publish_now(*good, release(2), {"ocid": "x"})
    folder = folder_of(lake, edition)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["counts"] == {"read": 41, "written": 39, "rejected": 1, "merged": 1}
    assert pq.read_metadata(folder / "parquet" / "releases.parquet").num_rows == 39
    (held,) = json_lines(folder / "quarantine.jsonl.gz")
    assert (held["reason"], held["source"], held["page"], held["index"]) == (
        "no_date",
        "find_a_tender",
        1,
        40,
    )
    assert "raw" not in held


def test_sha256sum_agrees(lake: Lake, publish_now: Publisher) -> None:
    folder = folder_of(lake, publish_now(award_release(1)))
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("OK") == len(tree(folder)) - 2


def test_json_files_are_what_they_are_called(lake: Lake, publish_now: Publisher) -> None:
    edition = publish_now(award_release(1), release(2), release(3, tag=["odd"]))
    folder = folder_of(lake, edition)
    package_file = folder / "release_package.json"
    package_file.write_bytes(gzip.decompress((folder / PACKAGE).read_bytes()))
    found = json.loads(package_file.read_text())
    assert [r["ocid"][-1] for r in found["releases"]] == ["1", "2"]
    assert [
        r["ocid"][-1] for r in json_lines(folder / "json" / "nonconforming_releases.jsonl.gz")
    ] == ["3"]
    assert [r["ocid"][-1] for r in json_lines(folder / "json" / "compiled_full.jsonl.gz")] == [
        "1",
        "2",
        "3",
    ]
    assert detect_format(str(package_file))[0] == "release package"
    compiled = folder / "compiled.jsonl"
    compiled.write_bytes(gzip.decompress((folder / "json" / "compiled_full.jsonl.gz").read_bytes()))
    assert detect_format(str(compiled)) == ("compiled release", True, False)


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas are not here")
def test_the_release_package_validates(lake: Lake, publish_now: Publisher) -> None:
    edition = publish_now(award_release(1), release(2), release(3, tag=["odd"]))
    found = json.loads(gzip.decompress((folder_of(lake, edition) / PACKAGE).read_bytes()))
    for name, instances in (("package", [found]), ("release", found["releases"])):
        file = "release-package-schema.json" if name == "package" else "release-schema.json"
        schema = json.loads((SCHEMAS / file).read_text())
        if name == "package":
            schema["properties"]["releases"]["items"] = {}
        validator = Draft4Validator(schema, format_checker=FormatChecker())
        assert [e.message for instance in instances for e in validator.iter_errors(instance)] == []


def test_publishing_twice_does_nothing(lake: Lake, publish_now: Publisher) -> None:
    first = publish_now(release(1), release(2))
    times = {path: path.stat().st_mtime_ns for path in Path(lake.root).rglob("published/**/*")}
    before = lake.changes
    assert publish_now(release(1), release(2)) == first
    assert lake.changes == before
    assert {
        path: path.stat().st_mtime_ns for path in Path(lake.root).rglob("published/**/*")
    } == times


def test_the_same_releases_give_the_same_bytes(
    lake: Lake, publish_now: Publisher, tmp_path: Path
) -> None:
    releases = [award_release(n) for n in range(1, 9)]
    first = publish_now(*releases)
    other = Lake(tmp_path / "other")
    second = publish_now(*releases, into=other)
    assert tree(folder_of(lake, first)) == tree(folder_of(other, second))


def test_the_readme_names_every_file_and_tells_the_counts(
    lake: Lake, publish_now: Publisher
) -> None:
    edition = publish_now(award_release(1), release(2))
    text = (folder_of(lake, edition) / "README.md").read_text()
    for artifact in edition.artifacts:
        if artifact.path.startswith(("parquet/", "json/")):
            path = re.sub(r"[^/]+(?=\.json\.gz$)", "*", artifact.path)
            assert f"`{path}` | {artifact.rows:,} |" in text
    assert "2 releases were read: 2 are published" in text
    assert "made up" not in text


def test_the_readme_s_snippets_run(
    lake: Lake, publish_now: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = replace(load("find_a_tender"), partition_bytes=1)
    folder = folder_of(lake, publish_now(award_release(1), award_release(2), publication=cut))
    monkeypatch.chdir(folder)
    text = (folder / "README.md").read_text()
    query = text.partition("DuckDB\n")[2].partition("pandas\n")[0]
    assert duckdb.sql(query).fetchall() == [("Big", "large", 2), ("Small", "sme", 2)]
    names: dict[str, Any] = {}
    exec(textwrap.dedent(text.partition("pandas\n")[2].partition("R, by itself")[0]), names)
    assert names["awards"]["amount"].tolist() == [100, 100]
    some = [line.strip() for line in text.partition("Hive partitions\n")[2].splitlines()[1:3]]
    assert duckdb.sql(some[0].partition(";")[0]).fetchall() == [(4,)]
    assert len(eval(some[1], names)) == 4


@pytest.mark.skipif(not shutil.which("Rscript"), reason="no R here")
def test_the_readme_s_snippet_for_r_runs(lake: Lake, publish_now: Publisher) -> None:
    folder = folder_of(lake, publish_now(award_release(1), award_release(2)))
    text = (folder / "README.md").read_text()
    snippet = text.partition("R, by itself\n")[2].partition("R, with")[0]
    told = "cat(nrow(awards), sum(awards$amount), awards$ocid[1], is.na(awards$title[1]))"
    script = f"{textwrap.dedent(snippet)}\n{told}"
    done = subprocess.run(
        ["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "2 200 ocds-h6vhtk-000001 TRUE"


def test_gzip_files_hold_no_clock_and_no_name(lake: Lake, publish_now: Publisher) -> None:
    head = (
        folder_of(lake, publish_now(release(1))) / "json" / "compiled_full.jsonl.gz"
    ).read_bytes()[:10]
    assert head[3] == 0, "no flags: no file name"
    assert head[4:8] == bytes(4), "no time"


def test_an_unknown_publication_names_the_known_ones() -> None:
    assert "find_a_tender" in [publication.id for publication in load_all()]
    with pytest.raises(ConfigError, match="find_a_tender"):
        load("nowhere")
