"""Judged part by part, an edition's quality is what it is when all is judged at once."""

import io
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import Lake, Manifest
from publish.loader import load
from tests.made import SOURCE, award_release, compiled, converted, package
from tests.transforms.test_renewal import DAYS, in_memory
from transforms import derived, parts
from transforms.compile import compile_records, inputs_of
from transforms.ocds.model import model
from transforms.tables.build import build_tables
from validation.quality import edition, rows
from validation.quality.edition import measure_edition
from validation.quality.part import source_judged
from validation.spots import PLANS, coverage, tree_of
from validation.walk import Walk

PUBLICATION = load("find_a_tender")
LARGE = 1 << 30
DATES = [f"2026-03-{day:02}T0{day}:00:00Z" for day in range(1, 6)]  # one month: one part


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LEAST", 1000)
    monkeypatch.setattr(parts, "ONE_IN", 1)
    monkeypatch.setattr(rows, "BATCH", 7)  # row groups end anywhere
    monkeypatch.setattr(edition, "judge_edition", lambda *_, **__: iter(()))
    monkeypatch.setenv("TENDERLINE_JOBS", "1")


def measured(lake: Lake, records: Manifest, scratch: Path) -> dict[str, Any]:
    """All that is measured of the releases and processes of an edition."""
    inputs = [(SOURCE, records)]
    made = {SOURCE.id: inputs_of(records, lake)}
    tables = build_tables(PUBLICATION, lake, inputs)
    found = measure_edition(lake, inputs, made, tables, None, scratch)
    return {
        "groups": found.groups,
        "counts": found.counts,
        "buyers": found.buyers,
        "coverage": found.coverage,
        "unknown": found.unknown,
        **{name: (count, path.read_bytes()) for name, (path, count) in found.files.items()},
    }


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """The same without the name of the edition that tables carry; row groups stay."""
    for name in (edition.ROWS, edition.SUMMARY, edition.COVERAGE):
        file = pq.ParquetFile(io.BytesIO(found[name][1]))
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        found[name] = groups, file.read().to_pylist()
    return found


releases = st.builds(
    lambda number, date, name, body: award_release(number, date=date, id=name, **body),
    st.integers(0, 12),
    st.sampled_from(DATES),
    st.sampled_from("abc"),
    st.fixed_dictionaries(
        {},
        optional={
            "buyer": st.sampled_from([{"id": "B", "name": "One"}, {"id": "B", "name": "Two"},
                                      {"id": "B"}, {"name": "Three"}, {"id": 3, "name": [1]}]),
            "buyerID": st.sampled_from([[], "x", {"a": 1}]),
            "odd": st.sampled_from([{"x": {"y": None}}, {"x": [{"z": ""}]}, 1, {"*": 1}]),
            "tag": st.sampled_from([["tender", "odd"], ["award"]]),
            "parties": st.sampled_from([[], [{"id": "1", "contactPoint": {"email": "no"}}] * 2]),
            "awards": st.sampled_from([{"id": "a"}, [{"id": "a1", "value": {"amount": -1}}]]),
        },
    ),
)  # fmt: skip
arrivals = st.lists(
    st.tuples(st.integers(0, 5), st.lists(releases, min_size=1, max_size=12), st.booleans()),
    min_size=1,
    max_size=4,
)


def grown(arrived: list[tuple[int, list[Any], bool]], root: Path) -> None:
    with ExitStack() as stack:
        lakes = [stack.enter_context(in_memory()) for _ in range(3)]
        folders = [root / f"{os.urandom(8).hex()}" for _ in range(2 + len(arrived))]
        for folder in folders:
            folder.mkdir()
        for look, (day, found, measure_now) in enumerate(arrived):
            for lake in lakes:
                converted(lake, package(*found), window=DAYS[day], version=f"v{look}")
            if measure_now:
                measured(lakes[0], compile_records(SOURCE, lakes[0]), folders.pop())
        records = [compile_records(SOURCE, lake) for lake in lakes[:2]]
        made, anew = (
            measured(lake, each, folders.pop()) for lake, each in zip(lakes, records, strict=False)
        )
        assert made == anew
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parts, "LEAST", LARGE)
            whole = compile_records(SOURCE, lakes[2])
            judged = source_judged(SOURCE, lakes[2], whole, frozenset())
            assert len(judged.artifacts) == 1  # all is judged at once
            (root / "whole").mkdir(exist_ok=True)
            assert plain(made) == plain(measured(lakes[2], whole, root / "whole"))


@settings(max_examples=3, deadline=None)
@given(arrivals)
def test_quality_of_parts_is_that_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, arrived: list[Any]
) -> None:
    grown(arrived, tmp_path_factory.mktemp("files"))


@pytest.mark.heavy
@settings(max_examples=20, deadline=None)
@given(arrivals)
def test_quality_of_parts_is_that_of_the_whole_in_many_ways(
    tmp_path_factory: pytest.TempPathFactory, arrived: list[Any]
) -> None:
    grown(arrived, tmp_path_factory.mktemp("files"))


def test_two_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "WORTH", 0)
    found = []
    bodies = package(*(award_release(n, date=DATES[n % 5], odd={f"f{n}": n}) for n in range(40)))
    for jobs in ("1", "2"):
        monkeypatch.setenv("TENDERLINE_JOBS", jobs)
        (tmp_path / jobs).mkdir()
        with in_memory() as lake:
            records = compiled(lake, bodies)
            judged = source_judged(SOURCE, lake, records, frozenset())
            assert len(judged.artifacts) > 5
            found.append((judged.id, measured(lake, records, tmp_path / jobs)))
    assert found[0] == found[1]


def test_another_extension_judges_anew() -> None:
    with in_memory() as lake:
        records = compiled(lake, package(*(award_release(n) for n in range(9))))
        one = source_judged(SOURCE, lake, records, frozenset())
        other = source_judged(SOURCE, lake, records, frozenset({"lots"}))
        assert one.folder != other.folder
        assert not [artifact for artifact in other.artifacts if artifact.folder]


def test_counted_apart_fields_add_up_to_those_counted_at_once() -> None:
    """Also where sets of names are no longer remembered."""
    bodies = [award_release(n, **{f"x{n}": {"y": [], "z": n}}) for n in range(PLANS + 100)]
    whole, joined = (Walk(model(), "Release", "") for _ in range(2))
    for start in range(0, len(bodies), 700):
        part = Walk(model(), "Release", "")
        for body in bodies[start : start + 700]:
            whole.read(body)
            part.read(body)
        joined.count(tree_of(part.top))
    found = [[one._replace(example=None) for one in coverage(w.top)] for w in (whole, joined)]
    assert found[0] == found[1]
    assert any(one.path == "/x3/y" and one.present > one.filled for one in found[0])
