"""One command for all: the same files as each command alone, and nothing half made."""

import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from tenderline.cli import cli
from tests.made import award_release

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    code = "from tenderline.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("given") / "releases.jsonl"
    found = [award_release(n) for n in range(20)]
    again = [{**found[n], "id": f"{n}-b", "date": "2026-03-02T00:00:00Z"} for n in (3, 19)]
    text = b"".join(orjson.dumps(one) + b"\n" for one in (*again, *found))
    exact = text.replace(b'"amount":100', b'"amount":1234567890123456.780', 5)
    assert exact != text
    path.write_bytes(exact)
    return path


@pytest.mark.parametrize("records", [[], ["--records"]])
def test_it_makes_what_each_command_makes(given: Path, tmp_path: Path, records: list[str]) -> None:
    out = tmp_path / "out"
    done = run("bulk", "--csv", "--versioned", *records, given, out)
    assert done.returncode in (0, 1), done.stderr
    alone = {
        "compiled.jsonl": run("merge", given, "-o", tmp_path / "compiled.jsonl"),
        "versioned.jsonl": run("merge", "--versioned", given, "-o", tmp_path / "versioned.jsonl"),
        "quality.json": run("validate", given, "--json", tmp_path / "quality.json"),
    }
    if records:
        whole = tmp_path / "records.json"
        alone["records.json"] = run("merge", "--package", "--versioned", given, "-o", whole)
    for name in alone:
        assert (out / name).read_bytes() == (tmp_path / name).read_bytes()
    assert (out / "quality.txt").read_text() == alone["quality.json"].stdout
    tables = run("tables", "--csv", given, tmp_path / "tables")
    found = {path.name: path.read_bytes() for path in (out / "tables").iterdir()}
    assert found == {path.name: path.read_bytes() for path in (tmp_path / "tables").iterdir()}
    assert {path.name for path in out.iterdir()} == {*alone, "quality.txt", "tables"}
    said = alone["quality.json"].stdout.splitlines()
    shown = done.stdout.replace(str(out), str(tmp_path))
    assert all(line in shown for line in [*said, *tables.stderr.splitlines()])


def test_the_worst_exit_code_counts_and_what_can_be_made_is_there(
    given: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"releases": [' + json.dumps(award_release(1)) + ', {"ocid": ')
    done = run("bulk", broken, given, tmp_path / "out")
    assert done.returncode == 2
    assert len((tmp_path / "out" / "compiled.jsonl").read_text().splitlines()) == 20


def test_without_its_input_there_is_no_folder(tmp_path: Path) -> None:
    done = run("bulk", tmp_path / "missing.json", tmp_path / "out")
    assert done.returncode == 2
    assert "missing.json" in done.stdout
    assert [*tmp_path.iterdir()] == []


def test_a_command_that_fails_leaves_nothing(given: Path, tmp_path: Path) -> None:
    code = (
        "import tenderline.tabling.run as run\n"
        "def full(*_, **__): raise OSError(28, 'No space left on device')\n"
        "run.make_tables = full\n"
        "from tenderline.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "bulk", str(given), str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 74
    assert "No space left" in done.stdout
    assert [*tmp_path.iterdir()] == []


def test_what_can_be_read_once_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["bulk", "-", str(tmp_path / "out")])
    assert "more than once" in str(done.exception)
