"""What is kept and what goes: the rule, what refers to what, and that nothing else is touched."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import fsspec
import pytest

from kernel import ConfigError, Keep, Lake, Manifest, Publication
from kernel.removal import REMOVED
from publish import held
from publish.loader import of_source
from publish.pointer import latest_edition, move_latest
from publish.retention import retain
from publish.rollback import rollback
from publish.verify import verify
from publish.versions import refresh, versions
from tests.made import SOURCE as FTS
from tests.publish.editions_made import SOURCE, edition, folder, judged, records
from tests.publish.test_held import result
from transforms.compile import TRIED

ANY = replace(of_source(FTS), id=SOURCE, sources=(SOURCE,))


@pytest.fixture
def lake() -> Iterator[Lake]:
    """In memory, as nothing here depends on the kind of store; `any_lake` is of every kind."""
    name, memory = f"/{uuid.uuid4()}", fsspec.filesystem("memory")
    yield Lake(f"memory:/{name}")
    memory.rm(name, recursive=True)


def keeping(last: int = 1, months: int = 0, *cited: str) -> Publication:
    return replace(ANY, keep=Keep(last=last, months=months, cited=cited))


def name(year: int, month: int, day: int) -> str:
    return f"{year}-{month:02}-{day:02}-00000000"


def history(lake: Lake, *names: str, **more: Any) -> list[Manifest]:
    """Editions of such names, one after another."""
    made: list[Manifest] = []
    for generation, each in enumerate(names, 1):
        made.append(edition(lake, generation, each, after=made[-1] if made else None, **more))
        move_latest(lake, made[-1])
    refresh(lake, SOURCE)
    return made


def kept(lake: Lake, publication: Publication) -> set[str]:
    """The editions that stay; what a dry run says and what is done are the same."""
    before, told = lake.store.sizes(""), retain(publication, lake, dry_run=True)
    assert lake.store.sizes("") == before
    assert retain(publication, lake) == told
    after = lake.store.sizes("")
    gone = {path: size for path, size in before.items() if path not in after}
    assert sum(map(len, [gone])) == sum(files for files, _ in told.gone.values())
    assert sum(gone.values()) == sum(size for _, size in told.gone.values())
    assert not [path for path in after if path.endswith(REMOVED)]
    listed = {path.split("/")[2] for path in lake.folders(f"published/{SOURCE}")}
    assert listed == set(told.kept)
    assert [e["edition"] for e in versions(lake, SOURCE)["editions"]] == sorted(
        listed, reverse=True
    )
    assert retain(publication, lake).gone == {}
    return listed


DAILY = [name(2026, 8, day) for day in range(1, 6)]
MONTHLY = [name(2024 + n // 12, n % 12 + 1, day) for n in range(30) for day in (3, 28)]


def test_the_last_ones_stay(any_lake: Lake) -> None:
    history(any_lake, *DAILY)
    assert kept(any_lake, keeping(3)) == set(DAILY[-3:])


def test_the_last_of_each_month_stays(lake: Lake) -> None:
    history(lake, *MONTHLY)
    expected = {each for each in MONTHLY[12:] if each.endswith("28-00000000")}
    assert kept(lake, keeping(1, 24)) == {*expected, MONTHLY[-2]}


def test_by_default_thirty_and_two_years_stay(lake: Lake) -> None:
    days = [name(2026, 7, day) for day in range(1, 32)]
    history(lake, *MONTHLY, *days)
    expected = {each for each in MONTHLY[14:] if each.endswith("28-00000000")} | set(days[1:])
    assert kept(lake, replace(ANY, keep=None)) == expected


def test_what_is_cited_stays(lake: Lake) -> None:
    history(lake, *DAILY)
    assert kept(lake, keeping(1, 0, DAILY[1])) == {DAILY[1], *DAILY[3:]}


def test_where_something_is_cited_that_is_not_there_nothing_goes(lake: Lake) -> None:
    history(lake, *DAILY)
    before = lake.store.sizes("")
    for dry_run in (True, False):
        with pytest.raises(ConfigError, match=f"cites 2026-08-09-00000000.*{DAILY[0]}"):
            retain(keeping(1, 0, DAILY[1], "2026-08-09-00000000"), lake, dry_run=dry_run)
    assert lake.store.sizes("") == before
    assert len(retain(keeping(9, 0, "2026-08-09-00000000"), lake).kept) == 5  # nothing was to go


def test_the_latest_and_the_last_good_one_stay_whatever_the_facts_say(lake: Lake) -> None:
    made = history(lake, *DAILY)
    rollback(lake, SOURCE, to=DAILY[1], reason="wrong")
    assert kept(lake, keeping(1)) == {DAILY[4], *DAILY[:2]}
    assert latest_edition(lake, SOURCE) == made[1]


def test_there_is_always_one_to_go_back_to(lake: Lake) -> None:
    history(lake, *DAILY)
    assert kept(lake, keeping(1)) == set(DAILY[3:])
    assert rollback(lake, SOURCE, reason="wrong").latest.version == DAILY[3]


def test_a_withdrawn_edition_is_no_month_s_last(lake: Lake) -> None:
    history(lake, *DAILY, name(2026, 9, 1))
    rollback(lake, SOURCE, to=DAILY[3], reason="wrong")
    for day in (2, 3):
        move_latest(lake, edition(lake, 6 + day, name(2026, 9, day)))
    assert kept(lake, keeping(1, 2)) == {DAILY[3], name(2026, 9, 2), name(2026, 9, 3)}


def test_what_a_kept_delta_is_measured_from_stays(lake: Lake) -> None:
    history(lake, *DAILY, files=("delta/index.json",))
    assert kept(lake, keeping(1)) == set(DAILY[-3:])


def test_what_stays_is_whole_and_nothing_else_is_left(lake: Lake) -> None:
    made = history(lake, *(name(2026, 8, day) for day in range(1, 16)))
    retain(keeping(2), lake)
    for each in made[-2:]:
        assert verify(lake, each.folder) == each
    states = [int(path.split("/")[2][:6]) for path in lake.folders("records")]
    assert states == [*range(16 - TRIED, 16)]  # what compiling may build on
    for stage in ("tables", "quality"):
        days = [int(path.split("-")[2]) for path in lake.folders(stage)]
        assert days == [*range(16 - TRIED, 16)]  # what a run under way may publish


def test_records_that_stay_keep_the_files_they_refer_to(lake: Lake) -> None:
    """Of a folder that goes, such files stay until nobody refers to them any more."""
    first = records(lake, 1)
    (part,) = first.artifacts
    folder(lake, f"rows/{SOURCE}/r1", {"a": b"a", "b": b"b"}, inputs=(first.folder,))
    made = [edition(lake, 1, name(2026, 8, 1))]
    spare = f"{first.folder}/left-over-of-a-run-that-was-stopped"
    lake.store.put(spare, b"x")
    for generation in range(2, TRIED + 3):
        refers = (lake.refer(first, part),) if generation <= TRIED + 1 else ()
        records(lake, generation, refers=refers)
        made.append(edition(lake, generation, name(2026, 8, generation)))
        move_latest(lake, made[-1])
    retain(keeping(1), lake)
    assert lake.committed(first.folder) is None
    assert set(lake.store.sizes(first.folder)) == {
        f"{first.folder}/{part.path}",
        f"{first.folder}/{REMOVED}",
    }
    assert lake.store.sizes("rows") == {}
    for path in lake.folders("records"):
        manifest = lake.manifest(path)
        for artifact in manifest.artifacts:
            lake.load(manifest, artifact)
    for generation in range(TRIED + 3, 2 * TRIED + 3):
        move_latest(lake, edition(lake, generation, name(2026, 9, generation)))
    assert retain(keeping(1), lake).gone[first.folder] == (1, part.bytes)
    assert lake.store.sizes(first.folder) == {}


def test_what_is_derived_stays_with_the_newest_records(lake: Lake) -> None:
    history(lake, *(name(2026, 8, day) for day in range(1, 13)))
    old, new = (f"records/{SOURCE}/{n:06}-00000000" for n in (1, 12))
    base = folder(lake, f"judged/{SOURCE}/base", {"a": b"a", "b": b"b"}, inputs=(old,))
    refers = (lake.refer(base, base.artifact("a")),)
    folder(lake, f"judged/{SOURCE}/next", {"c": b"c"}, inputs=(new,), refers=refers)
    retain(keeping(1), lake)
    assert set(lake.store.sizes(f"judged/{SOURCE}")) == {
        f"{base.folder}/a",
        f"{base.folder}/{REMOVED}",
        f"judged/{SOURCE}/next/c",
        f"judged/{SOURCE}/next/manifest.json",
    }


def test_what_another_publication_needs_stays(lake: Lake) -> None:
    history(lake, *(name(2026, 8, day) for day in range(1, 15)))
    other = edition(lake, 2, name(2026, 8, 2), publication="other")
    retain(keeping(1), lake)
    assert verify(lake, other.folder) == other
    for path in other.inputs:
        assert lake.committed(path) is not None, path
    assert lake.committed(f"records/{SOURCE}/000003-00000000") is None


def test_the_verdict_on_what_is_held_stays(lake: Lake) -> None:
    history(lake, *DAILY)
    verdict = judged(lake, 6, "held", result("filled", SOURCE))
    held.hold(lake, verdict)
    for generation in range(7, 20):
        records(lake, generation)
    retain(keeping(1), lake)
    assert lake.committed(verdict.folder) == verdict
    assert lake.committed(f"tables/{SOURCE}/{DAILY[0]}") is None


def test_history_is_not_touched(lake: Lake) -> None:
    history(lake, *DAILY)
    for stage in ("raw", "releases"):
        folder(lake, f"{stage}/{SOURCE}/w/1", {"a": b"a"})
    retain(keeping(1), lake)
    assert len(lake.folders("raw") + lake.folders("releases")) == 2


def test_where_nothing_was_published_nothing_is_done(lake: Lake) -> None:
    records(lake, 1)
    before = lake.store.sizes("")
    assert retain(keeping(1), lake).kept == {}
    assert lake.store.sizes("") == before


def test_an_edition_that_becomes_the_latest_meanwhile_is_put_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer goes back to it just when its manifest is gone, and its files are not yet."""
    made = history(lake, *DAILY)
    delete = lake.store.delete

    def moved(path: str) -> None:
        delete(path)
        if path == f"{made[0].folder}/manifest.json":
            lake.store.delete(f"published/{SOURCE}/latest.json")
            move_latest(lake, made[0])

    monkeypatch.setattr(lake.store, "delete", moved)
    told = retain(keeping(1), lake)
    assert made[0].folder not in told.gone
    assert made[1].folder in told.gone
    assert verify(lake, made[0].folder) == latest_edition(lake, SOURCE) == made[0]
