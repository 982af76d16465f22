"""Files from anywhere are kept as received, and a look is named by what it found."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractors import files
from extractors.extract import extract
from extractors.files import look
from extractors.loader import load
from kernel import ConfigError, Lake, Manifest, SourceChanged, SourceUnavailable, Window
from tenderline.stand_in import stand_in
from tests.made import package, release
from tests.servers import Server

Serve = Callable[[], Server]

SOURCE = load("ocds_files")
WINDOW = Window.parse("20260810T000000Z-20260811T000000Z")
ODD = {
    "b.json": package(release(1)),
    "a/page-10.jsonl.gz": b"\x1f\x8bnot really",
    "a/page-2.zip": b"PK whatever",
    "c.TAR.GZ": b"\x00\xff",
    "notes": b"",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    for name, body in ODD.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(body)
    return place


def bodies(lake: Lake, manifest: Manifest) -> dict[str, bytes]:
    return {a.path: lake.load(manifest, a) for a in manifest.artifacts}


def test_a_folder_is_kept_file_by_file_as_it_is(folder: Path, lake: Lake) -> None:
    manifest = extract(SOURCE, lake, WINDOW, version="v1", place=str(folder))
    kept = bodies(lake, manifest)
    assert [name[:10] + name[23:] for name in kept] == [
        "file-00001.jsonl.gz", "file-00002.zip", "file-00003.json", "file-00004.tar.gz",
        "file-00005",
    ]  # fmt: skip
    assert [*kept.values()] == [ODD[name] for name in sorted(ODD)]
    assert (manifest.counts.read, manifest.notes["doubts"]) == (len(ODD), [])
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_file_alone_is_kept(folder: Path, lake: Lake) -> None:
    manifest = extract(SOURCE, lake, WINDOW, version="v1", place=str(folder / "b.json"))
    assert [*bodies(lake, manifest).values()] == [ODD["b.json"]]


def test_hidden_files_are_passed_over(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "x.json").write_text("{}")
    (folder / ".DS_Store").write_text("")
    assert [file.name for file in look(str(folder)).files] == sorted(ODD)


def test_a_look_is_named_by_names_and_bytes(folder: Path, tmp_path: Path) -> None:
    first = look(str(folder)).digest
    moved = folder.rename(tmp_path / "elsewhere")
    assert look(str(moved)).digest == first
    os.utime(moved / "b.json", (1, 1))
    assert look(str(moved)).digest == first
    (moved / "b.json").write_bytes(b"{}")
    other = look(str(moved)).digest
    assert other != first
    (moved / "b.json").rename(moved / "d.json")
    assert look(str(moved)).digest not in (first, other)


def test_what_is_not_there_is_told(tmp_path: Path, lake: Lake) -> None:
    with pytest.raises(ConfigError, match="no such folder or file"):
        look(str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="no file in this folder"):
        look(str(tmp_path))
    with pytest.raises(ConfigError, match="tell where the files are"):
        extract(SOURCE, lake, WINDOW, version="v1")


def test_a_look_can_be_handed_on(folder: Path, lake: Lake) -> None:
    found = look(str(folder / "b.json"))
    manifest = extract(SOURCE, lake, WINDOW, version=found.digest[:8], place=found)
    assert manifest.folder.endswith(found.digest[:8])
    assert [*bodies(lake, manifest).values()] == [ODD["b.json"]]


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch, lake: Lake) -> None:
    files._spooled.cache_clear()

    class _In:
        buffer = io.BytesIO(ODD["b.json"])

    monkeypatch.setattr(sys, "stdin", _In())
    found = look("-")
    manifest = extract(SOURCE, lake, WINDOW, version=found.digest[:8], place="-")
    assert [*bodies(lake, manifest).values()] == [ODD["b.json"]]
    files._spooled.cache_clear()


def test_what_was_put_aside_is_removed_with_the_process(tmp_path: Path) -> None:
    code = "from extractors.files import look; print(look('-').files[0].path)"
    done = subprocess.run(
        [sys.executable, "-c", code], input="{}", capture_output=True, text=True, check=True
    )
    assert not Path(done.stdout.strip()).exists()


def test_archives_of_any_source_can_be_read(folder: Path, lake: Lake) -> None:
    lapsed = load("nsw_etendering")
    with pytest.raises(ConfigError, match="The service was replaced"):
        extract(lapsed, lake, WINDOW, version="v1")
    manifest = extract(lapsed, lake, WINDOW, version="v1", place=str(folder / "b.json"))
    assert manifest.folder.startswith("raw/nsw_etendering/")
    assert manifest.counts.read == 1


# Addresses


def test_a_file_at_an_address_is_kept(serve: Serve, lake: Lake) -> None:
    server = serve().says(ODD["b.json"], content_type="application/json")
    place = f"{server.url}/data/2024.json?x=1"
    manifest = extract(SOURCE, lake, WINDOW, version="v1", place=place)
    [(name, body)] = bodies(lake, manifest).items()
    assert (name[:10], name[23:], body) == ("file-00001", ".json", ODD["b.json"])
    assert manifest.log[0]["url"] == place


def test_what_was_packed_on_the_way_stays_packed(serve: Serve, lake: Lake) -> None:
    server = serve().says(b"\x1f\x8bpacked", content_encoding="gzip")
    manifest = extract(SOURCE, lake, WINDOW, version="v1", place=f"{server.url}/a.json")
    [(name, body)] = bodies(lake, manifest).items()
    assert (name[23:], body) == (".json.gz", b"\x1f\x8bpacked")


PAGE = b"""<!doctype html><html><body><a href="b.json">b</a> <a href='/x/a.jsonl.gz'>a</a>
<a href="b.json">again</a> <a href="about.html">about</a> <a name="x">x</a>
<a href="https://elsewhere.example/c.json">not ours</a></body></html>"""


def test_a_page_stands_for_the_files_that_it_links_to(serve: Serve, lake: Lake) -> None:
    server = serve().says(PAGE).says(b"a").says(b"b")
    manifest = extract(SOURCE, lake, WINDOW, version="v1", place=f"{server.url}/x/index.html")
    assert server.paths == ["/x/index.html", "/x/a.jsonl.gz", "/x/b.json"]
    assert [name[23:] for name in bodies(lake, manifest)] == [".jsonl.gz", ".json"]


def test_a_page_without_files_is_no_place(serve: Serve) -> None:
    with pytest.raises(SourceChanged, match="links to no file"):
        look(serve().says(b"<html>Sorry</html>").url)
    with pytest.raises(SourceUnavailable, match="cut short"):
        look(serve().says(PAGE[:-20]).url)


def test_the_stand_in_s_files_arrive_from_its_index(lake: Lake) -> None:
    with stand_in("ocds_files")() as server:
        manifest = extract(SOURCE.at(server.url), lake, WINDOW, version="v1")
    assert len(manifest.artifacts) > 5
    assert manifest.notes["made_up"]


def test_no_source_of_files_needs_the_place_in_its_facts(tmp_path: Path) -> None:
    told: Any = SOURCE.placed(str(tmp_path))
    assert told.fetch.url == str(tmp_path)
    assert SOURCE.at("http://127.0.0.1:8640").fetch.url == "http://127.0.0.1:8640"
