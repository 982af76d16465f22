"""Records brought up to date are the records that would be made anew, and little is written."""

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import Lake, LakeCorrupt, Manifest
from publish.loader import load
from tests.made import SOURCE, compiled, converted, package, release
from tests.opened import opened
from transforms import compile as compiling
from transforms import parts
from transforms.compile import compile_records, conversions
from transforms.convert import RELEASES
from transforms.lines import lines_of
from transforms.parts import ocid_of
from transforms.record import Tally
from transforms.renewal import INDEX, month_parts, renewed
from transforms.tables.build import build_tables, read_records

DAYS = [f"202603{day:02}T000000Z-202603{day + 1:02}T000000Z" for day in range(1, 29)]
DATES = [f"2026-0{month}-{day:02}T00:00:00Z" for month in (1, 2, 3) for day in (1, 15)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few records, so that a few records make many."""
    monkeypatch.setattr(parts, "LEAST", 1000)
    monkeypatch.setattr(parts, "ONE_IN", 2)


def files(lake: Lake, manifest: Manifest) -> list[tuple[str, bytes]]:
    return [(a.path, lake.load(manifest, a)) for a in manifest.artifacts]


def own(manifest: Manifest) -> list[str]:
    """What was written for a manifest, rather than referred to."""
    return [artifact.path for artifact in manifest.artifacts if not artifact.folder]


@contextmanager
def in_memory() -> Iterator[Lake]:
    """A lake without a disk, which would take most of the time of many small ones."""
    name, memory = f"/{uuid.uuid4()}", fsspec.filesystem("memory")
    yield Lake(f"memory:/{name}")
    memory.rm(name, recursive=True)


def anew(other: Lake, lake: Lake) -> Manifest:
    """The same conversions compiled from nothing, in another lake."""
    for manifest in map(lake.manifest, lake.folders("releases")):
        for artifact in manifest.artifacts:
            data = lake.load(manifest, artifact)
            other.save(manifest.folder, artifact.path, data, media_type="")
        other.commit(manifest)
    return compile_records(SOURCE, other)


def assert_as_anew(lake: Lake, manifest: Manifest) -> None:
    with in_memory() as other:
        expected = anew(other, lake)
        assert (manifest.id, manifest.folder) == (expected.id, expected.folder)
        assert files(lake, manifest) == files(other, expected)
        assert not [artifact for artifact in expected.artifacts if artifact.folder]
        assert manifest.inputs == expected.inputs


def many(numbers: range, date: str = DATES[0], **more: Any) -> bytes:
    return package(*(release(number, date=date, **more) for number in numbers))


releases = st.builds(
    lambda number, date, name, language: release(number, date=date, id=name, language=language),
    st.integers(0, 20),
    st.sampled_from(DATES),
    st.sampled_from("abc"),
    st.sampled_from(["en", "cy"]),
)
arrivals = st.lists(
    st.tuples(st.integers(0, 5), st.lists(releases, max_size=12), st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(arrivals)
def test_they_are_as_made_anew_whatever_arrives_in_whatever_order(
    arrived: list[tuple[int, list[dict[str, Any]], bool]],
) -> None:
    with in_memory() as lake:
        for look, (day, found, compile_now) in enumerate(arrived):
            converted(lake, package(*found), window=DAYS[day], version=f"v{look}")
            if compile_now:
                compile_records(SOURCE, lake)
        assert_as_anew(lake, compile_records(SOURCE, lake))


@pytest.mark.heavy
@settings(max_examples=1000, deadline=None)
@given(arrivals)
def test_they_are_as_made_anew_a_thousand_times(
    arrived: list[tuple[int, list[dict[str, Any]], bool]],
) -> None:
    test_they_are_as_made_anew_whatever_arrives_in_whatever_order.hypothesis.inner_test(arrived)


def test_only_parts_with_a_release_are_opened_and_written(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compiled(lake, many(range(200)), many(range(200, 400), DATES[2]))
    assert len(first.artifacts) > 20
    found = opened(monkeypatch)
    later = package(release(300, id="b", date=DATES[4]))
    then = compiled(lake, later, window=DAYS[3])
    assert len([path for path in found if path.startswith("2026-")]) == 1
    assert [path for path in own(then) if not path.startswith(INDEX)] == [found[-1]]
    assert found[-1].startswith("2026-02")
    assert [path for path in own(then) if path.startswith(INDEX)] == []  # no new ocid
    assert (lake.root and {a.folder for a in then.artifacts}) == {"", first.folder}
    assert_as_anew(lake, then)


def test_an_earlier_release_moves_a_process_to_its_month(lake: Lake) -> None:
    compiled(lake, many(range(60), DATES[4]))
    body = package(*(release(n, id="early", date=DATES[0]) for n in range(0, 60, 3)))
    then = compiled(lake, body, window=DAYS[0])
    assert sum(part.artifact.rows for part in month_parts(then)) == 60
    months = {part.artifact.path[:7] for part in month_parts(then)}
    assert months == {"2026-01", "2026-03"}
    assert (then.counts.written, then.notes["processes"]) == (80, 60)
    assert_as_anew(lake, then)


def test_a_month_that_all_processes_leave_is_gone(lake: Lake) -> None:
    compiled(lake, many(range(40), DATES[4]))
    then = compiled(lake, many(range(40), DATES[0], id="early"), window=DAYS[0])
    assert {part.artifact.path[:7] for part in month_parts(then)} == {"2026-01"}
    assert_as_anew(lake, then)


def test_the_id_of_a_silent_edit_is_found_anew(lake: Lake) -> None:
    """A release that was the first of its name becomes the second when an earlier one arrives."""
    edits = [release(1, id="a", date=date, language="en") for date in reversed(DATES)]
    for day, body in enumerate(edits):
        then = compiled(lake, package(body), window=DAYS[day])
        assert_as_anew(lake, then)
    (record,) = read_records(lake, then)
    names = [envelope["release"]["id"] for envelope in record["releases"]]
    assert names[0] == "a"
    assert len(set(names)) == len(then.notes["silent_edits"]) + 1 == len(DATES)
    assert [e["published_id"] for e in record["releases"][1:]] == ["a"] * (len(DATES) - 1)


def test_oddities_of_untouched_processes_are_kept(lake: Lake) -> None:
    odd = [
        release(1, id=name, tender={"id": "1", "tenderPeriod": value}, date=date)
        for name, value, date in (("a", {"startDate": DATES[0]}, DATES[0]), ("b", "x", DATES[1]))
    ]
    first = compiled(lake, package(*odd, release(2, id="a"), release(2, id="a", language="en")))
    then = compiled(lake, package(release(3)), window=DAYS[2])
    for name in ("silent_edits", "conflicts"):
        assert first.notes[name]
        assert then.notes[name] == first.notes[name]


def test_numbers_keep_their_digits_from_record_to_record(lake: Lake) -> None:
    digits = b"12345678901234567890.12345678901234567890"
    text = package(release(1, x=0)).replace(b'"x": 0', b'"x": ' + digits)
    compiled(lake, text)
    for day in range(1, 4):
        then = compiled(lake, package(release(1, id=f"r{day}")), window=DAYS[day])
    assert b"".join(lines(lake, then)).count(digits) == 2  # published, compiled
    assert_as_anew(lake, then)


def lines(lake: Lake, manifest: Manifest) -> Iterator[bytes]:
    return parts.lines_in(lake, month_parts(manifest))


def test_odd_ocids_begin_lines_and_name_parts(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ONE_IN", 1)
    ocids = [
        'ocds-h6vhtk-"\\',
        "ocds-h6vhtk-/..",
        "ocds-h6vhtk-\u00e9\t\U0001f600",
        "ocds-h6vhtk-%2F",
    ]
    ocids += [f"ocds-h6vhtk-{'x' * 300}{n}" for n in range(3)]
    body = [release(ocid=ocid, title="t" * 1000) for ocid in ocids]
    first = compiled(lake, package(*body))
    then = compiled(lake, package(*(one | {"id": "b"} for one in body)), window=DAYS[3])
    for manifest in (first, then):
        assert [ocid_of(line) for line in lines(lake, manifest)] == sorted(ocids)
    assert_as_anew(lake, then)


def test_what_is_gone_is_compiled_without(lake: Lake, tmp_path: Path) -> None:
    gone = converted(lake, package(release(1), release(2)))
    compile_records(SOURCE, lake)
    compiled(lake, package(release(3)), window=DAYS[3])
    (tmp_path / "lake" / gone.folder / "manifest.json").unlink()
    then = compiled(lake, package(release(4)), window=DAYS[4])
    assert then.counts.written == 2
    assert_as_anew(lake, then)


def test_other_code_compiles_from_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(lake, many(range(50)))
    monkeypatch.setattr(compiling, "__version__", "2099.1.0")
    then = compiled(lake, package(release(60)), window=DAYS[3])
    assert len(own(then)) == len(then.artifacts)
    assert then.counts.written == 51


def test_known_conversions_are_not_opened(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(4):
        converted(lake, package(release(day)), window=DAYS[day])
        converted(lake, package(release(day)), window=DAYS[day], version="v2")
    compile_records(SOURCE, lake)
    found: list[str] = []
    manifest = Lake.manifest
    monkeypatch.setattr(Lake, "manifest", lambda *a: (found.append(a[1]), manifest(*a))[1])
    new = converted(lake, package(release(9)), window=DAYS[9])
    found.clear()
    then = compile_records(SOURCE, lake)
    assert {folder for folder in found if folder.startswith("releases/")} == {new.folder}
    assert list(then.inputs) == [one.folder for one in conversions(SOURCE.id, lake)]


def test_a_part_that_was_altered_where_it_lies_is_found(lake: Lake, tmp_path: Path) -> None:
    first = compiled(lake, many(range(50)))
    then = compiled(lake, package(release(60, date=DATES[2])), window=DAYS[3])
    (referred, *_) = (a for a in then.artifacts if a.folder)
    (tmp_path / "lake" / first.folder / referred.path).write_bytes(b"other")
    with pytest.raises(LakeCorrupt):
        list(read_records(lake, then))


def test_a_manifest_says_where_a_part_lies(lake: Lake) -> None:
    folders = []
    for day, date in enumerate(DATES[::2]):
        manifest = compiled(lake, package(release(day, date=date)), window=DAYS[day])
        folders.append(manifest.folder)
    where = {part.artifact.path[:7]: part.artifact.folder for part in month_parts(manifest)}
    assert where == {"2026-01": folders[0], "2026-02": folders[1], "2026-03": ""}
    assert lake.manifest(manifest.folder) == manifest


def test_parts_are_cut_by_what_they_hold() -> None:
    """Each order of arrival ends in the same files; in between they were cut otherwise."""
    chunks = [range(start, start + 30) for start in range(0, 120, 30)]
    for order in itertools.islice(itertools.permutations(chunks), 0, 24, 7):
        with in_memory() as lake:
            for day, chunk in enumerate(order):
                then = compiled(lake, many(chunk), window=DAYS[day])
            assert len(then.artifacts) > 10
            assert_as_anew(lake, then)


def test_tables_are_those_of_records_made_anew(lake: Lake) -> None:
    compiled(lake, many(range(100)), many(range(100, 200), DATES[2]))
    then = compiled(lake, many(range(50, 150, 10), DATES[4], id="b"), window=DAYS[3])
    assert {bool(artifact.folder) for artifact in then.artifacts} == {True, False}
    with in_memory() as other:
        expected = build_tables(load("find_a_tender"), other, [(SOURCE, anew(other, lake))])
        made = build_tables(load("find_a_tender"), lake, [(SOURCE, then)])
        assert made.folder == expected.folder
        assert files(lake, made) == files(other, expected)


def test_an_index_that_is_not_of_these_records_is_told(lake: Lake) -> None:
    first = compiled(lake, many(range(1), DATES[4]))
    line = b'{"ocid":"ocds-h6vhtk-000077","month":"2026-03"}'
    data = parts.pack([line])
    wrong = lake.save("records/other", "index.jsonl.zst", data, media_type="", rows=1)
    (month,) = (part.artifact for part in month_parts(first))
    artifacts = (wrong, lake.refer(first, month))
    held = replace(first, folder="records/other", artifacts=artifacts)
    envelope = converted(lake, package(release(0x77, date=DATES[0])), window=DAYS[3])
    with lake.local(envelope, envelope.artifact(RELEASES)) as path:
        arrived = list(lines_of(path))
    zone = ZoneInfo("UTC")
    with pytest.raises(LakeCorrupt, match="the index names no record"):
        renewed(lake, "records/new", held, arrived, zone, Tally.of(held))
