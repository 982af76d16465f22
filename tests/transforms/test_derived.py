"""What is derived part by part: made once, referred to afterwards, equal to what is made at once."""

from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import Lake, Manifest
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, converted, package
from tests.opened import opened
from tests.transforms.test_renewal import DATES, DAYS, in_memory, many
from transforms import derivation as identities
from transforms import derived, parts
from transforms.compile import compile_records
from transforms.derivation import Derivation
from transforms.derived import derive, derive_all, results
from transforms.deriving import Reader
from transforms.lines import unpack
from transforms.parts import ocid_of
from transforms.renewal import month_parts
from transforms.tables import bundle, groups, part
from transforms.tables.build import build_tables
from transforms.tables.bundle import Bundle, bundled
from transforms.tables.part import source_rows

PUBLICATION = load("find_a_tender")
LARGE = 1 << 30


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of one or two records, and no more processes than a test asks for."""
    monkeypatch.setattr(parts, "LEAST", 1000)
    monkeypatch.setattr(parts, "ONE_IN", 2)
    monkeypatch.setenv("TENDERLINE_JOBS", "1")


class Upper(Reader):
    """Makes of a part its ocids in capitals, and more behind them."""

    def __init__(self, more: str) -> None:
        self.more, self.found = more, ""

    def public(self, record: dict[str, Any], _masks: Any) -> None:
        self.found += record["ocid"].upper()

    def made(self, _withheld: Any) -> bytes:
        return f"{self.found}{self.more}".encode()


def upper(data: bytes, more: str) -> bytes:
    """What `Upper` makes of a part."""
    return ("".join(ocid_of(line).upper() for line in unpack(data)) + more).encode()


def derivation(more: str = "a", **about: Any) -> Derivation:
    return Derivation("test", Upper, (more,), "text/plain", {"more": more, **about})


def tables_of(lake: Lake, records: Manifest) -> list[tuple[str, bytes]]:
    made = build_tables(PUBLICATION, lake, [(SOURCE, records)])
    return [("manifest", made.dumps())] + [(a.path, lake.load(made, a)) for a in made.artifacts]


def test_each_part_has_its_result_in_order() -> None:
    with in_memory() as lake:
        records = compiled(lake, many(range(50)), many(range(50, 90), DATES[2]))
        made = derive(SOURCE.id, lake, records, derivation())
        expected = [upper(lake.load(p.manifest, p.artifact), "a") for p in month_parts(records)]
        assert len(expected) > 5
        assert list(results(lake, records, made)) == expected
        assert made.counts.written == records.counts.written == 90
        assert made.inputs == {records.folder: records.id}


def test_only_parts_that_changed_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory() as lake:
        first = compiled(lake, many(range(200)), many(range(200, 300), DATES[4]))
        derive(SOURCE.id, lake, first, derivation())
        then = compiled(lake, many(range(7, 8), id="b"), window=DAYS[3])
        found = opened(monkeypatch, "compile")
        made = derive(SOURCE.id, lake, then, derivation())
        changed = {p.artifact.path for p in month_parts(then) if not p.artifact.folder}
        assert set(found) == changed
        assert 0 < len(changed) < 5 < len(list(month_parts(then)))
        assert [a.folder for a in made.artifacts].count("") == len(changed)
        found.clear()
        assert derive(SOURCE.id, lake, then, derivation()) == made
        assert not found
        month = next(part for part in month_parts(then) if part.artifact.path not in changed)
        assert any(upper(lake.load(first, month.artifact), "a") == r
                   for r in results(lake, then, made))  # fmt: skip


def test_a_part_is_read_once_for_all_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory() as lake:
        first = compiled(lake, many(range(200)))
        derive(SOURCE.id, lake, first, derivation("b"))
        then = compiled(lake, many(range(7, 8), id="b"), window=DAYS[3])
        found = opened(monkeypatch, "compile")
        whole = [part.artifact.path for part in month_parts(then)]
        both = derive_all(SOURCE.id, lake, then, [derivation(), derivation("b")])
        assert found == whole
        changed = {part.artifact.path for part in month_parts(then) if not part.artifact.folder}
        assert [[a.folder for a in made.artifacts].count("") for made in both] == [
            len(whole), len(changed)
        ]  # fmt: skip
        for more, made in zip("ab", both, strict=True):
            assert made == derive(SOURCE.id, lake, then, derivation(more))
            expected = [upper(lake.load(p.manifest, p.artifact), more) for p in month_parts(then)]
            assert list(results(lake, then, made)) == expected


def test_other_settings_or_other_code_derive_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory() as lake:
        records = compiled(lake, many(range(60)))
        one = derive(SOURCE.id, lake, records, derivation())
        other = derive(SOURCE.id, lake, records, derivation("b"))
        assert one.folder != other.folder
        assert not [a for a in other.artifacts if a.folder]
        monkeypatch.setattr(identities, "__version__", "2099.1.0")
        new = derive(SOURCE.id, lake, records, derivation())
        assert new.folder not in (one.folder, other.folder)
        assert not [a for a in new.artifacts if a.folder]


def test_an_earlier_folder_of_the_same_settings_is_found_behind_others() -> None:
    with in_memory() as lake:
        first = compiled(lake, many(range(60)))
        derive(SOURCE.id, lake, first, derivation())
        for day, more in enumerate("bcd", start=2):
            then = compiled(lake, many(range(100 + day, 101 + day), DATES[5]), window=DAYS[day])
            derive(SOURCE.id, lake, then, derivation(more))
        made = derive(SOURCE.id, lake, then, derivation())
        assert [a for a in made.artifacts if a.folder]


def test_of_two_at_the_same_time_the_first_commit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory() as lake:
        records = compiled(lake, many(range(60)))
        first = derive(SOURCE.id, lake, records, derivation())
        before = {a.path: lake.load(first, a) for a in first.artifacts}
        monkeypatch.setattr(Lake, "committed", lambda *_: None)
        monkeypatch.setattr(identities, "_known", lambda *_: {})
        assert derive(SOURCE.id, lake, records, derivation()) == first
        assert {a.path: lake.load(first, a) for a in first.artifacts} == before


@pytest.mark.heavy
@pytest.mark.parametrize("root", ["", "memory://"], ids=["a folder", "an object store"])
def test_two_processes_write_what_one_writes(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "WORTH", 0)
    found = []
    bodies = package(*(award_release(n, amount=n, date=DATES[n % 3]) for n in range(60)))
    for jobs in ("1", "2"):
        monkeypatch.setenv("TENDERLINE_JOBS", jobs)
        lake = Lake(f"{root}{tmp_path}/{jobs}")
        records = compiled(lake, bodies)
        rows = source_rows(SOURCE, lake, records)
        assert len(rows.artifacts) > 5
        found.append((rows.id, records.id, tables_of(lake, records)))
        if root:
            fsspec.filesystem("memory").rm(f"{tmp_path}/{jobs}", recursive=True)
    assert found[0] == found[1]


releases = st.builds(
    lambda number, date, name, amount: award_release(number, date=date, id=name, amount=amount),
    st.integers(0, 20),
    st.sampled_from(DATES),
    st.sampled_from("abc"),
    st.sampled_from([1, 0.125, "?", None]),
)
arrivals = st.lists(
    st.tuples(st.integers(0, 5), st.lists(releases, min_size=1, max_size=12), st.booleans()),
    min_size=1,
    max_size=4,
)


def tables_grown(arrived: list[tuple[int, list[Any], bool]]) -> None:
    """Built after some arrivals and after the last: as built at once, and as of one part a month."""
    with in_memory() as lake, in_memory() as other, in_memory() as third:
        for look, (day, found, build_now) in enumerate(arrived):
            for each in (lake, other, third):
                converted(each, package(*found), window=DAYS[day], version=f"v{look}")
            if build_now:
                tables_of(lake, compile_records(SOURCE, lake))
        made = tables_of(lake, compile_records(SOURCE, lake))
        assert made == tables_of(other, compile_records(SOURCE, other))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parts, "LEAST", LARGE)
            whole = tables_of(third, compile_records(SOURCE, third))
        assert rows_in(made) == rows_in(whole)


def rows_in(files: list[tuple[str, bytes]]) -> list[Any]:
    """What tables hold, whatever the edition in their metadata is called."""
    return [pq.read_table(pa.BufferReader(data)).to_pydict() for _, data in files[1:]]


@pytest.mark.heavy
@settings(max_examples=3, deadline=None)
@given(arrivals)
def test_tables_of_parts_are_those_of_the_whole(arrived: list[Any]) -> None:
    tables_grown(arrived)


@pytest.mark.heavy
@settings(max_examples=20, deadline=None)
@given(arrivals)
def test_tables_of_parts_are_those_of_the_whole_in_many_ways(arrived: list[Any]) -> None:
    tables_grown(arrived)


def test_a_source_of_several_publications_is_derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_memory() as lake:
        records = compiled(lake, many(range(30)))
        build_tables(PUBLICATION, lake, [(SOURCE, records)])
        found = opened(monkeypatch, "compile")
        monkeypatch.setattr(part, "Rows", None)
        build_tables(load("sell2wales"), lake, [(SOURCE, records)])
        assert not found


def test_a_bundle_gives_back_what_was_put_into_it() -> None:
    table = pa.table({"a": [1, 2], "b": [["x"], None]})
    data = bundled({"full": table, "none": table.slice(0, 0)}, {"told": {"b": 1, "a": [None]}})
    assert (
        bundled({"full": table, "none": table.slice(0, 0)}, {"told": {"a": [None], "b": 1}}) == data
    )
    found = Bundle(data)
    assert found.table("full") == table
    assert found.table("none") is None
    assert found.value("told") == {"a": [None], "b": 1}
    assert bundle.MEDIA_TYPE == "application/zstd"


@pytest.mark.parametrize("loose", [0, 20, 4 << 20])
@pytest.mark.parametrize("pieces", [[7], [3, 4], [1] * 7, [5, 0, 2], []])
def test_row_groups_do_not_tell_how_rows_came(
    tmp_path: Path, pieces: list[int], loose: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SMALL", 2)
    monkeypatch.setattr(groups, "LOOSE", loose)
    whole = pa.table({"a": pa.array(range(sum(pieces)), pa.int64())})
    for name, cuts in (("one", [whole.num_rows]), ("other", pieces)):
        with groups.Filled(tmp_path / name, whole.schema, 3) as file:
            start = 0
            for size in cuts:
                file.add(whole.slice(start, size))
                start += size
        assert file.rows == whole.num_rows
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    found = pq.ParquetFile(tmp_path / "one").metadata
    sizes = [found.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert sizes == ([3, 3, 1] if pieces else [0])


@pytest.mark.parametrize("loose", [0, 100, 4 << 20])
@pytest.mark.parametrize("pieces", [[12], [1] * 12, [5, 7], [11, 1]])
def test_long_rows_end_a_row_group_earlier_however_they_came(
    tmp_path: Path, pieces: list[int], loose: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "SMALL", 2)
    monkeypatch.setattr(groups, "LOOSE", loose)
    monkeypatch.setattr(groups, "MOST", 100)
    texts = ["x" * 60, "y" * 60, "", "", "z" * 300, *["a"] * 7]
    whole = pa.table({"a": texts, "b": pa.nulls(12, pa.string())})
    schema = pa.schema([("a", pa.string()), ("b", pa.string())])
    start = 0
    with groups.Filled(tmp_path / "file", schema, 6) as file:
        for size in pieces:
            file.add(whole.slice(start, size).select(["a"] if start else ["a", "b"]))
            start += size
    assert pq.read_table(tmp_path / "file")["a"].to_pylist() == texts
    found = pq.ParquetFile(tmp_path / "file").metadata
    # 70 and 70 bytes; 10, 10 and 310; six of 11 each, which is as many rows as may be; the last
    assert [found.row_group(n).num_rows for n in range(found.num_row_groups)] == [2, 3, 6, 1]


@pytest.mark.parametrize("size", [3, 20])
def test_a_column_without_values_is_not_packed_where_all_rows_are_known(
    tmp_path: Path, size: int
) -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.list_(pa.string())), ("c", pa.string())])
    rows = pa.table([["x" * 90] * 12, [["y"]] * 12, pa.nulls(12, pa.string())], schema=schema)
    with groups.Filled(tmp_path / "file", schema, size) as file:
        file.add(rows)
    assert pq.read_table(tmp_path / "file").equals(rows)
    group = pq.ParquetFile(tmp_path / "file").metadata.row_group(0)
    packed = [group.column(n).compression for n in range(3)]
    assert packed == ["ZSTD", "ZSTD", "UNCOMPRESSED" if size > 3 else "ZSTD"]
