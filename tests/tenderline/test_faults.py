"""What a person sees when the source misbehaves: an exit code, a line, and the old edition intact.

Everything is real but the source: the command, the lake, the edition, the server on loopback.
"""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractors import complete, session
from extractors.loader import load
from kernel import Counts, Lake
from publish.pointer import latest_edition
from publish.verify import verify
from tenderline import cli
from tenderline.stand_in import StandIn, day_of_notices

PER_DAY = 400  # three pages in a window of six hours by day
DAY = date(2026, 8, 10)
FIRST = ("--from", "2026-08-10T13:00", "--to", "2026-08-10T19:00")
FURTHER = ("--from", "2026-08-10T07:00", "--to", "2026-08-10T13:00")
BOTH = ("--from", "2026-08-10T07:00", "--to", "2026-08-10T19:00", "--version", "look")


@dataclass(frozen=True)
class Ended:
    """How a run of the command against the server at `url` ended."""

    url: str
    code: int
    err: str


Command = Callable[..., Ended]


def in_a_process(lake: Path, at: str, *options: str) -> Ended:
    """Run the command as a person does."""
    code = "from tenderline.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments(lake, at, *options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return Ended(at, done.returncode, done.stderr)


def arguments(lake: Path, at: str, *options: str) -> list[str]:
    return ["run", "find_a_tender", "--at", at, "--lake", str(lake), *options]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], impatient: None
) -> Command:
    """Run the command in this process, without its long waits."""

    def run_here(lake: Path, at: str, *options: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tenderline", *arguments(lake, at, *options)])
        code = 0
        try:
            cli.main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Ended(at, code, capsys.readouterr().err)

    return run_here


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between tries, made short."""
    monkeypatch.setattr(session, "BACKOFF", 0.005)


@pytest.fixture(scope="module")
def first_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one good edition."""
    lake = tmp_path_factory.mktemp("faults") / "lake"
    with StandIn(per_day=PER_DAY) as server:
        ended = in_a_process(lake, server.url, *FIRST)
    assert ended.code == 0, ended.err
    return lake


@pytest.fixture
def lake(first_edition: Path, tmp_path: Path) -> Path:
    """A copy of that lake."""
    return shutil.copytree(first_edition, tmp_path / "lake")


@pytest.fixture
def unmoved(lake: Path) -> Iterator[None]:
    """Whatever the test does, everything published is as it was."""
    before = published(lake)
    assert "find_a_tender/latest.json" in before
    yield
    assert published(lake) == before


def published(lake: Path) -> dict[str, bytes]:
    root = lake / "published"
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def in_the_window(start: str, end: str) -> int:
    notices = day_of_notices(1, DAY, PER_DAY)
    return sum(start <= notice["date"][11:16] < end for notice in notices)


def counts(lake: Path, stage: str) -> Counts:
    """The sum over the newest manifests of a stage."""
    opened = Lake(lake)
    folders = opened.folders(stage)
    chosen = folders if stage == "releases" else folders[-1:]
    return sum((opened.manifest(folder).counts for folder in chosen), Counts())


def doubts(lake: Path) -> list[str]:
    opened = Lake(lake)
    return [
        doubt
        for folder in opened.folders("raw")
        for doubt in opened.manifest(folder).notes["doubts"]
    ]


# Failures


@dataclass(frozen=True)
class Fault:
    """A way to fail, and what is to be seen of it."""

    code: int
    error: str
    said: str


UNAVAILABLE, CHANGED = (75, "SourceUnavailable"), (3, "SourceChanged")
FAULTS = {
    "truncated_body": Fault(*UNAVAILABLE, "the body broke off"),
    "truncated_json": Fault(*UNAVAILABLE, "the JSON is cut short"),
    "truncated_gzip": Fault(*UNAVAILABLE, "the compressed body is cut short"),
    "burst_503": Fault(*UNAVAILABLE, "it answered 503"),
    "html_200": Fault(*CHANGED, "got an HTML page"),
    "error_200": Fault(*CHANGED, "got the keys error"),
    "repeated_cursor": Fault(*CHANGED, "the pages go in circles"),
    "foreign_next_link": Fault(*CHANGED, "leads away from the source's own host"),
    "redirect_elsewhere": Fault(*CHANGED, "leads away from the source's own host"),
    "huge_body": Fault(*CHANGED, "larger than 200,000,000 bytes"),
    "gzip_bomb": Fault(*CHANGED, "swells more than 200 times"),
    "forbidden": Fault(*CHANGED, 'it answered 401, which no retry mends: {"error":"Unauthorized"}'),
}


def assert_told(ended: Ended, fault: Fault) -> None:
    assert ended.code == fault.code, ended.err
    [line] = [line for line in ended.err.splitlines() if line.startswith(f"{fault.error}: ")]
    assert fault.said in line
    assert "source=find_a_tender" in line
    assert "window=20260810T060000Z-20260810T120000Z" in line
    assert f"url={ended.url}/api/1.0/ocdsReleasePackages?" in line
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("defect", FAULTS)
def test_a_fault_leaves_the_edition_as_it_was(
    lake: Path, unmoved: None, run: Command, defect: str
) -> None:
    with StandIn(per_day=PER_DAY, defects={defect: None}, retry_after=0) as server:
        ended = run(lake, server.url, *FURTHER)
    assert_told(ended, FAULTS[defect])


def test_a_drip_leaves_the_edition_as_it_was(
    lake: Path, unmoved: None, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = load("find_a_tender")
    hurried = replace(source, fetch=replace(source.fetch, deadline=0.3))
    monkeypatch.setattr("extractors.loader.load", lambda _source_id: hurried)
    with StandIn(per_day=PER_DAY, defects=["slow_drip"]) as server:
        ended = run(lake, server.url, *FURTHER)
    assert_told(ended, Fault(*UNAVAILABLE, "no whole answer"))


def test_a_limit_that_asks_for_too_long_a_wait_is_unavailable(
    lake: Path, unmoved: None, run: Command
) -> None:
    with StandIn(per_day=PER_DAY, limit=2, retry_after=9_999) as server:
        ended = run(lake, server.url, *FURTHER)
        assert server.requests_served == 3
    assert_told(ended, Fault(*UNAVAILABLE, "Rate limit of 2 exceeded."))


def test_a_server_that_is_gone_is_unavailable(lake: Path, unmoved: None, run: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ended = run(lake, gone, *FURTHER)
    assert_told(ended, Fault(*UNAVAILABLE, "Connection refused"))


@pytest.mark.parametrize(
    "defect",
    [
        "forbidden",
        *(pytest.param(d, marks=pytest.mark.heavy) for d in ("foreign_next_link", "gzip_bomb")),
    ],
)
def test_a_process_of_its_own_ends_with_the_same_code(
    lake: Path, unmoved: None, defect: str
) -> None:
    with StandIn(per_day=PER_DAY, defects=[defect]) as server:
        ended = in_a_process(lake, server.url, *FURTHER)
    assert_told(ended, FAULTS[defect])


def test_a_refused_body_is_kept_for_whoever_looks(lake: Path, unmoved: None, run: Command) -> None:
    with StandIn(per_day=PER_DAY, defects=["html_200"]) as server:
        run(lake, server.url, *FURTHER)
    assert len(list(lake.glob("raw/find_a_tender/*/*/refused-*.zst"))) == 1


@pytest.mark.parametrize("at", ["foo", "127.0.0.1:8640", "file:///x", "http://", "http:///x"])
def test_what_is_no_server_is_not_asked(lake: Path, unmoved: None, run: Command, at: str) -> None:
    ended = run(lake, at, *FURTHER)
    assert ended.code == 2
    assert f"ConfigError: '{at}' is no address of a server" in ended.err


# Going on


def assert_conserved(lake: Path, served: int) -> Counts:
    """Every release that was served is published, quarantined or a duplicate."""
    rows = newest_table(lake).num_rows
    quarantined, duplicates = counts(lake, "releases").rejected, counts(lake, "records").merged
    assert rows + quarantined + duplicates == in_the_window("13:00", "19:00") + served
    return counts(lake, "records")


def newest_table(lake: Path) -> pq.FileMetaData:
    paths = lake.glob("tables/find_a_tender/*/releases.parquet")
    return pq.read_metadata(max(paths, key=lambda path: path.stat().st_mtime))


ALL = in_the_window("07:00", "13:00")
WORKED_AROUND: Mapping[str, tuple[int | None, int]] = {
    # defect: how many times, how many releases are served
    "burst_503": (3, ALL),
    "truncated_body": (1, ALL),
    "truncated_json": (1, ALL),
    "truncated_gzip": (1, ALL),
    "html_200": (1, ALL),
    "no_id": (None, ALL),
    "infinite_number": (None, ALL),
    "spaced_number": (None, ALL),
    "string_infinite": (None, ALL),
    "duplicate_across_pages": (None, ALL + 2),
    "missing_next_link": (1, ALL + 100),  # the first page comes again when it is asked for again
    "empty_page": (1, 0),
}
MERGED = {"duplicate_across_pages": 2, "missing_next_link": 100}


@pytest.mark.parametrize("defect", WORKED_AROUND)
def test_nothing_that_was_served_is_lost(lake: Path, run: Command, defect: str) -> None:
    times, served = WORKED_AROUND[defect]
    with StandIn(per_day=PER_DAY, defects={defect: times}, retry_after=0) as server:
        ended = run(lake, server.url, *FURTHER, "--until", "tables")
    assert ended.code == 0, ended.err
    compiled = assert_conserved(lake, served)
    assert compiled.merged == MERGED.get(defect, 0)
    assert doubts(lake) == []


def test_a_limit_in_the_middle_is_waited_for(lake: Path, run: Command) -> None:
    with StandIn(per_day=PER_DAY, limit=2, per_seconds=1, retry_after=1) as server:
        ended = run(lake, server.url, *FURTHER, "--until", "tables")
        assert server.requests_served > 3
    assert ended.code == 0, ended.err
    assert_conserved(lake, ALL)


def test_the_same_command_goes_on_where_it_failed(tmp_path: Path, run: Command) -> None:
    lake = tmp_path / "lake"
    with StandIn(per_day=PER_DAY, limit=4, retry_after=9_999) as server:
        ended = run(lake, server.url, *BOTH, "--until", "extract")
    assert ended.code == 75
    with StandIn(per_day=PER_DAY) as server:
        ended = run(lake, server.url, *BOTH, "--until", "tables")
        assert all("updatedFrom=2026-08-10T13:00:00" in path for path in server.requests)
    assert ended.code == 0, ended.err
    assert_conserved(lake, ALL)


@pytest.mark.heavy
def test_a_damaged_window_is_published_whole(lake: Path, run: Command) -> None:
    defects = ["no_id", "infinite_number", "spaced_number", "string_infinite", "burst_503"]
    before = published(lake)["find_a_tender/latest.json"]
    with StandIn(per_day=PER_DAY, defects=defects, retry_after=0) as server:
        ended = run(lake, server.url, *FURTHER)
    assert ended.code == 0, ended.err
    assert published(lake)["find_a_tender/latest.json"] != before
    edition = latest_edition(Lake(lake), "find_a_tender")
    assert edition
    verify(Lake(lake), edition.folder)
    summary = edition.notes["summary"]
    assert summary["counts"]["read"] == ALL + in_the_window("13:00", "19:00")
    assert {"derived_ids", "repaired_infinite_numbers"} <= set(
        summary["sources"]["find_a_tender"]["kinds"]
    )
    folder = lake / edition.folder
    rows = pq.read_metadata(folder / "parquet/releases.parquet").num_rows
    assert rows == summary["counts"]["written"]
    assert rows + summary["counts"]["rejected"] == summary["counts"]["read"]


@pytest.mark.heavy
def test_a_doubtful_window_is_published_with_its_doubt(
    lake: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete, "halves", lambda *_: None)  # as if it were the narrowest
    with StandIn(per_day=PER_DAY, defects=["missing_next_link"]) as server:
        ended = run(lake, server.url, *FURTHER)
    assert ended.code == 0, ended.err
    edition = latest_edition(Lake(lake), "find_a_tender")
    assert edition
    told = json.loads((lake / edition.folder / "summary.json").read_bytes())
    assert told["sources"]["find_a_tender"]["doubts"] == {
        "20260810T060000Z-20260810T120000Z": ["page 1: no next link on a full page"]
    }


@pytest.mark.heavy
def test_after_a_fault_the_next_run_publishes(lake: Path, run: Command) -> None:
    before = published(lake)["find_a_tender/latest.json"]
    with StandIn(per_day=PER_DAY, defects={"forbidden": 1}) as server:
        assert run(lake, server.url, *FURTHER).code == 3
        assert published(lake)["find_a_tender/latest.json"] == before
        assert run(lake, server.url, *FURTHER).code == 0
        after = published(lake)["find_a_tender/latest.json"]
        assert after != before
        asked = server.requests_served
        assert run(lake, server.url, *FURTHER).code == 0
        assert server.requests_served == asked
    assert published(lake)["find_a_tender/latest.json"] == after
    assert_conserved(lake, ALL)
