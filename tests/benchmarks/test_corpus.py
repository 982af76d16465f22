"""What the benchmarks read: every form of a corpus holds the same releases."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.base import MADE_UP, PREFIX, read_base, repeated, write_base
from benchmarks.corpus import PAGE, read_corpus, write_copies
from benchmarks.history import day, keep_pages, windows
from kernel import Lake
from tests.made import package, release

SOLE = {"tender": {"id": "1", "awardPeriod": {"startDate": "2026-03-01T00:00:00Z"}}}
LIST = {"tender": {"id": "1", "awardPeriod": [{"startDate": "2026-03-01T00:00:00Z"}]}}


def based(folder: Path, *bodies: bytes) -> Path:
    """A base of files with these bodies."""
    (folder / "files").mkdir(parents=True)
    for number, body in enumerate(bodies):
        (folder / "files" / f"{number}.json").write_bytes(body)
    write_base(str(folder / "files"), 0, folder / "base")
    return folder / "base"


def packed(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(body)["releases"]
    return found


def test_made_up_releases_are_distinct_and_always_the_same(tmp_path: Path) -> None:
    made = [write_base(MADE_UP, 4, tmp_path / name) for name in ("a", "b")]
    assert made[0] == made[1] == read_base(tmp_path / "a")
    texts = [(tmp_path / name / "releases.jsonl").read_bytes() for name in ("a", "b")]
    assert texts[0] == texts[1]
    ids = [(one["ocid"], one["id"]) for one in map(orjson.loads, texts[0].splitlines())]
    assert len(set(ids)) == len(ids) == made[0].releases > made[0].processes
    assert made[0].made_up


def test_what_peers_would_stop_at_is_left_out_and_counted(tmp_path: Path) -> None:
    again = release(2, date="2026-03-02T00:00:00Z", id="later")
    bodies = package(release(1), release(2, **SOLE), again | LIST), package(release(1)), b'{"a": '
    base = read_base(based(tmp_path, *bodies, package({"ocid": "ocds-h6vhtk-000009"})))
    assert (base.releases, base.processes, base.inconsistent, base.unreadable) == (1, 1, 1, 2)


def test_what_is_almost_json_is_mended(tmp_path: Path) -> None:
    base = based(
        tmp_path, package(release(1, tender={"id": "1", "title": "x"})).replace(b'"1"', b"1e9999")
    )
    (kept,) = repeated(base, 1)
    assert kept["tender"] == {"title": "x"}  # a number beyond all numbers leaves its field out


def test_a_folder_without_releases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="name a folder with OCDS files"):
        based(tmp_path, package())


def test_every_form_of_a_corpus_holds_the_same_releases(tmp_path: Path) -> None:
    base = based(tmp_path, package(*(release(n) for n in range(1, 42))))
    corpus = write_copies(base, 3, tmp_path / "corpus")
    assert corpus == read_corpus(tmp_path / "corpus")
    whole = packed(corpus.package.read_bytes())
    assert len(whole) == corpus.releases == 123
    assert len({(one["ocid"], one["id"]) for one in whole}) == 123
    assert {one["ocid"][:PREFIX] for one in whole} == {"ocds-h6vhtk-"}
    pages = [packed(path.read_bytes()) for path in corpus.pages]
    assert [len(page) for page in pages] == [PAGE, 23]
    assert [one for page in pages for one in page] == whole
    lines = corpus.joined.read_bytes().splitlines()
    assert [one for line in lines for one in packed(line)] == whole
    assert json.loads(corpus.pages[0].read_bytes())["extensions"] == []


def test_pages_lie_in_the_lake_a_window_each(tmp_path: Path) -> None:
    base = based(tmp_path, package(*(release(n) for n in range(1, 42))))
    write_copies(base, 3, tmp_path / "corpus")
    lake = Lake(tmp_path / "lake")
    keep_pages(lake, tmp_path / "corpus")
    found = windows(lake)
    assert [one.end for one in found[:-1]] == [one.start for one in found[1:]]
    assert len(found) == 2


def test_a_day_has_new_processes_and_old_ones(tmp_path: Path) -> None:
    base = based(tmp_path, package(*(release(n) for n in range(1, 42))))
    made = list(day(base, 3, 50))
    ocids = {one["ocid"] for one in repeated(base, 3)}
    assert len({(one["ocid"], one["id"]) for one in made}) == 50
    assert sum(one["ocid"] in ocids for one in made) == 20
    with pytest.raises(SystemExit, match="a day of 100 needs 60 releases, not 41"):
        list(day(base, 3, 100))
