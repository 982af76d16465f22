"""The stand-in of OCDS files: every form, over HTTP and in a folder, with the counts it states."""

import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tenderline.stand_in import stand_in
from tenderline.stand_in.ocds_files import BROKEN, StandIn, made_up_files, write_files
from tests.asking import fetch

SCHEMA = Path(__file__).parents[2].parent / "shared/reference/ocds_1.1.5/release-schema.json"
FILES = made_up_files()

Release = dict[str, Any]


def of_package(content: bytes) -> list[Release]:
    found: list[Release] = json.loads(content)["releases"]
    return found


def of_lines(content: bytes) -> list[Release]:
    return [json.loads(line) for line in content.splitlines()]


def of_mark(content: bytes) -> list[Release]:
    assert content.startswith(b"\xef\xbb\xbf")
    return of_package(content.decode("utf-8-sig").encode())


def of_records(content: bytes) -> list[Release]:
    records = json.loads(content)["records"]
    assert all(r["ocid"] == release["ocid"] for r in records for release in r["releases"])
    return [release for record in records for release in record["releases"]]


def of_links(content: bytes) -> list[Release]:
    package = json.loads(content)
    assert package["packages"]
    for record in package["records"]:
        assert {frozenset(link) for link in record["releases"]} == {
            frozenset({"url", "date", "tag"})
        }
    return [record["compiledRelease"] for record in package["records"]]


def of_text(content: bytes) -> list[Release]:
    text, found = content.decode(), []
    while text:
        package, end = json.JSONDecoder().raw_decode(text)
        found += package["releases"]
        text = text[end:].lstrip()
    return found


def of_zip(content: bytes) -> list[Release]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [r for name in archive.namelist() for r in of_package(archive.read(name))]


def of_tar(content: bytes) -> list[Release]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = [archive.extractfile(member) for member in archive]
        return [release for file in files if file for release in of_package(file.read())]


READERS: dict[str, Callable[[bytes], list[Release]]] = {
    "release-package.json": of_package,
    "byte-order-mark.json": of_mark,
    "record-package-embedded.json": of_records,
    "record-package-linked.json": of_links,
    "list.json": json.loads,
    "releases.jsonl": of_lines,
    "concatenated.json": of_text,
    "release-package.json.gz": lambda content: of_package(gzip.decompress(content)),
    "packages.zip": of_zip,
    "packages.tar.gz": of_tar,
    "releases.jsonl.zst": lambda content: of_lines(zstandard.decompress(content)),
    "ocds-1.0.json": of_package,
}


def test_the_stand_in_is_found_by_the_id_of_the_source() -> None:
    assert stand_in("ocds_files") is StandIn


def test_every_form_has_a_reader() -> None:
    assert READERS.keys() | {BROKEN} == FILES.keys()


@pytest.mark.parametrize("name", READERS)
def test_a_file_holds_as_many_releases_as_it_says(name: str) -> None:
    found = READERS[name](FILES[name].content)
    assert len(found) == FILES[name].releases > 0
    assert len({release["ocid"] for release in found}) == 3


def test_no_two_files_share_a_release_or_a_process() -> None:
    found = [r for name, read in READERS.items() for r in read(FILES[name].content)]
    assert len({release["id"] for release in found}) == len(found)
    assert len({release["ocid"] for release in found}) == 3 * len(READERS)
    tags = {tag for release in found for tag in release["tag"]}
    assert tags == {"planning", "tender", "award", "contract", "compiled"}


def test_the_broken_file_ends_within_a_release() -> None:
    file = FILES[BROKEN]
    assert file.releases == 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(file.content)
    assert file.content.count(b'"ocid"') > 1


def test_ocds_1_0_has_organisations_where_they_act() -> None:
    package = json.loads(FILES["ocds-1.0.json"].content)
    assert "version" not in package
    assert all("parties" not in release for release in package["releases"])
    awards = [award for release in package["releases"] for award in release.get("awards", ())]
    assert awards
    assert all(supplier["identifier"] for award in awards for supplier in award["suppliers"])


@pytest.mark.parametrize("name", [name for name in READERS if name != "ocds-1.0.json"])
def test_releases_are_valid_ocds(name: str) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"the official schema is not at {SCHEMA}")
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))
    found = READERS[name](FILES[name].content)
    assert [error.message for release in found for error in check.iter_errors(release)] == []


def test_the_server_has_an_index_and_every_file() -> None:
    with StandIn() as server:
        status, body, headers = fetch(server, "/")
        named = re.findall(r'href="/([^"]+)"', body.decode())
        answers = [fetch(server, f"/{name}") for name in named]
        assert fetch(server, "/other.json")[0] == 404
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert named == list(FILES)
    assert [body for _, body, _ in answers] == [file.content for file in FILES.values()]
    assert {headers["Content-Type"] for _, _, headers in answers} == {
        *("application/json", "application/jsonl", "application/gzip", "application/zip"),
        "application/zstd",
    }


def test_a_folder_gets_the_same_files(tmp_path: Path) -> None:
    told = write_files(tmp_path / "some" / "where")
    assert told == {name: file.releases for name, file in FILES.items() if name != BROKEN}
    written = {path.name: path.read_bytes() for path in (tmp_path / "some" / "where").iterdir()}
    assert written == {name: FILES[name].content for name in told}
    assert BROKEN in write_files(tmp_path, broken=True)


def test_the_same_seed_gives_the_same_bytes() -> None:
    made_up_files.cache_clear()
    assert made_up_files(1, 3) == FILES != made_up_files(2, 3)
    assert made_up_files(1, 5)["releases.jsonl"].releases > FILES["releases.jsonl"].releases


def test_files_can_be_missing_and_cut() -> None:
    with StandIn(defects={"file_not_found": 1, "truncated_body": None}) as server:
        assert fetch(server, "/releases.jsonl")[0] == 404
        with pytest.raises(Exception, match="IncompleteRead"):
            fetch(server, "/releases.jsonl")
