"""A delta makes the next edition of the one before, and says what changed; docs/deltas.md."""

import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow.parquet as pq
import pytest

from kernel import Artifact, Lake, Manifest
from kernel.store import LocalStore
from publish.delta import Summary, summary
from publish.delta.pairs import pairs
from publish.delta.side import Side, published
from publish.delta.write import write
from publish.pointer import move_latest
from tests.made import SOURCE, award_release, compiled, package, release
from tests.publish.deltas import OTHER, History, edition
from tests.publish.test_edition import folder_of, json_lines, tree
from transforms import parts
from transforms.renewal import month_parts
from transforms.tables.answers import answers

DOCS = (Path(__file__).parents[2] / "docs" / "deltas.md").read_text()
FROM_JSON, FROM_TABLES = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> Iterator[None]:
    """Parts of a few records, so that a few records make many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "LEAST", 4000)
        patch.setattr(parts, "ONE_IN", 2)
        yield


class Chain(NamedTuple):
    """Editions, the oldest first, each after the one before."""

    lake: Lake
    made: list[Manifest]


@pytest.fixture(
    scope="module",
    params=[1, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(2, 10))],
)
def random_chain(
    request: pytest.FixtureRequest, small_parts: None, tmp_path_factory: pytest.TempPathFactory
) -> Chain:
    """Three editions of random releases; two sources tell of the same processes in part."""
    lake, history = Lake(tmp_path_factory.mktemp("random")), History(request.param)
    made = [edition(lake, (SOURCE, history.day()))]
    made.append(edition(lake, (SOURCE, history.day()), (OTHER, history.made[:5])))
    made.append(edition(lake, (OTHER, history.day())))
    return Chain(lake, made)


@pytest.fixture(scope="module")
def story(small_parts: None, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The first edition, of two sources; changes in one; no change; the other source gone."""
    lake = Lake(tmp_path_factory.mktemp("story"))
    later = award_release(1, amount=250, id="later", date="2026-03-02T00:00:00Z")
    later["awards"][0]["suppliers"] = [{"id": "GB-COH-4", "name": "New"}]
    later["awards"][0]["items"][0] = {"id": "1", "classification": {"id": "x"}}
    made = [
        edition(lake, (SOURCE, [award_release(1), release(2), release(4)]),
                (OTHER, [award_release(1), release(2)])),
        edition(lake, (SOURCE, [later, release(4), release(3)])),
        edition(lake, (SOURCE, [{"ocid": "of no use"}])),
        edition(lake, (SOURCE, [release(5)]), only=[SOURCE]),
    ]  # fmt: skip
    return Chain(lake, made)


@pytest.fixture
def apply(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path, Path, Path], Path]:
    """Runs what the page says: of a folder and the one with the delta it makes a third."""

    def run(old: Path, new: Path, made: Path) -> Path:
        for name in ("json", "parquet"):
            (made / name).mkdir(parents=True)
        for code, place in ((FROM_JSON, made / "json"), (FROM_TABLES, made / "parquet")):
            monkeypatch.chdir(place)
            exec(code.replace("OLD/", f"{old}/").replace("NEW/", f"{new}/"), {})
        (made / "json" / "compiled.jsonl.gz").rename(made / "json" / "compiled_full.jsonl.gz")
        index = json.loads((new / "delta" / "index.json").read_text())
        for name, told in index["tables"].items():
            file = made / "parquet" / f"{name}.parquet"
            if told["how"] == "whole":
                file.write_bytes((new / "parquet" / file.name).read_bytes())
        return made

    return run


def assert_same(made: Path, wanted: Path) -> None:
    """The same compiled releases and the same rows, in whatever order, and the same answers."""
    lines = [
        sorted(gzip.decompress(path.read_bytes()).splitlines())
        for folder in (made, wanted)
        for path in (folder / "json").glob("compiled_full.jsonl.gz")
    ]
    assert lines[0] == lines[1]
    found = {path.stem: path for path in sorted((made / "parquet").glob("*.parquet"))}
    with duckdb.connect() as connection:
        for name, path in found.items():
            connection.read_parquet(str(path)).create_view(name)
        for path in sorted((wanted / "parquet").glob("*.parquet")):
            rows = pq.read_table(path)
            if path.stem in answers():
                asked = (wanted / "sql" / f"{path.stem}.sql").read_text()
                again = connection.sql(asked).to_arrow_table().to_pylist()
            else:
                again = pq.read_table(found.pop(path.stem)).to_pylist() if rows.num_rows else []
            assert Counter(map(repr, again)) == Counter(map(repr, rows.to_pylist())), path.stem
    assert not [name for name, path in found.items() if pq.read_metadata(path).num_rows]


def delta(chain: Chain, number: int, name: str = "changes") -> Rows:
    """A file of the delta of an edition."""
    folder = folder_of(chain.lake, chain.made[number]) / "delta"
    rows: Rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return rows


def between(lake: Lake, old: Manifest, new: Manifest, folder: Path, **change: Any) -> Path:
    """The delta of two editions in `folder`; `change` is what is not known of the older one."""
    with lake.store.scratch() as scratch, ExitStack() as stack:
        older = replace(published(lake, old, stack), **change)
        folder.mkdir()
        write(older, published(lake, new, stack), folder, scratch)
    return folder


def test_old_and_delta_make_new_one_by_one_and_at_once(
    random_chain: Chain, tmp_path: Path, apply: Callable[..., Path]
) -> None:
    lake, made = random_chain
    folders = [folder_of(lake, each) for each in made]
    second = apply(folders[0], folders[1], tmp_path / "second")
    assert_same(second, folders[1])
    assert_same(apply(second, folders[2], tmp_path / "third"), folders[2])
    far = between(lake, made[0], made[2], tmp_path / "far")
    assert_same(apply(folders[0], far, tmp_path / "at once"), folders[2])
    back = between(lake, made[2], made[0], tmp_path / "back")
    assert_same(apply(folders[2], back, tmp_path / "backwards"), folders[0])
    changes = pq.read_table(back / "delta" / "changes.parquet")["change"].to_pylist()
    assert "removed" in changes


def test_records_and_published_files_give_the_same_delta(
    random_chain: Chain, tmp_path: Path
) -> None:
    lake, (old, _, new) = random_chain
    by_records = tree(between(lake, old, new, tmp_path / "records"))
    assert tree(between(lake, old, new, tmp_path / "files", records=None)) == by_records
    assert len(json.loads(by_records["delta/index.json"])["sources"]) == 2
    years = by_year(folder_of(lake, old), tmp_path / "years")
    assert len(years) > 1

    def opened(name: str) -> Path:
        return years.get(name) or folder_of(lake, old) / name

    rows = {artifact.path: artifact.rows for artifact in old.artifacts} | dict.fromkeys(years, 0)
    split = between(lake, old, new, tmp_path / "split", records=None, rows=rows, opened=opened)
    assert tree(split) == by_records


def by_year(folder: Path, into: Path) -> dict[str, Path]:
    """The compiled releases of an edition in one file of each year of their first releases."""
    processes = pq.read_table(folder / "parquet" / "processes.parquet")["first_release"]
    lines = gzip.decompress((folder / "json" / "compiled_full.jsonl.gz").read_bytes())
    into.mkdir()
    for first, line in zip(processes.to_pylist(), lines.splitlines(keepends=True), strict=True):
        with gzip.open(into / f"{first.year}.jsonl.gz", "ab") as file:
            file.write(line)
    return {f"json/compiled/{path.name}": path for path in into.iterdir()}


def test_what_a_change_says(story: Chain) -> None:
    rows = delta(story, 1)
    assert [(row["ocid"][-1], row["change"]) for row in rows] == [("1", "modified"), ("3", "added")]
    folder = folder_of(story.lake, story.made[1]) / "delta"
    assert rows == json_lines(folder / "changes.jsonl.gz")
    modified, added = rows
    assert modified["releases_added"] == ["later"]
    assert modified["paths"] == [
        "/awards/items/classification/id", "/awards/suppliers", "/awards/value/amount", "/date",
        "/id",
    ]  # fmt: skip
    assert (added["before"], added["paths"]) == (None, [])
    fields = {row["pointer"]: row for row in delta(story, 1, "fields")}
    amount = fields["/awards/0/value/amount"]
    assert (amount["kind"], amount["before"], amount["after"]) == ("changed", "100", "250")
    supplier = fields["/awards/0/suppliers/2"]
    assert (supplier["kind"], supplier["before"]) == ("added", None)
    assert supplier["after"] == '{"id":"GB-COH-4","name":"New"}'
    told = summary(folder / "index.json")
    assert told.total == {
        "added": 1, "modified": 1, "removed": 0, "releases_added": 2, "releases_removed": 0,
    }  # fmt: skip
    assert told.sources == {SOURCE.id: told.total, OTHER.id: dict.fromkeys(told.total, 0)}
    assert told.fields["/date"] == 1
    assert not told.empty


def test_a_release_found_elsewhere_is_no_change_but_replaces_its_rows(story: Chain) -> None:
    assert [row["ocid"][-1] for row in delta(story, 1, "rows")] == ["1", "3", "4"]


def test_the_first_edition_has_nothing_before_it(story: Chain) -> None:
    index = json.loads((folder_of(story.lake, story.made[0]) / "delta/index.json").read_text())
    assert index["previous"] is None
    assert {file["path"]: file["rows"] for file in index["files"]} == {
        f"delta/{name}": 0
        for name in ("changes.jsonl.gz", "changes.parquet", "compiled.jsonl.gz", "fields.parquet",
                     "rows.parquet")
    }  # fmt: skip


def test_an_edition_in_which_nothing_changed_says_so(story: Chain) -> None:
    again = story.made[2]
    assert again.version != story.made[1].version
    told = summary(folder_of(story.lake, again) / "delta" / "index.json")
    assert told.empty
    assert not sum(told.total.values())
    assert set(told.sources) == {SOURCE.id, OTHER.id}
    paths = {file.path: file.rows for file in again.artifacts if file.path.startswith("delta/")}
    assert len(paths) == 6
    assert not sum(paths.values())


def test_processes_of_a_source_that_is_no_longer_combined_are_removed(story: Chain) -> None:
    rows = delta(story, 3)
    assert [(row["ocid"][-1], row["source"], row["change"]) for row in rows] == [
        ("1", OTHER.id, "removed"), ("2", OTHER.id, "removed"), ("5", SOURCE.id, "added"),
    ]  # fmt: skip
    assert rows[1]["releases_removed"] == ["000002-2026"]
    lines = json_lines(folder_of(story.lake, story.made[3]) / "delta" / "compiled.jsonl.gz")
    assert [line["ocid"][-1] for line in lines] == ["5"]


def test_the_index_has_the_chain_of_deltas_and_its_files(story: Chain) -> None:
    index = json.loads((folder_of(story.lake, story.made[3]) / "delta/index.json").read_text())
    names = [made.version for made in story.made]
    chain = [(one["edition"], one["previous"]) for one in index["chain"]]
    assert chain == list(zip(names, [None, *names], strict=False))
    assert index["chain"][1]["added"] == 1
    listed = {artifact.path: artifact for artifact in story.made[3].artifacts}
    assert {file["path"] for file in index["files"]} | {"delta/index.json"} == {
        path for path in listed if path.startswith("delta/")
    }
    for file in index["files"]:
        assert listed[file["path"]].sha256 == file["sha256"]
        assert listed[file["path"]].rows == file["rows"]


def test_a_day_opens_only_the_parts_that_it_changed(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [award_release(number) for number in range(1, 200)]
    changed = award_release(7, id="later", date="2026-03-02T00:00:00Z")
    old, new = compiled(lake, package(*bodies)), compiled(lake, package(changed), version="v2")
    opened: list[str] = []
    load = Lake.load

    def counted(self: Lake, manifest: Manifest, artifact: Artifact) -> bytes:
        opened.append(artifact.path)
        return load(self, manifest, artifact)

    monkeypatch.setattr(Lake, "load", counted)
    found = [*pairs(*(of_records(lake, each) for each in (old, new)), tmp_path)]
    assert [(pair.ocid, pair.kind) for pair in found] == [(changed["ocid"], "modified")]
    assert len([*month_parts(new)]) > 20
    assert 2 <= len(opened) <= 4


def of_records(lake: Lake, records: Manifest) -> Side:
    """An edition of which only the records are there."""
    return Side(publication="", link={"edition": ""}, rows={}, opened=Path, lake=lake,
                records={SOURCE.id: records}, made_by={"compiled": ""})  # fmt: skip


def test_other_rules_for_tables_take_them_anew(story: Chain, tmp_path: Path) -> None:
    folder = folder_of(story.lake, story.made[0]) / "parquet"
    awards, processes = (
        pq.read_table(folder / f"{name}.parquet") for name in ("awards", "processes")
    )
    place = processes.schema.get_field_index("title")
    titled = processes.set_column(place, processes.schema.field(place), processes["ocid"])
    more = awards.append_column("more", awards["ocid"]).drop_columns(["amount_eur"])
    others = {}
    for name, rows in (("awards", more), ("processes", titled)):
        others[f"parquet/{name}.parquet"] = tmp_path / name
        pq.write_table(rows, tmp_path / name)
    told = without_rules(story, others, tmp_path / "made")
    assert told.tables["awards"]["how"] == "whole"
    assert told.tables["awards"]["columns"] == {
        "added": {"amount_eur": "decimal128(18, 2)"},
        "removed": {"more": "string"},
    }
    assert not (tmp_path / "made" / "delta" / "tables" / "awards.parquet").exists()
    assert told.tables["processes"]["how"] == "whole", "rows of unchanged processes differ"
    assert told.tables["parties"]["how"] == "rows"
    assert told.tables["sme_share"]["how"] == "query"


def without_rules(story: Chain, others: Mapping[str, Path], folder: Path) -> Summary:
    """The second delta, had the first edition been made by other rules, with `others` as files."""
    folder.mkdir()
    with story.lake.store.scratch() as scratch, ExitStack() as stack:
        old, new = (published(story.lake, made, stack) for made in story.made[:2])
        opened = lambda name: others.get(name) or old.opened(name)  # noqa: E731
        made_by = {**(old.made_by or {}), "tables": {SOURCE.id: "another"}}
        _, told = write(replace(old, made_by=made_by, opened=opened), new, folder, scratch)
    return told


@pytest.mark.parametrize(
    "at", [5, *(pytest.param(at, marks=pytest.mark.heavy) for at in (1, 10, 15, 20, 25))]
)
def test_stopped_and_done_again_it_is_the_same(
    story: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    lake = Lake(shutil.copytree(story.lake.root, tmp_path / "lake"))
    shutil.rmtree(Path(lake.root) / story.made[3].folder)
    (Path(lake.root) / "published" / SOURCE.id / "latest.json").unlink()
    move_latest(lake, story.made[2])
    left = iter(range(at))
    put_file = LocalStore.put_file

    def stops(self: LocalStore, path: str, local: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        put_file(self, path, local)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "put_file", stops)
        with pytest.raises(KeyboardInterrupt):
            edition(lake, only=[SOURCE])
    made = edition(lake, only=[SOURCE])
    assert tree(folder_of(lake, made)) == tree(folder_of(story.lake, story.made[3]))
