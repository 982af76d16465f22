import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest

from kernel import Lake, Manifest, __version__
from publish.held import hold
from publish.pointer import move_latest
from tenderline.cli import cli, main
from tenderline.command import MODULES
from tenderline.stand_in import Server, StandIn
from tests.publish.editions_made import edition as edition_made
from tests.publish.editions_made import judged
from tests.publish.test_held import result

SHARED = Path(__file__).parents[2].parent / "shared"
DAYS = SHARED / "recordings" / "find_a_tender"
README = (Path(__file__).parents[2] / "README.md").read_text()

Said = tuple[int, str, str]
Teller = Callable[..., Said]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Teller:
    """Runs the command line in this process: its exit code, standard output, standard error."""

    def run(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["tenderline", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def published(lake: Path) -> Path:
    pointer = json.loads((lake / "published" / "find_a_tender" / "latest.json").read_text())
    return lake / "published" / "find_a_tender" / pointer["edition"]


def test_sources_lists_every_source(tell: Teller) -> None:
    code, out, _ = tell("sources")
    assert code == 0
    assert "find_a_tender" in out
    assert "OGL-UK-3.0" in out


def test_the_version(tell: Teller) -> None:
    assert __version__ in tell("--version")[1]


def test_every_command_has_help_and_is_in_the_readme(tell: Teller) -> None:
    assert len(MODULES) > 10
    for name in MODULES:
        assert tell(name, "--help")[0] == 0
        command = cli.get_command(click.Context(cli), name)
        assert command
        assert command.help
        assert f"tenderline {name}" in README, name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "nowhere"], "the sources are austender, contracts_finder, find_a_tender"),
        (["run", "find_a_tender", "--from", "soon"], "'soon' is no date"),
        (
            ["run", "find_a_tender", "--from", "2026-03-02", "--to", "2026-03-01"],
            "start before the end",
        ),
        (["run", "find_a_tender", "--replay", "x", "--at", "http://127.0.0.1"], "give only one"),
        (["run", "find_a_tender", "--replay", "nowhere"], "no such folder"),
        (["run"], "Missing argument"),
        (["verify", "nowhere"], "lists them"),
        (["retain", "nowhere"], "no publication 'nowhere'"),
        (["rollback", "nowhere", "--reason", "x"], "no publication 'nowhere'"),
        (["rollback", "find_a_tender"], "Missing option '--reason'"),
        (["rollback", "find_a_tender", "--reason", "x"], "nothing was published"),
    ],
)
def test_a_wrong_word_is_exit_2_and_says_what_to_do(
    tell: Teller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = tell(*words)
    assert code == 2
    assert said in err


def test_run_until_a_stage_stops_there(tell: Teller, tmp_path: Path) -> None:
    with StandIn(per_day=40) as server:
        code, out, _ = tell(
            "run",
            "find_a_tender",
            "--at",
            server.url,
            "--from",
            "2026-03-02T08:00",
            "--to",
            "2026-03-02T14:00",
            "--lake",
            tmp_path,
            "--until",
            "convert",
        )
    assert code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"raw", "releases", ".tmp"}
    assert "convert" in out


def test_run_twice_then_verify_and_list(tell: Teller, tmp_path: Path) -> None:
    words = [
        "run",
        "find_a_tender",
        "--from",
        "2026-03-02",
        "--to",
        "2026-03-03",
        "--lake",
        tmp_path,
    ]
    with StandIn(per_day=40) as server:
        code, out, err = tell(*words, "--at", server.url)
        asked = server.requests_served
        again = tell(*words, "--at", server.url)
        assert server.requests_served == asked
    assert code == again[0] == 0
    assert "published" in out
    assert "nothing new" in again[1]
    assert "window 1/4" in err
    edition = published(tmp_path)
    assert tell("verify", edition.name, "--lake", tmp_path)[0] == 0
    assert tell("verify", edition)[0] == 0
    listed = tell("editions", "--lake", tmp_path)[1]
    assert re.search(rf"find_a_tender +{edition.name} +latest +none +publish", listed)
    retained = tell("retain", "find_a_tender", "--dry-run", "--lake", tmp_path)
    assert retained[:2] == (
        0,
        "find_a_tender: 1 editions are kept, 0 folders with 0 bytes would go\n",
    )
    assert "latest stays" not in again[1]
    other = edition_made(Lake(tmp_path), 0, publication="find_a_tender")
    assert tell("rollback", "find_a_tender", "--reason", "x", "--lake", tmp_path)[0] == 0
    with StandIn(per_day=40) as server:
        assert f"latest stays {other.version}: " in tell(*words, "--at", server.url)[1]
    code, _, err = tell("rollback", "find_a_tender", "--reason", "y", "--lake", tmp_path)
    assert code == 2
    assert f"no good edition before {other.version}" in err
    copy = shutil.copytree(edition, tmp_path / "copy")
    (copy / "README.md").write_text("changed")
    code, _, err = tell("verify", copy)
    assert code == 5
    assert "README.md" in err


def test_editions_are_taken_back_and_removed(tell: Teller, tmp_path: Path) -> None:
    lake, uk = Lake(tmp_path), "find_a_tender"
    made: list[Manifest] = []
    for generation in range(1, 35):
        made.append(edition_made(lake, generation, f"2026-{generation:02}", after=(made or [None])[-1],
                            publication=uk))  # fmt: skip
        move_latest(lake, made[-1])
    hold(lake, judged(lake, 35, "held", result("filled", uk), publication=uk))
    code, out, _ = tell("rollback", uk, "--reason", "wrong [values]", "--lake", tmp_path)
    assert (code, out) == (
        0, "withdrawn 2026-34: wrong [values]\nlatest of find_a_tender is 2026-33\n"
    )  # fmt: skip
    listed = tell("editions", "--lake", tmp_path)[1]
    assert re.search(rf"{uk} +2026-34 +withdrawn +2026-33 +publish +1 +1\n", listed)
    assert re.search(rf"{uk} +2026-33 +latest +2026-32 ", listed)
    assert f"{uk}: held is held back (filled); 2026-33 stays online" in listed
    dry = tell("retain", "--dry-run", "--lake", tmp_path)[1]
    assert len(lake.folders("published")) == 34
    code, done, _ = tell("retain", "--lake", tmp_path)
    assert code == 0
    assert done.replace("removed", "would go") == dry
    assert re.search(rf"published/{uk}/2026-01 +3 +[0-9,]+\n", done)
    assert {path[-7:] for path in lake.folders("published")} == {e.version for e in made[4:]}


@pytest.mark.heavy
def test_another_look_that_finds_the_same_is_no_news(tell: Teller, tmp_path: Path) -> None:
    words = ["run", "find_a_tender", "--from", "2026-03-02T08:00", "--to", "2026-03-02T12:00"]
    with StandIn(per_day=40) as server:
        words += ["--at", server.url, "--lake", str(tmp_path)]
        assert "published" in tell(*words)[1]
        asked = server.requests_served
        _, out, _ = tell(*words, "--version", "again")
        assert server.requests_served > asked
    assert "nothing new" in out


@pytest.mark.heavy
@pytest.mark.skipif(not DAYS.is_dir(), reason="the recorded days are not here")
def test_recorded_days_are_published_whole(tell: Teller, tmp_path: Path) -> None:
    for day in ("2026-08-10", "2026-08-11"):
        code, _, err = tell("run", "find_a_tender", "--replay", DAYS / day, "--lake", tmp_path)
        assert code == 0, err
    recorded = [
        r
        for page in sorted(DAYS.glob("2026-08-1*/*.json"))
        for r in json.loads(page.read_text())["releases"]
    ]
    edition = published(tmp_path)
    rows = pq.read_table(edition / "parquet" / "releases.parquet").to_pylist()
    counts = json.loads((edition / "summary.json").read_text())["counts"]
    assert (
        counts["read"] == counts["written"] + counts["rejected"] + counts["merged"] == len(recorded)
    )
    assert {(row["ocid"], row["release_id"]) for row in rows} == {
        (r["ocid"], r["id"]) for r in recorded
    }
    assert len(rows) == counts["written"] == 955


def test_a_full_disk_or_a_forbidden_folder_is_said(tell: Teller, tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file where the lake should be")
    with StandIn(per_day=10) as server:
        code, _, err = tell(
            "run",
            "find_a_tender",
            "--at",
            server.url,
            "--from",
            "2026-03-02T08:00",
            "--to",
            "2026-03-02T09:00",
            "--lake",
            tmp_path / "lake",
        )
    assert code == 74
    assert "run the same command again" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "stand-in of Find a Tender at http://127.0.0.1:"),
        (["--source", "contracts_finder", "--defect", "forbidden_403"], "of Contracts Finder at"),
        (["--source", "sell2wales", "--limit", 5], "of Sell2Wales at"),
    ],
)
def test_a_stand_in_serves_until_it_is_interrupted(
    tell: Teller, monkeypatch: pytest.MonkeyPatch, words: list[object], said: str
) -> None:
    monkeypatch.setattr(Server, "wait", lambda _: None)
    code, out, _ = tell("stand-in", "--port", 0, *words)
    assert code == 0
    assert said in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", "nowhere"], "the stand-ins are"),
        (["--source", "server"], "contracts_finder"),
        (["--defect", "sql_500"], "unknown defects ['sql_500']"),
    ],
)
def test_a_stand_in_that_is_not_there_is_exit_2(
    tell: Teller, words: list[object], said: str
) -> None:
    code, _, err = tell("stand-in", "--port", 0, *words)
    assert code == 2
    assert said in err
